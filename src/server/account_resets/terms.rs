//! What a request is made of, whoever asks: when one is taken, what it rests on, and what it says.
//!
//! Invariant: of one person one request is open at a time, and so many within a day.

use jiff::Timestamp;

use super::{DAY, IDENTIFIED_WITHIN, Wish, expire, going, open_of, party, standing_of};
use crate::domain::act::{GOING_MAX, LookedAt, Others, ResetTerms};
use crate::domain::{AccountResetId, Person, PersonId, VisitId};
use crate::server::database::{Connection, Write};
use crate::server::problem::{Answer, Refusal};
use crate::server::tables::account_reset as table;
use crate::server::tables::{FactorName, person, standing};
use crate::wire::{Because, Identified, Visit, problem_code};

/// So many requests about one person within [`DAY`] are taken; the next one waits until the first is older.
const OF_ONE_PERSON: u32 = 3;

/// The same of all, those too that were taken back before anybody was asked to release them: more than an honest agent gets wrong.
const TAKEN_BACK_TOO: u32 = 6;

/// Nothing is asked for while something is open but for `but`, nor too often.
pub(super) async fn refuse_more(
    tx: &mut Write,
    person: &Person,
    but: Option<AccountResetId>,
    now: Timestamp,
) -> Answer<()> {
    expire(tx, now).await?;
    if let Some(open) = open_of(tx, &person.id, now).await?
        && Some(open.id) != but
    {
        let why = Because::ResetOpen {
            person: person.name.clone(),
            how: Box::new(standing_of(&open, now)),
        };
        return Err(Refusal::because(problem_code::RESET_OPEN, why).by_reset(open.id));
    }
    refuse_often(tx, person, now).await
}

/// Whoever asks: so many about one person, and no more.
pub(super) async fn refuse_often(
    db: &mut Connection,
    person: &Person,
    now: Timestamp,
) -> Answer<()> {
    let allowed = table::allowed_at(db, &person.id).await?;
    let since = allowed.map_or(now - DAY, |at| at.max(now - DAY));
    let (all, lately) = table::asked_about(db, &person.id, since).await?;
    if lately >= OF_ONE_PERSON || all >= TAKEN_BACK_TOO {
        let why = Because::ResetLimit {
            count: all,
            person: person.name.clone(),
        };
        return Err(Refusal::because(problem_code::RESET_LIMIT, why));
    }
    Ok(())
}

/// What was asked for by a factor that opens nothing any more is nobody's word.
pub(super) async fn refuse_ended(
    tx: &mut Connection,
    owner: &PersonId,
    with: &FactorName,
) -> Answer<()> {
    let valid = standing::valid(tx, owner).await?;
    match valid.iter().any(|factor| factor.id == *with) {
        true => Ok(()),
        false => Err(Refusal::because(
            problem_code::NOT_ALLOWED,
            Because::FactorEnded {},
        )),
    }
}

/// The administrator of that name.
pub(super) async fn somebody(db: &mut Connection, id: &PersonId) -> Answer<Person> {
    let person = person::by_id(db, id).await?;
    person.ok_or_else(|| Refusal::internal("an administrator who is nobody"))
}

/// How the person was identified, not long before it is asked for.
pub(in crate::server) fn seen_lately(visit: &Visit, asked_at: Timestamp) -> Answer<LookedAt> {
    let not_identified = |why: Because| Refusal::because(problem_code::NOT_IDENTIFIED, why);
    let identified = visit
        .identified
        .as_ref()
        .ok_or_else(|| not_identified(Because::NobodyIdentified {}))?;
    if identified.check.at < asked_at - IDENTIFIED_WITHIN {
        return Err(not_identified(Because::IdentifiedLongAgo {}));
    }
    Ok(looked_at(visit.id, identified))
}

/// An identification, as an act names it.
pub(super) fn looked_at(visit: VisitId, identified: &Identified) -> LookedAt {
    let check = &identified.check;
    LookedAt {
        visit,
        how: check.how.to_string(),
        by: party(check.operator.as_str(), &identified.operator_name),
        station: party(check.station.as_str(), &identified.station_name),
        at: check.at,
    }
}

/// What is asked for, as it is now.
pub(super) async fn terms(
    tx: &mut Write,
    id: AccountResetId,
    person: &Person,
    (wish, identified): (Wish<'_>, Option<LookedAt>),
) -> Answer<ResetTerms> {
    let going = going(tx, &person.id).await?;
    Ok(ResetTerms {
        reset: id,
        person: party(person.id.as_str(), &person.name),
        organisation: person
            .organisation
            .as_ref()
            .map(|o| party(o.id.as_str(), &o.name)),
        others: Others::of(
            going
                .iter()
                .skip(GOING_MAX)
                .map(|factor| factor.id.as_str()),
        ),
        factors: going.into_iter().take(GOING_MAX).collect(),
        reason: wish.reason,
        remark: wish.remark.to_owned(),
        ticket: wish.ticket.map(ToOwned::to_owned),
        identified,
        away: None,
    })
}
