//! Gives a hardware token of the stock to the person at the desk.
//!
//! Invariant: the registry is asked only with an intent on disk, which stays open where its answer is not known.

use super::super::Wants;
use super::super::dialogue::{
    Answer, AppJob, AppQuestion, AppResult, CodeOf, Ending, Event, Job, Note, Question, Step,
};
use super::super::steps::{begin_step, end_step};
use super::super::undo::end_reason;
use super::super::visit::{Guest, Visit, host, receive};
use super::examine::{Codes, advise, next_code, typed_code};
use super::{Desk, Stop, app_part};
use crate::domain::factor::{CodeVerdict, TotpCode};
use crate::domain::reason::Gap;
use crate::domain::{EntryId, FactorId, IntentId, OneLine, PersonId};
use crate::record::{Change, Remains, TokenIntent};
use crate::wire::{FactorReceipt, TokenAssignment, VERSION, problem_code};
use crate::workflow::conclude;

/// Most characters of a serial number.
const SERIAL_MAX: usize = 64;

/// Makes a token of the stock the person's.
pub async fn assign_token(desk: &mut dyn Desk, who: &PersonId) -> Result<Ending, Stop> {
    let result = assign(desk, who).await;
    conclude(desk, result)
}

async fn assign(desk: &mut dyn Desk, who: &PersonId) -> Result<Ending, Stop> {
    let operator = host(desk)?;
    desk.room().await?;
    // Only the registry knows the tokens in stock: no ticket will do.
    desk.detail(who).await?;
    let guest = Guest {
        who,
        wants: Wants::App,
        attended: true,
    };
    let job = |person| Job::App {
        app: AppJob::Assign,
        person,
    };
    let visit = receive(desk, operator, &guest, job).await?;
    app_part(&visit.offer)?;
    if !visit.fresh {
        return Err(Stop::Unreachable(Gap::Stock));
    }
    let serial = serial(desk, &visit).await?;
    let intent = TokenIntent {
        id: IntentId(desk.fresh_id()),
        person: visit.offer.person.clone(),
        serial,
        operator: visit.operator.id.clone(),
        begun_at: desk.now(),
    };
    desk.commit(Change::TokenBegun {
        intent: Box::new(intent.clone()),
    })
    .await?;
    match taken(desk, &visit, &intent).await {
        Ok(receipt) => {
            record(desk, &intent, receipt.factor).await?;
            Ok(assigned(intent, receipt.factor))
        }
        Err(stop) => Err(give_up(desk, &intent, stop).await),
    }
}

async fn serial(desk: &mut dyn Desk, visit: &Visit) -> Result<String, Stop> {
    begin_step(desk, Step::Code);
    let mut wrong = false;
    loop {
        let question = AppQuestion::TokenSerial {
            person: visit.offer.person.clone(),
            wrong,
        };
        if let Answer::Typed(text) = desk.ask(Question::App(question)).await? {
            match OneLine::<SERIAL_MAX>::new(&text) {
                Ok(serial) => return Ok(serial.into()),
                Err(_) => wrong = true,
            }
        }
    }
}

/// Asks for codes until the registry takes one. A token's clock can't be set: two codes in a row tell how far it is off.
async fn taken(
    desk: &mut dyn Desk,
    visit: &Visit,
    intent: &TokenIntent,
) -> Result<FactorReceipt, Stop> {
    let of = CodeOf::Token {
        serial: intent.serial.clone(),
    };
    let mut codes = Codes::new();
    let mut wrong: Option<CodeVerdict> = None;
    loop {
        let first = typed_code(desk, &mut codes, &of, wrong.as_ref()).await?;
        if let Some(receipt) = ask(desk, visit, intent, vec![first.clone()]).await? {
            return Ok(receipt);
        }
        let second = next_code(desk, &mut codes, &of, &first).await?;
        if let Some(receipt) = ask(desk, visit, intent, vec![first, second]).await? {
            return Ok(receipt);
        }
        advise(desk, &of, &CodeVerdict::NoMatch).await?;
        wrong = Some(CodeVerdict::NoMatch);
    }
}

/// `None`: the codes are wrong.
async fn ask(
    desk: &mut dyn Desk,
    visit: &Visit,
    intent: &TokenIntent,
    codes: Vec<TotpCode>,
) -> Result<Option<FactorReceipt>, Stop> {
    desk.tell(Event::Leaves {
        remains: Remains::MayBeAssigned,
    });
    let entry = EntryId(desk.fresh_id());
    let assignment = TokenAssignment {
        version: VERSION,
        offer: app_part(&visit.offer)?.id,
        serial: intent.serial.clone(),
        codes,
        identification: visit.identification.clone(),
    };
    let answer = desk.assign(entry, &intent.person.id, assignment).await;
    match answer {
        Ok(receipt) => Ok(Some(receipt)),
        Err(Stop::RegistryRefused { code, .. }) if code == problem_code::CODE_WRONG => {
            desk.tell(Event::Leaves {
                remains: Remains::NotAssigned,
            });
            Ok(None)
        }
        Err(stop) => Err(stop),
    }
}

/// Writes down that the token is the person's.
pub(super) async fn record(
    desk: &mut dyn Desk,
    intent: &TokenIntent,
    factor: FactorId,
) -> Result<(), Stop> {
    end_step(desk, Step::Code, Note::None);
    begin_step(desk, Step::RecordApp);
    desk.commit(Change::TokenAssigned {
        intent: intent.id,
        factor,
    })
    .await
    .map_err(|stop| stop.leaving(Remains::MayBeAssigned))?;
    end_step(desk, Step::RecordApp, Note::None);
    Ok(())
}

pub(super) fn assigned(intent: TokenIntent, factor: FactorId) -> Ending {
    Ending::App {
        person: intent.person,
        result: AppResult::Assigned {
            serial: intent.serial,
            factor,
        },
    }
}

/// Ends the intent where it is certain that the registry did nothing.
async fn give_up(desk: &mut dyn Desk, intent: &TokenIntent, stop: Stop) -> Stop {
    if matches!(
        stop,
        Stop::Unanswered(_) | Stop::Unreachable(_) | Stop::Store(_)
    ) {
        return stop.leaving(Remains::MayBeAssigned);
    }
    let remains = Remains::NotAssigned;
    let ended = Change::IntentEnded {
        intent: intent.id,
        why: end_reason(&stop),
        remains,
    };
    match desk.commit(ended).await {
        Ok(()) => stop,
        Err(failed) => failed.leaving(remains),
    }
}
