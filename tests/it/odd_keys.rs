//! Keys that are odd in ways seen in the field: what they answer instead of an answer stops nothing that does not depend on it, and what
//! they say they can't do is known before anything is written to them.

use keydesk::bay::Cancel;
use keydesk::bay::soft::{Fault, Profile, SoftKey, TouchPolicy};
use keydesk::domain::authority::Role;
use keydesk::domain::profile::Profile as BatchProfile;
use keydesk::domain::reason::Refusal;
use keydesk::domain::unfit::Unfit;
use keydesk::program::demo::world::{OPERATOR_PIN, ScriptedFace, World};
use keydesk::server::{ServeConfig, admin};
use keydesk::station::desk::StationDesk;
use keydesk::text::english;
use keydesk::workflow::dialogue::{Ending, Event, PushState, Step};
use keydesk::workflow::{self, Stop, batch};

use crate::scenarios::{
    OPERATOR_SLOT, SLOT, answering, desk, enrol, people, person, state_of, world,
};

const GET_ASSERTION: u8 = 0x02;
const CLIENT_PIN: u8 = 0x06;

/// Answers to the silent look-up that were seen in the field (CTAP 2.3, section 8.2).
const INSTEAD_OF_NONE: [u8; 7] = [0x22, 0x12, 0x36, 0x2b, 0x03, 0x30, 0x27];

fn touched(profile: Profile) -> SoftKey {
    SoftKey::new(profile.with_touch(TouchPolicy::Auto))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_answers_no_silent_question_becomes_a_second_key_all_the_same() {
    for listing in [true, false] {
        let world = world(1).await;
        let first = touched(Profile::yubikey_5_nfc());
        world.rack.put(SLOT, &first);
        enrol(&world, 1).await.expect("the first key");
        for (at, code) in INSTEAD_OF_NONE.into_iter().enumerate() {
            let profile = match listing {
                true => Profile::yubikey_5_nfc(),
                false => Profile::ctap20(),
            };
            let key = touched(profile);
            world.rack.put(SLOT, &key);
            answering(&world).await;
            let command = GET_ASSERTION;
            key.inject(Fault::Always { command, code });
            let ended = enrol_with(&world, &key).await;
            let label = format!("{code:#04x}, listing {listing}");
            assert_eq!(state_of(&ended), &PushState::Accepted, "{label}");
            assert_eq!(key.credentials().len(), 1, "{label}");
            let page = world.station.person(&person(1)).await.expect("a page");
            assert_eq!(page.credentials.len(), at + 2, "{label}");
        }
    }
}

/// Only what is silent is answered so: once it is to be touched, the key does as it should.
async fn enrol_with(world: &World, key: &SoftKey) -> Ending {
    let hand = key.clone();
    let face = ScriptedFace::new(SLOT, crate::scenarios::PIN).hearing(move |event| {
        if let Event::Touch { nth: 2, .. } = event {
            hand.clear_faults();
        }
    });
    let station = std::sync::Arc::clone(&world.station);
    let mut desk = StationDesk::new(station, std::sync::Arc::new(face), Cancel::default());
    let ended = workflow::enrol(&mut desk, &person(1)).await;
    ended.expect("enrolled")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_s_own_exclude_list_keeps_one_that_answers_no_silent_question_from_being_made_twice()
 {
    let world = world(1).await;
    let key = touched(Profile::ctap20());
    world.rack.put(SLOT, &key);
    enrol(&world, 1).await.expect("enrolled");
    let held = key.credentials();
    for code in INSTEAD_OF_NONE {
        let command = GET_ASSERTION;
        key.inject(Fault::Always { command, code });
        let hand = key.clone();
        let face = ScriptedFace::new(SLOT, crate::scenarios::PIN).hearing(move |event| {
            // The test that takes the place of an enrolment is answered as it should be.
            if let Event::Touch { of: 1, .. } = event {
                hand.clear_faults();
            }
        });
        let station = std::sync::Arc::clone(&world.station);
        let mut desk = StationDesk::new(station, std::sync::Arc::new(face), Cancel::default());
        let ended = workflow::enrol(&mut desk, &person(1)).await;
        assert!(
            matches!(ended, Ok(Ending::Retested { .. })),
            "{code:#04x}: {ended:?}"
        );
        assert_eq!(key.credentials(), held, "{code:#04x}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_does_not_tell_its_attempts_is_enrolled_all_the_same() {
    let world = world(1).await;
    let key = touched(Profile::yubikey_5_nfc());
    world.rack.put(SLOT, &key);
    enrol(&world, 1).await.expect("it has a PIN");
    answering(&world).await;
    // The first thing that the next run asks of its PIN.
    key.inject(Fault::Status {
        command: CLIENT_PIN,
        code: 0x30,
    });
    let ended = enrol(&world, 1).await;
    assert!(matches!(ended, Ok(Ending::Retested { .. })), "{ended:?}");
}

/// What it can, and what speaks against it.
fn unable() -> [(Profile, &'static str); 5] {
    let able = Profile::yubikey_5_nfc;
    let with = |change: fn(&mut Profile)| {
        let mut profile = able();
        change(&mut profile);
        profile
    };
    [
        (with(|p| p.abilities.algorithms = vec![-8]), "EdDSA"),
        (
            with(|p| p.abilities.algorithms = vec![-48, -49]),
            "ML-DSA-44, ML-DSA-65",
        ),
        (
            with(|p| p.abilities.discoverable = false),
            "discoverable credentials",
        ),
        (with(|p| p.storage_slots = 0), "no room"),
        (
            with(|p| p.abilities.client_pin = false),
            "cannot have a PIN",
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_key_cannot_do_is_known_at_the_check_and_nothing_is_written_to_it() {
    let world = world(1).await;
    for (profile, why) in unable() {
        let key = touched(profile);
        world.rack.put(SLOT, &key);
        answering(&world).await;
        let blank = serde_json::to_string(&key.state()).expect("text");
        let (mut desk, face) = desk(&world, &Cancel::default());
        let stop = workflow::enrol(&mut desk, &person(1)).await;
        let stop = stop.expect_err(why);
        assert!(
            matches!(&stop, Stop::KeyRefused(Refusal::Found { findings }) if findings.iter().any(|found| english().finding(found).contains(why))),
            "{stop:?}"
        );
        let events = face.events();
        let asked = events
            .iter()
            .any(|e| matches!(e, Event::Step { step } if *step == Step::Pin));
        assert!(!asked, "{why}: a PIN was asked for");
        let now = serde_json::to_string(&key.state()).expect("text");
        assert_eq!(now, blank, "{why}: it was written to");
        let unfinished = world.station.store().unfinished().expect("read");
        assert!(unfinished.is_empty(), "{why}");
    }
}

const BATCH: &str = r#"
version = 1
name = "Keys for today's visitors"

[[step]]
do = "pin"
how = "typed"

[[step]]
do = "enrol"
for = "list"
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_takes_no_key_that_cannot_do_what_its_enrolment_needs() {
    let world = world(1).await;
    let profile = BatchProfile::parse(BATCH).expect("a profile");
    for (model, why) in unable() {
        let key = touched(model);
        world.rack.put(SLOT, &key);
        answering(&world).await;
        let keys = world.station.slots().keys();
        let mut facts = keys
            .into_iter()
            .find(|key| key.place.as_str() == SLOT)
            .expect("in the bay");
        let (mut desk, _) = desk(&world, &Cancel::default());
        let unfit = batch::unfit(&mut desk, &profile, &mut facts).await;
        let Ok(Some(Unfit::Found { findings })) = unfit else {
            panic!("{why}: {unfit:?}");
        };
        let said: Vec<String> = findings
            .iter()
            .map(|found| english().finding(found))
            .collect();
        assert!(said.join("; ").contains(why), "{why}: {said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_s_own_key_that_cannot_do_the_job_is_refused_before_it_gets_a_pin() {
    let world = World::build_with(ServeConfig::default(), &people(1))
        .await
        .expect("a world");
    for (n, (profile, why)) in unable().into_iter().enumerate() {
        let key = touched(profile);
        world.rack.put(OPERATOR_SLOT, &key);
        answering(&world).await;
        let blank = serde_json::to_string(&key.state()).expect("text");
        let name = format!("Operator {n}");
        let code = admin::new_operator_code(&world.database(), &name, Role::HelpDesk).await;
        let face = std::sync::Arc::new(ScriptedFace::new(OPERATOR_SLOT, OPERATOR_PIN));
        let station = std::sync::Arc::clone(&world.station);
        let mut desk = StationDesk::new(station, face, Cancel::default());
        let code = code.expect("a code").code;
        let stop = workflow::first_sign_in(&mut desk, &code).await;
        let stop = stop.expect_err(why);
        assert!(
            matches!(&stop, Stop::KeyRefused(Refusal::Found { findings }) if findings.iter().any(|found| english().finding(found).contains(why))),
            "{stop:?}"
        );
        let now = serde_json::to_string(&key.state()).expect("text");
        assert_eq!(now, blank, "{why}: it was written to");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_refuses_every_reset_in_time_is_believed_once_and_then_takes_none() {
    use keydesk::bay::soft::{Quirks, Status};
    use keydesk::domain::reason::Lacks;
    use keydesk::workflow::KeyFault;
    use keydesk::workflow::dialogue::{Again, Coach};
    for (code, again) in [(0x30, Again::TooLate), (0x27, Again::Untouched)] {
        let world = world(1).await;
        let quirks = Quirks {
            reset: Some(Status(code)),
            ..Quirks::default()
        };
        let key = touched(Profile::yubikey_5_nfc().with_quirks(quirks));
        world.rack.put(SLOT, &key);
        answering(&world).await;
        let (ended, events) = crate::resets::run(&world, crate::resets::order()).await;
        let stop = ended.expect_err("refused");
        assert_eq!(
            stop,
            Stop::Key(KeyFault::Unsupported(Lacks::Reset)),
            "{code:#04x}"
        );
        let pulls: Vec<Option<Again>> = events
            .iter()
            .filter_map(|event| match event {
                Event::Coach {
                    coach: Coach::Pull { again },
                    ..
                } => Some(*again),
                _ => None,
            })
            .collect();
        assert_eq!(pulls, [None, Some(again)], "{code:#04x}");
        let unfinished = world.station.store().unfinished().expect("read");
        assert!(unfinished.is_empty(), "nothing was done to it");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_screen_a_key_that_can_t_be_read_says_why_and_not_that_there_is_none() {
    use keydesk::bay::soft::Quirks;
    use keydesk::cli::args::{CareCommand, KeyChoice};
    use keydesk::cli::commands::{self, StationCommand};
    use keydesk::station::stopper::Stopper;
    let world = world(1).await;
    world.station.keep_session().expect("kept");
    world
        .rack
        .pull(&keydesk::domain::UsbPath::new(OPERATOR_SLOT));
    let key = touched(Profile::yubikey_5_nfc().with_quirks(Quirks::default().leaving_out(1)));
    world.rack.put(SLOT, &key);
    answering(&world).await;
    for named in [None, Some(SLOT.to_owned()), Some("1-1.9".to_owned())] {
        let is_it = named.as_deref() != Some("1-1.9");
        let mut arguments = crate::resets::arguments(None);
        arguments.key = KeyChoice {
            key: named.clone(),
            pin_fd: None,
            wait: 1,
        };
        let command = CareCommand::Reset(Box::new(arguments));
        let (_, output) = crate::headless::paper();
        let station = std::sync::Arc::clone(&world.station);
        let command = StationCommand::Care(&command);
        let outcome = commands::run(station, command, output, Stopper::default()).await;
        assert_eq!(
            outcome.detail.contains("`versions` is missing"),
            is_it,
            "{named:?}: {outcome:?}"
        );
        assert_eq!(
            outcome.detail.contains("in the bay"),
            !is_it,
            "{named:?}: {outcome:?}"
        );
    }
}
