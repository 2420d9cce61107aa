//! Slows down who guesses one-time codes.
//!
//! Codes have 120 bits, so this is not what keeps them safe; it keeps guessing from loading the registry and makes it
//! show in the log. Invariant: memory is bounded, whoever guesses.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};

use jiff::Timestamp;
use parking_lot::{Mutex, MutexGuard};

/// Wrong codes from one source in a window.
const PER_SOURCE: u32 = 10;

/// Wrong codes from everywhere in a window.
const IN_ALL: u32 = 200;

/// Seconds of a window.
const WINDOW_S: i64 = 60;

/// Sources remembered at once.
const MAX_SOURCES: usize = 4096;

/// Counts wrong codes by source.
#[derive(Debug, Default)]
pub struct Guesses {
    window: Mutex<Window>,
}

#[derive(Debug, Default)]
struct Window {
    began_s: i64,
    in_all: u32,
    sources: HashMap<IpAddr, u32>,
}

impl Guesses {
    /// Whether this source may try; otherwise, in how many seconds.
    pub fn may_try(&self, source: IpAddr, now: Timestamp) -> Result<(), u32> {
        let window = self.current(now);
        let tried = window.sources.get(&prefix(source)).copied().unwrap_or(0);
        if tried < PER_SOURCE && window.in_all < IN_ALL {
            return Ok(());
        }
        let left = window.began_s.saturating_add(WINDOW_S) - now.as_second();
        Err(u32::try_from(left.clamp(1, WINDOW_S)).unwrap_or(1))
    }

    /// Notes a wrong code.
    pub fn note_wrong(&self, source: IpAddr, now: Timestamp) {
        let mut window = self.current(now);
        window.in_all = window.in_all.saturating_add(1);
        let source = prefix(source);
        if window.sources.len() < MAX_SOURCES || window.sources.contains_key(&source) {
            *window.sources.entry(source).or_default() += 1;
        }
    }

    fn current(&self, now: Timestamp) -> MutexGuard<'_, Window> {
        let mut window = self.window.lock();
        let now_s = now.as_second();
        if !(window.began_s..window.began_s.saturating_add(WINDOW_S)).contains(&now_s) {
            *window = Window {
                began_s: now_s,
                ..Window::default()
            };
        }
        window
    }
}

/// A subscriber has a whole /64 of IPv6 addresses, so that is one source.
fn prefix(source: IpAddr) -> IpAddr {
    match source {
        IpAddr::V4(_) => source,
        IpAddr::V6(address) => {
            let bits = address.to_bits() >> 64 << 64;
            IpAddr::V6(Ipv6Addr::from_bits(bits))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    #[test]
    fn a_source_that_guesses_must_wait_and_another_need_not() {
        let guesses = Guesses::default();
        let (one, two) = ("2001:db8::1", "2001:db8:0:1::1");
        let (one, two): (IpAddr, IpAddr) = (one.parse().expect("ip"), two.parse().expect("ip"));
        for _ in 0..PER_SOURCE {
            assert_eq!(guesses.may_try(one, at(1000)), Ok(()));
            guesses.note_wrong(one, at(1000));
        }
        let neighbour: IpAddr = "2001:db8::99".parse().expect("ip");
        assert_eq!(guesses.may_try(neighbour, at(1010)), Err(50));
        assert_eq!(guesses.may_try(two, at(1010)), Ok(()));
        assert_eq!(guesses.may_try(one, at(1060)), Ok(()));
    }

    #[test]
    fn many_sources_together_must_wait_too() {
        let guesses = Guesses::default();
        for source in 0..IN_ALL {
            guesses.note_wrong(IpAddr::from(source.to_be_bytes()), at(5));
        }
        let fresh: IpAddr = "192.0.2.1".parse().expect("ip");
        assert!(guesses.may_try(fresh, at(6)).is_err());
    }
}
