//! Keys that say little: whatever it takes to know whose they are is asked, and one of which nobody can tell is not emptied.

use keydesk::bay::soft::{Profile, Quirks, Status, TouchPolicy};
use keydesk::domain::reason::Refusal;
use keydesk::record::Unfinished;
use keydesk::workflow::{Around, Call, How};

use crate::scenarios::answering;
use crate::two_desks::desks;

use super::*;

/// It shows what it holds to nobody without its PIN, and nothing tells it from its twins.
fn silent() -> SoftKey {
    let quirks = Quirks {
        silent: Some(Status(0x36)),
        ..Quirks::default()
    };
    let profile = Profile::yubikey_5_nfc().with_quirks(quirks);
    SoftKey::new(profile.with_touch(TouchPolicy::Auto))
}

/// They proved themself before the key was pulled, and it is known on both sides that it is empty.
async fn is_taken_rightly(world: &World, (ended, face): (Result<Ending, Stop>, Arc<ScriptedFace>)) {
    is_proved_before(&ended, &face);
    assert!(!opens(world).await);
    let alarms = raised(world).await;
    assert!(
        !alarms.contains(&problem_code::TAKEN_UNPROVED.to_owned()),
        "{alarms:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_shows_nothing_without_its_pin_is_asked_with_it_and_whoever_is_on_it_proves_themself()
 {
    let key = silent();
    let world = came_back(&key).await;
    is_taken_rightly(&world, reset(&world).await).await;
    assert!(key.credentials().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_which_nobody_can_tell_whose_it_is_stays_as_it_is() {
    let key = silent();
    let world = came_back(&key).await;
    block(&world, &key).await;
    let (ended, _) = reset(&world).await;
    let stop = ended.expect_err("whose is it?");
    assert_eq!(stop, Stop::KeyRefused(Refusal::TellsNothing));
    assert!(key.credentials().len() == 1 && opens(&world).await);
}

/// As many newer enrolments on keys of the same model as that; nobody has those keys.
async fn others(world: &World, many: usize) {
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(world.database())
        .foreign_keys(false);
    let pool = sqlx::SqlitePool::connect_with(options).await;
    let mut one = pool.expect("opens").acquire().await.expect("one");
    let run = async |one: &mut sqlx::SqliteConnection, statement: &'static str| {
        sqlx::query(statement).execute(one).await.expect("runs");
    };
    run(
        &mut one,
        "CREATE TEMP TABLE another AS SELECT * FROM credential LIMIT 1",
    )
    .await;
    for _ in 0..many {
        run(
            &mut one,
            "UPDATE another SET id = randomblob(32), person = 'elsewhere', offer = lower(hex(randomblob(4)) || '-0000-7000-8000-' || hex(randomblob(6))), enrolled_ms = enrolled_ms + 1, gone_ms = NULL",
        )
        .await;
        run(&mut one, "INSERT INTO credential SELECT * FROM another").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_on_a_key_is_found_among_however_many_have_one_of_its_model() {
    let key = fresh_key();
    // What a station enrolled itself it knows: they come to another one.
    let desks = desks(1).await;
    desks.first.rack.put(SLOT, &key);
    enrol(&desks.first, 1).await.expect("enrolled");
    leave(&desks.first).await;
    others(&desks.first, 520).await;
    desks.first.rack.pull(&UsbPath::new(SLOT));
    desks.second.rack.put(SLOT, &key);
    answering(&desks.second).await;
    let (ended, face) = reset(&desks.second).await;
    assert!(
        matches!(&ended, Ok(Ending::Reset { losses, .. }) if losses.enrolments.len() == 1),
        "{ended:?}"
    );
    let proves = |event: &Event| matches!(event, Event::Prover { name } if name == "Person 1");
    assert!(face.events().iter().any(proves));
}

/// A desk at whose registry nobody of that name was ever heard of.
struct Unheard(StationDesk);

impl Around for Unheard {
    fn inner(&self) -> &dyn workflow::Desk {
        &self.0
    }

    async fn around<T>(
        &mut self,
        call: Call,
        go: impl AsyncFnOnce(&mut dyn workflow::Desk) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        match call.name {
            "detail" => Err(Stop::RegistryRefused {
                code: problem_code::NOT_FOUND.to_owned(),
                detail: "no such person".into(),
            }),
            _ => go(&mut self.0).await,
        }
    }

    async fn around_key<T, E: From<keydesk::domain::reason::KeyFault>>(
        &mut self,
        _call: Call,
        go: impl AsyncFnOnce(&mut dyn workflow::Desk) -> Result<T, E>,
    ) -> Result<T, E> {
        go(&mut self.0).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_the_registry_never_heard_of_does_not_hide_what_is_missing() {
    let key = fresh_key();
    let world = came_back(&key).await;
    let (inner, _) = desk(&world, ScriptedFace::new(SLOT, PIN));
    let mut unheard = Unheard(inner);
    let ended = tokio::time::timeout(LONG, workflow::reset(&mut unheard, order())).await;
    let stop = ended.expect("ends by itself").expect_err("not proved");
    assert_eq!(stop.refusal(), Some(problem_code::AUTHORITY_NEEDED));
    assert!(key.credentials().len() == 1 && opens(&world).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_whose_key_is_lost_takes_what_it_took_to_begin_it_or_the_report_of_the_loss() {
    let key = fresh_key();
    let world = came_back(&key).await;
    stopped_deleting(&world, &key).await;
    // And the key with them.
    world.rack.pull(&UsbPath::new(SLOT));
    let work = || {
        let work = world.station.store().unfinished().expect("read");
        assert!(matches!(work.as_slice(), [Unfinished::Deletion(_)]));
        work.into_iter().next().expect("one")
    };
    let (mut at, _) = desk(&world, ScriptedFace::new(SLOT, PIN));
    let ended = workflow::resolve(&mut at, work(), How::WithoutKey).await;
    assert!(
        matches!(&ended, Err(Stop::Unmet(Unmet::LostAccess { .. }))),
        "{ended:?}"
    );
    assert!(opens(&world).await);

    let lost = SuspendOrder {
        person: person(1),
        factor: None,
        shown: None,
    };
    loss::suspend(&mut at, lost).await.expect("suspended");
    let ended = workflow::resolve(&mut at, work(), How::WithoutKey).await;
    assert!(matches!(ended, Ok(Ending::Resolved { .. })), "{ended:?}");
    world.station.push_outbox().await.expect("pushed");
    let page = world.station.person(&person(1)).await.expect("a page");
    assert!(page.credentials.iter().all(|held| held.gone_at.is_some()));
    let alarms = raised(&world).await;
    assert!(
        !alarms.contains(&problem_code::TAKEN_UNPROVED.to_owned()),
        "{alarms:?}"
    );
}
