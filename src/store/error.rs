//! What can go wrong with the station's memory: facts as fields, and words that name the next step.

use std::path::{Path, PathBuf};

use super::illegal::Illegal;

/// Why the store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process has the data directory open.
    #[error(
        "{} is in use by {}: end that one first, or use another data directory (--data)",
        dir.display(), holder(*pid)
    )]
    InUse {
        dir: PathBuf,
        /// The process that has it, where it could be read.
        pid: Option<u32>,
    },
    /// The operating system refused; nothing was acknowledged.
    #[error("could not {doing} {}: {source}; nothing was recorded by this, check the disk and its permissions", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        path: PathBuf,
        source: std::io::Error,
    },
    /// A file of the journal does not hold what was written to it.
    #[error(transparent)]
    Damaged(#[from] Damage),
    /// The journal ends before a record that was acknowledged, or has another in its place.
    #[error(
        "the journal has lost its tail: {witness} knows record {expected}, but {} is whole only up to record {found} (offset {offset}). \
         Nothing was changed. Restore the journal from the backup that holds record {expected}, or ask the registry which head it has seen",
        file.display()
    )]
    LostTail {
        /// The last file of the journal.
        file: PathBuf,
        /// Where its last whole record ends, in bytes.
        offset: u64,
        /// The last record that it holds.
        found: u64,
        /// The record that must be there.
        expected: u64,
        /// What says so: `the head file` or `the index`.
        witness: &'static str,
    },
    /// Written by a newer release.
    #[error("{what} in {} has version {version}, and this release knows {known} at most: start the newer release again; nothing was changed", path.display())]
    Newer {
        /// What was read: `a record`, `the index`, `a segment`.
        what: &'static str,
        path: PathBuf,
        version: u64,
        /// The highest version known here.
        known: u64,
    },
    /// The change can't follow on what is recorded. Nothing was written.
    #[error(transparent)]
    Illegal(#[from] Illegal),
    /// No room for something new. What was begun can still be ended.
    #[error(
        "the disk under {} is full ({free_bytes} bytes free, {needed_bytes} needed): nothing was recorded and nothing begun; free some space first",
        dir.display()
    )]
    Full {
        dir: PathBuf,
        /// What is free there, the reserve not counted.
        free_bytes: u64,
        /// What the store wants free before it begins anything.
        needed_bytes: u64,
    },
    /// A write could not be made durable; nothing more is acknowledged until a restart.
    #[error(
        "writing to {} failed ({why}), so nothing more is recorded until Keydesk is restarted: whether the last step was recorded shows then",
        path.display()
    )]
    Poisoned {
        /// The file that could not be synced.
        path: PathBuf,
        why: String,
    },
    /// The index can't be read, nor made anew. The journal is untouched.
    #[error(
        "the index in {} can't be used ({why}); the journal has everything: free some space, restart Keydesk, and if it happens again remove that directory",
        dir.display()
    )]
    Index { dir: PathBuf, why: String },
    /// Where temporary files go, there is no copy of the index to be had, so that nobody knows what it remembers.
    #[error(
        "could not copy the index to {}: {source}; nothing was verified: free some space there, or name another folder in TMPDIR",
        dir.display()
    )]
    NotCopied {
        dir: PathBuf,
        source: std::io::Error,
    },
    /// A station began to use the index while it was copied: the copy may be half of one and half of another.
    #[error(
        "{} was opened by another process while its index was copied: nothing was verified, do it again",
        dir.display()
    )]
    OpenedMeanwhile { dir: PathBuf },
    /// The record is larger than any that the store takes.
    #[error(
        "a record of {bytes} bytes is more than the {limit} that the journal takes: nothing was recorded"
    )]
    TooLong {
        bytes: usize,
        /// The most that is taken.
        limit: usize,
    },
    /// A small private file that others can read or that is not a plain file.
    #[error("{} {why}: it was not read; see to its permissions (chmod 600) or remove it", path.display())]
    NotPrivate { path: PathBuf, why: &'static str },
}

impl StoreError {
    /// Whether the disk had no room.
    pub fn is_full(&self) -> bool {
        use std::io::ErrorKind::{QuotaExceeded, StorageFull};
        match self {
            Self::Full { .. } => true,
            Self::Io { source, .. } => matches!(source.kind(), StorageFull | QuotaExceeded),
            _ => false,
        }
    }

    /// For `map_err`: an [`StoreError::Io`] about this file.
    pub(super) fn io<E: Into<std::io::Error>>(
        doing: &'static str,
        path: &Path,
    ) -> impl FnOnce(E) -> Self {
        move |source| Self::Io {
            doing,
            path: path.to_owned(),
            source: source.into(),
        }
    }
}

fn holder(pid: Option<u32>) -> String {
    pid.map_or_else(
        || "another process".to_owned(),
        |pid| format!("process {pid}"),
    )
}

/// A place in the journal that does not hold what was written there. Never repaired by forgetting.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the journal is damaged: {} at offset {offset}: {what}. Nothing was changed; keep the file as it is and restore it from a backup",
    file.display()
)]
pub struct Damage {
    /// The file, or the one that should be there.
    pub file: PathBuf,
    /// In bytes from its start.
    pub offset: u64,
    pub what: String,
}

impl Damage {
    pub(super) fn new(file: &Path, offset: u64, what: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            offset,
            what: what.into(),
        }
    }
}
