//! The arguments of `visit …`.

use clap::{Args, Subcommand};

use crate::cli::choice::{KeyChoice, factor_id, operator_id, person_id};
use crate::cli::totp::args::{CodeSource, ProofArguments};
use crate::domain::loan::LoanDays;
use crate::domain::{Bytes, FactorId, Identification, OperatorId, PersonId};

/// `visit …`
#[derive(Debug, Subcommand)]
pub enum VisitCommand {
    /// The person takes what was made for them while they were not there: with a factor of their own or, where they never had one,
    /// with a touch or a code of it, before another human than its maker.
    Accept(AcceptArguments),
    /// Somebody who forgot their key is lent one until a date: with the touch of a second member of staff, or of an administrator of
    /// their organisation, who stands beside you.
    Lend(LendArguments),
    /// The person goes. Without it a visit ends with the session, after 30 minutes without an act, after four hours, or when the person is
    /// received elsewhere.
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

/// `visit lend`
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("by").required(true)))]
pub struct LendArguments {
    /// Who forgot theirs.
    #[arg(long, value_name = "ID", value_parser = person_id)]
    pub person: PersonId,
    /// How the person was identified.
    #[arg(long, value_name = "DOCUMENT:LAST4")]
    pub identified_by: Identification,
    /// For how many working days: 1 to 5. It ends with the last of them.
    #[arg(long, value_name = "N", default_value = "1", value_parser = loan_days)]
    pub days: LoanDays,
    /// The second member of staff who stands by it: the operator's identifier, as `registry operators list` prints it.
    #[arg(long, value_name = "OPERATOR", value_parser = operator_id, group = "by")]
    pub second: Option<OperatorId>,
    /// In their place: an administrator of the person's organisation.
    #[arg(long, value_name = "ID", value_parser = person_id, group = "by")]
    pub administrator: Option<PersonId>,
    /// The key of whoever stands by it, by place, slot or serial number; else it is chosen like any other. The first line of `--pin-fd`
    /// is its PIN.
    #[arg(long, value_name = "PLACE|SLOT|SERIAL")]
    pub second_key: Option<String>,
    /// The key that is lent.
    #[command(flatten)]
    pub key: KeyChoice,
}

fn loan_days(text: &str) -> Result<LoanDays, String> {
    let days: u8 = text.parse().map_err(|_| "a number of days".to_owned())?;
    LoanDays::try_from(days).map_err(|why| why.to_string())
}

fn credential_id(text: &str) -> Result<Bytes, String> {
    Bytes::from_base64url(text)
        .filter(|id| !id.0.is_empty())
        .ok_or_else(|| "not a credential's identifier: see `keydesk totp list`".to_owned())
}
