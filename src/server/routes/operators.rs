//! An operator enrols a key of their own with a one-time code, and signs in with it from then on.

use std::net::SocketAddr;

use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::stations::check_tries;
use super::{Body, Shared};
use crate::domain::{Bytes, Secret, StationId};
use crate::server::Registry;
use crate::server::auth::{self, AtDesk, AtStation};
use crate::server::database::{Audit, Write, audit, from_ms, ms};
use crate::server::ledger;
use crate::server::problem::{Answer, Refusal, operator_revoked};
use crate::server::secret;
use crate::server::verify::claimed_challenge;
use crate::server::visits::{self, Whose};
use crate::wire::webauthn::{Descriptor, User};
use crate::wire::{
    Operator, OperatorCode, OperatorEnrolment, OperatorOffer, Problem, Session, SignIn,
    SignInOptions, code,
};

/// Life of an operator's challenge: somebody stands there with the key in hand.
const CHALLENGE_LIFE: SignedDuration = SignedDuration::from_mins(5);

/// An operator whose code holds.
struct CodeHolder {
    code_hash: Vec<u8>,
    operator: Operator,
    user_handle: Vec<u8>,
}

/// Options for an operator's own key, for the one-time code.
#[utoipa::path(
    post, path = "/v1/operators/enrolment/options", tag = "operator", request_body = OperatorCode,
    security(("station" = [])),
    responses(
        (status = OK, body = OperatorOffer),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn enrolment_options(
    State(registry): Shared,
    ConnectInfo(source): ConnectInfo<SocketAddr>,
    AtStation(station): AtStation,
    Body(request): Body<OperatorCode>,
) -> Answer<Json<OperatorOffer>> {
    let now = registry.now();
    let mut tx = registry.db.write().await?;
    let holder = code_holder(&registry, &mut tx, &request.code, source, now).await?;
    let user = User {
        id: Bytes(holder.user_handle),
        name: holder.operator.name.clone(),
        display_name: holder.operator.name.clone(),
    };
    let known: Vec<Vec<u8>> =
        // A lost key that was found again may be enrolled anew.
        sqlx::query_scalar(
            "SELECT id FROM operator_credential WHERE operator = ? AND revoked_ms IS NULL",
        )
        .bind(holder.operator.id.as_str())
        .fetch_all(&mut *tx)
        .await?;
    let exclude = known
        .into_iter()
        .map(|id| Descriptor::new(Bytes(id)))
        .collect();
    let issued = registry.operators.creation(&user, exclude, life_ms())?;
    let challenge = Challenge {
        challenge: &issued.options.challenge,
        code_hash: Some(&holder.code_hash),
        state: &issued.state,
    };
    keep_challenge(&mut tx, &station, &challenge, now).await?;
    tx.commit().await?;
    Ok(Json(OperatorOffer {
        operator: holder.operator,
        creation: issued.options,
        origin: registry.operators.origin().to_owned(),
    }))
}

/// Takes an operator's own key, uses the code up, and signs the operator in: the key has just verified them.
#[utoipa::path(
    post, path = "/v1/operators/enrolment", tag = "operator", request_body = OperatorEnrolment,
    security(("station" = [])),
    responses(
        (status = CREATED, body = Session),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn enrolment(
    State(registry): Shared,
    ConnectInfo(source): ConnectInfo<SocketAddr>,
    AtStation(station): AtStation,
    Body(request): Body<OperatorEnrolment>,
) -> Answer<Response> {
    let now = registry.now();
    let mut tx = registry.db.write().await?;
    let holder = code_holder(&registry, &mut tx, &request.code, source, now).await?;
    let challenge = claimed_challenge(&request.registration.response.client_data_json)?;
    let (state, code_hash) = take_challenge(&mut tx, &station, &challenge, now).await?;
    if code_hash.as_ref() != Some(&holder.code_hash) {
        return Err(not_issued());
    }
    let registered = registry
        .operators
        .registration(&state, &request.registration)?;
    let inserted = sqlx::query(
        "INSERT INTO operator_credential (id, operator, verifier, station, enrolled_ms) VALUES (?, ?, ?, ?, ?) \
         ON CONFLICT (id) DO NOTHING",
    )
    .bind(&registered.id.0)
    .bind(holder.operator.id.as_str())
    .bind(&registered.verifier)
    .bind(station.as_str())
    .bind(ms(now))
    .execute(&mut *tx)
    .await?
    .rows_affected();
    if inserted != 1 {
        return Err(Refusal::new(
            code::CREDENTIAL_EXISTS,
            "this credential is an operator's already",
        ));
    }
    sqlx::query("UPDATE code SET used_ms = ? WHERE hash = ?")
        .bind(ms(now))
        .bind(&holder.code_hash)
        .execute(&mut *tx)
        .await?;
    let unlock = registry.operators.unlock(&registered.verifier)?;
    let session =
        auth::open_session(&mut tx, &station, &holder.operator, unlock, &registry).await?;
    let line = Audit {
        station: Some(station.as_str()),
        operator: Some(holder.operator.id.as_str()),
        action: "enrol-operator",
        subject: holder.operator.id.as_str(),
        detail: &registered.id.to_base64url(),
    };
    audit(&mut tx, &line, now).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(session)).into_response())
}

/// Options for a sign-in by any operator's key.
#[utoipa::path(
    post, path = "/v1/sessions/options", tag = "operator",
    security(("station" = [])),
    responses(
        (status = OK, body = SignInOptions),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn session_options(
    State(registry): Shared,
    AtStation(station): AtStation,
) -> Answer<Json<SignInOptions>> {
    let issued = registry.operators.request(Vec::new(), life_ms())?;
    let now = registry.now();
    let mut tx = registry.db.write().await?;
    let challenge = Challenge {
        challenge: &issued.options.challenge,
        code_hash: None,
        state: &issued.state,
    };
    keep_challenge(&mut tx, &station, &challenge, now).await?;
    tx.commit().await?;
    Ok(Json(SignInOptions {
        request: issued.options,
        origin: registry.operators.origin().to_owned(),
    }))
}

/// Signs an operator in with their own key, user verification required.
#[utoipa::path(
    post, path = "/v1/sessions", tag = "operator", request_body = SignIn,
    security(("station" = [])),
    responses(
        (status = CREATED, body = Session),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn open_session(
    State(registry): Shared,
    AtStation(station): AtStation,
    Body(request): Body<SignIn>,
) -> Answer<Response> {
    let now = registry.now();
    let mut tx = registry.db.write().await?;
    let challenge = claimed_challenge(&request.assertion.response.client_data_json)?;
    let (state, code_hash) = take_challenge(&mut tx, &station, &challenge, now).await?;
    if code_hash.is_some() {
        return Err(not_issued());
    }
    let row = sqlx::query(
        "SELECT o.id, o.name, o.role, o.user_handle, o.revoked_ms AS operator_revoked_ms, c.verifier, \
         c.revoked_ms AS key_revoked_ms FROM operator_credential c JOIN operator o ON o.id = c.operator WHERE c.id = ?",
    )
    .bind(&request.assertion.raw_id.0)
    .fetch_optional(&mut *tx)
    .await?
    .ok_or_else(|| {
        Refusal::new(
            code::CREDENTIAL_UNKNOWN,
            "this key is no operator's; enrol it with a code from `keydesk registry operator-code`",
        )
    })?;
    let operator = auth::operator(&row)?;
    let verified = registry.operators.assertion(
        &state,
        &row.try_get::<String, _>("verifier")?,
        &request.assertion,
        &row.try_get::<Vec<u8>, _>("user_handle")?,
        true,
    );
    let verifier = match verified {
        Ok(verifier) => verifier,
        Err(refusal) => {
            if refusal.code() == code::COUNTER_REGRESSED {
                let detail = format!("operator {}'s own credential", operator.id);
                ledger::alarm(&mut tx, &station, code::COUNTER_REGRESSED, &detail, now).await?;
                tx.commit().await?;
            }
            return Err(refusal);
        }
    };
    refuse_revoked(&row, &operator)?;
    sqlx::query("UPDATE operator_credential SET verifier = ? WHERE id = ?")
        .bind(&verifier)
        .bind(&request.assertion.raw_id.0)
        .execute(&mut *tx)
        .await?;
    let unlock = registry.operators.unlock(&verifier)?;
    let session = auth::open_session(&mut tx, &station, &operator, unlock, &registry).await?;
    let line = Audit {
        station: Some(station.as_str()),
        operator: Some(operator.id.as_str()),
        action: "sign-in",
        subject: operator.id.as_str(),
        detail: &request.assertion.raw_id.to_base64url(),
    };
    audit(&mut tx, &line, now).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(session)).into_response())
}

/// Asked only once the key has proven to be theirs: nobody else is told.
fn refuse_revoked(row: &SqliteRow, operator: &Operator) -> Answer<()> {
    let since = |column: &str| -> Result<_, sqlx::Error> {
        let at_ms: Option<i64> = row.try_get(column)?;
        at_ms.map(from_ms).transpose()
    };
    if let Some(at) = since("operator_revoked_ms")? {
        return Err(operator_revoked(&operator.id, at));
    }
    match since("key_revoked_ms")? {
        None => Ok(()),
        Some(at) => Err(Refusal::new(
            code::CREDENTIAL_REVOKED,
            format!(
                "this key of {} was revoked at {at}: sign in with the key that took its place, or ask for a code with \
                 `keydesk registry operators new-key`",
                operator.name
            ),
        )),
    }
}

/// Ends the session.
#[utoipa::path(
    delete, path = "/v1/sessions/current", tag = "operator",
    security(("station" = [], "session" = [])),
    responses(
        (status = NO_CONTENT),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn close_session(State(registry): Shared, desk: AtDesk) -> Answer<StatusCode> {
    let now = registry.now();
    let mut tx = registry.db.write().await?;
    sqlx::query("UPDATE session SET ended_ms = ? WHERE hash = ? AND ended_ms IS NULL")
        .bind(ms(now))
        .bind(&desk.session_hash)
        .execute(&mut *tx)
        .await?;
    visits::end_all(&mut tx, Whose::Desk(&desk.station, &desk.operator.id), now).await?;
    let line = Audit {
        station: Some(desk.station.as_str()),
        operator: Some(desk.operator.id.as_str()),
        action: "sign-out",
        subject: desk.operator.id.as_str(),
        detail: "",
    };
    audit(&mut tx, &line, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whose code it is, if it holds; a wrong one counts against the source.
async fn code_holder(
    registry: &Registry,
    tx: &mut Write,
    typed: &Secret,
    source: SocketAddr,
    now: Timestamp,
) -> Answer<CodeHolder> {
    check_tries(registry, source)?;
    let code_hash = secret::code_hash(typed);
    let row = sqlx::query(
        "SELECT o.id, o.name, o.role, o.user_handle FROM code c JOIN operator o ON o.id = c.operator \
         WHERE c.hash = ? AND c.used_ms IS NULL AND c.expires_ms > ?",
    )
    .bind(&code_hash)
    .bind(ms(now))
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else {
        registry.guesses.note_wrong(source.ip(), now);
        return Err(Refusal::new(
            code::CODE_REFUSED,
            "the code is wrong, used or expired; get a new one with `keydesk registry operator-code`",
        ));
    };
    Ok(CodeHolder {
        code_hash,
        operator: auth::operator(&row)?,
        user_handle: row.try_get("user_handle")?,
    })
}

struct Challenge<'a> {
    challenge: &'a Bytes,
    code_hash: Option<&'a Vec<u8>>,
    state: &'a str,
}

async fn keep_challenge(
    tx: &mut Write,
    station: &StationId,
    challenge: &Challenge<'_>,
    now: Timestamp,
) -> Answer<()> {
    sqlx::query("DELETE FROM operator_challenge WHERE expires_ms <= ?")
        .bind(ms(now))
        .execute(&mut **tx)
        .await?;
    sqlx::query(
        "INSERT INTO operator_challenge (challenge, station, code, state, expires_ms) VALUES (?, ?, ?, ?, ?)",
    )
    .bind(&challenge.challenge.0)
    .bind(station.as_str())
    .bind(challenge.code_hash)
    .bind(challenge.state)
    .bind(ms(now + CHALLENGE_LIFE))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes a challenge out, so that it answers once, and gives its state and the code it was for.
async fn take_challenge(
    tx: &mut Write,
    station: &StationId,
    challenge: &Bytes,
    now: Timestamp,
) -> Answer<(String, Option<Vec<u8>>)> {
    let row = sqlx::query(
        "DELETE FROM operator_challenge WHERE challenge = ? AND station = ? RETURNING state, code, expires_ms",
    )
    .bind(&challenge.0)
    .bind(station.as_str())
    .fetch_optional(&mut **tx)
    .await?
    .ok_or_else(not_issued)?;
    if row.try_get::<i64, _>("expires_ms")? <= ms(now) {
        return Err(Refusal::new(
            code::CHALLENGE_EXPIRED,
            "the challenge has expired; ask for new options",
        ));
    }
    Ok((row.try_get("state")?, row.try_get("code")?))
}

fn not_issued() -> Refusal {
    Refusal::new(
        code::CHALLENGE_MISMATCH,
        "this challenge was not issued to this station for this, or was answered before; ask for new options",
    )
}

fn life_ms() -> u64 {
    u64::try_from(CHALLENGE_LIFE.as_millis()).unwrap_or_default()
}
