//! How care of a key counts, a reset and a test for a person too.

use serde_json::json;

use super::{report_standing, standing};
use crate::cli::output::{Exit, Outcome, push_word};
use crate::domain::care::{Care, TestReport, TestVerdict};
use crate::domain::reset::Losses;
use crate::domain::returned::IsIt;
use crate::domain::{KeyFacts, PersonId};
use crate::text::{spoken, tr};
use crate::workflow::dialogue::{CareResult, PushState};

/// How care counts that came to its end.
pub(super) fn outcome_of(key: &KeyFacts, result: &CareResult) -> Outcome {
    let text = spoken();
    match result {
        CareResult::Done {
            care: Care::Tested { report },
        } => tested(key, report),
        CareResult::Done { care } => changed(key, std::slice::from_ref(care)),
        CareResult::Changes { done } => changed(key, done),
        CareResult::Returned { returned } => Outcome {
            code: word_of(&returned.is_it).to_owned(),
            ..Outcome::done(
                [vec![text.is_it(returned)], text.returned(returned)]
                    .concat()
                    .join("\n"),
                json!({ "key": key, "returned": returned }),
            )
        },
        CareResult::PinVerified { retries } => Outcome {
            code: "pin-verified".to_owned(),
            ..Outcome::done(
                text.pin_verified(*retries),
                json!({ "key": key, "retries": retries }),
            )
        },
        CareResult::Credentials {
            held,
            free_slots,
            done,
            told,
        } => {
            let room = free_slots.map_or(String::new(), |free| {
                tr!(spoken(), "cli-room", free = free.to_string())
            });
            let list = listed(
                key,
                done,
                tr!(
                    spoken(),
                    "cli-credentials",
                    count = held.len().to_string(),
                    room = room.to_string()
                ),
                json!({
                    "credentials": held.len(),
                    "free_slots": free_slots,
                }),
            );
            match told {
                Some(push) => with_report(list, push),
                None => list,
            }
        }
        CareResult::Fingerprints { list, done } => listed(
            key,
            done,
            tr!(spoken(), "cli-fingerprints", count = list.len().to_string()),
            json!({ "fingerprints": list.len() }),
        ),
    }
}

/// The stable word of what came of a comparison.
fn word_of(is_it: &IsIt) -> &'static str {
    match is_it {
        IsIt::Same { .. } => "same-key",
        IsIt::Another { .. } => "another-key",
        IsIt::Unsure { .. } => "cannot-tell",
    }
}

fn changed(key: &KeyFacts, done: &[Care]) -> Outcome {
    let text = spoken();
    let lines: Vec<String> = done.iter().map(|care| text.care(care)).collect();
    Outcome {
        code: "changed".to_owned(),
        ..Outcome::done(lines.join("\n"), json!({ "key": key, "done": done }))
    }
}

fn listed(key: &KeyFacts, done: &[Care], list: String, facts: serde_json::Value) -> Outcome {
    let text = spoken();
    let mut lines: Vec<String> = done.iter().map(|care| text.care(care)).collect();
    lines.push(list);
    let mut facts = facts;
    if let Some(members) = facts.as_object_mut() {
        members.insert("key".to_owned(), json!(key));
        members.insert("done".to_owned(), json!(done));
    }
    Outcome {
        code: if done.is_empty() { "listed" } else { "changed" }.to_owned(),
        ..Outcome::done(lines.join("\n"), facts)
    }
}

/// Somebody's enrolment was ended: how the registry took it counts.
fn with_report(outcome: Outcome, push: &PushState) -> Outcome {
    let (exit, standing) = report_standing(push);
    let mut facts = outcome.facts;
    if let Some(members) = facts.as_object_mut() {
        members.insert("push".to_owned(), json!(push_word(push)));
    }
    Outcome {
        exit,
        detail: format!(
            "{}\n{}",
            outcome.detail,
            tr!(spoken(), "cli-enrolment-ended", standing = standing)
        ),
        facts,
        ..outcome
    }
}

fn tested(key: &KeyFacts, report: &TestReport) -> Outcome {
    let verdict = report.verdict();
    let sentence = spoken().verdict(verdict);
    let facts = json!({ "key": key, "report": report, "verdict": verdict });
    match (verdict, report.failure()) {
        (TestVerdict::Fails, Some((_, why))) => Outcome {
            facts,
            ..Outcome::failed(
                Exit::Key,
                "test-failed",
                format!("{sentence} {}", spoken().test_why(why)),
            )
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
    let (exit, standing) = standing(push, &tr!(spoken(), "cli-result-checked"));
    Outcome {
        exit,
        code: "works".to_owned(),
        detail: tr!(
            spoken(),
            "cli-signed-for",
            model = key.model.to_string(),
            person = person.to_string(),
            standing = standing.to_string()
        ),
        facts: json!({ "person": person, "key": key, "push": push_word(push) }),
    }
}

/// How a reset counts.
pub(super) fn reset(key: &KeyFacts, losses: &Losses, push: &PushState) -> Outcome {
    let (exit, standing) = report_standing(push);
    let mut detail = tr!(
        spoken(),
        "cli-reset-done",
        model = key.model.to_string(),
        slot = key.slot.to_string(),
        standing = standing.to_string()
    );
    for person in losses.people() {
        let tell = tr!(spoken(), "cli-reset-tell", name = person.name.as_str());
        detail.push('\n');
        detail.push_str(&tell);
    }
    for unsure in &losses.unsure {
        let name = unsure.person.name.as_str();
        detail.push('\n');
        detail.push_str(&tr!(spoken(), "cli-reset-not-ended", name = name));
    }
    Outcome {
        exit,
        code: "reset".to_owned(),
        detail,
        facts: json!({ "key": key, "losses": losses, "push": push_word(push) }),
    }
}
