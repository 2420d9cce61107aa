//! Visits as the registry keeps them: who came, what they had when it began, and so what may be added.
//!
//! It is the one place that decides whether a factor becomes valid. Invariants: a visit's authority rests on
//! factors that were there when it began; once something of the person's factors changed outside a visit, nothing comes of it
//! any more but what waits for its owner; nobody who works at a desk serves themself or their own organisation.

use jiff::{SignedDuration, Timestamp};

mod fate;
mod kept;
mod proof;
mod taken;

pub use super::tables::FactorName;
use super::tables::visit::{self, NewVisit};
use super::tables::{audit, leave as leaves, operator, person, standing};
pub use fate::{Bringer, Fate, fate, is_proved, may_take, passed, proved_then};
pub use proof::{Tested, answering, may_vouch, testable};
pub use taken::{Fits, Told, leave, taken_then};

use super::auth::AtDesk;
use super::database::{Connection, Write};
use super::exceptions;
use super::identifications::{self, Look};
use super::loans;
use super::problem::{Answer, Refusal};
use crate::domain::authority::{Action, Condition, row};
use crate::domain::identification::{Case, Methods};
use crate::domain::visit::{Authority, Had, Takes};
use crate::domain::{Identification, OperatorId, Person, PersonId, StationId, VisitId};
use crate::wire::{Because, ServedBy, Until, Visit, problem_code};
use kept::{Kept, at_desk, kept};
pub(super) use proof::{administrators, made_by_others, provers, refuse_nobody, refuse_nobody_in};
use proof::{answered_by, needed, takes};

/// A visit ends so long after the last act in it.
pub const IDLE: SignedDuration = SignedDuration::from_mins(30);

/// Nobody stands at a desk for longer, whatever is done in their visit.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(4);

/// With so many people one human may end others' visits within an hour before somebody is told: as many as they may suspend in a day.
const TAKEN_AT_MOST: i64 = 5;
const TAKEN_WITHIN: SignedDuration = SignedDuration::from_hours(1);

/// When a visit that was opened then ends by itself, after an act at that time.
fn ends_at(opened_at: Timestamp, last_act_at: Timestamp) -> Timestamp {
    (last_act_at + IDLE).min(opened_at + LONGEST)
}

/// What was proved with a factor within so long before it was suspended is not on its way any more only if it waits.
const VOIDED: SignedDuration = SignedDuration::from_hours(24);

/// In what a person's factors change.
#[derive(Debug, Clone, Copy)]
pub enum Within<'a> {
    /// A visit; none for what was made ahead.
    Visit(Option<VisitId>),
    /// Whatever visit that operator has open at that station.
    Desk(&'a StationId, &'a OperatorId),
    /// The one of these that is the person's, whether it is over by then or not; else as at the desk.
    Named(&'a [VisitId], &'a StationId, &'a OperatorId),
}

/// Opens a visit, or goes on in the one that this operator has open with them here.
pub async fn open(
    tx: &mut Write,
    desk: &AtDesk,
    person: &Person,
    (identification, methods): (&Identification, &Methods),
    now: Timestamp,
) -> Answer<Visit> {
    holds(tx, Action::Receive, &desk.operator.id, person).await?;
    if let Some(kept) = at_desk(tx, (&desk.station, &desk.operator.id), &person.id, now).await?
        && kept.visit.identification == *identification
    {
        return touched(tx, kept, person, now).await;
    }
    let by = (&desk.station, &desk.operator.id);
    take_over(tx, by, &person.id, now).await?;
    let (id, _) = begin(tx, by, &person.id, None, now).await?;
    let look = Look {
        person: &person.id,
        how: identification,
        operator: &desk.operator.id,
        station: &desk.station,
    };
    let case = Case::Visit(id);
    if let Some(misfit) = identifications::misfit(tx, case, (look, methods), now).await? {
        return Err(misfit.refusal());
    }
    let kept = kept(tx, id).await?.ok_or_else(|| over(id))?;
    let visit = touched(tx, kept, person, now).await?;
    lent(tx, visit, person, now).await
}

/// Factors may be added in a visit also by what is left of a reset that was carried out while the person was not there.
async fn lent(tx: &mut Write, visit: Visit, person: &Person, now: Timestamp) -> Answer<Visit> {
    if visit.takes != Takes::Release || visit.authority.is_some() {
        return Ok(visit);
    }
    match exceptions::usable(tx, person, &visit.operator, now).await? {
        Some(exception) => {
            visit::set_reset(tx, visit.id, exception.reset).await?;
            let kept = kept(tx, visit.id).await?.ok_or_else(|| over(visit.id))?;
            touched(tx, kept, person, now).await
        }
        None => Ok(visit),
    }
}

/// Ends what visits the person has. Whoever does that to many of them hinders the others' work: it refuses nothing, and is seen.
async fn take_over(
    tx: &mut Write,
    (station, operator): (&StationId, &OperatorId),
    person: &PersonId,
    now: Timestamp,
) -> Answer<()> {
    let open = (now - IDLE, now - LONGEST);
    if !visit::end_with(tx, (person, operator), open, now).await? {
        return Ok(());
    }
    let people = visit::taken_from(tx, operator, now - TAKEN_WITHIN).await?;
    if people > TAKEN_AT_MOST {
        let detail = format!(
            "operator {operator} ended other operators' visits with {people} people within an hour, by receiving them; the newest: {person}"
        );
        audit::alarm(tx, station, problem_code::MANY_VISITS_TAKEN, &detail, now).await?;
    }
    Ok(())
}

/// Opens the visit that a ticket for that day carries, its end not included.
pub async fn open_ahead(
    tx: &mut Write,
    desk: &AtDesk,
    person: &Person,
    day: (Timestamp, Timestamp),
    now: Timestamp,
) -> Answer<(VisitId, Had, Takes)> {
    let whose = (&desk.station, &person.id);
    // A second ticket for the same person and day carries the same visit, so that what comes of one does not overtake the other.
    if let Some(earlier) = visit::of_ticket(tx, whose, day).await? {
        return Ok((earlier.id, earlier.had, earlier.had.takes(person.kind)));
    }
    let by = (&desk.station, &desk.operator.id);
    let (id, had) = begin(tx, by, &person.id, Some(day), now).await?;
    Ok((id, had, had.takes(person.kind)))
}

/// `day`: of a ticket's.
async fn begin(
    tx: &mut Write,
    (station, operator): (&StationId, &OperatorId),
    person: &PersonId,
    day: Option<(Timestamp, Timestamp)>,
    now: Timestamp,
) -> Answer<(VisitId, Had)> {
    let had = standing::had(tx, person).await?;
    let new = NewVisit {
        id: VisitId(uuid::Uuid::now_v7()),
        person,
        station,
        operator,
        had,
        authority: (had == Had::Never).then_some(Authority::First),
        day,
    };
    visit::insert(tx, &new, now).await?;
    Ok((new.id, had))
}

/// What opens something for a person now.
pub async fn valid(tx: &mut Connection, person: &PersonId) -> Answer<Vec<FactorName>> {
    let valid = standing::valid(tx, person).await?;
    Ok(valid.into_iter().map(|factor| factor.id).collect())
}

/// The visit that this operator has open with somebody at this station.
pub async fn of_desk(
    tx: &mut Connection,
    desk: &AtDesk,
    person: &Person,
    now: Timestamp,
) -> Answer<Option<Visit>> {
    let kept = at_desk(tx, (&desk.station, &desk.operator.id), &person.id, now).await?;
    match kept {
        Some(mut kept) => {
            complete(tx, &mut kept.visit, person).await?;
            Ok(Some(kept.visit))
        }
        None => Ok(None),
    }
}

/// The visit, after something was done in it.
async fn touched(tx: &mut Write, mut kept: Kept, person: &Person, now: Timestamp) -> Answer<Visit> {
    visit::touch(tx, kept.visit.id, now).await?;
    kept.visit.expires_at = ends_at(kept.visit.opened_at, now);
    complete(tx, &mut kept.visit, person).await?;
    Ok(kept.visit)
}

/// What a visit takes now: a factor of the person's that was there when it began, as long as one of those is valid; and how they were
/// identified for it.
async fn complete(tx: &mut Connection, visit: &mut Visit, person: &Person) -> Answer<()> {
    took(tx, visit, person).await?;
    let taken = identifications::of(tx, Case::Visit(visit.id)).await?;
    (visit.identified, visit.identified_before) = taken;
    visit.loan = loans::of_visit(tx, visit.id).await?;
    if visit.takes == Takes::Administrator && visit.authority.is_none() {
        visit.administrators = administrators(tx, visit, person).await?;
    }
    Ok(())
}

/// What it takes now to add factors in a visit.
pub(super) async fn took(tx: &mut Connection, visit: &mut Visit, person: &Person) -> Answer<()> {
    visit.takes = takes(tx, visit, person).await?;
    Ok(())
}

/// Whether what an act takes besides the operator's role holds.
pub async fn holds(
    tx: &mut Connection,
    act: Action,
    operator: &OperatorId,
    person: &Person,
) -> Answer<()> {
    let row = row(act, Some(person.kind));
    for condition in row.into_iter().flat_map(|row| row.conditions) {
        match condition {
            Condition::NotOnesOwn => refuse_own(tx, operator, person).await?,
        }
    }
    Ok(())
}

/// Nobody serves themself, nor their own organisation, whichever of their accounts says who they are.
async fn refuse_own(tx: &mut Connection, me: &OperatorId, person: &Person) -> Answer<()> {
    let organisation = person.organisation.as_ref();
    let theirs = (&person.id, organisation.map(|theirs| &theirs.id));
    let Some((own, employer)) = operator::own(tx, me, theirs).await? else {
        return Ok(());
    };
    let shared = organisation.filter(|theirs| Some(&theirs.id) == employer.as_ref());
    let whom = match shared {
        _ if own == person.id => Because::OneselfServed {},
        Some(organisation) => Because::OwnOrganisation {
            organisation: organisation.name.clone(),
        },
        None => return Ok(()),
    };
    Err(Refusal::because(problem_code::NOT_ALLOWED, whom))
}

fn over(id: VisitId) -> Refusal {
    let visit = id.to_string();
    Refusal::because(problem_code::VISIT_OVER, Because::VisitGone { visit })
}

/// The open visit of that name, if it is this desk's.
async fn of(
    tx: &mut Write,
    (station, operator): (&StationId, &OperatorId),
    id: VisitId,
    now: Timestamp,
) -> Answer<Kept> {
    let Some(kept) = kept(tx, id).await? else {
        return Err(over(id));
    };
    let theirs = kept.station == *station && kept.visit.operator == *operator && !kept.is_ticket;
    let open = kept.ended_at.is_none() && !kept.overtaken && kept.visit.expires_at > now;
    match (theirs, open) {
        (true, true) => Ok(kept),
        (true, false) => Err(elsewhere(tx, &kept, now).await?.unwrap_or_else(|| over(id))),
        (false, _) => Err(over(id)),
    }
}

/// Where the person is served instead, if they are: whoever served them first is told, instead of left to wonder.
async fn elsewhere(tx: &mut Write, kept: &Kept, now: Timestamp) -> Answer<Option<Refusal>> {
    let here = (&kept.station, &kept.visit.operator);
    let since = served_by(tx, here, &kept.visit.person, now).await?;
    Ok(since.map(
        |ServedBy {
             operator, station, ..
         }| {
            Refusal::because(
                problem_code::VISIT_OVER,
                Because::ServedElsewhere { operator, station },
            )
        },
    ))
}

/// Who else has a visit open with somebody: another operator, or the same one at another station.
pub async fn served_by(
    tx: &mut Connection,
    here: (&StationId, &OperatorId),
    person: &PersonId,
    now: Timestamp,
) -> Answer<Option<ServedBy>> {
    let since = (now - IDLE, now - LONGEST);
    Ok(visit::served_by(tx, here, person, since).await?)
}

/// A visit of this desk with this person, in which factors may be added; when it ends.
pub async fn authorised(
    tx: &mut Write,
    desk: &AtDesk,
    (id, person): (VisitId, &Person),
    now: Timestamp,
) -> Answer<Visit> {
    let kept = of(tx, (&desk.station, &desk.operator.id), id, now).await?;
    if kept.visit.person != person.id {
        return Err(over(id));
    }
    let visit = touched(tx, kept, person, now).await?;
    if let Some(reset) = visit::reset(tx, id).await?
        && reset.until <= now
    {
        let why = Because::ReleaseOver {
            until: Until(reset.until),
            needed: Box::new(needed(&visit, person)),
        };
        return Err(Refusal::because(problem_code::AUTHORITY_NEEDED, why));
    }
    exceptions::refuse_in_visit(tx, id, (person, &[&desk.operator.id]), now).await?;
    if visit.authority.is_some() {
        return Ok(visit);
    }
    let needed = Refusal::because(problem_code::AUTHORITY_NEEDED, needed(&visit, person));
    let why_not = exceptions::why_not(tx, person, &desk.operator.id, now).await?;
    Err(why_not.unwrap_or(needed))
}

/// Something of a person's factors changed: whatever other visit they have, or a ticket of theirs carries, is asked anew.
pub async fn changed(
    tx: &mut Write,
    person: &PersonId,
    within: Within<'_>,
    now: Timestamp,
) -> Answer<()> {
    let within = match within {
        Within::Visit(id) => id,
        Within::Desk(station, operator) => open_at(tx, (station, operator), person, now).await?,
        Within::Named(all, station, operator) => match theirs(tx, all, person).await? {
            Some(id) => Some(id),
            None => open_at(tx, (station, operator), person, now).await?,
        },
    };
    visit::overtake(tx, person, within, now).await?;
    if let Some(id) = within {
        visit::prolong(tx, id, (now, now - IDLE)).await?;
    }
    Ok(())
}

async fn open_at(
    tx: &mut Write,
    desk: (&StationId, &OperatorId),
    person: &PersonId,
    now: Timestamp,
) -> Answer<Option<VisitId>> {
    let kept = at_desk(tx, desk, person, now).await?;
    Ok(kept.map(|kept| kept.visit.id))
}

/// The one of these visits that is this person's.
async fn theirs(tx: &mut Write, all: &[VisitId], person: &PersonId) -> Answer<Option<VisitId>> {
    for id in all {
        let kept = kept(tx, *id).await?;
        if kept.is_some_and(|kept| kept.visit.person == *person) {
            return Ok(Some(*id));
        }
    }
    Ok(None)
}

/// A factor is suspended: what it proved is not proved any more, whoever's visit it is, and lets nothing be taken.
pub async fn void(tx: &mut Write, by: &FactorName, now: Timestamp) -> Answer<()> {
    leaves::void(tx, by).await?;
    Ok(visit::void(tx, by, (now, now - VOIDED)).await?)
}

/// Ends a visit of this desk.
pub async fn close(tx: &mut Write, desk: &AtDesk, id: VisitId, now: Timestamp) -> Answer<Visit> {
    let kept = of(tx, (&desk.station, &desk.operator.id), id, now).await?;
    visit::end(tx, id, now).await?;
    Ok(kept.visit)
}

/// Whoever released a reset has no part in the visit that it lets factors be added in.
async fn refuse_releaser(tx: &mut Write, id: VisitId, to: &OperatorId) -> Answer<()> {
    if let Some(reset) = visit::released(tx, id).await?
        && let Some(releaser) = &reset.released_by
        && !operator::are_two_humans(tx, releaser, to).await?
    {
        return Err(Refusal::because(
            problem_code::NOT_ALLOWED,
            Because::ReleaserGoesOn {},
        ));
    }
    Ok(())
}

/// Nor has whoever made the factor of the administrator on whose word it lets factors be added: they count among its operators by now.
async fn refuse_maker(tx: &mut Write, id: VisitId) -> Answer<()> {
    if let Some((administrator, with)) = answered_by(tx, id).await?
        && !may_vouch(tx, id, (&administrator, &with)).await?
    {
        return Err(Refusal::because(
            problem_code::NOT_ALLOWED,
            Because::MakerGoesOn {},
        ));
    }
    Ok(())
}

/// Another operator goes on with a visit of this desk, at the station where they are signed in.
pub async fn pass(
    tx: &mut Write,
    desk: &AtDesk,
    id: VisitId,
    to: (&OperatorId, &StationId),
    person: &Person,
    now: Timestamp,
) -> Answer<Visit> {
    of(tx, (&desk.station, &desk.operator.id), id, now).await?;
    holds(tx, Action::Receive, to.0, person).await?;
    refuse_releaser(tx, id, to.0).await?;
    loans::refuse_second(tx, id, to.0).await?;
    visit::pass(tx, id, (to.1, to.0)).await?;
    refuse_maker(tx, id).await?;
    let kept = kept(tx, id).await?.ok_or_else(|| over(id))?;
    touched(tx, kept, person, now).await
}

/// The open visit of this desk, after something was done in it, and who came.
pub async fn going(
    tx: &mut Write,
    desk: &AtDesk,
    id: VisitId,
    now: Timestamp,
) -> Answer<(Visit, Person)> {
    let kept = of(tx, (&desk.station, &desk.operator.id), id, now).await?;
    let person = person::by_id(tx, &kept.visit.person)
        .await?
        .ok_or_else(|| over(id))?;
    let visit = touched(tx, kept, &person, now).await?;
    Ok((visit, person))
}
