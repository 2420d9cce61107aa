//! Authenticator apps and hardware tokens: the ports that they need beyond [`Desk`], and what their workflows share.
//!
//! Invariants: before a secret is shown it is sealed to the registry and an intent is on disk that holds it sealed; in the clear
//! it is in memory only, for as long as the question that shows it. Only a right code makes an app a factor. What a stop leaves on
//! a phone is told.

mod accept;
mod assign;
mod enrol;
pub(super) mod examine;
mod leave;
pub(super) mod prove;
mod remove;
mod replace;
mod resume;

pub use accept::{accept_waiting, waiting};
pub use assign::assign_token;
pub use enrol::{enrol_app, enrol_both};
pub use leave::end_visit;
pub use prove::test_app;
pub use remove::remove_factor;
pub use replace::replace_app;
pub(super) use resume::{resume_app, resume_token};

use super::dialogue::{
    Answer, AppJob, AppQuestion, Ending, Event, Job, Purpose, Question, StationClock,
};
use super::{Decider, Desk, Errand, Stop};
use crate::domain::authority::{Action, may_take};
use crate::domain::reason::Unmet;
use crate::domain::suspension::FactorRef;
use crate::domain::{FactorId, PersonId};
use crate::wire::{AppOffer, Factor, Offer, Operator, Owned, PersonDetail};

/// Does one of these jobs for a person, with that factor where one was chosen.
pub(super) async fn run(
    desk: &mut dyn Desk,
    job: AppJob,
    person: &PersonId,
    which: Option<FactorRef>,
) -> Result<Ending, Stop> {
    let factor = match &which {
        Some(FactorRef::App { factor }) => Some(*factor),
        _ => None,
    };
    match job {
        AppJob::Enrol => enrol_app(desk, person).await,
        AppJob::Both => enrol_both(desk, person).await,
        AppJob::Test => test_app(desk, person, factor).await,
        AppJob::Replace => replace_app(desk, person, factor).await,
        AppJob::Remove => remove_factor(desk, person, factor).await,
        AppJob::Assign => assign_token(desk, person).await,
        AppJob::Accept => accept_waiting(desk, person, which).await,
        AppJob::Leave => end_visit(desk, person).await,
    }
}

/// Begins a run about what the registry holds for a person: it may be done and recorded.
async fn begin(
    desk: &mut dyn Desk,
    job: AppJob,
    action: Action,
    who: &PersonId,
) -> Result<(Operator, PersonDetail), Stop> {
    let operator = desk.operator().ok_or(Stop::SignedOut)?;
    desk.room().await?;
    let detail = desk.detail(who).await?;
    operator.role.may_for(action, detail.person.kind)?;
    desk.tell(Event::Began {
        job: Job::App {
            app: job,
            person: detail.person.clone(),
        },
    });
    Ok((operator, detail))
}

/// The part of an offer by which an app is enrolled.
fn app_part(offer: &Offer) -> Result<&AppOffer, Stop> {
    offer.app.as_ref().ok_or(Stop::Unmet(Unmet::NoApps))
}

/// What was asked for a factor of this person and never answered, and is done after all: what the registry holds now says so.
pub(super) async fn done_unanswered(
    desk: &mut dyn Desk,
    detail: &PersonDetail,
    is_meant: impl Fn(&Errand) -> Option<FactorRef>,
) -> Result<Option<Owned>, Stop> {
    let who = &detail.person.id;
    for asked in desk.unanswered(who).await? {
        let Some(factor) = is_meant(&asked) else {
            continue;
        };
        desk.answered(who, &asked).await?;
        let mut all = detail.owned().into_iter();
        let done = all.find(|owned| owned.factor() == factor && owned.is_valid());
        if done.is_some() {
            return Ok(done);
        }
    }
    Ok(None)
}

/// The apps and tokens that are active: neither removed nor suspended.
fn active(detail: &PersonDetail) -> Vec<Factor> {
    let factors = detail.factors.iter();
    factors
        .filter(|f| f.removed_at.is_none() && f.held.suspended.is_none())
        .cloned()
        .collect()
}

/// How many of a person's keys are enrolled.
fn keys(detail: &PersonDetail) -> usize {
    let enrolled = detail.credentials.iter();
    enrolled.filter(|c| c.is_valid()).count()
}

/// The factor that was named, or the one that the operator chooses.
async fn chosen(
    desk: &mut dyn Desk,
    detail: &PersonDetail,
    named: Option<FactorId>,
    purpose: Purpose,
) -> Result<Factor, Stop> {
    let factors = active(detail);
    if let Some(id) = named {
        let found = factors.into_iter().find(|factor| factor.id == id);
        let is_suspended = |f: &&Factor| f.id == id && f.held.suspended.is_some();
        return match detail.factors.iter().find(is_suspended) {
            Some(held) => Err(Stop::suspended(&detail.person.name, &held.name)),
            None => found.ok_or_else(|| no_factor(detail)),
        };
    }
    match factors.as_slice() {
        [] => Err(no_factor(detail)),
        // What is lost by it is chosen, never guessed: another station may have changed the list meanwhile.
        [only] if purpose == Purpose::Test => Ok(only.clone()),
        _ => loop {
            let question = AppQuestion::ChooseFactor {
                person: detail.person.clone(),
                purpose,
                factors: factors.clone(),
                with_key: false,
            };
            if let Answer::Factor(id) = desk.ask(Question::App(question)).await?
                && let Some(factor) = factors.iter().find(|factor| factor.id == id)
            {
                return Ok(factor.clone());
            }
        },
    }
}

fn no_factor(detail: &PersonDetail) -> Stop {
    let person = detail.person.name.clone();
    Stop::Unmet(Unmet::NoFactor { person })
}

/// Where it would be the last one, that is a reset.
fn check_not_last(detail: &PersonDetail) -> Result<(), Stop> {
    let valid = active(detail).iter().filter(|f| f.is_valid()).count() + keys(detail);
    may_take(valid.saturating_sub(1), &detail.person).map_err(|last| Stop::Strands {
        account: last.person,
        may: last.may.map_or(Decider::Enroller, Decider::Row),
    })
}

/// Seconds by which the station's clock may be off before it is named.
const CLOCK_OFF_S: i64 = 15;

/// Whether the station's own clock is to be looked at before a phone's is blamed.
fn station_clock(desk: &dyn Desk) -> StationClock {
    match desk.clock_fast_s() {
        None => StationClock::Unknown,
        Some(fast_s) if fast_s.abs() > CLOCK_OFF_S => StationClock::Off { fast_s },
        Some(_) => StationClock::Right,
    }
}
