//! How the registry says no: every refusal, also one of the HTTP layer's own, becomes problem details (RFC 9457).
//!
//! Invariant: a refusal tells the caller nothing of the registry's inside. What failed there goes to the log.

use axum::extract::rejection::{FormRejection, JsonRejection, PathRejection, QueryRejection};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Serialize;

use super::database::{Fault, is_busy};
use crate::domain::OperatorId;
use crate::wire::{Problem, problem_code};

/// The media type of problem details.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// A refusal on its way to the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    code: &'static str,
    detail: String,
    retry_after_s: Option<u32>,
    oauth: Option<&'static str>,
    record: Option<u64>,
    about: Option<String>,
}

/// What is kept with the answer, of which the caller is told the code: for whoever puts it on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub code: &'static str,
    /// Whom it is about.
    pub about: Option<String>,
}

/// Result of everything a route does.
pub type Answer<T> = Result<T, Refusal>;

impl Refusal {
    /// A refusal of that code (one of [`code`]); the detail says what happened here and what to do next.
    pub fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            retry_after_s: None,
            oauth: None,
            record: None,
            about: None,
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

    /// Nothing that the caller did: logs the cause, tells nothing of it.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "request failed");
        Self::new(
            problem_code::INTERNAL,
            "the registry failed and changed nothing; its log has the cause",
        )
    }

    pub fn code(&self) -> &'static str {
        self.code
    }
}

/// What an operator is told whose access ended at that time.
pub fn operator_revoked(operator: &OperatorId, at: Timestamp) -> Refusal {
    Refusal::new(
        problem_code::OPERATOR_REVOKED,
        format!(
            "operator {operator} was revoked at {at}: another operator must do it; ask the registry's administrator"
        ),
    )
}

/// Status and title of a code.
fn meaning(code: &str) -> (StatusCode, &'static str) {
    use StatusCode as S;
    match code {
        problem_code::MALFORMED => (S::BAD_REQUEST, "The request cannot be read"),
        problem_code::NEWER_VERSION => (S::BAD_REQUEST, "The request is newer than this registry"),
        problem_code::NOT_FOUND => (S::NOT_FOUND, "There is no such thing"),
        problem_code::METHOD_NOT_ALLOWED => {
            (S::METHOD_NOT_ALLOWED, "This route does not take the method")
        }
        problem_code::TOO_LARGE => (S::PAYLOAD_TOO_LARGE, "The body is too large"),
        problem_code::MEDIA_TYPE => (
            S::UNSUPPORTED_MEDIA_TYPE,
            "The body's media type is not taken",
        ),
        problem_code::TOO_MANY_ATTEMPTS => (S::TOO_MANY_REQUESTS, "Too many wrong codes"),
        problem_code::GUESSED_OUT => (S::FORBIDDEN, "Too many codes in a row were wrong"),
        problem_code::OPERATOR_GUESSED => {
            (S::FORBIDDEN, "Too many codes of this operator were wrong")
        }
        problem_code::OFFERS_OPEN => (S::CONFLICT, "Too many offers are open"),
        problem_code::BUSY => (S::SERVICE_UNAVAILABLE, "The registry is busy"),
        problem_code::CODE_REFUSED => (S::FORBIDDEN, "The code does not hold"),
        problem_code::STATION_KNOWN => (S::CONFLICT, "This key has joined already"),
        problem_code::CLIENT_REFUSED => (S::UNAUTHORIZED, "The station's assertion does not hold"),
        problem_code::TOKEN_REFUSED => (S::UNAUTHORIZED, "The token does not hold"),
        problem_code::SESSION_REFUSED => (S::UNAUTHORIZED, "Nobody is signed in"),
        problem_code::NOT_ALLOWED => (S::FORBIDDEN, "Not this operator's to do"),
        problem_code::STATION_REVOKED => (S::FORBIDDEN, "The station was revoked"),
        problem_code::OPERATOR_REVOKED => (S::FORBIDDEN, "The operator was revoked"),
        problem_code::CREDENTIAL_REVOKED => (S::FORBIDDEN, "The operator's key was revoked"),
        problem_code::IDEMPOTENCY_KEY_MISSING => (S::BAD_REQUEST, "Idempotency-Key is missing"),
        problem_code::IDEMPOTENCY_KEY_REUSED => (
            S::UNPROCESSABLE_ENTITY,
            "Idempotency-Key came with another body before",
        ),
        problem_code::JOURNAL_REGRESSED => (S::CONFLICT, "The station's journal does not continue"),
        problem_code::JOURNAL_PASSED => (S::CONFLICT, "The station's journal had come further"),
        problem_code::OFFER_UNKNOWN => (S::NOT_FOUND, "There is no such offer for this station"),
        problem_code::OFFER_USED => (S::CONFLICT, "The offer is used up"),
        problem_code::OFFER_FOREIGN => (S::FORBIDDEN, "The offer is not for this"),
        problem_code::UNLOCK_FOREIGN => (S::FORBIDDEN, "There was no such session"),
        problem_code::RESET_FOREIGN => (S::FORBIDDEN, "There was no such session"),
        problem_code::REPORT_UNBOUND => (S::FORBIDDEN, "Nothing shows who recorded it"),
        problem_code::REPORT_ALTERED => (S::FORBIDDEN, "It is not what was recorded"),
        problem_code::CREDENTIAL_GONE => (S::GONE, "The credential is gone"),
        problem_code::CREDENTIAL_UNKNOWN => (S::NOT_FOUND, "There is no such credential"),
        problem_code::CREDENTIAL_EXISTS => (S::CONFLICT, "The credential is enrolled already"),
        problem_code::ENROLLED_SINCE => (S::CONFLICT, "The person has been enrolled meanwhile"),
        problem_code::KEY_TAKEN => (S::CONFLICT, "The key is somebody else's"),
        problem_code::CHALLENGE_EXPIRED => (S::UNPROCESSABLE_ENTITY, "The challenge has expired"),
        problem_code::CHALLENGE_MISMATCH => {
            (S::UNPROCESSABLE_ENTITY, "The challenge is another one")
        }
        problem_code::ORIGIN_MISMATCH => (S::UNPROCESSABLE_ENTITY, "The origin is another one"),
        problem_code::RP_MISMATCH => (S::UNPROCESSABLE_ENTITY, "The relying party is another one"),
        problem_code::USER_NOT_PRESENT => (S::UNPROCESSABLE_ENTITY, "Nobody touched the key"),
        problem_code::USER_NOT_VERIFIED => (S::UNPROCESSABLE_ENTITY, "The user was not verified"),
        problem_code::ALGORITHM_REFUSED => {
            (S::UNPROCESSABLE_ENTITY, "The algorithm was not offered")
        }
        problem_code::ATTESTATION_INVALID => {
            (S::UNPROCESSABLE_ENTITY, "The attestation does not verify")
        }
        problem_code::ATTESTATION_UNTRUSTED => {
            (S::UNPROCESSABLE_ENTITY, "The attestation is not trusted")
        }
        problem_code::KEY_REFUSED => (S::UNPROCESSABLE_ENTITY, "Keys of this kind are refused"),
        problem_code::NOT_DEVICE_BOUND => (
            S::UNPROCESSABLE_ENTITY,
            "The credential is not bound to a key",
        ),
        problem_code::RESPONSE_MALFORMED => {
            (S::UNPROCESSABLE_ENTITY, "The key's response cannot be read")
        }
        problem_code::SIGNATURE_INVALID => {
            (S::UNPROCESSABLE_ENTITY, "The signature does not verify")
        }
        problem_code::COUNTER_REGRESSED => {
            (S::UNPROCESSABLE_ENTITY, "The signature counter went back")
        }
        problem_code::CODE_WRONG => (S::UNPROCESSABLE_ENTITY, "The code is not right"),
        problem_code::SEAL_BROKEN => (S::UNPROCESSABLE_ENTITY, "The secret does not open"),
        problem_code::FACTOR_EXISTS => (S::CONFLICT, "There is such a factor already"),
        problem_code::FACTOR_UNKNOWN => (S::NOT_FOUND, "There is no such factor"),
        problem_code::FACTOR_SUSPENDED => (S::FORBIDDEN, "The factor is suspended"),
        problem_code::NOT_SUSPENDED => (S::CONFLICT, "The factor is not suspended"),
        problem_code::NEVER_LIFTED => (S::FORBIDDEN, "The suspension is not lifted any more"),
        problem_code::LAST_FACTOR => (S::CONFLICT, "It is the person's last factor"),
        problem_code::AUTHORITY_NEEDED => (S::FORBIDDEN, "The visit takes more than was shown"),
        problem_code::VISIT_OVER => (S::CONFLICT, "There is no such visit any more"),
        problem_code::NOT_IDENTIFIED => (S::FORBIDDEN, "Nobody was identified"),
        problem_code::METHOD_UNKNOWN => (S::FORBIDDEN, "Method of identification not known"),
        problem_code::IDENTIFIED_OTHERWISE => (S::CONFLICT, "Identified otherwise"),
        problem_code::ACT_CHANGED => (S::CONFLICT, "What was signed no longer holds"),
        problem_code::NOT_WAITING => (S::NOT_FOUND, "Nothing of that name waits"),
        problem_code::PROOF_MISSING => (S::FORBIDDEN, "The person did not prove a factor"),
        problem_code::TOKEN_UNAVAILABLE => (S::CONFLICT, "The token is not in stock"),
        _ => (S::INTERNAL_SERVER_ERROR, "The registry failed"),
    }
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
        let (status, title) = meaning(self.code);
        // What could not be read may be quoted in the detail, and may be a secret in the wrong place.
        let detail = match self.code {
            problem_code::MALFORMED => "",
            _ => &self.detail,
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
                title: title.to_owned(),
                status: status.as_u16(),
                detail: Some(self.detail),
                record: self.record,
            },
            error: self.oauth,
        };
        let json = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = (status, json).into_response();
        response.extensions_mut().insert(Refused {
            code: self.code,
            about: self.about,
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
        assert!(!refusal.detail.contains("secret path"));
    }
}
