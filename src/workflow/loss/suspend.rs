//! Suspends a factor that its owner reports as lost: to whoever they reach, at once, alone.

use super::super::dialogue::{
    Answer, Ending, Event, Job, LossJob, LossQuestion, LossResult, Note, Question, Step,
};
use super::super::report::push_entry;
use super::super::steps::{begin_step, end_step};
use super::super::{Stop, conclude};
use super::{Desk, chosen};
use crate::domain::authority::Action;
use crate::domain::reason::Unmet;
use crate::domain::suspension::FactorRef;
use crate::domain::visit::SuspendedWhy;
use crate::domain::{EntryId, Person, PersonId};
use crate::record::Change;
use crate::wire::{Owned, PersonDetail, SuspensionPush, VERSION};

/// What is to be suspended.
#[derive(Debug, Clone, PartialEq)]
pub struct SuspendOrder {
    pub person: PersonId,
    /// Which, if that was chosen already.
    pub factor: Option<FactorRef>,
    /// What was known of the person when that was chosen: it will do where the registry can't be reached now.
    pub shown: Option<Box<PersonDetail>>,
}

/// Suspends a factor.
pub async fn suspend(desk: &mut dyn Desk, order: SuspendOrder) -> Result<Ending, Stop> {
    let result = suspend_factor(desk, order).await;
    conclude(desk, result)
}

async fn suspend_factor(desk: &mut dyn Desk, order: SuspendOrder) -> Result<Ending, Stop> {
    let operator = desk.operator().ok_or(Stop::SignedOut)?;
    operator.role.may(Action::Suspend)?;
    let factor = order.factor.clone();
    let (detail, is_offline) = known(desk, order).await?;
    let person = detail.person.clone();
    desk.tell(Event::Began {
        job: Job::Loss {
            loss: LossJob::Suspend,
            person: person.clone(),
        },
    });
    begin_step(desk, Step::Confirm);
    let owned = chosen(desk, &detail, (factor.as_ref(), false)).await?;
    let others = detail.owned().into_iter();
    let others = others.filter(|other| other.is_valid() && other.factor() != owned.factor());
    let is_last = owned.is_valid() && others.count() == 0;
    let why = why(desk, &person, &owned, (is_last, is_offline)).await?;
    end_step(desk, Step::Confirm, Note::None);
    begin_step(desk, Step::Record);
    let entry = EntryId(desk.fresh_id());
    let push = SuspensionPush {
        version: VERSION,
        person: person.id.clone(),
        factor: owned.factor(),
        why,
        operator: operator.id,
        suspended_at: desk.registry_now(),
    };
    desk.commit(Change::FactorSuspended {
        entry,
        push: Box::new(push),
    })
    .await?;
    end_step(desk, Step::Record, Note::None);
    let push = push_entry(desk, entry).await;
    Ok(Ending::Loss {
        person,
        result: LossResult::Suspended {
            owned: Box::new(owned),
            why,
            is_last,
            push,
        },
    })
}

/// What the registry holds for the person or, where it can't be reached, what was shown of them, or what the station knows itself;
/// and whether it is not the registry's word of now.
async fn known(desk: &mut dyn Desk, order: SuspendOrder) -> Result<(PersonDetail, bool), Stop> {
    let unreachable = match desk.detail(&order.person).await {
        Err(stop @ Stop::Unreachable(_)) => stop,
        detail => return detail.map(|detail| (detail, false)),
    };
    let kept = match order.shown {
        Some(shown) if shown.person.id == order.person => Some(*shown),
        _ => desk.kept(&order.person).await?,
    };
    kept.map(|detail| (detail, true)).ok_or(unreachable)
}

/// Why, said for the factor by its name; that confirms it.
async fn why(
    desk: &mut dyn Desk,
    person: &Person,
    owned: &Owned,
    (is_last, is_offline): (bool, bool),
) -> Result<SuspendedWhy, Stop> {
    let said = owned.suspended().map(|held| held.why);
    let offered: Vec<SuspendedWhy> = SuspendedWhy::REPORTED
        .into_iter()
        .filter(|why| said.is_none_or(|said| why.is_graver_than(said)))
        .collect();
    if offered.is_empty() || owned.is_gone() {
        let person = person.name.clone();
        return Err(Stop::Unmet(match owned.is_gone() {
            true => Unmet::Gone { person },
            false => Unmet::SuspendedForGood { person },
        }));
    }
    let question = LossQuestion::Suspend {
        person: person.clone(),
        owned: Box::new(owned.clone()),
        offered: offered.clone(),
        is_last,
        is_offline,
    };
    loop {
        if let Answer::Why(why) = desk.ask(Question::Loss(question.clone())).await?
            && offered.contains(&why)
        {
            return Ok(why);
        }
    }
}
