//! Authenticator apps and hardware tokens on the command line.

pub mod args;
mod import;
pub(super) mod picture;

use std::fmt::Display;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::answers::Orders;
use super::answers::apps::AppAnswers;
use super::choice::KeyChoice;
use super::face::HeadlessFace;
use super::outcome::outcome_of_stop;
use super::output::Outcome;
use super::reset;
use super::runs::Runs;
use crate::domain::factor::FactorKind;
use crate::domain::models::Models;
use crate::domain::suspension::FactorRef;
use crate::domain::visit::Held;
use crate::domain::{FactorId, Identification, PersonId};
use crate::text::clean::columns;
use crate::text::{spoken, tr};
use crate::wire::{Credential, Factor};
use crate::workflow::dialogue::AppJob;
use crate::workflow::{Order, Stop};
use args::{CodeSource, Proof, ProofArguments, ShowArguments, TotpCommand};

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
            let mut answers = showing(&a.show, &a.codes, &a.proof);
            if answers.proof.prove_with.is_none() && !answers.proof.names_a_key() {
                // The old phone proves who they are, unless something else is said to.
                answers.proof.prove_with = a.factor.map(Proof::Factor);
            }
            let face = face(runs, &a.key, Some(&a.identified_by), answers);
            let outcome = carry_out(runs, &face, AppJob::Replace, &a.person, a.factor).await;
            old_stays(outcome)
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
    let outcome = runs.carry_out(face, order).await;
    match app {
        AppJob::Enrol | AppJob::Both | AppJob::Assign => {
            reset::beside_open(runs.station, person, outcome).await
        }
        _ => outcome,
    }
}

/// Where a new phone's app was not taken: what becomes of the old one's.
fn old_stays(outcome: Outcome) -> Outcome {
    let left = outcome.facts.get("remains").and_then(Value::as_str);
    match left {
        Some("on-phone" | "app-unknown") => Outcome {
            detail: format!("{}\n{}", outcome.detail, tr!(spoken(), "old-app-stays")),
            ..outcome
        },
        _ => outcome,
    }
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
    if let Some(open) = &detail.reset {
        runs.output.item("reset", open, &reset::line(open));
    }
    let apps = detail.factors.iter().filter(|f| f.is_valid()).count();
    let keys = detail.credentials.iter().filter(|c| c.is_valid()).count();
    let suspended = detail.owned().into_iter();
    let suspended = suspended.filter(|o| o.suspended().is_some()).count();
    let lost = match suspended {
        0 => String::new(),
        n => tr!(spoken(), "cli-suspended-too", n = n.to_string()),
    };
    Ok(Outcome::done(
        tr!(
            spoken(),
            "cli-person-factors",
            name = detail.person.name.to_string(),
            apps = apps.to_string(),
            keys = keys.to_string(),
            lost = lost.to_string()
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
        FactorKind::Token { serial } => tr!(spoken(), "cli-token", serial = serial.to_string()),
    };
    let removed = factor
        .removed_at
        .map(|at| tr!(spoken(), "cli-removed-at", at = at.to_string()));
    let removed = removed.or(suspended(&factor.held));
    let line = columns(&[
        &factor.id,
        &kind,
        &factor.name,
        &enrolled(factor.enrolled_at, &factor.station),
        &tested_at(factor.last_tested_at),
    ]);
    with(line, removed)
}

fn suspended(held: &Held) -> Option<String> {
    let held = held.suspended?;
    Some(tr!(
        spoken(),
        "cli-suspended-at",
        at = held.at.to_string(),
        why = held.why.as_str().to_string()
    ))
}

fn lent(held: &Held) -> Option<String> {
    let until = held.lent_until?;
    Some(tr!(spoken(), "cli-lent-until", until = until.to_string()))
}

fn enrolled(at: Timestamp, station: &impl Display) -> String {
    let (at, station) = (at.to_string(), station.to_string());
    tr!(spoken(), "cli-enrolled-at", at = at, station = station)
}

fn tested_at(at: Option<Timestamp>) -> String {
    match at {
        Some(at) => tr!(spoken(), "cli-tested-at", at = at.to_string()),
        None => tr!(spoken(), "cli-tested-never"),
    }
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
    let by = by.map(|by| spoken().model_by(by));
    let by = by.unwrap_or_else(|| "-".to_owned());
    let serial = credential.key.id.serial.as_deref().unwrap_or("-");
    let gone = credential
        .gone_at
        .map(|at| tr!(spoken(), "cli-gone-at", at = at.to_string()));
    let gone = gone
        .or(suspended(&credential.held))
        .or(lent(&credential.held));
    let at = (credential.enrolled_at, &credential.station);
    let line = columns(&[
        &"-",
        &tr!(spoken(), "cli-key", serial = serial),
        &model,
        &by,
        &enrolled(at.0, at.1),
        &tested_at(credential.last_tested_at),
    ]);
    with(line, gone)
}
