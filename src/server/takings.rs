//! What one human takes from others within a day: whose factors they suspend, and whose they end by a reset, a deletion or the
//! withdrawal of an enrolment.
//!
//! It refuses nothing. Whoever locks many people out leaves this trace, by whatever way and at whatever time they say.

use jiff::Timestamp;

use super::database::{Write, ms};
use super::problem::Answer;
use super::tables::{audit, standing};
use crate::domain::suspension::{MANY_WITHIN, Taking, are_many};
use crate::domain::{OperatorId, StationId};
use crate::wire::problem_code;

/// Counts the newest of what a human did, under whatever account, which is on record already: the sixth within a day is an alarm, and
/// so is each one after it. All that one reset takes from one person is one.
pub async fn count(
    tx: &mut Write,
    (station, operator): (&StationId, &OperatorId),
    stated: Timestamp,
    newest: &str,
    now: Timestamp,
) -> Answer<()> {
    let since_ms = ms(stated.min(now)) - 2 * MANY_WITHIN.as_secs() * 1000;
    let takings = standing::takings(tx, operator, since_ms).await?;
    if are_many(&takings, Taking { stated, taken: now }) {
        let detail = format!(
            "operator {operator} suspends or ends many factors within a day; the newest: {newest}"
        );
        audit::alarm(tx, station, problem_code::MANY_SUSPENSIONS, &detail, now).await?;
    }
    Ok(())
}
