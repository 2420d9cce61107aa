//! Credentials of people, and the keys that they are on.
//!
//! Invariant: a credential that is gone stays, because earlier records name it.

use jiff::Timestamp;

use sqlx::{FromRow, Row as _};

use super::column::{MaybeAt, OfRow, in_row};
use super::{At, person};
use crate::domain::key::ModelBy;
use crate::domain::visit::{Held, Suspended};
use crate::domain::{
    Aaguid, Bytes, Identification, KeyId, OfferId, OperatorId, PersonId, StationId, VisitId,
};
use crate::server::database::{Connection, Fault, Row, Write};
use crate::wire::{Credential, KeyReport, KnownCredential};

/// The key's row, after a credential on it was verified: the same key is the same row where a serial number or an asset tag says that
/// it is the same, and it is as it says now.
pub async fn key(tx: &mut Write, key: &KeyReport) -> Result<i64, Fault> {
    if key.id.is_unique() {
        let known: Option<i64> = sqlx::query_scalar(
            "UPDATE security_key SET model = $4, firmware = $5 WHERE aaguid = $1 AND serial IS NOT DISTINCT FROM $2 \
             AND asset_tag IS NOT DISTINCT FROM $3 RETURNING number",
        )
        .bind(key.id.aaguid)
        .bind(&key.id.serial)
        .bind(&key.id.asset_tag)
        .bind(&key.model)
        .bind(firmware(key))
        .fetch_optional(&mut **tx)
        .await?;
        if let Some(number) = known {
            return Ok(number);
        }
    }
    another_key(tx, key).await
}

/// The row of a key of which nothing was verified, as it is: somebody else's may state the same.
pub async fn key_as_kept(tx: &mut Write, key: &KeyReport) -> Result<i64, Fault> {
    let known: Option<i64> = match key.id.is_unique() {
        false => None,
        true => sqlx::query_scalar(
            "SELECT number FROM security_key WHERE aaguid = $1 AND serial IS NOT DISTINCT FROM $2 \
                 AND asset_tag IS NOT DISTINCT FROM $3 ORDER BY number LIMIT 1",
        )
        .bind(key.id.aaguid)
        .bind(&key.id.serial)
        .bind(&key.id.asset_tag)
        .fetch_optional(&mut **tx)
        .await?,
    };
    match known {
        Some(number) => Ok(number),
        None => another_key(tx, key).await,
    }
}

/// A row of its own.
pub async fn another_key(tx: &mut Write, key: &KeyReport) -> Result<i64, Fault> {
    sqlx::query_scalar(
        "INSERT INTO security_key (aaguid, serial, asset_tag, model, firmware) VALUES ($1, $2, $3, $4, $5) RETURNING number",
    )
    .bind(key.id.aaguid)
    .bind(&key.id.serial)
    .bind(&key.id.asset_tag)
    .bind(&key.model)
    .bind(firmware(key))
    .fetch_one(&mut **tx)
    .await
}

fn firmware(key: &KeyReport) -> Option<i64> {
    key.firmware.and_then(|version| i64::try_from(version).ok())
}

/// A credential that becomes somebody's.
pub struct NewCredential<'a> {
    pub id: &'a Bytes,
    pub person: &'a PersonId,
    /// Its row.
    pub security_key: i64,
    /// In the verifier's own form.
    pub verifier: &'a str,
    /// The format of its attestation.
    pub attestation: &'a str,
    /// A chain to a root that the registry trusts vouches for the very model of the key's row.
    pub trusted: bool,
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
    /// It is lent, until then.
    pub lent_until: Option<Timestamp>,
}

/// Keeps a credential, which has just passed its test.
pub async fn insert(tx: &mut Write, new: &NewCredential<'_>, now: Timestamp) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO credential (id, person, security_key, verifier, attestation, trusted, offer, station, operator, \
         document, last_four, enrolled_ms, accepted_ms, last_tested_ms, visit, waiting_ms, begun_by, lent_until_ms) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $14, $15, $16, $17)",
    )
    .bind(new.id)
    .bind(new.person)
    .bind(new.security_key)
    .bind(new.verifier)
    .bind(new.attestation)
    .bind(new.trusted)
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
    .bind(new.lent_until.map(At))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What an assertion is verified by.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Signer {
    pub person: PersonId,
    /// The credential in the verifier's own form.
    pub verifier: String,
    /// That its owner's credentials carry.
    pub user_handle: Bytes,
    /// Since then it is gone.
    #[sqlx(rename = "gone_ms", try_from = "MaybeAt")]
    pub gone_at: Option<Timestamp>,
    /// What keeps it from opening anything.
    #[sqlx(flatten)]
    pub held: Held,
}

/// That credential, as an assertion by it is verified.
pub async fn signer(db: &mut Connection, id: &Bytes) -> Result<Option<Signer>, Fault> {
    sqlx::query_as(
        "SELECT c.person, c.verifier, c.gone_ms, c.waiting_ms, c.taken_ms, c.suspended_ms, c.suspended_why, c.lent_until_ms, p.user_handle \
         FROM credential c JOIN person p ON p.id = c.person WHERE c.id = $1",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// It passed a test, and its counter has come so far.
pub async fn set_tested(
    tx: &mut Write,
    id: &Bytes,
    verifier: &str,
    now: Timestamp,
) -> Result<(), Fault> {
    sqlx::query("UPDATE credential SET verifier = $1, last_tested_ms = $2 WHERE id = $3")
        .bind(verifier)
        .bind(At(now))
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// A credential as a withdrawal finds it.
#[derive(sqlx::FromRow)]
pub struct Kept {
    pub person: PersonId,
    /// That it came of.
    pub offer: OfferId,
    pub station: StationId,
    /// Who enrolled it.
    pub operator: OperatorId,
    /// Who began it, where that was somebody else.
    pub begun_by: Option<OperatorId>,
    /// When it was made, as its station told.
    #[sqlx(rename = "enrolled_ms", try_from = "At")]
    pub enrolled_at: Timestamp,
    /// When the registry took it, by its own clock.
    #[sqlx(rename = "accepted_ms", try_from = "At")]
    pub accepted_at: Timestamp,
    /// Nothing was signed with it since it was enrolled, as far as the registry knows.
    pub is_unused: bool,
    /// It is not gone.
    pub is_live: bool,
}

/// That credential, gone or not.
pub async fn kept(db: &mut Connection, id: &Bytes) -> Result<Option<Kept>, Fault> {
    sqlx::query_as(
        "SELECT person, offer, station, operator, begun_by, enrolled_ms, accepted_ms, accepted_ms = last_tested_ms AS is_unused, \
         gone_ms IS NULL AS is_live FROM credential WHERE id = $1",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// A credential that is enrolled on a key of some model, and not gone.
#[derive(sqlx::FromRow)]
pub struct Neighbour {
    pub id: Bytes,
    pub person: PersonId,
    #[sqlx(flatten)]
    pub key: KeyId,
    pub station: StationId,
    #[sqlx(rename = "accepted_ms", try_from = "At")]
    pub accepted_at: Timestamp,
}

/// Everything that is enrolled on keys of the model, for this person or by this serial number or tag.
pub async fn neighbours(
    db: &mut Connection,
    key: &KeyId,
    person: &PersonId,
) -> Result<Vec<Neighbour>, Fault> {
    sqlx::query_as(
        "SELECT c.id, c.person, c.station, c.accepted_ms, k.aaguid, k.serial, k.asset_tag \
         FROM credential c JOIN security_key k ON k.number = c.security_key \
         WHERE k.aaguid = $1 AND c.gone_ms IS NULL AND (c.person = $2 OR k.serial = $3 OR k.asset_tag = $4) \
         ORDER BY c.accepted_ms",
    )
    .bind(key.aaguid)
    .bind(person)
    .bind(&key.serial)
    .bind(&key.asset_tag)
    .fetch_all(db)
    .await
}

/// Whose credential it is that waits for them.
pub async fn waits_for(db: &mut Connection, id: &Bytes) -> Result<Option<PersonId>, Fault> {
    sqlx::query_scalar(
        "SELECT person FROM credential WHERE id = $1 AND waiting_ms IS NOT NULL AND taken_ms IS NULL \
         AND gone_ms IS NULL AND suspended_ms IS NULL",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// Its owner takes one that waits.
pub async fn take(tx: &mut Write, id: &Bytes, now: Timestamp) -> Result<(), Fault> {
    sqlx::query("UPDATE credential SET taken_ms = $1 WHERE id = $2")
        .bind(At(now))
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Writes down how one is suspended, or that it is not.
pub async fn suspend(
    tx: &mut Write,
    id: &Bytes,
    suspended: Option<Suspended>,
) -> Result<(), Fault> {
    sqlx::query("UPDATE credential SET suspended_ms = $1, suspended_why = $2 WHERE id = $3")
        .bind(suspended.map(|held| At(held.at)))
        .bind(suspended.map(|held| held.why))
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// One that is not gone is gone since then, but not from before it was enrolled; by which reset, if it was one.
pub async fn end(
    tx: &mut Write,
    id: &Bytes,
    at: Timestamp,
    reset: Option<i64>,
) -> Result<(), Fault> {
    sqlx::query(
        "UPDATE credential SET gone_ms = max($1, enrolled_ms), gone_by = $2 WHERE id = $3 AND gone_ms IS NULL",
    )
    .bind(At(at))
    .bind(reset)
    .bind(id)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

macro_rules! select_credential {
    ($tail:literal) => {
        concat!(
            "SELECT c.*, k.aaguid, k.serial, k.asset_tag, k.model, k.firmware \
             FROM credential c JOIN security_key k ON k.number = c.security_key ",
            $tail
        )
    };
}

impl OfRow for Credential {
    fn of_row(row: &Row) -> Result<Self, Fault> {
        let firmware: Option<i64> = row.try_get("firmware")?;
        Ok(Self {
            id: row.try_get("id")?,
            key: KeyReport {
                id: KeyId::from_row(row)?,
                model: row.try_get("model")?,
                firmware: firmware.and_then(|version| u64::try_from(version).ok()),
            },
            model_by: Some(model_by(row)?),
            enrolled_at: row.try_get::<At, _>("enrolled_ms")?.0,
            station: row.try_get("station")?,
            operator: row.try_get("operator")?,
            last_tested_at: row.try_get::<MaybeAt, _>("last_tested_ms")?.0,
            gone_at: row.try_get::<MaybeAt, _>("gone_ms")?.0,
            held: Held::from_row(row)?,
        })
    }
}

/// A chain that names no model vouches for none.
fn model_by(row: &Row) -> Result<ModelBy, Fault> {
    let (is_trusted, aaguid): (bool, Aaguid) = (row.try_get("trusted")?, row.try_get("aaguid")?);
    Ok(match is_trusted && aaguid != Aaguid::default() {
        true => ModelBy::Maker,
        false => ModelBy::Said,
    })
}

/// A person's credentials, oldest first, those that are gone included.
pub async fn all(db: &mut Connection, person: &PersonId) -> Result<Vec<Credential>, Fault> {
    sqlx::query(select_credential!(
        "WHERE c.person = $1 ORDER BY c.enrolled_ms, c.id"
    ))
    .bind(person)
    .try_map(in_row)
    .fetch_all(db)
    .await
}

/// A credential that is not gone, and whose it is.
pub async fn known(db: &mut Connection, id: &Bytes) -> Result<Option<KnownCredential>, Fault> {
    let row = sqlx::query(select_credential!("WHERE c.id = $1 AND c.gone_ms IS NULL"))
        .bind(id)
        .fetch_optional(&mut *db)
        .await?;
    match row {
        Some(row) => whose(db, &row).await.map(Some),
        None => Ok(None),
    }
}

/// What is enrolled on this very key and not gone; nothing where neither serial number nor asset tag tells which it is.
pub async fn on_key(db: &mut Connection, key: &KeyId) -> Result<Vec<KnownCredential>, Fault> {
    let rows = sqlx::query(select_credential!(
        "WHERE k.aaguid = $1 AND (k.serial = $2 OR k.asset_tag = $3) AND c.gone_ms IS NULL ORDER BY c.enrolled_ms, c.id"
    ))
    .bind(key.aaguid)
    .bind(key.telling_serial())
    .bind(&key.asset_tag)
    .fetch_all(&mut *db)
    .await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        found.push(whose(db, row).await?);
    }
    Ok(found)
}

async fn whose(db: &mut Connection, row: &Row) -> Result<KnownCredential, Fault> {
    let owner = person::by_id(db, &row.try_get("person")?).await?;
    Ok(KnownCredential {
        person: owner.ok_or(Fault::RowNotFound)?,
        credential: Credential::of_row(row)?,
    })
}

/// The ids of what is enrolled, and not gone, on keys of this model that nothing tells from this one; newest first, and after that one.
pub async fn on_model(
    db: &mut Connection,
    (key, after): (&KeyId, Option<&Bytes>),
    limit: usize,
) -> Result<Vec<Bytes>, Fault> {
    sqlx::query_scalar(
        "SELECT c.id FROM credential c JOIN security_key k ON k.number = c.security_key \
         WHERE k.aaguid = $1 AND (k.serial IS NULL OR k.serial = $2) AND k.asset_tag IS NULL AND c.gone_ms IS NULL \
         AND ($3 IS NULL OR (c.enrolled_ms, c.id) < (SELECT a.enrolled_ms, a.id FROM credential a WHERE a.id = $3)) \
         ORDER BY c.enrolled_ms DESC, c.id DESC LIMIT $4",
    )
    .bind(key.aaguid)
    .bind(&key.serial)
    .bind(after)
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(db)
    .await
}
