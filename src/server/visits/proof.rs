//! By whose factors a visit may be proved: the person's own that were there when it began, or an administrator's who is at the desk
//! and whose factor the operator can't have made for the purpose.

use jiff::{SignedDuration, Timestamp};

use super::kept::kept;
use super::{FactorName, of, over, touched};
use crate::domain::authority::{Action, row};
use crate::domain::suspension::FactorSort;
use crate::domain::visit::{Authority, Had, Takes};
use crate::domain::{Person, PersonId, VisitId};
use crate::server::auth::AtDesk;
use crate::server::database::{Connection, Write};
use crate::server::problem::{Answer, Refusal};
use crate::server::tables::person;
use crate::server::tables::standing::{self, Valid};
use crate::server::tables::{factor, operator, visit};
use crate::text::english;
use crate::wire::{Visit, problem_code};

/// A factor that the operator of a visit enrolled themself vouches for others in it only when it has been there so long.
const OWN_WORK_RESTS: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Most administrators that are named.
const MAX_ADMINISTRATORS: usize = 20;

pub(super) async fn takes(tx: &mut Connection, visit: &Visit, person: &Person) -> Answer<Takes> {
    let provable = !there_before(tx, visit, &person.id).await?.is_empty();
    Ok(match (visit.had, provable) {
        (Had::Never, _) => Had::Never.takes(person.kind),
        (_, true) => Had::Valid.takes(person.kind),
        (_, false) => Had::Lost.takes(person.kind),
    })
}

/// Who could prove a factor for this person: administrators of the same organisation, never the person.
pub(in crate::server) async fn administrators(
    tx: &mut Connection,
    visit: &Visit,
    person: &Person,
    now: Timestamp,
) -> Answer<Vec<Person>> {
    let Some(organisation) = &person.organisation else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for id in person::administrators(tx, &organisation.id, &person.id).await? {
        if found.len() >= MAX_ADMINISTRATORS {
            break;
        }
        if !provers(tx, visit, &id, now).await?.is_empty()
            && let Some(administrator) = person::by_id(tx, &id).await?
        {
            found.push(administrator);
        }
    }
    Ok(found)
}

/// Whether an administrator may answer for the person of that visit by that factor: it was there before, and whoever served them did
/// not make it.
pub async fn may_vouch(
    tx: &mut Connection,
    id: VisitId,
    (administrator, with): (&PersonId, &FactorName),
    now: Timestamp,
) -> Answer<bool> {
    let kept = kept(tx, id).await?.ok_or_else(|| over(id))?;
    Ok(provers(tx, &kept.visit, administrator, now)
        .await?
        .contains(with))
}

/// By which factors somebody may answer for others in a visit of their own: what was there before it, and what whoever serves them did not
/// make, or made long ago.
pub async fn answering(
    tx: &mut Connection,
    id: VisitId,
    now: Timestamp,
) -> Answer<Vec<(FactorSort, FactorName)>> {
    let visit = kept(tx, id).await?.ok_or_else(|| over(id))?.visit;
    let mut found = Vec::new();
    for factor in there_before(tx, &visit, &visit.person).await? {
        let by = (&visit.person, &factor.id);
        if rests(&factor, now) || another_made(tx, visit.id, by).await? {
            found.push((factor.sort, factor.id));
        }
    }
    Ok(found)
}

/// Whether it was made so long ago that nobody made it for what it proves now. Whoever showed or imported the secret of an app or token
/// may have kept it, however long ago.
fn rests(factor: &Valid, now: Timestamp) -> bool {
    factor.sort == FactorSort::Key && factor.accepted_at <= now - OWN_WORK_RESTS
}

/// The factors by which this person may prove that visit: their own for themself; for another the ones that the visit's operator
/// did not make, or made long ago.
pub(in crate::server) async fn provers(
    tx: &mut Connection,
    visit: &Visit,
    prover: &PersonId,
    now: Timestamp,
) -> Answer<Vec<FactorName>> {
    let mut names = Vec::new();
    for factor in there_before(tx, visit, prover).await? {
        let proves = match *prover == visit.person {
            true => !factor::stocked_in_visit(tx, &factor.id, visit.id).await?,
            false => {
                rests(&factor, now) || another_made(tx, visit.id, (prover, &factor.id)).await?
            }
        };
        if proves {
            names.push(factor.id);
        }
    }
    Ok(names)
}

/// Whether everybody who had a hand in somebody's factor is certainly another human than every operator whose visit it was.
pub(super) async fn another_made(
    tx: &mut Connection,
    visit: VisitId,
    (owner, factor): (&PersonId, &FactorName),
) -> Answer<bool> {
    let makers = standing::makers(tx, owner, factor).await?;
    for served in visit::operators(tx, visit).await? {
        for maker in &makers {
            if !operator::are_two_humans(tx, &served, maker).await? {
                return Ok(false);
            }
        }
    }
    Ok(!makers.is_empty())
}

/// What opens something for them and did before the visit began.
async fn there_before(tx: &mut Connection, visit: &Visit, person: &PersonId) -> Answer<Vec<Valid>> {
    let mut factors = standing::valid(tx, person).await?;
    factors
        .retain(|factor| factor.accepted_at <= visit.opened_at && factor.visit != Some(visit.id));
    Ok(factors)
}

/// What is missing, and who may.
pub(super) fn needed(visit: &Visit, person: &Person) -> String {
    let name = &person.name;
    match visit.takes {
        Takes::Identification => format!("{name} must be identified anew"),
        Takes::OwnFactor => format!(
            "{name} has a factor: they prove it once, by a touch with its PIN or by a code. One that is lost is suspended first"
        ),
        Takes::Administrator => {
            let may: Vec<&str> = visit
                .administrators
                .iter()
                .map(|who| who.name.as_str())
                .collect();
            match may.is_empty() {
                true => format!(
                    "{name} has lost all factors. An administrator of their organisation must prove one of theirs at the desk, and \
                     none of them has one that can: enrol one for an administrator first"
                ),
                false => format!(
                    "{name} has lost all factors: an administrator of their organisation proves one of theirs at the desk ({})",
                    may.join(", ")
                ),
            }
        }
        Takes::Release => {
            let may = row(Action::ReplaceLost, Some(person.kind));
            english().release_needed(name, may)
        }
    }
}

/// Which credentials may answer a test under that visit: those by which the prover proves it or, where the person never had one,
/// those that wait for them.
pub async fn testable(
    tx: &mut Write,
    desk: &AtDesk,
    (id, prover): (VisitId, &Person),
    now: Timestamp,
) -> Answer<Tested> {
    let kept = of(tx, (&desk.station, &desk.operator.id), id, now).await?;
    let person = person::by_id(tx, &kept.visit.person)
        .await?
        .ok_or_else(|| over(id))?;
    let visit = touched(tx, kept, &person, now).await?;
    let has_nothing = visit.had == Had::Never || visit.authority == Some(Authority::Released);
    if prover.id == visit.person && has_nothing {
        return Ok(Tested::Waiting);
    }
    let vouches = prover.id == visit.person || vouching(&visit, &person, prover)?;
    let names = match vouches {
        true => provers(tx, &visit, &prover.id, now).await?,
        false => Vec::new(),
    };
    Ok(Tested::These(names))
}

/// What a test under a visit may be of.
pub enum Tested {
    /// What waits for its owner.
    Waiting,
    These(Vec<FactorName>),
}

fn vouching(visit: &Visit, person: &Person, prover: &Person) -> Answer<bool> {
    let same = |person: &Person| person.organisation.as_ref().map(|o| o.id.clone());
    let may = visit.takes == Takes::Administrator
        && prover.kind.is_administrator()
        && same(person).is_some()
        && same(person) == same(prover);
    match may {
        true => Ok(true),
        false => Err(Refusal::new(
            problem_code::NOT_ALLOWED,
            format!(
                "{} cannot answer for {}: {}",
                prover.name,
                person.name,
                needed(visit, person)
            ),
        )),
    }
}
