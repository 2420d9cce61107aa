//! Which key does what on which screen: one table, from which the keys are read, the last line is written and the help is
//! made.
//!
//! Invariant (tested): within a screen no key means two things, and an action has the same key wherever it exists.

mod apps;
mod mode;
mod table;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::text::Text;
pub use mode::{Chosen, Mode};

/// What a key can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// The expected thing.
    Confirm,
    /// Back, or stop the run.
    Back,
    /// One up.
    Up,
    /// One down.
    Down,
    PageUp,
    PageDown,
    FirstTime,
    /// The keys in the bay.
    Bay,
    Outbox,
    Unfinished,
    /// Fetch tickets for today.
    Tickets,
    /// Let a touch decide.
    ByTouch,
    /// Make the marked key blink.
    Wink,
    /// Choose the slot or the document of that number.
    Number,
    OtherKey,
    /// Push the outbox now.
    Push,
    /// Send a conflict again.
    Retry,
    /// Withdraw a conflict.
    Withdraw,
    /// End unfinished work without its key.
    WithoutKey,
    /// Enrol another key for the same person.
    AnotherKey,
    /// Delete the last character.
    Delete,
    /// Delete the last word, or all of a secret.
    Clear,
    /// The other language.
    Language,
    Lock,
    /// Sign out, at the registry too.
    SignOut,
    Help,
    /// Demonstration: touch the waiting software key.
    SoftTouch,
    /// Demonstration: plug or pull a software key.
    SoftPlug,
    Test,
    /// Set or change the key's PIN.
    KeyPin,
    /// The same, drawn at random.
    RandomPin,
    VerifyPin,
    /// What the key holds.
    KeyCredentials,
    Fingers,
    /// How it behaves.
    KeySettings,
    KeyReset,
    /// Remove the marked thing.
    Remove,
    /// Name the marked thing.
    Rename,
    AddFinger,
    /// Leave it as it is.
    Keep,
    EnrolApp,
    /// Enrol a key and an app.
    EnrolBoth,
    /// Put a new app in the place of the marked one.
    Replace,
    /// The marked factor is lost.
    Lost,
    /// The marked factor turned up.
    Found,
    /// Give the person a hardware token.
    AssignToken,
    /// The person takes what waits for them.
    AcceptWaiting,
    /// The person goes.
    EndVisit,
    /// One of the factors is not the person's.
    NotTheirs,
    /// The secret as text, or as a QR code again.
    ByHand,
    /// The QR code's colours turned round.
    Invert,
    /// Prove the person by a key instead.
    WithKey,
    Batch,
    /// Take the marked key out of the batch.
    Skip,
    /// Stop the marked key.
    Abort,
    /// Stop the batch for now.
    Pause,
    EndBatch,
    Quit,
}

/// A key as the table writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    Plain(KeyCode),
    Ctrl(char),
    /// Any digit from 1 to 9.
    Digit,
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
            Self::Plain(KeyCode::F(n)) => format!("F{n}"),
            Self::Plain(KeyCode::Char(c)) => c.to_string(),
            Self::Plain(other) => format!("{other:?}"),
            Self::Ctrl(letter) => format!("Ctrl-{}", letter.to_ascii_uppercase()),
            Self::Digit => "1–9".to_owned(),
        }
    }
}

/// Where a binding stands on the last line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Foot {
    Left,
    Right,
    HelpOnly,
}

/// One line of the table.
pub struct Binding {
    /// The keys; the first one is named on the last line.
    pub keys: &'static [Key],
    pub action: Action,
    pub modes: fn(Mode) -> bool,
    pub label: fn(&Text) -> String,
    /// Place on the last line.
    pub foot: Foot,
    pub demo: bool,
}

/// The whole table. What comes first stands first on the last line.
fn keymap() -> impl Iterator<Item = &'static Binding> {
    apps::KEYMAP.iter().chain(table::KEYMAP)
}

/// The lines of the table that hold in a mode.
pub fn bindings(mode: Mode, demo: bool) -> impl Iterator<Item = &'static Binding> {
    keymap().filter(move |binding| (demo || !binding.demo) && (binding.modes)(mode))
}

/// What a key does in a mode; `None`: nothing, or it is text.
pub fn action(mode: Mode, demo: bool, event: KeyEvent) -> Option<Action> {
    bindings(mode, demo)
        .find(|binding| binding.keys.iter().any(|key| key.matches(event)))
        .map(|binding| binding.action)
}

#[cfg(test)]
mod tests;
