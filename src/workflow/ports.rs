//! The ports: everything that a workflow asks of the world, by what it reaches.
//!
//! Each port is written down once, below. From it come the trait, which a real desk implements, and the forwarding of a desk that
//! stands around another one ([`Around`]), where each call passes one place.
//!
//! Invariant: whatever waits, or reaches a disk, a key, the registry or a person, is a *call*, and a fault can be put in there; a
//! *look* only reckons or shows.

use async_trait::async_trait;
use jiff::Timestamp;

use super::dialogue::{Answer, Event, Question};
use super::{
    Errand, KeyFault, KeyTime, NewAssertion, NewCredential, NotMade, NotReset, Pushed, Refused,
    Resident, SignedIn, Stake, Stop, Ticket, Wants,
};
use crate::domain::account_reset::ResetWish;
use crate::domain::care::{
    CredentialList, Fingerprint, Portrait, Setting, StoredCredential, TestReport,
};
use crate::domain::factor::{SealedSecret, SealingKey};
use crate::domain::identification::{AwayCheck, AwaySaid, DeskMethod};
use crate::domain::loan::{LoanDays, Second};
use crate::domain::models::Models;
use crate::domain::policy::Policy;
use crate::domain::suspension::FactorRef;
use crate::domain::{
    AccountResetId, Bytes, EntryId, FactorId, Identification, IntentId, KeyFacts, KeyId,
    OperatorId, PersonId, Pin, Secret, VisitId,
};
use crate::record::{Change, EnrolledHere, Enrolment, PersonReset, Unfinished};
use crate::totp::TotpSecret;
use crate::wire::webauthn::{CreationOptions, Descriptor, RequestOptions};
use crate::wire::{
    Acceptance, AccountReset, AccountResetDetail, AccountResetDone, ActSigned, ActToSign,
    AwayBegun, CodeReply, CodeRequest, FactorReceipt, KnownCredentials, Lift, LiftOffer, LiftReply,
    LoanSigned, LoanToSign, Offer, Operator, OperatorEnrolment, OperatorOffer, PersonDetail,
    ResetEnding, ResetExcepted, Said, Seconds, SignIn, SignInOptions, TestOffer, TokenAssignment,
    Visit,
};

/// All that a workflow reaches.
pub trait Desk: People + Registry + Journal + Keys {}

impl<T: People + Registry + Journal + Keys> Desk for T {}

/// A desk around another one: every call passes here, and may be watched, refused or never answered.
#[expect(
    async_fn_in_trait,
    reason = "a workflow meets it as a desk, whose calls are boxed; no trait object is made of this"
)]
pub trait Around {
    /// The desk inside.
    fn inner(&self) -> &dyn Desk;
    /// A call to people, registry or journal.
    async fn around<T>(
        &mut self,
        call: Call,
        go: impl AsyncFnOnce(&mut dyn Desk) -> Result<T, Stop>,
    ) -> Result<T, Stop>;
    /// A call to the keys.
    async fn around_key<T, E: From<KeyFault>>(
        &mut self,
        call: Call,
        go: impl AsyncFnOnce(&mut dyn Desk) -> Result<T, E>,
    ) -> Result<T, E>;
}

/// Which call it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    pub port: Port,
    /// The method.
    pub name: &'static str,
}

/// What a call reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port {
    People,
    Registry,
    Journal,
    Keys,
}

macro_rules! port {
    (
        $(#[$doc:meta])*
        pub trait $port:ident via $around:ident {
            looks:
            $(
                $(#[$look_doc:meta])*
                fn $look:ident(&$it:ident $(, $seen:ident: $seen_type:ty)*) $(-> $sight:ty)?;
            )*
            calls:
            $(
                $(#[$call_doc:meta])*
                fn $call:ident(&mut $me:ident $(, $given:ident: $given_type:ty)*) -> Result<$done:ty, $error:ty>;
            )*
        }
    ) => {
        $(#[$doc])*
        #[async_trait(?Send)]
        pub trait $port {
            $(
                $(#[$look_doc])*
                fn $look(&self $(, $seen: $seen_type)*) $(-> $sight)?;
            )*
            $(
                $(#[$call_doc])*
                async fn $call(&mut self $(, $given: $given_type)*) -> Result<$done, $error>;
            )*
        }

        #[async_trait(?Send)]
        impl<W: Around> $port for W {
            $(
                fn $look(&$it $(, $seen: $seen_type)*) $(-> $sight)? {
                    $it.inner().$look($($seen),*)
                }
            )*
            $(
                async fn $call(&mut $me $(, $given: $given_type)*) -> Result<$done, $error> {
                    let call = Call {
                        port: Port::$port,
                        name: stringify!($call),
                    };
                    $me.$around(call, async move |desk: &mut dyn Desk| desk.$call($($given),*).await).await
                }
            )*
        }
    };
}

port! {
    /// The people in front of the screen.
    ///
    /// Cancelling is not an answer but a state: once they want to stop, every question and every key operation ends with
    /// [`Stop::Cancelled`] at once.
    pub trait People via around {
        looks:
        /// Shows what happens; never waits, never fails.
        fn tell(&self, event: Event);
        /// From here on a cancel ends nothing more: the run is over, and what came of a change is looked up.
        fn heed_no_cancel(&self);

        calls:
        /// Asks the people in front of the screen.
        fn ask(&mut self, question: Question) -> Result<Answer, Stop>;
        /// The same, but void once the bay differs from `seen`: then `None`, and the question is withdrawn.
        fn ask_or_bay_change(&mut self, question: Question, seen: &[KeyFacts]) -> Result<Option<Answer>, Stop>;
        /// Asks, until a moment by the station's clock: then `None`, and the question is withdrawn.
        fn ask_until(&mut self, question: Question, until: Timestamp) -> Result<Option<Answer>, Stop>;
        /// Gives a random PIN to the person, once and nowhere else.
        fn hand_over(&mut self, key: &KeyFacts, pin: &Pin) -> Result<(), Stop>;
    }
}

port! {
    /// The registry, and the session that is open there.
    pub trait Registry via around {
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
        /// Seals a secret to the registry, for one factor of one owner.
        fn seal(&self, key: &SealingKey, secret: &TotpSecret, to: (FactorId, &str)) -> Result<SealedSecret, Stop>;

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
        /// What a key must sign for [`Registry::is_operators`].
        fn own_key_challenge(&mut self) -> Result<SignInOptions, Stop>;
        /// Whether the registry takes this for an operator's sign-in. Nobody is signed in or out by asking.
        fn is_operators(&mut self, proof: SignIn) -> Result<bool, Stop>;
        /// What the registry holds for a person, and the visit that is open with them here.
        fn detail(&mut self, person: &PersonId) -> Result<PersonDetail, Stop>;
        /// Opens a visit of somebody who was identified so, or goes on in the one that is open.
        fn open_visit(&mut self, person: &PersonId, identification: &Identification) -> Result<Visit, Stop>;
        /// Ends a visit, with what the person said of the factors of their account.
        fn close_visit(&mut self, person: &PersonId, visit: VisitId, said: Said) -> Result<(), Stop>;
        /// A fresh offer for a person, under a visit; without one for somebody who is not there.
        fn offer(&mut self, person: &PersonId, visit: Option<VisitId>) -> Result<Offer, Stop>;
        /// Who may stand by it that the person of a visit is lent a key.
        fn loan_seconds(&mut self, visit: VisitId) -> Result<Seconds, Stop>;
        /// What one of them signs.
        fn ask_loan(&mut self, person: &PersonId, visit: VisitId, days: LoanDays, second: &Second) -> Result<LoanToSign, Stop>;
        /// Hands in what was signed. Whether it was taken is not known after [`Stop::Unanswered`]; every other stop is certain.
        fn sign_loan(&mut self, entry: EntryId, signed: LoanSigned) -> Result<Visit, Stop>;
        /// A fresh offer of the key that is lent.
        fn loan_offer(&mut self, person: &PersonId, visit: VisitId) -> Result<Offer, Stop>;
        /// What the registry knows to be on this key by now, whose these credentials are, and what is enrolled for a person;
        /// [`Stop::Unreachable`] where it can't be asked.
        fn known_credentials(&mut self, key: &KeyId, person: Option<&PersonId>, held: &[Bytes]) -> Result<KnownCredentials, Stop>;
        /// What else is enrolled on keys that nothing tells from this one, where an earlier answer did not hold all.
        fn further_candidates(&mut self, key: &KeyId, after: &Bytes) -> Result<KnownCredentials, Stop>;
        /// The visits by which these credentials may be taken from whoever they open something for; refused where nothing lets that.
        fn leave_to_take(&mut self, credentials: &[Bytes]) -> Result<Vec<VisitId>, Stop>;
        /// The registry's challenge for a key that is enrolled for a person; with a visit, passing the test proves it.
        fn test_offer(&mut self, person: &PersonId, visit: Option<VisitId>) -> Result<TestOffer, Stop>;
        /// Who would be locked out without each of these credentials of a key, in the same order.
        fn stakes(&mut self, key: &KeyFacts, held: &[StoredCredential]) -> Result<Vec<Stake>, Stop>;
        /// Asks the registry what a code is, or two in a row. Counts there, and uses a right one up.
        fn examine(&mut self, person: &PersonId, request: CodeRequest) -> Result<CodeReply, Stop>;
        /// Asks the registry to make a token the person's. Whether it did is not known after [`Stop::Unanswered`]; every other stop
        /// is certain.
        fn assign(&mut self, entry: EntryId, person: &PersonId, assignment: TokenAssignment) -> Result<FactorReceipt, Stop>;
        /// Asks the registry to let a person take what waits for them, in a visit: what they have then.
        fn accept(&mut self, person: &PersonId, visit: VisitId, acceptance: Acceptance) -> Result<PersonDetail, Stop>;
        /// What the registry wants to see before it lifts a suspension. Refused where it never will.
        fn lift_offer(&mut self, person: &PersonId, factor: &FactorRef) -> Result<LiftOffer, Stop>;
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
        /// May whoever is signed in ask for the reset of the account of somebody who is not at a desk, and how can they be identified?
        fn begin_away(&mut self, person: &PersonId) -> Result<AwayBegun, Stop>;
        /// They were identified in one way, for that reset. Said once more, it is the same identification.
        fn identify_away(&mut self, person: &PersonId, reset: AccountResetId, how: &AwaySaid) -> Result<AwayCheck, Stop>;
        /// What whoever is signed in signs to ask for it.
        fn ask_away(&mut self, person: &PersonId, reset: AccountResetId, wish: &ResetWish) -> Result<ActToSign, Stop>;
        /// Deletes all that opens an account whose person is not at a desk, and may come for so many working days. Whether it was done is
        /// not known after [`Stop::Unanswered`]; every other stop is certain.
        fn except_reset(&mut self, reset: AccountResetId, days: u8) -> Result<ResetExcepted, Stop>;
        /// How one stands, with what bears on it.
        fn account_reset(&mut self, reset: AccountResetId) -> Result<AccountResetDetail, Stop>;
        /// Shows the factor to the registry. Whether it was lifted is not known after [`Stop::Unanswered`]; every other stop is certain.
        fn lift(&mut self, entry: EntryId, lift: Lift) -> Result<LiftReply, Stop>;
    }
}

port! {
    /// What the station itself has: its journal and index, its clock, its randomness and its lists.
    pub trait Journal via around {
        looks:
        /// The station's clock: what people read, and what the journal keeps.
        fn now(&self) -> Timestamp;
        /// A fresh identifier (UUIDv7).
        fn fresh_id(&self) -> uuid::Uuid;
        /// Fills a slice with random bytes.
        fn random(&self, bytes: &mut [u8]) -> Result<(), Stop>;
        /// The list of models.
        fn models(&self) -> &Models;
        /// The rules on which keys are allowed.
        fn policy(&self) -> &Policy;

        calls:
        /// What the registry was asked to do for a person, and never answered.
        fn unanswered(&mut self, person: &PersonId) -> Result<Vec<Errand>, Stop>;
        /// By now it is known what came of it.
        fn answered(&mut self, person: &PersonId, asked: &Errand) -> Result<(), Stop>;
        /// Whether there is room to record what is about to be done; [`Stop::Store`] where there is not.
        fn room(&mut self) -> Result<(), Stop>;
        /// Writes a change to the journal; on disk when it returns.
        fn commit(&mut self, change: Change) -> Result<(), Stop>;
        /// Sends an outbox entry now. The entry is on disk already: [`Pushed::Queued`] loses nothing.
        fn push(&mut self, entry: EntryId) -> Result<Pushed, Stop>;
        /// A ticket for a person that was fetched ahead and of which nothing has used what is wanted yet.
        fn ticket(&mut self, person: &PersonId, wants: Wants) -> Result<Option<Ticket>, Stop>;
        /// The credentials that this station enrolled for a person and that the registry has accepted or will be told of.
        /// An offer that is older than they are does not know them.
        fn enrolled_here(&mut self, person: &PersonId) -> Result<Vec<EnrolledHere>, Stop>;
        /// The enrolments that this station made on keys of this identity or, where the key has none of its own, of this model.
        fn enrolments_on(&mut self, key: &KeyFacts) -> Result<Vec<Enrolment>, Stop>;
        /// The public key (COSE_Key, CBOR) of a credential, where this station enrolled it.
        fn public_key_of(&mut self, credential: &Bytes) -> Result<Option<Bytes>, Stop>;
        /// Earlier tests of keys of the same model, at this station.
        fn tests_before(&mut self, key: &KeyFacts) -> Result<Vec<TestReport>, Stop>;
        /// Unfinished work. None: it was settled.
        fn unfinished(&mut self, intent: IntentId) -> Result<Option<Unfinished>, Stop>;
        /// The carrying-out of that reset of an account which a stop left open. None: there is none.
        fn begun_reset(&mut self, reset: AccountResetId) -> Result<Option<PersonReset>, Stop>;
        /// The enrolment that an outbox entry reports and the registry refused. None: there is nothing to give up.
        fn refused(&mut self, entry: EntryId) -> Result<Option<Refused>, Stop>;
        /// What the station knows of a person without the registry: the keys that it enrolled itself. None: it knows nobody of that
        /// name.
        fn kept(&mut self, person: &PersonId) -> Result<Option<PersonDetail>, Stop>;
    }
}

port! {
    /// The keys in the bay.
    pub trait Keys via around_key {
        looks:
        /// The keys in the bay now.
        fn keys(&self) -> Vec<KeyFacts>;
        /// How long the key took for the last operation.
        fn key_time(&self) -> KeyTime;
        /// How long ago a key was plugged in; `None`: it is out.
        fn plugged_for(&self, key: &KeyFacts) -> Option<std::time::Duration>;

        calls:
        /// Waits until the bay differs from `seen`; ends with [`Stop::Cancelled`] on cancel.
        fn bay_changed(&mut self, seen: &[KeyFacts]) -> Result<(), Stop>;
        /// Lets the person choose by touching one of several keys; the others are released.
        fn touched(&mut self, keys: &[KeyFacts]) -> Result<KeyFacts, Stop>;
        /// Makes a key blink, where it can.
        fn wink(&mut self, key: &KeyFacts) -> Result<(), KeyFault>;
        /// Reads the key's facts again, PIN retries included.
        fn facts(&mut self, key: &KeyFacts) -> Result<KeyFacts, KeyFault>;
        /// Everything that the key says of itself, read anew.
        fn portrait(&mut self, key: &KeyFacts) -> Result<Portrait, KeyFault>;
        /// Checks the PIN against the key, without a touch.
        fn verify_pin(&mut self, key: &KeyFacts, pin: &Pin, rp_id: &str) -> Result<(), KeyFault>;
        /// Sets the first PIN.
        fn set_pin(&mut self, key: &KeyFacts, pin: &Pin) -> Result<(), KeyFault>;
        /// Changes the PIN.
        fn change_pin(&mut self, key: &KeyFacts, old: &Pin, new: &Pin) -> Result<(), KeyFault>;
        /// Which of these credentials the key holds, asked without a touch; `None`: none of them.
        fn holds(&mut self, key: &KeyFacts, rp_id: &str, ids: &[Descriptor]) -> Result<Option<Bytes>, KeyFault>;
        /// Whether it is the key with which the operator signed in, asked without a touch.
        fn is_operators_own(&mut self, key: &KeyFacts) -> Result<bool, KeyFault>;
        /// The discoverable credentials at this RP. [`KeyFault::Unsupported`] where the key can't tell.
        fn residents(&mut self, key: &KeyFacts, pin: &Pin, rp_id: &str) -> Result<Vec<Resident>, KeyFault>;
        /// Makes a credential: one touch. `client_data_hash` is SHA-256 of the client data. `None` for the PIN: built-in user verification.
        fn make_credential(&mut self, key: &KeyFacts, pin: Option<&Pin>, options: &CreationOptions, client_data_hash: [u8; 32]) -> Result<NewCredential, NotMade>;
        /// Signs: one touch.
        fn get_assertion(&mut self, key: &KeyFacts, pin: Option<&Pin>, options: &RequestOptions, client_data_hash: [u8; 32]) -> Result<NewAssertion, KeyFault>;
        /// Deletes a discoverable credential. [`KeyFault::Unsupported`] where the key can't.
        fn delete_credential(&mut self, key: &KeyFacts, pin: &Pin, rp_id: &str, id: &Bytes) -> Result<(), KeyFault>;
        /// Changes a setting. `None` for the PIN: the key has none, and lets anybody. Without a touch.
        fn configure(&mut self, key: &KeyFacts, pin: Option<&Pin>, setting: &Setting) -> Result<(), KeyFault>;
        /// Every discoverable credential, by RP. [`KeyFault::Unsupported`] where the key can't tell.
        fn credentials(&mut self, key: &KeyFacts, pin: &Pin) -> Result<CredentialList, KeyFault>;
        /// Changes the account's name on the key. [`KeyFault::Unsupported`] on preview keys, which lack this.
        fn rename_credential(&mut self, key: &KeyFacts, pin: &Pin, credential: &StoredCredential, name: &str) -> Result<(), KeyFault>;
        /// The fingerprints on the key. [`KeyFault::Unsupported`] where it has no sensor.
        fn fingerprints(&mut self, key: &KeyFacts, pin: &Pin) -> Result<Vec<Fingerprint>, KeyFault>;
        /// Enrols a finger, telling each sample ([`Event::Finger`]); what the key calls it.
        fn enrol_fingerprint(&mut self, key: &KeyFacts, pin: &Pin) -> Result<Bytes, KeyFault>;
        /// Names a fingerprint; as much of the name as the key keeps.
        fn name_fingerprint(&mut self, key: &KeyFacts, pin: &Pin, id: &Bytes, name: &str) -> Result<String, KeyFault>;
        /// Removes a fingerprint.
        fn remove_fingerprint(&mut self, key: &KeyFacts, pin: &Pin, id: &Bytes) -> Result<(), KeyFault>;
        /// Deletes everything on the key: one touch, or a long one.
        fn reset_key(&mut self, key: &KeyFacts) -> Result<(), NotReset>;
    }
}
