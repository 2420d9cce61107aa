//! What drawing costs: one frame of a large screen, and the bytes that a countdown sends to the terminal.

use std::time::{Duration, Instant};

use keydesk::program::demo::world::OPERATOR_PIN;

use super::Fallible;
use super::cold_start::PROGRAM;
use super::operator::{self, Touch};
use super::report::{Figure, Report, count, median, ms, percentile};
use super::seat::{LARGE, SMALL, Seat, Size};

/// Frames that are measured, after those that warm everything up.
const FRAMES: usize = 1000;
const WARM_UP: usize = 50;

/// Live slots.
const SLOTS: u16 = 16;

/// The time for a frame wanted at most, in milliseconds.
const GOAL_MS: f64 = 2.0;

/// One frame of a screen that shows sixty a second, in milliseconds.
const ONE_FRAME_MS: f64 = 1000.0 / 60.0;

/// How long bytes are counted.
const COUNTED: Duration = Duration::from_secs(5);

/// Measures frames in memory, then the demonstration on a terminal.
pub fn run(report: &mut Report) -> Fallible<()> {
    let (columns, rows) = LARGE;
    let frames = draw(keydesk::tui::frames(columns, rows, SLOTS));
    report.figure(&Figure {
        what: &format!("home at 200×60, {SLOTS} live slots, drawn into a buffer"),
        value: median(frames.iter().copied()),
        unit: "ms",
        goal: Some(GOAL_MS),
    })?;
    let slow = percentile(frames, 0.99);
    report.note("… 99 of 100 are below", slow, "ms")?;
    for (what, (columns, rows)) in [
        ("a QR code made and drawn at 80×24", SMALL),
        ("a QR code made and drawn at 200×60", LARGE),
    ] {
        let frames = draw(keydesk::tui::scan_frames(columns, rows));
        report.figure(&Figure {
            what,
            value: median(frames.iter().copied()),
            unit: "ms",
            goal: Some(ONE_FRAME_MS),
        })?;
        let slow = percentile(frames, 0.99);
        report.note("… 99 of 100 are below", slow, "ms")?;
    }
    for (what, size) in [
        (
            "a touch counts down at 80×24, written to the terminal",
            SMALL,
        ),
        (
            "a touch counts down at 200×60, written to the terminal",
            LARGE,
        ),
    ] {
        report.note(what, bytes_a_second(size)?, "bytes/s")?;
    }
    Ok(())
}

/// Milliseconds that each frame takes.
fn draw(mut frame: impl FnMut() -> usize) -> Vec<f64> {
    let mut timed = || {
        let start = Instant::now();
        std::hint::black_box(frame());
        ms(start.elapsed())
    };
    for _ in 0..WARM_UP {
        timed();
    }
    (0..FRAMES).map(|_| timed()).collect()
}

/// What the demonstration writes while a key blinks.
fn bytes_a_second(size: Size) -> Fallible<f64> {
    let mut seat = Seat::start(PROGRAM, &["demo"], size)?;
    operator::sign_in(&mut seat, OPERATOR_PIN, Touch::ByKey)?;
    operator::enrol_until_touch(&mut seat, "p.example@")?;
    let written = operator::watch_touch(&mut seat, COUNTED)?;
    seat.end()?;
    Ok(count(written) / COUNTED.as_secs_f64())
}
