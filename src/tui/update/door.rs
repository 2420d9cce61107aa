//! At the door: keys and what the station says while nobody is signed in, or the screen is locked.
//!
//! Invariant: nothing of any person is taken in here, but into the run behind the lock, which is not drawn.

use ratatui::crossterm::event::KeyEvent;

use super::desk::start;
use super::{Effect, answer, lock, station};
use crate::station::face::{Command, SigningIn, Update};
use crate::tui::entry::Line;
use crate::tui::keymap::Action;
use crate::tui::model::{Model, Now, Run};
use crate::workflow::dialogue::{Ending, Event, Job};

pub(super) fn act(
    model: &mut Model,
    action: Action,
    key: KeyEvent,
    stop_asked: bool,
) -> Vec<Effect> {
    if let Some(run) = &mut model.door.run {
        if run.ending.is_none() {
            return answer::to(run, action, key, stop_asked);
        }
        if matches!(action, Action::Confirm | Action::Back) {
            model.door.run = None;
        }
        return Vec::new();
    }
    match action {
        Action::Confirm => sign_in(model),
        Action::Back if std::mem::take(&mut model.starting) => {
            vec![Effect::Send(Command::Cancel)]
        }
        Action::Back => type_code(model, None),
        Action::FirstTime => type_code(model, Some(Line::default())),
        Action::Delete => edit(model, Line::pop),
        Action::Clear => edit(model, Line::pop_word),
        // Whatever else there is belongs to a page.
        _ => Vec::new(),
    }
}

pub(super) fn typed(model: &mut Model, c: char) -> Vec<Effect> {
    match &mut model.door.run {
        Some(run) => answer::typed(run, c),
        None => edit(model, |line| line.push(c)),
    }
}

fn type_code(model: &mut Model, code: Option<Line>) -> Vec<Effect> {
    model.door.code = code.filter(|_| model.lock.is_none());
    Vec::new()
}

fn edit(model: &mut Model, change: impl FnOnce(&mut Line)) -> Vec<Effect> {
    if let Some(code) = &mut model.door.code {
        change(code);
    }
    Vec::new()
}

fn sign_in(model: &mut Model) -> Vec<Effect> {
    let command = match &model.door.code {
        None => Command::SignIn,
        Some(code) if code.as_str().trim().is_empty() => return Vec::new(),
        Some(code) => Command::FirstSignIn {
            code: code.as_str().trim().into(),
        },
    };
    let effects = start(model, command);
    model.expects_operator |= !effects.is_empty();
    effects
}

pub(super) fn told(model: &mut Model, now: Now, update: Update) -> Vec<Effect> {
    match update {
        Update::Bay(bay) => model.bay = bay,
        Update::Home(home) => lock::know(model, home),
        Update::Operator(operator) => return lock::operator_is(model, operator),
        Update::SigningIn(said) => signing_in(model, now, said),
        Update::Notice(notice) => {
            model.starting = false;
            lock::notice_at_the_door(model, notice);
        }
        // The run behind the lock goes on. Without a lock there is none, and this is late.
        Update::Run(event) => station::run_on(model, now, event),
        Update::Question(question) => {
            station::put(&mut model.work, |run| station::asking(run, question))
        }
        Update::HandOver { key, pin } => {
            station::put(&mut model.work, |_| station::hand_over(key, pin))
        }
        Update::Found { .. }
        | Update::Opened(_)
        | Update::KeyOpened(_)
        | Update::Batch(_)
        | Update::Board(_) => {}
    }
    Vec::new()
}

pub(super) fn signing_in(model: &mut Model, now: Now, said: SigningIn) {
    match said {
        SigningIn::Event(Event::Began { job }) => {
            model.starting = false;
            model.help = false;
            model.door.run = Some(Run::new(job));
        }
        SigningIn::Event(Event::Ended { ending }) => close(model, ending),
        SigningIn::Event(event) => {
            if let Some(run) = model.door.run.as_mut().filter(|run| run.ending.is_none()) {
                station::happened(run, now, event);
            }
        }
        SigningIn::Question(question) => {
            station::put(&mut model.door.run, |run| station::asking(run, question));
        }
    }
}

fn close(model: &mut Model, ending: Ending) {
    if std::mem::take(&mut model.starting) && model.door.run.is_none() {
        // It ended before it had begun: there is no run yet to show the reason on.
        let job = match model.door.code {
            Some(_) => Job::FirstSignIn,
            None => Job::SignIn,
        };
        model.door.run = Some(Run::new(job));
    }
    let signed_in = matches!(ending, Ending::SignedIn);
    if !signed_in {
        model.expects_operator = false;
    }
    let run = model.door.run.take();
    model.door.run = run
        .and_then(|run| station::over(run, ending))
        .filter(|_| !signed_in);
}
