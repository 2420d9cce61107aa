//! Where people are reached, and since when.
//!
//! Invariants: what is in use has no end; an address that another one took the place of is kept for [`KEPT`], so that whoever changed
//! it is not the only one who hears of what follows.

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::At;
use super::column::MaybeAt;
use crate::domain::PersonId;
use crate::domain::words::words;
use crate::server::database::{Connection, Fault, Write};
use crate::text::Language;

/// So long a former address is written to as well.
pub const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A way to reach somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sort {
    /// Also their name at the platform.
    Email,
    SecondEmail,
    Phone,
    /// In which they are written to.
    Language,
}

words! {Sort {
    Email => "email",
    SecondEmail => "second-email",
    Phone => "phone",
    Language => "language",
}}

/// What somebody says of how a person is reached; an empty text takes it away, and what is not said stays.
pub type Said = BTreeMap<Sort, String>;

/// How a person is reached.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contacts {
    /// E-mail addresses in use, the first one first, each with since when it is.
    pub addresses: Vec<(String, Timestamp)>,
    /// Addresses that are not in use any more, each with since when it is not.
    pub former: Vec<(String, Timestamp)>,
    /// A number in international form, and since when it is theirs.
    pub phone: Option<(String, Timestamp)>,
    /// None: nobody said.
    pub language: Option<Language>,
}

impl Contacts {
    /// Where a message goes now: an address that is newer than [`KEPT`] is never alone, where there was another one before it.
    pub fn written_to(&self, now: Timestamp) -> Vec<&str> {
        let lately = self.former.iter().filter(|(_, at)| *at > now - KEPT);
        let mut all: Vec<&str> = Vec::new();
        for (address, _) in self.addresses.iter().chain(lately) {
            if !all.iter().any(|one| one.eq_ignore_ascii_case(address)) {
                all.push(address);
            }
        }
        all
    }
}

/// How a person is reached now, and was lately.
pub async fn contacts(db: &mut Connection, person: &PersonId) -> Result<Contacts, Fault> {
    let rows: Vec<(String, String, At, MaybeAt)> = sqlx::query_as(
        "SELECT sort, value, since_ms, until_ms FROM contact WHERE person = $1 ORDER BY until_ms IS NOT NULL, sort, number DESC",
    )
    .bind(person)
    .fetch_all(db)
    .await?;
    let mut contacts = Contacts::default();
    for (sort, value, At(since), MaybeAt(until)) in rows {
        match (Sort::parse(&sort), until) {
            (Some(Sort::Email | Sort::SecondEmail), None) => {
                contacts.addresses.push((value, since));
            }
            (Some(Sort::Email | Sort::SecondEmail), Some(at)) => contacts.former.push((value, at)),
            (Some(Sort::Phone), None) => contacts.phone = Some((value, since)),
            (Some(Sort::Language), None) => contacts.language = Language::parse(&value),
            (Some(Sort::Phone | Sort::Language) | None, _) => {}
        }
    }
    Ok(contacts)
}

/// What is in use, of each of these people.
pub async fn in_use(
    db: &mut Connection,
    people: impl Iterator<Item = &PersonId>,
) -> Result<HashMap<PersonId, Said>, Fault> {
    let rows: Vec<(PersonId, String, String)> = sqlx::query_as(
        "SELECT person, sort, value FROM contact WHERE until_ms IS NULL AND person IN (SELECT value FROM json_each($1))",
    )
    .bind(super::listed(people)?)
    .fetch_all(db)
    .await?;
    let mut all: HashMap<PersonId, Said> = HashMap::new();
    for (person, sort, value) in rows {
        if let Some(sort) = Sort::parse(&sort) {
            all.entry(person).or_default().insert(sort, value);
        }
    }
    Ok(all)
}

/// What is said of one person.
#[derive(Serialize)]
struct Row<'a> {
    person: &'a PersonId,
    sort: &'a str,
    value: &'a str,
}

/// Keeps what is said of people; what is the same stays as old as it is.
pub async fn put_all<'a>(
    tx: &mut Write,
    said: impl Iterator<Item = (&'a PersonId, &'a Said)>,
    now: Timestamp,
) -> Result<(), Fault> {
    let rows = said.flat_map(|(person, said)| {
        said.iter().map(move |(sort, value)| Row {
            person,
            sort: sort.as_str(),
            value,
        })
    });
    let rows = super::listed(rows)?;
    sqlx::query(
        "UPDATE contact SET until_ms = $2 FROM json_each($1) AS said WHERE until_ms IS NULL AND person = said.value ->> 'person' \
         AND sort = said.value ->> 'sort' AND contact.value <> said.value ->> 'value'",
    )
    .bind(&rows)
    .bind(At(now))
    .execute(&mut **tx)
    .await?;
    sqlx::query(
        "INSERT INTO contact (person, sort, value, since_ms) SELECT value ->> 'person', value ->> 'sort', value ->> 'value', $2 \
         FROM json_each($1) WHERE value ->> 'value' <> '' ON CONFLICT DO NOTHING",
    )
    .bind(&rows)
    .bind(At(now))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Forgets what was not in use any more then.
pub async fn forget(tx: &mut Write, before: Timestamp) -> Result<(), Fault> {
    sqlx::query("DELETE FROM contact WHERE until_ms <= $1")
        .bind(At(before))
        .execute(&mut **tx)
        .await?;
    Ok(())
}
