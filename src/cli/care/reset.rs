//! `key reset`: what is lost, confirmed by an argument; then the key is really pulled, put back and touched.

use serde_json::json;

use super::super::commands::Runs;
use super::super::face::Orders;
use super::super::output::{Exit, Outcome, push_word};
use super::args::ResetArguments;
use crate::domain::KeyFacts;
use crate::domain::reset::Losses;
use crate::workflow::dialogue::{Again, Coach, HOLD_MOST_S, PushState};
use crate::workflow::{Order, ResetOrder};

pub(super) async fn run(runs: &Runs<'_>, arguments: &ResetArguments) -> Outcome {
    let order = ResetOrder {
        at: None,
        case: arguments.case.case(),
        list: arguments.key.pin_fd.is_some(),
    };
    let orders = Orders::default().confirming(&arguments.case);
    let face = runs.ordered_face(&arguments.key, orders);
    runs.carry_out(&face, Order::Reset(order)).await
}

/// How a reset counts.
pub(in crate::cli) fn outcome_of(key: &KeyFacts, losses: &Losses, push: &PushState) -> Outcome {
    let (exit, standing) = standing(push);
    let mut detail = format!(
        "{} in slot {} was reset and is empty: {standing}",
        key.model, key.slot
    );
    for person in losses.people() {
        detail.push_str("\ntell ");
        detail.push_str(&person.name);
        detail.push_str(": this key no longer works for them; they need another enrolment");
    }
    for unsure in &losses.unsure {
        detail.push_str("\nnot ended: the enrolment of ");
        detail.push_str(&unsure.person.name);
        detail.push_str(" on a key of this serial number, which this key did not show");
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
        PushState::Accepted | PushState::Waiting => {
            (Exit::Done, "the registry knows it".to_owned())
        }
        PushState::Queued => (
            Exit::Queued,
            "the registry cannot be reached; the report waits in the outbox".to_owned(),
        ),
        PushState::Conflict { detail, .. } => (
            Exit::Refused,
            format!("but the registry refused the report ({detail}); see `keydesk outbox list`"),
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
        lines.push(format!(
            "lost: the enrolment of {} ({}, {organisation}) at {}, of {}",
            person.name,
            person.kind.as_str(),
            lost.rp_id,
            lost.enrolled_at
        ));
    }
    for unsure in &losses.unsure {
        lines.push(format!(
            "not sure: the enrolment of {} of {} is on a key of this serial number, and this one does not show it: it is not ended; \
             have that key tested, or reset the person's MFA",
            unsure.person.name, unsure.enrolled_at
        ));
    }
    for other in losses.others.iter().flatten() {
        let account = other
            .account
            .as_deref()
            .unwrap_or("an account without a name");
        lines.push(format!("lost: {account} at {}", other.rp_id));
    }
    if losses.silent {
        lines.push(
            "not sure: the key does not say what it holds, so that somebody may be enrolled on it who is not named here"
                .to_owned(),
        );
    } else if lines.is_empty() {
        lines
            .push("nobody is enrolled on this key, as far as station and registry know".to_owned());
    }
    if losses.others.is_none() {
        lines.push(
            "lost besides: whatever else is on the key, its PIN and its fingerprints".to_owned(),
        );
    }
    lines.join("\n")
}

/// What is to be done now.
pub(in crate::cli) fn coach_in_words(key: &KeyFacts, coach: Coach) -> Option<String> {
    let slot = key.slot;
    Some(match coach {
        Coach::Pull { again: None } => format!("pull the key out of slot {slot} now"),
        Coach::Pull { again: Some(why) } => {
            let why = match why {
                Again::TooLate => "the key took it for too late after the plug",
                Again::Untouched => "nobody touched the key in time",
                Again::Pulled => "the key was pulled before it was reset",
                Again::OtherKey => "that is another key",
            };
            format!("{why}; nothing was changed: pull the key out of slot {slot} once more")
        }
        Coach::PutBack { window_s } => {
            format!("put it back into slot {slot}; it then takes a reset for {window_s} s")
        }
        Coach::Window { .. } => return None,
        Coach::Touch { hold_s: 0, .. } => format!("touch the key in slot {slot} now"),
        Coach::Touch { hold_s, .. } => {
            format!(
                "touch the key in slot {slot} now and hold it until the key answers: {hold_s} s, up to {HOLD_MOST_S} on older firmware"
            )
        }
    })
}
