//! A database and its key file belong together: neither is served without the other, or with another one.

use super::*;

#[tokio::test]
async fn a_database_copied_without_its_log_is_not_served_with_new_keys() {
    let world = World::new().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let settings = config(elsewhere.path());
    std::fs::copy(world.db(), &settings.db).unwrap();
    let refused = Server::start(settings.clone()).await.unwrap_err();
    let gone = matches!(refused, ServeError::Keyring(KeyringError::Gone(_)));
    assert!(gone, "{refused}");
    // As an earlier release left it: every table in the log.
    std::fs::remove_file(&settings.db).unwrap();
    change_with_log(&settings.db).await;
    for bytes in [std::fs::read(&settings.db).unwrap(), Vec::new()] {
        std::fs::write(&settings.db, bytes).unwrap();
        let ran = keydesk(&["serve", "--listen", "127.0.0.1:0"], &settings.db);
        assert_eq!(ran.exit, 2, "{}", ran.detail);
        assert!(ran.detail.contains("registry backup"), "{}", ran.detail);
        assert_eq!(names(elsewhere.path()), ["registry.db"]);
    }
    // And the log without its database.
    std::fs::rename(&settings.db, elsewhere.path().join("registry.db-wal")).unwrap();
    std::fs::write(elsewhere.path().join("registry.db-wal"), "a log").unwrap();
    for verb in [
        &["init"][..],
        &["alarms"],
        &["serve", "--listen", "127.0.0.1:0"],
    ] {
        let ran = keydesk(verb, &settings.db);
        assert_eq!(ran.exit, 2, "{}", ran.detail);
        assert!(ran.detail.contains("registry.db-wal"), "{}", ran.detail);
    }
    assert!(!settings.db.exists());
}

/// An empty database that has just been told to keep a log.
async fn change_with_log(db: &Path) {
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(db)
        .create_if_missing(true)
        .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    pool.close().await;
    let private = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(db, private).unwrap();
}

#[tokio::test]
async fn a_database_without_a_secret_misses_its_key_file_too() {
    let dir = tempfile::tempdir().unwrap();
    let settings = config(dir.path());
    let keys = dir.path().join("registry.keys");
    init(&settings, Timestamp::now()).await.unwrap();
    let own = std::fs::read(&keys).unwrap();
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    let refused_without = |why: &str| {
        let ran = keydesk(&serve, &settings.db);
        assert_eq!(ran.exit, 2, "{}", ran.detail);
        assert!(ran.detail.contains(why), "{}", ran.detail);
        assert!(ran.detail.contains("secrets adopt"), "{}", ran.detail);
    };
    std::fs::remove_file(&keys).unwrap();
    refused_without("is gone");
    assert!(!keys.exists(), "none is made in its place");
    let other = config(&dir.path().join("other"));
    std::fs::create_dir(dir.path().join("other")).unwrap();
    init(&other, Timestamp::now()).await.unwrap();
    std::fs::copy(dir.path().join("other/registry.keys"), &keys).unwrap();
    refused_without("belongs with the key");
    // Asked for, it goes on with what is there, or with a new one.
    assert_eq!(keydesk(&["secrets", "adopt"], &settings.db).exit, 0);
    let served = Server::start(settings.clone()).await.unwrap();
    served.shutdown().await.unwrap();
    std::fs::remove_file(&keys).unwrap();
    assert_eq!(keydesk(&["secrets", "adopt"], &settings.db).exit, 0);
    let served = Server::start(settings.clone()).await.unwrap();
    served.shutdown().await.unwrap();
    assert_ne!(std::fs::read(&keys).unwrap(), own);
    assert_eq!(mode(&keys), 0o600);
}

#[tokio::test]
async fn secrets_are_never_given_up_for_another_key_file() {
    let world = World::new().await;
    world.app_enrolled(&Phone::new("p-1", 1)).await;
    let keys = world.dir.path().join("registry.keys");
    std::fs::remove_file(&keys).unwrap();
    let ran = keydesk(&["secrets", "adopt"], &world.db());
    assert_eq!(ran.exit, 3, "{}", ran.detail);
    assert!(ran.detail.contains("1 secret(s)"), "{}", ran.detail);
    assert!(!keys.exists());
}

/// Databases of earlier releases do not say which key they belong with.
#[tokio::test]
async fn a_database_that_names_no_key_learns_it_when_it_is_served() {
    let world = World::new().await;
    world
        .sql("DELETE FROM setting WHERE name = 'sealing-key'")
        .await;
    let world = world.while_stopped(|_| ()).await;
    let named: String = sqlx::query_scalar("SELECT value FROM setting WHERE name = 'sealing-key'")
        .fetch_one(&world.database().await)
        .await
        .unwrap();
    let keys = std::fs::read_to_string(world.dir.path().join("registry.keys")).unwrap();
    assert!(keys.contains(&named));
    let person = world
        .client
        .person(&world.session, &PersonId::new("p-1"))
        .await;
    assert_eq!(person.unwrap().person.name, "P. Example");
}
