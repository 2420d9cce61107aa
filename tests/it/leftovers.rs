//! What the record says of a key that made nothing, or may have: most of all one that can't list what it holds.

use keydesk::bay::Cancel;
use keydesk::bay::soft::{Fault, Profile, SoftKey, TouchPolicy};
use keydesk::program::demo::world::{ScriptedFace, World};
use keydesk::record::{Change, EndReason, Remains};
use keydesk::station::desk::StationDesk;
use keydesk::store::audit;
use keydesk::workflow::dialogue::{Ending, Event};
use keydesk::workflow::{self, How};

use crate::faulty_desk::{FaultyDesk, Mishap};
use crate::scenarios::{PIN, SLOT, answering, desk, enrol, fresh_key, person, world};

/// How intents ended, oldest first, and what was left on their keys.
pub fn endings(world: &World) -> Vec<(EndReason, Remains)> {
    let records = audit::records(&world.data()).expect("a journal");
    records
        .filter_map(|entry| match entry.expect("a record").record.change {
            Change::IntentEnded { why, remains, .. } => Some((why, remains)),
            _ => None,
        })
        .collect()
}

/// Made by authenticatorMakeCredential.
const MAKE_CREDENTIAL: u8 = 0x01;

/// A key that can't list its credentials, in the slot.
fn unlistable(world: &World) -> SoftKey {
    let key = SoftKey::new(Profile::ctap20().with_touch(TouchPolicy::Auto));
    world.rack.put(SLOT, &key);
    key
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_says_itself_that_it_made_nothing_leaves_no_doubt() {
    // Store full, denied, unsupported algorithm, PIN token refused (CTAP 2.3, section 8.2).
    let refusals = [0x28, 0x27, 0x26, 0x33];
    let world = world(refusals.len()).await;
    for (n, code) in refusals.into_iter().enumerate() {
        let key = unlistable(&world);
        answering(&world).await;
        key.inject(Fault::Status {
            command: MAKE_CREDENTIAL,
            code,
        });
        let stop = enrol(&world, n + 1).await.expect_err("refused");
        assert_eq!(stop.remains(), Remains::Pin, "{code:#04x}: {stop}");
        let unfinished = world.station.store().unfinished().expect("read");
        assert!(unfinished.is_empty(), "{code:#04x}: {unfinished:?}");
        let last = endings(&world).pop();
        assert!(
            matches!(last, Some((_, Remains::Pin))),
            "{code:#04x}: {last:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_says_that_it_made_nothing_is_looked_at_where_it_can_be() {
    // Excluded, denied, store full, no credentials, not allowed, no PIN set: none of it is true (CTAP 2.3, section 8.2).
    let lies = [0x19, 0x27, 0x28, 0x2e, 0x30, 0x35];
    let world = world(lies.len()).await;
    for (n, code) in lies.into_iter().enumerate() {
        let key = fresh_key();
        world.rack.put(SLOT, &key);
        answering(&world).await;
        key.inject(Fault::Reply {
            command: MAKE_CREDENTIAL,
            bytes: vec![code],
        });
        let stop = enrol(&world, n + 1).await.expect_err("it lies");
        assert!(key.credentials().is_empty(), "{code:#04x}: {stop}");
        assert_eq!(
            stop.remains(),
            Remains::CredentialDeleted,
            "{code:#04x}: {stop}"
        );
        let unfinished = world.station.store().unfinished().expect("read");
        assert!(unfinished.is_empty(), "{code:#04x}: {unfinished:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn work_ends_on_its_own_key_also_when_that_was_put_to_another_use_since() {
    let world = world(2).await;
    let key = SoftKey::new(
        Profile::yubikey_5_nfc()
            .with_serial("S1")
            .with_touch(TouchPolicy::Auto),
    );
    world.rack.put(SLOT, &key);
    answering(&world).await;
    let (inner, _) = desk(&world, &Cancel::default());
    let mut faulty = FaultyDesk::at(inner, "make_credential", Mishap::StopsBefore);
    let stopped = faulty.stopped();
    let who = person(1);
    tokio::select! {
        ended = workflow::enrol(&mut faulty, &who) => panic!("{ended:?}"),
        () = stopped.notified() => {}
    }
    drop(faulty);
    enrol(&world, 2).await.expect("the key is somebody else's");
    let before = key.credentials();
    let store = world.station.store();
    let work = store.unfinished().expect("read").pop().expect("unfinished");
    let (mut desk, _) = desk(&world, &Cancel::default());
    let ending = workflow::resolve(&mut desk, work, How::WithKey).await;
    assert!(
        matches!(
            ending,
            Ok(Ending::Resolved {
                remains: Remains::Nothing
            })
        ),
        "{ending:?}"
    );
    assert_eq!(key.credentials(), before, "nothing on it is touched");
    assert!(store.unfinished().expect("read").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_cannot_be_read_leaves_the_question_open() {
    let world = world(1).await;
    let key = unlistable(&world);
    answering(&world).await;
    key.inject(Fault::Truncate {
        command: MAKE_CREDENTIAL,
        length: 20,
    });
    let stop = enrol(&world, 1).await.expect_err("unreadable");
    assert_eq!(stop.remains(), Remains::Unknown, "{stop}");
    assert_eq!(world.station.store().unfinished().expect("read").len(), 1);
    assert_eq!(endings(&world), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_while_a_key_that_cannot_list_waits_for_a_finger_leaves_no_doubt() {
    let world = world(1).await;
    let key = unlistable(&world);
    answering(&world).await;
    key.set_touch(TouchPolicy::Manual);
    let cancel = Cancel::default();
    let hand = cancel.clone();
    let face = ScriptedFace::new(SLOT, PIN).hearing(move |event| {
        if matches!(event, Event::Alive { touch: true }) {
            hand.cancel();
        }
    });
    let station = std::sync::Arc::clone(&world.station);
    let mut desk = StationDesk::new(station, std::sync::Arc::new(face), cancel);
    let stop = workflow::enrol(&mut desk, &person(1))
        .await
        .expect_err("cancelled");
    assert_eq!(stop.cause().code().as_str(), "cancelled", "{stop}");
    assert_eq!(stop.remains(), Remains::Pin, "{stop}");
    assert_eq!(endings(&world), [(EndReason::Cancelled, Remains::Pin)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pin_that_was_set_before_a_key_said_that_it_is_enrolled_is_told() {
    let world = world(1).await;
    let key = fresh_key();
    world.rack.put(SLOT, &key);
    // CTAP2_ERR_CREDENTIAL_EXCLUDED, by a key that then signs with nothing.
    key.inject(Fault::Status {
        command: MAKE_CREDENTIAL,
        code: 0x19,
    });
    let stop = enrol(&world, 1).await.expect_err("nothing to test");
    assert_eq!(stop.remains(), Remains::Pin, "{stop}");
    assert_eq!(
        endings(&world),
        [(EndReason::AlreadyEnrolled, Remains::Pin)]
    );
}
