//! The workflows, each one straight-line function, and the ports through which they reach the world.
//!
//! A workflow reaches keys, people, the registry and the disk only through a [`Desk`]. So the same function is driven
//! by the kiosk, by the command line and by tests with a scripted desk, and is compiled once for all of them.
//!
//! Invariant: nothing irreversible is asked of a key before [`Journal::commit`] returned for its intent.

pub mod account_reset;
mod admit;
pub mod app;
pub mod batch;
pub mod care;
mod ceremony;
pub mod dialogue;
mod enrol;
mod known;
pub mod loan;
pub mod loss;
mod order;
mod own_key;
mod ports;
pub mod receipt;
mod report;
mod reset;
mod resolve;
mod retest;
mod sign_in;
mod signature;
mod steps;
mod stop;
mod taking;
mod undo;
mod visit;
mod withdraw;

pub use crate::domain::reason::KeyFault;
pub use ceremony::{Ceremony, Verified, client_data, verify_assertion};
pub use enrol::enrol;
pub use order::{Order, run};
pub use own_key::first_sign_in;
pub use ports::{Around, Call, Desk, Journal, Keys, People, Port, Registry};
pub use reset::{NotReset, ResetOrder, reset};
pub use resolve::resolve;
pub use sign_in::sign_in;
pub use stop::{Decider, Doubt, NotMade, Stop};
pub use undo::How;
pub use withdraw::{Refused, withdraw};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::policy::Attestation;
use crate::domain::suspension::FactorRef;
use crate::domain::{Bytes, VisitId};
use crate::wire::{Offer, Operator, WhyNot};
use dialogue::{Ending, Event};

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

/// Tells the face how a run ended, and hands the result on.
pub fn conclude(desk: &mut dyn Desk, result: Result<Ending, Stop>) -> Result<Ending, Stop> {
    let ending = match &result {
        Ok(ending) => ending.clone(),
        Err(stop) => Ending::Stopped {
            stop: stop.clone(),
            remains: stop.remains(),
        },
    };
    desk.tell(Event::Ended { ending });
    result
}
