//! Somebody else's key in the slot, at every wait of what is done to a key besides enrolling it: without a serial number and with the
//! same PIN. It keeps what it has, and nothing is recorded of it that was meant for the other one.

use std::sync::Arc;
use std::time::Duration;

use keydesk::bay::Cancel;
use keydesk::bay::soft::{Profile, SoftKey, TouchPolicy};
use keydesk::domain::KeyFacts;
use keydesk::domain::care::Setting;
use keydesk::program::demo::world::{ScriptedFace, World};
use keydesk::station::desk::StationDesk;
use keydesk::workflow::care::{self, PinWish};
use keydesk::workflow::dialogue::{Answer, Ending, Event, Step};
use keydesk::workflow::{self, How, Stop};

use crate::care_pin::administrators;
use crate::care_test::with_pin;
use crate::faulty_desk::{FaultyDesk, Mishap};
use crate::scenarios::{PIN, SLOT, answering, desk, enrol, fresh_key, person, world};
use crate::swapped::{Wait, swapped_at};

/// Longer than any run here may last, with other tests beside it.
const LONG: Duration = Duration::from_secs(60);

/// A key of this model that somebody has, with the PIN that everybody has here.
async fn somebodys(world: &World, n: usize) -> SoftKey {
    let key = fresh_key();
    world.rack.put(SLOT, &key);
    enrol(world, n).await.expect("enrolled");
    key
}

/// What a key holds and how it is set, as far as it matters to whoever has it.
async fn look(world: &World, key: &SoftKey) -> (Vec<Vec<u8>>, Option<bool>, u8, bool, bool) {
    world.rack.put(SLOT, key);
    answering(world).await;
    let KeyFacts {
        pin_set,
        pin_min_length,
        pin_change_required,
        always_uv,
        ..
    } = in_slot(world);
    let held = key.credentials().into_iter().map(|c| c.id).collect();
    (
        held,
        pin_set,
        pin_min_length,
        pin_change_required,
        always_uv,
    )
}

fn in_slot(world: &World) -> KeyFacts {
    let keys = world.station.slots().keys();
    let there = keys.into_iter().find(|key| key.place.as_str() == SLOT);
    there.expect("in the bay")
}

/// A desk at which the key makes way for the other one at this wait; the operator wants this done.
fn swapping(
    world: &World,
    wait: Wait,
    other: &SoftKey,
    orders: Vec<Answer>,
) -> (StationDesk, Arc<ScriptedFace>) {
    let face = ScriptedFace::new(SLOT, PIN)
        .wanting(orders)
        .hearing(swapped_at(&world.rack, wait, other));
    let face = Arc::new(face);
    let station = Arc::clone(&world.station);
    let desk = StationDesk::new(station, Arc::clone(&face), Cancel::default());
    (desk, face)
}

async fn within<R>(run: impl Future<Output = R>) -> R {
    let ended = tokio::time::timeout(LONG, run).await;
    ended.expect("ends by itself")
}

const WAITS: [Wait; 5] = [
    Wait::At(Step::Check),
    Wait::At(Step::Pin),
    Wait::At(Step::Create),
    Wait::Touch(1),
    Wait::Touch(2),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_key_test_begins_anew_and_the_other_key_keeps_what_it_has() {
    let world = world(1).await;
    let theirs = somebodys(&world, 1).await;
    for wait in WAITS {
        let before = look(&world, &theirs).await;
        with_pin(&world, Profile::yubikey_5_nfc()).await;
        let (mut desk, face) = swapping(&world, wait, &theirs, Vec::new());
        let ended = within(care::test_key(&mut desk, None)).await;
        assert!(
            matches!(ended, Ok(Ending::Cared { .. })),
            "{wait:?}: {ended:?}"
        );
        assert!(face.events().contains(&Event::Anew), "{wait:?}: not told");
        assert_eq!(look(&world, &theirs).await, before, "{wait:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_else_s_key_proves_nothing_for_a_person() {
    let world = world(2).await;
    let theirs = somebodys(&world, 2).await;
    for wait in [Wait::At(Step::Pin), Wait::At(Step::Test), Wait::Touch(1)] {
        let mine = somebodys(&world, 1).await;
        let before = look(&world, &theirs).await;
        look(&world, &mine).await;
        let (mut desk, _) = swapping(&world, wait, &theirs, Vec::new());
        let ended = within(care::test_for(&mut desk, &person(1), None, None)).await;
        let stop = ended.expect_err("not theirs");
        assert_eq!(stop.code().as_str(), "no-credential", "{wait:?}: {stop}");
        let outbox = world.station.store().outbox().expect("read");
        assert!(outbox.is_empty(), "{wait:?}: {outbox:?}");
        assert_eq!(look(&world, &theirs).await, before, "{wait:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_meant_for_one_key_is_done_to_no_other() {
    let world = administrators().await;
    for wait in [Wait::At(Step::Pin), Wait::At(Step::Change)] {
        let theirs = with_pin(&world, Profile::yubikey_5_nfc()).await;
        let before = look(&world, &theirs).await;
        with_pin(&world, Profile::yubikey_5_nfc()).await;
        let length = Setting::MinPinLength {
            length: 10,
            rp_ids: Vec::new(),
        };
        let orders = vec![Answer::Settings(vec![
            length,
            Setting::AlwaysUv { on: true },
        ])];
        let (mut desk, _) = swapping(&world, wait, &theirs, orders);
        let ended = within(care::configure(&mut desk, None)).await;
        let stop = ended.expect_err("another key");
        assert_eq!(
            stop.cause().code().as_str(),
            "key-replugged",
            "{wait:?}: {stop}"
        );
        assert_eq!(look(&world, &theirs).await, before, "{wait:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_s_pin_is_set_or_changed_in_another_s_place() {
    let world = world(1).await;
    let theirs = somebodys(&world, 1).await;
    for first in [true, false] {
        for wait in [Wait::At(Step::Check), Wait::At(Step::Pin)] {
            let before = look(&world, &theirs).await;
            if first {
                let blank = fresh_key();
                look(&world, &blank).await;
            } else {
                with_pin(&world, Profile::yubikey_5_nfc()).await;
            }
            let (mut desk, _) = swapping(&world, wait, &theirs, Vec::new());
            let wish = PinWish::default();
            let ended = match first {
                true => within(care::set_pin(&mut desk, None, &wish)).await,
                false => within(care::change_pin(&mut desk, None, &wish)).await,
            };
            let label = format!("first: {first}, {wait:?}");
            assert!(ended.is_err(), "{label}: {ended:?}");
            assert_eq!(look(&world, &theirs).await, before, "{label}");
        }
    }
    // Its PIN is the one that it had.
    look(&world, &theirs).await;
    let again = enrol(&world, 1).await;
    assert!(matches!(again, Ok(Ending::Retested { .. })), "{again:?}");
}

/// Where an enrolment was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stopped {
    /// The key made a credential that the station never saw.
    Unseen,
    /// The credential is on disk, and was not proven.
    Made,
}

#[tokio::test(flavor = "multi_thread")]
async fn unfinished_work_ends_on_its_own_key_only() {
    for stopped in [Stopped::Unseen, Stopped::Made] {
        for wait in [Wait::At(Step::Key), Wait::At(Step::Pin), Wait::Touch(2)] {
            let label = format!("{stopped:?}, {wait:?}");
            let world = world(2).await;
            let theirs = somebodys(&world, 2).await;
            let before = look(&world, &theirs).await;
            let key = SoftKey::new(Profile::yubikey_5_nfc().with_touch(TouchPolicy::Auto));
            look(&world, &key).await;
            let (inner, _) = desk(&world, &Cancel::default());
            let mut faulty = match stopped {
                Stopped::Unseen => FaultyDesk::at(inner, "make_credential", Mishap::StopsAfter),
                Stopped::Made => FaultyDesk::at(inner, "get_assertion", Mishap::StopsBefore),
            };
            let (halted, who) = (faulty.stopped(), person(1));
            tokio::select! {
                ended = workflow::enrol(&mut faulty, &who) => panic!("not stopped: {ended:?}"),
                () = halted.notified() => {}
            }
            drop(faulty);
            let held = look(&world, &key).await;
            let work = world.station.store().unfinished().expect("read").remove(0);
            let cancel = Cancel::default();
            let hand = cancel.clone();
            let swap = swapped_at(&world.rack, wait, &theirs);
            let face = ScriptedFace::new(SLOT, PIN).hearing(move |event| {
                swap(event);
                if let Event::OtherKey { .. } = event {
                    hand.cancel();
                }
            });
            let station = Arc::clone(&world.station);
            let mut resolving = StationDesk::new(station, Arc::new(face), cancel);
            let run = workflow::resolve(&mut resolving, work.clone(), How::WithKey);
            let ended = within(run).await;
            let was_swapped = stopped == Stopped::Made || wait != Wait::Touch(2);
            if was_swapped {
                let stop: Stop = ended.expect_err(&label);
                assert!(
                    ["key-refused", "no-credential", "cancelled"]
                        .contains(&stop.cause().code().as_str()),
                    "{label}: {stop}"
                );
                assert_eq!(look(&world, &key).await, held, "{label}");
                let open = world.station.store().unfinished().expect("read");
                assert_eq!(open.len(), 1, "{label}: it is listed no more");
            }
            assert_eq!(look(&world, &theirs).await, before, "{label}");
            let page = world.station.person(&person(2)).await.expect("a page");
            assert_eq!(page.credentials.len(), 1, "{label}");
        }
    }
}
