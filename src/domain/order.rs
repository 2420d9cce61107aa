//! In which order results must reach the registry.
//!
//! Invariant: what is told of a person, or of a credential, is told in the order in which it happened. Otherwise a test would
//! name an enrolment that the registry has yet to hear of, and an enrolment would arrive after the end of its credential.

use super::change::{EntryState, OutboxBody, OutboxEntry};
use super::id::Bytes;

impl OutboxEntry {
    /// Whether this entry has to wait for an earlier one.
    ///
    /// For one that is queued it does. One in conflict goes nowhere until somebody resolves it: only the test of a key waits
    /// for its enrolment then, because it would be refused as well.
    pub fn waits_for(&self, earlier: &Self) -> bool {
        match earlier.state {
            EntryState::Queued => self.body.follows(&earlier.body),
            EntryState::Conflict { .. } => {
                matches!(self.body, OutboxBody::Test { .. })
                    && matches!(earlier.body, OutboxBody::Enrolment { .. })
                    && self.body.shares_credential(&earlier.body)
            }
        }
    }
}

impl OutboxBody {
    /// Whether this is about the person or a credential that an earlier one is about.
    fn follows(&self, earlier: &Self) -> bool {
        let same_person = self.person().is_some() && self.person() == earlier.person();
        same_person || self.shares_credential(earlier)
    }

    fn shares_credential(&self, other: &Self) -> bool {
        let theirs = other.credentials();
        self.credentials().iter().any(|id| theirs.contains(id))
    }

    /// The credentials that it is about.
    pub fn credentials(&self) -> &[Bytes] {
        match self {
            Self::Enrolment { push } => std::slice::from_ref(&push.registration.raw_id),
            Self::Test { push } => std::slice::from_ref(&push.assertion.raw_id),
            Self::Unlock { .. } | Self::App { .. } | Self::Removal { .. } | Self::Tokens { .. } => {
                &[]
            }
            Self::KeyReset { push, .. } => &push.credentials,
            Self::Withdrawal { push } => std::slice::from_ref(&push.credential),
        }
    }
}
