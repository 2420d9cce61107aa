//! Authenticator apps and hardware tokens: what ends one, and what the registry is told.

use super::super::View;
use super::super::rows::{OfferUse, offer_row};
use super::{NotApplied, Pending};
use crate::domain::IntentId;
use crate::record::{Change, Record, Unfinished};
use crate::store::illegal::Illegal;
use crate::wire::AppPush;

impl<V: View> Pending<'_, V> {
    pub(super) fn factor(&mut self, sequence: u64, record: &Record) -> Result<(), NotApplied> {
        match &record.change {
            Change::AppEnrolled { intent, push, .. } => {
                self.enrol_app(*intent, push)?;
                self.queue(sequence, record)
            }
            Change::TokenAssigned { intent, .. } => self.assign_token(*intent),
            // The registry keeps what came of a test, and what was lifted; here it is for the audit.
            _ => self.queue(sequence, record),
        }
    }

    /// What is pushed is what was shown: the same secret for the same person.
    fn enrol_app(&mut self, id: IntentId, push: &AppPush) -> Result<(), NotApplied> {
        let (row, unfinished) = self.open_intent(id)?;
        let Unfinished::App(intent) = unfinished else {
            return Err(Illegal::OtherKind(id).into());
        };
        for (same, what) in [
            (push.offer == intent.offer, "offer"),
            (push.person == intent.person.id, "person"),
            (push.factor == intent.factor, "factor"),
            (push.sealed == intent.sealed, "secret"),
            (push.settings == intent.settings, "settings"),
            (push.replaces == intent.replaces, "replacement"),
        ] {
            if !same {
                return Err(Illegal::Mismatch { intent: id, what }.into());
            }
        }
        self.put(offer_row(intent.offer), &OfferUse::Spent)?;
        self.end_intent(id, row)
    }

    fn assign_token(&mut self, id: IntentId) -> Result<(), NotApplied> {
        match self.open_intent(id)? {
            (row, Unfinished::Token(_)) => self.end_intent(id, row),
            _ => Err(Illegal::OtherKind(id).into()),
        }
    }
}
