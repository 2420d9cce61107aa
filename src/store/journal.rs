//! The append-only, hash-chained file of what happened: the truth of the station and its audit chain at once.
//!
//! Hides segments, syncing, torn writes and the order in which files and directories reach the disk.
//!
//! Invariant: when [`Journal::append`] returns `Ok`, the record is on disk and so is every record before it. After a sync
//! that failed nothing is acknowledged any more, because the kernel forgets which pages it could not write.

pub(super) mod format;
mod head;
mod reader;

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

pub use format::Hash;
pub(super) use format::{PAYLOAD_LIMIT, Tip, sha256};
pub(super) use head::read_head;
pub(super) use reader::{Anchor, Anchored, RawRecord, Reader, check_seams, len_u64, segment_path};

use super::error::StoreError;
use super::witness;
use crate::files::{open_regular, private, regular};
use format::{SegmentHeader, encode_record};
use head::Head;
use reader::header_len;

/// The journal, open for appending. Its directory must be locked.
pub(super) struct Journal {
    dir: PathBuf,
    file: File,
    path: PathBuf,
    end: Anchor,
    head: Head,
    segment_bytes: u64,
    poisoned: Option<(PathBuf, String)>,
}

impl Journal {
    /// Begins an empty journal.
    pub fn create(dir: &Path, segment_bytes: u64) -> Result<Self, StoreError> {
        let header = SegmentHeader {
            number: 1,
            before: Tip::default(),
            before_len: 0,
        };
        let (file, path) = create_segment(dir, header)?;
        let end = Anchor {
            segment: 1,
            offset: header_len(),
            tip: Tip::default(),
        };
        let head = Head::open(dir)?;
        head.note(end.tip)?;
        head.sync()?;
        Ok(Self {
            dir: dir.to_owned(),
            file,
            path,
            end,
            head,
            segment_bytes,
            poisoned: None,
        })
    }

    /// Goes on where `reader` found the end. A torn tail is cut off; refused when the head file knows of a later record.
    pub fn resume(dir: &Path, reader: &Reader, segment_bytes: u64) -> Result<Self, StoreError> {
        let (end, path) = (reader.position(), reader.path().to_owned());
        witness::ended(witness::head(dir)?.as_slice(), reader)?;
        let mut kept = OpenOptions::new();
        let file = regular(kept.read(true).write(true), OFlags::empty(), &path)
            .map_err(StoreError::io("open", &path))?;
        if let Some(torn) = reader.torn() {
            tracing::warn!(
                file = %path.display(), offset = end.offset, bytes = torn.bytes, flaw = torn.flaw,
                "cut off a write that was never acknowledged"
            );
            file.set_len(end.offset)
                .map_err(StoreError::io("cut the torn end of", &path))?;
            file.sync_all().map_err(StoreError::io("sync", &path))?;
        }
        let head = Head::open(dir)?;
        head.note(end.tip)?;
        head.sync()?;
        sync_dir(dir)?;
        Ok(Self {
            dir: dir.to_owned(),
            file,
            path,
            end,
            head,
            segment_bytes,
            poisoned: None,
        })
    }

    /// Behind the last record.
    pub fn end(&self) -> Anchor {
        self.end
    }

    /// Appends one record and returns when it is on disk.
    ///
    /// # Errors
    /// [`StoreError::TooLong`], and [`StoreError::Io`] after which the journal is as it was (a full disk is
    /// [`StoreError::is_full`]); [`StoreError::Poisoned`] when it is not known whether the record is on disk.
    pub fn append(&mut self, payload: &[u8]) -> Result<(), StoreError> {
        self.check_usable()?;
        if payload.len() > PAYLOAD_LIMIT {
            return Err(StoreError::TooLong {
                bytes: payload.len(),
                limit: PAYLOAD_LIMIT,
            });
        }
        let (bytes, tip) = encode_record(self.end.tip, payload);
        let length = len_u64(bytes.len());
        if self.end.offset > header_len() && self.end.offset + length > self.segment_bytes {
            self.roll_over()?;
        }
        self.write(&bytes)?;
        if let Err(error) = rustix::fs::fdatasync(&self.file) {
            return Err(self.poison(&error.into()));
        }
        self.end.offset += length;
        self.end.tip = tip;
        if let Err(error) = self.head.note(tip) {
            // The record itself is safe. A disk that refuses this is given no further one.
            tracing::error!(%error, "the head file can't be written");
            self.poisoned = Some((self.path.clone(), error.to_string()));
        }
        Ok(())
    }

    /// Makes the head file last beyond a power cut as well.
    pub fn sync_head(&self) -> Result<(), StoreError> {
        self.head.sync()
    }

    /// Whether a failed sync has ended this journal's use.
    pub fn check_usable(&self) -> Result<(), StoreError> {
        match &self.poisoned {
            None => Ok(()),
            Some((path, why)) => Err(StoreError::Poisoned {
                path: path.clone(),
                why: why.clone(),
            }),
        }
    }

    /// One write; what it could not complete is taken back, so that the file ends with a whole record again.
    fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        let written = loop {
            match self.file.write_at(bytes, self.end.offset) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        let error = match written {
            Ok(count) if count == bytes.len() => return Ok(()),
            // A regular file takes less than it was given only when there is no room for more.
            Ok(_) => ErrorKind::StorageFull.into(),
            Err(error) => error,
        };
        if let Err(undo) = self.file.set_len(self.end.offset) {
            return Err(self.poison(&undo));
        }
        let failed = StoreError::io::<std::io::Error>("write to", &self.path)(error);
        if !failed.is_full() {
            self.poisoned = Some((self.path.clone(), failed.to_string()));
        }
        Err(failed)
    }

    fn roll_over(&mut self) -> Result<(), StoreError> {
        let number = self.end.segment + 1;
        let header = SegmentHeader {
            number,
            before: self.end.tip,
            before_len: self.end.offset,
        };
        self.head.sync()?;
        let (file, path) = match create_segment(&self.dir, header) {
            Ok(made) => made,
            Err(error) => {
                if !error.is_full() {
                    self.poisoned = Some((segment_path(&self.dir, number), error.to_string()));
                }
                return Err(error);
            }
        };
        self.file = file;
        self.path = path;
        self.end = Anchor {
            segment: number,
            offset: header_len(),
            tip: self.end.tip,
        };
        Ok(())
    }

    fn poison(&mut self, error: &std::io::Error) -> StoreError {
        let why = error.to_string();
        tracing::error!(file = %self.path.display(), %why, "nothing more is recorded until a restart");
        self.poisoned = Some((self.path.clone(), why.clone()));
        StoreError::Poisoned {
            path: self.path.clone(),
            why,
        }
    }
}

/// Makes a segment that is whole as soon as it has its name.
fn create_segment(dir: &Path, header: SegmentHeader) -> Result<(File, PathBuf), StoreError> {
    let draft = dir.join("segment.new");
    let path = segment_path(dir, header.number);
    let made = || {
        let mut anew = private();
        let anew = anew.read(true).write(true).create(true).truncate(true);
        let file =
            regular(anew, OFlags::empty(), &draft).map_err(StoreError::io("create", &draft))?;
        file.write_all_at(&header.encode(), 0)
            .map_err(StoreError::io("write to", &draft))?;
        file.sync_all().map_err(StoreError::io("sync", &draft))?;
        std::fs::rename(&draft, &path).map_err(StoreError::io("create", &path))?;
        sync_dir(dir)?;
        Ok((file, path.clone()))
    };
    made().inspect_err(|_| {
        if let Err(error) = std::fs::remove_file(&draft)
            && error.kind() != ErrorKind::NotFound
        {
            tracing::debug!(%error, "a draft segment stays behind until the next one");
        }
    })
}

/// Brings a segment to the disk as a killed process left it. What is read from it afterwards stays, so an index that is made
/// from it can't get ahead of it.
pub(super) fn sync_segment(dir: &Path, number: u32) -> Result<(), StoreError> {
    let path = segment_path(dir, number);
    open_regular(&path)
        .and_then(|file| file.sync_all())
        .map_err(StoreError::io("sync", &path))
}

/// Makes names in a directory last: a file's own sync does not.
pub(super) fn sync_dir(dir: &Path) -> Result<(), StoreError> {
    File::open(dir)
        .and_then(|dir| dir.sync_all())
        .map_err(StoreError::io("sync", dir))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A journal of one record whose file is then another one, opened with these options.
    fn journal_on(dir: &Path, file: &str) -> Journal {
        let mut journal = Journal::create(dir, 1 << 20).expect("creates");
        journal.append(b"first").expect("appends");
        journal.file = OpenOptions::new()
            .read(true)
            .write(file.starts_with("/dev"))
            .open(dir.join(file))
            .expect("opens");
        journal
    }

    fn records(dir: &Path) -> u64 {
        let mut reader = Reader::first(dir).expect("reads").expect("there");
        while reader.next().expect("whole").is_some() {}
        reader.position().tip.sequence
    }

    #[test]
    fn after_a_sync_that_failed_nothing_more_is_acknowledged() {
        let dir = tempfile::tempdir().expect("a directory");
        // Takes every write and can't be synced.
        let mut journal = journal_on(dir.path(), "/dev/null");
        assert!(matches!(
            journal.append(b"second"),
            Err(StoreError::Poisoned { .. })
        ));
        assert_eq!(journal.end().tip.sequence, 1);
        // Not even when the file has recovered.
        journal.file = OpenOptions::new()
            .write(true)
            .open(&journal.path)
            .expect("opens");
        assert!(matches!(
            journal.append(b"second"),
            Err(StoreError::Poisoned { .. })
        ));
        assert_eq!(records(dir.path()), 1);
        assert_eq!(read_head(dir.path()).expect("reads"), Some(journal.end.tip));
    }

    #[test]
    fn a_write_that_failed_and_cannot_be_taken_back_ends_the_journals_use() {
        for file in ["/dev/full", "00000001.kdj"] {
            let dir = tempfile::tempdir().expect("a directory");
            let mut journal = journal_on(dir.path(), file);
            assert!(journal.append(b"second").is_err());
            assert!(
                matches!(journal.check_usable(), Err(StoreError::Poisoned { .. })),
                "{file}"
            );
            assert_eq!(records(dir.path()), 1);
        }
    }

    #[test]
    fn a_reader_with_a_limit_stops_there_whatever_follows() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut journal = Journal::create(dir.path(), 200).expect("creates");
        for payload in [b"one", b"two", b"six"] {
            journal.append(payload).expect("appends");
        }
        assert_eq!(journal.end().segment, 3);
        let reader = Reader::first(dir.path()).expect("reads").expect("there");
        let mut reader = reader.until(2);
        while reader.next().expect("whole").is_some() {}
        assert_eq!(reader.position().tip.sequence, 2);
    }
}
