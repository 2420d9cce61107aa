//! The kiosk in a pseudo-terminal: whatever ends it, the terminal is as it was before.
//!
//! Each test starts this test binary again, in a pseudo-terminal, with one of the ignored tests below as the program.

#[path = "../../../tests/terminal/seat.rs"]
mod seat;

use std::io::{Read, Write, stdout};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use portable_pty::CommandBuilder;
use tokio::sync::mpsc;

use crate::domain::models::Models;
use crate::station::face::Update;
use crate::text::Language;
use crate::tui::scenes::cast;
use crate::tui::terminal::Screen;
use crate::tui::{TuiConfig, TuiIo, run};
use seat::Seat;

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
        .draw(|buf| {
            buf.set_string(0, 0, "drawn before", ratatui::style::Style::new());
            ratatui::layout::Position::ORIGIN
        })
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
        .draw(|buf| {
            buf.set_string(0, 0, "still drawing", ratatui::style::Style::new());
            ratatui::layout::Position::ORIGIN
        })
        .expect("drawn");
    let mut byte = [0];
    std::io::stdin().read_exact(&mut byte).expect("a key");
}

fn start(program: &str) -> Seat {
    let mut command = CommandBuilder::new(std::env::current_exe().expect("this binary"));
    command.args([
        "--ignored",
        "--exact",
        "--nocapture",
        &format!("tui::tests::terminal::{program}"),
    ]);
    Seat::start(command, (80, 24))
}

#[test]
fn the_operator_leaves_and_the_terminal_is_as_it_was() {
    let mut seat = start("program_kiosk");
    seat.until_shown("Put your own security key into a slot");
    seat.assert_taken_over();
    seat.press("\u{11}");
    seat.until_shown("the kiosk ended: true");
    seat.assert_given_back();
    let screen = seat.screen().contents();
    assert!(!screen.contains("security key"), "{screen}");
}

#[test]
fn a_signal_ends_the_kiosk_and_the_terminal_is_as_it_was() {
    for signal in ["TERM", "HUP", "INT"] {
        let mut seat = start("program_kiosk");
        seat.until_shown("Put your own security key into a slot");
        seat.signal(signal);
        seat.until_shown("the kiosk ended: true");
        seat.assert_given_back();
    }
}

#[test]
fn a_station_that_ends_takes_the_kiosk_with_it_and_the_terminal_is_as_it_was() {
    let mut seat = start("program_kiosk_without_a_station");
    seat.until_shown("the station stopped working");
    seat.assert_given_back();
}

#[test]
fn a_panic_of_the_kiosk_gives_the_terminal_back_before_it_says_why() {
    let mut seat = start("program_kiosk_that_panics");
    seat.until_shown("drawn before");
    seat.press("x");
    seat.until_shown("the kiosk broke");
    assert!(!seat.screen().alternate_screen(), "the message can be read");
    seat.assert_given_back();
}

#[test]
fn a_panic_of_another_thread_is_not_written_into_the_picture() {
    let mut seat = start("program_station_thread_that_panics");
    seat.until_shown("still drawing");
    assert!(seat.screen().alternate_screen());
    let screen = seat.screen().contents();
    assert!(!screen.contains("must not be drawn"), "{screen}");
    seat.press("x");
    seat.assert_given_back();
}

#[test]
fn a_resized_window_is_drawn_anew_at_its_size() {
    let mut seat = start("program_kiosk");
    seat.until_shown("Put your own security key into a slot");
    seat.resize(100, 30);
    seat.until("the foot on the last row", |screen| {
        screen
            .rows(0, 100)
            .nth(29)
            .is_some_and(|row| row.contains("F1 help"))
    });
    seat.press("\u{11}");
    seat.assert_given_back();
}
