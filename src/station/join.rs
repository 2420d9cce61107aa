//! A station joins a registry once, with a one-time code and a key pair of its own.

use std::path::Path;

use super::OpenError;
use super::config::Config;
use crate::domain::Secret;
use crate::record::{Change, RECORD_VERSION, Record};
use crate::registry::{Client, KeyFileError, RegistryError, Settings, SettingsError, StationKey};
use crate::store::{StationFacts, Store, StoreError};

/// The station's private key, PEM; private to the station's user.
const KEY_FILE: &str = "station.pem";

/// Why a station could not join.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// It has joined one already.
    #[error(
        "this station has joined {registry} already, as {station}: use another data directory for another registry"
    )]
    AlreadyJoined { registry: String, station: String },
    #[error(transparent)]
    Registry(#[from] RegistryError),
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The registry's address or certificates.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Key(#[from] KeyFileError),
    /// Opening what was written.
    #[error(transparent)]
    Open(#[from] OpenError),
}

impl JoinError {
    /// Nothing was heard of the registry, so that the code may still be good.
    pub fn is_unreachable(&self) -> bool {
        matches!(self, Self::Registry(RegistryError::Unreachable { .. }))
    }
}

/// The client of the registry that this station has joined.
pub(super) fn client(
    dir: &Path,
    config: &Config,
    joined: &StationFacts,
) -> Result<Client, OpenError> {
    let key = StationKey::load(&dir.join(KEY_FILE))?;
    let client = Client::new(&settings(config, &joined.registry)?)?;
    let client = client.as_station(joined.id.clone(), joined.audience.clone(), key);
    Ok(client.pinned_to(joined.rp_ids.clone()).binding_reports())
}

fn settings(config: &Config, registry: &str) -> Result<Settings, OpenError> {
    let read = |path: &std::path::PathBuf| {
        crate::files::read(path).map_err(|source| OpenError::File {
            path: path.clone(),
            source,
        })
    };
    Ok(Settings {
        base_url: registry.to_owned(),
        extra_roots_pem: config.registry_ca.as_ref().map(read).transpose()?,
    })
}

/// Joins. The key is on disk before the registry hears of it, the outcome in the journal before this returns.
pub async fn join(
    dir: &Path,
    config: &Config,
    registry: &str,
    name: &str,
    code: &Secret,
) -> Result<crate::domain::StationId, JoinError> {
    let store = Store::open(dir)?;
    if let Some(joined) = store.station()? {
        return Err(JoinError::AlreadyJoined {
            registry: joined.registry,
            station: joined.id.to_string(),
        });
    }
    let path = dir.join(KEY_FILE);
    // A key from an attempt whose answer was lost is used again: the registry may know it.
    let key = match path.exists() {
        true => StationKey::load(&path)?,
        false => StationKey::create(&path)?,
    };
    let client = Client::new(&settings(config, registry)?)?;
    let reply = client.join(code, name, &key).await?;
    store.commit(&Record {
        version: RECORD_VERSION,
        at: jiff::Timestamp::now(),
        station: Some(reply.station.clone()),
        operator: None,
        bond: None,
        change: Change::StationJoined {
            name: reply.name.unwrap_or_else(|| name.to_owned()),
            registry: registry.to_owned(),
            audience: reply.audience,
            rp_ids: reply.rp_ids,
        },
    })?;
    Ok(reply.station)
}
