//! `keydesk registry …`: what the central registry's own commands take.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};

use crate::domain::authority::Role;

/// One of the roles, by its word.
fn act_id(text: &str) -> Result<uuid::Uuid, String> {
    text.parse()
        .map_err(|_| "not an act's identifier: see `keydesk registry acts`".to_owned())
}

fn role() -> impl TypedValueParser<Value = Role> {
    PossibleValuesParser::new(Role::ALL.map(Role::as_str))
        .try_map(|word| Role::parse(&word).ok_or("no such role"))
}

/// `registry …`
#[derive(Debug, Subcommand)]
pub enum RegistryCommand {
    /// Serve the HTTP API.
    Serve {
        /// Address and port; without it the configuration's, or 127.0.0.1:8443.
        #[arg(long)]
        listen: Option<SocketAddr>,
        /// The database file; without it the configuration's.
        #[arg(long, value_name = "FILE")]
        db: Option<PathBuf>,
        /// TLS certificate chain, PEM.
        #[arg(long, value_name = "FILE", requires = "tls_key")]
        tls_cert: Option<PathBuf>,
        /// TLS private key, PEM.
        #[arg(long, value_name = "FILE", requires = "tls_cert")]
        tls_key: Option<PathBuf>,
    },
    /// Make a new registry: its database, and the key file where there is none.
    Init {
        /// Where they are to be.
        #[command(flatten)]
        files: KeyFiles,
    },
    /// Copy the database to a new file, also while the registry serves. The key file is not in it.
    Backup {
        /// The new file.
        file: PathBuf,
        /// Where the registry is.
        #[command(flatten)]
        files: KeyFiles,
    },
    /// Put a copy in the database's place.
    Restore {
        /// The copy, made by `registry backup`.
        file: PathBuf,
        /// Where the registry is to be; the key file must be there already.
        #[command(flatten)]
        files: KeyFiles,
        /// In place of the database that is there, which is kept under another name.
        #[arg(long)]
        replace: bool,
    },
    /// Import organisations, people and appointments from CSV or JSON; all of a file or nothing.
    Import {
        /// The file; its name ends in .csv or .json.
        file: PathBuf,
        /// The database file.
        #[arg(long, value_name = "FILE")]
        db: PathBuf,
    },
    /// Add an operator and print their one-time code.
    OperatorCode {
        /// For people.
        #[arg(long)]
        name: String,
        /// What they will be.
        #[arg(long, value_parser = role())]
        role: Role,
        /// The database file.
        #[arg(long, value_name = "FILE")]
        db: PathBuf,
    },
    /// Print a one-time code for a station to join with.
    StationCode {
        /// What the station will be called.
        #[arg(long)]
        name: String,
        /// How long the code can be used: 1 minute to 7 days.
        #[arg(long, value_name = "DURATION", default_value = "1h")]
        life: jiff::SignedDuration,
        /// The database file.
        #[arg(long, value_name = "FILE")]
        db: PathBuf,
    },
    /// The stations that have joined.
    #[command(subcommand)]
    Stations(StationsCommand),
    /// The operators.
    #[command(subcommand)]
    Operators(OperatorsCommand),
    /// The keys that open the secrets of authenticator apps and hardware tokens.
    #[command(subcommand)]
    Secrets(SecretsCommand),
    /// Who did what to whom, when: a chain that shows what was changed behind the registry's back.
    #[command(subcommand)]
    Audit(RegistryAuditCommand),
    /// What the registry noticed and somebody must look at: journals cut short, signature counters gone back, codes guessed, many
    /// factors suspended by one operator, somebody's factors exchanged within a day, accounts of Customer Service made or changed.
    Alarms {
        /// List those that were acknowledged too.
        #[arg(long, conflicts_with = "acknowledge")]
        all: bool,
        /// Say that this one was looked into; may be given several times. It is listed no more, but for --all. Nothing is listed then.
        #[arg(long, value_name = "NUMBER", requires = "reason")]
        acknowledge: Vec<i64>,
        /// What was found; one line of at most 200 characters, which goes into the audit.
        #[arg(long, value_name = "WORDS", requires = "acknowledge")]
        reason: Option<String>,
        /// The database file.
        #[arg(long, value_name = "FILE")]
        db: PathBuf,
    },
    /// What people signed with their own keys: a list, or the receipt of one, which `audit verify-act` checks anywhere.
    Acts {
        /// The database file.
        #[arg(long, value_name = "FILE")]
        db: PathBuf,
        /// The act whose receipt is wanted.
        #[arg(long, value_name = "ID", requires = "out", value_parser = act_id)]
        id: Option<uuid::Uuid>,
        /// A new file for the receipt.
        #[arg(long, value_name = "FILE", requires = "id")]
        out: Option<PathBuf>,
    },
    /// What people are to be told of, oldest first: factors that were added, suspended, lifted or removed; and all of Customer Service:
    /// accounts of theirs that were made or changed. Where [mail] or [webhook] is set, with what came of that so far. Else a mail job of
    /// your own lists them (--json), tells each, and marks it.
    Notices {
        /// The database file.
        #[arg(long, value_name = "FILE")]
        db: PathBuf,
        /// Mark this one as told; may be given several times. Nothing is listed then.
        #[arg(long, value_name = "NUMBER")]
        mark_told: Vec<i64>,
    },
    /// Send a mail to try the settings in [mail] of --config, and say what the server answered.
    Mail {
        /// Where to.
        #[arg(long, value_name = "ADDRESS", required = true)]
        test: String,
    },
    /// What there is to decide about resets of accounts, besides asking for and releasing one, which nobody does from here.
    #[command(subcommand)]
    Resets(RegistryResetsCommand),
    /// Accounts that were reset while their person was not at a desk: until when each gets a factor at one, and who answers for that. One
    /// that ended by itself is listed as overdue for as long as nothing opens the account.
    Exceptions {
        /// The database file.
        #[arg(long, value_name = "FILE")]
        db: PathBuf,
    },
    /// Let a station go on whose journal did not continue, once it is known why.
    AcceptJournal {
        /// The station, as `registry alarms` names it.
        #[arg(long, value_name = "ID")]
        station: String,
        /// The database file.
        #[arg(long, value_name = "FILE")]
        db: PathBuf,
    },
}

/// `registry resets …`
#[derive(Debug, Subcommand)]
pub enum RegistryResetsCommand {
    /// Let an account release resets in a second agent's place for a while, where Customer Service has one agent only. All of Customer
    /// Service hear of it.
    Deputy {
        /// Their identifier, as `registry operators list` prints it.
        #[arg(value_name = "OPERATOR")]
        operator: String,
        /// For how long: 1 minute to 24 hours.
        #[arg(long = "for", value_name = "DURATION")]
        life: jiff::SignedDuration,
        /// Why: one line of at most 200 characters.
        #[arg(long)]
        reason: String,
        /// The database file.
        #[arg(long, value_name = "FILE")]
        db: PathBuf,
    },
    /// Let resets of somebody's account be asked for again, although three were within a day. All of Customer Service hear of it.
    Allow {
        /// Whose.
        #[arg(value_name = "PERSON")]
        person: String,
        /// Why: one line of at most 200 characters.
        #[arg(long)]
        reason: String,
        /// The database file.
        #[arg(long, value_name = "FILE")]
        db: PathBuf,
    },
}

/// `registry audit …`
#[derive(Debug, Subcommand)]
pub enum RegistryAuditCommand {
    /// Compute the whole chain anew and name the first row that was changed, removed, put in or put in another order (exit 7). Somebody
    /// who can write to the database can also write all that follows anew, or cut the end off: that shows against a head that was
    /// noted elsewhere.
    Verify {
        /// An export, in place of the database: it is verified by itself.
        #[arg(
            value_name = "FILE",
            conflicts_with = "db",
            required_unless_present = "db"
        )]
        file: Option<PathBuf>,
        /// The database file.
        #[arg(long, value_name = "FILE")]
        db: Option<PathBuf>,
        /// A head that was noted before, as `registry audit head` printed it: the chain must go on from there.
        #[arg(long, value_name = "HASH:NUMBER")]
        head: Option<String>,
    },
    /// Write the audit to a new file, as JSON lines: the head, then each row. It holds names, and is its owner's alone.
    Export {
        /// The new file.
        file: PathBuf,
        /// The database file.
        #[arg(long, value_name = "FILE")]
        db: PathBuf,
    },
    /// Print how far the audit has come: HASH:NUMBER of its last row. Note it where nobody can write who can write to the database.
    Head {
        /// The database file.
        #[arg(long, value_name = "FILE")]
        db: PathBuf,
    },
}

/// `registry stations …`
#[derive(Debug, Subcommand)]
pub enum StationsCommand {
    /// The stations that have joined, one line each.
    List {
        /// The database file.
        #[arg(long, value_name = "FILE")]
        db: PathBuf,
    },
    /// End a station's access: at once, and for good.
    Revoke {
        /// Its name or identifier, as `registry stations list` prints them.
        #[arg(value_name = "NAME|ID")]
        station: String,
        /// The database file.
        #[arg(long, value_name = "FILE")]
        db: PathBuf,
    },
}

/// `registry secrets …`
#[derive(Debug, Subcommand)]
pub enum SecretsCommand {
    /// The keys, one line each: name, age, and what needs it.
    Show {
        /// Where they are.
        #[command(flatten)]
        files: KeyFiles,
    },
    /// Make a new key and seal every secret to it; older keys stay for what is still on its way.
    Rotate {
        /// Where they are.
        #[command(flatten)]
        files: KeyFiles,
    },
    /// Go on with the key file that is there, or a new one, where the database's own is lost and nothing is sealed to it.
    Adopt {
        /// Where they are.
        #[command(flatten)]
        files: KeyFiles,
    },
    /// Drop the old keys that nothing needs any more.
    Prune {
        /// Where they are.
        #[command(flatten)]
        files: KeyFiles,
    },
}

/// The registry's two files.
#[derive(Debug, Args)]
pub struct KeyFiles {
    /// The database file.
    #[arg(long, value_name = "FILE")]
    pub db: PathBuf,
    /// The key file. Without it: the one of the configuration, else beside the database, with the extension `keys`.
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
}

/// `registry operators …`
#[derive(Debug, Subcommand)]
pub enum OperatorsCommand {
    /// The operators, one line each.
    List {
        /// The database file.
        #[arg(long, value_name = "FILE")]
        db: PathBuf,
    },
    /// Say which human an account is of. Two accounts of one human count as one; nobody serves themself or their own organisation.
    Set {
        /// Their identifier, as `registry operators list` prints it.
        #[arg(value_name = "ID")]
        operator: String,
        /// Their number as an employee of the desk: the same for every account of theirs.
        #[arg(long, value_name = "NUMBER")]
        personnel_number: Option<String>,
        /// Who they are among the people of the registry, where they are one.
        #[arg(long, value_name = "PERSON")]
        person: Option<String>,
        /// The database file.
        #[arg(long, value_name = "FILE")]
        db: PathBuf,
    },
    /// End an operator's access: at once, at every station, and for good.
    Revoke {
        /// Their identifier, as `registry operators list` prints it.
        #[arg(value_name = "ID")]
        operator: String,
        /// The database file.
        #[arg(long, value_name = "FILE")]
        db: PathBuf,
    },
    /// For an operator who lost their key: revoke it, and print a one-time code for another one.
    NewKey {
        /// Their identifier, as `registry operators list` prints it.
        #[arg(value_name = "ID")]
        operator: String,
        /// The database file.
        #[arg(long, value_name = "FILE")]
        db: PathBuf,
    },
}
