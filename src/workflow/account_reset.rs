//! The reset of an account: an agent asks and a second one releases, or an administrator of the organisation is asked to ask; then it is
//! carried out for whoever is at the desk.
//!
//! Invariants: what somebody signs is on the screen while they sign it, read from the very bytes; nothing is deleted before it was
//! listed and confirmed. The registry decides everything, and keeps it; that it is asked to delete is on the station's disk before.

mod at_desk;
mod away;
mod begun;
mod carry_out;

use super::dialogue::{
    AccountResetJob, AccountResetQuestion, AccountResetResult, Answer, Ending, Event, Job, Note,
    Question, Step,
};
use super::sign_in::{own_pin, sign};
use super::signature::with_own_key;
use super::steps::{begin_step, choose_key, end_step, refresh};
use super::visit::{identified, open};
use super::{Desk, Stop, conclude};
use crate::domain::account_reset::{ResetWish, is_last_name};
use crate::domain::act::Act;
use crate::domain::authority::{Action, Asker, decide, may_ask, row};
use crate::domain::reason::{Gap, Refusal, Unmet};
use crate::domain::visit::Takes;
use crate::domain::{AccountResetId, EntryId, OfferId, OperatorId, Person, PersonId};
use crate::wire::{
    AccountReset, ActSigned, ActToSign, NoReset, Operator, PersonDetail, ResetEnding, SignIn,
    SignInOptions, VERSION, Visit,
};

pub use at_desk::{object, sign_prepared};
pub use away::{ask_away, except};
pub(super) use begun::{may_settle, resume};
pub use carry_out::carry_out;

/// Asks for the reset of the account of somebody who is at the desk. `wish`: why, if that was said already.
pub async fn ask(
    desk: &mut dyn Desk,
    person: &PersonId,
    wish: Option<ResetWish>,
) -> Result<Ending, Stop> {
    let result = ask_for(desk, person, wish).await;
    conclude(desk, result)
}

async fn ask_for(
    desk: &mut dyn Desk,
    person: &PersonId,
    wish: Option<ResetWish>,
) -> Result<Ending, Stop> {
    let operator = desk.operator().ok_or(Stop::SignedOut)?;
    let detail = desk.detail(person).await?;
    let (act, kind) = (Action::ReplaceLost, detail.person.kind);
    match row(act, Some(kind)).map(|row| row.asked_by) {
        Some(Asker::Administrator) => {
            decide(operator.role, act, Some(kind)).once_released()?;
            prepare(desk, &operator, (&detail, wish)).await
        }
        Some(Asker::CustomerService | Asker::Operator | Asker::Owner) | None => {
            may_ask(operator.role, act, kind)?;
            ask_as_agent(desk, &operator, (&detail, wish)).await
        }
    }
}

/// The administrators of the person's organisation are asked to ask for it.
async fn prepare(
    desk: &mut dyn Desk,
    operator: &Operator,
    (detail, wish): (&PersonDetail, Option<ResetWish>),
) -> Result<Ending, Stop> {
    begin(desk, AccountResetJob::Prepare, &detail.person);
    refuse_in_vain(detail)?;
    let visit = received(desk, operator, detail, Takes::Administrator).await?;
    begin_step(desk, Step::Confirm);
    let wish = wished(desk, &detail.person, wish).await?;
    end_step(desk, Step::Confirm, Note::None);
    begin_step(desk, Step::Push);
    let reset = desk
        .prepare_reset(&detail.person.id, visit.id, &wish)
        .await?;
    end_step(desk, Step::Push, Note::None);
    Ok(Ending::AccountReset {
        person: reset.person.clone(),
        result: AccountResetResult::Prepared {
            reset: Box::new(reset),
        },
    })
}

async fn ask_as_agent(
    desk: &mut dyn Desk,
    operator: &Operator,
    (detail, wish): (&PersonDetail, Option<ResetWish>),
) -> Result<Ending, Stop> {
    begin(desk, AccountResetJob::Ask, &detail.person);
    // Whoever asked for the same before, and had no answer, has it now.
    let same = |reset: &AccountReset| {
        wish.as_ref()
            .is_some_and(|wish| reset.is_wish_of(&operator.id, wish))
    };
    if let Some(reset) = detail.reset.as_deref().filter(|reset| same(reset)) {
        return Ok(asked_for(reset.clone()));
    }
    refuse_in_vain(detail)?;
    let visit = received(desk, operator, detail, Takes::Release).await?;
    begin_step(desk, Step::Confirm);
    let wish = wished(desk, &detail.person, wish).await?;
    let to_sign = desk.ask_reset(&detail.person.id, visit.id, &wish).await?;
    sign_asked(desk, to_sign).await
}

/// What the registry would refuse whoever asks is refused before anybody shows a document or says why.
fn refuse_in_vain(detail: &PersonDetail) -> Result<(), Stop> {
    match detail.no_reset.clone() {
        Some(NoReset { code, said: detail }) => Err(Stop::RegistryRefused { code, detail }),
        None => Ok(()),
    }
}

/// The person's visit, in which they have nothing and nothing lets them have anything yet.
async fn received(
    desk: &mut dyn Desk,
    operator: &Operator,
    detail: &PersonDetail,
    takes: Takes,
) -> Result<Visit, Stop> {
    let visit = visited(desk, operator, detail).await?;
    match visit.takes == takes && visit.authority.is_none() {
        true => Ok(visit),
        false => Err(needless(&detail.person, visit.takes)),
    }
}

/// Whoever is at the desk is identified, in a visit of theirs.
async fn visited(
    desk: &mut dyn Desk,
    operator: &Operator,
    detail: &PersonDetail,
) -> Result<Visit, Stop> {
    let identification = identified(desk, operator, detail).await?;
    open(desk, detail, &identification).await
}

/// Why; asked, unless it was said already.
async fn wished(
    desk: &mut dyn Desk,
    person: &Person,
    wish: Option<ResetWish>,
) -> Result<ResetWish, Stop> {
    match wish {
        Some(wish) => Ok(wish),
        None => why(desk, person).await,
    }
}

fn begin(desk: &mut dyn Desk, what: AccountResetJob, person: &Person) {
    let job = Job::AccountReset {
        what,
        person: person.clone(),
    };
    desk.tell(Event::Began { job });
}

/// What would be refused.
fn needless(person: &Person, takes: Takes) -> Stop {
    let person = person.name.clone();
    Stop::Unmet(match takes {
        Takes::OwnFactor => Unmet::OpensStill { person },
        Takes::Release | Takes::Identification | Takes::Administrator => {
            Unmet::NeedsNoReset { person }
        }
    })
}

async fn why(desk: &mut dyn Desk, person: &Person) -> Result<ResetWish, Stop> {
    loop {
        let question = AccountResetQuestion::Why {
            person: person.clone(),
        };
        if let Answer::Wish(wish) = desk.ask(Question::AccountReset(question)).await? {
            return Ok(wish);
        }
    }
}

async fn confirm(desk: &mut dyn Desk, question: AccountResetQuestion) -> Result<(), Stop> {
    let question = Question::AccountReset(question);
    while !matches!(desk.ask(question.clone()).await?, Answer::Yes) {}
    Ok(())
}

/// What is signed, read from its bytes.
fn act(to_sign: &ActToSign) -> Result<Act, Stop> {
    to_sign.read().map_err(|why| {
        Stop::Unreachable(Gap::Unread {
            detail: why.to_string(),
        })
    })
}

/// Whoever asks for a reset says that they mean it, and what they will sign: nothing was signed yet.
async fn confirmed(desk: &mut dyn Desk, to_sign: &ActToSign) -> Result<Act, Stop> {
    let act = act(to_sign)?;
    let question = AccountResetQuestion::Ask {
        act: Box::new(act.clone()),
        facts: Box::new(to_sign.facts.clone()),
    };
    confirm(desk, question).await?;
    end_step(desk, Step::Confirm, Note::None);
    Ok(act)
}

/// An agent signs what they ask for, wherever its person is.
async fn sign_asked(desk: &mut dyn Desk, to_sign: ActToSign) -> Result<Ending, Stop> {
    let act = confirmed(desk, &to_sign).await?;
    let reset = signed(desk, act, to_sign, None).await?;
    Ok(asked_for(reset))
}

fn asked_for(reset: AccountReset) -> Ending {
    Ending::AccountReset {
        person: reset.person.clone(),
        result: AccountResetResult::Asked {
            reset: Box::new(reset),
        },
    }
}

/// Somebody signs it with their own key, and the registry takes it.
async fn signed(
    desk: &mut dyn Desk,
    act: Act,
    to_sign: ActToSign,
    last_name: Option<String>,
) -> Result<AccountReset, Stop> {
    let options = asked(&to_sign);
    with_own_key(desk, &act, async |desk: &mut dyn Desk| {
        let proof = sign_with_own_key(desk, options.clone()).await?;
        hand_in(desk, to_sign.id, proof, last_name.clone()).await
    })
    .await
}

/// What their key is asked.
fn asked(to_sign: &ActToSign) -> SignInOptions {
    SignInOptions {
        request: to_sign.request.clone(),
        origin: to_sign.origin.clone(),
        pin_min_length: None,
    }
}

/// The registry takes what was signed.
async fn hand_in(
    desk: &mut dyn Desk,
    id: OfferId,
    proof: SignIn,
    last_name: Option<String>,
) -> Result<AccountReset, Stop> {
    begin_step(desk, Step::Push);
    let entry = EntryId(desk.fresh_id());
    let signed = ActSigned {
        version: VERSION,
        id,
        assertion: proof.assertion,
        last_name,
    };
    let reset = desk.sign_reset(entry, signed).await?;
    end_step(desk, Step::Push, Note::None);
    Ok(reset)
}

async fn sign_with_own_key(desk: &mut dyn Desk, options: SignInOptions) -> Result<SignIn, Stop> {
    begin_step(desk, Step::Key);
    let mut key = choose_key(desk).await?;
    refresh(desk, &mut key).await?;
    end_step(desk, Step::Key, Note::Key { key: key.clone() });
    if key.pin_set == Some(false) {
        return Err(Refusal::NoPin.into());
    }
    let rp_id = &options.request.rp_id;
    let (unlocked, _) = own_pin(desk, &mut key, rp_id, &mut false).await?;
    sign(desk, &mut key, &unlocked, options).await
}

/// Which second agent releases a reset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReleasedBy {
    /// Whoever is signed in.
    SignedIn,
    /// Somebody who stands beside them.
    Beside(OperatorId),
    /// The same, who is asked for.
    WhoeverCame,
}

/// A second agent releases one, or refuses it.
pub async fn release(
    desk: &mut dyn Desk,
    reset: AccountResetId,
    by: &ReleasedBy,
) -> Result<Ending, Stop> {
    let result = release_one(desk, reset, by).await;
    conclude(desk, result)
}

async fn release_one(
    desk: &mut dyn Desk,
    reset: AccountResetId,
    by: &ReleasedBy,
) -> Result<Ending, Stop> {
    let detail = desk.account_reset(reset).await?;
    let person = detail.reset.person.clone();
    begin(desk, AccountResetJob::Release, &person);
    begin_step(desk, Step::Confirm);
    let me = desk.operator().ok_or(Stop::SignedOut)?;
    let by = match by {
        ReleasedBy::SignedIn => None,
        ReleasedBy::Beside(agent) => Some(agent.clone()),
        ReleasedBy::WhoeverCame => Some(releaser(desk, reset).await?),
    };
    // Whoever released it before, and had no answer, has it now.
    let whose = by.as_ref().unwrap_or(&me.id);
    if detail.reset.is_released_by(whose) {
        return Ok(released(person, detail.reset));
    }
    let to_sign = desk.release_reset(reset, by.as_ref()).await?;
    let act = act(&to_sign)?;
    let Some(last_name) = last_name(desk, &act, &to_sign).await? else {
        let refuse = ResetEnding::Refuse;
        let reset = desk.end_reset(reset, refuse, by.as_ref()).await?;
        return Ok(Ending::AccountReset {
            person,
            result: AccountResetResult::Refused {
                reset: Box::new(reset),
            },
        });
    };
    end_step(desk, Step::Confirm, Note::None);
    let reset = signed(desk, act, to_sign, Some(last_name)).await?;
    Ok(released(person, reset))
}

fn released(person: Person, reset: AccountReset) -> Ending {
    Ending::AccountReset {
        person,
        result: AccountResetResult::Released {
            reset: Box::new(reset),
        },
    }
}

/// Which agent has come to the station of whoever asked.
async fn releaser(desk: &mut dyn Desk, reset: AccountResetId) -> Result<OperatorId, Stop> {
    let agents = desk.reset_releasers(reset).await?;
    if agents.is_empty() {
        return Err(Stop::Unmet(Unmet::NobodyReleases));
    }
    loop {
        let question = AccountResetQuestion::Releaser {
            agents: agents.clone(),
        };
        if let Answer::Releaser(id) = desk.ask(Question::AccountReset(question)).await?
            && agents.iter().any(|agent| agent.id == id)
        {
            return Ok(id);
        }
    }
}

/// The last name of whose account it is, as whoever releases types it; none: they refuse.
async fn last_name(
    desk: &mut dyn Desk,
    act: &Act,
    to_sign: &ActToSign,
) -> Result<Option<String>, Stop> {
    let mut wrong = false;
    loop {
        let question = AccountResetQuestion::Release {
            act: Box::new(act.clone()),
            facts: Box::new(to_sign.facts.clone()),
            wrong,
        };
        match desk.ask(Question::AccountReset(question)).await? {
            Answer::Typed(name) if is_last_name(&act.subject().name, &name) => {
                return Ok(Some(name));
            }
            Answer::Typed(_) => wrong = true,
            Answer::Keep => return Ok(None),
            _ => {}
        }
    }
}
