//! The central registry: an HTTP API under `/v1` over a database that holds organisations, people, operators,
//! stations, credentials and keys.
//!
//! What it hides: HTTP, TLS, SQL and WebAuthn's verification. What it keeps:
//! - nothing is enrolled that its own verifier did not accept, both the registration and an assertion;
//! - a write is durable before it is answered, and repeating it with its `Idempotency-Key` changes nothing;
//! - every write names station, operator and time in the audit, whose rows are a chain;
//! - codes and tokens are stored as hashes; headers and bodies are never logged;
//! - secrets of authenticator apps are stored sealed; what opens them is in a file of its own;
//! - whom something happens to is told, where it is set how, or is listed until they were;
//! - plain HTTP is served on loopback only, and no client keeps the others out;
//! - a database comes into being on purpose, with its key file, and is never served without that.
//!
//! ```text
//! station ── HTTP ── listen ── routes ─┬─ auth      who is asking
//!                                      ├─ ledger    repeats, journal heads
//!                                      ├─ verify    WebAuthn
//!                                      ├─ tally     what is counted: failed sign-ins, refused acts, look-ups
//!                                      ├─ examination, factors, visits ── keyring   apps and tokens
//!                                      └─ tables    SQL ── database   SQLite
//! delivery ── mail server, webhook
//! ```

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use tokio::sync::watch;

mod account_resets;
mod accounts;
mod acts;
pub mod admin;
mod auth;
pub mod backup;
mod chain;
pub mod config;
mod database;
mod delivery;
mod derived;
mod examination;
mod exceptions;
mod factors;
mod guesses;
mod heads;
mod identifications;
pub mod import;
mod key_rules;
mod keyring;
mod ledger;
mod listen;
mod lives;
mod loans;
mod network;
mod notices;
mod older_factors;
mod problem;
mod routes;
mod secret;
mod stock;
mod suspensions;
mod tables;
mod takings;
mod tally;
mod turns;
mod verify;
mod visits;
mod web;

use crate::domain::working_days::WorkingDays;
use crate::files;
pub use config::{AttestationPolicy, ConfigError, ServeConfig};
pub use database::DatabaseError;
use database::{Database, Fault};
use delivery::Post;
pub use delivery::{NotSent, try_mail};
use guesses::Guesses;
use key_rules::KeyRules;
pub use keyring::KeyringError;
use keyring::{Keyring, Ring};
use listen::Door;
use tables::{loan, offer, search, setting};
use tally::Tally;
use turns::Turns;
use verify::{RelyingParty, Trust};

/// Between looks at what is over. Until then it is refused by its own date.
const TIDY_EVERY: Duration = Duration::from_secs(3600);

/// How long an offer that nothing came of is kept after it expired, so that a late push is told why it is refused.
const OFFERS_KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);

/// So many are forgotten at once, so that nobody waits long for a write meanwhile.
const OFFERS_AT_ONCE: u32 = 500;

/// Long work of this many stations is done at once, one of each.
const LONG_AT_ONCE: usize = 2;

/// Searches of all operators and of one: a third of the database's connections, so that what else is asked never waits for them.
const SEARCHES_AT_ONCE: usize = 4;
const SEARCHES_OF_ONE: usize = 4;

/// So many people are made to be found by what they are called now, at once.
const INDEXED_AT_ONCE: usize = 200;

/// Between two times at which the audit gets what was counted: what a crash loses is no more than that.
const NOTE_EVERY: Duration = Duration::from_secs(60);

/// The registry's clock; tests give one of their own.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// A clock that asks `now`.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// In the milliseconds that the database keeps.
    fn now(&self) -> Timestamp {
        let now = (self.0)();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new(Timestamp::now)
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}

/// Why the registry does not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    #[error("cannot listen on {address}: {why}")]
    Listen {
        address: SocketAddr,
        why: std::io::Error,
    },
    /// Too few open files.
    #[error(
        "the system grants {files} open files, and the registry needs {needed}: raise LimitNOFILE in its unit, or `ulimit -n`"
    )]
    Files {
        /// How many it grants.
        files: usize,
        /// How many are needed at the least.
        needed: usize,
    },
    /// It stopped by itself.
    #[error("the registry stopped: {0}")]
    Stopped(String),
}

impl From<Fault> for ServeError {
    fn from(error: Fault) -> Self {
        Self::Database(DatabaseError::Failed(error))
    }
}

/// What every request shares.
#[derive(Debug)]
pub(crate) struct Registry {
    config: ServeConfig,
    db: Database,
    people: RelyingParty,
    operators: RelyingParty,
    zone: TimeZone,
    days: WorkingDays,
    /// What stations' assertions may name; the first is told to those that join.
    audiences: Vec<String>,
    guesses: Guesses,
    keyring: Keyring,
    key_rules: KeyRules,
    turns: Turns,
    searches: Turns,
    tally: Tally,
    clock: Clock,
}

impl Registry {
    /// How it is reckoned when resets are carried out.
    fn pace(&self) -> account_resets::Pace<'_> {
        account_resets::Pace {
            days: &self.days,
            wait: self.config.resets.wait(),
        }
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// The registry, ready to be started.
#[derive(Debug)]
pub struct Server;

/// A registry that serves.
#[derive(Debug)]
pub struct Running {
    pub addr: SocketAddr,
    /// Where the pages are served, if they are.
    pub pages: Option<SocketAddr>,
    /// Their address as browsers name it, where what is served there is plain HTTP: a proxy speaks TLS.
    pub pages_behind: Option<String>,
    /// Its base address for a client on this machine.
    pub base_url: String,
    stop: watch::Sender<bool>,
    registry: Arc<Registry>,
    tended: tokio::task::JoinHandle<()>,
    noted: tokio::task::JoinHandle<()>,
    /// Only where it is set how people are told.
    delivered: Option<tokio::task::JoinHandle<()>>,
    served: tokio::task::JoinHandle<()>,
}

impl Server {
    /// Starts a registry and returns once it accepts connections.
    pub async fn start(config: ServeConfig) -> Result<Running, ServeError> {
        Self::start_with_clock(config, Clock::default()).await
    }

    /// The same by another clock.
    pub async fn start_with_clock(
        config: ServeConfig,
        clock: Clock,
    ) -> Result<Running, ServeError> {
        config.check()?;
        config.check_files()?;
        let post = Post::of(&config)?;
        let door = Door::open(&config)?;
        let addr = door.address().map_err(|why| ServeError::Listen {
            address: config.listen,
            why,
        })?;
        let scheme = door.scheme();
        let pages = config.pages.as_ref();
        let side = pages.map(|pages| Door::for_pages(pages, &config));
        let pages_behind = pages
            .filter(|pages| pages.tls.is_none())
            .and_then(|_| config.pages_origin());
        let side = side.transpose()?;
        if files::is_missing(&config.db) {
            init(&config, clock.now()).await.or_else(unless_made)?;
        }
        let db = Database::open(&config.db).await?;
        // Nothing is changed in a database that does not fit its key file.
        let assembled = assemble(config, db.clone(), clock.clone()).await;
        if assembled.is_err() {
            // Its log goes with the last connection, and not some time later.
            db.close().await;
        }
        let registry = Arc::new(assembled?);
        tidy(&db, clock.now()).await?;
        let (stop, stopping) = watch::channel(false);
        let noted = tokio::spawn(write_down(Arc::clone(&registry), stopping.clone()));
        let delivered = match post {
            None => None,
            Some(post) => {
                delivery::begin_to_deliver(&db, clock.now()).await?;
                let work = delivery::run(Arc::clone(&registry), post, stopping.clone());
                Some(tokio::spawn(work))
            }
        };
        let routes = routes::router(Arc::clone(&registry)).0;
        let (pages, beside) = beside(side, &registry, &stopping)?;
        let served = tokio::spawn(async move {
            tokio::join!(door.serve(routes, stopping), beside);
        });
        tracing::info!(%addr, scheme, pages = pages.map(tracing::field::display), "registry serves");
        Ok(Running {
            addr,
            pages,
            pages_behind,
            base_url: format!("{scheme}://{addr}"),
            stop,
            tended: tokio::spawn(tend(db, clock)),
            registry,
            noted,
            delivered,
            served,
        })
    }
}

/// The pages' address, if there are any, and what serves them.
fn beside(
    side: Option<Door>,
    registry: &Arc<Registry>,
    stopping: &watch::Receiver<bool>,
) -> Result<(Option<SocketAddr>, impl Future<Output = ()> + use<>), ServeError> {
    let serving = match side {
        Some(door) => {
            let router = web::router(Arc::clone(registry))?;
            Some((door, router, stopping.clone()))
        }
        None => None,
    };
    let address = serving.as_ref().and_then(|(door, ..)| door.address().ok());
    Ok((address, async move {
        if let Some((door, router, stopping)) = serving {
            door.serve(router, stopping).await;
        }
    }))
}

impl Running {
    /// Lets open requests end, within a few seconds, then stops and closes the database.
    pub async fn shutdown(self) -> Result<(), ServeError> {
        self.stop.send_replace(true);
        let ended = self.served.await;
        self.tended.abort();
        // It is at work, perhaps, and ends by itself.
        let _ = self.noted.await;
        if let Some(delivered) = self.delivered {
            let _ = delivered.await;
        }
        let registry = self.registry;
        let written = registry
            .tally
            .write_down(&registry.db, registry.now())
            .await;
        registry.db.close().await;
        written?;
        ended.map_err(|error| ServeError::Stopped(error.to_string()))
    }
}

/// Forgets and removes what is over. What ends by its date ends first, each by itself: whatever else can't be tidied keeps nothing alive.
async fn tidy(db: &Database, now: Timestamp) -> Result<(), Fault> {
    let loans = loans::tidy(db, now).await;
    let suspensions = run_out(db, now).await;
    let forgotten = forget(db, now).await;
    loans.and(suspensions).and(forgotten)
}

async fn run_out(db: &Database, now: Timestamp) -> Result<(), Fault> {
    let removed = suspensions::run_out(db, now).await?;
    if removed > 0 {
        tracing::info!(removed, "suspended for 30 days and removed");
    }
    Ok(())
}

async fn forget(db: &Database, now: Timestamp) -> Result<(), Fault> {
    ledger::forget_old(db, now).await?;
    forget_offers(db, now - OFFERS_KEPT).await?;
    web::tidy(db, now).await?;
    // Why it failed is in the log, and it is tried again.
    account_resets::tidy(db, now).await.ok();
    delivery::tidy(db, now).await?;
    index_changed(db).await
}

async fn forget_offers(db: &Database, before: Timestamp) -> Result<(), Fault> {
    loop {
        let mut tx = db.write().await?;
        let forgotten = offer::forget(&mut tx, before, OFFERS_AT_ONCE).await?;
        loan::forget_offers(&mut tx).await?;
        tx.commit().await?;
        if forgotten == 0 {
            return Ok(());
        }
    }
}

/// What an import that was cut off has left.
async fn index_changed(db: &Database) -> Result<(), Fault> {
    loop {
        let mut tx = db.write().await?;
        let indexed = search::index_some(&mut tx, INDEXED_AT_ONCE).await?;
        tx.commit().await?;
        if indexed == 0 {
            return Ok(());
        }
    }
}

/// The same, for as long as the registry serves.
async fn tend(db: Database, clock: Clock) {
    loop {
        tokio::time::sleep(TIDY_EVERY).await;
        if let Err(error) = tidy(&db, clock.now()).await {
            tracing::error!(%error, "what is over could not be tidied away; tried again in an hour");
        }
    }
}

/// Writes down what was counted since the last time, for as long as the registry serves.
async fn write_down(registry: Arc<Registry>, mut stopping: watch::Receiver<bool>) {
    loop {
        let stopped = stopping.wait_for(|stopping| *stopping);
        if tokio::time::timeout(NOTE_EVERY, stopped).await.is_ok() {
            return;
        }
        let written = registry.tally.write_down(&registry.db, registry.now());
        if let Err(error) = written.await {
            tracing::error!(%error, "what was refused and looked up could not be written down; tried again in a minute");
        }
    }
}

/// Makes a new registry: its key file, where there is none, and its database, which belongs with that from the first.
///
/// # Errors
/// [`DatabaseError::Exists`] where there is a database: nothing is changed.
pub async fn init(config: &ServeConfig, now: Timestamp) -> Result<(), ServeError> {
    if !files::is_missing(&config.db) {
        return Err(DatabaseError::Exists(config.db.clone()).into());
    }
    let ring = Ring::load_or_create(&config.key_file(), now)?;
    let key = ring.current().map(|key| key.id.as_str());
    let audience = new_audience();
    let settings = [
        (AUDIENCE, audience.as_str()),
        (setting::KEY, key.unwrap_or_default()),
    ];
    Ok(Database::create(&config.db, &settings).await?)
}

/// Another process may have made it just now.
fn unless_made(error: ServeError) -> Result<(), ServeError> {
    match error {
        ServeError::Database(DatabaseError::Exists(_)) => Ok(()),
        other => Err(other),
    }
}

/// Serves until `stop` completes: the whole of `keydesk registry serve`. `ready` is called once with the address.
pub async fn serve(
    config: ServeConfig,
    stop: impl Future<Output = ()>,
    ready: impl FnOnce(&Running),
) -> Result<(), ServeError> {
    let mut running = Server::start(config).await?;
    ready(&running);
    tokio::select! {
        () = stop => running.shutdown().await,
        ended = &mut running.served => Err(ServeError::Stopped(match ended {
            Ok(()) => "no reason given".to_owned(),
            Err(error) => error.to_string(),
        })),
    }
}

/// The OpenAPI 3.1 description of the API, as JSON.
pub fn openapi_json() -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(&routes::description())
}

async fn assemble(config: ServeConfig, db: Database, clock: Clock) -> Result<Registry, ServeError> {
    let mut trust = Trust::new(config.attestation.policy);
    for root in &config.attestation.roots {
        let certificates = files::read(&root.file).map_err(|why| ConfigError::Unreadable {
            path: root.file.clone(),
            why,
        })?;
        trust
            .add_roots(&certificates, &root.aaguids)
            .map_err(|why| ConfigError::Certificate {
                path: root.file.clone(),
                why: why.to_string(),
            })?;
    }
    let operator_rp_id = config.operator_rp_id();
    let bad_origin = |error: verify::BadOrigin| ConfigError::Range {
        setting: "rp.origin",
        found: error.0,
        must: "an origin such as https://example.org",
    };
    Ok(Registry {
        people: RelyingParty::new(
            &config.rp.id,
            &config.rp.name,
            &config.origin(),
            trust.clone(),
        )
        .map_err(bad_origin)?,
        operators: RelyingParty::new(
            &operator_rp_id,
            &config.name,
            &format!("https://{operator_rp_id}"),
            trust,
        )
        .map_err(bad_origin)?,
        zone: config.zone()?,
        days: config.working_days()?,
        audiences: audiences(&config, &db).await?,
        guesses: Guesses::default(),
        keyring: keyring(&config, &db).await?,
        key_rules: KeyRules::of(config.policy.as_deref())?,
        turns: Turns::new(LONG_AT_ONCE, 1),
        searches: Turns::new(SEARCHES_AT_ONCE, SEARCHES_OF_ONE),
        tally: Tally::default(),
        config,
        db,
        clock,
    })
}

/// The keys, which must be those that the database needs; which one is the newest it keeps for the next time.
async fn keyring(config: &ServeConfig, db: &Database) -> Result<Keyring, ServeError> {
    let mut tx = db.write().await?;
    let keyring = Keyring::open(&config.key_file(), &setting::needed(&mut tx).await?)?;
    if let Some(newest) = keyring.ring().current() {
        setting::belong(&mut tx, &newest.id).await?;
    }
    tx.commit().await?;
    Ok(keyring)
}

/// The setting with the URN that the database was given when it was made: it stays when the registry's address changes.
const AUDIENCE: &str = "audience";

fn new_audience() -> String {
    uuid::Uuid::new_v4().urn().to_string()
}

/// The configured address, and the database's own name.
async fn audiences(config: &ServeConfig, db: &Database) -> Result<Vec<String>, ServeError> {
    let mut tx = db.write().await?;
    // Earlier releases gave it one when they first served.
    setting::make(&mut tx, AUDIENCE, &new_audience()).await?;
    let own = setting::value(&mut tx, AUDIENCE).await?;
    tx.commit().await?;
    Ok(config.public_url.clone().into_iter().chain(own).collect())
}
