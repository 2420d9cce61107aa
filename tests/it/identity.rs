//! Who a key is: what it says of itself is believed while nothing contradicts it, and what is said to be lost was shown by this very
//! key.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use keydesk::bay::Cancel;
use keydesk::bay::soft::{Profile, SoftKey, TouchPolicy};
use keydesk::cli::output::Exit;
use keydesk::domain::UsbPath;
use keydesk::domain::reset::Losses;
use keydesk::program::demo::world::{ScriptedFace, World};
use keydesk::record::EntryState;
use keydesk::station::desk::StationDesk;
use keydesk::wire::problem_code;
use keydesk::workflow::dialogue::{Coach, Ending, Event, PushState};
use keydesk::workflow::{self, How, KeyFault, Stop};

use crate::care_test::with_pin;
use crate::faulty_desk::{FaultyDesk, Mishap};
use crate::outbox::waiting;
use crate::resets::{arguments, command_line, hands, order, run};
use crate::scenarios::{PIN, SLOT, answering, desk, enrol, fresh_key, person, state_of, world};
use crate::two_desks::desks;

/// Longer than any run here may last, with other tests beside it.
const LONG: Duration = Duration::from_secs(120);

fn numbered(serial: &str) -> SoftKey {
    let profile = Profile::yubikey_5_nfc().with_serial(serial);
    SoftKey::new(profile.with_touch(TouchPolicy::Auto))
}

async fn put(world: &World, key: &SoftKey) {
    world.rack.put(SLOT, key);
    answering(world).await;
}

/// How many credentials of a person the registry holds.
async fn live(world: &World, n: usize) -> usize {
    let page = world.station.person(&person(n)).await.expect("a page");
    let live = page.credentials.iter().filter(|c| c.gone_at.is_none());
    live.count()
}

async fn alarms(world: &World, kind: &str) -> i64 {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(world.database());
    let pool = sqlx::SqlitePool::connect_with(options)
        .await
        .expect("opens");
    let count = sqlx::query_scalar("SELECT count(*) FROM alarm WHERE kind = ?")
        .bind(kind)
        .fetch_one(&pool)
        .await;
    count.expect("counted")
}

fn names(losses: &[keydesk::domain::reset::LostEnrolment]) -> Vec<&str> {
    losses
        .iter()
        .map(|lost| lost.person.name.as_str())
        .collect()
}

async fn reset(world: &World) -> Losses {
    let (ended, _) = run(world, order()).await;
    match ended {
        Ok(Ending::Reset { losses, push, .. }) => {
            assert_eq!(push, PushState::Accepted);
            losses
        }
        other => panic!("not reset: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_constant_serial_number_makes_no_two_keys_one() {
    let world = world(2).await;
    let [one, two] = ["1000000000", "1000000000"].map(numbered);
    put(&world, &one).await;
    enrol(&world, 1).await.expect("enrolled");
    put(&world, &two).await;
    let second = enrol(&world, 2).await.expect("enrolled");
    assert_eq!(state_of(&second), &PushState::Accepted);
    world.station.keep_session().expect("kept");
    let (outcome, _) = command_line(&world, arguments(Some("Person 1"))).await;
    assert_eq!(outcome.exit, Exit::Usage, "{outcome:?}");
    assert!(!outcome.detail.contains("Person 1"), "{outcome:?}");
    let losses = reset(&world).await;
    assert_eq!(names(&losses.enrolments), ["Person 2"]);
    assert!(losses.unsure.is_empty());
    assert_eq!((live(&world, 1).await, live(&world, 2).await), (1, 0));
    put(&world, &one).await;
    let again = enrol(&world, 1).await;
    assert!(matches!(again, Ok(Ending::Retested { .. })), "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_keys_of_one_serial_number_are_told_by_what_they_hold_and_nobody_unsure_loses_anything()
{
    let world = world(2).await;
    let [one, two] = ["7C31A9", "7C31A9"].map(numbered);
    put(&world, &one).await;
    enrol(&world, 1).await.expect("enrolled");
    put(&world, &two).await;
    let second = enrol(&world, 2).await.expect("enrolled");
    assert_eq!(state_of(&second), &PushState::Accepted);
    assert_eq!(alarms(&world, problem_code::SERIAL_DISPUTED).await, 1);
    let losses = reset(&world).await;
    assert_eq!(names(&losses.enrolments), ["Person 2"]);
    assert_eq!(names(&losses.unsure), ["Person 1"]);
    assert_eq!((live(&world, 1).await, live(&world, 2).await), (1, 0));
    put(&world, &one).await;
    let losses = reset(&world).await;
    assert_eq!(names(&losses.enrolments), ["Person 1"]);
    assert_eq!(live(&world, 1).await, 0);
    assert_eq!(alarms(&world, problem_code::RESET_UNNAMED).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_person_on_a_key_that_is_somebody_else_s_by_its_number_is_refused_by_the_registry()
{
    let world = world(2).await;
    let [one, two] = ["7C31A9", "7C31A9"].map(numbered);
    put(&world, &one).await;
    enrol(&world, 1).await.expect("enrolled");
    put(&world, &two).await;
    // The station can't ask the registry, so that it does not hear of the first one.
    let (inner, _) = desk(&world, &Cancel::default());
    let mut deaf = FaultyDesk::at(inner, "known_credentials", Mishap::FailsBefore).for_good();
    let ended = workflow::enrol(&mut deaf, &person(2)).await.expect("made");
    let PushState::Conflict { detail, .. } = state_of(&ended) else {
        panic!("taken: {ended:?}");
    };
    assert!(detail.words.contains("p-1"), "{detail}");
    assert_eq!((live(&world, 1).await, live(&world, 2).await), (1, 0));
    given_up(&world, problem_code::KEY_TAKEN, &two).await;
    let again = enrol(&world, 2).await.expect("the registry can be asked");
    assert_eq!(state_of(&again), &PushState::Accepted);
}

/// The one conflict is of this code, and giving it up leaves nothing on either side.
async fn given_up(world: &World, code: &str, key: &SoftKey) {
    let entry = waiting(world).remove(0);
    assert!(
        matches!(&entry.state, EntryState::Conflict { code: found, .. } if found == code),
        "{entry:?}"
    );
    let refused = world.station.store().refused(entry.id).expect("read");
    let refused = refused.expect("an enrolment in conflict");
    let (mut desk, _) = desk(world, &Cancel::default());
    let ended = workflow::withdraw(&mut desk, refused, How::WithKey).await;
    assert!(matches!(ended, Ok(Ending::Withdrawn { .. })), "{ended:?}");
    assert!(key.credentials().is_empty());
    assert!(waiting(world).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enrolment_that_may_have_taken_the_place_of_a_newer_one_is_refused_and_nothing_is_lost()
{
    let desks = desks(1).await;
    let key = fresh_key();
    put(&desks.second, &key).await;
    // The second desk can neither ask the registry nor list what the key holds, and does not hear of the first desk's enrolment.
    let (inner, _) = desk(&desks.second, &Cancel::default());
    let mut deaf = FaultyDesk::at(inner, "known_credentials", Mishap::FailsBefore).for_good();
    let first = Arc::clone(&desks.first);
    let who = person(1);
    deaf.before("make_credential", move || sideways(&first));
    let ended = workflow::enrol(&mut deaf, &who).await.expect("made");
    assert!(
        matches!(state_of(&ended), PushState::Conflict { .. }),
        "{ended:?}"
    );
    given_up(&desks.second, problem_code::ENROLLED_SINCE, &key).await;
    // By now they have a factor, which they prove before they get another one.
    let (mut whole, _) = desk(&desks.second, &Cancel::default());
    let again = workflow::enrol(&mut whole, &who).await.expect_err("proof");
    assert_eq!(again, Stop::Key(KeyFault::NoCredential));
}

/// Another key of this model is enrolled for the same person at the first desk: nothing tells the registry that it is another one.
fn sideways(first: &Arc<World>) {
    let first = Arc::clone(first);
    let runtime = tokio::runtime::Handle::current();
    let thread = std::thread::spawn(move || {
        runtime.block_on(async {
            put(&first, &fresh_key()).await;
            enrol(&first, 1).await.expect("enrolled");
        });
    });
    tokio::task::block_in_place(|| thread.join().expect("no panic"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spare_s_twin_that_is_somebody_s_is_not_reset_in_its_place() {
    let world = world(2).await;
    // Both have a PIN, so that they look alike; nobody is enrolled on the first.
    let theirs = fresh_key();
    put(&world, &theirs).await;
    enrol(&world, 2).await.expect("enrolled");
    let spare = with_pin(&world, Profile::yubikey_5_nfc()).await;
    spare.set_touch(TouchPolicy::Auto);
    let before = theirs.credentials();
    let (rack, stray, puts) = (world.rack.clone(), theirs.clone(), AtomicUsize::new(0));
    let hand = hands(&world.rack);
    let right = spare.clone();
    let hear = move |event: &Event| {
        let Event::Coach {
            coach: Coach::PutBack { .. },
            ..
        } = event
        else {
            return hand(event);
        };
        let key = match puts.fetch_add(1, Ordering::SeqCst) {
            0 => stray.clone(),
            _ => right.clone(),
        };
        let rack = rack.clone();
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(20));
            rack.put(SLOT, &key);
        });
    };
    let face = Arc::new(ScriptedFace::new(SLOT, PIN).hearing(hear));
    let station = Arc::clone(&world.station);
    let mut desk = StationDesk::new(station, face, Cancel::default());
    let ended = tokio::time::timeout(LONG, workflow::reset(&mut desk, order())).await;
    let ended = ended.expect("ends by itself");
    assert!(matches!(ended, Ok(Ending::Reset { .. })), "{ended:?}");
    assert_eq!(theirs.credentials(), before);
    assert!(spare.credentials().is_empty());
    assert_eq!(live(&world, 2).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_enrolled_elsewhere_while_it_was_out_for_its_reset_is_not_reset() {
    let desks = desks(1).await;
    let key = fresh_key();
    put(&desks.second, &key).await;
    let (first, moved, puts) = (Arc::clone(&desks.first), key.clone(), AtomicUsize::new(0));
    let hand = hands(&desks.second.rack);
    let (second, runtime) = (Arc::clone(&desks.second), tokio::runtime::Handle::current());
    let cancel = Cancel::default();
    let stop = cancel.clone();
    let hear = move |event: &Event| match event {
        Event::Coach {
            coach: Coach::PutBack { .. },
            ..
        } if puts.fetch_add(1, Ordering::SeqCst) == 0 => {
            let (first, second, key) = (Arc::clone(&first), Arc::clone(&second), moved.clone());
            let runtime = runtime.clone();
            std::thread::spawn(move || {
                runtime.block_on(async {
                    put(&first, &key).await;
                    enrol(&first, 1).await.expect("enrolled");
                    first.rack.pull(&UsbPath::new(SLOT));
                    second.rack.put(SLOT, &key);
                });
            });
        }
        Event::Coach {
            coach: Coach::Pull { again: Some(_) },
            ..
        } => stop.cancel(),
        other => hand(other),
    };
    let face = Arc::new(ScriptedFace::new(SLOT, PIN).hearing(hear));
    let station = Arc::clone(&desks.second.station);
    let mut desk = StationDesk::new(station, face, cancel);
    let ended = tokio::time::timeout(LONG, workflow::reset(&mut desk, order())).await;
    let ended = ended.expect("ends by itself");
    assert!(matches!(ended, Err(Stop::Cancelled)), "{ended:?}");
    assert_eq!(key.credentials().len(), 1);
    assert_eq!(live(&desks.first, 1).await, 1);
}
