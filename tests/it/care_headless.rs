//! Care of one key without a screen: where a random PIN goes, and what a refused one leaves.

use std::io::{Read, Seek, SeekFrom, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clap::Parser;
use keydesk::bay::soft::Profile;
use keydesk::cli::args::{Arguments, CareCommand, Command, KeyCommand};
use keydesk::cli::commands::{self, StationCommand};
use keydesk::cli::output::{Exit, Outcome, Output};
use keydesk::domain::Pin;
use keydesk::program::demo::world::World;
use keydesk::station::stopper::Stopper;
use keydesk::workflow::Keys;

use crate::care_test::{ready, touching, with_pin};
use crate::scenarios::{PIN, SLOT, answering, world};

#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("whole").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Runs `keydesk key …` as at a shell, at the key in the slot; how it ended and everything that was printed.
async fn key(world: &World, line: &[&str]) -> (Outcome, String) {
    answering(world).await;
    world.station.keep_session().expect("kept");
    let place = ["--key", SLOT, "--wait", "20"];
    let words = ["keydesk", "key"].iter().chain(line).chain(&place);
    let arguments = Arguments::try_parse_from(words).unwrap_or_else(|e| panic!("{e}"));
    let Some(Command::Key(KeyCommand::Care(command))) = arguments.command else {
        panic!("not care: {line:?}");
    };
    let paper = Paper::default();
    let output = Arc::new(Output::new(true, Box::new(paper.clone())));
    let outcome = run(world, &command, output).await;
    let printed = paper.0.lock().expect("whole").clone();
    (outcome, String::from_utf8(printed).expect("utf-8"))
}

async fn run(world: &World, command: &CareCommand, output: Arc<Output>) -> Outcome {
    let station = Arc::clone(&world.station);
    let command = StationCommand::Care(command);
    let run = commands::run(station, command, output, Stopper::default());
    let ended = tokio::time::timeout(Duration::from_secs(40), run).await;
    ended.expect("it ends by itself")
}

async fn opens(world: &World, pin: &str) -> bool {
    let (mut desk, _) = ready(world).await;
    let key = desk.keys().into_iter().find(|k| k.place.as_str() == SLOT);
    let pin = Pin::new(pin, 4).expect("a PIN");
    desk.verify_pin(&key.expect("in"), &pin, keydesk::domain::key::TEST_RP_ID)
        .await
        .is_ok()
}

fn file_with(text: &str) -> std::fs::File {
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(text.as_bytes()).expect("written");
    file
}

/// The PIN in a letter: what stands in the fixed-width font.
fn pin_in(letter: &Path) -> String {
    let bytes = std::fs::read(letter).expect("a letter");
    let text = String::from_utf8_lossy(&bytes);
    let after = text.split("/F 30").nth(1).expect("the large line");
    let pin = after
        .split('(')
        .nth(1)
        .and_then(|rest| rest.split(')').next());
    pin.expect("a string").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pin_by_lot_goes_into_a_private_letter_and_nowhere_else() {
    let world = world(1).await;
    world.rack.put(SLOT, &touching(Profile::full()));
    let folder = tempfile::tempdir().expect("a folder");
    let letter = folder.path().join("pin.pdf");
    let path = letter.to_str().expect("utf-8");
    let (outcome, printed) = key(&world, &["pin", "set", "--letter", path, "--length", "10"]).await;
    assert_eq!(outcome.exit, Exit::Done, "{outcome:?}");
    let mode = std::fs::metadata(&letter)
        .expect("there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let pin = pin_in(&letter);
    assert_eq!(pin.len(), 10);
    assert!(opens(&world, &pin).await);
    assert!(!printed.contains(&pin) && !format!("{outcome:?}").contains(&pin));
    let (again, _) = key(&world, &["pin", "set", "--letter", path]).await;
    assert_eq!(again.exit, Exit::Key, "{again:?}");
    assert_eq!(pin_in(&letter), pin, "a letter never takes another's place");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_whose_pin_did_not_get_onto_the_key_is_removed_again() {
    let world = world(1).await;
    with_pin(&world, Profile::full()).await;
    let folder = tempfile::tempdir().expect("a folder");
    let letter = folder.path().join("pin.pdf");
    let path = letter.to_str().expect("utf-8");
    let old = file_with("0000-wrong\n");
    let fd = old.as_raw_fd().to_string();
    let line = ["pin", "change", "--letter", path, "--pin-fd", &fd];
    let (outcome, _) = key(&world, &line).await;
    assert_eq!(outcome.exit, Exit::Key, "{outcome:?}");
    assert!(!letter.exists());
    assert!(opens(&world, PIN).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pin_by_lot_goes_to_the_descriptor_that_was_named() {
    let world = world(1).await;
    with_pin(&world, Profile::full()).await;
    let old = file_with(&format!("{PIN}\n"));
    let mut new = tempfile::tempfile().expect("a file");
    let (old_fd, new_fd) = (old.as_raw_fd().to_string(), new.as_raw_fd().to_string());
    let line = [
        "pin",
        "change",
        "--pin-fd",
        &old_fd,
        "--new-pin-to-fd",
        &new_fd,
        "--digits",
    ];
    let (outcome, printed) = key(&world, &line).await;
    assert_eq!(outcome.exit, Exit::Done, "{outcome:?}");
    let mut pin = String::new();
    new.seek(SeekFrom::Start(0)).expect("rewound");
    new.read_to_string(&mut pin).expect("read");
    let pin = pin.trim_end();
    assert!(pin.len() == 8 && pin.bytes().all(|b| b.is_ascii_digit()));
    assert!(opens(&world, pin).await);
    assert!(!printed.contains(pin));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_and_a_list_print_their_lines_and_end_with_an_outcome() {
    let world = world(1).await;
    with_pin(&world, Profile::full()).await;
    let pins = file_with(&format!("{PIN}\n"));
    let fd = pins.as_raw_fd().to_string();
    let (outcome, printed) = key(&world, &["test", "--pin-fd", &fd]).await;
    assert_eq!(
        (outcome.exit, outcome.code.as_str()),
        (Exit::Done, "tested")
    );
    assert_eq!(
        printed.matches("\"note\":\"tested\"").count(),
        5,
        "{printed}"
    );
    let pins = file_with(&format!("{PIN}\n"));
    let fd = pins.as_raw_fd().to_string();
    let (outcome, _) = key(&world, &["credentials", "list", "--pin-fd", &fd]).await;
    assert_eq!(
        (outcome.exit, outcome.code.as_str()),
        (Exit::Done, "listed")
    );
}
