//! In which order results must reach the registry.
//!
//! Invariant: what is told of a person, or of a credential, is told in the order in which it happened. Otherwise a test would
//! name an enrolment that the registry has yet to hear of, and an enrolment would arrive after the end of its credential. A factor
//! that was lost is told of at once: it waits for what is about that very factor and for nothing else, because it opens things
//! meanwhile.

use super::{EntryState, OutboxBody, OutboxEntry};

impl OutboxEntry {
    /// Whether this entry has to wait for an earlier one.
    ///
    /// For one that is queued it does. One in conflict goes nowhere until somebody resolves it: only the test of a key waits
    /// for its enrolment then, because it would be refused as well.
    pub fn waits_for(&self, earlier: &Self) -> bool {
        match earlier.state {
            EntryState::Queued => self.body.follows(&earlier.body),
            // What was done after it would be refused for what it saw.
            EntryState::Conflict { .. } if self.body.shares_item(&earlier.body) => true,
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
        let same_person =
            !self.is_urgent() && self.person().is_some() && self.person() == earlier.person();
        let app = self.about().factor;
        let same_app = app.is_some() && app == earlier.about().factor;
        same_person || same_app || self.shares_credential(earlier) || self.shares_item(earlier)
    }

    fn shares_item(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Movement { push: one }, Self::Movement { push: other }) => {
                one.movement.item == other.movement.item
            }
            (_, _) => false,
        }
    }

    fn shares_credential(&self, other: &Self) -> bool {
        let theirs = other.about().credentials;
        self.about()
            .credentials
            .iter()
            .any(|id| theirs.contains(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::suspension::FactorRef;
    use crate::domain::visit::SuspendedWhy;
    use crate::domain::{Aaguid, Bytes, EntryId, KeyId, OfferId, OperatorId, PersonId};
    use crate::wire::{Ground, KeyReport, SuspensionPush, WithdrawalPush};
    use jiff::Timestamp;

    fn entry(body: OutboxBody) -> OutboxEntry {
        OutboxEntry {
            id: EntryId(uuid::Uuid::nil()),
            made_at: Timestamp::UNIX_EPOCH,
            state: EntryState::Queued,
            bond: None,
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
                visits: Vec::new(),
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
