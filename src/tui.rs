//! The kiosk: a full-screen face for an operator at a desk and the person in front of it.
//!
//! Hides the terminal. One event at a time goes into [`update`], which changes the [`Model`] and says what is to be done; the
//! screen is a pure function of the model ([`View`]). The station is reached only by [`Command`] and
//! [`Update`](crate::station::face::Update), plain values over bounded channels.
//!
//! Invariants: the terminal is restored however the kiosk ends; a PIN is in memory only while it is typed and is never
//! drawn; after locking, nothing of the person is on the screen.

mod big;

mod entry;
mod keys;
mod model;
mod pictures;
mod qr;
mod scenes;
mod screens;
mod terminal;
mod theme;
mod update;
mod view;

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::crossterm::event::Event as TerminalEvent;
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::time::{Instant, sleep_until};

use crate::domain::models::Models;
use crate::station::face::{Command, Update};
use crate::text::{Language, clean};
use model::{Model, Now};
pub use pictures::pictures;
pub use scenes::{board_frames, frames, scan_frames};
use terminal::{Input, Screen, Signals};
use theme::Theme;
use update::{Effect, Event, update};
use view::View;

/// How often the screen is looked at again while a run counts down.
const LIVELY: Duration = Duration::from_millis(250);

/// How often otherwise: the clock, and the idle lock.
const CALM: Duration = Duration::from_secs(1);

/// The most events taken in before a frame is drawn.
const BURST: usize = 64;

/// What a kiosk is connected to.
pub struct TuiIo {
    /// What the station says. When it ends, so does the kiosk, with [`TuiError::StationGone`].
    pub updates: Receiver<Update>,
    /// What the station is asked. A full channel never blocks the screen: commands wait their turn.
    pub commands: Sender<Command>,
    /// How it looks and when it locks.
    pub config: TuiConfig,
}

/// How a kiosk looks and behaves.
pub struct TuiConfig {
    /// The language at the start; F9 changes it.
    pub language: Language,
    /// Idle time after which the screen locks.
    pub idle_lock: Duration,
    /// Software keys: the screen is marked, F2 touches and F3 plugs.
    pub demo: bool,
    /// A demonstration's own operator key: its slot and PIN, shown on the sign-in screen.
    pub demo_sign_in: Option<(u16, &'static str)>,
    /// The same of two agents of Customer Service, whose keys are in slots 1 and 2.
    pub demo_agents: Option<[&'static str; 2]>,
    /// For times of day.
    pub zone: TimeZone,
    /// For advisories in the bay.
    pub models: Models,
}

impl TuiConfig {
    /// The idle time after which an ordinary station locks.
    pub const IDLE_LOCK: Duration = Duration::from_secs(120);

    /// An ordinary station's kiosk in the machine's time zone.
    pub fn new(language: Language, models: Models) -> Self {
        Self {
            language,
            idle_lock: Self::IDLE_LOCK,
            demo: false,
            demo_sign_in: None,
            demo_agents: None,
            zone: TimeZone::system(),
            models,
        }
    }
}

/// Why a kiosk ended by itself.
#[derive(Debug, thiserror::Error)]
pub enum TuiError {
    /// Standard input or output is not a terminal.
    #[error("there is no terminal: run keydesk in one, or use the command line (keydesk help)")]
    NoTerminal,
    #[error("the terminal failed: {0}")]
    Terminal(#[from] std::io::Error),
    /// The station ended under it.
    #[error("the station stopped working: see its log, then start keydesk again")]
    StationGone,
}

/// Runs the kiosk on this thread until the operator leaves it, a signal asks it to end (SIGTERM, SIGHUP, SIGINT), or the
/// station or the terminal fails. The terminal is as it was before when this returns, and also when it panics.
///
/// Must not be called from within an asynchronous task: it blocks.
pub fn run(io: TuiIo) -> Result<(), TuiError> {
    tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()?
        .block_on(kiosk(io))
}

async fn kiosk(io: TuiIo) -> Result<(), TuiError> {
    let TuiIo {
        mut updates,
        commands,
        config,
    } = io;
    let mut screen = Screen::open()?;
    let mut signals = Signals::listen()?;
    let mut input = Input::start()?;
    let view = View::new(Theme::from_environment()).there(&config.zone);
    let mut model = Model::new(config, screen.size()?);
    let mut outgoing = VecDeque::new();
    let started = Instant::now();
    let now = || Now {
        wall: Timestamp::now(),
        uptime: started.elapsed(),
    };
    let mut ticked = Instant::now();
    loop {
        screen.draw(|buf| view.draw(&model, now(), buf).cursor)?;
        let tick = if model.is_lively() { LIVELY } else { CALM };
        let event = tokio::select! {
            () = signals.arrived() => return Ok(()),
            event = input.next() => terminal_event(event?),
            update = updates.recv() => Some(Event::Station(Box::new(update.ok_or(TuiError::StationGone)?))),
            permit = commands.reserve(), if !outgoing.is_empty() => {
                let permit = permit.map_err(|_| TuiError::StationGone)?;
                if let Some(command) = outgoing.pop_front() {
                    permit.send(command);
                }
                None
            }
            () = sleep_until(ticked + tick) => {
                ticked = Instant::now();
                Some(Event::Tick)
            }
        };
        // Whatever else is there already is taken in before the next frame.
        let more = (1..BURST).map_while(|_| {
            let terminal = input.at_once().map(|event| event.map(terminal_event));
            terminal.or_else(|| {
                updates
                    .try_recv()
                    .ok()
                    .map(|update| Ok(Some(Event::Station(Box::new(update)))))
            })
        });
        let mut events = vec![event];
        for event in more {
            events.push(event?);
        }
        for event in events.into_iter().flatten() {
            for effect in update(&mut model, now(), event) {
                match effect {
                    Effect::Send(command) => enqueue(&mut outgoing, command),
                    Effect::Repaint => screen.clear()?,
                    Effect::Quit => return Ok(()),
                }
            }
        }
    }
}

/// A search that has not been sent yet is replaced by the next one.
fn enqueue(outgoing: &mut VecDeque<Command>, command: Command) {
    if matches!(command, Command::Find { .. }) {
        outgoing.retain(|waiting| !matches!(waiting, Command::Find { .. }));
    }
    outgoing.push_back(command);
}

fn terminal_event(event: TerminalEvent) -> Option<Event> {
    match event {
        TerminalEvent::Key(key) => Some(Event::Key(key)),
        TerminalEvent::Resize(columns, rows) => Some(Event::Resize(columns, rows)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
