//! Credentials on a key: listed, renamed, deleted, and kept where they may be somebody's.

use super::*;

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
    let own = world.rack.key(&UsbPath::new(OPERATOR_SLOT));
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
    world.rack.pull(&UsbPath::new(SLOT));
    let key = with_pin(&world, Profile::yubikey_5_nfc()).await;
    let (mut desk, _) = with_orders(&world, Vec::new()).await;
    elsewhere(&mut desk, "a@elsewhere.example").await;
    let before = ids(&key);
    let id = before.first().expect("one").clone();
    let (rack, stray) = (world.rack.clone(), twin.clone());
    let hear = move |event: &Event| {
        let is_change = matches!(event, Event::Step { step } if *step == Step::Change);
        if is_change {
            rack.pull(&UsbPath::new(SLOT));
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
