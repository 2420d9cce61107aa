//! The person goes: all factors of the account are shown to them, and they say whether they are theirs.
//!
//! Invariant: what they said is on record before the visit counts as ended.

use super::super::dialogue::{
    Answer, AppJob, AppQuestion, AppResult, Ending, Note, Question, Step, Theirs,
};
use super::super::steps::{begin_step, end_step};
use super::{Desk, Stop, begin};
use crate::domain::PersonId;
use crate::domain::authority::Action;
use crate::domain::reason::Unmet;
use crate::domain::visit::Held;
use crate::wire::{PersonDetail, Said};
use crate::workflow::{Errand, conclude};

/// Ends the visit that is open with a person.
pub async fn end_visit(desk: &mut dyn Desk, who: &PersonId) -> Result<Ending, Stop> {
    let result = leave(desk, who).await;
    conclude(desk, result)
}

async fn leave(desk: &mut dyn Desk, who: &PersonId) -> Result<Ending, Stop> {
    let (_, detail) = begin(desk, AppJob::Leave, Action::Receive, who).await?;
    let asked = desk.unanswered(who).await?.into_iter();
    let mut closing = asked.filter(|asked| matches!(asked, Errand::Close { .. }));
    if let (None, Some(asked)) = (&detail.visit, closing.next()) {
        // It was asked for, and there is no visit any more. What the person said went with it.
        desk.answered(who, &asked).await?;
        return Ok(Ending::App {
            person: detail.person,
            result: AppResult::Left {
                said: Said::Nothing,
            },
        });
    }
    let visit = detail.visit.clone().ok_or_else(|| {
        let person = detail.person.name.clone();
        Stop::Unmet(Unmet::NoVisit { person })
    })?;
    begin_step(desk, Step::Confirm);
    let said = loop {
        let question = AppQuestion::ConfirmFactors {
            person: detail.person.clone(),
            factors: theirs(&detail),
        };
        match desk.ask(Question::App(question)).await? {
            Answer::Yes => break Said::Confirmed,
            Answer::Keep => break Said::Denied,
            _ => {}
        }
    };
    end_step(desk, Step::Confirm, Note::None);
    begin_step(desk, Step::Push);
    desk.close_visit(who, visit.id, said).await?;
    end_step(desk, Step::Push, Note::None);
    Ok(Ending::App {
        person: detail.person,
        result: AppResult::Left { said },
    })
}

/// Everything that opens the account, or may do so later.
fn theirs(detail: &PersonDetail) -> Vec<Theirs> {
    let named = |name: String, held: &Held| Theirs {
        name,
        suspended: held.suspended.map(|suspended| suspended.why),
    };
    let keys = detail.credentials.iter().filter(|c| c.gone_at.is_none());
    let keys = keys.map(|c| match &c.key.id.serial {
        Some(serial) => named(format!("{} {serial}", c.key.model), &c.held),
        None => named(c.key.model.clone(), &c.held),
    });
    let apps = detail.factors.iter().filter(|f| f.removed_at.is_none());
    keys.chain(apps.map(|f| named(f.name.clone(), &f.held)))
        .collect()
}
