//! Questions about authenticator apps and hardware tokens.

pub mod asking;
pub mod scan;
pub mod scenes;
pub mod view;

use std::time::Duration;

use super::run::{LINE, LIST, QUESTION, answer, reply};
use super::{Screen, Typing};
use crate::tui::keys::{ENTER, Edit, Press, Row, letter, row};
use crate::tui::model::{AppAsking, Asking, Model, Run, Shown};
use crate::tui::update::Effect;
use crate::workflow::dialogue::Answer;

/// A name, or a serial number.
static NAME: Screen = Screen {
    rows: &[row!(ENTER => "key-confirm", Left, Run(confirm))],
    ..LINE
};

/// The secret as a QR code.
static SCAN: Screen = Screen {
    rows: &[
        CHECK,
        row!(letter('c') => "key-by-hand", Left, Run(|run, _| turn(run, |shown| &mut shown.by_hand))),
        row!(letter('i') => "key-invert", Left, Run(|run, _| turn(run, |shown| &mut shown.inverted))),
    ],
    draw: scan::draw,
    ..CODE
};

/// The same as text.
static BY_HAND: Screen = Screen {
    rows: &[
        CHECK,
        row!(letter('c') => "key-show-code", Left, Run(|run, _| turn(run, |shown| &mut shown.by_hand))),
    ],
    draw: scan::draw,
    ..CODE
};

/// The code of an app or token is typed.
const CODE: Screen = Screen {
    rows: &[CHECK],
    typing: Typing::Digits(edit),
    ..QUESTION
};

static TYPE_CODE: Screen = CODE;

const CHECK: Row = row!(ENTER => "key-check", HelpOnly, Run(confirm));

static SHOW_AGAIN: Screen = Screen {
    rows: &[row!(ENTER => "key-show-again", Left, Run(confirm))],
    ..QUESTION
};

/// Why a code is wrong.
static ADVICE: Screen = Screen {
    rows: &[row!(ENTER => "key-next-code", Left, Run(confirm))],
    ..QUESTION
};

static CHOOSE: Screen = Screen {
    rows: &[
        row!(ENTER => "key-this-one", Left, Run(confirm)),
        row!(letter('k') => "key-with-key", Left, Run(with_key)),
    ],
    ..LIST
};

static PICK: Screen = Screen {
    rows: &[row!(ENTER => "key-this-one", Left, Run(confirm))],
    ..LIST
};

/// Are these the person's own?
static THEIRS: Screen = Screen {
    rows: &[
        row!(ENTER => "key-all-theirs", Left, Run(confirm)),
        row!(letter('n') => "key-not-theirs", Left, Run(deny)),
    ],
    ..QUESTION
};

/// Not Enter: it follows the code that proves the person, out of habit, and would land here.
static REMOVE: Screen = Screen {
    rows: &[row!(letter('x') => "key-remove", Left, Run(confirm))],
    ..QUESTION
};

pub(super) fn screen(asking: &AppAsking) -> &'static Screen {
    match asking {
        AppAsking::Name { .. } | AppAsking::Serial { .. } => &NAME,
        AppAsking::Secret(shown) if shown.by_hand => &BY_HAND,
        AppAsking::Secret(_) => &SCAN,
        AppAsking::ShowAgain => &SHOW_AGAIN,
        AppAsking::Code { .. } => &TYPE_CODE,
        AppAsking::Advice { .. } => &ADVICE,
        AppAsking::Choose { .. } => &CHOOSE,
        AppAsking::Pick { .. } => &PICK,
        AppAsking::Theirs { .. } => &THEIRS,
        AppAsking::Remove { .. } => &REMOVE,
    }
}

fn asked(run: &mut Run) -> Option<&mut AppAsking> {
    match run.asking_mut() {
        Some(Asking::App(asking)) => Some(asking),
        _ => None,
    }
}

fn confirm(run: &mut Run, _: Press) -> Vec<Effect> {
    let said = asked(run).and_then(AppAsking::confirm);
    reply(run, said)
}

/// It raises an alarm: the first time only says so.
fn deny(run: &mut Run, _: Press) -> Vec<Effect> {
    let said = asked(run).and_then(AppAsking::deny);
    reply(run, said)
}

/// Where a security key will do as well.
fn with_key(run: &mut Run, _: Press) -> Vec<Effect> {
    match asked(run) {
        Some(AppAsking::Choose { with_key: true, .. }) => answer(run, Answer::WithKey),
        _ => Vec::new(),
    }
}

/// Turns the secret that is shown into text and back, or its colours round.
fn turn(run: &mut Run, what: fn(&mut Shown) -> &mut bool) -> Vec<Effect> {
    if let Some(AppAsking::Secret(shown)) = asked(run) {
        let what = what(shown);
        *what = !*what;
    }
    // What the other form left on the screen goes with it.
    vec![Effect::Repaint]
}

/// For so long an Enter may still be meant for a code that went by itself, from when what it would fall on appeared.
pub const HASTE: Duration = Duration::from_millis(700);

/// The last digit is answer enough: nobody has to press Enter forty times a day.
fn edit(model: &mut Model, edit: Edit) -> Vec<Effect> {
    let Some(run) = model.run_mut() else {
        return Vec::new();
    };
    let complete = match (asked(run).and_then(AppAsking::code_mut), edit) {
        (Some(code), Edit::Push(c)) => code.push(c),
        (Some(code), Edit::Pop) => {
            code.pop();
            false
        }
        (Some(code), Edit::Word | Edit::Clear) => {
            code.clear();
            false
        }
        (None, _) => false,
    };
    if !complete {
        return Vec::new();
    }
    let said = asked(run).and_then(AppAsking::confirm);
    let effects = reply(run, said);
    model.hasty_until = Some(model.active_at + HASTE);
    effects
}
