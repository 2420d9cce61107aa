//! That an account is about to be reset, on the station's disk, and what came of it.
//!
//! Invariants: the registry is asked to delete only with an intent on disk; an intent is ended only by what the registry said, or by
//! whoever gives it up; and finding out deletes nothing.

use super::super::dialogue::{Ending, Event, Note, Step};
use super::super::steps::{begin_step, end_step};
use super::super::undo::{How, end, end_reason};
use super::super::{Desk, Stop};
use crate::domain::account_reset::ResetState;
use crate::domain::act::Going;
use crate::domain::authority::{Action, NotAllowed, Role, decide};
use crate::domain::{AccountResetId, IntentId, OperatorId, Person, VisitId};
use crate::record::{Change, EndReason, PersonReset, PersonResetDone, Remains};
use crate::wire::{AccountReset, Owned, problem_code};

/// What is about to be asked for, as it is shown to be confirmed.
pub(super) struct Deed {
    reset: AccountResetId,
    person: Person,
    visit: Option<VisitId>,
    factors: Vec<Going>,
}

impl Deed {
    pub(super) fn of(reset: &AccountReset, visit: Option<VisitId>, owned: &[Owned]) -> Self {
        Self {
            reset: reset.id,
            person: reset.person.clone(),
            visit,
            factors: owned.iter().map(Owned::going).collect(),
        }
    }

    /// It is confirmed: from here on a stop leaves unfinished work.
    pub(super) async fn begin(
        self,
        desk: &mut dyn Desk,
        operator: &OperatorId,
    ) -> Result<PersonReset, Stop> {
        let begun = PersonReset {
            id: IntentId(desk.fresh_id()),
            reset: self.reset,
            person: self.person,
            visit: self.visit,
            factors: self.factors,
            operator: operator.clone(),
            begun_at: desk.now(),
        };
        desk.commit(Change::PersonResetBegun {
            intent: Box::new(begun.clone()),
        })
        .await?;
        desk.tell(Event::Leaves {
            remains: Remains::MayBeAccountReset,
        });
        Ok(begun)
    }
}

/// What the registry answered; where it is certain that it did nothing, the record says so.
pub(super) async fn heard<T>(
    desk: &mut dyn Desk,
    begun: &PersonReset,
    answer: Result<T, Stop>,
) -> Result<T, Stop> {
    let stop = match answer {
        Ok(done) => return Ok(done),
        Err(stop) => stop,
    };
    if matches!(
        stop,
        // A session that ended meanwhile says nothing of an attempt before whose answer was lost.
        Stop::Unanswered(_) | Stop::Unreachable(_) | Stop::Store(_) | Stop::SignedOut
    ) {
        return Err(stop.leaving(Remains::MayBeAccountReset));
    }
    let ended = Change::IntentEnded {
        intent: begun.id,
        why: end_reason(&stop),
        remains: Remains::AccountKept,
    };
    match desk.commit(ended).await {
        Ok(()) => Err(stop),
        Err(failed) => Err(failed.leaving(Remains::AccountKept)),
    }
}

/// Writes down what the registry deleted.
pub(super) async fn record(
    desk: &mut dyn Desk,
    begun: &PersonReset,
    reset: &AccountReset,
    deleted: &[Going],
) -> Result<(), Stop> {
    let by = reset.ended_by.as_ref().map(|operator| operator.id.clone());
    let done = PersonResetDone {
        intent: begun.id,
        reset: begun.reset,
        visit: begun.visit,
        deleted: deleted.to_vec(),
        operator: by.unwrap_or_else(|| begun.operator.clone()),
        done_at: reset.ended_at.unwrap_or_else(|| desk.registry_now()),
    };
    let done = Change::PersonResetDone {
        done: Box::new(done),
    };
    let committed = desk.commit(done).await;
    committed.map_err(|stop| stop.leaving(Remains::AccountReset))
}

/// Whoever may carry it out may find out what came of it.
pub(in crate::workflow) fn may_settle(role: Role, begun: &PersonReset) -> Result<(), NotAllowed> {
    decide(role, Action::ReplaceLost, Some(begun.person.kind)).once_released()
}

/// Asks the registry how it stands, and writes that down.
pub(in crate::workflow) async fn resume(
    desk: &mut dyn Desk,
    begun: &PersonReset,
    how: How,
) -> Result<Ending, Stop> {
    match how {
        How::WithoutKey => {
            let (why, remains) = (EndReason::ResolvedAfterStop, Remains::MayBeAccountReset);
            end(desk, begun.id, why, remains).await
        }
        How::WithKey => settle(desk, begun).await,
    }
}

/// Before it is carried out once more: what came of an earlier attempt is on record.
pub(super) async fn settle_earlier(desk: &mut dyn Desk, reset: AccountResetId) -> Result<(), Stop> {
    match desk.begun_reset(reset).await? {
        Some(begun) => settle(desk, &begun).await.map(drop),
        None => Ok(()),
    }
}

async fn settle(desk: &mut dyn Desk, begun: &PersonReset) -> Result<Ending, Stop> {
    let carried_out = match desk.account_reset(begun.reset).await {
        Ok(detail) => Some(detail.reset).filter(|reset| reset.state == ResetState::CarriedOut),
        // It shows a desk every reset that was carried out there.
        Err(Stop::RegistryRefused { code, .. }) if code == problem_code::NOT_FOUND => None,
        Err(stop) => return Err(stop),
    };
    let Some(reset) = carried_out else {
        let (why, remains) = (EndReason::ResolvedAfterStop, Remains::AccountKept);
        return end(desk, begun.id, why, remains).await;
    };
    begin_step(desk, Step::Record);
    // As it was confirmed: the registry refuses where there is more.
    record(desk, begun, &reset, &begun.factors).await?;
    end_step(desk, Step::Record, Note::None);
    Ok(Ending::Resolved {
        remains: Remains::AccountReset,
    })
}
