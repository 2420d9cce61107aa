//! Which key does what: the rows of the key table. Each screen has its own, each ends with those that are everywhere. From the rows
//! the keys are read, the last line is written and the help is made; what a key does stands in its row.
//!
//! Invariant (tested): on a screen no key means two things, and what is called the same has the same key on every screen.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::model::{Model, Now, Run};
use super::screens;
use super::screens::door::lock::asks_first;
use super::update::{Effect, lock};
use crate::station::face::{Command, SoftCommand};
use crate::text::{Language, Text};

/// A row of the key table: `row!(KEY => "label", Foot, Kiosk(action))` or `Run(action)`.
macro_rules! row {
    ($key:expr => $label:tt, $foot:ident, $on:ident($does:expr)) => {
        $crate::tui::keys::Row::new(
            $key,
            |t| $crate::text::tr!(t, $label),
            $crate::tui::keys::Foot::$foot,
            $crate::tui::keys::Action::$on($does),
        )
    };
}
pub(in crate::tui) use row;

/// A row: a key, what it is called, where that is said, and what it does.
pub struct Row {
    pub key: Key,
    /// Does the same.
    other: Option<Key>,
    pub label: fn(&Text) -> String,
    pub foot: Foot,
    action: Action,
    when: fn(&Model) -> bool,
    pub demo: bool,
}

/// What a key does, by what it does it to.
#[derive(Clone, Copy)]
pub enum Action {
    /// The pages, the session, or what is asked of the station.
    Kiosk(fn(&mut Model, Press) -> Vec<Effect>),
    /// The run in front, at the desk or at the door.
    Run(fn(&mut Run, Press) -> Vec<Effect>),
}

/// A key as it was pressed.
#[derive(Clone, Copy)]
pub struct Press {
    pub now: Now,
    pub event: KeyEvent,
    /// The screen had asked whether that is really meant, and this is the next key.
    pub sure: bool,
    /// The same of leaving while a visit is open.
    pub leaves: bool,
}

impl Press {
    /// The digit, where it was one.
    pub fn number(self) -> Option<usize> {
        match self.event.code {
            KeyCode::Char(c) => c.to_digit(10).and_then(|n| usize::try_from(n).ok()),
            _ => None,
        }
    }
}

impl Row {
    pub const fn new(key: Key, label: fn(&Text) -> String, foot: Foot, action: Action) -> Self {
        Self {
            key,
            other: None,
            label,
            foot,
            action,
            when: |_| true,
            demo: false,
        }
    }

    /// Another key does it too.
    pub const fn or(self, other: Key) -> Self {
        Self {
            other: Some(other),
            ..self
        }
    }

    /// Only then.
    pub const fn when(self, when: fn(&Model) -> bool) -> Self {
        Self { when, ..self }
    }

    /// The same, said elsewhere.
    pub const fn at(self, foot: Foot) -> Self {
        Self { foot, ..self }
    }

    /// In a demonstration only.
    const fn demo(self) -> Self {
        Self { demo: true, ..self }
    }

    pub fn keys(&self) -> impl Iterator<Item = Key> + use<> {
        [Some(self.key), self.other].into_iter().flatten()
    }

    pub fn act(&self, model: &mut Model, press: Press) -> Vec<Effect> {
        match self.action {
            Action::Kiosk(act) => act(model, press),
            Action::Run(act) => model.run_mut().map_or_else(Vec::new, |run| act(run, press)),
        }
    }

    fn holds(&self, model: &Model) -> bool {
        (model.setup.demo || !self.demo) && (self.when)(model)
    }
}

/// A key as the table writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    Plain(KeyCode),
    Ctrl(char),
    /// Any digit from 1 to 9.
    Digit,
}

/// The expected thing.
pub const ENTER: Key = Key::Plain(KeyCode::Enter);
/// Back, or stop the run.
pub const ESC: Key = Key::Plain(KeyCode::Esc);

/// A letter that is a command.
pub const fn letter(c: char) -> Key {
    Key::Plain(KeyCode::Char(c))
}

/// A function key.
pub const fn f(n: u8) -> Key {
    Key::Plain(KeyCode::F(n))
}

impl Key {
    fn matches(self, event: KeyEvent) -> bool {
        let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
        let bent = event
            .modifiers
            .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        match self {
            // Caps lock must not take the letters away.
            Self::Plain(KeyCode::Char(letter)) => {
                !bent && matches!(event.code, KeyCode::Char(c) if c.eq_ignore_ascii_case(&letter))
            }
            Self::Plain(code) => !bent && event.code == code,
            Self::Ctrl(letter) => ctrl && event.code == KeyCode::Char(letter),
            Self::Digit => !bent && matches!(event.code, KeyCode::Char('1'..='9')),
        }
    }

    /// The key's name on the screen.
    pub fn name(self) -> String {
        match self {
            Self::Plain(KeyCode::Enter) => "⏎".to_owned(),
            Self::Plain(KeyCode::Esc) => "Esc".to_owned(),
            Self::Plain(KeyCode::Up) => "↑".to_owned(),
            Self::Plain(KeyCode::Down) => "↓".to_owned(),
            Self::Plain(KeyCode::PageUp) => "PgUp".to_owned(),
            Self::Plain(KeyCode::PageDown) => "PgDn".to_owned(),
            Self::Plain(KeyCode::Backspace) => "⌫".to_owned(),
            Self::Plain(KeyCode::BackTab) => "Shift-Tab".to_owned(),
            Self::Plain(KeyCode::F(n)) => format!("F{n}"),
            Self::Plain(KeyCode::Char(c)) => c.to_string(),
            Self::Plain(other) => format!("{other:?}"),
            Self::Ctrl(letter) => format!("Ctrl-{}", letter.to_ascii_uppercase()),
            Self::Digit => "1–9".to_owned(),
        }
    }
}

/// Where a row stands on the last line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Foot {
    Left,
    Right,
    HelpOnly,
}

/// The rows that hold now, but for those that hold on every screen. What comes first stands first on the last line.
pub fn here(model: &Model) -> impl Iterator<Item = &'static Row> {
    let screen = screens::front(model);
    let list = screen.list.map_or(&[][..], |_| LIST);
    let typing = screen.typing.edit().map_or(&[][..], |_| TYPING);
    let after = screen.after.iter().copied().flatten();
    screen
        .rows
        .iter()
        .chain(list)
        .chain(typing)
        .chain(after)
        .chain([&LOCK, &QUIT])
        .filter(|row| row.holds(model))
}

/// Those that hold on every screen.
pub fn everywhere(model: &Model) -> impl Iterator<Item = &'static Row> {
    EVERYWHERE.iter().filter(|row| row.holds(model))
}

/// Both.
pub fn rows(model: &Model) -> impl Iterator<Item = &'static Row> {
    everywhere(model).chain(here(model))
}

/// What a key does now; `None`: nothing, or it is text.
pub fn pressed(model: &Model, event: KeyEvent) -> Option<&'static Row> {
    let before = PLUGGING.iter().filter(|row| row.holds(model));
    let mut rows = before.chain(rows(model));
    rows.find(|row| row.keys().any(|key| key.matches(event)))
}

/// Whether it is the row that locks, which the help does not hold up.
pub fn locks(row: &'static Row) -> bool {
    std::ptr::eq(row, &LOCK)
}

/// How a mark is moved. `Stay` only keeps it on the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    Up,
    Down,
    /// Down, and from the last line to the first.
    Next,
    /// Up, and from the first line to the last.
    Previous,
    PageUp,
    PageDown,
    To(usize),
    Stay,
}

/// Lines, at most, of a text that is only scrolled: nobody counts them, so there is no last one to go round to.
pub const SCROLLED: usize = 200;

impl Move {
    /// Moves a mark in a list of so many lines, a page being so many.
    pub fn on(self, at: &mut usize, lines: usize, page: usize) {
        let to = match self {
            Self::Up => at.saturating_sub(1),
            Self::Previous if *at == 0 && lines != SCROLLED => lines.saturating_sub(1),
            Self::Next if *at + 1 >= lines && lines != SCROLLED => 0,
            Self::Previous => at.saturating_sub(1),
            Self::Down | Self::Next => at.saturating_add(1),
            Self::PageUp => at.saturating_sub(page),
            Self::PageDown => at.saturating_add(page),
            Self::To(line) => line,
            Self::Stay => *at,
        };
        *at = to.min(lines.saturating_sub(1));
    }
}

static LIST: &[Row] = &[
    row!(Key::Plain(KeyCode::Up) => "key-move", HelpOnly, Kiosk(|m, _| mark(m, Move::Up))),
    row!(Key::Plain(KeyCode::Down) => "key-move", HelpOnly, Kiosk(|m, _| mark(m, Move::Down))),
    row!(Key::Plain(KeyCode::Tab) => "key-move", HelpOnly, Kiosk(|m, _| mark(m, Move::Next))),
    row!(Key::Plain(KeyCode::BackTab) => "key-move", HelpOnly, Kiosk(|m, _| mark(m, Move::Previous))),
    row!(Key::Plain(KeyCode::PageUp) => "key-page", HelpOnly, Kiosk(|m, _| mark(m, Move::PageUp))),
    row!(Key::Plain(KeyCode::PageDown) => "key-page", HelpOnly, Kiosk(|m, _| mark(m, Move::PageDown))),
];

fn mark(model: &mut Model, to: Move) -> Vec<Effect> {
    if let Some(list) = screens::front(model).list {
        list(model, to);
    }
    Vec::new()
}

/// How what is typed changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    Push(char),
    /// The last character goes.
    Pop,
    /// The last word goes, or all of a secret.
    Word,
    Clear,
}

static TYPING: &[Row] = &[
    row!(Key::Plain(KeyCode::Backspace) => "key-delete", HelpOnly, Kiosk(|m, _| edit(m, Edit::Pop))),
    row!(Key::Ctrl('w') => "key-delete-word", HelpOnly, Kiosk(|m, _| edit(m, Edit::Word))),
    row!(Key::Ctrl('u') => "key-clear", HelpOnly, Kiosk(|m, _| edit(m, Edit::Clear))),
];

/// Something is typed on the screen in front.
pub fn edit(model: &mut Model, edit: Edit) -> Vec<Effect> {
    match screens::front(model).typing.edit() {
        Some(change) => change(model, edit),
        None => Vec::new(),
    }
}

static EVERYWHERE: &[Row] = &[
    row!(f(2) => "key-soft-touch", Right, Kiosk(|_, _| vec![Effect::Send(Command::Soft(SoftCommand::Touch))]))
        .demo(),
    row!(f(3) => "key-soft-plug", Right, Kiosk(|m, _| on(&mut m.plugging))).demo(),
    row!(f(1) => "key-help", Right, Kiosk(|m, _| on(&mut m.help))),
    row!(f(9) => "key-language", HelpOnly, Kiosk(|m, _| other(&mut m.language))),
];

/// A demonstration has asked for a slot: these go before what they mean on the screen that it stands on. Its foot says so, and no
/// help lies over it.
static PLUGGING: &[Row] = &[
    row!(Key::Digit => "key-slot", HelpOnly, Kiosk(|_, press| plug(press))).when(|m| m.plugging),
    row!(ESC => "key-back", HelpOnly, Kiosk(|_, _| Vec::new())).when(|m| m.plugging),
];

fn plug(press: Press) -> Vec<Effect> {
    let slot = press.number().and_then(|number| u16::try_from(number).ok());
    let toggle = slot.map(|slot| SoftCommand::TogglePlug { slot });
    toggle
        .map(|toggle| Effect::Send(Command::Soft(toggle)))
        .into_iter()
        .collect()
}

fn on(what: &mut bool) -> Vec<Effect> {
    *what = true;
    Vec::new()
}

fn other(language: &mut Language) -> Vec<Effect> {
    *language = language.other();
    Vec::new()
}

static LOCK: Row = row!(f(12) => "key-lock", Right, Kiosk(|m, _| lock(m)))
    .or(Key::Ctrl('l'))
    .when(Model::can_lock);

static QUIT: Row = row!(Key::Ctrl('q') => "key-quit", HelpOnly, Kiosk(quit))
    .or(Key::Ctrl('c'))
    .when(can_quit);

/// Quitting signs out, at the registry too.
fn quit(model: &mut Model, press: Press) -> Vec<Effect> {
    match asks_first(model, press) {
        true => Vec::new(),
        false => vec![Effect::Quit],
    }
}

/// Not in the middle of a run or a batch, nor where one waits behind the lock.
fn can_quit(model: &Model) -> bool {
    model.batch.on().is_none()
        && match model.run() {
            Some(run) => run.is_over(),
            None => model.lock.is_none(),
        }
}

#[cfg(test)]
mod tests;
