//! Offers ahead of time, and who gets them.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use keydesk::domain::PersonId;
use keydesk::domain::authority::Role;
use keydesk::registry::RegistryError;
use keydesk::server::admin;
use keydesk::server::import::{Format, import_file};
use keydesk::wire::{TicketRequest, Tickets};
use sha2::Digest;

use super::authenticator::Authenticator;
use super::world::{World, arrival, entry, first_sign_in, joined, problem, refused, write};

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
async fn the_tickets_of_an_operator_end_with_their_access_for_the_next_one_too() {
    let world = World::new().await;
    let today = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let wanted = TicketRequest {
        day: today,
        people: vec![PersonId::new("p-1"), PersonId::new("p-3")],
    };
    let tickets = world.client.tickets(&world.session, &wanted).await.unwrap();
    let told: String = sqlx::query_scalar("SELECT detail FROM audit WHERE action = 'tickets'")
        .fetch_one(&world.database().await)
        .await
        .unwrap();
    let whose: Vec<_> = wanted.people.iter().map(|id| id.as_str()).collect();
    assert!(
        told.ends_with(&whose.join(" ")),
        "the audit says for whom: {told}"
    );
    let mut colleague = Authenticator::new(9);
    let role = Role::HelpDesk;
    let session = first_sign_in(
        &world.client,
        &world.db(),
        "C. Olleague",
        role,
        &mut colleague,
    )
    .await;
    let by_colleague = |nth: usize, at: Timestamp| {
        let key = u8::try_from(nth).unwrap() + 20;
        let mut push = world.enrolment(
            tickets.offers.get(nth).unwrap(),
            &mut Authenticator::new(key),
        );
        push.body.operator = session.operator.id.clone();
        push.body.enrolled_at = at;
        push
    };
    let mut before = by_colleague(0, Timestamp::now());
    admin::revoke_operator(&world.db(), &world.session.operator.id)
        .await
        .unwrap();
    let after = by_colleague(1, Timestamp::now() + SignedDuration::from_secs(1));
    assert_eq!(refused(world.push(&after).await), "operator-revoked");
    // What was done before nobody could know of it is kept, opens nothing, and is looked at.
    before.head = world.head();
    assert!(world.push(&before).await.unwrap().waiting);
    let kinds: Vec<String> = sqlx::query_scalar("SELECT kind FROM alarm")
        .fetch_all(&world.database().await)
        .await
        .unwrap();
    assert_eq!(kinds, ["visit-revoked"]);
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
    let refusal = world
        .client
        .offer(&agent, &PersonId::new("p-1"), None)
        .await;
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
                    .contains("This is for: help desk / station administrator.")
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

/// More people, by these numbers.
async fn crowd(world: &World, many: u32) -> Vec<PersonId> {
    let mut csv = "record,id,name,kind,email,organisation\n".to_owned();
    for number in 0..many {
        writeln!(
            csv,
            "person,x-{number},X. Example,employee,x{number}@example.test,12345678"
        )
        .unwrap();
    }
    let file = write(world.dir.path(), "crowd.csv", csv);
    import_file(&world.db(), &file, Format::Csv).await.unwrap();
    (0..many)
        .map(|number| PersonId::new(format!("x-{number}")))
        .collect()
}

/// What an honest client waits for a visit, whatever another station asks for.
const PATIENCE: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_station_that_fetches_for_many_again_and_again_keeps_nobody_from_their_work() {
    let world = World::new().await;
    let day = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let people = crowd(&world, 300).await;
    let asked = TicketRequest { day, people };
    let honest = joined(&world.running, &world.db(), "Help desk 3").await;
    let mut key = Authenticator::new(9);
    let role = Role::HelpDesk;
    let session = first_sign_in(&honest, &world.db(), "H. Onest", role, &mut key).await;
    let (over, fetched, put_off) = (
        AtomicBool::new(false),
        AtomicUsize::new(0),
        AtomicUsize::new(0),
    );
    let fetch = async || {
        while !over.load(Ordering::SeqCst) {
            match world.client.tickets(&world.session, &asked).await {
                Ok(tickets) => {
                    assert_eq!(tickets.offers.len(), 300);
                    fetched.fetch_add(1, Ordering::SeqCst);
                }
                Err(RegistryError::Unreachable {
                    status: Some(503),
                    retry_after: Some(_),
                    ..
                }) => {
                    put_off.fetch_add(1, Ordering::SeqCst);
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Err(other) => panic!("{other}"),
            }
        }
    };
    let work = async {
        let mut longest = Duration::ZERO;
        for round in 0..60 {
            let began = Instant::now();
            let who = PersonId::new(if round % 2 == 0 { "p-1" } else { "p-3" });
            let visit = honest.open_visit(&session, &who, &arrival()).await;
            visit.unwrap_or_else(|error| panic!("round {round}, {:?}: {error}", began.elapsed()));
            longest = longest.max(began.elapsed());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        over.store(true, Ordering::SeqCst);
        longest
    };
    let (longest, ..) = tokio::join!(
        work,
        fetch(),
        fetch(),
        fetch(),
        fetch(),
        fetch(),
        fetch(),
        fetch(),
        fetch()
    );
    assert!(longest < PATIENCE, "{longest:?}");
    let (fetched, put_off) = (fetched.into_inner(), put_off.into_inner());
    assert!(
        fetched > 0 && put_off > 0,
        "{fetched} fetched, {put_off} put off"
    );
}

#[tokio::test]
async fn tickets_are_the_same_when_the_answer_was_lost() {
    let world = World::new().await;
    let day = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    world.enrolled("p-1", &mut Authenticator::new(1)).await;
    let people = ["p-1", "p-2"].map(PersonId::new).to_vec();
    let asked = TicketRequest { day, people };
    // By hand, because the client sends no key with it.
    let token = sha2::Sha256::digest(b"by hand").to_vec();
    sqlx::query("INSERT INTO access_token SELECT ?, station, expires_ms FROM session")
        .bind(token)
        .execute(&world.database().await)
        .await
        .unwrap();
    let entry = entry().to_string();
    let http = reqwest::Client::new();
    let fetch = async |asked: &TicketRequest| {
        let request = http
            .post(format!("{}/v1/tickets", world.running.base_url))
            .bearer_auth("by hand")
            .header("keydesk-session", world.session.token.expose())
            .header("idempotency-key", &entry)
            .json(asked);
        request.send().await.unwrap()
    };
    let tickets = async |response: reqwest::Response| -> Tickets {
        assert_eq!(response.status().as_u16(), 201);
        serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
    };
    let first = tickets(fetch(&asked).await).await;
    let again = tickets(fetch(&asked).await).await;
    assert_eq!(again, first);
    let proofs: Vec<bool> = first
        .offers
        .iter()
        .map(|offer| offer.visit.as_ref().unwrap().proof.is_some())
        .collect();
    assert_eq!(proofs, [true, false]);
    let (_, other) = problem(fetch(&TicketRequest::of_day(day)).await).await;
    assert_eq!(other, "idempotency-key-reused");
    let offers: i64 = sqlx::query_scalar("SELECT count(*) FROM offer WHERE kind = 'ticket'")
        .fetch_one(&world.database().await)
        .await
        .unwrap();
    assert_eq!(offers, 2);
}
