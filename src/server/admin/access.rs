//! Who has access: the stations and operators that the registry knows, and how their access ends.
//!
//! Hides which tables hold what opens the registry. Invariants: ending an access ends, in the same transaction, every
//! token, session and code that came of it; it is never given back, and never forgotten, because earlier records name it.

use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use super::{AdminError, NewCode, by_admin, issue_operator_code};
use crate::domain::OperatorId;
use crate::server::accounts::{self, AccountEvent};
use crate::server::database::{Database, Fault, Write, from_ms, ms};
pub use crate::server::tables::operator::OperatorAccess;
use crate::server::tables::operator::{self, Account};
pub use crate::server::tables::station::StationAccess;
use crate::server::tables::station::{self, Named};
use crate::server::tables::visit;
use crate::server::tables::{access as opening, audit};

/// What revoking came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Revoked {
    /// The identifier of who was revoked.
    pub id: String,
    pub name: String,
    /// When: now, or earlier where that was done before.
    pub revoked_at: Timestamp,
    /// How many sessions it ended.
    pub sessions_ended: u64,
}

/// Every station, in the order in which they joined.
pub async fn stations(db: &Path) -> Result<Vec<StationAccess>, AdminError> {
    let db = Database::open(db).await?;
    let stations = station::all(&mut *db.read().await?).await?;
    db.close().await;
    Ok(stations)
}

/// Every operator, by name.
pub async fn operators(db: &Path) -> Result<Vec<OperatorAccess>, AdminError> {
    let db = Database::open(db).await?;
    let operators = operator::all(&mut *db.read().await?).await?;
    db.close().await;
    Ok(operators)
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
    let named = named_station(&mut tx, wanted).await?;
    let (id, name) = (&named.id, named.name.as_str());
    station::revoke(&mut tx, id, now).await?;
    opening::end_of_station(&mut tx, id).await?;
    let sessions_ended = opening::end_sessions_at(&mut tx, id, now).await?;
    visit::end_at(&mut tx, (Some(id), None), now).await?;
    if named.revoked_at.is_none() {
        let line = by_admin("revoke-station", id.as_str(), name);
        audit::note(&mut tx, &line, now).await?;
    }
    finish(tx, db).await?;
    Ok(Revoked {
        id: id.as_str().to_owned(),
        revoked_at: named.revoked_at.unwrap_or(now),
        name: named.name,
        sessions_ended,
    })
}

/// The one station that is meant.
async fn named_station(tx: &mut Write, wanted: &str) -> Result<Named, AdminError> {
    let found = station::called(tx, wanted).await?;
    let by_id = found
        .first()
        .is_some_and(|named| named.id.as_str() == wanted);
    let rivals = found.iter().filter(|named| named.revoked_at.is_none());
    if !by_id && rivals.clone().count() > 1 {
        return Err(AdminError::SeveralStations {
            name: wanted.to_owned(),
            ids: rivals.map(|named| named.id.as_str().to_owned()).collect(),
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
    let account = known_operator(&mut tx, id).await?;
    let before = account.revoked_at;
    operator::revoke(&mut tx, id, now).await?;
    opening::end_codes(&mut tx, id).await?;
    let sessions_ended = opening::end_sessions_of(&mut tx, id, now).await?;
    visit::end_at(&mut tx, (None, Some(id)), now).await?;
    if before.is_none() {
        let line = by_admin("revoke-operator", id.as_str(), &account.operator.name);
        audit::note(&mut tx, &line, now).await?;
        let whose = (&account.operator, None);
        accounts::changed(&mut tx, whose, AccountEvent::Revoked, now).await?;
    }
    finish(tx, db).await?;
    Ok(Revoked {
        id: id.as_str().to_owned(),
        name: account.operator.name,
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
    let account = known_operator(&mut tx, id).await?;
    if let Some(at) = account.revoked_at {
        let name = account.operator.name;
        return Err(AdminError::Revoked { name, at });
    }
    let keys = operator::revoke_keys(&mut tx, id, now).await?;
    opening::end_sessions_of(&mut tx, id, now).await?;
    visit::end_at(&mut tx, (None, Some(id)), now).await?;
    let code = issue_operator_code(&mut tx, id, now).await?;
    let detail = format!("{keys} key(s) revoked");
    let line = by_admin("new-operator-key", id.as_str(), &detail);
    audit::note(&mut tx, &line, now).await?;
    let whose = (&account.operator, None);
    accounts::changed(&mut tx, whose, AccountEvent::KeysRevoked, now).await?;
    finish(tx, db).await?;
    Ok(code)
}

pub(super) async fn known_operator(tx: &mut Write, id: &OperatorId) -> Result<Account, AdminError> {
    let account = operator::account(tx, id).await?;
    account.ok_or_else(|| AdminError::NoOperator(id.clone()))
}

async fn finish(tx: Write, db: Database) -> Result<(), Fault> {
    tx.commit().await?;
    db.close().await;
    Ok(())
}

/// What the database keeps is what is told.
fn this_millisecond() -> Result<Timestamp, Fault> {
    from_ms(ms(Timestamp::now()))
}
