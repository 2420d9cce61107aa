//! PINs, settings, credentials and fingerprints of one key, with software keys at a real station.

mod credentials;

use std::sync::Arc;

use keydesk::bay::Cancel;
use keydesk::bay::soft::{Profile, SoftKey};
use keydesk::domain::authority::Role;
use keydesk::domain::care::{Care, PinOrigin, PinRule, SampleFault, Setting};
use keydesk::domain::pin::PinError;
use keydesk::domain::reason::Lacks;
use keydesk::domain::{Pin, UsbPath};
use keydesk::program::demo::world::{ScriptedFace, World};
use keydesk::record::Remains;
use keydesk::server::{ServeConfig, admin};
use keydesk::station::desk::StationDesk;
use keydesk::workflow::Stake;
use keydesk::workflow::care::{self, PinWish};
use keydesk::workflow::dialogue::{Answer, CareResult, Ending, Event, Step};
use keydesk::workflow::{self, How, KeyFault, Keys, Stop, ports::Factors};

use crate::care_test::{NOBODY, ready, touching, with_pin};
use crate::outbox::in_conflict_on;
use crate::scenarios::{
    OPERATOR_SLOT, PIN, SLOT, fresh_key, offer, operators_key, people, person, world,
};

pub use credentials::{elsewhere, ids};

type SoftDesk = StationDesk;

async fn with_orders(world: &World, orders: Vec<Answer>) -> (SoftDesk, Arc<ScriptedFace>) {
    ready(world).await;
    let face = Arc::new(ScriptedFace::new(SLOT, PIN).wanting(orders));
    let station = Arc::clone(&world.station);
    let desk = StationDesk::new(station, Arc::clone(&face), Cancel::default());
    (desk, face)
}

fn done(ending: &Ending) -> Vec<Care> {
    let Ending::Cared { result, .. } = ending else {
        panic!("not care: {ending:?}");
    };
    match &**result {
        CareResult::Done { care } => vec![care.clone()],
        CareResult::Changes { done }
        | CareResult::Credentials { done, .. }
        | CareResult::Fingerprints { done, .. } => done.clone(),
        CareResult::PinVerified { .. } | CareResult::Returned { .. } => Vec::new(),
    }
}

async fn opens(desk: &mut SoftDesk, pin: &Pin) -> bool {
    let key = desk.keys().into_iter().find(|k| k.place.as_str() == SLOT);
    let key = key.expect("in the bay");
    desk.verify_pin(&key, pin, keydesk::domain::key::TEST_RP_ID)
        .await
        .is_ok()
}

fn random() -> PinWish {
    PinWish {
        random: Some(PinRule::default()),
        force_change: false,
        min_length: 0,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_pin_is_set_verified_and_recorded_and_a_second_first_one_is_refused() {
    let world = world(1).await;
    world.rack.put(SLOT, &touching(Profile::full()));
    let (mut desk, _) = with_orders(&world, Vec::new()).await;
    let wish = PinWish::default();
    let ending = care::set_pin(&mut desk, None, &wish).await.expect("set");
    let origin = PinOrigin::Person;
    assert_eq!(done(&ending), [Care::PinSet { origin }]);
    let pin = Pin::new(PIN, 4).expect("a PIN");
    assert!(opens(&mut desk, &pin).await);
    let again = care::set_pin(&mut desk, None, &wish).await;
    assert!(
        matches!(
            &again,
            Err(Stop::Key(KeyFault::Unsupported(Lacks::FirstPin)))
        ),
        "{again:?}"
    );
    let journal = std::fs::read_dir(world.data().join("journal")).expect("a journal");
    for file in journal.flatten() {
        let bytes = std::fs::read(file.path()).expect("read");
        assert!(!bytes.windows(PIN.len()).any(|w| w == PIN.as_bytes()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pin_by_lot_is_handed_over_once_and_opens_the_key() {
    let world = world(1).await;
    with_pin(&world, Profile::full()).await;
    let (mut desk, face) = with_orders(&world, Vec::new()).await;
    let ending = care::change_pin(&mut desk, None, &random())
        .await
        .expect("changed");
    let origin = PinOrigin::Random;
    assert_eq!(done(&ending), [Care::PinChanged { origin }]);
    let drawn = face.handed().expect("handed over");
    assert_eq!(drawn.code_points(), 8);
    assert!(opens(&mut desk, &drawn).await);
    assert!(face.handed().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_pin_is_as_long_as_the_registry_asks_also_where_no_offer_says_so() {
    let config = ServeConfig {
        pin_min_length: 10,
        ..ServeConfig::default()
    };
    let world = World::build_with(config, &people(1))
        .await
        .expect("a world");
    // So does an operator's own key, before there is any session.
    let own = operators_key();
    world.rack.put(OPERATOR_SLOT, &own);
    for (pin, right) in [("48021379", false), ("4802137951", true)] {
        let code = admin::new_operator_code(&world.database(), pin, Role::HelpDesk).await;
        let face = Arc::new(ScriptedFace::new(OPERATOR_SLOT, pin));
        let station = Arc::clone(&world.station);
        let mut desk = StationDesk::new(station, face, Cancel::default());
        let signed_in = workflow::first_sign_in(&mut desk, &code.expect("a code").code).await;
        match signed_in {
            Err(Stop::PinNotTaken(PinError::TooShort { min: 10 })) => assert!(!right),
            other => assert!(right && other.is_ok(), "{other:?}"),
        }
    }
    with_pin(&world, Profile::full()).await;
    let (mut desk, face) = with_orders(&world, Vec::new()).await;
    let changed = care::change_pin(&mut desk, None, &random()).await;
    changed.expect("changed");
    assert_eq!(face.handed().expect("handed over").code_points(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forced_change_shows_on_the_key_and_is_refused_before_anything_where_it_cannot() {
    let world = world(1).await;
    world.rack.put(SLOT, &touching(Profile::full()));
    let (mut desk, _) = with_orders(&world, Vec::new()).await;
    let wish = PinWish {
        force_change: true,
        ..random()
    };
    let ending = care::set_pin(&mut desk, None, &wish).await.expect("set");
    let Ending::Cared { key, .. } = &ending else {
        panic!("{ending:?}");
    };
    assert!(key.pin_change_required);
    let history = world.station.store().cares_of(key, 10).expect("read");
    assert_eq!(history.len(), 2);
    let old = touching(Profile::epass_fido2());
    world.rack.put(SLOT, &old);
    let (mut desk, face) = with_orders(&world, Vec::new()).await;
    let refused = care::set_pin(&mut desk, None, &wish).await;
    assert!(
        matches!(refused, Err(Stop::Key(KeyFault::Unsupported(_)))),
        "{refused:?}"
    );
    assert!(face.handed().is_none());
    let facts = desk.keys().into_iter().find(|k| k.place.as_str() == SLOT);
    assert_eq!(facts.expect("in").pin_set, Some(false));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pin_is_proven_and_the_attempts_are_told() {
    let world = world(1).await;
    with_pin(&world, Profile::full()).await;
    let (mut desk, _) = with_orders(&world, Vec::new()).await;
    let ending = care::verify_pin(&mut desk, None).await.expect("right");
    let Ending::Cared { result, .. } = ending else {
        panic!("{ending:?}");
    };
    assert_eq!(*result, CareResult::PinVerified { retries: Some(8) });
}

pub async fn administrators() -> World {
    let world = World::build_with(ServeConfig::default(), NOBODY)
        .await
        .expect("a world");
    let own = touching(Profile::full());
    world
        .sign_in(Role::StationAdministrator, OPERATOR_SLOT, &own)
        .await
        .expect("signed in");
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_applied_in_an_order_that_reaches_each_and_read_back_from_the_key() {
    let world = administrators().await;
    with_pin(&world, Profile::full().with_serial("CONF1")).await;
    let wanted = vec![
        Setting::ForcePinChange,
        Setting::MinPinLength {
            length: 8,
            rp_ids: vec!["login.example".to_owned()],
        },
        Setting::AlwaysUv { on: true },
        Setting::EnterpriseAttestation,
    ];
    let orders = vec![Answer::Settings(wanted.clone())];
    let (mut desk, _) = with_orders(&world, orders).await;
    let ending = care::configure(&mut desk, None).await.expect("configured");
    assert_eq!(done(&ending).len(), wanted.len());
    let Ending::Cared { key, .. } = &ending else {
        panic!("{ending:?}");
    };
    let portrait = desk.portrait(key).await.expect("read");
    assert!(wanted.iter().all(|s| s.holds_on(&portrait)), "{portrait:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forced_change_that_a_longer_minimum_has_brought_about_is_not_asked_for_again() {
    let world = administrators().await;
    world.rack.put(SLOT, &touching(Profile::full()));
    let short = "135790";
    let settings = vec![
        Setting::MinPinLength {
            length: 8,
            rp_ids: Vec::new(),
        },
        Setting::ForcePinChange,
    ];
    ready(&world).await;
    let face = ScriptedFace::new(SLOT, short).wanting([Answer::Settings(settings.clone())]);
    let station = Arc::clone(&world.station);
    let mut desk = StationDesk::new(station, Arc::new(face), Cancel::default());
    let key = desk.keys().into_iter().find(|k| k.place.as_str() == SLOT);
    let pin = Pin::new(short, 4).expect("a PIN");
    let set = desk.set_pin(&key.expect("in"), &pin).await;
    set.expect("set");
    let ending = care::configure(&mut desk, None).await.expect("configured");
    assert_eq!(done(&ending).len(), settings.len());
    let Ending::Cared { key, .. } = &ending else {
        panic!("{ending:?}");
    };
    let portrait = desk.portrait(key).await.expect("read");
    assert!(
        settings.iter().all(|s| s.holds_on(&portrait)),
        "{portrait:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_key_cannot_and_what_cannot_be_taken_back_is_refused_before_it_is_sent() {
    let world = administrators().await;
    with_pin(&world, Profile::security_key_nfc()).await;
    let orders = vec![Answer::Settings(vec![Setting::AlwaysUv { on: true }])];
    let (mut desk, _) = with_orders(&world, orders).await;
    let stop = care::configure(&mut desk, None).await;
    assert!(
        matches!(stop, Err(Stop::Key(KeyFault::Unsupported(_)))),
        "{stop:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn help_desk_operators_do_not_decide_how_keys_behave() {
    let world = world(1).await;
    with_pin(&world, Profile::full()).await;
    let (mut desk, _) = with_orders(&world, Vec::new()).await;
    let stop = care::configure(&mut desk, None).await.expect_err("refused");
    let said = keydesk::text::english().stop(&stop);
    assert!(said.contains("for: station administrator."), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finger_is_enrolled_with_the_reason_for_each_poor_sample_named_and_removed() {
    for profile in [Profile::biometric(), Profile::ctap21_preview()] {
        let world = world(1).await;
        let key = with_pin(&world, profile).await;
        key.script_samples([0x00, 0x07, 0x00, 0x00, 0x00]);
        let add = Answer::AddFinger(Some("right thumb".to_owned()));
        let (mut desk, face) = with_orders(&world, vec![add]).await;
        let ending = care::fingerprints(&mut desk, None).await.expect("enrolled");
        let done_so_far = done(&ending);
        let [Care::FingerprintAdded { fingerprint }] = done_so_far.as_slice() else {
            panic!("{ending:?}");
        };
        assert_eq!(fingerprint.name.as_deref(), Some("right thumb"));
        let samples: Vec<_> = face
            .events()
            .into_iter()
            .filter_map(|event| match event {
                Event::Finger { sample, .. } => sample,
                _ => None,
            })
            .collect();
        assert_eq!(samples.len(), 5);
        let faults = samples.iter().filter_map(|sample| sample.fault);
        assert_eq!(faults.collect::<Vec<_>>(), [SampleFault::PoorQuality]);
        let orders = vec![
            Answer::Rename(fingerprint.id.clone(), "left thumb".to_owned()),
            Answer::Remove(fingerprint.id.clone()),
        ];
        let (mut desk, _) = with_orders(&world, orders).await;
        let ending = care::fingerprints(&mut desk, None).await.expect("removed");
        assert!(
            matches!(
                done(&ending).as_slice(),
                [
                    Care::FingerprintRenamed { .. },
                    Care::FingerprintRemoved { .. }
                ]
            ),
            "{ending:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_without_a_sensor_says_so() {
    let world = world(1).await;
    with_pin(&world, Profile::full()).await;
    let (mut desk, _) = with_orders(&world, Vec::new()).await;
    let stop = care::fingerprints(&mut desk, None).await;
    assert!(
        matches!(stop, Err(Stop::Key(KeyFault::Unsupported(_)))),
        "{stop:?}"
    );
}
