//! Which keys the registry takes, by rules of its own: in the form of a station's `policy.toml`, and judged by what arrives here, so
//! that no station goes without them.
//!
//! Invariant: a rule that asks what a registry can't know is refused when the registry starts, never passed over.

use std::path::Path;

use super::config::ConfigError;
use super::problem::{Answer, Refusal};
use crate::domain::key::KeyFacts;
use crate::domain::models::{Attestation, Models};
use crate::domain::policy::{self, Finding, Policy, Ruling};
use crate::wire::{KeyReport, problem_code};

/// The rules, and the models that they speak of.
#[derive(Debug, Default)]
pub struct KeyRules(Option<(Policy, Models)>);

impl KeyRules {
    /// Those of a file; without one, none.
    pub fn of(path: Option<&Path>) -> Result<Self, ConfigError> {
        let Some(path) = path else {
            return Ok(Self::default());
        };
        let unfit = |why: String| ConfigError::Policy {
            path: path.to_owned(),
            why,
        };
        let text = crate::files::read_to_string(path).map_err(|why| ConfigError::Unreadable {
            path: path.to_owned(),
            why,
        })?;
        let models = Models::shipped().map_err(|why| unfit(why.to_string()))?;
        let policy = Policy::parse(&text, &models).map_err(|why| unfit(why.to_string()))?;
        if let Some(rule) = policy.asks_the_key() {
            return Err(unfit(format!(
                "the registry cannot judge by rule {rule:?}: has, lacks, ctap and status are asked of the key itself, at a station"
            )));
        }
        Ok(Self(Some((policy, models))))
    }

    /// Refuses a key that a rule refuses. Its serial number, name and firmware are what the station says; its model is what it states.
    pub fn check(&self, key: &KeyReport, made: Attestation) -> Answer<()> {
        let Some((policy, models)) = &self.0 else {
            return Ok(());
        };
        let facts = KeyFacts::reported(&key.id, &key.model, key.firmware);
        let verdict = policy::judge_reported(&facts, models, policy, made);
        for finding in &verdict.findings {
            if let Finding::Rule {
                rule,
                ruling: Ruling::Refuse,
                why,
            } = finding
            {
                let detail = format!("rule {rule:?} of the registry: {}; use another key", why.en);
                return Err(Refusal::new(problem_code::KEY_REFUSED, detail));
            }
        }
        Ok(())
    }
}
