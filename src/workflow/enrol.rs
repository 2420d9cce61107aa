//! Enrols a security key for the person at the desk.
//!
//! Invariants: from the moment the key may have been changed there is an open intent in the journal, and this function
//! ends it only when it knows what remains on the key; an intent that it leaves open is unfinished work. A credential is made only
//! in the plug in which the key passed every check: after a pull all of it begins anew.

use super::admit::{Admitted, From, LastLook, admitted_key, anew, last_look};
use super::ceremony::{Ceremony, authentication_response, client_data, registration_response};
use super::dialogue::{Ending, Event, Job, Note, Step, Wanted};
use super::report::{key_report, push_entry};
use super::retest::Retest;
use super::steps::{
    PinChange, Unlocked, begin_step, end_step, is_replugged, pin_note, pin_was_written, touch,
    touch_in_this_plug, unlock, wait_for,
};
use super::undo::{Before, Progress, give_up, is_believed, was_reset};
use super::visit::{Guest, Visit, host, receive};
use super::{Desk, KeyFault, NewAssertion, NewCredential, Stop, Wants, conclude, verify_assertion};
use crate::domain::policy;
use crate::domain::{EntryId, IntentId, KeyFacts, PersonId, Pin};
use crate::record::{Change, Intent, Made, Remains};
use crate::wire::webauthn::{CreationOptions, Descriptor, RequestOptions};
use crate::wire::{EnrolmentPush, Offer, VERSION};

/// The main job, from the person's name to a key that the registry has verified.
pub async fn enrol(desk: &mut dyn Desk, who: &PersonId) -> Result<Ending, Stop> {
    let result = enrol_person(desk, who, true).await;
    conclude(desk, result)
}

/// The same for one of many: who would have to prove something is left for the desk.
pub(super) async fn enrol_unattended(desk: &mut dyn Desk, who: &PersonId) -> Result<Ending, Stop> {
    let result = enrol_person(desk, who, false).await;
    conclude(desk, result)
}

async fn enrol_person(desk: &mut dyn Desk, who: &PersonId, attended: bool) -> Result<Ending, Stop> {
    let operator = host(desk)?;
    let guest = Guest {
        who,
        wants: Wants::Key,
        attended,
    };
    let job = |person| Job::Enrol { person };
    let visit = receive(desk, operator, &guest, job).await?;
    enrol_key(desk, &visit).await
}

/// Enrols a key for somebody who has been identified.
pub(super) async fn enrol_key(desk: &mut dyn Desk, visit: &Visit) -> Result<Ending, Stop> {
    let mut work = Work {
        visit,
        offer: visit.offer.clone(),
        begun: None,
    };
    let mut from = From::Choice;
    loop {
        let admitted = admitted_key(desk, (&mut work.offer, visit.fresh), from).await;
        let Admitted { mut key, held } = match admitted {
            Ok(admitted) => admitted,
            Err(stop) => return Err(work.give_up(desk, stop).await),
        };
        let plug = key.generation;
        let ended = match held {
            true => work.retest(desk, &mut key).await,
            false => work.fulfil(desk, &mut key).await,
        };
        let stop = match ended {
            Err(stop) if is_replugged(&stop) => stop,
            ended => return ended,
        };
        from = match anew(desk, key, plug).await {
            Ok(key) => From::SameSlot(Box::new(key)),
            Err(Stop::Cancelled) => return Err(work.give_up(desk, Stop::Cancelled).await),
            Err(_) => return Err(work.give_up(desk, stop).await),
        };
    }
}

/// An enrolment on its way.
struct Work<'a> {
    visit: &'a Visit,
    /// With the exclude list as it is by now.
    offer: Offer,
    begun: Option<Begun>,
}

/// What is on disk of it, and how far it came.
struct Begun {
    intent: Intent,
    key: KeyFacts,
    progress: Progress,
}

impl Work<'_> {
    /// The key holds a credential of this person: that one is tested.
    async fn retest(&mut self, desk: &mut dyn Desk, key: &mut KeyFacts) -> Result<Ending, Stop> {
        let begun = self.begun.take();
        let retest = Retest {
            offer: &self.offer,
            identification: &self.visit.identification,
            operator: &self.visit.operator,
            intent: begun.as_ref().map(|begun| begun.intent.id),
            pin_written: begun.is_some_and(|begun| begun.progress.pin_written),
        };
        retest.run(desk, key).await
    }

    /// From the intent on disk to the end. Whatever goes wrong, what remains is told.
    async fn fulfil(&mut self, desk: &mut dyn Desk, key: &mut KeyFacts) -> Result<Ending, Stop> {
        let mut begun = match self.begun.take() {
            Some(begun) => begun,
            None => self.begin(desk, key).await?,
        };
        begun.key = key.clone();
        let made = create(
            desk,
            &begun.intent,
            &mut self.offer,
            key,
            &mut begun.progress,
        )
        .await;
        begun.key = key.clone();
        let begun = self.begun.insert(begun);
        let made = match made {
            Ok(made) => made,
            // Seen with the PIN only: a credential that is revealed to nobody else (credProtect level 3).
            Err(Stop::Key(KeyFault::Excluded))
                if is_believed(desk, &begun.intent.offer.creation, key, &begun.progress).await =>
            {
                return self.retest(desk, key).await;
            }
            Err(stop) if is_replugged(&stop) => return Err(stop),
            Err(stop) => return Err(self.give_up(desk, stop).await),
        };
        let Begun {
            intent, progress, ..
        } = begun;
        match prove_and_record(desk, intent, &made, progress, key).await {
            Ok(entry) => Ok(push(desk, intent, entry, key).await),
            Err(stop) => {
                begun.key = key.clone();
                Err(self.give_up(desk, stop).await)
            }
        }
    }

    async fn begin(&self, desk: &mut dyn Desk, key: &KeyFacts) -> Result<Begun, Stop> {
        let intent = Intent {
            id: IntentId(desk.fresh_id()),
            offer: self.offer.clone(),
            key: key.clone(),
            identification: self.visit.identification.clone(),
            operator: self.visit.operator.id.clone(),
            begun_at: desk.now(),
            policy: desk.policy().digest().cloned(),
        };
        desk.commit(Change::IntentBegun {
            intent: Box::new(intent.clone()),
        })
        .await?;
        Ok(Begun {
            intent,
            key: key.clone(),
            progress: Progress::default(),
        })
    }

    /// Ends what was begun with what is known of the key.
    async fn give_up(&mut self, desk: &mut dyn Desk, stop: Stop) -> Stop {
        match self.begun.take() {
            None => stop,
            Some(begun) => {
                let subject = (begun.intent.id, &begun.intent.offer.creation);
                give_up(desk, subject, &begun.key, &begun.progress, stop).await
            }
        }
    }
}

async fn create(
    desk: &mut dyn Desk,
    intent: &Intent,
    offer: &mut Offer,
    key: &mut KeyFacts,
    progress: &mut Progress,
) -> Result<Made, Stop> {
    let plug = key.generation;
    // What was learnt of it counts for this plug only.
    let still_there = |key: &KeyFacts| match key.generation == plug {
        true => Ok(()),
        false => Err(Stop::Key(KeyFault::Replugged)),
    };
    let unlocked = opened(desk, intent, key, progress).await?;
    still_there(key)?;
    let LastLook { mine, not_held } = last_look(desk, key, &unlocked, offer).await?;
    still_there(key)?;
    if mine.is_some() {
        progress.looked_at();
    }
    progress.before = mine.map(|ids| Before { plug, ids });
    begin_step(desk, Step::Create);
    if desk.registry_now() >= offer.expires_at {
        return Err(Stop::OfferExpired);
    }
    let options = &offer.creation;
    let client = client_data(Ceremony::Create, &options.challenge, &offer.origin);
    let pin = unlocked.pin();
    let new = touch_in_this_plug(
        desk,
        key,
        (1, 2),
        async |desk: &mut dyn Desk, key: &KeyFacts| {
            make(desk, key, pin, (options, client.hash), progress).await
        },
    )
    .await;
    // A stop from here on deletes the credential again, where the key can.
    let remains = match pin {
        Some(_) if key.credential_management => Remains::CredentialDeleted,
        _ => Remains::Credential,
    };
    progress.unlocked = Some(unlocked);
    let new = new?;
    progress.credential = Some(new.id.clone());
    let excluded = options.exclude_credentials.iter();
    let excluded = excluded.map(|known| known.id.clone()).collect();
    desk.tell(Event::Leaves { remains });
    let verdict = policy::judge_attestation(key, desk.models(), desk.policy(), new.attestation);
    // Recorded with the credential: a stop right after this must not turn the refusal into an enrolment.
    let refused = (!verdict.admits()).then(|| verdict.refusal().to_string());
    let made = Made {
        public_key: new.public_key.clone(),
        user_verified: new.user_verified,
        registration: registration_response(new, client),
        refused,
        excluded: Some(excluded),
        not_held,
    };
    desk.commit(Change::CredentialMade {
        intent: intent.id,
        made: Box::new(made.clone()),
    })
    .await?;
    if !verdict.admits() {
        return Err(verdict.refusal().into());
    }
    let note = match verdict.findings.is_empty() {
        true => Note::None,
        false => Note::Verdict { verdict },
    };
    end_step(desk, Step::Create, note);
    Ok(made)
}

/// The key with its PIN, which is on record where it is a new one.
async fn opened(
    desk: &mut dyn Desk,
    intent: &Intent,
    key: &mut KeyFacts,
    progress: &mut Progress,
) -> Result<Unlocked, Stop> {
    begin_step(desk, Step::Pin);
    let before = key.clone();
    let mut sent = false;
    let rp_id = &intent.offer.creation.rp.id;
    let unlocked = unlock(desk, key, rp_id, intent.offer.pin_min_length, &mut sent).await;
    // Written and then not verified, for instance because the key was pulled: it is there all the same.
    progress.pin_written |= match &unlocked {
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
    Ok(unlocked)
}

/// One attempt at `makeCredential`.
pub(super) async fn make(
    desk: &mut dyn Desk,
    key: &KeyFacts,
    pin: Option<&Pin>,
    (options, client_data_hash): (&CreationOptions, [u8; 32]),
    progress: &mut Progress,
) -> Result<NewCredential, KeyFault> {
    let made = desk
        .make_credential(key, pin, options, client_data_hash)
        .await;
    made.map_err(|not_made| {
        progress.not_made(not_made.doubt);
        not_made.fault
    })
}

/// The second touch: the new credential signs the registry's test challenge. Then everything is written down at once.
pub(super) async fn prove_and_record(
    desk: &mut dyn Desk,
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
    let signed = proof(desk, key, pin, (&request, client.hash)).await?;
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
        excluded: made.excluded.clone(),
        not_held: made.not_held.clone(),
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

/// The credential signs. A key that was pulled shows that it is the right one by holding it; one that shows nothing without its PIN
/// (credProtect level 3) by signing.
async fn proof(
    desk: &mut dyn Desk,
    key: &mut KeyFacts,
    pin: Option<&Pin>,
    (request, hash): (&RequestOptions, [u8; 32]),
) -> Result<NewAssertion, Stop> {
    let plug = key.generation;
    let held = desk.holds(key, &request.rp_id, &request.allow_credentials);
    let shows = matches!(held.await, Ok(Some(_)));
    loop {
        let signed = touch(
            desk,
            key,
            (2, 2),
            async |desk: &mut dyn Desk, key: &KeyFacts| match (pin, key.pin_set) {
                (Some(_), Some(false)) => Err(KeyFault::NoCredential),
                _ => desk.get_assertion(key, pin, request, hash).await,
            },
        );
        match signed.await {
            Err(stop) if is_replugged(&stop) => {}
            Err(Stop::Key(KeyFault::NoCredential | KeyFault::WrongPin { .. }))
                if key.generation != plug =>
            {
                wait_for_another(desk, key).await?;
            }
            signed => return signed,
        }
        while shows && !holds_now(desk, key, request).await? {
            wait_for_another(desk, key).await?;
        }
    }
}

/// Whether the key in the slot holds the credential. One that answers no such question is asked to sign.
async fn holds_now(
    desk: &mut dyn Desk,
    key: &KeyFacts,
    request: &RequestOptions,
) -> Result<bool, Stop> {
    let held = desk.holds(key, &request.rp_id, &request.allow_credentials);
    match held.await {
        Err(KeyFault::Cancelled) => Err(Stop::Cancelled),
        Err(KeyFault::Gone) | Ok(None) => Ok(false),
        Ok(Some(_)) | Err(_) => Ok(true),
    }
}

/// It is not the one, or was reset: then nothing of what was made is left.
async fn wait_for_another(desk: &mut dyn Desk, key: &mut KeyFacts) -> Result<(), Stop> {
    if was_reset(desk, key) {
        return Err(Stop::Key(KeyFault::Replugged));
    }
    desk.tell(Event::OtherKey {
        wanted: Wanted::Key(key_report(key)),
    });
    *key = wait_for(desk, key).await?;
    Ok(())
}

pub(super) async fn push(
    desk: &mut dyn Desk,
    intent: &Intent,
    entry: EntryId,
    key: &KeyFacts,
) -> Ending {
    Ending::Enrolled {
        person: intent.offer.person.clone().with_another_key(),
        key: key.clone(),
        push: push_entry(desk, entry).await,
    }
}
