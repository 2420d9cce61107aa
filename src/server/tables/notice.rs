//! What people have to be told of.
//!
//! Invariant: a notice is there until it is marked as told, and a mark is never taken back.

use jiff::Timestamp;
use serde::Serialize;
use sqlx::{FromRow, Row as _};

use super::At;
use super::delivery::Delivery;
use crate::domain::authority::Role;
use crate::domain::{AccountResetId, OperatorId, OrganisationId, PersonId};
use crate::server::database::{Connection, Fault, Row, Write};

/// Something that somebody has not been told of yet.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Notice {
    /// Names it when it is marked.
    pub number: i64,
    /// Who is to be told.
    pub to: Named,
    /// The word of a [`crate::domain::notice::Kind`].
    pub kind: String,
    pub about: Named,
    pub facts: serde_json::Value,
    /// When it became true.
    pub at: Timestamp,
    /// How the registry's own deliveries of it stand; filled in where notices are listed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deliveries: Vec<Delivery>,
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
            deliveries: Vec::new(),
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

/// Selects a [`Notice`] from `notice n`.
macro_rules! select_notice {
    ($tail:literal) => {
        concat!(
            "SELECT n.number, n.kind, n.facts, n.at_ms, coalesce(p.id, o.id) AS to_id, coalesce(p.name, o.name) AS to_name, \
             coalesce(p.email, op.email) AS to_email, o.id IS NOT NULL AS to_operator, coalesce(a.id, ao.id) AS about_id, \
             coalesce(a.name, ao.name) AS about_name, coalesce(a.email, ap.email) AS about_email, \
             ao.id IS NOT NULL AS about_operator FROM notice n \
             LEFT JOIN person p ON p.id = n.person LEFT JOIN person a ON a.id = n.about \
             LEFT JOIN operator o ON o.id = n.operator LEFT JOIN person op ON op.id = o.person \
             LEFT JOIN operator ao ON ao.id = n.about_operator LEFT JOIN person ap ON ap.id = ao.person ",
            $tail
        )
    };
}

/// What nobody has been told of yet, oldest first; at most `limit`.
pub async fn untold(db: &mut Connection, limit: usize) -> Result<Vec<Notice>, Fault> {
    sqlx::query_as(select_notice!(
        "WHERE n.told_ms IS NULL ORDER BY n.number LIMIT $1"
    ))
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(db)
    .await
}

/// The notice of that number.
pub async fn by_number(db: &mut Connection, number: i64) -> Result<Option<Notice>, Fault> {
    sqlx::query_as(select_notice!("WHERE n.number = $1"))
        .bind(number)
        .fetch_optional(db)
        .await
}

/// Who is told of a notice: the person, or the one that an operator is, if that is said.
pub async fn person(db: &mut Connection, number: i64) -> Result<Option<PersonId>, Fault> {
    sqlx::query_scalar(
        "SELECT coalesce(n.person, o.person) FROM notice n LEFT JOIN operator o ON o.id = n.operator WHERE n.number = $1",
    )
    .bind(number)
    .fetch_one(db)
    .await
}

/// The notices after that one of which nobody was told and which have no deliveries yet, oldest first, each with who is told.
pub async fn unaddressed(
    db: &mut Connection,
    after: i64,
    limit: usize,
) -> Result<Vec<(i64, Option<PersonId>)>, Fault> {
    sqlx::query_as(
        "SELECT n.number, coalesce(n.person, o.person) FROM notice n LEFT JOIN operator o ON o.id = n.operator \
         WHERE n.addressed_ms IS NULL AND n.told_ms IS NULL AND n.number > $1 ORDER BY n.number LIMIT $2",
    )
    .bind(after)
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(db)
    .await
}

/// A notice has its deliveries.
pub async fn set_addressed(tx: &mut Write, number: i64, now: Timestamp) -> Result<(), Fault> {
    sqlx::query("UPDATE notice SET addressed_ms = $1 WHERE number = $2")
        .bind(At(now))
        .bind(number)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The last notice of what was true before then; 0: there is none.
pub async fn last_before(db: &mut Connection, then: Timestamp) -> Result<i64, Fault> {
    sqlx::query_scalar("SELECT coalesce(max(number), 0) FROM notice WHERE at_ms < $1")
        .bind(At(then))
        .fetch_one(db)
        .await
}

/// Keeps by what whoever was told of a reset objects to it, as long as it can still be stopped; whether it can.
pub async fn insert_objection(
    tx: &mut Write,
    token_hash: &[u8],
    (notice, person, reset): (i64, &PersonId, AccountResetId),
    now: Timestamp,
) -> Result<bool, Fault> {
    let done = sqlx::query(
        "INSERT INTO objection (token, notice, person, reset) SELECT $1, $2, $3, id FROM account_reset \
         WHERE id = $4 AND ended_ms IS NULL AND until_ms > $5",
    )
    .bind(token_hash)
    .bind(notice)
    .bind(person)
    .bind(reset)
    .bind(At(now))
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Who objects to which reset by that token, as long as it can still be stopped.
pub async fn objection(
    db: &mut Connection,
    token_hash: &[u8],
    now: Timestamp,
) -> Result<Option<(PersonId, AccountResetId)>, Fault> {
    sqlx::query_as(
        "SELECT o.person, o.reset FROM objection o JOIN account_reset r ON r.id = o.reset \
         WHERE o.token = $1 AND r.ended_ms IS NULL AND r.until_ms > $2",
    )
    .bind(token_hash)
    .bind(At(now))
    .fetch_optional(db)
    .await
}

/// The reset to which somebody could have objected by that token, whatever became of it.
pub async fn objection_once(
    db: &mut Connection,
    token_hash: &[u8],
) -> Result<Option<AccountResetId>, Fault> {
    sqlx::query_scalar("SELECT reset FROM objection WHERE token = $1")
        .bind(token_hash)
        .fetch_optional(db)
        .await
}

/// Forgets by what nothing could be objected to any more at that time.
pub async fn forget_objections(tx: &mut Write, then: Timestamp) -> Result<(), Fault> {
    sqlx::query(
        "DELETE FROM objection WHERE reset IN (SELECT id FROM account_reset WHERE ended_ms <= $1 OR until_ms <= $1)",
    )
    .bind(At(then))
    .execute(&mut **tx)
    .await?;
    Ok(())
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
