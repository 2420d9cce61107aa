//! What was answered to writes, so that a repetition gets the same answer.

use jiff::Timestamp;

use super::At;
use crate::server::database::{Connection, Fault, Write};

/// An answer, by the key of the write that it was given to.
#[derive(sqlx::FromRow)]
pub struct Answered {
    /// Of what was asked.
    pub fingerprint: Vec<u8>,
    pub status: u16,
    /// Itself.
    pub body: String,
}

/// What was answered under that key.
pub async fn answered(
    db: &mut Connection,
    scope: &str,
    key: &str,
) -> Result<Option<Answered>, Fault> {
    sqlx::query_as(
        "SELECT fingerprint, status, body FROM idempotency WHERE scope = $1 AND key = $2",
    )
    .bind(scope)
    .bind(key)
    .fetch_optional(db)
    .await
}

/// Keeps an answer.
pub async fn insert(
    tx: &mut Write,
    (scope, key): (&str, &str),
    answer: &Answered,
    now: Timestamp,
) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO idempotency (scope, key, fingerprint, status, body, at_ms) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(scope)
    .bind(key)
    .bind(&answer.fingerprint)
    .bind(answer.status)
    .bind(&answer.body)
    .bind(At(now))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Forgets what was answered before that time.
pub async fn forget(tx: &mut Write, before: Timestamp) -> Result<(), Fault> {
    sqlx::query("DELETE FROM idempotency WHERE at_ms < $1")
        .bind(At(before))
        .execute(&mut **tx)
        .await?;
    Ok(())
}
