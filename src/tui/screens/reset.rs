//! A reset as the kiosk shows it: what is asked before it, and what the people are to do with the key.

pub mod scenes;
pub mod view;

use jiff::Timestamp;

use super::Screen;
use super::giving_up::typeable;
use super::run::{LINE, LIST, reply};
use crate::domain::KeyFacts;
use crate::domain::reset::{Losses, ResetCase};
use crate::tui::entry::Line;
use crate::tui::keys::{ENTER, Press, row};
use crate::tui::model::{Asking, Run};
use crate::tui::update::Effect;
use crate::workflow::dialogue::{Answer, Coach, LostBy};

/// A question about a reset.
#[expect(
    clippy::large_enum_variant,
    reason = "there is one at a time, and it is boxed where it is kept"
)]
pub enum ResetAsking {
    /// Who asked for it, and why?
    Case {
        losses: Losses,
        by: LostBy,
        /// Reason, ticket, who asked.
        lines: [Line; 3],
        /// The one that is being typed.
        at: usize,
        /// Something was missing.
        wrong: bool,
    },
    /// The word is to be typed.
    Confirm {
        key: KeyFacts,
        losses: Losses,
        by: LostBy,
        word: String,
        line: Line,
        /// The last one was another.
        wrong: bool,
    },
}

impl ResetAsking {
    /// The case as it is known so far, to be completed.
    pub fn of_case(case: ResetCase, losses: Losses, (by, wrong): (LostBy, bool)) -> Self {
        let texts = [
            case.reason,
            case.ticket.unwrap_or_default(),
            case.requested_by.unwrap_or_default(),
        ];
        Self::Case {
            losses,
            by,
            lines: texts.map(|text| {
                let mut line = Line::default();
                text.chars().for_each(|c| line.push(c));
                line
            }),
            at: 0,
            wrong,
        }
    }

    /// What is lost, and the word that confirms it: one that can be typed.
    pub fn to_confirm(
        key: KeyFacts,
        losses: Losses,
        (word, by, wrong): (&str, LostBy, bool),
    ) -> Self {
        let other = match losses.people().first() {
            Some(person) => person.id.to_string(),
            None => key.slot.to_string(),
        };
        Self::Confirm {
            word: typeable(word, &other),
            key,
            losses,
            by,
            line: Line::default(),
            wrong,
        }
    }

    /// The line that is being typed.
    pub fn line(&mut self) -> Option<&mut Line> {
        match self {
            Self::Case {
                lines, at, wrong, ..
            } => {
                *wrong = false;
                lines.get_mut(*at)
            }
            Self::Confirm { line, wrong, .. } => {
                *wrong = false;
                Some(line)
            }
        }
    }

    /// The line of the case that is being typed, and of how many.
    pub fn mark(&mut self) -> Option<(&mut usize, usize)> {
        match self {
            Self::Case { lines, at, .. } => Some((at, lines.len())),
            Self::Confirm { .. } => None,
        }
    }

    /// Forgets what has been entered.
    pub fn forget_entry(&mut self) {
        match self {
            Self::Case { lines, at, .. } => {
                lines.iter_mut().for_each(Line::clear);
                *at = 0;
            }
            Self::Confirm { line, .. } => line.clear(),
        }
    }

    /// The case as it has been typed; `None`: the next line is to be typed first.
    pub fn next(&mut self) -> Option<ResetCase> {
        let Self::Case { lines, at, .. } = self else {
            return None;
        };
        if *at + 1 < lines.len() {
            *at += 1;
            return None;
        }
        let [reason, ticket, requested_by] = lines;
        let text = |line: &Line| line.as_str().trim().to_owned();
        let case = ResetCase {
            reason: text(reason),
            ticket: Some(text(ticket)),
            requested_by: Some(text(requested_by)),
            identification: None,
        };
        Some(case)
    }
}

/// What is to be done with the key.
#[derive(Debug, Clone, PartialEq)]
pub struct Coached {
    pub key: KeyFacts,
    pub coach: Coach,
    /// The key said that it waits for a touch.
    pub asked: bool,
    /// Since then a finger is on it, as far as the key tells.
    pub held_since: Option<Timestamp>,
}

impl Coached {
    /// The key goes on waiting, or feels a finger.
    pub fn alive(&mut self, touch: bool, now: Timestamp) {
        if touch {
            self.asked = true;
            self.held_since = None;
        } else if self.asked {
            self.held_since.get_or_insert(now);
        }
    }
}

pub(super) static SCREEN: Screen = Screen {
    rows: &[row!(ENTER => "key-confirm", Left, Run(confirm))],
    typing: LINE.typing,
    ..LIST
};

fn confirm(run: &mut Run, _: Press) -> Vec<Effect> {
    let Some(Asking::Reset(asking)) = run.asking_mut() else {
        return Vec::new();
    };
    let said = match &mut **asking {
        ResetAsking::Confirm { line, .. } if line.is_empty() => None,
        ResetAsking::Confirm { line, .. } => Some(Answer::Typed(line.as_str().to_owned())),
        case => case.next().map(Answer::Case),
    };
    reply(run, said)
}
