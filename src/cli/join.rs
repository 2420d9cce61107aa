//! `station join`: the station gives its one-time code to a registry, and is known there from then on.

use std::path::Path;

use serde_json::json;
use zeroize::Zeroizing;

use super::args::StationCommand;
use super::outcome::{outcome_of_stop, unreadable};
use super::output::{Exit, Outcome};
use super::secret::{self, SecretError};
use crate::station::config::Config;
use crate::station::stopper::Stopper;
use crate::station::{self, JoinError};
use crate::text::{spoken, tr};
use crate::workflow::Stop;

/// Joins with the station in `data`. The code comes from a descriptor or the terminal, never from the arguments.
pub async fn run(
    command: &StationCommand,
    data: &Path,
    config: &Config,
    stopper: &Stopper,
) -> Outcome {
    let StationCommand::Join {
        registry,
        name,
        code_fd,
    } = command;
    // Only the question can be stopped: a code that was sent is used up, and its answer is worth the short wait.
    let code = tokio::select! {
        biased;
        () = stopper.stopped() => return outcome_of_stop(&Stop::Cancelled),
        code = code(*code_fd) => code,
    };
    let code = match code {
        Ok(code) => code,
        Err(error) => return unreadable(&error),
    };
    match station::join(data, config, registry, name, &code.into()).await {
        Ok(station) => Outcome::done(
            tr!(
                spoken(),
                "cli-joined",
                registry = registry.to_string(),
                station = station.to_string()
            ),
            json!({ "station": station }),
        ),
        Err(error) => Outcome::failed(exit_of(&error), "not-joined", error.to_string()),
    }
}

async fn code(fd: Option<u32>) -> Result<Zeroizing<String>, SecretError> {
    match fd {
        Some(fd) => secret::from_descriptor(fd).await,
        None => {
            let t = spoken();
            let (prompt, what) = (tr!(t, "cli-one-time-code"), tr!(t, "cli-the-one-time-code"));
            secret::from_terminal(&prompt, &what, "--code-fd").await
        }
    }
}

fn exit_of(error: &JoinError) -> Exit {
    match error {
        _ if error.is_unreachable() => Exit::Unreachable,
        JoinError::AlreadyJoined { .. } | JoinError::Registry(_) => Exit::Refused,
        JoinError::Store(_) => Exit::Store,
        JoinError::Open(_) | JoinError::Settings(_) | JoinError::Key(_) => Exit::Usage,
    }
}
