//! Credentials that are withdrawn: deleted from their key, or given up before they counted.
//!
//! Invariants: a credential that was withdrawn is refused from then on, whether the registry held it or hears of it later; what becomes of
//! one that is held and was deleted from its key is decided as for a key that is reset ([`judged`]); an enrolment is taken back by whoever
//! made it, at its own station, within minutes and before anybody used it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use utoipa_axum::routes;

use super::desk::no_person;
use super::report::{EndedAt, Labels, Sent, begin, check_identification, check_key, ended_at};
use super::resets::{Decided, Judged, Taker, judged, role_then};
use super::{Routes, Shared};
use crate::domain::authority::{Action, Role};
use crate::domain::suspension::FactorRef;
use crate::domain::{OfferId, OperatorId, Person, PersonKind, StationId};
use crate::server::auth::AtStation;
use crate::server::database::Write;
use crate::server::ledger::Opened;
use crate::server::lives::{self, Ended, Why};
use crate::server::problem::{Answer, Refusal};
use crate::server::tables::audit::Line;
use crate::server::tables::credential::{self, Kept};
use crate::server::tables::operator::is_same_human;
use crate::server::tables::withdrawal;
use crate::server::tables::{offer, person};
use crate::server::visits::{Told, Within};
use crate::wire::{Because, Ground, Push, WithdrawalPush, WithdrawalReceipt, problem_code};

/// Its routes.
pub(super) fn routes() -> Routes {
    Routes::new().routes(routes!(withdrawal))
}

/// The longest credential id (WebAuthn Level 3, section 5.1: 1,023 bytes).
const MAX_ID_BYTES: usize = 1023;

/// So long after the registry took an enrolment, it is taken back at its station as a mistake: as long as a visit lasts. By then the answer
/// to it has come, or the person has gone with a key that they count on.
const TAKEN_BACK: SignedDuration = SignedDuration::from_mins(30);

/// Takes on record that a credential is not to be used any more.
#[utoipa::path(
    post, path = "/v1/withdrawals", tag = "enrolment", request_body = Push<WithdrawalPush>,
    params(Labels), security(("station" = [])),
    responses((status = CREATED, body = WithdrawalReceipt))
)]
pub async fn withdrawal(
    State(registry): Shared,
    AtStation(station): AtStation,
    sent: Sent<WithdrawalPush>,
) -> Answer<Response> {
    let route = ("withdrawal", sent.push.body.version);
    let mut entry = match begin(&registry, &station, route, &sent).await? {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let stood_by = sent.stood_by(&mut entry.tx, &station).await?;
    let push = sent.push.body;
    check(&push)?;
    let now = registry.now();
    let decided = Decided {
        operator: &push.operator,
        finished_by: push.finished_by.as_ref(),
        at: push.withdrawn_at,
        stood_by,
    };
    let role = role_then(&mut entry.tx, &station, &decided, now).await?;
    let person = person::by_id(&mut entry.tx, &push.person)
        .await?
        .ok_or_else(|| no_person(&push.person))?;
    let held = held(&mut entry.tx, &push).await?;
    let ended = held
        .as_ref()
        .map(|held| ended_at(held.enrolled_at, (push.withdrawn_at, stood_by)))
        .transpose()?;
    let at = ended.map_or(push.withdrawn_at, |ended| ended.at);
    let by = (role, &station);
    let judged = judgement(&mut entry.tx, by, (&push, &person, held.as_ref()), now).await?;
    let visits = match &judged {
        Judged::Ended(visit) => {
            withdrawal::insert(&mut entry.tx, &station, &push, now).await?;
            credential::end(&mut entry.tx, &push.credential, at, None).await?;
            Vec::from_iter(*visit)
        }
        Judged::Suspended => Vec::new(),
    };
    let is_suspended = matches!(judged, Judged::Suspended);
    if !is_suspended && held.as_ref().is_some_and(|held| held.is_live) {
        let end = Ended {
            station: &station,
            operator: push.done_by(),
            why: match push.ground {
                Ground::Deleted { .. } => Why::Deleted,
                Ground::Undone { .. } => Why::Withdrawn,
            },
            at,
            within: Within::Named(&visits, &station, push.done_by()),
        };
        let credential = push.credential.clone();
        let gone = [(push.person.clone(), FactorRef::Key { credential })];
        lives::ended(&mut entry.tx, &end, &gone, now).await?;
    }
    let reply = WithdrawalReceipt {
        credential: push.credential.clone(),
        was_held: held.is_some_and(|held| held.is_live),
        suspended: is_suspended,
        accepted_at: now,
    };
    let detail = told(&push, &reply) + &ended.map(EndedAt::in_words).unwrap_or_default();
    let line = Line {
        station: Some(station.as_str()),
        operator: Some(push.done_by().as_str()),
        action: "withdrawal",
        subject: push.person.as_str(),
        detail: &detail,
    };
    entry.finish(StatusCode::CREATED, &reply, line).await
}

/// What becomes of it: of one that is held and was deleted as of any that is gone from its key.
async fn judgement(
    tx: &mut Write,
    (role, station): (Result<Role, Refusal>, &StationId),
    (push, person, held): (&WithdrawalPush, &Person, Option<&Kept>),
    now: Timestamp,
) -> Answer<Judged> {
    match (&push.ground, held) {
        (Ground::Deleted { .. }, Some(held)) if held.is_live => {
            let by = Taker {
                role: role.ok(),
                told: Told {
                    station,
                    operator: &push.operator,
                    finished_by: push.finished_by.as_ref(),
                    visits: &push.visits,
                    at: push.withdrawn_at,
                },
            };
            judged(tx, (&push.credential, person), &by, now).await
        }
        // Nobody has it any more, or nobody had, and it is gone from its key: should it come yet, it is not to count.
        (Ground::Deleted { .. }, _) => Ok(Judged::Ended(None)),
        (Ground::Undone { offer }, held) => {
            let live = held.filter(|held| held.is_live);
            let issued = offer::of_key(tx, *offer, station).await?;
            let maker = issued.map(|offer| offer.issued.operator);
            let by = By {
                role: role?,
                station,
                is_maker: match (live, &maker) {
                    (Some(held), _) => has_made(tx, push.done_by(), held).await?,
                    (None, Some(maker)) => is_same_human(tx, push.done_by(), maker).await?,
                    (None, None) => false,
                },
            };
            may(&by, (push, *offer), (person.kind, now), held)?;
            Ok(Judged::Ended(None))
        }
    }
}

fn check(push: &WithdrawalPush) -> Answer<()> {
    check_key(&push.key)?;
    if push.credential.0.is_empty() || push.credential.0.len() > MAX_ID_BYTES {
        return Err(Refusal::new(
            problem_code::MALFORMED,
            format!("credential must have 1 to {MAX_ID_BYTES} bytes"),
        ));
    }
    let Ground::Deleted { case } = &push.ground else {
        return Ok(());
    };
    if let Some(identification) = &case.identification {
        check_identification(identification)?;
    }
    case.check(true)
        .map_err(|fault| Refusal::new(problem_code::MALFORMED, fault.to_string()))
}

/// What the registry has of the credential; `None`: it has not heard of it.
async fn held(tx: &mut Write, push: &WithdrawalPush) -> Answer<Option<Kept>> {
    let kept = credential::kept(tx, &push.credential).await?;
    match kept {
        Some(kept) if kept.person != push.person => Err(Refusal::because(
            problem_code::CREDENTIAL_UNKNOWN,
            Because::NoCredential {
                person: push.person.to_string(),
                credential: push.credential.to_string(),
            },
        )),
        kept => Ok(kept),
    }
}

/// Who withdraws one, and where.
struct By<'a> {
    role: Role,
    station: &'a StationId,
    /// The human who enrolled it, or began that; of what has not come, who asked for its offer.
    is_maker: bool,
}

/// Whether it is theirs: who began it and who ended it have both made it, as they have wherever two humans are wanted.
async fn has_made(tx: &mut Write, who: &OperatorId, held: &Kept) -> Answer<bool> {
    for maker in std::iter::once(&held.operator).chain(&held.begun_by) {
        if is_same_human(tx, who, maker).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether they may withdraw what came of that offer.
fn may(
    by: &By<'_>,
    (push, offer): (&WithdrawalPush, OfferId),
    (kind, now): (PersonKind, Timestamp),
    held: Option<&Kept>,
) -> Answer<()> {
    let refused = |why: Because| Refusal::because(problem_code::NOT_ALLOWED, why);
    let credential = push.credential.to_string();
    by.role.may(Action::ResolveConflict)?;
    let Some(held) = held.filter(|held| held.is_live) else {
        return may_give_up(by, push, offer);
    };
    if !is_taken_back(held, by.station, offer, now) {
        let minutes = u32::try_from(TAKEN_BACK.as_mins()).unwrap_or(u32::MAX);
        return Err(refused(Because::NotTakenBack {
            credential,
            minutes,
        }));
    }
    // It is somebody's by now. What another one did is nobody's mistake of one's own.
    match (by.is_maker, by.role.may_reset_key_of(&[kind])) {
        (true, _) | (false, Ok(())) => Ok(()),
        (false, Err(no)) => {
            let makers = std::iter::once(&held.operator).chain(&held.begun_by);
            Err(refused(Because::EnrolledBy {
                credential,
                operators: makers.map(ToString::to_string).collect(),
                otherwise: Box::new(no.into()),
            }))
        }
    }
}

/// What has not come is refused when it does: whoever asked for it gives it up, and the desk, which leaves no key without its enrolment.
fn may_give_up(by: &By<'_>, push: &WithdrawalPush, offer: OfferId) -> Answer<()> {
    match (by.is_maker, by.role.may(Action::TidyKey)) {
        (true, _) | (false, Ok(())) => Ok(()),
        (false, Err(no)) => Err(Refusal::because(
            problem_code::NOT_ALLOWED,
            Because::NotCome {
                credential: push.credential.to_string(),
                offer: offer.to_string(),
                otherwise: Box::new(no.into()),
            },
        )),
    }
}

/// Whether a station may take back its own enrolment of that offer, which is held.
fn is_taken_back(held: &Kept, station: &StationId, offer: OfferId, now: Timestamp) -> bool {
    let is_own = held.is_unused && held.station == *station && held.offer == offer;
    is_own && held.accepted_at.duration_until(now) <= TAKEN_BACK
}

/// The audit's words for it.
fn told(push: &WithdrawalPush, reply: &WithdrawalReceipt) -> String {
    let mut detail = push.credential.to_base64url();
    detail.push_str(match (reply.was_held, reply.suspended) {
        (true, false) => " was held",
        (true, true) => " was held, nothing let it be taken, and it is suspended",
        (false, _) => " was not held",
    });
    match &push.ground {
        Ground::Undone { offer } => {
            detail = format!("{detail}; the enrolment of offer {offer} was given up");
        }
        Ground::Deleted { case } => {
            detail = format!("{detail}; deleted from its key{}", case.in_words());
        }
    }
    if push.finished_by.is_some() {
        detail = format!("{detail}; begun by {}", push.operator);
    }
    detail
}
