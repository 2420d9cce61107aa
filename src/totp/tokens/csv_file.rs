//! CSV files of vendors: `serial,seed` with or without a heading, and more columns where the heading names them.

use super::{TOKENS_MAX, Token, TokenFault, TokenFileError, name, serial};
use crate::domain::factor::{Algorithm, TotpSettings};
use crate::totp::{NotASecret, TotpSecret};

/// What a column holds, by the headings that vendors give it.
const HEADINGS: &[(Column, &[&str])] = &[
    (
        Column::Serial,
        &["serial", "serialnumber", "serialno", "sn", "tokenserial"],
    ),
    (
        Column::Seed,
        &["seed", "secret", "secretkey", "key", "tokenseed"],
    ),
    (Column::Encoding, &["encoding", "seedencoding", "format"]),
    (Column::Algorithm, &["algorithm", "hash"]),
    (Column::Digits, &["digits", "length", "otplength"]),
    (
        Column::Period,
        &["period", "timeinterval", "timestep", "interval"],
    ),
    (Column::Manufacturer, &["manufacturer", "vendor"]),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Serial,
    Seed,
    Encoding,
    Algorithm,
    Digits,
    Period,
    Manufacturer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Hex,
    Base32,
}

/// Which column stands where.
struct Layout(Vec<Option<Column>>);

impl Layout {
    /// From a heading; `None` where the line is none.
    fn from_heading(record: &csv::StringRecord) -> Option<Self> {
        let columns: Vec<Option<Column>> = record.iter().map(column).collect();
        let has = |wanted| columns.contains(&Some(wanted));
        (has(Column::Serial) && has(Column::Seed)).then_some(Self(columns))
    }

    fn without_heading() -> Self {
        Self(vec![Some(Column::Serial), Some(Column::Seed)])
    }

    fn text<'r>(&self, record: &'r csv::StringRecord, wanted: Column) -> Option<&'r str> {
        let place = self.0.iter().position(|column| *column == Some(wanted))?;
        record
            .get(place)
            .map(str::trim)
            .filter(|text| !text.is_empty())
    }
}

fn column(heading: &str) -> Option<Column> {
    let plain: String = heading
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let known = HEADINGS
        .iter()
        .find(|(_, names)| names.contains(&plain.as_str()))?;
    Some(known.0)
}

pub(super) fn read(text: &str) -> Result<Vec<Token>, TokenFileError> {
    let first = text.lines().next().unwrap_or_default();
    let semicolons = first.matches(';').count() > first.matches(',').count();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .delimiter(if semicolons { b';' } else { b',' })
        .from_reader(text.as_bytes());
    let mut records = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|why| TokenFault::NotReadable(why.to_string()).at("file"))?;
        if records.len() > TOKENS_MAX {
            return Err(TokenFault::TooLarge.at("file"));
        }
        records.push(record);
    }
    let (layout, records) = match records.split_first() {
        Some((heading, rest)) => match Layout::from_heading(heading) {
            Some(layout) => (layout, rest),
            None => (Layout::without_heading(), records.as_slice()),
        },
        None => return Ok(Vec::new()),
    };
    let encoding = encoding_of_all(&layout, records)?;
    records
        .iter()
        .map(|record| token(&layout, record, encoding).map_err(|fault| fault.at(line(record))))
        .collect()
}

fn line(record: &csv::StringRecord) -> String {
    let line = record.position().map_or(1, csv::Position::line);
    format!("line {line}")
}

/// One file has one encoding. A seed can be read as both only where it has nothing but the characters that both share.
fn encoding_of_all(
    layout: &Layout,
    records: &[csv::StringRecord],
) -> Result<Option<Encoding>, TokenFileError> {
    let seeds = || {
        records
            .iter()
            .filter_map(|record| layout.text(record, Column::Seed))
    };
    let hex = seeds().all(|seed| TotpSecret::from_hex(seed).is_ok());
    let base32 = seeds().all(|seed| TotpSecret::from_base32(seed).is_ok());
    let said = records
        .iter()
        .all(|record| layout.text(record, Column::Encoding).is_some());
    match (hex, base32) {
        (true, true) if !said => Err(TokenFault::Ambiguous.at("file")),
        (true, false) => Ok(Some(Encoding::Hex)),
        (false, true) => Ok(Some(Encoding::Base32)),
        // Each line for itself: the one that is wrong will say so.
        _ => Ok(None),
    }
}

fn token(
    layout: &Layout,
    record: &csv::StringRecord,
    of_file: Option<Encoding>,
) -> Result<Token, TokenFault> {
    let serial = serial(layout.text(record, Column::Serial).unwrap_or_default())?;
    let seed = layout
        .text(record, Column::Seed)
        .ok_or(TokenFault::Missing("the seed"))?;
    let said = match layout.text(record, Column::Encoding) {
        None => None,
        Some(text) if text.eq_ignore_ascii_case("hex") => Some(Encoding::Hex),
        Some(text) if text.eq_ignore_ascii_case("base32") => Some(Encoding::Base32),
        Some(_) => return Err(TokenFault::Unusable("the encoding")),
    };
    let secret = match said.or(of_file) {
        Some(Encoding::Base32) => TotpSecret::from_base32(seed)?,
        Some(Encoding::Hex) => TotpSecret::from_hex(seed)?,
        None => match TotpSecret::from_hex(seed) {
            Err(NotASecret::Alphabet(_)) => TotpSecret::from_base32(seed)?,
            read => read?,
        },
    };
    let mut settings = TotpSettings::APP;
    if let Some(text) = layout.text(record, Column::Algorithm) {
        settings.algorithm = Algorithm::parse(text).ok_or(TokenFault::Unusable("the algorithm"))?;
    }
    if let Some(text) = layout.text(record, Column::Digits) {
        settings.digits = text
            .parse()
            .map_err(|_| TokenFault::Unusable("the number of digits"))?;
    }
    if let Some(text) = layout.text(record, Column::Period) {
        settings.period_s = text
            .parse()
            .map_err(|_| TokenFault::Unusable("the period"))?;
    }
    let manufacturer = layout
        .text(record, Column::Manufacturer)
        .map(|text| name(text, "the manufacturer"))
        .transpose()?;
    Ok(Token {
        serial,
        manufacturer,
        settings: settings.checked()?,
        secret,
    })
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
