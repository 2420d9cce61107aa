//! When the outbox tries again: exponential with jitter, and never before the registry asked for.

use std::time::{Duration, Instant};

/// First pause.
const FIRST: Duration = Duration::from_secs(2);

/// Longest pause of its own accord; the registry may ask for a longer one.
const LONGEST: Duration = Duration::from_secs(300);

/// Longest pause that a registry is believed: a hostile or broken one must not silence a station for good.
const BELIEVED: Duration = Duration::from_secs(3600);

/// The state of the attempts to reach a registry. Not on disk: a restart tries at once.
#[derive(Debug, Clone, Default)]
pub struct Backoff {
    failures: u32,
    not_before: Option<Instant>,
    asked_until: Option<Instant>,
}

impl Backoff {
    /// How long still to wait.
    pub fn wait(&self, now: Instant) -> Duration {
        self.not_before
            .map_or(Duration::ZERO, |at| at.saturating_duration_since(now))
    }

    /// An attempt failed. `jitter` is a random number in 0..=255; `retry_after` is what the registry asked for.
    pub fn failed(&mut self, now: Instant, jitter: u8, retry_after: Option<Duration>) {
        let pause = FIRST
            .saturating_mul(1 << self.failures.min(16))
            .min(LONGEST);
        // Between half of the pause and the whole of it, so that stations do not come back all at once.
        let jittered = pause / 2 + pause / 2 * u32::from(jitter) / 255;
        let asked = retry_after.unwrap_or_default().min(BELIEVED);
        self.failures = self.failures.saturating_add(1);
        self.not_before = Some(now + jittered.max(asked));
        self.asked_until = retry_after.map(|_| now + asked);
    }

    /// Whether the registry itself asked to be left alone, so that not even something new is sent.
    pub fn is_asked_to_wait(&self, now: Instant) -> bool {
        self.asked_until.is_some_and(|until| now < until)
    }

    /// An attempt succeeded, or somebody wants one now.
    pub fn reset(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_limit_and_jitter_stays_within_half() {
        let now = Instant::now();
        let mut backoff = Backoff::default();
        assert_eq!(backoff.wait(now), Duration::ZERO);
        for (jitter, least, most) in [(0, 1, 1), (255, 4, 4), (128, 4, 8)] {
            backoff.failed(now, jitter, None);
            let wait = backoff.wait(now).as_secs();
            assert!((least..=most).contains(&wait), "{wait}");
        }
        for _ in 0..100 {
            backoff.failed(now, 255, None);
        }
        assert_eq!(backoff.wait(now), LONGEST);
    }

    #[test]
    fn the_registry_may_ask_for_longer_but_not_for_ever() {
        let now = Instant::now();
        let mut backoff = Backoff::default();
        backoff.failed(now, 0, Some(Duration::from_secs(60)));
        assert_eq!(backoff.wait(now), Duration::from_secs(60));
        backoff.failed(now, 0, Some(Duration::from_secs(1_000_000)));
        assert_eq!(backoff.wait(now), BELIEVED);
        backoff.reset();
        assert_eq!(backoff.wait(now), Duration::ZERO);
    }
}
