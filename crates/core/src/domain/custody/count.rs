//! A count of a place: a set that is held against a list, as tags are scanned or keys plugged in.
//!
//! Invariant: an item is counted once, however often it is seen. The list is what was recorded to lie there when the count began.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::state::{At, ItemState};
use crate::domain::{ItemId, PlaceId};

/// A count as far as it has gone: to be kept, and gone on with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    pub place: PlaceId,
    pub begun_at: Timestamp,
    listed: BTreeSet<ItemId>,
    seen: BTreeMap<ItemId, Timestamp>,
}

/// What an item that was seen is to the count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "seen", rename_all = "kebab-case")]
pub enum Seen {
    /// It is on the list.
    Listed {},
    /// It was counted then.
    Already { at: Timestamp },
    /// It is recorded elsewhere: a finding, to be settled on the spot.
    Elsewhere { recorded: At },
}

impl Count {
    /// Begins with the items that are recorded to lie there, out of whichever are given.
    pub fn of<'a>(
        place: PlaceId,
        items: impl IntoIterator<Item = &'a ItemState>,
        begun_at: Timestamp,
    ) -> Self {
        let there = items.into_iter().filter(|item| lies_at(item, place));
        Self {
            place,
            begun_at,
            listed: there.map(ItemState::id).collect(),
            seen: BTreeMap::new(),
        }
    }

    /// An item is in front of whoever counts.
    pub fn see(&mut self, item: &ItemState, now: Timestamp) -> Seen {
        if let Some(at) = self.seen.get(&item.id()) {
            return Seen::Already { at: *at };
        }
        self.seen.insert(item.id(), now);
        match self.listed.contains(&item.id()) {
            true => Seen::Listed {},
            false => Seen::Elsewhere {
                recorded: item.at.clone(),
            },
        }
    }

    /// It was put back where it is recorded, so that it is not counted here.
    pub fn put_back(&mut self, item: ItemId) {
        if !self.listed.contains(&item) {
            self.seen.remove(&item);
        }
    }

    /// What is on the list and was not seen.
    pub fn missing(&self) -> impl Iterator<Item = ItemId> {
        let seen = |item: &&ItemId| self.seen.contains_key(*item);
        self.listed.iter().filter(move |item| !seen(item)).copied()
    }

    /// What was seen and is not on the list.
    pub fn found(&self) -> impl Iterator<Item = ItemId> {
        let listed = |item: &&ItemId| self.listed.contains(*item);
        self.seen.keys().filter(move |item| !listed(item)).copied()
    }

    /// How many of the list were seen, and how many it has.
    pub fn done(&self) -> (usize, usize) {
        let all = self.listed.len();
        (all - self.missing().count(), all)
    }
}

fn lies_at(item: &ItemState, place: PlaceId) -> bool {
    match &item.at {
        At::Stored { spot } => spot.place == place,
        At::Moving { .. } | At::Held { .. } | At::Gone { .. } => false,
    }
}
