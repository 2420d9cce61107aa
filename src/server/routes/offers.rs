//! What a station needs before it touches a key: offers to enrol one, tickets for days with a bad line, and offers to
//! test the keys that somebody has.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};

use super::people::no_person;
use super::visits::Under;
use super::{Body, Named, Params, Shared, apps};
use crate::domain::authority::Action;
use crate::domain::suspension::FactorRef;
use crate::domain::visit::Takes;
use crate::domain::{Bytes, OfferId, Person, PersonId, VisitId};
use crate::server::Registry;
use crate::server::auth::{AtDesk, IdempotencyKey};
use crate::server::database::{Audit, Write, from_ms, ms};
use crate::server::ledger::{self, Opened};
use crate::server::problem::{Answer, Refusal};
use crate::server::visits::{self, FactorName, Tested};
use crate::server::{factors, people, suspensions};
use crate::wire::webauthn::{Descriptor, User};
use crate::wire::{
    Credential, Offer, Problem, TestOffer, TicketRequest, TicketVisit, Tickets, VERSION, code,
};

/// Most tickets for one day: what a station can hold, and a reply can carry.
const MAX_TICKETS: usize = 500;

/// How long an offer that nothing came of is kept after it expired, so that a late push is told why it is refused.
pub(super) const KEPT_EXPIRED: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Of what sort an offer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Enrolment,
    Ticket,
    Test,
}

impl Sort {
    fn as_str(self) -> &'static str {
        match self {
            Self::Enrolment => "enrolment",
            Self::Ticket => "ticket",
            Self::Test => "test",
        }
    }
}

/// Creation options for a person, and the challenge of the test that follows.
#[utoipa::path(
    post, path = "/v1/people/{id}/offers", tag = "enrolment",
    params(
        ("id" = String, Path, description = "The person's identifier"),
        Under,
        ("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to repeat"),
    ),
    security(("station" = [], "session" = [])),
    responses(
        (status = CREATED, body = Offer),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn offer(
    State(registry): Shared,
    desk: AtDesk,
    key: Option<IdempotencyKey>,
    Named(id): Named<PersonId>,
    Params(under): Params<Under>,
) -> Answer<Response> {
    may(&desk, Action::Enrol)?;
    if under.visit.is_none() {
        // Nobody is there.
        may(&desk, Action::ProvisionStandby)?;
    }
    let body = (&id, under);
    let scope = desk.station.as_str();
    let mut entry = match ledger::open(&registry, scope, key, "offer", &body).await? {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let tx = &mut entry.tx;
    let person = known(tx, &id).await?;
    let mut life = registry.config.challenge_life();
    if let Some(visit) = under.visit {
        visits::authorised(tx, &desk, (visit, &person), registry.now()).await?;
        // It ends with the visit, which this has just prolonged.
        life = life.min(visits::IDLE);
    }
    let terms = Terms {
        sort: Sort::Enrolment,
        visit: under.visit,
        life,
    };
    let offer = issue(&registry, tx, &desk, person, terms).await?;
    let subject = offer.id.to_string();
    let line = line(&desk, "offer", &subject, id.as_str());
    entry.finish(StatusCode::CREATED, &offer, line).await
}

/// Offers for everybody who is expected on a day, for a station that may lose its line.
#[utoipa::path(
    post, path = "/v1/tickets", tag = "enrolment", request_body = TicketRequest,
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to repeat"),
    ),
    security(("station" = [], "session" = [])),
    responses(
        (status = CREATED, body = Tickets),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn tickets(
    State(registry): Shared,
    desk: AtDesk,
    key: Option<IdempotencyKey>,
    Body(request): Body<TicketRequest>,
) -> Answer<Response> {
    may(&desk, Action::FetchTickets)?;
    let day = request.day;
    let life = registry.config.ticket_life();
    let (start_ms, end_ms) = people::day_bounds_ms(day, &registry.zone)
        .ok_or_else(|| Refusal::new(code::MALFORMED, "day is beyond the calendar"))?;
    let now = registry.now();
    if end_ms <= ms(now) || start_ms >= ms(now + life) {
        return Err(Refusal::new(
            code::MALFORMED,
            format!(
                "tickets live {} days from now, which does not reach {day}; ask for a day from today on",
                registry.config.ticket_days
            ),
        ));
    }
    let mut entry =
        match ledger::open(&registry, desk.station.as_str(), key, "tickets", &request).await? {
            Opened::Fresh(entry) => entry,
            Opened::Repeated(response) => return Ok(response),
        };
    let people = wanted(&mut entry.tx, &request, (start_ms, end_ms)).await?;
    if people.len() > MAX_TICKETS {
        return Err(Refusal::new(
            code::TOO_LARGE,
            format!(
                "{} people are expected on {day}; tickets are for at most {MAX_TICKETS}",
                people.len()
            ),
        ));
    }
    let mut offers = Vec::with_capacity(people.len());
    for person in people {
        offers.push(ticket(&registry, &mut entry.tx, &desk, person, life).await?);
    }
    let reply = Tickets {
        version: VERSION,
        day,
        offers,
    };
    let (subject, detail) = (day.to_string(), reply.offers.len().to_string());
    let line = line(&desk, "tickets", &subject, &detail);
    entry.finish(StatusCode::CREATED, &reply, line).await
}

/// Options for an assertion by one of a person's keys; a code of an app or token is examined under the same offer.
#[utoipa::path(
    post, path = "/v1/people/{id}/tests/options", tag = "enrolment",
    params(
        ("id" = String, Path, description = "The person's identifier"),
        Under,
        ("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to repeat"),
    ),
    security(("station" = [], "session" = [])),
    responses(
        (status = CREATED, body = TestOffer),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn test_options(
    State(registry): Shared,
    desk: AtDesk,
    key: Option<IdempotencyKey>,
    Named(id): Named<PersonId>,
    Params(under): Params<Under>,
) -> Answer<Response> {
    // Whoever receives people has them prove themselves.
    let action = under.visit.map_or(Action::TestKey, |_| Action::Receive);
    may(&desk, action)?;
    let body = (&id, under);
    let scope = desk.station.as_str();
    let mut entry = match ledger::open(&registry, scope, key, "test-offer", &body).await? {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let tx = &mut entry.tx;
    let person = known(tx, &id).await?;
    let tested = match under.visit {
        Some(visit) => {
            let prover = (visit, &person);
            Some(visits::testable(tx, &desk, prover, registry.now()).await?)
        }
        None => None,
    };
    let terms = Terms {
        sort: Sort::Test,
        visit: under.visit,
        life: registry.config.challenge_life(),
    };
    let reply = test_offer(&registry, tx, &desk, (&id, tested), terms).await?;
    let subject = reply.id.to_string();
    let line = line(&desk, "test-offer", &subject, id.as_str());
    entry.finish(StatusCode::CREATED, &reply, line).await
}

pub(super) async fn known(tx: &mut Write, id: &PersonId) -> Answer<Person> {
    people::by_id(&mut **tx, id)
        .await?
        .ok_or_else(|| no_person(id))
}

pub(super) fn may(desk: &AtDesk, action: Action) -> Answer<()> {
    desk.operator
        .role
        .may(action)
        .map_err(|refused| Refusal::new(code::NOT_ALLOWED, refused.to_string()))
}

pub(super) fn line<'a>(
    desk: &'a AtDesk,
    action: &'a str,
    subject: &'a str,
    detail: &'a str,
) -> Audit<'a> {
    Audit {
        station: Some(desk.station.as_str()),
        operator: Some(desk.operator.id.as_str()),
        action,
        subject,
        detail,
    }
}

/// The people who are named or, when nobody is, those who have an appointment that day.
async fn wanted(
    tx: &mut Write,
    request: &TicketRequest,
    (start_ms, end_ms): (i64, i64),
) -> Answer<Vec<Person>> {
    let mut people: Vec<Person> = Vec::new();
    if request.people.len() > MAX_TICKETS {
        return Err(Refusal::new(
            code::TOO_LARGE,
            format!("tickets are for at most {MAX_TICKETS} people"),
        ));
    }
    for id in &request.people {
        people.push(known(tx, id).await?);
    }
    if people.is_empty() {
        for expected in people::expected(&mut **tx, start_ms, end_ms).await? {
            people.push(expected.person);
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    people.retain(|person| seen.insert(person.id.clone()));
    Ok(people)
}

/// How something is offered.
#[derive(Clone, Copy)]
struct Terms {
    sort: Sort,
    visit: Option<VisitId>,
    life: SignedDuration,
}

/// An offer that carries a visit: for a person and a day, with what they had when it was fetched.
async fn ticket(
    registry: &Registry,
    tx: &mut Write,
    desk: &AtDesk,
    person: Person,
    life: SignedDuration,
) -> Answer<Offer> {
    let now = registry.now();
    let (visit, had, takes) = visits::open_ahead(tx, desk, &person, now).await?;
    let terms = |sort: Sort| Terms {
        sort,
        visit: Some(visit),
        life,
    };
    let mut proof = None;
    if takes == Takes::OwnFactor {
        let own = Tested::These(visits::valid(tx, &person.id).await?);
        let about = (&person.id, Some(own));
        let offered = test_offer(registry, tx, desk, about, terms(Sort::Test)).await?;
        proof = Some(offered).filter(|offer| !offer.request.allow_credentials.is_empty());
    }
    let offer = issue(registry, tx, desk, person, terms(Sort::Ticket)).await?;
    Ok(Offer {
        visit: Some(TicketVisit {
            id: visit,
            had,
            takes,
            proof,
        }),
        ..offer
    })
}

/// Options for an assertion by those of the person's credentials that may answer.
async fn test_offer(
    registry: &Registry,
    tx: &mut Write,
    desk: &AtDesk,
    (person, tested): (&PersonId, Option<Tested>),
    terms: Terms,
) -> Answer<TestOffer> {
    let now = registry.now();
    let expires_at = from_ms(ms(now + terms.life))?;
    let (allow, suspended) = match &tested {
        None => allowed(tx, person).await?,
        Some(tested) => {
            let meant = |held: &Credential| match tested {
                Tested::Waiting => held.held.waiting_since.is_some(),
                Tested::These(names) => names.contains(&FactorName::of_key(&held.id)),
            };
            (descriptors(tx, person, meant).await?, Vec::new())
        }
    };
    let issued = registry.people.request(allow, life_ms(terms.life))?;
    let row = Row {
        id: OfferId(uuid::Uuid::now_v7()),
        sort: terms.sort,
        visit: terms.visit,
        person,
        registration_state: None,
        assertion_state: &issued.state,
        issued_at: now,
        expires_at,
    };
    insert(tx, desk, &row).await?;
    Ok(TestOffer {
        id: row.id,
        request: issued.options,
        origin: registry.people.origin().to_owned(),
        expires_at,
        suspended,
    })
}

async fn issue(
    registry: &Registry,
    tx: &mut Write,
    desk: &AtDesk,
    person: Person,
    terms: Terms,
) -> Answer<Offer> {
    let life = terms.life;
    let handle = people::user_handle(&mut **tx, &person.id)
        .await?
        .ok_or_else(|| no_person(&person.id))?;
    let user = User {
        id: handle,
        name: person.email.clone().unwrap_or_else(|| person.name.clone()),
        display_name: person.name.clone(),
    };
    // What is suspended or waits is on its key all the same.
    let exclude = descriptors(tx, &person.id, |_| true).await?;
    let creation = registry.people.creation(&user, exclude, life_ms(life))?;
    let test = registry.people.request(Vec::new(), life_ms(life))?;
    let issued_at = registry.now();
    let expires_at = from_ms(ms(issued_at + life))?;
    let row = Row {
        id: OfferId(uuid::Uuid::now_v7()),
        sort: terms.sort,
        visit: terms.visit,
        person: &person.id,
        registration_state: Some(&creation.state),
        assertion_state: &test.state,
        issued_at,
        expires_at,
    };
    insert(tx, desk, &row).await?;
    let app = apps::offer(registry, tx, desk, &row).await?;
    Ok(Offer {
        app: Some(app),
        visit: None,
        version: VERSION,
        id: row.id,
        creation: creation.options,
        test: test.options,
        origin: registry.people.origin().to_owned(),
        pin_min_length: registry.config.pin_min_length,
        issued_at,
        expires_at,
        person,
    })
}

pub(super) struct Row<'a> {
    id: OfferId,
    pub(super) sort: Sort,
    pub(super) visit: Option<VisitId>,
    pub(super) person: &'a PersonId,
    registration_state: Option<&'a str>,
    assertion_state: &'a str,
    pub(super) issued_at: Timestamp,
    pub(super) expires_at: Timestamp,
}

async fn insert(tx: &mut Write, desk: &AtDesk, row: &Row<'_>) -> Answer<()> {
    sqlx::query(
        "DELETE FROM offer WHERE expires_ms < ? AND id NOT IN (SELECT offer FROM credential)",
    )
    .bind(ms(row.issued_at - KEPT_EXPIRED))
    .execute(&mut **tx)
    .await?;
    sqlx::query(
        "INSERT INTO offer (id, kind, person, station, operator, registration_state, assertion_state, issued_ms, \
         expires_ms, visit) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(row.id.to_string())
    .bind(row.sort.as_str())
    .bind(row.person.as_str())
    .bind(desk.station.as_str())
    .bind(desk.operator.id.as_str())
    .bind(row.registration_state)
    .bind(row.assertion_state)
    .bind(ms(row.issued_at))
    .bind(ms(row.expires_at))
    .bind(row.visit.map(|visit| visit.to_string()))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The credentials that a person has, that are not gone and that are meant, as WebAuthn lists them.
async fn descriptors(
    tx: &mut Write,
    person: &PersonId,
    meant: impl Fn(&Credential) -> bool,
) -> Answer<Vec<Descriptor>> {
    let known = people::credentials(&mut **tx, person).await?;
    Ok(known
        .into_iter()
        .filter(|credential| credential.gone_at.is_none() && meant(credential))
        .map(|credential| descriptor(credential.id))
        .collect())
}

/// The credentials by which somebody can prove themself, and those that are suspended. Where nothing but what is suspended is left,
/// nothing is to be tested.
async fn allowed(tx: &mut Write, person: &PersonId) -> Answer<(Vec<Descriptor>, Vec<Bytes>)> {
    let known = people::credentials(&mut **tx, person).await?;
    let (mut allowed, mut suspended, mut refusal) = (Vec::new(), Vec::new(), None);
    for held in known {
        if held.is_valid() {
            allowed.push(descriptor(held.id));
        } else if let (None, Some(since)) = (held.gone_at, held.held.suspended) {
            let credential = held.id.clone();
            let key = FactorRef::Key { credential };
            refusal = Some(suspensions::refused(person, &key, since));
            suspended.push(held.id);
        }
    }
    match refusal {
        Some(refusal) if factors::alive(tx, person).await? == 0 => Err(refusal),
        _ => Ok((allowed, suspended)),
    }
}

pub(super) fn descriptor(id: Bytes) -> Descriptor {
    Descriptor {
        transports: Some(vec!["usb".to_owned()]),
        ..Descriptor::new(id)
    }
}

pub(super) fn life_ms(life: SignedDuration) -> u64 {
    u64::try_from(life.as_millis()).unwrap_or_default()
}
