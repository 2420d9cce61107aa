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
use super::{begin, sign_asked, wished};
use crate::domain::account_reset::ResetWish;
use crate::domain::authority::{Action, may_ask};
use crate::domain::exception::EXCEPTION_DAYS_MAX;
use crate::domain::identification::{AwayMeans, AwaySaid};
use crate::domain::reason::Unmet;
use crate::domain::{AccountResetId, Identification, Person, PersonId};
use crate::wire::{AccountReset, AwayBegun, AwayWay, Owned, Vouched};

/// So many ways it takes.
const WAYS: usize = 2;

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
    let vouched = ways(desk, (&person, &begun)).await?;
    end_step(desk, Step::Identify, Note::None);
    begin_step(desk, Step::Confirm);
    // What was answered for is the request.
    let answered = vouched.map(|vouched| ResetWish {
        reason: vouched.reason,
        // Their remark is theirs, and stands in what they signed.
        remark: String::new(),
        ticket: None,
    });
    let wish = wished(desk, &person, wish.or(answered)).await?;
    let to_sign = desk.ask_away(who, begun.reset, &wish).await?;
    sign_asked(desk, to_sign).await
}

/// Identifies them in two ways that differ in kind. The agent may leave out one of them where an administrator's word takes its place:
/// returns that.
async fn ways(
    desk: &mut dyn Desk,
    (person, begun): (&Person, &AwayBegun),
) -> Result<Option<Vouched>, Stop> {
    let mut open = Vec::new();
    let mut vouched = None;
    for way in begun.ways.iter().filter(|way| way.hindered.is_none()) {
        match &way.vouched {
            Some(by) => vouched = Some(by.clone()),
            None => open.push(way),
        }
    }
    let word = usize::from(vouched.is_some());
    // Where there are too few, nobody goes any of them.
    if open.len() + word < WAYS {
        return Err(Stop::Unmet(Unmet::OneWay {
            person: person.name.clone(),
            organisation: person.organisation.as_ref().map(|o| o.name.clone()),
        }));
    }
    let mut gone = 0;
    for (at, way) in open.iter().enumerate() {
        // What is left after this one, with the word, is enough.
        let other = gone + (open.len() - at - 1) + word >= WAYS;
        let asked = AccountResetQuestion::Way {
            person: person.clone(),
            means: way.means,
            number: way.number.clone(),
            vouched: vouched.clone(),
            other,
        };
        if goes(desk, asked, other).await?
            && let Some(how) = identified(desk, person, way).await?
        {
            desk.identify_away(&person.id, begun.reset, &how).await?;
            gone += 1;
        }
    }
    Ok(vouched.filter(|_| gone < WAYS))
}

/// Whether the agent goes that way, or the other one.
async fn goes(desk: &mut dyn Desk, asked: AccountResetQuestion, other: bool) -> Result<bool, Stop> {
    loop {
        match desk.ask(Question::AccountReset(asked.clone())).await? {
            Answer::Yes => return Ok(true),
            Answer::OtherWay if other => return Ok(false),
            _ => {}
        }
    }
}

/// What the agent says of it: it is them.
async fn identified(
    desk: &mut dyn Desk,
    person: &Person,
    way: &AwayWay,
) -> Result<Option<AwaySaid>, Stop> {
    match way.means {
        AwayMeans::CallBack => Ok(Some(AwaySaid::CallBack {})),
        // Gone by an administrator already; there is nothing to say.
        AwayMeans::Vouching => Ok(None),
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
                return Ok(Some(AwaySaid::Video {
                    document,
                    last_four,
                }));
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
    let earlier = begun::earlier(desk, id, None).await?;
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
    let begun = begun.begin(desk, &operator.id, earlier).await?;
    let done = desk.except_reset(id, days).await;
    let done = begun.heard(desk, done).await?;
    begun.record(desk, &done.reset, &done.deleted).await?;
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
