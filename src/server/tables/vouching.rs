//! What administrators answered for, of people who are not at a desk. The table holds that none of it is changed.

use jiff::Timestamp;
use sqlx::{FromRow, Row as _};

use super::At;
use super::column::FactorName;
use crate::domain::{AccountResetId, OfferId, OrganisationId, PersonId};
use crate::server::database::{Connection, Fault, Row, Write};

/// As it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// What they signed.
    pub act: OfferId,
    pub person: PersonId,
    pub administrator: PersonId,
    /// By which key of theirs.
    pub signed_with: FactorName,
    pub at: Timestamp,
}

impl FromRow<'_, Row> for Stored {
    fn from_row(row: &Row) -> Result<Self, Fault> {
        Ok(Self {
            act: row.try_get("act")?,
            person: row.try_get("person")?,
            administrator: row.try_get("administrator")?,
            signed_with: row.try_get("signed_with")?,
            at: row.try_get::<At, _>("at_ms")?.0,
        })
    }
}

/// Keeps it; the act is kept already.
pub async fn insert(tx: &mut Write, new: &Stored) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO reset_vouching (act, person, administrator, signed_with, at_ms) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(new.act)
    .bind(&new.person)
    .bind(&new.administrator)
    .bind(&new.signed_with)
    .bind(At(new.at))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Those for that person which nobody has asked by or taken back, the newest first; so many at most.
pub async fn unused(
    db: &mut Connection,
    person: &PersonId,
    since: Timestamp,
    most: u32,
) -> Result<Vec<Stored>, Fault> {
    sqlx::query_as(
        "SELECT * FROM reset_vouching AS v WHERE person = $1 AND at_ms > $2 \
         AND NOT EXISTS (SELECT 1 FROM reset_vouching_use WHERE act = v.act) \
         AND NOT EXISTS (SELECT 1 FROM reset_vouching_end WHERE act = v.act) ORDER BY at_ms DESC, act DESC LIMIT $3",
    )
    .bind(person)
    .bind(At(since))
    .bind(most)
    .fetch_all(db)
    .await
}

/// The people of an organisation for whom somebody answered since then by which nobody has asked and which nobody took back.
pub async fn of_organisation(
    db: &mut Connection,
    organisation: &OrganisationId,
    since: Timestamp,
) -> Result<Vec<PersonId>, Fault> {
    sqlx::query_scalar(
        "SELECT DISTINCT v.person FROM reset_vouching AS v JOIN person AS p ON p.id = v.person \
         WHERE p.organisation = $1 AND v.at_ms > $2 \
         AND NOT EXISTS (SELECT 1 FROM reset_vouching_use WHERE act = v.act) \
         AND NOT EXISTS (SELECT 1 FROM reset_vouching_end WHERE act = v.act) ORDER BY v.person LIMIT 100",
    )
    .bind(organisation)
    .bind(At(since))
    .fetch_all(db)
    .await
}

/// The one by which that was asked for.
pub async fn used_for(db: &mut Connection, reset: AccountResetId) -> Result<Option<Stored>, Fault> {
    sqlx::query_as(
        "SELECT v.* FROM reset_vouching AS v JOIN reset_vouching_use AS u ON u.act = v.act WHERE u.reset = $1",
    )
    .bind(reset)
    .fetch_optional(db)
    .await
}

/// That was asked for by it, and nothing else will be.
pub async fn use_for(tx: &mut Write, act: OfferId, reset: AccountResetId) -> Result<(), Fault> {
    sqlx::query("INSERT INTO reset_vouching_use (act, reset) VALUES ($1, $2)")
        .bind(act)
        .bind(reset)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Somebody takes it back.
pub async fn end(tx: &mut Write, act: OfferId, by: &PersonId, now: Timestamp) -> Result<(), Fault> {
    sqlx::query("INSERT INTO reset_vouching_end (act, person, at_ms) VALUES ($1, $2, $3)")
        .bind(act)
        .bind(by)
        .bind(At(now))
        .execute(&mut **tx)
        .await?;
    Ok(())
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
