//! What stations report of the hours in which they let an operator in by themselves.
//!
//! The station checked the key against what the registry had given along with the session. Invariant: nothing that lies ahead is believed; only a session that had
//! been opened at that station, and had not run out, can have been unlocked; one that the registry had ended meanwhile is
//! taken on record and raises an alarm, because the station could not know.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use utoipa_axum::routes;

use super::report::{CLOCK_SKEW_MS, Labels, Sent, begin};
use super::{Routes, Shared};
use crate::server::auth::AtStation;
use crate::server::database::ms;
use crate::server::ledger::Opened;
use crate::server::problem::{Answer, Refusal};
use crate::server::tables::access;
use crate::server::tables::audit::{self, Line};
use crate::wire::{Push, UnlockPush, UnlockReceipt, problem_code};

/// Its routes.
pub(super) fn routes() -> Routes {
    Routes::new().routes(routes!(unlock))
}

/// Takes on record that an operator unlocked a station without the registry.
#[utoipa::path(
    post, path = "/v1/unlocks", tag = "operator", request_body = Push<UnlockPush>,
    params(Labels), security(("station" = [])),
    responses((status = CREATED, body = UnlockReceipt))
)]
pub async fn unlock(
    State(registry): Shared,
    AtStation(station): AtStation,
    sent: Sent<UnlockPush>,
) -> Answer<Response> {
    let route = ("unlock", sent.push.body.version);
    let mut entry = match begin(&registry, &station, route, &sent).await? {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let push = sent.push.body;
    let now = registry.now();
    let at = (&station, &push.operator);
    if ms(push.unlocked_at) > ms(now).saturating_add(CLOCK_SKEW_MS) {
        return Err(ahead(&push));
    }
    let ended = access::ended_at(&mut entry.tx, at, push.unlocked_at, CLOCK_SKEW_MS).await?;
    let ended = ended.ok_or_else(|| no_session(&push))?;
    if let Some(ended_at) = ended.filter(|ended| ms(*ended) < ms(push.unlocked_at)) {
        let detail = format!(
            "operator {} unlocked the station without the registry at {}, after their session had been ended at {ended_at}",
            push.operator, push.unlocked_at
        );
        let kind = problem_code::UNLOCK_AFTER_END;
        audit::alarm(&mut entry.tx, &station, kind, &detail, now).await?;
    }
    let detail = format!("without the registry, at {}", push.unlocked_at);
    let line = Line {
        station: Some(station.as_str()),
        operator: Some(push.operator.as_str()),
        action: "unlock",
        subject: push.operator.as_str(),
        detail: &detail,
    };
    let reply = UnlockReceipt { accepted_at: now };
    entry.finish(StatusCode::CREATED, &reply, line).await
}

fn ahead(push: &UnlockPush) -> Refusal {
    Refusal::new(
        problem_code::UNLOCK_FOREIGN,
        format!(
            "the unlocking is dated ahead, at {}: set the station's clock, find out with `keydesk audit export` what happened, and \
             withdraw the entry",
            push.unlocked_at
        ),
    )
}

fn no_session(push: &UnlockPush) -> Refusal {
    Refusal::new(
        problem_code::UNLOCK_FOREIGN,
        format!(
            "operator {} had no session at this station at {}; find out with `keydesk audit export` who was there, and \
             withdraw the entry",
            push.operator, push.unlocked_at
        ),
    )
}
