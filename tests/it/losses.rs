//! Factors that are lost and that turn up, at a real station: software keys and phones, the real registry on loopback.

mod headless;
mod mishaps;

use std::time::Duration;

use keydesk::bay::Cancel;
use keydesk::bay::soft::SoftKey;
use keydesk::domain::authority::Role;
use keydesk::domain::suspension::FactorRef;
use keydesk::domain::visit::SuspendedWhy;
use keydesk::program::demo::world::World;
use keydesk::record::OutboxBody;
use keydesk::server::ServeConfig;
use keydesk::store::audit;
use keydesk::wire::{Owned, problem_code};
use keydesk::workflow::dialogue::{
    Ending, Event, LossJob, LossQuestion, LossResult, PushState, Question, Step,
};
use keydesk::workflow::loss::{self, SuspendOrder};
use keydesk::workflow::{KeyFault, Stop, care};

use crate::apps::Timed;
use crate::apps::phone::{Manner, People};
use crate::outbox::sql;
use crate::scenarios::{
    OPERATOR_SLOT, SLOT, answering, desk, enrol, fresh_key, operators_key, people, person, world,
};

/// What is asked by a screen on which nothing is chosen.
fn order(n: usize) -> SuspendOrder {
    SuspendOrder {
        person: person(n),
        factor: None,
        shown: None,
    }
}

/// Everything that the registry holds for person `n`, oldest first.
async fn owned(world: &World, n: usize) -> Vec<Owned> {
    let detail = world.station.person(&person(n)).await;
    detail.expect("a person").owned()
}

/// The only one of those.
async fn only(world: &World, n: usize) -> Owned {
    let mut owned = owned(world, n).await;
    assert_eq!(owned.len(), 1, "{owned:?}");
    owned.pop().expect("one")
}

/// Suspends the only factor of person `n`, for the first reason that is offered: lost.
async fn suspended(world: &World, n: usize) -> Result<Ending, Stop> {
    let (mut desk, _) = desk(world, &Cancel::default());
    loss::suspend(&mut desk, order(n)).await
}

fn push_of(ending: &Ending) -> &PushState {
    match ending {
        Ending::Loss {
            result: LossResult::Suspended { push, .. },
            ..
        } => push,
        other => panic!("nothing was suspended: {other:?}"),
    }
}

async fn with_key(world: &World, n: usize) -> SoftKey {
    let key = fresh_key();
    world.rack.put(SLOT, &key);
    enrol(world, n).await.expect("enrolled");
    key
}

/// The presented code of a refusal.
fn refused(result: &Result<Ending, Stop>) -> &str {
    let refusal = result.as_ref().err().and_then(Stop::refusal);
    refusal.unwrap_or_else(|| panic!("not refused: {result:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_key_is_suspended_and_lifted_by_its_owner_with_the_key_and_its_pin() {
    let world = world(1).await;
    let key = with_key(&world, 1).await;
    let ending = suspended(&world, 1).await.expect("suspended");
    assert_eq!(push_of(&ending), &PushState::Accepted);
    let held = only(&world, 1).await.suspended().expect("suspended");
    assert_eq!(held.why, SuspendedWhy::Lost);
    assert!(world.station.store().outbox().expect("read").is_empty());

    // Nothing tests it, and it is said by its name why.
    let (mut at_desk, _) = desk(&world, &Cancel::default());
    let tested = care::test_for(&mut at_desk, &person(1), None, None).await;
    assert_eq!(refused(&tested), problem_code::FACTOR_SUSPENDED);

    let before = key.counters().packets_to_key;
    let (mut at_desk, face) = desk(&world, &Cancel::default());
    let ending = loss::lift(&mut at_desk, &person(1), None, None).await;
    let lifted = matches!(
        &ending,
        Ok(Ending::Loss {
            result: LossResult::Lifted { .. },
            ..
        })
    );
    assert!(lifted, "{ending:?}");
    assert!(key.counters().packets_to_key > before, "it was asked");
    let touched = face.events().into_iter();
    let touches = touched.filter(|event| matches!(event, Event::Touch { .. }));
    assert_eq!(touches.count(), 1);
    assert!(only(&world, 1).await.is_valid());
    let (mut at_desk, _) = desk(&world, &Cancel::default());
    let tested = care::test_for(&mut at_desk, &person(1), None, None).await;
    assert!(matches!(tested, Ok(Ending::WorksFor { .. })), "{tested:?}");
    audit::verify(&world.data()).expect("a whole chain");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_service_agent_and_a_station_administrator_take_the_report_as_well() {
    for role in [Role::CustomerService, Role::StationAdministrator] {
        let built = World::build_with(ServeConfig::default(), &people(1)).await;
        let world = built.expect("a world");
        let own = operators_key();
        let first = world.sign_in(Role::HelpDesk, OPERATOR_SLOT, &own).await;
        first.expect("signed in");
        with_key(&world, 1).await;
        sql(&world, "UPDATE operator SET name = 'Who was here before'").await;
        let second = world.sign_in(role, "1-1.3", &operators_key()).await;
        second.expect("signed in");
        let ending = suspended(&world, 1).await.expect("suspended");
        assert_eq!(push_of(&ending), &PushState::Accepted, "{role:?}");
        let (mut at_desk, _) = desk(&world, &Cancel::default());
        let ending = loss::lift(&mut at_desk, &person(1), None, None).await;
        assert!(ending.is_ok(), "{role:?}: {ending:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_line_down_a_report_is_recorded_waits_and_is_sent_by_itself() {
    let mut world = world(1).await;
    with_key(&world, 1).await;
    let page = world.station.person(&person(1)).await.expect("a page");
    world.stop_registry().await;
    let (mut at_desk, face) = desk(&world, &Cancel::default());
    // From the page that was on the screen, and for a key that was enrolled here also from the station's own memory.
    let shown = SuspendOrder {
        shown: Some(Box::new(page)),
        ..order(1)
    };
    let ending = loss::suspend(&mut at_desk, shown).await.expect("recorded");
    assert_eq!(push_of(&ending), &PushState::Queued);
    let told = face.events();
    assert!(told.iter().any(|event| matches!(
        event,
        Event::StepDone {
            step: Step::Record,
            ..
        }
    )));
    let ending = suspended(&world, 1).await.expect("recorded");
    assert_eq!(push_of(&ending), &PushState::Queued);
    let waiting = world.station.store().outbox().expect("read");
    assert_eq!(waiting.len(), 2);
    assert!(
        waiting
            .iter()
            .all(|entry| matches!(entry.body, OutboxBody::Suspension { .. }))
    );
    world
        .start_registry(ServeConfig::default())
        .await
        .expect("back");
    assert!(only(&world, 1).await.is_valid(), "until the report arrives");
    let round = world.station.push_outbox().await.expect("pushed");
    assert_eq!((round.accepted, round.rejected), (2, 0));
    assert!(only(&world, 1).await.suspended().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_the_station_does_not_know_is_not_served_while_the_line_is_down() {
    let mut world = world(2).await;
    with_key(&world, 1).await;
    world.stop_registry().await;
    let stop = suspended(&world, 2).await.expect_err("nobody it knows");
    assert!(matches!(stop, Stop::Unreachable(_)), "{stop:?}");
    assert!(world.station.store().outbox().expect("read").is_empty());
    let (mut at_desk, _) = desk(&world, &Cancel::default());
    let stop = loss::lift(&mut at_desk, &person(1), None, None).await;
    assert!(matches!(stop, Err(Stop::Unreachable(_))), "{stop:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_does_not_wait_for_what_the_registry_stumbles_over_about_the_same_person() {
    let mut world = world(1).await;
    let tickets = keydesk::wire::TicketRequest {
        day: world.station.today(),
        people: vec![person(1)],
    };
    world
        .station
        .fetch_tickets(&tickets)
        .await
        .expect("fetched");
    // The ticket is of a day on which they had no factor yet.
    let first = with_key(&world, 1).await;
    let lost = only(&world, 1).await.factor();
    world.stop_registry().await;
    let second = fresh_key();
    world.rack.put(SLOT, &second);
    answering(&world).await;
    enrol(&world, 1).await.expect("recorded");
    let page = world.station.store().outbox().expect("read");
    assert_eq!(page.len(), 1, "a second key waits");
    let named = SuspendOrder {
        factor: Some(lost.clone()),
        ..order(1)
    };
    let (mut at_desk, _) = desk(&world, &Cancel::default());
    loss::suspend(&mut at_desk, named).await.expect("recorded");
    let waiting = world.station.store().outbox().expect("read");
    let [enrolment, report] = waiting.as_slice() else {
        panic!("two wait: {waiting:?}");
    };
    assert!(!report.waits_for(enrolment));
    drop(first);
}

/// What the key was sent, once the bay has looked at it again after what was done with it.
async fn packets_at_rest(key: &SoftKey) -> u64 {
    let mut before = key.counters().packets_to_key;
    loop {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let now = key.counters().packets_to_key;
        if now == before {
            return now;
        }
        before = now;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_stolen_is_refused_before_anybody_is_asked_for_anything() {
    let timed = Timed::of(world(1).await).await;
    let key = with_key(&timed.world, 1).await;
    let people = People::new(&timed.phone(), Manner::Willing).losing(SuspendedWhy::Stolen);
    let (mut at_desk, _) = timed.desk(people);
    let ending = loss::suspend(&mut at_desk, order(1)).await;
    assert!(ending.is_ok(), "{ending:?}");
    let before = packets_at_rest(&key).await;
    let (mut at_desk, people) = timed.desk(People::new(&timed.phone(), Manner::Willing));
    let stop = loss::lift(&mut at_desk, &person(1), None, None).await;
    assert_eq!(refused(&stop), problem_code::NEVER_LIFTED);
    assert!(
        stop.expect_err("refused")
            .to_string()
            .contains("administrator")
    );
    assert_eq!(key.counters().packets_to_key, before, "nor the key");
    assert!(people.asked().is_empty(), "{:?}", people.asked());
    // Suspending it once more is no more to be done either.
    let stop = suspended(&timed.world, 1).await;
    assert_eq!(refused(&stop), problem_code::FACTOR_SUSPENDED);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_key_than_the_lost_one_lifts_nothing() {
    let world = world(1).await;
    with_key(&world, 1).await;
    suspended(&world, 1).await.expect("suspended");
    world.rack.put(SLOT, &fresh_key());
    answering(&world).await;
    let (mut at_desk, _) = desk(&world, &Cancel::default());
    let stop = loss::lift(&mut at_desk, &person(1), None, None).await;
    let stop = stop.expect_err("not it");
    assert!(
        matches!(stop, Stop::Key(KeyFault::NoCredential)),
        "{stop:?}"
    );
    assert!(only(&world, 1).await.suspended().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_is_lifted_by_a_right_code_also_after_a_wrong_one() {
    let timed = Timed::new(1).await;
    let phone = timed.phone();
    timed
        .enrol(1, &phone, Manner::Willing)
        .await
        .ended
        .expect("enrolled");
    timed.wait_s(90);
    suspended(&timed.world, 1).await.expect("suspended");
    let (mut at_desk, _) = timed.desk(People::new(&phone, Manner::Hopeless));
    let stop = loss::lift(&mut at_desk, &person(1), None, None).await;
    assert!(matches!(stop, Err(Stop::WrongCodes(_))), "{stop:?}");
    assert!(only(&timed.world, 1).await.suspended().is_some());
    timed.wait_s(3700);
    let (mut at_desk, people) = timed.desk(People::new(&phone, Manner::Hasty));
    let ending = loss::lift(&mut at_desk, &person(1), None, None).await;
    assert!(ending.is_ok(), "{ending:?}");
    assert!(people.questions().len() > 1, "the first code was misread");
    assert!(only(&timed.world, 1).await.is_valid());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_the_one_that_was_named_is_suspended_and_the_last_one_is_said_to_be() {
    let timed = Timed::new(1).await;
    let phone = timed.phone();
    with_key(&timed.world, 1).await;
    timed
        .enrol(1, &phone, Manner::Willing)
        .await
        .ended
        .expect("enrolled");
    let both = owned(&timed.world, 1).await;
    let app: FactorRef = both
        .iter()
        .find(|o| matches!(o, Owned::App(_)))
        .expect("an app")
        .factor();
    let (mut at_desk, people) = timed.desk(People::new(&phone, Manner::Willing));
    let named = SuspendOrder {
        factor: Some(app.clone()),
        ..order(1)
    };
    loss::suspend(&mut at_desk, named).await.expect("suspended");
    let asked = people.asked();
    let [
        Question::Loss(LossQuestion::Suspend {
            is_last,
            is_offline,
            ..
        }),
    ] = asked.as_slice()
    else {
        panic!("one question: {asked:?}");
    };
    assert!(!is_last && !is_offline);
    // Now the key is the last one that opens anything, and a question chooses between the two.
    let (mut at_desk, people) = timed.desk(People::new(&phone, Manner::Willing));
    loss::suspend(&mut at_desk, order(1))
        .await
        .expect("suspended");
    let asked = people.asked();
    assert!(
        matches!(
            asked.as_slice(),
            [
                Question::Loss(LossQuestion::Choose { lifts: false, .. }),
                Question::Loss(LossQuestion::Suspend { is_last: true, .. }),
            ]
        ),
        "{asked:?}"
    );
    let person = timed
        .world
        .station
        .person(&person(1))
        .await
        .expect("a page");
    assert!(person.person.lost.all && person.person.lost.keys == 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_checklist_of_a_lift_is_that_of_its_sort() {
    use keydesk::domain::suspension::FactorSort;
    use keydesk::workflow::dialogue::{Job, steps};
    let world = world(1).await;
    let person = world
        .station
        .person(&person(1))
        .await
        .expect("a page")
        .person;
    let of = |sort| {
        steps(&Job::Loss {
            loss: LossJob::Lift { sort },
            person: person.clone(),
        })
    };
    assert!(
        of(FactorSort::Key).contains(&Step::Test) && !of(FactorSort::Key).contains(&Step::Code)
    );
    assert!(of(FactorSort::App).contains(&Step::Code) && !of(FactorSort::App).contains(&Step::Pin));
    for sort in [FactorSort::Key, FactorSort::App] {
        assert!(of(sort).is_sorted(), "a step takes those after it back");
    }
}
