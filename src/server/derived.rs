//! Keys that come of the registry's key file, for what it hands out and must know again.
//!
//! Invariant: nothing of them is in the database: whoever has that alone derives none. A key that the file no longer has derives
//! nothing either.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::civil::Date;
use jiff::{SignedDuration, Span, Zoned};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::keyring::Ring;
use crate::domain::{Bytes, Secret, StationId};
use crate::wire::{ReportKey, TicketKey};

/// What binds reports to a session at a station, made with the key of that name.
pub fn report_key(
    ring: &Ring,
    name: &str,
    station: &StationId,
    session: &[u8],
) -> Option<ReportKey> {
    let parts = [station.as_str().as_bytes(), session];
    Some(ReportKey {
        session: Bytes(session.to_vec()),
        key: derived(ring, name, b"keydesk report key 1", &parts)?,
    })
}

/// What opens a station's tickets of the days around `now`: those for which they may be fetched, and those of which they may still be
/// used. Also by the keys before, for what was fetched before a rotation.
pub fn ticket_keys(
    ring: &Ring,
    station: &StationId,
    (now, life): (&Zoned, SignedDuration),
) -> Vec<TicketKey> {
    let days = i32::try_from(life.as_hours() / 24 + 1).unwrap_or(i32::MAX);
    let day = |days: i32| now.date().checked_add(Span::new().days(days)).ok();
    let around: Vec<Date> = (-days..=days).filter_map(day).collect();
    let mut replaced_at = None;
    let mut keys = Vec::new();
    for held in ring.keys().iter().rev() {
        // What was sealed by it has expired.
        if replaced_at.is_some_and(|at| now.timestamp() > at + life + life) {
            break;
        }
        replaced_at = Some(held.made_at);
        let name = &held.key.sealing_key().id;
        keys.extend(around.iter().filter_map(|day| {
            let parts = [station.as_str().as_bytes(), &day.to_string().into_bytes()];
            let key = derived(ring, name, b"keydesk ticket key 1", &parts)?;
            Some(TicketKey { day: *day, key })
        }));
    }
    keys
}

/// HMAC-SHA-256 over the purpose and the parts, each with its length before it.
fn derived(ring: &Ring, name: &str, purpose: &[u8], parts: &[&[u8]]) -> Option<Secret> {
    let mut keys = ring.keys().iter().map(|held| &held.key);
    let key = keys.find(|key| key.sealing_key().id == name)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key.to_bytes()).ok()?;
    for part in std::iter::once(&purpose).chain(parts) {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part);
    }
    let key = Zeroizing::new(mac.finalize().into_bytes().to_vec());
    let mut text = Zeroizing::new(String::with_capacity(44));
    URL_SAFE_NO_PAD.encode_string(key.as_slice(), &mut text);
    Some(Secret::from(text))
}
