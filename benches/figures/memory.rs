//! Resident memory of the kiosk: resident set and proportional set, as the kernel counts them.

use std::time::Duration;

use keydesk::program::demo::world::OPERATOR_PIN;

use super::cold_start::PROGRAM;
use super::host::Host;
use super::operator::{self, Touch};
use super::report::{Figure, Report, count};
use super::seat::{SMALL, Seat};
use super::{Fallible, lab};

/// Enrolments, one after the other.
const ENROLMENTS: usize = 10;

/// Keys plugged in on top.
const FURTHER_KEYS: usize = 16;

/// The resident set wanted at most, in MiB.
const GOAL_MIB: f64 = 30.0;

/// Until nothing moves any more.
const SETTLING: Duration = Duration::from_secs(2);

/// What a process holds, in KiB.
#[derive(Clone, Copy)]
struct Memory {
    resident: f64,
    /// Pages that several processes share count in part.
    proportional: f64,
}

/// Measures the program as it is, then a kiosk with software keys, then the demonstration.
pub fn run(report: &mut Report) -> Fallible<()> {
    let runtime = lab::runtime()?;
    let (vacated, own) = runtime.block_on(async {
        let (world, own) = lab::world(ENROLMENTS).await?;
        Fallible::Ok((world.vacate(), own))
    })?;
    let data = vacated.data.to_string_lossy();
    let mut seat = Seat::start(PROGRAM, &["--data", &data], SMALL)?;
    seat.until_shown("Press c")?;
    let program = settled(&mut seat)?;
    seat.end()?;
    tell(report, "the program, signed out", program, None)?;

    let mut host = Host::start(&vacated.data, &own)?;
    operator::sign_in(&mut host.seat, OPERATOR_PIN, Touch::Themselves)?;
    let home = settled(&mut host.seat)?;
    tell(report, "kiosk on the home screen", home, Some(GOAL_MIB))?;
    for n in 1..=ENROLMENTS {
        host.put(lab::SLOT)?;
        host.seat.until_shown("no PIN ")?;
        operator::enrol(&mut host.seat, &lab::email(n))?;
    }
    let busy = settled(&mut host.seat)?;
    let what = format!("kiosk after {ENROLMENTS} enrolments");
    tell(report, &what, busy, Some(GOAL_MIB))?;
    for n in 1..=FURTHER_KEYS {
        host.put(&format!("1-2.{n}"))?;
    }
    let crowded = settled(&mut host.seat)?;
    host.seat.end()?;
    let each = (crowded.resident - busy.resident) / count(FURTHER_KEYS);
    report.note("… each further software key", each, "KiB")?;

    let mut seat = Seat::start(PROGRAM, &["demo"], SMALL)?;
    seat.until_shown("PIN set")?;
    let demo = settled(&mut seat)?;
    seat.end()?;
    tell(
        report,
        "demonstration with its registry and five keys",
        demo,
        None,
    )
}

fn settled(seat: &mut Seat) -> Fallible<Memory> {
    seat.pass(SETTLING);
    let process = seat.process()?;
    Ok(Memory {
        resident: kib(process, "status", "VmRSS:")?,
        proportional: kib(process, "smaps_rollup", "Pss:")?,
    })
}

/// A line of a file that the kernel writes about a process, e.g. `VmRSS:     1234 kB`.
pub fn kib(process: u32, file: &str, name: &str) -> Fallible<f64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/{file}"))?;
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_whitespace().next());
    let number = number.ok_or_else(|| format!("/proc/{process}/{file} has no {name}"))?;
    Ok(number.parse()?)
}

fn tell(report: &mut Report, what: &str, memory: Memory, goal: Option<f64>) -> Fallible<()> {
    report.figure(&Figure {
        what: &format!("{what}: resident set"),
        value: memory.resident / 1024.0,
        unit: "MiB",
        goal,
    })?;
    report.note("… proportional set", memory.proportional / 1024.0, "MiB")
}
