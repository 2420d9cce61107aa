//! What care leaves in the index: one row for each thing that was done, found by key and, for tests, by model.

use super::apply::{NotApplied, Pending};
use super::rows::{care_row, cares_of, handlings_of, numbered, tests_of};
use super::{IndexFault, View};
use crate::domain::KeyFacts;
use crate::domain::care::{Care, CareRecord};
use crate::record::Record;

/// Applies `Cared`, record number `sequence`. It can follow on anything: a key need not be known to be cared for.
pub(super) fn cared<V: View>(
    pending: &mut Pending<'_, V>,
    sequence: u64,
    key: &KeyFacts,
    care: &Care,
    record: &Record,
) -> Result<(), NotApplied> {
    pending.point(numbered(&cares_of(&key.id, &key.place), sequence));
    pending.point(numbered(&handlings_of(&key.id, &key.place), sequence));
    if matches!(care, Care::Tested { .. }) {
        pending.point(numbered(&tests_of(&key.id), sequence));
    }
    let row = CareRecord {
        at: record.at,
        operator: record.operator.clone(),
        key: key.clone(),
        care: care.clone(),
    };
    pending.put(care_row(sequence), &row)
}

/// What a row that only points somewhere points to is missing.
pub(in crate::store) fn missing(sequence: u64) -> IndexFault {
    IndexFault(format!("the row of care {sequence} is missing"))
}
