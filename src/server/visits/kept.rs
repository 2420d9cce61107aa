//! Visits as decisions are made on them.

use jiff::Timestamp;

use super::{IDLE, LONGEST, ends_at};
use crate::domain::visit::Takes;
use crate::domain::{Identification, OperatorId, PersonId, StationId, VisitId};
use crate::server::database::Connection;
use crate::server::problem::Answer;
use crate::server::tables::visit::{self, Stored};
use crate::wire::Visit;

/// A visit, of which nothing is completed yet that depends on who is asked about.
pub(super) struct Kept {
    pub(super) visit: Visit,
    pub(super) station: StationId,
    pub(super) is_ticket: bool,
    /// Of a ticket's: its day.
    pub(super) day: Option<(Timestamp, Timestamp)>,
    pub(super) ended_at: Option<Timestamp>,
    pub(super) overtaken: bool,
}

/// The visit that this operator has open with them at this station.
pub(super) async fn at_desk(
    db: &mut Connection,
    desk: (&StationId, &OperatorId),
    person: &PersonId,
    now: Timestamp,
) -> Answer<Option<Kept>> {
    let since = (now - IDLE, now - LONGEST);
    let Some(stored) = visit::at_desk(db, desk, person, since).await? else {
        return Ok(None);
    };
    // What a reset let be added is over with its time: whoever is still there is asked anew.
    let reset = visit::reset(db, stored.id).await?;
    let is_over = reset.is_some_and(|reset| reset.until <= now);
    Ok((!is_over).then(|| Kept::from(stored)))
}

/// The visit of that name.
pub(super) async fn kept(db: &mut Connection, id: VisitId) -> Answer<Option<Kept>> {
    Ok(visit::find(db, id).await?.map(Kept::from))
}

impl From<Stored> for Kept {
    fn from(stored: Stored) -> Self {
        // A ticket that nobody has come with yet says nothing.
        let nobody = || Identification::Stated {
            statement: String::new(),
        };
        Self {
            visit: Visit {
                id: stored.id,
                person: stored.person,
                operator: stored.operator,
                identification: stored.identification.unwrap_or_else(nobody),
                identified: None,
                identified_before: None,
                had: stored.had,
                takes: Takes::Identification,
                authority: stored.authority,
                administrators: Vec::new(),
                loan: None,
                opened_at: stored.opened_at,
                expires_at: ends_at(stored.opened_at, stored.last_act_at),
            },
            station: stored.station,
            is_ticket: stored.is_ticket,
            day: stored.day,
            ended_at: stored.ended_at,
            overtaken: stored.overtaken_at.is_some(),
        }
    }
}
