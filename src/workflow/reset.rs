//! Resets a key, coached: what is lost, by name → confirmed once → pull → put back → touch → verified empty → recorded.
//!
//! Invariants: nothing is sent to the key before its intent is on disk, and what opens somebody's account is taken by what a visit of
//! theirs here shows, which the registry says before anybody is asked anything and again with the key in its slot; an intent is ended only when it is known whether the key
//! was reset, and by whoever finds that out; a key is called reset only when it says so itself or looks so.

pub(super) mod case;
mod coach;
mod losses;

use super::dialogue::{Ending, Event, Job, LostBy, Note, PushState, Step};
use super::report::{key_report, push_entry};
use super::steps::{anew_after_pulls, begin_step, choose_key, end_step, refresh};
use super::taking::{authorised, taken_up};
use super::{Desk, NotReset, Stop, conclude};
use crate::domain::authority::{NotAllowed, Role};
use crate::domain::reason::Refusal;
use crate::domain::reset::ResetCase;
use crate::domain::{EntryId, IntentId, KeyFacts, OperatorId, UsbPath};
use crate::record::{Change, EndReason, KeyReset, Remains};
use crate::wire::{KeyResetPush, VERSION};
use case::Asked;
use coach::Coached;

/// What is asked for, and what is known of the case beforehand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ResetOrder {
    /// Where the key is, if that was chosen already.
    pub at: Option<UsbPath>,
    /// Who asked, and why.
    pub case: ResetCase,
    /// Ask for the PIN, so that the key can list what it holds.
    pub list: bool,
}

/// Resets a key.
pub async fn reset(desk: &mut dyn Desk, order: ResetOrder) -> Result<Ending, Stop> {
    let result = reset_chosen(desk, order).await;
    conclude(desk, result)
}

async fn reset_chosen(desk: &mut dyn Desk, order: ResetOrder) -> Result<Ending, Stop> {
    let operator = desk.operator().ok_or(Stop::SignedOut)?;
    desk.room().await?;
    desk.tell(Event::Began { job: Job::Reset });
    let looked_at = anew_after_pulls(desk, async |desk: &mut dyn Desk| {
        let mut key = take(desk, order.at.as_ref()).await?;
        begin_step(desk, Step::Check);
        let hold = losses::check_key(desk, &mut key).await?;
        let mut losses = losses::find(desk, &mut key).await?;
        losses.may_be_caused_by(operator.role)?;
        let mut leave = authorised(desk, &operator, (Some(&key), &losses)).await?;
        if order.list || losses::tells_nothing(&key, &losses) {
            let before = losses.credentials().len();
            losses::list_others(desk, &mut key, &mut losses).await?;
            if losses.credentials().len() > before {
                losses.may_be_caused_by(operator.role)?;
                let more = authorised(desk, &operator, (Some(&key), &losses)).await?;
                leave = leave.and(more);
            }
        }
        if losses::tells_nothing(&key, &losses) {
            return Err(Refusal::TellsNothing.into());
        }
        Ok((key, hold, losses, leave))
    });
    let (key, hold, losses, leave) = looked_at.await?;
    let note = Note::Losses {
        losses: losses.clone(),
    };
    end_step(desk, Step::Check, note);
    begin_step(desk, Step::Confirm);
    let asked = Asked {
        key: &key,
        losses: &losses,
        by: LostBy::Reset,
    };
    let case = asked.settle_case(desk, leave.fill(order.case)).await?;
    asked.confirm(desk).await?;
    let reset = KeyReset {
        id: IntentId(desk.fresh_id()),
        key: key.clone(),
        losses,
        case,
        visits: leave.visits,
        operator: operator.id.clone(),
        begun_at: desk.now(),
    };
    desk.commit(Change::ResetBegun {
        intent: Box::new(reset.clone()),
    })
    .await?;
    carry_out(desk, &reset, key, hold, &operator.id).await
}

/// The key at the place that was chosen, or one that the people choose.
async fn take(desk: &mut dyn Desk, at: Option<&UsbPath>) -> Result<KeyFacts, Stop> {
    begin_step(desk, Step::Key);
    let there = at.and_then(|place| desk.keys().into_iter().find(|key| key.place == *place));
    let mut key = match there {
        Some(key) => key,
        None => choose_key(desk).await?,
    };
    refresh(desk, &mut key).await?;
    end_step(desk, Step::Key, Note::Key { key: key.clone() });
    Ok(key)
}

/// From the intent to its end.
async fn carry_out(
    desk: &mut dyn Desk,
    reset: &KeyReset,
    key: KeyFacts,
    hold: bool,
    by: &OperatorId,
) -> Result<Ending, Stop> {
    begin_step(desk, Step::Reset);
    match coach::coach(desk, reset, key, hold).await {
        Coached::Reset(key) => finish(desk, reset, *key, by).await,
        Coached::Untouched(stop) => Err(give_up(desk, reset, stop).await),
        Coached::Unsure(stop) => Err(stop.leaving(Remains::MayBeReset)),
        Coached::NotEmpty(stop) => Err(stop.leaving(Remains::Reset)),
    }
}

/// The key is as it was, and the record says so.
async fn give_up(desk: &mut dyn Desk, reset: &KeyReset, stop: Stop) -> Stop {
    if stop.is_store() {
        return stop;
    }
    let why = match &stop {
        Stop::Cancelled => EndReason::Cancelled,
        other => EndReason::KeyFailed {
            what: other.to_string(),
        },
    };
    let ended = Change::IntentEnded {
        intent: reset.id,
        why,
        remains: Remains::Nothing,
    };
    match desk.commit(ended).await {
        Ok(()) => stop,
        Err(store) => store,
    }
}

/// What a stop leaves behind from now on.
fn leaves(desk: &mut dyn Desk, remains: Remains) {
    desk.tell(Event::Leaves { remains });
}

/// Records that the key was reset, and tells the registry.
async fn finish(
    desk: &mut dyn Desk,
    reset: &KeyReset,
    key: KeyFacts,
    by: &OperatorId,
) -> Result<Ending, Stop> {
    let entry = EntryId(desk.fresh_id());
    begin_step(desk, Step::Record);
    let push = KeyResetPush {
        version: VERSION,
        key: key_report(&reset.key),
        credentials: reset.losses.credentials(),
        case: reset.case.clone(),
        visits: reset.visits.clone(),
        operator: reset.operator.clone(),
        finished_by: (*by != reset.operator).then(|| by.clone()),
        reset_at: desk.registry_now(),
    };
    desk.commit(Change::ResetDone {
        intent: reset.id,
        entry,
        push: Box::new(push),
    })
    .await
    .map_err(|stop| stop.leaving(Remains::Reset))?;
    end_step(desk, Step::Record, Note::None);
    leaves(desk, Remains::Nothing);
    let push: PushState = push_entry(desk, entry).await;
    Ok(Ending::Reset {
        key,
        losses: reset.losses.clone(),
        push,
    })
}

/// Whoever may end unfinished work of this kind.
pub(super) fn may_resume(role: Role, reset: &KeyReset) -> Result<(), NotAllowed> {
    reset.losses.may_be_caused_by(role)
}

/// Takes up a reset that was stopped: what looks reset is finished, anything else is done again. It was confirmed already.
pub(super) async fn resume(
    desk: &mut dyn Desk,
    reset: &KeyReset,
    mut key: KeyFacts,
    by: &OperatorId,
) -> Result<Ending, Stop> {
    if reset.would_show() && coach::looks_reset(desk, reset, &mut key).await? {
        end_step(desk, Step::Reset, Note::None);
        end_step(desk, Step::Empty, Note::None);
        return finish(desk, reset, key, by).await;
    }
    let hold = losses::check_key(desk, &mut key).await?;
    // What let it be done may be over since.
    let operator = desk.operator().ok_or(Stop::SignedOut)?;
    let leave = authorised(desk, &operator, (Some(&key), &reset.losses)).await?;
    let visits = taken_up(desk, (reset.id, &reset.visits), leave).await?;
    let reset = &KeyReset {
        visits,
        ..reset.clone()
    };
    begin_step(desk, Step::Reset);
    match coach::coach(desk, reset, key, hold).await {
        Coached::Reset(key) => finish(desk, reset, *key, by).await,
        // It stays unfinished work, as it was: the operator may try again, or give it up.
        Coached::Untouched(stop) => Err(stop.leaving(Remains::MayBeReset)),
        Coached::Unsure(stop) => Err(stop.leaving(Remains::MayBeReset)),
        Coached::NotEmpty(stop) => Err(stop.leaving(Remains::Reset)),
    }
}
