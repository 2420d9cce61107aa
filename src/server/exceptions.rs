//! Dated exceptions: what lets factors be added for somebody whose account was reset while they were not at a desk.
//!
//! Invariants: it is worth no more than what it rests on is worth now: both agents, who the person is, its time; whoever released the
//! reset, or made the key by which an administrator answered for it, has no hand in what comes of it; and the first factor ends it.

use jiff::Timestamp;

use super::account_resets;
use super::database::{Connection, Write};
use super::problem::{Answer, Refusal};
use super::tables::exception::{self as table, Stored};
use super::tables::{operator, standing, visit, vouching};
use super::visits;
use crate::domain::exception::ExceptionEnd;
use crate::domain::{OperatorId, Person, PersonId, VisitId};
use crate::wire::{Because, Operator, ResetException, Until, problem_code};

/// A person's exception by which factors may be added for them now, by that operator. None: there is none, or it lets that one add
/// nothing.
pub async fn usable(
    tx: &mut Write,
    person: &Person,
    by: &OperatorId,
    now: Timestamp,
) -> Answer<Option<Stored>> {
    let Some(open) = table::open_of(tx, &person.id).await? else {
        return Ok(None);
    };
    let refused = refuse(tx, &open, (person, &[by]), now).await;
    Ok(refused.is_ok().then_some(open))
}

/// Why a person's exception lets that operator add nothing; none: there is none that is open.
pub async fn why_not(
    tx: &mut Write,
    person: &Person,
    by: &OperatorId,
    now: Timestamp,
) -> Answer<Option<Refusal>> {
    let Some(open) = table::open_of(tx, &person.id).await? else {
        return Ok(None);
    };
    Ok(refuse(tx, &open, (person, &[by]), now).await.err())
}

/// Whether what is added in a visit may still be, where that rests on an exception: it is open, or ended by what came in this very visit.
/// `hands`: whoever has a part in what is added.
pub async fn refuse_in_visit(
    tx: &mut Write,
    id: VisitId,
    (person, hands): (&Person, &[&OperatorId]),
    now: Timestamp,
) -> Answer<()> {
    let Some(reset) = visit::reset(tx, id).await? else {
        return Ok(());
    };
    let Some(exception) = table::of_reset(tx, reset.id).await? else {
        return Ok(());
    };
    if exception.ended_at.is_some() && exception.visit != Some(id) {
        return Err(over(&exception));
    }
    refuse(tx, &exception, (person, hands), now).await
}

fn over(exception: &Stored) -> Refusal {
    let at = exception.ended_at.unwrap_or(exception.until);
    let person = exception.person.to_string();
    Refusal::because(
        problem_code::AUTHORITY_NEEDED,
        Because::ExceptionOver { person, at },
    )
}

async fn refuse(
    tx: &mut Write,
    exception: &Stored,
    (person, hands): (&Person, &[&OperatorId]),
    now: Timestamp,
) -> Answer<()> {
    if exception.until <= now {
        return Err(over(exception));
    }
    let releaser = account_resets::refuse_ground(tx, exception.reset, person).await?;
    for hand in hands {
        if !operator::are_two_humans(tx, &releaser, hand).await? {
            return Err(Refusal::because(
                problem_code::NOT_ALLOWED,
                Because::ReleaserHasPart {},
            ));
        }
    }
    let Some(vouched) = vouching::used_for(tx, exception.reset).await? else {
        return Ok(());
    };
    let by = (&vouched.administrator, &vouched.signed_with);
    match visits::made_by_others(tx, by, hands).await? {
        true => Ok(()),
        false => Err(Refusal::because(
            problem_code::NOT_ALLOWED,
            Because::HandInAnswer {},
        )),
    }
}

/// Of one person one stands at a time, as long as it is worth something.
pub async fn refuse_second(tx: &mut Write, person: &Person, now: Timestamp) -> Answer<()> {
    let Some(open) = table::open_of(tx, &person.id).await? else {
        return Ok(());
    };
    if refuse(tx, &open, (person, &[]), now).await.is_err() {
        return Ok(());
    }
    let why = Because::ExceptionOpen {
        person: person.name.clone(),
        until: Until(open.until),
    };
    Err(Refusal::because(problem_code::RESET_OPEN, why).by_reset(open.reset))
}

/// One that is worth nothing any more makes place for another one.
pub async fn replaced(tx: &mut Write, person: &PersonId, now: Timestamp) -> Answer<()> {
    Ok(table::end(tx, person, (ExceptionEnd::Expired, None), now).await?)
}

/// A factor became somebody's, in that visit: their exception, if one is open, has ended.
pub async fn ended_by_factor(
    tx: &mut Write,
    person: &PersonId,
    (how, visit): (ExceptionEnd, Option<VisitId>),
    now: Timestamp,
) -> Answer<()> {
    Ok(table::end(tx, person, (how, visit), now).await?)
}

/// An exception as people see it.
pub async fn shown(
    db: &mut Connection,
    exception: Stored,
    now: Timestamp,
) -> Answer<ResetException> {
    let is_over = exception.ended_at.is_none() && exception.until <= now;
    let how = match is_over {
        true => Some(ExceptionEnd::Expired),
        false => exception.how,
    };
    let is_shut = how == Some(ExceptionEnd::Expired)
        && standing::valid(db, &exception.person).await?.is_empty();
    Ok(ResetException {
        owner: owner(db, &exception.owner).await?,
        began_at: exception.began_at,
        until: exception.until,
        ended_at: exception.ended_at.or(is_over.then_some(exception.until)),
        how,
        overdue: is_shut,
    })
}

async fn owner(db: &mut Connection, id: &OperatorId) -> Answer<Operator> {
    let account = operator::account(db, id).await?;
    let account = account.ok_or_else(|| Refusal::internal("an exception that is nobody's"))?;
    Ok(account.operator)
}
