//! The secrets that codes come of, and the hardware tokens that hold one each.
//!
//! Invariant: a secret is here sealed only, and never changes but by being sealed anew.

use super::column::{OfRow, in_row};
use jiff::Timestamp;
use sqlx::{FromRow, Row as _};

use super::At;
use crate::domain::factor::{SealedSecret, TotpSettings};
use crate::domain::{FactorId, OperatorId, StationId};
use crate::seal::For;
use crate::server::database::{Connection, Fault, Row, Write};
use crate::wire::StockedToken;

/// A secret as the database keeps it.
pub struct StoredSecret {
    /// What it is bound to besides its owner: an app's factor, or the identifier that a token came with.
    pub id: FactorId,
    /// The person of an app, the serial number of a token.
    pub owner: String,
    /// How codes come of it.
    pub settings: TotpSettings,
    /// Itself.
    pub sealed: SealedSecret,
    /// By how many steps its clock is known to be fast.
    pub drift_steps: i32,
    /// The newest step that was taken.
    pub last_step: Option<u64>,
}

impl StoredSecret {
    /// What it was sealed for.
    pub fn to(&self) -> For<'_> {
        For {
            factor: self.id,
            owner: &self.owner,
        }
    }
}

impl FromRow<'_, Row> for StoredSecret {
    /// The row calls its id `secret`.
    fn from_row(row: &Row) -> Result<Self, Fault> {
        let last_step: Option<i64> = row.try_get("last_step")?;
        Ok(Self {
            id: row.try_get("secret")?,
            owner: row.try_get("owner")?,
            settings: TotpSettings::of_row(row)?,
            sealed: SealedSecret {
                key: row.try_get("sealing_key")?,
                encapsulated: row.try_get("encapsulated")?,
                ciphertext: row.try_get("ciphertext")?,
            },
            drift_steps: row.try_get("drift_steps")?,
            last_step: last_step.and_then(|step| u64::try_from(step).ok()),
        })
    }
}

impl OfRow for TotpSettings {
    fn of_row(row: &Row) -> Result<Self, Fault> {
        let settings = Self {
            algorithm: row.try_get("algorithm")?,
            digits: row.try_get("digits")?,
            period_s: row.try_get("period_s")?,
        };
        settings
            .checked()
            .map_err(|fault| Fault::Decode(Box::new(fault)))
    }
}

/// Whether a secret, and with it an app's factor, of that name is there.
pub async fn is_known(db: &mut Connection, id: FactorId) -> Result<bool, Fault> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM totp_secret WHERE id = $1) OR EXISTS (SELECT 1 FROM factor WHERE id = $1)",
    )
    .bind(id)
    .fetch_one(db)
    .await
}

/// Keeps a secret, sealed as it came.
pub async fn insert(tx: &mut Write, secret: &StoredSecret) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO totp_secret (id, owner, algorithm, digits, period_s, sealing_key, encapsulated, ciphertext, drift_steps, \
         last_step) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(secret.id)
    .bind(&secret.owner)
    .bind(secret.settings.algorithm)
    .bind(secret.settings.digits)
    .bind(secret.settings.period_s)
    .bind(&secret.sealed.key)
    .bind(&secret.sealed.encapsulated)
    .bind(&secret.sealed.ciphertext)
    .bind(secret.drift_steps)
    .bind(secret.last_step.map(step_in_database))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Every secret.
pub async fn all(db: &mut Connection) -> Result<Vec<StoredSecret>, Fault> {
    sqlx::query_as(
        "SELECT id AS secret, owner, algorithm, digits, period_s, sealing_key, encapsulated, ciphertext, drift_steps, last_step \
         FROM totp_secret",
    )
    .fetch_all(db)
    .await
}

/// Keeps a secret sealed anew.
pub async fn reseal(tx: &mut Write, id: FactorId, sealed: &SealedSecret) -> Result<(), Fault> {
    sqlx::query(
        "UPDATE totp_secret SET sealing_key = $1, encapsulated = $2, ciphertext = $3 WHERE id = $4",
    )
    .bind(&sealed.key)
    .bind(&sealed.encapsulated)
    .bind(&sealed.ciphertext)
    .bind(id)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A code that was right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    pub step: u64,
    /// How the clock stood.
    pub drift_steps: i32,
    /// Two in a row say so: no single one that might have been guessed.
    pub is_sure: bool,
}

/// Notes that a code was taken. The clock is followed where it is sure how it stands, or where the code before this one said the same.
pub async fn set_taken(tx: &mut Write, id: FactorId, taken: Taken) -> Result<(), Fault> {
    sqlx::query(
        "UPDATE totp_secret SET last_step = $1, drift_steps = CASE WHEN $3 OR drift_seen = $2 THEN $2 ELSE drift_steps END, \
         drift_seen = $2 WHERE id = $4",
    )
        .bind(step_in_database(taken.step))
        .bind(taken.drift_steps)
        .bind(taken.is_sure)
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// A database's integers are signed; the clamp is 9 billion centuries away.
fn step_in_database(step: u64) -> i64 {
    i64::try_from(step).unwrap_or(i64::MAX)
}

/// A token that comes into stock.
pub struct NewToken<'a> {
    pub serial: &'a str,
    pub secret: FactorId,
    pub manufacturer: Option<&'a str>,
    pub station: &'a StationId,
    pub operator: &'a OperatorId,
    pub imported_at: Timestamp,
}

/// Takes a token into stock, whose secret is there.
pub async fn insert_token(tx: &mut Write, new: &NewToken<'_>, now: Timestamp) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO token (serial, secret, manufacturer, station, operator, imported_ms, accepted_ms) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(new.serial)
    .bind(new.secret)
    .bind(new.manufacturer)
    .bind(new.station)
    .bind(new.operator)
    .bind(At(new.imported_at))
    .bind(At(now))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Where a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stock {
    Here,
    /// Somebody has it.
    Held,
    /// It was suspended when it was removed from whoever had it: it may be anywhere, and is nobody's ever again.
    Lost,
}

/// A token's seed, and where it is.
pub async fn token(
    db: &mut Connection,
    serial: &str,
) -> Result<Option<(StoredSecret, Stock)>, Fault> {
    let row = sqlx::query(
        "SELECT s.id AS secret, s.owner, s.algorithm, s.digits, s.period_s, s.sealing_key, s.encapsulated, s.ciphertext, \
         s.drift_steps, s.last_step, \
         EXISTS (SELECT 1 FROM factor f WHERE f.secret = s.id AND f.removed_ms IS NULL) AS held, \
         EXISTS (SELECT 1 FROM factor f WHERE f.secret = s.id AND f.suspended_ms IS NOT NULL) AS lost \
         FROM token t JOIN totp_secret s ON s.id = t.secret WHERE t.serial = $1",
    )
    .bind(serial)
    .fetch_optional(db)
    .await?;
    row.map(|row| {
        let stock = match (row.try_get("held")?, row.try_get("lost")?) {
            (true, _) => Stock::Held,
            (false, true) => Stock::Lost,
            (false, false) => Stock::Here,
        };
        Ok((StoredSecret::from_row(&row)?, stock))
    })
    .transpose()
}

/// Tokens whose serial begins with that text, by serial; at most `limit`.
pub async fn tokens(
    db: &mut Connection,
    serial_begins: &str,
    limit: usize,
) -> Result<Vec<StockedToken>, Fault> {
    sqlx::query(
        "SELECT t.serial, t.manufacturer, t.imported_ms, s.algorithm, s.digits, s.period_s, f.person, \
         EXISTS (SELECT 1 FROM factor l WHERE l.secret = s.id AND l.removed_ms IS NOT NULL AND l.suspended_ms IS NOT NULL) AS lost \
         FROM token t \
         JOIN totp_secret s ON s.id = t.secret LEFT JOIN factor f ON f.secret = s.id AND f.removed_ms IS NULL \
         WHERE substr(t.serial, 1, length($1)) = $1 ORDER BY t.serial LIMIT $2",
    )
    .bind(serial_begins)
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .try_map(in_row).fetch_all(db)
    .await
}

impl OfRow for StockedToken {
    fn of_row(row: &Row) -> Result<Self, Fault> {
        Ok(Self {
            serial: row.try_get("serial")?,
            manufacturer: row.try_get("manufacturer")?,
            settings: TotpSettings::of_row(row)?,
            imported_at: row.try_get::<At, _>("imported_ms")?.0,
            holder: row.try_get("person")?,
            lost: row.try_get("lost")?,
        })
    }
}
