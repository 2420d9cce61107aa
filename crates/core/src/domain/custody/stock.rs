//! How many of each model are where: what is free, kept, out or held back.
//!
//! Invariant: counts are what the states of all items come to. Whoever keeps counts turns one item from the state before a movement to the
//! one after it ([`Stock::turn`]); whoever doubts them counts anew ([`Stock::of`]).

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::item::Model;
use super::state::{Condition, ItemState, Whereabouts};
use crate::domain::PlaceId;
use crate::domain::words::words;

/// Over so many of the last days it is looked how many are issued.
pub const PACE_DAYS: u32 = 28;

/// Under what an item is counted, at the place where it lies or from which it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bin {
    /// A spare that is there for whoever comes.
    Free,
    Promised,
    Standby,
    /// It lies there, and nobody gets it as it is.
    HeldBack,
    /// On its way to another custodian.
    Moving,
    /// With people.
    Out,
    Missing,
    /// Sent back, or destroyed.
    Ended,
}

words! {Bin {
    Free => "free",
    Promised => "promised",
    Standby => "standby",
    HeldBack => "held-back",
    Moving => "moving",
    Out => "out",
    Missing => "missing",
    Ended => "ended",
}}

impl Bin {
    /// Under what an item is counted.
    pub fn of(state: &ItemState) -> Self {
        match (state.at.whereabouts(), state.condition) {
            (Whereabouts::Moving, _) => Self::Moving,
            (Whereabouts::Held, _) => Self::Out,
            (Whereabouts::Stored | Whereabouts::Gone, condition) => match condition {
                Condition::Spare => Self::Free,
                Condition::Promised => Self::Promised,
                Condition::Standby => Self::Standby,
                Condition::Returned
                | Condition::Quarantined
                | Condition::Rejected
                | Condition::Damaged => Self::HeldBack,
                Condition::Issued | Condition::OnLoan => Self::Out,
                Condition::Lost | Condition::Stolen => Self::Missing,
                Condition::SentBack | Condition::Destroyed => Self::Ended,
            },
        }
    }
}

/// How many are counted under each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    pub free: u32,
    pub promised: u32,
    pub standby: u32,
    pub held_back: u32,
    pub moving: u32,
    pub out: u32,
    pub missing: u32,
    pub ended: u32,
}

impl Counts {
    /// How many are counted under that.
    pub fn under(mut self, bin: Bin) -> u32 {
        *self.bin(bin)
    }

    fn bin(&mut self, bin: Bin) -> &mut u32 {
        match bin {
            Bin::Free => &mut self.free,
            Bin::Promised => &mut self.promised,
            Bin::Standby => &mut self.standby,
            Bin::HeldBack => &mut self.held_back,
            Bin::Moving => &mut self.moving,
            Bin::Out => &mut self.out,
            Bin::Missing => &mut self.missing,
            Bin::Ended => &mut self.ended,
        }
    }
}

/// The counts of each model at each place. Where nothing was ever there is no row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stock(BTreeMap<(PlaceId, Model), Counts>);

impl Stock {
    /// Of all items.
    pub fn of<'a>(items: impl IntoIterator<Item = &'a ItemState>) -> Self {
        let mut stock = Self::default();
        for item in items {
            stock.turn(None, item);
        }
        stock
    }

    /// One item is no more as it was before, but as it is now; before nothing: it is new.
    pub fn turn(&mut self, before: Option<&ItemState>, now: &ItemState) {
        if let Some(before) = before {
            let gone = self.counts(before);
            *gone = gone.saturating_sub(1);
        }
        let come = self.counts(now);
        *come = come.saturating_add(1);
    }

    fn counts(&mut self, item: &ItemState) -> &mut u32 {
        let row = (item.at.place(), item.item.model.clone());
        self.0.entry(row).or_default().bin(Bin::of(item))
    }

    /// The counts of a model at a place.
    pub fn at(&self, place: PlaceId, model: &Model) -> Counts {
        let counts = self.0.get(&(place, model.clone()));
        counts.copied().unwrap_or_default()
    }

    /// Every row that is not all zero, by place and model.
    pub fn rows(&self) -> impl Iterator<Item = (PlaceId, &Model, Counts)> {
        let rows = self.0.iter();
        rows.map(|((place, model), counts)| (*place, model, *counts))
            .filter(|(.., counts)| *counts != Counts::default())
    }

    /// All places together.
    pub fn total(&self, model: &Model) -> Counts {
        let mut total = Counts::default();
        for (_, _, counts) in self.rows().filter(|(_, of, _)| *of == model) {
            for bin in Bin::ALL {
                let sum = total.bin(bin);
                *sum = sum.saturating_add(counts.under(bin));
            }
        }
        total
    }
}

/// How fast spares of a model go at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// So many were issued.
    pub issued: u32,
    /// In so many days, at least one.
    pub days: u32,
}

/// For how long spares last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "lasts", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Lasts {
    /// None was issued, so nobody can tell.
    Unknown {},
    Days {
        days: u32,
    },
}

impl Pace {
    /// Of the times at which one was issued; fewer days than [`PACE_DAYS`] where the place has been there only since then.
    pub fn of(
        issues: impl IntoIterator<Item = Timestamp>,
        since: Timestamp,
        now: Timestamp,
    ) -> Self {
        let window = SignedDuration::from_hours(24 * i64::from(PACE_DAYS));
        let begin = now.checked_sub(window).unwrap_or(Timestamp::MIN).max(since);
        let within = issues.into_iter().filter(|at| (begin..=now).contains(at));
        let whole_days = now.duration_since(begin).as_hours().div_euclid(24);
        Self {
            issued: u32::try_from(within.count()).unwrap_or(u32::MAX),
            days: u32::try_from(whole_days).unwrap_or(0).max(1),
        }
    }

    /// For how long that many free spares last. What is promised is not free.
    pub fn lasts(self, free: u32) -> Lasts {
        let days = u64::from(free) * u64::from(self.days);
        match days.checked_div(u64::from(self.issued)) {
            None => Lasts::Unknown {},
            Some(days) => Lasts::Days {
                days: u32::try_from(days).unwrap_or(u32::MAX),
            },
        }
    }
}

/// How many to order for a place, where so many are free there and so many are on their way to it. None: it has no minimum, which is not a
/// minimum of nothing.
pub fn to_order(minimum: Option<u32>, free: u32, coming: u32) -> Option<u32> {
    let have = free.saturating_add(coming);
    minimum.map(|minimum| minimum.saturating_sub(have))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn no_minimum_is_not_a_minimum_of_nothing() {
        assert_eq!(to_order(None, 0, 0), None);
        assert_eq!(to_order(Some(0), 0, 0), Some(0));
        assert_eq!(to_order(Some(10), 3, 2), Some(5));
        assert_eq!(to_order(Some(10), 8, 5), Some(0));
        assert_eq!(to_order(Some(10), u32::MAX, 1), Some(0));
    }

    #[test]
    fn what_is_free_lasts_by_the_issues_of_the_last_weeks() {
        let now = at("2026-11-29T12:00:00Z");
        let long_ago = at("2020-01-01T00:00:00Z");
        let issues = [
            "2026-10-31T12:00:00Z",
            "2026-11-01T12:00:00Z",
            "2026-11-20T12:00:00Z",
            "2026-11-30T12:00:00Z",
        ];
        let pace = |since| Pace::of(issues.map(at), since, now);
        let usual = pace(long_ago);
        assert_eq!((usual.issued, usual.days), (2, 28));
        assert_eq!(usual.lasts(3), Lasts::Days { days: 42 });
        assert_eq!(usual.lasts(0), Lasts::Days { days: 0 });
        let young = pace(at("2026-11-19T12:00:00Z"));
        assert_eq!((young.issued, young.days), (1, 10));
        let newest = pace(now);
        assert_eq!((newest.issued, newest.days), (0, 1));
        assert_eq!(newest.lasts(4), Lasts::Unknown {});
        assert_eq!(pace(Timestamp::MAX).days, 1, "a clock that went back");
    }
}
