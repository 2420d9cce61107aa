//! Does this key work for this person? It signs with a credential of theirs, and the registry checks that.
//!
//! Invariant: nothing is made. What is written down was signed as [`sign_as_enrolled`] asks for it.

use super::super::admit::is_operators_own;
use super::super::ceremony::authentication_response;
use super::super::report::{key_report, push_entry};
use super::super::retest::{Asked, sign_as_enrolled};
use super::super::steps::{anew_after_pulls, begin_step, end_step};
use super::{Desk, begin, take_key};
use crate::domain::authority::Action;
use crate::domain::policy::Finding;
use crate::domain::reason::{Refusal, Unmet};
use crate::domain::{EntryId, Identification, KeyFacts, OperatorId, PersonId, UsbPath};
use crate::record::Change;
use crate::wire::webauthn::Descriptor;
use crate::wire::{TestOffer, TestPush, VERSION};
use crate::workflow::dialogue::{CareJob, Ending, Event, Job, Note, PushState, Step};
use crate::workflow::{KeyFault, Stop, conclude};

/// Tests whether a key works for a person: an assertion by one of their credentials, which the registry checks.
/// `identification`: how the person at the desk was identified, where that was done; it goes on record with the test.
/// `at`: where the key is, if that was chosen already.
pub async fn test_for(
    desk: &mut dyn Desk,
    person: &PersonId,
    identification: Option<Identification>,
    at: Option<&UsbPath>,
) -> Result<Ending, Stop> {
    let result = test_at_registry(desk, person, identification, at).await;
    conclude(desk, result)
}

async fn test_at_registry(
    desk: &mut dyn Desk,
    person: &PersonId,
    identification: Option<Identification>,
    at: Option<&UsbPath>,
) -> Result<Ending, Stop> {
    let job = Job::Care {
        care: CareJob::TestFor {
            person: person.clone(),
        },
    };
    let operator = begin(desk, job, Action::TestKey).await?;
    let offer = desk.test_offer(person, None).await?;
    let left = offer.expires_at.duration_since(desk.registry_now());
    desk.tell(Event::Challenge {
        expires_at: desk.now().saturating_add(left).unwrap_or(offer.expires_at),
    });
    let asked = ForPerson {
        person,
        offer: &offer,
        identification,
        operator: operator.id,
    };
    let (key, push) = sign_for(desk, asked, at).await?;
    Ok(Ending::WorksFor {
        person: person.clone(),
        key,
        push,
    })
}

/// Whose key signs, under which offer.
pub(in crate::workflow) struct ForPerson<'a> {
    pub(in crate::workflow) person: &'a PersonId,
    pub(in crate::workflow) offer: &'a TestOffer,
    pub(in crate::workflow) identification: Option<Identification>,
    pub(in crate::workflow) operator: OperatorId,
}

/// A key of the person signs, and the registry is told.
pub(in crate::workflow) async fn sign_for(
    desk: &mut dyn Desk,
    asked_of: ForPerson<'_>,
    at: Option<&UsbPath>,
) -> Result<(KeyFacts, PushState), Stop> {
    let ForPerson { person, offer, .. } = asked_of;
    if offer.request.allow_credentials.is_empty() && offer.suspended.is_empty() {
        // An empty list would mean "any credential", and the key would sign for whomever it holds one for.
        let person = person.to_string();
        return Err(Stop::Unmet(Unmet::NoKey { person }));
    }
    let (key, signed, client) = anew_after_pulls(desk, async |desk: &mut dyn Desk| {
        let mut key = take_key(desk, at).await?;
        // The person's PIN would be a wrong one there.
        if is_operators_own(desk, &mut key).await? {
            let findings = vec![Finding::OperatorsOwn];
            return Err(Refusal::Found { findings }.into());
        }
        if holds_suspended(desk, &key, offer).await {
            return Err(Stop::suspended(person.as_str(), &key.model));
        }
        if key.pin_set == Some(false) || offer.request.allow_credentials.is_empty() {
            // No PIN, so nothing of anybody's that this relying party would accept; or nothing that it may sign with.
            return Err(Stop::Key(KeyFault::NoCredential));
        }
        let asked = Asked {
            request: &offer.request,
            origin: &offer.origin,
            expires_at: offer.expires_at,
            pin_min_length: 0,
        };
        let (signed, client) = sign_as_enrolled(desk, &mut key, &asked).await?;
        Ok((key, signed, client))
    })
    .await?;
    begin_step(desk, Step::Record);
    let entry = EntryId(desk.fresh_id());
    let push = TestPush {
        version: VERSION,
        offer: offer.id,
        person: person.clone(),
        assertion: authentication_response(signed, client),
        key: key_report(&key),
        identification: asked_of.identification,
        operator: asked_of.operator,
        tested_at: desk.registry_now(),
    };
    desk.commit(Change::Retested {
        intent: None,
        entry,
        push: Box::new(push),
        place: Some(key.place.clone()),
    })
    .await?;
    end_step(desk, Step::Record, Note::None);
    let push = push_entry(desk, entry).await;
    Ok((key, push))
}

/// Whether the key holds a credential of theirs that is suspended, and none that is not: asked silently, because it is only for better
/// words. A key that can't tell is asked to sign, and then has nothing to sign with.
async fn holds_suspended(desk: &mut dyn Desk, key: &KeyFacts, offer: &TestOffer) -> bool {
    let request = &offer.request;
    let suspended: Vec<Descriptor> = offer
        .suspended
        .iter()
        .cloned()
        .map(Descriptor::new)
        .collect();
    if suspended.is_empty() {
        return false;
    }
    let valid = match request.allow_credentials.is_empty() {
        true => Ok(None),
        false => {
            desk.holds(key, &request.rp_id, &request.allow_credentials)
                .await
        }
    };
    matches!(valid, Ok(None))
        && matches!(
            desk.holds(key, &request.rp_id, &suspended).await,
            Ok(Some(_))
        )
}
