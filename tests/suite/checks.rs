//! The checks, each on a fresh key. Section numbers are those of CTAP 2.3.
//!
//! This file holds what they have in common.

mod credential;
mod link;
mod management;
mod person;
mod pin;
mod settings;

pub use credential::*;
pub use link::*;
pub use management::*;
pub use person::*;
pub use pin::*;
pub use settings::*;

use ciborium::Value;
use p256::ecdsa::{Signature, VerifyingKey, signature::Verifier};

use super::{
    Key,
    host_pin::{set_pin, sha256, token},
    raw::{Client, bytes, entry, member, number},
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

fn connect(key: &dyn Key) -> Client {
    Client::new(key.open())
}

/// A client of a key that has the PIN and is touched at once.
fn protected(key: &dyn Key) -> Client {
    key.touch(true);
    let mut client = connect(key);
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
    manage_with(client, pin, None, subcommand, parameters)
}

/// With a token that is bound to an RP, if one is given.
fn manage_with(
    client: &mut Client,
    pin: &str,
    rp_id: Option<&str>,
    subcommand: u8,
    parameters: Option<Value>,
) -> (u8, Value) {
    let token = token(client, 2, pin, 0x04, rp_id).unwrap();
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
