//! Credential management.

use ciborium::Value;

use super::{
    ASSERT, MANAGE, OTHER_RP, PIN, RP, assertion, descriptor, make, manage, protected, signed,
};
use crate::suite::{
    Key,
    host_pin::sha256,
    raw::{bytes, entry, member, number},
};

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
