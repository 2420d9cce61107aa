//! The arguments. Secrets are never among them: PINs and one-time codes come from a file descriptor or the terminal.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

mod registry;

use clap::{Args, Parser, Subcommand};

use super::batch::args::BatchCommand;
pub use super::care::args::{
    CareCommand, CaseArguments, CredentialsCommand, DeleteArguments, ResetArguments,
};
pub use super::choice::KeyChoice;
use super::choice::{entry_id, intent_id, person_id};
pub use super::factor::args::FactorCommand;
use super::output::{Exit, Outcome};
pub use super::reset::args::ResetCommand;
pub use super::stock::args::{PlaceCommand, StockCommand};
pub use super::totp::args::{CodeSource, ProofArguments, TotpCommand};
pub use super::visit::args::VisitCommand;
use crate::domain::{Aaguid, EntryId, Identification, IntentId, PersonId};
pub use registry::{
    KeyFiles, OperatorsCommand, RegistryAuditCommand, RegistryCommand, RegistryResetsCommand,
    SecretsCommand, StationsCommand,
};

/// Enrolment station for security keys. Without a command: the kiosk.
#[derive(Debug, Parser)]
#[command(name = "keydesk", version, about, propagate_version = true)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Settings for every command.
    #[command(flatten)]
    pub global: Global,
}

/// Arguments that were not understood, or that ask for help or the version.
pub struct Unparsed {
    error: clap::Error,
    json: bool,
}

/// Parses the arguments, the program's name first.
pub fn parse(arguments: &[OsString]) -> Result<Arguments, Unparsed> {
    Arguments::try_parse_from(arguments).map_err(|error| Unparsed {
        error,
        json: arguments
            .iter()
            .take_while(|argument| *argument != "--")
            .any(|argument| argument == "--json"),
    })
}

impl Unparsed {
    /// The outcome line, where one was asked for and something is wrong: help and version are texts.
    pub fn outcome(&self) -> Option<Outcome> {
        (self.json && self.error.use_stderr()).then(|| {
            let text = self.error.render().to_string();
            Outcome::failed(Exit::Usage, "usage", text.trim().to_owned())
        })
    }

    /// Prints the text, in colour where the terminal has it.
    pub fn print(&self) {
        // A reader that went away changes nothing about what was wrong.
        drop(self.error.print());
    }

    /// For the shell.
    pub fn exit_code(&self) -> ExitCode {
        let exit = if self.error.use_stderr() {
            Exit::Usage
        } else {
            Exit::Done
        };
        ExitCode::from(exit.code())
    }
}

/// Settings for every command.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// The station's data directory.
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        default_value = "/var/lib/keydesk"
    )]
    pub data: PathBuf,
    /// The configuration file: the station's or, for `registry …`, the registry's.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// One JSON line per event on standard output, the last one the outcome.
    #[arg(long, global = true)]
    pub json: bool,
    /// Language of the texts: en or nl.
    #[arg(long, global = true, value_parser = ["en", "nl"])]
    pub language: Option<String>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The kiosk with software keys, people and a registry of its own; nothing is kept.
    Demo {
        /// Two agents of Customer Service with keys of their own, and a main administrator who has lost everything.
        #[arg(long)]
        customer_service: bool,
    },
    /// Keys in the bay.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Sign in and out with the operator's own key.
    #[command(subcommand)]
    Session(SessionCommand),
    /// People in the registry.
    #[command(subcommand)]
    Person(PersonCommand),
    /// Enrol a key for a person.
    Enrol(EnrolArguments),
    /// Somebody is at the desk: what waits for them, and when they go.
    #[command(subcommand)]
    Visit(VisitCommand),
    /// Authenticator apps and hardware tokens.
    #[command(subcommand)]
    Totp(TotpCommand),
    /// Factors that are lost, of any sort.
    #[command(subcommand)]
    Factor(FactorCommand),
    /// The reset of an account: one agent asks and a second one releases, or an administrator of the organisation asks.
    #[command(subcommand)]
    Reset(ResetCommand),
    /// The register of stock: what there is, where it is, whose it is, and what is done with it.
    #[command(subcommand)]
    Stock(StockCommand),
    /// The places of the stock.
    #[command(subcommand)]
    Place(PlaceCommand),
    /// Many keys at once, by a profile.
    #[command(subcommand)]
    Batch(BatchCommand),
    /// Tickets for days with a bad line.
    #[command(subcommand)]
    Tickets(TicketsCommand),
    /// Results on their way to the registry.
    #[command(subcommand)]
    Outbox(OutboxCommand),
    /// What was stopped half-way: enrolments, changes to a key, resets.
    #[command(subcommand)]
    Unfinished(UnfinishedCommand),
    /// What the FIDO Alliance publishes of models.
    #[command(subcommand)]
    Metadata(MetadataCommand),
    /// The journal.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// This station.
    #[command(subcommand)]
    Station(StationCommand),
    /// The central registry.
    #[command(subcommand)]
    Registry(RegistryCommand),
    /// Look over hidraw permissions, clock, registry, disk and terminal.
    Doctor,
    /// Draw the pictures of the screens that the documentation shows.
    #[command(hide = true)]
    Screens {
        /// Where to.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
}

/// `key …`
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// The keys in the bay, one line each.
    List,
    /// Everything that a key says of itself.
    Info {
        /// Its place (USB path), slot number or serial number.
        #[arg(long, value_name = "PLACE|SERIAL")]
        key: Option<String>,
    },
    /// What is done to one key.
    #[command(flatten)]
    Care(CareCommand),
}

/// `session …`
#[derive(Debug, Subcommand)]
pub enum SessionCommand {
    /// Sign in.
    Open {
        /// First sign-in: read the one-time code from this file descriptor (first line).
        #[arg(long, value_name = "N")]
        code_fd: Option<u32>,
        /// The operator's own key.
        #[command(flatten)]
        key: KeyChoice,
    },
    /// Sign out.
    Close,
}

/// `person …`
#[derive(Debug, Subcommand)]
pub enum PersonCommand {
    /// Find by name, e-mail, employee or Chamber of Commerce number.
    Find {
        /// What to look for.
        text: String,
    },
}

/// `enrol …`
#[derive(Debug, Args)]
pub struct EnrolArguments {
    /// For whom: the registry's identifier, as `person find` prints it.
    #[arg(long, value_name = "ID", value_parser = person_id)]
    pub person: PersonId,
    /// How the person was identified: document and its last four characters, e.g. passport:7K31.
    #[arg(long, value_name = "DOCUMENT:LAST4")]
    pub identified_by: Identification,
    /// What proves the person, where they have a factor.
    #[command(flatten)]
    pub proof: ProofArguments,
    /// The codes, where an app or a token proves them.
    #[command(flatten)]
    pub codes: CodeSource,
    /// The person's key.
    #[command(flatten)]
    pub key: KeyChoice,
}

/// `tickets …`
#[derive(Debug, Subcommand)]
pub enum TicketsCommand {
    /// Fetch tickets for the people who are expected.
    Fetch {
        /// A date (2026-11-22), `today`, or a file with one person's identifier a line.
        #[arg(long, value_name = "DATE|FILE")]
        day: String,
    },
}

/// `outbox …`
#[derive(Debug, Subcommand)]
pub enum OutboxCommand {
    /// What waits, oldest first.
    List,
    /// Push what waits now.
    Push,
    /// Resolve a conflict: send it again, or withdraw it. Withdrawing an enrolment deletes its credential from the key; the
    /// record stays.
    Resolve {
        /// The entry, as `outbox list` prints it.
        #[arg(value_parser = entry_id)]
        entry: EntryId,
        /// What to do.
        how: ConflictHow,
        /// Withdraw: the key is not to be had; record that the credential stays on it.
        #[arg(long)]
        without_key: bool,
        /// Withdraw: the key that holds the credential.
        #[command(flatten)]
        key: KeyChoice,
    },
}

/// How a conflict is resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ConflictHow {
    /// Send it again: the registry's reason is gone.
    Retry,
    /// Give it up.
    Withdraw,
}

/// `unfinished …`
#[derive(Debug, Subcommand)]
pub enum UnfinishedCommand {
    /// What was stopped half-way, oldest first.
    List,
    /// Finish it or undo it.
    Resolve(Box<FinishArguments>),
}

/// `unfinished resolve`
#[derive(Debug, Args)]
pub struct FinishArguments {
    /// Which, as `unfinished list` prints it.
    #[arg(value_parser = intent_id)]
    pub intent: IntentId,
    /// The key, or the phone, is not to be had: record what may remain on it.
    #[arg(long)]
    pub without_key: bool,
    /// How whoever loses what is taken from a key was identified, where their visit is over, e.g. passport:7K31.
    #[arg(long, value_name = "DOCUMENT:LAST4")]
    pub identified_by: Option<Identification>,
    /// What they prove themself with.
    #[command(flatten)]
    pub proof: ProofArguments,
    /// The codes, where it is about an authenticator app, or one proves.
    #[command(flatten)]
    pub codes: CodeSource,
    /// The key that it is about.
    #[command(flatten)]
    pub key: KeyChoice,
}

/// `metadata …`
#[derive(Debug, Subcommand)]
pub enum MetadataCommand {
    /// Verify the FIDO Alliance's metadata and keep it; it must be newer than what the station has.
    Import {
        /// The file as the FIDO Alliance publishes it (blob.jwt).
        file: PathBuf,
    },
    /// What was imported: every model, or one with everything that is reported about it.
    Show {
        /// Which model.
        aaguid: Option<Aaguid>,
    },
}

/// `audit …`
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Check the whole chain and print its head.
    Verify,
    /// Print every record as a JSON line.
    Export,
    /// Check what somebody signed, without the registry: a receipt of `registry acts`.
    VerifyAct {
        /// The receipt.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

/// `station …`
#[derive(Debug, Subcommand)]
pub enum StationCommand {
    /// Join a registry with a one-time code.
    Join {
        /// The registry's base address, e.g. https://registry.example:8443.
        #[arg(long, value_name = "URL")]
        registry: String,
        /// A hint for the registry's audit. What the station is called is said where its code is made.
        #[arg(long, value_name = "NAME", default_value = "Station")]
        name: String,
        /// Read the one-time code from this file descriptor (first line). Without it: asked on the terminal.
        #[arg(long, value_name = "N")]
        code_fd: Option<u32>,
    },
}
