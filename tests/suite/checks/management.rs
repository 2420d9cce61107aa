//! Credential management.

use ciborium::Value;

use super::{
    ASSERT, MANAGE, OTHER_RP, PIN, RP, assertion, descriptor, make, manage, manage_with, protected,
    signed,
};
use crate::suite::{
    Key,
    host_pin::{sha256, token},
    raw::{Client, bytes, entry, member, number},
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

pub fn a_bound_token_deletes_credentials_of_its_rp(key: &mut dyn Key) {
    let mut client = protected(key);
    let made = make(&mut client, RP, b"user-1", true);
    let which = Value::Map(vec![entry(2, descriptor(&made.id))]);
    let (refused, _) = manage_with(&mut client, PIN, Some(OTHER_RP), 6, Some(which.clone()));
    assert_eq!(refused, 0x33, "a token of another RP");
    let (deleted, _) = manage_with(&mut client, PIN, Some(RP), 6, Some(which));
    assert_eq!(deleted, 0);
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

pub fn an_enumeration_goes_on_only_where_one_has_begun(key: &mut dyn Key) {
    let mut client = protected(key);
    make(&mut client, RP, b"user-1", true);
    for subcommand in [3, 5] {
        assert_eq!(client.cbor(MANAGE, vec![entry(1, subcommand)]).0, 0x30);
    }
    // One credential: its list is over at once.
    let of_rp = Value::Map(vec![entry(1, sha256(RP.as_bytes()))]);
    assert_eq!(manage(&mut client, PIN, 4, Some(of_rp)).0, 0);
    assert_eq!(client.cbor(MANAGE, vec![entry(1, 5)]).0, 0x30);
}

pub fn credentials_are_managed_with_their_token_only(key: &mut dyn Key) {
    let mut client = protected(key);
    make(&mut client, RP, b"user-1", true);
    let other = token(&mut client, 2, PIN, 0x20, None).unwrap();
    let request = vec![entry(1, 1), entry(3, 2), entry(4, other.sign(&[1]))];
    assert_eq!(client.cbor(MANAGE, request).0, 0x33);
}

pub fn credentials_without_a_token_are_nobodys_business(key: &mut dyn Key) {
    let mut client = protected(key);
    assert_eq!(client.cbor(MANAGE, vec![entry(1, 1)]).0, 0x36);
}

pub fn names_are_not_moved_to_another_user(key: &mut dyn Key) {
    let mut client = protected(key);
    let made = make(&mut client, RP, b"user-1", true);
    let another = Value::Map(vec![
        entry("id", b"user-2".to_vec()),
        entry("name", "new@example"),
    ]);
    let change = Value::Map(vec![entry(2, descriptor(&made.id)), entry(3, another)]);
    assert_eq!(manage(&mut client, PIN, 7, Some(change)).0, 0x02);
}

/// The room left is an estimate, which need not return to what it was (section 6.8.2); the count is exact.
pub fn each_credential_is_counted_and_takes_its_room(key: &mut dyn Key) {
    let mut client = protected(key);
    let counts = |client: &mut Client| {
        let metadata = manage(client, PIN, 1, None).1;
        (number(&metadata, 1), number(&metadata, 2))
    };
    let (none, room) = counts(&mut client);
    let made = make(&mut client, RP, b"user-1", true);
    let (one, room_beside_it) = counts(&mut client);
    assert_eq!((none, one), (0, 1));
    assert!(room_beside_it < room);
    let which = Value::Map(vec![entry(2, descriptor(&made.id))]);
    assert_eq!(manage(&mut client, PIN, 6, Some(which)).0, 0);
    let (left, room_after_it) = counts(&mut client);
    assert_eq!(left, 0);
    assert!(room_after_it >= room_beside_it);
}
