//! What becomes of a factor that arrives or that waits: whether it is valid, by the visit that it came in as that visit stands now.

use jiff::{SignedDuration, Timestamp};

use super::proof::{another_made, provers, refuse_hands, refuse_nobody_in};
use super::{FactorName, IDLE, Kept, holds, kept, of};
use crate::domain::authority::Action;
use crate::domain::identification::{Case, Methods};
use crate::domain::visit::Authority;
use crate::domain::{Identification, OfferId, OperatorId, Person, PersonId, StationId, VisitId};
use crate::server::auth::AtDesk;
use crate::server::database::{Write, ms};
use crate::server::exceptions;
use crate::server::identifications::{self, Look};
use crate::server::loans;
use crate::server::problem::{Answer, Refusal};
use crate::server::tables::{offer, operator, person, standing, visit};
use crate::wire::{Because, Visit, problem_code};

/// So long after a visit's time what was done in it is taken, because the line may have been down. Later it waits.
const LINE_DOWN: SignedDuration = SignedDuration::from_hours(24);

/// Likewise after a ticket's day: the line may come back after a weekend.
const LINE_DOWN_FROM_TICKETS: SignedDuration = SignedDuration::from_hours(3 * 24);

/// What becomes of a factor that is added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    Valid,
    /// It is lent, until then.
    Lent(Timestamp),
    /// It waits for its owner. Why, where that is for the registry's administrator to look at.
    Waits(Option<&'static str>),
}

/// A test was passed under an offer: the visit that it was for is proved by it, if that factor may.
pub async fn passed(
    tx: &mut Write,
    (test, prover): (OfferId, &PersonId),
    by: &FactorName,
    now: Timestamp,
) -> Answer<()> {
    let (visit, asked_by) = offer::pass(tx, test, by).await?;
    let Some(id) = visit else {
        return Ok(());
    };
    let Some(kept) = kept(tx, id).await? else {
        return Ok(());
    };
    let visit = &kept.visit;
    // What was asked for before the visit was passed on was asked for by somebody else.
    let proves = visit.authority.is_none()
        && (kept.is_ticket || visit.operator == asked_by)
        && in_time(&kept, now)
        && provers(tx, visit, prover).await?.contains(by);
    let authority = match *prover == visit.person {
        true => Authority::Factor,
        false => Authority::Administrator,
    };
    let proves = proves
        && match authority {
            // Whose account it is must be said, as for whatever else somebody stands by in another one's place.
            Authority::Administrator => refuse_nobody_in(tx, id).await.is_ok(),
            Authority::First | Authority::Factor | Authority::Released => true,
        };
    visit::prolong(tx, id, (now, now - IDLE)).await?;
    if proves {
        visit::prove(tx, id, authority, (by, prover), now).await?;
    }
    Ok(())
}

/// Whether what comes of a visit comes in time: not after it was ended, nor longer after its time than a line is down; of a ticket not
/// before its day either. When something was done is only what a station says.
fn in_time(kept: &Kept, now: Timestamp) -> bool {
    let (from, until) = match kept.day {
        Some((from, until)) => (ms(from), ms(until + LINE_DOWN_FROM_TICKETS)),
        None => (i64::MIN, ms(kept.visit.expires_at + LINE_DOWN)),
    };
    kept.ended_at.is_none() && (from..=until).contains(&ms(now))
}

/// Who brings a factor.
#[derive(Debug, Clone, Copy)]
pub struct Bringer<'a> {
    /// Who identified the person, as the station says.
    pub operator: &'a OperatorId,
    /// Who ended what that one had begun.
    pub finished_by: Option<&'a OperatorId>,
    /// By which offer it came.
    pub offer: OfferId,
    /// Where.
    pub station: &'a StationId,
    /// How they were identified, as the station says.
    pub identification: &'a Identification,
}

/// Decides once more, when a factor arrives, whether it becomes valid: by the visit of its offer, as it stands now.
pub async fn fate(
    tx: &mut Write,
    visit: Option<VisitId>,
    (by, person): (Bringer<'_>, &Person),
    methods: &Methods,
    now: Timestamp,
) -> Answer<Fate> {
    let Identification::Shown { .. } = by.identification else {
        return Ok(Fate::Waits(None));
    };
    let Some(id) = visit else {
        return Ok(Fate::Waits(Some(problem_code::VISIT_MISSING)));
    };
    let Some(kept) = kept(tx, id).await? else {
        return Ok(Fate::Waits(Some(problem_code::VISIT_MISSING)));
    };
    let brought = [Some(by.operator), by.finished_by];
    for operator in brought.into_iter().flatten() {
        // When it was done is only what the station says.
        if is_revoked(tx, operator).await? {
            return Ok(Fate::Waits(Some(problem_code::VISIT_REVOKED)));
        }
        if holds(tx, Action::Receive, operator, person).await.is_err() {
            return Ok(Fate::Waits(Some(problem_code::VISIT_OWN)));
        }
    }
    // Whoever passed a visit on does nothing more in it.
    let whose = &kept.visit.operator;
    if !kept.is_ticket && by.operator != whose && by.finished_by != Some(whose) {
        return Ok(Fate::Waits(Some(problem_code::VISIT_OVERTAKEN)));
    }
    // A ticket is no better than whoever fetched it.
    if is_revoked(tx, &kept.visit.operator).await? {
        return Ok(Fate::Waits(Some(problem_code::VISIT_REVOKED)));
    }
    // Whoever came with a ticket first is who came with it.
    let look = Look {
        person: &person.id,
        how: by.identification,
        operator: by.operator,
        station: by.station,
    };
    let misfit = identifications::misfit(tx, Case::Visit(id), (look, methods), now).await?;
    if let Some(misfit) = misfit {
        return Ok(Fate::Waits(Some(misfit.code())));
    }
    let hands: Vec<&OperatorId> = brought.into_iter().flatten().collect();
    if let Err(why) = refuse_hands(tx, id, &hands).await {
        return match why.code() {
            problem_code::NOT_ALLOWED => Ok(Fate::Waits(Some(problem_code::VISIT_HAND))),
            _ => Err(why),
        };
    }
    if exceptions::refuse_in_visit(tx, id, (person, &hands), now)
        .await
        .is_err()
    {
        return Ok(Fate::Waits(Some(problem_code::VISIT_OVER)));
    }
    let late = !in_time(&kept, now);
    let about = (&kept.visit, person);
    if let Some(lent) = loans::arriving(tx, by.offer, about, &hands, now).await? {
        return Ok(match lent {
            Ok(until) if !kept.overtaken && !late => Fate::Lent(until),
            Ok(_) => Fate::Waits(Some(problem_code::VISIT_OVER)),
            Err(_) => Fate::Waits(Some(problem_code::VISIT_UNPROVED)),
        });
    }
    Ok(match (kept.overtaken, kept.visit.authority) {
        (true, _) => Fate::Waits(Some(problem_code::VISIT_OVERTAKEN)),
        (false, _) if late => Fate::Waits(Some(problem_code::VISIT_OVER)),
        (false, None) => Fate::Waits(Some(problem_code::VISIT_UNPROVED)),
        (false, Some(_)) => Fate::Valid,
    })
}

async fn is_revoked(tx: &mut Write, id: &OperatorId) -> Answer<bool> {
    let account = operator::account(tx, id).await?;
    Ok(account.is_some_and(|account| account.revoked_at.is_some()))
}

/// Whether the person proved a factor of their own in that visit, which was this desk's at that time.
pub async fn proved_then(
    tx: &mut Write,
    (id, person): (VisitId, &PersonId),
    (station, operator): (&StationId, &OperatorId),
    (at, now): (Timestamp, Timestamp),
) -> Answer<bool> {
    let Some(kept) = kept(tx, id).await? else {
        return Ok(false);
    };
    let visit = &kept.visit;
    Ok(visit.person == *person
        && kept.station == *station
        && visit.operator == *operator
        && visit.authority == Some(Authority::Factor)
        && !kept.overtaken
        && in_time(&kept, now)
        && ms(at) <= ms(visit.expires_at))
}

/// Whether the person proved a factor of their own in that visit.
pub async fn is_proved(tx: &mut Write, id: Option<VisitId>) -> Answer<bool> {
    let Some(id) = id else {
        return Ok(false);
    };
    let kept = kept(tx, id).await?;
    Ok(kept.is_some_and(|kept| kept.visit.authority == Some(Authority::Factor) && !kept.overtaken))
}

/// Whoever had a hand in what this visit rests on has no part in what is taken in it.
async fn refuse_makers(
    tx: &mut Write,
    (visit, waiting): (&Visit, &FactorName),
    now: Timestamp,
) -> Answer<()> {
    let owner = person::by_id(tx, &visit.person).await?;
    let owner = owner.ok_or_else(|| Refusal::internal("a visit of nobody"))?;
    let makers = standing::makers(tx, &visit.person, waiting).await?;
    let hands: Vec<&OperatorId> = makers.iter().chain([&visit.operator]).collect();
    refuse_hands(tx, visit.id, &hands).await?;
    exceptions::refuse_in_visit(tx, visit.id, (&owner, &hands), now).await
}

/// What lets this visit's person take a factor that waits for them: a factor of theirs that they proved or, where they never had
/// one, that another human made it and it passed a test here.
pub async fn may_take(
    tx: &mut Write,
    desk: &AtDesk,
    id: VisitId,
    waiting: &FactorName,
    test: Option<OfferId>,
    now: Timestamp,
) -> Answer<Visit> {
    let kept = of(tx, (&desk.station, &desk.operator.id), id, now).await?;
    let visit = kept.visit;
    let refused = |why: Because| Refusal::because(problem_code::AUTHORITY_NEEDED, why);
    match visit.authority {
        Some(Authority::Factor) => return Ok(visit),
        // Who has nothing left after a reset is, for this, like who never had anything.
        Some(Authority::First | Authority::Released) => {}
        Some(Authority::Administrator) | None => {
            return Err(refused(Because::MadeAhead {}));
        }
    }
    refuse_makers(tx, (&visit, waiting), now).await?;
    if !another_made(tx, visit.id, (&visit.person, waiting)).await? {
        return Err(refused(Because::MakerIdentified {}));
    }
    let passed = match test {
        Some(test) => offer::passed_by(tx, test, id).await?,
        None => None,
    };
    match passed.as_ref() == Some(waiting) {
        true => Ok(visit),
        false => Err(refused(Because::TouchFirst {})),
    }
}
