//! The port of the registry and of the session that is open there, in parts: what a visit, a factor, a loan or a reset asks.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Around, Call, Desk, Port, port};
use crate::domain::account_reset::ResetWish;
use crate::domain::care::StoredCredential;
use crate::domain::factor::{SealedSecret, SealingKey};
use crate::domain::identification::{AwayCheck, AwaySaid, DeskMethod};
use crate::domain::loan::{LoanDays, Second};
use crate::domain::suspension::FactorRef;
use crate::domain::{
    AccountResetId, Bytes, EntryId, FactorId, Identification, KeyFacts, KeyId, OperatorId,
    PersonId, Secret, VisitId,
};
use crate::totp::TotpSecret;
use crate::wire::{
    Acceptance, AccountReset, AccountResetDetail, AccountResetDone, ActSigned, ActToSign,
    AwayBegun, CodeReply, CodeRequest, FactorReceipt, KnownCredentials, Lift, LiftOffer, LiftReply,
    LoanSigned, LoanToSign, Offer, Operator, OperatorEnrolment, OperatorOffer, PersonDetail,
    ResetEnding, ResetExcepted, Said, Seconds, SignIn, SignInOptions, TestOffer, TokenAssignment,
    Visit,
};
use crate::workflow::{SignedIn, Stake, Stop};

/// The registry.
pub trait Registry: Sessions + Visits + Factors + Loans + AccountResets + Away {}

impl<T: Sessions + Visits + Factors + Loans + AccountResets + Away> Registry for T {}

port! {
    /// Who is at the station, and what the registry said of itself.
    pub trait Sessions of Registry via around {
        looks:
        /// The registry's clock, as far as the station knows: what is compared with the registry's times, and told to it.
        fn registry_now(&self) -> Timestamp;
        /// By how many seconds the station's clock is fast against the registry's; `None` where that was never heard.
        fn clock_fast_s(&self) -> Option<i64>;
        /// The least length of a new PIN that the registry asks for, in code points; none: it did not say.
        fn registry_pin_floor(&self) -> Option<u8>;
        /// By which methods somebody who is at the desk may be identified, as the registry said. None: it knows one, which goes
        /// without saying.
        fn methods(&self) -> Vec<DeskMethod>;
        /// Who is signed in.
        fn operator(&self) -> Option<Operator>;

        calls:
        /// What an operator must sign to sign in.
        fn sign_in_options(&mut self) -> Result<SignInOptions, Stop>;
        /// Signs in: the registry checks the assertion or, where it is out of reach, the station does for the operator whose session
        /// is locked. The station keeps the session.
        fn sign_in(&mut self, proof: SignIn) -> Result<SignedIn, Stop>;
        /// What an operator's own key must make at their first sign-in.
        fn operator_offer(&mut self, code: &Secret) -> Result<OperatorOffer, Stop>;
        /// Hands the operator's new credential to the registry, which signs them in; uses up the code. Whether it did is not known
        /// after [`Stop::Unreachable`]; every other stop is certain.
        fn operator_enrol(&mut self, enrolment: OperatorEnrolment) -> Result<Operator, Stop>;
        /// What a key must sign for [`Sessions::is_operators`].
        fn own_key_challenge(&mut self) -> Result<SignInOptions, Stop>;
        /// Whether the registry takes this for an operator's sign-in. Nobody is signed in or out by asking.
        fn is_operators(&mut self, proof: SignIn) -> Result<bool, Stop>;
    }
}

port! {
    /// People, and what may be done for them while they are here.
    pub trait Visits of Registry via around {
        looks:

        calls:
        /// What the registry holds for a person, and the visit that is open with them here.
        fn detail(&mut self, person: &PersonId) -> Result<PersonDetail, Stop>;
        /// Opens a visit of somebody who was identified so, or goes on in the one that is open.
        fn open_visit(&mut self, person: &PersonId, identification: &Identification) -> Result<Visit, Stop>;
        /// Ends a visit, with what the person said of the factors of their account.
        fn close_visit(&mut self, person: &PersonId, visit: VisitId, said: Said) -> Result<(), Stop>;
        /// A fresh offer for a person, under a visit; without one for somebody who is not there.
        fn offer(&mut self, person: &PersonId, visit: Option<VisitId>) -> Result<Offer, Stop>;
        /// The registry's challenge for a key that is enrolled for a person; with a visit, passing the test proves it.
        fn test_offer(&mut self, person: &PersonId, visit: Option<VisitId>) -> Result<TestOffer, Stop>;
        /// Asks the registry to let a person take what waits for them, in a visit: what they have then.
        fn accept(&mut self, person: &PersonId, visit: VisitId, acceptance: Acceptance) -> Result<PersonDetail, Stop>;
    }
}

port! {
    /// Single keys, apps and tokens: what is known of them, what they open, and what is shown of them.
    pub trait Factors of Registry via around {
        looks:
        /// Seals a secret to the registry, for one factor of one owner.
        fn seal(&self, key: &SealingKey, secret: &TotpSecret, to: (FactorId, &str)) -> Result<SealedSecret, Stop>;

        calls:
        /// What the registry knows to be on this key by now, whose these credentials are, and what is enrolled for a person;
        /// [`Stop::Unreachable`] where it can't be asked.
        fn known_credentials(&mut self, key: &KeyId, person: Option<&PersonId>, held: &[Bytes]) -> Result<KnownCredentials, Stop>;
        /// What else is enrolled on keys that nothing tells from this one, where an earlier answer did not hold all.
        fn further_candidates(&mut self, key: &KeyId, after: &Bytes) -> Result<KnownCredentials, Stop>;
        /// The visits by which these credentials may be taken from whoever they open something for; refused where nothing lets that.
        fn leave_to_take(&mut self, credentials: &[Bytes]) -> Result<Vec<VisitId>, Stop>;
        /// Who would be locked out without each of these credentials of a key, in the same order.
        fn stakes(&mut self, key: &KeyFacts, held: &[StoredCredential]) -> Result<Vec<Stake>, Stop>;
        /// Asks the registry what a code is, or two in a row. Counts there, and uses a right one up.
        fn examine(&mut self, person: &PersonId, request: CodeRequest) -> Result<CodeReply, Stop>;
        /// Asks the registry to make a token the person's. Whether it did is not known after [`Stop::Unanswered`]; every other stop
        /// is certain.
        fn assign(&mut self, entry: EntryId, person: &PersonId, assignment: TokenAssignment) -> Result<FactorReceipt, Stop>;
        /// What the registry wants to see before it lifts a suspension. Refused where it never will.
        fn lift_offer(&mut self, person: &PersonId, factor: &FactorRef) -> Result<LiftOffer, Stop>;
        /// Shows the factor to the registry. Whether it was lifted is not known after [`Stop::Unanswered`]; every other stop is certain.
        fn lift(&mut self, entry: EntryId, lift: Lift) -> Result<LiftReply, Stop>;
    }
}

port! {
    /// Keys that are lent for a few days.
    pub trait Loans of Registry via around {
        looks:

        calls:
        /// Who may stand by it that the person of a visit is lent a key.
        fn loan_seconds(&mut self, visit: VisitId) -> Result<Seconds, Stop>;
        /// What one of them signs.
        fn ask_loan(&mut self, person: &PersonId, visit: VisitId, days: LoanDays, second: &Second) -> Result<LoanToSign, Stop>;
        /// Hands in what was signed. Whether it was taken is not known after [`Stop::Unanswered`]; every other stop is certain.
        fn sign_loan(&mut self, entry: EntryId, signed: LoanSigned) -> Result<Visit, Stop>;
        /// A fresh offer of the key that is lent.
        fn loan_offer(&mut self, person: &PersonId, visit: VisitId) -> Result<Offer, Stop>;
    }
}

port! {
    /// Resets of whole accounts: asked for, released, ended, carried out.
    pub trait AccountResets of Registry via around {
        looks:

        calls:
        /// What whoever is signed in signs to ask for the reset of a person's account.
        fn ask_reset(&mut self, person: &PersonId, visit: VisitId, wish: &ResetWish) -> Result<ActToSign, Stop>;
        /// Writes down what an administrator of the person's organisation is to ask for. Whether it was is not known after
        /// [`Stop::Unanswered`]; every other stop is certain.
        fn prepare_reset(&mut self, person: &PersonId, visit: VisitId, wish: &ResetWish) -> Result<AccountReset, Stop>;
        /// What a second agent signs to release one: whoever is signed in, or who is named.
        fn release_reset(&mut self, reset: AccountResetId, by: Option<&OperatorId>) -> Result<ActToSign, Stop>;
        /// What an administrator who is at the desk, in that visit, signs to ask for what was prepared.
        fn sign_prepared(&mut self, administrator: &PersonId, visit: VisitId, reset: AccountResetId) -> Result<ActToSign, Stop>;
        /// Whoever is in that visit objects to one. Whether that was taken is not known after [`Stop::Unanswered`]; every other stop is
        /// certain.
        fn object_reset(&mut self, reset: AccountResetId, visit: VisitId) -> Result<AccountReset, Stop>;
        /// Who may release it.
        fn reset_releasers(&mut self, reset: AccountResetId) -> Result<Vec<Operator>, Stop>;
        /// Hands in what was signed. Whether it was taken is not known after [`Stop::Unanswered`]; every other stop is certain.
        fn sign_reset(&mut self, entry: EntryId, signed: ActSigned) -> Result<AccountReset, Stop>;
        /// Refuses one; likewise.
        fn end_reset(&mut self, reset: AccountResetId, how: ResetEnding, beside: Option<&OperatorId>) -> Result<AccountReset, Stop>;
        /// Deletes all that opens an account, in a visit of its person; likewise. To be asked again where it was not answered.
        fn carry_out_reset(&mut self, reset: AccountResetId, visit: VisitId) -> Result<AccountResetDone, Stop>;
        /// Deletes all that opens an account whose person is not at a desk, and may come for so many working days. Whether it was done is
        /// not known after [`Stop::Unanswered`]; every other stop is certain.
        fn except_reset(&mut self, reset: AccountResetId, days: u8) -> Result<ResetExcepted, Stop>;
        /// How one stands, with what bears on it.
        fn account_reset(&mut self, reset: AccountResetId) -> Result<AccountResetDetail, Stop>;
    }
}

port! {
    /// The same for somebody who is not at a desk.
    pub trait Away of Registry via around {
        looks:

        calls:
        /// May whoever is signed in ask for the reset of the account of somebody who is not at a desk, and how can they be identified?
        fn begin_away(&mut self, person: &PersonId) -> Result<AwayBegun, Stop>;
        /// They were identified in one way, for that reset. Said once more, it is the same identification.
        fn identify_away(&mut self, person: &PersonId, reset: AccountResetId, how: &AwaySaid) -> Result<AwayCheck, Stop>;
        /// What whoever is signed in signs to ask for it.
        fn ask_away(&mut self, person: &PersonId, reset: AccountResetId, wish: &ResetWish) -> Result<ActToSign, Stop>;
    }
}
