//! An operator enrols a key of their own with a one-time code, and signs in with it from then on.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use utoipa_axum::routes;

use super::Routes;
use super::stations::wrong_code;
use super::{Body, Params, Shared};
use crate::domain::KeyId;
use crate::domain::{Bytes, StationId};
use crate::server::Registry;
use crate::server::accounts::{self, AccountEvent};
use crate::server::auth::{self, AtDesk, AtStation, Opening};
use crate::server::database::Connection;
use crate::server::guesses::Source;
use crate::server::ledger;
use crate::server::problem::{Answer, Refusal, operator_revoked};
use crate::server::secret;
use crate::server::tables::access::{self, Challenge, CodeHolder};
use crate::server::tables::audit::{self, Line};
use crate::server::tables::operator::{self, OwnKey};
use crate::server::tables::visit;
use crate::server::verify::claimed_challenge;
use crate::wire::webauthn::{Descriptor, User};
use crate::wire::{Because, KeyReport};
use crate::wire::{
    Operator, OperatorCode, OperatorEnrolment, OperatorOffer, Session, SignIn, SignInOptions,
    problem_code,
};

/// Its routes.
pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(enrolment_options))
        .routes(routes!(enrolment))
        .routes(routes!(session_options))
        .routes(routes!(open_session))
        .routes(routes!(close_session))
}

/// Life of an operator's challenge: somebody stands there with the key in hand.
const CHALLENGE_LIFE: SignedDuration = SignedDuration::from_mins(5);

/// Options for an operator's own key, for the one-time code.
#[utoipa::path(
    post, path = "/v1/operators/enrolment/options", tag = "operator", request_body = OperatorCode,
    security(("station" = [])),
    responses((status = OK, body = OperatorOffer))
)]
pub async fn enrolment_options(
    State(registry): Shared,
    AtStation(station): AtStation,
    Body(request): Body<OperatorCode>,
) -> Answer<Json<OperatorOffer>> {
    let now = registry.now();
    let code_hash = secret::code_hash(&request.code);
    // Whoever guesses keeps nobody waiting.
    let mut read = registry.db.read().await?;
    code_holder(&registry, &mut read, &code_hash, &station, now).await?;
    drop(read);
    let mut tx = registry.db.write().await?;
    let holder = code_holder(&registry, &mut tx, &code_hash, &station, now).await?;
    let user = User {
        id: holder.user_handle,
        name: holder.operator.name.clone(),
        display_name: holder.operator.name.clone(),
    };
    // A lost key that was found again may be enrolled anew.
    let known = operator::keys(&mut tx, &holder.operator.id).await?;
    let exclude = known.into_iter().map(Descriptor::new).collect();
    let issued = registry.operators.creation(&user, exclude, life_ms())?;
    let challenge = challenge(issued.state, Some(code_hash), now);
    let to = (&issued.options.challenge, &station);
    access::insert_challenge(&mut tx, to, &challenge, now).await?;
    tx.commit().await?;
    Ok(Json(OperatorOffer {
        operator: holder.operator,
        creation: issued.options,
        origin: registry.operators.origin().to_owned(),
        pin_min_length: Some(registry.config.pin_min_length),
    }))
}

/// Takes an operator's own key, uses the code up, and signs the operator in: the key has just verified them.
#[utoipa::path(
    post, path = "/v1/operators/enrolment", tag = "operator", request_body = OperatorEnrolment,
    params(Opening), security(("station" = [])),
    responses((status = CREATED, body = Session))
)]
pub async fn enrolment(
    State(registry): Shared,
    AtStation(station): AtStation,
    Params(opening): Params<Opening>,
    Body(request): Body<OperatorEnrolment>,
) -> Answer<Response> {
    let mut read = registry.db.snapshot().await?;
    let ground = code_ground(&registry, &mut read, &station, &request).await?;
    read.rollback().await?;
    let whose = ground.0.operator.id.as_str();
    let registered = registry
        .operators
        .registration(&ground.1.state, &request.registration)
        .map_err(|refusal| refusal.about(whose))?;
    let own = KeyReport {
        id: KeyId {
            aaguid: registered.aaguid,
            serial: None,
            asset_tag: None,
        },
        model: String::new(),
        firmware: None,
    };
    registry.key_rules.check(&own, registered.made)?;
    let unlock = registry.operators.unlock(&registered.verifier)?;
    let named = claimed_challenge(&request.registration.response.client_data_json)?;
    let now = registry.now();
    let mut tx = registry.db.write().await?;
    let ground_now = code_ground(&registry, &mut tx, &station, &request).await?;
    ledger::refuse_changed(&ground, &ground_now)?;
    let (holder, challenge) = ground;
    access::take_challenge(&mut tx, &named).await?;
    let own = (&registered.id, registered.verifier.as_str());
    let whose = (&holder.operator.id, &station);
    if !operator::insert_key(&mut tx, own, whose, now).await? {
        return Err(Refusal::new(
            problem_code::CREDENTIAL_EXISTS,
            "this credential is an operator's already",
        ));
    }
    let code_hash = challenge.code.unwrap_or_default();
    access::use_operator_code(&mut tx, &code_hash, now).await?;
    let whom = (&holder.operator, &opening);
    let session = auth::open_session(&mut tx, &station, whom, unlock, &registry).await?;
    let line = Line {
        station: Some(station.as_str()),
        operator: Some(holder.operator.id.as_str()),
        action: "enrol-operator",
        subject: holder.operator.id.as_str(),
        detail: &registered.id.to_base64url(),
    };
    audit::note(&mut tx, &line, now).await?;
    let whose = (&holder.operator, Some(&station));
    accounts::changed(&mut tx, whose, AccountEvent::KeyEnrolled, now).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(session)).into_response())
}

/// Options for a sign-in by any operator's key.
#[utoipa::path(
    post, path = "/v1/sessions/options", tag = "operator",
    security(("station" = [])),
    responses((status = OK, body = SignInOptions))
)]
pub async fn session_options(
    State(registry): Shared,
    AtStation(station): AtStation,
) -> Answer<Json<SignInOptions>> {
    let issued = registry.operators.request(Vec::new(), life_ms())?;
    let now = registry.now();
    let mut tx = registry.db.write().await?;
    let challenge = challenge(issued.state, None, now);
    let to = (&issued.options.challenge, &station);
    access::insert_challenge(&mut tx, to, &challenge, now).await?;
    tx.commit().await?;
    Ok(Json(SignInOptions {
        request: issued.options,
        origin: registry.operators.origin().to_owned(),
        pin_min_length: Some(registry.config.pin_min_length),
    }))
}

/// Signs an operator in with their own key, user verification required.
#[utoipa::path(
    post, path = "/v1/sessions", tag = "operator", request_body = SignIn,
    params(Opening), security(("station" = [])),
    responses((status = CREATED, body = Session))
)]
pub async fn open_session(
    State(registry): Shared,
    AtStation(station): AtStation,
    Params(opening): Params<Opening>,
    Body(request): Body<SignIn>,
) -> Answer<Response> {
    let named = claimed_challenge(&request.assertion.response.client_data_json)?;
    let credential = &request.assertion.raw_id;
    let mut read = registry.db.snapshot().await?;
    let ground = own_ground(&registry, &mut read, (&station, &named), credential).await?;
    read.rollback().await?;
    let (challenge, own) = &ground;
    let operator = &own.account.operator;
    let verified = registry.operators.assertion(
        &challenge.state,
        &own.verifier,
        &request.assertion,
        &own.user_handle.0,
        true,
    );
    let verifier = match verified {
        Ok(verifier) => verifier,
        Err(refusal) => {
            note_clone(&registry, (&station, &named), operator, &refusal).await?;
            return Err(refusal.about(operator.id.as_str()));
        }
    };
    refuse_revoked(own)?;
    let unlock = registry.operators.unlock(&verifier)?;
    let now = registry.now();
    let mut tx = registry.db.write().await?;
    let ground_now = own_ground(&registry, &mut tx, (&station, &named), credential).await?;
    refuse_revoked(&ground_now.1)?;
    ledger::refuse_changed(&ground, &ground_now)?;
    access::take_challenge(&mut tx, &named).await?;
    operator::set_verifier(&mut tx, credential, &verifier).await?;
    let whom = (operator, &opening);
    let session = auth::open_session(&mut tx, &station, whom, unlock, &registry).await?;
    let line = Line {
        station: Some(station.as_str()),
        operator: Some(operator.id.as_str()),
        action: "sign-in",
        subject: operator.id.as_str(),
        detail: &credential.to_base64url(),
    };
    audit::note(&mut tx, &line, now).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(session)).into_response())
}

/// What a sign-in is judged by: its challenge, and the key.
async fn own_ground(
    registry: &Registry,
    db: &mut Connection,
    issued: (&StationId, &Bytes),
    credential: &Bytes,
) -> Answer<(Challenge, OwnKey)> {
    let challenge = issued_challenge(db, issued, registry.now()).await?;
    if challenge.code.is_some() {
        return Err(not_issued());
    }
    let own = operator::own_key(db, credential).await?;
    Ok((challenge, own.ok_or_else(not_enrolled)?))
}

/// A counter that went back may mean a copied key: that stays on record although nobody is signed in.
async fn note_clone(
    registry: &Registry,
    (station, challenge): (&StationId, &Bytes),
    operator: &Operator,
    refusal: &Refusal,
) -> Answer<()> {
    if refusal.code() != problem_code::COUNTER_REGRESSED {
        return Ok(());
    }
    let detail = format!("operator {}'s own credential", operator.id);
    let mut tx = registry.db.write().await?;
    access::take_challenge(&mut tx, challenge).await?;
    let kind = problem_code::COUNTER_REGRESSED;
    audit::alarm(&mut tx, station, kind, &detail, registry.now()).await?;
    Ok(tx.commit().await?)
}

/// Asked only once the key has proven to be theirs: nobody else is told.
fn refuse_revoked(own: &OwnKey) -> Answer<()> {
    let operator = &own.account.operator;
    if let Some(at) = own.account.revoked_at {
        return Err(operator_revoked(&operator.id, at).about(operator.id.as_str()));
    }
    match own.key_revoked_at {
        None => Ok(()),
        Some(at) => Err(Refusal::because(
            problem_code::CREDENTIAL_REVOKED,
            Because::OperatorKeyRevoked {
                operator: operator.name.clone(),
                at,
            },
        )
        .about(operator.id.as_str())),
    }
}

fn not_enrolled() -> Refusal {
    Refusal::new(
        problem_code::CREDENTIAL_UNKNOWN,
        "this key is no operator's; enrol it with a code from `keydesk registry operator-code`",
    )
}

/// Ends the session, and with the last one of an operator at a station their visits there.
#[utoipa::path(
    delete, path = "/v1/sessions/current", tag = "operator",
    security(("station" = [], "session" = [])),
    responses((status = NO_CONTENT))
)]
pub async fn close_session(State(registry): Shared, desk: AtDesk) -> Answer<StatusCode> {
    let now = registry.now();
    let mut tx = registry.db.write().await?;
    access::end_session(&mut tx, &desk.session_hash, now).await?;
    let here = (&desk.station, &desk.operator.id);
    // Whose own key was only looked at, or who signed in anew, is at the desk all the same.
    if !access::is_signed_in_at(&mut tx, here, now).await? {
        visit::end_at(&mut tx, (Some(here.0), Some(here.1)), now).await?;
    }
    let line = Line {
        station: Some(desk.station.as_str()),
        operator: Some(desk.operator.id.as_str()),
        action: "sign-out",
        subject: desk.operator.id.as_str(),
        detail: "",
    };
    audit::note(&mut tx, &line, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whose code it is, if it holds; a wrong one counts against the source.
async fn code_holder(
    registry: &Registry,
    db: &mut Connection,
    code_hash: &[u8],
    station: &StationId,
    now: Timestamp,
) -> Answer<CodeHolder> {
    let holder = access::code_holder(db, code_hash, now).await?;
    holder.ok_or_else(|| wrong_code(registry, Source::Station(station.clone()), "operator-code"))
}

fn challenge(state: String, code: Option<Vec<u8>>, now: Timestamp) -> Challenge {
    Challenge {
        state,
        code,
        expires_at: now + CHALLENGE_LIFE,
    }
}

/// The challenge that an answer names, if it was issued to this station and is alive.
async fn issued_challenge(
    db: &mut Connection,
    (station, challenge): (&StationId, &Bytes),
    now: Timestamp,
) -> Answer<Challenge> {
    let issued = access::challenge(db, challenge, station).await?;
    let issued = issued.ok_or_else(not_issued)?;
    if issued.expires_at <= now {
        return Err(Refusal::new(
            problem_code::CHALLENGE_EXPIRED,
            "the challenge has expired; ask for new options",
        ));
    }
    Ok(issued)
}

/// What an operator's new key is judged by: whose code it is, and the challenge that was issued for that.
async fn code_ground(
    registry: &Registry,
    db: &mut Connection,
    station: &StationId,
    request: &OperatorEnrolment,
) -> Answer<(CodeHolder, Challenge)> {
    let now = registry.now();
    let code_hash = secret::code_hash(&request.code);
    let holder = code_holder(registry, db, &code_hash, station, now).await?;
    let named = claimed_challenge(&request.registration.response.client_data_json)?;
    let challenge = issued_challenge(db, (station, &named), now).await?;
    match challenge.code.as_ref() == Some(&code_hash) {
        true => Ok((holder, challenge)),
        false => Err(not_issued()),
    }
}

fn not_issued() -> Refusal {
    Refusal::new(
        problem_code::CHALLENGE_MISMATCH,
        "this challenge was not issued to this station for this, or was answered before; ask for new options",
    )
}

fn life_ms() -> u64 {
    u64::try_from(CHALLENGE_LIFE.as_millis()).unwrap_or_default()
}
