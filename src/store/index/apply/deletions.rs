//! Credentials that are gone from their keys, and what the registry is told of those that were given up.

use jiff::Timestamp;

use super::super::View;
use super::super::care::cared;
use super::super::rows::{credential_row, enrolment_row, outbox_row, value};
use super::{NotApplied, Pending};
use crate::domain::care::Care;
use crate::domain::{Bytes, EntryId};
use crate::record::{
    DeletionDone, Enrolment, EntryState, OutboxBody, OutboxEntry, Record, Remains, Resolution,
    Unfinished, WithdrawalEntry,
};
use crate::store::illegal::Illegal;

impl<V: View> Pending<'_, V> {
    /// Ends a deletion: the enrolment stays, marked as gone, and the registry is told.
    pub(super) fn deleted(
        &mut self,
        sequence: u64,
        done: &DeletionDone,
        record: &Record,
    ) -> Result<(), NotApplied> {
        let (id, push) = (done.intent, &done.report.push);
        let (row, unfinished) = self.open_intent(id)?;
        let Unfinished::Deletion(deletion) = unfinished else {
            return Err(Illegal::OtherKind(id).into());
        };
        let credential = deletion.credential;
        if push.credential != credential.id {
            let what = "credential";
            return Err(Illegal::Mismatch { intent: id, what }.into());
        }
        if let Some(made) = value::<u64>(self, &credential_row(&credential.id))? {
            self.gone(made, push.withdrawn_at, done.remains)?;
        }
        self.end_intent(id, row)?;
        let id = credential.id.clone();
        if done.remains == Remains::CredentialDeleted {
            let care = Care::CredentialDeleted {
                credential,
                person: Some(push.person.clone()),
            };
            cared(self, sequence, &done.key, &care, record)?;
        }
        self.report(sequence, &id, Some(&done.report), record)
    }

    /// Marks an enrolment as gone. An entry of it that is in conflict leaves the outbox: what is gone is never sent again. One
    /// that is queued stays, because the registry may have taken it already; what ends it follows.
    pub(super) fn gone(
        &mut self,
        made: u64,
        at: Timestamp,
        remains: Remains,
    ) -> Result<(), NotApplied> {
        if let Some(entry) = value::<OutboxEntry>(self, &outbox_row(made))?
            && matches!(entry.state, EntryState::Conflict { .. })
        {
            self.resolved(entry.id, Resolution::Withdrawn, Some(remains))?;
        }
        let row = enrolment_row(made);
        if let Some(mut enrolment) = value::<Enrolment>(self, &row)? {
            enrolment.gone_at.get_or_insert(at);
            self.put(row, &enrolment)?;
        }
        Ok(())
    }

    /// The registry is told of the enrolment whose entry is being given up.
    pub(super) fn report_given_up(
        &mut self,
        sequence: u64,
        entry: EntryId,
        report: &WithdrawalEntry,
        record: &Record,
    ) -> Result<(), NotApplied> {
        let (_, waiting) = self.waiting(entry)?;
        let OutboxBody::Enrolment { push } = &waiting.body else {
            return Err(Illegal::NotReported(entry).into());
        };
        let credential = push.registration.raw_id.clone();
        self.report(sequence, &credential, Some(report), record)
    }

    /// Queues what the registry is told of a credential.
    pub(super) fn report(
        &mut self,
        sequence: u64,
        credential: &Bytes,
        report: Option<&WithdrawalEntry>,
        record: &Record,
    ) -> Result<(), NotApplied> {
        let Some(report) = report else {
            return Ok(());
        };
        if report.push.credential != *credential {
            return Err(Illegal::NotReported(report.entry).into());
        }
        self.queue(sequence, record)
    }
}
