//! How a random PIN reaches a person without a screen: through a file descriptor, or in a letter.
//!
//! Invariant: it goes nowhere else. A letter whose PIN did not get onto the key is removed again.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use zeroize::Zeroizing;

use super::letter::{self, Letter, LetterError};
use crate::domain::{KeyFacts, Pin};
use crate::text::{Text, spoken, tr};

/// Where to.
pub enum Way {
    /// As one line, into a descriptor that is open for writing.
    Descriptor(u32),
    /// As a page of PDF, into a new file.
    Letter {
        path: PathBuf,
        text: Box<Text>,
        /// What people call the station.
        station: String,
    },
}

/// A way, and whether it was gone.
pub struct HandOver {
    way: Way,
    written: AtomicBool,
}

/// Why a PIN could not be handed over. Nothing was written to the key then.
#[derive(Debug, thiserror::Error)]
pub enum HandOverError {
    #[error("{}", unwritten(*.fd, .source))]
    Descriptor { fd: u32, source: std::io::Error },
    #[error(transparent)]
    Letter(#[from] LetterError),
}

fn unwritten(fd: u32, source: &std::io::Error) -> String {
    tr!(
        spoken(),
        "cli-fd-unwritten",
        fd = fd,
        why = source.to_string()
    )
}

impl HandOver {
    /// Writes nothing yet.
    pub fn new(way: Way) -> Self {
        Self {
            way,
            written: AtomicBool::new(false),
        }
    }

    /// Hands a PIN over.
    pub fn give(&self, key: &KeyFacts, pin: &Pin) -> Result<(), HandOverError> {
        match &self.way {
            Way::Descriptor(fd) => {
                line(*fd, pin).map_err(|source| HandOverError::Descriptor { fd: *fd, source })?
            }
            Way::Letter {
                path,
                text,
                station,
            } => letter::write(
                path,
                &Letter {
                    text,
                    key,
                    station,
                    day: jiff::Zoned::now().date(),
                },
                pin,
            )?,
        }
        self.written.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// The PIN did not get onto the key: a letter with it would mislead. What was said to a descriptor can't be taken back,
    /// which the exit code tells.
    pub fn take_back(&self) {
        if let Way::Letter { path, .. } = &self.way
            && self.written.load(Ordering::Relaxed)
            && let Err(error) = std::fs::remove_file(path)
        {
            tracing::warn!(%error, path = %path.display(), "a letter with a PIN that is not in force could not be removed");
        }
    }
}

fn line(fd: u32, pin: &Pin) -> std::io::Result<()> {
    let mut line = Zeroizing::new(Vec::with_capacity(pin.as_bytes().len() + 1));
    line.extend_from_slice(pin.as_bytes());
    line.push(b'\n');
    let mut out = OpenOptions::new()
        .write(true)
        .open(format!("/proc/self/fd/{fd}"))?;
    out.write_all(&line)?;
    out.flush()
}
