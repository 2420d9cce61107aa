//! Everything that a key says of itself (authenticatorGetInfo, CTAP 2.3, section 6.4), as plain values for people and rules.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::key::KeyFacts;

/// A key, portrayed. Of one that speaks only U2F nothing but [`Portrait::key`] is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Portrait {
    /// What a verdict and a record need.
    pub key: KeyFacts,
    /// Device version as CTAPHID_INIT states it: major, minor, build, as the vendor counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_version: Option<[u8; 3]>,
    /// For instance `credProtect`.
    pub extensions: Vec<String>,
    /// As the key states them; an absent one is neither on nor off.
    pub options: BTreeMap<String, bool>,
    /// For instance `usb`, `nfc`.
    pub transports: Vec<String>,
    /// Over which of them a reset is possible, where the key says; over none, where that is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset_transports: Option<Vec<String>>,
    /// Certifications and their levels as the key states them, e.g. `FIDO` → 2.
    pub certifications: BTreeMap<String, u64>,
    /// For instance `packed`.
    pub attestation_formats: Vec<String>,
    /// PIN/UV auth protocols, the preferred first.
    pub pin_protocols: Vec<u64>,
    /// Sizes.
    pub limits: Limits,
    /// The longest PIN, in code points.
    pub pin_max_length: u8,
    /// The key refuses simple PINs; `None`: it has no such policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin_complexity: Option<bool>,
    /// Where that policy is explained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin_complexity_url: Option<String>,
    /// User verification by the key itself.
    pub built_in_uv: BuiltInUv,
    /// Fingerprints: can they be enrolled, is one.
    pub fingerprints: Readiness,
    /// Enterprise attestation: can it be enabled, is it.
    pub enterprise_attestation: Readiness,
    /// How its credentials are managed.
    pub management: Management,
    /// Subcommands of authenticatorConfig, where the key lists them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_commands: Option<Vec<u64>>,
    /// Vendor prototype subcommands of authenticatorConfig, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor_commands: Option<Vec<u64>>,
    /// A reset takes a long touch: five seconds in CTAP 2.3, ten in CTAP 2.2.
    pub long_touch_for_reset: bool,
    /// So many members of its answer are unknown to this release.
    pub unknown_members: usize,
    /// Members of its answer that are not as the specification has them, and were passed over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub odd_members: Vec<String>,
}

impl Portrait {
    /// A key of which nothing but its facts is known.
    pub fn of_facts(key: KeyFacts) -> Self {
        Self {
            key,
            device_version: None,
            extensions: Vec::new(),
            options: BTreeMap::new(),
            transports: Vec::new(),
            reset_transports: None,
            certifications: BTreeMap::new(),
            attestation_formats: Vec::new(),
            pin_protocols: Vec::new(),
            limits: Limits::default(),
            pin_max_length: 0,
            pin_complexity: None,
            pin_complexity_url: None,
            built_in_uv: BuiltInUv::default(),
            fingerprints: Readiness::Unsupported,
            enterprise_attestation: Readiness::Unsupported,
            management: Management::Absent,
            config_commands: None,
            vendor_commands: None,
            long_touch_for_reset: false,
            unknown_members: 0,
            odd_members: Vec::new(),
        }
    }

    /// Whether the key states this option as on.
    pub fn is_on(&self, option: &str) -> bool {
        self.options.get(option) == Some(&true)
    }

    /// Whether the key lists this subcommand of authenticatorConfig.
    pub fn lists_config_command(&self, number: u64) -> bool {
        self.config_commands
            .as_ref()
            .is_some_and(|commands| commands.contains(&number))
    }

    /// Over what the key takes a reset, where that is not USB.
    pub fn resets_elsewhere(&self) -> Option<&[String]> {
        let over = self.reset_transports.as_deref()?;
        (!over.iter().any(|transport| transport == "usb")).then_some(over)
    }

    /// Whether the key states this version.
    pub fn speaks(&self, version: &str) -> bool {
        self.key.versions.iter().any(|stated| stated == version)
    }
}

/// Sizes that a key states; what it does not state is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Limits {
    /// The largest message, in bytes; 1024 where the key does not say.
    pub message_bytes: u64,
    /// Credentials in an allow or exclude list.
    pub credentials_in_list: Option<u64>,
    /// The longest credential id, in bytes.
    pub credential_id_bytes: Option<u64>,
    /// The largest large-blob array, in bytes.
    pub large_blob_bytes: Option<u64>,
    /// The longest credBlob, in bytes.
    pub cred_blob_bytes: Option<u64>,
    /// RP ids that may read the minimum PIN length.
    pub min_pin_rp_ids: Option<u64>,
}

/// User verification by the key itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BuiltInUv {
    /// Whether there is one.
    pub state: Readiness,
    /// How it works (FIDO Registry of Predefined Values, section 3.1), where the key says.
    pub modality: Option<u64>,
    /// Attempts left before the PIN is needed, where the key was asked.
    pub retries: Option<u8>,
    /// How often a platform should try it before it falls back to the PIN.
    pub preferred_attempts: Option<u64>,
    /// Uses since the PIN was last entered.
    pub uses_since_pin: Option<u64>,
}

/// Whether a key has something and whether it is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Readiness {
    /// The key has no such thing.
    #[default]
    Unsupported,
    /// The key could, but it is not set up.
    NotSetUp,
    SetUp,
}

/// How credentials on a key are listed and deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Management {
    /// Not at all.
    Absent,
    /// With the preview's command (`FIDO_2_1_PRE`), which knows no renaming.
    Preview,
    /// As CTAP 2.1 and later have it.
    Standard,
}
