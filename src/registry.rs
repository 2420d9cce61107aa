//! The station's side of the central registry: a client of its HTTP API.
//!
//! What it hides: HTTP, TLS, and that the station signs an assertion of its own (RFC 7523) to get a token, which it keeps
//! until shortly before its end. What it keeps:
//! - every call ends: 3 s to connect, 10 s in all; a reply has at most 1 MiB, tickets 16 MiB;
//! - no redirect is followed, and plain HTTP goes to this machine only;
//! - whatever comes back becomes a value or a [`RegistryError`], never a panic;
//! - nothing is sent twice by itself, but for one attempt with a fresh token after the old one was refused.

use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Method, StatusCode, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;
use zeroize::Zeroizing;

pub mod decode;
mod key;

pub use decode::RegistryError;
pub use key::{KeyFileError, StationKey};

use crate::domain::{EntryId, PersonId, StationId};
use crate::wire::client_assertion::{self, ASSERTION_TYPE, Claims, GRANT_TYPE};
use crate::wire::{
    self, EnrolmentPush, ExpectedPeople, Health, JoinReply, JoinRequest, Offer, OperatorCode,
    OperatorEnrolment, OperatorOffer, People, PersonDetail, Push, Receipt, Session, SignIn,
    SignInOptions, TestOffer, TestPush, TicketRequest, Tickets, TokenReply, code,
};
use decode::Head;

/// Until a connection stands.
const CONNECT_LIMIT: Duration = Duration::from_secs(3);

/// A whole request with its reply.
const REQUEST_LIMIT: Duration = Duration::from_secs(10);

/// Largest reply but for tickets.
const MAX_REPLY_BYTES: usize = 1024 * 1024;

/// Largest reply with tickets.
const MAX_TICKETS_BYTES: usize = 16 * 1024 * 1024;

/// Life of the station's assertions.
const ASSERTION_LIFE: SignedDuration = SignedDuration::from_secs(60);

/// A token is renewed that long before it ends.
const TOKEN_MARGIN: SignedDuration = SignedDuration::from_secs(30);

/// Where the registry is.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Its base address, e.g. `https://registry.example`.
    pub base_url: String,
    /// Certificates in PEM that are trusted besides the system's.
    pub extra_roots_pem: Option<Vec<u8>>,
}

/// The address or the certificates can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Not an address of a registry.
    #[error("{0:?} is no address of a registry: write it as https://registry.example")]
    Address(String),
    /// Plain HTTP to another machine.
    #[error("refusing plain HTTP to {0:?}: use https, or a registry on this machine")]
    PlainHttp(String),
    /// Not certificates in PEM, or the system has none.
    #[error("the certificates that the registry is checked against cannot be used: {0}")]
    Certificates(String),
}

/// A client of one registry.
pub struct Client {
    http: reqwest::Client,
    base: Url,
    identity: Option<Identity>,
}

/// What makes it a station's.
struct Identity {
    station: StationId,
    audience: String,
    key: StationKey,
    token: Mutex<Option<Token>>,
}

struct Token {
    value: Zeroizing<String>,
    renew_at: Timestamp,
}

impl Client {
    /// A client that has not joined: it can ask for [`Self::health`] and [`Self::join`].
    pub fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let base = checked_base(&settings.base_url)?;
        // An error says that a provider is installed already, which is what is wanted.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .connect_timeout(CONNECT_LIMIT)
            .timeout(REQUEST_LIMIT)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .user_agent(concat!("keydesk/", env!("CARGO_PKG_VERSION")));
        let unusable = |error: reqwest::Error| SettingsError::Certificates(chain(&error));
        if let Some(pem) = &settings.extra_roots_pem {
            let roots = reqwest::Certificate::from_pem_bundle(pem).map_err(unusable)?;
            builder = builder.tls_certs_merge(roots);
        } else if base.scheme() == "http" {
            // No certificate will be looked at, and a machine without any must be able to run the demonstration.
            builder = builder.tls_certs_only([]);
        }
        Ok(Self {
            http: builder.build().map_err(unusable)?,
            base,
            identity: None,
        })
    }

    /// Makes it the client of a station that has joined.
    pub fn as_station(mut self, station: StationId, audience: String, key: StationKey) -> Self {
        self.identity = Some(Identity {
            station,
            audience,
            key,
            token: Mutex::new(None),
        });
        self
    }

    /// The registry's base address.
    pub fn base_url(&self) -> &str {
        self.base.as_str()
    }

    /// `GET /v1/health`: whether it answers, and its clock.
    pub async fn health(&self) -> Result<Health, RegistryError> {
        let (head, body) = self
            .send(
                self.request(Method::GET, &["health"], &[])?,
                MAX_REPLY_BYTES,
            )
            .await?;
        decode::health(&head, &body)
    }

    /// `POST /v1/stations/join`: makes the station known by its public key.
    pub async fn join(
        &self,
        code: &str,
        name: &str,
        key: &StationKey,
    ) -> Result<JoinReply, RegistryError> {
        let body = JoinRequest {
            code: code.to_owned(),
            name: name.to_owned(),
            public_key_pem: key.public_key_pem(),
        };
        let request = self
            .request(Method::POST, &["stations", "join"], &[])?
            .json(&body);
        let (head, body) = self.send(request, MAX_REPLY_BYTES).await?;
        decode::reply(&head, &body)
    }

    /// `POST /v1/operators/enrolment/options`: what an operator's own key is asked to make, for their code.
    pub async fn operator_enrolment_options(
        &self,
        code: &str,
    ) -> Result<OperatorOffer, RegistryError> {
        let body = OperatorCode {
            code: code.to_owned(),
        };
        self.post(&["operators", "enrolment", "options"], None, None, &body)
            .await
    }

    /// `POST /v1/operators/enrolment`: hands in the operator's own key and signs them in.
    pub async fn enrol_operator(
        &self,
        enrolment: &OperatorEnrolment,
    ) -> Result<Session, RegistryError> {
        self.post(&["operators", "enrolment"], None, None, enrolment)
            .await
    }

    /// `POST /v1/sessions/options`: what an operator's key is asked to sign.
    pub async fn sign_in_options(&self) -> Result<SignInOptions, RegistryError> {
        self.post(&["sessions", "options"], None, None, &()).await
    }

    /// `POST /v1/sessions`: signs an operator in.
    pub async fn sign_in(&self, sign_in: &SignIn) -> Result<Session, RegistryError> {
        self.post(&["sessions"], None, None, sign_in).await
    }

    /// `DELETE /v1/sessions/current`: ends the session.
    pub async fn sign_out(&self, session: &Session) -> Result<(), RegistryError> {
        let make = || self.request(Method::DELETE, &["sessions", "current"], &[]);
        let (head, body) = self
            .send_as_station(make, Some(session), MAX_REPLY_BYTES)
            .await?;
        decode::nothing(&head, &body)
    }

    /// `GET /v1/people`: people by name, e-mail address, employee or Chamber of Commerce number; at most `limit` (1 to 100).
    pub async fn find_people(
        &self,
        session: &Session,
        text: &str,
        limit: u32,
    ) -> Result<People, RegistryError> {
        let limit = limit.to_string();
        self.get(session, &["people"], &[("q", text), ("limit", &limit)])
            .await
    }

    /// `GET /v1/people/{id}`: one person with their credentials.
    pub async fn person(
        &self,
        session: &Session,
        id: &PersonId,
    ) -> Result<PersonDetail, RegistryError> {
        self.get(session, &["people", id.as_str()], &[]).await
    }

    /// `GET /v1/people/expected`: who has an appointment that day.
    pub async fn expected(
        &self,
        session: &Session,
        day: Date,
    ) -> Result<ExpectedPeople, RegistryError> {
        self.get(
            session,
            &["people", "expected"],
            &[("day", &day.to_string())],
        )
        .await
    }

    /// `POST /v1/people/{id}/offers`: what is needed to enrol a key for this person.
    pub async fn offer(
        &self,
        session: &Session,
        person: &PersonId,
    ) -> Result<Offer, RegistryError> {
        let path = ["people", person.as_str(), "offers"];
        let make = || Ok(self.request(Method::POST, &path, &[])?.json(&()));
        let (head, body) = self
            .send_as_station(make, Some(session), MAX_REPLY_BYTES)
            .await?;
        decode::offer(&head, &body)
    }

    /// `POST /v1/people/{id}/tests/options`: what is needed to test this person's keys.
    pub async fn test_offer(
        &self,
        session: &Session,
        person: &PersonId,
    ) -> Result<TestOffer, RegistryError> {
        let path = ["people", person.as_str(), "tests", "options"];
        self.post(&path, Some(session), None, &()).await
    }

    /// `POST /v1/tickets`: offers for everybody who is expected that day, or who is named.
    pub async fn tickets(
        &self,
        session: &Session,
        wanted: &TicketRequest,
    ) -> Result<Tickets, RegistryError> {
        let make = || {
            let request = self.request(Method::POST, &["tickets"], &[])?;
            Ok(request.json(wanted))
        };
        let (head, body) = self
            .send_as_station(make, Some(session), MAX_TICKETS_BYTES)
            .await?;
        decode::tickets(&head, &body)
    }

    /// `POST /v1/enrolments`: reports a finished enrolment. `entry` is the idempotency key: sending it again is safe. One
    /// push at a time, because the registry sees the journal's head grow.
    pub async fn push_enrolment(
        &self,
        entry: EntryId,
        push: &Push<EnrolmentPush>,
    ) -> Result<Receipt, RegistryError> {
        self.post(&["enrolments"], None, Some(entry), push).await
    }

    /// `POST /v1/tests`: reports a test of an enrolled key; likewise.
    pub async fn push_test(
        &self,
        entry: EntryId,
        push: &Push<TestPush>,
    ) -> Result<Receipt, RegistryError> {
        self.post(&["tests"], None, Some(entry), push).await
    }

    async fn get<T: DeserializeOwned>(
        &self,
        session: &Session,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<T, RegistryError> {
        let make = || self.request(Method::GET, path, query);
        let (head, body) = self
            .send_as_station(make, Some(session), MAX_REPLY_BYTES)
            .await?;
        decode::reply(&head, &body)
    }

    async fn post<T: DeserializeOwned>(
        &self,
        path: &[&str],
        session: Option<&Session>,
        entry: Option<EntryId>,
        body: &(impl Serialize + Sync),
    ) -> Result<T, RegistryError> {
        let make = || {
            let mut request = self.request(Method::POST, path, &[])?.json(body);
            if let Some(entry) = entry {
                request = request.header(wire::IDEMPOTENCY_KEY, entry.to_string());
            }
            Ok(request)
        };
        let (head, body) = self.send_as_station(make, session, MAX_REPLY_BYTES).await?;
        decode::reply(&head, &body)
    }

    /// Every part of the path is encoded, so that an identifier can't lead elsewhere.
    fn request(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<reqwest::RequestBuilder, RegistryError> {
        let mut url = self.base.clone();
        if let Ok(mut parts) = url.path_segments_mut() {
            parts.pop_if_empty().push("v1").extend(path);
        }
        Ok(self.http.request(method, url).query(query))
    }

    /// Sends with the station's token; once more with a fresh one when the registry no longer takes the old one.
    async fn send_as_station(
        &self,
        make: impl Fn() -> Result<reqwest::RequestBuilder, RegistryError>,
        session: Option<&Session>,
        max_bytes: usize,
    ) -> Result<(Head, Vec<u8>), RegistryError> {
        let identity = self.identity.as_ref().ok_or(RegistryError::NotJoined)?;
        let mut fresh = false;
        loop {
            let token = self.token(identity, fresh).await?;
            let mut request = make()?.header(AUTHORIZATION, secret_header("Bearer ", &token)?);
            if let Some(session) = session {
                request = request.header(wire::SESSION, secret_header("", &session.token)?);
            }
            let (head, body) = self.send(request, max_bytes).await?;
            let stale = head.status == StatusCode::UNAUTHORIZED.as_u16()
                && matches!(
                    decode::problem(&head, &body),
                    RegistryError::Refused { problem, .. } if problem.code() == code::TOKEN_REFUSED
                );
            if !stale || fresh {
                return Ok((head, body));
            }
            fresh = true;
        }
    }

    async fn token(
        &self,
        identity: &Identity,
        fresh: bool,
    ) -> Result<Zeroizing<String>, RegistryError> {
        let mut held = identity.token.lock().await;
        let now = Timestamp::now();
        if let Some(token) = held.as_ref().filter(|token| !fresh && now < token.renew_at) {
            return Ok(token.value.clone());
        }
        let assertion = identity.assertion(now)?;
        let form = Zeroizing::new(format!(
            "grant_type={GRANT_TYPE}&client_assertion_type={}&client_assertion={}",
            ASSERTION_TYPE.replace(':', "%3A"),
            assertion.as_str()
        ));
        let request = self
            .request(Method::POST, &["token"], &[])?
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.as_bytes().to_vec());
        let (head, body) = self.send(request, MAX_REPLY_BYTES).await?;
        let reply: TokenReply = decode::reply(&head, &body)?;
        let life_s = i64::try_from(reply.expires_in.min(3600)).unwrap_or_default();
        let value = Zeroizing::new(reply.access_token);
        *held = Some(Token {
            value: value.clone(),
            renew_at: now + SignedDuration::from_secs(life_s) - TOKEN_MARGIN,
        });
        Ok(value)
    }

    async fn send(
        &self,
        request: reqwest::RequestBuilder,
        max_bytes: usize,
    ) -> Result<(Head, Vec<u8>), RegistryError> {
        let unreachable = |error: reqwest::Error| RegistryError::Unreachable {
            why: chain(&error.without_url()),
            retry_after: None,
        };
        let mut response = request.send().await.map_err(unreachable)?;
        let text = |name: &str| {
            response
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        let head = Head {
            status: response.status().as_u16(),
            content_type: text("content-type"),
            retry_after: text("retry-after"),
        };
        let mut body = Vec::new();
        while let Some(part) = response.chunk().await.map_err(unreachable)? {
            if body.len().saturating_add(part.len()) > max_bytes {
                return Err(RegistryError::Malformed {
                    what: format!("the reply has more than {max_bytes} bytes"),
                });
            }
            body.extend_from_slice(&part);
        }
        Ok((head, body))
    }
}

impl Identity {
    fn assertion(&self, now: Timestamp) -> Result<Zeroizing<String>, RegistryError> {
        let iat = now.as_second();
        let claims = Claims {
            iss: self.station.clone(),
            sub: self.station.clone(),
            aud: self.audience.clone(),
            jti: uuid::Uuid::new_v4().to_string(),
            iat,
            exp: iat.saturating_add(ASSERTION_LIFE.as_secs()),
        };
        client_assertion::sign(&claims, self.key.signing_key())
            .map(Zeroizing::new)
            .map_err(|error| RegistryError::Key(error.to_string()))
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("base", &self.base.as_str())
            .field(
                "station",
                &self.identity.as_ref().map(|identity| &identity.station),
            )
            .finish_non_exhaustive()
    }
}

/// A header that logs do not show.
fn secret_header(prefix: &str, secret: &str) -> Result<HeaderValue, RegistryError> {
    let text = Zeroizing::new(format!("{prefix}{secret}"));
    let mut value = HeaderValue::from_str(&text).map_err(|_| RegistryError::Malformed {
        what: "the registry gave a token that is no header value".to_owned(),
    })?;
    value.set_sensitive(true);
    Ok(value)
}

fn checked_base(text: &str) -> Result<Url, SettingsError> {
    let address = || SettingsError::Address(text.to_owned());
    let url = Url::parse(text).map_err(|_| address())?;
    let plain = !url.username().is_empty() || url.password().is_some();
    if url.cannot_be_a_base() || plain || url.query().is_some() || url.fragment().is_some() {
        return Err(address());
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => Err(SettingsError::PlainHttp(text.to_owned())),
        _ => Err(address()),
    }
}

/// By address, not by name: what `localhost` leads to is not for us to know.
fn is_loopback(url: &Url) -> bool {
    url.host_str()
        .map(|host| host.trim_start_matches('[').trim_end_matches(']'))
        .and_then(|host| host.parse::<std::net::IpAddr>().ok())
        .is_some_and(|address| address.is_loopback())
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_goes_to_this_machine_only() {
        for address in [
            "http://127.0.0.1:8443",
            "http://[::1]:1/",
            "https://registry.example/keydesk/",
        ] {
            assert!(checked_base(address).is_ok(), "{address}");
        }
        for address in [
            "http://registry.example",
            "http://192.0.2.1",
            "http://localhost.example",
        ] {
            assert!(
                matches!(checked_base(address), Err(SettingsError::PlainHttp(_))),
                "{address}"
            );
        }
        for address in [
            "registry",
            "ftp://127.0.0.1",
            "https://user:pw@registry.example",
            "https://a/?q",
        ] {
            assert!(
                matches!(checked_base(address), Err(SettingsError::Address(_))),
                "{address}"
            );
        }
    }

    #[test]
    fn an_identifier_cannot_lead_to_another_route() {
        let client = Client::new(&Settings {
            base_url: "http://127.0.0.1:1/base/".to_owned(),
            extra_roots_pem: None,
        })
        .expect("settings");
        let request = client
            .request(
                Method::GET,
                &["people", "../sessions?x#y"],
                &[("q", "a&b=c")],
            )
            .and_then(|request| request.build().map_err(|_| RegistryError::NotJoined))
            .expect("builds");
        assert_eq!(
            request.url().as_str(),
            "http://127.0.0.1:1/base/v1/people/..%2Fsessions%3Fx%23y?q=a%26b%3Dc"
        );
    }
}
