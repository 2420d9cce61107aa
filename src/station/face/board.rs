//! The board of a batch: what every slot is at, what it waits for and since when. Plain values.

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::batch::{KeyEnd, Tally};
use crate::domain::list::FileFault;
use crate::domain::policy::Finding;
use crate::domain::profile::{Budget, StepKind};
use crate::domain::unfit::{Taken, Unfit};
use crate::domain::{BatchId, PersonId, Pin, UsbPath};
use crate::station::face::Remark;
use crate::workflow::Stop;
use crate::workflow::dialogue::Question;

/// A batch at this moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Board {
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
    pub begun_at: Timestamp,
    /// Every slot that holds or held a key, by number.
    pub slots: Vec<BoardSlot>,
    /// The keys that have left it, the last one first.
    pub left: Vec<LeftKey>,
    pub over: bool,
}

/// A slot on the board.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BoardSlot {
    /// The short number.
    pub number: u16,
    pub place: UsbPath,
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
        /// Hold it for so long, in seconds; 0: a short touch will do.
        hold_s: u8,
        /// Of all that wait for a finger, this one came so manieth, from 1.
        turn: usize,
    },
    /// The key is to be pulled out: it takes a reset only just after it was put in.
    Pull,
    /// It is to be put back into the same slot.
    PutBack {
        /// It takes the reset for so long after that, in seconds.
        window_s: i64,
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
        /// Why.
        #[serde(skip)]
        stop: Stop,
    },
    /// The key does not take part: it is to be taken out.
    Refused {
        /// Why.
        #[serde(skip)]
        stop: Stop,
    },
    /// Every step is done: it is to be taken out.
    Done,
    /// It was taken out of the batch.
    Skipped,
}

impl SlotWork {
    /// Whether a key is at work there: what is open on it is being ended.
    pub fn is_under_way(&self) -> bool {
        match self {
            Self::Working
            | Self::Touch { .. }
            | Self::Pull
            | Self::PutBack { .. }
            | Self::Pin { .. }
            | Self::Tag { .. }
            | Self::Pulled => true,
            Self::Free
            | Self::NotNeeded
            | Self::Stopped { .. }
            | Self::Refused { .. }
            | Self::Done
            | Self::Skipped => false,
        }
    }

    /// A stable word.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::NotNeeded => "not-needed",
            Self::Working => "working",
            Self::Touch { .. } => "touch",
            Self::Pin { .. } => "pin",
            Self::Tag { .. } => "tag",
            Self::Pull => "pull",
            Self::PutBack { .. } => "put-back",
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
    pub number: u16,
    pub model: String,
    pub serial: Option<String>,
    pub person: Option<String>,
    pub tag: Option<String>,
    /// What its label reads.
    pub label: Option<String>,
    pub end: KeyEnd,
    pub at: Timestamp,
}

/// What an operator does about a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BatchOrder {
    /// A key that stopped is tried again.
    Retry(UsbPath),
    /// A key is taken out of the batch.
    Skip(UsbPath),
    /// A key's work is stopped; it can then be tried again or skipped.
    Abort(UsbPath),
    /// A key is made to blink.
    Wink(UsbPath),
    /// No more keys: what is at work is stopped, and the batch is over.
    End,
    /// Stop for now: it can be taken up again.
    Pause,
}

/// What a batch would do now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Forecast {
    /// To each key in the bay, by slot number.
    pub keys: Vec<KeyForecast>,
    /// What one key asks of people.
    pub each: Budget,
    /// What the keys that are in the bay now and would take part ask together.
    pub now: Budget,
    /// What the whole batch asks, where its number of keys is known.
    pub whole: Option<Budget>,
    /// So many keys would still be wanted.
    pub further_keys: Option<u32>,
}

/// What a batch would do to one key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyForecast {
    pub slot: u16,
    pub place: UsbPath,
    pub model: String,
    pub serial: Option<String>,
    /// The steps that it would go through; none when it does not take part.
    pub steps: Vec<StepKind>,
    pub person: Option<PersonId>,
    /// Why it does not take part.
    pub refused: Option<Unfit>,
    /// What the operator should know of it.
    pub warnings: Vec<Finding>,
    /// What would be lost.
    pub lost: Vec<Taken>,
}

/// Why a tag was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagComplaint {
    /// Empty, too long, or with control characters.
    Form,
    /// Another key has it.
    Taken,
}

/// What an operator does about batches at the kiosk.
pub enum BatchCommand {
    /// Which profiles and lists are there?
    Look,
    /// Say what would be done to the keys in the bay.
    Forecast(BatchWish),
    Begin(BatchWish),
    /// Take up the batch that was stopped.
    Resume(BatchId),
    /// Do something about the batch that is on.
    Order(BatchOrder),
    /// Answer the pending question.
    Answer(BatchAnswer),
}

/// A batch as it is put together at the kiosk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BatchWish {
    /// The profile's file name.
    pub profile: String,
    /// The list's file name, where the profile enrols.
    pub people: Option<String>,
    /// What is stated of everybody whom the list does not say more of: nobody is at the desk.
    pub statement: Option<String>,
}

/// An answer to a [`BatchQuestion`].
pub enum BatchAnswer {
    Pin(Pin),
    Tag(String),
    /// Whether keys with these warnings are taken.
    Admit(bool),
}

/// What a batch asks, of one slot at a time.
#[derive(Debug, Clone, PartialEq)]
pub enum BatchQuestion {
    /// A PIN: [`Question::NewPin`] or [`Question::CurrentPin`].
    Pin { slot: u16, question: Question },
    Tag {
        slot: u16,
        /// What was wrong with the last one.
        complaint: Option<TagComplaint>,
    },
    /// Keys with these warnings: [`Question::Admit`].
    Admit { slot: u16, question: Question },
}

/// What a station tells of batches, besides the board.
#[derive(Debug, Clone)]
pub enum BatchUpdate {
    /// The profiles and lists of the configured folder.
    Offered(BatchOffer),
    /// What would be done, or why nothing can be.
    Forecast(Result<Forecast, Remark>),
    /// The batch that is on asks.
    Asks(Box<BatchQuestion>),
    /// The pending question is void.
    Withdrawn,
    /// The batch is over, or stopped for now.
    Over(Remark),
}

/// What a kiosk can choose from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BatchOffer {
    /// The folder; `None`: the station's configuration names none.
    pub folder: Option<String>,
    /// By file name.
    pub profiles: Vec<OfferedProfile>,
    /// By file name.
    pub lists: Vec<OfferedList>,
    /// The batch that is not over and that nobody works on: its name and how far it is.
    pub open: Option<(BatchId, String, Tally)>,
}

/// A profile in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferedProfile {
    pub file: String,
    /// What it is called and does, or what is wrong with it.
    pub is: Result<ProfileView, FileFault>,
}

/// What a profile does, for a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileView {
    /// For people.
    pub name: String,
    pub steps: Vec<StepKind>,
    /// What each key asks of people.
    pub each: Budget,
    /// It needs a list of people.
    pub takes_people: bool,
}

/// A list of people in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferedList {
    pub file: String,
    /// How many people are on it and whether it says of all of them how they were identified, or what is wrong with it.
    pub is: Result<(usize, bool), FileFault>,
}
