//! The software key: an authenticator of CTAP 2.0 to 2.3, by its model, that speaks the same 64-byte reports as one of plastic.
//!
//! For `keydesk demo`, scenarios and drills; no real station can hold one. It is written from the specification and shares
//! nothing with the client in [`crate::ctap`] but the transport port, so that one misreading cannot hide in both. Hides
//! the whole authenticator (link, PIN protocols, credentials, fingerprints) behind a [`SoftKey`], the thing a person
//! holds: plug it in, touch it, pull it, look at what is on it, break it. The host's end is a [`SoftTransport`].
//!
//! Invariant: a key does nothing on its own and has no thread. It moves when a packet comes, when its person acts, and
//! while a host waits for its packets; 32 idle keys cost nothing.

mod assertion;
mod attestation;
mod authenticator;
mod bio;
mod cbor;
mod config;
mod credentials;
mod crypto;
mod faults;
mod info;
pub mod link;
mod machine;
mod manage;
mod pin;
mod profile;
mod quirks;
mod state;
mod status;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use p256::pkcs8::EncodePrivateKey;
use parking_lot::{Condvar, Mutex};
use zeroize::Zeroizing;

use crate::ctap::transport::{Report, Transport, TransportError};

pub use attestation::{Attestation, Model, attestation, root_certificate};
pub use faults::{Direction, Fault};
pub use profile::{Abilities, Management, Profile, TouchPolicy};
pub use quirks::{Quirks, Vouching};
pub use state::{SoftState, StateError};
pub use status::{Status, Wait};

use authenticator::Act;
use machine::Machine;

/// One software key, plugged in or not. Cloning gives another hand on the same key.
#[derive(Clone)]
pub struct SoftKey(Arc<Shared>);

struct Shared {
    inner: Mutex<Inner>,
    changed: Condvar,
}

struct Inner {
    machine: Machine,
    clock: Clock,
    busy: Duration,
}

/// Whose time a key lives in.
enum Clock {
    /// The machine's, set forward by [`SoftKey::advance`].
    Real { ahead: Duration },
    /// Its own: while a host waits, time jumps to the next thing that happens.
    Virtual { now: Instant },
}

impl Clock {
    fn now(&self) -> Instant {
        match self {
            Self::Real { ahead } => Instant::now() + *ahead,
            Self::Virtual { now } => *now,
        }
    }
}

/// What passed between host and key so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Packets from the host, also those that a fault lost.
    pub packets_to_key: u64,
    /// Packets that left the key.
    pub packets_from_key: u64,
    /// Time the key itself computed, without waiting; a bench subtracts it from what the host took.
    pub busy: Duration,
}

/// A discoverable credential, as seen by who holds the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialView {
    pub rp_id: String,
    pub user_id: Vec<u8>,
    /// The user's name, as far as the key kept it.
    pub user_name: Option<String>,
    pub id: Vec<u8>,
}

/// A discoverable credential with its private key: for another authenticator that is to be this one, in a test.
pub struct Exported {
    pub rp_id: String,
    pub user_id: Vec<u8>,
    pub id: Vec<u8>,
    /// PKCS #8, DER.
    pub private_key: Zeroizing<Vec<u8>>,
    pub sign_count: u32,
}

impl SoftKey {
    /// A fresh key, plugged in at this moment.
    pub fn new(profile: Profile) -> Self {
        Self::build(
            profile,
            None,
            Clock::Real {
                ahead: Duration::ZERO,
            },
        )
    }

    /// A key with the memory of another time, plugged in at this moment.
    pub fn with_state(profile: Profile, state: SoftState) -> Self {
        Self::build(
            profile,
            Some(state),
            Clock::Real {
                ahead: Duration::ZERO,
            },
        )
    }

    /// A fresh key with a time of its own: a host that waits 30 s for a touch gets its answer at once. Only one thread
    /// may use it, and touches come from its [`TouchPolicy`].
    pub fn in_virtual_time(profile: Profile) -> Self {
        Self::build(
            profile,
            None,
            Clock::Virtual {
                now: Instant::now(),
            },
        )
    }

    /// A key with the memory of another time and a time of its own, as [`SoftKey::in_virtual_time`].
    pub fn with_state_in_virtual_time(profile: Profile, state: SoftState) -> Self {
        Self::build(
            profile,
            Some(state),
            Clock::Virtual {
                now: Instant::now(),
            },
        )
    }

    fn build(profile: Profile, state: Option<SoftState>, clock: Clock) -> Self {
        let machine = Machine::new(profile, state, clock.now());
        let inner = Inner {
            machine,
            clock,
            busy: Duration::ZERO,
        };
        Self(Arc::new(Shared {
            inner: Mutex::new(inner),
            changed: Condvar::new(),
        }))
    }

    /// Changes the machine and wakes whoever waits for it.
    fn change<T>(&self, change: impl FnOnce(&mut Machine, Instant) -> T) -> T {
        let mut inner = self.0.inner.lock();
        let now = inner.clock.now();
        let started = Instant::now();
        let out = change(&mut inner.machine, now);
        inner.busy += started.elapsed();
        self.0.changed.notify_all();
        out
    }

    /// Opens it, as a host opens a device node. Several may have it open; each sees every packet of the key.
    ///
    /// # Errors
    /// [`TransportError::Gone`] when it is not plugged in.
    pub fn open(&self) -> Result<SoftTransport, TransportError> {
        let opener = self
            .change(|machine, _| machine.open())
            .ok_or(TransportError::Gone)?;
        Ok(SoftTransport {
            key: self.clone(),
            opener,
        })
    }

    /// The model it plays.
    pub fn profile(&self) -> Profile {
        self.0.inner.lock().machine.authenticator.profile.clone()
    }

    /// Pulls it: whoever has it open gets [`TransportError::Gone`] from now on, also after it is plugged in again.
    pub fn unplug(&self) {
        self.change(|machine, _| machine.unplug());
    }

    /// Plugs it in again, with power, a fresh reset window and no tokens.
    pub fn plug(&self) {
        self.change(Machine::plug);
    }

    /// Pulls it and plugs it in again.
    pub fn power_cycle(&self) {
        self.change(|machine, now| {
            machine.unplug();
            machine.plug(now);
        });
    }

    /// Whether it is plugged in.
    pub fn is_plugged(&self) -> bool {
        self.0.inner.lock().machine.plugged
    }

    /// Touches it shortly, with an enrolled finger if it asks for one. False when it was not waiting for that.
    pub fn touch(&self) -> bool {
        self.change(|machine, now| machine.act(Act::Touched, now))
    }

    /// Touches it for as long as it asks for. False when it was not waiting.
    pub fn hold(&self) -> bool {
        self.change(|machine, now| machine.act(Act::Held, now))
    }

    /// Touches it with a finger it does not know. False when it was not waiting.
    pub fn touch_with_wrong_finger(&self) -> bool {
        self.change(|machine, now| machine.act(Act::NotVerified, now))
    }

    /// Declines what it asks. False when it was not waiting.
    pub fn decline(&self) -> bool {
        self.change(|machine, now| machine.act(Act::Declined, now))
    }

    /// How the person behaves from now on.
    pub fn set_touch(&self, policy: TouchPolicy) {
        self.change(|machine, now| {
            machine.touch = policy;
            machine.step(now);
        });
    }

    /// The qualities (lastEnrollSampleStatus, 0 is good) of the next fingerprint samples; later ones are good.
    pub fn script_samples(&self, qualities: impl IntoIterator<Item = u8>) {
        self.change(|machine, _| machine.samples.extend(qualities));
    }

    /// Teaches it a finger at once, as its person did somewhere else.
    pub fn learn_finger(&self) {
        self.change(|machine, _| machine.authenticator.learn_finger());
    }

    /// Whether it has begun to learn a finger and still keeps the samples.
    pub fn is_enrolling(&self) -> bool {
        self.0
            .inner
            .lock()
            .machine
            .authenticator
            .volatile
            .bio_enrolment
            .is_some()
    }

    /// What it is waiting for, if anything.
    pub fn waiting(&self) -> Option<Wait> {
        self.0.inner.lock().machine.waiting()
    }

    /// Waits up to `timeout` until the key waits for its person; what it waits for then.
    pub fn wait_until_it_asks(&self, timeout: Duration) -> Option<Wait> {
        let mut inner = self.0.inner.lock();
        let idle = |inner: &mut Inner| inner.machine.waiting().is_none();
        self.0.changed.wait_while_for(&mut inner, idle, timeout);
        inner.machine.waiting()
    }

    /// Breaks it in this way.
    pub fn inject(&self, fault: Fault) {
        self.change(|machine, _| machine.faults.inject(fault));
    }

    /// Takes back every fault that has not happened, and those that last.
    pub fn clear_faults(&self) {
        self.change(|machine, _| machine.faults.clear());
    }

    /// Lets time pass for the key, so that a test need not wait for its limits.
    pub fn advance(&self, by: Duration) {
        let mut inner = self.0.inner.lock();
        match &mut inner.clock {
            Clock::Real { ahead } => *ahead += by,
            Clock::Virtual { now } => *now += by,
        }
        drop(inner);
        self.change(Machine::step);
    }

    /// Its discoverable credentials, oldest first.
    pub fn credentials(&self) -> Vec<CredentialView> {
        let inner = self.0.inner.lock();
        let stored = inner.machine.authenticator.state.credentials.iter();
        stored
            .map(|c| CredentialView {
                rp_id: c.rp_id.clone(),
                user_id: c.user.id.clone(),
                user_name: c.user.name.clone(),
                id: c.id.clone(),
            })
            .collect()
    }

    /// The same with their private keys.
    pub fn exported(&self) -> Vec<Exported> {
        let inner = self.0.inner.lock();
        let authenticator = &inner.machine.authenticator;
        let stored = authenticator.state.credentials.iter();
        let exported = stored.filter_map(|credential| {
            let key = authenticator.private_key(&credential.id).to_pkcs8_der();
            Some(Exported {
                rp_id: credential.rp_id.clone(),
                user_id: credential.user.id.clone(),
                id: credential.id.clone(),
                private_key: Zeroizing::new(key.ok()?.as_bytes().to_vec()),
                sign_count: authenticator.state.sign_count,
            })
        });
        exported.collect()
    }

    /// Everything it remembers without power.
    pub fn state(&self) -> SoftState {
        self.0.inner.lock().machine.authenticator.state.clone()
    }

    /// How often it was asked to wink.
    pub fn winks(&self) -> u32 {
        self.0.inner.lock().machine.winks
    }

    /// What passed so far.
    pub fn counters(&self) -> Counters {
        let inner = self.0.inner.lock();
        Counters {
            packets_to_key: inner.machine.packets_to_key,
            packets_from_key: inner.machine.packets_from_key,
            busy: inner.busy,
        }
    }
}

/// The host's end of a software key.
pub struct SoftTransport {
    key: SoftKey,
    opener: u64,
}

impl Transport for SoftTransport {
    fn send(&mut self, report: &Report) -> Result<(), TransportError> {
        self.key.change(|machine, now| {
            if !machine.is_open(self.opener) {
                return Err(TransportError::Gone);
            }
            machine.packet(report, now);
            Ok(())
        })
    }

    fn receive(&mut self, timeout: Duration) -> Result<Option<Report>, TransportError> {
        let mut inner = self.key.0.inner.lock();
        let deadline = inner.clock.now() + timeout;
        loop {
            let now = inner.clock.now();
            let started = Instant::now();
            inner.machine.step(now);
            let popped = inner.machine.pop(self.opener);
            let next = inner.machine.next_event();
            inner.busy += started.elapsed();
            match popped {
                Err(()) => return Err(TransportError::Gone),
                Ok(Some(report)) => return Ok(Some(report)),
                Ok(None) if now >= deadline => return Ok(None),
                Ok(None) => {}
            }
            let until = next.map_or(deadline, |at| at.min(deadline));
            if let Clock::Virtual { now } = &mut inner.clock {
                *now = until;
                continue;
            }
            let pause = until.saturating_duration_since(now);
            self.key.0.changed.wait_for(&mut inner, pause);
        }
    }

    fn now(&self) -> Instant {
        self.key.0.inner.lock().clock.now()
    }
}

impl Drop for SoftTransport {
    fn drop(&mut self) {
        self.key.change(|machine, _| machine.close(self.opener));
    }
}
