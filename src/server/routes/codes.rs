//! Codes that are examined for an operator, under an offer that they asked for.
//!
//! Invariant: what came of it is on record before it is told, and the code is not.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use utoipa_axum::routes;

use super::Routes;
use super::apps::no_factor;
use super::desk::{known, line, may};
use super::report::{check_identification, check_version, offer_unknown};
use super::{Body, Named, Shared};
use crate::domain::authority::Action;
use crate::domain::factor::TotpSettings;
use crate::domain::suspension::FactorRef;
use crate::domain::{OfferId, PersonId};
use crate::server::Registry;
use crate::server::auth::AtDesk;
use crate::server::database::Write;
use crate::server::examination::{self, Examination};
use crate::server::factors;
use crate::server::ledger::{self, Opened};
use crate::server::problem::{Answer, Refusal};
use crate::server::suspensions;
use crate::server::tables::audit;
use crate::server::tables::offer::{self, Issued, Sort};
use crate::server::tables::secret::StoredSecret;
use crate::server::tables::{FactorName, factor};
use crate::server::visits;
use crate::wire::{Because, CodeReply, CodeRequest, Subject, problem_code};

/// Its routes.
pub(super) fn routes() -> Routes {
    Routes::new().routes(routes!(codes))
}

/// What a code is, or two in a row. A right one of an active factor is used up, and makes the offer a proof.
#[utoipa::path(
    post, path = "/v1/people/{id}/codes", tag = "factors", request_body = CodeRequest,
    params(("id" = String, Path, description = "The person's identifier")),
    security(("station" = [], "session" = [])),
    responses((status = OK, body = CodeReply))
)]
pub async fn codes(
    State(registry): Shared,
    desk: AtDesk,
    Named(id): Named<PersonId>,
    Body(request): Body<CodeRequest>,
) -> Answer<Response> {
    check_version(request.version)?;
    may(&desk, Action::Receive)?;
    if let Some(identification) = &request.identification {
        check_identification(identification)?;
        may(&desk, identification.action())?;
    }
    let codes = examination::in_a_row(&request.codes)?;
    let opened = ledger::open(&registry, &desk.scope(), None, "codes", &()).await?;
    let Opened::Fresh(mut entry) = opened else {
        return Err(Refusal::internal("an answer without a key was stored"));
    };
    let tx = &mut entry.tx;
    known(tx, &id).await?;
    check_offer(&registry, tx, &desk, &id, &request).await?;
    let (secret, is_token) = subject(tx, &id, &request.subject).await?;
    let (limited, factor) = match &request.subject {
        Subject::Active { factor } => (secret.id.to_string(), *factor),
        // Each try could be of another new secret: it is the person's other factors that are guarded.
        Subject::New { factor, .. } => (id.as_str().to_owned(), *factor),
    };
    let about = Examination {
        station: &desk.station,
        operator: &desk.operator.id,
        offer: request.offer,
        person: &id,
        factor: matches!(request.subject, Subject::Active { .. }).then_some(factor),
        subject: &limited,
        is_new: matches!(request.subject, Subject::New { .. }),
        secret: &secret,
        is_token,
        codes,
        now: registry.now(),
    };
    let examined = match examination::examine(&registry, tx, &about).await {
        Ok(examined) => examined,
        Err(refusal) => {
            let told = format!("factor {factor}, offer {}: not examined", request.offer);
            on_record(entry, &desk, &id, &told, about.now).await?;
            return Err(refusal);
        }
    };
    if let (Subject::Active { .. }, Some(taken)) = (&request.subject, examined.taken) {
        factors::note_taken(tx, secret.id, taken, about.now).await?;
        let by = FactorName::of_app(factor);
        visits::passed(tx, (request.offer, &id), &by, about.now).await?;
    }
    let mut detail = examination::told(factor, request.offer, &examined.verdict);
    if let Some(how) = &request.identification {
        detail = format!("{detail}; identified by {how}");
    }
    let reply = CodeReply {
        verdict: examined.verdict,
        examined_at: about.now,
    };
    let line = line(&desk, "code", id.as_str(), &detail);
    entry.finish(StatusCode::OK, &reply, line).await
}

/// Writes down an examination that is answered with a refusal: it counts, or shows that somebody tried.
pub(super) async fn on_record(
    mut entry: ledger::Entry,
    desk: &AtDesk,
    person: &PersonId,
    told: &str,
    now: Timestamp,
) -> Answer<()> {
    let line = line(desk, "code", person.as_str(), told);
    audit::note(&mut entry.tx, &line, now).await?;
    entry.tx.commit().await?;
    Ok(())
}

/// The offer must be this station's, of the sort that the subject takes, for this person, and alive. A test is whoever's asked for
/// it; an enrolment may be finished by the next operator.
async fn check_offer(
    registry: &Registry,
    tx: &mut Write,
    desk: &AtDesk,
    person: &PersonId,
    request: &CodeRequest,
) -> Answer<()> {
    let (id, station) = (request.offer, &desk.station);
    let (offer, own_only) = match request.subject {
        Subject::Active { .. } => {
            let offer = offer::of_key(tx, id, station).await?;
            let test = offer.filter(|offer| offer.kind == Sort::Test);
            (test.map(|offer| offer.issued), true)
        }
        Subject::New { .. } => (offer::of_app(tx, id, station).await?, false),
    };
    let offer = offer.ok_or_else(|| offer_unknown(id))?;
    if offer.person != *person || (own_only && offer.operator != desk.operator.id) {
        return Err(Refusal::new(
            problem_code::OFFER_FOREIGN,
            format!("offer {id} is for another person, or another operator asked for it"),
        ));
    }
    refuse_over(&offer, id, registry.now())
}

/// An offer that has been used, or is over.
pub(super) fn refuse_over(offer: &Issued, id: OfferId, now: Timestamp) -> Answer<()> {
    if offer.used_at.is_some() {
        let offer = id.to_string();
        return Err(Refusal::because(
            problem_code::OFFER_USED,
            Because::OfferUsed { offer },
        ));
    }
    if offer.expires_at <= now {
        let offer = id.to_string();
        return Err(Refusal::because(
            problem_code::CHALLENGE_EXPIRED,
            Because::OfferExpired { offer },
        ));
    }
    Ok(())
}

/// The secret that is meant, and whether it is a token's.
async fn subject(
    tx: &mut Write,
    person: &PersonId,
    subject: &Subject,
) -> Answer<(StoredSecret, bool)> {
    match subject {
        Subject::Active { factor } => {
            let held = factor::with_secret(tx, person, *factor).await?;
            let held = held
                .filter(|held| !held.removed)
                .ok_or_else(|| no_factor(*factor, person))?;
            if let Some(suspended) = held.suspended {
                let factor = FactorRef::App { factor: *factor };
                return Err(suspensions::refused(person, &factor, (suspended, None)));
            }
            Ok((held.secret, held.is_token))
        }
        Subject::New { factor, sealed } => {
            let secret = StoredSecret {
                id: *factor,
                owner: person.as_str().to_owned(),
                settings: TotpSettings::APP,
                sealed: sealed.clone(),
                drift_steps: 0,
                last_step: None,
            };
            Ok((secret, false))
        }
    }
}
