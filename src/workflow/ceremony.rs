//! The WebAuthn client's part of a ceremony: client data, responses, and the station's own check of a signature.
//!
//! Pure. The registry verifies everything again with a library of its own; the check here only means that a failure
//! shows while the key is still in the slot.

use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};

use super::{NewAssertion, NewCredential, Stop};
use crate::domain::Bytes;
use crate::domain::reason::Flaw;
use crate::wire::webauthn::{
    AssertionResponse, AttestationResponse, AuthenticationResponse, RegistrationResponse,
};

/// Which ceremony (WebAuthn Level 3, section 5.8.1, member `type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ceremony {
    /// A credential is made.
    Create,
    /// A credential signs.
    Get,
}

/// `CollectedClientData` as its JSON bytes, and their SHA-256.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientData {
    /// The bytes that are sent along.
    pub json: Bytes,
    /// What the key signs.
    pub hash: [u8; 32],
}

/// Serialises the client data in the order that WebAuthn Level 3, section 5.8.1.1 lays down.
pub fn client_data(ceremony: Ceremony, challenge: &Bytes, origin: &str) -> ClientData {
    let kind = match ceremony {
        Ceremony::Create => "webauthn.create",
        Ceremony::Get => "webauthn.get",
    };
    let json = format!(
        r#"{{"type":"{kind}","challenge":"{challenge}","origin":{},"crossOrigin":false}}"#,
        serde_json::Value::from(origin)
    );
    ClientData {
        hash: Sha256::digest(json.as_bytes()).into(),
        json: Bytes(json.into_bytes()),
    }
}

/// The registration as the registry takes it.
pub fn registration_response(made: NewCredential, client: ClientData) -> RegistrationResponse {
    let mut extensions = serde_json::Map::new();
    if let Some(rk) = made.discoverable {
        extensions.insert("credProps".to_owned(), serde_json::json!({ "rk": rk }));
    }
    RegistrationResponse {
        id: made.id.clone(),
        raw_id: made.id,
        kind: "public-key".to_owned(),
        response: AttestationResponse {
            client_data_json: client.json,
            attestation_object: made.attestation_object,
            authenticator_data: Some(made.authenticator_data),
            transports: made.transports,
            public_key: None,
            public_key_algorithm: Some(made.algorithm),
        },
        authenticator_attachment: Some("cross-platform".to_owned()),
        client_extension_results: extensions,
    }
}

/// The assertion as the registry takes it.
pub fn authentication_response(signed: NewAssertion, client: ClientData) -> AuthenticationResponse {
    AuthenticationResponse {
        id: signed.id.clone(),
        raw_id: signed.id,
        kind: "public-key".to_owned(),
        response: AssertionResponse {
            client_data_json: client.json,
            authenticator_data: signed.authenticator_data,
            signature: signed.signature,
            user_handle: signed.user_handle,
        },
        authenticator_attachment: Some("cross-platform".to_owned()),
        client_extension_results: serde_json::Map::new(),
    }
}

const FLAG_UP: u8 = 0x01;
const FLAG_UV: u8 = 0x04;

/// How far an assertion was checked here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    /// All of it, the signature included.
    Signature,
    /// All but the signature: the public key is not known here, or its algorithm is one that only the registry checks.
    LeftToRegistry,
}

/// Checks an assertion against the key that made the credential (WebAuthn Level 3, section 7.2, steps 15 to 21):
/// RP id hash, UP, UV, and, where the public key is known, the signature. Only ES256 can be checked here; other algorithms
/// pass on to the registry.
pub fn verify_assertion(
    signed: &NewAssertion,
    client_data_hash: &[u8; 32],
    rp_id: &str,
    cose_key: Option<&Bytes>,
) -> Result<Verified, Stop> {
    check_assertion(signed, client_data_hash, rp_id, cose_key, Checked::Verified)
}

/// What an assertion must say of the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    /// Touched, and verified.
    Verified,
    /// Touched, and not verified: a key that says otherwise lies.
    TouchedOnly,
}

/// The same for an assertion that was asked for without user verification, too.
pub fn check_assertion(
    signed: &NewAssertion,
    client_data_hash: &[u8; 32],
    rp_id: &str,
    cose_key: Option<&Bytes>,
    how: Checked,
) -> Result<Verified, Stop> {
    let data = signed.authenticator_data.as_ref();
    let (rp_hash, rest) = data
        .split_first_chunk::<32>()
        .ok_or(Stop::Unproven(Flaw::DataShort))?;
    if *rp_hash != <[u8; 32]>::from(Sha256::digest(rp_id.as_bytes())) {
        return Err(Stop::Unproven(Flaw::OtherParty));
    }
    let flags = rest.first().copied().unwrap_or_default();
    if flags & FLAG_UP == 0 {
        return Err(Stop::Unproven(Flaw::Untouched));
    }
    match (how, flags & FLAG_UV != 0) {
        (Checked::Verified, false) => {
            return Err(Stop::Unproven(Flaw::Unverified));
        }
        (Checked::TouchedOnly, true) => {
            return Err(Stop::Unproven(Flaw::VerifiedNobody));
        }
        _ => {}
    }
    let Some(key) = cose_key.map(es256_key).transpose()?.flatten() else {
        return Ok(Verified::LeftToRegistry);
    };
    let signature = Signature::from_der(signed.signature.as_ref())
        .map_err(|_| Stop::Unproven(Flaw::SignatureMalformed))?;
    let message = [data, client_data_hash].concat();
    key.verify(&message, &signature)
        .map(|()| Verified::Signature)
        .map_err(|_| Stop::Unproven(Flaw::SignatureWrong))
}

/// The P-256 key of a COSE_Key (RFC 9053, section 7.1.1); `None` for another algorithm.
fn es256_key(cose_key: &Bytes) -> Result<Option<VerifyingKey>, Stop> {
    let value: ciborium::Value =
        ciborium::from_reader(cose_key.as_ref()).map_err(|_| Stop::Unproven(Flaw::PublicKey))?;
    let member = |label: i64| {
        value.as_map()?.iter().find_map(|(k, v)| {
            (k.as_integer().and_then(|k| i64::try_from(k).ok()) == Some(label)).then_some(v)
        })
    };
    let algorithm = member(3).and_then(|v| v.as_integer()).map(i128::from);
    if algorithm != Some(-7) {
        return Ok(None);
    }
    let coordinate = |label| member(label).and_then(|v| v.as_bytes());
    let (Some(x), Some(y)) = (coordinate(-2), coordinate(-3)) else {
        return Err(Stop::Unproven(Flaw::PublicKey));
    };
    let point = [&[4], x.as_slice(), y.as_slice()].concat();
    VerifyingKey::from_sec1_bytes(&point)
        .map(Some)
        .map_err(|_| Stop::Unproven(Flaw::PublicKey))
}

#[cfg(test)]
mod tests {
    use super::*;
    use p256::ecdsa::SigningKey;
    use p256::ecdsa::signature::Signer;

    fn key() -> SigningKey {
        SigningKey::from_slice(&[7; 32]).expect("a scalar in range")
    }

    fn cose(key: &SigningKey) -> Bytes {
        let point = key.verifying_key().to_sec1_point(false);
        let map = ciborium::Value::Map(vec![
            (1.into(), 2.into()),
            (3.into(), (-7).into()),
            ((-1).into(), 1.into()),
            (
                (-2).into(),
                ciborium::Value::Bytes(point.x().expect("x").to_vec()),
            ),
            (
                (-3).into(),
                ciborium::Value::Bytes(point.y().expect("y").to_vec()),
            ),
        ]);
        let mut bytes = Vec::new();
        ciborium::into_writer(&map, &mut bytes).expect("into memory");
        Bytes(bytes)
    }

    fn signed(flags: u8, rp_id: &str, hash: &[u8; 32]) -> NewAssertion {
        let mut data = Sha256::digest(rp_id.as_bytes()).to_vec();
        data.extend([flags, 0, 0, 0, 1]);
        let signature: Signature = key().sign(&[data.as_slice(), hash].concat());
        NewAssertion {
            id: Bytes(vec![1]),
            authenticator_data: Bytes(data),
            signature: Bytes(signature.to_der().as_bytes().to_vec()),
            user_handle: None,
        }
    }

    #[test]
    fn client_data_has_the_members_in_the_order_of_the_specification() {
        let data = client_data(
            Ceremony::Create,
            &Bytes(vec![0xfb, 0xff]),
            "https://a.example",
        );
        assert_eq!(
            std::str::from_utf8(data.json.as_ref()).expect("utf-8"),
            r#"{"type":"webauthn.create","challenge":"-_8","origin":"https://a.example","crossOrigin":false}"#
        );
    }

    #[test]
    fn a_right_signature_verifies_and_every_wrong_part_is_named() {
        let hash = [9; 32];
        let good = signed(FLAG_UP | FLAG_UV, "rp.example", &hash);
        let verified = verify_assertion(&good, &hash, "rp.example", Some(&cose(&key())));
        assert_eq!(verified, Ok(Verified::Signature));
        let unknown = verify_assertion(&good, &hash, "rp.example", None);
        assert_eq!(unknown, Ok(Verified::LeftToRegistry));
        let cases = [
            (good.clone(), [8; 32], "rp.example", Flaw::SignatureWrong),
            (good.clone(), hash, "other.example", Flaw::OtherParty),
            (
                signed(FLAG_UP, "rp.example", &hash),
                hash,
                "rp.example",
                Flaw::Unverified,
            ),
            (
                signed(FLAG_UV, "rp.example", &hash),
                hash,
                "rp.example",
                Flaw::Untouched,
            ),
        ];
        for (assertion, hash, rp_id, said) in cases {
            let error =
                verify_assertion(&assertion, &hash, rp_id, Some(&cose(&key()))).expect_err(rp_id);
            assert_eq!(error, Stop::Unproven(said));
        }
        let short = NewAssertion {
            authenticator_data: Bytes(vec![1; 10]),
            ..good
        };
        assert!(verify_assertion(&short, &hash, "rp.example", Some(&cose(&key()))).is_err());
    }
}
