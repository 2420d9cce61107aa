//! A copy of the database while the registry serves, and the way back.
//!
//! What it hides: SQLite's own files, and the order of renames. Invariants: a copy is one moment of the database, checked, private,
//! on disk, and overwrites nothing; a database is replaced only by one that is whole, of this release or an earlier one and as that
//! made it, and fits its key file; nothing that was open in it is open any more; the replaced one is kept. The keys that open the secrets are never in a copy: with both, whoever has it has every secret.

use std::fs::{Metadata, OpenOptions};
use std::io::Read;
use std::path::{Path, PathBuf};

use jiff::{Timestamp, tz::TimeZone};
use rustix::fs::{FlockOperation, OFlags, fcntl_lock};
use rustix::io::Errno;
use serde::Serialize;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode};
use sqlx::{ConnectOptions, Connection};
use tempfile::NamedTempFile;

mod reopening;
mod schema;

pub use reopening::Cleared;

use super::admin::{self, by_admin};
use super::database::{self, Database, DatabaseError, Fault, is_busy};
use super::keyring::{KeyringError, Ring};
use super::tables::{audit, setting};
use crate::files;

/// What SQLite keeps beside a database.
const LOG_PARTS: [&str; 2] = ["-wal", "-shm"];

/// What was copied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Copied {
    /// Length of the copy.
    pub bytes: u64,
    /// The newest entry of its audit: what happened later is not in it.
    pub until: Option<Timestamp>,
    /// The keys that it needs; they are in the key file.
    pub keys: Vec<String>,
}

/// What was put back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restored {
    #[serde(flatten)]
    pub copy: Copied,
    /// What was open in it and is not any more.
    pub ended: Cleared,
    /// Where the database is that was there before.
    pub kept: Option<PathBuf>,
}

/// Why there is no copy, or nothing was put back.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A database, or the copy.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    #[error("{}: {why}", .path.display())]
    File { path: PathBuf, why: std::io::Error },
    /// Nothing is overwritten.
    #[error("there is {} already, and nothing is overwritten: give another name", .0.display())]
    Taken(PathBuf),
    /// Nothing to put back.
    #[error("there is no file {}", .0.display())]
    NoCopy(PathBuf),
    /// A directory, a pipe, a device.
    #[error("{} is a directory, a pipe or a device, and no file that holds a database", .0.display())]
    NoFile(PathBuf),
    /// A copy of a database in use, with its log.
    #[error(
        "beside {copy} lies {log}, so it is no backup: put both back by hand under the database's name, or take a backup that \
         `keydesk registry backup` made", copy = .copy.display(), log = .log.display()
    )]
    Log { copy: PathBuf, log: PathBuf },
    #[error("{} is damaged ({what}): take another backup", .path.display())]
    Damaged { path: PathBuf, what: String },
    /// There is a database.
    #[error(
        "there is a database {}: to replace it stop the registry and add --replace; it is then kept beside the new one", .0.display()
    )]
    Occupied(PathBuf),
    /// Somebody has it open.
    #[error("{} is in use: stop the registry, and whatever else has it open, first", .0.display())]
    InUse(PathBuf),
}

impl From<Fault> for BackupError {
    fn from(error: Fault) -> Self {
        Self::Database(DatabaseError::Failed(error))
    }
}

/// Copies the database as it is at one moment, to a new file. The registry may be serving meanwhile.
///
/// # Errors
/// [`BackupError`]; there is no file then.
pub async fn backup(db: &Path, to: &Path) -> Result<Copied, BackupError> {
    let failed = |why| file_error(to, why);
    if !files::is_missing(to) {
        return Err(BackupError::Taken(to.to_owned()));
    }
    let source = Database::open_as_it_is(db).await?;
    note(&source, "backup", to).await?;
    let copy = files::beside(to).map_err(failed)?;
    // An empty file is what it writes to; anything else it refuses.
    sqlx::query("VACUUM INTO $1")
        .bind(copy.path().to_string_lossy())
        .execute(&mut *source.read().await?)
        .await?;
    source.close().await;
    let copied = examined(copy.path(), to).await?.copied();
    files::place(copy, to).map_err(|why| match files::is_taken(&why) {
        true => BackupError::Taken(to.to_owned()),
        false => failed(why),
    })?;
    Ok(copied)
}

/// Puts a copy in the database's place: where there is none, or with `replace` in place of it.
///
/// A process that has that database open itself must not: its own locks do not stop it.
///
/// # Errors
/// [`BackupError`]; what was there is there still.
pub async fn restore(
    from: &Path,
    db: &Path,
    key_file: &Path,
    replace: bool,
) -> Result<Restored, BackupError> {
    let occupied = !files::is_missing(db);
    if occupied && !replace {
        return Err(BackupError::Occupied(db.to_owned()));
    }
    // By way of a link, the link would be replaced.
    let db = match occupied {
        true => &std::fs::canonicalize(db).map_err(|why| file_error(db, why))?,
        false => db,
    };
    if occupied && !std::fs::metadata(db).is_ok_and(|found| found.is_file()) {
        return Err(BackupError::NoFile(db.to_owned()));
    }
    let copy = copied_beside(from, db)?;
    let found = examined(copy.path(), from).await?;
    Ring::load(key_file, &found.keys)?;
    let finished = finish(copy.path(), from).await;
    if finished.is_err() {
        for part in LOG_PARTS {
            // What is left of a log goes with its database.
            let _ = std::fs::remove_file(files::with_suffix(copy.path(), part));
        }
    }
    let ended = finished?;
    let kept = match occupied {
        true => Some(replaced(copy, db).await?),
        false => {
            database::refuse_log_alone(db)?;
            let like = std::fs::metadata(key_file).ok();
            owned_like(&copy, db, like)?;
            files::place(copy, db).map_err(|why| file_error(db, why))?;
            None
        }
    };
    Ok(Restored {
        copy: found.copied(),
        ended,
        kept,
    })
}

/// In the audit of what is copied, and so in the copy: that it was.
async fn note(db: &Database, action: &str, file: &Path) -> Result<(), BackupError> {
    let mut tx = db.write().await?;
    let name = file.to_string_lossy();
    let (line, now) = (by_admin(action, &name, ""), Timestamp::now());
    match audit::is_chained(&mut tx).await? {
        true => audit::note(&mut tx, &line, now).await?,
        false => audit::note_unchained(&mut tx, &line, now).await?,
    }
    Ok(tx.commit().await?)
}

/// Whether a copy is whole, and a registry's of this release or an earlier one; messages call it `name`. Nothing is written.
async fn examined(file: &Path, name: &Path) -> Result<Found, BackupError> {
    let damaged = |what: String| BackupError::Damaged {
        path: name.to_owned(),
        what,
    };
    let broken = |why: Fault| damaged(why.to_string());
    let options = SqliteConnectOptions::new().filename(file);
    let options = options.read_only(true).immutable(true);
    let mut connection = options.connect().await.map_err(broken)?;
    let sound: String = sqlx::query_scalar("PRAGMA integrity_check(1)")
        .fetch_one(&mut connection)
        .await
        .map_err(broken)?;
    if sound != "ok" {
        return Err(damaged(sound));
    }
    if !database::is_registry(&mut connection).await? {
        return Err(DatabaseError::NoRegistry(name.to_owned()).into());
    }
    database::is_behind(&mut connection, name).await?;
    if let Some(other) = schema::difference(&mut connection).await? {
        return Err(damaged(format!("{other} is not as this program made it")));
    }
    let strays = sqlx::query("PRAGMA foreign_key_check")
        .fetch_optional(&mut connection)
        .await?;
    if strays.is_some() {
        return Err(damaged("a row names another that is not there".to_owned()));
    }
    if audit::is_chained(&mut connection).await? {
        match admin::audit::broken(&mut connection).await {
            Ok(None) => {}
            Ok(Some(broken)) => return Err(damaged(format!("its audit: {broken}"))),
            Err(why) => return Err(damaged(why.to_string())),
        }
    }
    let found = described(&mut connection, file).await?;
    connection.close().await?;
    Ok(found)
}

async fn described(connection: &mut SqliteConnection, file: &Path) -> Result<Found, BackupError> {
    let until = audit::newest(connection).await?;
    let keys = match database::has_factors(connection).await? {
        true => setting::needed(&mut *connection).await?,
        false => Vec::new(),
    };
    let metadata = std::fs::metadata(file).map_err(|why| file_error(file, why))?;
    Ok(Found {
        bytes: metadata.len(),
        until,
        keys,
    })
}

/// What a copy holds.
struct Found {
    bytes: u64,
    until: Option<Timestamp>,
    /// The keys that it needs, each with the number of secrets that are sealed to it.
    keys: Vec<(String, u64)>,
}

impl Found {
    fn copied(self) -> Copied {
        Copied {
            bytes: self.bytes,
            until: self.until,
            keys: self.keys.into_iter().map(|(key, _)| key).collect(),
        }
    }
}

/// The copy's bytes in a private file, where the database is to be.
fn copied_beside(from: &Path, db: &Path) -> Result<NamedTempFile, BackupError> {
    let failed = |why| file_error(from, why);
    if files::is_missing(from) {
        return Err(BackupError::NoCopy(from.to_owned()));
    }
    let opened = files::open_regular(from);
    let mut source = opened.map_err(|why| match files::is_no_file(&why) {
        true => BackupError::NoFile(from.to_owned()),
        false => failed(why),
    })?;
    let log = files::with_suffix(from, "-wal");
    if std::fs::metadata(&log).is_ok_and(|found| found.len() > 0) {
        return Err(BackupError::Log {
            copy: from.to_owned(),
            log,
        });
    }
    let mut copy = files::beside(db).map_err(|why| file_error(db, why))?;
    std::io::copy(&mut source, copy.as_file_mut()).map_err(failed)?;
    Ok(copy)
}

/// Brings the copy's tables up to date, ends what was open in it, and notes in its audit that it was put back.
async fn finish(copy: &Path, from: &Path) -> Result<Cleared, BackupError> {
    let restored = Database::open(copy).await?;
    let now = Timestamp::now();
    let mut tx = restored.write().await?;
    let ended = reopening::clear(&mut tx, now).await?;
    let name = from.to_string_lossy();
    audit::note(
        &mut tx,
        &by_admin("restore", &name, &ended.to_string()),
        now,
    )
    .await?;
    tx.commit().await?;
    restored.close().await;
    Ok(ended)
}

/// Puts the copy in the database's place, which is kept under another name; returns that.
async fn replaced(copy: NamedTempFile, db: &Path) -> Result<PathBuf, BackupError> {
    let failed = |why| file_error(db, why);
    refuse_in_use(db)?;
    fold_log(db).await?;
    let like = std::fs::metadata(db).map_err(failed)?;
    owned_like(&copy, db, Some(like))?;
    let kept = set_aside(db)?;
    for part in LOG_PARTS {
        let old = files::with_suffix(db, part);
        if !files::is_missing(&old) {
            let new = files::with_suffix(&kept, part);
            std::fs::rename(&old, new).map_err(|why| file_error(&old, why))?;
        }
    }
    files::replace(copy, db).map_err(failed)?;
    Ok(kept)
}

/// Gives the database a second name, which nothing had: the time, and a number where there was such a time already.
fn set_aside(db: &Path) -> Result<PathBuf, BackupError> {
    let now = Timestamp::now().to_zoned(TimeZone::UTC);
    let time = now.strftime(".before-restore-%Y%m%dT%H%M%SZ").to_string();
    let mut number = 1;
    loop {
        let suffix = match number {
            1 => time.clone(),
            _ => format!("{time}-{number}"),
        };
        let kept = files::with_suffix(db, &suffix);
        match std::fs::hard_link(db, &kept) {
            Ok(()) => return Ok(kept),
            Err(why) if files::is_taken(&why) => number += 1,
            Err(why) => return Err(file_error(&kept, why)),
        }
    }
}

/// Every connection of SQLite's to a database with a log holds a lock on it.
fn refuse_in_use(db: &Path) -> Result<(), BackupError> {
    let mut writable = OpenOptions::new();
    let writable = writable.read(true).write(true);
    let file = files::regular(writable, OFlags::empty(), db);
    let file = file.map_err(|why| file_error(db, why))?;
    match fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(()),
        Err(Errno::AGAIN | Errno::ACCESS) => Err(BackupError::InUse(db.to_owned())),
        Err(why) => Err(file_error(db, why.into())),
    }
}

/// Writes the log back, so that what is kept is one file. A damaged database keeps its log beside it.
async fn fold_log(db: &Path) -> Result<(), BackupError> {
    if !has_header(db).map_err(|why| file_error(db, why))? {
        return Ok(());
    }
    let options = SqliteConnectOptions::new().filename(db);
    let options = options.journal_mode(SqliteJournalMode::Delete);
    match options.connect().await {
        Ok(connection) => Ok(connection.close().await?),
        Err(why) if is_busy(&why) => Err(BackupError::InUse(db.to_owned())),
        Err(why) => {
            tracing::warn!(%why, db = %db.display(), "the database that is replaced cannot be opened");
            Ok(())
        }
    }
}

/// Whether it begins as a database does. Of anything else SQLite may delete the log.
fn has_header(path: &Path) -> std::io::Result<bool> {
    const HEADER: &[u8] = b"SQLite format 3\0";
    let mut begins = Vec::with_capacity(HEADER.len());
    let file = files::open_regular(path)?;
    file.take(16).read_to_end(&mut begins)?;
    Ok(begins == HEADER)
}

fn owned_like(copy: &NamedTempFile, db: &Path, like: Option<Metadata>) -> Result<(), BackupError> {
    let Some(like) = like else { return Ok(()) };
    files::own_like(copy.as_file(), &like).map_err(|why| file_error(db, why))
}

fn file_error(path: &Path, why: std::io::Error) -> BackupError {
    BackupError::File {
        path: path.to_owned(),
        why,
    }
}
