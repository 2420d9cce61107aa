//! Questions about a key that is lent, with the line that is marked.

pub mod scenes;
pub mod view;

use super::Screen;
use super::run::{LIST, reply};
use crate::domain::Person;
use crate::domain::act::Act;
use crate::domain::loan::{DAYS_MAX, LoanDays, Second};
use crate::tui::keys::{ENTER, Key, Press, SCROLLED, row};
use crate::tui::model::{Asking, Run};
use crate::tui::update::Effect;
use crate::wire::Seconds;
use crate::workflow::dialogue::{Answer, LoanQuestion};

/// A question about a key that is lent.
pub enum LoanAsking {
    /// For how many working days?
    Days { person: Person, marked: usize },
    /// Who has come?
    Second { seconds: Seconds, marked: usize },
    Sign {
        act: Box<Act>,
        /// So many lines are scrolled away, where not all of them fit.
        at: usize,
    },
}

impl LoanAsking {
    /// The question as it is first shown: the shortest loan is marked.
    pub fn of(question: LoanQuestion) -> Self {
        match question {
            LoanQuestion::Days { person } => Self::Days { person, marked: 0 },
            LoanQuestion::Second { seconds, .. } => Self::Second { seconds, marked: 0 },
            LoanQuestion::Sign { act } => Self::Sign { act, at: 0 },
        }
    }

    /// The mark, and in how many lines.
    pub fn mark(&mut self) -> (&mut usize, usize) {
        match self {
            Self::Days { marked, .. } => (marked, usize::from(DAYS_MAX)),
            Self::Second { seconds, marked } => {
                (marked, seconds.members.len() + seconds.administrators.len())
            }
            Self::Sign { at, .. } => (at, SCROLLED),
        }
    }

    /// Enter: the answer.
    fn confirm(&self) -> Option<Answer> {
        match self {
            Self::Days { marked, .. } => {
                let days = u8::try_from(marked + 1).ok()?;
                LoanDays::try_from(days).ok().map(Answer::LoanDays)
            }
            Self::Second { seconds, marked } => nth(seconds, *marked).map(Answer::Second),
            Self::Sign { .. } => Some(Answer::Yes),
        }
    }
}

/// Members of staff stand first.
fn nth(seconds: &Seconds, marked: usize) -> Option<Second> {
    match seconds.members.get(marked) {
        Some(member) => Some(Second::Member {
            operator: member.id.clone(),
        }),
        None => {
            let marked = marked.checked_sub(seconds.members.len())?;
            let administrator = seconds.administrators.get(marked)?;
            Some(Second::Administrator {
                person: administrator.id.clone(),
            })
        }
    }
}

static DAYS: Screen = Screen {
    rows: &[
        row!(ENTER => "key-next", Left, Run(confirm)),
        row!(Key::Digit => "key-loan-days", HelpOnly, Run(choose)),
    ],
    ..LIST
};

static SECOND: Screen = Screen {
    rows: &[
        row!(ENTER => "key-next", Left, Run(confirm)),
        row!(Key::Digit => "key-which-second", HelpOnly, Run(choose)),
    ],
    ..LIST
};

static SIGN: Screen = Screen {
    rows: &[row!(ENTER => "key-sign-loan", Left, Run(confirm))],
    ..LIST
};

pub(super) fn screen(asking: &LoanAsking) -> &'static Screen {
    match asking {
        LoanAsking::Days { .. } => &DAYS,
        LoanAsking::Second { .. } => &SECOND,
        LoanAsking::Sign { .. } => &SIGN,
    }
}

fn confirm(run: &mut Run, _: Press) -> Vec<Effect> {
    let said = match run.asking() {
        Some(Asking::Loan(asking)) => asking.confirm(),
        _ => None,
    };
    reply(run, said)
}

fn choose(run: &mut Run, press: Press) -> Vec<Effect> {
    if let (Some(Asking::Loan(asking)), Some(number)) = (run.asking_mut(), press.number()) {
        let (at, lines) = asking.mark();
        *at = number.saturating_sub(1).min(lines.saturating_sub(1));
    }
    Vec::new()
}
