//! What a change does to the index: one function of the rows before, the record and its place in the journal. Rebuilding the
//! index is applying every record in turn.
//!
//! Invariant: a change that can't follow on the rows is refused here, before it is written anywhere.

pub(in crate::store) mod batches;
mod deletions;
mod factors;
mod intents;
mod resets;
mod stock;
mod tickets;

use std::collections::BTreeMap;

use super::rows::{
    EntryFate, EntryRow, METADATA, OfferUse, OwnFate, SESSION, STATION, encode, enrolment_row,
    entry_row, key_row, number_of, outbox_row, place_row, value,
};
use super::{Counts, IndexFault, Row, View, Writes};
use crate::domain::{EntryId, IntentId, KeyFacts, OperatorId};
use crate::record::{
    Change, Enrolment, EntryState, KeyRecord, OutboxBody, OutboxEntry, RECORD_VERSION, Record,
    Remains, Resolution, Unfinished,
};
use crate::store::illegal::Illegal;
use crate::store::read::{SessionRecord, StationFacts};
use crate::wire::{Operator, WhyNot};

/// Why a record was not applied.
#[derive(Debug, thiserror::Error)]
pub(in crate::store) enum NotApplied {
    #[error(transparent)]
    Illegal(#[from] Illegal),
    #[error(transparent)]
    Index(#[from] IndexFault),
}

/// Rows as they will be: those of `base` with changes on top that are not written yet.
pub(in crate::store) struct Pending<'a, V> {
    base: &'a V,
    writes: Writes,
    counts: Counts,
}

impl<V: View> View for Pending<'_, V> {
    fn row(&self, key: &[u8]) -> Result<Option<Vec<u8>>, IndexFault> {
        match self.writes.get(key) {
            Some(written) => Ok(written.clone()),
            None => self.base.row(key),
        }
    }

    fn rows(&self, prefix: &[u8]) -> Result<Vec<Row>, IndexFault> {
        let mut rows: BTreeMap<_, _> = self.base.rows(prefix)?.into_iter().collect();
        for (key, value) in self
            .writes
            .range(prefix.to_vec()..)
            .take_while(|(key, _)| key.starts_with(prefix))
        {
            match value {
                Some(value) => rows.insert(key.clone(), value.clone()),
                None => rows.remove(key),
            };
        }
        Ok(rows.into_iter().collect())
    }
}

impl<'a, V: View> Pending<'a, V> {
    pub fn new(base: &'a V, counts: Counts) -> Self {
        Self {
            base,
            writes: Writes::new(),
            counts,
        }
    }

    /// What is to be written.
    pub fn finish(self) -> (Writes, Counts) {
        (self.writes, self.counts)
    }

    /// How many rows are to be written.
    pub fn len(&self) -> usize {
        self.writes.len()
    }

    /// Applies a record that is, or is to be, number `sequence`. On an error nothing of it must be written.
    pub fn apply(&mut self, sequence: u64, record: &Record) -> Result<(), NotApplied> {
        if !(1..=RECORD_VERSION).contains(&record.version) {
            return Err(Illegal::Version {
                version: record.version,
                known: RECORD_VERSION,
            }
            .into());
        }
        if let Some(work) = record.change.begins() {
            self.begin(sequence, work)?;
        }
        self.change(sequence, record)
    }

    /// What each kind of change does; that it began something is written already.
    fn change(&mut self, sequence: u64, record: &Record) -> Result<(), NotApplied> {
        match &record.change {
            Change::StationJoined {
                name,
                registry,
                audience,
                rp_ids,
            } => self.put(
                STATION.to_vec(),
                &StationFacts {
                    id: record.station.clone().ok_or(Illegal::NoStation)?,
                    name: name.clone(),
                    registry: registry.clone(),
                    audience: audience.clone(),
                    rp_ids: rp_ids.clone(),
                    joined_at: record.at,
                },
            ),
            Change::SessionOpened { operator, intent } => {
                self.open_session(operator, *intent, record)
            }
            Change::SessionUnlocked { operator, .. } => {
                self.open_session(operator, None, record)?;
                self.queue(sequence, record)
            }
            Change::SessionClosed { operator } => self.close_session(operator),
            Change::KeySeen { key } => self.see_key(key, record),
            Change::TicketsFetched { tickets } => self.fetch_tickets(tickets, record),
            Change::TicketsSealed { tickets } => self.seal_tickets(tickets, record),
            Change::MetadataImported { import } => self.put(METADATA.to_vec(), import),
            Change::IntentBegun { intent } => {
                self.take_offer(intent.offer.id, OfferUse::InUse(intent.id))
            }
            Change::AppBegun { intent } => {
                self.take_offer(intent.offer, OfferUse::InUse(intent.id))
            }
            Change::OwnKeyBegun { .. }
            | Change::ResetBegun { .. }
            | Change::DeletionBegun { .. }
            | Change::CareBegun { .. }
            | Change::TokenBegun { .. }
            | Change::PersonResetBegun { .. } => Ok(()),
            Change::WithdrawalBegun { intent, report } => {
                self.withdraw(intent)?;
                self.report(sequence, &intent.credential, report.as_deref(), record)
            }
            Change::TakenUp { intent, visits } => self.taken_up(*intent, visits),
            Change::ResetDone { intent, push, .. } => self.reset(sequence, *intent, push, record),
            Change::DeletionDone { done } => self.deleted(sequence, done, record),
            Change::PinSet { intent } => self.set_pin(*intent),
            Change::CredentialMade { intent, made } => self.make(*intent, made),
            Change::Enrolled { intent, push, .. } => self.enrol(sequence, *intent, push, record),
            Change::Retested {
                intent,
                push,
                place,
                ..
            } => {
                super::history::tested(self, sequence, place.as_ref(), push, record)?;
                self.retest(sequence, *intent, push, record)
            }
            Change::IntentEnded {
                intent, remains, ..
            } => self.ended(*intent, *remains),
            Change::Pushed { entry, .. } => self.accepted(*entry),
            Change::Rejected {
                entry,
                code,
                detail,
            } => self.rejected(*entry, conflict(code, detail)),
            Change::ConflictResolved {
                entry,
                how,
                remains,
                report,
            } => {
                if let Some(report) = report {
                    self.report_given_up(sequence, *entry, report, record)?;
                }
                self.resolved(*entry, *how, *remains)?;
                self.bind_anew(*entry, record)
            }
            Change::Cared { intent, key, care } => {
                intent.map_or(Ok(()), |id| self.end_care(id))?;
                super::care::cared(self, sequence, key, care, record)
            }
            Change::Batch { change } => self.batch(sequence, change, record),
            Change::AppEnrolled { intent, push, .. } => {
                self.enrol_app(*intent, push)?;
                self.queue(sequence, record)
            }
            Change::TokenAssigned { intent, .. } => self.assign_token(*intent),
            Change::PersonResetDone { done } => self.reset_person(done),
            // The registry keeps what came of a test, and what was lifted; here it is for the audit.
            Change::AppTested { .. }
            | Change::FactorRemoved { .. }
            | Change::FactorSuspended { .. }
            | Change::SuspensionLifted { .. }
            | Change::TokensImported { .. } => self.queue(sequence, record),
            Change::StockMoved { entry, push } => {
                self.move_item(sequence, *entry, push)?;
                self.queue(sequence, record)
            }
        }
    }

    fn open_session(
        &mut self,
        operator: &Operator,
        intent: Option<IntentId>,
        record: &Record,
    ) -> Result<(), NotApplied> {
        if let Some(id) = intent {
            let (row, unfinished) = self.open_intent(id)?;
            match unfinished {
                Unfinished::OwnKey(own) if own.offer.operator.id == operator.id => {}
                _ => return Err(Illegal::OtherKind(id).into()),
            }
            self.end_intent(id, row)?;
        }
        let session = SessionRecord {
            operator: operator.clone(),
            opened_at: record.at,
        };
        self.put(SESSION.to_vec(), &session)
    }

    fn close_session(&mut self, operator: &OperatorId) -> Result<(), NotApplied> {
        match value::<SessionRecord>(self, SESSION)? {
            Some(session) if session.operator.id == *operator => {
                self.remove(SESSION.to_vec());
                Ok(())
            }
            Some(_) | None => Err(Illegal::NoSession(operator.clone()).into()),
        }
    }

    fn see_key(&mut self, facts: &KeyFacts, record: &Record) -> Result<(), NotApplied> {
        let row = key_row(&facts.id, &facts.place);
        let known: Option<KeyRecord> = value(self, &row)?;
        match &known {
            None => self.counts.keys += 1,
            Some(known) if known.facts.place != facts.place => {
                let left = place_row(&known.facts.place);
                if self.row(&left)?.as_ref() == Some(&row) {
                    self.remove(left);
                }
            }
            Some(_) => {}
        }
        let seen = KeyRecord {
            facts: facts.clone(),
            first_seen: known.map_or(record.at, |known| known.first_seen),
            last_seen: record.at,
        };
        self.writes
            .insert(place_row(&facts.place), Some(row.clone()));
        self.put(row, &seen)
    }

    fn accepted(&mut self, entry: EntryId) -> Result<(), NotApplied> {
        let (row, waiting) = self.waiting(entry)?;
        if waiting.state != EntryState::Queued {
            return Err(Illegal::InConflict(entry).into());
        }
        self.counts.queued = self.counts.queued.saturating_sub(1);
        self.mark_enrolment(row, |enrolment| enrolment.pushed = true)?;
        self.mark_movement(row.made, &waiting.body, OwnFate::Accepted)?;
        self.settle(entry, row)
    }

    /// Notes what became of the enrolment that an entry reports, if it reports one.
    fn mark_enrolment(
        &mut self,
        row: EntryRow,
        mark: impl FnOnce(&mut Enrolment),
    ) -> Result<(), NotApplied> {
        let row = enrolment_row(row.made);
        if let Some(mut enrolment) = value::<Enrolment>(self, &row)? {
            mark(&mut enrolment);
            self.put(row, &enrolment)?;
        }
        Ok(())
    }

    fn rejected(&mut self, entry: EntryId, state: EntryState) -> Result<(), NotApplied> {
        let (row, mut waiting) = self.waiting(entry)?;
        if waiting.state != EntryState::Queued {
            return Err(Illegal::InConflict(entry).into());
        }
        waiting.state = state;
        self.counts.queued = self.counts.queued.saturating_sub(1);
        self.counts.conflicts += 1;
        self.mark_movement(row.made, &waiting.body, OwnFate::Refused)?;
        self.put(outbox_row(row.made), &waiting)
    }

    fn resolved(
        &mut self,
        entry: EntryId,
        how: Resolution,
        remains: Option<Remains>,
    ) -> Result<(), NotApplied> {
        let (row, mut waiting) = self.waiting(entry)?;
        if waiting.state == EntryState::Queued {
            return Err(Illegal::NotInConflict(entry).into());
        }
        self.counts.conflicts = self.counts.conflicts.saturating_sub(1);
        match how {
            Resolution::Retry => {
                waiting.state = EntryState::Queued;
                self.counts.queued += 1;
                self.mark_movement(row.made, &waiting.body, OwnFate::Waiting)?;
                self.put(outbox_row(row.made), &waiting)
            }
            Resolution::Withdrawn => {
                self.mark_movement(row.made, &waiting.body, OwnFate::GivenUp)?;
                self.mark_enrolment(row, |enrolment| {
                    enrolment.withdrawn = true;
                    enrolment.remains = remains;
                })?;
                self.settle(entry, row)
            }
        }
    }

    /// An entry that is sent again may come with a bond of the session in which that was decided.
    fn bind_anew(&mut self, entry: EntryId, record: &Record) -> Result<(), NotApplied> {
        let (Change::ConflictResolved { how, .. }, Some(bond)) = (&record.change, &record.bond)
        else {
            return Ok(());
        };
        if *how == Resolution::Withdrawn {
            return Ok(());
        }
        let (row, mut waiting) = self.waiting(entry)?;
        waiting.bond = Some(bond.clone());
        self.put(outbox_row(row.made), &waiting)
    }

    /// Queues what the record has for the registry.
    pub(super) fn queue(&mut self, made: u64, record: &Record) -> Result<(), NotApplied> {
        match record.change.tells() {
            Some((id, body)) => self.queue_as(made, id, body, record),
            None => Ok(()),
        }
    }

    pub(super) fn queue_as(
        &mut self,
        made: u64,
        id: EntryId,
        body: OutboxBody,
        record: &Record,
    ) -> Result<(), NotApplied> {
        if self.row(&entry_row(id))?.is_some() {
            return Err(Illegal::EntryKnown(id).into());
        }
        self.counts.queued += 1;
        self.put(
            entry_row(id),
            &EntryRow {
                made,
                fate: EntryFate::Waiting,
            },
        )?;
        let entry = OutboxEntry {
            id,
            made_at: record.at,
            state: EntryState::Queued,
            bond: record.bond.clone(),
            body,
        };
        self.put(outbox_row(made), &entry)
    }

    fn waiting(&self, id: EntryId) -> Result<(EntryRow, OutboxEntry), NotApplied> {
        let row: EntryRow = value(self, &entry_row(id))?.ok_or(Illegal::UnknownEntry(id))?;
        if row.fate == EntryFate::Settled {
            return Err(Illegal::EntrySettled(id).into());
        }
        let entry = value(self, &outbox_row(row.made))?.ok_or_else(|| {
            IndexFault(format!(
                "outbox entry {id} is waiting and its row is missing"
            ))
        })?;
        Ok((row, entry))
    }

    fn settle(&mut self, id: EntryId, row: EntryRow) -> Result<(), NotApplied> {
        self.remove(outbox_row(row.made));
        self.put(
            entry_row(id),
            &EntryRow {
                fate: EntryFate::Settled,
                ..row
            },
        )
    }

    pub(super) fn put<T: serde::Serialize>(
        &mut self,
        key: Vec<u8>,
        value: &T,
    ) -> Result<(), NotApplied> {
        self.writes.insert(key, Some(encode(value)?));
        Ok(())
    }

    /// A row that only points somewhere.
    pub(super) fn point(&mut self, key: Vec<u8>) {
        self.writes.insert(key, Some(Vec::new()));
    }

    pub(super) fn remove(&mut self, key: Vec<u8>) {
        self.writes.insert(key, None);
    }
}

/// Sequence numbers that rows under a prefix point to.
pub(in crate::store) fn numbers(rows: &[Row]) -> Result<Vec<u64>, IndexFault> {
    rows.iter().map(|(key, _)| number_of(key)).collect()
}

/// As an entry stands that the registry refused.
fn conflict(code: &str, detail: &WhyNot) -> EntryState {
    EntryState::Conflict {
        code: code.to_owned(),
        detail: detail.clone(),
    }
}
