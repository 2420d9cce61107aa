//! The rules of a policy, and what they look at.

use serde::{Deserialize, Serialize};

use super::finding::{Finding, Ruling};
use super::range::{self, Range};
use crate::domain::key::{Aaguid, KeyFacts};
use crate::domain::models::pattern::Pattern;
use crate::domain::models::{Attestation, Level, Listing, Models};

/// The reason of a rule, in the words of whoever wrote the policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Why {
    /// In English.
    pub en: String,
    /// In Dutch; the English text stands in where it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nl: Option<String>,
}

/// What a key can do, in the words of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Feature {
    /// Can have a PIN.
    Pin,
    /// User verification of its own that is set up, such as a fingerprint.
    BuiltInUv,
    /// Always asks for user verification.
    AlwaysUv,
    /// Can keep discoverable credentials.
    Discoverable,
    /// Can list and delete credentials.
    CredentialManagement,
    /// Enterprise attestation, whether enabled or not.
    EnterpriseAttestation,
    /// The extension credProtect.
    CredProtect,
    /// The extension minPinLength.
    MinPinLength,
    /// The extension hmac-secret.
    HmacSecret,
    /// The extension credBlob.
    CredBlob,
    /// The extension largeBlobKey.
    LargeBlobKey,
}

impl Feature {
    /// Whether a key has it.
    pub fn is_of(self, key: &KeyFacts) -> bool {
        let extension = |name: &str| key.extensions.iter().any(|stated| stated == name);
        match self {
            Self::Pin => key.pin_set.is_some(),
            Self::BuiltInUv => key.built_in_uv,
            Self::AlwaysUv => key.always_uv,
            Self::Discoverable => key.discoverable,
            Self::CredentialManagement => key.credential_management,
            Self::EnterpriseAttestation => key.enterprise_attestation,
            Self::CredProtect => extension("credProtect"),
            Self::MinPinLength => extension("minPinLength"),
            Self::HmacSecret => extension("hmac-secret"),
            Self::CredBlob => extension("credBlob"),
            Self::LargeBlobKey => extension("largeBlobKey"),
        }
    }
}

/// What the rules look at.
#[derive(Debug, Clone)]
pub(super) struct Subject<'a> {
    key: &'a KeyFacts,
    name: &'a str,
    maker: Option<&'a str>,
    level: Option<Level>,
    advisories: Vec<&'a str>,
    /// Words of what the FIDO Alliance published against it.
    statuses: Vec<&'a str>,
    known: bool,
    tested: bool,
    /// `None`: not known before it makes a credential, unless its model has one way only.
    attestation: Option<Attestation>,
}

impl<'a> Subject<'a> {
    pub fn new(key: &'a KeyFacts, models: &'a Models) -> Self {
        let aaguid = key.id.aaguid;
        let listing = models.listing(aaguid).map(|(listing, _)| listing);
        Self {
            key,
            name: models.name(aaguid).unwrap_or(&key.model),
            maker: models.maker(key),
            level: models.certification(aaguid),
            advisories: models
                .advisories(key)
                .into_iter()
                .map(|advisory| advisory.id.as_str())
                .collect(),
            known: models.name(aaguid).is_some(),
            tested: models.model(aaguid).is_some_and(|model| model.tested),
            statuses: listing
                .into_iter()
                .flat_map(|listing| listing.adverse(key.firmware))
                .map(|report| report.status.as_str())
                .collect(),
            attestation: listing.and_then(Listing::only_attestation),
        }
    }

    pub fn with_attestation(self, attestation: Attestation) -> Self {
        Self {
            attestation: Some(attestation),
            ..self
        }
    }
}

/// What a key must be like for a rule to speak of it: every condition that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Conditions {
    pub aaguid: Option<Vec<Aaguid>>,
    pub model: Option<Vec<Pattern>>,
    pub maker: Option<Vec<Pattern>>,
    pub advisory: Option<Vec<Pattern>>,
    pub status: Option<Vec<Pattern>>,
    pub attestation: Option<Vec<Attestation>>,
    /// All of these.
    pub has: Vec<Feature>,
    /// At least one of these is missing.
    pub lacks: Option<Vec<Feature>>,
    pub certification: Option<Range>,
    pub firmware: Option<Range>,
    pub ctap: Option<Range>,
    pub known: Option<bool>,
    pub tested: Option<bool>,
}

fn holds<T>(condition: Option<&T>, test: impl FnOnce(&T) -> bool) -> bool {
    condition.is_none_or(test)
}

fn any_matches(patterns: &[Pattern], name: &str) -> bool {
    patterns.iter().any(|pattern| pattern.matches(name))
}

impl Conditions {
    fn match_key(&self, subject: &Subject<'_>) -> bool {
        let key = subject.key;
        let level = range::level_number(subject.level);
        holds(self.aaguid.as_ref(), |list| list.contains(&key.id.aaguid))
            && holds(self.model.as_ref(), |list| any_matches(list, subject.name))
            && holds(self.maker.as_ref(), |list| {
                subject.maker.is_some_and(|maker| any_matches(list, maker))
            })
            && holds(self.advisory.as_ref(), |list| {
                subject.advisories.iter().any(|id| any_matches(list, id))
            })
            && holds(self.status.as_ref(), |list| {
                let mut statuses = subject.statuses.iter();
                statuses.any(|status| any_matches(list, status))
            })
            && holds(self.attestation.as_ref(), |list| {
                subject.attestation.is_some_and(|made| list.contains(&made))
            })
            && self.has.iter().all(|feature| feature.is_of(key))
            && holds(self.lacks.as_ref(), |list| {
                list.iter().any(|feature| !feature.is_of(key))
            })
            && holds(self.certification.as_ref(), |range| range.contains(level))
            && holds(self.firmware.as_ref(), |range| {
                range.contains(key.firmware.unwrap_or(0))
            })
            && holds(self.ctap.as_ref(), |range| {
                range.contains(range::ctap_number(&key.versions))
            })
            && self.known.is_none_or(|known| known == subject.known)
            && self.tested.is_none_or(|tested| tested == subject.tested)
    }
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    /// Its name, or its number.
    pub name: String,
    pub ruling: Ruling,
    pub why: Why,
    pub conditions: Conditions,
}

impl Rule {
    pub fn matches(&self, subject: &Subject<'_>) -> bool {
        self.conditions.match_key(subject)
    }

    /// Whether it looks at what the key makes.
    pub fn asks_attestation(&self) -> bool {
        self.conditions.attestation.is_some()
    }

    /// Whether it looks at what neither a report nor a list of models tells.
    pub fn asks_the_key(&self) -> bool {
        let asked = &self.conditions;
        !asked.has.is_empty()
            || asked.lacks.is_some()
            || asked.ctap.is_some()
            || asked.status.is_some()
    }

    /// Whether it is about this word of the FIDO Alliance by name.
    pub fn names_status(&self, status: &str) -> bool {
        let list = self.conditions.status.as_ref();
        list.is_some_and(|list| any_matches(list, status))
    }

    pub fn finding(&self) -> Finding {
        Finding::Rule {
            rule: self.name.clone(),
            ruling: self.ruling,
            why: self.why.clone(),
        }
    }
}
