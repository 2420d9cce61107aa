//! An agent asks for the reset of an account.
//!
//! Invariant: nothing comes of what somebody asked for who may not ask any more.

use jiff::Timestamp;

use super::terms::{refuse_more, seen_lately, terms};
use super::{
    AGAIN, DAY, OF_ONE_AGENT, Told, Wish, agent, away, check, fallen, not_allowed,
    refuse_changed_since, refuse_needless, refuse_unknown, tell, vouching,
};
use crate::domain::account_reset::{RELEASED_WITHIN, ResetState};
use crate::domain::act::{Act, ResetTerms};
use crate::domain::authority::{Action, may_ask};
use crate::domain::identification::Methods;
use crate::domain::visit::Takes;
use crate::domain::{AccountResetId, Bytes, OperatorId, Person, PersonId, VisitId};
use crate::server::auth::AtDesk;
use crate::server::database::Write;
use crate::server::notices::Kind;
use crate::server::problem::{Answer, operator_revoked};
use crate::server::tables::account_reset::{self as table, By, NewReset};
use crate::server::tables::{audit, visit};
use crate::server::visits;
use crate::wire::problem_code;

/// What an operator may ask for now, for whoever is at their desk; what they would sign.
pub async fn ask(
    tx: &mut Write,
    desk: &AtDesk,
    (id, visit): (AccountResetId, VisitId),
    wish: Wish<'_>,
    (now, asked_at): (Timestamp, Timestamp),
) -> Answer<(ResetTerms, Person)> {
    check(wish)?;
    let (visit, person) = visits::going(tx, desk, visit, now).await?;
    may_ask(desk.operator.role, Action::ReplaceLost, person.kind).map_err(not_allowed)?;
    visits::holds(tx, Action::Receive, &desk.operator.id, &person).await?;
    refuse_unknown(tx, &desk.operator).await?;
    refuse_needless(&visit, (&person, Takes::Release))?;
    refuse_unknown_hands(tx, visit.id).await?;
    refuse_more(tx, &person, None, now).await?;
    let identified = seen_lately(&visit, asked_at)?;
    let terms = terms(tx, id, &person, (wish, Some(identified))).await?;
    Ok((terms, person))
}

/// The same once more, when it is signed: for whoever is at their desk, or is not.
pub async fn ask_again(
    tx: &mut Write,
    desk: &AtDesk,
    terms: &ResetTerms,
    (wish, methods): (Wish<'_>, &Methods),
    times: (Timestamp, Timestamp),
) -> Answer<(ResetTerms, Person)> {
    match &terms.identified {
        Some(looked) => ask(tx, desk, (terms.reset, looked.visit), wish, times).await,
        None => {
            let person = PersonId::new(&terms.person.id);
            away::ask(tx, desk, (terms.reset, &person), (wish, methods), times).await
        }
    }
}

/// Nobody could release what somebody had a hand in of whom it is not said who they are.
async fn refuse_unknown_hands(tx: &mut Write, id: VisitId) -> Answer<()> {
    for hand in visit::operators(tx, id).await? {
        let account = agent(tx, &hand).await?;
        refuse_unknown(tx, &account.operator).await?;
    }
    Ok(())
}

/// Keeps a request that an agent signed: its act is kept already.
pub async fn asked(
    tx: &mut Write,
    desk: &AtDesk,
    (act, terms): (&Act, &ResetTerms),
    (person, signature): (&Person, &Bytes),
    now: Timestamp,
) -> Answer<()> {
    let until = now + RELEASED_WITHIN;
    let new = NewReset {
        id: terms.reset,
        person: &person.id,
        visit: terms.identified.as_ref().map(|looked| looked.visit),
        by: By::Agent {
            station: &desk.station,
            operator: &desk.operator.id,
            asked: act.id,
            signature,
        },
        reason: terms.reason,
        remark: &terms.remark,
        ticket: terms.ticket.as_deref(),
        state: ResetState::Requested,
        until,
    };
    let (again, _) = table::asked_about(tx, &person.id, now - AGAIN).await?;
    table::insert(tx, &new, now).await?;
    vouching::used(tx, terms).await?;
    let mine = table::asked_by(tx, &desk.operator.id, now - DAY).await?;
    if again > 0 || mine > OF_ONE_AGENT {
        let detail = format!(
            "operator {} asked for the reset of {}'s account: the {}. about them within a week, their {}. within a day",
            desk.operator.id,
            person.id,
            again + 1,
            mine
        );
        audit::alarm(tx, &desk.station, problem_code::RESET_LIMIT, &detail, now).await?;
    }
    let told = Told {
        until: Some(until),
        ..Told::of(terms.reset, terms.reason, &desk.operator.name)
    };
    tell(tx, Kind::ResetAsked, person, &told, now).await
}

/// Whoever asked for it still may: nothing comes of what somebody asked for whose access ended, or who turned out to be of the
/// organisation.
pub(super) async fn refuse_requester(
    tx: &mut Write,
    asked: (&OperatorId, Timestamp),
    person: &Person,
) -> Answer<()> {
    still_asks(tx, asked, person).await.map_err(fallen)
}

async fn still_asks(
    tx: &mut Write,
    (asked_by, asked_at): (&OperatorId, Timestamp),
    person: &Person,
) -> Answer<()> {
    let account = agent(tx, asked_by).await?;
    if let Some(at) = account.revoked_at {
        return Err(operator_revoked(asked_by, at));
    }
    may_ask(account.operator.role, Action::ReplaceLost, person.kind).map_err(not_allowed)?;
    visits::holds(tx, Action::Receive, asked_by, person).await?;
    refuse_unknown(tx, &account.operator).await?;
    refuse_changed_since(tx, &account.operator, asked_at).await
}
