//! What stays of an act that was signed, so that anybody can check it without the registry.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::webauthn::AuthenticationResponse;
use crate::domain::Bytes;

/// The proof of an act: its bytes, and the assertion (WebAuthn Level 3, section 7.2) whose challenge is their SHA-256.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActReceipt {
    /// Version of this form.
    pub version: u16,
    /// The act, as it was signed ([`Act`](crate::domain::act::Act)).
    pub act: Bytes,
    pub assertion: AuthenticationResponse,
    /// The signer's, as the registry holds it: a COSE_Key (RFC 9053). None: of an algorithm that only the registry checks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key: Option<Bytes>,
    pub rp_id: String,
    /// What the client data must name.
    pub origin: String,
    /// When the registry accepted it.
    pub accepted_at: Timestamp,
}
