//! Factors that are reported lost, and that their owner shows again.
//!
//! Invariants: a report is taken from whoever was signed in, whatever their role, and of anybody's last factor too; a suspension is
//! lifted only under an offer that was issued for that very factor, by its owner, identified by a document, with the factor itself.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use utoipa_axum::routes;

use super::Routes;
use super::codes::refuse_over;
use super::desk::{known, line, may};
use super::offers::{descriptor, life_ms, refuse_full};
use super::report::{
    EndedAt, Labels, Said, Sent, begin, check_identification, check_version, ended_since, may_then,
    offer_unknown,
};
use super::{Body, Shared};
use crate::domain::authority::Action;
use crate::domain::factor::{CodeVerdict, TotpCode};
use crate::domain::identification::Case;
use crate::domain::suspension::FactorRef;
use crate::domain::visit::{Suspended, SuspendedWhy};
use crate::domain::{FactorId, Identification, OfferId, Person};
use crate::server::Registry;
use crate::server::auth::{AtDesk, AtStation, IdempotencyKey};
use crate::server::database::{Connection, Write, from_ms, ms};
use crate::server::examination::{self, Examination};
use crate::server::factors;
use crate::server::identifications::{self, Look};
use crate::server::ledger::{self, Looked, Opened};
use crate::server::problem::{Answer, Refusal};
use crate::server::suspensions::{self, Report, Reported};
use crate::server::tables::audit::{self, Line};
use crate::server::tables::credential::Signer;
use crate::server::tables::offer::{self, NewOfLift};
use crate::server::tables::standing::{self, Standing};
use crate::server::tables::{FactorName, credential, factor};
use crate::server::visits;
use crate::wire::{
    Because, Lift, LiftOffer, LiftReply, LiftRequest, Push, Shown, SuspensionPush,
    SuspensionReceipt, problem_code,
};

/// Its routes.
pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(suspension))
        .routes(routes!(lift_options))
        .routes(routes!(lift))
}

/// Takes it that a factor is lost, stolen or suspected: it opens and proves nothing from now on.
#[utoipa::path(
    post, path = "/v1/suspensions", tag = "factors", request_body = Push<SuspensionPush>,
    params(Labels), security(("station" = [])),
    responses((status = CREATED, body = SuspensionReceipt))
)]
pub async fn suspension(
    State(registry): Shared,
    AtStation(station): AtStation,
    sent: Sent<SuspensionPush>,
) -> Answer<Response> {
    let route = ("suspension", sent.push.body.version);
    let mut entry = match begin(&registry, &station, route, &sent).await? {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let stood_by = sent.stood_by(&mut entry.tx, &station).await?;
    let push = sent.push.body;
    if !SuspendedWhy::REPORTED.contains(&push.why) {
        return Err(Refusal::new(
            problem_code::MALFORMED,
            format!("nobody reports that a factor is {}", push.why.as_str()),
        ));
    }
    let by = Said {
        operator: &push.operator,
        at: push.suspended_at,
        stood_by,
    };
    may_then(&registry, &mut entry.tx, &station, by, Action::Suspend).await?;
    let now = registry.now();
    let enrolled = standing::enrolled_at(&mut entry.tx, &push.person, &push.factor).await?;
    let ended = enrolled.map(|enrolled| ended_since(enrolled, push.suspended_at));
    let since = ended.map_or(push.suspended_at, |ended| ended.at);
    let report = Report {
        station: &station,
        person: &known(&mut entry.tx, &push.person).await?,
        factor: &push.factor,
        why: push.why,
        operator: &push.operator,
        // It counts and runs from when it can have been held back by the line, not from whenever a station says.
        at: from_ms(ms(since.clamp(now - suspensions::HELD_BACK, now)))?,
    };
    let reported = suspensions::suspend(&mut entry.tx, &report, now).await?;
    let reply = SuspensionReceipt {
        person: known(&mut entry.tx, &push.person).await?,
        accepted_at: now,
    };
    let detail = format!(
        "{}: {}, at {}; {}{}",
        push.factor,
        push.why.as_str(),
        push.suspended_at,
        match reported {
            Reported::Suspended => "suspended",
            Reported::Graver => "was suspended, for a graver reason now",
            Reported::Already => "was suspended already",
            Reported::Gone => "was removed already",
            Reported::Shown => "its owner has shown it since",
        },
        ended.map(EndedAt::in_words).unwrap_or_default(),
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
    responses((status = CREATED, body = LiftOffer))
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
    let by = (&desk.station, &desk.operator.id);
    refuse_full(&mut tx, by, now).await?;
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
    responses((status = OK, body = LiftReply))
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
    let scope = desk.scope();
    let mut look = match ledger::look(&registry, &scope, key, "lift", &lift).await? {
        Looked::Fresh(look) => look,
        Looked::Repeated(response) => return Ok(response),
    };
    let ground = ground(&mut look.db, &desk, &lift, registry.now()).await?;
    let verifier = match verified(&registry, &ground, &lift) {
        Ok(verifier) => verifier,
        Err(refusal) => {
            drop(look);
            let tx = registry.db.write().await?;
            on_record(tx, &desk, &lift, (&refusal, registry.now())).await?;
            return Err(refusal);
        }
    };
    let mut entry = match look.lock(&registry).await? {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let (tx, now) = (&mut entry.tx, registry.now());
    ledger::refuse_changed(&ground, &self::ground(tx, &desk, &lift, now).await?)?;
    identified(tx, (&registry, &desk, now), &lift).await?;
    let verdict = match (verifier, &lift.factor, &lift.shown) {
        (Some(verifier), FactorRef::Key { credential }, _) => {
            credential::set_tested(tx, credential, &verifier, now).await?;
            None
        }
        (_, FactorRef::App { factor }, Shown::Read { codes }) => {
            match read(tx, (&registry, &desk, now), &lift, (*factor, codes)).await {
                Ok(verdict) => Some(verdict),
                Err(refusal) => {
                    on_record(entry.tx, &desk, &lift, (&refusal, now)).await?;
                    return Err(refusal);
                }
            }
        }
        _ => return Err(mismatched()),
    };
    let lifted = verdict.as_ref().is_none_or(CodeVerdict::is_right);
    if lifted {
        suspensions::lift(tx, &ground.person, (&ground.standing, ground.held), now).await?;
        offer::use_of_lift(tx, lift.offer, now).await?;
    }
    let detail = told(&lift, verdict.as_ref());
    let reply = LiftReply {
        person: known(tx, &lift.person).await?,
        verdict,
        lifted_at: lifted.then_some(now),
        identified_before: identifications::of(tx, Case::Lift(lift.offer)).await?.1,
    };
    let line = line(&desk, "lift-suspension", lift.person.as_str(), &detail);
    entry.finish(StatusCode::OK, &reply, line).await
}

/// Its owner was identified for this lift, and in no other way before.
async fn identified(
    tx: &mut Write,
    (registry, desk, now): (&Registry, &AtDesk, Timestamp),
    lift: &Lift,
) -> Answer<()> {
    let look = Look {
        person: &lift.person,
        how: &lift.identification,
        operator: &desk.operator.id,
        station: &desk.station,
    };
    let methods = &registry.config.identification.methods;
    let case = Case::Lift(lift.offer);
    let misfit = identifications::misfit(tx, case, (look, methods), now).await?;
    misfit.map_or(Ok(()), |misfit| Err(misfit.refusal()))
}

/// The audit's words for it.
fn told(lift: &Lift, verdict: Option<&CodeVerdict>) -> String {
    let said = match (verdict, &lift.factor) {
        (Some(verdict), FactorRef::App { factor }) => {
            examination::told(*factor, lift.offer, verdict)
        }
        _ => format!("{}, offer {}: signed", lift.factor, lift.offer),
    };
    let how = &lift.identification;
    format!(
        "{said}; {}; identified by {how}",
        match verdict.is_none_or(CodeVerdict::is_right) {
            true => "lifted",
            false => "not lifted",
        },
    )
}

/// What a lift is judged by.
#[derive(PartialEq)]
struct Ground {
    person: Person,
    /// What its key must sign.
    state: Option<String>,
    standing: Standing,
    held: Suspended,
    /// Of a key.
    signer: Option<Signer>,
}

async fn ground(db: &mut Connection, desk: &AtDesk, lift: &Lift, now: Timestamp) -> Answer<Ground> {
    let person = known(db, &lift.person).await?;
    visits::holds(db, Action::LiftSuspension, &desk.operator.id, &person).await?;
    let state = claimed(db, desk, lift, now).await?;
    let (standing, held) = suspensions::liftable(db, (&person, &lift.factor), now).await?;
    let signer = match &lift.factor {
        FactorRef::Key { credential } => credential::signer(db, credential).await?,
        FactorRef::App { .. } => None,
    };
    Ok(Ground {
        person,
        state,
        standing,
        held,
        signer,
    })
}

fn mismatched() -> Refusal {
    Refusal::new(
        problem_code::MALFORMED,
        "a key signs, and a code of an app or token is read out",
    )
}

/// How far the credential's counter has come, where what its key signed holds; none: a code is to be read.
fn verified(registry: &Registry, ground: &Ground, lift: &Lift) -> Answer<Option<String>> {
    match (&lift.factor, &lift.shown, &ground.state, &ground.signer) {
        (FactorRef::Key { credential }, Shown::Signed { assertion }, Some(state), Some(signer)) => {
            if assertion.raw_id != *credential {
                return Err(Refusal::new(
                    problem_code::CREDENTIAL_UNKNOWN,
                    "another credential signed than the one that is suspended",
                ));
            }
            let (verifier, handle) = (&signer.verifier, &signer.user_handle.0);
            let people = &registry.people;
            let verified = people.assertion(state, verifier, assertion, handle, false);
            verified.map(Some)
        }
        (FactorRef::App { .. }, Shown::Read { .. }, ..) => Ok(None),
        _ => Err(mismatched()),
    }
}

/// Its owner stands at the desk: a statement says that nobody does.
fn check_document(identification: &Identification) -> Answer<()> {
    check_identification(identification)?;
    match identification {
        Identification::Shown { .. } => Ok(()),
        Identification::Stated { .. } => Err(Refusal::because(
            problem_code::NOT_ALLOWED,
            Because::DocumentToLift {},
        )),
    }
}

/// The offer must have been issued to this operator here, for this factor, and be alive. What its key had to sign.
async fn claimed(
    tx: &mut Connection,
    desk: &AtDesk,
    lift: &Lift,
    now: Timestamp,
) -> Answer<Option<String>> {
    let id = lift.offer;
    let offer = offer::of_lift(tx, id, &desk.station).await?;
    let offer = offer.ok_or_else(|| offer_unknown(id))?;
    let standing = &offer.issued;
    let is_own = standing.person == lift.person
        && standing.operator == desk.operator.id
        && offer.factor == FactorName::of(&lift.factor);
    if !is_own {
        return Err(Refusal::new(
            problem_code::OFFER_FOREIGN,
            format!("offer {id} is for another factor, or another operator asked for it"),
        ));
    }
    refuse_over(standing, id, now)?;
    Ok(offer.assertion_state)
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
        operator: &desk.operator.id,
        offer: lift.offer,
        person: &lift.person,
        factor: Some(factor),
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

/// Somebody tried. A counter that went back may mean a copied key.
async fn on_record(
    mut tx: Write,
    desk: &AtDesk,
    lift: &Lift,
    (refusal, now): (&Refusal, Timestamp),
) -> Answer<()> {
    if refusal.code() == problem_code::COUNTER_REGRESSED {
        let detail = format!("{} of {}, suspended", lift.factor, lift.person);
        audit::alarm(&mut tx, &desk.station, refusal.code(), &detail, now).await?;
    }
    let detail = format!(
        "{}, offer {}: refused, {}",
        lift.factor,
        lift.offer,
        refusal.code()
    );
    let line = line(desk, "lift-suspension", lift.person.as_str(), &detail);
    audit::note(&mut tx, &line, now).await?;
    Ok(tx.commit().await?)
}
