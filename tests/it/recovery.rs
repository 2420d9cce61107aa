//! Enrolments that fail or are stopped at every call, and what the next start makes of them.

use std::time::Duration;

use keydesk::bay::Cancel;
use keydesk::bay::soft::SoftKey;
use keydesk::domain::UsbPath;
use keydesk::program::demo::world::World;
use keydesk::record::Remains;
use keydesk::store::audit;
use keydesk::wire::TicketRequest;
use keydesk::workflow::dialogue::{Ending, Event, PushState};
use keydesk::workflow::{self, How};

use crate::faulty_desk::{FaultyDesk, Mishap};
use crate::scenarios::{SLOT, answering, desk, enrol, fresh_key, person, state_of, world};

/// What must hold once a stopped or failed enrolment has been recovered from.
async fn check_invariants(world: &World, n: usize, key: &SoftKey, label: &str) {
    let store = world.station.store();
    assert!(store.unfinished().expect("read").is_empty(), "{label}");
    assert!(store.outbox().expect("read").is_empty(), "{label}");
    let on_key = key.credentials();
    assert!(on_key.len() <= 1, "{label}: {} credentials", on_key.len());
    let here = store.enrolments_of(&person(n)).expect("read");
    let page = world.station.person(&person(n)).await.expect("a page");
    let at_registry: Vec<_> = page.credentials.iter().map(|c| c.id.0.clone()).collect();
    let recorded: Vec<_> = here.iter().map(|e| e.credential.0.clone()).collect();
    assert_eq!(
        recorded, at_registry,
        "{label}: station and registry differ"
    );
    let held: Vec<_> = on_key.into_iter().map(|c| c.id).collect();
    assert_eq!(held, at_registry, "{label}: key and registry differ");
    assert!(here.iter().all(|e| e.pushed), "{label}");
    audit::verify(&world.data()).unwrap_or_else(|e| panic!("{label}: {e}"));
}

async fn recover(world: &World, label: &str) {
    let work = world.station.store().unfinished().expect("read");
    for unfinished in work {
        let (mut desk, _) = desk(world, &Cancel::default());
        let run = workflow::resolve(&mut desk, unfinished, How::WithKey);
        tokio::time::timeout(Duration::from_secs(20), run)
            .await
            .unwrap_or_else(|_| panic!("{label}: stuck in recovery"))
            .unwrap_or_else(|stop| panic!("{label}: not recovered: {stop}"));
    }
    world.station.push_outbox().await.expect("pushed");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_port_call_may_fail_or_be_the_last_one_before_a_power_cut() {
    let mishaps = [
        Mishap::FailsBefore,
        Mishap::FailsAfter,
        Mishap::StopsBefore,
        Mishap::StopsAfter,
    ];
    let mut world = world(200).await;
    world.station.keep_session().expect("kept");
    let calls = {
        world.rack.put(SLOT, &fresh_key());
        let (inner, _) = desk(&world, &Cancel::default());
        let mut counting = FaultyDesk::new(inner, None, Mishap::FailsBefore);
        workflow::enrol(&mut counting, &person(200))
            .await
            .expect("enrolled");
        counting.calls()
    };
    assert!((12..40).contains(&calls), "{calls} calls");
    let mut n = 0;
    for mishap in mishaps {
        for at in 0..calls {
            n += 1;
            let key = fresh_key();
            world.rack.put(SLOT, &key);
            let (inner, _) = desk(&world, &Cancel::default());
            let mut faulty = FaultyDesk::new(inner, Some(at), mishap);
            let stopped = faulty.stopped();
            let who = person(n);
            let outcome = tokio::select! {
                result = workflow::enrol(&mut faulty, &who) => Some(result),
                () = stopped.notified() => None,
            };
            let hit = faulty.hit.unwrap_or("nothing");
            let label = format!("{mishap:?} at call {at} ({hit}), outcome {outcome:?}");
            drop(faulty);
            world = world.reopen().expect("opens again");
            world.station.resume_session().expect("a session");
            key.power_cycle();
            world.rack.put(SLOT, &key);
            answering(&world).await;
            recover(&world, &label).await;
            check_invariants(&world, n, &key, &label).await;
            if matches!(outcome, Some(Ok(_))) {
                assert_eq!(key.credentials().len(), 1, "{label}: said done");
            }
        }
    }
}

/// Runs an enrolment until the world stops at a call, and opens the station again.
async fn stopped_at(world: World, n: usize, call: &'static str, mishap: Mishap) -> World {
    world.station.keep_session().expect("kept");
    let (inner, _) = desk(&world, &Cancel::default());
    let mut faulty = FaultyDesk::at(inner, call, mishap);
    let stopped = faulty.stopped();
    let who = person(n);
    tokio::select! {
        ended = workflow::enrol(&mut faulty, &who) => panic!("not stopped at {call}: {ended:?}"),
        () = stopped.notified() => {}
    }
    drop(faulty);
    let key = world.rack.key(&UsbPath::new(SLOT)).expect("a key");
    let world = world.reopen().expect("opens again");
    world.station.resume_session().expect("a session");
    key.power_cycle();
    world.rack.put(SLOT, &key);
    answering(&world).await;
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn old_unfinished_work_leaves_a_later_enrolment_alone() {
    let world = world(1).await;
    let key = fresh_key();
    world.rack.put(SLOT, &key);
    let world = stopped_at(world, 1, "make_credential", Mishap::StopsBefore).await;
    enrol(&world, 1).await.expect("enrolled");
    let enrolled = key.credentials();
    recover(&world, "after a later enrolment").await;
    assert_eq!(key.credentials(), enrolled);
    check_invariants(&world, 1, &key, "after a later enrolment").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_older_than_an_enrolment_overwrites_nothing() {
    let mut world = world(1).await;
    let key = fresh_key();
    world.rack.put(SLOT, &key);
    let request = TicketRequest::of_day(jiff::Zoned::now().date());
    let request = TicketRequest {
        people: vec![person(1)],
        ..request
    };
    world
        .station
        .fetch_tickets(&request)
        .await
        .expect("fetched");
    enrol(&world, 1).await.expect("enrolled");
    let enrolled = key.credentials();
    world.stop_registry().await;
    let again = enrol(&world, 1).await.expect("tested");
    assert!(matches!(again, Ending::Retested { .. }), "{again:?}");
    assert_eq!(key.credentials(), enrolled);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blank_twin_neither_ends_unfinished_work_nor_gets_a_pin() {
    let world = world(1).await;
    world.rack.put(SLOT, &fresh_key());
    let world = stopped_at(world, 1, "make_credential", Mishap::StopsBefore).await;
    let twin = fresh_key();
    world.rack.pull(&UsbPath::new(SLOT));
    world.rack.put(SLOT, &twin);
    answering(&world).await;
    let work = world.station.store().unfinished().expect("read");
    let work = work.into_iter().next().expect("unfinished work");
    let (mut desk, face) = desk(&world, &Cancel::default());
    let run = workflow::resolve(&mut desk, work, How::WithKey);
    let ended = tokio::time::timeout(Duration::from_secs(1), run).await;
    assert!(ended.is_err(), "the twin was taken for the key: {ended:?}");
    let said = face.events();
    assert!(said.iter().any(|e| matches!(e, Event::OtherKey { .. })));
    assert_eq!(world.station.store().unfinished().expect("read").len(), 1);
    let facts = world.station.slots().keys();
    let twin = facts.iter().find(|k| k.place.as_str() == SLOT);
    assert_eq!(twin.expect("the twin").pin_set, Some(false));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pin_that_was_written_is_told_although_its_answer_was_lost() {
    let world = world(1).await;
    world.rack.put(SLOT, &fresh_key());
    let (inner, _) = desk(&world, &Cancel::default());
    let mut faulty = FaultyDesk::at(inner, "set_pin", Mishap::FailsAfter);
    let stop = workflow::enrol(&mut faulty, &person(1))
        .await
        .expect_err("failed");
    assert_eq!(stop.remains(), Remains::Pin, "{stop}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_recorded_is_enrolled_whatever_becomes_of_its_push() {
    let world = world(1).await;
    world.rack.put(SLOT, &fresh_key());
    let (inner, _) = desk(&world, &Cancel::default());
    let mut faulty = FaultyDesk::at(inner, "push", Mishap::FailsBefore);
    let ending = workflow::enrol(&mut faulty, &person(1))
        .await
        .expect("enrolled");
    assert_eq!(state_of(&ending), &PushState::Queued);
    assert_eq!(world.station.store().outbox().expect("read").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_does_not_delete_is_told_of_with_its_own_reason_and_the_work_stays_unfinished() {
    let world = world(1).await;
    world.rack.put(SLOT, &fresh_key());
    let world = stopped_at(world, 1, "make_credential", Mishap::StopsAfter).await;
    let work = world.station.store().unfinished().expect("read");
    let work = work.into_iter().next().expect("unfinished work");
    let (inner, _) = desk(&world, &Cancel::default());
    let mut faulty = FaultyDesk::at(inner, "delete_credential", Mishap::FailsBefore);
    let stop = workflow::resolve(&mut faulty, work, How::WithKey)
        .await
        .expect_err("not deleted");
    assert_eq!(stop.remains(), Remains::Credential, "{stop}");
    assert!(stop.to_string().contains("mishap"), "{stop}");
    assert_eq!(world.station.store().unfinished().expect("read").len(), 1);
    recover(&world, "once the key deletes").await;
    let key = world.rack.key(&UsbPath::new(SLOT)).expect("a key");
    check_invariants(&world, 1, &key, "once the key deletes").await;
}
