//! Work that a stop left open, with everything needed to finish or undo it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    AppIntent, Begun, CareIntent, Deletion, Intent, KeyReset, Made, OwnKey, PersonReset,
    TokenIntent, Withdrawal,
};
use crate::domain::{IntentId, KeyFacts, Person};

/// A step of an enrolment, as an operator would number them. Order matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IntentStage {
    /// Nothing is known to have reached the key; a credential may or may not be on it.
    Begun,
    /// The PIN was set; likewise.
    PinSet,
    /// A credential is on the key and its registration is on disk.
    Made,
}

/// Unfinished work: an intent with no end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "work", rename_all = "kebab-case")]
#[expect(
    clippy::large_enum_variant,
    reason = "a station has a handful of them, read and matched whole"
)]
pub enum Unfinished {
    /// A person's key.
    Enrolment(OpenEnrolment),
    /// An operator's own key.
    OwnKey(OwnKey),
    /// The credential of an enrolment that was given up.
    Withdrawal(Withdrawal),
    /// A key that was to be reset.
    Reset(KeyReset),
    /// An enrolled credential that was to be deleted from its key.
    Deletion(Deletion),
    /// What care was about to do to a key.
    Care(CareIntent),
    /// An authenticator app whose secret may have been shown.
    App(AppIntent),
    /// A hardware token that the registry may have made a person's.
    Token(TokenIntent),
    /// A person's account that the registry may have reset.
    Person(PersonReset),
}

/// An enrolment with no end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenEnrolment {
    pub intent: Intent,
    /// How far it came.
    pub stage: IntentStage,
    /// What was made, from stage [`IntentStage::Made`] on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<Made>,
}

impl Unfinished {
    /// A person's key, of which nothing is known yet.
    pub fn enrolment(intent: Intent) -> Self {
        Self::Enrolment(OpenEnrolment {
            intent,
            stage: IntentStage::Begun,
            made: None,
        })
    }

    fn intent(&self) -> &dyn Begun {
        match self {
            Self::Enrolment(open) => &open.intent,
            Self::OwnKey(intent) => intent,
            Self::Withdrawal(intent) => intent,
            Self::Reset(intent) => intent,
            Self::Deletion(intent) => intent,
            Self::Care(intent) => intent,
            Self::App(intent) => intent,
            Self::Token(intent) => intent,
            Self::Person(intent) => intent,
        }
    }

    pub fn id(&self) -> IntentId {
        self.intent().id()
    }

    pub fn begun_at(&self) -> Timestamp {
        self.intent().begun_at()
    }

    /// See [`Begun::key`].
    pub fn key(&self) -> Option<&KeyFacts> {
        self.intent().key()
    }

    /// See [`Begun::person`].
    pub fn person(&self) -> Option<&Person> {
        self.intent().person()
    }

    /// See [`Begun::name`].
    pub fn name(&self) -> &str {
        self.intent().name()
    }
}
