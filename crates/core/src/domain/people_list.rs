//! The list of people that a batch enrols keys for, or that tickets are fetched for: one registry identifier a line, or columns
//! with a heading.
//!
//! Invariant: a list is taken whole or not at all, everybody is on it once, and it holds no PIN: a column for one is
//! refused by name.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::id::PersonId;
use super::identification::{Identification, IdentificationError};
use super::line::OneLine;
use super::list::{LineFault, Row, Table, oddity, rows, shown, text, word};

/// The most people on one list.
pub const PEOPLE_MAX: usize = 1000;

/// The longest identifier, in characters.
pub const ID_CHARS_MAX: usize = 128;

/// Words that no column may have in its name.
const SECRET: [&str; 5] = ["pin", "secret", "password", "passcode", "puk"];

/// Somebody on the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    pub person: PersonId,
    /// How the person was identified, where the list says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identification: Option<Identification>,
}

/// A list that was read, with the line of everybody on it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PeopleList(Vec<(u64, Listed)>);

/// Why a list was not taken: every line that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("nothing was taken from the list: {}", joined(.0))]
pub struct ListError(pub Vec<LineFault>);

fn joined(faults: &[LineFault]) -> String {
    let listed: Vec<String> = faults.iter().take(20).map(LineFault::to_string).collect();
    let more = faults.len().saturating_sub(listed.len());
    let mut text = listed.join("; ");
    if more > 0 {
        text.push_str(&format!("; and {more} lines more"));
    }
    text
}

impl PeopleList {
    /// Those on it, in its order.
    pub fn listed(&self) -> impl ExactSizeIterator<Item = &Listed> {
        self.0.iter().map(|(_, listed)| listed)
    }

    /// The same, for good.
    pub fn into_listed(self) -> Vec<Listed> {
        self.0.into_iter().map(|(_, listed)| listed).collect()
    }

    /// Whether everybody on it is known. `why` says what is wrong with those who are not.
    ///
    /// # Errors
    /// [`ListError`] with the line of everybody who is not.
    pub fn all_known(&self, unknown: &BTreeSet<PersonId>, why: &str) -> Result<(), ListError> {
        let strangers = self
            .0
            .iter()
            .filter(|(_, listed)| unknown.contains(&listed.person));
        let faults: Vec<LineFault> = strangers
            .map(|(line, listed)| {
                let what = format!("{}: {why}", shown(listed.person.as_str()));
                LineFault::new(*line, what)
            })
            .collect();
        match faults.is_empty() {
            true => Ok(()),
            false => Err(ListError(faults)),
        }
    }
}

/// Reads a list. A first row that names the column `person` makes it a table, with `identified_by`
/// (`passport:7K31`, or `statement:…`) as the only other column; without one, each line is an identifier. Empty lines and
/// lines that begin with `#` are passed over.
///
/// # Errors
/// [`ListError`] with every line that is wrong; nobody is taken from such a list.
pub fn parse(bytes: &[u8]) -> Result<PeopleList, ListError> {
    let text = text(bytes).map_err(|fault| ListError(vec![fault]))?;
    let mut list = List::default();
    for row in rows(text, true) {
        match row {
            Ok(row) => list.take(&row),
            Err(fault) => list.faults.push(fault),
        }
    }
    list.finish()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Person,
    IdentifiedBy,
}

impl Column {
    fn known(heading: &str) -> Option<Self> {
        match heading {
            "person" | "persoon" => Some(Self::Person),
            "identifiedby" => Some(Self::IdentifiedBy),
            _ => None,
        }
    }
}

#[derive(Default)]
struct List {
    table: Option<Table<Column>>,
    people: Vec<(u64, Listed)>,
    faults: Vec<LineFault>,
}

impl List {
    fn fault(&mut self, line: u64, what: impl Into<String>) {
        self.faults.push(LineFault::new(line, what));
    }

    fn take(&mut self, row: &Row<'_>) {
        let table = match self.table.take() {
            Some(table) => table,
            None => {
                let named = row
                    .cells
                    .iter()
                    .any(|cell| Column::known(&word(cell)).is_some());
                let filled = row.cells.iter().filter(|cell| !cell.is_empty()).count();
                // A first row with several texts can only be a heading.
                if named || filled > 1 {
                    self.table = Some(self.heading(row));
                    return;
                }
                Table::in_order(&[Column::Person])
            }
        };
        let taken = table.fit(row).and_then(|()| self.person(&table, row));
        self.faults.extend(taken.err());
        self.table = Some(table);
    }

    fn heading(&mut self, row: &Row<'_>) -> Table<Column> {
        let unknown = |name: &str| {
            let plain = word(name);
            match SECRET.iter().any(|secret| plain.contains(secret)) {
                true => "a list has no PINs and no other secrets: delete that column from the file"
                    .to_owned(),
                false => format!(
                    "the column {:?} is not known: write person and, if you like, identified_by",
                    shown(name)
                ),
            }
        };
        let table = Table::of(row, Column::known, unknown, &mut self.faults);
        if !table.has(Column::Person) {
            self.fault(
                row.line,
                "the heading names no column person: add one, or write one identifier a line",
            );
        }
        table
    }

    fn person(&mut self, table: &Table<Column>, row: &Row<'_>) -> Result<(), LineFault> {
        let fault = |what: String| Err(LineFault::new(row.line, what));
        let id = table.cell(row, Column::Person);
        if let Some(odd) = oddity(id) {
            return fault(format!("{:?} {odd}", shown(id)));
        }
        if OneLine::<ID_CHARS_MAX>::check(id).is_err() {
            return fault("no identifier: see `keydesk person find`".to_owned());
        }
        if self.people.len() >= PEOPLE_MAX {
            // Said once: a list of millions must not become as many faults.
            return match self.faults.is_empty() {
                true => fault(format!("a list has at most {PEOPLE_MAX} people: split it")),
                false => Ok(()),
            };
        }
        let stated = table.cell(row, Column::IdentifiedBy);
        let identification = match stated.is_empty() {
            true => None,
            false => match stated.parse() {
                Ok(identification) => Some(identification),
                Err(error) => {
                    let error: IdentificationError = error;
                    return fault(format!("identified_by: {error}"));
                }
            },
        };
        let person = PersonId::new(id);
        let listed = Listed {
            person,
            identification,
        };
        self.people.push((row.line, listed));
        Ok(())
    }

    fn finish(mut self) -> Result<PeopleList, ListError> {
        let mut first = BTreeMap::new();
        for (line, listed) in &self.people {
            if let Some(before) = first.insert(&listed.person, *line) {
                let what = format!(
                    "{} is on line {before} already: a person is taken once",
                    shown(listed.person.as_str())
                );
                self.faults.push(LineFault::new(*line, what));
            }
        }
        if self.people.is_empty() && self.faults.is_empty() {
            self.fault(1, "it names nobody: write one person's identifier a line");
        }
        self.faults.sort_by_key(|fault| fault.line);
        match self.faults.is_empty() {
            true => Ok(PeopleList(self.people)),
            false => Err(ListError(self.faults)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(list: &PeopleList) -> Vec<&str> {
        list.listed().map(|listed| listed.person.as_str()).collect()
    }

    fn parse(text: &str) -> Result<PeopleList, ListError> {
        super::parse(text.as_bytes())
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
        let how: Vec<_> = list.listed().map(|l| l.identification.as_ref()).collect();
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
                proptest::prop_assert_eq!(people.len(), list.listed().len());
            }
        }
    }
}
