//! The register of stock: what stations did, what is kept of it, and what they are told of each other.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa_axum::routes;

use super::desk::{line, may};
use super::report::{Labels, Said, Sent, begin, check_version, role_there};
use super::{Body, Named, Params, Routes, Shared};
use crate::domain::authority::Action;
use crate::domain::custody::{Delivery, Place, TagBlock};
use crate::domain::{DeliveryId, ItemId, PlaceId};
use crate::server::auth::{AtDesk, AtStation, IdempotencyKey};
use crate::server::ledger::{self, Opened};
use crate::server::problem::{Answer, Refusal};
use crate::server::stock::{self, Done};
use crate::server::tables::audit::{self, Line};
use crate::server::tables::stock as table;
use crate::wire::{
    Because, DeliveryRequest, FEED_EVENTS, ItemHistory, Items, MovementPush, MovementReceipt,
    PlaceRequest, Push, StockEvent, StockFeed, StockNews, TagRequest, problem_code,
};

/// Most items in one answer.
const MOST_ITEMS: u32 = 200;
/// Bytes of one page of the feed, about: a client takes no answer of a megabyte, and one body may have a quarter of that.
const FEED_BYTES: usize = 512 << 10;
/// Longest text that is looked for.
const MAX_SOUGHT: usize = 200;

/// Its routes.
pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(movement))
        .routes(routes!(feed))
        .routes(routes!(items))
        .routes(routes!(item))
        .routes(routes!(keep_place))
        .routes(routes!(keep_delivery))
        .routes(routes!(tags))
}

/// Takes what a station did with an item.
#[utoipa::path(
    post, path = "/v1/stock/movements", tag = "stock", request_body = Push<MovementPush>,
    params(Labels), security(("station" = [])),
    responses((status = CREATED, body = MovementReceipt))
)]
pub async fn movement(
    State(registry): Shared,
    AtStation(station): AtStation,
    sent: Sent<MovementPush>,
) -> Answer<Response> {
    let entry_id = sent.entry()?;
    let route = ("stock-movement", sent.push.body.version);
    let mut entry = match begin(&registry, &station, route, &sent).await? {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let stood_by = sent.stood_by(&mut entry.tx, &station).await?;
    let movement = &sent.push.body.movement;
    let now = registry.now();
    let said = Said {
        operator: &movement.operator,
        at: movement.at,
        stood_by,
    };
    let foreign = problem_code::OFFER_FOREIGN;
    let done = Done {
        station: &station,
        entry: entry_id,
        movement,
        role: role_there(&mut entry.tx, &station, said, foreign, now).await?,
    };
    let (state, number) = stock::moved(&mut entry.tx, &done, now).await?;
    let reply = MovementReceipt {
        state,
        number,
        accepted_at: now,
    };
    let item = movement.item.to_string();
    let detail = format!("{}: event {number}", movement.what.kind().as_str());
    let line = Line {
        station: Some(station.as_str()),
        operator: Some(movement.operator.as_str()),
        action: "stock",
        subject: &item,
        detail: &detail,
    };
    entry.finish(StatusCode::CREATED, &reply, line).await
}

/// From where on the feed is asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct After {
    /// The number of the last event that is known.
    #[serde(default)]
    after: u64,
}

/// What happened in the register after an event.
#[utoipa::path(
    get, path = "/v1/stock/feed", tag = "stock",
    params(After), security(("station" = [])),
    responses((status = OK, body = StockFeed))
)]
pub async fn feed(
    State(registry): Shared,
    AtStation(station): AtStation,
    Params(After { after }): Params<After>,
) -> Answer<Json<StockFeed>> {
    let mut db = registry.db.snapshot().await?;
    let last = table::last(&mut db).await?;
    let most = (FEED_EVENTS, FEED_BYTES);
    let (events, more) = table::events(&mut db, after, most).await?;
    let events = events.into_iter();
    let events = events.map(|event| match event.station.as_ref() == Some(&station) {
        true => event,
        false => untold(event),
    });
    let events = events.collect();
    Ok(Json(StockFeed { events, more, last }))
}

/// A desk that is stolen is no list of who has which key.
fn untold(event: StockEvent) -> StockEvent {
    match event.what {
        StockNews::Moved { entry, movement } => StockEvent {
            what: StockNews::Moved {
                entry,
                movement: Box::new(movement.without_names()),
            },
            ..event
        },
        _ => event,
    }
}

/// What is looked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Sought {
    /// How a tag or serial number begins; empty: any.
    #[serde(default)]
    q: String,
}

/// Items by tag or serial number.
#[utoipa::path(
    get, path = "/v1/stock/items", tag = "stock",
    params(Sought), security(("station" = [], "session" = [])),
    responses((status = OK, body = Items))
)]
pub async fn items(
    State(registry): Shared,
    _desk: AtDesk,
    Params(Sought { q }): Params<Sought>,
) -> Answer<Json<Items>> {
    if q.len() > MAX_SOUGHT {
        let detail = "q may have 200 bytes";
        return Err(Refusal::new(problem_code::MALFORMED, detail));
    }
    let mut db = registry.db.read().await?;
    let mut items = table::sought(&mut db, &q, MOST_ITEMS + 1).await?;
    let most = usize::try_from(MOST_ITEMS).unwrap_or(usize::MAX);
    let more = items.len() > most;
    items.truncate(most);
    Ok(Json(Items { items, more }))
}

/// An item with all that was done with it.
#[utoipa::path(
    get, path = "/v1/stock/items/{id}", tag = "stock", params(("id" = ItemId, Path)),
    security(("station" = [], "session" = [])),
    responses((status = OK, body = ItemHistory))
)]
pub async fn item(
    State(registry): Shared,
    _desk: AtDesk,
    Named(id): Named<ItemId>,
) -> Answer<Json<ItemHistory>> {
    let mut db = registry.db.snapshot().await?;
    let Some(state) = table::item(&mut db, id).await? else {
        let item = id.to_string();
        let why = Because::ItemUnknown { item };
        return Err(Refusal::because(problem_code::NOT_FOUND, why));
    };
    let events = table::history(&mut db, id).await?;
    Ok(Json(ItemHistory {
        item: id,
        state,
        events,
    }))
}

/// Keeps a place as it is from now on.
#[utoipa::path(
    put, path = "/v1/stock/places/{id}", tag = "stock", request_body = PlaceRequest,
    params(("id" = PlaceId, Path)), security(("station" = [], "session" = [])),
    responses((status = OK, body = Place))
)]
pub async fn keep_place(
    State(registry): Shared,
    desk: AtDesk,
    Named(id): Named<PlaceId>,
    Body(request): Body<PlaceRequest>,
) -> Answer<Json<Place>> {
    check_version(request.version)?;
    may(&desk, Action::KeepStock)?;
    let place = request.place;
    refuse_other(id == place.id)?;
    let now = registry.now();
    let mut tx = registry.db.write().await?;
    stock::keep_place(&mut tx, (&desk.station, &desk.operator.id), &place, now).await?;
    let (subject, detail) = (id.to_string(), place.label.to_string());
    audit::note(&mut tx, &line(&desk, "stock-place", &subject, &detail), now).await?;
    tx.commit().await?;
    Ok(Json(place))
}

/// Expects a delivery.
#[utoipa::path(
    put, path = "/v1/stock/deliveries/{id}", tag = "stock", request_body = DeliveryRequest,
    params(("id" = DeliveryId, Path)), security(("station" = [], "session" = [])),
    responses((status = OK, body = Delivery))
)]
pub async fn keep_delivery(
    State(registry): Shared,
    desk: AtDesk,
    Named(id): Named<DeliveryId>,
    Body(request): Body<DeliveryRequest>,
) -> Answer<Json<Delivery>> {
    check_version(request.version)?;
    may(&desk, Action::KeepStock)?;
    let delivery = request.delivery;
    refuse_other(id == delivery.id)?;
    let now = registry.now();
    let mut tx = registry.db.write().await?;
    let by = (&desk.station, &desk.operator.id);
    stock::keep_delivery(&mut tx, by, &delivery, now).await?;
    let (subject, detail) = (id.to_string(), delivery.order.to_string());
    let line = line(&desk, "stock-delivery", &subject, &detail);
    audit::note(&mut tx, &line, now).await?;
    tx.commit().await?;
    Ok(Json(delivery))
}

fn refuse_other(same: bool) -> Answer<()> {
    match same {
        true => Ok(()),
        false => Err(Refusal::new(
            problem_code::MALFORMED,
            "the path names another one than the body",
        )),
    }
}

/// Gives a station numbers for its tags.
#[utoipa::path(
    post, path = "/v1/stock/tags", tag = "stock", request_body = TagRequest,
    params(IdempotencyKey), security(("station" = [])),
    responses((status = CREATED, body = TagBlock))
)]
pub async fn tags(
    State(registry): Shared,
    AtStation(station): AtStation,
    key: IdempotencyKey,
    Body(request): Body<TagRequest>,
) -> Answer<Response> {
    check_version(request.version)?;
    let scope = station.as_str();
    let opened = ledger::open(&registry, scope, Some(key), "stock-tags", &request).await?;
    let mut entry = match opened {
        Opened::Fresh(entry) => entry,
        Opened::Repeated(response) => return Ok(response),
    };
    let now = registry.now();
    let block = stock::give_tags(&mut entry.tx, &station, request.count, now).await?;
    let detail = format!("{} to {}", block.first(), block.end());
    let line = Line {
        station: Some(station.as_str()),
        operator: None,
        action: "stock-tags",
        subject: station.as_str(),
        detail: &detail,
    };
    entry.finish(StatusCode::CREATED, &block, line).await
}
