//! Opening hidraw nodes and moving reports through them.
//!
//! Hides hidapi. Invariant: a report goes out whole with report id 0, and what comes in is 64 bytes or an error.

use std::ffi::CString;
use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use hidapi::{HidApi, HidDevice};
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
        match self.device.write(&numbered) {
            Ok(65) => Ok(()),
            Ok(sent) => Err(TransportError::Io(format!(
                "only {sent} of 65 bytes were sent"
            ))),
            Err(error) => Err(fault(&error)),
        }
    }

    fn receive(&mut self, timeout: Duration) -> Result<Option<Report>, TransportError> {
        // Rounded up, for 0 ms would make the caller spin.
        let millis = i32::try_from(timeout.as_micros().div_ceil(1000)).unwrap_or(i32::MAX);
        let mut report = [0; 64];
        match self.device.read_timeout(&mut report, millis) {
            Ok(0) => Ok(None),
            Ok(64) => Ok(Some(report)),
            Ok(short) => Err(TransportError::Io(format!(
                "a report of {short} bytes, where 64 should come"
            ))),
            Err(error) => Err(fault(&error)),
        }
    }
}

/// On an open node every error of the system but a wrong argument means that the device has left.
fn fault(error: &hidapi::HidError) -> TransportError {
    match error {
        hidapi::HidError::IoError { error }
            if error.raw_os_error() == Some(Errno::INVAL.raw_os_error()) =>
        {
            TransportError::Io(error.to_string())
        }
        hidapi::HidError::IoError { .. } | hidapi::HidError::HidApiError { .. } => {
            TransportError::Gone
        }
        other => TransportError::Io(other.to_string()),
    }
}
