//! A security key as a station knows it: where it is, what it is, and how it is told from others.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Where a key is plugged in: the USB path, such as `1-1.4`. Stays the same when a key is pulled
/// and another one put in its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Place(String);

impl Place {
    /// Takes the path as the kernel names it.
    pub fn new(path: impl Into<String>) -> Self {
        Self(path.into())
    }

    /// The path.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The model identifier that an authenticator states (WebAuthn, section 6.5.1). All zero: not stated.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, utoipa::ToSchema)]
#[schema(value_type = String, format = Uuid)]
pub struct Aaguid(pub [u8; 16]);

impl std::fmt::Display for Aaguid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        uuid::Uuid::from_bytes(self.0).hyphenated().fmt(f)
    }
}

impl std::fmt::Debug for Aaguid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

impl std::str::FromStr for Aaguid {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        uuid::Uuid::parse_str(text).map(|uuid| Self(uuid.into_bytes()))
    }
}

impl Serialize for Aaguid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Aaguid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// What tells one key from another over time. Many keys have no serial number: two of a kind then
/// differ only by an asset tag or by the credentials that they hold.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
pub struct KeyId {
    /// The model.
    pub aaguid: Aaguid,
    /// The serial number that the USB descriptor states.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// The tag stuck on it, where an inventory gave it one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset_tag: Option<String>,
}

impl KeyId {
    /// Whether this identifies one key, not merely a model.
    pub fn is_unique(&self) -> bool {
        self.serial.is_some() || self.asset_tag.is_some()
    }
}

/// What is known of a key in the bay: enough for a verdict and for a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyFacts {
    /// Its USB path.
    pub place: Place,
    /// The short number of that place, for people.
    pub slot: u16,
    /// Rises with every plug: a key pulled and put back is another connection.
    #[serde(default)]
    pub generation: u64,
    /// Model, serial, tag.
    pub id: KeyId,
    /// USB vendor and product id.
    pub vendor_id: u16,
    /// USB product id.
    pub product_id: u16,
    /// The product string of the USB descriptor, cleaned of control characters.
    pub product: String,
    /// The name that is shown: from the list of models, else the product string.
    pub model: String,
    /// Protocol versions as the key states them, e.g. `FIDO_2_1`.
    pub versions: Vec<String>,
    /// Firmware as the key states it (getInfo 0x0E), e.g. 328707.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub firmware: Option<u64>,
    /// Whether a PIN is set; `None`: the key can't have one.
    pub pin_set: Option<bool>,
    /// PIN attempts left, where a PIN is set and the key was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin_retries: Option<u8>,
    /// The key demands a new PIN before the next use of the old one.
    #[serde(default)]
    pub pin_change_required: bool,
    /// The least PIN length, in code points.
    pub pin_min_length: u8,
    /// Room for that many more discoverable credentials, where the key says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free_credential_slots: Option<u32>,
    /// The key can keep discoverable credentials.
    pub discoverable: bool,
    /// The key can list and delete credentials.
    pub credential_management: bool,
    /// User verification built in and set up (fingerprint).
    pub built_in_uv: bool,
    /// Always asks for user verification.
    pub always_uv: bool,
    /// Has enterprise attestation, enabled or not.
    #[serde(default)]
    pub enterprise_attestation: bool,
    /// Extensions as the key states them, e.g. `credProtect`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<String>,
    /// COSE algorithm identifiers, in the key's order.
    pub algorithms: Vec<i64>,
}

impl KeyFacts {
    /// Whether the key speaks CTAP2 at all.
    pub fn is_fido2(&self) -> bool {
        self.versions.iter().any(|v| v.starts_with("FIDO_2"))
    }

    /// Firmware for people: `5.7.1` where the number holds three bytes as Yubico packs them, else the
    /// plain number.
    pub fn firmware_text(&self) -> Option<String> {
        self.firmware.map(firmware_text)
    }
}

/// `328707` (0x050403) is `5.4.3`; a number that does not look packed is shown as it is.
pub fn firmware_text(version: u64) -> String {
    match version {
        0x0001_0000..=0x00ff_ffff => format!(
            "{}.{}.{}",
            version >> 16,
            (version >> 8) & 0xff,
            version & 0xff
        ),
        plain => plain.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_firmware_reads_as_three_numbers() {
        assert_eq!(firmware_text(328_707), "5.4.3");
        assert_eq!(firmware_text(1), "1");
    }

    #[test]
    fn an_aaguid_survives_its_text_form() {
        let text = "2fc0579f-8113-47ea-b116-bb5a8db9202a";
        let aaguid: Aaguid = text.parse().expect("valid");
        assert_eq!(aaguid.to_string(), text);
    }
}
