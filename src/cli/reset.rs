//! `keydesk reset …`: an account is reset, which one agent asks for and a second one releases.

pub mod args;

use serde_json::json;

use super::choice::KeyChoice;
use super::commands::Runs;
use super::face::Orders;
use super::outcome::outcome_of_stop;
use super::output::Outcome;
use crate::domain::account_reset::ResetWish;
use crate::domain::{AccountResetId, Person};
use crate::text::clean::columns;
use crate::text::{spoken, tr};
use crate::wire::{AccountReset, ResetEnding, ResetFacts};
use crate::workflow::account_reset::ReleasedBy;
use crate::workflow::dialogue::{AccountResetQuestion, AccountResetResult, Answer};
use crate::workflow::{Order, Stop};
use args::ResetCommand;

/// What the arguments answer to the questions about the reset of an account.
#[derive(Default)]
pub struct AccountResetAnswers {
    last_name: Option<String>,
}

impl AccountResetAnswers {
    /// The answer, or what the arguments leave open, as a stable word and in words.
    pub fn answer(
        &self,
        question: &AccountResetQuestion,
    ) -> Result<Answer, (&'static str, String)> {
        match question {
            AccountResetQuestion::Why { .. } => Err(("no-reason", tr!(spoken(), "cli-no-reason"))),
            // Asking for it, with all that it says, is the answer.
            AccountResetQuestion::Ask { .. } | AccountResetQuestion::CarryOut { .. } => {
                Ok(Answer::Yes)
            }
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
            let how = Some(a.identified_by.clone());
            let face = runs.identified_face(&a.key, how, Orders::default());
            let order = Order::AskReset {
                person: a.person.clone(),
                wish: Some(ResetWish {
                    reason: a.reason,
                    remark: a.remark.clone(),
                    ticket: a.ticket.clone(),
                }),
            };
            return runs.carry_out(&face, order).await;
        }
        ResetCommand::Release(a) => {
            let answers = AccountResetAnswers {
                last_name: Some(a.last_name.clone()),
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
        ResetCommand::CarryOut(a) => {
            let how = Some(a.identified_by.clone());
            let face = runs.identified_face(&KeyChoice::default(), how, Orders::default());
            let order = Order::CarryOutReset {
                reset: a.reset,
                person: a.person.clone(),
            };
            return runs.carry_out(&face, order).await;
        }
        ResetCommand::List => list(runs).await,
        ResetCommand::Show { reset } => show(runs, *reset).await,
        ResetCommand::Refuse { reset } => end(runs, *reset, ResetEnding::Refuse).await,
        ResetCommand::Withdraw { reset } => end(runs, *reset, ResetEnding::Withdraw).await,
    };
    done.unwrap_or_else(|stop| outcome_of_stop(&stop))
}

async fn list(runs: &Runs<'_>) -> Result<Outcome, Stop> {
    let resets = runs.station.account_resets().await?;
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

fn line(reset: &AccountReset) -> String {
    let text = spoken();
    columns(&[
        &reset.id,
        &reset.person.name,
        &text.reset_state(reset.state),
        &text.reset_reason(reset.reason),
        &reset.asker(),
        &tr!(spoken(), "cli-until", until = reset.until.to_string()),
    ])
}

async fn show(runs: &Runs<'_>, reset: AccountResetId) -> Result<Outcome, Stop> {
    let detail = runs.station.account_reset(reset).await?;
    runs.output.item("reset", &detail, &line(&detail.reset));
    let mut said = in_words(&detail.facts);
    if !detail.reset.remark.is_empty() {
        said.insert(0, detail.reset.remark.clone());
    }
    let text = spoken();
    let state = text.reset_state(detail.reset.state);
    let detail_words = match said.is_empty() {
        true => state,
        false => format!("{state}; {}", said.join(" ")),
    };
    Ok(Outcome::done(
        detail_words,
        json!({ "reset": reset, "state": detail.reset.state }),
    ))
}

fn in_words(facts: &ResetFacts) -> Vec<String> {
    let text = spoken();
    let day = |at: jiff::Timestamp| at.strftime("%Y-%m-%d").to_string();
    let lines = text.reset_facts(facts, day);
    lines.into_iter().map(|(_, line)| line).collect()
}

async fn end(runs: &Runs<'_>, reset: AccountResetId, how: ResetEnding) -> Result<Outcome, Stop> {
    let reset = runs.station.end_reset(reset, how).await?;
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
    let (code, facts) = match result {
        AccountResetResult::Prepared { reset } => ("reset-prepared", of(reset)),
        AccountResetResult::Asked { reset } => ("reset-asked", of(reset)),
        AccountResetResult::Released { reset } => ("reset-released", of(reset)),
        AccountResetResult::Refused { reset } => ("reset-refused", of(reset)),
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

fn of(reset: &AccountReset) -> serde_json::Value {
    json!({
        "reset": reset.id,
        "person": reset.person.id,
        "state": reset.state,
        "until": reset.until,
    })
}
