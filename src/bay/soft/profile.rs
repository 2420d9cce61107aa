//! What model a software key plays: its facts, its abilities and how its person behaves.
//!
//! A profile never changes while a key lives; what changes (PIN, credentials, settings) is the key's state.

use std::time::Duration;

use super::quirks::Quirks;
use super::status::Status;

/// Whether and how a key manages its credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Management {
    /// Not at all.
    Absent,
    /// With the preview's command byte, as `FIDO_2_1_PRE` keys do (0x41, and 0x40 for fingerprints).
    Preview,
    /// As CTAP 2.1 has it (0x0A, and 0x09 for fingerprints).
    Standard,
}

/// How the person in front of the key behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TouchPolicy {
    /// Only [`touch`](super::SoftKey::touch) and its siblings touch it.
    Manual,
    /// It is touched, with the right finger, as soon as it asks.
    Auto,
    /// The same, this long after it asked.
    After(Duration),
}

/// Abilities that a model has or lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Abilities {
    /// Speaks CTAP2 at all; a key without it answers only CTAPHID_MSG.
    pub ctap2: bool,
    /// Keeps discoverable credentials.
    pub discoverable: bool,
    /// COSE algorithms that it states. It signs with ES256 (-7) only.
    pub algorithms: Vec<i64>,
    /// Takes a PIN.
    pub client_pin: bool,
    /// PIN/UV auth protocols, most preferred first.
    pub pin_protocols: Vec<u8>,
    /// Issues tokens with permissions (0x09, 0x06), not only the legacy ones (0x05).
    pub token_permissions: bool,
    /// Credential management.
    pub management: Management,
    /// authenticatorConfig (0x0D) with alwaysUv, minimum PIN length and forced change.
    pub config: bool,
    /// Enterprise attestation: `None` cannot; otherwise the RP ids built in by the vendor (may be empty).
    pub enterprise_rp_ids: Option<Vec<String>>,
    /// A fingerprint sensor: built-in UV and bioEnrollment.
    pub fingerprints: bool,
    /// Its PIN gives no token that makes or uses credentials (`noMcGaPermissionsWithClientPin`).
    pub pin_only_manages: bool,
    /// Makes non-discoverable credentials without UV although it has a PIN.
    pub make_credential_without_uv: bool,
    /// The extensions credProtect, minPinLength and hmac-secret, as getInfo names them.
    pub extensions: Vec<String>,
    /// CTAP 2.3's `longTouchForReset`: `None` for a key that does not know it, otherwise its factory setting.
    pub long_touch_for_reset: Option<bool>,
    /// CTAP 2.2's PIN complexity policy: `None` for a key that has none, otherwise its factory setting. Under it the key
    /// takes no PIN of one character repeated, nor one that counts up or down.
    pub pin_complexity: Option<bool>,
    /// CTAP 2.2's tokens that list credentials, outlive the key's power, and tell one key from another of its model.
    pub persistent_management: bool,
}

/// The model a key plays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Manufacturer string of the USB descriptor.
    pub manufacturer: String,
    /// Product string of the USB descriptor.
    pub product: String,
    /// USB vendor and product id.
    pub usb_id: (u16, u16),
    /// Serial in the USB descriptor, for models that show one.
    pub serial: Option<String>,
    /// The model's identity, as in attested credential data.
    pub aaguid: [u8; 16],
    /// Versions in getInfo.
    pub versions: Vec<String>,
    /// firmwareVersion in getInfo; `None` leaves it out, as 2.0 keys do.
    pub firmware_version: Option<u32>,
    /// Device version in the reply to CTAPHID_INIT: major, minor, build.
    pub device_version: [u8; 3],
    /// What it can.
    pub abilities: Abilities,
    /// Discoverable credentials it has room for.
    pub storage_slots: usize,
    /// Shortest PIN it takes from the factory, in code points.
    pub min_pin_length: u8,
    /// Fingerprints it has room for.
    pub fingerprint_slots: usize,
    /// The least credProtect level of what it makes, whatever it is asked (CTAP 2.3, section 12.1: a key may have a default).
    pub least_protection: u8,
    /// How its person behaves, to begin with.
    pub touch: TouchPolicy,
    /// How long it waits for the person.
    pub touch_timeout: Duration,
    /// What makeCredential and getAssertion answer when nobody touches: OPERATION_DENIED (0x27) by the specification
    /// (CTAP 2.3, section 6.1.2), but keys in the field say USER_ACTION_TIMEOUT (0x2f) or ACTION_TIMEOUT (0x3a).
    pub untouched: Status,
    /// How long after power-up it takes a reset.
    pub reset_window: Duration,
    /// How long it computes before it answers makeCredential and getAssertion.
    pub latency: Duration,
    /// What is odd about it.
    pub quirks: Quirks,
    /// Seed of its randomness; `None` draws from the operating system.
    pub seed: Option<[u8; 32]>,
}

impl Profile {
    /// A CTAP 2.1 key with everything but fingerprints, played by nobody's model; no PIN yet.
    pub fn full() -> Self {
        Self {
            manufacturer: "Keydesk".into(),
            product: "Software Key".into(),
            usb_id: (0x1209, 0xf1d0),
            serial: Some("SOFT0001".into()),
            aaguid: *b"keydesk-soft-key",
            versions: strings(&["FIDO_2_0", "FIDO_2_1"]),
            firmware_version: Some(0x01_00_00),
            device_version: [1, 0, 0],
            abilities: Abilities {
                ctap2: true,
                discoverable: true,
                algorithms: vec![-7],
                client_pin: true,
                pin_protocols: vec![2, 1],
                token_permissions: true,
                management: Management::Standard,
                config: true,
                enterprise_rp_ids: Some(Vec::new()),
                fingerprints: false,
                pin_only_manages: false,
                make_credential_without_uv: true,
                extensions: strings(&["credProtect", "hmac-secret", "minPinLength"]),
                long_touch_for_reset: None,
                pin_complexity: None,
                persistent_management: false,
            },
            storage_slots: 25,
            min_pin_length: 4,
            fingerprint_slots: 0,
            least_protection: 1,
            touch: TouchPolicy::Manual,
            touch_timeout: Duration::from_secs(30),
            untouched: Status::OPERATION_DENIED,
            reset_window: Duration::from_secs(10),
            latency: Duration::ZERO,
            quirks: Quirks::default(),
            seed: None,
        }
    }

    /// A CTAP 2.3 key: with tokens that last, and a PIN complexity policy and the long touch for a reset, both off.
    pub fn ctap23() -> Self {
        let full = Self::full();
        Self {
            product: "Software Key 2.3".into(),
            serial: Some("SOFT0023".into()),
            aaguid: *b"keydesk-soft-2.3",
            versions: strings(&["FIDO_2_0", "FIDO_2_1", "FIDO_2_3"]),
            abilities: Abilities {
                extensions: strings(&[
                    "credProtect",
                    "hmac-secret",
                    "minPinLength",
                    "pinComplexityPolicy",
                ]),
                long_touch_for_reset: Some(false),
                pin_complexity: Some(false),
                persistent_management: true,
                ..full.abilities.clone()
            },
            ..full
        }
    }

    /// Like a YubiKey 5 NFC with firmware 5.7.1.
    pub fn yubikey_5_nfc() -> Self {
        Self {
            manufacturer: "Yubico".into(),
            product: "YubiKey OTP+FIDO+CCID".into(),
            usb_id: (0x1050, 0x0407),
            serial: None,
            aaguid: hex16(0xa253_42c0_3cdc_4414_8e46_f480_7fca_511c),
            versions: strings(&["FIDO_2_0", "FIDO_2_1_PRE", "FIDO_2_1"]),
            untouched: Status::USER_ACTION_TIMEOUT,
            firmware_version: Some(0x05_07_01),
            device_version: [5, 7, 1],
            storage_slots: 100,
            ..Self::full()
        }
    }

    /// Like a Security Key NFC by Yubico with firmware 5.4.3: no serial anywhere, no authenticatorConfig.
    pub fn security_key_nfc() -> Self {
        let full = Self::full();
        Self {
            manufacturer: "Yubico".into(),
            product: "Security Key NFC".into(),
            usb_id: (0x1050, 0x0402),
            serial: None,
            aaguid: hex16(0xa4e9_fc6d_4cbe_4758_b8ba_3759_8bb5_bbaa),
            versions: strings(&["FIDO_2_0", "FIDO_2_1_PRE", "FIDO_2_1"]),
            untouched: Status::USER_ACTION_TIMEOUT,
            firmware_version: Some(0x05_04_03),
            device_version: [5, 4, 3],
            abilities: Abilities {
                config: false,
                enterprise_rp_ids: None,
                extensions: strings(&["credProtect", "hmac-secret"]),
                ..full.abilities.clone()
            },
            ..full
        }
    }

    /// Like a Feitian ePass FIDO2: CTAP 2.0 with the management preview, PIN protocol one.
    pub fn epass_fido2() -> Self {
        let full = Self::full();
        Self {
            manufacturer: "FT".into(),
            product: "ePass FIDO2".into(),
            usb_id: (0x096e, 0x085d),
            serial: None,
            aaguid: hex16(0x833b_721a_ff5f_4d00_bb2e_bdda_3ec0_1e29),
            versions: strings(&["FIDO_2_0", "FIDO_2_1_PRE"]),
            firmware_version: None,
            device_version: [1, 2, 0],
            abilities: Abilities {
                management: Management::Preview,
                ..Self::ctap20().abilities
            },
            storage_slots: 50,
            ..full
        }
    }

    /// An old key that knows CTAP 2.0 and nothing later: protocol one, legacy tokens, no management.
    pub fn ctap20() -> Self {
        let full = Self::full();
        Self {
            product: "Software Key 2.0".into(),
            serial: None,
            aaguid: *b"keydesk-soft-2.0",
            versions: strings(&["FIDO_2_0"]),
            firmware_version: None,
            abilities: Abilities {
                pin_protocols: vec![1],
                token_permissions: false,
                management: Management::Absent,
                config: false,
                enterprise_rp_ids: None,
                make_credential_without_uv: false,
                extensions: strings(&["hmac-secret"]),
                ..full.abilities.clone()
            },
            ..full
        }
    }

    /// A `FIDO_2_1_PRE` key: the preview's commands 0x40 and 0x41, with a fingerprint sensor.
    pub fn ctap21_preview() -> Self {
        let old = Self::ctap20();
        Self {
            product: "Software Key 2.1-pre".into(),
            aaguid: *b"keydesk-soft-pre",
            versions: strings(&["FIDO_2_0", "FIDO_2_1_PRE"]),
            abilities: Abilities {
                management: Management::Preview,
                fingerprints: true,
                extensions: strings(&["credProtect", "hmac-secret"]),
                ..old.abilities.clone()
            },
            fingerprint_slots: 5,
            ..old
        }
    }

    /// A key from before FIDO2: U2F only, so it cannot be enrolled.
    pub fn u2f_only() -> Self {
        let old = Self::ctap20();
        Self {
            product: "Software U2F Key".into(),
            aaguid: [0; 16],
            versions: Vec::new(),
            abilities: Abilities {
                ctap2: false,
                client_pin: false,
                pin_protocols: Vec::new(),
                extensions: Vec::new(),
                ..old.abilities.clone()
            },
            storage_slots: 0,
            ..old
        }
    }

    /// A CTAP 2.1 key with a fingerprint sensor: built-in UV and bioEnrollment.
    pub fn biometric() -> Self {
        let full = Self::full();
        Self {
            product: "Software Bio Key".into(),
            serial: Some("SOFTBIO1".into()),
            aaguid: *b"keydesk-soft-bio",
            abilities: Abilities {
                fingerprints: true,
                ..full.abilities.clone()
            },
            fingerprint_slots: 5,
            ..full
        }
    }

    /// The same model with another serial.
    #[must_use]
    pub fn with_serial(mut self, serial: &str) -> Self {
        self.serial = Some(serial.into());
        self
    }

    /// The same model with another person in front of it.
    #[must_use]
    pub fn with_touch(mut self, touch: TouchPolicy) -> Self {
        self.touch = touch;
        self
    }

    /// The same model with something odd about it.
    #[must_use]
    pub fn with_quirks(mut self, quirks: Quirks) -> Self {
        self.quirks = quirks;
        self
    }

    /// The same model with randomness that repeats itself.
    #[must_use]
    pub fn with_seed(mut self, seed: [u8; 32]) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Whether it states what CTAP 2.2 and 2.3 added to getInfo.
    pub(super) fn is_ctap_2_3(&self) -> bool {
        self.versions.iter().any(|version| version == "FIDO_2_3")
    }

    pub(super) fn has_extension(&self, name: &str) -> bool {
        self.abilities.extensions.iter().any(|e| e == name)
    }
}

fn strings(items: &[&str]) -> Vec<String> {
    items.iter().map(|&item| item.to_owned()).collect()
}

/// An AAGUID written as the number its hexadecimal form is.
fn hex16(aaguid: u128) -> [u8; 16] {
    aaguid.to_be_bytes()
}
