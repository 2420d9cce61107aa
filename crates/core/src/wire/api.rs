//! Bodies of the registry's API. One struct a request or reply; see the route it names.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::because::{Because, WhyNot};
use super::factor::{AppOffer, Factor};
use super::report::{About, accepted, reports};
use super::visit::{ServedBy, TicketVisit, Visit};
use super::webauthn::{
    AuthenticationResponse, CreationOptions, RegistrationResponse, RequestOptions,
};
use crate::domain::key::ModelBy;
use crate::domain::visit::Held;
use crate::domain::{
    Bytes, Identification, KeyId, OfferId, OperatorId, Person, PersonId, StationId,
};

/// `GET /v1/health`, open to all: whether the registry answers, and its clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Health {
    /// The registry's name, for people.
    pub name: String,
    /// The registry's clock.
    pub now: Timestamp,
    /// The version of the wire that it speaks.
    pub version: u16,
}

/// `GET /v1/people?q=TEXT&limit=N` (name, e-mail, employee or Chamber-of-Commerce number) and
/// `GET /v1/people/expected?day=2026-11-22`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct People {
    /// Best match first.
    pub people: Vec<Person>,
    /// More matched than were returned.
    #[serde(default)]
    pub more: bool,
}

/// Body of `POST /v1/people`: which of these people are there? The reply is [`People`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PeopleLookup {
    /// Their identifiers, at most 100.
    pub people: Vec<PersonId>,
}

/// The most people that are looked up at once.
pub const LOOKUP_MAX: usize = 100;

/// Reply to `GET /v1/people/expected?day=2026-11-22`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ExpectedPeople {
    /// In the order of their appointments.
    pub expected: Vec<Expected>,
}

/// Somebody with an appointment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Expected {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub person: Person,
    /// A key was enrolled for them since the start of that day.
    #[serde(default)]
    pub done: bool,
}

/// `GET /v1/people/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PersonDetail {
    /// Who.
    pub person: Person,
    /// Their enrolled keys, oldest first, those that are gone included.
    pub credentials: Vec<Credential>,
    /// Their authenticator apps and hardware tokens, oldest first, those that were removed included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub factors: Vec<Factor>,
    /// The visit that this operator has open with them at this station.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<Visit>,
    /// Who else serves them now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served_by: Option<ServedBy>,
    /// The reset of their account of which something can still come; also one that this operator carried out, by which nothing was
    /// added yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset: Option<Box<super::AccountReset>>,
    /// Of an administrator: the open resets of others of their organisation. They object to each, and sign what is only prepared and
    /// theirs to ask for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resets_of_others: Vec<super::AccountReset>,
    /// Their account was reset while they were not at a desk: until when they get a factor at one, or that this is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exception: Option<Box<super::ResetException>>,
    /// Of somebody who has lost everything: why nobody's asking for a reset of their account would be taken now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_reset: Option<NoReset>,
}

/// Why no reset of an account is asked for now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct NoReset {
    /// The code of the problem that whoever asks would get.
    pub code: String,
    /// What that says, as a problem does: `detail` and `why`.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub said: WhyNot,
}

impl PersonDetail {
    /// What they can ask for as an administrator: what a desk prepared for somebody of their organisation. Of which of them they may is the
    /// registry's to say.
    pub fn to_sign(&self) -> Vec<super::AccountReset> {
        let prepared = self.resets_of_others.iter();
        let prepared = prepared.filter(|reset| reset.is_to_sign());
        prepared.cloned().collect()
    }

    /// To what they can object: the reset of their own account, and of others of their organisation.
    pub fn to_object(&self) -> Vec<super::AccountReset> {
        let own = self.reset.iter().map(AsRef::as_ref);
        let all = own.chain(&self.resets_of_others);
        all.filter(|reset| reset.state.is_open()).cloned().collect()
    }

    /// The credentials that may be on a key: those that are not gone, whether they open something or not.
    pub fn held_on_keys(&self) -> impl Iterator<Item = Bytes> {
        let held = self.credentials.iter().filter(|c| c.gone_at.is_none());
        held.map(|c| c.id.clone())
    }
}

/// A credential that the registry holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Credential {
    /// The credential id.
    pub id: Bytes,
    /// The key it is on, as it was reported.
    pub key: KeyReport,
    /// On whose word it is of the model that its AAGUID names. An older registry does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_by: Option<ModelBy>,
    /// When it was enrolled.
    pub enrolled_at: Timestamp,
    /// By which station.
    pub station: StationId,
    /// By which operator.
    pub operator: OperatorId,
    /// When the registry last accepted an assertion from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_tested_at: Option<Timestamp>,
    /// When its key was reset: since then it opens nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone_at: Option<Timestamp>,
    /// What else keeps it from opening anything.
    #[serde(flatten)]
    pub held: Held,
}

impl Credential {
    /// Whether it opens something, and proves its owner. What is lent does not.
    pub fn is_valid(&self) -> bool {
        self.gone_at.is_none() && self.held.is_free()
    }
}

/// What a station says of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct KeyReport {
    /// Model, serial, tag.
    pub id: KeyId,
    /// The model's name.
    pub model: String,
    /// Firmware as the key states it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub firmware: Option<u64>,
}

/// `POST /v1/people/{id}/offers?visit=ID` (reply; no body) and the tickets of `POST /v1/tickets`: everything a station needs
/// to enrol a key for this person, online or later. One enrolment at most comes of it. Without a visit the person is not there: what
/// comes of it waits for them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Offer {
    /// Version of this form.
    pub version: u16,
    /// Names it in the push.
    pub id: OfferId,
    /// For whom.
    pub person: Person,
    /// What to make.
    pub creation: CreationOptions,
    /// What the new credential must sign to be tested; `allow_credentials` is empty, the new one is meant.
    pub test: RequestOptions,
    /// What is needed to enrol an authenticator app in the same visit; a registry that holds none does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<AppOffer>,
    /// What comes of it is lent, until then. Any other offer does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lent_until: Option<Timestamp>,
    /// Of a ticket: the visit that it carries. Any other offer is issued under a visit, or for somebody who is not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<TicketVisit>,
    /// The origin that the client data must name.
    pub origin: String,
    /// What the relying party asks of the PIN: the least length in code points.
    pub pin_min_length: u8,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// From then on the registry refuses it.
    pub expires_at: Timestamp,
}

/// `POST /v1/tickets`: offers for the people who are expected on a day, or for the people who are named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TicketRequest {
    /// A civil date, e.g. `2026-11-22`.
    pub day: jiff::civil::Date,
    /// Instead of those who have an appointment that day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<PersonId>,
}

impl TicketRequest {
    /// For the people who have an appointment that day.
    pub fn of_day(day: jiff::civil::Date) -> Self {
        Self {
            day,
            people: Vec::new(),
        }
    }
}

/// Reply to [`TicketRequest`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Tickets {
    /// Version of this form.
    pub version: u16,
    /// The day they were asked for.
    pub day: jiff::civil::Date,
    /// One a person.
    pub offers: Vec<Offer>,
}

/// The head of a station's journal: a chain that is later cut short shows at the registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct JournalHead {
    /// Sequence number of the last record; 0 for an empty journal.
    pub sequence: u64,
    /// SHA-256 of that record.
    pub hash: Bytes,
    /// The record up to which the registry had seen this journal, as far as the station knows, and as it stands in the journal now.
    /// An older station does not say; one that has said it once is not taken without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues: Option<JournalRecord>,
}

/// A record of a station's journal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct JournalRecord {
    /// Its sequence number; 0 before the first.
    pub sequence: u64,
    /// SHA-256 of it; empty where the journal has no such record.
    pub hash: Bytes,
}

/// `POST /v1/enrolments` with an `Idempotency-Key`: a finished enrolment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EnrolmentPush {
    /// Version of this form.
    pub version: u16,
    /// The offer that it answers.
    pub offer: OfferId,
    /// For whom.
    pub person: PersonId,
    /// The new credential.
    pub registration: RegistrationResponse,
    /// The proof that it works.
    pub assertion: AuthenticationResponse,
    /// The key that it is on.
    pub key: KeyReport,
    /// The credentials beside which the key was told to make nothing: what was known of the person then. An older station does not
    /// say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excluded: Option<Vec<Bytes>>,
    /// Other people's credentials on a key of this serial number that this very key was asked for and does not hold: it is another
    /// one, or was reset elsewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_held: Vec<Bytes>,
    /// How the person was identified.
    pub identification: Identification,
    /// Who began it: identified the person and asked for the offer, or used the ticket.
    pub operator: OperatorId,
    /// Who ended it, where that was somebody else: unfinished work that the next operator found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_by: Option<OperatorId>,
    /// When it was ended, by the registry's clock as the station knew it.
    pub enrolled_at: Timestamp,
}

impl EnrolmentPush {
    /// Who made the enrolment complete, and so stood at the station at `enrolled_at`.
    pub fn done_by(&self) -> &OperatorId {
        self.finished_by.as_ref().unwrap_or(&self.operator)
    }
}

/// `POST /v1/people/{id}/tests/options?visit=ID` (no body): reply. With a visit, passing the test proves it: the person's own, or
/// that of somebody whose organisation they administer. `allow_credentials` names the person's credentials.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TestOffer {
    /// Names it in the push.
    pub id: OfferId,
    /// What to sign.
    pub request: RequestOptions,
    /// The origin that the client data must name.
    pub origin: String,
    /// From then on the registry refuses it.
    pub expires_at: Timestamp,
    /// Credentials of the person that are suspended: a key that holds one of these proves nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suspended: Vec<Bytes>,
    /// Where passing it is an act, the act that is signed ([`Act`](crate::domain::act::Act)): the challenge is its SHA-256.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Bytes>,
}

/// `POST /v1/tests` with an `Idempotency-Key`: an assertion by an enrolled key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TestPush {
    /// Version of this form.
    pub version: u16,
    /// The test offer that it answers, or the offer of an enrolment whose key turned out to be enrolled already.
    pub offer: OfferId,
    /// Whose key.
    pub person: PersonId,
    /// The assertion.
    pub assertion: AuthenticationResponse,
    /// The key that made it.
    pub key: KeyReport,
    /// How the person was identified; not said by stations of earlier releases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identification: Option<Identification>,
    /// Who did it.
    pub operator: OperatorId,
    /// When, by the registry's clock as the station knew it.
    pub tested_at: Timestamp,
}

/// Body of every push: what happened, and how far the station's journal had come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Push<T> {
    /// What happened.
    #[serde(flatten)]
    pub body: T,
    /// The journal's head when it was sent.
    pub head: JournalHead,
}

/// Reply to [`EnrolmentPush`] and [`TestPush`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Receipt {
    /// The credential that was verified.
    pub credential: Bytes,
    /// Whose it is.
    pub person: Person,
    /// When the registry accepted it.
    pub accepted_at: Timestamp,
    /// It opens nothing until its owner accepts it: it was made ahead, or what it was made by no longer holds.
    #[serde(default)]
    pub waiting: bool,
    /// It is lent, until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lent_until: Option<Timestamp>,
}

/// Problem details (RFC 9457), `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Problem {
    /// `https://keydesk.invalid/problems/<code>`; the code is the part after the last slash.
    #[serde(rename = "type")]
    pub kind: String,
    /// Short, for people.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What happened here and what to do next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// With [`super::problem_code::JOURNAL_PASSED`]: the number of the record that the push is to come with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
    /// Why, with the facts, so that it can be said in any language: `because` names the reason, its facts stand beside that (times as in
    /// RFC 3339). What it is not known by is said in `detail`.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "super::because::known"
    )]
    #[schema(value_type = Option<Object>)]
    pub why: Option<Box<Because>>,
}

impl Problem {
    /// What it says, in words, and why with the facts where that is known.
    pub fn said(self) -> WhyNot {
        WhyNot {
            words: self.detail.unwrap_or(self.title),
            why: self.why,
        }
    }

    /// The machine-readable code, e.g. `challenge-expired`.
    pub fn code(&self) -> &str {
        self.kind.rsplit('/').next().unwrap_or_default()
    }
}

reports! {
    EnrolmentPush at "enrolments" gives Receipt: |push| About {
        done_by: push.done_by(),
        thing: Some(&push.key.model),
        credentials: std::slice::from_ref(&push.registration.raw_id),
        ..About::of(&push.person, &push.operator, push.enrolled_at)
    };
    TestPush at "tests" gives Receipt: |push| About {
        thing: Some(&push.key.model),
        credentials: std::slice::from_ref(&push.assertion.raw_id),
        ..About::of(&push.person, &push.operator, push.tested_at)
    };
}

accepted! {
    Receipt waiting;
}
