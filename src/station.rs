//! The shell: owns the ports (bay, store, registry), runs workflows at a [`desk`], pushes the outbox.
//!
//! Invariant: everything that becomes true goes through [`Station::commit`]; a failed commit is never shown as done.

mod account_resets;
pub mod backoff;
pub mod batch;
mod care;
pub mod config;
pub mod desk;
pub mod face;
mod factors;
mod join;
pub mod keys;
pub mod kiosk;
mod loans;
mod losses;
pub mod memory;
pub mod metadata;
mod outbox;
pub mod people;
mod session;
pub mod slots;
pub mod stock;
pub mod stopper;
mod surely;
mod tickets;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::sync::watch;

use crate::domain::models::Models;
use crate::domain::policy::{Policy, PolicyError};
use crate::domain::reason::{Gap, Said, Trouble};
use crate::record::{Change, RECORD_VERSION, Record};
use crate::registry::{Client, KeyFileError, RegistryError, SettingsError};
use crate::store::stock::StockCache;
use crate::store::{StationFacts, Store, StoreError};
use crate::wire::WhyNot;
use crate::workflow::Stop;
use config::Config;
use face::RegistryState;
pub use join::{JoinError, join};
use memory::Memory;
pub use outbox::Round;
use slots::Slots;

/// A station with its ports.
pub struct Station {
    dir: PathBuf,
    config: Config,
    slots: Slots,
    store: Store,
    /// What the registry told of its stock.
    stock: StockCache,
    /// Which station this is, once it has joined.
    joined: Option<StationFacts>,
    /// Absent until the station has joined one.
    registry: Option<Client>,
    session: Mutex<session::Slot>,
    reach: Mutex<RegistryState>,
    outbox: outbox::Pusher,
    /// Held while what was asked of the registry in vain is rewritten.
    asking: Mutex<()>,
    /// Rises whenever something of the home screen changed.
    changed: watch::Sender<u64>,
}

/// Workflows know no store: a run that its memory failed ends with what that is, where it is known, and the store's own words.
impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        let known = match &error {
            error if error.is_full() => Some(Trouble::DiskFull),
            StoreError::Io { source, .. } => Trouble::of(source),
            _ => None,
        };
        Self::Store(Said {
            known,
            words: error.to_string(),
        })
    }
}

/// Why a station can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Its client of the registry.
    #[error(transparent)]
    Registry(#[from] SettingsError),
    #[error(transparent)]
    Key(#[from] KeyFileError),
    /// Its own files.
    #[error("{path}: {source}")]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error(transparent)]
    Models(#[from] crate::domain::models::ModelsError),
    /// What it keeps of the FIDO Alliance's metadata.
    #[error(transparent)]
    Metadata(#[from] metadata::NotKept),
    #[error("{}", .error.in_file(&.path.display().to_string()))]
    Policy {
        path: PathBuf,
        /// Every mistake in it.
        error: PolicyError,
    },
}

impl Station {
    /// Opens the data directory and what it says of the registry. Starts nothing.
    pub fn open(dir: &Path, config: Config, slots: Slots) -> Result<Self, OpenError> {
        let store = Store::open(dir)?;
        let stock = StockCache::open(dir);
        let joined = store.station()?;
        let imported = store.metadata()?;
        let catalogue = imported.map(|import| metadata::kept(dir, &import));
        let slots = slots.with_catalogue(catalogue.transpose()?);
        let registry = match &joined {
            Some(joined) => Some(join::client(dir, &config, joined)?),
            None => None,
        };
        let reach = match registry {
            Some(_) => RegistryState::Unknown,
            None => RegistryState::NotJoined,
        };
        Ok(Self {
            dir: dir.to_owned(),
            config,
            slots,
            store,
            stock,
            joined,
            registry,
            session: Mutex::default(),
            reach: Mutex::new(reach),
            outbox: outbox::Pusher::default(),
            asking: Mutex::default(),
            changed: watch::Sender::new(0),
        })
    }

    /// The list of models that a configuration names, or the one that is shipped.
    pub fn models(config: &Config) -> Result<Models, OpenError> {
        match &config.models {
            None => Ok(Models::shipped()?),
            Some(path) => Ok(Models::parse(&read_text(path)?)?),
        }
    }

    /// The policy that a configuration names, or the one that is shipped: it has no rules of its own.
    pub fn policy(config: &Config, models: &Models) -> Result<Policy, OpenError> {
        match &config.policy {
            None => Ok(Policy::default()),
            Some(path) => {
                Policy::parse(&read_text(path)?, models).map_err(|error| OpenError::Policy {
                    path: path.clone(),
                    error,
                })
            }
        }
    }

    /// The station's memory, for reading.
    pub fn store(&self) -> Memory<'_> {
        Memory::new(&self.store)
    }

    pub fn slots(&self) -> &Slots {
        &self.slots
    }

    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The registry, if the station has joined one.
    pub fn registry(&self) -> Result<&Client, Stop> {
        self.registry
            .as_ref()
            .ok_or(Stop::Unreachable(Gap::NotJoined))
    }

    /// The registry's clock, as far as its replies told; the station's own until then.
    pub fn registry_now(&self) -> Timestamp {
        self.registry
            .as_ref()
            .map_or_else(Timestamp::now, |client| client.clock().now())
    }

    /// Today at the station, by the registry's clock.
    pub fn today(&self) -> jiff::civil::Date {
        self.registry_now()
            .to_zoned(jiff::tz::TimeZone::system())
            .date()
    }

    /// What people call the station.
    pub fn name(&self) -> &str {
        self.joined
            .as_ref()
            .map_or("Keydesk", |joined| &joined.name)
    }

    /// Writes a change to the journal; on disk when it returns.
    pub fn commit(&self, change: Change) -> Result<(), Stop> {
        let opened = match &change {
            Change::SessionOpened { operator, .. } | Change::SessionUnlocked { operator, .. } => {
                Some(operator.id.clone())
            }
            _ => None,
        };
        let record = Record {
            version: RECORD_VERSION,
            at: Timestamp::now(),
            station: self.joined.as_ref().map(|joined| joined.id.clone()),
            bond: self.bond(&change)?,
            operator: opened
                .clone()
                .or_else(|| self.operator().map(|operator| operator.id)),
            change,
        };
        let recorded = self.store.commit(&record);
        if let Some(operator) = &opened {
            self.session.lock().begin(operator, recorded.is_ok());
        }
        recorded?;
        self.touch();
        Ok(())
    }

    /// Whether something could be begun now.
    fn room(&self) -> Result<(), Stop> {
        Ok(self.store.check_room()?)
    }

    /// Something of the home screen changed.
    fn touch(&self) {
        self.changed
            .send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Rises whenever something of the home screen changed.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// The same for what was asked in a session, which is forgotten when the registry no longer knows it.
    fn heard_in<T>(
        &self,
        session: &crate::wire::Session,
        result: Result<T, RegistryError>,
    ) -> Result<T, Stop> {
        let heard = self.heard(result);
        if matches!(heard, Err(Stop::SignedOut)) {
            self.forget_session(session);
        }
        heard
    }

    /// Notes whether the registry answered, and turns its errors into reasons to stop.
    fn heard<T>(&self, result: Result<T, RegistryError>) -> Result<T, Stop> {
        match result {
            Ok(value) => Ok(value),
            // It was reached, and says that somebody guesses: nothing was done, and nothing is waited for.
            Err(
                ref error @ RegistryError::Unreachable {
                    status: Some(429),
                    ref because,
                    ..
                },
            ) => Err(Stop::RegistryRefused {
                code: crate::wire::problem_code::TOO_MANY_ATTEMPTS.to_owned(),
                detail: WhyNot {
                    words: error.to_string(),
                    why: because.clone(),
                },
            }),
            Err(error @ RegistryError::Unreachable { .. }) => {
                self.note_reach(RegistryState::Unreachable {
                    why: error.to_string(),
                });
                Err(Stop::Unreachable(gap(&error)))
            }
            // Something answered that is no registry, or not whole: nobody refused anything.
            Err(error @ RegistryError::Malformed { .. }) => Err(Stop::Unreachable(gap(&error))),
            Err(RegistryError::Refused { problem, .. })
                if problem.code() == crate::wire::problem_code::SESSION_REFUSED =>
            {
                Err(Stop::SignedOut)
            }
            Err(RegistryError::Refused { problem, .. }) => Err(Stop::RegistryRefused {
                code: problem.code().to_owned(),
                detail: problem.said(),
            }),
            Err(RegistryError::Contradiction(fault)) => Err(Stop::RegistryRefused {
                code: crate::wire::problem_code::OFFER_FOREIGN.to_owned(),
                detail: fault.to_string().into(),
            }),
            Err(other) => Err(Stop::RegistryRefused {
                code: "malformed".to_owned(),
                detail: other.to_string().into(),
            }),
        }
    }

    fn note_reach(&self, state: RegistryState) {
        let mut reach = self.reach.lock();
        if *reach != state {
            *reach = state;
            drop(reach);
            self.touch();
        }
    }

    /// Whether the registry answers, as last seen.
    pub fn reach(&self) -> RegistryState {
        self.reach.lock().clone()
    }

    /// Asks the registry whether it is there and compares clocks.
    pub async fn probe(&self) {
        let Ok(client) = self.registry() else {
            return;
        };
        if self.is_asked_to_wait() {
            return;
        }
        match client.health().await {
            Ok(health) => self.note_reach(RegistryState::Reachable {
                clock_offset_s: (Timestamp::now().as_second()) - health.now.as_second(),
            }),
            Err(error) => {
                if let RegistryError::Unreachable {
                    retry_after: Some(wait),
                    ..
                } = &error
                {
                    self.note_asked_to_wait(*wait);
                }
                self.note_reach(RegistryState::Unreachable {
                    why: error.to_string(),
                });
            }
        }
    }

    /// Writes down the keys that are new, or whose facts changed.
    pub fn note_keys(&self, seen: &mut Vec<crate::domain::KeyFacts>) -> Result<(), Stop> {
        let now = self.slots.keys();
        for key in &now {
            let known = seen.iter().any(|k| same_record(k, key));
            if !known && !self.is_recorded(key)? {
                self.commit(Change::KeySeen {
                    key: Box::new(key.clone()),
                })?;
            }
        }
        *seen = now;
        Ok(())
    }

    fn is_recorded(&self, key: &crate::domain::KeyFacts) -> Result<bool, Stop> {
        let recorded = self.store.key(&key.id, &key.place)?;
        Ok(recorded.is_some_and(|record| same_record(&record.facts, key)))
    }
}

fn read_text(path: &Path) -> Result<String, OpenError> {
    crate::files::read_to_string(path).map_err(|source| OpenError::File {
        path: path.to_owned(),
        source,
    })
}

/// Equal but for what changes with every plug and every PIN entry.
fn same_record(a: &crate::domain::KeyFacts, b: &crate::domain::KeyFacts) -> bool {
    a.id == b.id && a.place == b.place && a.firmware == b.firmware && a.pin_set == b.pin_set
}

/// Why the registry was of no help.
fn gap(error: &RegistryError) -> Gap {
    match error {
        RegistryError::Unreachable { why, .. } => why.clone(),
        unread => Gap::Unread {
            detail: unread.to_string(),
        },
    }
}
