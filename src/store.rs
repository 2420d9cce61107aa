//! The station's memory: what happened, on disk before it is acknowledged, and everything that is asked of it.
//!
//! Hides two things that look like one. The *journal* (`DIR/journal`) is the truth: an append-only chain of records, each
//! bound to the one before by its hash, synced before [`Store::commit`] returns. The *index* (`DIR/index`) holds what is
//! asked; it stands at a record of the journal, is rolled forward from there when the store is opened, and is made anew
//! whenever it is in doubt.
//!
//! Invariants:
//! - a change that was acknowledged is never lost, and one that can't follow on what is recorded is never written;
//! - what happened, its outbox entry and its audit entry are one record;
//! - damage to the journal is named with file and offset and refused; nothing repairs it by forgetting;
//! - a journal that is shorter than what was acknowledged is refused.
//!
//! All calls block, for about a millisecond; opening may take longer after a power cut.

pub mod audit;
mod batches;
mod cares;
mod error;
mod illegal;
mod index;
mod journal;
mod lock;
mod open;
pub mod private;
mod read;
mod replay;
mod room;
pub mod stock;
mod witness;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

pub use error::{Damage, StoreError};
pub use illegal::Illegal;
pub use index::Counts;
pub use journal::Hash;
pub use read::{SessionRecord, StationFacts, TicketFor};
pub use room::Room;

use crate::domain::Bytes;
use crate::record::Record;
use crate::wire::{JournalHead, JournalRecord};
use index::apply::{NotApplied, Pending};
use index::{Index, IndexFault, Writes};
use journal::{Anchor, Journal, Reader};
use lock::Lock;
use room::Reserve;

/// The memory of one station, open in this process alone.
pub struct Store {
    dir: PathBuf,
    inner: Mutex<Inner>,
}

/// How a store behaves; the default is what a station uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// A segment of the journal is not made longer than this, in bytes.
    pub segment_bytes: u64,
    /// The index is brought to disk after so many records.
    pub flush_every: u64,
    /// Room kept for ending what was begun, in bytes.
    pub reserve_bytes: u64,
    /// Room that must be free before something is begun, in bytes.
    pub room_bytes: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            segment_bytes: 16 << 20,
            flush_every: 256,
            reserve_bytes: 4 << 20,
            room_bytes: 8 << 20,
        }
    }
}

/// A record that is on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// Its number; the first is 1.
    pub sequence: u64,
    /// SHA-256 of it.
    pub hash: Hash,
}

struct Inner {
    journal: Journal,
    index: Index,
    /// The index has missed something and must be made anew before it is read.
    stale: bool,
    /// The record at which the index was last brought to disk.
    flushed: Anchor,
    reserve: Reserve,
    settings: Settings,
    dir: PathBuf,
    lock: Lock,
}

impl Store {
    /// Opens the memory in `dir`; begins an empty one where there is none. A write that was cut off by a kill or a power
    /// cut is taken back: it was never acknowledged.
    ///
    /// # Errors
    /// [`StoreError::InUse`] while another process has it open, [`StoreError::Damaged`] and [`StoreError::LostTail`]
    /// when the journal does not hold what was acknowledged, [`StoreError::Newer`], [`StoreError::Io`].
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        Self::open_with(dir, Settings::default())
    }

    /// [`Self::open`] with other settings.
    ///
    /// # Errors
    /// The same.
    pub fn open_with(dir: &Path, settings: Settings) -> Result<Self, StoreError> {
        let inner = open::open(dir, settings)?;
        Ok(Self {
            dir: dir.to_owned(),
            inner: Mutex::new(inner),
        })
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Records a change. When it returns, the change is on disk and everything that is read takes account of it.
    ///
    /// # Errors
    /// Nothing is recorded: [`StoreError::Illegal`], [`StoreError::Full`] (only for what begins something; the rest has a
    /// reserve), [`StoreError::TooLong`], [`StoreError::Io`]. Not known until a restart: [`StoreError::Poisoned`].
    pub fn commit(&self, record: &Record) -> Result<Committed, StoreError> {
        self.locked().commit(record)
    }

    /// The last record, for the registry.
    pub fn head(&self) -> JournalHead {
        let tip = self.locked().journal.end().tip;
        JournalHead {
            sequence: tip.sequence,
            hash: tip.hash.0.to_vec().into(),
            continues: None,
        }
    }

    /// A record as it stands in the journal, for the registry; one that the journal does not have has no hash.
    ///
    /// # Errors
    /// The journal's, where it can't be read.
    pub fn record(&self, sequence: u64) -> Result<JournalRecord, StoreError> {
        let last = self.locked().journal.end().tip.sequence;
        let mut found = JournalRecord {
            sequence,
            hash: Bytes::default(),
        };
        if !(1..=last).contains(&sequence) {
            return Ok(found);
        }
        let mut reader = Reader::before(&journal_dir(&self.dir), sequence)?.until(sequence);
        while let Some(record) = reader.next()? {
            if record.tip.sequence == sequence {
                found.hash = record.tip.hash.0.to_vec().into();
            }
        }
        Ok(found)
    }

    /// How much room there is.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn room(&self) -> Result<Room, StoreError> {
        self.locked().room()
    }

    /// Whether something could be begun now, asked before people are troubled with it; recording it asks again.
    ///
    /// # Errors
    /// [`StoreError::Full`], [`StoreError::Io`].
    pub fn check_room(&self) -> Result<(), StoreError> {
        self.locked().check_room().map(drop)
    }

    /// Reads from the index; one that fails is made anew and asked once more.
    fn read<T>(&self, ask: impl Fn(&Index) -> Result<T, IndexFault>) -> Result<T, StoreError> {
        let mut inner = self.locked();
        inner.sound_index()?;
        match ask(&inner.index) {
            Ok(answer) => Ok(answer),
            Err(fault) => {
                inner.doubt(&fault)?;
                ask(&inner.index).map_err(|fault| inner.index_error(&fault))
            }
        }
    }

    fn locked(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(|poisoned| {
            // Something panicked between the journal and the index. The journal is the truth.
            self.inner.clear_poison();
            let mut inner = poisoned.into_inner();
            inner.stale = true;
            inner
        })
    }
}

impl Drop for Store {
    /// Brings the index to disk and notes that everything is; without it the next opening merely takes longer.
    fn drop(&mut self) {
        if let Err(error) = self.locked().close() {
            tracing::warn!(%error, "the next opening will check the index");
        }
    }
}

impl Inner {
    fn commit(&mut self, record: &Record) -> Result<Committed, StoreError> {
        self.journal.check_usable()?;
        let payload = serde_json::to_vec(record).map_err(|error| {
            StoreError::io("write a record to", &self.dir)(std::io::Error::from(error))
        })?;
        let (writes, counts) = self.plan(record)?;
        self.append(&payload, record.change.nature().may_use_reserve())?;
        let end = self.journal.end();
        if let Err(fault) = self.index.write(writes, counts, end) {
            // The record is on disk, so it is acknowledged whatever becomes of the index.
            if let Err(error) = self.doubt(&fault) {
                tracing::error!(%error, "the index can't be made anew yet");
            }
        }
        self.flush_now_and_then();
        Ok(Committed {
            sequence: end.tip.sequence,
            hash: end.tip.hash,
        })
    }

    /// What the record will do to the index, if it may follow at all.
    fn plan(&mut self, record: &Record) -> Result<(Writes, Counts), StoreError> {
        self.sound_index()?;
        match self.try_plan(record) {
            Ok(plan) => Ok(plan),
            Err(NotApplied::Illegal(why)) => Err(why.into()),
            Err(NotApplied::Index(fault)) => {
                self.doubt(&fault)?;
                self.try_plan(record).map_err(|error| match error {
                    NotApplied::Illegal(why) => why.into(),
                    NotApplied::Index(fault) => self.index_error(&fault),
                })
            }
        }
    }

    fn try_plan(&self, record: &Record) -> Result<(Writes, Counts), NotApplied> {
        let mut pending = Pending::new(&self.index, self.index.meta().counts);
        pending.apply(self.journal.end().tip.sequence + 1, record)?;
        Ok(pending.finish())
    }

    fn room(&self) -> Result<Room, StoreError> {
        self.reserve.room(self.settings.room_bytes)
    }

    fn check_room(&self) -> Result<Room, StoreError> {
        match self.room()? {
            room if room.is_enough() => Ok(room),
            room => Err(self.full(room)),
        }
    }

    fn append(&mut self, payload: &[u8], may_use_reserve: bool) -> Result<(), StoreError> {
        // Either way the reserve is made anew where it was used.
        let room = match may_use_reserve {
            true => self.room(),
            false => Ok(self.check_room()?),
        };
        match self.journal.append(payload) {
            Err(error) if error.is_full() && may_use_reserve && self.reserve.release() => {
                tracing::warn!("the disk is full: the reserve is used to end what was begun");
                self.journal.append(payload)
            }
            Err(error) if error.is_full() => Err(self.full(room?)),
            other => other,
        }
    }

    fn full(&self, room: Room) -> StoreError {
        let needed_bytes = room.needed_bytes
            + if room.reserved {
                0
            } else {
                self.settings.reserve_bytes
            };
        StoreError::Full {
            dir: self.dir.clone(),
            free_bytes: room.free_bytes,
            needed_bytes,
        }
    }

    /// Flushed so often, the index never lags far; flushed in every segment, it notices when the last one goes missing.
    fn flush_now_and_then(&mut self) {
        let end = self.journal.end();
        let since = end.tip.sequence.saturating_sub(self.flushed.tip.sequence);
        if since < self.settings.flush_every && end.segment == self.flushed.segment {
            return;
        }
        self.flush();
    }

    /// Brings the index to disk. Failing that costs no data, only another index.
    fn flush(&mut self) {
        self.flushed = self.journal.end();
        if let Err(fault) = self.index.flush()
            && let Err(error) = self.doubt(&fault)
        {
            tracing::error!(%error, "the index can't be made anew yet");
        }
    }

    /// Makes sure that the index knows every record.
    fn sound_index(&mut self) -> Result<(), StoreError> {
        if self.stale {
            self.renew_index()
        } else {
            Ok(())
        }
    }

    /// The index has failed: makes it anew.
    fn doubt(&mut self, fault: &IndexFault) -> Result<(), StoreError> {
        tracing::warn!(why = %fault, "the index is made anew from the journal");
        self.stale = true;
        self.renew_index()
    }

    fn renew_index(&mut self) -> Result<(), StoreError> {
        let on_disk = !self.index.is_in_memory();
        // The files can't be set aside while they are open.
        self.index = Index::in_memory();
        // A record that could not be synced may stand behind the last one; it must not get into the index.
        let last = self.journal.end().tip.sequence;
        self.index = open::rebuild(&self.dir, on_disk, last)?.0;
        self.stale = false;
        Ok(())
    }

    fn index_error(&self, fault: &IndexFault) -> StoreError {
        StoreError::Index {
            dir: index_dir(&self.dir),
            why: fault.to_string(),
        }
    }

    fn close(&mut self) -> Result<(), StoreError> {
        self.journal.check_usable()?;
        if self.stale || self.index.is_in_memory() {
            return Ok(());
        }
        self.index
            .flush()
            .map_err(|fault| self.index_error(&fault))?;
        self.journal.sync_head()?;
        self.lock.closed()
    }
}

fn journal_dir(dir: &Path) -> PathBuf {
    dir.join("journal")
}

fn index_dir(dir: &Path) -> PathBuf {
    dir.join("index")
}
