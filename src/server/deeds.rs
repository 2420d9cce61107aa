//! What one human takes from others within a day: whose factors they suspend, and whose they end by a reset, a deletion or the
//! withdrawal of an enrolment.
//!
//! It refuses nothing. Whoever locks many people out leaves this trace, by whatever way and at whatever time they say.

use jiff::Timestamp;

use super::database::{Write, from_ms, ms};
use super::ledger;
use super::problem::Answer;
use crate::domain::suspension::{Deed, MANY_WITHIN, are_many};
use crate::domain::{OperatorId, StationId};
use crate::wire::code;

/// Counts the newest of what a human did, under whatever account, which is on record already: the sixth within a day is an alarm, and
/// so is each one after it. All that one reset takes from one person is one.
pub async fn count(
    tx: &mut Write,
    (station, operator): (&StationId, &OperatorId),
    stated: Timestamp,
    newest: &str,
    now: Timestamp,
) -> Answer<()> {
    let all: Vec<(i64, i64)> = sqlx::query_as(
        "WITH own AS (SELECT o.id FROM operator o JOIN operator me ON me.id = ?1 \
         WHERE o.id = me.id OR o.personnel_number = me.personnel_number OR o.person = me.person) \
         SELECT suspended_ms, accepted_ms FROM suspension WHERE operator IN own AND accepted_ms >= ?2 \
         UNION ALL SELECT * FROM (SELECT ended_ms, accepted_ms FROM factor_end WHERE operator IN own AND accepted_ms >= ?2 \
         AND why IN ('reset', 'deleted', 'withdrawn') GROUP BY person, ended_ms, accepted_ms)",
    )
    .bind(operator.as_str())
    .bind(ms(stated.min(now)) - 2 * MANY_WITHIN.as_secs() * 1000)
    .fetch_all(&mut **tx)
    .await?;
    let mut deeds = Vec::with_capacity(all.len());
    for (stated_ms, taken_ms) in all {
        let (stated, taken) = (from_ms(stated_ms)?, from_ms(taken_ms)?);
        deeds.push(Deed { stated, taken });
    }
    if are_many(&deeds, Deed { stated, taken: now }) {
        let detail = format!(
            "operator {operator} suspends or ends many factors within a day; the newest: {newest}"
        );
        ledger::alarm(tx, station, code::MANY_SUSPENSIONS, &detail, now).await?;
    }
    Ok(())
}
