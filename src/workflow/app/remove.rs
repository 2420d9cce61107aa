//! Removes an app, or takes back a token, that the person no longer needs.
//!
//! Invariant: the person proved a factor of theirs first, and something is left to them. MFA is never left switched off.

use super::super::dialogue::{
    Answer, AppJob, AppQuestion, AppResult, Ending, Note, Purpose, Question, Step,
};
use super::super::report::push_entry;
use super::super::steps::{begin_step, end_step};
use super::super::visit::{identified, open, own_proof};
use super::{Desk, Stop, active, begin, check_not_last, chosen};
use crate::domain::authority::Action;
use crate::domain::{EntryId, FactorId, PersonId};
use crate::record::Change;
use crate::wire::{Removal, VERSION};
use crate::workflow::conclude;

/// Removes a factor; `factor`: which, if that was chosen already.
pub async fn remove_factor(
    desk: &mut dyn Desk,
    who: &PersonId,
    factor: Option<FactorId>,
) -> Result<Ending, Stop> {
    let result = remove(desk, who, factor).await;
    conclude(desk, result)
}

async fn remove(
    desk: &mut dyn Desk,
    who: &PersonId,
    factor: Option<FactorId>,
) -> Result<Ending, Stop> {
    let (operator, detail) = begin(desk, AppJob::Remove, Action::RemoveApp, who).await?;
    let factor = chosen(desk, &detail, factor, Purpose::Remove).await?;
    check_not_last(&detail)?;
    let identification = identified(desk, &operator, &detail).await?;
    let visit = open(desk, &detail, &identification).await?;
    own_proof(desk, &operator, &detail, (&visit, None)).await?;
    begin_step(desk, Step::Confirm);
    loop {
        let left = active(&detail).into_iter().filter(|f| f.id != factor.id);
        let question = AppQuestion::ConfirmFactorRemoval {
            person: detail.person.clone(),
            factor: factor.clone(),
            left: left.collect(),
        };
        if let Answer::Yes = desk.ask(Question::App(question)).await? {
            break;
        }
    }
    end_step(desk, Step::Confirm, Note::None);
    if desk.registry_now() >= visit.expires_at {
        // What would be written down now could only be refused.
        return Err(Stop::OfferExpired);
    }
    begin_step(desk, Step::Record);
    let entry = EntryId(desk.fresh_id());
    let push = Removal {
        version: VERSION,
        person: who.clone(),
        factor: factor.id,
        visit: Some(visit.id),
        identification,
        operator: operator.id,
        removed_at: desk.registry_now(),
    };
    desk.commit(Change::FactorRemoved {
        entry,
        push: Box::new(push),
    })
    .await?;
    end_step(desk, Step::Record, Note::None);
    let push = push_entry(desk, entry).await;
    Ok(Ending::App {
        person: detail.person,
        result: AppResult::Removed { factor, push },
    })
}
