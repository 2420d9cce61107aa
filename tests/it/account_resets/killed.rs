//! The station as the real program that is killed (SIGKILL) at any moment while it carries a reset out. How often: `KEYDESK_KILLS`.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::begun::is_recorded_once_at;
use super::*;
use crate::registry::killed::rounds;

/// Longer than the program takes to carry one out.
const WITHIN_MS: u64 = 1500;

fn program(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keydesk"));
    command
        .env_remove("KEYDESK_LOG")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .arg("--json")
        .arg("--data")
        .arg(data)
        .args(arguments);
    command
}

/// Runs it to its end; what it printed, line by line.
fn ran(data: &Path, arguments: &[&str]) -> Vec<Value> {
    let output = program(data, arguments).output().expect("runs");
    let said = said(&output);
    assert!(output.status.success(), "{arguments:?}: {said:?}");
    said
}

fn said(output: &Output) -> Vec<Value> {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

/// What is unfinished there.
fn unfinished(data: &Path) -> Vec<String> {
    let listed = ran(data, &["unfinished", "list"]).into_iter();
    let items = listed.filter(|line| line["event"] == "unfinished");
    items
        .map(|line| {
            assert_eq!(line["item"]["work"], "person", "{line}");
            line["item"]["id"].as_str().expect("an id").to_owned()
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn whenever_the_station_is_killed_it_knows_what_it_began_and_the_account_is_reset_once() {
    let rounds = usize::try_from(rounds()).expect("few");
    let service = Service::new(rounds).await;
    let mut resets = Vec::new();
    for n in 1..=rounds {
        service.stolen(n).await;
        let reset = ask(&service.one, &person(n)).await.expect("asked for");
        release(&service.two, reset).await.expect("released");
        resets.push(reset);
    }
    service.one.station.keep_session().expect("kept");
    let Service { one, two, .. } = service;
    let one = one.vacate();
    let data = one.data.as_path();
    for (n, reset) in (1..).zip(&resets) {
        let id = reset.to_string();
        let whose = person(n).to_string();
        let carry_out = [
            "reset",
            "carry-out",
            &id,
            "--person",
            &whose,
            "--identified-by",
            "passport:7K31",
        ];
        let mut child = program(data, &carry_out).spawn().expect("starts");
        let nth = u64::try_from(n).expect("few") - 1;
        let rounds = u64::try_from(rounds).expect("few");
        let killed_at =
            Instant::now() + Duration::from_millis(WITHIN_MS * (2 * nth + 1) / (2 * rounds));
        tokio::time::sleep_until(killed_at.into()).await;
        child.kill().expect("killed, or over");
        child.wait().expect("over");
        for intent in unfinished(data) {
            ran(data, &["unfinished", "resolve", &intent]);
        }
        assert!(unfinished(data).is_empty());
        ran(data, &carry_out);
        is_recorded_once_at(data, *reset, &format!("killed {nth} of {rounds}"));
        let detail = two.station.person(&person(n)).await.expect("a person");
        assert_eq!(detail.held_on_keys().count(), 0);
    }
}
