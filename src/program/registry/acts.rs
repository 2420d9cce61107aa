//! `registry acts`: what people signed.

use std::path::Path;

use serde_json::json;

use super::failed;
use crate::cli::output::{Exit, Outcome, Output};
use crate::domain::OfferId;
use crate::files;
use crate::server::admin;
use crate::text::clean::columns;

/// The most acts that are listed.
const ACTS: u32 = 200;

pub(super) async fn list(db: &Path, output: &Output) -> Outcome {
    let acts = match admin::acts(db, ACTS).await {
        Ok(acts) => acts,
        Err(error) => return failed("no-acts", error),
    };
    for act in &acts {
        let line = columns(&[
            &act.at,
            &act.id,
            &format_args!("{} for {}", act.signer, act.subject),
        ]);
        output.item("act", act, &line);
    }
    let words = format!("{} act(s)", acts.len());
    Outcome::done(words, json!({ "acts": acts.len() }))
}

pub(super) async fn receipt(db: &Path, id: uuid::Uuid, out: &Path) -> Outcome {
    let receipt = match admin::receipt(db, OfferId(id)).await {
        Ok(receipt) => receipt,
        Err(error) => return failed("no-act", error),
    };
    match files::write_new(out, receipt.as_bytes()) {
        Ok(()) => Outcome::done(
            format!(
                "{}: check it with `keydesk audit verify-act`",
                out.display()
            ),
            json!({ "file": out }),
        ),
        Err(error) => Outcome::failed(
            Exit::Usage,
            "not-written",
            format!("{}: {error}", out.display()),
        ),
    }
}
