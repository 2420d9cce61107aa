//! Slows down who guesses one-time codes.
//!
//! Codes have 120 bits, so this is not what keeps them safe; it keeps guessing from loading the registry and makes it
//! show in the log. Invariants: it is asked only of a code that is wrong, so that nobody's guesses keep a right one out; memory is
//! bounded, whoever guesses.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};

use jiff::Timestamp;
use parking_lot::Mutex;

use crate::domain::StationId;

/// Wrong codes from one source in a window.
const PER_SOURCE: u32 = 10;

/// Wrong codes from everywhere in a window.
const IN_ALL: u32 = 200;

/// Seconds of a window.
const WINDOW_S: i64 = 60;

/// Sources remembered at once.
const MAX_SOURCES: usize = 4096;

/// Who guesses.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Source {
    /// Somebody who has not joined.
    Address(IpAddr),
    /// A station, wherever it is.
    Station(StationId),
}

/// Counts wrong codes by source.
#[derive(Debug, Default)]
pub struct Guesses {
    window: Mutex<Window>,
}

#[derive(Debug, Default)]
struct Window {
    began_s: i64,
    in_all: u32,
    sources: HashMap<Source, u32>,
}

impl Window {
    /// How long it lasts still; none: it is over.
    fn left_s(&self, now: Timestamp) -> Option<u32> {
        let now_s = now.as_second();
        let ends_s = self.began_s.saturating_add(WINDOW_S);
        let lasts = (self.began_s..ends_s).contains(&now_s);
        lasts.then(|| u32::try_from((ends_s - now_s).clamp(1, WINDOW_S)).unwrap_or(1))
    }

    fn begin_anew_if_over(&mut self, now: Timestamp) {
        if self.left_s(now).is_none() {
            *self = Self {
                began_s: now.as_second(),
                ..Self::default()
            };
        }
    }

    fn count(&mut self, source: Source) {
        self.in_all = self.in_all.saturating_add(1);
        if self.sources.len() < MAX_SOURCES || self.sources.contains_key(&source) {
            *self.sources.entry(source).or_default() += 1;
        }
    }
}

impl Guesses {
    /// In how many seconds anything of that source is examined again, where that is not now: for what is short enough to be guessed. What
    /// others guess keeps nobody out.
    pub fn full(&self, source: Source, now: Timestamp) -> Option<u32> {
        let window = self.window.lock();
        let left_s = window.left_s(now)?;
        let tried = window.sources.get(&as_one(source)).copied().unwrap_or(0);
        (tried >= PER_SOURCE).then_some(left_s)
    }

    /// Whether so many are wrong from everywhere that all of it is slowed down.
    pub fn are_many(&self, now: Timestamp) -> bool {
        let window = self.window.lock();
        window.left_s(now).is_some() && window.in_all >= IN_ALL
    }

    /// Notes what was wrong when it was examined; whether they have become many by it.
    pub fn note(&self, source: Source, now: Timestamp) -> bool {
        let mut window = self.window.lock();
        window.begin_anew_if_over(now);
        window.count(as_one(source));
        window.in_all == IN_ALL
    }

    /// Notes a wrong code. Where there were too many, it is not examined: in how many seconds others are.
    pub fn wrong(&self, source: Source, now: Timestamp) -> Result<(), u32> {
        let mut window = self.window.lock();
        window.begin_anew_if_over(now);
        let source = as_one(source);
        let tried = window.sources.get(&source).copied().unwrap_or(0);
        if tried >= PER_SOURCE || window.in_all >= IN_ALL {
            return Err(window.left_s(now).unwrap_or(1));
        }
        window.count(source);
        Ok(())
    }
}

/// A subscriber has a whole /64 of IPv6 addresses, so that is one source.
fn as_one(source: Source) -> Source {
    match source {
        Source::Address(IpAddr::V6(address)) => {
            let bits = address.to_bits() >> 64 << 64;
            Source::Address(IpAddr::V6(Ipv6Addr::from_bits(bits)))
        }
        Source::Address(IpAddr::V4(_)) | Source::Station(_) => source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    fn from(address: &str) -> Source {
        Source::Address(address.parse().expect("an address"))
    }

    #[test]
    fn a_source_that_guesses_must_wait_and_another_need_not() {
        let guesses = Guesses::default();
        for _ in 0..PER_SOURCE {
            assert_eq!(guesses.wrong(from("2001:db8::1"), at(1000)), Ok(()));
        }
        assert_eq!(guesses.full(from("2001:db8::99"), at(1010)), Some(50));
        assert_eq!(guesses.full(from("2001:db8:0:1::1"), at(1010)), None);
        assert_eq!(guesses.full(from("2001:db8::1"), at(1060)), None);
        assert_eq!(guesses.wrong(from("2001:db8::99"), at(1010)), Err(50));
        assert_eq!(guesses.wrong(from("2001:db8:0:1::1"), at(1010)), Ok(()));
        let station = Source::Station(StationId::new("s-1"));
        assert_eq!(guesses.wrong(station, at(1010)), Ok(()));
        assert_eq!(guesses.wrong(from("2001:db8::1"), at(1060)), Ok(()));
    }

    #[test]
    fn many_sources_together_must_wait_too() {
        let guesses = Guesses::default();
        for source in 0..IN_ALL {
            let source = Source::Address(IpAddr::from(source.to_be_bytes()));
            assert_eq!(guesses.wrong(source, at(5)), Ok(()));
        }
        assert!(guesses.wrong(from("192.0.2.1"), at(6)).is_err());
    }

    #[test]
    fn what_others_guess_keeps_nobody_out_of_what_is_examined_and_a_source_of_its_own_does() {
        let guesses = Guesses::default();
        for source in 1..IN_ALL {
            let source = Source::Address(IpAddr::from(source.to_be_bytes()));
            assert!(!guesses.note(source, at(1005)));
        }
        assert!(!guesses.are_many(at(1006)));
        assert!(guesses.note(from("192.0.2.1"), at(1006)), "from here on");
        assert!(guesses.are_many(at(1006)));
        assert_eq!(guesses.full(from("192.0.2.2"), at(1006)), None);
        for _ in 0..PER_SOURCE {
            assert!(!guesses.note(from("192.0.2.2"), at(1007)), "said once");
        }
        assert_eq!(guesses.full(from("192.0.2.2"), at(1007)), Some(58));
        assert!(!guesses.are_many(at(1065)), "a minute later");
    }
}
