//! A key that is lent to somebody who forgot theirs: for how long (see docs/DOMAIN.md, "Adding a factor").
//!
//! Invariant: no loan is longer than [`DAYS_MAX`] working days.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{OperatorId, PersonId};

/// For so many working days, unless the desk says otherwise.
pub const DAYS_DEFAULT: u8 = 1;

/// For so many at most.
pub const DAYS_MAX: u8 = 5;

/// A loan that begins so soon after the one before ended goes on with it.
pub const GOES_ON_WITHIN: SignedDuration = SignedDuration::from_hours(7 * 24);

/// So far back the working days of all loans to somebody are added up.
pub const RECKONED: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What was lent to somebody before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lately {
    /// When the last loan was, or is, to end.
    pub until: Option<Timestamp>,
    /// For how many working days within [`RECKONED`].
    pub days: u32,
}

impl Lately {
    /// Whether another loan is no exception any more: it goes on with the one before, or is for more days in all than one loan may be.
    pub fn is_habit(self, days: LoanDays, now: Timestamp) -> bool {
        let goes_on = self
            .until
            .is_some_and(|until| now.duration_since(until) < GOES_ON_WITHIN);
        goes_on || (self.days > 0 && self.days + u32::from(days.0) > u32::from(DAYS_MAX))
    }
}

/// For how many working days a key is lent: it ends with the last of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "u8", into = "u8")]
#[schema(value_type = u8)]
pub struct LoanDays(u8);

/// As many as nobody lends for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key is lent for 1 to {DAYS_MAX} working days, not for {0}")]
pub struct NoLoanDays(pub u8);

impl Default for LoanDays {
    fn default() -> Self {
        Self(DAYS_DEFAULT)
    }
}

impl TryFrom<u8> for LoanDays {
    type Error = NoLoanDays;

    fn try_from(days: u8) -> Result<Self, NoLoanDays> {
        match (1..=DAYS_MAX).contains(&days) {
            true => Ok(Self(days)),
            false => Err(NoLoanDays(days)),
        }
    }
}

impl From<LoanDays> for u8 {
    fn from(days: LoanDays) -> Self {
        days.0
    }
}

/// Who stands by it that somebody is lent a key, besides whoever serves them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "second", rename_all = "kebab-case")]
pub enum Second {
    /// A second member of staff.
    Member { operator: OperatorId },
    /// An administrator of the person's organisation.
    Administrator { person: PersonId },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loan_that_goes_on_with_another_one_or_makes_more_days_than_one_may_is_a_habit() {
        let at = |hours: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours);
        let day = LoanDays::default();
        let lately = |until: i64, days| Lately {
            until: Some(at(until)),
            days,
        };
        assert!(!Lately::default().is_habit(LoanDays(5), at(0)), "the first");
        assert!(lately(10, 1).is_habit(day, at(0)), "it is not even over");
        assert!(lately(0, 1).is_habit(day, at(7 * 24 - 1)));
        assert!(!lately(0, 1).is_habit(day, at(7 * 24)));
        assert!(!lately(0, 4).is_habit(day, at(7 * 24)));
        assert!(lately(0, 5).is_habit(day, at(7 * 24)));
    }

    #[test]
    fn a_key_is_lent_for_one_to_five_working_days() {
        for days in 0..=u8::MAX {
            let found = LoanDays::try_from(days);
            assert_eq!(found.is_ok(), (1..=5).contains(&days), "{days}");
            let read: Result<LoanDays, _> = serde_json::from_str(&days.to_string());
            assert_eq!(read.is_ok(), found.is_ok(), "{days}");
        }
        assert_eq!(u8::from(LoanDays::default()), 1);
    }
}
