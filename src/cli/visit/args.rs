//! The arguments of `visit …`.

use clap::{Args, Subcommand};

use crate::cli::choice::{KeyChoice, factor_id, operator_id, person_id};
use crate::cli::totp::args::{CodeSource, ProofArguments};
use crate::domain::{Bytes, FactorId, Identification, OperatorId, PersonId};

/// `visit …`
#[derive(Debug, Subcommand)]
pub enum VisitCommand {
    /// The person takes what was made for them while they were not there: with a factor of their own or, where they never had one,
    /// with a touch or a code of it, before another human than its maker.
    Accept(AcceptArguments),
    /// The person goes. Without it a visit ends with the session, or after 30 minutes.
    Close {
        /// Whose.
        #[arg(long, value_name = "ID", value_parser = person_id)]
        person: PersonId,
        /// The person was shown all factors of their account and confirmed that they are theirs.
        #[arg(long)]
        confirmed: bool,
    },
    /// Another operator, who is signed in somewhere, goes on with it there. Both are on record.
    Pass {
        /// Whose.
        #[arg(long, value_name = "ID", value_parser = person_id)]
        person: PersonId,
        /// To whom: the operator's identifier, as `registry operators list` prints it.
        #[arg(long, value_name = "OPERATOR", value_parser = operator_id)]
        to: OperatorId,
    },
}

/// `visit accept`
#[derive(Debug, Args)]
pub struct AcceptArguments {
    /// Who takes it.
    #[arg(long, value_name = "ID", value_parser = person_id)]
    pub person: PersonId,
    /// How the person was identified.
    #[arg(long, value_name = "DOCUMENT:LAST4")]
    pub identified_by: Identification,
    /// Which credential, as `totp list` prints it; needed where several wait.
    #[arg(long, value_name = "ID", value_parser = credential_id, conflicts_with = "factor")]
    pub credential: Option<Bytes>,
    /// Which app or token, likewise.
    #[arg(long, value_name = "ID", value_parser = factor_id)]
    pub factor: Option<FactorId>,
    /// What proves the person.
    #[command(flatten)]
    pub proof: ProofArguments,
    /// The codes, where an app or token proves them.
    #[command(flatten)]
    pub codes: CodeSource,
    /// The key that waits or, where it is another one, that proves the person.
    #[command(flatten)]
    pub key: KeyChoice,
}

fn credential_id(text: &str) -> Result<Bytes, String> {
    Bytes::from_base64url(text)
        .filter(|id| !id.0.is_empty())
        .ok_or_else(|| "not a credential's identifier: see `keydesk totp list`".to_owned())
}
