//! Resets as people see them, and what bears on one that nobody who asks can change.

use jiff::Timestamp;

use super::{DAY, EARLIER_MAX, agent, asker, going, known, not_allowed, request, stored};
use crate::domain::account_reset::ResetState;
use crate::domain::act::{ResetTerms, challenge};
use crate::domain::authority::{Action, asks_to_replace, may_ask};
use crate::domain::suspension::FactorSort;
use crate::domain::{AccountResetId, OperatorId, PersonId, PersonKind};
use crate::server::database::Connection;
use crate::server::exceptions;
use crate::server::problem::{Answer, Refusal};
use crate::server::tables::account_reset::{self as table, Stored};
use crate::server::tables::{credential, exception, factor, station};
use crate::wire::{AccountReset, EarlierReset, FactorUse, Operator, PutTo, ResetFacts};

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub enum Asked<'a> {
    Agent(&'a OperatorId),
    Administrator(&'a PersonId),
}

/// Who asked for that.
pub fn asker_of(reset: &AccountReset) -> Answer<Asked<'_>> {
    match (&reset.administrator, &reset.asked_by) {
        (Some(person), _) => Ok(Asked::Administrator(&person.id)),
        (None, Some(operator)) => Ok(Asked::Agent(&operator.id)),
        (None, None) => Err(Refusal::internal("a reset that nobody asked for")),
    }
}

/// Resets are for whoever could ask for one, or release one as a deputy.
pub async fn refuse_others(db: &mut Connection, operator: &Operator, now: Timestamp) -> Answer<()> {
    if asks_to_replace(operator.role) || table::is_deputy(db, &operator.id, now).await? {
        return Ok(());
    }
    let of_served = may_ask(
        operator.role,
        Action::ReplaceLost,
        PersonKind::MainAdministrator,
    );
    of_served.map_or_else(|why| Err(not_allowed(why)), |_| Ok(()))
}

/// One of them, for whoever looks.
pub async fn shown(db: &mut Connection, reset: Stored, now: Timestamp) -> Answer<AccountReset> {
    let state = reset.state.at(reset.until, now);
    let expired = state == ResetState::Expired;
    let away = reset.is_away();
    Ok(AccountReset {
        id: reset.id,
        person: known(db, &reset.person).await?,
        reason: reset.reason,
        remark: reset.remark,
        ticket: reset.ticket,
        state,
        asked_by: match &reset.asked_by {
            Some(id) => Some(agent(db, id).await?.operator),
            None => None,
        },
        station: match &reset.station {
            Some(id) => Some(station::name(db, id).await?),
            None => None,
        },
        by_code: reset.administrator.is_some() && reset.asked.is_none(),
        administrator: match &reset.administrator {
            Some(id) => Some(known(db, id).await?),
            None => None,
        },
        asked_at: reset.asked_at,
        ripe_at: reset.ripe_at.filter(|at| *at > now),
        until: reset.until,
        released_by: match &reset.released_by {
            Some(id) => Some(agent(db, id).await?.operator),
            None => None,
        },
        ended_by: match &reset.ended_by {
            Some(id) => Some(agent(db, id).await?.operator),
            None => None,
        },
        refused_by: match &reset.refused_by {
            Some(id) => Some(agent(db, id).await?.operator),
            None => None,
        },
        objector: match &reset.objector {
            Some(id) => Some(known(db, id).await?),
            None => None,
        },
        ended_at: reset.ended_at.or(expired.then_some(reset.until)),
        exception: match exception::of_reset(db, reset.id).await? {
            Some(exception) => Some(Box::new(exceptions::shown(db, exception, now).await?)),
            None => None,
        },
        away,
    })
}

/// The same by its name.
pub async fn shown_by_id(
    db: &mut Connection,
    id: AccountResetId,
    now: Timestamp,
) -> Answer<AccountReset> {
    let reset = stored(db, id).await?;
    shown(db, reset, now).await
}

/// What was signed that it does; none: nothing was signed.
pub async fn terms_of(db: &mut Connection, id: AccountResetId) -> Answer<Option<ResetTerms>> {
    let reset = stored(db, id).await?;
    Ok(request(db, &reset).await?.map(|(_, terms)| terms))
}

/// What bears on a reset of that person's account, and nobody who asks can change. `but`: the one that it is about;
/// `reader`: who knows what was put to them.
pub async fn facts(
    db: &mut Connection,
    (person, but): (&PersonId, AccountResetId),
    ((asked_by, ticket), reader): ((Asked<'_>, Option<&str>), Option<&OperatorId>),
    now: Timestamp,
) -> Answer<ResetFacts> {
    let mut earlier = Vec::new();
    let mut is_kept = false;
    for reset in table::of_person(db, person, EARLIER_MAX + 1).await? {
        if reset.id == but {
            is_kept = true;
            continue;
        }
        earlier.push(EarlierReset {
            state: reset.state.at(reset.until, now),
            reason: reset.reason,
            asked_at: reset.asked_at,
            asked_by: asker(db, &reset).await?,
            put_to: put_to(db, reset.id, None).await?,
            ended_by: ended_by(db, &reset).await?,
            said_by: match &reset.refused_by {
                Some(_) => named(db, reset.ended_by.as_ref()).await?,
                None => None,
            },
        });
    }
    // What somebody said no to is read first, however much was asked for and taken back since.
    let is_no = |state| matches!(state, ResetState::Refused | ResetState::Objected);
    earlier.sort_by_key(|earlier: &EarlierReset| !is_no(earlier.state));
    let ticket_seen_at = match ticket {
        Some(ticket) => table::ticket_seen(db, (ticket, but)).await?,
        None => None,
    };
    let asked = match asked_by {
        Asked::Agent(id) => table::asked_by(db, id, now - DAY).await?,
        Asked::Administrator(id) => table::asked_by_administrator(db, id, now - DAY).await?,
    };
    Ok(ResetFacts {
        factors: uses(db, person).await?,
        earlier,
        put_to: put_to(db, but, reader).await?,
        ticket_seen_at,
        asked_lately: asked + u32::from(!is_kept),
    })
}

/// Whom one was put to, but for that reader.
async fn put_to(
    db: &mut Connection,
    id: AccountResetId,
    reader: Option<&OperatorId>,
) -> Answer<Vec<PutTo>> {
    let mut found = Vec::new();
    for (to, at_desk_of, at) in table::put_to(db, id).await? {
        if Some(&to) == reader {
            continue;
        }
        found.push(PutTo {
            agent: agent(db, &to).await?.operator.name,
            at_desk_of: match to == at_desk_of {
                true => None,
                false => Some(agent(db, &at_desk_of).await?.operator.name),
            },
            at,
        });
    }
    Ok(found)
}

/// Who ended one, by name.
async fn ended_by(db: &mut Connection, reset: &Stored) -> Answer<Option<String>> {
    if let Some(id) = &reset.objector {
        return Ok(Some(known(db, id).await?.name));
    }
    named(db, reset.refused_by.as_ref().or(reset.ended_by.as_ref())).await
}

async fn named(db: &mut Connection, id: Option<&OperatorId>) -> Answer<Option<String>> {
    Ok(match id {
        Some(id) => Some(agent(db, id).await?.operator.name),
        None => None,
    })
}

/// What a person has left, with its last use.
async fn uses(db: &mut Connection, person: &PersonId) -> Answer<Vec<FactorUse>> {
    let keys = credential::all(db, person).await?;
    let apps = factor::all(db, person).await?;
    let mut uses = Vec::new();
    for factor in going(db, person).await? {
        let found = match factor.sort {
            FactorSort::Key => keys
                .iter()
                .find(|key| challenge(&key.id.0).to_base64url() == factor.id)
                .map(|key| (key.last_tested_at, key.held.waiting_since)),
            FactorSort::App => apps
                .iter()
                .find(|app| app.id.to_string() == factor.id)
                .map(|app| (app.last_tested_at, app.held.waiting_since)),
        };
        let (last_tested_at, waiting_since) = found.unwrap_or_default();
        uses.push(FactorUse {
            factor,
            waiting: waiting_since.is_some(),
            last_tested_at,
        });
    }
    Ok(uses)
}
