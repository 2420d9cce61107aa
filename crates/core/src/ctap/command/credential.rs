//! authenticatorMakeCredential (CTAP 2.3, section 6.1) and authenticatorGetAssertion (section 6.2).

use ciborium::Value;
use serde::Serialize;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::super::auth_data::{AttestedCredential, AuthData};
use super::super::cbor::{self, FieldFault, Fields, required};
use super::super::error::ReplyFault;
use super::super::pin::{PinProtocol, PinUvAuthToken};
use super::clip;

/// A relying party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelyingParty {
    /// Its id, a domain name.
    pub id: String,
    /// Its name for people.
    pub name: Option<String>,
}

/// A user account at a relying party. Names longer than 64 bytes are clipped when they are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The user handle, 1 to 64 bytes.
    pub id: Vec<u8>,
    /// What tells accounts apart, e.g. an e-mail address.
    pub name: Option<String>,
    /// The person's name.
    pub display_name: Option<String>,
}

/// How a credential is protected against use without user verification (CTAP 2.3, section 12.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CredProtect {
    /// Level 1: user verification is optional.
    Optional,
    /// Level 2: optional when the credential id is given.
    OptionalWithCredentialIdList,
    /// Level 3: always required.
    Required,
}

impl CredProtect {
    const fn level(self) -> u8 {
        match self {
            Self::Optional => 1,
            Self::OptionalWithCredentialIdList => 2,
            Self::Required => 3,
        }
    }

    /// Reads a level; `None` for a number without a meaning.
    pub fn from_level(level: &Value) -> Option<Self> {
        match level.as_integer().map(i128::from) {
            Some(1) => Some(Self::Optional),
            Some(2) => Some(Self::OptionalWithCredentialIdList),
            Some(3) => Some(Self::Required),
            _ => None,
        }
    }
}

/// Who may see the key's own serial number in the attestation (CTAP 2.3, section 7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnterpriseAttestation {
    /// Relying parties that the vendor burnt into the key.
    VendorFacilitated,
    /// Relying parties that the platform manages.
    PlatformManaged,
}

/// A credential to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MakeCredential {
    /// SHA-256 of the client data.
    pub client_data_hash: [u8; 32],
    pub rp: RelyingParty,
    /// For which account.
    pub user: User,
    /// COSE algorithm identifiers, the preferred first.
    pub algorithms: Vec<i64>,
    /// Credential ids of which none may be on the key already.
    pub exclude: Vec<Vec<u8>>,
    /// Keep it on the key, so that it is found without its id.
    pub discoverable: bool,
    /// Ask for built-in user verification where no token is given.
    pub built_in_uv: bool,
    /// Ask for protection, where the key has the extension.
    pub cred_protect: Option<CredProtect>,
    /// Ask for the key's least PIN length.
    pub min_pin_length: bool,
    /// Prepare the credential for hmac-secret.
    pub hmac_secret: bool,
    /// Ask for enterprise attestation; only in a controlled deployment, asked for knowingly.
    pub enterprise_attestation: Option<EnterpriseAttestation>,
}

impl MakeCredential {
    /// The parameters, with `exclude` in place of the request's own list.
    pub(in super::super) fn encode(
        &self,
        exclude: &[Vec<u8>],
        token: Option<&PinUvAuthToken>,
    ) -> Value {
        let algorithms = self.algorithms.iter().map(|alg| {
            cbor::text_map([
                ("alg", Some(Value::from(*alg))),
                ("type", Some(Value::from("public-key"))),
            ])
        });
        let uv = self.built_in_uv && token.is_none();
        cbor::map([
            (0x01, Some(Value::Bytes(self.client_data_hash.to_vec()))),
            (0x02, Some(self.rp.encode())),
            (0x03, Some(self.user.encode())),
            (0x04, Some(Value::Array(algorithms.collect()))),
            (0x05, descriptors(exclude)),
            (0x06, non_empty(self.extensions())),
            (
                0x07,
                non_empty(cbor::text_map([
                    ("rk", flag(self.discoverable)),
                    ("uv", flag(uv)),
                ])),
            ),
            (
                0x08,
                token.map(|token| Value::Bytes(token.authenticate(&self.client_data_hash))),
            ),
            (
                0x09,
                token.map(|token| Value::from(token.protocol().number())),
            ),
            (
                0x0a,
                self.enterprise_attestation.map(|kind| {
                    Value::from(match kind {
                        EnterpriseAttestation::VendorFacilitated => 1,
                        EnterpriseAttestation::PlatformManaged => 2,
                    })
                }),
            ),
        ])
    }

    fn extensions(&self) -> Value {
        cbor::text_map([
            (
                "credProtect",
                self.cred_protect
                    .map(|protection| Value::from(protection.level())),
            ),
            ("minPinLength", flag(self.min_pin_length)),
            ("hmac-secret", flag(self.hmac_secret)),
        ])
    }

    /// Reads the reply.
    pub(in super::super) fn parse(&self, reply: Value) -> Result<Attestation, ReplyFault> {
        let mut fields = Fields::of(reply, "makeCredential")?;
        let auth_data = required(fields.bytes(0x02, "authData")?, "authData")?;
        let auth_data = checked(auth_data, &self.rp.id)?;
        let Some(credential) = auth_data.credential.clone() else {
            return Err(ReplyFault::Contradiction(
                "the reply to makeCredential holds no credential",
            ));
        };
        if !self.algorithms.contains(&credential.public_key.algorithm()) {
            return Err(ReplyFault::Contradiction(
                "the new credential has an algorithm that was not asked for",
            ));
        }
        let statement = fields.take(0x03).unwrap_or_else(|| Value::Map(Vec::new()));
        if !statement.is_map() {
            return Err(FieldFault::Invalid {
                member: "attStmt",
                expected: "a map",
            }
            .into());
        }
        Ok(Attestation {
            format: required(fields.text(0x01, "fmt")?, "fmt")?,
            auth_data,
            credential,
            statement,
            enterprise: fields.boolean(0x04, "epAtt")?.unwrap_or(false),
            large_blob_key: fields.bytes(0x05, "largeBlobKey")?.map(Zeroizing::new),
        })
    }
}

/// A new credential with the key's statement about it.
#[derive(Clone)]
pub struct Attestation {
    /// The attestation statement format, e.g. `packed`.
    pub format: String,
    /// What the key signed.
    pub auth_data: AuthData,
    pub credential: AttestedCredential,
    /// The attestation statement, with members that this version does not know.
    pub statement: Value,
    /// It is an enterprise attestation: the statement identifies this very key.
    pub enterprise: bool,
    /// The key for the credential's large blob.
    pub large_blob_key: Option<Zeroizing<Vec<u8>>>,
}

impl Attestation {
    /// The WebAuthn `attestationObject` (level 3, section 6.5): canonical CBOR of `fmt`, `attStmt` and `authData`.
    pub fn attestation_object(&self) -> Vec<u8> {
        cbor::write(&cbor::text_map([
            ("fmt", Some(Value::from(self.format.as_str()))),
            ("attStmt", Some(self.statement.clone())),
            (
                "authData",
                Some(Value::Bytes(self.auth_data.as_bytes().to_vec())),
            ),
        ]))
    }

    /// The protection that the key confirms.
    pub fn cred_protect(&self) -> Option<CredProtect> {
        self.auth_data
            .extension("credProtect")
            .and_then(CredProtect::from_level)
    }
}

/// A credential to be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetAssertion {
    pub rp_id: String,
    /// SHA-256 of the client data.
    pub client_data_hash: [u8; 32],
    /// Credential ids that will do; empty: any discoverable one.
    pub allow: Vec<Vec<u8>>,
    /// Ask for a touch. False only to find out whether a credential is there.
    pub user_presence: bool,
    /// Ask for built-in user verification where no token is given.
    pub built_in_uv: bool,
}

impl GetAssertion {
    /// The parameters.
    pub(in super::super) fn encode(&self, token: Option<&PinUvAuthToken>) -> Value {
        let uv = self.built_in_uv && token.is_none();
        let no_touch = (!self.user_presence).then_some(Value::from(false));
        cbor::map([
            (0x01, Some(Value::from(self.rp_id.as_str()))),
            (0x02, Some(Value::Bytes(self.client_data_hash.to_vec()))),
            (0x03, descriptors(&self.allow)),
            (
                0x05,
                non_empty(cbor::text_map([("up", no_touch), ("uv", flag(uv))])),
            ),
            (
                0x06,
                token.map(|token| Value::Bytes(token.authenticate(&self.client_data_hash))),
            ),
            (
                0x07,
                token.map(|token| Value::from(token.protocol().number())),
            ),
        ])
    }

    /// Reads the reply to this request or to the getNextAssertion after it.
    pub(in super::super) fn parse(&self, reply: Value) -> Result<Assertion, ReplyFault> {
        let mut fields = Fields::of(reply, "getAssertion")?;
        let auth_data = required(fields.bytes(0x02, "authData")?, "authData")?;
        let stated = fields.take(0x01).map(descriptor_id).transpose()?;
        // CTAP 2.0 lets a key leave the credential out when there was one to choose from.
        let credential_id = match (stated, self.allow.as_slice()) {
            (Some(id), _) => id,
            (None, [only]) => only.clone(),
            (None, _) => {
                return Err(FieldFault::Missing {
                    member: "credential",
                }
                .into());
            }
        };
        if !self.allow.is_empty() && !self.allow.contains(&credential_id) {
            return Err(ReplyFault::Contradiction(
                "the key used a credential that was not asked for",
            ));
        }
        Ok(Assertion {
            credential_id,
            auth_data: checked(auth_data, &self.rp_id)?,
            signature: required(fields.bytes(0x03, "signature")?, "signature")?,
            user: fields.take(0x04).map(User::parse).transpose()?,
            credentials: fields.unsigned(0x05, "numberOfCredentials")?.unwrap_or(1),
            user_selected: fields.boolean(0x06, "userSelected")?.unwrap_or(false),
            large_blob_key: fields.bytes(0x07, "largeBlobKey")?.map(Zeroizing::new),
        })
    }
}

/// A signature with a credential.
#[derive(Clone)]
pub struct Assertion {
    pub credential_id: Vec<u8>,
    /// What the key signed, before the client data hash.
    pub auth_data: AuthData,
    /// The signature, in the form of the credential's algorithm.
    pub signature: Vec<u8>,
    /// The account, for discoverable credentials.
    pub user: Option<User>,
    /// How many credentials would do; the others come with getNextAssertion.
    pub credentials: u64,
    /// The person chose the account on the key's own display.
    pub user_selected: bool,
    /// The key for the credential's large blob.
    pub large_blob_key: Option<Zeroizing<Vec<u8>>>,
}

impl RelyingParty {
    fn encode(&self) -> Value {
        let name = self.name.as_deref().map(clip);
        cbor::text_map([
            ("id", Some(Value::from(self.id.as_str()))),
            ("name", name.map(Value::from)),
        ])
    }

    /// Reads an RP entity. An id that the key has shortened comes as it is.
    pub(in super::super) fn parse(value: Value) -> Result<Self, FieldFault> {
        let mut fields = Fields::of(value, "rp")?;
        Ok(Self {
            id: required(fields.text("id", "rp.id")?, "rp.id")?,
            name: fields.text("name", "rp.name")?,
        })
    }
}

impl User {
    /// The entity as sent.
    pub(in super::super) fn encode(&self) -> Value {
        let name = |name: &Option<String>| name.as_deref().map(clip).map(Value::from);
        cbor::text_map([
            ("id", Some(Value::Bytes(self.id.clone()))),
            ("name", name(&self.name)),
            ("displayName", name(&self.display_name)),
        ])
    }

    /// Reads a user entity.
    pub(in super::super) fn parse(value: Value) -> Result<Self, FieldFault> {
        let mut fields = Fields::of(value, "user")?;
        Ok(Self {
            id: required(fields.bytes("id", "user.id")?, "user.id")?,
            name: fields.text("name", "user.name")?,
            display_name: fields.text("displayName", "user.displayName")?,
        })
    }
}

/// A makeCredential that can only lead to a touch: its proof is empty.
pub(in super::super) fn touch_request(protocol: PinProtocol) -> Value {
    let nobody = User {
        id: vec![1],
        name: Some("touch".to_owned()),
        display_name: None,
    };
    let nowhere = RelyingParty {
        id: "touch.invalid".to_owned(),
        name: None,
    };
    let es256 = cbor::text_map([
        ("alg", Some(Value::from(-7))),
        ("type", Some(Value::from("public-key"))),
    ]);
    cbor::map([
        (0x01, Some(Value::Bytes(vec![0; 32]))),
        (0x02, Some(nowhere.encode())),
        (0x03, Some(nobody.encode())),
        (0x04, Some(Value::Array(vec![es256]))),
        (0x08, Some(Value::Bytes(Vec::new()))),
        (0x09, Some(Value::from(protocol.number()))),
    ])
}

/// A public-key credential descriptor.
pub(in super::super) fn descriptor(id: &[u8]) -> Value {
    cbor::text_map([
        ("id", Some(Value::Bytes(id.to_vec()))),
        ("type", Some(Value::from("public-key"))),
    ])
}

/// The id in a public-key credential descriptor.
pub(in super::super) fn descriptor_id(value: Value) -> Result<Vec<u8>, FieldFault> {
    let mut fields = Fields::of(value, "credential")?;
    required(fields.bytes("id", "credential.id")?, "credential.id")
}

/// A list of descriptors; an empty one must not be sent.
fn descriptors(ids: &[Vec<u8>]) -> Option<Value> {
    (!ids.is_empty()).then(|| Value::Array(ids.iter().map(|id| descriptor(id)).collect()))
}

fn checked(auth_data: Vec<u8>, rp_id: &str) -> Result<AuthData, ReplyFault> {
    let auth_data = AuthData::parse(auth_data)?;
    let expected: [u8; 32] = Sha256::digest(rp_id).into();
    if auth_data.rp_id_hash != expected {
        return Err(ReplyFault::Contradiction(
            "the reply is for another relying party",
        ));
    }
    Ok(auth_data)
}

fn flag(on: bool) -> Option<Value> {
    on.then_some(Value::from(true))
}

fn non_empty(map: Value) -> Option<Value> {
    let empty = map.as_map().is_none_or(Vec::is_empty);
    (!empty).then_some(map)
}
