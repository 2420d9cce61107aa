//! In which order results must reach the registry.
//!
//! Invariant: what is told of a person, or of a credential, is told in the order in which it happened. Otherwise a test would
//! name an enrolment that the registry has yet to hear of, and an enrolment would arrive after the end of its credential. A factor
//! that was lost is told of at once: it waits for what is about that very factor and for nothing else, because it opens things
//! meanwhile.

use super::change::{EntryState, OutboxBody, OutboxEntry};
use super::id::{Bytes, FactorId};
use super::suspension::FactorRef;

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
        let is_urgent = matches!(self, Self::Suspension { .. });
        let same_person =
            !is_urgent && self.person().is_some() && self.person() == earlier.person();
        let same_app = self.app().is_some() && self.app() == earlier.app();
        same_person || same_app || self.shares_credential(earlier)
    }

    /// The app or token that it is about.
    fn app(&self) -> Option<FactorId> {
        match self {
            Self::App { push } => Some(push.factor),
            Self::Removal { push } => Some(push.factor),
            Self::Suspension { push } => match push.factor {
                FactorRef::App { factor } => Some(factor),
                FactorRef::Key { .. } => None,
            },
            _ => None,
        }
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
            Self::Suspension { push } => match &push.factor {
                FactorRef::Key { credential } => std::slice::from_ref(credential),
                FactorRef::App { .. } => &[],
            },
            Self::KeyReset { push, .. } => &push.credentials,
            Self::Withdrawal { push } => std::slice::from_ref(&push.credential),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::visit::SuspendedWhy;
    use crate::domain::{Aaguid, KeyId, OfferId};
    use crate::domain::{EntryId, OperatorId, PersonId};
    use crate::wire::{Ground, KeyReport, SuspensionPush, WithdrawalPush};
    use jiff::Timestamp;

    fn entry(body: OutboxBody) -> OutboxEntry {
        OutboxEntry {
            id: EntryId(uuid::Uuid::nil()),
            made_at: Timestamp::UNIX_EPOCH,
            state: EntryState::Queued,
            body,
        }
    }

    fn suspension(person: &str, credential: u8) -> OutboxEntry {
        entry(OutboxBody::Suspension {
            push: Box::new(SuspensionPush {
                version: 2,
                person: PersonId::new(person),
                factor: FactorRef::Key {
                    credential: Bytes(vec![credential]),
                },
                why: SuspendedWhy::Lost,
                operator: OperatorId::new("o-1"),
                suspended_at: Timestamp::UNIX_EPOCH,
            }),
        })
    }

    fn withdrawal(person: &str, credential: u8) -> OutboxEntry {
        entry(OutboxBody::Withdrawal {
            push: Box::new(WithdrawalPush {
                version: 2,
                person: PersonId::new(person),
                credential: Bytes(vec![credential]),
                key: KeyReport {
                    id: KeyId {
                        aaguid: Aaguid::default(),
                        serial: None,
                        asset_tag: None,
                    },
                    model: String::new(),
                    firmware: None,
                },
                ground: Ground::Undone {
                    offer: OfferId(uuid::Uuid::nil()),
                },
                operator: OperatorId::new("o-1"),
                finished_by: None,
                withdrawn_at: Timestamp::UNIX_EPOCH,
            }),
        })
    }

    #[test]
    fn a_lost_key_waits_for_what_is_about_that_very_key_only_and_what_follows_waits_for_it() {
        let lost = suspension("p-1", 1);
        assert!(!lost.waits_for(&withdrawal("p-1", 2)), "another of theirs");
        assert!(lost.waits_for(&withdrawal("p-1", 1)));
        assert!(withdrawal("p-1", 2).waits_for(&lost));
        assert!(!withdrawal("p-2", 2).waits_for(&lost));
    }
}
