//! Batches: many keys at once, each slot a run of its own through the same desk and workflows.
//!
//! Hides which key is whose turn. A key that is put into a slot joins by itself until the list or the number of keys is done;
//! one that stopped is tried again when it is put back into its slot, and skipped when another one takes its place. All slots
//! run on one thread; the keys have their own.
//!
//! Invariant: what a slot has done is in the journal before the board says so, so that a batch that was stopped anywhere is
//! taken up where it was.

mod forecast;
mod planning;
mod runner;
mod slot;
mod state;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::sync::mpsc;
use tokio::task::LocalSet;
use tokio::time::Instant;

use super::Station;
use super::face::board::{BatchOrder, Board};
pub use super::face::board::{Forecast, KeyForecast, TagComplaint};
use super::people::ListFault;
use super::stopper::Stopper;
use crate::domain::authority::Action;
use crate::domain::batch::{Batch, BatchChange, BatchFault, KeyEnd, KeyRun, Plan, PlanError};
use crate::domain::people_list::ListError;
use crate::domain::profile::StepKind;
use crate::domain::{BatchId, KeyFacts, Pin, UsbPath};
use crate::record::Change;
use crate::workflow::Stop;
use crate::workflow::dialogue::{Event, Question};
pub use forecast::forecast;
pub use planning::Wish;
use runner::Runner;
use state::State;

/// Which slot something is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whose {
    pub place: UsbPath,
    /// The short number.
    pub slot: u16,
}

/// What happens in a batch, for a face that prints it line by line.
#[derive(Debug, Clone)]
pub enum Told {
    /// A key takes part, anew or again.
    Begun {
        whose: Whose,
        /// Its way through the batch.
        run: Box<KeyRun>,
    },
    Step {
        whose: Whose,
        step: StepKind,
    },
    /// Its workflow says something.
    Run {
        whose: Whose,
        event: Box<Event>,
    },
    /// A key does not take part.
    Refused {
        whose: Whose,
        stop: Stop,
    },
    /// A key stopped.
    Stopped {
        whose: Whose,
        stop: Stop,
    },
    /// A key has left the batch.
    Left {
        whose: Whose,
        /// Its way through the batch, to its end.
        run: Box<KeyRun>,
    },
}

/// The people in front of a batch, or the arguments that stand in for them.
pub trait Crew: Send + Sync + 'static {
    /// Shows the board. Called from keys' threads too: must return quickly, and must not call back.
    fn show(&self, board: Board);
    /// Says what happens. The same holds.
    fn tell(&self, told: Told);
    /// A PIN: [`Question::NewPin`] or [`Question::CurrentPin`]. Asked for one slot at a time.
    fn pin(&self, whose: &Whose, question: Question) -> impl Future<Output = Result<Pin, Stop>>;
    /// Puts a random PIN into a sealed letter; called before it is written to the key. A later letter for the
    /// same key takes the place of an earlier one, whose PIN never came into force.
    fn letter(
        &self,
        whose: &Whose,
        key: &KeyFacts,
        pin: &Pin,
    ) -> impl Future<Output = Result<(), Stop>>;
    /// An asset tag. Asked for one slot at a time.
    fn tag(
        &self,
        whose: &Whose,
        complaint: Option<TagComplaint>,
    ) -> impl Future<Output = Result<String, Stop>>;
    /// Whether keys with these warnings are taken ([`Question::Admit`]). Asked once for all keys that it is the same for.
    fn admits(&self, whose: &Whose, question: Question)
    -> impl Future<Output = Result<bool, Stop>>;
    /// Waits while nothing may go on because the screen is locked.
    fn cleared(&self) -> impl Future<Output = ()> {
        std::future::ready(())
    }
}

/// How a batch came to its end, or did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// Every key that was wanted is done.
    Complete,
    /// Somebody ended it.
    Ended,
    /// It was stopped and can be taken up again.
    Paused,
    /// Nothing happened for so long that nobody seems to be there; it can be taken up again.
    Abandoned,
}

/// What a batch begins with.
pub enum Start {
    /// A new one.
    New(Box<Plan>),
    /// One that was stopped.
    Resume(BatchId),
}

/// Why a batch does not begin, or can't go on.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// People on the list are not known.
    #[error(transparent)]
    List(#[from] ListError),
    /// It can't be begun, or taken up.
    #[error(transparent)]
    Fault(#[from] BatchFault),
    /// Anything else; what is done is in the journal.
    #[error(transparent)]
    Stop(#[from] Stop),
}

impl From<ListFault> for BatchError {
    fn from(fault: ListFault) -> Self {
        match fault {
            ListFault::Unknown(error) => Self::List(error),
            ListFault::Stop(stop) => Self::Stop(stop),
        }
    }
}

/// How a batch is run besides its plan.
pub struct Terms {
    /// Stops everything, for now.
    pub stopper: Stopper,
    /// Nothing at all happening for so long ends it for now; `None`: people are waited for as long as it takes.
    pub patience: Option<Duration>,
}

/// What the runs of all slots share.
struct Shared<C> {
    station: Arc<Station>,
    crew: Arc<C>,
    state: Mutex<State>,
    /// Whoever holds it is asking somebody to type. First come, first served.
    turn: tokio::sync::Mutex<()>,
    /// When somebody last did something, or something was achieved.
    last_progress: Mutex<Instant>,
}

impl<C: Crew> Shared<C> {
    fn look<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.lock())
    }

    /// Changes what is known, and shows it. The board is shown within the lock, so that an older one never comes last.
    fn change<T>(&self, change: impl FnOnce(&mut State, Timestamp) -> T) -> T {
        let mut state = self.state.lock();
        let changed = change(&mut state, Timestamp::now());
        self.crew.show(state.board());
        changed
    }

    /// Somebody is there, or something was achieved.
    fn progress(&self) {
        *self.last_progress.lock() = Instant::now();
    }

    fn quiet_since(&self) -> Instant {
        *self.last_progress.lock()
    }

    /// Writes a change down, and takes it.
    fn record(&self, change: BatchChange) -> Result<(), Stop> {
        self.station.commit(Change::Batch {
            change: Box::new(change.clone()),
        })?;
        self.take(&change)
    }

    fn take(&self, change: &BatchChange) -> Result<(), Stop> {
        self.progress();
        self.change(|state, now| state.apply(change, now))
            .map_err(|fault| Stop::Store(fault.to_string().into()))
    }

    fn name(&self, place: &UsbPath, name: &str) {
        self.change(|state, _| {
            let run = state.seats.get(place).and_then(|seat| seat.run);
            let seat = run.and_then(|id| state.run(id)).and_then(|run| run.seat);
            if let Some(seat) = seat {
                state.names.insert(seat, name.to_owned());
            }
        });
    }
}

/// Runs a batch until it is complete, ended or stopped. Blocks the thread that calls it, which must be one for blocking work
/// within a tokio runtime.
///
/// # Errors
/// [`BatchError`]; what is done is in the journal, and the batch can be taken up again unless it never began.
pub fn run<C: Crew>(
    station: &Arc<Station>,
    crew: &Arc<C>,
    start: Start,
    orders: mpsc::Receiver<BatchOrder>,
    terms: Terms,
) -> Result<(Batch, Finish), BatchError> {
    let batch = begin(station, start)?;
    let tags = station.store.given_tags().map_err(Stop::from)?;
    let shared = Arc::new(Shared {
        station: Arc::clone(station),
        crew: Arc::clone(crew),
        state: Mutex::new(State::new(batch, tags)),
        turn: tokio::sync::Mutex::new(()),
        last_progress: Mutex::new(Instant::now()),
    });
    let cancel = terms.stopper.cancel().child();
    let runner = Runner::new(Arc::clone(&shared), cancel, terms.patience);
    let finish = tokio::runtime::Handle::current()
        .block_on(LocalSet::new().run_until(runner.serve(orders)))?;
    let batch = shared.look(|state| state.batch.clone());
    Ok((batch, finish))
}

fn begin(station: &Station, start: Start) -> Result<Batch, BatchError> {
    let operator = station.operator().ok_or(Stop::SignedOut)?;
    match start {
        Start::New(plan) => {
            plan.check(operator.role)?;
            let open = station.store.open_batch().map_err(Stop::from)?;
            if let Some(open) = open {
                return Err(BatchFault::AnotherOpen(open.plan.id).into());
            }
            station.commit(Change::Batch {
                change: Box::new(BatchChange::Begun { plan: plan.clone() }),
            })?;
            Ok(Batch {
                plan: *plan,
                runs: Vec::new(),
                ended_at: None,
            })
        }
        Start::Resume(id) => {
            let known = station.store.batch(id).map_err(Stop::from)?;
            let batch = known.ok_or(BatchFault::UnknownBatch(id))?;
            if batch.ended_at.is_some() {
                return Err(BatchFault::BatchOver(id).into());
            }
            batch.plan.check(operator.role)?;
            Ok(batch)
        }
    }
}

impl Station {
    /// Ends a batch that no slot works on: no key joins it any more. `None`: there is no such batch.
    ///
    /// # Errors
    /// [`Stop::SignedOut`], [`Stop::NotAllowed`], [`Stop::Store`].
    pub fn end_batch(&self, id: BatchId) -> Result<Option<Batch>, Stop> {
        let operator = self.operator().ok_or(Stop::SignedOut)?;
        operator.role.may(Action::RunBatch)?;
        let Some(batch) = self.store().batch(id)? else {
            return Ok(None);
        };
        let commit = |change| {
            self.commit(Change::Batch {
                change: Box::new(change),
            })
        };
        for run in batch.runs.iter().filter(|run| run.end.is_none()) {
            let (run, end) = (run.id, KeyEnd::Skipped);
            commit(BatchChange::KeyEnded {
                batch: id,
                run,
                end,
            })?;
        }
        commit(BatchChange::Ended { batch: id })?;
        self.store().batch(id)
    }
}
