//! An enrolment of an app with every port call failed in turn, and with the world stopped at each: nobody is left with an active
//! factor whose secret they do not have, nor with an entry that opens nothing unless they are told or it is listed.

use std::time::Duration;

use keydesk::record::{OutboxBody, Remains, Unfinished};
use keydesk::store::audit;
use keydesk::workflow::dialogue::{AppResult, Ending, Replaced};
use keydesk::workflow::{self, How, Stop, app};

use super::Timed;
use super::phone::{Manner, People, Phone};
use crate::faulty_desk::{FaultyDesk, Mishap};
use crate::leftovers::endings;
use crate::scenarios::person;

const APP: &str = "Authenticator app";

const MISHAPS: [Mishap; 4] = [
    Mishap::FailsBefore,
    Mishap::FailsAfter,
    Mishap::StopsBefore,
    Mishap::StopsAfter,
];

/// Plays an enrolment up to its mishap: how it ended, unless the world stopped; and which call was hit.
async fn played(
    timed: &Timed,
    n: usize,
    phone: &Phone,
    (mishap, at): (Mishap, usize),
) -> (Option<Result<Ending, Stop>>, Option<&'static str>) {
    let (inner, _) = timed.desk(People::new(phone, Manner::Willing));
    let mut desk = FaultyDesk::new(inner, Some(at), mishap);
    let stopped = desk.stopped();
    let who = person(n);
    let outcome = tokio::select! {
        result = app::enrol_app(&mut desk, &who) => Some(result),
        () = stopped.notified() => None,
    };
    (outcome, desk.hit)
}

/// What is listed is taken up by an operator who has the person and the phone at the desk, as far as the phone has anything.
async fn recover(timed: &Timed, phone: &Phone, label: &str) {
    let work = timed.world.station.store().unfinished().expect("read");
    for unfinished in work {
        let Unfinished::App(app) = &unfinished else {
            panic!("{label}: {unfinished:?}");
        };
        let how = How::of(!phone.names().contains(&app.name));
        let (mut desk, _) = timed.desk(People::new(phone, Manner::Willing));
        let run = workflow::resolve(&mut desk, unfinished, how);
        tokio::time::timeout(Duration::from_secs(20), run)
            .await
            .unwrap_or_else(|_| panic!("{label}: stuck in recovery"))
            .unwrap_or_else(|stop| panic!("{label}: not recovered: {stop}"));
    }
    timed.world.station.push_outbox().await.expect("pushed");
}

/// What must hold before anybody takes anything up.
async fn check_listed(timed: &Timed, n: usize, phone: &Phone, told: Remains, label: &str) {
    let store = timed.world.station.store();
    let unfinished = store.unfinished().expect("read");
    let waits = store.outbox().expect("read");
    let waits = waits
        .iter()
        .any(|entry| matches!(&entry.body, OutboxBody::App { push } if push.person == person(n)));
    let active = timed.factors(n).await;
    assert!(active.len() <= 1, "{label}");
    if !active.is_empty() {
        assert_eq!(phone.names(), [APP], "{label}: active, and on no phone");
    }
    if active.is_empty() && !phone.names().is_empty() {
        let listed = !unfinished.is_empty() || waits;
        assert!(
            listed || told == Remains::OnPhone,
            "{label}: on the phone, and nobody knows"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_mishap_leaves_a_factor_without_its_phone_or_a_phone_without_a_word() {
    let mut timed = Timed::new(100).await;
    timed.world.station.keep_session().expect("kept");
    let mut n = 0;
    let mut finished = 0;
    for mishap in MISHAPS {
        for at in 0.. {
            n += 1;
            timed.wait_s(90);
            let phone = timed.phone();
            let before = endings(&timed.world).len();
            let (outcome, hit) = played(&timed, n, &phone, (mishap, at)).await;
            let label = format!("{mishap:?} at call {at} ({hit:?}): {outcome:?}");
            timed.world = timed.world.reopen().expect("opens again");
            timed.world.station.resume_session().expect("a session");
            let told = endings(&timed.world).into_iter().skip(before);
            let told = told.map(|(_, remains)| remains).next();
            let told = told.unwrap_or(Remains::Nothing);
            check_listed(&timed, n, &phone, told, &label).await;
            recover(&timed, &phone, &label).await;
            let store = timed.world.station.store();
            assert!(store.unfinished().expect("read").is_empty(), "{label}");
            assert!(store.outbox().expect("read").is_empty(), "{label}");
            let active = timed.factors(n).await;
            if matches!(outcome, Some(Ok(_))) {
                assert_eq!(active.len(), 1, "{label}: said done");
            }
            for factor in &active {
                assert!(timed.works(n, &phone, factor).await, "{label}");
                finished += 1;
            }
            audit::verify(&timed.world.data()).unwrap_or_else(|e| panic!("{label}: {e}"));
            if hit.is_none() {
                break;
            }
        }
    }
    assert!(
        n > 20 && finished > 8,
        "{n} runs, {finished} of them enrolled"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_was_stopped_after_it_was_scanned_is_finished_by_its_code_alone() {
    let mut timed = Timed::new(1).await;
    timed.world.station.keep_session().expect("kept");
    let phone = timed.phone();
    let (inner, _) = timed.desk(People::new(&phone, Manner::Willing));
    let mut desk = FaultyDesk::at(inner, "ask_until", Mishap::StopsAfter);
    let stopped = desk.stopped();
    let who = person(1);
    tokio::select! {
        ended = app::enrol_app(&mut desk, &who) => panic!("not stopped: {ended:?}"),
        () = stopped.notified() => {}
    }
    drop(desk);
    timed.world = timed.world.reopen().expect("opens again");
    timed.world.station.resume_session().expect("a session");
    let work = timed.world.station.store().unfinished().expect("read");
    let [Unfinished::App(_)] = work.as_slice() else {
        panic!("unfinished: {work:?}");
    };
    timed.wait_s(60);
    // Nothing is right: it stays as it was, and nobody is told to delete the entry that it needs.
    let (mut desk, _) = timed.desk(People::new(&phone, Manner::Hopeless));
    let stop = workflow::resolve(&mut desk, work[0].clone(), How::WithKey).await;
    let stop = stop.expect_err("no right code");
    assert_eq!(stop.remains(), Remains::AppUnknown, "{stop}");
    let still = timed.world.station.store().unfinished().expect("read");
    assert_eq!(still.len(), 1);
    timed.wait_s(90);
    let (mut desk, people) = timed.desk(People::new(&phone, Manner::Willing));
    let ending = workflow::resolve(&mut desk, work[0].clone(), How::WithKey).await;
    assert!(matches!(ending, Ok(Ending::App { .. })), "{ending:?}");
    assert_eq!(people.questions().len(), 1, "a code and nothing else");
    let factors = timed.factors(1).await;
    assert!(timed.works(1, &phone, &factors[0]).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_phone_that_is_stopped_anywhere_never_costs_the_old_one_before_it_works_itself() {
    let mut timed = Timed::new(100).await;
    timed.world.station.keep_session().expect("kept");
    let (mut n, mut moved) = (0, 0);
    for mishap in MISHAPS {
        for at in 0.. {
            n += 1;
            let phone = timed.phone();
            let run = timed.enrol(n, &phone, Manner::Willing).await;
            run.ended.expect("enrolled");
            timed.leave(n).await;
            timed.wait_s(90);
            let before = endings(&timed.world).len();
            let (outcome, hit) = new_phone(&timed, n, &phone, (mishap, at)).await;
            let label = format!("{mishap:?} at call {at} ({hit:?}): {outcome:?}");
            timed.world = timed.world.reopen().expect("opens again");
            timed.world.station.resume_session().expect("a session");
            // One of the two, never none and never both.
            let active = timed.factors(n).await;
            let [only] = active.as_slice() else {
                panic!("{label}: {active:?}");
            };
            let is_old = only.name == APP;
            check_told(&timed, (n, before), (&phone, is_old), &outcome, &label).await;
            assert!(timed.works(n, &phone, only).await, "{label}");
            recover(&timed, &phone, &label).await;
            let store = timed.world.station.store();
            assert!(store.unfinished().expect("read").is_empty(), "{label}");
            assert!(store.outbox().expect("read").is_empty(), "{label}");
            let active = timed.factors(n).await;
            let [only] = active.as_slice() else {
                panic!("{label}: {active:?}");
            };
            assert!(timed.works(n, &phone, only).await, "{label}");
            moved += usize::from(only.name != APP);
            if hit.is_none() {
                assert_ne!(only.name, APP, "{label}");
                break;
            }
        }
    }
    assert!(n > 40 && moved > 8, "{n} runs, {moved} of them moved");
}

/// A run that was not finished leaves the old one, and the new phone's entry is listed or told of.
async fn check_told(
    timed: &Timed,
    (n, before): (usize, usize),
    (phone, is_old): (&Phone, bool),
    outcome: &Option<Result<Ending, Stop>>,
    label: &str,
) {
    if let Some(Ok(Ending::App {
        result: AppResult::Enrolled { old, push, .. },
        ..
    })) = outcome
    {
        assert!(old.is_some(), "{label}");
        assert!(
            !Replaced::is_over(push) || !is_old,
            "{label}: said to be over"
        );
    }
    if !is_old || phone.names() == [APP] {
        return;
    }
    let store = timed.world.station.store();
    let listed = !store.unfinished().expect("read").is_empty();
    let waits = store.outbox().expect("read");
    let waits = waits
        .iter()
        .any(|entry| matches!(&entry.body, OutboxBody::App { push } if push.person == person(n)));
    let told = endings(&timed.world).into_iter().skip(before);
    let told = told.map(|(_, remains)| remains).next();
    assert!(
        listed || waits || told == Some(Remains::OnPhone),
        "{label}: on the new phone, and nobody knows"
    );
}

/// Moves somebody to a new phone, up to a mishap.
async fn new_phone(
    timed: &Timed,
    n: usize,
    phone: &Phone,
    (mishap, at): (Mishap, usize),
) -> (Option<Result<Ending, Stop>>, Option<&'static str>) {
    let old = timed.factors(n).await.pop().map(|factor| factor.id);
    let (inner, _) = timed.desk(People::new(phone, Manner::Willing));
    let mut desk = FaultyDesk::new(inner, Some(at), mishap);
    let (stopped, who) = (desk.stopped(), person(n));
    let outcome = tokio::select! {
        result = app::replace_app(&mut desk, &who, old) => Some(result),
        () = stopped.notified() => None,
    };
    (outcome, desk.hit)
}

/// What is done to somebody who has two apps.
#[derive(Debug, Clone, Copy)]
enum Act {
    Replace,
    Remove,
}

async fn act(
    timed: &Timed,
    act: Act,
    n: usize,
    phone: &Phone,
    at: Option<(Mishap, usize)>,
) -> bool {
    let people = People::new(phone, Manner::Willing).proving_with(APP);
    let (inner, _) = timed.desk(people);
    let (mishap, at) = at.map_or((Mishap::FailsBefore, None), |(m, at)| (m, Some(at)));
    let mut desk = FaultyDesk::new(inner, at, mishap);
    let (stopped, who) = (desk.stopped(), person(n));
    let second = timed.factors(n).await.into_iter().find(|f| f.name != APP);
    let second = second.map(|factor| factor.id);
    tokio::select! {
        _ = async {
            match act {
                Act::Replace => drop(app::replace_app(&mut desk, &who, second).await),
                Act::Remove => drop(app::remove_factor(&mut desk, &who, second).await),
            }
        } => {}
        () = stopped.notified() => {}
    }
    desk.hit.is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_mishap_takes_away_more_than_was_meant_or_leaves_what_the_person_does_not_have() {
    let mut timed = Timed::new(150).await;
    timed.world.station.keep_session().expect("kept");
    let mut n = 0;
    for (what, mishap) in [Act::Replace, Act::Remove]
        .into_iter()
        .flat_map(|act| MISHAPS.map(|mishap| (act, mishap)))
    {
        for at in 0.. {
            n += 1;
            let phone = timed.phone();
            for _ in 0..2 {
                let run = timed.enrol(n, &phone, Manner::Willing).await;
                run.ended.expect("enrolled");
            }
            timed.leave(n).await;
            timed.wait_s(90);
            let hit = act(&timed, what, n, &phone, Some((mishap, at))).await;
            let label = format!("{what:?}, {mishap:?} at call {at}");
            timed.world = timed.world.reopen().expect("opens again");
            timed.world.station.resume_session().expect("a session");
            let active = timed.factors(n).await;
            let least = match what {
                // The old one stays until the new one is in force.
                Act::Replace => 2,
                Act::Remove => 1,
            };
            assert!((least..=2).contains(&active.len()), "{label}: {active:?}");
            recover(&timed, &phone, &label).await;
            let store = timed.world.station.store();
            assert!(store.unfinished().expect("read").is_empty(), "{label}");
            assert!(store.outbox().expect("read").is_empty(), "{label}");
            for factor in timed.factors(n).await {
                assert!(timed.works(n, &phone, &factor).await, "{label}: {factor:?}");
            }
            if !hit {
                break;
            }
        }
    }
    assert!(n > 60, "{n} runs");
}
