//! Dated exceptions that somebody has to see to, for whoever runs the registry, who can neither open nor end one.

use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use super::AdminError;
use crate::domain::{AccountResetId, OperatorId, PersonId};
use crate::server::database::{Connection, Database, Fault};
use crate::server::tables::exception::{self, Stored};
use crate::server::tables::{operator, person};

/// An exception that is open, or that ended by itself and left an account shut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exception {
    pub reset: AccountResetId,
    pub person: PersonId,
    pub name: String,
    /// Who answers for it.
    pub owner: OperatorId,
    pub owner_name: String,
    pub began_at: Timestamp,
    pub until: Timestamp,
    /// Its time is over, and nothing opens the account.
    pub overdue: bool,
}

/// All of them, those that end first before the others.
pub async fn exceptions(db: &Path) -> Result<Vec<Exception>, AdminError> {
    let db = Database::open(db).await?;
    let now = Timestamp::now();
    let mut read = db.snapshot().await?;
    let mut found = Vec::new();
    for stored in exception::pending(&mut read).await? {
        found.push(named(&mut read, stored, now).await?);
    }
    drop(read);
    db.close().await;
    Ok(found)
}

async fn named(db: &mut Connection, stored: Stored, now: Timestamp) -> Result<Exception, Fault> {
    let person = person::by_id(db, &stored.person).await?;
    let owner = operator::account(db, &stored.owner).await?;
    Ok(Exception {
        reset: stored.reset,
        name: person.map(|person| person.name).unwrap_or_default(),
        person: stored.person,
        owner_name: owner.map(|owner| owner.operator.name).unwrap_or_default(),
        owner: stored.owner,
        began_at: stored.began_at,
        until: stored.until,
        overdue: stored.ended_at.is_some() || stored.until <= now,
    })
}
