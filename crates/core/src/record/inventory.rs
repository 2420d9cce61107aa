//! What the records come to: the keys and enrolments that a station knows.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Remains;
use crate::domain::{Bytes, KeyFacts, KeyId, OfferId, OperatorId, Person, UsbPath};

/// A finished enrolment, as the station's inventory keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolment {
    pub credential: Bytes,
    pub key: KeyId,
    pub person: Person,
    pub rp_id: String,
    pub offer: OfferId,
    pub operator: OperatorId,
    pub at: Timestamp,
    /// The credential's public key, COSE_Key in CBOR, so that the station can check what it signs.
    pub public_key: Bytes,
    /// Whether the registry has accepted it.
    pub pushed: bool,
    /// The registry refused it, and an operator gave it up.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub withdrawn: bool,
    /// The key was reset since, or the credential deleted from it: it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone_at: Option<Timestamp>,
    /// What the key said of itself then; earlier releases did not keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<Box<KeyFacts>>,
    /// What remains on the key once it is withdrawn; not known while its credential is being deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remains: Option<Remains>,
}

impl Enrolment {
    /// Whether its credential may be in use, or come into use: neither given up nor gone.
    pub fn is_live(&self) -> bool {
        !self.withdrawn && self.gone_at.is_none()
    }
}

/// A credential that this station enrolled for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolledHere {
    pub credential: Bytes,
    /// The registry took it; else it is on its way there.
    pub pushed: bool,
}

/// A key in the inventory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRecord {
    /// What it is, and where it was last.
    pub facts: KeyFacts,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
}

impl KeyRecord {
    /// The place where it was last seen.
    pub fn place(&self) -> &UsbPath {
        &self.facts.place
    }
}
