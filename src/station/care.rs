//! What care needs of the shell: the registry's challenges, and portraits of the keys in the bay.

use std::time::Duration;

use sha2::{Digest, Sha256};

use super::Station;
use super::desk::keys::fault_of_bay;
use super::face::KeyView;
use super::keys::care::{Reading, portrait, read};
use super::slots::Slots;
use crate::bay::{Cancel, KeyRef};
use crate::domain::care::{Portrait, StoredCredential, oddities};
use crate::domain::key::TEST_RP_ID;
use crate::domain::{Bytes, KeyFacts, KeyId, PersonId, UsbPath, VisitId};
use crate::record::Enrolment;
use crate::wire::{KnownCredential, KnownCredentials, KnownRequest, TestOffer};
use crate::workflow::Stake;
use crate::workflow::{KeyFault, Stop};

/// How long a key may take to say what it is.
const LOOK: Duration = Duration::from_secs(10);

impl Station {
    /// The registry's challenge for a key that is enrolled for a person.
    pub async fn test_offer(
        &self,
        person: &PersonId,
        visit: Option<VisitId>,
    ) -> Result<TestOffer, Stop> {
        let session = self.session()?;
        let offer = self.registry()?.test_offer(&session, person, visit).await;
        self.heard_in(&session, offer)
    }

    /// The visits by which these credentials may be taken from whoever they open something for.
    pub async fn leave_to_take(&self, credentials: &[Bytes]) -> Result<Vec<VisitId>, Stop> {
        let session = self.session()?;
        let leave = self.registry()?.leave_to_take(&session, credentials).await;
        Ok(self.heard_in(&session, leave)?.visits)
    }

    /// What the registry knows to be on a key, whose these credentials are, and what is enrolled for a person.
    pub async fn known_credentials(
        &self,
        key: &KeyId,
        person: Option<&PersonId>,
        held: &[Bytes],
    ) -> Result<KnownCredentials, Stop> {
        let session = self.session()?;
        let request = KnownRequest {
            key: key.clone(),
            credentials: held.to_vec(),
            person: person.cloned(),
            candidates_after: None,
        };
        let known = self.registry()?.known_credentials(&session, &request).await;
        self.heard_in(&session, known)
    }

    /// What else is enrolled on keys that nothing tells from this one, after the last of an earlier answer.
    pub async fn further_candidates(
        &self,
        key: &KeyId,
        after: &Bytes,
    ) -> Result<KnownCredentials, Stop> {
        let session = self.session()?;
        let request = KnownRequest {
            key: key.clone(),
            credentials: Vec::new(),
            person: None,
            candidates_after: Some(after.clone()),
        };
        let known = self.registry()?.known_credentials(&session, &request).await;
        self.heard_in(&session, known)
    }

    /// What a key says of itself and what was done to it.
    pub(super) async fn key_view(&self, place: &UsbPath) -> Result<KeyView, Stop> {
        let keys = self.slots.keys();
        let key = keys.iter().find(|key| key.place == *place);
        let key = key.ok_or(Stop::Key(KeyFault::Gone))?;
        let portrait = self.slots.portrait(key).await?;
        let history = self.store.history_of(&portrait.key, HISTORY)?;
        Ok(KeyView {
            oddities: oddities(&portrait, self.slots.models()),
            portrait,
            history,
        })
    }

    /// Who would be locked out without each of these credentials. At the RPs that the registry uses, somebody is locked out for
    /// certain, known here or not; so they might be as long as nobody has said which RPs these are.
    pub(super) async fn stakes(
        &self,
        key: &KeyId,
        held: &[StoredCredential],
    ) -> Result<Vec<Stake>, Stop> {
        let mut stakes = Vec::with_capacity(held.len());
        for credential in held {
            stakes.push(self.without_registry(credential)?);
        }
        let open = held
            .iter()
            .zip(&stakes)
            .filter(|(_, stake)| stake.is_none());
        let open: Vec<Bytes> = open.map(|(credential, _)| credential.id.clone()).collect();
        let at_registry = self.held_at_registry(key, &open).await?;
        let mut all = Vec::with_capacity(held.len());
        for (credential, stake) in held.iter().zip(stakes) {
            all.push(match stake {
                Some(stake) => stake,
                None => self.as_recorded(credential, at_registry.as_deref())?,
            });
        }
        Ok(all)
    }

    /// Whom a credential lets in where that is certain without the registry.
    fn without_registry(&self, credential: &StoredCredential) -> Result<Option<Stake>, Stop> {
        if is_of(credential, TEST_RP_ID) {
            return Ok(Some(Stake::Nobody));
        }
        let operators = self.operators_credential();
        if operators.is_some_and(|own| own.credential == credential.id) {
            return Ok(Some(Stake::Operator));
        }
        if self.enrolment(credential)?.is_some() {
            return Ok(None);
        }
        let said = self.session()?.rp_ids.clone();
        // Under another RP id the registry may have worked before.
        let enrolments = self.store.recent(LOOK_BACK)?;
        let earlier = enrolments.into_iter().map(|enrolment| enrolment.rp_id);
        let is_elsewhere = !said.is_empty()
            && !said
                .into_iter()
                .chain(earlier)
                .any(|rp_id| is_of(credential, &rp_id));
        Ok(is_elsewhere.then_some(Stake::Nobody))
    }

    /// Which of these the registry holds; `None`: it can't be asked.
    async fn held_at_registry(
        &self,
        key: &KeyId,
        ids: &[Bytes],
    ) -> Result<Option<Vec<KnownCredential>>, Stop> {
        let mut held = Vec::new();
        for some in ids.chunks(AT_ONCE) {
            match self.known_credentials(key, None, some).await {
                Ok(answer) => held.extend(answer.known),
                Err(Stop::SignedOut) => return Err(Stop::SignedOut),
                Err(_) => return Ok(None),
            }
        }
        Ok(Some(held))
    }

    /// Whom it lets in by what the registry answered, else by what was enrolled here. What was given up here is nobody's only
    /// once the registry says that it does not hold it: it may have taken it and the answer been lost.
    fn as_recorded(
        &self,
        credential: &StoredCredential,
        at_registry: Option<&[KnownCredential]>,
    ) -> Result<Stake, Stop> {
        let mut held = at_registry.unwrap_or_default().iter();
        if let Some(known) = held.find(|known| known.credential.id == credential.id) {
            let person = Box::new(known.person.clone());
            return Ok(Stake::Account { person });
        }
        Ok(match self.enrolment(credential)? {
            Some(enrolment) if !enrolment.is_live() && at_registry.is_some() => Stake::Nobody,
            Some(enrolment) => Stake::Account {
                person: Box::new(enrolment.person),
            },
            None => Stake::Unknown,
        })
    }

    fn enrolment(&self, credential: &StoredCredential) -> Result<Option<Enrolment>, Stop> {
        Ok(self.store.enrolment_of(&credential.id)?)
    }
}

fn is_of(credential: &StoredCredential, rp_id: &str) -> bool {
    Sha256::digest(rp_id.as_bytes())[..] == *credential.rp_id_hash.as_ref()
}

/// So much of a key's history is shown.
const HISTORY: usize = 50;

/// So many credentials are asked about in one request.
const AT_ONCE: usize = 256;

/// So many enrolments are looked at to know the registry's earlier RPs.
const LOOK_BACK: usize = 20;

impl Slots {
    /// Everything that a key says of itself, read anew. Needs nobody to be signed in and changes nothing.
    ///
    /// # Errors
    /// In English, why the key does not answer and what to do.
    pub async fn portrait(&self, key: &KeyFacts) -> Result<Portrait, KeyFault> {
        if !key.is_fido2() {
            return Ok(Portrait::of_facts(key.clone()));
        }
        let reference = KeyRef {
            place: key.place.clone(),
            generation: key.generation,
        };
        let reading = self
            .bay
            .run(&reference, LOOK, &Cancel::default(), |_| {}, read)
            .await
            .map_err(|error| fault_of_bay(&error))?;
        Ok(self.portrait_of(key, reading))
    }

    pub(super) fn portrait_of(&self, key: &KeyFacts, reading: Reading) -> Portrait {
        let facts = self.with_info(key.clone(), reading.info.clone(), reading.pin_retries);
        portrait(facts, &reading)
    }
}
