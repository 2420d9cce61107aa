//! How the kiosk's model changes: one event in, effects out. Pure; clocks come with the event.
//!
//! Invariant: an event that does not fit the model (a late reply, an answer to a withdrawn question, a key that means
//! nothing here) changes nothing.

mod answer;
mod app;
mod batch;
mod care;
mod desk;
mod door;
mod lock;
mod loss;
mod station;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::keymap::{Action, Mode, action};
use super::model::{Front, Model, Now, Page};
use crate::station::face::{Command, SoftCommand, Update};

pub use lock::lock;

/// Everything that can happen to the kiosk.
pub enum Event {
    Key(KeyEvent),
    /// The terminal has that many columns and rows.
    Resize(u16, u16),
    Station(Box<Update>),
    Tick,
}

/// What the kiosk wants done.
pub enum Effect {
    /// Tell the station.
    Send(Command),
    /// Draw every cell anew, as after a lock.
    Repaint,
    Quit,
}

/// Changes the model by one event, and says what is to be done outside it.
pub fn update(model: &mut Model, now: Now, event: Event) -> Vec<Effect> {
    let shown = shows_secret(model);
    let mut effects = changed(model, now, event);
    if shown && !shows_secret(model) {
        // Nothing of a secret stays in a cell that happens not to change.
        effects.push(Effect::Repaint);
    }
    effects
}

fn shows_secret(model: &Model) -> bool {
    model.run().is_some_and(|run| run.shown().is_some())
}

fn changed(model: &mut Model, now: Now, event: Event) -> Vec<Effect> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => {
            model.active_at = now.uptime;
            pressed(model, now, key)
        }
        Event::Key(_) => Vec::new(),
        Event::Resize(columns, rows) => {
            model.size = (columns, rows);
            Vec::new()
        }
        Event::Station(update) => match *update {
            // Whoever touches keys and types PINs is there, though nobody presses a key of this keyboard.
            Update::Board(board) => {
                if batch::board(model, board) {
                    model.active_at = now.uptime;
                }
                Vec::new()
            }
            update if model.is_open() => station::told(model, now, update),
            update => door::told(model, now, update),
        },
        Event::Tick => match model.locks_in(now) {
            Some(left) if left.is_zero() => lock(model),
            _ => Vec::new(),
        },
    }
}

fn pressed(model: &mut Model, now: Now, key: KeyEvent) -> Vec<Effect> {
    let mode = Mode::of(model);
    let demo = model.setup.demo;
    model.notice = None;
    if std::mem::take(&mut model.plugging) {
        return plug(key);
    }
    let action = action(mode, demo, key);
    if model.help && action != Some(Action::Lock) {
        model.help = false;
        return Vec::new();
    }
    let stop_asked = model
        .run_mut()
        .map(|run| std::mem::take(&mut run.stop_asked));
    match action {
        Some(Action::Lock) => lock(model),
        Some(Action::SignOut) => lock::leave(model),
        Some(Action::Help) => {
            model.help = true;
            Vec::new()
        }
        Some(Action::Language) => {
            model.language = model.language.other();
            Vec::new()
        }
        Some(Action::Quit) => vec![Effect::Quit],
        Some(Action::SoftTouch) => vec![Effect::Send(Command::Soft(SoftCommand::Touch))],
        Some(Action::SoftPlug) => {
            model.plugging = true;
            Vec::new()
        }
        Some(action) => {
            let stop_asked = stop_asked.unwrap_or(false);
            match model.front() {
                Front::Door(_) => door::act(model, action, key, stop_asked),
                Front::Run(_) => answer::act(model, action, key, stop_asked),
                Front::Page(_) if action == Action::Batch => batch::open(model),
                Front::Page(Page::Batch(_)) => batch::act(model, action),
                Front::Page(_) => desk::act(model, now, action),
            }
        }
        None => match typed(mode, key) {
            Some(c) => took(model, c),
            None => Vec::new(),
        },
    }
}

fn took(model: &mut Model, c: char) -> Vec<Effect> {
    match model.front() {
        Front::Door(_) => door::typed(model, c),
        Front::Run(_) => model
            .work
            .as_mut()
            .map_or_else(Vec::new, |run| answer::typed(run, c)),
        Front::Page(Page::Batch(_)) => batch::typed(model, c),
        Front::Page(_) => desk::typed(model, c),
    }
}

/// The character that a key types where text is taken. AltGr arrives as Ctrl and Alt together on some terminals.
fn typed(mode: Mode, key: KeyEvent) -> Option<char> {
    let bent = key.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT);
    let is_text = bent.is_empty() || bent == KeyModifiers::CONTROL | KeyModifiers::ALT;
    match key.code {
        KeyCode::Char(c) if mode.takes_text() && is_text => Some(c),
        KeyCode::Char(c) if mode.takes_digits() && is_text && c.is_ascii_digit() => Some(c),
        _ => None,
    }
}

fn plug(key: KeyEvent) -> Vec<Effect> {
    match key.code {
        KeyCode::Char(c @ '1'..='9') => {
            let slot = u16::try_from(u32::from(c) - u32::from('0')).unwrap_or_default();
            vec![Effect::Send(Command::Soft(SoftCommand::TogglePlug {
                slot,
            }))]
        }
        _ => Vec::new(),
    }
}

/// Goes to a page; what belongs to the person stays, so that Esc leads back to it.
fn go(model: &mut Model, page: Page) -> Vec<Effect> {
    model.page = page;
    Vec::new()
}
