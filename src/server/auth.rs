//! Who is asking: a station by its bearer token, an operator by the session that is open at that station.
//!
//! Invariant: a handler that takes [`AtStation`] or [`AtDesk`] runs only for a token, and a session of that very
//! station, that hold now.

use std::sync::{Arc, OnceLock};

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use utoipa::PartialSchema;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};

use super::Registry;
use super::database::Write;
use super::derived;
use super::problem::{Answer, Refusal};
use super::secret;
use super::tables::access;
use crate::domain::{OperatorId, Secret, StationId};
use crate::wire::{self, Operator, problem_code};

/// Life of an access token.
pub const TOKEN_LIFE: SignedDuration = SignedDuration::from_mins(10);

/// The longest an operator stays signed in: a working day.
pub const SESSION_LIFE: SignedDuration = SignedDuration::from_hours(10);

/// Who is asking, as far as it was found out: for whoever looks at how a request was answered.
#[derive(Debug, Default)]
pub struct Caller {
    pub station: OnceLock<StationId>,
    pub operator: OnceLock<OperatorId>,
}

fn caller(parts: &Parts) -> Option<&Caller> {
    parts.extensions.get::<Arc<Caller>>().map(Arc::as_ref)
}

/// A request by a station.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtStation(pub StationId);

/// A request by an operator who is signed in at a station.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtDesk {
    pub station: StationId,
    pub operator: Operator,
    /// The session, as the database names it.
    pub session_hash: Vec<u8>,
}

impl AtDesk {
    /// Whose `Idempotency-Key`s are meant: an answer is for whoever asked, not for the next one at the same station.
    pub fn scope(&self) -> String {
        format!("{} {}", self.station, self.operator.id)
    }
}

impl FromRequestParts<Arc<Registry>> for AtStation {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, registry: &Arc<Registry>) -> Answer<Self> {
        let refused = || {
            Refusal::new(
                problem_code::TOKEN_REFUSED,
                "send a current access token of a station; POST /v1/token gives one",
            )
        };
        let token = parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim())
            .ok_or_else(refused)?;
        let hash = secret::hash(token.as_bytes());
        let mut read = registry.db.read().await?;
        let station = access::station(&mut read, &hash, registry.now()).await?;
        let station = station.ok_or_else(refused)?;
        if let Some(caller) = caller(parts) {
            caller.station.get_or_init(|| station.clone());
        }
        Ok(Self(station))
    }
}

impl FromRequestParts<Arc<Registry>> for AtDesk {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, registry: &Arc<Registry>) -> Answer<Self> {
        let AtStation(station) =
            <AtStation as FromRequestParts<_>>::from_request_parts(parts, registry).await?;
        let refused = || {
            Refusal::new(
                problem_code::SESSION_REFUSED,
                "nobody is signed in at this station, or the session has ended: sign in",
            )
        };
        let token = parts
            .headers
            .get(wire::SESSION)
            .and_then(|value| value.to_str().ok())
            .ok_or_else(refused)?;
        let session_hash = secret::hash(token.as_bytes());
        let mut read = registry.db.read().await?;
        let operator = access::signed_in(&mut read, &session_hash, &station, registry.now())
            .await?
            .ok_or_else(refused)?;
        if let Some(caller) = caller(parts) {
            caller.operator.get_or_init(|| operator.id.clone());
        }
        Ok(Self {
            station,
            operator,
            session_hash,
        })
    }
}

/// Issues an access token to a station.
pub async fn issue_token(tx: &mut Write, station: &StationId, now: Timestamp) -> Answer<Secret> {
    let token = secret::new_token().map_err(Refusal::internal)?;
    let hash = secret::hash(token.expose().as_bytes());
    access::insert_token(tx, &hash, station, now + TOKEN_LIFE).await?;
    Ok(token)
}

/// How a session is opened, besides by whom.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Opening {
    /// The station binds to it what it reports, and seals its tickets: it is given keys for that. From then on nothing is taken from it
    /// that is not bound.
    binds: bool,
}

/// Opens a session of an operator at a station.
pub async fn open_session(
    tx: &mut Write,
    station: &StationId,
    (operator, opening): (&Operator, &Opening),
    unlock: Option<wire::Unlock>,
    registry: &Registry,
) -> Answer<wire::Session> {
    let now = registry.now();
    let token = secret::new_token().map_err(Refusal::internal)?;
    let expires_at = now + SESSION_LIFE;
    let hash = secret::hash(token.expose().as_bytes());
    let who = (station, &operator.id);
    let ring = registry.keyring.ring();
    let name = ring.current().filter(|_| opening.binds);
    let name = name.map(|key| key.id.as_str());
    access::insert_session(tx, (&hash, name), who, (now, expires_at)).await?;
    Ok(wire::Session {
        token,
        operator: operator.clone(),
        expires_at,
        unlock,
        rp_ids: vec![
            registry.people.rp_id().to_owned(),
            registry.operators.rp_id().to_owned(),
        ],
        pin_min_length: Some(registry.config.pin_min_length),
        methods: registry.config.identification.methods.told(),
        report_key: name.and_then(|name| derived::report_key(&ring, name, station, &hash)),
        ticket_keys: match opening.binds {
            true => {
                let today = now.to_zoned(registry.zone.clone());
                derived::ticket_keys(&ring, station, (&today, registry.config.ticket_life()))
            }
            false => Vec::new(),
        },
    })
}

/// The value of the header `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(pub String);

/// Where it must be there: a report.
impl utoipa::IntoParams for IdempotencyKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let key = ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .description(Some("The outbox entry's id"))
            .required(Required::True)
            .schema(Some(String::schema()));
        vec![key.build()]
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for IdempotencyKey {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Answer<Option<Self>> {
        let Some(value) = parts.headers.get(wire::IDEMPOTENCY_KEY) else {
            return Ok(None);
        };
        value
            .to_str()
            .ok()
            .filter(|key| (1..=128).contains(&key.len()))
            .filter(|key| key.bytes().all(|b| b.is_ascii_graphic()))
            .map(|key| Some(Self(key.to_owned())))
            .ok_or_else(|| {
                Refusal::new(
                    problem_code::IDEMPOTENCY_KEY_MISSING,
                    "Idempotency-Key must be 1 to 128 visible ASCII characters, e.g. a UUID",
                )
            })
    }
}

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Answer<Self> {
        <Self as OptionalFromRequestParts<S>>::from_request_parts(parts, state)
            .await?
            .ok_or_else(|| {
                Refusal::new(
                    problem_code::IDEMPOTENCY_KEY_MISSING,
                    "this write needs the header Idempotency-Key: one value a write, the same one when it is sent again",
                )
            })
    }
}
