//! Everything that can go wrong with a key, with the facts an operator's screen needs.

use std::time::Duration;

use super::auth_data::AuthDataFault;
use super::cbor::FieldFault;
use super::command::Operation;
use super::exchange::ExchangeFault;
use super::frame::FrameFault;
use super::status::{HidError, Status};
use super::transport::{EntropyError, TransportError};
use crate::domain::reason::Lacks;

/// Why a piece of work on a key did not succeed. The texts are for operators: what happened, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CtapError {
    #[error("the key was pulled out; plug it in again")]
    Gone,
    /// The operating system refused to talk to it.
    #[error(
        "the system cannot talk to the key ({reason}); plug it in again, or run `keydesk doctor`"
    )]
    Io { reason: String },
    /// It did not answer in time.
    #[error(
        "the key did not finish to {operation} within {limit_ms} ms; try again, or plug it in again"
    )]
    Timeout {
        operation: Operation,
        /// How long it had.
        limit_ms: u64,
        /// It is certain that the key did nothing; otherwise it may have done it, or do it still.
        nothing_done: bool,
    },
    /// It served another program all the while.
    #[error(
        "the key was busy with another program for {limit_ms} ms; close that program and try again"
    )]
    Busy {
        operation: Operation,
        /// How long it had.
        limit_ms: u64,
    },
    #[error("cancelled while the key was to {operation}")]
    Cancelled {
        /// What was given up.
        operation: Operation,
        /// As for [`CtapError::Timeout`].
        nothing_done: bool,
    },
    /// Its packets do not make a message.
    #[error(
        "the key broke the protocol when it was to {operation}: {fault}; plug it in again, and set it aside if it happens again"
    )]
    Framing {
        operation: Operation,
        /// What is wrong with the packets.
        fault: FrameFault,
    },
    /// It answered another message than the one sent.
    #[error(
        "the key answered something else when it was to {operation} ({detail}); plug it in again"
    )]
    OutOfStep {
        operation: Operation,
        detail: String,
    },
    /// It refused the message (CTAPHID_ERROR).
    #[error("the key refused to {operation}: {error}; plug it in again")]
    Hid {
        operation: Operation,
        error: HidError,
    },
    /// It refused the request (CTAP2 status).
    #[error("the key refused to {operation}: {status}")]
    Status {
        operation: Operation,
        status: Status,
    },
    /// Its reply is not what the specification says.
    #[error(
        "the key's answer makes no sense when it was to {operation}: {fault}; set the key aside"
    )]
    Malformed {
        operation: Operation,
        /// What is wrong with the reply.
        fault: ReplyFault,
    },
    /// It can't do this at all.
    #[error("this key does not support {what}; use another key")]
    Unsupported {
        /// What was asked for.
        what: Lacks,
    },
    /// The request does not fit into a message that it takes.
    #[error("the request to {operation} takes {bytes} bytes and this key accepts {limit}")]
    TooLarge {
        operation: Operation,
        /// Size of the request.
        bytes: usize,
        /// What the key accepts.
        limit: usize,
    },
    /// The PIN has the wrong length for this key.
    #[error("{0}")]
    PinLength(PinLengthFault),
    /// A minimum PIN length that the key cannot be given.
    #[error(
        "the key's minimum PIN length can be set to {min} to {max} characters, not {wanted}: it is lowered by nothing but a reset"
    )]
    MinPinLength {
        /// What was asked for, in code points.
        wanted: u8,
        /// The minimum in force.
        min: u8,
        /// The longest PIN the key takes.
        max: u8,
    },
    /// More relying parties shall read the minimum PIN length than the key can keep.
    #[error(
        "{wanted} relying parties cannot be allowed to read the minimum PIN length: this key keeps {max}; name fewer"
    )]
    TooManyRpIds {
        /// How many were named.
        wanted: u64,
        /// How many the key keeps.
        max: u64,
    },
    /// The system has no randomness.
    #[error("{0}; restart the station")]
    Entropy(#[from] EntropyError),
}

/// Why a PIN was not even sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PinLengthFault {
    /// Fewer code points than the key asks for.
    #[error("the PIN is too short: this key needs at least {min} characters")]
    TooShort {
        /// The least number of code points.
        min: u8,
    },
    /// More code points than the key takes.
    #[error("the PIN is too long: this key takes at most {max} characters")]
    TooLong {
        /// The largest number of code points.
        max: u8,
    },
}

/// What is wrong with a reply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplyFault {
    /// There is not even a status byte.
    #[error("an empty reply")]
    Empty,
    /// A member is missing or wrong, or the bytes are no CBOR.
    #[error("{0}")]
    Field(#[from] FieldFault),
    /// The authenticator data can't be read.
    #[error("authenticator data: {0}")]
    AuthData(#[from] AuthDataFault),
    /// It is well-formed and contradicts the request.
    #[error("{0}")]
    Contradiction(&'static str),
}

impl CtapError {
    /// The CTAP2 status, when the key refused with one.
    pub const fn status(&self) -> Option<Status> {
        match self {
            Self::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether a request that was given up certainly had no effect.
    pub const fn nothing_done(&self) -> bool {
        match self {
            Self::Timeout { nothing_done, .. } | Self::Cancelled { nothing_done, .. } => {
                *nothing_done
            }
            _ => false,
        }
    }

    /// The same for a request of which the key has said that it did nothing.
    pub(super) fn certain(mut self) -> Self {
        if let Self::Timeout { nothing_done, .. } | Self::Cancelled { nothing_done, .. } = &mut self
        {
            *nothing_done = true;
        }
        self
    }

    /// Nobody touched the key while it waited; it has said so itself.
    pub(super) fn untouched(operation: Operation, limit: Duration) -> Self {
        Self::Timeout {
            operation,
            limit_ms: u64::try_from(limit.as_millis()).unwrap_or(u64::MAX),
            nothing_done: true,
        }
    }

    pub(super) fn malformed(operation: Operation, fault: impl Into<ReplyFault>) -> Self {
        Self::Malformed {
            operation,
            fault: fault.into(),
        }
    }

    pub(super) fn exchange(operation: Operation, fault: ExchangeFault) -> Self {
        match fault {
            ExchangeFault::Frame(fault) => Self::Framing { operation, fault },
            ExchangeFault::Hid(error) => Self::Hid { operation, error },
            other @ ExchangeFault::UnexpectedCommand { .. } => Self::OutOfStep {
                operation,
                detail: other.to_string(),
            },
        }
    }
}

impl From<TransportError> for CtapError {
    fn from(error: TransportError) -> Self {
        match error {
            TransportError::Gone => Self::Gone,
            TransportError::Io(reason) => Self::Io { reason },
        }
    }
}
