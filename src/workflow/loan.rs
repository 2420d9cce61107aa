//! Somebody left their key elsewhere, where it is safe: they are lent one until a date.
//!
//! Invariants: who is lent nothing hears it before anybody is asked anything, with what they do instead; what somebody signs is on the
//! screen while they sign it, read from the very bytes. The registry decides everything, and keeps it: a run that stops after somebody
//! stood by it goes on from there.

use super::ceremony::{Ceremony, authentication_response, client_data};
use super::dialogue::{Answer, Ending, Event, Job, LoanQuestion, Note, Question, Step};
use super::enrol::enrol_key;
use super::signature::with_own_key;
use super::steps::{begin_step, choose_key, end_step, refresh, touch, unlock};
use super::visit::{begin, identified, open};
use super::{Desk, Stop, conclude};
use crate::domain::authority::{Action, decide};
use crate::domain::loan::{LoanDays, Second};
use crate::domain::reason::{Gap, Refusal, Unmet};
use crate::domain::visit::Takes;
use crate::domain::{EntryId, KeyFacts, PersonId};
use crate::wire::webauthn::AuthenticationResponse;
use crate::wire::{LoanSigned, LoanToSign, Operator, Owned, PersonDetail, Seconds, VERSION, Visit};

/// What was said already of a loan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoanWish {
    pub days: Option<LoanDays>,
    pub second: Option<Second>,
}

/// Lends somebody a key who forgot theirs.
pub async fn lend(desk: &mut dyn Desk, person: &PersonId, wish: &LoanWish) -> Result<Ending, Stop> {
    let result = lend_to(desk, person, wish).await;
    conclude(desk, result)
}

async fn lend_to(desk: &mut dyn Desk, person: &PersonId, wish: &LoanWish) -> Result<Ending, Stop> {
    let operator = desk.operator().ok_or(Stop::SignedOut)?;
    // There is no loan without the registry: that is said first of all.
    let detail = desk.detail(person).await?;
    may_be_lent(&operator, &detail)?;
    let job = Job::Lend {
        person: detail.person.clone(),
    };
    desk.tell(Event::Began { job });
    let identification = identified(desk, &operator, &detail).await?;
    let visit = open(desk, &detail, &identification).await?;
    if visit.authority.is_some() || visit.takes != Takes::OwnFactor {
        return Err(nothing_forgotten(&detail));
    }
    begin_step(desk, Step::Confirm);
    let agreed = visit.loan.as_ref().filter(|loan| !loan.lent);
    let until = match agreed {
        Some(loan) => {
            let until = loan.until;
            end_step(desk, Step::Confirm, Note::None);
            until
        }
        None => agree(desk, (&detail, &visit), wish).await?,
    };
    let offer = desk.loan_offer(person, visit.id).await?;
    let until = offer.lent_until.unwrap_or(until);
    let visit = begin(desk, operator, (offer, true), identification);
    Ok(match enrol_key(desk, &visit).await? {
        Ending::Enrolled { person, key, push } => Ending::Lent {
            person,
            key,
            until,
            push,
        },
        other => other,
    })
}

/// What would be refused.
fn may_be_lent(operator: &Operator, detail: &PersonDetail) -> Result<(), Stop> {
    let (person, kind) = (&detail.person, detail.person.kind);
    if let Err(refused) = decide(operator.role, Action::Lend, Some(kind)).once_released() {
        return Err(match refused.may {
            Some(_) => Stop::NotAllowed(refused),
            None => Stop::Unmet(Unmet::NotLent {
                person: person.name.clone(),
                kind,
            }),
        });
    }
    match detail.owned().iter().any(Owned::is_valid) {
        true => Ok(()),
        false => Err(nothing_forgotten(detail)),
    }
}

fn nothing_forgotten(detail: &PersonDetail) -> Stop {
    Stop::Unmet(Unmet::NothingForgotten {
        person: detail.person.name.clone(),
    })
}

/// Somebody stands by it with their own key; until when the loan is.
async fn agree(
    desk: &mut dyn Desk,
    (detail, visit): (&PersonDetail, &Visit),
    wish: &LoanWish,
) -> Result<jiff::Timestamp, Stop> {
    let days = match wish.days {
        Some(days) => days,
        None => days(desk, detail).await?,
    };
    let second = match &wish.second {
        Some(second) => second.clone(),
        None => second(desk, (detail, visit)).await?,
    };
    let person = &detail.person.id;
    let to_sign = desk.ask_loan(person, visit.id, days, &second).await?;
    let act = to_sign.read().map_err(|why| {
        Stop::Unreachable(Gap::Unread {
            detail: why.to_string(),
        })
    })?;
    let question = Question::Loan(LoanQuestion::Sign {
        act: Box::new(act.clone()),
    });
    while !matches!(desk.ask(question.clone()).await?, Answer::Yes) {}
    end_step(desk, Step::Confirm, Note::None);
    let visit = with_own_key(desk, &act, async |desk: &mut dyn Desk| {
        let assertion = sign(desk, &to_sign).await?;
        let entry = EntryId(desk.fresh_id());
        let signed = LoanSigned {
            version: VERSION,
            id: to_sign.id,
            assertion,
        };
        desk.sign_loan(entry, signed).await
    })
    .await?;
    end_step(desk, Step::Prove, Note::None);
    match visit.loan {
        Some(loan) => Ok(loan.until),
        None => Err(Stop::Unreachable(Gap::Unread {
            detail: "no-loan".to_owned(),
        })),
    }
}

async fn days(desk: &mut dyn Desk, detail: &PersonDetail) -> Result<LoanDays, Stop> {
    loop {
        let question = LoanQuestion::Days {
            person: detail.person.clone(),
        };
        if let Answer::LoanDays(days) = desk.ask(Question::Loan(question)).await? {
            return Ok(days);
        }
    }
}

/// Who has come: a second member of staff, or an administrator of the person's organisation.
async fn second(
    desk: &mut dyn Desk,
    (detail, visit): (&PersonDetail, &Visit),
) -> Result<Second, Stop> {
    let seconds = desk.loan_seconds(visit.id).await?;
    if seconds.is_empty() {
        return Err(Stop::Unmet(Unmet::NobodyStandsBy));
    }
    loop {
        let question = LoanQuestion::Second {
            person: detail.person.clone(),
            seconds: seconds.clone(),
        };
        if let Answer::Second(second) = desk.ask(Question::Loan(question)).await?
            && is_among(&second, &seconds)
        {
            return Ok(second);
        }
    }
}

fn is_among(second: &Second, seconds: &Seconds) -> bool {
    match second {
        Second::Member { operator } => seconds.members.iter().any(|who| who.id == *operator),
        Second::Administrator { person } => {
            seconds.administrators.iter().any(|who| who.id == *person)
        }
    }
}

/// One touch of their key, with its PIN.
async fn sign(desk: &mut dyn Desk, to_sign: &LoanToSign) -> Result<AuthenticationResponse, Stop> {
    begin_step(desk, Step::Prove);
    let mut key = choose_key(desk).await?;
    refresh(desk, &mut key).await?;
    if key.pin_set == Some(false) {
        return Err(Refusal::NoPin.into());
    }
    let request = &to_sign.request;
    let (unlocked, _) = unlock(desk, &mut key, &request.rp_id, 0, &mut false).await?;
    let client = client_data(Ceremony::Get, &request.challenge, &to_sign.origin);
    let pin = unlocked.pin();
    let signed = touch(
        desk,
        &mut key,
        (1, 1),
        async |desk: &mut dyn Desk, key: &KeyFacts| {
            desk.get_assertion(key, pin, request, client.hash).await
        },
    )
    .await?;
    Ok(authentication_response(signed, client))
}
