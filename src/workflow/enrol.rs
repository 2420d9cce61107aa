//! Enrols a security key for the person at the desk.
//!
//! Invariant: from the moment the key may have been changed there is an open intent in the journal, and this function
//! ends it only when it knows what remains on the key. An intent that it leaves open is unfinished work.

use super::ceremony::{Ceremony, authentication_response, client_data, registration_response};
use super::dialogue::{Answer, Ending, Event, Job, Note, PushState, Question, Step};
use super::retest::Retest;
use super::steps::{
    PinChange, Unlocked, begin_step, choose_key, end_step, on_key, pin_was_written, refresh, touch,
    unlock,
};
use super::undo::{Progress, give_up};
use super::visit::{Visit, host, receive};
use super::{Desk, KeyFault, NewCredential, Pushed, Stop, conclude, verify_assertion};
use crate::domain::change::{Enrolment, Made, Remains};
use crate::domain::policy::{self, Circumstances, Finding, Verdict};
use crate::domain::{Change, EntryId, Intent, IntentId, KeyFacts, PersonId, Pin};
use crate::wire::webauthn::{CreationOptions, Descriptor, RequestOptions};
use crate::wire::{EnrolmentPush, KeyReport, Offer, Operator, VERSION};

/// The main job, from the person's name to a key that the registry has verified.
pub async fn enrol<D: Desk>(desk: &mut D, who: &PersonId) -> Result<Ending, Stop> {
    let result = enrol_person(desk, who).await;
    conclude(desk, result)
}

async fn enrol_person<D: Desk>(desk: &mut D, who: &PersonId) -> Result<Ending, Stop> {
    let operator = host(desk)?;
    let offered = desk.offer(who).await?;
    let job = Job::Enrol {
        person: offered.offer.person.clone(),
    };
    let visit = receive(desk, operator, offered, job).await?;
    enrol_key(desk, &visit).await
}

/// Enrols a key for somebody who has been identified.
pub(super) async fn enrol_key<D: Desk>(desk: &mut D, visit: &Visit) -> Result<Ending, Stop> {
    let Visit {
        operator,
        identification,
        ..
    } = visit;
    let mut offer = visit.offer.clone();
    exclude_what_was_enrolled_here(desk, &mut offer).await?;
    let (mut key, held) = admitted_key(desk, &offer).await?;
    if held {
        let retest = Retest {
            offer: &offer,
            identification,
            operator,
            intent: None,
            pin_written: false,
        };
        return retest.run(desk, &mut key).await;
    }
    let intent = Intent {
        id: IntentId(desk.fresh_id()),
        offer,
        key: key.clone(),
        identification: identification.clone(),
        operator: operator.id.clone(),
        begun_at: desk.now(),
        policy: desk.policy().digest().cloned(),
    };
    desk.commit(Change::IntentBegun {
        intent: Box::new(intent.clone()),
    })
    .await?;
    fulfil(desk, &intent, operator, &mut key, visit.fresh).await
}

/// A ticket may be older than an enrolment that was made here since: that one must not be made twice either.
async fn exclude_what_was_enrolled_here<D: Desk>(
    desk: &mut D,
    offer: &mut Offer,
) -> Result<(), Stop> {
    let list = &mut offer.creation.exclude_credentials;
    for id in desk.enrolled_here(&offer.person.id).await? {
        if !list.iter().any(|known| known.id == id) {
            list.push(Descriptor::new(id));
        }
    }
    Ok(())
}

/// A key that policy admits, and whether it holds a credential of this person already.
async fn admitted_key<D: Desk>(desk: &mut D, offer: &Offer) -> Result<(KeyFacts, bool), Stop> {
    loop {
        begin_step(desk, Step::Key);
        let mut key = choose_key(desk).await?;
        end_step(desk, Step::Key, Note::Key { key: key.clone() });
        begin_step(desk, Step::Check);
        let verdict = verdict(desk, &mut key, offer).await?;
        end_step(
            desk,
            Step::Check,
            Note::Verdict {
                verdict: verdict.clone(),
            },
        );
        if verdict.worst() >= Some(policy::Weight::Warning) {
            let refused = !verdict.admits();
            let question = Question::Admit {
                key: key.clone(),
                verdict: verdict.clone(),
            };
            match desk.ask(question).await? {
                Answer::Yes if refused => return Err(Stop::KeyRefused(verdict.in_words())),
                Answer::Yes => {}
                _ => continue,
            }
        }
        if !already_enrolled(desk, &mut key, offer).await? {
            refuse_unresolved(desk, &mut key, offer).await?;
            return Ok((key, false));
        }
        let question = Question::Retest { key: key.clone() };
        if let Answer::Yes = desk.ask(question).await? {
            return Ok((key, true));
        }
    }
}

async fn verdict<D: Desk>(
    desk: &mut D,
    key: &mut KeyFacts,
    offer: &Offer,
) -> Result<Verdict, Stop> {
    refresh(desk, key).await?;
    let bound_to = bound_to_another(desk, key, offer).await?;
    let operators_own = key.is_fido2()
        && on_key(desk, key, async |desk: &mut D, key: &KeyFacts| {
            desk.is_operators_own(key).await
        })
        .await?;
    let about = Circumstances {
        operators_own,
        person: &offer.person,
        discoverable_required: wants_discoverable(offer),
        bound_to: bound_to.as_deref(),
    };
    Ok(policy::judge(key, desk.models(), desk.policy(), about))
}

fn wants_discoverable(offer: &Offer) -> bool {
    offer
        .creation
        .authenticator_selection
        .as_ref()
        .is_some_and(|selection| {
            selection.resident_key.as_deref() == Some("required")
                || selection.require_resident_key == Some(true)
        })
}

/// Whom this station enrolled this very key for, if it was somebody else. A key with no serial is recognised by the
/// credential that it holds.
async fn bound_to_another<D: Desk>(
    desk: &mut D,
    key: &mut KeyFacts,
    offer: &Offer,
) -> Result<Option<String>, Stop> {
    let rp_id = &offer.creation.rp.id;
    let others: Vec<_> = desk
        .enrolments_on(key)
        .await?
        .into_iter()
        .filter(|e| e.person.id != offer.person.id && e.rp_id == *rp_id)
        .collect();
    if others.is_empty() || !key.is_fido2() {
        return Ok(None);
    }
    let ids: Vec<Descriptor> = others
        .iter()
        .map(|e| Descriptor::new(e.credential.clone()))
        .collect();
    let held = on_key(desk, key, async |desk: &mut D, key: &KeyFacts| {
        desk.holds(key, rp_id, &ids).await
    })
    .await?;
    Ok(held.and_then(|id| {
        let enrolment = others.into_iter().find(|e| e.credential == id)?;
        Some(enrolment.person.name)
    }))
}

async fn already_enrolled<D: Desk>(
    desk: &mut D,
    key: &mut KeyFacts,
    offer: &Offer,
) -> Result<bool, Stop> {
    if offer.creation.exclude_credentials.is_empty() {
        return Ok(false);
    }
    let held = on_key(desk, key, async |desk: &mut D, key: &KeyFacts| {
        let ids = &offer.creation.exclude_credentials;
        desk.holds(key, &offer.creation.rp.id, ids).await
    })
    .await?;
    Ok(held.is_some())
}

/// Enrolments of this person on such keys that the registry has not accepted and nobody has given up.
async fn unresolved_on<D: Desk>(
    desk: &mut D,
    key: &KeyFacts,
    offer: &Offer,
) -> Result<Vec<Descriptor>, Stop> {
    let rp_id = &offer.creation.rp.id;
    let unresolved = |e: &Enrolment| {
        e.person.id == offer.person.id && e.rp_id == *rp_id && !e.pushed && e.is_live()
    };
    let here = desk.enrolments_on(key).await?.into_iter();
    Ok(here
        .filter(unresolved)
        .map(|e| Descriptor::new(e.credential))
        .collect())
}

/// A key that holds an enrolment of this person which the registry refused gets no other one: that would overwrite the
/// credential, and the refused entry could still be sent again.
async fn refuse_unresolved<D: Desk>(
    desk: &mut D,
    key: &mut KeyFacts,
    offer: &Offer,
) -> Result<(), Stop> {
    let rp_id = &offer.creation.rp.id;
    let ids: Vec<Descriptor> = unresolved_on(desk, key, offer).await?;
    if ids.is_empty() {
        return Ok(());
    }
    let held = on_key(desk, key, async |desk: &mut D, key: &KeyFacts| {
        desk.holds(key, rp_id, &ids).await
    })
    .await?;
    match held {
        None => Ok(()),
        Some(_) => Err(holds_unresolved()),
    }
}

fn holds_unresolved() -> Stop {
    Stop::KeyRefused(
        "it holds an enrolment of this person that the registry refused: resolve that conflict in the outbox first, or take \
         another key"
            .to_owned(),
    )
}

/// From the intent on disk to the end. Whatever goes wrong, what remains is told.
async fn fulfil<D: Desk>(
    desk: &mut D,
    intent: &Intent,
    operator: &Operator,
    key: &mut KeyFacts,
    fresh: bool,
) -> Result<Ending, Stop> {
    let mut progress = Progress::default();
    let made = create(desk, intent, key, fresh, &mut progress).await;
    let subject = (intent.id, &intent.offer.creation);
    let made = match made {
        Ok(made) => made,
        Err(Stop::Key(KeyFault::Excluded)) => {
            // The preflight can't see a credential that is only revealed with user verification (credProtect level 3).
            let retest = Retest {
                offer: &intent.offer,
                identification: &intent.identification,
                operator,
                intent: Some(intent.id),
                pin_written: progress.pin_written,
            };
            return retest.run(desk, key).await;
        }
        Err(stop) => return Err(give_up(desk, subject, key, &progress, stop).await),
    };
    match prove_and_record(desk, intent, &made, &progress, key).await {
        Ok(entry) => Ok(push(desk, intent, entry, key).await),
        Err(stop) => Err(give_up(desk, subject, key, &progress, stop).await),
    }
}

async fn create<D: Desk>(
    desk: &mut D,
    intent: &Intent,
    key: &mut KeyFacts,
    fresh: bool,
    progress: &mut Progress,
) -> Result<Made, Stop> {
    let options = &intent.offer.creation;
    begin_step(desk, Step::Pin);
    let before = key.clone();
    let mut sent = false;
    let min_length = intent.offer.pin_min_length;
    let unlocked = unlock(desk, key, &options.rp.id, min_length, &mut sent).await;
    // Written and then not verified, for instance because the key was pulled: it is there all the same.
    progress.pin_written = match &unlocked {
        Ok((_, change)) => *change != PinChange::Kept,
        Err(_) => sent && pin_was_written(desk, key, &before).await,
    };
    let (unlocked, change) = unlocked?;
    if change != PinChange::Kept {
        desk.tell(Event::Leaves {
            remains: Remains::Pin,
        });
        desk.commit(Change::PinSet { intent: intent.id }).await?;
    }
    end_step(desk, Step::Pin, pin_note(change));
    look_at_residents(desk, key, &unlocked, intent, fresh).await?;
    begin_step(desk, Step::Create);
    if desk.registry_now() >= intent.offer.expires_at {
        return Err(Stop::OfferExpired);
    }
    let client = client_data(Ceremony::Create, &options.challenge, &intent.offer.origin);
    let pin = unlocked.pin();
    let may_have_made = &mut progress.may_have_made;
    let new = touch(desk, key, (1, 2), async |desk: &mut D, key: &KeyFacts| {
        make(desk, key, pin, options, client.hash, may_have_made).await
    })
    .await;
    // A stop from here on deletes the credential again, where the key can.
    let remains = match pin {
        Some(_) if key.credential_management => Remains::CredentialDeleted,
        _ => Remains::Credential,
    };
    progress.unlocked = Some(unlocked);
    let new = new?;
    progress.credential = Some(new.id.clone());
    desk.tell(Event::Leaves { remains });
    let verdict = policy::judge_attestation(key, desk.models(), desk.policy(), new.attestation);
    // Recorded with the credential: a stop right after this must not turn the refusal into an enrolment.
    let refused = (!verdict.admits()).then(|| verdict.in_words());
    let made = Made {
        public_key: new.public_key.clone(),
        user_verified: new.user_verified,
        registration: registration_response(new, client),
        refused,
    };
    desk.commit(Change::CredentialMade {
        intent: intent.id,
        made: Box::new(made.clone()),
    })
    .await?;
    if let Some(why) = made.refused {
        return Err(Stop::KeyRefused(why));
    }
    let note = match verdict.findings.is_empty() {
        true => Note::None,
        false => Note::Verdict { verdict },
    };
    end_step(desk, Step::Create, note);
    Ok(made)
}

/// One attempt at `makeCredential`. One that came to nothing for certain does not make an earlier one certain.
pub(super) async fn make<D: Desk>(
    desk: &mut D,
    key: &KeyFacts,
    pin: Option<&Pin>,
    options: &CreationOptions,
    client_data_hash: [u8; 32],
    may_have_made: &mut bool,
) -> Result<NewCredential, KeyFault> {
    let made = desk
        .make_credential(key, pin, options, client_data_hash)
        .await;
    made.map_err(|not_made| {
        *may_have_made |= !not_made.nothing_made;
        not_made.fault
    })
}

pub(super) fn pin_note(change: PinChange) -> Note {
    match change {
        PinChange::Kept => Note::Verified,
        PinChange::Set => Note::PinSet,
        PinChange::Changed => Note::PinChanged,
    }
}

/// With the PIN the key can be asked whose credentials it holds at this RP. Making another one for the same account would
/// overwrite the one that it has: right for one that nobody knows, wrong for one that is in use.
async fn look_at_residents<D: Desk>(
    desk: &mut D,
    key: &mut KeyFacts,
    unlocked: &Unlocked,
    intent: &Intent,
    fresh: bool,
) -> Result<(), Stop> {
    let (Some(pin), true) = (unlocked.pin(), key.credential_management) else {
        return Ok(());
    };
    let options = &intent.offer.creation;
    let residents = on_key(desk, key, async |desk: &mut D, key: &KeyFacts| {
        desk.residents(key, pin, &options.rp.id).await
    })
    .await?;
    let unresolved = match residents.is_empty() {
        true => Vec::new(),
        // Protected, it did not show itself before the PIN was given.
        false => unresolved_on(desk, key, &intent.offer).await?,
    };
    for resident in residents {
        if resident.user_handle != options.user.id {
            let finding = Finding::BoundTo {
                person: resident
                    .user_name
                    .unwrap_or_else(|| "somebody else".to_owned()),
            };
            return Err(Stop::KeyRefused(finding.in_words()));
        }
        let known = |d: &Descriptor| d.id == resident.id;
        if options.exclude_credentials.iter().any(known) {
            return Err(Stop::Key(KeyFault::Excluded));
        }
        if unresolved.iter().any(known) {
            return Err(holds_unresolved());
        }
        if !fresh {
            return Err(Stop::KeyRefused(
                "it holds a credential for this person that the ticket does not know: take another key, or wait for the \
                 registry"
                    .to_owned(),
            ));
        }
    }
    Ok(())
}

/// The second touch: the new credential signs the registry's test challenge. Then everything is written down at once.
pub(super) async fn prove_and_record<D: Desk>(
    desk: &mut D,
    intent: &Intent,
    made: &Made,
    progress: &Progress,
    key: &mut KeyFacts,
) -> Result<EntryId, Stop> {
    begin_step(desk, Step::Test);
    let offer = &intent.offer;
    if desk.registry_now() >= offer.expires_at {
        return Err(Stop::OfferExpired);
    }
    let request = RequestOptions {
        allow_credentials: vec![Descriptor::new(made.registration.raw_id.clone())],
        ..offer.test.clone()
    };
    let client = client_data(Ceremony::Get, &request.challenge, &offer.origin);
    let pin = progress.unlocked.as_ref().and_then(Unlocked::pin);
    let signed = touch(desk, key, (2, 2), async |desk: &mut D, key: &KeyFacts| {
        desk.get_assertion(key, pin, &request, client.hash).await
    })
    .await?;
    let key_of_made = Some(&made.public_key);
    verify_assertion(&signed, &client.hash, &request.rp_id, key_of_made)?;
    if desk.registry_now() >= offer.expires_at {
        return Err(Stop::OfferExpired);
    }
    end_step(desk, Step::Test, Note::None);
    begin_step(desk, Step::Record);
    let entry = EntryId(desk.fresh_id());
    let push = EnrolmentPush {
        version: VERSION,
        offer: offer.id,
        person: offer.person.id.clone(),
        registration: made.registration.clone(),
        assertion: authentication_response(signed, client),
        key: key_report(key),
        identification: intent.identification.clone(),
        operator: intent.operator.clone(),
        finished_by: desk
            .operator()
            .map(|operator| operator.id)
            .filter(|finisher| *finisher != intent.operator),
        enrolled_at: desk.registry_now(),
    };
    desk.commit(Change::Enrolled {
        intent: intent.id,
        entry,
        push: Box::new(push),
    })
    .await?;
    end_step(desk, Step::Record, Note::None);
    Ok(entry)
}

/// What a station says of a key.
pub(super) fn key_report(key: &KeyFacts) -> KeyReport {
    KeyReport {
        id: key.id.clone(),
        model: key.model.clone(),
        firmware: key.firmware,
    }
}

pub(super) async fn push<D: Desk>(
    desk: &mut D,
    intent: &Intent,
    entry: EntryId,
    key: &KeyFacts,
) -> Ending {
    Ending::Enrolled {
        person: intent.offer.person.clone(),
        key: key.clone(),
        push: push_entry(desk, entry).await,
    }
}

pub(super) async fn push_entry<D: Desk>(desk: &mut D, entry: EntryId) -> PushState {
    push_as(desk, entry, Step::Push).await
}

/// Sends an entry, as a step of the checklist.
pub(super) async fn push_as<D: Desk>(desk: &mut D, entry: EntryId, step: Step) -> PushState {
    begin_step(desk, step);
    // Whatever keeps it from being sent: it is recorded, and it waits.
    let pushed = desk.push(entry).await.unwrap_or(Pushed::Queued);
    let (note, state) = match pushed {
        Pushed::Accepted { .. } => (Note::None, PushState::Accepted),
        Pushed::Queued => (Note::Queued, PushState::Queued),
        Pushed::Rejected { detail, .. } => (
            Note::Conflict {
                detail: detail.clone(),
            },
            PushState::Conflict { detail },
        ),
    };
    end_step(desk, step, note);
    state
}
