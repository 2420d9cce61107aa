//! What stations report of the hours in which they let an operator in by themselves.
//!
//! The station checked the key against what the registry had given along with the session. Invariant: only a session that had
//! been opened at that station, and had not run out, can have been unlocked; one that the registry had ended meanwhile is
//! taken on record and raises an alarm, because the station could not know.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use sqlx::Row;

use super::pushes::{CLOCK_SKEW_MS, begin};
use super::{Body, Shared};
use crate::domain::StationId;
use crate::server::auth::{AtStation, IdempotencyKey};
use crate::server::database::{Audit, Write, from_ms, ms};
use crate::server::ledger::{self, Opened};
use crate::server::problem::{Answer, Refusal};
use crate::wire::{Problem, Push, UnlockPush, UnlockReceipt, code};

/// Takes on record that an operator unlocked a station without the registry.
#[utoipa::path(
    post, path = "/v1/unlocks", tag = "operator", request_body = Push<UnlockPush>,
    params(("Idempotency-Key" = String, Header, description = "The outbox entry's id")),
    security(("station" = [])),
    responses(
        (status = CREATED, body = UnlockReceipt),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn unlock(
    State(registry): Shared,
    AtStation(station): AtStation,
    key: IdempotencyKey,
    Body(push): Body<Push<UnlockPush>>,
) -> Answer<Response> {
    let opened = begin(
        &registry,
        &station,
        key,
        ("unlock", push.body.version),
        &push,
    )
    .await?;
    let mut entry = match opened {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let push = push.body;
    let now = registry.now();
    if let Some(ended_ms) = unlocked_session(&mut entry.tx, &station, &push).await?
        && ended_ms < ms(push.unlocked_at)
    {
        let detail = format!(
            "operator {} unlocked the station without the registry at {}, after their session had been ended at {}",
            push.operator,
            push.unlocked_at,
            from_ms(ended_ms)?
        );
        let kind = code::UNLOCK_AFTER_END;
        ledger::alarm(&mut entry.tx, &station, kind, &detail, now).await?;
    }
    let detail = format!("without the registry, at {}", push.unlocked_at);
    let line = Audit {
        station: Some(station.as_str()),
        operator: Some(push.operator.as_str()),
        action: "unlock",
        subject: push.operator.as_str(),
        detail: &detail,
    };
    let reply = UnlockReceipt { accepted_at: now };
    entry.finish(StatusCode::CREATED, &reply, line).await
}

/// When the session was ended that was unlocked, in milliseconds since 1970; `None` when it was not. One that was opened after
/// the station's word for it comes into question only where no earlier one does: it must not hide that one's end.
async fn unlocked_session(
    tx: &mut Write,
    station: &StationId,
    push: &UnlockPush,
) -> Answer<Option<i64>> {
    let at_ms = ms(push.unlocked_at);
    let row = sqlx::query(
        "SELECT ended_ms FROM session WHERE station = ?1 AND operator = ?2 AND opened_ms <= ?3 + ?4 \
         AND expires_ms >= ?3 - ?4 ORDER BY opened_ms > ?3, opened_ms DESC LIMIT 1",
    )
    .bind(station.as_str())
    .bind(push.operator.as_str())
    .bind(at_ms)
    .bind(CLOCK_SKEW_MS)
    .fetch_optional(&mut **tx)
    .await?
    .ok_or_else(|| {
        Refusal::new(
            code::UNLOCK_FOREIGN,
            format!(
                "operator {} had no session at this station at {}; find out with `keydesk audit export` who was there, and \
                 withdraw the entry",
                push.operator, push.unlocked_at
            ),
        )
    })?;
    Ok(row.try_get("ended_ms")?)
}
