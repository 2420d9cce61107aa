//! The registry's pages: for administrators of organisations, for agents without a station near, and for whoever objects.
//!
//! What it hides: HTML, cookies, forms, and what a browser may be told to do with them. Invariants: nothing of the stations' API
//! answers here, nor any page there; a GET changes nothing; a POST comes from a form of these pages that was made for the very browser
//! that sends it, and is done once; each answer has the same headers, also a refusal.
//!
//! ```text
//! browser ── listen ── guard ─┬─ session    who is signed in, forms
//!                             ├─ sign_in    by key, by code ── codes
//!                             ├─ people     an organisation's
//!                             ├─ requests   resets that administrators ask for ─┬─ sign
//!                             ├─ waiting    resets that agents release ─────────┘
//!                             ├─ objection  whoever was told of a reset, by their link
//!                             └─ page       what they all look like
//! ```

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

mod address;
mod asking;
mod codes;
mod forms;
mod look;
mod objection;
mod page;
mod people;
mod requests;
mod session;
mod sign;
mod sign_in;
mod vouch;
mod waiting;

use super::config::ConfigError;
use super::database::{Database, Fault};
use super::guesses::Guesses;
use super::listen::{self, ClientAddress};
use super::problem::{Answer, Refusal, Refused};
use super::tables::act_asked::Signer;
use super::tables::page as table;
use super::verify::{BadOrigin, RelyingParty};
use super::{Registry, ServeError, secret};
use crate::text::tr;
use crate::wire::problem_code;
use session::{Someone, Visitor};

/// The largest body taken: an assertion has one or two kilobytes.
const MAX_BODY_BYTES: usize = 32 * 1024;

/// Requests served at once.
const MAX_AT_ONCE: usize = 32;

/// How long a request may wait until it is served, and take then.
const QUEUE_LIMIT: Duration = Duration::from_secs(5);
const REQUEST_LIMIT: Duration = Duration::from_secs(20);

/// How long it is known what was typed with an address that nobody has.
const NOBODYS_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// What a browser may do with a page: nothing that does not come from here, and no frame around it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// With each answer.
const HEADERS: [(&str, &str); 9] = [
    ("content-security-policy", POLICY),
    ("referrer-policy", "no-referrer"),
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "publickey-credentials-get=(self), publickey-credentials-create=(), camera=(), microphone=(), geolocation=()",
    ),
    ("strict-transport-security", "max-age=31536000"),
];

const STYLE: &str = include_str!("../../assets/pages/keydesk.css");
const SCRIPT: &str = include_str!("../../assets/pages/keydesk.js");

/// What every page shares.
pub struct Site {
    registry: Arc<Registry>,
    origin: String,
    /// The relying parties as they are asked here, from an origin that is taken nowhere else.
    people: RelyingParty,
    operators: RelyingParty,
    /// Marks the challenges of sign-ins; another one each time the registry starts.
    key: Zeroizing<[u8; 32]>,
    guesses: Guesses,
}

impl Site {
    fn party_of(&self, signer: &Signer) -> &RelyingParty {
        match signer {
            Signer::Person(_) => &self.people,
            Signer::Operator(_) => &self.operators,
        }
    }
}

/// What every handler takes first.
type Shared = State<Arc<Site>>;

/// Why there is no page.
pub enum Trouble {
    Refused(Refusal),
    /// Nobody is signed in, or not any more.
    SignIn,
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self::Refused(fault.into())
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        match self {
            Self::Refused(refusal) => refusal.into_response(),
            Self::SignIn => Redirect::to("/sign-in").into_response(),
        }
    }
}

/// What a handler answers.
type Shown = Result<Response, Trouble>;

/// Every page, where the configuration wants them.
pub fn router(registry: Arc<Registry>) -> Result<Router, ServeError> {
    let origin = registry.config.pages_origin().unwrap_or_default();
    let bad_origin = |error: BadOrigin| ConfigError::Range {
        setting: "pages.address",
        found: error.0,
        must: "an origin such as https://keydesk.example.org",
    };
    let no_random = |error: secret::NoRandom| ServeError::Stopped(error.to_string());
    let site = Arc::new(Site {
        people: registry.people.at(&origin).map_err(bad_origin)?,
        operators: registry.operators.at(&origin).map_err(bad_origin)?,
        key: Zeroizing::new(secret::random_bytes().map_err(no_random)?),
        guesses: Guesses::default(),
        origin,
        registry,
    });
    let at_once = Arc::new(Semaphore::new(MAX_AT_ONCE));
    let asset = |kind: &'static str, text: &'static str| {
        get(move || async move { ([(header::CONTENT_TYPE, kind)], text) })
    };
    Ok(Router::new()
        .route("/", get(sign_in::home))
        .route("/sign-in", get(sign_in::show))
        .route("/sign-in/key", post(sign_in::by_key))
        .route("/sign-in/code", post(sign_in::by_code))
        .route("/agents", get(sign_in::show_agents).post(sign_in::agent))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/language", post(page::change_language))
        .route("/people", get(people::list))
        .route("/people/{id}", get(people::detail))
        .route("/people/{id}/reset", get(requests::why).post(requests::ask))
        .route("/people/{id}/vouch", get(vouch::why).post(vouch::ask))
        .route("/people/{id}/vouch/withdraw", post(vouch::withdraw))
        .route("/requests", get(requests::list))
        .route("/requests/{id}", get(requests::detail))
        .route("/requests/{id}/ask", post(requests::ask_prepared))
        .route("/requests/{id}/withdraw", post(requests::withdraw))
        .route("/requests/{id}/object", post(requests::object))
        .route("/sign/{id}", get(sign::show).post(sign::sign))
        .route("/waiting", get(waiting::list))
        .route("/waiting/{id}", get(waiting::detail))
        .route(
            "/waiting/{id}/refuse",
            get(waiting::sure).post(waiting::refuse),
        )
        .route("/waiting/{id}/withdraw", post(waiting::withdraw))
        .route("/waiting/{id}/release", post(waiting::release))
        .route(
            "/objection/{token}",
            get(objection::show).post(objection::object),
        )
        .route("/objected", get(objection::done))
        .route("/keydesk.css", asset("text/css; charset=utf-8", STYLE))
        .route(
            "/keydesk.js",
            asset("text/javascript; charset=utf-8", SCRIPT),
        )
        .fallback(unknown)
        .method_not_allowed_fallback(unknown_method)
        .layer(middleware::from_fn_with_state(
            (at_once, Arc::clone(&site)),
            attended,
        ))
        .with_state(site))
}

/// Forgets sessions that are over, and wrong codes with addresses of nobody's.
pub async fn tidy(db: &Database, now: Timestamp) -> Result<(), Fault> {
    let mut tx = db.write().await?;
    table::forget(&mut tx, (now - session::IDLE, now - NOBODYS_KEPT)).await?;
    tx.commit().await
}

async fn unknown() -> Refusal {
    Refusal::new(problem_code::NOT_FOUND, "there is no such page")
}

async fn unknown_method() -> Refusal {
    Refusal::new(
        problem_code::METHOD_NOT_ALLOWED,
        "this page is not asked for like that",
    )
}

/// Looks at where a request comes from, bounds what it takes, and gives each answer its headers; of a refusal it makes a page. The
/// log gets the route, never what stands in its place in the address: that may be a secret.
async fn attended(
    State((at_once, site)): State<(Arc<Semaphore>, Arc<Site>)>,
    request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("-", MatchedPath::as_str).to_owned();
    let client = request.extensions().get::<ClientAddress>().map(|c| c.0);
    let client = client.map(tracing::field::display);
    let look = look::Look::of(request.headers(), (&method, request.uri()));
    let mut response = match guard(&site, &method, request.headers()) {
        Ok(()) if is_led_here(&method, request.headers()) => page::once_more(&look),
        Ok(()) => served((&at_once, &site), request, next).await,
        Err(refusal) => refusal.into_response(),
    };
    if let Some(refused) = response.extensions_mut().remove::<Refused>() {
        response = page::refused((&look, &site.registry), None, (&refused, response));
    }
    for (name, value) in HEADERS {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(name, value);
    }
    let (status, ms) = (response.status().as_u16(), began.elapsed().as_millis());
    tracing::info!(client, %method, route, status, ms, "page");
    response
}

/// Whether somebody follows a link of another site: their browser does not say then who they are, and would be given another name.
fn is_led_here(method: &Method, headers: &HeaderMap) -> bool {
    let is = |name: &str, value: &str| headers.get(name).is_some_and(|found| found == value);
    *method == Method::GET && is("sec-fetch-site", "cross-site") && is("sec-fetch-dest", "document")
}

/// What changes something comes from a page of this very origin. Where a page sends no referrer, browsers leave its origin out as
/// well (`null`), and say in `Sec-Fetch-Site` what it was.
fn guard(site: &Site, method: &Method, headers: &HeaderMap) -> Answer<()> {
    if matches!(*method, Method::GET | Method::HEAD) {
        return Ok(());
    }
    let value = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let (fetched, origin) = (value("sec-fetch-site"), value("origin"));
    let is_own = match (fetched, origin) {
        (Some("same-origin"), None | Some("null")) => true,
        (Some("same-origin") | None, Some(origin)) => origin == site.origin,
        (Some(_), _) | (None, None) => false,
    };
    match is_own {
        true => Ok(()),
        false => Err(Refusal::new(
            problem_code::ORIGIN_MISMATCH,
            "this was not sent from a page of this registry",
        )),
    }
}

async fn served(
    (at_once, site): (&Arc<Semaphore>, &Arc<Site>),
    request: Request<Body>,
    next: Next,
) -> Response {
    let Ok(request) = listen::whole(request, MAX_BODY_BYTES).await else {
        let refusal = Refusal::new(problem_code::TOO_LARGE, "what was sent is too long");
        return refusal.into_response();
    };
    let busy =
        || Refusal::new(problem_code::BUSY, "too much is asked at once; try again").retry_after(2);
    let turn = listen::turn(request.extensions(), at_once);
    let Ok(_turn) = tokio::time::timeout(QUEUE_LIMIT, turn).await else {
        return busy().into_response();
    };
    let served = tokio::time::timeout(REQUEST_LIMIT, answered(site, request, next)).await;
    served.unwrap_or_else(|_| busy().into_response())
}

/// What comes of a request. Whoever is signed in goes on from a refusal as from any other page.
async fn answered(site: &Arc<Site>, request: Request<Body>, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let visitor = Visitor::of(&parts, site);
    let mut response = next.run(Request::from_parts(parts, body)).await;
    let is_plain = |refused: &Refused| {
        let code = refused.code;
        code == problem_code::BUSY || code == problem_code::INTERNAL
    };
    let refused = response.extensions().get::<Refused>();
    if refused.is_none_or(is_plain) {
        return response;
    }
    let someone = match visitor {
        Ok(visitor) => Someone::of(visitor).await.ok(),
        Err(_) => None,
    };
    let Some(someone) = someone else {
        return response;
    };
    let Some(refused) = response.extensions_mut().remove::<Refused>() else {
        return response;
    };
    match in_the_way(site, &someone, &refused).await {
        Some(shown) => shown,
        None => page::refused(
            (&someone.visitor().look, &site.registry),
            Some(&someone),
            (&refused, response),
        ),
    }
}

/// The reset that stood in the way, as it stands now: what can be done about it stands there.
async fn in_the_way(site: &Site, someone: &Someone, refused: &Refused) -> Option<Response> {
    let (id, t) = (refused.reset?, someone.visitor().look.text);
    let wrong = match refused.code {
        problem_code::RESET_OPEN => tr!(t, "page-open-already"),
        _ => tr!(t, "page-over"),
    };
    let shown = match someone {
        Someone::Administrator(admin) => requests::page(site, admin, id, Some(wrong)).await,
        Someone::Agent(agent) => waiting::page(site, agent, id, Some(wrong)).await,
    };
    shown.ok()
}

/// On to another page, by a GET.
fn on_to(path: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, path.to_owned())]).into_response()
}
