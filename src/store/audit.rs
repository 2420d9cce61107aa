//! The audit chain, read beside a running station: verified whole, or handed out record by record.
//!
//! Takes no lock and writes nothing there. What a running station is just writing counts as not there yet; what head file and index
//! have seen must be there, as when the store is opened.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;

use super::error::{Damage, StoreError};
use super::journal::{Hash, Reader, Tip};
use super::{journal_dir, replay, witness};
use crate::record::Record;
use crate::wire::JournalHead;

/// A chain that verifies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Audit {
    pub records: u64,
    /// Its head, to be compared with what the registry has seen.
    pub head: JournalHead,
    /// Files that it fills.
    pub segments: u32,
    /// The time of the first record.
    pub from: Option<Timestamp>,
    /// The time of the last record.
    pub to: Option<Timestamp>,
    /// Bytes after the last record: a write in progress, or one that was cut off and was never acknowledged.
    pub torn_bytes: u64,
}

/// A record with its place in the chain, as it is exported: one JSON line each.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// Counts from 1.
    pub sequence: u64,
    /// SHA-256 of the record's bytes in the journal.
    pub hash: Hash,
    /// The hash of the record before; all zero before the first.
    pub before: Hash,
    pub record: Record,
}

/// Verifies the whole chain of the station in `dir`: every hash, every link, every record's form, and that each record of which
/// somebody knows that it was acknowledged is in it.
///
/// # Errors
/// [`StoreError::Damaged`] with file, offset and what is wrong; [`StoreError::LostTail`]; [`StoreError::Newer`]; [`StoreError::Io`].
pub fn verify(dir: &Path) -> Result<Audit, StoreError> {
    let witnesses = witness::all(dir)?;
    let journal = journal_dir(dir);
    if !journal.is_dir() || matches!(Reader::first(&journal), Ok(None)) {
        witness::nothing(&witnesses, &journal)?;
    }
    let mut entries = records(dir)?;
    let mut audit = Audit {
        records: 0,
        head: JournalHead {
            sequence: 0,
            hash: Hash::default().0.to_vec().into(),
            continues: None,
        },
        segments: 0,
        from: None,
        to: None,
        torn_bytes: 0,
    };
    while let Some(entry) = entries.read()? {
        let found = Tip {
            sequence: entry.sequence,
            hash: entry.hash,
        };
        let place = (entries.reader.path(), entries.begins_at);
        witness::saw(&witnesses, found, place)?;
        audit.records += 1;
        audit.head = JournalHead {
            sequence: entry.sequence,
            hash: entry.hash.0.to_vec().into(),
            continues: None,
        };
        audit.from = audit.from.or(Some(entry.record.at));
        audit.to = Some(entry.record.at);
    }
    witness::ended(&witnesses, &entries.reader)?;
    let end = entries.reader.position();
    audit.segments = end.segment;
    audit.torn_bytes = entries.reader.torn().map_or(0, |torn| torn.bytes);
    Ok(audit)
}

/// The records of the station in `dir`, in order. Ends after the first error.
pub fn records(dir: &Path) -> Result<Entries, StoreError> {
    let journal = journal_dir(dir);
    let reader = match Reader::first(&journal) {
        Ok(Some(reader)) => reader,
        Ok(None) => return Err(Damage::new(&journal, 0, "there is no journal here").into()),
        Err(error) => return Err(error),
    };
    Ok(Entries {
        reader,
        begins_at: 0,
        failed: false,
    })
}

/// See [`records`].
pub struct Entries {
    reader: Reader,
    /// Where in the segment the last record begins.
    begins_at: u64,
    failed: bool,
}

impl Entries {
    /// The file that is being read.
    pub fn file(&self) -> PathBuf {
        self.reader.path().to_owned()
    }

    fn read(&mut self) -> Result<Option<Entry>, StoreError> {
        let Some(raw) = self.reader.next()? else {
            return Ok(None);
        };
        let record = replay::parse(&raw, self.reader.path())?;
        self.begins_at = raw.offset;
        Ok(Some(Entry {
            sequence: raw.tip.sequence,
            hash: raw.tip.hash,
            before: raw.before,
            record,
        }))
    }
}

impl Iterator for Entries {
    type Item = Result<Entry, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let entry = self.read().transpose();
        self.failed = matches!(entry, Some(Err(_)));
        entry
    }
}
