//! Lists as people make them: each file of `tests/data/lists` with the outcome beside it (UPDATE=1 writes it), and what the commands
//! do with them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use keydesk::bay::soft::{Profile as Model, SoftKey, TouchPolicy};
use keydesk::cli::args::TicketsCommand;
use keydesk::cli::batch::{BatchCommand, BatchRun};
use keydesk::cli::commands::{self, StationCommand};
use keydesk::cli::output::{Exit, Outcome};
use keydesk::domain::authority::Role;
use keydesk::domain::people_list::{self, ListError};
use keydesk::server::import::{Checked, Format};
use keydesk::station::stopper::Stopper;
use keydesk::totp::tokens;

use crate::batch::{ENROL, slot, world};
use crate::headless::paper;

/// 28 November 2026.
const NOW: jiff::Timestamp = jiff::Timestamp::constant(1_795_824_000, 0);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lists")
}

/// What its reader makes of a file: the first letter of its name says which reader.
fn outcome(name: &str, bytes: &[u8]) -> String {
    let lines = match name.as_bytes().first() {
        Some(b'b') => people(bytes),
        Some(b'p') => import(bytes),
        _ => tokens(bytes),
    };
    lines.join("\n") + "\n"
}

fn people(bytes: &[u8]) -> Vec<String> {
    match people_list::parse(bytes) {
        Ok(list) => list
            .listed()
            .map(|listed| {
                let how = listed.identification.as_ref();
                let how = how.map_or("", |how| how.detail());
                format!("{} {how}", listed.person).trim_end().to_owned()
            })
            .collect(),
        Err(ListError(faults)) => refused(faults.iter().map(ToString::to_string)),
    }
}

fn import(bytes: &[u8]) -> Vec<String> {
    let checked = Checked::of(bytes, Format::Csv);
    match checked.faults() {
        [] => vec![format!("{} record(s)", checked.records())],
        faults => {
            let mut faults = faults.to_vec();
            faults.sort_by_key(|fault| fault.line);
            refused(faults.iter().map(ToString::to_string))
        }
    }
}

fn tokens(bytes: &[u8]) -> Vec<String> {
    match tokens::read(bytes, None, NOW) {
        Ok(tokens) => tokens
            .iter()
            .map(|token| {
                let settings = token.settings;
                let until = token.expires.map(|at| format!(", until {at}"));
                format!(
                    "{}: {:?}, {} digits, {} s, {} bytes{}",
                    token.serial,
                    settings.algorithm,
                    settings.digits,
                    settings.period_s,
                    token.secret.as_bytes().len(),
                    until.unwrap_or_default()
                )
            })
            .collect(),
        Err(error) => refused([error.to_string()].into_iter()),
    }
}

fn refused(faults: impl Iterator<Item = String>) -> Vec<String> {
    faults.map(|fault| format!("refused: {fault}")).collect()
}

#[test]
fn every_list_has_the_outcome_that_is_written_beside_it() {
    let files = std::fs::read_dir(folder()).expect("a folder");
    let mut files: Vec<PathBuf> = files.map(|file| file.expect("a file").path()).collect();
    files.retain(|file| file.extension().is_none_or(|ending| ending != "expected"));
    files.sort();
    assert!(files.len() > 25, "{}", files.len());
    let mut wrong = String::new();
    for file in files {
        let bytes = std::fs::read(&file).expect("a file");
        let name = file.file_name().expect("a name").to_string_lossy();
        let found = outcome(&name, &bytes);
        let beside = folder().join(format!("{name}.expected"));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&beside, &found).expect("written");
        }
        let wanted = std::fs::read_to_string(&beside).unwrap_or_default();
        if found != wanted {
            wrong.push_str(&format!("{name}\n found:\n{found} wanted:\n{wanted}\n"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// A seed is never part of what is said of a file that is refused.
#[test]
fn no_refusal_repeats_a_seed() {
    for file in std::fs::read_dir(folder()).expect("a folder") {
        let file = file.expect("a file").path();
        let bytes = std::fs::read(&file).expect("a file");
        let said = tokens(&bytes).join("\n");
        for seed in ["31323334353637383930", "GEZDGNBV", "MTIzNDU2Nzg5", "271828"] {
            assert!(!said.contains(seed), "{}: {said}", file.display());
        }
    }
}

async fn batch(
    world: &keydesk::program::demo::world::World,
    list: &str,
    dry_run: bool,
) -> (Outcome, String) {
    let dir = tempfile::tempdir().expect("a folder");
    let profile = dir.path().join("desk.toml");
    std::fs::write(&profile, ENROL).expect("written");
    let people = dir.path().join("people.csv");
    std::fs::write(&people, list).expect("written");
    let command = BatchCommand::Run(BatchRun {
        profile: Some(profile),
        resume: None,
        dry_run,
        people: Some(people),
        identified_by: Some("passport:7K31".parse().expect("a document")),
        keys: None,
        pin_fd: None,
        letters: None,
        tags: None,
        wait: 5,
    });
    world.station.keep_session().expect("kept");
    let (paper, output) = paper();
    let station = Arc::clone(&world.station);
    let command = StationCommand::Batch(&command);
    let outcome = commands::run(station, command, output, Stopper::default()).await;
    (outcome, paper.text())
}

fn keys(world: &keydesk::program::demo::world::World) -> Vec<SoftKey> {
    let key = |n: usize| {
        let model = Model::yubikey_5_nfc().with_serial(&format!("S{n:03}"));
        let key = SoftKey::new(model.with_touch(TouchPolicy::Auto));
        world.rack.put(&slot(n), &key);
        key
    };
    (1..=2).map(key).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_on_a_batch_list_and_unknown_is_named_by_line_before_a_key_is_touched() {
    let world = world(2, Role::HelpDesk).await;
    let keys = keys(&world);
    crate::scenarios::answering(&world).await;
    let list = "person;identified_by\r\np-1;passport:7K31\r\n\r\np-77;\r\np-2;\r\nPersoneel;\r\n";
    for dry_run in [true, false] {
        let (outcome, _) = batch(&world, list, dry_run).await;
        assert_eq!(
            (outcome.exit, outcome.code.as_str()),
            (Exit::Usage, "bad-list")
        );
        for wanted in [
            "line 4: p-77: the registry knows no such person",
            "line 6: Personeel:",
        ] {
            assert!(outcome.detail.contains(wanted), "{}", outcome.detail);
        }
        assert!(!outcome.detail.contains("p-2"), "{}", outcome.detail);
    }
    for key in keys {
        assert!(key.credentials().is_empty());
        let state = serde_json::to_value(key.state()).expect("a state");
        assert_eq!(state.get("pin"), Some(&serde_json::Value::Null), "no PIN");
    }
    assert!(world.station.store().batches().expect("read").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_heading_is_nobody_whatever_separates_it() {
    let world = world(2, Role::HelpDesk).await;
    let _keys = keys(&world);
    crate::scenarios::answering(&world).await;
    for (file, people) in [
        ("b01-semicolon.csv", 2),
        ("b02-capital.csv", 1),
        ("b03-tab.txt", 2),
    ] {
        let list = std::fs::read_to_string(folder().join(file)).expect("a file");
        let (outcome, said) = batch(&world, &list, true).await;
        assert_eq!(outcome.exit, Exit::Done, "{file}: {}", outcome.detail);
        let planned = said.matches("\"person\":\"p-").count();
        assert_eq!(planned, people, "{file}: {said}");
        assert!(
            outcome.detail.contains(&format!("{people} key(s)")),
            "{}",
            outcome.detail
        );
    }
}

async fn fetch(world: &keydesk::program::demo::world::World, list: &[u8]) -> Outcome {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), list).expect("written");
    let day = file.path().to_str().expect("UTF-8").to_owned();
    world.station.keep_session().expect("kept");
    let command = TicketsCommand::Fetch { day };
    let command = StationCommand::Tickets(&command);
    let station = Arc::clone(&world.station);
    commands::run(station, command, paper().1, Stopper::default()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn tickets_are_fetched_for_everybody_on_a_list_or_for_nobody() {
    let mut world = world(2, Role::HelpDesk).await;
    let tickets = |world: &keydesk::program::demo::world::World| {
        let today = world.station.today();
        world.station.tickets(today).expect("read").len()
    };
    let outcome = fetch(&world, b"p-1\n# tomorrow\np-9\n").await;
    assert_eq!(
        (outcome.exit, outcome.code.as_str()),
        (Exit::Usage, "bad-list")
    );
    let wanted = "line 3: p-9: the registry knows no such person";
    assert!(outcome.detail.contains(wanted), "{}", outcome.detail);
    assert_eq!(tickets(&world), 0);
    let latin = fetch(&world, b"p-1\nM\xfcller\n").await;
    assert!(
        latin.detail.contains("line 2: the byte 0xfc is not UTF-8"),
        "{}",
        latin.detail
    );
    let marked = std::fs::read(folder().join("b08-bom.txt")).expect("a file");
    let outcome = fetch(&world, &marked).await;
    assert_eq!(outcome.exit, Exit::Done, "{}", outcome.detail);
    assert_eq!(tickets(&world), 2);
    // Without the line, whoever has a ticket is known.
    let _keys = keys(&world);
    crate::scenarios::answering(&world).await;
    world.stop_registry().await;
    let (outcome, _) = batch(&world, "p-2\np-3\n", true).await;
    assert_eq!(
        (outcome.exit, outcome.code.as_str()),
        (Exit::Usage, "bad-list")
    );
    let wanted = "line 2: p-3: there is no ticket for this person";
    assert!(outcome.detail.contains(wanted), "{}", outcome.detail);
    assert!(!outcome.detail.contains("line 1"), "{}", outcome.detail);
    let (outcome, _) = batch(&world, "p-2\np-1\n", true).await;
    assert_eq!(outcome.exit, Exit::Done, "{}", outcome.detail);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_beside_one_that_is_not_over_is_refused_and_no_fault_of_the_memory() {
    let world = world(2, Role::HelpDesk).await;
    let (first, _) = batch(&world, "p-1\n", false).await;
    assert_eq!(
        (first.exit, first.code.as_str()),
        (Exit::Key, "abandoned"),
        "{}",
        first.detail
    );
    let (second, _) = batch(&world, "p-2\n", false).await;
    assert_eq!(
        (second.exit, second.code.as_str()),
        (Exit::Refused, "batch-not-over"),
        "{}",
        second.detail
    );
    for way_on in ["--resume", "batch end"] {
        assert!(second.detail.contains(way_on), "{}", second.detail);
    }
}
