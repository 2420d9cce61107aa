//! The registry's database: SQLite with a write-ahead log, synced at every commit.
//!
//! It hides opening, making, migrating and locking. Invariants: a transaction that writes takes the write lock when it begins, so
//! what it has read cannot change before it commits; of one process's, whoever asked first writes first, and holds no connection
//! until then, so that many writes keep nobody from reading; a database comes into being as a whole, under its name, and only where
//! somebody asked for a new one; its tables are brought up to date in one transaction, by one process at a time.

use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection as _, Sqlite, Transaction};

pub use sqlx::Error as Fault;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::tables::{audit, setting};
use crate::files;

/// The tables of this release.
static TABLES: Migrator = sqlx::migrate!();

/// How long a statement waits for another one's write.
const BUSY_LIMIT: Duration = Duration::from_secs(5);

/// How long somebody waits who cannot come again: for another process that brings the tables up to date, or imports.
const LONG_LIMIT: Duration = Duration::from_secs(120);

/// More than one address is served at once, so that somebody is always left to others and to whoever writes.
const CONNECTIONS: u32 = 12;

/// How long a read waits for a connection, and a write for its turn.
const TURN_LIMIT: Duration = Duration::from_secs(8);

/// What statements run on. Whoever holds only this reads; what writes asks for a [`Write`].
pub type Connection = sqlx::sqlite::SqliteConnection;

/// What a statement found.
pub type Row = sqlx::sqlite::SqliteRow;

/// A connection for single statements that read.
pub type Read = PoolConnection<Sqlite>;

/// A transaction that reads: all that it sees is of one moment.
pub type Snapshot = Transaction<'static, Sqlite>;

/// A transaction that writes. Dropping it undoes it.
#[derive(Debug)]
pub struct Write {
    transaction: Transaction<'static, Sqlite>,
    /// The next one's turn, once this one is over.
    _turn: OwnedMutexGuard<()>,
}

impl Write {
    /// Makes it true, and durable.
    pub async fn commit(self) -> Result<(), Fault> {
        self.transaction.commit().await
    }

    /// Undoes it, and returns once that is done.
    pub async fn rollback(self) -> Result<(), Fault> {
        self.transaction.rollback().await
    }
}

impl Deref for Write {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.transaction
    }
}

impl DerefMut for Write {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.transaction
    }
}

/// Why the database can't be used.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// There is none.
    #[error(
        "there is no registry database {path}: check --db, or make a new one with `keydesk registry init --db {path}`", path = .0.display()
    )]
    Missing(PathBuf),
    /// It is there, and was to be made.
    #[error("there is a database {} already; nothing was changed", .0.display())]
    Exists(PathBuf),
    /// It holds no table of a registry.
    #[error(
        "{} holds no registry: it is empty, or another program's. A registry's database that was copied without its -wal file looks \
         like that: copy it with `keydesk registry backup`. For a new registry, give another name to `keydesk registry init`", .0.display()
    )]
    NoRegistry(PathBuf),
    /// The log of a database that is not there.
    #[error(
        "there is {log} but no {db}: a database was moved without its log, in which its newest records are. Put it back, or move the \
         log away", log = .log.display(), db = .db.display()
    )]
    LogAlone { db: PathBuf, log: PathBuf },
    /// It can't be opened or created.
    #[error("cannot open the registry's database {}: {why}", .path.display())]
    Open { path: PathBuf, why: Fault },
    /// Its tables are of a newer release.
    #[error(
        "the registry's database {} is of a newer release (its tables are of version {version}, and this release knows {known}): use that \
         release", .path.display()
    )]
    Newer {
        path: PathBuf,
        /// Of its tables.
        version: i64,
        /// The newest that is known here.
        known: i64,
    },
    /// Its tables were changed by other means, or can't be brought up to date.
    #[error("the registry's database {} does not fit this release: {why}", .path.display())]
    Migrate {
        path: PathBuf,
        /// What does not fit.
        why: MigrateError,
    },
    #[error(
        "the registry's database failed: {0}. See to the room on its disk and to its rights, then try again"
    )]
    Failed(#[from] Fault),
}

impl DatabaseError {
    /// Whether it is the file that is another one than was meant.
    pub fn is_of_the_file(&self) -> bool {
        match self {
            Self::Missing(_)
            | Self::Exists(_)
            | Self::NoRegistry(_)
            | Self::LogAlone { .. }
            | Self::Open { .. }
            | Self::Newer { .. } => true,
            Self::Migrate { .. } | Self::Failed(_) => false,
        }
    }
}

/// An open database; clones share it.
#[derive(Debug, Clone)]
pub struct Database {
    pool: SqlitePool,
    /// SQLite lets whoever waits try again now and then, the latest as likely as the first, each on a connection of the pool.
    turns: Arc<Mutex<()>>,
}

impl Database {
    /// Opens a database that is there, and brings its tables up to date.
    pub async fn open(path: &Path) -> Result<Self, DatabaseError> {
        Self::up_to_date(path, options(path)).await
    }

    /// The same for work in many portions, which nothing that another process writes is to end half-way.
    pub async fn open_for_long(path: &Path) -> Result<Self, DatabaseError> {
        Self::up_to_date(path, options(path).busy_timeout(LONG_LIMIT)).await
    }

    async fn up_to_date(path: &Path, options: SqliteConnectOptions) -> Result<Self, DatabaseError> {
        let mut connection = connected(path).await?;
        migrate(&mut connection, path).await?;
        connection.close().await?;
        Self::pooled(path, options).await
    }

    /// Opens a database that is there, with the tables that it has: of this release, or of an earlier one.
    pub async fn open_as_it_is(path: &Path) -> Result<Self, DatabaseError> {
        let mut connection = connected(path).await?;
        is_behind(&mut connection, path).await?;
        connection.close().await?;
        Self::pooled(path, options(path).busy_timeout(LONG_LIMIT)).await
    }

    /// Makes a database with these settings: under its name only once it is whole and on disk.
    ///
    /// # Errors
    /// [`DatabaseError::Exists`] where there is one, also when somebody else was quicker.
    pub async fn create(path: &Path, settings: &[(&str, &str)]) -> Result<(), DatabaseError> {
        let failed = |why| DatabaseError::Open {
            path: path.to_owned(),
            why: Fault::Io(why),
        };
        if !files::is_missing(path) {
            return Err(DatabaseError::Exists(path.to_owned()));
        }
        refuse_log_alone(path)?;
        let made = files::beside(path).map_err(failed)?;
        // It is on disk before it gets its name, and nobody misses it before.
        let mut connection = options(made.path())
            .synchronous(SqliteSynchronous::Off)
            .connect()
            .await?;
        bring_up_to_date(&mut connection, path).await?;
        for (name, value) in settings {
            setting::make(&mut connection, name, value).await?;
        }
        // With the last connection the log is written back, and goes.
        connection.close().await?;
        files::place(made, path).map_err(|why| match files::is_taken(&why) {
            true => DatabaseError::Exists(path.to_owned()),
            false => failed(why),
        })
    }

    async fn pooled(path: &Path, options: SqliteConnectOptions) -> Result<Self, DatabaseError> {
        let pool = SqlitePoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(TURN_LIMIT)
            .after_release(|connection, _| {
                Box::pin(async move {
                    // What was dropped is undone by then.
                    connection.ping().await?;
                    // SQLite ends a transaction by itself, for instance when the disk is full. The library then takes the connection for
                    // one in a transaction for good, and it would serve nobody again.
                    Ok(!connection.is_in_transaction())
                })
            })
            .connect_with(options)
            .await
            .map_err(|why| DatabaseError::Open {
                path: path.to_owned(),
                why,
            })?;
        Ok(Self {
            pool,
            turns: Arc::default(),
        })
    }

    /// For statements that read, each as of its own moment.
    pub async fn read(&self) -> Result<Read, Fault> {
        self.pool.acquire().await
    }

    /// For statements that read what is true at one moment.
    pub async fn snapshot(&self) -> Result<Snapshot, Fault> {
        self.pool.begin().await
    }

    /// Begins to write, when it is its turn.
    pub async fn write(&self) -> Result<Write, Fault> {
        let turn = Arc::clone(&self.turns).lock_owned();
        let turn = tokio::time::timeout(TURN_LIMIT, turn).await;
        let turn = turn.map_err(|_| Fault::PoolTimedOut)?;
        Ok(Write {
            transaction: self.pool.begin_with("BEGIN IMMEDIATE").await?,
            _turn: turn,
        })
    }

    /// Closes every connection.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// SQLite gives its log the rights of the file.
fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_LIMIT)
}

/// A connection to a registry's database that is there.
async fn connected(path: &Path) -> Result<Connection, DatabaseError> {
    if files::is_missing(path) {
        refuse_log_alone(path)?;
        return Err(DatabaseError::Missing(path.to_owned()));
    }
    let failed = |why| DatabaseError::Open {
        path: path.to_owned(),
        why,
    };
    // SQLite would delete the log of an empty file. It is looked at from outside: whoever opens and closes it in a process that
    // serves from it drops the locks of that.
    let found = std::fs::metadata(path).map_err(|why| failed(Fault::Io(why)))?;
    if found.len() == 0 {
        return Err(DatabaseError::NoRegistry(path.to_owned()));
    }
    let mut connection = options(path)
        .busy_timeout(LONG_LIMIT)
        .connect()
        .await
        .map_err(failed)?;
    if is_registry(&mut connection).await.map_err(failed)? {
        return Ok(connection);
    }
    connection.close().await?;
    Err(DatabaseError::NoRegistry(path.to_owned()))
}

/// Beside a new database the log of another one would be taken for its own.
pub(super) fn refuse_log_alone(path: &Path) -> Result<(), DatabaseError> {
    let log = files::with_suffix(path, "-wal");
    let alone = std::fs::metadata(&log).is_ok_and(|found| found.len() > 0);
    match alone {
        true => Err(DatabaseError::LogAlone {
            db: path.to_owned(),
            log,
        }),
        false => Ok(()),
    }
}

/// Whether there are tables of a registry, of whatever release.
pub(super) async fn is_registry(connection: &mut Connection) -> Result<bool, Fault> {
    let tables: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('_sqlx_migrations', 'setting')",
    )
    .fetch_one(connection)
    .await?;
    Ok(tables == 2)
}

/// Whether there are tables for apps and tokens: the first releases had none.
pub(super) async fn has_factors(connection: &mut Connection) -> Result<bool, Fault> {
    let tables: i64 =
        sqlx::query_scalar("SELECT count(*) FROM sqlite_schema WHERE name = 'totp_secret'")
            .fetch_one(connection)
            .await?;
    Ok(tables > 0)
}

/// Whether the tables are of an earlier release.
///
/// # Errors
/// [`DatabaseError::Newer`], and [`DatabaseError::Migrate`] where they were changed by other means.
pub(super) async fn is_behind(
    connection: &mut Connection,
    path: &Path,
) -> Result<bool, DatabaseError> {
    let applied: Vec<(i64, Vec<u8>)> =
        sqlx::query_as("SELECT version, checksum FROM _sqlx_migrations ORDER BY version")
            .fetch_all(connection)
            .await?;
    let known = TABLES.iter().map(|step| step.version).max();
    let known = known.unwrap_or_default();
    for (version, checksum) in &applied {
        if *version > known {
            return Err(DatabaseError::Newer {
                path: path.to_owned(),
                version: *version,
                known,
            });
        }
        let step = TABLES.iter().find(|step| step.version == *version);
        if step.is_none_or(|step| *step.checksum != **checksum) {
            return Err(DatabaseError::Migrate {
                path: path.to_owned(),
                why: MigrateError::VersionMismatch(*version),
            });
        }
    }
    Ok(applied.len() < TABLES.iter().count())
}

/// Where nothing is to be done nobody is waited for: another process may be writing for long.
async fn migrate(connection: &mut Connection, path: &Path) -> Result<(), DatabaseError> {
    match is_behind(connection, path).await? {
        true => bring_up_to_date(connection, path).await,
        false => Ok(()),
    }
}

/// All steps or none, and with the write lock: of two processes that begin at once the second one finds nothing left to do.
async fn bring_up_to_date(connection: &mut Connection, path: &Path) -> Result<(), DatabaseError> {
    let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
    let was_chained = audit::is_chained(&mut tx).await?;
    TABLES
        .run_direct(None, &mut *tx, false)
        .await
        .map_err(|why| DatabaseError::Migrate {
            path: path.to_owned(),
            why,
        })?;
    // A row that lost its hash later on is never given another one.
    if !was_chained {
        audit::chain_all(&mut tx).await?;
    }
    Ok(tx.commit().await?)
}

/// Makes the tables that these steps make, in an empty database.
pub(super) async fn made_by(
    connection: &mut Connection,
    versions: &[i64],
) -> Result<(), DatabaseError> {
    let steps = TABLES
        .iter()
        .filter(|step| versions.contains(&step.version));
    Migrator::with_migrations(steps.cloned().collect())
        .run_direct(None, connection, false)
        .await
        .map_err(|why| DatabaseError::Migrate {
            path: PathBuf::from(":memory:"),
            why,
        })
}

/// A time as the database keeps it.
pub fn ms(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// A time from the database.
pub fn from_ms(ms: i64) -> Result<Timestamp, Fault> {
    Timestamp::from_millisecond(ms).map_err(|error| Fault::Decode(Box::new(error)))
}

/// Whether it is only that something else took long: SQLITE_BUSY and its kin, and a pool with no connection left.
pub fn is_busy(fault: &Fault) -> bool {
    match fault {
        Fault::PoolTimedOut => true,
        Fault::Database(error) => error
            .code()
            .and_then(|code| code.parse::<u32>().ok())
            .is_some_and(|code| code & 0xff == 5),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_transaction_that_sqlite_ended_by_itself_keeps_nobody_from_writing() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("registry.db");
        Database::create(&path, &[]).await.expect("made");
        let database = Database::open(&path).await.expect("opened");
        for round in 0..=CONNECTIONS {
            let mut tx = database.write().await.expect("its turn");
            // As SQLite does where the disk is full.
            sqlx::query("ROLLBACK")
                .execute(&mut *tx)
                .await
                .expect("ended");
            drop(tx);
            let next = database.write().await;
            next.unwrap_or_else(|why| panic!("{round}: {why}"))
                .commit()
                .await
                .expect("committed");
        }
    }
}
