//! `audit verify` and `audit export`: the journal is read beside a running station, and nothing is written.

use std::path::Path;

use serde_json::json;

use super::args::AuditCommand;
use super::output::{Exit, Outcome, Output};
use crate::store::audit;

/// Carries out one command on the journal of the station in `data`. What is damaged is named with file and offset.
pub fn run(command: &AuditCommand, data: &Path, output: &Output) -> Outcome {
    match command {
        AuditCommand::Verify => verify(data),
        AuditCommand::Export => export(data, output),
    }
}

fn verify(data: &Path) -> Outcome {
    let audit = match audit::verify(data) {
        Ok(audit) => audit,
        Err(error) => return failed(&error),
    };
    let head = hex::encode(audit.head.hash.as_ref());
    Outcome::done(
        format!(
            "{} records in {} segment(s), chain whole; head {} {head}",
            audit.records, audit.segments, audit.head.sequence,
        ),
        json!({
            "records": audit.records,
            "segments": audit.segments,
            "sequence": audit.head.sequence,
            "head": head,
            "torn_bytes": audit.torn_bytes,
        }),
    )
}

fn export(data: &Path, output: &Output) -> Outcome {
    let entries = match audit::records(data) {
        Ok(entries) => entries,
        Err(error) => return failed(&error),
    };
    let mut count = 0_u64;
    for entry in entries {
        match entry {
            Ok(entry) => {
                let line = serde_json::to_string(&entry).unwrap_or_default();
                output.item("record", &entry, &line);
                count += 1;
            }
            Err(error) => return failed(&error),
        }
    }
    Outcome::done("", json!({ "records": count }))
}

fn failed(error: &dyn std::error::Error) -> Outcome {
    Outcome::failed(Exit::Store, "store", error.to_string())
}
