//! The workflows, each one straight-line function, and the ports through which they reach the world.
//!
//! A workflow reaches keys, people, the registry and the disk only through [`Desk`]. So the same function is driven
//! by the kiosk, by the command line and by tests with a scripted desk.
//!
//! Invariant: nothing irreversible is asked of a key before [`Desk::commit`] returned for its intent.

mod admit;
pub mod app;
pub mod batch;
pub mod care;
mod ceremony;
pub mod dialogue;
mod enrol;
mod known;
pub mod loss;
mod own_key;
mod reset;
mod resolve;
mod retest;
mod sign_in;
mod steps;
mod stop;
mod undo;
mod visit;
mod withdraw;

pub use ceremony::{Ceremony, Verified, client_data, verify_assertion};
pub use enrol::enrol;
pub use own_key::first_sign_in;
pub use reset::{NotReset, ResetDesk, ResetOrder, reset};
pub use resolve::{How, resolve};
pub use sign_in::sign_in;
pub use stop::{Decider, Doubt, KeyFault, NotMade, Stop};
pub use withdraw::{Refused, withdraw};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::models::Models;
use crate::domain::policy::{Attestation, Policy};
use crate::domain::suspension::FactorRef;
use crate::domain::{
    Bytes, EntryId, Identification, KeyFacts, KeyId, PersonId, Pin, Secret, VisitId,
};
use crate::record::{Change, Enrolment};
use crate::wire::webauthn::{CreationOptions, Descriptor, RequestOptions};
use crate::wire::{
    KnownCredentials, Offer, Operator, OperatorEnrolment, OperatorOffer, PersonDetail, SignIn,
    SignInOptions, Visit,
};
use dialogue::{Answer, Ending, Event, Question, StopView};

/// The ports of a workflow. Every method is one call to the world and may fail.
///
/// Cancelling is not an answer but a state: once the person in front of the screen wants to stop, `ask` and every key
/// operation end with [`Stop::Cancelled`] at once.
#[expect(
    async_fn_in_trait,
    reason = "workflows are generic over their desk; no trait object is made of it"
)]
pub trait Desk {
    /// The station's clock: what people read, and what the journal keeps.
    fn now(&self) -> Timestamp;
    /// The registry's clock, as far as the station knows: what is compared with the registry's times, and told to it.
    fn registry_now(&self) -> Timestamp;
    /// A fresh identifier (UUIDv7).
    fn fresh_id(&mut self) -> uuid::Uuid;
    /// The least length of a new PIN that the registry asks for, in code points; none: it did not say.
    fn registry_pin_floor(&self) -> Option<u8>;
    /// The list of models.
    fn models(&self) -> &Models;
    /// The rules on which keys are allowed.
    fn policy(&self) -> &Policy;
    /// Who is signed in.
    fn operator(&self) -> Option<Operator>;

    /// Shows what happens; never waits, never fails.
    fn tell(&mut self, event: Event);
    /// Asks the people in front of the screen.
    async fn ask(&mut self, question: Question) -> Result<Answer, Stop>;
    /// The same, but void once the bay differs from `seen`: then `None`, and the question is withdrawn.
    async fn ask_or_bay_change(
        &mut self,
        question: Question,
        seen: &[KeyFacts],
    ) -> Result<Option<Answer>, Stop>;

    /// What the registry holds for a person, and the visit that is open with them here.
    async fn detail(&mut self, person: &PersonId) -> Result<PersonDetail, Stop>;
    /// Opens a visit of somebody who was identified so, or goes on in the one that is open.
    async fn open_visit(
        &mut self,
        person: &PersonId,
        identification: &Identification,
    ) -> Result<Visit, Stop>;
    /// A fresh offer for a person, under a visit; without one for somebody who is not there.
    async fn offer(&mut self, person: &PersonId, visit: Option<VisitId>) -> Result<Offer, Stop>;
    /// A ticket for a person that was fetched ahead and of which nothing has used what is wanted yet.
    async fn ticket(&mut self, person: &PersonId, wants: Wants) -> Result<Option<Ticket>, Stop>;
    /// The credentials that this station enrolled for a person and that the registry has accepted or will be told of.
    /// An offer that is older than they are does not know them.
    async fn enrolled_here(&mut self, person: &PersonId) -> Result<Vec<Bytes>, Stop>;
    /// What the registry knows to be on this key by now, whose these credentials are, and what is enrolled for a person;
    /// [`Stop::Unreachable`] where it can't be asked.
    async fn known_credentials(
        &mut self,
        key: &KeyId,
        person: Option<&PersonId>,
        held: &[Bytes],
    ) -> Result<KnownCredentials, Stop>;
    /// The public key (COSE_Key, CBOR) of a credential, where this station enrolled it.
    async fn public_key_of(&mut self, credential: &Bytes) -> Result<Option<Bytes>, Stop>;
    /// Sends an outbox entry now. The entry is on disk already: [`Pushed::Queued`] loses nothing.
    async fn push(&mut self, entry: EntryId) -> Result<Pushed, Stop>;

    /// What an operator must sign to sign in.
    async fn sign_in_options(&mut self) -> Result<SignInOptions, Stop>;
    /// Signs in: the registry checks the assertion or, where it is out of reach, the station does for the operator whose session
    /// is locked. The station keeps the session.
    async fn sign_in(&mut self, proof: SignIn) -> Result<SignedIn, Stop>;
    /// What an operator's own key must make at their first sign-in.
    async fn operator_offer(&mut self, code: &Secret) -> Result<OperatorOffer, Stop>;
    /// Hands the operator's new credential to the registry, which signs them in; uses up the code. Whether it did is not known
    /// after [`Stop::Unreachable`]; every other stop is certain.
    async fn operator_enrol(&mut self, enrolment: OperatorEnrolment) -> Result<Operator, Stop>;

    /// What a key must sign for [`Desk::is_operators`].
    async fn own_key_challenge(&mut self) -> Result<SignInOptions, Stop>;
    /// Whether the registry takes this for an operator's sign-in. Nobody is signed in or out by asking.
    async fn is_operators(&mut self, proof: SignIn) -> Result<bool, Stop>;

    /// Writes a change to the journal; on disk when it returns.
    async fn commit(&mut self, change: Change) -> Result<(), Stop>;
    /// The enrolments that this station made on keys of this identity or, where the key has none of its own, of this model.
    async fn enrolments_on(&mut self, key: &KeyFacts) -> Result<Vec<Enrolment>, Stop>;

    /// The keys in the bay now.
    fn keys(&self) -> Vec<KeyFacts>;
    /// Waits until the bay differs from `seen`; ends with [`Stop::Cancelled`] on cancel.
    async fn bay_changed(&mut self, seen: &[KeyFacts]) -> Result<(), Stop>;
    /// Lets the person choose by touching one of several keys; the others are released.
    async fn touched(&mut self, keys: &[KeyFacts]) -> Result<KeyFacts, Stop>;
    /// Makes a key blink, where it can.
    async fn wink(&mut self, key: &KeyFacts) -> Result<(), KeyFault>;
    /// Reads the key's facts again, PIN retries included.
    async fn facts(&mut self, key: &KeyFacts) -> Result<KeyFacts, KeyFault>;
    /// Checks the PIN against the key, without a touch.
    async fn verify_pin(&mut self, key: &KeyFacts, pin: &Pin, rp_id: &str) -> Result<(), KeyFault>;
    /// Sets the first PIN.
    async fn set_pin(&mut self, key: &KeyFacts, pin: &Pin) -> Result<(), KeyFault>;
    /// Changes the PIN.
    async fn change_pin(&mut self, key: &KeyFacts, old: &Pin, new: &Pin) -> Result<(), KeyFault>;
    /// Which of these credentials the key holds, asked without a touch; `None`: none of them.
    async fn holds(
        &mut self,
        key: &KeyFacts,
        rp_id: &str,
        ids: &[Descriptor],
    ) -> Result<Option<Bytes>, KeyFault>;
    /// Whether it is the key with which the operator signed in, asked without a touch.
    async fn is_operators_own(&mut self, key: &KeyFacts) -> Result<bool, KeyFault>;
    /// The discoverable credentials at this RP. [`KeyFault::Unsupported`] where the key can't tell.
    async fn residents(
        &mut self,
        key: &KeyFacts,
        pin: &Pin,
        rp_id: &str,
    ) -> Result<Vec<Resident>, KeyFault>;
    /// Makes a credential: one touch. `client_data_hash` is SHA-256 of the client data. `None` for the PIN: built-in user verification.
    async fn make_credential(
        &mut self,
        key: &KeyFacts,
        pin: Option<&Pin>,
        options: &CreationOptions,
        client_data_hash: [u8; 32],
    ) -> Result<NewCredential, NotMade>;
    /// Signs: one touch.
    async fn get_assertion(
        &mut self,
        key: &KeyFacts,
        pin: Option<&Pin>,
        options: &RequestOptions,
        client_data_hash: [u8; 32],
    ) -> Result<NewAssertion, KeyFault>;
    /// Deletes a discoverable credential. [`KeyFault::Unsupported`] where the key can't.
    async fn delete_credential(
        &mut self,
        key: &KeyFacts,
        pin: &Pin,
        rp_id: &str,
        id: &Bytes,
    ) -> Result<(), KeyFault>;
}

/// What a run wants of an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wants {
    /// To enrol a key.
    Key,
    /// To enrol an app.
    App,
    /// To enrol both.
    Both,
}

/// An offer that was fetched ahead. What it knows of the person may be out of date.
#[derive(Debug, Clone, PartialEq)]
pub struct Ticket {
    /// The offer.
    pub offer: Offer,
    /// The person has proved a factor under it here, and the registry will hear of that first.
    pub proved: bool,
}

/// Who signed in, and who checked it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignedIn {
    /// The registry did: a session was opened there.
    AtRegistry(Operator),
    /// The station alone: the operator's locked session goes on, and the registry is yet to hear of it.
    AtStation(Operator),
}

/// A discoverable credential on a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resident {
    /// Credential id.
    pub id: Bytes,
    /// User handle.
    pub user_handle: Bytes,
    /// The account's name as the key keeps it.
    pub user_name: Option<String>,
}

/// What a key made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCredential {
    /// Credential id.
    pub id: Bytes,
    /// WebAuthn attestation object, CBOR.
    pub attestation_object: Bytes,
    /// The authenticator data in it.
    pub authenticator_data: Bytes,
    /// COSE_Key, CBOR.
    pub public_key: Bytes,
    /// COSE algorithm.
    pub algorithm: i64,
    /// The UV flag.
    pub user_verified: bool,
    /// How the key vouches for it, as far as the form of its statement tells; the registry verifies it.
    pub attestation: Attestation,
    /// Whether it is discoverable, where known.
    pub discoverable: Option<bool>,
    /// Transports as getInfo states them.
    pub transports: Vec<String>,
}

/// What a key signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAssertion {
    /// Which credential.
    pub id: Bytes,
    /// What was signed, besides the client data's hash.
    pub authenticator_data: Bytes,
    /// DER for ECDSA.
    pub signature: Bytes,
    /// User handle, for a discoverable credential.
    pub user_handle: Option<Bytes>,
}

/// How a push went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pushed {
    /// The registry verified and holds it.
    Accepted {
        /// By the registry's clock.
        at: Timestamp,
        /// It opens nothing until its owner accepts it.
        waiting: bool,
    },
    /// It waits in the outbox.
    Queued,
    /// The registry refused it: a conflict for the operator.
    Rejected {
        /// The problem's code.
        code: String,
        /// The registry's words.
        detail: String,
    },
}

/// What the registry is asked to do at once for a person, with nothing on disk but that it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "errand", rename_all = "kebab-case")]
pub enum Errand {
    /// To let them take what waits for them.
    Accept {
        /// Which.
        factor: FactorRef,
    },
    /// To lift a suspension.
    Lift {
        /// Of what.
        factor: FactorRef,
    },
    /// To end their visit.
    Close {
        /// Which.
        visit: VisitId,
    },
}

/// Tells the face how a run ended, and hands the result on.
pub fn conclude<D: Desk>(desk: &mut D, result: Result<Ending, Stop>) -> Result<Ending, Stop> {
    let ending = match &result {
        Ok(ending) => ending.clone(),
        Err(stop) => Ending::Stopped {
            stop: StopView::from(stop),
            remains: stop.remains(),
        },
    };
    desk.tell(Event::Ended { ending });
    result
}
