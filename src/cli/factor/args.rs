//! The arguments of `factor …`. No code and no PIN is among them.

use clap::{Args, Subcommand};

use crate::cli::choice::{KeyChoice, factor_id, person_id};
use crate::cli::totp::args::CodeSource;
use crate::domain::suspension::FactorRef;
use crate::domain::visit::SuspendedWhy;
use crate::domain::{Bytes, FactorId, Identification, PersonId};

/// `factor …`
#[derive(Debug, Subcommand)]
pub enum FactorCommand {
    /// Suspend a key, app or token that is lost: it opens nothing from then on. Anybody who is signed in may do it, at once.
    Suspend(SuspendArguments),
    /// Lift that for its owner, who is at the desk with the factor itself: a touch with its PIN, or a code. Within 30 days, and never
    /// where it was stolen or is suspected.
    Resume(ResumeArguments),
}

/// Which factor.
#[derive(Debug, Clone, Args)]
#[group(multiple = false)]
pub struct Which {
    /// An app or token, as `totp list` prints it.
    #[arg(long, value_name = "ID", value_parser = factor_id)]
    pub factor: Option<FactorId>,
    /// A key, by its credential as `totp list --json` prints it.
    #[arg(long, value_name = "ID", value_parser = credential_id)]
    pub credential: Option<Bytes>,
}

impl Which {
    /// By its name at the registry; `None`: the only one there is, or the one whose serial number is given.
    pub fn factor(&self) -> Option<FactorRef> {
        let app = self.factor.map(|factor| FactorRef::App { factor });
        let key = self.credential.clone();
        app.or(key.map(|credential| FactorRef::Key { credential }))
    }
}

fn credential_id(text: &str) -> Result<Bytes, String> {
    Bytes::from_base64url(text)
        .filter(|id| !id.0.is_empty())
        .ok_or_else(|| "not a credential's identifier: see `keydesk totp list --json`".to_owned())
}

fn why(text: &str) -> Result<SuspendedWhy, String> {
    SuspendedWhy::parse(text)
        .filter(|why| SuspendedWhy::REPORTED.contains(why))
        .ok_or_else(|| "it is lost, stolen or suspected".to_owned())
}

/// `factor suspend`
#[derive(Debug, Args)]
pub struct SuspendArguments {
    /// Whose: the registry's identifier, as `person find` prints it.
    #[arg(long, value_name = "ID", value_parser = person_id)]
    pub person: PersonId,
    /// Which; needed where there are several.
    #[command(flatten)]
    pub which: Which,
    /// A key or token, by its serial number.
    #[arg(long, value_name = "SERIAL", conflicts_with_all = ["factor", "credential"])]
    pub key: Option<String>,
    /// Why: lost, stolen or suspected. A reason that was given becomes graver, never softer.
    #[arg(long, value_name = "lost|stolen|suspected", value_parser = why)]
    pub why: SuspendedWhy,
}

/// `factor resume`
#[derive(Debug, Args)]
pub struct ResumeArguments {
    /// Whose.
    #[arg(long, value_name = "ID", value_parser = person_id)]
    pub person: PersonId,
    /// Which; needed where several are suspended.
    #[command(flatten)]
    pub which: Which,
    /// How its owner was identified: document and its last four characters, e.g. passport:7K31.
    #[arg(long, value_name = "DOCUMENT:LAST4")]
    pub identified_by: Identification,
    /// The codes, where it is an app or a token.
    #[command(flatten)]
    pub codes: CodeSource,
    /// The key, where it is one.
    #[command(flatten)]
    pub key: KeyChoice,
}
