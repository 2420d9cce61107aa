//! Checks an act's receipt without anybody's help (WebAuthn Level 3, section 7.2).
//!
//! Pure. Invariant: what is told of an act was read from the very bytes that were signed. Whose the public key is, the receipt
//! says for the registry that gave it: who doubts that compares it with what they know of the signer's key.

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::ceremony::{Verified, verify_assertion};
use super::{NewAssertion, Stop};
use crate::domain::Bytes;
use crate::domain::act::{self, Act, ActFault};
use crate::domain::reason::Flaw;
use crate::wire::{ActReceipt, VERSION, is_origin_of};

/// Why a receipt proves nothing.
#[derive(Debug)]
pub enum ReceiptFault {
    Newer(u16),
    /// Its act cannot be used.
    Act(ActFault),
    /// The client data are none, or of another ceremony.
    ClientData,
    /// Something else was signed.
    Another,
    /// The client data name another origin, or one that may not use the relying party's id.
    Origin,
    /// It says that it was accepted before it was asked for.
    Time,
    /// The assertion does not hold.
    Assertion(Flaw),
    /// Only ES256 can be checked here.
    Algorithm,
}

/// The act, if its signer signed it, present and verified.
pub fn verify(receipt: &ActReceipt) -> Result<Act, ReceiptFault> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Signed {
        #[serde(rename = "type")]
        kind: String,
        challenge: Bytes,
        origin: String,
        #[serde(default)]
        cross_origin: bool,
    }
    if receipt.version > VERSION {
        return Err(ReceiptFault::Newer(receipt.version));
    }
    let act = Act::read(&receipt.act.0).map_err(ReceiptFault::Act)?;
    if receipt.accepted_at < act.asked_at {
        return Err(ReceiptFault::Time);
    }
    let response = &receipt.assertion.response;
    let client = &response.client_data_json.0;
    let signed: Signed = serde_json::from_slice(client).map_err(|_| ReceiptFault::ClientData)?;
    if signed.kind != "webauthn.get" || signed.cross_origin {
        return Err(ReceiptFault::ClientData);
    }
    if signed.challenge != act::challenge(&receipt.act.0) {
        return Err(ReceiptFault::Another);
    }
    if signed.origin != receipt.origin || !is_origin_of(&receipt.origin, &receipt.rp_id) {
        return Err(ReceiptFault::Origin);
    }
    let assertion = NewAssertion {
        id: receipt.assertion.raw_id.clone(),
        authenticator_data: response.authenticator_data.clone(),
        signature: response.signature.clone(),
        user_handle: response.user_handle.clone(),
    };
    let hash: [u8; 32] = Sha256::digest(client).into();
    let key = receipt.public_key.as_ref();
    match verify_assertion(&assertion, &hash, &receipt.rp_id, key) {
        Ok(Verified::Signature) => Ok(act),
        Ok(Verified::LeftToRegistry) => Err(ReceiptFault::Algorithm),
        Err(Stop::Unproven(flaw)) => Err(ReceiptFault::Assertion(flaw)),
        Err(_) => Err(ReceiptFault::Algorithm),
    }
}
