//! How long a run without a screen waits for people: for a key in the bay, for one that was pulled, for a finger.
//!
//! Hides the timer. Invariant: at most one wait is timed at a time, and a wait that goes on (asked anew, touched in vain)
//! keeps its beginning; once it has run out the run is stopped, and [`Patience::cause`] says that the key was the reason.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::record::Remains;
use crate::station::stopper::Stopper;
use crate::workflow::dialogue::{Coach, Ending, Event};
use crate::workflow::{KeyFault, Stop};

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waiting {
    /// A key in the bay, or the one that is touched.
    Choice,
    /// The key that was pulled.
    Back,
    /// A key that is being reset, to be pulled or put back.
    Coach,
    /// Touch number so-and-so.
    Touch(u8),
    /// A finger on the sensor, with so many good samples to go.
    Finger(u8),
}

struct Wait {
    what: Waiting,
    since: Instant,
    fault: KeyFault,
}

#[derive(Default)]
struct State {
    wait: Option<Wait>,
    /// The wait that ran out.
    ran_out: Option<KeyFault>,
}

/// Says why there is no key to choose although one is in.
type Explain = Box<dyn Fn() -> Option<KeyFault> + Send + Sync>;

struct Shared {
    limit: Duration,
    explain: OnceLock<Explain>,
    state: Mutex<State>,
    /// When the wait runs out; `None`: nobody is waited for.
    deadline: watch::Sender<Option<Instant>>,
    stopper: Stopper,
}

/// One run's patience.
pub(super) struct Patience {
    shared: Arc<Shared>,
    timer: JoinHandle<()>,
}

impl Patience {
    /// Stops the run with `stopper` when somebody was waited for longer than `limit`. Needs a tokio runtime.
    pub fn new(limit: Duration, stopper: Stopper) -> Self {
        let shared = Arc::new(Shared {
            limit,
            explain: OnceLock::new(),
            state: Mutex::default(),
            deadline: watch::Sender::new(None),
            stopper,
        });
        let timer = tokio::spawn(run_out(Arc::clone(&shared)));
        Self { shared, timer }
    }

    /// What to say, if it knows better, once a key was asked for in vain.
    pub fn explain(&self, explain: Explain) {
        // A face has one station.
        let _ = self.shared.explain.set(explain);
    }

    /// Keys are asked for; `fault` is what it comes to when none is had in time.
    pub fn choose(&self, fault: KeyFault) {
        self.shared.begin(Waiting::Choice, fault);
    }

    /// An answer was given: what follows is the key's time, not the people's.
    pub fn pause(&self) {
        self.shared.deadline.send_replace(None);
    }

    /// Whether the wait that is paused may go on.
    pub fn lasts(&self) -> bool {
        let state = self.shared.state.lock();
        let spent = state.wait.as_ref().map(|wait| wait.since.elapsed());
        spent.is_none_or(|spent| spent < self.shared.limit)
    }

    /// Follows the run: which events begin a wait, and which end one.
    pub fn hear(&self, event: &Event) {
        match event {
            Event::Touch { nth, .. } => self
                .shared
                .begin(Waiting::Touch(*nth), KeyFault::TouchTimeout),
            // Each touch of the sensor is a wait of its own.
            Event::Finger { sample, .. } => {
                let left = sample.map_or(0, |sample| sample.remaining);
                let nth = u8::try_from(left).unwrap_or(u8::MAX);
                self.shared
                    .begin(Waiting::Finger(nth), KeyFault::TouchTimeout);
            }
            Event::Pulled { .. } => self.shared.begin(Waiting::Back, KeyFault::Gone),
            Event::Coach { coach, .. } => match coach {
                Coach::Pull { .. } | Coach::PutBack { .. } => {
                    self.shared.begin(Waiting::Coach, KeyFault::Gone);
                }
                Coach::Touch { .. } => self.shared.begin(Waiting::Touch(1), KeyFault::TouchTimeout),
                Coach::Window { .. } => self.shared.end(),
            },
            Event::TouchOver => self.pause(),
            Event::Withdrawn | Event::Alive { .. } | Event::Step { .. } => {}
            Event::Began { .. }
            | Event::StepDone { .. }
            | Event::Visiting { .. }
            | Event::Challenge { .. }
            | Event::Back { .. }
            | Event::ServedBy { .. }
            | Event::IdentifiedBefore { .. }
            | Event::Prover { .. }
            | Event::Signing { .. }
            | Event::Anew
            | Event::OtherKey { .. }
            | Event::Leaves { .. }
            | Event::Ended { .. } => self.shared.end(),
        }
    }

    /// Why the run really stopped: what a cancel hides when it was this patience that cancelled.
    pub fn cause(&self, stop: Stop) -> Stop {
        let Some(fault) = self.shared.state.lock().ran_out.clone() else {
            return stop;
        };
        match stop {
            Stop::Cancelled | Stop::Key(KeyFault::Cancelled) => Stop::Key(fault),
            Stop::Left { cause, remains } => Stop::Left {
                cause: Box::new(self.cause(*cause)),
                remains,
            },
            other => other,
        }
    }

    /// The same for the event that ends a run.
    pub fn told(&self, event: Event) -> Event {
        match event {
            Event::Ended {
                ending: Ending::Stopped { stop, remains },
            } if stop.code() == Stop::Cancelled.code() => {
                let cause = match self.cause(Stop::Cancelled) {
                    Stop::Cancelled => None,
                    cause if remains == Remains::Nothing => Some(cause),
                    cause => Some(Stop::Left {
                        cause: Box::new(cause),
                        remains,
                    }),
                };
                let stop = cause.unwrap_or(stop);
                Event::Ended {
                    ending: Ending::Stopped { stop, remains },
                }
            }
            other => other,
        }
    }
}

impl Drop for Patience {
    fn drop(&mut self) {
        self.timer.abort();
    }
}

impl Shared {
    fn begin(&self, what: Waiting, fault: KeyFault) {
        let mut state = self.state.lock();
        let since = match &state.wait {
            Some(wait) if wait.what == what => wait.since,
            _ => Instant::now(),
        };
        state.wait = Some(Wait { what, since, fault });
        self.deadline.send_replace(since.checked_add(self.limit));
    }

    fn end(&self) {
        self.state.lock().wait = None;
        self.deadline.send_replace(None);
    }

    /// Whether the wait is really over: an event may have ended it while the timer fired.
    fn give_up(&self) -> bool {
        let mut state = self.state.lock();
        if self.deadline.borrow().is_none_or(|at| at > Instant::now()) {
            return false;
        }
        let better = |wait: &Wait| match wait.what {
            Waiting::Choice => self.explain.get().and_then(|explain| explain()),
            _ => None,
        };
        let ran_out = state.wait.take();
        state.ran_out = ran_out.map(|wait| better(&wait).unwrap_or(wait.fault));
        state.ran_out.is_some()
    }
}

async fn run_out(shared: Arc<Shared>) {
    let mut deadline = shared.deadline.subscribe();
    loop {
        let at = *deadline.borrow_and_update();
        let due = async {
            match at {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = due => if shared.give_up() {
                shared.stopper.stop();
                return;
            },
            changed = deadline.changed() => if changed.is_err() {
                return;
            },
        }
    }
}
