//! Watches for somebody whose factors are exchanged within a day: what they had for longer goes, while what came lately stays.
//!
//! It refuses nothing. Whoever has no right to take an account leaves this trace when they do it all the same.

use jiff::{SignedDuration, Timestamp};

use super::database::{Write, ms};
use super::ledger;
use super::problem::Answer;
use crate::domain::{PersonId, StationId};
use crate::wire::code;

/// What is older than this is what they had; and within so long all of it goes.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A factor of this person has just ceased to be valid, as of `at`: raises an alarm when it was the last of the older ones. To be
/// called wherever one does, but for a factor whose place another one takes by the same proof.
pub async fn watch(
    tx: &mut Write,
    station: &StationId,
    (person, at): (&PersonId, Timestamp),
    now: Timestamp,
) -> Answer<()> {
    let (now_gone, older, left, newer): (i64, i64, i64, i64) = sqlx::query_as(
        "WITH f AS (SELECT accepted_ms, min(ifnull(suspended_ms, gone_ms), ifnull(gone_ms, suspended_ms)) AS ended_ms \
         FROM had_factor WHERE person = ?1) \
         SELECT count(*) FILTER (WHERE accepted_ms <= ?2 AND ended_ms = ?3), \
         count(*) FILTER (WHERE accepted_ms <= ?2 AND (ended_ms > ?2 OR ended_ms = ?3)), \
         count(*) FILTER (WHERE accepted_ms <= ?2 AND ended_ms IS NULL), \
         count(*) FILTER (WHERE accepted_ms > ?2 AND ended_ms IS NULL) FROM f",
    )
    .bind(person.as_str())
    .bind(ms(now - DAY))
    .bind(ms(at))
    .fetch_one(&mut **tx)
    .await?;
    if now_gone > 0 && left == 0 && newer > 0 {
        let detail = format!(
            "all {older} factor(s) that {person} had for longer than a day ceased to be valid within a day, while {newer} that came \
             since are valid: find out with the person whether they are theirs"
        );
        let kind = code::OLDER_FACTORS_GONE;
        ledger::alarm(tx, station, kind, &detail, now).await?;
    }
    Ok(())
}
