//! A run: its questions, stopping it, and leaving its closing screen. What the station says of it is taken in by `told`.

pub mod closing;
pub mod dots;
pub mod mark;
pub mod pin;
pub mod questions;
pub mod scenes;
pub mod state;
mod told;
pub mod view;

pub use told::{asking, hand_over, happened, over, put, run_on, told};

use super::{Screen, Typing, account_reset, app, care, go, loan, loss, person, reset, resets};
use crate::domain::Identification;
use crate::domain::identification::Document;
use crate::record::Remains;
use crate::station::face::Command;
use crate::text::tr;
use crate::tui::keys::{ENTER, ESC, Edit, Key, Move, Press, Row, f, letter, row};
use crate::tui::model::{Asking, Identify, Model, Page, Phase, Run};
use crate::tui::update::Effect;
use crate::wire::Said;
use crate::workflow::dialogue::{AccountResetResult, Answer, AppJob, AppResult, Ending, Job};

/// Lines that a page key moves.
const LINES: usize = 5;

/// Nothing can be done but to stop it.
pub(super) static WORKING: Screen = QUESTION;

/// A list of which one line is answered with Enter.
pub(super) const LIST: Screen = Screen {
    list: Some(mark),
    ..QUESTION
};

/// A line to be typed, which Enter confirms.
pub(super) const LINE: Screen = Screen {
    typing: Typing::Text(edit),
    ..QUESTION
};

/// A question that letters answer. The screen of a run names what can be done beside it.
pub(super) const QUESTION: Screen = Screen {
    after: &[STOP],
    draw: view::draw,
    ..Screen::NOTHING
};

static STOP: &[Row] = &[row!(ESC => "key-stop", HelpOnly, Run(stop))];

/// By which method? Asked where the registry has several.
static METHOD: Screen = Screen {
    rows: &[row!(Key::Digit => "key-method", Left, Run(method))],
    ..QUESTION
};

static DOCUMENT: Screen = Screen {
    rows: &[DOCUMENTS],
    ..QUESTION
};

/// The method was chosen.
static DOCUMENT_BY_METHOD: Screen = Screen {
    rows: &[
        DOCUMENTS,
        row!(letter('m') => "key-other-method", Left, Run(|run, _| other_method(run))),
    ],
    ..QUESTION
};

const DOCUMENTS: Row = row!(Key::Digit => "key-document", Left, Run(document));

static LAST_FOUR: Screen = Screen {
    rows: &[row!(ENTER => "key-confirm", Left, Run(|run, _| identified(run)))],
    ..LINE
};

static CHOOSE_KEY: Screen = Screen {
    rows: &[
        row!(ENTER => "key-use", Left, Run(|run, _| chosen(run))),
        row!(Key::Digit => "key-slot", HelpOnly, Run(slot)),
        row!(letter('t') => "key-by-touch", Left, Run(|run, _| by_touch(run))),
        row!(letter('w') => "key-wink", Left, Run(|run, _| wink(run))),
    ],
    ..LIST
};

static ADMIT: Screen = Screen {
    rows: &[row!(ENTER => "key-use", Left, Run(yes)), OTHER_KEY],
    ..QUESTION
};

/// Enter never insists on a key that policy refuses.
static REFUSED: Screen = Screen {
    rows: &[row!(ENTER => "key-other-key", Left, Run(other_key))],
    ..QUESTION
};

static PIN: Screen = Screen {
    rows: &[row!(ENTER => "key-next", Left, Run(|run, _| pin::typed(run)))],
    draw: dots::draw,
    ..LINE
};

/// Test instead?
static RETEST: Screen = Screen {
    rows: &[row!(ENTER => "key-go-on", Left, Run(yes)), OTHER_KEY],
    ..QUESTION
};

static TOUCH_AGAIN: Screen = Screen {
    rows: &[row!(ENTER => "key-again", Left, Run(yes))],
    ..QUESTION
};

const OTHER_KEY: Row = row!(letter('o') => "key-other-key", Left, Run(other_key));

/// It has ended with an enrolled key.
static ENROLLED: Screen = Screen {
    rows: &[
        DONE,
        // As on the person's page: a key, or an app.
        row!(letter('k') => "key-another-key", Left, Kiosk(|m, _| another_key(m))),
        row!(letter('a') => "key-enrol-app", Left, Kiosk(|m, _| app_of(m, AppJob::Enrol))),
        row!(letter('e') => "key-end-visit", Left, Kiosk(|m, _| app_of(m, AppJob::Leave)))
            .when(has_arrived),
    ],
    after: &[LEAVE],
    waits: |_, t| Some(tr!(t, "waits-enrolled")),
    draw: closing::draw,
    ..Screen::NOTHING
};

/// It has ended with something about an app or token that was wanted in a visit.
static APP_ENDED: Screen = Screen {
    rows: &[
        DONE,
        row!(letter('e') => "key-end-visit", Left, Kiosk(|m, _| app_of(m, AppJob::Leave)))
            .when(has_arrived),
    ],
    ..ENDED
};

/// The account was reset: something is enrolled in the same visit.
static CARRIED_OUT: Screen = Screen {
    rows: &[
        row!(ENTER => "key-enrol-key", Left, Kiosk(|m, _| another_key(m))),
        row!(letter('a') => "key-enrol-app", Left, Kiosk(|m, _| app_of(m, AppJob::Enrol))),
        row!(ESC => "key-done", Left, Kiosk(|m, _| leave(m))),
    ],
    after: &[PAGES],
    waits: |_, t| Some(tr!(t, "waits-carried-out")),
    draw: closing::draw,
    ..Screen::NOTHING
};

const ENDED: Screen = Screen {
    rows: &[DONE],
    after: &[LEAVE],
    waits: |_, t| Some(tr!(t, "waits-ended")),
    draw: closing::draw,
    ..Screen::NOTHING
};

static OVER: Screen = ENDED;

const DONE: Row = row!(ENTER => "key-done", Left, Kiosk(|m, _| leave(m)));

static LEAVE: &[Row] = &[
    row!(ESC => "key-done", HelpOnly, Kiosk(|m, _| leave(m))),
    OUTBOX,
    RESETS,
];

static PAGES: &[Row] = &[OUTBOX, RESETS];

const OUTBOX: Row =
    row!(f(5) => "key-outbox", Left, Kiosk(|m, _| leave_for(m, |m| go(m, Page::Outbox(0)))));

/// Several of those closing screens name it.
const RESETS: Row = row!(f(11) => "key-resets", Left, Kiosk(|m, _| leave_for(m, resets::open)))
    .when(|m| m.sees_resets() && is_about_account(m));

fn is_about_account(model: &Model) -> bool {
    let job = model.work.as_ref().map(|run| &run.job);
    matches!(job, Some(Job::AccountReset { .. }))
}

pub(super) fn screen(run: &Run) -> &'static Screen {
    match &run.phase {
        Phase::Over(Ending::Enrolled { .. } | Ending::Retested { .. } | Ending::Both { .. }) => {
            &ENROLLED
        }
        Phase::Over(Ending::AccountReset {
            result: AccountResetResult::CarriedOut { .. },
            ..
        }) => &CARRIED_OUT,
        Phase::Over(Ending::App { result, .. }) => match result {
            AppResult::Enrolled { .. }
            | AppResult::Removed { .. }
            | AppResult::Accepted { .. }
            | AppResult::Assigned { .. } => &APP_ENDED,
            AppResult::Tested { .. } | AppResult::Left { .. } => &OVER,
        },
        Phase::Over(_) => &OVER,
        Phase::Asking(asking) => asked(asking),
        Phase::Working
        | Phase::Touch(_)
        | Phase::Finger(_)
        | Phase::Coached(_)
        | Phase::Pulled(_)
        | Phase::ByTouch => &WORKING,
    }
}

fn asked(asking: &Asking) -> &'static Screen {
    match asking {
        Asking::Identify(identify) if identify.is_to_choose() => &METHOD,
        Asking::Identify(identify) if identify.document.is_none() => match identify.method {
            Some(_) => &DOCUMENT_BY_METHOD,
            None => &DOCUMENT,
        },
        Asking::Identify(_) => &LAST_FOUR,
        // There is none to choose from.
        Asking::ChooseKey { keys, .. } if keys.is_empty() => &WORKING,
        Asking::ChooseKey { .. } => &CHOOSE_KEY,
        Asking::Admit { verdict, .. } if !verdict.admits() => &REFUSED,
        Asking::Admit { .. } => &ADMIT,
        Asking::NewPin(_) | Asking::CurrentPin(_) => &PIN,
        Asking::Retest { .. } => &RETEST,
        Asking::TouchAgain { .. } => &TOUCH_AGAIN,
        Asking::Care(asking) => care::screen(asking),
        Asking::Reset(_) => &reset::SCREEN,
        Asking::App(asking) => app::screen(asking),
        Asking::Loan(asking) => loan::screen(asking),
        Asking::Loss(asking) => loss::screen(asking),
        Asking::AccountReset(asking) => account_reset::screen(asking),
    }
}

fn mark(model: &mut Model, to: Move) {
    if let Some(run) = model.run_mut() {
        mark_in(run, to);
    }
}

fn mark_in(run: &mut Run, to: Move) {
    let line = match run.asking_mut() {
        Some(Asking::ChooseKey { keys, marked }) => {
            to.on(marked, keys.len(), LINES);
            let place = keys.get(*marked).map(|key| key.place.clone());
            run.marked_place = place;
            return;
        }
        Some(Asking::Care(asking)) => asking.mark(),
        Some(Asking::App(asking)) => asking.mark(),
        Some(Asking::Loan(asking)) => Some(asking.mark()),
        Some(Asking::Loss(asking)) => Some(asking.mark()),
        Some(Asking::AccountReset(asking)) => asking.mark(),
        Some(Asking::Reset(asking)) => asking.mark(),
        Some(
            Asking::Identify(_)
            | Asking::Admit { .. }
            | Asking::NewPin(_)
            | Asking::CurrentPin(_)
            | Asking::Retest { .. }
            | Asking::TouchAgain { .. },
        )
        | None => None,
    };
    if let Some((at, lines)) = line {
        to.on(at, lines, LINES);
    }
}

fn edit(model: &mut Model, edit: Edit) -> Vec<Effect> {
    let line = match model.run_mut().and_then(Run::asking_mut) {
        Some(Asking::Identify(identify)) => {
            edit_last_four(identify, edit);
            None
        }
        Some(Asking::NewPin(new)) => {
            new.complaint = None;
            new.line.edit(edit);
            None
        }
        Some(Asking::CurrentPin(current)) => {
            current.line.edit(edit);
            None
        }
        Some(Asking::Reset(asking)) => asking.line(),
        Some(Asking::Care(asking)) => asking.name(),
        Some(Asking::App(asking)) => asking.line(),
        Some(Asking::AccountReset(asking)) => asking.line(),
        Some(
            Asking::ChooseKey { .. }
            | Asking::Admit { .. }
            | Asking::Retest { .. }
            | Asking::TouchAgain { .. }
            | Asking::Loan(_)
            | Asking::Loss(_),
        )
        | None => None,
    };
    // What asks for no line now takes nothing.
    model.full_at = line.and_then(|line| line.edit(edit));
    Vec::new()
}

fn edit_last_four(identify: &mut Identify, edit: Edit) {
    identify.wrong = false;
    let was_empty = identify.last_four.is_empty();
    match edit {
        Edit::Push(c) if identify.last_four.as_str().len() < 4 && c.is_ascii_alphanumeric() => {
            identify.last_four.push(c.to_ascii_uppercase());
        }
        Edit::Push(_) => {}
        edit => {
            identify.last_four.edit(edit);
        }
    }
    // Deleting in an empty field goes back to the choice of the document.
    if was_empty && identify.last_four.is_empty() {
        identify.document = None;
    }
}

/// Stops the run: at once where nothing is left behind, else at the second Esc.
fn stop(run: &mut Run, press: Press) -> Vec<Effect> {
    if run.stopping {
        return Vec::new();
    }
    if let Some(Asking::Care(asking)) = run.asking_mut()
        && asking.stop_naming()
    {
        return Vec::new();
    }
    if run.leaves != Remains::Nothing && !press.sure {
        run.stop_asked = true;
        return Vec::new();
    }
    run.stopping = true;
    if run.asking().is_some() {
        run.phase = Phase::Working;
    }
    vec![Effect::Send(Command::Cancel)]
}

pub(super) fn answer(run: &mut Run, answer: Answer) -> Vec<Effect> {
    if run.asking().is_none() {
        return Vec::new();
    }
    run.phase = Phase::Working;
    vec![Effect::Send(Command::Answer(answer))]
}

fn yes(run: &mut Run, _: Press) -> Vec<Effect> {
    answer(run, Answer::Yes)
}

fn other_key(run: &mut Run, _: Press) -> Vec<Effect> {
    answer(run, Answer::OtherKey)
}

/// Answers, where there is an answer already.
pub(super) fn reply(run: &mut Run, reply: Option<Answer>) -> Vec<Effect> {
    reply.map_or_else(Vec::new, |reply| answer(run, reply))
}

fn identified(run: &mut Run) -> Vec<Effect> {
    let Some(Asking::Identify(identify)) = run.asking_mut() else {
        return Vec::new();
    };
    let Some(document) = identify.document else {
        return Vec::new();
    };
    match Identification::by(identify.by(), document, identify.last_four.as_str()) {
        Ok(identification) => answer(run, Answer::Identified(identification)),
        Err(_) => {
            identify.wrong = true;
            Vec::new()
        }
    }
}

fn method(run: &mut Run, press: Press) -> Vec<Effect> {
    if let Some(Asking::Identify(identify)) = run.asking_mut() {
        let at = press.number().and_then(|number| number.checked_sub(1));
        let chosen = at.and_then(|at| identify.methods.get(at));
        identify.method = chosen.map(|method| method.id.clone());
    }
    Vec::new()
}

fn other_method(run: &mut Run) -> Vec<Effect> {
    if let Some(Asking::Identify(identify)) = run.asking_mut() {
        identify.method = None;
    }
    Vec::new()
}

fn document(run: &mut Run, press: Press) -> Vec<Effect> {
    if let Some(Asking::Identify(identify)) = run.asking_mut() {
        let at = press.number().and_then(|number| number.checked_sub(1));
        identify.document = at.and_then(|at| Document::ALL.get(at).copied());
    }
    Vec::new()
}

fn chosen(run: &mut Run) -> Vec<Effect> {
    let key = match run.asking() {
        Some(Asking::ChooseKey { keys, marked }) => keys.get(*marked),
        _ => None,
    };
    let place = key.map(|key| key.place.clone());
    reply(run, place.map(Answer::Key))
}

fn slot(run: &mut Run, press: Press) -> Vec<Effect> {
    let Some(Asking::ChooseKey { keys, .. }) = run.asking() else {
        return Vec::new();
    };
    let mut slots = keys.iter().map(|key| usize::from(key.slot));
    if let Some(at) = slots.position(|slot| Some(slot) == press.number()) {
        mark_in(run, Move::To(at));
    }
    Vec::new()
}

fn by_touch(run: &mut Run) -> Vec<Effect> {
    let effects = answer(run, Answer::ByTouch);
    run.phase = Phase::ByTouch;
    effects
}

fn wink(run: &mut Run) -> Vec<Effect> {
    let Some(Asking::ChooseKey { keys, marked }) = run.asking() else {
        return Vec::new();
    };
    let Some(key) = keys.get(*marked) else {
        return Vec::new();
    };
    let (slot, place) = (key.slot, key.place.clone());
    run.winked = Some(slot);
    run.marked_place = Some(place.clone());
    answer(run, Answer::Wink(place))
}

fn another_key(model: &mut Model) -> Vec<Effect> {
    match model.work.as_ref().and_then(Run::person).cloned() {
        Some(person) => person::begin_enrolment(model, person),
        None => Vec::new(),
    }
}

/// A visit that is ended gives no authority to what arrives after it.
fn has_arrived(model: &Model) -> bool {
    match model.work.as_ref().map(|run| &run.phase) {
        Some(Phase::Over(ending)) => ending.has_arrived(),
        _ => false,
    }
}

fn app_of(model: &mut Model, job: AppJob) -> Vec<Effect> {
    match model.work.as_ref().and_then(Run::person).cloned() {
        Some(person) => person::begin_app(model, job, person),
        None => Vec::new(),
    }
}

/// What leaving asks for is asked all the same: Esc leads from that page to the person's.
fn leave_for(model: &mut Model, page: fn(&mut Model) -> Vec<Effect>) -> Vec<Effect> {
    let mut effects = leave(model);
    effects.extend(page(model));
    effects
}

/// Whether the person has gone, and all that their account has is theirs: the next one is received.
fn has_gone(ending: Option<&Ending>) -> bool {
    match ending {
        Some(Ending::App {
            result: AppResult::Left { said },
            ..
        }) => match said {
            Said::Nothing | Said::Confirmed => true,
            // What is not theirs is looked for on their page.
            Said::Denied => false,
        },
        _ => false,
    }
}

/// Leaves a closing screen. Whom it was for stands at the desk still, and all that it changed shows on their page at once; nothing
/// of them remains once they have gone.
fn leave(model: &mut Model) -> Vec<Effect> {
    let Some(run) = model.work.take() else {
        return Vec::new();
    };
    if let (Job::Care { .. } | Job::Reset, Page::Key { place, .. }) = (&run.job, &model.page) {
        // What was done shows on the key's page at once.
        return vec![Effect::Send(Command::OpenKey {
            place: place.clone(),
        })];
    }
    // A release is one of several: the next one waits on the page from which it was begun.
    if matches!(model.page, Page::Resets(_)) {
        return Vec::new();
    }
    let has_stopped = matches!(run.ending(), Some(Ending::Stopped { .. }));
    if let Some(page) = &model.desk.person
        && (has_stopped || !has_gone(run.ending()) && run.is_for(&page.person.id))
    {
        model.page = Page::Person;
        return told::look_again(model);
    }
    model.desk.clear();
    model.mark_next_expected();
    model.page = Page::Home;
    Vec::new()
}
