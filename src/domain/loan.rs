//! A key that is lent to somebody who forgot theirs: for how long (see docs/DOMAIN.md, "Adding a factor").
//!
//! Invariant: no loan is longer than [`DAYS_MAX`] working days.

use serde::{Deserialize, Serialize};

use super::{OperatorId, PersonId};

/// For so many working days, unless the desk says otherwise.
pub const DAYS_DEFAULT: u8 = 1;

/// For so many at most.
pub const DAYS_MAX: u8 = 5;

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
