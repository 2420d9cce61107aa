//! A key comes back: is it the one that left, and what changed on it? With software keys at a real station.

use std::sync::Arc;

use keydesk::bay::Cancel;
use keydesk::bay::soft::{Fault, Profile, SoftKey};
use keydesk::domain::PersonId;
use keydesk::domain::authority::Role;
use keydesk::domain::returned::{Changed, IsIt, Returned, Standing, Unsure};
use keydesk::program::demo::world::{ScriptedFace, World};
use keydesk::station::desk::StationDesk;
use keydesk::text::english;
use keydesk::workflow::care;
use keydesk::workflow::dialogue::{CareResult, Ending};

use crate::care_test::touching;
use crate::scenarios::{OPERATOR_SLOT, PIN, SLOT, answering, enrol, operators_key, person, world};

/// What is said of the key that is in the slot now. No PIN is ever asked for.
async fn came_back(world: &World, person: Option<&PersonId>) -> Returned {
    answering(world).await;
    let face = Arc::new(ScriptedFace::new(SLOT, "no PIN at all"));
    let station = Arc::clone(&world.station);
    let mut desk = StationDesk::new(station, Arc::clone(&face), Cancel::default());
    let ending = care::check_return(&mut desk, None, person).await;
    let Ok(Ending::Cared { result, .. }) = &ending else {
        panic!("{ending:?}");
    };
    let CareResult::Returned { returned } = &**result else {
        panic!("{ending:?}");
    };
    (**returned).clone()
}

/// A key with which Person 1 was enrolled here, and which left.
async fn left(profile: Profile) -> (World, SoftKey) {
    let world = world(2).await;
    let key = touching(profile);
    world.rack.put(SLOT, &key);
    enrol(&world, 1).await.expect("enrolled");
    world.rack.pull(&keydesk::domain::UsbPath::new(SLOT));
    (world, key)
}

fn without_serial() -> Profile {
    Profile {
        serial: None,
        ..Profile::full()
    }
}

fn gone() -> Changed {
    Changed::Gone {
        person: "Person 1".to_owned(),
    }
}

fn unsure(why: Unsure) -> IsIt {
    IsIt::Unsure { why }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_unchanged_signs_without_its_pin_and_is_known() {
    for profile in [Profile::full(), without_serial()] {
        let (world, key) = left(profile).await;
        world.rack.put(SLOT, &key);
        let returned = came_back(&world, None).await;
        assert_eq!(returned.is_it, IsIt::Same { signed: true }, "{returned:?}");
        assert_eq!(returned.changes, [], "{returned:?}");
        assert!(returned.registry);
        let said = english().is_it(&returned);
        assert!(said.contains("It is the key that left"), "{said}");
        assert!(
            english()
                .returned(&returned)
                .iter()
                .any(|line| line.contains("PIN"))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn at_another_desk_the_registry_tells_what_was_made_on_it() {
    let (world, key) = left(Profile::full()).await;
    let other = world.neighbour("Desk 2").await.expect("joined");
    let own = operators_key();
    let signed_in = other
        .sign_in_as("S. Econd", Role::HelpDesk, OPERATOR_SLOT, &own)
        .await;
    signed_in.expect("signed in");
    other.rack.put(SLOT, &key);
    let returned = came_back(&other, Some(&person(1))).await;
    assert_eq!(returned.is_it, IsIt::Same { signed: false }, "{returned:?}");
    assert_eq!(returned.changes, [], "{returned:?}");
    assert_eq!(returned.credentials[0].person, "Person 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_became_of_its_credential_meanwhile_is_said() {
    let (world, key) = left(Profile::full()).await;
    world.rack.put(SLOT, &key);
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(world.database());
    let registry = sqlx::SqlitePool::connect_with(options)
        .await
        .expect("opens");
    for (change, standing, said) in [
        (
            "UPDATE credential SET suspended_ms = 1, suspended_why = 'lost'",
            Standing::Suspended,
            "which is suspended",
        ),
        (
            "UPDATE credential SET gone_ms = 2",
            Standing::Ended,
            "never opens anything again",
        ),
    ] {
        sqlx::query(change)
            .execute(&registry)
            .await
            .expect("changed");
        for whose in [None, Some(person(1))] {
            let returned = came_back(&world, whose.as_ref()).await;
            assert_eq!(returned.is_it, IsIt::Same { signed: true }, "{returned:?}");
            assert_eq!(returned.credentials[0].standing, standing);
            let words = english().returned(&returned).join("\n");
            assert!(words.contains(said), "{words}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_reset_meanwhile_is_not_taken_for_the_one_that_left() {
    let (world, key) = left(Profile::full()).await;
    let reset = SoftKey::new(key.profile());
    world.rack.put(SLOT, &reset);
    let returned = came_back(&world, None).await;
    assert_eq!(returned.is_it, unsure(Unsure::Emptied), "{returned:?}");
    assert_eq!(returned.changes, [Changed::Reset, gone()]);
    let said = english().is_it(&returned);
    assert!(said.contains("reset"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_that_was_deleted_elsewhere_is_named() {
    let mut profile = Profile::full();
    profile.abilities.extensions = Vec::new();
    let (world, key) = left(profile).await;
    let mut state = serde_json::to_value(key.state()).expect("a state");
    let credentials = state["credentials"].as_array_mut().expect("credentials");
    credentials.clear();
    let state = serde_json::from_value(state).expect("a state");
    let emptied = SoftKey::with_state(key.profile(), state);
    world.rack.put(SLOT, &emptied);
    let returned = came_back(&world, None).await;
    assert_eq!(returned.is_it, unsure(Unsure::Emptied), "{returned:?}");
    assert_eq!(returned.changes, [gone()], "it has its PIN still");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_key_may_hide_until_its_pin_is_given_is_not_said_to_be_gone() {
    let profile = Profile {
        least_protection: 3,
        ..Profile::full()
    };
    let (world, key) = left(profile).await;
    world.rack.put(SLOT, &key);
    let returned = came_back(&world, None).await;
    assert_eq!(returned.is_it, unsure(Unsure::Emptied), "{returned:?}");
    assert_eq!(returned.changes, []);
    let said = english().returned(&returned);
    assert!(
        said.iter()
            .any(|line| line.contains("hidden until its PIN")),
        "{said:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_twin_with_the_same_serial_number_is_never_the_key_that_left() {
    let (world, key) = left(Profile::full()).await;
    let twin = crate::care_test::with_pin(&world, key.profile()).await;
    world.rack.put(SLOT, &twin);
    let returned = came_back(&world, None).await;
    assert_eq!(returned.is_it, unsure(Unsure::Emptied), "{returned:?}");
    // One that holds somebody else's credential is that one's.
    enrol_second(&world).await;
    let returned = came_back(&world, Some(&person(1))).await;
    let of = Some("Person 2".to_owned());
    assert_eq!(returned.is_it, IsIt::Another { of }, "{returned:?}");
}

/// Person 2 is enrolled with what is in the slot.
async fn enrol_second(world: &World) {
    let face = Arc::new(ScriptedFace::new(SLOT, PIN));
    let station = Arc::clone(&world.station);
    let mut desk = StationDesk::new(station, face, Cancel::default());
    let ended = keydesk::workflow::enrol(&mut desk, &person(2)).await;
    ended.expect("enrolled");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_without_a_serial_number_that_shows_nothing_cannot_be_told_from_others() {
    let (world, key) = left(without_serial()).await;
    world.rack.put(SLOT, &SoftKey::new(key.profile()));
    let nobodys = came_back(&world, None).await;
    assert_eq!(nobodys.is_it, unsure(Unsure::Unknown), "{nobodys:?}");
    let theirs = came_back(&world, Some(&person(1))).await;
    assert_eq!(theirs.is_it, unsure(Unsure::Unmarked), "{theirs:?}");
    assert_eq!(theirs.changes, [], "it may never have been on it");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_model_or_number_than_was_said_is_another_key() {
    let (world, _) = left(Profile::full()).await;
    let other = Profile {
        serial: Some("28461397".to_owned()),
        ..Profile::full()
    };
    for other in [other, Profile::yubikey_5_nfc()] {
        world.rack.put(SLOT, &touching(other));
        let returned = came_back(&world, Some(&person(1))).await;
        assert_eq!(returned.is_it, IsIt::Another { of: None }, "{returned:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn firmware_that_changed_is_told_of_a_key_that_is_the_same_all_the_same() {
    let (world, key) = left(Profile::full()).await;
    let newer = Profile {
        firmware_version: Some(0x01_00_01),
        ..key.profile()
    };
    let updated = SoftKey::with_state(newer, key.state());
    world.rack.put(SLOT, &updated);
    let returned = came_back(&world, None).await;
    assert_eq!(returned.is_it, IsIt::Same { signed: true }, "{returned:?}");
    let (from, to) = (0x01_00_00, 0x01_00_01);
    assert_eq!(returned.changes, [Changed::Firmware { from, to }]);
    assert!(english().is_it(&returned).contains("not as it was"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_answers_no_silent_question_is_said_to_be_silent() {
    let (world, key) = left(Profile::full()).await;
    world.rack.put(SLOT, &key);
    answering(&world).await;
    let (command, code) = (0x02, 0x36);
    key.inject(Fault::Always { command, code });
    let returned = came_back(&world, None).await;
    assert_eq!(returned.is_it, unsure(Unsure::Silent), "{returned:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_registry_it_is_compared_with_what_the_station_knows_and_that_is_said() {
    let (mut world, key) = left(Profile::full()).await;
    world.stop_registry().await;
    world.rack.put(SLOT, &key);
    let returned = came_back(&world, None).await;
    assert_eq!(returned.is_it, IsIt::Same { signed: true }, "{returned:?}");
    assert!(!returned.registry);
    let said = english().returned(&returned);
    assert!(
        said.iter()
            .any(|line| line.contains("registry cannot be reached")),
        "{said:?}"
    );
}
