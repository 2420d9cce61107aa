//! Somebody is at the desk to get a key, an app or both: the registry's offer for them, and how they were identified.

use super::dialogue::{Answer, Event, Job, Note, Question, Step};
use super::steps::{begin_step, end_step};
use super::{Desk, Offered, Stop};
use crate::domain::authority::Action;
use crate::domain::{Identification, Person};
use crate::wire::{Offer, Operator};

/// What every part of a visit works with.
pub(super) struct Visit {
    pub(super) operator: Operator,
    pub(super) offer: Offer,
    /// The offer was just issued: it knows all that the registry holds.
    pub(super) fresh: bool,
    pub(super) identification: Identification,
}

/// The operator who may receive people at the desk.
pub(super) fn host<D: Desk>(desk: &D) -> Result<Operator, Stop> {
    let operator = desk.operator().ok_or(Stop::SignedOut)?;
    operator.role.may(Action::Enrol)?;
    Ok(operator)
}

/// Tells what the run is about and for how long, and identifies the person.
pub(super) async fn receive<D: Desk>(
    desk: &mut D,
    operator: Operator,
    offered: Offered,
    job: Job,
) -> Result<Visit, Stop> {
    let Offered { offer, fresh } = offered;
    desk.tell(Event::Began { job });
    let left = offer.expires_at.duration_since(desk.registry_now());
    desk.tell(Event::Challenge {
        expires_at: desk.now().saturating_add(left).unwrap_or(offer.expires_at),
    });
    let identification = identify(desk, &offer.person).await?;
    operator.role.may(identification.action())?;
    Ok(Visit {
        operator,
        offer,
        fresh,
        identification,
    })
}

/// The operator confirms who is at the desk and says how that was established.
pub(super) async fn identify<D: Desk>(
    desk: &mut D,
    person: &Person,
) -> Result<Identification, Stop> {
    begin_step(desk, Step::Identify);
    loop {
        let question = Question::Identify {
            person: person.clone(),
        };
        if let Answer::Identified(identification) = desk.ask(question).await? {
            let note = Note::Identified {
                identification: identification.clone(),
            };
            end_step(desk, Step::Identify, note);
            return Ok(identification);
        }
    }
}
