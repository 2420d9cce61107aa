//! What the fuzz targets do with their input. `tests/it/corpus.rs` replays the committed corpus through the same functions on
//! every test run, so that a finding stays found.

pub mod ctap;
pub mod import;
pub mod lists;
pub mod registry;
pub mod tokens;
