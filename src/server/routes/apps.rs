//! Authenticator apps: the part of an offer by which one is enrolled, apps that were enrolled, and factors that are removed.
//!
//! Invariants: an app is taken only with a right code of the very secret that is kept; a person's last factor is never removed;
//! what is replaced goes in the same transaction in which the new one comes.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use utoipa_axum::routes;

use super::desk::Terms;
use super::desk::no_person;
use super::report::{
    Claim, Labels, Said, Sent, begin, check_identification, claimed_app_offer, ended_at,
    may_identify, may_then,
};
use super::{Routes, Shared};
use crate::domain::authority::{Action, may_take};
use crate::domain::factor::{Replacement, TotpSettings};
use crate::domain::line::NAME_CHARS_MAX;
use crate::domain::suspension::FactorRef;
use crate::domain::{FactorId, OfferId, OneLine, Person, PersonId, StationId, VisitId};
use crate::seal::For;
use crate::server::Registry;
use crate::server::auth::{AtDesk, AtStation};
use crate::server::database::{Connection, Write};
use crate::server::examination::seal_broken;
use crate::server::factors;
use crate::server::ledger::Opened;
use crate::server::lives::{self, Arrived, Ended, Why};
use crate::server::problem::{Answer, Refusal};
use crate::server::tables::audit::Line;
use crate::server::tables::factor::{self, NewFactor};
use crate::server::tables::offer::{self, NewOfApp, Sort};
use crate::server::tables::person;
use crate::server::tables::secret::{self, StoredSecret};
use crate::server::tables::standing;
use crate::server::visits::{self, Within};
use crate::totp;
use crate::wire::{
    AppOffer, AppPush, Because, FactorReceipt, Push, Removal, RemovalReceipt, problem_code,
};

/// Its routes.
pub(super) fn routes() -> Routes {
    Routes::new().routes(routes!(app)).routes(routes!(removal))
}

/// Makes the part of an offer by which an app is enrolled. Nobody has it before it is [`insert`]ed.
pub(super) async fn prepared(
    registry: &Registry,
    db: &mut Connection,
    person: &PersonId,
    terms: Terms,
    (issued_at, expires_at): (Timestamp, Timestamp),
) -> Answer<(AppOffer, NewOfApp)> {
    let ring = registry.keyring.ring();
    let seal_to = ring
        .current()
        .ok_or_else(|| Refusal::internal("the key ring is empty"))?;
    let offer = AppOffer {
        id: OfferId(uuid::Uuid::now_v7()),
        seal_to: seal_to.clone(),
        issuer: registry.config.rp.name.clone(),
        account: registry.config.rp.name.clone(),
        name: factors::free_name(db, person, false).await?,
    };
    let row = NewOfApp {
        id: offer.id,
        person: person.clone(),
        is_ticket: terms.sort == Sort::Ticket,
        sealing_key: seal_to.id.clone(),
        issued_at,
        expires_at,
        visit: terms.visit,
    };
    Ok((offer, row))
}

/// Issues them, in one statement.
pub(super) async fn insert(
    registry: &Registry,
    tx: &mut Write,
    desk: &AtDesk,
    rows: &[NewOfApp],
) -> Answer<()> {
    // Asked under the write lock, so that no key is dropped in between.
    let ring = registry.keyring.ring();
    if rows.iter().any(|row| !ring.holds(&row.sealing_key)) {
        return Err(Refusal::new(
            problem_code::BUSY,
            "the key ring has just changed; try again",
        )
        .retry_after(1));
    }
    let by = (&desk.station, &desk.operator.id);
    Ok(offer::insert_of_apps(tx, by, rows).await?)
}

/// Takes an app that was enrolled: opens its secret and checks the code that came with it.
#[utoipa::path(
    post, path = "/v1/apps", tag = "factors", request_body = Push<AppPush>,
    params(Labels), security(("station" = [])),
    responses((status = CREATED, body = FactorReceipt))
)]
pub async fn app(
    State(registry): Shared,
    AtStation(station): AtStation,
    sent: Sent<AppPush>,
) -> Answer<Response> {
    let route = ("app", sent.push.body.version);
    // Nobody waits for the lock while a seal is opened; of what was answered before it is no matter whether it still opens.
    let is_right = is_right(&registry, &sent.push.body);
    let mut entry = match begin(&registry, &station, route, &sent).await? {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let push = sent.push.body;
    check_form(&push)?;
    let claim = Claim {
        station: &station,
        offer: push.offer,
        person: &push.person,
        operator: &push.operator,
        finished_by: push.finished_by.as_ref(),
        at: push.enrolled_at,
    };
    let offered = claimed_app_offer(&registry, &mut entry.tx, &claim).await?;
    let visit = offered.visit;
    may_identify(&mut entry.tx, &push.operator, &push.identification).await?;
    let secret = proved_secret(&mut entry.tx, (&push, is_right), offered.issued_at).await?;
    let now = registry.now();
    let arrival = claim.arrival(&push.identification, visit);
    let methods = &registry.config.identification.methods;
    let arrived = arrival.arrived(&mut entry.tx, (methods, now)).await?;
    let waiting = arrived == Arrived::Waiting;
    secret::insert(&mut entry.tx, &secret).await?;
    let new = NewFactor {
        visit,
        waiting,
        id: push.factor,
        person: &push.person,
        secret: secret.id,
        serial: None,
        name: &push.name,
        offer: push.offer,
        station: &station,
        operator: push.done_by(),
        begun_by: push.finished_by.as_ref().map(|_| &push.operator),
        identification: &push.identification,
        enrolled_at: push.enrolled_at,
    };
    factor::insert(&mut entry.tx, &new, now).await?;
    offer::use_of_app(&mut entry.tx, push.offer, now).await?;
    if let Some(old) = &push.replaces
        && !waiting
    {
        replace(&mut entry.tx, (&station, &push), (visit, old), now).await?;
    }
    let factor = FactorRef::App {
        factor: push.factor,
    };
    arrival.done(&mut entry.tx, &factor, arrived, now).await?;
    let whose = (push.factor, &push.person);
    let reply = receipt(&mut entry.tx, whose, (now, waiting)).await?;
    let detail = told(&push);
    let line = Line {
        station: Some(station.as_str()),
        operator: Some(push.done_by().as_str()),
        action: "enrol-app",
        subject: push.person.as_str(),
        detail: &detail,
    };
    entry.finish(StatusCode::CREATED, &reply, line).await
}

fn check_form(push: &AppPush) -> Answer<()> {
    check_identification(&push.identification)?;
    if let Err(why) = OneLine::<NAME_CHARS_MAX>::check(&push.name) {
        return Err(Refusal::new(
            problem_code::MALFORMED,
            format!("name must have 1 to 100 characters: {why}"),
        ));
    }
    if push.settings == TotpSettings::APP {
        return Ok(());
    }
    Err(Refusal::new(
        problem_code::MALFORMED,
        "settings of an app must be SHA1, 6 digits and 30 seconds",
    ))
}

/// The secret as it is kept, if its code of the step that is named is right. The step lies between the offer and the end.
async fn proved_secret(
    tx: &mut Write,
    (push, is_right): (&AppPush, Answer<bool>),
    issued_at: Timestamp,
) -> Answer<StoredSecret> {
    let settings = push.settings;
    if secret::is_known(tx, push.factor).await? {
        return Err(Refusal::new(
            problem_code::FACTOR_EXISTS,
            format!("factor {} is there already", push.factor),
        ));
    }
    let ended = settings.step_at(push.enrolled_at);
    let first = settings.step_at(issued_at).saturating_sub(1);
    if !(first..=ended.saturating_add(1)).contains(&push.step) {
        return Err(Refusal::because(
            problem_code::CODE_WRONG,
            Because::CodeOutsideOffer {},
        ));
    }
    let drift = i128::from(push.step) - i128::from(ended);
    let secret = StoredSecret {
        id: push.factor,
        owner: push.person.as_str().to_owned(),
        settings,
        sealed: push.sealed.clone(),
        // What was finished later than its code says nothing of the phone's clock.
        drift_steps: i32::try_from(drift)
            .ok()
            .filter(|d| d.abs() <= 1)
            .unwrap_or(0),
        last_step: Some(push.step),
    };
    match is_right? {
        true => Ok(secret),
        false => Err(Refusal::because(
            problem_code::CODE_WRONG,
            Because::CodeNotOfSecret {},
        )),
    }
}

/// Whether the code that is pushed is the secret's, of the step that is pushed with it. Refused: what has not the form, or does not open.
fn is_right(registry: &Registry, push: &AppPush) -> Answer<bool> {
    check_form(push)?;
    let sealed_for = For {
        factor: push.factor,
        owner: push.person.as_str(),
    };
    let opened = registry.keyring.ring().open(&push.sealed, sealed_for);
    let opened = opened.map_err(|why| seal_broken(&why))?;
    Ok(totp::code_at(&opened, push.settings, push.step).as_str() == push.code.as_str())
}

/// Takes away what the new app replaces. What has gone meanwhile is gone, which is what was wanted.
async fn replace(
    tx: &mut Write,
    (station, push): (&StationId, &AppPush),
    (visit, old): (Option<VisitId>, &Replacement),
    now: Timestamp,
) -> Answer<()> {
    if !visits::is_proved(tx, visit).await? {
        return Err(unproved(&push.person));
    }
    if factor::with_secret(tx, &push.person, old.factor)
        .await?
        .is_none()
    {
        return Err(no_factor(old.factor, &push.person));
    }
    let at = push.enrolled_at.min(now);
    if !factor::remove(tx, &push.person, old.factor, at).await? {
        return Ok(());
    }
    let end = Ended {
        station,
        operator: push.done_by(),
        why: Why::Replaced,
        at,
        within: Within::Visit(visit),
    };
    let factor = FactorRef::App { factor: old.factor };
    lives::ended(tx, &end, &[(push.person.clone(), factor)], now).await
}

/// Only who proved a factor that they had before may give one up.
fn unproved(person: &PersonId) -> Refusal {
    let person = person.to_string();
    Refusal::because(
        problem_code::PROOF_MISSING,
        Because::NothingProved { person },
    )
}

/// No such factor that is active.
pub(super) fn no_factor(factor: FactorId, person: &PersonId) -> Refusal {
    let (person, factor) = (person.to_string(), factor.to_string());
    Refusal::because(
        problem_code::FACTOR_UNKNOWN,
        Because::NoApp { person, factor },
    )
}

/// The audit's words for an app that was enrolled.
fn told(push: &AppPush) -> String {
    let how = &push.identification;
    let mut detail = format!("app {} {:?}; identified by {how}", push.factor, push.name);
    if let Some(old) = &push.replaces {
        detail = format!("{detail}; replaces {}", old.factor);
    }
    if push.finished_by.is_some() {
        detail = format!("{detail}; begun by {}", push.operator);
    }
    detail
}

pub(super) async fn receipt(
    tx: &mut Write,
    (factor, person): (FactorId, &PersonId),
    (now, waiting): (Timestamp, bool),
) -> Answer<FactorReceipt> {
    Ok(FactorReceipt {
        factor,
        person: person_now(tx, person).await?,
        accepted_at: now,
        waiting,
    })
}

async fn person_now(tx: &mut Write, id: &PersonId) -> Answer<Person> {
    person::by_id(tx, id).await?.ok_or_else(|| no_person(id))
}

/// Takes it that a factor is no longer needed. A hardware token is in stock again.
#[utoipa::path(
    post, path = "/v1/removals", tag = "factors", request_body = Push<Removal>,
    params(Labels), security(("station" = [])),
    responses((status = CREATED, body = RemovalReceipt))
)]
pub async fn removal(
    State(registry): Shared,
    AtStation(station): AtStation,
    sent: Sent<Removal>,
) -> Answer<Response> {
    let route = ("removal", sent.push.body.version);
    let mut entry = match begin(&registry, &station, route, &sent).await? {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let stood_by = sent.stood_by(&mut entry.tx, &station).await?;
    let push = sent.push.body;
    check_identification(&push.identification)?;
    let by = Said {
        operator: &push.operator,
        at: push.removed_at,
        stood_by,
    };
    may_then(&registry, &mut entry.tx, &station, by, Action::RemoveApp).await?;
    may_identify(&mut entry.tx, &push.operator, &push.identification).await?;
    let now = registry.now();
    let person = person_now(&mut entry.tx, &push.person).await?;
    let factor = FactorRef::App {
        factor: push.factor,
    };
    let enrolled = standing::enrolled_at(&mut entry.tx, &push.person, &factor).await?;
    let enrolled = enrolled.ok_or_else(|| no_factor(push.factor, &push.person))?;
    let ended = ended_at(enrolled, (push.removed_at, stood_by))?;
    if !factor::remove(&mut entry.tx, &push.person, push.factor, ended.at).await? {
        return Err(no_factor(push.factor, &push.person));
    }
    let left = standing::valid(&mut entry.tx, &push.person).await?;
    may_take(left.len(), &person)?;
    let at_desk = (&station, &push.operator);
    let proved = match push.visit {
        Some(visit) => {
            let whose = (visit, &push.person);
            visits::proved_then(&mut entry.tx, whose, at_desk, (push.removed_at, now)).await?
        }
        None => false,
    };
    if !proved {
        return Err(unproved(&push.person));
    }
    let end = Ended {
        station: &station,
        operator: &push.operator,
        why: Why::Removed,
        at: ended.at,
        within: Within::Visit(push.visit),
    };
    let gone = [(push.person.clone(), factor)];
    lives::ended(&mut entry.tx, &end, &gone, now).await?;
    let reply = RemovalReceipt {
        person: person_now(&mut entry.tx, &push.person).await?,
        accepted_at: now,
    };
    let how = &push.identification;
    let detail = format!(
        "factor {}; identified by {how}{}",
        push.factor,
        ended.in_words()
    );
    let line = Line {
        station: Some(station.as_str()),
        operator: Some(push.operator.as_str()),
        action: "remove-factor",
        subject: push.person.as_str(),
        detail: &detail,
    };
    entry.finish(StatusCode::CREATED, &reply, line).await
}
