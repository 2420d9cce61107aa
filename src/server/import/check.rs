//! What a record must be by itself, whatever else is in the file or the registry.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::contacts;
use super::rows::Row;
use crate::domain::{OneLine, PersonKind};
use crate::server::tables::contact::Said;

/// More factors than that nobody had.
const MAX_EARLIER_FACTORS: u8 = 99;

/// A record that holds by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    Organisation {
        id: String,
        name: String,
        country: String,
        coc_number: Option<String>,
    },
    /// A person. `organisation` is whatever the file names it by.
    Person {
        id: String,
        name: String,
        kind: PersonKind,
        email: Option<String>,
        employee_number: Option<String>,
        organisation: Option<String>,
        /// How many factors they had elsewhere; where the file does not say, what is known stays.
        earlier_factors: Option<u8>,
        /// How they are reached.
        contacts: Said,
    },
    Appointment {
        person: String,
        at: Timestamp,
    },
}

/// The identifiers that the file speaks of, also where their own records are wrong: so that one wrong record is reported
/// once, not with everything that refers to it.
#[derive(Debug, Default)]
pub struct Declared {
    organisations: BTreeSet<String>,
    people: BTreeSet<String>,
}

impl Declared {
    /// Notes what a row declares.
    pub fn note(&mut self, row: &Row) {
        let words = [row.text("id"), row.text("name"), row.text("coc_number")];
        match row.text("record").unwrap_or("person") {
            "organisation" => self
                .organisations
                .extend(words.into_iter().flatten().map(str::to_owned)),
            "person" => self.people.extend(row.text("id").map(str::to_owned)),
            _ => {}
        }
    }

    /// Whether the file declares an organisation by this id, name or number.
    pub fn organisation(&self, word: &str) -> bool {
        self.organisations.contains(word)
    }

    /// Whether the file declares this person.
    pub fn person(&self, id: &str) -> bool {
        self.people.contains(id)
    }
}

/// Checks a row; every reason against it.
pub fn record(row: &Row) -> Result<Record, Vec<String>> {
    let mut fields = Fields {
        row,
        reasons: Vec::new(),
    };
    let record = match row.text("record").unwrap_or("person") {
        "organisation" => organisation(&mut fields),
        "person" => person(&mut fields),
        "appointment" => appointment(&mut fields),
        other => {
            fields.refuse(format!(
                "record is {other:?}: it must be organisation, person or appointment"
            ));
            None
        }
    };
    match record {
        Some(record) if fields.reasons.is_empty() => Ok(record),
        _ => Err(fields.reasons),
    }
}

struct Fields<'a> {
    row: &'a Row,
    reasons: Vec<String>,
}

impl Fields<'_> {
    fn refuse(&mut self, reason: impl Into<String>) {
        self.reasons.push(reason.into());
    }

    fn optional(&self, name: &str) -> Option<String> {
        self.row.text(name).map(str::to_owned)
    }

    fn required(&mut self, name: &str) -> Option<String> {
        let value = self.optional(name);
        if value.is_none() {
            self.refuse(format!("{name} is missing"));
        }
        value
    }

    /// An identifier: it ends up in addresses and journals, so its letters are few.
    fn identifier(&mut self, name: &str) -> Option<String> {
        let value = self.required(name)?;
        let fits = value.len() <= 64
            && value
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
            && value.bytes().any(|b| b.is_ascii_alphanumeric());
        if fits {
            return Some(value);
        }
        self.refuse(format!(
            "{name} is {value:?}: use at most 64 letters, digits, '-', '_' and '.'"
        ));
        None
    }

    /// A name for people.
    fn name(&mut self) -> Option<String> {
        // Blanks of other widths come from other programs, and nobody sees them.
        let value: String = self
            .required("name")?
            .chars()
            .map(|c| match c.is_whitespace() {
                true => ' ',
                false => c,
            })
            .collect();
        match OneLine::<200>::check(&value) {
            Ok(()) => return Some(value),
            Err(fault) => self.refuse(format!("name: {fault}")),
        }
        None
    }

    /// Of a person.
    fn kind(&mut self) -> Option<PersonKind> {
        let word = self.required("kind")?;
        let kind = PersonKind::parse(&word);
        if kind.is_none() {
            let known = PersonKind::ALL.map(PersonKind::as_str).join(", ");
            self.refuse(format!("kind is {word:?}: it must be one of {known}"));
        }
        kind
    }

    /// Names that this sort of record has no use for are a sign of columns that slipped.
    fn only(&mut self, names: &[&str]) {
        let extra: Vec<&str> = self
            .row
            .names()
            .filter(|name| *name != "record" && !names.contains(name))
            .collect();
        if !extra.is_empty() {
            self.refuse(format!("this sort of record has no {}", extra.join(", ")));
        }
    }
}

fn organisation(fields: &mut Fields<'_>) -> Option<Record> {
    fields.only(&["id", "name", "country", "coc_number"]);
    let (id, name) = (fields.identifier("id"), fields.name());
    let country = fields
        .optional("country")
        .unwrap_or_else(|| "NL".to_owned());
    if country.len() != 2 || !country.bytes().all(|b| b.is_ascii_uppercase()) {
        fields.refuse(format!(
            "country is {country:?}: use two capital letters (ISO 3166)"
        ));
    }
    let coc_number = fields.optional("coc_number");
    match &coc_number {
        Some(number) if country == "NL" && !is_coc_number(number) => {
            fields.refuse(format!(
                "coc_number is {number:?}: a Dutch one has eight digits"
            ));
        }
        Some(number) if number.len() > 40 => {
            fields.refuse("coc_number has more than 40 characters")
        }
        None if country == "NL" => {
            fields.refuse("coc_number is missing: a Dutch organisation has one");
        }
        _ => {}
    }
    Some(Record::Organisation {
        id: id?,
        name: name?,
        country,
        coc_number,
    })
}

fn is_coc_number(text: &str) -> bool {
    text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit())
}

fn person(fields: &mut Fields<'_>) -> Option<Record> {
    fields.only(&[
        "id",
        "name",
        "kind",
        "email",
        "second_email",
        "phone",
        "language",
        "employee_number",
        "organisation",
        "earlier_factors",
    ]);
    let (id, name) = (fields.identifier("id"), fields.name());
    let kind = fields.kind();
    let email = fields.optional("email");
    let contacts = contacts::said(|name| fields.row.text(name), &mut fields.reasons);
    let organisation = fields.optional("organisation");
    match (kind, &organisation) {
        (Some(kind), None) if kind.belongs_to_organisation() => {
            fields.refuse(format!(
                "organisation is missing: {} belongs to one",
                kind.as_str()
            ));
        }
        (Some(kind), Some(_)) if !kind.belongs_to_organisation() => {
            fields.refuse(format!(
                "organisation is given, but {} belongs to none",
                kind.as_str()
            ));
        }
        _ => {}
    }
    let employee_number = fields.optional("employee_number");
    if employee_number
        .as_deref()
        .is_some_and(|number| number.len() > 40)
    {
        fields.refuse("employee_number has more than 40 characters");
    }
    Some(Record::Person {
        id: id?,
        name: name?,
        kind: kind?,
        email,
        employee_number,
        organisation,
        earlier_factors: earlier_factors(fields),
        contacts,
    })
}

/// A number that can't be read is never taken for none: whoever had a factor would count as somebody who never had one.
fn earlier_factors(fields: &mut Fields<'_>) -> Option<u8> {
    let text = fields.optional("earlier_factors")?;
    let number = text.parse().ok().filter(|n| *n <= MAX_EARLIER_FACTORS);
    if number.is_none() {
        fields.refuse(format!(
            "earlier_factors is {text:?}: it must be a whole number from 0 to {MAX_EARLIER_FACTORS}"
        ));
    }
    number
}

fn appointment(fields: &mut Fields<'_>) -> Option<Record> {
    fields.only(&["person", "at"]);
    let person = fields.identifier("person");
    let text = fields.required("at")?;
    match text.parse::<Timestamp>() {
        Ok(at) => Some(Record::Appointment {
            person: person?,
            at,
        }),
        Err(_) => {
            fields.refuse(format!(
                "at is {text:?}: write it as 2026-11-22T14:30:00+01:00"
            ));
            None
        }
    }
}
