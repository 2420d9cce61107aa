//! What is done to an operator's account, by whoever administers the registry or with a one-time code of theirs.
//!
//! Invariant: it is on record when that was last; all of Customer Service hear of what is done to one of their accounts, and it is an
//! alarm, in the same transaction.

use jiff::Timestamp;
use serde_json::json;

use super::database::{Fault, Write};
use super::notices::{self, Kind};
use super::tables::{audit, operator};
use crate::domain::StationId;
use crate::domain::authority::SETTLED_AFTER;
pub use crate::domain::notice::AccountEvent;
use crate::wire::{Operator, problem_code};

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
    let detail = format!(
        "the Customer Service account {} ({}): {}; it releases nothing for {} days",
        account.id,
        account.name,
        change.as_str(),
        SETTLED_AFTER.as_hours() / 24
    );
    audit::raise(tx, station, (problem_code::SERVICE_ACCOUNT, &detail), now).await?;
    notices::tell_service(
        tx,
        (Kind::ServiceAccount, account),
        &json!({ "change": change }),
        now,
    )
    .await
}
