//! Undoing: what an enrolment that failed leaves on the key is deleted, or the record says exactly what remains.
//!
//! Invariant: an intent is ended only when it is known what remains on the key. Where that is not known it stays open.

use super::steps::{Unlocked, on_key};
use super::{Desk, KeyFault, Stop};
use crate::domain::change::{EndReason, Remains};
use crate::domain::{Bytes, Change, Intent, KeyFacts, Pin};

/// How far the key has been changed, and what it takes to undo that.
#[derive(Default)]
pub(super) struct Progress {
    pub(super) unlocked: Option<Unlocked>,
    pub(super) pin_written: bool,
    /// `makeCredential` was sent; its outcome may be unknown.
    pub(super) create_sent: bool,
    pub(super) credential: Option<Bytes>,
}

impl Progress {
    /// What a stop leaves on the key if nothing is undone.
    fn remains(&self) -> Remains {
        match (&self.credential, self.pin_written) {
            (Some(_), _) => Remains::Credential,
            (None, _) if self.create_sent => Remains::Unknown,
            (None, written) => without_credential(written),
        }
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
pub(super) async fn give_up<D: Desk>(
    desk: &mut D,
    intent: &Intent,
    key: &KeyFacts,
    progress: &Progress,
    stop: Stop,
) -> Stop {
    if matches!(stop, Stop::Store(_)) {
        // Nothing more can be written down, so nothing more is done to the key: at the next start it is unfinished work.
        return stop.leaving(progress.remains());
    }
    let Some(remains) = undo(desk, intent, key, progress, &stop).await else {
        return stop.leaving(progress.remains());
    };
    let ended = Change::IntentEnded {
        intent: intent.id,
        why: end_reason(&stop),
        remains,
    };
    match desk.commit(ended).await {
        Ok(()) => stop.leaving(remains),
        Err(store) => store.leaving(remains),
    }
}

fn end_reason(stop: &Stop) -> EndReason {
    match stop {
        Stop::Cancelled => EndReason::Cancelled,
        Stop::OfferExpired => EndReason::OfferExpired,
        other => EndReason::KeyFailed {
            what: other.to_string(),
        },
    }
}

/// What remains after deleting what can be deleted; `None` when that is not known.
async fn undo<D: Desk>(
    desk: &mut D,
    intent: &Intent,
    key: &KeyFacts,
    progress: &Progress,
    stop: &Stop,
) -> Option<Remains> {
    if progress.credential.is_none() && (!progress.create_sent || made_nothing(stop)) {
        return Some(without_credential(progress.pin_written));
    }
    if !is_in_bay(desk, key) {
        return None;
    }
    let pin = progress.unlocked.as_ref().and_then(Unlocked::pin);
    if let Some(id) = &progress.credential {
        return delete_known(desk, intent, key, pin, id).await;
    }
    let in_use: Vec<Bytes> = known_to_offer(intent);
    let orphans = orphans_on(desk, intent, &in_use, pin, key).await;
    match orphans {
        Ok(orphans) if orphans.is_empty() => Some(without_credential(progress.pin_written)),
        Ok(orphans) => {
            for id in orphans {
                delete_known(desk, intent, key, pin, &id).await?;
            }
            Some(Remains::CredentialDeleted)
        }
        // A key that can't be asked, and that answered "cancelled" or "not touched", made nothing.
        Err(KeyFault::Unsupported(_)) if was_not_touched(stop) => {
            Some(without_credential(progress.pin_written))
        }
        Err(_) => None,
    }
}

/// The key's own answer excludes that it made a credential.
fn made_nothing(stop: &Stop) -> bool {
    let Stop::Key(fault) = stop else {
        return false;
    };
    match fault {
        KeyFault::WrongPin { .. }
        | KeyFault::PowerCycleNeeded
        | KeyFault::PinBlocked
        | KeyFault::PinRefused
        | KeyFault::PinChangeNeeded
        | KeyFault::Excluded
        | KeyFault::NoCredential
        | KeyFault::StoreFull
        | KeyFault::Unsupported(_) => true,
        KeyFault::Gone | KeyFault::Cancelled | KeyFault::TouchTimeout | KeyFault::Failed(_) => {
            false
        }
    }
}

fn was_not_touched(stop: &Stop) -> bool {
    matches!(
        stop,
        Stop::Cancelled | Stop::Key(KeyFault::TouchTimeout | KeyFault::Cancelled)
    )
}

fn is_in_bay<D: Desk>(desk: &D, key: &KeyFacts) -> bool {
    desk.keys()
        .iter()
        .any(|k| k.place == key.place && k.generation == key.generation)
}

async fn delete_known<D: Desk>(
    desk: &mut D,
    intent: &Intent,
    key: &KeyFacts,
    pin: Option<&Pin>,
    id: &Bytes,
) -> Option<Remains> {
    let rp_id = &intent.offer.creation.rp.id;
    let deleted = match pin {
        Some(pin) if key.credential_management => desk.delete_credential(key, pin, rp_id, id).await,
        _ => Err(KeyFault::Unsupported("credential management".to_owned())),
    };
    match deleted {
        Ok(()) | Err(KeyFault::NoCredential) => Some(Remains::CredentialDeleted),
        Err(KeyFault::Unsupported(_)) => Some(Remains::Credential),
        Err(_) => None,
    }
}

/// What was enrolled when the offer was taken. In a run that is enough: on a key that held anything else for this account
/// nothing would have been made.
fn known_to_offer(intent: &Intent) -> Vec<Bytes> {
    let list = &intent.offer.creation.exclude_credentials;
    list.iter().map(|d| d.id.clone()).collect()
}

/// The credentials of this account on the key that are not in use.
async fn orphans_on<D: Desk>(
    desk: &mut D,
    intent: &Intent,
    in_use: &[Bytes],
    pin: Option<&Pin>,
    key: &KeyFacts,
) -> Result<Vec<Bytes>, KeyFault> {
    let options = &intent.offer.creation;
    let (Some(pin), true) = (pin, key.credential_management) else {
        return Err(KeyFault::Unsupported("credential management".to_owned()));
    };
    let residents = desk.residents(key, pin, &options.rp.id).await?;
    Ok(residents
        .into_iter()
        .filter(|r| r.user_handle == options.user.id && !in_use.contains(&r.id))
        .map(|r| r.id)
        .collect())
}

/// Deletes the credentials of this account that are not in use. `None`: there was none. `known`: the credential that the
/// journal says was made.
pub(super) async fn delete_orphans<D: Desk>(
    desk: &mut D,
    intent: &Intent,
    known: Option<&Bytes>,
    in_use: &[Bytes],
    pin: Option<&Pin>,
    key: &mut KeyFacts,
) -> Result<Option<Remains>, Stop> {
    let listed = on_key(
        desk,
        key,
        async |desk: &mut D, key: &KeyFacts| match orphans_on(desk, intent, in_use, pin, key).await
        {
            Err(KeyFault::Unsupported(_)) => Ok(None),
            listed => listed.map(Some),
        },
    )
    .await?;
    let Some(orphans) = listed else {
        return Ok(Some(match known {
            Some(_) => Remains::Credential,
            None => Remains::Unknown,
        }));
    };
    for id in &orphans {
        if delete_known(desk, intent, key, pin, id).await != Some(Remains::CredentialDeleted) {
            return Err(Stop::Key(KeyFault::Gone).leaving(Remains::Credential));
        }
    }
    Ok(match (orphans.is_empty(), known) {
        (false, _) => Some(Remains::CredentialDeleted),
        // It made one, but this key does not show it: another key of the same model, or not discoverable.
        (true, Some(_)) => Some(Remains::Credential),
        (true, None) => None,
    })
}

/// Undoes a first sign-in that came to nothing: the operator's own key, about which no intent is kept because nobody else
/// depends on it. What remains.
pub(super) async fn undo_own<D: Desk>(
    desk: &mut D,
    rp_id: &str,
    key: &KeyFacts,
    progress: &Progress,
) -> Remains {
    let pin = progress.unlocked.as_ref().and_then(Unlocked::pin);
    match (&progress.credential, pin) {
        (Some(id), Some(pin)) if key.credential_management => {
            match desk.delete_credential(key, pin, rp_id, id).await {
                Ok(()) | Err(KeyFault::NoCredential) => Remains::CredentialDeleted,
                Err(_) => Remains::Credential,
            }
        }
        _ => progress.remains(),
    }
}
