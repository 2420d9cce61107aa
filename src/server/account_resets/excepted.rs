//! A reset that was released for somebody who is not at a desk is carried out: what comes of it is a dated exception.
//!
//! Invariant: not before its time to object is over, not after its own, and never by whoever released it.

use jiff::Timestamp;

use super::carried_out::{delete, refuse_authority, tell_done};
use super::{
    Told, agent, known, not_allowed, over, refuse_otherwise, refuse_unknown, request, stands,
    stored, tell, vouching,
};
use crate::domain::account_reset::ResetState;
use crate::domain::act::Going;
use crate::domain::authority::{Action, may_ask};
use crate::domain::exception::EXCEPTION_DAYS_MAX;
use crate::domain::working_days::WorkingDays;
use crate::domain::{AccountResetId, Person};
use crate::server::auth::AtDesk;
use crate::server::database::Write;
use crate::server::exceptions;
use crate::server::heads;
use crate::server::notices::Kind;
use crate::server::problem::{Answer, Refusal};
use crate::server::tables::account_reset::{self as table, Stored};
use crate::server::tables::exception;
use crate::server::visits;
use crate::wire::{Because, problem_code};

/// Deletes all that opens the account, which stays shut until a factor is enrolled at a desk within so many working days. Returns what was
/// deleted.
pub async fn except(
    tx: &mut Write,
    desk: &AtDesk,
    (id, days, calendar): (AccountResetId, u8, &WorkingDays),
    now: Timestamp,
) -> Answer<(Vec<Going>, Person)> {
    if !(1..=EXCEPTION_DAYS_MAX).contains(&days) {
        return Err(Refusal::new(
            problem_code::MALFORMED,
            format!("an exception lasts 1 to {EXCEPTION_DAYS_MAX} working days, and not {days}"),
        ));
    }
    heads::refuse_forked(tx, &desk.station).await?;
    let reset = stored(tx, id).await?;
    let person = known(tx, &reset.person).await?;
    may_ask(desk.operator.role, Action::ReplaceLost, person.kind).map_err(not_allowed)?;
    visits::holds(tx, Action::Receive, &desk.operator.id, &person).await?;
    refuse_unknown(tx, &desk.operator).await?;
    if !reset.is_away() {
        return Err(over(id, Because::CarriedOutInVisit {}));
    }
    let state = reset.state.at(reset.until, now);
    if state != ResetState::Released {
        return Err(stands(&reset, now));
    }
    refuse_unripe(&reset, now)?;
    refuse_authority(tx, desk, &reset, (&person, None), now).await?;
    let nobody = || Refusal::internal("a reset that nobody asked for");
    let (_, terms) = request(tx, &reset).await?.ok_or_else(nobody)?;
    refuse_otherwise(tx, &terms, &person).await?;
    vouching::refuse_fallen(tx, &terms, &desk.operator.id, now).await?;
    exceptions::refuse_second(tx, &person, now).await?;
    let owner = reset.asked_by.clone().ok_or_else(nobody)?;
    let until = calendar.end_of(u32::from(days), now);
    if !table::except(tx, id, &desk.operator.id, (now, until)).await? {
        return Err(over(id, Because::ReleasedNoMore {}));
    }
    let deleted = delete(tx, desk, (&person.id, None), now).await?;
    exceptions::replaced(tx, &person.id, now).await?;
    exception::insert(tx, (id, &person.id, &owner), (now, until)).await?;
    tell_done(tx, &reset, (&person, Some(until)), now).await?;
    Ok((deleted, person))
}

/// Whoever is not at a desk has time to object.
fn refuse_unripe(reset: &Stored, now: Timestamp) -> Answer<()> {
    match reset.ripe_at {
        Some(ripe_at) if ripe_at <= now => Ok(()),
        Some(_) => Err(stands(reset, now)),
        None => Err(Refusal::internal("a reset without a time to object")),
    }
}

/// Those of which nothing came in time: whoever was told of the reset hears of it, and so does Customer Service.
pub(super) async fn tell_expired(
    tx: &mut Write,
    expired: &exception::Stored,
    now: Timestamp,
) -> Answer<()> {
    let reset = stored(tx, expired.reset).await?;
    let person = known(tx, &expired.person).await?;
    let owner = agent(tx, &expired.owner).await?.operator.name;
    let told = Told {
        until: Some(expired.until),
        state: Some(ResetState::Expired),
        ..Told::of(reset.id, reset.reason, &owner)
    };
    tell(tx, Kind::ResetEnded, &person, &told, now).await?;
    let kind = (Kind::ResetEnded, &person.id);
    Ok(crate::server::notices::tell_service_of(tx, kind, &told, now).await?)
}
