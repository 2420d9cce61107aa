//! The register of stock at stations: command lines as they are typed, software keys in the bay, the real registry on loopback.

use std::ffi::OsString;
use std::sync::Arc;

use keydesk::bay::soft::{Profile, SoftKey, TouchPolicy};
use keydesk::cli::args::{self, Command};
use keydesk::cli::commands::{self, StationCommand};
use keydesk::cli::output::{Exit, Outcome};
use keydesk::domain::authority::Role;
use keydesk::domain::custody::{Condition, ItemState};
use keydesk::program::demo::world::World;
use keydesk::record::EntryState;
use keydesk::station::stopper::Stopper;
use serde_json::Value;

use crate::batch;
use crate::care_test;
use crate::headless::paper;
use crate::outbox::{back, waiting};
use crate::scenarios::SLOT;

/// Types a command line at a station: its outcome, and the lines before it.
async fn typed_at(world: &World, line: &[&str]) -> (Outcome, Vec<Value>) {
    let words = std::iter::once("keydesk").chain(line.iter().copied());
    let words: Vec<OsString> = words.map(OsString::from).collect();
    let arguments = match args::parse(&words) {
        Ok(arguments) => arguments,
        Err(unparsed) => {
            unparsed.print();
            panic!("not understood: {line:?}");
        }
    };
    world.station.keep_session().expect("kept");
    let (paper, output) = paper();
    let station = Arc::clone(&world.station);
    let command = arguments.command.expect("a command");
    let command = match &command {
        Command::Stock(command) => StationCommand::Stock(command),
        Command::Place(command) => StationCommand::Place(command),
        Command::Outbox(command) => StationCommand::Outbox(command),
        other => panic!("no command of the stock: {other:?}"),
    };
    let outcome = commands::run(station, command, output, Stopper::default()).await;
    let lines = paper.text();
    let lines = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"));
    (outcome, lines.collect())
}

/// The same, where it is done.
async fn done(world: &World, line: &[&str]) -> Outcome {
    let (outcome, _) = typed_at(world, line).await;
    assert_eq!(outcome.exit, Exit::Done, "{line:?}: {outcome:?}");
    outcome
}

async fn refused(world: &World, line: &[&str]) -> String {
    let (outcome, _) = typed_at(world, line).await;
    assert_eq!(outcome.exit, Exit::Refused, "{line:?}: {outcome:?}");
    outcome.detail
}

fn item(outcome: &Outcome) -> String {
    outcome.facts["items"][0]
        .as_str()
        .expect("an item")
        .to_owned()
}

/// As an item is known at a station.
fn state(world: &World, name: &str) -> ItemState {
    world.station.item_called(name).expect("known").state
}

/// A station administrator at a station with two places and numbers for tags.
async fn stocked() -> World {
    let world = batch::world(2, Role::StationAdministrator).await;
    for (label, kind) in [("Room 1", "stock-room"), ("Drawer 2", "drawer")] {
        done(
            &world,
            &["place", "add", label, "--kind", kind, "--site", "north"],
        )
        .await;
    }
    done(&world, &["stock", "tags", "--more"]).await;
    world
}

fn key(serial: &str) -> SoftKey {
    let profile = Profile::yubikey_5_nfc().with_serial(serial);
    SoftKey::new(profile.with_touch(TouchPolicy::Auto))
}

/// A key that came out of its box and is received.
async fn received(world: &World, serial: &str) -> Outcome {
    world.rack.put(SLOT, &key(serial));
    world
        .station
        .slots()
        .settled(std::time::Duration::from_secs(5))
        .await;
    let line = [
        "stock",
        "receive",
        "--key",
        SLOT,
        "--delivery",
        "4711",
        "--at",
        "Room 1",
        "--tag",
        "next",
    ];
    let (outcome, _) = typed_at(world, &line).await;
    outcome
}

async fn expected(world: &World) {
    let model = "YubiKey 5 NFC=3";
    let line = [
        "stock",
        "delivery",
        "add",
        "4711",
        "--supplier",
        "A supplier",
        "--model",
        model,
    ];
    done(world, &line).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_box_is_received_put_away_issued_and_counted() {
    let world = stocked().await;
    expected(&world).await;
    let first = received(&world, "11110001").await;
    assert_eq!(first.exit, Exit::Done, "{first:?}");
    let second = received(&world, "11110002").await;
    assert_eq!(second.exit, Exit::Done, "{second:?}");
    let known = state(&world, "11110002");
    assert_eq!(known.condition, Condition::Spare);
    let tag = known.item.tag.expect("a tag").to_string();
    let again = received(&world, "11110002").await;
    assert_eq!(again.exit, Exit::Refused, "{again:?}");
    assert!(again.detail.contains("11110002"), "{}", again.detail);

    let (came, lines) = typed_at(&world, &["stock", "delivery", "show", "4711"]).await;
    assert_eq!(came.facts["whole"], false);
    let line = &lines[0]["item"];
    assert_eq!((&line["came"], &line["expected"]), (&2.into(), &3.into()));

    done(
        &world,
        &["stock", "move", &tag.to_lowercase(), "--to", "drawer 2"],
    )
    .await;
    let issue = [
        "stock",
        "issue",
        "11110001",
        "--person",
        "p-1",
        "--receipt",
        "Person One",
    ];
    done(&world, &issue).await;
    assert_eq!(state(&world, "11110001").condition, Condition::Issued);
    let again = refused(&world, &issue).await;
    assert!(again.contains("issued"), "{again}");

    let count = ["stock", "count", "--at", "Room 1", &tag];
    let counted = done(&world, &count).await;
    assert_eq!(counted.facts["found"].as_array().map(Vec::len), Some(1));
    assert_eq!(counted.facts["expected"], 0);
    let settled = [&count[..], &["--settle"]].concat();
    assert_eq!(done(&world, &settled).await.facts["settled"], 1);
    let (_, report) = typed_at(&world, &["stock", "report"]).await;
    let room = report.iter().find(|line| line["item"]["label"] == "Room 1");
    let counts = &room.expect("a row")["item"]["counts"];
    assert_eq!((&counts["free"], &counts["out"]), (&1.into(), &1.into()));
    done(&world, &["stock", "return", "11110001", "--at", "Room 1"]).await;
    assert_eq!(state(&world, &item(&first)).condition, Condition::Returned);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_used_or_came_in_no_delivery_is_put_in_quarantine() {
    let world = stocked().await;
    expected(&world).await;
    let profile = Profile::yubikey_5_nfc().with_serial("22220001");
    care_test::with_pin(&world, profile).await;
    world
        .station
        .slots()
        .settled(std::time::Duration::from_secs(5))
        .await;
    let line = [
        "stock",
        "receive",
        "--key",
        SLOT,
        "--delivery",
        "4711",
        "--at",
        "Room 1",
    ];
    let outcome = done(&world, &line).await;
    assert!(outcome.detail.contains("used before"), "{}", outcome.detail);
    let found = key("22220002");
    world.rack.put(SLOT, &found);
    world
        .station
        .slots()
        .settled(std::time::Duration::from_secs(5))
        .await;
    let line = ["stock", "receive", "--key", SLOT, "--at", "Room 1"];
    let why = refused(&world, &line).await;
    assert!(why.contains("takes a reason"), "{why}");
    let with_reason = [&line[..], &["--why", "it lay in a drawer"]].concat();
    done(&world, &with_reason).await;
    let state = state(&world, "22220002");
    assert_eq!(state.condition, Condition::Quarantined);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_line_the_stock_is_worked_with_and_what_moved_meanwhile_is_a_conflict_that_is_given_up()
 {
    let mut world = stocked().await;
    expected(&world).await;
    received(&world, "33330001").await;
    let other = world
        .neighbour("Help desk 2")
        .await
        .expect("another station");
    let own = key("OWN2");
    let role = Role::StationAdministrator;
    let signed_in = other.sign_in_as("N. Eighbour", role, "1-1.1", &own).await;
    signed_in.expect("signed in");
    done(&other, &["stock", "update"]).await;
    assert_eq!(state(&other, "33330001"), state(&world, "33330001"));

    world.stop_registry().await;
    let line = ["stock", "move", "33330001", "--to", "Drawer 2"];
    let (outcome, _) = typed_at(&world, &line).await;
    assert_eq!(outcome.exit, Exit::Queued, "{outcome:?}");
    assert_eq!(state(&world, "33330001").version, 2);
    let (shown, _) = typed_at(&world, &["stock", "show", "33330001"]).await;
    assert_eq!(shown.facts["item"]["ahead"], true);
    let mistyped = refused(&world, &["stock", "move", "33339999", "--to", "Drawer 2"]).await;
    assert!(mistyped.contains("33339999"), "{mistyped}");

    // Meanwhile, at the other station.
    back(&mut world).await;
    let line = ["stock", "quarantine", "33330001", "--reason", "faulty"];
    done(&other, &line).await;
    let (pushed, _) = typed_at(&world, &["outbox", "push"]).await;
    assert_eq!(pushed.exit, Exit::Refused, "{pushed:?}");
    let entries = waiting(&world);
    let [entry] = entries.as_slice() else {
        panic!("{entries:?}");
    };
    assert!(matches!(&entry.state, EntryState::Conflict { code, .. } if code == "stock-moved"));
    done(&world, &["stock", "update"]).await;
    let (shown, _) = typed_at(&world, &["stock", "show", "33330001"]).await;
    assert_eq!(shown.facts["item"]["contested"], true);
    assert_eq!(state(&world, "33330001").condition, Condition::Quarantined);
    let id = entry.id.to_string();
    done(&world, &["outbox", "resolve", &id, "withdraw"]).await;
    let (shown, _) = typed_at(&world, &["stock", "show", "33330001"]).await;
    assert_eq!(shown.facts["item"]["contested"], false);
    assert_eq!(state(&world, "33330001"), state(&other, "33330001"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_is_refused_before_anything_is_written_down() {
    let world = batch::world(1, Role::HelpDesk).await;
    let line = [
        "place", "add", "Desk 3", "--kind", "desk", "--site", "north",
    ];
    let why = refused(&world, &line).await;
    assert!(why.contains("station administrator"), "{why}");
    let line = ["stock", "move", "C000004", "--to", "Desk 3"];
    refused(&world, &line).await;
    assert!(waiting(&world).is_empty());
}
