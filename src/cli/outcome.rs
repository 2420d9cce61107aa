//! How a run's end counts: exit code, stable word, and what to read.

pub(super) mod account_reset;
mod apps;
mod care;
mod losses;

use jiff::Timestamp;
use serde_json::json;

use super::output::{Exit, Outcome, push_word};
use super::secret::SecretError;
use crate::domain::{KeyFacts, Person};
use crate::record::Remains;
use crate::text::{spoken, tr};
use crate::wire::problem_code;
use crate::workflow::dialogue::{Ending, PushState};
use crate::workflow::{KeyFault, Stop};

/// A PIN or code that could not be read.
pub fn unreadable(error: &SecretError) -> Outcome {
    Outcome::failed(Exit::Usage, "unreadable-secret", error.to_string())
}

/// How a finished run counts.
pub fn outcome_of(ending: &Ending) -> Outcome {
    match ending {
        Ending::Enrolled { person, key, push } => pushed("enrolled", person, key, push),
        Ending::Lent {
            person,
            key,
            until,
            push,
        } => lent(person, key, *until, push),
        Ending::Retested { person, key, push } => pushed("retested", person, key, push),
        Ending::WorksFor { person, key, push } => care::works_for(person, key, push),
        Ending::Cared { key, result } => care::outcome_of(key, result),
        Ending::Reset { key, losses, push } => care::reset(key, losses, push),
        Ending::SignedIn => Outcome::done(tr!(spoken(), "cli-signed-in"), json!({})),
        Ending::Resolved { remains } => Outcome::done(
            tr!(spoken(), "cli-work-ended"),
            json!({ "remains": remains }),
        ),
        Ending::Withdrawn { person, remains } => Outcome {
            code: "withdrawn".to_owned(),
            ..Outcome::done(
                tr!(
                    spoken(),
                    "cli-withdrawn",
                    name = person.name.to_string(),
                    left = left(*remains).to_string()
                ),
                json!({ "person": person.id, "remains": remains }),
            )
        },
        Ending::App { person, result } => apps::outcome_of(person, result),
        Ending::Loss { person, result } => losses::outcome_of(person, result),
        Ending::AccountReset { person, result } => account_reset::outcome_of(person, result),
        Ending::Both { key, app } => apps::both(outcome_of(key), outcome_of(app)),
        Ending::Stopped { stop, remains } => Outcome {
            facts: json!({ "remains": remains }),
            ..outcome_of_stop(stop)
        },
    }
}

/// How a result stands at the registry: the exit code, and in words. `accepted`: what to say where it was taken.
fn standing(push: &PushState, accepted: &str) -> (Exit, String) {
    match push {
        PushState::Accepted => (Exit::Done, accepted.to_owned()),
        PushState::Waiting => (
            Exit::Done,
            tr!(
                spoken(),
                "cli-accepted-waits",
                accepted = accepted.to_string()
            ),
        ),
        PushState::Queued => (Exit::Queued, tr!(spoken(), "cli-result-queued")),
        PushState::Conflict { detail, .. } => (
            Exit::Refused,
            tr!(
                spoken(),
                "cli-result-refused",
                said = spoken().registry_said(detail).unwrap_or_default()
            ),
        ),
    }
}

/// The same of a factor that was added, which opens nothing until the registry has it.
fn standing_of_new(push: &PushState) -> (Exit, String) {
    match push {
        PushState::Queued => (Exit::Queued, tr!(spoken(), "cli-result-queued-factor")),
        PushState::Accepted | PushState::Waiting | PushState::Conflict { .. } => {
            standing(push, &tr!(spoken(), "cli-result-held"))
        }
    }
}

/// The same of what was only reported.
fn report_standing(push: &PushState) -> (Exit, String) {
    match push {
        PushState::Accepted | PushState::Waiting => (Exit::Done, tr!(spoken(), "cli-report-known")),
        PushState::Queued => (Exit::Queued, tr!(spoken(), "cli-report-queued")),
        PushState::Conflict { detail, .. } => (
            Exit::Refused,
            tr!(
                spoken(),
                "cli-report-refused",
                said = spoken().registry_said(detail).unwrap_or_default()
            ),
        ),
    }
}

fn pushed(code: &str, person: &Person, key: &KeyFacts, push: &PushState) -> Outcome {
    let (exit, standing) = match code {
        "enrolled" => standing_of_new(push),
        _ => standing(push, &tr!(spoken(), "cli-result-held")),
    };
    let what = match code {
        "enrolled" => tr!(spoken(), "cli-enrolled"),
        "retested" => tr!(spoken(), "cli-retested"),
        other => other.to_owned(),
    };
    let mut detail = tr!(
        spoken(),
        "cli-pushed",
        code = what.to_string(),
        model = key.model.to_string(),
        name = person.name.to_string(),
        standing = standing.to_string()
    );
    let know = must_know(person, key);
    for line in &know {
        detail.push('\n');
        detail.push_str(line);
    }
    Outcome {
        exit,
        code: code.to_owned(),
        detail,
        facts: json!({ "person": person.id, "key": key, "push": push_word(push), "know": know }),
    }
}

/// A key that is lent until then.
fn lent(person: &Person, key: &KeyFacts, until: Timestamp, push: &PushState) -> Outcome {
    let (exit, standing) = standing_of_new(push);
    let said = spoken().lent(&person.name, &key.model, until.to_string());
    let said = spoken().made((&person.name, &key.model), push, said);
    let know = spoken().must_know(key);
    let mut lines = vec![said, standing];
    lines.extend(know.iter().cloned());
    Outcome {
        exit,
        code: "lent".to_owned(),
        detail: lines.join("\n"),
        facts: json!({
            "person": person.id,
            "key": key,
            "until": until,
            "push": push_word(push),
            "know": know,
        }),
    }
}

/// What the person takes home besides the key, and what is left to do.
fn must_know(person: &Person, key: &KeyFacts) -> Vec<String> {
    let text = spoken();
    let mut know = text.must_know(key);
    if person.lacks_standby_key() {
        know.push(text.lacks_standby_key());
    }
    know
}

/// How an early end counts.
pub fn outcome_of_stop(stop: &Stop) -> Outcome {
    let exit = match stop.cause() {
        // Nothing has the identifier that was given.
        Stop::RegistryRefused { code, .. } if code == problem_code::NOT_FOUND => Exit::Usage,
        Stop::Cancelled | Stop::Key(KeyFault::Cancelled) => Exit::Cancelled,
        Stop::Settled
        | Stop::SignedOut
        | Stop::NotAllowed(_)
        | Stop::KeyRefused(_)
        | Stop::Strands { .. }
        | Stop::Authority { .. }
        | Stop::RegistryRefused { .. }
        | Stop::Unmet(_)
        | Stop::OpenElsewhere { .. }
        | Stop::OfferExpired => Exit::Refused,
        Stop::Key(_) | Stop::Unproven(_) | Stop::WrongCodes(_) | Stop::PinNotTaken(_) => Exit::Key,
        Stop::Misused { .. } => Exit::Usage,
        Stop::Unreachable(_) | Stop::Unanswered(_) => Exit::Unreachable,
        Stop::Store(_) | Stop::Left { .. } => Exit::Store,
    };
    let code = match stop.cause() {
        Stop::Misused { code, .. } => code,
        cause => cause.code().as_str(),
    };
    Outcome {
        facts: json!({ "remains": stop.remains() }),
        ..Outcome::failed(exit, code, spoken().stop(stop))
    }
}

fn left(remains: Remains) -> String {
    match remains {
        Remains::CredentialDeleted => tr!(spoken(), "cli-left-credential-deleted"),
        Remains::Nothing | Remains::Pin => tr!(spoken(), "cli-left-nothing"),
        Remains::Credential => tr!(spoken(), "cli-left-credential"),
        Remains::Unknown => tr!(spoken(), "cli-left-unknown"),
        Remains::InUse => tr!(spoken(), "cli-left-in-use"),
        Remains::Reset => tr!(spoken(), "cli-left-reset"),
        Remains::MayBeReset => tr!(spoken(), "cli-left-may-be-reset"),
        Remains::Deleted => tr!(spoken(), "cli-left-deleted"),
        Remains::MayBeDeleted => tr!(spoken(), "cli-left-may-be-deleted"),
        Remains::Changed | Remains::MayBeChanged | Remains::PinProven => {
            tr!(spoken(), "cli-left-cared")
        }
        Remains::OnPhone => tr!(spoken(), "cli-left-on-phone"),
        Remains::AppUnknown => tr!(spoken(), "cli-left-app-unknown"),
        Remains::NotAssigned => tr!(spoken(), "cli-left-not-assigned"),
        Remains::MayBeAssigned => tr!(spoken(), "cli-left-may-be-assigned"),
        Remains::AccountReset => tr!(spoken(), "cli-left-account-reset"),
        Remains::AccountKept => tr!(spoken(), "cli-left-account-kept"),
        Remains::MayBeAccountReset => tr!(spoken(), "cli-left-may-be-account-reset"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::pin::PinError;
    use crate::domain::reason::{Gap, Refusal};

    #[test]
    fn what_the_arguments_leave_open_is_said_as_itself_and_is_no_fault_of_a_key() {
        let stop = Stop::Misused {
            code: "which-factor",
            detail: "say with --factor which".to_owned(),
        };
        let outcome = outcome_of_stop(&stop);
        assert_eq!(
            (outcome.exit, outcome.code.as_str()),
            (Exit::Usage, "which-factor")
        );
        assert_eq!(outcome.detail, "say with --factor which");
        let told = Stop::Key(KeyFault::told("no key in the bay"));
        let outcome = outcome_of_stop(&told);
        assert_eq!(
            (outcome.exit, outcome.detail.as_str()),
            (Exit::Key, "no key in the bay")
        );
        let common = outcome_of_stop(&Stop::PinNotTaken(PinError::Common));
        assert_eq!(common.exit, Exit::Key);
        assert!(common.detail.starts_with("This PIN"), "{}", common.detail);
        assert!(!common.detail.contains("failed"), "{}", common.detail);
    }

    #[test]
    fn the_exit_code_follows_the_cause_also_when_something_remains_on_the_key() {
        let left = Stop::Left {
            cause: Box::new(Stop::Cancelled),
            remains: Remains::Pin,
        };
        let outcome = outcome_of_stop(&left);
        assert_eq!(outcome.exit, Exit::Cancelled);
        assert_eq!(outcome.facts["remains"], "pin");
        let refused = outcome_of_stop(&Stop::KeyRefused(Refusal::NoPin));
        assert_eq!(refused.exit.code(), 3);
        let unreachable = outcome_of_stop(&Stop::Unreachable(Gap::Unknown));
        assert_eq!(unreachable.exit.code(), 5);
    }
}
