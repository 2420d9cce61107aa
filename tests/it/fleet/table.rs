//! The fleet: odd keys, each with the right verdict of every job. What is not said here is as for any other key.

mod done;
mod said;

use ciborium::Value;
use keydesk::bay::soft::{
    Fault, Management, Profile, Quirks, SoftKey, SoftState, Status, TouchPolicy, Vouching,
};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use crate::scenarios::PIN;

/// The job comes to its end.
pub const WORKS: &str = "works";

/// One odd key.
#[derive(Clone, Copy)]
pub struct Odd {
    /// What is odd about it.
    pub name: &'static str,
    /// Where that is from.
    pub from: &'static str,
    pub make: fn() -> SoftKey,
    /// The PIN that its person types.
    pub pin: &'static str,
    /// The one that they choose where a new one is wanted.
    pub new_pin: &'static str,
    /// It is in another slot as well, as a key with two interfaces is.
    pub twice: bool,
    /// Words that `key info` has for it, or that say why the slot can't be worked with.
    pub said: &'static [&'static str],
    /// [`WORKS`], or words of why the job stops. So are the others.
    pub enrol: &'static str,
    pub test: &'static str,
    pub set_pin: &'static str,
    pub change_pin: &'static str,
    pub reset: &'static str,
    pub batch: &'static str,
}

const PLAIN: Odd = Odd {
    name: "nothing",
    from: "the tested models",
    make: || of(able()),
    pin: PIN,
    new_pin: PIN,
    twice: false,
    said: &[],
    enrol: WORKS,
    test: WORKS,
    set_pin: WORKS,
    change_pin: WORKS,
    reset: WORKS,
    batch: WORKS,
};

/// One that can't be worked with at all.
const fn unreadable(why: &'static [&'static str]) -> Odd {
    let because = why[0];
    Odd {
        said: why,
        enrol: because,
        test: because,
        set_pin: because,
        change_pin: because,
        reset: because,
        batch: because,
        ..PLAIN
    }
}

/// One that takes no credential of the registry's; `batch` says the same.
const fn refused(why: &'static str) -> Odd {
    Odd {
        enrol: why,
        batch: why,
        ..PLAIN
    }
}

/// One whose reset stops so.
const fn kept(why: &'static str) -> Odd {
    Odd {
        reset: why,
        ..PLAIN
    }
}

/// One with a PIN.
const fn with_pin(said: &'static [&'static str]) -> Odd {
    Odd {
        said,
        set_pin: "has a PIN already",
        ..PLAIN
    }
}

fn able() -> Profile {
    Profile::yubikey_5_nfc()
}

fn of(profile: Profile) -> SoftKey {
    SoftKey::new(profile.with_touch(TouchPolicy::Auto))
}

fn but(change: fn(&mut Profile)) -> SoftKey {
    let mut profile = able();
    change(&mut profile);
    of(profile)
}

fn stating(member: u8, value: Value) -> SoftKey {
    of(able().with_quirks(Quirks::default().stating(member, &value)))
}

fn lacking(member: u8) -> SoftKey {
    of(able().with_quirks(Quirks::default().leaving_out(member)))
}

fn silent(code: u8) -> SoftKey {
    of(able().with_quirks(Quirks {
        silent: Some(Status(code)),
        ..Quirks::default()
    }))
}

fn refusing_reset(code: u8) -> SoftKey {
    of(able().with_quirks(Quirks {
        reset: Some(Status(code)),
        ..Quirks::default()
    }))
}

fn vouching(vouching: Vouching) -> SoftKey {
    of(able().with_quirks(Quirks {
        vouching,
        ..Quirks::default()
    }))
}

/// A key that says of itself what these bytes of CBOR say.
fn telling(body: &[&[u8]]) -> SoftKey {
    of(able().with_quirks(Quirks {
        info: Some(body.concat()),
        ..Quirks::default()
    }))
}

fn with_fault(fault: Fault) -> SoftKey {
    let key = of(able());
    key.inject(fault);
    key
}

/// A key with a PIN, and its memory changed.
fn remembering(profile: Profile, change: fn(&mut Json)) -> SoftKey {
    let state = SoftKey::new(profile.clone()).state();
    let mut memory = serde_json::to_value(&state).expect("plain data");
    let hash = Sha256::digest(PIN)[..16].to_vec();
    memory["pin"] = json!({ "hash": hash, "code_points": PIN.len(), "simple": false });
    change(&mut memory);
    let state: SoftState = serde_json::from_value(memory).expect("as it was written");
    SoftKey::with_state(profile.with_touch(TouchPolicy::Auto), state)
}

fn fingers(pin: bool, change: fn(&mut Profile)) -> SoftKey {
    let mut profile = Profile::biometric();
    profile.abilities.client_pin = pin;
    change(&mut profile);
    of(profile)
}

/// With a finger that it has learnt.
fn knowing(key: SoftKey) -> SoftKey {
    key.learn_finger();
    key
}

fn text(text: &str) -> Value {
    Value::from(text)
}

fn list(items: impl IntoIterator<Item = Value>) -> Value {
    Value::Array(items.into_iter().collect())
}

const VERSIONS: &[u8] = b"\x01\x82\x68FIDO_2_0\x68FIDO_2_1";
const AAGUID: &[u8] = b"\x03\x50keydesk-odd-key1";
const OPTIONS: &[u8] =
    b"\x04\xa5\x62rk\xf5\x62up\xf5\x68credMgmt\xf5\x69clientPin\xf4\x6epinUvAuthToken\xf5";
const PROTOCOLS: &[u8] = b"\x06\x82\x02\x01";

const NO_DISCOVERABLE: &str = "discoverable credentials";
/// What it says of itself stands still, also when it has a PIN.
const SAYS_NO_PIN: &str = "It has no PIN yet";
const NO_RESET: &str = "does not take one here";
const SILENT: &str = "CTAP 2.3, section 8.2, and reports of keys that answer a silent question so";
const SPECIFICATION: &str = "CTAP 2.3, section 6.4";
const MALFORMED: &str = "made up, after replies of firmware that was never certified";

/// Every one of them.
pub fn fleet() -> Vec<Odd> {
    [
        said::identity(),
        said::abilities(),
        said::wrong_members(),
        said::odd_replies(),
        done::pins(),
        done::lists(),
        done::resets(),
        done::manners(),
        done::generations(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
