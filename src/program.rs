//! The composition root: opens the ports, chooses a face, turns an outcome into an exit code.

pub mod demo;
mod doctor;
mod log;
mod metadata;
mod registry;

use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::bay::{Bay, BayConfig};
use crate::cli::args::{self, Arguments, Command, Global, KeyCommand};
use crate::cli::commands::{self, StationCommand};
use crate::cli::output::{Exit, Outcome, Output};
use crate::cli::{audit, join, look};
use crate::domain::models::Models;
use crate::station::config::Config;
use crate::station::face;
use crate::station::kiosk::{self, Kiosk, SoftHand};
use crate::station::slots::Slots;
use crate::station::stopper::Stopper;
use crate::station::{OpenError, Station};
use crate::text::{self, Language};
use crate::tui::{self, TuiConfig, TuiError, TuiIo};

/// How long the bay may take to say what is plugged in, before a command looks.
const BAY_SETTLES: std::time::Duration = std::time::Duration::from_millis(1500);

/// Parses the arguments, the program's name first, and does what they say.
pub fn start(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<_> = arguments.into_iter().collect();
    match args::parse(&arguments) {
        Ok(arguments) => run(arguments),
        Err(unparsed) => {
            let code = unparsed.exit_code();
            match unparsed.outcome() {
                Some(outcome) => Output::new(true, Box::new(std::io::stdout())).outcome(&outcome),
                None => unparsed.print(),
            }
            code
        }
    }
}

/// Does what the arguments say.
pub fn run(arguments: Arguments) -> ExitCode {
    leave_no_core_dump();
    speak(&arguments.global, arguments.global.language.as_deref());
    let output = Arc::new(Output::new(
        arguments.global.json,
        Box::new(std::io::stdout()),
    ));
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            let outcome = Outcome::failed(
                Exit::Store,
                "no-threads",
                format!("the system gives no threads: {error}"),
            );
            output.outcome(&outcome);
            return ExitCode::from(outcome.exit.code());
        }
    };
    let outcome = runtime.block_on(dispatch(arguments, Arc::clone(&output)));
    output.outcome(&outcome);
    // A thread that waits for a key or a terminal must not hold up the exit.
    runtime.shutdown_background();
    ExitCode::from(outcome.exit.code())
}

/// A core dump would hold the PIN or the app's secret that is on the screen just then. Where the system grants neither, it goes on:
/// what is freed is wiped all the same.
fn leave_no_core_dump() {
    let none = rustix::process::Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let _ = rustix::process::setrlimit(rustix::process::Resource::Core, none);
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

async fn dispatch(arguments: Arguments, output: Arc<Output>) -> Outcome {
    let global = arguments.global;
    if !matches!(arguments.command, None | Some(Command::Demo { .. })) {
        log::to_stderr();
    }
    match arguments.command {
        None => kiosk_command(&global).await,
        Some(Command::Demo { customer_service }) => {
            demo::run(&global, customer_service, output).await
        }
        Some(Command::Registry(command)) => registry::run(command, &global, &output).await,
        Some(Command::Audit(command)) => audit::run(&command, &global.data, &output),
        Some(Command::Key(KeyCommand::Care(command))) => {
            with_station(&global, output, StationCommand::Care(&command)).await
        }
        Some(Command::Metadata(command)) => metadata::run(&command, &global, &output),
        Some(Command::Key(command)) => key_command(&command, &global, &output).await,
        Some(Command::Station(command)) => match configuration(&global) {
            Ok(config) => join::run(&command, &global.data, &config, &stop_on_signals()).await,
            Err(outcome) => outcome,
        },
        Some(Command::Doctor) => doctor_command(&global, &output).await,
        Some(Command::Screens { out }) => screens_command(&out),
        Some(Command::Session(command)) => {
            with_station(&global, output, StationCommand::Session(&command)).await
        }
        Some(Command::Person(command)) => {
            with_station(&global, output, StationCommand::Person(&command)).await
        }
        Some(Command::Batch(command)) => {
            with_station(&global, output, StationCommand::Batch(&command)).await
        }
        Some(Command::Enrol(arguments)) => {
            with_station(&global, output, StationCommand::Enrol(&arguments)).await
        }
        Some(Command::Visit(command)) => {
            with_station(&global, output, StationCommand::Visit(&command)).await
        }
        Some(Command::Factor(command)) => {
            with_station(&global, output, StationCommand::Factor(&command)).await
        }
        Some(Command::Reset(command)) => {
            with_station(&global, output, StationCommand::Reset(&command)).await
        }
        Some(Command::Stock(command)) => {
            with_station(&global, output, StationCommand::Stock(&command)).await
        }
        Some(Command::Place(command)) => {
            with_station(&global, output, StationCommand::Place(&command)).await
        }
        Some(Command::Totp(command)) => {
            with_station(&global, output, StationCommand::Totp(&command)).await
        }
        Some(Command::Tickets(command)) => {
            with_station(&global, output, StationCommand::Tickets(&command)).await
        }
        Some(Command::Outbox(command)) => {
            with_station(&global, output, StationCommand::Outbox(&command)).await
        }
        Some(Command::Unfinished(command)) => {
            with_station(&global, output, StationCommand::Unfinished(&command)).await
        }
    }
}

/// A failure that came before any workflow.
fn refused(error: &OpenError) -> Outcome {
    match error {
        OpenError::Store(_) | OpenError::Metadata(_) => {
            Outcome::failed(Exit::Store, "store", error.to_string())
        }
        OpenError::Registry(_)
        | OpenError::Key(_)
        | OpenError::File { .. }
        | OpenError::Models(_)
        | OpenError::Policy { .. } => {
            Outcome::failed(Exit::Usage, "configuration", error.to_string())
        }
    }
}

fn configuration(global: &Global) -> Result<Config, Outcome> {
    let mut config = Config::load(global.config.as_deref())
        .map_err(|e| Outcome::failed(Exit::Usage, "configuration", e.to_string()))?;
    if let Some(language) = &global.language {
        config.language.clone_from(language);
    }
    speak(global, Some(&config.language));
    Ok(config)
}

/// What the command line says is said in that language. Scripts read one language, whatever people at that station do.
fn speak(global: &Global, language: Option<&str>) {
    if let (false, Some(language)) = (global.json, language.and_then(Language::parse)) {
        text::speak(language, jiff::tz::TimeZone::system());
    }
}

fn slots(config: &Config) -> Result<Slots, Outcome> {
    let models = Station::models(config).map_err(|e| refused(&e))?;
    let policy = Station::policy(config, &models).map_err(|e| refused(&e))?;
    let bay = Bay::start(BayConfig::default())
        .map_err(|e| Outcome::failed(Exit::Key, "bay", e.to_string()))?;
    Ok(Slots::new(bay, models).with_policy(policy))
}

fn open(global: &Global) -> Result<Arc<Station>, Outcome> {
    let config = configuration(global)?;
    let slots = slots(&config)?;
    Station::open(&global.data, config, slots)
        .map(Arc::new)
        .map_err(|e| refused(&e))
}

async fn with_station(
    global: &Global,
    output: Arc<Output>,
    command: StationCommand<'_>,
) -> Outcome {
    let station = match open(global) {
        Ok(station) => station,
        Err(outcome) => return outcome,
    };
    let stopper = stop_on_signals();
    settle(&station, &command).await;
    commands::run(station, command, output, stopper).await
}

/// Keys that are in already are asked who they are while the program starts: a command that needs one gives them a moment,
/// so that "the only key" is not the first one that answered.
async fn settle(station: &Station, command: &StationCommand<'_>) {
    let needs_keys = matches!(
        command,
        StationCommand::Session(args::SessionCommand::Open { .. })
            | StationCommand::Enrol(_)
            | StationCommand::Batch(_)
            | StationCommand::Care(_)
            | StationCommand::Totp(_)
            | StationCommand::Visit(_)
            | StationCommand::Factor(args::FactorCommand::Resume(_))
            | StationCommand::Stock(args::StockCommand::Receive(_))
            | StationCommand::Reset(
                args::ResetCommand::Request(_) | args::ResetCommand::Release(_)
            )
            | StationCommand::Unfinished(args::UnfinishedCommand::Resolve(_))
            | StationCommand::Outbox(args::OutboxCommand::Resolve { .. })
    );
    if needs_keys {
        station.slots().settled(BAY_SETTLES).await;
    }
}

/// Interrupt and termination end a run the way Esc does: it says what it leaves behind.
fn stop_on_signals() -> Stopper {
    use tokio::signal::unix::{SignalKind, signal};
    let stopper = Stopper::default();
    for kind in [
        SignalKind::interrupt(),
        SignalKind::terminate(),
        SignalKind::hangup(),
    ] {
        let Ok(mut stream) = signal(kind) else {
            continue;
        };
        let stopper = stopper.clone();
        tokio::spawn(async move {
            stream.recv().await;
            stopper.stop();
        });
    }
    stopper
}

async fn kiosk_command(global: &Global) -> Outcome {
    if !std::io::stdout().is_terminal() || !std::io::stdin().is_terminal() {
        return Outcome::failed(
            Exit::Usage,
            "no-terminal",
            "the kiosk needs a terminal: see `keydesk --help` for the commands that do not",
        );
    }
    let station = match open(global) {
        Ok(station) => station,
        Err(outcome) => return outcome,
    };
    if let Err(error) = log::to_file(&global.data) {
        return Outcome::failed(
            Exit::Store,
            "no-log",
            format!("{}: {error}", global.data.join(log::FILE).display()),
        );
    }
    let models = station.slots().models().clone();
    let config = screen_config(station.config(), models, false);
    OpenScreen::draw(config).serve(station, None).await
}

fn screen_config(config: &Config, models: Models, demo: bool) -> TuiConfig {
    let language = Language::parse(&config.language).unwrap_or(Language::English);
    TuiConfig {
        idle_lock: std::time::Duration::from_secs(config.idle_lock_s),
        demo,
        ..TuiConfig::new(language, models)
    }
}

/// A screen that is drawn already, and the ends of its channels for the station that will serve it.
struct OpenScreen {
    screen: JoinHandle<Result<(), TuiError>>,
    commands: mpsc::Receiver<face::Command>,
    updates: mpsc::Sender<face::Update>,
}

impl OpenScreen {
    fn draw(config: TuiConfig) -> Self {
        let (commands, command_inbox) = mpsc::channel(kiosk::CHANNEL);
        let (updates, screen_inbox) = mpsc::channel(kiosk::CHANNEL);
        let io = TuiIo {
            updates: screen_inbox,
            commands,
            config,
        };
        Self {
            screen: tokio::task::spawn_blocking(move || tui::run(io)),
            commands: command_inbox,
            updates,
        }
    }

    /// Runs the screens over a station until somebody quits.
    async fn serve(self, station: Arc<Station>, soft: Option<SoftHand>) -> Outcome {
        Kiosk::serve(station, self.commands, self.updates, soft).await;
        match self.screen.await {
            Ok(Ok(())) => Outcome::done("", serde_json::json!({})),
            Ok(Err(error)) => Outcome::failed(Exit::Usage, "terminal", error.to_string()),
            Err(panic) => Outcome::failed(
                Exit::Store,
                "defect",
                format!("the screens failed: {panic}; what was done is in the journal"),
            ),
        }
    }

    /// There will be no station: the terminal is given back first, so that the reason can be read.
    async fn close(self) {
        drop((self.commands, self.updates));
        let _ = self.screen.await;
    }
}

fn screens_command(out: &Path) -> Outcome {
    match tui::pictures(out) {
        Ok(paths) => Outcome::done(
            format!("{} pictures in {}", paths.len(), out.display()),
            serde_json::json!({ "pictures": paths }),
        ),
        Err(error) => Outcome::failed(
            Exit::Store,
            "not-written",
            format!("{}: {error}", out.display()),
        ),
    }
}

async fn key_command(command: &KeyCommand, global: &Global, output: &Output) -> Outcome {
    let slots = match configuration(global).and_then(|config| slots(&config)) {
        Ok(slots) => slots.with_catalogue(crate::station::metadata::look(&global.data)),
        Err(outcome) => return outcome,
    };
    slots.settled(BAY_SETTLES).await;
    match command {
        KeyCommand::List => look::list_all(&slots, language(global), output),
        KeyCommand::Info { key } => {
            look::tell_of(&slots, key.as_deref(), language(global), output).await
        }
        // It needs a station, and was sent there.
        KeyCommand::Care(_) => Outcome::done("", serde_json::json!({})),
    }
}

fn language(global: &Global) -> Language {
    let tag = global.language.as_deref().unwrap_or_default();
    Language::parse(tag).unwrap_or(Language::English)
}

async fn doctor_command(global: &Global, output: &Output) -> Outcome {
    let looked_at = doctor::Found::look(&global.data, || {
        let config = configuration(global)?;
        let slots = slots(&config)?;
        Ok(Station::open(&global.data, config, slots))
    });
    let checks = match &looked_at {
        doctor::Found::Station(station) => {
            station.slots().settled(BAY_SETTLES).await;
            doctor::examine(&station.slots().raw(), &global.data, &looked_at).await
        }
        _ => {
            let raw = match configuration(global).and_then(|config| slots(&config)) {
                Ok(slots) => {
                    slots.settled(BAY_SETTLES).await;
                    slots.raw()
                }
                Err(_) => Arc::default(),
            };
            doctor::examine(&raw, &global.data, &looked_at).await
        }
    };
    doctor::report(&checks, output)
}
