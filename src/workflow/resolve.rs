//! Ends unfinished work: an intent that a power cut, a kill or a pulled key left open.
//!
//! One safe way on for each stage. A credential whose registration is on disk, and which policy does not refuse, is finished
//! (tested, recorded, pushed) while the registry's challenge lives; anything else is undone, so that never two credentials come
//! of one intent. An operator's own key stays if the registry knows it, what was withdrawn is deleted, a reset is finished or done
//! again, and what care was about to do is looked up on the key.

use super::app::AppDesk;
use super::care;
use super::dialogue::{Ending, Event, Job, Note, Step};
use super::enrol::{key_report, prove_and_record, push};
use super::steps::{begin_step, choose_key, end_step, refresh, unlock};
use super::undo::{Progress, delete_orphans, give_up};
use super::{Desk, KeyFault, Offered, ResetDesk, Stop, app, conclude, own_key, reset, withdraw};
use crate::domain::authority::Action;
use crate::domain::change::{
    EndReason, Enrolment, IntentStage, Made, OpenEnrolment, Remains, Unfinished,
};
use crate::domain::{Bytes, Change, Intent, IntentId, KeyFacts};

/// Whether the key is at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It is, or will be put in: finish or undo.
    WithKey,
    /// It is not to be had: the record says what may remain on it.
    WithoutKey,
}

impl How {
    /// From what was said: the key is not to be had.
    pub fn of(without_key: bool) -> Self {
        match without_key {
            true => Self::WithoutKey,
            false => Self::WithKey,
        }
    }
}

/// Takes up unfinished work.
pub async fn resolve<D: ResetDesk + AppDesk>(
    desk: &mut D,
    work: Unfinished,
    how: How,
) -> Result<Ending, Stop> {
    let result = resolve_work(desk, &work, how).await;
    conclude(desk, result)
}

async fn resolve_work<D: ResetDesk + AppDesk>(
    desk: &mut D,
    work: &Unfinished,
    how: How,
) -> Result<Ending, Stop> {
    let operator = desk.operator().ok_or(Stop::SignedOut)?;
    match work {
        Unfinished::Enrolment(_) => operator.role.may(Action::Enrol)?,
        Unfinished::Withdrawal(_) => operator.role.may(Action::ResolveConflict)?,
        Unfinished::Reset(open) => reset::may_resume(operator.role, open)?,
        Unfinished::Deletion(open) => care::may_resume_deletion(operator.role, open)?,
        Unfinished::Care(intent) => care::may_resume(operator.role, intent)?,
        Unfinished::App(_) | Unfinished::Token(_) => operator.role.may(Action::Enrol)?,
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
        _ => {}
    }
    if how == How::WithoutKey {
        if let Unfinished::Deletion(open) = work {
            return care::delete_without_key(desk, open, &operator.id).await;
        }
        let remains = match work {
            Unfinished::Enrolment(open) if open.stage == IntentStage::Made => Remains::Credential,
            Unfinished::Reset(_) => Remains::MayBeReset,
            Unfinished::Care(_) => Remains::MayBeChanged,
            _ => Remains::Unknown,
        };
        return end(desk, work.id(), EndReason::ResolvedAfterStop, remains).await;
    }
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
        Unfinished::Reset(open) => reset::resume(desk, open, key, &operator.id).await,
        Unfinished::Deletion(open) => care::resume_deletion(desk, open, key, &operator.id).await,
        Unfinished::Care(intent) => care::resume(desk, intent, key).await,
        // Both are dealt with above: no key is needed for them.
        Unfinished::App(intent) => app::resume_app(desk, intent, how).await,
        Unfinished::Token(intent) => app::resume_token(desk, intent, how).await,
    }
}

async fn resume<D: Desk>(
    desk: &mut D,
    open: &OpenEnrolment,
    key: &mut KeyFacts,
) -> Result<Ending, Stop> {
    match &open.made {
        Some(made)
            if made.refused.is_none() && desk.registry_now() < open.intent.offer.expires_at =>
        {
            finish(desk, &open.intent, made, key).await
        }
        Some(made) => {
            let known = Some(made.registration.raw_id.clone());
            undo(desk, &open.intent, known, key).await
        }
        None => undo(desk, &open.intent, None, key).await,
    }
}

/// Waits for the key that the intent names: same model and serial, in whatever slot.
async fn same_key<D: Desk>(desk: &mut D, work: &Unfinished) -> Result<KeyFacts, Stop> {
    loop {
        let mut key = choose_key(desk).await?;
        refresh(desk, &mut key).await?;
        if may_be(work, &key) {
            end_step(desk, Step::Key, Note::Key { key: key.clone() });
            return Ok(key);
        }
        if let Some(key) = work.key() {
            desk.tell(Event::OtherKey {
                wanted: key_report(key),
            });
        }
    }
}

/// The same model and serial, and a PIN if the key of the work has one: without a serial number a blank twin would
/// otherwise pass for it.
fn may_be(work: &Unfinished, key: &KeyFacts) -> bool {
    let Some(meant) = work.key() else {
        return true;
    };
    let had_pin = meant.pin_set == Some(true)
        || matches!(work, Unfinished::Enrolment(open) if open.stage != IntentStage::Begun);
    let is_blank = had_pin && key.pin_set == Some(false);
    key.id.aaguid == meant.id.aaguid
        && key.id.serial == meant.id.serial
        // A reset leaves it blank.
        && (!is_blank || matches!(work, Unfinished::Reset(_)))
}

async fn finish<D: Desk>(
    desk: &mut D,
    intent: &Intent,
    made: &Made,
    key: &mut KeyFacts,
) -> Result<Ending, Stop> {
    begin_step(desk, Step::Pin);
    let rp_id = &intent.offer.creation.rp.id;
    let unlocked = unlock(desk, key, rp_id, intent.offer.pin_min_length, &mut false).await;
    let (unlocked, _) = unlocked.map_err(|stop| stop.leaving(Remains::Credential))?;
    end_step(desk, Step::Pin, Note::Verified);
    let progress = Progress {
        unlocked: Some(unlocked),
        pin_written: false,
        may_have_made: true,
        credential: Some(made.registration.raw_id.clone()),
    };
    match prove_and_record(desk, intent, made, &progress, key).await {
        Ok(entry) => Ok(push(desk, intent, entry, key).await),
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

/// Deletes what the intent may have left on the key.
async fn undo<D: Desk>(
    desk: &mut D,
    intent: &Intent,
    known: Option<Bytes>,
    key: &mut KeyFacts,
) -> Result<Ending, Stop> {
    if key.pin_set == Some(false) {
        // Without a PIN the key would have made nothing.
        let why = EndReason::ResolvedAfterStop;
        return end(desk, intent.id, why, Remains::Nothing).await;
    }
    // What the registry holds by now must not be taken for a left-over: the same key may have been enrolled since.
    let Offered { offer, fresh } = desk.offer(&intent.offer.person.id).await?;
    if !fresh {
        return Err(Stop::Unreachable(
            "what is enrolled by now is not known: try again when the registry can be reached"
                .to_owned(),
        ));
    }
    let mut in_use: Vec<Bytes> = desk.enrolled_here(&offer.person.id).await?;
    in_use.extend(offer.creation.exclude_credentials.into_iter().map(|d| d.id));
    // One that the registry refused may be sent again: it is no left-over, and is ended by giving it up in the outbox.
    let here = desk.enrolments_on(key).await?.into_iter();
    in_use.extend(here.filter(Enrolment::is_live).map(|e| e.credential));
    begin_step(desk, Step::Pin);
    let options = &intent.offer.creation;
    let min_length = intent.offer.pin_min_length;
    let (unlocked, _) = unlock(desk, key, &options.rp.id, min_length, &mut false).await?;
    end_step(desk, Step::Pin, Note::Verified);
    // The PIN may have been set just before the stop, with no time to write that down.
    let kept = if intent.key.pin_set == Some(false) {
        Remains::Pin
    } else {
        Remains::Nothing
    };
    let pin = unlocked.pin();
    let remains = delete_orphans(desk, options, known.as_ref(), &in_use, pin, key).await?;
    let why = EndReason::ResolvedAfterStop;
    end(desk, intent.id, why, remains.unwrap_or(kept)).await
}

pub(super) async fn end<D: Desk>(
    desk: &mut D,
    intent: IntentId,
    why: EndReason,
    remains: Remains,
) -> Result<Ending, Stop> {
    begin_step(desk, Step::Record);
    desk.commit(Change::IntentEnded {
        intent,
        why,
        remains,
    })
    .await?;
    end_step(desk, Step::Record, Note::None);
    Ok(Ending::Resolved { remains })
}
