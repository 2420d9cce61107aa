//! Runs without a screen, at a real station with software keys: how long they wait, where PINs come from, how they end.

use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use keydesk::bay::soft::{Profile, SoftKey, TouchPolicy};
use keydesk::cli::args::{CodeSource, EnrolArguments, KeyChoice, PersonCommand, ProofArguments};
use keydesk::cli::commands::{self, StationCommand};
use keydesk::cli::face::HeadlessFace;
use keydesk::cli::output::{Exit, Outcome, Output};
use keydesk::domain::{PersonId, Pin, UsbPath};
use keydesk::program::demo::world::World;
use keydesk::station::desk::Face;
use keydesk::station::stopper::Stopper;
use keydesk::workflow::dialogue::{Answer, Question};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use rustix::termios::{LocalModes, tcgetattr};

use crate::scenarios::{SLOT, answering, world};

const OTHER_SLOT: &str = "1-1.3";
const OPERATOR_SLOT: &str = "1-1.1";

/// Longer than any run here may last, with other tests beside it.
const LONG: Duration = Duration::from_secs(40);

#[derive(Clone, Default)]
pub struct Paper(Arc<Mutex<Vec<u8>>>);

impl Paper {
    pub fn text(&self) -> String {
        let bytes = self.0.lock().expect("whole").clone();
        String::from_utf8(bytes).expect("utf-8")
    }

    async fn until_shown(&self, what: &str) {
        let shown = async {
            while !self.text().contains(what) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let waited = tokio::time::timeout(LONG, shown).await;
        waited.unwrap_or_else(|_| panic!("{what:?} was not shown: {}", self.text()));
    }
}

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("whole").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

pub fn paper() -> (Paper, Arc<Output>) {
    let paper = Paper::default();
    let output = Output::new(true, Box::new(paper.clone()));
    (paper, Arc::new(output))
}

/// Two PINs, one a line.
fn pins() -> std::fs::File {
    pin_file(&["2468-old", "1357-new"])
}

/// PINs, one a line.
pub fn pin_file(pins: &[&str]) -> std::fs::File {
    let mut file = tempfile::tempfile().expect("a file");
    for pin in pins {
        writeln!(file, "{pin}").expect("written");
    }
    file
}

pub fn fd_of(file: &std::fs::File) -> u32 {
    u32::try_from(file.as_raw_fd()).expect("not negative")
}

fn manual(serial: &str) -> SoftKey {
    let profile = Profile::yubikey_5_nfc().with_serial(serial);
    SoftKey::new(profile.with_touch(TouchPolicy::Manual))
}

async fn enrol(world: &World, key: Option<&str>, wait: u64, output: Arc<Output>) -> Outcome {
    enrol_by(world, "passport:7K31", key, wait, output).await
}

async fn enrol_by(
    world: &World,
    identified_by: &str,
    key: Option<&str>,
    wait: u64,
    output: Arc<Output>,
) -> Outcome {
    let pins = pins();
    let arguments = EnrolArguments {
        person: PersonId::new("p-1"),
        identified_by: identified_by.parse().expect("an identification"),
        proof: ProofArguments::default(),
        codes: CodeSource::default(),
        key: KeyChoice {
            key: key.map(str::to_owned),
            pin_fd: Some(fd_of(&pins)),
            wait,
        },
    };
    answering(world).await;
    // A command takes up the session that the last one kept.
    world.station.keep_session().expect("kept");
    let command = StationCommand::Enrol(&arguments);
    let station = Arc::clone(&world.station);
    let run = commands::run(station, command, output, Stopper::default());
    let ended = tokio::time::timeout(LONG, run).await;
    ended.expect("a run without a screen ends by itself")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_help_desk_that_only_states_who_it_is_enrols_nobody_and_the_key_stays_as_it_was() {
    let world = world(1).await;
    let key = SoftKey::new(Profile::yubikey_5_nfc().with_touch(TouchPolicy::Auto));
    world.rack.put(SLOT, &key);
    let said = "statement:standby keys for safe 3";
    let outcome = enrol_by(&world, said, Some(SLOT), 20, paper().1).await;
    assert_eq!(outcome.exit, Exit::Refused, "{outcome:?}");
    assert_eq!(outcome.code, "not-allowed");
    assert!(outcome.detail.contains("station administrator"));
    assert!(key.credentials().is_empty());
    assert!(world.station.store().unfinished().expect("read").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_pulled_and_not_put_back_ends_the_run_with_exit_code_four() {
    let world = world(1).await;
    world.rack.put(SLOT, &manual("A"));
    let (paper, output) = paper();
    let pulling = async {
        paper.until_shown("\"event\":\"touch\"").await;
        world.rack.pull(&UsbPath::new(SLOT));
    };
    let (outcome, ()) = tokio::join!(enrol(&world, Some(SLOT), 4, output), pulling);
    assert_eq!(outcome.exit, Exit::Key, "{outcome:?}");
    assert!(outcome.detail.contains("pulled"), "{outcome:?}");
    let text = paper.text();
    let ended = text.lines().find(|line| line.contains("\"ended\""));
    let ended = ended.expect("the end is told");
    assert!(!ended.contains("\"cancelled\""), "{ended}");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_keys_of_which_none_is_touched_end_the_run_with_exit_code_four() {
    let world = world(1).await;
    world.rack.pull(&UsbPath::new(OPERATOR_SLOT));
    world.rack.put(SLOT, &manual("A"));
    world.rack.put(OTHER_SLOT, &manual("B"));
    let outcome = enrol(&world, None, 2, paper().1).await;
    assert_eq!(outcome.exit, Exit::Key, "{outcome:?}");
    assert!(outcome.detail.contains("Nobody touched"), "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_serial_number_of_two_keys_is_refused_and_both_are_named() {
    let world = world(1).await;
    world.rack.put(SLOT, &manual("TWIN"));
    world.rack.put(OTHER_SLOT, &manual("TWIN"));
    let outcome = enrol(&world, Some("TWIN"), 10, paper().1).await;
    assert_eq!(outcome.exit, Exit::Usage, "{outcome:?}");
    assert_eq!(outcome.code, "several-keys");
    for place in [SLOT, OTHER_SLOT] {
        assert!(outcome.detail.contains(place), "{outcome:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_policy_refuses_is_exit_code_three() {
    let world = world(1).await;
    let outcome = enrol(&world, Some(OPERATOR_SLOT), 10, paper().1).await;
    assert_eq!(outcome.exit, Exit::Refused, "{outcome:?}");
    assert_eq!(outcome.code, "key-refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enrolment_ends_with_what_the_person_must_know() {
    let world = world(1).await;
    let profile = Profile::yubikey_5_nfc().with_touch(TouchPolicy::Auto);
    world.rack.put(SLOT, &SoftKey::new(profile));
    let outcome = enrol(&world, Some(SLOT), 30, paper().1).await;
    assert_eq!(outcome.exit, Exit::Done, "{outcome:?}");
    for fact in ["The PIN is theirs alone", "remote desktop", "second key"] {
        assert!(outcome.detail.contains(fact), "{outcome:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_pin_is_the_first_line_the_new_one_the_second_and_the_last_attempt_is_not_spent() {
    let world = world(1).await;
    world.rack.put(SLOT, &manual("A"));
    answering(&world).await;
    let keys = world.station.slots().keys();
    let mut key = keys.into_iter().next().expect("a key in the bay");
    key.pin_set = Some(true);
    let file = pins();
    let choice = KeyChoice {
        pin_fd: Some(fd_of(&file)),
        wait: 10,
        ..KeyChoice::default()
    };
    let face = HeadlessFace::new(paper().1, choice, None, None, Stopper::default());
    let current = |retries| Question::CurrentPin {
        key: key.clone(),
        retries,
        wrong: false,
    };
    let is = |answer: Answer, pin: &str| match answer {
        Answer::Pin(typed) => typed.matches(&Pin::new(pin, 0).expect("a PIN")),
        _ => false,
    };
    let last = face.ask(current(Some(1))).await;
    assert!(
        last.err()
            .expect("refused")
            .to_string()
            .contains("one attempt")
    );
    assert!(is(
        face.ask(current(Some(8))).await.expect("a PIN"),
        "2468-old"
    ));
    let new = Question::NewPin {
        key: key.clone(),
        min_length: 4,
        refused: None,
    };
    assert!(is(face.ask(new).await.expect("a PIN"), "1357-new"));
    assert!(is(
        face.ask(current(Some(8))).await.expect("a PIN"),
        "1357-new"
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_pin_that_anybody_tries_first_is_refused_whoever_types_it() {
    let world = world(1).await;
    world.rack.put(SLOT, &manual("A"));
    answering(&world).await;
    let key = world.station.slots().keys().remove(0);
    let file = pin_file(&["123456"]);
    let choice = KeyChoice {
        pin_fd: Some(fd_of(&file)),
        ..KeyChoice::default()
    };
    let face = HeadlessFace::new(paper().1, choice, None, None, Stopper::default());
    let new = Question::NewPin {
        key,
        min_length: 6,
        refused: None,
    };
    let refused = face.ask(new).await.err().expect("refused").to_string();
    assert!(refused.contains("many people choose"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_ends_a_command_that_needs_no_key() {
    let world = world(1).await;
    let stopper = Stopper::default();
    stopper.stop();
    let find = PersonCommand::Find {
        text: "person".to_owned(),
    };
    let command = StationCommand::Person(&find);
    let station = Arc::clone(&world.station);
    let outcome = commands::run(station, command, paper().1, stopper).await;
    assert_eq!(outcome.exit, Exit::Cancelled, "{outcome:?}");
}

#[test]
fn control_c_at_a_secret_prompt_ends_the_command_and_gives_the_echo_back() {
    let pair = native_pty_system()
        .openpty(PtySize::default())
        .expect("a pseudo-terminal");
    let tty = pair.master.tty_name().expect("a name");
    let tty = std::fs::File::open(tty).expect("the terminal opens");
    let echoes = || {
        let modes = tcgetattr(&tty).expect("modes").local_modes;
        modes.contains(LocalModes::ECHO)
    };
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_keydesk"));
    command.args([
        "station",
        "join",
        "--registry",
        "http://127.0.0.1:9",
        "--data",
    ]);
    command.arg(folder.path().join("station"));
    let mut child = pair.slave.spawn_command(command).expect("it starts");
    let mut shown = pair.master.try_clone_reader().expect("a reader");
    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).contains("one-time code: ") {
        let mut bytes = [0; 64];
        let count = shown.read(&mut bytes).expect("the prompt");
        seen.extend_from_slice(bytes.get(..count).expect("what was read"));
    }
    assert!(!echoes(), "the code would be shown");
    let mut keyboard = pair.master.take_writer().expect("a writer");
    keyboard.write_all(b"\x03").expect("typed");
    let status = child.wait().expect("it ends");
    assert_eq!(status.exit_code(), u32::from(Exit::Cancelled.code()));
    assert!(echoes(), "the terminal stays silent");
}
