//! Deletes a credential with which somebody is enrolled: named, by whoever may reset that person's key, confirmed once.
//!
//! Invariants: what the registry can't be asked about is not deleted; the intent is on disk before the key is written to; it is
//! ended only once the key shows that the credential is gone, or by whoever gives the key up; and in the same record the registry
//! is told, so that it never goes on holding what no key holds.

use super::super::dialogue::{Ending, Event, LostBy, Note, PushState, Step};
use super::super::report::{key_report, push_entry};
use super::super::reset::case::Asked;
use super::super::steps::{begin_step, end_step, tells_apart};
use super::super::taking::{authorised, still, taken_up};
use super::credentials::{erase, listed};
use super::intent::not_done;
use super::{Desk, unlocked};
use crate::domain::authority::{NotAllowed, Role};
use crate::domain::care::StoredCredential;
use crate::domain::key::TEST_RP_ID;
use crate::domain::reason::Flaw;
use crate::domain::reset::{Losses, LostEnrolment, ResetCase};
use crate::domain::{EntryId, IntentId, KeyFacts, OperatorId, Person, PersonId, Pin};
use crate::record::{Begun, Change, Deletion, DeletionDone, Remains, WithdrawalEntry};
use crate::wire::{Ground, VERSION, WithdrawalPush};
use crate::workflow::{Decider, KeyFault, Stop};

/// Deletes it; whose it was, and whether the registry knows.
pub(super) async fn delete_enrolled(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
    pin: &Pin,
    credential: &StoredCredential,
) -> Result<(PersonId, PushState), Stop> {
    let operator = desk.operator().ok_or(Stop::SignedOut)?;
    begin_step(desk, Step::Confirm);
    let losses = lost(desk, key, credential).await?;
    may_cause(operator.role, &losses, credential)?;
    let leave = authorised(desk, &operator, (Some(key), &losses)).await?;
    begin_step(desk, Step::Confirm);
    let asked = Asked {
        key,
        losses: &losses,
        by: LostBy::Deletion,
    };
    let case = asked
        .settle_case(desk, leave.fill(ResetCase::default()))
        .await?;
    asked.confirm(desk).await?;
    // Questions were answered meanwhile: it must still be theirs, and only theirs.
    let now = lost(desk, key, credential).await?;
    if now.people().first().map(|person| &person.id) != losses.people().first().map(|p| &p.id) {
        return Err(Flaw::OwnerChanged.into());
    }
    let deletion = Deletion {
        id: IntentId(desk.fresh_id()),
        key: key.clone(),
        credential: credential.clone(),
        losses,
        case,
        visits: leave.visits,
        operator: operator.id.clone(),
        begun_at: desk.now(),
    };
    desk.commit(Change::DeletionBegun {
        intent: Box::new(deletion.clone()),
    })
    .await?;
    if let Err(stop) = still(desk, &deletion.losses).await {
        return Err(not_done(desk, deletion.id, stop).await);
    }
    leaves(desk, Remains::MayBeDeleted);
    if let Err(stop) = erase(desk, key, pin, credential).await {
        return Err(give_up(desk, &deletion, key, pin, stop).await);
    }
    let remains = Remains::CredentialDeleted;
    finish(desk, &deletion, key, remains, &operator.id).await
}

/// Whose enrolment it is. The registry comes first: it knows the person as they are today.
async fn lost(
    desk: &mut dyn Desk,
    key: &KeyFacts,
    credential: &StoredCredential,
) -> Result<Losses, Stop> {
    let id = &credential.id;
    let answer = desk
        .known_credentials(&key.id, None, std::slice::from_ref(id))
        .await?;
    let at_registry = answer.known.into_iter();
    let mut held = at_registry.filter(|known| known.credential.id == *id);
    let enrolment = match held.next() {
        Some(known) => LostEnrolment {
            credential: id.clone(),
            rp_id: credential.rp_id.clone(),
            person: known.person,
            enrolled_at: known.credential.enrolled_at,
            shown: true,
        },
        None => {
            let here = desk.enrolments_on(key).await?;
            let mut here = here
                .into_iter()
                .filter(|e| e.credential == *id && e.is_live());
            let enrolment = here.next().ok_or_else(|| strands_somebody(credential))?;
            LostEnrolment {
                credential: enrolment.credential,
                rp_id: enrolment.rp_id,
                person: enrolment.person,
                enrolled_at: enrolment.at,
                shown: true,
            }
        }
    };
    Ok(Losses {
        enrolments: vec![enrolment],
        unsure: Vec::new(),
        silent: false,
        others: None,
    })
}

/// A refusal names the account and says who may.
fn may_cause(role: Role, losses: &Losses, credential: &StoredCredential) -> Result<(), Stop> {
    let refused = |refused: NotAllowed| match losses.people().first() {
        Some(person) => Stop::Strands {
            account: account(person, &credential.rp_id),
            may: refused.may.map_or(Decider::Enroller, Decider::Row),
        },
        None => Stop::NotAllowed(refused),
    };
    losses.may_be_caused_by(role).map_err(refused)
}

fn account(person: &Person, rp_id: &str) -> String {
    match &person.organisation {
        Some(organisation) => format!("{} ({}, {rp_id})", person.name, organisation.name),
        None => format!("{} ({rp_id})", person.name),
    }
}

/// Nobody here can say whose it is.
fn strands_somebody(credential: &StoredCredential) -> Stop {
    let rp_id = &credential.rp_id;
    let account = credential.name();
    Stop::Strands {
        account: account.map_or_else(|| rp_id.clone(), |name| format!("{name:?} ({rp_id})")),
        may: Decider::Enroller,
    }
}

fn leaves(desk: &mut dyn Desk, remains: Remains) {
    desk.tell(Event::Leaves { remains });
}

/// Ends the intent after a failure with what the key shows; open it stays where the key shows nothing.
async fn give_up(
    desk: &mut dyn Desk,
    deletion: &Deletion,
    key: &mut KeyFacts,
    pin: &Pin,
    stop: Stop,
) -> Stop {
    if stop.is_store() {
        return stop.leaving(Remains::MayBeDeleted);
    }
    desk.heed_no_cancel();
    let is_same = key.generation == deletion.key.generation || tells_apart(desk, key);
    match holds(desk, deletion, key, pin).await {
        Ok(true) => not_done(desk, deletion.id, stop).await,
        Ok(false) if is_same => {
            let remains = Remains::CredentialDeleted;
            match finish(desk, deletion, key, remains, &deletion.operator).await {
                Ok(_) => stop.leaving(Remains::Changed),
                Err(store) => store,
            }
        }
        // Put back without a serial number, it may be another one.
        Ok(false) | Err(_) => stop.leaving(Remains::MayBeDeleted),
    }
}

/// Asked once: a key that is out of reach is not waited for.
async fn holds(
    desk: &mut dyn Desk,
    deletion: &Deletion,
    key: &KeyFacts,
    pin: &Pin,
) -> Result<bool, KeyFault> {
    let list = desk.credentials(key, pin).await?;
    let mut held = list.credentials.iter();
    Ok(held.any(|held| held.id == deletion.credential.id))
}

/// Records how it ended, and tells the registry.
async fn finish(
    desk: &mut dyn Desk,
    deletion: &Deletion,
    key: &KeyFacts,
    remains: Remains,
    by: &OperatorId,
) -> Result<(PersonId, PushState), Stop> {
    let Some(person) = deletion.person() else {
        return Err(Stop::Store(
            format!("intent {}: nobody", deletion.id).into(),
        ));
    };
    begin_step(desk, Step::Record);
    let entry = EntryId(desk.fresh_id());
    let push = WithdrawalPush {
        version: VERSION,
        person: person.id.clone(),
        credential: deletion.credential.id.clone(),
        key: key_report(&deletion.key),
        ground: Ground::Deleted {
            case: deletion.case.clone(),
        },
        visits: deletion.visits.clone(),
        operator: deletion.operator.clone(),
        finished_by: (*by != deletion.operator).then(|| by.clone()),
        withdrawn_at: desk.registry_now(),
    };
    let done = DeletionDone {
        intent: deletion.id,
        key: key.clone(),
        remains,
        report: WithdrawalEntry { entry, push },
    };
    let left = match remains {
        Remains::CredentialDeleted => Remains::Deleted,
        _ => Remains::MayBeDeleted,
    };
    desk.commit(Change::DeletionDone {
        done: Box::new(done),
    })
    .await
    .map_err(|stop| stop.leaving(left))?;
    end_step(desk, Step::Record, Note::None);
    leaves(desk, Remains::Nothing);
    Ok((person.id.clone(), push_entry(desk, entry).await))
}

/// Whoever may end unfinished work of this kind.
pub(in crate::workflow) fn may_resume(role: Role, deletion: &Deletion) -> Result<(), Stop> {
    may_cause(role, &deletion.losses, &deletion.credential)
}

/// Takes up a deletion that was stopped: what is gone is recorded, what is not is deleted. It was confirmed already.
pub(in crate::workflow) async fn resume(
    desk: &mut dyn Desk,
    deletion: &Deletion,
    mut key: KeyFacts,
    by: &OperatorId,
) -> Result<Ending, Stop> {
    let pin = unlocked(desk, &mut key, TEST_RP_ID).await?;
    let still = match &pin {
        None => false,
        Some(pin) => {
            let list = listed(desk, &mut key, pin).await?;
            let mut held = list.credentials.iter();
            held.any(|held| held.id == deletion.credential.id)
        }
    };
    let mut visits = deletion.visits.clone();
    let remains = match (&pin, still) {
        (Some(pin), true) => {
            // What let it be done may be over since.
            let operator = desk.operator().ok_or(Stop::SignedOut)?;
            let leave = authorised(desk, &operator, (Some(&key), &deletion.losses)).await?;
            visits = taken_up(desk, (deletion.id, &deletion.visits), leave).await?;
            erase(desk, &mut key, pin, &deletion.credential)
                .await
                .map_err(|stop| stop.leaving(Remains::MayBeDeleted))?;
            Remains::CredentialDeleted
        }
        _ if tells_apart(desk, &key) => Remains::CredentialDeleted,
        // Nothing but the credential tells it from its twins.
        _ => Remains::Unknown,
    };
    let deletion = Deletion {
        visits,
        ..deletion.clone()
    };
    finish(desk, &deletion, &key, remains, by).await?;
    Ok(Ending::Resolved { remains })
}

/// The key is not to be had. Whether it still holds the credential or not, the registry is not to hold it: that was decided. As long as it
/// opens their account it takes what the deletion takes, for what let that may be over since; once it is reported lost it opens nothing.
pub(in crate::workflow) async fn without_key(
    desk: &mut dyn Desk,
    deletion: &Deletion,
    by: &OperatorId,
) -> Result<Ending, Stop> {
    let operator = desk.operator().ok_or(Stop::SignedOut)?;
    let leave = authorised(desk, &operator, (None, &deletion.losses)).await?;
    let visits = taken_up(desk, (deletion.id, &deletion.visits), leave).await?;
    let deletion = &Deletion {
        visits,
        ..deletion.clone()
    };
    let remains = Remains::Unknown;
    finish(desk, deletion, &deletion.key, remains, by).await?;
    Ok(Ending::Resolved { remains })
}
