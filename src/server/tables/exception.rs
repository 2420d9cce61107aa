//! Dated exceptions: one is open of a person at a time. What ended is never changed; the table holds that too.

use jiff::Timestamp;
use sqlx::{FromRow, Row as _};

use super::At;
use super::column::MaybeAt;
use crate::domain::exception::ExceptionEnd;
use crate::domain::{AccountResetId, OperatorId, PersonId, VisitId};
use crate::server::database::{Connection, Fault, Row, Write};

/// An exception as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub reset: AccountResetId,
    pub person: PersonId,
    pub owner: OperatorId,
    pub began_at: Timestamp,
    pub until: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub how: Option<ExceptionEnd>,
    /// In which visit its factor came.
    pub visit: Option<VisitId>,
}

impl FromRow<'_, Row> for Stored {
    fn from_row(row: &Row) -> Result<Self, Fault> {
        Ok(Self {
            reset: row.try_get("reset")?,
            person: row.try_get("person")?,
            owner: row.try_get("owner")?,
            began_at: row.try_get::<At, _>("began_ms")?.0,
            until: row.try_get::<At, _>("until_ms")?.0,
            ended_at: row.try_get::<MaybeAt, _>("ended_ms")?.0,
            how: row.try_get("how")?,
            visit: row.try_get("visit")?,
        })
    }
}

/// Opens one that lasts until then.
pub async fn insert(
    tx: &mut Write,
    (reset, person, owner): (AccountResetId, &PersonId, &OperatorId),
    (now, until): (Timestamp, Timestamp),
) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO reset_exception (reset, person, owner, began_ms, until_ms) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(reset)
    .bind(person)
    .bind(owner)
    .bind(At(now))
    .bind(At(until))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The one that came of that reset.
pub async fn of_reset(db: &mut Connection, reset: AccountResetId) -> Result<Option<Stored>, Fault> {
    sqlx::query_as("SELECT * FROM reset_exception WHERE reset = $1")
        .bind(reset)
        .fetch_optional(db)
        .await
}

/// A person's one that was not ended yet, though its time may be over.
pub async fn open_of(db: &mut Connection, person: &PersonId) -> Result<Option<Stored>, Fault> {
    sqlx::query_as("SELECT * FROM reset_exception WHERE person = $1 AND ended_ms IS NULL")
        .bind(person)
        .fetch_optional(db)
        .await
}

/// A person's one that somebody has to see to.
pub async fn pending_of(db: &mut Connection, person: &PersonId) -> Result<Option<Stored>, Fault> {
    sqlx::query_as(
        "SELECT * FROM pending_exception WHERE person = $1 ORDER BY began_ms DESC LIMIT 1",
    )
    .bind(person)
    .fetch_optional(db)
    .await
}

/// All that somebody has to see to, those that end first before the others.
pub async fn pending(db: &mut Connection) -> Result<Vec<Stored>, Fault> {
    sqlx::query_as("SELECT * FROM pending_exception ORDER BY until_ms, reset")
        .fetch_all(db)
        .await
}

/// A person's ends like that.
pub async fn end(
    tx: &mut Write,
    person: &PersonId,
    (how, visit): (ExceptionEnd, Option<VisitId>),
    now: Timestamp,
) -> Result<(), Fault> {
    sqlx::query(
        "UPDATE reset_exception SET ended_ms = $1, how = $2, visit = $3 WHERE person = $4 AND ended_ms IS NULL",
    )
    .bind(At(now))
    .bind(how)
    .bind(visit)
    .bind(person)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Ends those whose time is over.
pub async fn expire(tx: &mut Write, now: Timestamp) -> Result<Vec<Stored>, Fault> {
    sqlx::query_as(
        "UPDATE reset_exception SET ended_ms = until_ms, how = 'expired' WHERE ended_ms IS NULL AND until_ms <= $1 RETURNING *",
    )
    .bind(At(now))
    .fetch_all(&mut **tx)
    .await
}

/// Ends all: a copy that is put back brings none back, and keeps that each was there.
pub async fn end_all(tx: &mut Write, now: Timestamp) -> Result<(), Fault> {
    sqlx::query("UPDATE reset_exception SET ended_ms = $1, how = 'expired' WHERE ended_ms IS NULL")
        .bind(At(now))
        .execute(&mut **tx)
        .await?;
    Ok(())
}
