//! A factor that is lost is suspended; one that turned up is lifted by its owner.
//!
//! Invariants: whoever is signed in may suspend anything of anybody, at once, and it is on disk before it is told; nothing is asked
//! of a key, nor a code of anybody, before the registry said that the suspension may be lifted.

mod lift;
mod suspend;

pub use lift::lift;
pub use suspend::{SuspendOrder, suspend};

use super::dialogue::{Answer, LossQuestion, Question};
use super::{Desk, Stop};
use crate::domain::reason::Unmet;
use crate::domain::suspension::FactorRef;
use crate::wire::{Owned, PersonDetail};

/// The factor that was named, the only one, or the one that the operator chooses.
async fn chosen(
    desk: &mut dyn Desk,
    detail: &PersonDetail,
    (named, lifts): (Option<&FactorRef>, bool),
) -> Result<Owned, Stop> {
    let owned: Vec<Owned> = detail
        .owned()
        .into_iter()
        .filter(|owned| match lifts {
            true => owned.suspended().is_some(),
            false => !owned.is_gone(),
        })
        .collect();
    if let Some(named) = named {
        let mut all = detail.owned().into_iter();
        return all
            .find(|owned| owned.factor() == *named)
            .ok_or_else(|| none(detail, lifts));
    }
    match owned.as_slice() {
        [] => Err(none(detail, lifts)),
        [only] => Ok(only.clone()),
        _ => loop {
            let question = LossQuestion::Choose {
                person: detail.person.clone(),
                owned: owned.clone(),
                lifts,
            };
            if let Answer::Which(factor) = desk.ask(Question::Loss(question)).await?
                && let Some(found) = owned.iter().find(|owned| owned.factor() == factor)
            {
                return Ok(found.clone());
            }
        },
    }
}

fn none(detail: &PersonDetail, lifts: bool) -> Stop {
    let person = detail.person.name.clone();
    Stop::Unmet(match lifts {
        true => Unmet::NotSuspended { person },
        false => Unmet::NoFactor { person },
    })
}
