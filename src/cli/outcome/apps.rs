//! How a run about apps and tokens counts.

use serde_json::{Value, json};

use super::{standing, standing_of_new};
use crate::cli::output::{Exit, Outcome, push_word};
use crate::domain::Person;
use crate::text::{spoken, tr};
use crate::workflow::dialogue::{AppResult, Replaced};

/// How a run about apps and tokens counts that came to its end.
pub(super) fn outcome_of(person: &Person, result: &AppResult) -> Outcome {
    let said = spoken().app_done(person, result);
    match result {
        AppResult::Enrolled { name, old, push } => {
            let mut facts = json!({ "person": person.id, "name": name, "push": push_word(push) });
            if let Some(old) = old {
                facts["old"] = json!(old);
                facts["old_is_over"] = json!(Replaced::is_over(push));
            }
            reported("enrolled", &said, standing_of_new(push), facts)
        }
        AppResult::Removed { factor, push } => {
            let facts = json!({ "person": person.id, "factor": factor, "push": push_word(push) });
            let taken = tr!(spoken(), "done-removed-accepted");
            reported("removed", &said, standing(push, &taken), facts)
        }
        AppResult::Tested { factor, verdict } => Outcome {
            code: "works".to_owned(),
            ..Outcome::done(
                said,
                json!({ "person": person.id, "factor": factor, "verdict": verdict }),
            )
        },
        AppResult::Left { said: word } => {
            Outcome::done(said, json!({ "person": person.id, "said": word }))
        }
        AppResult::Accepted { name } => Outcome {
            code: "accepted".to_owned(),
            ..Outcome::done(said, json!({ "person": person.id, "name": name }))
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

fn reported(code: &str, said: &str, (exit, standing): (Exit, String), facts: Value) -> Outcome {
    Outcome {
        exit,
        code: code.to_owned(),
        detail: format!("{said}\n{standing}"),
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
