//! The index: what is asked of the journal, ready to be read. It can always be made anew from the journal, so anything
//! doubtful about it ends in a rebuild, never in a guess.
//!
//! Hides sled: its panics become [`IndexFault`]s, its files are synced here, and when it can't be used at all (a full
//! disk, say) an index in memory takes its place for the rest of the run.
//!
//! Invariant: rows and [`Meta`] (which record they stand at, counts, a digest over all rows) change in one atomic batch.

pub(super) mod apply;
pub(super) mod rows;

use std::collections::BTreeMap;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::journal::{Anchor, Hash, Tip, len_u64, sha256, sync_dir};
use rows::META;

/// Version of the rows; an older one is rebuilt, a newer one refused.
pub(super) const INDEX_VERSION: u16 = 1;

/// Bytes that sled may cache. Its default is 1 GiB.
const CACHE_BYTES: u64 = 4 << 20;

/// The index can't be trusted or used; rebuilding is the answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct IndexFault(pub String);

/// A row's key and value.
pub(super) type Row = (Vec<u8>, Vec<u8>);
/// Rows to be written; `None`: removed.
pub(super) type Writes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// Reads rows by their key.
pub(super) trait View {
    /// One row.
    fn row(&self, key: &[u8]) -> Result<Option<Vec<u8>>, IndexFault>;
    /// The rows whose keys begin so, in order of their keys.
    fn rows(&self, prefix: &[u8]) -> Result<Vec<Row>, IndexFault>;
}

/// How many of each there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Keys in the inventory.
    pub keys: u64,
    /// Enrolments made here.
    pub enrolments: u64,
    /// Intents without an end.
    pub unfinished: u64,
    /// Outbox entries on their way.
    pub queued: u64,
    /// Outbox entries that the registry refused.
    pub conflicts: u64,
}

/// Where the rows stand. Written with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Meta {
    version: u16,
    sequence: u64,
    hash: Hash,
    segment: u32,
    offset: u64,
    pub counts: Counts,
    /// The sum of all rows' hashes: rows that were lost or brought back show in it.
    digest: u128,
}

impl Default for Meta {
    fn default() -> Self {
        Self {
            version: INDEX_VERSION,
            sequence: 0,
            hash: Hash::default(),
            segment: 0,
            offset: 0,
            counts: Counts::default(),
            digest: 0,
        }
    }
}

impl Meta {
    /// The record at which the rows stand; `None`: before the first.
    pub fn anchor(&self) -> Option<Anchor> {
        (self.sequence > 0).then_some(Anchor {
            segment: self.segment,
            offset: self.offset,
            tip: Tip {
                sequence: self.sequence,
                hash: self.hash,
            },
        })
    }
}

/// The index, open.
pub(super) struct Index {
    rows: Rows,
    meta: Meta,
}

enum Rows {
    Sled { db: sled::Db, dir: PathBuf },
    Memory(BTreeMap<Vec<u8>, Vec<u8>>),
}

/// What opening the files of an index came to.
pub(super) enum Opened {
    Good(Index),
    /// Written by a newer release.
    Newer(u16),
}

impl Index {
    /// Opens the index in `dir`, or begins an empty one. With `whole`, every row is checked against the digest.
    pub fn open(dir: &Path, whole: bool) -> Result<Opened, IndexFault> {
        remove_leftovers(dir)?;
        let db = guarded("open the index", || {
            sled::Config::new()
                .path(dir)
                .cache_capacity(CACHE_BYTES)
                .flush_every_ms(None)
                .open()
        })?;
        let rows = Rows::Sled {
            db,
            dir: dir.to_owned(),
        };
        let Some(bytes) = rows.row(META)? else {
            return if rows.is_empty()? {
                Ok(Opened::Good(Self {
                    rows,
                    meta: Meta::default(),
                }))
            } else {
                Err(IndexFault(
                    "the index does not say where it stands".to_owned(),
                ))
            };
        };
        #[derive(Deserialize)]
        struct Versioned {
            version: u16,
        }
        let unreadable =
            |e: serde_json::Error| IndexFault(format!("the index's state can't be read: {e}"));
        let Versioned { version } = serde_json::from_slice(&bytes).map_err(unreadable)?;
        if version > INDEX_VERSION {
            return Ok(Opened::Newer(version));
        }
        if version < INDEX_VERSION {
            return Err(IndexFault(format!(
                "the index has the older form {version}"
            )));
        }
        let meta: Meta = serde_json::from_slice(&bytes).map_err(unreadable)?;
        let index = Self { rows, meta };
        if whole {
            index.check_digest()?;
        }
        Ok(Opened::Good(index))
    }

    /// An empty index that lives as long as the process.
    pub fn in_memory() -> Self {
        Self {
            rows: Rows::Memory(BTreeMap::new()),
            meta: Meta::default(),
        }
    }

    /// Whether [`Self::in_memory`].
    pub fn is_in_memory(&self) -> bool {
        matches!(self.rows, Rows::Memory(_))
    }

    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// Writes rows and where they stand from now on, all or nothing.
    pub fn write(&mut self, writes: Writes, counts: Counts, at: Anchor) -> Result<(), IndexFault> {
        let mut digest = self.meta.digest;
        for (key, new) in &writes {
            if let Some(old) = self.rows.row(key)? {
                digest = digest.wrapping_sub(row_hash(key, &old));
            }
            if let Some(new) = new {
                digest = digest.wrapping_add(row_hash(key, new));
            }
        }
        let meta = Meta {
            version: INDEX_VERSION,
            sequence: at.tip.sequence,
            hash: at.tip.hash,
            segment: at.segment,
            offset: at.offset,
            counts,
            digest,
        };
        let state = serde_json::to_vec(&meta).map_err(|e| IndexFault(e.to_string()))?;
        self.rows.apply(writes, state)?;
        self.meta = meta;
        Ok(())
    }

    /// Brings everything to the disk. Until then a power cut may take the index back, which costs a replay and no data.
    pub fn flush(&self) -> Result<(), IndexFault> {
        let Rows::Sled { db, dir } = &self.rows else {
            return Ok(());
        };
        guarded("flush the index", || db.flush())?;
        // sled's own flush uses sync_file_range, which leaves the disk's cache alone.
        sync_files(dir).map_err(|e| IndexFault(format!("could not sync {}: {e}", dir.display())))
    }

    /// Whether the rows are the ones that were written.
    pub fn check_digest(&self) -> Result<(), IndexFault> {
        let mut digest = 0_u128;
        self.rows.each(&mut |key, value| {
            if key != META {
                digest = digest.wrapping_add(row_hash(key, value));
            }
        })?;
        if digest == self.meta.digest {
            Ok(())
        } else {
            Err(IndexFault(
                "the index's rows are not the ones that were written".to_owned(),
            ))
        }
    }

    /// At most `limit` rows whose keys begin so, the last first.
    pub fn last_rows(&self, prefix: &[u8], limit: usize) -> Result<Vec<Row>, IndexFault> {
        match &self.rows {
            Rows::Sled { db, .. } => guarded("read the index", || {
                db.scan_prefix(prefix)
                    .rev()
                    .take(limit)
                    .map(|row| row.map(owned))
                    .collect()
            }),
            Rows::Memory(rows) => {
                let mut found = prefixed(rows, prefix);
                found.reverse();
                found.truncate(limit);
                Ok(found)
            }
        }
    }
}

impl View for Index {
    fn row(&self, key: &[u8]) -> Result<Option<Vec<u8>>, IndexFault> {
        self.rows.row(key)
    }

    fn rows(&self, prefix: &[u8]) -> Result<Vec<Row>, IndexFault> {
        match &self.rows {
            Rows::Sled { db, .. } => guarded("read the index", || {
                db.scan_prefix(prefix).map(|row| row.map(owned)).collect()
            }),
            Rows::Memory(rows) => Ok(prefixed(rows, prefix)),
        }
    }
}

impl Rows {
    fn row(&self, key: &[u8]) -> Result<Option<Vec<u8>>, IndexFault> {
        match self {
            Self::Sled { db, .. } => guarded("read the index", || {
                Ok(db.get(key)?.map(|value| value.to_vec()))
            }),
            Self::Memory(rows) => Ok(rows.get(key).cloned()),
        }
    }

    fn is_empty(&self) -> Result<bool, IndexFault> {
        match self {
            Self::Sled { db, .. } => guarded("read the index", || {
                Ok(db.iter().next().transpose()?.is_none())
            }),
            Self::Memory(rows) => Ok(rows.is_empty()),
        }
    }

    fn each(&self, visit: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), IndexFault> {
        match self {
            Self::Sled { db, .. } => guarded("read the index", || {
                for row in db.iter() {
                    let (key, value) = row?;
                    visit(&key, &value);
                }
                Ok(())
            }),
            Self::Memory(rows) => {
                rows.iter().for_each(|(key, value)| visit(key, value));
                Ok(())
            }
        }
    }

    fn apply(&mut self, writes: Writes, state: Vec<u8>) -> Result<(), IndexFault> {
        match self {
            Self::Sled { db, .. } => {
                let mut batch = sled::Batch::default();
                for (key, value) in writes {
                    match value {
                        Some(value) => batch.insert(key, value),
                        None => batch.remove(key),
                    }
                }
                batch.insert(META, state);
                guarded("write to the index", || db.apply_batch(batch))
            }
            Self::Memory(rows) => {
                for (key, value) in writes {
                    match value {
                        Some(value) => rows.insert(key, value),
                        None => rows.remove(&key),
                    };
                }
                Ok(())
            }
        }
    }
}

/// Moves the index out of the way, in place of one that was set aside before.
pub(super) fn set_aside(dir: &Path) -> Result<(), StoreError> {
    let aside = dir.with_extension("aside");
    if aside.exists() {
        std::fs::remove_dir_all(&aside).map_err(StoreError::io("remove", &aside))?;
    }
    if dir.exists() {
        std::fs::rename(dir, &aside).map_err(StoreError::io("set aside", dir))?;
    }
    dir.parent().map_or(Ok(()), sync_dir)
}

/// A snapshot that sled was killed while writing makes every later open fail.
fn remove_leftovers(dir: &Path) -> Result<(), IndexFault> {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return Ok(());
    };
    for path in entries.flatten().map(|entry| entry.path()) {
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
            match File::open(entry.path()) {
                Ok(file) => file.sync_all()?,
                // sled replaces its snapshots in the background.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
    }
    File::open(dir)?.sync_all()
}

/// Runs sled, which panics on some damage that it did not expect.
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

fn prefixed(rows: &BTreeMap<Vec<u8>, Vec<u8>>, prefix: &[u8]) -> Vec<Row> {
    rows.range(prefix.to_vec()..)
        .take_while(|(key, _)| key.starts_with(prefix))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// A row's part in the digest. The digest is their sum modulo 2^128, so it does not depend on the order of writing.
fn row_hash(key: &[u8], value: &[u8]) -> u128 {
    let mut row = Vec::with_capacity(8 + key.len() + value.len());
    row.extend_from_slice(&len_u64(key.len()).to_be_bytes());
    row.extend_from_slice(key);
    row.extend_from_slice(value);
    sha256(&row)
        .0
        .first_chunk::<16>()
        .map_or(0, |bytes| u128::from_be_bytes(*bytes))
}
