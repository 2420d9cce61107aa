//! How the registry says no: every refusal, also one of the HTTP layer's own, becomes problem details (RFC 9457).
//!
//! Invariant: a refusal tells the caller nothing of the registry's inside. What failed there goes to the log.

use axum::extract::rejection::{FormRejection, JsonRejection, PathRejection, QueryRejection};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Serialize;

use super::database::{Fault, is_busy};
use crate::domain::authority::{LastFactor, NotAllowed};
use crate::domain::{AccountResetId, OperatorId};
use crate::text::english;
use crate::wire::{Because, Problem, WhyNot, problem_code};

/// The media type of problem details.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// A refusal on its way to the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    code: &'static str,
    detail: Detail,
    retry_after_s: Option<u32>,
    oauth: Option<&'static str>,
    record: Option<u64>,
    about: Option<String>,
    /// Boxed, so that a refusal stays small.
    reset: Option<Box<AccountResetId>>,
}

/// What is said of a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Detail {
    /// For whoever reads the answer itself: it is their request that was wrong, or nothing but a code is to be said of it.
    Words(String),
    /// For people, whatever they read.
    Why(Box<Because>),
}

impl Detail {
    fn words(&self) -> String {
        match self {
            Self::Words(words) => words.clone(),
            Self::Why(why) => english().because(why),
        }
    }

    fn said(self) -> WhyNot {
        let words = self.words();
        let why = match self {
            Self::Words(_) => None,
            Self::Why(why) => Some(why),
        };
        WhyNot { words, why }
    }
}

/// What is kept with the answer, of which the caller is told the code: for whoever puts it on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub code: &'static str,
    /// What it says to the caller.
    pub detail: String,
    /// Why, with the facts: a page says that in its reader's language.
    pub why: Option<Box<Because>>,
    /// Whom it is about.
    pub about: Option<String>,
    /// The reset that stands in the way.
    pub reset: Option<AccountResetId>,
}

/// Result of everything a route does.
pub type Answer<T> = Result<T, Refusal>;

impl Refusal {
    /// A refusal of that code that people read: why, with the facts.
    pub fn because(code: &'static str, why: Because) -> Self {
        Self::of(code, Detail::Why(Box::new(why)))
    }

    /// A refusal of that code (one of the refusals or verdicts of [`problem_code`]) that no operator and no page's reader is to come to, or
    /// that says nothing but its code to them; the detail says to whoever reads the answer itself what is wrong with the request.
    pub fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self::of(code, Detail::Words(detail.into()))
    }

    fn of(code: &'static str, detail: Detail) -> Self {
        debug_assert!(
            problem_code::meaning(code).is_some(),
            "{code} refuses nothing"
        );
        Self {
            code,
            detail,
            retry_after_s: None,
            oauth: None,
            record: None,
            about: None,
            reset: None,
        }
    }

    /// Asks the caller to come back after that many seconds.
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// Adds the member `error` of a token reply (RFC 6749, section 5.2).
    pub fn oauth(mut self, error: &'static str) -> Self {
        self.oauth = Some(error);
        self
    }

    /// Asks for what the station's journal has there.
    pub fn ask_record(mut self, sequence: u64) -> Self {
        self.record = Some(sequence);
        self
    }

    /// Says whom it is about, where neither path nor body do.
    pub fn about(mut self, whom: &str) -> Self {
        self.about = Some(whom.to_owned());
        self
    }

    /// Says which reset stands in the way: a page shows it.
    pub fn by_reset(mut self, reset: AccountResetId) -> Self {
        self.reset = Some(Box::new(reset));
        self
    }

    /// Nothing that the caller did: logs the cause, tells nothing of it.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "request failed");
        Self::new(
            problem_code::INTERNAL,
            "the registry failed and changed nothing; its log has the cause",
        )
    }

    /// The same under the code that says what it means there.
    pub fn under(self, code: &'static str) -> Self {
        Self { code, ..self }
    }

    pub fn code(&self) -> &'static str {
        self.code
    }

    /// What it says, in words, and why with the facts.
    pub fn said(self) -> WhyNot {
        self.detail.said()
    }
}

/// What the matrix refuses.
impl From<NotAllowed> for Refusal {
    fn from(refused: NotAllowed) -> Self {
        Self::because(problem_code::NOT_ALLOWED, refused.into())
    }
}

impl From<LastFactor> for Refusal {
    fn from(last: LastFactor) -> Self {
        Self::because(problem_code::LAST_FACTOR, last.into())
    }
}

/// What an operator is told whose access ended at that time.
pub fn operator_revoked(operator: &OperatorId, at: Timestamp) -> Refusal {
    Refusal::because(
        problem_code::OPERATOR_REVOKED,
        Because::OperatorRevoked {
            operator: operator.to_string(),
            at,
        },
    )
}

#[derive(Serialize)]
struct Body {
    #[serde(flatten)]
    problem: Problem,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Some(meaning) = problem_code::meaning(self.code) else {
            return Self::internal(format!("{} is no refusal's code", self.code)).into_response();
        };
        let status =
            StatusCode::from_u16(meaning.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        // What could not be read may be quoted in the detail, and may be a secret in the wrong place.
        let WhyNot { words, why } = self.detail.said();
        let detail = match self.code {
            problem_code::MALFORMED => "",
            _ => &words,
        };
        tracing::info!(
            status = status.as_u16(),
            code = self.code,
            detail,
            "refused"
        );
        let body = Body {
            problem: Problem {
                kind: format!("https://keydesk.invalid/problems/{}", self.code),
                title: meaning.title.to_owned(),
                status: status.as_u16(),
                detail: Some(words.clone()),
                record: self.record,
                why: why.clone(),
            },
            error: self.oauth,
        };
        let json = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = (status, json).into_response();
        response.extensions_mut().insert(Refused {
            code: self.code,
            detail: words,
            why,
            about: self.about,
            reset: self.reset.map(|reset| *reset),
        });
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<Fault> for Refusal {
    fn from(error: Fault) -> Self {
        if is_busy(&error) {
            return Self::new(problem_code::BUSY, "another write takes long; try again")
                .retry_after(1);
        }
        Self::internal(error)
    }
}

impl From<JsonRejection> for Refusal {
    fn from(rejection: JsonRejection) -> Self {
        by_status(rejection.status(), rejection.body_text())
    }
}

impl From<FormRejection> for Refusal {
    fn from(rejection: FormRejection) -> Self {
        by_status(rejection.status(), rejection.body_text())
    }
}

impl From<PathRejection> for Refusal {
    fn from(rejection: PathRejection) -> Self {
        by_status(rejection.status(), rejection.body_text())
    }
}

impl From<QueryRejection> for Refusal {
    fn from(rejection: QueryRejection) -> Self {
        by_status(rejection.status(), rejection.body_text())
    }
}

fn by_status(status: StatusCode, detail: String) -> Refusal {
    let code = match status {
        StatusCode::PAYLOAD_TOO_LARGE => problem_code::TOO_LARGE,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => problem_code::MEDIA_TYPE,
        status if status.is_server_error() => return Refusal::internal(detail),
        _ => problem_code::MALFORMED,
    };
    Refusal::new(code, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_problem_details_with_its_headers() {
        let response = Refusal::new(problem_code::TOO_MANY_ATTEMPTS, "wait")
            .retry_after(30)
            .into_response();
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(response.headers()[header::CONTENT_TYPE], MEDIA_TYPE);
        assert_eq!(response.headers()[header::RETRY_AFTER], "30");
        let response = Refusal::new(problem_code::TOKEN_REFUSED, "expired").into_response();
        assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer");
    }

    #[test]
    fn what_failed_inside_is_not_told() {
        let refusal = Refusal::internal("secret path");
        assert!(!refusal.detail.words().contains("secret path"));
    }
}
