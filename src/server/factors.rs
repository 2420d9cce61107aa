//! Authenticator apps and hardware tokens as the registry holds them.
//!
//! It hides their tables. Invariants: a secret is there sealed only, and never changes but by being sealed anew; a factor that
//! was removed stays on record; a token is one person's at a time.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::{SqliteExecutor, SqliteRow};

use super::database::{Write, from_ms, ms};
use super::people;
use crate::domain::factor::{Algorithm, FactorKind, SealedSecret, TotpSettings};
use crate::domain::visit::Suspended;
use crate::domain::{
    Bytes, FactorId, Identification, OfferId, OperatorId, PersonId, StationId, VisitId,
};
use crate::seal::For;
use crate::wire::{Factor, StockedToken, Tokens};

/// Most tokens in one answer.
const MAX_TOKENS: usize = 200;

/// What a new app is called, and with a number after it the next one.
const APP_NAME: &str = "Authenticator app";

/// What a token is called likewise.
const TOKEN_NAME: &str = "Hardware token";

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
    /// By how many steps its clock was fast.
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

/// A factor with its secret, as an examination needs them.
pub struct Held {
    /// What people call it.
    pub name: String,
    /// Whether it is a hardware token, whose clock nobody can set.
    pub is_token: bool,
    /// When it became active.
    pub enrolled_at: Timestamp,
    /// Whether it opens nothing any more.
    pub removed: bool,
    /// Since when it is suspended, and why.
    pub suspended: Option<Suspended>,
    /// Its secret.
    pub secret: StoredSecret,
}

/// A factor that becomes active.
pub struct NewFactor<'a> {
    pub id: FactorId,
    pub person: &'a PersonId,
    /// The secret's name.
    pub secret: FactorId,
    /// Of a token.
    pub serial: Option<&'a str>,
    pub name: &'a str,
    pub offer: OfferId,
    pub station: &'a StationId,
    pub operator: &'a OperatorId,
    pub identification: &'a Identification,
    pub enrolled_at: Timestamp,
    /// Under which visit it was offered.
    pub visit: Option<VisitId>,
    /// It waits for its owner.
    pub waiting: bool,
}

macro_rules! select_held {
    ($tail:literal) => {
        concat!(
            "SELECT f.name, f.serial, f.enrolled_ms, f.removed_ms, f.waiting_ms, f.taken_ms, f.suspended_ms, f.suspended_why, \
             s.id AS secret_id, s.owner, s.algorithm, s.digits, \
             s.period_s, s.sealing_key, s.encapsulated, s.ciphertext, s.drift_steps, s.last_step \
             FROM factor f JOIN totp_secret s ON s.id = f.secret ",
            $tail
        )
    };
}

/// A person's factors, oldest first, those that were removed included.
pub async fn of_person(
    db: impl SqliteExecutor<'_>,
    person: &PersonId,
) -> Result<Vec<Factor>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT id, serial, name, enrolled_ms, station, operator, last_tested_ms, removed_ms, waiting_ms, taken_ms, suspended_ms, \
         suspended_why FROM factor \
         WHERE person = ? ORDER BY enrolled_ms, id",
    )
    .bind(person.as_str())
    .fetch_all(db)
    .await?;
    rows.iter().map(factor).collect()
}

fn factor(row: &SqliteRow) -> Result<Factor, sqlx::Error> {
    let serial: Option<String> = row.try_get("serial")?;
    Ok(Factor {
        id: factor_id(row, "id")?,
        kind: serial.map_or(FactorKind::App, |serial| FactorKind::Token { serial }),
        name: row.try_get("name")?,
        enrolled_at: from_ms(row.try_get("enrolled_ms")?)?,
        station: StationId::new(row.try_get::<String, _>("station")?),
        operator: OperatorId::new(row.try_get::<String, _>("operator")?),
        last_tested_at: Some(from_ms(row.try_get("last_tested_ms")?)?),
        removed_at: row
            .try_get::<Option<i64>, _>("removed_ms")?
            .map(from_ms)
            .transpose()?,
        held: people::held(row)?,
    })
}

/// A factor of this person, removed or not.
pub async fn held(
    tx: &mut Write,
    person: &PersonId,
    id: FactorId,
) -> Result<Option<Held>, sqlx::Error> {
    sqlx::query(select_held!("WHERE f.person = ? AND f.id = ?"))
        .bind(person.as_str())
        .bind(id.to_string())
        .fetch_optional(&mut **tx)
        .await?
        .as_ref()
        .map(held_row)
        .transpose()
}

/// The person's factors with another secret than that one, newest first, those that were removed included; at most `limit`.
pub async fn others(
    tx: &mut Write,
    person: &PersonId,
    secret: FactorId,
    limit: u32,
) -> Result<Vec<Held>, sqlx::Error> {
    let rows = sqlx::query(select_held!(
        "WHERE f.person = ? AND f.secret <> ? ORDER BY f.removed_ms IS NOT NULL, f.enrolled_ms DESC LIMIT ?"
    ))
    .bind(person.as_str())
    .bind(secret.to_string())
    .bind(limit)
    .fetch_all(&mut **tx)
    .await?;
    rows.iter().map(held_row).collect()
}

fn held_row(row: &SqliteRow) -> Result<Held, sqlx::Error> {
    Ok(Held {
        name: row.try_get("name")?,
        is_token: row.try_get::<Option<String>, _>("serial")?.is_some(),
        enrolled_at: from_ms(row.try_get("enrolled_ms")?)?,
        removed: row.try_get::<Option<i64>, _>("removed_ms")?.is_some(),
        suspended: people::held(row)?.suspended,
        secret: stored(row)?,
    })
}

/// A secret from a row that calls its id `secret_id`.
pub fn stored(row: &SqliteRow) -> Result<StoredSecret, sqlx::Error> {
    let last_step: Option<i64> = row.try_get("last_step")?;
    Ok(StoredSecret {
        id: factor_id(row, "secret_id")?,
        owner: row.try_get("owner")?,
        settings: settings(row)?,
        sealed: SealedSecret {
            key: row.try_get("sealing_key")?,
            encapsulated: Bytes(row.try_get("encapsulated")?),
            ciphertext: Bytes(row.try_get("ciphertext")?),
        },
        drift_steps: row.try_get("drift_steps")?,
        last_step: last_step.and_then(|step| u64::try_from(step).ok()),
    })
}

fn settings(row: &SqliteRow) -> Result<TotpSettings, sqlx::Error> {
    let algorithm: String = row.try_get("algorithm")?;
    let bad = |what: &str| sqlx::Error::Decode(what.into());
    TotpSettings {
        algorithm: Algorithm::parse(&algorithm).ok_or_else(|| bad("algorithm"))?,
        digits: row.try_get("digits")?,
        period_s: row.try_get("period_s")?,
    }
    .checked()
    .map_err(|fault| sqlx::Error::Decode(Box::new(fault)))
}

fn factor_id(row: &SqliteRow, column: &str) -> Result<FactorId, sqlx::Error> {
    let text: String = row.try_get(column)?;
    text.parse()
        .map(FactorId)
        .map_err(|error: uuid::Error| sqlx::Error::Decode(Box::new(error)))
}

/// Whether a secret, and with it an app's factor, of that name is there.
pub async fn is_known(tx: &mut Write, id: FactorId) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM totp_secret WHERE id = ?1) OR EXISTS (SELECT 1 FROM factor WHERE id = ?1)",
    )
    .bind(id.to_string())
    .fetch_one(&mut **tx)
    .await
}

/// Keeps a secret, sealed as it came.
pub async fn insert_secret(tx: &mut Write, secret: &StoredSecret) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO totp_secret (id, owner, algorithm, digits, period_s, sealing_key, encapsulated, ciphertext, drift_steps, \
         last_step) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(secret.id.to_string())
    .bind(&secret.owner)
    .bind(secret.settings.algorithm.as_str())
    .bind(secret.settings.digits)
    .bind(secret.settings.period_s)
    .bind(&secret.sealed.key)
    .bind(&secret.sealed.encapsulated.0)
    .bind(&secret.sealed.ciphertext.0)
    .bind(secret.drift_steps)
    .bind(secret.last_step.map(step_in_database))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Makes a factor active.
pub async fn insert(
    tx: &mut Write,
    new: &NewFactor<'_>,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO factor (id, person, secret, serial, name, offer, station, operator, document, last_four, enrolled_ms, \
         accepted_ms, last_tested_ms, visit, waiting_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(new.id.to_string())
    .bind(new.person.as_str())
    .bind(new.secret.to_string())
    .bind(new.serial)
    .bind(new.name)
    .bind(new.offer.to_string())
    .bind(new.station.as_str())
    .bind(new.operator.as_str())
    .bind(new.identification.kind())
    .bind(new.identification.detail())
    .bind(ms(new.enrolled_at))
    .bind(ms(now))
    .bind(ms(now))
    .bind(new.visit.map(|visit| visit.to_string()))
    .bind(new.waiting.then(|| ms(now)))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Notes that a code of that step was taken, and how the clock stood.
pub async fn note_taken(
    tx: &mut Write,
    secret: FactorId,
    (step, drift_steps): (u64, i32),
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE totp_secret SET last_step = ?, drift_steps = ? WHERE id = ?")
        .bind(step_in_database(step))
        .bind(drift_steps)
        .bind(secret.to_string())
        .execute(&mut **tx)
        .await?;
    sqlx::query("UPDATE factor SET last_tested_ms = ? WHERE secret = ? AND removed_ms IS NULL")
        .bind(ms(now))
        .bind(secret.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Removes a factor of a person; whether there was one that was active. A token is in stock from then on, unless it is suspended.
pub async fn remove(
    tx: &mut Write,
    person: &PersonId,
    id: FactorId,
    at: Timestamp,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "UPDATE factor SET removed_ms = ? WHERE id = ? AND person = ? AND removed_ms IS NULL",
    )
    .bind(ms(at))
    .bind(id.to_string())
    .bind(person.as_str())
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// How many keys, apps and tokens of a person open something.
pub async fn alive(db: impl SqliteExecutor<'_>, person: &PersonId) -> Result<u32, sqlx::Error> {
    sqlx::query_scalar("SELECT count(*) FROM valid_factor WHERE person = ?")
        .bind(person.as_str())
        .fetch_one(db)
        .await
}

/// A name that none of the person's factors has or had.
pub async fn free_name(
    db: impl SqliteExecutor<'_>,
    person: &PersonId,
    is_token: bool,
) -> Result<String, sqlx::Error> {
    let taken: Vec<String> = sqlx::query_scalar("SELECT name FROM factor WHERE person = ?")
        .bind(person.as_str())
        .fetch_all(db)
        .await?;
    let plain = if is_token { TOKEN_NAME } else { APP_NAME };
    let numbered = (2..).map(|number: u32| format!("{plain} {number}"));
    let free = std::iter::once(plain.to_owned())
        .chain(numbered)
        .find(|name| !taken.contains(name));
    Ok(free.unwrap_or_else(|| plain.to_owned()))
}

/// Where a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stock {
    /// In stock.
    Here,
    /// Somebody has it.
    Held,
    /// It was suspended when it was removed from whoever had it: it may be anywhere, and is nobody's ever again.
    Lost,
}

/// A token's seed, and where it is.
pub async fn token(
    tx: &mut Write,
    serial: &str,
) -> Result<Option<(StoredSecret, Stock)>, sqlx::Error> {
    let row = sqlx::query(
        "SELECT s.id AS secret_id, s.owner, s.algorithm, s.digits, s.period_s, s.sealing_key, s.encapsulated, s.ciphertext, \
         s.drift_steps, s.last_step, \
         EXISTS (SELECT 1 FROM factor f WHERE f.secret = s.id AND f.removed_ms IS NULL) AS held, \
         EXISTS (SELECT 1 FROM factor f WHERE f.secret = s.id AND f.suspended_ms IS NOT NULL) AS lost \
         FROM token t JOIN totp_secret s ON s.id = t.secret WHERE t.serial = ?",
    )
    .bind(serial)
    .fetch_optional(&mut **tx)
    .await?;
    row.map(|row| {
        let stock = match (row.try_get("held")?, row.try_get("lost")?) {
            (true, _) => Stock::Held,
            (false, true) => Stock::Lost,
            (false, false) => Stock::Here,
        };
        Ok((stored(&row)?, stock))
    })
    .transpose()
}

/// Tokens whose serial begins with that text, by serial.
pub async fn tokens(
    db: impl SqliteExecutor<'_>,
    serial_begins: &str,
) -> Result<Tokens, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT t.serial, t.manufacturer, t.imported_ms, s.algorithm, s.digits, s.period_s, f.person, \
         EXISTS (SELECT 1 FROM factor l WHERE l.secret = s.id AND l.removed_ms IS NOT NULL AND l.suspended_ms IS NOT NULL) AS lost \
         FROM token t \
         JOIN totp_secret s ON s.id = t.secret LEFT JOIN factor f ON f.secret = s.id AND f.removed_ms IS NULL \
         WHERE substr(t.serial, 1, length(?1)) = ?1 ORDER BY t.serial LIMIT ?2",
    )
    .bind(serial_begins)
    .bind(i64::try_from(MAX_TOKENS + 1).unwrap_or(i64::MAX))
    .fetch_all(db)
    .await?;
    let stocked = |row: &SqliteRow| -> Result<StockedToken, sqlx::Error> {
        let holder: Option<String> = row.try_get("person")?;
        Ok(StockedToken {
            serial: row.try_get("serial")?,
            manufacturer: row.try_get("manufacturer")?,
            settings: settings(row)?,
            imported_at: from_ms(row.try_get("imported_ms")?)?,
            holder: holder.map(PersonId::new),
            lost: row.try_get("lost")?,
        })
    };
    Ok(Tokens {
        tokens: rows
            .iter()
            .take(MAX_TOKENS)
            .map(stocked)
            .collect::<Result<_, _>>()?,
        more: rows.len() > MAX_TOKENS,
    })
}

/// SQLite's integers are signed; the clamp is 9 billion centuries away.
fn step_in_database(step: u64) -> i64 {
    i64::try_from(step).unwrap_or(i64::MAX)
}
