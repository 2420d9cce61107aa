//! What is done to one key besides enrolling it: looked at, tested, given a PIN, configured, tidied.
//!
//! Plain values and rules. Invariant: nothing here holds a secret; a PIN that was made or set leaves only the fact.

mod oddity;
mod pin_rule;
mod portrait;
mod report;

pub use oddity::{Oddity, oddities};
pub use pin_rule::{PinRule, PinRuleError};
pub use portrait::{BuiltInUv, Limits, Management, Portrait, Readiness};
pub use report::{
    StepOutcome, TestReport, TestStep, TestVerdict, TestedStep, UsualTimes, usual_times,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::authority::Action;
use super::id::{Bytes, OperatorId, PersonId};
use super::key::KeyFacts;

/// What authenticatorConfig changes on a key (CTAP 2.3, section 6.11). None of it is taken back but by a reset, except
/// always-UV.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "setting", rename_all = "kebab-case")]
pub enum Setting {
    /// The least PIN length, which can only be raised, and who may read it.
    MinPinLength {
        /// Code points.
        length: u8,
        /// RP ids that may read it with the `minPinLength` extension; they replace those set before.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        rp_ids: Vec<String>,
    },
    /// The PIN must be changed before it opens anything again.
    ForcePinChange,
    /// User verification for everything, also where a relying party does not ask for it.
    AlwaysUv {
        /// On or off.
        on: bool,
    },
    /// Attestation that carries identifiers of the very key may be asked for.
    EnterpriseAttestation,
    /// A reset takes a long touch: of five seconds in CTAP 2.3, of ten in CTAP 2.2.
    LongTouchForReset,
    /// The key refuses PINs that it finds too simple (CTAP 2.3).
    PinComplexity,
}

impl Setting {
    /// Whether nothing but a reset takes it back; a forced change of the PIN ends with that change.
    pub fn is_final(&self) -> bool {
        !matches!(self, Self::AlwaysUv { .. })
    }

    /// Whether a key that was read again has it. The RP ids of [`Setting::MinPinLength`] can't be read from a key.
    pub fn holds_on(&self, portrait: &Portrait) -> bool {
        match self {
            Self::MinPinLength { length, .. } => portrait.key.pin_min_length == *length,
            Self::ForcePinChange => portrait.key.pin_change_required,
            Self::AlwaysUv { on } => portrait.key.always_uv == *on,
            Self::EnterpriseAttestation => portrait.enterprise_attestation == Readiness::SetUp,
            Self::LongTouchForReset => portrait.long_touch_for_reset,
            Self::PinComplexity => portrait.pin_complexity == Some(true),
        }
    }

    /// Whether the key says that it can do this at all; where it does not list its commands, trying tells.
    pub fn is_offered_by(&self, portrait: &Portrait) -> bool {
        let option = |name: &str| portrait.options.get(name).copied();
        match self {
            Self::MinPinLength { .. } => option("setMinPINLength") == Some(true),
            // The parameters of the same command: keys without it take neither.
            Self::ForcePinChange => {
                option("setMinPINLength") == Some(true) && portrait.key.pin_set == Some(true)
            }
            Self::AlwaysUv { .. } => option("alwaysUv").is_some(),
            Self::EnterpriseAttestation => {
                portrait.enterprise_attestation != Readiness::Unsupported
            }
            Self::LongTouchForReset => {
                portrait.long_touch_for_reset || portrait.lists_config_command(0x04)
            }
            Self::PinComplexity => {
                portrait.pin_complexity.is_some() && option("setMinPINLength") == Some(true)
            }
        }
    }
}

/// A fingerprint on a key, which keeps a name and never shows the print.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// As the key numbers it.
    pub id: Bytes,
    /// As somebody named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What came of one touch of the sensor while a finger is enrolled (CTAP 2.3, section 6.7.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FingerSample {
    /// What was wrong with it; `None`: it was good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<SampleFault>,
    /// How many more good ones the key wants.
    pub remaining: u64,
}

/// Why a sample of a finger was not good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SampleFault {
    /// The finger lay too high.
    TooHigh,
    TooLow,
    /// Too far left.
    TooLeft,
    /// Too far right.
    TooRight,
    TooFast,
    TooSlow,
    /// The picture was poor.
    PoorQuality,
    /// It lay askew.
    TooSkewed,
    /// The touch was too short.
    TooShort,
    /// It did not fit those before it.
    Unlike,
    /// This finger is enrolled already.
    Exists,
    /// There is no room for another one.
    Full,
    /// No finger came.
    NoFinger,
    /// The finger was not lifted in between.
    NotLifted,
    /// The key gives a reason that this release does not know.
    Other,
}

/// A discoverable credential on a key, with the RP that it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredCredential {
    pub id: Bytes,
    /// As the key keeps it: a long id may be shortened.
    pub rp_id: String,
    /// SHA-256 of the RP id, always exact.
    pub rp_id_hash: Bytes,
    pub user_handle: Bytes,
    /// Account name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// What the person reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
}

impl StoredCredential {
    /// The most telling name that the key keeps.
    pub fn name(&self) -> Option<&str> {
        self.display_name
            .as_deref()
            .or(self.user_name.as_deref())
            .filter(|name| !name.is_empty())
    }
}

/// What a key holds, and how much more it takes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CredentialList {
    /// By RP, in the key's order.
    pub credentials: Vec<StoredCredential>,
    /// Room for that many more, at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free_slots: Option<u64>,
}

/// One thing that was done to a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "care", rename_all = "kebab-case")]
pub enum Care {
    /// It was tested with a throwaway credential.
    Tested {
        report: TestReport,
    },
    /// It got its first PIN.
    PinSet {
        /// Who made it up.
        origin: PinOrigin,
    },
    PinChanged {
        /// Who made it up.
        origin: PinOrigin,
    },
    /// A setting was changed.
    Configured {
        setting: Setting,
    },
    CredentialDeleted {
        credential: StoredCredential,
        /// Whose it was, where this station enrolled it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        person: Option<PersonId>,
    },
    /// An account's name was changed on the key.
    CredentialRenamed {
        /// Which, with its old name.
        credential: StoredCredential,
        /// The new one, as the key keeps it.
        name: String,
    },
    FingerprintAdded {
        fingerprint: Fingerprint,
    },
    /// A fingerprint got another name.
    FingerprintRenamed {
        /// Which, with its new name.
        fingerprint: Fingerprint,
    },
    FingerprintRemoved {
        fingerprint: Fingerprint,
    },
}

impl Care {
    /// Whether only a list that takes the PIN shows if it was done.
    pub fn shows_in_a_list(&self) -> bool {
        match self {
            Self::CredentialDeleted { .. } | Self::FingerprintRemoved { .. } => true,
            Self::Tested { .. }
            | Self::PinSet { .. }
            | Self::PinChanged { .. }
            | Self::Configured { .. }
            | Self::CredentialRenamed { .. }
            | Self::FingerprintAdded { .. }
            | Self::FingerprintRenamed { .. } => false,
        }
    }

    /// What an operator must be allowed to do for it, and to settle it after a stop.
    pub fn action(&self) -> Action {
        match self {
            Self::Tested { .. } => Action::TestKey,
            Self::PinSet { .. } | Self::PinChanged { .. } => Action::SetPin,
            Self::Configured { .. } => Action::ConfigureKey,
            Self::CredentialDeleted { .. }
            | Self::CredentialRenamed { .. }
            | Self::FingerprintAdded { .. }
            | Self::FingerprintRenamed { .. }
            | Self::FingerprintRemoved { .. } => Action::TidyKey,
        }
    }
}

/// Where a PIN came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PinOrigin {
    /// The person chose it.
    Person,
    /// The station drew it at random and handed it over.
    Random,
}

/// A line of a key's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CareRecord {
    pub at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<OperatorId>,
    /// The key as it was then.
    pub key: KeyFacts,
    pub care: Care,
}

/// The longest name that every key keeps whole, in bytes: keys may cut what is longer (WebAuthn Level 3, section 6.4.1).
pub const USER_NAME_BYTES_MAX: usize = 64;

/// Clips a name to what keys keep, at a character's end, and never in the middle of one.
pub fn clip_name(name: &str, bytes_max: usize) -> &str {
    let mut end = name.len().min(bytes_max);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name.get(..end).unwrap_or_default().trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_clipped_between_characters() {
        assert_eq!(clip_name("Zoë", 3), "Zo");
        assert_eq!(clip_name("Zoë", 4), "Zoë");
        assert_eq!(clip_name(&"é".repeat(40), USER_NAME_BYTES_MAX).len(), 64);
        assert_eq!(clip_name("a b", 2), "a");
    }

    #[test]
    fn what_was_done_survives_its_written_form() {
        let care = Care::Configured {
            setting: Setting::MinPinLength {
                length: 8,
                rp_ids: vec!["login.example".to_owned()],
            },
        };
        let text = serde_json::to_string(&care).expect("written");
        assert_eq!(serde_json::from_str::<Care>(&text).expect("read"), care);
    }
}
