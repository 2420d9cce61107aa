//! Tests of keys that are enrolled already: how they are recognised, what is checked here, and what goes on record.

use std::sync::Arc;

use keydesk::bay::Cancel;
use keydesk::bay::soft::{Fault, Management, Profile, SoftKey, TouchPolicy};
use keydesk::cli::args::{Command, KeyCommand};
use keydesk::cli::commands::{self, StationCommand};
use keydesk::cli::output::Exit;
use keydesk::domain::reason::Flaw;
use keydesk::domain::{Identification, UsbPath};
use keydesk::program::demo::world::{ScriptedFace, World};
use keydesk::record::{Change, OutboxBody, OutboxEntry};
use keydesk::server::ServeConfig;
use keydesk::station::desk::StationDesk;
use keydesk::station::stopper::Stopper;
use keydesk::store::audit;
use keydesk::wire::{TestPush, TicketRequest};
use keydesk::workflow::care;
use keydesk::workflow::dialogue::{Ending, Event, Note, PushState, Step};
use keydesk::workflow::{self, Stop};

use crate::care_test::ready;
use crate::headless::{fd_of, paper, pin_file};
use crate::scenarios::{PIN, SLOT, answering, desk, enrol, fresh_key, person, state_of, world};

/// A world where person 1 has been enrolled, with a ticket fetched since and the registry out of reach.
async fn enrolled_and_offline() -> World {
    let mut world = world(1).await;
    world.rack.put(SLOT, &fresh_key());
    enrol(&world, 1).await.expect("enrolled");
    let request = TicketRequest {
        people: vec![person(1)],
        ..TicketRequest::of_day(jiff::Zoned::now().date())
    };
    let fetched = world.station.fetch_tickets(&request).await;
    assert_eq!(fetched.expect("tickets"), 1);
    world.stop_registry().await;
    world
}

/// The tests that wait for the registry.
fn waiting_tests(world: &World) -> Vec<TestPush> {
    let waiting = world.station.store().outbox().expect("read").into_iter();
    let test = |OutboxEntry { body, .. }| match body {
        OutboxBody::Test { push } => *push,
        other => panic!("not a test: {other:?}"),
    };
    waiting.map(test).collect()
}

/// What the registry's own log says of the tests that it accepted.
async fn tests_in_registry_log(world: &World) -> Vec<String> {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(world.database());
    let pool = sqlx::SqlitePool::connect_with(options)
        .await
        .expect("opens");
    let details =
        sqlx::query_scalar("SELECT detail FROM audit WHERE action = 'test' ORDER BY number")
            .fetch_all(&pool)
            .await
            .expect("read");
    pool.close().await;
    details
}

fn note_of_test(events: Vec<Event>) -> Option<Note> {
    events.into_iter().find_map(|event| match event {
        Event::StepDone {
            step: Step::Test,
            note,
        } => Some(note),
        _ => None,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn out_of_reach_of_the_registry_a_wrong_signature_is_refused_here_and_nothing_is_recorded() {
    let world = enrolled_and_offline().await;
    let key = world.rack.key(&UsbPath::new(SLOT)).expect("in");
    key.inject(Fault::SignsAnother);
    let stop = enrol(&world, 1).await.expect_err("unproven");
    assert!(
        matches!(&stop, Stop::Unproven(Flaw::SignatureWrong)),
        "{stop:?}"
    );
    assert!(world.station.store().outbox().expect("read").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retest_without_the_registry_is_verified_here_and_tells_it_later_how_the_person_was_identified()
 {
    let mut world = enrolled_and_offline().await;
    let (mut desk, face) = desk(&world, &Cancel::default());
    let ending = workflow::enrol(&mut desk, &person(1))
        .await
        .expect("tested");
    assert!(matches!(ending, Ending::Retested { .. }), "{ending:?}");
    assert_eq!(state_of(&ending), &PushState::Queued);
    assert_eq!(
        note_of_test(face.events()),
        Some(Note::None),
        "verified here"
    );
    let passport: Identification = "passport:7K31".parse().expect("a document");
    // The key proved the person first.
    let waiting = waiting_tests(&world);
    assert_eq!(waiting.len(), 2);
    for test in waiting {
        assert_eq!(test.identification.as_ref(), Some(&passport));
    }
    let started = world.start_registry(ServeConfig::default()).await;
    started.expect("back");
    let round = world.station.push_outbox().await.expect("pushed");
    assert_eq!((round.accepted, round.rejected, round.queued), (2, 0, 0));
    let logged = tests_in_registry_log(&world).await;
    let told = |detail: &String| detail.ends_with("identified by passport:7K31");
    assert!(logged.len() == 2 && logged.iter().all(told), "{logged:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_that_shows_only_to_its_owner_is_found_before_a_second_one_is_made() {
    for management in [Management::Standard, Management::Absent] {
        let world = world(1).await;
        let mut profile = Profile::full().with_touch(TouchPolicy::Auto);
        profile.abilities.management = management;
        profile.least_protection = 3;
        let key = SoftKey::new(profile);
        world.rack.put(SLOT, &key);
        enrol(&world, 1).await.expect("enrolled");
        let enrolled = key.credentials();
        assert_eq!(enrolled.len(), 1, "{management:?}");
        let ending = enrol(&world, 1).await.expect("tested");
        assert!(matches!(ending, Ending::Retested { .. }), "{ending:?}");
        assert_eq!(state_of(&ending), &PushState::Accepted, "{management:?}");
        assert_eq!(key.credentials(), enrolled, "{management:?}");
        let records = audit::records(&world.data()).expect("a journal");
        let begun = records
            .filter(|entry| {
                let change = entry.as_ref().map(|entry| &entry.record.change);
                matches!(change, Ok(Change::IntentBegun { .. }))
            })
            .count();
        assert_eq!(begun, 2, "{management:?}: without the PIN it was not seen");
        let store = world.station.store();
        assert!(
            store.unfinished().expect("read").is_empty(),
            "{management:?}"
        );
    }
}

/// Where the last byte of the signature counter is in the reply to authenticatorGetAssertion (CTAP 2.3, section 6.2.2): after
/// status and map head come 1: {"id", "type"} and 2: authenticator data, whose 37 bytes end with the counter.
fn counter_in_reply(key: &SoftKey) -> usize {
    let id = key.credentials().first().expect("enrolled").id.len();
    assert!((24..256).contains(&id), "its length is one byte");
    let credential = 1 + "_id".len() + 2 + id + "_type".len() + "_public-key".len();
    1 + 1 + 1 + credential + 1 + 2 + 36
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_for_a_person_is_verified_here_before_the_registry_is_told() {
    let world = world(1).await;
    let key = fresh_key();
    world.rack.put(SLOT, &key);
    enrol(&world, 1).await.expect("enrolled");
    answering(&world).await;
    // Not of the reply before it, which says that it is not the operator's own key.
    let (held, flips) = (counter_in_reply(&key), key.clone());
    let face = ScriptedFace::new(SLOT, PIN).hearing(move |event| {
        if matches!(event, Event::Touch { .. }) {
            flips.inject(Fault::Flip {
                command: 0x02,
                offset: held,
                mask: 0x40,
            });
        }
    });
    let station = Arc::clone(&world.station);
    let mut desk = StationDesk::new(station, Arc::new(face), Cancel::default());
    let stop = care::test_for(&mut desk, &person(1), None, None)
        .await
        .expect_err("unproven");
    assert!(
        matches!(&stop, Stop::Unproven(Flaw::SignatureWrong)),
        "{stop:?}"
    );
    assert!(world.station.store().outbox().expect("read").is_empty());
    let (mut desk, face) = ready(&world).await;
    let ending = care::test_for(&mut desk, &person(1), None, None).await;
    assert!(matches!(ending, Ok(Ending::WorksFor { .. })), "{ending:?}");
    assert_eq!(
        note_of_test(face.events()),
        Some(Note::None),
        "verified here"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_records_how_somebody_was_identified_for_a_test() {
    let world = world(1).await;
    world.rack.put(SLOT, &fresh_key());
    enrol(&world, 1).await.expect("enrolled");
    world.station.keep_session().expect("kept");
    let pins = pin_file(&[PIN]);
    let fd = fd_of(&pins).to_string();
    let typed = [
        "keydesk",
        "key",
        "test",
        "--person",
        "p-1",
        "--identified-by",
        "passport:7K31",
        "--key",
        SLOT,
        "--pin-fd",
        &fd,
    ];
    let typed: Vec<_> = typed.iter().map(Into::into).collect();
    let Ok(arguments) = keydesk::cli::args::parse(&typed) else {
        panic!("not understood: {typed:?}");
    };
    let Some(Command::Key(KeyCommand::Care(command))) = arguments.command else {
        panic!("{:?}", arguments.command);
    };
    let run = commands::run(
        Arc::clone(&world.station),
        StationCommand::Care(&command),
        paper().1,
        Stopper::default(),
    );
    let outcome = tokio::time::timeout(std::time::Duration::from_secs(30), run).await;
    let outcome = outcome.expect("ends by itself");
    assert_eq!(outcome.exit, Exit::Done, "{outcome:?}");
    let logged = tests_in_registry_log(&world).await;
    assert!(
        matches!(logged.as_slice(), [detail] if detail.ends_with("identified by passport:7K31")),
        "{logged:?}"
    );
}
