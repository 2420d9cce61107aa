//! Apps that are enrolled, alone or after a key, online or with a ticket; and why a code is wrong.

use std::sync::atomic::Ordering;

use keydesk::domain::factor::CodeVerdict;
use keydesk::record::{EndReason, Remains};
use keydesk::store::audit;
use keydesk::wire::TicketRequest;
use keydesk::workflow::dialogue::{AppQuestion, AppResult, Ending, PushState, StationClock};
use keydesk::workflow::{Pushed, Stop, app};

use super::Timed;
use super::phone::{Manner, People};
use crate::leftovers::endings;
use crate::outbox::sql;
use crate::scenarios::{SLOT, fresh_key, person};

const APP: &str = "Authenticator app";

#[tokio::test(flavor = "multi_thread")]
async fn an_app_is_enrolled_once_its_code_was_right_and_then_works() {
    let timed = Timed::new(1).await;
    let phone = timed.phone();
    let run = timed.enrol(1, &phone, Manner::Willing).await;
    assert_eq!(run.push(), PushState::Accepted);
    assert!(run.people.advice().is_empty());
    let factors = timed.factors(1).await;
    let [factor] = factors.as_slice() else {
        panic!("one app: {factors:?}");
    };
    assert_eq!(factor.name, APP);
    assert!(timed.works(1, &phone, factor).await);
    let store = timed.world.station.store();
    assert!(store.unfinished().expect("read").is_empty());
    assert!(store.outbox().expect("read").is_empty());
    audit::verify(&timed.world.data()).expect("a whole chain");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_on_the_station_s_disk_tells_the_secret() {
    let timed = Timed::new(2).await;
    let (enrolled, left) = (timed.phone(), timed.phone());
    timed.enrol(1, &enrolled, Manner::Willing).await;
    timed.enrol(2, &left, Manner::Leaves).await;
    let mut searched = 0;
    for phone in [&enrolled, &left] {
        let base32 = phone.base32(APP);
        let secret = keydesk::totp::TotpSecret::from_base32(&base32).map_err(|e| e.to_string());
        let bytes = secret.expect("a secret").as_bytes().to_vec();
        let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
        let mut folders = vec![timed.world.data()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let held = std::fs::read(&path).expect("a file");
                searched += held.len();
                for needle in [base32.as_bytes(), hex.as_bytes(), &bytes] {
                    let found = held.windows(needle.len()).any(|part| part == needle);
                    assert!(!found, "{}", path.display());
                }
            }
        }
    }
    assert!(searched > 10_000, "{searched} bytes were searched");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_and_an_app_come_of_one_visit_and_one_identification() {
    let timed = Timed::new(1).await;
    timed.world.rack.put(SLOT, &fresh_key());
    let phone = timed.phone();
    let (mut desk, _) = timed.desk(People::new(&phone, Manner::Willing));
    let ending = app::enrol_both(&mut desk, &person(1)).await.expect("both");
    let Ending::Both { key, app } = ending else {
        panic!("not both: {ending:?}");
    };
    assert!(matches!(
        *key,
        Ending::Enrolled {
            push: PushState::Accepted,
            ..
        }
    ));
    assert!(matches!(
        *app,
        Ending::App {
            result: AppResult::Enrolled {
                push: PushState::Accepted,
                ..
            },
            ..
        }
    ));
    let page = timed
        .world
        .station
        .person(&person(1))
        .await
        .expect("a page");
    assert_eq!((page.credentials.len(), page.factors.len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_comes_to_nothing_takes_nothing_away_from_the_key() {
    let timed = Timed::new(1).await;
    timed.world.rack.put(SLOT, &fresh_key());
    let (mut desk, _) = timed.desk(People::new(&timed.phone(), Manner::Leaves));
    let ending = app::enrol_both(&mut desk, &person(1)).await.expect("ended");
    let Ending::Both { key, app } = ending else {
        panic!("not both: {ending:?}");
    };
    assert!(matches!(*key, Ending::Enrolled { .. }));
    assert!(matches!(
        *app,
        Ending::Stopped {
            remains: Remains::OnPhone,
            ..
        }
    ));
    let page = timed
        .world
        .station
        .person(&person(1))
        .await
        .expect("a page");
    assert_eq!((page.credentials.len(), page.factors.len()), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_gives_a_key_and_an_app_while_the_registry_is_out_of_reach() {
    let mut timed = Timed::new(1).await;
    let today = timed.world.station.today();
    let request = TicketRequest {
        day: today,
        people: vec![person(1)],
    };
    let fetched = timed.world.station.fetch_tickets(&request).await;
    assert_eq!(fetched.expect("fetched"), 1);
    timed.stop_registry().await;
    timed.world.rack.put(SLOT, &fresh_key());
    let phone = timed.phone();
    let (mut desk, _) = timed.desk(People::new(&phone, Manner::Willing));
    let ending = app::enrol_both(&mut desk, &person(1)).await.expect("both");
    assert!(matches!(ending, Ending::Both { .. }), "{ending:?}");
    assert_eq!(timed.world.station.store().outbox().expect("read").len(), 2);
    let again = timed.enrol(1, &timed.phone(), Manner::Willing).await;
    assert!(
        matches!(again.ended, Err(Stop::Unreachable(_))),
        "a ticket is good for one app: {:?}",
        again.ended
    );
    // The weekend is over.
    timed.wait_s(20);
    timed.start_registry().await;
    let round = timed.world.station.push_outbox().await.expect("pushed");
    assert_eq!((round.accepted, round.rejected), (2, 0));
    let factors = timed.factors(1).await;
    assert_eq!(factors.len(), 1);
    assert!(timed.works(1, &phone, &factors[0]).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_of_one_person_is_told_in_order() {
    let mut timed = Timed::new(1).await;
    let request = TicketRequest {
        day: timed.world.station.today(),
        people: vec![person(1)],
    };
    let fetched = timed.world.station.fetch_tickets(&request).await;
    assert_eq!(fetched.expect("fetched"), 1);
    timed.stop_registry().await;
    timed.world.rack.put(SLOT, &fresh_key());
    let (mut desk, _) = timed.desk(People::new(&timed.phone(), Manner::Willing));
    app::enrol_both(&mut desk, &person(1)).await.expect("both");
    sql(
        &timed.world,
        "CREATE TRIGGER stumble BEFORE INSERT ON credential BEGIN SELECT RAISE(ABORT, 'no'); END",
    )
    .await;
    timed.start_registry().await;
    let station = &timed.world.station;
    let round = station.push_outbox().await.expect("tried");
    assert_eq!((round.accepted, round.queued), (0, 2), "the app waits too");
    let last = station.store().outbox().expect("read").pop();
    let pushed = station.push_entry(last.expect("the app").id).await;
    assert_eq!(pushed, Ok(Pushed::Queued), "nor does it go ahead by itself");
    sql(&timed.world, "DROP TRIGGER stumble").await;
    let round = station.push_outbox().await.expect("pushed");
    assert_eq!((round.accepted, round.queued), (2, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_whose_clock_is_wrong_is_told_by_how_much_and_tested_again() {
    let timed = Timed::new(2).await;
    for (n, fast_s) in [(1, 3600), (2, -86_000)] {
        let phone = timed.phone();
        phone.fast_s.store(fast_s, Ordering::SeqCst);
        let run = timed.enrol(n, &phone, Manner::Willing).await;
        assert_eq!(run.push(), PushState::Accepted);
        let advice = run.people.advice();
        let [CodeVerdict::Clock { fast_s: said }] = advice.as_slice() else {
            panic!("one piece of advice, about the clock: {advice:?}");
        };
        // The second of the two codes is read a step later.
        assert!((said - fast_s).abs() <= 60, "{said} for {fast_s}");
        let clocks = run.people.questions().into_iter().filter_map(|q| match q {
            AppQuestion::Advice { station_clock, .. } => Some(station_clock),
            _ => None,
        });
        assert_eq!(clocks.collect::<Vec<_>>(), [StationClock::Right]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_station_whose_own_clock_is_off_says_so_before_it_blames_a_phone() {
    let timed = Timed::new(1).await;
    timed.wait_s(600);
    let phone = timed.phone();
    phone.fast_s.store(-1800, Ordering::SeqCst);
    let run = timed.enrol(1, &phone, Manner::Willing).await;
    assert_eq!(run.push(), PushState::Accepted, "by the registry's clock");
    let clock = run.people.questions().into_iter().find_map(|q| match q {
        AppQuestion::Advice { station_clock, .. } => Some(station_clock),
        _ => None,
    });
    let Some(StationClock::Off { fast_s }) = clock else {
        panic!("the station is ten minutes slow: {clock:?}");
    };
    assert!((fast_s + 600).abs() <= 5, "{fast_s}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digit_misread_is_asked_for_again_without_blaming_the_clock() {
    let timed = Timed::new(1).await;
    let run = timed.enrol(1, &timed.phone(), Manner::Hasty).await;
    assert_eq!(run.push(), PushState::Accepted);
    let wrong: Vec<_> = run
        .people
        .questions()
        .into_iter()
        .filter_map(|question| match question {
            AppQuestion::ShowSecret { wrong, .. } => Some(wrong),
            _ => None,
        })
        .collect();
    assert_eq!(wrong, [None, Some(CodeVerdict::Misread)]);
    assert!(run.people.advice().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_code_of_an_earlier_entry_of_the_same_person_is_recognised() {
    let timed = Timed::new(1).await;
    let phone = timed.phone();
    let first = timed.enrol(1, &phone, Manner::Willing).await;
    assert_eq!(first.push(), PushState::Accepted);
    timed.wait_s(120);
    let second = timed.enrol(1, &phone, Manner::Mistaken(APP)).await;
    let others = second.people.advice().into_iter().filter(
        |verdict| matches!(verdict, CodeVerdict::OtherFactor { name, removed: false, .. } if name == APP),
    );
    assert!(others.count() >= 1, "{:?}", second.people.advice());
    assert!(
        matches!(
            second.ended.as_ref().map_err(Stop::cause),
            Err(Stop::WrongCodes(_))
        ),
        "{:?}",
        second.ended
    );
    assert_eq!(timed.factors(1).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_leaves_no_factor_and_says_that_the_phone_may_hold_an_entry() {
    let timed = Timed::new(1).await;
    let run = timed.enrol(1, &timed.phone(), Manner::Leaves).await;
    let stop = run.ended.expect_err("stopped");
    assert_eq!(stop.cause(), &Stop::Cancelled);
    assert_eq!(stop.remains(), Remains::OnPhone);
    assert_eq!(
        endings(&timed.world),
        [(EndReason::Cancelled, Remains::OnPhone)]
    );
    assert!(timed.factors(1).await.is_empty());
    let store = timed.world.station.store();
    assert!(store.unfinished().expect("read").is_empty());
    let again = timed.enrol(1, &timed.phone(), Manner::Willing).await;
    assert_eq!(again.push(), PushState::Accepted);
}
