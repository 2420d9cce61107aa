//! Who remembers, besides the journal itself, which record it had come to: the head file, and the index. What they say is judged here,
//! by the same rules when the store is opened and when its chain is verified.
//!
//! Invariant: a witness is asked before the journal is read, so that a station that goes on recording can only be further.

use std::fs::DirBuilder;
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use super::error::{Damage, StoreError};
use super::index::{Index, IndexFault, NotOpened, newer};
use super::journal::{Reader, Tip, read_head, segment_path};
use super::lock::{Past, past};
use super::{index_dir, journal_dir};
use crate::files::open_regular;

/// Somebody who knows a record that was acknowledged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Witness {
    who: Who,
    knows: Tip,
}

#[derive(Debug, Clone, Copy)]
enum Who {
    Head,
    Index,
}

impl Who {
    fn name(self) -> &'static str {
        match self {
            Self::Head => "the head file",
            Self::Index => "the index",
        }
    }
}

/// The head file beside a journal, where it knows any record.
pub(super) fn head(journal: &Path) -> Result<Option<Witness>, StoreError> {
    let knows = read_head(journal)?.filter(|tip| tip.sequence > 0);
    Ok(knows.map(|knows| Witness {
        who: Who::Head,
        knows,
    }))
}

/// The index, which stands at this record.
pub(super) fn index(knows: Tip) -> Witness {
    Witness {
        who: Who::Index,
        knows,
    }
}

/// All of the store in `dir`, which another process may have open: the index is looked at in a copy, which goes at once.
pub(super) fn all(dir: &Path) -> Result<Vec<Witness>, StoreError> {
    let journal = journal_dir(dir);
    let known = copied_index(dir, past(&journal))?;
    let by_index = known.and_then(|index| Some(self::index(index.meta().anchor()?.tip)));
    Ok(head(&journal)?.into_iter().chain(by_index).collect())
}

/// The record that stands there: a witness who knows it must know the same.
pub(super) fn saw(
    witnesses: &[Witness],
    found: Tip,
    (path, offset): (&Path, u64),
) -> Result<(), StoreError> {
    for Witness { who, knows } in witnesses {
        if knows.sequence != found.sequence || knows.hash == found.hash {
            continue;
        }
        let (sequence, here, known) = (found.sequence, found.hash, knows.hash);
        let what = match who {
            Who::Head => format!(
                "record {sequence} here has hash {here}, and the one that was acknowledged had {known}"
            ),
            Who::Index => format!(
                "record {sequence} here has hash {here}, and the index was made from one with {known}: this is another journal. \
                 If it was put here on purpose, remove the directory `index` beside `journal`"
            ),
        };
        return Err(Damage::new(path, offset, what).into());
    }
    Ok(())
}

/// The journal ends where the reader stands: nobody may know a later record.
pub(super) fn ended(witnesses: &[Witness], reader: &Reader) -> Result<(), StoreError> {
    let end = reader.position();
    saw(witnesses, end.tip, (reader.path(), end.offset))?;
    lost(witnesses, (reader.path(), end.offset), end.tip.sequence)
}

/// There is no journal: nobody may know of one.
pub(super) fn nothing(witnesses: &[Witness], journal: &Path) -> Result<(), StoreError> {
    lost(witnesses, (&segment_path(journal, 1), 0), 0)
}

fn lost(witnesses: &[Witness], (file, offset): (&Path, u64), found: u64) -> Result<(), StoreError> {
    match witnesses.iter().find(|one| one.knows.sequence > found) {
        None => Ok(()),
        Some(Witness { who, knows }) => Err(StoreError::LostTail {
            file: file.to_owned(),
            offset,
            found,
            expected: knows.sequence,
            witness: who.name(),
        }),
    }
}

/// The index as whoever opened the store would find it; `None`: there is none, or it would be made anew.
fn copied_index(dir: &Path, past: Past) -> Result<Option<Index>, StoreError> {
    let path = index_dir(dir);
    let copy = tempfile::Builder::new()
        .prefix("keydesk-index-")
        .tempdir()
        .map_err(StoreError::io("copy the index to", &std::env::temp_dir()))?;
    match copy_files(&path, copy.path()) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StoreError::io("copy the index from", &path)(error)),
    }
    match Index::open(copy.path(), past == Past::Uncertain) {
        Ok(index) => Ok(Some(index)),
        Err(NotOpened::Newer(version)) => Err(newer(path, version)),
        Err(NotOpened::Fault(IndexFault(why))) => {
            tracing::warn!(%why, "the index tells nothing of the journal");
            Ok(None)
        }
    }
}

fn copy_files(from: &Path, to: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let (kind, target) = (entry.file_type()?, to.join(entry.file_name()));
        if kind.is_dir() {
            DirBuilder::new().mode(0o700).create(&target)?;
            copy_files(&entry.path(), &target)?;
        } else if kind.is_file() {
            let mut source = match open_regular(&entry.path()) {
                // A running station tidies up.
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                source => source?,
            };
            std::io::copy(&mut source, &mut std::fs::File::create(&target)?)?;
        }
    }
    Ok(())
}
