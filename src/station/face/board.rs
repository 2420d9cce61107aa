//! The board of a batch: what every slot is at, what it waits for and since when. Plain values.

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::batch::{KeyEnd, Tally};
use crate::domain::profile::{Budget, StepKind};
use crate::domain::{BatchId, Place};

/// A batch at this moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Board {
    /// Which batch.
    pub batch: BatchId,
    /// Its profile's name.
    pub name: String,
    /// The steps of each key.
    pub steps: Vec<StepKind>,
    /// How far it is.
    pub tally: Tally,
    /// What all keys together ask of people, where their number is known.
    pub budget: Option<Budget>,
    /// What one key asks of people.
    pub each: Budget,
    /// Touches felt so far.
    pub touches: u32,
    /// PINs typed so far.
    pub pins: u32,
    /// When it was begun.
    pub begun_at: Timestamp,
    /// Every slot that holds or held a key, by number.
    pub slots: Vec<BoardSlot>,
    /// The keys that have left it, the last one first.
    pub left: Vec<LeftKey>,
    /// It is over.
    pub over: bool,
}

/// A slot on the board.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BoardSlot {
    /// The short number.
    pub number: u16,
    /// The USB path.
    pub place: Place,
    /// Model of its key.
    pub model: String,
    /// Serial number of its key.
    pub serial: Option<String>,
    /// For whom, by the registry's identifier or, once it is known, by name.
    pub person: Option<String>,
    /// The tag that the key got.
    pub tag: Option<String>,
    /// What its label reads.
    pub label: Option<String>,
    /// Steps that are done.
    pub done: usize,
    /// The step that it is at.
    pub step: Option<StepKind>,
    /// What it does or waits for.
    pub work: SlotWork,
    /// Since when.
    pub since: Timestamp,
}

/// What a slot does or waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "work", rename_all = "kebab-case")]
pub enum SlotWork {
    /// Empty: it waits for the next key.
    Free,
    /// Its key is not needed any more.
    NotNeeded,
    /// Its key is at work; nobody needs to do anything.
    Working,
    /// Its key waits for a finger.
    Touch {
        /// This is touch number `nth` …
        nth: u8,
        /// … of so many.
        of: u8,
        /// It gives up then, and asks again.
        until: Timestamp,
        /// Of all that wait for a finger, this one came so manieth, from 1.
        turn: usize,
    },
    /// A PIN is to be typed.
    Pin {
        /// From 1, which is being asked now.
        turn: usize,
    },
    /// A tag is to be typed.
    Tag {
        /// From 1, which is being asked now.
        turn: usize,
    },
    /// The key was pulled: it is to be put back.
    Pulled,
    /// It stopped, and waits to be tried again or skipped.
    Stopped {
        /// A stable word.
        code: String,
        /// In English, with the facts.
        detail: String,
    },
    /// The key does not take part: it is to be taken out.
    Refused {
        /// A stable word.
        code: String,
        /// In English, with the facts.
        detail: String,
    },
    /// Every step is done: it is to be taken out.
    Done,
    /// It was taken out of the batch.
    Skipped,
}

impl SlotWork {
    /// A stable word.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::NotNeeded => "not-needed",
            Self::Working => "working",
            Self::Touch { .. } => "touch",
            Self::Pin { .. } => "pin",
            Self::Tag { .. } => "tag",
            Self::Pulled => "pulled",
            Self::Stopped { .. } => "stopped",
            Self::Refused { .. } => "refused",
            Self::Done => "done",
            Self::Skipped => "skipped",
        }
    }
}

/// A key that has left the batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftKey {
    /// The slot's number.
    pub number: u16,
    /// Its model.
    pub model: String,
    /// Its serial number.
    pub serial: Option<String>,
    /// For whom.
    pub person: Option<String>,
    /// Its tag.
    pub tag: Option<String>,
    /// What its label reads.
    pub label: Option<String>,
    /// How it left.
    pub end: KeyEnd,
    /// When.
    pub at: Timestamp,
}

/// What an operator does about a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// A key that stopped is tried again.
    Retry(Place),
    /// A key is taken out of the batch.
    Skip(Place),
    /// A key's work is stopped; it can then be tried again or skipped.
    Abort(Place),
    /// A key is made to blink.
    Wink(Place),
    /// No more keys: what is at work is stopped, and the batch is over.
    End,
    /// Stop for now: it can be taken up again.
    Pause,
}
