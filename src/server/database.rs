//! The registry's database: SQLite with a write-ahead log, synced at every commit.
//!
//! It hides opening, migrating and locking. Invariant: a transaction that writes takes the write lock when it begins,
//! so what it has read cannot change before it commits.

use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Sqlite, Transaction};

/// A transaction that writes.
pub type Write = Transaction<'static, Sqlite>;

/// Why the database can't be used.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// It can't be opened or created.
    #[error("cannot open the registry's database {}: {why}", .path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// The database's words.
        why: sqlx::Error,
    },
    /// Its tables are of a newer release, or were changed by other means.
    #[error("the registry's database {} does not fit this release: {why}", .path.display())]
    Migrate {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        why: sqlx::migrate::MigrateError,
    },
    /// A statement failed.
    #[error("the registry's database failed: {0}")]
    Failed(#[from] sqlx::Error),
}

/// An open database; clones share it.
#[derive(Debug, Clone)]
pub struct Database {
    pool: SqlitePool,
}

impl Database {
    /// Opens the file, makes it when there is none, and brings its tables up to date.
    pub async fn open(path: &Path) -> Result<Self, DatabaseError> {
        make_private(path).map_err(|why| DatabaseError::Open {
            path: path.to_owned(),
            why: sqlx::Error::Io(why),
        })?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5));
        let pool = SqlitePoolOptions::new()
            .max_connections(8)
            .acquire_timeout(Duration::from_secs(8))
            .connect_with(options)
            .await
            .map_err(|why| DatabaseError::Open {
                path: path.to_owned(),
                why,
            })?;
        sqlx::migrate!()
            .run(&pool)
            .await
            .map_err(|why| DatabaseError::Migrate {
                path: path.to_owned(),
                why,
            })?;
        Ok(Self { pool })
    }

    /// For reading.
    pub fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    /// Begins to write. Dropping the transaction undoes it.
    pub async fn write(&self) -> Result<Write, sqlx::Error> {
        self.pool.begin_with("BEGIN IMMEDIATE").await
    }

    /// Closes every connection.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Makes the file for its owner alone before SQLite would make it for all; SQLite gives its log the same rights.
fn make_private(path: &Path) -> std::io::Result<()> {
    let made = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    match made {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// A time as the database keeps it.
pub fn ms(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// A time from the database.
pub fn from_ms(ms: i64) -> Result<Timestamp, sqlx::Error> {
    Timestamp::from_millisecond(ms).map_err(|error| sqlx::Error::Decode(Box::new(error)))
}

/// Adds to the audit: who did what to whom, when.
pub async fn audit(tx: &mut Write, entry: &Audit<'_>, at: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO audit (at_ms, station, operator, action, subject, detail) VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(ms(at))
    .bind(entry.station)
    .bind(entry.operator)
    .bind(entry.action)
    .bind(entry.subject)
    .bind(entry.detail)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// One line of the audit.
#[derive(Debug, Clone, Copy)]
pub struct Audit<'a> {
    /// The station it was done at; none for what the registry's administrator does.
    pub station: Option<&'a str>,
    /// Who was signed in.
    pub operator: Option<&'a str>,
    /// A stable word, e.g. `enrol`.
    pub action: &'a str,
    /// The identifier of what it was done to.
    pub subject: &'a str,
    /// Facts besides; never a secret.
    pub detail: &'a str,
}
