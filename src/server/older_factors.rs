//! Watches for somebody whose factors are exchanged within a day: what they had for longer goes, while what came lately stays.
//!
//! It refuses nothing. Whoever has no right to take an account leaves this trace when they do it all the same, in whatever order.

use jiff::{SignedDuration, Timestamp};

use super::database::{Write, ms};
use super::ledger;
use super::problem::Answer;
use crate::domain::{PersonId, StationId};
use crate::wire::code;

/// What is older than this is what they had; and within so long all of it goes.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A factor of this person has just ceased to be valid, or has just become valid: raises an alarm when none is left of what they had for
/// longer, some of it went within a day, and something newer is valid. What another one took the place of by the same proof does not
/// count. When something went is told by the station, and is not earlier here than it was taken.
pub async fn watch(
    tx: &mut Write,
    station: &StationId,
    person: &PersonId,
    now: Timestamp,
) -> Answer<()> {
    let (just_now, gone, left, newer): (i64, i64, i64, i64) = sqlx::query_as(
        "WITH f AS (SELECT accepted_ms, CASE \
         WHEN suspended_ms <= coalesce(gone_ms, suspended_ms) THEN max(suspended_ms, coalesce((SELECT max(s.accepted_ms) \
         FROM suspension s WHERE s.factor = h.id AND s.person = h.person AND s.suspended_ms = h.suspended_ms), 0)) \
         WHEN gone_ms IS NOT NULL THEN max(gone_ms, coalesce((SELECT max(e.accepted_ms) \
         FROM factor_end e WHERE e.factor = h.id AND e.person = h.person), 0)) END AS ended_ms \
         FROM had_factor h WHERE person = ?1 AND NOT EXISTS (SELECT 1 FROM factor_end e \
         WHERE e.factor = h.id AND e.person = h.person AND e.why = 'replaced')) \
         SELECT count(*) FILTER (WHERE ended_ms >= ?3 OR (ended_ms IS NULL AND accepted_ms >= ?3)), \
         count(*) FILTER (WHERE accepted_ms <= ?2 AND ended_ms > ?2), \
         count(*) FILTER (WHERE accepted_ms <= ?2 AND ended_ms IS NULL), \
         count(*) FILTER (WHERE accepted_ms > ?2 AND ended_ms IS NULL) FROM f",
    )
    .bind(person.as_str())
    .bind(ms(now - DAY))
    .bind(ms(now))
    .fetch_one(&mut **tx)
    .await?;
    if just_now > 0 && gone > 0 && left == 0 && newer > 0 {
        let detail = format!(
            "all {gone} factor(s) that {person} had for longer than a day ceased to be valid within a day, while {newer} that came \
             since are valid: find out with the person whether they are theirs"
        );
        let kind = code::OLDER_FACTORS_GONE;
        ledger::alarm(tx, station, kind, &detail, now).await?;
    }
    Ok(())
}
