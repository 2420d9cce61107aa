//! Undoing: what an enrolment that failed leaves on the key is deleted, or the record says exactly what remains.
//!
//! Invariants: nothing is deleted but what this very intent made, by its id: the id is known because the key answered, or because
//! the key listed it in the plug in which it was made and did not before. An intent is ended only when it is known what remains on
//! the key, and that is nothing that could not be undone. Else it stays open, as unfinished work.

use super::dialogue::{Ending, Note, Step};
use super::steps::{Unlocked, begin_step, end_step, is_plugged, tells_apart};
use super::{Desk, Doubt, KeyFault, Resident, Stop};
use crate::domain::reason::Lacks;
use crate::domain::{Bytes, IntentId, KeyFacts, Pin};
use crate::record::{Change, EndReason, Remains};
use crate::wire::webauthn::CreationOptions;

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

/// How far the key has been changed, and what it takes to undo that.
#[derive(Default)]
pub(super) struct Progress {
    pub(super) unlocked: Option<Unlocked>,
    pub(super) pin_written: bool,
    /// The key may have made a credential that this station has not seen.
    pub(super) may_have_made: bool,
    /// It said that it made none.
    pub(super) denied: bool,
    pub(super) credential: Option<Bytes>,
    /// What the key held of this account right before.
    pub(super) before: Option<Before>,
}

/// What a key listed of an account before a credential was made for it.
pub(super) struct Before {
    /// The plug in which it did.
    pub(super) plug: u64,
    pub(super) ids: Vec<Bytes>,
}

impl Progress {
    /// What a stop leaves on the key if nothing is undone.
    pub(super) fn remains(&self) -> Remains {
        match (&self.credential, self.pin_written) {
            (Some(_), _) => Remains::Credential,
            (None, _) if self.is_in_doubt() => Remains::Unknown,
            (None, written) => without_credential(written),
        }
    }

    /// An attempt gave no credential. One that came to nothing for certain does not make an earlier one certain.
    pub(super) fn not_made(&mut self, doubt: Doubt) {
        match doubt {
            Doubt::No => {}
            Doubt::ItsWord => self.denied = true,
            Doubt::Yes => self.may_have_made = true,
        }
    }

    /// It lists what it holds, so that an earlier attempt would show.
    pub(super) fn looked_at(&mut self) {
        (self.may_have_made, self.denied) = (false, false);
    }

    /// Whether there may be a credential that nobody has seen: also against the word of a key that can be looked at.
    fn is_in_doubt(&self) -> bool {
        self.may_have_made || (self.denied && self.before.is_some())
    }
}

fn without_credential(pin_written: bool) -> Remains {
    if pin_written {
        Remains::Pin
    } else {
        Remains::Nothing
    }
}

/// Ends the intent with what is known of the key, deleting a credential that nobody will know. Where the key is out of
/// reach, the intent stays open as unfinished work: an operator will see it.
pub(super) async fn give_up(
    desk: &mut dyn Desk,
    (intent, options): (IntentId, &CreationOptions),
    key: &KeyFacts,
    progress: &Progress,
    stop: Stop,
) -> Stop {
    if stop.is_store() {
        // Nothing more can be written down, so nothing more is done to the key: at the next start it is unfinished work.
        return stop.leaving(progress.remains());
    }
    let Some(remains) = undo(desk, options, key, progress).await else {
        return stop.leaving(progress.remains());
    };
    if remains == Remains::Credential {
        // The key can't delete it: listed, until somebody finishes it or puts up with it.
        return stop.leaving(remains);
    }
    let ended = Change::IntentEnded {
        intent,
        why: end_reason(&stop),
        remains,
    };
    match desk.commit(ended).await {
        Ok(()) => stop.leaving(remains),
        Err(store) => store.leaving(remains),
    }
}

/// Ends an intent as a step of the checklist.
pub(super) async fn end(
    desk: &mut dyn Desk,
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

pub(super) fn end_reason(stop: &Stop) -> EndReason {
    match stop {
        Stop::Cancelled => EndReason::Cancelled,
        Stop::OfferExpired => EndReason::OfferExpired,
        other => EndReason::KeyFailed {
            what: other.to_string(),
        },
    }
}

/// What remains after deleting what can be deleted; `None` when that is not known.
async fn undo(
    desk: &mut dyn Desk,
    options: &CreationOptions,
    key: &KeyFacts,
    progress: &Progress,
) -> Option<Remains> {
    if progress.credential.is_none() && !progress.is_in_doubt() {
        return Some(without_credential(progress.pin_written));
    }
    if !is_plugged(desk, key) {
        return None;
    }
    if was_reset(desk, key) {
        return Some(Remains::Nothing);
    }
    let pin = progress.unlocked.as_ref().and_then(Unlocked::pin);
    if let Some(id) = &progress.credential {
        return delete_known(desk, &options.rp.id, key, pin, (id, Seen::Before))
            .await
            .ok();
    }
    let made = unseen(desk, options, key, progress).await?;
    if made.is_empty() {
        return Some(without_credential(progress.pin_written));
    }
    for resident in made {
        delete_known(
            desk,
            &options.rp.id,
            key,
            pin,
            (&resident.id, Seen::ThisPlug),
        )
        .await
        .ok()?;
    }
    Some(Remains::CredentialDeleted)
}

/// Whether a key on which something was made was reset since. It had a PIN then: nothing but a reset takes that away.
pub(super) fn was_reset(desk: &dyn Desk, key: &KeyFacts) -> bool {
    key.pin_set == Some(false) && tells_apart(desk, key)
}

/// What the key lists of the account that it did not list before; `None` where it can't be looked at.
async fn unseen(
    desk: &mut dyn Desk,
    options: &CreationOptions,
    key: &KeyFacts,
    progress: &Progress,
) -> Option<Vec<Resident>> {
    let before = progress.before.as_ref();
    let before = before.filter(|before| before.plug == key.generation)?;
    let pin = progress.unlocked.as_ref().and_then(Unlocked::pin)?;
    let mut made = desk.residents(key, pin, &options.rp.id).await.ok()?;
    made.retain(|r| r.user_handle == options.user.id && !before.ids.contains(&r.id));
    Some(made)
}

/// Whether nothing speaks against a key that says that it made nothing.
pub(super) async fn is_believed(
    desk: &mut dyn Desk,
    options: &CreationOptions,
    key: &KeyFacts,
    progress: &Progress,
) -> bool {
    !progress.is_in_doubt()
        || unseen(desk, options, key, progress)
            .await
            .is_some_and(|made| made.is_empty())
}

/// Why a credential is taken to be on the key that is in the slot now.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// The key showed it, and has not been pulled since.
    ThisPlug,
    /// It was made there; another key without serial number may be in the slot by now.
    Before,
}

/// What is left after an attempt to delete a credential that is on the key. After a fault that is not known.
pub(super) async fn delete_known(
    desk: &mut dyn Desk,
    rp_id: &str,
    key: &KeyFacts,
    pin: Option<&Pin>,
    (id, seen): (&Bytes, Seen),
) -> Result<Remains, KeyFault> {
    let deleted = match pin {
        Some(pin) if key.credential_management => desk.delete_credential(key, pin, rp_id, id).await,
        _ => Err(KeyFault::Unsupported(Lacks::Credentials)),
    };
    match deleted {
        Ok(()) => Ok(Remains::CredentialDeleted),
        Err(KeyFault::NoCredential) if seen == Seen::ThisPlug || tells_apart(desk, key) => {
            Ok(Remains::CredentialDeleted)
        }
        Err(KeyFault::Unsupported(_)) => Ok(Remains::Credential),
        Err(fault) => Err(fault),
    }
}
