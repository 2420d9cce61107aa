//! Whether a visit lets a factor be taken that opens something: asked before it is done, and kept, so that the report of it is judged by
//! what held then, by this clock.

use jiff::{SignedDuration, Timestamp};

use super::kept::{at_desk, kept};
use super::proof::needed;
use super::{FactorName, IDLE, holds, touched};
use crate::domain::authority::{Action, TakenBy, may_clear, may_take_by, row};
use crate::domain::{Bytes, OperatorId, Person, StationId, VisitId};
use crate::server::auth::AtDesk;
use crate::server::database::{Write, ms};
use crate::server::exceptions;
use crate::server::problem::{Answer, Refusal};
use crate::server::tables::leave as leaves;
use crate::server::tables::operator;
use crate::server::tables::standing::{self, Valid};
use crate::wire::{Because, problem_code};

/// So long after it was told that something may be taken, the report that it was is taken for that: the line may have been down over a
/// weekend. When it was done is only what a station says.
const HELD_BACK: SignedDuration = SignedDuration::from_hours(3 * 24);

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
                let by = (&desk.station, &desk.operator.id);
                leaves::give(tx, (credential, visit), by, now).await?;
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
        return Err(missing(taken_from(person)));
    };
    let visit = touched(tx, kept, person, now).await?;
    exceptions::refuse_in_visit(tx, visit.id, (person, &[&operator.id]), now).await?;
    let Some(by) = TakenBy::of(visit.authority, valid.visit == Some(visit.id)) else {
        let why = needed(&visit, person);
        return Err(missing(Because::Both {
            first: Box::new(why),
            then: Box::new(taken_from(person)),
        }));
    };
    may_take_by(operator.role, person.kind, by)?;
    Ok(visit.id)
}

/// What it takes to take from somebody what opens their account, and who serves them where they cannot prove anything.
fn taken_from(person: &Person) -> Because {
    let name = person.name.clone();
    match row(Action::ReplaceLost, Some(person.kind)) {
        Some(may) => Because::Taken {
            person: name,
            may: may.into(),
        },
        None => Because::NobodyReplaces { person: name },
    }
}

fn missing(why: Because) -> Refusal {
    Refusal::because(problem_code::AUTHORITY_NEEDED, why)
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
    /// It was told that this visit lets it.
    Let(VisitId),
    /// It was told nothing of the kind.
    Unlet,
}

/// By what it was taken, as the station was told when it asked: whether that visit is over by now is nothing to it, nor who finished what
/// it let begin. Whose access had ended by then takes it by what they were told themself before that, and by nothing else.
pub async fn taken_then(
    tx: &mut Write,
    (credential, person): (&Bytes, &Person),
    told: &Told<'_>,
    now: Timestamp,
) -> Answer<Fits> {
    let Some(valid) = opens(tx, (credential, person)).await? else {
        return Ok(Fits::Nothing);
    };
    let given = leaves::given(tx, (credential, told.station), now - HELD_BACK).await?;
    let done_by = told.finished_by.unwrap_or(told.operator);
    let ended_at = ended_by(tx, done_by, told.at).await?;
    let hands = [Some(told.operator), told.finished_by];
    let theirs = given.into_iter().find(|given| match ended_at {
        Some(ended_at) => given.operator == *done_by && given.at <= ended_at,
        None => hands.contains(&Some(&given.operator)) || told.visits.contains(&given.visit),
    });
    let visit = match (theirs, ended_at) {
        (Some(given), _) => Some(given.visit),
        (None, Some(_)) => None,
        (None, None) => brought_by(tx, &valid, told, now).await?,
    };
    Ok(visit.map_or(Fits::Unlet, Fits::Let))
}

/// When that operator's access ended, if it had by then.
async fn ended_by(
    tx: &mut Write,
    operator: &OperatorId,
    at: Timestamp,
) -> Answer<Option<Timestamp>> {
    let account = operator::account(tx, operator).await?;
    let revoked_at = account.and_then(|account| account.revoked_at);
    Ok(revoked_at.filter(|since| ms(at) >= ms(*since)))
}

/// The visit that a factor came in just now and that goes on at that desk: when the station asked, the factor was on its way, and there was
/// nothing to be let.
async fn brought_by(
    tx: &mut Write,
    valid: &Valid,
    told: &Told<'_>,
    now: Timestamp,
) -> Answer<Option<VisitId>> {
    let Some(id) = valid.visit else {
        return Ok(None);
    };
    let Some(kept) = kept(tx, id).await? else {
        return Ok(None);
    };
    let hand = Some(&kept.visit.operator);
    let is_theirs = hand == Some(told.operator) || hand == told.finished_by;
    let goes_on = kept.ended_at.is_none() && !kept.overtaken;
    let is_new = valid.accepted_at + IDLE >= now;
    let came = kept.station == *told.station && is_theirs && goes_on && is_new;
    Ok((came && TakenBy::of(kept.visit.authority, true).is_some()).then_some(id))
}
