//! What was released is carried out for whoever is at the desk.
//!
//! Invariant: nothing is deleted before it was listed and confirmed.

use super::super::dialogue::{
    AccountResetJob, AccountResetQuestion, AccountResetResult, Ending, Note, Step,
};
use super::super::steps::{begin_step, end_step};
use super::super::{Desk, Stop, conclude};
use super::begun::{self, Begun, Deed};
use super::{begin, confirm, visited};
use crate::domain::authority::{Action, decide};
use crate::domain::reason::Unmet;
use crate::domain::{AccountResetId, PersonId, VisitId};
use crate::wire::{Owned, Said, problem_code};

/// Deletes all that opens the account of whoever is at the desk, which was released.
pub async fn carry_out(
    desk: &mut dyn Desk,
    reset: AccountResetId,
    person: &PersonId,
) -> Result<Ending, Stop> {
    let result = carry_out_one(desk, reset, person).await;
    conclude(desk, result)
}

async fn carry_out_one(
    desk: &mut dyn Desk,
    reset: AccountResetId,
    person: &PersonId,
) -> Result<Ending, Stop> {
    let operator = desk.operator().ok_or(Stop::SignedOut)?;
    let detail = desk.detail(person).await?;
    let act = decide(operator.role, Action::ReplaceLost, Some(detail.person.kind));
    act.once_released()?;
    desk.room().await?;
    begin(desk, AccountResetJob::CarryOut, &detail.person);
    let visit = visited(desk, &operator, &detail).await?;
    let earlier = begun::earlier(desk, reset, Some(visit.id)).await?;
    begin_step(desk, Step::Confirm);
    // What there is by now; the registry compares it with what was signed.
    let detail = desk.detail(person).await?;
    let mut owned = detail.owned();
    owned.retain(|owned| !owned.is_gone());
    let deed = match detail
        .reset
        .filter(|open| open.id == reset && (open.state.is_open() || came_late(&owned)))
    {
        Some(open) => {
            let deed = Deed::of(&open, Some(visit.id), &owned);
            let question = AccountResetQuestion::CarryOut { reset: open, owned };
            confirm(desk, question).await?;
            Some(deed)
        }
        // It was carried out, and something came in between: nothing is left to delete.
        None if owned.is_empty() => None,
        None => {
            let person = detail.person.name;
            return Err(Stop::Unmet(Unmet::ResetOver { person }));
        }
    };
    end_step(desk, Step::Confirm, Note::None);
    begin_step(desk, Step::Push);
    let begun = match (deed, earlier) {
        (Some(deed), earlier) => Some(deed.begin(desk, &operator.id, earlier).await?),
        (None, Some(earlier)) => Some(Begun::again(desk, earlier)),
        (None, None) => None,
    };
    let done = desk.carry_out_reset(reset, visit.id).await;
    let done = match &begun {
        Some(begun) => begun.heard(desk, done).await,
        None => done,
    };
    let done = or_anew(desk, (person, visit.id), done).await?;
    if let Some(begun) = begun {
        begun.record(desk, &done.reset, &done.deleted).await?;
    }
    end_step(desk, Step::Push, Note::None);
    Ok(Ending::AccountReset {
        person: done.reset.person.clone(),
        result: AccountResetResult::CarriedOut {
            done: Box::new(done),
        },
    })
}

/// Whether all that there is waits: after it was carried out something came in a visit that had ended by then, and nobody can take it.
fn came_late(owned: &[Owned]) -> bool {
    !owned.is_empty() && owned.iter().all(|owned| owned.waiting_since().is_some())
}

/// Whoever was identified by something else than when it was asked for is identified anew: the visit, which says the wrong thing, is over.
async fn or_anew<T>(
    desk: &mut dyn Desk,
    (person, visit): (&PersonId, VisitId),
    answer: Result<T, Stop>,
) -> Result<T, Stop> {
    if let Err(stop) = &answer
        && stop.refusal() == Some(problem_code::IDENTIFIED_OTHERWISE)
    {
        // What can't be ended now ends by itself, half an hour after the last act.
        let _ = desk.close_visit(person, visit, Said::Nothing).await;
    }
    answer
}
