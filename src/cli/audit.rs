//! `audit verify` and `audit export`: the journal is read beside a running station, and nothing is written.

use std::path::Path;

use serde_json::json;
use sha2::{Digest, Sha256};

use super::args::AuditCommand;
use super::files::{read_text, unusable};
use super::output::{Exit, Outcome, Output};
use crate::store::audit;
use crate::text::clean::escaped;
use crate::text::{act, spoken, tr};
use crate::wire::{ActReceipt, VERSION};
use crate::workflow::receipt::{self, ReceiptFault};

/// Carries out one command on the journal of the station in `data`. What is damaged is named with file and offset.
pub fn run(command: &AuditCommand, data: &Path, output: &Output) -> Outcome {
    match command {
        AuditCommand::Verify => verify(data),
        AuditCommand::Export => export(data, output),
        AuditCommand::VerifyAct { file } => verify_act(file).unwrap_or_else(|outcome| *outcome),
    }
}

fn verify(data: &Path) -> Outcome {
    let audit = match audit::verify(data) {
        Ok(audit) => audit,
        Err(error) => return failed(&error),
    };
    let head = hex::encode(audit.head.hash.as_ref());
    Outcome::done(
        tr!(
            spoken(),
            "cli-audit-whole",
            records = audit.records.to_string(),
            segments = audit.segments.to_string(),
            sequence = audit.head.sequence.to_string(),
            head = head.to_string()
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
                output.item("record", &entry, &escaped(&line));
                count += 1;
            }
            Err(error) => return failed(&error),
        }
    }
    Outcome::done("", json!({ "records": count }))
}

/// Whether the receipt in a file is one of an act that its signer signed.
fn verify_act(file: &Path) -> Result<Outcome, Box<Outcome>> {
    let not_read = |why: serde_json::Error| {
        let said = tr!(spoken(), "cli-no-receipt", why = why.to_string());
        Box::new(unusable("unreadable-receipt", file, &said))
    };
    let receipt: ActReceipt = serde_json::from_str(&read_text(file)?).map_err(not_read)?;
    let act = receipt::verify(&receipt).map_err(|fault| {
        let said = tr!(
            spoken(),
            "cli-proves-nothing",
            file = file.display().to_string(),
            why = worded(fault)
        );
        Box::new(Outcome::failed(Exit::Refused, "act-not-proved", said))
    })?;
    let credential = receipt.assertion.raw_id.to_base64url();
    let key = receipt.public_key.as_ref().map_or(&[][..], |key| &key.0);
    let fingerprint = hex::encode(Sha256::digest(key));
    let words = format!(
        "{}\n{}\n{}",
        act::in_words(spoken(), &act),
        tr!(
            spoken(),
            "cli-receipt-signed",
            signer = act.signer.id.as_str(),
            credential = credential.as_str(),
            asked = act.asked_at.to_string(),
            accepted = receipt.accepted_at.to_string()
        ),
        tr!(
            spoken(),
            "cli-receipt-compare",
            fingerprint = fingerprint.as_str()
        )
    );
    let facts = json!({
        "act": act,
        "credential": credential,
        "public_key": receipt.public_key,
        "public_key_sha256": fingerprint,
        "accepted_at": receipt.accepted_at,
    });
    Ok(Outcome::done(words, facts))
}

fn worded(fault: ReceiptFault) -> String {
    match fault {
        ReceiptFault::Newer(version) => {
            tr!(
                spoken(),
                "cli-receipt-newer",
                version = version.to_string(),
                known = VERSION.to_string()
            )
        }
        ReceiptFault::Act(fault) => tr!(spoken(), "cli-receipt-act", fault = fault.to_string()),
        ReceiptFault::ClientData => tr!(spoken(), "cli-receipt-client-data"),
        ReceiptFault::Another => tr!(spoken(), "cli-receipt-another"),
        ReceiptFault::Origin => tr!(spoken(), "cli-receipt-origin"),
        ReceiptFault::Time => tr!(spoken(), "cli-receipt-time"),
        ReceiptFault::Assertion(flaw) => spoken().flaw(&flaw),
        ReceiptFault::Algorithm => {
            tr!(spoken(), "cli-receipt-algorithm")
        }
    }
}

fn failed(error: &dyn std::error::Error) -> Outcome {
    Outcome::failed(Exit::Store, "store", error.to_string())
}
