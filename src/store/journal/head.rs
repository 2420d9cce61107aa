//! The head file: which record was last acknowledged. It is what tells a write that was cut off (never acknowledged) from an
//! acknowledged record that has been damaged or cut away.
//!
//! Two slots of 128 bytes, written in turn and in place, without a sync of their own on every record: after a kill it
//! is exact, after a power cut it is a lower bound. Losing the file loses a witness, no data.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use super::format::{HASH_LEN, Hash, Tip, sha256};
use super::reader::len_u64;
use crate::files::{open_regular, private, regular};
use crate::store::error::StoreError;

const MAGIC: &[u8; 8] = b"KDHEAD1\n";
const SLOT_LEN: usize = 128;

pub(in crate::store) struct Head {
    file: File,
    path: PathBuf,
}

impl Head {
    /// Opens the head file for writing; creates it when there is none.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        let path = head_path(dir);
        let mut kept = private();
        let kept = kept.read(true).write(true).create(true).truncate(false);
        let file = regular(kept, OFlags::empty(), &path).map_err(StoreError::io("open", &path))?;
        if file
            .metadata()
            .map_err(StoreError::io("look at", &path))?
            .len()
            < len_u64(2 * SLOT_LEN)
        {
            file.write_all_at(&[0; 2 * SLOT_LEN], 0)
                .map_err(StoreError::io("write", &path))?;
        }
        Ok(Self { file, path })
    }

    /// Notes that this record is on disk. Lasts beyond a kill at once, beyond a power cut after [`Self::sync`].
    pub fn note(&self, tip: Tip) -> Result<(), StoreError> {
        let slot = if tip.sequence.is_multiple_of(2) {
            0
        } else {
            len_u64(SLOT_LEN)
        };
        self.file
            .write_all_at(&encode(tip), slot)
            .map_err(StoreError::io("write", &self.path))
    }

    pub fn sync(&self) -> Result<(), StoreError> {
        self.file
            .sync_data()
            .map_err(StoreError::io("sync", &self.path))
    }
}

/// The last record that the head file knows of; `None` when it is absent or in neither slot whole.
pub(in crate::store) fn read_head(dir: &Path) -> Result<Option<Tip>, StoreError> {
    let path = head_path(dir);
    let mut bytes = Vec::new();
    let read = open_regular(&path)
        .and_then(|file| file.take(len_u64(2 * SLOT_LEN)).read_to_end(&mut bytes));
    match read {
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StoreError::io("read", &path)(error)),
    }
    Ok(bytes
        .chunks(SLOT_LEN)
        .filter_map(decode)
        .max_by_key(|tip| tip.sequence))
}

fn head_path(dir: &Path) -> PathBuf {
    dir.join("head")
}

fn encode(tip: Tip) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(SLOT_LEN);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&tip.sequence.to_be_bytes());
    bytes.extend_from_slice(&tip.hash.0);
    let check = sha256(&bytes);
    bytes.extend_from_slice(&check.0);
    bytes.resize(SLOT_LEN, 0);
    bytes
}

fn decode(slot: &[u8]) -> Option<Tip> {
    let (magic, rest) = slot.split_first_chunk::<8>()?;
    let (sequence, rest) = rest.split_first_chunk::<8>()?;
    let (hash, rest) = rest.split_first_chunk::<HASH_LEN>()?;
    let (check, _) = rest.split_first_chunk::<HASH_LEN>()?;
    let covered = slot.get(..8 + 8 + HASH_LEN)?;
    (magic == MAGIC && sha256(covered).0 == *check).then(|| Tip {
        sequence: u64::from_be_bytes(*sequence),
        hash: Hash(*hash),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tip(sequence: u64) -> Tip {
        Tip {
            sequence,
            hash: sha256(&sequence.to_be_bytes()),
        }
    }

    #[test]
    fn the_newest_whole_slot_counts() {
        let dir = tempfile::tempdir().expect("a directory");
        assert_eq!(read_head(dir.path()).expect("readable"), None);
        let head = Head::open(dir.path()).expect("opens");
        assert_eq!(read_head(dir.path()).expect("readable"), None);
        for sequence in 1..=5 {
            head.note(tip(sequence)).expect("writes");
            assert_eq!(
                read_head(dir.path()).expect("readable"),
                Some(tip(sequence))
            );
        }
        // Record 5 is in the second slot; with that slot torn, record 4 is what is known.
        head.file.write_all_at(b"torn", 128 + 20).expect("writes");
        assert_eq!(read_head(dir.path()).expect("readable"), Some(tip(4)));
    }
}
