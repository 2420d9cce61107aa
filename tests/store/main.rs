//! The station's memory, used as a station uses it: what it remembers, what it refuses, and what it survives.
#![expect(
    clippy::unwrap_used,
    reason = "a test that fails here should fail loudly"
)]

mod corruption;
mod earlier;
mod factors;
mod fixture;
mod full_disk;
mod history;
mod kills;
mod remembers;
mod sequences;
mod stock;
mod survives;

use std::path::Path;

use keydesk::record::Record;
use keydesk::store::Store;

/// Opens the store and records these; it is closed again on return.
fn commit_all(dir: &Path, records: &[Record]) {
    let store = Store::open(dir).unwrap();
    for record in records {
        store.commit(record).unwrap();
    }
}

/// The files as they are now: what a kill at this moment leaves.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
