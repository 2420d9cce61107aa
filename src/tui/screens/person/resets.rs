//! What a person's page offers of the reset of their account.

use super::person;
use super::start;
use crate::domain::PersonId;
use crate::domain::account_reset::ResetState;
use crate::domain::authority::{Action, Asker, decide, may_ask, row as row_of};
use crate::tui::model::Model;
use crate::tui::update::Effect;
use crate::wire::problem_code;
use crate::workflow::Order;
use crate::workflow::dialogue::{AccountResetJob, Job};

/// What the reset of somebody's account takes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Something opens their account, or what they need was released already.
    None,
    /// Nobody's asking would be taken now: the registry says why.
    InVain,
    /// An agent has to ask for it, and whoever is signed in is none.
    AgentAsks,
    Ask,
    /// An administrator of their organisation, who can be asked to ask for it.
    Prepare,
    /// It waits for an administrator, for a second agent, for its time, or for somebody else than who released it.
    Waits,
    CarryOut,
    /// Whoever is signed in carried it out, and the visit ended before anything was enrolled: it goes on in another one.
    Again,
}

impl Way {
    pub fn of(model: &Model) -> Self {
        let (Some(operator), Some(page)) = (&model.operator, &model.desk.person) else {
            return Self::None;
        };
        let Some(detail) = &page.detail else {
            return Self::None;
        };
        let (role, kind) = (operator.role, detail.person.kind);
        let replace = Action::ReplaceLost;
        let by_administrators =
            row_of(replace, Some(kind)).is_some_and(|row| row.asked_by == Asker::Administrator);
        let carries_out = decide(role, replace, Some(kind)).once_released().is_ok();
        match detail.reset.as_ref().map(|reset| (reset, reset.state)) {
            Some((_, ResetState::Prepared | ResetState::Requested)) => Self::Waits,
            Some((reset, ResetState::Released)) => {
                // Whoever released it leaves it to somebody else.
                let released = reset.released_by.as_ref();
                let themself = released.is_some_and(|by| by.id == operator.id);
                match carries_out && !themself && reset.ripe_at.is_none() {
                    true => Self::CarryOut,
                    false => Self::Waits,
                }
            }
            _ if !page.needs_authority() => Self::None,
            Some((_, ResetState::CarriedOut)) => Self::Again,
            // They came: they are identified, and get what they need.
            _ if detail.exception.as_ref().is_some_and(|one| !one.overdue) => Self::None,
            _ if detail.no_reset.as_ref().is_some_and(|no| {
                // Where too much was asked for, an administrator who comes along still answers.
                !by_administrators || no.code != problem_code::RESET_LIMIT
            }) =>
            {
                Self::InVain
            }
            _ if by_administrators && carries_out && detail.no_reset.is_none() => Self::Prepare,
            _ if by_administrators => Self::None,
            _ => match may_ask(role, replace, kind) {
                Ok(_) => Self::Ask,
                Err(_) => Self::AgentAsks,
            },
        }
    }
}

/// Whether something can be given out to them: not while a reset of their account comes first, which would be refused once they were
/// identified. An administrator who has come along answers for it without one.
pub(super) fn may_be_given(model: &Model) -> bool {
    let page = model.desk.person.as_ref();
    if !enrols(model) {
        return false;
    }
    page.is_none_or(|page| !page.needs_authority())
        || matches!(Way::of(model), Way::None | Way::Prepare)
}

/// Whether whoever is signed in enrols anything for such people at all.
pub(super) fn enrols(model: &Model) -> bool {
    may(model, Action::Enrol)
}

/// Whether whoever is signed in may do that to such people: a page offers nothing that would only be refused.
pub(super) fn may(model: &Model, action: Action) -> bool {
    let role = model.operator.as_ref().map(|operator| operator.role);
    let kind = model.desk.person.as_ref().map(|page| page.person.kind);
    match (role, kind) {
        (Some(role), Some(kind)) => role.may_for(action, kind).is_ok(),
        (_, _) => true,
    }
}

/// Asks for the reset of their account, or has their administrators asked for it.
pub(super) fn ask_reset(model: &mut Model) -> Vec<Effect> {
    let what = match Way::of(model) {
        Way::Prepare => AccountResetJob::Prepare,
        Way::None
        | Way::InVain
        | Way::AgentAsks
        | Way::Ask
        | Way::Waits
        | Way::CarryOut
        | Way::Again => AccountResetJob::Ask,
    };
    begin(model, what, |person| Order::AskReset { person, wish: None })
}

/// The same for whoever is not at a desk.
pub(super) fn ask_away(model: &mut Model) -> Vec<Effect> {
    begin(model, AccountResetJob::AskAway, |person| Order::AskAway {
        person,
        wish: None,
    })
}

/// Carries out what was released.
pub(super) fn carry_out_reset(model: &mut Model) -> Vec<Effect> {
    let page = model.desk.person.as_ref();
    let detail = page.and_then(|page| page.detail.as_ref());
    let reset = detail.and_then(|detail| detail.reset.as_ref());
    let (Some(reset), Some(person)) = (reset, person(model)) else {
        return Vec::new();
    };
    let (id, away) = (reset.id, reset.away);
    let order = match away {
        true => Order::ExceptReset { reset: id },
        false => Order::CarryOutReset {
            reset: id,
            person: person.id.clone(),
        },
    };
    let what = match away {
        true => AccountResetJob::Except,
        false => AccountResetJob::CarryOut,
    };
    start(model, order, Job::AccountReset { what, person })
}

/// Whether something waits for them as an administrator.
pub(super) fn has_to_sign(model: &Model) -> bool {
    let page = model.desk.person.as_ref();
    let detail = page.and_then(|page| page.detail.as_deref());
    detail.is_some_and(|detail| !detail.to_sign().is_empty())
}

/// An administrator signs what was prepared for somebody of their organisation.
pub(super) fn sign_prepared(model: &mut Model) -> Vec<Effect> {
    begin(model, AccountResetJob::Sign, |administrator| {
        Order::SignPrepared {
            administrator,
            reset: None,
        }
    })
}

/// Whoever is at the desk objects to a reset.
pub(super) fn object(model: &mut Model) -> Vec<Effect> {
    begin(model, AccountResetJob::Object, |objector| {
        Order::ObjectReset {
            objector,
            reset: None,
        }
    })
}

/// Starts that for the person whose page is open.
fn begin(
    model: &mut Model,
    what: AccountResetJob,
    order: impl FnOnce(PersonId) -> Order,
) -> Vec<Effect> {
    match person(model) {
        Some(person) => {
            let order = order(person.id.clone());
            start(model, order, Job::AccountReset { what, person })
        }
        None => Vec::new(),
    }
}
