//! The ports: everything that a workflow asks of the world, by what it reaches.
//!
//! Each port is written down once, below or in a file of its own. From it come the trait, which a real desk implements, and the
//! forwarding of a desk that stands around another one ([`Around`]), where each call passes one place.
//!
//! Invariant: whatever waits, or reaches a disk, a key, the registry or a person, is a *call*, and a fault can be put in there; a
//! *look* only reckons or shows.

mod keys;
mod registry;

use async_trait::async_trait;
use jiff::Timestamp;

pub use keys::Keys;
pub use registry::{AccountResets, Away, Factors, Loans, Registry, Sessions, Visits};

use super::dialogue::{Answer, Event, Question};
use super::{Errand, KeyFault, Pushed, Refused, Stop, Ticket, Wants};
use crate::domain::care::TestReport;
use crate::domain::models::Models;
use crate::domain::policy::Policy;
use crate::domain::{AccountResetId, Bytes, EntryId, IntentId, KeyFacts, PersonId, Pin};
use crate::record::{Change, EnrolledHere, Enrolment, PersonReset, Unfinished};
use crate::wire::PersonDetail;

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
        pub trait $part:ident of $port:ident via $around:ident {
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
        pub trait $part {
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
        impl<W: Around> $part for W {
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

use port;

port! {
    /// The people in front of the screen.
    ///
    /// Cancelling is not an answer but a state: once they want to stop, every question and every key operation ends with
    /// [`Stop::Cancelled`] at once.
    pub trait People of People via around {
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
    /// What the station itself has: its journal and index, its clock, its randomness and its lists.
    pub trait Journal of Journal via around {
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
