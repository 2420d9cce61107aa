//! Who has access: the stations and operators that the registry knows, and how their access ends.
//!
//! Hides which tables hold what opens the registry. Invariants: ending an access ends, in the same transaction, every
//! token, session and code that came of it; it is never given back, and never forgotten, because earlier records name it.

use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{AdminError, NewCode, by_admin, issue_operator_code};
use crate::domain::authority::Role;
use crate::domain::{OperatorId, PersonId, StationId};
use crate::server::auth;
use crate::server::database::{Database, Write, audit, from_ms, ms};
use crate::server::visits::{self, Whose};

/// A station that has joined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StationAccess {
    /// Its identifier.
    pub id: StationId,
    /// What people call it; several may have the same name.
    pub name: String,
    /// When it joined.
    pub joined_at: Timestamp,
    /// When it last pushed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pushed_at: Option<Timestamp>,
    /// From then on it is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}

/// An operator's account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OperatorAccess {
    /// Its identifier.
    pub id: OperatorId,
    /// For people.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The human: the same for every account of theirs. Not said: the account could be anybody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub personnel_number: Option<String>,
    /// Who they are among the people of the registry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// How many keys of theirs sign them in.
    pub keys: u32,
    /// When they last signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_in_at: Option<Timestamp>,
    /// From then on they are refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}

/// What revoking came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Revoked {
    /// The identifier of who was revoked.
    pub id: String,
    /// Their name.
    pub name: String,
    /// When: now, or earlier where that was done before.
    pub revoked_at: Timestamp,
    /// How many sessions it ended.
    pub sessions_ended: u64,
}

/// Every station, in the order in which they joined.
pub async fn stations(db: &Path) -> Result<Vec<StationAccess>, AdminError> {
    let db = Database::open(db).await?;
    let rows = sqlx::query(
        "SELECT s.id, s.name, s.joined_ms, s.revoked_ms, \
         (SELECT max(seen_ms) FROM journal_head h WHERE h.station = s.id) AS pushed_ms \
         FROM station s ORDER BY s.joined_ms, s.id",
    )
    .fetch_all(db.pool())
    .await?;
    let stations = rows.iter().map(station).collect::<Result<_, _>>()?;
    db.close().await;
    Ok(stations)
}

fn station(row: &SqliteRow) -> Result<StationAccess, sqlx::Error> {
    Ok(StationAccess {
        id: StationId::new(row.try_get::<String, _>("id")?),
        name: row.try_get("name")?,
        joined_at: from_ms(row.try_get("joined_ms")?)?,
        pushed_at: time(row, "pushed_ms")?,
        revoked_at: time(row, "revoked_ms")?,
    })
}

/// Every operator, by name.
pub async fn operators(db: &Path) -> Result<Vec<OperatorAccess>, AdminError> {
    let db = Database::open(db).await?;
    let rows = sqlx::query(
        "SELECT o.id, o.name, o.role, o.revoked_ms, o.personnel_number, o.person, \
         (SELECT count(*) FROM operator_credential c WHERE c.operator = o.id AND c.revoked_ms IS NULL) AS keys, \
         (SELECT max(opened_ms) FROM session s WHERE s.operator = o.id) AS opened_ms \
         FROM operator o ORDER BY o.name",
    )
    .fetch_all(db.pool())
    .await?;
    let operators = rows.iter().map(operator).collect::<Result<_, _>>()?;
    db.close().await;
    Ok(operators)
}

fn operator(row: &SqliteRow) -> Result<OperatorAccess, sqlx::Error> {
    let operator = auth::operator(row)?;
    Ok(OperatorAccess {
        id: operator.id,
        name: operator.name,
        role: operator.role,
        personnel_number: row.try_get("personnel_number")?,
        person: row
            .try_get::<Option<String>, _>("person")?
            .map(PersonId::new),
        keys: row.try_get("keys")?,
        signed_in_at: time(row, "opened_ms")?,
        revoked_at: time(row, "revoked_ms")?,
    })
}

fn time(row: &SqliteRow, column: &str) -> Result<Option<Timestamp>, sqlx::Error> {
    row.try_get::<Option<i64>, _>(column)?
        .map(from_ms)
        .transpose()
}

/// Ends a station's access: its tokens and the sessions at it end now, and it gets no others. `wanted` is its identifier,
/// or its name where no other station that still has access is called the same.
///
/// # Errors
/// [`AdminError::NoStation`] and [`AdminError::SeveralStations`]: nothing was changed.
pub async fn revoke_station(db: &Path, wanted: &str) -> Result<Revoked, AdminError> {
    let db = Database::open(db).await?;
    let now = this_millisecond()?;
    let mut tx = db.write().await?;
    let (id, name, before) = named_station(&mut tx, wanted).await?;
    sqlx::query("UPDATE station SET revoked_ms = ? WHERE id = ? AND revoked_ms IS NULL")
        .bind(ms(now))
        .bind(&id)
        .execute(&mut *tx)
        .await?;
    for ended in [
        "DELETE FROM access_token WHERE station = ?",
        "DELETE FROM operator_challenge WHERE station = ?",
    ] {
        sqlx::query(ended).bind(&id).execute(&mut *tx).await?;
    }
    let ended = "UPDATE session SET ended_ms = ?1 \
                 WHERE station = ?2 AND ended_ms IS NULL AND expires_ms > ?1";
    let sessions_ended = end_sessions(&mut tx, ended, &id, now).await?;
    visits::end_all(&mut tx, Whose::Station(&id), now).await?;
    if before.is_none() {
        audit(&mut tx, &by_admin("revoke-station", &id, &name), now).await?;
    }
    finish(tx, db).await?;
    Ok(Revoked {
        id,
        name,
        revoked_at: before.unwrap_or(now),
        sessions_ended,
    })
}

/// Identifier, name, and since when it is revoked.
async fn named_station(
    tx: &mut Write,
    wanted: &str,
) -> Result<(String, String, Option<Timestamp>), AdminError> {
    let rows = sqlx::query(
        "SELECT id, name, revoked_ms FROM station WHERE id = ?1 OR name = ?1 \
         ORDER BY id = ?1 DESC, revoked_ms IS NOT NULL, id",
    )
    .bind(wanted)
    .fetch_all(&mut **tx)
    .await?;
    let mut found = Vec::new();
    for row in &rows {
        let id: String = row.try_get("id")?;
        found.push((id, row.try_get("name")?, time(row, "revoked_ms")?));
    }
    let by_id = found.first().is_some_and(|(id, ..)| id == wanted);
    let rivals = found.iter().filter(|(.., revoked)| revoked.is_none());
    if !by_id && rivals.clone().count() > 1 {
        return Err(AdminError::SeveralStations {
            name: wanted.to_owned(),
            ids: rivals.map(|(id, ..)| id.clone()).collect(),
        });
    }
    let first = found.into_iter().next();
    first.ok_or_else(|| AdminError::NoStation(wanted.to_owned()))
}

/// Ends an operator's access: their sessions and codes end now, and they get no others, at any station.
///
/// # Errors
/// [`AdminError::NoOperator`]: nothing was changed.
pub async fn revoke_operator(db: &Path, id: &OperatorId) -> Result<Revoked, AdminError> {
    let db = Database::open(db).await?;
    let now = this_millisecond()?;
    let mut tx = db.write().await?;
    let (name, before) = known_operator(&mut tx, id).await?;
    sqlx::query("UPDATE operator SET revoked_ms = ? WHERE id = ? AND revoked_ms IS NULL")
        .bind(ms(now))
        .bind(id.as_str())
        .execute(&mut *tx)
        .await?;
    sqlx::query("UPDATE code SET expires_ms = 0 WHERE operator = ? AND used_ms IS NULL")
        .bind(id.as_str())
        .execute(&mut *tx)
        .await?;
    let sessions_ended = end_sessions(&mut tx, OF_OPERATOR, id.as_str(), now).await?;
    visits::end_all(&mut tx, Whose::Operator(id), now).await?;
    if before.is_none() {
        let line = by_admin("revoke-operator", id.as_str(), &name);
        audit(&mut tx, &line, now).await?;
    }
    finish(tx, db).await?;
    Ok(Revoked {
        id: id.as_str().to_owned(),
        name,
        revoked_at: before.unwrap_or(now),
        sessions_ended,
    })
}

/// For an operator who lost their key: the keys that signed them in sign nobody in any more, their sessions end, and the
/// code enrols another key.
///
/// # Errors
/// [`AdminError::NoOperator`], and [`AdminError::Revoked`] for one whose access has ended: nothing was changed.
pub async fn new_operator_key(db: &Path, id: &OperatorId) -> Result<NewCode, AdminError> {
    let db = Database::open(db).await?;
    let now = this_millisecond()?;
    let mut tx = db.write().await?;
    let (name, revoked) = known_operator(&mut tx, id).await?;
    if let Some(at) = revoked {
        return Err(AdminError::Revoked { name, at });
    }
    let keys = sqlx::query(
        "UPDATE operator_credential SET revoked_ms = ? WHERE operator = ? AND revoked_ms IS NULL",
    )
    .bind(ms(now))
    .bind(id.as_str())
    .execute(&mut *tx)
    .await?
    .rows_affected();
    end_sessions(&mut tx, OF_OPERATOR, id.as_str(), now).await?;
    visits::end_all(&mut tx, Whose::Operator(id), now).await?;
    let code = issue_operator_code(&mut tx, id, now).await?;
    let detail = format!("{keys} key(s) revoked");
    let line = by_admin("new-operator-key", id.as_str(), &detail);
    audit(&mut tx, &line, now).await?;
    finish(tx, db).await?;
    Ok(code)
}

async fn known_operator(
    tx: &mut Write,
    id: &OperatorId,
) -> Result<(String, Option<Timestamp>), AdminError> {
    let row = sqlx::query("SELECT name, revoked_ms FROM operator WHERE id = ?")
        .bind(id.as_str())
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| AdminError::NoOperator(id.clone()))?;
    Ok((row.try_get("name")?, time(&row, "revoked_ms")?))
}

const OF_OPERATOR: &str = "UPDATE session SET ended_ms = ?1 \
                           WHERE operator = ?2 AND ended_ms IS NULL AND expires_ms > ?1";

async fn end_sessions(
    tx: &mut Write,
    statement: &'static str,
    of: &str,
    now: Timestamp,
) -> Result<u64, sqlx::Error> {
    let done = sqlx::query(statement)
        .bind(ms(now))
        .bind(of)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected())
}

async fn finish(tx: Write, db: Database) -> Result<(), sqlx::Error> {
    tx.commit().await?;
    db.close().await;
    Ok(())
}

/// What the database keeps is what is told.
fn this_millisecond() -> Result<Timestamp, sqlx::Error> {
    from_ms(ms(Timestamp::now()))
}
