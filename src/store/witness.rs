//! Who remembers, besides the journal itself, which record it had come to: the head file, and the index. What they say is judged here,
//! by the same rules when the store is opened and when its chain is verified.
//!
//! Invariant: a witness is asked before the journal is read, so that a station that goes on recording can only be further.

use std::fs::{DirBuilder, File};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use super::error::{Damage, StoreError};
use super::index::{Index, IndexFault, NotOpened, newer};
use super::journal::{Reader, Tip, read_head, segment_path};
use super::lock::{Past, glance};
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
    let known = copied_index(dir, &std::env::temp_dir(), || ())?;
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
fn copied_index(
    dir: &Path,
    temporary: &Path,
    meanwhile: impl FnOnce(),
) -> Result<Option<Index>, StoreError> {
    let (path, journal) = (index_dir(dir), journal_dir(dir));
    let before = glance(&journal);
    let not_copied = |source| StoreError::NotCopied {
        dir: temporary.to_owned(),
        source,
    };
    let copy = tempfile::Builder::new()
        .prefix("keydesk-index-")
        .tempdir_in(temporary)
        .map_err(not_copied)?;
    match copy_files(&path, copy.path()) {
        Ok(()) => {}
        Err(Uncopied::From(error)) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(Uncopied::From(error)) => {
            return Err(StoreError::io("copy the index from", &path)(error));
        }
        Err(Uncopied::To(error)) => return Err(not_copied(error)),
    }
    meanwhile();
    // A copy of one that was in use is looked through whole, in any case.
    if before.past == Past::Closed && glance(&journal) != before {
        return Err(StoreError::OpenedMeanwhile {
            dir: dir.to_owned(),
        });
    }
    match Index::open(copy.path(), before.past == Past::Uncertain) {
        Ok(index) => Ok(Some(index)),
        Err(NotOpened::Newer(version)) => Err(newer(path, version)),
        Err(NotOpened::Fault(IndexFault(why))) => {
            // Opening writes. What no disk held is no fault of the index.
            write_some(copy.path()).map_err(not_copied)?;
            tracing::warn!(%why, "the index tells nothing of the journal");
            Ok(None)
        }
    }
}

/// As much as opening an index may want to write.
fn write_some(dir: &Path) -> std::io::Result<()> {
    let path = dir.join("room");
    let mut file = File::create(&path)?;
    for _ in 0..64 {
        file.write_all(&[1; 1 << 16])?;
    }
    std::fs::remove_file(path)
}

/// Why files were not copied: they could not be read, or not be written.
enum Uncopied {
    From(std::io::Error),
    To(std::io::Error),
}

fn copy_files(from: &Path, to: &Path) -> Result<(), Uncopied> {
    for entry in std::fs::read_dir(from).map_err(Uncopied::From)? {
        let entry = entry.map_err(Uncopied::From)?;
        let kind = entry.file_type().map_err(Uncopied::From)?;
        let target = to.join(entry.file_name());
        if kind.is_dir() {
            let made = DirBuilder::new().mode(0o700).create(&target);
            made.map_err(Uncopied::To)?;
            copy_files(&entry.path(), &target)?;
        } else if kind.is_file() {
            let source = match open_regular(&entry.path()) {
                // A running station tidies up.
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                source => source.map_err(Uncopied::From)?,
            };
            copy_file(source, &target)?;
        }
    }
    Ok(())
}

fn copy_file(mut from: File, to: &Path) -> Result<(), Uncopied> {
    let mut to = File::create(to).map_err(Uncopied::To)?;
    let mut bytes = vec![0; 1 << 16];
    loop {
        let read = match from.read(&mut bytes) {
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(Uncopied::From(error)),
        };
        match bytes.get(..read) {
            None | Some([]) => return Ok(()),
            Some(some) => to.write_all(some).map_err(Uncopied::To)?,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::store::Store;

    #[test]
    fn an_index_that_somebody_began_to_use_while_it_was_copied_tells_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let dir = folder.path().join("station");
        drop(Store::open(&dir).expect("begun"));
        let copied = |meanwhile: &dyn Fn()| copied_index(&dir, folder.path(), meanwhile).err();
        assert!(copied(&|| ()).is_none());
        let used = copied(&|| std::mem::forget(Store::open(&dir).expect("opens")));
        let Some(StoreError::OpenedMeanwhile { dir: named }) = used else {
            panic!("{used:?}");
        };
        assert_eq!(named, dir);
        // Of one in use the copy is looked through.
        assert!(copied(&|| ()).is_none());
    }

    #[test]
    fn one_who_has_come_and_gone_since_shows_too() {
        let folder = tempfile::tempdir().expect("a folder");
        let dir = folder.path().join("station");
        drop(Store::open(&dir).expect("begun"));
        // The clock of the file system ticks.
        std::thread::sleep(Duration::from_millis(30));
        let visited = copied_index(&dir, folder.path(), || {
            drop(Store::open(&dir).expect("opens"));
        });
        assert!(matches!(visited, Err(StoreError::OpenedMeanwhile { .. })));
    }

    #[test]
    fn a_folder_for_temporary_files_that_takes_nothing_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let (dir, no_folder) = (folder.path().join("station"), folder.path().join("none"));
        drop(Store::open(&dir).expect("begun"));
        let said = copied_index(&dir, &no_folder, || ()).err();
        let said = said.map(|error| error.to_string()).unwrap_or_default();
        assert!(said.contains(&no_folder.display().to_string()), "{said}");
        assert!(said.contains("TMPDIR"), "{said}");
    }
}
