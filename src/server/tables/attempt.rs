//! Codes that were examined; never the codes themselves.

use jiff::Timestamp;

use super::At;
use crate::domain::{OfferId, OperatorId};
use crate::server::database::{Connection, Fault, Write};

/// Notes an examination of a subject under an offer. Whose it is counts once, whatever else the same code was tried on.
pub async fn insert(
    tx: &mut Write,
    (offer, operator): (OfferId, Option<&OperatorId>),
    (subject, wrong): (&str, bool),
    now: Timestamp,
) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO code_attempt (offer, operator, subject, wrong, at_ms) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(offer)
    .bind(operator)
    .bind(subject)
    .bind(wrong)
    .bind(At(now))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// How many of a subject there were under an offer.
pub async fn under(db: &mut Connection, offer: OfferId, subject: &str) -> Result<i64, Fault> {
    sqlx::query_scalar("SELECT count(*) FROM code_attempt WHERE offer = $1 AND subject = $2")
        .bind(offer)
        .bind(subject)
        .fetch_one(db)
        .await
}

/// When the wrong ones of a subject after that time were, newest first; at most `limit`.
pub async fn wrong(
    db: &mut Connection,
    subject: &str,
    after: Timestamp,
    limit: usize,
) -> Result<Vec<At>, Fault> {
    sqlx::query_scalar(
        "SELECT at_ms FROM code_attempt WHERE subject = $1 AND wrong AND at_ms > $2 ORDER BY at_ms DESC LIMIT $3",
    )
    .bind(subject)
    .bind(At(after))
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(db)
    .await
}

/// The same of those that one human examined, under whatever account; of every subject where none is named.
pub async fn wrong_by(
    db: &mut Connection,
    (operator, subject): (&OperatorId, Option<&str>),
    after: Timestamp,
    limit: usize,
) -> Result<Vec<At>, Fault> {
    sqlx::query_scalar(
        "SELECT at_ms FROM code_attempt WHERE operator IN (SELECT same FROM account_of_human WHERE account = $1) \
         AND wrong AND at_ms > $2 AND ($3 IS NULL OR subject = $3) ORDER BY at_ms DESC LIMIT $4",
    )
    .bind(operator)
    .bind(At(after))
    .bind(subject)
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(db)
    .await
}

/// Counts one more wrong one in a row; how many these are.
pub async fn wrong_once_more(tx: &mut Write, subject: &str) -> Result<i64, Fault> {
    sqlx::query_scalar(
        "INSERT INTO wrong_run (subject, wrong) VALUES ($1, 1) ON CONFLICT (subject) DO UPDATE SET wrong = wrong + 1 RETURNING wrong",
    )
    .bind(subject)
    .fetch_one(&mut **tx)
    .await
}

/// How many wrong ones in a row there are.
pub async fn wrong_in_a_row(db: &mut Connection, subject: &str) -> Result<i64, Fault> {
    let run: Option<i64> = sqlx::query_scalar("SELECT wrong FROM wrong_run WHERE subject = $1")
        .bind(subject)
        .fetch_optional(db)
        .await?;
    Ok(run.unwrap_or_default())
}

/// Ends the row: one was right.
pub async fn end_run(tx: &mut Write, subject: &str) -> Result<(), Fault> {
    sqlx::query("DELETE FROM wrong_run WHERE subject = $1")
        .bind(subject)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Forgets what was examined before that time. How many were wrong in a row is kept.
pub async fn forget(tx: &mut Write, before: Timestamp) -> Result<(), Fault> {
    sqlx::query("DELETE FROM code_attempt WHERE at_ms < $1")
        .bind(At(before))
        .execute(&mut **tx)
        .await?;
    Ok(())
}
