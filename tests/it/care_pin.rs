//! PINs, settings, credentials and fingerprints of one key, with software keys at a real station.

use std::sync::Arc;

use keydesk::bay::Cancel;
use keydesk::bay::soft::{Profile, SoftKey};
use keydesk::domain::authority::Role;
use keydesk::domain::care::{Care, PinOrigin, PinRule, SampleFault, Setting};
use keydesk::domain::{Pin, Place};
use keydesk::program::demo::world::{ScriptedFace, World};
use keydesk::record::Remains;
use keydesk::server::ServeConfig;
use keydesk::station::desk::StationDesk;
use keydesk::workflow::care::{self, PinWish, Stake};
use keydesk::workflow::dialogue::{Answer, CareResult, Ending, Event, Step};
use keydesk::workflow::{self, How, KeyFault, Keys, Registry, Stop};

use crate::care_test::{NOBODY, ready, touching, with_pin};
use crate::outbox::in_conflict_on;
use crate::scenarios::{
    OPERATOR_SLOT, PIN, SLOT, fresh_key, offer, operators_key, people, person, world,
};

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
        CareResult::PinVerified { .. } => Vec::new(),
    }
}

async fn opens(desk: &mut SoftDesk, pin: &Pin) -> bool {
    let key = desk.keys().into_iter().find(|k| k.place.as_str() == SLOT);
    let key = key.expect("in the bay");
    desk.verify_pin(&key, pin, care::TEST_RP_ID).await.is_ok()
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
        matches!(&again, Err(Stop::Key(KeyFault::Unsupported(why))) if why.contains("change")),
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
    let own = operators_key();
    let signed_in = world.sign_in(Role::HelpDesk, OPERATOR_SLOT, &own).await;
    signed_in.expect("signed in");
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
    assert!(stop.to_string().contains("station-administrator"), "{stop}");
}

/// Makes a discoverable credential for somebody elsewhere.
pub async fn elsewhere(desk: &mut SoftDesk, user: &str) {
    use keydesk::wire::webauthn::{
        Algorithm, AuthenticatorSelection, CreationOptions, RelyingParty, User,
    };
    let options = CreationOptions {
        rp: RelyingParty {
            id: "elsewhere.example".to_owned(),
            name: "Elsewhere".to_owned(),
        },
        user: User {
            id: user.as_bytes().to_vec().into(),
            name: user.to_owned(),
            display_name: user.to_owned(),
        },
        challenge: vec![1; 32].into(),
        pub_key_cred_params: vec![Algorithm {
            kind: "public-key".to_owned(),
            alg: -7,
        }],
        timeout: None,
        exclude_credentials: Vec::new(),
        authenticator_selection: Some(AuthenticatorSelection {
            resident_key: Some("required".to_owned()),
            require_resident_key: Some(true),
            user_verification: Some("required".to_owned()),
            authenticator_attachment: None,
        }),
        attestation: None,
        extensions: None,
    };
    let key = desk.keys().into_iter().find(|k| k.place.as_str() == SLOT);
    let pin = Pin::new(PIN, 4).expect("a PIN");
    desk.make_credential(&key.expect("in"), Some(&pin), &options, [0; 32])
        .await
        .expect("made");
}

pub fn ids(key: &SoftKey) -> Vec<Vec<u8>> {
    key.credentials().into_iter().map(|c| c.id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_are_listed_renamed_and_deleted_also_on_preview_keys() {
    for profile in [Profile::full(), Profile::epass_fido2()] {
        let renames = profile.firmware_version.is_some();
        let world = world(1).await;
        let key = with_pin(&world, profile).await;
        let (mut desk, _) = with_orders(&world, Vec::new()).await;
        elsewhere(&mut desk, "a@elsewhere.example").await;
        elsewhere(&mut desk, "b@elsewhere.example").await;
        let [first, second] = <[Vec<u8>; 2]>::try_from(ids(&key)).expect("two");
        let long = format!("Zoë {}", "x".repeat(80));
        let rename = Answer::Rename(first.clone().into(), long);
        if renames {
            let (mut desk, _) = with_orders(&world, vec![rename]).await;
            let ending = care::credentials(&mut desk, None).await.expect("renamed");
            assert!(
                matches!(done(&ending).as_slice(), [Care::CredentialRenamed { name, .. }]
                    if name.starts_with("Zoë") && name.len() <= 64),
                "{ending:?}"
            );
        } else {
            let (mut desk, _) = with_orders(&world, vec![rename]).await;
            let refused = care::credentials(&mut desk, None).await;
            assert!(
                matches!(refused, Err(Stop::Key(KeyFault::Unsupported(_)))),
                "{refused:?}"
            );
        }
        let orders = vec![Answer::Remove(second.into())];
        let (mut desk, _) = with_orders(&world, orders).await;
        let ending = care::credentials(&mut desk, None).await.expect("deleted");
        assert!(
            matches!(done(&ending).as_slice(), [Care::CredentialDeleted { .. }]),
            "{ending:?}"
        );
        assert_eq!(ids(&key), [first]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operators_own_credential_is_not_deleted_here_either() {
    let world = world(1).await;
    ready(&world).await;
    let own = world.rack.key(&Place::new(OPERATOR_SLOT));
    let id = ids(&own.expect("in")).first().expect("one").clone();
    let pin = keydesk::program::demo::world::OPERATOR_PIN;
    let face = ScriptedFace::new(OPERATOR_SLOT, pin).wanting([Answer::Remove(id.into())]);
    let station = Arc::clone(&world.station);
    let mut desk = StationDesk::new(station, Arc::new(face), Cancel::default());
    let stop = care::credentials(&mut desk, None)
        .await
        .expect_err("refused");
    assert!(matches!(stop, Stop::Strands { .. }), "{stop:?}");
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

/// Makes a credential at the people's RP that the registry and this station know nothing of, as another station would.
async fn from_another_station(world: &World) {
    let (mut desk, _) = with_orders(world, Vec::new()).await;
    let offer = offer(&mut desk, &person(1)).await;
    let key = desk.keys().into_iter().find(|k| k.place.as_str() == SLOT);
    let pin = Pin::new(PIN, 4).expect("a PIN");
    let creation = &offer.creation;
    desk.make_credential(&key.expect("in"), Some(&pin), creation, [0; 32])
        .await
        .expect("made");
}

/// The session as a registry of an earlier release gives it: it does not name its RPs.
fn forget_the_rps(world: &World) {
    world.station.keep_session().expect("kept");
    let file = world.data().join("private/session.json");
    let text = std::fs::read(&file).expect("a file");
    let mut kept: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
    let session = kept["session"].as_object_mut().expect("a session");
    session.remove("rp_ids").expect("named");
    std::fs::write(&file, kept.to_string()).expect("written");
    world.station.resume_session().expect("taken up");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_be_enrolled_elsewhere_is_not_deleted_where_nobody_has_been_enrolled_yet() {
    let world = world(1).await;
    let key = with_pin(&world, Profile::full()).await;
    from_another_station(&world).await;
    let (mut desk, _) = with_orders(&world, Vec::new()).await;
    elsewhere(&mut desk, "a@elsewhere.example").await;
    let before = ids(&key);
    let [theirs, other] = <[Vec<u8>; 2]>::try_from(before.clone()).expect("two");
    for (id, rps_are_known) in [(theirs, true), (other, false)] {
        if !rps_are_known {
            forget_the_rps(&world);
        }
        let (mut desk, _) = with_orders(&world, vec![Answer::Remove(id.into())]).await;
        let stop = care::credentials(&mut desk, None).await;
        assert!(matches!(stop, Err(Stop::Strands { .. })), "{stop:?}");
        assert_eq!(ids(&key), before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_withdrawn_is_nobodys_only_once_the_registry_says_that_it_does_not_hold_it() {
    let mut world = world(1).await;
    let key = fresh_key();
    let entry = in_conflict_on(&mut world, &key).await;
    let refused = world.station.store().refused(entry.id).expect("read");
    let (mut desk, _) = with_orders(&world, Vec::new()).await;
    workflow::withdraw(&mut desk, refused.expect("in conflict"), How::WithoutKey)
        .await
        .expect("withdrawn");
    let facts = desk.keys().into_iter().find(|k| k.place.as_str() == SLOT);
    let pin = Pin::new(PIN, 4).expect("a PIN");
    let facts = facts.expect("in");
    let held = desk
        .credentials(&facts, &pin)
        .await
        .expect("listed")
        .credentials;
    let stakes = desk.stakes(&facts, &held).await.expect("asked");
    assert_eq!(stakes, [Stake::Nobody]);
    world.stop_registry().await;
    let stakes = desk.stakes(&facts, &held).await.expect("known");
    assert!(
        matches!(stakes.as_slice(), [Stake::Account { .. }]),
        "{stakes:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_twin_put_in_while_a_credential_is_deleted_is_not_taken_for_the_key() {
    let world = world(1).await;
    let twin = with_pin(&world, Profile::yubikey_5_nfc()).await;
    world.rack.pull(&Place::new(SLOT));
    let key = with_pin(&world, Profile::yubikey_5_nfc()).await;
    let (mut desk, _) = with_orders(&world, Vec::new()).await;
    elsewhere(&mut desk, "a@elsewhere.example").await;
    let before = ids(&key);
    let id = before.first().expect("one").clone();
    let (rack, stray) = (world.rack.clone(), twin.clone());
    let hear = move |event: &Event| {
        let is_change = matches!(event, Event::Step { step } if *step == Step::Change);
        if is_change {
            rack.pull(&Place::new(SLOT));
            let (rack, stray) = (rack.clone(), stray.clone());
            std::thread::spawn(move || {
                std::thread::sleep(std::time::Duration::from_millis(50));
                rack.put(SLOT, &stray);
            });
        }
    };
    let face = ScriptedFace::new(SLOT, PIN)
        .wanting([Answer::Remove(id.into())])
        .hearing(hear);
    let station = Arc::clone(&world.station);
    let mut desk = StationDesk::new(station, Arc::new(face), Cancel::default());
    let stop = care::credentials(&mut desk, None).await;
    let stop = stop.expect_err("another key");
    assert_eq!(stop.cause(), &Stop::Key(KeyFault::Replugged), "{stop:?}");
    assert_eq!(stop.remains(), Remains::MayBeChanged, "{stop}");
    assert_eq!(ids(&key), before);
    assert_eq!(world.station.store().unfinished().expect("read").len(), 1);
}
