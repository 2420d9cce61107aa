//! Tests a key that holds a credential of the person already; nothing is made.

use super::ceremony::{Ceremony, ClientData, authentication_response, client_data};
use super::dialogue::{Ending, Note, Step};
use super::enrol::{key_report, pin_note, push_entry};
use super::steps::{begin_step, end_step, pin_was_written, touch, unlock};
use super::{Desk, NewAssertion, Stop};
use crate::domain::change::{EndReason, Remains};
use crate::domain::{Change, EntryId, IntentId, KeyFacts};
use crate::wire::webauthn::RequestOptions;
use crate::wire::{Offer, Operator, TestPush, VERSION};

/// The key holds a credential of this person already: that one is tested, and nothing is made.
pub(super) async fn retest<D: Desk>(
    desk: &mut D,
    offer: &Offer,
    operator: &Operator,
    key: &mut KeyFacts,
    intent: Option<IntentId>,
) -> Result<Ending, Stop> {
    let before = key.clone();
    let mut sent = false;
    let (signed, client) = match retest_key(desk, offer, key, &mut sent).await {
        Ok(signed) => signed,
        Err(stop) => {
            let remains = match sent && pin_was_written(desk, key, &before).await {
                true => Remains::Pin,
                false => Remains::Nothing,
            };
            if let Some(intent) = intent {
                desk.commit(Change::IntentEnded {
                    intent,
                    why: EndReason::AlreadyEnrolled,
                    remains,
                })
                .await?;
            }
            return Err(stop.leaving(remains));
        }
    };
    begin_step(desk, Step::Record);
    let entry = EntryId(desk.fresh_id());
    let push = TestPush {
        version: VERSION,
        offer: offer.id,
        person: offer.person.id.clone(),
        assertion: authentication_response(signed, client),
        key: key_report(key),
        operator: operator.id.clone(),
        tested_at: desk.registry_now(),
    };
    desk.commit(Change::Retested {
        intent,
        entry,
        push: Box::new(push),
    })
    .await?;
    end_step(desk, Step::Record, Note::None);
    Ok(Ending::Retested {
        person: offer.person.clone(),
        key: key.clone(),
        push: push_entry(desk, entry).await,
    })
}

async fn retest_key<D: Desk>(
    desk: &mut D,
    offer: &Offer,
    key: &mut KeyFacts,
    sent: &mut bool,
) -> Result<(NewAssertion, ClientData), Stop> {
    begin_step(desk, Step::Pin);
    let rp_id = &offer.creation.rp.id;
    let (unlocked, change) = unlock(desk, key, rp_id, offer.pin_min_length, sent).await?;
    end_step(desk, Step::Pin, pin_note(change));
    begin_step(desk, Step::Test);
    let request = RequestOptions {
        allow_credentials: offer.creation.exclude_credentials.clone(),
        ..offer.test.clone()
    };
    let client = client_data(Ceremony::Get, &request.challenge, &offer.origin);
    let pin = unlocked.pin();
    let signed = touch(desk, key, (1, 1), async |desk: &mut D, key: &KeyFacts| {
        desk.get_assertion(key, pin, &request, client.hash).await
    })
    .await?;
    end_step(desk, Step::Test, Note::None);
    Ok((signed, client))
}
