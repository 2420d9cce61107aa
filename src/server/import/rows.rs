//! From a file's bytes to rows of named texts, each with the line on which it begins.
//!
//! CSV, as [`list`] reads it: the first line names the columns. JSON: one array of objects whose members are texts (numbers are
//! taken as they are written). Both in UTF-8, with or without a byte order mark, with any line ends.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read};
use std::path::Path;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::{MAX_FILE_BYTES, MAX_RECORDS, Wrong};
use crate::domain::list::{self, Oddity, Table, oddity};

/// Longest text of one value.
const MAX_VALUE_BYTES: usize = 1000;

/// Every name that a record may use.
pub const NAMES: [&str; 15] = [
    "record",
    "id",
    "name",
    "kind",
    "email",
    "second_email",
    "phone",
    "language",
    "employee_number",
    "earlier_factors",
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
                name.chars().take(40).collect::<String>()
            ));
        }
        if value.len() > MAX_VALUE_BYTES {
            return Err(format!("{name} has more than {MAX_VALUE_BYTES} bytes"));
        }
        if let Some(odd) = oddity(value) {
            // What can't be seen is not shown.
            return Err(match odd {
                Oddity::Control | Oddity::Hidden(_) => format!("{name} {odd}"),
                odd => format!("{name} is {:?}: it {odd}", list::shown(value)),
            });
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
    match (list::text(bytes), format) {
        (Ok(text), Format::Csv) => csv_rows(text, wrong),
        (Ok(text), Format::Json) => json_rows(text.as_bytes(), wrong),
        (Err(fault), _) => {
            wrong.add(fault.line, fault.what);
            Vec::new()
        }
    }
}

fn csv_rows(text: &str, wrong: &mut Wrong) -> Vec<Row> {
    let mut table: Option<Table<usize>> = None;
    let mut found = Vec::new();
    for row in list::rows(text, false) {
        let row = match row {
            Ok(row) => row,
            Err(fault) => {
                wrong.add(fault.line, fault.what);
                continue;
            }
        };
        let Some(table) = &table else {
            let heading = heading(&row, wrong);
            if !wrong.is_empty() {
                return found;
            }
            table = Some(heading);
            continue;
        };
        if found.len() == MAX_RECORDS {
            wrong.add(
                row.line,
                format!("the file has more than {MAX_RECORDS} records; split it"),
            );
            return found;
        }
        found.extend(csv_row(table, &row, wrong));
    }
    if table.is_none() && wrong.is_empty() {
        let known = NAMES.join(", ");
        wrong.add(
            1,
            format!("the first line must name columns out of {known}"),
        );
    }
    found
}

/// Columns by their place in [`NAMES`].
fn heading(row: &list::Row<'_>, wrong: &mut Wrong) -> Table<usize> {
    let known = |heading: &str| NAMES.iter().position(|name| list::word(name) == heading);
    let unknown = |name: &str| {
        let names = NAMES.join(", ");
        format!(
            "{:?} is not a column that is known here; there are {names}",
            list::shown(name)
        )
    };
    let mut faults = Vec::new();
    let table = Table::of(row, known, unknown, &mut faults);
    faults
        .into_iter()
        .for_each(|fault| wrong.add(fault.line, fault.what));
    table
}

/// One record's row; none when it is wrong.
fn csv_row(table: &Table<usize>, record: &list::Row<'_>, wrong: &mut Wrong) -> Option<Row> {
    if let Err(fault) = table.fit(record) {
        wrong.add(fault.line, fault.what);
        return None;
    }
    let mut row = Row::new(record.line);
    let mut whole = true;
    for (at, name) in NAMES.iter().enumerate() {
        if let Err(reason) = row.put(name, table.cell(record, at)) {
            wrong.add(record.line, reason);
            whole = false;
        }
    }
    (whole && row.names().next().is_some()).then_some(row)
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
