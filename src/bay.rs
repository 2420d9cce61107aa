//! The bay: the USB slots of a station and the keys in them.
//!
//! Hides hot-plug, hidraw and one thread per key behind a picture ([`Bay::slots`]) and jobs ([`Bay::run`]). A job gets the key's
//! [`AnyDevice`] for itself for as long as it runs.
//!
//! Invariant: a job runs on the very connection that its [`KeyRef`] names or not at all; a key that is pulled ends its jobs at once;
//! at most [`OPEN_LIMIT`] keys are open.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::TrySendError;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

use crate::ctap::{AnyDevice, Control, CtapError, Keepalive, Transport, TransportError};
use crate::domain::key::UsbPath;

mod board;
mod cancel;
mod hid;
mod hotplug;
mod slot;
pub mod soft;
mod sysfs;
mod worker;

pub use cancel::Cancel;
pub use slot::{Activity, Broken, KeyRef, Ready, Refusal, Slot, SlotIdentity, SlotState};

use board::{Board, Found, Link};
use hotplug::{Hotplug, Roots};
use worker::{JobEnd, Seat, WorkerMessage};

/// The most keys that are open at once.
pub const OPEN_LIMIT: usize = 32;

/// How long closing waits for keys that do not let go.
const CLOSING_LIMIT: Duration = Duration::from_secs(1);

/// How a station's bay is set up.
#[derive(Debug, Clone)]
pub struct BayConfig {
    roots: Roots,
}

impl Default for BayConfig {
    /// This machine's USB slots.
    fn default() -> Self {
        Self {
            roots: Roots {
                sysfs: "/sys".into(),
                dev: "/dev".into(),
            },
        }
    }
}

/// Why the bay can't be watched.
#[derive(Debug, thiserror::Error)]
#[error("the USB slots cannot be watched: {0}; restart the station")]
pub struct BayError(#[from] std::io::Error);

/// Why a job on a key has no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// None of the keys asked for is there.
    #[error("there is no key; plug one in")]
    NoKey,
    /// It was pulled, before or during the job.
    #[error("the key at {place} was pulled out; plug it in again")]
    Gone {
        place: UsbPath,
        /// The job had its turn: the key may have been asked for something.
        begun: bool,
    },
    /// It is plugged in and can't be used.
    #[error("the key at {place} is not ready; see what the bay shows for it")]
    NotReady { place: UsbPath },
    /// Too many jobs wait for it.
    #[error("the key at {place} has too much to do; wait a moment")]
    Busy { place: UsbPath },
    #[error("cancelled; the key at {place} may stay where it is")]
    Cancelled {
        place: UsbPath,
        /// What the key was to do, and whether it certainly did not; absent where the job was still waiting for its turn.
        error: Option<CtapError>,
    },
    /// The key or the way to it failed.
    #[error("the key at {place}: {error}")]
    Ctap { place: UsbPath, error: CtapError },
}

/// The USB slots of a station.
pub struct Bay {
    board: Arc<Board>,
    /// Absent in a bay of software keys.
    hotplug: Option<Hotplug>,
}

impl Bay {
    /// Opens the keys that are plugged in and watches for more.
    ///
    /// # Errors
    /// [`BayError`] when the system gives no thread.
    pub fn start(config: BayConfig) -> Result<Self, BayError> {
        let board = Board::new(OPEN_LIMIT);
        let hotplug = Hotplug::start(Arc::clone(&board), config.roots)?;
        Ok(Self {
            board,
            hotplug: Some(hotplug),
        })
    }

    /// A bay without USB, into which code plugs keys: for the demo and for tests. No configuration leads here.
    pub fn soft() -> (Self, Plug) {
        let board = Board::new(OPEN_LIMIT);
        let plug = Plug {
            board: Arc::clone(&board),
            plugged: Arc::default(),
        };
        (
            Self {
                board,
                hotplug: None,
            },
            plug,
        )
    }

    /// The keys in the bay, in the order of their numbers, now and whenever that changes.
    pub fn slots(&self) -> watch::Receiver<Arc<Vec<Slot>>> {
        self.board.slots()
    }

    /// Runs a job on a key. Jobs for one key run one after the other; the time limit counts from the job's first request.
    ///
    /// `keepalives` hears of each keepalive on the key's own thread and must return quickly. Dropping the future cancels the job.
    ///
    /// # Errors
    /// [`KeyError`]; at once when the key is pulled, within 100 ms and the key's time to answer after a cancel.
    pub async fn run<R: Send + 'static>(
        &self,
        key: &KeyRef,
        limit: Duration,
        cancel: &Cancel,
        keepalives: impl FnMut(Keepalive) + Send + 'static,
        job: impl FnOnce(&mut AnyDevice, &mut Control<'_>) -> Result<R, CtapError> + Send + 'static,
    ) -> Result<R, KeyError> {
        run(&self.board, key, limit, cancel, keepalives, job).await
    }

    /// How long ago a key was plugged in, as far as the bay saw it: one that was in before the station ran counts from then on.
    pub fn plugged_for(&self, key: &KeyRef) -> Option<Duration> {
        self.board.plugged_for(key)
    }

    /// Has what is shown of a key read anew; a key that could not be opened is tried again.
    pub fn refresh(&self, key: &KeyRef) {
        if let Some(link) = self.board.link(key) {
            // A full queue means that jobs are running, after which the key is read anew anyway.
            let _ = link.orders.try_send(WorkerMessage::Refresh);
        }
    }

    /// Has the person choose one of several keys by touching it: all blink, the first touched wins, the others stop.
    ///
    /// # Errors
    /// [`KeyError::Cancelled`]; when no key is left that could be touched, what went wrong with the last.
    pub async fn wait_touch(
        &self,
        keys: &[KeyRef],
        limit: Duration,
        cancel: &Cancel,
    ) -> Result<KeyRef, KeyError> {
        let enough = cancel.child();
        let mut waiting = JoinSet::new();
        for key in keys {
            let (board, key, enough) = (Arc::clone(&self.board), key.clone(), enough.clone());
            waiting.spawn(async move {
                let touched = run(
                    &board,
                    &key,
                    limit,
                    &enough,
                    |_| {},
                    |device, control| device.selection(control),
                )
                .await;
                touched.map(|()| key)
            });
        }
        let mut outcome = Err(KeyError::NoKey);
        while let Some(Ok(result)) = waiting.join_next().await {
            if outcome.is_err() {
                outcome = result;
            }
            if outcome.is_ok() {
                // The others are waited for, so that none blinks on while the next thing is asked.
                enough.cancel();
            }
        }
        outcome
    }
}

impl Drop for Bay {
    fn drop(&mut self) {
        self.hotplug = None;
        self.board.close();
        // So that a key that blinks is told to stop before the program ends.
        self.board.wait_until_idle(CLOSING_LIMIT);
    }
}

/// Cancels a job whose caller has lost interest.
struct Abandon(Arc<AtomicBool>);

impl Drop for Abandon {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

async fn run<R: Send + 'static>(
    board: &Board,
    key: &KeyRef,
    limit: Duration,
    cancel: &Cancel,
    mut keepalives: impl FnMut(Keepalive) + Send + 'static,
    job: impl FnOnce(&mut AnyDevice, &mut Control<'_>) -> Result<R, CtapError> + Send + 'static,
) -> Result<R, KeyError> {
    let place = || key.place.clone();
    let started = Arc::new(AtomicBool::new(false));
    let pulled = || KeyError::Gone {
        place: place(),
        begun: started.load(Ordering::Relaxed),
    };
    let Some(Link { orders, gone }) = board.link(key) else {
        return Err(if board.holds(key) {
            KeyError::NotReady { place: place() }
        } else {
            pulled()
        });
    };
    let abandon = Abandon(Arc::default());
    let (reply, mut result) = oneshot::channel();
    let order = {
        let (started, abandoned) = (Arc::clone(&started), Arc::clone(&abandon.0));
        let (cancel, gone) = (cancel.clone(), gone.clone());
        move |device: &mut AnyDevice, seat: &Seat| {
            started.store(true, Ordering::Relaxed);
            let cancelled = || {
                cancel.is_cancelled() || gone.is_cancelled() || abandoned.load(Ordering::Relaxed)
            };
            let mut on_keepalive = |keepalive| {
                seat.keepalive(keepalive);
                keepalives(keepalive);
            };
            let outcome = job(
                device,
                &mut Control::new(limit, &cancelled, &mut on_keepalive),
            );
            let lost = outcome
                .as_ref()
                .err()
                .filter(|error| **error == CtapError::Gone)
                .cloned();
            // Nobody may be left to hear of it.
            let _ = reply.send(outcome);
            JobEnd {
                changed: device.take_changed(),
                lost,
            }
        }
    };
    orders
        .try_send(WorkerMessage::Job(Box::new(order)))
        .map_err(|error| match error {
            TrySendError::Full(_) => KeyError::Busy { place: place() },
            TrySendError::Disconnected(_) => pulled(),
        })?;
    let cancelled_in_queue = async {
        cancel.cancelled().await;
        // Once it runs, the job itself ends with what the key says to the cancel.
        if started.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        biased;
        outcome = &mut result => match outcome {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(CtapError::Gone)) => Err(pulled()),
            Ok(Err(CtapError::Cancelled { .. })) if gone.is_cancelled() => Err(pulled()),
            Ok(Err(error @ CtapError::Cancelled { .. })) => Err(KeyError::Cancelled { place: place(), error: Some(error) }),
            Ok(Err(error)) => Err(KeyError::Ctap { place: place(), error }),
            Err(_) if gone.is_cancelled() => Err(pulled()),
            Err(_) => Err(KeyError::NotReady { place: place() }),
        },
        () = gone.cancelled() => Err(pulled()),
        () = cancelled_in_queue => Err(KeyError::Cancelled { place: place(), error: None }),
    }
}

/// The hand that plugs software keys into [`Bay::soft`].
#[derive(Clone)]
pub struct Plug {
    board: Arc<Board>,
    plugged: Arc<std::sync::atomic::AtomicU64>,
}

impl Plug {
    /// Plugs a key in. `open` is called whenever the bay opens it.
    pub fn plug(
        &self,
        place: UsbPath,
        identity: SlotIdentity,
        mut open: impl FnMut() -> Result<Box<dyn Transport>, TransportError> + Send + 'static,
    ) {
        let node = self.plugged.fetch_add(1, Ordering::Relaxed).to_string();
        let opener = Box::new(move || open().map_err(Into::into));
        self.board.plug(Found {
            place,
            node,
            identity,
            opener,
        });
    }

    /// Plugs a software key in, with what its model says of itself.
    pub fn plug_key(&self, place: UsbPath, key: &soft::SoftKey) {
        let profile = key.profile();
        let [major, minor, _] = profile.device_version;
        let identity = SlotIdentity {
            vendor_id: profile.usb_id.0,
            product_id: profile.usb_id.1,
            release: u16::from_be_bytes([major, minor]),
            manufacturer: profile.manufacturer,
            product: profile.product,
            serial: profile.serial,
        };
        let key = key.clone();
        self.plug(place, identity, move || Ok(Box::new(key.open()?)));
    }

    /// Pulls the key at this place.
    pub fn unplug(&self, place: &UsbPath) {
        self.board.unplug(place);
    }
}
