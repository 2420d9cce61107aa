//! At the door: keys and what the station says while nobody is signed in, or the screen is locked.
//!
//! Invariant: nothing of any person is taken in here, but into the run behind the lock, which is not drawn.

pub mod lock;
pub mod scenes;
mod view;

use super::{Screen, Typing, back, run, start};
use crate::station::face::{SigningIn, Update};
use crate::text::tr;
use crate::tui::entry::Line;
use crate::tui::keys::{ENTER, ESC, Edit, Row, letter, row};
use crate::tui::model::{Door, Model, Now, Run, Starting};
use crate::tui::update::Effect;
use crate::workflow::Order;
use crate::workflow::dialogue::{Ending, Event, Job};

/// Nobody is signed in.
pub static SIGN_IN: Screen = Screen {
    rows: &[
        ENTER_IN,
        row!(letter('c') => "key-first-time", Left, Kiosk(|m, _| type_code(m, Some(Line::default())))),
    ],
    draw: view::sign_in,
    ..Screen::NOTHING
};

/// The one-time code is typed.
static CODE: Screen = Screen {
    rows: &[ENTER_IN],
    typing: Typing::Text(edit),
    after: &[&[row!(ESC => "key-back", Left, Kiosk(|m, _| back(m, |m| type_code(m, None))))]],
    draw: view::code,
    ..Screen::NOTHING
};

/// The screen is locked over a run.
static LOCKED: Screen = Screen {
    rows: &[row!(ENTER => "key-unlock", Left, Kiosk(|m, _| sign_in(m)))],
    draw: view::locked,
    ..Screen::NOTHING
};

/// Why somebody was not signed in.
static NOT_SIGNED_IN: Screen = Screen {
    rows: &[
        row!(ENTER => "key-done", Left, Kiosk(|m, _| leave(m))),
        row!(ESC => "key-done", HelpOnly, Kiosk(|m, _| leave(m))),
    ],
    waits: |_, t| Some(tr!(t, "waits-ended")),
    draw: view::over,
    ..Screen::NOTHING
};

const ENTER_IN: Row = row!(ENTER => "key-sign-in", Left, Kiosk(|m, _| sign_in(m)));

pub(super) fn screen(model: &Model, door: &Door) -> &'static Screen {
    match &door.run {
        Some(run) if run.is_over() => &NOT_SIGNED_IN,
        Some(run) => run::screen(run),
        None if model.lock.is_some() => &LOCKED,
        None if door.code.is_some() => &CODE,
        None => &SIGN_IN,
    }
}

fn leave(model: &mut Model) -> Vec<Effect> {
    model.door.run = None;
    Vec::new()
}

fn type_code(model: &mut Model, code: Option<Line>) -> Vec<Effect> {
    model.door.code = code.filter(|_| model.lock.is_none());
    Vec::new()
}

fn edit(model: &mut Model, edit: Edit) -> Vec<Effect> {
    if let Some(code) = &mut model.door.code {
        model.full_at = code.edit(edit);
    }
    Vec::new()
}

fn sign_in(model: &mut Model) -> Vec<Effect> {
    let (order, job) = match &model.door.code {
        None => (Order::SignIn, Job::SignIn),
        Some(code) if code.as_str().trim().is_empty() => return Vec::new(),
        Some(code) => {
            let code = code.as_str().trim().into();
            (Order::FirstSignIn { code }, Job::FirstSignIn)
        }
    };
    let effects = start(model, order, job);
    model.expects_operator |= !effects.is_empty();
    effects
}

pub(in crate::tui) fn told(model: &mut Model, now: Now, update: Update) -> Vec<Effect> {
    match update {
        Update::Bay(bay) => model.bay = bay,
        Update::Home(home) => lock::know(model, home),
        Update::Operator(operator) => return lock::operator_is(model, operator),
        Update::SigningIn(said) => signing_in(model, now, said),
        Update::Remark(remark) => {
            model.starting = None;
            lock::remark_at_the_door(model, remark);
        }
        // The run behind the lock goes on. Without a lock there is none, and this is late.
        Update::Run(event) => run::run_on(model, now, event),
        Update::Question(question) => run::put(&mut model.work, |run| run::asking(run, question)),
        Update::HandOver { key, pin } => run::put(&mut model.work, |_| run::hand_over(key, pin)),
        Update::Found { .. }
        | Update::Opened(_)
        | Update::KeyOpened(_)
        | Update::Batch(_)
        | Update::Board(_) => {}
    }
    Vec::new()
}

pub(in crate::tui) fn signing_in(model: &mut Model, now: Now, said: SigningIn) {
    match said {
        SigningIn::Event(Event::Began { job }) => {
            model.starting = None;
            model.help = false;
            model.door.run = Some(Run::new(job));
        }
        SigningIn::Event(Event::Ended { ending }) => close(model, ending),
        SigningIn::Event(event) => {
            if let Some(run) = model.door.run.as_mut().filter(|run| !run.is_over()) {
                run::happened(run, now, event);
            }
        }
        SigningIn::Question(question) => {
            run::put(&mut model.door.run, |run| run::asking(run, question));
        }
    }
}

fn close(model: &mut Model, ending: Ending) {
    if let Some(Starting(job)) = model.starting.take()
        && model.door.run.is_none()
    {
        // It ended before it had begun: there is no run yet to show the reason on.
        model.door.run = job.map(Run::new);
    }
    let signed_in = matches!(ending, Ending::SignedIn);
    if !signed_in {
        model.expects_operator = false;
    }
    let run = model.door.run.take();
    if signed_in {
        model.own_key = run.as_ref().and_then(|run| run.key.clone());
    }
    model.door.run = run
        .and_then(|run| run::over(run, ending))
        .filter(|_| !signed_in);
}
