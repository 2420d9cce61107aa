//! Sessions: who is signed in, and locking. Afterwards nothing of the person at the desk is left, neither on the screen nor in
//! the model, except in a run that could not be stopped without leaving something behind.

use std::sync::Arc;

use crate::record::Remains;
use crate::station::face::{Command, HomeView, Remark};
use crate::tui::keys::Press;
use crate::tui::model::{BatchState, Door, Lock, Mine, Model, Page, Phase};
use crate::tui::screens::account_reset;
use crate::tui::update::Effect;
use crate::wire::Operator;

/// Locks the screen. A run that has changed nothing on its key is stopped; another one waits behind a neutral screen. A sign-in
/// is stopped in any case: it undoes what it has done to the key, and nobody else's screen is to wait for it.
pub fn lock(model: &mut Model) -> Vec<Effect> {
    model.help = false;
    model.remark = None;
    model.plugging = false;
    model.starting = None;
    if model.lock.is_some() {
        return lock_again(model);
    }
    let run = model.work.as_ref().or(model.door.run.as_ref());
    let unfinished = run.filter(|run| !run.is_over());
    let waits = unfinished.is_some_and(|run| run.leaves != Remains::Nothing && !run.is_sign_in());
    let cancel = unfinished.filter(|_| !waits);
    let draft = account_reset::draft(model);
    let mut effects = Vec::from_iter(cancel.map(|_| Effect::Send(Command::Cancel)));
    effects.extend([Effect::Send(Command::Lock), Effect::Repaint]);
    match waits {
        true => cover(model),
        false => {
            sign_out(model);
            if draft.is_some() {
                model.mine.draft = draft;
            }
        }
    }
    effects
}

/// Signs out for good, at the registry too: from a page, where no run is on.
pub fn leave(model: &mut Model, press: Press) -> Vec<Effect> {
    if asks_first(model, press) {
        return Vec::new();
    }
    model.remark = None;
    model.mine = Mine::default();
    sign_out(model);
    vec![Effect::Send(Command::SignOut), Effect::Repaint]
}

/// Whether that is asked for the first time while a visit is open, which ends with it: that is said, and the same key again leaves.
pub fn asks_first(model: &mut Model, press: Press) -> bool {
    let visiting = model.mine.visiting(press.now.wall).next().is_some();
    model.leave_asked = model.is_open() && visiting && !press.leaves;
    model.leave_asked
}

/// Over a lock only a sign-in can be going on: that is stopped.
fn lock_again(model: &mut Model) -> Vec<Effect> {
    model.expects_operator = false;
    let Some(run) = &mut model.door.run else {
        return Vec::new();
    };
    if run.is_over() {
        model.door.run = None;
        return vec![Effect::Repaint];
    }
    if run.asking().is_some() {
        run.phase = Phase::Working;
    }
    run.stopping = true;
    vec![Effect::Send(Command::Cancel), Effect::Repaint]
}

/// The station says who is signed in.
pub fn operator_is(model: &mut Model, operator: Option<Operator>) -> Vec<Effect> {
    let Some(operator) = operator else {
        return ended(model);
    };
    if std::mem::take(&mut model.expects_operator) {
        return match model.lock.take() {
            Some(lock) => unlock(model, &lock, operator),
            None => {
                enter(model, operator);
                Vec::new()
            }
        };
    }
    if model.is_open() && model.operator.as_ref().is_some_and(|o| o.id == operator.id) {
        model.operator = Some(operator);
        return Vec::new();
    }
    // A session that nobody at this screen has asked for since it was locked.
    if model.lock.is_some() {
        return vec![Effect::Send(Command::Lock)];
    }
    let mut effects = vec![Effect::Send(Command::SignOut)];
    if model.is_open() {
        sign_out(model);
        effects.push(Effect::Repaint);
    }
    effects
}

/// The session is over, whoever ended it.
fn ended(model: &mut Model) -> Vec<Effect> {
    if model.operator.is_none() {
        return Vec::new();
    }
    model.mine.visits_over();
    match model.work.as_ref().is_some_and(|run| !run.is_over()) {
        true => cover(model),
        false => sign_out(model),
    }
    vec![Effect::Repaint]
}

fn enter(model: &mut Model, operator: Operator) {
    model.mine.enter(&operator.id);
    let name = model.mine.draft.as_ref().map(|draft| draft.name.clone());
    if let Some(name) = name {
        model.remark = Some(Remark::StillTyped { name });
    }
    model.operator = Some(operator);
    model.door = Door::default();
    model.page = Page::Home;
}

/// An operator has signed in over a lock: the same one gets the run back; for another one the station
/// stops it.
fn unlock(model: &mut Model, lock: &Lock, operator: Operator) -> Vec<Effect> {
    let same = lock
        .operator
        .as_ref()
        .is_some_and(|before| before.id == operator.id);
    enter(model, operator);
    if !same {
        model.work = None;
        model.remark = Some(Remark::OtherOperator);
    }
    vec![Effect::Repaint]
}

/// Draws the neutral screen over the run. What was being typed is forgotten, but for what only its own operator reads again; the
/// question itself stays.
fn cover(model: &mut Model) {
    model.lock = Some(Lock {
        operator: model.operator.take(),
    });
    forget(model);
    if let Some(run) = &mut model.work {
        run.stop_asked = false;
        if let Some(asking) = run.asking_mut() {
            asking.forget_entry();
        }
    }
}

/// Forgets everything of operator and person.
pub fn sign_out(model: &mut Model) {
    model.operator = None;
    model.own_key = None;
    model.lock = None;
    model.work = None;
    forget(model);
}

fn forget(model: &mut Model) {
    model.door = Door::default();
    model.desk.clear();
    model.batch = BatchState::default();
    model.page = Page::Home;
    model.help = false;
    model.leave_asked = false;
    model.starting = None;
    model.expects_operator = false;
    if let Some(home) = model.home.take() {
        know(model, home);
    }
    if let Some(remark) = model.remark.take() {
        remark_at_the_door(model, remark);
    }
}

/// What is read at the door names nobody: it is the text for its code, and what names somebody is for their own operator.
pub fn remark_at_the_door(model: &mut Model, remark: Remark) {
    model.remark = Some(remark).filter(|remark| !remark.names_somebody());
}

/// Takes in what is known of the station; of people only while somebody is signed in.
pub fn know(model: &mut Model, home: Arc<HomeView>) {
    let mut home = home;
    if !model.is_open() && home.people.is_some() {
        Arc::make_mut(&mut home).people = None;
    }
    model.home = Some(home);
    model.mark_next_expected();
}
