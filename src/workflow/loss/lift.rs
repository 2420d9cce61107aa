//! Lifts a suspension: the factor turned up, and its owner is at the desk with it.

use super::super::app::done_unanswered;
use super::super::app::examine::{Codes, advise, next_code, typed_code};
use super::super::care::take_key;
use super::super::ceremony::authentication_response;
use super::super::dialogue::{CodeOf, Ending, Event, Job, LossJob, LossResult, Note, Step};
use super::super::retest::{Asked, sign_as_enrolled};
use super::super::steps::{anew_after_pulls, begin_step, end_step};
use super::super::visit::{identified_before, identify};
use super::super::{Errand, KeyFault, Stop, conclude};
use super::{Desk, chosen};
use crate::domain::authority::Action;
use crate::domain::factor::CodeVerdict;
use crate::domain::reason::Unmet;
use crate::domain::suspension::FactorRef;
use crate::domain::{EntryId, Identification, Person, PersonId, UsbPath};
use crate::record::Change;
use crate::wire::webauthn::RequestOptions;
use crate::wire::{Factor, Lift, LiftOffer, Owned, PersonDetail, Shown, VERSION};

/// Lifts the suspension of a factor; `factor`: which, if that was chosen already; `at`: where its key is.
pub async fn lift(
    desk: &mut dyn Desk,
    who: &PersonId,
    factor: Option<&FactorRef>,
    at: Option<&UsbPath>,
) -> Result<Ending, Stop> {
    let result = lift_factor(desk, who, factor, at).await;
    conclude(desk, result)
}

async fn lift_factor(
    desk: &mut dyn Desk,
    who: &PersonId,
    factor: Option<&FactorRef>,
    at: Option<&UsbPath>,
) -> Result<Ending, Stop> {
    let operator = desk.operator().ok_or(Stop::SignedOut)?;
    operator.role.may(Action::LiftSuspension)?;
    desk.room().await?;
    let detail = desk.detail(who).await?;
    let person = detail.person.clone();
    if let Some(owned) = done_after_all(desk, &detail, factor).await? {
        return lifted(desk, person, owned).await;
    }
    let owned = chosen(desk, &detail, (factor, true)).await?;
    let sort = owned.sort();
    desk.tell(Event::Began {
        job: Job::Loss {
            loss: LossJob::Lift { sort },
            person: person.clone(),
        },
    });
    let asked = owned.factor();
    // Before anybody shows anything: the registry says whether it may be lifted at all.
    let offer = desk.lift_offer(who, &asked).await?;
    let identification = identify(desk, &person).await?;
    if let Identification::Stated { .. } = identification {
        return Err(Stop::Unmet(Unmet::Document));
    }
    let to = To {
        person: who,
        factor: asked,
        identification,
    };
    let shown = match &owned {
        Owned::Key(_) => show_key(desk, &to, offer, at).await,
        Owned::App(factor) => show_code(desk, &to, factor, offer).await,
    };
    if let Err(stop) = shown {
        let Stop::Unanswered(_) = &stop else {
            return Err(stop);
        };
        // A code is never sent twice; the person's page tells what came of it, where it can be had.
        let page = desk.detail(who).await.map_err(|_| stop.clone())?;
        done_after_all(desk, &page, Some(&to.factor))
            .await?
            .ok_or(stop)?;
    }
    lifted(desk, person, owned).await
}

/// What was to be lifted before, with no answer, and is lifted.
async fn done_after_all(
    desk: &mut dyn Desk,
    detail: &PersonDetail,
    wanted: Option<&FactorRef>,
) -> Result<Option<Owned>, Stop> {
    done_unanswered(desk, detail, |asked| match asked {
        Errand::Lift { factor } => {
            let is_it = wanted.is_none_or(|wanted| wanted == factor);
            is_it.then(|| factor.clone())
        }
        _ => None,
    })
    .await
}

/// Writes down that it is lifted.
async fn lifted(desk: &mut dyn Desk, person: Person, owned: Owned) -> Result<Ending, Stop> {
    begin_step(desk, Step::RecordApp);
    desk.commit(Change::SuspensionLifted {
        person: person.id.clone(),
        factor: owned.factor(),
    })
    .await?;
    end_step(desk, Step::RecordApp, Note::None);
    Ok(Ending::Loss {
        person,
        result: LossResult::Lifted {
            owned: Box::new(owned),
        },
    })
}

/// What is lifted, for whom.
struct To<'a> {
    person: &'a PersonId,
    factor: FactorRef,
    identification: Identification,
}

impl To<'_> {
    fn lift(&self, offer: &LiftOffer, shown: Shown) -> Lift {
        Lift {
            version: VERSION,
            offer: offer.id,
            person: self.person.clone(),
            factor: self.factor.clone(),
            identification: self.identification.clone(),
            shown,
        }
    }
}

/// The key signs, its owner verified, and the registry checks that.
async fn show_key(
    desk: &mut dyn Desk,
    to: &To<'_>,
    offer: LiftOffer,
    at: Option<&UsbPath>,
) -> Result<(), Stop> {
    let request = request_of(&offer)?;
    let left = offer.expires_at.duration_since(desk.registry_now());
    desk.tell(Event::Challenge {
        expires_at: desk.now().saturating_add(left).unwrap_or(offer.expires_at),
    });
    let (signed, client) = anew_after_pulls(desk, async |desk: &mut dyn Desk| {
        let mut key = take_key(desk, at).await?;
        if key.pin_set == Some(false) {
            return Err(Stop::Key(KeyFault::NoCredential));
        }
        let asked = Asked {
            request,
            origin: &offer.origin,
            expires_at: offer.expires_at,
            pin_min_length: 0,
        };
        sign_as_enrolled(desk, &mut key, &asked).await
    })
    .await?;
    begin_step(desk, Step::Push);
    let assertion = Box::new(authentication_response(signed, client));
    let entry = EntryId(desk.fresh_id());
    let reply = desk.lift(entry, to.lift(&offer, Shown::Signed { assertion }));
    let reply = reply.await?;
    identified_before(desk, reply.identified_before.as_ref());
    end_step(desk, Step::Push, Note::None);
    Ok(())
}

/// An empty list would mean "any credential", and the key would sign for whomever it holds one for.
fn request_of(offer: &LiftOffer) -> Result<&RequestOptions, Stop> {
    offer
        .request
        .as_ref()
        .filter(|request| !request.allow_credentials.is_empty())
        .ok_or(Stop::Unmet(Unmet::NothingToSign))
}

/// Codes until the registry finds one right. Each pair is examined under an offer of its own, because an offer takes few.
async fn show_code(
    desk: &mut dyn Desk,
    to: &To<'_>,
    factor: &Factor,
    first_offer: LiftOffer,
) -> Result<(), Stop> {
    begin_step(desk, Step::Code);
    let of = CodeOf::Factor {
        factor: factor.clone(),
    };
    let mut codes = Codes::new();
    let mut wrong: Option<CodeVerdict> = None;
    let mut offer = Some(first_offer);
    loop {
        let first = typed_code(desk, &mut codes, &of, wrong.as_ref()).await?;
        let offer = match offer.take() {
            Some(offer) => offer,
            None => desk.lift_offer(to.person, &to.factor).await?,
        };
        let read = |codes| to.lift(&offer, Shown::Read { codes });
        let mut verdict = shown(desk, read(vec![first.clone()])).await?;
        if verdict == CodeVerdict::NextNeeded {
            let next = next_code(desk, &mut codes, &of, &first).await?;
            verdict = shown(desk, read(vec![first, next])).await?;
        }
        if verdict.is_right() {
            end_step(desk, Step::Code, Note::Code { verdict });
            return Ok(());
        }
        advise(desk, &of, &verdict).await?;
        wrong = Some(verdict);
    }
}

async fn shown(desk: &mut dyn Desk, lift: Lift) -> Result<CodeVerdict, Stop> {
    let entry = EntryId(desk.fresh_id());
    let reply = desk.lift(entry, lift).await?;
    identified_before(desk, reply.identified_before.as_ref());
    // A registry that says nothing of the code lifted nothing by it.
    Ok(reply.verdict.unwrap_or(CodeVerdict::NoMatch))
}
