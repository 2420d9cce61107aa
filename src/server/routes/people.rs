//! Whom a key is for.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use utoipa_axum::routes;

use super::desk::no_person;
use super::{Body, Named, Params, Routes, Shared, desk};
use crate::domain::visit::Held;
use crate::domain::{Person, PersonId};
use crate::server::account_resets::{at_desk, by_administrator};
use crate::server::auth::AtDesk;
use crate::server::database::Connection;
use crate::server::exceptions;
use crate::server::problem::{Answer, Refusal};
use crate::server::tables::credential;
use crate::server::tables::exception;
use crate::server::tables::person;
use crate::server::tables::{factor, search};
use crate::server::visits;
use crate::wire::{
    ExpectedPeople, LOOKUP_MAX, NoReset, People, PeopleLookup, PersonDetail, problem_code,
};

/// Its routes.
pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(find, look_up))
        .routes(routes!(expected))
        .routes(routes!(detail))
}

/// Most people in one answer.
const MAX_FOUND: u32 = 100;

/// Whom a search is about, as the audit has it: never the words.
const PEOPLE: &str = "people";

/// What is looked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Search {
    /// Words of a name, an e-mail address, an employee number or a Chamber of Commerce number; the beginnings of them do.
    q: String,
    /// Most people to return: 1 to 100.
    #[serde(default = "default_limit")]
    limit: u32,
}

fn default_limit() -> u32 {
    20
}

/// A day of appointments.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Day {
    /// A civil date, e.g. `2026-11-22`.
    day: Date,
}

/// Finds people.
#[utoipa::path(
    get, path = "/v1/people", tag = "people",
    params(Search),
    security(("station" = [], "session" = [])),
    responses((status = OK, body = People))
)]
pub async fn find(
    State(registry): Shared,
    desk: AtDesk,
    Params(search): Params<Search>,
) -> Answer<Json<People>> {
    if search.q.len() > 200 || !(1..=MAX_FOUND).contains(&search.limit) {
        return Err(Refusal::new(
            problem_code::MALFORMED,
            "q may have 200 bytes, and limit must be 1 to 100",
        ));
    }
    let limit = search.limit;
    let _turn = registry.searches.take(desk.operator.id.as_str()).await?;
    let mut people = search::find(&mut *registry.db.read().await?, &search.q, limit + 1).await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = people.len() > limit;
    people.truncate(limit);
    desk::looked(&registry, &desk, "search", PEOPLE);
    Ok(Json(People { people, more }))
}

/// Which of these people are there. Nothing is changed, and it may be asked again.
#[utoipa::path(
    post, path = "/v1/people", tag = "people",
    request_body = PeopleLookup,
    security(("station" = [], "session" = [])),
    responses((status = OK, description = "Those who are there, in the order of the question", body = People))
)]
pub async fn look_up(
    State(registry): Shared,
    desk: AtDesk,
    Body(lookup): Body<PeopleLookup>,
) -> Answer<Json<People>> {
    if lookup.people.len() > LOOKUP_MAX {
        return Err(Refusal::new(
            problem_code::TOO_LARGE,
            format!("at most {LOOKUP_MAX} people are looked up at once"),
        ));
    }
    let mut read = registry.db.snapshot().await?;
    let mut found = Vec::new();
    for id in &lookup.people {
        found.extend(person::by_id(&mut read, id).await?);
        desk::looked(&registry, &desk, "look-up", PEOPLE);
    }
    Ok(Json(People {
        people: found,
        more: false,
    }))
}

/// Who has an appointment on a day, in order of time.
#[utoipa::path(
    get, path = "/v1/people/expected", tag = "people",
    params(Day),
    security(("station" = [], "session" = [])),
    responses((status = OK, body = ExpectedPeople))
)]
pub async fn expected(
    State(registry): Shared,
    desk: AtDesk,
    Params(Day { day }): Params<Day>,
) -> Answer<Json<ExpectedPeople>> {
    let bounds = bounds(day, &registry.zone)?;
    desk::looked(&registry, &desk, "expected", PEOPLE);
    Ok(Json(ExpectedPeople {
        expected: person::expected(&mut *registry.db.read().await?, bounds).await?,
    }))
}

/// One person with their keys, apps and tokens.
#[utoipa::path(
    get, path = "/v1/people/{id}", tag = "people",
    params(("id" = String, Path, description = "The person's identifier")),
    security(("station" = [], "session" = [])),
    responses((status = OK, body = PersonDetail))
)]
pub async fn detail(
    State(registry): Shared,
    desk: AtDesk,
    Named(id): Named<PersonId>,
) -> Answer<Json<PersonDetail>> {
    let mut read = registry.db.snapshot().await?;
    let person = person::by_id(&mut read, &id)
        .await?
        .ok_or_else(|| no_person(&id))?;
    desk::looked(&registry, &desk, "person-view", person.id.as_str());
    let now = registry.now();
    Ok(Json(detail_of(&mut read, (&desk, person), now).await?))
}

/// All that the registry holds of a person, and the visit that is open with them at this desk.
pub(super) async fn detail_of(
    read: &mut Connection,
    (desk, person): (&AtDesk, Person),
    now: Timestamp,
) -> Answer<PersonDetail> {
    let mut credentials = credential::all(read, &person.id).await?;
    let mut factors = factor::all(read, &person.id).await?;
    let run_out = |held: &Held| held.suspended.and_then(|since| since.run_out(now));
    for credential in &mut credentials {
        credential.held = credential.held.at(now);
        credential.gone_at = credential.gone_at.or(run_out(&credential.held));
    }
    for factor in &mut factors {
        factor.removed_at = factor.removed_at.or(run_out(&factor.held));
    }
    let visit = visits::of_desk(read, desk, &person, now).await?;
    let here = (&desk.station, &desk.operator.id);
    let served_by = visits::served_by(read, here, &person.id, now).await?;
    let is_here = visit.is_some();
    let reset = at_desk::of_person(read, desk, (&person.id, is_here), now).await?;
    let role = desk.operator.role;
    let resets_of_others = at_desk::of_others(read, role, (&person, is_here), now).await?;
    let exception = match exception::pending_of(read, &person.id).await? {
        Some(exception) => Some(Box::new(exceptions::shown(read, exception, now).await?)),
        None => None,
    };
    let is_open = reset.as_ref().is_some_and(|reset| reset.state.is_open());
    let no_reset = match person.lost.all && !is_open {
        true => by_administrator::hindered(read, &person, now).await?,
        false => None,
    };
    Ok(PersonDetail {
        exception,
        person,
        credentials,
        factors,
        visit,
        served_by,
        reset: reset.map(Box::new),
        resets_of_others,
        no_reset: no_reset.map(|why| NoReset {
            code: why.code().to_owned(),
            said: why.said(),
        }),
    })
}

/// The start of a day and of the next in a time zone.
pub(super) fn bounds(day: Date, zone: &TimeZone) -> Answer<(Timestamp, Timestamp)> {
    let start = |day: Date| {
        let start = day.to_zoned(zone.clone()).ok()?;
        Some(start.timestamp())
    };
    let next = day.tomorrow().ok();
    let bounds = start(day).zip(next.and_then(start));
    bounds.ok_or_else(|| Refusal::new(problem_code::MALFORMED, "day is beyond the calendar"))
}
