//! `keydesk doctor`: looks over what a station stands on, and says what to do about each trouble.

use std::io::IsTerminal;
use std::os::fd::AsFd;
use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use crate::bay::{Refusal, Slot, SlotState};
use crate::cli::output::{Exit, Outcome, Output};
use crate::station::face::{CLOCK_TOLERANCE_S, RegistryState};
use crate::station::metadata::is_overdue;
use crate::station::{OpenError, Station};
use crate::store::{StoreError, audit};

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Health {
    /// Nothing to do.
    Good,
    /// Works, but somebody should look.
    Doubtful,
    /// Does not work.
    Bad,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at.
    pub what: &'static str,
    /// How it came out.
    pub health: Health,
    /// The facts, and what to do.
    pub detail: String,
}

fn check(what: &'static str, health: Health, detail: impl Into<String>) -> Check {
    Check {
        what,
        health,
        detail: detail.into(),
    }
}

/// The station as the doctor found it.
pub enum Found {
    /// Opened; closed again when this is dropped.
    Station(Box<Station>),
    /// There is no station in the data directory, and none is made there.
    None,
    /// A kiosk or command has it open: the process, where its number could be read.
    InUse(Option<u32>),
    /// It can't be opened.
    Failed(String),
}

impl Found {
    /// Opens the station, but only if there is one: a look must leave nothing behind.
    pub fn look(
        data: &Path,
        open: impl FnOnce() -> Result<Result<Station, OpenError>, Outcome>,
    ) -> Self {
        // Where it can't be told, opening says why.
        if let Ok(false) = data.join("journal").try_exists() {
            return Self::None;
        }
        match open() {
            Ok(Ok(station)) => Self::Station(Box::new(station)),
            Ok(Err(OpenError::Store(StoreError::InUse { pid, .. }))) => Self::InUse(pid),
            Ok(Err(error)) => Self::Failed(error.to_string()),
            Err(outcome) => Self::Failed(outcome.detail),
        }
    }
}

/// Looks at everything.
pub async fn examine(slots: &[Slot], data: &Path, found: &Found) -> Vec<Check> {
    let mut checks = keys(slots);
    checks.push(terminal());
    match found {
        Found::Station(station) => {
            station.probe().await;
            checks.extend(registry(station));
            checks.push(disk(station));
            checks.extend(metadata(station));
        }
        Found::InUse(pid) => checks.push(in_use(*pid)),
        Found::Failed(why) => checks.push(check("station", Health::Bad, why)),
        Found::None => {
            checks.push(not_joined());
            return checks;
        }
    }
    checks.push(journal(data));
    checks
}

fn in_use(pid: Option<u32>) -> Check {
    let who = match pid {
        Some(pid) => format!("process {pid}"),
        None => "another process".to_owned(),
    };
    check(
        "station",
        Health::Good,
        format!("{who} is at work with it; its home screen shows registry, clock and disk"),
    )
}

fn not_joined() -> Check {
    check(
        "registry",
        Health::Bad,
        "not joined: get a one-time code there and run `keydesk station join`",
    )
}

/// Prints them and counts.
pub fn report(checks: &[Check], output: &Output) -> Outcome {
    for item in checks {
        let mark = match item.health {
            Health::Good => "ok",
            Health::Doubtful => "look",
            Health::Bad => "BAD",
        };
        let line = format!("{mark:<5} {:<10} {}", item.what, item.detail);
        output.item("check", item, &line);
    }
    let bad = checks.iter().filter(|c| c.health == Health::Bad).count();
    if bad == 0 {
        Outcome::done("the station is in order", json!({ "bad": 0 }))
    } else {
        Outcome {
            facts: json!({ "bad": bad }),
            ..Outcome::failed(
                Exit::Refused,
                "not-in-order",
                format!("{bad} thing(s) to mend: see above"),
            )
        }
    }
}

fn keys(slots: &[Slot]) -> Vec<Check> {
    if slots.is_empty() {
        return vec![check(
            "keys",
            Health::Good,
            "no security key is plugged in; plug one in and run this again to check permissions",
        )];
    }
    slots
        .iter()
        .map(|slot| {
            let name = format!("slot {} ({})", slot.number, slot.place);
            match &slot.state {
                SlotState::Ready(_) | SlotState::Opening => {
                    check("keys", Health::Good, format!("{name}: answers"))
                }
                SlotState::U2fOnly => check(
                    "keys",
                    Health::Doubtful,
                    format!("{name}: speaks U2F only and cannot be used"),
                ),
                SlotState::Refused { why } => {
                    let health = match why {
                        Refusal::NoRoom { .. } => Health::Doubtful,
                        _ => Health::Bad,
                    };
                    check("keys", health, format!("{name}: {why}"))
                }
                SlotState::Failed { why } => {
                    check("keys", Health::Doubtful, format!("{name}: {why}"))
                }
            }
        })
        .collect()
}

fn terminal() -> Check {
    let stdout = std::io::stdout();
    if !stdout.is_terminal() {
        return check(
            "terminal",
            Health::Doubtful,
            "standard output is no terminal: the kiosk needs one, the commands do not",
        );
    }
    let utf8 = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .is_some_and(|locale| {
            locale
                .to_ascii_lowercase()
                .replace('-', "")
                .contains("utf8")
        });
    match rustix::termios::tcgetwinsize(stdout.as_fd()) {
        Ok(size) if size.ws_col < 80 || size.ws_row < 24 => check(
            "terminal",
            Health::Bad,
            format!(
                "{}×{} is too small: the kiosk needs 80×24",
                size.ws_col, size.ws_row
            ),
        ),
        Ok(_) if !utf8 => check(
            "terminal",
            Health::Doubtful,
            "the locale is not UTF-8: set LANG to one that is, e.g. C.UTF-8",
        ),
        Ok(size) => check(
            "terminal",
            Health::Good,
            format!("{}×{}, UTF-8", size.ws_col, size.ws_row),
        ),
        Err(error) => check("terminal", Health::Bad, format!("no size: {error}")),
    }
}

fn registry(station: &Station) -> Vec<Check> {
    match station.reach() {
        RegistryState::Reachable { clock_offset_s } => {
            vec![
                check("registry", Health::Good, "answers"),
                clock(clock_offset_s),
            ]
        }
        RegistryState::Unreachable { why } => vec![check(
            "registry",
            Health::Bad,
            format!("{why}; with tickets the station can work meanwhile"),
        )],
        RegistryState::NotJoined => vec![not_joined()],
        RegistryState::Unknown => vec![check("registry", Health::Doubtful, "was not asked")],
    }
}

/// A clock that is wrong stops nothing: what the registry decides by its own clock is compared with that one.
fn clock(offset_s: i64) -> Check {
    let seconds = offset_s.abs();
    if seconds <= CLOCK_TOLERANCE_S {
        return check("clock", Health::Good, "agrees with the registry's");
    }
    let how = if offset_s > 0 { "fast" } else { "slow" };
    check(
        "clock",
        Health::Bad,
        format!(
            "is {seconds} s {how} against the registry's: set up time synchronisation, because the screen and the journal go by it"
        ),
    )
}

fn disk(station: &Station) -> Check {
    match station.store().room() {
        Ok(room) if room.is_enough() => check("disk", Health::Good, "room enough"),
        Ok(_) => check(
            "disk",
            Health::Bad,
            "too full to begin an enrolment: make room on the data directory's file system",
        ),
        Err(error) => check("disk", Health::Bad, error.to_string()),
    }
}

/// Nothing to say where none was imported: a station works without.
fn metadata(station: &Station) -> Option<Check> {
    let source = station.slots().models().catalogue()?.source();
    Some(match is_overdue(source, Timestamp::now()) {
        false => check("metadata", Health::Good, source.to_string()),
        true => check(
            "metadata",
            Health::Doubtful,
            format!("{source}: fetch a newer blob.jwt and run `keydesk metadata import`"),
        ),
    })
}

fn journal(data: &Path) -> Check {
    match audit::verify(data) {
        Ok(audit) => check(
            "journal",
            Health::Good,
            format!("{} records, chain whole", audit.records),
        ),
        Err(error) => check("journal", Health::Bad, error.to_string()),
    }
}
