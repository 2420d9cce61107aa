//! Credentials that are withdrawn: what the registry makes of it, and from whom it takes it.

#![expect(
    clippy::indexing_slicing,
    reason = "a test that indexes wrongly fails, as it should"
)]

use jiff::{SignedDuration, Timestamp};
use keydesk::domain::authority::Role;
use keydesk::domain::reset::ResetCase;
use keydesk::domain::{Bytes, KeyId, OfferId, PersonId};
use keydesk::registry::RegistryError;
use keydesk::server::admin;
use keydesk::wire::{Ground, KeyReport, KeyResetPush, Push, VERSION, WithdrawalPush, problem_code};

use super::authenticator::Authenticator;
use super::world::{World, arrival, entry, first_sign_in, refused};

fn case() -> ResetCase {
    ResetCase {
        reason: "left the company".to_owned(),
        ticket: Some("T-1001".to_owned()),
        requested_by: Some("Z. Łuczak".to_owned()),
        identification: "passport:7K31".parse().ok(),
    }
}

fn report(key: &Authenticator) -> KeyReport {
    KeyReport {
        id: KeyId {
            aaguid: key.aaguid,
            serial: None,
            asset_tag: None,
        },
        model: "Test key".to_owned(),
        firmware: None,
    }
}

/// A credential of `person` is gone from this key.
fn push(
    world: &World,
    key: &Authenticator,
    (person, credential): (&str, &Bytes),
    ground: Ground,
) -> Push<WithdrawalPush> {
    Push {
        body: WithdrawalPush {
            visits: Vec::new(),
            version: VERSION,
            person: PersonId::new(person),
            credential: credential.clone(),
            key: report(key),
            ground,
            operator: world.session.operator.id.clone(),
            finished_by: None,
            withdrawn_at: Timestamp::now(),
        },
        head: world.head(),
    }
}

fn deleted() -> Ground {
    Ground::Deleted { case: case() }
}

fn undone(offer: OfferId) -> Ground {
    Ground::Undone { offer }
}

fn detail(refused: Result<impl std::fmt::Debug, RegistryError>) -> String {
    match refused {
        Err(RegistryError::Refused { problem, .. }) => problem.detail.unwrap_or_default(),
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn what_was_deleted_from_its_key_stays_on_record_and_opens_nothing_any_more() {
    let world = World::new().await;
    let mut key = Authenticator::new(41);
    let receipt = world.enrolled("p-1", &mut key).await;
    let test = world.test_offer("p-1").await;
    let mut test = world.test(&test, "p-1", &mut key);
    let gone = push(&world, &key, ("p-1", &receipt.credential), deleted());
    world.let_go(&receipt.credential, &gone.body.operator).await;
    let entry_id = entry();
    let done = world.client.push(entry_id, &gone).await.unwrap();
    assert!(done.was_held);
    let again = world.client.push(entry_id, &gone).await.unwrap();
    assert_eq!(again, done, "the same answer to the same entry");
    let mut another = gone;
    another.head = world.head();
    let second = world.client.push(entry(), &another).await;
    assert!(!second.unwrap().was_held, "once is enough");

    let offer = world.offer("p-1").await;
    assert!(offer.creation.exclude_credentials.is_empty());
    let who = PersonId::new("p-1");
    let page = world.client.person(&world.session, &who).await.unwrap();
    assert_eq!(page.person.keys, 0);
    assert!(page.credentials[0].gone_at.is_some());
    test.head = world.head();
    assert_eq!(
        refused(world.client.push(entry(), &test).await),
        problem_code::CREDENTIAL_GONE
    );
    let told: Vec<(String, String)> =
        sqlx::query_as("SELECT subject, detail FROM audit WHERE action = 'withdrawal'")
            .fetch_all(&world.database().await)
            .await
            .unwrap();
    assert_eq!(told.len(), 2, "{told:?}");
    let (subject, told) = &told[0];
    assert_eq!(subject, "p-1");
    for said in ["was held", "left the company", "T-1001", "passport:7K31"] {
        assert!(told.contains(said), "{told}");
    }
}

#[tokio::test]
async fn a_deletion_is_taken_from_whoever_was_there_and_with_a_case() {
    let world = World::new().await;
    // p-1 is an employee, p-2 a main administrator.
    for (person, n) in [("p-1", 42), ("p-2", 43)] {
        let mut key = Authenticator::new(n);
        let receipt = world.enrolled(person, &mut key).await;
        let mut gone = push(&world, &key, (person, &receipt.credential), deleted());
        world.let_go(&receipt.credential, &gone.body.operator).await;
        gone.body.ground = Ground::Deleted {
            case: ResetCase {
                ticket: None,
                ..case()
            },
        };
        let without = world.client.push(entry(), &gone).await;
        assert!(detail(without).contains("ticket"));
        gone.body.ground = deleted();
        let earlier = Timestamp::now() - SignedDuration::from_hours(3);
        for at in [earlier, Timestamp::MIN, Timestamp::MAX] {
            gone.body.withdrawn_at = at;
            gone.head = world.head();
            let absent = world.client.push(entry(), &gone).await;
            assert_eq!(refused(absent), problem_code::RESET_FOREIGN, "{at}");
        }
        assert_eq!(world.live_keys_of(person).await, 1, "nothing changed");
        gone.body.withdrawn_at = Timestamp::now();
        gone.head = world.head();
        let done = world.client.push(entry(), &gone).await.unwrap();
        assert!(done.was_held && !done.suspended);
        assert_eq!(world.live_keys_of(person).await, 0);
    }
}

#[tokio::test]
async fn a_credential_is_withdrawn_from_its_owner_only() {
    let world = World::new().await;
    let mut key = Authenticator::new(44);
    let receipt = world.enrolled("p-2", &mut key).await;
    let gone = push(&world, &key, ("p-1", &receipt.credential), deleted());
    let refusal = world.client.push(entry(), &gone).await;
    assert_eq!(refused(refusal), problem_code::CREDENTIAL_UNKNOWN);
    let mut nobody = push(&world, &key, ("p-404", &receipt.credential), deleted());
    let refusal = world.client.push(entry(), &nobody).await;
    assert_eq!(refused(refusal), problem_code::NOT_FOUND);
    nobody.body.person = PersonId::new("p-1");
    for bytes in [0, 1024] {
        nobody.body.credential = Bytes(vec![1; bytes]);
        nobody.head = world.head();
        let refusal = world.client.push(entry(), &nobody).await;
        assert_eq!(refused(refusal), problem_code::MALFORMED, "{bytes} bytes");
    }
}

#[tokio::test]
async fn a_station_takes_back_its_own_enrolment_until_somebody_has_used_it() {
    let world = World::new().await;
    let mut key = Authenticator::new(45);
    let offer = world.offer("p-2").await;
    let enrolment = world.enrolment(&offer, &mut key);
    let receipt = world.push(&enrolment).await.unwrap();
    let stranger = world.offer("p-2").await.id;
    let of = |offer| push(&world, &key, ("p-2", &receipt.credential), undone(offer));
    let refusal = world.client.push(entry(), &of(stranger)).await;
    assert_eq!(refused(refusal), problem_code::NOT_ALLOWED);
    world
        .sql("UPDATE credential SET last_tested_ms = accepted_ms + 1")
        .await;
    let refusal = world.client.push(entry(), &of(offer.id)).await;
    assert!(detail(refusal).contains("was used since"));
    world
        .sql("UPDATE credential SET last_tested_ms = accepted_ms")
        .await;
    // Also of a main administrator, whose keys the help desk may not reset.
    let done = world.client.push(entry(), &of(offer.id)).await;
    assert!(done.unwrap().was_held);
    assert_eq!(world.offer("p-2").await.person.keys, 0);
}

#[tokio::test]
async fn an_enrolment_is_taken_back_by_who_made_it_or_may_reset_its_key_and_by_nobody_else() {
    let world = World::new().await;
    let mut colleagues = Vec::new();
    for (seed, role) in [
        (210, Role::StationAdministrator),
        (211, Role::HelpDesk),
        (212, Role::HelpDesk),
    ] {
        let name = format!("C. Olleague {seed}");
        let mut key = Authenticator::new(seed);
        colleagues.push(first_sign_in(&world.client, &world.db(), &name, role, &mut key).await);
    }
    let [administrator, other, same] = &colleagues[..] else {
        panic!("three");
    };
    let human = admin::Human {
        personnel_number: Some("4711".to_owned()),
        person: None,
    };
    for session in [&world.session, same] {
        admin::set_human(&world.db(), &session.operator.id, &human)
            .await
            .unwrap();
    }
    // p-2 is a main administrator, whose keys only Customer Service resets; p-1 an employee, whose keys a help desk does.
    for (seed, person, by, taken) in [
        (51, "p-2", administrator, false),
        (52, "p-2", other, false),
        (53, "p-2", same, true),
        (54, "p-1", administrator, false),
        (55, "p-1", other, true),
    ] {
        let mut key = Authenticator::new(seed);
        let offer = world.offer(person).await;
        let receipt = world.push(&world.enrolment(&offer, &mut key)).await;
        let credential = receipt.unwrap().credential;
        let mut gone = push(&world, &key, (person, &credential), undone(offer.id));
        gone.body.operator = by.operator.id.clone();
        let answer = world.client.push(entry(), &gone).await;
        if taken {
            assert!(answer.unwrap().was_held, "{person} {seed}");
            continue;
        }
        let said = detail(answer);
        let maker = world.session.operator.id.as_str();
        assert!(said.contains(maker), "{said}");
        // Nor by saying that the maker had decided it.
        gone.body.operator = world.session.operator.id.clone();
        gone.body.finished_by = Some(by.operator.id.clone());
        gone.head = world.head();
        let answer = world.client.push(entry(), &gone).await;
        assert_eq!(refused(answer), problem_code::NOT_ALLOWED);
        assert!(world.live_keys_of(person).await > 0);
        // Whoever made it does.
        gone.body.finished_by = None;
        gone.head = world.head();
        assert!(world.client.push(entry(), &gone).await.unwrap().was_held);
    }
}

/// It is on its way, and would be refused when it comes.
#[tokio::test]
async fn what_has_not_come_is_given_up_by_whoever_asked_for_it_or_works_at_the_desk() {
    let world = World::new().await;
    let mut others = Vec::new();
    for (seed, role) in [
        (210, Role::CustomerService),
        (211, Role::HelpDesk),
        (212, Role::StationAdministrator),
    ] {
        let name = format!("C. Olleague {seed}");
        let mut key = Authenticator::new(seed);
        others.push(first_sign_in(&world.client, &world.db(), &name, role, &mut key).await);
    }
    let [agent, desk, station] = &others[..] else {
        panic!("three");
    };
    let maker = &world.session;
    for (seed, asked_by, by, may) in [
        (51, maker, desk, true),
        (52, maker, station, true),
        (54, maker, maker, true),
        (55, maker, agent, false),
    ] {
        let person = PersonId::new("p-2");
        let visit = world.client.open_visit(asked_by, &person, &arrival()).await;
        let visit = Some(visit.expect("a visit").id);
        let offer = world.client.offer(asked_by, &person, visit).await;
        let offer = offer.expect("an offer");
        let mut key = Authenticator::new(seed);
        let mut late = world.enrolment(&offer, &mut key);
        late.body.operator = asked_by.operator.id.clone();
        let id = late.body.registration.raw_id.clone();
        let mut gone = push(&world, &key, ("p-2", &id), undone(offer.id));
        gone.body.operator = by.operator.id.clone();
        let answer = world.client.push(entry(), &gone).await;
        late.head = world.head();
        if may {
            assert!(!answer.expect("given up").was_held, "{seed}");
            let refusal = world.client.push(entry(), &late).await;
            assert_eq!(refused(refusal), problem_code::CREDENTIAL_GONE, "{seed}");
            continue;
        }
        let said = detail(answer);
        assert!(said.contains(&offer.id.to_string()), "{said}");
        // Nor where nobody asked for anything.
        gone.body.ground = undone(OfferId(uuid::Uuid::new_v4()));
        gone.head = world.head();
        let answer = world.client.push(entry(), &gone).await;
        assert_eq!(refused(answer), problem_code::NOT_ALLOWED);
        late.head = world.head();
        let arrived = world.client.push(entry(), &late).await;
        assert!(!arrived.expect("theirs").waiting);
    }
}

#[tokio::test]
async fn who_began_what_another_one_ended_has_made_it_too_and_takes_it_back() {
    let world = World::new().await;
    let mut others = Vec::new();
    for seed in [210, 211] {
        let name = format!("C. Olleague {seed}");
        let mut key = Authenticator::new(seed);
        let role = Role::HelpDesk;
        others.push(first_sign_in(&world.client, &world.db(), &name, role, &mut key).await);
    }
    // p-2 is a main administrator, whose keys only Customer Service resets.
    let mut key = Authenticator::new(51);
    let offer = world.offer("p-2").await;
    let mut made = world.enrolment(&offer, &mut key);
    made.body.finished_by = Some(others[0].operator.id.clone());
    let credential = world.push(&made).await.unwrap().credential;
    let mut gone = push(&world, &key, ("p-2", &credential), undone(offer.id));
    gone.body.operator = others[1].operator.id.clone();
    let said = detail(world.client.push(entry(), &gone).await);
    for maker in [&world.session, &others[0]] {
        assert!(said.contains(maker.operator.id.as_str()), "{said}");
    }
    gone.body.operator = world.session.operator.id.clone();
    gone.head = world.head();
    assert!(world.client.push(entry(), &gone).await.unwrap().was_held);
}

#[tokio::test]
async fn half_an_hour_after_it_was_taken_an_enrolment_is_taken_back_by_nobody_alone() {
    let world = World::new().await;
    let mut key = Authenticator::new(48);
    let offer = world.offer("p-2").await;
    let receipt = world.push(&world.enrolment(&offer, &mut key)).await;
    let credential = receipt.unwrap().credential;
    let of = || push(&world, &key, ("p-2", &credential), undone(offer.id));
    world
        .sql("UPDATE credential SET accepted_ms = accepted_ms - 31 * 60000, last_tested_ms = last_tested_ms - 31 * 60000")
        .await;
    let said = detail(world.client.push(entry(), &of()).await);
    assert!(said.contains("whoever may reset"), "{said}");
    assert_eq!(world.live_keys_of("p-2").await, 1);
    world
        .sql("UPDATE credential SET accepted_ms = accepted_ms + 2 * 60000, last_tested_ms = last_tested_ms + 2 * 60000")
        .await;
    assert!(world.client.push(entry(), &of()).await.unwrap().was_held);
    // Nor does it go silently: its owner is told.
    let told: Vec<(String,)> = sqlx::query_as("SELECT facts FROM notice WHERE person = 'p-2'")
        .fetch_all(&world.database().await)
        .await
        .unwrap();
    assert!(
        told.iter().any(|(detail,)| detail.contains("withdrawn")),
        "{told:?}"
    );
}

#[tokio::test]
async fn a_credential_does_not_end_before_it_was_enrolled() {
    let world = World::new().await;
    world
        .sql("UPDATE session SET opened_ms = opened_ms - 7200000")
        .await;
    let mut key = Authenticator::new(49);
    let credential = world.enrolled("p-1", &mut key).await.credential;
    let earlier = Timestamp::now() - SignedDuration::from_mins(60);
    let mut gone = push(&world, &key, ("p-1", &credential), deleted());
    gone.body.withdrawn_at = earlier;
    let refusal = world.client.push(entry(), &gone).await;
    assert_eq!(refused(refusal), problem_code::RESET_FOREIGN);
    let reset = Push {
        body: KeyResetPush {
            visits: Vec::new(),
            version: VERSION,
            key: report(&key),
            credentials: vec![credential],
            case: case(),
            operator: world.session.operator.id.clone(),
            finished_by: None,
            reset_at: earlier,
        },
        head: world.head(),
    };
    let refusal = world.client.push(entry(), &reset).await;
    assert_eq!(refused(refusal), problem_code::RESET_FOREIGN);
    assert_eq!(world.live_keys_of("p-1").await, 1);
}

#[tokio::test]
async fn what_a_revoked_operator_did_before_or_somebody_long_ago_is_taken_and_looked_at() {
    let world = World::new().await;
    let mut key = Authenticator::new(50);
    let credential = world.enrolled("p-1", &mut key).await.credential;
    let long_ago = Timestamp::now() - SignedDuration::from_hours(31 * 24);
    for table in [
        "UPDATE session SET opened_ms = opened_ms - 40 * 86400000",
        "UPDATE credential SET enrolled_ms = enrolled_ms - 35 * 86400000",
    ] {
        world.sql(table).await;
    }
    let mut gone = push(&world, &key, ("p-1", &credential), deleted());
    gone.body.withdrawn_at = long_ago;
    admin::revoke_operator(&world.db(), &world.session.operator.id)
        .await
        .unwrap();
    world.client.push(entry(), &gone).await.unwrap();
    let kinds: Vec<String> = sqlx::query_scalar("SELECT kind FROM alarm ORDER BY number")
        .fetch_all(&world.database().await)
        .await
        .unwrap();
    assert_eq!(
        kinds,
        [
            problem_code::REPORT_AFTER_END,
            problem_code::REPORT_LATE,
            problem_code::TAKEN_UNPROVED
        ]
    );
}

#[tokio::test]
async fn what_is_withdrawn_or_reset_before_it_comes_is_refused_when_it_comes() {
    let world = World::new().await;
    for by_reset in [false, true] {
        let mut key = Authenticator::new(if by_reset { 47 } else { 46 });
        let offer = world.offer("p-1").await;
        let mut late = world.enrolment(&offer, &mut key);
        let id = late.body.registration.raw_id.clone();
        if by_reset {
            let reset = Push {
                body: KeyResetPush {
                    visits: Vec::new(),
                    version: VERSION,
                    key: report(&key),
                    credentials: vec![id],
                    case: case(),
                    operator: world.session.operator.id.clone(),
                    finished_by: None,
                    reset_at: Timestamp::now(),
                },
                head: world.head(),
            };
            let done = world.client.push(entry(), &reset).await.unwrap();
            assert!(done.gone.is_empty());
        } else {
            let gone = push(&world, &key, ("p-1", &id), undone(offer.id));
            let done = world.client.push(entry(), &gone).await;
            assert!(!done.unwrap().was_held);
        }
        late.head = world.head();
        let refusal = world.client.push(entry(), &late).await;
        assert_eq!(refused(refusal), problem_code::CREDENTIAL_GONE);
        assert_eq!(world.keys_of("p-1").await, 0);
    }
}
