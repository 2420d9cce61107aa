//! The checks, each on a fresh key. Section numbers are those of CTAP 2.3.

use std::time::Duration;

use ciborium::Value;
use p256::ecdsa::{Signature, VerifyingKey, signature::Verifier};

use super::{
    Key,
    host_pin::{change_pin, legacy_token, pin_retries, set_pin, sha256, token},
    raw::{Client, bytes, entry, flag, member, number},
};

const MAKE: u8 = 0x01;
const ASSERT: u8 = 0x02;
const INFO: u8 = 0x04;
const RESET: u8 = 0x07;
const NEXT: u8 = 0x08;
const MANAGE: u8 = 0x0a;
const SELECT: u8 = 0x0b;
const CONFIG: u8 = 0x0d;

const RP: &str = "iam.example";
const OTHER_RP: &str = "other.example";
const PIN: &str = "4711-ä";
const CLIENT_DATA_HASH: [u8; 32] = [7; 32];

fn client(key: &dyn Key) -> Client {
    Client::new(key.open())
}

/// A client of a key that has the PIN and is touched at once.
fn protected(key: &dyn Key) -> Client {
    key.touch(true);
    let mut client = client(key);
    assert_eq!(set_pin(&mut client, 2, PIN), 0);
    client
}

fn algorithms(list: &[i64]) -> Value {
    let entries = list
        .iter()
        .map(|&alg| Value::Map(vec![entry("alg", alg), entry("type", "public-key")]));
    Value::Array(entries.collect())
}

fn user(id: &[u8]) -> Value {
    Value::Map(vec![
        entry("id", id.to_vec()),
        entry("name", "user@example"),
        entry("displayName", "A User"),
    ])
}

fn creation(rp_id: &str, user_id: &[u8], discoverable: bool) -> Vec<(Value, Value)> {
    vec![
        entry(1, CLIENT_DATA_HASH.to_vec()),
        entry(
            2,
            Value::Map(vec![entry("id", rp_id), entry("name", "IAM")]),
        ),
        entry(3, user(user_id)),
        entry(4, algorithms(&[-7])),
        entry(7, Value::Map(vec![entry("rk", discoverable)])),
    ]
}

fn signed(
    mut request: Vec<(Value, Value)>,
    client: &mut Client,
    rp_id: &str,
) -> Vec<(Value, Value)> {
    let (permission, first) = if member(&Value::Map(request.clone()), 4).is_some() {
        (1, 8)
    } else {
        (2, 6)
    };
    let token = token(client, 2, PIN, permission, Some(rp_id)).unwrap();
    request.push(entry(first, token.sign(&CLIENT_DATA_HASH)));
    request.push(entry(first + 1, token.protocol()));
    request
}

/// A new credential: its id and its public key.
struct Made {
    id: Vec<u8>,
    public_key: VerifyingKey,
}

fn make(client: &mut Client, rp_id: &str, user_id: &[u8], discoverable: bool) -> Made {
    let request = signed(creation(rp_id, user_id, discoverable), client, rp_id);
    read_credential(&client.ok(MAKE, request), rp_id)
}

fn read_credential(reply: &Value, rp_id: &str) -> Made {
    assert_eq!(member(reply, 1).unwrap().as_text(), Some("packed"));
    let data = bytes(reply, 2);
    assert_eq!(data[..32], sha256(rp_id.as_bytes())[..]);
    assert_eq!(
        data[32] & 0x41,
        0x41,
        "user present, attested data included"
    );
    let length = usize::from(u16::from_be_bytes([data[53], data[54]]));
    let id = data[55..55 + length].to_vec();
    let cose: Value = ciborium::from_reader(&data[55 + length..]).unwrap();
    assert_eq!(number(&cose, 3), -7);
    let point = [vec![4], bytes(&cose, -2), bytes(&cose, -3)].concat();
    check_attestation(reply, &data);
    Made {
        id,
        public_key: VerifyingKey::from_sec1_bytes(&point).unwrap(),
    }
}

fn check_attestation(reply: &Value, data: &[u8]) {
    let statement = member(reply, 3).unwrap();
    let chain = member(statement, "x5c").unwrap().as_array().unwrap();
    let leaf = chain[0].as_bytes().unwrap();
    // A P-256 key in a certificate: BIT STRING of 66 bytes, none unused, an uncompressed point.
    let start = leaf
        .windows(4)
        .position(|w| w == [0x03, 0x42, 0x00, 0x04])
        .unwrap()
        + 3;
    let attestation_key = VerifyingKey::from_sec1_bytes(&leaf[start..start + 65]).unwrap();
    check_signature(&attestation_key, data, &bytes(statement, "sig"));
}

fn check_signature(key: &VerifyingKey, data: &[u8], signature: &[u8]) {
    let message = [data, &CLIENT_DATA_HASH].concat();
    key.verify(&message, &Signature::from_der(signature).unwrap())
        .unwrap();
}

fn assertion(rp_id: &str, allowed: &[&[u8]]) -> Vec<(Value, Value)> {
    let mut request = vec![entry(1, rp_id), entry(2, CLIENT_DATA_HASH.to_vec())];
    if !allowed.is_empty() {
        request.push(entry(3, descriptors(allowed)));
    }
    request
}

fn descriptors(ids: &[&[u8]]) -> Value {
    Value::Array(ids.iter().map(|id| descriptor(id)).collect())
}

fn descriptor(id: &[u8]) -> Value {
    Value::Map(vec![entry("id", id.to_vec()), entry("type", "public-key")])
}

fn manage(
    client: &mut Client,
    pin: &str,
    subcommand: u8,
    parameters: Option<Value>,
) -> (u8, Value) {
    let token = token(client, 2, pin, 0x04, None).unwrap();
    let mut message = vec![subcommand];
    message.extend(parameters.iter().flat_map(super::raw::encode));
    let mut request = vec![
        entry(1, subcommand),
        entry(3, 2),
        entry(4, token.sign(&message)),
    ];
    request.extend(parameters.map(|map| entry(2, map)));
    client.cbor(MANAGE, request)
}

fn configure(client: &mut Client, subcommand: u8, parameters: Option<Value>) -> u8 {
    let token = token(client, 2, PIN, 0x20, None).unwrap();
    let mut message = [vec![0xff; 32], vec![CONFIG, subcommand]].concat();
    message.extend(parameters.iter().flat_map(super::raw::encode));
    let mut request = vec![
        entry(1, subcommand),
        entry(3, 2),
        entry(4, token.sign(&message)),
    ];
    request.extend(parameters.map(|map| entry(2, map)));
    client.cbor(CONFIG, request).0
}

fn options(client: &mut Client) -> Value {
    member(&client.plain(INFO).1, 4).unwrap().clone()
}

// Link

pub fn a_ping_of_any_length_comes_back(key: &mut dyn Key) {
    let mut client = client(key);
    for length in [1, 57, 58, 500, 1024] {
        let data: Vec<u8> = (0..length)
            .map(|i| u8::try_from(i % 251).unwrap())
            .collect();
        assert_eq!(client.exchange(0x01, &data), (0x01, data), "{length} bytes");
    }
}

pub fn an_unknown_link_command_is_an_error(key: &mut dyn Key) {
    let mut client = client(key);
    assert_eq!(client.exchange(0x2a, b"?"), (0x3f, vec![0x01]));
}

pub fn a_channel_nobody_allocated_is_refused(key: &mut dyn Key) {
    let mut client = client(key);
    client.channel ^= 0x5a5a;
    assert_eq!(client.exchange(0x01, b"?"), (0x3f, vec![0x0b]));
}

pub fn two_channels_take_turns(key: &mut dyn Key) {
    key.touch(false);
    let (mut one, mut two) = (client(key), client(key));
    assert_ne!(one.channel, two.channel);
    one.send_cbor(SELECT, None);
    assert_eq!(
        two.exchange(0x01, b"?"),
        (0x3f, vec![0x06]),
        "the other channel is told that the key is busy"
    );
    one.send(0x11, &[]);
    assert_eq!(one.cbor_reply().0, 0x2d);
    assert_eq!(two.exchange(0x01, b"?"), (0x01, b"?".to_vec()));
}

// Requests

pub fn info_says_what_the_key_can(key: &mut dyn Key) {
    let mut client = client(key);
    let (status, info) = client.plain(INFO);
    assert_eq!(status, 0);
    let versions = member(&info, 1).unwrap().as_array().unwrap();
    assert!(versions.contains(&"FIDO_2_1".into()), "{versions:?}");
    assert_eq!(bytes(&info, 3).len(), 16);
    let protocols = member(&info, 6).unwrap().as_array().unwrap();
    assert!(protocols.contains(&2.into()), "{protocols:?}");
    let options = member(&info, 4).unwrap();
    assert_eq!(flag(options, "clientPin"), Some(false));
    assert_eq!(flag(options, "pinUvAuthToken"), Some(true));
    assert_eq!(flag(options, "rk"), Some(true));
}

pub fn an_unknown_command_is_refused(key: &mut dyn Key) {
    assert_eq!(client(key).plain(0x3d).0, 0x01);
}

pub fn broken_cbor_is_refused(key: &mut dyn Key) {
    let mut client = client(key);
    for broken in [
        &[MAKE, 0xa1][..],
        &[MAKE, 0xa1, 0x01],
        &[ASSERT, 0xbf, 0x01],
    ] {
        let (command, reply) = client.exchange(0x10, broken);
        assert_eq!(command, 0x10);
        assert!(
            [0x11, 0x12, 0x14].contains(&reply[0]),
            "{broken:02x?} gives {:#04x}",
            reply[0]
        );
    }
}

// PIN

pub fn a_pin_is_set_and_changed_with_both_protocols(key: &mut dyn Key) {
    let mut client = client(key);
    assert_eq!(
        token(&mut client, 2, PIN, 1, Some(RP)).err(),
        Some(0x35),
        "no PIN yet"
    );
    assert_eq!(set_pin(&mut client, 1, PIN), 0);
    assert_eq!(
        set_pin(&mut client, 2, "999999"),
        0x33,
        "a PIN is set only once"
    );
    assert_eq!(flag(&options(&mut client), "clientPin"), Some(true));
    assert_eq!(change_pin(&mut client, 2, PIN, "271828"), 0);
    assert_eq!(change_pin(&mut client, 1, "271828", "314159"), 0);
    for protocol in [1, 2] {
        assert!(
            token(&mut client, protocol, "314159", 1, Some(RP)).is_ok(),
            "protocol {protocol}"
        );
        assert!(
            legacy_token(&mut client, protocol, "314159").is_ok(),
            "protocol {protocol}"
        );
    }
}

pub fn a_pin_too_short_or_too_long_is_refused(key: &mut dyn Key) {
    let mut client = client(key);
    assert_eq!(
        set_pin(&mut client, 2, "äöü"),
        0x37,
        "three code points in six bytes"
    );
    assert_eq!(
        set_pin(&mut client, 2, &"x".repeat(64)),
        0x37,
        "64 bytes leave no room for padding"
    );
    assert_eq!(set_pin(&mut client, 2, &"x".repeat(63)), 0);
}

pub fn three_wrong_pins_in_a_row_need_a_power_cycle(key: &mut dyn Key) {
    let mut client = protected(key);
    assert_eq!(pin_retries(&mut client), 8);
    for (expected, left) in [(0x31, 7), (0x31, 6), (0x34, 5), (0x34, 5)] {
        assert_eq!(
            token(&mut client, 2, "0000", 1, Some(RP)).err(),
            Some(expected)
        );
        assert_eq!(pin_retries(&mut client), left);
    }
    assert_eq!(
        token(&mut client, 2, PIN, 1, Some(RP)).err(),
        Some(0x34),
        "the right PIN does not help now"
    );
    drop(client);
    key.power_cycle();
    let mut client = self::client(key);
    assert!(token(&mut client, 2, PIN, 1, Some(RP)).is_ok());
    assert_eq!(pin_retries(&mut client), 8);
}

pub fn eight_wrong_pins_block_the_key_until_reset(key: &mut dyn Key) {
    drop(protected(key));
    for tries in [3, 3, 2] {
        key.power_cycle();
        let mut client = client(key);
        for _ in 0..tries {
            assert!(token(&mut client, 2, "0000", 1, Some(RP)).is_err());
        }
    }
    key.power_cycle();
    let mut client = client(key);
    assert_eq!(pin_retries(&mut client), 0);
    assert_eq!(token(&mut client, 2, PIN, 1, Some(RP)).err(), Some(0x32));
    assert_eq!(client.plain(RESET).0, 0);
    assert_eq!(pin_retries(&mut client), 8);
    assert_eq!(flag(&options(&mut client), "clientPin"), Some(false));
}

pub fn a_token_needs_a_permission(key: &mut dyn Key) {
    let mut client = protected(key);
    assert_eq!(token(&mut client, 2, PIN, 0, Some(RP)).err(), Some(0x02));
}

pub fn a_token_of_no_rp_is_bound_to_the_first_it_serves(key: &mut dyn Key) {
    let mut client = protected(key);
    let token = token(&mut client, 2, PIN, 3, None).unwrap();
    let mut assert_with = |rp_id: &str, expected: u8| {
        let mut request = assertion(rp_id, &[]);
        request.extend([entry(6, token.sign(&CLIENT_DATA_HASH)), entry(7, 2)]);
        assert_eq!(client.cbor(ASSERT, request).0, expected, "{rp_id}");
    };
    assert_with(RP, 0x2e);
    assert_with(OTHER_RP, 0x33);
    assert_with(RP, 0x2e);
}

// Credentials

pub fn a_credential_is_made_and_asserted(key: &mut dyn Key) {
    let mut client = protected(key);
    for discoverable in [false, true] {
        let made = make(&mut client, RP, b"user-1", discoverable);
        let request = signed(assertion(RP, &[&made.id]), &mut client, RP);
        let reply = client.ok(ASSERT, request);
        let data = bytes(&reply, 2);
        assert_eq!(data[32] & 0x05, 0x05, "present and verified");
        check_signature(&made.public_key, &data, &bytes(&reply, 3));
        assert_eq!(bytes(member(&reply, 1).unwrap(), "id"), made.id);
    }
}

pub fn an_unprotected_key_makes_credentials_without_a_token(key: &mut dyn Key) {
    key.touch(true);
    let mut client = client(key);
    let made = read_credential(&client.ok(MAKE, creation(RP, b"user-1", true)), RP);
    let reply = client.ok(ASSERT, assertion(RP, &[&made.id]));
    let data = bytes(&reply, 2);
    assert_eq!(data[32] & 0x05, 0x01, "present, not verified");
    check_signature(&made.public_key, &data, &bytes(&reply, 3));
}

pub fn a_protected_key_makes_no_discoverable_credential_without_a_token(key: &mut dyn Key) {
    let mut client = protected(key);
    assert_eq!(client.cbor(MAKE, creation(RP, b"user-1", true)).0, 0x36);
}

pub fn the_first_known_algorithm_is_taken(key: &mut dyn Key) {
    key.touch(true);
    let mut client = client(key);
    let mut request = creation(RP, b"user-1", false);
    request[3] = entry(4, algorithms(&[-65535, -7]));
    read_credential(&client.ok(MAKE, request.clone()), RP);
    request[3] = entry(4, algorithms(&[-65535, -257]));
    assert_eq!(client.cbor(MAKE, request).0, 0x26);
}

pub fn an_excluded_credential_stops_a_second_one(key: &mut dyn Key) {
    let mut client = protected(key);
    for discoverable in [false, true] {
        let made = make(&mut client, RP, b"user-1", discoverable);
        let mut request = signed(creation(RP, b"user-2", true), &mut client, RP);
        request.push(entry(5, descriptors(&[&[9; 50], &made.id])));
        assert_eq!(client.cbor(MAKE, request).0, 0x19);
        let mut request = signed(creation(OTHER_RP, b"user-2", true), &mut client, OTHER_RP);
        request.push(entry(5, descriptors(&[&made.id])));
        assert_eq!(
            client.cbor(MAKE, request).0,
            0,
            "it is excluded for its own RP only"
        );
    }
}

pub fn a_token_of_another_rp_or_of_no_use_is_refused(key: &mut dyn Key) {
    let mut client = protected(key);
    let request = signed(creation(RP, b"user-1", true), &mut client, OTHER_RP);
    assert_eq!(client.cbor(MAKE, request).0, 0x33);
    let wrong = token(&mut client, 2, PIN, 2, Some(RP)).unwrap();
    let mut request = creation(RP, b"user-1", true);
    request.extend([entry(8, wrong.sign(&CLIENT_DATA_HASH)), entry(9, 2)]);
    assert_eq!(
        client.cbor(MAKE, request).0,
        0x33,
        "a permission to assert is none to create"
    );
    let good = token(&mut client, 2, PIN, 1, Some(RP)).unwrap();
    let mut request = creation(RP, b"user-1", true);
    request.extend([entry(8, good.sign(&[8; 32])), entry(9, 2)]);
    assert_eq!(
        client.cbor(MAKE, request).0,
        0x33,
        "the signature is over another hash"
    );
}

pub fn a_token_makes_one_credential_only(key: &mut dyn Key) {
    let mut client = protected(key);
    let request = signed(creation(RP, b"user-1", true), &mut client, RP);
    assert_eq!(client.cbor(MAKE, request.clone()).0, 0);
    assert_eq!(client.cbor(MAKE, request).0, 0x33);
}

pub fn the_newest_credential_is_asserted_first(key: &mut dyn Key) {
    let mut client = protected(key);
    let made: Vec<Made> = [b"user-1", b"user-2", b"user-3"]
        .map(|user| make(&mut client, RP, user, true))
        .into();
    let request = signed(assertion(RP, &[]), &mut client, RP);
    let mut reply = client.ok(ASSERT, request);
    assert_eq!(number(&reply, 5), 3);
    for (position, made) in made.iter().rev().enumerate() {
        if position > 0 {
            let (status, next) = client.plain(NEXT);
            assert_eq!(status, 0);
            reply = next;
        }
        assert_eq!(
            bytes(member(&reply, 1).unwrap(), "id"),
            made.id,
            "assertion {position}"
        );
        check_signature(&made.public_key, &bytes(&reply, 2), &bytes(&reply, 3));
    }
    assert_eq!(client.plain(NEXT).0, 0x30);
}

pub fn the_same_user_again_replaces_the_credential(key: &mut dyn Key) {
    let mut client = protected(key);
    let old = make(&mut client, RP, b"user-1", true);
    let new = make(&mut client, RP, b"user-1", true);
    let request = signed(assertion(RP, &[&old.id]), &mut client, RP);
    assert_eq!(client.cbor(ASSERT, request).0, 0x2e);
    let request = signed(assertion(RP, &[&new.id]), &mut client, RP);
    assert_eq!(client.cbor(ASSERT, request).0, 0);
}

pub fn cred_protect_hides_a_credential_from_the_unverified(key: &mut dyn Key) {
    let mut client = protected(key);
    let mut ids = Vec::new();
    for level in 1..=3 {
        let mut request = signed(creation(RP, &[level], true), &mut client, RP);
        request.push(entry(6, Value::Map(vec![entry("credProtect", level)])));
        let reply = client.ok(MAKE, request);
        let data = bytes(&reply, 2);
        assert_eq!(data[32] & 0x80, 0x80, "extensions included");
        assert_eq!(data.last(), Some(&level));
        ids.push({
            let length = usize::from(u16::from_be_bytes([data[53], data[54]]));
            data[55..55 + length].to_vec()
        });
    }
    for (id, status) in ids.iter().zip([0, 0, 0x2e]) {
        assert_eq!(client.cbor(ASSERT, assertion(RP, &[id])).0, status);
    }
    let reply = client.ok(ASSERT, assertion(RP, &[]));
    assert_eq!(
        bytes(member(&reply, 1).unwrap(), "id"),
        ids[0],
        "only level 1 shows without an allow list"
    );
}

// Management

pub fn a_key_without_credentials_lists_none(key: &mut dyn Key) {
    let mut client = protected(key);
    assert_eq!(manage(&mut client, PIN, 2, None).0, 0x2e);
}

pub fn credentials_are_listed_and_deleted(key: &mut dyn Key) {
    let mut client = protected(key);
    let (status, before) = manage(&mut client, PIN, 1, None);
    assert_eq!((status, number(&before, 1)), (0, 0));
    let made = make(&mut client, RP, b"user-1", true);
    make(&mut client, RP, b"user-2", true);
    make(&mut client, OTHER_RP, b"user-3", true);
    assert_eq!(number(&manage(&mut client, PIN, 1, None).1, 1), 3);

    let (status, first) = manage(&mut client, PIN, 2, None);
    assert_eq!((status, number(&first, 5)), (0, 2), "two RPs");
    assert_eq!(client.cbor(MANAGE, vec![entry(1, 3)]).0, 0);
    let of_rp = Value::Map(vec![entry(1, sha256(RP.as_bytes()))]);
    let (status, first) = manage(&mut client, PIN, 4, Some(of_rp.clone()));
    assert_eq!((status, number(&first, 9)), (0, 2), "two credentials");
    let (status, second) = client.cbor(MANAGE, vec![entry(1, 5)]);
    assert_eq!(status, 0);
    let mut users: Vec<Vec<u8>> = [&first, &second]
        .map(|e| bytes(member(e, 6).unwrap(), "id"))
        .into();
    users.sort();
    assert_eq!(users, [b"user-1", b"user-2"]);

    let which = Value::Map(vec![entry(2, descriptor(&made.id))]);
    assert_eq!(manage(&mut client, PIN, 6, Some(which)).0, 0);
    assert_eq!(number(&manage(&mut client, PIN, 4, Some(of_rp)).1, 9), 1);
    let request = signed(assertion(RP, &[&made.id]), &mut client, RP);
    assert_eq!(
        client.cbor(ASSERT, request).0,
        0x2e,
        "it asserts nothing any more"
    );
}

pub fn a_credential_that_is_not_there_cannot_be_deleted(key: &mut dyn Key) {
    let mut client = protected(key);
    let which = Value::Map(vec![entry(2, descriptor(&[9; 50]))]);
    assert_eq!(manage(&mut client, PIN, 6, Some(which)).0, 0x2e);
}

pub fn a_users_names_are_updated(key: &mut dyn Key) {
    let mut client = protected(key);
    let made = make(&mut client, RP, b"user-1", true);
    let renamed = Value::Map(vec![
        entry("id", b"user-1".to_vec()),
        entry("name", "new@example"),
    ]);
    let change = Value::Map(vec![entry(2, descriptor(&made.id)), entry(3, renamed)]);
    assert_eq!(manage(&mut client, PIN, 7, Some(change)).0, 0);
    let of_rp = Value::Map(vec![entry(1, sha256(RP.as_bytes()))]);
    let listed = manage(&mut client, PIN, 4, Some(of_rp)).1;
    let user = member(&listed, 6).unwrap();
    assert_eq!(member(user, "name").unwrap().as_text(), Some("new@example"));
    assert_eq!(member(user, "displayName"), None);
}

// Settings

pub fn always_uv_asks_for_a_token_every_time(key: &mut dyn Key) {
    let mut client = protected(key);
    let made = make(&mut client, RP, b"user-1", false);
    assert_eq!(configure(&mut client, 2, None), 0);
    assert_eq!(flag(&options(&mut client), "alwaysUv"), Some(true));
    assert_eq!(client.cbor(ASSERT, assertion(RP, &[&made.id])).0, 0x36);
    let request = signed(assertion(RP, &[&made.id]), &mut client, RP);
    assert_eq!(client.cbor(ASSERT, request).0, 0);
    assert_eq!(configure(&mut client, 2, None), 0);
    assert_eq!(client.cbor(ASSERT, assertion(RP, &[&made.id])).0, 0);
}

pub fn a_longer_minimum_forces_a_change_of_pin(key: &mut dyn Key) {
    let mut client = protected(key);
    let minimum = |length: u8| Some(Value::Map(vec![entry(1, length)]));
    assert_eq!(configure(&mut client, 3, minimum(8)), 0);
    let info = client.plain(INFO).1;
    assert_eq!((number(&info, 0x0d), flag(&info, 0x0c)), (8, Some(true)));
    assert_eq!(token(&mut client, 2, PIN, 1, Some(RP)).err(), Some(0x37));
    assert_eq!(change_pin(&mut client, 2, PIN, "1234567"), 0x37);
    assert_eq!(change_pin(&mut client, 2, PIN, "12345678"), 0);
    assert_eq!(flag(&client.plain(INFO).1, 0x0c), Some(false));
    assert!(token(&mut client, 2, "12345678", 1, Some(RP)).is_ok());
}

pub fn a_change_of_pin_can_be_forced(key: &mut dyn Key) {
    let mut client = protected(key);
    assert_eq!(
        configure(&mut client, 3, Some(Value::Map(vec![entry(3, true)]))),
        0
    );
    assert_eq!(flag(&client.plain(INFO).1, 0x0c), Some(true));
    assert_eq!(
        change_pin(&mut client, 2, PIN, PIN),
        0x37,
        "the same PIN is no change"
    );
    assert_eq!(change_pin(&mut client, 2, PIN, "271828"), 0);
}

// The person

pub fn a_selection_waits_for_a_touch_and_says_so(key: &mut dyn Key) {
    key.touch(false);
    let mut client = client(key);
    client.send_cbor(SELECT, None);
    assert!(client.is_silent_for(Duration::from_millis(500)));
    assert!(
        (3..=8).contains(&client.keepalives.len()),
        "about every 100 ms: {:?}",
        client.keepalives
    );
    assert!(
        client.keepalives.iter().all(|&status| status == 2),
        "{:?}",
        client.keepalives
    );
    key.touch(true);
    assert_eq!(client.cbor_reply().0, 0);
}

pub fn a_cancelled_request_ends_at_once(key: &mut dyn Key) {
    key.touch(false);
    let mut client = client(key);
    for command in [SELECT, RESET] {
        client.send_cbor(command, None);
        assert!(client.is_silent_for(Duration::from_millis(150)));
        let cancelled_at = client.now();
        client.send(0x11, &[]);
        assert_eq!(client.cbor_reply().0, 0x2d);
        assert!(client.now() - cancelled_at < Duration::from_millis(300));
    }
    assert_eq!(
        client.exchange(0x01, b"still there"),
        (0x01, b"still there".to_vec())
    );
}

pub fn a_reset_is_taken_soon_after_power_up_only(key: &mut dyn Key) {
    let mut client = protected(key);
    let made = make(&mut client, RP, b"user-1", false);
    key.pass_time(Duration::from_secs(11));
    assert_eq!(client.plain(RESET).0, 0x30);
    drop(client);
    key.power_cycle();
    let mut client = self::client(key);
    assert_eq!(client.plain(RESET).0, 0);
    assert_eq!(flag(&options(&mut client), "clientPin"), Some(false));
    assert_eq!(
        client.cbor(ASSERT, assertion(RP, &[&made.id])).0,
        0x2e,
        "all credentials are void"
    );
}
