//! What the registry's administrator does about resets of accounts, who can neither ask for one, release it, nor carry it out: names a
//! deputy where Customer Service has one agent, and lets be asked again about somebody.
//!
//! Invariant: each has a reason, is an alarm, and all of Customer Service hear of it, in the same transaction.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::access::known_operator;
use super::{AdminError, by_admin};
use crate::domain::account_reset::REMARK_CHARS_MAX;
use crate::domain::authority::settled_at;
use crate::domain::{OneLine, OperatorId, PersonId};
use crate::server::database::Database;
use crate::server::notices::{self, Kind};
use crate::server::tables::{account_reset as table, audit, operator, person};
use crate::wire::problem_code;

/// The longest that somebody is a deputy.
pub const DEPUTY_AT_MOST: SignedDuration = SignedDuration::from_hours(24);

/// Lets an account release in a second agent's place for a while; until when. Whoever else may not release a reset is refused all
/// the same: whoever asked for it, and who is of the organisation concerned.
///
/// # Errors
/// [`AdminError::NoOperator`], [`AdminError::Deputy`], [`AdminError::Reason`]: nothing was changed.
pub async fn name_deputy(
    db: &Path,
    id: &OperatorId,
    (life, reason): (SignedDuration, &str),
) -> Result<Timestamp, AdminError> {
    check(reason)?;
    let refused = |why: String| AdminError::Deputy {
        operator: id.clone(),
        why,
    };
    if life < SignedDuration::from_mins(1) || life > DEPUTY_AT_MOST {
        return Err(AdminError::DeputyLife(life));
    }
    let db = Database::open(db).await?;
    let mut tx = db.write().await?;
    let now = Timestamp::now();
    let account = known_operator(&mut tx, id).await?;
    if let Some(at) = account.revoked_at {
        return Err(refused(format!("it was revoked at {at}")));
    }
    if account.operator.role.releases() {
        return Err(refused("it releases as a second agent".to_owned()));
    }
    if !operator::is_somebody(&mut tx, id).await? {
        return Err(refused(
            "it does not say which human it is of: `keydesk registry operators set`".to_owned(),
        ));
    }
    let settled = settled_at(operator::changed_at(&mut tx, id).await?);
    if now < settled {
        return Err(refused(format!(
            "it was made or changed lately, and releases nothing before {settled}"
        )));
    }
    let until = now + life;
    table::insert_deputy(&mut tx, id, reason, (now, until)).await?;
    let detail = format!(
        "{} ({id}) releases resets in a second agent's place until {until}: {reason}",
        account.operator.name
    );
    audit::raise(&mut tx, None, (problem_code::DEPUTY_NAMED, &detail), now).await?;
    let line = by_admin("deputy-releaser", id.as_str(), &detail);
    audit::note(&mut tx, &line, now).await?;
    let facts = json!({ "until": until, "reason": reason });
    let kind = Kind::DeputyNamed;
    notices::tell_service(&mut tx, (kind, &account.operator), &facts, now).await?;
    tx.commit().await?;
    db.close().await;
    Ok(until)
}

/// Lets resets of a person's account be asked for again, although many were within a day.
///
/// # Errors
/// [`AdminError::NoPerson`], [`AdminError::Reason`]: nothing was changed.
pub async fn allow_resets(db: &Path, id: &PersonId, reason: &str) -> Result<(), AdminError> {
    check(reason)?;
    let db = Database::open(db).await?;
    let mut tx = db.write().await?;
    let now = Timestamp::now();
    if person::by_id(&mut tx, id).await?.is_none() {
        return Err(AdminError::NoPerson(id.clone()));
    }
    table::allow(&mut tx, id, reason, now).await?;
    let detail = format!("resets of {id}'s account may be asked for again: {reason}");
    audit::raise(&mut tx, None, (problem_code::RESETS_ALLOWED, &detail), now).await?;
    let line = by_admin("resets-allowed", id.as_str(), &detail);
    audit::note(&mut tx, &line, now).await?;
    let facts = json!({ "reason": reason });
    notices::tell_service_of(&mut tx, (Kind::ResetsAllowed, id), &facts, now).await?;
    tx.commit().await?;
    db.close().await;
    Ok(())
}

fn check(reason: &str) -> Result<(), AdminError> {
    OneLine::<REMARK_CHARS_MAX>::check(reason)
        .map_err(|why| AdminError::Reason(reason.to_owned(), why))
}
