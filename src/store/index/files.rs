//! Rows in files, through sled, with its habits fenced in: it panics on some damage and when its files fail under it, also while
//! it is dropped; it leaves files behind that keep it from opening; its flush does not reach the disk.
//!
//! Invariant: nothing that sled does gets out of here but a value or an [`IndexFault`].

use std::fs::File;
use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};

use super::{IndexFault, Row, Writes};
use crate::files::open_regular;

/// Bytes that sled may cache. Its default is 1 GiB.
const CACHE_BYTES: u64 = 4 << 20;
const LOCK_WAIT: Duration = Duration::from_millis(10);
const LOCK_TRIES: u32 = 100;

/// One sled tree and the directory it lives in.
pub(in crate::store) struct Files {
    /// Taken only when dropped.
    db: Option<sled::Db>,
    dir: PathBuf,
    /// Something has failed: what sled has in memory is no longer to be trusted, not even with its own end.
    failed: AtomicBool,
}

impl Files {
    /// Opens the rows in `dir`, or begins with none.
    pub fn open(dir: &Path) -> Result<Self, IndexFault> {
        remove_leftovers(dir)?;
        await_lock(&dir.join("db"));
        let db = guarded("open the index", || {
            sled::Config::new()
                .path(dir)
                .cache_capacity(CACHE_BYTES)
                .flush_every_ms(None)
                .open()
        })?;
        Ok(Self {
            db: Some(db),
            dir: dir.to_owned(),
            failed: AtomicBool::new(false),
        })
    }

    pub fn row(&self, key: &[u8]) -> Result<Option<Vec<u8>>, IndexFault> {
        self.with("read the index", |db| {
            Ok(db.get(key)?.map(|value| value.to_vec()))
        })
    }

    /// The rows whose keys begin so, in order.
    pub fn rows(&self, prefix: &[u8]) -> Result<Vec<Row>, IndexFault> {
        self.with("read the index", |db| {
            db.scan_prefix(prefix).map(|row| row.map(owned)).collect()
        })
    }

    /// At most `limit` rows whose keys begin so, the last first.
    pub fn last_rows(&self, prefix: &[u8], limit: usize) -> Result<Vec<Row>, IndexFault> {
        self.with("read the index", |db| {
            db.scan_prefix(prefix)
                .rev()
                .take(limit)
                .map(|row| row.map(owned))
                .collect()
        })
    }

    pub fn each(&self, visit: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), IndexFault> {
        self.with("read the index", |db| {
            for row in db.iter() {
                let (key, value) = row?;
                visit(&key, &value);
            }
            Ok(())
        })
    }

    /// All of it or nothing, also after a kill.
    pub fn apply(&self, writes: Writes) -> Result<(), IndexFault> {
        let mut batch = sled::Batch::default();
        for (key, value) in writes {
            match value {
                Some(value) => batch.insert(key, value),
                None => batch.remove(key),
            }
        }
        self.with("write to the index", |db| db.apply_batch(batch))
    }

    /// Brings everything to the disk.
    pub fn flush(&self) -> Result<(), IndexFault> {
        self.with("flush the index", |db| db.flush())?;
        // sled's own flush uses sync_file_range, which leaves the disk's cache alone.
        sync_files(&self.dir).map_err(|error| {
            self.failed.store(true, Ordering::Relaxed);
            IndexFault(format!("could not sync {}: {error}", self.dir.display()))
        })
    }

    fn with<T>(
        &self,
        doing: &str,
        run: impl FnOnce(&sled::Db) -> sled::Result<T>,
    ) -> Result<T, IndexFault> {
        let Some(db) = &self.db else {
            return Err(IndexFault(format!("could not {doing}: it is closed")));
        };
        guarded(doing, || run(db)).inspect_err(|_| self.failed.store(true, Ordering::Relaxed))
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let Some(db) = self.db.take() else { return };
        if self.failed.load(Ordering::Relaxed) {
            // Its end would write once more, and panic where that fails. What it holds is freed when the process ends.
            std::mem::forget(db);
        } else if let Err(fault) = guarded("close the index", || {
            drop(db);
            Ok(())
        }) {
            tracing::warn!(why = %fault, "the index will be checked or made anew");
        }
    }
}

/// sled gives up at once when its file is locked. The store's own lock is held, so whoever has this one is letting go: a child
/// process that is just being started and still has a copy of every descriptor.
fn await_lock(path: &Path) {
    let Ok(file) = open_regular(path) else {
        return;
    };
    for _ in 0..LOCK_TRIES {
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Err(rustix::io::Errno::WOULDBLOCK) => std::thread::sleep(LOCK_WAIT),
            // Closing the file lets go of it again. Any other failure is sled's to report.
            Ok(()) | Err(_) => return,
        }
    }
}

/// A snapshot that sled was killed while writing makes every later open fail, and so does what is no file, once somebody writes to it.
fn remove_leftovers(dir: &Path) -> Result<(), IndexFault> {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return Ok(());
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let of_sled = |kind: std::fs::FileType| kind.is_file() || kind.is_dir();
        if !entry.file_type().is_ok_and(of_sled) {
            return Err(IndexFault(format!("{} is no file", path.display())));
        }
        if path.extension().is_some_and(|ext| ext == "generating") {
            std::fs::remove_file(&path)
                .map_err(|e| IndexFault(format!("could not remove {}: {e}", path.display())))?;
        }
    }
    Ok(())
}

fn sync_files(dir: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            match open_regular(&entry.path()) {
                Ok(file) => file.sync_all()?,
                // sled replaces its snapshots in the background.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
    }
    File::open(dir)?.sync_all()
}

fn guarded<T>(doing: &str, run: impl FnOnce() -> sled::Result<T>) -> Result<T, IndexFault> {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(IndexFault(format!("could not {doing}: {error}"))),
        Err(panic) => {
            let said = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("no message");
            Err(IndexFault(format!(
                "could not {doing}: it panicked: {said}"
            )))
        }
    }
}

fn owned((key, value): (sled::IVec, sled::IVec)) -> Row {
    (key.to_vec(), value.to_vec())
}
