//! What an operator starts on a person's page besides enrolling a key.

use super::Effect;
use crate::domain::factor::FactorKind;
use crate::station::face::Command;
use crate::tui::keymap::Action;
use crate::tui::model::{Model, PersonPage};
use crate::workflow::dialogue::{Answer, AppJob, AppQuestion, Purpose};

/// Starts it for the person whose page is open, and where it is about a factor, for the marked one.
pub(super) fn start(model: &mut Model, action: Action) -> Vec<Effect> {
    let Some(page) = &model.desk.person else {
        return Vec::new();
    };
    let marked = page.marked_app();
    let (app, factor) = match (action, marked) {
        (Action::EnrolApp, _) => (AppJob::Enrol, None),
        (Action::EnrolBoth, _) => (AppJob::Both, None),
        (Action::AssignToken, _) => (AppJob::Assign, None),
        (Action::AcceptWaiting, _) => (AppJob::Accept, None),
        (Action::EndVisit, _) => (AppJob::Leave, None),
        (Action::Test, Some(factor)) => (AppJob::Test, Some(factor)),
        (Action::Remove, Some(factor)) => (AppJob::Remove, Some(factor)),
        // A token is given back and another one given out; only an app moves to a new phone.
        (Action::Replace, Some(factor)) if factor.kind == FactorKind::App => {
            (AppJob::Replace, Some(factor))
        }
        _ => return Vec::new(),
    };
    let command = Command::App {
        person: page.person.id.clone(),
        app,
    };
    let factor = factor.map(|factor| factor.id);
    if std::mem::replace(&mut model.starting, true) {
        return Vec::new();
    }
    model.desk.app = Some(app);
    model.desk.factor = factor;
    vec![Effect::Send(command)]
}

/// What the person's page has answered already: which factor a run is about, by its mark; and that a first app needs no name of
/// its own, because there is none to take it for. By which factor the person is proved is another question.
pub(super) fn answered(model: &mut Model, question: &AppQuestion) -> Option<Answer> {
    model.run()?;
    match question {
        AppQuestion::ChooseFactor {
            purpose: Purpose::Test | Purpose::Replace | Purpose::Remove,
            factors,
            ..
        } => {
            let marked = model.desk.factor.take()?;
            let known = factors.iter().any(|factor| factor.id == marked);
            known.then_some(Answer::Factor(marked))
        }
        AppQuestion::NameApp { person, .. } => {
            let page = model.desk.person.as_ref()?;
            let known = page.detail.is_some() && page.person.id == person.id;
            let first = !page.apps().1.iter().any(|owned| !owned.is_gone());
            (known && first).then_some(Answer::Yes)
        }
        _ => None,
    }
}

/// Moves the mark over the person's keys, apps and tokens.
pub(super) fn mark(page: &mut PersonPage, to: impl Fn(usize) -> usize) {
    let last = page.owned.len().saturating_sub(1);
    page.at = to(page.at).min(last);
}
