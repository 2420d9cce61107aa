//! WebAuthn's JSON forms (WebAuthn Level 3, section 5.1 "PublicKeyCredential", `…JSON` dictionaries).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::Bytes;

/// `PublicKeyCredentialCreationOptionsJSON`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreationOptions {
    /// The relying party.
    pub rp: RelyingParty,
    /// The account.
    pub user: User,
    /// At least 16 random bytes of the registry's.
    pub challenge: Bytes,
    /// Algorithms, most wanted first.
    pub pub_key_cred_params: Vec<Algorithm>,
    /// Milliseconds; a hint for browsers. The life of the challenge is in the offer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u64>,
    /// Credentials that the account has: a key that holds one must not get another.
    #[serde(default)]
    pub exclude_credentials: Vec<Descriptor>,
    /// Residence and user verification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authenticator_selection: Option<AuthenticatorSelection>,
    /// `none`, `indirect`, `direct` or `enterprise`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attestation: Option<String>,
    /// Extensions asked for, e.g. `credProps`, `credentialProtectionPolicy`, `minPinLength`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extensions: Option<Value>,
}

/// `PublicKeyCredentialRpEntity`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RelyingParty {
    /// The RP id: a domain name.
    pub id: String,
    /// For people.
    pub name: String,
}

/// `PublicKeyCredentialUserEntityJSON`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// The user handle: 1 to 64 bytes that say nothing about the person.
    pub id: Bytes,
    /// The account's name.
    pub name: String,
    /// The person's name.
    pub display_name: String,
}

/// `PublicKeyCredentialParameters`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = PublicKeyCredentialParameters)]
pub struct Algorithm {
    /// Always `public-key`.
    #[serde(rename = "type")]
    pub kind: String,
    /// COSE algorithm identifier, e.g. −7 for ES256.
    pub alg: i64,
}

/// `PublicKeyCredentialDescriptorJSON`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Descriptor {
    /// Always `public-key`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The credential id.
    pub id: Bytes,
    /// E.g. `usb`, `nfc`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transports: Option<Vec<String>>,
}

impl Descriptor {
    /// A descriptor of type `public-key` without transports.
    pub fn new(id: Bytes) -> Self {
        Self {
            kind: "public-key".to_owned(),
            id,
            transports: None,
        }
    }
}

/// `AuthenticatorSelectionCriteria`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticatorSelection {
    /// `discouraged`, `preferred` or `required`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resident_key: Option<String>,
    /// The older form of the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub require_resident_key: Option<bool>,
    /// `discouraged`, `preferred` or `required`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_verification: Option<String>,
    /// `platform` or `cross-platform`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authenticator_attachment: Option<String>,
}

/// `PublicKeyCredentialRequestOptionsJSON`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RequestOptions {
    /// At least 16 random bytes of the registry's.
    pub challenge: Bytes,
    /// Milliseconds; a hint for browsers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u64>,
    /// The RP id.
    pub rp_id: String,
    /// Which credentials will do; empty: any discoverable one.
    #[serde(default)]
    pub allow_credentials: Vec<Descriptor>,
    /// `discouraged`, `preferred` or `required`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_verification: Option<String>,
    /// Extensions asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extensions: Option<Value>,
}

/// `RegistrationResponseJSON`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RegistrationResponse {
    /// The credential id, base64url.
    pub id: Bytes,
    /// The same.
    pub raw_id: Bytes,
    /// Always `public-key`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What the authenticator and the client said.
    pub response: AttestationResponse,
    /// `cross-platform` for a security key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authenticator_attachment: Option<String>,
    /// Client extension outputs, e.g. `{"credProps":{"rk":true}}`.
    #[serde(default)]
    pub client_extension_results: serde_json::Map<String, Value>,
}

/// `AuthenticatorAttestationResponseJSON`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AttestationResponse {
    /// The client data, the very bytes that were hashed.
    #[serde(rename = "clientDataJSON")]
    pub client_data_json: Bytes,
    /// The attestation object, CBOR.
    pub attestation_object: Bytes,
    /// The authenticator data inside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authenticator_data: Option<Bytes>,
    /// E.g. `usb`, `nfc`.
    #[serde(default)]
    pub transports: Vec<String>,
    /// The credential's public key as SubjectPublicKeyInfo, where the client could make it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key: Option<Bytes>,
    /// COSE algorithm of the credential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key_algorithm: Option<i64>,
}

/// `AuthenticationResponseJSON`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticationResponse {
    /// The credential id, base64url.
    pub id: Bytes,
    /// The same.
    pub raw_id: Bytes,
    /// Always `public-key`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What the authenticator and the client said.
    pub response: AssertionResponse,
    /// `cross-platform` for a security key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authenticator_attachment: Option<String>,
    /// Client extension outputs.
    #[serde(default)]
    pub client_extension_results: serde_json::Map<String, Value>,
}

/// `AuthenticatorAssertionResponseJSON`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AssertionResponse {
    /// The client data, the very bytes that were hashed.
    #[serde(rename = "clientDataJSON")]
    pub client_data_json: Bytes,
    /// The authenticator data that was signed.
    pub authenticator_data: Bytes,
    /// The signature over authenticator data and hash of the client data.
    pub signature: Bytes,
    /// The user handle, where the key returned one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_handle: Option<Bytes>,
}
