//! Lists that people make with spreadsheets and editors: from a file's bytes to rows of texts, each with the line that an editor
//! shows. One reader for people, batches, tickets and hardware tokens.
//!
//! Hides encoding, separator, quotation marks, line ends and empty rows. Invariants: nothing is dropped without a word but rows
//! and ends of rows that are empty, remarks where a list may have them, and blanks around a text; a file that is not read as it
//! was meant is refused with the cause and its cure.
//!
//! The splitting is done by hand: a library that takes a file with a quotation mark that is never closed, or text after one, for
//! good, and counts lines otherwise than editors do, can't name what is wrong.

mod oddity;
mod table;
mod text;

use std::borrow::Cow;

use super::reason::Trouble;

pub use oddity::{Oddity, oddity};
pub use table::{Table, word};
pub use text::text;

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct LineFault {
    /// From 1, as an editor counts them.
    pub line: u64,
    /// What is wrong, and what to write instead. Repeats nothing of a column that may hold a secret.
    pub what: String,
}

impl LineFault {
    /// Something that is wrong there.
    pub fn new(line: u64, what: impl Into<String>) -> Self {
        let what = what.into();
        Self { line, what }
    }
}

/// Why a file of profiles or lists is of no use here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileFault {
    /// It is not in the folder.
    Elsewhere,
    /// Larger than 1 MiB.
    TooLarge,
    /// The system does not give it.
    Unreadable {
        /// As the system puts it.
        reason: String,
        /// What that is.
        known: Option<Trouble>,
    },
    /// Something is wrong in these lines.
    Lines(Vec<u64>),
}

impl From<LineFault> for FileFault {
    fn from(fault: LineFault) -> Self {
        Self::Lines(vec![fault.line])
    }
}

/// A row that is not empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<'a> {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// Its texts, without blanks around them.
    pub cells: Vec<Cow<'a, str>>,
}

impl Row<'_> {
    /// A text; empty where the row has no such cell.
    pub fn cell(&self, at: usize) -> &str {
        self.cells.get(at).map_or("", |cell| cell)
    }
}

/// As much of a text as helps to find it.
pub fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}

/// The rows of a text, in order; a row that can't be read is a fault, and reading goes on after it.
pub struct Rows<'a> {
    rest: &'a str,
    /// On which `rest` begins.
    line: u64,
    separator: char,
    remarks: bool,
}

/// Splits a text into rows. `remarks`: a line that begins with # is none.
///
/// The separator is what the first row has most of: commas, semicolons, as spreadsheets write them in countries with a decimal
/// comma, or tabs. A first line `sep=;`, which spreadsheets understand, says it outright.
pub fn rows(text: &str, remarks: bool) -> Rows<'_> {
    let mut rows = Rows {
        rest: text,
        line: 1,
        separator: ',',
        remarks,
    };
    let (first, after) = cut_line(text);
    let said = first
        .get(..4)
        .filter(|said| said.eq_ignore_ascii_case("sep="));
    let separator = said.and_then(|_| match first.get(4..) {
        Some(";") => Some(';'),
        Some(",") => Some(','),
        Some("\t") => Some('\t'),
        _ => None,
    });
    match separator {
        Some(separator) => {
            rows.separator = separator;
            (rows.rest, rows.line) = (after, 2);
        }
        None => rows.separator = rows.most(),
    }
    rows
}

/// The first line without its end, and what follows.
fn cut_line(text: &str) -> (&str, &str) {
    let Some(at) = text.find(['\n', '\r']) else {
        return (text, "");
    };
    let (line, rest) = text.split_at(at);
    let rest = rest
        .strip_prefix("\r\n")
        .or_else(|| rest.strip_prefix(['\n', '\r']));
    (line, rest.unwrap_or_default())
}

impl<'a> Rows<'a> {
    /// What the first row has most of.
    fn most(&self) -> char {
        let mut rest = self.rest;
        while !rest.is_empty() {
            let (line, after) = cut_line(rest);
            if !line.trim().is_empty() && !self.is_remark(line) {
                break;
            }
            rest = after;
        }
        let mut counts = [(',', 0), (';', 0), ('\t', 0)];
        let mut quoted = false;
        for c in rest.chars() {
            match c {
                '"' => quoted = !quoted,
                '\n' | '\r' if !quoted => break,
                _ => {
                    for (separator, count) in &mut counts {
                        *count += u32::from(*separator == c && !quoted);
                    }
                }
            }
        }
        let mut most = (',', 0);
        for (separator, count) in counts {
            if count > most.1 {
                most = (separator, count);
            }
        }
        most.0
    }

    fn is_remark(&self, line: &str) -> bool {
        self.remarks && line.trim_start().starts_with('#')
    }

    /// Passes over a line end, if one stands here.
    fn end_line(&mut self) -> bool {
        let (line, after) = cut_line(self.rest);
        let ends = line.is_empty() && !self.rest.is_empty();
        if ends {
            self.rest = after;
            self.line += 1;
        }
        ends
    }

    /// Passes over the rest of a line that can't be read.
    fn skip_line(&mut self) {
        (_, self.rest) = cut_line(self.rest);
        self.line += 1;
    }

    fn skip_blanks(&mut self) {
        let separator = self.separator;
        self.rest = self
            .rest
            .trim_start_matches(|c: char| matches!(c, ' ' | '\t') && c != separator);
    }

    /// The next row, empty or not.
    fn row(&mut self) -> Result<Row<'a>, LineFault> {
        let line = self.line;
        let mut cells = Vec::new();
        loop {
            self.skip_blanks();
            let cell = match self.rest.strip_prefix('"') {
                Some(rest) => self.quoted(rest, cells.len() + 1)?,
                None => self.plain(),
            };
            cells.push(cell);
            if let Some(rest) = self.rest.strip_prefix(self.separator) {
                self.rest = rest;
            } else if self.end_line() || self.rest.is_empty() {
                return Ok(Row { line, cells });
            } else {
                let field = cells.len();
                let here = self.line;
                self.skip_line();
                return Err(LineFault::new(
                    here,
                    format!("there is text after the closing quotation mark of field {field}"),
                ));
            }
        }
    }

    fn plain(&mut self) -> Cow<'a, str> {
        let separator = self.separator;
        let end = self
            .rest
            .find([separator, '\n', '\r'])
            .unwrap_or(self.rest.len());
        let (cell, rest) = self.rest.split_at(end);
        self.rest = rest;
        Cow::Borrowed(cell.trim())
    }

    /// A cell in quotation marks; `rest` begins after the first one.
    fn quoted(&mut self, rest: &'a str, field: usize) -> Result<Cow<'a, str>, LineFault> {
        let opened = self.line;
        let mut end = 0;
        let mut doubled = false;
        loop {
            let at = rest.get(end..).and_then(|rest| rest.find('"'));
            let Some(at) = at.map(|at| end + at) else {
                self.rest = "";
                return Err(LineFault::new(
                    opened,
                    format!("the quotation mark of field {field} is never closed"),
                ));
            };
            if rest.get(at + 1..).is_some_and(|rest| rest.starts_with('"')) {
                doubled = true;
                end = at + 2;
                continue;
            }
            let (cell, after) = (rest.get(..at), rest.get(at + 1..));
            let cell = cell.unwrap_or_default();
            self.line += line_ends(cell);
            self.rest = after.unwrap_or_default();
            self.skip_blanks();
            let cell = cell.trim();
            return Ok(match doubled {
                true => Cow::Owned(cell.replace("\"\"", "\"")),
                false => Cow::Borrowed(cell),
            });
        }
    }
}

impl<'a> Iterator for Rows<'a> {
    type Item = Result<Row<'a>, LineFault>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.rest.is_empty() {
            let (line, after) = cut_line(self.rest);
            if self.is_remark(line) {
                let here = self.line;
                (self.rest, self.line) = (after, here + 1);
                // What a spreadsheet writes where a formula has failed begins like a remark.
                let cell = line.trim().trim_end_matches(self.separator);
                match oddity(cell) {
                    Some(odd @ Oddity::ErrorValue) => {
                        let what = format!("{:?} {odd}", shown(cell));
                        return Some(Err(LineFault::new(here, what)));
                    }
                    _ => continue,
                }
            }
            match self.row() {
                Ok(row) if row.cells.iter().all(|cell| cell.is_empty()) => {}
                read => return Some(read),
            }
        }
        None
    }
}

/// How many lines end in it: by LF, CR LF or CR.
fn line_ends(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let ends = bytes.iter().enumerate().filter(|(at, byte)| match byte {
        b'\n' => at.checked_sub(1).and_then(|before| bytes.get(before)) != Some(&b'\r'),
        byte => **byte == b'\r',
    });
    u64::try_from(ends.count()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
