//! A key's history: its care alone, and together with the enrolments on it.

use super::Store;
use super::error::StoreError;
use super::index::care::missing;
use super::index::history;
use super::index::rows::{
    care_row, cares_of, credential_row, enrolment_row, handling_row, handlings_of, number_of,
    tests_of, value,
};
use super::index::{Index, IndexFault};
use crate::domain::care::{Care, CareRecord, TestReport};
use crate::domain::history::{Handling, HistoryLine};
use crate::domain::{Bytes, KeyFacts};
use crate::record::Enrolment;

/// Every read fails with [`StoreError::Index`] or what kept the index from being made anew, and with nothing else.
impl Store {
    /// The last `limit` things that were done to a key, newest first. Where nothing identifies the key: to keys of its model
    /// at its place.
    pub fn cares_of(&self, key: &KeyFacts, limit: usize) -> Result<Vec<CareRecord>, StoreError> {
        self.read(|index| last(index, &cares_of(&key.id, &key.place), limit))
    }

    /// The last `limit` things that were done to a key, its enrolments, tests and resets included, newest first. Where nothing
    /// identifies the key: to keys of its model at its place.
    pub fn history_of(&self, key: &KeyFacts, limit: usize) -> Result<Vec<HistoryLine>, StoreError> {
        self.read(|index| {
            let rows = index.last_rows(&handlings_of(&key.id, &key.place), limit)?;
            rows.iter().map(|(row, _)| handling(index, row)).collect()
        })
    }

    /// The enrolment that made a credential, if this station did.
    pub fn enrolment_of(&self, credential: &Bytes) -> Result<Option<Enrolment>, StoreError> {
        self.read(
            |index| match value::<u64>(index, &credential_row(credential))? {
                Some(sequence) => value(index, &enrolment_row(sequence)),
                None => Ok(None),
            },
        )
    }

    /// The last `limit` tests of keys of a key's model, newest first.
    pub fn tests_of_model(
        &self,
        key: &KeyFacts,
        limit: usize,
    ) -> Result<Vec<TestReport>, StoreError> {
        let records = self.read(|index| last(index, &tests_of(&key.id), limit))?;
        Ok(records
            .into_iter()
            .filter_map(|record| match record.care {
                Care::Tested { report } => Some(report),
                _ => None,
            })
            .collect())
    }
}

fn handling(index: &Index, row: &[u8]) -> Result<HistoryLine, IndexFault> {
    let sequence = number_of(row)?;
    if let Some(cared) = value::<CareRecord>(index, &care_row(sequence))? {
        return Ok(HistoryLine {
            at: cared.at,
            operator: cared.operator,
            handling: Handling::Cared { care: cared.care },
        });
    }
    value(index, &handling_row(sequence))?.ok_or_else(|| history::missing(sequence))
}

fn last(index: &Index, prefix: &[u8], limit: usize) -> Result<Vec<CareRecord>, IndexFault> {
    index
        .last_rows(prefix, limit)?
        .iter()
        .map(|(key, _)| {
            let sequence = number_of(key)?;
            value(index, &care_row(sequence))?.ok_or_else(|| missing(sequence))
        })
        .collect()
}
