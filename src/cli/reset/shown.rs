//! `reset show`: one reset, with what the registry knows that bears on it.
//!
//! Invariant: whoever asked wrote one line of it, which is marked as theirs; all others are the registry's.

use serde_json::json;

use super::line;
use crate::cli::outcome::account_reset::when;
use crate::cli::output::Outcome;
use crate::cli::runs::Runs;
use crate::domain::AccountResetId;
use crate::text::{spoken, tr};
use crate::wire::{AccountReset, AccountResetDetail};
use crate::workflow::Stop;

pub(super) async fn show(runs: &Runs<'_>, reset: AccountResetId) -> Result<Outcome, Stop> {
    let detail = runs.station.account_reset(reset).await?;
    runs.output.item("reset", &detail, &line(&detail.reset));
    Ok(Outcome::done(
        in_words(&detail).join("\n"),
        json!({ "reset": reset, "state": detail.reset.state }),
    ))
}

fn in_words(detail: &AccountResetDetail) -> Vec<String> {
    let text = spoken();
    let reset = &detail.reset;
    let mut lines = vec![tr!(
        text,
        "cli-reset-stands",
        state = text.reset_standing(reset),
        when = when(reset)
    )];
    lines.push(asked(reset));
    if let Some(ticket) = &reset.ticket {
        lines.push(tr!(text, "cli-reset-ticket", ticket = ticket.as_str()));
    }
    if !reset.remark.is_empty() {
        lines.push(tr!(
            text,
            "cli-reset-remark",
            by = reset.asker(),
            remark = reset.remark.as_str()
        ));
    }
    let deleted: Vec<&str> = detail
        .facts
        .factors
        .iter()
        .map(|used| used.factor.name.as_str())
        .collect();
    if reset.state.is_open() && !deleted.is_empty() {
        lines.push(tr!(text, "cli-reset-deletes", each = deleted.join(", ")));
    }
    let day = |at: jiff::Timestamp| at.strftime("%Y-%m-%d").to_string();
    let facts = text.reset_facts(&detail.facts, day);
    lines.extend(
        facts
            .into_iter()
            .map(|(_, fact)| tr!(text, "cli-reset-fact", fact = fact)),
    );
    lines
}

/// Who asked for it, why, where the person was, and with what it was asked for where that is weaker than a key.
fn asked(reset: &AccountReset) -> String {
    let text = spoken();
    let person = match reset.away {
        true => tr!(text, "cli-reset-away"),
        false => tr!(text, "cli-reset-at-desk"),
    };
    let said = tr!(
        text,
        "cli-reset-asked",
        person = reset.person.name.as_str(),
        by = reset.asker(),
        station = reset.station.clone().unwrap_or_else(|| "-".to_owned()),
        at = reset.asked_at.to_string(),
        why = text.reset_reason(reset.reason),
        place = person
    );
    match reset.by_code {
        true => format!("{said} {}", tr!(text, "cli-reset-by-code")),
        false => said,
    }
}
