//! Questions about factors that are lost, with the line that is marked.

pub mod scenes;
pub mod view;

use super::Screen;
use super::run::{LIST, reply};
use crate::domain::visit::SuspendedWhy;
use crate::tui::keys::{ENTER, Key, Press, row};
use crate::tui::model::{Asking, Run};
use crate::tui::update::Effect;
use crate::wire::Owned;
use crate::workflow::dialogue::{Answer, LossQuestion};

/// A question about a factor that is lost.
pub enum LossAsking {
    Choose {
        owned: Vec<Owned>,
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
    /// The question as it is first shown: the mildest reason is marked; none where it is suspended already, because what is left makes it
    /// final, and Enter pressed in passing is to say nothing.
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
                marked: match owned.suspended() {
                    Some(_) => offered.len(),
                    None => 0,
                },
                owned,
                offered,
                is_last,
                is_offline,
            },
        }
    }

    /// The mark, and in how many lines.
    pub fn mark(&mut self) -> (&mut usize, usize) {
        match self {
            Self::Choose { owned, marked, .. } => (marked, owned.len()),
            Self::Suspend {
                offered, marked, ..
            } => (marked, offered.len()),
        }
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

/// Which one?
static CHOOSE: Screen = Screen {
    rows: &[row!(ENTER => "key-this-one", Left, Run(confirm))],
    ..LIST
};

static SUSPEND: Screen = Screen {
    rows: &[
        row!(ENTER => "key-suspend", Left, Run(confirm)),
        row!(Key::Digit => "key-why", HelpOnly, Run(why)),
    ],
    ..LIST
};

pub(super) fn screen(asking: &LossAsking) -> &'static Screen {
    match asking {
        LossAsking::Choose { .. } => &CHOOSE,
        LossAsking::Suspend { .. } => &SUSPEND,
    }
}

fn confirm(run: &mut Run, _: Press) -> Vec<Effect> {
    let said = match run.asking() {
        Some(Asking::Loss(asking)) => asking.confirm(),
        _ => None,
    };
    reply(run, said)
}

fn why(run: &mut Run, press: Press) -> Vec<Effect> {
    if let (Some(Asking::Loss(asking)), Some(number)) = (run.asking_mut(), press.number()) {
        let (at, lines) = asking.mark();
        *at = number.saturating_sub(1).min(lines.saturating_sub(1));
    }
    Vec::new()
}
