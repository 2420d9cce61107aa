//! Resets of accounts for people who are not at a desk.
//!
//! Invariant: everything that is decided here is decided by [`resets`](crate::server::account_resets), on what the registry holds.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use utoipa_axum::routes;

use super::Routes;
use super::account_resets::to_sign;
use super::desk::line;
use super::report::check_version;
use super::{Body, Named, Shared};
use crate::domain::AccountResetId;
use crate::domain::act::Deed;
use crate::domain::identification::AwayCheck;
use crate::server::account_resets::{self as resets, Asked as Asker, Wish};
use crate::server::auth::{AtDesk, IdempotencyKey};
use crate::server::ledger::{self, Opened};
use crate::server::problem::{Answer, Refusal};
use crate::wire::{
    ActToSign, AwayAsk, AwayBegin, AwayBegun, AwayIdentified, ResetExcept, ResetExcepted,
    problem_code,
};

/// Its routes.
pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(begin))
        .routes(routes!(identified))
        .routes(routes!(ask))
        .routes(routes!(except))
}

/// May this operator ask for the reset of that person's account without seeing them at a desk, and how are they identified?
#[utoipa::path(
    post, path = "/v1/account-resets/away", tag = "resets", request_body = AwayBegin,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to repeat")),
    security(("station" = [], "session" = [])),
    responses((status = CREATED, body = AwayBegun))
)]
pub async fn begin(
    State(registry): Shared,
    desk: AtDesk,
    key: Option<IdempotencyKey>,
    Body(request): Body<AwayBegin>,
) -> Answer<Response> {
    check_version(request.version)?;
    let scope = desk.scope();
    let mut entry = match ledger::open(&registry, &scope, key, "away-begin", &request).await? {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let methods = &registry.config.identification.methods;
    let about = (&request.person, methods);
    let begun = resets::begin_away(&mut entry.tx, &desk, about, registry.now()).await?;
    let detail = format!("reset {}", begun.reset);
    let line = line(&desk, "away-begun", request.person.as_str(), &detail);
    entry.finish(StatusCode::CREATED, &begun, line).await
}

/// The person was identified in one way.
#[utoipa::path(
    post, path = "/v1/account-resets/{id}/identifications", tag = "resets", request_body = AwayIdentified,
    params(
        ("id" = String, Path, description = "The name under which the reset will be asked for"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to repeat"),
    ),
    security(("station" = [], "session" = [])),
    responses((status = CREATED, body = AwayCheck))
)]
pub async fn identified(
    State(registry): Shared,
    desk: AtDesk,
    key: Option<IdempotencyKey>,
    Named(id): Named<AccountResetId>,
    Body(request): Body<AwayIdentified>,
) -> Answer<Response> {
    check_version(request.version)?;
    if !request.how.is_well_formed() {
        return Err(Refusal::new(
            problem_code::MALFORMED,
            "a document is said by its kind and the last four letters or digits of its number",
        ));
    }
    let body = (&id, &request);
    let scope = desk.scope();
    let mut entry = match ledger::open(&registry, &scope, key, "away-look", &body).await? {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let methods = &registry.config.identification.methods;
    let whom = (id, &request.person);
    let said = (&request.how, methods);
    let check = resets::look_away(&mut entry.tx, &desk, whom, said, registry.now()).await?;
    let detail = format!("reset {id}; {} by {}", check.id, check.look);
    let line = line(&desk, "away-identified", request.person.as_str(), &detail);
    entry.finish(StatusCode::CREATED, &check, line).await
}

/// An agent is about to ask for the reset of somebody's account whom they identified in two ways.
#[utoipa::path(
    post, path = "/v1/account-resets/{id}/ask", tag = "resets", request_body = AwayAsk,
    params(
        ("id" = String, Path, description = "The name that both identifications are for"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to repeat"),
    ),
    security(("station" = [], "session" = [])),
    responses((status = CREATED, body = ActToSign))
)]
pub async fn ask(
    State(registry): Shared,
    desk: AtDesk,
    key: Option<IdempotencyKey>,
    Named(id): Named<AccountResetId>,
    Body(request): Body<AwayAsk>,
) -> Answer<Response> {
    check_version(request.version)?;
    let body = (&id, &request);
    let scope = desk.scope();
    let mut entry = match ledger::open(&registry, &scope, key, "away-ask", &body).await? {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let now = registry.now();
    let wish = Wish {
        reason: request.reason,
        remark: &request.remark,
        ticket: request.ticket.as_deref(),
    };
    let whom = (id, &request.person);
    let tx = &mut entry.tx;
    let methods = &registry.config.identification.methods;
    let (terms, person) = resets::ask_away(tx, &desk, whom, (wish, methods), (now, now)).await?;
    let deed = Deed::AskReset { terms };
    let whom = (&desk.operator, &person.id);
    let by = (Asker::Agent(&desk.operator.id), wish.ticket);
    let reply = to_sign(&registry, tx, (&desk, whom), (deed, id), by).await?;
    let detail = format!("act {}; not at a desk", reply.id);
    let line = line(&desk, "reset-asking", person.id.as_str(), &detail);
    entry.finish(StatusCode::CREATED, &reply, line).await
}

/// Deletes all that opens the account of somebody who is not at a desk, which stays shut until a factor is enrolled at one.
#[utoipa::path(
    post, path = "/v1/account-resets/{id}/exception", tag = "resets", request_body = ResetExcept,
    params(
        ("id" = String, Path, description = "The reset's identifier"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to repeat"),
    ),
    security(("station" = [], "session" = [])),
    responses((status = CREATED, body = ResetExcepted))
)]
pub async fn except(
    State(registry): Shared,
    desk: AtDesk,
    key: Option<IdempotencyKey>,
    Named(id): Named<AccountResetId>,
    Body(request): Body<ResetExcept>,
) -> Answer<Response> {
    check_version(request.version)?;
    let body = (&id, &request);
    let scope = desk.scope();
    let mut entry = match ledger::open(&registry, &scope, key, "reset-except", &body).await? {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let now = registry.now();
    let tx = &mut entry.tx;
    let how = (id, request.days, &registry.days);
    let (deleted, person) = resets::except(tx, &desk, how, now).await?;
    let reset = resets::shown_by_id(tx, id, now).await?;
    let detail = format!(
        "reset {id}; {} factors deleted; an exception until {}",
        deleted.len(),
        reset.until
    );
    let reply = ResetExcepted { reset, deleted };
    let line = line(&desk, "account-reset", person.id.as_str(), &detail);
    entry.finish(StatusCode::CREATED, &reply, line).await
}
