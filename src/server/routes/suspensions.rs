//! Factors that are reported lost, and that their owner shows again.
//!
//! Invariants: a report is taken from whoever was signed in, whatever their role, and of anybody's last factor too; a suspension is
//! lifted only under an offer that was issued for that very factor, by its owner, identified by a document, with the factor itself.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};

use super::codes::refuse_over;
use super::offers::{KEPT_EXPIRED, descriptor, known, life_ms, line, may};
use super::pushes::{begin, check_identification, check_version, may_then, offer_unknown};
use super::{Body, Shared};
use crate::domain::authority::Action;
use crate::domain::factor::{CodeVerdict, TotpCode};
use crate::domain::suspension::FactorRef;
use crate::domain::{Bytes, FactorId, Identification, OfferId};
use crate::server::Registry;
use crate::server::auth::{AtDesk, AtStation, IdempotencyKey};
use crate::server::database::{Write, from_ms, ms};
use crate::server::examination::{self, Examination};
use crate::server::factors;
use crate::server::ledger::{self, Opened};
use crate::server::problem::{Answer, Refusal};
use crate::server::suspensions::{self, Report, Reported};
use crate::server::tables::audit::{self, Line};
use crate::server::tables::offer::{self, NewOfLift};
use crate::server::tables::{FactorName, credential, factor};
use crate::server::visits;
use crate::wire::webauthn::AuthenticationResponse;
use crate::wire::{
    Lift, LiftOffer, LiftReply, LiftRequest, Problem, Push, Shown, SuspensionPush,
    SuspensionReceipt, code,
};

/// How long before it arrived a suspension can have been made, at most.
const HELD_BACK: SignedDuration = SignedDuration::from_hours(24);

/// Takes it that a factor is lost, stolen or suspected: it opens and proves nothing from now on.
#[utoipa::path(
    post, path = "/v1/suspensions", tag = "factors", request_body = Push<SuspensionPush>,
    params(("Idempotency-Key" = String, Header, description = "The outbox entry's id")),
    security(("station" = [])),
    responses(
        (status = CREATED, body = SuspensionReceipt),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn suspension(
    State(registry): Shared,
    AtStation(station): AtStation,
    key: IdempotencyKey,
    Body(push): Body<Push<SuspensionPush>>,
) -> Answer<Response> {
    let route = ("suspension", push.body.version);
    let mut entry = match begin(&registry, &station, key, route, &push).await? {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let push = push.body;
    let by = (&push.operator, push.suspended_at);
    may_then(&registry, &mut entry.tx, &station, by, Action::Suspend).await?;
    let now = registry.now();
    let report = Report {
        station: &station,
        person: &known(&mut entry.tx, &push.person).await?,
        factor: &push.factor,
        why: push.why,
        operator: &push.operator,
        // It counts and runs from when it can have been held back by the line, not from whenever a station says.
        at: from_ms(ms(push.suspended_at.clamp(now - HELD_BACK, now)))?,
    };
    let reported = suspensions::suspend(&mut entry.tx, &report, now).await?;
    let reply = SuspensionReceipt {
        person: known(&mut entry.tx, &push.person).await?,
        accepted_at: now,
    };
    let detail = format!(
        "{}: {}, at {}; {}",
        push.factor,
        push.why.as_str(),
        push.suspended_at,
        match reported {
            Reported::Suspended => "suspended",
            Reported::Graver => "was suspended, for a graver reason now",
            Reported::Already => "was suspended already",
            Reported::Gone => "was removed already",
            Reported::Shown => "its owner has shown it since",
        }
    );
    let line = Line {
        station: Some(station.as_str()),
        operator: Some(push.operator.as_str()),
        action: "suspend",
        subject: push.person.as_str(),
        detail: &detail,
    };
    entry.finish(StatusCode::CREATED, &reply, line).await
}

/// What its owner must show so that a suspension is lifted, if it may be.
#[utoipa::path(
    post, path = "/v1/suspensions/lift/options", tag = "factors", request_body = LiftRequest,
    security(("station" = [], "session" = [])),
    responses(
        (status = CREATED, body = LiftOffer),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn lift_options(
    State(registry): Shared,
    desk: AtDesk,
    Body(request): Body<LiftRequest>,
) -> Answer<(StatusCode, Json<LiftOffer>)> {
    check_version(request.version)?;
    may(&desk, Action::LiftSuspension)?;
    let mut tx = registry.db.write().await?;
    let person = known(&mut tx, &request.person).await?;
    visits::holds(&mut tx, Action::LiftSuspension, &desk.operator.id, &person).await?;
    let now = registry.now();
    let factor = &request.factor;
    let about = (&person, factor);
    suspensions::liftable(&mut tx, about, now).await?;
    let life = registry.config.challenge_life();
    let issued = match factor {
        FactorRef::Key { credential } => {
            let allow = vec![descriptor(credential.clone())];
            Some(registry.people.request(allow, life_ms(life))?)
        }
        FactorRef::App { .. } => None,
    };
    let (options, state) = issued.map(|i| (i.options, i.state)).unzip();
    let offer = LiftOffer {
        id: OfferId(uuid::Uuid::now_v7()),
        request: options,
        origin: registry.people.origin().to_owned(),
        expires_at: now + life,
    };
    let new = NewOfLift {
        id: offer.id,
        person: &person.id,
        factor,
        assertion_state: state.as_deref(),
        issued_at: now,
        expires_at: offer.expires_at,
    };
    offer::forget(&mut tx, now - KEPT_EXPIRED).await?;
    let by = (&desk.station, &desk.operator.id);
    offer::insert_of_lift(&mut tx, by, &new).await?;
    let subject = offer.id.to_string();
    audit::note(
        &mut tx,
        &line(&desk, "lift-offer", &subject, person.id.as_str()),
        now,
    )
    .await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(offer)))
}

/// Lifts a suspension for the factor's owner.
#[utoipa::path(
    post, path = "/v1/suspensions/lift", tag = "factors", request_body = Lift,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to repeat, but for codes")),
    security(("station" = [], "session" = [])),
    responses(
        (status = OK, body = LiftReply),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn lift(
    State(registry): Shared,
    desk: AtDesk,
    key: Option<IdempotencyKey>,
    Body(lift): Body<Lift>,
) -> Answer<Response> {
    check_version(lift.version)?;
    may(&desk, Action::LiftSuspension)?;
    check_document(&lift.identification)?;
    let key = key.filter(|_| matches!(lift.shown, Shown::Signed { .. }));
    let mut entry = match ledger::open(&registry, desk.station.as_str(), key, "lift", &lift).await?
    {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let tx = &mut entry.tx;
    let person = known(tx, &lift.person).await?;
    visits::holds(tx, Action::LiftSuspension, &desk.operator.id, &person).await?;
    let now = registry.now();
    let state = claimed(tx, &desk, &lift, now).await?;
    let (standing, held) = suspensions::liftable(tx, (&person, &lift.factor), now).await?;
    let at = (&*registry, &desk, now);
    let verdict = match shown(tx, at, &lift, state.as_deref()).await {
        Ok(verdict) => verdict,
        Err(refusal) => {
            on_record(entry, &desk, &lift, (&refusal, now)).await?;
            return Err(refusal);
        }
    };
    let lifted = verdict.as_ref().is_none_or(CodeVerdict::is_right);
    if lifted {
        suspensions::lift(tx, &person, (&standing, held), now).await?;
        offer::use_of_lift(tx, lift.offer, now).await?;
    }
    let how = &lift.identification;
    let said = match (&verdict, &lift.factor) {
        (Some(verdict), FactorRef::App { factor }) => {
            examination::told(*factor, lift.offer, verdict)
        }
        _ => format!("{}, offer {}: signed", lift.factor, lift.offer),
    };
    let detail = format!(
        "{said}; {}; identified by {}:{}",
        if lifted { "lifted" } else { "not lifted" },
        how.kind(),
        how.detail()
    );
    let reply = LiftReply {
        person: known(tx, &lift.person).await?,
        verdict,
        lifted_at: lifted.then_some(now),
    };
    let line = line(&desk, "lift-suspension", person.id.as_str(), &detail);
    entry.finish(StatusCode::OK, &reply, line).await
}

/// Its owner stands at the desk: a statement says that nobody does.
fn check_document(identification: &Identification) -> Answer<()> {
    check_identification(identification)?;
    match identification {
        Identification::Shown { .. } => Ok(()),
        Identification::Stated { .. } => Err(Refusal::new(
            code::NOT_ALLOWED,
            "a suspension is lifted for its owner, who is at the desk and shows a document: a statement is none",
        )),
    }
}

/// The offer must have been issued to this operator here, for this factor, and be alive. What its key had to sign.
async fn claimed(
    tx: &mut Write,
    desk: &AtDesk,
    lift: &Lift,
    now: Timestamp,
) -> Answer<Option<String>> {
    let id = lift.offer;
    let offer = offer::of_lift(tx, id, &desk.station).await?;
    let offer = offer.ok_or_else(|| offer_unknown(id))?;
    let standing = &offer.standing;
    let is_own = standing.person == lift.person
        && standing.operator == desk.operator.id
        && offer.factor == FactorName::of(&lift.factor);
    if !is_own {
        return Err(Refusal::new(
            code::OFFER_FOREIGN,
            format!("offer {id} is for another factor, or another operator asked for it"),
        ));
    }
    refuse_over(standing, id, now)?;
    Ok(offer.assertion_state)
}

/// Checks that the factor itself was shown: what its key signed, or what its code is.
async fn shown(
    tx: &mut Write,
    at: (&Registry, &AtDesk, Timestamp),
    lift: &Lift,
    state: Option<&str>,
) -> Answer<Option<CodeVerdict>> {
    match (&lift.factor, &lift.shown, state) {
        (FactorRef::Key { credential }, Shown::Signed { assertion }, Some(state)) => {
            signed(tx, at, lift, (credential, assertion, state)).await?;
            Ok(None)
        }
        (FactorRef::App { factor }, Shown::Read { codes }, _) => {
            read(tx, at, lift, (*factor, codes)).await.map(Some)
        }
        _ => Err(Refusal::new(
            code::MALFORMED,
            "a key signs, and a code of an app or token is read out",
        )),
    }
}

async fn signed(
    tx: &mut Write,
    (registry, desk, now): (&Registry, &AtDesk, Timestamp),
    lift: &Lift,
    (credential, assertion, state): (&Bytes, &AuthenticationResponse, &str),
) -> Answer<()> {
    if assertion.raw_id != *credential {
        return Err(Refusal::new(
            code::CREDENTIAL_UNKNOWN,
            "another credential signed than the one that is suspended",
        ));
    }
    let signer = credential::signer(tx, credential).await?;
    let signer =
        signer.ok_or_else(|| Refusal::internal("a credential that stands is not there"))?;
    let (verifier, handle) = (&signer.verifier, &signer.user_handle.0);
    let verified = registry
        .people
        .assertion(state, verifier, assertion, handle, false);
    if let Err(refusal) = &verified
        && refusal.code() == code::COUNTER_REGRESSED
    {
        let detail = format!("credential {credential} of {}, suspended", lift.person);
        audit::alarm(tx, &desk.station, code::COUNTER_REGRESSED, &detail, now).await?;
    }
    credential::set_tested(tx, credential, &verified?, now).await?;
    Ok(())
}

async fn read(
    tx: &mut Write,
    (registry, desk, now): (&Registry, &AtDesk, Timestamp),
    lift: &Lift,
    (factor, codes): (FactorId, &[TotpCode]),
) -> Answer<CodeVerdict> {
    let held = factor::with_secret(tx, &lift.person, factor)
        .await?
        .ok_or_else(|| Refusal::internal("a factor that stands is not there"))?;
    let subject = held.secret.id.to_string();
    let about = Examination {
        station: &desk.station,
        offer: lift.offer,
        person: &lift.person,
        subject: &subject,
        is_new: false,
        secret: &held.secret,
        is_token: held.is_token,
        codes: examination::in_a_row(codes)?,
        now,
    };
    let examined = examination::examine(registry, tx, &about).await?;
    if let Some(taken) = examined.taken {
        factors::note_taken(tx, held.secret.id, taken, now).await?;
    }
    Ok(examined.verdict)
}

/// Somebody tried.
async fn on_record(
    mut entry: ledger::Entry,
    desk: &AtDesk,
    lift: &Lift,
    (refusal, now): (&Refusal, Timestamp),
) -> Answer<()> {
    let detail = format!(
        "{}, offer {}: refused, {}",
        lift.factor,
        lift.offer,
        refusal.code()
    );
    let line = line(desk, "lift-suspension", lift.person.as_str(), &detail);
    audit::note(&mut entry.tx, &line, now).await?;
    entry.tx.commit().await?;
    Ok(())
}
