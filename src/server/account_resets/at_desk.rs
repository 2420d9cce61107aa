//! Somebody of the people acts on a reset at a desk, whichever: an administrator of the organisation asks for what was prepared, with their
//! own key; and whoever may object does so there.
//!
//! Invariants: what is asked for is checked as on a page; besides, its administrator is in a visit that is open there, signs with what they
//! had before it, and whoever serves them neither made that, nor is the person, nor of their organisation.

use jiff::Timestamp;

use super::by_administrator::{self, Asks, Proof, ask, asked};
use super::terms::somebody;
use super::{ByPerson, known, shown, stored};
use crate::domain::account_reset::ResetState;
use crate::domain::act::ResetTerms;
use crate::domain::authority::{Action, Role, decide, may_ask};
use crate::domain::suspension::FactorSort;
use crate::domain::working_days::WorkingDays;
use crate::domain::{AccountResetId, Person, PersonId, VisitId};
use crate::server::auth::AtDesk;
use crate::server::database::{Connection, Write};
use crate::server::problem::{Answer, Refusal};
use crate::server::tables::account_reset::{self as table, Stored};
use crate::server::tables::standing;
use crate::server::visits;
use crate::wire::{AccountReset, Because, problem_code};

/// Most resets of an organisation that are looked at.
const OF_OTHERS_MAX: u32 = 100;

/// What an administrator may ask for now who is at the desk in that visit; what they would sign. Who they are, and whose account it is.
pub async fn sign(
    tx: &mut Write,
    desk: &AtDesk,
    (id, visit): (AccountResetId, VisitId),
    now: Timestamp,
) -> Answer<(ResetTerms, Person, Person)> {
    let (visit, administrator) = visits::going(tx, desk, visit, now).await?;
    let subject = stored(tx, id).await?.person;
    let whose = (&administrator.id, &subject);
    let (terms, person) = ask(tx, whose, Asks::Prepared(id), now).await?;
    visits::holds(tx, Action::Receive, &desk.operator.id, &person).await?;
    let answering = visits::answering(tx, visit.id).await?;
    if !answering.iter().any(|(sort, _)| *sort == FactorSort::Key) {
        return Err(no_key(&administrator));
    }
    Ok((terms, administrator, person))
}

fn no_key(administrator: &Person) -> Refusal {
    let person = administrator.name.clone();
    Refusal::because(problem_code::NOT_ALLOWED, Because::NoKeyHere { person })
}

/// Keeps that they signed it; the act is kept already.
pub async fn signed(
    tx: &mut Write,
    desk: &AtDesk,
    days: &WorkingDays,
    (terms, administrator): (&ResetTerms, &PersonId),
    proof: Proof<'_>,
    now: Timestamp,
) -> Answer<()> {
    let over = || Refusal::because(problem_code::VISIT_OVER, Because::SignerAtDesk {});
    let asker = somebody(tx, administrator).await?;
    let visit = visits::of_desk(tx, desk, &asker, now).await?;
    let visit = visit.ok_or_else(over)?.id;
    sign(tx, desk, (terms.reset, visit), now).await?;
    let answering = visits::answering(tx, visit).await?;
    if !answering.iter().any(|(_, name)| name == proof.with) {
        return Err(no_key(&asker));
    }
    let what = (terms, administrator);
    asked(tx, days, what, (Asks::Prepared(terms.reset), proof), now).await
}

/// Whoever is at the desk in that visit objects; who that is.
pub async fn object(
    tx: &mut Write,
    desk: &AtDesk,
    (id, visit): (AccountResetId, VisitId),
    now: Timestamp,
) -> Answer<Person> {
    let (_, objector) = visits::going(tx, desk, visit, now).await?;
    let by = ByPerson {
        id: &objector.id,
        desk: Some(desk),
    };
    by_administrator::object(tx, id, by, now).await?;
    Ok(objector)
}

/// What has just ended, as that desk sees it.
pub async fn ended(
    db: &mut Connection,
    desk: &AtDesk,
    id: AccountResetId,
    now: Timestamp,
) -> Answer<AccountReset> {
    let reset = stored(db, id).await?;
    let seen = seen_by(db, (desk.operator.role, true), reset, now).await?;
    seen.ok_or_else(|| Refusal::internal("a reset that whoever ended it does not see"))
}

/// The reset that a person's page shows at that desk: the one that is open or, where whoever is signed in carried it out and nothing was
/// added by it yet, that one. `is_here`: they are in a visit there.
pub async fn of_person(
    db: &mut Connection,
    desk: &AtDesk,
    (person, is_here): (&PersonId, bool),
    now: Timestamp,
) -> Answer<Option<AccountReset>> {
    let open = match super::open_of(db, person, now).await? {
        Some(open) => Some(open),
        None => unused(db, desk, person, now).await?,
    };
    match open {
        Some(reset) => seen_by(db, (desk.operator.role, is_here), reset, now).await,
        None => Ok(None),
    }
}

async fn unused(
    db: &mut Connection,
    desk: &AtDesk,
    person: &PersonId,
    now: Timestamp,
) -> Answer<Option<Stored>> {
    let done = table::carried_out_of(db, person, now).await?;
    let Some(done) = done.filter(|done| done.ended_by.as_ref() == Some(&desk.operator.id)) else {
        return Ok(None);
    };
    let came = standing::came_since(db, person, done.ended_at.unwrap_or(now)).await?;
    Ok((!done.is_away() && !came).then_some(done))
}

/// Those of others of an administrator's organisation of which something can still come.
pub async fn of_others(
    db: &mut Connection,
    role: Role,
    (administrator, is_here): (&Person, bool),
    now: Timestamp,
) -> Answer<Vec<AccountReset>> {
    let organisation = administrator.organisation.as_ref();
    let Some(organisation) = organisation.filter(|_| administrator.kind.is_administrator()) else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for reset in table::of_organisation(db, &organisation.id, OF_OTHERS_MAX).await? {
        let is_open = reset.state.at(reset.until, now).is_open();
        if is_open && reset.person != administrator.id {
            found.extend(seen_by(db, (role, is_here), reset, now).await?);
        }
    }
    Ok(found)
}

/// One that an administrator asked for elsewhere and that can be carried out at that desk now, as it is listed there; `None`: it can't be. Whose
/// account can be taken is for nobody to wait for: one that was asked for on a page is seen where its person is.
pub async fn to_carry_out(
    db: &mut Connection,
    desk: &AtDesk,
    reset: Stored,
    now: Timestamp,
) -> Answer<Option<AccountReset>> {
    let is_ripe = reset.ripe_at.is_none_or(|ripe_at| ripe_at <= now);
    if reset.state.at(reset.until, now) != ResetState::Released || !is_ripe {
        return Ok(None);
    }
    let person = known(db, &reset.person).await?;
    match visits::holds(db, Action::Receive, &desk.operator.id, &person).await {
        Ok(()) => {}
        Err(why) if why.code() == problem_code::NOT_ALLOWED => return Ok(None),
        Err(why) => return Err(why),
    }
    if reset.visit.is_none() && visits::of_desk(db, desk, &person, now).await?.is_none() {
        return Ok(None);
    }
    let mut seen = seen_by(db, (desk.operator.role, false), reset, now).await?;
    if let Some(seen) = &mut seen {
        withhold(seen);
    }
    Ok(seen)
}

/// What somebody wrote for whoever has a part in it.
fn withhold(reset: &mut AccountReset) {
    reset.remark.clear();
    reset.ticket = None;
}

/// As somebody of that role sees it: who asks, releases and carries out sees all of it; who has no part in it nothing but, once whoever may
/// object was identified there, that there is one.
async fn seen_by(
    db: &mut Connection,
    (role, is_here): (Role, bool),
    reset: Stored,
    now: Timestamp,
) -> Answer<Option<AccountReset>> {
    let mut reset = shown(db, reset, now).await?;
    let (act, kind) = (Action::ReplaceLost, reset.person.kind);
    let carries_out = decide(role, act, Some(kind)).once_released();
    if carries_out.is_ok() || may_ask(role, act, kind).is_ok() {
        return Ok(Some(reset));
    }
    withhold(&mut reset);
    Ok(is_here.then_some(reset))
}
