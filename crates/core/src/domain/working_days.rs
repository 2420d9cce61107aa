//! Working days: Monday to Friday, but for the holidays that the registry is told of.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

/// Further ahead nobody looks: a list of holidays that leaves no working day ends nothing later.
const LOOKED_AHEAD_DAYS: u32 = 366;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Longer lines are no dates.
const LINE_CHARS_MAX: usize = 200;

/// Which days are worked on, in one time zone.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkingDays {
    zone: TimeZone,
    holidays: BTreeSet<Date>,
}

/// What a list of holidays cannot say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "line {line}: write a date as 2026-12-25, with what day it is behind it where you like, found {found:?}"
)]
pub struct NoHoliday {
    /// From 1.
    pub line: usize,
    pub found: String,
}

/// The dates in a list of holidays: one a line (ISO 8601), words behind it and lines that begin with `#` are for people.
pub fn holidays(list: &str) -> Result<BTreeSet<Date>, NoHoliday> {
    let mut dates = BTreeSet::new();
    for (index, line) in list.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim();
        let Some(word) = line.split_whitespace().next() else {
            continue;
        };
        if word.starts_with('#') {
            continue;
        }
        let date = word.parse().map_err(|_| NoHoliday {
            line: index + 1,
            found: line.chars().take(LINE_CHARS_MAX).collect(),
        })?;
        dates.insert(date);
    }
    Ok(dates)
}

impl WorkingDays {
    pub fn new(zone: TimeZone, holidays: BTreeSet<Date>) -> Self {
        Self { zone, holidays }
    }

    fn is_worked_on(&self, date: Date) -> bool {
        let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        !weekend && !self.holidays.contains(&date)
    }

    /// When the so many-th working day after that of a moment ends: midnight where the registry is.
    pub fn end_of(&self, days_after: u32, moment: Timestamp) -> Timestamp {
        let mut date = moment.to_zoned(self.zone.clone()).date();
        let mut left = days_after;
        for _ in 0..LOOKED_AHEAD_DAYS {
            if left == 0 {
                break;
            }
            date = date.saturating_add(1.day());
            left -= u32::from(self.is_worked_on(date));
        }
        let end = date.saturating_add(1.day()).to_zoned(self.zone.clone());
        end.map_or_else(
            |_| moment.saturating_add(DAY).unwrap_or(Timestamp::MAX),
            |end| end.timestamp(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days() -> WorkingDays {
        let zone = TimeZone::get("Europe/Amsterdam").expect("known");
        let list = "# Netherlands\n2026-12-25 Eerste kerstdag\n\n2026-12-26\n";
        WorkingDays::new(zone, holidays(list).expect("dates"))
    }

    #[test]
    fn the_next_working_day_ends_at_midnight_after_weekends_and_holidays() {
        for (moment, days_after, end) in [
            // A Wednesday, and the Thursday after it.
            ("2026-12-02T09:00:00Z", 1, "2026-12-03T23:00:00Z"),
            // Half past midnight of Thursday there, Wednesday in UTC.
            ("2026-12-02T23:30:00Z", 1, "2026-12-04T23:00:00Z"),
            ("2026-12-04T09:00:00Z", 1, "2026-12-07T23:00:00Z"),
            ("2026-12-05T09:00:00Z", 1, "2026-12-07T23:00:00Z"),
            // Thursday before Christmas: Friday is a holiday.
            ("2026-12-24T09:00:00Z", 1, "2026-12-28T23:00:00Z"),
            ("2026-12-24T09:00:00Z", 5, "2027-01-01T23:00:00Z"),
            ("2026-12-24T09:00:00Z", 0, "2026-12-24T23:00:00Z"),
            // Over the day on which the clocks change.
            ("2027-03-26T09:00:00Z", 1, "2027-03-29T22:00:00Z"),
        ] {
            let end: Timestamp = end.parse().expect("a time");
            let moment = moment.parse().expect("a time");
            assert_eq!(days().end_of(days_after, moment), end, "{moment}");
        }
    }

    #[test]
    fn a_list_of_holidays_says_which_line_is_none() {
        let fault = holidays("2026-12-25\n 25 December").expect_err("no date");
        assert_eq!((fault.line, fault.found.as_str()), (2, "25 December"));
        assert_eq!(
            holidays("\u{feff}2026-12-25\r\n").map(|dates| dates.len()),
            Ok(1)
        );
    }

    #[test]
    fn without_any_working_day_it_ends_all_the_same() {
        let first: Date = "2026-01-01".parse().expect("a date");
        let all = (0..800)
            .map(|day| first.saturating_add(day.days()))
            .collect();
        let days = WorkingDays::new(TimeZone::UTC, all);
        let moment: Timestamp = "2026-02-01T00:00:00Z".parse().expect("a time");
        assert!(days.end_of(1, moment) < moment + SignedDuration::from_hours(24 * 370));
        assert!(days.end_of(1, Timestamp::MAX) >= Timestamp::MAX - SignedDuration::from_hours(48));
    }
}
