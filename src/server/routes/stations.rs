//! A station joins once with a code, and gets short-lived tokens with its own key from then on (RFC 7523).

use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Json};
use jiff::Timestamp;
use p256::ecdsa::VerifyingKey;
use p256::pkcs8::{DecodePublicKey, EncodePublicKey};
use serde::Serialize;
use utoipa_axum::routes;

use super::{Body, FormBody, Routes, Shared};
use crate::domain::StationId;
use crate::server::Registry;
use crate::server::admin::checked_name;
use crate::server::auth::{self, IdempotencyKey};
use crate::server::database::Write;
use crate::server::guesses::Source;
use crate::server::ledger::{self, Opened};
use crate::server::listen::ClientAddress;
use crate::server::problem::{Answer, Refusal};
use crate::server::secret;
use crate::server::tables::audit::Line;
use crate::server::tables::station::NewStation;
use crate::server::tables::{access, station};
use crate::wire::client_assertion::{self, ASSERTION_TYPE, GRANT_TYPE};
use crate::wire::{Because, Health, JoinReply, JoinRequest, TokenReply, VERSION, problem_code};

/// Its routes.
pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(health))
        .routes(routes!(join))
        .routes(routes!(token))
}

/// Whether the registry answers, and its clock.
#[utoipa::path(get, path = "/v1/health", tag = "station", responses((status = OK, body = Health)))]
pub async fn health(State(registry): Shared) -> Json<Health> {
    Json(Health {
        name: registry.config.name.clone(),
        now: registry.now(),
        version: VERSION,
    })
}

/// What of a join must be the same when it is repeated.
#[derive(Serialize)]
struct Join<'a> {
    name: &'a str,
    public_key_pem: &'a str,
}

/// Makes a station known, once, with a one-time code.
#[utoipa::path(
    post, path = "/v1/stations/join", tag = "station", request_body = JoinRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to repeat")),
    responses((status = CREATED, body = JoinReply))
)]
pub async fn join(
    State(registry): Shared,
    Extension(client): Extension<ClientAddress>,
    key: Option<IdempotencyKey>,
    Body(request): Body<JoinRequest>,
) -> Answer<Response> {
    let hint = checked_name(&request.name)
        .map_err(|error| Refusal::new(problem_code::MALFORMED, format!("name: {error}")))?;
    let public_key = VerifyingKey::from_public_key_pem(&request.public_key_pem).map_err(|_| {
        Refusal::new(
            problem_code::MALFORMED,
            "public_key_pem must be a SubjectPublicKeyInfo of P-256 in PEM",
        )
    })?;
    let code_hash = secret::code_hash(&request.code);
    // Whoever guesses waits for nobody, and keeps nobody waiting.
    let name = access::named_by_code(&mut *registry.db.read().await?, &code_hash).await?;
    let Some(name) = name else {
        return Err(wrong_code(
            &registry,
            Source::Address(client.0),
            STATION_CODE,
        ));
    };
    let scope = format!("code:{}", hex::encode(&code_hash));
    let what = Join {
        name: &request.name,
        public_key_pem: &request.public_key_pem,
    };
    let mut entry = match ledger::open(&registry, &scope, key, "join", &what).await? {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let now = registry.now();
    if !access::use_station_code(&mut entry.tx, &code_hash, now).await? {
        return Err(code_refused(STATION_CODE));
    }
    let station = StationId::new(uuid::Uuid::now_v7().to_string());
    insert_station(&mut entry.tx, &station, &name, &public_key, now).await?;
    let reply = JoinReply {
        station: station.clone(),
        audience: registry.audiences.first().cloned().unwrap_or_default(),
        rp_ids: rp_ids(&registry),
        name: Some(name.clone()),
    };
    let detail = match *hint == *name {
        true => name,
        false => format!("{name}, which called itself {:?}", &*hint),
    };
    let line = Line {
        station: Some(station.as_str()),
        operator: None,
        action: "join",
        subject: station.as_str(),
        detail: &detail,
    };
    entry.finish(StatusCode::CREATED, &reply, line).await
}

/// The relying parties of people and of operators, each once.
fn rp_ids(registry: &Registry) -> Vec<String> {
    let ids = [registry.people.rp_id(), registry.operators.rp_id()];
    BTreeSet::from(ids).into_iter().map(str::to_owned).collect()
}

async fn insert_station(
    tx: &mut Write,
    id: &StationId,
    name: &str,
    public_key: &VerifyingKey,
    now: Timestamp,
) -> Answer<()> {
    let der = public_key.to_public_key_der().map_err(Refusal::internal)?;
    let pem = public_key
        .to_public_key_pem(Default::default())
        .map_err(Refusal::internal)?;
    let new = NewStation {
        id,
        name,
        public_key_pem: &pem,
        thumbprint: &secret::hash(der.as_bytes()),
    };
    if station::insert(tx, &new, now).await? {
        return Ok(());
    }
    Err(Refusal::new(
        problem_code::STATION_KNOWN,
        "a station with this public key has joined already; make a new key for a new station",
    ))
}

/// How another code is got.
const STATION_CODE: &str = "station-code";

/// Counts a code that is nobody's. Whoever tries many is told to wait; a right one is never asked for here.
pub fn wrong_code(registry: &Registry, source: Source, got_with: &str) -> Refusal {
    match registry.guesses.wrong(source.clone(), registry.now()) {
        Ok(()) => code_refused(got_with),
        Err(wait_s) => {
            tracing::warn!(?source, "too many wrong codes");
            Refusal::new(
                problem_code::TOO_MANY_ATTEMPTS,
                "too many wrong codes; wait",
            )
            .retry_after(wait_s)
        }
    }
}

fn code_refused(got_with: &str) -> Refusal {
    Refusal::new(
        problem_code::CODE_REFUSED,
        format!(
            "the code is wrong, used or expired; get a new one with `keydesk registry {got_with}`"
        ),
    )
}

/// Fields of a token request (RFC 7523, section 2.2).
#[derive(serde::Deserialize, utoipa::ToSchema)]
pub struct TokenForm {
    /// `client_credentials`
    grant_type: String,
    /// `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`
    #[serde(default)]
    client_assertion_type: String,
    /// The JSON Web Token, ES256.
    #[serde(default)]
    client_assertion: String,
}

/// Gives a station a token for its signed assertion; each assertion once.
#[utoipa::path(
    post, path = "/v1/token", tag = "station",
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = OK, body = TokenReply))
)]
pub async fn token(
    State(registry): Shared,
    FormBody(form): FormBody<TokenForm>,
) -> Answer<Json<TokenReply>> {
    check_form(&form)?;
    let assertion = form.client_assertion;
    let refused =
        |why: String| Refusal::new(problem_code::CLIENT_REFUSED, why).oauth("invalid_client");
    let id = client_assertion::claimed_station(&assertion)
        .map_err(|error| refused(error.to_string()))?;
    let pem = station::public_key(&mut *registry.db.read().await?, &id).await?;
    let pem = pem.ok_or_else(|| {
        refused(format!(
            "no station {id} has joined this registry; run `keydesk station join`"
        ))
    })?;
    // From here on it is one that is known.
    let refused = |why: String| refused(why).about(id.as_str());
    let audiences: Vec<&str> = registry.audiences.iter().map(String::as_str).collect();
    let now = registry.now();
    let claims = client_assertion::verify(&assertion, &id, &pem, &audiences, now)
        .map_err(|error| refused(error.to_string()))?;
    if !(1..=64).contains(&claims.jti.len()) {
        return Err(refused("jti must have 1 to 64 characters".to_owned()));
    }
    let mut tx = registry.db.write().await?;
    refuse_revoked(&mut tx, &id).await?;
    access::forget_expired(&mut tx, now).await?;
    let known_until = now + client_assertion::MAX_LIFE + 2 * client_assertion::CLOCK_SKEW;
    if !access::first_use(&mut tx, &id, &claims.jti, known_until).await? {
        return Err(refused("this assertion was used before".to_owned()));
    }
    let token = auth::issue_token(&mut tx, &id, now).await?;
    tx.commit().await?;
    let reply = TokenReply {
        access_token: token,
        token_type: "Bearer".to_owned(),
        expires_in: auth::TOKEN_LIFE.as_secs().unsigned_abs(),
    };
    Ok(Json(reply))
}

/// The only place where it is looked at: revoking deletes the tokens that there are.
async fn refuse_revoked(tx: &mut Write, id: &StationId) -> Answer<()> {
    let Some(at) = station::revoked_at(tx, id).await? else {
        return Ok(());
    };
    tracing::warn!(station = %id, %at, "a revoked station asks for a token");
    let why = Because::StationRevoked {
        station: id.to_string(),
        at,
    };
    let refusal = Refusal::because(problem_code::STATION_REVOKED, why);
    Err(refusal.oauth("unauthorized_client").about(id.as_str()))
}

fn check_form(form: &TokenForm) -> Answer<()> {
    if form.grant_type != GRANT_TYPE {
        return Err(Refusal::new(
            problem_code::MALFORMED,
            format!("grant_type must be {GRANT_TYPE}"),
        )
        .oauth("unsupported_grant_type"));
    }
    if form.client_assertion_type != ASSERTION_TYPE || form.client_assertion.is_empty() {
        return Err(Refusal::new(
            problem_code::MALFORMED,
            format!("client_assertion_type must be {ASSERTION_TYPE}, with a client_assertion"),
        )
        .oauth("invalid_request"));
    }
    Ok(())
}
