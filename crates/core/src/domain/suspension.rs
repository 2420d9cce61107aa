//! Suspending a factor, and lifting that (see docs/DOMAIN.md, "Suspending a factor").
//!
//! Plain rules, asked by the station to show what may be done and by the registry to decide it. Invariants: a reason is never
//! softened; what was stolen or is suspected, and what was lost for longer than [`LIFTED_WITHIN`], is never valid again.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::id::{Bytes, FactorId};
use super::visit::{Suspended, SuspendedWhy};

/// For so long a lost factor can be lifted by its owner. After that it is removed.
pub const LIFTED_WITHIN: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The last one of so many suspensions and endings by one human within [`MANY_WITHIN`] is an alarm.
pub const MANY: usize = 6;

/// The day that they are counted in.
pub const MANY_WITHIN: SignedDuration = SignedDuration::from_hours(24);

/// What can take the place of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FactorSort {
    /// A security key.
    Key,
    /// An authenticator app or a hardware token.
    App,
}

impl FactorSort {
    /// The word used in the registry.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::App => "app",
        }
    }
}

/// One factor of somebody, by the name that the registry has for it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "sort", rename_all = "kebab-case")]
pub enum FactorRef {
    /// On a security key.
    Key {
        /// The credential id.
        credential: Bytes,
    },
    /// An app or a token.
    App {
        /// Which.
        factor: FactorId,
    },
}

impl FactorRef {
    pub fn sort(&self) -> FactorSort {
        match self {
            Self::Key { .. } => FactorSort::Key,
            Self::App { .. } => FactorSort::App,
        }
    }
}

impl std::fmt::Display for FactorRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Key { credential } => write!(f, "credential {credential}"),
            Self::App { factor } => write!(f, "factor {factor}"),
        }
    }
}

impl SuspendedWhy {
    /// Whether this reason takes the place of that one.
    pub fn is_graver_than(self, other: Self) -> bool {
        match (other, self) {
            (Self::Lost, other) => other != Self::Lost,
            // Whoever has it may still have used it.
            (Self::LoanOver, other) => matches!(other, Self::Stolen | Self::Suspected),
            (Self::Stolen | Self::Suspected, _) => false,
        }
    }
}

/// Why a suspension is not lifted any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "never", rename_all = "kebab-case")]
pub enum NeverLifted {
    /// It was stolen, is suspected, or was lent until then.
    Why {
        /// Which of them.
        why: SuspendedWhy,
    },
    /// The 30 days are over.
    RunOut {
        /// Since when.
        at: Timestamp,
    },
}

impl Suspended {
    /// Until then its owner can have it lifted; then it is removed.
    pub fn until(&self) -> Timestamp {
        self.at
            .saturating_add(LIFTED_WITHIN)
            .unwrap_or(Timestamp::MAX)
    }

    /// Whether its owner can have it lifted now.
    pub fn may_be_lifted(&self, now: Timestamp) -> Result<(), NeverLifted> {
        match self.why {
            why @ (SuspendedWhy::Stolen | SuspendedWhy::Suspected | SuspendedWhy::LoanOver) => {
                Err(NeverLifted::Why { why })
            }
            SuspendedWhy::Lost if now >= self.until() => {
                Err(NeverLifted::RunOut { at: self.until() })
            }
            SuspendedWhy::Lost => Ok(()),
        }
    }

    /// When it was removed by itself, if that is over by now.
    pub fn run_out(&self, now: Timestamp) -> Option<Timestamp> {
        (now >= self.until()).then(|| self.until())
    }
}

/// Something that is counted, with when it was done by the station's word, and when the registry took it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taking {
    /// By the station's word.
    pub stated: Timestamp,
    /// By the registry's clock.
    pub taken: Timestamp,
}

impl Taking {
    /// Whether either falls within the day that begins then: an earlier date is no way out, nor is a line that was down.
    fn is_within_day_of(&self, first: Timestamp) -> bool {
        [self.stated, self.taken]
            .iter()
            .any(|at| *at >= first && at.duration_since(first) < MANY_WITHIN)
    }
}

/// Whether the `newest` of one human's takings is one of [`MANY`] within a day, in whatever order they arrived.
pub fn are_many(takings: &[Taking], newest: Taking) -> bool {
    let mut days = takings
        .iter()
        .flat_map(|taking| [taking.stated, taking.taken]);
    days.any(|first| {
        let those = takings
            .iter()
            .filter(|taking| taking.is_within_day_of(first));
        newest.is_within_day_of(first) && those.count() >= MANY
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + hours * 3600).expect("in range")
    }

    fn suspended(why: SuspendedWhy) -> Suspended {
        Suspended { at: at(0), why }
    }

    #[test]
    fn what_was_lost_is_lifted_for_thirty_days_and_what_was_stolen_never() {
        let lost = suspended(SuspendedWhy::Lost);
        assert_eq!(lost.may_be_lifted(at(0)), Ok(()));
        assert_eq!(lost.may_be_lifted(at(30 * 24 - 1)), Ok(()));
        let over = Err(NeverLifted::RunOut { at: at(30 * 24) });
        assert_eq!(lost.may_be_lifted(at(30 * 24)), over);
        assert_eq!(lost.run_out(at(30 * 24)), Some(at(30 * 24)));
        assert_eq!(lost.run_out(at(30 * 24 - 1)), None);
        for why in [SuspendedWhy::Stolen, SuspendedWhy::Suspected] {
            let never = Err(NeverLifted::Why { why });
            assert_eq!(suspended(why).may_be_lifted(at(0)), never);
        }
        let last = Suspended {
            at: Timestamp::MAX,
            why: SuspendedWhy::Lost,
        };
        assert_eq!(last.until(), Timestamp::MAX);
    }

    #[test]
    fn a_reason_becomes_graver_and_never_softer() {
        use SuspendedWhy::*;
        for why in SuspendedWhy::ALL {
            assert!(!why.is_graver_than(why));
            assert!(!Lost.is_graver_than(why));
            assert_eq!(why.is_graver_than(Lost), why != Lost);
        }
        assert!(!Stolen.is_graver_than(Suspected) && !Suspected.is_graver_than(Stolen));
    }

    #[test]
    fn a_factor_s_name_survives_its_json() {
        let key = FactorRef::Key {
            credential: Bytes(vec![0xfb, 0xff]),
        };
        let json = r#"{"sort":"key","credential":"-_8"}"#;
        assert_eq!(serde_json::to_string(&key).expect("json"), json);
        assert_eq!(serde_json::from_str::<FactorRef>(json).expect("reads"), key);
    }

    /// Told at once.
    fn told(hours: i64) -> Taking {
        let at = at(hours);
        Taking {
            stated: at,
            taken: at,
        }
    }

    #[test]
    fn the_sixth_within_a_day_is_many_and_five_or_six_in_more_than_a_day_are_not() {
        let five: Vec<_> = (0..5).map(told).collect();
        assert!(!are_many(&five, told(4)));
        let six: Vec<_> = (0..6).map(told).collect();
        assert!(are_many(&six, told(5)));
        let slow = [0, 5, 10, 15, 20, 24].map(told);
        assert!(!are_many(&slow, told(24)), "the first is a day ago");
    }

    #[test]
    fn an_earlier_date_is_no_way_out_nor_is_a_line_that_was_down() {
        let back = |stated, taken| Taking {
            stated: at(stated),
            taken: at(taken),
        };
        let mut takings = [-24, -24, -24, -24, -24, 0].map(|stated| back(stated, 0));
        assert!(are_many(&takings, takings[5]), "taken within a day");
        takings = [0, 1, 2, 3, 4, 5].map(|stated| back(stated, 20 * (stated + 1)));
        assert!(are_many(&takings, takings[5]), "done within a day");
        let apart = [0, 30, 60, 90, 120, 150].map(|taken| back(taken - 24, taken));
        assert!(!are_many(&apart, apart[5]));
    }

    proptest! {
        /// However they arrive: the last one that makes six of a day is one too many, and nobody else's is blamed for it.
        #[test]
        fn six_of_a_day_are_many_in_whatever_order_they_arrive(
            hours in prop::collection::vec(0_i64..24, 6),
            others in prop::collection::vec(100_i64..1000, 0..5),
        ) {
            let all: Vec<_> = hours.iter().chain(&others).map(|h| told(*h)).collect();
            for newest in &hours {
                prop_assert!(are_many(&all, told(*newest)));
            }
            for other in &others {
                prop_assert!(!are_many(&all, told(*other)));
            }
        }
    }
}
