//! Intents: what begins one, what it goes through, and what ends it.

use super::super::history::enrolled;
use super::super::rows::{
    EntryRow, IntentRow, IntentState, OfferUse, by_identity, by_model, by_person, credential_row,
    enrolment_row, entry_row, intent_row, numbered, offer_row, unfinished_row, value,
};
use super::super::{IndexFault, View};
use super::{NotApplied, Pending};
use crate::domain::{Bytes, IntentId, OfferId};
use crate::record::{
    Enrolment, IntentStage, Made, OpenEnrolment, OutboxBody, Record, Remains, Resolution,
    Unfinished, Withdrawal,
};
use crate::store::illegal::Illegal;
use crate::wire::{EnrolmentPush, TestPush};

impl<V: View> Pending<'_, V> {
    pub(super) fn begin(
        &mut self,
        sequence: u64,
        unfinished: Unfinished,
    ) -> Result<(), NotApplied> {
        let id = unfinished.id();
        if self.row(&intent_row(id))?.is_some() {
            return Err(Illegal::IntentKnown(id).into());
        }
        self.counts.unfinished += 1;
        self.put(
            intent_row(id),
            &IntentRow {
                begun: sequence,
                state: IntentState::Open,
            },
        )?;
        self.put(unfinished_row(sequence), &unfinished)
    }

    pub(super) fn set_pin(&mut self, intent: IntentId) -> Result<(), NotApplied> {
        let (row, mut open) = self.open_enrolment(intent)?;
        open.stage = open.stage.max(IntentStage::PinSet);
        self.put(unfinished_row(row.begun), &Unfinished::Enrolment(open))
    }

    pub(super) fn make(&mut self, intent: IntentId, made: &Made) -> Result<(), NotApplied> {
        let (row, mut open) = self.open_enrolment(intent)?;
        if open.made.is_some() {
            return Err(Illegal::AlreadyMade(intent).into());
        }
        self.check_unknown_credential(&made.registration.raw_id)?;
        open.stage = IntentStage::Made;
        open.made = Some(made.clone());
        self.put(unfinished_row(row.begun), &Unfinished::Enrolment(open))
    }

    pub(super) fn enrol(
        &mut self,
        sequence: u64,
        id: IntentId,
        push: &EnrolmentPush,
        record: &Record,
    ) -> Result<(), NotApplied> {
        let (row, open) = self.open_enrolment(id)?;
        let made = open.made.ok_or(Illegal::NothingMade(id))?;
        let intent = open.intent;
        let credential = &made.registration.raw_id;
        for (same, what) in [
            (push.offer == intent.offer.id, "offer"),
            (push.person == intent.offer.person.id, "person"),
            (push.registration.raw_id == *credential, "credential"),
            (push.assertion.raw_id == *credential, "credential"),
        ] {
            if !same {
                return Err(Illegal::Mismatch { intent: id, what }.into());
            }
        }
        self.check_unknown_credential(credential)?;
        let enrolment = Enrolment {
            credential: credential.clone(),
            key: intent.key.id.clone(),
            person: intent.offer.person.clone(),
            rp_id: intent.offer.creation.rp.id.clone(),
            offer: push.offer,
            operator: push.operator.clone(),
            at: push.enrolled_at,
            public_key: made.public_key.clone(),
            pushed: false,
            withdrawn: false,
            gone_at: None,
            facts: Some(Box::new(intent.key.clone())),
            remains: None,
        };
        for prefix in [by_person(&enrolment.person.id), by_model(&enrolment.key)]
            .into_iter()
            .chain(by_identity(&enrolment.key))
        {
            self.writes
                .insert(numbered(&prefix, sequence), Some(Vec::new()));
        }
        self.put(credential_row(credential), &sequence)?;
        self.put(enrolment_row(sequence), &enrolment)?;
        enrolled(self, sequence, &intent.key, &enrolment, record)?;
        self.put(offer_row(push.offer), &OfferUse::Spent)?;
        self.counts.enrolments += 1;
        self.end_intent(id, row)?;
        self.queue(sequence, record)
    }

    pub(super) fn retest(
        &mut self,
        sequence: u64,
        intent: Option<IntentId>,
        push: &TestPush,
        record: &Record,
    ) -> Result<(), NotApplied> {
        if let Some(id) = intent {
            let (row, open) = self.open_enrolment(id)?;
            if push.person != open.intent.offer.person.id {
                return Err(Illegal::Mismatch {
                    intent: id,
                    what: "person",
                }
                .into());
            }
            self.remove(offer_row(open.intent.offer.id));
            self.end_intent(id, row)?;
        }
        self.take_offer(push.offer, OfferUse::Spent)?;
        self.queue(sequence, record)
    }

    /// The entry is settled in the same record that begins the deletion: what may be gone from the key is never sent again.
    pub(super) fn withdraw(&mut self, intent: &Withdrawal) -> Result<(), NotApplied> {
        let (_, waiting) = self.waiting(intent.entry)?;
        match &waiting.body {
            OutboxBody::Enrolment { push }
                if push.person == intent.person.id
                    && push.registration.raw_id == intent.credential => {}
            _ => return Err(Illegal::NotReported(intent.entry).into()),
        }
        self.resolved(intent.entry, Resolution::Withdrawn, None)
    }

    pub(super) fn ended(&mut self, id: IntentId, remains: Remains) -> Result<(), NotApplied> {
        let (row, unfinished) = self.open_intent(id)?;
        match unfinished {
            Unfinished::Enrolment(open) => self.remove(offer_row(open.intent.offer.id)),
            // The registry has no answer to it: another app may yet come of it.
            Unfinished::App(app) => self.remove(offer_row(app.offer)),
            Unfinished::OwnKey(_)
            | Unfinished::Reset(_)
            | Unfinished::Deletion(_)
            | Unfinished::Care(_)
            | Unfinished::Token(_)
            | Unfinished::Person(_) => {}
            Unfinished::Withdrawal(withdrawal) => {
                if let Some(entry) = value::<EntryRow>(self, &entry_row(withdrawal.entry))? {
                    self.mark_enrolment(entry, |enrolment| enrolment.remains = Some(remains))?;
                }
            }
        }
        self.end_intent(id, row)
    }

    pub(super) fn end_care(&mut self, id: IntentId) -> Result<(), NotApplied> {
        match self.open_intent(id)? {
            (row, Unfinished::Care(_)) => self.end_intent(id, row),
            _ => Err(Illegal::OtherKind(id).into()),
        }
    }

    pub(super) fn open_intent(&self, id: IntentId) -> Result<(IntentRow, Unfinished), NotApplied> {
        let row: IntentRow = value(self, &intent_row(id))?.ok_or(Illegal::UnknownIntent(id))?;
        if row.state == IntentState::Over {
            return Err(Illegal::IntentOver(id).into());
        }
        let unfinished = value(self, &unfinished_row(row.begun))?
            .ok_or_else(|| IndexFault(format!("intent {id} is open and its row is missing")))?;
        Ok((row, unfinished))
    }

    fn open_enrolment(&self, id: IntentId) -> Result<(IntentRow, OpenEnrolment), NotApplied> {
        match self.open_intent(id)? {
            (row, Unfinished::Enrolment(open)) => Ok((row, open)),
            (
                _,
                Unfinished::OwnKey(_)
                | Unfinished::Withdrawal(_)
                | Unfinished::Reset(_)
                | Unfinished::Deletion(_)
                | Unfinished::Care(_)
                | Unfinished::App(_)
                | Unfinished::Token(_)
                | Unfinished::Person(_),
            ) => Err(Illegal::OtherKind(id).into()),
        }
    }

    pub(super) fn end_intent(&mut self, id: IntentId, row: IntentRow) -> Result<(), NotApplied> {
        self.counts.unfinished = self.counts.unfinished.saturating_sub(1);
        self.remove(unfinished_row(row.begun));
        self.put(
            intent_row(id),
            &IntentRow {
                state: IntentState::Over,
                ..row
            },
        )
    }

    pub(super) fn take_offer(&mut self, offer: OfferId, usage: OfferUse) -> Result<(), NotApplied> {
        match value(self, &offer_row(offer))? {
            None => self.put(offer_row(offer), &usage),
            Some(OfferUse::InUse(intent)) => Err(Illegal::OfferInUse { offer, intent }.into()),
            Some(OfferUse::Spent) => Err(Illegal::OfferSpent(offer).into()),
        }
    }

    fn check_unknown_credential(&self, id: &Bytes) -> Result<(), NotApplied> {
        match self.row(&credential_row(id))? {
            None => Ok(()),
            Some(_) => Err(Illegal::CredentialKnown(id.clone()).into()),
        }
    }
}
