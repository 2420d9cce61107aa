//! Somebody of the people acts on a reset at a desk: an administrator of the organisation signs what a desk prepared, this one or another;
//! its person, or an administrator, objects.
//!
//! Invariant: whoever signs or objects was identified in a visit of their own, and nobody is signed in or out by it.

use super::super::dialogue::{
    AccountResetJob, AccountResetQuestion, AccountResetResult, Answer, Ending, Event, Note,
    Question, Step,
};
use super::super::signature::with_own_key;
use super::super::steps::{begin_step, end_step};
use super::super::{Desk, Stop, conclude};
use super::{asked, begin, confirm, confirmed, hand_in, sign_with_own_key, visited};
use crate::domain::authority::Action;
use crate::domain::reason::Unmet;
use crate::domain::{AccountResetId, Person, PersonId};
use crate::wire::{AccountReset, PersonDetail, Visit, problem_code};

/// An administrator who is at the desk asks with their own key for what was prepared. `reset`: for which, if that was chosen already.
pub async fn sign_prepared(
    desk: &mut dyn Desk,
    administrator: &PersonId,
    reset: Option<AccountResetId>,
) -> Result<Ending, Stop> {
    let result = sign(desk, administrator, reset).await;
    conclude(desk, result)
}

async fn sign(
    desk: &mut dyn Desk,
    who: &PersonId,
    reset: Option<AccountResetId>,
) -> Result<Ending, Stop> {
    let what = AccountResetJob::Sign;
    exists(desk, reset).await?;
    let (detail, visit) = received(desk, who, what).await?;
    begin_step(desk, Step::Confirm);
    let by = &detail.person;
    let reset = which(desk, (what, by, detail.to_sign()), reset).await?;
    let to_sign = desk.sign_prepared(who, visit.id, reset).await?;
    let act = confirmed(desk, &to_sign).await?;
    let options = asked(&to_sign);
    let reset = with_own_key(desk, &act, async |desk: &mut dyn Desk| {
        begin_step(desk, Step::Prove);
        let name = detail.person.name.clone();
        desk.tell(Event::Prover { name });
        let proof = sign_with_own_key(desk, options.clone()).await?;
        end_step(desk, Step::Prove, Note::Proved { name: None });
        hand_in(desk, to_sign.id, proof, None).await
    })
    .await?;
    Ok(Ending::AccountReset {
        person: detail.person,
        result: AccountResetResult::Signed {
            reset: Box::new(reset),
        },
    })
}

/// Whoever is at the desk objects to the reset of their own account or, as an administrator, of somebody of their organisation. `reset`: to
/// which, if that was chosen already.
pub async fn object(
    desk: &mut dyn Desk,
    who: &PersonId,
    reset: Option<AccountResetId>,
) -> Result<Ending, Stop> {
    let result = object_to(desk, who, reset).await;
    conclude(desk, result)
}

async fn object_to(
    desk: &mut dyn Desk,
    who: &PersonId,
    reset: Option<AccountResetId>,
) -> Result<Ending, Stop> {
    let what = AccountResetJob::Object;
    exists(desk, reset).await?;
    let (detail, visit) = received(desk, who, what).await?;
    begin_step(desk, Step::Confirm);
    let open = detail.to_object();
    let by = &detail.person;
    let reset = which(desk, (what, by, open.clone()), reset).await?;
    // Known or not: it is the registry's to say.
    if let Some(known) = open.into_iter().find(|open| open.id == reset) {
        confirm(
            desk,
            AccountResetQuestion::Object {
                objector: detail.person.clone(),
                reset: Box::new(known),
            },
        )
        .await?;
    }
    end_step(desk, Step::Confirm, Note::None);
    begin_step(desk, Step::Push);
    let reset = desk.object_reset(reset, visit.id).await?;
    end_step(desk, Step::Push, Note::None);
    Ok(Ending::AccountReset {
        person: detail.person,
        result: AccountResetResult::Objected {
            reset: Box::new(reset),
        },
    })
}

/// One that was named is looked up before anybody is identified for it.
async fn exists(desk: &mut dyn Desk, named: Option<AccountResetId>) -> Result<(), Stop> {
    let Some(named) = named else {
        return Ok(());
    };
    match desk.account_reset(named).await {
        Ok(_) => Ok(()),
        // It is there, and a desk that has no part in it sees it once whoever acts on it was identified.
        Err(stop) if stop.refusal() == Some(problem_code::NOT_ALLOWED) => Ok(()),
        Err(stop) => Err(stop),
    }
}

/// Whoever is at the desk is identified; what is known of them then.
async fn received(
    desk: &mut dyn Desk,
    who: &PersonId,
    what: AccountResetJob,
) -> Result<(PersonDetail, Visit), Stop> {
    let operator = desk.operator().ok_or(Stop::SignedOut)?;
    operator.role.may(Action::Receive)?;
    let detail = desk.detail(who).await?;
    begin(desk, what, &detail.person);
    let visit = visited(desk, &operator, &detail).await?;
    // A desk that has no part in a reset hears of it once whoever may object is there.
    Ok((desk.detail(who).await?, visit))
}

/// Which of them; where there is one, that.
async fn which(
    desk: &mut dyn Desk,
    (what, by, resets): (AccountResetJob, &Person, Vec<AccountReset>),
    chosen: Option<AccountResetId>,
) -> Result<AccountResetId, Stop> {
    if let Some(chosen) = chosen {
        return Ok(chosen);
    }
    match resets.as_slice() {
        [] => {
            let person = by.name.clone();
            return Err(Stop::Unmet(Unmet::NothingOpen { person }));
        }
        [only] => return Ok(only.id),
        _ => {}
    }
    loop {
        let question = AccountResetQuestion::Which {
            what,
            resets: resets.clone(),
        };
        if let Answer::Nth(nth) = desk.ask(Question::AccountReset(question)).await?
            && let Some(reset) = resets.get(nth)
        {
            return Ok(reset.id);
        }
    }
}
