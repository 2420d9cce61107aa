//! Whether a key may be enrolled, and what the operator should know of it first.
//!
//! Hides the rules of `policy.toml` (`assets/examples/policy.toml` explains them) and how they work together with what the
//! station finds by itself. Invariant: no rule can make a key usable that can't do the job (no FIDO2, no PIN, no room) or
//! that belongs to somebody else; a rule that allows lifts warnings, never such refusals.

mod file;
mod finding;
mod overlap;
mod range;
mod rule;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use file::{Fault, PolicyError, Wrong};
pub use finding::{Finding, Ruling, Weight};
pub use overlap::Overlap;
pub use rule::{Feature, Why};
use rule::{Rule, Subject};

use super::id::Bytes;
use super::key::KeyFacts;
pub use super::models::Attestation;
use super::models::Models;
use super::person::Person;
use super::reason::Refusal;

/// The rules of a station. The default has none: the station's own findings stand as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    rules: Vec<Rule>,
    digest: Option<Bytes>,
}

impl Policy {
    /// Reads the text of a `policy.toml`. The models tell which advisories there are.
    ///
    /// # Errors
    /// Every mistake with its line: what is no policy, rules that no key can match, and rules that an earlier one makes
    /// ineffective. Nothing of a policy with a mistake is used.
    pub fn parse(text: &str, models: &Models) -> Result<Self, PolicyError> {
        Ok(Self {
            rules: file::parse(text, models)?,
            digest: Some(Bytes(Sha256::digest(text).to_vec())),
        })
    }

    /// SHA-256 of the file; `None` when there is none.
    pub fn digest(&self) -> Option<&Bytes> {
        self.digest.as_ref()
    }

    /// A rule that asks what only the key itself tells, by its name.
    pub fn asks_the_key(&self) -> Option<&str> {
        let rule = self.rules.iter().find(|rule| rule.asks_the_key());
        rule.map(|rule| rule.name.as_str())
    }

    /// The rules that speak of a key, in their order, up to the first that allows.
    fn applying<'a>(&'a self, subject: &Subject<'_>) -> Vec<&'a Rule> {
        let mut applying = Vec::new();
        for rule in self.rules.iter().filter(|rule| rule.matches(subject)) {
            applying.push(rule);
            if rule.ruling == Ruling::Allow {
                break;
            }
        }
        applying
    }
}

/// Everything found about a key, heaviest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Verdict {
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
    pub person: &'a Person,
    /// The relying party asks for a discoverable credential.
    pub discoverable_required: bool,
    /// The algorithms that it takes, by their COSE identifiers.
    pub algorithms: &'a [i64],
    /// Whom this very key was enrolled for before, if not for this person.
    pub bound_to: Option<&'a str>,
    /// It holds the credential with which the operator signed in.
    pub operators_own: bool,
}

impl Circumstances<'_> {
    fn findings(self, key: &KeyFacts) -> Vec<Finding> {
        let mut findings = Vec::new();
        if let Some(person) = self.bound_to {
            findings.push(Finding::BoundTo {
                person: person.to_owned(),
            });
        }
        if self.operators_own {
            findings.push(Finding::OperatorsOwn);
        }
        findings.extend(algorithm_finding(key, self.algorithms));
        if self.discoverable_required {
            findings.extend(storage_findings(key));
        }
        if self.person.lacks_standby_key() && self.person.keys == 0 {
            findings.push(Finding::NoStandby);
        }
        findings
    }
}

/// What the registry's verifier takes: ES256 and RS256.
pub const REGISTRY_ALGORITHMS: [i64; 2] = [-7, -257];

/// Whether a relying party takes what the key can do. A key of before CTAP 2.1 does not say what that is.
fn algorithm_finding(key: &KeyFacts, taken: &[i64]) -> Option<Finding> {
    let has = &key.algorithms;
    let is_hopeless = !has.is_empty() && !has.iter().any(|id| taken.contains(id));
    is_hopeless.then(|| Finding::NoCommonAlgorithm { has: has.clone() })
}

/// Whether the key can keep a discoverable credential.
fn storage_findings(key: &KeyFacts) -> Option<Finding> {
    match (key.discoverable, key.free_credential_slots) {
        (false, _) => Some(Finding::NotDiscoverable),
        (true, Some(0)) => Some(Finding::StoreFull),
        (true, _) => None,
    }
}

/// What speaks against making a credential on a key, whoever it is for: known before anything is written to it. `taken`: the
/// algorithms that the relying party takes.
pub fn judge_ability(key: &KeyFacts, taken: &[i64]) -> Verdict {
    if !key.is_fido2() {
        return Verdict {
            findings: vec![Finding::NotFido2],
        };
    }
    let mut findings = pin_findings(key);
    findings.extend(algorithm_finding(key, taken));
    findings.extend(storage_findings(key));
    findings.retain(|finding| finding.weight() == Weight::Refusal);
    Verdict { findings }
}

/// Fewer attempts than this are worth a warning.
const FEW_RETRIES: u8 = 3;

/// Weighs a key for an enrolment.
pub fn judge(
    key: &KeyFacts,
    models: &Models,
    policy: &Policy,
    about: Circumstances<'_>,
) -> Verdict {
    let mut findings = Vec::new();
    if key.is_fido2() {
        findings.extend(about.findings(key));
    }
    findings.extend(judge_key(key, models, policy).findings);
    Verdict { findings }.sorted()
}

/// Weighs a key by itself, whoever it may be for.
pub fn judge_key(key: &KeyFacts, models: &Models, policy: &Policy) -> Verdict {
    if !key.is_fido2() {
        return Verdict {
            findings: vec![Finding::NotFido2],
        };
    }
    let applying = policy.applying(&Subject::new(key, models));
    let allowing = applying.last().filter(|rule| rule.ruling == Ruling::Allow);
    let own = model_findings(key, models)
        .into_iter()
        .map(|finding| match allowing {
            Some(rule) if is_lifted(&finding, rule) => Finding::Lifted {
                what: Box::new(finding),
            },
            _ => finding,
        });
    let mut findings = pin_findings(key);
    findings.extend(applying.iter().map(|rule| rule.finding()));
    findings.extend(own);
    Verdict { findings }.sorted()
}

/// Whether a rule that allows lifts a finding about a model: warnings, and a refusal only if it is meant by name.
fn is_lifted(finding: &Finding, rule: &Rule) -> bool {
    match finding {
        Finding::Reported { status, .. } if finding.weight() == Weight::Refusal => {
            rule.names_status(status.as_str())
        }
        other => other.weight() == Weight::Warning,
    }
}

/// Weighs how a key vouched for the credential that it just made: what the rules on attestation say of it.
pub fn judge_attestation(
    key: &KeyFacts,
    models: &Models,
    policy: &Policy,
    made: Attestation,
) -> Verdict {
    let subject = Subject::new(key, models).with_attestation(made);
    let findings = policy
        .applying(&subject)
        .into_iter()
        .filter(|rule| rule.asks_attestation())
        .map(Rule::finding)
        .collect();
    Verdict { findings }.sorted()
}

/// Weighs a key by what a report says of it, and by how it vouched for the credential: what the rules say of it, and nothing else.
pub fn judge_reported(
    key: &KeyFacts,
    models: &Models,
    policy: &Policy,
    made: Attestation,
) -> Verdict {
    let subject = Subject::new(key, models).with_attestation(made);
    let findings = policy.applying(&subject).into_iter().map(Rule::finding);
    Verdict {
        findings: findings.collect(),
    }
    .sorted()
}

fn pin_findings(key: &KeyFacts) -> Vec<Finding> {
    match (key.pin_set, key.pin_retries) {
        (None, _) if !key.built_in_uv => vec![Finding::NoPinSupport],
        (Some(_), _) if key.pin_only_manages && !key.built_in_uv => vec![Finding::FingerNeeded],
        (Some(true), Some(0)) => vec![Finding::PinBlocked],
        (Some(true), _) if key.pin_change_required => vec![Finding::PinChangeRequired],
        (Some(true), Some(retries)) if retries < FEW_RETRIES => {
            vec![Finding::FewPinRetries { retries }]
        }
        _ => Vec::new(),
    }
}

fn model_findings(key: &KeyFacts, models: &Models) -> Vec<Finding> {
    let aaguid = key.id.aaguid;
    let listing = models.listing(aaguid);
    let mut findings = vec![match models.model(aaguid) {
        None if listing.is_none() => Finding::UnknownModel,
        Some(model) if model.tested => Finding::TestedModel,
        _ => Finding::UntestedModel,
    }];
    let source = listing.map(|(_, source)| source);
    match (models.certification(aaguid), source) {
        (Some(level), source) => findings.push(Finding::Certified { level, source }),
        (None, Some(source)) => findings.push(Finding::NotCertified { source }),
        (None, None) => {}
    }
    if let Some((listing, source)) = listing {
        findings.extend(
            listing
                .adverse(key.firmware)
                .map(|report| Finding::Reported {
                    status: report.status.clone(),
                    since: report.since,
                    source,
                }),
        );
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

impl Verdict {
    /// What speaks against the key.
    pub fn refusal(&self) -> Refusal {
        let findings = self.findings.iter();
        let findings = findings.filter(|finding| finding.weight() == Weight::Refusal);
        Refusal::Found {
            findings: findings.cloned().collect(),
        }
    }

    fn sorted(mut self) -> Self {
        self.findings
            .sort_by_key(|finding| std::cmp::Reverse(finding.weight()));
        self
    }
}

#[cfg(test)]
mod tests;
