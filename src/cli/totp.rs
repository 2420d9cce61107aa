//! Authenticator apps and hardware tokens on the command line.

pub mod answers;
pub mod args;
mod import;
mod picture;

use serde_json::{Value, json};

use super::choice::KeyChoice;
use super::commands::Runs;
use super::face::{HeadlessFace, Orders};
use super::outcome::{outcome_of_stop, standing};
use super::output::{Exit, Outcome, push_word};
use crate::domain::factor::FactorKind;
use crate::domain::models::Models;
use crate::domain::suspension::FactorRef;
use crate::domain::visit::Held;
use crate::domain::{FactorId, Identification, Person, PersonId};
use crate::text::clean::columns;
use crate::text::{Language, Text, english};
use crate::wire::{Credential, Factor};
use crate::workflow::dialogue::{AppJob, AppResult, PushState};
use crate::workflow::{Order, Stop};
use answers::AppAnswers;
use args::{CodeSource, ProofArguments, ShowArguments, TotpCommand};

pub(super) async fn run(runs: &Runs<'_>, command: &TotpCommand) -> Outcome {
    match command {
        TotpCommand::Enrol(a) => {
            let mut answers = showing(&a.show, &a.codes, &a.proof);
            answers.key_follows = a.with_key;
            let job = match a.with_key {
                true => AppJob::Both,
                false => AppJob::Enrol,
            };
            runs.station.note_keys(&mut Vec::new()).ok();
            let face = face(runs, &a.key, Some(&a.identified_by), answers);
            carry_out(runs, &face, job, &a.person, None).await
        }
        TotpCommand::Test(a) => {
            let answers = AppAnswers::of(&a.codes);
            let face = face(runs, &KeyChoice::default(), None, answers);
            carry_out(runs, &face, AppJob::Test, &a.person, a.factor).await
        }
        TotpCommand::List { person } => {
            let listed = list(runs, person).await;
            listed.unwrap_or_else(|stop| outcome_of_stop(&stop))
        }
        TotpCommand::Replace(a) => {
            let answers = showing(&a.show, &a.codes, &a.proof);
            let face = face(runs, &a.key, Some(&a.identified_by), answers);
            carry_out(runs, &face, AppJob::Replace, &a.person, a.factor).await
        }
        TotpCommand::Remove(a) => {
            let mut answers = AppAnswers::of(&a.codes);
            answers.proof.clone_from(&a.proof);
            let face = face(runs, &a.key, Some(&a.identified_by), answers);
            carry_out(runs, &face, AppJob::Remove, &a.person, Some(a.factor)).await
        }
        TotpCommand::Import(arguments) => import::run(runs, arguments).await,
        TotpCommand::Assign(a) => {
            let mut answers = AppAnswers::of(&a.codes);
            answers.serial = Some(a.serial.clone());
            answers.proof.clone_from(&a.proof);
            let face = face(runs, &a.key, Some(&a.identified_by), answers);
            carry_out(runs, &face, AppJob::Assign, &a.person, None).await
        }
    }
}

fn showing(show: &ShowArguments, codes: &CodeSource, proof: &ProofArguments) -> AppAnswers {
    let mut answers = AppAnswers::of(codes);
    answers.qr = Some(show.qr.clone());
    answers.name.clone_from(&show.name);
    answers.proof.clone_from(proof);
    answers
}

type Headless = std::sync::Arc<HeadlessFace>;

fn face(
    runs: &Runs<'_>,
    key: &KeyChoice,
    identification: Option<&Identification>,
    answers: AppAnswers,
) -> Headless {
    runs.identified_face(key, identification.cloned(), Orders::about_apps(answers))
}

async fn carry_out(
    runs: &Runs<'_>,
    face: &Headless,
    app: AppJob,
    person: &PersonId,
    factor: Option<FactorId>,
) -> Outcome {
    let order = Order::App {
        app,
        person: person.clone(),
        which: factor.map(|factor| FactorRef::App { factor }),
    };
    runs.carry_out(face, order).await
}

/// A person's factors of every kind, with when and where each was enrolled and last tested.
async fn list(runs: &Runs<'_>, person: &PersonId) -> Result<Outcome, Stop> {
    let detail = runs.station.person(person).await?;
    for factor in &detail.factors {
        runs.output.item("factor", factor, &factor_line(factor));
    }
    for credential in &detail.credentials {
        let line = key_line(credential, runs.station.slots().models());
        runs.output.item("key", credential, &line);
    }
    let apps = detail.factors.iter().filter(|f| f.is_valid()).count();
    let keys = detail.credentials.iter().filter(|c| c.is_valid()).count();
    let suspended = detail.owned().into_iter();
    let suspended = suspended.filter(|o| o.suspended().is_some()).count();
    let lost = match suspended {
        0 => String::new(),
        n => format!(", {n} suspended"),
    };
    Ok(Outcome::done(
        format!(
            "{}: {apps} app(s) or token(s), {keys} key(s){lost}",
            detail.person.name
        ),
        json!({
            "person": detail.person.id,
            "factors": apps,
            "keys": keys,
            "suspended": suspended,
        }),
    ))
}

fn factor_line(factor: &Factor) -> String {
    let kind = match &factor.kind {
        FactorKind::App => "app".to_owned(),
        FactorKind::Token { serial } => format!("token {serial}"),
    };
    let tested = factor.last_tested_at.map(|at| at.to_string());
    let removed = factor.removed_at.map(|at| format!("removed {at}"));
    let removed = removed.or(suspended(&factor.held));
    let line = columns(&[
        &factor.id,
        &kind,
        &factor.name,
        &format_args!("enrolled {} at {}", factor.enrolled_at, factor.station),
        &format_args!("tested {}", tested.as_deref().unwrap_or("never")),
    ]);
    with(line, removed)
}

fn suspended(held: &Held) -> Option<String> {
    let held = held.suspended?;
    Some(format!("suspended {} ({})", held.at, held.why.as_str()))
}

/// One more column, where there is something to say.
fn with(line: String, more: Option<String>) -> String {
    match more {
        Some(more) => format!("{line}\t{more}"),
        None => line,
    }
}

fn key_line(credential: &Credential, models: &Models) -> String {
    let (model, by) = credential.model(models);
    let by = by.map(|by| english().model_by(by));
    let by = by.unwrap_or_else(|| "-".to_owned());
    let serial = credential.key.id.serial.as_deref().unwrap_or("-");
    let tested = credential.last_tested_at.map(|at| at.to_string());
    let gone = credential.gone_at.map(|at| format!("gone {at}"));
    let gone = gone.or(suspended(&credential.held));
    let at = (credential.enrolled_at, &credential.station);
    let line = columns(&[
        &"-",
        &format_args!("key {serial}"),
        &model,
        &by,
        &format_args!("enrolled {} at {}", at.0, at.1),
        &format_args!("tested {}", tested.as_deref().unwrap_or("never")),
    ]);
    with(line, gone)
}

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

fn reported(code: &str, said: &str, push: &PushState, facts: Value) -> Outcome {
    let (exit, standing) = standing(push, "the registry verified and holds it");
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
