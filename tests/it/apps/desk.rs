//! The ports of apps and tokens at a desk that fails, or stops the world, at one chosen call.

use jiff::Timestamp;
use keydesk::domain::factor::{SealedSecret, SealingKey};
use keydesk::domain::{EntryId, FactorId, PersonId, VisitId};
use keydesk::totp::TotpSecret;
use keydesk::wire::{
    Acceptance, CodeReply, CodeRequest, FactorReceipt, PersonDetail, Said, TokenAssignment,
};
use keydesk::workflow::app::AppDesk;
use keydesk::workflow::dialogue::{Answer, Question};
use keydesk::workflow::{Errand, Stop};

use crate::faulty_desk::{FaultyDesk, Mishap, call, registry_fault, stop_the_world};

impl<D: AppDesk> AppDesk for FaultyDesk<D> {
    fn seal(
        &mut self,
        key: &SealingKey,
        secret: &TotpSecret,
        to: (FactorId, &str),
    ) -> Result<SealedSecret, Stop> {
        self.inner.seal(key, secret, to)
    }

    fn unanswered(&mut self, person: &PersonId) -> Result<Vec<Errand>, Stop> {
        self.inner.unanswered(person)
    }

    fn answered(&mut self, person: &PersonId, asked: &Errand) -> Result<(), Stop> {
        self.inner.answered(person, asked)
    }

    async fn close_visit(
        &mut self,
        person: &PersonId,
        visit: VisitId,
        said: Said,
    ) -> Result<(), Stop> {
        call!(
            self,
            "close_visit",
            registry_fault(),
            self.inner.close_visit(person, visit, said)
        )
    }

    async fn accept(
        &mut self,
        person: &PersonId,
        visit: VisitId,
        acceptance: Acceptance,
    ) -> Result<PersonDetail, Stop> {
        call!(
            self,
            "accept",
            registry_fault(),
            self.inner.accept(person, visit, acceptance)
        )
    }

    async fn examine(
        &mut self,
        person: &PersonId,
        request: CodeRequest,
    ) -> Result<CodeReply, Stop> {
        call!(
            self,
            "examine",
            registry_fault(),
            self.inner.examine(person, request)
        )
    }

    async fn assign(
        &mut self,
        entry: EntryId,
        person: &PersonId,
        assignment: TokenAssignment,
    ) -> Result<FactorReceipt, Stop> {
        call!(
            self,
            "assign",
            registry_fault(),
            self.inner.assign(entry, person, assignment)
        )
    }

    fn clock_fast_s(&self) -> Option<i64> {
        self.inner.clock_fast_s()
    }

    async fn ask_until(
        &mut self,
        question: Question,
        until: Timestamp,
    ) -> Result<Option<Answer>, Stop> {
        call!(
            self,
            "ask_until",
            Stop::Cancelled,
            self.inner.ask_until(question, until)
        )
    }
}
