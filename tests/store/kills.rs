//! SIGKILL at any moment, opening included: what was acknowledged is there, in order, and the chain is whole.
//!
//! The victim is this test program itself, run again as `kills::victim`. It prints a line for every record that was acknowledged.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use keydesk::record::Record;
use keydesk::store::{Settings, Store, audit};
use tempfile::tempdir;

use crate::fixture::enrolment;
use crate::history::{asked, told};

const SMALL: Settings = Settings {
    segment_bytes: 32 << 10,
    flush_every: 9,
    reserve_bytes: 4 << 10,
    room_bytes: 4 << 10,
};

/// The record that is number `sequence` in the victim's life.
fn record_number(sequence: u64) -> Record {
    let index = usize::try_from(sequence - 1).unwrap();
    enrolment(u32::try_from(index / 5 + 1).unwrap()).swap_remove(index % 5)
}

/// Commits without end; killed from outside.
#[test]
#[ignore = "the victim of the kill test and of tests/powercut; wants KEYDESK_VICTIM_DIR"]
fn victim() {
    let dir = std::env::var_os("KEYDESK_VICTIM_DIR").expect("run by the kill test");
    let store = Store::open_with(Path::new(&dir), SMALL).unwrap();
    loop {
        let committed = store
            .commit(&record_number(store.head().sequence + 1))
            .unwrap();
        eprintln!("acknowledged {} {}", committed.sequence, committed.hash);
    }
}

/// Verifies a store that a victim left: `KEYDESK_VICTIM_ACKS` holds what it printed.
#[test]
#[ignore = "run by tests/powercut; wants KEYDESK_VICTIM_DIR and KEYDESK_VICTIM_ACKS"]
fn verdict() {
    let dir = std::env::var_os("KEYDESK_VICTIM_DIR").expect("run by tests/powercut");
    let acks = std::env::var_os("KEYDESK_VICTIM_ACKS").expect("run by tests/powercut");
    let lines = std::fs::read_to_string(acks).unwrap();
    let records = check(
        Path::new(&dir),
        &lines
            .lines()
            .filter_map(acknowledgement)
            .collect::<Vec<_>>(),
    );
    eprintln!("{records} records, all that was acknowledged among them");
}

/// Sequence number and hash. A line that the kill cut off counts as not heard.
fn acknowledgement(line: &str) -> Option<(u64, String)> {
    let (sequence, hash) = line.strip_prefix("acknowledged ")?.split_once(' ')?;
    (hash.len() == 64).then(|| (sequence.parse().unwrap(), hash.to_owned()))
}

fn check(dir: &Path, acknowledged: &[(u64, String)]) -> u64 {
    // A running station is audited in this state, so before the store is opened and anything is cut off.
    if dir.join("journal/00000001.kdj").exists() {
        let audit = audit::verify(dir).unwrap();
        let last = acknowledged.last().map_or(0, |(sequence, _)| *sequence);
        assert!(
            audit.records >= last,
            "{} of {last} acknowledged records",
            audit.records
        );
    }
    let store = Store::open_with(dir, SMALL).unwrap();
    let entries: Vec<_> = audit::records(dir)
        .unwrap()
        .map(|entry| entry.unwrap())
        .collect();
    for (sequence, hash) in acknowledged {
        let entry = entries
            .get(usize::try_from(*sequence - 1).unwrap())
            .unwrap_or_else(|| panic!("record {sequence}, acknowledged, is missing"));
        assert_eq!((entry.sequence, &entry.hash.to_string()), (*sequence, hash));
    }
    let records: Vec<_> = entries.into_iter().map(|entry| entry.record).collect();
    for (record, sequence) in records.iter().zip(1..) {
        assert_eq!(*record, record_number(sequence), "record {sequence}");
    }
    assert_eq!(asked(&store), told(&records));
    store.head().sequence
}

#[test]
fn nothing_acknowledged_is_lost_to_kills_at_any_moment() {
    let rounds: u32 = std::env::var("KEYDESK_KILLS").map_or(40, |text| text.parse().unwrap());
    let root = tempdir().unwrap();
    let mut acknowledged = Vec::new();
    let (mut while_opening, mut records) = (0, 0);
    let mut opening = Duration::from_millis(50);
    for round in 0..rounds {
        let dir = root.path().join((round / 20).to_string());
        if round % 20 == 0 {
            acknowledged.clear();
        }
        let (mut victim, heard) = start(&dir);
        let began = Instant::now();
        // Every other kill falls into starting and opening, the rest into committing.
        let fraction = f64::from(round * 7 % 20) / 20.0;
        if round % 2 == 0 {
            std::thread::sleep(opening.mul_f64(fraction));
        } else {
            acknowledged.push(heard.recv().expect("the victim commits"));
            opening = began.elapsed();
            std::thread::sleep(Duration::from_millis(60).mul_f64(fraction));
        }
        victim.kill().unwrap();
        victim.wait().unwrap();
        let rest: Vec<_> = heard.iter().collect();
        while_opening += u32::from(round % 2 == 0 && rest.is_empty());
        acknowledged.extend(rest);
        if dir.exists() {
            records = check(&dir, &acknowledged).max(records);
        }
    }
    eprintln!(
        "{rounds} kills, {while_opening} of them while opening, stores of up to {records} records"
    );
    assert!(
        records > 20,
        "the victims got nowhere, so nothing was tried"
    );
    assert!(while_opening > 0, "no kill fell into opening");
}

/// A victim at work in `dir`, and what it acknowledges.
fn start(dir: &Path) -> (Child, Receiver<(u64, String)>) {
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kills::victim", "--ignored", "--nocapture"])
        .env("KEYDESK_VICTIM_DIR", dir)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(victim.stderr.take().unwrap()).lines();
    let (heard, hear) = channel();
    std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            if let Some(acknowledgement) = acknowledgement(&line)
                && heard.send(acknowledgement).is_err()
            {
                return;
            }
        }
    });
    (victim, hear)
}
