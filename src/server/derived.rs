//! Keys that come of the registry's key file, for what it hands out and must know again.
//!
//! Invariant: nothing of them is in the database: whoever has that alone derives none. A key that the file no longer has derives
//! nothing either.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::keyring::Ring;
use crate::domain::{Bytes, Secret, StationId};
use crate::wire::ReportKey;

/// What binds reports to a session at a station, made with the key of that name.
pub fn report_key(
    ring: &Ring,
    name: &str,
    station: &StationId,
    session: &[u8],
) -> Option<ReportKey> {
    let parts = [station.as_str().as_bytes(), session];
    let key = derived(ring, name, b"keydesk report key 1", &parts)?;
    let mut text = Zeroizing::new(String::with_capacity(44));
    URL_SAFE_NO_PAD.encode_string(key.as_slice(), &mut text);
    Some(ReportKey {
        session: Bytes(session.to_vec()),
        key: Secret::from(text),
    })
}

/// HMAC-SHA-256 over the purpose and the parts, each with its length before it.
fn derived(ring: &Ring, name: &str, purpose: &[u8], parts: &[&[u8]]) -> Option<Zeroizing<Vec<u8>>> {
    let mut keys = ring.keys().iter().map(|held| &held.key);
    let key = keys.find(|key| key.sealing_key().id == name)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key.to_bytes()).ok()?;
    for part in std::iter::once(&purpose).chain(parts) {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part);
    }
    Some(Zeroizing::new(mac.finalize().into_bytes().to_vec()))
}
