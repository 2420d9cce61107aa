//! A key that was reset: what ends its intent, and what becomes of the enrolments that were on it. A person's account that was.

use super::super::rows::{credential_row, unfinished_row, value};
use super::super::{View, history};
use super::{NotApplied, Pending};
use crate::domain::{IntentId, VisitId};
use crate::record::{OutboxBody, PersonResetDone, Record, Remains, Unfinished};
use crate::store::illegal::Illegal;
use crate::wire::KeyResetPush;

impl<V: View> Pending<'_, V> {
    /// The enrolments stay, marked as gone; the registry is to be told of exactly what was known to be lost.
    pub(super) fn reset(
        &mut self,
        sequence: u64,
        id: IntentId,
        push: &KeyResetPush,
        record: &Record,
    ) -> Result<(), NotApplied> {
        let (row, unfinished) = self.open_intent(id)?;
        let Unfinished::Reset(reset) = unfinished else {
            return Err(Illegal::OtherKind(id).into());
        };
        if push.credentials != reset.losses.credentials() {
            let what = "credential";
            return Err(Illegal::Mismatch { intent: id, what }.into());
        }
        for credential in &push.credentials {
            let Some(made) = value::<u64>(self, &credential_row(credential))? else {
                continue;
            };
            self.gone(made, push.reset_at, Remains::Reset)?;
        }
        self.end_intent(id, row)?;
        history::reset(self, sequence, &reset, record)?;
        let Some((entry, mut body)) = record.change.tells() else {
            return Ok(());
        };
        if let OutboxBody::KeyReset { person, .. } = &mut body {
            let losers = reset.losses.people();
            *person = losers.first().map(|person| person.id.clone());
        }
        self.queue_as(sequence, entry, body, record)
    }

    /// Whoever takes the work up next goes on by those visits.
    pub(super) fn taken_up(&mut self, id: IntentId, visits: &[VisitId]) -> Result<(), NotApplied> {
        let (row, mut unfinished) = self.open_intent(id)?;
        match &mut unfinished {
            Unfinished::Reset(reset) => reset.visits = visits.to_vec(),
            Unfinished::Deletion(deletion) => deletion.visits = visits.to_vec(),
            Unfinished::Enrolment(_)
            | Unfinished::OwnKey(_)
            | Unfinished::Withdrawal(_)
            | Unfinished::Care(_)
            | Unfinished::App(_)
            | Unfinished::Token(_)
            | Unfinished::Person(_) => return Err(Illegal::OtherKind(id).into()),
        }
        self.put(unfinished_row(row.begun), &unfinished)
    }

    /// What the registry deleted it keeps itself: here an intent has its end.
    pub(super) fn reset_person(&mut self, done: &PersonResetDone) -> Result<(), NotApplied> {
        let id = done.intent;
        let (row, unfinished) = self.open_intent(id)?;
        let Unfinished::Person(intent) = unfinished else {
            return Err(Illegal::OtherKind(id).into());
        };
        if done.reset != intent.reset {
            let what = "reset";
            return Err(Illegal::Mismatch { intent: id, what }.into());
        }
        self.end_intent(id, row)
    }
}
