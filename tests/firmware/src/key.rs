//! The key as its person and its host see it: packets, touches, plugging.
//!
//! Hides the thread that the firmware runs on. Invariant: one request is under way at a time, and a reply that belongs to
//! a channel or a power-up of the past goes nowhere.

use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use keydesk::{
    bay::soft::link::{self, Link, Message, Received, command, error},
    ctap::{Report, Transport, TransportError},
};
use trussed_core::InterruptFlag;

use crate::board::{self, Flash};

const KEEPALIVE_EVERY: Duration = Duration::from_millis(100);
const KEEPALIVE_PROCESSING: u8 = 1;
const KEEPALIVE_PRESENCE_NEEDED: u8 = 2;
const STATUS_KEEPALIVE_CANCEL: u8 = 0x2d;
/// WINK and CBOR; CTAP1 messages work too.
const CAPABILITIES: u8 = 0x01 | 0x04;
/// Packets kept for a host that does not read.
const MAX_QUEUE: usize = 1024;

/// How the person in front of the key behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touch {
    /// Touches it as soon as it asks.
    Always,
    /// Touches it only through [`FirmwareKey::touch`].
    OnDemand,
    /// Touches it this long after it asked.
    After(Duration),
}

/// What the key says it is.
#[derive(Debug, Clone)]
pub struct Model {
    /// The name in its attestation certificate.
    pub product: String,
    /// Its AAGUID.
    pub aaguid: [u8; 16],
    /// firmwareVersion in getInfo.
    pub firmware_version: usize,
}

impl Default for Model {
    fn default() -> Self {
        Self {
            product: "Firmware Key".into(),
            aaguid: *b"keydesk-firmware",
            firmware_version: 0x01_00_00,
        }
    }
}

/// A firmware key. Cloning gives another hand on the same key.
#[derive(Clone)]
pub struct FirmwareKey(Arc<Handle>);

/// Ends the firmware's thread with the last hand on the key.
struct Handle(Arc<Shared>);

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.change(|state| {
            state.unplug();
            state.dropped = true;
        });
    }
}

/// What the host's side and the firmware's thread share.
pub(crate) struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    started: Instant,
}

pub(crate) struct State {
    link: Link,
    touch: Touch,
    /// A touch that the firmware has not noticed yet.
    touched: bool,
    waiting_since: Option<Instant>,
    plugged: bool,
    dropped: bool,
    /// Counts power-ups.
    session: u64,
    running: Option<Running>,
    interrupt: Option<&'static InterruptFlag>,
    skipped: Duration,
    openers: Vec<(u64, VecDeque<Report>)>,
    next_opener: u64,
    next_channel: u32,
}

struct Running {
    id: u64,
    channel: u32,
    next_keepalive: Instant,
    /// Until the firmware takes it.
    request: Option<(u8, Vec<u8>)>,
}

/// One request for the firmware.
pub(crate) struct Job {
    id: u64,
    pub(crate) command: u8,
    pub(crate) data: Vec<u8>,
}

impl Shared {
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let out = change(&mut self.lock());
        self.changed.notify_all();
        out
    }

    /// The next power-up after `last`; `None` when the key is gone for good.
    pub(crate) fn wait_for_power(&self, last: u64) -> Option<u64> {
        let mut state = self.lock();
        loop {
            if state.dropped {
                return None;
            }
            if state.plugged && state.session > last {
                return Some(state.session);
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The next request of a power-up; `None` when the power is gone.
    pub(crate) fn next_job(&self, session: u64, interrupt: &'static InterruptFlag) -> Option<Job> {
        let mut state = self.lock();
        state.interrupt = Some(interrupt);
        loop {
            if !state.plugged || state.session != session {
                return None;
            }
            if let Some(running) = &mut state.running
                && let Some((command, data)) = running.request.take()
            {
                // Under the lock, so that a cancel from now on finds a firmware that can be interrupted.
                interrupt.set_working();
                return Some(Job {
                    id: running.id,
                    command,
                    data,
                });
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The firmware's answer: the reply, or a code of CTAPHID_ERROR.
    pub(crate) fn finish(
        &self,
        job: &Job,
        interrupt: &'static InterruptFlag,
        reply: Result<&[u8], u8>,
    ) {
        self.change(|state| {
            interrupt.set_idle();
            state.waiting_since = None;
            let Some(running) = state.running.take_if(|running| running.id == job.id) else {
                return;
            };
            let packets = match reply {
                Ok(data) => link::packets(running.channel, job.command, data),
                Err(code) => link::error_packet(running.channel, code),
            };
            state.emit(packets);
        });
    }

    /// Time since the machine made the key, with what a test skipped.
    pub(crate) fn uptime(&self) -> Duration {
        self.started.elapsed() + self.lock().skipped
    }

    /// The firmware says whether it waits for a touch.
    pub(crate) fn report_waiting(&self, waits: bool) {
        // The firmware reports much more often than it changes; do not wake the host for nothing.
        if self.lock().waiting_since.is_some() != waits {
            self.change(|state| {
                state.touched = false;
                state.waiting_since = waits.then(Instant::now);
            });
        }
    }

    /// The firmware looks whether it is being touched.
    pub(crate) fn is_touched(&self) -> bool {
        let mut state = self.lock();
        match (state.touch, state.waiting_since) {
            _ if std::mem::take(&mut state.touched) => true,
            (Touch::Always, Some(_)) => true,
            (Touch::After(delay), Some(since)) => since.elapsed() >= delay,
            _ => false,
        }
    }
}

impl State {
    fn unplug(&mut self) {
        self.plugged = false;
        self.running = None;
        self.openers.clear();
        self.interrupt.take().map(InterruptFlag::interrupt);
    }

    fn plug(&mut self) {
        if !self.plugged {
            self.plugged = true;
            self.session += 1;
            self.touched = false;
            self.next_channel = self.next_channel.wrapping_add(0x0100_0000);
            self.link = Link::new([1, 0, 0], CAPABILITIES, self.next_channel);
        }
    }

    fn packet(&mut self, report: &Report, now: Instant) {
        let late = self.link.expire(now);
        self.emit(late);
        let busy = self.running.as_ref().map(|running| running.channel);
        match self.link.take(report, now, busy) {
            Received::Nothing => {}
            Received::Answer(packets) => self.emit(packets),
            Received::Resync(channel, packets) => {
                if self
                    .running
                    .take_if(|running| running.channel == channel)
                    .is_some()
                {
                    self.interrupt.map(InterruptFlag::interrupt);
                }
                self.emit(packets);
            }
            Received::Cancel(channel) => self.cancel(channel),
            Received::Message(message) => self.message(message, now),
        }
    }

    fn cancel(&mut self, channel: u32) {
        let Some(running) = &mut self.running else {
            return;
        };
        if running.channel != channel {
            return;
        }
        if running.request.is_some() {
            self.running = None;
            self.emit(link::packets(
                channel,
                command::CBOR,
                &[STATUS_KEEPALIVE_CANCEL],
            ));
        } else {
            self.interrupt.map(InterruptFlag::interrupt);
        }
    }

    fn message(&mut self, message: Message, now: Instant) {
        let Message {
            channel,
            command,
            data,
        } = message;
        match command {
            command::PING => self.emit(link::packets(channel, command::PING, &data)),
            command::WINK => self.emit(link::packets(channel, command::WINK, &[])),
            command::CBOR | command::MSG => {
                self.next_opener += 1;
                self.running = Some(Running {
                    id: self.next_opener,
                    channel,
                    next_keepalive: now + KEEPALIVE_EVERY,
                    request: Some((command, data)),
                });
            }
            _ => self.emit(link::error_packet(channel, error::INVALID_COMMAND)),
        }
    }

    /// Sends what is due by now; when it has to be asked again.
    fn step(&mut self, now: Instant) -> Option<Instant> {
        let late = self.link.expire(now);
        self.emit(late);
        let status = if self.waiting_since.is_some() {
            KEEPALIVE_PRESENCE_NEEDED
        } else {
            KEEPALIVE_PROCESSING
        };
        let due = self.running.as_mut().map(|running| {
            let is_due = running.next_keepalive <= now;
            if is_due {
                running.next_keepalive = now + KEEPALIVE_EVERY;
            }
            (is_due.then_some(running.channel), running.next_keepalive)
        });
        if let Some((Some(channel), _)) = due {
            self.emit(link::packets(channel, command::KEEPALIVE, &[status]));
        }
        [due.map(|(_, next)| next), self.link.deadline()]
            .into_iter()
            .flatten()
            .min()
    }

    fn emit(&mut self, packets: Vec<Report>) {
        for (_, queue) in &mut self.openers {
            let room = MAX_QUEUE.saturating_sub(queue.len());
            queue.extend(packets.iter().take(room));
        }
    }
}

impl FirmwareKey {
    /// A key, plugged in at this moment, with its firmware on a thread of its own.
    pub fn new(model: Model, flash: Flash, touch: Touch) -> Self {
        let mut state = State {
            link: Link::new([1, 0, 0], CAPABILITIES, 1),
            touch,
            touched: false,
            waiting_since: None,
            plugged: false,
            dropped: false,
            session: 0,
            running: None,
            interrupt: None,
            skipped: Duration::ZERO,
            openers: Vec::new(),
            next_opener: 0,
            next_channel: 1,
        };
        state.plug();
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            changed: Condvar::new(),
            started: Instant::now(),
        });
        board::start(Arc::clone(&shared), model, flash);
        Self(Arc::new(Handle(shared)))
    }

    fn shared(&self) -> &Shared {
        &self.0.0
    }

    /// Opens it; several may, and each sees every packet of the key.
    ///
    /// # Errors
    /// [`TransportError::Gone`] when it is not plugged in.
    pub fn open(&self) -> Result<FirmwareTransport, TransportError> {
        let opener = self.shared().change(|state| {
            state.plugged.then(|| {
                state.next_opener += 1;
                state.openers.push((state.next_opener, VecDeque::new()));
                state.next_opener
            })
        });
        let opener = opener.ok_or(TransportError::Gone)?;
        Ok(FirmwareTransport {
            key: self.clone(),
            opener,
        })
    }

    /// Pulls it.
    pub fn unplug(&self) {
        self.shared().change(State::unplug);
    }

    /// Plugs it in again, with power.
    pub fn plug(&self) {
        self.shared().change(State::plug);
    }

    /// Whether it is plugged in.
    pub fn is_plugged(&self) -> bool {
        self.shared().lock().plugged
    }

    /// Touches it; false when it was not waiting for that.
    pub fn touch(&self) -> bool {
        self.shared().change(|state| {
            state.touched = state.waiting_since.is_some();
            state.touched
        })
    }

    /// How the person behaves from now on.
    pub fn set_touch(&self, touch: Touch) {
        self.shared().change(|state| state.touch = touch);
    }

    /// Lets the firmware's clock skip this much.
    pub fn skip(&self, by: Duration) {
        self.shared().change(|state| state.skipped += by);
    }
}

/// The host's end of a firmware key.
pub struct FirmwareTransport {
    key: FirmwareKey,
    opener: u64,
}

impl Drop for FirmwareTransport {
    fn drop(&mut self) {
        let opener = self.opener;
        self.key
            .shared()
            .change(|state| state.openers.retain(|(id, _)| *id != opener));
    }
}

impl Transport for FirmwareTransport {
    fn send(&mut self, report: &Report) -> Result<(), TransportError> {
        let opener = self.opener;
        self.key.shared().change(|state| {
            if !state.openers.iter().any(|(id, _)| *id == opener) {
                return Err(TransportError::Gone);
            }
            state.packet(report, Instant::now());
            Ok(())
        })
    }

    fn receive(&mut self, timeout: Duration) -> Result<Option<Report>, TransportError> {
        let deadline = Instant::now() + timeout;
        let shared = self.key.shared();
        let mut state = shared.lock();
        loop {
            let now = Instant::now();
            let next = state.step(now);
            let opener = self.opener;
            let queue = state.openers.iter_mut().find(|(id, _)| *id == opener);
            let (_, queue) = queue.ok_or(TransportError::Gone)?;
            if let Some(report) = queue.pop_front() {
                return Ok(Some(report));
            }
            if now >= deadline {
                return Ok(None);
            }
            let until = next.map_or(deadline, |at| at.min(deadline));
            let pause = until.saturating_duration_since(now);
            (state, _) = shared
                .changed
                .wait_timeout(state, pause)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}
