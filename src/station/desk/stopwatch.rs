//! How long a key takes, and how much of that it waits for a finger. Keepalives come about every 100 ms, and no finer is
//! what this tells.

use std::time::{Duration, Instant};

use crate::ctap::Keepalive;
use crate::workflow::KeyTime;

/// Times one operation.
pub(super) struct Stopwatch {
    began: Instant,
    waiting: Duration,
    /// The key has been waiting for a finger since then.
    waits_since: Option<Instant>,
}

impl Stopwatch {
    pub(super) fn start() -> Self {
        Self {
            began: Instant::now(),
            waiting: Duration::ZERO,
            waits_since: None,
        }
    }

    /// The key said what it does.
    pub(super) fn hear(&mut self, keepalive: Keepalive) {
        match keepalive {
            Keepalive::TouchNeeded => {
                self.waits_since.get_or_insert_with(Instant::now);
            }
            _ => self.waited(),
        }
    }

    fn waited(&mut self) {
        if let Some(since) = self.waits_since.take() {
            self.waiting += since.elapsed();
        }
    }

    /// The operation is over.
    pub(super) fn stop(&mut self) -> KeyTime {
        self.waited();
        KeyTime {
            total_ms: millis(self.began.elapsed()),
            waiting_ms: millis(self.waiting),
        }
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
