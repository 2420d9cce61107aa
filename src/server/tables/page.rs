//! Who is signed in on the registry's pages, and wrong codes that were typed there.
//!
//! Invariant: a session is here as the hash of its token only, and holds no longer than what it was opened with.

use jiff::Timestamp;

use super::{At, FactorName};
use crate::domain::suspension::FactorSort;
use crate::domain::{OperatorId, PersonId};
use crate::server::database::{Connection, Fault, Write};

/// Whose session it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    Person(PersonId),
    /// An operator, with their own key.
    Operator(OperatorId),
}

/// A session that holds.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Stored {
    person: Option<PersonId>,
    operator: Option<OperatorId>,
    /// What it was opened with.
    pub sort: FactorSort,
    /// When something was last asked in it.
    #[sqlx(rename = "seen_ms", try_from = "At")]
    pub seen_at: Timestamp,
}

impl Stored {
    /// Whose it is.
    pub fn who(&self) -> Option<Who> {
        let person = self.person.clone().map(Who::Person);
        person.or_else(|| self.operator.clone().map(Who::Operator))
    }
}

/// Opens a session.
pub async fn open(
    tx: &mut Write,
    hash: &[u8],
    who: &Who,
    (sort, factor): (FactorSort, &FactorName),
    now: Timestamp,
) -> Result<(), Fault> {
    let (person, operator) = match who {
        Who::Person(id) => (Some(id), None),
        Who::Operator(id) => (None, Some(id)),
    };
    sqlx::query(
        "INSERT INTO page_session (hash, person, operator, sort, factor, opened_ms, seen_ms) VALUES ($1, $2, $3, $4, $5, $6, $6)",
    )
    .bind(hash)
    .bind(person)
    .bind(operator)
    .bind(sort)
    .bind(factor)
    .bind(At(now))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The session with that token, if it holds: it was opened and last asked something in after those times, and what opened it would now.
pub async fn session(
    db: &mut Connection,
    hash: &[u8],
    (opened_after, seen_after): (Timestamp, Timestamp),
) -> Result<Option<Stored>, Fault> {
    sqlx::query_as(
        "SELECT person, operator, sort, seen_ms FROM page_session s WHERE hash = $1 AND opened_ms > $2 AND seen_ms > $3 \
         AND (EXISTS (SELECT 1 FROM valid_factor f WHERE f.person = s.person AND f.id = s.factor) \
         OR EXISTS (SELECT 1 FROM operator_credential c JOIN operator o ON o.id = c.operator \
         WHERE o.id = s.operator AND hex(c.id) = s.factor AND c.revoked_ms IS NULL AND o.revoked_ms IS NULL))",
    )
    .bind(hash)
    .bind(At(opened_after))
    .bind(At(seen_after))
    .fetch_optional(db)
    .await
}

/// Something is asked in it.
pub async fn see(tx: &mut Write, hash: &[u8], now: Timestamp) -> Result<(), Fault> {
    sqlx::query("UPDATE page_session SET seen_ms = $1 WHERE hash = $2")
        .bind(At(now))
        .bind(hash)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Ends one.
pub async fn end(tx: &mut Write, hash: &[u8]) -> Result<(), Fault> {
    sqlx::query("DELETE FROM page_session WHERE hash = $1")
        .bind(hash)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Ends all: a copy that is put back opens none.
pub async fn end_all(tx: &mut Write) -> Result<u64, Fault> {
    let done = sqlx::query("DELETE FROM page_session")
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected())
}

/// Forgets sessions that nothing was asked in since `seen`, and wrong codes of nobody's from before `typed`.
pub async fn forget(tx: &mut Write, (seen, typed): (Timestamp, Timestamp)) -> Result<(), Fault> {
    for (statement, before) in [
        ("DELETE FROM page_session WHERE seen_ms <= $1", seen),
        (
            "DELETE FROM page_wrong_run WHERE person IS NULL AND last_ms <= $1",
            typed,
        ),
    ] {
        sqlx::query(statement)
            .bind(At(before))
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// How many wrong codes in a row were typed with that address, and when the last one was.
pub async fn wrong_run(
    db: &mut Connection,
    subject: &[u8],
) -> Result<Option<(u32, Timestamp)>, Fault> {
    let run: Option<(u32, At)> =
        sqlx::query_as("SELECT wrong, last_ms FROM page_wrong_run WHERE subject = $1")
            .bind(subject)
            .fetch_optional(db)
            .await?;
    Ok(run.map(|(wrong, at)| (wrong, at.0)))
}

/// One more; whose address it is, if anybody's.
pub async fn wrong_once_more(
    tx: &mut Write,
    (subject, person): (&[u8], Option<&PersonId>),
    now: Timestamp,
) -> Result<u32, Fault> {
    sqlx::query_scalar(
        "INSERT INTO page_wrong_run (subject, person, wrong, last_ms) VALUES ($1, $2, 1, $3) \
         ON CONFLICT (subject) DO UPDATE SET person = excluded.person, wrong = wrong + 1, last_ms = excluded.last_ms RETURNING wrong",
    )
    .bind(subject)
    .bind(person)
    .bind(At(now))
    .fetch_one(&mut **tx)
    .await
}

/// Ends the row: one was right, or a desk has seen whoever has the address.
pub async fn end_run(tx: &mut Write, subject: &[u8]) -> Result<(), Fault> {
    sqlx::query("DELETE FROM page_wrong_run WHERE subject = $1")
        .bind(subject)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
