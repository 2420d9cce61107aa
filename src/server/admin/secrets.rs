//! The keys that open what is sealed to the registry: shown, replaced, dropped. The registry may be serving meanwhile.
//!
//! Invariants: every secret is sealed anew in one transaction, or none is; the new key is on disk before anything is sealed to
//! it; a key goes only when nothing needs it any more.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{AdminError, by_admin};
use crate::domain::factor::SealingKey;
use crate::seal::{SealError, seal};
use crate::server::database::{Database, Write};
use crate::server::keyring::Ring;
use crate::server::tables::audit;
use crate::server::tables::secret::{self as stored, StoredSecret};
use crate::server::tables::setting;

/// How long a key stays to which something may have been sealed, or by which something may be bound, that still waits in a station's
/// outbox: as long as an offer is kept.
const ON_ITS_WAY: SignedDuration = SignedDuration::from_hours(90 * 24);

/// A key, and what needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyAccount {
    pub id: String,
    pub made_at: Timestamp,
    /// Secrets are sealed to it from now on.
    pub current: bool,
    /// Secrets in the database that it opens.
    pub secrets: u64,
    /// Offers that name it and of which an app may still come, or be on its way: those that hold, or held in the last 90 days.
    pub offers: u64,
    /// A station asked for it within the last 90 days, to seal seeds of tokens.
    pub told: bool,
    /// Reports that were recorded in sessions of the last 90 days are bound by it.
    pub binds: bool,
}

impl KeyAccount {
    /// Whether nothing would miss it.
    pub fn is_idle(&self) -> bool {
        !self.current && self.secrets == 0 && self.offers == 0 && !self.told && !self.binds
    }
}

/// What a rotation came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rotated {
    pub key: String,
    /// How many secrets were sealed anew.
    pub secrets: u64,
}

/// What pruning came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pruned {
    /// The keys that are gone.
    pub dropped: Vec<String>,
    /// Old keys that something still needs.
    pub kept: Vec<KeyAccount>,
}

/// Every key, oldest first, and what needs it.
///
/// # Errors
/// [`AdminError::Keyring`]: see [`crate::server::KeyringError`].
pub async fn secrets(db: &Path, key_file: &Path) -> Result<Vec<KeyAccount>, AdminError> {
    let db = Database::open(db).await?;
    let now = Timestamp::now();
    let mut tx = db.write().await?;
    let ring = open(&mut tx, key_file).await?;
    let accounts = accounts(&mut tx, &ring, now).await?;
    tx.rollback().await?;
    db.close().await;
    Ok(accounts)
}

/// Makes a new key and seals every secret to it. Older keys stay for what is still on its way.
///
/// # Errors
/// [`AdminError::Keyring`], and [`AdminError::Sealed`] where a secret does not open: nothing was sealed anew.
pub async fn rotate_secrets(db: &Path, key_file: &Path) -> Result<Rotated, AdminError> {
    let db = Database::open(db).await?;
    let now = Timestamp::now();
    // No offer is issued and no secret taken while this is held.
    let mut tx = db.write().await?;
    let mut ring = open(&mut tx, key_file).await?;
    ring.add(now);
    let key = ring.current().cloned().ok_or(AdminError::NoKey)?;
    let mut secrets = 0;
    for stored in stored::all(&mut tx).await? {
        reseal(&mut tx, &ring, &key, &stored).await?;
        secrets += 1;
    }
    setting::belong(&mut tx, &key.id).await?;
    ring.save(key_file)?;
    let detail = format!("{secrets} secret(s) sealed anew");
    audit::note(&mut tx, &by_admin("rotate-secrets", &key.id, &detail), now).await?;
    tx.commit().await?;
    db.close().await;
    Ok(Rotated {
        key: key.id,
        secrets,
    })
}

/// Drops the old keys that nothing needs any more: no secret, no offer that holds, no import and no report on its way.
///
/// # Errors
/// [`AdminError::Keyring`]: the file is as it was.
pub async fn prune_secrets(db: &Path, key_file: &Path) -> Result<Pruned, AdminError> {
    let db = Database::open(db).await?;
    let now = Timestamp::now();
    let mut tx = db.write().await?;
    let mut ring = open(&mut tx, key_file).await?;
    let accounts = accounts(&mut tx, &ring, now).await?;
    // A rotation that was stopped half-way leaves the database with the key before: not to be dropped before it knows better.
    let own = setting::value(&mut tx, setting::KEY).await?;
    if let Some(newest) = ring.current() {
        setting::belong(&mut tx, &newest.id).await?;
    }
    let idle = |id: &str| {
        let account = accounts.iter().find(|key| key.id == id);
        own.as_deref() != Some(id) && account.is_some_and(KeyAccount::is_idle)
    };
    let dropped = ring.retain(|id| !idle(id));
    if !dropped.is_empty() {
        ring.save(key_file)?;
        let names = dropped.join(" ");
        let line = by_admin("prune-secrets", "keys", &names);
        audit::note(&mut tx, &line, now).await?;
    }
    tx.commit().await?;
    db.close().await;
    let kept = accounts
        .into_iter()
        .filter(|key| !key.current && !dropped.contains(&key.id))
        .collect();
    Ok(Pruned { dropped, kept })
}

/// Goes on with the key file that is there, or a new one, where the database's own is lost and nothing is sealed to it. Returns the
/// key that the database belongs with from now on.
///
/// # Errors
/// [`AdminError::Keyring`]: something is sealed to a key that is not there.
pub async fn adopt_secrets(db: &Path, key_file: &Path) -> Result<String, AdminError> {
    let db = Database::open(db).await?;
    let now = Timestamp::now();
    let mut tx = db.write().await?;
    let sealed = setting::sealed_to(&mut tx).await?;
    let ring = match sealed.is_empty() {
        true => Ring::load_or_create(key_file, now)?,
        false => Ring::load(key_file, &sealed)?,
    };
    let key = ring.current().cloned().ok_or(AdminError::NoKey)?;
    let before = setting::value(&mut tx, setting::KEY)
        .await?
        .unwrap_or_default();
    setting::belong(&mut tx, &key.id).await?;
    let detail = format!("instead of {before}");
    audit::note(&mut tx, &by_admin("adopt-secrets", &key.id, &detail), now).await?;
    tx.commit().await?;
    db.close().await;
    Ok(key.id)
}

async fn open(tx: &mut Write, key_file: &Path) -> Result<Ring, AdminError> {
    let needed = setting::needed(tx).await?;
    Ok(Ring::load(key_file, &needed)?)
}

async fn accounts(
    tx: &mut Write,
    ring: &Ring,
    now: Timestamp,
) -> Result<Vec<KeyAccount>, AdminError> {
    let sealed = setting::sealed_to(tx).await?;
    let current = ring.current().map(|key| key.id.clone());
    let mut accounts = Vec::with_capacity(ring.keys().len());
    for held in ring.keys() {
        let id = held.key.sealing_key().id.clone();
        let (offers, told, binds) = setting::waiting_for(tx, &id, now - ON_ITS_WAY).await?;
        let secrets = sealed.iter().find(|(key, _)| *key == id);
        accounts.push(KeyAccount {
            made_at: held.made_at,
            current: current.as_ref() == Some(&id),
            secrets: secrets.map_or(0, |(_, count)| *count),
            offers,
            told,
            binds,
            id,
        });
    }
    Ok(accounts)
}

async fn reseal(
    tx: &mut Write,
    ring: &Ring,
    key: &SealingKey,
    stored: &StoredSecret,
) -> Result<(), AdminError> {
    let failed = |why: SealError| AdminError::Sealed {
        secret: stored.id,
        owner: stored.owner.clone(),
        why,
    };
    let secret = ring.open(&stored.sealed, stored.to()).map_err(failed)?;
    let sealed = seal(key, secret.as_bytes(), stored.to()).map_err(failed)?;
    Ok(stored::reseal(tx, stored.id, &sealed).await?)
}
