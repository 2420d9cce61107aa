//! Room on the disk: asked for before anything is begun, and kept in reserve for ending what was begun.

use std::path::{Path, PathBuf};

use rustix::fs::{FallocateFlags, OFlags, fallocate, statvfs};

use super::error::StoreError;
use super::journal::len_u64;
use crate::files::{private, regular};

/// How much room there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Free for this user, in bytes, the reserve not counted.
    pub free_bytes: u64,
    /// What must be free before something new is begun.
    pub needed_bytes: u64,
    /// The reserve for ending what was begun is on the disk.
    pub reserved: bool,
}

impl Room {
    /// Whether something new may be begun.
    pub fn is_enough(&self) -> bool {
        self.reserved && self.free_bytes >= self.needed_bytes
    }
}

/// A file that only takes up room, until that room is needed to end something.
pub(super) struct Reserve {
    dir: PathBuf,
    path: PathBuf,
    bytes: u64,
}

impl Reserve {
    pub fn new(journal: &Path, bytes: u64) -> Self {
        Self {
            dir: journal.to_owned(),
            path: journal.join("reserve"),
            bytes,
        }
    }

    /// Looks at the disk; makes the reserve when there is room for it and for `needed_bytes` besides.
    pub fn room(&self, needed_bytes: u64) -> Result<Room, StoreError> {
        let mut room = Room {
            free_bytes: self.free()?,
            needed_bytes,
            reserved: self.is_held(),
        };
        if !room.reserved && room.free_bytes >= needed_bytes.saturating_add(self.bytes) {
            match self.hold() {
                Ok(()) => {
                    room = Room {
                        free_bytes: self.free()?,
                        needed_bytes,
                        reserved: self.is_held(),
                    };
                }
                Err(error) => {
                    tracing::warn!(%error, "no room can be reserved");
                    self.release();
                }
            }
        }
        Ok(room)
    }

    /// Gives the room back. Whether there was any to give.
    pub fn release(&self) -> bool {
        std::fs::remove_file(&self.path).is_ok()
    }

    fn free(&self) -> Result<u64, StoreError> {
        let stat = statvfs(&self.dir).map_err(StoreError::io("look at the disk of", &self.dir))?;
        Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
    }

    fn is_held(&self) -> bool {
        std::fs::metadata(&self.path).is_ok_and(|file| file.len() >= self.bytes)
    }

    fn hold(&self) -> Result<(), StoreError> {
        let failed = || StoreError::io::<std::io::Error>("reserve room in", &self.path);
        let mut anew = private();
        let anew = anew.write(true).create(true).truncate(true);
        let file = regular(anew, OFlags::empty(), &self.path).map_err(failed())?;
        match fallocate(&file, FallocateFlags::empty(), 0, self.bytes) {
            Ok(()) => {}
            // A file system that can't reserve blocks gets them written.
            Err(rustix::io::Errno::OPNOTSUPP) => {
                let zeros = vec![0; 64 << 10];
                let mut left = self.bytes;
                while left > 0 {
                    let part =
                        usize::try_from(left).map_or(zeros.len(), |left| left.min(zeros.len()));
                    let chunk = zeros.get(..part).unwrap_or(&zeros);
                    std::io::Write::write_all(&mut &file, chunk).map_err(failed())?;
                    left -= len_u64(part);
                }
            }
            Err(error) => return Err(failed()(error.into())),
        }
        file.sync_all().map_err(failed())
    }
}
