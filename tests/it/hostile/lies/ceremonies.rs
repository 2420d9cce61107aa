//! Lies about credentials that are made and used.

use ciborium::Value;
use sha2::{Digest, Sha256};

use super::{Members, with, without};
use crate::client::RP;
use crate::hostile::asks::{Ask, P256_X, P256_Y, agreement_key, map, ok};
use crate::hostile::table::{Case, Expect};
use crate::suite::raw::{encode, entry};

/// Authenticator data: RP id hash, flags, counter, and what follows.
fn auth_data(rp_id: &str, flags: u8, rest: &[u8]) -> Vec<u8> {
    [&Sha256::digest(rp_id)[..], &[flags], &[0, 0, 0, 1], rest].concat()
}

/// Attested credential data with this claim of the id's length.
fn attested(claimed: u16, id: &[u8], key: &[u8]) -> Vec<u8> {
    [&[9; 16][..], &claimed.to_be_bytes(), id, key].concat()
}

fn cose_key(algorithm: i32) -> Vec<u8> {
    let point = |text| hex::decode(text).unwrap();
    let key = agreement_key(&point(P256_X), &point(P256_Y));
    encode(&map(with(key, 3, algorithm)))
}

pub fn new_credentials() -> Vec<Case> {
    let id = [1; 16];
    let credential = || attested(16, &id, &cose_key(-7));
    let made = |data: Vec<u8>| vec![entry(1, "packed"), entry(2, data), entry(3, map(vec![]))];
    let good = || made(auth_data(RP, 0x45, &credential()));
    let reply =
        |name: &str, members: Members, expect| Case::reply(Ask::Make, name, ok(members), expect);
    let data = |name: &str, data: Vec<u8>, expect| reply(name, made(data), expect);
    let longer = |more: &[u8]| [&credential()[..], more].concat();
    let (broken, contradiction) = (Expect::AuthData, Expect::Contradiction);
    vec![
        data(
            "data of another RP",
            auth_data("evil.example", 0x45, &credential()),
            contradiction,
        ),
        data("data of ten bytes", vec![0; 10], broken),
        data(
            "data of 36 bytes",
            auth_data(RP, 0x45, &[])[..36].to_vec(),
            broken,
        ),
        data("no data", Vec::new(), broken),
        data("no credential", auth_data(RP, 0x05, &[]), contradiction),
        data(
            "a credential that is only announced",
            auth_data(RP, 0x45, &[]),
            broken,
        ),
        data(
            "a credential nobody announced",
            auth_data(RP, 0x05, &credential()),
            broken,
        ),
        data(
            "an id of 65,535 bytes",
            auth_data(RP, 0x45, &attested(65_535, &id, &[])),
            broken,
        ),
        data(
            "an id of 1,024 bytes",
            auth_data(RP, 0x45, &attested(1024, &[1; 1024], &cose_key(-7))),
            broken,
        ),
        data(
            "an id of no bytes",
            auth_data(RP, 0x45, &attested(0, &[], &cose_key(-7))),
            broken,
        ),
        data(
            "an id one byte too long",
            auth_data(RP, 0x45, &attested(17, &id, &cose_key(-7))),
            broken,
        ),
        data(
            "no public key",
            auth_data(RP, 0x45, &attested(16, &id, &[])),
            broken,
        ),
        data(
            "a public key that is a text",
            auth_data(RP, 0x45, &attested(16, &id, b"\x63key")),
            broken,
        ),
        data(
            "an algorithm not asked for",
            auth_data(RP, 0x45, &attested(16, &id, &cose_key(-8))),
            contradiction,
        ),
        data(
            "extensions that are only announced",
            auth_data(RP, 0xc5, &credential()),
            broken,
        ),
        data(
            "extensions nobody announced",
            auth_data(RP, 0x45, &longer(&[0xa0])),
            broken,
        ),
        data(
            "extensions that are a list",
            auth_data(RP, 0xc5, &longer(&[0x80])),
            broken,
        ),
        data(
            "a user not verified",
            auth_data(RP, 0x41, &credential()),
            contradiction,
        ),
        reply("no format", without(good(), 1), Expect::Field("fmt")),
        reply(
            "a format that is a number",
            with(good(), 1, 7),
            Expect::Field("fmt"),
        ),
        reply(
            "data that is a text",
            with(good(), 2, "data"),
            Expect::Field("authData"),
        ),
        reply(
            "a statement that is a list",
            with(good(), 3, Value::Array(vec![])),
            Expect::Field("attStmt"),
        ),
        reply(
            "an enterprise mark that is a number",
            with(good(), 4, 1),
            Expect::Field("epAtt"),
        ),
        reply(
            "a large-blob key that is a text",
            with(good(), 5, "key"),
            Expect::Field("largeBlobKey"),
        ),
    ]
}

pub fn assertions() -> Vec<Case> {
    let descriptor = |id: &[u8]| map(vec![entry("id", id.to_vec()), entry("type", "public-key")]);
    let good = || {
        vec![
            entry(1, descriptor(&[1; 16])),
            entry(2, auth_data(RP, 0x05, &[])),
            entry(3, vec![0x30; 70]),
        ]
    };
    let (field, contradiction) = (Expect::Field, Expect::Contradiction);
    let lies = |ask: Ask| {
        let reply = move |name: &str, members, expect| Case::reply(ask, name, ok(members), expect);
        vec![
            reply(
                "data of another RP",
                with(good(), 2, auth_data("evil.example", 5, &[])),
                contradiction,
            ),
            reply(
                "data of 36 bytes",
                with(good(), 2, vec![0; 36]),
                Expect::AuthData,
            ),
            reply(
                "data and a byte more",
                with(good(), 2, auth_data(RP, 5, &[0])),
                Expect::AuthData,
            ),
            reply("no signature", without(good(), 3), field("signature")),
            reply(
                "a signature that is a text",
                with(good(), 3, "signed"),
                field("signature"),
            ),
            reply(
                "a credential without an id",
                with(good(), 1, map(vec![])),
                field("credential.id"),
            ),
            reply(
                "a credential that is a number",
                with(good(), 1, 5),
                field("credential"),
            ),
            reply(
                "a user without an id",
                with(good(), 4, map(vec![entry("name", "x")])),
                field("user.id"),
            ),
            reply(
                "a user's name in bytes",
                with(
                    good(),
                    4,
                    map(vec![entry("id", vec![1]), entry("name", vec![1])]),
                ),
                field("user.name"),
            ),
            reply(
                "so many that it is a text",
                with(good(), 5, "2"),
                field("numberOfCredentials"),
            ),
            reply(
                "a choice that is a number",
                with(good(), 6, 1),
                field("userSelected"),
            ),
        ]
    };
    let mut cases = lies(Ask::Get);
    cases.extend(lies(Ask::Next));
    cases.extend([
        Case::reply(
            Ask::Get,
            "a credential not asked for",
            ok(with(good(), 1, descriptor(&[2; 16]))),
            contradiction,
        ),
        Case::reply(
            Ask::Get,
            "a user not verified",
            ok(with(good(), 2, auth_data(RP, 0x01, &[]))),
            contradiction,
        ),
        Case::reply(
            Ask::Next,
            "no credential",
            ok(without(good(), 1)),
            field("credential"),
        ),
    ]);
    cases
}
