//! PIN and tokens.

use super::{
    ASSERT, CLIENT_DATA_HASH, OTHER_RP, PIN, RESET, RP, assertion, connect, options, protected,
};
use crate::suite::{
    Key,
    host_pin::{change_pin, legacy_token, pin_retries, set_pin, token},
    raw::{entry, flag},
};

pub fn a_pin_is_set_and_changed_with_both_protocols(key: &mut dyn Key) {
    let mut client = connect(key);
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
    let mut client = connect(key);
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
    let mut client = connect(key);
    assert!(token(&mut client, 2, PIN, 1, Some(RP)).is_ok());
    assert_eq!(pin_retries(&mut client), 8);
}

pub fn eight_wrong_pins_block_the_key_until_reset(key: &mut dyn Key) {
    drop(protected(key));
    for tries in [3, 3, 2] {
        key.power_cycle();
        let mut client = connect(key);
        for _ in 0..tries {
            assert!(token(&mut client, 2, "0000", 1, Some(RP)).is_err());
        }
    }
    key.power_cycle();
    let mut client = connect(key);
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
