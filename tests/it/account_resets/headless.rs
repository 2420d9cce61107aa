//! `keydesk reset …` at two stations, as somebody types it.

use std::time::Duration;

use keydesk::cli::args::{Arguments, Command, ResetCommand};
use keydesk::cli::commands::{self, StationCommand};
use keydesk::cli::output::{Exit, Outcome};
use keydesk::station::stopper::Stopper;

use super::*;
use crate::headless::{fd_of, paper, pin_file};

fn command(arguments: &[&str]) -> Option<ResetCommand> {
    let line = ["keydesk", "reset"].iter().chain(arguments);
    let line: Vec<std::ffi::OsString> = line.map(std::ffi::OsString::from).collect();
    match keydesk::cli::args::parse(&line) {
        Ok(Arguments {
            command: Some(Command::Reset(command)),
            ..
        }) => Some(command),
        Ok(_) => panic!("another command"),
        Err(_) => None,
    }
}

/// Carries out `reset …` with the agent's own key and its PIN: the outcome, and everything that was printed.
async fn run(world: &World, arguments: &[&str], signs: bool) -> (Outcome, String) {
    run_with(
        world,
        arguments,
        signs.then_some((OPERATOR_SLOT, OPERATOR_PIN)),
    )
    .await
}

/// The same with the key in that slot and its PIN.
pub(super) async fn run_with(
    world: &World,
    arguments: &[&str],
    key: Option<(&str, &str)>,
) -> (Outcome, String) {
    world.station.keep_session().expect("kept");
    let pins = pin_file(&[key.map_or(OPERATOR_PIN, |(_, pin)| pin)]);
    let fd = fd_of(&pins).to_string();
    let mut arguments = arguments.to_vec();
    if let Some((slot, _)) = key {
        arguments.extend(["--key", slot, "--pin-fd", &fd]);
    }
    let (paper, output) = paper();
    let command = command(&arguments).expect("understood");
    let station = Arc::clone(&world.station);
    let command = StationCommand::Reset(&command);
    let run = commands::run(station, command, output, Stopper::default());
    let ended = tokio::time::timeout(Duration::from_secs(40), run).await;
    (ended.expect("ends by itself"), paper.text())
}

const BY: &str = "passport:7K31";

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_is_asked_for_shown_released_and_carried_out_by_its_commands() {
    let service = Service::new(1).await;
    service.stolen(1).await;
    let request = [
        "request",
        "--person",
        "p-1",
        "--identified-by",
        BY,
        "--reason",
        "stolen",
        "--remark",
        "bag stolen",
        "--ticket",
        "T-7",
    ];
    let (outcome, printed) = run(&service.one, &request, true).await;
    assert_eq!(outcome.exit, Exit::Done, "{}", outcome.detail);
    assert_eq!(outcome.code, "reset-asked");
    let next = format!(
        "keydesk reset release {} --last-name ",
        outcome.facts["reset"].as_str().unwrap_or("?")
    );
    assert!(outcome.detail.contains(&next), "{}", outcome.detail);
    // What was signed stands on the paper, with nothing that could be used by who reads it.
    assert!(
        printed.contains("bag stolen") && printed.contains("T-7"),
        "{printed}"
    );
    assert!(!printed.contains(OPERATOR_PIN), "{printed}");
    let reset = outcome.facts["reset"]
        .as_str()
        .expect("its name")
        .to_owned();

    let (outcome, printed) = run(&service.two, &["list"], false).await;
    assert_eq!(outcome.facts["open"], 1);
    assert!(
        printed.contains(&reset) && printed.contains("Zoë Person"),
        "{printed}"
    );
    let (outcome, _) = run(&service.two, &["show", &reset], false).await;
    assert_eq!(outcome.facts["state"], "requested");
    // What the requester wrote can't be taken for what the registry says.
    for line in [
        "in the words of A. Gent: “bag stolen”",
        "ticket: T-7",
        "would be deleted: ",
    ] {
        let is_there = outcome.detail.lines().any(|said| said.starts_with(line));
        assert!(is_there, "{line}: {}", outcome.detail);
    }
    let fact = outcome
        .detail
        .lines()
        .find(|line| line.contains("was last used on"));
    assert!(
        fact.is_some_and(|line| line.starts_with("registry: ")),
        "{}",
        outcome.detail
    );

    let own = ["release", &reset, "--last-name", "Person"];
    let (outcome, _) = run(&service.one, &own, true).await;
    assert_eq!(outcome.exit, Exit::Refused, "{}", outcome.detail);
    let wrong = ["release", &reset, "--last-name", "Persen"];
    let (outcome, _) = run(&service.two, &wrong, true).await;
    assert_eq!(
        (outcome.exit, outcome.code.as_str()),
        (Exit::Usage, "name-differs")
    );
    assert!(
        outcome.detail.starts_with("--last-name"),
        "{}",
        outcome.detail
    );
    let (outcome, _) = run(&service.two, &own, true).await;
    assert_eq!(outcome.exit, Exit::Done, "{}", outcome.detail);
    assert_eq!(outcome.facts["state"], "released");

    let carry_out = [
        "carry-out",
        &reset,
        "--person",
        "p-1",
        "--identified-by",
        BY,
    ];
    let (outcome, _) = run(&service.one, &carry_out, false).await;
    assert_eq!(outcome.exit, Exit::Done, "{}", outcome.detail);
    assert_eq!(outcome.code, "account-reset");
    let next = "`keydesk enrol --person p-1 --identified-by";
    assert!(outcome.detail.contains(next), "{}", outcome.detail);
    assert_eq!(outcome.facts["deleted"][0]["sort"], "key");
    service.one.rack.put(SLOT, &fresh_key());
    let ending = enrol(&service.one, 1).await.expect("enrolled");
    assert_eq!(state_of(&ending), &PushState::Accepted);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_or_withdrawn_is_over_and_a_line_that_is_too_long_is_a_usage_error() {
    let service = Service::new(1).await;
    service.stolen(1).await;
    let request = [
        "request",
        "--person",
        "p-1",
        "--identified-by",
        BY,
        "--reason",
        "lost",
    ];
    for (by, verb, state) in [
        (&service.two, "refuse", "refused"),
        (&service.one, "withdraw", "withdrawn"),
    ] {
        let (outcome, _) = run(&service.one, &request, true).await;
        let reset = outcome.facts["reset"]
            .as_str()
            .expect("its name")
            .to_owned();
        let (outcome, _) = run(by, &[verb, &reset], false).await;
        assert_eq!(outcome.facts["state"], state, "{}", outcome.detail);
        let late = ["release", &reset, "--last-name", "Person"];
        let (outcome, _) = run(&service.two, &late, true).await;
        assert_eq!(outcome.exit, Exit::Refused, "{}", outcome.detail);
    }
    let long = "x".repeat(201);
    for wrong in [
        vec!["show", "not-an-id"],
        [&request[..], &["--remark", &long]].concat(),
        [&request[..], &["--remark", "two\nlines"]].concat(),
        [&request[..5], &["--reason", "because"]].concat(),
    ] {
        assert!(command(&wrong).is_none(), "{wrong:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn for_somebody_who_is_away_both_ways_are_said_and_for_how_long() {
    let service = away::service(1).await;
    service.stolen(1).await;
    let request = [
        "request",
        "--person",
        "p-1",
        "--away",
        "--video",
        BY,
        "--called-back",
        "--reason",
        "lost",
    ];
    // None is a usage error, and so is a document that was seen at a desk besides.
    let without = |left_out: &str| -> Vec<&str> {
        let kept = request.iter().copied();
        kept.filter(|word| *word != left_out).collect()
    };
    for wrong in [
        without("--away"),
        vec!["request", "--person", "p-1", "--away", "--reason", "lost"],
        [&request[..], &["--identified-by", BY]].concat(),
        vec!["carry-out", "r-1", "--person", "p-1", "--days", "11"],
    ] {
        assert!(command(&wrong).is_none(), "{wrong:?}");
    }
    // One is too few where nobody answered for them.
    let (outcome, _) = run(&service.one, &without("--called-back"), true).await;
    assert_eq!(
        (outcome.exit, outcome.code.as_str()),
        (Exit::Usage, "not-called-back")
    );
    assert!(outcome.detail.contains("vouched"), "{}", outcome.detail);
    let (outcome, _) = run(&service.one, &without_video(&request), true).await;
    assert_eq!(
        (outcome.exit, outcome.code.as_str()),
        (Exit::Usage, "not-seen")
    );
    let (outcome, printed) = run(&service.one, &request, true).await;
    assert_eq!(outcome.code, "reset-asked", "{}", outcome.detail);
    assert!(printed.contains("call-back:1010"), "{printed}");
    let reset = outcome.facts["reset"].as_str().expect("a name").to_owned();
    let release = ["release", &reset, "--last-name", "Person"];
    let (outcome, _) = run(&service.two, &release, true).await;
    assert_eq!(outcome.exit, Exit::Done, "{}", outcome.detail);
    let (_, printed) = run(&service.two, &["list"], false).await;
    assert!(printed.contains("released"), "{printed}");
    let carry_out = ["carry-out", &reset, "--person", "p-1", "--days", "3"];
    let (outcome, _) = run(&service.two, &carry_out, false).await;
    assert_eq!(
        outcome.exit,
        Exit::Refused,
        "who released it: {}",
        outcome.detail
    );
    let (outcome, _) = run(&service.one, &carry_out, false).await;
    assert_eq!(outcome.exit, Exit::Done, "{}", outcome.detail);
    assert_eq!(outcome.facts["exception"]["owner"]["name"], "A. Gent");
    assert!(
        outcome.detail.contains("A. Gent answers for it"),
        "{}",
        outcome.detail
    );
    let (_, printed) = run(&service.two, &["list"], false).await;
    assert!(printed.contains("\"exception\":{\"began_at\""), "{printed}");
}

fn without_video<'a>(request: &[&'a str]) -> Vec<&'a str> {
    let kept = request.iter().copied();
    kept.filter(|word| !["--video", BY].contains(word))
        .collect()
}
