//! Reads the chain record by record, across segments, checking every link; the same for opening, rebuilding and auditing.
//!
//! Invariant: a record is handed out only if its own hash, its sequence number and the hash of the record before it are
//! right. Reading beside a running writer is safe: what is half written is taken for a torn tail, never for damage.

use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::format::{
    HASH_LEN, Hash, HeaderFlaw, RECORD_HEADER_LEN, RecordHeader, SEGMENT_HEADER_LEN,
    SEGMENT_VERSION, SegmentHeader, Tip, find_record, record_hash,
};
use crate::files::open_regular;
use crate::store::error::{Damage, StoreError};

/// Where a record ends, and which one it is: a place from which reading can go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::store) struct Anchor {
    pub segment: u32,
    /// In bytes from the segment's start.
    pub offset: u64,
    pub tip: Tip,
}

/// One whole record whose place in the chain is proven.
#[derive(Debug, Clone)]
pub(in crate::store) struct RawRecord {
    pub tip: Tip,
    pub before: Hash,
    pub payload: Vec<u8>,
    /// In bytes from the segment's start.
    pub offset: u64,
}

/// Bytes after the last whole record with no whole record behind them: a write that was cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct Torn {
    pub bytes: u64,
    pub flaw: &'static str,
}

/// Where an anchor leads in this journal.
pub(in crate::store) enum Anchored {
    /// To the record it names; reading goes on behind it.
    Here(Reader),
    /// Beyond the journal's end.
    Beyond,
    /// To something else.
    Differs,
}

pub(in crate::store) struct Reader {
    dir: PathBuf,
    file: File,
    path: PathBuf,
    at: Anchor,
    torn: Option<Torn>,
    /// No record after this one is read.
    last: u64,
}

enum Step {
    Record(RawRecord),
    End,
    Flaw(&'static str),
}

/// The file name of a segment.
pub(in crate::store) fn segment_path(dir: &Path, number: u32) -> PathBuf {
    dir.join(format!("{number:08}.kdj"))
}

impl Reader {
    /// Starts before the first record. `None`: this directory holds no segment.
    pub fn first(dir: &Path) -> Result<Option<Self>, StoreError> {
        let Some((file, path, header)) = open_segment(dir, 1)? else {
            return match segment_numbers(dir)?.first() {
                None => Ok(None),
                Some(_) => Err(missing(&segment_path(dir, 1)).into()),
            };
        };
        if header.before != Tip::default() || header.before_len != 0 {
            return Err(
                Damage::new(&path, 0, "the first segment says that others precede it").into(),
            );
        }
        let at = Anchor {
            segment: 1,
            offset: header_len(),
            tip: Tip::default(),
        };
        Ok(Some(Self {
            dir: dir.to_owned(),
            file,
            path,
            at,
            torn: None,
            last: u64::MAX,
        }))
    }

    /// Starts in the segment that record number `sequence` is in, before its first record.
    pub fn before(dir: &Path, sequence: u64) -> Result<Self, StoreError> {
        for number in segment_numbers(dir)?.into_iter().rev() {
            let Some((file, path, header)) = open_segment(dir, number)? else {
                continue;
            };
            if header.before.sequence < sequence {
                let at = Anchor {
                    segment: number,
                    offset: header_len(),
                    tip: header.before,
                };
                return Ok(Self {
                    dir: dir.to_owned(),
                    file,
                    path,
                    at,
                    torn: None,
                    last: u64::MAX,
                });
            }
        }
        Err(missing(&segment_path(dir, 1)).into())
    }

    /// Starts behind the record that `anchor` names.
    pub fn after(dir: &Path, anchor: Anchor) -> Result<Anchored, StoreError> {
        let Some((file, path, header)) = open_segment(dir, anchor.segment)? else {
            return Ok(Anchored::Beyond);
        };
        let length = file_len(&file, &path)?;
        if anchor.offset > length {
            return Ok(Anchored::Beyond);
        }
        let found = if anchor.offset == header_len() {
            header.before.hash
        } else {
            let mut hash = [0; HASH_LEN];
            let at = anchor
                .offset
                .saturating_sub(u64::try_from(HASH_LEN).unwrap_or(0));
            file.read_exact_at(&mut hash, at)
                .map_err(StoreError::io("read", &path))?;
            Hash(hash)
        };
        if found != anchor.tip.hash {
            return Ok(Anchored::Differs);
        }
        Ok(Anchored::Here(Self {
            dir: dir.to_owned(),
            file,
            path,
            at: anchor,
            torn: None,
            last: u64::MAX,
        }))
    }

    /// Ends behind record number `last`, whatever follows it in the files.
    pub fn until(mut self, last: u64) -> Self {
        self.last = last;
        self
    }

    /// The next record; `None` at the end, be it clean or torn ([`Self::torn`]).
    pub fn next(&mut self) -> Result<Option<RawRecord>, StoreError> {
        while self.at.tip.sequence < self.last {
            match self.step()? {
                Step::Record(record) => return Ok(Some(self.advance(record))),
                Step::End if self.next_segment()?.is_none() => return Ok(None),
                // Between the look at this file and at the next one, a writer may have gone on here.
                Step::End => match self.step()? {
                    Step::Record(record) => return Ok(Some(self.advance(record))),
                    Step::End => self.cross()?,
                    Step::Flaw(what) => return Err(self.damage(what)),
                },
                Step::Flaw(what) => {
                    if !self.is_torn_tail(what)? {
                        continue;
                    }
                    return Ok(None);
                }
            }
        }
        Ok(None)
    }

    /// Behind the last record that was read.
    pub fn position(&self) -> Anchor {
        self.at
    }

    /// The segment that is being read.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What follows the last whole record, once [`Self::next`] has returned `None`.
    pub fn torn(&self) -> Option<Torn> {
        self.torn
    }

    fn advance(&mut self, record: RawRecord) -> RawRecord {
        self.at.offset =
            record.offset + len_u64(record.payload.len() + super::format::RECORD_OVERHEAD);
        self.at.tip = record.tip;
        record
    }

    /// Reads one record at the current offset. A record that is whole but out of place is damage at once.
    fn step(&self) -> Result<Step, StoreError> {
        let mut bytes = vec![0; RECORD_HEADER_LEN];
        let got = self.fill(&mut bytes, self.at.offset)?;
        if got == 0 {
            return Ok(Step::End);
        }
        bytes.truncate(got);
        let header = match RecordHeader::decode(&bytes) {
            Ok(header) => header,
            Err(flaw) => return Ok(Step::Flaw(flaw)),
        };
        bytes.resize(header.record_len(), 0);
        let rest = bytes.split_at_mut(RECORD_HEADER_LEN).1;
        if self.fill(rest, self.at.offset + len_u64(RECORD_HEADER_LEN))? < rest.len() {
            return Ok(Step::Flaw("a record is cut short"));
        }
        let Some(hash) = record_hash(&bytes) else {
            return Ok(Step::Flaw("a record does not match its hash"));
        };
        let tip = self.at.tip;
        if header.sequence != tip.sequence + 1 || header.before != tip.hash {
            return Err(self.damage(&format!(
                "record {} stands here, and it does not follow record {}",
                header.sequence, tip.sequence
            )));
        }
        bytes.truncate(RECORD_HEADER_LEN + header.payload_len);
        bytes.drain(..RECORD_HEADER_LEN);
        Ok(Step::Record(RawRecord {
            tip: Tip {
                sequence: header.sequence,
                hash,
            },
            before: header.before,
            payload: bytes,
            offset: self.at.offset,
        }))
    }

    /// Judges what stands at the current offset. `false`: a writer has meanwhile completed it, read again.
    fn is_torn_tail(&mut self, flaw: &'static str) -> Result<bool, StoreError> {
        if self.next_segment()?.is_some() {
            return match self.step()? {
                Step::Flaw(flaw) => Err(self.damage(flaw)),
                Step::Record(_) | Step::End => Ok(false),
            };
        }
        let length = file_len(&self.file, &self.path)?;
        let left = length.saturating_sub(self.at.offset);
        let mut rest = vec![0; usize::try_from(left).unwrap_or(0)];
        let got = self.fill(&mut rest, self.at.offset)?;
        rest.truncate(got);
        match find_record(&rest, self.at.tip.sequence) {
            Some(0) => Ok(false),
            Some(at) => {
                let next = self.at.offset + len_u64(at);
                Err(self.damage(&format!(
                    "{flaw}, and a whole record follows at offset {next}"
                )))
            }
            None => {
                self.torn = Some(Torn { bytes: left, flaw });
                Ok(true)
            }
        }
    }

    fn next_segment(&self) -> Result<Option<PathBuf>, StoreError> {
        let path = segment_path(&self.dir, self.at.segment + 1);
        let there = path
            .try_exists()
            .map_err(StoreError::io("look for", &path))?;
        Ok(there.then_some(path))
    }

    /// Goes on in the next segment, which must follow exactly here.
    fn cross(&mut self) -> Result<(), StoreError> {
        let number = self.at.segment + 1;
        let Some((file, path, header)) = open_segment(&self.dir, number)? else {
            return Err(missing(&segment_path(&self.dir, number)).into());
        };
        check_follows(&header, &path, self.at.tip, self.at.offset)?;
        self.at = Anchor {
            segment: number,
            offset: header_len(),
            tip: self.at.tip,
        };
        self.file = file;
        self.path = path;
        Ok(())
    }

    fn damage(&self, what: &str) -> StoreError {
        Damage::new(&self.path, self.at.offset, what).into()
    }

    /// Reads as much as there is, up to the buffer's length.
    fn fill(&self, buffer: &mut [u8], offset: u64) -> Result<usize, StoreError> {
        let mut done = 0;
        while let Some(rest) = buffer.get_mut(done..).filter(|rest| !rest.is_empty()) {
            match self.file.read_at(rest, offset + len_u64(done)) {
                Ok(0) => break,
                Ok(got) => done += got,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(StoreError::io("read", &self.path)(error)),
            }
        }
        Ok(done)
    }
}

/// Checks that the segments are all there, whole at their seams, and of the lengths that their successors state: cheap
/// at any length of history. Returns the number of the last one; `None`: there is none.
pub(in crate::store) fn check_seams(dir: &Path) -> Result<Option<u32>, StoreError> {
    let mut before: Option<(File, PathBuf)> = None;
    let mut last = None;
    for (number, expected) in segment_numbers(dir)?.into_iter().zip(1..) {
        let Some((file, path, header)) = (if number == expected {
            open_segment(dir, number)?
        } else {
            None
        }) else {
            return Err(missing(&segment_path(dir, expected)).into());
        };
        if let Some((file, before_path)) = &before {
            let length = file_len(file, before_path)?;
            let mut hash = [0; HASH_LEN];
            let at = length.saturating_sub(len_u64(HASH_LEN));
            file.read_exact_at(&mut hash, at)
                .map_err(StoreError::io("read", before_path))?;
            if length != header.before_len {
                let what = format!(
                    "the segment is {length} bytes long, and its successor says {}",
                    header.before_len
                );
                return Err(Damage::new(before_path, length.min(header.before_len), what).into());
            }
            if hash != header.before.hash.0 {
                return Err(Damage::new(
                    before_path,
                    at,
                    "the last record's hash is not the one that the next segment states",
                )
                .into());
            }
        }
        before = Some((file, path));
        last = Some(number);
    }
    Ok(last)
}

fn check_follows(header: &SegmentHeader, path: &Path, tip: Tip, length: u64) -> Result<(), Damage> {
    let what = if header.before_len != length {
        format!(
            "the segment says that {} bytes precede it, and it is {length}",
            header.before_len
        )
    } else if header.before != tip {
        format!(
            "the segment follows record {} ({}), and the one before it ends with record {} ({})",
            header.before.sequence, header.before.hash, tip.sequence, tip.hash
        )
    } else {
        return Ok(());
    };
    Err(Damage::new(path, 0, what))
}

/// Opens a segment and checks its header. `None`: there is no such file.
fn open_segment(
    dir: &Path,
    number: u32,
) -> Result<Option<(File, PathBuf, SegmentHeader)>, StoreError> {
    let path = segment_path(dir, number);
    let file = match open_regular(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StoreError::io("open", &path)(error)),
    };
    let mut bytes = [0; SEGMENT_HEADER_LEN];
    match file.read_exact_at(&mut bytes, 0) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
            return Err(Damage::new(&path, 0, "the segment's header is cut short").into());
        }
        Err(error) => return Err(StoreError::io("read", &path)(error)),
    }
    let header = SegmentHeader::decode(&bytes).map_err(|flaw| match flaw {
        HeaderFlaw::Damaged(what) => StoreError::from(Damage::new(&path, 0, what)),
        HeaderFlaw::Newer(version) => StoreError::Newer {
            what: "a segment of the journal",
            path: path.clone(),
            version: version.into(),
            known: SEGMENT_VERSION.into(),
        },
    })?;
    if header.number != number {
        let what = format!(
            "this is segment {} under the name of segment {number}",
            header.number
        );
        return Err(Damage::new(&path, 0, what).into());
    }
    Ok(Some((file, path, header)))
}

/// The numbers of all segments in the directory, in order.
fn segment_numbers(dir: &Path) -> Result<Vec<u32>, StoreError> {
    let mut numbers = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(StoreError::io("list", dir))? {
        let name = entry.map_err(StoreError::io("list", dir))?.file_name();
        let number = name.to_str().and_then(|name| name.strip_suffix(".kdj"));
        numbers.extend(number.and_then(|number| number.parse::<u32>().ok()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

fn missing(path: &Path) -> Damage {
    Damage::new(path, 0, "this segment is missing")
}

fn file_len(file: &File, path: &Path) -> Result<u64, StoreError> {
    Ok(file
        .metadata()
        .map_err(StoreError::io("look at", path))?
        .len())
}

pub(in crate::store) fn header_len() -> u64 {
    len_u64(SEGMENT_HEADER_LEN)
}

/// A length in memory as an offset in a file.
pub(in crate::store) fn len_u64(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
