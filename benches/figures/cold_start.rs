//! From starting the program to its first frame on a terminal.
//!
//! What any program costs here (one that does nothing, and one that writes a word to a pseudo-terminal) is measured in turn
//! with it, as the floor that no program gets below.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::report::{Figure, Report, median, ms, percentile};
use super::seat::{SMALL, Seat};
use super::{Fallible, lab};

/// Starts that are measured, after those that warm everything up.
const STARTS: usize = 30;
const WARM_UP: usize = 3;

/// Starts of the demonstration, which makes a registry and people first.
const DEMO_STARTS: usize = 20;

/// Keys that the station has enrolled before.
const HISTORY: usize = 10;

/// The time to the first frame wanted at most, in milliseconds.
const GOAL_MS: f64 = 50.0;

/// The program under test, built with the bench.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_keydesk");

/// On every frame, and on the frames that say which station it is.
const ANY_FRAME: &str = "KEYDESK";
const STATION: &str = "Help desk 1";

/// Measures starts of the kiosk on a station that has joined its registry, and of the demonstration.
pub fn run(report: &mut Report) -> Fallible<()> {
    let runtime = lab::runtime()?;
    let left = runtime.block_on(async {
        let (world, _own) = lab::world(HISTORY).await?;
        for n in 1..=HISTORY {
            lab::enrol(&world, n, &lab::fresh_key()).await?;
        }
        Fallible::Ok(world.vacate())
    })?;
    let mut starts = Vec::new();
    for n in 0..WARM_UP + STARTS {
        let start = Start {
            nothing: run_nothing()?,
            word: run_word()?,
            kiosk: run_kiosk(&left.data)?,
        };
        if n >= WARM_UP {
            starts.push(start);
        }
    }
    let demo = (0..DEMO_STARTS)
        .map(|_| run_demo())
        .collect::<Fallible<Vec<_>>>()?;
    tell(report, &starts, &demo)
}

/// One of each.
struct Start {
    nothing: Duration,
    word: Duration,
    kiosk: Kiosk,
}

struct Kiosk {
    first_frame: Duration,
    /// The first frame on which the station has said something.
    first_words: Duration,
}

fn run_nothing() -> Fallible<Duration> {
    let start = Instant::now();
    let status = Command::new("true").stdin(Stdio::null()).status()?;
    let took = start.elapsed();
    if status.success() {
        Ok(took)
    } else {
        Err(format!("`true` ends with {status}").into())
    }
}

fn run_word() -> Fallible<Duration> {
    let mut seat = Seat::start("echo", &["word"], SMALL)?;
    let took = seat.until_shown("word")?;
    seat.ended()?;
    Ok(took)
}

fn run_kiosk(data: &Path) -> Fallible<Kiosk> {
    let data = data.to_string_lossy();
    let mut seat = Seat::start(PROGRAM, &["--data", &data], SMALL)?;
    let kiosk = Kiosk {
        first_frame: seat.until_frame(ANY_FRAME)?,
        first_words: seat.until_frame(STATION)?,
    };
    seat.end()?;
    Ok(kiosk)
}

fn run_demo() -> Fallible<Duration> {
    let mut seat = Seat::start(PROGRAM, &["demo"], SMALL)?;
    let took = seat.until_frame(ANY_FRAME)?;
    seat.end()?;
    Ok(took)
}

fn tell(report: &mut Report, starts: &[Start], demo: &[Duration]) -> Fallible<()> {
    let of = |value: &dyn Fn(&Start) -> Duration| median(starts.iter().map(|s| ms(value(s))));
    report.figure(&Figure {
        what: "kiosk, from start to first frame",
        value: of(&|s| s.kiosk.first_frame),
        unit: "ms",
        goal: Some(GOAL_MS),
    })?;
    let slow = percentile(starts.iter().map(|s| ms(s.kiosk.first_frame)), 0.95);
    report.note("… 95 of 100 are below", slow, "ms")?;
    let words = of(&|s| s.kiosk.first_words);
    report.note(
        "kiosk, to the first frame with the station's name",
        words,
        "ms",
    )?;
    report.note("floor: `true`, from start to end", of(&|s| s.nothing), "ms")?;
    report.note(
        "floor: `echo`, from start to its word on a terminal",
        of(&|s| s.word),
        "ms",
    )?;
    let demo = median(demo.iter().map(|took| ms(*took)));
    report.note(
        "demonstration with its registry, to first frame",
        demo,
        "ms",
    )
}
