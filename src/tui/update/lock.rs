//! Locking: afterwards nothing of the person at the desk is left, neither on the screen nor in the model, except in a run
//! that could not be stopped without leaving something behind.

use super::Effect;
use crate::domain::change::Remains;
use crate::station::face::{Command, Notice};
use crate::tui::model::{BatchState, DeskState, Lock, Model, Page, Run};
use crate::wire::Operator;

/// Locks the screen. A run that has changed nothing on its key is stopped; another one waits behind a neutral screen.
pub fn lock(model: &mut Model) -> Vec<Effect> {
    model.help = false;
    model.notice = None;
    model.plugging = false;
    model.starting = false;
    if model.lock.is_some() {
        return lock_again(model);
    }
    let unfinished = model.runs.last().filter(|run| run.ending.is_none());
    let effects = match unfinished {
        Some(run) if run.leaves != Remains::Nothing => {
            cover(model);
            vec![Effect::Send(Command::Lock), Effect::Repaint]
        }
        Some(_) => vec![
            Effect::Send(Command::Cancel),
            Effect::Send(Command::Lock),
            Effect::Repaint,
        ],
        None => vec![Effect::Send(Command::Lock), Effect::Repaint],
    };
    if model.lock.is_none() {
        sign_out(model);
    }
    effects
}

/// Signs out for good, at the registry too: from a page, where no run is on.
pub(super) fn leave(model: &mut Model) -> Vec<Effect> {
    model.notice = None;
    sign_out(model);
    vec![Effect::Send(Command::SignOut), Effect::Repaint]
}

/// Over a lock only a sign-in can be going on: that is stopped.
fn lock_again(model: &mut Model) -> Vec<Effect> {
    model.expects_operator = false;
    let Some(run) = model.run_mut() else {
        return Vec::new();
    };
    run.asking = None;
    run.stopping = true;
    vec![Effect::Send(Command::Cancel), Effect::Repaint]
}

/// Draws the neutral screen over the run. What was being typed is forgotten; the question itself stays.
pub(super) fn cover(model: &mut Model) {
    model.lock = Some(Lock {
        operator: model.operator.take(),
    });
    model.desk = DeskState::default();
    model.batch = BatchState::default();
    model.mark_next_expected();
    model.page = Page::Home;
    model.expects_operator = false;
    for run in &mut model.runs {
        run.stop_asked = false;
        if let Some(asking) = &mut run.asking {
            asking.forget_entry();
        }
    }
}

/// Forgets everything of operator and person.
pub(super) fn sign_out(model: &mut Model) {
    model.operator = None;
    model.lock = None;
    model.runs.clear();
    model.desk = DeskState::default();
    model.batch = BatchState::default();
    model.mark_next_expected();
    model.page = Page::SignIn;
    model.help = false;
    model.starting = false;
    model.expects_operator = false;
}

/// An operator has signed in over a lock: the same one gets the run back; for another one the station
/// stops it.
pub(super) fn unlock(model: &mut Model, operator: Operator) -> Vec<Effect> {
    let before = model.lock.take().and_then(|lock| lock.operator);
    let same = before.is_some_and(|before| before.id == operator.id);
    model.operator = Some(operator);
    model.page = Page::Home;
    if same {
        return vec![Effect::Repaint];
    }
    model.runs.retain(Run::is_sign_in);
    model.notice = Some(Notice {
        code: "other-operator".to_owned(),
        detail: "another operator signed in: the enrolment in progress was stopped".to_owned(),
    });
    vec![Effect::Repaint]
}
