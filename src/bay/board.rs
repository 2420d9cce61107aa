//! Who is in the bay: the seats, their numbers, and the picture of them that everybody sees.
//!
//! Hides the lock. Invariant: at most one key per place, at most the limit of them open, a generation is never given twice, and
//! each change is published before the lock is released, so that no one sees an older picture after a newer.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use tokio::sync::watch;

use super::cancel::Cancel;
use super::slot::{KeyRef, Refusal, Slot, SlotIdentity, SlotState};
use super::worker::{self, WorkerMessage};
use crate::ctap::{Transport, TransportError};
use crate::domain::key::UsbPath;

/// Jobs that may wait for one key.
const QUEUE: usize = 8;

/// Opens a key, again and again if need be.
pub(super) type Opener = Box<dyn FnMut() -> Result<Box<dyn Transport>, OpenFault> + Send>;

/// Why a key could not be opened.
#[derive(Debug)]
pub(super) enum OpenFault {
    NoPermission { node: String },
    Gone,
    System { reason: String },
}

impl From<TransportError> for OpenFault {
    fn from(error: TransportError) -> Self {
        match error {
            TransportError::Gone => Self::Gone,
            TransportError::Io(reason) => Self::System { reason },
        }
    }
}

/// A key that has been found.
pub(super) struct Found {
    pub(super) place: UsbPath,
    /// Tells one plug from the next at the same place, e.g. a sysfs path.
    pub(super) node: String,
    pub(super) identity: SlotIdentity,
    pub(super) opener: Opener,
}

/// How to reach the thread of a key.
#[derive(Clone)]
pub(super) struct Link {
    pub(super) orders: SyncSender<WorkerMessage>,
    /// Cancelled when the key is pulled or the bay closes.
    pub(super) gone: Cancel,
}

pub(super) struct Board {
    /// A panic elsewhere leaves whole values behind: each change below is made of assignments only.
    inner: Mutex<Inner>,
    slots: watch::Sender<Arc<Vec<Slot>>>,
    limit: usize,
    threads: Mutex<usize>,
    thread_ended: Condvar,
}

/// Counts a thread for as long as it lives.
pub(super) struct AtWork(Arc<Board>);

impl Drop for AtWork {
    fn drop(&mut self) {
        *self.0.threads.lock() -= 1;
        self.0.thread_ended.notify_all();
    }
}

#[derive(Default)]
struct Inner {
    numbers: BTreeMap<UsbPath, u16>,
    generations: u64,
    seats: BTreeMap<UsbPath, Seat>,
    closed: bool,
}

struct Seat {
    node: String,
    slot: Slot,
    since: Instant,
    occupant: Occupant,
}

enum Occupant {
    Open(Link),
    /// Waits for room.
    Waiting(Opener),
}

impl Board {
    pub(super) fn new(limit: usize) -> Arc<Self> {
        let inner = Mutex::new(Inner::default());
        let slots = watch::Sender::new(Arc::default());
        Arc::new(Self {
            inner,
            slots,
            limit,
            threads: Mutex::new(0),
            thread_ended: Condvar::new(),
        })
    }

    pub(super) fn slots(&self) -> watch::Receiver<Arc<Vec<Slot>>> {
        self.slots.subscribe()
    }

    fn publish(&self, inner: &Inner) {
        let mut slots: Vec<Slot> = inner.seats.values().map(|seat| seat.slot.clone()).collect();
        slots.sort_by_key(|slot| slot.number);
        self.slots.send_replace(Arc::new(slots));
    }

    /// The nodes that are in the bay.
    pub(super) fn nodes(&self) -> Vec<(UsbPath, String)> {
        self.inner
            .lock()
            .seats
            .iter()
            .map(|(place, seat)| (place.clone(), seat.node.clone()))
            .collect()
    }

    /// Takes a key in. One that was at this place is gone then, whether or not anybody said so.
    pub(super) fn plug(self: &Arc<Self>, found: Found) {
        let mut inner = self.inner.lock();
        if inner.closed
            || inner
                .seats
                .get(&found.place)
                .is_some_and(|seat| seat.node == found.node)
        {
            return;
        }
        inner.evict(&found.place);
        let next = inner
            .numbers
            .values()
            .max()
            .map_or(1, |number| number.saturating_add(1));
        let number = *inner.numbers.entry(found.place.clone()).or_insert(next);
        inner.generations += 1;
        let slot = Slot {
            place: found.place.clone(),
            number,
            generation: inner.generations,
            identity: found.identity,
            state: SlotState::Refused {
                why: Refusal::NoRoom { limit: self.limit },
            },
        };
        let seat = Seat {
            node: found.node,
            slot,
            since: Instant::now(),
            occupant: Occupant::Waiting(found.opener),
        };
        inner.seats.insert(found.place.clone(), seat);
        self.admit(&mut inner);
        self.publish(&inner);
        tracing::info!(place = %found.place, slot = number, "a key is in");
    }

    /// A key is no longer at this place.
    pub(super) fn unplug(self: &Arc<Self>, place: &UsbPath) {
        let mut inner = self.inner.lock();
        inner.evict(place);
        self.admit(&mut inner);
        self.publish(&inner);
        tracing::info!(%place, "a key is out");
    }

    /// Opens keys that wait, as far as there is room.
    fn admit(self: &Arc<Self>, inner: &mut Inner) {
        let open = inner
            .seats
            .values()
            .filter(|seat| matches!(seat.occupant, Occupant::Open(_)))
            .count();
        let mut waiting: Vec<&mut Seat> = inner
            .seats
            .values_mut()
            .filter(|seat| matches!(seat.occupant, Occupant::Waiting(_)))
            .collect();
        waiting.sort_by_key(|seat| seat.slot.generation);
        for seat in waiting.into_iter().take(self.limit.saturating_sub(open)) {
            let (orders, queue) = sync_channel(QUEUE);
            let link = Link {
                orders,
                gone: Cancel::new(),
            };
            let Occupant::Waiting(opener) =
                std::mem::replace(&mut seat.occupant, Occupant::Open(link.clone()))
            else {
                continue;
            };
            seat.slot.state = self.open(seat.slot.key(), link, opener, queue);
        }
    }

    fn open(
        self: &Arc<Self>,
        key: KeyRef,
        link: Link,
        opener: Opener,
        queue: Receiver<WorkerMessage>,
    ) -> SlotState {
        match worker::spawn(Arc::clone(self), key, link.gone, opener, queue) {
            Ok(()) => SlotState::Opening,
            Err(error) => SlotState::Refused {
                why: Refusal::System {
                    reason: error.to_string(),
                },
            },
        }
    }

    /// Changes the state of a key, if it is still there. `change` says whether it changed anything.
    pub(super) fn update(&self, key: &KeyRef, change: impl FnOnce(&mut SlotState) -> bool) {
        let mut inner = self.inner.lock();
        let seat = inner
            .seats
            .get_mut(&key.place)
            .filter(|seat| seat.slot.generation == key.generation);
        if seat.is_some_and(|seat| change(&mut seat.slot.state)) {
            self.publish(&inner);
        }
    }

    /// A thread has begun to serve a key; it ends when the value returned is dropped.
    pub(super) fn at_work(self: &Arc<Self>) -> AtWork {
        *self.threads.lock() += 1;
        AtWork(Arc::clone(self))
    }

    /// Waits until every thread has ended, at most so long.
    pub(super) fn wait_until_idle(&self, limit: Duration) {
        let mut threads = self.threads.lock();
        self.thread_ended
            .wait_while_for(&mut threads, |threads| *threads > 0, limit);
    }

    /// The way to a key's thread; `None` when it is not in the bay or not open.
    pub(super) fn link(&self, key: &KeyRef) -> Option<Link> {
        let inner = self.inner.lock();
        let seat = inner
            .seats
            .get(&key.place)
            .filter(|seat| seat.slot.generation == key.generation)?;
        match &seat.occupant {
            Occupant::Open(link) => Some(link.clone()),
            Occupant::Waiting(_) => None,
        }
    }

    /// How long this connection has been in the bay.
    pub(super) fn plugged_for(&self, key: &KeyRef) -> Option<Duration> {
        let inner = self.inner.lock();
        let seat = inner.seats.get(&key.place);
        let seat = seat.filter(|seat| seat.slot.generation == key.generation);
        seat.map(|seat| seat.since.elapsed())
    }

    /// Whether this connection is in the bay, open or not.
    pub(super) fn holds(&self, key: &KeyRef) -> bool {
        self.inner
            .lock()
            .seats
            .get(&key.place)
            .is_some_and(|seat| seat.slot.generation == key.generation)
    }

    /// Has keys that could not be opened tried again: permissions may have changed.
    pub(super) fn retry_refused(&self) {
        for seat in self.inner.lock().seats.values() {
            if let (Occupant::Open(link), SlotState::Refused { .. }) =
                (&seat.occupant, &seat.slot.state)
            {
                // A full queue already holds an order that wakes the thread.
                let _ = link.orders.try_send(WorkerMessage::Refresh);
            }
        }
    }

    /// Sends every key away and takes no more.
    pub(super) fn close(&self) {
        let mut inner = self.inner.lock();
        inner.closed = true;
        let places: Vec<UsbPath> = inner.seats.keys().cloned().collect();
        for place in places {
            inner.evict(&place);
        }
        self.publish(&inner);
    }
}

impl Inner {
    fn evict(&mut self, place: &UsbPath) {
        if let Some(Seat {
            occupant: Occupant::Open(link),
            ..
        }) = self.seats.remove(place)
        {
            link.gone.cancel();
            // Wakes an idle thread; one with a full queue is awake and sees `gone`.
            let _ = link.orders.try_send(WorkerMessage::Refresh);
        }
    }
}
