//! `key test`, `key pin …` and their kind: arguments in, one outcome out.

pub mod args;

use serde_json::json;

use super::commands::Runs;
use super::outcome::outcome_of as outcome_of_ending;
use super::output::{Exit, Outcome, push_word};
use crate::domain::care::{Care, Oddity, StepOutcome, TestReport, TestVerdict, TestedStep};
use crate::domain::{KeyFacts, PersonId};
use crate::text::{Language, Text};
use crate::workflow::care;
use crate::workflow::dialogue::{CareResult, PushState};
use args::{CareCommand, TestArguments};

/// Carries out one command.
pub(super) async fn run(runs: &Runs<'_>, command: &CareCommand) -> Outcome {
    runs.station.note_keys(&mut Vec::new()).ok();
    match command {
        CareCommand::Test(arguments) => test(runs, arguments).await,
    }
}

async fn test(runs: &Runs<'_>, arguments: &TestArguments) -> Outcome {
    let face = runs.face(&arguments.key, None, None);
    let mut desk = runs.desk(&face);
    let ended = match &arguments.person {
        Some(person) => care::test_for(&mut desk, person, None).await,
        None => care::test_key(&mut desk, None).await,
    };
    match ended {
        Ok(ending) => outcome_of_ending(&ending),
        Err(stop) => face.outcome_of_stop(stop),
    }
}

/// How care counts that came to its end.
pub(super) fn outcome_of(key: &KeyFacts, result: &CareResult) -> Outcome {
    match result {
        CareResult::Done {
            care: Care::Tested { report },
        } => tested(key, report),
        CareResult::Done { care } => Outcome::done("done", json!({ "key": key, "care": care })),
    }
}

fn tested(key: &KeyFacts, report: &TestReport) -> Outcome {
    let verdict = report.verdict();
    let sentence = english().verdict(verdict);
    let facts = json!({ "key": key, "report": report, "verdict": verdict });
    match (verdict, report.failure()) {
        (TestVerdict::Fails, Some((_, why))) => Outcome {
            facts,
            ..Outcome::failed(Exit::Key, "test-failed", format!("{sentence} {why}"))
        },
        (TestVerdict::Fails, None) => Outcome {
            facts,
            ..Outcome::failed(Exit::Key, "test-failed", sentence)
        },
        _ => Outcome {
            code: "tested".to_owned(),
            ..Outcome::done(sentence, facts)
        },
    }
}

/// How a test for a person counts.
pub(super) fn works_for(person: &PersonId, key: &KeyFacts, push: &PushState) -> Outcome {
    let (exit, standing) = match push {
        PushState::Accepted => (Exit::Done, "the registry checked it".to_owned()),
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
        code: "works".to_owned(),
        detail: format!("{} signed for {person}: {standing}", key.model),
        facts: json!({ "person": person, "key": key, "push": push_word(push) }),
    }
}

/// Outcomes and events are in English, whatever the screen speaks: scripts and records read them.
fn english() -> Text {
    Text::load(Language::English)
}

/// What is unusual about a key, a line each.
pub(super) fn oddities_in_words(oddities: &[Oddity]) -> String {
    let text = english();
    let lines: Vec<String> = oddities
        .iter()
        .map(|oddity| format!("check: {}", text.oddity(oddity)))
        .collect();
    match lines.is_empty() {
        true => "check: nothing unusual".to_owned(),
        false => lines.join("\n"),
    }
}

/// How a step of a test went.
pub(super) fn tested_in_words(tested: &TestedStep) -> String {
    use crate::domain::care::TestStep;
    let step = match tested.step {
        TestStep::Make => "makes a credential",
        TestStep::SignVerified => "signs, the person verified",
        TestStep::SignTouched => "signs with a touch",
        TestStep::Exclude => "refuses a second credential",
        TestStep::Clean => "leaves nothing behind",
    };
    let slow = if tested.is_slow() && tested.outcome == StepOutcome::Passed {
        " (slow)"
    } else {
        ""
    };
    format!("{step}: {}{slow}", english().tested(tested))
}
