//! What is the same whatever an operator asks for at a desk: whether they may, for whom, under which visit, and what is noted.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::domain::authority::Action;
use crate::domain::{Person, PersonId, VisitId};
use crate::server::Registry;
use crate::server::auth::AtDesk;
use crate::server::database::Connection;
use crate::server::problem::{Answer, Refusal};
use crate::server::tables::audit::Line;
use crate::server::tables::offer::Sort;
use crate::server::tables::person;
use crate::server::tally::Event;
use crate::wire::{Because, problem_code};

/// Under which visit something is asked for.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Under {
    /// The visit. None: nobody is there.
    #[serde(default)]
    pub visit: Option<VisitId>,
}

/// How something is offered.
#[derive(Clone, Copy)]
pub(super) struct Terms {
    pub(super) sort: Sort,
    pub(super) visit: Option<VisitId>,
    pub(super) life: SignedDuration,
}

pub(super) async fn known(tx: &mut Connection, id: &PersonId) -> Answer<Person> {
    person::by_id(tx, id).await?.ok_or_else(|| no_person(id))
}

pub(super) fn may(desk: &AtDesk, action: Action) -> Answer<()> {
    Ok(desk.operator.role.may(action)?)
}

/// Somebody at a desk looked at somebody: it is counted, for the audit.
pub(super) fn looked(registry: &Registry, desk: &AtDesk, action: &'static str, whom: &str) {
    let event = Event {
        action,
        station: Some(desk.station.clone()),
        operator: Some(desk.operator.id.clone()),
        subject: whom.to_owned(),
        what: String::new(),
    };
    registry.tally.note(event, registry.now());
}

pub(super) fn may_for(desk: &AtDesk, action: Action, person: &Person) -> Answer<()> {
    Ok(desk.operator.role.may_for(action, person.kind)?)
}

pub(super) fn line<'a>(
    desk: &'a AtDesk,
    action: &'a str,
    subject: &'a str,
    detail: &'a str,
) -> Line<'a> {
    Line {
        station: Some(desk.station.as_str()),
        operator: Some(desk.operator.id.as_str()),
        action,
        subject,
        detail,
    }
}

/// Nobody has that identifier.
pub fn no_person(id: &PersonId) -> Refusal {
    let person = id.to_string();
    Refusal::because(problem_code::NOT_FOUND, Because::NoPerson { person })
}
