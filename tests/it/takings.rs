//! What opens somebody's account is taken from them by what a visit shows, never on words: at a real station, with the real registry.

use std::sync::Arc;
use std::time::Duration;

use keydesk::bay::Cancel;
use keydesk::bay::soft::SoftKey;
use keydesk::domain::authority::Role;
use keydesk::domain::reason::Unmet;
use keydesk::domain::reset::ResetCase;
use keydesk::domain::visit::Authority;
use keydesk::domain::{Bytes, UsbPath};
use keydesk::program::demo::world::{ScriptedFace, World};
use keydesk::server::admin;
use keydesk::station::desk::StationDesk;
use keydesk::text::{Language, Text, english};
use keydesk::wire::{Said, problem_code};
use keydesk::workflow::dialogue::{Answer, CareResult, Coach, Ending, Event, PushState, Question};
use keydesk::workflow::loss::{self, SuspendOrder};
use keydesk::workflow::{self, Stop, care};

use crate::faulty_desk::{FaultyDesk, Mishap};
use crate::resets::{hands, order};
use crate::scenarios::{PIN, SLOT, enrol, fresh_key, person, world};

mod found;
mod stops;

const LONG: Duration = Duration::from_secs(60);

/// A world whose person 1 has a key, and came back another time with it.
async fn came_back(key: &SoftKey) -> World {
    let world = world(1).await;
    world.rack.put(SLOT, key);
    enrol(&world, 1).await.expect("enrolled");
    leave(&world).await;
    world.station.keep_session().expect("kept");
    world
}

async fn leave(world: &World) {
    let detail = world.station.person(&person(1)).await.expect("a page");
    if let Some(visit) = detail.visit {
        let who = person(1);
        let closed = world.station.close_visit(&who, visit.id, Said::Confirmed);
        closed.await.expect("closed");
    }
}

async fn raised(world: &World) -> Vec<String> {
    let alarms = admin::alarms(&world.database(), 50).await.expect("read");
    let kinds = alarms.iter().map(|alarm| alarm.kind.clone());
    kinds.collect()
}

fn desk(world: &World, face: ScriptedFace) -> (StationDesk, Arc<ScriptedFace>) {
    let face = Arc::new(face);
    let station = Arc::clone(&world.station);
    let desk = StationDesk::new(station, Arc::clone(&face), Cancel::default());
    (desk, face)
}

async fn reset(world: &World) -> (Result<Ending, Stop>, Arc<ScriptedFace>) {
    let face = ScriptedFace::new(SLOT, PIN).hearing(hands(&world.rack));
    let (mut desk, face) = desk(world, face);
    let ended = tokio::time::timeout(LONG, workflow::reset(&mut desk, order())).await;
    (ended.expect("ends by itself"), face)
}

async fn opens(world: &World) -> bool {
    let page = world.station.person(&person(1)).await.expect("a page");
    page.credentials.iter().any(|held| held.is_valid())
}

/// After three wrong PINs a key takes the next one only once it was out of its slot.
fn anew(world: &World, key: &SoftKey) {
    world.rack.pull(&UsbPath::new(SLOT));
    world.rack.put(SLOT, key);
}

/// Eight wrong PINs, and the key takes none any more.
async fn block(world: &World, key: &SoftKey) {
    mistyped(world, key, 8).await;
}

async fn mistyped(world: &World, key: &SoftKey, times: u8) {
    for _ in 0..times {
        anew(world, key);
        world.station.slots().settled(Duration::from_secs(2)).await;
        let (mut desk, _) = desk(world, ScriptedFace::new(SLOT, "0000-wrong"));
        let run = care::test_key(&mut desk, None);
        let ended = tokio::time::timeout(LONG, run).await;
        ended.expect("ends by itself").expect_err("wrong");
    }
    anew(world, key);
    world.station.slots().settled(Duration::from_secs(2)).await;
}

/// It was reset and reported, and they proved themself before the key was pulled.
fn is_proved_before(ended: &Result<Ending, Stop>, face: &ScriptedFace) {
    assert!(
        matches!(
            ended,
            Ok(Ending::Reset {
                push: PushState::Accepted,
                ..
            })
        ),
        "{ended:?}"
    );
    let events = face.events();
    let proves = |event: &Event| matches!(event, Event::Prover { name } if name == "Person 1");
    let proved = events.iter().position(proves).expect("they prove");
    let coached = |event: &Event| matches!(event, Event::Coach { .. });
    let pulled = events.iter().position(coached).expect("pulled");
    assert!(proved < pulled);
}

/// What is on the key is about to be deleted, with the person there, and the station stops; the person goes.
async fn stopped_deleting(world: &World, key: &SoftKey) {
    let id = Bytes(key.credentials().first().expect("one").id.clone());
    let face = ScriptedFace::new(SLOT, PIN)
        .wanting([Answer::Remove(id)])
        .telling(ResetCase {
            reason: "left the company".to_owned(),
            ticket: Some("T-7".to_owned()),
            requested_by: Some("Person 1".to_owned()),
            identification: None,
        });
    let (inner, _) = desk(world, face);
    let mut faulty = FaultyDesk::at(inner, "delete_credential", Mishap::StopsBefore);
    let stopped = faulty.stopped();
    tokio::select! {
        ended = care::credentials(&mut faulty, None) => panic!("not stopped: {ended:?}"),
        () = stopped.notified() => {}
    }
    drop(faulty);
    leave(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_enrolled_on_a_key_proves_themself_in_a_visit_before_it_is_reset() {
    let key = fresh_key();
    let world = came_back(&key).await;
    let (ended, face) = reset(&world).await;
    is_proved_before(&ended, &face);
    // Identified once, for visit and case alike.
    let identify = |question: &Question| matches!(question, Question::Identify { .. });
    let asked = face.questions();
    assert_eq!(asked.iter().filter(|q| identify(q)).count(), 1);
    assert!(key.credentials().is_empty() && !opens(&world).await);
    let page = world.station.person(&person(1)).await.expect("a page");
    let visit = page
        .visit
        .expect("it goes on: a key is enrolled anew in it");
    assert_eq!(visit.authority, Some(Authority::Factor));
    let alarms = raised(&world).await;
    assert!(
        !alarms.contains(&problem_code::TAKEN_UNPROVED.to_owned()),
        "{alarms:?}"
    );
    enrol(&world, 1)
        .await
        .expect("enrolled anew, in that visit");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_can_prove_nothing_is_told_the_way_of_a_loss_before_anybody_is_asked() {
    let key = fresh_key();
    let world = came_back(&key).await;
    block(&world, &key).await;
    let (ended, face) = reset(&world).await;
    let stop = ended.expect_err("they cannot prove anything");
    assert!(
        matches!(&stop, Stop::Unmet(Unmet::LostAccess { .. })),
        "{stop:?}"
    );
    for (language, next) in [
        (Language::English, "Report the key lost"),
        (Language::Dutch, "Meld de sleutel kwijt"),
    ] {
        let said = Text::load(language).stop(&stop);
        assert!(said.contains(next) && said.contains("Person 1"), "{said}");
    }
    assert!(
        english()
            .stop(&stop)
            .contains("administrator of the same organisation"),
        "who serves them"
    );
    let asked = face.questions();
    let key_only = |question: &Question| matches!(question, Question::ChooseKey { .. });
    assert!(asked.iter().all(key_only), "{asked:?}");
    assert!(opens(&world).await && key.credentials().len() == 1);

    // Reported lost, it takes nothing from anybody to be reset like any that was found.
    let lost = SuspendOrder {
        person: person(1),
        factor: None,
        shown: None,
    };
    let (mut at, _) = desk(&world, ScriptedFace::new(SLOT, PIN));
    loss::suspend(&mut at, lost).await.expect("suspended");
    let (ended, _) = reset(&world).await;
    assert!(matches!(ended, Ok(Ending::Reset { .. })), "{ended:?}");
    let alarms = raised(&world).await;
    assert!(
        !alarms.contains(&problem_code::TAKEN_UNPROVED.to_owned()),
        "{alarms:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_that_ends_while_the_key_is_in_the_hand_leaves_the_key_as_it_was() {
    let key = fresh_key();
    let world = came_back(&key).await;
    let (rack, station) = (world.rack.clone(), Arc::clone(&world.station));
    let hand = hands(&rack);
    let runtime = tokio::runtime::Handle::current();
    let hear = move |event: &Event| {
        if let Event::Coach {
            coach: Coach::PutBack { .. },
            ..
        } = event
        {
            let (station, rack, runtime) = (Arc::clone(&station), rack.clone(), runtime.clone());
            let Event::Coach { key, .. } = event else {
                return;
            };
            let place = key.place.clone();
            std::thread::spawn(move || {
                runtime.block_on(async {
                    let detail = station.person(&person(1)).await.expect("a page");
                    let visit = detail.visit.expect("open");
                    let who = person(1);
                    let closed = station.close_visit(&who, visit.id, Said::Nothing);
                    closed.await.expect("closed");
                });
                rack.put_back(&place);
            });
            return;
        }
        hand(event);
    };
    let (mut at, _) = desk(&world, ScriptedFace::new(SLOT, PIN).hearing(hear));
    let ended = tokio::time::timeout(LONG, workflow::reset(&mut at, order())).await;
    let stop = ended.expect("ends by itself").expect_err("over");
    assert!(
        matches!(stop.cause(), Stop::RegistryRefused { code, .. } if code == problem_code::AUTHORITY_NEEDED),
        "{stop:?}"
    );
    assert!(key.credentials().len() == 1 && opens(&world).await);
    let store = world.station.store();
    assert!(store.unfinished().expect("read").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_of_somebodys_is_deleted_once_they_proved_themself() {
    let key = fresh_key();
    let world = came_back(&key).await;
    let id = Bytes(key.credentials().first().expect("one").id.clone());
    let case = ResetCase {
        reason: "left the company".to_owned(),
        ticket: Some("T-7".to_owned()),
        requested_by: None,
        identification: None,
    };
    let face = ScriptedFace::new(SLOT, PIN)
        .wanting([Answer::Remove(id.clone())])
        .telling(ResetCase {
            requested_by: Some("Person 1".to_owned()),
            ..case
        });
    let (mut at, face) = desk(&world, face);
    let ended = tokio::time::timeout(LONG, care::credentials(&mut at, None)).await;
    let ended = ended.expect("ends by itself").expect("deleted");
    let Ending::Cared { result, .. } = &ended else {
        panic!("{ended:?}");
    };
    let CareResult::Credentials { told, .. } = &**result else {
        panic!("{result:?}");
    };
    assert_eq!(told, &Some(PushState::Accepted));
    let proved = |event: &Event| matches!(event, Event::Prover { .. });
    assert!(face.events().iter().any(proved));
    assert!(key.credentials().is_empty() && !opens(&world).await);
    let alarms = raised(&world).await;
    assert!(
        !alarms.contains(&problem_code::TAKEN_UNPROVED.to_owned()),
        "{alarms:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_serves_nobody_of_that_kind_is_refused_before_anybody_is_asked() {
    let key = fresh_key();
    let world = came_back(&key).await;
    crate::deletion::sign_in_as(&world, "customer-service").await;
    let (ended, face) = reset(&world).await;
    let stop = ended.expect_err("an employee's key");
    let Stop::NotAllowed(refused) = stop.cause() else {
        panic!("{stop:?}");
    };
    assert_eq!(refused.role, Role::CustomerService);
    let identify = |question: &Question| matches!(question, Question::Identify { .. });
    assert!(!face.questions().iter().any(identify));
    assert!(opens(&world).await);
}
