//! What a station knows of the register of stock: what the registry told of it, with what was done here and is not in that yet on top.
//!
//! What the registry told is a cache (`DIR/stock`), kept apart from the journal and its index: it can be asked for anew at any time. What
//! was done here is in the journal, and stays known where the cache is gone and the line is down. Invariant: how an item stands is what
//! [`follows`] makes of both, in their order; what does not follow counts for nothing and is said to be contested.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use super::Store;
use super::error::StoreError;
use super::index::files::Files;
use super::index::rows::{
    OWN_MOVEMENTS, OwnFate, OwnMovement, decode, encode, item_named, items_named, own_movements_of,
};
use super::index::{IndexFault, Row, View, Writes, prefixed, set_aside};
use super::private::private_dir;
use crate::domain::custody::{Delivery, Identifier, ItemState, Place, Tag, TagBlock, follows};
use crate::domain::{DeliveryId, EntryId, ItemId, PlaceId, StationId};
use crate::wire::{StockEvent, StockFeed, StockNews};

/// Version of the cache; another one is asked for anew.
const VERSION: u16 = 1;
const META: &[u8] = b"!";
const ITEMS: &[u8] = b"i";
const PLACES: &[u8] = b"p";
const DELIVERIES: &[u8] = b"d";
const BLOCKS: &[u8] = b"b";
const HEARD: &[u8] = b"e";

/// Up to where the registry's feed was read, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Heard {
    version: u16,
    /// The number of the last event.
    pub after: u64,
    /// When it was last asked, by this station's clock; none: never, so that only what was done here is known.
    pub at: Option<Timestamp>,
}

/// An item as far as it is known here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KnownItem {
    #[serde(flatten)]
    pub state: ItemState,
    /// Something that was done here is in it, and not in what the registry told.
    pub ahead: bool,
    /// Something that was done here does not follow on what the registry told: the outbox has it.
    pub contested: bool,
}

/// What the feed says can't be.
#[derive(Debug, thiserror::Error)]
pub enum FeedFault {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It does not follow on what it said before.
    #[error("event {number} of the registry's stock does not follow on those before it")]
    Broken {
        /// Of which event.
        number: u64,
    },
}

/// The same within the cache.
enum NotTaken {
    Index(IndexFault),
    Broken(u64),
}

impl From<IndexFault> for NotTaken {
    fn from(fault: IndexFault) -> Self {
        Self::Index(fault)
    }
}

/// What the registry told of its stock.
pub struct StockCache {
    rows: Rows,
    dir: PathBuf,
    /// Held while a page of the feed is taken.
    taking: Mutex<()>,
}

impl StockCache {
    /// Opens it in `DIR/stock`. One that can't be used, or is of another release, is begun anew; where that can't be done either, it is
    /// kept in memory for this run: nobody is kept from work because the stock is not known.
    pub fn open(dir: &Path) -> Self {
        let path = dir.join("stock");
        let files = Self::files(&path).or_else(|why| {
            tracing::warn!(%why, "what is known of the stock is asked for anew");
            set_aside(&path)?;
            Self::files(&path)
        });
        match files {
            Ok(cache) => cache,
            Err(why) => {
                tracing::warn!(%why, "what is known of the stock is kept in memory for this run");
                Self::over(Rows::Memory(Mutex::default()), &path)
            }
        }
    }

    fn files(path: &Path) -> Result<Self, StoreError> {
        private_dir(path)?;
        let failed = |fault: IndexFault| StoreError::Index {
            dir: path.to_owned(),
            why: fault.0,
        };
        let files = Files::open(path).map_err(failed)?;
        let cache = Self::over(Rows::Files(files), path);
        match cache.heard().map_err(failed)?.version {
            0 | VERSION => Ok(cache),
            other => Err(failed(IndexFault(format!(
                "what is known of the stock has form {other}"
            )))),
        }
    }

    fn over(rows: Rows, path: &Path) -> Self {
        Self {
            rows,
            dir: path.to_owned(),
            taking: Mutex::default(),
        }
    }

    fn failed(&self, fault: IndexFault) -> StoreError {
        StoreError::Index {
            dir: self.dir.clone(),
            why: fault.0,
        }
    }

    fn heard(&self) -> Result<Heard, IndexFault> {
        self.value(META).map(Option::unwrap_or_default)
    }

    fn value<T: serde::de::DeserializeOwned>(&self, key: &[u8]) -> Result<Option<T>, IndexFault> {
        self.rows
            .row(key)?
            .map(|bytes: Vec<u8>| decode(&bytes))
            .transpose()
    }

    fn values<T: serde::de::DeserializeOwned>(&self, prefix: &[u8]) -> Result<Vec<T>, IndexFault> {
        let rows = self.rows.rows(prefix)?;
        rows.iter().map(|(_, bytes)| decode(bytes)).collect()
    }

    /// Forgets everything: what the registry tells is taken from the start.
    fn clear(&self) -> Result<(), IndexFault> {
        let all = self.rows.rows(&[])?;
        let writes = all.into_iter().map(|(key, _)| (key, None));
        self.rows.apply(writes.collect())
    }

    /// Takes a page of the feed, all of it or nothing.
    fn take(
        &self,
        (feed, asked_after): (&StockFeed, u64),
        own: Option<&StationId>,
        now: Timestamp,
    ) -> Result<(), NotTaken> {
        let _turn = self.taking.lock();
        let after = self.heard()?.after;
        if after != asked_after {
            return Ok(());
        }
        let mut page = Page {
            cache: self,
            writes: Writes::new(),
            after,
        };
        for event in &feed.events {
            page.take(event, own)?;
        }
        let heard = Heard {
            version: VERSION,
            after: page.after,
            at: Some(now),
        };
        page.put(META.to_vec(), &heard)?;
        Ok(self.rows.apply(page.writes)?)
    }
}

/// Where it lies: in files, or where those can't be used at all (a full disk, say) in memory for the rest of the run.
enum Rows {
    Files(Files),
    Memory(Mutex<BTreeMap<Vec<u8>, Vec<u8>>>),
}

impl Rows {
    fn row(&self, key: &[u8]) -> Result<Option<Vec<u8>>, IndexFault> {
        match self {
            Self::Files(files) => files.row(key),
            Self::Memory(rows) => Ok(rows.lock().get(key).cloned()),
        }
    }

    fn rows(&self, prefix: &[u8]) -> Result<Vec<Row>, IndexFault> {
        match self {
            Self::Files(files) => files.rows(prefix),
            Self::Memory(rows) => Ok(prefixed(&rows.lock(), prefix)),
        }
    }

    /// All of it or nothing, and on the disk where it lies there.
    fn apply(&self, writes: Writes) -> Result<(), IndexFault> {
        match self {
            Self::Files(files) => {
                files.apply(writes)?;
                files.flush()
            }
            Self::Memory(rows) => {
                let mut rows = rows.lock();
                for (key, value) in writes {
                    match value {
                        Some(value) => rows.insert(key, value),
                        None => rows.remove(&key),
                    };
                }
                Ok(())
            }
        }
    }
}

/// A page of the feed on its way into the cache.
struct Page<'a> {
    cache: &'a StockCache,
    writes: Writes,
    after: u64,
}

impl Page<'_> {
    fn take(&mut self, event: &StockEvent, own: Option<&StationId>) -> Result<(), NotTaken> {
        let broken = || NotTaken::Broken(event.number);
        if event.number <= self.after {
            return Err(broken());
        }
        self.after = event.number;
        match &event.what {
            StockNews::Moved { entry, movement } => {
                let before = self.item(movement.item)?;
                let state = follows(before.as_ref(), movement).map_err(|_| broken())?;
                for named in movement.what.names() {
                    let key = item_named(&named, movement.item);
                    self.writes.insert(key, Some(Vec::new()));
                }
                if event.station.as_ref() == own && own.is_some() {
                    self.writes.insert(heard_row(*entry), Some(Vec::new()));
                }
                self.put(item_row(movement.item), &state)
            }
            StockNews::Place { place, .. } => self.put(place_row(place.id), place),
            StockNews::Delivery { delivery, .. } => self.put(delivery_row(delivery.id), delivery),
            StockNews::Tags { block } => self.put(block_row(block), block),
        }
    }

    fn item(&self, item: ItemId) -> Result<Option<ItemState>, IndexFault> {
        let key = item_row(item);
        match self.writes.get(&key) {
            Some(Some(bytes)) => decode(bytes).map(Some),
            Some(None) => Ok(None),
            None => self.cache.value(&key),
        }
    }

    fn put<T: Serialize>(&mut self, key: Vec<u8>, value: &T) -> Result<(), NotTaken> {
        self.writes.insert(key, Some(encode(value)?));
        Ok(())
    }
}

fn item_row(id: ItemId) -> Vec<u8> {
    [ITEMS, &id.0.as_bytes()[..]].concat()
}

fn place_row(id: PlaceId) -> Vec<u8> {
    [PLACES, &id.0.as_bytes()[..]].concat()
}

fn delivery_row(id: DeliveryId) -> Vec<u8> {
    [DELIVERIES, &id.0.as_bytes()[..]].concat()
}

fn block_row(block: &TagBlock) -> Vec<u8> {
    [BLOCKS, &block.first().to_be_bytes()[..]].concat()
}

fn heard_row(entry: EntryId) -> Vec<u8> {
    [HEARD, &entry.0.as_bytes()[..]].concat()
}

/// The register as it is known here.
#[derive(Clone, Copy)]
pub struct Register<'a> {
    store: &'a Store,
    cache: &'a StockCache,
}

impl<'a> Register<'a> {
    /// Of that journal and what the registry told.
    pub fn of(store: &'a Store, cache: &'a StockCache) -> Self {
        Self { store, cache }
    }

    /// Up to where the registry's feed was read, and when.
    ///
    /// # Errors
    /// [`StoreError::Index`], as everything here.
    pub fn heard(self) -> Result<Heard, StoreError> {
        self.cache.heard().map_err(|fault| self.cache.failed(fault))
    }

    /// Takes a page of the feed that was asked for after that event; nothing where another page was taken since. One that does not
    /// follow on what was taken changes nothing: ask again from the start, after [`Self::forget`].
    ///
    /// # Errors
    /// [`FeedFault`].
    pub fn take(self, feed: &StockFeed, after: u64, now: Timestamp) -> Result<(), FeedFault> {
        let own = self.store.station()?.map(|station| station.id);
        let taken = self.cache.take((feed, after), own.as_ref(), now);
        taken.map_err(|why| match why {
            NotTaken::Index(fault) => FeedFault::Store(self.cache.failed(fault)),
            NotTaken::Broken(number) => FeedFault::Broken { number },
        })
    }

    /// Forgets what the registry told.
    ///
    /// # Errors
    /// [`StoreError::Index`].
    pub fn forget(self) -> Result<(), StoreError> {
        self.cache.clear().map_err(|fault| self.cache.failed(fault))
    }

    /// An item.
    ///
    /// # Errors
    /// [`StoreError::Index`].
    pub fn item(self, id: ItemId) -> Result<Option<KnownItem>, StoreError> {
        let own = self.own(&own_movements_of(id))?;
        self.told(|cache| known(cache, cache.value(&item_row(id))?, &own))
    }

    /// The items that bear an identifier: one, unless two were received under it that the registry has not compared yet.
    ///
    /// # Errors
    /// [`StoreError::Index`].
    pub fn named(self, by: &Identifier) -> Result<Vec<KnownItem>, StoreError> {
        let prefix = items_named(by);
        let mut rows = self.told(|cache| cache.rows.rows(&prefix))?;
        rows.extend(self.store.read(|index| index.rows(&prefix))?);
        let ids: BTreeSet<ItemId> = rows.iter().filter_map(|(key, _)| item_of(key)).collect();
        let mut found = Vec::new();
        for id in ids {
            // A tag that was corrected is the item's no more.
            let bears = |known: &KnownItem| known.state.item.identifiers().contains(by);
            found.extend(self.item(id)?.filter(bears));
        }
        Ok(found)
    }

    /// Whether an item has that tag, or ever had it.
    ///
    /// # Errors
    /// [`StoreError::Index`].
    pub fn was_given(self, tag: Tag) -> Result<bool, StoreError> {
        let prefix = items_named(&Identifier::Tag { tag });
        let told = self.told(|cache| cache.rows.rows(&prefix))?;
        Ok(!told.is_empty() || !self.store.read(|index| index.rows(&prefix))?.is_empty())
    }

    /// Every item.
    ///
    /// # Errors
    /// [`StoreError::Index`].
    pub fn items(self) -> Result<Vec<KnownItem>, StoreError> {
        let mut own: BTreeMap<ItemId, Vec<OwnMovement>> = BTreeMap::new();
        for one in self.own(OWN_MOVEMENTS)? {
            own.entry(one.movement.item).or_default().push(one);
        }
        self.told(|cache| {
            let mut states: BTreeMap<ItemId, ItemState> = BTreeMap::new();
            for state in cache.values::<ItemState>(ITEMS)? {
                states.insert(state.id(), state);
            }
            let ids: BTreeSet<ItemId> = states.keys().chain(own.keys()).copied().collect();
            let mut found = Vec::new();
            for id in ids {
                let own = own.get(&id).map(Vec::as_slice).unwrap_or_default();
                found.extend(known(cache, states.remove(&id), own)?);
            }
            Ok(found)
        })
    }

    /// Every place.
    ///
    /// # Errors
    /// [`StoreError::Index`].
    pub fn places(self) -> Result<Vec<Place>, StoreError> {
        self.told(|cache| cache.values(PLACES))
    }

    /// Every delivery.
    ///
    /// # Errors
    /// [`StoreError::Index`].
    pub fn deliveries(self) -> Result<Vec<Delivery>, StoreError> {
        self.told(|cache| cache.values(DELIVERIES))
    }

    /// The numbers of which a station makes tags, in their order.
    ///
    /// # Errors
    /// [`StoreError::Index`].
    pub fn blocks(self, station: &StationId) -> Result<Vec<TagBlock>, StoreError> {
        let mut blocks: Vec<TagBlock> = self.told(|cache| cache.values(BLOCKS))?;
        blocks.retain(|block| block.station() == station);
        Ok(blocks)
    }

    fn told<T>(
        self,
        ask: impl FnOnce(&StockCache) -> Result<T, IndexFault>,
    ) -> Result<T, StoreError> {
        ask(self.cache).map_err(|fault| self.cache.failed(fault))
    }

    fn own(self, prefix: &[u8]) -> Result<Vec<OwnMovement>, StoreError> {
        self.store.read(|index| {
            let rows = index.rows(prefix)?;
            rows.iter().map(|(_, bytes)| decode(bytes)).collect()
        })
    }
}

/// What the registry told of an item, and what was done here that is not in it.
fn known(
    cache: &StockCache,
    told: Option<ItemState>,
    own: &[OwnMovement],
) -> Result<Option<KnownItem>, IndexFault> {
    let (mut state, mut ahead, mut contested) = (told, false, false);
    for own in own {
        if own.fate == OwnFate::GivenUp || cache.rows.row(&heard_row(own.entry))?.is_some() {
            continue;
        }
        match follows(state.as_ref(), &own.movement) {
            Ok(after) if own.fate != OwnFate::Refused => (state, ahead) = (Some(after), true),
            Ok(_) | Err(_) => contested = true,
        }
    }
    Ok(state.map(|state| KnownItem {
        state,
        ahead,
        contested,
    }))
}

fn item_of(key: &[u8]) -> Option<ItemId> {
    let id = key.last_chunk::<16>().copied();
    id.map(|id| ItemId(uuid::Uuid::from_bytes(id)))
}
