//! authenticatorConfig.

use ciborium::Value;

use super::{ASSERT, INFO, PIN, RP, assertion, configure, make, options, protected, signed};
use crate::suite::{
    Key,
    host_pin::{change_pin, token},
    raw::{entry, flag, number},
};

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
