//! What happens in a run.

use jiff::Timestamp;
use serde::Serialize;

use super::{Ending, Job, Step};
use crate::domain::act::Act;
use crate::domain::care::{FingerSample, Oddity, TestedStep};
use crate::domain::factor::CodeVerdict;
use crate::domain::identification::Earlier;
use crate::domain::policy::Verdict;
use crate::domain::reset::Losses;
use crate::domain::{Identification, KeyFacts, PersonId};
use crate::record::Remains;
use crate::wire::{KeyReport, ServedBy, WhyNot};

/// What happens in a run. The command line prints each as one JSON line.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// A run begins.
    Began {
        /// What it is about.
        job: Job,
    },
    /// A step is now the current one.
    Step {
        step: Step,
    },
    StepDone {
        step: Step,
        note: Note,
    },
    /// A visit with somebody is open, and goes on after the run.
    Visiting {
        person: PersonId,
        name: String,
        /// It ends then, unless something is done in it.
        until: Timestamp,
    },
    Challenge {
        /// Its end, by the station's clock.
        expires_at: Timestamp,
    },
    /// A key is waiting for a finger.
    Touch {
        key: KeyFacts,
        /// This is touch number `nth` …
        nth: u8,
        /// … of so many.
        of: u8,
        until: Timestamp,
    },
    /// The key is blinking (a keepalive said so), or busy.
    Alive {
        /// It waits for a touch.
        touch: bool,
    },
    /// The sensor waits for a finger; what came of the touch before, if there was one.
    Finger {
        key: KeyFacts,
        /// The touch before.
        sample: Option<FingerSample>,
    },
    /// The touch was felt, or the wait ended.
    TouchOver,
    /// The key was pulled; the run waits for it at the same place.
    Pulled {
        key: KeyFacts,
    },
    Back {
        key: KeyFacts,
    },
    /// Another desk serves the person now; identifying them here ends that.
    ServedBy {
        other: ServedBy,
    },
    /// How the person was identified the last time, where that was otherwise than just now.
    IdentifiedBefore {
        before: Earlier,
    },
    /// Somebody proves a factor that they have: until that step is done, everything that is asked is asked for it.
    Prover {
        /// Whose it is.
        name: String,
    },
    /// What the next signature says besides that its signer has the key.
    Signing {
        act: Act,
    },
    /// The key was pulled, and what was learnt of it counts no more: what is in the slot now is checked from the start.
    Anew,
    /// What is to be done with a key that is being reset.
    Coach {
        key: KeyFacts,
        coach: Coach,
    },
    /// The key that was chosen is not the one that the unfinished work is about; it is asked for again.
    OtherKey {
        /// The one that is.
        wanted: Wanted,
    },
    /// The pending question is void.
    Withdrawn,
    /// From now on a stop leaves this behind.
    Leaves {
        remains: Remains,
    },
    /// The run is over; nothing follows.
    Ended {
        ending: Ending,
    },
}

/// Which key is meant.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Wanted {
    /// That one.
    Key(KeyReport),
    /// Any one of theirs.
    Of {
        /// What they are called.
        name: String,
    },
}

/// What is to be done with a key that is being reset. Each takes the place of the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "coach", rename_all = "kebab-case")]
pub enum Coach {
    Pull {
        /// Why once more.
        #[serde(skip_serializing_if = "Option::is_none")]
        again: Option<Again>,
    },
    /// Put it back into the same slot. From then on it takes a reset for so long.
    PutBack {
        /// In seconds.
        window_s: i64,
    },
    /// It is in: the reset is on its way.
    Window {
        /// Until then the key takes it, by the station's clock.
        until: Timestamp,
    },
    Touch {
        until: Timestamp,
        /// Hold it for so long; 0: a short touch will do.
        hold_s: u8,
    },
}

/// How long a key asks to be held for a reset (longTouchForReset), in seconds: five in CTAP 2.3, section 6.6.
pub const HOLD_S: u8 = 5;
/// The same in CTAP 2.2. A key does not say by which it goes: it answers when it has been held for long enough.
pub const HOLD_MOST_S: u8 = 10;

/// Why a reset has to be tried once more. Nothing on the key has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Again {
    /// The reset came too late after the plug.
    TooLate,
    /// Nobody touched the key, or not for long enough.
    Untouched,
    /// The key was pulled, and still holds what it held.
    Pulled,
    /// Another key was put in.
    OtherKey,
}

/// What came of a step.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "note", rename_all = "kebab-case")]
pub enum Note {
    /// Nothing to add.
    None,
    Identified {
        identification: Identification,
    },
    Key {
        key: KeyFacts,
    },
    Verdict {
        verdict: Verdict,
    },
    /// The person set a PIN.
    PinSet,
    /// The person changed the PIN because the key demanded it.
    PinChanged,
    /// The person typed the PIN, or the key verified a finger.
    Verified,
    /// The key has no PIN.
    NoPin,
    /// What is unusual about the key.
    Oddities {
        /// Heaviest first.
        oddities: Vec<Oddity>,
    },
    /// The key holds so many of them.
    Held {
        count: usize,
    },
    /// A step of a test.
    Tested {
        /// How it went.
        tested: TestedStep,
    },
    /// The key signed; its public key is not known here, so that only the registry can check the signature.
    LeftToRegistry,
    /// What a reset destroys.
    Losses {
        /// By name.
        losses: Losses,
    },
    /// The registry answered a code.
    Code {
        /// What it said.
        verdict: CodeVerdict,
    },
    /// The person proved this factor of theirs.
    Proved {
        /// Its name; a security key has none here.
        name: Option<String>,
    },
    /// It waits in the outbox.
    Queued,
    /// The registry refused it; see the outbox.
    Conflict {
        #[serde(flatten)]
        detail: WhyNot,
    },
}
