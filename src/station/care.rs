//! What care needs of the shell: the registry's challenges, and portraits of the keys in the bay.

use std::time::Duration;

use super::Station;
use super::keys::care::{Reading, portrait, read};
use super::slots::Slots;
use crate::bay::{Cancel, KeyRef};
use crate::domain::care::Portrait;
use crate::domain::{KeyFacts, PersonId};
use crate::wire::TestOffer;
use crate::workflow::Stop;

/// How long a key may take to say what it is.
const LOOK: Duration = Duration::from_secs(10);

impl Station {
    /// The registry's challenge for a key that is enrolled for a person.
    pub async fn test_offer(&self, person: &PersonId) -> Result<TestOffer, Stop> {
        let session = self.session()?;
        let offer = self.registry()?.test_offer(&session, person).await;
        self.heard_in(&session, offer)
    }
}

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
