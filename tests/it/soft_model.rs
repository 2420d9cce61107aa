//! What the models of the software key do that the suite for every key does not ask: limits of time and room, older
//! generations, attestation of a single key, memory.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::time::Duration;

use ciborium::Value;
use keydesk::bay::soft::{
    Fault, Profile, SoftKey, SoftState, StateError, Status, TouchPolicy, Wait,
};

use crate::suite::{
    host_pin::{Token, legacy_token, set_pin, token},
    raw::{Client, bytes, encode, entry, flag, member, number},
};

const MAKE: u8 = 0x01;
const ASSERT: u8 = 0x02;
const INFO: u8 = 0x04;
const CLIENT_PIN: u8 = 0x06;
const RESET: u8 = 0x07;
const NEXT: u8 = 0x08;
const SELECT: u8 = 0x0b;
const CONFIG: u8 = 0x0d;

const RP: &str = "iam.example";
const PIN: &str = "271828";
const HASH: [u8; 32] = [7; 32];

fn connect(key: &SoftKey) -> Client {
    Client::new(Box::new(key.open().unwrap()))
}

fn touched(profile: Profile) -> (SoftKey, Client) {
    let key = SoftKey::new(profile.with_touch(TouchPolicy::Auto));
    let client = connect(&key);
    (key, client)
}

fn map(entries: Vec<(Value, Value)>) -> Value {
    Value::Map(entries)
}

fn creation(user_id: &[u8], discoverable: bool) -> Vec<(Value, Value)> {
    let algorithm = map(vec![entry("alg", -7), entry("type", "public-key")]);
    vec![
        entry(1, HASH.to_vec()),
        entry(2, map(vec![entry("id", RP)])),
        entry(3, map(vec![entry("id", user_id.to_vec())])),
        entry(4, vec![algorithm]),
        entry(7, map(vec![entry("rk", discoverable)])),
    ]
}

fn with_token(mut request: Vec<(Value, Value)>, token: &Token, first: i32) -> Vec<(Value, Value)> {
    request.extend([
        entry(first, token.sign(&HASH)),
        entry(first + 1, token.protocol()),
    ]);
    request
}

fn assertion() -> Vec<(Value, Value)> {
    vec![entry(1, RP), entry(2, HASH.to_vec())]
}

fn credential_id(reply: &Value) -> Vec<u8> {
    let data = bytes(reply, 2);
    let length = usize::from(u16::from_be_bytes([data[53], data[54]]));
    data[55..55 + length].to_vec()
}

fn configure(client: &mut Client, subcommand: u8, parameters: Option<Value>) -> u8 {
    let token = token(client, 2, PIN, 0x20, None).unwrap();
    let mut message = [vec![0xff; 32], vec![CONFIG, subcommand]].concat();
    message.extend(parameters.iter().flat_map(encode));
    let mut request = vec![
        entry(1, subcommand),
        entry(3, 2),
        entry(4, token.sign(&message)),
    ];
    request.extend(parameters.map(|map| entry(2, map)));
    client.cbor(CONFIG, request).0
}

// Time

#[test]
fn nobody_touching_is_said_in_the_words_of_the_model() {
    for (profile, expected) in [
        (Profile::full(), 0x27),
        (Profile::yubikey_5_nfc(), 0x2f),
        (
            Profile {
                untouched: Status(0x3a),
                ..Profile::full()
            },
            0x3a,
        ),
    ] {
        let key = SoftKey::in_virtual_time(profile);
        let mut client = connect(&key);
        let started = client.now();
        assert_eq!(client.cbor(MAKE, creation(b"user-1", false)).0, expected);
        assert_eq!((client.now() - started).as_secs(), 30);
        assert!(
            (299..=301).contains(&client.keepalives.len()),
            "{}",
            client.keepalives.len()
        );
        assert_eq!(client.plain(SELECT).0, 0x2f);
    }
}

#[test]
fn an_excluded_credential_is_told_even_to_someone_who_does_not_touch() {
    let key = SoftKey::in_virtual_time(Profile::full().with_touch(TouchPolicy::Auto));
    let mut client = connect(&key);
    let id = credential_id(&client.ok(MAKE, creation(b"user-1", false)));
    key.set_touch(TouchPolicy::Manual);
    let mut request = creation(b"user-2", false);
    let listed = map(vec![entry("id", id), entry("type", "public-key")]);
    request.push(entry(5, vec![listed]));
    assert_eq!(client.cbor(MAKE, request).0, 0x19);
}

#[test]
fn someone_who_declines_is_denied() {
    let key = SoftKey::new(Profile::full());
    let mut client = connect(&key);
    client.send_cbor(SELECT, None);
    assert_eq!(
        key.wait_until_it_asks(Duration::from_secs(5)),
        Some(Wait::Touch)
    );
    assert!(key.decline());
    assert_eq!(client.cbor_reply().0, 0x27);
    assert!(!key.touch(), "it no longer waits");
}

#[test]
fn a_token_that_is_not_used_for_half_a_minute_is_over() {
    let (key, mut client) = touched(Profile::full());
    assert_eq!(set_pin(&mut client, 2, PIN), 0);
    let token = token(&mut client, 2, PIN, 1, Some(RP)).unwrap();
    key.advance(Duration::from_secs(31));
    assert_eq!(
        client
            .cbor(MAKE, with_token(creation(b"user-1", true), &token, 8))
            .0,
        0x33
    );
}

#[test]
fn the_next_assertion_is_forgotten_after_half_a_minute_and_by_other_commands() {
    let (key, mut client) = touched(Profile::full());
    for user in [b"user-1", b"user-2"] {
        client.ok(MAKE, creation(user, true));
    }
    client.ok(ASSERT, assertion());
    key.advance(Duration::from_secs(31));
    assert_eq!(client.plain(NEXT).0, 0x30);
    client.ok(ASSERT, assertion());
    client.plain(INFO);
    assert_eq!(client.plain(NEXT).0, 0x30);
}

#[test]
fn a_key_that_computes_says_so_meanwhile() {
    let profile = Profile {
        latency: Duration::from_millis(450),
        ..Profile::full()
    };
    let key = SoftKey::in_virtual_time(profile.with_touch(TouchPolicy::Auto));
    let mut client = connect(&key);
    client.ok(MAKE, creation(b"user-1", false));
    assert_eq!(client.keepalives, [1, 1, 1, 1]);
}

// Room

#[test]
fn a_full_key_takes_no_more_but_replaces_and_makes_others() {
    let (key, mut client) = touched(Profile {
        storage_slots: 2,
        ..Profile::full()
    });
    client.ok(MAKE, creation(b"user-1", true));
    client.ok(MAKE, creation(b"user-2", true));
    assert_eq!(number(&client.plain(INFO).1, 0x14), 0);
    assert_eq!(client.cbor(MAKE, creation(b"user-3", true)).0, 0x28);
    client.ok(MAKE, creation(b"user-2", true));
    client.ok(MAKE, creation(b"user-3", false));
    let users: Vec<_> = key.credentials().into_iter().map(|c| c.user_id).collect();
    assert_eq!(users, [b"user-1", b"user-2"]);
}

#[test]
fn a_request_too_large_or_with_too_long_a_list_is_refused() {
    let (_key, mut client) = touched(Profile::full());
    let mut request = creation(b"user-1", false);
    request.push(entry(6, map(vec![entry("x", vec![0; 1200])])));
    assert_eq!(client.cbor(MAKE, request).0, 0x39);
    let one = map(vec![entry("id", vec![0; 8]), entry("type", "public-key")]);
    let mut request = creation(b"user-1", false);
    request.push(entry(5, vec![one; 17]));
    assert_eq!(client.cbor(MAKE, request).0, 0x15);
}

// Generations

#[test]
fn a_ctap_2_0_key_knows_legacy_tokens_only_and_they_last() {
    let (_key, mut client) = touched(Profile::ctap20());
    let info = client.plain(INFO).1;
    assert_eq!(member(&info, 0x0e), None, "no firmware version");
    assert_eq!(flag(member(&info, 4).unwrap(), "pinUvAuthToken"), None);
    assert_eq!(set_pin(&mut client, 1, PIN), 0);
    assert_eq!(token(&mut client, 1, PIN, 1, Some(RP)).err(), Some(0x3e));
    assert_eq!(client.plain(SELECT).0, 0x01);
    let token = legacy_token(&mut client, 1, PIN).unwrap();
    for user in [b"user-1", b"user-2"] {
        client.ok(MAKE, with_token(creation(user, true), &token, 8));
    }
    client.ok(ASSERT, with_token(assertion(), &token, 6));
}

#[test]
fn a_preview_key_manages_under_the_previews_command() {
    let (_key, mut client) = touched(Profile::epass_fido2());
    assert_eq!(set_pin(&mut client, 1, PIN), 0);
    let token = legacy_token(&mut client, 1, PIN).unwrap();
    client.ok(MAKE, with_token(creation(b"user-1", true), &token, 8));
    let metadata = vec![entry(1, 1), entry(3, 1), entry(4, token.sign(&[1]))];
    assert_eq!(number(&client.ok(0x41, metadata.clone()), 1), 1);
    assert_eq!(client.cbor(0x0a, metadata).0, 0x01);
}

#[test]
fn a_u2f_key_answers_only_the_old_messages() {
    let (_key, mut client) = touched(Profile::u2f_only());
    assert_eq!(client.capabilities & 0x0c, 0, "no CBOR, but CTAPHID_MSG");
    assert_eq!(client.exchange(0x10, &[INFO]), (0x3f, vec![0x01]));
    let (command, version) = client.exchange(0x03, &[0, 3, 0, 0, 0, 0, 0]);
    assert_eq!(
        (command, version.as_slice()),
        (0x03, b"U2F_V2\x90\x00".as_slice())
    );
}

#[test]
fn an_old_host_asks_for_a_touch_with_an_empty_signature() {
    let (_key, mut client) = touched(Profile::full());
    let mut request = creation(b"user-1", false);
    request.extend([entry(8, Vec::<u8>::new()), entry(9, 1)]);
    assert_eq!(client.cbor(MAKE, request.clone()).0, 0x35);
    assert_eq!(set_pin(&mut client, 2, PIN), 0);
    assert_eq!(client.cbor(MAKE, request).0, 0x31);
}

// Attestation and extensions

#[test]
fn enterprise_attestation_names_the_key_only_when_enabled_and_asked() {
    let serial = b"SOFT0001";
    let names_it = |reply: &Value| {
        let chain = member(member(reply, 3).unwrap(), "x5c")
            .unwrap()
            .as_array()
            .unwrap();
        chain[0]
            .as_bytes()
            .unwrap()
            .windows(serial.len())
            .any(|w| w == serial)
    };
    let (_key, mut client) = touched(Profile::full());
    let asking = |level: u8| {
        let mut request = creation(b"user-1", false);
        request.push(entry(10, level));
        request
    };
    assert_eq!(client.cbor(MAKE, asking(2)).0, 0x02, "not enabled");
    assert_eq!(client.cbor(CONFIG, vec![entry(1, 1)]).0, 0);
    assert_eq!(
        flag(member(&client.plain(INFO).1, 4).unwrap(), "ep"),
        Some(true)
    );
    let by_platform = client.ok(MAKE, asking(2));
    assert!(flag(&by_platform, 4) == Some(true) && names_it(&by_platform));
    let by_vendor = client.ok(MAKE, asking(1));
    assert!(
        flag(&by_vendor, 4).is_none() && !names_it(&by_vendor),
        "the RP is not on the vendor's list"
    );
    let not_asked = client.ok(MAKE, creation(b"user-1", false));
    assert!(flag(&not_asked, 4).is_none() && !names_it(&not_asked));
    assert_eq!(client.cbor(MAKE, asking(3)).0, 0x2c);
}

#[test]
fn the_minimum_pin_length_is_shown_to_the_chosen_rps() {
    let (_key, mut client) = touched(Profile::full());
    assert_eq!(set_pin(&mut client, 2, PIN), 0);
    let shown = |client: &mut Client| {
        let token = token(client, 2, PIN, 1, Some(RP)).unwrap();
        let mut request = with_token(creation(b"user-1", false), &token, 8);
        request.push(entry(6, map(vec![entry("minPinLength", true)])));
        let data = bytes(&client.ok(MAKE, request), 2);
        data.ends_with(b"\xa1\x6cminPinLength\x06")
    };
    assert!(!shown(&mut client));
    let parameters = map(vec![entry(1, 6), entry(2, vec![Value::from(RP)])]);
    assert_eq!(configure(&mut client, 3, Some(parameters)), 0);
    assert!(shown(&mut client));
}

#[test]
fn the_pin_complexity_policy_is_told_to_the_chosen_rps() {
    let (_key, mut client) = touched(Profile::ctap23());
    assert_eq!(set_pin(&mut client, 2, PIN), 0);
    let asked = |client: &mut Client| {
        let token = token(client, 2, PIN, 1, Some(RP)).unwrap();
        let mut request = with_token(creation(b"user-1", false), &token, 8);
        request.push(entry(6, map(vec![entry("pinComplexityPolicy", true)])));
        bytes(&client.ok(MAKE, request), 2)
    };
    assert_eq!(asked(&mut client)[32] & 0x80, 0, "no extension answers");
    let told = |on: u8| [&b"\xa1\x73pinComplexityPolicy"[..], &[on]].concat();
    let rp_ids = || entry(2, vec![Value::from(RP)]);
    assert_eq!(configure(&mut client, 3, Some(map(vec![rp_ids()]))), 0);
    assert!(asked(&mut client).ends_with(&told(0xf4)));
    let complex = map(vec![entry(4, true)]);
    assert_eq!(configure(&mut client, 3, Some(complex)), 0);
    assert!(asked(&mut client).ends_with(&told(0xf5)));
    let simple = map(vec![entry(4, false)]);
    assert_eq!(configure(&mut client, 3, Some(simple)), 0);
    assert!(
        asked(&mut client).ends_with(&told(0xf5)),
        "only a reset takes it back"
    );
}

#[test]
fn a_setting_of_a_later_version_is_refused_by_an_earlier_key() {
    let (_key, mut client) = touched(Profile::full());
    assert_eq!(set_pin(&mut client, 2, PIN), 0);
    let complex = map(vec![entry(4, true)]);
    assert_eq!(configure(&mut client, 3, Some(complex)), 0x02);
    assert_eq!(configure(&mut client, 4, None), 0x02);
    assert_eq!(configure(&mut client, 3, None), 0x14, "nothing to set");
}

#[test]
fn a_lasting_token_is_asked_for_alone() {
    let (_key, mut client) = touched(Profile::ctap23());
    assert_eq!(set_pin(&mut client, 2, PIN), 0);
    assert_eq!(token(&mut client, 2, PIN, 0x44, None).err(), Some(0x02));
    assert!(token(&mut client, 2, PIN, 0x40, None).is_ok());
    let (_key, mut client) = touched(Profile::full());
    assert_eq!(set_pin(&mut client, 2, PIN), 0);
    assert_eq!(token(&mut client, 2, PIN, 0x40, None).err(), Some(0x40));
}

#[test]
fn a_reset_can_ask_for_a_long_touch() {
    let mut profile = Profile::full();
    profile.abilities.long_touch_for_reset = Some(true);
    let key = SoftKey::new(profile);
    let mut client = connect(&key);
    assert_eq!(flag(&client.plain(INFO).1, 0x18), Some(true));
    client.send_cbor(RESET, None);
    assert_eq!(
        key.wait_until_it_asks(Duration::from_secs(5)),
        Some(Wait::LongTouch)
    );
    assert!(!key.touch(), "a short one is not enough");
    assert!(key.hold());
    assert_eq!(client.cbor_reply().0, 0);
}

// Memory

#[test]
fn a_key_remembers_all_but_its_tokens_in_another_process() {
    let (key, mut client) = touched(Profile::full());
    assert_eq!(set_pin(&mut client, 2, PIN), 0);
    let first = token(&mut client, 2, PIN, 1, Some(RP)).unwrap();
    let id = credential_id(&client.ok(MAKE, with_token(creation(b"user-1", true), &first, 8)));

    let saved = key.state().to_bytes();
    let state = SoftState::from_bytes(&saved).unwrap();
    let key = SoftKey::with_state(Profile::full().with_touch(TouchPolicy::Auto), state);
    let mut client = connect(&key);
    assert_eq!(
        client.cbor(ASSERT, with_token(assertion(), &first, 6)).0,
        0x33
    );
    let second = token(&mut client, 2, PIN, 2, Some(RP)).unwrap();
    let reply = client.ok(ASSERT, with_token(assertion(), &second, 6));
    assert_eq!(bytes(member(&reply, 1).unwrap(), "id"), id);
}

#[test]
fn a_saved_state_that_is_damaged_or_from_the_future_is_refused() {
    let saved = SoftKey::new(Profile::full()).state().to_bytes();
    assert!(matches!(
        SoftState::from_bytes(&saved[..saved.len() / 2]),
        Err(StateError::Unreadable(_))
    ));
    let mut newer: Value = ciborium::from_reader(saved.as_slice()).unwrap();
    for (key, value) in newer.as_map_mut().unwrap() {
        if *key == Value::from("version") {
            *value = Value::from(9);
        }
    }
    let mut bytes = Vec::new();
    ciborium::into_writer(&newer, &mut bytes).unwrap();
    assert_eq!(
        SoftState::from_bytes(&bytes).err(),
        Some(StateError::Newer(9))
    );
}

#[test]
fn a_seeded_key_repeats_itself() {
    let ids: Vec<_> = [[1; 32], [1; 32], [2; 32]]
        .map(|seed| {
            let (_key, mut client) = touched(Profile::full().with_seed(seed));
            credential_id(&client.ok(MAKE, creation(b"user-1", true)))
        })
        .into();
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[0], ids[2]);
}

#[test]
fn packets_are_counted_and_the_keys_own_time_is_a_part_of_all_time() {
    let started = std::time::Instant::now();
    let (key, mut client) = touched(Profile::full());
    let before = key.counters();
    client.exchange(0x01, &[0; 100]);
    let after = key.counters();
    assert_eq!(after.packets_to_key - before.packets_to_key, 2);
    assert_eq!(after.packets_from_key - before.packets_from_key, 2);
    client.ok(MAKE, creation(b"user-1", false));
    let busy = key.counters().busy;
    assert!(
        busy > Duration::from_micros(50) && busy < started.elapsed(),
        "{busy:?}"
    );
}

#[test]
fn a_fault_once_only_leaves_the_key_as_it_was() {
    let (key, mut client) = touched(Profile::full());
    key.inject(Fault::Status {
        command: MAKE,
        code: 0x28,
    });
    assert_eq!(client.cbor(MAKE, creation(b"user-1", true)).0, 0x28);
    assert!(
        key.credentials().is_empty(),
        "the request was not carried out"
    );
    client.ok(MAKE, creation(b"user-1", true));
    key.inject(Fault::Busy(2));
    for _ in 0..2 {
        assert_eq!(client.exchange(0x10, &[INFO]), (0x3f, vec![0x06]));
    }
    assert_eq!(client.plain(INFO).0, 0);
    assert_eq!(client.cbor(CLIENT_PIN, vec![entry(2, 1)]).0, 0);
}
