//! People, their organisations and their appointments.
//!
//! Invariant: what an import brings is kept by its identifier, and nobody is ever deleted.

use jiff::Timestamp;
use sqlx::{FromRow, Row as _};

use super::At;
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

impl FromRow<'_, Row> for Person {
    fn from_row(row: &Row) -> Result<Self, Fault> {
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

impl FromRow<'_, Row> for Expected {
    fn from_row(row: &Row) -> Result<Self, Fault> {
        Ok(Self {
            at: row.try_get::<At, _>("at_ms")?.0,
            person: Person::from_row(row)?,
            done: row.try_get("done")?,
        })
    }
}

/// One person.
pub async fn by_id(db: &mut Connection, id: &PersonId) -> Result<Option<Person>, Fault> {
    sqlx::query_as(select_person!(
        "FROM person p LEFT JOIN organisation o ON o.id = p.organisation WHERE p.id = $1"
    ))
    .bind(id)
    .fetch_optional(db)
    .await
}

/// The user handle that a person's credentials carry.
pub async fn user_handle(db: &mut Connection, id: &PersonId) -> Result<Option<Bytes>, Fault> {
    sqlx::query_scalar("SELECT user_handle FROM person WHERE id = $1")
        .bind(id)
        .fetch_optional(db)
        .await
}

/// Who has an appointment from the one time until before the other, in order of time.
pub async fn expected(
    db: &mut Connection,
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<Expected>, Fault> {
    sqlx::query_as(select_person!(
        ", a.at_ms, EXISTS (SELECT 1 FROM credential c WHERE c.person = p.id AND c.enrolled_ms >= $1 AND c.gone_ms IS NULL \
         AND c.suspended_ms IS NULL) OR EXISTS (SELECT 1 FROM factor f WHERE f.person = p.id AND f.enrolled_ms >= $1 \
         AND f.removed_ms IS NULL AND f.suspended_ms IS NULL) AS done \
         FROM appointment a JOIN person p ON p.id = a.person \
         LEFT JOIN organisation o ON o.id = p.organisation \
         WHERE a.at_ms >= $1 AND a.at_ms < $2 ORDER BY a.at_ms, p.name, p.id"
    ))
    .bind(At(from))
    .bind(At(until))
    .fetch_all(db)
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

/// Which organisation has that Chamber of Commerce number, but that one.
pub async fn organisation_with(
    db: &mut Connection,
    coc_number: &str,
    but: &str,
) -> Result<Option<OrganisationId>, Fault> {
    sqlx::query_scalar("SELECT id FROM organisation WHERE coc_number = $1 AND id <> $2")
        .bind(coc_number)
        .bind(but)
        .fetch_optional(db)
        .await
}

/// The organisations that a word means, the best two, and how well: 0 by its id, 1 by its number, 2 by its name.
pub async fn organisations_called(
    db: &mut Connection,
    word: &str,
) -> Result<Vec<(OrganisationId, i64)>, Fault> {
    sqlx::query_as(
        "SELECT id, CASE $1 WHEN id THEN 0 WHEN coc_number THEN 1 ELSE 2 END AS rank FROM organisation \
         WHERE id = $1 OR coc_number = $1 OR name = $1 ORDER BY rank LIMIT 2",
    )
    .bind(word)
    .fetch_all(db)
    .await
}

/// Keeps an organisation as it is said to be.
pub async fn put_organisation(
    tx: &mut Write,
    (id, name): (&str, &str),
    (country, coc_number): (&str, Option<&str>),
) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO organisation (id, name, country, coc_number) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO UPDATE \
         SET name = excluded.name, country = excluded.country, coc_number = excluded.coc_number",
    )
    .bind(id)
    .bind(name)
    .bind(country)
    .bind(coc_number)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Who has that e-mail address, but that person.
pub async fn with_email(
    db: &mut Connection,
    email: &str,
    but: &str,
) -> Result<Option<PersonId>, Fault> {
    sqlx::query_scalar("SELECT id FROM person WHERE email = $1 AND id <> $2")
        .bind(email)
        .bind(but)
        .fetch_optional(db)
        .await
}

/// Who has that number in the organisation, but that person.
pub async fn with_number(
    db: &mut Connection,
    (number, organisation): (&str, Option<&OrganisationId>),
    but: &str,
) -> Result<Option<PersonId>, Fault> {
    sqlx::query_scalar(
        "SELECT id FROM person WHERE employee_number = $1 AND organisation = $2 AND id <> $3",
    )
    .bind(number)
    .bind(organisation)
    .bind(but)
    .fetch_optional(db)
    .await
}

/// How many factors a person had elsewhere before; none: there is no such person.
pub async fn earlier_factors(db: &mut Connection, id: &PersonId) -> Result<Option<i64>, Fault> {
    sqlx::query_scalar("SELECT earlier_factors FROM person WHERE id = $1")
        .bind(id)
        .fetch_optional(db)
        .await
}

/// A person as they are said to be.
pub struct NewPerson<'a> {
    pub id: &'a str,
    pub name: &'a str,
    pub email: Option<&'a str>,
    pub employee_number: Option<&'a str>,
    pub kind: PersonKind,
    pub organisation: Option<&'a OrganisationId>,
    /// Of somebody new.
    pub user_handle: &'a [u8],
    /// None: what is known stays.
    pub earlier_factors: Option<u8>,
}

/// Keeps a person as they are said to be.
pub async fn put(tx: &mut Write, new: &NewPerson<'_>) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO person (id, name, email, employee_number, kind, organisation, user_handle, earlier_factors) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, coalesce($8, 0)) ON CONFLICT (id) DO UPDATE SET name = excluded.name, \
         email = excluded.email, employee_number = excluded.employee_number, kind = excluded.kind, \
         organisation = excluded.organisation, earlier_factors = coalesce($8, earlier_factors)",
    )
    .bind(new.id)
    .bind(new.name)
    .bind(new.email)
    .bind(new.employee_number)
    .bind(new.kind)
    .bind(new.organisation)
    .bind(new.user_handle)
    .bind(new.earlier_factors)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Keeps an appointment of somebody who is there.
pub async fn put_appointment(
    tx: &mut Write,
    person: &PersonId,
    at: Timestamp,
) -> Result<(), Fault> {
    sqlx::query("INSERT INTO appointment (person, at_ms) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        .bind(person)
        .bind(At(at))
        .execute(&mut **tx)
        .await?;
    Ok(())
}
