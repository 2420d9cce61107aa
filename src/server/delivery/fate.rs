//! What came of a try: what is kept of it, who is told that nobody was told, and what is said of it where it is kept for good.
//!
//! Invariant: neither the audit nor a log names an address.

use jiff::Timestamp;

use super::{GIVEN_UP_AFTER, Trial};
use crate::server::Registry;
use crate::server::database::{Fault, Write};
use crate::server::tables::delivery::{self, Due, State, Way};
use crate::server::tables::{audit, notice};
use crate::text::clean::clean;
use crate::wire::problem_code;

/// Characters of an answer that are kept.
const ANSWER_CHARS: usize = 200;

/// What came of a try.
#[derive(Debug, PartialEq, Eq)]
pub enum Fate {
    /// With what the other side said.
    Taken(String),
    /// It is tried again.
    NotNow(String),
    /// It is never taken.
    Refused(String),
}

/// Keeps what came of a try.
pub async fn settle(
    registry: &Registry,
    trial: &Trial,
    fate: &Fate,
    now: Timestamp,
) -> Result<(), Fault> {
    let due = &trial.due;
    let is_late = now >= due.made_at + GIVEN_UP_AFTER;
    let (number, notice, way) = (due.number, due.notice, due.way.as_str());
    let tries = due.tries + 1;
    let mut tx = registry.db.write().await?;
    match fate {
        Fate::Taken(answer) => {
            tracing::info!(delivery = number, notice, way, tries, "told");
            delivery::end(&mut tx, number, (State::Sent, answer), now).await?;
        }
        Fate::NotNow(answer) if !is_late => {
            tracing::info!(
                delivery = number,
                notice,
                way,
                tries,
                answer = without_address(answer, due),
                "not taken now"
            );
            delivery::set_answer(&mut tx, number, answer).await?;
        }
        Fate::NotNow(answer) | Fate::Refused(answer) => {
            tracing::warn!(
                delivery = number,
                notice,
                way,
                tries,
                answer = without_address(answer, due),
                "undeliverable"
            );
            delivery::end(&mut tx, number, (State::Undeliverable, answer), now).await?;
            alarm(&mut tx, trial, answer, now).await?;
        }
    }
    let all = delivery::of_notices(&mut tx, std::iter::once(notice)).await?;
    if is_told(&all) {
        notice::mark_told(&mut tx, notice, now).await?;
    }
    tx.commit().await
}

/// Nothing waits any more, and it reached somebody: by mail, where mail is set.
fn is_told(all: &[delivery::Delivery]) -> bool {
    let by_mail = all.iter().any(|one| one.way == Way::Mail);
    let reached = all
        .iter()
        .any(|one| one.state == State::Sent && (one.way == Way::Mail || !by_mail));
    reached && all.iter().all(|one| one.state != State::Waiting)
}

async fn alarm(tx: &mut Write, trial: &Trial, answer: &str, now: Timestamp) -> Result<(), Fault> {
    let (due, notice) = (&trial.due, &trial.notice);
    let about = format!(
        "notice {} ({} about {})",
        notice.number, notice.kind, notice.about.id
    );
    let detail = match &due.address {
        None => format!("{about} was not taken by the webhook: {answer}"),
        Some(address) => {
            let all = delivery::of_notices(tx, std::iter::once(notice.number)).await?;
            let others = all
                .iter()
                .filter(|one| one.way == Way::Mail && one.address.as_ref() != Some(address));
            let others: Vec<State> = others.map(|one| one.state).collect();
            let others = match others.as_slice() {
                [] => "they have no other address: nobody was told",
                others if others.contains(&State::Sent) => "another address of theirs took it",
                others if others.contains(&State::Waiting) => {
                    "another address of theirs is still tried"
                }
                _ => "none of their other addresses took it either: nobody was told",
            };
            format!(
                "{about} did not reach {} at {}: {}; {others}",
                notice.to.id,
                masked(address),
                without_address(answer, due)
            )
        }
    };
    let kind = problem_code::NOTICE_UNDELIVERABLE;
    audit::raise(tx, None, (kind, &detail), now).await
}

/// An address as it stands where it is kept for good, in the audit and in logs: enough to know which of somebody's it is.
fn masked(address: &str) -> String {
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    let first: String = local.chars().take(1).collect();
    format!("{first}…@{domain}")
}

/// The same of what a server said of it.
fn without_address(answer: &str, due: &Due) -> String {
    match &due.address {
        Some(address) => answer.replace(address.as_str(), &masked(address)),
        None => answer.to_owned(),
    }
}

/// An error with what is behind it.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut said = error.to_string();
    let mut behind = error.source();
    while let Some(error) = behind {
        let more = error.to_string();
        if !said.contains(&more) {
            said = format!("{said}: {more}");
        }
        behind = error.source();
    }
    told(&said)
}

/// What another side said, as one line that is not long.
pub fn told(said: &str) -> String {
    let clean = clean(said).into_owned();
    clean.chars().take(ANSWER_CHARS).collect()
}
