//! A world of its own: software keys, people, and a registry on loopback, all in a temporary folder.
//!
//! For the demonstration and for tests. Nothing that a real station reads leads here.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tempfile::TempDir;

use crate::bay::soft::{Profile, SoftKey, TouchPolicy};
use crate::bay::{Bay, Cancel, Plug};
use crate::domain::authority::Role;
use crate::domain::{PersonId, UsbPath};
use crate::server::admin::Human;
use crate::server::{Running, ServeConfig, Server, admin, import};
use crate::station::config::Config;
use crate::station::desk::StationDesk;
use crate::station::slots::Slots;
use crate::station::{Station, join};
use crate::workflow::loss::SuspendOrder;
use crate::workflow::{self, Order};

mod scripted;

pub use scripted::ScriptedFace;

/// The people of the demonstration.
pub const PEOPLE: &str = include_str!("people.csv");

/// The PIN of the operator's own software key.
pub const OPERATOR_PIN: &str = "480213";

/// A [`World`] whose station is closed, so that another process can open its data directory. The registry goes on until
/// this is dropped.
pub struct Vacated {
    pub data: PathBuf,
    _registry: Option<Running>,
    _folder: TempDir,
}

/// Why the world could not be made.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// A folder or file.
    #[error("the temporary folder cannot be used: {0}")]
    Folder(#[from] std::io::Error),
    /// Anything else, in words.
    #[error("the demonstration cannot start: {0}")]
    Other(String),
}

fn other(error: impl std::fmt::Display) -> WorldError {
    WorldError::Other(error.to_string())
}

/// Software keys and the slots that they are in.
#[derive(Clone)]
pub struct Rack {
    plug: Plug,
    keys: Arc<Mutex<Vec<(UsbPath, SoftKey)>>>,
}

impl Rack {
    /// Puts a key into a slot of its own.
    pub fn put(&self, place: &str, key: &SoftKey) {
        let place = UsbPath::new(place);
        let mut keys = self.keys.lock();
        keys.retain(|(taken, _)| *taken != place);
        keys.push((place.clone(), key.clone()));
        drop(keys);
        if !key.is_plugged() {
            key.plug();
        }
        self.plug.plug_key(place, key);
    }

    /// Pulls the key in a slot.
    pub fn pull(&self, place: &UsbPath) {
        // The key first: whoever sees it gone may have put it elsewhere by then.
        if let Some(key) = self.key(place) {
            key.unplug();
        }
        self.plug.unplug(place);
    }

    /// Puts the key back that was in a slot.
    pub fn put_back(&self, place: &UsbPath) {
        if let Some(key) = self.key(place) {
            self.put(place.as_str(), &key);
        }
    }

    /// The key that is or was in a slot.
    pub fn key(&self, place: &UsbPath) -> Option<SoftKey> {
        let keys = self.keys.lock();
        keys.iter()
            .find(|(taken, _)| taken == place)
            .map(|(_, key)| key.clone())
    }

    /// Touches every key that waits for it; whether any did.
    pub fn touch(&self) -> bool {
        let keys = self.keys.lock();
        keys.iter().fold(false, |any, (_, key)| key.touch() || any)
    }
}

/// Registry, station and keys.
pub struct World {
    folder: TempDir,
    /// The registry's.
    database: PathBuf,
    registry: Option<Running>,
    pub url: String,
    pub station: Arc<Station>,
    pub rack: Rack,
}

impl World {
    /// A registry with the demonstration's people, and a station that has joined it. No keys, nobody signed in.
    pub async fn build() -> Result<Self, WorldError> {
        let config = ServeConfig::default();
        Self::build_with(config, PEOPLE).await
    }

    /// The same with other settings of the registry (its address and database are chosen here) and other people (CSV).
    pub async fn build_with(mut config: ServeConfig, people: &str) -> Result<Self, WorldError> {
        let folder = tempfile::Builder::new().prefix("keydesk-").tempdir()?;
        config.db = folder.path().join("registry.db");
        config.listen.set_port(0);
        let registry = Server::start(config.clone()).await.map_err(other)?;
        let url = registry.base_url.clone();
        let list = folder.path().join("people.csv");
        let today = jiff::Zoned::now().strftime("%Y-%m-%d").to_string();
        std::fs::write(&list, people.replace("TODAY", &today))?;
        import::import_file(&config.db, &list, import::Format::Csv)
            .await
            .map_err(other)?;
        let code = admin::new_station_code(&config.db, "Help desk 1")
            .await
            .map_err(other)?;
        lay_out_profiles(folder.path())?;
        let data = folder.path().join("station");
        join(&data, &Config::default(), &url, "Help desk 1", &code.code)
            .await
            .map_err(other)?;
        let (station, rack) = open_station(&data)?;
        Ok(Self {
            folder,
            database: config.db,
            registry: Some(registry),
            url,
            station,
            rack,
        })
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("station")
    }

    /// The registry's database.
    pub fn database(&self) -> PathBuf {
        self.database.clone()
    }

    /// Another station of the same registry, with a bay of its own. The registry lives in this world, which must outlive the other.
    pub async fn neighbour(&self, name: &str) -> Result<Self, WorldError> {
        let folder = tempfile::Builder::new().prefix("keydesk-").tempdir()?;
        let code = admin::new_station_code(&self.database, name)
            .await
            .map_err(other)?;
        let data = folder.path().join("station");
        join(&data, &Config::default(), &self.url, name, &code.code)
            .await
            .map_err(other)?;
        self.another(folder)
    }

    fn another(&self, folder: TempDir) -> Result<Self, WorldError> {
        let (station, rack) = open_station(&folder.path().join("station"))?;
        Ok(Self {
            folder,
            database: self.database.clone(),
            registry: None,
            url: self.url.clone(),
            station,
            rack,
        })
    }

    /// Adds an operator and signs them in with a key of their own, which stays in the slot. It must touch itself.
    pub async fn sign_in(&self, role: Role, place: &str, key: &SoftKey) -> Result<(), WorldError> {
        self.sign_in_as("Olivia Operator", role, place, key).await
    }

    /// The same for an operator of another name.
    pub async fn sign_in_as(
        &self,
        name: &str,
        role: Role,
        place: &str,
        key: &SoftKey,
    ) -> Result<(), WorldError> {
        let code = admin::new_operator_code(&self.database, name, role)
            .await
            .map_err(other)?;
        self.rack.put(place, key);
        let face = Arc::new(ScriptedFace::new(place, OPERATOR_PIN));
        let mut desk = StationDesk::new(Arc::clone(&self.station), face, Cancel::default());
        let ended = workflow::first_sign_in(&mut desk, &code.code).await;
        ended.map_err(other)?;
        let Some(operator) = self.station.operator() else {
            return Ok(());
        };
        // Each of them is a human of their own.
        let human = Human {
            personnel_number: Some(operator.id.to_string()),
            person: None,
        };
        admin::set_human(&self.database, &operator.id, &human)
            .await
            .map_err(other)
    }

    /// Somebody's only key, made by whoever is signed in, is reported lost.
    pub async fn lose_everything(&self, person: &str, place: &str) -> Result<(), WorldError> {
        let key = SoftKey::new(Profile::yubikey_5_nfc().with_touch(TouchPolicy::Auto));
        self.rack.put(place, &key);
        let person = PersonId::new(person);
        let suspend = SuspendOrder {
            person: person.clone(),
            factor: None,
            shown: None,
        };
        for order in [Order::Enrol { person }, Order::Suspend(Box::new(suspend))] {
            let face = Arc::new(ScriptedFace::new(place, OPERATOR_PIN));
            let mut desk = StationDesk::new(Arc::clone(&self.station), face, Cancel::default());
            workflow::run(&mut desk, order).await.map_err(other)?;
        }
        self.rack.pull(&UsbPath::new(place));
        Ok(())
    }

    pub async fn sign_out(&self) -> Result<(), WorldError> {
        self.station.close_session().await.map_err(other)
    }

    /// Lets every operator's account be as old as one that releases.
    pub async fn settle(&self) -> Result<(), WorldError> {
        admin::settle_accounts(&self.database).await.map_err(other)
    }

    /// Stops the registry, as a bad line would.
    pub async fn stop_registry(&mut self) {
        if let Some(registry) = self.registry.take() {
            // What cannot be stopped in order is stopped all the same.
            let _ = registry.shutdown().await;
        }
    }

    /// Starts it again, at the same address.
    pub async fn start_registry(&mut self, mut config: ServeConfig) -> Result<(), WorldError> {
        config.db = self.database();
        let address = self.url.rsplit('/').next().unwrap_or_default();
        config.listen = address.parse().map_err(other)?;
        self.registry = Some(Server::start(config).await.map_err(other)?);
        Ok(())
    }

    /// Closes the station; whoever still holds it keeps it open.
    pub fn vacate(self) -> Vacated {
        Vacated {
            data: self.data(),
            _registry: self.registry,
            _folder: self.folder,
        }
    }

    /// What a station finds that starts after this one was killed at this very moment: the same registry, a copy of what is
    /// on the disk now, and an empty bay. The registry lives in this world, which must outlive the other.
    pub fn after_a_kill(&self) -> Result<Self, WorldError> {
        let folder = tempfile::Builder::new().prefix("keydesk-").tempdir()?;
        let data = folder.path().join("station");
        copy_files(&self.data(), &data)?;
        self.another(folder)
    }

    /// Closes the station and opens it again on the same data directory, with an empty bay.
    pub fn reopen(self) -> Result<Self, WorldError> {
        let data = self.data();
        let Self {
            folder,
            database,
            registry,
            url,
            station,
            rack,
        } = self;
        // A task that has just ended may hold it for a moment longer.
        let open = Arc::downgrade(&station);
        drop((station, rack));
        let patience = Instant::now() + Duration::from_secs(5);
        while open.strong_count() > 0 && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(5));
        }
        // Nothing holds it any more, and yet it may still be closing.
        let (station, rack) = loop {
            match open_station(&data) {
                Err(_) if Instant::now() < patience => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                opened => break opened?,
            }
        };
        Ok(Self {
            folder,
            database,
            registry,
            url,
            station,
            rack,
        })
    }
}

/// Copies the journal and the private files. The index is left out: it is made anew, as after any kill in doubt.
fn copy_files(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let (at, name) = (entry.path(), entry.file_name());
        if at.is_dir() {
            if name != "index" {
                copy_files(&at, &to.join(name))?;
            }
        } else {
            std::fs::copy(&at, to.join(name))?;
        }
    }
    Ok(())
}

/// What the demonstration's batches are made of.
const PROFILE: &str = include_str!("profile.toml");
const LIST: &str = include_str!("list.csv");

/// Lays a profile and a list where the station looks for them.
fn lay_out_profiles(folder: &Path) -> std::io::Result<()> {
    let profiles = folder.join("profiles");
    std::fs::create_dir_all(&profiles)?;
    std::fs::write(profiles.join("desk.toml"), PROFILE)?;
    std::fs::write(profiles.join("today.csv"), LIST)
}

fn open_station(data: &Path) -> Result<(Arc<Station>, Rack), WorldError> {
    let beside = |name| data.parent().map(|folder| folder.join(name));
    let config = Config {
        profiles: beside("profiles"),
        policy: beside("policy.toml").filter(|rules| rules.exists()),
        ..Config::default()
    };
    let models = Station::models(&config).map_err(other)?;
    let policy = Station::policy(&config, &models).map_err(other)?;
    let (bay, plug) = Bay::soft();
    let slots = Slots::new(bay, models).with_policy(policy);
    let station = Station::open(data, config, slots).map_err(other)?;
    let rack = Rack {
        plug,
        keys: Arc::default(),
    };
    Ok((Arc::new(station), rack))
}
