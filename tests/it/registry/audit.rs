//! The registry's audit is a chain: what is changed behind its back is found, with the database and without it.

use std::path::Path;

use keydesk::server::admin;
use keydesk::server::admin::audit::{self, AuditError, Broken, Head};
use sqlx::SqlitePool;
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;

use super::authenticator::Authenticator;
use super::copies::{keydesk, keydesk_alone, mode, text};
use super::world::{World, entry, refused};

/// What somebody does who can write to the file, the triggers out of the way.
async fn behind_its_back(db: &Path, statements: &[&'static str]) {
    let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(db));
    let pool = pool.await.unwrap();
    let drop = [
        "DROP TRIGGER IF EXISTS audit_no_update",
        "DROP TRIGGER IF EXISTS audit_no_delete",
        "DROP TRIGGER IF EXISTS audit_chained",
    ];
    for statement in drop.iter().chain(statements) {
        sqlx::query(*statement).execute(&pool).await.unwrap();
    }
    pool.close().await;
}

async fn broken_at(db: &Path, noted: Option<Head>) -> Option<i64> {
    match audit::verify(db, noted).await {
        Ok(_) => None,
        Err(AuditError::Broken { broken, .. }) => Some(broken.row()),
        Err(other) => panic!("{other}"),
    }
}

/// A registry that wrote some rows, and was stopped.
async fn written() -> (tempfile::TempDir, Head) {
    let world = World::new().await;
    world.enrolled("p-1", &mut Authenticator::new(1)).await;
    let World { dir, running, .. } = world;
    running.shutdown().await.unwrap();
    let head = audit::verify(&dir.path().join("registry.db"), None).await;
    (dir, head.unwrap())
}

#[tokio::test]
async fn a_copy_whose_audit_was_changed_is_not_put_back() {
    let (dir, _) = written().await;
    let db = dir.path().join("registry.db");
    let opened = || SqlitePool::connect_with(SqliteConnectOptions::new().filename(&db));
    let pool = opened().await.unwrap();
    let triggers: Vec<String> = sqlx::query_scalar(
        "SELECT sql FROM sqlite_master WHERE name IN ('audit_no_update', 'audit_no_delete', 'audit_chained')",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    pool.close().await;
    behind_its_back(&db, &["UPDATE audit SET detail = 'x' WHERE number = 3"]).await;
    let pool = opened().await.unwrap();
    for trigger in triggers {
        sqlx::query(sqlx::AssertSqlSafe(trigger))
            .execute(&pool)
            .await
            .unwrap();
    }
    pool.close().await;
    let copy = dir.path().join("copy.db");
    std::fs::copy(&db, &copy).unwrap();
    let ran = keydesk(&["restore", text(&copy), "--replace"], &db);
    assert_ne!(ran.exit, 0);
    assert!(ran.detail.contains("audit"), "{}", ran.detail);
}

#[tokio::test]
async fn a_row_that_was_changed_behind_the_registrys_back_is_found_and_named() {
    let (dir, head) = written().await;
    assert!(head.number > 6, "{head}");
    let db = dir.path().join("registry.db");
    for (statements, row) in [
        (&["UPDATE audit SET detail = 'x' WHERE number = 3"][..], 3),
        (&["UPDATE audit SET at_ms = at_ms + 1 WHERE number = 2"], 2),
        (
            &["UPDATE audit SET operator = NULL WHERE number = (SELECT max(number) FROM audit)"],
            head.number,
        ),
        (&["UPDATE audit SET hash = x'' WHERE number = 4"], 4),
        (
            &["UPDATE audit SET at_ms = 9223372036854775807 WHERE number = 5"],
            5,
        ),
        (
            &["UPDATE audit SET action = CAST(x'ff' AS TEXT) WHERE number = 2"],
            2,
        ),
        (&["DELETE FROM audit WHERE number = 4"], 4),
        (&["DELETE FROM audit WHERE number = 1"], 1),
        (
            &[
                "DELETE FROM audit WHERE number = 4",
                "UPDATE audit SET number = number - 1 WHERE number = 5",
            ],
            4,
        ),
        (
            &[
                "UPDATE audit SET number = -1 WHERE number = 2",
                "UPDATE audit SET number = 2 WHERE number = 3",
                "UPDATE audit SET number = 3 WHERE number = -1",
            ],
            2,
        ),
        (
            &["DELETE FROM audit WHERE number = (SELECT max(number) FROM audit)"],
            head.number,
        ),
    ] {
        let copy = dir.path().join("copy.db");
        std::fs::copy(&db, &copy).unwrap();
        behind_its_back(&copy, statements).await;
        assert_eq!(
            broken_at(&copy, Some(head)).await,
            Some(row),
            "{statements:?}"
        );
    }
    // What nobody noted elsewhere is not known.
    let copy = dir.path().join("copy.db");
    assert_eq!(broken_at(&copy, None).await, None);
    assert_eq!(broken_at(&db, Some(head)).await, None);
    let before_the_first = audit::verify(&db, Some(Head::default())).await;
    assert_eq!(before_the_first.unwrap(), head);
}

#[tokio::test]
async fn the_registry_itself_lets_nobody_change_its_audit_or_add_a_row_without_a_hash() {
    let (dir, _) = written().await;
    let db = SqliteConnectOptions::new().filename(dir.path().join("registry.db"));
    let pool = SqlitePool::connect_with(db).await.unwrap();
    for statement in [
        "UPDATE audit SET detail = 'x' WHERE number = 1",
        "UPDATE audit SET hash = zeroblob(32) WHERE number = 1",
        "UPDATE audit SET hash = x'' WHERE number = 1",
        "DELETE FROM audit WHERE number = 1",
        "INSERT INTO audit (at_ms, action, subject, detail) VALUES (0, 'a', 's', '')",
    ] {
        assert!(
            sqlx::query(statement).execute(&pool).await.is_err(),
            "{statement}"
        );
    }
}

#[tokio::test]
async fn an_export_is_verified_without_the_database_and_shows_what_was_done_to_it() {
    let (dir, head) = written().await;
    let db = dir.path().join("registry.db");
    let file = dir.path().join("audit.jsonl");
    let ran = keydesk(&["audit", "export", text(&file)], &db);
    assert_eq!(ran.exit, 0, "{}", ran.detail);
    assert!(ran.detail.contains(&head.to_string()), "{}", ran.detail);
    assert_eq!(mode(&file), 0o600);
    let again = keydesk(&["audit", "export", text(&file)], &db);
    assert_eq!(again.exit, 2, "{}", again.detail);
    std::fs::remove_file(&db).unwrap();
    assert_eq!(audit::verify_file(&file, Some(head)).unwrap(), head);
    let noted = head.to_string();
    let ran = keydesk_alone(&["audit", "verify", text(&file), "--head", &noted]);
    assert_eq!(ran.exit, 0, "{}", ran.detail);

    let whole = std::fs::read_to_string(&file).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let changed = dir.path().join("changed.jsonl");
    let found = |lines: &[String]| {
        std::fs::write(&changed, lines.concat()).unwrap();
        audit::verify_file(&changed, None).unwrap_err()
    };
    for row in 1..lines.len() {
        let mut without: Vec<String> = lines.iter().map(|line| format!("{line}\n")).collect();
        let taken = without.remove(row);
        let number = i64::try_from(row).unwrap();
        match found(&without) {
            AuditError::Broken { broken, .. } => assert_eq!(broken.row(), number),
            other => panic!("{other}"),
        }
        without.insert(row, taken.replacen("\"action\":\"", "\"action\":\"x", 1));
        match found(&without) {
            AuditError::Broken { broken, .. } => assert_eq!(broken, Broken::Changed(number)),
            other => panic!("{other}"),
        }
    }
    let cut = whole.get(..whole.len() - 3).unwrap().to_owned();
    assert!(matches!(found(&[cut]), AuditError::NoExport { .. }));
    let more = whole.replacen("\"action\"", "\"more\":1,\"action\"", 1);
    assert!(matches!(
        found(&[more]),
        AuditError::NoExport { line: 2, .. }
    ));
    let ran = keydesk_alone(&["audit", "verify", text(&changed)]);
    assert_eq!(ran.exit, 2, "{}", ran.detail);
}

#[tokio::test]
async fn a_broken_chain_is_exit_seven_with_the_row_and_is_not_exported() {
    let (dir, head) = written().await;
    let db = dir.path().join("registry.db");
    assert_eq!(keydesk(&["audit", "head"], &db).detail, head.to_string());
    assert_eq!(keydesk(&["audit", "verify"], &db).exit, 0);
    let other = format!("{}:{}", "ab".repeat(32), head.number);
    let ran = keydesk(&["audit", "verify", "--head", &other], &db);
    assert_eq!(
        (ran.exit, &ran.outcome["facts"]["row"]),
        (7, &head.number.into()),
        "{}",
        ran.detail
    );
    behind_its_back(&db, &["UPDATE audit SET subject = 'p-2' WHERE number = 6"]).await;
    let ran = keydesk(&["audit", "verify"], &db);
    assert_eq!(
        (ran.exit, &ran.outcome["facts"]["row"]),
        (7, &6.into()),
        "{}",
        ran.detail
    );
    let file = dir.path().join("audit.jsonl");
    let ran = keydesk(&["audit", "export", text(&file)], &db);
    assert_eq!(ran.exit, 7, "{}", ran.detail);
    assert!(!file.exists());
    let ran = keydesk(&["audit", "verify", "--head", "no head"], &db);
    assert_eq!(ran.exit, 2, "{}", ran.detail);
}

#[tokio::test]
async fn rows_of_an_earlier_release_are_chained_when_the_database_is_brought_up_to_date() {
    let dir = tempfile::tempdir().unwrap();
    let db = dir.path().join("registry.db");
    let steps = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let steps = Migrator::new(steps).await.unwrap();
    let earlier = steps.iter().filter(|step| step.version < 12).cloned();
    let options = SqliteConnectOptions::new().filename(&db);
    let pool = SqlitePool::connect_with(options.create_if_missing(true));
    let pool = pool.await.unwrap();
    let earlier = Migrator::with_migrations(earlier.collect());
    earlier.run(&pool).await.unwrap();
    let many = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 2500) \
         INSERT INTO audit (at_ms, station, action, subject, detail) SELECT n, NULL, 'enrol', 'p-' || n, '' FROM n";
    for statement in [
        many,
        "INSERT INTO operator (id, name, role, user_handle) VALUES ('o-1', 'A', 'help-desk', x'01'), ('o-2', 'B', 'help-desk', x'02')",
        "UPDATE operator SET personnel_number = '1'",
        "INSERT INTO person (id, name, kind, user_handle) VALUES ('p-1', 'P', 'unaffiliated', x'03')",
        "INSERT INTO notice (person, kind, about, facts, at_ms) VALUES ('p-1', 'factor-added', 'p-1', '{}', 5)",
        "INSERT INTO audit (at_ms, action, subject, detail) VALUES (7000, 'operator-code', 'o-1', '')",
    ] {
        sqlx::query(statement).execute(&pool).await.unwrap();
    }
    pool.close().await;
    let not_yet = audit::verify(&db, None).await;
    assert!(matches!(not_yet, Err(AuditError::NotChained(_))));
    // A copy of it is one of that release, and says that it was taken.
    let copy = dir.path().join("copy.db");
    keydesk::server::backup::backup(&db, &copy).await.unwrap();
    assert!(matches!(
        audit::verify(&copy, None).await,
        Err(AuditError::NotChained(_))
    ));

    admin::alarms(&db, 1).await.unwrap();
    let head = audit::verify(&db, None).await.unwrap();
    assert_eq!(head.number, 2502);
    let accounts = admin::operators(&db).await.unwrap();
    let changed: Vec<i64> = accounts.iter().map(|o| o.changed_at.as_second()).collect();
    // Of whom nothing is known: as if it were today.
    assert!(
        matches!(changed.as_slice(), [7, now] if *now > 1_700_000_000),
        "{changed:?}"
    );
    let (notices, _) = admin::notices(&db).await.unwrap();
    let told: Vec<_> = notices
        .iter()
        .map(|n| (n.number, n.to.id.as_str(), n.to.operator))
        .collect();
    assert_eq!(told, [(1, "p-1", false)]);
    admin::new_station_code(&db, "Desk").await.unwrap();
    assert_eq!(audit::verify(&db, Some(head)).await.unwrap().number, 2503);
    // None is chained a second time.
    behind_its_back(&db, &["UPDATE audit SET hash = x''"]).await;
    admin::new_station_code(&db, "Desk").await.unwrap();
    assert_eq!(broken_at(&db, None).await, Some(1));
}

#[tokio::test]
async fn an_alarm_is_a_row_of_the_audit_too() {
    let world = World::new().await;
    let mut key = Authenticator::new(1);
    world.enrolled("p-1", &mut key).await;
    let offer = world.test_offer("p-1").await;
    key.counter = 0;
    let push = world.test(&offer, "p-1", &mut key);
    assert_eq!(
        refused(world.client.push(entry(), &push).await),
        "counter-regressed"
    );
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT subject, detail FROM audit WHERE action = 'alarm'")
            .fetch_all(&world.database().await)
            .await
            .unwrap();
    let alarms = admin::alarms(&world.db(), 10).await.unwrap();
    let alarms: Vec<_> = alarms
        .into_iter()
        .map(|alarm| (alarm.kind, alarm.detail))
        .collect();
    assert_eq!(rows, alarms);
    assert_eq!(rows.len(), 1);
    audit::verify(&world.db(), None).await.unwrap();
}
