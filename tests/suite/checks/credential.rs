//! Credentials and assertions.

use ciborium::Value;

use super::{
    ASSERT, CLIENT_DATA_HASH, MAKE, Made, NEXT, OTHER_RP, PIN, RP, algorithms, assertion,
    check_signature, connect, creation, descriptors, make, protected, read_credential, signed,
};
use crate::suite::{
    Key,
    host_pin::{Session, token},
    raw::{bytes, entry, member, number},
};

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
    let mut client = connect(key);
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
    let mut client = connect(key);
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

pub fn hmac_secret_depends_on_the_salt_and_on_verification(key: &mut dyn Key) {
    let mut client = protected(key);
    let mut request = signed(creation(RP, b"user-1", true), &mut client, RP);
    request.push(entry(6, Value::Map(vec![entry("hmac-secret", true)])));
    client.ok(MAKE, request);
    let mut secret = |salt: u8, verified: bool| {
        let mut request = assertion(RP, &[]);
        if verified {
            request = signed(request, &mut client, RP);
        }
        let session = Session::new(&mut client, 2);
        let input = session.salt_input(&[salt; 32]);
        request.push(entry(4, Value::Map(vec![entry("hmac-secret", input)])));
        let data = bytes(&client.ok(ASSERT, request), 2);
        let extensions: Value = ciborium::from_reader(&data[37..]).unwrap();
        session.decrypt(&bytes(&extensions, "hmac-secret"))
    };
    let first = secret(1, false);
    assert_eq!(first.len(), 32);
    assert_eq!(first, secret(1, false));
    assert_ne!(first, secret(2, false));
    assert_ne!(first, secret(1, true));
}

/// Several keys at work at the same time, and nothing about any two of them the same.
pub fn keys_at_work_together_are_not_twins(keys: Vec<Box<dyn Key>>) {
    let threads: Vec<_> = keys
        .into_iter()
        .map(|key| {
            std::thread::spawn(move || {
                let mut client = protected(&*key);
                let made = make(&mut client, RP, b"user-1", true);
                let request = signed(assertion(RP, &[&made.id]), &mut client, RP);
                let reply = client.ok(ASSERT, request);
                check_signature(&made.public_key, &bytes(&reply, 2), &bytes(&reply, 3));
                (
                    made.id,
                    made.public_key.to_sec1_point(false).as_bytes().to_vec(),
                )
            })
        })
        .collect();
    let made: Vec<_> = threads
        .into_iter()
        .map(|thread| thread.join().unwrap())
        .collect();
    for (position, one) in made.iter().enumerate() {
        for other in &made[position + 1..] {
            assert_ne!(one.0, other.0, "two keys made the same credential id");
            assert_ne!(one.1, other.1, "two keys made the same key pair");
        }
    }
}
