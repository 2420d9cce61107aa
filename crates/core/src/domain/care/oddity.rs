//! What is unusual about a key, each with its weight. Words are the faces' business.

use serde::{Deserialize, Serialize};

use super::portrait::{Management, Portrait, Readiness};
use crate::domain::key::Aaguid;
use crate::domain::models::Models;
use crate::domain::policy::{Finding, Verdict, Weight};

/// One unusual thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "oddity", rename_all = "kebab-case")]
pub enum Oddity {
    /// Speaks U2F only.
    U2fOnly,
    /// A published weakness concerns its firmware.
    Advisory {
        /// The published name.
        id: String,
        /// One sentence.
        summary: String,
    },
    /// States no model: its AAGUID is all zero.
    NoModel,
    /// The AAGUID is not in the list of models.
    UnknownModel,
    /// Every PIN attempt is used up: only a reset helps.
    PinBlocked,
    /// So few PIN attempts are left.
    FewPinRetries {
        /// Attempts left.
        retries: u8,
    },
    /// The PIN must be changed before it opens anything.
    PinChangeRequired,
    /// Has no PIN yet.
    NoPin,
    /// Can't have a PIN and has no verification of its own.
    NoVerification,
    /// Its own verification is blocked until the PIN is entered.
    UvBlocked,
    /// Has a fingerprint sensor, and no finger is enrolled.
    NoFingerprint,
    /// No room for another discoverable credential.
    StoreFull,
    /// Little room.
    StoreNearlyFull {
        /// Room for that many more.
        free: u32,
    },
    /// Can't keep discoverable credentials.
    NotDiscoverable,
    /// The credentials on it can't be listed or deleted.
    NoManagement,
    /// Speaks a preview of CTAP 2.1 and not CTAP 2.1 itself.
    Preview,
    /// Does not offer ES256, which every relying party takes.
    NoEs256,
    /// Always asks for user verification.
    AlwaysUv,
    /// Gives attestation that carries identifiers of this very key to relying parties that may ask.
    EnterpriseAttestation,
    /// A reset takes a long touch.
    LongTouchForReset,
    /// It takes no reset over USB, or over nothing at all.
    NoUsbReset {
        /// How it takes one.
        over: Vec<String>,
    },
    /// Its PIN opens neither the making nor the use of a credential: that takes its own verification.
    OwnVerificationOnly,
    /// The minimum PIN length was raised above the four of the specification.
    MinPinRaised {
        /// Code points.
        length: u8,
    },
    /// Takes shorter PINs than the specification allows for.
    ShortPins {
        /// The longest, in code points.
        length: u8,
    },
    /// Says that it can't ask for a touch.
    NoTouch,
    /// Says that it is part of a device, though it is plugged in.
    Platform,
    /// Says that USB is not among its transports, though it is plugged in.
    NotUsb,
    /// States a message size below the 1024 bytes that the specification demands.
    SmallMessages { bytes: u64 },
    /// Says that it speaks CTAP 2.1 with a PIN and has no tokens with permissions, which CTAP 2.1 demands.
    NoPermissions,
    /// So many members of its answer are unknown to this release.
    UnknownMembers { count: usize },
    /// These members of its answer are not as the specification has them, and count as not stated.
    OddMembers {
        /// By their names there.
        members: Vec<String>,
    },
}

impl Oddity {
    /// How much it weighs.
    pub fn weight(&self) -> Weight {
        match self {
            Self::U2fOnly
            | Self::PinBlocked
            | Self::NoVerification
            | Self::NotDiscoverable
            | Self::StoreFull => Weight::Refusal,
            Self::Advisory { .. }
            | Self::NoModel
            | Self::UnknownModel
            | Self::FewPinRetries { .. }
            | Self::PinChangeRequired
            | Self::UvBlocked
            | Self::NoEs256
            | Self::EnterpriseAttestation
            | Self::NoTouch
            | Self::Platform
            | Self::NotUsb
            | Self::SmallMessages { .. }
            | Self::NoPermissions
            | Self::OddMembers { .. }
            | Self::NoUsbReset { .. }
            | Self::StoreNearlyFull { .. } => Weight::Warning,
            Self::NoPin
            | Self::NoFingerprint
            | Self::NoManagement
            | Self::Preview
            | Self::AlwaysUv
            | Self::LongTouchForReset
            | Self::OwnVerificationOnly
            | Self::MinPinRaised { .. }
            | Self::ShortPins { .. }
            | Self::UnknownMembers { .. } => Weight::Note,
        }
    }
}

impl Oddity {
    /// Whether a verdict says the same, so that it need not be said twice.
    pub fn is_said_by(&self, verdict: &Verdict) -> bool {
        let finding = match self {
            Self::U2fOnly => Finding::NotFido2,
            Self::Advisory { id, summary } => Finding::Advisory {
                id: id.clone(),
                summary: summary.clone(),
            },
            Self::UnknownModel => Finding::UnknownModel,
            Self::PinBlocked => Finding::PinBlocked,
            Self::FewPinRetries { retries } => Finding::FewPinRetries { retries: *retries },
            Self::PinChangeRequired => Finding::PinChangeRequired,
            Self::NoVerification => Finding::NoPinSupport,
            _ => return false,
        };
        verdict.findings.iter().any(|said| match said {
            Finding::Lifted { what } => **what == finding,
            said => *said == finding,
        })
    }
}

/// Fewer PIN attempts than this are worth a mark.
const FEW_RETRIES: u8 = 3;
/// Less room than this is worth a mark.
const FEW_SLOTS: u32 = 3;
/// The least PIN length of the specification, in code points, and its longest PIN, in bytes (CTAP 2.3, section 6.5.1).
const PIN_MIN: u8 = 4;
const PIN_MAX_LENGTH: u8 = 63;
/// The least message size of the specification (CTAP 2.3, section 6.4, member 0x05).
const MESSAGE_BYTES_MIN: u64 = 1024;
/// COSE's number for ECDSA with SHA-256 on P-256.
const ES256: i64 = -7;

/// Everything unusual about a key, heaviest first.
pub fn oddities(portrait: &Portrait, models: &Models) -> Vec<Oddity> {
    if !portrait.key.is_fido2() {
        return vec![Oddity::U2fOnly];
    }
    let mut found = model_oddities(portrait, models);
    found.extend(verification_oddities(portrait));
    found.extend(store_oddities(portrait));
    found.extend(setting_oddities(portrait));
    found.extend(contradictions(portrait));
    found.sort_by_key(|oddity| std::cmp::Reverse(oddity.weight()));
    found
}

fn model_oddities(portrait: &Portrait, models: &Models) -> Vec<Oddity> {
    let key = &portrait.key;
    let mut found: Vec<Oddity> = models
        .advisories(key)
        .into_iter()
        .map(|advisory| Oddity::Advisory {
            id: advisory.id.clone(),
            summary: advisory.summary.clone(),
        })
        .collect();
    if key.id.aaguid == Aaguid::default() {
        found.push(Oddity::NoModel);
    } else if models.model(key.id.aaguid).is_none() {
        found.push(Oddity::UnknownModel);
    }
    found
}

fn verification_oddities(portrait: &Portrait) -> Vec<Oddity> {
    let key = &portrait.key;
    let mut found = Vec::new();
    match (key.pin_set, key.pin_retries) {
        (None, _) if portrait.built_in_uv.state == Readiness::Unsupported => {
            found.push(Oddity::NoVerification);
        }
        (Some(false), _) => found.push(Oddity::NoPin),
        (Some(true), Some(0)) => found.push(Oddity::PinBlocked),
        (Some(true), Some(retries)) if retries < FEW_RETRIES => {
            found.push(Oddity::FewPinRetries { retries });
        }
        _ => {}
    }
    if key.pin_change_required {
        found.push(Oddity::PinChangeRequired);
    }
    if portrait.built_in_uv.retries == Some(0) {
        found.push(Oddity::UvBlocked);
    }
    if portrait.fingerprints == Readiness::NotSetUp {
        found.push(Oddity::NoFingerprint);
    }
    if key.pin_set.is_some() && key.pin_min_length > PIN_MIN {
        found.push(Oddity::MinPinRaised {
            length: key.pin_min_length,
        });
    }
    if key.pin_set.is_some() && portrait.pin_max_length < PIN_MAX_LENGTH {
        found.push(Oddity::ShortPins {
            length: portrait.pin_max_length,
        });
    }
    found
}

fn store_oddities(portrait: &Portrait) -> Vec<Oddity> {
    let key = &portrait.key;
    if !key.discoverable {
        return vec![Oddity::NotDiscoverable];
    }
    let mut found = Vec::new();
    match key.free_credential_slots {
        Some(0) => found.push(Oddity::StoreFull),
        Some(free) if free < FEW_SLOTS => found.push(Oddity::StoreNearlyFull { free }),
        _ => {}
    }
    if portrait.management == Management::Absent {
        found.push(Oddity::NoManagement);
    }
    found
}

fn setting_oddities(portrait: &Portrait) -> Vec<Oddity> {
    let later = |version: &String| {
        version.starts_with("FIDO_2_") && version != "FIDO_2_0" && version != "FIDO_2_1_PRE"
    };
    let speaks_later = portrait.key.versions.iter().any(later);
    [
        (
            portrait.speaks("FIDO_2_1_PRE") && !speaks_later,
            Oddity::Preview,
        ),
        (portrait.key.always_uv, Oddity::AlwaysUv),
        (
            portrait.enterprise_attestation == Readiness::SetUp,
            Oddity::EnterpriseAttestation,
        ),
        (portrait.long_touch_for_reset, Oddity::LongTouchForReset),
        (portrait.key.pin_only_manages, Oddity::OwnVerificationOnly),
    ]
    .into_iter()
    .filter_map(|(holds, oddity)| holds.then_some(oddity))
    .chain(portrait.resets_elsewhere().map(|over| Oddity::NoUsbReset {
        over: over.to_vec(),
    }))
    .collect()
}

/// Where what a key says does not fit the specification, or what is seen of it.
fn contradictions(portrait: &Portrait) -> Vec<Oddity> {
    let key = &portrait.key;
    let bytes = portrait.limits.message_bytes;
    [
        (
            !key.algorithms.is_empty() && !key.algorithms.contains(&ES256),
            Oddity::NoEs256,
        ),
        (portrait.options.get("up") == Some(&false), Oddity::NoTouch),
        (portrait.is_on("plat"), Oddity::Platform),
        (
            !portrait.transports.is_empty() && !portrait.transports.iter().any(|t| t == "usb"),
            Oddity::NotUsb,
        ),
        (bytes < MESSAGE_BYTES_MIN, Oddity::SmallMessages { bytes }),
        (
            portrait.speaks("FIDO_2_1")
                && key.pin_set.is_some()
                && !portrait.is_on("pinUvAuthToken"),
            Oddity::NoPermissions,
        ),
        (
            portrait.unknown_members > 0,
            Oddity::UnknownMembers {
                count: portrait.unknown_members,
            },
        ),
        (
            !portrait.odd_members.is_empty(),
            Oddity::OddMembers {
                members: portrait.odd_members.clone(),
            },
        ),
    ]
    .into_iter()
    .filter_map(|(holds, oddity)| holds.then_some(oddity))
    .collect()
}
