//! The table itself.

use ratatui::crossterm::event::KeyCode;

use super::Foot::{HelpOnly, Left, Right};
use super::{Action, Binding, Foot, Key, Mode};
use crate::text::{Text, tr};

pub(super) const ENTER: &[Key] = &[Key::Plain(KeyCode::Enter)];
const ESC: &[Key] = &[Key::Plain(KeyCode::Esc)];

pub(super) const fn bind(
    keys: &'static [Key],
    action: Action,
    modes: fn(Mode) -> bool,
    label: fn(&Text) -> String,
    foot: Foot,
) -> Binding {
    Binding {
        keys,
        action,
        modes,
        label,
        foot,
        demo: false,
    }
}

const fn demo(keys: &'static [Key], action: Action, label: fn(&Text) -> String) -> Binding {
    Binding {
        demo: true,
        ..bind(keys, action, |_| true, label, Right)
    }
}

pub(super) static KEYMAP: &[Binding] = &[
    bind(
        ENTER,
        Action::Confirm,
        |m| matches!(m, Mode::SignIn | Mode::Code),
        |t| tr!(t, "key-sign-in"),
        Left,
    ),
    bind(
        ENTER,
        Action::Confirm,
        |m| matches!(m, Mode::Home | Mode::Keys | Mode::Batches),
        |t| tr!(t, "key-open"),
        Left,
    ),
    bind(
        ENTER,
        Action::Confirm,
        |m| m == Mode::Unfinished,
        |t| tr!(t, "key-take-up"),
        Left,
    ),
    bind(
        ENTER,
        Action::Confirm,
        |m| {
            matches!(
                m,
                Mode::LastFour | Mode::GiveUp | Mode::Naming | Mode::ConfirmCare | Mode::Statement
            )
        },
        |t| tr!(t, "key-confirm"),
        Left,
    ),
    bind(
        ENTER,
        Action::Confirm,
        |m| matches!(m, Mode::ChooseKey | Mode::Admit | Mode::BoardAdmit),
        |t| tr!(t, "key-use"),
        Left,
    ),
    bind(
        ENTER,
        Action::Confirm,
        |m| m == Mode::Refused,
        |t| tr!(t, "key-other-key"),
        Left,
    ),
    bind(
        ENTER,
        Action::Confirm,
        |m| matches!(m, Mode::Pin | Mode::Settings | Mode::BoardTyping),
        |t| tr!(t, "key-next"),
        Left,
    ),
    bind(
        ENTER,
        Action::Confirm,
        |m| m == Mode::Retest,
        |t| tr!(t, "key-go-on"),
        Left,
    ),
    bind(
        ENTER,
        Action::Confirm,
        |m| m == Mode::TouchAgain,
        |t| tr!(t, "key-again"),
        Left,
    ),
    bind(
        ENTER,
        Action::Confirm,
        |m| {
            matches!(
                m,
                Mode::Enrolled
                    | Mode::Ended
                    | Mode::NotSignedIn
                    | Mode::Credentials
                    | Mode::Fingerprints
            )
        },
        |t| tr!(t, "key-done"),
        Left,
    ),
    bind(
        ENTER,
        Action::Confirm,
        |m| m == Mode::Locked,
        |t| tr!(t, "key-unlock"),
        Left,
    ),
    bind(
        ENTER,
        Action::Confirm,
        |m| m == Mode::SeePin,
        |t| tr!(t, "key-noted"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('t'))],
        Action::Test,
        |m| m == Mode::Key,
        |t| tr!(t, "key-test"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('p'))],
        Action::KeyPin,
        |m| m == Mode::Key,
        |t| tr!(t, "key-pin"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('r'))],
        Action::RandomPin,
        |m| m == Mode::Key,
        |t| tr!(t, "key-random-pin"),
        HelpOnly,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('v'))],
        Action::VerifyPin,
        |m| m == Mode::Key,
        |t| tr!(t, "key-verify-pin"),
        HelpOnly,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('c'))],
        Action::KeyCredentials,
        |m| m == Mode::Key,
        |t| tr!(t, "key-credentials"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('f'))],
        Action::Fingers,
        |m| m == Mode::Key,
        |t| tr!(t, "key-fingers"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('s'))],
        Action::KeySettings,
        |m| m == Mode::Key,
        |t| tr!(t, "key-settings"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('z'))],
        Action::KeyReset,
        |m| m == Mode::Key,
        |t| tr!(t, "key-reset"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('x'))],
        Action::Remove,
        |m| matches!(m, Mode::Credentials | Mode::Fingerprints),
        |t| tr!(t, "key-remove"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('n'))],
        Action::Rename,
        |m| matches!(m, Mode::Credentials | Mode::Fingerprints),
        |t| tr!(t, "key-rename"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('a'))],
        Action::AddFinger,
        |m| m == Mode::Fingerprints,
        |t| tr!(t, "key-add-finger"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('k'))],
        Action::Keep,
        |m| m == Mode::ConfirmCare,
        |t| tr!(t, "key-keep"),
        Left,
    ),
    bind(
        &[Key::Digit],
        Action::Number,
        |m| m == Mode::Document,
        |t| tr!(t, "key-document"),
        Left,
    ),
    bind(
        &[Key::Digit],
        Action::Number,
        |m| m == Mode::ChooseKey,
        |t| tr!(t, "key-slot"),
        HelpOnly,
    ),
    bind(
        &[Key::Digit],
        Action::Number,
        |m| m == Mode::Suspend,
        |t| tr!(t, "key-why"),
        HelpOnly,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('c'))],
        Action::FirstTime,
        |m| m == Mode::SignIn,
        |t| tr!(t, "key-first-time"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('t'))],
        Action::ByTouch,
        |m| m == Mode::ChooseKey,
        |t| tr!(t, "key-by-touch"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('w'))],
        Action::Wink,
        |m| matches!(m, Mode::ChooseKey | Mode::Keys | Mode::Board),
        |t| tr!(t, "key-wink"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('o'))],
        Action::OtherKey,
        |m| matches!(m, Mode::Admit | Mode::Retest | Mode::BoardAdmit),
        |t| tr!(t, "key-other-key"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('a'))],
        Action::AnotherKey,
        |m| m == Mode::Enrolled,
        |t| tr!(t, "key-another-key"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('p'))],
        Action::Push,
        |m| m == Mode::Outbox,
        |t| tr!(t, "key-push"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('r'))],
        Action::Retry,
        |m| m == Mode::Outbox,
        |t| tr!(t, "key-retry"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('x'))],
        Action::Withdraw,
        |m| m == Mode::Outbox,
        |t| tr!(t, "key-withdraw"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('n'))],
        Action::WithoutKey,
        |m| matches!(m, Mode::Outbox | Mode::Unfinished),
        |t| tr!(t, "key-without-key"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Up)],
        Action::Up,
        Mode::is_list,
        |t| tr!(t, "key-move"),
        HelpOnly,
    ),
    bind(
        &[Key::Plain(KeyCode::Down), Key::Plain(KeyCode::Tab)],
        Action::Down,
        Mode::is_list,
        |t| tr!(t, "key-move"),
        HelpOnly,
    ),
    bind(
        &[Key::Plain(KeyCode::PageUp)],
        Action::PageUp,
        Mode::is_list,
        |t| tr!(t, "key-page"),
        HelpOnly,
    ),
    bind(
        &[Key::Plain(KeyCode::PageDown)],
        Action::PageDown,
        Mode::is_list,
        |t| tr!(t, "key-page"),
        HelpOnly,
    ),
    bind(
        &[Key::Plain(KeyCode::Backspace)],
        Action::Delete,
        Mode::is_typed,
        |t| tr!(t, "key-delete"),
        HelpOnly,
    ),
    bind(
        &[Key::Ctrl('u'), Key::Ctrl('w')],
        Action::Clear,
        Mode::is_typed,
        |t| tr!(t, "key-clear"),
        HelpOnly,
    ),
    bind(
        ESC,
        Action::Back,
        |m| {
            matches!(
                m,
                Mode::Code
                    | Mode::Person(_)
                    | Mode::Outbox
                    | Mode::GiveUp
                    | Mode::Unfinished
                    | Mode::Keys
                    | Mode::Key
            )
        },
        |t| tr!(t, "key-back"),
        Left,
    ),
    bind(
        ESC,
        Action::Back,
        |m| m == Mode::Home,
        |t| tr!(t, "key-clear"),
        HelpOnly,
    ),
    bind(
        ESC,
        Action::Back,
        Mode::is_run,
        |t| tr!(t, "key-stop"),
        HelpOnly,
    ),
    bind(
        ESC,
        Action::Back,
        |m| matches!(m, Mode::Enrolled | Mode::Ended | Mode::NotSignedIn),
        |t| tr!(t, "key-done"),
        HelpOnly,
    ),
    bind(
        ENTER,
        Action::Confirm,
        |m| m == Mode::BoardOver,
        |t| tr!(t, "key-done"),
        Left,
    ),
    bind(
        ENTER,
        Action::Confirm,
        |m| m == Mode::Forecast,
        |t| tr!(t, "key-start"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('r'))],
        Action::Retry,
        |m| m == Mode::Board,
        |t| tr!(t, "key-again"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('s'))],
        Action::Skip,
        |m| m == Mode::Board,
        |t| tr!(t, "key-skip"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('b'))],
        Action::Abort,
        |m| m == Mode::Board,
        |t| tr!(t, "key-abort"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('z'))],
        Action::Pause,
        |m| m == Mode::Board,
        |t| tr!(t, "key-pause"),
        HelpOnly,
    ),
    bind(
        &[Key::Plain(KeyCode::Char('e'))],
        Action::EndBatch,
        |m| m == Mode::Board,
        |t| tr!(t, "key-end-batch"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::F(8))],
        Action::Batch,
        Mode::is_page,
        |t| tr!(t, "key-batch"),
        HelpOnly,
    ),
    bind(
        ESC,
        Action::Back,
        |m| {
            matches!(
                m,
                Mode::Batches | Mode::Statement | Mode::Forecast | Mode::Board | Mode::BoardOver
            )
        },
        |t| tr!(t, "key-back"),
        Left,
    ),
    bind(
        ESC,
        Action::Back,
        |m| matches!(m, Mode::BoardTyping | Mode::BoardAdmit),
        |t| tr!(t, "key-abort"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::F(4))],
        Action::Bay,
        Mode::is_page,
        |t| tr!(t, "key-bay"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::F(5))],
        Action::Outbox,
        |m| m.is_page() || matches!(m, Mode::Enrolled | Mode::Ended),
        |t| tr!(t, "key-outbox"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::F(6))],
        Action::Unfinished,
        Mode::is_page,
        |t| tr!(t, "key-unfinished"),
        Left,
    ),
    bind(
        &[Key::Plain(KeyCode::F(7))],
        Action::Tickets,
        Mode::is_page,
        |t| tr!(t, "key-tickets"),
        HelpOnly,
    ),
    demo(&[Key::Plain(KeyCode::F(2))], Action::SoftTouch, |t| {
        tr!(t, "key-soft-touch")
    }),
    demo(&[Key::Plain(KeyCode::F(3))], Action::SoftPlug, |t| {
        tr!(t, "key-soft-plug")
    }),
    bind(
        &[Key::Plain(KeyCode::F(1))],
        Action::Help,
        |_| true,
        |t| tr!(t, "key-help"),
        Right,
    ),
    bind(
        &[Key::Plain(KeyCode::F(9))],
        Action::Language,
        |_| true,
        |t| tr!(t, "key-language"),
        HelpOnly,
    ),
    bind(
        &[Key::Plain(KeyCode::F(12)), Key::Ctrl('l')],
        Action::Lock,
        |m| !matches!(m, Mode::SignIn | Mode::Locked),
        |t| tr!(t, "key-lock"),
        Right,
    ),
    bind(
        &[Key::Plain(KeyCode::F(10))],
        Action::SignOut,
        Mode::is_page,
        |t| tr!(t, "key-sign-out"),
        HelpOnly,
    ),
    bind(
        &[Key::Ctrl('q'), Key::Ctrl('c')],
        Action::Quit,
        |m| !m.is_run() && m != Mode::Locked,
        |t| tr!(t, "key-quit"),
        HelpOnly,
    ),
];
