//! Why a run ends early: what a key did not do, what was not allowed, what could not be reached, and what that leaves behind.
//!
//! Invariant: each reason has a stable word and its facts; `text` says what happened and what to do next.

use std::fmt;

use jiff::Timestamp;

use crate::domain::authority::{NotAllowed, Row};
use crate::domain::pin::PinError;
use crate::domain::reason::{Flaw, Gap, KeyFault, Refusal, Said, StockFault, Unmet};
use crate::domain::stop_code::StopCode;
use crate::domain::visit::Takes;
use crate::record::Remains;
use crate::wire::{WhyNot, problem_code};

/// Why a key gave no credential, and whether it may have made one all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotMade {
    pub fault: KeyFault,
    /// Whether it made one.
    pub doubt: Doubt,
}

/// A fault of which nothing more is known: it may have made one.
impl From<KeyFault> for NotMade {
    fn from(fault: KeyFault) -> Self {
        Self {
            fault,
            doubt: Doubt::Yes,
        }
    }
}

/// Whether a key that gave no credential made one all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// It was never asked.
    No,
    /// It says that it made none: its word is believed only where it can't be looked at.
    ItsWord,
    /// It may have.
    Yes,
}

/// Who decides what would lock somebody out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decider {
    /// As the matrix has it.
    Row(&'static Row),
    /// Whoever enrolled it, which nobody here can tell.
    Enroller,
    /// For an operator's own key.
    RegistryAdministrator,
}

/// Why a workflow ended early.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// The person in front of the screen stopped it.
    Cancelled,
    /// What it was to settle is settled already.
    Settled,
    /// No session, or the session has ended.
    SignedOut,
    /// Not this operator's to do.
    NotAllowed(NotAllowed),
    /// The key is not taken.
    KeyRefused(Refusal),
    /// The registry refused, e.g. no such person.
    RegistryRefused {
        /// The problem's code.
        code: String,
        /// What it says of it.
        detail: WhyNot,
    },
    /// It would be refused: something that must hold does not.
    Unmet(Unmet),
    /// The registry can't be reached and there is no ticket. Nothing was done.
    Unreachable(Gap),
    /// The registry was asked to do something at once, and its answer was lost: whether it did is not known.
    Unanswered(Gap),
    /// The key holds a credential for the person that the registry does not know, and another station may be about to report it:
    /// until this time nobody can tell.
    OpenElsewhere {
        /// By the registry's clock.
        until: Timestamp,
    },
    /// The offer's life is over.
    OfferExpired,
    /// The key.
    Key(KeyFault),
    /// It would lock somebody out, which is for others to decide.
    Strands {
        account: String,
        /// Who may decide it.
        may: Decider,
    },
    /// More has to be shown before this person gets a factor.
    Authority {
        person: String,
        takes: Takes,
        /// Who could answer for them at the desk.
        may: Vec<String>,
    },
    /// The station's memory. Nothing more is acknowledged.
    Store(Said),
    /// The key's answer does not verify.
    Unproven(Flaw),
    /// No code was right, and no more are taken.
    WrongCodes(u8),
    /// A face that answers from arguments has none for what was asked.
    Misused {
        /// A stable word of the command line's.
        code: &'static str,
        /// In the reader's words.
        detail: String,
    },
    /// A PIN that whoever was asked gave is none that is taken: it was not sent to the key.
    PinNotTaken(PinError),
    /// The run ended after it had changed the key; this is what remains.
    Left {
        /// The cause.
        cause: Box<Stop>,
        /// What remains.
        remains: Remains,
    },
}

impl From<NotAllowed> for Stop {
    fn from(refused: NotAllowed) -> Self {
        Self::NotAllowed(refused)
    }
}

impl From<KeyFault> for Stop {
    fn from(fault: KeyFault) -> Self {
        match fault {
            KeyFault::Cancelled => Self::Cancelled,
            fault => Self::Key(fault),
        }
    }
}

impl From<Refusal> for Stop {
    fn from(why: Refusal) -> Self {
        Self::KeyRefused(why)
    }
}

impl From<Flaw> for Stop {
    fn from(flaw: Flaw) -> Self {
        Self::Unproven(flaw)
    }
}

/// The stable word with its facts, for logs and records; people read what `text` makes of it.
impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Left { cause, remains } => return write!(f, "{cause}; leaves {remains:?}"),
            Self::Key(fault) => return fault.fmt(f),
            _ => f.write_str(self.code().as_str())?,
        }
        match self {
            Self::Cancelled | Self::Settled | Self::SignedOut | Self::OfferExpired => Ok(()),
            Self::Key(_) | Self::Left { .. } => Ok(()),
            Self::NotAllowed(refused) => write!(f, ": {refused:?}"),
            Self::KeyRefused(why) => write!(f, ": {why}"),
            Self::RegistryRefused { code, detail } => write!(f, ": {code}: {detail}"),
            Self::Unmet(unmet) => write!(f, ": {unmet}"),
            Self::Unreachable(gap) | Self::Unanswered(gap) => write!(f, ": {gap}"),
            Self::OpenElsewhere { until } => write!(f, ": {until}"),
            Self::Strands { account, may } => write!(f, ": {account}, {may:?}"),
            Self::Authority { person, may, .. } => write!(f, ": {person}, {may:?}"),
            Self::Store(said) => write!(f, ": {}", said.words),
            Self::Unproven(flaw) => write!(f, ": {flaw}"),
            Self::WrongCodes(codes) => write!(f, ": {codes}"),
            Self::Misused { code, detail } => write!(f, ": {code}: {detail}"),
            Self::PinNotTaken(error) => write!(f, ": {error}"),
        }
    }
}

impl std::error::Error for Stop {}

/// The code with which the registry would refuse.
fn code_of(unmet: &Unmet) -> &'static str {
    match unmet {
        Unmet::NoApps => "no-apps",
        Unmet::NoKey { .. } => "no-key",
        Unmet::NoFactor { .. } | Unmet::Gone { .. } => problem_code::FACTOR_UNKNOWN,
        Unmet::Suspended { .. } | Unmet::SuspendedForGood { .. } => problem_code::FACTOR_SUSPENDED,
        Unmet::NoVisit { .. } => problem_code::VISIT_OVER,
        Unmet::OwnMake { .. } | Unmet::BeganWithout { .. } | Unmet::LostAccess { .. } => {
            problem_code::AUTHORITY_NEEDED
        }
        Unmet::NotWaiting { .. } => problem_code::NOT_WAITING,
        Unmet::Document
        | Unmet::OpensStill { .. }
        | Unmet::NobodyReleases
        | Unmet::NotLent { .. }
        | Unmet::NothingForgotten { .. }
        | Unmet::NobodyStandsBy
        | Unmet::NeedsNoReset { .. } => problem_code::NOT_ALLOWED,
        Unmet::OneWay { .. } => problem_code::NOT_CALLED,
        Unmet::MayObject { .. } | Unmet::NothingOpen { .. } | Unmet::ResetOver { .. } => {
            problem_code::RESET_OVER
        }
        Unmet::MayStillCome { .. } => problem_code::RESET_OPEN,
        Unmet::NothingToSign => problem_code::OFFER_FOREIGN,
        Unmet::NotSuspended { .. } => problem_code::NOT_SUSPENDED,
        Unmet::Held => problem_code::CREDENTIAL_EXISTS,
        Unmet::AppHeld { .. } => problem_code::FACTOR_EXISTS,
        Unmet::NotSealed => problem_code::SEAL_BROKEN,
        Unmet::Stock { fault } => match fault {
            StockFault::Refused { refusal } if refusal.why.is_conflict() => {
                problem_code::STOCK_MOVED
            }
            StockFault::Taken { .. } => problem_code::IDENTIFIER_TAKEN,
            StockFault::Refused { .. }
            | StockFault::NoItem { .. }
            | StockFault::SeveralItems { .. }
            | StockFault::NoPlace { .. }
            | StockFault::SeveralPlaces { .. }
            | StockFault::Closed { .. }
            | StockFault::AnsweredBy { .. }
            | StockFault::NoDelivery { .. }
            | StockFault::TagForeign { .. }
            | StockFault::NoTags
            | StockFault::NoTag { .. } => problem_code::STOCK_REFUSED,
        },
    }
}

impl Stop {
    /// What is suspended proves nothing, whatever is asked of it.
    pub(super) fn suspended(person: &str, factor: &str) -> Self {
        Self::Unmet(Unmet::Suspended {
            person: person.to_owned(),
            factor: factor.to_owned(),
        })
    }

    /// Its stable word: part of the command line's output, and what `text` explains.
    pub fn code(&self) -> StopCode {
        match self {
            Self::Cancelled | Self::Key(KeyFault::Cancelled) => StopCode::Cancelled,
            Self::Settled => StopCode::Settled,
            Self::SignedOut => StopCode::SignedOut,
            Self::NotAllowed(_) => StopCode::NotAllowed,
            Self::KeyRefused(_) => StopCode::KeyRefused,
            Self::RegistryRefused { .. } | Self::Unmet(_) => StopCode::RegistryRefused,
            Self::Unreachable(_) => StopCode::Unreachable,
            Self::Unanswered(_) => StopCode::Unanswered,
            Self::OpenElsewhere { .. } => StopCode::OpenElsewhere,
            Self::OfferExpired => StopCode::OfferExpired,
            Self::Key(fault) => fault.code(),
            Self::Strands { .. } => StopCode::Strands,
            Self::Authority { takes, .. } => match takes {
                Takes::Identification => StopCode::NotIdentified,
                Takes::OwnFactor => StopCode::OwnFactorNeeded,
                Takes::Administrator => StopCode::AdministratorNeeded,
                Takes::Release => StopCode::ReleaseNeeded,
            },
            Self::Store(_) => StopCode::Store,
            Self::Unproven(_) => StopCode::Unproven,
            Self::WrongCodes(_) => StopCode::WrongCodes,
            Self::Misused { .. } => StopCode::Misused,
            Self::PinNotTaken(_) => StopCode::PinNotTaken,
            Self::Left { cause, .. } => cause.code(),
        }
    }

    /// The code of the registry's refusal, where it refused.
    pub fn refusal(&self) -> Option<&str> {
        match self {
            Self::RegistryRefused { code, .. } => Some(code),
            Self::Unmet(unmet) => Some(code_of(unmet)),
            Self::Left { cause, .. } => cause.refusal(),
            _ => None,
        }
    }

    pub fn remains(&self) -> Remains {
        match self {
            Self::Left { remains, .. } => *remains,
            _ => Remains::Nothing,
        }
    }

    /// The cause, without what remains.
    pub fn cause(&self) -> &Self {
        match self {
            Self::Left { cause, .. } => cause.cause(),
            other => other,
        }
    }

    /// Whether the station's memory failed: nothing more is written down, so nothing more is done to a key.
    pub(super) fn is_store(&self) -> bool {
        matches!(self.cause(), Self::Store(_))
    }

    pub(super) fn leaving(self, remains: Remains) -> Self {
        match self {
            left @ Self::Left { .. } => left,
            cause if remains == Remains::Nothing => cause,
            cause => Self::Left {
                cause: Box::new(cause),
                remains,
            },
        }
    }
}
