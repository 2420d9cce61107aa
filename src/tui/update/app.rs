//! What an operator starts on a person's page besides enrolling a key.

use super::Effect;
use crate::domain::factor::FactorKind;
use crate::station::face::Command;
use crate::tui::keymap::Action;
use crate::tui::model::{Model, PersonPage};
use crate::wire::Factor;
use crate::workflow::dialogue::{Answer, AppJob, AppQuestion, Purpose};

/// Starts it for the person whose page is open, and where it is about a factor, for the marked one.
pub(super) fn start(model: &mut Model, action: Action) -> Vec<Effect> {
    let Some(page) = &model.desk.person else {
        return Vec::new();
    };
    let marked = page.marked_factor().filter(|factor| is_active(factor));
    let (app, factor) = match (action, marked) {
        (Action::EnrolApp, _) => (AppJob::Enrol, None),
        (Action::EnrolBoth, _) => (AppJob::Both, None),
        (Action::AssignToken, _) => (AppJob::Assign, None),
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
    let factor = factor.map(|factor| factor.id.clone());
    if std::mem::replace(&mut model.starting, true) {
        return Vec::new();
    }
    model.desk.app = Some(app);
    model.desk.factor = factor;
    vec![Effect::Send(command)]
}

fn is_active(factor: &Factor) -> bool {
    factor.removed_at.is_none()
}

/// Which factor a run is about was said by the mark on the person's page already: asked for it, the screen answers by itself. The
/// factor by which the person is proved is another question.
pub(super) fn answered(model: &mut Model, question: &AppQuestion) -> Option<Answer> {
    let AppQuestion::ChooseFactor {
        purpose: Purpose::Test | Purpose::Replace | Purpose::Remove,
        factors,
        ..
    } = question
    else {
        return None;
    };
    let marked = model.desk.factor.take()?;
    let known = factors.iter().any(|factor| factor.id == marked);
    (known && model.run().is_some()).then_some(Answer::Factor(marked))
}

/// Moves the mark over the person's apps and tokens.
pub(super) fn mark(page: &mut PersonPage, to: impl Fn(usize) -> usize) {
    let last = page.factors().len().saturating_sub(1);
    page.marked = to(page.marked).min(last);
}
