//! Ends unfinished work: an intent that a power cut, a kill or a pulled key left open.
//!
//! One safe way on for each stage. A credential whose registration is on disk, and which policy does not refuse, is finished
//! (tested, recorded, pushed) while the registry's challenge lives; anything else is undone, so that never two credentials come
//! of one intent. An operator's own key stays if the registry knows it, what was withdrawn is deleted, a reset is finished or done
//! again, what care was about to do is looked up on the key, and the registry says whether an account was reset.

use super::admit::listed;
use super::care;
use super::dialogue::{Ending, Event, Job, Note, Step, Wanted};
use super::enrol::{prove_and_record, push};
use super::known::{ask, at_registry};
use super::report::key_report;
use super::steps::{
    anew_after_pulls, begin_step, choose_key, end_step, is_replugged, refresh, tells_apart, unlock,
};
use super::undo::{How, Progress, Seen, delete_known, end, give_up, was_reset};
use super::{
    Desk, KeyFault, Resident, Stop, account_reset, app, conclude, own_key, reset, withdraw,
};
use crate::domain::authority::{Action, NotAllowed};
use crate::domain::reason::{Gap, Refusal};
use crate::domain::{Bytes, KeyFacts, OperatorId, Pin};
use crate::record::{EndReason, Intent, IntentStage, Made, OpenEnrolment, Remains, Unfinished};
use crate::wire::Operator;

/// Takes up unfinished work.
pub async fn resolve(desk: &mut dyn Desk, work: Unfinished, how: How) -> Result<Ending, Stop> {
    let result = resolve_work(desk, &work, how).await;
    conclude(desk, result)
}

/// Whoever may add a factor for its person ends what was begun.
fn may_add(operator: &Operator, act: Action, work: &Unfinished) -> Result<(), NotAllowed> {
    match work.person() {
        Some(person) => operator.role.may_for(act, person.kind),
        None => operator.role.may(act),
    }
}

async fn resolve_work(desk: &mut dyn Desk, work: &Unfinished, how: How) -> Result<Ending, Stop> {
    let operator = desk.operator().ok_or(Stop::SignedOut)?;
    match work {
        Unfinished::Enrolment(_) => may_add(&operator, Action::Enrol, work)?,
        Unfinished::Withdrawal(_) => operator.role.may(Action::ResolveConflict)?,
        Unfinished::Reset(open) => reset::may_resume(operator.role, open)?,
        Unfinished::Deletion(open) => care::may_resume_deletion(operator.role, open)?,
        Unfinished::Care(intent) => care::may_resume(operator.role, intent)?,
        Unfinished::App(_) | Unfinished::Token(_) => {
            may_add(&operator, Action::EnrolApp, work)?;
        }
        Unfinished::Person(begun) => account_reset::may_settle(operator.role, begun)?,
        // About nobody's key but an operator's.
        Unfinished::OwnKey(_) => {}
    }
    desk.tell(Event::Began {
        job: Job::Resolve {
            unfinished: Box::new(work.clone()),
        },
    });
    match work {
        Unfinished::App(intent) => return app::resume_app(desk, intent, how).await,
        Unfinished::Token(intent) => return app::resume_token(desk, intent, how).await,
        Unfinished::Person(begun) => return account_reset::resume(desk, begun, how).await,
        Unfinished::Enrolment(_)
        | Unfinished::OwnKey(_)
        | Unfinished::Withdrawal(_)
        | Unfinished::Reset(_)
        | Unfinished::Deletion(_)
        | Unfinished::Care(_) => {}
    }
    if how == How::WithoutKey {
        if let Unfinished::Deletion(open) = work {
            return care::delete_without_key(desk, open, &operator.id).await;
        }
        let remains = match work {
            Unfinished::Enrolment(open) if open.stage == IntentStage::Made => Remains::Credential,
            Unfinished::Reset(_) => Remains::MayBeReset,
            Unfinished::Care(_) => Remains::MayBeChanged,
            Unfinished::Enrolment(_)
            | Unfinished::OwnKey(_)
            | Unfinished::Withdrawal(_)
            | Unfinished::Deletion(_)
            | Unfinished::App(_)
            | Unfinished::Token(_)
            | Unfinished::Person(_) => Remains::Unknown,
        };
        return end(desk, work.id(), EndReason::ResolvedAfterStop, remains).await;
    }
    anew_after_pulls(desk, async |desk: &mut dyn Desk| {
        take_up(desk, work, how, &operator.id).await
    })
    .await
}

/// With the key.
async fn take_up(
    desk: &mut dyn Desk,
    work: &Unfinished,
    how: How,
    by: &OperatorId,
) -> Result<Ending, Stop> {
    begin_step(desk, Step::Key);
    let mut key = same_key(desk, work).await?;
    match work {
        Unfinished::Enrolment(open) => resume(desk, open, &mut key).await,
        Unfinished::OwnKey(own) => {
            let (why, remains) = own_key::settle(desk, own, &mut key).await?;
            end(desk, own.id, why, remains).await
        }
        Unfinished::Withdrawal(withdrawal) => {
            let remains = withdraw::settle(desk, withdrawal, &mut key).await?;
            end(desk, withdrawal.id, EndReason::Withdrawn, remains).await
        }
        Unfinished::Reset(open) => reset::resume(desk, open, key, by).await,
        Unfinished::Deletion(open) => care::resume_deletion(desk, open, key, by).await,
        Unfinished::Care(intent) => care::resume(desk, intent, key).await,
        // They are dealt with above: no key is needed for them.
        Unfinished::App(intent) => app::resume_app(desk, intent, how).await,
        Unfinished::Token(intent) => app::resume_token(desk, intent, how).await,
        Unfinished::Person(begun) => account_reset::resume(desk, begun, how).await,
    }
}

async fn resume(
    desk: &mut dyn Desk,
    open: &OpenEnrolment,
    key: &mut KeyFacts,
) -> Result<Ending, Stop> {
    match &open.made {
        Some(made)
            if made.refused.is_none()
                && key.pin_set != Some(false)
                && desk.registry_now() < open.intent.offer.expires_at =>
        {
            finish(desk, &open.intent, made, key).await
        }
        Some(made) => undo(desk, &open.intent, Some(&made.registration.raw_id), key).await,
        None => undo(desk, &open.intent, None, key).await,
    }
}

/// Waits for the key that the intent names: same model and serial, in whatever slot.
async fn same_key(desk: &mut dyn Desk, work: &Unfinished) -> Result<KeyFacts, Stop> {
    loop {
        let mut key = choose_key(desk).await?;
        refresh(desk, &mut key).await?;
        if may_be(desk, work, &key) {
            end_step(desk, Step::Key, Note::Key { key: key.clone() });
            return Ok(key);
        }
        if let Some(key) = work.key() {
            desk.tell(Event::OtherKey {
                wanted: Wanted::Key(key_report(key)),
            });
        }
    }
}

/// The same model and serial, and a PIN if the key of the work has one: without a serial number a blank twin would
/// otherwise pass for it. One that is told from all others was reset.
fn may_be(desk: &dyn Desk, work: &Unfinished, key: &KeyFacts) -> bool {
    let Some(meant) = work.key() else {
        return true;
    };
    let had_pin = meant.pin_set == Some(true)
        || matches!(work, Unfinished::Enrolment(open) if open.stage != IntentStage::Begun);
    let is_blank = had_pin && key.pin_set == Some(false);
    key.id.aaguid == meant.id.aaguid
        && key.id.serial == meant.id.serial
        // A reset leaves it blank.
        && (!is_blank || matches!(work, Unfinished::Reset(_)) || is_undone_by_reset(desk, work, key))
}

/// Whether it is an enrolment of which a reset left nothing.
fn is_undone_by_reset(desk: &dyn Desk, work: &Unfinished, key: &KeyFacts) -> bool {
    matches!(work, Unfinished::Enrolment(_)) && was_reset(desk, key)
}

async fn finish(
    desk: &mut dyn Desk,
    intent: &Intent,
    made: &Made,
    key: &mut KeyFacts,
) -> Result<Ending, Stop> {
    begin_step(desk, Step::Pin);
    let rp_id = &intent.offer.creation.rp.id;
    let unlocked = unlock(desk, key, rp_id, intent.offer.pin_min_length, &mut false).await;
    let (unlocked, _) = unlocked.map_err(|stop| match is_replugged(&stop) {
        true => stop,
        false => stop.leaving(Remains::Credential),
    })?;
    end_step(desk, Step::Pin, Note::Verified);
    let progress = Progress {
        unlocked: Some(unlocked),
        pin_written: false,
        may_have_made: true,
        denied: false,
        credential: Some(made.registration.raw_id.clone()),
        before: None,
    };
    match prove_and_record(desk, intent, made, &progress, key).await {
        Ok(entry) => Ok(push(desk, intent, entry, key).await),
        // It was reset on the way, and is looked at from the start.
        Err(stop @ Stop::Key(KeyFault::Replugged)) => Err(stop),
        // Cancelled half-way: it stays unfinished work, as it was.
        Err(Stop::Cancelled) => Err(Stop::Cancelled.leaving(Remains::Credential)),
        // Without a serial number another key of the same model may have been put in.
        Err(Stop::Key(KeyFault::NoCredential)) => {
            Err(Stop::Key(KeyFault::NoCredential).leaving(Remains::Credential))
        }
        Err(stop) => {
            let subject = (intent.id, &intent.offer.creation);
            Err(give_up(desk, subject, key, &progress, stop).await)
        }
    }
}

/// Deletes what the intent left on the key. Whatever is enrolled by now stays, and so does what another desk may have made: the same
/// key may have been there since.
async fn undo(
    desk: &mut dyn Desk,
    intent: &Intent,
    made: Option<&Bytes>,
    key: &mut KeyFacts,
) -> Result<Ending, Stop> {
    let why = EndReason::ResolvedAfterStop;
    if key.pin_set == Some(false) {
        // Without a PIN the key would have made nothing.
        return end(desk, intent.id, why, Remains::Nothing).await;
    }
    let offer = &intent.offer;
    // Nobody types a PIN for something that can't be done now.
    if at_registry(desk, &key.id, &offer.person.id, &[])
        .await?
        .is_none()
    {
        return Err(not_known_now());
    }
    begin_step(desk, Step::Pin);
    let rp_id = &offer.creation.rp.id;
    let (unlocked, _) = unlock(desk, key, rp_id, offer.pin_min_length, &mut false).await?;
    end_step(desk, Step::Pin, Note::Verified);
    let Some(held) = listed(desk, key, &unlocked, rp_id).await? else {
        return end(desk, intent.id, why, unlisted(made)).await;
    };
    let (mine, others): (Vec<_>, Vec<_>) = held
        .into_iter()
        .partition(|resident| resident.user_handle == offer.creation.user.id);
    // A key that is told from all others is the one, whoever got it since: it was put to another use at another desk.
    let is_put_to_another_use = match others.into_iter().next() {
        None => false,
        Some(_) if tells_apart(desk, key) => true,
        Some(other) => return Err(anothers(other)),
    };
    let mine: Vec<Bytes> = mine.into_iter().map(|resident| resident.id).collect();
    let known = ask(desk, key, offer, &mine).await?;
    let left = mine.iter().filter(|id| match made {
        Some(made) => *id == made,
        None => !known.is_in_use(id),
    });
    let left: Vec<&Bytes> = left.collect();
    let remains = match (left.as_slice(), made) {
        // The PIN may have been set just before the stop, with no time to write that down.
        ([], None) if intent.key.pin_set == Some(false) && !is_put_to_another_use => Remains::Pin,
        ([], None) => Remains::Nothing,
        ([], Some(_)) if tells_apart(desk, key) => Remains::CredentialDeleted,
        // This key does not show it: it is another one of the same model.
        ([], Some(_)) => Remains::Credential,
        ([id], Some(_)) if known.is_in_use(id) => Remains::InUse,
        (left, made) => {
            if made.is_none() {
                known.is_nobodys()?;
            }
            delete(desk, rp_id, (key, unlocked.pin()), left).await?
        }
    };
    end(desk, intent.id, why, remains).await
}

fn anothers(resident: Resident) -> Stop {
    let person = resident.user_name;
    Refusal::Anothers { person }.into()
}

fn not_known_now() -> Stop {
    Stop::Unreachable(Gap::Unknown)
}

/// What may be on a key that does not list what it holds.
fn unlisted(made: Option<&Bytes>) -> Remains {
    match made {
        Some(_) => Remains::Credential,
        None => Remains::Unknown,
    }
}

/// Deletes what the key has just listed.
async fn delete(
    desk: &mut dyn Desk,
    rp_id: &str,
    (key, pin): (&KeyFacts, Option<&Pin>),
    ids: &[&Bytes],
) -> Result<Remains, Stop> {
    let mut remains = Remains::CredentialDeleted;
    for id in ids {
        remains = delete_known(desk, rp_id, key, pin, (id, Seen::ThisPlug))
            .await
            .map_err(|fault| Stop::Key(fault).leaving(Remains::Credential))?;
    }
    Ok(remains)
}
