//! A desk around the real one that fails, or stops the world, at one chosen call.

use std::sync::Arc;

use jiff::Timestamp;
use keydesk::domain::models::Models;
use keydesk::domain::policy::Policy;
use keydesk::domain::{Bytes, EntryId, Identification, KeyFacts, KeyId, PersonId, Pin, VisitId};
use keydesk::record::{Change, Enrolment};
use keydesk::wire::webauthn::{CreationOptions, Descriptor, RequestOptions};
use keydesk::wire::{
    KnownCredentials, Offer, Operator, OperatorEnrolment, OperatorOffer, PersonDetail, SignIn,
    SignInOptions, Visit,
};
use keydesk::workflow::dialogue::{Answer, Event, Question};
use keydesk::workflow::{
    Desk, Doubt, KeyFault, NewAssertion, NewCredential, NotMade, Pushed, Resident, Stop, Ticket,
    Wants,
};
use serde_json::json;
use tokio::sync::Notify;

/// What happens at the chosen call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mishap {
    /// It fails and was not carried out.
    FailsBefore,
    /// It fails although it was carried out: the answer was lost.
    FailsAfter,
    /// The process stops before it: nothing after this point runs.
    StopsBefore,
    /// The process stops after it.
    StopsAfter,
}

/// What the keys at this desk do otherwise than they should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oddness {
    /// They sign something else than they were asked to.
    SignsAnother,
    /// Their credentials can't be seen without user verification (credProtect level 3), whatever the registry asked for.
    ShowsNothing,
}

/// A desk that has a mishap at call number `at` (from 0), and counts calls.
pub struct FaultyDesk<D> {
    pub(crate) inner: D,
    at: Option<usize>,
    named: Option<&'static str>,
    mishap: Mishap,
    calls: usize,
    /// The name of the call that was hit.
    pub hit: Option<&'static str>,
    /// Told when the world stops.
    pub(crate) stopped: Arc<Notify>,
    /// In place of the real desk's.
    policy: Option<Policy>,
    oddness: Option<Oddness>,
    /// The mishap happens at every call of its name.
    for_good: bool,
    /// What happens in the world right before the first call of a name.
    before: Option<(&'static str, Happening)>,
}

/// Something that happens in the world.
type Happening = Box<dyn FnOnce() + Send>;

impl<D> FaultyDesk<D> {
    /// `at: None` only counts.
    pub fn new(inner: D, at: Option<usize>, mishap: Mishap) -> Self {
        Self {
            inner,
            at,
            named: None,
            mishap,
            calls: 0,
            hit: None,
            stopped: Arc::default(),
            policy: None,
            oddness: None,
            for_good: false,
            before: None,
        }
    }

    /// Every call of that name has the mishap.
    #[must_use]
    pub fn for_good(self) -> Self {
        Self {
            for_good: true,
            ..self
        }
    }

    /// Something happens in the world right before the first call of a name.
    pub fn before(&mut self, name: &'static str, happens: impl FnOnce() + Send + 'static) {
        self.before = Some((name, Box::new(happens)));
    }

    /// At the first call of this name.
    pub fn at(inner: D, name: &'static str, mishap: Mishap) -> Self {
        Self {
            named: Some(name),
            ..Self::new(inner, None, mishap)
        }
    }

    /// A desk that has no mishap, with other rules on which keys are allowed.
    pub fn ruled_by(inner: D, policy: Policy) -> Self {
        Self::new(inner, None, Mishap::FailsBefore).under(policy)
    }

    /// A desk that has no mishap, with odd keys.
    pub fn with_odd_keys(inner: D, oddness: Oddness) -> Self {
        Self {
            oddness: Some(oddness),
            ..Self::new(inner, None, Mishap::FailsBefore)
        }
    }

    /// The same, with other rules on which keys are allowed.
    #[must_use]
    pub fn under(self, policy: Policy) -> Self {
        Self {
            policy: Some(policy),
            ..self
        }
    }

    /// How many calls were made.
    pub fn calls(&self) -> usize {
        self.calls
    }

    /// Told when the world stops.
    pub fn stopped(&self) -> Arc<Notify> {
        Arc::clone(&self.stopped)
    }

    pub(crate) fn due(&mut self, name: &'static str) -> Option<Mishap> {
        if let Some((_, happens)) = self.before.take_if(|(at, _)| *at == name) {
            happens();
        }
        let is_first = self.hit.is_none() || self.for_good;
        let due = self.at == Some(self.calls) || self.named == Some(name) && is_first;
        self.calls += 1;
        if due {
            self.hit = Some(name);
        }
        due.then_some(self.mishap)
    }
}

/// Stops the world: the future never goes on, and whoever drives it drops it.
pub(crate) async fn stop_the_world(stopped: &Notify) -> ! {
    stopped.notify_one();
    std::future::pending().await
}

macro_rules! call {
    ($desk:ident, $name:literal, $fault:expr, $call:expr) => {{
        let mishap = $desk.due($name);
        match mishap {
            Some(Mishap::FailsBefore) => return Err($fault),
            Some(Mishap::StopsBefore) => stop_the_world(&$desk.stopped).await,
            _ => {}
        }
        let result = $call.await;
        match mishap {
            Some(Mishap::FailsAfter) => Err($fault),
            Some(Mishap::StopsAfter) => stop_the_world(&$desk.stopped).await,
            _ => result,
        }
    }};
}

pub(crate) use call;

pub(crate) fn registry_fault() -> Stop {
    Stop::Unreachable("mishap".to_owned())
}

pub(crate) fn store_fault() -> Stop {
    Stop::Store("mishap".to_owned())
}

pub(crate) fn key_fault() -> KeyFault {
    KeyFault::Failed("mishap".to_owned())
}

impl<D: Desk> Desk for FaultyDesk<D> {
    fn now(&self) -> Timestamp {
        self.inner.now()
    }

    fn registry_now(&self) -> Timestamp {
        self.inner.registry_now()
    }

    fn registry_pin_floor(&self) -> Option<u8> {
        self.inner.registry_pin_floor()
    }

    fn fresh_id(&mut self) -> uuid::Uuid {
        self.inner.fresh_id()
    }

    fn models(&self) -> &Models {
        self.inner.models()
    }

    fn policy(&self) -> &Policy {
        self.policy.as_ref().unwrap_or(self.inner.policy())
    }

    fn operator(&self) -> Option<Operator> {
        self.inner.operator()
    }

    fn tell(&mut self, event: Event) {
        self.inner.tell(event);
    }

    async fn ask(&mut self, question: Question) -> Result<Answer, Stop> {
        call!(self, "ask", Stop::Cancelled, self.inner.ask(question))
    }

    async fn ask_or_bay_change(
        &mut self,
        question: Question,
        seen: &[KeyFacts],
    ) -> Result<Option<Answer>, Stop> {
        call!(
            self,
            "ask_or_bay_change",
            Stop::Cancelled,
            self.inner.ask_or_bay_change(question, seen)
        )
    }

    async fn enrolled_here(&mut self, person: &PersonId) -> Result<Vec<Bytes>, Stop> {
        call!(
            self,
            "enrolled_here",
            store_fault(),
            self.inner.enrolled_here(person)
        )
    }

    async fn detail(&mut self, person: &PersonId) -> Result<PersonDetail, Stop> {
        call!(self, "detail", registry_fault(), self.inner.detail(person))
    }

    async fn open_visit(
        &mut self,
        person: &PersonId,
        identification: &Identification,
    ) -> Result<Visit, Stop> {
        call!(
            self,
            "open_visit",
            registry_fault(),
            self.inner.open_visit(person, identification)
        )
    }

    async fn offer(&mut self, person: &PersonId, visit: Option<VisitId>) -> Result<Offer, Stop> {
        call!(
            self,
            "offer",
            registry_fault(),
            self.inner.offer(person, visit)
        )
    }

    async fn ticket(&mut self, person: &PersonId, wants: Wants) -> Result<Option<Ticket>, Stop> {
        call!(
            self,
            "ticket",
            store_fault(),
            self.inner.ticket(person, wants)
        )
    }

    async fn known_credentials(
        &mut self,
        key: &KeyId,
        person: Option<&PersonId>,
        held: &[Bytes],
    ) -> Result<KnownCredentials, Stop> {
        call!(
            self,
            "known_credentials",
            registry_fault(),
            self.inner.known_credentials(key, person, held)
        )
    }

    async fn public_key_of(&mut self, credential: &Bytes) -> Result<Option<Bytes>, Stop> {
        call!(
            self,
            "public_key_of",
            store_fault(),
            self.inner.public_key_of(credential)
        )
    }

    async fn push(&mut self, entry: EntryId) -> Result<Pushed, Stop> {
        call!(self, "push", store_fault(), self.inner.push(entry))
    }

    async fn sign_in_options(&mut self) -> Result<SignInOptions, Stop> {
        call!(
            self,
            "sign_in_options",
            registry_fault(),
            self.inner.sign_in_options()
        )
    }

    async fn sign_in(&mut self, proof: SignIn) -> Result<keydesk::workflow::SignedIn, Stop> {
        call!(self, "sign_in", registry_fault(), self.inner.sign_in(proof))
    }

    async fn operator_offer(
        &mut self,
        code: &keydesk::domain::Secret,
    ) -> Result<OperatorOffer, Stop> {
        call!(
            self,
            "operator_offer",
            registry_fault(),
            self.inner.operator_offer(code)
        )
    }

    async fn operator_enrol(&mut self, enrolment: OperatorEnrolment) -> Result<Operator, Stop> {
        call!(
            self,
            "operator_enrol",
            registry_fault(),
            self.inner.operator_enrol(enrolment)
        )
    }

    async fn own_key_challenge(&mut self) -> Result<SignInOptions, Stop> {
        call!(
            self,
            "own_key_challenge",
            registry_fault(),
            self.inner.own_key_challenge()
        )
    }

    async fn is_operators(&mut self, proof: SignIn) -> Result<bool, Stop> {
        call!(
            self,
            "is_operators",
            registry_fault(),
            self.inner.is_operators(proof)
        )
    }

    async fn commit(&mut self, change: Change) -> Result<(), Stop> {
        call!(self, "commit", store_fault(), self.inner.commit(change))
    }

    async fn enrolments_on(&mut self, key: &KeyFacts) -> Result<Vec<Enrolment>, Stop> {
        call!(
            self,
            "enrolments_on",
            store_fault(),
            self.inner.enrolments_on(key)
        )
    }

    fn keys(&self) -> Vec<KeyFacts> {
        self.inner.keys()
    }

    async fn bay_changed(&mut self, seen: &[KeyFacts]) -> Result<(), Stop> {
        call!(
            self,
            "bay_changed",
            Stop::Cancelled,
            self.inner.bay_changed(seen)
        )
    }

    async fn touched(&mut self, keys: &[KeyFacts]) -> Result<KeyFacts, Stop> {
        call!(self, "touched", Stop::Cancelled, self.inner.touched(keys))
    }

    async fn wink(&mut self, key: &KeyFacts) -> Result<(), KeyFault> {
        call!(self, "wink", key_fault(), self.inner.wink(key))
    }

    async fn facts(&mut self, key: &KeyFacts) -> Result<KeyFacts, KeyFault> {
        call!(self, "facts", key_fault(), self.inner.facts(key))
    }

    async fn verify_pin(&mut self, key: &KeyFacts, pin: &Pin, rp_id: &str) -> Result<(), KeyFault> {
        call!(
            self,
            "verify_pin",
            key_fault(),
            self.inner.verify_pin(key, pin, rp_id)
        )
    }

    async fn set_pin(&mut self, key: &KeyFacts, pin: &Pin) -> Result<(), KeyFault> {
        call!(self, "set_pin", key_fault(), self.inner.set_pin(key, pin))
    }

    async fn change_pin(&mut self, key: &KeyFacts, old: &Pin, new: &Pin) -> Result<(), KeyFault> {
        call!(
            self,
            "change_pin",
            key_fault(),
            self.inner.change_pin(key, old, new)
        )
    }

    async fn holds(
        &mut self,
        key: &KeyFacts,
        rp_id: &str,
        ids: &[Descriptor],
    ) -> Result<Option<Bytes>, KeyFault> {
        call!(
            self,
            "holds",
            key_fault(),
            self.inner.holds(key, rp_id, ids)
        )
    }

    async fn is_operators_own(&mut self, key: &KeyFacts) -> Result<bool, KeyFault> {
        call!(
            self,
            "is_operators_own",
            key_fault(),
            self.inner.is_operators_own(key)
        )
    }

    async fn residents(
        &mut self,
        key: &KeyFacts,
        pin: &Pin,
        rp_id: &str,
    ) -> Result<Vec<Resident>, KeyFault> {
        call!(
            self,
            "residents",
            key_fault(),
            self.inner.residents(key, pin, rp_id)
        )
    }

    async fn make_credential(
        &mut self,
        key: &KeyFacts,
        pin: Option<&Pin>,
        options: &CreationOptions,
        hash: [u8; 32],
    ) -> Result<NewCredential, NotMade> {
        let mut options = options.clone();
        if self.oddness == Some(Oddness::ShowsNothing) {
            let protected = "userVerificationRequired";
            options.extensions = Some(json!({ "credentialProtectionPolicy": protected }));
        }
        call!(
            self,
            "make_credential",
            NotMade {
                fault: key_fault(),
                doubt: Doubt::Yes,
            },
            self.inner.make_credential(key, pin, &options, hash)
        )
    }

    async fn get_assertion(
        &mut self,
        key: &KeyFacts,
        pin: Option<&Pin>,
        options: &RequestOptions,
        hash: [u8; 32],
    ) -> Result<NewAssertion, KeyFault> {
        let hash = match self.oddness {
            Some(Oddness::SignsAnother) => hash.map(|byte| !byte),
            _ => hash,
        };
        call!(
            self,
            "get_assertion",
            key_fault(),
            self.inner.get_assertion(key, pin, options, hash)
        )
    }

    async fn delete_credential(
        &mut self,
        key: &KeyFacts,
        pin: &Pin,
        rp_id: &str,
        id: &Bytes,
    ) -> Result<(), KeyFault> {
        call!(
            self,
            "delete_credential",
            key_fault(),
            self.inner.delete_credential(key, pin, rp_id, id)
        )
    }
}
