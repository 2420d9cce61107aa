//! What is asked of the people in front of the screen, and what they may answer.

use serde::Serialize;

use super::{AccountResetQuestion, AppQuestion, LoanQuestion, LossQuestion};
use crate::domain::account_reset::ResetWish;
use crate::domain::care::{Fingerprint, Setting, StoredCredential};
use crate::domain::factor::TotpCode;
use crate::domain::identification::DeskMethod;
use crate::domain::loan::{LoanDays, Second};
use crate::domain::policy::Verdict;
use crate::domain::reset::{Losses, ResetCase};
use crate::domain::suspension::FactorRef;
use crate::domain::visit::SuspendedWhy;
use crate::domain::{
    Bytes, FactorId, Identification, KeyFacts, OperatorId, Person, PersonId, Pin, UsbPath,
};
use crate::workflow::KeyFault;
use crate::workflow::Stake;

/// What is asked. Esc (cancel) is always possible besides.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "question", rename_all = "kebab-case")]
pub enum Question {
    /// Is this the person, and how was it established? By one of these methods; none: the registry knows one. → [`Answer::Identified`]
    Identify {
        /// Who is expected.
        person: Person,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        methods: Vec<DeskMethod>,
    },
    /// Which of these? The list may be empty: "put the key in". The question is asked anew when the bay changes
    /// (the old one is then withdrawn by [`Event::Withdrawn`]). → [`Answer::Key`], [`Answer::ByTouch`], [`Answer::Wink`]
    ChooseKey {
        /// What is in the bay.
        keys: Vec<KeyFacts>,
    },
    /// The verdict has warnings: use this key? → [`Answer::Yes`] (or cancel, or [`Answer::OtherKey`])
    Admit { key: KeyFacts, verdict: Verdict },
    /// The person chooses a PIN, typed twice. → [`Answer::Pin`]
    NewPin {
        key: KeyFacts,
        /// The least length, in code points.
        min_length: u8,
        /// Why the key refused the last one.
        refused: Option<KeyFault>,
    },
    /// The person types the key's PIN. → [`Answer::Pin`]
    CurrentPin {
        key: KeyFacts,
        /// Attempts left, where the key says.
        retries: Option<u8>,
        /// The last one was wrong.
        wrong: bool,
    },
    /// The key holds a credential for this person already: test it instead? → [`Answer::Yes`], [`Answer::OtherKey`]
    Retest { key: KeyFacts },
    /// Which settings shall the key get? → [`Answer::Settings`]
    Settings {
        key: KeyFacts,
        /// What it offers and does not have yet.
        offered: Vec<Setting>,
    },
    /// These can't be taken back but by a reset: go on? → [`Answer::Yes`], [`Answer::OtherKey`] to choose again
    ConfirmSettings {
        key: KeyFacts,
        /// What it will get.
        settings: Vec<Setting>,
    },
    /// What the key holds: what next? → [`Answer::Done`], [`Answer::Remove`], [`Answer::Rename`]
    Credentials {
        key: KeyFacts,
        /// By RP.
        held: Vec<HeldCredential>,
        /// Room for that many more, at most.
        free_slots: Option<u64>,
    },
    /// The fingerprints: what next? → [`Answer::Done`], [`Answer::AddFinger`], [`Answer::Remove`], [`Answer::Rename`]
    Fingerprints {
        key: KeyFacts,
        /// Those that it has.
        list: Vec<Fingerprint>,
    },
    /// Remove this? There is no way back. → [`Answer::Yes`], [`Answer::OtherKey`] to keep it
    ConfirmRemoval { key: KeyFacts, what: Removal },
    /// Who asked for it, and why? Somebody loses an enrolment. → [`Answer::Case`]
    ResetCase {
        key: KeyFacts,
        losses: Losses,
        /// What is known of the case.
        case: ResetCase,
        by: LostBy,
        /// Something was missing from the last answer.
        wrong: bool,
    },
    /// All of this is lost for ever: the word is to be typed. → [`Answer::Typed`]
    ConfirmReset {
        key: KeyFacts,
        losses: Losses,
        word: String,
        by: LostBy,
        /// The last answer was another one.
        wrong: bool,
    },
    /// Nobody touched in time: once more? → [`Answer::Yes`]
    TouchAgain { key: KeyFacts },
    /// About an authenticator app or a hardware token.
    App(AppQuestion),
    /// About a factor that is lost, or turned up.
    Loss(LossQuestion),
    /// About the reset of an account.
    AccountReset(AccountResetQuestion),
    /// About a key that is lent.
    Loan(LoanQuestion),
}

/// What ends somebody's enrolment on a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LostBy {
    /// Everything on the key is deleted.
    Reset,
    /// This one credential is deleted.
    Deletion,
}

/// A credential on a key, and whom it lets in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldCredential {
    #[serde(flatten)]
    pub credential: StoredCredential,
    #[serde(flatten)]
    pub stake: Stake,
}

/// What is to be removed from a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Removal {
    Credential { held: HeldCredential },
    Fingerprint { fingerprint: Fingerprint },
}

/// An answer to a [`Question`].
pub enum Answer {
    Identified(Identification),
    /// This one.
    Key(UsbPath),
    /// The one that will be touched.
    ByTouch,
    /// Make this one blink, then ask again.
    Wink(UsbPath),
    /// Take another key.
    OtherKey,
    /// Go on.
    Yes,
    Pin(Pin),
    /// These settings.
    Settings(Vec<Setting>),
    /// Nothing more.
    Done,
    /// Remove the credential or fingerprint of this id.
    Remove(Bytes),
    /// Give the credential or fingerprint of this id another name.
    Rename(Bytes, String),
    /// Enrol a finger, with a name or without.
    AddFinger(Option<String>),
    Case(ResetCase),
    /// The word.
    Typed(String),
    Code(TotpCode),
    Factor(FactorId),
    /// A security key instead.
    WithKey,
    /// No: it is not theirs.
    Keep,
    /// In the other way.
    OtherWay,
    /// The one at that place of the list, from 0.
    Nth(usize),
    Administrator(PersonId),
    /// This agent releases.
    Releaser(OperatorId),
    /// This factor, of whatever sort.
    Which(FactorRef),
    /// For this reason: it is confirmed.
    Why(SuspendedWhy),
    /// Why the reset of an account is asked for.
    Wish(ResetWish),
    /// For so many working days.
    LoanDays(LoanDays),
    /// They stand by it.
    Second(Second),
}

impl Answer {
    /// The answer's name, for a log: never its content.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Identified(_) => "identified",
            Self::Key(_) => "key",
            Self::ByTouch => "by-touch",
            Self::Wink(_) => "wink",
            Self::OtherKey => "other-key",
            Self::Yes => "yes",
            Self::Pin(_) => "pin",
            Self::Settings(_) => "settings",
            Self::Done => "done",
            Self::Remove(_) => "remove",
            Self::Rename(..) => "rename",
            Self::AddFinger(_) => "add-finger",
            Self::Case(_) => "case",
            Self::Typed(_) => "typed",
            Self::Code(_) => "code",
            Self::Factor(_) => "factor",
            Self::WithKey => "with-key",
            Self::Keep => "keep",
            Self::OtherWay => "other-way",
            Self::Nth(_) => "nth",
            Self::Administrator(_) => "administrator",
            Self::Releaser(_) => "releaser",
            Self::Which(_) => "which",
            Self::Why(_) => "why",
            Self::Wish(_) => "wish",
            Self::LoanDays(_) => "loan-days",
            Self::Second(_) => "second",
        }
    }
}
