//! The station's memory as faces and tests see it: everything that can be asked, and no way to change anything.
//!
//! Invariant: what becomes true goes through [`Station::commit`](super::Station::commit) and no other way.

use crate::domain::batch::Batch;
use crate::domain::care::CareRecord;
use crate::domain::history::HistoryLine;
use crate::domain::{BatchId, EntryId, IntentId, KeyFacts, PersonId};
use crate::record::{Enrolment, EntryState, KeyRecord, OutboxBody, OutboxEntry, Unfinished};
use crate::store::{Counts, Room, Store};
use crate::workflow::{Refused, Stop};

/// A read-only view of the journal's index. Every question fails with [`Stop::Store`] and with nothing else.
#[derive(Clone, Copy)]
pub struct Memory<'a> {
    store: &'a Store,
}

impl<'a> Memory<'a> {
    pub(super) fn new(store: &'a Store) -> Self {
        Self { store }
    }

    /// What waits for the registry, queued or in conflict, oldest first.
    pub fn outbox(self) -> Result<Vec<OutboxEntry>, Stop> {
        Ok(self.store.outbox()?)
    }

    /// An entry that waits. `None` once it is accepted or withdrawn.
    pub fn outbox_entry(self, id: EntryId) -> Result<Option<OutboxEntry>, Stop> {
        Ok(self.store.outbox_entry(id)?)
    }

    /// The enrolment that an entry reports and that is to be given up. `None`: the entry reports a test, is not in conflict, or
    /// waits no more.
    pub fn refused(self, id: EntryId) -> Result<Option<Refused>, Stop> {
        let Some(OutboxEntry {
            body: OutboxBody::Enrolment { push },
            state: EntryState::Conflict { code, .. },
            ..
        }) = self.outbox_entry(id)?
        else {
            return Ok(None);
        };
        let push = *push;
        let credential = push.registration.raw_id;
        let enrolment = self.store.enrolment_by(&credential)?;
        Ok(enrolment.map(|enrolment| Refused {
            entry: id,
            offer: push.offer,
            code,
            person: enrolment.person,
            credential,
            rp_id: enrolment.rp_id,
            key: push.key,
        }))
    }

    /// Unfinished work, oldest first.
    pub fn unfinished(self) -> Result<Vec<Unfinished>, Stop> {
        Ok(self.store.unfinished()?)
    }

    /// Unfinished work by its intent.
    pub fn unfinished_by(self, id: IntentId) -> Result<Option<Unfinished>, Stop> {
        Ok(self.store.unfinished_by(id)?)
    }

    /// The enrolments made here for a person, oldest first.
    pub fn enrolments_of(self, person: &PersonId) -> Result<Vec<Enrolment>, Stop> {
        Ok(self.store.enrolments_of(person)?)
    }

    /// The last `limit` enrolments made here, newest first.
    pub fn recent(self, limit: usize) -> Result<Vec<Enrolment>, Stop> {
        Ok(self.store.recent(limit)?)
    }

    /// Every key in the inventory, by model.
    pub fn keys(self) -> Result<Vec<KeyRecord>, Stop> {
        Ok(self.store.keys()?)
    }

    /// What was done to a key besides enrolments, newest first.
    pub fn cares_of(self, key: &KeyFacts, limit: usize) -> Result<Vec<CareRecord>, Stop> {
        Ok(self.store.cares_of(key, limit)?)
    }

    /// What was done to a key, enrolments included, newest first.
    pub fn history_of(self, key: &KeyFacts, limit: usize) -> Result<Vec<HistoryLine>, Stop> {
        Ok(self.store.history_of(key, limit)?)
    }

    /// Every batch with its keys, oldest first.
    pub fn batches(self) -> Result<Vec<Batch>, Stop> {
        Ok(self.store.batches()?)
    }

    /// A batch with its keys.
    pub fn batch(self, id: BatchId) -> Result<Option<Batch>, Stop> {
        Ok(self.store.batch(id)?)
    }

    /// The batch that is not over.
    pub fn open_batch(self) -> Result<Option<Batch>, Stop> {
        Ok(self.store.open_batch()?)
    }

    /// How many of each there are.
    pub fn counts(self) -> Result<Counts, Stop> {
        Ok(self.store.counts()?)
    }

    /// Room on the disk.
    pub fn room(self) -> Result<Room, Stop> {
        Ok(self.store.room()?)
    }
}
