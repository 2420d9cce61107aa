//! The line of plain words that says what a page waits for, where nothing larger says it.
//!
//! A run says it beside its large letters (see [`who`](super::chrome::who)), so that it has none here.

use super::Ctx;
use crate::text::tr;
use crate::tui::keymap::Mode;

pub(super) fn of(ctx: Ctx<'_>) -> Option<String> {
    let t = ctx.text;
    Some(match ctx.mode() {
        Mode::Home => tr!(t, "waits-home"),
        Mode::Person(_) => tr!(t, "waits-person"),
        Mode::Outbox => tr!(t, "waits-outbox"),
        Mode::GiveUp => tr!(t, "waits-give-up"),
        Mode::Unfinished => tr!(t, "waits-unfinished"),
        Mode::Keys => tr!(t, "waits-keys"),
        Mode::Key => tr!(t, "waits-key"),
        Mode::Batches => tr!(t, "waits-batches"),
        Mode::Statement => tr!(t, "waits-statement"),
        Mode::Forecast => tr!(t, "waits-forecast"),
        Mode::Board => tr!(t, "waits-board"),
        Mode::BoardOver => tr!(t, "waits-board-over"),
        Mode::BoardTyping => tr!(t, "waits-board-typing"),
        Mode::BoardAdmit => tr!(t, "waits-board-admit"),
        Mode::Enrolled => tr!(t, "waits-enrolled"),
        Mode::Ended | Mode::NotSignedIn => tr!(t, "waits-ended"),
        Mode::SignIn
        | Mode::Code
        | Mode::Locked
        | Mode::Settings
        | Mode::ConfirmCare
        | Mode::Credentials
        | Mode::Fingerprints
        | Mode::Naming
        | Mode::SeePin
        | Mode::Running
        | Mode::Document
        | Mode::LastFour
        | Mode::ChooseKey
        | Mode::InsertKey
        | Mode::Admit
        | Mode::Refused
        | Mode::Pin
        | Mode::Retest
        | Mode::TouchAgain
        | Mode::Scan
        | Mode::ByHand
        | Mode::TotpCode
        | Mode::ShowAgain
        | Mode::Advice
        | Mode::ChooseFactor
        | Mode::Pick
        | Mode::Theirs
        | Mode::RemoveFactor
        | Mode::ChooseOwned
        | Mode::Suspend => return None,
    })
}
