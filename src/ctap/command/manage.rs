//! authenticatorCredentialManagement (CTAP 2.3, section 6.8), also in its preview form.

use ciborium::Value;

use super::super::auth_data::CoseKey;
use super::super::cbor::{self, FieldFault, Fields, required};
use super::super::pin::PinUvAuthToken;
use super::credential::{CredProtect, RelyingParty, User, descriptor, descriptor_id};

/// How full the key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct CredentialsMetadata {
    /// Discoverable credentials on the key.
    pub existing: u64,
    /// Room for that many more, at most.
    pub remaining: u64,
}

/// A relying party with credentials on the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRp {
    /// As the key kept it; a long id may be shortened, the hash is always exact.
    pub rp: RelyingParty,
    /// SHA-256 of the RP id.
    pub id_hash: [u8; 32],
}

/// A discoverable credential on the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCredential {
    /// Its account.
    pub user: User,
    /// Its id.
    pub id: Vec<u8>,
    /// Its public key, where the key states one that can be read.
    pub public_key: Option<CoseKey>,
    /// Its protection, where the key states it.
    pub cred_protect: Option<CredProtect>,
}

/// A subcommand with its parameters.
pub(in super::super) enum Request<'a> {
    Metadata,
    FirstRp,
    NextRp,
    FirstCredential { rp_id_hash: &'a [u8; 32] },
    NextCredential,
    Delete { id: &'a [u8] },
    UpdateUser { id: &'a [u8], user: &'a User },
}

impl Request<'_> {
    /// The parameters. The "next" subcommands carry no proof: they continue what one was given for.
    pub(in super::super) fn encode(&self, token: &PinUvAuthToken) -> Value {
        let (subcommand, parameters) = match self {
            Self::Metadata => (0x01, None),
            Self::FirstRp => (0x02, None),
            Self::NextRp => return cbor::map([(0x01, Some(Value::from(0x03)))]),
            Self::FirstCredential { rp_id_hash } => (
                0x04,
                Some(cbor::map([(0x01, Some(Value::Bytes(rp_id_hash.to_vec())))])),
            ),
            Self::NextCredential => return cbor::map([(0x01, Some(Value::from(0x05)))]),
            Self::Delete { id } => (0x06, Some(cbor::map([(0x02, Some(descriptor(id)))]))),
            Self::UpdateUser { id, user } => (
                0x07,
                Some(cbor::map([
                    (0x02, Some(descriptor(id))),
                    (0x03, Some(user.encode())),
                ])),
            ),
        };
        let mut message = vec![subcommand];
        message.extend(parameters.as_ref().map(cbor::write).unwrap_or_default());
        cbor::map([
            (0x01, Some(Value::from(subcommand))),
            (0x02, parameters),
            (0x03, Some(Value::from(token.protocol().number()))),
            (0x04, Some(Value::Bytes(token.authenticate(&message)))),
        ])
    }
}

/// Reads the reply to [`Request::Metadata`].
pub(in super::super) fn metadata(reply: Value) -> Result<CredentialsMetadata, FieldFault> {
    const EXISTING: &str = "existingResidentCredentialsCount";
    const REMAINING: &str = "maxPossibleRemainingResidentCredentialsCount";
    let mut fields = Fields::of(reply, "credentialManagement")?;
    Ok(CredentialsMetadata {
        existing: required(fields.unsigned(0x01, EXISTING)?, EXISTING)?,
        remaining: required(fields.unsigned(0x02, REMAINING)?, REMAINING)?,
    })
}

/// Reads one RP; `total` is present in the first reply. `None`: there is none.
pub(in super::super) fn stored_rp(
    reply: Value,
) -> Result<(Option<StoredRp>, Option<u64>), FieldFault> {
    let mut fields = Fields::of(reply, "credentialManagement")?;
    let total = fields.unsigned(0x05, "totalRPs")?;
    // Keys in the field answer "no credentials" with a total of 0 and nothing else, instead of a status.
    if total == Some(0) {
        return Ok((None, total));
    }
    let rp = RelyingParty::parse(required(fields.take(0x03), "rp")?)?;
    let id_hash = required(fields.array(0x04, "rpIDHash", "32 bytes")?, "rpIDHash")?;
    Ok((Some(StoredRp { rp, id_hash }), total))
}

/// Reads one credential; `total` is present in the first reply. `None`: there is none.
pub(in super::super) fn stored_credential(
    reply: Value,
) -> Result<(Option<StoredCredential>, Option<u64>), FieldFault> {
    let mut fields = Fields::of(reply, "credentialManagement")?;
    let total = fields.unsigned(0x09, "totalCredentials")?;
    if total == Some(0) {
        return Ok((None, total));
    }
    let public_key = fields.take(0x08).and_then(|value| {
        let bytes = cbor::write(&value);
        CoseKey::split_from(&bytes).ok().map(|(key, _)| key)
    });
    let credential = StoredCredential {
        user: User::parse(required(fields.take(0x06), "user")?)?,
        id: descriptor_id(required(fields.take(0x07), "credentialID")?)?,
        public_key,
        cred_protect: fields.take(0x0a).as_ref().and_then(CredProtect::from_level),
    };
    Ok((Some(credential), total))
}
