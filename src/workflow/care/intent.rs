//! A change that nothing takes back: an intent on disk before the key is written to, ended by what the key itself shows.
//!
//! Invariant: an intent ends only once it is known what came of it. Where the key is out of reach it stays open, as
//! unfinished work; there the key is looked at again, and what is so then is recorded.

use super::super::steps::{begin_step, current_pin, end_step, is_plugged, on_key, tells_apart};
use super::super::undo::{end, end_reason};
use super::{Desk, unlocked};
use crate::domain::authority::{NotAllowed, Role};
use crate::domain::care::Care;
use crate::domain::key::TEST_RP_ID;
use crate::domain::{IntentId, KeyFacts, Pin};
use crate::record::{CareIntent, Change, EndReason, Outcome, Remains};
use crate::workflow::dialogue::{CareResult, Ending, Note, Step};
use crate::workflow::{KeyFault, Stop};

/// Fewer attempts than this are not spent on finding out which of two PINs a key has.
const RETRIES_TO_SPARE: u8 = 3;

/// Writes down what is about to be done to the key that was looked at.
pub(super) async fn plan(
    desk: &mut dyn Desk,
    key: &KeyFacts,
    care: Care,
) -> Result<CareIntent, Stop> {
    if !is_plugged(desk, key) && !tells_apart(desk, key) {
        return Err(Stop::Key(KeyFault::Replugged));
    }
    let operator = desk.operator().ok_or(Stop::SignedOut)?;
    let intent = CareIntent {
        id: IntentId(desk.fresh_id()),
        key: key.clone(),
        care,
        operator: operator.id,
        begun_at: desk.now(),
    };
    desk.commit(Change::CareBegun {
        intent: Box::new(intent.clone()),
    })
    .await?;
    Ok(intent)
}

/// Writes down that it is done: the key shows it.
pub(super) async fn done(
    desk: &mut dyn Desk,
    intent: &CareIntent,
    key: &KeyFacts,
) -> Result<(), Stop> {
    let recorded = desk.commit(Change::Cared {
        intent: Some(intent.id),
        key: Box::new(key.clone()),
        care: Box::new(intent.care.clone()),
    });
    recorded
        .await
        .map_err(|stop| stop.leaving(Remains::MayBeChanged))
}

/// PINs that the run knows, to look at the key with.
#[derive(Clone, Copy)]
pub(super) enum Known<'a> {
    /// None is needed.
    Nothing,
    /// The key's.
    Pin(&'a Pin),
    /// One was to replace the other.
    Either {
        /// The one before.
        old: &'a Pin,
        /// The one that was sent.
        new: &'a Pin,
    },
}

/// Ends an intent after a failure with what the key shows; open it stays where the key shows nothing.
pub(super) async fn give_up(
    desk: &mut dyn Desk,
    intent: &CareIntent,
    key: &KeyFacts,
    known: Known<'_>,
    stop: Stop,
) -> Stop {
    if stop.is_store() {
        return stop.leaving(Remains::MayBeChanged);
    }
    let is_same = key.generation == intent.key.generation || tells_apart(desk, key);
    if !is_same {
        // What another key shows says nothing of this one.
        return stop.leaving(Remains::MayBeChanged);
    }
    desk.heed_no_cancel();
    match look(desk, intent, key, known).await {
        Ok((Outcome::Done, now)) => match done(desk, intent, &now).await {
            Ok(()) => stop.leaving(changed(&intent.care)),
            Err(store) => store,
        },
        Ok((Outcome::NotDone, _)) => not_done(desk, intent.id, stop).await,
        Ok((Outcome::Unknown, _)) | Err(_) => stop.leaving(Remains::MayBeChanged),
    }
}

/// Ends an intent after a failure that is known to have left the key as it was.
pub(super) async fn not_done(desk: &mut dyn Desk, intent: IntentId, stop: Stop) -> Stop {
    let ended = desk.commit(Change::IntentEnded {
        intent,
        why: end_reason(&stop),
        remains: Remains::Nothing,
    });
    match ended.await {
        Ok(()) => stop,
        Err(store) => store,
    }
}

fn changed(care: &Care) -> Remains {
    match care {
        Care::PinSet { .. } | Care::PinChanged { .. } => Remains::Pin,
        Care::Tested { .. }
        | Care::Configured { .. }
        | Care::CredentialDeleted { .. }
        | Care::CredentialRenamed { .. }
        | Care::FingerprintAdded { .. }
        | Care::FingerprintRenamed { .. }
        | Care::FingerprintRemoved { .. } => Remains::Changed,
    }
}

/// What the key shows of it, and the key as it is.
async fn look(
    desk: &mut dyn Desk,
    intent: &CareIntent,
    key: &KeyFacts,
    known: Known<'_>,
) -> Result<(Outcome, KeyFacts), KeyFault> {
    let portrait = desk.portrait(key).await?;
    let now = portrait.key.clone();
    let outcome = match (&intent.care, known) {
        (care, Known::Pin(pin)) if care.shows_in_a_list() => {
            match is_listed(desk, &now, pin, care).await? {
                Some(true) => Outcome::NotDone,
                Some(false) => Outcome::Done,
                None => Outcome::Unknown,
            }
        }
        (Care::PinChanged { .. }, Known::Either { old, new }) => {
            match intent.outcome_on(&portrait) {
                Outcome::Unknown => which_pin(desk, &now, old, new).await?,
                shown => shown,
            }
        }
        _ => intent.outcome_on(&portrait),
    };
    Ok((outcome, now))
}

/// Whether the key still lists what was to be deleted from it; none: no list that is known here shows it.
async fn is_listed(
    desk: &mut dyn Desk,
    key: &KeyFacts,
    pin: &Pin,
    care: &Care,
) -> Result<Option<bool>, KeyFault> {
    Ok(match care {
        Care::CredentialDeleted { credential, .. } => {
            let list = desk.credentials(key, pin).await?;
            let mut held = list.credentials.iter();
            Some(held.any(|held| held.id == credential.id))
        }
        Care::FingerprintRemoved { fingerprint } => {
            let list = desk.fingerprints(key, pin).await?;
            Some(list.iter().any(|finger| finger.id == fingerprint.id))
        }
        Care::Tested { .. }
        | Care::PinSet { .. }
        | Care::PinChanged { .. }
        | Care::Configured { .. }
        | Care::CredentialRenamed { .. }
        | Care::FingerprintAdded { .. }
        | Care::FingerprintRenamed { .. } => None,
    })
}

/// Which of two PINs opens the key. A wrong guess costs an attempt, which the right one gives back.
async fn which_pin(
    desk: &mut dyn Desk,
    key: &KeyFacts,
    old: &Pin,
    new: &Pin,
) -> Result<Outcome, KeyFault> {
    if key
        .pin_retries
        .is_none_or(|retries| retries < RETRIES_TO_SPARE)
    {
        return Ok(Outcome::Unknown);
    }
    match desk.verify_pin(key, new, TEST_RP_ID).await {
        Ok(()) => Ok(Outcome::Done),
        Err(KeyFault::WrongPin { .. }) => {
            desk.verify_pin(key, old, TEST_RP_ID).await?;
            Ok(Outcome::NotDone)
        }
        Err(fault) => Err(fault),
    }
}

/// Whether this role may settle such unfinished work: whoever may do the like.
pub(in crate::workflow) fn may_resume(role: Role, intent: &CareIntent) -> Result<(), NotAllowed> {
    role.may(intent.care.action())
}

/// Looks at the key after a stop and records what is so now.
pub(in crate::workflow) async fn resume(
    desk: &mut dyn Desk,
    intent: &CareIntent,
    mut key: KeyFacts,
) -> Result<Ending, Stop> {
    let why = EndReason::ResolvedAfterStop;
    match found(desk, intent, &mut key).await? {
        Found::Outcome(Outcome::Done) => {
            begin_step(desk, Step::Record);
            done(desk, intent, &key).await?;
            end_step(desk, Step::Record, Note::None);
            let care = intent.care.clone();
            let result = Box::new(CareResult::Done { care });
            Ok(Ending::Cared { key, result })
        }
        Found::Outcome(Outcome::NotDone) => end(desk, intent.id, why, Remains::Nothing).await,
        Found::Outcome(Outcome::Unknown) => end(desk, intent.id, why, Remains::MayBeChanged).await,
        Found::ProvenPin => end(desk, intent.id, why, Remains::PinProven).await,
    }
}

enum Found {
    Outcome(Outcome),
    /// Whether it is the new one does not show.
    ProvenPin,
}

async fn found(
    desk: &mut dyn Desk,
    intent: &CareIntent,
    key: &mut KeyFacts,
) -> Result<Found, Stop> {
    if intent.care.shows_in_a_list() {
        return listed(desk, intent, key).await.map(Found::Outcome);
    }
    begin_step(desk, Step::ReadBack);
    let portrait = on_key(desk, key, async |desk: &mut dyn Desk, key: &KeyFacts| {
        desk.portrait(key).await
    });
    let portrait = portrait.await?;
    *key = portrait.key.clone();
    let outcome = intent.outcome_on(&portrait);
    end_step(desk, Step::ReadBack, Note::None);
    let is_pin = matches!(intent.care, Care::PinSet { .. } | Care::PinChanged { .. });
    if !is_pin || outcome == Outcome::NotDone {
        return Ok(Found::Outcome(outcome));
    }
    // Only a PIN that somebody knows is worth recording; it also tells the key from its twins.
    if key.pin_retries == Some(0) {
        return Err(Stop::Key(KeyFault::PinBlocked));
    }
    begin_step(desk, Step::Pin);
    current_pin(desk, key, TEST_RP_ID, false).await?;
    end_step(desk, Step::Pin, Note::Verified);
    Ok(match outcome {
        Outcome::Unknown => Found::ProvenPin,
        shown => Found::Outcome(shown),
    })
}

/// Nothing but what was to be deleted tells a key without serial number from its twins: where it is not listed, that may be
/// another key.
async fn listed(
    desk: &mut dyn Desk,
    intent: &CareIntent,
    key: &mut KeyFacts,
) -> Result<Outcome, Stop> {
    let Some(pin) = unlocked(desk, key, TEST_RP_ID).await? else {
        return Ok(Outcome::Unknown);
    };
    begin_step(desk, Step::ReadBack);
    let is_listed = on_key(desk, key, async |desk: &mut dyn Desk, key: &KeyFacts| {
        is_listed(desk, key, &pin, &intent.care).await
    });
    let outcome = match (is_listed.await?, tells_apart(desk, key)) {
        (Some(true), _) => Outcome::NotDone,
        (Some(false), true) => Outcome::Done,
        (Some(false), false) | (None, _) => Outcome::Unknown,
    };
    end_step(desk, Step::ReadBack, Note::None);
    Ok(outcome)
}
