//! Opening hidraw nodes and moving reports through them.
//!
//! Hides hidapi. Invariant: a report goes out whole with report id 0, and what comes in is 64 bytes or an error.

use std::ffi::CString;
use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use hidapi::{HidApi, HidDevice, HidError};
use rustix::fs::{Access, AtFlags, CWD};
use rustix::io::Errno;

use super::board::OpenFault;
use crate::ctap::{Report, Transport, TransportError};

/// hidapi wants one context per process. It must not look for devices itself: the bay does, and opens by path.
static API: LazyLock<Result<HidApi, String>> = LazyLock::new(|| {
    HidApi::disable_device_discovery();
    HidApi::new().map_err(|error| error.to_string())
});

/// Opens a device node.
pub(super) fn open(node: &Path) -> Result<Box<dyn Transport>, OpenFault> {
    let system = |reason: String| OpenFault::System { reason };
    let api = API.as_ref().map_err(|error| system(error.clone()))?;
    let path = CString::new(node.as_os_str().as_encoded_bytes())
        .map_err(|error| system(error.to_string()))?;
    match api.open_path(&path) {
        Ok(device) => Ok(Box::new(HidTransport { device })),
        Err(error) => Err(refusal(node).unwrap_or_else(|| system(error.to_string()))),
    }
}

/// hidapi says in words only why it could not open a node; the system says it again in numbers.
fn refusal(node: &Path) -> Option<OpenFault> {
    match rustix::fs::accessat(
        CWD,
        node,
        Access::READ_OK | Access::WRITE_OK,
        AtFlags::EACCESS,
    ) {
        Err(Errno::ACCESS | Errno::PERM) => Some(OpenFault::NoPermission {
            node: node.display().to_string(),
        }),
        Err(Errno::NOENT | Errno::NODEV | Errno::NXIO) => Some(OpenFault::Gone),
        _ => None,
    }
}

struct HidTransport {
    device: HidDevice,
}

impl Transport for HidTransport {
    fn send(&mut self, report: &Report) -> Result<(), TransportError> {
        let mut numbered = [0; 65];
        numbered
            .iter_mut()
            .skip(1)
            .zip(report)
            .for_each(|(to, from)| *to = *from);
        loop {
            match self.device.write(&numbered) {
                Ok(65) => return Ok(()),
                Ok(sent) => {
                    let reason = format!("only {sent} of 65 bytes were sent");
                    return Err(TransportError::Io(reason));
                }
                Err(error) if is_interruption(&error) => {}
                Err(error) => return Err(fault(&error)),
            }
        }
    }

    fn receive(&mut self, timeout: Duration) -> Result<Option<Report>, TransportError> {
        // Rounded up, for 0 ms would make the caller spin.
        let millis = i32::try_from(timeout.as_micros().div_ceil(1000)).unwrap_or(i32::MAX);
        let mut report = [0; 64];
        match self.device.read_timeout(&mut report, millis) {
            Ok(0) => Ok(None),
            Ok(64) => Ok(Some(report)),
            Ok(short) => {
                let reason = format!("a report of {short} bytes, where 64 should come");
                Err(TransportError::Io(reason))
            }
            Err(error) if is_interruption(&error) => Ok(None),
            Err(error) => Err(fault(&error)),
        }
    }
}

/// A signal, such as a terminal's change of size, interrupts waits on whichever thread it reaches.
fn is_interruption(error: &HidError) -> bool {
    number(error) == Some(Errno::INTR.raw_os_error())
}

fn number(error: &HidError) -> Option<i32> {
    match error {
        HidError::IoError { error } => error.raw_os_error(),
        _ => None,
    }
}

/// What an error on an open node means. A key that is pulled in the middle of a transfer shows as any of several.
fn fault(error: &HidError) -> TransportError {
    const LEFT: [Errno; 8] = [
        Errno::NODEV,
        Errno::NXIO,
        Errno::IO,
        Errno::PIPE,
        Errno::SHUTDOWN,
        // What host controllers say of a transfer that nobody answers any more (Linux, Documentation/driver-api/usb/error-codes).
        Errno::PROTO,
        Errno::ILSEQ,
        Errno::TIME,
    ];
    let left = |number| LEFT.iter().any(|left| left.raw_os_error() == number);
    // What follows says only what it comes to.
    tracing::info!(%error, "a key's node failed");
    match error {
        // poll(2) said that the node has hung up.
        HidError::HidApiError { .. } => TransportError::Gone,
        error if number(error).is_some_and(left) => TransportError::Gone,
        error => TransportError::Io(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn system(errno: Errno) -> HidError {
        HidError::IoError {
            error: errno.into(),
        }
    }

    #[test]
    fn a_signal_is_no_fault_and_a_stall_is_no_pull() {
        assert!(is_interruption(&system(Errno::INTR)));
        assert!(!is_interruption(&system(Errno::NODEV)));
        assert_eq!(fault(&system(Errno::NODEV)), TransportError::Gone);
        assert_eq!(fault(&system(Errno::IO)), TransportError::Gone);
        assert_eq!(fault(&system(Errno::PROTO)), TransportError::Gone);
        assert!(matches!(
            fault(&system(Errno::TIMEDOUT)),
            TransportError::Io(_)
        ));
    }
}
