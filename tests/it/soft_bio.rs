//! Fingerprints and built-in verification, which of the keys without hardware only the software key has.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::time::Duration;

use ciborium::Value;
use keydesk::bay::soft::{Profile, SoftKey, TouchPolicy, Wait};

use crate::suite::{
    host_pin::{Session, Token, pin_retries, read_token, set_pin, token},
    raw::{Client, bytes, encode, entry, flag, member, number},
};

const PIN: &str = "271828";
const RP: &str = "iam.example";

/// A key with a PIN and a sensor, and no finger yet.
pub fn key() -> (SoftKey, Client) {
    let key = SoftKey::new(Profile::biometric().with_touch(TouchPolicy::Auto));
    let mut client = Client::new(Box::new(key.open().unwrap()));
    assert_eq!(set_pin(&mut client, 2, PIN), 0);
    (key, client)
}

/// A token by built-in verification.
fn uv_token(client: &mut Client, permissions: u8, rp_id: &str) -> Result<Token, u8> {
    let session = Session::new(client, 2);
    let more = vec![entry(9, permissions), entry(10, rp_id)];
    let reply = client.cbor(0x06, session.request(6, more));
    read_token(&session, reply)
}

fn bio(client: &mut Client, subcommand: u8, parameters: Option<Value>) -> (u8, Value) {
    let token = token(client, 2, PIN, 0x08, None).unwrap();
    let mut message = vec![1, subcommand];
    message.extend(parameters.iter().flat_map(encode));
    let mut request = vec![
        entry(1, 1),
        entry(2, subcommand),
        entry(4, 2),
        entry(5, token.sign(&message)),
    ];
    request.extend(parameters.map(|map| entry(3, map)));
    client.cbor(0x09, request)
}

fn which(id: &[u8]) -> Value {
    Value::Map(vec![entry(1, id.to_vec())])
}

/// Enrols a finger and returns its id.
pub fn enrol(client: &mut Client) -> Vec<u8> {
    let (status, first) = bio(client, 1, None);
    assert_eq!(status, 0);
    let id = bytes(&first, 4);
    let mut left = number(&first, 6);
    while left > 0 {
        let (status, next) = bio(client, 2, Some(which(&id)));
        assert_eq!(status, 0);
        left = number(&next, 6);
    }
    id
}

fn bio_option(client: &mut Client) -> Option<bool> {
    flag(member(&client.plain(4).1, 4).unwrap(), "bioEnroll")
}

#[test]
fn a_finger_is_enrolled_named_and_removed() {
    let (_key, mut client) = key();
    assert_eq!(bio_option(&mut client), Some(false));
    assert_eq!(bio(&mut client, 4, None).0, 0x2c, "no finger to list");
    let id = enrol(&mut client);
    assert_eq!(bio_option(&mut client), Some(true));
    let name = Value::Map(vec![entry(1, id.clone()), entry(2, "left thumb")]);
    assert_eq!(bio(&mut client, 5, Some(name)).0, 0);
    let listed = bio(&mut client, 4, None).1;
    let entries = member(&listed, 7).unwrap().as_array().unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(
        member(&entries[0], 2).unwrap().as_text(),
        Some("left thumb")
    );
    assert_eq!(bio(&mut client, 6, Some(which(&id))).0, 0);
    assert_eq!(bio(&mut client, 6, Some(which(&id))).0, 0x2c, "it is gone");
    assert_eq!(bio_option(&mut client), Some(false));
}

#[test]
fn a_bad_sample_is_told_and_asked_again() {
    let (key, mut client) = key();
    key.script_samples([0, 7, 0]);
    let (_, first) = bio(&mut client, 1, None);
    assert_eq!((number(&first, 5), number(&first, 6)), (0, 3));
    let id = bytes(&first, 4);
    let (_, poor) = bio(&mut client, 2, Some(which(&id)));
    assert_eq!(
        (number(&poor, 5), number(&poor, 6)),
        (7, 3),
        "poor quality counts for nothing"
    );
    let (_, good) = bio(&mut client, 2, Some(which(&id)));
    assert_eq!((number(&good, 5), number(&good, 6)), (0, 2));
}

#[test]
fn a_finger_that_never_comes_is_no_user_activity() {
    let (key, mut client) = key();
    key.set_touch(TouchPolicy::Manual);
    let timeout = Value::Map(vec![entry(3, 250)]);
    let (status, reply) = bio(&mut client, 1, Some(timeout));
    assert_eq!((status, number(&reply, 5)), (0, 0x0d));
}

#[test]
fn a_finger_gives_a_token_that_needs_no_second_touch() {
    let (key, mut client) = key();
    enrol(&mut client);
    let token = uv_token(&mut client, 1, RP).unwrap();
    key.set_touch(TouchPolicy::Manual);
    let hash = [7; 32];
    let algorithm = Value::Map(vec![entry("alg", -7), entry("type", "public-key")]);
    let user = Value::Map(vec![entry("id", b"user-1".to_vec())]);
    let (status, reply) = client.cbor(
        1,
        vec![
            entry(1, hash.to_vec()),
            entry(2, Value::Map(vec![entry("id", RP)])),
            entry(3, user),
            entry(4, vec![algorithm]),
            entry(8, token.sign(&hash)),
            entry(9, 2),
        ],
    );
    assert_eq!(status, 0);
    assert_eq!(bytes(&reply, 2)[32] & 0x05, 0x05, "present and verified");
}

#[test]
fn a_finger_gives_no_token_for_what_changes_the_key_itself() {
    let (_key, mut client) = key();
    enrol(&mut client);
    for permission in [0x08, 0x20] {
        let refused = uv_token(&mut client, permission, RP);
        assert_eq!(refused.err(), Some(0x40), "{permission:#x}");
    }
}

#[test]
fn wrong_fingers_leave_only_the_pin_which_restores_them() {
    let (key, mut client) = key();
    enrol(&mut client);
    key.set_touch(TouchPolicy::Manual);
    let person = {
        let key = key.clone();
        std::thread::spawn(move || {
            for _ in 0..5 {
                let asked = key.wait_until_it_asks(Duration::from_secs(10));
                assert_eq!(asked, Some(Wait::Finger));
                assert!(key.touch_with_wrong_finger());
            }
        })
    };
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(uv_token(&mut client, 1, RP).err());
    }
    person.join().unwrap();
    let wrong = Some(0x3f);
    let blocked = Some(0x3c);
    assert_eq!(statuses, [wrong, wrong, wrong, wrong, blocked, blocked]);
    assert_eq!(
        number(&client.ok(6, vec![entry(2, 7)]), 5),
        0,
        "no tries left"
    );
    assert!(token(&mut client, 2, PIN, 1, Some(RP)).is_ok());
    assert_eq!(pin_retries(&mut client), 8);
    assert_eq!(number(&client.ok(6, vec![entry(2, 7)]), 5), 5);
}
