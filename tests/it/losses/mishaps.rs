//! A report and a lift with every port call failed in turn, and with the world stopped at each: what was said to be done is done or
//! waits, what was not is as it was, and nobody's factor is left in between.

use keydesk::bay::Cancel;
use keydesk::record::OutboxBody;
use keydesk::store::audit;
use keydesk::workflow::dialogue::Ending;
use keydesk::workflow::{Stop, loss};

use super::{desk, only, order, push_of, suspended, with_key};
use crate::apps::Timed;
use crate::apps::phone::{Manner, People, Phone};
use crate::faulty_desk::{FaultyDesk, Mishap};
use crate::scenarios::{SLOT, answering, person, world};

const MISHAPS: [Mishap; 4] = [
    Mishap::FailsBefore,
    Mishap::FailsAfter,
    Mishap::StopsBefore,
    Mishap::StopsAfter,
];

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_was_recorded_arrives_and_one_that_was_not_changes_nothing() {
    let mut world = world(60).await;
    world.station.keep_session().expect("kept");
    let mut n = 0;
    let mut arrived = 0;
    for mishap in MISHAPS {
        for at in 0.. {
            n += 1;
            let key = with_key(&world, n).await;
            let (inner, _) = desk(&world, &Cancel::default());
            let mut desk = FaultyDesk::new(inner, Some(at), mishap);
            let stopped = desk.stopped();
            let outcome: Option<Result<Ending, Stop>> = tokio::select! {
                ended = loss::suspend(&mut desk, order(n)) => Some(ended),
                () = stopped.notified() => None,
            };
            let (hit, label) = (desk.hit, format!("{mishap:?} at call {at}: {outcome:?}"));
            drop(desk);
            world = world.reopen().expect("opens again");
            world.station.resume_session().expect("a session");
            let store = world.station.store();
            assert!(store.unfinished().expect("read").is_empty(), "{label}");
            let waits = store.outbox().expect("read");
            let waits = waits.iter().any(
                |e| matches!(&e.body, OutboxBody::Suspension { push } if push.person == person(n)),
            );
            let held = only(&world, n).await.suspended().is_some();
            if let Some(Ok(ending)) = &outcome {
                push_of(ending);
                assert!(held || waits, "{label}: said done, and is not");
            }
            let round = world.station.push_outbox().await.expect("pushed");
            assert_eq!(round.rejected, 0, "{label}");
            let now = only(&world, n).await.suspended().is_some();
            assert_eq!(now, held || waits, "{label}");
            arrived += usize::from(now);
            audit::verify(&world.data()).unwrap_or_else(|e| panic!("{label}: {e}"));
            drop(key);
            if hit.is_none() {
                assert!(now, "{label}");
                break;
            }
        }
    }
    assert!(n > 12 && arrived > 8, "{n} runs, {arrived} arrived");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_whose_lift_failed_is_still_suspended_or_valid_and_is_lifted_the_next_time() {
    let mut world = world(120).await;
    world.station.keep_session().expect("kept");
    let mut n = 0;
    for mishap in MISHAPS {
        for at in 0.. {
            n += 1;
            let key = with_key(&world, n).await;
            suspended(&world, n).await.expect("suspended");
            let (inner, _) = desk(&world, &Cancel::default());
            let mut faulty = FaultyDesk::new(inner, Some(at), mishap);
            let (stopped, who) = (faulty.stopped(), person(n));
            let outcome = tokio::select! {
                ended = loss::lift(&mut faulty, &who, None, None) => Some(ended),
                () = stopped.notified() => None,
            };
            let (hit, label) = (faulty.hit, format!("{mishap:?} at call {at}: {outcome:?}"));
            drop(faulty);
            world = world.reopen().expect("opens again");
            world.station.resume_session().expect("a session");
            world.rack.put(SLOT, &key);
            answering(&world).await;
            let now = only(&world, n).await;
            if matches!(outcome, Some(Ok(_))) {
                assert!(now.is_valid(), "{label}: said done");
            }
            if !now.is_valid() {
                assert!(now.suspended().is_some(), "{label}");
                let (mut again, _) = desk(&world, &Cancel::default());
                let ended = loss::lift(&mut again, &who, None, None).await;
                ended.unwrap_or_else(|stop| panic!("{label}: not lifted again: {stop}"));
            }
            assert!(only(&world, n).await.is_valid(), "{label}");
            let store = world.station.store();
            assert!(store.outbox().expect("read").is_empty(), "{label}");
            assert!(store.unfinished().expect("read").is_empty(), "{label}");
            if hit.is_none() {
                break;
            }
        }
    }
    assert!(n > 30, "{n} runs");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_whose_lift_failed_is_still_suspended_or_valid_and_is_lifted_the_next_time() {
    let mut timed = Timed::new(60).await;
    timed.world.station.keep_session().expect("kept");
    let mut n = 0;
    for mishap in MISHAPS {
        for at in 0.. {
            n += 1;
            let phone = timed.phone();
            let run = timed.enrol(n, &phone, Manner::Willing).await;
            run.ended.expect("enrolled");
            timed.wait_s(90);
            suspended(&timed.world, n).await.expect("suspended");
            let (hit, label) = lift_app(&timed, n, &phone, (mishap, at)).await;
            timed.world = timed.world.reopen().expect("opens again");
            timed.world.station.resume_session().expect("a session");
            if !only(&timed.world, n).await.is_valid() {
                timed.wait_s(90);
                let (mut again, _) = timed.desk(People::new(&phone, Manner::Willing));
                let ended = loss::lift(&mut again, &person(n), None, None).await;
                ended.unwrap_or_else(|stop| panic!("{label}: not lifted again: {stop}"));
            }
            assert!(only(&timed.world, n).await.is_valid(), "{label}");
            if !hit {
                break;
            }
        }
    }
    assert!(n > 20, "{n} runs");
}

/// Lifts an app up to its mishap; whether one was hit, and what to call it.
async fn lift_app(
    timed: &Timed,
    n: usize,
    phone: &Phone,
    (mishap, at): (Mishap, usize),
) -> (bool, String) {
    let (inner, _) = timed.desk(People::new(phone, Manner::Willing));
    let mut faulty = FaultyDesk::new(inner, Some(at), mishap);
    let (stopped, who) = (faulty.stopped(), person(n));
    let outcome = tokio::select! {
        ended = loss::lift(&mut faulty, &who, None, None) => Some(ended),
        () = stopped.notified() => None,
    };
    if matches!(outcome, Some(Ok(_))) {
        assert!(
            only(&timed.world, n).await.is_valid(),
            "{mishap:?} at call {at}"
        );
    }
    let label = format!("{mishap:?} at call {at} ({:?}): {outcome:?}", faulty.hit);
    (faulty.hit.is_some(), label)
}
