//! `keydesk registry resets …`: a deputy for a second agent, and being asked again about somebody.

use serde_json::json;

use super::failed;
use crate::cli::args::RegistryResetsCommand;
use crate::cli::output::Outcome;
use crate::domain::{OperatorId, PersonId};
use crate::server::admin;

pub(super) async fn run(command: RegistryResetsCommand) -> Outcome {
    match command {
        RegistryResetsCommand::Deputy {
            operator,
            life,
            reason,
            db,
        } => {
            let id = OperatorId::new(operator);
            match admin::name_deputy(&db, &id, (life, &reason)).await {
                Ok(until) => Outcome::done(
                    format!("{id} releases resets in a second agent's place until {until}"),
                    json!({ "operator": id, "until": until }),
                ),
                Err(error) => failed("no-deputy", error),
            }
        }
        RegistryResetsCommand::Allow { person, reason, db } => {
            let id = PersonId::new(person);
            match admin::allow_resets(&db, &id, &reason).await {
                Ok(()) => Outcome::done(
                    format!("resets of {id}'s account may be asked for again"),
                    json!({ "person": id }),
                ),
                Err(error) => failed("not-allowed-again", error),
            }
        }
    }
}
