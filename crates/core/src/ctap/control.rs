//! How the caller of the client stays in charge: a time limit, a cancel, and word of each keepalive.

use std::time::{Duration, Instant};

use super::exchange::Keepalive;

/// Limits for one piece of work on a key, however many requests it takes.
///
/// The time limit starts with the first request that is sent under it, by the transport's clock.
pub struct Control<'a> {
    time_limit: Duration,
    deadline: Option<Instant>,
    cancelled: &'a dyn Fn() -> bool,
    on_keepalive: &'a mut dyn FnMut(Keepalive),
}

impl<'a> Control<'a> {
    /// `cancelled` is asked every few milliseconds and must stay true once it was; `on_keepalive` hears of each keepalive and
    /// must return quickly.
    pub fn new(
        time_limit: Duration,
        cancelled: &'a dyn Fn() -> bool,
        on_keepalive: &'a mut dyn FnMut(Keepalive),
    ) -> Self {
        Self {
            time_limit,
            deadline: None,
            cancelled,
            on_keepalive,
        }
    }

    /// Gives what follows a time limit of its own, e.g. for the next touch.
    pub fn restart(&mut self, time_limit: Duration) {
        self.time_limit = time_limit;
        self.deadline = None;
    }

    /// Whether the caller has lost interest.
    pub fn is_cancelled(&self) -> bool {
        (self.cancelled)()
    }

    /// The time limit as it was set.
    pub const fn time_limit(&self) -> Duration {
        self.time_limit
    }

    pub(super) fn deadline(&mut self, now: Instant) -> Instant {
        *self.deadline.get_or_insert_with(|| now + self.time_limit)
    }

    pub(super) fn keepalive(&mut self, keepalive: Keepalive) {
        (self.on_keepalive)(keepalive);
    }
}
