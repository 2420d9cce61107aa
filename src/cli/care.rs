//! `key test`, `key pin …` and their kind: arguments in, one outcome out.

pub mod args;
pub mod hand_over;
mod letter;
pub mod reset;

use serde_json::json;

use super::choice::KeyChoice;
use super::commands::Runs;
use super::face::Orders;
use super::outcome::{outcome_of as outcome_of_ending, standing};
use super::output::{Exit, Outcome, push_word};
use crate::domain::care::{
    Care, FingerSample, Oddity, StepOutcome, TestReport, TestVerdict, TestedStep,
};
use crate::domain::returned::IsIt;
use crate::domain::{KeyFacts, PersonId};
use crate::text::clean::columns;
use crate::text::{Language, Text, spoken, tr};
use crate::workflow::Stake;
use crate::workflow::care::PinWish;
use crate::workflow::dialogue::{Answer, CareJob, CareResult, Ending, HeldCredential, PushState};
use crate::workflow::{self, Order};
use args::{
    CareCommand, CredentialsCommand, FingerprintCommand, NewPinArguments, PinCommand, TestArguments,
};
use hand_over::{HandOver, Way};

pub(super) async fn run(runs: &Runs<'_>, command: &CareCommand) -> Outcome {
    runs.station.note_keys(&mut Vec::new()).ok();
    match command {
        CareCommand::Test(arguments) => test(runs, arguments).await,
        CareCommand::Pin(PinCommand::Set(arguments)) => new_pin(runs, arguments, true).await,
        CareCommand::Pin(PinCommand::Change(arguments)) => new_pin(runs, arguments, false).await,
        CareCommand::Pin(PinCommand::Verify { key }) => {
            let face = runs.face(key, None, None);
            runs.carry_out(&face, order(CareJob::VerifyPin)).await
        }
        CareCommand::Reset(arguments) => reset::run(runs, arguments).await,
        CareCommand::Config(arguments) => {
            let orders = Orders::of(vec![Answer::Settings(arguments.settings())]);
            ordered(runs, &arguments.key, orders, CareJob::Configure).await
        }
        CareCommand::Credentials(command) => {
            let (key, orders) = match command {
                CredentialsCommand::List { key } => (key, Orders::default()),
                CredentialsCommand::Delete(a) => {
                    let orders = Orders::of(vec![Answer::Remove(a.id.clone())]);
                    let orders = orders.confirming(&a.case);
                    (&a.key, orders.proving(&a.codes, &a.proof))
                }
                CredentialsCommand::Rename { id, name, key } => {
                    let answer = Answer::Rename(id.clone(), name.clone());
                    (key, Orders::of(vec![answer]))
                }
            };
            ordered(runs, key, orders, CareJob::Credentials).await
        }
        CareCommand::Fingerprint(command) => {
            let (key, orders) = match command {
                FingerprintCommand::List { key } => (key, None),
                FingerprintCommand::Enrol { name, key } => {
                    (key, Some(Answer::AddFinger(name.clone())))
                }
                FingerprintCommand::Rename { id, name, key } => {
                    (key, Some(Answer::Rename(id.clone(), name.clone())))
                }
                FingerprintCommand::Remove { id, key } => (key, Some(Answer::Remove(id.clone()))),
            };
            let orders = Orders::of(orders.into_iter().collect());
            ordered(runs, key, orders, CareJob::Fingerprints).await
        }
    }
}

/// An order for the key that the arguments name.
fn order(care: CareJob) -> Order {
    let (at, pin) = (None, PinWish::default());
    Order::Care { at, care, pin }
}

async fn ordered(runs: &Runs<'_>, key: &KeyChoice, orders: Orders, care: CareJob) -> Outcome {
    let face = runs.ordered_face(key, orders);
    match workflow::run(&mut runs.desk(&face), order(care)).await {
        Ok(ending) => {
            tell_lists(runs, &ending);
            outcome_of_ending(&ending)
        }
        Err(stop) => face.outcome_of_stop(stop),
    }
}

/// Lists come as one item a line, like every list of the command line.
fn tell_lists(runs: &Runs<'_>, ending: &Ending) {
    let Ending::Cared { result, .. } = ending else {
        return;
    };
    match &**result {
        CareResult::Credentials { held, .. } => {
            for held in held {
                runs.output.item("credential", held, &credential_line(held));
            }
        }
        CareResult::Fingerprints { list, .. } => {
            for finger in list {
                let line = columns(&[&finger.id, &finger.name.as_deref().unwrap_or("-")]);
                runs.output.item("fingerprint", finger, &line);
            }
        }
        _ => {}
    }
}

fn credential_line(held: &HeldCredential) -> String {
    let whose = match &held.stake {
        Stake::Nobody => "-".to_owned(),
        Stake::Operator => tr!(spoken(), "cli-whose-own"),
        Stake::Account { person } => format!("{} ({})", person.name, person.id),
        Stake::Unknown => tr!(spoken(), "cli-whose-unknown"),
    };
    let credential = &held.credential;
    columns(&[
        &credential.id,
        &credential.rp_id,
        &credential.name().unwrap_or("-"),
        &whose,
    ])
}

async fn new_pin(runs: &Runs<'_>, arguments: &NewPinArguments, first: bool) -> Outcome {
    let wish = PinWish {
        random: arguments.rule(),
        force_change: arguments.force_change,
        min_length: 0,
    };
    let way = match (&arguments.letter, arguments.new_pin_to_fd) {
        (Some(path), _) => {
            let tag = &runs.station.config().language;
            let language = Language::parse(tag).unwrap_or(Language::English);
            Some(Way::Letter {
                path: path.clone(),
                text: Box::new(Text::load(language)),
                station: runs.station.name().to_owned(),
            })
        }
        (None, Some(fd)) => Some(Way::Descriptor(fd)),
        (None, None) => None,
    };
    let orders = Orders::handing(way.map(HandOver::new));
    let face = runs.ordered_face(&arguments.key, orders);
    let care = match first {
        true => CareJob::SetPin,
        false => CareJob::ChangePin,
    };
    let order = Order::Care {
        at: None,
        care,
        pin: wish,
    };
    match workflow::run(&mut runs.desk(&face), order).await {
        Ok(ending) => outcome_of_ending(&ending),
        Err(stop) => {
            // The new PIN may be the key's all the same: then the letter is the only one to know it.
            if stop.remains() == crate::record::Remains::Nothing {
                face.take_back();
            }
            face.outcome_of_stop(stop)
        }
    }
}

async fn test(runs: &Runs<'_>, arguments: &TestArguments) -> Outcome {
    let face = runs.face(&arguments.key, None, None);
    let order = match &arguments.person {
        person if arguments.returned => order(CareJob::CheckReturn {
            person: person.clone(),
        }),
        Some(person) => Order::TestFor {
            person: person.clone(),
            identification: arguments.identified_by.clone(),
        },
        None => order(CareJob::Test),
    };
    runs.carry_out(&face, order).await
}

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
    let (exit, standing) = reset::standing(push);
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

/// What is unusual about a key, a line each.
pub(super) fn oddities_in_words(oddities: &[Oddity]) -> String {
    let text = spoken();
    let lines: Vec<String> = oddities
        .iter()
        .map(|oddity| {
            tr!(
                spoken(),
                "cli-check",
                finding = text.oddity(oddity).to_string()
            )
        })
        .collect();
    match lines.is_empty() {
        true => tr!(spoken(), "cli-check-nothing"),
        false => lines.join("\n"),
    }
}

/// How a step of a test went.
pub(super) fn tested_in_words(tested: &TestedStep) -> String {
    use crate::domain::care::TestStep;
    let step = match tested.step {
        TestStep::Make => tr!(spoken(), "cli-test-make"),
        TestStep::SignVerified => tr!(spoken(), "cli-test-verified"),
        TestStep::SignTouched => tr!(spoken(), "cli-test-touched"),
        TestStep::Exclude => tr!(spoken(), "cli-test-exclude"),
        TestStep::Clean => tr!(spoken(), "cli-test-clean"),
    };
    let result = spoken().tested(tested);
    match tested.is_slow() && tested.outcome == StepOutcome::Passed {
        true => tr!(spoken(), "cli-test-slow", step = step, result = result),
        false => format!("{step}: {result}"),
    }
}

/// What the sensor waits for, and what came of the touch before.
pub(super) fn finger_in_words(key: &KeyFacts, sample: Option<FingerSample>) -> String {
    match sample {
        None => tr!(spoken(), "cli-finger", slot = key.slot.to_string()),
        Some(sample) => {
            let what = spoken().sample(sample.fault);
            match sample.remaining {
                0 => what,
                more => tr!(
                    spoken(),
                    "cli-finger-again",
                    what = what.to_string(),
                    more = more.to_string()
                ),
            }
        }
    }
}
