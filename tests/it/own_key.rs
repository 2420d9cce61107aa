//! An operator's own key: a first sign-in that is stopped anywhere, and what the next operator makes of it.

use std::sync::Arc;
use std::time::Duration;

use keydesk::bay::Cancel;
use keydesk::bay::soft::{Profile, SoftKey, TouchPolicy};
use keydesk::domain::Secret;
use keydesk::domain::authority::Role;
use keydesk::domain::reason::Gap;
use keydesk::program::demo::world::{OPERATOR_PIN, ScriptedFace, World};
use keydesk::record::{EndReason, Remains, Unfinished};
use keydesk::server::admin;
use keydesk::station::desk::StationDesk;
use keydesk::store::audit;
use keydesk::workflow::dialogue::{Ending, Event, Note, Step};
use keydesk::workflow::{self, How, Stop};

use crate::faulty_desk::{FaultyDesk, Mishap};
use crate::leftovers::endings;
use crate::outbox::{in_between, sql};
use crate::scenarios::{OPERATOR_SLOT, SLOT, answering, desk, fresh_key, world};

/// Longer than any run here may last, with other tests beside it.
const LONG: Duration = Duration::from_secs(20);

/// A one-time code for a new operator of this name.
async fn code_for(world: &World, name: &str) -> Secret {
    admin::new_operator_code(&world.database(), name, Role::HelpDesk)
        .await
        .expect("a code")
        .code
}

/// The credentials that the registry holds for an operator.
async fn held_for(world: &World, name: &str) -> Vec<Vec<u8>> {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(world.database());
    let pool = sqlx::SqlitePool::connect_with(options)
        .await
        .expect("opens");
    let held = sqlx::query_scalar(
        "SELECT c.id FROM operator_credential c JOIN operator o ON o.id = c.operator WHERE o.name = ?",
    )
    .bind(name)
    .fetch_all(&pool)
    .await
    .expect("read");
    pool.close().await;
    held
}

fn ids_on(key: &SoftKey) -> Vec<Vec<u8>> {
    key.credentials().into_iter().map(|c| c.id).collect()
}

/// Opens the station again, and signs the operator in who was there from the start; the key is back in its slot.
async fn next_start(world: World, key: &SoftKey) -> World {
    let own = world
        .rack
        .key(&keydesk::domain::UsbPath::new(OPERATOR_SLOT));
    let world = world.reopen().expect("opens again");
    world.rack.put(OPERATOR_SLOT, &own.expect("a key"));
    key.power_cycle();
    world.rack.put(SLOT, key);
    answering(&world).await;
    let face = Arc::new(ScriptedFace::new(OPERATOR_SLOT, OPERATOR_PIN));
    let mut desk = StationDesk::new(Arc::clone(&world.station), face, Cancel::default());
    workflow::sign_in(&mut desk).await.expect("signed in");
    world
}

/// A first sign-in that has a mishap; `None` when the world stopped.
async fn with_mishap(
    world: &World,
    name: &str,
    faulty: impl FnOnce(StationDesk) -> FaultyDesk<StationDesk>,
) -> (Option<Result<Ending, Stop>>, &'static str) {
    let code = code_for(world, name).await;
    let (inner, _) = desk(world, &Cancel::default());
    let mut faulty = faulty(inner);
    let stopped = faulty.stopped();
    let ended = tokio::select! {
        ended = workflow::first_sign_in(&mut faulty, &code) => Some(ended),
        () = stopped.notified() => None,
        () = tokio::time::sleep(LONG) => panic!("stuck at {:?}", faulty.hit),
    };
    (ended, faulty.hit.unwrap_or("nothing"))
}

/// Takes up what is unfinished; how many there were.
async fn take_up(world: &World, label: &str) -> usize {
    let work = world.station.store().unfinished().expect("read");
    let count = work.len();
    for unfinished in work {
        assert!(matches!(&unfinished, Unfinished::OwnKey(_)), "{label}");
        let (mut desk, _) = desk(world, &Cancel::default());
        let run = workflow::resolve(&mut desk, unfinished, How::WithKey);
        let ending = tokio::time::timeout(LONG, run).await;
        assert!(matches!(ending, Ok(Ok(_))), "{label}: {ending:?}");
    }
    assert!(world.station.store().unfinished().expect("read").is_empty());
    count
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_sign_in_stopped_anywhere_ends_with_a_key_that_the_registry_knows_or_an_empty_one()
{
    let mut world = world(1).await;
    let calls = {
        world.rack.put(SLOT, &fresh_key());
        let code = code_for(&world, "Counted").await;
        let (inner, _) = desk(&world, &Cancel::default());
        let mut counting = FaultyDesk::new(inner, None, Mishap::FailsBefore);
        let ended = workflow::first_sign_in(&mut counting, &code).await;
        ended.expect("signed in");
        counting.calls()
    };
    assert!((8..20).contains(&calls), "{calls} calls");
    let (mut kept, mut deleted) = (0, 0);
    let mishaps = [
        Mishap::FailsBefore,
        Mishap::FailsAfter,
        Mishap::StopsBefore,
        Mishap::StopsAfter,
    ];
    for mishap in mishaps {
        for at in 0..calls {
            let key = fresh_key();
            world.rack.put(SLOT, &key);
            let name = format!("{mishap:?} {at}");
            let mishap = |inner| FaultyDesk::new(inner, Some(at), mishap);
            let (ended, hit) = with_mishap(&world, &name, mishap).await;
            let label = format!("{name} ({hit}), {ended:?}");
            world = next_start(world, &key).await;
            let before = ids_on(&key);
            let known = held_for(&world, &name).await;
            let taken_up = take_up(&world, &label).await;
            let left = ids_on(&key);
            assert_eq!(left, known, "{label}: key and registry differ");
            if matches!(ended, Some(Ok(_))) {
                assert_eq!((left.len(), taken_up), (1, 0), "{label}");
            }
            kept += usize::from(taken_up > 0 && !left.is_empty());
            deleted += usize::from(taken_up > 0 && left.is_empty() && !before.is_empty());
        }
    }
    assert!(kept >= 2, "{kept} were kept because the registry knew them");
    assert!(deleted >= 2, "{deleted} were deleted");
    audit::verify(&world.data()).expect("a whole chain");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_can_list_nothing_is_asked_to_sign_and_the_record_says_what_the_registry_knew() {
    let cases = [
        ("make_credential", Mishap::StopsBefore, Remains::Pin),
        ("operator_enrol", Mishap::StopsBefore, Remains::Credential),
        ("operator_enrol", Mishap::StopsAfter, Remains::InUse),
    ];
    let mut world = world(1).await;
    for (call, mishap, remains) in cases {
        let key = SoftKey::new(Profile::ctap20().with_touch(TouchPolicy::Auto));
        world.rack.put(SLOT, &key);
        answering(&world).await;
        let name = format!("{mishap:?} {call}");
        let (ended, _) =
            with_mishap(&world, &name, |inner| FaultyDesk::at(inner, call, mishap)).await;
        assert_eq!(ended, None, "{name}");
        world = next_start(world, &key).await;
        assert_eq!(take_up(&world, &name).await, 1, "{name}");
        let why = match remains {
            Remains::InUse => EndReason::AlreadyEnrolled,
            _ => EndReason::ResolvedAfterStop,
        };
        assert_eq!(endings(&world).last(), Some(&(why, remains)), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_sign_in_that_the_registry_refuses_leaves_no_credential_on_the_key() {
    let world = world(1).await;
    let late = "CREATE TRIGGER late AFTER INSERT ON operator_challenge \
        BEGIN UPDATE operator_challenge SET expires_ms = 0 WHERE challenge = NEW.challenge; END";
    sql(&world, late).await;
    let key = fresh_key();
    world.rack.put(SLOT, &key);
    let code = code_for(&world, "Late").await;
    let (mut desk, _) = desk(&world, &Cancel::default());
    let stop = workflow::first_sign_in(&mut desk, &code)
        .await
        .expect_err("refused");
    assert!(
        matches!(stop.cause(), Stop::RegistryRefused { .. }),
        "{stop}"
    );
    assert_eq!(stop.remains(), Remains::CredentialDeleted, "{stop}");
    assert!(key.credentials().is_empty());
    assert!(world.station.store().unfinished().expect("read").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_sign_in_says_whether_the_pin_is_new_or_was_there() {
    let world = world(1).await;
    let key = fresh_key();
    world.rack.put(SLOT, &key);
    for (name, said) in [("First", Note::PinSet), ("Second", Note::Verified)] {
        let code = code_for(&world, name).await;
        let (mut desk, face) = desk(&world, &Cancel::default());
        let ended = workflow::first_sign_in(&mut desk, &code).await;
        assert_eq!(ended, Ok(Ending::SignedIn), "{name}");
        let told = face.events().into_iter().find_map(|event| match event {
            Event::StepDone {
                step: Step::Pin,
                note,
            } => Some(note),
            _ => None,
        });
        assert_eq!(told, Some(said), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_a_first_sign_in_that_cannot_be_read_deletes_nothing() {
    let mut world = world(1).await;
    let key = SoftKey::new(Profile::yubikey_5_nfc().with_touch(TouchPolicy::Manual));
    world.rack.put(SLOT, &key);
    let code = code_for(&world, "Unheard").await;
    let (mut desk, _) = desk(&world, &Cancel::default());
    let unreadable = "HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\
        connection: close\r\n\r\n{}";
    let answered = async {
        while key.waiting().is_none() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let other = in_between(&mut world, unreadable).await;
        key.touch();
        other.abort_handle()
    };
    let run = workflow::first_sign_in(&mut desk, &code);
    let both = async { tokio::join!(run, answered) };
    let (ended, other) = tokio::time::timeout(LONG, both).await.expect("ends");
    other.abort();
    let stop = ended.expect_err("not signed in");
    assert!(
        matches!(stop.cause(), Stop::Unreachable(Gap::Unread { .. })),
        "{stop:?}"
    );
    assert_eq!(stop.remains(), Remains::Credential, "{stop}");
    assert_eq!(key.credentials().len(), 1);
    assert_eq!(world.station.store().unfinished().expect("read").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_half_made_key_of_an_operator_whose_access_was_ended_is_emptied() {
    let world = world(1).await;
    let key = fresh_key();
    world.rack.put(SLOT, &key);
    let (ended, _) = with_mishap(&world, "Leaver", |inner| {
        FaultyDesk::at(inner, "operator_enrol", Mishap::StopsAfter)
    })
    .await;
    assert_eq!(ended, None);
    let world = next_start(world, &key).await;
    let work = world.station.store().unfinished().expect("read");
    let Some(Unfinished::OwnKey(own)) = work.first() else {
        panic!("not an own key: {work:?}");
    };
    let revoked = admin::revoke_operator(&world.database(), &own.offer.operator.id).await;
    revoked.expect("revoked");
    assert_eq!(key.credentials().len(), 1);
    assert_eq!(take_up(&world, "revoked").await, 1);
    assert!(key.credentials().is_empty());
    let ending = (EndReason::ResolvedAfterStop, Remains::CredentialDeleted);
    assert_eq!(endings(&world).last(), Some(&ending));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_whose_access_was_ended_before_its_first_sign_in_was_taken_up_is_not_in_use() {
    let world = world(1).await;
    let key = fresh_key();
    world.rack.put(SLOT, &key);
    let lost = |inner| FaultyDesk::at(inner, "operator_enrol", Mishap::StopsAfter);
    with_mishap(&world, "L. Oser", lost).await;
    let world = next_start(world, &key).await;
    assert_eq!(ids_on(&key), held_for(&world, "L. Oser").await);
    let known = admin::operators(&world.database()).await.expect("read");
    let loser = known.into_iter().find(|o| o.name == "L. Oser");
    let id = loser.expect("known").id;
    let another = admin::new_operator_key(&world.database(), &id).await;
    another.expect("a code for another key");
    assert_eq!(take_up(&world, "credential revoked").await, 1);
    assert!(ids_on(&key).is_empty(), "what opens nothing stays nowhere");
}
