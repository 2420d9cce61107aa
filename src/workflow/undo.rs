//! Undoing: what an enrolment that failed leaves on the key is deleted, or the record says exactly what remains.
//!
//! Invariant: an intent is ended only when it is known what remains on the key, and that is nothing that could not be undone. Else
//! it stays open, as unfinished work.

use super::steps::{Unlocked, on_key};
use super::{Desk, KeyFault, Stop};
use crate::domain::change::{EndReason, Remains};
use crate::domain::{Bytes, Change, IntentId, KeyFacts, Pin};
use crate::wire::webauthn::CreationOptions;

/// How far the key has been changed, and what it takes to undo that.
#[derive(Default)]
pub(super) struct Progress {
    pub(super) unlocked: Option<Unlocked>,
    pub(super) pin_written: bool,
    /// The key may have made a credential that this station has not seen.
    pub(super) may_have_made: bool,
    pub(super) credential: Option<Bytes>,
}

impl Progress {
    /// What a stop leaves on the key if nothing is undone.
    pub(super) fn remains(&self) -> Remains {
        match (&self.credential, self.pin_written) {
            (Some(_), _) => Remains::Credential,
            (None, _) if self.may_have_made => Remains::Unknown,
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
    (intent, options): (IntentId, &CreationOptions),
    key: &KeyFacts,
    progress: &Progress,
    stop: Stop,
) -> Stop {
    if matches!(stop, Stop::Store(_)) {
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
async fn undo<D: Desk>(
    desk: &mut D,
    options: &CreationOptions,
    key: &KeyFacts,
    progress: &Progress,
) -> Option<Remains> {
    if progress.credential.is_none() && !progress.may_have_made {
        return Some(without_credential(progress.pin_written));
    }
    if !is_in_bay(desk, key) {
        return None;
    }
    let pin = progress.unlocked.as_ref().and_then(Unlocked::pin);
    if let Some(id) = &progress.credential {
        return delete_known(desk, &options.rp.id, key, pin, (id, Seen::Before))
            .await
            .ok();
    }
    let orphans = orphans_on(desk, options, &known_to_offer(options), pin, key).await;
    let orphans = orphans.ok()?;
    if orphans.is_empty() {
        return Some(without_credential(progress.pin_written));
    }
    for id in orphans {
        delete_known(desk, &options.rp.id, key, pin, (&id, Seen::ThisPlug))
            .await
            .ok()?;
    }
    Some(Remains::CredentialDeleted)
}

fn is_in_bay<D: Desk>(desk: &D, key: &KeyFacts) -> bool {
    desk.keys()
        .iter()
        .any(|k| k.place == key.place && k.generation == key.generation)
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
pub(super) async fn delete_known<D: Desk>(
    desk: &mut D,
    rp_id: &str,
    key: &KeyFacts,
    pin: Option<&Pin>,
    (id, seen): (&Bytes, Seen),
) -> Result<Remains, KeyFault> {
    let deleted = match pin {
        Some(pin) if key.credential_management => desk.delete_credential(key, pin, rp_id, id).await,
        _ => Err(KeyFault::Unsupported("credential management".to_owned())),
    };
    match deleted {
        Ok(()) => Ok(Remains::CredentialDeleted),
        Err(KeyFault::NoCredential) if seen == Seen::ThisPlug || key.id.is_unique() => {
            Ok(Remains::CredentialDeleted)
        }
        Err(KeyFault::Unsupported(_)) => Ok(Remains::Credential),
        Err(fault) => Err(fault),
    }
}

/// What was enrolled when the offer was taken. In a run that is enough: on a key that held anything else for this account
/// nothing would have been made.
fn known_to_offer(options: &CreationOptions) -> Vec<Bytes> {
    let list = &options.exclude_credentials;
    list.iter().map(|d| d.id.clone()).collect()
}

/// The credentials of this account on the key that are not in use.
pub(super) async fn orphans_on<D: Desk>(
    desk: &mut D,
    options: &CreationOptions,
    in_use: &[Bytes],
    pin: Option<&Pin>,
    key: &KeyFacts,
) -> Result<Vec<Bytes>, KeyFault> {
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

/// The same where the key may be pulled and put back meanwhile. `None`: this key can't be asked.
pub(super) async fn find_orphans<D: Desk>(
    desk: &mut D,
    options: &CreationOptions,
    in_use: &[Bytes],
    pin: Option<&Pin>,
    key: &mut KeyFacts,
) -> Result<Option<Vec<Bytes>>, Stop> {
    on_key(
        desk,
        key,
        async |desk: &mut D, key: &KeyFacts| match orphans_on(desk, options, in_use, pin, key).await
        {
            Err(KeyFault::Unsupported(_)) => Ok(None),
            listed => listed.map(Some),
        },
    )
    .await
}

/// Deletes the credentials of this account that are not in use. `None`: there was none. `known`: the credential that the
/// journal says was made.
pub(super) async fn delete_orphans<D: Desk>(
    desk: &mut D,
    options: &CreationOptions,
    known: Option<&Bytes>,
    in_use: &[Bytes],
    pin: Option<&Pin>,
    key: &mut KeyFacts,
) -> Result<Option<Remains>, Stop> {
    let Some(orphans) = find_orphans(desk, options, in_use, pin, key).await? else {
        return Ok(Some(match known {
            Some(_) => Remains::Credential,
            None => Remains::Unknown,
        }));
    };
    for id in &orphans {
        match delete_known(desk, &options.rp.id, key, pin, (id, Seen::ThisPlug)).await {
            Ok(Remains::CredentialDeleted) => {}
            Ok(remains) => return Ok(Some(remains)),
            Err(fault) => return Err(Stop::Key(fault).leaving(Remains::Credential)),
        }
    }
    Ok(match (orphans.is_empty(), known) {
        (false, _) => Some(Remains::CredentialDeleted),
        // It made one, but this key does not show it: another key of the same model, or not discoverable.
        (true, Some(_)) => Some(Remains::Credential),
        (true, None) => None,
    })
}
