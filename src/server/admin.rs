//! What the registry's administrator does at the registry's own machine. The registry may be serving meanwhile.

mod access;
mod acts;
mod alarms;
pub mod audit;
mod exceptions;
mod humans;
mod notices;
mod resets;
mod secrets;

use std::path::Path;

pub use access::{
    OperatorAccess, Revoked, StationAccess, new_operator_key, operators, revoke_operator,
    revoke_station, stations,
};
pub use acts::{Listed, acts, receipt};
pub use alarms::{acknowledge_alarms, alarms, all_alarms};
pub use exceptions::{Exception, exceptions};
pub(crate) use humans::settle_accounts;
pub use humans::{Human, set_human};
use jiff::{SignedDuration, Timestamp};
pub use notices::{Named, Notice, mark_told, notices};
pub use resets::{DEPUTY_AT_MOST, allow_resets, name_deputy};
pub use secrets::{
    KeyAccount, Pruned, Rotated, adopt_secrets, prune_secrets, rotate_secrets, secrets,
};

use super::accounts::{self, AccountEvent};
use super::database::{Database, DatabaseError, Fault, Write};
use super::keyring::KeyringError;
use super::secret::{self, NoRandom};
pub use super::tables::audit::Alarm;
use super::tables::audit::{self as lines, Line};
use super::tables::operator::Account;
use super::tables::{access as opening, operator, station};
use crate::domain::authority::Role;
use crate::domain::line::{NAME_CHARS_MAX, NotOneLine};
use crate::domain::{FactorId, OfferId, OneLine, OperatorId, PersonId, Secret, StationId};
use crate::seal::SealError;
use crate::wire::Operator;

/// Life of an operator's code: it binds a key to an account, so NIST SP 800-63B-4, 4.1.2.2 allows ten minutes.
pub const OPERATOR_CODE_LIFE: SignedDuration = SignedDuration::from_mins(10);

/// Life of a station's code, where nothing else is said.
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
    #[error(transparent)]
    Database(#[from] DatabaseError),
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
        secret: FactorId,
        /// The person, or the token's serial number.
        owner: String,
        why: SealError,
    },
    /// A key file without a key.
    #[error("there is no key to seal to")]
    NoKey,
    /// A name that can't be taken.
    #[error("{0:?} is no name of 1 to 100 characters: {1}")]
    Name(String, NotOneLine),
    /// A code that would live too short, or too long.
    #[error("a station's code can't live {0:#}: 1 minute to 7 days, e.g. 90m or 48h")]
    CodeLife(SignedDuration),
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
    /// There is no such alarm.
    #[error("there is no alarm {0}: see `keydesk registry alarms`; none was acknowledged")]
    NoAlarm(i64),
    /// A reason that can't be taken.
    #[error("{0:?} is no reason of 1 to 200 characters: {1}; nothing was acknowledged")]
    Reason(String, NotOneLine),
    /// Nobody signed that.
    #[error("there is no act {0}: see `keydesk registry acts`")]
    NoAct(OfferId),
    /// Nobody is a deputy for that long.
    #[error("a deputy can't be one for {0:#}: 1 minute to 24 hours, e.g. 8h")]
    DeputyLife(SignedDuration),
    /// An account that can't release in a second agent's place.
    #[error("{operator} cannot be a deputy: {why}")]
    Deputy { operator: OperatorId, why: String },
    /// No operator has that identifier.
    #[error("there is no operator {0}: see `keydesk registry operators list`")]
    NoOperator(OperatorId),
    /// No person has that identifier.
    #[error("there is no person {0}: see `keydesk person find`")]
    NoPerson(PersonId),
    /// A personnel number that can't be one.
    #[error(
        "{0:?} is no personnel number: 1 to 64 letters of A to Z, digits and signs, without spaces"
    )]
    PersonnelNumber(String),
    /// One that is another account's but for its spelling: whether both are of one human would be anybody's guess.
    #[error(
        "{number:?} is the personnel number of operator {other}, who has it as {theirs:?}: if it is the same human, write it alike; if not, write both so that they differ in more than capitals, signs and leading zeros"
    )]
    PersonnelNumberAlike {
        number: String,
        other: OperatorId,
        theirs: String,
    },
    /// Their access has ended for good.
    #[error(
        "{name:?} was revoked at {at}: somebody who comes back gets an account of another name"
    )]
    Revoked {
        /// Who.
        name: String,
        at: Timestamp,
    },
}

impl From<Fault> for AdminError {
    fn from(error: Fault) -> Self {
        Self::Database(DatabaseError::Failed(error))
    }
}

/// A code with which an operator enrols a key of their own at a station. The account is made when there is none of that
/// name; for one that exists it is a code for another key. Earlier codes of the account that were not used end.
pub async fn new_operator_code(db: &Path, name: &str, role: Role) -> Result<NewCode, AdminError> {
    let name = &*checked_name(name)?;
    let db = Database::open(db).await?;
    let now = Timestamp::now();
    let mut tx = db.write().await?;
    let (account, change) = match operator::called(&mut tx, name).await? {
        Some(Account {
            revoked_at: Some(at),
            ..
        }) => {
            return Err(AdminError::Revoked {
                name: name.to_owned(),
                at,
            });
        }
        Some(Account { operator, .. }) if operator.role != role => {
            return Err(AdminError::OtherRole {
                name: name.to_owned(),
                role: operator.role.as_str().to_owned(),
            });
        }
        Some(Account { operator, .. }) => (operator, AccountEvent::CodeIssued),
        None => {
            let new = Operator {
                id: OperatorId::new(uuid::Uuid::now_v7().to_string()),
                name: name.to_owned(),
                role,
            };
            operator::insert(&mut tx, &new, &secret::random_bytes::<32>()?).await?;
            (new, AccountEvent::Made)
        }
    };
    let id = &account.id;
    let code = issue_operator_code(&mut tx, id, now).await?;
    lines::note(&mut tx, &by_admin("operator-code", id.as_str(), name), now).await?;
    accounts::changed(&mut tx, (&account, None), change, now).await?;
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
    opening::end_codes(tx, id).await?;
    opening::insert_operator_code(tx, &secret::code_hash(&code), id, expires_at).await?;
    Ok(NewCode { code, expires_at })
}

/// The shortest and the longest life that a station's code can be given.
pub const STATION_CODE_LIVES: [SignedDuration; 2] = [
    SignedDuration::from_mins(1),
    SignedDuration::from_hours(7 * 24),
];

/// A code with which a station joins. `name` is what it will be called.
pub async fn new_station_code(db: &Path, name: &str) -> Result<NewCode, AdminError> {
    new_station_code_for(db, name, STATION_CODE_LIFE).await
}

/// The same with another life, within [`STATION_CODE_LIVES`].
pub async fn new_station_code_for(
    db: &Path,
    name: &str,
    life: SignedDuration,
) -> Result<NewCode, AdminError> {
    let [shortest, longest] = STATION_CODE_LIVES;
    if !(shortest..=longest).contains(&life) {
        return Err(AdminError::CodeLife(life));
    }
    let name = &*checked_name(name)?;
    let db = Database::open(db).await?;
    let now = Timestamp::now();
    let code = secret::new_code()?;
    let expires_at = whole_second(now) + life;
    let mut tx = db.write().await?;
    let hash = secret::code_hash(&code);
    opening::insert_station_code(&mut tx, &hash, name, expires_at).await?;
    lines::note(
        &mut tx,
        &by_admin("station-code", name, &format!("until {expires_at}")),
        now,
    )
    .await?;
    tx.commit().await?;
    db.close().await;
    Ok(NewCode { code, expires_at })
}

/// Lets a station's journal begin anew where it stands, after somebody has found out why it went back: the heads that it
/// had reported before are forgotten, but for the audit, which keeps the last one. Returns that one's sequence number.
pub async fn accept_journal(db: &Path, id: &StationId) -> Result<u64, AdminError> {
    let db = Database::open(db).await?;
    let mut tx = db.write().await?;
    let last = station::last_head(&mut tx, id).await?;
    let (sequence, hash) = last.ok_or_else(|| AdminError::NoJournal(id.clone()))?;
    station::forget_heads(&mut tx, id).await?;
    let detail = format!("had come to record {sequence}, hash {hash}");
    let line = by_admin("accept-journal", id.as_str(), &detail);
    lines::note(&mut tx, &line, Timestamp::now()).await?;
    tx.commit().await?;
    db.close().await;
    Ok(u64::try_from(sequence).unwrap_or_default())
}

/// People read when a code ends.
fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// A line of the audit for what is done at the registry's own machine.
pub(super) fn by_admin<'a>(action: &'a str, subject: &'a str, detail: &'a str) -> Line<'a> {
    Line {
        station: None,
        operator: None,
        action,
        subject,
        detail,
    }
}

/// What an operator or a station is called.
pub(super) fn checked_name(name: &str) -> Result<OneLine<NAME_CHARS_MAX>, AdminError> {
    OneLine::new(name).map_err(|why| AdminError::Name(name.to_owned(), why))
}
