//! The register of stock: what stations do with its items, what of that is refused, and what they are told of each other.

use std::sync::Arc;

use jiff::Timestamp;
use keydesk::domain::authority::Role;
use keydesk::domain::custody::{
    Condition, Delivery, Doubt, Evidence, Expected, Intake, Item, ItemState, Model, Movement,
    Owner, Place, PlaceKind, Remark, Serial, StockAct, Tag, TagBlock, Thing, state_after,
};
use keydesk::domain::{
    DeliveryId, EntryId, ItemId, OneLine, OperatorId, PersonId, PlaceId, SiteId, TransferId,
};
use keydesk::registry::{Client, RegistryError};
use keydesk::server::admin::{self, Human};
use keydesk::wire::{
    DeliveryRequest, MovementPush, MovementReceipt, PlaceRequest, Push, Session, StockEvent,
    StockNews, TagRequest, VERSION, problem_code,
};

use super::authenticator::Authenticator;
use super::world::{World, entry, first_sign_in, joined, refused};

/// A registry with a station administrator at a station of theirs, places of the stock, and numbers for tags.
struct Stock {
    world: World,
    client: Arc<Client>,
    session: Session,
    block: TagBlock,
    room: Place,
    drawer: Place,
}

fn place(label: &str, custodian: &OperatorId) -> Place {
    Place {
        id: PlaceId(uuid::Uuid::now_v7()),
        kind: PlaceKind::Drawer,
        label: OneLine::new(label).unwrap(),
        tag: None,
        site: SiteId::new("north"),
        custodian: custodian.clone(),
        closed: false,
    }
}

async fn somebody(world: &World, client: &Client, name: &str, role: Role, seed: u8) -> Session {
    let mut key = Authenticator::new(seed);
    let session = first_sign_in(client, &world.db(), name, role, &mut key).await;
    let human = Human {
        personnel_number: Some(format!("n-{seed}")),
        person: None,
    };
    let id = &session.operator.id;
    admin::set_human(&world.db(), id, &human).await.unwrap();
    session
}

async fn numbers(client: &Client, count: Option<u32>) -> Result<TagBlock, RegistryError> {
    let version = VERSION;
    let request = TagRequest { version, count };
    client.reserve_tags(entry(), &request).await
}

async fn kept(client: &Client, by: &Session, place: &Place) -> Result<Place, RegistryError> {
    let request = PlaceRequest {
        version: VERSION,
        place: place.clone(),
    };
    client.keep_place(by, &request).await
}

impl Stock {
    async fn new() -> Self {
        let world = World::new().await;
        let client = Arc::new(joined(&world.running, &world.db(), "Stock room").await);
        let role = Role::StationAdministrator;
        let session = somebody(&world, &client, "S. Admin", role, 90).await;
        let room = place("Room 1", &session.operator.id);
        let drawer = place("Drawer 2", &session.operator.id);
        for place in [&room, &drawer] {
            assert_eq!(&kept(&client, &session, place).await.unwrap(), place);
        }
        let block = numbers(&client, None).await.unwrap();
        Self {
            world,
            client,
            session,
            block,
            room,
            drawer,
        }
    }

    fn tag(&self, nth: usize) -> Tag {
        let mut tags = self.block.tags_from(self.block.first());
        tags.nth(nth).unwrap()
    }

    fn token(&self, nth: usize) -> Item {
        Item {
            id: ItemId(uuid::Uuid::now_v7()),
            thing: Thing::HardwareToken {
                serial: Serial::said(&format!("28461{nth:03}")).unwrap(),
            },
            model: Model::named("c200").unwrap(),
            owner: Owner::Desk {},
            tag: Some(self.tag(nth)),
            delivery: None,
        }
    }

    fn movement(&self, item: ItemId, saw: u64, what: StockAct) -> Movement {
        Movement {
            item,
            saw,
            what,
            operator: self.session.operator.id.clone(),
            role: self.session.operator.role,
            second: None,
            evidence: None,
            remark: Some(Remark::new("as it came").unwrap()),
            at: self.world.now(),
        }
    }

    fn received(&self, item: &Item) -> Movement {
        let what = StockAct::Receive {
            item: Box::new(item.clone()),
            at: self.room.spot(),
            intake: Intake::Spare {},
        };
        Movement {
            evidence: Some(Evidence::Blank { touched: true }),
            ..self.movement(item.id, 0, what)
        }
    }

    async fn pushed(
        &self,
        entry: EntryId,
        movement: &Movement,
    ) -> Result<MovementReceipt, RegistryError> {
        self.pushed_from(&self.client, (entry, movement)).await
    }

    async fn pushed_from(
        &self,
        client: &Client,
        (entry, movement): (EntryId, &Movement),
    ) -> Result<MovementReceipt, RegistryError> {
        let push = Push {
            body: MovementPush {
                version: VERSION,
                movement: movement.clone(),
            },
            head: self.world.head(),
        };
        client.push(entry, &push).await
    }

    async fn done(&self, movement: &Movement) -> ItemState {
        self.pushed(entry(), movement).await.unwrap().state
    }

    async fn refusal(&self, movement: &Movement) -> (String, String) {
        match self.pushed(entry(), movement).await {
            Err(RegistryError::Refused { problem, .. }) => {
                let code = problem.code().to_owned();
                (code, problem.detail.unwrap_or_default())
            }
            other => panic!("not refused: {other:?}"),
        }
    }

    /// All that the feed tells, and whether it agrees with each item's own history.
    async fn events(&self) -> Vec<StockEvent> {
        let mut all: Vec<StockEvent> = Vec::new();
        loop {
            let after = all.last().map_or(0, |last| last.number);
            let feed = self.client.stock_feed(after).await.unwrap();
            assert!(feed.events.is_sorted_by_key(|event| event.number));
            all.extend(feed.events);
            if !feed.more {
                return all;
            }
        }
    }

    async fn fold(&self, item: ItemId) -> Option<ItemState> {
        let events = self.events().await;
        let of_it = events.iter().filter_map(|event| match &event.what {
            StockNews::Moved { movement, .. } if movement.item == item => Some(&**movement),
            _ => None,
        });
        state_after(of_it).unwrap()
    }
}

#[tokio::test]
async fn an_item_lives_from_its_box_to_its_end_and_the_feed_tells_all_of_it() {
    let stock = Stock::new().await;
    let item = stock.token(0);
    let mut state = stock.done(&stock.received(&item)).await;
    assert_eq!((state.version, state.condition), (1, Condition::Spare));
    let person = PersonId::new("p-1");
    let receipt = Evidence::Typed {
        name: OneLine::new("Person One").unwrap(),
    };
    let second = somebody(
        &stock.world,
        &stock.world.client,
        "Second",
        Role::HelpDesk,
        91,
    )
    .await;
    let acts = [
        StockAct::Move {
            to: stock.drawer.spot(),
        },
        StockAct::Issue {
            person,
            lent_until: None,
        },
        StockAct::Return {
            at: stock.room.spot(),
        },
        StockAct::Quarantine {
            doubt: Doubt::Other,
        },
        StockAct::Destroy {},
    ];
    for act in acts {
        let evidence = matches!(act, StockAct::Issue { .. }).then(|| receipt.clone());
        let by = matches!(act, StockAct::Destroy {}).then(|| second.operator.id.clone());
        let movement = Movement {
            evidence,
            second: by,
            ..stock.movement(item.id, state.version, act)
        };
        state = stock.done(&movement).await;
    }
    assert_eq!((state.version, state.condition), (6, Condition::Destroyed));
    assert_eq!(stock.fold(item.id).await, Some(state));
    let places = stock.events().await;
    let places = places
        .iter()
        .filter(|event| matches!(event.what, StockNews::Place { .. }));
    assert_eq!(places.count(), 2);
}

#[tokio::test]
async fn a_push_that_is_repeated_does_nothing_twice() {
    let stock = Stock::new().await;
    let item = stock.token(0);
    let (entry, received) = (entry(), stock.received(&item));
    let first = stock.pushed(entry, &received).await.unwrap();
    let events = stock.events().await.len();
    assert_eq!(stock.pushed(entry, &received).await.unwrap(), first);
    assert_eq!(stock.events().await.len(), events);
    let other = Movement {
        remark: Some(Remark::new("another").unwrap()),
        ..received
    };
    let reused = stock.pushed(entry, &other).await;
    assert_eq!(refused(reused), problem_code::IDEMPOTENCY_KEY_REUSED);
}

#[tokio::test]
async fn what_the_register_does_not_take_changes_nothing_and_says_why() {
    let stock = Stock::new().await;
    let item = stock.token(0);
    stock.done(&stock.received(&item)).await;
    let events = stock.events().await.len();
    let unknown = place("Nowhere", &stock.session.operator.id);
    let helper = somebody(
        &stock.world,
        &stock.world.client,
        "H. Desk",
        Role::HelpDesk,
        92,
    )
    .await;
    let moved =
        |saw: u64, to: &Place| stock.movement(item.id, saw, StockAct::Move { to: to.spot() });
    let destroyed = |second: Option<OperatorId>| Movement {
        second,
        ..stock.movement(item.id, 1, StockAct::Destroy {})
    };
    let twin = Item {
        id: ItemId(uuid::Uuid::now_v7()),
        ..item.clone()
    };
    let same_serial = Item {
        tag: Some(stock.tag(5)),
        ..twin.clone()
    };
    let same_tag = Item {
        thing: Thing::HardwareToken {
            serial: Serial::said("99").unwrap(),
        },
        ..twin.clone()
    };
    let foreign = numbers(&stock.world.client, Some(40)).await.unwrap();
    let foreign_tag = Item {
        tag: foreign.tags_from(foreign.first()).next(),
        thing: same_tag.thing.clone(),
        ..twin
    };
    let nobody = StockAct::Promise {
        person: PersonId::new("p-none"),
        until: "2027-12-01T00:00:00Z".parse::<Timestamp>().unwrap(),
    };
    let from_nowhere = Item {
        delivery: Some(DeliveryId(uuid::Uuid::now_v7())),
        ..stock.token(9)
    };
    let refusals = [
        (moved(1, &unknown), problem_code::STOCK_REFUSED, "no place"),
        (
            moved(0, &stock.drawer),
            problem_code::STOCK_MOVED,
            "meanwhile",
        ),
        (
            moved(1, &stock.room),
            problem_code::STOCK_REFUSED,
            "there already",
        ),
        (
            stock.movement(ItemId(uuid::Uuid::now_v7()), 1, StockAct::SendBack {}),
            problem_code::STOCK_REFUSED,
            "no such item",
        ),
        (
            stock.received(&item),
            problem_code::STOCK_REFUSED,
            "already",
        ),
        (
            stock.received(&same_serial),
            problem_code::IDENTIFIER_TAKEN,
            "28461000",
        ),
        (
            stock.received(&same_tag),
            problem_code::IDENTIFIER_TAKEN,
            "tag",
        ),
        (
            stock.received(&foreign_tag),
            problem_code::STOCK_REFUSED,
            "block",
        ),
        (
            stock.received(&from_nowhere),
            problem_code::STOCK_REFUSED,
            "delivery",
        ),
        (destroyed(None), problem_code::STOCK_REFUSED, "two people"),
        (
            destroyed(Some(stock.session.operator.id.clone())),
            problem_code::STOCK_REFUSED,
            "one human",
        ),
        (
            destroyed(Some(OperatorId::new("o-none"))),
            problem_code::STOCK_REFUSED,
            "no account",
        ),
        (
            stock.movement(item.id, 1, nobody),
            problem_code::STOCK_REFUSED,
            "p-none",
        ),
        (
            Movement {
                role: Role::HelpDesk,
                ..moved(1, &stock.drawer)
            },
            problem_code::STOCK_REFUSED,
            "is not: help desk",
        ),
        (
            Movement {
                operator: helper.operator.id.clone(),
                role: Role::HelpDesk,
                ..moved(1, &stock.drawer)
            },
            problem_code::OFFER_FOREIGN,
            "signed in",
        ),
        (
            Movement {
                evidence: Some(Evidence::Signed {
                    act: keydesk::domain::Bytes(vec![7; 32]),
                }),
                ..moved(1, &stock.drawer)
            },
            problem_code::MALFORMED,
            "signed",
        ),
    ];
    for (movement, code, says) in refusals {
        let (refused, detail) = stock.refusal(&movement).await;
        assert_eq!(refused, code, "{movement:?}: {detail}");
        assert!(detail.contains(says), "{says:?} is not in {detail:?}");
    }
    let blocks = stock.events().await.len();
    assert_eq!(
        blocks,
        events + 1,
        "the other station's numbers, and nothing else"
    );
    assert_eq!(stock.fold(item.id).await.unwrap().version, 1);
}

#[tokio::test]
async fn a_place_is_kept_by_administrators_and_is_handed_over_only_while_it_is_empty() {
    let stock = Stock::new().await;
    let world = &stock.world;
    let helper = &world.session;
    let theirs = place("Desk 3", &helper.operator.id);
    let refusal = kept(&world.client, helper, &theirs).await;
    assert_eq!(refused(refusal), problem_code::NOT_ALLOWED);
    stock.done(&stock.received(&stock.token(0))).await;
    let other = Place {
        custodian: helper.operator.id.clone(),
        ..stock.room.clone()
    };
    let closed = Place {
        closed: true,
        ..stock.room.clone()
    };
    let nobodys = Place {
        custodian: OperatorId::new("o-none"),
        ..stock.drawer.clone()
    };
    for place in [&other, &closed, &nobodys] {
        let refusal = kept(&stock.client, &stock.session, place).await;
        assert_eq!(refused(refusal), problem_code::STOCK_REFUSED, "{place:?}");
    }
    let tagged = Place {
        tag: Some(stock.tag(1)),
        label: OneLine::new("Room one").unwrap(),
        ..stock.room.clone()
    };
    kept(&stock.client, &stock.session, &tagged).await.unwrap();
    let item = stock.token(1);
    let (code, _) = stock.refusal(&stock.received(&item)).await;
    assert_eq!(code, problem_code::IDENTIFIER_TAKEN, "a place has that tag");
    let handed = Place {
        custodian: helper.operator.id.clone(),
        ..stock.drawer.clone()
    };
    kept(&stock.client, &stock.session, &handed).await.unwrap();
    let to_them = Movement {
        ..stock.movement(
            item.id,
            0,
            StockAct::Receive {
                item: Box::new(Item {
                    tag: None,
                    ..item.clone()
                }),
                at: stock.drawer.spot(),
                intake: Intake::Quarantined {
                    doubt: Doubt::Other,
                },
            },
        )
    };
    let (code, detail) = stock.refusal(&to_them).await;
    assert_eq!(code, problem_code::STOCK_REFUSED);
    assert!(detail.contains("answers for Drawer 2 by now"), "{detail}");
}

#[tokio::test]
async fn between_custodians_it_takes_both_ends() {
    let stock = Stock::new().await;
    let client = &stock.client;
    let role = Role::StationAdministrator;
    let taker = somebody(&stock.world, client, "T. Aker", role, 93).await;
    let theirs = place("Desk 3", &taker.operator.id);
    kept(client, &taker, &theirs).await.unwrap();
    let item = stock.token(0);
    stock.done(&stock.received(&item)).await;
    let straight = stock.movement(item.id, 1, StockAct::Move { to: theirs.spot() });
    let (code, detail) = stock.refusal(&straight).await;
    assert_eq!(code, problem_code::STOCK_REFUSED);
    assert!(detail.contains("handed over"), "{detail}");
    let given = StockAct::HandOver {
        transfer: TransferId(uuid::Uuid::now_v7()),
        to: taker.operator.id.clone(),
    };
    let state = stock.done(&stock.movement(item.id, 1, given)).await;
    let confirm =
        |at: &Place| stock.movement(item.id, state.version, StockAct::Confirm { at: at.spot() });
    let (code, _) = stock.refusal(&confirm(&theirs)).await;
    assert_eq!(
        code,
        problem_code::STOCK_REFUSED,
        "the giver does not confirm"
    );
    let received = Movement {
        operator: taker.operator.id.clone(),
        ..confirm(&theirs)
    };
    let state = stock.done(&received).await;
    assert_eq!(state.at.custodian(), Some(&taker.operator.id));
}

#[tokio::test]
async fn no_two_stations_ever_get_one_number() {
    let stock = Stock::new().await;
    let world = &stock.world;
    let other = Arc::new(joined(&world.running, &world.db(), "Another").await);
    let mut asks = tokio::task::JoinSet::new();
    for client in (0..32).flat_map(|_| [&stock.client, &other]) {
        let client = Arc::clone(client);
        asks.spawn(async move { numbers(&client, Some(3)).await });
    }
    let blocks = asks.join_all().await;
    let mut blocks: Vec<TagBlock> = blocks.into_iter().map(Result::unwrap).collect();
    blocks.push(stock.block.clone());
    blocks.sort_by_key(TagBlock::first);
    assert!(
        blocks.windows(2).all(|two| two[0].end() == two[1].first()),
        "{blocks:?}"
    );
    assert_eq!(blocks.len(), 65);
    for count in [Some(0), Some(100_001)] {
        assert_eq!(
            refused(numbers(&stock.client, count).await),
            problem_code::STOCK_REFUSED
        );
    }
}

#[tokio::test]
async fn a_delivery_stays_as_it_was_said_once_something_of_it_came() {
    let stock = Stock::new().await;
    let mut delivery = Delivery {
        id: DeliveryId(uuid::Uuid::now_v7()),
        supplier: OneLine::new("A supplier").unwrap(),
        order: OneLine::new("4711").unwrap(),
        owner: Owner::Desk {},
        boxes: 1,
        expected: vec![Expected {
            model: Model::named("c200").unwrap(),
            count: 2,
            serials: std::collections::BTreeSet::new(),
        }],
    };
    let version = VERSION;
    let mut request = DeliveryRequest {
        version,
        delivery: delivery.clone(),
    };
    stock
        .client
        .keep_delivery(&stock.session, &request)
        .await
        .unwrap();
    delivery.boxes = 2;
    request.delivery = delivery.clone();
    stock
        .client
        .keep_delivery(&stock.session, &request)
        .await
        .unwrap();
    let item = Item {
        delivery: Some(delivery.id),
        ..stock.token(0)
    };
    let came = Movement {
        remark: None,
        ..stock.received(&item)
    };
    stock.done(&came).await;
    request.delivery.boxes = 3;
    let refusal = stock.client.keep_delivery(&stock.session, &request).await;
    assert_eq!(refused(refusal), problem_code::STOCK_REFUSED);
}

#[tokio::test]
async fn the_feed_comes_in_pages_and_of_two_at_once_one_was_first() {
    let stock = Stock::new().await;
    let items: Vec<Item> = (0..40).map(|nth| stock.token(nth)).collect();
    for item in &items {
        stock.done(&stock.received(item)).await;
    }
    let to = stock.drawer.spot();
    let races = items.iter().flat_map(|item| {
        let moved = stock.movement(item.id, 1, StockAct::Move { to: to.clone() });
        let doubted = StockAct::Quarantine {
            doubt: Doubt::Other,
        };
        let helper = &stock.world.session.operator;
        let doubted = Movement {
            operator: helper.id.clone(),
            role: helper.role,
            ..stock.movement(item.id, 1, doubted)
        };
        [moved, doubted]
    });
    let races: Vec<Movement> = races.collect();
    let mut won = 0;
    for two in races.chunks(2) {
        let [one, other] = two else { continue };
        let elsewhere = &stock.world.client;
        let both = tokio::join!(
            stock.pushed(entry(), one),
            stock.pushed_from(elsewhere, (entry(), other))
        );
        for pushed in [both.0, both.1] {
            match pushed {
                Ok(_) => won += 1,
                lost => assert_eq!(refused(lost), problem_code::STOCK_MOVED),
            }
        }
    }
    assert_eq!(won, items.len());
    for item in &items {
        assert_eq!(stock.fold(item.id).await.unwrap().version, 2);
    }
    let first = stock.client.stock_feed(0).await.unwrap();
    let later = stock
        .client
        .stock_feed(first.events[9].number)
        .await
        .unwrap();
    assert_eq!(later.events.first(), first.events.get(10));
}

#[tokio::test]
async fn a_key_that_is_lost_takes_along_what_its_person_has_on_it() {
    let stock = Stock::new().await;
    let world = &stock.world;
    let mut authenticator = Authenticator::new(1);
    let (aaguid, serial) = (authenticator.aaguid, "90000001");
    let offer = world.offer("p-1").await;
    let mut push = world.enrolment(&offer, &mut authenticator);
    push.body.key.id.serial = Some(serial.to_owned());
    world.push(&push).await.unwrap();
    let mut other = Authenticator::new(2);
    world.enrolled("p-2", &mut other).await;
    let item = Item {
        thing: Thing::SecurityKey {
            aaguid,
            serial: Serial::said(serial),
            firmware: None,
        },
        ..stock.token(0)
    };
    let mut state = stock.done(&stock.received(&item)).await;
    let issued = Movement {
        evidence: Some(Evidence::Typed {
            name: OneLine::new("Person One").unwrap(),
        }),
        ..stock.movement(
            item.id,
            1,
            StockAct::Issue {
                person: PersonId::new("p-1"),
                lent_until: None,
            },
        )
    };
    state = stock
        .done(&Movement {
            saw: state.version,
            ..issued
        })
        .await;
    assert_eq!(world.live_keys_of("p-1").await, 1);
    let lost = stock.movement(item.id, state.version, StockAct::ReportLost {});
    assert_eq!(stock.done(&lost).await.condition, Condition::Lost);
    assert_eq!(world.live_keys_of("p-1").await, 0, "suspended");
    assert_eq!(world.live_keys_of("p-2").await, 1, "another's");
}

#[tokio::test]
async fn no_name_that_was_typed_for_a_receipt_reaches_another_station() {
    let stock = Stock::new().await;
    let item = stock.token(0);
    stock.done(&stock.received(&item)).await;
    let issued = Movement {
        evidence: Some(Evidence::Typed {
            name: OneLine::new("Quentin Unique").unwrap(),
        }),
        ..stock.movement(
            item.id,
            1,
            StockAct::Issue {
                person: PersonId::new("p-1"),
                lent_until: None,
            },
        )
    };
    let state = stock.done(&issued).await;
    let named = |events: &[StockEvent]| {
        let text = serde_json::to_string(events).unwrap();
        text.contains("Quentin")
    };
    assert!(
        named(&stock.events().await),
        "at the station that reported it"
    );
    let elsewhere = stock.world.client.stock_feed(0).await.unwrap();
    assert!(!named(&elsewhere.events));
    let movements = elsewhere
        .events
        .iter()
        .filter_map(|event| match &event.what {
            StockNews::Moved { movement, .. } => Some(&**movement),
            _ => None,
        });
    assert_eq!(
        state_after(movements).unwrap(),
        Some(state),
        "it comes to the same"
    );
}

#[tokio::test]
async fn a_page_of_the_feed_is_never_larger_than_a_station_takes() {
    let stock = Stock::new().await;
    for nth in 0..8 {
        let serials = (0..12_000).map(|n| Serial::said(&format!("{nth}{n:08}")).unwrap());
        let delivery = Delivery {
            id: DeliveryId(uuid::Uuid::now_v7()),
            supplier: OneLine::new("A supplier").unwrap(),
            order: OneLine::new(&format!("47{nth}")).unwrap(),
            owner: Owner::Desk {},
            boxes: 1,
            expected: vec![Expected {
                model: Model::named("c200").unwrap(),
                count: 12_000,
                serials: serials.collect(),
            }],
        };
        let version = VERSION;
        let request = DeliveryRequest { version, delivery };
        let kept = stock.client.keep_delivery(&stock.session, &request).await;
        kept.unwrap();
    }
    let first = stock.client.stock_feed(0).await.unwrap();
    assert!(first.more, "{} events", first.events.len());
    let events = stock.events().await;
    let deliveries = events
        .iter()
        .filter(|event| matches!(event.what, StockNews::Delivery { .. }));
    assert_eq!(deliveries.count(), 8);
}
