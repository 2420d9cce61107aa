//! Another key in the slot: at every wait of an enrolment the key is pulled and one like it is put in, without a serial number and with
//! the same PIN. Nothing of anybody's is made, overwritten or deleted on the wrong key.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use keydesk::bay::Cancel;
use keydesk::bay::soft::{Profile, SoftKey, TouchPolicy};
use keydesk::domain::UsbPath;
use keydesk::program::demo::world::{Rack, ScriptedFace, World};
use keydesk::record::Remains;
use keydesk::station::desk::StationDesk;
use keydesk::workflow::dialogue::{Ending, Event, Step};
use keydesk::workflow::{self, How, Stop};

use crate::care_test::with_pin;
use crate::faulty_desk::{FaultyDesk, Mishap};
use crate::scenarios::{PIN, SLOT, answering, desk, enrol, fresh_key, person, world};

/// Longer than any run here may last, with other tests beside it.
const LONG: Duration = Duration::from_secs(60);

/// Where the other key is put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    At(Step),
    Touch(u8),
}

impl Wait {
    pub fn is_now(self, event: &Event) -> bool {
        match (self, event) {
            (Self::At(step), Event::Step { step: begun }) => step == *begun,
            (Self::Touch(nth), Event::Touch { nth: now, .. }) => nth == *now,
            _ => false,
        }
    }
}

/// At this wait the key makes way for another one.
pub fn swapped_at(
    rack: &Rack,
    wait: Wait,
    other: &SoftKey,
) -> impl Fn(&Event) + Send + Sync + 'static {
    let (rack, other, done) = (rack.clone(), other.clone(), AtomicBool::new(false));
    move |event| {
        if wait.is_now(event) && !done.swap(true, Ordering::SeqCst) {
            rack.pull(&UsbPath::new(SLOT));
            rack.put(SLOT, &other);
        }
    }
}

async fn enrol_hearing(
    world: &World,
    n: usize,
    cancel: &Cancel,
    hear: impl Fn(&Event) + Send + Sync + 'static,
) -> (Result<Ending, Stop>, Vec<Event>) {
    let face = Arc::new(ScriptedFace::new(SLOT, PIN).hearing(hear));
    let station = Arc::clone(&world.station);
    let mut desk = StationDesk::new(station, Arc::clone(&face), cancel.clone());
    let who = person(n);
    let run = tokio::time::timeout(LONG, workflow::enrol(&mut desk, &who)).await;
    (run.expect("ends by itself"), face.events())
}

async fn at_registry(world: &World, n: usize) -> Vec<Vec<u8>> {
    let page = world.station.person(&person(n)).await.expect("a page");
    page.credentials.into_iter().map(|c| c.id.0).collect()
}

fn on_key(key: &SoftKey) -> Vec<Vec<u8>> {
    key.credentials().into_iter().map(|c| c.id).collect()
}

/// Before the credential is made.
const BEFORE: [Wait; 5] = [
    Wait::At(Step::Identify),
    Wait::At(Step::Check),
    Wait::At(Step::Pin),
    Wait::At(Step::Create),
    Wait::Touch(1),
];

/// From then on.
const AFTER: [Wait; 2] = [Wait::At(Step::Test), Wait::Touch(2)];

#[tokio::test(flavor = "multi_thread")]
async fn somebody_else_s_key_is_refused_at_every_wait_and_stays_as_it_was() {
    let world = world(2 * BEFORE.len()).await;
    for (at, wait) in BEFORE.into_iter().enumerate() {
        let (mine, theirs) = (2 * at + 1, 2 * at + 2);
        let other = fresh_key();
        world.rack.put(SLOT, &other);
        enrol(&world, theirs).await.expect("enrolled");
        let held = on_key(&other);
        let key = fresh_key();
        world.rack.put(SLOT, &key);
        answering(&world).await;
        let hear = swapped_at(&world.rack, wait, &other);
        let (ended, _) = enrol_hearing(&world, mine, &Cancel::default(), hear).await;
        let stop = ended.expect_err("somebody else's");
        let name = format!("Person {theirs}");
        assert!(
            matches!(stop.cause(), Stop::KeyRefused(why) if why.to_string().contains(&name)),
            "{wait:?}: {stop}"
        );
        assert_eq!(on_key(&other), held, "{wait:?}");
        assert_eq!(
            on_key(&other),
            at_registry(&world, theirs).await,
            "{wait:?}"
        );
        assert!(on_key(&key).is_empty(), "{wait:?}");
        assert!(at_registry(&world, mine).await.is_empty(), "{wait:?}");
        let unfinished = world.station.store().unfinished().expect("read");
        assert!(unfinished.is_empty(), "{wait:?}: {unfinished:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_twin_is_looked_at_from_the_start_and_what_is_enrolled_is_what_the_registry_lists() {
    let world = world(BEFORE.len()).await;
    for (at, wait) in BEFORE.into_iter().enumerate() {
        let (n, key, twin) = (at + 1, fresh_key(), fresh_key());
        world.rack.put(SLOT, &key);
        answering(&world).await;
        let hear = swapped_at(&world.rack, wait, &twin);
        let (ended, events) = enrol_hearing(&world, n, &Cancel::default(), hear).await;
        assert!(
            matches!(ended, Ok(Ending::Enrolled { .. })),
            "{wait:?}: {ended:?}"
        );
        let told = events.contains(&Event::Anew);
        assert!(told || wait == Wait::At(Step::Identify), "{wait:?}");
        assert!(on_key(&key).is_empty(), "{wait:?}");
        assert_eq!(on_key(&twin).len(), 1, "{wait:?}");
        assert_eq!(on_key(&twin), at_registry(&world, n).await, "{wait:?}");
        let unfinished = world.station.store().unfinished().expect("read");
        assert!(unfinished.is_empty(), "{wait:?}: {unfinished:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_key_at_the_proof_is_told_and_the_right_one_goes_on() {
    let world = world(2 * AFTER.len()).await;
    for (at, wait) in AFTER.into_iter().enumerate() {
        let (mine, theirs) = (2 * at + 1, 2 * at + 2);
        let other = fresh_key();
        world.rack.put(SLOT, &other);
        enrol(&world, theirs).await.expect("enrolled");
        let held = on_key(&other);
        let key = fresh_key();
        world.rack.put(SLOT, &key);
        answering(&world).await;
        let swap = swapped_at(&world.rack, wait, &other);
        let (rack, right) = (world.rack.clone(), key.clone());
        let hear = move |event: &Event| {
            swap(event);
            if let Event::OtherKey { .. } = event {
                rack.pull(&UsbPath::new(SLOT));
                rack.put(SLOT, &right);
            }
        };
        let (ended, events) = enrol_hearing(&world, mine, &Cancel::default(), hear).await;
        assert!(
            matches!(ended, Ok(Ending::Enrolled { .. })),
            "{wait:?}: {ended:?}"
        );
        let told = events.iter().any(|e| matches!(e, Event::OtherKey { .. }));
        assert!(told, "{wait:?}");
        assert_eq!(on_key(&key), at_registry(&world, mine).await, "{wait:?}");
        assert_eq!(on_key(&other), held, "{wait:?}");
        assert_eq!(
            retries(&world, &other).await,
            Some(8),
            "{wait:?}: a PIN was tried on it"
        );
    }
}

/// PIN attempts that a key has left.
async fn retries(world: &World, key: &SoftKey) -> Option<u8> {
    world.rack.pull(&UsbPath::new(SLOT));
    world.rack.put(SLOT, key);
    answering(world).await;
    let keys = world.station.slots().keys();
    let there = keys.into_iter().find(|key| key.place.as_str() == SLOT);
    there.and_then(|key| key.pin_retries)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_stopped_with_another_key_in_the_slot_says_that_the_credential_is_on_the_first()
 {
    let world = world(2).await;
    let other = fresh_key();
    world.rack.put(SLOT, &other);
    enrol(&world, 2).await.expect("enrolled");
    let held = on_key(&other);
    let key = fresh_key();
    world.rack.put(SLOT, &key);
    answering(&world).await;
    let cancel = Cancel::default();
    let (swap, hand) = (
        swapped_at(&world.rack, Wait::Touch(2), &other),
        cancel.clone(),
    );
    let hear = move |event: &Event| {
        swap(event);
        if let Event::OtherKey { .. } = event {
            hand.cancel();
        }
    };
    let (ended, _) = enrol_hearing(&world, 1, &cancel, hear).await;
    let stop = ended.expect_err("stopped");
    assert_eq!(stop.remains(), Remains::Credential, "{stop}");
    assert_eq!(on_key(&key).len(), 1);
    assert_eq!(on_key(&other), held);
    assert_eq!(world.station.store().unfinished().expect("read").len(), 1);
}

/// With a serial number, and the PIN that everybody has here; and what it is after a reset: it says the same of itself, and
/// remembers nothing.
async fn numbered(world: &World) -> (SoftKey, SoftKey) {
    let profile = || Profile::yubikey_5_nfc().with_serial("7C31A9");
    let reset = SoftKey::new(profile().with_touch(TouchPolicy::Auto));
    (with_pin(world, profile()).await, reset)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_reset_while_it_was_out_is_begun_with_anew() {
    let waits = [Wait::At(Step::Pin), Wait::Touch(1), Wait::Touch(2)];
    for wait in waits {
        let world = world(1).await;
        let (_, reset) = numbered(&world).await;
        let hear = swapped_at(&world.rack, wait, &reset);
        let (ended, events) = enrol_hearing(&world, 1, &Cancel::default(), hear).await;
        assert!(
            matches!(ended, Ok(Ending::Enrolled { .. })),
            "{wait:?}: {ended:?}"
        );
        assert!(events.contains(&Event::Anew), "{wait:?}");
        assert_eq!(on_key(&reset), at_registry(&world, 1).await, "{wait:?}");
        let store = world.station.store();
        assert!(store.unfinished().expect("read").is_empty(), "{wait:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_key_that_was_reset_nothing_is_left_of_what_was_unfinished() {
    let world = world(1).await;
    let (key, reset) = numbered(&world).await;
    let (inner, _) = desk(&world, &Cancel::default());
    let mut faulty = FaultyDesk::at(inner, "get_assertion", Mishap::StopsBefore);
    let (stopped, who) = (faulty.stopped(), person(1));
    tokio::select! {
        ended = workflow::enrol(&mut faulty, &who) => panic!("not stopped: {ended:?}"),
        () = stopped.notified() => {}
    }
    drop(faulty);
    assert_eq!(on_key(&key).len(), 1);
    world.rack.put(SLOT, &reset);
    answering(&world).await;
    let work = world.station.store().unfinished().expect("read");
    let work = work.into_iter().next().expect("unfinished work");
    let (mut desk, _) = desk(&world, &Cancel::default());
    let run = workflow::resolve(&mut desk, work, How::WithKey);
    let ended = tokio::time::timeout(LONG, run).await;
    let remains = Remains::Nothing;
    assert_eq!(ended.expect("ends"), Ok(Ending::Resolved { remains }));
    let store = world.station.store();
    assert!(store.unfinished().expect("read").is_empty());
}
