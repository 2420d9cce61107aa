//! What a registry answered, read as pure functions of status, two headers and body.
//!
//! Invariant: every input gives a value or a [`RegistryError`]; nothing here panics, whatever the registry sends.

use jiff::Timestamp;
use serde::de::DeserializeOwned;

use crate::domain::characters::is_visible;
use crate::domain::reason::Gap;
use crate::wire::{Because, Health, Offer, OfferFault, Problem, Tickets, VERSION};

/// No registry is waited for longer than that, whatever it asks.
const MAX_RETRY_AFTER_S: u64 = 3600;

/// Longest text of a reply that goes into an error, but for the detail of a refusal.
const MAX_QUOTE_CHARS: usize = 200;

/// Longest detail of a refusal, which an operator reads and the journal keeps.
const MAX_DETAIL_CHARS: usize = 1000;

/// What of a reply is looked at besides its body.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Head {
    pub status: u16,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Retry-After`.
    pub retry_after: Option<String>,
    /// `Date`: the registry's clock.
    pub date: Option<String>,
}

impl Head {
    /// When the registry says that it answered. What is not the registry's own answer says nothing of its clock.
    pub fn sent_at(&self) -> Option<Timestamp> {
        self.date
            .as_deref()
            .filter(|_| is_json(self))
            .and_then(http_date)
    }
}

/// Why a call came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// No answer, one that says "later", or one of something in between (a proxy, a portal): try again.
    #[error("{}", said(.why))]
    Unreachable {
        /// Whether it can't be reached, or failed.
        why: Gap,
        /// The HTTP status, where anything answered at all: the registry, or something in between.
        status: Option<u16>,
        /// How long the registry asks to be left alone.
        retry_after: Option<std::time::Duration>,
        /// It may have been sent, and what it asks for done.
        sent: bool,
        /// Why it says "later", where it says that with the facts.
        because: Option<Box<Because>>,
    },
    /// It refused for good, and says why.
    #[error("the registry refused ({status}): {}", .problem.detail.as_deref().unwrap_or(&.problem.title))]
    Refused {
        status: u16,
        /// Its problem details, cut short and without control characters.
        problem: Problem,
    },
    /// Its answer is JSON and not what the API says; it may be another service.
    #[error("the registry's answer cannot be read: {what}; check its address")]
    Malformed { what: String },
    /// It speaks a newer version of the wire.
    #[error(
        "the registry speaks version {found} of the wire, this station {VERSION}: update the station"
    )]
    NewerVersion {
        /// The registry's version.
        found: u16,
    },
    /// What it asks a key to sign contradicts itself.
    #[error(transparent)]
    Contradiction(#[from] OfferFault),
    /// This station has no identity yet.
    #[error("this station has not joined a registry: run `keydesk station join`")]
    NotJoined,
    /// The station's own key can't sign.
    #[error("the station's key cannot be used: {0}")]
    Key(String),
}

/// A reply with a JSON body.
pub fn reply<T: DeserializeOwned>(head: &Head, body: &[u8]) -> Result<T, RegistryError> {
    if !(200..300).contains(&head.status) {
        return Err(problem(head, body));
    }
    if !is_json(head) {
        return Err(in_between(head, None));
    }
    serde_json::from_slice(body).map_err(|error| RegistryError::Malformed {
        what: quote(&error.to_string(), MAX_QUOTE_CHARS),
    })
}

/// A reply that says nothing but its status.
pub fn nothing(head: &Head, body: &[u8]) -> Result<(), RegistryError> {
    if (200..300).contains(&head.status) {
        Ok(())
    } else {
        Err(problem(head, body))
    }
}

/// The reply of `GET /v1/health`.
pub fn health(head: &Head, body: &[u8]) -> Result<Health, RegistryError> {
    let health: Health = versioned(head, body)?;
    Ok(health)
}

/// The reply of `POST /v1/people/{id}/offers`.
pub fn offer(head: &Head, body: &[u8]) -> Result<Offer, RegistryError> {
    versioned(head, body)
}

/// The reply of `POST /v1/tickets`.
pub fn tickets(head: &Head, body: &[u8]) -> Result<Tickets, RegistryError> {
    let tickets: Tickets = versioned(head, body)?;
    match tickets.offers.iter().find(|offer| offer.version > VERSION) {
        Some(newer) => Err(RegistryError::NewerVersion {
            found: newer.version,
        }),
        None => Ok(tickets),
    }
}

/// What a status outside 200 to 299 means.
pub fn problem(head: &Head, body: &[u8]) -> RegistryError {
    let retry_after = head
        .retry_after
        .as_deref()
        .and_then(|text| retry_after(text, head.sent_at().unwrap_or_else(Timestamp::now)));
    let told: Option<Problem> = if is_json(head) {
        serde_json::from_slice(body).ok().map(quoted)
    } else {
        None
    };
    match (head.status, told) {
        (408 | 425 | 429 | 500.., told) => RegistryError::Unreachable {
            because: told.as_ref().and_then(|problem| problem.why.clone()),
            why: Gap::Unserved {
                status: head.status,
                words: told.map(|problem| {
                    quote(
                        problem.detail.as_deref().unwrap_or(&problem.title),
                        MAX_QUOTE_CHARS,
                    )
                }),
            },
            status: Some(head.status),
            retry_after,
            // It waits for its turn where it is told to wait.
            sent: head.status >= 500,
        },
        (status @ 400..500, Some(problem)) => RegistryError::Refused { status, problem },
        (_, None) if !is_json(head) => in_between(head, retry_after),
        (status, _) => RegistryError::Malformed {
            what: format!("status {status} without problem details"),
        },
    }
}

/// For a log, in a sentence.
fn said(gap: &Gap) -> String {
    match gap {
        Gap::Down { detail, .. } => format!("the registry cannot be reached: {detail}"),
        Gap::Unserved { status, words } => unserved(*status, words.as_deref()),
        Gap::InBetween { status, media } => format!(
            "the registry cannot be reached: something in between answered {status} of type {media:?}; check the registry's address \
             and the network"
        ),
        other => other.to_string(),
    }
}

/// It answered, and did not do it: it failed, or has no time now.
fn unserved(status: u16, told: Option<&str>) -> String {
    match (status, told) {
        // Whoever guesses is told that, and nothing else.
        (429, Some(detail)) => detail.to_owned(),
        (408 | 425 | 429 | 502..=504, None) => {
            format!("the registry cannot be reached: it answered {status}")
        }
        (408 | 425 | 502..=504, Some(detail)) => {
            format!("the registry asks to come again later ({status}): {detail}")
        }
        (_, Some(detail)) => format!("the registry failed ({status}): {detail}"),
        (_, None) => format!("the registry failed: it answered {status}"),
    }
}

/// The registry answers in JSON, so that this is not the registry, and the registry was not reached.
fn in_between(head: &Head, retry_after: Option<std::time::Duration>) -> RegistryError {
    RegistryError::Unreachable {
        why: Gap::InBetween {
            status: head.status,
            media: quote(
                head.content_type.as_deref().unwrap_or("none"),
                MAX_QUOTE_CHARS,
            ),
        },
        status: Some(head.status),
        retry_after,
        sent: true,
        because: None,
    }
}

impl RegistryError {
    /// Whether the registry answered, so that it is known what it did.
    pub fn is_answer(&self) -> bool {
        match self {
            Self::Unreachable { status, .. } => *status == Some(429),
            Self::Malformed { .. } | Self::NewerVersion { .. } | Self::Contradiction(_) => false,
            Self::Refused { .. } | Self::NotJoined | Self::Key(_) => true,
        }
    }

    /// Whether what was asked for may be done in spite of it.
    pub fn may_be_done(&self) -> bool {
        match self {
            Self::Unreachable { sent, .. } => *sent,
            other => !other.is_answer(),
        }
    }
}

/// Reads the version first: what a newer one looks like is unknown.
fn versioned<T: DeserializeOwned>(head: &Head, body: &[u8]) -> Result<T, RegistryError> {
    #[derive(serde::Deserialize)]
    struct Versioned {
        version: u16,
    }
    let Versioned { version } = reply(head, body)?;
    if version > VERSION {
        return Err(RegistryError::NewerVersion { found: version });
    }
    reply(head, body)
}

fn is_json(head: &Head) -> bool {
    let essence = head
        .content_type
        .as_deref()
        .and_then(|text| text.split(';').next())
        .map(|text| text.trim().to_ascii_lowercase());
    essence.is_some_and(|text| text == "application/json" || text.ends_with("+json"))
}

/// `Retry-After` (RFC 9110, section 10.2.3): seconds, or an HTTP date; at most an hour.
pub fn retry_after(text: &str, now: Timestamp) -> Option<std::time::Duration> {
    let text = text.trim();
    let seconds = match text.parse::<u64>() {
        Ok(seconds) => seconds,
        Err(_) => {
            let at = http_date(text)?;
            u64::try_from(at.as_second().saturating_sub(now.as_second())).unwrap_or(0)
        }
    };
    Some(std::time::Duration::from_secs(
        seconds.min(MAX_RETRY_AFTER_S),
    ))
}

/// An HTTP date (RFC 9110, section 5.6.7).
fn http_date(text: &str) -> Option<Timestamp> {
    Some(jiff::fmt::rfc2822::parse(text.trim()).ok()?.timestamp())
}

/// Problem details that can be shown and kept.
fn quoted(problem: Problem) -> Problem {
    Problem {
        kind: quote(&problem.kind, MAX_QUOTE_CHARS),
        title: quote(&problem.title, MAX_QUOTE_CHARS),
        status: problem.status,
        detail: problem.detail.map(|text| quote(&text, MAX_DETAIL_CHARS)),
        record: problem.record,
        why: problem.why.and_then(|why| quoted_facts(&why)),
    }
}

/// Facts that can be shown and kept; none where there is more to them than is kept of words.
fn quoted_facts(why: &Because) -> Option<Box<Because>> {
    let mut facts = serde_json::to_value(why).ok()?;
    let mut left = MAX_DETAIL_CHARS;
    quote_each(&mut facts, &mut left)?;
    serde_json::from_value(facts).ok()
}

/// Each text of a value; none: together they are longer than what is left.
fn quote_each(value: &mut serde_json::Value, left: &mut usize) -> Option<()> {
    match value {
        serde_json::Value::String(text) => {
            *text = quote(text, MAX_QUOTE_CHARS);
            *left = left.checked_sub(text.chars().count().max(1))?;
            Some(())
        }
        serde_json::Value::Array(values) => values.iter_mut().try_for_each(|v| quote_each(v, left)),
        serde_json::Value::Object(members) => {
            members.values_mut().try_for_each(|v| quote_each(v, left))
        }
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {
            Some(())
        }
    }
}

/// Text of a reply, cut short and without what nobody sees, so that it can be shown.
fn quote(text: &str, max_chars: usize) -> String {
    text.chars()
        .filter(|c| is_visible(*c))
        .take(max_chars)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::wire::{People, Session, TokenReply};

    fn head(status: u16) -> Head {
        Head {
            status,
            content_type: Some("application/problem+json; charset=utf-8".to_owned()),
            retry_after: None,
            date: None,
        }
    }

    #[test]
    fn a_refusal_carries_its_problem_and_a_busy_registry_its_wait() {
        let body =
            br#"{"type":"https://keydesk.invalid/problems/offer-used","title":"t","status":409}"#;
        match reply::<People>(&head(409), body) {
            Err(RegistryError::Refused {
                status: 409,
                problem,
            }) => {
                assert_eq!(problem.code(), "offer-used");
            }
            other => panic!("{other:?}"),
        }
        let busy = Head {
            retry_after: Some("7".to_owned()),
            ..head(503)
        };
        assert_eq!(
            reply::<People>(&busy, b"<html>"),
            Err(RegistryError::Unreachable {
                why: Gap::Unserved {
                    status: 503,
                    words: None,
                },
                status: Some(503),
                retry_after: Some(Duration::from_secs(7)),
                sent: true,
                because: None,
            })
        );
    }

    #[test]
    fn a_registry_that_failed_was_reached() {
        let body = br#"{"type":"about:blank","title":"t","status":500,"detail":"no such column"}"#;
        let failed = reply::<People>(&head(500), body).expect_err("failed");
        assert_eq!(
            failed.to_string(),
            "the registry failed (500): no such column"
        );
        assert!(failed.may_be_done() && !failed.is_answer());
        let busy = reply::<People>(&head(503), body).expect_err("busy");
        assert!(busy.to_string().starts_with("the registry asks to come"));
    }

    #[test]
    fn what_a_refusal_says_can_be_shown_and_kept_whatever_it_is() {
        let long = format!("\u{1b}[2J{}", "x".repeat(1 << 20));
        let body =
            serde_json::json!({ "type": long, "title": long, "status": 409, "detail": long });
        let refusal = problem(&head(409), body.to_string().as_bytes());
        let RegistryError::Refused { problem, .. } = &refusal else {
            panic!("{refusal:?}");
        };
        assert_eq!(problem.code().chars().count(), MAX_QUOTE_CHARS);
        let detail = problem.detail.as_deref().unwrap_or_default();
        assert_eq!(detail.chars().count(), MAX_DETAIL_CHARS);
        assert!(!refusal.to_string().contains('\u{1b}'), "{refusal}");
    }

    #[test]
    fn the_facts_of_a_refusal_can_be_shown_and_kept_too_or_are_not_taken() {
        let refused = |why: serde_json::Value| {
            let body = serde_json::json!({
                "type": "https://keydesk.invalid/problems/not-called", "title": "t", "status": 403, "detail": "d", "why": why,
            });
            match problem(&head(403), body.to_string().as_bytes()) {
                RegistryError::Refused { problem, .. } => problem.said(),
                other => panic!("{other:?}"),
            }
        };
        let why = |person: &str| serde_json::json!({ "because": "no-number", "person": person });
        let known = refused(why("\u{1b}[2JE. Vil"));
        let expected = Because::NoNumber {
            person: "[2JE. Vil".to_owned(),
        };
        assert_eq!(known.why.as_deref(), Some(&expected));
        let many = serde_json::json!({
            "because": "administrator-proves", "person": "p", "may": vec!["x"; MAX_DETAIL_CHARS],
        });
        for strange in [
            many,
            serde_json::json!({ "because": "of-a-later-release" }),
            serde_json::json!([why("p")]),
        ] {
            let said = refused(strange);
            assert_eq!((said.words.as_str(), said.why), ("d", None));
        }
    }

    #[test]
    fn retry_after_is_read_in_both_forms_and_bounded() {
        let now = Timestamp::from_second(784_111_777).expect("in range");
        assert_eq!(retry_after("120", now), Some(Duration::from_secs(120)));
        assert_eq!(
            retry_after("Sun, 06 Nov 1994 08:50:37 GMT", now),
            Some(Duration::from_secs(60))
        );
        assert_eq!(
            retry_after("Sun, 06 Nov 1994 08:00:00 GMT", now),
            Some(Duration::ZERO)
        );
        assert_eq!(
            retry_after("99999999999", now),
            Some(Duration::from_secs(3600))
        );
        assert_eq!(retry_after("soon", now), None);
    }

    #[test]
    fn a_newer_version_is_refused_before_its_form_is_looked_at() {
        let body = br#"{"version":4,"offers":"another form"}"#;
        assert_eq!(
            tickets(&head(200), body),
            Err(RegistryError::NewerVersion { found: 4 })
        );
    }

    #[test]
    fn a_page_of_something_in_between_means_that_the_registry_was_not_reached() {
        let page = |status: u16| Head {
            content_type: Some("text/html".to_owned()),
            ..head(status)
        };
        for status in [200, 302, 403, 404, 511] {
            let found = reply::<People>(&page(status), b"{\"people\":[]}");
            assert!(
                matches!(&found, Err(RegistryError::Unreachable { status: Some(s), .. }) if *s == status),
                "{status}: {found:?}"
            );
        }
        assert!(matches!(
            reply::<People>(&head(404), b"{\"error\":\"another service\"}"),
            Err(RegistryError::Malformed { .. })
        ));
    }

    proptest! {
        #[test]
        fn no_reply_panics(
            status in any::<u16>(),
            retry in proptest::option::of(".{0,40}"),
            body in proptest::collection::vec(any::<u8>(), 0..300),
        ) {
            let head = Head { retry_after: retry, ..head(status) };
            let _ = offer(&head, &body);
            let _ = tickets(&head, &body);
            let _ = health(&head, &body);
            let _ = reply::<People>(&head, &body);
            let _ = reply::<TokenReply>(&head, &body).map(|_| ());
            let _ = reply::<Session>(&head, &body).map(|_| ());
        }
    }
}
