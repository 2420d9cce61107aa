//! The ports of the client: 64-byte reports in and out with a clock, and randomness.

use std::time::{Duration, Instant};

/// One HID report without its report id, as every FIDO HID interface carries it
/// (CTAP 2.3, section 11.2.2).
pub type Report = [u8; 64];

/// A packet transport to one authenticator. Blocking; used by one thread at a time.
pub trait Transport: Send {
    /// Sends one report. Never blocks for long: a key that takes no report is gone.
    fn send(&mut self, report: &Report) -> Result<(), TransportError>;

    /// Waits up to `timeout` for one report; `Ok(None)` when none came.
    fn receive(&mut self, timeout: Duration) -> Result<Option<Report>, TransportError>;

    /// Monotonic time; a test may supply its own.
    fn now(&self) -> Instant {
        Instant::now()
    }
}

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn send(&mut self, report: &Report) -> Result<(), TransportError> {
        (**self).send(report)
    }

    fn receive(&mut self, timeout: Duration) -> Result<Option<Report>, TransportError> {
        (**self).receive(timeout)
    }

    fn now(&self) -> Instant {
        (**self).now()
    }
}

/// Why no report could be sent or received.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The key was pulled or its device node vanished.
    #[error("the key is gone")]
    Gone,
    /// The operating system refused, e.g. for want of permission.
    #[error("the device answered with an error: {0}")]
    Io(String),
}

/// Where nonces, key-agreement secrets and initialisation vectors come from. Must be fit for cryptography.
pub trait Entropy: Send {
    /// Fills `bytes` with random bytes.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), EntropyError>;
}

impl<E: Entropy + ?Sized> Entropy for Box<E> {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        (**self).fill(bytes)
    }
}

/// The system has no randomness to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system's random number generator failed")]
pub struct EntropyError;
