//! A reset that was released is carried out.
//!
//! Invariant: all is deleted or nothing; and whoever released does not carry out.

use jiff::Timestamp;

use super::asked::refuse_requester;
use super::by_administrator::refuse_asker;
use super::released::refuse_same_human;
use super::{
    Told, agent, asker, fallen, is_person, named, not_allowed, over, refuse_changed_since,
    refuse_needless, refuse_otherwise, refuse_unknown, request, stands, stored, tell,
};
use crate::domain::account_reset::ResetState;
use crate::domain::act::Going;
use crate::domain::authority::{Action, decide};
use crate::domain::identification::Case;
use crate::domain::suspension::FactorRef;
use crate::domain::visit::Takes;
use crate::domain::{AccountResetId, OperatorId, Person, PersonId, VisitId};
use crate::server::auth::AtDesk;
use crate::server::database::Write;
use crate::server::heads;
use crate::server::identifications;
use crate::server::lives::{self, Ended, Why};
use crate::server::notices::Kind;
use crate::server::problem::{Answer, Refusal, operator_revoked};
use crate::server::tables::account_reset::{self as table, Ender, Stored};
use crate::server::tables::{audit, operator, standing, visit};
use crate::server::visits::{self, Within};
use crate::wire::{Because, Visit, problem_code};

/// What is deleted, and the visit in which factors may be added from now on.
pub struct Done {
    pub deleted: Vec<Going>,
    pub visit: Visit,
    pub person: Person,
}

/// Deletes all that opens the account. What was carried out already lets factors be added in another visit of the same person within
/// its time, as long as nothing was.
pub async fn carry_out(
    tx: &mut Write,
    desk: &AtDesk,
    (id, visit): (AccountResetId, VisitId),
    now: Timestamp,
) -> Answer<Done> {
    heads::refuse_forked(tx, &desk.station).await?;
    let reset = stored(tx, id).await?;
    let (open, person) = visits::going(tx, desk, visit, now).await?;
    if person.id != reset.person {
        return Err(over(id, Because::OfAnother {}));
    }
    let act = decide(desk.operator.role, Action::ReplaceLost, Some(person.kind));
    act.once_released().map_err(not_allowed)?;
    visits::holds(tx, Action::Receive, &desk.operator.id, &person).await?;
    if reset.is_away() {
        return Err(over(id, Because::PersonNotAtDesk {}));
    }
    let state = reset.state.at(reset.until, now);
    let again = state == ResetState::CarriedOut && reset.until > now;
    if state != ResetState::Released && !again {
        return Err(stands(&reset, now));
    }
    refuse_authority(tx, desk, &reset, (&person, Some(visit)), now).await?;
    if again && reset.ended_by.as_ref() != Some(&desk.operator.id) {
        return Err(over(id, Because::CarriedOutByAnother {}));
    }
    refuse_identified_otherwise(tx, &reset, &open).await?;
    let deleted = match again {
        // Also where that is lost by now: it takes another reset then.
        true if standing::came_since(tx, &person.id, reset.ended_at.unwrap_or(now)).await? => {
            return Err(over(id, Because::Complete {}));
        }
        // What came too late, in a visit that had ended, waits for ever: it goes, and the key that it is on is enrolled anew.
        true => delete(tx, desk, (&person.id, Some(visit)), now).await?,
        false => {
            refuse_changed(tx, &reset, (&open, &person)).await?;
            let states = (ResetState::Released, ResetState::CarriedOut);
            let by = Ender::Operator(&desk.operator.id);
            if !table::end(tx, id, states, by, now).await? {
                return Err(over(id, Because::ReleasedNoMore {}));
            }
            let deleted = delete(tx, desk, (&person.id, Some(visit)), now).await?;
            raise_elsewhere(tx, desk, &reset, now).await?;
            tell_done(tx, &reset, (&person, None), now).await?;
            deleted
        }
    };
    visit::set_reset(tx, visit, id).await?;
    let (visit, person) = visits::going(tx, desk, visit, now).await?;
    Ok(Done {
        deleted,
        visit,
        person,
    })
}

/// Who comes to one desk and has it carried out at another may be nobody: both desks are looked at.
async fn raise_elsewhere(
    tx: &mut Write,
    desk: &AtDesk,
    reset: &Stored,
    now: Timestamp,
) -> Answer<()> {
    let (Some(station), Some(asked_by)) = (&reset.station, &reset.asked_by) else {
        return Ok(());
    };
    if *station == desk.station || operator::is_same_human(tx, asked_by, &desk.operator.id).await? {
        return Ok(());
    }
    let detail = format!(
        "reset {} of {}'s account, of operator {asked_by} at {station}, was carried out by operator {} at {}",
        reset.id, reset.person, desk.operator.id, desk.station
    );
    let kind = problem_code::CARRIED_OUT_ELSEWHERE;
    Ok(audit::alarm(tx, &desk.station, kind, &detail, now).await?)
}

/// Whose word it is carried out on still may say so: an administrator's, or an agent's and the second one's who released it.
pub(super) async fn refuse_authority(
    tx: &mut Write,
    desk: &AtDesk,
    reset: &Stored,
    (person, visit): (&Person, Option<VisitId>),
    now: Timestamp,
) -> Answer<()> {
    if let Some(administrator) = &reset.administrator {
        // Whose account it is must be said: it could be the administrator's own.
        refuse_unknown(tx, &desk.operator).await?;
        let visit = visit.ok_or_else(|| Refusal::internal("an administrator's reset of nobody"))?;
        return refuse_asker(tx, (reset, administrator), (person, visit), now).await;
    }
    let (asked_by, releaser) = agents(reset)?;
    refuse_requester(tx, (asked_by, reset.asked_at), person).await?;
    if !operator::are_two_humans(tx, releaser, &desk.operator.id).await? {
        return Err(Refusal::because(
            problem_code::NOT_ALLOWED,
            Because::ReleaserCarriesOut {},
        ));
    }
    refuse_released_by(tx, (reset, asked_by, releaser), (person, visit)).await
}

/// Who asked for it and who released it.
fn agents(reset: &Stored) -> Answer<(&OperatorId, &OperatorId)> {
    let both = reset.asked_by.as_ref().zip(reset.released_by.as_ref());
    both.ok_or_else(|| Refusal::internal("a reset that nobody asked for and released"))
}

/// What two agents let be done still holds: both of them still might, and the person is who was named. Who released it.
pub async fn refuse_ground(
    tx: &mut Write,
    id: AccountResetId,
    person: &Person,
) -> Answer<OperatorId> {
    let reset = stored(tx, id).await?;
    let (asked_by, releaser) = agents(&reset)?;
    refuse_requester(tx, (asked_by, reset.asked_at), person).await?;
    refuse_released_by(tx, (&reset, asked_by, releaser), (person, None)).await?;
    let (_, terms) = request(tx, &reset)
        .await?
        .ok_or_else(|| Refusal::internal("a reset that nobody signed"))?;
    match is_person(&terms, person) {
        true => Ok(releaser.clone()),
        false => Err(over(id, Because::CalledOtherwise {})),
    }
}

/// Whoever comes now shows what was shown when it was asked for, or prepared. What that was is not told: whoever has to be told it did
/// not see it.
async fn refuse_identified_otherwise(tx: &mut Write, reset: &Stored, open: &Visit) -> Answer<()> {
    let Some(then) = reset.visit else {
        return Ok(());
    };
    let (identified, _) = identifications::of(tx, Case::Visit(then)).await?;
    let identified = identified
        .ok_or_else(|| Refusal::internal("a reset in whose visit nobody was identified"))?;
    if identified.check.how == open.identification {
        return Ok(());
    }
    let why = Because::IdentifiedThen {
        now: open.identification.clone(),
    };
    Err(Refusal::because(problem_code::IDENTIFIED_OTHERWISE, why))
}

/// What would be deleted is what was asked for, and the person needs it.
async fn refuse_changed(
    tx: &mut Write,
    reset: &Stored,
    (open, person): (&Visit, &Person),
) -> Answer<()> {
    let takes = match reset.administrator {
        Some(_) => Takes::Administrator,
        None => Takes::Release,
    };
    refuse_needless(open, (person, takes))?;
    match request(tx, reset).await? {
        Some((_, terms)) => refuse_otherwise(tx, &terms, person).await,
        // A code signs nothing: what was there then, and nothing else.
        None if standing::came_since(tx, &person.id, reset.asked_at).await? => {
            Err(over(reset.id, Because::EnrolledSince {}))
        }
        None => Ok(()),
    }
}

/// `until`: to when an exception that came of it lasts.
pub(super) async fn tell_done(
    tx: &mut Write,
    reset: &Stored,
    (person, until): (&Person, Option<Timestamp>),
    now: Timestamp,
) -> Answer<()> {
    let asked_by = asker(tx, reset).await?;
    let releaser = match &reset.released_by {
        Some(id) => Some(agent(tx, id).await?.operator.name),
        None => None,
    };
    let told = Told {
        released_by: releaser.as_deref(),
        until,
        ..Told::of(reset.id, reset.reason, &asked_by)
    };
    tell(tx, Kind::ResetDone, person, &told, now).await
}

/// All of it, within that visit, if it is in one.
pub(super) async fn delete(
    tx: &mut Write,
    desk: &AtDesk,
    (person, visit): (&PersonId, Option<VisitId>),
    now: Timestamp,
) -> Answer<Vec<Going>> {
    let living = standing::living(tx, person).await?;
    let mut ended: Vec<(PersonId, FactorRef)> = Vec::new();
    for standing in &living {
        standing::end(tx, standing, now).await?;
        ended.push((person.clone(), standing.factor.clone()));
    }
    let end = Ended {
        station: &desk.station,
        operator: &desk.operator.id,
        why: Why::AccountReset,
        at: now,
        within: Within::Visit(visit),
    };
    lives::ended(tx, &end, &ended, now).await?;
    // Also where there was nothing: whatever other visit or ticket they have is asked anew.
    visits::changed(tx, person, Within::Visit(visit), now).await?;
    Ok(living.into_iter().map(named).collect())
}

/// Whoever released it still might.
async fn refuse_released_by(
    tx: &mut Write,
    (reset, asked_by, releaser): (&Stored, &OperatorId, &OperatorId),
    (person, visit): (&Person, Option<VisitId>),
) -> Answer<()> {
    let name = still_releases(tx, (reset, releaser), person)
        .await
        .map_err(fallen)?;
    for visit in [reset.visit, visit] {
        let hands = (visit, asked_by);
        refuse_same_human(tx, hands, (releaser, &name)).await?;
    }
    Ok(())
}

/// What they are called.
async fn still_releases(
    tx: &mut Write,
    (reset, releaser): (&Stored, &OperatorId),
    person: &Person,
) -> Answer<String> {
    let account = agent(tx, releaser).await?;
    if let Some(at) = account.revoked_at {
        return Err(operator_revoked(releaser, at));
    }
    visits::holds(tx, Action::Receive, releaser, person).await?;
    let signed_at = reset.released_at.unwrap_or(reset.asked_at);
    refuse_changed_since(tx, &account.operator, signed_at).await?;
    Ok(account.operator.name)
}
