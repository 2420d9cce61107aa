//! A key behind a USB gadget or a socket: reports of 64 bytes in both directions.
//!
//! Invariant: the key has power exactly while the other side is there. When the gadget is unbound or the socket closed,
//! the key is pulled; when it comes back, it is plugged in again.

mod functionfs;

pub use functionfs::function;

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Write},
    os::{
        fd::OwnedFd,
        unix::{
            fs::{MetadataExt, OpenOptionsExt},
            net::UnixListener,
        },
    },
    path::Path,
    thread,
    time::Duration,
};

use keydesk::{
    bay::soft::SoftKey,
    ctap::{Transport, TransportError},
};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::OFlags,
};

use crate::key::FirmwareKey;

/// How soon a vanished gadget is noticed.
const LIVENESS_CHECK: Duration = Duration::from_millis(50);

/// A key that can be served.
pub trait Served: Sync {
    /// Gives it power.
    fn plug(&self);
    /// Takes the power away.
    fn unplug(&self);
    /// Whether it has power.
    fn is_plugged(&self) -> bool;
    /// Opens it; every opener sees every packet.
    ///
    /// # Errors
    /// [`TransportError::Gone`] when it has no power.
    fn open(&self) -> Result<Box<dyn Transport>, TransportError>;
}

impl Served for FirmwareKey {
    fn plug(&self) {
        Self::plug(self);
    }

    fn unplug(&self) {
        Self::unplug(self);
    }

    fn is_plugged(&self) -> bool {
        Self::is_plugged(self)
    }

    fn open(&self) -> Result<Box<dyn Transport>, TransportError> {
        Ok(Box::new(Self::open(self)?))
    }
}

impl Served for SoftKey {
    fn plug(&self) {
        Self::plug(self);
    }

    fn unplug(&self) {
        Self::unplug(self);
    }

    fn is_plugged(&self) -> bool {
        Self::is_plugged(self)
    }

    fn open(&self) -> Result<Box<dyn Transport>, TransportError> {
        Ok(Box::new(Self::open(self)?))
    }
}

/// Serves a gadget's device node (`/dev/hidgN`) for ever: when the gadget is unbound the key is pulled, when the node is
/// there again it is plugged in.
///
/// # Errors
/// The device node exists and cannot be opened.
pub fn gadget(key: &dyn Served, node: &Path) -> io::Result<()> {
    loop {
        let opened = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
            .open(node);
        match opened {
            Ok(file) => {
                let inode = file.metadata()?.ino();
                let is_there = || std::fs::metadata(node).is_ok_and(|now| now.ino() == inode);
                pump(key, file, is_there);
            }
            Err(error) if is_absence(&error) => thread::sleep(Duration::from_millis(10)),
            Err(error) => return Err(error),
        }
    }
}

/// The node is not there yet, or its driver is just going or coming.
fn is_absence(error: &io::Error) -> bool {
    let code = error
        .raw_os_error()
        .map(rustix::io::Errno::from_raw_os_error);
    matches!(
        code,
        Some(rustix::io::Errno::NOENT | rustix::io::Errno::NXIO | rustix::io::Errno::NODEV)
    )
}

/// Serves a Unix socket for ever: one host at a time, plugged in while it is connected.
///
/// # Errors
/// The socket cannot be made or no connection accepted.
pub fn socket(key: &dyn Served, path: &Path) -> io::Result<()> {
    let listener = UnixListener::bind(path)?;
    loop {
        let (stream, _) = listener.accept()?;
        stream.set_nonblocking(true)?;
        pump(key, File::from(OwnedFd::from(stream)), || true);
    }
}

/// Carries reports both ways until the other side or the key is gone; the key has power meanwhile.
fn pump(key: &dyn Served, file: File, is_there: impl Fn() -> bool) {
    // Power from this moment on, whatever was before.
    key.unplug();
    key.plug();
    if let (Ok(to_key), Ok(to_host)) = (key.open(), key.open()) {
        thread::scope(|scope| {
            scope.spawn(|| {
                if send_to_host(key, to_host, &file).is_err() {
                    key.unplug();
                }
            });
            if let Err(error) = take_from_host(to_key, &file, || is_there() && key.is_plugged()) {
                eprintln!("the host is gone: {error}");
            }
            key.unplug();
        });
    }
    key.unplug();
}

fn take_from_host(
    mut key: Box<dyn Transport>,
    mut file: &File,
    is_there: impl Fn() -> bool,
) -> io::Result<()> {
    let mut report = [0; 64];
    let mut filled = 0;
    while is_there() {
        if !wait(file, PollFlags::IN)? {
            continue;
        }
        let rest = report.get_mut(filled..).unwrap_or_default();
        match file.read(rest) {
            Ok(0) => return Ok(()),
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
            Err(error) => return Err(error),
        }
        if filled == report.len() {
            filled = 0;
            key.send(&report).map_err(io::Error::other)?;
        }
    }
    Ok(())
}

fn send_to_host(key: &dyn Served, mut end: Box<dyn Transport>, mut file: &File) -> io::Result<()> {
    loop {
        // An error here says that the key was pulled.
        let Ok(received) = end.receive(Duration::from_millis(500)) else {
            return Ok(());
        };
        let Some(report) = received else { continue };
        let mut left = report.as_slice();
        while !left.is_empty() {
            // A host that does not listen must not keep the key from being pulled.
            if !wait(file, PollFlags::OUT)? {
                if !key.is_plugged() {
                    return Ok(());
                }
                continue;
            }
            match file.write(left) {
                Ok(count) => left = left.get(count..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// Whether the file is ready before the next liveness check.
fn wait(file: &File, events: PollFlags) -> io::Result<bool> {
    let timeout = Timespec {
        tv_sec: 0,
        tv_nsec: i64::from(LIVENESS_CHECK.subsec_nanos()),
    };
    let mut polled = [PollFd::new(file, events)];
    match poll(&mut polled, Some(&timeout)) {
        Ok(ready) => Ok(ready > 0),
        Err(rustix::io::Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
