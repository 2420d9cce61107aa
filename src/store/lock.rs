//! One process at a time: `flock` on `journal/lock`, with the holder's pid in it for the one who is turned away.
//!
//! The same file remembers whether the last holder closed in order. If not, the index's files may not be what was written
//! to them, and the index is checked whole before it is used.

use std::fs::File;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, OFlags, flock};

use super::error::StoreError;
use crate::files::{open_regular, private, regular};

/// How the last holder left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Past {
    /// It closed, with everything on disk.
    Closed,
    /// It was killed, or the machine went down, or there was none.
    Uncertain,
}

/// What a journal's lock says, asked without taking it. Another one later: somebody has taken it or let go of it since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Glance {
    /// How the last holder left, as far as it has.
    pub past: Past,
    /// When its note was written, in seconds and nanoseconds.
    written: Option<(i64, i64)>,
}

/// Looks at the lock of a journal.
pub(super) fn glance(journal: &Path) -> Glance {
    let file = open_regular(&lock_path(journal)).ok();
    let written = file.as_ref().and_then(|file| file.metadata().ok());
    Glance {
        past: match file.as_ref().and_then(read) {
            Some(Note::Closed) => Past::Closed,
            Some(Note::Open(_)) | None => Past::Uncertain,
        },
        written: written.map(|found| (found.mtime(), found.mtime_nsec())),
    }
}

fn lock_path(journal: &Path) -> PathBuf {
    journal.join("lock")
}

/// Held as long as the store is open.
pub(super) struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Takes the lock of `journal`, the journal's directory in `dir`, or says who has it.
    pub fn take(dir: &Path, journal: &Path) -> Result<(Self, Past), StoreError> {
        let path = lock_path(journal);
        let mut kept = private();
        let kept = kept.read(true).write(true).create(true).truncate(false);
        let file = regular(kept, OFlags::empty(), &path).map_err(StoreError::io("open", &path))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => {
                let pid = match read(&file) {
                    Some(Note::Open(pid)) => Some(pid),
                    Some(Note::Closed) | None => None,
                };
                return Err(StoreError::InUse {
                    dir: dir.to_owned(),
                    pid,
                });
            }
            Err(error) => return Err(StoreError::io("lock", &path)(error)),
        }
        let past = match read(&file) {
            Some(Note::Closed) => Past::Closed,
            Some(Note::Open(_)) | None => Past::Uncertain,
        };
        let lock = Self { file, path };
        lock.write(&format!("open {}", std::process::id()))?;
        Ok((lock, past))
    }

    /// Notes an orderly close; to be called when everything else is on disk.
    pub fn closed(&self) -> Result<(), StoreError> {
        self.write("closed")
    }

    /// Overwrites in place and at a fixed length, so that nobody ever reads half a note.
    fn write(&self, note: &str) -> Result<(), StoreError> {
        let text = format!("{note:<31}\n");
        self.file
            .write_all_at(text.as_bytes(), 0)
            .and_then(|()| self.file.sync_all())
            .map_err(StoreError::io("write", &self.path))
    }
}

impl Drop for Lock {
    /// Closing the file is not enough: a child process that is just being started may hold a copy of its descriptor.
    fn drop(&mut self) {
        if let Err(error) = flock(&self.file, FlockOperation::Unlock) {
            tracing::warn!(%error, "the data directory's lock goes with this process");
        }
    }
}

enum Note {
    Open(u32),
    Closed,
}

fn read(file: &File) -> Option<Note> {
    let mut bytes = [0; 64];
    let got = file.read_at(&mut bytes, 0).ok()?;
    let text = std::str::from_utf8(bytes.get(..got)?).ok()?;
    let mut words = text.split_whitespace();
    match words.next()? {
        "open" => words.next()?.parse().ok().map(Note::Open),
        "closed" => Some(Note::Closed),
        _ => None,
    }
}
