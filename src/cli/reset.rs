//! `keydesk reset …`: an account is reset, which one agent asks for and a second one releases, or an administrator asks for.

pub mod args;
mod shown;

use serde_json::json;

use super::answers::Orders;
use super::answers::account_resets::AccountResetAnswers;
use super::choice::KeyChoice;
use super::outcome::account_reset::{next, when};
use super::outcome::outcome_of_stop;
use super::output::{Exit, Outcome};
use super::runs::Runs;
use crate::domain::account_reset::{ResetState, ResetWish};
use crate::domain::{AccountResetId, PersonId};
use crate::station::Station;
use crate::text::clean::columns;
use crate::text::{spoken, tr};
use crate::wire::{AccountReset, ResetEnding};
use crate::workflow::account_reset::ReleasedBy;
use crate::workflow::{Order, Stop};
use args::ResetCommand;

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
