//! Whether a visit lets a factor be taken that opens something: asked before it is done, and once more when it is reported.

use jiff::Timestamp;

use super::fate::LINE_DOWN;
use super::kept::{at_desk, kept};
use super::proof::needed;
use super::{FactorName, holds, touched};
use crate::domain::authority::{Action, TakenBy, may_clear, may_take_by};
use crate::domain::{Bytes, OperatorId, Person, StationId, VisitId};
use crate::server::auth::AtDesk;
use crate::server::database::{Write, ms};
use crate::server::exceptions;
use crate::server::problem::{Answer, Refusal};
use crate::server::tables::standing::{self, Valid};
use crate::text::english;
use crate::wire::problem_code;

/// The visits by which these credentials may be taken from these people now, at this desk; refused, with what is missing and who may.
/// What opens nothing takes no visit.
pub async fn leave(
    tx: &mut Write,
    desk: &AtDesk,
    all: &[(Bytes, Person)],
    now: Timestamp,
) -> Answer<Vec<VisitId>> {
    let mut visits = Vec::new();
    for (credential, person) in all {
        match opens(tx, (credential, person)).await? {
            Some(valid) => {
                let visit = by_visit(tx, desk, (&valid, person), now).await?;
                if !visits.contains(&visit) {
                    visits.push(visit);
                }
            }
            None => may_clear(desk.operator.role, person.kind)?,
        }
    }
    Ok(visits)
}

/// The factor, if it opens something.
async fn opens(tx: &mut Write, (credential, person): (&Bytes, &Person)) -> Answer<Option<Valid>> {
    let name = FactorName::of_key(credential);
    let valid = standing::valid(tx, &person.id).await?;
    Ok(valid.into_iter().find(|factor| factor.id == name))
}

async fn by_visit(
    tx: &mut Write,
    desk: &AtDesk,
    (valid, person): (&Valid, &Person),
    now: Timestamp,
) -> Answer<VisitId> {
    let operator = &desk.operator;
    holds(tx, Action::Receive, &operator.id, person).await?;
    let Some(kept) = at_desk(tx, (&desk.station, &operator.id), &person.id, now).await? else {
        return Err(missing(&english().taken_from(&person.name, person.kind)));
    };
    let visit = touched(tx, kept, person, now).await?;
    exceptions::refuse_in_visit(tx, visit.id, (person, &[&operator.id]), now).await?;
    let Some(by) = TakenBy::of(visit.authority, valid.visit == Some(visit.id)) else {
        let why = needed(&visit, person);
        return Err(missing(&format!(
            "{why}. {}",
            english().taken_from(&person.name, person.kind)
        )));
    };
    may_take_by(operator.role, person.kind, by)?;
    Ok(visit.id)
}

fn missing(why: &str) -> Refusal {
    Refusal::new(problem_code::AUTHORITY_NEEDED, why)
}

/// What a station says of the taking that it reports.
pub struct Told<'a> {
    pub station: &'a StationId,
    /// Who began it.
    pub operator: &'a OperatorId,
    pub finished_by: Option<&'a OperatorId>,
    /// By which visits, as the registry named them when it was asked.
    pub visits: &'a [VisitId],
    /// When it was ended.
    pub at: Timestamp,
}

/// How a taking that is reported fits what the registry knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fits {
    /// It opened nothing by then.
    Nothing,
    By(TakenBy),
    /// The visit that is named was this desk's, and lets it no more.
    NoMore,
    /// No visit is named that was this desk's.
    Unnamed,
}

/// By what it was taken, as the visits stand now that are named for it.
pub async fn taken_then(
    tx: &mut Write,
    (credential, person): (&Bytes, &Person),
    told: &Told<'_>,
    now: Timestamp,
) -> Answer<Fits> {
    let Some(valid) = opens(tx, (credential, person)).await? else {
        return Ok(Fits::Nothing);
    };
    let mut fits = Fits::Unnamed;
    for id in told.visits {
        let Some(kept) = kept(tx, *id).await? else {
            continue;
        };
        let visit = &kept.visit;
        let hand = Some(&visit.operator);
        let is_theirs = hand == Some(told.operator) || hand == told.finished_by;
        if visit.person != person.id || kept.station != *told.station || !is_theirs {
            continue;
        }
        fits = Fits::NoMore;
        let before_end = kept.ended_at.is_none_or(|ended| ms(told.at) <= ms(ended));
        let within = ms(told.at) <= ms(visit.expires_at) && before_end;
        let in_time = ms(now) <= ms(visit.expires_at + LINE_DOWN);
        if within
            && in_time
            && !kept.overtaken
            && let Some(by) = TakenBy::of(visit.authority, valid.visit == Some(*id))
        {
            return Ok(Fits::By(by));
        }
    }
    Ok(fits)
}
