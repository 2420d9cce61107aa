//! A security key as a station knows it: where it is, what it is, and how it is told from others.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The RP of tests. `.invalid` is nobody's (RFC 6761, section 6.4), so that no credential of anybody's is ever touched.
pub const TEST_RP_ID: &str = "station.keydesk.invalid";

/// Where a key is plugged in: the USB path, such as `1-1.4`. Stays the same when a key is pulled
/// and another one put in its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UsbPath(String);

impl UsbPath {
    /// Takes the path as the kernel names it.
    pub fn new(path: impl Into<String>) -> Self {
        Self(path.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for UsbPath {
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
    /// Whether this can identify one key, not merely a model: as long as nothing contradicts it.
    pub fn is_unique(&self) -> bool {
        self.telling_serial().is_some() || self.asset_tag.is_some()
    }

    /// The serial number, where it can be one that no other key has.
    pub fn telling_serial(&self) -> Option<&str> {
        self.serial.as_deref().filter(|serial| is_telling(serial))
    }

    /// Whether both are one key by what they say of themselves.
    pub fn is_same_as(&self, other: &Self) -> bool {
        let same_serial = self.telling_serial().is_some() && self.serial == other.serial;
        let same_tag = self.asset_tag.is_some() && self.asset_tag == other.asset_tag;
        self.aaguid == other.aaguid && (same_serial || same_tag)
    }

    /// Whether both may be one key: nothing that both say tells them apart. A serial number stays what it is, even if others have
    /// it too.
    pub fn may_be(&self, other: &Self) -> bool {
        let differ =
            |a: &Option<String>, b: &Option<String>| matches!((a, b), (Some(a), Some(b)) if a != b);
        self.aaguid == other.aaguid
            && !differ(&self.serial, &other.serial)
            && !differ(&self.asset_tag, &other.asset_tag)
    }
}

/// From so many characters on, one that differs from all the others does not make a serial number.
const LONG_SERIAL: usize = 6;
/// So many characters in a row count up or down by chance only.
const LONG_COUNT: usize = 4;

/// Whether a serial number can be one that no other key has. Makers leave in what a template says: one character over and over
/// (`0000000000`), with one other at most (`1000000000`), a part that is repeated (`12341234`), or one that counts (`123456789`).
pub fn is_telling(serial: &str) -> bool {
    let letters: Vec<char> = serial
        .chars()
        .filter(|c| c.is_alphanumeric())
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let commonest = letters
        .iter()
        .map(|c| letters.iter().filter(|other| *other == c).count());
    let others = letters.len() - commonest.max().unwrap_or_default();
    let is_constant = others == 0 || (others == 1 && letters.len() >= LONG_SERIAL);
    let is_repeated = (1..=letters.len() / 2).any(|length| {
        let mut parts = letters.chunks(length);
        let first = parts.next();
        letters.len().is_multiple_of(length) && parts.all(|part| Some(part) == first)
    });
    !is_constant && !is_repeated && !counts(&letters)
}

/// Whether each character follows the one before, up or down; after 9 comes 0.
fn counts(letters: &[char]) -> bool {
    let follows = |a: char, b: char| (a, b) == ('9', '0') || u32::from(b) == u32::from(a) + 1;
    let pairs = || letters.iter().zip(letters.iter().skip(1));
    letters.len() >= LONG_COUNT
        && (pairs().all(|(a, b)| follows(*a, *b)) || pairs().all(|(a, b)| follows(*b, *a)))
}

/// What is known of a key in the bay: enough for a verdict and for a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyFacts {
    /// Its USB path.
    pub place: UsbPath,
    /// The short number of that place, for people.
    pub slot: u16,
    /// Rises with every plug: a key pulled and put back is another connection.
    #[serde(default)]
    pub generation: u64,
    /// Model, serial, tag.
    pub id: KeyId,
    /// USB vendor and product id.
    pub vendor_id: u16,
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
    /// Its PIN opens neither the making nor the use of a credential (`noMcGaPermissionsWithClientPin`): that takes verification of
    /// its own.
    #[serde(default, skip_serializing_if = "is_false")]
    pub pin_only_manages: bool,
    /// Has enterprise attestation, enabled or not.
    #[serde(default)]
    pub enterprise_attestation: bool,
    /// Extensions as the key states them, e.g. `credProtect`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<String>,
    /// How it can be reached, as it states, e.g. `usb`, `nfc`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transports: Vec<String>,
    /// COSE algorithm identifiers, in the key's order.
    pub algorithms: Vec<i64>,
}

/// On whose word a key is of the model that it is listed as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ModelBy {
    /// Its maker's: a certificate chain to a root that the registry trusts says so.
    Maker,
    /// The key's own, or the station's, which nothing proves. So are serial number and firmware of every key.
    Said,
}

impl KeyFacts {
    /// Whether the key speaks CTAP2 at all.
    pub fn is_fido2(&self) -> bool {
        self.versions.iter().any(|v| v.starts_with("FIDO_2"))
    }

    /// As far as a report tells: nothing of what it can do.
    pub fn reported(id: &KeyId, model: &str, firmware: Option<u64>) -> Self {
        Self {
            place: UsbPath::new("-"),
            slot: 0,
            generation: 0,
            id: id.clone(),
            vendor_id: 0,
            product_id: 0,
            product: String::new(),
            model: model.to_owned(),
            versions: Vec::new(),
            firmware,
            pin_set: None,
            pin_retries: None,
            pin_change_required: false,
            pin_min_length: 0,
            free_credential_slots: None,
            discoverable: false,
            credential_management: false,
            built_in_uv: false,
            always_uv: false,
            pin_only_manages: false,
            enterprise_attestation: false,
            extensions: Vec::new(),
            transports: Vec::new(),
            algorithms: Vec::new(),
        }
    }

    /// Firmware for people: `5.7.1` where the number holds three bytes as Yubico packs them, else the
    /// plain number.
    pub fn firmware_text(&self) -> Option<String> {
        self.firmware.map(firmware_text)
    }

    /// Whether a credential takes verification by the key itself, which it has set up: its PIN is not enough.
    pub fn verifies_itself(&self) -> bool {
        self.pin_only_manages && self.built_in_uv
    }
}

/// What most keys are need not be written down.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
fn is_false(value: &bool) -> bool {
    !*value
}

#[cfg(any(test, feature = "samples"))]
impl KeyFacts {
    /// Some key without a PIN, for tests to change.
    pub fn sample() -> Self {
        Self {
            place: UsbPath::new("1-1"),
            slot: 1,
            generation: 1,
            id: KeyId {
                aaguid: Aaguid::default(),
                serial: None,
                asset_tag: None,
            },
            vendor_id: 0,
            product_id: 0,
            product: "Key".to_owned(),
            model: "Key".to_owned(),
            versions: vec!["FIDO_2_1".to_owned()],
            firmware: None,
            pin_set: Some(false),
            pin_retries: None,
            pin_change_required: false,
            pin_min_length: 4,
            free_credential_slots: None,
            discoverable: true,
            credential_management: true,
            built_in_uv: false,
            always_uv: false,
            pin_only_manages: false,
            enterprise_attestation: false,
            extensions: Vec::new(),
            transports: Vec::new(),
            algorithms: vec![-7],
        }
    }
}

/// A COSE algorithm identifier by its name in the IANA registry.
pub fn algorithm(id: i64) -> String {
    let name = match id {
        -7 => "ES256",
        -8 => "EdDSA",
        -19 => "Ed25519",
        -35 => "ES384",
        -36 => "ES512",
        -47 => "ES256K",
        -48 => "ML-DSA-44",
        -49 => "ML-DSA-65",
        -50 => "ML-DSA-87",
        -257 => "RS256",
        other => return other.to_string(),
    };
    name.to_owned()
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
    fn a_serial_number_that_a_template_left_in_tells_no_key_from_another() {
        for serial in [
            "",
            "-",
            "0",
            "A",
            "0000000000",
            "FFFFFFFF",
            "1000000000",
            "0000000001",
            "ffffff0",
            "1212",
            "12341234",
            "ABCABCABC",
            "1234",
            "123456789",
            "0123456789",
            "1234567890",
            "987654321",
            "ABCDEF",
            "00-00-00",
        ] {
            assert!(!is_telling(serial), "{serial:?}");
        }
        for serial in [
            "28461397",
            "0012345",
            "SOFT0001",
            "7C31A9",
            "A7",
            "12",
            "20251",
            "1000000001",
            "00004711",
            "1224",
            "0001000200",
        ] {
            assert!(is_telling(serial), "{serial:?}");
        }
    }

    #[test]
    fn two_keys_are_one_only_by_what_can_tell_them_and_may_be_one_unless_something_differs() {
        let id = |serial: Option<&str>, tag: Option<&str>| KeyId {
            aaguid: Aaguid::default(),
            serial: serial.map(str::to_owned),
            asset_tag: tag.map(str::to_owned),
        };
        let other_model = KeyId {
            aaguid: Aaguid([1; 16]),
            ..id(Some("7C31A9"), None)
        };
        let bare = id(None, None);
        let numbered = id(Some("7C31A9"), None);
        let constant = id(Some("1000000000"), None);
        assert!(numbered.is_same_as(&numbered) && numbered.is_unique());
        assert!(!constant.is_same_as(&constant) && !constant.is_unique());
        assert!(id(Some("1000000000"), Some("T1")).is_same_as(&id(None, Some("T1"))));
        assert!(!numbered.is_same_as(&other_model) && !numbered.may_be(&other_model));
        assert!(bare.may_be(&numbered) && constant.may_be(&constant));
        assert!(!constant.may_be(&numbered));
    }

    #[test]
    fn an_aaguid_survives_its_text_form() {
        let text = "2fc0579f-8113-47ea-b116-bb5a8db9202a";
        let aaguid: Aaguid = text.parse().expect("valid");
        assert_eq!(aaguid.to_string(), text);
    }
}
