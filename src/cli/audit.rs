//! `audit verify` and `audit export`: the journal is read beside a running station, and nothing is written.

use std::path::Path;

use serde_json::json;
use sha2::{Digest, Sha256};

use super::args::AuditCommand;
use super::files::{read_text, unusable};
use super::output::{Exit, Outcome, Output};
use crate::store::audit;
use crate::text::clean::escaped;
use crate::text::{act, english};
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
        let said =
            format!("{why}; a receipt is what `keydesk registry acts --id N --out FILE` writes");
        Box::new(unusable("unreadable-receipt", file, &said))
    };
    let receipt: ActReceipt = serde_json::from_str(&read_text(file)?).map_err(not_read)?;
    let act = receipt::verify(&receipt).map_err(|fault| {
        let said = format!("{}: it proves nothing: {}", file.display(), worded(fault));
        Box::new(Outcome::failed(Exit::Refused, "act-not-proved", said))
    })?;
    let credential = receipt.assertion.raw_id.to_base64url();
    let key = receipt.public_key.as_ref().map_or(&[][..], |key| &key.0);
    let fingerprint = hex::encode(Sha256::digest(key));
    let words = format!(
        "{}\nsigned for {} with credential {credential}, asked at {}, accepted at {}\nwhose key that is, and when it was accepted, the file alone says: \
         compare the key's SHA-256 {fingerprint} with what the registry has",
        act::in_words(english(), &act),
        act.signer.id,
        act.asked_at,
        receipt.accepted_at
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
            format!("it has version {version}, and {VERSION} is known here: update Keydesk")
        }
        ReceiptFault::Act(fault) => format!("its act cannot be used: {fault}"),
        ReceiptFault::ClientData => "its client data are not of a signature".to_owned(),
        ReceiptFault::Another => "something else was signed than its act".to_owned(),
        ReceiptFault::Origin => "it was not signed for the origin that it names".to_owned(),
        ReceiptFault::Time => "it says that it was accepted before it was asked for".to_owned(),
        ReceiptFault::Assertion(flaw) => english().flaw(&flaw),
        ReceiptFault::Algorithm => {
            "the signer's key is of an algorithm that is not checked here: only ES256 is".to_owned()
        }
    }
}

fn failed(error: &dyn std::error::Error) -> Outcome {
    Outcome::failed(Exit::Store, "store", error.to_string())
}
