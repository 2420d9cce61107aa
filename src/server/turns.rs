//! Long work: what takes many times as long as any other request.
//!
//! Invariant: of one caller only so much at a time is done or waits, and a little in all is done, so that it keeps nobody from the
//! registry, whoever asks for it how often.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::problem::{Answer, Refusal};
use crate::wire::problem_code;

/// Whose long work is done, or waits.
#[derive(Debug)]
pub struct Turns {
    of_one: usize,
    callers: Arc<Mutex<HashMap<String, usize>>>,
    in_all: Arc<Semaphore>,
}

/// A caller's turn, until it is dropped.
#[derive(Debug)]
pub struct Turn {
    _of: OfCaller,
    _one: OwnedSemaphorePermit,
}

#[derive(Debug)]
struct OfCaller {
    caller: String,
    callers: Arc<Mutex<HashMap<String, usize>>>,
}

impl Turns {
    /// So many are done at once: fewer than the database has connections; and so many of one caller's are done or wait.
    pub fn new(in_all: usize, of_one: usize) -> Self {
        Self {
            of_one,
            callers: Arc::default(),
            in_all: Arc::new(Semaphore::new(in_all)),
        }
    }

    /// The caller's turn, when it comes.
    ///
    /// # Errors
    /// [`problem_code::BUSY`] at once, where as many of theirs are done or wait as may: they hold a few places, not all of them.
    pub async fn take(&self, caller: &str) -> Answer<Turn> {
        let of = self.of_caller(caller)?;
        let one = Arc::clone(&self.in_all).acquire_owned().await;
        Ok(Turn {
            _of: of,
            _one: one.map_err(Refusal::internal)?,
        })
    }

    fn of_caller(&self, caller: &str) -> Answer<OfCaller> {
        let mut callers = self.callers.lock();
        let held = callers.entry(caller.to_owned()).or_default();
        if *held >= self.of_one {
            let what = "your last request of that size is still being served; try again";
            return Err(Refusal::new(problem_code::BUSY, what).retry_after(2));
        }
        *held += 1;
        Ok(OfCaller {
            caller: caller.to_owned(),
            callers: Arc::clone(&self.callers),
        })
    }
}

impl Drop for OfCaller {
    fn drop(&mut self) {
        let mut callers = self.callers.lock();
        if let Some(held) = callers.get_mut(&self.caller) {
            *held = held.saturating_sub(1);
            if *held == 0 {
                callers.remove(&self.caller);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_caller_takes_only_so_many_turns_and_leaves_nothing_behind() {
        let turns = Turns::new(2, 1);
        let first = turns.take("a").await.expect("a turn");
        assert!(turns.take("a").await.is_err());
        let other = turns.take("b").await.expect("a turn");
        // A third one waits until one of both is over.
        let third = turns.take("c");
        tokio::pin!(third);
        let waits = tokio::time::timeout(std::time::Duration::from_millis(20), &mut third);
        assert!(waits.await.is_err());
        drop(first);
        assert!(third.await.is_ok());
        drop(other);
        assert!(turns.callers.lock().is_empty());
    }
}
