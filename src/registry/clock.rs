//! The registry's clock, as a station can tell it: the `Date` of its last reply (RFC 9110, section 6.6.1), carried on by a
//! clock of this machine that nobody can set and that goes on while the machine sleeps.
//!
//! Whatever the registry decides on by its own clock (the times of an assertion, the life of a challenge, of a session or
//! a ticket, when an enrolment was made) is compared with this one, so that a station whose clock is wrong works all the
//! same. Invariant: a reply moves it only when it can't be right; setting the machine's clock never does.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use rustix::time::{ClockId, clock_gettime};

/// `Date` has whole seconds, and a reply is some time on its way.
const SLACK: SignedDuration = SignedDuration::from_secs(2);

/// What was heard of it.
#[derive(Debug, Default)]
pub struct RegistryClock(Mutex<Option<Heard>>);

#[derive(Debug, Clone, Copy)]
struct Heard {
    registry: Timestamp,
    /// As [`since_boot`].
    when: Duration,
}

/// How long this machine has been up, asleep or not: what `Instant` counts stands still in a suspended machine
/// (clock_gettime(2), `CLOCK_BOOTTIME`).
fn since_boot() -> Duration {
    Duration::try_from(clock_gettime(ClockId::Boottime)).unwrap_or_default()
}

impl RegistryClock {
    /// The time at the registry; this machine's until anything was heard.
    pub fn now(&self) -> Timestamp {
        self.estimate().unwrap_or_else(Timestamp::now)
    }

    /// How far the registry's clock is ahead of this machine's, negative where it is behind; `None` until anything was heard.
    pub fn ahead(&self) -> Option<SignedDuration> {
        self.estimate()
            .map(|registry| registry.duration_since(Timestamp::now()))
    }

    /// What an earlier process knew of it, for as long as nothing newer was heard.
    pub fn assume_ahead(&self, ahead: SignedDuration) {
        let mut heard = self.0.lock();
        if let (None, Ok(registry)) = (*heard, Timestamp::now().checked_add(ahead)) {
            *heard = Some(Heard {
                registry,
                when: since_boot(),
            });
        }
    }

    /// A reply that has just come says that it was `date` at the registry when it was sent.
    pub(super) fn hear(&self, date: Timestamp) {
        if let Some(known) = self.estimate()
            && (SignedDuration::ZERO..=SLACK).contains(&known.duration_since(date))
        {
            return;
        }
        let mut heard = self.0.lock();
        *heard = Some(Heard {
            registry: date,
            when: since_boot(),
        });
    }

    fn estimate(&self) -> Option<Timestamp> {
        let heard = *self.0.lock();
        heard.map(|heard| heard.carried_on_to(since_boot()))
    }
}

impl Heard {
    fn carried_on_to(self, now: Duration) -> Timestamp {
        let elapsed = now.saturating_sub(self.when);
        self.registry
            .saturating_add(elapsed)
            .unwrap_or(self.registry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_this_machine_s_until_the_registry_is_heard_and_the_registry_s_from_then_on() {
        let clock = RegistryClock::default();
        let before = Timestamp::now();
        assert!(clock.now() >= before && clock.ahead().is_none());
        let hour = SignedDuration::from_hours(1);
        for date in [before + hour, before - hour] {
            clock.hear(date);
            assert!((SignedDuration::ZERO..SLACK).contains(&clock.now().duration_since(date)));
        }
    }

    #[test]
    fn a_reply_of_the_same_second_does_not_set_it_back() {
        let clock = RegistryClock::default();
        let exact = Timestamp::from_millisecond(1_800_000_000_900).expect("in range");
        clock.hear(exact);
        clock.hear(Timestamp::from_second(1_800_000_000).expect("in range"));
        assert!(clock.now() >= exact);
    }

    #[test]
    fn what_was_heard_counts_for_more_than_what_was_known_before() {
        let clock = RegistryClock::default();
        let hour = SignedDuration::from_hours(1);
        clock.assume_ahead(hour);
        assert!(clock.ahead().is_some_and(|ahead| ahead.as_mins() >= 59));
        clock.hear(Timestamp::now());
        clock.assume_ahead(hour);
        assert!(clock.ahead().is_some_and(|ahead| ahead.as_mins() < 1));
    }

    #[test]
    fn it_is_carried_on_by_the_time_since_the_machine_started_sleep_included() {
        let registry = Timestamp::from_second(1_800_000_000).expect("in range");
        let when = since_boot();
        let heard = Heard { registry, when };
        let hours = Duration::from_secs(8 * 3600);
        let later = heard.carried_on_to(when + hours);
        assert_eq!(later.duration_since(registry).as_hours(), 8);
        // The kernel's own word for it counts sleep too (proc(5), `/proc/uptime`).
        let uptime = std::fs::read_to_string("/proc/uptime").expect("a kernel");
        let up = uptime.split(' ').next().expect("seconds");
        let up = Duration::from_secs_f64(up.parse().expect("a number"));
        assert!(since_boot().abs_diff(up) < Duration::from_secs(5));
    }
}
