//! `keydesk visit lend`, as somebody types it.

use std::time::Duration;

use keydesk::cli::args::{Arguments, Command, VisitCommand};
use keydesk::cli::commands::{self, StationCommand};
use keydesk::cli::output::{Exit, Outcome};
use keydesk::station::stopper::Stopper;

use super::*;
use crate::headless::{fd_of, paper, pin_file};

fn command(arguments: &[&str]) -> Option<VisitCommand> {
    let line = ["keydesk", "visit", "lend"].iter().chain(arguments);
    let line: Vec<std::ffi::OsString> = line.map(std::ffi::OsString::from).collect();
    match keydesk::cli::args::parse(&line) {
        Ok(Arguments {
            command: Some(Command::Visit(command)),
            ..
        }) => Some(command),
        Ok(_) => panic!("another command"),
        Err(_) => None,
    }
}

const WHO: [&str; 4] = ["--person", "p-1", "--identified-by", "passport:7K31"];

/// Carries out `visit lend`, with the second one's PIN and that of the key that is lent: the outcome, and everything that was printed.
async fn run(desks: &Desks, arguments: &[&str]) -> (Outcome, String) {
    desks.world.station.keep_session().expect("kept");
    let pins = pin_file(&[OPERATOR_PIN, PIN]);
    let fd = fd_of(&pins).to_string();
    let mut line = WHO.to_vec();
    line.extend(arguments);
    line.extend(["--second-key", SECOND_SLOT, "--key", SLOT, "--pin-fd", &fd]);
    let (paper, output) = paper();
    let command = command(&line).expect("understood");
    let station = Arc::clone(&desks.world.station);
    let command = StationCommand::Visit(&command);
    let run = commands::run(station, command, output, Stopper::default());
    let ended = tokio::time::timeout(Duration::from_secs(40), run).await;
    (ended.expect("ends by itself"), paper.text())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_lent_by_its_command_for_as_many_days_as_are_said() {
    let desks = Desks::new(1).await;
    desks.forgotten(1).await;
    let second = desks.second.as_str().to_owned();
    let (outcome, printed) = run(&desks, &["--days", "3", "--second", &second]).await;
    assert_eq!(outcome.exit, Exit::Done, "{}", outcome.detail);
    assert_eq!(outcome.code, "lent");
    assert_eq!(outcome.facts["person"], "p-1");
    assert_eq!(outcome.facts["push"], "accepted");
    let until = outcome.facts["until"].as_str().expect("a time");
    assert!(outcome.detail.contains(until), "{}", outcome.detail);
    assert!(printed.contains("S. Econd"), "what was signed: {printed}");
    assert!(!printed.contains(OPERATOR_PIN) && !printed.contains(PIN));
    let keys = desks.keys_of(1).await;
    let loan = keys.iter().find_map(|key| key.held.lent_until);
    assert_eq!(loan.expect("lent").to_string(), until);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_one_who_is_signed_in_does_not_stand_by_it_and_more_than_five_days_are_no_loan() {
    let desks = Desks::new(1).await;
    desks.forgotten(1).await;
    let me = desks.world.station.operator().expect("signed in").id;
    let (outcome, _) = run(&desks, &["--second", me.as_str()]).await;
    assert_eq!(outcome.exit, Exit::Refused, "{}", outcome.detail);
    assert!(
        outcome.detail.contains("another human"),
        "{}",
        outcome.detail
    );
    assert_eq!(lent(&desks.keys_of(1).await), 0);
    for wrong in [
        &["--days", "6", "--second", "op-1"][..],
        &["--days", "0", "--second", "op-1"],
        &["--days", "1"],
        &["--second", "op-1", "--administrator", "p-2"],
    ] {
        let mut line = WHO.to_vec();
        line.extend(wrong);
        assert!(command(&line).is_none(), "{wrong:?}");
    }
}
