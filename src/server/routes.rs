//! The HTTP API: which routes there are, how much they take, and what happens to a request that fits none.
//!
//! Invariant: whatever comes in, the answer is the documented body or problem details.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Form, Json, Router};
use jiff::fmt::rfc2822::DateTimePrinter;
use tokio::sync::Semaphore;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, Ref, RefOr, ResponseBuilder};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;

use super::Registry;
use super::listen::{self, ClientAddress, Unread};
use super::problem::Refusal;
use crate::wire::{Problem, problem_code};
use witness::Witness;

mod account_resets;
mod apps;
mod away;
mod codes;
mod desk;
mod loans;
mod offers;
mod operators;
mod people;
mod pushes;
mod report;
mod resets;
mod signing;
mod stations;
mod stock;
mod suspensions;
mod tickets;
mod tokens;
mod unlocks;
mod visits;
mod withdrawals;
mod witness;

/// The largest body taken: a registration with a long certificate chain has some ten kilobytes.
const MAX_BODY_BYTES: usize = 256 * 1024;

/// Requests served at once.
const MAX_AT_ONCE: usize = 256;

/// How long a request may wait until it is served.
const QUEUE_LIMIT: Duration = Duration::from_secs(5);

/// The longest that a request may take once it is there as a whole.
const REQUEST_LIMIT: Duration = Duration::from_secs(20);

/// Answers whatever else there is to do: it does nothing that takes time.
const HEALTH: &str = "/v1/health";

/// The routes of a family, with their description.
type Routes = OpenApiRouter<Arc<Registry>>;

/// A JSON body. What can't be read is refused with problem details.
#[derive(Debug, FromRequest)]
#[from_request(via(Json), rejection(Refusal))]
struct Body<T>(T);

/// A form in the body, likewise.
#[derive(FromRequest)]
#[from_request(via(Form), rejection(Refusal))]
struct FormBody<T>(T);

/// The query, likewise.
#[derive(Debug, FromRequestParts)]
#[from_request(via(Query), rejection(Refusal))]
struct Params<T>(T);

/// What the path names, likewise.
#[derive(Debug, FromRequestParts)]
#[from_request(via(Path), rejection(Refusal))]
struct Named<T>(T);

#[derive(OpenApi)]
#[openapi(
    modifiers(&Security),
    components(schemas(Problem)),
    info(
        title = "Keydesk registry",
        description = "People, organisations, operators, stations, security keys and authenticator apps. Errors are problem details \
                       (RFC 9457); the last part of `type` is the code to decide by."
    ),
    tags(
        (name = "station", description = "A station joins and gets its tokens"),
        (name = "operator", description = "An operator enrols a key and signs in"),
        (name = "people", description = "Whom a key is for"),
        (name = "visits", description = "Who is at the desk, and what may be added for them"),
        (name = "resets", description = "An account is reset: asked for, released, carried out"),
        (name = "enrolment", description = "Offers, tickets, enrolments, tests"),
        (name = "factors", description = "Authenticator apps, hardware tokens, their codes"),
        (name = "stock", description = "What there is of keys and tokens, where it is, and what was done with it"),
    )
)]
struct Description;

/// How a station and an operator say who they are, for the description.
struct Security;

impl Modify for Security {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let components = description.components.get_or_insert_default();
        let token = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "A station's access token, from POST /v1/token (RFC 7523)",
            ))
            .build();
        components.add_security_scheme("station", SecurityScheme::Http(token));
        let session = ApiKeyValue::with_description(
            "Keydesk-Session",
            "An operator's session at that station, from POST /v1/sessions",
        );
        let session = SecurityScheme::ApiKey(ApiKey::Header(session));
        components.add_security_scheme("session", session);
    }
}

/// Every route, and their description.
pub fn router(registry: Arc<Registry>) -> (Router, utoipa::openapi::OpenApi) {
    let (router, description) = described();
    // Shared by all answers: it is large, and anybody may ask for it.
    let json = Bytes::from(description.to_pretty_json().unwrap_or_default());
    let served = move || async move { ([("content-type", "application/json")], json.clone()) };
    let at_once = Arc::new(Semaphore::new(MAX_AT_ONCE));
    let router = router
        .route("/v1/openapi.json", get(served))
        .fallback(unknown_route)
        .method_not_allowed_fallback(unknown_method)
        .layer(middleware::from_fn_with_state(
            (at_once, Arc::clone(&registry)),
            attended,
        ))
        .with_state(registry);
    (router, description)
}

/// The description alone.
pub fn description() -> utoipa::openapi::OpenApi {
    described().1
}

/// Whatever asks who somebody is, or takes a body, refuses with problem details.
fn described() -> (Router<Arc<Registry>>, utoipa::openapi::OpenApi) {
    let (router, mut description) = documented().split_for_parts();
    let problem = Content::new(Some(Ref::from_schema_name("Problem")));
    let refusal = ResponseBuilder::new().content("application/problem+json", problem);
    let refusal = refusal.build();
    let paths = description.paths.paths.values_mut();
    let operations = paths.flat_map(|path| {
        [
            &mut path.get,
            &mut path.post,
            &mut path.put,
            &mut path.delete,
        ]
    });
    for operation in operations.flatten() {
        if operation.security.is_some() || operation.request_body.is_some() {
            let answers = &mut operation.responses.responses;
            answers.insert("4XX".to_owned(), RefOr::T(refusal.clone()));
        }
    }
    (router, description)
}

fn documented() -> Routes {
    OpenApiRouter::with_openapi(Description::openapi())
        .merge(stations::routes())
        .merge(operators::routes())
        .merge(people::routes())
        .merge(visits::routes())
        .merge(loans::routes())
        .merge(offers::routes())
        .merge(tickets::routes())
        .merge(pushes::routes())
        .merge(resets::routes())
        .merge(withdrawals::routes())
        .merge(account_resets::routes())
        .merge(away::routes())
        .merge(unlocks::routes())
        .merge(apps::routes())
        .merge(codes::routes())
        .merge(suspensions::routes())
        .merge(tokens::routes())
        .merge(stock::routes())
}

async fn unknown_route(request: Request) -> Refusal {
    Refusal::new(
        problem_code::NOT_FOUND,
        format!(
            "there is no route {}; /v1/openapi.json lists them",
            request.uri().path()
        ),
    )
}

async fn unknown_method(request: Request) -> Refusal {
    Refusal::new(
        problem_code::METHOD_NOT_ALLOWED,
        format!(
            "{} does not take {}",
            request.uri().path(),
            request.method()
        ),
    )
}

/// Dates each answer by the registry's own clock, which stations go by, and logs how each went: never a query, a header or a
/// body, because they carry names and secrets.
async fn attended(
    State((at_once, registry)): State<(Arc<Semaphore>, Arc<Registry>)>,
    request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let client = request.extensions().get::<ClientAddress>().map(|c| c.0);
    let client = client.map(tracing::field::display);
    let mut response = match listen::whole(request, MAX_BODY_BYTES).await {
        Ok(request) => {
            let (request, witness) = Witness::of(request).await;
            let response = bounded(&at_once, request, next).await;
            witness.end(&registry, &response);
            response
        }
        Err(unread) => unread_body(unread).into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&registry.now());
    if let Some(date) = date.ok().and_then(|date| date.parse().ok()) {
        headers.insert(header::DATE, date);
    }
    let (status, ms) = (response.status().as_u16(), began.elapsed().as_millis());
    tracing::info!(client, %method, path, status, ms, "served");
    response
}

/// Bounds how many requests are served at once, and how long each takes. A request is here as a whole, so that no client's
/// slowness takes a turn from others.
async fn bounded(at_once: &Arc<Semaphore>, request: Request, next: Next) -> Response {
    if request.uri().path() == HEALTH {
        return next.run(request).await;
    }
    let turn = listen::turn(request.extensions(), at_once);
    let Ok(_turn) = tokio::time::timeout(QUEUE_LIMIT, turn).await else {
        return busy("too many requests are being served; try again").into_response();
    };
    match tokio::time::timeout(REQUEST_LIMIT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => busy("the request took too long; try again").into_response(),
    }
}

fn unread_body(unread: Unread) -> Refusal {
    match unread {
        Unread::TooLarge => Refusal::new(
            problem_code::TOO_LARGE,
            format!("the body has more than {MAX_BODY_BYTES} bytes"),
        ),
        Unread::TooSlow => busy("the body did not come in time; try again"),
        Unread::Broken => Refusal::new(problem_code::MALFORMED, "the body broke off; try again"),
    }
}

fn busy(what: &str) -> Refusal {
    Refusal::new(problem_code::BUSY, what).retry_after(2)
}

/// What every handler takes first.
type Shared = State<Arc<Registry>>;
