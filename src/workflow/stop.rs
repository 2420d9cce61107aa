//! Why a run ends early: what a key did not do, what was not allowed, what could not be reached, and what that leaves behind.
//!
//! Invariant: each reason has a stable word, and says what happened and what to do next.

use std::fmt;

use jiff::Timestamp;

use crate::domain::authority::{NotAllowed, Row};
use crate::domain::visit::Takes;
use crate::record::Remains;

/// Why a key did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// Pulled.
    #[error("the key was pulled out: put it back into the same slot")]
    Gone,
    /// Pulled, and one like it is in the slot now: nothing shows that it is the same.
    #[error(
        "the key was pulled out, and nothing shows that the one in the slot now is the same: start again with the right key"
    )]
    Replugged,
    /// The person in front of the screen stopped it.
    #[error("cancelled")]
    Cancelled,
    /// Nobody touched it in time.
    #[error("nobody touched the key in time")]
    TouchTimeout,
    #[error("wrong PIN: {retries:?} attempts left")]
    WrongPin {
        /// As the key says, where it says.
        retries: Option<u8>,
    },
    /// Three wrong in a row: it must be pulled and put back.
    #[error("three wrong PINs in a row: pull the key and put it back")]
    PowerCycleNeeded,
    /// All attempts are used up.
    #[error("the PIN is blocked: only a reset helps")]
    PinBlocked,
    /// The PIN must be changed before it opens anything.
    #[error("the key demands a new PIN first: change it")]
    PinChangeNeeded,
    /// The key's own rules refuse this PIN.
    #[error("the key refuses this PIN: choose another, perhaps a longer one")]
    PinRefused,
    /// It holds a credential of the exclude list.
    #[error("the key already holds a credential for this person")]
    Excluded,
    /// It holds none of the credentials asked for.
    #[error("the key holds no such credential")]
    NoCredential,
    /// No room.
    #[error("the key has no room for another credential")]
    StoreFull,
    /// It can't do this.
    #[error("the key cannot do this: {0}")]
    Unsupported(String),
    /// Anything else, in words with the facts.
    #[error("{0}")]
    Failed(String),
}

/// Why a key gave no credential, and whether it may have made one all the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{fault}")]
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

impl fmt::Display for Decider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Row(row) => row.fmt(f),
            Self::Enroller => {
                f.write_str("whoever enrolled it, once their station has reported it,")
            }
            Self::RegistryAdministrator => f.write_str(
                "the registry's administrator, with `keydesk registry operators new-key`,",
            ),
        }
    }
}

/// Why a workflow ended early.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    /// The person in front of the screen stopped it.
    #[error("cancelled")]
    Cancelled,
    /// No session, or the session has ended.
    #[error("nobody is signed in: sign in first")]
    SignedOut,
    /// Not this operator's to do.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// Policy refuses the key; the verdict says why.
    #[error("this key cannot be enrolled: {0}")]
    KeyRefused(String),
    /// The registry refused, e.g. no such person.
    #[error("the registry refused: {detail}")]
    RegistryRefused { code: String, detail: String },
    /// The registry can't be reached and there is no ticket. Nothing was done.
    #[error("{0}")]
    Unreachable(String),
    /// The registry was asked to do something at once, and its answer was lost: whether it did is not known.
    #[error(
        "the registry was asked, and its answer did not come ({0}): whether it was done is not known. Do the same once more, which \
         finds out"
    )]
    Unanswered(String),
    /// The key holds a credential for the person that the registry does not know, and another station may be about to report it:
    /// until this time nobody can tell.
    #[error(
        "the key holds a credential for this person that may be another desk's, which has until {until} to report it: let that \
         desk finish, then try again; nothing was changed"
    )]
    OpenElsewhere {
        /// By the registry's clock.
        until: Timestamp,
    },
    /// The offer's life is over.
    #[error("the registry's challenge has expired: start again")]
    OfferExpired,
    #[error(transparent)]
    Key(KeyFault),
    /// It would lock somebody out, which is for others to decide.
    #[error("this would lock out {account}; {may} may do that")]
    Strands {
        account: String,
        /// Who may decide it.
        may: Decider,
    },
    /// More has to be shown before this person gets a factor.
    #[error("{}", authority_text(.person, *.takes, .may))]
    Authority {
        person: String,
        takes: Takes,
        /// Who could answer for them at the desk.
        may: Vec<String>,
    },
    /// The station's memory. Nothing more is acknowledged.
    #[error("the station's memory failed: {0}")]
    Store(String),
    /// The key's answer does not verify.
    #[error("the key's answer does not verify: {0}")]
    Unproven(String),
    /// No code was right, and no more are taken.
    #[error("none of {0} codes was right: see to the phone's clock, then start again")]
    WrongCodes(u8),
    /// The run ended after it had changed the key; this is what remains.
    #[error("{cause}; {}", remains_text(*.remains))]
    Left { cause: Box<Stop>, remains: Remains },
}

fn authority_text(person: &str, takes: Takes, may: &[String]) -> String {
    match takes {
        Takes::Identification => format!("{person} must be identified with a document first"),
        Takes::OwnFactor => format!(
            "{person} has a factor and proves it first: a touch with its PIN, or a code. Is it lost? Suspend it on their page; \
             forgotten? They come back with it"
        ),
        Takes::Administrator if may.is_empty() => format!(
            "{person} has lost all factors: an administrator of their organisation must prove one of theirs at this desk, and none of \
             them has one that can answer for others yet"
        ),
        Takes::Administrator => format!(
            "{person} has lost all factors: {} of their organisation must prove a factor of theirs at this desk",
            may.join(" or ")
        ),
        Takes::Release => format!(
            "{person} has lost all factors: only Customer Service may give them new ones, with the release of a second agent, which \
             this release of Keydesk does not do yet"
        ),
    }
}

fn remains_text(remains: Remains) -> &'static str {
    match remains {
        Remains::Nothing => "the key is as it was",
        Remains::Pin => "the key has a new PIN and nothing else",
        Remains::CredentialDeleted => {
            "the credential was deleted from the key again; its PIN stays"
        }
        Remains::Credential => {
            "the key holds a credential that the registry does not know: see unfinished work"
        }
        Remains::Unknown => {
            "the key may hold a credential that the registry does not know: see unfinished work"
        }
        Remains::InUse => "the key holds a credential that the registry knows: it works",
        Remains::Reset => "the key was reset and nothing on it works any more: see unfinished work",
        Remains::MayBeReset => "the key may have been reset: see unfinished work",
        Remains::Deleted => {
            "the credential is gone from the key, and the registry does not know yet: see unfinished work"
        }
        Remains::MayBeDeleted => {
            "the credential may be gone from the key, while the registry holds it: see unfinished work"
        }
        Remains::Changed => "the key was changed all the same, and the record says so",
        Remains::MayBeChanged => "the key may be changed all the same: see unfinished work",
        Remains::PinProven => "the person has proved the PIN that the key has now",
        Remains::OnPhone => {
            "the phone may hold an entry whose codes open nothing: delete it from the app"
        }
        Remains::AppUnknown => {
            "whether the app is enrolled is not known: look at unfinished work and the outbox before its entry is deleted"
        }
        Remains::NotAssigned => "the token is still in stock",
        Remains::MayBeAssigned => {
            "the registry may list the token as this person's: see unfinished work"
        }
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

impl Stop {
    /// A stable word for it: part of the command line's output, and the key of the localised text.
    pub fn code(&self) -> &str {
        match self {
            Self::Cancelled | Self::Key(KeyFault::Cancelled) => "cancelled",
            Self::SignedOut => "signed-out",
            Self::NotAllowed(_) => "not-allowed",
            Self::KeyRefused(_) => "key-refused",
            Self::RegistryRefused { .. } => "registry-refused",
            Self::Unreachable(_) => "unreachable",
            Self::Unanswered(_) => "unanswered",
            Self::OpenElsewhere { .. } => "open-elsewhere",
            Self::OfferExpired => "offer-expired",
            Self::Key(fault) => fault.code(),
            Self::Strands { .. } => "strands",
            Self::Authority { takes, .. } => match takes {
                Takes::Identification => "not-identified",
                Takes::OwnFactor => "own-factor-needed",
                Takes::Administrator => "administrator-needed",
                Takes::Release => "release-needed",
            },
            Self::Store(_) => "store",
            Self::Unproven(_) => "unproven",
            Self::WrongCodes(_) => "wrong-codes",
            Self::Left { cause, .. } => cause.code(),
        }
    }

    /// The code of the registry's refusal, where it refused.
    pub fn refusal(&self) -> Option<&str> {
        match self {
            Self::RegistryRefused { code, .. } => Some(code),
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

impl KeyFault {
    fn code(&self) -> &'static str {
        match self {
            Self::Gone => "key-gone",
            Self::Replugged => "key-replugged",
            Self::Cancelled => "cancelled",
            Self::TouchTimeout => "touch-timeout",
            Self::WrongPin { .. } => "wrong-pin",
            Self::PowerCycleNeeded => "power-cycle-needed",
            Self::PinBlocked => "pin-blocked",
            Self::PinChangeNeeded => "pin-change-needed",
            Self::PinRefused => "pin-refused",
            Self::Excluded => "excluded",
            Self::NoCredential => "no-credential",
            Self::StoreFull => "store-full",
            Self::Unsupported(_) => "unsupported",
            Self::Failed(_) => "key-failed",
        }
    }
}
