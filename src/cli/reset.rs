//! `keydesk reset …`: an account is reset, which one agent asks for and a second one releases, or an administrator asks for.

pub mod args;
mod shown;

use serde_json::json;

use super::choice::KeyChoice;
use super::commands::Runs;
use super::face::Orders;
use super::outcome::outcome_of_stop;
use super::output::{Exit, Outcome};
use crate::domain::account_reset::{ResetState, ResetWish};
use crate::domain::exception::EXCEPTION_DAYS_MAX;
use crate::domain::identification::AwayMeans;
use crate::domain::{AccountResetId, Person, PersonId};
use crate::station::Station;
use crate::text::clean::columns;
use crate::text::{spoken, tr};
use crate::wire::{AccountReset, ResetEnding};
use crate::workflow::account_reset::ReleasedBy;
use crate::workflow::dialogue::{AccountResetQuestion, AccountResetResult, Answer};
use crate::workflow::{Order, Stop};
use args::ResetCommand;

/// What the arguments answer to the questions about the reset of an account.
#[derive(Default)]
pub struct AccountResetAnswers {
    last_name: Option<String>,
    called_back: bool,
    /// They were seen by video.
    seen: bool,
    /// In how many working days the person may come.
    days: Option<u8>,
}

impl AccountResetAnswers {
    /// The answer, or what the arguments leave open, as a stable word and in words.
    pub fn answer(
        &self,
        question: &AccountResetQuestion,
    ) -> Result<Answer, (&'static str, String)> {
        match question {
            AccountResetQuestion::Why { .. } => Err(("no-reason", tr!(spoken(), "cli-no-reason"))),
            AccountResetQuestion::Way {
                means: AwayMeans::CallBack,
                other,
                ..
            } if !self.called_back => match (*other, self.seen) {
                (true, true) => Ok(Answer::OtherWay),
                (true, false) => Err(("which-way", tr!(spoken(), "cli-which-way"))),
                (false, _) => Err(("not-called-back", tr!(spoken(), "cli-not-called-back"))),
            },
            AccountResetQuestion::Way {
                means: AwayMeans::Video,
                other: true,
                ..
            } if !self.seen && self.called_back => Ok(Answer::OtherWay),
            AccountResetQuestion::Way {
                means: AwayMeans::Video,
                ..
            } if !self.seen => Err(("not-seen", tr!(spoken(), "cli-not-seen"))),
            AccountResetQuestion::Way { .. } => Ok(Answer::Yes),
            AccountResetQuestion::Except { wrong: false, .. } => match self.days {
                Some(days) => Ok(Answer::Typed(days.to_string())),
                None => Err(("no-days", tr!(spoken(), "cli-no-days"))),
            },
            AccountResetQuestion::Except { wrong: true, .. } => {
                let max = u32::from(EXCEPTION_DAYS_MAX);
                Err(("no-days", tr!(spoken(), "cli-wrong-days", max = max)))
            }
            // Asking for it, with all that it says, is the answer.
            AccountResetQuestion::Ask { .. }
            | AccountResetQuestion::Object { .. }
            | AccountResetQuestion::CarryOut { .. } => Ok(Answer::Yes),
            AccountResetQuestion::Which { .. } => Err(("no-reset", tr!(spoken(), "cli-no-reset"))),
            AccountResetQuestion::Releaser { .. } => {
                Err(("no-releaser", tr!(spoken(), "cli-no-releaser")))
            }
            AccountResetQuestion::Release { wrong: false, .. } => match &self.last_name {
                Some(name) => Ok(Answer::Typed(name.clone())),
                None => Err(("no-last-name", tr!(spoken(), "cli-no-last-name"))),
            },
            AccountResetQuestion::Release {
                wrong: true, act, ..
            } => Err((
                "name-differs",
                tr!(
                    spoken(),
                    "cli-name-differs",
                    person = (act.subject().id).to_string()
                ),
            )),
        }
    }
}

pub(super) async fn run(runs: &Runs<'_>, command: &ResetCommand) -> Outcome {
    let done = match command {
        ResetCommand::Request(a) => {
            let answers = AccountResetAnswers {
                called_back: a.called_back,
                seen: a.video.is_some(),
                ..AccountResetAnswers::default()
            };
            let how = a.identified_by.clone().or(a.video.clone());
            let orders = Orders::about_account_resets(answers);
            let face = runs.identified_face(&a.key, how, orders);
            let person = a.person.clone();
            let wish = Some(ResetWish {
                reason: a.reason,
                remark: a.remark.clone(),
                ticket: a.ticket.clone(),
            });
            let order = match a.away {
                true => Order::AskAway { person, wish },
                false => Order::AskReset { person, wish },
            };
            return runs.carry_out(&face, order).await;
        }
        ResetCommand::Release(a) => {
            let answers = AccountResetAnswers {
                last_name: Some(a.last_name.clone()),
                ..AccountResetAnswers::default()
            };
            let face = runs.ordered_face(&a.key, Orders::about_account_resets(answers));
            let order = Order::ReleaseReset {
                reset: a.reset,
                by: a
                    .by
                    .clone()
                    .map_or(ReleasedBy::SignedIn, ReleasedBy::Beside),
            };
            return runs.carry_out(&face, order).await;
        }
        ResetCommand::Sign(a) => {
            let how = Some(a.identified_by.clone());
            let orders = Orders::about_account_resets(AccountResetAnswers::default());
            let orders = orders.proved_with(a.key.key.clone());
            let face = runs.identified_face(&a.key, how, orders);
            let order = Order::SignPrepared {
                administrator: a.administrator.clone(),
                reset: Some(a.reset),
            };
            return runs.carry_out(&face, order).await;
        }
        ResetCommand::Object(a) => {
            let how = Some(a.identified_by.clone());
            let orders = Orders::about_account_resets(AccountResetAnswers::default());
            let face = runs.identified_face(&KeyChoice::default(), how, orders);
            let order = Order::ObjectReset {
                objector: a.objector.clone(),
                reset: Some(a.reset),
            };
            return runs.carry_out(&face, order).await;
        }
        ResetCommand::CarryOut(a) => {
            let answers = AccountResetAnswers {
                days: a.days,
                ..AccountResetAnswers::default()
            };
            let orders = Orders::about_account_resets(answers);
            let how = a.identified_by.clone();
            let face = runs.identified_face(&KeyChoice::default(), how, orders);
            let order = match a.days {
                Some(_) => Order::ExceptReset { reset: a.reset },
                None => Order::CarryOutReset {
                    reset: a.reset,
                    person: a.person.clone(),
                },
            };
            return runs.carry_out(&face, order).await;
        }
        ResetCommand::List => list(runs).await,
        ResetCommand::Show { reset } => shown::show(runs, *reset).await,
        ResetCommand::Refuse { reset } => end(runs, *reset, ResetEnding::Refuse).await,
        ResetCommand::Withdraw { reset } => end(runs, *reset, ResetEnding::Withdraw).await,
    };
    done.unwrap_or_else(|stop| outcome_of_stop(&stop))
}

async fn list(runs: &Runs<'_>) -> Result<Outcome, Stop> {
    let resets = runs.station.account_resets_everywhere().await?;
    for reset in &resets {
        runs.output.item("reset", reset, &line(reset));
    }
    let open = resets.iter().filter(|reset| reset.state.is_open()).count();
    Ok(Outcome::done(
        tr!(
            spoken(),
            "cli-resets",
            open = open.to_string(),
            shown = resets.len().to_string()
        ),
        json!({ "open": open, "shown": resets.len() }),
    ))
}

/// One of several, in columns.
pub(super) fn line(reset: &AccountReset) -> String {
    let text = spoken();
    columns(&[
        &reset.id,
        &reset.person.name,
        &text.reset_state(reset.state),
        &text.reset_reason(reset.reason),
        &reset.asker(),
        &when(reset),
    ])
}

/// From when on, and until when, something can come of it; or how its exception stands.
fn when(reset: &AccountReset) -> String {
    let until = reset.until.to_string();
    if let Some(exception) = reset.exception.as_ref().filter(|one| one.is_pending()) {
        let owner = exception.owner.name.clone();
        return match exception.overdue {
            true => tr!(
                spoken(),
                "cli-exception-overdue",
                owner = owner,
                until = until
            ),
            false => tr!(spoken(), "cli-exception", owner = owner, until = until),
        };
    }
    match reset.ripe_at {
        Some(from) => tr!(
            spoken(),
            "cli-from-until",
            from = from.to_string(),
            until = until
        ),
        None => tr!(spoken(), "cli-until", until = until),
    }
}

async fn end(runs: &Runs<'_>, reset: AccountResetId, how: ResetEnding) -> Result<Outcome, Stop> {
    let reset = runs.station.end_reset(reset, (how, None)).await?;
    let text = spoken();
    let said = tr!(
        spoken(),
        "cli-reset-is",
        state = text.reset_state(reset.state).to_string()
    );
    Ok(Outcome::done(
        said,
        json!({ "reset": reset.id, "state": reset.state }),
    ))
}

/// How a run about the reset of an account counts that came to its end.
pub(super) fn outcome_of(person: &Person, result: &AccountResetResult) -> Outcome {
    let text = spoken();
    let said = text.account_reset_done(person, result);
    let said = match result {
        AccountResetResult::Prepared { reset }
        | AccountResetResult::Signed { reset }
        | AccountResetResult::Asked { reset }
        | AccountResetResult::Released { reset } => format!("{said}\n{}", next(reset)),
        AccountResetResult::CarriedOut { done } => {
            let next = tr!(
                text,
                "cli-next-carried-out",
                until = done.reset.until.to_string(),
                person = person.id.to_string()
            );
            format!("{said}\n{next}")
        }
        AccountResetResult::Excepted { done } => {
            let exception = done.reset.exception.as_ref();
            let next = tr!(
                text,
                "away-excepted-next",
                name = person.name.clone(),
                until = done.reset.until.to_string(),
                owner = exception.map_or("–", |exception| &exception.owner.name)
            );
            format!("{said}\n{next}")
        }
        AccountResetResult::Objected { .. } | AccountResetResult::Refused { .. } => said,
    };
    let (code, facts) = match result {
        AccountResetResult::Prepared { reset } => ("reset-prepared", of(reset)),
        AccountResetResult::Signed { reset } => ("reset-signed", of(reset)),
        AccountResetResult::Objected { reset } => ("reset-objected", of(reset)),
        AccountResetResult::Asked { reset } => ("reset-asked", of(reset)),
        AccountResetResult::Released { reset } => ("reset-released", of(reset)),
        AccountResetResult::Refused { reset } => ("reset-refused", of(reset)),
        AccountResetResult::Excepted { done } => (
            "account-reset",
            json!({
                "reset": done.reset.id,
                "person": person.id,
                "deleted": done.deleted,
                "exception": done.reset.exception,
            }),
        ),
        AccountResetResult::CarriedOut { done } => (
            "account-reset",
            json!({
                "reset": done.reset.id,
                "person": person.id,
                "deleted": done.deleted,
                "visit": done.visit.id,
            }),
        ),
    };
    Outcome {
        code: code.to_owned(),
        ..Outcome::done(said, facts)
    }
}

/// What comes next of one that is open, with the command for it.
fn next(reset: &AccountReset) -> String {
    let id = reset.id.to_string();
    let until = reset.until.to_string();
    let person = reset.person.id.to_string();
    match (reset.state, reset.away) {
        (ResetState::Prepared, _) => tr!(spoken(), "cli-next-prepared", id = id, until = until),
        (ResetState::Requested, _) => tr!(spoken(), "cli-next-asked", id = id, until = until),
        (ResetState::Released, false) => tr!(
            spoken(),
            "cli-next-released",
            id = id,
            person = person,
            when = when(reset)
        ),
        (ResetState::Released, true) => tr!(
            spoken(),
            "cli-next-away",
            id = id,
            person = person,
            when = when(reset)
        ),
        // Nothing was added by it: whoever carried it out goes on.
        (ResetState::CarriedOut, false) => tr!(
            spoken(),
            "cli-next-again",
            id = id,
            person = person,
            until = until
        ),
        (
            ResetState::Withdrawn
            | ResetState::Refused
            | ResetState::Expired
            | ResetState::Objected
            | ResetState::CarriedOut,
            _,
        ) => tr!(
            spoken(),
            "cli-reset-is",
            state = spoken().reset_state(reset.state)
        ),
    }
}

/// The same outcome, which names the reset of that person's account that is open, or that whoever is signed in carried out, where nothing
/// came of adding a factor.
pub(super) async fn beside_open(station: &Station, person: &PersonId, outcome: Outcome) -> Outcome {
    let is_refused = outcome.exit == Exit::Refused || outcome.code == "which-administrator";
    if !is_refused {
        return outcome;
    }
    // It is said besides: what keeps the page away was said already, or will be.
    let Ok(detail) = station.person(person).await else {
        return outcome;
    };
    let beside = match detail.reset {
        Some(reset) if reset.state.is_open() => {
            tr!(spoken(), "cli-beside-open", next = next(&reset))
        }
        // Only what the same operator carried out, by which nothing was added, is told beside a person.
        Some(reset) if reset.state == ResetState::CarriedOut => next(&reset),
        Some(_) | None => return outcome,
    };
    Outcome {
        detail: format!("{}\n{beside}", outcome.detail),
        ..outcome
    }
}

fn of(reset: &AccountReset) -> serde_json::Value {
    json!({
        "reset": reset.id,
        "person": reset.person.id,
        "state": reset.state,
        "until": reset.until,
    })
}
