//! The FIDO Alliance's metadata in a station: imported once, kept in a file of its own, named in the journal.
//!
//! Hides where it is kept. Invariant: a station that imported metadata never works without it. What is kept is compared
//! with its hash in the journal when the station opens, so that a model's revocation cannot get lost with a file. The file
//! of a release is on disk before the journal names it, and the one before is removed after.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::domain::Bytes;
use crate::domain::models::{Catalogue, Source};
use crate::metadata::{self, MetadataError};
use crate::record::{Change, MetadataImport, RECORD_VERSION, Record};
use crate::store::{Store, StoreError, private};

/// The largest catalogue that is read back, in bytes. That of October 2026 has some 150 KB.
const MAX_KEPT_BYTES: u64 = 32 << 20;

/// Why metadata was not imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Not to be trusted, or no metadata.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// Not newer than what the station has.
    #[error(
        "this is metadata no {no}, and the station has no {have} already: fetch a newer blob.jwt"
    )]
    NotNewer {
        /// Number of the blob.
        no: u64,
        /// Number of what was imported last.
        have: u64,
    },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is kept is not what was imported.
#[derive(Debug, thiserror::Error)]
#[error(
    "{}: the journal says that metadata no {no} was imported, and it is not there as it was: run `keydesk metadata import` with that blob.jwt or a newer one",
    path.display()
)]
pub struct NotKept {
    /// Where it should be.
    path: PathBuf,
    /// Which release.
    no: u64,
}

/// Verifies a blob and takes it into the station's memory. `root` is the certificate (DER) that it must chain to.
///
/// # Errors
/// Nothing is changed on an error. The same release again is taken only where its file was lost.
pub fn import(
    dir: &Path,
    blob: &[u8],
    root: &[u8],
    now: Timestamp,
) -> Result<MetadataImport, ImportError> {
    let catalogue = metadata::verify(blob, root, now)?;
    let store = Store::open(dir)?;
    let no = catalogue.source().no;
    if let Some(last) = store.metadata()? {
        let mends = no == last.source.no && kept(dir, &last).is_err();
        if no <= last.source.no && !mends {
            return Err(ImportError::NotNewer {
                no,
                have: last.source.no,
            });
        }
    }
    // A map of plain values always serialises; should it not, the empty file is refused when it is read back.
    let bytes = serde_json::to_vec(&catalogue).unwrap_or_default();
    private::write(dir, &file_name(no), &bytes)?;
    let import = MetadataImport {
        source: catalogue.source(),
        models: u32::try_from(catalogue.models().len()).unwrap_or(u32::MAX),
        blob_sha256: sha256(blob),
        kept_sha256: sha256(&bytes),
    };
    store.commit(&Record {
        version: RECORD_VERSION,
        at: now,
        station: store.station()?.map(|station| station.id),
        operator: store.session()?.map(|session| session.operator.id),
        bond: None,
        change: Change::MetadataImported {
            import: import.clone(),
        },
    })?;
    for other in releases(dir).into_iter().filter(|other| *other != no) {
        private::remove(dir, &file_name(other))?;
    }
    Ok(import)
}

/// What was imported, as the journal has it.
pub(super) fn kept(dir: &Path, import: &MetadataImport) -> Result<Arc<Catalogue>, NotKept> {
    let no = import.source.no;
    let whole = read(dir, no).filter(|(sha256, _)| *sha256 == import.kept_sha256);
    match whole {
        Some((_, catalogue)) => Ok(Arc::new(catalogue)),
        None => Err(NotKept {
            path: dir.join("private").join(file_name(no)),
            no,
        }),
    }
}

/// What is kept in a data directory, without opening the station: for a look while a kiosk is at work. Not compared with
/// the journal.
pub fn look(dir: &Path) -> Option<Arc<Catalogue>> {
    let latest = releases(dir).into_iter().max()?;
    read(dir, latest).map(|(_, catalogue)| Arc::new(catalogue))
}

/// Whether the next release should have been fetched by now.
pub fn is_overdue(source: Source, now: Timestamp) -> bool {
    now.to_zoned(jiff::tz::TimeZone::UTC).date() > source.next_update
}

fn read(dir: &Path, no: u64) -> Option<(Bytes, Catalogue)> {
    let bytes = private::read_up_to(dir, &file_name(no), MAX_KEPT_BYTES).ok()??;
    let catalogue: Catalogue = serde_json::from_slice(&bytes).ok()?;
    (catalogue.is_readable() && catalogue.source().no == no).then(|| (sha256(&bytes), catalogue))
}

/// The numbers of the releases of which there is a file.
fn releases(dir: &Path) -> Vec<u64> {
    let Ok(entries) = std::fs::read_dir(dir.join("private")) else {
        return Vec::new();
    };
    let number = |name: &str| {
        let number = name.strip_prefix("metadata-")?.strip_suffix(".json")?;
        number.parse().ok()
    };
    entries
        .flatten()
        .filter_map(|entry| number(entry.file_name().to_str()?))
        .collect()
}

fn file_name(no: u64) -> String {
    format!("metadata-{no}.json")
}

fn sha256(bytes: &[u8]) -> Bytes {
    Bytes(Sha256::digest(bytes).to_vec())
}
