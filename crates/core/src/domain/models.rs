//! The list of models (`assets/models.toml`): names, tests, certification and advisories by AAGUID.
//!
//! Hides the file's form. Invariant: what can't be told of a key is taken for the weaker (NIST SP 800-63B-4, 4.1.3):
//! firmware that is not stated counts as old, a certification that is not known as none.

mod catalogue;
mod level;
pub mod pattern;

use std::sync::Arc;

pub use catalogue::{Attestation, Catalogue, Listing, Report, Source, Status};
pub use level::Level;
use pattern::Pattern;
use serde::Deserialize;

use super::key::{Aaguid, KeyFacts};

/// The models known to this station. Parsed once; looked up by AAGUID. The default knows none.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Models {
    /// Version of the file's form; only 1 is read.
    version: u16,
    /// One entry a family.
    #[serde(default)]
    model: Vec<Model>,
    /// One entry a maker.
    #[serde(default)]
    maker: Vec<Maker>,
    /// One entry an advisory.
    #[serde(default)]
    advisory: Vec<Advisory>,
    /// What the FIDO Alliance publishes, where it was imported.
    #[serde(skip)]
    catalogue: Option<Arc<Catalogue>>,
}

/// A family of keys.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// The name that is shown.
    pub name: String,
    /// The maker, as advisories name it.
    pub maker: String,
    /// The AAGUIDs of the family.
    pub aaguids: Vec<Aaguid>,
    /// Tested with IAMconnected.
    #[serde(default)]
    pub tested: bool,
    /// FIDO certification, e.g. `L1`.
    #[serde(default)]
    pub certification: Option<Level>,
}

/// A maker of keys.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Maker {
    /// As models and advisories name it.
    name: String,
    /// The USB vendor id of its keys: tells the maker of a model that is not listed.
    usb_vendor_id: u16,
}

/// A published weakness of some firmware.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Advisory {
    /// Its published name, e.g. `YSA-2024-03`.
    pub id: String,
    /// The maker whose keys it concerns.
    pub maker: String,
    /// The models that it concerns; none given: all of the maker's.
    #[serde(default)]
    pub models: Vec<Pattern>,
    /// The models that it does not concern.
    #[serde(default)]
    pub except: Vec<Pattern>,
    /// Firmware from this version on is not affected (packed, as the key states it).
    pub fixed_in: u64,
    /// One sentence for the operator.
    pub summary: String,
}

/// Why the list can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelsError {
    /// Not the expected form.
    #[error("the list of models can't be read: {0}")]
    Form(String),
    /// Written by a newer release.
    #[error("the list of models has form {0}; this release reads form 1: install a newer release")]
    Newer(u16),
}

/// The list that the program carries.
const SHIPPED: &str = include_str!("../../../../assets/models.toml");

impl Models {
    /// The list that the program carries. An error would be a mistake of ours; a test parses it.
    pub fn shipped() -> Result<Self, ModelsError> {
        Self::parse(SHIPPED)
    }

    /// Parses the TOML text.
    pub fn parse(text: &str) -> Result<Self, ModelsError> {
        let models: Self = toml::from_str(text).map_err(|e| ModelsError::Form(e.to_string()))?;
        if models.version == 1 {
            Ok(models)
        } else {
            Err(ModelsError::Newer(models.version))
        }
    }

    /// The family of an AAGUID, if known.
    pub fn model(&self, aaguid: Aaguid) -> Option<&Model> {
        self.model.iter().find(|m| m.aaguids.contains(&aaguid))
    }

    /// Who made a key: by its model or, where that is not listed, by its USB vendor id.
    pub fn maker(&self, key: &KeyFacts) -> Option<&str> {
        if let Some(model) = self.model(key.id.aaguid) {
            return Some(&model.maker);
        }
        let maker = self
            .maker
            .iter()
            .find(|maker| maker.usb_vendor_id == key.vendor_id)?;
        Some(&maker.name)
    }

    /// The same list together with what the FIDO Alliance publishes.
    pub fn with_catalogue(self, catalogue: Option<Arc<Catalogue>>) -> Self {
        Self { catalogue, ..self }
    }

    /// What the FIDO Alliance publishes, where it was imported.
    pub fn catalogue(&self) -> Option<&Catalogue> {
        self.catalogue.as_deref()
    }

    /// What the FIDO Alliance publishes of a model, and where that is known from.
    pub fn listing(&self, aaguid: Aaguid) -> Option<(&Listing, Source)> {
        let catalogue = self.catalogue()?;
        Some((catalogue.model(aaguid)?, catalogue.source()))
    }

    /// The name that is shown for a model: ours, else that of the FIDO Alliance.
    pub fn name(&self, aaguid: Aaguid) -> Option<&str> {
        let listed = || self.listing(aaguid).map(|(listing, _)| &listing.name);
        let ours = self.model(aaguid).map(|model| &model.name);
        ours.or_else(listed).map(String::as_str)
    }

    /// The certification of a model, where it has one: as the FIDO Alliance publishes it, else as our list has it.
    pub fn certification(&self, aaguid: Aaguid) -> Option<Level> {
        match self.listing(aaguid) {
            Some((listing, _)) => listing.certification(),
            None => self.model(aaguid)?.certification,
        }
    }

    /// Whether an advisory of such a name is listed.
    pub fn has_advisory(&self, name: &Pattern) -> bool {
        self.advisory
            .iter()
            .any(|advisory| name.matches(&advisory.id))
    }

    /// The advisories that concern a key. Firmware that is not stated counts as affected.
    pub fn advisories(&self, key: &KeyFacts) -> Vec<&Advisory> {
        let Some(maker) = self.maker(key) else {
            return Vec::new();
        };
        let name = self.name(key.id.aaguid).unwrap_or(&key.model);
        self.advisory
            .iter()
            .filter(|a| a.maker == maker && a.concerns_model(name))
            .filter(|a| key.firmware.is_none_or(|firmware| firmware < a.fixed_in))
            .collect()
    }

    /// Whether anything was published against a key: an advisory, or a report of the FIDO Alliance.
    pub fn is_advised_against(&self, key: &KeyFacts) -> bool {
        let reported = |(listing, _): (&Listing, Source)| listing.adverse(key.firmware).count() > 0;
        !self.advisories(key).is_empty() || self.listing(key.id.aaguid).is_some_and(reported)
    }
}

impl Advisory {
    fn concerns_model(&self, name: &str) -> bool {
        let listed = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.matches(name));
        (self.models.is_empty() || listed(&self.models)) && !listed(&self.except)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn aaguid(text: &str) -> Aaguid {
        text.parse().expect("an AAGUID")
    }

    #[test]
    fn the_shipped_list_knows_the_tested_families_by_name() {
        let models = Models::shipped().expect("the list parses");
        for (id, name) in [
            ("2fc0579f-8113-47ea-b116-bb5a8db9202a", "YubiKey 5 NFC"),
            ("a25342c0-3cdc-4414-8e46-f4807fca511c", "YubiKey 5 NFC"),
            ("a4e9fc6d-4cbe-4758-b8ba-37598bb5bbaa", "Security Key NFC"),
            ("e77e3c64-05e3-428b-8824-0cbeb04b829d", "Security Key NFC"),
            (
                "833b721a-ff5f-4d00-bb2e-bdda3ec01e29",
                "Feitian ePass FIDO2",
            ),
            (
                "12755c32-8ad1-46eb-881c-e0b38d848b09",
                "Feitian ePass FIDO2",
            ),
        ] {
            let model = models.model(aaguid(id)).expect(id);
            assert_eq!((model.name.as_str(), model.tested), (name, true));
            assert!(model.certification.is_some(), "{id}");
        }
    }

    #[test]
    fn no_aaguid_is_listed_twice() {
        let models = Models::shipped().expect("the list parses");
        let mut seen = HashSet::new();
        for id in models.model.iter().flat_map(|model| &model.aaguids) {
            assert!(seen.insert(*id), "{id}");
        }
    }

    #[test]
    fn every_advisory_concerns_a_listed_maker() {
        let models = Models::shipped().expect("the list parses");
        assert!(!models.advisory.is_empty());
        for advisory in &models.advisory {
            assert!(
                models
                    .model
                    .iter()
                    .any(|model| model.maker == advisory.maker),
                "{}",
                advisory.maker
            );
        }
    }

    #[test]
    fn a_list_of_a_newer_form_is_refused() {
        assert_eq!(
            Models::parse("version = 2").err(),
            Some(ModelsError::Newer(2))
        );
        assert!(matches!(
            Models::parse("no toml"),
            Err(ModelsError::Form(_))
        ));
    }
}
