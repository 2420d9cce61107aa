//! Identifications as objects: who looked at whom, how, when and where, each for one visit.

use std::path::Path;

use keydesk::domain::identification::{Case, DeskMethod, MethodId, Methods, Strength};
use sqlx::SqlitePool;
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;

use super::*;

/// Somebody comes with that.
async fn comes(world: &World, person: &str, how: &str) -> Result<Visit, RegistryError> {
    let request = VisitRequest {
        version: VERSION,
        identification: how.parse().expect("an identification"),
    };
    let person = PersonId::new(person);
    let visit = world.client.open_visit(&world.session, &person, &request);
    visit.await
}

fn detail<T: std::fmt::Debug>(answer: Result<T, RegistryError>, expected: &str) -> String {
    match answer {
        Err(RegistryError::Refused { problem, .. }) => {
            assert_eq!(problem.code(), expected);
            problem.detail.unwrap_or_default()
        }
        other => panic!("not refused: {other:?}"),
    }
}

/// A document may be read by a machine here, besides being looked at.
async fn with_reader() -> World {
    #[derive(serde::Deserialize)]
    struct File {
        methods: Methods,
    }
    const METHODS: &str = "\
        [[methods]]\nid = 'document'\nmeans = 'document'\nstrength = 'strong'\n\
        [[methods]]\nid = 'reader'\nmeans = 'document'\nstrength = 'superior'\n\
        name = { en = 'document in the reader', nl = 'document in de lezer' }\n\
        [[methods]]\nid = 'video'\nmeans = 'video'\nstrength = 'fair'\n";
    let file: File = toml::from_str(METHODS).expect("methods");
    World::with(|config| config.identification.methods = file.methods).await
}

#[tokio::test]
async fn an_identification_is_one_object_that_says_who_looked_how_when_and_where() {
    let world = world().await;
    let visit = comes(&world, "p-1", "passport:7K31").await.unwrap();
    let identified = visit.identified.expect("kept");
    let check = &identified.check;
    assert_eq!(check.person, visit.person);
    assert_eq!(check.case, Case::Visit(visit.id));
    assert_eq!(check.how, visit.identification);
    assert_eq!(check.strength, Strength::Strong);
    assert_eq!(check.operator, world.session.operator.id);
    assert_eq!(check.at, visit.opened_at);
    assert_eq!(identified.operator_name, "O. Perator");
    assert_eq!(identified.station_name, "Help desk 2");
    // Whoever it is passed on to did not look.
    let other = Desk::new(&world, "S. Econd", Role::HelpDesk).await;
    let pass = VisitPass {
        version: VERSION,
        to: other.session.operator.id.clone(),
    };
    let passed = world.client.pass_visit(&world.session, visit.id, &pass);
    let passed = passed.await.unwrap();
    assert_eq!(passed.operator, other.session.operator.id);
    assert_eq!(passed.identified, Some(identified));
    // The page tells the same, and nothing of it is ever changed.
    let page = other.client.person(&other.session, &visit.person).await;
    assert_eq!(page.unwrap().visit.unwrap().identified, passed.identified);
    for statement in [
        "UPDATE identification SET document = 'identity-card'",
        "DELETE FROM identification",
    ] {
        let done = sqlx::query(statement)
            .execute(&world.database().await)
            .await;
        assert!(
            done.unwrap_err().to_string().contains("never"),
            "{statement}"
        );
    }
}

#[tokio::test]
async fn an_identification_is_for_one_visit_and_what_names_another_one_waits_and_is_looked_at() {
    let world = world().await;
    let visit = comes(&world, "p-1", "passport:7K31").await.unwrap();
    let of_first = visit.identified.unwrap().check.id;
    // Of another person, or again later, it is another object.
    let of_other = comes(&world, "p-2", "passport:7K31").await.unwrap();
    world
        .leave(&comes(&world, "p-1", "passport:7K31").await.unwrap())
        .await;
    let later = comes(&world, "p-1", "passport:7K31").await.unwrap();
    for other in [of_other.identified, later.identified.clone()] {
        assert_ne!(other.unwrap().check.id, of_first);
    }
    // Within the visit it stays the same.
    let goes_on = comes(&world, "p-1", "passport:7K31").await.unwrap();
    assert_eq!(goes_on.identified, later.identified);
    let offer = world
        .client
        .offer(&world.session, &later.person, Some(later.id));
    let mut push = world.enrolment(&offer.await.unwrap(), &mut Authenticator::new(1));
    push.body.identification = "identity-card:7K31".parse().unwrap();
    let receipt = world.push(&push).await.unwrap();
    assert!(receipt.waiting, "nobody was identified so for this");
    assert_eq!(alarms(&world).await, [problem_code::IDENTIFIED_OTHERWISE]);
}

#[tokio::test]
async fn who_comes_with_a_ticket_is_identified_once_by_a_method_that_the_registry_has() {
    let world = world().await;
    let today = jiff::Timestamp::now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date();
    let fetched = async |person: &str| {
        let wanted = TicketRequest {
            people: vec![PersonId::new(person)],
            ..TicketRequest::of_day(today)
        };
        let tickets = world.client.tickets(&world.session, &wanted).await.unwrap();
        tickets.offers[0].clone()
    };
    let push = async |offer: &Offer, seed: u8, how: &str| {
        let mut push = world.enrolment(offer, &mut of_another_model(seed));
        push.body.identification = how.parse().unwrap();
        world.push(&push).await.unwrap().waiting
    };
    let (first, second) = (fetched("p-1").await, fetched("p-1").await);
    assert!(!push(&first, 1, "passport:7K31").await);
    assert!(
        push(&second, 2, "passport:0000").await,
        "somebody else came"
    );
    assert!(push(&fetched("p-3").await, 3, "passport:7K31:palmistry").await);
    let expected = [
        problem_code::IDENTIFIED_OTHERWISE,
        problem_code::METHOD_UNKNOWN,
    ];
    assert_eq!(alarms(&world).await, expected);
    let kept: Vec<(String, String)> =
        sqlx::query_as("SELECT person, last_four FROM identification ORDER BY at_ms")
            .fetch_all(&world.database().await)
            .await
            .unwrap();
    assert_eq!(kept, [("p-1".to_owned(), "7K31".to_owned())]);
}

#[tokio::test]
async fn what_differs_from_the_last_time_is_told_once_it_is_on_record_and_refuses_nothing() {
    let world = with_reader().await;
    let seen = async |how: &str| {
        let visit = comes(&world, "p-1", how).await.unwrap();
        let before = visit.identified_before.clone();
        world.leave(&visit).await;
        before.map(|before| (before.how.to_string(), before.weaker))
    };
    assert_eq!(seen("passport:7K31").await, None, "the first time");
    assert_eq!(seen("passport:7K31").await, None, "the same");
    let other = Some(("passport:7K31".to_owned(), false));
    assert_eq!(seen("identity-card:90A2").await, other);
    assert_eq!(seen("identity-card:90A2:reader").await, None, "better");
    let weaker = Some(("identity-card:90A2:reader".to_owned(), true));
    assert_eq!(seen("identity-card:90A2").await, weaker);
    // Before somebody is identified a desk is told nothing of the last time.
    let id = PersonId::new("p-1");
    let page = world.client.person(&world.session, &id).await.unwrap();
    assert!(!serde_json::to_string(&page).unwrap().contains("90A2"));
    let said: Vec<String> =
        sqlx::query_scalar("SELECT detail FROM audit WHERE action = 'visit' ORDER BY number")
            .fetch_all(&world.database().await)
            .await
            .unwrap();
    assert!(
        said[2].contains("identified by identity-card:90A2"),
        "{said:?}"
    );
    assert!(
        said[2].contains("the last time by passport:7K31"),
        "{said:?}"
    );
}

#[tokio::test]
async fn a_method_that_the_registry_does_not_know_is_refused_by_name() {
    let world = with_reader().await;
    let told: Vec<DeskMethod> = world.session.methods.clone();
    let ids: Vec<&str> = told.iter().map(|method| method.id.as_str()).collect();
    assert_eq!(ids, ["document", "reader"], "video is not for the desk");
    let read = comes(&world, "p-1", "passport:7K31:reader").await.unwrap();
    assert_eq!(read.identified.unwrap().check.strength, Strength::Superior);
    let unknown = comes(&world, "p-1", "passport:7K31:palmistry").await;
    let told = detail(unknown, problem_code::METHOD_UNKNOWN);
    assert!(
        told.contains("“palmistry”") && told.contains("document, reader"),
        "{told}"
    );
    let seen = comes(&world, "p-1", "passport:7K31:video").await;
    let told = detail(seen, problem_code::NOT_IDENTIFIED);
    assert!(told.contains("not for somebody at the desk"), "{told}");
    let stated = comes(&world, "p-1", "statement:safe 3").await;
    detail(stated, problem_code::NOT_IDENTIFIED);
    let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM identification")
        .fetch_one(&world.database().await)
        .await
        .unwrap();
    assert_eq!(kept, 1, "what was refused left nothing");
}

#[tokio::test]
async fn an_older_station_says_no_method_and_is_understood() {
    let world = world().await;
    let said = serde_json::to_value(arrival()).unwrap();
    let old = serde_json::json!({"document": "passport", "last_four": "7K31"});
    assert_eq!(said["identification"], old);
    let visit = world.visit("p-1").await;
    assert_eq!(serde_json::to_value(&visit.identification).unwrap(), old);
    assert_eq!(
        visit.identified.unwrap().check.how,
        arrival().identification
    );
    assert_eq!(arrival().identification.to_string(), "passport:7K31");
    assert!(MethodId::default().is_default());
}

#[tokio::test]
async fn the_visits_of_an_earlier_release_keep_how_their_people_were_identified() {
    let dir = tempfile::tempdir().unwrap();
    let db = dir.path().join("registry.db");
    let steps = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let steps = Migrator::new(steps).await.unwrap();
    let earlier = steps.iter().filter(|step| step.version < 17).cloned();
    let options = SqliteConnectOptions::new().filename(&db);
    let pool = SqlitePool::connect_with(options.create_if_missing(true));
    let pool = pool.await.unwrap();
    let earlier = Migrator::with_migrations(earlier.collect());
    earlier.run(&pool).await.unwrap();
    for statement in [
        "INSERT INTO operator (id, name, role, user_handle) VALUES ('o-1', 'A', 'help-desk', x'01')",
        "INSERT INTO person (id, name, kind, user_handle) VALUES ('p-1', 'P', 'unaffiliated', x'03')",
        "INSERT INTO station (id, name, public_key_pem, thumbprint, joined_ms) VALUES ('s-1', 'S', '', x'04', 1)",
        "INSERT INTO visit (id, person, station, operator, is_ticket, document, last_four, had, opened_ms, last_act_ms) VALUES \
         ('01929292-0000-7000-8000-000000000001', 'p-1', 's-1', 'o-1', 0, 'passport', '7K31', 'lost', 5, 6), \
         ('01929292-0000-7000-8000-000000000002', 'p-1', 's-1', 'o-1', 1, NULL, NULL, 'lost', 7, 7)",
        "INSERT INTO visit_operator (visit, operator) SELECT id, operator FROM visit",
    ] {
        let done = sqlx::query(statement).execute(&pool).await;
        done.unwrap_or_else(|fault| panic!("{statement}: {fault}"));
    }
    pool.close().await;
    admin::alarms(&db, 1).await.unwrap();
    let options = SqliteConnectOptions::new().filename(&db);
    let pool = SqlitePool::connect_with(options).await.unwrap();
    let kept: Vec<(String, String, String, String, i64)> =
        sqlx::query_as("SELECT visit, document, last_four, method, at_ms FROM identification")
            .fetch_all(&pool)
            .await
            .unwrap();
    let (visit, document, last_four, method, at_ms) = &kept[0];
    assert!(visit.ends_with("01") && kept.len() == 1, "{kept:?}");
    assert_eq!(
        (document.as_str(), last_four.as_str()),
        ("passport", "7K31")
    );
    assert_eq!((method.as_str(), *at_ms), ("document", 5));
    let operators: i64 =
        sqlx::query_scalar("SELECT count(*) FROM visit_operator o JOIN visit v ON v.id = o.visit")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(operators, 2);
    let orphans = sqlx::query("PRAGMA foreign_key_check").fetch_all(&pool);
    assert!(orphans.await.unwrap().is_empty());
}
