//! What the station itself has.

use async_trait::async_trait;
use jiff::Timestamp;

use super::StationDesk;
use crate::domain::care::TestReport;
use crate::domain::models::Models;
use crate::domain::policy::Policy;
use crate::domain::reason::{Said, Trouble};
use crate::domain::{AccountResetId, Bytes, EntryId, IntentId, KeyFacts, PersonId};
use crate::record::{Change, EnrolledHere, Enrolment, PersonReset, Unfinished};
use crate::wire::PersonDetail;
use crate::workflow::{Errand, Journal, Pushed, Refused, Stop, Ticket, Wants};

/// So many tests of a model are looked at to know what is usual.
const TESTS_BEFORE: usize = 50;

#[async_trait(?Send)]
impl Journal for StationDesk {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn fresh_id(&self) -> uuid::Uuid {
        uuid::Uuid::now_v7()
    }

    fn random(&self, bytes: &mut [u8]) -> Result<(), Stop> {
        getrandom::fill(bytes).map_err(|e| Stop::Store(Said::known(Trouble::Randomness, e)))
    }

    fn models(&self) -> &Models {
        &self.station.slots.models
    }

    fn policy(&self) -> &Policy {
        &self.station.slots.policy
    }

    async fn unanswered(&mut self, person: &PersonId) -> Result<Vec<Errand>, Stop> {
        self.station.unanswered(person)
    }

    async fn answered(&mut self, person: &PersonId, asked: &Errand) -> Result<(), Stop> {
        self.station.forget(person, asked)
    }

    async fn room(&mut self) -> Result<(), Stop> {
        self.station.room()
    }

    async fn commit(&mut self, change: Change) -> Result<(), Stop> {
        if change.nature().needs_operator() {
            self.cleared().await?;
        }
        self.station.commit(change)
    }

    async fn push(&mut self, entry: EntryId) -> Result<Pushed, Stop> {
        // It is on disk: whoever does not want to wait loses nothing.
        match self.unless_cancelled(self.station.push_entry(entry)).await {
            Err(Stop::Cancelled) => Ok(Pushed::Queued),
            pushed => pushed,
        }
    }

    async fn ticket(&mut self, person: &PersonId, wants: Wants) -> Result<Option<Ticket>, Stop> {
        self.station.ticket(person, wants)
    }

    async fn enrolled_here(&mut self, person: &PersonId) -> Result<Vec<EnrolledHere>, Stop> {
        self.station.enrolled_here(person)
    }

    async fn enrolments_on(&mut self, key: &KeyFacts) -> Result<Vec<Enrolment>, Stop> {
        Ok(self.station.store.enrolments_on(key)?)
    }

    async fn public_key_of(&mut self, credential: &Bytes) -> Result<Option<Bytes>, Stop> {
        self.station.public_key_of(credential)
    }

    async fn tests_before(&mut self, key: &KeyFacts) -> Result<Vec<TestReport>, Stop> {
        Ok(self.station.store.tests_of_model(key, TESTS_BEFORE)?)
    }

    async fn unfinished(&mut self, intent: IntentId) -> Result<Option<Unfinished>, Stop> {
        self.station.store().unfinished_by(intent)
    }

    async fn begun_reset(&mut self, reset: AccountResetId) -> Result<Option<PersonReset>, Stop> {
        let all = self.station.store().unfinished()?;
        Ok(all.into_iter().find_map(|work| {
            let Unfinished::Person(begun) = work else {
                return None;
            };
            (begun.reset == reset).then_some(begun)
        }))
    }

    async fn refused(&mut self, entry: EntryId) -> Result<Option<Refused>, Stop> {
        self.station.store().refused(entry)
    }

    async fn kept(&mut self, person: &PersonId) -> Result<Option<PersonDetail>, Stop> {
        self.station.kept(person)
    }
}
