//! What a key's answer to a reset means (CTAP 2.3, section 6.6).

use super::fault_of;
use crate::ctap::{CtapError, Status};
use crate::domain::reason::Lacks;
use crate::workflow::{KeyFault, NotReset};

/// Why the key did not say that it was reset, and whether it may have been all the same.
pub(in crate::station) fn not_reset(error: &CtapError) -> NotReset {
    match error.status() {
        Some(Status::NotAllowed) => return NotReset::TooLate,
        Some(Status::UserActionTimeout | Status::ActionTimeout | Status::OperationDenied) => {
            return NotReset::Untouched;
        }
        // It does not know the command: CTAP 2.3 no longer asks every key for it.
        Some(Status::InvalidCommand | Status::UnsupportedOption) => {
            return NotReset::Failed {
                fault: KeyFault::Unsupported(Lacks::UsbReset { over: Vec::new() }),
                nothing_done: true,
            };
        }
        Some(Status::KeepaliveCancel) => {
            return NotReset::Failed {
                fault: KeyFault::Cancelled,
                nothing_done: true,
            };
        }
        _ => {}
    }
    NotReset::Failed {
        fault: fault_of(error, None),
        // With a status the key says itself that it refused; anything else may have been lost on the way back.
        nothing_done: error.status().is_some() || error.nothing_done(),
    }
}
