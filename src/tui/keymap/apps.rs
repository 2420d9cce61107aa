//! Keys on a person's page, and in runs about authenticator apps and hardware tokens.

use ratatui::crossterm::event::KeyCode;

use super::Foot::{HelpOnly, Left};
use super::table::{ENTER, bind};
use super::{Action, Binding, Chosen, Key, Mode};
use crate::text::tr;

/// These stand before the others.
pub(super) static KEYMAP: &[Binding] = &[
    bind(
        ENTER,
        Action::Confirm,
        |m| matches!(m, Mode::Person(_)),
        |t| tr!(t, "key-enrol-key"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('a'))],
        Action::EnrolApp,
        |m| matches!(m, Mode::Person(_)),
        |t| tr!(t, "key-enrol-app"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('b'))],
        Action::EnrolBoth,
        |m| matches!(m, Mode::Person(_)),
        |t| tr!(t, "key-enrol-both"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('t'))],
        Action::Test,
        |m| matches!(m, Mode::Person(Chosen::Key | Chosen::App | Chosen::Token)),
        |t| tr!(t, "key-test"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('f'))],
        Action::Found,
        |m| m == Mode::Person(Chosen::Lost),
        |t| tr!(t, "key-found"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('w'))],
        Action::AcceptWaiting,
        |m| m == Mode::Person(Chosen::Waiting),
        |t| tr!(t, "key-accept"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('l'))],
        Action::Lost,
        |m| matches!(m, Mode::Person(chosen) if chosen != Chosen::Nothing),
        |t| tr!(t, "key-lost"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('r'))],
        Action::Replace,
        |m| m == Mode::Person(Chosen::App),
        |t| tr!(t, "key-replace"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('x'))],
        Action::Remove,
        |m| matches!(m, Mode::Person(Chosen::App | Chosen::Token)),
        |t| tr!(t, "key-remove"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('s'))],
        Action::AssignToken,
        |m| matches!(m, Mode::Person(_)),
        |t| tr!(t, "key-assign"),
        HelpOnly,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('e'))],
        Action::EndVisit,
        |m| matches!(m, Mode::Person(_)),
        |t| tr!(t, "key-end-visit"),
        HelpOnly,
    ),
    bind(
        ENTER,
        Action::Confirm,
        |m| m == Mode::Theirs,
        |t| tr!(t, "key-all-theirs"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('n'))],
        Action::NotTheirs,
        |m| m == Mode::Theirs,
        |t| tr!(t, "key-not-theirs"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('w'))],
        Action::AcceptWaiting,
        |m| matches!(m, Mode::Person(chosen) if chosen != Chosen::Waiting),
        |t| tr!(t, "key-accept"),
        HelpOnly,
    ),
    bind(
        ENTER,
        Action::Confirm,
        Mode::takes_digits,
        |t| tr!(t, "key-check"),
        HelpOnly,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('c'))],
        Action::ByHand,
        |m| m == Mode::ByHand,
        |t| tr!(t, "key-show-code"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('c'))],
        Action::ByHand,
        |m| m == Mode::Scan,
        |t| tr!(t, "key-by-hand"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('i'))],
        Action::Invert,
        |m| m == Mode::Scan,
        |t| tr!(t, "key-invert"),
        Left,
    ),
    bind(
        ENTER,
        Action::Confirm,
        |m| m == Mode::ShowAgain,
        |t| tr!(t, "key-show-again"),
        Left,
    ),
    bind(
        ENTER,
        Action::Confirm,
        |m| m == Mode::Advice,
        |t| tr!(t, "key-next-code"),
        Left,
    ),
    bind(
        ENTER,
        Action::Confirm,
        |m| matches!(m, Mode::ChooseFactor | Mode::ChooseOwned | Mode::Pick),
        |t| tr!(t, "key-this-one"),
        Left,
    ),
    bind(
        ENTER,
        Action::Confirm,
        |m| m == Mode::Suspend,
        |t| tr!(t, "key-suspend"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('k'))],
        Action::WithKey,
        |m| m == Mode::ChooseFactor,
        |t| tr!(t, "key-with-key"),
        Left,
    ),
    // Not Enter: it follows the code that proves the person, out of habit, and would land here.
    bind(
        &[Key::Plain(KeyCode::Char('x'))],
        Action::Remove,
        |m| m == Mode::RemoveFactor,
        |t| tr!(t, "key-remove"),
        Left,
    ),
];
