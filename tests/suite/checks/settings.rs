//! authenticatorConfig.

use ciborium::Value;

use super::{
    ASSERT, CLIENT_DATA_HASH, CONFIG, INFO, MAKE, OTHER_RP, PIN, RESET, RP, assertion, configure,
    connect, creation, make, options, protected, signed,
};
use crate::suite::{
    Key,
    host_pin::{change_pin, token},
    raw::{Client, bytes, entry, flag, number},
};

const TOGGLE_ALWAYS_UV: u8 = 2;
const SET_MIN_PIN_LENGTH: u8 = 3;

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

pub fn settings_of_a_protected_key_take_the_right_token(key: &mut dyn Key) {
    let mut client = protected(key);
    let bare = vec![entry(1, TOGGLE_ALWAYS_UV)];
    assert_eq!(client.cbor(CONFIG, bare).0, 0x36);
    let other = token(&mut client, 2, PIN, 0x04, None).unwrap();
    let message = [vec![0xff; 32], vec![CONFIG, TOGGLE_ALWAYS_UV]].concat();
    let wrong = vec![
        entry(1, TOGGLE_ALWAYS_UV),
        entry(3, 2),
        entry(4, other.sign(&message)),
    ];
    assert_eq!(client.cbor(CONFIG, wrong).0, 0x33);
    assert_eq!(flag(&options(&mut client), "alwaysUv"), Some(false));
}

pub fn an_unprotected_key_takes_settings_from_anybody_but_a_forced_change(key: &mut dyn Key) {
    let mut client = connect(key);
    let set = |parameters| {
        vec![
            entry(1, SET_MIN_PIN_LENGTH),
            entry(2, Value::Map(parameters)),
        ]
    };
    assert_eq!(client.cbor(CONFIG, set(vec![entry(3, true)])).0, 0x35);
    assert_eq!(client.cbor(CONFIG, set(vec![entry(1, 6)])).0, 0);
    assert_eq!(number(&client.plain(INFO).1, 0x0d), 6);
}

/// An unprotected key that always verifies its user can do nothing: only that is taken off it without a token (6.11, step 3).
pub fn always_uv_is_taken_off_an_unprotected_key_and_nothing_else_is(key: &mut dyn Key) {
    let mut client = connect(key);
    let toggle = || vec![entry(1, TOGGLE_ALWAYS_UV)];
    assert_eq!(client.cbor(CONFIG, toggle()).0, 0);
    let longer = vec![
        entry(1, SET_MIN_PIN_LENGTH),
        entry(2, Value::Map(vec![entry(1, 6)])),
    ];
    assert_eq!(client.cbor(CONFIG, longer).0, 0x36);
    assert_eq!(client.cbor(CONFIG, toggle()).0, 0);
    assert_eq!(flag(&options(&mut client), "alwaysUv"), Some(false));
}

pub fn a_minimum_is_raised_and_never_lowered_but_by_a_reset(key: &mut dyn Key) {
    let mut client = protected(key);
    let minimum = |length: u8| Some(Value::Map(vec![entry(1, length)]));
    assert_eq!(configure(&mut client, SET_MIN_PIN_LENGTH, minimum(6)), 0);
    assert_eq!(configure(&mut client, SET_MIN_PIN_LENGTH, minimum(5)), 0x37);
    assert_eq!(number(&client.plain(INFO).1, 0x0d), 6);
    drop(client);
    key.power_cycle();
    let mut client = connect(key);
    assert_eq!(client.plain(RESET).0, 0);
    assert_eq!(number(&client.plain(INFO).1, 0x0d), 4);
}

pub fn a_setting_that_no_key_has_is_refused(key: &mut dyn Key) {
    let mut client = protected(key);
    assert_eq!(configure(&mut client, 0x7e, None), 0x02);
}

pub fn the_minimum_is_told_to_the_rps_named_last_and_to_no_other(key: &mut dyn Key) {
    let mut client = protected(key);
    assert!(!is_told(&mut client, RP));
    for (named, told) in [(RP, [true, false]), (OTHER_RP, [false, true])] {
        let list = Value::Map(vec![entry(2, vec![Value::from(named)])]);
        assert_eq!(configure(&mut client, SET_MIN_PIN_LENGTH, Some(list)), 0);
        assert_eq!([RP, OTHER_RP].map(|rp| is_told(&mut client, rp)), told);
    }
}

pub fn more_rps_than_the_key_keeps_are_refused(key: &mut dyn Key) {
    let mut client = protected(key);
    let most = usize::try_from(number(&client.plain(INFO).1, 0x10)).unwrap();
    let list = |count: usize| {
        let names = (0..count).map(|n| Value::from(format!("rp{n}.example")));
        Some(Value::Map(vec![entry(2, names.collect::<Vec<_>>())]))
    };
    assert_eq!(configure(&mut client, SET_MIN_PIN_LENGTH, list(most)), 0);
    assert_eq!(
        configure(&mut client, SET_MIN_PIN_LENGTH, list(most + 1)),
        0x28
    );
}

/// Whether a new credential's data end with the minimum PIN length, for an RP that asks for it.
fn is_told(client: &mut Client, rp_id: &str) -> bool {
    let mut request = creation(rp_id, b"user-1", false);
    request.push(entry(6, Value::Map(vec![entry("minPinLength", true)])));
    let token = token(client, 2, PIN, 1, Some(rp_id)).unwrap();
    request.push(entry(8, token.sign(&CLIENT_DATA_HASH)));
    request.push(entry(9, token.protocol()));
    let data = bytes(&client.ok(MAKE, request), 2);
    data.ends_with(b"\xa1\x6cminPinLength\x04")
}
