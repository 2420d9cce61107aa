//! Tests a key that holds a credential of the person already; nothing is made.
//!
//! Invariant: what is written down as a test was signed by a credential that the offer names, with touch and user
//! verification, and where this station enrolled the credential its signature was verified here too.

use jiff::Timestamp;

use super::ceremony::{
    Ceremony, ClientData, Verified, authentication_response, client_data, verify_assertion,
};
use super::dialogue::{Ending, Note, Step};
use super::enrol::{key_report, pin_note, push_entry};
use super::steps::{begin_step, end_step, pin_was_written, touch, unlock};
use super::{Desk, NewAssertion, Stop};
use crate::domain::change::{EndReason, Remains};
use crate::domain::{Change, EntryId, Identification, IntentId, KeyFacts};
use crate::wire::webauthn::RequestOptions;
use crate::wire::{Offer, Operator, TestPush, VERSION};

/// A test instead of an enrolment.
pub(super) struct Retest<'a> {
    pub(super) offer: &'a Offer,
    pub(super) identification: &'a Identification,
    pub(super) operator: &'a Operator,
    /// The intent that turned out to need nothing, if one was begun.
    pub(super) intent: Option<IntentId>,
    /// The person set or changed the key's PIN on the way to it.
    pub(super) pin_written: bool,
}

impl Retest<'_> {
    /// From the PIN to the push.
    pub(super) async fn run<D: Desk>(
        &self,
        desk: &mut D,
        key: &mut KeyFacts,
    ) -> Result<Ending, Stop> {
        let offer = self.offer;
        let request = RequestOptions {
            allow_credentials: offer.creation.exclude_credentials.clone(),
            ..offer.test.clone()
        };
        let asked = Asked {
            request: &request,
            origin: &offer.origin,
            expires_at: offer.expires_at,
            pin_min_length: offer.pin_min_length,
        };
        let (signed, client) = match sign_as_enrolled(desk, key, &asked).await {
            Ok(signed) => signed,
            Err(stop) => {
                let stop = match self.pin_written {
                    true => stop.leaving(Remains::Pin),
                    false => stop,
                };
                if let Some(intent) = self.intent {
                    desk.commit(Change::IntentEnded {
                        intent,
                        why: EndReason::AlreadyEnrolled,
                        remains: stop.remains(),
                    })
                    .await?;
                }
                return Err(stop);
            }
        };
        begin_step(desk, Step::Record);
        let entry = EntryId(desk.fresh_id());
        let push = TestPush {
            version: VERSION,
            offer: self.offer.id,
            person: self.offer.person.id.clone(),
            assertion: authentication_response(signed, client),
            key: key_report(key),
            identification: Some(self.identification.clone()),
            operator: self.operator.id.clone(),
            tested_at: desk.registry_now(),
        };
        desk.commit(Change::Retested {
            intent: self.intent,
            entry,
            push: Box::new(push),
            place: Some(key.place.clone()),
        })
        .await?;
        end_step(desk, Step::Record, Note::None);
        Ok(Ending::Retested {
            person: self.offer.person.clone(),
            key: key.clone(),
            push: push_entry(desk, entry).await,
        })
    }
}

/// What a key is asked to sign with a credential that it was enrolled with.
pub(super) struct Asked<'a> {
    pub(super) request: &'a RequestOptions,
    pub(super) origin: &'a str,
    /// By the registry's clock.
    pub(super) expires_at: Timestamp,
    /// Code points, for a PIN that the key wants changed.
    pub(super) pin_min_length: u8,
}

/// PIN and one touch: the key signs with one of the credentials asked for, and where this station enrolled that one its
/// signature is verified here. A stop says whether the key has a new PIN.
pub(super) async fn sign_as_enrolled<D: Desk>(
    desk: &mut D,
    key: &mut KeyFacts,
    asked: &Asked<'_>,
) -> Result<(NewAssertion, ClientData), Stop> {
    let before = key.clone();
    let mut sent = false;
    match sign(desk, key, asked, &mut sent).await {
        Err(stop) if sent && pin_was_written(desk, key, &before).await => {
            Err(stop.leaving(Remains::Pin))
        }
        signed => signed,
    }
}

async fn sign<D: Desk>(
    desk: &mut D,
    key: &mut KeyFacts,
    asked: &Asked<'_>,
    sent: &mut bool,
) -> Result<(NewAssertion, ClientData), Stop> {
    let request = asked.request;
    begin_step(desk, Step::Pin);
    let (unlocked, change) = unlock(desk, key, &request.rp_id, asked.pin_min_length, sent).await?;
    end_step(desk, Step::Pin, pin_note(change));
    begin_step(desk, Step::Test);
    let client = client_data(Ceremony::Get, &request.challenge, asked.origin);
    let pin = unlocked.pin();
    let signed = touch(desk, key, (1, 1), async |desk: &mut D, key: &KeyFacts| {
        desk.get_assertion(key, pin, request, client.hash).await
    })
    .await?;
    if !request.allow_credentials.iter().any(|d| d.id == signed.id) {
        return Err(Stop::Unproven(
            "it signed with a credential that was not asked for".to_owned(),
        ));
    }
    let public_key = desk.public_key_of(&signed.id).await?;
    let verified = verify_assertion(&signed, &client.hash, &request.rp_id, public_key.as_ref())?;
    if desk.registry_now() >= asked.expires_at {
        return Err(Stop::OfferExpired);
    }
    let note = match verified {
        Verified::Signature => Note::None,
        Verified::LeftToRegistry => Note::LeftToRegistry,
    };
    end_step(desk, Step::Test, note);
    Ok((signed, client))
}
