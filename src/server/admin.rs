//! What the registry's administrator does at the registry's own machine. The registry may be serving meanwhile.

mod access;
mod humans;
mod notices;
mod secrets;

use std::path::Path;

pub use access::{
    OperatorAccess, Revoked, StationAccess, new_operator_key, operators, revoke_operator,
    revoke_station, stations,
};
pub use humans::{Human, set_human};
use jiff::{SignedDuration, Timestamp};
pub use notices::{Named, Notice, mark_told, notices};
pub use secrets::{
    KeyAccount, Pruned, Rotated, adopt_secrets, prune_secrets, rotate_secrets, secrets,
};
use serde::Serialize;

use super::database::{Audit, Database, DatabaseError, Write, audit, from_ms, ms};
use super::keyring::KeyringError;
use super::secret::{self, NoRandom};
use crate::domain::authority::Role;
use crate::domain::{Bytes, FactorId, OperatorId, PersonId, Secret, StationId};
use crate::seal::SealError;

/// Life of an operator's code: it binds a key to an account, so NIST SP 800-63B-4, 4.1.2.2 allows ten minutes.
pub const OPERATOR_CODE_LIFE: SignedDuration = SignedDuration::from_mins(10);

/// Life of a station's code.
pub const STATION_CODE_LIFE: SignedDuration = SignedDuration::from_hours(1);

/// A one-time code, to be handed to whom it is for.
pub struct NewCode {
    /// Six groups of four characters.
    pub code: Secret,
    /// From then on it is refused.
    pub expires_at: Timestamp,
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// No random numbers.
    #[error(transparent)]
    Random(#[from] NoRandom),
    /// The file with the keys that open what is sealed.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// A secret that its own key does not open: the row was changed by other means.
    #[error(
        "the secret {secret} of {owner} does not open ({why}); nothing was changed: restore the database, or enrol it anew"
    )]
    Sealed {
        /// Which.
        secret: FactorId,
        /// The person, or the token's serial number.
        owner: String,
        /// What is wrong.
        why: SealError,
    },
    /// A key file without a key.
    #[error("there is no key to seal to")]
    NoKey,
    /// A name that can't be taken.
    #[error("{0:?} is no name: 1 to 100 characters, no control characters")]
    Name(String),
    /// The station has never pushed, or is not known.
    #[error(
        "no journal of station {0} is known: it has never pushed, or the identifier is another one"
    )]
    NoJournal(StationId),
    /// The account exists and is something else.
    #[error(
        "{name:?} is an operator already, as {role}: choose another name, or leave the role as it is"
    )]
    OtherRole {
        /// The name asked for.
        name: String,
        /// What they are.
        role: String,
    },
    /// No station has that identifier or name.
    #[error("no station is called {0:?}: see `keydesk registry stations list`")]
    NoStation(String),
    /// A name that does not say which.
    #[error("several stations are called {name:?}: name one by its identifier, {}", .ids.join(" or "))]
    SeveralStations {
        /// The name asked for.
        name: String,
        /// The stations that have it.
        ids: Vec<String>,
    },
    /// There is no such notice.
    #[error("there is no notice {0}: see `keydesk registry notices`; none was marked")]
    NoNotice(i64),
    /// No operator has that identifier.
    #[error("there is no operator {0}: see `keydesk registry operators list`")]
    NoOperator(OperatorId),
    /// No person has that identifier.
    #[error("there is no person {0}: see `keydesk person find`")]
    NoPerson(PersonId),
    /// A personnel number that can't be one.
    #[error("{0:?} is no personnel number: 1 to 64 characters without spaces")]
    PersonnelNumber(String),
    /// Their access has ended for good.
    #[error(
        "{name:?} was revoked at {at}: somebody who comes back gets an account of another name"
    )]
    Revoked {
        /// Who.
        name: String,
        /// When.
        at: Timestamp,
    },
}

impl From<sqlx::Error> for AdminError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(DatabaseError::Failed(error))
    }
}

/// A code with which an operator enrols a key of their own at a station. The account is made when there is none of that
/// name; for one that exists it is a code for another key. Earlier codes of the account that were not used end.
pub async fn new_operator_code(db: &Path, name: &str, role: Role) -> Result<NewCode, AdminError> {
    let name = checked_name(name)?;
    let db = Database::open(db).await?;
    let now = Timestamp::now();
    let mut tx = db.write().await?;
    let known: Option<(String, String, Option<i64>)> =
        sqlx::query_as("SELECT id, role, revoked_ms FROM operator WHERE name = ?")
            .bind(name)
            .fetch_optional(&mut *tx)
            .await?;
    let id = match known {
        Some((.., Some(revoked_ms))) => {
            return Err(AdminError::Revoked {
                name: name.to_owned(),
                at: from_ms(revoked_ms)?,
            });
        }
        Some((_, other, None)) if other != role.as_str() => {
            return Err(AdminError::OtherRole {
                name: name.to_owned(),
                role: other,
            });
        }
        Some((id, ..)) => OperatorId::new(id),
        None => {
            let id = OperatorId::new(uuid::Uuid::now_v7().to_string());
            sqlx::query("INSERT INTO operator (id, name, role, user_handle) VALUES (?, ?, ?, ?)")
                .bind(id.as_str())
                .bind(name)
                .bind(role.as_str())
                .bind(secret::random_bytes::<32>()?.to_vec())
                .execute(&mut *tx)
                .await?;
            id
        }
    };
    let code = issue_operator_code(&mut tx, &id, now).await?;
    audit(&mut tx, &by_admin("operator-code", id.as_str(), name), now).await?;
    tx.commit().await?;
    db.close().await;
    Ok(code)
}

/// A code for that operator; earlier ones that were not used end.
async fn issue_operator_code(
    tx: &mut Write,
    id: &OperatorId,
    now: Timestamp,
) -> Result<NewCode, AdminError> {
    let code = secret::new_code()?;
    let expires_at = whole_second(now) + OPERATOR_CODE_LIFE;
    sqlx::query("UPDATE code SET expires_ms = 0 WHERE operator = ? AND used_ms IS NULL")
        .bind(id.as_str())
        .execute(&mut **tx)
        .await?;
    sqlx::query("INSERT INTO code (hash, operator, expires_ms) VALUES (?, ?, ?)")
        .bind(secret::code_hash(&code))
        .bind(id.as_str())
        .bind(ms(expires_at))
        .execute(&mut **tx)
        .await?;
    Ok(NewCode { code, expires_at })
}

/// A code with which a station joins. `name` is what the registry's administrator calls it.
pub async fn new_station_code(db: &Path, name: &str) -> Result<NewCode, AdminError> {
    let name = checked_name(name)?;
    let db = Database::open(db).await?;
    let now = Timestamp::now();
    let code = secret::new_code()?;
    let expires_at = whole_second(now) + STATION_CODE_LIFE;
    let mut tx = db.write().await?;
    sqlx::query("INSERT INTO code (hash, station, expires_ms) VALUES (?, ?, ?)")
        .bind(secret::code_hash(&code))
        .bind(name)
        .bind(ms(expires_at))
        .execute(&mut *tx)
        .await?;
    audit(&mut tx, &by_admin("station-code", name, ""), now).await?;
    tx.commit().await?;
    db.close().await;
    Ok(NewCode { code, expires_at })
}

/// Something that the registry noticed and somebody must look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alarm {
    /// When.
    pub at: Timestamp,
    /// The station it concerns.
    pub station: Option<StationId>,
    /// `journal-regressed`, `counter-regressed`, `unlock-after-end`, `too-many-attempts`, `many-suspensions`, `key-of-several`,
    /// `all-older-factors-gone` and others.
    pub kind: String,
    /// In words, with the facts.
    pub detail: String,
}

/// The alarms, newest first; at most `limit`.
pub async fn alarms(db: &Path, limit: u32) -> Result<Vec<Alarm>, AdminError> {
    let db = Database::open(db).await?;
    let rows: Vec<(i64, Option<String>, String, String)> = sqlx::query_as(
        "SELECT at_ms, station, kind, detail FROM alarm ORDER BY number DESC LIMIT ?",
    )
    .bind(limit)
    .fetch_all(db.pool())
    .await?;
    let alarms = rows
        .into_iter()
        .map(|(at_ms, station, kind, detail)| {
            Ok(Alarm {
                at: from_ms(at_ms)?,
                station: station.map(StationId::new),
                kind,
                detail,
            })
        })
        .collect::<Result<_, sqlx::Error>>()?;
    db.close().await;
    Ok(alarms)
}

/// Lets a station's journal begin anew where it stands, after somebody has found out why it went back: the heads that it
/// had reported before are forgotten, but for the audit, which keeps the last one. Returns that one's sequence number.
pub async fn accept_journal(db: &Path, station: &StationId) -> Result<u64, AdminError> {
    let db = Database::open(db).await?;
    let mut tx = db.write().await?;
    let last: Option<(i64, Vec<u8>)> = sqlx::query_as(
        "SELECT sequence, hash FROM journal_head WHERE station = ? ORDER BY sequence DESC LIMIT 1",
    )
    .bind(station.as_str())
    .fetch_optional(&mut *tx)
    .await?;
    let (sequence, hash) = last.ok_or_else(|| AdminError::NoJournal(station.clone()))?;
    sqlx::query("DELETE FROM journal_head WHERE station = ?")
        .bind(station.as_str())
        .execute(&mut *tx)
        .await?;
    let detail = format!("had come to record {sequence}, hash {}", Bytes(hash));
    let line = by_admin("accept-journal", station.as_str(), &detail);
    audit(&mut tx, &line, Timestamp::now()).await?;
    tx.commit().await?;
    db.close().await;
    Ok(u64::try_from(sequence).unwrap_or_default())
}

/// People read when a code ends.
fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// A line of the audit for what is done at the registry's own machine.
pub(super) fn by_admin<'a>(action: &'a str, subject: &'a str, detail: &'a str) -> Audit<'a> {
    Audit {
        station: None,
        operator: None,
        action,
        subject,
        detail,
    }
}

/// A name of 1 to 100 characters, trimmed, without control characters.
pub(super) fn checked_name(name: &str) -> Result<&str, AdminError> {
    let trimmed = name.trim();
    let fits = (1..=100).contains(&trimmed.chars().count());
    if fits && !trimmed.chars().any(char::is_control) {
        Ok(trimmed)
    } else {
        Err(AdminError::Name(name.to_owned()))
    }
}
