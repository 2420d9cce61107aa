//! How a run about the reset of an account counts, and what comes next of one.

use serde_json::json;

use crate::cli::output::Outcome;
use crate::domain::Person;
use crate::domain::account_reset::ResetState;
use crate::text::{spoken, tr};
use crate::wire::AccountReset;
use crate::workflow::dialogue::AccountResetResult;

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

fn of(reset: &AccountReset) -> serde_json::Value {
    json!({
        "reset": reset.id,
        "person": reset.person.id,
        "state": reset.state,
        "until": reset.until,
    })
}

/// What comes next of one that is open, with the command for it.
pub(in crate::cli) fn next(reset: &AccountReset) -> String {
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

/// From when on, and until when, something can come of it; or how its exception stands.
pub(in crate::cli) fn when(reset: &AccountReset) -> String {
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
