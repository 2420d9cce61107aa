//! Authenticator apps and hardware tokens as somebody's factors.
//!
//! Invariants: a factor that was removed stays, because earlier records name it; a token is one person's at a time.

use jiff::Timestamp;
use sqlx::{FromRow, Row as _};

use super::At;
use super::column::{MaybeAt, OfRow, in_row};
use super::secret::StoredSecret;
use crate::domain::factor::FactorKind;
use crate::domain::visit::{Held, Suspended};
use crate::domain::{FactorId, Identification, OfferId, OperatorId, PersonId, StationId, VisitId};
use crate::server::database::{Connection, Fault, Row, Write};
use crate::wire::Factor;

/// A factor with its secret, as an examination needs them.
pub struct WithSecret {
    pub name: String,
    /// Whether it is a hardware token, whose clock nobody can set.
    pub is_token: bool,
    /// When it became active.
    pub enrolled_at: Timestamp,
    /// Whether it opens nothing any more.
    pub removed: bool,
    /// Since when it is suspended, and why.
    pub suspended: Option<Suspended>,
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
    /// Who began it, where that was somebody else.
    pub begun_by: Option<&'a OperatorId>,
    pub identification: &'a Identification,
    pub enrolled_at: Timestamp,
    /// Under which visit it was offered.
    pub visit: Option<VisitId>,
    /// It waits for its owner.
    pub waiting: bool,
}

impl OfRow for Factor {
    fn of_row(row: &Row) -> Result<Self, Fault> {
        let serial: Option<String> = row.try_get("serial")?;
        Ok(Self {
            id: row.try_get("id")?,
            kind: serial.map_or(FactorKind::App, |serial| FactorKind::Token { serial }),
            name: row.try_get("name")?,
            enrolled_at: row.try_get::<At, _>("enrolled_ms")?.0,
            station: row.try_get("station")?,
            operator: row.try_get("operator")?,
            last_tested_at: row.try_get::<MaybeAt, _>("last_tested_ms")?.0,
            removed_at: row.try_get::<MaybeAt, _>("removed_ms")?.0,
            held: Held::from_row(row)?,
        })
    }
}

impl FromRow<'_, Row> for WithSecret {
    fn from_row(row: &Row) -> Result<Self, Fault> {
        Ok(Self {
            name: row.try_get("name")?,
            is_token: row.try_get::<Option<String>, _>("serial")?.is_some(),
            enrolled_at: row.try_get::<At, _>("enrolled_ms")?.0,
            removed: row.try_get::<MaybeAt, _>("removed_ms")?.0.is_some(),
            suspended: Held::from_row(row)?.suspended,
            secret: StoredSecret::from_row(row)?,
        })
    }
}

macro_rules! select_with_secret {
    ($tail:literal) => {
        concat!(
            "SELECT f.name, f.serial, f.enrolled_ms, f.removed_ms, f.waiting_ms, f.taken_ms, f.suspended_ms, f.suspended_why, f.lent_until_ms, \
             s.id AS secret, s.owner, s.algorithm, s.digits, s.period_s, s.sealing_key, s.encapsulated, s.ciphertext, \
             s.drift_steps, s.last_step FROM factor f JOIN totp_secret s ON s.id = f.secret ",
            $tail
        )
    };
}

/// A person's factors, oldest first, those that were removed included.
pub async fn all(db: &mut Connection, person: &PersonId) -> Result<Vec<Factor>, Fault> {
    sqlx::query("SELECT * FROM factor WHERE person = $1 ORDER BY enrolled_ms, id")
        .bind(person)
        .try_map(in_row)
        .fetch_all(db)
        .await
}

/// What a person's factors are and were called.
pub async fn names(db: &mut Connection, person: &PersonId) -> Result<Vec<String>, Fault> {
    sqlx::query_scalar("SELECT name FROM factor WHERE person = $1")
        .bind(person)
        .fetch_all(db)
        .await
}

/// A factor of this person, removed or not.
pub async fn with_secret(
    db: &mut Connection,
    person: &PersonId,
    id: FactorId,
) -> Result<Option<WithSecret>, Fault> {
    sqlx::query_as(select_with_secret!("WHERE f.person = $1 AND f.id = $2"))
        .bind(person)
        .bind(id)
        .fetch_optional(db)
        .await
}

/// The person's factors with another secret than that one, newest first, those that were removed included; at most `limit`.
pub async fn others(
    db: &mut Connection,
    person: &PersonId,
    secret: FactorId,
    limit: u32,
) -> Result<Vec<WithSecret>, Fault> {
    sqlx::query_as(select_with_secret!(
        "WHERE f.person = $1 AND f.secret <> $2 ORDER BY f.removed_ms IS NOT NULL, f.enrolled_ms DESC LIMIT $3"
    ))
    .bind(person)
    .bind(secret)
    .bind(limit)
    .fetch_all(db)
    .await
}

/// Makes a factor active.
pub async fn insert(tx: &mut Write, new: &NewFactor<'_>, now: Timestamp) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO factor (id, person, secret, serial, name, offer, station, operator, document, last_four, enrolled_ms, \
         accepted_ms, last_tested_ms, visit, waiting_ms, begun_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $13, $14, $15)",
    )
    .bind(new.id)
    .bind(new.person)
    .bind(new.secret)
    .bind(new.serial)
    .bind(new.name)
    .bind(new.offer)
    .bind(new.station)
    .bind(new.operator)
    .bind(new.identification.kind())
    .bind(new.identification.detail())
    .bind(At(new.enrolled_at))
    .bind(At(now))
    .bind(new.visit)
    .bind(new.waiting.then_some(At(now)))
    .bind(new.begun_by)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A code of that secret was right, by whichever active factor.
pub async fn set_tested(tx: &mut Write, secret: FactorId, now: Timestamp) -> Result<(), Fault> {
    sqlx::query("UPDATE factor SET last_tested_ms = $1 WHERE secret = $2 AND removed_ms IS NULL")
        .bind(At(now))
        .bind(secret)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Whose factor it is that waits for them.
pub async fn waits_for(db: &mut Connection, id: FactorId) -> Result<Option<PersonId>, Fault> {
    sqlx::query_scalar(
        "SELECT person FROM factor WHERE id = $1 AND waiting_ms IS NOT NULL AND taken_ms IS NULL \
         AND removed_ms IS NULL AND suspended_ms IS NULL",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// Its owner takes one that waits.
pub async fn take(tx: &mut Write, id: FactorId, now: Timestamp) -> Result<(), Fault> {
    sqlx::query("UPDATE factor SET taken_ms = $1 WHERE id = $2")
        .bind(At(now))
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Writes down how one is suspended, or that it is not.
pub async fn suspend(
    tx: &mut Write,
    id: FactorId,
    suspended: Option<Suspended>,
) -> Result<(), Fault> {
    sqlx::query("UPDATE factor SET suspended_ms = $1, suspended_why = $2 WHERE id = $3")
        .bind(suspended.map(|held| At(held.at)))
        .bind(suspended.map(|held| held.why))
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Removes a factor of a person, as of then, but not from before it was enrolled; whether there was one that was active. A token is in
/// stock from then on, unless it is suspended.
pub async fn remove(
    tx: &mut Write,
    person: &PersonId,
    id: FactorId,
    at: Timestamp,
) -> Result<bool, Fault> {
    let done = sqlx::query(
        "UPDATE factor SET removed_ms = max($1, enrolled_ms) WHERE id = $2 AND person = $3 AND removed_ms IS NULL",
    )
    .bind(At(at))
    .bind(id)
    .bind(person)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether somebody whose visit it was took this token's secret into stock: they could have made its code themself.
pub async fn stocked_in_visit(
    db: &mut Connection,
    id: &super::column::FactorName,
    visit: VisitId,
) -> Result<bool, Fault> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM factor f JOIN token t ON t.serial = f.serial JOIN operator i ON i.id = t.operator \
         JOIN visit_operator v ON v.visit = $1 JOIN operator o ON o.id = v.operator \
         WHERE f.id = $2 AND (o.id = i.id OR o.personnel_number = i.personnel_number OR o.person = i.person))",
    )
    .bind(visit)
    .bind(id)
    .fetch_one(db)
    .await
}
