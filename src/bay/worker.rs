//! The thread of one key: opens it, asks what it is, and does its jobs one after the other.
//!
//! Hides the device: no one else touches it. Invariant: the thread ends soon after its key is gone, whatever it was doing, and
//! what it publishes is about its own key only.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::board::{Board, OpenFault, Opener};
use super::cancel::Cancel;
use super::slot::{Activity, Broken, KeyRef, Ready, Refusal, SlotState};
use crate::ctap::{
    AnyDevice, Control, CtapError, Device, Entropy, EntropyError, Keepalive, Retries, Setup,
    Transport,
};

/// udev grants permission a moment after the kernel has announced the key: how long that is waited for, and how often tried.
const PERMISSION_PATIENCE: Duration = Duration::from_secs(2);
const LOOK_AGAIN: Duration = Duration::from_millis(10);
/// How long a key may take to say what it is.
const INTRODUCTION_LIMIT: Duration = Duration::from_secs(3);
/// A pulled key is noticed by its thread first, and by the kernel's word so much later at most: a busy machine takes its time,
/// and whoever waits for the key must hear that it was pulled, not that it failed.
const PULL_NOTICED_AFTER: Duration = Duration::from_secs(1);
/// A key that could not be opened is tried again after so long, then after twice that, up to the last: what was in the way,
/// such as another program, may be gone.
const TRY_AGAIN_FIRST: Duration = Duration::from_secs(1);
const TRY_AGAIN_LAST: Duration = Duration::from_secs(30);
/// What a job changed is read back when no other job has come for so long.
const REFRESH_AFTER: Duration = Duration::from_millis(120);

/// A piece of work with a key.
pub(super) type Job = Box<dyn FnOnce(&mut AnyDevice, &Seat) -> JobEnd + Send>;

/// What a thread is to do next.
pub(super) enum WorkerMessage {
    /// A job. It publishes keepalives through the [`Seat`]; dropping it undone tells its owner that the key was not ready.
    Job(Job),
    /// Read anew what the key is, opening it if it is not open.
    Refresh,
}

/// What a job leaves behind.
pub(super) struct JobEnd {
    /// What is shown of the key is out of date.
    pub(super) changed: bool,
    /// The key no longer answers at all.
    pub(super) lost: Option<CtapError>,
}

/// A key's place on the board, for its own thread.
pub(super) struct Seat {
    board: Arc<Board>,
    key: KeyRef,
}

impl Seat {
    fn show(&self, state: SlotState) {
        self.board.update(&self.key, |shown| {
            *shown = state;
            true
        });
    }

    /// Shows what the key does at this moment.
    pub(super) fn activity(&self, activity: Activity) {
        self.board.update(&self.key, |shown| match shown {
            SlotState::Ready(ready) => std::mem::replace(&mut ready.activity, activity) != activity,
            _ => false,
        });
    }

    /// Shows what a keepalive means.
    pub(super) fn keepalive(&self, keepalive: Keepalive) {
        self.activity(match keepalive {
            Keepalive::TouchNeeded => Activity::TouchNeeded,
            Keepalive::Processing | Keepalive::Other(_) => Activity::Working,
        });
    }
}

/// A thread that dies must not leave a key on the board that looks alive.
impl Drop for Seat {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.show(SlotState::Failed {
                why: Broken::Station,
            });
        }
    }
}

/// Starts the thread of a key.
///
/// # Errors
/// When the system gives no thread.
pub(super) fn spawn(
    board: Arc<Board>,
    key: KeyRef,
    gone: Cancel,
    opener: Opener,
    orders: Receiver<WorkerMessage>,
) -> io::Result<()> {
    let name = format!("key {}", key.place);
    let at_work = board.at_work();
    let worker = Worker {
        seat: Seat { board, key },
        gone,
        opener,
        orders,
    };
    let run = move || {
        let _at_work = at_work;
        worker.run();
    };
    std::thread::Builder::new().name(name).spawn(run).map(drop)
}

struct Worker {
    seat: Seat,
    gone: Cancel,
    opener: Opener,
    orders: Receiver<WorkerMessage>,
}

impl Worker {
    fn run(mut self) {
        let mut wait = TRY_AGAIN_FIRST;
        while !self.gone.is_cancelled() {
            match self.connect() {
                Ok(device) => {
                    let lost = self.serve(device);
                    self.show_loss(lost);
                }
                Err(state) => self.seat.show(state),
            }
            self.await_another_try(wait);
            wait = wait.saturating_mul(2).min(TRY_AGAIN_LAST);
        }
    }

    /// While the key is not open every job is dropped, which says so to its owner. Ends when someone asks for another try, when
    /// `wait` is over, or when the key is gone.
    fn await_another_try(&self, wait: Duration) {
        let end = Instant::now() + wait;
        while !self.gone.is_cancelled() {
            let left = end.saturating_duration_since(Instant::now());
            match self.orders.recv_timeout(left) {
                Ok(WorkerMessage::Job(job)) => drop(job),
                Ok(WorkerMessage::Refresh) | Err(_) => return,
            }
        }
    }

    /// Opens the key and a channel to it; what to show when that fails.
    fn connect(&mut self) -> Result<AnyDevice, SlotState> {
        let failed = |error: CtapError| SlotState::Failed { why: error.into() };
        let refused = |why| SlotState::Refused { why };
        let transport = self.open_transport().map_err(|fault| match fault {
            OpenFault::NoPermission { node } => refused(Refusal::NoPermission { node }),
            OpenFault::System { reason } => refused(Refusal::System { reason }),
            OpenFault::Gone => failed(CtapError::Gone),
        })?;
        self.controlled(|control| Device::open(transport, Box::new(SystemEntropy), control))
            .map_err(failed)
    }

    fn open_transport(&mut self) -> Result<Box<dyn Transport>, OpenFault> {
        let start = Instant::now();
        loop {
            match (self.opener)() {
                Err(OpenFault::NoPermission { .. })
                    if start.elapsed() < PERMISSION_PATIENCE && !self.gone.is_cancelled() =>
                {
                    std::thread::sleep(LOOK_AGAIN);
                }
                result => return result,
            }
        }
    }

    /// Does orders until the key is lost; says how. `None`: the bay has let it go.
    fn serve(&mut self, mut device: AnyDevice) -> Option<CtapError> {
        if let Err(lost) = self.introduce(&mut device) {
            return Some(lost);
        }
        let mut stale = false;
        loop {
            let order = match stale {
                true => self.orders.recv_timeout(REFRESH_AFTER),
                false => self.orders.recv().map_err(Into::into),
            };
            if self.gone.is_cancelled() {
                return None;
            }
            let lost = match order {
                Ok(WorkerMessage::Job(job)) => {
                    self.seat.activity(Activity::Working);
                    let end = job(&mut device, &self.seat);
                    self.seat.activity(Activity::Idle);
                    stale |= end.changed;
                    end.lost
                }
                Ok(WorkerMessage::Refresh) | Err(RecvTimeoutError::Timeout) => {
                    stale = false;
                    self.introduce(&mut device).err()
                }
                Err(RecvTimeoutError::Disconnected) => return None,
            };
            if lost.is_some() {
                return lost;
            }
        }
    }

    /// Shows that the key is lost. One that was pulled is about to leave the board: nobody need read of a failure first.
    fn show_loss(&self, lost: Option<CtapError>) {
        let Some(lost) = lost else { return };
        let end = Instant::now() + PULL_NOTICED_AFTER;
        while lost == CtapError::Gone && !self.gone.is_cancelled() && Instant::now() < end {
            std::thread::sleep(LOOK_AGAIN);
        }
        self.seat.show(SlotState::Failed { why: lost.into() });
    }

    /// Asks the key what it is and shows it. An error means that the key is lost for now.
    fn introduce(&self, device: &mut AnyDevice) -> Result<(), CtapError> {
        if !device.init_info().cbor() {
            self.seat.show(SlotState::U2fOnly);
            return Ok(());
        }
        let ready = self.controlled(|control| {
            let info = device.info(control)?;
            let pin_retries = match info.client_pin() {
                Setup::Set => Some(pin_retries(device, control)?),
                Setup::NotSet | Setup::Unsupported => None,
            };
            Ok(Ready {
                init: device.init_info(),
                info,
                pin_retries: pin_retries.flatten(),
                activity: Activity::Idle,
            })
        })?;
        self.seat.show(SlotState::Ready(ready));
        Ok(())
    }

    fn controlled<R>(
        &self,
        work: impl FnOnce(&mut Control<'_>) -> Result<R, CtapError>,
    ) -> Result<R, CtapError> {
        let gone = || self.gone.is_cancelled();
        let mut ignore = |_| {};
        work(&mut Control::new(INTRODUCTION_LIMIT, &gone, &mut ignore))
    }
}

/// The attempts left. A key that refuses to say is still a key.
fn pin_retries(
    device: &mut AnyDevice,
    control: &mut Control<'_>,
) -> Result<Option<Retries>, CtapError> {
    match device.pin_retries(control) {
        Ok(retries) => Ok(Some(retries)),
        Err(
            CtapError::Status { .. } | CtapError::Malformed { .. } | CtapError::Unsupported { .. },
        ) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The system's random number generator.
struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        getrandom::fill(bytes).map_err(|_| EntropyError)
    }
}
