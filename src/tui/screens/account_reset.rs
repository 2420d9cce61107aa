//! The reset of an account: what an agent asks for, what a second one releases, and what is deleted then.

pub mod at_desk;
pub mod away;
pub mod scenes;
pub mod view;

use super::Screen;
use super::run::{LINE, LIST, QUESTION, reply};
use crate::domain::Person;
use crate::domain::account_reset::{ResetReason, ResetWish, TICKET_CHARS_MAX};
use crate::domain::act::Act;
use crate::domain::identification::AwayMeans;
use crate::tui::entry::Line;
use crate::tui::keys::{ENTER, Key, Press, SCROLLED, letter, row};
use crate::tui::model::{Asking, Draft, Model, Run, WishTyped};
use crate::tui::update::Effect;
use crate::wire::{AccountReset, Operator, Owned, ResetFacts, Vouched};
use crate::workflow::dialogue::{AccountResetJob, AccountResetQuestion, Answer};

/// A question about the reset of an account.
pub enum AccountResetAsking {
    /// Why?
    Why {
        marked: usize,
    },
    /// What else there is to say, and the number of the ticket.
    Remark {
        reason: ResetReason,
        lines: [Line; 2],
        /// The one that is being typed.
        at: usize,
    },
    Ask(Read),
    /// Which of them?
    Which {
        what: AccountResetJob,
        resets: Vec<AccountReset>,
        marked: usize,
    },
    /// Do they object?
    Object {
        objector: Box<Person>,
        reset: Box<AccountReset>,
    },
    /// Which agent has come?
    Releaser {
        agents: Vec<Operator>,
        marked: usize,
    },
    Release {
        read: Read,
        /// The last name.
        line: Line,
        /// What is wrong with the last Enter.
        complaint: Option<Complaint>,
    },
    CarryOut {
        reset: Box<AccountReset>,
        owned: Vec<Owned>,
    },
    /// Is it them?
    Way {
        person: Box<Person>,
        means: AwayMeans,
        number: Option<String>,
        vouched: Option<Box<Vouched>>,
        /// Another way serves as well.
        other: bool,
    },
    /// Within how many working days do they come?
    Except {
        reset: Box<AccountReset>,
        owned: Vec<Owned>,
        line: Line,
        wrong: bool,
    },
}

/// What is read before it is signed.
pub struct Read {
    pub act: Box<Act>,
    pub facts: Box<ResetFacts>,
    /// So many lines are scrolled away, where not all of them fit.
    pub at: usize,
}

/// Why an Enter released nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Complaint {
    /// The name that was typed is another one.
    WrongName,
    /// Nothing was typed: Enter once more refuses.
    Refuses,
}

impl AccountResetAsking {
    /// The question as it is first shown.
    pub fn of(question: AccountResetQuestion) -> Self {
        match question {
            AccountResetQuestion::Why { .. } => Self::Why { marked: 0 },
            AccountResetQuestion::Ask { act, facts } => Self::Ask(Read { act, facts, at: 0 }),
            AccountResetQuestion::Which { what, resets } => Self::Which {
                what,
                resets,
                marked: 0,
            },
            AccountResetQuestion::Object { objector, reset } => Self::Object {
                objector: Box::new(objector),
                reset,
            },
            AccountResetQuestion::Releaser { agents } => Self::Releaser { agents, marked: 0 },
            AccountResetQuestion::Release { act, facts, wrong } => Self::Release {
                read: Read { act, facts, at: 0 },
                line: Line::default(),
                complaint: wrong.then_some(Complaint::WrongName),
            },
            AccountResetQuestion::CarryOut { reset, owned } => Self::CarryOut { reset, owned },
            AccountResetQuestion::Way {
                person,
                means,
                number,
                vouched,
                other,
            } => Self::Way {
                person: Box::new(person),
                means,
                number,
                vouched: vouched.map(Box::new),
                other,
            },
            AccountResetQuestion::Except {
                reset,
                owned,
                wrong,
            } => Self::Except {
                reset,
                owned,
                line: Line::default(),
                wrong,
            },
        }
    }

    /// The mark, and in how many lines.
    pub fn mark(&mut self) -> Option<(&mut usize, usize)> {
        match self {
            Self::Why { marked } => Some((marked, ResetReason::ALL.len())),
            Self::Releaser { agents, marked } => Some((marked, agents.len())),
            Self::Which { resets, marked, .. } => Some((marked, resets.len())),
            Self::Ask(read) | Self::Release { read, .. } => Some((&mut read.at, SCROLLED)),
            Self::Remark { lines, at, .. } => Some((at, lines.len())),
            Self::Object { .. }
            | Self::CarryOut { .. }
            | Self::Way { .. }
            | Self::Except { .. } => None,
        }
    }

    /// The line that is being typed.
    pub fn line(&mut self) -> Option<&mut Line> {
        match self {
            Self::Remark { lines, at, .. } => lines.get_mut(*at),
            Self::Release {
                line, complaint, ..
            } => {
                *complaint = None;
                Some(line)
            }
            Self::Except { line, wrong, .. } => {
                *wrong = false;
                Some(line)
            }
            Self::Why { .. }
            | Self::Ask(_)
            | Self::Which { .. }
            | Self::Object { .. }
            | Self::Releaser { .. }
            | Self::CarryOut { .. }
            | Self::Way { .. } => None,
        }
    }

    /// Why it is asked for, and what else has been typed.
    fn typed(&self) -> Option<WishTyped> {
        match self {
            Self::Remark { reason, lines, at } => Some(WishTyped {
                reason: *reason,
                lines: lines.clone(),
                at: *at,
            }),
            Self::Why { .. }
            | Self::Ask(_)
            | Self::Which { .. }
            | Self::Object { .. }
            | Self::Releaser { .. }
            | Self::Release { .. }
            | Self::CarryOut { .. }
            | Self::Way { .. }
            | Self::Except { .. } => None,
        }
    }

    /// Forgets what has been entered, but for sentences, which take long to type and are no secret.
    pub fn forget_entry(&mut self) {
        match self {
            Self::Release {
                line, complaint, ..
            } => {
                *complaint = None;
                line.clear();
            }
            Self::Except { line, wrong, .. } => {
                *wrong = false;
                line.clear();
            }
            Self::Why { .. }
            | Self::Remark { .. }
            | Self::Ask(_)
            | Self::Which { .. }
            | Self::Object { .. }
            | Self::Releaser { .. }
            | Self::CarryOut { .. }
            | Self::Way { .. } => {}
        }
    }

    /// Enter: the answer; none, where there is more to be typed first.
    fn confirm(&mut self) -> Option<Answer> {
        match self {
            Self::Why { marked } => {
                let reason = *ResetReason::ALL.get(*marked)?;
                *self = Self::Remark {
                    reason,
                    lines: Default::default(),
                    at: 0,
                };
                None
            }
            Self::Remark { lines, at, .. } if *at + 1 < lines.len() => {
                *at += 1;
                None
            }
            Self::Remark { lines, .. } if is_long(lines) => None,
            Self::Remark { reason, lines, .. } => {
                let [remark, ticket] = lines.each_ref().map(|line| line.as_str().trim().to_owned());
                Some(Answer::Wish(ResetWish {
                    reason: *reason,
                    remark,
                    ticket: Some(ticket).filter(|ticket| !ticket.is_empty()),
                }))
            }
            // Whoever types nothing refuses, and that takes a second Enter: nothing is released or refused by a key that was
            // pressed in passing.
            Self::Release {
                line, complaint, ..
            } if line.is_empty() => match complaint.replace(Complaint::Refuses) {
                Some(Complaint::Refuses) => Some(Answer::Keep),
                Some(Complaint::WrongName) | None => None,
            },
            Self::Release { line, .. } => Some(Answer::Typed(line.as_str().to_owned())),
            Self::Releaser { agents, marked } => {
                let agent = agents.get(*marked)?;
                Some(Answer::Releaser(agent.id.clone()))
            }
            Self::Except { line, .. } => Some(Answer::Typed(line.as_str().to_owned())),
            Self::Which { marked, .. } => Some(Answer::Nth(*marked)),
            Self::Ask(_) | Self::Object { .. } | Self::CarryOut { .. } | Self::Way { .. } => {
                Some(Answer::Yes)
            }
        }
    }
}

/// What has been typed so far to ask for a reset, be it confirmed or not.
pub(super) fn draft(model: &Model) -> Option<Draft> {
    let run = model.work.as_ref().filter(|run| !run.is_over())?;
    let person = run.person()?;
    let typed = match run.asking() {
        Some(Asking::AccountReset(asking)) => asking.typed(),
        _ => None,
    };
    let wish = typed.or_else(|| run.wish.clone())?;
    let is_empty = wish.lines.iter().all(Line::is_empty);
    (!is_empty).then(|| Draft {
        person: person.id.clone(),
        name: person.name.clone(),
        wish,
    })
}

/// What was typed before a lock stands there again once the same is asked of the same person.
pub(super) fn take_up(model: &mut Model) {
    let Some(run) = model.work.as_mut() else {
        return;
    };
    let whose = run.person().map(|person| person.id.clone());
    if let Some(Asking::AccountReset(asking)) = run.asking_mut()
        && matches!(**asking, AccountResetAsking::Why { .. })
        && let Some(draft) = model
            .mine
            .draft
            .take_if(|draft| Some(&draft.person) == whose.as_ref())
    {
        let WishTyped { reason, lines, at } = draft.wish;
        **asking = AccountResetAsking::Remark { reason, lines, at };
    }
}

/// Whether the ticket's number is longer than one can be.
pub fn is_long(lines: &[Line; 2]) -> bool {
    let [_, ticket] = lines;
    ticket.as_str().trim().chars().count() > TICKET_CHARS_MAX
}

static WHY: Screen = Screen {
    rows: &[
        row!(ENTER => "key-next", Left, Run(confirm)),
        row!(Key::Digit => "key-why", HelpOnly, Run(why)),
    ],
    ..LIST
};

static WHO: Screen = Screen {
    rows: &[
        row!(ENTER => "key-next", Left, Run(confirm)),
        row!(Key::Digit => "key-which-agent", HelpOnly, Run(why)),
    ],
    ..LIST
};

static WHICH: Screen = Screen {
    rows: &[
        row!(ENTER => "key-next", Left, Run(confirm)),
        row!(Key::Digit => "key-which-reset", HelpOnly, Run(why)),
    ],
    ..LIST
};

static OBJECT: Screen = Screen {
    rows: &[row!(ENTER => "key-object", Left, Run(confirm))],
    ..QUESTION
};

static REMARK: Screen = Screen {
    rows: &[row!(ENTER => "key-next", Left, Run(confirm))],
    typing: LINE.typing,
    ..LIST
};

static ASK: Screen = Screen {
    rows: &[row!(ENTER => "key-sign-request", Left, Run(confirm))],
    ..LIST
};

static REFUSE: Screen = Screen {
    rows: &[row!(ENTER => "key-refuse", Left, Run(confirm))],
    typing: LINE.typing,
    ..LIST
};

static RELEASE: Screen = Screen {
    rows: &[row!(ENTER => "key-release", Left, Run(confirm))],
    typing: LINE.typing,
    ..LIST
};

static CARRY_OUT: Screen = Screen {
    rows: &[row!(ENTER => "key-delete-all", Left, Run(confirm))],
    ..QUESTION
};

static WAY: Screen = Screen {
    rows: &[row!(ENTER => "key-it-is-them", Left, Run(confirm))],
    ..QUESTION
};

static WAY_OF_TWO: Screen = Screen {
    rows: &[
        row!(ENTER => "key-it-is-them", Left, Run(confirm)),
        row!(letter('a') => "key-other-way", Left, Run(|run, _| reply(run, Some(Answer::OtherWay)))),
    ],
    ..QUESTION
};

static EXCEPT: Screen = Screen {
    rows: &[row!(ENTER => "key-delete-all", Left, Run(confirm))],
    ..LINE
};

pub(super) fn screen(asking: &AccountResetAsking) -> &'static Screen {
    match asking {
        AccountResetAsking::Why { .. } => &WHY,
        AccountResetAsking::Remark { .. } => &REMARK,
        AccountResetAsking::Ask(_) => &ASK,
        AccountResetAsking::Which { .. } => &WHICH,
        AccountResetAsking::Object { .. } => &OBJECT,
        AccountResetAsking::Releaser { .. } => &WHO,
        AccountResetAsking::Release { line, .. } if line.is_empty() => &REFUSE,
        AccountResetAsking::Release { .. } => &RELEASE,
        AccountResetAsking::CarryOut { .. } => &CARRY_OUT,
        AccountResetAsking::Way { other: false, .. } => &WAY,
        AccountResetAsking::Way { other: true, .. } => &WAY_OF_TWO,
        AccountResetAsking::Except { .. } => &EXCEPT,
    }
}

fn confirm(run: &mut Run, _: Press) -> Vec<Effect> {
    let Some(Asking::AccountReset(asking)) = run.asking_mut() else {
        return Vec::new();
    };
    let typed = asking.typed();
    let said = asking.confirm();
    if said.is_some() && typed.is_some() {
        run.wish = typed;
    }
    reply(run, said)
}

fn why(run: &mut Run, press: Press) -> Vec<Effect> {
    if let (Some(Asking::AccountReset(asking)), Some(number)) = (run.asking_mut(), press.number())
        && let Some((at, lines)) = asking.mark()
    {
        *at = number.saturating_sub(1).min(lines.saturating_sub(1));
    }
    Vec::new()
}
