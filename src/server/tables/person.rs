//! People, their organisations and their appointments.
//!
//! Invariant: what an import brings is kept by its identifier, and nobody is ever deleted.

use std::collections::BTreeSet;

use super::column::{OfRow, in_row};
use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond::required as in_ms;
use serde::Serialize;
use sqlx::{FromRow, Row as _};

use super::contact::Said;
use super::{At, listed};
use crate::domain::{Bytes, Lost, Organisation, OrganisationId, Person, PersonId, PersonKind};
use crate::server::database::{Connection, Fault, Row, Write};
use crate::wire::Expected;

/// Selects a [`Person`] from `person p` and `organisation o`.
macro_rules! select_person {
    ($tail:literal) => {
        concat!(
            "SELECT p.id, p.name, p.email, p.employee_number, p.kind, o.id AS organisation_id, \
             o.name AS organisation_name, o.coc_number, \
             (SELECT count(*) FROM valid_factor f WHERE f.person = p.id AND f.sort = 'key') AS keys, \
             (SELECT count(*) FROM valid_factor f WHERE f.person = p.id AND f.sort = 'app') AS apps, \
             (SELECT count(*) FROM had_factor f WHERE f.person = p.id AND f.sort = 'key' AND f.suspended_ms IS NOT NULL \
             AND f.gone_ms IS NULL) AS lost_keys, \
             (SELECT count(*) FROM had_factor f WHERE f.person = p.id AND f.sort = 'app' AND f.suspended_ms IS NOT NULL \
             AND f.gone_ms IS NULL) AS lost_apps, \
             p.earlier_factors > 0 OR EXISTS (SELECT 1 FROM had_factor f WHERE f.person = p.id) AS had_any ",
            $tail
        )
    };
}
pub(super) use select_person;

impl OfRow for Person {
    fn of_row(row: &Row) -> Result<Self, Fault> {
        let organisation: Option<OrganisationId> = row.try_get("organisation_id")?;
        let (keys, apps): (u32, u32) = (row.try_get("keys")?, row.try_get("apps")?);
        Ok(Self {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            email: row.try_get("email")?,
            employee_number: row.try_get("employee_number")?,
            kind: row.try_get("kind")?,
            organisation: organisation
                .map(|id| -> Result<Organisation, Fault> {
                    Ok(Organisation {
                        id,
                        name: row.try_get("organisation_name")?,
                        coc_number: row.try_get("coc_number")?,
                    })
                })
                .transpose()?,
            keys,
            apps,
            lost: Lost {
                keys: row.try_get("lost_keys")?,
                apps: row.try_get("lost_apps")?,
                all: keys + apps == 0 && row.try_get::<bool, _>("had_any")?,
            },
        })
    }
}

impl OfRow for Expected {
    fn of_row(row: &Row) -> Result<Self, Fault> {
        Ok(Self {
            at: row.try_get::<At, _>("at_ms")?.0,
            person: Person::of_row(row)?,
            done: row.try_get("done")?,
        })
    }
}

/// One person.
pub async fn by_id(db: &mut Connection, id: &PersonId) -> Result<Option<Person>, Fault> {
    sqlx::query(select_person!(
        "FROM person p LEFT JOIN organisation o ON o.id = p.organisation WHERE p.id = $1"
    ))
    .bind(id)
    .try_map(in_row)
    .fetch_optional(db)
    .await
}

/// Whoever has that e-mail address, in whichever case.
pub async fn by_email(db: &mut Connection, email: &str) -> Result<Option<PersonId>, Fault> {
    sqlx::query_scalar("SELECT id FROM person WHERE email = $1")
        .bind(email)
        .fetch_optional(db)
        .await
}

/// The people of an organisation by name, from the one after `skip` on, at most `limit`; `fitting`: those whom a search fits
/// ([`super::search::of_members`]), all where there is none.
pub async fn members(
    db: &mut Connection,
    (organisation, fitting): (&OrganisationId, Option<&str>),
    (skip, limit): (u32, u32),
) -> Result<Vec<Person>, Fault> {
    sqlx::query(select_person!(
        "FROM person p JOIN organisation o ON o.id = p.organisation WHERE p.organisation = $1 \
         AND ($2 IS NULL OR p.number IN (SELECT rowid FROM person_text WHERE person_text MATCH $2)) \
         ORDER BY p.name, p.id LIMIT $4 OFFSET $3"
    ))
    .bind(organisation)
    .bind(fitting)
    .bind(skip)
    .bind(limit)
    .try_map(in_row).fetch_all(db)
    .await
}

/// The user handle that a person's credentials carry.
pub async fn user_handle(db: &mut Connection, id: &PersonId) -> Result<Option<Bytes>, Fault> {
    sqlx::query_scalar("SELECT user_handle FROM person WHERE id = $1")
        .bind(id)
        .fetch_optional(db)
        .await
}

/// Who has an appointment from the one time until before the other, in order of time. What they are lent is not what they come for.
pub async fn expected(
    db: &mut Connection,
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<Expected>, Fault> {
    sqlx::query(select_person!(
        ", a.at_ms, EXISTS (SELECT 1 FROM credential c WHERE c.person = p.id AND c.enrolled_ms >= $1 AND c.gone_ms IS NULL \
         AND c.suspended_ms IS NULL AND c.lent_until_ms IS NULL) OR EXISTS (SELECT 1 FROM factor f WHERE f.person = p.id AND f.enrolled_ms >= $1 \
         AND f.removed_ms IS NULL AND f.suspended_ms IS NULL) AS done \
         FROM appointment a JOIN person p ON p.id = a.person \
         LEFT JOIN organisation o ON o.id = p.organisation \
         WHERE a.at_ms >= $1 AND a.at_ms < $2 ORDER BY a.at_ms, p.name, p.id"
    ))
    .bind(At(from))
    .bind(At(until))
    .try_map(in_row).fetch_all(db)
    .await
}

/// The administrators of an organisation but that person, by name.
pub async fn administrators(
    db: &mut Connection,
    organisation: &OrganisationId,
    but: &PersonId,
) -> Result<Vec<PersonId>, Fault> {
    sqlx::query_scalar(
        "SELECT id FROM person WHERE organisation = $1 AND id <> $2 AND kind IN ('main-administrator', 'user-administrator') \
         ORDER BY name, id",
    )
    .bind(organisation)
    .bind(but)
    .fetch_all(db)
    .await
}

/// How many factors a person had elsewhere before; none: there is no such person.
pub async fn earlier_factors(db: &mut Connection, id: &PersonId) -> Result<Option<i64>, Fault> {
    sqlx::query_scalar("SELECT earlier_factors FROM person WHERE id = $1")
        .bind(id)
        .fetch_optional(db)
        .await
}

/// An organisation as it is said to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct NewOrganisation {
    pub id: OrganisationId,
    pub name: String,
    pub country: String,
    pub coc_number: Option<String>,
}

/// Every organisation.
pub async fn organisations(db: &mut Connection) -> Result<Vec<NewOrganisation>, Fault> {
    sqlx::query_as("SELECT id, name, country, coc_number FROM organisation")
        .fetch_all(db)
        .await
}

/// Keeps organisations as they are said to be, one after the other.
pub async fn put_organisations(tx: &mut Write, new: &[NewOrganisation]) -> Result<(), Fault> {
    let statement = "INSERT INTO organisation (id, name, country, coc_number) SELECT value ->> 'id', value ->> 'name', \
         value ->> 'country', value ->> 'coc_number' FROM json_each($1) WHERE TRUE ON CONFLICT (id) DO UPDATE \
         SET name = excluded.name, country = excluded.country, coc_number = excluded.coc_number";
    put_each(tx, statement, new).await
}

/// A person as they are said to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewPerson {
    pub id: PersonId,
    pub name: String,
    pub email: Option<String>,
    pub employee_number: Option<String>,
    pub kind: PersonKind,
    pub organisation: Option<OrganisationId>,
    /// Of somebody new, in hexadecimal digits.
    pub user_handle: String,
    /// None: what is known stays.
    pub earlier_factors: Option<u8>,
    /// How they are reached, their address included.
    #[serde(skip)]
    pub contacts: Said,
    /// They had more factors elsewhere than was known.
    #[serde(skip)]
    pub had_more: bool,
}

impl NewPerson {
    /// Whether keeping it would change nothing.
    pub fn says_what_is(&self, known: &Self) -> bool {
        let said = (&self.id, &self.name, &self.email, &self.employee_number);
        let kept = (&known.id, &known.name, &known.email, &known.employee_number);
        said == kept
            && (self.kind, &self.organisation) == (known.kind, &known.organisation)
            && self
                .earlier_factors
                .is_none_or(|n| Some(n) == known.earlier_factors)
            && self.contacts.iter().all(|(sort, value)| {
                let known = known.contacts.get(sort);
                known.map_or("", String::as_str).eq_ignore_ascii_case(value)
            })
    }
}

impl FromRow<'_, Row> for NewPerson {
    fn from_row(row: &Row) -> Result<Self, Fault> {
        Ok(Self {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            email: row.try_get("email")?,
            employee_number: row.try_get("employee_number")?,
            kind: row.try_get("kind")?,
            organisation: row.try_get("organisation")?,
            user_handle: String::new(),
            earlier_factors: Some(row.try_get("earlier_factors")?),
            contacts: Said::new(),
            had_more: false,
        })
    }
}

/// Those of these people who are there, as they are.
pub async fn with_ids(
    db: &mut Connection,
    ids: impl Iterator<Item = &PersonId>,
) -> Result<Vec<NewPerson>, Fault> {
    sqlx::query_as(
        "SELECT id, name, email, employee_number, kind, organisation, earlier_factors FROM person \
         WHERE id IN (SELECT value FROM json_each($1))",
    )
    .bind(listed(ids)?)
    .fetch_all(db)
    .await
}

/// Which of these people are there.
pub async fn which_are_there(
    db: &mut Connection,
    ids: &BTreeSet<&str>,
) -> Result<BTreeSet<String>, Fault> {
    let found: Vec<String> =
        sqlx::query_scalar("SELECT id FROM person WHERE id IN (SELECT value FROM json_each($1))")
            .bind(listed(ids.iter())?)
            .fetch_all(db)
            .await?;
    Ok(found.into_iter().collect())
}

/// Who has which of these e-mail addresses.
pub async fn with_emails(
    db: &mut Connection,
    emails: impl Iterator<Item = &str>,
) -> Result<Vec<(PersonId, String)>, Fault> {
    sqlx::query_as("SELECT id, email FROM person WHERE email IN (SELECT value FROM json_each($1))")
        .bind(listed(emails)?)
        .fetch_all(db)
        .await
}

/// Who has which of these numbers, each in its organisation.
pub async fn with_numbers(
    db: &mut Connection,
    numbers: impl Iterator<Item = (&OrganisationId, &str)>,
) -> Result<Vec<(PersonId, OrganisationId, String)>, Fault> {
    sqlx::query_as(
        "SELECT p.id, p.organisation, p.employee_number FROM json_each($1) n JOIN person p \
         ON p.organisation = n.value ->> 0 AND p.employee_number = n.value ->> 1",
    )
    .bind(listed(numbers)?)
    .fetch_all(db)
    .await
}

/// Keeps people as they are said to be, one after the other.
pub async fn put_all(tx: &mut Write, new: &[NewPerson]) -> Result<(), Fault> {
    let statement = "INSERT INTO person (id, name, email, employee_number, kind, organisation, user_handle, earlier_factors) \
         SELECT value ->> 'id', value ->> 'name', value ->> 'email', value ->> 'employee_number', value ->> 'kind', \
         value ->> 'organisation', unhex(value ->> 'user_handle'), coalesce(value ->> 'earlier_factors', 0) \
         FROM json_each($1) WHERE TRUE ON CONFLICT (id) DO UPDATE SET name = excluded.name, \
         email = excluded.email, employee_number = excluded.employee_number, kind = excluded.kind, \
         organisation = excluded.organisation, earlier_factors = max(excluded.earlier_factors, earlier_factors)";
    put_each(tx, statement, new).await
}

/// An appointment of somebody who is there.
#[derive(Debug, Serialize)]
pub struct NewAppointment {
    pub person: PersonId,
    #[serde(rename = "at_ms", with = "in_ms")]
    pub at: Timestamp,
}

/// Keeps appointments.
pub async fn put_appointments(tx: &mut Write, new: &[NewAppointment]) -> Result<(), Fault> {
    let statement = "INSERT INTO appointment (person, at_ms) SELECT value ->> 'person', value ->> 'at_ms' FROM json_each($1) \
         WHERE TRUE ON CONFLICT DO NOTHING";
    put_each(tx, statement, new).await
}

async fn put_each(
    tx: &mut Write,
    statement: &'static str,
    new: &[impl Serialize],
) -> Result<(), Fault> {
    sqlx::query(statement)
        .bind(listed(new.iter())?)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
