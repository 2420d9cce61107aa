//! Misbehaviours of content: replies in good form that say what cannot be.

use ciborium::Value;

use super::asks::{Ask, P256_X, P256_Y, agreement_key, map, ok};
use super::table::{Case, Expect};
use crate::suite::raw::entry;

mod ceremonies;
mod kept;

type Members = Vec<(Value, Value)>;

/// The members with one of them replaced.
fn with(mut members: Members, key: impl Into<Value>, value: impl Into<Value>) -> Members {
    let key = key.into();
    members.retain(|(known, _)| *known != key);
    members.push((key, value.into()));
    members
}

fn without(mut members: Members, key: impl Into<Value>) -> Members {
    let key = key.into();
    members.retain(|(known, _)| *known != key);
    members
}

pub fn all() -> Vec<Case> {
    let lies = [
        info(),
        client_pin(),
        ceremonies::new_credentials(),
        ceremonies::assertions(),
        kept::management(),
        kept::fingerprints(),
    ];
    lies.into_iter().flatten().collect()
}

fn info() -> Vec<Case> {
    let honest = || {
        vec![
            entry(1, vec![Value::from("FIDO_2_1")]),
            entry(3, vec![7; 16]),
        ]
    };
    let number = || Value::from(1);
    let texts = || Value::Array(vec!["a".into()]);
    let algorithm = |members: Members| Value::Array(vec![map(members)]);
    let lies: Vec<(&str, i32, Value, &'static str)> = vec![
        ("a model of 15 bytes", 3, vec![7; 15].into(), "aaguid"),
        ("a model of 17 bytes", 3, vec![7; 17].into(), "aaguid"),
        (
            "versions that are numbers",
            1,
            vec![number()].into(),
            "versions",
        ),
        (
            "extensions that are a text",
            2,
            "credProtect".into(),
            "extensions",
        ),
        ("options that are a list", 4, texts(), "options"),
        (
            "an option that is a number",
            4,
            map(vec![entry("rk", 1)]),
            "options",
        ),
        (
            "an option without a name",
            4,
            map(vec![entry(1, true)]),
            "options",
        ),
        (
            "messages of less than nothing",
            5,
            (-1).into(),
            "maxMsgSize",
        ),
        ("protocols that are texts", 6, texts(), "pinUvAuthProtocols"),
        (
            "a list of less than nothing",
            7,
            (-8).into(),
            "maxCredentialCountInList",
        ),
        (
            "an id length that is a text",
            8,
            "long".into(),
            "maxCredentialIdLength",
        ),
        ("transports that are a map", 9, map(vec![]), "transports"),
        (
            "an algorithm without a type",
            10,
            algorithm(vec![entry("alg", -7)]),
            "algorithms",
        ),
        (
            "an algorithm without a number",
            10,
            algorithm(vec![entry("type", "public-key")]),
            "algorithms",
        ),
        (
            "a forced change that is a number",
            12,
            1.into(),
            "forcePINChange",
        ),
        ("a least PIN longer than any", 13, 64.into(), "minPINLength"),
        (
            "a least PIN of 2^32",
            13,
            (1_u64 << 32).into(),
            "minPINLength",
        ),
        (
            "a firmware that is a text",
            14,
            "5.7.1".into(),
            "firmwareVersion",
        ),
        (
            "certifications without levels",
            19,
            map(vec![entry("FIDO", "2")]),
            "certifications",
        ),
        (
            "room for less than nothing",
            20,
            (-1).into(),
            "remainingDiscoverableCredentials",
        ),
        (
            "vendor commands that are texts",
            21,
            texts(),
            "vendorPrototypeConfigCommands",
        ),
        (
            "formats that are a number",
            22,
            number(),
            "attestationFormats",
        ),
        (
            "a count that is a truth value",
            23,
            true.into(),
            "uvCountSinceLastPinEntry",
        ),
        (
            "a long touch that is a number",
            24,
            number(),
            "longTouchForReset",
        ),
        (
            "an identifier that is a text",
            25,
            "me".into(),
            "encIdentifier",
        ),
        (
            "reset transports that are a text",
            26,
            "usb".into(),
            "transportsForReset",
        ),
        (
            "a policy that is a number",
            27,
            number(),
            "pinComplexityPolicy",
        ),
        (
            "a policy's address that is a text",
            28,
            "https://x".into(),
            "pinComplexityPolicyURL",
        ),
        ("a longest PIN of 256", 29, 256.into(), "maxPINLength"),
        (
            "a store state that is a number",
            30,
            number(),
            "encCredStoreState",
        ),
        (
            "settings that are a truth value",
            31,
            true.into(),
            "authenticatorConfigCommands",
        ),
    ];
    let lies = lies.into_iter().map(|(name, key, value, member)| {
        let reply = ok(with(honest(), key, value));
        let expect = match member {
            "versions" => Expect::Field(member),
            _ => Expect::PassedOver(member),
        };
        Case::reply(Ask::Info, name, reply, expect)
    });
    lies.collect()
}

fn client_pin() -> Vec<Case> {
    let point = |text| hex::decode(text).unwrap();
    let (x, y) = (point(P256_X), point(P256_Y));
    let key = || agreement_key(&x, &y);
    let agreed = |name: &str, key: Members, member| {
        let reply = ok(vec![entry(1, map(key))]);
        Case::reply(Ask::AgreeOnKey, name, reply, Expect::Field(member))
    };
    let mut cases = vec![
        agreed(
            "a point off the curve",
            agreement_key(&x, &x),
            "keyAgreement",
        ),
        agreed(
            "the point of zeros",
            agreement_key(&[0; 32], &[0; 32]),
            "keyAgreement",
        ),
        agreed(
            "a coordinate beyond the field",
            agreement_key(&[255; 32], &y),
            "keyAgreement",
        ),
        agreed(
            "a coordinate of 31 bytes",
            agreement_key(&x[1..], &y),
            "keyAgreement.x",
        ),
        agreed(
            "a coordinate of 33 bytes",
            agreement_key(&x, &[&y[..], &[0]].concat()),
            "keyAgreement.y",
        ),
        agreed("no second coordinate", without(key(), -3), "keyAgreement.y"),
        agreed("a key of another kind", with(key(), 1, 3), "keyAgreement"),
        agreed("another curve", with(key(), -1, 2), "keyAgreement"),
        agreed(
            "a curve that is a text",
            with(key(), -1, "P-256"),
            "keyAgreement.crv",
        ),
    ];
    for length in [0, 1, 16, 31, 32, 47, 64, 80, 1024] {
        let reply = ok(vec![entry(2, vec![7; length])]);
        let name = format!("a token of {length} bytes");
        for ask in [Ask::Token, Ask::UvToken] {
            cases.push(Case::reply(
                ask,
                &name,
                reply.clone(),
                Expect::Contradiction,
            ));
        }
    }
    let retries = |ask, name: &str, members, member| {
        Case::reply(ask, name, ok(members), Expect::Field(member))
    };
    cases.extend([
        retries(Ask::Retries, "256 tries", vec![entry(3, 256)], "pinRetries"),
        retries(
            Ask::Retries,
            "less than no tries",
            vec![entry(3, -1)],
            "pinRetries",
        ),
        retries(
            Ask::Retries,
            "the tries of another kind",
            vec![entry(5, 3)],
            "pinRetries",
        ),
        retries(
            Ask::Retries,
            "a power cycle that is a number",
            vec![entry(3, 8), entry(4, 1)],
            "powerCycleState",
        ),
        retries(
            Ask::UvRetries,
            "2^40 tries",
            vec![entry(5, 1_u64 << 40)],
            "uvRetries",
        ),
    ]);
    cases
}
