//! The registry, through the station's client and its session.
//!
//! Invariant: what the registry may have done by the time a cancel comes is waited for; anything else is not.

use async_trait::async_trait;
use jiff::Timestamp;

use super::StationDesk;
use crate::domain::account_reset::ResetWish;
use crate::domain::care::StoredCredential;
use crate::domain::factor::{SealedSecret, SealingKey};
use crate::domain::identification::{AwayCheck, AwaySaid, DeskMethod};
use crate::domain::loan::{LoanDays, Second};
use crate::domain::reason::Unmet;
use crate::domain::suspension::FactorRef;
use crate::domain::{
    AccountResetId, Bytes, EntryId, FactorId, Identification, KeyFacts, KeyId, OperatorId,
    PersonId, Secret, VisitId,
};
use crate::seal::{For, seal};
use crate::totp::{TotpSecret, wipe_stack};
use crate::wire::{
    Acceptance, AccountReset, AccountResetDetail, AccountResetDone, ActSigned, ActToSign,
    AwayBegun, CodeReply, CodeRequest, FactorReceipt, KnownCredentials, Lift, LiftOffer, LiftReply,
    LoanSigned, LoanToSign, Offer, Operator, OperatorEnrolment, OperatorOffer, PersonDetail,
    ResetEnding, ResetExcepted, Said, Seconds, SignIn, SignInOptions, TestOffer, TokenAssignment,
    Visit,
};
use crate::workflow::Stake;
use crate::workflow::ports::{AccountResets, Away, Factors, Loans, Sessions, Visits};
use crate::workflow::{SignedIn, Stop};

#[async_trait(?Send)]
impl Sessions for StationDesk {
    fn registry_now(&self) -> Timestamp {
        self.station.registry_now()
    }

    fn clock_fast_s(&self) -> Option<i64> {
        self.station.clock_fast_s()
    }

    fn registry_pin_floor(&self) -> Option<u8> {
        self.station.registry_pin_floor()
    }

    fn methods(&self) -> Vec<DeskMethod> {
        self.station.methods()
    }

    fn operator(&self) -> Option<Operator> {
        self.station.operator()
    }

    async fn sign_in_options(&mut self) -> Result<SignInOptions, Stop> {
        self.unless_cancelled(self.station.sign_in_options()).await
    }

    async fn sign_in(&mut self, proof: SignIn) -> Result<SignedIn, Stop> {
        self.unless_cancelled(self.station.open_session(&proof))
            .await
    }

    async fn operator_offer(&mut self, code: &Secret) -> Result<OperatorOffer, Stop> {
        self.unless_cancelled(self.station.operator_offer(code))
            .await
    }

    async fn operator_enrol(&mut self, enrolment: OperatorEnrolment) -> Result<Operator, Stop> {
        self.station.operator_enrol(&enrolment).await
    }

    async fn own_key_challenge(&mut self) -> Result<SignInOptions, Stop> {
        self.unless_cancelled(self.station.own_key_challenge())
            .await
    }

    async fn is_operators(&mut self, proof: SignIn) -> Result<bool, Stop> {
        self.station.is_operators(&proof).await
    }
}

#[async_trait(?Send)]
impl Visits for StationDesk {
    async fn detail(&mut self, person: &PersonId) -> Result<PersonDetail, Stop> {
        self.unless_cancelled(self.station.person(person)).await
    }

    async fn open_visit(
        &mut self,
        person: &PersonId,
        identification: &Identification,
    ) -> Result<Visit, Stop> {
        self.unless_cancelled(self.station.open_visit(person, identification))
            .await
    }

    async fn close_visit(
        &mut self,
        person: &PersonId,
        visit: VisitId,
        said: Said,
    ) -> Result<(), Stop> {
        // Not cut short by a cancel: what the registry did must be known.
        self.station.close_visit(person, visit, said).await
    }

    async fn offer(&mut self, person: &PersonId, visit: Option<VisitId>) -> Result<Offer, Stop> {
        self.unless_cancelled(self.station.offer(person, visit))
            .await
    }

    async fn test_offer(
        &mut self,
        person: &PersonId,
        visit: Option<VisitId>,
    ) -> Result<TestOffer, Stop> {
        self.unless_cancelled(self.station.test_offer(person, visit))
            .await
    }

    async fn accept(
        &mut self,
        person: &PersonId,
        visit: VisitId,
        acceptance: Acceptance,
    ) -> Result<PersonDetail, Stop> {
        self.cleared().await?;
        // Not cut short by a cancel: what the registry did must be known.
        self.station.accept(person, visit, &acceptance).await
    }
}

#[async_trait(?Send)]
impl Factors for StationDesk {
    fn seal(
        &self,
        key: &SealingKey,
        secret: &TotpSecret,
        (factor, owner): (FactorId, &str),
    ) -> Result<SealedSecret, Stop> {
        let sealed = seal(key, secret.as_bytes(), For { factor, owner });
        wipe_stack();
        sealed.map_err(|_| Stop::Unmet(Unmet::NotSealed))
    }

    async fn known_credentials(
        &mut self,
        key: &KeyId,
        person: Option<&PersonId>,
        held: &[Bytes],
    ) -> Result<KnownCredentials, Stop> {
        self.unless_cancelled(self.station.known_credentials(key, person, held))
            .await
    }

    async fn further_candidates(
        &mut self,
        key: &KeyId,
        after: &Bytes,
    ) -> Result<KnownCredentials, Stop> {
        self.unless_cancelled(self.station.further_candidates(key, after))
            .await
    }

    async fn leave_to_take(&mut self, credentials: &[Bytes]) -> Result<Vec<VisitId>, Stop> {
        self.unless_cancelled(self.station.leave_to_take(credentials))
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

    async fn examine(
        &mut self,
        person: &PersonId,
        request: CodeRequest,
    ) -> Result<CodeReply, Stop> {
        self.cleared().await?;
        self.unless_cancelled(self.station.examine_code(person, &request))
            .await
    }

    async fn assign(
        &mut self,
        entry: EntryId,
        person: &PersonId,
        assignment: TokenAssignment,
    ) -> Result<FactorReceipt, Stop> {
        self.cleared().await?;
        // Not cut short by a cancel: what the registry did must be known.
        self.station.assign_token(entry, person, &assignment).await
    }

    async fn lift_offer(
        &mut self,
        person: &PersonId,
        factor: &FactorRef,
    ) -> Result<LiftOffer, Stop> {
        self.unless_cancelled(self.station.lift_offer(person, factor))
            .await
    }

    async fn lift(&mut self, entry: EntryId, lift: Lift) -> Result<LiftReply, Stop> {
        self.cleared().await?;
        // Not cut short by a cancel: what the registry did must be known.
        self.station.lift(entry, &lift).await
    }
}

#[async_trait(?Send)]
impl Loans for StationDesk {
    async fn loan_seconds(&mut self, visit: VisitId) -> Result<Seconds, Stop> {
        self.unless_cancelled(self.station.loan_seconds(visit))
            .await
    }

    async fn ask_loan(
        &mut self,
        person: &PersonId,
        visit: VisitId,
        days: LoanDays,
        second: &Second,
    ) -> Result<LoanToSign, Stop> {
        let asked = self.station.ask_loan((person, visit), (days, second));
        self.unless_cancelled(asked).await
    }

    async fn sign_loan(&mut self, entry: EntryId, signed: LoanSigned) -> Result<Visit, Stop> {
        self.station.sign_loan(entry, &signed).await
    }

    async fn loan_offer(&mut self, person: &PersonId, visit: VisitId) -> Result<Offer, Stop> {
        self.unless_cancelled(self.station.loan_offer(person, visit))
            .await
    }
}

#[async_trait(?Send)]
impl AccountResets for StationDesk {
    async fn ask_reset(
        &mut self,
        person: &PersonId,
        visit: VisitId,
        wish: &ResetWish,
    ) -> Result<ActToSign, Stop> {
        self.unless_cancelled(self.station.ask_reset((person, visit), wish))
            .await
    }

    async fn prepare_reset(
        &mut self,
        person: &PersonId,
        visit: VisitId,
        wish: &ResetWish,
    ) -> Result<AccountReset, Stop> {
        self.station.prepare_reset((person, visit), wish).await
    }

    async fn release_reset(
        &mut self,
        reset: AccountResetId,
        by: Option<&OperatorId>,
    ) -> Result<ActToSign, Stop> {
        self.unless_cancelled(self.station.release_reset(reset, by))
            .await
    }

    async fn sign_prepared(
        &mut self,
        administrator: &PersonId,
        visit: VisitId,
        reset: AccountResetId,
    ) -> Result<ActToSign, Stop> {
        let about = (administrator, visit);
        self.unless_cancelled(self.station.sign_prepared(about, reset))
            .await
    }

    async fn object_reset(
        &mut self,
        reset: AccountResetId,
        visit: VisitId,
    ) -> Result<AccountReset, Stop> {
        // Not cut short by a cancel: what the registry did must be known.
        self.station.object_reset(reset, visit).await
    }

    async fn reset_releasers(&mut self, reset: AccountResetId) -> Result<Vec<Operator>, Stop> {
        self.unless_cancelled(self.station.reset_releasers(reset))
            .await
    }

    async fn sign_reset(
        &mut self,
        entry: EntryId,
        signed: ActSigned,
    ) -> Result<AccountReset, Stop> {
        // Not cut short by a cancel: what the registry did must be known.
        self.station.sign_reset(entry, &signed).await
    }

    async fn end_reset(
        &mut self,
        reset: AccountResetId,
        how: ResetEnding,
        beside: Option<&OperatorId>,
    ) -> Result<AccountReset, Stop> {
        self.station.end_reset(reset, (how, beside)).await
    }

    async fn carry_out_reset(
        &mut self,
        reset: AccountResetId,
        visit: VisitId,
    ) -> Result<AccountResetDone, Stop> {
        self.station.carry_out_reset(reset, visit).await
    }

    async fn except_reset(
        &mut self,
        reset: AccountResetId,
        days: u8,
    ) -> Result<ResetExcepted, Stop> {
        self.cleared().await?;
        // Not cut short by a cancel: what the registry did must be known.
        self.station.except_reset(reset, days).await
    }

    async fn account_reset(&mut self, reset: AccountResetId) -> Result<AccountResetDetail, Stop> {
        self.unless_cancelled(self.station.account_reset(reset))
            .await
    }
}

#[async_trait(?Send)]
impl Away for StationDesk {
    async fn begin_away(&mut self, person: &PersonId) -> Result<AwayBegun, Stop> {
        self.unless_cancelled(self.station.begin_away(person)).await
    }

    async fn identify_away(
        &mut self,
        person: &PersonId,
        reset: AccountResetId,
        how: &AwaySaid,
    ) -> Result<AwayCheck, Stop> {
        self.unless_cancelled(self.station.identify_away((reset, person), how))
            .await
    }

    async fn ask_away(
        &mut self,
        person: &PersonId,
        reset: AccountResetId,
        wish: &ResetWish,
    ) -> Result<ActToSign, Stop> {
        self.unless_cancelled(self.station.ask_away((reset, person), wish))
            .await
    }
}
