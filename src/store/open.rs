//! Opening a store: who else has it, is the journal whole, where does it end, and does the index stand on it.
//!
//! Nothing is changed before the journal is known to hold everything that its witnesses (the head file and the index)
//! have seen.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use super::error::{Damage, StoreError};
use super::index::{Index, IndexFault, NotOpened, newer, set_aside};
use super::journal::{Anchored, Journal, Reader, Tip, check_seams, segment_path, sync_segment};
use super::lock::{Lock, Past};
use super::private::private_dir;
use super::replay::{ReplayError, replay};
use super::room::Reserve;
use super::{Inner, Settings, index_dir, journal_dir, witness};

pub(super) fn open(dir: &Path, settings: Settings) -> Result<Inner, StoreError> {
    let journal_dir = journal_dir(dir);
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(StoreError::io("create", dir))?;
    private_dir(&journal_dir)?;
    let (lock, past) = Lock::take(dir, &journal_dir)?;
    let last_segment = check_seams(&journal_dir)?;
    let index = open_index(dir, past)?;
    let known = index.as_ref().and_then(|index| index.meta().anchor());
    let (journal, index) = if let Some(number) = last_segment {
        sync_segment(&journal_dir, number)?;
        let (index, reader) = roll_forward(dir, index)?;
        (
            Journal::resume(&journal_dir, &reader, settings.segment_bytes)?,
            index,
        )
    } else {
        check_nothing_lost(&journal_dir, index.as_ref())?;
        let index = match index {
            Some(index) => index,
            None => fresh(dir).unwrap_or_else(|fault| {
                tracing::warn!(why = %fault, "the index is kept in memory for this run");
                Index::in_memory()
            }),
        };
        (
            Journal::create(&journal_dir, settings.segment_bytes)?,
            index,
        )
    };
    let reserve = Reserve::new(&journal_dir, settings.reserve_bytes);
    let room = reserve.room(settings.room_bytes)?;
    if !room.is_enough() {
        tracing::warn!(
            free_bytes = room.free_bytes,
            "the disk is nearly full: nothing new can be begun"
        );
    }
    let mut inner = Inner {
        flushed: known.filter(|_| past == Past::Closed).unwrap_or_default(),
        journal,
        index,
        stale: false,
        reserve,
        settings,
        dir: dir.to_owned(),
        lock,
    };
    inner.flush_now_and_then();
    Ok(inner)
}

/// The index as it is on disk; `None` when it must be made anew.
fn open_index(dir: &Path, past: Past) -> Result<Option<Index>, StoreError> {
    let path = index_dir(dir);
    let opened = private_dir(&path)
        .map_err(|error| NotOpened::Fault(IndexFault(error.to_string())))
        .and_then(|()| Index::open(&path, past == Past::Uncertain));
    match opened {
        Ok(index) => Ok(Some(index)),
        Err(NotOpened::Newer(version)) => Err(newer(path, version)),
        Err(NotOpened::Fault(IndexFault(why))) => {
            tracing::warn!(%why, "the index is made anew from the journal");
            Ok(None)
        }
    }
}

/// Brings the index to the journal's end; makes it anew when it does not come along. The reader stands at the end.
fn roll_forward(dir: &Path, index: Option<Index>) -> Result<(Index, Reader), StoreError> {
    let journal = journal_dir(dir);
    if let Some(mut index) = index {
        let mut reader = match index.meta().anchor() {
            None => first(&journal)?,
            Some(anchor) => match Reader::after(&journal, anchor)? {
                Anchored::Here(reader) => reader,
                Anchored::Beyond | Anchored::Differs => {
                    return Err(explain(&journal, anchor.tip)?);
                }
            },
        };
        match replay(&mut index, &mut reader) {
            Ok(()) => return Ok((index, reader)),
            Err(ReplayError::Journal(error)) => return Err(error),
            Err(ReplayError::Index(fault)) => {
                tracing::warn!(why = %fault, "the index is made anew from the journal");
            }
        }
    }
    rebuild(dir, true, u64::MAX)
}

/// Makes the index anew from the records up to number `last`: on disk, or where that fails in memory. The reader stands
/// behind the last one.
pub(super) fn rebuild(dir: &Path, on_disk: bool, last: u64) -> Result<(Index, Reader), StoreError> {
    if on_disk {
        match fresh(dir).map_err(ReplayError::Index).and_then(|index| {
            let (index, reader) = fill(index, dir, last)?;
            index.flush()?;
            Ok((index, reader))
        }) {
            Ok(made) => return Ok(made),
            Err(ReplayError::Journal(error)) => return Err(error),
            Err(ReplayError::Index(fault)) => {
                tracing::warn!(why = %fault, "the index is kept in memory for this run");
            }
        }
    }
    fill(Index::in_memory(), dir, last).map_err(|error| match error {
        ReplayError::Journal(error) => error,
        ReplayError::Index(fault) => StoreError::Index {
            dir: index_dir(dir),
            why: fault.to_string(),
        },
    })
}

fn fill(mut index: Index, dir: &Path, last: u64) -> Result<(Index, Reader), ReplayError> {
    let mut reader = first(&journal_dir(dir))?.until(last);
    replay(&mut index, &mut reader)?;
    Ok((index, reader))
}

fn fresh(dir: &Path) -> Result<Index, IndexFault> {
    let path = index_dir(dir);
    set_aside(&path)
        .and_then(|()| private_dir(&path))
        .map_err(|error| IndexFault(error.to_string()))?;
    Index::open(&path, false).map_err(|error| match error {
        NotOpened::Fault(fault) => fault,
        NotOpened::Newer(version) => IndexFault(format!("an empty index has version {version}")),
    })
}

/// The index stands at a record that the journal does not have at that place. Says why: damage first, where there is any.
fn explain(journal: &Path, known: Tip) -> Result<StoreError, StoreError> {
    let mut reader = first(journal)?;
    let index = [witness::index(known)];
    while let Some(raw) = reader.next()? {
        witness::saw(&index, raw.tip, (reader.path(), raw.offset))?;
    }
    witness::ended(&index, &reader)?;
    let what = format!(
        "record {} is not where the index has it: remove the directory `index` beside `journal`",
        known.sequence
    );
    Ok(Damage::new(reader.path(), 0, what).into())
}

/// There is no journal yet. Refused when something remembers one.
fn check_nothing_lost(journal: &Path, index: Option<&Index>) -> Result<(), StoreError> {
    let by_index = index
        .and_then(|index| index.meta().anchor())
        .map(|anchor| witness::index(anchor.tip));
    let known: Vec<_> = witness::head(journal)?
        .into_iter()
        .chain(by_index)
        .collect();
    witness::nothing(&known, journal)
}

fn first(journal: &Path) -> Result<Reader, StoreError> {
    let missing = || Damage::new(&segment_path(journal, 1), 0, "this segment is missing");
    Ok(Reader::first(journal)?.ok_or_else(missing)?)
}
