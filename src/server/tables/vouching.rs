//! What administrators answered for, of people who are not at a desk. The table holds that none of it is changed.

use jiff::Timestamp;
use sqlx::{FromRow, Row as _};

use super::At;
use super::column::FactorName;
use crate::domain::{AccountResetId, OfferId, PersonId};
use crate::server::database::{Connection, Fault, Row, Write};

/// As it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The name under which an agent may ask.
    pub reset: AccountResetId,
    pub person: PersonId,
    pub administrator: PersonId,
    /// By which key of theirs.
    pub signed_with: FactorName,
    pub act: OfferId,
    pub at: Timestamp,
}

impl FromRow<'_, Row> for Stored {
    fn from_row(row: &Row) -> Result<Self, Fault> {
        Ok(Self {
            reset: row.try_get("reset")?,
            person: row.try_get("person")?,
            administrator: row.try_get("administrator")?,
            signed_with: row.try_get("signed_with")?,
            act: row.try_get("act")?,
            at: row.try_get::<At, _>("at_ms")?.0,
        })
    }
}

/// Keeps it; the act is kept already.
pub async fn insert(tx: &mut Write, new: &Stored) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO reset_vouching (reset, person, administrator, signed_with, act, at_ms) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(new.reset)
    .bind(&new.person)
    .bind(&new.administrator)
    .bind(&new.signed_with)
    .bind(new.act)
    .bind(At(new.at))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The one under that name.
pub async fn find(db: &mut Connection, reset: AccountResetId) -> Result<Option<Stored>, Fault> {
    sqlx::query_as("SELECT * FROM reset_vouching WHERE reset = $1")
        .bind(reset)
        .fetch_optional(db)
        .await
}

/// The newest for that person which nobody has asked by.
pub async fn unused(
    db: &mut Connection,
    person: &PersonId,
    since: Timestamp,
) -> Result<Option<Stored>, Fault> {
    sqlx::query_as(
        "SELECT * FROM reset_vouching WHERE person = $1 AND at_ms > $2 \
         AND NOT EXISTS (SELECT 1 FROM account_reset WHERE id = reset_vouching.reset) ORDER BY at_ms DESC, reset LIMIT 1",
    )
    .bind(person)
    .bind(At(since))
    .fetch_optional(db)
    .await
}

/// How often that administrator answered for somebody.
pub async fn count_by(
    db: &mut Connection,
    administrator: &PersonId,
    since: Timestamp,
) -> Result<u32, Fault> {
    sqlx::query_scalar(
        "SELECT count(*) FROM reset_vouching WHERE administrator = $1 AND at_ms > $2",
    )
    .bind(administrator)
    .bind(At(since))
    .fetch_one(db)
    .await
}
