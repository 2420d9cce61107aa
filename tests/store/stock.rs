//! What a station knows of the stock: what the registry told, and what was done here on top.

use std::path::Path;

use keydesk::domain::authority::Role;
use keydesk::domain::custody::{
    Condition, Evidence, Identifier, Intake, Item, Model, Movement, Owner, Remark, Serial, Spot,
    StockAct, Tag, Thing,
};
use keydesk::domain::{EntryId, ItemId, OperatorId, PlaceId, StationId};
use keydesk::record::{Change, Resolution};
use keydesk::store::Store;
use keydesk::store::stock::{FeedFault, Heard, KnownItem, Register, StockCache};
use keydesk::wire::{MovementPush, StockEvent, StockFeed, StockNews, WhyNot};

use crate::fixture::{at, record};

fn id(n: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(n)
}

fn entry(n: u128) -> EntryId {
    EntryId(id(n))
}

const ITEM: ItemId = ItemId(uuid::Uuid::from_u128(7));

fn spot(place: u128) -> Spot {
    Spot {
        place: PlaceId(id(place)),
        custodian: OperatorId::new("o-1"),
    }
}

fn tag() -> Tag {
    Tag::numbered(1).expect("a tag")
}

fn movement(saw: u64, what: StockAct) -> Movement {
    let is_new = saw == 0;
    Movement {
        item: ITEM,
        saw,
        what,
        operator: OperatorId::new("o-1"),
        role: Role::StationAdministrator,
        second: None,
        evidence: is_new.then_some(Evidence::Blank { touched: false }),
        remark: Some(Remark::new("found in the cellar").expect("a line")),
        at: at(60),
    }
}

fn received() -> Movement {
    let item = Item {
        id: ITEM,
        thing: Thing::HardwareToken {
            serial: Serial::said("28461397").expect("a serial"),
        },
        model: Model::named("c200").expect("a model"),
        owner: Owner::Desk {},
        tag: Some(tag()),
        delivery: None,
    };
    let what = StockAct::Receive {
        item: Box::new(item),
        at: spot(1),
        intake: Intake::Spare {},
    };
    movement(0, what)
}

fn moved(saw: u64, to: u128) -> Movement {
    movement(saw, StockAct::Move { to: spot(to) })
}

/// Something that was done with an item, as a record has it.
pub fn changed(n: u128) -> Change {
    Change::StockMoved {
        entry: entry(n),
        push: Box::new(MovementPush {
            version: 3,
            movement: received(),
        }),
    }
}

/// A journal and a cache in a folder of their own.
struct Here {
    dir: tempfile::TempDir,
    store: Store,
    cache: StockCache,
}

impl Here {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let (store, cache) = opened(dir.path());
        let here = Self { dir, store, cache };
        here.commit(Change::StationJoined {
            name: "Desk 1".to_owned(),
            registry: "https://registry.example".to_owned(),
            audience: "https://registry.example".to_owned(),
            rp_ids: Vec::new(),
        });
        here
    }

    fn reopened(self) -> Self {
        let Self { dir, store, cache } = self;
        drop((store, cache));
        let (store, cache) = opened(dir.path());
        Self { dir, store, cache }
    }

    fn commit(&self, change: Change) {
        self.store.commit(&record(60, change)).expect("committed");
    }

    fn does(&self, n: u128, movement: Movement) {
        let push = Box::new(MovementPush {
            version: 3,
            movement,
        });
        let entry = entry(n);
        self.commit(Change::StockMoved { entry, push });
    }

    fn register(&self) -> Register<'_> {
        Register::of(&self.store, &self.cache)
    }

    fn hears(&self, after: u64, events: Vec<StockEvent>) -> Result<(), FeedFault> {
        let feed = StockFeed {
            last: events.last().map_or(0, |event| event.number),
            events,
            more: false,
        };
        self.register().take(&feed, after, at(70))
    }

    fn known(&self) -> Option<KnownItem> {
        let known = self.register().item(ITEM).expect("read");
        let all = self.register().items().expect("read");
        assert_eq!(all, known.iter().cloned().collect::<Vec<_>>());
        let named = Identifier::Tag { tag: tag() };
        let found = self.register().named(&named).expect("read");
        assert_eq!(found, all);
        known
    }

    /// Version, place, whether it is ahead of the registry, and whether something is contested.
    fn stands(&self) -> (u64, PlaceId, bool, bool) {
        let known = self.known().expect("known");
        let state = known.state;
        (
            state.version,
            state.at.place(),
            known.ahead,
            known.contested,
        )
    }
}

fn opened(dir: &Path) -> (Store, StockCache) {
    let store = Store::open(dir).expect("opened");
    let cache = StockCache::open(dir);
    (store, cache)
}

fn event(number: u64, station: &str, entry: EntryId, movement: Movement) -> StockEvent {
    StockEvent {
        number,
        accepted_at: at(65),
        station: Some(StationId::new(station)),
        what: StockNews::Moved {
            entry,
            movement: Box::new(movement),
        },
    }
}

fn place(n: u128) -> PlaceId {
    PlaceId(id(n))
}

#[test]
fn what_was_done_here_is_known_at_once_and_not_twice_when_the_registry_tells_it() {
    let here = Here::new();
    assert_eq!(here.known(), None);
    here.does(101, received());
    here.does(102, moved(1, 2));
    assert_eq!(here.stands(), (2, place(2), true, false));
    assert_eq!(
        here.register().heard().expect("read").at,
        None,
        "never asked"
    );
    here.hears(0, vec![event(1, "station-1", entry(101), received())])
        .expect("taken");
    assert_eq!(here.stands(), (2, place(2), true, false));
    here.hears(1, vec![event(5, "station-1", entry(102), moved(1, 2))])
        .expect("taken");
    assert_eq!(here.stands(), (2, place(2), false, false));
    let here = here.reopened();
    assert_eq!(here.stands(), (2, place(2), false, false));
    let heard: Heard = here.register().heard().expect("read");
    assert_eq!((heard.after, heard.at), (5, Some(at(70))));
}

#[test]
fn what_another_station_did_first_stands_and_what_was_done_here_is_contested_until_it_is_given_up()
{
    let here = Here::new();
    here.does(101, received());
    here.does(102, moved(1, 2));
    let told = vec![
        event(1, "station-1", entry(101), received()),
        event(2, "station-2", entry(900), moved(1, 3)),
    ];
    here.hears(0, told).expect("taken");
    assert_eq!(here.stands(), (2, place(3), false, true));
    here.commit(Change::Pushed {
        entry: entry(101),
        accepted_at: at(66),
    });
    here.commit(Change::Rejected {
        entry: entry(102),
        code: "stock-moved".to_owned(),
        detail: WhyNot::from("it moved"),
    });
    assert_eq!(here.stands(), (2, place(3), false, true));
    here.commit(Change::ConflictResolved {
        entry: entry(102),
        how: Resolution::Withdrawn,
        remains: None,
        report: None,
    });
    assert_eq!(here.stands(), (2, place(3), false, false));
}

#[test]
fn an_entry_of_that_id_from_another_station_is_not_taken_for_what_was_done_here() {
    let here = Here::new();
    here.does(101, received());
    let told = vec![
        event(1, "station-2", entry(100), received()),
        event(2, "station-2", entry(102), moved(1, 3)),
    ];
    here.hears(0, told).expect("taken");
    here.does(102, moved(2, 4));
    assert_eq!(here.stands(), (3, place(4), true, true));
}

#[test]
fn without_what_the_registry_told_only_what_was_done_here_is_known_and_all_of_it_when_it_tells_again()
 {
    let here = Here::new();
    here.does(101, received());
    let told = vec![
        event(1, "station-1", entry(101), received()),
        event(2, "station-2", entry(900), moved(1, 3)),
    ];
    here.hears(0, told.clone()).expect("taken");
    assert_eq!(here.stands(), (2, place(3), false, false));
    here.register().forget().expect("forgotten");
    assert_eq!(here.register().heard().expect("read"), Heard::default());
    assert_eq!(here.stands(), (1, place(1), true, false));
    here.hears(0, told).expect("taken");
    assert_eq!(here.stands(), (2, place(3), false, false));
}

#[test]
fn an_index_and_a_cache_that_are_lost_are_made_anew() {
    let here = Here::new();
    here.does(101, received());
    here.does(102, moved(1, 2));
    let told = vec![event(1, "station-1", entry(101), received())];
    here.hears(0, told).expect("taken");
    let Here { dir, store, cache } = here;
    drop((store, cache));
    for gone in ["index", "stock"] {
        std::fs::remove_dir_all(dir.path().join(gone)).expect("removed");
    }
    std::fs::write(dir.path().join("stock"), b"no folder").expect("written");
    let (store, cache) = opened(dir.path());
    let here = Here { dir, store, cache };
    assert_eq!(here.stands(), (2, place(2), true, false));
}

#[test]
fn a_feed_that_does_not_follow_changes_nothing() {
    let here = Here::new();
    here.hears(0, vec![event(3, "station-2", entry(100), received())])
        .expect("taken");
    let before = here.stands();
    for (number, movement) in [(4, moved(5, 2)), (3, moved(1, 2)), (4, received())] {
        let told = vec![event(number, "station-2", entry(200), movement)];
        let fault = here.hears(3, told).expect_err("it does not follow");
        assert!(matches!(fault, FeedFault::Broken { number: at } if at == number));
        assert_eq!(here.stands(), before);
    }
    // A page that was asked for before another one was taken.
    here.hears(0, vec![event(4, "station-2", entry(200), moved(1, 2))])
        .expect("let go");
    assert_eq!(here.stands(), before);
    assert_eq!(
        here.known().expect("known").state.condition,
        Condition::Spare
    );
}
