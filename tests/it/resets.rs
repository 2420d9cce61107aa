//! Resets, coached: software keys that are pulled and put back, a real registry, and what both sides say afterwards.

#![expect(
    clippy::indexing_slicing,
    reason = "a test that indexes wrongly fails, as it should"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use keydesk::bay::Cancel;
use keydesk::bay::soft::{Profile, SoftKey, TouchPolicy};
use keydesk::cli::args::{
    CareCommand, CaseArguments, CodeSource, KeyChoice, ProofArguments, ResetArguments,
};
use keydesk::cli::commands::{self, StationCommand};
use keydesk::cli::output::{Exit, Outcome};
use keydesk::domain::UsbPath;
use keydesk::domain::reset::ResetCase;
use keydesk::program::demo::world::{Rack, ScriptedFace, World};
use keydesk::record::{Remains, Unfinished};
use keydesk::server::ServeConfig;
use keydesk::station::desk::StationDesk;
use keydesk::station::stopper::Stopper;
use keydesk::store::audit;
use keydesk::workflow::dialogue::{Again, Coach, Ending, Event, PushState};
use keydesk::workflow::{self, How, ResetOrder, Stop};

use crate::faulty_desk::{FaultyDesk, Mishap};
use crate::headless::paper;
use crate::scenarios::{PIN, SLOT, answering, enrol, fresh_key, person, world};

/// Longer than any run here may last, with other tests beside it.
const LONG: Duration = Duration::from_secs(90);

fn case() -> ResetCase {
    ResetCase {
        reason: "PIN forgotten".to_owned(),
        ticket: Some("T-1".to_owned()),
        requested_by: Some("W. Example".to_owned()),
        identification: "passport:7K31".parse().ok(),
    }
}

pub fn order() -> ResetOrder {
    ResetOrder {
        at: Some(UsbPath::new(SLOT)),
        case: case(),
        list: false,
    }
}

/// Hands that do what the coach says, a moment later and from elsewhere, as people do.
pub fn hands(rack: &Rack) -> impl Fn(&Event) + Send + Sync + 'static {
    let rack = rack.clone();
    move |event| {
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
    }
}

fn desk_with(
    world: &World,
    cancel: &Cancel,
    hear: impl Fn(&Event) + Send + Sync + 'static,
) -> (StationDesk, Arc<ScriptedFace>) {
    let face = Arc::new(ScriptedFace::new(SLOT, PIN).hearing(hear));
    let station = Arc::clone(&world.station);
    let desk = StationDesk::new(station, Arc::clone(&face), cancel.clone());
    (desk, face)
}

pub async fn run(world: &World, order: ResetOrder) -> (Result<Ending, Stop>, Vec<Event>) {
    let (mut desk, face) = desk_with(world, &Cancel::default(), hands(&world.rack));
    let ended = tokio::time::timeout(LONG, workflow::reset(&mut desk, order)).await;
    (ended.expect("ends by itself"), face.events())
}

fn coaching(events: &[Event]) -> Vec<Coach> {
    let coach = |event: &Event| match event {
        Event::Coach { coach, .. } => Some(*coach),
        _ => None,
    };
    events.iter().filter_map(coach).collect()
}

fn agains(events: &[Event]) -> Vec<Again> {
    let again = |coach: Coach| match coach {
        Coach::Pull { again } => again,
        _ => None,
    };
    coaching(events).into_iter().filter_map(again).collect()
}

fn nothing_open(world: &World) {
    let store = world.station.store();
    assert!(store.unfinished().expect("read").is_empty());
    audit::verify(&world.data()).expect("a whole chain");
}

/// A world whose person 1 has a key in the slot.
async fn enrolled(key: &SoftKey) -> World {
    let world = world(1).await;
    world.rack.put(SLOT, key);
    enrol(&world, 1).await.expect("enrolled");
    assert_eq!(key.credentials().len(), 1);
    world.station.keep_session().expect("kept");
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_reset_verified_empty_and_the_registry_holds_nothing_of_it_any_more() {
    let key = fresh_key();
    let world = enrolled(&key).await;
    let (ended, events) = run(&world, order()).await;
    let Ok(Ending::Reset {
        key: now,
        losses,
        push,
    }) = ended
    else {
        panic!("{ended:?}");
    };
    assert_eq!(push, PushState::Accepted);
    assert_eq!(losses.people()[0].id, person(1));
    assert_eq!(now.pin_set, Some(false));
    assert!(key.credentials().is_empty());
    let coached = coaching(&events);
    assert!(
        matches!(coached[0], Coach::Pull { again: None }),
        "{coached:?}"
    );
    assert!(
        matches!(coached[1], Coach::PutBack { window_s: 10 }),
        "{coached:?}"
    );
    assert!(matches!(coached[2], Coach::Window { .. }), "{coached:?}");
    assert!(
        matches!(coached[3], Coach::Touch { hold_s: 0, .. }),
        "{coached:?}"
    );
    let page = world.station.person(&person(1)).await.expect("a page");
    assert!(page.credentials[0].gone_at.is_some());
    assert_eq!(page.person.keys, 0);
    let here = world.station.store().enrolments_of(&person(1));
    assert!(here.expect("read")[0].gone_at.is_some());
    nothing_open(&world);
    // And it can be enrolled anew, also for somebody else.
    enrol(&world, 1).await.expect("enrolled anew");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_was_missed_explains_itself_and_needs_no_new_confirmation() {
    let key = fresh_key();
    let world = enrolled(&key).await;
    let (rack, slow) = (world.rack.clone(), key.clone());
    let hand = hands(&rack);
    let misses = Arc::new(AtomicUsize::new(0));
    let hear = move |event: &Event| {
        if let Event::Coach {
            coach: Coach::Window { .. },
            ..
        } = event
            && misses.fetch_add(1, Ordering::SeqCst) == 0
        {
            slow.advance(Duration::from_secs(11));
        }
        hand(event);
    };
    let (mut desk, face) = desk_with(&world, &Cancel::default(), hear);
    let ended = tokio::time::timeout(LONG, workflow::reset(&mut desk, order())).await;
    let ended = ended.expect("ends by itself");
    assert!(matches!(ended, Ok(Ending::Reset { .. })), "{ended:?}");
    let events = face.events();
    assert_eq!(agains(&events), [Again::TooLate]);
    let confirmed = |event: &&Event| matches!(event, Event::Step { step } if *step == workflow::dialogue::Step::Confirm);
    assert_eq!(events.iter().filter(confirmed).count(), 1);
    assert!(key.credentials().is_empty());
    nothing_open(&world);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_key_in_the_slot_is_never_reset() {
    let key = fresh_key();
    let world = enrolled(&key).await;
    let twin = fresh_key();
    twin.set_touch(TouchPolicy::Auto);
    let (rack, first) = (world.rack.clone(), AtomicUsize::new(0));
    let (stray, right) = (twin.clone(), key.clone());
    let hear = move |event: &Event| {
        let Event::Coach { key, coach } = event else {
            return;
        };
        let (rack, place) = (rack.clone(), key.place.clone());
        let put = match coach {
            Coach::PutBack { .. } if first.fetch_add(1, Ordering::SeqCst) == 0 => {
                Some(stray.clone())
            }
            Coach::PutBack { .. } => Some(right.clone()),
            Coach::Pull { .. } => None,
            _ => return,
        };
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(20));
            match put {
                Some(key) => rack.put(place.as_str(), &key),
                None => rack.pull(&place),
            }
        });
    };
    let before = twin.state();
    let (mut desk, face) = desk_with(&world, &Cancel::default(), hear);
    let ended = tokio::time::timeout(LONG, workflow::reset(&mut desk, order())).await;
    let ended = ended.expect("ends by itself");
    assert!(matches!(ended, Ok(Ending::Reset { .. })), "{ended:?}");
    assert_eq!(agains(&face.events()), [Again::OtherKey]);
    assert!(key.credentials().is_empty());
    assert_eq!(
        serde_json::to_string(&before).expect("text"),
        serde_json::to_string(&twin.state()).expect("text"),
        "the other key is as it was"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_asks_for_a_long_touch_is_held() {
    let key = SoftKey::new(Profile::ctap23().with_touch(TouchPolicy::Manual));
    let world = world(1).await;
    world.rack.put(SLOT, &key);
    answering(&world).await;
    let hand = hands(&world.rack);
    let holder = key.clone();
    let hear = move |event: &Event| {
        hand(event);
        if let Event::Coach {
            coach: Coach::Touch { .. },
            ..
        } = event
        {
            let key = holder.clone();
            std::thread::spawn(move || {
                key.wait_until_it_asks(Duration::from_secs(5));
                key.hold()
            });
        }
    };
    let (mut desk, _) = desk_with(&world, &Cancel::default(), hear);
    let ended = tokio::time::timeout(LONG, workflow::reset(&mut desk, order())).await;
    assert!(matches!(ended, Ok(Ok(Ending::Reset { .. }))), "{ended:?}");
    nothing_open(&world);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_registry_nothing_is_done_and_when_it_goes_away_later_the_report_waits() {
    let key = fresh_key();
    let mut world = enrolled(&key).await;
    world.stop_registry().await;
    let (ended, _) = run(&world, order()).await;
    assert!(
        matches!(&ended, Err(stop) if matches!(stop.cause(), Stop::Unreachable(_))),
        "{ended:?}"
    );
    assert_eq!(key.credentials().len(), 1);
    world
        .start_registry(ServeConfig::default())
        .await
        .expect("started");
    let (inner, _) = desk_with(&world, &Cancel::default(), hands(&world.rack));
    let mut faulty = FaultyDesk::at(inner, "push", Mishap::FailsBefore);
    let ended = tokio::time::timeout(LONG, workflow::reset(&mut faulty, order())).await;
    let ended = ended.expect("ends by itself");
    assert!(
        matches!(
            &ended,
            Ok(Ending::Reset {
                push: PushState::Queued,
                ..
            })
        ),
        "{ended:?}"
    );
    let round = world.station.push_outbox().await.expect("pushed");
    assert_eq!((round.accepted, round.queued, round.rejected), (1, 0, 0));
    let page = world.station.person(&person(1)).await.expect("a page");
    assert!(page.credentials[0].gone_at.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_before_the_touch_leaves_the_key_as_it_was_and_nothing_unfinished() {
    let key = fresh_key();
    let world = enrolled(&key).await;
    let cancel = Cancel::default();
    let stop = cancel.clone();
    let hear = move |event: &Event| {
        if matches!(event, Event::Coach { .. }) {
            stop.cancel();
        }
    };
    let (mut desk, _) = desk_with(&world, &cancel, hear);
    let ended = tokio::time::timeout(LONG, workflow::reset(&mut desk, order())).await;
    assert!(matches!(ended, Ok(Err(Stop::Cancelled))), "{ended:?}");
    assert_eq!(key.credentials().len(), 1);
    nothing_open(&world);
    let page = world.station.person(&person(1)).await.expect("a page");
    assert!(page.credentials[0].gone_at.is_none());
}

/// How many calls a reset makes.
async fn calls() -> usize {
    let world = enrolled(&fresh_key()).await;
    let (inner, _) = desk_with(&world, &Cancel::default(), hands(&world.rack));
    let mut counting = FaultyDesk::new(inner, None, Mishap::FailsBefore);
    let ended = tokio::time::timeout(LONG, workflow::reset(&mut counting, order())).await;
    ended.expect("ends by itself").expect("reset");
    counting.calls()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_stopped_anywhere_is_not_begun_or_is_unfinished_work_that_ends_well() {
    let calls = calls().await;
    assert!((10..60).contains(&calls), "{calls} calls");
    let mut taken_up = 0;
    for mishap in [Mishap::StopsAfter, Mishap::FailsAfter] {
        for at in 0..calls {
            let key = fresh_key();
            let mut world = enrolled(&key).await;
            let (inner, _) = desk_with(&world, &Cancel::default(), hands(&world.rack));
            let mut faulty = FaultyDesk::new(inner, Some(at), mishap);
            let stopped = faulty.stopped();
            tokio::select! {
                _ = workflow::reset(&mut faulty, order()) => {}
                () = stopped.notified() => {}
                () = tokio::time::sleep(LONG) => panic!("stuck at call {at}"),
            }
            let label = format!("{mishap:?} at call {at} ({:?})", faulty.hit);
            drop(faulty);
            world = world.reopen().expect("opens again");
            world.station.resume_session().expect("a session");
            key.power_cycle();
            world.rack.put(SLOT, &key);
            answering(&world).await;
            let work = world.station.store().unfinished().expect("read");
            let queued = world.station.store().outbox().expect("read").len();
            match work.as_slice() {
                [Unfinished::Reset(_)] => {
                    taken_up += 1;
                    let (mut desk, _) = desk_with(&world, &Cancel::default(), hands(&world.rack));
                    let run = workflow::resolve(&mut desk, work[0].clone(), How::WithKey);
                    let ended = tokio::time::timeout(LONG, run).await;
                    assert!(
                        matches!(ended, Ok(Ok(Ending::Reset { .. }))),
                        "{label}: {ended:?}"
                    );
                    assert!(key.credentials().is_empty(), "{label}");
                }
                // Never begun, given up with the key as it was, or done.
                [] if queued == 0 => {}
                [] => assert!(key.credentials().is_empty(), "{label}"),
                other => panic!("{label}: {other:?}"),
            }
            world.station.push_outbox().await.expect("pushed");
            let page = world.station.person(&person(1)).await.expect("a page");
            assert_eq!(
                page.credentials[0].gone_at.is_some(),
                key.credentials().is_empty(),
                "{label}: the registry says otherwise than the key"
            );
            nothing_open(&world);
        }
    }
    assert!(taken_up >= 3, "{taken_up} were taken up as unfinished work");
}

#[tokio::test(flavor = "multi_thread")]
async fn unfinished_without_its_key_is_given_up_and_the_record_says_that_it_may_be_reset() {
    let key = fresh_key();
    let world = enrolled(&key).await;
    let (inner, _) = desk_with(&world, &Cancel::default(), hands(&world.rack));
    let mut faulty = FaultyDesk::at(inner, "reset_key", Mishap::FailsAfter);
    let ended = tokio::time::timeout(LONG, workflow::reset(&mut faulty, order())).await;
    let stop = ended.expect("ends by itself").expect_err("the key failed");
    assert_eq!(stop.remains(), Remains::MayBeReset, "{stop}");
    let work = world.station.store().unfinished().expect("read").remove(0);
    let (mut desk, _) = desk_with(&world, &Cancel::default(), |_| {});
    let ended = workflow::resolve(&mut desk, work, How::WithoutKey).await;
    assert!(
        matches!(
            ended,
            Ok(Ending::Resolved {
                remains: Remains::MayBeReset
            })
        ),
        "{ended:?}"
    );
    nothing_open(&world);
}

pub fn arguments(confirm: Option<&str>) -> ResetArguments {
    ResetArguments {
        case: CaseArguments {
            confirm: confirm.map(str::to_owned),
            reason: "PIN forgotten".to_owned(),
            ticket: Some("T-1".to_owned()),
            requested_by: Some("W. Example".to_owned()),
            identified_by: "passport:7K31".parse().ok(),
        },
        proof: ProofArguments::default(),
        codes: CodeSource::default(),
        key: KeyChoice {
            key: Some(SLOT.to_owned()),
            pin_fd: None,
            wait: 20,
        },
    }
}

pub async fn command_line(world: &World, arguments: ResetArguments) -> (Outcome, String) {
    let (lines, output) = paper();
    let command = CareCommand::Reset(Box::new(arguments));
    let station = Arc::clone(&world.station);
    let run = commands::run(
        station,
        StationCommand::Care(&command),
        output,
        Stopper::default(),
    );
    let outcome = tokio::time::timeout(LONG, run)
        .await
        .expect("ends by itself");
    (outcome, lines.text())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_names_what_is_lost_and_does_nothing_without_the_right_word() {
    let key = fresh_key();
    let world = enrolled(&key).await;
    for confirm in [None, Some("Person 2")] {
        let (outcome, _) = command_line(&world, arguments(confirm)).await;
        assert_eq!(outcome.exit, Exit::Usage, "{outcome:?}");
        assert_eq!(outcome.code, "not-confirmed");
        assert!(outcome.detail.contains("Person 1"), "{outcome:?}");
    }
    let mut open = arguments(Some("Person 1"));
    open.case.ticket = None;
    let (outcome, _) = command_line(&world, open).await;
    assert_eq!(
        (outcome.exit, outcome.code.as_str()),
        (Exit::Usage, "case-open")
    );
    assert_eq!(key.credentials().len(), 1);
    nothing_open(&world);
    // Real hands: the key is pulled and put back while the command waits.
    let rack = world.rack.clone();
    let place = UsbPath::new(SLOT);
    let hands = tokio::task::spawn_blocking(move || {
        std::thread::sleep(Duration::from_millis(1500));
        rack.pull(&place);
        std::thread::sleep(Duration::from_millis(500));
        rack.put_back(&place);
    });
    let (outcome, lines) = command_line(&world, arguments(Some("Person 1"))).await;
    hands.await.expect("hands");
    assert_eq!(outcome.exit, Exit::Done, "{outcome:?}");
    assert_eq!(outcome.code, "reset");
    assert_eq!(outcome.facts["push"], "accepted");
    assert!(lines.contains("\"coach\":\"pull\""), "{lines}");
    assert!(key.credentials().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_nobody_pulls_is_waited_for_no_longer_than_asked() {
    let key = fresh_key();
    let world = enrolled(&key).await;
    let mut arguments = arguments(Some("Person 1"));
    arguments.key.wait = 1;
    let (outcome, _) = command_line(&world, arguments).await;
    assert_eq!(outcome.exit, Exit::Key, "{outcome:?}");
    assert_eq!(key.credentials().len(), 1);
    nothing_open(&world);
}
