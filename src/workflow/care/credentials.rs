//! What a key holds: listed, renamed, deleted one by one.
//!
//! Invariants: a deletion that strands somebody takes what a reset of their key takes ([`super::deletion`]); every deletion has
//! an intent on disk before. After each change the list is read again from the key; what does not show there was not done.

use super::super::Stake;
use super::super::steps::{begin_step, end_step, on_key};
use super::deletion::delete_enrolled;
use super::intent::{Known, done, give_up, plan};
use super::{Desk, begin, commit, take_key, unlocked};
use crate::domain::authority::Action;
use crate::domain::care::{Care, CredentialList, StoredCredential, USER_NAME_BYTES_MAX, clip_name};
use crate::domain::key::TEST_RP_ID;
use crate::domain::reason::{Failure, Flaw, Lacks};
use crate::domain::{Bytes, KeyFacts, Pin, UsbPath};
use crate::workflow::dialogue::{
    Answer, CareJob, CareResult, Ending, HeldCredential, Job, Note, PushState, Question, Removal,
    Step,
};
use crate::workflow::{Decider, KeyFault, Stop, conclude};

/// Lists what a key holds and lets the operator rename and delete until they are done.
pub async fn credentials(desk: &mut dyn Desk, at: Option<&UsbPath>) -> Result<Ending, Stop> {
    let result = manage(desk, at).await;
    conclude(desk, result)
}

async fn manage(desk: &mut dyn Desk, at: Option<&UsbPath>) -> Result<Ending, Stop> {
    let job = Job::Care {
        care: CareJob::Credentials,
    };
    let operator = begin(desk, job, Action::ListCredentials).await?;
    let mut key = take_key(desk, at).await?;
    if !key.credential_management {
        return Err(KeyFault::Unsupported(Lacks::Credentials).into());
    }
    let Some(pin) = unlocked(desk, &mut key, TEST_RP_ID).await? else {
        return Err(KeyFault::Unsupported(Lacks::CredentialsWithoutPin).into());
    };
    let mut done = Vec::new();
    let mut told = None;
    loop {
        begin_step(desk, Step::ReadBack);
        let list = listed(desk, &mut key, &pin).await?;
        let held = with_owners(desk, &key, &list).await?;
        end_step(desk, Step::ReadBack, Note::Held { count: held.len() });
        let question = Question::Credentials {
            key: key.clone(),
            held: held.clone(),
            free_slots: list.free_slots,
        };
        let care = match desk.ask(question).await? {
            Answer::Done => {
                let result = Box::new(CareResult::Credentials {
                    held,
                    free_slots: list.free_slots,
                    done,
                    told,
                });
                return Ok(Ending::Cared { key, result });
            }
            Answer::Remove(id) => {
                let deleted = delete(desk, &mut key, &pin, one(&held, &id)?).await?;
                deleted.map(|(care, push)| {
                    told = worse(told.take(), push);
                    care
                })
            }
            Answer::Rename(id, name) => {
                operator.role.may(Action::TidyKey)?;
                Some(rename(desk, &mut key, &pin, one(&held, &id)?, &name).await?)
            }
            _ => None,
        };
        if let Some(care) = care {
            end_step(desk, Step::Record, Note::None);
            done.push(care);
        }
    }
}

fn one<'a>(held: &'a [HeldCredential], id: &Bytes) -> Result<&'a HeldCredential, Stop> {
    held.iter()
        .find(|held| held.credential.id == *id)
        .ok_or(Stop::Key(KeyFault::NoCredential))
}

pub(super) async fn listed(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
    pin: &Pin,
) -> Result<CredentialList, Stop> {
    on_key(desk, key, async |desk: &mut dyn Desk, key: &KeyFacts| {
        desk.credentials(key, pin).await
    })
    .await
}

async fn with_owners(
    desk: &mut dyn Desk,
    key: &KeyFacts,
    list: &CredentialList,
) -> Result<Vec<HeldCredential>, Stop> {
    let stakes = desk.stakes(key, &list.credentials).await?;
    let credentials = list.credentials.iter().cloned();
    let held = credentials.zip(stakes);
    Ok(held
        .map(|(credential, stake)| HeldCredential { credential, stake })
        .collect())
}

/// What the people must know of two reports: the one that fared worse.
fn worse(one: Option<PushState>, other: Option<PushState>) -> Option<PushState> {
    match (one, other) {
        (Some(conflict @ PushState::Conflict { .. }), _) => Some(conflict),
        (Some(PushState::Queued), None | Some(PushState::Accepted)) => Some(PushState::Queued),
        (one, other) => other.or(one),
    }
}

/// Deletes one, and says whether the registry knows where that concerns it; `None`: thought better of.
async fn delete(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
    pin: &Pin,
    held: &HeldCredential,
) -> Result<Option<(Care, Option<PushState>)>, Stop> {
    match &held.stake {
        Stake::Nobody => {}
        Stake::Operator => {
            return Err(Stop::Strands {
                account: String::new(),
                may: Decider::RegistryAdministrator,
            });
        }
        Stake::Account { .. } | Stake::Unknown => {
            let (person, push) = delete_enrolled(desk, key, pin, &held.credential).await?;
            let care = Care::CredentialDeleted {
                credential: held.credential.clone(),
                person: Some(person),
            };
            return Ok(Some((care, Some(push))));
        }
    }
    let operator = desk.operator().ok_or(Stop::SignedOut)?;
    operator.role.may(Action::TidyKey)?;
    let question = Question::ConfirmRemoval {
        key: key.clone(),
        what: Removal::Credential { held: held.clone() },
    };
    let Answer::Yes = desk.ask(question).await? else {
        return Ok(None);
    };
    // It may have become somebody's since the list was made.
    let stakes = desk.stakes(key, std::slice::from_ref(&held.credential));
    if stakes.await?.iter().any(|stake| *stake != Stake::Nobody) {
        return Err(Flaw::OwnerChanged.into());
    }
    let care = Care::CredentialDeleted {
        credential: held.credential.clone(),
        person: None,
    };
    let intent = plan(desk, key, care.clone()).await?;
    if let Err(stop) = erase(desk, key, pin, &held.credential).await {
        return Err(give_up(desk, &intent, key, Known::Pin(pin), stop).await);
    }
    begin_step(desk, Step::Record);
    done(desk, &intent, key).await?;
    Ok(Some((care, None)))
}

/// Deletes it and looks whether it is gone.
pub(super) async fn erase(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
    pin: &Pin,
    credential: &StoredCredential,
) -> Result<(), Stop> {
    begin_step(desk, Step::Change);
    let deleted = on_key(desk, key, async |desk: &mut dyn Desk, key: &KeyFacts| {
        desk.delete_credential(key, pin, &credential.rp_id, &credential.id)
            .await
    })
    .await;
    // Pulled between deleting and answering, it is not there the second time.
    match deleted {
        Ok(()) | Err(Stop::Key(KeyFault::NoCredential)) => {}
        Err(stop) => return Err(stop),
    }
    let list = listed(desk, key, pin).await?;
    if list.credentials.iter().any(|c| c.id == credential.id) {
        return Err(Flaw::CredentialStays.into());
    }
    end_step(desk, Step::Change, Note::None);
    Ok(())
}

async fn rename(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
    pin: &Pin,
    held: &HeldCredential,
    name: &str,
) -> Result<Care, Stop> {
    let name = clip_name(name.trim(), USER_NAME_BYTES_MAX);
    if name.is_empty() {
        return Err(KeyFault::Failed(Failure::NoName).into());
    }
    begin_step(desk, Step::Change);
    let old = &held.credential;
    on_key(desk, key, async |desk: &mut dyn Desk, key: &KeyFacts| {
        desk.rename_credential(key, pin, old, name).await
    })
    .await?;
    let list = listed(desk, key, pin).await?;
    let kept = list.credentials.into_iter().find(|c| c.id == old.id);
    let kept = kept.as_ref().and_then(StoredCredential::name);
    // A key may keep less of it than it was sent, but nothing else.
    let Some(kept) = kept.filter(|kept| name.starts_with(kept.trim_end())) else {
        return Err(Flaw::NameNotShown.into());
    };
    end_step(desk, Step::Change, Note::None);
    let care = Care::CredentialRenamed {
        credential: old.clone(),
        name: kept.to_owned(),
    };
    begin_step(desk, Step::Record);
    commit(desk, key, &care).await?;
    Ok(care)
}
