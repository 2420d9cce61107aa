//! What people have to be told of.
//!
//! Invariant: a notice is there until it is marked as told, and a mark is never taken back.

use jiff::Timestamp;
use serde::Serialize;
use sqlx::{FromRow, Row as _};

use super::At;
use crate::domain::authority::Role;
use crate::domain::{OperatorId, OrganisationId, PersonId};
use crate::server::database::{Connection, Fault, Row, Write};

/// Something that somebody has not been told of yet.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Notice {
    /// Names it when it is marked.
    pub number: i64,
    /// Who is to be told.
    pub to: Named,
    /// `factor-added`, `factor-removed`, `factor-suspended`, `suspension-lifted`, `suspended-factor-removed`; of an operator's account
    /// `customer-service-account`.
    pub kind: String,
    pub about: Named,
    pub facts: serde_json::Value,
    /// When it became true.
    pub at: Timestamp,
}

/// A person or an operator, as somebody who writes to them needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Named {
    pub id: String,
    pub name: String,
    /// Where they are written to; an operator, if it is said which person they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// It is an operator's account.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub operator: bool,
}

impl FromRow<'_, Row> for Notice {
    fn from_row(row: &Row) -> Result<Self, Fault> {
        let named = |[id, name, email, operator]: [&str; 4]| -> Result<Named, Fault> {
            Ok(Named {
                id: row.try_get(id)?,
                name: row.try_get(name)?,
                email: row.try_get(email)?,
                operator: row.try_get(operator)?,
            })
        };
        Ok(Self {
            number: row.try_get("number")?,
            to: named(["to_id", "to_name", "to_email", "to_operator"])?,
            kind: row.try_get("kind")?,
            about: named(["about_id", "about_name", "about_email", "about_operator"])?,
            facts: serde_json::from_str(row.try_get("facts")?)
                .map_err(|why| Fault::Decode(Box::new(why)))?,
            at: row.try_get::<At, _>("at_ms")?.0,
        })
    }
}

/// Tells somebody, and the administrators of that organisation, of something that is about them.
pub async fn insert(
    tx: &mut Write,
    (kind, facts): (&str, &str),
    (about, administrators_of): (&PersonId, Option<&OrganisationId>),
    now: Timestamp,
) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO notice (person, kind, about, facts, at_ms) \
         SELECT p.id, $2, $1, $3, $4 FROM person p WHERE p.id = $1 \
         OR (p.organisation = $5 AND p.kind IN ('user-administrator', 'main-administrator')) ORDER BY p.id <> $1, p.id",
    )
    .bind(about)
    .bind(kind)
    .bind(facts)
    .bind(At(now))
    .bind(administrators_of)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whom a notice is about.
pub enum About<'a> {
    Operator(&'a OperatorId),
    Person(&'a PersonId),
}

/// Tells every operator of that role whose account is not revoked of something.
pub async fn insert_for_role(
    tx: &mut Write,
    (kind, facts): (&str, &str),
    (about, role): (About<'_>, Role),
    now: Timestamp,
) -> Result<(), Fault> {
    let (operator, person) = match about {
        About::Operator(id) => (Some(id), None),
        About::Person(id) => (None, Some(id)),
    };
    sqlx::query(
        "INSERT INTO notice (operator, kind, about_operator, about, facts, at_ms) \
         SELECT id, $1, $2, $6, $3, $4 FROM operator WHERE role = $5 AND revoked_ms IS NULL ORDER BY id",
    )
    .bind(kind)
    .bind(operator)
    .bind(facts)
    .bind(At(now))
    .bind(role)
    .bind(person)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What nobody has been told of yet, oldest first; at most `limit`.
pub async fn untold(db: &mut Connection, limit: usize) -> Result<Vec<Notice>, Fault> {
    sqlx::query_as(
        "SELECT n.number, n.kind, n.facts, n.at_ms, coalesce(p.id, o.id) AS to_id, coalesce(p.name, o.name) AS to_name, \
         coalesce(p.email, op.email) AS to_email, o.id IS NOT NULL AS to_operator, coalesce(a.id, ao.id) AS about_id, \
         coalesce(a.name, ao.name) AS about_name, coalesce(a.email, ap.email) AS about_email, \
         ao.id IS NOT NULL AS about_operator FROM notice n \
         LEFT JOIN person p ON p.id = n.person LEFT JOIN person a ON a.id = n.about \
         LEFT JOIN operator o ON o.id = n.operator LEFT JOIN person op ON op.id = o.person \
         LEFT JOIN operator ao ON ao.id = n.about_operator LEFT JOIN person ap ON ap.id = ao.person \
         WHERE n.told_ms IS NULL ORDER BY n.number LIMIT $1",
    )
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(db)
    .await
}

/// Marks a notice as told; whether there is one of that number. One that was marked before stays as it was.
pub async fn mark_told(tx: &mut Write, number: i64, now: Timestamp) -> Result<bool, Fault> {
    let done = sqlx::query("UPDATE notice SET told_ms = coalesce(told_ms, $1) WHERE number = $2")
        .bind(At(now))
        .bind(number)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() > 0)
}
