//! The list of people that a batch enrols keys for: one registry identifier a line, or CSV with a header.
//!
//! Invariant: a list is taken whole or not at all, everybody is on it once, and it holds no PIN: a column for one is
//! refused by name.

use serde::{Deserialize, Serialize};

use super::id::PersonId;
use super::identification::Identification;

/// The most people on one list.
pub const PEOPLE_MAX: usize = 1000;

/// The longest identifier, in characters.
const ID_CHARS_MAX: usize = 128;

/// The column of identifiers.
const PERSON: &str = "person";

/// The column of identifications.
const IDENTIFIED_BY: &str = "identified_by";

/// Words that no column may have in its name.
const SECRET: [&str; 5] = ["pin", "secret", "password", "passcode", "puk"];

/// Somebody on the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// The registry's identifier.
    pub person: PersonId,
    /// How the person was identified, where the list says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identification: Option<Identification>,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct LineFault {
    /// From 1, as an editor counts them.
    pub line: u64,
    /// What is wrong, and what to write instead. Repeats nothing of a column that may hold a secret.
    pub what: String,
}

/// Why a list was not taken: every line that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("nothing was taken from the list: {}", joined(.0))]
pub struct ListError(pub Vec<LineFault>);

fn joined(faults: &[LineFault]) -> String {
    let shown: Vec<String> = faults.iter().take(20).map(LineFault::to_string).collect();
    let more = faults.len().saturating_sub(shown.len());
    let mut text = shown.join("; ");
    if more > 0 {
        text.push_str(&format!("; and {more} lines more"));
    }
    text
}

/// Reads a list. A first line that names the column `person` makes it CSV, with `identified_by`
/// (`passport:7K31`, or `statement:…`) as the only other column; without one, each line is an identifier. Empty lines and
/// lines that begin with `#` are passed over.
///
/// # Errors
/// [`ListError`] with every line that is wrong; nobody is taken from such a list.
pub fn parse(text: &str) -> Result<Vec<Listed>, ListError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .comment(Some(b'#'))
        .from_reader(text.as_bytes());
    let mut list = List::default();
    for record in reader.records() {
        match record {
            Ok(record) => list.take(&record),
            Err(error) => {
                let line = error.position().map_or(1, csv::Position::line);
                list.fault(
                    line,
                    "it is not CSV: look for a quotation mark that is not closed",
                );
            }
        }
    }
    list.finish()
}

#[derive(Default)]
struct List {
    columns: Option<Columns>,
    people: Vec<(u64, Listed)>,
    faults: Vec<LineFault>,
}

#[derive(Clone, Copy)]
struct Columns {
    person: usize,
    identified_by: Option<usize>,
    count: usize,
}

impl Columns {
    const PLAIN: Self = Self {
        person: 0,
        identified_by: None,
        count: 1,
    };
}

impl List {
    fn fault(&mut self, line: u64, what: impl Into<String>) {
        let what = what.into();
        self.faults.push(LineFault { line, what });
    }

    fn take(&mut self, record: &csv::StringRecord) {
        let line = record.position().map_or(1, csv::Position::line);
        if record.iter().all(str::is_empty) {
            return;
        }
        let Some(columns) = self.columns else {
            let header = record.iter().any(|name| name == PERSON);
            // A first line with several fields can only be a header.
            if header || record.len() > 1 {
                self.columns = Some(self.header(line, record));
                return;
            }
            self.columns = Some(Columns::PLAIN);
            return self.person(line, record, Columns::PLAIN);
        };
        self.person(line, record, columns);
    }

    fn header(&mut self, line: u64, record: &csv::StringRecord) -> Columns {
        let mut columns = Columns {
            count: record.len(),
            ..Columns::PLAIN
        };
        let mut named = false;
        for (at, name) in record.iter().enumerate() {
            let lower = name.to_lowercase();
            match name {
                PERSON if !named => {
                    named = true;
                    columns.person = at;
                }
                IDENTIFIED_BY if columns.identified_by.is_none() => columns.identified_by = Some(at),
                _ if SECRET.iter().any(|word| lower.contains(word)) => self.fault(
                    line,
                    "a list has no PINs and no other secrets: delete that column from the file",
                ),
                _ => self.fault(
                    line,
                    format!(
                        "the column {:?} is not known, or there twice: write {PERSON} and, if you like, {IDENTIFIED_BY}",
                        shown(name)
                    ),
                ),
            }
        }
        if !named {
            self.fault(
                line,
                format!(
                    "the header names no column {PERSON}: add one, or write one identifier a line"
                ),
            );
        }
        columns
    }

    fn person(&mut self, line: u64, record: &csv::StringRecord, columns: Columns) {
        if record.len() != columns.count {
            let (found, wanted) = (record.len(), columns.count);
            return self.fault(
                line,
                format!("it has {found} fields where {wanted} are expected"),
            );
        }
        let id = record.get(columns.person).unwrap_or_default();
        if id.is_empty() || id.chars().count() > ID_CHARS_MAX || id.contains(char::is_control) {
            return self.fault(line, "no identifier: see `keydesk person find`");
        }
        if self.people.len() >= PEOPLE_MAX {
            // Said once: a list of millions must not become as many faults.
            if self.faults.is_empty() {
                self.fault(
                    line,
                    format!("a list has at most {PEOPLE_MAX} people: split it"),
                );
            }
            return;
        }
        let stated = columns.identified_by.and_then(|at| record.get(at));
        let identification = match stated.filter(|text| !text.is_empty()).map(str::parse) {
            None => None,
            Some(Ok(identification)) => Some(identification),
            Some(Err(error)) => {
                let error: super::identification::IdentificationError = error;
                return self.fault(line, format!("{IDENTIFIED_BY}: {error}"));
            }
        };
        let person = PersonId::new(id);
        self.people.push((
            line,
            Listed {
                person,
                identification,
            },
        ));
    }

    fn finish(mut self) -> Result<Vec<Listed>, ListError> {
        let mut first = std::collections::BTreeMap::new();
        for (line, listed) in &self.people {
            if let Some(before) = first.insert(&listed.person, *line) {
                self.faults.push(LineFault {
                    line: *line,
                    what: format!(
                        "{} is on line {before} already: a person is taken once",
                        shown(listed.person.as_str())
                    ),
                });
            }
        }
        if self.people.is_empty() && self.faults.is_empty() {
            self.fault(1, "it names nobody: write one person's identifier a line");
        }
        self.faults.sort_by_key(|fault| fault.line);
        if self.faults.is_empty() {
            Ok(self.people.into_iter().map(|(_, listed)| listed).collect())
        } else {
            Err(ListError(self.faults))
        }
    }
}

/// As much of a text as helps to find it.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(list: &[Listed]) -> Vec<&str> {
        list.iter().map(|listed| listed.person.as_str()).collect()
    }

    fn faults(text: &str) -> Vec<(u64, String)> {
        let ListError(faults) = parse(text).expect_err(text);
        faults.into_iter().map(|f| (f.line, f.what)).collect()
    }

    #[test]
    fn one_identifier_a_line_with_remarks_and_either_line_end_is_a_list() {
        let list = parse("\u{feff}# safe 3\r\np-2\r\n\r\n  p-1  \r\n").expect("a list");
        assert_eq!(ids(&list), ["p-2", "p-1"]);
    }

    #[test]
    fn a_header_makes_it_csv_with_an_identification_each() {
        let list = parse("identified_by,person\npassport:7k31,p-1\n,p-2\n").expect("a list");
        assert_eq!(ids(&list), ["p-1", "p-2"]);
        let how: Vec<_> = list.iter().map(|l| l.identification.as_ref()).collect();
        assert_eq!(
            how.first().copied().flatten().map(Identification::detail),
            Some("7K31")
        );
        assert_eq!(how.last().copied().flatten(), None);
    }

    #[test]
    fn every_wrong_line_is_named_and_nobody_is_taken() {
        let wrong = faults(
            "person,identified_by\np-1,passport:7K31\np-2,passport:12345\np-1,\n,passport:7K31\np-3\n",
        );
        let lines: Vec<u64> = wrong.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [3, 4, 5, 6], "{wrong:?}");
        assert!(
            wrong
                .iter()
                .any(|(line, what)| *line == 4 && what.contains("line 2"))
        );
    }

    #[test]
    fn a_column_for_pins_is_refused_and_its_values_are_not_repeated() {
        let ListError(all) = parse("person,PIN code\np-1,271828\n").expect_err("a PIN");
        let said = ListError(all).to_string();
        assert!(said.contains("no PINs"), "{said}");
        assert!(!said.contains("271828"), "{said}");
    }

    #[test]
    fn an_empty_list_and_one_that_is_too_long_are_refused() {
        assert_eq!(faults("# nobody\n").len(), 1);
        let long: String = (0..=PEOPLE_MAX).map(|n| format!("p-{n}\n")).collect();
        let (line, what) = faults(&long).remove(0);
        assert_eq!(line, 1001);
        assert!(what.contains("at most 1000"), "{what}");
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_reader_panic_and_what_it_takes_is_unique(text in "[a-z,\"#\r\n :p0-9\u{e9}]{0,200}") {
            if let Ok(list) = parse(&text) {
                let mut people = ids(&list);
                people.sort_unstable();
                people.dedup();
                proptest::prop_assert_eq!(people.len(), list.len());
            }
        }
    }
}
