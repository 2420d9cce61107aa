//! From a file's bytes to rows of named texts, each with the line on which it begins.
//!
//! CSV (RFC 4180): the first line names the columns; commas or, when the first line has more of them, semicolons; quoted
//! values may hold line breaks. JSON: one array of objects whose members are texts (numbers are taken as they are
//! written). Both in UTF-8, with or without a byte order mark, with any line ends.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
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

/// Reads every row; what can't be read goes to `wrong`. An error is the file system's.
pub fn read(path: &Path, format: Format, wrong: &mut Wrong) -> io::Result<Vec<Row>> {
    let file = File::open(path)?;
    if file.metadata()?.len() > MAX_FILE_BYTES {
        wrong.add(
            1,
            format!(
                "the file has more than {} MiB; split it",
                MAX_FILE_BYTES >> 20
            ),
        );
        return Ok(Vec::new());
    }
    let mut source = BufReader::new(file.take(MAX_FILE_BYTES));
    // A byte order mark says nothing in UTF-8.
    if source.fill_buf()?.starts_with(&[0xef, 0xbb, 0xbf]) {
        source.consume(3);
    }
    match format {
        Format::Csv => csv_rows(source, wrong),
        Format::Json => json_rows(source, wrong),
    }
}

type Source = BufReader<io::Take<File>>;

fn csv_rows(mut source: Source, wrong: &mut Wrong) -> io::Result<Vec<Row>> {
    let delimiter = delimiter(source.fill_buf()?);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .from_reader(source);
    let header: Vec<String> = match reader.headers() {
        Ok(header) => header
            .iter()
            .map(|name| name.trim().to_ascii_lowercase())
            .collect(),
        Err(error) => return csv_failure(error, wrong).map(|()| Vec::new()),
    };
    check_header(&header, wrong);
    if !wrong.is_empty() {
        return Ok(Vec::new());
    }
    let mut rows = Vec::new();
    let mut record = csv::StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => return Ok(rows),
            Ok(true) => {}
            Err(error) => {
                csv_failure(error, wrong)?;
                continue;
            }
        }
        let line = record.position().map_or(0, csv::Position::line);
        if rows.len() == MAX_RECORDS {
            wrong.add(
                line,
                format!("the file has more than {MAX_RECORDS} records; split it"),
            );
            return Ok(rows);
        }
        rows.extend(csv_row(line, &header, &record, wrong));
    }
}

/// What the first line has more of: commas, or the semicolons of spreadsheets in countries with a decimal comma.
fn delimiter(ahead: &[u8]) -> u8 {
    let first = ahead.split(|b| *b == b'\n').next().unwrap_or_default();
    let count = |byte: u8| first.iter().filter(|b| **b == byte).count();
    if count(b';') > count(b',') {
        b';'
    } else {
        b','
    }
}

fn check_header(header: &[String], wrong: &mut Wrong) {
    let known = NAMES.join(", ");
    if header.iter().all(String::is_empty) {
        wrong.add(
            1,
            format!("the first line must name columns out of {known}"),
        );
    }
    for (place, name) in header.iter().enumerate() {
        if !NAMES.contains(&name.as_str()) {
            let name = shown(name);
            wrong.add(
                1,
                format!("{name:?} is not a column that is known here; there are {known}"),
            );
        } else if header.iter().take(place).any(|earlier| earlier == name) {
            wrong.add(1, format!("column {name} is given twice"));
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

/// What CSV itself refuses is a wrong line; what the file system refuses ends the reading.
fn csv_failure(error: csv::Error, wrong: &mut Wrong) -> io::Result<()> {
    let line = error.position().map_or(1, csv::Position::line);
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Err(error),
        csv::ErrorKind::Utf8 { err, .. } => {
            wrong.add(line, format!("is not UTF-8: {err}"));
            Ok(())
        }
        other => {
            wrong.add(line, format!("cannot be read: {other:?}"));
            Ok(())
        }
    }
}

fn json_rows(source: Source, wrong: &mut Wrong) -> io::Result<Vec<Row>> {
    let line = Cell::new(1);
    let mut counted = Counted {
        inner: source,
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
    match read {
        Ok(()) => Ok(rows),
        Err(error) if error.is_io() => Err(error.into()),
        Err(error) => {
            wrong.add(
                u64::try_from(error.line()).unwrap_or(u64::MAX),
                error.to_string(),
            );
            Ok(rows)
        }
    }
}

/// Counts the line ends that pass. serde_json asks for one byte at a time and looks at most one ahead, so that the count
/// is exact where an object's brace has just been read.
struct Counted<'a> {
    inner: Source,
    line: &'a Cell<u64>,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
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
                serde_json::Value::Null => Ok(()),
                serde_json::Value::String(text) => row.put(&name, &text),
                serde_json::Value::Number(number) => row.put(&name, &number.to_string()),
                _ => Err(format!("{} must be a text", shown(&name))),
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
