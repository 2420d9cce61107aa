//! authenticatorCredentialManagement (CTAP 2.3, section 6.8), also in its preview form.

use ciborium::Value;
use zeroize::Zeroizing;

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
    pub user: User,
    pub id: Vec<u8>,
    /// Its public key, where the key states one that can be read.
    pub public_key: Option<CoseKey>,
    /// Its protection, where the key states it.
    pub cred_protect: Option<CredProtect>,
    /// It has a key for a large blob. The key itself is a secret that nobody here needs, and is not kept.
    pub has_large_blob_key: bool,
    /// It may be used in a payment at another party's site, where the key states it.
    pub third_party_payment: Option<bool>,
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
        has_large_blob_key: fields
            .bytes(0x0b, "largeBlobKey")?
            .map(Zeroizing::new)
            .is_some(),
        third_party_payment: fields.boolean(0x0c, "thirdPartyPayment")?,
    };
    Ok((Some(credential), total))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::pin::PinProtocol;
    use super::*;

    fn sent(request: &Request<'_>, protocol: PinProtocol) -> String {
        let token = PinUvAuthToken::known(protocol, [7; 32]);
        hex::encode(cbor::write(&request.encode(&token)))
    }

    // Made with the CBOR encoder of python-fido2 2.2 and the HMAC of Python's standard library, for a token of 32 × 0x07.
    #[test]
    fn each_subcommand_is_what_an_independent_encoder_writes() {
        let user = User {
            id: b"user-1".to_vec(),
            name: Some("n".repeat(70)),
            display_name: None,
        };
        let id = &[0xab; 4];
        let rp_id_hash = &[9; 32];
        let cases = [
            (
                Request::Metadata,
                "a3010103020458203d8b2fa2a2537fdcdda46e704966a105722d268d2e9ed43bbe5b1dd9d6802935",
                "a30101030104503d8b2fa2a2537fdcdda46e704966a105",
            ),
            (
                Request::FirstRp,
                "a301020302045820469e03123f1c9c6d5c3ffaa260c7fef9f863c0b6af93f7dcae5c13cbfdadfca5",
                "a3010203010450469e03123f1c9c6d5c3ffaa260c7fef9",
            ),
            (
                Request::FirstCredential { rp_id_hash },
                "a4010402a101582009090909090909090909090909090909090909090909090909090909090909090302045820f1f592c994c316dce470cc28ad76f9e551122040dabb8764eabb71f245abca6f",
                "a4010402a1015820090909090909090909090909090909090909090909090909090909090909090903010450f1f592c994c316dce470cc28ad76f9e5",
            ),
            (
                Request::Delete { id },
                "a4010602a102a262696444abababab64747970656a7075626c69632d6b6579030204582053763492b4544ddf6daba1d25a0ba50b4f399135e663e9199a8467216a032b0f",
                "a4010602a102a262696444abababab64747970656a7075626c69632d6b65790301045053763492b4544ddf6daba1d25a0ba50b",
            ),
            (
                Request::UpdateUser { id, user: &user },
                "a4010702a202a262696444abababab64747970656a7075626c69632d6b657903a262696446757365722d31646e616d6578406e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e0302045820fe8f6a6b1275b7e3a66466ef87567244bcf1c0613ac0d94479c8a3b420344980",
                "a4010702a202a262696444abababab64747970656a7075626c69632d6b657903a262696446757365722d31646e616d6578406e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e03010450fe8f6a6b1275b7e3a66466ef87567244",
            ),
        ];
        for (request, two, one) in cases {
            assert_eq!(sent(&request, PinProtocol::Two), two);
            assert_eq!(sent(&request, PinProtocol::One), one);
        }
    }

    fn entry(extra: impl IntoIterator<Item = (i64, Value)>) -> Value {
        let user = cbor::text_map([("id", Some(Value::Bytes(b"user-1".to_vec())))]);
        let members = [(6, user), (7, descriptor(&[1; 16]))]
            .into_iter()
            .chain(extra);
        Value::Map(
            members
                .map(|(key, value)| (Value::from(key), value))
                .collect(),
        )
    }

    #[test]
    fn every_member_of_a_credential_is_read_and_most_may_be_absent() {
        let read = |value| stored_credential(value).expect("complete").0.expect("one");
        let bare = read(entry([]));
        assert_eq!(
            (
                bare.cred_protect,
                bare.third_party_payment,
                bare.has_large_blob_key
            ),
            (None, None, false)
        );
        let whole = read(entry([
            (0x09, Value::from(1)),
            (0x0a, Value::from(3)),
            (0x0b, Value::Bytes(vec![5; 32])),
            (0x0c, Value::from(true)),
        ]));
        assert_eq!(whole.cred_protect, Some(CredProtect::Required));
        assert_eq!(
            (whole.third_party_payment, whole.has_large_blob_key),
            (Some(true), true)
        );
        let wrong = stored_credential(entry([(0x0b, Value::from(1))]));
        assert_eq!(
            wrong,
            Err(FieldFault::Invalid {
                member: "largeBlobKey",
                expected: "a byte string"
            })
        );
    }

    proptest! {
        #[test]
        fn no_reply_panics_the_parsers(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
            if let Ok(reply) = cbor::read(&bytes) {
                let _ = metadata(reply.clone());
                let _ = stored_rp(reply.clone());
                let _ = stored_credential(reply);
            }
        }
    }
}
