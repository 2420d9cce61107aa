//! By whose factors a visit may be proved: the person's own that were there when it began, or an administrator's who is at the desk
//! and in whose factor nobody of the visit had a hand.
//!
//! Invariant: whoever made a factor neither asks for, nor witnesses, nor carries out what its owner stands by with it, however long ago that
//! was.

use jiff::Timestamp;

use super::kept::kept;
use super::{FactorName, of, over, touched};
use crate::domain::authority::{Action, is_administrator_of, row};
use crate::domain::suspension::FactorSort;
use crate::domain::visit::{Authority, Had, Takes};
use crate::domain::{OperatorId, Person, PersonId, VisitId};
use crate::server::auth::AtDesk;
use crate::server::database::{Connection, Write};
use crate::server::problem::{Answer, Refusal};
use crate::server::tables::person;
use crate::server::tables::standing::{self, Valid};
use crate::server::tables::{factor, operator, visit, vouching};
use crate::wire::{Because, Visit, problem_code};

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
) -> Answer<Vec<Person>> {
    let Some(organisation) = &person.organisation else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for id in person::administrators(tx, &organisation.id, &person.id).await? {
        if found.len() >= MAX_ADMINISTRATORS {
            break;
        }
        if !provers(tx, visit, &id).await?.is_empty()
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
) -> Answer<bool> {
    let kept = kept(tx, id).await?.ok_or_else(|| over(id))?;
    Ok(provers(tx, &kept.visit, administrator)
        .await?
        .contains(with))
}

/// By which factors somebody may answer for others in a visit of their own: what was there before it, and what whoever serves them did not
/// make.
pub async fn answering(tx: &mut Connection, id: VisitId) -> Answer<Vec<(FactorSort, FactorName)>> {
    let visit = kept(tx, id).await?.ok_or_else(|| over(id))?.visit;
    let mut found = Vec::new();
    for factor in there_before(tx, &visit, &visit.person).await? {
        let by = (&visit.person, &factor.id);
        if another_made(tx, visit.id, by).await? {
            found.push((factor.sort, factor.id));
        }
    }
    Ok(found)
}

/// The factors by which this person may prove that visit: their own for themself; for another the ones that nobody made whose visit it was.
pub(in crate::server) async fn provers(
    tx: &mut Connection,
    visit: &Visit,
    prover: &PersonId,
) -> Answer<Vec<FactorName>> {
    let mut names = Vec::new();
    for factor in there_before(tx, visit, prover).await? {
        let proves = match *prover == visit.person {
            true => !factor::stocked_in_visit(tx, &factor.id, visit.id).await?,
            false => another_made(tx, visit.id, (prover, &factor.id)).await?,
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
    factor: (&PersonId, &FactorName),
) -> Answer<bool> {
    let served = visit::operators(tx, visit).await?;
    let hands: Vec<&OperatorId> = served.iter().collect();
    made_by_others(tx, factor, &hands).await
}

/// Whether everybody who had a hand in somebody's factor is certainly another human than each of these. Of whom that is not known had one
/// in it.
pub(in crate::server) async fn made_by_others(
    tx: &mut Connection,
    (owner, factor): (&PersonId, &FactorName),
    hands: &[&OperatorId],
) -> Answer<bool> {
    let makers = standing::makers(tx, owner, factor).await?;
    for hand in hands {
        for maker in &makers {
            if !operator::are_two_humans(tx, hand, maker).await? {
                return Ok(false);
            }
        }
    }
    Ok(hands.is_empty() || !makers.is_empty())
}

/// The administrator on whose word a visit lets factors be added, and by which factor of theirs they gave it; none: on nobody's.
pub(super) async fn answered_by(
    tx: &mut Connection,
    id: VisitId,
) -> Answer<Option<(PersonId, FactorName)>> {
    let reset = visit::reset(tx, id).await?;
    match reset.and_then(|reset| reset.administrator.zip(reset.asked_with)) {
        Some(by) => Ok(Some(by)),
        None => Ok(visit::vouched_by(tx, id).await?),
    }
}

/// Whoever had a hand in what lets factors be added in a visit has none in what is added in it: who released its reset, and who made the
/// factor by which an administrator asked for that, answered for it or proved the visit.
pub(super) async fn refuse_hands(
    tx: &mut Connection,
    id: VisitId,
    hands: &[&OperatorId],
) -> Answer<()> {
    let refused = || Refusal::because(problem_code::NOT_ALLOWED, Because::HandInAnswer {});
    let reset = visit::reset(tx, id).await?;
    if let Some(releaser) = reset.as_ref().and_then(|reset| reset.released_by.as_ref()) {
        for hand in hands {
            if !operator::are_two_humans(tx, releaser, hand).await? {
                return Err(refused());
            }
        }
    }
    let vouched = match &reset {
        Some(reset) => vouching::used_for(tx, reset.id).await?,
        None => None,
    };
    let vouched = vouched.map(|vouched| (vouched.administrator, vouched.signed_with));
    for (administrator, with) in answered_by(tx, id).await?.into_iter().chain(vouched) {
        if !made_by_others(tx, (&administrator, &with), hands).await? {
            return Err(refused());
        }
    }
    Ok(())
}

/// An account that does not say which human it is of has no hand in what somebody else stands by: it could be that one's own.
pub(in crate::server) async fn refuse_nobody(
    tx: &mut Connection,
    id: &OperatorId,
    name: &str,
) -> Answer<()> {
    match operator::is_somebody(tx, id).await? {
        true => Ok(()),
        false => Err(Refusal::because(
            problem_code::NOT_ALLOWED,
            Because::AccountOfNobody {
                operator: name.to_owned(),
            },
        )),
    }
}

/// The same of everybody whose visit it was.
pub(in crate::server) async fn refuse_nobody_in(tx: &mut Connection, visit: VisitId) -> Answer<()> {
    for hand in visit::operators(tx, visit).await? {
        let account = operator::account(tx, &hand).await?;
        let name = account.map_or_else(|| hand.to_string(), |found| found.operator.name);
        refuse_nobody(tx, &hand, &name).await?;
    }
    Ok(())
}

/// What opens something for them and did before the visit began.
async fn there_before(tx: &mut Connection, visit: &Visit, person: &PersonId) -> Answer<Vec<Valid>> {
    let mut factors = standing::valid(tx, person).await?;
    factors
        .retain(|factor| factor.accepted_at <= visit.opened_at && factor.visit != Some(visit.id));
    Ok(factors)
}

/// What is missing, and who may.
pub(super) fn needed(visit: &Visit, person: &Person) -> Because {
    let (name, administrators) = (person.name.clone(), &visit.administrators);
    match visit.takes {
        Takes::Identification => Because::IdentifyAnew { person: name },
        Takes::OwnFactor => Because::ProveOwn { person: name },
        Takes::Administrator if administrators.is_empty() => Because::NoProver { person: name },
        Takes::Administrator => Because::AdministratorProves {
            person: name,
            may: administrators.iter().map(|who| who.name.clone()).collect(),
        },
        Takes::Release => match row(Action::ReplaceLost, Some(person.kind)) {
            Some(may) => Because::Released {
                person: name,
                may: may.into(),
            },
            None => Because::NobodyReplaces { person: name },
        },
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
    if prover.id != visit.person {
        refuse_other(&visit, &person, prover)?;
        refuse_nobody_in(tx, visit.id).await?;
    }
    Ok(Tested::These(provers(tx, &visit, &prover.id).await?))
}

/// What a test under a visit may be of.
pub enum Tested {
    /// What waits for its owner.
    Waiting,
    These(Vec<FactorName>),
}

/// Only an administrator of the same organisation answers for somebody, where that is what it takes.
fn refuse_other(visit: &Visit, person: &Person, prover: &Person) -> Answer<()> {
    match visit.takes == Takes::Administrator && is_administrator_of(prover, person) {
        true => Ok(()),
        false => Err(Refusal::because(
            problem_code::NOT_ALLOWED,
            Because::AnswersNot {
                prover: prover.name.clone(),
                person: person.name.clone(),
                needed: Box::new(needed(visit, person)),
            },
        )),
    }
}
