//! A reset ends before anything came of it: withdrawn, refused, objected to.

use jiff::Timestamp;

use super::released::{may_release, standing_at};
use super::{ByPerson, Told, Where, agent, expire, known, not_allowed, stands, stored, tell_ended};
use crate::domain::account_reset::ResetState;
use crate::domain::authority::{Action, may_end_reset};
use crate::domain::{AccountResetId, OperatorId, Person};
use crate::server::auth::AtDesk;
use crate::server::database::Write;
use crate::server::notices::{self, Kind};
use crate::server::problem::{Answer, Refusal};
use crate::server::tables::account_reset::{self as table, Ender, Stored};
use crate::server::tables::{audit, operator, station};
use crate::server::visits;
use crate::wire::{Because, Operator, ResetEnd, ResetEnding, problem_code};

/// An operator withdraws or refuses one of which nothing has come. `desk`: theirs; none: on a page.
pub async fn end(
    tx: &mut Write,
    (by, desk): (&Operator, Option<&AtDesk>),
    (id, ResetEnd { how, beside, .. }): (AccountResetId, &ResetEnd),
    now: Timestamp,
) -> Answer<()> {
    match (how, beside, desk) {
        (ResetEnding::Refuse, Some(refuser), Some(desk)) => {
            return refuse_beside(tx, desk, (id, refuser), now).await;
        }
        (_, Some(_), _) => {
            return Err(Refusal::new(
                problem_code::MALFORMED,
                "beside: nobody stands beside whoever takes a request back",
            ));
        }
        (_, None, _) => {}
    }
    let how = *how;
    let reset = stored(tx, id).await?;
    let person = known(tx, &reset.person).await?;
    may_end(tx, by, (&person, how), now).await?;
    if how == ResetEnding::Refuse {
        // Who asked takes it back whoever they turned out to be.
        visits::holds(tx, Action::Receive, &by.id, &person).await?;
    }
    let is_theirs = is_theirs(tx, by, &reset).await?;
    let to = match (how, is_theirs) {
        (ResetEnding::Withdraw, true) => ResetState::Withdrawn,
        (ResetEnding::Refuse, false) => ResetState::Refused,
        (ResetEnding::Withdraw, false) | (ResetEnding::Refuse, true) => {
            return Err(Refusal::because(
                problem_code::NOT_ALLOWED,
                Because::EndsOwn {},
            ));
        }
    };
    end_as(tx, (&reset, to), (Ender::Operator(&by.id), None), now).await?;
    if let (ResetEnding::Refuse, Some(administrator)) = (how, &reset.administrator) {
        let detail = format!(
            "operator {} refused reset {id} of {}'s account, for which administrator {administrator} had asked",
            by.id, person.id
        );
        audit::raise(tx, None, (problem_code::RESET_OBJECTED, &detail), now).await?;
    }
    Ok(())
}

/// A second agent, who could release it, stands beside whoever asked and refuses: nothing is signed, and that one says so, to all of
/// Customer Service.
async fn refuse_beside(
    tx: &mut Write,
    desk: &AtDesk,
    (id, refuser): (AccountResetId, &OperatorId),
    now: Timestamp,
) -> Answer<()> {
    let reset = standing_at(tx, id, ResetState::Requested, now).await?;
    let person = known(tx, &reset.person).await?;
    let signed_in = &desk.operator;
    may_end(tx, signed_in, (&person, ResetEnding::Withdraw), now).await?;
    visits::holds(tx, Action::Receive, &signed_in.id, &person).await?;
    if !is_theirs(tx, signed_in, &reset).await? {
        return Err(Refusal::because(
            problem_code::NOT_ALLOWED,
            Because::RefusedBesideAsker {},
        ));
    }
    let asked_by = reset.asked_by.as_ref();
    let asked_by = asked_by.ok_or_else(|| Refusal::internal("a request of nobody's"))?;
    may_release(tx, (&reset, asked_by), (refuser, &person), now).await?;
    let by = Ender::Beside {
        signed_in: &signed_in.id,
        refuser,
    };
    end_as(tx, (&reset, ResetState::Refused), (by, None), now).await?;
    let refuser = agent(tx, refuser).await?.operator;
    let told = Told {
        state: Some(ResetState::Refused),
        objector: Some(&refuser.name),
        operator: Some(&signed_in.name),
        station: Some(Where {
            id: &desk.station,
            name: station::name(tx, &desk.station).await?,
        }),
        ..Told::of(id, reset.reason, &signed_in.name)
    };
    let kind = (Kind::ResetEnded, &person.id);
    notices::tell_service_of(tx, kind, &told, now).await?;
    let detail = format!(
        "operator {} says that {} refused reset {id} of {}'s account beside them: nothing is signed",
        signed_in.id, refuser.id, person.id
    );
    audit::alarm(
        tx,
        &desk.station,
        problem_code::REFUSED_BESIDE,
        &detail,
        now,
    )
    .await
    .map_err(Into::into)
}

/// One of the people does.
pub(super) async fn end_by_person(
    tx: &mut Write,
    (reset, to): (&Stored, ResetState),
    by: ByPerson<'_>,
    now: Timestamp,
) -> Answer<()> {
    let ender = (Ender::Person(by.id), Some(by));
    end_as(tx, (reset, to), ender, now).await
}

/// Whoever asks for such resets, or carries out what administrators ask for; a deputy refuses.
async fn may_end(
    tx: &mut Write,
    by: &Operator,
    (person, how): (&Person, ResetEnding),
    now: Timestamp,
) -> Answer<()> {
    if how == ResetEnding::Refuse && table::is_deputy(tx, &by.id, now).await? {
        return Ok(());
    }
    may_end_reset(by.role, person.kind).map_err(not_allowed)
}

/// Whether this operator, under whatever account, asked for it, or prepared what nobody has asked for yet.
async fn is_theirs(tx: &mut Write, by: &Operator, reset: &Stored) -> Answer<bool> {
    match &reset.asked_by {
        Some(asker) if reset.administrator.is_none() => {
            Ok(operator::is_same_human(tx, asker, &by.id).await?)
        }
        Some(_) | None => Ok(false),
    }
}

async fn end_as(
    tx: &mut Write,
    (reset, to): (&Stored, ResetState),
    (by, word): (Ender<'_>, Option<ByPerson<'_>>),
    now: Timestamp,
) -> Answer<()> {
    expire(tx, now).await?;
    let from = reset.state.at(reset.until, now);
    if !from.is_open() || !table::end(tx, reset.id, (from, to), by, now).await? {
        return Err(stands(reset, now));
    }
    tell_ended(tx, reset, (to, word), now).await
}
