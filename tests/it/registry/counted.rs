//! Failed sign-ins, refused acts and look-ups of people are in the audit, summed, and nobody waits for that.

use std::path::Path;

use keydesk::domain::authority::Role;
use keydesk::domain::{Identification, PersonId};
use keydesk::server::admin::audit;
use keydesk::wire::SignIn;
use sqlx::SqlitePool;
use sqlx::sqlite::SqliteConnectOptions;

use super::authenticator::Authenticator;
use super::world::{World, first_sign_in, refused};

/// What was counted of an action: who, whom, how often, and what it says besides.
#[derive(Debug, PartialEq, Eq)]
struct Counted {
    operator: Option<String>,
    subject: String,
    times: String,
    what: Option<String>,
}

impl Counted {
    fn new(operator: Option<&str>, subject: &str, times: u32, what: Option<&str>) -> Self {
        Self {
            operator: operator.map(str::to_owned),
            subject: subject.to_owned(),
            times: format!("{times} time(s)"),
            what: what.map(str::to_owned),
        }
    }
}

async fn opened(db: &Path) -> SqlitePool {
    let options = SqliteConnectOptions::new().filename(db);
    SqlitePool::connect_with(options).await.unwrap()
}

async fn counted(pool: &SqlitePool, action: &str) -> Vec<Counted> {
    let rows: Vec<(Option<String>, String, String)> = sqlx::query_as(
        "SELECT operator, subject, detail FROM audit WHERE action = ? AND station IS NOT NULL ORDER BY number",
    )
    .bind(action)
    .fetch_all(pool)
    .await
    .unwrap();
    let each = rows.into_iter().map(|(operator, subject, detail)| {
        let (times, rest) = detail.split_once(", ").unwrap();
        let what = rest.split_once("; ").map(|(_, what)| what.to_owned());
        Counted {
            operator,
            subject,
            times: times.to_owned(),
            what,
        }
    });
    each.collect()
}

/// Stops the registry, which writes down what it counted.
async fn stopped(world: World) -> (tempfile::TempDir, SqlitePool) {
    let World { dir, running, .. } = world;
    running.shutdown().await.unwrap();
    let db = dir.path().join("registry.db");
    audit::verify(&db, None).await.unwrap();
    let pool = opened(&db).await;
    (dir, pool)
}

#[tokio::test]
async fn who_looked_people_up_is_counted_without_the_words_they_typed() {
    let world = World::new().await;
    let (client, session) = (&world.client, &world.session);
    let before = audit::head(&world.db()).await.unwrap();
    for words in ["exampleson", "zoe", "nobody of that name"] {
        client.find_people(session, words, 5).await.unwrap();
    }
    let (one, other) = (PersonId::new("p-1"), PersonId::new("p-2"));
    for id in [&one, &other, &one] {
        client.person(session, id).await.unwrap();
    }
    let nobody = client.person(session, &PersonId::new("p-9")).await;
    assert_eq!(refused(nobody), "not-found");
    let ids = [one, other];
    client.look_up(session, &ids).await.unwrap();
    let now = audit::head(&world.db()).await.unwrap();
    assert_eq!(now, before, "nothing is written while somebody reads");

    let me = world.session.operator.id.as_str().to_owned();
    let me = Some(me.as_str());
    let (_dir, pool) = stopped(world).await;
    let people = |times| [Counted::new(me, "people", times, None)];
    assert_eq!(counted(&pool, "search").await, people(3));
    assert_eq!(counted(&pool, "look-up").await, people(2));
    let views = [
        Counted::new(me, "p-1", 2, None),
        Counted::new(me, "p-2", 1, None),
    ];
    assert_eq!(counted(&pool, "person-view").await, views);
    let typed: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM audit WHERE detail LIKE '%exampleson%' OR detail LIKE '%zoe%'",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(typed, 0);
}

#[tokio::test]
async fn a_refused_act_says_who_was_refused_what_for_whom_and_why() {
    let world = World::new().await;
    let mut key = Authenticator::new(9);
    let role = Role::CustomerService;
    let agent = first_sign_in(&world.client, &world.db(), "A. Gent", role, &mut key).await;
    for _ in 0..3 {
        let offer = world
            .client
            .offer(&agent, &PersonId::new("p-1"), None)
            .await;
        assert_eq!(refused(offer), "not-allowed");
    }
    // A station's own report: who did it is what it says.
    let offer = world.offer("p-3").await;
    let mut push = world.enrolment(&offer, &mut Authenticator::new(1));
    push.body.identification = Identification::stated("standby keys for safe 3").expect("a line");
    assert_eq!(refused(world.push(&push).await), "not-allowed");
    let desk = world.session.operator.id.as_str().to_owned();
    let (_dir, pool) = stopped(world).await;
    let expected = [
        Counted::new(
            Some(agent.operator.id.as_str()),
            "p-1",
            3,
            Some("POST /v1/people/{id}/offers: not-allowed"),
        ),
        Counted::new(
            Some(&desk),
            "p-3",
            1,
            Some("POST /v1/enrolments: not-allowed"),
        ),
    ];
    assert_eq!(counted(&pool, "refused").await, expected);
}

#[tokio::test]
async fn a_failed_sign_in_says_where_whose_key_it_was_and_why() {
    let world = World::new().await;
    let mut key = Authenticator::new(202);
    let role = Role::HelpDesk;
    let session = first_sign_in(&world.client, &world.db(), "A. Nother", role, &mut key).await;
    let mut stranger = Authenticator::new(1);
    world.enrolled("p-1", &mut stranger).await;
    for key in [&mut key, &mut stranger] {
        for _ in 0..2 {
            let options = world.client.sign_in_options().await.unwrap();
            let mut assertion = key.sign(&options.request, &options.origin);
            if let Some(byte) = assertion.response.signature.0.last_mut() {
                *byte ^= 1;
            }
            let refusal = world.client.sign_in(&SignIn { assertion }).await;
            refused(refusal.map(|session| session.operator));
        }
    }
    let (_dir, pool) = stopped(world).await;
    let found = counted(&pool, "sign-in-refused").await;
    let id = session.operator.id.as_str();
    let bad = Counted::new(None, id, 2, Some("POST /v1/sessions: signature-invalid"));
    let unknown = Counted::new(None, "-", 2, Some("POST /v1/sessions: credential-unknown"));
    assert_eq!(found, [bad, unknown]);
}
