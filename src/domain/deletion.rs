//! The deletion of one enrolled credential from its key: whom it locks out, who asked for it, and what the registry is told.
//!
//! Plain values. It is a reset of one enrolment and obeys the same rules ([`Losses::may_be_caused_by`],
//! [`ResetCase`]). Invariant: what is lost was found, named and confirmed before anything was done.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::care::StoredCredential;
use super::change::Remains;
use super::id::{EntryId, IntentId, OperatorId};
use super::key::KeyFacts;
use super::person::Person;
use super::reset::{Losses, ResetCase};
use crate::wire::WithdrawalPush;

/// An enrolled credential that is about to be deleted from its key, and everything needed to go on after a stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    /// Its identifier.
    pub id: IntentId,
    /// The key, as it was.
    pub key: KeyFacts,
    /// The credential, as the key listed it.
    pub credential: StoredCredential,
    /// Who loses it: this one enrolment.
    pub losses: Losses,
    /// Why, and who asked.
    pub case: ResetCase,
    /// Who does it.
    pub operator: OperatorId,
    /// When it was begun.
    pub begun_at: Timestamp,
}

impl Deletion {
    /// Who loses it.
    pub fn person(&self) -> Option<&Person> {
        self.losses.people().first().copied()
    }

    /// Their name.
    pub fn name(&self) -> &str {
        self.person()
            .map_or(&self.key.model, |person| person.name.as_str())
    }
}

/// The end of a [`Deletion`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletionDone {
    /// Which intent it fulfils.
    pub intent: IntentId,
    /// The key as it is now or, where it is not to be had, as it was.
    pub key: KeyFacts,
    /// What remains on it.
    pub remains: Remains,
    /// What the registry is told.
    pub report: Report,
}

/// What the registry is told in the same record that begins or ends something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The outbox entry.
    pub entry: EntryId,
    /// Its body.
    pub push: WithdrawalPush,
}
