//! The register of stock: items, places, deliveries, blocks of tags, and the events by which all of it came to be.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::{FromRow, Row as _};

use super::At;
use crate::domain::custody::{At as Where, Delivery, Identifier, ItemState, Place, TagBlock};
use crate::domain::{DeliveryId, ItemId, PlaceId, StationId};
use crate::server::database::{Connection, Fault, Row, Write};
use crate::wire::{StockEvent, StockNews};

/// Whose a name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bearer {
    Item(ItemId),
    Place(PlaceId),
}

fn written(value: &impl Serialize) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|why| Fault::Encode(Box::new(why)))
}

fn read<T: DeserializeOwned>(body: &str) -> Result<T, Fault> {
    serde_json::from_str(body).map_err(|why| Fault::Decode(Box::new(why)))
}

fn read_all<T: DeserializeOwned>(bodies: &[String]) -> Result<Vec<T>, Fault> {
    bodies.iter().map(|body| read(body)).collect()
}

/// A name as it is kept: kinds of names never meet.
fn name_of(named: &Identifier) -> (String, String) {
    match named {
        Identifier::Tag { tag } => (format!("tag {tag}"), tag.to_string()),
        Identifier::Key { aaguid, serial } => (
            format!("key {aaguid} {}", serial.as_str()),
            serial.as_str().to_owned(),
        ),
        Identifier::Token { serial } => (
            format!("token {}", serial.as_str()),
            serial.as_str().to_owned(),
        ),
    }
}

/// How an item stands.
pub async fn item(db: &mut Connection, id: ItemId) -> Result<Option<ItemState>, Fault> {
    let body: Option<String> = sqlx::query_scalar("SELECT body FROM stock_item WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(db)
        .await?;
    body.map(|body| read(&body)).transpose()
}

/// An item is so from now on.
pub async fn keep_item(tx: &mut Write, state: &ItemState) -> Result<(), Fault> {
    let lies_at = match &state.at {
        Where::Stored { spot } | Where::Moving { from: spot, .. } => Some(spot.place.to_string()),
        Where::Held { .. } | Where::Gone { .. } => None,
    };
    sqlx::query(
        "INSERT INTO stock_item (id, version, lies_at, delivery, body) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO UPDATE SET \
         version = excluded.version, lies_at = excluded.lies_at, delivery = excluded.delivery, body = excluded.body",
    )
    .bind(state.id().to_string())
    .bind(i64::try_from(state.version).unwrap_or(i64::MAX))
    .bind(lies_at)
    .bind(state.item.delivery.map(|delivery| delivery.to_string()))
    .bind(written(state)?)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whose a name is, or was.
pub async fn bearer(db: &mut Connection, named: &Identifier) -> Result<Option<Bearer>, Fault> {
    let found: Option<(Option<String>, Option<String>)> =
        sqlx::query_as("SELECT item, place FROM stock_name WHERE name = $1")
            .bind(name_of(named).0)
            .fetch_optional(db)
            .await?;
    let bad = |why: uuid::Error| Fault::Decode(Box::new(why));
    match found {
        Some((Some(item), _)) => Ok(Some(Bearer::Item(item.parse().map_err(bad)?))),
        Some((None, Some(place))) => Ok(Some(Bearer::Place(place.parse().map_err(bad)?))),
        Some((None, None)) | None => Ok(None),
    }
}

/// Gives a name for ever.
pub async fn give_name(tx: &mut Write, named: &Identifier, to: Bearer) -> Result<(), Fault> {
    let (name, said) = name_of(named);
    let (item, place) = match to {
        Bearer::Item(item) => (Some(item.to_string()), None),
        Bearer::Place(place) => (None, Some(place.to_string())),
    };
    sqlx::query("INSERT INTO stock_name (name, said, item, place) VALUES ($1, $2, $3, $4)")
        .bind(name)
        .bind(said)
        .bind(item)
        .bind(place)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Items whose tag or serial number, of now or before, begins so.
pub async fn sought(
    db: &mut Connection,
    begins: &str,
    limit: u32,
) -> Result<Vec<ItemState>, Fault> {
    let bodies: Vec<String> = sqlx::query_scalar(
        "SELECT i.body FROM stock_item i JOIN (SELECT item, min(said) AS said FROM stock_name WHERE said >= $1 AND said < $1 || $2 \
         AND item IS NOT NULL GROUP BY item ORDER BY min(said) LIMIT $3) n ON n.item = i.id ORDER BY n.said",
    )
    .bind(begins)
    .bind('\u{10ffff}'.to_string())
    .bind(limit)
    .fetch_all(db)
    .await?;
    read_all(&bodies)
}

/// A place.
pub async fn place(db: &mut Connection, id: PlaceId) -> Result<Option<Place>, Fault> {
    let body: Option<String> = sqlx::query_scalar("SELECT body FROM stock_place WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(db)
        .await?;
    body.map(|body| read(&body)).transpose()
}

/// A place is so from now on.
pub async fn keep_place(tx: &mut Write, place: &Place) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO stock_place (id, body) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
    )
    .bind(place.id.to_string())
    .bind(written(place)?)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whether something lies at a place, or is on its way from there.
pub async fn is_used(db: &mut Connection, place: PlaceId) -> Result<bool, Fault> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM stock_item WHERE lies_at = $1)")
        .bind(place.to_string())
        .fetch_one(db)
        .await
}

/// A delivery.
pub async fn delivery(db: &mut Connection, id: DeliveryId) -> Result<Option<Delivery>, Fault> {
    let body: Option<String> = sqlx::query_scalar("SELECT body FROM stock_delivery WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(db)
        .await?;
    body.map(|body| read(&body)).transpose()
}

/// A delivery is to come so.
pub async fn keep_delivery(tx: &mut Write, delivery: &Delivery) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO stock_delivery (id, body) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
    )
    .bind(delivery.id.to_string())
    .bind(written(delivery)?)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whether something of a delivery came.
pub async fn has_come(db: &mut Connection, delivery: DeliveryId) -> Result<bool, Fault> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM stock_item WHERE delivery = $1)")
        .bind(delivery.to_string())
        .fetch_one(db)
        .await
}

/// The first number that no station has.
pub async fn next_number(db: &mut Connection) -> Result<u32, Fault> {
    sqlx::query_scalar("SELECT coalesce(max(first + count), 0) FROM stock_block")
        .fetch_one(db)
        .await
}

/// A station has those numbers from now on.
pub async fn give_block(tx: &mut Write, block: &TagBlock) -> Result<(), Fault> {
    sqlx::query("INSERT INTO stock_block (first, count, station) VALUES ($1, $2, $3)")
        .bind(block.first())
        .bind(block.end() - block.first())
        .bind(block.station())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Whether a number is that station's.
pub async fn is_of_station(
    db: &mut Connection,
    number: u32,
    station: &StationId,
) -> Result<bool, Fault> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM stock_block WHERE station = $1 AND first <= $2 AND first + count > $2)",
    )
    .bind(station)
    .bind(number)
    .fetch_one(db)
    .await
}

/// Writes down what happened; its number.
pub async fn note(
    tx: &mut Write,
    (station, item): (Option<&StationId>, Option<ItemId>),
    news: &StockNews,
    now: Timestamp,
) -> Result<u64, Fault> {
    let number: i64 = sqlx::query_scalar(
        "INSERT INTO stock_event (accepted_ms, station, item, body) VALUES ($1, $2, $3, $4) RETURNING number",
    )
    .bind(At(now))
    .bind(station)
    .bind(item.map(|item| item.to_string()))
    .bind(written(news)?)
    .fetch_one(&mut **tx)
    .await?;
    Ok(number.unsigned_abs())
}

/// What happened after that event, and whether more did: at most so many events and, but for the first, so many bytes of them.
pub async fn events(
    db: &mut Connection,
    after: u64,
    (limit, bytes): (usize, usize),
) -> Result<(Vec<StockEvent>, bool), Fault> {
    let rows: Vec<Event> = sqlx::query_as(
        "SELECT number, accepted_ms, station, body FROM stock_event WHERE number > $1 ORDER BY number LIMIT $2",
    )
    .bind(i64::try_from(after).unwrap_or(i64::MAX))
    .bind(i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX))
    .fetch_all(db)
    .await?;
    let found = rows.len();
    let mut taken = 0;
    let fits = |(nth, row): &(usize, Event)| {
        taken += row.bytes;
        *nth < limit && (*nth == 0 || taken <= bytes)
    };
    let rows = rows.into_iter().enumerate().take_while(fits);
    let events: Vec<StockEvent> = rows.map(|(_, row)| row.event).collect();
    let more = events.len() < found;
    Ok((events, more))
}

/// The number of the last event.
pub async fn last(db: &mut Connection) -> Result<u64, Fault> {
    let last: i64 = sqlx::query_scalar("SELECT coalesce(max(number), 0) FROM stock_event")
        .fetch_one(db)
        .await?;
    Ok(last.unsigned_abs())
}

/// All that was done with an item, oldest first.
pub async fn history(db: &mut Connection, item: ItemId) -> Result<Vec<StockEvent>, Fault> {
    let rows: Vec<Event> = sqlx::query_as(
        "SELECT number, accepted_ms, station, body FROM stock_event WHERE item = $1 ORDER BY number",
    )
    .bind(item.to_string())
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| row.event).collect())
}

/// An event as it stands in its row.
struct Event {
    event: StockEvent,
    /// How long it is, about.
    bytes: usize,
}

impl FromRow<'_, Row> for Event {
    fn from_row(row: &Row) -> Result<Self, Fault> {
        let number: i64 = row.try_get("number")?;
        let body: String = row.try_get("body")?;
        Ok(Self {
            event: StockEvent {
                number: number.unsigned_abs(),
                accepted_at: row.try_get::<At, _>("accepted_ms")?.0,
                station: row.try_get("station")?,
                what: read(&body)?,
            },
            bytes: body.len(),
        })
    }
}
