//! What of a request goes on record by how it was answered: who was refused what, about whom, and why.
//!
//! It hides where each is known: the caller by whoever asks who they are, the refusal by the answer, and whom it is about by the
//! refusal, the path or the body.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{MatchedPath, Request};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use super::MAX_BODY_BYTES;
use crate::domain::line::NAME_CHARS_MAX;
use crate::domain::{OneLine, OperatorId};
use crate::server::Registry;
use crate::server::auth::Caller;
use crate::server::problem::Refused;
use crate::server::tally::Event;
use crate::wire::problem_code;

/// Where somebody says who they are.
const SIGN_INS: [&str; 5] = [
    "/v1/sessions",
    "/v1/operators/enrolment",
    "/v1/operators/enrolment/options",
    "/v1/token",
    "/v1/stations/join",
];

/// What is refused because nobody stands by what it says.
const UNSIGNED: [&str; 2] = [problem_code::REPORT_UNBOUND, problem_code::REPORT_ALTERED];

/// A request that is on its way.
pub(super) struct Witness {
    method: Method,
    /// As it is written down here, with names in place of what differs.
    route: String,
    path: String,
    body: Bytes,
    caller: Arc<Caller>,
}

/// What a body may say of who did it to whom.
#[derive(Default, Deserialize)]
struct Stated {
    person: Option<String>,
    operator: Option<String>,
}

impl Witness {
    /// Begins with a request that is here as a whole.
    pub(super) async fn of(request: Request) -> (Request, Self) {
        let (mut parts, body) = request.into_parts();
        // It is one piece already, and never longer.
        let body = to_bytes(body, MAX_BODY_BYTES).await.unwrap_or_default();
        let caller = Arc::new(Caller::default());
        parts.extensions.insert(Arc::clone(&caller));
        let route = parts.extensions.get::<MatchedPath>();
        let witness = Self {
            method: parts.method.clone(),
            route: route.map_or_else(String::new, |route| route.as_str().to_owned()),
            path: parts.uri.path().to_owned(),
            body: body.clone(),
            caller,
        };
        (Request::from_parts(parts, Body::from(body)), witness)
    }

    /// Counts what was refused.
    pub(super) fn end(&self, registry: &Registry, response: &Response) {
        let Some(refused) = response.extensions().get::<Refused>() else {
            return;
        };
        let signs_in = SIGN_INS.contains(&self.route.as_str());
        let action = match signs_in {
            true if is_judged(response.status(), refused.code) => "sign-in-refused",
            false if response.status() == StatusCode::FORBIDDEN => "refused",
            _ => return,
        };
        // Who nobody knows yet names whoever they want, and so does whoever has a station's key and nothing else.
        let stated = match self.caller.station.get() {
            Some(_) if !signs_in && !UNSIGNED.contains(&refused.code) => self.stated(),
            _ => Stated::default(),
        };
        let whom = refused.about.clone().or(stated.person);
        let known = self.caller.operator.get().cloned();
        let event = Event {
            action,
            station: self.caller.station.get().cloned(),
            operator: known.or(stated.operator.map(OperatorId::new)),
            subject: whom.unwrap_or_else(|| "-".to_owned()),
            what: format!("{} {}: {}", self.method, self.route, refused.code),
        };
        registry.tally.note(event, registry.now());
    }

    /// Whom the path names, else the body; and who did it, as a station tells it.
    fn stated(&self) -> Stated {
        let parts = self.route.split('/').zip(self.path.split('/'));
        let mut named = parts.filter(|(part, _)| part.starts_with('{'));
        let by_path = named.next().map(|(_, named)| named.to_owned());
        let body: Stated = serde_json::from_slice(&self.body).unwrap_or_default();
        let short = |text: &String| OneLine::<NAME_CHARS_MAX>::check(text).is_ok();
        Stated {
            person: by_path.or(body.person).filter(short),
            operator: body.operator.filter(short),
        }
    }
}

/// Whether somebody was told that they are not whom they say: neither that the request can't be read, nor that it comes too early or
/// with a station's token that ran out.
fn is_judged(status: StatusCode, code: &str) -> bool {
    let not_judged = [
        problem_code::TOKEN_REFUSED,
        problem_code::METHOD_NOT_ALLOWED,
        problem_code::TOO_LARGE,
        problem_code::MEDIA_TYPE,
    ];
    status.is_client_error() && status != StatusCode::BAD_REQUEST && !not_judged.contains(&code)
}
