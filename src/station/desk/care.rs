//! The station's side of [`CareDesk`].

use super::{Face, QUICK, StationDesk};
use crate::domain::care::{Portrait, TestReport};
use crate::domain::{KeyFacts, PersonId};
use crate::station::keys;
use crate::wire::TestOffer;
use crate::workflow::care::{CareDesk, KeyTime};
use crate::workflow::{KeyFault, Stop};

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

    fn random(&mut self, bytes: &mut [u8]) -> Result<(), Stop> {
        getrandom::fill(bytes)
            .map_err(|e| Stop::Store(format!("the system gives no random numbers: {e}")))
    }

    async fn room(&mut self) -> Result<(), Stop> {
        self.station.room()
    }

    async fn test_offer(&mut self, person: &PersonId) -> Result<TestOffer, Stop> {
        self.unless_cancelled(self.station.test_offer(person)).await
    }

    async fn tests_before(&mut self, key: &KeyFacts) -> Result<Vec<TestReport>, Stop> {
        self.station
            .store
            .tests_of_model(key, TESTS_BEFORE)
            .map_err(|e| Stop::Store(e.to_string()))
    }
}
