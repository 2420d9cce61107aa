//! Authenticator apps and hardware tokens on the command line.

use serde_json::{Value, json};

use super::output::{Exit, Outcome, push_word};
use crate::domain::Person;
use crate::text::{Language, Text};
use crate::workflow::dialogue::{AppResult, PushState};

/// How a run about apps and tokens counts that came to its end.
pub(super) fn outcome_of(person: &Person, result: &AppResult) -> Outcome {
    let said = Text::load(Language::English).app_done(person, result);
    match result {
        AppResult::Enrolled { name, push } => {
            let facts = json!({ "person": person.id, "name": name, "push": push_word(push) });
            reported("enrolled", &said, push, facts)
        }
        AppResult::Removed { factor, push } => {
            let facts = json!({ "person": person.id, "factor": factor, "push": push_word(push) });
            reported("removed", &said, push, facts)
        }
        AppResult::Tested { factor, verdict } => Outcome {
            code: "works".to_owned(),
            ..Outcome::done(
                said,
                json!({ "person": person.id, "factor": factor, "verdict": verdict }),
            )
        },
        AppResult::Assigned { serial, factor } => Outcome {
            code: "assigned".to_owned(),
            ..Outcome::done(
                said,
                json!({ "person": person.id, "serial": serial, "factor": factor }),
            )
        },
    }
}

fn reported(code: &str, said: &str, push: &PushState, facts: Value) -> Outcome {
    let (exit, standing) = match push {
        PushState::Accepted => (Exit::Done, "the registry verified and holds it".to_owned()),
        PushState::Queued => (
            Exit::Queued,
            "the registry cannot be reached; the result waits in the outbox".to_owned(),
        ),
        PushState::Conflict { detail } => (
            Exit::Refused,
            format!("but the registry refused it ({detail}); see `keydesk outbox list`"),
        ),
    };
    Outcome {
        exit,
        code: code.to_owned(),
        detail: format!("{said}: {standing}"),
        facts,
    }
}

/// A key and an app in one visit: as bad as the worse of the two, and both are told.
pub(super) fn both(key: Outcome, app: Outcome) -> Outcome {
    let facts = json!({ "key": key.facts, "app": app.facts });
    let detail = format!("{}\n{}", key.detail, app.detail);
    let worse = match key.exit {
        Exit::Done => app,
        _ if matches!(app.exit, Exit::Done | Exit::Queued) => key,
        _ => app,
    };
    Outcome {
        detail,
        facts,
        ..worse
    }
}
