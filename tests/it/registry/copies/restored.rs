//! What is not put back, and what is not open any more in what is.

use std::path::Path;
use std::process::Command;

use jiff::Timestamp;
use keydesk::domain::PersonId;
use keydesk::domain::authority::Role;
use keydesk::server::{admin, init};
use keydesk::wire::{TicketRequest, problem_code};

use super::super::authenticator::Authenticator;
use super::super::world::{World, config, refused};
use super::{change, keydesk, text};

#[tokio::test]
async fn nothing_that_lets_somebody_in_comes_alive_with_a_copy() {
    let world = World::new().await;
    let operator = world.session.operator.id.clone();
    let offer = world.offer("p-1").await;
    let late = world.enrolment(&offer, &mut Authenticator::new(1));
    let today = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let tickets = TicketRequest {
        day: today,
        people: vec![PersonId::new("p-3")],
    };
    world
        .client
        .tickets(&world.session, &tickets)
        .await
        .unwrap();
    let (db, copy) = (world.db(), world.dir.path().join("copy.db"));
    let invitation = admin::new_operator_code(&db, "N. Ew", Role::HelpDesk);
    let invitation = invitation.await.unwrap();
    assert_eq!(keydesk(&["backup", text(&copy)], &db).exit, 0);
    admin::revoke_operator(&db, &operator).await.unwrap();
    let world = world
        .while_stopped(|_| {
            let ran = keydesk(&["restore", text(&copy), "--replace"], &db);
            assert_eq!(ran.exit, 0, "{}", ran.detail);
            assert!(ran.detail.contains("1 session(s)"), "{}", ran.detail);
            let ended = &ran.outcome["facts"]["restored"]["ended"];
            // Of key and app: an enrolment and a ticket each, and the code.
            assert_eq!(ended["offers"], 5, "{ended}");
        })
        .await;
    let person = PersonId::new("p-1");
    let page = world.client.person(&world.session, &person).await;
    assert_eq!(refused(page), problem_code::SESSION_REFUSED);
    assert_eq!(
        refused(world.push(&late).await),
        problem_code::CHALLENGE_EXPIRED
    );
    let invited = world
        .client
        .operator_enrolment_options(&invitation.code)
        .await;
    assert_eq!(refused(invited), problem_code::CODE_REFUSED);
    let open: i64 = sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM visit WHERE ended_ms IS NULL) + (SELECT count(*) FROM access_token) \
         + (SELECT count(*) FROM session WHERE ended_ms IS NULL)",
    )
    .fetch_one(&world.database().await)
    .await
    .unwrap();
    // The station has fetched itself a new token.
    assert_eq!(open, 1);
}

#[tokio::test]
async fn a_copy_with_other_tables_views_triggers_or_indexes_is_not_put_back() {
    let dir = tempfile::tempdir().unwrap();
    let settings = config(dir.path());
    init(&settings, Timestamp::now()).await.unwrap();
    let copy = dir.path().join("copy.db");
    assert_eq!(keydesk(&["backup", text(&copy)], &settings.db).exit, 0);
    let now = std::fs::read(&settings.db).unwrap();
    for (statement, what) in [
        ("DROP TRIGGER audit_no_delete", "trigger audit_no_delete"),
        (
            "CREATE TRIGGER helpful AFTER INSERT ON session BEGIN UPDATE session SET expires_ms = 9e15; END",
            "trigger helpful",
        ),
        ("DROP INDEX factor_holder", "index factor_holder"),
        ("CREATE TABLE more (a)", "table more"),
        ("DROP VIEW valid_factor", "view valid_factor"),
    ] {
        let other = dir.path().join("other.db");
        std::fs::copy(&copy, &other).unwrap();
        change(&other, statement).await;
        let ran = keydesk(&["restore", text(&other), "--replace"], &settings.db);
        assert_eq!(ran.exit, 2, "{statement}: {}", ran.detail);
        assert!(ran.detail.contains(what), "{}", ran.detail);
        assert_eq!(std::fs::read(&settings.db).unwrap(), now, "{statement}");
    }
    // Again within a second: what is set aside never takes the place of what was set aside.
    let kept: std::collections::BTreeSet<String> = (0..3)
        .map(|_| {
            let ran = keydesk(&["restore", text(&copy), "--replace"], &settings.db);
            assert_eq!(ran.exit, 0, "{}", ran.detail);
            let kept = &ran.outcome["facts"]["restored"]["kept"];
            kept.as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(kept.len(), 3, "{kept:?}");
    assert!(kept.iter().all(|name| Path::new(name).exists()));
}

#[tokio::test]
async fn a_copy_of_an_earlier_release_is_as_that_made_it_and_is_brought_up_to_date() {
    let dir = tempfile::tempdir().unwrap();
    let settings = config(dir.path());
    let (old, keys) = (dir.path().join("old.db"), dir.path().join("registry.keys"));
    let made = keydesk(
        &["init", "--key-file", text(&keys)],
        &dir.path().join("some.db"),
    );
    assert_eq!(made.exit, 0, "{}", made.detail);
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(&old)
        .create_if_missing(true);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    sqlx::migrate!().run_to(5, &pool).await.unwrap();
    pool.close().await;
    let ran = keydesk(
        &["restore", text(&old), "--key-file", text(&keys)],
        &settings.db,
    );
    assert_eq!(ran.exit, 0, "{}", ran.detail);
    assert_eq!(keydesk(&["alarms"], &settings.db).exit, 0);
}

#[tokio::test]
async fn what_is_no_file_is_refused_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let settings = config(dir.path());
    init(&settings, Timestamp::now()).await.unwrap();
    let pipe = dir.path().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    for copy in [pipe.as_path(), Path::new("/dev/zero"), dir.path()] {
        let began = std::time::Instant::now();
        let ran = keydesk(&["restore", text(copy), "--replace"], &settings.db);
        assert_eq!(ran.exit, 2, "{}: {}", copy.display(), ran.detail);
        assert!(ran.detail.contains("no file that holds"), "{}", ran.detail);
        assert!(began.elapsed().as_secs() < 5);
    }
}
