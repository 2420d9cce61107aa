//! Keys that are lent: a second member of staff, or an administrator of the person's organisation, stands by it with their own key.
//!
//! Invariant: what is signed is made here from what the registry holds when it is asked for, and made once more when it is signed; only
//! what is the same is taken.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use utoipa_axum::routes;

use super::Routes;
use super::desk::{Terms, line, may_for};
use super::offers::{insert, prepared};
use super::report::check_version;
use super::signing::{self, Taken};
use super::{Body, Named, Shared};
use crate::domain::VisitId;
use crate::domain::authority::Action;
use crate::server::acts;
use crate::server::auth::{AtDesk, IdempotencyKey};
use crate::server::ledger::{self, Opened};
use crate::server::loans;
use crate::server::problem::Answer;
use crate::server::tables::loan as table;
use crate::server::tables::offer::Sort;
use crate::server::visits;
use crate::wire::{LoanAsk, LoanSigned, LoanToSign, Offer, Seconds, Visit};

/// Its routes.
pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(ask))
        .routes(routes!(seconds))
        .routes(routes!(signed))
        .routes(routes!(offer))
}

/// Who may stand by it that the person of a visit is lent a key.
#[utoipa::path(
    get, path = "/v1/visits/{id}/loan/seconds", tag = "visits",
    params(("id" = String, Path, description = "The visit's identifier")),
    security(("station" = [], "session" = [])),
    responses((status = OK, body = Seconds))
)]
pub async fn seconds(
    State(registry): Shared,
    desk: AtDesk,
    Named(id): Named<VisitId>,
) -> Answer<Json<Seconds>> {
    let mut tx = registry.db.write().await?;
    let seconds = loans::seconds(&mut tx, &desk, id, registry.now()).await?;
    // The visit goes on.
    tx.commit().await?;
    Ok(Json(seconds))
}

/// Somebody is about to stand by it.
#[utoipa::path(
    post, path = "/v1/visits/{id}/loan", tag = "visits", request_body = LoanAsk,
    params(
        ("id" = String, Path, description = "The visit's identifier"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to repeat"),
    ),
    security(("station" = [], "session" = [])),
    responses((status = CREATED, body = LoanToSign))
)]
pub async fn ask(
    State(registry): Shared,
    desk: AtDesk,
    key: Option<IdempotencyKey>,
    Named(id): Named<VisitId>,
    Body(request): Body<LoanAsk>,
) -> Answer<Response> {
    check_version(request.version)?;
    let body = (&id, &request);
    let scope = desk.scope();
    let mut entry = match ledger::open(&registry, &scope, key, "loan", &body).await? {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let (tx, now) = (&mut entry.tx, registry.now());
    let wish = (id, request.days, &request.second);
    let asked = loans::ask(tx, &desk, wish, &registry.days, (now, now)).await?;
    let (deed, (signer, name)) = asked;
    let whom = (signer.clone(), name.as_str());
    let (to_sign, origin) = signing::to_sign(&registry, tx, &desk, whom, deed, now).await?;
    let reply = LoanToSign {
        id: to_sign.id,
        act: to_sign.act,
        request: to_sign.request,
        origin: origin.to_owned(),
        expires_at: to_sign.expires_at,
    };
    let detail = format!("visit {id}, act {}, {}", reply.id, signer.as_str());
    let visit = id.to_string();
    let line = line(&desk, "loan-asking", &visit, &detail);
    entry.finish(StatusCode::CREATED, &reply, line).await
}

/// They signed it: a key may be lent in that visit.
#[utoipa::path(
    post, path = "/v1/loans/signed", tag = "visits", request_body = LoanSigned,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to repeat")),
    security(("station" = [], "session" = [])),
    responses((status = CREATED, body = Visit))
)]
pub async fn signed(
    State(registry): Shared,
    desk: AtDesk,
    key: Option<IdempotencyKey>,
    Body(push): Body<LoanSigned>,
) -> Answer<Response> {
    check_version(push.version)?;
    let now = registry.now();
    let (write, by_key) = ((key, "loan-signed", &push), (push.id, &push.assertion));
    let mut signed = match signing::take(&registry, &desk, write, by_key, now).await? {
        Taken::Fresh(signed) => signed,
        Taken::Repeated(response) => return Ok(response),
    };
    let (tx, act) = (&mut signed.entry.tx, &signed.act.act);
    let whom = (signed.ground.signer(), &push.assertion.raw_id);
    let (deed, loan) = loans::ask_again(tx, &desk, act, whom, (&registry.days, now)).await?;
    acts::refuse_changed(deed == act.deed)?;
    signed.act.keep(signed.by, tx, now).await?;
    loans::agreed(tx, &loan, act.id, now).await?;
    let (visit, person) = visits::going(tx, &desk, loan.visit, now).await?;
    let detail = format!(
        "visit {}; until {}; {}",
        visit.id,
        loan.until,
        signed.act.told()
    );
    let line = line(&desk, "loan-agreed", person.id.as_str(), &detail);
    signed.entry.finish(StatusCode::CREATED, &visit, line).await
}

/// Creation options for the key that is lent. It is one key, and no app.
#[utoipa::path(
    post, path = "/v1/visits/{id}/loan/offer", tag = "visits",
    params(
        ("id" = String, Path, description = "The visit's identifier"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to repeat"),
    ),
    security(("station" = [], "session" = [])),
    responses((status = CREATED, body = Offer))
)]
pub async fn offer(
    State(registry): Shared,
    desk: AtDesk,
    key: Option<IdempotencyKey>,
    Named(id): Named<VisitId>,
) -> Answer<Response> {
    let scope = desk.scope();
    let mut entry = match ledger::open(&registry, &scope, key, "loan-offer", &id).await? {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let (tx, now) = (&mut entry.tx, registry.now());
    let (loan, person) = loans::offered(tx, &desk, id, now).await?;
    may_for(&desk, Action::Enrol, &person)?;
    let terms = Terms {
        sort: Sort::Enrolment,
        visit: Some(id),
        life: registry.config.challenge_life().min(visits::IDLE),
    };
    let (mut offer, row, _) = prepared(&registry, tx, person, terms).await?;
    offer.app = None;
    offer.lent_until = Some(loan.until);
    insert(tx, &desk, &[row], now).await?;
    table::insert_offer(tx, offer.id, id).await?;
    let (subject, detail) = (offer.id.to_string(), format!("{}, on loan", loan.person));
    let line = line(&desk, "offer", &subject, &detail);
    entry.finish(StatusCode::CREATED, &offer, line).await
}
