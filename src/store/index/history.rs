//! What enrolments, tests and resets leave in the index: one row each, found by key beside the rows of its care.

use super::apply::{NotApplied, Pending};
use super::rows::{credential_row, enrolment_row, handling_row, handlings_of, numbered, value};
use super::{IndexFault, View};
use crate::domain::history::{Handling, HistoryLine};
use crate::domain::{KeyFacts, KeyId, UsbPath};
use crate::record::{Enrolment, KeyReset, Record};
use crate::wire::TestPush;

/// Something was done to the key at a place, in record number `sequence`.
fn did<V: View>(
    pending: &mut Pending<'_, V>,
    sequence: u64,
    (id, place): (&KeyId, &UsbPath),
    handling: Handling,
    record: &Record,
) -> Result<(), NotApplied> {
    pending.point(numbered(&handlings_of(id, place), sequence));
    let row = HistoryLine {
        at: record.at,
        operator: record.operator.clone(),
        handling,
    };
    pending.put(handling_row(sequence), &row)
}

/// Somebody was enrolled on a key.
pub(super) fn enrolled<V: View>(
    pending: &mut Pending<'_, V>,
    sequence: u64,
    key: &KeyFacts,
    enrolment: &Enrolment,
    record: &Record,
) -> Result<(), NotApplied> {
    let handling = Handling::Enrolled {
        person: enrolment.person.id.clone(),
        name: enrolment.person.name.clone(),
    };
    did(pending, sequence, (&key.id, &key.place), handling, record)
}

/// A key signed for somebody. Earlier releases did not say where it was.
pub(super) fn tested<V: View>(
    pending: &mut Pending<'_, V>,
    sequence: u64,
    place: Option<&UsbPath>,
    push: &TestPush,
    record: &Record,
) -> Result<(), NotApplied> {
    let id = &push.key.id;
    let nowhere = UsbPath::new("");
    let place = match place {
        Some(place) => place,
        None if id.is_unique() => &nowhere,
        None => return Ok(()),
    };
    let made = value::<u64>(pending, &credential_row(&push.assertion.raw_id))?;
    let enrolment: Option<Enrolment> = match made {
        Some(made) => value(pending, &enrolment_row(made))?,
        None => None,
    };
    let handling = Handling::Tested {
        person: push.person.clone(),
        name: enrolment.map(|enrolment| enrolment.person.name),
    };
    did(pending, sequence, (id, place), handling, record)
}

/// A key was reset.
pub(super) fn reset<V: View>(
    pending: &mut Pending<'_, V>,
    sequence: u64,
    reset: &KeyReset,
    record: &Record,
) -> Result<(), NotApplied> {
    let people = reset.losses.people();
    let handling = Handling::Reset {
        names: people.iter().map(|person| person.name.clone()).collect(),
    };
    let key = &reset.key;
    did(pending, sequence, (&key.id, &key.place), handling, record)
}

/// What a row that only points somewhere points to is missing.
pub(in crate::store) fn missing(sequence: u64) -> IndexFault {
    IndexFault(format!("the row of handling {sequence} is missing"))
}
