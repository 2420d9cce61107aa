//! How the kiosk's model changes: one event in, effects out. Pure; clocks come with the event.
//!
//! Invariant: an event that does not fit the model (a late reply, an answer to a withdrawn question, a key that means
//! nothing here) changes nothing.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::keys::{Edit, Press, edit, locks, pressed as row_of};
use super::model::{Model, Now};
use super::screens::app::HASTE;
use super::screens::{Typing, batch, door, front, run};
use crate::station::face::{Command, Update};

pub use door::lock::lock;

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
        Event::Station(update) => said(model, now, *update),
        Event::Tick => match model.locks_in(now) {
            Some(left) if left.is_zero() => lock(model),
            _ => Vec::new(),
        },
    }
}

fn said(model: &mut Model, now: Now, update: Update) -> Vec<Effect> {
    if matches!(update, Update::Run(_) | Update::Question(_)) {
        // What comes of the code may take its time to appear; nobody has read it before.
        model.hasty_until = model.hasty_until.map(|_| now.uptime + HASTE);
    }
    match update {
        // Whoever touches keys and types PINs is there, though nobody presses a key of this keyboard.
        Update::Board(board) => {
            if batch::board(model, board) {
                model.active_at = now.uptime;
            }
            Vec::new()
        }
        update if model.is_open() => run::told(model, now, update),
        update => door::told(model, now, update),
    }
}

fn pressed(model: &mut Model, now: Now, event: KeyEvent) -> Vec<Effect> {
    model.remark = None;
    model.full_at = None;
    if is_of_code(model, now, event) {
        return Vec::new();
    }
    let row = row_of(model, event);
    // The next key names the slot, or takes the question back and does what it always does.
    model.plugging = false;
    if model.help && !row.is_some_and(locks) {
        model.help = false;
        return Vec::new();
    }
    let stop_asked = model
        .run_mut()
        .map(|run| std::mem::take(&mut run.stop_asked));
    let leaves = std::mem::take(&mut model.leave_asked);
    let sure = std::mem::take(&mut model.batch.end_asked) | stop_asked.unwrap_or(false);
    match row {
        Some(row) => {
            let press = Press {
                now,
                event,
                sure,
                leaves,
            };
            row.act(model, press)
        }
        None => match typed(front(model).typing, event) {
            Some(c) => edit(model, Edit::Push(c)),
            None => Vec::new(),
        },
    }
}

/// Whether it is the Enter that many press after a code, which went by itself with its last digit: it is for nothing that came since.
fn is_of_code(model: &mut Model, now: Now, event: KeyEvent) -> bool {
    let until = model.hasty_until.take();
    event.code == KeyCode::Enter && until.is_some_and(|until| now.uptime < until)
}

/// The character that a key types where text is taken. AltGr arrives as Ctrl and Alt together on some terminals.
fn typed(typing: Typing, key: KeyEvent) -> Option<char> {
    let bent = key.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT);
    let is_text = bent.is_empty() || bent == KeyModifiers::CONTROL | KeyModifiers::ALT;
    match key.code {
        KeyCode::Char(c) if is_text => match typing {
            Typing::Text(_) => Some(c),
            Typing::Digits(_) if c.is_ascii_digit() => Some(c),
            Typing::Digits(_) | Typing::Nothing => None,
        },
        _ => None,
    }
}
