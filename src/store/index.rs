//! The index: what is asked of the journal, ready to be read. It can always be made anew from the journal, so anything
//! doubtful about it ends in a rebuild, never in a guess.
//!
//! Hides where the rows are: in files, or where those can't be used at all (a full disk, say) in memory for the rest of
//! the run.
//!
//! Invariant: rows and [`Meta`] (which record they stand at, counts, a digest over all rows) change in one atomic batch.

pub(super) mod apply;
pub(super) mod care;
pub(super) mod files;
pub(super) mod history;
pub(super) mod rows;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::journal::{Anchor, Hash, Tip, len_u64, sha256, sync_dir};
use files::Files;
use rows::META;

/// Version of the rows; an older one is rebuilt, a newer one refused.
pub(super) const INDEX_VERSION: u16 = 6;

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
    Files(Files),
    Memory(BTreeMap<Vec<u8>, Vec<u8>>),
}

/// Why the files of an index were not opened.
#[derive(Debug)]
pub(super) enum NotOpened {
    /// Written by a newer release, with this version.
    Newer(u16),
    Fault(IndexFault),
}

/// The refusal of an index of a newer release.
pub(super) fn newer(path: PathBuf, version: u16) -> StoreError {
    StoreError::Newer {
        what: "the index",
        path,
        version: version.into(),
        known: INDEX_VERSION.into(),
    }
}

impl From<IndexFault> for NotOpened {
    fn from(fault: IndexFault) -> Self {
        Self::Fault(fault)
    }
}

impl Index {
    /// Opens the index in `dir`, or begins an empty one. With `whole`, every row is checked against the digest.
    pub fn open(dir: &Path, whole: bool) -> Result<Self, NotOpened> {
        let files = Files::open(dir)?;
        let Some(bytes) = files.row(META)? else {
            return if files.last_rows(&[], 1)?.is_empty() {
                Ok(Self::over(Rows::Files(files)))
            } else {
                Err(IndexFault("the index does not say where it stands".to_owned()).into())
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
            return Err(NotOpened::Newer(version));
        }
        if version < INDEX_VERSION {
            return Err(IndexFault(format!("the index has the older form {version}")).into());
        }
        let meta = serde_json::from_slice(&bytes).map_err(unreadable)?;
        let index = Self {
            rows: Rows::Files(files),
            meta,
        };
        if whole {
            index.check_digest()?;
        }
        Ok(index)
    }

    /// An empty index that lives as long as the process.
    pub fn in_memory() -> Self {
        Self::over(Rows::Memory(BTreeMap::new()))
    }

    fn over(rows: Rows) -> Self {
        Self {
            rows,
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
    pub fn write(
        &mut self,
        mut writes: Writes,
        counts: Counts,
        at: Anchor,
    ) -> Result<(), IndexFault> {
        let mut digest = self.meta.digest;
        for (key, new) in &writes {
            if let Some(old) = self.row(key)? {
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
        match &mut self.rows {
            Rows::Files(files) => {
                writes.insert(META.to_vec(), Some(state));
                files.apply(writes)?;
            }
            Rows::Memory(rows) => {
                for (key, value) in writes {
                    match value {
                        Some(value) => rows.insert(key, value),
                        None => rows.remove(&key),
                    };
                }
            }
        }
        self.meta = meta;
        Ok(())
    }

    /// Brings everything to the disk. Until then a power cut may take the index back, which costs a replay and no data.
    pub fn flush(&self) -> Result<(), IndexFault> {
        match &self.rows {
            Rows::Files(files) => files.flush(),
            Rows::Memory(_) => Ok(()),
        }
    }

    /// At most `limit` rows whose keys begin so, the last first.
    pub fn last_rows(&self, prefix: &[u8], limit: usize) -> Result<Vec<Row>, IndexFault> {
        match &self.rows {
            Rows::Files(files) => files.last_rows(prefix, limit),
            Rows::Memory(rows) => {
                let mut found = prefixed(rows, prefix);
                found.reverse();
                found.truncate(limit);
                Ok(found)
            }
        }
    }

    /// Whether the rows are the ones that were written.
    fn check_digest(&self) -> Result<(), IndexFault> {
        let mut digest = 0_u128;
        if let Rows::Files(files) = &self.rows {
            files.each(&mut |key, value| {
                if key != META {
                    digest = digest.wrapping_add(row_hash(key, value));
                }
            })?;
        }
        if digest == self.meta.digest {
            Ok(())
        } else {
            Err(IndexFault(
                "the index's rows are not the ones that were written".to_owned(),
            ))
        }
    }
}

impl View for Index {
    fn row(&self, key: &[u8]) -> Result<Option<Vec<u8>>, IndexFault> {
        match &self.rows {
            Rows::Files(files) => files.row(key),
            Rows::Memory(rows) => Ok(rows.get(key).cloned()),
        }
    }

    fn rows(&self, prefix: &[u8]) -> Result<Vec<Row>, IndexFault> {
        match &self.rows {
            Rows::Files(files) => files.rows(prefix),
            Rows::Memory(rows) => Ok(prefixed(rows, prefix)),
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

pub(super) fn prefixed(rows: &BTreeMap<Vec<u8>, Vec<u8>>, prefix: &[u8]) -> Vec<Row> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn anchor(sequence: u64) -> Anchor {
        Anchor {
            segment: 1,
            offset: 96 + sequence,
            tip: Tip {
                sequence,
                hash: sha256(&sequence.to_be_bytes()),
            },
        }
    }

    fn writes(rows: &[(&str, Option<&str>)]) -> Writes {
        let bytes = |text: &str| text.as_bytes().to_vec();
        rows.iter()
            .map(|(key, value)| (bytes(key), value.map(bytes)))
            .collect()
    }

    fn good(dir: &Path, whole: bool) -> Index {
        Index::open(dir, whole).expect("opens")
    }

    fn fault(dir: &Path, whole: bool) -> bool {
        matches!(Index::open(dir, whole), Err(NotOpened::Fault(_)))
    }

    /// Changes a row behind the index's back.
    fn tamper(dir: &Path, key: &[u8], value: Option<&[u8]>) {
        let files = Files::open(dir).expect("opens");
        files
            .apply(BTreeMap::from([(key.to_vec(), value.map(<[u8]>::to_vec))]))
            .expect("writes");
        files.flush().expect("flushes");
    }

    #[test]
    fn files_and_memory_hold_the_same_rows_after_the_same_writes() {
        let dir = tempfile::tempdir().expect("a directory");
        let (mut files, mut memory) = (good(dir.path(), true), Index::in_memory());
        for (sequence, rows) in [
            (
                1,
                vec![("a1", Some("x")), ("a2", Some("y")), ("b", Some("z"))],
            ),
            (2, vec![("a1", None), ("a3", Some("w")), ("b", Some("zz"))]),
        ] {
            for index in [&mut files, &mut memory] {
                index
                    .write(writes(&rows), Counts::default(), anchor(sequence))
                    .expect("writes");
            }
        }
        assert_eq!(files.meta(), memory.meta());
        for index in [&files, &memory] {
            let keys = |rows: Vec<Row>| rows.into_iter().map(|(key, _)| key).collect::<Vec<_>>();
            assert_eq!(keys(index.rows(b"a").expect("reads")), [b"a2", b"a3"]);
            assert_eq!(keys(index.last_rows(b"a", 1).expect("reads")), [b"a3"]);
            assert_eq!(index.row(b"b").expect("reads"), Some(b"zz".to_vec()));
            assert_eq!(index.row(b"a1").expect("reads"), None);
        }
        drop(files);
        assert_eq!(good(dir.path(), true).meta().anchor(), Some(anchor(2)));
    }

    #[test]
    fn rows_that_were_changed_lost_or_added_show_in_the_digest() {
        for (key, value) in [
            (b"a", Some(&b"changed"[..])),
            (b"a", None),
            (b"c", Some(b"added")),
        ] {
            let dir = tempfile::tempdir().expect("a directory");
            let mut index = good(dir.path(), true);
            index
                .write(
                    writes(&[("a", Some("x")), ("b", Some("y"))]),
                    Counts::default(),
                    anchor(1),
                )
                .expect("writes");
            drop(index);
            drop(good(dir.path(), true));
            tamper(dir.path(), key, value);
            assert!(fault(dir.path(), true), "{key:?}");
        }
    }

    #[test]
    fn an_older_form_is_to_be_rebuilt_and_a_newer_one_is_refused() {
        let dir = tempfile::tempdir().expect("a directory");
        let version = |version: u16| format!(r#"{{"version":{version},"whatever":"comes"}}"#);
        let (older, newer) = (INDEX_VERSION - 1, INDEX_VERSION + 1);
        tamper(dir.path(), META, Some(version(older).as_bytes()));
        assert!(fault(dir.path(), false));
        tamper(dir.path(), META, Some(version(newer).as_bytes()));
        assert!(matches!(
            Index::open(dir.path(), false),
            Err(NotOpened::Newer(found)) if found == newer
        ));
        tamper(dir.path(), META, Some(b"rubbish"));
        assert!(fault(dir.path(), false));
        tamper(dir.path(), META, None);
        tamper(dir.path(), b"row", Some(b"without a state"));
        assert!(fault(dir.path(), false));
    }
}
