//! One HTTP connection pool to the registry, bounded in time and size, with the station's token on it.
//!
//! Hides TLS, addresses, and how a token is got and kept. Invariant: neither a token nor a session is in an error or a
//! log.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Method, StatusCode, Url};
use tokio::sync::Mutex;
use zeroize::Zeroizing;

use super::decode::{self, Head};
use super::{MAX_REPLY_BYTES, RegistryClock, RegistryError, Settings, SettingsError, StationKey};
use crate::domain::reason::{Gap, Trouble};
use crate::domain::{Secret, StationId};
use crate::wire::client_assertion::{self, ASSERTION_TYPE, Claims, GRANT_TYPE};
use crate::wire::{self, Session, TokenReply, problem_code};

/// Until a connection stands.
const CONNECT_LIMIT: Duration = Duration::from_secs(3);

/// A whole request with its reply.
const REQUEST_LIMIT: Duration = Duration::from_secs(10);

/// An idle connection is closed before the registry closes it.
const IDLE_LIMIT: Duration = Duration::from_secs(15);

/// Life of the station's assertions.
const ASSERTION_LIFE: SignedDuration = SignedDuration::from_secs(60);

/// A token is renewed that long before it ends.
const TOKEN_MARGIN: Duration = Duration::from_secs(30);

/// An assertion that was refused is made anew when its reply told that the registry's clock is another by this much.
const CLOCK_LEARNED: SignedDuration = SignedDuration::from_secs(30);

pub(super) struct Connection {
    http: reqwest::Client,
    base: Url,
    identity: Option<Identity>,
    clock: RegistryClock,
}

/// What makes it a station's.
pub(super) struct Identity {
    station: StationId,
    audience: String,
    key: StationKey,
    token: Mutex<Option<AccessToken>>,
}

struct AccessToken {
    value: Secret,
    renew_at: Instant,
}

impl Connection {
    pub fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let base = checked_base(&settings.base_url)?;
        // An error says that a provider is installed already, which is what is wanted.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .connect_timeout(CONNECT_LIMIT)
            .timeout(REQUEST_LIMIT)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .pool_idle_timeout(IDLE_LIMIT)
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
            clock: RegistryClock::default(),
        })
    }

    /// From now on it is a station's.
    pub fn identify(&mut self, identity: Identity) {
        self.identity = Some(identity);
    }

    pub fn base_url(&self) -> &str {
        self.base.as_str()
    }

    /// The registry's clock, as its replies tell it.
    pub fn clock(&self) -> &RegistryClock {
        &self.clock
    }

    /// Every part of the path is encoded, so that an identifier can't lead elsewhere.
    pub fn request(
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
    pub async fn send_as_station(
        &self,
        make: impl Fn() -> Result<reqwest::RequestBuilder, RegistryError>,
        session: Option<&Session>,
        max_bytes: usize,
    ) -> Result<(Head, Zeroizing<Vec<u8>>), RegistryError> {
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
                    RegistryError::Refused { problem, .. } if problem.code() == problem_code::TOKEN_REFUSED
                );
            if !stale || fresh {
                return Ok((head, body));
            }
            fresh = true;
        }
    }

    async fn token(&self, identity: &Identity, fresh: bool) -> Result<Secret, RegistryError> {
        let mut held = identity.token.lock().await;
        let asked = Instant::now();
        if let Some(token) = held
            .as_ref()
            .filter(|token| !fresh && asked < token.renew_at)
        {
            return Ok(token.value.duplicate());
        }
        let believed = self.clock.now();
        let mut answer = self.ask_token(identity, believed).await;
        let learned = self.clock.now().duration_since(believed).abs() > CLOCK_LEARNED;
        if matches!(&answer, Err(RegistryError::Refused { problem, .. })
            if problem.code() == problem_code::CLIENT_REFUSED && learned)
        {
            answer = self.ask_token(identity, self.clock.now()).await;
        }
        let reply = answer?;
        let life = Duration::from_secs(reply.expires_in.min(3600));
        let value = reply.access_token;
        *held = Some(AccessToken {
            value: value.duplicate(),
            renew_at: asked + life.saturating_sub(TOKEN_MARGIN),
        });
        Ok(value)
    }

    /// Asks for a token with an assertion that was made at that time by the registry's clock.
    async fn ask_token(
        &self,
        identity: &Identity,
        at: Timestamp,
    ) -> Result<TokenReply, RegistryError> {
        let assertion = identity.assertion(at)?;
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
        decode::reply(&head, &body)
    }

    pub async fn send(
        &self,
        request: reqwest::RequestBuilder,
        max_bytes: usize,
    ) -> Result<(Head, Zeroizing<Vec<u8>>), RegistryError> {
        let unreachable = |error: reqwest::Error| RegistryError::Unreachable {
            sent: !error.is_connect(),
            because: None,
            why: Gap::Down {
                known: known(&error),
                detail: chain(&error.without_url()),
            },
            status: None,
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
            date: text("date"),
        };
        if let Some(at) = head.sent_at() {
            self.clock.hear(at);
        }
        // It may carry a token: with room enough no piece of it is left behind by growing.
        let announced = response.content_length().unwrap_or_default();
        let room = usize::try_from(announced)
            .unwrap_or(max_bytes)
            .min(max_bytes);
        let mut body = Zeroizing::new(Vec::with_capacity(room));
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
    /// Of a station that has joined.
    pub fn new(station: StationId, audience: String, key: StationKey) -> Self {
        Self {
            station,
            audience,
            key,
            token: Mutex::new(None),
        }
    }

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

/// A header that logs do not show.
fn secret_header(prefix: &str, secret: &Secret) -> Result<HeaderValue, RegistryError> {
    let text = Zeroizing::new(format!("{prefix}{}", secret.expose()));
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

/// What the system said at the bottom of it, or that the time was up.
fn known(error: &reqwest::Error) -> Option<Trouble> {
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |e| e.source());
    let system = causes.filter_map(|cause| cause.downcast_ref::<std::io::Error>());
    let known = system.filter_map(Trouble::of).last();
    known.or_else(|| error.is_timeout().then_some(Trouble::TimedOut))
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

    #[tokio::test]
    async fn what_the_network_does_not_do_is_known_where_the_system_says_what() {
        // Nobody listens there once it is known.
        let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr());
        let free = free.expect("an address");
        for (address, wanted) in [
            (format!("http://{free}"), Trouble::ConnectionRefused),
            // No name server is asked: a part of a name has 63 letters at most.
            (
                format!("http://{}.example", "a".repeat(64)),
                Trouble::NameUnknown,
            ),
        ] {
            let client = reqwest::Client::builder().no_proxy().build();
            let error = client.expect("a client").get(&address).send().await;
            let error = error.expect_err("nobody is there");
            assert_eq!(known(&error), Some(wanted), "{}", chain(&error));
        }
    }

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
        let connection = Connection::new(&Settings {
            base_url: "http://127.0.0.1:1/base/".to_owned(),
            extra_roots_pem: None,
        })
        .expect("settings");
        let request = connection
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
