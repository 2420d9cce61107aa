//! Keys that were reset: what the registry makes of it, and by whom it takes it.

#![expect(
    clippy::indexing_slicing,
    reason = "a test that indexes wrongly fails, as it should"
)]

use jiff::{SignedDuration, Timestamp};
use keydesk::domain::reset::ResetCase;
use keydesk::domain::{Bytes, KeyId, PersonId};
use keydesk::registry::RegistryError;
use keydesk::wire::{KeyReport, KeyResetPush, KnownRequest, Push, VERSION, problem_code};

use super::authenticator::Authenticator;
use super::world::{World, entry, refused};

fn case() -> ResetCase {
    ResetCase {
        reason: "PIN forgotten".to_owned(),
        ticket: Some("T-1001".to_owned()),
        requested_by: Some("Z. Łuczak".to_owned()),
        identification: "passport:7K31".parse().ok(),
    }
}

fn id_of(key: &Authenticator, serial: Option<&str>) -> KeyId {
    KeyId {
        aaguid: key.aaguid,
        serial: serial.map(str::to_owned),
        asset_tag: None,
    }
}

fn reset(world: &World, key: &Authenticator, credentials: &[&Bytes]) -> Push<KeyResetPush> {
    Push {
        body: KeyResetPush {
            visits: Vec::new(),
            version: VERSION,
            key: KeyReport {
                id: id_of(key, None),
                model: "Test key".to_owned(),
                firmware: None,
            },
            credentials: credentials.iter().map(|id| (*id).clone()).collect(),
            case: case(),
            operator: world.session.operator.id.clone(),
            finished_by: None,
            reset_at: Timestamp::now(),
        },
        head: world.head(),
    }
}

fn detail(refused: Result<impl std::fmt::Debug, RegistryError>) -> String {
    match refused {
        Err(RegistryError::Refused { problem, .. }) => problem.detail.unwrap_or_default(),
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn what_was_on_a_reset_key_stays_on_record_and_opens_nothing_any_more() {
    let world = World::new().await;
    let mut key = Authenticator::new(1);
    let receipt = world.enrolled("p-1", &mut key).await;
    let test = world.test_offer("p-1").await;
    let test = world.test(&test, "p-1", &mut key);
    let push = reset(&world, &key, &[&receipt.credential]);
    world.let_go(&receipt.credential, &push.body.operator).await;
    let entry_id = entry();
    let done = world.client.push(entry_id, &push).await.unwrap();
    assert_eq!(done.gone, std::slice::from_ref(&receipt.credential));
    let again = world.client.push(entry_id, &push).await.unwrap();
    assert_eq!(again, done);

    let offer = world.offer("p-1").await;
    assert!(offer.creation.exclude_credentials.is_empty());
    assert_eq!(offer.person.keys, 0);
    let who = PersonId::new("p-1");
    let page = world.client.person(&world.session, &who).await.unwrap();
    assert_eq!(page.credentials.len(), 1);
    assert!(page.credentials[0].gone_at.is_some());
    // The assertion was made before the reset; a copy of the key could make one after it.
    let mut late = test;
    late.head = world.head();
    assert_eq!(
        refused(world.client.push(entry(), &late).await),
        problem_code::CREDENTIAL_GONE
    );
    let told: Vec<(String, String)> =
        sqlx::query_as("SELECT subject, detail FROM audit WHERE action = 'key-reset'")
            .fetch_all(&world.database().await)
            .await
            .unwrap();
    assert_eq!(told.len(), 1, "{told:?}");
    let (subject, told) = &told[0];
    assert_eq!(subject, "p-1");
    for said in ["PIN forgotten", "T-1001", "Z. Łuczak", "passport:7K31"] {
        assert!(told.contains(said), "{told}");
    }
}

#[tokio::test]
async fn a_reset_of_somebodys_key_without_ticket_or_by_somebody_absent_is_refused() {
    let world = World::new().await;
    let mut key = Authenticator::new(4);
    let receipt = world.enrolled("p-1", &mut key).await;
    let mut push = reset(&world, &key, &[&receipt.credential]);
    push.body.case.ticket = None;
    let without = world.client.push(entry(), &push).await;
    assert!(detail(without).contains("ticket"));
    push.body.case = case();
    push.head = world.head();
    let earlier = Timestamp::now() - SignedDuration::from_hours(3);
    for at in [earlier, Timestamp::MIN, Timestamp::MAX] {
        push.body.reset_at = at;
        let absent = world.client.push(entry(), &push).await;
        assert_eq!(refused(absent), problem_code::RESET_FOREIGN, "{at}");
    }
    assert_eq!(world.offer("p-1").await.person.keys, 1);
}

#[tokio::test]
async fn a_spare_may_be_reset_without_a_case_and_unknown_credentials_are_no_reason_to_refuse() {
    let world = World::new().await;
    let key = Authenticator::new(5);
    let stranger = Bytes(vec![9; 16]);
    let mut push = reset(&world, &key, &[&stranger]);
    push.body.case = ResetCase::default();
    let done = world.client.push(entry(), &push).await.unwrap();
    assert!(done.gone.is_empty());
}

#[tokio::test]
async fn the_registry_says_what_is_on_a_key_by_serial_number_and_by_what_it_holds() {
    let world = World::new().await;
    let mut numbered = Authenticator::new(6);
    let offer = world.offer("p-1").await;
    let mut push = world.enrolment(&offer, &mut numbered);
    push.body.key.id.serial = Some("A-1".to_owned());
    let first = world.push(&push).await.unwrap();
    let mut plain = Authenticator::new(7);
    let second = world.enrolled("p-2", &mut plain).await;
    let ask = async |key: KeyId, credentials: Vec<Bytes>| {
        let request = KnownRequest {
            key,
            credentials,
            person: None,
            candidates_after: None,
        };
        let known = world.client.known_credentials(&world.session, &request);
        known.await.unwrap()
    };
    let by_serial = ask(id_of(&numbered, Some("A-1")), Vec::new()).await;
    assert_eq!(by_serial.known.len(), 1);
    assert_eq!(by_serial.known[0].person.id, PersonId::new("p-1"));
    assert_eq!(by_serial.known[0].credential.id, first.credential);
    assert!(by_serial.candidates.is_empty());

    // Nothing tells it from others: who is enrolled is said only of what the key was seen to hold.
    let blind = ask(id_of(&plain, None), Vec::new()).await;
    assert!(blind.known.is_empty());
    assert_eq!(blind.candidates, std::slice::from_ref(&second.credential));
    let seen = ask(id_of(&plain, None), vec![second.credential.clone()]).await;
    assert_eq!(seen.known[0].person.id, PersonId::new("p-2"));

    let gone = reset(&world, &numbered, &[&first.credential]);
    world.let_go(&first.credential, &gone.body.operator).await;
    world.client.push(entry(), &gone).await.unwrap();
    let after = ask(id_of(&numbered, Some("A-1")), vec![first.credential]).await;
    assert!(after.known.is_empty());
}

#[tokio::test]
async fn what_arrives_after_its_key_was_reset_elsewhere_is_gone_where_a_serial_number_tells() {
    for (serial, is_known) in [(Some("7C310042"), true), (None, false)] {
        let world = World::new().await;
        let mut key = Authenticator::new(1);
        // Made and proved, and on its way.
        let mut made = world.enrolment(&world.offer("p-1").await, &mut key);
        made.body.key.id = id_of(&key, serial);
        let mut emptied = reset(&world, &key, &[]);
        emptied.body.key.id = id_of(&key, serial);
        world.client.push(entry(), &emptied).await.unwrap();
        made.head = world.head();
        let arrived = world.push(&made).await;
        if is_known {
            assert_eq!(refused(arrived), problem_code::CREDENTIAL_GONE);
        } else {
            arrived.unwrap();
        }
        // What is made on the empty key holds.
        let mut anew = world.enrolment(&world.offer("p-3").await, &mut Authenticator::new(2));
        anew.body.key.id = id_of(&key, serial);
        anew.body.enrolled_at = Timestamp::now();
        world.push(&anew).await.unwrap();
    }
}

#[tokio::test]
async fn a_reset_changes_nothing_that_is_known_of_a_key_and_what_it_does_not_name_is_looked_at() {
    let world = World::new().await;
    let mut key = Authenticator::new(6);
    let mut made = world.enrolment(&world.offer("p-1").await, &mut key);
    made.body.key.id = id_of(&key, Some("7C310042"));
    let credential = world.push(&made).await.unwrap().credential;
    // Of "a spare", which states what somebody's key stated.
    let mut crafted = reset(&world, &key, &[]);
    crafted.body.case = ResetCase::default();
    crafted.body.key = KeyReport {
        id: id_of(&key, Some("7C310042")),
        model: "Another model".to_owned(),
        firmware: Some(1),
    };
    world.client.push(entry(), &crafted).await.unwrap();
    let page = world
        .client
        .person(&world.session, &PersonId::new("p-1"))
        .await
        .unwrap();
    assert_eq!(page.credentials[0].key, made.body.key);
    assert!(page.credentials[0].is_valid());
    let alarms = keydesk::server::admin::alarms(&world.db(), 9)
        .await
        .unwrap();
    assert_eq!(alarms.len(), 1);
    assert_eq!(alarms[0].kind, problem_code::RESET_UNNAMED);
    assert!(alarms[0].detail.contains("p-1"), "{}", alarms[0].detail);
    // An honest one names what goes with the key.
    let mut honest = reset(&world, &key, &[&credential]);
    honest.body.key.id = id_of(&key, Some("7C310042"));
    world.let_go(&credential, &honest.body.operator).await;
    world.client.push(entry(), &honest).await.unwrap();
    let alarms = keydesk::server::admin::alarms(&world.db(), 9).await;
    assert_eq!(alarms.unwrap().len(), 1);
}

#[tokio::test]
async fn a_reset_of_one_of_two_keys_of_a_serial_number_is_no_alarm_and_clocks_are_given_leeway() {
    let world = World::new().await;
    let mut keys = [Authenticator::new(6), Authenticator::new(7)];
    let mut credentials = Vec::new();
    for (key, person) in keys.iter_mut().zip(["p-1", "p-4"]) {
        let mut made = world.enrolment(&world.offer(person).await, key);
        made.body.key.id = id_of(key, Some("7C310042"));
        made.body.not_held.clone_from(&credentials);
        credentials.push(world.push(&made).await.unwrap().credential);
    }
    let unnamed = async || {
        let alarms = keydesk::server::admin::alarms(&world.db(), 9).await;
        let alarms = alarms.unwrap().into_iter();
        alarms
            .filter(|alarm| alarm.kind == problem_code::RESET_UNNAMED)
            .count()
    };
    let mut honest = reset(&world, &keys[0], &[&credentials[0]]);
    honest.body.key.id = id_of(&keys[0], Some("7C310042"));
    world.client.push(entry(), &honest).await.unwrap();
    assert_eq!(unnamed().await, 0);
    assert_eq!(world.live_keys_of("p-4").await, 1);
    // Of "a spare", by a clock that is a minute behind.
    let mut crafted = reset(&world, &keys[1], &[]);
    crafted.body.key.id = id_of(&keys[1], Some("7C310042"));
    crafted.body.reset_at -= SignedDuration::from_mins(1);
    world.client.push(entry(), &crafted).await.unwrap();
    assert_eq!(unnamed().await, 1);
}
