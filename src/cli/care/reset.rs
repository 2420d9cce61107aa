//! `key reset`: what is lost, confirmed by an argument; then the key is really pulled, put back and touched.

use serde_json::json;

use super::super::commands::Runs;
use super::super::face::Orders;
use super::super::output::{Exit, Outcome, push_word};
use super::args::ResetArguments;
use crate::domain::KeyFacts;
use crate::domain::reset::Losses;
use crate::text::{spoken, tr};
use crate::workflow::dialogue::{Again, Coach, HOLD_MOST_S, PushState};
use crate::workflow::{Order, ResetOrder};

pub(super) async fn run(runs: &Runs<'_>, arguments: &ResetArguments) -> Outcome {
    let order = ResetOrder {
        at: None,
        case: arguments.case.case(),
        list: arguments.key.pin_fd.is_some(),
    };
    let orders = Orders::default()
        .confirming(&arguments.case)
        .proving(&arguments.codes, &arguments.proof);
    let face = runs.ordered_face(&arguments.key, orders);
    runs.carry_out(&face, Order::Reset(order)).await
}

/// How a reset counts.
pub(in crate::cli) fn outcome_of(key: &KeyFacts, losses: &Losses, push: &PushState) -> Outcome {
    let (exit, standing) = standing(push);
    let mut detail = tr!(
        spoken(),
        "cli-reset-done",
        model = key.model.to_string(),
        slot = key.slot.to_string(),
        standing = standing.to_string()
    );
    for person in losses.people() {
        let tell = tr!(spoken(), "cli-reset-tell", name = person.name.as_str());
        detail.push('\n');
        detail.push_str(&tell);
    }
    for unsure in &losses.unsure {
        let name = unsure.person.name.as_str();
        detail.push('\n');
        detail.push_str(&tr!(spoken(), "cli-reset-not-ended", name = name));
    }
    Outcome {
        exit,
        code: "reset".to_owned(),
        detail,
        facts: json!({ "key": key, "losses": losses, "push": push_word(push) }),
    }
}

/// How the registry took the report.
pub(in crate::cli) fn standing(push: &PushState) -> (Exit, String) {
    match push {
        PushState::Accepted | PushState::Waiting => (Exit::Done, tr!(spoken(), "cli-report-known")),
        PushState::Queued => (Exit::Queued, tr!(spoken(), "cli-report-queued")),
        PushState::Conflict { detail, .. } => (
            Exit::Refused,
            tr!(
                spoken(),
                "cli-report-refused",
                said = spoken().registry_said(detail).unwrap_or_default()
            ),
        ),
    }
}

/// What is lost, a line each.
pub(in crate::cli) fn losses_in_words(losses: &Losses) -> String {
    let mut lines: Vec<String> = Vec::new();
    for lost in &losses.enrolments {
        let person = &lost.person;
        let organisation = person
            .organisation
            .as_ref()
            .map_or("-", |o| o.name.as_str());
        lines.push(tr!(
            spoken(),
            "cli-loses",
            name = person.name.to_string(),
            kind = person.kind.as_str().to_string(),
            organisation = organisation.to_string(),
            rp = lost.rp_id.to_string(),
            at = lost.enrolled_at.to_string()
        ));
    }
    for unsure in &losses.unsure {
        lines.push(tr!(
            spoken(),
            "cli-loses-unsure",
            name = unsure.person.name.to_string(),
            at = unsure.enrolled_at.to_string()
        ));
    }
    for other in losses.others.iter().flatten() {
        let account = other
            .account
            .as_deref()
            .map_or_else(|| tr!(spoken(), "cli-account-unnamed"), str::to_owned);
        lines.push(tr!(
            spoken(),
            "cli-loses-other",
            account = account.to_string(),
            rp = other.rp_id.to_string()
        ));
    }
    if losses.silent {
        lines.push(tr!(spoken(), "cli-loses-silent"));
    } else if lines.is_empty() {
        lines.push(tr!(spoken(), "cli-loses-nobody"));
    }
    if losses.others.is_none() {
        lines.push(tr!(spoken(), "cli-loses-besides"));
    }
    lines.join("\n")
}

/// What is to be done now.
pub(in crate::cli) fn coach_in_words(key: &KeyFacts, coach: Coach) -> Option<String> {
    let slot = key.slot;
    Some(match coach {
        Coach::Pull { again: None } => tr!(spoken(), "cli-coach-pull", slot = slot.to_string()),
        Coach::Pull { again: Some(why) } => {
            let why = match why {
                Again::TooLate => tr!(spoken(), "cli-again-too-late"),
                Again::Untouched => tr!(spoken(), "cli-again-untouched"),
                Again::Pulled => tr!(spoken(), "cli-again-pulled"),
                Again::OtherKey => tr!(spoken(), "cli-again-other-key"),
            };
            tr!(
                spoken(),
                "cli-coach-again",
                why = why.to_string(),
                slot = slot.to_string()
            )
        }
        Coach::PutBack { window_s } => {
            tr!(
                spoken(),
                "cli-coach-put-back",
                slot = slot.to_string(),
                window_s = window_s.to_string()
            )
        }
        Coach::Window { .. } => return None,
        Coach::Touch { hold_s: 0, .. } => tr!(spoken(), "cli-coach-touch", slot = slot.to_string()),
        Coach::Touch { hold_s, .. } => {
            tr!(
                spoken(),
                "cli-coach-hold",
                slot = slot.to_string(),
                hold_s = hold_s.to_string(),
                most = HOLD_MOST_S.to_string()
            )
        }
    })
}
