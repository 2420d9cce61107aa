//! What a key says about itself: authenticatorGetInfo (CTAP 2.3, section 6.4), all members of CTAP 2.0 to 2.3.
//!
//! Hides member numbers and defaults. Invariant: without its versions a key is nothing; any other member that has the wrong type, or
//! a value that the specification excludes, counts as not stated and is named in [`Info::odd`]; one that this version does not know
//! is kept in [`Info::unknown`]. Neither hinders anything.

mod members;

use std::collections::BTreeMap;

use ciborium::Value;
use serde::Serialize;

use super::cbor::{FieldFault, Fields, as_bool, as_bytes, as_text, as_unsigned, required};
use super::command::client_pin::Permissions;
use super::pin::PinUvAuthToken;
use crate::domain::key::Aaguid;
use members::Members;

/// The largest message of a key that does not state one.
const DEFAULT_MAX_MSG_BYTES: u64 = 1024;
/// The least PIN length of a key that does not state one, in code points.
const DEFAULT_MIN_PIN_LENGTH: u8 = 4;
/// The longest PIN of a key that does not state one, in code points, and of any key, in bytes.
const DEFAULT_MAX_PIN_LENGTH: u8 = 63;

/// The capabilities of a key. An empty list means that the key states none.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Info {
    /// 0x01: protocol versions, e.g. `FIDO_2_1`, `U2F_V2`.
    pub versions: Vec<String>,
    /// 0x02: extensions, e.g. `credProtect`.
    pub extensions: Vec<String>,
    /// 0x03: the model; all zero where the key does not state one.
    pub aaguid: Aaguid,
    /// 0x04: options; an absent one is neither true nor false. See the methods for what they mean.
    pub options: BTreeMap<String, bool>,
    /// 0x05: the largest message the key takes, in bytes; 1024 where it does not say.
    pub max_msg_size: u64,
    /// 0x06: PIN/UV auth protocols, the preferred first.
    pub pin_uv_auth_protocols: Vec<u64>,
    /// 0x07: how many credentials an allow or exclude list may have.
    pub max_credential_count_in_list: Option<u64>,
    /// 0x08: the longest credential id, in bytes.
    pub max_credential_id_length: Option<u64>,
    /// 0x09: transports, e.g. `usb`, `nfc`.
    pub transports: Vec<String>,
    /// 0x0A: COSE algorithm identifiers of public-key credentials, the preferred first.
    pub algorithms: Vec<i64>,
    /// 0x0B: the largest large-blob array, in bytes.
    pub max_serialized_large_blob_array: Option<u64>,
    /// 0x0C: the PIN must be changed before it opens anything.
    pub force_pin_change: bool,
    /// 0x0D: the least PIN length in code points; 4 where the key does not say.
    pub min_pin_length: u8,
    /// 0x0E: firmware version, in the vendor's own packing.
    pub firmware_version: Option<u64>,
    /// 0x0F: the longest credBlob, in bytes.
    pub max_cred_blob_length: Option<u64>,
    /// 0x10: how many RP ids setMinPINLength takes.
    pub max_rpids_for_set_min_pin_length: Option<u64>,
    /// 0x11: how often a platform should try built-in UV before it falls back to the PIN.
    pub preferred_platform_uv_attempts: Option<u64>,
    /// 0x12: how built-in UV works (FIDO Registry of Predefined Values, section 3.1).
    pub uv_modality: Option<u64>,
    /// 0x13: certifications and their levels, e.g. `FIDO` → 2.
    pub certifications: BTreeMap<String, u64>,
    /// 0x14: room for that many more discoverable credentials.
    pub remaining_discoverable_credentials: Option<u64>,
    /// 0x15: vendor prototype subcommands of authenticatorConfig; present and empty means supported with none listed.
    pub vendor_prototype_config_commands: Option<Vec<u64>>,
    /// 0x16: attestation formats, e.g. `packed`.
    pub attestation_formats: Vec<String>,
    /// 0x17: how often built-in UV was used since the PIN was last entered.
    pub uv_count_since_last_pin_entry: Option<u64>,
    /// 0x18: a reset takes a long touch: five seconds in CTAP 2.3, ten in CTAP 2.2.
    pub long_touch_for_reset: bool,
    /// 0x19: the encrypted identifier of this very key.
    #[serde(skip)]
    pub enc_identifier: Option<Vec<u8>>,
    /// 0x1A: transports over which a reset is possible; none at all where the list is there and empty.
    pub transports_for_reset: Option<Vec<String>>,
    /// 0x1B: the key refuses simple PINs; `None` where it has no such policy.
    pub pin_complexity_policy: Option<bool>,
    /// 0x1C: where that policy is explained.
    pub pin_complexity_policy_url: Option<String>,
    /// 0x1D: the longest PIN, in code points; 63 where the key does not say. A PIN has at most 63 bytes all the same.
    pub max_pin_length: u8,
    /// 0x1E: the encrypted state of the credential store.
    #[serde(skip)]
    pub enc_cred_store_state: Option<Vec<u8>>,
    /// 0x1F: subcommands of authenticatorConfig.
    pub authenticator_config_commands: Option<Vec<u64>>,
    /// Members that this version does not know, as they came.
    #[serde(skip)]
    pub unknown: Vec<(Value, Value)>,
    /// Members that are not as the specification has them, and were passed over.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub odd: Vec<&'static str>,
}

/// Whether a means of user verification exists and is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Setup {
    /// The key has no such thing.
    Unsupported,
    /// The key could, but it is not set up.
    NotSet,
    /// It is set up.
    Set,
}

impl Setup {
    const fn from_option(option: Option<bool>) -> Self {
        match option {
            None => Self::Unsupported,
            Some(false) => Self::NotSet,
            Some(true) => Self::Set,
        }
    }
}

/// Where credential management is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialManagement {
    /// Command 0x0A (CTAP 2.1 and later).
    Standard,
    /// Command 0x41 (`FIDO_2_1_PRE`).
    Preview,
}

/// Where fingerprints are enrolled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BioEnrollment {
    /// Command 0x09 (CTAP 2.1 and later).
    Standard,
    /// Command 0x40 (`FIDO_2_1_PRE`).
    Preview,
}

impl Info {
    /// Reads the body of a getInfo reply.
    ///
    /// # Errors
    /// A [`FieldFault`] where the versions are missing or no list, and for broken CBOR the offset.
    pub fn parse(bytes: &[u8]) -> Result<Self, FieldFault> {
        let mut members = Members::read(bytes)?;
        let m = &mut members;
        let info = Self {
            versions: {
                let stated = m.list(0x01, "versions", as_text);
                let known = stated.filter(|versions| !versions.is_empty());
                required(known, "versions")?
            },
            extensions: m.texts(0x02, "extensions"),
            aaguid: aaguid(m),
            options: m.table(0x04, "options", as_bool),
            max_msg_size: m
                .unsigned(0x05, "maxMsgSize")
                .unwrap_or(DEFAULT_MAX_MSG_BYTES),
            pin_uv_auth_protocols: m
                .list(0x06, "pinUvAuthProtocols", as_unsigned)
                .unwrap_or_default(),
            max_credential_count_in_list: m.unsigned(0x07, "maxCredentialCountInList"),
            max_credential_id_length: m.unsigned(0x08, "maxCredentialIdLength"),
            transports: m.texts(0x09, "transports"),
            algorithms: {
                let stated = m.list(0x0a, "algorithms", algorithm).unwrap_or_default();
                stated.into_iter().flatten().collect()
            },
            max_serialized_large_blob_array: m.unsigned(0x0b, "maxSerializedLargeBlobArray"),
            force_pin_change: m.one(0x0c, "forcePINChange", as_bool).unwrap_or(false),
            min_pin_length: m
                .one(0x0d, "minPINLength", pin_length)
                .unwrap_or(DEFAULT_MIN_PIN_LENGTH),
            firmware_version: m.unsigned(0x0e, "firmwareVersion"),
            max_cred_blob_length: m.unsigned(0x0f, "maxCredBlobLength"),
            max_rpids_for_set_min_pin_length: m.unsigned(0x10, "maxRPIDsForSetMinPINLength"),
            preferred_platform_uv_attempts: m.unsigned(0x11, "preferredPlatformUvAttempts"),
            uv_modality: m.unsigned(0x12, "uvModality"),
            certifications: m.table(0x13, "certifications", as_unsigned),
            remaining_discoverable_credentials: m
                .unsigned(0x14, "remainingDiscoverableCredentials"),
            vendor_prototype_config_commands: m.list(
                0x15,
                "vendorPrototypeConfigCommands",
                as_unsigned,
            ),
            attestation_formats: m.texts(0x16, "attestationFormats"),
            uv_count_since_last_pin_entry: m.unsigned(0x17, "uvCountSinceLastPinEntry"),
            long_touch_for_reset: m.one(0x18, "longTouchForReset", as_bool).unwrap_or(false),
            enc_identifier: m.one(0x19, "encIdentifier", as_bytes),
            transports_for_reset: m.list(0x1a, "transportsForReset", as_text),
            pin_complexity_policy: m.one(0x1b, "pinComplexityPolicy", as_bool),
            // A URL that came as UTF-8 in a byte string.
            pin_complexity_policy_url: m
                .one(0x1c, "pinComplexityPolicyURL", as_bytes)
                .and_then(|bytes| String::from_utf8(bytes).ok()),
            max_pin_length: m
                .one(0x1d, "maxPINLength", pin_length)
                .unwrap_or(DEFAULT_MAX_PIN_LENGTH),
            enc_cred_store_state: m.one(0x1e, "encCredStoreState", as_bytes),
            authenticator_config_commands: m.list(0x1f, "authenticatorConfigCommands", as_unsigned),
            unknown: Vec::new(),
            odd: Vec::new(),
        };
        let (unknown, odd) = members.into_rest();
        Ok(Self {
            unknown,
            odd,
            ..info
        })
    }

    /// Whether the key states this version.
    pub fn has_version(&self, version: &str) -> bool {
        self.versions.iter().any(|stated| stated == version)
    }

    /// Whether the key speaks CTAP 2.1 or later; its preview does not count.
    pub fn is_ctap_2_1(&self) -> bool {
        let later = |version: &String| {
            version.starts_with("FIDO_2_") && version != "FIDO_2_0" && version != "FIDO_2_1_PRE"
        };
        self.versions.iter().any(later)
    }

    /// Whether the key states this extension.
    pub fn has_extension(&self, extension: &str) -> bool {
        self.extensions.iter().any(|stated| stated == extension)
    }

    /// An option as the key states it.
    pub fn option(&self, name: &str) -> Option<bool> {
        self.options.get(name).copied()
    }

    fn is_on(&self, name: &str) -> bool {
        self.option(name) == Some(true)
    }

    /// PIN: can there be one, is there one.
    pub fn client_pin(&self) -> Setup {
        Setup::from_option(self.option("clientPin"))
    }

    /// Built-in user verification, such as fingerprints.
    pub fn built_in_uv(&self) -> Setup {
        Setup::from_option(self.option("uv"))
    }

    /// Fingerprints: can they be enrolled, is one.
    pub fn fingerprints(&self) -> Setup {
        Setup::from_option(
            self.option("bioEnroll")
                .or_else(|| self.option("userVerificationMgmtPreview")),
        )
    }

    /// Whether discoverable credentials can be made.
    pub fn discoverable(&self) -> bool {
        self.is_on("rk")
    }

    /// Whether a token can be had that outlives the key's power and does nothing but list credentials
    /// ([`Permissions::PERSISTENT_CREDENTIAL_MANAGEMENT`]).
    pub fn persistent_management(&self) -> bool {
        self.is_on("perCredMgmtRO")
    }

    /// Which key this is among all of its model (section 6.4, encIdentifier): 16 bytes that no other key has and that change with
    /// a reset. `None` where the key states none, or the token is not one for
    /// [`Permissions::PERSISTENT_CREDENTIAL_MANAGEMENT`].
    pub fn identifier(&self, token: &PinUvAuthToken) -> Option<[u8; 16]> {
        token.open_sealed(b"encIdentifier", self.enc_identifier.as_deref()?)
    }

    /// What changes with every change of the credentials on the key (section 6.4, encCredStoreState): where it is the same as
    /// before, so are they. `None` as for [`Info::identifier`].
    pub fn credential_store_state(&self, token: &PinUvAuthToken) -> Option<[u8; 16]> {
        token.open_sealed(b"encCredStoreState", self.enc_cred_store_state.as_deref()?)
    }

    /// Whether a touch can be asked for; true unless the key says otherwise.
    pub fn user_presence(&self) -> bool {
        self.option("up") != Some(false)
    }

    /// Whether tokens carry permissions (0x09, 0x06) rather than the one token of CTAP 2.0 (0x05).
    pub fn token_permissions(&self) -> bool {
        self.is_on("pinUvAuthToken")
    }

    /// Whether a token obtained by built-in user verification may carry these permissions: those for settings and fingerprints
    /// only where the key says so (`uvAcfg`, `uvBioEnroll`).
    pub fn built_in_uv_may(&self, permissions: Permissions) -> bool {
        let refused = |permission, option| permissions.contains(permission) && !self.is_on(option);
        !refused(Permissions::AUTHENTICATOR_CONFIG, "uvAcfg")
            && !refused(Permissions::BIO_ENROLLMENT, "uvBioEnroll")
    }

    /// Whether a token obtained with the PIN may neither make nor use credentials.
    pub fn pin_cannot_make_or_use(&self) -> bool {
        self.is_on("noMcGaPermissionsWithClientPin")
    }

    /// Whether the key always demands user verification.
    pub fn always_uv(&self) -> bool {
        self.is_on("alwaysUv")
    }

    /// Whether a non-discoverable credential can be made without user verification although a PIN is set.
    pub fn make_without_uv(&self) -> bool {
        self.is_on("makeCredUvNotRqd")
    }

    /// Enterprise attestation: can it be enabled, is it.
    pub fn enterprise_attestation(&self) -> Setup {
        Setup::from_option(self.option("ep"))
    }

    /// Where fingerprints are enrolled, if the key has any.
    pub fn bio_enrollment(&self) -> Option<BioEnrollment> {
        if self.option("bioEnroll").is_some() {
            return Some(BioEnrollment::Standard);
        }
        let preview = self.option("userVerificationMgmtPreview");
        preview.map(|_| BioEnrollment::Preview)
    }

    /// Whether the key's settings can be changed (authenticatorConfig).
    pub fn configurable(&self) -> bool {
        self.is_on("authnrCfg")
    }

    /// Whether the key lists this subcommand of authenticatorConfig. Keys before CTAP 2.2 list none.
    pub fn lists_config_command(&self, subcommand: u8) -> bool {
        let listed = self.authenticator_config_commands.as_ref();
        listed.is_some_and(|listed| listed.contains(&subcommand.into()))
    }

    /// Where credential management is found, if the key has it.
    pub fn credential_management(&self) -> Option<CredentialManagement> {
        if self.is_on("credMgmt") {
            return Some(CredentialManagement::Standard);
        }
        let preview = self.is_on("credentialMgmtPreview");
        preview.then_some(CredentialManagement::Preview)
    }
}

/// The `alg` of one public-key credential parameter; other types than `public-key` are skipped, as the specification asks.
fn algorithm(value: Value, member: &'static str) -> Result<Option<i64>, FieldFault> {
    let mut fields = Fields::of(value, member)?;
    let kind = required(fields.text("type", "algorithms.type")?, "algorithms.type")?;
    let alg = required(fields.signed("alg", "algorithms.alg")?, "algorithms.alg")?;
    Ok((kind == "public-key").then_some(alg))
}

/// The model. Every key states one; what lacks it is no worse at its work.
fn aaguid(members: &mut Members) -> Aaguid {
    let expected = "16 bytes";
    let stated = members.one(0x03, "aaguid", |value, member| {
        let bytes = as_bytes(value, member)?;
        let whole = bytes.try_into();
        whole.map_err(|_| FieldFault::Invalid { member, expected })
    });
    match stated {
        Some(bytes) => Aaguid(bytes),
        None => {
            members.missing("aaguid");
            Aaguid::default()
        }
    }
}

/// A length that a PIN can have.
fn pin_length(value: Value, member: &'static str) -> Result<u8, FieldFault> {
    let length = as_unsigned(value, member)?;
    let length = u8::try_from(length).ok();
    let possible = length.filter(|length| *length <= DEFAULT_MAX_PIN_LENGTH);
    possible.ok_or(FieldFault::Invalid {
        member,
        expected: "a length of at most 63",
    })
}

#[cfg(test)]
mod tests;
