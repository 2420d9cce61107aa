//! The station's side of [`CareDesk`].

use std::sync::Arc;
use std::time::Duration;

use super::{Face, QUICK, StationDesk, WITH_TOUCH};
use crate::bay::Cancel;
use crate::domain::care::{
    CredentialList, Fingerprint, Portrait, Setting, StoredCredential, TestReport,
};
use crate::domain::{Bytes, KeyFacts, PersonId, Pin, VisitId};
use crate::station::keys;
use crate::wire::TestOffer;
use crate::workflow::care::{CareDesk, KeyTime, Stake};
use crate::workflow::dialogue::Event;
use crate::workflow::{KeyFault, Stop};

/// How long a key may take for one exchange of a long list.
const LISTING: Duration = Duration::from_secs(30);

/// So many tests of a model are looked at to know what is usual.
const TESTS_BEFORE: usize = 50;

impl<F: Face + Sync + 'static> CareDesk for StationDesk<F> {
    async fn portrait(&mut self, key: &KeyFacts) -> Result<Portrait, KeyFault> {
        if !key.is_fido2() {
            return Ok(Portrait::of_facts(key.clone()));
        }
        let read = self.on_key(key, QUICK, keys::care::read).await?;
        Ok(self.station.slots.portrait_of(key, read))
    }

    fn key_time(&self) -> KeyTime {
        self.time
    }

    fn heed_no_cancel(&mut self) {
        self.cancel = Cancel::default();
    }

    fn random(&mut self, bytes: &mut [u8]) -> Result<(), Stop> {
        getrandom::fill(bytes)
            .map_err(|e| Stop::Store(format!("the system gives no random numbers: {e}")))
    }

    async fn room(&mut self) -> Result<(), Stop> {
        self.station.room()
    }

    async fn test_offer(
        &mut self,
        person: &PersonId,
        visit: Option<VisitId>,
    ) -> Result<TestOffer, Stop> {
        self.unless_cancelled(self.station.test_offer(person, visit))
            .await
    }

    async fn stakes(
        &mut self,
        key: &KeyFacts,
        held: &[StoredCredential],
    ) -> Result<Vec<Stake>, Stop> {
        self.unless_cancelled(self.station.stakes(&key.id, held))
            .await
    }

    async fn hand_over(&mut self, key: &KeyFacts, pin: &Pin) -> Result<(), Stop> {
        self.cleared().await?;
        self.unless_cancelled(self.face.hand_over(key, pin.duplicate()))
            .await
    }

    async fn configure(
        &mut self,
        key: &KeyFacts,
        pin: Option<&Pin>,
        setting: &Setting,
    ) -> Result<(), KeyFault> {
        let (pin, setting) = (pin.map(Pin::duplicate), setting.clone());
        self.on_key(key, QUICK, move |device, control| {
            keys::care::configure(device, control, pin.as_ref(), &setting)
        })
        .await
    }

    async fn credentials(&mut self, key: &KeyFacts, pin: &Pin) -> Result<CredentialList, KeyFault> {
        let pin = pin.duplicate();
        self.on_key(key, LISTING, move |device, control| {
            keys::care::credentials(device, control, &pin)
        })
        .await
    }

    async fn rename_credential(
        &mut self,
        key: &KeyFacts,
        pin: &Pin,
        credential: &StoredCredential,
        name: &str,
    ) -> Result<(), KeyFault> {
        let (pin, name, credential) = (pin.duplicate(), name.to_owned(), credential.clone());
        self.on_key(key, QUICK, move |device, control| {
            keys::care::rename(device, control, &pin, &credential, &name)
        })
        .await
    }

    async fn fingerprints(
        &mut self,
        key: &KeyFacts,
        pin: &Pin,
    ) -> Result<Vec<Fingerprint>, KeyFault> {
        let pin = pin.duplicate();
        self.on_key(key, QUICK, move |device, control| {
            keys::care::fingerprints(device, control, &pin)
        })
        .await
    }

    async fn enrol_fingerprint(&mut self, key: &KeyFacts, pin: &Pin) -> Result<Bytes, KeyFault> {
        let (pin, face, about) = (pin.duplicate(), Arc::clone(&self.face), key.clone());
        let tell = move |sample| {
            face.tell(Event::Finger {
                key: about.clone(),
                sample,
            });
        };
        tell(None);
        self.on_key(key, WITH_TOUCH, move |device, control| {
            keys::care::enrol_finger(device, control, &pin, &tell)
        })
        .await
    }

    async fn name_fingerprint(
        &mut self,
        key: &KeyFacts,
        pin: &Pin,
        id: &Bytes,
        name: &str,
    ) -> Result<String, KeyFault> {
        let (pin, id, name) = (pin.duplicate(), id.clone(), name.to_owned());
        self.on_key(key, QUICK, move |device, control| {
            keys::care::name_finger(device, control, &pin, &id, &name)
        })
        .await
    }

    async fn remove_fingerprint(
        &mut self,
        key: &KeyFacts,
        pin: &Pin,
        id: &Bytes,
    ) -> Result<(), KeyFault> {
        let (pin, id) = (pin.duplicate(), id.clone());
        self.on_key(key, QUICK, move |device, control| {
            keys::care::remove_finger(device, control, &pin, &id)
        })
        .await
    }

    async fn tests_before(&mut self, key: &KeyFacts) -> Result<Vec<TestReport>, Stop> {
        self.station
            .store
            .tests_of_model(key, TESTS_BEFORE)
            .map_err(|e| Stop::Store(e.to_string()))
    }
}
