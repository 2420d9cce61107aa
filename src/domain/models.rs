//! The list of models (`assets/models.toml`): names, tests, certification and advisories by AAGUID.

use serde::Deserialize;

use super::key::{Aaguid, KeyFacts};

/// The models known to this station. Parsed once; looked up by AAGUID.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Models {
    /// Version of the file's form; only 1 is read.
    version: u16,
    /// One entry a family.
    #[serde(default)]
    model: Vec<Model>,
    /// One entry an advisory.
    #[serde(default)]
    advisory: Vec<Advisory>,
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
    pub certification: Option<String>,
}

/// A published weakness of some firmware.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Advisory {
    /// Its published name, e.g. `YSA-2024-03`.
    pub id: String,
    /// The maker whose keys it concerns.
    pub maker: String,
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

impl Models {
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

    /// The advisories that concern a key. Firmware that is not stated counts as affected: where
    /// strength is not evident, the weaker is assumed (NIST SP 800-63B-4, 4.1.3).
    pub fn advisories(&self, key: &KeyFacts) -> Vec<&Advisory> {
        let Some(model) = self.model(key.id.aaguid) else {
            return Vec::new();
        };
        self.advisory
            .iter()
            .filter(|a| a.maker == model.maker)
            .filter(|a| key.firmware.is_none_or(|firmware| firmware < a.fixed_in))
            .collect()
    }
}
