//! From the journal to the index: reading records back and applying them in turn, to roll an index forward or to make it anew.

use std::path::Path;

use serde::Deserialize;

use super::error::{Damage, StoreError};
use super::index::apply::{NotApplied, Pending};
use super::index::{Index, IndexFault};
use super::journal::{RawRecord, Reader};
use crate::record::{RECORD_VERSION, Record};

/// Rows that are applied in one batch.
const BATCH_ROWS: usize = 2_000;

/// Why a replay stopped.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReplayError {
    /// The journal is to blame: another index would not help.
    #[error(transparent)]
    Journal(#[from] StoreError),
    /// The index is to blame: another one may do.
    #[error(transparent)]
    Index(#[from] IndexFault),
}

/// Applies what `reader` has left.
pub(super) fn replay(index: &mut Index, reader: &mut Reader) -> Result<(), ReplayError> {
    loop {
        let mut pending = Pending::new(index, index.meta().counts);
        let before = reader.position();
        while pending.len() < BATCH_ROWS {
            let Some(raw) = reader.next()? else { break };
            let record = parse(&raw, reader.path())?;
            pending
                .apply(raw.tip.sequence, &record)
                .map_err(|error| match error {
                    NotApplied::Index(fault) => ReplayError::Index(fault),
                    NotApplied::Illegal(why) => {
                        let what = format!(
                            "record {} can't follow on those before it: {why}",
                            raw.tip.sequence
                        );
                        ReplayError::Journal(Damage::new(reader.path(), raw.offset, what).into())
                    }
                })?;
        }
        if reader.position() == before {
            return Ok(());
        }
        let (writes, counts) = pending.finish();
        index.write(writes, counts, reader.position())?;
    }
}

/// Reads a record's payload; refuses one that a newer release wrote.
pub(super) fn parse(raw: &RawRecord, path: &Path) -> Result<Record, StoreError> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u16,
    }
    let (version, record) = match serde_json::from_slice::<Record>(&raw.payload) {
        Ok(record) => (record.version, Ok(record)),
        // A newer form need not look like this one at all.
        Err(error) => match serde_json::from_slice(&raw.payload) {
            Ok(Versioned { version }) => (version, Err(error)),
            Err(_) => (RECORD_VERSION, Err(error)),
        },
    };
    if version > RECORD_VERSION {
        return Err(StoreError::Newer {
            what: "a record",
            path: path.to_owned(),
            version: version.into(),
            known: RECORD_VERSION.into(),
        });
    }
    record.map_err(|error| {
        let what = format!("record {} can't be read: {error}", raw.tip.sequence);
        Damage::new(path, raw.offset, what).into()
    })
}
