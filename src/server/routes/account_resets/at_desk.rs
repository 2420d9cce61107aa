//! What one of the people does about a reset at a desk: an administrator of the organisation asks for what was prepared; whoever may object
//! does.
//!
//! Invariant: they are whoever was identified in a visit that is open there.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::desk::line;
use super::super::report::check_version;
use super::super::{Body, Named, Shared};
use super::asked_to_sign;
use crate::domain::AccountResetId;
use crate::domain::act::Deed;
use crate::server::account_resets::{Asked as Asker, at_desk};
use crate::server::auth::{AtDesk, IdempotencyKey};
use crate::server::ledger::{self, Opened};
use crate::server::problem::Answer;
use crate::server::tables::act_asked::Signer;
use crate::wire::{AccountReset, ActToSign, PreparedSign, ResetObjection};

/// An administrator who is at the desk is about to ask for what was prepared.
#[utoipa::path(
    post, path = "/v1/account-resets/{id}/sign", tag = "resets", request_body = PreparedSign,
    params(
        ("id" = String, Path, description = "The reset's identifier"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to repeat"),
    ),
    security(("station" = [], "session" = [])),
    responses((status = CREATED, body = ActToSign))
)]
pub async fn sign(
    State(registry): Shared,
    desk: AtDesk,
    key: Option<IdempotencyKey>,
    Named(id): Named<AccountResetId>,
    Body(request): Body<PreparedSign>,
) -> Answer<Response> {
    check_version(request.version)?;
    let body = (&id, &request);
    let scope = desk.scope();
    let mut entry = match ledger::open(&registry, &scope, key, "reset-sign", &body).await? {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let now = registry.now();
    let about = (id, request.visit);
    let tx = &mut entry.tx;
    let (terms, administrator, person) = at_desk::sign(tx, &desk, about, now).await?;
    let ticket = terms.ticket.clone();
    let deed = Deed::AskReset { terms };
    let signer = Signer::Person(administrator.id.clone());
    let whom = (signer, administrator.name.as_str(), &person.id);
    let by = (Asker::Administrator(&administrator.id), ticket.as_deref());
    let reply = asked_to_sign(&registry, tx, (&desk, whom), (deed, id), by).await?;
    let detail = format!(
        "reset {id}, act {}, administrator {}",
        reply.id, administrator.id
    );
    let line = line(&desk, "reset-asking", person.id.as_str(), &detail);
    entry.finish(StatusCode::CREATED, &reply, line).await
}

/// Its person, or an administrator of their organisation, objects at a desk.
#[utoipa::path(
    post, path = "/v1/account-resets/{id}/object", tag = "resets", request_body = ResetObjection,
    params(
        ("id" = String, Path, description = "The reset's identifier"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to repeat"),
    ),
    security(("station" = [], "session" = [])),
    responses((status = OK, body = AccountReset))
)]
pub async fn object(
    State(registry): Shared,
    desk: AtDesk,
    key: Option<IdempotencyKey>,
    Named(id): Named<AccountResetId>,
    Body(request): Body<ResetObjection>,
) -> Answer<Response> {
    check_version(request.version)?;
    let body = (&id, &request);
    let scope = desk.scope();
    let mut entry = match ledger::open(&registry, &scope, key, "reset-object", &body).await? {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let now = registry.now();
    let about = (id, request.visit);
    let objector = at_desk::object(&mut entry.tx, &desk, about, now).await?;
    let reply = at_desk::ended(&mut entry.tx, &desk, id, now).await?;
    let detail = format!("reset {id}, by {} in visit {}", objector.id, request.visit);
    let subject = reply.person.id.to_string();
    let line = line(&desk, "reset-objected", &subject, &detail);
    entry.finish(StatusCode::OK, &reply, line).await
}
