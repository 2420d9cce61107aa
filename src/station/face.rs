//! What passes between the station and a face with a screen: commands in, updates out, plain values only.
//!
//! A face never sees a device, the store or the network. Commands are never answered directly: what changed arrives as
//! an [`Update`].

pub mod board;
pub mod home;

use std::sync::Arc;

use crate::domain::care::{Oddity, Portrait};
use crate::domain::history::HistoryLine;
use crate::domain::unfit::Unusable;
use crate::domain::{AccountResetId, EntryId, KeyFacts, Person, PersonId, Pin, UsbPath};
use crate::record::Resolution;
use crate::wire::{Operator, PersonDetail, ResetEnding};
use crate::workflow::Order;
pub use crate::workflow::dialogue::Remark;
use crate::workflow::dialogue::{Answer, Event, Question};
use board::{BatchCommand, BatchUpdate, Board};
pub use home::{CLOCK_TOLERANCE_S, HomeView, PeopleView, Recent, RegistryState};

/// What a face asks of the station.
pub enum Command {
    /// Start a run. A sign-in may come while one is on: the screen was locked over it. The updates and questions of that run are
    /// then held back until its operator has signed in, and [`Command::Answer`] and [`Command::Cancel`] mean the sign-in.
    Run(Order),
    /// The screen is locked: nobody is signed in until the same operator unlocks or another one signs in. A run takes no
    /// further step; it goes on when its own operator is back, and is stopped when another one has signed in.
    Lock,
    /// Sign out, at the registry too. Runs are stopped and say no more.
    SignOut,
    /// Search. The reply carries `serial` so that a late one is recognised; only the last search need be answered.
    Find {
        /// Rises with every search.
        serial: u64,
        /// Name, e-mail, employee or Chamber-of-Commerce number.
        text: String,
    },
    /// Fetch a person's page.
    Open { person: PersonId },
    /// Answer the pending question.
    Answer(Answer),
    /// Stop the run; it says what it leaves behind.
    Cancel,
    /// Fetch what a key says of itself and what was done to it.
    OpenKey { place: UsbPath },
    /// Make a key blink.
    Wink { place: UsbPath },
    /// Push the outbox now, whatever the backoff says.
    PushOutbox,
    /// Resolve a conflict without touching a key.
    ResolveConflict { entry: EntryId, how: Resolution },
    /// Withdraw the reset of an account that one has asked for, or refuse somebody else's.
    EndReset {
        reset: AccountResetId,
        how: ResetEnding,
    },
    /// Fetch tickets for a day.
    FetchTickets { day: jiff::civil::Date },
    /// Something about batches.
    Batch(BatchCommand),
    /// `demo` only: touch the software key that waits, or plug or pull one.
    Soft(SoftCommand),
}

impl Command {
    /// Whether it is an operator's. The others are for whoever stands before a station that is locked.
    pub fn needs_session(&self) -> bool {
        match self {
            Self::Run(order) => !order.signs_in(),
            Self::Lock | Self::SignOut | Self::Answer(_) | Self::Cancel | Self::Soft(_) => false,
            Self::Find { .. }
            | Self::Open { .. }
            | Self::OpenKey { .. }
            | Self::Wink { .. }
            | Self::PushOutbox
            | Self::ResolveConflict { .. }
            | Self::EndReset { .. }
            | Self::FetchTickets { .. }
            | Self::Batch(_) => true,
        }
    }
}

/// What only a demonstration can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SoftCommand {
    /// Touch every software key that is waiting for a touch.
    Touch,
    /// Pull the software key at this slot, or plug it back.
    TogglePlug { slot: u16 },
}

/// What a station tells a face.
#[derive(Debug, Clone)]
pub enum Update {
    /// The bay changed.
    Bay(Arc<Vec<SlotView>>),
    /// Something of the home screen changed.
    Home(Arc<HomeView>),
    /// Who is signed in; `None`: nobody.
    Operator(Option<Operator>),
    /// What a search found.
    Found {
        serial: u64,
        /// `Err`: why nobody was.
        found: Result<Found, Remark>,
    },
    /// A person's page.
    Opened(Box<PersonDetail>),
    /// A key's page.
    KeyOpened(Box<KeyView>),
    /// A random PIN is to be shown once → [`Answer::Yes`] when the person has it.
    HandOver {
        key: KeyFacts,
        pin: HandedPin,
    },
    Question(Question),
    Run(Event),
    /// A sign-in goes on or asks. It is nobody's run at the desk, and nothing of such a run is ever told as one of these.
    SigningIn(SigningIn),
    /// The board of the batch that is on.
    Board(Arc<Board>),
    /// Something else of batches.
    Batch(Box<BatchUpdate>),
    /// Something to read, not part of a run.
    Remark(Remark),
}

/// What a sign-in says.
#[derive(Debug, Clone)]
pub enum SigningIn {
    Event(Event),
    Question(Question),
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// Best match first.
    pub people: Vec<Person>,
    /// More matched.
    pub more: bool,
    /// The registry is out of reach: these are people for whom there is a ticket, as they were when it was issued.
    pub from_tickets: bool,
}

/// A PIN on its way to the screen. Says nothing of itself in a debug text; zeroised when the last hand lets go.
#[derive(Clone)]
pub struct HandedPin(Arc<Pin>);

impl HandedPin {
    /// Takes the PIN.
    pub fn new(pin: Pin) -> Self {
        Self(Arc::new(pin))
    }

    /// The text, for the one screen that shows it.
    pub fn expose(&self) -> &str {
        std::str::from_utf8(self.0.as_bytes()).unwrap_or_default()
    }
}

impl std::fmt::Debug for HandedPin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HandedPin { .. }")
    }
}

/// A key's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyView {
    /// What it says of itself.
    pub portrait: Portrait,
    /// What is unusual about it, heaviest first.
    pub oddities: Vec<Oddity>,
    /// What was done to it, newest first.
    pub history: Vec<HistoryLine>,
}

/// A slot of the bay.
#[derive(Debug, Clone, PartialEq)]
pub struct SlotView {
    /// The short number.
    pub number: u16,
    pub place: UsbPath,
    pub state: SlotState,
}

/// What is in a slot.
#[derive(Debug, Clone, PartialEq)]
pub enum SlotState {
    /// Nothing, but something was.
    Empty,
    /// A key that is being asked who it is.
    Opening {
        /// The USB product string.
        product: String,
    },
    /// A key that can be worked with.
    Ready(Box<KeyFacts>),
    /// A key that is at work.
    Busy(Box<KeyFacts>),
    /// Speaks U2F only: can't be used.
    U2fOnly {
        /// The USB product string.
        product: String,
    },
    /// Can't be used; why, and what to do.
    Unusable {
        /// The USB product string.
        product: String,
        why: Unusable,
    },
}
