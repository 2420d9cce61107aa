//! What is done to an operator's account, by whoever administers the registry or with a one-time code of theirs.
//!
//! Invariant: it is on record when that was last; all of Customer Service hear of what is done to one of their accounts, and it is an
//! alarm, in the same transaction.

use jiff::Timestamp;
use serde_json::json;

use super::database::{Fault, Write};
use super::notices;
use super::tables::{audit, operator};
use crate::domain::StationId;
use crate::domain::authority::SETTLED_AFTER;
use crate::wire::{Operator, problem_code};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountEvent {
    Made,
    /// A code was issued with which another key signs it in.
    CodeIssued,
    /// A key signs it in from now on.
    KeyEnrolled,
    /// Its keys were revoked, and a code was issued for another one.
    KeysRevoked,
    /// It was said which human it is of.
    HumanSaid,
    Revoked,
}

impl AccountEvent {
    /// A stable word.
    fn as_str(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::CodeIssued => "code-issued",
            Self::KeyEnrolled => "key-enrolled",
            Self::KeysRevoked => "keys-revoked",
            Self::HumanSaid => "human-said",
            Self::Revoked => "revoked",
        }
    }
}

/// To be called wherever an account is made or changed, after that; `station`: where it was done, if at one.
pub async fn changed(
    tx: &mut Write,
    (account, station): (&Operator, Option<&StationId>),
    change: AccountEvent,
    now: Timestamp,
) -> Result<(), Fault> {
    operator::set_changed(tx, &account.id, now).await?;
    if !account.role.releases() {
        return Ok(());
    }
    let change = change.as_str();
    let detail = format!(
        "the Customer Service account {} ({}): {change}; it releases nothing for {} days",
        account.id,
        account.name,
        SETTLED_AFTER.as_hours() / 24
    );
    audit::raise(tx, station, (problem_code::SERVICE_ACCOUNT, &detail), now).await?;
    notices::tell_service(
        tx,
        (problem_code::SERVICE_ACCOUNT, account),
        &json!({ "change": change }),
        now,
    )
    .await
}
