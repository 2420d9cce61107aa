//! What waits in the outbox when a command begins. At the kiosk it is sent in the background; here each command sends it first, so
//! that a report waits no longer than until the next command that finds the registry there.
//!
//! Invariant: whatever becomes of it is not what the command's exit code says.

use super::output::Output;
use crate::record::EntryState;
use crate::station::Station;
use crate::station::stopper::Stopper;
use crate::text::{spoken, tr};

/// Sends it, and tells what arrived or was refused.
pub(super) async fn send(station: &Station, output: &Output, stopper: &Stopper) {
    let entries = station.store().outbox().unwrap_or_default();
    let queued = |state: &EntryState| *state == EntryState::Queued;
    let refused_before = entries.iter().filter(|entry| !queued(&entry.state)).count();
    if entries.len() == refused_before {
        return;
    }
    let sent = tokio::select! {
        biased;
        () = stopper.stopped() => return,
        sent = station.push_outbox() => sent,
    };
    let round = match sent {
        Ok(round) => round,
        Err(stop) => {
            // The command will say so itself if its own record can't be written either.
            tracing::error!(%stop, "the outbox could not be pushed");
            return;
        }
    };
    let refused = round.rejected.saturating_sub(refused_before);
    if round.accepted == 0 && refused == 0 {
        return;
    }
    let line = match refused {
        0 => tr!(spoken(), "cli-sent-first", accepted = round.accepted),
        _ => tr!(
            spoken(),
            "cli-sent-first-refused",
            accepted = round.accepted,
            refused = refused
        ),
    };
    output.item("outbox", &round, &line);
}
