//! Lists of vendors: `serial,seed` or, as OATH lists are, `serial,seed,type,digits,period`; with a heading in any order.
//!
//! Invariant: a column or a field that is not understood is refused by name: what is passed over might change every code.

use super::{TOKENS_MAX, Token, TokenFault, TokenFileError, name, serial};
use crate::domain::factor::{Algorithm, TotpSettings};
use crate::domain::list::{LineFault, Oddity, Row, Table, oddity, rows, shown, word};
use crate::totp::{NotASecret, TotpSecret};

/// What a column holds, by the headings that vendors give it: as [`word`] makes them.
const HEADINGS: &[(Column, &[&str])] = &[
    (
        Column::Serial,
        &["serial", "serialnumber", "serialno", "sn", "tokenserial"],
    ),
    (
        Column::Seed,
        &["seed", "secret", "secretkey", "key", "tokenseed"],
    ),
    (Column::Kind, &["type", "tokentype", "otptype"]),
    (Column::Encoding, &["encoding", "seedencoding", "format"]),
    (Column::Algorithm, &["algorithm", "hash"]),
    (Column::Digits, &["digits", "length", "otplength", "otplen"]),
    (
        Column::Period,
        &["period", "timeinterval", "timestep", "interval"],
    ),
    (Column::Counter, &["counter"]),
    (Column::Manufacturer, &["manufacturer", "vendor"]),
    (Column::Model, &["model"]),
    (Column::Owner, &["upn", "username", "user", "owner"]),
];

/// What is longer may be a seed in the wrong place, and is not repeated: the shortest one has 26 characters.
const TOLD_MAX: usize = 20;

/// Without a heading.
const OATH: [Column; 5] = [
    Column::Serial,
    Column::Seed,
    Column::Kind,
    Column::Digits,
    Column::Period,
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Serial,
    Seed,
    Kind,
    Encoding,
    Algorithm,
    Digits,
    Period,
    Counter,
    Manufacturer,
    /// Says nothing of codes; read over.
    Model,
    /// Whose the token is.
    Owner,
}

impl Column {
    fn known(heading: &str) -> Option<Self> {
        let known = HEADINGS
            .iter()
            .find(|(_, names)| names.contains(&heading))?;
        Some(known.0)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Hex,
    Base32,
}

/// Rows and what stands where in them.
struct Layout<'a> {
    table: Table<Column>,
    headed: bool,
    rows: Vec<Row<'a>>,
}

impl Layout<'_> {
    fn text<'r>(&self, row: &'r Row<'_>, wanted: Column) -> Option<&'r str> {
        Some(self.table.cell(row, wanted)).filter(|text| !text.is_empty())
    }

    /// Whether the row has nothing but what the columns are for.
    fn fit(&self, row: &Row<'_>) -> Result<(), TokenFault> {
        if self.headed {
            let fits = self.table.fit(row);
            return fits.map_err(|fault| TokenFault::Row(fault.what));
        }
        let stray = (OATH.len()..row.cells.len()).find(|at| !row.cell(*at).is_empty());
        match stray {
            Some(at) => Err(TokenFault::Field(at + 1)),
            None => Ok(()),
        }
    }
}

impl From<LineFault> for TokenFileError {
    fn from(fault: LineFault) -> Self {
        TokenFault::Row(fault.what).at(format!("line {}", fault.line))
    }
}

pub(super) fn read(text: &str) -> Result<Vec<Token>, TokenFileError> {
    let mut found = Vec::new();
    for row in rows(text, false) {
        if found.len() > TOKENS_MAX {
            return Err(TokenFault::TooLarge.at("file"));
        }
        found.push(row?);
    }
    let layout = layout(found)?;
    let encoding = encoding_of_all(&layout)?;
    let token = |row: &Row<'_>| {
        token(&layout, row, encoding).map_err(|fault| fault.at(format!("line {}", row.line)))
    };
    layout.rows.iter().map(token).collect()
}

fn layout(mut found: Vec<Row<'_>>) -> Result<Layout<'_>, TokenFileError> {
    let Some(first) = found.first() else {
        return Err(TokenFault::Empty.at("file"));
    };
    let line = format!("line {}", first.line);
    if !first
        .cells
        .iter()
        .any(|cell| Column::known(&word(cell)).is_some())
    {
        let seed = first.cell(1);
        if TotpSecret::from_hex(seed).is_err() && TotpSecret::from_base32(seed).is_err() {
            return Err(TokenFault::NoHeading.at(line));
        }
        return Ok(Layout {
            table: Table::in_order(&OATH),
            headed: false,
            rows: found,
        });
    }
    let heading = found.remove(0);
    let mut faults = Vec::new();
    let unknown = |name: &str| match name.len() <= TOLD_MAX {
        true => format!("the column {:?} is not known", shown(name)),
        false => format!(
            "a column with a name of {} characters is not known",
            name.len()
        ),
    };
    let table = Table::of(&heading, Column::known, unknown, &mut faults);
    if let Some(fault) = faults.into_iter().next() {
        return Err(fault.into());
    }
    for (column, what) in [
        (Column::Serial, "a column for the serial number"),
        (Column::Seed, "a column for the seed"),
    ] {
        if !table.has(column) {
            return Err(TokenFault::Missing(what).at(line));
        }
    }
    Ok(Layout {
        table,
        headed: true,
        rows: found,
    })
}

/// One file has one encoding. A seed can be read as both only where it has nothing but the characters that both share.
fn encoding_of_all(layout: &Layout<'_>) -> Result<Option<Encoding>, TokenFileError> {
    let seeds = || {
        layout
            .rows
            .iter()
            .filter_map(|row| layout.text(row, Column::Seed))
    };
    let hex = seeds().all(|seed| TotpSecret::from_hex(seed).is_ok());
    let base32 = seeds().all(|seed| TotpSecret::from_base32(seed).is_ok());
    let said = layout
        .rows
        .iter()
        .all(|row| layout.text(row, Column::Encoding).is_some());
    match (hex, base32) {
        (true, true) if !said => Err(TokenFault::Ambiguous.at("file")),
        (true, false) => Ok(Some(Encoding::Hex)),
        (false, true) => Ok(Some(Encoding::Base32)),
        // Each line for itself: the one that is wrong will say so.
        _ => Ok(None),
    }
}

fn token(
    layout: &Layout<'_>,
    row: &Row<'_>,
    of_file: Option<Encoding>,
) -> Result<Token, TokenFault> {
    layout.fit(row)?;
    let said = layout.text(row, Column::Serial).unwrap_or_default();
    if let Some(odd) = oddity(said) {
        return Err(TokenFault::Odd(
            format!("the serial number {:?}", shown(said)),
            odd,
        ));
    }
    let serial = serial(said)?;
    for (column, what) in [
        (Column::Manufacturer, "the manufacturer"),
        (Column::Model, "the model"),
    ] {
        if let Some(odd) = layout.text(row, column).and_then(oddity) {
            return Err(TokenFault::Odd(what.to_owned(), odd));
        }
    }
    let kind = layout.text(row, Column::Kind).unwrap_or("totp");
    if !["totp", "oathtotp"].contains(&word(kind).as_str()) {
        // A seed in the wrong column is longer, and never repeated.
        return Err(match kind.len() <= TOLD_MAX {
            true => TokenFault::Kind(shown(kind)),
            false => TokenFault::Unusable("the type"),
        });
    }
    if layout
        .text(row, Column::Counter)
        .is_some_and(|counter| counter != "0")
    {
        return Err(TokenFault::Unsupported("a counter".to_owned()));
    }
    if layout.text(row, Column::Owner).is_some() {
        return Err(TokenFault::Owned);
    }
    let manufacturer = layout
        .text(row, Column::Manufacturer)
        .map(|text| name(text, "the manufacturer"))
        .transpose()?;
    Ok(Token {
        serial,
        manufacturer,
        settings: settings(layout, row)?,
        secret: secret(layout, row, of_file)?,
        expires: None,
    })
}

fn secret(
    layout: &Layout<'_>,
    row: &Row<'_>,
    of_file: Option<Encoding>,
) -> Result<TotpSecret, TokenFault> {
    let seed = layout
        .text(row, Column::Seed)
        .ok_or(TokenFault::Missing("the seed"))?;
    // Its value is never repeated.
    if let Some(odd @ (Oddity::Exponent | Oddity::ErrorValue)) = oddity(seed) {
        return Err(TokenFault::Odd("the seed".to_owned(), odd));
    }
    let said = match layout.text(row, Column::Encoding) {
        None => None,
        Some(text) if text.eq_ignore_ascii_case("hex") => Some(Encoding::Hex),
        Some(text) if text.eq_ignore_ascii_case("base32") => Some(Encoding::Base32),
        Some(_) => return Err(TokenFault::Unusable("the encoding")),
    };
    Ok(match said.or(of_file) {
        Some(Encoding::Base32) => TotpSecret::from_base32(seed)?,
        Some(Encoding::Hex) => TotpSecret::from_hex(seed)?,
        None => match TotpSecret::from_hex(seed) {
            Err(NotASecret::Alphabet(_)) => TotpSecret::from_base32(seed)?,
            read => read?,
        },
    })
}

fn settings(layout: &Layout<'_>, row: &Row<'_>) -> Result<TotpSettings, TokenFault> {
    let mut settings = TotpSettings::APP;
    if let Some(text) = layout.text(row, Column::Algorithm) {
        settings.algorithm = Algorithm::parse(text).ok_or(TokenFault::Unusable("the algorithm"))?;
    }
    if let Some(text) = layout.text(row, Column::Digits) {
        settings.digits = text
            .parse()
            .map_err(|_| TokenFault::Unusable("the number of digits"))?;
    }
    if let Some(text) = layout.text(row, Column::Period) {
        settings.period_s = text
            .parse()
            .map_err(|_| TokenFault::Unusable("the period"))?;
    }
    Ok(settings.checked()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "3132333435363738393031323334353637383930";
    const BASE32: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    fn all(text: &str) -> Vec<Token> {
        read(text).unwrap_or_else(|why| panic!("{why}"))
    }

    #[test]
    fn the_files_of_vendors_are_read() {
        let files = [
            format!("2308123456,{HEX}\n2308123457,{HEX}\n"),
            format!("serial;seed\n2308123456;{HEX}\n"),
            format!(
                "upn,Serial Number,Secret Key,Time Interval,Manufacturer,Model\n,2308123456,{BASE32},30,Token2,c202\n"
            ),
            format!(
                "Serial No.,Seed,Encoding,Digits,Period,Algorithm\r\n2308123456,{BASE32},base32,8,60,HMAC-SHA256\r\n"
            ),
        ];
        for file in files {
            let tokens = all(&file);
            let first = tokens.first().expect("a token");
            assert_eq!(first.serial, "2308123456");
            assert_eq!(first.secret.as_bytes(), b"12345678901234567890", "{file}");
        }
        let last = all(
            "serial,seed,digits,period,algorithm\nX,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ,8,60,sha-512",
        );
        let wanted = TotpSettings {
            algorithm: Algorithm::Sha512,
            digits: 8,
            period_s: 60,
        };
        assert_eq!(last.first().map(|token| token.settings), Some(wanted));
    }

    #[test]
    fn a_line_that_is_wrong_is_named_and_nothing_of_the_file_is_taken() {
        let cases = [
            (
                format!("serial,seed\nA,{HEX}\n,{HEX}\n"),
                "line 3: the serial number is missing",
            ),
            (
                format!("serial,seed\nA,{HEX}\nFT 12 345,{HEX}\n"),
                "line 3: the serial number cannot be used",
            ),
            (
                format!("serial,seed\nA,{HEX}\nB,\n"),
                "line 3: the seed is missing",
            ),
            (
                format!("serial,seed,digits\nA,{HEX},12\n"),
                "line 2: 12 digits: a code has 6 to 8",
            ),
            (
                format!("serial,seed,period\nA,{HEX},-1\n"),
                "line 2: the period cannot be used",
            ),
            (
                "serial,seed\nA,31323334\n".to_owned(),
                "line 2: the seed is no secret: a secret of 4 bytes: it must be 16 to 128",
            ),
        ];
        for (file, wanted) in cases {
            let said = read(&file).err().map(|error| error.to_string());
            assert_eq!(said.as_deref(), Some(wanted), "{file}");
        }
    }

    #[test]
    fn what_is_not_understood_is_refused_by_name() {
        let cases = [
            (
                format!("KD1,{HEX},hotp,6\n"),
                "line 1: a token of the type \"hotp\": only TOTP is supported, whose codes follow the clock",
            ),
            (
                format!("KD1,{HEX},totp,8,60,SHA1\n"),
                "line 1: field 6 is not understood: without a heading a line has serial, seed, type, digits and period",
            ),
            (
                format!("KD1,{HEX},8\n"),
                "line 1: a token of the type \"8\": only TOTP is supported, whose codes follow the clock",
            ),
            (
                format!("serial,seed,drift\nKD1,{HEX},3\n"),
                "line 1: the column \"drift\" is not known",
            ),
            (
                format!("serial,seed,counter\nKD1,{HEX},3\n"),
                "line 2: a counter is not supported",
            ),
            (
                format!("serial,seed\nKD1,{HEX},8\n"),
                "line 2: has 3 values, the heading names 2",
            ),
            (
                format!("serial,geheim\nKD1,{HEX}\n"),
                "line 1: the column \"geheim\" is not known",
            ),
            (
                format!("serial,digits\nKD1,{HEX}\n"),
                "line 1: a column for the seed is missing",
            ),
            (
                format!("Nummer;Geheim\nKD1;{HEX}\n"),
                "line 1: neither a heading that is known nor a token: name the columns serial and seed",
            ),
            (
                format!("upn,serial,seed\np@example.org,KD1,{HEX}\n"),
                "line 2: the token is somebody's already in this file: empty that column, and give tokens out with `keydesk totp assign`",
            ),
            (
                "serial,seed\nKD1,3.13233E+39\n".to_owned(),
                "line 2: the seed is a number that a spreadsheet has cut short: format the column as text there, and export it again",
            ),
        ];
        for (file, wanted) in cases {
            let said = read(&file).err().map(|error| error.to_string());
            assert_eq!(said.as_deref(), Some(wanted), "{file}");
        }
    }

    #[test]
    fn a_seed_that_is_hex_and_base32_at_once_is_never_guessed() {
        let both = "2222222222222222222222222222222222222222";
        let error = read(&format!("serial,seed\nA,{both}\n"))
            .err()
            .expect("ambiguous");
        assert_eq!(error.fault, TokenFault::Ambiguous);
        let said = all(&format!("serial,seed,encoding\nA,{both},hex\n"));
        assert_eq!(
            said.first().map(|token| token.secret.as_bytes().len()),
            Some(20)
        );
        // Another seed of the same file tells.
        assert_eq!(all(&format!("A,{both}\nB,{HEX}\n")).len(), 2);
    }
}
