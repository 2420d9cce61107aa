//! The arguments of `reset …`. No PIN is among them.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};

use crate::cli::choice::{KeyChoice, operator_id, person_id};
use crate::domain::account_reset::{REMARK_CHARS_MAX, ResetReason, TICKET_CHARS_MAX};
use crate::domain::{AccountResetId, Identification, OneLine, OperatorId, PersonId};

/// `reset …`
#[derive(Debug, Subcommand)]
pub enum ResetCommand {
    /// Ask for the reset of the account of somebody who has lost all factors, and is at the desk or not (--away); signed with the agent's
    /// own key.
    Request(RequestArguments),
    /// The newest resets, those that wait first.
    List,
    /// One of them, with what the registry knows that bears on it.
    Show {
        /// Which.
        #[arg(value_name = "ID", value_parser = reset_id)]
        reset: AccountResetId,
    },
    /// An administrator of the person's organisation, who is at this desk, asks for what was prepared at this desk or another one: signed
    /// with their own key.
    Sign(SignArguments),
    /// The person whose account it is, or an administrator of their organisation, is at this desk and objects: nothing comes of it then.
    Object(ObjectArguments),
    /// Release one as a second agent, with one's own key over all that it says.
    Release(ReleaseArguments),
    /// Refuse one, as somebody else than whoever asked. It takes no reason.
    Refuse {
        /// Which.
        #[arg(value_name = "ID", value_parser = reset_id)]
        reset: AccountResetId,
    },
    /// Take back one that was asked for.
    Withdraw {
        /// Which.
        #[arg(value_name = "ID", value_parser = reset_id)]
        reset: AccountResetId,
    },
    /// Delete all that opens the account, in a visit of its person: within 60 minutes of the release or, where an administrator asked,
    /// until the end of the next working day. What takes its place is enrolled in the same visit and time; carried out once more by the
    /// same operator where that visit ended first. Of somebody who is not at a desk (--days): once their time to object is over, until the end of the next working
    /// day; the account stays shut until they come to a desk.
    CarryOut(CarryOutArguments),
}

/// `reset request`
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("ways").args(["video", "called_back"]).multiple(true))]
pub struct RequestArguments {
    /// Whose account.
    #[arg(long, value_name = "ID", value_parser = person_id)]
    pub person: PersonId,
    /// How the person was identified: document and its last four characters, e.g. passport:7K31.
    #[arg(long, value_name = "DOCUMENT:LAST4", required_unless_present = "away")]
    pub identified_by: Option<Identification>,
    /// The person is not at a desk: they were identified in two ways, by video, by calling them back, or by an administrator of their
    /// organisation who answered for them on the registry's page. The reset waits after its release, and what comes of it is an exception
    /// with a date.
    #[arg(long, requires = "ways", conflicts_with = "identified_by")]
    pub away: bool,
    /// The document that they held beside their face before the camera, as above.
    #[arg(long, value_name = "DOCUMENT:LAST4", requires = "away")]
    pub video: Option<Identification>,
    /// They were called at the number that the registry has of them, and it is them.
    #[arg(long, requires = "away")]
    pub called_back: bool,
    /// Why.
    #[arg(long, value_parser = reason())]
    pub reason: ResetReason,
    /// What else there is to say: one line of at most 200 characters.
    #[arg(long, default_value = "", value_parser = remark)]
    pub remark: String,
    /// The number of the ticket.
    #[arg(long, value_parser = ticket)]
    pub ticket: Option<String>,
    /// The agent's own key.
    #[command(flatten)]
    pub key: KeyChoice,
}

/// `reset sign`
#[derive(Debug, Args)]
pub struct SignArguments {
    /// Which.
    #[arg(value_name = "ID", value_parser = reset_id)]
    pub reset: AccountResetId,
    /// Who asks.
    #[arg(long, value_name = "ID", value_parser = person_id)]
    pub administrator: PersonId,
    /// How they were identified: document and its last four characters, e.g. passport:7K31.
    #[arg(long, value_name = "DOCUMENT:LAST4")]
    pub identified_by: Identification,
    /// Their own key.
    #[command(flatten)]
    pub key: KeyChoice,
}

/// `reset object`
#[derive(Debug, Args)]
pub struct ObjectArguments {
    /// To which.
    #[arg(value_name = "ID", value_parser = reset_id)]
    pub reset: AccountResetId,
    /// Who objects.
    #[arg(long, value_name = "ID", value_parser = person_id)]
    pub objector: PersonId,
    /// How they were identified: document and its last four characters, e.g. passport:7K31.
    #[arg(long, value_name = "DOCUMENT:LAST4")]
    pub identified_by: Identification,
}

/// `reset release`
#[derive(Debug, Args)]
pub struct ReleaseArguments {
    /// Which.
    #[arg(value_name = "ID", value_parser = reset_id)]
    pub reset: AccountResetId,
    /// The last name of the person whose account it is.
    #[arg(long, value_name = "NAME")]
    pub last_name: String,
    /// Who releases, where they stand beside whoever is signed in, who stays so: as `registry operators list` prints it.
    #[arg(long, value_name = "OPERATOR", value_parser = operator_id)]
    pub by: Option<OperatorId>,
    /// Their own key.
    #[command(flatten)]
    pub key: KeyChoice,
}

/// `reset carry-out`
#[derive(Debug, Args)]
pub struct CarryOutArguments {
    /// Which.
    #[arg(value_name = "ID", value_parser = reset_id)]
    pub reset: AccountResetId,
    /// Whose account.
    #[arg(long, value_name = "ID", value_parser = person_id)]
    pub person: PersonId,
    /// How the person, who is at this desk, was identified: as when it was asked for, e.g. passport:7K31.
    #[arg(long, value_name = "DOCUMENT:LAST4", required_unless_present = "days")]
    pub identified_by: Option<Identification>,
    /// The person is not at a desk: for so many working days (1 to 10) they may come to one, with their document.
    #[arg(long, value_name = "N", conflicts_with = "identified_by", value_parser = clap::value_parser!(u8).range(1..=10))]
    pub days: Option<u8>,
}

fn reset_id(text: &str) -> Result<AccountResetId, String> {
    text.parse()
        .map_err(|_| "not a reset's identifier: see `keydesk reset list`".to_owned())
}

fn reason() -> impl TypedValueParser<Value = ResetReason> {
    PossibleValuesParser::new(ResetReason::ALL.map(ResetReason::as_str))
        .try_map(|word| ResetReason::parse(&word).ok_or("no such reason"))
}

fn remark(text: &str) -> Result<String, String> {
    let checked = OneLine::<REMARK_CHARS_MAX>::check_if_any(text);
    checked
        .map(|()| text.to_owned())
        .map_err(|why| why.to_string())
}

fn ticket(text: &str) -> Result<String, String> {
    let checked = OneLine::<TICKET_CHARS_MAX>::check(text);
    checked
        .map(|()| text.to_owned())
        .map_err(|why| why.to_string())
}
