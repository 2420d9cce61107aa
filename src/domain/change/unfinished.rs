//! Work that a stop left open, with everything needed to finish or undo it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Intent, Made, OwnKey, TokenIntent, Withdrawal};
use crate::domain::care::CareIntent;
use crate::domain::deletion::Deletion;
use crate::domain::factor::AppIntent;
use crate::domain::reset::KeyReset;
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
}

/// An enrolment with no end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenEnrolment {
    /// What was meant.
    pub intent: Intent,
    /// How far it came.
    pub stage: IntentStage,
    /// What was made, from stage [`IntentStage::Made`] on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<Made>,
}

impl Unfinished {
    /// A person's key, of which nothing is known yet.
    pub fn enrolment(intent: &Intent) -> Self {
        Self::Enrolment(OpenEnrolment {
            intent: intent.clone(),
            stage: IntentStage::Begun,
            made: None,
        })
    }

    /// The intent's identifier.
    pub fn id(&self) -> IntentId {
        match self {
            Self::Enrolment(open) => open.intent.id,
            Self::OwnKey(own) => own.id,
            Self::Withdrawal(withdrawal) => withdrawal.id,
            Self::Reset(reset) => reset.id,
            Self::Deletion(deletion) => deletion.id,
            Self::Care(care) => care.id,
            Self::App(app) => app.id,
            Self::Token(token) => token.id,
        }
    }

    /// The key that it is about, as it was when the work began; none where it is about a phone or a hardware token.
    pub fn key(&self) -> Option<&KeyFacts> {
        match self {
            Self::Enrolment(open) => Some(&open.intent.key),
            Self::OwnKey(own) => Some(&own.key),
            Self::Withdrawal(withdrawal) => Some(&withdrawal.key),
            Self::Reset(reset) => Some(&reset.key),
            Self::Deletion(deletion) => Some(&deletion.key),
            Self::Care(care) => Some(&care.key),
            Self::App(_) | Self::Token(_) => None,
        }
    }

    /// When it was begun.
    pub fn begun_at(&self) -> Timestamp {
        match self {
            Self::Enrolment(open) => open.intent.begun_at,
            Self::OwnKey(own) => own.begun_at,
            Self::Withdrawal(withdrawal) => withdrawal.begun_at,
            Self::Reset(reset) => reset.begun_at,
            Self::Deletion(deletion) => deletion.begun_at,
            Self::Care(care) => care.begun_at,
            Self::App(app) => app.begun_at,
            Self::Token(token) => token.begun_at,
        }
    }

    /// The person that it concerns; none where it is an operator's own key, nobody's, or about a key and not about whose it is.
    pub fn person(&self) -> Option<&Person> {
        match self {
            Self::Enrolment(open) => Some(&open.intent.offer.person),
            Self::OwnKey(_) | Self::Care(_) => None,
            Self::Withdrawal(withdrawal) => Some(&withdrawal.person),
            Self::Reset(reset) => reset.losses.people().first().copied(),
            Self::Deletion(deletion) => deletion.person(),
            Self::App(app) => Some(&app.person),
            Self::Token(token) => Some(&token.person),
        }
    }

    /// The name of the person or operator that it concerns; of a key that is nobody's or was cared for, its model.
    pub fn name(&self) -> &str {
        match self {
            Self::Enrolment(open) => &open.intent.offer.person.name,
            Self::OwnKey(own) => &own.offer.operator.name,
            Self::Withdrawal(withdrawal) => &withdrawal.person.name,
            Self::Reset(reset) => reset.name(),
            Self::Deletion(deletion) => deletion.name(),
            Self::Care(care) => &care.key.model,
            Self::App(app) => &app.person.name,
            Self::Token(token) => &token.person.name,
        }
    }
}
