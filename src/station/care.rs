//! What care needs of the shell: the registry's challenges, and portraits of the keys in the bay.

use std::time::Duration;

use sha2::{Digest, Sha256};

use super::Station;
use super::face::KeyView;
use super::keys::care::{Reading, portrait, read};
use super::slots::Slots;
use crate::bay::{Cancel, KeyRef};
use crate::domain::care::{Portrait, StoredCredential, oddities};
use crate::domain::change::Enrolment;
use crate::domain::{Bytes, KeyFacts, KeyId, PersonId, Place};
use crate::wire::{KnownCredentials, KnownRequest, TestOffer};
use crate::workflow::care::{Stake, TEST_RP_ID};
use crate::workflow::{KeyFault, Stop};

/// How long a key may take to say what it is.
const LOOK: Duration = Duration::from_secs(10);

impl Station {
    /// The registry's challenge for a key that is enrolled for a person.
    pub async fn test_offer(&self, person: &PersonId) -> Result<TestOffer, Stop> {
        let session = self.session()?;
        let offer = self.registry()?.test_offer(&session, person).await;
        self.heard_in(&session, offer)
    }

    /// What the registry knows to be on a key, and whose these credentials are.
    pub async fn known_credentials(
        &self,
        key: &KeyId,
        held: &[Bytes],
    ) -> Result<KnownCredentials, Stop> {
        let session = self.session()?;
        let request = KnownRequest {
            key: key.clone(),
            credentials: held.to_vec(),
        };
        let known = self.registry()?.known_credentials(&session, &request).await;
        self.heard_in(&session, known)
    }

    /// What a key says of itself and what was done to it.
    pub(super) async fn key_view(&self, place: &Place) -> Result<KeyView, Stop> {
        let keys = self.slots.keys();
        let key = keys.iter().find(|key| key.place == *place);
        let key = key.ok_or(Stop::Key(KeyFault::Gone))?;
        let portrait = self
            .slots
            .portrait(key)
            .await
            .map_err(|detail| Stop::Key(KeyFault::Failed(detail)))?;
        let history = self
            .store
            .cares_of(&portrait.key, HISTORY)
            .map_err(|e| Stop::Store(e.to_string()))?;
        Ok(KeyView {
            oddities: oddities(&portrait, self.slots.models()),
            portrait,
            history,
        })
    }

    /// Who would be locked out without a credential. At the RPs that the registry uses, somebody is locked out for certain,
    /// known here or not; so they might be as long as nobody has said which RPs these are.
    pub(super) async fn stake(&self, credential: &StoredCredential) -> Result<Stake, Stop> {
        let store = |e: crate::store::StoreError| Stop::Store(e.to_string());
        if is_of(credential, TEST_RP_ID) {
            return Ok(Stake::Nobody);
        }
        let operators = self.operators_credential();
        if operators
            .as_ref()
            .is_some_and(|own| own.credential == credential.id)
        {
            return Ok(Stake::Operator);
        }
        if let Some(enrolment) = self.store.enrolment_of(&credential.id).map_err(store)? {
            let is_over = enrolment.withdrawn || enrolment.gone_at.is_some();
            return Ok(match is_over && self.is_not_held(&enrolment).await? {
                true => Stake::Nobody,
                false => Stake::Account {
                    person: Box::new(enrolment.person),
                },
            });
        }
        let said = self.session()?.rp_ids.clone();
        // Under another RP id the registry may have worked before.
        let enrolments = self.store.recent(LOOK_BACK).map_err(store)?;
        let earlier = enrolments.into_iter().map(|enrolment| enrolment.rp_id);
        let is_elsewhere = !said.is_empty()
            && !said
                .into_iter()
                .chain(earlier)
                .any(|rp_id| is_of(credential, &rp_id));
        Ok(match is_elsewhere {
            true => Stake::Nobody,
            false => Stake::Unknown,
        })
    }

    /// Whether the registry says that it does not hold what was given up here: it may have taken it and the answer been lost.
    async fn is_not_held(&self, enrolment: &Enrolment) -> Result<bool, Stop> {
        let id = &enrolment.credential;
        let asked = std::slice::from_ref(id);
        match self.known_credentials(&enrolment.key, asked).await {
            Ok(answer) => Ok(answer.known.iter().all(|known| known.credential.id != *id)),
            Err(Stop::SignedOut) => Err(Stop::SignedOut),
            Err(_) => Ok(false),
        }
    }
}

fn is_of(credential: &StoredCredential, rp_id: &str) -> bool {
    Sha256::digest(rp_id.as_bytes())[..] == *credential.rp_id_hash.as_ref()
}

/// So much of a key's history is shown.
const HISTORY: usize = 50;

/// So many enrolments are looked at to know the registry's earlier RPs.
const LOOK_BACK: usize = 20;

impl Slots {
    /// Everything that a key says of itself, read anew. Needs nobody to be signed in and changes nothing.
    ///
    /// # Errors
    /// In English, why the key does not answer and what to do.
    pub async fn portrait(&self, key: &KeyFacts) -> Result<Portrait, String> {
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
            .map_err(|error| error.to_string())?;
        Ok(self.portrait_of(key, reading))
    }

    pub(super) fn portrait_of(&self, key: &KeyFacts, reading: Reading) -> Portrait {
        let facts = self.with_info(key.clone(), reading.info.clone(), reading.pin_retries);
        portrait(facts, &reading)
    }
}
