//! Watches for somebody whose factors are exchanged within a day: what they had for longer goes, while what came lately stays.
//!
//! It refuses nothing. Whoever has no right to take an account leaves this trace when they do it all the same, in whatever order.

use jiff::{SignedDuration, Timestamp};

use super::database::Write;
use super::problem::Answer;
use super::tables::audit;
use super::tables::standing::{self, Exchange};
use crate::domain::{PersonId, StationId};
use crate::wire::problem_code;

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
    let Exchange {
        just_now,
        gone,
        left,
        newer,
    } = standing::exchange(tx, person, (now - DAY, now)).await?;
    if just_now > 0 && gone > 0 && left == 0 && newer > 0 {
        let detail = format!(
            "all {gone} factor(s) that {person} had for longer than a day ceased to be valid within a day, while {newer} that came \
             since are valid: find out with the person whether they are theirs"
        );
        let kind = problem_code::OLDER_FACTORS_GONE;
        audit::alarm(tx, station, kind, &detail, now).await?;
    }
    Ok(())
}
