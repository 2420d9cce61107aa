//! What the registry's administrator does at the registry's own machine. The registry may be serving meanwhile.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use zeroize::Zeroizing;

use super::database::{Audit, Database, DatabaseError, audit, ms};
use super::secret::{self, NoRandom};
use crate::domain::OperatorId;
use crate::domain::authority::Role;

/// Life of an operator's code: it binds a key to an account, so NIST SP 800-63B-4, 4.1.2.2 allows ten minutes.
pub const OPERATOR_CODE_LIFE: SignedDuration = SignedDuration::from_mins(10);

/// Life of a station's code.
pub const STATION_CODE_LIFE: SignedDuration = SignedDuration::from_hours(1);

/// A one-time code, to be handed to whom it is for.
pub struct NewCode {
    /// Secret; six groups of four characters.
    pub code: Zeroizing<String>,
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
    /// A name that can't be taken.
    #[error("{0:?} is no name: 1 to 100 characters, no control characters")]
    Name(String),
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
    let code = secret::new_code()?;
    let expires_at = now + OPERATOR_CODE_LIFE;
    let mut tx = db.write().await?;
    let known: Option<(String, String)> =
        sqlx::query_as("SELECT id, role FROM operator WHERE name = ?")
            .bind(name)
            .fetch_optional(&mut *tx)
            .await?;
    let id = match known {
        Some((_, other)) if other != role.as_str() => {
            return Err(AdminError::OtherRole {
                name: name.to_owned(),
                role: other,
            });
        }
        Some((id, _)) => OperatorId::new(id),
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
    sqlx::query("UPDATE code SET expires_ms = 0 WHERE operator = ? AND used_ms IS NULL")
        .bind(id.as_str())
        .execute(&mut *tx)
        .await?;
    sqlx::query("INSERT INTO code (hash, operator, expires_ms) VALUES (?, ?, ?)")
        .bind(secret::code_hash(&code))
        .bind(id.as_str())
        .bind(ms(expires_at))
        .execute(&mut *tx)
        .await?;
    audit(&mut tx, &by_admin("operator-code", id.as_str(), name), now).await?;
    tx.commit().await?;
    db.close().await;
    Ok(NewCode { code, expires_at })
}

/// A code with which a station joins. `name` is what the registry's administrator calls it.
pub async fn new_station_code(db: &Path, name: &str) -> Result<NewCode, AdminError> {
    let name = checked_name(name)?;
    let db = Database::open(db).await?;
    let now = Timestamp::now();
    let code = secret::new_code()?;
    let expires_at = now + STATION_CODE_LIFE;
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
