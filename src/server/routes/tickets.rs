//! Tickets: offers ahead of time, for days with a bad line.
//!
//! Invariant: however many people they are for, no other write waits long: all that takes time is made before it is written, and
//! each station fetches once at a time.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use utoipa_axum::routes;

use super::Routes;
use super::desk::no_person;
use super::desk::{Terms, line, may};
use super::offers;
use super::people::bounds;
use super::{Body, Shared, apps};
use crate::domain::authority::Action;
use crate::domain::visit::{Had, Takes};
use crate::domain::{Person, VisitId};
use crate::server::Registry;
use crate::server::auth::{AtDesk, IdempotencyKey};
use crate::server::database::Connection;
use crate::server::ledger::{self, Opened};
use crate::server::problem::{Answer, Refusal};
use crate::server::tables::offer::{NewOfApp, NewOfKey, Sort};
use crate::server::tables::person;
use crate::server::visits::{self, Tested};
use crate::wire::{Offer, TicketRequest, TicketVisit, Tickets, VERSION, problem_code};

/// Its routes.
pub(super) fn routes() -> Routes {
    Routes::new().routes(routes!(tickets))
}

/// Most tickets for one day: what a station can hold, and a reply can carry.
const MAX_TICKETS: usize = 500;

/// For so many people at once visits are opened: a few milliseconds.
const AT_ONCE: usize = 20;

/// Offers for everybody who is expected on a day, for a station that may lose its line.
#[utoipa::path(
    post, path = "/v1/tickets", tag = "enrolment", request_body = TicketRequest,
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to repeat"),
    ),
    security(("station" = [], "session" = [])),
    responses((status = CREATED, body = Tickets))
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
    let bounds = bounds(day, &registry.zone)?;
    let now = registry.now();
    if bounds.1 <= now || bounds.0 >= now + life {
        return Err(Refusal::new(
            problem_code::MALFORMED,
            format!(
                "tickets live {} days from now, which does not reach {day}; ask for a day from today on",
                registry.config.ticket_days
            ),
        ));
    }
    let _turn = registry.turns.take(desk.station.as_str()).await?;
    let scope = desk.scope();
    if let Some(answer) =
        ledger::answered(&registry, &scope, key.as_ref(), "tickets", &request).await?
    {
        return Ok(answer);
    }
    let people = wanted(&registry, &request, bounds).await?;
    if people.len() > MAX_TICKETS {
        return Err(Refusal::new(
            problem_code::TOO_LARGE,
            format!(
                "{} people are expected on {day}; tickets are for at most {MAX_TICKETS}",
                people.len()
            ),
        ));
    }
    let whose: Vec<String> = people.iter().map(|person| person.id.to_string()).collect();
    let offered = prepared(&registry, &desk, people, (bounds, life)).await?;
    let reply = Tickets {
        version: VERSION,
        day,
        offers: offered.offers,
    };
    let detail = format!("{}: {}", reply.offers.len(), whose.join(" "));
    let subject = day.to_string();
    let body = serde_json::to_string(&reply).map_err(Refusal::internal)?;
    let opened = ledger::open(&registry, &scope, key, "tickets", &request).await?;
    let mut entry = match opened {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    offers::insert(&mut entry.tx, &desk, &offered.rows, now).await?;
    apps::insert(&registry, &mut entry.tx, &desk, &offered.apps).await?;
    let line = line(&desk, "tickets", &subject, &detail);
    entry.finish_written(StatusCode::CREATED, body, line).await
}

/// The people who are named or, when nobody is, those who have an appointment that day: each once.
async fn wanted(
    registry: &Registry,
    request: &TicketRequest,
    bounds: (Timestamp, Timestamp),
) -> Answer<Vec<Person>> {
    if request.people.len() > MAX_TICKETS {
        return Err(Refusal::new(
            problem_code::TOO_LARGE,
            format!("tickets are for at most {MAX_TICKETS} people"),
        ));
    }
    let mut read = registry.db.snapshot().await?;
    let mut people: Vec<Person> = Vec::new();
    for id in &request.people {
        let person = person::by_id(&mut read, id).await?;
        people.push(person.ok_or_else(|| no_person(id))?);
    }
    if people.is_empty() {
        for expected in person::expected(&mut read, bounds).await? {
            people.push(expected.person);
        }
    }
    let mut seen = std::collections::HashSet::new();
    people.retain(|person| seen.insert(person.id.clone()));
    Ok(people)
}

/// Everybody's offers, made and not issued yet.
#[derive(Default)]
struct Prepared {
    offers: Vec<Offer>,
    rows: Vec<NewOfKey>,
    apps: Vec<NewOfApp>,
}

/// A ticket carries a visit: for a person and a day, with what they had when it was fetched. The visits are opened a few at a time,
/// so that nobody waits long for a write meanwhile; one of which nothing comes is the visit of the next ticket.
async fn prepared(
    registry: &Registry,
    desk: &AtDesk,
    people: Vec<Person>,
    (day, life): ((Timestamp, Timestamp), SignedDuration),
) -> Answer<Prepared> {
    let mut prepared = Prepared::default();
    for few in people.chunks(AT_ONCE) {
        let mut opened = Vec::with_capacity(few.len());
        let mut tx = registry.db.write().await?;
        for person in few {
            let visit = visits::open_ahead(&mut tx, desk, person, day, registry.now()).await?;
            opened.push((person, visit));
        }
        tx.commit().await?;
        let mut read = registry.db.read().await?;
        for (person, visit) in opened {
            let ticket = ticket(registry, &mut read, (person, visit), life).await?;
            let (offer, rows, app) = ticket;
            prepared.offers.push(offer);
            prepared.rows.extend(rows);
            prepared.apps.push(app);
        }
    }
    Ok(prepared)
}

/// One person's ticket and what is kept of it: a test by a factor that they have, where the visit takes one, and the offer itself.
async fn ticket(
    registry: &Registry,
    db: &mut Connection,
    (person, (id, had, takes)): (&Person, (VisitId, Had, Takes)),
    life: SignedDuration,
) -> Answer<(Offer, Vec<NewOfKey>, NewOfApp)> {
    let terms = |sort: Sort| Terms {
        sort,
        visit: Some(id),
        life,
    };
    let mut rows = Vec::with_capacity(2);
    let mut proof = None;
    if takes == Takes::OwnFactor {
        let own = Tested::These(visits::valid(db, &person.id).await?);
        let about = (&person.id, Some(own));
        let (test, row) =
            offers::prepared_test(registry, db, about, (terms(Sort::Test), None)).await?;
        if !test.request.allow_credentials.is_empty() {
            rows.push(row);
            proof = Some(test);
        }
    }
    let whole = offers::prepared(registry, db, person.clone(), terms(Sort::Ticket)).await?;
    let (offer, row, app) = whole;
    rows.push(row);
    let visit = Some(TicketVisit {
        id,
        had,
        takes,
        proof,
    });
    Ok((Offer { visit, ..offer }, rows, app))
}
