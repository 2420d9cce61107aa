//! How a run about losses counts.

use serde_json::json;

use super::standing;
use crate::cli::output::{Exit, Outcome, push_word};
use crate::domain::Person;
use crate::text::{spoken, tr};
use crate::workflow::dialogue::{LossResult, PushState};

/// How a run about losses counts that came to its end.
pub(super) fn outcome_of(person: &Person, result: &LossResult) -> Outcome {
    let text = spoken();
    let said = text.loss_done(person, result);
    match result {
        LossResult::Suspended {
            owned,
            why,
            is_last,
            push,
        } => {
            let (exit, standing) = standing(push, &tr!(text, "cli-registry-holds"));
            let detail = match push {
                PushState::Accepted | PushState::Waiting => said,
                PushState::Queued => tr!(
                    text,
                    "cli-suspended-queued",
                    name = text.owned(owned),
                    person = person.name.as_str(),
                    why = text.why(*why)
                ),
                PushState::Conflict { .. } => format!("{said} {standing}"),
            };
            Outcome {
                exit,
                code: "suspended".to_owned(),
                detail,
                facts: json!({
                    "person": person.id,
                    "factor": owned.factor(),
                    "why": why,
                    "last": is_last,
                    "push": push_word(push),
                }),
            }
        }
        LossResult::Lifted { owned } => Outcome {
            exit: Exit::Done,
            code: "resumed".to_owned(),
            detail: said,
            facts: json!({ "person": person.id, "factor": owned.factor() }),
        },
    }
}
