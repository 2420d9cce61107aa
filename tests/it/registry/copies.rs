//! Where a registry's database comes from: made on purpose, copied while it serves, put back only where it fits.

mod restored;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::CommandFactory;
use jiff::Timestamp;
use keydesk::cli::args::Arguments;
use keydesk::domain::PersonId;
use keydesk::domain::authority::Role;
use keydesk::server::{KeyringError, ServeError, Server, init};
use keydesk::wire::code;

use super::authenticator::Authenticator;
use super::phone::Phone;
use super::world::{PEOPLE, World, config, first_sign_in, refused, write};

struct Ran {
    exit: i32,
    outcome: serde_json::Value,
    detail: String,
}

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keydesk"));
    command
        .args(["registry"])
        .args(arguments)
        .arg("--json")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn ended(output: &std::process::Output) -> Ran {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let last = text.lines().last().unwrap_or_else(|| panic!("{output:?}"));
    let outcome: serde_json::Value = serde_json::from_str(last).unwrap();
    Ran {
        exit: output.status.code().unwrap(),
        detail: outcome["detail"].as_str().unwrap().to_owned(),
        outcome,
    }
}

fn keydesk(arguments: &[&str], db: &Path) -> Ran {
    let output = program(arguments).arg("--db").arg(db).output();
    ended(&output.unwrap())
}

fn names(path: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(path).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Every command of the registry, in the order of the alphabet.
fn verbs() -> impl Iterator<Item = String> {
    let program = Arguments::command();
    let registry = program.find_subcommand("registry").unwrap();
    let mut verbs = Vec::new();
    for verb in registry.get_subcommands() {
        let below: Vec<_> = verb.get_subcommands().collect();
        if below.is_empty() {
            verbs.push(verb.get_name().to_owned());
        }
        for part in below {
            verbs.push(format!("{} {}", verb.get_name(), part.get_name()));
        }
    }
    verbs.sort();
    verbs.into_iter()
}

#[test]
fn only_serve_and_init_make_a_database() {
    let dir = tempfile::tempdir().unwrap();
    let people = write(dir.path(), "people.csv", PEOPLE);
    let copy = dir.path().join("copy.db");
    let db = dir.path().join("mistyped.db");
    let mut missing: Vec<String> = verbs().collect();
    for arguments in [
        &["alarms"][..],
        &["notices"],
        &["stations", "list"],
        &["stations", "revoke", "Desk"],
        &["operators", "list"],
        &["operators", "revoke", "o-1"],
        &["operators", "new-key", "o-1"],
        &["operators", "set", "o-1", "--personnel-number", "1"],
        &["station-code", "--name", "Desk"],
        &["operator-code", "--name", "O", "--role", "help-desk"],
        &["accept-journal", "--station", "s-1"],
        &["import", text(&people)],
        &["secrets", "show"],
        &["secrets", "rotate"],
        &["secrets", "prune"],
        &["secrets", "adopt"],
        &["backup", text(&copy)],
    ] {
        let ran = keydesk(arguments, &db);
        assert_eq!(ran.exit, 2, "{arguments:?}: {}", ran.detail);
        assert!(ran.detail.contains(text(&db)), "{}", ran.detail);
        assert!(ran.detail.contains("registry init"), "{}", ran.detail);
        assert_eq!(names(dir.path()), ["people.csv"], "{arguments:?}");
        missing.retain(|verb| !arguments.join(" ").starts_with(verb.as_str()));
    }
    assert_eq!(missing, ["init", "restore", "serve"], "these are not tried");
    let made = keydesk(&["init"], &db);
    assert_eq!(made.exit, 0, "{}", made.detail);
    let keys = dir.path().join("mistyped.keys");
    assert_eq!(
        names(dir.path()),
        ["mistyped.db", "mistyped.keys", "people.csv"]
    );
    assert_eq!((mode(&db), mode(&keys)), (0o600, 0o600));
    assert_eq!(keydesk(&["alarms"], &db).exit, 0);
    let before = std::fs::read(&db).unwrap();
    let again = keydesk(&["init"], &db);
    assert_eq!(again.exit, 2, "{}", again.detail);
    assert_eq!(std::fs::read(&db).unwrap(), before);
}

#[tokio::test]
async fn a_copy_taken_while_the_registry_serves_brings_everything_back() {
    let world = World::new().await;
    let phone = Phone::new("p-1", 1);
    world.app_enrolled(&phone).await;
    world.enrolled("p-1", &mut Authenticator::new(1)).await;
    let copy = world.dir.path().join("copy.db");
    let ran = keydesk(&["backup", text(&copy)], &world.db());
    assert_eq!(ran.exit, 0, "{}", ran.detail);
    assert_eq!(mode(&copy), 0o600);
    let keys = world.dir.path().join("registry.keys");
    assert!(ran.detail.contains(text(&keys)), "{}", ran.detail);
    let bytes = std::fs::read(&copy).unwrap();
    let kept = std::fs::read_to_string(&keys).unwrap();
    let private = kept.lines().last().unwrap().split(' ').nth(2).unwrap();
    let found = bytes
        .windows(private.len())
        .any(|w| w == private.as_bytes());
    assert!(!found, "the key is not in the copy");
    let again = keydesk(&["backup", text(&copy)], &world.db());
    assert_eq!(again.exit, 2, "{}", again.detail);
    assert_eq!(
        std::fs::read(&copy).unwrap(),
        bytes,
        "nothing is overwritten"
    );

    // What comes later is not in it.
    world.enrolled("p-1", &mut Authenticator::new(2)).await;
    assert_eq!(world.keys_of("p-1").await, 2);
    let back = ["restore", text(&copy)];
    let refused = keydesk(&back, &world.db());
    assert_eq!(refused.exit, 2, "{}", refused.detail);
    assert!(refused.detail.contains("--replace"), "{}", refused.detail);
    let forced = [&back[..], &["--replace"]].concat();
    let refused = keydesk(&forced, &world.db());
    assert_eq!(refused.exit, 2, "{}", refused.detail);
    assert!(refused.detail.contains("in use"), "{}", refused.detail);
    assert_eq!(world.keys_of("p-1").await, 2);

    let db = world.db();
    let mut world = world
        .while_stopped(|dir| {
            let ran = keydesk(&forced, &db);
            assert_eq!(ran.exit, 0, "{}", ran.detail);
            let kept = ran.outcome["facts"]["restored"]["kept"].as_str().unwrap();
            assert!(ran.detail.contains(kept), "{}", ran.detail);
            assert_eq!(mode(&db), 0o600);
            let listed = keydesk(&["stations", "list"], Path::new(kept));
            assert_eq!(
                (listed.exit, &listed.outcome["facts"]["stations"]),
                (0, &1.into())
            );
            assert!(!names(dir).iter().any(|name| name.starts_with(".keydesk-")));
        })
        .await;
    sign_in_anew(&mut world, 201).await;
    assert_eq!(world.keys_of("p-1").await, 1);
    world.proof(&phone).await;

    // Where there is none, nothing has to be said about one.
    let mut world = world
        .while_stopped(|_| {
            for part in ["registry.db", "registry.db-wal", "registry.db-shm"] {
                let _ = std::fs::remove_file(db.with_file_name(part));
            }
            let ran = keydesk(&back, &db);
            assert_eq!(ran.exit, 0, "{}", ran.detail);
        })
        .await;
    sign_in_anew(&mut world, 202).await;
    assert_eq!(world.keys_of("p-1").await, 1);
    world.proof(&phone).await;
    let notes = "SELECT action FROM audit WHERE action IN ('backup', 'restore') ORDER BY number";
    let notes: Vec<String> = sqlx::query_scalar(notes)
        .fetch_all(&world.database().await)
        .await
        .unwrap();
    assert_eq!(notes, ["backup", "restore"]);
}

/// Another operator; whoever was signed in in the copy is not any more.
async fn sign_in_anew(world: &mut World, seed: u8) {
    let who = PersonId::new("p-1");
    let before = world.client.person(&world.session, &who).await;
    assert_eq!(refused(before), code::SESSION_REFUSED);
    let (name, role) = (format!("O. Perator {seed}"), Role::HelpDesk);
    let mut key = Authenticator::new(seed);
    world.session = first_sign_in(&world.client, &world.db(), &name, role, &mut key).await;
}

#[tokio::test]
async fn copies_taken_while_others_write_are_whole() {
    let world = World::new().await;
    let mut keys = (10..).map(Authenticator::new);
    for round in 0..4 {
        let copy = world.dir.path().join(format!("copy-{round}.db"));
        let taking = program(&["backup", text(&copy), "--db", text(&world.db())]).spawn();
        let mut taking = taking.unwrap();
        let mut written = 0;
        while taking.try_wait().unwrap().is_none() {
            world.enrolled("p-1", &mut keys.next().unwrap()).await;
            written += 1;
        }
        let ran = ended(&taking.wait_with_output().unwrap());
        assert_eq!(ran.exit, 0, "{}", ran.detail);
        assert!(written > 0, "nothing was written meanwhile");
        let elsewhere = world.dir.path().join(format!("elsewhere-{round}"));
        std::fs::create_dir(&elsewhere).unwrap();
        let keys = world.dir.path().join("registry.keys");
        let db = elsewhere.join("registry.db");
        let ran = keydesk(&["restore", text(&copy), "--key-file", text(&keys)], &db);
        assert_eq!(ran.exit, 0, "{}", ran.detail);
    }
}

#[tokio::test]
async fn what_is_no_whole_copy_or_does_not_fit_is_not_put_back() {
    let world = World::new().await;
    world.app_enrolled(&Phone::new("p-1", 1)).await;
    let (dir, db) = (world.dir.path().to_owned(), world.db());
    let good = dir.join("good.db");
    assert_eq!(keydesk(&["backup", text(&good)], &db).exit, 0);
    let World {
        running, dir: _dir, ..
    } = world;
    running.shutdown().await.unwrap();
    let now = std::fs::read(&db).unwrap();
    let bytes = std::fs::read(&good).unwrap();
    let half = bytes.get(..bytes.len() / 2).unwrap();
    let mut flipped = bytes.clone();
    // The head of the second page: what SQLite can tell, which does not sum its pages.
    flipped.get_mut(4096..4096 + 64).unwrap().fill(0xa5);
    let newer = dir.join("newer.db");
    std::fs::write(&newer, &bytes).unwrap();
    change(
        &newer,
        "UPDATE _sqlx_migrations SET version = 999 WHERE version = 1",
    )
    .await;
    let other = dir.join("other.keys");
    assert_eq!(
        keydesk(&["init", "--key-file", text(&other)], &dir.join("other.db")).exit,
        0
    );
    let logged = dir.join("logged.db");
    std::fs::write(&logged, &bytes).unwrap();
    std::fs::write(dir.join("logged.db-wal"), "a log").unwrap();
    let keys = dir.join("registry.keys");
    for (copy, keys, why) in [
        (write(&dir, "half.db", half), &keys, "damaged"),
        (write(&dir, "flipped.db", &flipped), &keys, "damaged"),
        (write(&dir, "text.db", "people"), &keys, "damaged"),
        (write(&dir, "empty.db", ""), &keys, "holds no registry"),
        (newer, &keys, "of a newer release"),
        (logged, &keys, "logged.db-wal"),
        (dir.join("nothing.db"), &keys, "no file"),
        (
            good.clone(),
            &other,
            "1 secret(s) in the database are sealed to",
        ),
        (
            good,
            &dir.join("nothing.keys"),
            "1 secret(s) in the database are sealed to",
        ),
    ] {
        let arguments = [
            "restore",
            text(&copy),
            "--replace",
            "--key-file",
            text(keys),
        ];
        let ran = keydesk(&arguments, &db);
        assert_eq!(ran.exit, 2, "{}: {}", copy.display(), ran.detail);
        assert!(
            ran.detail.contains(why),
            "{}: {}",
            copy.display(),
            ran.detail
        );
        assert_eq!(std::fs::read(&db).unwrap(), now, "{}", copy.display());
    }
    assert!(!dir.join("nothing.keys").exists());
    assert!(!names(&dir).iter().any(|name| name.starts_with(".keydesk-")));
    // A database that was copied by hand, while nothing had it open, is as good.
    let by_hand = dir.join("by-hand.db");
    std::fs::copy(&db, &by_hand).unwrap();
    let ran = keydesk(&["restore", text(&by_hand), "--replace"], &db);
    assert_eq!(ran.exit, 0, "{}", ran.detail);
}

async fn change(db: &Path, statement: &'static str) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(db);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    sqlx::query(statement).execute(&pool).await.unwrap();
    pool.close().await;
}

/// A damaged database is what one restores for.
#[tokio::test]
async fn a_damaged_database_is_replaced_and_kept_with_its_log() {
    let dir = tempfile::tempdir().unwrap();
    let settings = config(dir.path());
    init(&settings, Timestamp::now()).await.unwrap();
    let copy = dir.path().join("copy.db");
    assert_eq!(keydesk(&["backup", text(&copy)], &settings.db).exit, 0);
    std::fs::write(&settings.db, "spoilt").unwrap();
    std::fs::write(dir.path().join("registry.db-wal"), "its log").unwrap();
    let ran = keydesk(&["restore", text(&copy), "--replace"], &settings.db);
    assert_eq!(ran.exit, 0, "{}", ran.detail);
    let kept = PathBuf::from(ran.outcome["facts"]["restored"]["kept"].as_str().unwrap());
    assert_eq!(std::fs::read(&kept).unwrap(), b"spoilt");
    let log = format!("{}-wal", kept.display());
    assert_eq!(std::fs::read(log).unwrap(), b"its log");
    Server::start(settings)
        .await
        .unwrap()
        .shutdown()
        .await
        .unwrap();
}

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

#[test]
fn registries_that_are_started_at_once_on_a_new_database_share_it() {
    let dir = tempfile::tempdir().unwrap();
    let db = dir.path().join("registry.db");
    let serve = ["serve", "--listen", "127.0.0.1:0", "--db", text(&db)];
    let started: Vec<_> = (0..6).map(|_| program(&serve).spawn().unwrap()).collect();
    for mut child in started {
        let mut line = String::new();
        let stdout = child.stdout.take().unwrap();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut line).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        let said: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(said["event"], "serving", "{line}");
    }
}

#[tokio::test]
async fn commands_at_once_on_a_database_of_an_earlier_release_bring_it_up_to_date_once() {
    let dir = tempfile::tempdir().unwrap();
    let db = dir.path().join("registry.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(&db)
        .create_if_missing(true)
        .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    sqlx::migrate!().run_to(1, &pool).await.unwrap();
    pool.close().await;
    let list = ["stations", "list", "--db", text(&db)];
    let started: Vec<_> = (0..6).map(|_| program(&list).spawn().unwrap()).collect();
    for child in started {
        let ran = ended(&child.wait_with_output().unwrap());
        assert_eq!(ran.exit, 0, "{}", ran.detail);
    }
}
