//! What each kind of [`Change`] is: the one place that is asked by whoever must treat some of them otherwise than others.

use super::{Begun, Change, Unfinished};
use crate::domain::batch::BatchChange;

/// What a change asks of the desk and of the disk.
///
/// It is one of four, because two things are asked: is it done in the operator's name, so that it waits while the screen is locked
/// over it; and does it get through on a full disk? Room is asked for before anything new begins, and the reserve is there so that
/// what was begun can end: so whatever may not use the reserve needs room, and nothing else does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// Something new in the operator's name, not done yet: it waits for them, and needs room.
    ///
    /// An operator's own key and what care can't take back are begun like everything else that is irreversible. So are tokens that
    /// are taken into stock: their file can be read again.
    Begins,
    /// The operator's word on something that was begun or has gone wrong: it waits for them, and may use the reserve.
    ///
    /// What begins a withdrawal is one of these, because it is the way out of a conflict. A factor that is suspended or removed was
    /// not begun, and the last room on the disk is for it: somebody else may be using it.
    Decides,
    /// It has happened, to the key, at the registry or to the session: it is written at once, behind a lock too, and may use the
    /// reserve. Only somebody who is signed in can end what is unfinished, so a session can always begin.
    Happened,
    /// Something to be kept that can be had again: it is written at once, and needs room.
    Kept,
}

impl Nature {
    /// Whether it is done in the name of the operator, and waits while the screen is locked over it.
    pub fn needs_operator(self) -> bool {
        matches!(self, Self::Begins | Self::Decides)
    }

    /// Whether it gets through on a full disk, with the room that is kept for ending what was begun.
    pub fn may_use_reserve(self) -> bool {
        matches!(self, Self::Decides | Self::Happened)
    }
}

impl Change {
    /// What it asks of the desk and of the disk.
    pub fn nature(&self) -> Nature {
        self.kind().0
    }

    /// The unfinished work that begins with it.
    pub fn begins(&self) -> Option<Unfinished> {
        self.kind().1.map(Begun::unfinished)
    }

    /// The one list of kinds: the nature of each, and the intent, where unfinished work begins with it. A session and a batch have
    /// rows of their own.
    fn kind(&self) -> (Nature, Option<&dyn Begun>) {
        use Nature::{Begins, Decides, Happened, Kept};
        match self {
            Self::IntentBegun { intent } => (Begins, Some(&**intent)),
            Self::OwnKeyBegun { intent } => (Begins, Some(&**intent)),
            Self::ResetBegun { intent } => (Begins, Some(&**intent)),
            Self::DeletionBegun { intent } => (Begins, Some(&**intent)),
            Self::CareBegun { intent } => (Begins, Some(&**intent)),
            Self::AppBegun { intent } => (Begins, Some(&**intent)),
            Self::TokenBegun { intent } => (Begins, Some(&**intent)),
            Self::PersonResetBegun { intent } => (Begins, Some(&**intent)),
            Self::WithdrawalBegun { intent, .. } => (Decides, Some(&**intent)),
            Self::TokensImported { .. } | Self::StockMoved { .. } => (Begins, None),
            Self::Enrolled { .. }
            | Self::Retested { .. }
            | Self::TakenUp { .. }
            | Self::ConflictResolved { .. }
            | Self::AppEnrolled { .. }
            | Self::FactorRemoved { .. }
            | Self::FactorSuspended { .. } => (Decides, None),
            Self::SessionOpened { .. }
            | Self::SessionUnlocked { .. }
            | Self::SessionClosed { .. }
            | Self::PinSet { .. }
            | Self::CredentialMade { .. }
            | Self::ResetDone { .. }
            | Self::DeletionDone { .. }
            | Self::IntentEnded { .. }
            | Self::Pushed { .. }
            | Self::Rejected { .. }
            | Self::Cared { .. }
            | Self::AppTested { .. }
            | Self::SuspensionLifted { .. }
            | Self::TokenAssigned { .. }
            | Self::PersonResetDone { .. } => (Happened, None),
            Self::StationJoined { .. }
            | Self::KeySeen { .. }
            | Self::TicketsFetched { .. }
            | Self::TicketsSealed { .. }
            | Self::MetadataImported { .. } => (Kept, None),
            Self::Batch { change } => (change.nature(), None),
        }
    }
}

impl BatchChange {
    /// As [`Change::nature`]; what a batch waits for is held at its slots, not here.
    fn nature(&self) -> Nature {
        match self {
            Self::Begun { .. } | Self::KeyBegun { .. } => Nature::Begins,
            Self::KeyResumed { .. }
            | Self::StepDone { .. }
            | Self::KeyStopped { .. }
            | Self::KeyEnded { .. }
            | Self::Ended { .. } => Nature::Happened,
        }
    }
}
