//! A second agent releases what was asked for.
//!
//! Invariant: nobody who asked, or received the person, is a second pair of eyes.

use jiff::Timestamp;

use super::asked::refuse_requester;
use super::{
    Pace, Told, agent, known, over, refuse_otherwise, refuse_unknown, request, stands, stored,
    tell, vouching,
};
use crate::domain::account_reset::{CARRIED_OUT_WITHIN, ResetState, is_last_name};
use crate::domain::act::{Act, Deed, ResetTerms, challenge};
use crate::domain::authority::{Action, As, NoRelease, row};
use crate::domain::{AccountResetId, OperatorId, Person, VisitId};
use crate::server::auth::AtDesk;
use crate::server::database::{Connection, Write};
use crate::server::notices::{self, Kind};
use crate::server::problem::{Answer, Refusal, operator_revoked};
use crate::server::tables::account_reset::{self as table, Stored};
use crate::server::tables::{audit, operator, visit};
use crate::server::visits;
use crate::wire::{Because, Operator, problem_code};

/// What a second agent would sign now, and the person.
pub async fn release(
    tx: &mut Write,
    id: AccountResetId,
    releaser: &OperatorId,
    now: Timestamp,
) -> Answer<(Deed, Person)> {
    let reset = standing_at(tx, id, ResetState::Requested, now).await?;
    let person = known(tx, &reset.person).await?;
    let unsigned = || Refusal::internal(format!("reset {id} was asked for by nobody's signature"));
    let asked_by = reset.asked_by.as_ref().ok_or_else(unsigned)?;
    refuse_requester(tx, (asked_by, reset.asked_at), &person).await?;
    may_release(tx, (&reset, asked_by), (releaser, &person), now).await?;
    let (request, terms) = request(tx, &reset).await?.ok_or_else(unsigned)?;
    refuse_otherwise(tx, &terms, &person).await?;
    vouching::refuse_fallen(tx, &terms, releaser, now).await?;
    let deed = Deed::ReleaseReset {
        terms,
        asked_by: request.signer.clone(),
        asked: challenge(&request.bytes().0),
        signature: reset.signature.ok_or_else(unsigned)?,
    };
    Ok((deed, person))
}

/// Most releasers that are named.
const RELEASERS_MAX: usize = 50;

/// Who may release it now, by name.
pub async fn releasers(
    tx: &mut Write,
    id: AccountResetId,
    now: Timestamp,
) -> Answer<Vec<Operator>> {
    let reset = standing_at(tx, id, ResetState::Requested, now).await?;
    let person = known(tx, &reset.person).await?;
    let asked_by = reset.asked_by.clone();
    let asked_by = asked_by.ok_or_else(|| Refusal::internal("a request of nobody's"))?;
    let mut found = Vec::new();
    for access in operator::all(tx).await? {
        if found.len() == RELEASERS_MAX {
            break;
        }
        match may_release(tx, (&reset, &asked_by), (&access.id, &person), now).await {
            Ok(()) => found.push(agent(tx, &access.id).await?.operator),
            Err(why) if why.code() == problem_code::INTERNAL => return Err(why),
            Err(_) => {}
        }
    }
    Ok(found)
}

/// Whether this account may release that: of another human than whoever asked, settled, and neither the person nor of their
/// organisation.
pub(super) async fn may_release(
    tx: &mut Write,
    (reset, asked_by): (&Stored, &OperatorId),
    (releaser, person): (&OperatorId, &Person),
    now: Timestamp,
) -> Answer<()> {
    let account = agent(tx, releaser).await?;
    if let Some(at) = account.revoked_at {
        return Err(operator_revoked(releaser, at));
    }
    let releases = row(Action::ReplaceLost, Some(person.kind))
        .ok_or_else(|| Refusal::internal("a reset that the matrix does not have"))?;
    let changed_at = operator::changed_at(tx, releaser).await?;
    let name = &account.operator.name;
    let refused = |why: Because| Refusal::because(problem_code::NOT_ALLOWED, why);
    let as_what = match table::is_deputy(tx, releaser, now).await? {
        true => As::Deputy,
        false => As::Role(account.operator.role),
    };
    releases
        .released_by
        .may_be((as_what, changed_at), now)
        .map_err(|why| {
            refused(match why {
                NoRelease::NotAsked => Because::ReleaseNotAsked {
                    person: person.name.clone(),
                },
                NoRelease::Role(role) => Because::ReleasesNothing {
                    role,
                    may: releases.into(),
                },
                NoRelease::Until(at) => Because::ReleaserNew {
                    operator: name.clone(),
                    at,
                },
            })
        })?;
    refuse_unknown(tx, &account.operator).await?;
    visits::holds(tx, Action::Receive, releaser, person).await?;
    refuse_same_human(tx, (reset.visit, asked_by), (releaser, name)).await
}

/// Nobody who received the person, or asked, is a second pair of eyes.
pub(super) async fn refuse_same_human(
    tx: &mut Write,
    (visit, asked_by): (Option<VisitId>, &OperatorId),
    (releaser, name): (&OperatorId, &str),
) -> Answer<()> {
    let mut hands = match visit {
        Some(visit) => visit::operators(tx, visit).await?,
        None => Vec::new(),
    };
    hands.push(asked_by.clone());
    for other in &hands {
        if !operator::are_two_humans(tx, other, releaser).await? {
            let operator = name.to_owned();
            return Err(Refusal::because(
                problem_code::NOT_ALLOWED,
                Because::ReleaserSameHuman { operator },
            ));
        }
    }
    Ok(())
}

/// A second agent released it; their act is kept already. `typed`: the last name, as they typed it.
pub async fn released(
    tx: &mut Write,
    (act, terms): (&Act, &ResetTerms),
    (releaser, asked_by, desk): (&Operator, &str, Option<&AtDesk>),
    (person, typed): (&Person, Option<&str>),
    (pace, now): (Pace<'_>, Timestamp),
) -> Answer<()> {
    if !typed.is_some_and(|typed| is_last_name(&terms.person.name, typed)) {
        return Err(Refusal::because(
            problem_code::NAME_DIFFERS,
            Because::NameDiffers {},
        ));
    }
    let ripe_at = terms.away.is_some().then(|| now + pace.wait);
    let until = match ripe_at {
        Some(ripe_at) => pace.days.end_of(1, ripe_at),
        None => now + CARRIED_OUT_WITHIN,
    };
    let by = (act.id, &releaser.id);
    if !table::release(tx, terms.reset, by, (now, ripe_at, until)).await? {
        return Err(over(terms.reset, Because::AskedForNoMore {}));
    }
    let told = Told {
        released_by: Some(&releaser.name),
        not_before: ripe_at,
        until: Some(until),
        ..Told::of(terms.reset, terms.reason, asked_by)
    };
    tell(tx, Kind::ResetReleased, person, &told, now).await?;
    // All of them are second pairs of eyes.
    let kind = (Kind::ResetReleased, &person.id);
    notices::tell_service_of(tx, kind, &told, now).await?;
    let asked_at = stored(tx, terms.reset).await?.station;
    // At their own desk they saw what they signed on a screen that nobody else had in hand.
    let beside = |desk: &&AtDesk| {
        asked_at.as_ref() == Some(&desk.station) || desk.operator.id != releaser.id
    };
    if let Some(desk) = desk.filter(beside) {
        let detail = format!(
            "reset {} was released by {} at {}, where operator {} was signed in; {asked_by} had asked for it: nothing but the receipt \
             says what the screen showed",
            terms.reset, releaser.id, desk.station, desk.operator.id
        );
        audit::alarm(
            tx,
            &desk.station,
            problem_code::RELEASED_BESIDE,
            &detail,
            now,
        )
        .await?;
    }
    Ok(())
}

/// The reset, if it stands like that.
pub(super) async fn standing_at(
    db: &mut Connection,
    id: AccountResetId,
    wanted: ResetState,
    now: Timestamp,
) -> Answer<Stored> {
    let reset = stored(db, id).await?;
    let state = reset.state.at(reset.until, now);
    match state == wanted {
        true => Ok(reset),
        false => Err(stands(&reset, now)),
    }
}
