//! Whether a key may be enrolled, and what the operator should know of it first.

use serde::{Deserialize, Serialize};

use super::key::KeyFacts;
use super::models::Models;
use super::person::Person;

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
        level: String,
    },
    /// A published weakness concerns its firmware.
    Advisory {
        /// The published name.
        id: String,
        /// One sentence.
        summary: String,
    },
    /// Speaks U2F only.
    NotFido2,
    /// Can't have a PIN, and has no user verification of its own.
    NoPinSupport,
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
    /// This station enrolled this very key for somebody else.
    BoundTo {
        /// Whom.
        person: String,
    },
    /// It is the key with which the operator signed in.
    OperatorsOwn,
    /// After this enrolment a main administrator still has no standby key.
    NoStandby,
}

impl Finding {
    /// How much it weighs.
    pub fn weight(&self) -> Weight {
        match self {
            Self::TestedModel | Self::Certified { .. } | Self::NoStandby => Weight::Note,
            Self::UntestedModel
            | Self::UnknownModel
            | Self::Advisory { .. }
            | Self::PinChangeRequired
            | Self::FewPinRetries { .. } => Weight::Warning,
            Self::NotFido2
            | Self::NoPinSupport
            | Self::PinBlocked
            | Self::StoreFull
            | Self::NotDiscoverable
            | Self::OperatorsOwn
            | Self::BoundTo { .. } => Weight::Refusal,
        }
    }
}

/// Everything found about a key, heaviest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Verdict {
    /// What was found.
    pub findings: Vec<Finding>,
}

impl Verdict {
    /// Whether nothing speaks against the enrolment for good.
    pub fn admits(&self) -> bool {
        self.worst() != Some(Weight::Refusal)
    }

    /// The heaviest weight.
    pub fn worst(&self) -> Option<Weight> {
        self.findings.iter().map(Finding::weight).max()
    }
}

/// What the verdict is about besides the key itself.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// For whom.
    pub person: &'a Person,
    /// The relying party asks for a discoverable credential.
    pub discoverable_required: bool,
    /// Whom this very key was enrolled for before, if not for this person.
    pub bound_to: Option<&'a str>,
    /// It holds the credential with which the operator signed in.
    pub operators_own: bool,
}

/// Fewer attempts than this are worth a warning.
const FEW_RETRIES: u8 = 3;

/// Weighs a key for an enrolment.
pub fn judge(key: &KeyFacts, models: &Models, about: Circumstances<'_>) -> Verdict {
    let mut findings = Vec::new();
    if !key.is_fido2() {
        findings.push(Finding::NotFido2);
        return Verdict { findings };
    }
    if let Some(person) = about.bound_to {
        findings.push(Finding::BoundTo {
            person: person.to_owned(),
        });
    }
    if about.operators_own {
        findings.push(Finding::OperatorsOwn);
    }
    findings.extend(pin_findings(key));
    if about.discoverable_required && !key.discoverable {
        findings.push(Finding::NotDiscoverable);
    }
    if about.discoverable_required && key.free_credential_slots == Some(0) {
        findings.push(Finding::StoreFull);
    }
    findings.extend(model_findings(key, models));
    if about.person.lacks_standby_key() && about.person.keys == 0 {
        findings.push(Finding::NoStandby);
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.weight()));
    Verdict { findings }
}

fn pin_findings(key: &KeyFacts) -> Vec<Finding> {
    match (key.pin_set, key.pin_retries) {
        (None, _) if !key.built_in_uv => vec![Finding::NoPinSupport],
        (Some(true), Some(0)) => vec![Finding::PinBlocked],
        (Some(true), _) if key.pin_change_required => vec![Finding::PinChangeRequired],
        (Some(true), Some(retries)) if retries < FEW_RETRIES => {
            vec![Finding::FewPinRetries { retries }]
        }
        _ => Vec::new(),
    }
}

fn model_findings(key: &KeyFacts, models: &Models) -> Vec<Finding> {
    let mut findings = vec![match models.model(key.id.aaguid) {
        None => Finding::UnknownModel,
        Some(model) if model.tested => Finding::TestedModel,
        Some(_) => Finding::UntestedModel,
    }];
    if let Some(level) = models
        .model(key.id.aaguid)
        .and_then(|model| model.certification.clone())
    {
        findings.push(Finding::Certified { level });
    }
    findings.extend(
        models
            .advisories(key)
            .into_iter()
            .map(|a| Finding::Advisory {
                id: a.id.clone(),
                summary: a.summary.clone(),
            }),
    );
    findings
}

impl Finding {
    /// In English, for records and the command line.
    pub fn in_words(&self) -> String {
        match self {
            Self::TestedModel => "a tested model".to_owned(),
            Self::UntestedModel => "a model that was not tested with IAMconnected".to_owned(),
            Self::UnknownModel => "a model that this station does not know".to_owned(),
            Self::Certified { level } => format!("FIDO certified, level {level}"),
            Self::Advisory { id, summary } => format!("advisory {id}: {summary}"),
            Self::NotFido2 => "it speaks U2F only: take a FIDO2 key".to_owned(),
            Self::NoPinSupport => "it cannot have a PIN: take another key".to_owned(),
            Self::PinBlocked => "its PIN is blocked: reset it or take another key".to_owned(),
            Self::FewPinRetries { retries } => format!("only {retries} PIN attempts are left"),
            Self::PinChangeRequired => "it demands a new PIN first".to_owned(),
            Self::StoreFull => "it has no room for another credential".to_owned(),
            Self::NotDiscoverable => "it cannot keep discoverable credentials".to_owned(),
            Self::BoundTo { person } => {
                format!("it is enrolled for {person}: take another key, or reset it first")
            }
            Self::OperatorsOwn => "it is the operator's own key: take the person's".to_owned(),
            Self::NoStandby => "a main administrator should have a standby key too".to_owned(),
        }
    }
}

impl Verdict {
    /// What speaks against the key, in English.
    pub fn in_words(&self) -> String {
        self.findings
            .iter()
            .filter(|finding| finding.weight() == Weight::Refusal)
            .map(Finding::in_words)
            .collect::<Vec<_>>()
            .join("; ")
    }
}
