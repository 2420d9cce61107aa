//! Why a key or the registry did not do what was asked: facts, which only `text` words.
//!
//! Hides how they are written down. Invariant: a reason is written as its stable word with its facts, never as a sentence, so that
//! a record, a log and a script read the same in every language.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::person::PersonKind;

mod key;
mod step;
mod stock;
mod trouble;

pub use key::{Failure, Flaw, KeyFault, Lacks, Refusal};
pub use step::{Skip, Why};
pub use stock::StockFault;
pub use trouble::{Said, Trouble};

/// What must hold before the registry is asked, and does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unmet {
    /// The registry holds no authenticator apps: its release is older than this station's.
    NoApps,
    /// The person has no such factor.
    NoFactor {
        /// Who.
        person: String,
    },
    /// The factor is suspended.
    Suspended {
        /// Whose.
        person: String,
        /// What it is called.
        factor: String,
    },
    /// The operator has no open visit with the person.
    NoVisit {
        /// Whom.
        person: String,
    },
    /// Whoever made a factor does not give it away.
    OwnMake {
        /// To whom.
        person: String,
    },
    /// Nothing of that name waits.
    NotWaiting {
        /// For whom.
        person: String,
    },
    /// The reset that was to be carried out is over, or another one is open.
    ResetOver {
        /// Whose.
        person: String,
    },
    /// A suspension is lifted for its owner, who shows a document.
    Document,
    /// The registry names no credential that is to sign.
    NothingToSign,
    /// The factor opens nothing already: it is gone.
    Gone {
        /// Whose.
        person: String,
    },
    /// The factor opens nothing already: it is suspended for good.
    SuspendedForGood {
        /// Whose.
        person: String,
    },
    /// The person has no enrolled key.
    NoKey {
        /// Who.
        person: String,
    },
    /// The person has no such factor that is suspended.
    NotSuspended {
        /// Who.
        person: String,
    },
    /// Something opens the person's account: they prove that, and it is not reset.
    OpensStill {
        /// Whose.
        person: String,
    },
    /// No other account may release the reset.
    NobodyReleases,
    /// Nobody is lent a key whose administrators do not answer for them.
    NotLent {
        /// Who.
        person: String,
        kind: PersonKind,
    },
    /// The register of stock does not take it.
    Stock {
        /// Why.
        fault: StockFault,
    },
    /// The person has no factor that they could have forgotten, or has one with them.
    NothingForgotten {
        /// Who.
        person: String,
    },
    /// No second member of staff, nor an administrator of the organisation, may stand by a loan.
    NobodyStandsBy,
    /// No reset is open that they could sign or object to.
    NothingOpen {
        /// Who.
        person: String,
    },
    /// Factors can be added for the person without a reset.
    NeedsNoReset {
        /// Whose.
        person: String,
    },
    /// Somebody who is not at a desk may object to the reset of their account until then.
    MayObject {
        /// Whose.
        person: String,
        until: Timestamp,
    },
    /// That an account be reset was asked for here, with no answer, and may still be taken until then.
    MayStillCome {
        /// Whose.
        person: String,
        until: Timestamp,
    },
    /// Somebody who is not at a desk can be identified in one way at most, and it takes two.
    OneWay {
        person: String,
        /// Whose administrators could answer for them; none: of no organisation.
        organisation: Option<String>,
    },
    /// The person had no factor when the visit began, so they have proved none in it.
    BeganWithout {
        /// Who.
        person: String,
    },
    /// Nothing of theirs proves the person any more, and what would be taken from them is all that opens their account.
    LostAccess {
        /// Who.
        person: String,
        kind: PersonKind,
    },
    /// The registry holds the credential that was to be given up.
    Held,
    /// The registry holds the app that was to be given up: a refusal may follow an acceptance whose answer was lost, and the person
    /// would delete what they need from their phone.
    AppHeld {
        /// Whose.
        person: String,
    },
    /// A secret can't be sealed: the registry gave no key for it that is one.
    NotSealed,
}

/// Why the registry was of no help.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gap {
    /// It can't be reached.
    Down {
        /// As the network puts it.
        detail: String,
        /// What that is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        known: Option<Trouble>,
    },
    /// It answered that it can't now, or that it failed.
    Unserved {
        /// The HTTP status.
        status: u16,
        /// In its words.
        words: Option<String>,
    },
    /// Something in between answered.
    InBetween {
        /// The HTTP status.
        status: u16,
        /// The media type.
        media: String,
    },
    /// Its answer can't be read.
    Unread {
        /// What is wrong with it, for whoever reads a log.
        detail: String,
    },
    /// This station has not joined one.
    NotJoined,
    /// Only it knows the tokens in stock.
    Stock,
    /// The result of a test still waits to be sent.
    TestWaits,
    /// It may hold the credential that was to be given up.
    MayBeHeld,
    /// What is enrolled by now is not known.
    Unknown,
    /// The visit is no longer this operator's.
    VisitPassed,
    /// No attempt was made.
    NotAsked,
}

/// The stable word, with its facts where it has some.
fn line(reason: &impl Serialize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let json = serde_json::to_string(reason).map_err(|_| fmt::Error)?;
    f.write_str(json.trim_matches('"'))
}

macro_rules! written_as_facts {
    ($($reason:ident),*) => {
        $(impl fmt::Display for $reason {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                line(self, f)
            }
        })*
    };
}

written_as_facts!(
    StockFault, KeyFault, Lacks, Failure, Flaw, Refusal, Unmet, Gap, Trouble
);
