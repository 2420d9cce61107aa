//! How the registry hears of what was done: what is said of a key, and sending an entry as a step of the checklist.
//!
//! Invariant: an entry that does not get through is no failure of the run, because it is on disk.

use super::dialogue::{Note, PushState, Step};
use super::steps::{begin_step, end_step};
use super::{Desk, Pushed};
use crate::domain::{EntryId, KeyFacts};
use crate::wire::KeyReport;

/// What a station says of a key.
pub(super) fn key_report(key: &KeyFacts) -> KeyReport {
    KeyReport {
        id: key.id.clone(),
        model: key.model.clone(),
        firmware: key.firmware,
    }
}

pub(super) async fn push_entry(desk: &mut dyn Desk, entry: EntryId) -> PushState {
    push_as(desk, entry, Step::Push).await
}

/// Sends an entry, as a step of the checklist.
pub(super) async fn push_as(desk: &mut dyn Desk, entry: EntryId, step: Step) -> PushState {
    begin_step(desk, step);
    // Whatever keeps it from being sent: it is recorded, and it waits.
    let pushed = desk.push(entry).await.unwrap_or(Pushed::Queued);
    let (note, state) = match pushed {
        Pushed::Accepted { waiting: true, .. } => (Note::None, PushState::Waiting),
        Pushed::Accepted { .. } => (Note::None, PushState::Accepted),
        Pushed::Queued => (Note::Queued, PushState::Queued),
        Pushed::Rejected { code, detail } => (
            Note::Conflict {
                detail: detail.clone(),
            },
            PushState::Conflict { code, detail },
        ),
    };
    end_step(desk, step, note);
    state
}
