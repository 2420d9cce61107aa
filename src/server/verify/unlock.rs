//! What lets a station check an operator's assertion by itself, while it can't reach the registry.

use ciborium::Value;
use webauthn_rs_core::proto::{COSEAlgorithm, COSEKeyType, Credential, ECDSACurve};

use super::RelyingParty;
use crate::domain::Bytes;
use crate::server::problem::Refusal;
use crate::wire::Unlock;

impl RelyingParty {
    /// Id and public key of a credential; `None` unless it is ES256, the only algorithm that a station checks.
    /// `verifier` is the credential in the verifier's own form.
    pub fn unlock(&self, verifier: &str) -> Result<Option<Unlock>, Refusal> {
        let credential: Credential = serde_json::from_str(verifier).map_err(Refusal::internal)?;
        let COSEKeyType::EC_EC2(point) = &credential.cred.key else {
            return Ok(None);
        };
        if credential.cred.type_ != COSEAlgorithm::ES256 || point.curve != ECDSACurve::SECP256R1 {
            return Ok(None);
        }
        Ok(Some(Unlock {
            rp_id: self.rp_id.clone(),
            origin: self.origin.clone(),
            credential: Bytes(credential.cred_id.to_vec()),
            public_key: es256_cose_key(&point.x, &point.y)?,
        }))
    }
}

/// A COSE_Key of P-256 for ES256 (RFC 9053, section 7.1.1), members in canonical order.
fn es256_cose_key(x: &[u8], y: &[u8]) -> Result<Bytes, Refusal> {
    let map = Value::Map(vec![
        (1.into(), 2.into()),
        (3.into(), (-7).into()),
        ((-1).into(), 1.into()),
        ((-2).into(), Value::Bytes(x.to_vec())),
        ((-3).into(), Value::Bytes(y.to_vec())),
    ]);
    let mut bytes = Vec::new();
    ciborium::into_writer(&map, &mut bytes).map_err(|e| Refusal::internal(e.to_string()))?;
    Ok(Bytes(bytes))
}
