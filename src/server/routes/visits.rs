//! Visits: somebody is at the desk, is served, takes what waits for them, and goes.
//!
//! Invariant: everything that is decided here is decided by [`visits`], on what the registry holds.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use utoipa_axum::routes;

use super::Routes;
use super::desk::{known, line, may};
use super::report::{check_identification, check_version};
use super::{Body, Named, Shared};
use crate::domain::authority::Action;
use crate::domain::suspension::FactorRef;
use crate::domain::{OperatorId, PersonId, StationId, VisitId};
use crate::server::Registry;
use crate::server::auth::{AtDesk, IdempotencyKey};
use crate::server::database::Write;
use crate::server::ledger::{self, Opened};
use crate::server::lives::{self, Added, Arrived};
use crate::server::problem::{Answer, Refusal};
use crate::server::tables::person;
use crate::server::tables::{FactorName, access, audit, credential, factor, standing, visit};
use crate::server::visits;
use crate::wire::{
    Acceptance, Because, PersonDetail, Said, Visit, VisitClose, VisitPass, VisitRequest,
    problem_code,
};

/// Its routes.
pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(open))
        .routes(routes!(accept))
        .routes(routes!(close))
        .routes(routes!(pass))
}

/// Opens a visit.
#[utoipa::path(
    post, path = "/v1/people/{id}/visits", tag = "visits", request_body = VisitRequest,
    params(
        ("id" = String, Path, description = "The person's identifier"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to repeat"),
    ),
    security(("station" = [], "session" = [])),
    responses((status = CREATED, body = Visit))
)]
pub async fn open(
    State(registry): Shared,
    desk: AtDesk,
    key: Option<IdempotencyKey>,
    Named(id): Named<PersonId>,
    Body(request): Body<VisitRequest>,
) -> Answer<Response> {
    check_version(request.version)?;
    may(&desk, Action::Receive)?;
    check_identification(&request.identification)?;
    let body = (&id, &request);
    let scope = desk.scope();
    let mut entry = match ledger::open(&registry, &scope, key, "visit", &body).await? {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let person = known(&mut entry.tx, &id).await?;
    let how = &request.identification;
    let methods = &registry.config.identification.methods;
    let how = (how, methods);
    let visit = visits::open(&mut entry.tx, &desk, &person, how, registry.now()).await?;
    let (id_of, had) = (visit.id, visit.had.as_str());
    let mut detail = format!(
        "visit {id_of}; identified by {}; had {had}",
        visit.identification
    );
    if let Some(before) = &visit.identified_before {
        detail = format!("{detail}; the last time by {}", before.how);
    }
    let line = line(&desk, "visit", id.as_str(), &detail);
    entry.finish(StatusCode::CREATED, &visit, line).await
}

/// The person takes what waits for them.
#[utoipa::path(
    post, path = "/v1/visits/{id}/acceptance", tag = "visits", request_body = Acceptance,
    params(
        ("id" = String, Path, description = "The visit's identifier"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to repeat"),
    ),
    security(("station" = [], "session" = [])),
    responses((status = CREATED, body = PersonDetail))
)]
pub async fn accept(
    State(registry): Shared,
    desk: AtDesk,
    key: Option<IdempotencyKey>,
    Named(id): Named<VisitId>,
    Body(request): Body<Acceptance>,
) -> Answer<Response> {
    check_version(request.version)?;
    may(&desk, Action::Accept)?;
    let body = (&id, &request);
    let scope = desk.scope();
    let mut entry = match ledger::open(&registry, &scope, key, "acceptance", &body).await? {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let now = registry.now();
    let tx = &mut entry.tx;
    let (name, person) = waiting(tx, &request.factor).await?;
    let test = request.test;
    let visit = visits::may_take(tx, &desk, id, &name, test, now).await?;
    if visit.person != person {
        return Err(not_waiting());
    }
    let makers = standing::makers(tx, &person, &name).await?;
    take(tx, &request.factor, now).await?;
    let added = Added {
        station: &desk.station,
        person: &person,
        factor: &request.factor,
        visit: Some(id),
        arrived: Arrived::Taken,
    };
    lives::added(tx, &added, now).await?;
    let person = known(tx, &person).await?;
    let reply = super::people::detail_of(tx, (&desk, person), now).await?;
    let makers: Vec<&str> = makers.iter().map(OperatorId::as_str).collect();
    let detail = format!(
        "{} of visit {id}; made by {}",
        name.as_str(),
        makers.join(", ")
    );
    let subject = reply.person.id.to_string();
    let line = line(&desk, "acceptance", &subject, &detail);
    entry.finish(StatusCode::CREATED, &reply, line).await
}

/// What waits, and for whom.
async fn waiting(tx: &mut Write, factor: &FactorRef) -> Answer<(FactorName, PersonId)> {
    let owner = match factor {
        FactorRef::Key { credential } => credential::waits_for(tx, credential).await?,
        FactorRef::App { factor } => factor::waits_for(tx, *factor).await?,
    };
    Ok((FactorName::of(factor), owner.ok_or_else(not_waiting)?))
}

fn not_waiting() -> Refusal {
    Refusal::because(problem_code::NOT_WAITING, Because::NothingWaits {})
}

async fn take(tx: &mut Write, factor: &FactorRef, now: Timestamp) -> Answer<()> {
    match factor {
        FactorRef::Key { credential } => credential::take(tx, credential, now).await?,
        FactorRef::App { factor } => factor::take(tx, *factor, now).await?,
    }
    Ok(())
}

/// Ends a visit.
#[utoipa::path(
    post, path = "/v1/visits/{id}/close", tag = "visits", request_body = VisitClose,
    params(("id" = String, Path, description = "The visit's identifier")),
    security(("station" = [], "session" = [])),
    responses((status = NO_CONTENT))
)]
pub async fn close(
    State(registry): Shared,
    desk: AtDesk,
    Named(id): Named<VisitId>,
    Body(request): Body<VisitClose>,
) -> Answer<StatusCode> {
    check_version(request.version)?;
    let now = registry.now();
    let mut tx = registry.db.write().await?;
    let visit = visits::close(&mut tx, &desk, id, now).await?;
    let detail = match request.said {
        Said::Nothing => format!("visit {id}; the person was not asked"),
        Said::Confirmed => format!("visit {id}; the person confirmed all factors of the account"),
        Said::Denied => format!("visit {id}; the person says that a factor is not theirs"),
    };
    if request.said == Said::Denied {
        let kind = problem_code::FACTORS_DENIED;
        let what = format!("{}: {detail}", visit.person);
        audit::alarm(&mut tx, &desk.station, kind, &what, now).await?;
    }
    let line = line(&desk, "visit-end", visit.person.as_str(), &detail);
    audit::note(&mut tx, &line, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Passes a visit to another operator, who goes on with it where they are signed in.
#[utoipa::path(
    post, path = "/v1/visits/{id}/pass", tag = "visits", request_body = VisitPass,
    params(("id" = String, Path, description = "The visit's identifier")),
    security(("station" = [], "session" = [])),
    responses((status = OK, body = Visit))
)]
pub async fn pass(
    State(registry): Shared,
    desk: AtDesk,
    Named(id): Named<VisitId>,
    Body(request): Body<VisitPass>,
) -> Answer<Json<Visit>> {
    check_version(request.version)?;
    let now = registry.now();
    let mut tx = registry.db.write().await?;
    let station = signed_in_at(&registry, &mut tx, &request.to).await?;
    let no_visit = || {
        let visit = id.to_string();
        Refusal::because(problem_code::VISIT_OVER, Because::VisitGone { visit })
    };
    let whose = visit::find(&mut tx, id).await?.ok_or_else(no_visit)?.person;
    let person = person::by_id(&mut tx, &whose).await?.ok_or_else(no_visit)?;
    let to = (&request.to, &station);
    let visit = visits::pass(&mut tx, &desk, id, to, &person, now).await?;
    let detail = format!("visit {id} from {} to {}", desk.operator.id, request.to);
    let line = line(&desk, "visit-passed", person.id.as_str(), &detail);
    audit::note(&mut tx, &line, now).await?;
    tx.commit().await?;
    Ok(Json(visit))
}

async fn signed_in_at(
    registry: &Registry,
    tx: &mut Write,
    operator: &OperatorId,
) -> Answer<StationId> {
    let station = access::signed_in_at(tx, operator, registry.now()).await?;
    station.ok_or_else(|| {
        let operator = operator.to_string();
        Refusal::because(
            problem_code::NOT_FOUND,
            Because::SignedInNowhere { operator },
        )
    })
}
