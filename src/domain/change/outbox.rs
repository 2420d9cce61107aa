//! What waits for the registry, and where it stands.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{EntryId, PersonId};
use crate::wire::{
    AppPush, EnrolmentPush, KeyResetPush, Operator, Removal, SuspensionPush, TestPush, TokenImport,
    UnlockPush, WithdrawalPush,
};

/// Where an outbox entry stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum EntryState {
    /// On its way; tried again by itself.
    Queued,
    /// The registry refused it; an operator must resolve it.
    Conflict {
        /// The problem's code.
        code: String,
        /// The registry's words.
        detail: String,
    },
}

/// What waits for the registry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutboxEntry {
    /// Its id, and the idempotency key.
    pub id: EntryId,
    /// When it was made.
    pub made_at: Timestamp,
    /// Where it stands.
    pub state: EntryState,
    /// What is to be sent.
    pub body: OutboxBody,
}

/// What is to be sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum OutboxBody {
    /// A new enrolment.
    Enrolment {
        /// Its body.
        push: Box<EnrolmentPush>,
    },
    /// A test of an enrolled key.
    Test {
        /// Its body.
        push: Box<TestPush>,
    },
    /// An operator was let in without the registry.
    Unlock {
        /// Who.
        operator: Operator,
        /// Its body.
        push: Box<UnlockPush>,
    },
    /// A key was reset.
    KeyReset {
        /// Whose it was: the first of those who lost it.
        person: Option<PersonId>,
        /// Its body.
        push: Box<KeyResetPush>,
    },
    /// The registry is not to hold a credential.
    Withdrawal {
        /// Its body.
        push: Box<WithdrawalPush>,
    },
    /// A new authenticator app.
    App {
        /// Its body.
        push: Box<AppPush>,
    },
    /// A factor that is no longer needed.
    Removal {
        /// Its body.
        push: Box<Removal>,
    },
    /// A factor that was reported lost, stolen or suspected.
    Suspension {
        /// Its body.
        push: Box<SuspensionPush>,
    },
    /// Hardware tokens for the stock.
    Tokens {
        /// Its body.
        push: Box<TokenImport>,
    },
}

impl OutboxBody {
    /// Whose factor it concerns; nobody's where it is about an operator or the stock.
    pub fn person(&self) -> Option<&PersonId> {
        match self {
            Self::Enrolment { push } => Some(&push.person),
            Self::Test { push } => Some(&push.person),
            Self::Unlock { .. } | Self::Tokens { .. } => None,
            Self::App { push } => Some(&push.person),
            Self::Removal { push } => Some(&push.person),
            Self::Suspension { push } => Some(&push.person),
            Self::KeyReset { person, .. } => person.as_ref(),
            Self::Withdrawal { push } => Some(&push.person),
        }
    }
}
