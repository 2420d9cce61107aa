//! The CTAP client against software keys: every command, every generation of key, every fault on the wire.
//!
//! Most tests run in the key's virtual time, so that a limit of 30 s takes no time at all.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::time::Duration;

use keydesk::bay::soft::{Profile, SoftKey, SoftTransport, TouchPolicy};
use keydesk::ctap::{
    Control, CtapError, Device, Entropy, EntropyError, GetAssertion, MakeCredential, Permissions,
    PinUvAuthToken, RelyingParty, Status, TokenRequest, User, VerifyBy,
};
use keydesk::domain::pin::Pin;

mod bio;
mod commands;
mod config;
mod manage;
mod wire;

pub(crate) const RP: &str = "login.example";
const HASH: [u8; 32] = [0x5a; 32];
const ES256: i64 = -7;

pub(crate) struct Random;

impl Entropy for Random {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        getrandom::fill(bytes).map_err(|_| EntropyError)
    }
}

pub(crate) type Soft = Device<SoftTransport>;

/// Does `work` with a limit of 30 s and nobody to cancel it.
fn within<R>(work: impl FnOnce(&mut Control<'_>) -> R) -> R {
    within_s(30, work)
}

pub(crate) fn within_s<R>(limit_s: u64, work: impl FnOnce(&mut Control<'_>) -> R) -> R {
    work(&mut Control::new(
        Duration::from_secs(limit_s),
        &|| false,
        &mut |_| {},
    ))
}

pub(crate) fn open(key: &SoftKey) -> Soft {
    within(|control| Device::open(key.open().unwrap(), Box::new(Random), control)).unwrap()
}

pub(crate) fn touched(profile: Profile) -> SoftKey {
    SoftKey::in_virtual_time(profile.with_touch(TouchPolicy::Auto))
}

pub(crate) fn pin(text: &str) -> Pin {
    Pin::new(text, 4).unwrap()
}

pub(crate) fn token(
    device: &mut Soft,
    by: &str,
    permissions: Permissions,
) -> Result<PinUvAuthToken, CtapError> {
    let by = pin(by);
    let request = TokenRequest {
        by: VerifyBy::Pin(&by),
        permissions,
        rp_id: Some(RP),
    };
    within(|control| device.token(&request, control))
}

pub(crate) fn make(exclude: &[Vec<u8>]) -> MakeCredential {
    MakeCredential {
        client_data_hash: HASH,
        rp: RelyingParty {
            id: RP.into(),
            name: Some("Login".into()),
        },
        user: User {
            id: b"user-1".to_vec(),
            name: Some("p.example".into()),
            display_name: Some("P. Example".into()),
        },
        algorithms: vec![ES256],
        exclude: exclude.to_vec(),
        discoverable: true,
        built_in_uv: false,
        cred_protect: None,
        min_pin_length: false,
        hmac_secret: false,
        enterprise_attestation: None,
    }
}

pub(crate) fn get(allow: &[Vec<u8>]) -> GetAssertion {
    GetAssertion {
        rp_id: RP.into(),
        client_data_hash: HASH,
        allow: allow.to_vec(),
        user_presence: true,
        built_in_uv: false,
    }
}

fn status<T>(result: Result<T, CtapError>) -> Option<Status> {
    result.err().and_then(|error| error.status())
}
