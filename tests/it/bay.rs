//! The bay with software keys: plugging, pulling, many at once, touches; what becomes of jobs is in [`jobs`].

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

mod jobs;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use keydesk::bay::soft::{Fault, Profile, SoftKey, TouchPolicy};
use keydesk::bay::{
    Activity, Bay, Cancel, KeyError, KeyRef, OPEN_LIMIT, Plug, Refusal, Slot, SlotIdentity,
    SlotState,
};
use keydesk::ctap::{AnyDevice, Control, CtapError, Keepalive, TransportError};
use keydesk::domain::key::UsbPath;

const LIMIT: Duration = Duration::from_secs(30);
/// More than any of this takes; a test that reaches it has failed.
const PATIENCE: Duration = Duration::from_secs(10);

fn place(path: &str) -> UsbPath {
    UsbPath::new(path)
}

/// Waits until the slots are as wanted.
async fn until(bay: &Bay, wanted: impl Fn(&[Slot]) -> bool) -> Arc<Vec<Slot>> {
    let mut slots = bay.slots();
    let seen = tokio::time::timeout(PATIENCE, slots.wait_for(|slots| wanted(slots))).await;
    match seen {
        Ok(slots) => Arc::clone(&slots.unwrap()),
        Err(_) => panic!(
            "the slots never were as wanted: {:#?}",
            bay.slots().borrow()
        ),
    }
}

fn is_ready(slot: &Slot) -> bool {
    matches!(slot.state, SlotState::Ready(_))
}

async fn ready(bay: &Bay, path: &str) -> Slot {
    let at = place(path);
    let slots = until(bay, |slots| {
        slots.iter().any(|slot| slot.place == at && is_ready(slot))
    })
    .await;
    slots.iter().find(|slot| slot.place == at).unwrap().clone()
}

async fn one_key(profile: Profile) -> (Bay, Plug, SoftKey, KeyRef) {
    let (bay, plug) = Bay::soft();
    let key = SoftKey::new(profile);
    plug.plug_key(place("1-1"), &key);
    let slot = ready(&bay, "1-1").await;
    (bay, plug, key, slot.key())
}

fn select(device: &mut AnyDevice, control: &mut Control<'_>) -> Result<(), CtapError> {
    device.selection(control)
}

#[tokio::test]
async fn a_key_is_shown_with_what_it_says_of_itself() {
    let (bay, plug) = Bay::soft();
    let key = SoftKey::new(Profile::yubikey_5_nfc());
    let plugged = Instant::now();
    plug.plug_key(place("1-1.4"), &key);
    assert!(matches!(
        bay.slots().borrow().first().unwrap().state,
        SlotState::Opening | SlotState::Ready(_)
    ));
    let slot = ready(&bay, "1-1.4").await;
    assert!(
        plugged.elapsed() < Duration::from_millis(150),
        "{:?}",
        plugged.elapsed()
    );
    let facts = slot.facts().unwrap();
    assert_eq!(
        (facts.slot, facts.vendor_id, facts.product.as_str()),
        (1, 0x1050, "YubiKey OTP+FIDO+CCID")
    );
    assert_eq!(facts.firmware_text().as_deref(), Some("5.7.1"));
    assert_eq!((facts.pin_set, facts.pin_retries), (Some(false), None));
    assert!(facts.is_fido2() && facts.discoverable && facts.credential_management);
}

#[tokio::test]
async fn a_u2f_key_is_shown_as_one_and_has_facts_for_a_verdict() {
    let (bay, plug) = Bay::soft();
    plug.plug_key(place("1-1"), &SoftKey::new(Profile::u2f_only()));
    let slots = until(&bay, |slots| {
        slots.iter().any(|slot| slot.state == SlotState::U2fOnly)
    })
    .await;
    assert!(!slots.first().unwrap().facts().unwrap().is_fido2());
}

#[tokio::test]
async fn a_place_keeps_its_number_and_a_plug_gets_a_new_generation() {
    let (bay, plug) = Bay::soft();
    let (first, second) = (SoftKey::new(Profile::full()), SoftKey::new(Profile::full()));
    plug.plug_key(place("1-2"), &first);
    plug.plug_key(place("1-1"), &second);
    let before = ready(&bay, "1-2").await;
    plug.unplug(&before.place);
    until(&bay, |slots| slots.len() == 1).await;
    first.power_cycle();
    plug.plug_key(place("1-2"), &first);
    let after = ready(&bay, "1-2").await;
    assert_eq!((before.number, after.number), (1, 1));
    assert_eq!(ready(&bay, "1-1").await.number, 2);
    assert!(after.generation > before.generation);
    let stale = bay
        .run(
            &before.key(),
            LIMIT,
            &Cancel::new(),
            |_| {},
            |device, control| device.wink(control),
        )
        .await;
    assert_eq!(
        stale,
        Err(KeyError::Gone {
            place: place("1-2"),
            begun: false,
        })
    );
}

#[tokio::test]
async fn a_touch_that_is_needed_is_shown_and_reported() {
    let (bay, _plug, soft, key) = one_key(Profile::full()).await;
    let reported = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&reported);
    let on_keepalive = move |keepalive| {
        if keepalive == Keepalive::TouchNeeded {
            count.fetch_add(1, Ordering::Relaxed);
        }
    };
    let cancel = Cancel::new();
    let touch = async {
        until(&bay, |slots| {
            slots.iter().any(|slot| matches!(&slot.state, SlotState::Ready(ready) if ready.activity == Activity::TouchNeeded))
        })
        .await;
        assert!(soft.touch());
    };
    let (result, ()) = tokio::join!(bay.run(&key, LIMIT, &cancel, on_keepalive, select), touch);
    assert_eq!(result, Ok(()));
    assert!(reported.load(Ordering::Relaxed) > 0);
    until(&bay, |slots| {
        slots.iter().any(|slot| matches!(&slot.state, SlotState::Ready(ready) if ready.activity == Activity::Idle))
    })
    .await;
}

#[tokio::test]
async fn the_first_key_touched_wins_and_the_others_stop() {
    let (bay, plug) = Bay::soft();
    let profiles = [
        Profile::full(),
        Profile::ctap20(),
        Profile::security_key_nfc(),
    ];
    let softs: Vec<SoftKey> = profiles.into_iter().map(SoftKey::new).collect();
    for (n, soft) in softs.iter().enumerate() {
        plug.plug_key(place(&format!("1-{}", n + 1)), soft);
    }
    let slots = until(&bay, |slots| slots.len() == 3 && slots.iter().all(is_ready)).await;
    let keys: Vec<KeyRef> = slots.iter().map(Slot::key).collect();
    let hand = {
        let softs = softs.clone();
        tokio::task::spawn_blocking(move || {
            assert!(
                softs
                    .iter()
                    .all(|soft| soft.wait_until_it_asks(PATIENCE).is_some())
            );
            softs[1].touch()
        })
    };
    let cancel = Cancel::new();
    let (chosen, touched) = tokio::join!(bay.wait_touch(&keys, LIMIT, &cancel), hand);
    assert!(touched.unwrap());
    assert_eq!(chosen.unwrap(), keys[1]);
    assert!(
        softs.iter().all(|soft| soft.waiting().is_none()),
        "none blinks on"
    );
    let nobody = Cancel::new();
    nobody.cancel();
    let cancelled = bay.wait_touch(&keys, LIMIT, &nobody).await;
    assert!(
        matches!(cancelled, Err(KeyError::Cancelled { .. })),
        "{cancelled:?}"
    );
    assert_eq!(
        bay.wait_touch(&[], LIMIT, &nobody).await,
        Err(KeyError::NoKey)
    );
}

#[tokio::test]
async fn the_choice_by_touch_survives_a_key_that_is_pulled() {
    let (bay, plug) = Bay::soft();
    let (pulled, touched) = (SoftKey::new(Profile::full()), SoftKey::new(Profile::full()));
    plug.plug_key(place("1-1"), &pulled);
    plug.plug_key(place("1-2"), &touched);
    let slots = until(&bay, |slots| slots.len() == 2 && slots.iter().all(is_ready)).await;
    let keys: Vec<KeyRef> = slots.iter().map(Slot::key).collect();
    let hand = tokio::task::spawn_blocking(move || {
        assert!(pulled.wait_until_it_asks(PATIENCE).is_some());
        plug.unplug(&place("1-1"));
        assert!(touched.wait_until_it_asks(PATIENCE).is_some());
        touched.touch()
    });
    let cancel = Cancel::new();
    let (chosen, _) = tokio::join!(bay.wait_touch(&keys, LIMIT, &cancel), hand);
    assert_eq!(chosen.unwrap().place, place("1-2"));
}

#[tokio::test]
async fn thirty_two_keys_work_at_once_and_the_next_waits_for_room() {
    let (bay, plug) = Bay::soft();
    let softs: Vec<SoftKey> = (0..=OPEN_LIMIT)
        .map(|_| SoftKey::new(Profile::full().with_touch(TouchPolicy::Auto)))
        .collect();
    for (n, soft) in softs.iter().enumerate() {
        plug.plug_key(place(&format!("1-{n}")), soft);
    }
    let slots = until(&bay, |slots| {
        slots.iter().filter(|slot| is_ready(slot)).count() == OPEN_LIMIT
    })
    .await;
    let left_out: Vec<&Slot> = slots.iter().filter(|slot| !is_ready(slot)).collect();
    let [left_out] = left_out.as_slice() else {
        panic!("one too many: {left_out:?}")
    };
    assert_eq!(
        left_out.state,
        SlotState::Refused {
            why: Refusal::NoRoom { limit: OPEN_LIMIT }
        }
    );
    assert_eq!(usize::from(left_out.number), OPEN_LIMIT + 1);
    let refused = bay
        .run(&left_out.key(), LIMIT, &Cancel::new(), |_| {}, select)
        .await;
    assert!(
        matches!(refused, Err(KeyError::NotReady { .. })),
        "{refused:?}"
    );

    let cancel = Cancel::new();
    for slot in slots.iter().filter(|slot| is_ready(slot)) {
        bay.run(&slot.key(), LIMIT, &cancel, |_| {}, select)
            .await
            .unwrap();
    }
    plug.unplug(&place("1-0"));
    until(&bay, |slots| {
        slots.len() == OPEN_LIMIT && slots.iter().all(is_ready)
    })
    .await;
}

#[tokio::test]
async fn a_key_that_says_nothing_is_shown_as_failed_and_harms_no_other() {
    let (bay, plug) = Bay::soft();
    let (mute, good) = (SoftKey::new(Profile::full()), SoftKey::new(Profile::full()));
    mute.inject(Fault::StallAt(1));
    plug.plug_key(place("1-1"), &mute);
    plug.plug_key(place("1-2"), &good);
    ready(&bay, "1-2").await;
    let slots = until(&bay, |slots| {
        slots
            .iter()
            .any(|slot| matches!(slot.state, SlotState::Failed { .. }))
    })
    .await;
    let SlotState::Failed { why } = &slots.first().unwrap().state else {
        panic!("the first is mute")
    };
    let why = why.to_string();
    assert!(why.contains("did not finish to open a channel"), "{why}");
}

#[tokio::test]
async fn an_opener_that_fails_is_shown_with_its_reason() {
    let (bay, plug) = Bay::soft();
    plug.plug(place("1-1"), SlotIdentity::default(), || {
        Err(TransportError::Io("out of order".into()))
    });
    let slots = until(&bay, |slots| {
        matches!(slots.first().unwrap().state, SlotState::Refused { .. })
    })
    .await;
    let refused = SlotState::Refused {
        why: Refusal::System {
            reason: "out of order".into(),
        },
    };
    assert_eq!(slots.first().unwrap().state, refused);
}

#[tokio::test]
async fn a_bay_that_closes_stops_every_key() {
    let (bay, _plug, soft, key) = one_key(Profile::full()).await;
    let cancel = Cancel::new();
    let asked = {
        let soft = soft.clone();
        tokio::task::spawn_blocking(move || soft.wait_until_it_asks(PATIENCE))
    };
    tokio::select! {
        result = bay.run(&key, LIMIT, &cancel, |_| {}, select) => panic!("nobody touched it: {result:?}"),
        asked = asked => assert!(asked.unwrap().is_some()),
    }
    drop(bay);
    assert_eq!(soft.waiting(), None);
}

#[tokio::test]
async fn a_key_that_another_program_kept_busy_is_tried_again_by_itself() {
    let (bay, plug) = Bay::soft();
    let soft = SoftKey::new(Profile::full());
    soft.inject(Fault::Busy(u32::MAX));
    plug.plug_key(place("1-1"), &soft);
    let failed = |slot: &Slot| matches!(slot.state, SlotState::Failed { .. });
    until(&bay, |slots| slots.iter().any(failed)).await;
    soft.clear_faults();
    ready(&bay, "1-1").await;
}
