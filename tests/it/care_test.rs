//! Looking at keys and testing them, with software keys at a real station.

use std::collections::BTreeSet;
use std::sync::Arc;

use keydesk::bay::Cancel;
use keydesk::bay::soft::{Management, Profile, SoftKey, TouchPolicy};
use keydesk::domain::authority::Role;
use keydesk::domain::care::{
    Care, Oddity, Portrait, StepOutcome, TestReport, TestStep, TestVerdict, oddities,
};
use keydesk::domain::policy::Finding;
use keydesk::domain::reason::Refusal;
use keydesk::domain::{Pin, UsbPath};
use keydesk::program::demo::world::{ScriptedFace, World};
use keydesk::server::ServeConfig;
use keydesk::station::desk::StationDesk;
use keydesk::store::audit;
use keydesk::workflow::care;
use keydesk::workflow::dialogue::{CareResult, Ending, Event, PushState};
use keydesk::workflow::{Journal, KeyFault, Keys, Stop};

use crate::scenarios::{
    OPERATOR_SLOT, PIN, SLOT, answering, desk, enrol, fresh_key, person, world,
};

pub fn touching(profile: Profile) -> SoftKey {
    SoftKey::new(profile.with_touch(TouchPolicy::Auto))
}

/// Puts a key into the slot and gives it the person's PIN.
pub async fn with_pin(world: &World, profile: Profile) -> SoftKey {
    let key = touching(profile);
    world.rack.put(SLOT, &key);
    let (mut desk, _) = ready(world).await;
    let facts = desk.keys().into_iter().find(|k| k.place.as_str() == SLOT);
    let pin = Pin::new(PIN, 4).expect("a PIN");
    desk.set_pin(&facts.expect("in the bay"), &pin)
        .await
        .expect("set");
    key
}

pub async fn ready(world: &World) -> (StationDesk, Arc<ScriptedFace>) {
    answering(world).await;
    desk(world, &Cancel::default())
}

async fn test(world: &World) -> Result<Ending, Stop> {
    let (mut desk, _) = ready(world).await;
    care::test_key(&mut desk, None).await
}

pub fn report_of(ending: &Ending) -> &TestReport {
    match ending {
        Ending::Cared { result, .. } => match &**result {
            CareResult::Done {
                care: Care::Tested { report },
            } => report,
            other => panic!("not a test: {other:?}"),
        },
        other => panic!("not a test: {other:?}"),
    }
}

fn passed(report: &TestReport) -> BTreeSet<TestStep> {
    let passed = report
        .steps
        .iter()
        .filter(|step| step.outcome == StepOutcome::Passed);
    passed.map(|step| step.step).collect()
}

const EVERYTHING: [TestStep; 5] = [
    TestStep::Make,
    TestStep::SignVerified,
    TestStep::SignTouched,
    TestStep::Exclude,
    TestStep::Clean,
];

#[tokio::test(flavor = "multi_thread")]
async fn a_key_with_a_pin_passes_every_step_keeps_nothing_and_the_test_is_in_its_history() {
    let world = world(1).await;
    let key = with_pin(&world, Profile::yubikey_5_nfc()).await;
    let ending = test(&world).await.expect("tested");
    let report = report_of(&ending);
    assert_eq!(report.verdict(), TestVerdict::Works, "{report:?}");
    assert_eq!(passed(report), EVERYTHING.into());
    assert_eq!(key.credentials(), []);
    let Ending::Cared { key: facts, .. } = &ending else {
        panic!("{ending:?}");
    };
    let history = world.station.store().cares_of(facts, 10).expect("read");
    assert_eq!(history.len(), 1);
    assert!(history.iter().all(|record| record.operator.is_some()));
    audit::verify(&world.data()).expect("a whole chain");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_without_a_pin_is_tested_by_touch_and_the_verdict_says_so() {
    let world = world(1).await;
    world.rack.put(SLOT, &touching(Profile::full()));
    let ending = test(&world).await.expect("tested");
    let report = report_of(&ending);
    assert_eq!(report.verdict(), TestVerdict::WorksUnverified, "{report:?}");
    assert!(!passed(report).contains(&TestStep::SignVerified));
}

#[tokio::test(flavor = "multi_thread")]
async fn old_keys_are_tested_as_far_as_they_go() {
    for profile in [Profile::ctap20(), Profile::epass_fido2()] {
        let world = world(1).await;
        let manages = profile.abilities.management != Management::Absent;
        let key = with_pin(&world, profile).await;
        let ending = test(&world).await.expect("tested");
        let report = report_of(&ending);
        assert_eq!(report.verdict(), TestVerdict::Works, "{report:?}");
        assert_eq!(passed(report).contains(&TestStep::Clean), manages);
        assert_eq!(key.credentials(), []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_usual_is_learnt_from_the_tests_before() {
    let world = world(1).await;
    with_pin(&world, Profile::full()).await;
    for _ in 0..3 {
        let ending = test(&world).await.expect("tested");
        assert!(
            report_of(&ending)
                .steps
                .iter()
                .all(|s| s.usual_ms.is_none())
        );
    }
    let ending = test(&world).await.expect("tested");
    let usual = report_of(&ending).steps.iter().map(|s| s.usual_ms);
    assert!(usual.into_iter().all(|usual| usual.is_some()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_pin_ends_the_test_with_the_attempts_left_and_a_blocked_one_is_named() {
    let world = world(1).await;
    let key = with_pin(&world, Profile::full()).await;
    let face = Arc::new(ScriptedFace::new(SLOT, "0000-wrong"));
    let mut desk = StationDesk::new(Arc::clone(&world.station), face, Cancel::default());
    let stop = care::test_key(&mut desk, None).await.expect_err("wrong");
    let left = Stop::Key(KeyFault::WrongPin { retries: Some(7) });
    assert_eq!(stop, left);
    assert_eq!(key.credentials(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_speaks_u2f_only_cannot_be_tested_and_says_why() {
    let world = world(1).await;
    world.rack.put(SLOT, &touching(Profile::u2f_only()));
    let stop = test(&world).await.expect_err("refused");
    assert!(stop.to_string().contains("fido2"), "{stop}");
}

#[tokio::test(flavor = "multi_thread")]
async fn customer_service_does_not_test_keys() {
    let world = World::build_with(ServeConfig::default(), NOBODY)
        .await
        .expect("a world");
    let own = touching(Profile::full());
    world
        .sign_in(Role::CustomerService, OPERATOR_SLOT, &own)
        .await
        .expect("signed in");
    let stop = test(&world).await.expect_err("refused");
    let said = keydesk::text::english().stop(&stop);
    assert!(said.contains("for: help desk / station"), "{said}");
}

/// A registry without people.
pub const NOBODY: &str = "record,id,name,kind,email,employee_number,organisation,coc_number\n\
     organisation,o-1,Example Shipping,,,,,12345678\n";

#[tokio::test(flavor = "multi_thread")]
async fn whether_a_key_works_for_a_person_is_decided_by_the_registry() {
    let world = world(2).await;
    let key = fresh_key();
    world.rack.put(SLOT, &key);
    enrol(&world, 1).await.expect("enrolled");
    let (mut desk, _) = ready(&world).await;
    let ending = care::test_for(&mut desk, &person(1), None, None)
        .await
        .expect("tested");
    assert!(
        matches!(
            &ending,
            Ending::WorksFor {
                push: PushState::Accepted,
                ..
            }
        ),
        "{ending:?}"
    );
    let refusal = care::test_for(&mut desk, &person(2), None, None).await;
    assert!(
        matches!(&refusal, Err(stop) if stop.refusal() == Some("no-key")),
        "{refusal:?}"
    );
    let other = fresh_key();
    world.rack.put(SLOT, &other);
    let (mut desk, _) = ready(&world).await;
    let foreign = care::test_for(&mut desk, &person(1), None, None).await;
    assert_eq!(foreign, Err(Stop::Key(KeyFault::NoCredential)));
    // The person's PIN would be a wrong one on the operator's own key: it is not asked for there.
    let (mut desk, face) = ready(&world).await;
    let at = UsbPath::new(OPERATOR_SLOT);
    let operators = care::test_for(&mut desk, &person(1), None, Some(&at)).await;
    let findings = vec![Finding::OperatorsOwn];
    assert_eq!(operators, Err(Refusal::Found { findings }.into()));
    assert!(face.questions().is_empty(), "{:?}", face.questions());
    assert!(world.station.store().outbox().expect("read").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_in_the_middle_of_a_test_leaves_nothing_on_the_key() {
    let world = world(1).await;
    let key = with_pin(&world, Profile::full()).await;
    key.set_touch(TouchPolicy::Manual);
    let cancel = Cancel::default();
    let hears = cancel.clone();
    let face = ScriptedFace::new(SLOT, PIN).hearing(move |event| {
        if matches!(event, Event::Touch { .. }) {
            hears.cancel();
        }
    });
    let station = Arc::clone(&world.station);
    let mut desk = StationDesk::new(station, Arc::new(face), cancel);
    let stop = care::test_key(&mut desk, None).await.expect_err("stopped");
    assert_eq!(stop, Stop::Cancelled);
    assert_eq!(key.credentials(), []);
}

async fn portrait(world: &World, profile: Profile) -> (Portrait, Vec<Oddity>) {
    world.rack.put(SLOT, &touching(profile));
    let (mut desk, _) = ready(world).await;
    let key = desk.keys().into_iter().find(|k| k.place.as_str() == SLOT);
    let portrait = desk
        .portrait(&key.expect("in the bay"))
        .await
        .expect("read");
    let found = oddities(&portrait, desk.models());
    (portrait, found)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_generation_of_keys_is_portrayed_with_what_is_unusual_about_it() {
    let world = world(1).await;
    let (full, found) = portrait(&world, Profile::full()).await;
    assert!(full.is_on("rk") && !full.extensions.is_empty(), "{full:?}");
    assert_eq!(found, [Oddity::UnknownModel, Oddity::NoPin]);
    let (_, found) = portrait(&world, Profile::security_key_nfc()).await;
    assert!(
        matches!(found.as_slice(), [Oddity::Advisory { id, .. }, Oddity::NoPin] if id == "YSA-2024-03"),
        "{found:?}"
    );
    let (_, found) = portrait(&world, Profile::ctap20()).await;
    assert!(found.contains(&Oddity::NoManagement), "{found:?}");
    let (_, found) = portrait(&world, Profile::ctap21_preview()).await;
    assert!(found.contains(&Oddity::Preview), "{found:?}");
    assert!(found.contains(&Oddity::NoFingerprint), "{found:?}");
    let (u2f, found) = portrait(&world, Profile::u2f_only()).await;
    assert_eq!(found, [Oddity::U2fOnly]);
    assert!(u2f.options.is_empty());
}
