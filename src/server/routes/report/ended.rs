//! When something is said to have ended, beside when it was enrolled.
//!
//! Invariant: on record nothing ends before it was enrolled. What two clocks may differ by is taken, as the moment of the enrolment, and
//! the audit says so; whatever is earlier is refused until whoever did it stands by it, but for a suspension, which is never refused for
//! a clock.

use jiff::Timestamp;

use super::claim::CLOCK_SKEW_MS;
use crate::server::database::ms;
use crate::server::problem::{Answer, Refusal};
use crate::wire::{Because, problem_code};

/// When it ended, as it is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::server::routes) struct EndedAt {
    /// Not before the enrolment.
    pub at: Timestamp,
    /// So much earlier the station had it.
    early_ms: i64,
}

/// When something ended that was enrolled then; refused where that can't be, and nobody stands by it.
pub(in crate::server::routes) fn ended_at(
    enrolled_at: Timestamp,
    (stated, stood_by): (Timestamp, Option<Timestamp>),
) -> Answer<EndedAt> {
    let early_ms = ms(enrolled_at).saturating_sub(ms(stated)).max(0);
    if early_ms > CLOCK_SKEW_MS && stood_by.is_none() {
        let why = Because::EndedBefore {
            ended: stated,
            enrolled: enrolled_at,
        };
        return Err(Refusal::because(problem_code::RESET_FOREIGN, why));
    }
    Ok(ended_since(enrolled_at, stated))
}

/// The same where it counts whenever it was: what is lost is lost, whatever a clock says.
pub(in crate::server::routes) fn ended_since(enrolled_at: Timestamp, stated: Timestamp) -> EndedAt {
    EndedAt {
        at: stated.max(enrolled_at),
        early_ms: ms(enrolled_at).saturating_sub(ms(stated)).max(0),
    }
}

/// For the audit, of all that ended at once: of what was dated earliest.
pub(in crate::server::routes) fn earliest_in_words(
    ended: impl IntoIterator<Item = EndedAt>,
) -> String {
    let earliest = ended.into_iter().max_by_key(|ended| ended.early_ms);
    earliest.map(EndedAt::in_words).unwrap_or_default()
}

impl EndedAt {
    /// For the audit: nothing, where the times are in order.
    pub(in crate::server::routes) fn in_words(self) -> String {
        match self.early_ms {
            0 => String::new(),
            early_ms => format!(
                "; the station dated it {} s before it was enrolled",
                (early_ms + 999) / 1000
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_clocks_may_differ_by_is_taken_as_the_enrolment_and_said() {
        let enrolled = Timestamp::from_second(1_000_000).expect("a time");
        let at = |s: i64| {
            ended_at(
                enrolled,
                (
                    Timestamp::from_second(1_000_000 + s).expect("in range"),
                    None,
                ),
            )
        };
        let after = at(7).expect("in order");
        assert_eq!(
            (after.at.as_second(), after.in_words().as_str()),
            (1_000_007, "")
        );
        for early in [1, 30, 300] {
            let taken = at(-early).expect("within what clocks differ by");
            assert_eq!(taken.at, enrolled);
            assert!(
                taken.in_words().contains(&format!(" {early} s ")),
                "{taken:?}"
            );
        }
        for early in [301, 7200] {
            assert!(at(-early).is_err(), "{early}");
        }
        assert!(ended_at(enrolled, (Timestamp::MIN, None)).is_err());
        assert!(ended_at(Timestamp::MIN, (Timestamp::MAX, None)).is_ok());
    }

    #[test]
    fn what_somebody_stands_by_ended_when_it_was_enrolled_however_early_it_is_dated() {
        let enrolled = Timestamp::from_second(1_000_000).expect("a time");
        let stood_by = Some(Timestamp::from_second(2_000_000).expect("a time"));
        let taken = ended_at(enrolled, (Timestamp::MIN, stood_by)).expect("taken");
        assert_eq!(taken.at, enrolled);
        assert!(taken.in_words().contains("before it was enrolled"));
    }

    #[test]
    fn of_several_the_earliest_is_said_and_once() {
        let stated = Timestamp::from_second(1_000_000).expect("a time");
        let ended = [0, 40, 7].map(|s| {
            let enrolled = Timestamp::from_second(1_000_000 + s).expect("a time");
            ended_since(enrolled, stated)
        });
        let said = earliest_in_words(ended);
        assert_eq!(said, "; the station dated it 40 s before it was enrolled");
        assert_eq!(earliest_in_words([]), "");
    }
}
