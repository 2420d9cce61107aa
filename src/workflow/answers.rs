//! What the ports answer with, and what they are asked for.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::KeyFault;
use crate::domain::policy::Attestation;
use crate::domain::suspension::FactorRef;
use crate::domain::{Bytes, EntryId, OfferId, Person, VisitId};
use crate::wire::{KeyReport, Offer, Operator, WhyNot};

/// What a run wants of an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wants {
    /// To enrol a key.
    Key,
    /// To enrol an app.
    App,
    /// To enrol both.
    Both,
}

/// An offer that was fetched ahead. What it knows of the person may be out of date.
#[derive(Debug, Clone, PartialEq)]
pub struct Ticket {
    pub offer: Offer,
    /// The person has proved a factor under it here, and the registry will hear of that first.
    pub proved: bool,
}

/// Who signed in, and who checked it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignedIn {
    /// The registry did: a session was opened there.
    AtRegistry(Operator),
    /// The station alone: the operator's locked session goes on, and the registry is yet to hear of it.
    AtStation(Operator),
}

/// A discoverable credential on a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resident {
    pub id: Bytes,
    pub user_handle: Bytes,
    /// The account's name as the key keeps it.
    pub user_name: Option<String>,
}

/// What a key made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCredential {
    pub id: Bytes,
    /// WebAuthn attestation object, CBOR.
    pub attestation_object: Bytes,
    pub authenticator_data: Bytes,
    /// COSE_Key, CBOR.
    pub public_key: Bytes,
    /// COSE algorithm.
    pub algorithm: i64,
    /// The UV flag.
    pub user_verified: bool,
    /// How the key vouches for it, as far as the form of its statement tells; the registry verifies it.
    pub attestation: Attestation,
    /// Whether it is discoverable, where known.
    pub discoverable: Option<bool>,
    /// Transports as getInfo states them.
    pub transports: Vec<String>,
}

/// What a key signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAssertion {
    /// Which credential.
    pub id: Bytes,
    /// What was signed, besides the client data's hash.
    pub authenticator_data: Bytes,
    /// DER for ECDSA.
    pub signature: Bytes,
    /// User handle, for a discoverable credential.
    pub user_handle: Option<Bytes>,
}

/// How a push went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pushed {
    /// The registry verified and holds it.
    Accepted {
        /// By the registry's clock.
        at: Timestamp,
        /// It opens nothing until its owner accepts it.
        waiting: bool,
    },
    /// It waits in the outbox.
    Queued,
    /// The registry refused it: a conflict for the operator.
    Rejected { code: String, detail: WhyNot },
}

/// What the registry is asked to do at once for a person, with nothing on disk but that it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "errand", rename_all = "kebab-case")]
pub enum Errand {
    /// To let them take what waits for them.
    Accept { factor: FactorRef },
    /// To lift a suspension.
    Lift { factor: FactorRef },
    /// To end their visit.
    Close { visit: VisitId },
}

/// Whom a credential lets in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "stake", rename_all = "kebab-case")]
pub enum Stake {
    /// Nobody whom the registry knows.
    Nobody,
    /// The operator who is signed in.
    Operator,
    /// A person whom this station enrolled, or for whom the registry holds it.
    Account { person: Box<Person> },
    /// Somebody at an RP that is the registry's or might be, and neither station nor registry can say who: an operator, or a
    /// person whom another station has yet to report.
    Unknown,
}

/// How long a key took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeyTime {
    /// In all, in milliseconds.
    pub total_ms: u64,
    /// Of which it waited for a finger.
    pub waiting_ms: u64,
}

impl KeyTime {
    /// What the key itself took, in milliseconds.
    pub fn own_ms(self) -> u64 {
        self.total_ms.saturating_sub(self.waiting_ms)
    }
}

/// Why a key did not say that it was reset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotReset {
    /// It came too late after the plug: nothing was done.
    TooLate,
    /// Nobody touched it, or not for long enough: nothing was done.
    Untouched,
    /// Anything else.
    Failed {
        fault: KeyFault,
        /// It is certain that the key is as it was.
        nothing_done: bool,
    },
}

/// A fault of which nothing more is known: it may be reset.
impl From<KeyFault> for NotReset {
    fn from(fault: KeyFault) -> Self {
        Self::Failed {
            fault,
            nothing_done: false,
        }
    }
}

/// An enrolment that the registry refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Its outbox entry, which is in conflict.
    pub entry: EntryId,
    /// The offer that it answered.
    pub offer: OfferId,
    /// The code of the registry's refusal.
    pub code: String,
    pub person: Person,
    pub credential: Bytes,
    /// At which relying party.
    pub rp_id: String,
    /// The key that it is on.
    pub key: KeyReport,
}
