//! Gives up an enrolment that the registry refused: its credential opens nothing and is deleted from the key, or the record
//! says that it stays there.
//!
//! Invariant: before a credential is deleted its entry has left the outbox, in the same record that begins the deletion. So
//! what may be gone from the key is never sent again, and a stop in between is unfinished work. Nothing is deleted that the
//! registry holds, or may hold: a refusal may follow an acceptance whose answer was lost. In that record the registry is told as
//! well: an earlier attempt may still be on its way, and is not to count when it arrives.

use super::dialogue::{Ending, Event, Job, Note, Step, Wanted};
use super::known::{at_registry, if_answered};
use super::report::push_entry;
use super::steps::{
    Unlocked, begin_step, choose_key, end_step, on_key, refresh, tells_apart, unlock,
};
use super::undo::{How, Seen, delete_known};
use super::{Desk, KeyFault, Refused, Stop, conclude};
use crate::domain::authority::Action;
use crate::domain::reason::{Gap, Unmet};
use crate::domain::{Bytes, EntryId, IntentId, KeyFacts, KeyId, OperatorId, PersonId};
use crate::record::{Change, EndReason, Remains, Resolution, Withdrawal, WithdrawalEntry};
use crate::wire::webauthn::Descriptor;
use crate::wire::{Ground, VERSION, WithdrawalPush, problem_code};

/// Gives up what the registry refused.
pub async fn withdraw(desk: &mut dyn Desk, refused: Refused, how: How) -> Result<Ending, Stop> {
    desk.tell(Event::Began {
        job: Job::Withdraw {
            person: refused.person.clone(),
        },
    });
    let result = withdraw_enrolment(desk, refused, how).await;
    conclude(desk, result)
}

async fn withdraw_enrolment(
    desk: &mut dyn Desk,
    refused: Refused,
    how: How,
) -> Result<Ending, Stop> {
    let operator = desk.operator().ok_or(Stop::SignedOut)?;
    operator.role.may(Action::ResolveConflict)?;
    let remains = match (how, held(desk, &refused).await?) {
        // It stays in use: only the conflict is over.
        (How::WithoutKey, Some(true)) => record(desk, &refused, Remains::InUse, None).await?,
        (How::WithoutKey, held) => {
            let report = report(desk, &refused, &operator.id);
            record(desk, &refused, kept(held), Some(report)).await?
        }
        (How::WithKey, Some(false)) => withdraw_from_key(desk, &refused, operator.id).await?,
        (How::WithKey, Some(true)) => return Err(is_held()),
        (How::WithKey, None) => return Err(may_be_held()),
    };
    Ok(Ending::Withdrawn {
        person: refused.person,
        remains,
    })
}

/// Whether the registry holds the credential; `None` when that is not known. It is asked; where it can't answer, only a
/// refusal that judged the credential itself tells.
async fn held(desk: &mut dyn Desk, refused: &Refused) -> Result<Option<bool>, Stop> {
    if refused.code == problem_code::CREDENTIAL_EXISTS {
        return Ok(Some(true));
    }
    let held = holds(
        desk,
        &refused.key.id,
        &refused.person.id,
        &refused.credential,
    );
    let judged = problem_code::judges_credential(&refused.code).then_some(false);
    Ok(held.await?.or(judged))
}

/// Whether the registry says that it holds it; `None`: it can't be asked.
async fn holds(
    desk: &mut dyn Desk,
    key: &KeyId,
    person: &PersonId,
    credential: &Bytes,
) -> Result<Option<bool>, Stop> {
    let asked = std::slice::from_ref(credential);
    let answer = at_registry(desk, key, person, asked).await?;
    Ok(answer.map(|(answer, standing)| {
        let mut known = answer.known.iter().map(|known| &known.credential.id);
        standing.credentials.contains(credential) || known.any(|id| id == credential)
    }))
}

/// What is on a key that is not at hand: a credential that opens nothing once the registry has heard that it is given up.
fn kept(held: Option<bool>) -> Remains {
    match held {
        Some(_) => Remains::Credential,
        None => Remains::Unknown,
    }
}

/// What the registry is told.
fn report(desk: &mut dyn Desk, refused: &Refused, operator: &OperatorId) -> WithdrawalEntry {
    WithdrawalEntry {
        entry: EntryId(desk.fresh_id()),
        push: WithdrawalPush {
            visits: Vec::new(),
            version: VERSION,
            person: refused.person.id.clone(),
            credential: refused.credential.clone(),
            key: refused.key.clone(),
            ground: Ground::Undone {
                offer: refused.offer,
            },
            operator: operator.clone(),
            finished_by: None,
            withdrawn_at: desk.registry_now(),
        },
    }
}

fn is_held() -> Stop {
    Stop::Unmet(Unmet::Held)
}

fn may_be_held() -> Stop {
    Stop::Unreachable(Gap::MayBeHeld)
}

/// Nothing is deleted: the conflict is over, and the record says what remains.
async fn record(
    desk: &mut dyn Desk,
    refused: &Refused,
    remains: Remains,
    report: Option<WithdrawalEntry>,
) -> Result<Remains, Stop> {
    begin_step(desk, Step::Record);
    let entry = report.as_ref().map(|report| report.entry);
    desk.commit(Change::ConflictResolved {
        entry: refused.entry,
        how: Resolution::Withdrawn,
        remains: Some(remains),
        report: report.map(Box::new),
    })
    .await?;
    end_step(desk, Step::Record, Note::None);
    if let Some(entry) = entry {
        push_entry(desk, entry).await;
    }
    Ok(remains)
}

async fn withdraw_from_key(
    desk: &mut dyn Desk,
    refused: &Refused,
    operator: OperatorId,
) -> Result<Remains, Stop> {
    let (rp_id, credential) = (refused.rp_id.as_str(), &refused.credential);
    begin_step(desk, Step::Key);
    loop {
        let mut key = choose_key(desk).await?;
        let found = match looked_for(desk, refused, &mut key).await {
            Err(Stop::Key(KeyFault::Replugged)) => {
                desk.tell(Event::Anew);
                continue;
            }
            found => found?,
        };
        match found {
            Found::OtherKey => desk.tell(Event::OtherKey {
                wanted: Wanted::Key(refused.key.clone()),
            }),
            Found::Fixed | Found::Gone => {
                let remains = match found {
                    Found::Fixed => Remains::Credential,
                    _ => Remains::Nothing,
                };
                let report = report(desk, refused, &operator);
                return record(desk, refused, remains, Some(report)).await;
            }
            Found::Deletable(unlocked) => {
                // A PIN was typed meanwhile, and an earlier attempt may have arrived.
                match held(desk, refused).await? {
                    Some(false) => {}
                    Some(true) => return Err(is_held()),
                    None => return Err(may_be_held()),
                }
                let report = report(desk, refused, &operator);
                let entry = report.entry;
                let withdrawal = Withdrawal {
                    id: IntentId(desk.fresh_id()),
                    entry: refused.entry,
                    person: refused.person.clone(),
                    credential: credential.clone(),
                    rp_id: rp_id.to_owned(),
                    key: key.clone(),
                    operator,
                    begun_at: desk.now(),
                };
                desk.commit(Change::WithdrawalBegun {
                    intent: Box::new(withdrawal.clone()),
                    report: Some(Box::new(report)),
                })
                .await?;
                let remains = delete(desk, &withdrawal, &unlocked, &key).await?;
                let remains = end(desk, &withdrawal, remains).await?;
                push_entry(desk, entry).await;
                return Ok(remains);
            }
        }
    }
}

async fn looked_for(
    desk: &mut dyn Desk,
    refused: &Refused,
    key: &mut KeyFacts,
) -> Result<Found, Stop> {
    refresh(desk, key).await?;
    match key.id == refused.key.id {
        true => look(desk, &refused.rp_id, &refused.credential, key).await,
        false => Ok(Found::OtherKey),
    }
}

/// Finishes a withdrawal that was stopped. Once the credential is gone nothing tells a key without serial number from its
/// twins: the record then says that it may still be somewhere.
pub(super) async fn settle(
    desk: &mut dyn Desk,
    withdrawal: &Withdrawal,
    key: &mut KeyFacts,
) -> Result<Remains, Stop> {
    let found = look(desk, &withdrawal.rp_id, &withdrawal.credential, key).await?;
    Ok(match found {
        Found::OtherKey => Remains::Unknown,
        Found::Fixed => Remains::Credential,
        // It was deleted before the stop.
        Found::Gone => Remains::CredentialDeleted,
        Found::Deletable(unlocked) => {
            let (person, id) = (&withdrawal.person.id, &withdrawal.credential);
            if holds(desk, &key.id, person, id).await? == Some(true) {
                return Err(is_held());
            }
            delete(desk, withdrawal, &unlocked, key).await?
        }
    })
}

async fn delete(
    desk: &mut dyn Desk,
    withdrawal: &Withdrawal,
    unlocked: &Unlocked,
    key: &KeyFacts,
) -> Result<Remains, Stop> {
    let (rp_id, id) = (withdrawal.rp_id.as_str(), &withdrawal.credential);
    delete_known(desk, rp_id, key, unlocked.pin(), (id, Seen::ThisPlug))
        .await
        .map_err(|fault| Stop::Key(fault).leaving(Remains::Credential))
}

async fn end(
    desk: &mut dyn Desk,
    withdrawal: &Withdrawal,
    remains: Remains,
) -> Result<Remains, Stop> {
    begin_step(desk, Step::Record);
    desk.commit(Change::IntentEnded {
        intent: withdrawal.id,
        why: EndReason::Withdrawn,
        remains,
    })
    .await
    .map_err(|stop| stop.leaving(remains))?;
    end_step(desk, Step::Record, Note::None);
    Ok(remains)
}

/// What a key of the right model and serial number says of a credential.
enum Found {
    /// It holds it and can delete it.
    Deletable(Unlocked),
    /// It holds it and can't delete it.
    Fixed,
    /// It is the key, and no longer holds it.
    Gone,
    /// Another key: nothing but the credential tells it from its twins, and it does not hold it.
    OtherKey,
}

async fn look(
    desk: &mut dyn Desk,
    rp_id: &str,
    credential: &Bytes,
    key: &mut KeyFacts,
) -> Result<Found, Stop> {
    let is_told_apart = tells_apart(desk, key);
    let absent = |found| match is_told_apart {
        true => found,
        false => Found::OtherKey,
    };
    end_step(desk, Step::Key, Note::Key { key: key.clone() });
    if key.pin_set == Some(false) {
        // A key without a PIN never made it, or was reset since.
        return Ok(absent(Found::Gone));
    }
    let ids = [Descriptor::new(credential.clone())];
    let held = on_key(desk, key, async |desk: &mut dyn Desk, key: &KeyFacts| {
        desk.holds(key, rp_id, &ids).await
    });
    let is_shown = if_answered(held.await)?.flatten().is_some();
    if key.pin_set.is_none() || !key.credential_management {
        return Ok(if is_shown {
            Found::Fixed
        } else {
            absent(Found::Fixed)
        });
    }
    begin_step(desk, Step::Pin);
    let (unlocked, _) = unlock(desk, key, rp_id, 0, &mut false).await?;
    end_step(desk, Step::Pin, Note::Verified);
    let residents = on_key(
        desk,
        key,
        async |desk: &mut dyn Desk, key: &KeyFacts| match unlocked.pin() {
            Some(pin) => desk.residents(key, pin, rp_id).await,
            None => Ok(Vec::new()),
        },
    )
    .await?;
    Ok(match residents.iter().any(|r| r.id == *credential) {
        true => Found::Deletable(unlocked),
        false if is_shown => Found::Fixed,
        false => absent(Found::Gone),
    })
}
