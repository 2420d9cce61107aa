//! The person takes a key, app or token that was made for them while they were not there.
//!
//! Invariant: the registry decides, in the visit; until it has, what waits opens nothing.

use super::super::care::{ForPerson, sign_for};
use super::super::dialogue::{
    Answer, AppJob, AppQuestion, AppResult, Ending, Note, PushState, Question, Step,
};
use super::super::steps::{begin_step, end_step};
use super::super::visit::{identified, open, own_proof};
use super::prove::tested;
use super::{Desk, Stop, begin, done_unanswered};
use crate::domain::authority::Action;
use crate::domain::reason::{Gap, Unmet};
use crate::domain::suspension::FactorRef;
use crate::domain::visit::Authority;
use crate::domain::{OfferId, PersonId};
use crate::wire::{Acceptance, Factor, Operator, Owned, PersonDetail, VERSION, Visit};
use crate::workflow::{Errand, conclude};

/// Takes what waits; `which`: that one, if it was chosen already.
pub async fn accept_waiting(
    desk: &mut dyn Desk,
    who: &PersonId,
    which: Option<FactorRef>,
) -> Result<Ending, Stop> {
    let result = accept(desk, who, which).await;
    conclude(desk, result)
}

async fn accept(
    desk: &mut dyn Desk,
    who: &PersonId,
    which: Option<FactorRef>,
) -> Result<Ending, Stop> {
    let (operator, detail) = begin(desk, AppJob::Accept, Action::Accept, who).await?;
    let is_meant = |asked: &Errand| match asked {
        Errand::Accept { factor } => {
            let is_it = which.as_ref().is_none_or(|which| which == factor);
            is_it.then(|| factor.clone())
        }
        _ => None,
    };
    if let Some(owned) = done_unanswered(desk, &detail, is_meant).await? {
        return Ok(Ending::App {
            person: detail.person,
            result: AppResult::Accepted { name: name(&owned) },
        });
    }
    let (factor, name) = chosen(desk, &detail, which).await?;
    let identification = identified(desk, &operator, &detail).await?;
    let visit = open(desk, &detail, &identification).await?;
    let test = match visit.authority {
        Some(Authority::First | Authority::Released) if is_maker(&operator, &detail, &factor) => {
            return Err(another_human(&detail));
        }
        // Nothing is left that they could prove.
        Some(Authority::First | Authority::Released) => {
            Some(alive(desk, &operator, (&detail, &visit), &factor).await?)
        }
        _ => {
            own_proof(desk, &operator, &detail, (&visit, None)).await?;
            None
        }
    };
    begin_step(desk, Step::Push);
    let acceptance = Acceptance {
        version: VERSION,
        factor,
        test,
    };
    let now = desk.accept(who, visit.id, acceptance).await?;
    end_step(desk, Step::Push, Note::None);
    Ok(Ending::App {
        person: now.person,
        result: AppResult::Accepted { name },
    })
}

/// Whether it is known here already that the operator made it: nobody types a PIN then for something that will be refused.
fn is_maker(operator: &Operator, detail: &PersonDetail, factor: &FactorRef) -> bool {
    let mut all = detail.owned().into_iter();
    let found = all.find(|owned| owned.factor() == *factor);
    found.is_some_and(|owned| match owned {
        Owned::Key(held) => held.operator == operator.id,
        Owned::App(held) => held.operator == operator.id,
    })
}

fn another_human(detail: &PersonDetail) -> Stop {
    let person = detail.person.name.clone();
    Stop::Unmet(Unmet::OwnMake { person })
}

/// Everything that waits for a person, with what people call it.
pub fn waiting(detail: &PersonDetail) -> Vec<(FactorRef, String)> {
    let all = detail.owned().into_iter();
    let waiting = all.filter(|owned| owned.waiting_since().is_some());
    waiting
        .map(|owned| (owned.factor(), name(&owned)))
        .collect()
}

fn name(owned: &Owned) -> String {
    match owned {
        Owned::App(factor) => factor.name.clone(),
        Owned::Key(held) => {
            let tag = held.key.id.asset_tag.as_ref();
            match tag.or(held.key.id.serial.as_ref()) {
                Some(tag) => format!("{} {tag}", held.key.model),
                None => held.key.model.clone(),
            }
        }
    }
}

async fn chosen(
    desk: &mut dyn Desk,
    detail: &PersonDetail,
    which: Option<FactorRef>,
) -> Result<(FactorRef, String), Stop> {
    let all = waiting(detail);
    let none = || {
        let person = detail.person.name.clone();
        Stop::Unmet(Unmet::NotWaiting { person })
    };
    if let Some(wanted) = which {
        let found = all.into_iter().find(|(factor, _)| *factor == wanted);
        return found.ok_or_else(none);
    }
    match all.as_slice() {
        [] => Err(none()),
        [only] => Ok(only.clone()),
        _ => loop {
            let question = AppQuestion::ChooseWaiting {
                person: detail.person.clone(),
                names: all.iter().map(|(_, name)| name.clone()).collect(),
            };
            if let Answer::Nth(nth) = desk.ask(Question::App(question)).await?
                && let Some(found) = all.get(nth)
            {
                return Ok(found.clone());
            }
        },
    }
}

/// Who never had a factor shows that this one is in their hands: the test that it passed.
async fn alive(
    desk: &mut dyn Desk,
    operator: &Operator,
    (detail, visit): (&PersonDetail, &Visit),
    factor: &FactorRef,
) -> Result<OfferId, Stop> {
    begin_step(desk, Step::Prove);
    let who = &detail.person.id;
    let (name, offer) = match factor {
        FactorRef::App { factor } => {
            let mut held = detail.factors.iter();
            let held: Option<&Factor> = held.find(|held| held.id == *factor);
            let held = held.ok_or_else(|| super::no_factor(detail))?;
            let how = (Some(&visit.identification), Some(visit.id));
            let right = tested(desk, who, held, how, Step::Prove).await?;
            (Some(held.name.clone()), right.offer)
        }
        FactorRef::Key { credential } => {
            let mut offer = desk.test_offer(who, Some(visit.id)).await?;
            let allowed = &mut offer.request.allow_credentials;
            allowed.retain(|listed| listed.id == *credential);
            let asked = ForPerson {
                person: who,
                offer: &offer,
                identification: Some(visit.identification.clone()),
                operator: operator.id.clone(),
            };
            match sign_for(desk, asked, None).await?.1 {
                PushState::Accepted | PushState::Waiting => (None, offer.id),
                PushState::Queued => {
                    return Err(Stop::Unreachable(Gap::TestWaits));
                }
                PushState::Conflict { detail, .. } => {
                    let code = crate::wire::problem_code::AUTHORITY_NEEDED.to_owned();
                    return Err(Stop::RegistryRefused { code, detail });
                }
            }
        }
    };
    end_step(desk, Step::Prove, Note::Proved { name });
    Ok(offer)
}
