//! The arguments of `key test`, `key pin …` and their kind. As everywhere, no secret is among them.

use clap::{Args, Subcommand};

use crate::cli::args::{KeyChoice, person_id};
use crate::domain::PersonId;

/// What is done to one key.
#[derive(Debug, Subcommand)]
pub enum CareCommand {
    /// Test a key: with a throwaway credential, or whether it works for a person.
    Test(TestArguments),
}

/// `key test`
#[derive(Debug, Args)]
pub struct TestArguments {
    /// Does it work for this person? An assertion that the registry checks, instead of a throwaway credential.
    #[arg(long, value_name = "ID", value_parser = person_id)]
    pub person: Option<PersonId>,
    /// The key.
    #[command(flatten)]
    pub key: KeyChoice,
}
