//! Where a registry's database comes from: made on purpose, copied while it serves, put back only where it fits.

mod keys;
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
use keydesk::wire::problem_code;

use super::authenticator::Authenticator;
use super::phone::Phone;
use super::world::{PEOPLE, World, config, first_sign_in, refused, write};

pub struct Ran {
    pub exit: i32,
    pub outcome: serde_json::Value,
    pub detail: String,
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

pub fn keydesk(arguments: &[&str], db: &Path) -> Ran {
    let output = program(arguments).arg("--db").arg(db).output();
    ended(&output.unwrap())
}

/// The same without a database.
pub fn keydesk_alone(arguments: &[&str]) -> Ran {
    ended(&program(arguments).output().unwrap())
}

fn names(path: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(path).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

pub fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

pub fn text(path: &Path) -> &str {
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
        &["acts"],
        &["notices"],
        &["exceptions"],
        &["stations", "list"],
        &["stations", "revoke", "Desk"],
        &["operators", "list"],
        &["operators", "revoke", "o-1"],
        &["operators", "new-key", "o-1"],
        &["operators", "set", "o-1", "--personnel-number", "1"],
        &["station-code", "--name", "Desk"],
        &["operator-code", "--name", "O", "--role", "help-desk"],
        &["accept-journal", "--station", "s-1"],
        &["resets", "allow", "p-1", "--reason", "why"],
        &["resets", "deputy", "o-1", "--for", "1h", "--reason", "why"],
        &["import", text(&people)],
        &["secrets", "show"],
        &["secrets", "rotate"],
        &["secrets", "prune"],
        &["secrets", "adopt"],
        &["backup", text(&copy)],
        &["audit", "verify"],
        &["audit", "head"],
        &["audit", "export", text(&copy)],
    ] {
        let ran = keydesk(arguments, &db);
        assert_eq!(ran.exit, 2, "{arguments:?}: {}", ran.detail);
        assert!(ran.detail.contains(text(&db)), "{}", ran.detail);
        assert!(ran.detail.contains("registry init"), "{}", ran.detail);
        assert_eq!(names(dir.path()), ["people.csv"], "{arguments:?}");
        missing.retain(|verb| !arguments.join(" ").starts_with(verb.as_str()));
    }
    assert_eq!(
        missing,
        ["init", "mail", "restore", "serve"],
        "these are not tried; mail looks into no database"
    );
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
    assert_eq!(refused(before), problem_code::SESSION_REFUSED);
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
