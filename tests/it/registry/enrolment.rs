//! From a station that joins to a key that the registry holds, and what a push may not do on the way.

use std::sync::atomic::Ordering;

use jiff::{SignedDuration, Timestamp};
use keydesk::domain::identification::Document;
use keydesk::domain::{Identification, OperatorId, PersonId};
use keydesk::wire::{TestPush, VERSION};

use super::authenticator::Authenticator;
use super::world::{World, entry, joined, refused};

#[tokio::test]
async fn a_key_is_enrolled_tested_and_held() {
    let world = World::new().await;
    let mut key = Authenticator::new(1);
    let receipt = world.enrolled("p-1", &mut key).await;
    assert_eq!(receipt.credential.0, key.id);
    assert_eq!(receipt.person.keys, 1);

    let id = PersonId::new("p-1");
    let held = world.client.person(&world.session, &id).await.unwrap();
    let credential = held.credentials.first().unwrap();
    assert_eq!(credential.id.0, key.id);
    assert_eq!(credential.operator, world.session.operator.id);
    assert!(credential.last_tested_at.is_some());

    let offer = world.test_offer("p-1").await;
    let allowed = &offer.request.allow_credentials;
    assert_eq!(allowed.first().unwrap().id.0, key.id);
    let push = world.test(&offer, "p-1", &mut key);
    let receipt = world.client.push(entry(), &push).await.unwrap();
    assert_eq!(receipt.credential.0, key.id);
}

#[tokio::test]
async fn an_offer_asks_for_what_the_rules_ask() {
    let world = World::new().await;
    let mut key = Authenticator::new(1);
    world.enrolled("p-1", &mut key).await;
    let offer = world.offer("p-1").await;
    let creation = &offer.creation;
    let selection = creation.authenticator_selection.clone().unwrap();
    assert_eq!(selection.user_verification.as_deref(), Some("required"));
    assert_eq!(selection.resident_key.as_deref(), Some("required"));
    assert_eq!(creation.attestation.as_deref(), Some("direct"));
    assert_eq!(creation.rp.id, "iamconnected.example");
    assert_eq!(creation.pub_key_cred_params.first().unwrap().alg, -7);
    assert!(creation.challenge.0.len() >= 16);
    assert_ne!(creation.challenge, offer.test.challenge);
    assert!((16..=64).contains(&creation.user.id.0.len()));
    let excluded: Vec<_> = creation
        .exclude_credentials
        .iter()
        .map(|known| &known.id.0)
        .collect();
    assert_eq!(excluded, [&key.id]);
    let extensions = creation.extensions.clone().unwrap();
    assert_eq!(
        extensions.get("credentialProtectionPolicy").unwrap(),
        "userVerificationOptionalWithCredentialIDList"
    );
    assert_eq!(
        offer.expires_at.duration_since(offer.issued_at),
        SignedDuration::from_mins(30),
        "with its visit"
    );
    // The handle is the account's: the same in every offer, another for another person.
    assert_eq!(world.offer("p-1").await.creation.user.id, creation.user.id);
    assert_ne!(world.offer("p-2").await.creation.user.id, creation.user.id);
}

#[tokio::test]
async fn the_same_push_again_gets_the_same_receipt_and_changes_nothing() {
    let world = World::new().await;
    let offer = world.offer("p-1").await;
    let mut push = world.enrolment(&offer, &mut Authenticator::new(1));
    let entry = entry();
    let first = world.client.push(entry, &push).await.unwrap();
    push.head = world.head();
    let again = world.client.push(entry, &push).await.unwrap();
    assert_eq!(first, again);
    assert_eq!(world.keys_of("p-1").await, 1);
    push.body.key.model = "Another".to_owned();
    let changed = world.client.push(entry, &push).await;
    assert_eq!(refused(changed), "idempotency-key-reused");
}

#[tokio::test]
async fn two_pushes_with_one_key_at_the_same_moment_enrol_once() {
    let world = World::new().await;
    for person in ["p-1", "p-2", "p-3"] {
        let offer = world.offer(person).await;
        let mut key =
            Authenticator::new(u8::try_from(person.len()).unwrap() + person.as_bytes()[2]);
        let push = world.enrolment(&offer, &mut key);
        let entry = entry();
        let (one, two, three) = tokio::join!(
            world.client.push(entry, &push),
            world.client.push(entry, &push),
            world.client.push(entry, &push),
        );
        let receipt = one.unwrap();
        assert_eq!(receipt, two.unwrap());
        assert_eq!(receipt, three.unwrap());
        assert_eq!(world.keys_of(person).await, 1);
    }
}

#[tokio::test]
async fn a_refused_push_may_come_again_once_its_reason_is_gone() {
    let world = World::new().await;
    let offer = world.offer("p-1").await;
    let mut key = Authenticator::new(1);
    let mut push = world.enrolment(&offer, &mut key);
    push.body.version = VERSION + 1;
    let entry = entry();
    assert_eq!(
        refused(world.client.push(entry, &push).await),
        "newer-version"
    );
    push.body.version = VERSION;
    assert!(world.client.push(entry, &push).await.is_ok());
}

#[tokio::test]
async fn an_offer_serves_one_enrolment() {
    let world = World::new().await;
    let offer = world.offer("p-1").await;
    let push = world.enrolment(&offer, &mut Authenticator::new(1));
    world.push(&push).await.unwrap();
    let second = world.enrolment(&offer, &mut Authenticator::new(2));
    assert_eq!(refused(world.push(&second).await), "offer-used");
}

#[tokio::test]
async fn a_credential_is_enrolled_once_whoever_it_is_for() {
    let world = World::new().await;
    world.enrolled("p-1", &mut Authenticator::new(1)).await;
    for person in ["p-1", "p-2"] {
        let offer = world.offer(person).await;
        let push = world.enrolment(&offer, &mut Authenticator::new(1));
        assert_eq!(refused(world.push(&push).await), "credential-exists");
    }
}

#[tokio::test]
async fn an_offer_is_for_its_person_its_station_and_its_operator() {
    let world = World::new().await;
    let offer = world.offer("p-1").await;
    let honest = world.enrolment(&offer, &mut Authenticator::new(1));
    let mut push = honest.clone();
    push.body.person = PersonId::new("p-2");
    assert_eq!(refused(world.push(&push).await), "offer-foreign");
    let mut push = honest.clone();
    push.body.operator = OperatorId::new("somebody-else");
    assert_eq!(refused(world.push(&push).await), "offer-foreign");
    let later = Timestamp::now() + SignedDuration::from_hours(1);
    for at in [later, Timestamp::MIN, Timestamp::MAX] {
        let mut push = honest.clone();
        push.body.enrolled_at = at;
        assert_eq!(refused(world.push(&push).await), "offer-foreign", "{at}");
    }
    let other = joined(&world.running, &world.db(), "Another desk").await;
    assert_eq!(refused(other.push(entry(), &honest).await), "offer-unknown");
    world.push(&honest).await.unwrap();
}

#[tokio::test]
async fn an_offer_is_refused_from_its_last_moment_on() {
    let world = World::with(|config| config.challenge_minutes = 2).await;
    let offer = world.offer("p-1").await;
    let push = world.enrolment(&offer, &mut Authenticator::new(1));
    world.clock_ahead_s.store(121, Ordering::SeqCst);
    assert_eq!(refused(world.push(&push).await), "challenge-expired");
}

#[tokio::test]
async fn a_push_needs_no_session_any_more() {
    let world = World::new().await;
    let offer = world.offer("p-1").await;
    let push = world.enrolment(&offer, &mut Authenticator::new(1));
    world.client.sign_out(&world.session).await.unwrap();
    world.push(&push).await.unwrap();
}

#[tokio::test]
async fn more_of_a_document_than_its_last_four_characters_is_not_kept() {
    let world = World::new().await;
    let offer = world.offer("p-1").await;
    let mut push = world.enrolment(&offer, &mut Authenticator::new(1));
    push.body.identification = Identification::Shown {
        document: Document::Passport,
        last_four: "NX7K31AB9".to_owned(),
        method: Default::default(),
    };
    assert_eq!(refused(world.push(&push).await), "malformed");
}

#[tokio::test]
async fn a_statement_in_place_of_a_document_is_the_station_administrators_to_make() {
    let world = World::new().await;
    let offer = world.offer("p-1").await;
    let mut push = world.enrolment(&offer, &mut Authenticator::new(1));
    push.body.identification = Identification::stated("standby keys for safe 3").expect("a line");
    assert_eq!(refused(world.push(&push).await), "not-allowed");
}

#[tokio::test]
async fn a_test_on_a_mere_statement_is_the_station_administrators_to_report() {
    let world = World::new().await;
    let mut key = Authenticator::new(1);
    world.enrolled("p-1", &mut key).await;
    let offer = world.test_offer("p-1").await;
    let mut push = world.test(&offer, "p-1", &mut key);
    let stated = Identification::stated("standby keys for safe 3").expect("a line");
    push.body.identification = Some(stated);
    let answer = world.client.push(entry(), &push).await;
    assert_eq!(refused(answer), "not-allowed");
}

#[tokio::test]
async fn what_a_station_says_of_a_key_cannot_write_on_other_screens() {
    let world = World::new().await;
    let offer = world.offer("p-1").await;
    let honest = world.enrolment(&offer, &mut Authenticator::new(1));
    for model in ["\u{1b}[2J".to_owned(), "x".repeat(101)] {
        let mut push = honest.clone();
        push.body.key.model = model;
        assert_eq!(refused(world.push(&push).await), "malformed");
    }
}

#[tokio::test]
async fn a_key_that_is_enrolled_already_is_tested_with_the_enrolment_s_own_offer() {
    let world = World::new().await;
    let mut key = Authenticator::new(1);
    world.enrolled("p-1", &mut key).await;
    let offer = world.offer("p-1").await;
    let enrolment = world.enrolment(&offer, &mut key);
    let push = keydesk::wire::Push {
        body: TestPush {
            version: VERSION,
            offer: offer.id,
            person: offer.person.id.clone(),
            assertion: enrolment.body.assertion,
            key: enrolment.body.key,
            identification: Some(enrolment.body.identification),
            operator: world.session.operator.id.clone(),
            tested_at: Timestamp::now(),
        },
        head: world.head(),
    };
    let receipt = world.client.push(entry(), &push).await.unwrap();
    assert_eq!(receipt.person.keys, 1);
    assert_eq!(
        refused(world.client.push(entry(), &push).await),
        "offer-used"
    );
}

#[tokio::test]
async fn a_key_that_was_never_enrolled_has_nothing_to_test() {
    let world = World::new().await;
    let offer = world.test_offer("p-1").await;
    let push = world.test(&offer, "p-1", &mut Authenticator::new(1));
    assert_eq!(
        refused(world.client.push(entry(), &push).await),
        "credential-unknown"
    );
}
