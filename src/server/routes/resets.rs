//! Keys that are reset: whose they are, asked beforehand, and that what was on them is gone, told afterwards.
//!
//! Invariants: by what and by whom something is taken that opens an account is decided in one place, before it is done and once more when
//! it is reported ([`visits::leave`], [`visits::taken_then`]), for everybody who loses a credential. A key that is empty is empty: no report
//! of that is refused for want of a right. What nothing let is suspended, counted and looked into: it opens nothing, and its owner, if they
//! have it still, takes it up again with the key itself. A credential that is gone stays on record and is never taken again.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use utoipa_axum::routes;

use super::Routes;
use super::report::{
    CLOCK_SKEW_MS, EndedAt, Labels, Said, Sent, begin, check_identification, check_key,
    check_version, cut_off_there, earliest_in_words, ended_at, role_there, was_absent,
};
use super::{Body, Shared, desk};
use crate::domain::authority::{Role, may_clear};
use crate::domain::suspension::FactorRef;
use crate::domain::visit::SuspendedWhy;
use crate::domain::{Bytes, OperatorId, Person, PersonId, StationId, VisitId};
use crate::server::auth::{AtDesk, AtStation};
use crate::server::database::{Connection, Write, from_ms, ms};
use crate::server::ledger::Opened;
use crate::server::lives::{self, Ended, Why};
use crate::server::problem::{Answer, Refusal};
use crate::server::suspensions::{self, Report, Reported};
use crate::server::tables::audit::{self, Line};
use crate::server::tables::{access, credential, offer, withdrawal};
use crate::server::visits::{self, Fits, Told, Within};
use crate::text::english;
use crate::wire::{
    KeyResetPush, KeyResetReceipt, KnownCredential, KnownCredentials, KnownRequest, Leave,
    PersonStanding, Push, Taking, problem_code,
};

/// Its routes.
pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(known))
        .routes(routes!(taking))
        .routes(routes!(key_reset))
}

/// Most credentials in one request: more than the largest keys hold.
const MAX_CREDENTIALS: usize = 256;

/// Whose credentials these are, what is enrolled on this key and, where one is named, for a person. Changes nothing.
#[utoipa::path(
    post, path = "/v1/credentials/known", tag = "enrolment", request_body = KnownRequest,
    security(("station" = [], "session" = [])),
    responses((status = OK, body = KnownCredentials))
)]
pub async fn known(
    State(registry): Shared,
    desk: AtDesk,
    Body(request): Body<KnownRequest>,
) -> Answer<Json<KnownCredentials>> {
    check_count(request.credentials.len())?;
    let mut read = registry.db.snapshot().await?;
    let mut known = credential::on_key(&mut read, &request.key).await?;
    for id in &request.credentials {
        let listed = known.iter().any(|found| found.credential.id == *id);
        if !listed && let Some(found) = credential::known(&mut read, id).await? {
            known.push(found);
        }
    }
    known.sort_by_key(|found| found.credential.enrolled_at);
    let whom = request.person.as_ref().map_or("keys", PersonId::as_str);
    desk::looked(&registry, &desk, "key-view", whom);
    let (candidates, more_candidates) = match request.key.is_unique() {
        true => (Vec::new(), false),
        false => candidates(&mut read, &request).await?,
    };
    let person = match &request.person {
        Some(id) => Some(standing(&mut read, id, &desk.station, registry.now()).await?),
        None => None,
    };
    Ok(Json(KnownCredentials {
        rp_id: registry.people.rp_id().to_owned(),
        known,
        candidates,
        more_candidates,
        person,
    }))
}

/// What is enrolled on such keys, as far as one answer holds, and whether there is more.
async fn candidates(db: &mut Connection, request: &KnownRequest) -> Answer<(Vec<Bytes>, bool)> {
    let after = request.candidates_after.as_ref();
    // After one that is nobody's there would be nothing, which is not so.
    if let Some(id) = after
        && credential::kept(db, id).await?.is_none()
    {
        return Err(Refusal::new(
            problem_code::CREDENTIAL_UNKNOWN,
            format!("{id} was no candidate"),
        ));
    }
    let mut found = credential::on_model(db, (&request.key, after), MAX_CREDENTIALS + 1).await?;
    let more = found.len() > MAX_CREDENTIALS;
    found.truncate(MAX_CREDENTIALS);
    Ok((found, more))
}

/// What is enrolled for a person, and whether another station than the one that asks may be enrolling them.
async fn standing(
    db: &mut Connection,
    person: &PersonId,
    station: &StationId,
    now: Timestamp,
) -> Answer<PersonStanding> {
    let mut credentials = credential::all(db, person).await?;
    credentials.retain(|credential| credential.gone_at.is_none());
    Ok(PersonStanding {
        credentials: credentials.into_iter().map(|known| known.id).collect(),
        open_elsewhere: offer::open_elsewhere(db, person, station, now).await?,
    })
}

/// Whether what opens somebody's account may be taken from them at this desk. Changes the end of the visit, and keeps the answer: by it
/// the report is judged.
#[utoipa::path(
    post, path = "/v1/takings", tag = "enrolment", request_body = Taking,
    security(("station" = [], "session" = [])),
    responses((status = OK, body = Leave))
)]
pub async fn taking(
    State(registry): Shared,
    desk: AtDesk,
    Body(request): Body<Taking>,
) -> Answer<Json<Leave>> {
    check_version(request.version)?;
    check_count(request.credentials.len())?;
    let mut tx = registry.db.write().await?;
    let mut all = Vec::with_capacity(request.credentials.len());
    for id in &request.credentials {
        if let Some(found) = credential::known(&mut tx, id).await? {
            all.push((found.credential.id, found.person));
        }
    }
    let visits = visits::leave(&mut tx, &desk, &all, registry.now()).await?;
    tx.commit().await?;
    Ok(Json(Leave { visits }))
}

/// Takes on record that a key was reset: what was on it is refused from now on.
#[utoipa::path(
    post, path = "/v1/key-resets", tag = "enrolment", request_body = Push<KeyResetPush>,
    params(Labels), security(("station" = [])),
    responses((status = CREATED, body = KeyResetReceipt))
)]
pub async fn key_reset(
    State(registry): Shared,
    AtStation(station): AtStation,
    sent: Sent<KeyResetPush>,
) -> Answer<Response> {
    let _turn = registry.turns.take(station.as_str()).await?;
    let route = ("key-reset", sent.push.body.version);
    let mut entry = match begin(&registry, &station, route, &sent).await? {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let stood_by = sent.stood_by(&mut entry.tx, &station).await?;
    let push = sent.push.body;
    check_count(push.credentials.len())?;
    check_key(&push.key)?;
    if let Some(identification) = &push.case.identification {
        check_identification(identification)?;
    }
    let there = on_it(&mut entry.tx, &push).await?;
    let losers = losers(&mut entry.tx, &push.credentials, (push.reset_at, stood_by)).await?;
    push.case
        .check(!losers.is_empty())
        .map_err(|fault| Refusal::new(problem_code::MALFORMED, fault.to_string()))?;
    let now = registry.now();
    let decided = Decided {
        operator: &push.operator,
        finished_by: push.finished_by.as_ref(),
        at: push.reset_at,
        stood_by,
    };
    let role = role_then(&mut entry.tx, &station, &decided, now).await?;
    let early = earliest_in_words(losers.iter().map(|loser| loser.ended));
    let by = Taker {
        role: role.ok(),
        told: Told {
            station: &station,
            operator: &push.operator,
            finished_by: push.finished_by.as_ref(),
            visits: &push.visits,
            at: push.reset_at,
        },
    };
    let parted = parted(&mut entry.tx, losers, &by, now).await?;
    let security_key = credential::key_as_kept(&mut entry.tx, &push.key).await?;
    let what = (&push, security_key);
    let number = withdrawal::insert_reset(&mut entry.tx, &station, what, now).await?;
    let (ids, gone) = end(&mut entry.tx, parted.losers, number).await?;
    let ended = Ended {
        station: &station,
        operator: push.done_by(),
        why: Why::Reset,
        at: push.reset_at,
        within: Within::Named(&parted.visits, &station, push.done_by()),
    };
    lives::ended(&mut entry.tx, &ended, &gone, now).await?;
    alarm_of_several(&mut entry.tx, &ended, &gone, now).await?;
    alarm_of_unnamed(&mut entry.tx, &ended, (&push, &there), now).await?;
    for stranger in &push.credentials {
        if !ids.contains(stranger) && !parted.suspended.contains(stranger) {
            withdrawal::refuse_from_now_on(&mut entry.tx, stranger, number).await?;
        }
    }
    let reply = KeyResetReceipt {
        gone: ids,
        suspended: parted.suspended,
        accepted_at: now,
    };
    let losers = gone.iter().map(|(person, _)| person).chain(&parted.robbed);
    let mut losers = losers.map(PersonId::as_str);
    let subject = losers.next().unwrap_or(push.key.model.as_str());
    let detail = told(&push, &reply) + &early;
    let line = Line {
        station: Some(station.as_str()),
        operator: Some(push.done_by().as_str()),
        action: "key-reset",
        subject,
        detail: &detail,
    };
    entry.finish(StatusCode::CREATED, &reply, line).await
}

/// What is reported as gone from a key, by what the registry makes of it.
struct Parted {
    /// Those that have ended, and by which visits that was let.
    losers: Vec<Loser>,
    visits: Vec<VisitId>,
    /// Those that nothing let be taken, and whose they are.
    suspended: Vec<Bytes>,
    robbed: Vec<PersonId>,
}

async fn parted(
    tx: &mut Write,
    losers: Vec<Loser>,
    by: &Taker<'_>,
    now: Timestamp,
) -> Answer<Parted> {
    let mut parted = Parted {
        losers: Vec::new(),
        visits: Vec::new(),
        suspended: Vec::new(),
        robbed: Vec::new(),
    };
    for loser in losers {
        match judged(tx, (&loser.credential, &loser.person), by, now).await? {
            Judged::Ended(visit) => {
                parted.visits.extend(visit);
                parted.losers.push(loser);
            }
            Judged::Suspended => {
                parted.suspended.push(loser.credential);
                parted.robbed.push(loser.person.id);
            }
        }
    }
    Ok(parted)
}

/// Writes down that these are gone; their ids, and whose each was.
async fn end(
    tx: &mut Write,
    losers: Vec<Loser>,
    reset: i64,
) -> Answer<(Vec<Bytes>, Vec<(PersonId, FactorRef)>)> {
    let mut ids = Vec::with_capacity(losers.len());
    let mut gone = Vec::with_capacity(losers.len());
    for loser in losers {
        let Loser {
            credential,
            person,
            ended,
        } = loser;
        credential::end(tx, &credential, ended.at, Some(reset)).await?;
        ids.push(credential.clone());
        gone.push((person.id, FactorRef::Key { credential }));
    }
    Ok((ids, gone))
}

/// One physical key serves one account, so that a key on which two people lost something is odd already. It is no reason to refuse the
/// report: the key is empty by then.
async fn alarm_of_several(
    tx: &mut Write,
    ended: &Ended<'_>,
    gone: &[(PersonId, FactorRef)],
    now: Timestamp,
) -> Answer<()> {
    let people: BTreeSet<&str> = gone.iter().map(|(person, _)| person.as_str()).collect();
    if people.len() < 2 {
        return Ok(());
    }
    let detail = format!(
        "operator {} reports the reset of one key that took credentials of {} people, and a key serves one: {}. Find out with them \
         whether their keys still work",
        ended.operator,
        people.len(),
        Vec::from_iter(people).join(", ")
    );
    audit::alarm(
        tx,
        ended.station,
        problem_code::KEY_OF_SEVERAL,
        &detail,
        now,
    )
    .await?;
    Ok(())
}

/// What is enrolled on a key of that serial number or tag, so that it would be gone with the key, as far as two clocks tell.
async fn on_it(tx: &mut Write, push: &KeyResetPush) -> Answer<Vec<KnownCredential>> {
    let mut there = credential::on_key(tx, &push.key.id).await?;
    let latest_ms = ms(push.reset_at) + CLOCK_SKEW_MS;
    there.retain(|found| ms(found.credential.enrolled_at) <= latest_ms);
    Ok(there)
}

/// A station that asked was told what is enrolled on a key of that serial number or tag. Where the report names nothing of it, there are
/// two such keys, or somebody reports what was not asked for. Where it names some, that was on this key, and the rest is on another one
/// of the number.
async fn alarm_of_unnamed(
    tx: &mut Write,
    ended: &Ended<'_>,
    (push, there): (&KeyResetPush, &[KnownCredential]),
    now: Timestamp,
) -> Answer<()> {
    let is_named = |found: &KnownCredential| push.credentials.contains(&found.credential.id);
    if there.is_empty() || there.iter().any(is_named) {
        return Ok(());
    }
    let left = there
        .iter()
        .map(|found| format!("{} of {}", found.credential.id, found.person.id));
    let detail = format!(
        "operator {} reports the reset of a key, and not that it took what is enrolled on a key of that serial number or tag: {}. It \
         stays valid. Find out with them whether their key still works",
        ended.operator,
        Vec::from_iter(left).join(", ")
    );
    audit::alarm(tx, ended.station, problem_code::RESET_UNNAMED, &detail, now).await?;
    Ok(())
}

fn check_count(credentials: usize) -> Answer<()> {
    if credentials <= MAX_CREDENTIALS {
        return Ok(());
    }
    Err(Refusal::new(
        problem_code::TOO_LARGE,
        format!("{credentials} credentials in one request; at most {MAX_CREDENTIALS} are taken"),
    ))
}

/// Who loses a credential.
struct Loser {
    credential: Bytes,
    person: Person,
    ended: EndedAt,
}

/// Those of the credentials that the registry knows and that are not gone already, and whose they are.
async fn losers(
    tx: &mut Write,
    credentials: &[Bytes],
    reset: (Timestamp, Option<Timestamp>),
) -> Answer<Vec<Loser>> {
    let mut losers: Vec<Loser> = Vec::new();
    for id in credentials {
        if losers.iter().any(|loser| loser.credential == *id) {
            continue;
        }
        if let Some(found) = credential::known(tx, id).await? {
            losers.push(Loser {
                ended: ended_at(found.credential.enrolled_at, reset)?,
                credential: found.credential.id,
                person: found.person,
            });
        }
    }
    Ok(losers)
}

/// What a station says of who did something to a key.
pub(super) struct Decided<'a> {
    pub operator: &'a OperatorId,
    /// Who ended it, where that was somebody else.
    pub finished_by: Option<&'a OperatorId>,
    /// When it was ended.
    pub at: Timestamp,
    /// Since when who ended it is signed in anew and stands by it.
    pub stood_by: Option<Timestamp>,
}

/// Who took something that was somebody's.
pub(super) struct Taker<'a> {
    /// None: their access had ended by then.
    pub role: Option<Role>,
    pub told: Told<'a>,
}

/// What becomes of a factor whose taking is reported.
pub(super) enum Judged {
    /// It has ended, as it was let in that visit; none: it opened nothing.
    Ended(Option<VisitId>),
    /// Nothing let it, and it is suspended.
    Suspended,
}

/// Whether it was theirs to take. It is done already, so that nothing is refused; but what nothing let ends nothing either: whoever forged
/// that report has done no more than any desk may at once, and as loudly.
pub(super) async fn judged(
    tx: &mut Write,
    (credential, person): (&Bytes, &Person),
    by: &Taker<'_>,
    now: Timestamp,
) -> Answer<Judged> {
    let fits = visits::taken_then(tx, (credential, person), &by.told, now).await?;
    let why = match fits {
        Fits::Let(visit) => return Ok(Judged::Ended(Some(visit))),
        Fits::Nothing => match by.role.map(|role| may_clear(role, person.kind)) {
            Some(Ok(())) => return Ok(Judged::Ended(None)),
            Some(Err(no)) => english().not_allowed(&no),
            None => "The operator's access had ended by then".to_owned(),
        },
        Fits::Unlet => "The station was not told that a visit of theirs lets that".to_owned(),
    };
    let told = &by.told;
    let operator = told.finished_by.unwrap_or(told.operator);
    let report = Report {
        station: told.station,
        person,
        factor: &FactorRef::Key {
            credential: credential.clone(),
        },
        why: SuspendedWhy::Lost,
        operator,
        at: from_ms(ms(told.at.clamp(now - suspensions::HELD_BACK, now)))?,
    };
    let reported = suspensions::suspend(tx, &report, now).await?;
    // What opened nothing any more lost nothing, and whoever said so is looked at as somebody whose access had ended.
    if reported == Reported::Already && by.role.is_none() {
        return Ok(Judged::Suspended);
    }
    let detail = format!(
        "operator {operator} reports that credential {credential} of {} is gone from its key, and it was not theirs to take. {why}. It is \
         suspended: it opens nothing, and its owner takes it up again with the key itself, if they have it. Find out with them what \
         happened, and what they have left",
        person.id
    );
    let kind = problem_code::TAKEN_UNPROVED;
    audit::alarm(tx, told.station, kind, &detail, now).await?;
    Ok(Judged::Suspended)
}

/// The role of who ended it, if they were signed in at the station then, or stand by it. Within: why it is none, where their access had
/// ended by then, in a session there. What is done is done, so that this alone is no reason to refuse its report.
pub(super) async fn role_then(
    tx: &mut Write,
    station: &StationId,
    push: &Decided<'_>,
    now: Timestamp,
) -> Answer<Result<Role, Refusal>> {
    if push.finished_by.is_some() {
        // When it was begun is not said: any time of theirs before will do.
        let before = push.stood_by.map_or(push.at, |since| since.max(push.at));
        let until_ms = ms(before) + CLOCK_SKEW_MS;
        let begun = access::role_between(tx, station, push.operator, (0, until_ms)).await?;
        begun.ok_or_else(|| was_absent(problem_code::RESET_FOREIGN, push.operator, push.at))?;
    }
    let said = Said {
        operator: push.finished_by.unwrap_or(push.operator),
        at: push.at,
        stood_by: push.stood_by,
    };
    let code = problem_code::RESET_FOREIGN;
    match role_there(tx, station, said, code, now).await {
        Err(ended) if ended.code() == problem_code::OPERATOR_REVOKED => {
            cut_off_there(tx, station, (said.operator, said.at), code, now).await?;
            Ok(Err(ended))
        }
        role => role.map(Ok),
    }
}

/// The audit's words for it.
fn told(push: &KeyResetPush, reply: &KeyResetReceipt) -> String {
    let mut detail = format!("{} credential(s) gone", reply.gone.len());
    for id in &reply.gone {
        detail = format!("{detail} {id}");
    }
    for id in &reply.suspended {
        detail = format!("{detail}; suspended, which nothing let be taken: {id}");
    }
    detail.push_str(&push.case.in_words());
    if push.finished_by.is_some() {
        detail = format!("{detail}; begun by {}", push.operator);
    }
    detail
}
