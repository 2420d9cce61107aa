//! What is undone is undone on both sides: whatever order things happen in, the registry ends up holding no credential that the key
//! does not hold, and what could not be undone is listed.

#![expect(
    clippy::indexing_slicing,
    reason = "a test that indexes wrongly fails, as it should"
)]

use std::sync::Arc;
use std::time::Duration;

use keydesk::bay::Cancel;
use keydesk::bay::soft::{Profile, SoftKey, TouchPolicy};
use keydesk::domain::UsbPath;
use keydesk::domain::history::Handling;
use keydesk::domain::reason::Refusal;
use keydesk::domain::reset::ResetCase;
use keydesk::program::demo::world::{Rack, ScriptedFace, World};
use keydesk::record::{EntryState, OutboxBody, Remains, Resolution, Unfinished};
use keydesk::station::desk::StationDesk;
use keydesk::text::{Language, Text};
use keydesk::workflow::dialogue::{Coach, Ending, Event, PushState};
use keydesk::workflow::{self, How, ResetOrder, Stop};

use crate::faulty_desk::{FaultyDesk, Mishap};
use crate::outbox::{in_conflict_on, sql, waiting};
use crate::scenarios::{PIN, SLOT, desk, enrol, fresh_key, person, world};

/// Longer than any run here may last, with other tests beside it.
const LONG: Duration = Duration::from_secs(30);

/// A world where person 1 is enrolled on this key and the registry has not heard of it.
async fn enrolled_unsent(key: &SoftKey) -> World {
    let world = world(1).await;
    world.rack.put(SLOT, key);
    let (inner, _) = desk(&world, &Cancel::default());
    let mut unsent = FaultyDesk::at(inner, "push", Mishap::FailsBefore);
    let ended = workflow::enrol(&mut unsent, &person(1)).await;
    ended.expect("enrolled");
    assert_eq!(waiting(&world).len(), 1);
    world
}

/// The registry can't take what is enrolled, until it is mended.
async fn stumbles(world: &World) {
    sql(
        world,
        "CREATE TRIGGER stumble BEFORE INSERT ON credential BEGIN SELECT RAISE(ABORT, 'no'); END",
    )
    .await;
}

async fn mended(world: &World) {
    sql(world, "DROP TRIGGER stumble").await;
}

async fn reset(world: &World) -> Ending {
    let rack: Rack = world.rack.clone();
    let hands = move |event: &Event| {
        let Event::Coach { key, coach } = event else {
            return;
        };
        let (rack, place, coach) = (rack.clone(), key.place.clone(), *coach);
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(20));
            match coach {
                Coach::Pull { .. } => rack.pull(&place),
                Coach::PutBack { .. } => rack.put_back(&place),
                Coach::Window { .. } | Coach::Touch { .. } => {}
            }
        });
    };
    let face = ScriptedFace::new(SLOT, PIN).hearing(hands);
    let station = Arc::clone(&world.station);
    let mut desk = StationDesk::new(station, Arc::new(face), Cancel::default());
    let order = ResetOrder {
        at: Some(UsbPath::new(SLOT)),
        case: ResetCase {
            reason: "PIN forgotten".to_owned(),
            ticket: Some("T-1".to_owned()),
            requested_by: Some("W. Example".to_owned()),
            identification: "passport:7K31".parse().ok(),
        },
        list: false,
    };
    let ended = tokio::time::timeout(LONG, workflow::reset(&mut desk, order)).await;
    ended.expect("ends by itself").expect("reset")
}

fn states(world: &World) -> Vec<&'static str> {
    let entries = waiting(world);
    let state = |entry: &keydesk::record::OutboxEntry| match (&entry.body, &entry.state) {
        (OutboxBody::Enrolment { .. }, EntryState::Queued) => "enrolment",
        (OutboxBody::Enrolment { .. }, _) => "enrolment refused",
        (OutboxBody::Test { .. }, EntryState::Queued) => "test",
        (OutboxBody::KeyReset { .. }, EntryState::Queued) => "reset",
        _ => "other",
    };
    entries.iter().map(state).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_is_told_after_the_enrolment_that_it_ends_and_never_before_it() {
    let key = fresh_key();
    let world = enrolled_unsent(&key).await;
    stumbles(&world).await;
    let ended = reset(&world).await;
    assert!(
        matches!(&ended, Ending::Reset { push: PushState::Queued, losses, .. } if losses.is_somebodys()),
        "{ended:?}"
    );
    let round = world.station.push_outbox().await.expect("pushed");
    assert_eq!((round.accepted, round.queued), (0, 2));
    assert_eq!(states(&world), ["enrolment", "reset"]);
    mended(&world).await;
    let round = world.station.push_outbox().await.expect("pushed");
    assert_eq!((round.accepted, round.queued, round.rejected), (2, 0, 0));
    let page = world.station.person(&person(1)).await.expect("a page");
    assert!(page.credentials[0].gone_at.is_some());
    assert_eq!(page.person.keys, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enrolment_in_conflict_is_never_sent_again_once_its_key_is_reset() {
    let key = fresh_key();
    let mut world = world(1).await;
    let entry = in_conflict_on(&mut world, &key).await;
    reset(&world).await;
    assert!(waiting(&world).is_empty());
    // Even if its reason is gone by now.
    sql(&world, "UPDATE offer SET expires_ms = 99999999999999").await;
    let retried = world
        .station
        .resolve_conflict(entry.id, Resolution::Retry)
        .await;
    assert!(retried.is_err(), "{retried:?}");
    let page = world.station.person(&person(1)).await.expect("a page");
    assert!(page.credentials.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_test_of_a_key_is_told_after_its_enrolment() {
    let key = fresh_key();
    let world = enrolled_unsent(&key).await;
    stumbles(&world).await;
    let again = enrol(&world, 1).await.expect("tested");
    assert!(
        matches!(
            &again,
            Ending::Retested {
                push: PushState::Queued,
                ..
            }
        ),
        "{again:?}"
    );
    assert_eq!(states(&world), ["enrolment", "test"]);
    mended(&world).await;
    let entries = waiting(&world);
    let pushed = world.station.push_entry(entries[1].id).await;
    assert!(
        matches!(pushed, Ok(workflow::Pushed::Accepted { .. })),
        "{pushed:?}"
    );
    assert!(waiting(&world).is_empty(), "the enrolment went first");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_test_of_a_key_whose_enrolment_is_refused_waits_until_that_is_resolved() {
    let key = fresh_key();
    let world = enrolled_unsent(&key).await;
    stumbles(&world).await;
    enrol(&world, 1).await.expect("tested");
    mended(&world).await;
    sql(&world, "UPDATE offer SET expires_ms = 1 WHERE id = (SELECT id FROM offer ORDER BY issued_ms LIMIT 1)").await;
    let round = world.station.push_outbox().await.expect("pushed");
    assert_eq!((round.rejected, round.queued), (1, 1));
    assert_eq!(states(&world), ["enrolment refused", "test"]);
    sql(&world, "UPDATE offer SET expires_ms = 99999999999999").await;
    let refused = waiting(&world).remove(0).id;
    let round = world
        .station
        .resolve_conflict(refused, Resolution::Retry)
        .await
        .expect("resolved");
    assert_eq!((round.accepted, round.rejected, round.queued), (2, 0, 0));
}

/// A run that was stopped before it was known what the key had made.
async fn left_open(world: &World) -> Unfinished {
    let (inner, _) = desk(world, &Cancel::default());
    let mut faulty = FaultyDesk::at(inner, "make_credential", Mishap::StopsBefore);
    let stopped = faulty.stopped();
    let who = person(1);
    tokio::select! {
        ended = workflow::enrol(&mut faulty, &who) => panic!("not stopped: {ended:?}"),
        () = stopped.notified() => {}
    }
    world.station.store().unfinished().expect("read").remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn ending_older_work_deletes_no_credential_whose_enrolment_may_be_sent_again() {
    let key = fresh_key();
    let mut world = world(1).await;
    world.rack.put(SLOT, &key);
    let work = left_open(&world).await;
    let entry = in_conflict_on(&mut world, &key).await;
    let before = key.credentials();
    assert_eq!(before.len(), 1);
    let (mut desk, _) = desk(&world, &Cancel::default());
    let ended = workflow::resolve(&mut desk, work, How::WithKey).await;
    assert!(matches!(ended, Ok(Ending::Resolved { .. })), "{ended:?}");
    assert_eq!(key.credentials(), before);
    let left = waiting(&world);
    assert_eq!(left[0].id, entry.id, "its conflict is still to be resolved");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protected_credential_in_conflict_is_not_overwritten_by_another_enrolment() {
    let key = hiding_key();
    let world = enrolled_hidden(&key).await;
    let before = key.credentials();
    let stop = enrol(&world, 1).await;
    assert!(
        matches!(&stop, Err(Stop::KeyRefused(Refusal::Unresolved))),
        "{stop:?}"
    );
    assert_eq!(key.credentials(), before);
}

/// A key whose credentials can't be seen without user verification, whatever the registry asked for.
fn hiding_key() -> SoftKey {
    SoftKey::new(Profile {
        least_protection: 3,
        ..Profile::yubikey_5_nfc().with_touch(TouchPolicy::Auto)
    })
}

/// A key whose enrolment was refused, with a credential that shows itself to nobody without a PIN.
async fn enrolled_hidden(key: &SoftKey) -> World {
    let world = world(1).await;
    world.rack.put(SLOT, key);
    let (inner, _) = desk(&world, &Cancel::default());
    let mut unsent = FaultyDesk::at(inner, "push", Mishap::FailsBefore);
    let ended = workflow::enrol(&mut unsent, &person(1)).await;
    ended.expect("enrolled");
    sql(&world, "UPDATE offer SET expires_ms = 1").await;
    let round = world.station.push_outbox().await.expect("pushed");
    assert_eq!(round.rejected, 1);
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_key_cannot_delete_again_is_listed_for_both_sides_and_finished_from_there() {
    // It lists nothing and deletes nothing.
    let key = SoftKey::new(Profile::ctap20().with_touch(TouchPolicy::Auto));
    let world = world(1).await;
    world.rack.put(SLOT, &key);
    let (inner, _) = desk(&world, &Cancel::default());
    let mut faulty = FaultyDesk::at(inner, "get_assertion", Mishap::FailsBefore);
    let stop = workflow::enrol(&mut faulty, &person(1)).await;
    let stop = stop.expect_err("the key failed");
    assert_eq!(stop.remains(), Remains::Credential, "{stop}");
    assert_eq!(key.credentials().len(), 1);
    let work = world.station.store().unfinished().expect("read");
    let [work @ Unfinished::Enrolment(_)] = work.as_slice() else {
        panic!("not listed: {work:?}");
    };
    for language in Language::ALL {
        let outlook = Text::load(language).outlook(work);
        for said in [outlook.known, outlook.registry, outlook.way] {
            assert!(!said.is_empty());
        }
    }
    let (mut desk, _) = desk(&world, &Cancel::default());
    let ended = workflow::resolve(&mut desk, work.clone(), How::WithKey).await;
    assert!(
        matches!(
            &ended,
            Ok(Ending::Enrolled {
                push: PushState::Accepted,
                ..
            })
        ),
        "{ended:?}"
    );
    assert!(world.station.store().unfinished().expect("read").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keys_history_has_its_enrolments_tests_and_resets_beside_its_care() {
    let key = fresh_key();
    let world = world(1).await;
    world.rack.put(SLOT, &key);
    enrol(&world, 1).await.expect("enrolled");
    enrol(&world, 1).await.expect("tested");
    let Ending::Reset { key: facts, .. } = reset(&world).await else {
        panic!("not reset");
    };
    let history = world.station.store().history_of(&facts, 10).expect("read");
    let handlings: Vec<_> = history.iter().map(|line| &line.handling).collect();
    assert!(
        matches!(
            handlings.as_slice(),
            [Handling::Reset { names }, Handling::Tested { name: Some(tested), .. }, Handling::Enrolled { name, .. }]
                if names == &["Person 1"] && tested == "Person 1" && name == "Person 1"
        ),
        "{handlings:?}"
    );
    let reopened = world.reopen().expect("opens again");
    let again = reopened.station.store().history_of(&facts, 10);
    assert_eq!(again.expect("read"), history);
}
