//! From a file's bytes to rows of named texts, each with the line on which it begins.
//!
//! CSV (RFC 4180): the first line names the columns; commas or, when the first line has more of them, semicolons; quoted
//! values may hold line breaks. JSON: one array of objects whose members are texts (numbers are taken as they are
//! written). Both in UTF-8, with or without a byte order mark, with any line ends.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read};
use std::path::Path;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::{MAX_FILE_BYTES, MAX_RECORDS, Wrong};

/// Longest text of one value.
const MAX_VALUE_BYTES: usize = 1000;

/// Every name that a record may use.
pub const NAMES: [&str; 11] = [
    "record",
    "id",
    "name",
    "kind",
    "email",
    "employee_number",
    "organisation",
    "coc_number",
    "country",
    "person",
    "at",
];

/// What the file is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values with a header line.
    Csv,
    /// An array of objects.
    Json,
}

impl Format {
    /// By the ending of the file's name.
    pub fn of(file: &Path) -> Option<Self> {
        let ending = file.extension()?.to_str()?.to_ascii_lowercase();
        match ending.as_str() {
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

/// One record's texts by name; empty ones are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// From 1.
    pub line: u64,
    values: BTreeMap<String, String>,
}

impl Row {
    /// The text under a name.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// The names that it has.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    fn new(line: u64) -> Self {
        Self {
            line,
            values: BTreeMap::new(),
        }
    }

    fn put(&mut self, name: &str, value: &str) -> Result<(), String> {
        let value = value.trim();
        if !NAMES.contains(&name) {
            return Err(format!(
                "{:?} is not a name that is known here",
                shown(name)
            ));
        }
        if value.len() > MAX_VALUE_BYTES {
            return Err(format!("{name} has more than {MAX_VALUE_BYTES} bytes"));
        }
        if value.chars().any(char::is_control) {
            return Err(format!(
                "{name} has control characters or line breaks in it"
            ));
        }
        if !value.is_empty()
            && self
                .values
                .insert(name.to_owned(), value.to_owned())
                .is_some()
        {
            return Err(format!("{name} is given twice"));
        }
        Ok(())
    }
}

/// Text of the file in a message: cut short.
fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Reads every row; what can't be read goes to `wrong`.
pub fn read(bytes: &[u8], format: Format, wrong: &mut Wrong) -> Vec<Row> {
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_FILE_BYTES {
        wrong.add(
            1,
            format!(
                "the file has more than {} MiB; split it",
                MAX_FILE_BYTES >> 20
            ),
        );
        return Vec::new();
    }
    // A byte order mark says nothing in UTF-8.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match format {
        Format::Csv => csv_rows(bytes, wrong),
        Format::Json => json_rows(bytes, wrong),
    }
}

fn csv_rows(bytes: &[u8], wrong: &mut Wrong) -> Vec<Row> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter(bytes))
        .flexible(true)
        .has_headers(false)
        .from_reader(bytes);
    let mut lines = Lines::of(bytes);
    let mut header: Option<Vec<String>> = None;
    let mut rows = Vec::new();
    let mut record = csv::StringRecord::new();
    loop {
        let line = lines.of_record_at(reader.position().byte());
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {}
            Err(error) => {
                wrong.add(line, csv_fault(error));
                match header {
                    Some(_) => continue,
                    None => return rows,
                }
            }
        }
        let Some(header) = &header else {
            let named: Vec<String> = record
                .iter()
                .map(|name| name.trim().to_ascii_lowercase())
                .collect();
            check_header(line, &named, wrong);
            if !wrong.is_empty() {
                return rows;
            }
            header = Some(named);
            continue;
        };
        if rows.len() == MAX_RECORDS {
            wrong.add(
                line,
                format!("the file has more than {MAX_RECORDS} records; split it"),
            );
            return rows;
        }
        rows.extend(csv_row(line, header, &record, wrong));
    }
    if header.is_none() {
        check_header(1, &[], wrong);
    }
    rows
}

/// What the header has more of: commas, or the semicolons of spreadsheets in countries with a decimal comma.
fn delimiter(bytes: &[u8]) -> u8 {
    let mut lines = bytes.split(|b| matches!(b, b'\n' | b'\r'));
    let first = lines.find(|line| !line.is_empty()).unwrap_or_default();
    let count = |byte: u8| first.iter().filter(|b| **b == byte).count();
    if count(b';') > count(b',') {
        b';'
    } else {
        b','
    }
}

/// The line on which a CSV record begins. The reader's own count stands where the record before ended, and so does not know of
/// empty lines between the two, nor of a line feed that is left over from CR LF; and it takes a lone CR for no line end.
struct Lines<'a> {
    rest: &'a [u8],
    at: u64,
    line: u64,
}

impl<'a> Lines<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            at: 0,
            line: 1,
        }
    }

    /// For the record that the reader will find at or after this byte; asked in the order of the file.
    fn of_record_at(&mut self, byte: u64) -> u64 {
        while let Some((&first, rest)) = self.rest.split_first() {
            let line_end = matches!(first, b'\n' | b'\r');
            if self.at >= byte && !line_end {
                break;
            }
            let within_crlf = first == b'\r' && rest.first() == Some(&b'\n');
            self.line += u64::from(line_end && !within_crlf);
            self.at += 1;
            self.rest = rest;
        }
        self.line
    }
}

fn check_header(line: u64, header: &[String], wrong: &mut Wrong) {
    let known = NAMES.join(", ");
    if header.iter().all(String::is_empty) {
        wrong.add(
            line,
            format!("the first line must name columns out of {known}"),
        );
    }
    for (place, name) in header.iter().enumerate() {
        if !NAMES.contains(&name.as_str()) {
            let name = shown(name);
            wrong.add(
                line,
                format!("{name:?} is not a column that is known here; there are {known}"),
            );
        } else if header.iter().take(place).any(|earlier| earlier == name) {
            wrong.add(line, format!("column {name} is given twice"));
        }
    }
}

/// One record's row; none when it is wrong, or when all its values are empty, which is how spreadsheets end a file.
fn csv_row(
    line: u64,
    header: &[String],
    record: &csv::StringRecord,
    wrong: &mut Wrong,
) -> Option<Row> {
    if record.len() != header.len() {
        let reason = format!(
            "has {} values, the header names {}",
            record.len(),
            header.len()
        );
        wrong.add(line, reason);
        return None;
    }
    let mut row = Row::new(line);
    let mut whole = true;
    for (name, value) in header.iter().zip(record.iter()) {
        if let Err(reason) = row.put(name, value) {
            wrong.add(line, reason);
            whole = false;
        }
    }
    (whole && row.names().next().is_some()).then_some(row)
}

fn csv_fault(error: csv::Error) -> String {
    match error.into_kind() {
        csv::ErrorKind::Utf8 { err, .. } => format!("is not UTF-8: {err}"),
        other => format!("cannot be read: {other:?}"),
    }
}

fn json_rows(bytes: &[u8], wrong: &mut Wrong) -> Vec<Row> {
    let line = Cell::new(1);
    let mut counted = Counted {
        rest: bytes,
        line: &line,
    };
    let mut rows = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_reader(&mut counted);
    let list = List {
        line: &line,
        rows: &mut rows,
        wrong,
    };
    let read = list
        .deserialize(&mut deserializer)
        .and_then(|()| deserializer.end());
    if let Err(error) = read {
        wrong.add(
            u64::try_from(error.line()).unwrap_or(u64::MAX),
            error.to_string(),
        );
    }
    rows
}

/// Counts the line ends that pass. serde_json asks for one byte at a time and looks at most one ahead, so that the count
/// is exact where an object's brace has just been read.
struct Counted<'a> {
    rest: &'a [u8],
    line: &'a Cell<u64>,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.rest.read(buffer)?;
        let ends = buffer.iter().take(read).filter(|b| **b == b'\n').count();
        self.line
            .set(self.line.get() + u64::try_from(ends).unwrap_or(0));
        Ok(read)
    }
}

struct List<'a> {
    line: &'a Cell<u64>,
    rows: &'a mut Vec<Row>,
    wrong: &'a mut Wrong,
}

impl<'de> DeserializeSeed<'de> for List<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for List<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(row) = list.next_element_seed(Object { line: self.line })? {
            if self.rows.len() == MAX_RECORDS {
                return Err(A::Error::custom(format!(
                    "more than {MAX_RECORDS} records; split the file"
                )));
            }
            match row {
                Ok(row) => self.rows.push(row),
                Err((line, reasons)) => {
                    reasons
                        .into_iter()
                        .for_each(|reason| self.wrong.add(line, reason));
                }
            }
        }
        Ok(())
    }
}

struct Object<'a> {
    line: &'a Cell<u64>,
}

impl<'de> DeserializeSeed<'de> for Object<'_> {
    type Value = Result<Row, (u64, Vec<String>)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = Result<Row, (u64, Vec<String>)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record, which is an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let line = self.line.get();
        let mut row = Row::new(line);
        let mut reasons = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, serde_json::Value>()? {
            let put = match value {
                serde_json::Value::Null => row.put(&name, ""),
                serde_json::Value::String(text) => row.put(&name, &text),
                serde_json::Value::Number(number) => row.put(&name, &number.to_string()),
                _ => row
                    .put(&name, "")
                    .and_then(|()| Err(format!("{name} must be a text"))),
            };
            if let Err(reason) = put {
                reasons.push(reason);
            }
        }
        Ok(if reasons.is_empty() {
            Ok(row)
        } else {
            Err((line, reasons))
        })
    }
}
