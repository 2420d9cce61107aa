//! What goes on record although nothing was done, or only looked at: sign-ins that failed, acts that were refused, look-ups of people.
//!
//! It hides that they are summed in memory and written down by a task, each minute and when the registry stops, so that nobody who
//! reads waits for a write. Invariants: memory is bounded, whoever asks for whatever; what was noted is written once, or still here.
//! What a crash loses is what came since the last time, which is a minute.

use std::collections::HashMap;

use jiff::Timestamp;
use parking_lot::Mutex;

use super::database::{Database, Fault};
use super::tables::audit::{self, Line};
use crate::domain::{OperatorId, StationId};

/// Kinds of events that are told apart at once.
const MAX_KINDS: usize = 4096;

/// In place of whom or what there was no room for.
const OTHERS: &str = "others";

/// Rows that are written in one transaction, so that nobody waits long for it.
const AT_ONCE: usize = 256;

/// What is counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Event {
    /// A stable word, as the audit's action.
    pub action: &'static str,
    pub station: Option<StationId>,
    pub operator: Option<OperatorId>,
    /// To whom; never what somebody typed to find them.
    pub subject: String,
    /// What was asked for and how it was answered; empty where the action says it.
    pub what: String,
}

/// How often, and within which time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sum {
    times: u64,
    first: Timestamp,
    last: Timestamp,
}

impl Sum {
    fn and(self, other: Self) -> Self {
        Self {
            times: self.times.saturating_add(other.times),
            first: self.first.min(other.first),
            last: self.last.max(other.last),
        }
    }
}

/// The events that are not written down yet.
#[derive(Debug, Default)]
pub struct Tally {
    sums: Mutex<HashMap<Event, Sum>>,
}

impl Tally {
    /// Counts an event.
    pub fn note(&self, event: Event, now: Timestamp) {
        self.add(
            event,
            Sum {
                times: 1,
                first: now,
                last: now,
            },
        );
    }

    fn add(&self, mut event: Event, sum: Sum) {
        let mut sums = self.sums.lock();
        if sums.len() >= MAX_KINDS && !sums.contains_key(&event) {
            event.subject = OTHERS.to_owned();
            event.what = String::new();
        }
        // There are few actions, so that this is the end of it.
        if sums.len() >= 2 * MAX_KINDS && !sums.contains_key(&event) {
            event.station = None;
            event.operator = None;
        }
        sums.entry(event)
            .and_modify(|before| *before = before.and(sum))
            .or_insert(sum);
    }

    /// Writes down what came since the last time. What can't be written is kept for the next time.
    pub async fn write_down(&self, db: &Database, now: Timestamp) -> Result<(), Fault> {
        let taken = std::mem::take(&mut *self.sums.lock());
        let mut left: Vec<(Event, Sum)> = taken.into_iter().collect();
        left.sort_by(|(a, one), (b, other)| (one.first, a).cmp(&(other.first, b)));
        while !left.is_empty() {
            let rest = left.split_off(left.len().min(AT_ONCE));
            if let Err(error) = written(db, &left, now).await {
                for (event, sum) in left.into_iter().chain(rest) {
                    self.add(event, sum);
                }
                return Err(error);
            }
            left = rest;
        }
        Ok(())
    }
}

async fn written(db: &Database, sums: &[(Event, Sum)], now: Timestamp) -> Result<(), Fault> {
    let mut tx = db.write().await?;
    for (event, sum) in sums {
        let what = match event.what.as_str() {
            "" => String::new(),
            what => format!("; {what}"),
        };
        let detail = format!("{} time(s), {} to {}{what}", sum.times, sum.first, sum.last);
        let line = Line {
            station: event.station.as_ref().map(StationId::as_str),
            operator: event.operator.as_ref().map(OperatorId::as_str),
            action: event.action,
            subject: &event.subject,
            detail: &detail,
        };
        audit::note(&mut tx, &line, now).await?;
    }
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(subject: usize, operator: usize) -> Event {
        Event {
            action: "person-view",
            station: Some(StationId::new("s-1")),
            operator: Some(OperatorId::new(format!("o-{operator}"))),
            subject: subject.to_string(),
            what: String::new(),
        }
    }

    fn times(tally: &Tally) -> u64 {
        tally.sums.lock().values().map(|sum| sum.times).sum()
    }

    #[test]
    fn memory_is_bounded_whoever_looks_at_whomever_and_nothing_goes_uncounted() {
        let tally = Tally::default();
        let (from, to) = (Timestamp::UNIX_EPOCH, Timestamp::MAX);
        for subject in 0..3 * MAX_KINDS {
            tally.note(event(subject, 1), from);
        }
        assert_eq!(tally.sums.lock().len(), MAX_KINDS + 1);
        for operator in 0..3 * MAX_KINDS {
            tally.note(event(0, operator), to);
        }
        assert!(tally.sums.lock().len() <= 2 * MAX_KINDS + 1);
        assert_eq!(times(&tally), 6 * MAX_KINDS as u64);
        let others = Event {
            subject: OTHERS.to_owned(),
            ..event(0, 1)
        };
        assert_eq!(tally.sums.lock()[&others].times, 2 * MAX_KINDS as u64);
    }

    #[tokio::test]
    async fn what_cannot_be_written_is_kept_and_written_once() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("registry.db");
        Database::create(&path, &[]).await.expect("made");
        let closed = Database::open(&path).await.expect("opens");
        closed.close().await;
        let tally = Tally::default();
        for subject in 0..2 * AT_ONCE + 1 {
            tally.note(event(subject % (AT_ONCE + 1), 1), Timestamp::UNIX_EPOCH);
        }
        let now = Timestamp::UNIX_EPOCH;
        tally.write_down(&closed, now).await.expect_err("closed");
        assert_eq!(times(&tally), 2 * AT_ONCE as u64 + 1);
        let db = Database::open(&path).await.expect("opens");
        for _ in 0..2 {
            tally.write_down(&db, now).await.expect("written");
            assert_eq!(times(&tally), 0);
            let head = audit::head(&mut db.read().await.expect("reads")).await;
            assert_eq!(head.expect("a head").number, AT_ONCE as i64 + 1);
        }
    }
}
