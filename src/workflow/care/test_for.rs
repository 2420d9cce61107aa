//! Does this key work for this person? An assertion by one of their credentials, which the registry checks.

use super::super::ceremony::{Ceremony, authentication_response, client_data};
use super::super::enrol::{key_report, pin_note, push_entry};
use super::super::steps::{begin_step, end_step, touch, unlock};
use super::{CareDesk, begin, take_key};
use crate::domain::authority::Action;
use crate::domain::change::Remains;
use crate::domain::{Change, EntryId, KeyFacts, PersonId, Place};
use crate::wire::{TestPush, VERSION};
use crate::workflow::dialogue::{CareJob, Ending, Event, Job, Note, Step};
use crate::workflow::{KeyFault, Stop, conclude};

/// Tests whether a key works for a person: an assertion by one of their credentials, which the registry checks.
pub async fn test_for<D: CareDesk>(
    desk: &mut D,
    person: &PersonId,
    at: Option<&Place>,
) -> Result<Ending, Stop> {
    let result = test_at_registry(desk, person, at).await;
    conclude(desk, result)
}

async fn test_at_registry<D: CareDesk>(
    desk: &mut D,
    person: &PersonId,
    at: Option<&Place>,
) -> Result<Ending, Stop> {
    let job = Job::Care {
        care: CareJob::TestFor {
            person: person.clone(),
        },
    };
    let operator = begin(desk, job, Action::TestKey).await?;
    let offer = desk.test_offer(person).await?;
    if offer.request.allow_credentials.is_empty() {
        // An empty list would mean "any credential", and the key would sign for whomever it holds one for.
        return Err(Stop::RegistryRefused {
            code: "no-key".to_owned(),
            detail: format!("{person} has no enrolled key: enrol one first"),
        });
    }
    desk.tell(Event::Challenge {
        expires_at: offer.expires_at,
    });
    let mut key = take_key(desk, at).await?;
    begin_step(desk, Step::Pin);
    let (rp_id, mut sent) = (&offer.request.rp_id, false);
    if key.pin_set == Some(false) {
        // No PIN, so nothing of anybody's that this relying party would accept.
        return Err(Stop::Key(KeyFault::NoCredential));
    }
    let minimum = key.pin_min_length;
    let (unlocked, change) = unlock(desk, &mut key, rp_id, minimum, &mut sent).await?;
    end_step(desk, Step::Pin, pin_note(change));
    begin_step(desk, Step::Test);
    let client = client_data(Ceremony::Get, &offer.request.challenge, &offer.origin);
    let pin = unlocked.pin();
    let signed = touch(
        desk,
        &mut key,
        (1, 1),
        async |desk: &mut D, key: &KeyFacts| {
            desk.get_assertion(key, pin, &offer.request, client.hash)
                .await
        },
    )
    .await;
    let remains = if sent { Remains::Pin } else { Remains::Nothing };
    let signed = signed.map_err(|stop| stop.leaving(remains))?;
    if desk.registry_now() >= offer.expires_at {
        return Err(Stop::OfferExpired.leaving(remains));
    }
    end_step(desk, Step::Test, Note::None);
    begin_step(desk, Step::Record);
    let entry = EntryId(desk.fresh_id());
    let push = TestPush {
        identification: None,
        version: VERSION,
        offer: offer.id,
        person: person.clone(),
        assertion: authentication_response(signed, client),
        key: key_report(&key),
        operator: operator.id,
        tested_at: desk.registry_now(),
    };
    desk.commit(Change::Retested {
        intent: None,
        entry,
        push: Box::new(push),
    })
    .await?;
    end_step(desk, Step::Record, Note::None);
    let push = push_entry(desk, entry).await;
    Ok(Ending::WorksFor {
        person: person.clone(),
        key,
        push,
    })
}
