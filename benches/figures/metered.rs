//! A desk around the real one that notes how long each call to the world takes.

mod ports;

use std::error::Error;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

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
    Desk, KeyFault, NewAssertion, NewCredential, NotMade, Pushed, Resident, Stop, Ticket, Wants,
};

use super::{Fallible, lab};

/// Whom a call was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port {
    /// The people at the desk.
    Face,
    /// A request to the registry.
    Registry,
    /// A result pushed to the registry, and the journal record that says so.
    Push,
    /// A journal record.
    Journal,
    /// The index.
    Index,
    /// A job on the key.
    Key(&'static str),
}

/// The desk, with a watch. After each journal record it writes as many bytes to a file of its own, so that the two meet the
/// same disk.
pub struct MeteredDesk<'a, D> {
    inner: D,
    data: &'a Path,
    scratch: &'a File,
    /// Every call so far, in order.
    pub calls: Vec<(Port, Duration)>,
    /// What a bare write and sync of each journal record's bytes took.
    pub bare: Vec<Duration>,
    /// What all of this took, which no station does.
    pub measuring: Duration,
}

impl<'a, D> MeteredDesk<'a, D> {
    /// Measures the calls to `inner`, whose station's data directory is `data`.
    pub fn new(inner: D, data: &'a Path, scratch: &'a File) -> Self {
        Self {
            inner,
            data,
            scratch,
            calls: Vec::with_capacity(64),
            bare: Vec::with_capacity(8),
            measuring: Duration::ZERO,
        }
    }

    /// The time that the calls to the ports chosen took.
    pub fn spent(&self, wanted: impl Fn(Port) -> bool) -> Duration {
        let chosen = self.calls.iter().filter(|(port, _)| wanted(*port));
        chosen.map(|(_, took)| *took).sum()
    }

    /// Writes so many bytes and syncs them, with nothing around it.
    fn write_bare(&mut self, length: u64) -> Fallible<()> {
        let bytes = vec![0x5a; usize::try_from(length)?];
        let end = self.scratch.metadata()?.len();
        let start = Instant::now();
        self.scratch.write_all_at(&bytes, end)?;
        self.scratch.sync_data()?;
        self.bare.push(start.elapsed());
        Ok(())
    }
}

macro_rules! timed {
    ($desk:ident, $port:expr, $call:expr) => {{
        let start = Instant::now();
        let result = $call.await;
        $desk.calls.push(($port, start.elapsed()));
        result
    }};
}

impl<D: Desk> Desk for MeteredDesk<'_, D> {
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
        self.inner.policy()
    }

    fn operator(&self) -> Option<Operator> {
        self.inner.operator()
    }

    fn tell(&mut self, event: Event) {
        self.inner.tell(event);
    }

    fn keys(&self) -> Vec<KeyFacts> {
        self.inner.keys()
    }

    async fn ask(&mut self, question: Question) -> Result<Answer, Stop> {
        timed!(self, Port::Face, self.inner.ask(question))
    }

    async fn ask_or_bay_change(
        &mut self,
        question: Question,
        seen: &[KeyFacts],
    ) -> Result<Option<Answer>, Stop> {
        timed!(
            self,
            Port::Face,
            self.inner.ask_or_bay_change(question, seen)
        )
    }

    async fn bay_changed(&mut self, seen: &[KeyFacts]) -> Result<(), Stop> {
        timed!(self, Port::Face, self.inner.bay_changed(seen))
    }

    async fn detail(&mut self, person: &PersonId) -> Result<PersonDetail, Stop> {
        timed!(self, Port::Registry, self.inner.detail(person))
    }

    async fn open_visit(
        &mut self,
        person: &PersonId,
        identification: &Identification,
    ) -> Result<Visit, Stop> {
        let opened = self.inner.open_visit(person, identification);
        timed!(self, Port::Registry, opened)
    }

    async fn offer(&mut self, person: &PersonId, visit: Option<VisitId>) -> Result<Offer, Stop> {
        timed!(self, Port::Registry, self.inner.offer(person, visit))
    }

    async fn ticket(&mut self, person: &PersonId, wants: Wants) -> Result<Option<Ticket>, Stop> {
        timed!(self, Port::Index, self.inner.ticket(person, wants))
    }

    async fn enrolled_here(&mut self, person: &PersonId) -> Result<Vec<Bytes>, Stop> {
        timed!(self, Port::Index, self.inner.enrolled_here(person))
    }

    async fn known_credentials(
        &mut self,
        key: &KeyId,
        person: Option<&PersonId>,
        held: &[Bytes],
    ) -> Result<KnownCredentials, Stop> {
        let asked = self.inner.known_credentials(key, person, held);
        timed!(self, Port::Registry, asked)
    }

    async fn public_key_of(&mut self, credential: &Bytes) -> Result<Option<Bytes>, Stop> {
        timed!(self, Port::Index, self.inner.public_key_of(credential))
    }

    async fn push(&mut self, entry: EntryId) -> Result<Pushed, Stop> {
        timed!(self, Port::Push, self.inner.push(entry))
    }

    async fn sign_in_options(&mut self) -> Result<SignInOptions, Stop> {
        timed!(self, Port::Registry, self.inner.sign_in_options())
    }

    async fn sign_in(&mut self, proof: SignIn) -> Result<keydesk::workflow::SignedIn, Stop> {
        timed!(self, Port::Registry, self.inner.sign_in(proof))
    }

    async fn operator_offer(
        &mut self,
        code: &keydesk::domain::Secret,
    ) -> Result<OperatorOffer, Stop> {
        timed!(self, Port::Registry, self.inner.operator_offer(code))
    }

    async fn operator_enrol(&mut self, enrolment: OperatorEnrolment) -> Result<Operator, Stop> {
        timed!(self, Port::Registry, self.inner.operator_enrol(enrolment))
    }

    async fn own_key_challenge(&mut self) -> Result<SignInOptions, Stop> {
        timed!(self, Port::Registry, self.inner.own_key_challenge())
    }

    async fn is_operators(&mut self, proof: SignIn) -> Result<bool, Stop> {
        timed!(self, Port::Registry, self.inner.is_operators(proof))
    }

    async fn commit(&mut self, change: Change) -> Result<(), Stop> {
        let failed = |error: Box<dyn Error + Send + Sync>| Stop::Store(error.to_string());
        let begun = Instant::now();
        let before = lab::journal_bytes(self.data).map_err(failed)?;
        let start = Instant::now();
        let result = self.inner.commit(change).await;
        let took = start.elapsed();
        let after = lab::journal_bytes(self.data).map_err(failed)?;
        self.write_bare(after - before).map_err(failed)?;
        self.measuring += begun.elapsed() - took;
        self.calls.push((Port::Journal, took));
        result
    }

    async fn enrolments_on(&mut self, key: &KeyFacts) -> Result<Vec<Enrolment>, Stop> {
        timed!(self, Port::Index, self.inner.enrolments_on(key))
    }

    async fn touched(&mut self, keys: &[KeyFacts]) -> Result<KeyFacts, Stop> {
        timed!(self, Port::Key("selection"), self.inner.touched(keys))
    }

    async fn wink(&mut self, key: &KeyFacts) -> Result<(), KeyFault> {
        timed!(self, Port::Key("wink"), self.inner.wink(key))
    }

    async fn facts(&mut self, key: &KeyFacts) -> Result<KeyFacts, KeyFault> {
        timed!(self, Port::Key("facts"), self.inner.facts(key))
    }

    async fn verify_pin(&mut self, key: &KeyFacts, pin: &Pin, rp_id: &str) -> Result<(), KeyFault> {
        timed!(
            self,
            Port::Key("verify PIN"),
            self.inner.verify_pin(key, pin, rp_id)
        )
    }

    async fn set_pin(&mut self, key: &KeyFacts, pin: &Pin) -> Result<(), KeyFault> {
        timed!(self, Port::Key("set PIN"), self.inner.set_pin(key, pin))
    }

    async fn change_pin(&mut self, key: &KeyFacts, old: &Pin, new: &Pin) -> Result<(), KeyFault> {
        timed!(
            self,
            Port::Key("change PIN"),
            self.inner.change_pin(key, old, new)
        )
    }

    async fn holds(
        &mut self,
        key: &KeyFacts,
        rp_id: &str,
        ids: &[Descriptor],
    ) -> Result<Option<Bytes>, KeyFault> {
        timed!(self, Port::Key("holds"), self.inner.holds(key, rp_id, ids))
    }

    async fn is_operators_own(&mut self, key: &KeyFacts) -> Result<bool, KeyFault> {
        timed!(self, Port::Key("own key"), self.inner.is_operators_own(key))
    }

    async fn residents(
        &mut self,
        key: &KeyFacts,
        pin: &Pin,
        rp_id: &str,
    ) -> Result<Vec<Resident>, KeyFault> {
        timed!(
            self,
            Port::Key("residents"),
            self.inner.residents(key, pin, rp_id)
        )
    }

    async fn make_credential(
        &mut self,
        key: &KeyFacts,
        pin: Option<&Pin>,
        options: &CreationOptions,
        client_data_hash: [u8; 32],
    ) -> Result<NewCredential, NotMade> {
        timed!(
            self,
            Port::Key("make credential"),
            self.inner
                .make_credential(key, pin, options, client_data_hash)
        )
    }

    async fn get_assertion(
        &mut self,
        key: &KeyFacts,
        pin: Option<&Pin>,
        options: &RequestOptions,
        client_data_hash: [u8; 32],
    ) -> Result<NewAssertion, KeyFault> {
        timed!(
            self,
            Port::Key("get assertion"),
            self.inner
                .get_assertion(key, pin, options, client_data_hash)
        )
    }

    async fn delete_credential(
        &mut self,
        key: &KeyFacts,
        pin: &Pin,
        rp_id: &str,
        id: &Bytes,
    ) -> Result<(), KeyFault> {
        timed!(
            self,
            Port::Key("delete credential"),
            self.inner.delete_credential(key, pin, rp_id, id)
        )
    }
}
