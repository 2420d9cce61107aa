//! Before a factor is taken from somebody: what lets that be done is shown at this desk, or it is not done.
//!
//! Invariant: nothing that opens an account is taken before the registry has named the visit by which; what it would refuse, and who
//! serves those who cannot prove anything any more, is told before anybody is asked anything.

use super::visit::{identified, open, own_proof};
use super::{Desk, Stop};
use crate::domain::authority::Action;
use crate::domain::reason::Unmet;
use crate::domain::reset::{Losses, ResetCase};
use crate::domain::stop_code::StopCode;
use crate::domain::{Bytes, Identification, IntentId, KeyFacts, PersonId, VisitId};
use crate::record::Change;
use crate::wire::{Operator, PersonDetail, problem_code};

/// What lets it be done.
pub(super) struct Leave {
    /// By which visits; none: nothing of it opens anything.
    pub(super) visits: Vec<VisitId>,
    /// How the person of the visit was identified.
    identified: Option<Identification>,
    /// Whoever proved themself for it.
    proved: Option<String>,
}

impl Leave {
    /// The case with what the visit says already: nobody is asked for it again.
    pub(super) fn fill(&self, mut case: ResetCase) -> ResetCase {
        if let Some(identification) = &self.identified {
            case.identification = Some(identification.clone());
        }
        if let Some(name) = &self.proved {
            case.requested_by.get_or_insert_with(|| name.clone());
        }
        case
    }

    /// The same, once more was found on the key.
    pub(super) fn and(self, more: Self) -> Self {
        Self {
            visits: more.visits,
            identified: self.identified.or(more.identified),
            proved: self.proved.or(more.proved),
        }
    }
}

/// Asks the registry and, where a proof is missing that its owner can give, has them give it. No key: it is not to be had.
pub(super) async fn authorised(
    desk: &mut dyn Desk,
    operator: &Operator,
    (key, losses): (Option<&KeyFacts>, &Losses),
) -> Result<Leave, Stop> {
    let ids = concerned(losses);
    if ids.is_empty() {
        return by(desk, losses, (Vec::new(), None)).await;
    }
    let missing = match desk.leave_to_take(&ids).await {
        Ok(visits) => return by(desk, losses, (visits, None)).await,
        Err(Stop::RegistryRefused { code, detail }) if code == problem_code::AUTHORITY_NEEDED => {
            Stop::RegistryRefused { code, detail }
        }
        Err(stop) => return Err(stop),
    };
    let (mut asked, mut proved) = (false, None);
    for person in losses.all_people() {
        let Some(detail) = page(desk, &person.id).await? else {
            continue;
        };
        let opens = |id: &Bytes| {
            let mut theirs = detail.credentials.iter();
            theirs.any(|held| held.id == *id && held.is_valid())
        };
        if ids.iter().any(opens) {
            asked = true;
            prove(desk, operator, (key, &ids), &detail).await?;
            proved.get_or_insert(detail.person.name);
        }
    }
    if !asked {
        return Err(missing);
    }
    let visits = desk.leave_to_take(&ids).await?;
    by(desk, losses, (visits, proved)).await
}

/// What those visits let, with how their person was identified in them.
async fn by(
    desk: &mut dyn Desk,
    losses: &Losses,
    (visits, proved): (Vec<VisitId>, Option<String>),
) -> Result<Leave, Stop> {
    let mut identified = None;
    // Without a visit nothing of it opens anything, and whoever hands in the key is identified for the case.
    for person in losses
        .all_people()
        .into_iter()
        .filter(|_| !visits.is_empty())
    {
        let visit = page(desk, &person.id).await?.and_then(|page| page.visit);
        let named = visit.filter(|visit| visits.contains(&visit.id));
        identified = identified.or(named.map(|visit| visit.identification));
    }
    Ok(Leave {
        visits,
        identified,
        proved,
    })
}

/// The same once more, immediately before what nothing takes back: a visit may be over by then.
pub(super) async fn still(desk: &mut dyn Desk, losses: &Losses) -> Result<(), Stop> {
    let ids = concerned(losses);
    if ids.is_empty() {
        return Ok(());
    }
    desk.leave_to_take(&ids).await.map(|_| ())
}

/// The visits by which work that is taken up takes, on disk before anything is done by them: whoever takes it up after another stop
/// reports them.
pub(super) async fn taken_up(
    desk: &mut dyn Desk,
    (intent, before): (IntentId, &[VisitId]),
    leave: Leave,
) -> Result<Vec<VisitId>, Stop> {
    let visits = leave.visits;
    if visits != before {
        let visits = visits.clone();
        desk.commit(Change::TakenUp { intent, visits }).await?;
    }
    Ok(visits)
}

/// What may be on the key: also what it did not show.
fn concerned(losses: &Losses) -> Vec<Bytes> {
    let all = losses.enrolments.iter().chain(&losses.unsure);
    all.map(|lost| lost.credential.clone()).collect()
}

/// What the registry has of a person; none: it has never heard of them, and so nothing of theirs opens anything.
async fn page(desk: &mut dyn Desk, id: &PersonId) -> Result<Option<PersonDetail>, Stop> {
    match desk.detail(id).await {
        Ok(detail) => Ok(Some(detail)),
        Err(Stop::RegistryRefused { code, .. }) if code == problem_code::NOT_FOUND => Ok(None),
        Err(stop) => Err(stop),
    }
}

/// Its owner proves a factor that they had when their visit began.
async fn prove(
    desk: &mut dyn Desk,
    operator: &Operator,
    (key, taken): (Option<&KeyFacts>, &[Bytes]),
    detail: &PersonDetail,
) -> Result<(), Stop> {
    operator.role.may_for(Action::GiveUp, detail.person.kind)?;
    let lost = || {
        Stop::Unmet(Unmet::LostAccess {
            person: detail.person.name.clone(),
            kind: detail.person.kind,
        })
    };
    if has_lost_access((key, taken), detail) {
        return Err(lost());
    }
    let identification = identified(desk, operator, detail).await?;
    let visit = open(desk, detail, &identification).await?;
    let proved = own_proof(desk, operator, detail, (&visit, None)).await;
    match proved {
        // By now this key verifies nobody either.
        Err(stop)
            if stop.code() == StopCode::PinBlocked && has_lost_access((None, taken), detail) =>
        {
            Err(lost())
        }
        proved => proved,
    }
}

/// Whether nothing of theirs can prove them: no other factor opens their account, and this key verifies nobody: it is not to be had, its
/// PIN is blocked, or it has none, because it was reset elsewhere.
fn has_lost_access((key, taken): (Option<&KeyFacts>, &[Bytes]), detail: &PersonDetail) -> bool {
    let keys = detail.credentials.iter().filter(|held| held.is_valid());
    let mut others = keys.filter(|held| !taken.contains(&held.id));
    let mut apps = detail.factors.iter().filter(|factor| factor.is_valid());
    let verifies = key.is_some_and(|key| {
        let takes_pin = key.pin_set == Some(true) && key.pin_retries != Some(0);
        takes_pin || key.built_in_uv
    });
    !verifies && others.next().is_none() && apps.next().is_none()
}

#[cfg(test)]
mod tests;
