//! Who is asking: a station by its bearer token, an operator by the session that is open at that station.
//!
//! Invariant: a handler that takes [`AtStation`] or [`AtDesk`] runs only for a token, and a session of that very
//! station, that hold now.

use std::sync::Arc;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use jiff::{SignedDuration, Timestamp};
use sqlx::Row;

use super::Registry;
use super::database::{Write, from_ms, ms};
use super::problem::{Answer, Refusal};
use super::secret;
use crate::domain::authority::Role;
use crate::domain::{OperatorId, Secret, StationId};
use crate::wire::{self, Operator, code};

/// Life of an access token.
pub const TOKEN_LIFE: SignedDuration = SignedDuration::from_mins(10);

/// The longest an operator stays signed in: a working day.
pub const SESSION_LIFE: SignedDuration = SignedDuration::from_hours(10);

/// A request by a station.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtStation(pub StationId);

/// A request by an operator who is signed in at a station.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtDesk {
    /// Where.
    pub station: StationId,
    /// Who.
    pub operator: Operator,
    /// The session, as the database names it.
    pub session_hash: Vec<u8>,
}

impl FromRequestParts<Arc<Registry>> for AtStation {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, registry: &Arc<Registry>) -> Answer<Self> {
        let refused = || {
            Refusal::new(
                code::TOKEN_REFUSED,
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
        let station: Option<String> = sqlx::query_scalar(
            "SELECT station FROM access_token WHERE hash = ? AND expires_ms > ?",
        )
        .bind(secret::hash(token.as_bytes()))
        .bind(ms(registry.now()))
        .fetch_optional(registry.db.pool())
        .await?;
        station
            .map(|id| Self(StationId::new(id)))
            .ok_or_else(refused)
    }
}

impl FromRequestParts<Arc<Registry>> for AtDesk {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, registry: &Arc<Registry>) -> Answer<Self> {
        let AtStation(station) =
            <AtStation as FromRequestParts<_>>::from_request_parts(parts, registry).await?;
        let refused = || {
            Refusal::new(
                code::SESSION_REFUSED,
                "nobody is signed in at this station, or the session has ended: sign in",
            )
        };
        let token = parts
            .headers
            .get(wire::SESSION)
            .and_then(|value| value.to_str().ok())
            .ok_or_else(refused)?;
        let session_hash = secret::hash(token.as_bytes());
        let row = sqlx::query(
            "SELECT o.id, o.name, o.role FROM session s JOIN operator o ON o.id = s.operator \
             WHERE s.hash = ? AND s.station = ? AND s.ended_ms IS NULL AND s.expires_ms > ?",
        )
        .bind(&session_hash)
        .bind(station.as_str())
        .bind(ms(registry.now()))
        .fetch_optional(registry.db.pool())
        .await?
        .ok_or_else(refused)?;
        Ok(Self {
            station,
            operator: operator(&row)?,
            session_hash,
        })
    }
}

/// An operator from a row of `id, name, role`.
pub fn operator(row: &sqlx::sqlite::SqliteRow) -> Result<Operator, sqlx::Error> {
    let role: String = row.try_get("role")?;
    Ok(Operator {
        id: OperatorId::new(row.try_get::<String, _>("id")?),
        name: row.try_get("name")?,
        role: Role::parse(&role)
            .ok_or_else(|| sqlx::Error::Decode(format!("role {role:?}").into()))?,
    })
}

/// Issues an access token to a station.
pub async fn issue_token(tx: &mut Write, station: &StationId, now: Timestamp) -> Answer<Secret> {
    let token = secret::new_token().map_err(Refusal::internal)?;
    sqlx::query("INSERT INTO access_token (hash, station, expires_ms) VALUES (?, ?, ?)")
        .bind(secret::hash(token.expose().as_bytes()))
        .bind(station.as_str())
        .bind(ms(now + TOKEN_LIFE))
        .execute(&mut **tx)
        .await?;
    Ok(token)
}

/// Opens a session of an operator at a station.
pub async fn open_session(
    tx: &mut Write,
    station: &StationId,
    operator: &Operator,
    unlock: Option<wire::Unlock>,
    registry: &Registry,
) -> Answer<wire::Session> {
    let now = registry.now();
    let token = secret::new_token().map_err(Refusal::internal)?;
    let expires_ms = ms(now + SESSION_LIFE);
    sqlx::query(
        "INSERT INTO session (hash, operator, station, opened_ms, expires_ms) VALUES (?, ?, ?, ?, ?)",
    )
    .bind(secret::hash(token.expose().as_bytes()))
    .bind(operator.id.as_str())
    .bind(station.as_str())
    .bind(ms(now))
    .bind(expires_ms)
    .execute(&mut **tx)
    .await?;
    Ok(wire::Session {
        token,
        operator: operator.clone(),
        expires_at: from_ms(expires_ms)?,
        unlock,
        rp_ids: vec![
            registry.people.rp_id().to_owned(),
            registry.operators.rp_id().to_owned(),
        ],
        pin_min_length: Some(registry.config.pin_min_length),
    })
}

/// The value of the header `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(pub String);

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
                    code::IDEMPOTENCY_KEY_MISSING,
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
                    code::IDEMPOTENCY_KEY_MISSING,
                    "this write needs the header Idempotency-Key: one value a write, the same one when it is sent again",
                )
            })
    }
}
