//! Codes that were examined; never the codes themselves.

use jiff::Timestamp;

use super::At;
use crate::domain::OfferId;
use crate::server::database::{Connection, Fault, Write};

/// Notes an examination of a subject under an offer.
pub async fn insert(
    tx: &mut Write,
    offer: OfferId,
    (subject, wrong): (&str, bool),
    now: Timestamp,
) -> Result<(), Fault> {
    sqlx::query("INSERT INTO code_attempt (offer, subject, wrong, at_ms) VALUES ($1, $2, $3, $4)")
        .bind(offer)
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

/// Forgets what was examined before that time.
pub async fn forget(tx: &mut Write, before: Timestamp) -> Result<(), Fault> {
    sqlx::query("DELETE FROM code_attempt WHERE at_ms < $1")
        .bind(At(before))
        .execute(&mut **tx)
        .await?;
    Ok(())
}
