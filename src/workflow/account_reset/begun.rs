//! That an account is about to be reset, on the station's disk, and what came of it.
//!
//! Invariants: the registry is asked to delete only with an intent on disk; an intent is ended only by what the registry said, or by
//! whoever gives it up, and as *kept* only once nothing that was asked for can be taken any more; and finding out deletes nothing.

use super::super::dialogue::{Ending, Event, Note, Step};
use super::super::steps::{begin_step, end_step};
use super::super::undo::{How, end, end_reason};
use super::super::{Desk, Stop};
use crate::domain::account_reset::ResetState;
use crate::domain::act::Going;
use crate::domain::authority::{Action, NotAllowed, Role, decide};
use crate::domain::reason::Unmet;
use crate::domain::{AccountResetId, IntentId, OperatorId, Person, VisitId};
use crate::record::{Change, EndReason, PersonReset, PersonResetDone, Remains};
use crate::wire::{AccountReset, Owned, Said, problem_code};
use jiff::Timestamp;

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

    /// It is confirmed: from here on a stop leaves unfinished work. `earlier`: an attempt of which nobody knows what came; this goes on
    /// with it.
    pub(super) async fn begin(
        self,
        desk: &mut dyn Desk,
        operator: &OperatorId,
        earlier: Option<PersonReset>,
    ) -> Result<Begun, Stop> {
        if let Some(intent) = earlier {
            return Ok(Begun::again(desk, intent));
        }
        let intent = PersonReset {
            id: IntentId(desk.fresh_id()),
            reset: self.reset,
            person: self.person,
            visit: self.visit,
            factors: self.factors,
            operator: operator.clone(),
            begun_at: desk.now(),
        };
        desk.commit(Change::PersonResetBegun {
            intent: Box::new(intent.clone()),
        })
        .await?;
        leaves(desk);
        Ok(Begun {
            intent,
            is_again: false,
        })
    }
}

fn leaves(desk: &mut dyn Desk) {
    desk.tell(Event::Leaves {
        remains: Remains::MayBeAccountReset,
    });
}

/// What the registry is asked for, which is on the station's disk.
pub(super) struct Begun {
    intent: PersonReset,
    /// It was asked for before, and the answer was lost: what is refused now may have been taken then.
    is_again: bool,
}

impl Begun {
    /// The earlier attempt goes on.
    pub(super) fn again(desk: &mut dyn Desk, intent: PersonReset) -> Self {
        leaves(desk);
        Self {
            intent,
            is_again: true,
        }
    }

    /// What the registry answered; where it is certain that it did nothing, the record says so.
    pub(super) async fn heard<T>(
        &self,
        desk: &mut dyn Desk,
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
        if self.is_again {
            return Err(self.refused_again(desk, stop).await);
        }
        let ended = Change::IntentEnded {
            intent: self.intent.id,
            why: end_reason(&stop),
            remains: Remains::AccountKept,
        };
        match desk.commit(ended).await {
            Ok(()) => Err(stop),
            Err(failed) => Err(failed.leaving(Remains::AccountKept)),
        }
    }

    /// What is left once what was asked for again is refused: the attempt before may be the reason.
    async fn refused_again(&self, desk: &mut dyn Desk, stop: Stop) -> Stop {
        let recorded = match known(desk, &self.intent).await {
            Ok(Known::Done(reset)) => match as_confirmed(desk, &self.intent, &reset).await {
                Ok(()) => Remains::AccountReset,
                Err(failed) => return failed,
            },
            Ok(Known::Never) => match end_kept(desk, &self.intent).await {
                Ok(_) => Remains::Nothing,
                Err(failed) => return failed,
            },
            Ok(Known::Open { .. } | Known::Untold(_)) | Err(_) => Remains::MayBeAccountReset,
        };
        stop.leaving(recorded)
    }

    /// Writes down what the registry deleted.
    pub(super) async fn record(
        &self,
        desk: &mut dyn Desk,
        reset: &AccountReset,
        deleted: &[Going],
    ) -> Result<(), Stop> {
        match self.is_again && deleted.is_empty() {
            // The attempt before did it.
            true => as_confirmed(desk, &self.intent, reset).await,
            false => record(desk, &self.intent, reset, deleted).await,
        }
    }
}

/// Writes down that it was done as it was confirmed: the registry refuses where there is more.
async fn as_confirmed(
    desk: &mut dyn Desk,
    begun: &PersonReset,
    reset: &AccountReset,
) -> Result<(), Stop> {
    record(desk, begun, reset, &begun.factors).await
}

async fn record(
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

async fn end_kept(desk: &mut dyn Desk, begun: &PersonReset) -> Result<Ending, Stop> {
    let (why, remains) = (EndReason::ResolvedAfterStop, Remains::AccountKept);
    end(desk, begun.id, why, remains).await
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

/// Before it is carried out once more: what is certain of an earlier attempt is on record; else that one goes on. `visit`: in which it is
/// carried out now.
pub(super) async fn earlier(
    desk: &mut dyn Desk,
    reset: AccountResetId,
    visit: Option<VisitId>,
) -> Result<Option<PersonReset>, Stop> {
    let Some(begun) = desk.begun_reset(reset).await? else {
        return Ok(None);
    };
    // A person has one open visit: what was asked for in another one is taken no more.
    let is_over = begun.visit.is_some_and(|then| visit != Some(then));
    match known(desk, &begun).await? {
        Known::Done(reset) => settle_done(desk, &begun, &reset).await.map(|_| None),
        Known::Never => end_kept(desk, &begun).await.map(|_| None),
        Known::Open { .. } if is_over => end_kept(desk, &begun).await.map(|_| None),
        Known::Open { .. } | Known::Untold(_) => Ok(Some(begun)),
    }
}

/// What the registry says of a reset to this desk.
enum Known {
    Done(Box<AccountReset>),
    /// Nothing will come of it.
    Never,
    /// It can be carried out until then, also by what was asked for and is still on its way.
    Open {
        until: Timestamp,
    },
    /// Nothing: that it shows this desk no such reset is no proof that there is none.
    Untold(Stop),
}

async fn known(desk: &mut dyn Desk, begun: &PersonReset) -> Result<Known, Stop> {
    let reset = match desk.account_reset(begun.reset).await {
        Ok(detail) => detail.reset,
        Err(stop)
            if matches!(
                stop.refusal(),
                Some(problem_code::NOT_FOUND | problem_code::NOT_ALLOWED)
            ) =>
        {
            // What is open is on its person's page, wherever it was prepared.
            let page = desk.detail(&begun.person.id).await?;
            match page.reset.filter(|reset| reset.id == begun.reset) {
                Some(reset) => *reset,
                None => return Ok(Known::Untold(stop)),
            }
        }
        Err(stop) => return Err(stop),
    };
    Ok(match reset.state {
        ResetState::CarriedOut => Known::Done(Box::new(reset)),
        ResetState::Withdrawn
        | ResetState::Refused
        | ResetState::Expired
        | ResetState::Objected => Known::Never,
        ResetState::Prepared | ResetState::Requested | ResetState::Released => {
            Known::Open { until: reset.until }
        }
    })
}

async fn settle(desk: &mut dyn Desk, begun: &PersonReset) -> Result<Ending, Stop> {
    let mut now = known(desk, begun).await?;
    if matches!(now, Known::Open { .. }) && is_shut(desk, begun).await? {
        now = match known(desk, begun).await? {
            Known::Open { .. } => Known::Never,
            now @ (Known::Done(_) | Known::Never | Known::Untold(_)) => now,
        };
    }
    let not_known = match now {
        Known::Done(reset) => return settle_done(desk, begun, &reset).await,
        Known::Never => return end_kept(desk, begun).await,
        Known::Open { until } => Stop::Unmet(Unmet::MayStillCome {
            person: begun.person.name.clone(),
            until,
        }),
        Known::Untold(stop) => stop,
    };
    Err(not_known.leaving(Remains::MayBeAccountReset))
}

/// Whether nothing of what was asked for is taken any more: whoever asked ends the visit in which they did.
async fn is_shut(desk: &mut dyn Desk, begun: &PersonReset) -> Result<bool, Stop> {
    let (Some(visit), Some(me)) = (begun.visit, desk.operator()) else {
        return Ok(false);
    };
    if me.id != begun.operator {
        return Ok(false);
    }
    let person = &begun.person.id;
    match desk.close_visit(person, visit, Said::Nothing).await {
        Err(stop) if stop.refusal() != Some(problem_code::VISIT_OVER) => Err(stop),
        Ok(()) | Err(_) => Ok(true),
    }
}

async fn settle_done(
    desk: &mut dyn Desk,
    begun: &PersonReset,
    reset: &AccountReset,
) -> Result<Ending, Stop> {
    begin_step(desk, Step::Record);
    as_confirmed(desk, begun, reset).await?;
    end_step(desk, Step::Record, Note::None);
    Ok(Ending::Resolved {
        remains: Remains::AccountReset,
    })
}
