//! `factor suspend` and `factor resume`, and what the registry's administrator reads of it.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use keydesk::bay::soft::{Profile, SoftKey, TouchPolicy};
use keydesk::cli::args::{Arguments, Command, FactorCommand, PersonCommand};
use keydesk::cli::commands::{self, StationCommand};
use keydesk::cli::output::{Exit, Outcome};
use keydesk::domain::visit::SuspendedWhy;
use keydesk::program::demo::world::World;
use keydesk::server::{ServeConfig, admin};
use keydesk::station::stopper::Stopper;
use keydesk::wire::Owned;

use super::{only, owned};
use crate::apps::Timed;
use crate::apps::phone::Manner;
use crate::headless::{fd_of, paper, pin_file};
use crate::scenarios::{PIN, SLOT, answering, enrol, world};

fn command(arguments: &[&str]) -> Option<FactorCommand> {
    let line = ["keydesk", "factor"].iter().chain(arguments);
    let line: Vec<std::ffi::OsString> = line.map(std::ffi::OsString::from).collect();
    match keydesk::cli::args::parse(&line) {
        Ok(Arguments {
            command: Some(Command::Factor(command)),
            ..
        }) => Some(command),
        Ok(_) => panic!("another command"),
        Err(_) => None,
    }
}

/// Carries out `factor …`: the outcome, and everything that was printed.
async fn run(world: &World, arguments: &[&str]) -> (Outcome, String) {
    world.station.keep_session().expect("kept");
    let (paper, output) = paper();
    let command = command(arguments).expect("understood");
    let station = Arc::clone(&world.station);
    let command = StationCommand::Factor(&command);
    let run = commands::run(station, command, output, Stopper::default());
    let ended = tokio::time::timeout(Duration::from_secs(40), run).await;
    (ended.expect("ends by itself"), paper.text())
}

async fn enrolled(world: &World, serial: &str) -> SoftKey {
    let profile = Profile::yubikey_5_nfc().with_serial(serial);
    let key = SoftKey::new(profile.with_touch(TouchPolicy::Auto));
    world.rack.put(SLOT, &key);
    answering(world).await;
    enrol(world, 1).await.expect("enrolled");
    key
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_suspended_by_its_serial_number_and_resumed_by_a_touch_with_its_pin() {
    let world = world(1).await;
    let _key = enrolled(&world, "SN-1").await;
    let wrong = [
        "suspend", "--person", "p-1", "--key", "SN-9", "--why", "lost",
    ];
    let (outcome, _) = run(&world, &wrong).await;
    assert_eq!(outcome.code, "which-factor");
    assert_eq!(outcome.exit, Exit::Usage);
    let said = "--key is the serial number of no key";
    assert!(outcome.detail.starts_with(said), "{}", outcome.detail);
    assert!(
        only(&world, 1).await.is_valid(),
        "another one than was named"
    );

    let right = [
        "suspend", "--person", "p-1", "--key", "SN-1", "--why", "lost",
    ];
    let (outcome, printed) = run(&world, &right).await;
    assert_eq!(outcome.exit, Exit::Done, "{}", outcome.detail);
    assert_eq!(outcome.code, "suspended");
    assert_eq!(outcome.facts["factor"]["sort"], "key");
    assert_eq!(outcome.facts["push"], "accepted");
    assert_eq!(outcome.facts["last"], true);
    assert!(
        outcome.detail.contains("is suspended (lost)"),
        "{}",
        outcome.detail
    );
    assert!(printed.contains("\"event\":\"ended\""), "{printed}");

    let softer = ["suspend", "--person", "p-1", "--why", "lost"];
    let (outcome, _) = run(&world, &softer).await;
    assert_eq!(
        (outcome.exit, outcome.code.as_str()),
        (Exit::Usage, "not-graver")
    );

    let pins = pin_file(&[PIN]);
    let fd = fd_of(&pins).to_string();
    let by = "passport:7K31";
    let resume = [
        "resume",
        "--person",
        "p-1",
        "--identified-by",
        by,
        "--pin-fd",
        &fd,
        "--key",
        SLOT,
    ];
    let (outcome, _) = run(&world, &resume).await;
    assert_eq!(outcome.exit, Exit::Done, "{}", outcome.detail);
    assert_eq!(outcome.code, "resumed");
    assert!(only(&world, 1).await.is_valid());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_are_several_one_must_be_named_and_its_id_does() {
    let timed = Timed::of(world(1).await).await;
    enrolled(&timed.world, "SN-1").await;
    let phone = timed.phone();
    let run_of = timed.enrol(1, &phone, Manner::Willing).await;
    run_of.ended.expect("enrolled");
    let suspend = ["suspend", "--person", "p-1", "--why", "stolen"];
    let (outcome, _) = run(&timed.world, &suspend).await;
    assert_eq!(
        (outcome.exit, outcome.code.as_str()),
        (Exit::Usage, "which-factor")
    );
    let unknown = [&suspend[..], &["--key", "Sk99"]].concat();
    let (outcome, _) = run(&timed.world, &unknown).await;
    let said = "--key is the serial number of no key";
    assert!(outcome.detail.starts_with(said), "{}", outcome.detail);
    let (outcome, _) = run(&timed.world, &suspend).await;
    let both = owned(&timed.world, 1).await;
    for owned in &both {
        let (option, id) = match owned {
            Owned::Key(credential) => ("--credential", credential.id.to_base64url()),
            Owned::App(factor) => ("--factor", factor.id.to_string()),
        };
        assert!(outcome.detail.contains(&id), "{}", outcome.detail);
        let named = ["suspend", "--person", "p-1", option, &id, "--why", "stolen"];
        let (outcome, _) = run(&timed.world, &named).await;
        assert_eq!(outcome.exit, Exit::Done, "{}", outcome.detail);
        let held = owned_now(&timed.world, owned).await.suspended();
        assert_eq!(held.expect("suspended").why, SuspendedWhy::Stolen);
    }
    let mut codes = tempfile::tempfile().expect("a file");
    writeln!(codes, "123456").expect("written");
    let fd = fd_of(&codes).to_string();
    let by = "passport:7K31";
    let id = match &both[1] {
        Owned::App(factor) => factor.id.to_string(),
        Owned::Key(_) => panic!("keys come first"),
    };
    let resume = [
        "resume",
        "--person",
        "p-1",
        "--factor",
        &id,
        "--identified-by",
        by,
        "--code-fd",
        &fd,
    ];
    let (outcome, _) = run(&timed.world, &resume).await;
    assert_eq!(outcome.exit, Exit::Refused, "stolen: {}", outcome.detail);
    assert!(
        outcome.detail.contains("never lifted"),
        "{}",
        outcome.detail
    );
}

async fn owned_now(world: &World, wanted: &Owned) -> Owned {
    let all = owned(world, 1).await.into_iter();
    let mut found = all.filter(|owned| owned.factor() == wanted.factor());
    found.next().expect("still there")
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_line_down_the_exit_code_says_that_it_waits() {
    let mut world = world(1).await;
    let _key = enrolled(&world, "SN-1").await;
    world.stop_registry().await;
    let suspend = ["suspend", "--person", "p-1", "--why", "suspected"];
    let (outcome, _) = run(&world, &suspend).await;
    assert_eq!(outcome.exit, Exit::Queued, "{}", outcome.detail);
    assert!(outcome.detail.contains("STILL"), "{}", outcome.detail);
    assert!(
        !outcome.detail.contains("is suspended"),
        "{}",
        outcome.detail
    );
    world
        .start_registry(ServeConfig::default())
        .await
        .expect("back");
    let round = world.station.push_outbox().await.expect("pushed");
    assert_eq!(round.accepted, 1);
    assert!(only(&world, 1).await.suspended().is_some());
    let (told, _) = admin::notices(&world.database()).await.expect("listed");
    let kinds: Vec<&str> = told.iter().map(|notice| notice.kind.as_str()).collect();
    assert_eq!(kinds, ["factor-added", "factor-suspended"]);
}

#[test]
fn a_reason_and_at_most_one_name_are_what_a_report_takes() {
    let suspend = |more: &[&str]| {
        let line = [&["suspend", "--person", "p-1"], more].concat();
        command(&line).is_some()
    };
    let id = "0197e4c6-0000-7000-8000-000000000001";
    assert!(suspend(&["--why", "lost"]));
    assert!(suspend(&["--why", "stolen", "--factor", id]));
    assert!(!suspend(&[]), "why is not said");
    assert!(!suspend(&["--why", "forgotten"]));
    assert!(!suspend(&[
        "--why", "lost", "--factor", id, "--key", "SN-1"
    ]));
    assert!(!suspend(&[
        "--why",
        "lost",
        "--factor",
        id,
        "--credential",
        "AAAA"
    ]));
    assert!(!suspend(&["--why", "lost", "--credential", "not base64!"]));
    assert!(
        command(&["resume", "--person", "p-1"]).is_none(),
        "who identified them?"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_waits_is_sent_by_the_next_command_that_finds_the_registry_there() {
    let mut world = world(1).await;
    let _key = enrolled(&world, "SN-1").await;
    world.stop_registry().await;
    let suspend = ["suspend", "--person", "p-1", "--why", "lost"];
    let (outcome, _) = run(&world, &suspend).await;
    assert_eq!(outcome.exit, Exit::Queued, "{}", outcome.detail);
    assert!(
        outcome.detail.contains("`keydesk outbox push` sends it"),
        "nothing is sent by itself: {}",
        outcome.detail
    );
    assert!(!outcome.detail.contains(".:"), "{}", outcome.detail);
    // While the line is down, the next command is about what it is about, and the report still waits.
    let (outcome, printed) = find(&world).await;
    assert_ne!(outcome.exit, Exit::Queued);
    assert!(!printed.contains("\"event\":\"outbox\""), "{printed}");
    world
        .start_registry(ServeConfig::default())
        .await
        .expect("back");
    let (outcome, printed) = find(&world).await;
    assert_eq!(outcome.exit, Exit::Done, "{}", outcome.detail);
    assert!(printed.contains("\"event\":\"outbox\""), "{printed}");
    assert!(only(&world, 1).await.suspended().is_some(), "it was sent");
    assert!(world.station.store().outbox().expect("read").is_empty());
    let (_, printed) = find(&world).await;
    assert!(!printed.contains("\"event\":\"outbox\""), "{printed}");
}

/// Carries out `person find`.
async fn find(world: &World) -> (Outcome, String) {
    let (paper, output) = paper();
    let find = PersonCommand::Find {
        text: "person".to_owned(),
    };
    let command = StationCommand::Person(&find);
    let station = Arc::clone(&world.station);
    let outcome = commands::run(station, command, output, Stopper::default()).await;
    (outcome, paper.text())
}
