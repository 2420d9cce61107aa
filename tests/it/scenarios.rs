//! Whole workflows: software keys, a temporary store, and a real registry on loopback.

#![expect(
    clippy::indexing_slicing,
    reason = "a test that indexes wrongly fails, as it should"
)]

use std::sync::Arc;
use std::time::Duration;

use keydesk::bay::soft::{Profile, SoftKey, TouchPolicy};
use keydesk::bay::{Cancel, Slot, SlotState};
use keydesk::domain::authority::Role;
use keydesk::domain::identification::Document;
use keydesk::domain::{Identification, PersonId, UsbPath};
use keydesk::program::demo::world::{OPERATOR_PIN, Rack, ScriptedFace, World};
use keydesk::record::{OutboxBody, Remains};
use keydesk::server::ServeConfig;
use keydesk::station::desk::StationDesk;
use keydesk::store::audit;
use keydesk::wire::{Offer, TicketRequest};
use keydesk::workflow::dialogue::{Ending, Event, PushState, Step};
use keydesk::workflow::{self, Desk, KeyFault, Stop};

pub const OPERATOR_SLOT: &str = "1-1.1";
pub const SLOT: &str = "1-1.2";
pub const PIN: &str = "2468-person";

/// A registry with `count` employees named p-1, p-2, …
pub fn people(count: usize) -> String {
    let mut csv = String::from(
        "record,id,name,kind,email,employee_number,organisation,coc_number\n\
         organisation,o-1,Example Shipping,,,,,12345678\n",
    );
    for n in 1..=count {
        csv.push_str(&format!(
            "person,p-{n},Person {n},employee,p{n}@example.com,{n},o-1,\n"
        ));
    }
    csv
}

/// An offer for somebody who is at the desk.
pub async fn offer(desk: &mut impl Desk, who: &PersonId) -> Offer {
    let document = Identification::new(Document::Passport, "7K31").expect("four");
    let visit = desk.open_visit(who, &document).await.expect("a visit");
    desk.offer(who, Some(visit.id)).await.expect("an offer")
}

pub fn person(n: usize) -> PersonId {
    PersonId::new(format!("p-{n}"))
}

pub fn operators_key() -> SoftKey {
    SoftKey::new(Profile::full().with_touch(TouchPolicy::Auto))
}

pub fn fresh_key() -> SoftKey {
    SoftKey::new(Profile::yubikey_5_nfc().with_touch(TouchPolicy::Auto))
}

pub async fn world(count: usize) -> World {
    let world = World::build_with(ServeConfig::default(), &people(count))
        .await
        .expect("a world");
    world
        .sign_in(Role::HelpDesk, OPERATOR_SLOT, &operators_key())
        .await
        .expect("signed in");
    world
}

/// A world whose station has these rules on which keys are allowed.
pub async fn world_ruled_by(rules: &str) -> World {
    let world = World::build_with(ServeConfig::default(), &people(1)).await;
    let world = world.expect("a world");
    let beside = world.data().with_file_name("policy.toml");
    std::fs::write(beside, rules).expect("written");
    let world = world.reopen().expect("opened again");
    world
        .sign_in(Role::HelpDesk, OPERATOR_SLOT, &operators_key())
        .await
        .expect("signed in");
    world
}

/// Waits until every key that is in has said what it is, or that it can't.
pub async fn answering(world: &World) {
    let mut bay = world.station.slots().watch();
    let asked = |slot: &Slot| matches!(slot.state, SlotState::Opening);
    let all = async {
        while bay.borrow_and_update().iter().any(asked) {
            world.station.slots().changed(&mut bay).await;
        }
    };
    let answered = tokio::time::timeout(Duration::from_secs(10), all).await;
    answered.expect("every key says what it is");
}

pub fn desk(world: &World, cancel: &Cancel) -> (StationDesk, Arc<ScriptedFace>) {
    let face = Arc::new(ScriptedFace::new(SLOT, PIN));
    let desk = StationDesk::new(
        Arc::clone(&world.station),
        Arc::clone(&face),
        cancel.clone(),
    );
    (desk, face)
}

pub async fn enrol(world: &World, n: usize) -> Result<Ending, Stop> {
    let (mut desk, _) = desk(world, &Cancel::default());
    workflow::enrol(&mut desk, &person(n)).await
}

pub fn state_of(ending: &Ending) -> &PushState {
    match ending {
        Ending::Enrolled { push, .. } | Ending::Retested { push, .. } => push,
        other => panic!("neither enrolled nor retested: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_enrolled_tested_recorded_and_verified_by_the_registry() {
    let world = world(1).await;
    let key = fresh_key();
    world.rack.put(SLOT, &key);
    let ending = enrol(&world, 1).await.expect("enrolled");
    assert_eq!(state_of(&ending), &PushState::Accepted);
    let page = world.station.person(&person(1)).await.expect("a page");
    assert_eq!(page.credentials.len(), 1);
    assert!(page.credentials[0].last_tested_at.is_some());
    let on_key = key.credentials();
    assert_eq!(on_key.len(), 1);
    assert_eq!(on_key[0].id, page.credentials[0].id.0);
    assert!(world.station.store().outbox().expect("read").is_empty());
    assert!(world.station.store().unfinished().expect("read").is_empty());
    audit::verify(&world.data()).expect("a whole chain");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_enrolled_already_is_tested_and_gets_no_second_credential() {
    let world = world(1).await;
    let key = fresh_key();
    world.rack.put(SLOT, &key);
    enrol(&world, 1).await.expect("enrolled");
    let again = enrol(&world, 1).await.expect("tested");
    assert!(matches!(again, Ending::Retested { .. }), "{again:?}");
    assert_eq!(state_of(&again), &PushState::Accepted);
    assert_eq!(key.credentials().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_somebody_else_is_refused_and_stays_as_it_was() {
    let world = world(2).await;
    let key = fresh_key();
    world.rack.put(SLOT, &key);
    enrol(&world, 1).await.expect("enrolled");
    let before = key.credentials();
    let refusal = enrol(&world, 2).await.expect_err("refused");
    assert!(
        matches!(&refusal, Stop::KeyRefused(why) if why.to_string().contains("Person 1")),
        "{refusal:?}"
    );
    assert_eq!(key.credentials(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operators_own_key_is_never_enrolled_for_a_person() {
    let world = world(1).await;
    let face = Arc::new(ScriptedFace::new(OPERATOR_SLOT, OPERATOR_PIN));
    let station = Arc::clone(&world.station);
    let mut desk = StationDesk::new(station, face, Cancel::default());
    let refusal = workflow::enrol(&mut desk, &person(1))
        .await
        .expect_err("refused");
    assert!(
        matches!(&refusal, Stop::KeyRefused(why) if why.to_string().contains("operators-own")),
        "{refusal:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_u2f_only_key_is_refused_with_the_reason() {
    let world = world(1).await;
    world.rack.put(SLOT, &SoftKey::new(Profile::u2f_only()));
    let refusal = enrol(&world, 1).await.expect_err("refused");
    assert!(
        matches!(&refusal, Stop::KeyRefused(why) if why.to_string().contains("not-fido2")),
        "{refusal:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_may_not_enrol_is_told_who_may() {
    let world = World::build_with(ServeConfig::default(), &people(1))
        .await
        .expect("a world");
    world
        .sign_in(Role::CustomerService, OPERATOR_SLOT, &operators_key())
        .await
        .expect("signed in");
    let refusal = enrol(&world, 1).await.expect_err("refused");
    let said = keydesk::text::english().stop(&refusal);
    assert!(said.contains("for: help desk / station"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_registry_and_a_ticket_nothing_touches_the_key() {
    let mut world = world(1).await;
    let key = fresh_key();
    world.rack.put(SLOT, &key);
    answering(&world).await;
    world.stop_registry().await;
    let before = key.counters().packets_to_key;
    let stop = enrol(&world, 1).await.expect_err("unreachable");
    assert!(matches!(stop, Stop::Unreachable(_)), "{stop:?}");
    assert_eq!(key.counters().packets_to_key, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_ticket_the_enrolment_finishes_and_is_pushed_when_the_registry_is_back() {
    let mut world = world(1).await;
    let key = fresh_key();
    world.rack.put(SLOT, &key);
    let request = TicketRequest {
        people: vec![person(1)],
        ..TicketRequest::of_day(jiff::Zoned::now().date())
    };
    let fetched = world.station.fetch_tickets(&request).await;
    assert_eq!(fetched.expect("tickets"), 1);
    world.stop_registry().await;
    let ending = enrol(&world, 1).await.expect("enrolled");
    assert_eq!(state_of(&ending), &PushState::Queued);
    assert_eq!(world.station.store().outbox().expect("read").len(), 1);
    world
        .start_registry(ServeConfig::default())
        .await
        .expect("back");
    let round = world.station.push_outbox().await.expect("pushed");
    assert_eq!((round.accepted, round.queued, round.rejected), (1, 0, 0));
    let page = world.station.person(&person(1)).await.expect("a page");
    assert_eq!(page.credentials.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_registry_out_of_reach_only_the_same_operator_unlocks() {
    let mut world = world(1).await;
    let operator = world.station.operator().expect("signed in");
    world.station.lock().expect("locked");
    assert_eq!(world.station.operator(), None);
    world.stop_registry().await;
    let sign_in = async |place: &str, pin: &str| {
        let face = Arc::new(ScriptedFace::new(place, pin));
        let station = Arc::clone(&world.station);
        let mut desk = StationDesk::new(station, face, Cancel::default());
        workflow::sign_in(&mut desk).await
    };
    world.rack.put(SLOT, &fresh_key());
    let stop = sign_in(SLOT, PIN).await.expect_err("another key");
    assert!(matches!(stop, Stop::KeyRefused(_)), "{stop:?}");
    assert_eq!(
        world
            .rack
            .key(&UsbPath::new(SLOT))
            .map(|key| key.credentials()),
        Some(Vec::new())
    );
    assert_eq!(world.station.operator(), None);
    let ending = sign_in(OPERATOR_SLOT, OPERATOR_PIN).await;
    assert_eq!(ending, Ok(Ending::SignedIn));
    assert_eq!(world.station.operator(), Some(operator.clone()));
    let waiting = world.station.store().outbox().expect("read");
    assert!(
        matches!(&waiting[0].body, OutboxBody::Unlock { push, .. } if push.operator == operator.id),
        "{waiting:?}"
    );
    world.station.close_session().await.expect("signed out");
    let stop = sign_in(OPERATOR_SLOT, OPERATOR_PIN).await;
    assert!(
        matches!(stop, Err(Stop::Unreachable(_))),
        "without a session there is nothing to unlock: {stop:?}"
    );
    let started = world.start_registry(ServeConfig::default()).await;
    started.expect("back");
    let round = world.station.push_outbox().await.expect("pushed");
    assert_eq!((round.accepted, round.rejected, round.queued), (1, 0, 0));
}

/// Pulls the key when a step begins, and puts it back a little later.
fn pull_at(rack: &Rack, step: Step) -> impl Fn(&Event) + Send + Sync + 'static {
    let rack = rack.clone();
    let runtime = tokio::runtime::Handle::current();
    let pulled = std::sync::atomic::AtomicBool::new(false);
    move |event| {
        let now = matches!(event, Event::Step { step: begun } if *begun == step);
        if now && !pulled.swap(true, std::sync::atomic::Ordering::SeqCst) {
            let rack = rack.clone();
            rack.pull(&UsbPath::new(SLOT));
            runtime.spawn(async move {
                tokio::time::sleep(Duration::from_millis(120)).await;
                rack.put_back(&UsbPath::new(SLOT));
            });
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_pulled_at_any_step_and_put_back_is_enrolled_all_the_same() {
    let steps = [Step::Check, Step::Pin, Step::Create, Step::Test];
    let world = world(steps.len()).await;
    for (n, step) in steps.into_iter().enumerate() {
        let key = fresh_key();
        world.rack.put(SLOT, &key);
        let face = ScriptedFace::new(SLOT, PIN).hearing(pull_at(&world.rack, step));
        let face = Arc::new(face);
        let mut desk = StationDesk::new(
            Arc::clone(&world.station),
            Arc::clone(&face),
            Cancel::default(),
        );
        let who = person(n + 1);
        let run = workflow::enrol(&mut desk, &who);
        let ending = tokio::time::timeout(Duration::from_secs(20), run)
            .await
            .unwrap_or_else(|_| panic!("stuck after a pull at {step:?}"))
            .unwrap_or_else(|stop| panic!("pulled at {step:?}: {stop}"));
        assert_eq!(state_of(&ending), &PushState::Accepted, "{step:?}");
        assert_eq!(key.credentials().len(), 1, "{step:?}");
        let said = face.events();
        assert!(
            said.iter().any(|e| matches!(e, Event::Pulled { .. })),
            "the pull at {step:?} was not said"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_at_any_step_says_what_remains_and_leaves_no_credential() {
    let steps = [
        (Step::Identify, Remains::Nothing),
        (Step::Key, Remains::Nothing),
        (Step::Pin, Remains::Nothing),
        (Step::Create, Remains::Pin),
        (Step::Test, Remains::CredentialDeleted),
    ];
    let world = world(steps.len()).await;
    for (n, (step, remains)) in steps.into_iter().enumerate() {
        let key = fresh_key();
        world.rack.put(SLOT, &key);
        answering(&world).await;
        let cancel = Cancel::default();
        let (hand, holder) = (cancel.clone(), key.clone());
        let face = ScriptedFace::new(SLOT, PIN).hearing(move |event| {
            if matches!(event, Event::Step { step: begun } if *begun == step) {
                holder.set_touch(TouchPolicy::Manual);
                hand.cancel();
            }
        });
        let mut desk = StationDesk::new(Arc::clone(&world.station), Arc::new(face), cancel);
        let stop = workflow::enrol(&mut desk, &person(n + 1))
            .await
            .expect_err("cancelled");
        assert_eq!(
            stop.cause().code().as_str(),
            "cancelled",
            "{step:?}: {stop}"
        );
        assert_eq!(stop.remains(), remains, "{step:?}");
        assert!(key.credentials().is_empty(), "{step:?}");
        let store = world.station.store();
        assert!(store.unfinished().expect("read").is_empty(), "{step:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_pin_costs_one_attempt_and_the_screen_says_how_many_are_left() {
    let world = world(2).await;
    let key = fresh_key();
    world.rack.put(SLOT, &key);
    enrol(&world, 1).await.expect("enrolled");
    let face = Arc::new(ScriptedFace::new(SLOT, "not-the-pin"));
    let mut desk = StationDesk::new(
        Arc::clone(&world.station),
        Arc::clone(&face),
        Cancel::default(),
    );
    let stop = workflow::enrol(&mut desk, &person(1))
        .await
        .expect_err("wrong");
    assert_eq!(
        stop.cause(),
        &Stop::Key(KeyFault::WrongPin { retries: Some(7) })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn out_of_reach_of_the_registry_people_are_found_in_tickets_and_marked() {
    let mut world = world(2).await;
    let request = TicketRequest {
        people: vec![person(2)],
        ..TicketRequest::of_day(jiff::Zoned::now().date())
    };
    let fetched = world.station.fetch_tickets(&request).await;
    assert_eq!(fetched.expect("tickets"), 1);
    world.stop_registry().await;
    for text in ["person", "p2@example.com", "person 2", "12345678"] {
        let found = world.station.find(text).await.expect("found");
        assert!(found.from_tickets, "{text}");
        let ids: Vec<_> = found.people.into_iter().map(|p| p.id).collect();
        assert_eq!(ids, [person(2)], "{text}");
    }
    let nobody = world
        .station
        .find("p1@example.com")
        .await
        .expect("an answer");
    assert!(nobody.people.is_empty());
}
