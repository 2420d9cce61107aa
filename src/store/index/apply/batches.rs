//! What a batch's changes do to the index. The rules are [`crate::domain::batch`]'s; here is only where the rows are.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{NotApplied, Pending};
use crate::domain::batch::{Batch, BatchChange, BatchFault, KeyRun, Plan};
use crate::domain::{BatchId, KeyFacts, RunId};
use crate::record::Record;
use crate::store::illegal::Illegal;
use crate::store::index::rows::{
    BATCHES, batch_row, decode, given_tag_row, numbered, run_row, runs_of, value,
};
use crate::store::index::{IndexFault, View};

/// A batch without its keys.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::store) struct BatchRow {
    pub plan: Plan,
    pub ended_at: Option<Timestamp>,
}

/// Where a run is.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct RunAt {
    batch: u64,
    run: u64,
}

/// A batch with all its keys; `number` is the sequence number of its beginning.
pub(in crate::store) fn whole_batch(view: &impl View, number: u64) -> Result<Batch, IndexFault> {
    let BatchRow { plan, ended_at } = value(view, &numbered(BATCHES, number))?
        .ok_or_else(|| IndexFault(format!("the row of batch {number} is missing")))?;
    let runs = view.rows(&runs_of(number))?;
    let runs = runs.iter().map(|(_, bytes)| decode(bytes));
    Ok(Batch {
        plan,
        runs: runs.collect::<Result<_, _>>()?,
        ended_at,
    })
}

/// The sequence number of a batch's beginning.
pub(in crate::store) fn batch_number(
    view: &impl View,
    id: BatchId,
) -> Result<Option<u64>, IndexFault> {
    value(view, &batch_row(id))
}

fn fault(fault: BatchFault) -> NotApplied {
    Illegal::Batch(fault).into()
}

impl<V: View> Pending<'_, V> {
    pub(super) fn batch(
        &mut self,
        sequence: u64,
        change: &BatchChange,
        record: &Record,
    ) -> Result<(), NotApplied> {
        match change {
            BatchChange::Begun { plan } => self.begin_batch(sequence, plan),
            BatchChange::KeyBegun {
                batch,
                run,
                key,
                seat,
            } => {
                let number = self.open_batch(*batch)?;
                self.begin_run(number, sequence, (*run, key, *seat), record)
            }
            BatchChange::Ended { batch } => {
                let number = self.open_batch(*batch)?;
                let row = numbered(BATCHES, number);
                let known: BatchRow =
                    value(self, &row)?.ok_or(fault(BatchFault::UnknownBatch(*batch)))?;
                let ended = BatchRow {
                    ended_at: Some(record.at),
                    ..known
                };
                self.put(row, &ended)
            }
            BatchChange::KeyResumed { batch, run, .. }
            | BatchChange::StepDone { batch, run, .. }
            | BatchChange::KeyStopped { batch, run, .. }
            | BatchChange::KeyEnded { batch, run, .. } => {
                let number = self.open_batch(*batch)?;
                self.change_run(number, *run, change, record)
            }
        }
    }

    fn begin_batch(&mut self, sequence: u64, plan: &Plan) -> Result<(), NotApplied> {
        if batch_number(self, plan.id)?.is_some() {
            return Err(fault(BatchFault::BatchKnown(plan.id)));
        }
        for (_, bytes) in self.rows(BATCHES)? {
            let other: BatchRow = decode(&bytes)?;
            if other.ended_at.is_none() {
                return Err(fault(BatchFault::AnotherOpen(other.plan.id)));
            }
        }
        self.put(batch_row(plan.id), &sequence)?;
        let row = BatchRow {
            plan: plan.clone(),
            ended_at: None,
        };
        self.put(numbered(BATCHES, sequence), &row)
    }

    fn open_batch(&self, id: BatchId) -> Result<u64, NotApplied> {
        let number = batch_number(self, id)?.ok_or(fault(BatchFault::UnknownBatch(id)))?;
        let row: Option<BatchRow> = value(self, &numbered(BATCHES, number))?;
        match row {
            Some(row) if row.ended_at.is_none() => Ok(number),
            _ => Err(fault(BatchFault::BatchOver(id))),
        }
    }

    fn begin_run(
        &mut self,
        batch: u64,
        sequence: u64,
        (id, key, seat): (RunId, &KeyFacts, Option<u32>),
        record: &Record,
    ) -> Result<(), NotApplied> {
        if self.row(&run_row(id))?.is_some() {
            return Err(fault(BatchFault::RunKnown(id)));
        }
        if let Some(seat) = seat {
            let known = whole_batch(self, batch)?;
            let named = seat.saturating_add(1);
            if known.listed(seat).is_none() {
                return Err(fault(BatchFault::NoSuchSeat { seat: named }));
            }
            if known.is_taken(seat) {
                return Err(fault(BatchFault::SeatTaken { seat: named }));
            }
        }
        let at = RunAt {
            batch,
            run: sequence,
        };
        self.put(run_row(id), &at)?;
        let run = KeyRun {
            id,
            key: key.clone(),
            seat,
            begun_at: record.at,
            done: Vec::new(),
            tag: None,
            label: None,
            stopped: None,
            end: None,
        };
        self.put(numbered(&runs_of(batch), sequence), &run)
    }

    fn change_run(
        &mut self,
        batch: u64,
        id: RunId,
        change: &BatchChange,
        record: &Record,
    ) -> Result<(), NotApplied> {
        let at: RunAt = value(self, &run_row(id))?.ok_or(fault(BatchFault::UnknownRun(id)))?;
        if at.batch != batch {
            return Err(fault(BatchFault::UnknownRun(id)));
        }
        let row = numbered(&runs_of(batch), at.run);
        let missing = || IndexFault(format!("the row of run {id} is missing"));
        let mut run: KeyRun = value(self, &row)?.ok_or_else(missing)?;
        let of: BatchRow = value(self, &numbered(BATCHES, batch))?.ok_or_else(missing)?;
        let tag = run.tag.clone();
        run.apply(change, &of.plan.profile, record.at)
            .map_err(fault)?;
        if run.tag != tag
            && let Some(tag) = &run.tag
        {
            let given = given_tag_row(tag);
            if self.row(&given)?.is_some() {
                return Err(fault(BatchFault::TagTaken(tag.clone())));
            }
            self.put(given, &id)?;
        }
        self.put(row, &run)
    }
}
