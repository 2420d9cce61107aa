//! The kiosk in a pseudo-terminal: whatever ends it, the terminal is as it was before.
//!
//! Each test starts this test binary again, in a pseudo-terminal, with one of the ignored tests below as the program.

use std::io::{Read, Write, stdout};
use std::num::NonZeroU16;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use tokio::sync::mpsc;

use crate::domain::models::Models;
use crate::station::face::Update;
use crate::text::Language;
use crate::tui::scenes::cast;
use crate::tui::terminal::Screen;
use crate::tui::{TuiConfig, TuiIo, run};

/// How long a screen may take to appear on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

fn say(what: &str) {
    let mut out = stdout();
    writeln!(out, "{what}")
        .and_then(|()| out.flush())
        .expect("a terminal");
}

fn kiosk() -> (TuiIo, mpsc::Sender<Update>) {
    let (updates, from_station) = mpsc::channel(8);
    let (commands, mut to_station) = mpsc::channel(8);
    thread::spawn(move || while to_station.blocking_recv().is_some() {});
    let models = Models::shipped().expect("the list parses");
    let io = TuiIo {
        updates: from_station,
        commands,
        config: TuiConfig::new(Language::English, models),
    };
    (io, updates)
}

#[test]
#[ignore = "a program that other tests start"]
fn program_kiosk() {
    let (io, updates) = kiosk();
    updates
        .try_send(Update::Home(Arc::new(cast::home())))
        .expect("room");
    let ended = run(io);
    say(&format!("the kiosk ended: {}", ended.is_ok()));
}

#[test]
#[ignore = "a program that other tests start"]
fn program_kiosk_without_a_station() {
    let (io, updates) = kiosk();
    thread::spawn(move || {
        updates
            .blocking_send(Update::Home(Arc::new(cast::home())))
            .expect("room");
        thread::sleep(Duration::from_millis(300));
    });
    let ended = run(io);
    say(&format!(
        "the kiosk ended: {}",
        ended.expect_err("the station has gone")
    ));
}

#[test]
#[ignore = "a program that other tests start"]
fn program_kiosk_that_panics() {
    let Ok(mut screen) = Screen::open() else {
        return;
    };
    screen
        .draw(|buf| buf.set_string(0, 0, "drawn before", ratatui::style::Style::new()))
        .expect("drawn");
    let mut byte = [0];
    std::io::stdin().read_exact(&mut byte).expect("a key");
    panic!("the kiosk broke");
}

#[test]
#[ignore = "a program that other tests start"]
fn program_station_thread_that_panics() {
    let Ok(mut screen) = Screen::open() else {
        return;
    };
    let crashed = thread::spawn(|| panic!("words that must not be drawn")).join();
    assert!(crashed.is_err());
    screen
        .draw(|buf| buf.set_string(0, 0, "still drawing", ratatui::style::Style::new()))
        .expect("drawn");
    let mut byte = [0];
    std::io::stdin().read_exact(&mut byte).expect("a key");
}

/// A program in a pseudo-terminal, and what a person in front of it sees.
struct Seat {
    master: Box<dyn MasterPty>,
    child: Box<dyn Child + Send + Sync>,
    input: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    modes_before: String,
}

impl Seat {
    fn start(program: &str) -> Self {
        let size = PtySize {
            rows: 24,
            cols: 80,
            ..PtySize::default()
        };
        let pair = native_pty_system()
            .openpty(size)
            .expect("a pseudo-terminal");
        let modes_before = modes(pair.master.as_ref());
        let mut command = CommandBuilder::new(std::env::current_exe().expect("this binary"));
        command.args([
            "--ignored",
            "--exact",
            "--nocapture",
            &format!("tui::tests::terminal::{program}"),
        ]);
        command.env("TERM", "xterm-256color");
        let child = pair.slave.spawn_command(command).expect("started");
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let (sender, output) = channel();
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                let read = bytes.get(..count).unwrap_or_default().to_vec();
                if sender.send(read).is_err() {
                    return;
                }
            }
        });
        Self {
            input: pair.master.take_writer().expect("a writer"),
            master: pair.master,
            child,
            output,
            screen: vt100::Parser::new(cells(24), cells(80), 1000),
            modes_before,
        }
    }

    /// Reads until the screen is as wanted.
    fn until(&mut self, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !wanted(self.screen.screen()) {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.screen.process(&bytes),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("never seen: {what}\n{}", self.screen.screen().contents());
                }
            }
        }
    }

    fn until_shown(&mut self, text: &str) {
        let wanted = text.to_owned();
        self.until(text, move |screen| screen.contents().contains(&wanted));
    }

    fn press(&mut self, keys: &str) {
        self.input
            .write_all(keys.as_bytes())
            .and_then(|()| self.input.flush())
            .expect("typed");
    }

    /// The program has ended: the terminal is as it was before.
    fn assert_given_back(&mut self) {
        self.child.wait().expect("ended");
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(300)) {
            self.screen.process(&bytes);
        }
        let screen = self.screen.screen();
        assert!(!screen.alternate_screen(), "{}", screen.contents());
        assert!(!screen.hide_cursor());
        assert_eq!(modes(self.master.as_ref()), self.modes_before);
    }
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).expect("at least one")
}

/// The terminal's modes, as text that can be compared.
fn modes(master: &dyn MasterPty) -> String {
    format!(
        "{:?}",
        master.get_termios().map(|modes| (
            modes.input_flags,
            modes.output_flags,
            modes.local_flags
        ))
    )
}

#[test]
fn the_operator_leaves_and_the_terminal_is_as_it_was() {
    let mut seat = Seat::start("program_kiosk");
    seat.until_shown("Put your own security key into a slot");
    assert!(seat.screen.screen().alternate_screen());
    assert_ne!(modes(seat.master.as_ref()), seat.modes_before, "raw mode");
    seat.press("\u{11}");
    seat.until_shown("the kiosk ended: true");
    seat.assert_given_back();
    let screen = seat.screen.screen().contents();
    assert!(!screen.contains("security key"), "{screen}");
}

#[test]
fn a_signal_ends_the_kiosk_and_the_terminal_is_as_it_was() {
    for signal in ["TERM", "HUP", "INT"] {
        let mut seat = Seat::start("program_kiosk");
        seat.until_shown("Put your own security key into a slot");
        let pid = seat.child.process_id().expect("a process").to_string();
        let killed = std::process::Command::new("kill")
            .args(["-s", signal, &pid])
            .status();
        assert!(killed.is_ok_and(|status| status.success()));
        seat.until_shown("the kiosk ended: true");
        seat.assert_given_back();
    }
}

#[test]
fn a_station_that_ends_takes_the_kiosk_with_it_and_the_terminal_is_as_it_was() {
    let mut seat = Seat::start("program_kiosk_without_a_station");
    seat.until_shown("the station stopped working");
    seat.assert_given_back();
}

#[test]
fn a_panic_of_the_kiosk_gives_the_terminal_back_before_it_says_why() {
    let mut seat = Seat::start("program_kiosk_that_panics");
    seat.until_shown("drawn before");
    seat.press("x");
    seat.until_shown("the kiosk broke");
    assert!(
        !seat.screen.screen().alternate_screen(),
        "the message can be read"
    );
    seat.assert_given_back();
}

#[test]
fn a_panic_of_another_thread_is_not_written_into_the_picture() {
    let mut seat = Seat::start("program_station_thread_that_panics");
    seat.until_shown("still drawing");
    assert!(seat.screen.screen().alternate_screen());
    let screen = seat.screen.screen().contents();
    assert!(!screen.contains("must not be drawn"), "{screen}");
    seat.press("x");
    seat.assert_given_back();
}

#[test]
fn a_resized_window_is_drawn_anew_at_its_size() {
    let mut seat = Seat::start("program_kiosk");
    seat.until_shown("Put your own security key into a slot");
    let larger = PtySize {
        rows: 30,
        cols: 100,
        ..PtySize::default()
    };
    seat.screen.screen_mut().set_size(cells(30), cells(100));
    seat.master.resize(larger).expect("resized");
    seat.until("the foot on the last row", |screen| {
        screen
            .rows(0, 100)
            .nth(29)
            .is_some_and(|row| row.contains("F1 help"))
    });
    seat.press("\u{11}");
    seat.assert_given_back();
}
