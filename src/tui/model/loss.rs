//! Questions about factors that are lost, with the line that is marked.

use crate::domain::visit::SuspendedWhy;
use crate::wire::Owned;
use crate::workflow::dialogue::{Answer, LossQuestion};

/// A question about a factor that is lost.
pub enum LossAsking {
    Choose {
        owned: Vec<Owned>,
        /// They are to be lifted.
        lifts: bool,
        marked: usize,
    },
    Suspend {
        owned: Box<Owned>,
        /// What may be said.
        offered: Vec<SuspendedWhy>,
        /// It is the last one that opens something.
        is_last: bool,
        /// The registry is out of reach.
        is_offline: bool,
        marked: usize,
    },
}

impl LossAsking {
    /// The question as it is first shown: the mildest reason is marked.
    pub fn of(question: LossQuestion) -> Self {
        match question {
            LossQuestion::Choose { owned, lifts, .. } => Self::Choose {
                owned,
                lifts,
                marked: 0,
            },
            LossQuestion::Suspend {
                owned,
                offered,
                is_last,
                is_offline,
                ..
            } => Self::Suspend {
                owned,
                offered,
                is_last,
                is_offline,
                marked: 0,
            },
        }
    }

    pub fn mark(&mut self, to: impl Fn(usize) -> usize) {
        let (marked, lines) = match self {
            Self::Choose { owned, marked, .. } => (marked, owned.len()),
            Self::Suspend {
                offered, marked, ..
            } => (marked, offered.len()),
        };
        *marked = to(*marked).min(lines.saturating_sub(1));
    }

    /// Enter: the answer.
    pub fn confirm(&self) -> Option<Answer> {
        match self {
            Self::Choose { owned, marked, .. } => {
                owned.get(*marked).map(|o| Answer::Which(o.factor()))
            }
            Self::Suspend {
                offered, marked, ..
            } => offered.get(*marked).map(|why| Answer::Why(*why)),
        }
    }
}
