//! Figures on standard output: a table for people, or a JSON line each.

use std::io::{Write, stderr, stdout};
use std::time::Duration;

use serde_json::json;

use super::Fallible;

/// Version of the JSON lines.
const LINES_VERSION: u16 = 1;

/// One figure.
pub struct Figure<'a> {
    /// What was measured.
    pub what: &'a str,
    /// How much.
    pub value: f64,
    /// Of what, e.g. `ms`.
    pub unit: &'a str,
    /// At most this much is wanted.
    pub goal: Option<f64>,
}

/// Where figures go.
pub struct Report {
    json: bool,
    part: &'static str,
}

impl Report {
    /// Says on what machine and under what load the figures are taken.
    pub fn begin(json: bool) -> Fallible<Self> {
        let cores = std::thread::available_parallelism()?.get();
        let load = std::fs::read_to_string("/proc/loadavg")?;
        let load = load
            .split_whitespace()
            .take(3)
            .collect::<Vec<_>>()
            .join(" ");
        let line = if json {
            json!({ "v": LINES_VERSION, "cores": cores, "load": load }).to_string()
        } else {
            format!(
                "{cores} cores, load {load}; medians unless they say otherwise\n\n{:<64} {:>10} {:<9} {:>8}  met",
                "what", "figure", "unit", "goal"
            )
        };
        let mut out = stdout().lock();
        writeln!(out, "{line}")?;
        Ok(Self { json, part: "" })
    }

    /// The figures that follow belong to this part.
    pub fn part(&mut self, name: &'static str) -> Fallible<()> {
        self.part = name;
        if !self.json {
            writeln!(stdout().lock(), "{name}")?;
        }
        Ok(())
    }

    /// Writes a figure down.
    pub fn figure(&mut self, figure: &Figure<'_>) -> Fallible<()> {
        let met = figure.goal.map(|goal| figure.value <= goal);
        let line = if self.json {
            json!({
                "v": LINES_VERSION,
                "part": self.part,
                "what": figure.what,
                "value": figure.value,
                "unit": figure.unit,
                "goal": figure.goal,
                "met": met,
            })
            .to_string()
        } else {
            let goal = figure
                .goal
                .map_or_else(String::new, |goal| format!("{goal}"));
            let met = match met {
                None => "",
                Some(true) => "met",
                Some(false) => "not met",
            };
            format!(
                "  {:<62} {:>10.2} {:<9} {goal:>8}  {met}",
                figure.what, figure.value, figure.unit
            )
        };
        writeln!(stdout().lock(), "{}", line.trim_end())?;
        Ok(())
    }

    /// A figure that is only reported.
    pub fn note(&mut self, what: &str, value: f64, unit: &str) -> Fallible<()> {
        self.figure(&Figure {
            what,
            value,
            unit,
            goal: None,
        })
    }
}

/// Something for standard error.
pub fn complain(what: &str) {
    // With nowhere to say it, nothing is left to do.
    let _ = writeln!(stderr().lock(), "{what}");
}

/// Milliseconds.
pub fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// The value below which this part of the values lies, by nearest rank; NaN of none.
pub fn percentile(values: impl IntoIterator<Item = f64>, part: f64) -> f64 {
    let mut sorted: Vec<f64> = values.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    let mut left = part * count(sorted.len());
    for value in &sorted {
        left -= 1.0;
        if left <= 0.0 {
            return *value;
        }
    }
    sorted.last().copied().unwrap_or(f64::NAN)
}

/// The middle value.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    percentile(values, 0.5)
}

/// A number of things, for dividing by.
pub fn count(things: usize) -> f64 {
    f64::from(u32::try_from(things).unwrap_or(u32::MAX))
}
