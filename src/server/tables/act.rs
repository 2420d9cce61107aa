//! Acts that were signed, with what proves them. A row is never changed, and never deleted.

use jiff::Timestamp;
use serde::Serialize;

use super::At;
use crate::domain::OfferId;
use crate::server::database::{Connection, Fault, Write};

/// An act that was signed.
pub struct NewAct<'a> {
    pub id: OfferId,
    pub signer: &'a str,
    /// For whom it is.
    pub subject: &'a str,
    /// The receipt, as JSON.
    pub receipt: &'a str,
}

/// One that is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Listed {
    pub id: OfferId,
    pub signer: String,
    /// For whom it is.
    pub subject: String,
    /// When it was accepted.
    #[sqlx(rename = "at_ms", try_from = "At")]
    pub at: Timestamp,
}

/// Keeps an act.
pub async fn insert(tx: &mut Write, new: &NewAct<'_>, now: Timestamp) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO act (id, signer, subject, receipt, at_ms) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(new.id)
    .bind(new.signer)
    .bind(new.subject)
    .bind(new.receipt)
    .bind(At(now))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The acts, newest first; at most `limit`.
pub async fn newest(db: &mut Connection, limit: u32) -> Result<Vec<Listed>, Fault> {
    sqlx::query_as("SELECT id, signer, subject, at_ms FROM act ORDER BY at_ms DESC, id LIMIT $1")
        .bind(limit)
        .fetch_all(db)
        .await
}

/// The receipt of an act, as JSON.
pub async fn receipt(db: &mut Connection, id: OfferId) -> Result<Option<String>, Fault> {
    sqlx::query_scalar("SELECT receipt FROM act WHERE id = $1")
        .bind(id)
        .fetch_optional(db)
        .await
}
