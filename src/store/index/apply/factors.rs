//! Authenticator apps and hardware tokens: what ends one, and what the registry is told.

use super::super::View;
use super::super::rows::{OfferUse, offer_row};
use super::{NotApplied, Pending};
use crate::domain::IntentId;
use crate::record::Unfinished;
use crate::store::illegal::Illegal;
use crate::wire::AppPush;

impl<V: View> Pending<'_, V> {
    /// What is pushed is what was shown: the same secret for the same person.
    pub(super) fn enrol_app(&mut self, id: IntentId, push: &AppPush) -> Result<(), NotApplied> {
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

    pub(super) fn assign_token(&mut self, id: IntentId) -> Result<(), NotApplied> {
        match self.open_intent(id)? {
            (row, Unfinished::Token(_)) => self.end_intent(id, row),
            (_, _) => Err(Illegal::OtherKind(id).into()),
        }
    }
}
