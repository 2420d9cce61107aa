//! The ports of care and of apps: a first enrolment hardly uses them, so that they are handed on without a watch.

use jiff::Timestamp;
use keydesk::domain::care::{
    CredentialList, Fingerprint, Portrait, Setting, StoredCredential, TestReport,
};
use keydesk::domain::factor::{SealedSecret, SealingKey};
use keydesk::domain::{Bytes, EntryId, FactorId, KeyFacts, PersonId, Pin, VisitId};
use keydesk::totp::TotpSecret;
use keydesk::wire::{
    Acceptance, CodeReply, CodeRequest, FactorReceipt, PersonDetail, Said, TestOffer,
    TokenAssignment,
};
use keydesk::workflow::app::AppDesk;
use keydesk::workflow::care::{CareDesk, KeyTime, Stake};
use keydesk::workflow::dialogue::{Answer, Question};
use keydesk::workflow::{Errand, KeyFault, Stop};

use super::MeteredDesk;

impl<D: CareDesk> CareDesk for MeteredDesk<'_, D> {
    async fn portrait(&mut self, key: &KeyFacts) -> Result<Portrait, KeyFault> {
        self.inner.portrait(key).await
    }

    fn key_time(&self) -> KeyTime {
        self.inner.key_time()
    }

    fn heed_no_cancel(&mut self) {
        self.inner.heed_no_cancel();
    }

    fn random(&mut self, bytes: &mut [u8]) -> Result<(), Stop> {
        self.inner.random(bytes)
    }

    async fn room(&mut self) -> Result<(), Stop> {
        self.inner.room().await
    }

    async fn test_offer(
        &mut self,
        person: &PersonId,
        visit: Option<VisitId>,
    ) -> Result<TestOffer, Stop> {
        self.inner.test_offer(person, visit).await
    }

    async fn tests_before(&mut self, key: &KeyFacts) -> Result<Vec<TestReport>, Stop> {
        self.inner.tests_before(key).await
    }

    async fn stakes(
        &mut self,
        key: &KeyFacts,
        held: &[StoredCredential],
    ) -> Result<Vec<Stake>, Stop> {
        self.inner.stakes(key, held).await
    }

    async fn hand_over(&mut self, key: &KeyFacts, pin: &Pin) -> Result<(), Stop> {
        self.inner.hand_over(key, pin).await
    }

    async fn configure(
        &mut self,
        key: &KeyFacts,
        pin: Option<&Pin>,
        setting: &Setting,
    ) -> Result<(), KeyFault> {
        self.inner.configure(key, pin, setting).await
    }

    async fn credentials(&mut self, key: &KeyFacts, pin: &Pin) -> Result<CredentialList, KeyFault> {
        self.inner.credentials(key, pin).await
    }

    async fn rename_credential(
        &mut self,
        key: &KeyFacts,
        pin: &Pin,
        credential: &StoredCredential,
        name: &str,
    ) -> Result<(), KeyFault> {
        self.inner
            .rename_credential(key, pin, credential, name)
            .await
    }

    async fn fingerprints(
        &mut self,
        key: &KeyFacts,
        pin: &Pin,
    ) -> Result<Vec<Fingerprint>, KeyFault> {
        self.inner.fingerprints(key, pin).await
    }

    async fn enrol_fingerprint(&mut self, key: &KeyFacts, pin: &Pin) -> Result<Bytes, KeyFault> {
        self.inner.enrol_fingerprint(key, pin).await
    }

    async fn name_fingerprint(
        &mut self,
        key: &KeyFacts,
        pin: &Pin,
        id: &Bytes,
        name: &str,
    ) -> Result<String, KeyFault> {
        self.inner.name_fingerprint(key, pin, id, name).await
    }

    async fn remove_fingerprint(
        &mut self,
        key: &KeyFacts,
        pin: &Pin,
        id: &Bytes,
    ) -> Result<(), KeyFault> {
        self.inner.remove_fingerprint(key, pin, id).await
    }
}

impl<D: AppDesk> AppDesk for MeteredDesk<'_, D> {
    fn seal(
        &mut self,
        key: &SealingKey,
        secret: &TotpSecret,
        to: (FactorId, &str),
    ) -> Result<SealedSecret, Stop> {
        self.inner.seal(key, secret, to)
    }

    async fn examine(
        &mut self,
        person: &PersonId,
        request: CodeRequest,
    ) -> Result<CodeReply, Stop> {
        self.inner.examine(person, request).await
    }

    async fn assign(
        &mut self,
        entry: EntryId,
        person: &PersonId,
        assignment: TokenAssignment,
    ) -> Result<FactorReceipt, Stop> {
        self.inner.assign(entry, person, assignment).await
    }

    async fn accept(
        &mut self,
        person: &PersonId,
        visit: VisitId,
        acceptance: Acceptance,
    ) -> Result<PersonDetail, Stop> {
        self.inner.accept(person, visit, acceptance).await
    }

    async fn close_visit(
        &mut self,
        person: &PersonId,
        visit: VisitId,
        said: Said,
    ) -> Result<(), Stop> {
        self.inner.close_visit(person, visit, said).await
    }

    fn unanswered(&mut self, person: &PersonId) -> Result<Vec<Errand>, Stop> {
        self.inner.unanswered(person)
    }

    fn answered(&mut self, person: &PersonId, errand: &Errand) -> Result<(), Stop> {
        self.inner.answered(person, errand)
    }

    fn clock_fast_s(&self) -> Option<i64> {
        self.inner.clock_fast_s()
    }

    async fn ask_until(
        &mut self,
        question: Question,
        until: Timestamp,
    ) -> Result<Option<Answer>, Stop> {
        self.inner.ask_until(question, until).await
    }
}
