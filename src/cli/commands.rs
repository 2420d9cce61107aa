//! The commands that a station carries out: each ends in one [`Outcome`].

use std::sync::Arc;

use serde_json::json;
use zeroize::Zeroizing;

use super::answers::Orders;
use super::answers::apps::AppAnswers;
use super::args::VisitCommand;
use super::args::{
    CareCommand, ConflictHow, EnrolArguments, FinishArguments, KeyChoice, OutboxCommand,
    PersonCommand, SessionCommand, TicketsCommand, UnfinishedCommand,
};
use super::batch::{self, BatchCommand};
use super::care;
use super::factor;
use super::factor::args::FactorCommand;
use super::outcome::{outcome_of_stop, unreadable};
use super::output::{Exit, Outcome, Output};
use super::people;
use super::reset;
use super::reset::args::ResetCommand;
use super::runs::Runs;
use super::secret::Lines;
use super::stock;
use super::stock::args::{PlaceCommand, StockCommand};
use super::totp;
use super::totp::args::TotpCommand;
use super::visit;
use super::waiting;
use crate::domain::EntryId;
use crate::record::{EntryState, OutboxEntry, Resolution, Unfinished};
use crate::station::desk::StationDesk;
use crate::station::stopper::Stopper;
use crate::station::{Round, Station};
use crate::text::clean::columns;
use crate::text::unfinished::Outlook;
use crate::text::{spoken, tr};
use crate::workflow::{self, How, Order, Stop};

/// A command that needs a station.
pub enum StationCommand<'a> {
    /// `session …`
    Session(&'a SessionCommand),
    /// `person …`
    Person(&'a PersonCommand),
    /// `batch …`
    Batch(&'a BatchCommand),
    /// `enrol`
    Enrol(&'a EnrolArguments),
    /// `tickets …`
    Tickets(&'a TicketsCommand),
    /// `outbox …`
    Outbox(&'a OutboxCommand),
    /// `unfinished …`
    Unfinished(&'a UnfinishedCommand),
    /// `key …`, but for what needs nobody to be signed in
    Care(&'a CareCommand),
    /// `totp …`
    Totp(&'a TotpCommand),
    /// `visit …`
    Visit(&'a VisitCommand),
    /// `factor …`
    Factor(&'a FactorCommand),
    /// `reset …`
    Reset(&'a ResetCommand),
    /// `stock …`
    Stock(&'a StockCommand),
    /// `place …`
    Place(&'a PlaceCommand),
}

impl StationCommand<'_> {
    /// Whether it does more than look at what this station remembers, or at what waits in the outbox.
    fn reaches_registry(&self) -> bool {
        match self {
            Self::Outbox(_)
            | Self::Unfinished(UnfinishedCommand::List)
            | Self::Batch(BatchCommand::List | BatchCommand::Show { .. }) => false,
            Self::Session(_)
            | Self::Person(_)
            | Self::Batch(BatchCommand::Run(_) | BatchCommand::End { .. })
            | Self::Enrol(_)
            | Self::Tickets(_)
            | Self::Unfinished(UnfinishedCommand::Resolve(_))
            | Self::Care(_)
            | Self::Totp(_)
            | Self::Visit(_)
            | Self::Factor(_)
            | Self::Reset(_)
            | Self::Stock(_)
            | Self::Place(_) => true,
        }
    }
}

/// Carries out one command. What waits in the outbox is sent first: nobody tends it between two commands.
pub async fn run(
    station: Arc<Station>,
    command: StationCommand<'_>,
    output: Arc<Output>,
    stopper: Stopper,
) -> Outcome {
    if let Err(stop) = station.resume_session() {
        return outcome_of_stop(&stop);
    }
    if command.reaches_registry() {
        waiting::send(&station, &output, &stopper).await;
    }
    let runs = Runs {
        station: &station,
        output: &output,
        stopper: &stopper,
    };
    match command {
        StationCommand::Session(SessionCommand::Open { code_fd, key }) => {
            sign_in(&runs, key, *code_fd).await
        }
        StationCommand::Batch(command) => {
            batch::command(&station, command, &output, &stopper).await
        }
        StationCommand::Enrol(arguments) => enrol(&runs, arguments).await,
        StationCommand::Care(command) => care::run(&runs, command).await,
        StationCommand::Totp(command) => totp::run(&runs, command).await,
        StationCommand::Visit(command) => visit::run(&runs, command).await,
        StationCommand::Factor(command) => factor::run(&runs, command).await,
        StationCommand::Reset(command) => reset::run(&runs, command).await,
        StationCommand::Stock(command) => {
            until_stopped(&stopper, stock::run(&station, command, &output)).await
        }
        StationCommand::Place(command) => {
            until_stopped(&stopper, stock::places(&station, command, &output)).await
        }
        StationCommand::Unfinished(UnfinishedCommand::Resolve(arguments)) => {
            finish(&runs, arguments).await
        }
        StationCommand::Session(SessionCommand::Close) => {
            until_stopped(&stopper, session_close(&station)).await
        }
        StationCommand::Person(PersonCommand::Find { text }) => {
            until_stopped(&stopper, people::find(&station, text, &output)).await
        }
        StationCommand::Tickets(TicketsCommand::Fetch { day }) => {
            until_stopped(&stopper, people::fetch_tickets(&station, day)).await
        }
        StationCommand::Outbox(OutboxCommand::Resolve {
            entry,
            how: ConflictHow::Withdraw,
            without_key,
            key,
        }) => withdraw(&runs, *entry, *without_key, key).await,
        StationCommand::Outbox(command) => {
            until_stopped(&stopper, outbox(&station, command, &output)).await
        }
        StationCommand::Unfinished(UnfinishedCommand::List) => {
            unfinished_list(&station, &output).unwrap_or_else(|stop| outcome_of_stop(&stop))
        }
    }
}

/// For what changes no key and can be repeated: it may end at any point.
async fn until_stopped(
    stopper: &Stopper,
    work: impl Future<Output = Result<Outcome, Stop>>,
) -> Outcome {
    tokio::select! {
        biased;
        () = stopper.stopped() => outcome_of_stop(&Stop::Cancelled),
        result = work => result.unwrap_or_else(|stop| outcome_of_stop(&stop)),
    }
}

async fn sign_in(runs: &Runs<'_>, key: &KeyChoice, code_fd: Option<u32>) -> Outcome {
    let lines = code_fd.map(Lines::of);
    let code = match &lines {
        None => None,
        Some(lines) => tokio::select! {
            biased;
            () = runs.stopper.stopped() => return outcome_of_stop(&Stop::Cancelled),
            code = lines.line(0) => match code {
                Ok(code) => Some(code),
                Err(error) => return unreadable(&error),
            },
        },
    };
    let face = runs.face(key, None, lines.as_ref());
    session_open(runs.station, runs.desk(&face), code)
        .await
        .unwrap_or_else(|stop| face.outcome_of_stop(stop))
}

async fn enrol(runs: &Runs<'_>, arguments: &EnrolArguments) -> Outcome {
    let mut answers = AppAnswers::of(&arguments.codes);
    answers.proof.clone_from(&arguments.proof);
    answers.key_follows = true;
    let identification = Some(arguments.identified_by.clone());
    let orders = Orders::about_apps(answers);
    let face = runs.identified_face(&arguments.key, identification, orders);
    runs.station.note_keys(&mut Vec::new()).ok();
    let person = arguments.person.clone();
    let order = Order::Enrol { person };
    let outcome = runs.carry_out(&face, order).await;
    match outcome.exit {
        Exit::Unreachable => Outcome {
            detail: format!("{}\n{}", outcome.detail, tr!(spoken(), "cli-tickets-ahead")),
            ..outcome
        },
        _ => reset::beside_open(runs.station, &arguments.person, outcome).await,
    }
}

/// Ends unfinished work.
async fn finish(runs: &Runs<'_>, arguments: &FinishArguments) -> Outcome {
    let intent = arguments.intent;
    match runs.station.store().unfinished_by(intent) {
        Ok(Some(_)) => {}
        Ok(None) => {
            return Outcome::failed(
                Exit::Usage,
                "no-such-work",
                tr!(spoken(), "cli-no-such-work", intent = intent.to_string()),
            );
        }
        Err(stop) => return outcome_of_stop(&stop),
    }
    let how = How::of(arguments.without_key);
    let orders = Orders::default().proving(&arguments.codes, &arguments.proof);
    let identification = arguments.identified_by.clone();
    let face = runs.identified_face(&arguments.key, identification, orders);
    runs.carry_out(&face, Order::Resolve { intent, how }).await
}

/// An enrolment is given up together with the credential on its key; a test has none of its own.
async fn withdraw(runs: &Runs<'_>, entry: EntryId, without_key: bool, key: &KeyChoice) -> Outcome {
    match not_to_be_resolved(runs.station, entry) {
        Ok(None) => {}
        Ok(Some(outcome)) => return outcome,
        Err(stop) => return outcome_of_stop(&stop),
    }
    match runs.station.store().refused(entry) {
        Ok(Some(_)) => {}
        Ok(None) => {
            let given_up = resolved(runs.station, entry, Resolution::Withdrawn);
            return until_stopped(runs.stopper, given_up).await;
        }
        Err(stop) => return outcome_of_stop(&stop),
    }
    let face = runs.face(key, None, None);
    let how = How::of(without_key);
    runs.carry_out(&face, Order::Withdraw { entry, how }).await
}

async fn session_open(
    station: &Station,
    mut desk: StationDesk,
    code: Option<Zeroizing<String>>,
) -> Result<Outcome, Stop> {
    let order = match code {
        Some(code) => Order::FirstSignIn { code: code.into() },
        None => Order::SignIn,
    };
    workflow::run(&mut desk, order).await?;
    station.keep_session()?;
    let operator = station.operator().ok_or(Stop::SignedOut)?;
    Ok(Outcome::done(
        tr!(
            spoken(),
            "cli-signed-in-as",
            name = operator.name.to_string(),
            role = spoken().role(operator.role)
        ),
        json!({ "operator": operator }),
    ))
}

async fn session_close(station: &Station) -> Result<Outcome, Stop> {
    station.close_session().await?;
    Ok(Outcome::done(tr!(spoken(), "cli-signed-out"), json!({})))
}

async fn outbox(
    station: &Station,
    command: &OutboxCommand,
    output: &Output,
) -> Result<Outcome, Stop> {
    let round = match command {
        OutboxCommand::List => return outbox_list(station, output),
        OutboxCommand::Push => station.push_outbox().await?,
        OutboxCommand::Resolve { entry, how, .. } => {
            let how = match how {
                ConflictHow::Retry => Resolution::Retry,
                ConflictHow::Withdraw => Resolution::Withdrawn,
            };
            return resolved(station, *entry, how).await;
        }
    };
    Ok(round_outcome(round))
}

/// Why there is nothing to resolve about an entry, before anybody is asked for a key or a PIN; `None`: it is in conflict.
fn not_to_be_resolved(station: &Station, entry: EntryId) -> Result<Option<Outcome>, Stop> {
    let (code, detail) = match station
        .store()
        .outbox_entry(entry)?
        .map(|found| found.state)
    {
        Some(EntryState::Conflict { .. }) => return Ok(None),
        Some(EntryState::Queued) => (
            "not-in-conflict",
            tr!(spoken(), "cli-only-queued", entry = entry.to_string()),
        ),
        None => (
            "no-such-entry",
            tr!(spoken(), "cli-no-such-entry", entry = entry.to_string()),
        ),
    };
    Ok(Some(Outcome::failed(Exit::Usage, code, detail)))
}

/// Resolves a conflict. What other entries came to meanwhile is told and does not count.
async fn resolved(station: &Station, entry: EntryId, how: Resolution) -> Result<Outcome, Stop> {
    if let Some(outcome) = not_to_be_resolved(station, entry)? {
        return Ok(outcome);
    }
    let round = station.resolve_conflict(entry, how).await?;
    let (exit, detail) = match (station.store().outbox_entry(entry)?, how) {
        (None, Resolution::Withdrawn) => (Exit::Done, tr!(spoken(), "cli-entry-withdrawn")),
        (None, Resolution::Retry) => (Exit::Done, tr!(spoken(), "cli-entry-accepted")),
        (Some(found), _) => match found.state {
            EntryState::Queued => (Exit::Queued, tr!(spoken(), "cli-entry-waiting")),
            EntryState::Conflict { code, detail } => (
                Exit::Refused,
                tr!(
                    spoken(),
                    "cli-refused-again",
                    code = code.to_string(),
                    said = spoken().registry_said(&detail).unwrap_or_default()
                ),
            ),
        },
    };
    Ok(Outcome {
        exit,
        code: "resolved".to_owned(),
        detail,
        facts: json!({ "entry": entry, "round": round }),
    })
}

fn round_outcome(round: Round) -> Outcome {
    let detail = tr!(
        spoken(),
        "cli-round",
        accepted = round.accepted.to_string(),
        waiting = round.queued.to_string(),
        conflicts = round.rejected.to_string()
    );
    let exit = match (round.rejected, round.queued) {
        (0, 0) => Exit::Done,
        (0, _) => Exit::Queued,
        _ => Exit::Refused,
    };
    Outcome {
        exit,
        code: "pushed".to_owned(),
        detail,
        facts: json!(round),
    }
}

fn outbox_list(station: &Station, output: &Output) -> Result<Outcome, Stop> {
    let entries = station.store().outbox()?;
    for entry in &entries {
        output.item("outbox-entry", entry, &entry_line(entry));
    }
    Ok(Outcome::done(
        tr!(spoken(), "cli-waiting", count = entries.len().to_string()),
        json!({ "entries": entries.len() }),
    ))
}

fn entry_line(entry: &OutboxEntry) -> String {
    let state = match &entry.state {
        EntryState::Queued => tr!(spoken(), "cli-entry-queued"),
        EntryState::Conflict { code, detail } => tr!(
            spoken(),
            "cli-entry-conflict",
            code = code.to_string(),
            said = spoken().registry_said(detail).unwrap_or_default()
        ),
    };
    let about = entry.body.about();
    let about = match (about.person, about.thing) {
        (Some(person), _) => person.as_str(),
        (None, thing) => thing.unwrap_or(about.operator.as_str()),
    };
    columns(&[&entry.id, &entry.made_at, &about, &state])
}

fn unfinished_list(station: &Station, output: &Output) -> Result<Outcome, Stop> {
    let work = station.store().unfinished()?;
    let text = spoken();
    for unfinished in &work {
        let outlook = text.outlook(unfinished);
        let line = format!("{}\n\t{}", work_line(unfinished, &outlook), outlook.way);
        let item = UnfinishedItem {
            unfinished,
            known: outlook.known,
            known_of_registry: outlook.registry,
            way: outlook.way,
        };
        output.item("unfinished", &item, &line);
    }
    let detail = match work.len() {
        0 => tr!(spoken(), "cli-nothing-unfinished"),
        n => tr!(spoken(), "cli-unfinished", n = n.to_string()),
    };
    Ok(Outcome::done(detail, json!({ "unfinished": work.len() })))
}

/// Unfinished work, and in English what is known of it on both sides.
#[derive(serde::Serialize)]
struct UnfinishedItem<'a> {
    #[serde(flatten)]
    unfinished: &'a Unfinished,
    known: String,
    known_of_registry: String,
    way: String,
}

fn work_line(work: &Unfinished, outlook: &Outlook) -> String {
    let about = match (work, work.key()) {
        (_, Some(key)) => tr!(
            spoken(),
            "cli-work-about",
            model = key.model.to_string(),
            place = key.place.to_string()
        ),
        (Unfinished::Token(token), None) => token.serial.clone(),
        (Unfinished::App(app), None) => app.name.clone(),
        (Unfinished::Person(begun), None) => begun.reset.to_string(),
        (_, None) => String::new(),
    };
    columns(&[
        &work.id(),
        &work.begun_at(),
        &work.name(),
        &about,
        &outlook.known,
        &tr!(
            spoken(),
            "cli-work-registry",
            said = outlook.registry.as_str()
        ),
    ])
}
