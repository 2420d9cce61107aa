//! Bodies about the register of stock: what is done with its items, the places and deliveries of it, and what every station did.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::report::{About, accepted, reports};
use crate::domain::custody::{Delivery, ItemState, Movement, Place, TagBlock};
use crate::domain::{EntryId, ItemId, OperatorId, StationId};

/// Most events in one answer of the feed.
pub const FEED_EVENTS: usize = 500;

/// `POST /v1/stock/movements` with an `Idempotency-Key`: one stock act that a station recorded. What the register does not take is refused
/// by [`super::Because::StockRefused`], and by [`super::problem_code::STOCK_MOVED`] where the item moved meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MovementPush {
    /// Version of this form.
    pub version: u16,
    /// What was done, with which item, by whom and when.
    pub movement: Movement,
}

/// Reply to [`MovementPush`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MovementReceipt {
    /// The item as it is by it.
    pub state: ItemState,
    /// Its number in the feed.
    pub number: u64,
    /// When the registry accepted it.
    pub accepted_at: Timestamp,
}

/// `PUT /v1/stock/places/ID`, in a session: a place as it is from now on. Whoever answers for it changes only where nothing lies there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PlaceRequest {
    /// Version of this form.
    pub version: u16,
    /// The place.
    pub place: Place,
}

/// `PUT /v1/stock/deliveries/ID`, in a session: what a supplier is to send. It stays as it was said once something of it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DeliveryRequest {
    /// Version of this form.
    pub version: u16,
    /// The delivery.
    pub delivery: Delivery,
}

/// `POST /v1/stock/tags` with an `Idempotency-Key`: numbers of which the station makes tags; the reply is a [`TagBlock`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TagRequest {
    /// Version of this form.
    pub version: u16,
    /// How many numbers; as many as the registry gives at a time where it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
}

/// Reply to `GET /v1/stock/feed?after=NUMBER`: what happened in the register after that event, in its order, as far as one answer takes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StockFeed {
    /// At most [`FEED_EVENTS`].
    pub events: Vec<StockEvent>,
    /// More follow.
    #[serde(default)]
    pub more: bool,
    /// The number of the last event that there is. Where it is less than what was asked after, the registry has lost events: what is
    /// known of it is to be asked for anew.
    pub last: u64,
}

/// Something that happened in the register. People are in it by their identifiers alone; whoever did not report it gets no name that was
/// typed for a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StockEvent {
    /// The first has 1; numbers grow, and none is used twice.
    pub number: u64,
    /// When the registry accepted it.
    pub accepted_at: Timestamp,
    /// From where it came; none: from the registry itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub station: Option<StationId>,
    /// What it is.
    pub what: StockNews,
}

/// What an event of the register is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum StockNews {
    /// Something was done with an item.
    Moved {
        /// The outbox entry that reported it.
        entry: EntryId,
        /// What.
        movement: Box<Movement>,
    },
    /// A place is new, or is otherwise.
    Place {
        /// As it is.
        place: Place,
        /// Who said so.
        operator: OperatorId,
    },
    /// A delivery is to come, or to come otherwise.
    Delivery {
        /// As it is to come.
        delivery: Delivery,
        /// Who said so.
        operator: OperatorId,
    },
    /// A station got numbers for tags.
    Tags {
        /// Which.
        block: TagBlock,
    },
}

/// Reply to `GET /v1/stock/items/ID`: an item and all that was done with it, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ItemHistory {
    /// Which.
    pub item: ItemId,
    /// As it is.
    pub state: ItemState,
    /// The events of it.
    pub events: Vec<StockEvent>,
}

/// Reply to `GET /v1/stock/items?q=TEXT`: items whose tag or serial number begins with the text; at most 200.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Items {
    /// By identifier.
    pub items: Vec<ItemState>,
    /// More matched than were returned.
    #[serde(default)]
    pub more: bool,
}

reports! {
    MovementPush at "stock/movements" gives MovementReceipt: |push| {
        let movement = &push.movement;
        let says = movement.what.says();
        About {
            person: says.person,
            ..About::by(&movement.operator, movement.at)
        }
    };
}

accepted! {
    MovementReceipt;
}
