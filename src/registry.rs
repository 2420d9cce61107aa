//! The station's side of the central registry: a client of its HTTP API.
//!
//! What it hides: HTTP, TLS, and that the station signs an assertion of its own (RFC 7523) to get a token, which it keeps
//! until shortly before its end. What it keeps:
//! - every request ends: 3 s to connect, 10 s in all; a reply has at most 1 MiB, tickets 16 MiB;
//! - no redirect is followed, and plain HTTP goes to this machine only;
//! - whatever comes back becomes a value or a [`RegistryError`], never a panic;
//! - what a key is asked to sign is for an RP id that the origin with it may use; whom an [`Offer`] is for, and that it
//!   agrees with itself, is for the station to see, which keeps offers for later;
//! - nothing is sent twice by itself, but for one attempt with a fresh token after the old one was refused.

use jiff::civil::Date;
use reqwest::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

mod account_resets;
mod away;
mod clock;
mod connection;
pub mod decode;
mod factors;
mod key;
mod loans;
mod stock;
mod suspensions;
mod visits;

pub use clock::RegistryClock;
pub use decode::RegistryError;
pub use key::{KeyFileError, StationKey};

use crate::domain::{Bytes, EntryId, PersonId, Secret, StationId, VisitId};
use crate::wire::{
    self, Bond, ExpectedPeople, Health, JoinReply, JoinRequest, KnownCredentials, KnownRequest,
    Leave, Offer, OfferFault, OperatorCode, OperatorEnrolment, OperatorOffer, People, PeopleLookup,
    PersonDetail, Push, Report, Session, SignIn, SignInOptions, Taking, TestOffer, TicketRequest,
    Tickets,
};
use connection::{Connection, Identity};
use decode::Head;

/// Largest reply but for tickets.
const MAX_REPLY_BYTES: usize = 1024 * 1024;

/// Largest reply with tickets.
const MAX_TICKETS_BYTES: usize = 16 * 1024 * 1024;

/// Where the registry is.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Its base address, e.g. `https://registry.example`.
    pub base_url: String,
    /// Certificates in PEM that are trusted besides the system's.
    pub extra_roots_pem: Option<Vec<u8>>,
}

/// The address or the certificates can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Not an address of a registry.
    #[error("{0:?} is no address of a registry: write it as https://registry.example")]
    Address(String),
    /// Plain HTTP to another machine.
    #[error("refusing plain HTTP to {0:?}: use https, or a registry on this machine")]
    PlainHttp(String),
    /// Not certificates in PEM, or the system has none.
    #[error("the certificates that the registry is checked against cannot be used: {0}")]
    Certificates(String),
}

/// A client of one registry.
pub struct Client {
    connection: Connection,
    /// The only relying parties that a key is asked to sign for; empty: any.
    rp_ids: Vec<String>,
    /// Whether the station binds its reports to sessions.
    binds: bool,
}

/// An idempotency key for one call of what is asked for anew where its answer is lost: what a line delivers twice is done once.
fn once() -> Option<EntryId> {
    Some(EntryId(uuid::Uuid::now_v7()))
}

/// What a push comes under.
#[derive(Debug, Clone, Copy)]
pub struct Label<'a> {
    /// The idempotency key.
    pub entry: EntryId,
    /// Binds it to the session in which it was recorded.
    pub bond: Option<&'a Bond>,
}

impl From<EntryId> for Label<'_> {
    fn from(entry: EntryId) -> Self {
        Self { entry, bond: None }
    }
}

impl Client {
    /// A client that has not joined: it can ask for [`Self::health`] and [`Self::join`].
    pub fn new(settings: &Settings) -> Result<Self, SettingsError> {
        Ok(Self {
            connection: Connection::new(settings)?,
            rp_ids: Vec::new(),
            binds: false,
        })
    }

    /// Makes it the client of a station that has joined.
    pub fn as_station(mut self, station: StationId, audience: String, key: StationKey) -> Self {
        self.connection
            .identify(Identity::new(station, audience, key));
        self
    }

    /// Takes no other relying parties from the registry than these; where there are none, any.
    pub fn pinned_to(self, rp_ids: Vec<String>) -> Self {
        Self { rp_ids, ..self }
    }

    /// Asks for a [`wire::ReportKey`] with each session. From the first one on the registry takes no report that is not bound.
    pub fn binding_reports(self) -> Self {
        Self {
            binds: true,
            ..self
        }
    }

    /// Whether keys are asked to sign for that relying party here.
    fn check_pinned(&self, rp_id: &str) -> Result<(), OfferFault> {
        if self.rp_ids.is_empty() || self.rp_ids.iter().any(|pinned| pinned == rp_id) {
            return Ok(());
        }
        Err(OfferFault::NotPinned {
            rp_id: rp_id.to_owned(),
            pinned: self.rp_ids.join(", "),
        })
    }

    pub fn base_url(&self) -> &str {
        self.connection.base_url()
    }

    /// The registry's clock, as its replies tell it.
    pub fn clock(&self) -> &RegistryClock {
        self.connection.clock()
    }

    /// `GET /v1/health`: whether it answers, and its clock.
    pub async fn health(&self) -> Result<Health, RegistryError> {
        let (head, body) = self
            .connection
            .send(
                self.connection.request(Method::GET, &["health"], &[])?,
                MAX_REPLY_BYTES,
            )
            .await?;
        decode::health(&head, &body)
    }

    /// `POST /v1/stations/join`: makes the station known by its public key. Safe to repeat with the same code, name and key
    /// when the answer was lost.
    pub async fn join(
        &self,
        code: &Secret,
        name: &str,
        key: &StationKey,
    ) -> Result<JoinReply, RegistryError> {
        let body = JoinRequest {
            code: code.duplicate(),
            name: name.to_owned(),
            public_key_pem: key.public_key_pem(),
        };
        let request = self
            .connection
            .request(Method::POST, &["stations", "join"], &[])?
            .header(wire::IDEMPOTENCY_KEY, join_key(&body))
            .json(&body);
        let (head, body) = self.connection.send(request, MAX_REPLY_BYTES).await?;
        decode::reply(&head, &body)
    }

    /// `POST /v1/operators/enrolment/options`: what an operator's own key is asked to make, for their code.
    pub async fn operator_enrolment_options(
        &self,
        code: &Secret,
    ) -> Result<OperatorOffer, RegistryError> {
        let body = OperatorCode {
            code: code.duplicate(),
        };
        let offer: OperatorOffer = self
            .post(&["operators", "enrolment", "options"], None, None, &body)
            .await?;
        offer.check()?;
        self.check_pinned(&offer.creation.rp.id)?;
        Ok(offer)
    }

    /// `POST /v1/operators/enrolment`: hands in the operator's own key and signs them in.
    pub async fn enrol_operator(
        &self,
        enrolment: &OperatorEnrolment,
    ) -> Result<Session, RegistryError> {
        self.open(&["operators", "enrolment"], enrolment).await
    }

    /// `POST /v1/sessions/options`: what an operator's key is asked to sign.
    pub async fn sign_in_options(&self) -> Result<SignInOptions, RegistryError> {
        let options: SignInOptions = self.post(&["sessions", "options"], None, None, &()).await?;
        options.check()?;
        self.check_pinned(&options.request.rp_id)?;
        Ok(options)
    }

    /// `POST /v1/sessions`: signs an operator in.
    pub async fn sign_in(&self, sign_in: &SignIn) -> Result<Session, RegistryError> {
        self.open(&["sessions"], sign_in).await
    }

    /// `DELETE /v1/sessions/current`: ends the session.
    pub async fn sign_out(&self, session: &Session) -> Result<(), RegistryError> {
        let make = || {
            self.connection
                .request(Method::DELETE, &["sessions", "current"], &[])
        };
        let (head, body) = self
            .connection
            .send_as_station(make, Some(session), MAX_REPLY_BYTES)
            .await?;
        decode::nothing(&head, &body)
    }

    /// `GET /v1/people`: people by name, e-mail address, employee or Chamber of Commerce number; at most `limit` (1 to 100).
    pub async fn find_people(
        &self,
        session: &Session,
        text: &str,
        limit: u32,
    ) -> Result<People, RegistryError> {
        let limit = limit.to_string();
        self.get(session, &["people"], &[("q", text), ("limit", &limit)])
            .await
    }

    /// `POST /v1/people`: which of these people are there; at most [`wire::LOOKUP_MAX`].
    pub async fn look_up(
        &self,
        session: &Session,
        people: &[PersonId],
    ) -> Result<People, RegistryError> {
        let people = people.to_vec();
        self.post(&["people"], Some(session), None, &PeopleLookup { people })
            .await
    }

    /// `GET /v1/people/{id}`: one person with their credentials.
    pub async fn person(
        &self,
        session: &Session,
        id: &PersonId,
    ) -> Result<PersonDetail, RegistryError> {
        self.get(session, &["people", id.as_str()], &[]).await
    }

    /// `GET /v1/people/expected`: who has an appointment that day.
    pub async fn expected(
        &self,
        session: &Session,
        day: Date,
    ) -> Result<ExpectedPeople, RegistryError> {
        self.get(
            session,
            &["people", "expected"],
            &[("day", &day.to_string())],
        )
        .await
    }

    /// `POST /v1/people/{id}/offers`: what is needed to enrol a key for this person, under a visit; without one for somebody who
    /// is not there.
    pub async fn offer(
        &self,
        session: &Session,
        person: &PersonId,
        visit: Option<VisitId>,
    ) -> Result<Offer, RegistryError> {
        let path = ["people", person.as_str(), "offers"];
        let query = under(visit);
        let (head, body) = self.sent(&path, &query, Some(session), None, &()).await?;
        let offer = decode::offer(&head, &body)?;
        self.check_pinned(&offer.creation.rp.id)?;
        Ok(offer)
    }

    /// `POST /v1/people/{id}/tests/options`: what is needed to test this person's keys; with a visit, passing it proves that.
    pub async fn test_offer(
        &self,
        session: &Session,
        person: &PersonId,
        visit: Option<VisitId>,
    ) -> Result<TestOffer, RegistryError> {
        let path = ["people", person.as_str(), "tests", "options"];
        let query = under(visit);
        let (head, body) = self.sent(&path, &query, Some(session), None, &()).await?;
        let offer: TestOffer = decode::reply(&head, &body)?;
        offer.check()?;
        self.check_pinned(&offer.request.rp_id)?;
        Ok(offer)
    }

    /// `POST /v1/tickets`: offers for everybody who is expected that day, or who is named.
    pub async fn tickets(
        &self,
        session: &Session,
        wanted: &TicketRequest,
    ) -> Result<Tickets, RegistryError> {
        let make = || {
            let request = self.connection.request(Method::POST, &["tickets"], &[])?;
            Ok(request.json(wanted))
        };
        let (head, body) = self
            .connection
            .send_as_station(make, Some(session), MAX_TICKETS_BYTES)
            .await?;
        let tickets = decode::tickets(&head, &body)?;
        for offer in &tickets.offers {
            self.check_pinned(&offer.creation.rp.id)?;
        }
        Ok(tickets)
    }

    /// `POST /v1/PATH`: reports what happened. `entry` is the idempotency key: sending it again is safe, and changes nothing. One
    /// push at a time, because the registry sees the journal's head grow.
    pub async fn push<'a, R: Report>(
        &self,
        label: impl Into<Label<'a>>,
        push: &Push<R>,
    ) -> Result<R::Receipt, RegistryError> {
        let label = Some(label.into());
        let path: Vec<&str> = R::PATH.split('/').collect();
        let (head, body) = self.sent(&path, &[], None, label, push).await?;
        decode::reply(&head, &body)
    }

    /// `POST /v1/credentials/known`: whose credentials these are, and what is enrolled on this key.
    pub async fn known_credentials(
        &self,
        session: &Session,
        request: &KnownRequest,
    ) -> Result<KnownCredentials, RegistryError> {
        let path = ["credentials", "known"];
        let known: KnownCredentials = self.post(&path, Some(session), None, request).await?;
        self.check_pinned(&known.rp_id)?;
        Ok(known)
    }

    /// `POST /v1/takings`: whether these credentials may be taken from whoever they open something for.
    pub async fn leave_to_take(
        &self,
        session: &Session,
        credentials: &[Bytes],
    ) -> Result<Leave, RegistryError> {
        let taking = Taking {
            version: wire::VERSION,
            credentials: credentials.to_vec(),
        };
        self.post(&["takings"], Some(session), None, &taking).await
    }

    async fn get<T: DeserializeOwned>(
        &self,
        session: &Session,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<T, RegistryError> {
        let make = || self.connection.request(Method::GET, path, query);
        let (head, body) = self
            .connection
            .send_as_station(make, Some(session), MAX_REPLY_BYTES)
            .await?;
        decode::reply(&head, &body)
    }

    async fn post<T: DeserializeOwned>(
        &self,
        path: &[&str],
        session: Option<&Session>,
        entry: Option<EntryId>,
        body: &(impl Serialize + Sync),
    ) -> Result<T, RegistryError> {
        let label = entry.map(Label::from);
        let (head, body) = self.sent(path, &[], session, label, body).await?;
        decode::reply(&head, &body)
    }

    async fn sent(
        &self,
        path: &[&str],
        query: &[(&str, String)],
        session: Option<&Session>,
        label: Option<Label<'_>>,
        body: &(impl Serialize + Sync),
    ) -> Result<(Head, Zeroizing<Vec<u8>>), RegistryError> {
        let query: Vec<(&str, &str)> = query.iter().map(|(name, text)| (*name, &**text)).collect();
        let make = || {
            let request = self.connection.request(Method::POST, path, &query)?;
            let mut request = request.json(body);
            if let Some(label) = label {
                request = request.header(wire::IDEMPOTENCY_KEY, label.entry.to_string());
            }
            if let Some(bond) = label.and_then(|label| label.bond) {
                request = request.header(wire::BOND, bond.to_header());
            }
            Ok(request)
        };
        self.connection
            .send_as_station(make, session, MAX_REPLY_BYTES)
            .await
    }

    /// Signs an operator in. A session that says how to unlock must say so for an origin that may use the RP id.
    async fn open(
        &self,
        path: &[&str],
        proof: &(impl Serialize + Sync),
    ) -> Result<Session, RegistryError> {
        let query = self.binds.then(|| ("binds", true.to_string()));
        let (head, body) = self.sent(path, query.as_slice(), None, None, proof).await?;
        let session: Session = decode::reply(&head, &body)?;
        if let Some(unlock) = &session.unlock {
            unlock.check()?;
            self.check_pinned(&unlock.rp_id)?;
        }
        Ok(session)
    }
}

fn under(visit: Option<VisitId>) -> Vec<(&'static str, String)> {
    let visit = visit.map(|visit| ("visit", visit.to_string()));
    visit.into_iter().collect()
}

/// The same for the same code and key, also after a restart, and tells neither.
fn join_key(request: &JoinRequest) -> String {
    let mut hash = Sha256::new();
    for part in [request.code.expose(), &request.public_key_pem] {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    hex::encode(hash.finalize())
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("base", &self.connection.base_url())
            .finish_non_exhaustive()
    }
}
