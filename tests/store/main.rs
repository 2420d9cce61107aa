//! The station's memory, used as a station uses it: what it remembers, what it refuses, and what it survives.
#![expect(
    clippy::unwrap_used,
    reason = "a test that fails here should fail loudly"
)]

mod fixture;
mod remembers;

use std::path::Path;

use keydesk::domain::Record;
use keydesk::store::Store;

/// Opens the store and records these; it is closed again on return.
fn commit_all(dir: &Path, records: &[Record]) {
    let store = Store::open(dir).unwrap();
    for record in records {
        store.commit(record).unwrap();
    }
}
