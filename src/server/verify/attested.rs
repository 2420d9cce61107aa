//! The form of an attestation object (WebAuthn Level 3, section 6.5.4): the verifier takes byte strings where the standard has
//! texts, so it is looked at here as well.

use ciborium::Value;
use webauthn_rs_core::proto::ParsedAttestationData;

use super::malformed;
use crate::domain::models::Attestation;
use crate::domain::{Aaguid, Bytes};
use crate::server::problem::Refusal;

/// The members, and no others.
const MEMBERS: [&str; 3] = ["fmt", "attStmt", "authData"];

/// RP id hash, flags and counter stand before the attested credential data, which begins with the AAGUID.
const AAGUID_OFFSET: usize = 32 + 1 + 4;

/// The model that an attestation object states.
pub(super) fn aaguid(object: &Bytes) -> Result<Aaguid, Refusal> {
    let object: Value = ciborium::from_reader(object.as_ref())
        .map_err(|_| malformed("attestationObject is not CBOR"))?;
    let members = texts(&object).ok_or_else(|| malformed("attestationObject is not a map"))?;
    if members.len() != MEMBERS.len() {
        return Err(malformed("attestationObject has not three members"));
    }
    let [format, statement, data] = MEMBERS.map(|name| {
        let found = members.iter().find(|(member, _)| *member == name);
        found.map(|(_, value)| *value)
    });
    if format.and_then(Value::as_text).is_none() || statement.and_then(texts).is_none() {
        return Err(malformed("attestationObject has no format or statement"));
    }
    data.and_then(Value::as_bytes)
        .and_then(|data| data.get(AAGUID_OFFSET..))
        .and_then(|data| data.first_chunk::<16>())
        .map(|aaguid| Aaguid(*aaguid))
        .ok_or_else(|| malformed("authData has no attested credential data"))
}

/// How a key vouched for what it made.
pub(super) fn how(statement: &ParsedAttestationData) -> Attestation {
    match statement {
        ParsedAttestationData::Basic(_)
        | ParsedAttestationData::AttCa(_)
        | ParsedAttestationData::AnonCa(_) => Attestation::Basic,
        ParsedAttestationData::Self_ => Attestation::SelfSigned,
        ParsedAttestationData::ECDAA
        | ParsedAttestationData::None
        | ParsedAttestationData::Uncertain => Attestation::None,
    }
}

/// A map's members, where each name is a text.
fn texts(value: &Value) -> Option<Vec<(&str, &Value)>> {
    let members = value.as_map()?.iter();
    members
        .map(|(name, value)| name.as_text().map(|name| (name, value)))
        .collect()
}
