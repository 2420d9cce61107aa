//! Tests a key that holds a credential of the person already; nothing is made.
//!
//! Invariant: what is written down as a test was signed by a credential that the offer names, with touch and user
//! verification, and where this station enrolled the credential its signature was verified here too.

use jiff::Timestamp;

use super::ceremony::{
    Ceremony, ClientData, Verified, authentication_response, client_data, verify_assertion,
};
use super::dialogue::{Ending, Note, Step};
use super::known::shown;
use super::report::{key_report, push_entry};
use super::steps::{begin_step, end_step, pin_note, pin_was_written, touch, unlock};
use super::{Desk, KeyFault, NewAssertion, Stop};
use crate::domain::reason::Flaw;
use crate::domain::{Bytes, EntryId, Identification, IntentId, KeyFacts, PersonId};
use crate::record::{Change, EndReason, Remains};
use crate::wire::webauthn::RequestOptions;
use crate::wire::{Credential, Offer, Operator, TestPush, VERSION};

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
    pub(super) async fn run(
        &self,
        desk: &mut dyn Desk,
        key: &mut KeyFacts,
    ) -> Result<Ending, Stop> {
        let (signed, client, waits) = match self.signed(desk, key).await {
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
            push: push_entry(desk, entry).await.of_one_that(waits),
        })
    }

    /// The key signs; also whether what it signed with waits for its owner. What is suspended is not asked to sign.
    async fn signed(
        &self,
        desk: &mut dyn Desk,
        key: &mut KeyFacts,
    ) -> Result<(NewAssertion, ClientData, bool), Stop> {
        let offer = self.offer;
        let person = &offer.person;
        let kept = Kept::of(desk, &person.id).await?;
        let rp_id = &offer.creation.rp.id;
        if shown(desk, key, rp_id, &kept.suspended).await?.is_some() {
            return Err(Stop::suspended(&person.name, &key.model));
        }
        let mut allowed = offer.creation.exclude_credentials.clone();
        allowed.retain(|listed| !kept.suspended.contains(&listed.id));
        let request = RequestOptions {
            allow_credentials: allowed,
            ..offer.test.clone()
        };
        if request.allow_credentials.is_empty() {
            // Shown to nobody without a PIN, and there is nothing else that it can be.
            return Err(Stop::suspended(&person.name, &key.model));
        }
        let asked = Asked {
            request: &request,
            origin: &offer.origin,
            expires_at: offer.expires_at,
            pin_min_length: offer.pin_min_length,
        };
        match sign_as_enrolled(desk, key, &asked).await {
            Err(Stop::Key(KeyFault::NoCredential)) if !kept.suspended.is_empty() => {
                Err(Stop::suspended(&person.name, &key.model))
            }
            signed => signed.map(|(signed, client)| {
                let waits = kept.waiting.contains(&signed.id);
                (signed, client, waits)
            }),
        }
    }
}

/// Which of a person's credentials open nothing now, though their keys hold them. Without the registry that is not known.
#[derive(Default)]
struct Kept {
    waiting: Vec<Bytes>,
    suspended: Vec<Bytes>,
}

impl Kept {
    async fn of(desk: &mut dyn Desk, who: &PersonId) -> Result<Self, Stop> {
        let detail = match desk.detail(who).await {
            Ok(detail) => detail,
            Err(Stop::Unreachable(_)) => return Ok(Self::default()),
            Err(stop) => return Err(stop),
        };
        let there = detail.credentials.into_iter();
        let there: Vec<Credential> = there.filter(|c| c.gone_at.is_none()).collect();
        let ids = |is: fn(&Credential) -> bool| -> Vec<Bytes> {
            let found = there.iter().filter(|c| is(c));
            found.map(|c| c.id.clone()).collect()
        };
        Ok(Self {
            waiting: ids(|c| c.held.suspended.is_none() && c.held.waiting_since.is_some()),
            suspended: ids(|c| c.held.suspended.is_some()),
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
pub(super) async fn sign_as_enrolled(
    desk: &mut dyn Desk,
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

async fn sign(
    desk: &mut dyn Desk,
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
    let signed = touch(
        desk,
        key,
        (1, 1),
        async |desk: &mut dyn Desk, key: &KeyFacts| {
            desk.get_assertion(key, pin, request, client.hash).await
        },
    )
    .await?;
    if !request.allow_credentials.iter().any(|d| d.id == signed.id) {
        return Err(Flaw::OtherCredential.into());
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
