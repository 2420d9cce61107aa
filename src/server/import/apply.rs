//! Writes a plan, a portion at a time, and leaves the others their turn between two of them.
//!
//! Invariant: whoever else writes waits for one portion at most, and for what SQLite makes of waiting; a run that is cut off has written
//! the beginning of its plan, and the next one with the same file writes the rest.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::plan::Plan;
use crate::domain::PersonId;
use crate::server::admin::by_admin;
use crate::server::database::{Database, Fault, Write};
use crate::server::notices::{self, Besides, Kind};
use crate::server::tables::contact::{Said, Sort};
use crate::server::tables::person::{self, NewPerson};
use crate::server::tables::{audit, contact, search, visit};

/// So many records are written at once.
const PORTION: usize = 200;

/// The least pause after a portion. Whoever waits in another process looks again after 1, 2, 5, 10 and 15 ms, and so on: within this
/// time at least once.
const PAUSE: Duration = Duration::from_millis(20);

/// Writes all of it, organisations first.
pub async fn all(db: &Database, plan: Plan) -> Result<(), Fault> {
    for few in plan.organisations.chunks(PORTION) {
        portion(db, async |tx| person::put_organisations(tx, few).await).await?;
    }
    for few in plan.people.chunks(PORTION) {
        portion(db, async |tx| people(tx, few).await).await?;
    }
    for few in plan.appointments.chunks(PORTION) {
        portion(db, async |tx| person::put_appointments(tx, few).await).await?;
    }
    // Also what a run that was cut off has left.
    while portion(db, async |tx| search::index_some(tx, PORTION).await).await? > 0 {}
    Ok(())
}

/// One transaction, and a pause as long as that took.
async fn portion<T>(
    db: &Database,
    work: impl AsyncFnOnce(&mut Write) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let mut tx = db.write().await?;
    let began = Instant::now();
    let done = work(&mut tx).await?;
    tx.commit().await?;
    tokio::time::sleep(began.elapsed().max(PAUSE)).await;
    Ok(done)
}

async fn people(tx: &mut Write, few: &[NewPerson]) -> Result<(), Fault> {
    let now = Timestamp::now();
    let before = contact::in_use(tx, few.iter().map(|person| &person.id)).await?;
    person::put_all(tx, few).await?;
    let said = few.iter().map(|person| (&person.id, &person.contacts));
    contact::put_all(tx, said, now).await?;
    for new in few {
        let before = before.get(&new.id);
        if before.is_some_and(|before| is_reached_otherwise(before, &new.contacts)) {
            tell_reached(tx, &new.id, now).await?;
        }
    }
    // Whoever is new is found at once.
    search::index_some(tx, PORTION).await?;
    for person in few.iter().filter(|person| person.had_more) {
        // What visits and tickets of theirs were opened on is not so any more.
        visit::overtake(tx, &person.id, None, now).await?;
        let factors = person.earlier_factors.unwrap_or_default().to_string();
        let line = by_admin("earlier-factors", person.id.as_str(), &factors);
        audit::note(tx, &line, now).await?;
    }
    Ok(())
}

/// Whether somebody was reached before, and is at another address or number from now on.
fn is_reached_otherwise(before: &Said, said: &Said) -> bool {
    let is_place = |sort: &Sort| *sort != Sort::Language;
    let reached = before.keys().any(is_place);
    let changed = said
        .iter()
        .filter(|(sort, _)| is_place(sort))
        .any(|(sort, value)| {
            let old = before.get(sort).map_or("", String::as_str);
            !old.eq_ignore_ascii_case(value)
        });
    reached && changed
}

/// Whoever can change that could have all other messages sent to themself: what is not in use any more is written to for a while, and so
/// hears of this.
async fn tell_reached(tx: &mut Write, id: &PersonId, now: Timestamp) -> Result<(), Fault> {
    let Some(person) = person::by_id(tx, id).await? else {
        return Ok(());
    };
    let (kind, whom) = (Kind::Reached, (&person, Besides::Peers));
    notices::tell(tx, kind, whom, &serde_json::json!({}), now).await
}
