//! From a station that joins to a key that the registry holds, and what a push may not do on the way.

use std::sync::atomic::Ordering;

use jiff::{SignedDuration, Timestamp};
use keydesk::domain::authority::Role;
use keydesk::domain::{Bytes, OperatorId, PersonId, StationId};
use keydesk::registry::RegistryError;
use keydesk::server::admin;
use keydesk::server::import::{Format, import_file};
use keydesk::wire::{SignIn, TestPush, TicketRequest, VERSION};

use super::authenticator::Authenticator;
use super::world::{World, entry, first_sign_in, head, joined, refused, write};

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
    let receipt = world.client.push_test(entry(), &push).await.unwrap();
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
        SignedDuration::from_hours(1)
    );
    // The handle is the account's: the same in every offer, another for another person.
    assert_eq!(world.offer("p-1").await.creation.user.id, creation.user.id);
    assert_ne!(world.offer("p-2").await.creation.user.id, creation.user.id);
}

#[tokio::test]
async fn an_operator_signs_in_with_their_own_key_and_out_again() {
    let world = World::new().await;
    let mut key = Authenticator::new(7);
    let role = Role::StationAdministrator;
    first_sign_in(
        &world.client,
        &world.db(),
        "A. Dministrator",
        role,
        &mut key,
    )
    .await;
    let options = world.client.sign_in_options().await.unwrap();
    assert!(options.request.allow_credentials.is_empty());
    let assertion = key.sign(&options.request, &options.origin);
    let sign_in = SignIn { assertion };
    let session = world.client.sign_in(&sign_in).await.unwrap();
    assert_eq!(session.operator.name, "A. Dministrator");
    assert!(
        world
            .client
            .find_people(&session, "example", 5)
            .await
            .is_ok()
    );
    let replayed = world
        .client
        .sign_in(&sign_in)
        .await
        .map(|session| session.operator);
    assert_eq!(refused(replayed), "challenge-mismatch");
    world.client.sign_out(&session).await.unwrap();
    let refusal = world.client.find_people(&session, "example", 5).await;
    assert_eq!(refused(refusal), "session-refused");
}

#[tokio::test]
async fn a_person_s_key_does_not_sign_an_operator_in() {
    let world = World::new().await;
    let mut key = Authenticator::new(1);
    world.enrolled("p-1", &mut key).await;
    let options = world.client.sign_in_options().await.unwrap();
    let assertion = key.sign(&options.request, &options.origin);
    let session = world.client.sign_in(&SignIn { assertion }).await;
    assert_eq!(
        refused(session.map(|session| session.operator)),
        "credential-unknown"
    );
}

#[tokio::test]
async fn the_same_push_again_gets_the_same_receipt_and_changes_nothing() {
    let world = World::new().await;
    let offer = world.offer("p-1").await;
    let mut push = world.enrolment(&offer, &mut Authenticator::new(1));
    let entry = entry();
    let first = world.client.push_enrolment(entry, &push).await.unwrap();
    push.head = world.head();
    let again = world.client.push_enrolment(entry, &push).await.unwrap();
    assert_eq!(first, again);
    assert_eq!(world.keys_of("p-1").await, 1);
    push.body.key.model = "Another".to_owned();
    let changed = world.client.push_enrolment(entry, &push).await;
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
            world.client.push_enrolment(entry, &push),
            world.client.push_enrolment(entry, &push),
            world.client.push_enrolment(entry, &push),
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
        refused(world.client.push_enrolment(entry, &push).await),
        "newer-version"
    );
    push.body.version = VERSION;
    assert!(world.client.push_enrolment(entry, &push).await.is_ok());
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
    let mut push = honest.clone();
    push.body.enrolled_at = Timestamp::now() + SignedDuration::from_hours(1);
    assert_eq!(refused(world.push(&push).await), "offer-foreign");
    let other = joined(&world.running, &world.db(), "Another desk").await;
    assert_eq!(
        refused(other.push_enrolment(entry(), &honest).await),
        "offer-unknown"
    );
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
    push.body.identification.last_four = "NX7K31AB9".to_owned();
    assert_eq!(refused(world.push(&push).await), "malformed");
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
            operator: world.session.operator.id.clone(),
            tested_at: Timestamp::now(),
        },
        head: world.head(),
    };
    let receipt = world.client.push_test(entry(), &push).await.unwrap();
    assert_eq!(receipt.person.keys, 1);
    assert_eq!(
        refused(world.client.push_test(entry(), &push).await),
        "offer-used"
    );
}

#[tokio::test]
async fn a_counter_that_went_back_is_refused_and_noted_as_an_alarm() {
    let world = World::new().await;
    let mut key = Authenticator::new(1);
    world.enrolled("p-1", &mut key).await;
    let offer = world.test_offer("p-1").await;
    key.counter = 0;
    let push = world.test(&offer, "p-1", &mut key);
    assert_eq!(
        refused(world.client.push_test(entry(), &push).await),
        "counter-regressed"
    );
    assert_eq!(alarms(&world).await, ["counter-regressed"]);
}

#[tokio::test]
async fn a_key_that_was_never_enrolled_has_nothing_to_test() {
    let world = World::new().await;
    let offer = world.test_offer("p-1").await;
    let push = world.test(&offer, "p-1", &mut Authenticator::new(1));
    assert_eq!(
        refused(world.client.push_test(entry(), &push).await),
        "credential-unknown"
    );
}

#[tokio::test]
async fn a_journal_that_was_cut_short_or_rewritten_is_refused_and_noted_as_an_alarm() {
    let world = World::new().await;
    let mut push = world.enrolment(&world.offer("p-1").await, &mut Authenticator::new(1));
    push.head = head(10);
    let entry_of_first = entry();
    world
        .client
        .push_enrolment(entry_of_first, &push)
        .await
        .unwrap();
    // The same request once more is no regress: its head is one that was seen.
    world
        .client
        .push_enrolment(entry_of_first, &push)
        .await
        .unwrap();
    assert!(alarms(&world).await.is_empty());

    let mut next = world.enrolment(&world.offer("p-1").await, &mut Authenticator::new(2));
    next.head = head(9);
    assert_eq!(refused(world.push(&next).await), "journal-regressed");
    next.head = head(10);
    next.head.hash = Bytes(vec![0xcd; 32]);
    assert_eq!(refused(world.push(&next).await), "journal-regressed");
    assert_eq!(
        alarms(&world).await,
        ["journal-regressed", "journal-regressed"]
    );
    assert_eq!(world.keys_of("p-1").await, 1);
    next.head = head(11);
    world.push(&next).await.unwrap();
}

#[tokio::test]
async fn a_journal_that_went_back_goes_on_once_the_administrator_accepts_it() {
    let world = World::new().await;
    let mut push = world.enrolment(&world.offer("p-1").await, &mut Authenticator::new(1));
    push.head = head(10);
    world.push(&push).await.unwrap();
    let mut restored = world.enrolment(&world.offer("p-1").await, &mut Authenticator::new(2));
    restored.head = head(3);
    assert_eq!(refused(world.push(&restored).await), "journal-regressed");
    let alarms = admin::alarms(&world.db(), 10).await.unwrap();
    let station = alarms.first().unwrap().station.clone().unwrap();
    assert_eq!(
        admin::accept_journal(&world.db(), &station).await.unwrap(),
        10
    );
    world.push(&restored).await.unwrap();
    let unknown = admin::accept_journal(&world.db(), &StationId::new("nobody")).await;
    assert!(matches!(unknown, Err(admin::AdminError::NoJournal(_))));
}

#[tokio::test]
async fn every_write_names_station_operator_and_time() {
    let world = World::new().await;
    world.enrolled("p-1", &mut Authenticator::new(1)).await;
    let pool = world.database().await;
    let enrolled: Vec<(String, String, i64)> = sqlx::query_as(
        "SELECT station, operator, at_ms FROM audit WHERE action = 'enrol' AND subject = 'p-1'",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let [(station, operator, at_ms)] = enrolled.as_slice() else {
        panic!("{enrolled:?}");
    };
    let held = world
        .client
        .person(&world.session, &PersonId::new("p-1"))
        .await
        .unwrap();
    assert_eq!(station, held.credentials.first().unwrap().station.as_str());
    assert_eq!(operator, world.session.operator.id.as_str());
    assert!((Timestamp::now().as_millisecond() - at_ms).abs() < 60_000);
    let actions: Vec<String> =
        sqlx::query_scalar("SELECT DISTINCT action FROM audit ORDER BY action")
            .fetch_all(&pool)
            .await
            .unwrap();
    let expected = [
        "enrol",
        "enrol-operator",
        "import",
        "join",
        "offer",
        "operator-code",
        "station-code",
    ];
    assert_eq!(actions, expected);
    assert!(
        sqlx::query("DELETE FROM audit")
            .execute(&pool)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn tickets_are_for_who_is_expected_and_serve_the_next_operator_too() {
    let world = World::new().await;
    let today = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let csv = format!(
        "record,person,at\nappointment,p-1,{today}T10:00:00Z\nappointment,p-3,{today}T09:30:00Z\n"
    );
    let file = write(world.dir.path(), "today.csv", csv);
    import_file(&world.db(), &file, Format::Csv).await.unwrap();

    let expected = world
        .client
        .expected(&world.session, today)
        .await
        .unwrap()
        .expected;
    let order: Vec<&str> = expected
        .iter()
        .map(|expected| expected.person.id.as_str())
        .collect();
    assert_eq!(order, ["p-3", "p-1"]);
    assert!(expected.iter().all(|expected| !expected.done));

    let tickets = world
        .client
        .tickets(&world.session, &TicketRequest::of_day(today))
        .await
        .unwrap();
    assert_eq!(tickets.offers.len(), 2);
    let mut colleague = Authenticator::new(9);
    let role = Role::StationAdministrator;
    let session = first_sign_in(
        &world.client,
        &world.db(),
        "C. Olleague",
        role,
        &mut colleague,
    )
    .await;
    let ticket = tickets.offers.first().unwrap();
    let mut push = world.enrolment(ticket, &mut Authenticator::new(1));
    push.body.operator = session.operator.id.clone();
    push.body.enrolled_at = Timestamp::now();
    world.push(&push).await.unwrap();
    let expected = world
        .client
        .expected(&session, today)
        .await
        .unwrap()
        .expected;
    assert!(expected.first().unwrap().done);

    let none = today.checked_add(jiff::Span::new().days(5)).unwrap();
    assert!(
        world
            .client
            .tickets(&session, &TicketRequest::of_day(none))
            .await
            .unwrap()
            .offers
            .is_empty()
    );
    let past = today.yesterday().unwrap();
    let refusal = world
        .client
        .tickets(&session, &TicketRequest::of_day(past))
        .await;
    assert_eq!(refused(refusal), "malformed");
}

#[tokio::test]
async fn tickets_are_for_who_is_named_too_once_each() {
    let world = World::new().await;
    let today = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let named = |ids: &[&str]| TicketRequest {
        day: today,
        people: ids.iter().map(|id| PersonId::new(*id)).collect(),
    };
    let wanted = named(&["p-2", "p-1", "p-2"]);
    let tickets = world.client.tickets(&world.session, &wanted).await.unwrap();
    let ids: Vec<&str> = tickets
        .offers
        .iter()
        .map(|offer| offer.person.id.as_str())
        .collect();
    assert_eq!(ids, ["p-2", "p-1"]);
    let unknown = world
        .client
        .tickets(&world.session, &named(&["p-1", "nobody"]))
        .await;
    assert_eq!(refused(unknown), "not-found");
}

#[tokio::test]
async fn who_may_not_enrol_gets_no_offer_and_no_tickets_and_is_told_who_may() {
    let world = World::new().await;
    let mut key = Authenticator::new(9);
    let agent = first_sign_in(
        &world.client,
        &world.db(),
        "A. Gent",
        Role::CustomerService,
        &mut key,
    )
    .await;
    let refusal = world.client.offer(&agent, &PersonId::new("p-1")).await;
    match refusal {
        Err(RegistryError::Refused {
            status: 403,
            problem,
        }) => {
            assert_eq!(problem.code(), "not-allowed");
            assert!(
                problem
                    .detail
                    .unwrap()
                    .contains("help-desk or station-administrator may")
            );
        }
        other => panic!("{other:?}"),
    }
    let today = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    assert_eq!(
        refused(
            world
                .client
                .tickets(&agent, &TicketRequest::of_day(today))
                .await
        ),
        "not-allowed"
    );
}

async fn alarms(world: &World) -> Vec<String> {
    sqlx::query_scalar("SELECT kind FROM alarm ORDER BY number")
        .fetch_all(&world.database().await)
        .await
        .unwrap()
}
