//! The stations that have joined, and how far the journal of each has come.
//!
//! Invariant: a station that was revoked stays, because earlier records name it.

use jiff::Timestamp;
use serde::Serialize;

use super::At;
use super::column::MaybeAt;
use crate::domain::{Bytes, StationId};
use crate::server::database::{Connection, Fault, Write};

/// A station that has joined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct StationAccess {
    pub id: StationId,
    /// What people call it; several may have the same name.
    pub name: String,
    #[sqlx(rename = "joined_ms", try_from = "At")]
    pub joined_at: Timestamp,
    /// When it last pushed.
    #[sqlx(rename = "pushed_ms", try_from = "MaybeAt")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pushed_at: Option<Timestamp>,
    /// From then on it is refused.
    #[sqlx(rename = "revoked_ms", try_from = "MaybeAt")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}

/// A station that joins.
pub struct NewStation<'a> {
    pub id: &'a StationId,
    pub name: &'a str,
    pub public_key_pem: &'a str,
    /// SHA-256 of its public key.
    pub thumbprint: &'a [u8],
}

/// Makes a station known; whether nobody has its public key.
pub async fn insert(tx: &mut Write, new: &NewStation<'_>, now: Timestamp) -> Result<bool, Fault> {
    let done = sqlx::query(
        "INSERT INTO station (id, name, public_key_pem, thumbprint, joined_ms) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (thumbprint) DO NOTHING",
    )
    .bind(new.id)
    .bind(new.name)
    .bind(new.public_key_pem)
    .bind(new.thumbprint)
    .bind(At(now))
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Every station, in the order in which they joined.
pub async fn all(db: &mut Connection) -> Result<Vec<StationAccess>, Fault> {
    sqlx::query_as(
        "SELECT s.id, s.name, s.joined_ms, s.revoked_ms, \
         (SELECT max(seen_ms) FROM journal_head h WHERE h.station = s.id) AS pushed_ms \
         FROM station s ORDER BY s.joined_ms, s.id",
    )
    .fetch_all(db)
    .await
}

/// A station by what somebody calls it.
#[derive(sqlx::FromRow)]
pub struct Named {
    pub id: StationId,
    pub name: String,
    /// From then on it is refused.
    #[sqlx(rename = "revoked_ms", try_from = "MaybeAt")]
    pub revoked_at: Option<Timestamp>,
}

/// The stations of that identifier or name: the one of that identifier first, those that were revoked last.
pub async fn called(db: &mut Connection, wanted: &str) -> Result<Vec<Named>, Fault> {
    sqlx::query_as(
        "SELECT id, name, revoked_ms FROM station WHERE id = $1 OR name = $1 \
         ORDER BY id = $1 DESC, revoked_ms IS NOT NULL, id",
    )
    .bind(wanted)
    .fetch_all(db)
    .await
}

/// What people call it.
pub async fn name(db: &mut Connection, id: &StationId) -> Result<String, Fault> {
    sqlx::query_scalar("SELECT name FROM station WHERE id = $1")
        .bind(id)
        .fetch_one(db)
        .await
}

/// Its public key, in PEM.
pub async fn public_key(db: &mut Connection, id: &StationId) -> Result<Option<String>, Fault> {
    sqlx::query_scalar("SELECT public_key_pem FROM station WHERE id = $1")
        .bind(id)
        .fetch_optional(db)
        .await
}

/// Since when it is revoked.
pub async fn revoked_at(db: &mut Connection, id: &StationId) -> Result<Option<Timestamp>, Fault> {
    let at: MaybeAt = sqlx::query_scalar("SELECT revoked_ms FROM station WHERE id = $1")
        .bind(id)
        .fetch_one(db)
        .await?;
    Ok(at.0)
}

/// Revokes a station that is not revoked.
pub async fn revoke(tx: &mut Write, id: &StationId, now: Timestamp) -> Result<(), Fault> {
    sqlx::query("UPDATE station SET revoked_ms = $1 WHERE id = $2 AND revoked_ms IS NULL")
        .bind(At(now))
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// How far a station's journal has come: the highest sequence number that it told, and its hash.
pub async fn last_head(db: &mut Connection, id: &StationId) -> Result<Option<(i64, Bytes)>, Fault> {
    sqlx::query_as(
        "SELECT sequence, hash FROM journal_head WHERE station = $1 ORDER BY sequence DESC LIMIT 1",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// The hash that a station told of that record of its journal.
pub async fn head_at(
    db: &mut Connection,
    id: &StationId,
    sequence: i64,
) -> Result<Option<Bytes>, Fault> {
    sqlx::query_scalar("SELECT hash FROM journal_head WHERE station = $1 AND sequence = $2")
        .bind(id)
        .bind(sequence)
        .fetch_optional(db)
        .await
}

/// Notes that a station's journal has come so far.
pub async fn insert_head(
    tx: &mut Write,
    id: &StationId,
    (sequence, hash): (i64, &Bytes),
    now: Timestamp,
) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO journal_head (station, sequence, hash, seen_ms) VALUES ($1, $2, $3, $4)",
    )
    .bind(id)
    .bind(sequence)
    .bind(hash)
    .bind(At(now))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// How a station's journal is held to go on from what it was.
#[derive(Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Continued {
    /// It has said what it goes on from, and has to.
    pub continues: bool,
    /// Since then it is another one.
    #[sqlx(rename = "forked_ms", try_from = "MaybeAt")]
    pub forked_at: Option<Timestamp>,
}

/// How that station's is.
pub async fn continued(db: &mut Connection, id: &StationId) -> Result<Continued, Fault> {
    sqlx::query_as("SELECT continues, forked_ms FROM station WHERE id = $1")
        .bind(id)
        .fetch_one(db)
        .await
}

/// Notes that a station says what its journal goes on from.
pub async fn set_continues(tx: &mut Write, id: &StationId) -> Result<(), Fault> {
    sqlx::query("UPDATE station SET continues = 1 WHERE id = $1")
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Notes that a station's journal is another one than it was.
pub async fn set_forked(tx: &mut Write, id: &StationId, now: Timestamp) -> Result<(), Fault> {
    sqlx::query("UPDATE station SET forked_ms = $1 WHERE id = $2 AND forked_ms IS NULL")
        .bind(At(now))
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Forgets how far a station's journal had come, and that it was another one.
pub async fn forget_heads(tx: &mut Write, id: &StationId) -> Result<(), Fault> {
    sqlx::query("DELETE FROM journal_head WHERE station = $1")
        .bind(id)
        .execute(&mut **tx)
        .await?;
    sqlx::query("UPDATE station SET continues = 0, forked_ms = NULL WHERE id = $1")
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
