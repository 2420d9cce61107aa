//! `batch …`: many keys without a screen. Hands stand in for keys on a keyboard: a key that stopped is tried again when it is
//! pulled and put back, and skipped when another one takes its place.

pub mod args;
mod crew;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::files::{people_on, read_text, unusable};
use super::outcome::outcome_of_stop;
use super::output::{Exit, Outcome, Output};
use crate::domain::BatchId;
use crate::domain::batch::{Batch, BatchFault, KeyEnd, KeyRun, Plan, PlanError, Tally};
use crate::domain::profile::{Budget, Profile};
use crate::domain::reason::{Said, Trouble};
use crate::record::EntryState;
use crate::station::Station;
use crate::station::batch::{
    BatchError, Finish, Forecast, KeyForecast, Start, Terms, Wish, forecast, run,
};
use crate::station::stopper::Stopper;
use crate::text::clean::{clean, columns};
use crate::text::{Language, spoken, tr};
use crate::workflow::Stop;
pub use args::{BatchCommand, BatchRun};
use crew::{HeadlessCrew, Letters};

/// Carries out one command.
pub async fn command(
    station: &Arc<Station>,
    command: &BatchCommand,
    output: &Arc<Output>,
    stopper: &Stopper,
) -> Outcome {
    let done = match command {
        BatchCommand::Run(arguments) => {
            return run_batch(station, arguments, output, stopper).await;
        }
        BatchCommand::List => list(station, output),
        BatchCommand::Show { batch } => show(station, *batch, output),
        BatchCommand::End { batch } => end(station, *batch),
    };
    done.unwrap_or_else(|stop| outcome_of_stop(&stop))
}

async fn run_batch(
    station: &Arc<Station>,
    arguments: &BatchRun,
    output: &Arc<Output>,
    stopper: &Stopper,
) -> Outcome {
    let start = match start(station, arguments).await {
        Ok(start) => start,
        Err(outcome) => return *outcome,
    };
    if let (true, Start::New(plan)) = (arguments.dry_run, &start) {
        return dry_run(station, plan, output, stopper).await;
    }
    let tags = match arguments.tags.as_deref().map(read_text).transpose() {
        Ok(tags) => tags.map(|text| text.lines().map(str::to_owned).collect()),
        Err(outcome) => return *outcome,
    };
    if let Start::New(plan) = &start {
        let in_words = budget_in_words(plan.profile.budget(), plan.budget(), plan.wanted());
        output.item(
            "budget",
            &json!({ "each": plan.profile.budget(), "whole": plan.budget() }),
            &in_words,
        );
    }
    let crew = Arc::new(HeadlessCrew::new(
        Arc::clone(output),
        arguments.pin_fd,
        tags,
        letters(station, arguments),
    ));
    // Hands on the keys are the only orders here; the channel stays open as long as the batch runs.
    let (_orders, inbox) = tokio::sync::mpsc::channel(1);
    let terms = Terms {
        stopper: stopper.clone(),
        patience: Some(Duration::from_secs(arguments.wait)),
    };
    let (station, at_work) = (Arc::clone(station), Arc::clone(&crew));
    let for_run = Arc::clone(&station);
    let result =
        tokio::task::spawn_blocking(move || run(&for_run, &at_work, start, inbox, terms)).await;
    match result {
        Ok(Ok((batch, finish))) => {
            let misused = crew.misused();
            finished(&station, &batch, finish, output, misused)
        }
        Ok(Err(error)) => outcome_of_error(&error, arguments.people.as_deref()),
        Err(error) => outcome_of_stop(&Stop::Store(Said::known(Trouble::Broke, error))),
    }
}

fn letters(station: &Station, arguments: &BatchRun) -> Option<Letters> {
    let language = Language::parse(&station.config().language);
    arguments.letters.clone().map(|dir| Letters {
        dir,
        language: language.unwrap_or(Language::English),
        station: station.name().to_owned(),
    })
}

async fn start(station: &Station, arguments: &BatchRun) -> Result<Start, Box<Outcome>> {
    if let Some(batch) = arguments.resume {
        return Ok(Start::Resume(batch));
    }
    let path = arguments.profile.as_deref().unwrap_or(Path::new(""));
    let profile = Profile::parse(&read_text(path)?)
        .map_err(|error| Box::new(unusable("bad-profile", path, &error)))?;
    let people = match arguments.people.as_deref() {
        None => None,
        Some(path) => Some(people_on(path)?),
    };
    let wish = Wish {
        profile,
        people,
        identification: arguments.identified_by.clone(),
        keys: arguments.keys,
    };
    let plan = station.plan_batch(wish).await;
    let plan =
        plan.map_err(|error| Box::new(outcome_of_error(&error, arguments.people.as_deref())))?;
    Ok(Start::New(Box::new(plan)))
}

async fn dry_run(
    station: &Arc<Station>,
    plan: &Plan,
    output: &Output,
    stopper: &Stopper,
) -> Outcome {
    let Forecast {
        keys,
        each,
        now,
        whole,
        further_keys,
    } = match forecast(station, plan, &stopper.cancel()).await {
        Ok(forecast) => forecast,
        Err(stop) => return outcome_of_stop(&stop),
    };
    for key in &keys {
        output.item("forecast", key, &forecast_line(key));
    }
    let taking = keys.iter().filter(|key| key.refused.is_none()).count();
    Outcome::done(
        format!(
            "{}\n{}",
            tr!(
                spoken(),
                "cli-batch-forecast",
                taking = taking,
                keys = keys.len()
            ),
            budget_in_words(each, whole, plan.wanted())
        ),
        json!({ "taking": taking, "each": each, "now": now, "whole": whole, "further_keys": further_keys }),
    )
}

fn forecast_line(key: &KeyForecast) -> String {
    let steps: Vec<&str> = key.steps.iter().map(|step| step.as_str()).collect();
    let what = match &key.refused {
        Some(why) => tr!(spoken(), "cli-batch-out", why = spoken().unfit(why)),
        None => steps.join(", "),
    };
    let mut line = columns(&[
        &tr!(
            spoken(),
            "cli-slot-place",
            slot = key.slot,
            place = key.place.to_string()
        ),
        &key.model,
        &key.serial.as_deref().unwrap_or("-"),
        &what,
    ]);
    if let Some(person) = &key.person {
        line.push('\t');
        line.push_str(&clean(&tr!(
            spoken(),
            "cli-for-person",
            person = person.to_string()
        )));
    }
    for lost in &key.lost {
        let taken = spoken().taken(*lost);
        line.push_str("\n  ");
        line.push_str(&tr!(spoken(), "cli-would-be-lost", taken = taken));
    }
    for warning in &key.warnings {
        line.push_str(&format!("\n  ! {}", spoken().finding(warning)));
    }
    line
}

/// "2 touches, 1 PIN each; 16 keys: 32 touches".
fn budget_in_words(each: Budget, whole: Option<Budget>, keys: Option<u32>) -> String {
    let words = |budget: Budget| {
        let t = spoken();
        let counts = [
            (
                budget.touches,
                tr!(t, "cli-budget-touches", count = budget.touches),
            ),
            (budget.pins, tr!(t, "cli-budget-pins", count = budget.pins)),
            (budget.tags, tr!(t, "cli-budget-tags", count = budget.tags)),
            (
                budget.replugs,
                tr!(t, "cli-budget-replugs", count = budget.replugs),
            ),
        ];
        let said: Vec<String> = counts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(_, words)| words)
            .collect();
        match said.as_slice() {
            [] => tr!(spoken(), "cli-nothing-to-do"),
            said => said.join(", "),
        }
    };
    match (whole, keys) {
        (Some(whole), Some(keys)) => {
            tr!(
                spoken(),
                "cli-budget-whole",
                each = words(each),
                keys = keys.to_string(),
                whole = words(whole)
            )
        }
        _ => tr!(spoken(), "cli-budget-each", each = words(each)),
    }
}

fn outcome_of_error(error: &BatchError, list: Option<&Path>) -> Outcome {
    match error {
        BatchError::Stop(stop) => outcome_of_stop(stop),
        BatchError::List(error) => unusable("bad-list", list.unwrap_or(Path::new("")), error),
        BatchError::Fault(fault @ BatchFault::AnotherOpen(_)) => {
            Outcome::failed(Exit::Refused, "batch-not-over", fault.to_string())
        }
        BatchError::Fault(fault) => {
            Outcome::failed(Exit::Usage, "no-such-batch", fault.to_string())
        }
        BatchError::Plan(PlanError::NotAllowed(refused)) => {
            Outcome::failed(Exit::Refused, "not-allowed", spoken().not_allowed(refused))
        }
        BatchError::Plan(error) => Outcome::failed(Exit::Usage, "bad-plan", error.to_string()),
    }
}

fn finished(
    station: &Station,
    batch: &Batch,
    finish: Finish,
    output: &Output,
    misused: Option<&'static str>,
) -> Outcome {
    for run in &batch.runs {
        output.item("batch-key", &run_facts(batch, run), &run_line(batch, run));
    }
    let tally = batch.tally();
    let id = batch.plan.id;
    let queued = station.store().outbox().is_ok_and(|entries| {
        entries
            .iter()
            .any(|entry| entry.state == EntryState::Queued)
    });
    let far = far_in_words(tally);
    let (exit, code, detail) = match finish {
        Finish::Complete | Finish::Ended if queued => (
            Exit::Queued,
            "queued",
            tr!(spoken(), "cli-batch-queued", far = far.to_string()),
        ),
        Finish::Complete | Finish::Ended => (Exit::Done, "done", far),
        Finish::Paused => (
            Exit::Cancelled,
            "cancelled",
            tr!(
                spoken(),
                "cli-batch-paused",
                far = far.to_string(),
                id = id.to_string()
            ),
        ),
        Finish::Abandoned => (
            Exit::Key,
            "abandoned",
            tr!(
                spoken(),
                "cli-batch-abandoned",
                far = far.to_string(),
                id = id.to_string()
            ),
        ),
    };
    let unfinished = station.store().unfinished().map_or(0, |all| all.len());
    let detail = match unfinished {
        0 => detail,
        n => tr!(
            spoken(),
            "cli-batch-unfinished",
            detail = detail.to_string(),
            n = n.to_string()
        ),
    };
    let (exit, code) = match misused {
        Some(code) => (Exit::Usage, code),
        None => (exit, code),
    };
    Outcome {
        exit,
        code: code.to_owned(),
        detail,
        facts: json!({ "batch": id, "tally": tally, "unfinished": unfinished }),
    }
}

fn far_in_words(tally: Tally) -> String {
    let of = tally
        .wanted
        .map_or(String::new(), |wanted| format!(" of {wanted}"));
    format!(
        "{}{of} key(s) done, {} open, {} skipped",
        tally.done, tally.open, tally.skipped
    )
}

fn run_facts(batch: &Batch, run: &KeyRun) -> serde_json::Value {
    let person = run
        .seat
        .and_then(|seat| batch.listed(seat))
        .map(|listed| &listed.person);
    json!({
        "run": run.id,
        "key": run.key.id,
        "model": run.key.model,
        "place": run.key.place,
        "slot": run.key.slot,
        "person": person,
        "tag": run.tag,
        "label": run.label,
        "done": run.done,
        "stopped": run.stopped,
        "end": run.end.map(|(end, _)| end),
    })
}

fn run_line(batch: &Batch, run: &KeyRun) -> String {
    let person = run
        .seat
        .and_then(|seat| batch.listed(seat))
        .map(|listed| listed.person.as_str());
    let state = match (&run.end, &run.stopped) {
        (Some((KeyEnd::Done, _)), _) => "done".to_owned(),
        (Some((KeyEnd::Skipped, _)), _) => "skipped".to_owned(),
        (None, Some(stopped)) => format!("stopped: {}", spoken().stopped_earlier(&stopped.code)),
        (None, None) => "open".to_owned(),
    };
    columns(&[
        &run.key.model,
        &run.key.id.serial.as_deref().unwrap_or("-"),
        &person.unwrap_or("-"),
        &run.tag.as_deref().unwrap_or("-"),
        &run.label.as_deref().unwrap_or("-"),
        &state,
    ])
}

fn list(station: &Station, output: &Output) -> Result<Outcome, Stop> {
    let batches = station.store().batches()?;
    for batch in &batches {
        let state = match batch.ended_at {
            Some(at) => tr!(spoken(), "cli-batch-over-since", at = at.to_string()),
            None => "open".to_owned(),
        };
        let line = columns(&[
            &batch.plan.id,
            &batch.plan.begun_at,
            &batch.plan.profile.name,
            &state,
            &far_in_words(batch.tally()),
        ]);
        let item = json!({
            "batch": batch.plan.id,
            "name": batch.plan.profile.name,
            "begun_at": batch.plan.begun_at,
            "operator": batch.plan.operator,
            "ended_at": batch.ended_at,
            "tally": batch.tally(),
        });
        output.item("batch", &item, &line);
    }
    Ok(Outcome::done(
        tr!(spoken(), "cli-batches", count = batches.len().to_string()),
        json!({ "batches": batches.len() }),
    ))
}

fn show(station: &Station, id: BatchId, output: &Output) -> Result<Outcome, Stop> {
    let Some(batch) = station.store().batch(id)? else {
        return Ok(unknown(id));
    };
    for run in &batch.runs {
        output.item("batch-key", &run_facts(&batch, run), &run_line(&batch, run));
    }
    let tally = batch.tally();
    Ok(Outcome::done(
        format!("{}: {}", batch.plan.profile.name, far_in_words(tally)),
        json!({ "batch": id, "tally": tally }),
    ))
}

fn end(station: &Station, id: BatchId) -> Result<Outcome, Stop> {
    Ok(match station.end_batch(id)? {
        Some(batch) => Outcome::done(
            tr!(
                spoken(),
                "cli-batch-over",
                id = id.to_string(),
                far = far_in_words(batch.tally())
            ),
            json!({ "batch": id }),
        ),
        None => unknown(id),
    })
}

fn unknown(id: BatchId) -> Outcome {
    Outcome::failed(
        Exit::Usage,
        "no-such-batch",
        tr!(spoken(), "cli-no-such-batch", id = id.to_string()),
    )
}
