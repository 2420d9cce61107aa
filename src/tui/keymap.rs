//! Which key does what on which screen: one table, from which the keys are read, the last line is written and the help is
//! made.
//!
//! Invariant (tested): within a screen no key means two things, and an action has the same key wherever it exists.

mod table;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::model::{
    AppAsking, Asking, BatchAsking, BatchPage, BatchState, CareAsking, Model, Page, Run,
};
use crate::text::Text;
use crate::workflow::dialogue::Ending;
use table::KEYMAP;

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
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// The first-time code.
    FirstTime,
    /// The keys in the bay.
    Bay,
    /// The outbox.
    Outbox,
    /// Unfinished work.
    Unfinished,
    /// Fetch tickets for today.
    Tickets,
    /// Let a touch decide.
    ByTouch,
    /// Make the marked key blink.
    Wink,
    /// Choose the slot or the document of that number.
    Number,
    /// Take another key.
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
    /// Lock.
    Lock,
    /// Sign out, at the registry too.
    SignOut,
    /// Help.
    Help,
    /// Demonstration: touch the waiting software key.
    SoftTouch,
    /// Demonstration: plug or pull a software key.
    SoftPlug,
    /// Test the key.
    Test,
    /// Set or change the key's PIN.
    KeyPin,
    /// The same, drawn by lot.
    RandomPin,
    /// Check the key's PIN.
    VerifyPin,
    /// What the key holds.
    KeyCredentials,
    /// Its fingerprints.
    Fingers,
    /// How it behaves.
    KeySettings,
    /// Reset it.
    KeyReset,
    /// Remove the marked thing.
    Remove,
    /// Name the marked thing.
    Rename,
    /// Enrol a finger.
    AddFinger,
    /// Leave it as it is.
    Keep,
    /// Enrol an authenticator app.
    EnrolApp,
    /// Enrol a key and an app.
    EnrolBoth,
    /// Put a new app in the place of the marked one.
    Replace,
    /// Give the person a hardware token.
    AssignToken,
    /// The secret as text, or as a QR code again.
    ByHand,
    /// The QR code's colours turned round.
    Invert,
    /// Prove the person by a key instead.
    WithKey,
    /// Batches.
    Batch,
    /// Take the marked key out of the batch.
    Skip,
    /// Stop the marked key.
    Abort,
    /// Stop the batch for now.
    Pause,
    /// End the batch.
    EndBatch,
    /// Leave the kiosk.
    Quit,
}

/// What is on the screen, as far as keys are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Nobody is signed in.
    SignIn,
    /// The one-time code is typed.
    Code,
    /// Home: typing searches.
    Home,
    /// A person's page.
    Person,
    /// The outbox.
    Outbox,
    /// Something is given up by typing a name.
    GiveUp,
    /// Unfinished work.
    Unfinished,
    /// The keys in the bay.
    Keys,
    /// A key's page.
    Key,
    /// A setting is chosen.
    Settings,
    /// Something that can't be undone is confirmed.
    ConfirmCare,
    /// What the key holds.
    Credentials,
    /// Its fingerprints.
    Fingerprints,
    /// A name is typed.
    Naming,
    /// A PIN is shown.
    SeePin,
    /// A profile or a list is chosen.
    Batches,
    /// A statement is typed.
    Statement,
    /// The dry run.
    Forecast,
    /// The board.
    Board,
    /// The board of a batch that is over.
    BoardOver,
    /// On the board, a PIN or a tag is typed.
    BoardTyping,
    /// On the board, keys with warnings are admitted.
    BoardAdmit,
    /// A run is working or waits for something that is not a key press.
    Running,
    /// Identification: the document is chosen.
    Document,
    /// Identification: its characters are typed.
    LastFour,
    /// A key is chosen.
    ChooseKey,
    /// No key to choose from.
    InsertKey,
    /// A key with warnings.
    Admit,
    /// A key that policy refuses.
    Refused,
    /// A PIN is typed.
    Pin,
    /// Test instead?
    Retest,
    /// Touch again?
    TouchAgain,
    /// The secret of an app is on the screen as a QR code; the code is typed.
    Scan,
    /// The same, as text.
    ByHand,
    /// The code of an app or token is typed.
    TotpCode,
    /// The secret again?
    ShowAgain,
    /// Why a code is wrong.
    Advice,
    /// A factor is chosen.
    ChooseFactor,
    /// A factor is removed.
    RemoveFactor,
    /// A run has ended with an enrolled key.
    Enrolled,
    /// A run has ended otherwise.
    Ended,
    /// Locked over a run.
    Locked,
}

impl Mode {
    /// Every mode.
    #[cfg(test)]
    pub const ALL: [Self; 42] = [
        Self::SignIn,
        Self::Code,
        Self::Home,
        Self::Person,
        Self::Outbox,
        Self::GiveUp,
        Self::Unfinished,
        Self::Keys,
        Self::Key,
        Self::Settings,
        Self::ConfirmCare,
        Self::Credentials,
        Self::Fingerprints,
        Self::Naming,
        Self::SeePin,
        Self::Batches,
        Self::Statement,
        Self::Forecast,
        Self::Board,
        Self::BoardOver,
        Self::BoardTyping,
        Self::BoardAdmit,
        Self::Running,
        Self::Document,
        Self::LastFour,
        Self::ChooseKey,
        Self::InsertKey,
        Self::Admit,
        Self::Refused,
        Self::Pin,
        Self::Retest,
        Self::TouchAgain,
        Self::Scan,
        Self::ByHand,
        Self::TotpCode,
        Self::ShowAgain,
        Self::Advice,
        Self::ChooseFactor,
        Self::RemoveFactor,
        Self::Enrolled,
        Self::Ended,
        Self::Locked,
    ];

    /// The mode that the model is in. The help is no mode of its own: any key closes it.
    pub fn of(model: &Model) -> Self {
        if let Some(run) = model.run() {
            return Self::of_run(run);
        }
        if model.lock.is_some() {
            return Self::Locked;
        }
        match &model.page {
            Page::SignIn => Self::SignIn,
            Page::Code(_) => Self::Code,
            Page::Home => Self::Home,
            Page::Person => Self::Person,
            Page::Outbox(_) => Self::Outbox,
            Page::GiveUp(_) => Self::GiveUp,
            Page::Unfinished(_) => Self::Unfinished,
            Page::Keys(_) => Self::Keys,
            Page::Key { .. } => Self::Key,
            Page::Batch(page) => Self::of_batch(page, &model.batch),
        }
    }

    fn of_batch(page: &BatchPage, batch: &BatchState) -> Self {
        match (page, &batch.asking) {
            (BatchPage::Profiles(_) | BatchPage::Lists(_), _) => Self::Batches,
            (BatchPage::Statement(_), _) => Self::Statement,
            (BatchPage::Forecast(_), _) => Self::Forecast,
            (BatchPage::Board(_), None) if batch.on().is_none() => Self::BoardOver,
            (BatchPage::Board(_), None) => Self::Board,
            (BatchPage::Board(_), Some(BatchAsking::Admit { .. })) => Self::BoardAdmit,
            (BatchPage::Board(_), Some(_)) => Self::BoardTyping,
        }
    }

    fn of_run(run: &Run) -> Self {
        match &run.ending {
            Some(Ending::Enrolled { .. } | Ending::Retested { .. } | Ending::Both { .. }) => {
                return Self::Enrolled;
            }
            Some(_) => return Self::Ended,
            None => {}
        }
        match &run.asking {
            None => Self::Running,
            Some(Asking::Identify(identify)) if identify.document.is_none() => Self::Document,
            Some(Asking::Identify(_)) => Self::LastFour,
            Some(Asking::ChooseKey { keys, .. }) if keys.is_empty() => Self::InsertKey,
            Some(Asking::ChooseKey { .. }) => Self::ChooseKey,
            Some(Asking::Admit { verdict, .. }) if !verdict.admits() => Self::Refused,
            Some(Asking::Admit { .. }) => Self::Admit,
            Some(Asking::NewPin(_) | Asking::CurrentPin(_)) => Self::Pin,
            Some(Asking::Retest { .. }) => Self::Retest,
            Some(Asking::TouchAgain { .. }) => Self::TouchAgain,
            Some(Asking::Care(asking)) => Self::of_care(asking),
            Some(Asking::Reset(_)) => Self::Naming,
            Some(Asking::App(asking)) => Self::of_app(asking),
        }
    }

    fn of_app(asking: &AppAsking) -> Self {
        match asking {
            AppAsking::Name { .. } | AppAsking::Serial { .. } => Self::Naming,
            AppAsking::Secret(shown) if shown.by_hand => Self::ByHand,
            AppAsking::Secret(_) => Self::Scan,
            AppAsking::ShowAgain => Self::ShowAgain,
            AppAsking::Code { .. } => Self::TotpCode,
            AppAsking::Advice { .. } => Self::Advice,
            AppAsking::Choose { .. } => Self::ChooseFactor,
            AppAsking::Remove { .. } => Self::RemoveFactor,
        }
    }

    fn of_care(asking: &CareAsking) -> Self {
        match asking {
            asking if asking.is_naming() => Self::Naming,
            CareAsking::Settings { .. } => Self::Settings,
            CareAsking::ConfirmSettings { .. } | CareAsking::ConfirmRemoval { .. } => {
                Self::ConfirmCare
            }
            CareAsking::Credentials { .. } => Self::Credentials,
            CareAsking::Fingerprints { .. } => Self::Fingerprints,
            CareAsking::SeePin { .. } => Self::SeePin,
        }
    }

    /// Whether characters are typed here rather than being commands.
    pub fn takes_text(self) -> bool {
        matches!(
            self,
            Self::Code
                | Self::Home
                | Self::GiveUp
                | Self::LastFour
                | Self::Pin
                | Self::Naming
                | Self::Statement
                | Self::BoardTyping
        )
    }

    /// Whether digits are typed here, and letters are commands.
    pub fn takes_digits(self) -> bool {
        matches!(self, Self::Scan | Self::ByHand | Self::TotpCode)
    }

    fn is_typed(self) -> bool {
        self.takes_text() || self.takes_digits()
    }

    fn is_run(self) -> bool {
        matches!(
            self,
            Self::Running
                | Self::Document
                | Self::LastFour
                | Self::ChooseKey
                | Self::InsertKey
                | Self::Admit
                | Self::Refused
                | Self::Pin
                | Self::Retest
                | Self::TouchAgain
                | Self::Settings
                | Self::ConfirmCare
                | Self::Credentials
                | Self::Fingerprints
                | Self::Naming
                | Self::SeePin
                | Self::Scan
                | Self::ByHand
                | Self::TotpCode
                | Self::ShowAgain
                | Self::Advice
                | Self::ChooseFactor
                | Self::RemoveFactor
        )
    }

    /// Pages that an operator moves between by function keys.
    pub(super) fn is_page(self) -> bool {
        matches!(
            self,
            Self::Home | Self::Person | Self::Outbox | Self::Unfinished | Self::Keys
        )
    }

    fn is_list(self) -> bool {
        matches!(
            self,
            Self::Home
                | Self::Outbox
                | Self::Unfinished
                | Self::Keys
                | Self::Key
                | Self::Person
                | Self::ChooseKey
                | Self::ChooseFactor
                | Self::Settings
                | Self::Credentials
                | Self::Fingerprints
                | Self::Batches
                | Self::Forecast
                | Self::Board
                | Self::BoardOver
        )
    }
}

/// A key as the table writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    /// A key without modifiers.
    Plain(KeyCode),
    /// A letter with Ctrl.
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
    /// From the left.
    Left,
    /// From the right.
    Right,
    /// In the help only.
    HelpOnly,
}

/// One line of the table.
pub struct Binding {
    /// The keys; the first one is named on the last line.
    pub keys: &'static [Key],
    /// What they do.
    pub action: Action,
    /// Where.
    pub modes: fn(Mode) -> bool,
    /// In words.
    pub label: fn(&Text) -> String,
    /// Place on the last line.
    pub foot: Foot,
    /// Demonstration only.
    pub demo: bool,
}

/// The lines of the table that hold in a mode.
pub fn bindings(mode: Mode, demo: bool) -> impl Iterator<Item = &'static Binding> {
    KEYMAP
        .iter()
        .filter(move |binding| (demo || !binding.demo) && (binding.modes)(mode))
}

/// What a key does in a mode; `None`: nothing, or it is text.
pub fn action(mode: Mode, demo: bool, event: KeyEvent) -> Option<Action> {
    bindings(mode, demo)
        .find(|binding| binding.keys.iter().any(|key| key.matches(event)))
        .map(|binding| binding.action)
}

#[cfg(test)]
mod tests;
