//! What goes wrong on the way to a key, and giving up on one.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use keydesk::bay::soft::{Direction, Fault, Profile, SoftKey, TouchPolicy};
use keydesk::ctap::{
    Control, CtapError, HidError, MakeCredential, Operation, RelyingParty, ReplyFault, Status,
};

use super::{Soft, make, open, pin, status, touched, within, within_s};

#[test]
fn nobody_touching_is_the_keys_own_time_out() {
    let key = SoftKey::in_virtual_time(Profile {
        touch_timeout: Duration::from_secs(10),
        ..Profile::full()
    });
    let mut device = open(&key);
    assert_eq!(
        status(within(|control| device.selection(control))),
        Some(Status::UserActionTimeout)
    );
}

#[test]
fn endless_keepalives_end_at_the_limit() {
    let key = SoftKey::in_virtual_time(Profile::full());
    let mut device = open(&key);
    within(|control| device.info(control)).unwrap();
    key.inject(Fault::EndlessKeepalive);
    let result = within_s(20, |control| device.selection(control));
    assert_eq!(
        result,
        Err(CtapError::Timeout {
            operation: Operation::Selection,
            limit_ms: 20_000,
            nothing_done: false,
        })
    );
    key.clear_faults();
    within(|control| device.info(control)).unwrap();
}

#[test]
fn a_busy_key_is_asked_again_until_it_is_free_or_time_is_up() {
    let key = touched(Profile::full());
    let mut device = open(&key);
    key.inject(Fault::Busy(5));
    within(|control| device.info(control)).unwrap();
    key.inject(Fault::Busy(u32::MAX));
    let busy = within_s(5, |control| device.info(control));
    assert_eq!(
        busy,
        Err(CtapError::Busy {
            operation: Operation::GetInfo,
            limit_ms: 5_000
        })
    );
}

#[test]
fn packets_of_other_channels_do_not_disturb() {
    let key = touched(Profile::full());
    let mut device = open(&key);
    key.inject(Fault::WrongChannel(1));
    // The first packet is lost to another channel, so that its continuation stands alone.
    let orphaned = within_s(2, |control| device.info(control));
    assert!(
        matches!(orphaned, Err(CtapError::Framing { .. })),
        "{orphaned:?}"
    );
    within(|control| device.info(control)).unwrap();
}

#[test]
fn what_a_bad_wire_does_is_named_and_the_next_request_works() {
    let faults = [
        Fault::OutOfOrder(2),
        Fault::Duplicate(1),
        Fault::HugeLength(1),
        Fault::Garbage(2),
        Fault::LinkError(0x7f),
        Fault::LinkError(0),
        Fault::Drop(Direction::FromKey, 2),
        Fault::Drop(Direction::ToKey, 1),
        Fault::Truncate {
            command: 0x04,
            length: 0,
        },
        Fault::Truncate {
            command: 0x04,
            length: 1,
        },
        Fault::Truncate {
            command: 0x04,
            length: 40,
        },
        Fault::Reply {
            command: 0x04,
            bytes: vec![0, 0xbf, 0xff],
        },
    ];
    for fault in faults {
        let key = touched(Profile::full());
        let mut device = open(&key);
        key.inject(fault.clone());
        let result = within_s(2, |control| device.info(control));
        let named = matches!(
            result,
            Err(CtapError::Framing { .. }
                | CtapError::Malformed { .. }
                | CtapError::Hid { .. }
                | CtapError::OutOfStep { .. }
                | CtapError::Timeout { .. })
        );
        assert!(named, "{fault:?}: {result:?}");
        key.clear_faults();
        within(|control| device.info(control))
            .unwrap_or_else(|error| panic!("after {fault:?}: {error}"));
    }
}

#[test]
fn a_key_that_forgot_the_channel_is_given_another() {
    let key = touched(Profile::full());
    let mut device = open(&key);
    key.inject(Fault::LinkError(HidError::InvalidChannel.code()));
    within(|control| device.info(control)).unwrap();
}

#[test]
fn a_key_pulled_at_any_packet_is_gone_and_nothing_else() {
    for packet in 1..12 {
        for direction in [Direction::ToKey, Direction::FromKey] {
            let key = touched(Profile::full());
            let mut device = open(&key);
            key.inject(Fault::UnplugAt(direction, packet));
            let result = within(|control| device.set_pin(&pin("123456"), control));
            assert!(
                matches!(result, Ok(()) | Err(CtapError::Gone)),
                "{direction:?} {packet}: {result:?}"
            );
            assert_eq!(key.is_plugged(), result.is_ok(), "{direction:?} {packet}");
        }
    }
}

#[test]
fn replies_that_contradict_the_request_are_refused() {
    let key = touched(Profile::full());
    let mut device = open(&key);
    let request = MakeCredential {
        discoverable: false,
        ..make(&[])
    };
    let made = within(|control| device.make_credential(&request, None, control)).unwrap();
    let elsewhere = MakeCredential {
        rp: RelyingParty {
            id: "other.example".into(),
            name: None,
        },
        ..request.clone()
    };
    let auth_data = made.auth_data.as_bytes();
    let reply = ciborium::Value::Map(vec![
        (1.into(), "none".into()),
        (2.into(), ciborium::Value::Bytes(auth_data.to_vec())),
        (3.into(), ciborium::Value::Map(Vec::new())),
    ]);
    let mut bytes = vec![0];
    ciborium::into_writer(&reply, &mut bytes).unwrap();
    key.inject(Fault::Reply {
        command: 0x01,
        bytes: bytes.clone(),
    });
    let result = within(|control| device.make_credential(&elsewhere, None, control)).map(drop);
    let contradiction = |result: &Result<(), CtapError>| {
        matches!(
            result,
            Err(CtapError::Malformed {
                fault: ReplyFault::Contradiction(_),
                ..
            })
        )
    };
    assert!(contradiction(&result), "{result:?}");
    key.inject(Fault::Reply {
        command: 0x01,
        bytes,
    });
    let other_algorithm = MakeCredential {
        algorithms: vec![-8],
        ..request
    };
    let result =
        within(|control| device.make_credential(&other_algorithm, None, control)).map(drop);
    assert!(contradiction(&result), "{result:?}");
}

/// Runs `work` on its own thread in real time, cancels it once the key asks for a touch, and returns what came of it and how long
/// the cancel took.
fn cancelled_at_touch(key: &SoftKey) -> (Result<(), CtapError>, Soft, Duration) {
    let mut device = open(key);
    within(|control| device.info(control)).unwrap();
    let cancelled = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let work = scope.spawn(|| {
            let is_cancelled = || cancelled.load(Ordering::Relaxed);
            let mut ignore = |_| {};
            let mut control = Control::new(Duration::from_secs(30), &is_cancelled, &mut ignore);
            let result = device.selection(&mut control);
            (result, device, Instant::now())
        });
        assert!(key.wait_until_it_asks(Duration::from_secs(5)).is_some());
        let asked = Instant::now();
        cancelled.store(true, Ordering::Relaxed);
        let (result, device, ended) = work.join().unwrap();
        (result, device, ended - asked)
    })
}

#[test]
fn a_cancel_reaches_the_key_and_ends_the_wait_within_100_ms() {
    let key = SoftKey::new(Profile::full());
    let (result, mut device, took) = cancelled_at_touch(&key);
    assert_eq!(
        result,
        Err(CtapError::Cancelled {
            operation: Operation::Selection,
            nothing_done: true
        })
    );
    assert!(took < Duration::from_millis(100), "{took:?}");
    assert_eq!(key.waiting(), None, "the key stopped blinking");
    within(|control| device.info(control)).unwrap();
}

#[test]
fn a_key_that_ignores_a_cancel_is_left_after_half_a_second_and_usable_again() {
    let key = SoftKey::new(Profile::full());
    key.inject(Fault::IgnoreCancel);
    let (result, mut device, took) = cancelled_at_touch(&key);
    assert_eq!(
        result,
        Err(CtapError::Cancelled {
            operation: Operation::Selection,
            nothing_done: false
        })
    );
    assert!(
        (Duration::from_millis(450)..Duration::from_millis(700)).contains(&took),
        "{took:?}"
    );
    within(|control| device.info(control)).unwrap();
}

#[test]
fn a_cancel_that_was_there_before_sends_nothing() {
    let key = touched(Profile::full());
    let mut device = open(&key);
    let before = key.counters().packets_to_key;
    let mut ignore = |_| {};
    let mut control = Control::new(Duration::from_secs(1), &|| true, &mut ignore);
    assert_eq!(
        device.info(&mut control),
        Err(CtapError::Cancelled {
            operation: Operation::GetInfo,
            nothing_done: true
        })
    );
    assert_eq!(key.counters().packets_to_key, before);
}

#[test]
fn a_limit_that_passes_tells_the_key_to_stop_and_says_that_nothing_was_done() {
    let key = SoftKey::in_virtual_time(Profile::full());
    let mut device = open(&key);
    let late = within_s(5, |control| device.selection(control));
    assert_eq!(
        late,
        Err(CtapError::Timeout {
            operation: Operation::Selection,
            limit_ms: 5_000,
            nothing_done: true,
        })
    );
    assert_eq!(key.waiting(), None);
}

#[test]
fn a_touch_that_beats_the_cancel_counts() {
    let key = SoftKey::in_virtual_time(
        Profile::full().with_touch(TouchPolicy::After(Duration::from_secs(3))),
    );
    let mut device = open(&key);
    within(|control| device.info(control)).unwrap();
    key.inject(Fault::IgnoreCancel);
    // The limit passes 0.2 s before the touch; the key does not heed the cancel and makes its credential.
    let request = MakeCredential {
        discoverable: false,
        ..make(&[])
    };
    let mut ignore = |_| {};
    let mut control = Control::new(Duration::from_millis(2_800), &|| false, &mut ignore);
    let made = device.make_credential(&request, None, &mut control);
    assert!(made.is_ok(), "{:?}", made.err());
}
