//! The audit, which is only ever added to, and the alarms for the registry's administrator.

use jiff::Timestamp;
use serde::Serialize;

use super::At;
use crate::domain::StationId;
use crate::server::database::{Connection, Fault, Write};

/// One line of the audit.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// The station it was done at; none for what the registry's administrator does.
    pub station: Option<&'a str>,
    pub operator: Option<&'a str>,
    /// A stable word, e.g. `enrol`.
    pub action: &'a str,
    /// The identifier of what it was done to.
    pub subject: &'a str,
    /// Facts besides; never a secret.
    pub detail: &'a str,
}

/// Something that the registry noticed and somebody must look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Alarm {
    #[sqlx(rename = "at_ms", try_from = "At")]
    pub at: Timestamp,
    /// The station it concerns.
    pub station: Option<StationId>,
    /// `journal-regressed`, `counter-regressed`, `unlock-after-end`, `too-many-attempts`, `many-suspensions`, `key-of-several`,
    /// `all-older-factors-gone` and others.
    pub kind: String,
    /// In words, with the facts.
    pub detail: String,
}

/// Adds to the audit: who did what to whom, when.
pub async fn note(tx: &mut Write, line: &Line<'_>, at: Timestamp) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO audit (at_ms, station, operator, action, subject, detail) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(At(at))
    .bind(line.station)
    .bind(line.operator)
    .bind(line.action)
    .bind(line.subject)
    .bind(line.detail)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// When the newest line was added.
pub async fn newest(db: &mut Connection) -> Result<Option<Timestamp>, Fault> {
    let at: Option<At> = sqlx::query_scalar("SELECT max(at_ms) FROM audit")
        .fetch_one(db)
        .await?;
    Ok(at.map(Timestamp::from))
}

/// Records something that the registry's administrator must look at.
pub async fn alarm(
    tx: &mut Write,
    station: &StationId,
    kind: &str,
    detail: &str,
    at: Timestamp,
) -> Result<(), Fault> {
    tracing::warn!(%station, kind, detail, "alarm");
    sqlx::query("INSERT INTO alarm (at_ms, station, kind, detail) VALUES ($1, $2, $3, $4)")
        .bind(At(at))
        .bind(station)
        .bind(kind)
        .bind(detail)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The alarms, newest first; at most `limit`.
pub async fn alarms(db: &mut Connection, limit: u32) -> Result<Vec<Alarm>, Fault> {
    sqlx::query_as("SELECT at_ms, station, kind, detail FROM alarm ORDER BY number DESC LIMIT $1")
        .bind(limit)
        .fetch_all(db)
        .await
}
