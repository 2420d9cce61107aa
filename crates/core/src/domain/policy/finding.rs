//! What can be found about a key, and how much it weighs.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::rule::Why;
use crate::domain::models::{Level, Source, Status};

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// Good to know.
    Note,
    /// The operator should think twice.
    Warning,
    /// The key can't be enrolled.
    Refusal,
}

/// One thing found about a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "finding", rename_all = "kebab-case")]
pub enum Finding {
    /// A model that was tested with IAMconnected.
    TestedModel,
    /// Any FIDO2 key may be used, but this model was not tested.
    UntestedModel,
    /// The AAGUID is not in the list of models.
    UnknownModel,
    /// Certified by the FIDO Alliance at this level.
    Certified {
        /// For instance `L1`.
        level: Level,
        /// The metadata that says so; none: the station's list of models.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source: Option<Source>,
    },
    /// The metadata of the FIDO Alliance knows no certification of it.
    NotCertified {
        /// Which metadata.
        source: Source,
    },
    /// The FIDO Alliance published this against the model.
    Reported {
        status: Status,
        /// From when it holds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<Date>,
        /// Which metadata.
        source: Source,
    },
    /// A published weakness concerns its firmware.
    Advisory {
        /// The published name.
        id: String,
        /// One sentence.
        summary: String,
    },
    /// A rule of this station's policy speaks of it.
    Rule {
        /// The rule's name, or its number.
        rule: String,
        /// What the rule says.
        ruling: Ruling,
        /// Why, in the words of whoever wrote the policy.
        why: Why,
    },
    /// A warning that a rule of the policy lifts; the rule's own finding says why.
    Lifted {
        /// The warning.
        what: Box<Finding>,
    },
    /// Speaks U2F only.
    NotFido2,
    /// Can't have a PIN, and has no user verification of its own.
    NoPinSupport,
    /// A credential takes verification by the key itself, and it has none set up.
    FingerNeeded,
    /// Every attempt is used up: only a reset helps.
    PinBlocked,
    /// Only this many attempts are left.
    FewPinRetries {
        /// Attempts left.
        retries: u8,
    },
    /// The key demands a new PIN before anything else: the person changes it on the way.
    PinChangeRequired,
    /// No room for another discoverable credential.
    StoreFull,
    /// Can't keep discoverable credentials although the relying party asks for one.
    NotDiscoverable,
    /// The registry takes none of the algorithms that it has.
    NoCommonAlgorithm {
        /// COSE identifiers, as the key states them.
        has: Vec<i64>,
    },
    /// This very key is enrolled for somebody else.
    BoundTo { person: String },
    /// It is the key with which the operator signed in.
    OperatorsOwn,
    /// After this enrolment a main administrator still has no standby key.
    NoStandby,
}

/// What a rule says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ruling {
    /// The key may be used; nothing that follows in the policy speaks against it.
    Allow,
    /// The operator decides.
    Warn,
    /// The key can't be enrolled.
    Refuse,
}

impl Ruling {
    /// How much it weighs.
    pub fn weight(self) -> Weight {
        match self {
            Self::Allow => Weight::Note,
            Self::Warn => Weight::Warning,
            Self::Refuse => Weight::Refusal,
        }
    }
}

impl Finding {
    /// How much it weighs.
    pub fn weight(&self) -> Weight {
        match self {
            Self::TestedModel
            | Self::Certified { .. }
            | Self::NotCertified { .. }
            | Self::NoStandby
            | Self::Lifted { .. } => Weight::Note,
            Self::UntestedModel
            | Self::UnknownModel
            | Self::Advisory { .. }
            | Self::PinChangeRequired
            | Self::FewPinRetries { .. } => Weight::Warning,
            Self::Rule { ruling, .. } => ruling.weight(),
            Self::Reported { status, .. } => match status {
                // Who has the key in hand, or a word that nobody here knows: the operator decides.
                Status::UserKeyPhysicalCompromise | Status::Other(_) => Weight::Warning,
                Status::Revoked
                | Status::UserVerificationBypass
                | Status::AttestationKeyCompromise
                | Status::UserKeyRemoteCompromise
                // These three are never reported against a model.
                | Status::Certified(_)
                | Status::NotCertified
                | Status::SelfAsserted
                | Status::UpdateAvailable => Weight::Refusal,
            },
            Self::NotFido2
            | Self::NoPinSupport
            | Self::FingerNeeded
            | Self::PinBlocked
            | Self::StoreFull
            | Self::NotDiscoverable
            | Self::NoCommonAlgorithm { .. }
            | Self::OperatorsOwn
            | Self::BoundTo { .. } => Weight::Refusal,
        }
    }
}
