//! What is asked of the store about batches. Reads only, like [`super::read`].

use super::Store;
use super::error::StoreError;
use super::index::View;
use super::index::apply::batches::{batch_number, whole_batch};
use super::index::apply::numbers;
use super::index::rows::{BATCHES, GIVEN_TAGS};
use crate::domain::BatchId;
use crate::domain::batch::Batch;

/// Every read fails as those of [`super::read`] do.
impl Store {
    /// Every batch with its keys, oldest first.
    pub fn batches(&self) -> Result<Vec<Batch>, StoreError> {
        self.read(|index| {
            let numbers = numbers(&index.rows(BATCHES)?)?;
            numbers
                .into_iter()
                .map(|number| whole_batch(index, number))
                .collect()
        })
    }

    /// A batch with its keys.
    pub fn batch(&self, id: BatchId) -> Result<Option<Batch>, StoreError> {
        self.read(|index| {
            let number = batch_number(index, id)?;
            number.map(|number| whole_batch(index, number)).transpose()
        })
    }

    /// The batch that is not over; there is at most one.
    pub fn open_batch(&self) -> Result<Option<Batch>, StoreError> {
        Ok(self
            .batches()?
            .into_iter()
            .find(|batch| batch.ended_at.is_none()))
    }

    /// Every tag that a batch has given.
    pub fn given_tags(&self) -> Result<Vec<String>, StoreError> {
        self.read(|index| {
            let rows = index.rows(GIVEN_TAGS)?;
            let tags = rows.into_iter().filter_map(|(key, _)| {
                let tag = key.get(GIVEN_TAGS.len()..)?;
                String::from_utf8(tag.to_vec()).ok()
            });
            Ok(tags.collect())
        })
    }
}
