//! Touches, cancels and the reset window.

use std::time::Duration;

use super::{ASSERT, RESET, RP, SELECT, assertion, connect, make, options, protected};
use crate::suite::{Key, raw::flag};

pub fn a_selection_waits_for_a_touch_and_says_so(key: &mut dyn Key) {
    key.touch(false);
    let mut client = connect(key);
    client.send_cbor(SELECT, None);
    assert!(client.is_silent_for(Duration::from_millis(500)));
    assert!(
        (3..=8).contains(&client.keepalives.len()),
        "about every 100 ms: {:?}",
        client.keepalives
    );
    assert!(
        client.keepalives.iter().all(|&status| status == 2),
        "{:?}",
        client.keepalives
    );
    key.touch(true);
    assert_eq!(client.cbor_reply().0, 0);
}

pub fn a_cancelled_request_ends_at_once(key: &mut dyn Key) {
    key.touch(false);
    let mut client = connect(key);
    for command in [SELECT, RESET] {
        client.send_cbor(command, None);
        assert!(client.is_silent_for(Duration::from_millis(150)));
        let cancelled_at = client.now();
        client.send(0x11, &[]);
        assert_eq!(client.cbor_reply().0, 0x2d);
        assert!(client.now() - cancelled_at < Duration::from_millis(300));
    }
    assert_eq!(
        client.exchange(0x01, b"still there"),
        (0x01, b"still there".to_vec())
    );
}

pub fn a_reset_is_taken_soon_after_power_up_only(key: &mut dyn Key) {
    let mut client = protected(key);
    let made = make(&mut client, RP, b"user-1", false);
    key.pass_time(Duration::from_secs(11));
    assert_eq!(client.plain(RESET).0, 0x30);
    drop(client);
    key.power_cycle();
    let mut client = connect(key);
    assert_eq!(client.plain(RESET).0, 0);
    assert_eq!(flag(&options(&mut client), "clientPin"), Some(false));
    assert_eq!(
        client.cbor(ASSERT, assertion(RP, &[&made.id])).0,
        0x2e,
        "all credentials are void"
    );
}
