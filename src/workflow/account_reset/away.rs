//! The reset of the account of somebody who is not at a desk.
//!
//! Invariants: whether it may be asked for, and in which ways the person can be identified, is known before anybody is asked anything; and
//! what comes of it is an exception with a date, which is asked for before anything is deleted.

use super::super::dialogue::{
    AccountResetJob, AccountResetQuestion, AccountResetResult, Answer, Ending, Note, Question, Step,
};
use super::super::steps::{begin_step, end_step};
use super::super::{Desk, Stop, conclude};
use super::begun::{self, Deed};
use super::{begin, confirm, sign_asked, wished};
use crate::domain::account_reset::ResetWish;
use crate::domain::authority::{Action, may_ask};
use crate::domain::exception::EXCEPTION_DAYS_MAX;
use crate::domain::identification::{AwayMeans, AwaySaid};
use crate::domain::reason::Unmet;
use crate::domain::{AccountResetId, Identification, Person, PersonId};
use crate::wire::{AccountReset, AwayBegun, AwayWay, Owned, problem_code};

/// Asks for the reset of the account of somebody who is not at a desk. `wish`: why, if that was said already.
pub async fn ask_away(
    desk: &mut dyn Desk,
    person: &PersonId,
    wish: Option<ResetWish>,
) -> Result<Ending, Stop> {
    let result = ask(desk, person, wish).await;
    conclude(desk, result)
}

async fn ask(desk: &mut dyn Desk, who: &PersonId, wish: Option<ResetWish>) -> Result<Ending, Stop> {
    let operator = desk.operator().ok_or(Stop::SignedOut)?;
    let person = desk.detail(who).await?.person;
    may_ask(operator.role, Action::ReplaceLost, person.kind)?;
    begin(desk, AccountResetJob::AskAway, &person);
    begin_step(desk, Step::Identify);
    let begun = desk.begin_away(who).await?;
    refuse_hindered(&begun)?;
    for way in &begun.ways {
        let how = identified(desk, &person, way).await?;
        desk.identify_away(who, begun.reset, &how).await?;
    }
    end_step(desk, Step::Identify, Note::None);
    begin_step(desk, Step::Confirm);
    let wish = wished(desk, &person, wish).await?;
    let to_sign = desk.ask_away(who, begun.reset, &wish).await?;
    sign_asked(desk, to_sign).await
}

/// It takes both ways: where one of them cannot be gone, nobody goes the other.
fn refuse_hindered(begun: &AwayBegun) -> Result<(), Stop> {
    let mut ways = begun.ways.iter();
    match ways.find_map(|way| way.hindered.clone()) {
        None => Ok(()),
        Some(detail) => Err(Stop::RegistryRefused {
            code: problem_code::NOT_IDENTIFIED.to_owned(),
            detail,
        }),
    }
}

/// The agent goes that way, and says that it is the person.
async fn identified(desk: &mut dyn Desk, person: &Person, way: &AwayWay) -> Result<AwaySaid, Stop> {
    confirm(
        desk,
        AccountResetQuestion::Way {
            person: person.clone(),
            means: way.means,
            number: way.number.clone(),
        },
    )
    .await?;
    match way.means {
        AwayMeans::CallBack => Ok(AwaySaid::CallBack {}),
        AwayMeans::Video => loop {
            let question = Question::Identify {
                person: person.clone(),
                methods: Vec::new(),
            };
            if let Answer::Identified(Identification::Shown {
                document,
                last_four,
                ..
            }) = desk.ask(question).await?
            {
                return Ok(AwaySaid::Video {
                    document,
                    last_four,
                });
            }
        },
    }
}

/// Deletes all that opens the account of somebody who is not at a desk, which was released.
pub async fn except(desk: &mut dyn Desk, reset: AccountResetId) -> Result<Ending, Stop> {
    let result = except_one(desk, reset).await;
    conclude(desk, result)
}

async fn except_one(desk: &mut dyn Desk, id: AccountResetId) -> Result<Ending, Stop> {
    let operator = desk.operator().ok_or(Stop::SignedOut)?;
    desk.room().await?;
    begun::settle_earlier(desk, id).await?;
    let reset = desk.account_reset(id).await?.reset;
    let person = reset.person.clone();
    may_ask(operator.role, Action::ReplaceLost, person.kind)?;
    begin(desk, AccountResetJob::Except, &person);
    refuse_unripe(&reset)?;
    begin_step(desk, Step::Confirm);
    let detail = desk.detail(&person.id).await?;
    let owned: Vec<Owned> = detail
        .owned()
        .into_iter()
        .filter(|owned| !owned.is_gone())
        .collect();
    let days = days(desk, (&reset, &owned)).await?;
    end_step(desk, Step::Confirm, Note::None);
    begin_step(desk, Step::Push);
    let begun = Deed::of(&reset, None, &owned);
    let begun = begun.begin(desk, &operator.id).await?;
    let done = desk.except_reset(id, days).await;
    let done = begun::heard(desk, &begun, done).await?;
    begun::record(desk, &begun, &done.reset, &done.deleted).await?;
    end_step(desk, Step::Push, Note::None);
    Ok(Ending::AccountReset {
        person: done.reset.person.clone(),
        result: AccountResetResult::Excepted {
            done: Box::new(done),
        },
    })
}

/// What the registry would refuse, before anybody is asked for how long.
fn refuse_unripe(reset: &AccountReset) -> Result<(), Stop> {
    match reset.ripe_at {
        Some(until) => Err(Stop::Unmet(Unmet::MayObject {
            person: reset.person.name.clone(),
            until,
        })),
        None => Ok(()),
    }
}

/// For how many working days the person may come.
async fn days(desk: &mut dyn Desk, (reset, owned): (&AccountReset, &[Owned])) -> Result<u8, Stop> {
    let mut wrong = false;
    loop {
        let question = AccountResetQuestion::Except {
            reset: Box::new(reset.clone()),
            owned: owned.to_vec(),
            wrong,
        };
        if let Answer::Typed(typed) = desk.ask(Question::AccountReset(question)).await? {
            match typed.trim().parse() {
                Ok(days) if (1..=EXCEPTION_DAYS_MAX).contains(&days) => return Ok(days),
                Ok(_) | Err(_) => wrong = true,
            }
        }
    }
}
