//! What is printed of the stock: one line each, and the same as data with `--json`.

use std::collections::BTreeMap;

use serde_json::json;

use crate::cli::output::{Outcome, Output};
use crate::domain::custody::{At, Condition, ItemState, Place, Stock, Thing};
use crate::domain::{PlaceId, StationId};
use crate::station::Station;
use crate::text::clean::columns;
use crate::text::{spoken, tr};
use crate::wire::{StockEvent, StockNews};
use crate::workflow::Stop;

/// `place list`
pub(super) fn places(station: &Station, output: &Output) -> Result<Outcome, Stop> {
    let places = station.stock().places()?;
    for place in &places {
        let closed = match place.closed {
            true => tr!(spoken(), "cli-place-closed"),
            false => String::new(),
        };
        let tag = place
            .tag
            .map_or_else(|| "-".to_owned(), |tag| tag.to_string());
        let line = columns(&[
            &&*place.label,
            &spoken().place_kind(place.kind),
            &tag,
            &place.custodian,
            &place.site,
            &closed,
        ]);
        output.item("place", place, &line);
    }
    let count = places.len();
    let detail = tr!(spoken(), "cli-places", count = count.to_string());
    as_of(station, detail, json!({ "places": count }))
}

/// `stock report`
pub(super) fn report(station: &Station, output: &Output) -> Result<Outcome, Stop> {
    let items = station.stock().items()?;
    let places = labels(station)?;
    let stock = Stock::of(items.iter().map(|known| &known.state));
    for (place, model, counts) in stock.rows() {
        let label = label_of(&places, place);
        let line = columns(&[
            &label,
            &model.as_str(),
            &tr!(
                spoken(),
                "cli-stock-counts",
                free = counts.free.to_string(),
                promised = counts.promised.to_string(),
                standby = counts.standby.to_string(),
                held = counts.held_back.to_string(),
                moving = counts.moving.to_string(),
                out = counts.out.to_string()
            ),
        ]);
        let facts = json!({ "place": place, "label": label, "model": model, "counts": counts });
        output.item("stock", &facts, &line);
    }
    let detail = tr!(spoken(), "cli-items", count = items.len().to_string());
    as_of(station, detail, json!({ "items": items.len() }))
}

/// `stock list`
pub(super) fn items(
    station: &Station,
    (place, condition): (Option<&str>, Option<Condition>),
    output: &Output,
) -> Result<Outcome, Stop> {
    let place = place.map(|place| station.place_called(place)).transpose()?;
    let mut items = station.stock().items()?;
    items.retain(|known| {
        let state = &known.state;
        place
            .as_ref()
            .is_none_or(|place| state.at.place() == place.id)
            && condition.is_none_or(|condition| state.condition == condition)
    });
    let places = labels(station)?;
    for known in &items {
        output.item("item", known, &line_of(&places, &known.state));
    }
    let detail = tr!(spoken(), "cli-items", count = items.len().to_string());
    as_of(station, detail, json!({ "items": items.len() }))
}

/// `stock show`
pub(super) async fn item(station: &Station, name: &str, output: &Output) -> Result<Outcome, Stop> {
    let known = station.item_called(name)?;
    let places = labels(station)?;
    output.item("item", &known, &line_of(&places, &known.state));
    let mut detail = stands(station, &known.state);
    if known.ahead {
        detail = format!("{detail} {}", tr!(spoken(), "cli-item-ahead"));
    }
    if known.contested {
        detail = format!("{detail} {}", tr!(spoken(), "cli-item-contested"));
    }
    let told = station.item_history(known.state.id()).await;
    match &told {
        Ok(history) => {
            for event in &history.events {
                output.item("done", event, &done_line(event));
            }
        }
        Err(_) => detail = format!("{detail} {}", tr!(spoken(), "cli-item-no-history")),
    }
    as_of(station, detail, json!({ "item": known }))
}

/// The line of something that was done with an item.
fn done_line(event: &StockEvent) -> String {
    let StockNews::Moved { movement, .. } = &event.what else {
        return String::new();
    };
    let at = movement.at.to_zoned(jiff::tz::TimeZone::system());
    let station = event.station.as_ref().map_or("-", StationId::as_str);
    columns(&[
        &at.strftime("%Y-%m-%d %H:%M"),
        &spoken().stock_act(movement.what.kind()),
        &movement.operator,
        &station,
        &movement.remark.as_deref().unwrap_or(""),
    ])
}

/// One item with which something was done.
pub(super) fn line(station: &Station, state: &ItemState, output: &Output) {
    let places = labels(station).unwrap_or_default();
    output.item("item", state, &line_of(&places, state));
}

/// One item that a count missed or found.
pub(super) fn counted(station: &Station, word: &str, state: &ItemState, output: &Output) {
    let places = labels(station).unwrap_or_default();
    let said = match word {
        "missing" => tr!(spoken(), "cli-count-missing"),
        _ => tr!(spoken(), "cli-count-found"),
    };
    let line = columns(&[&said, &line_of(&places, state)]);
    output.item(word, state, &line);
}

/// How an item stands, in a sentence.
pub(super) fn stands(station: &Station, state: &ItemState) -> String {
    let places = labels(station).unwrap_or_default();
    let place = label_of(&places, state.at.place());
    let condition = spoken().condition(state.condition);
    let said = match &state.at {
        At::Stored { .. } => tr!(
            spoken(),
            "cli-item-stored",
            condition = condition,
            place = place
        ),
        At::Moving { to, .. } => tr!(
            spoken(),
            "cli-item-moving",
            condition = condition,
            place = place,
            to = to.as_str()
        ),
        At::Held { .. } | At::Gone { .. } => tr!(
            spoken(),
            "cli-item-gone",
            condition = condition,
            place = place
        ),
    };
    match state.doubt {
        Some(doubt) => {
            let doubt = spoken().doubt(doubt);
            format!("{said} {}", tr!(spoken(), "cli-item-doubt", doubt = doubt))
        }
        None => said,
    }
}

/// `stock delivery list`
pub(super) fn deliveries(station: &Station, output: &Output) -> Result<Outcome, Stop> {
    let deliveries = station.stock().deliveries()?;
    for delivery in &deliveries {
        let expected: u32 = delivery.expected.iter().map(|line| line.count).sum();
        let line = columns(&[
            &&*delivery.order,
            &&*delivery.supplier,
            &tr!(
                spoken(),
                "cli-delivery-expects",
                count = expected.to_string()
            ),
        ]);
        output.item("delivery", delivery, &line);
    }
    let count = deliveries.len();
    let detail = tr!(spoken(), "cli-deliveries", count = count.to_string());
    as_of(station, detail, json!({ "deliveries": count }))
}

/// `stock delivery show`
pub(super) fn delivery(station: &Station, name: &str, output: &Output) -> Result<Outcome, Stop> {
    let delivery = station.delivery_called(name)?;
    let items = station.stock().items()?;
    let came = items.iter().map(|known| &known.state.item);
    let came = came.filter(|item| item.delivery == Some(delivery.id));
    let came = came.map(|item| {
        let serial = match &item.thing {
            Thing::SecurityKey { serial, .. } => serial.as_ref(),
            Thing::HardwareToken { serial } => Some(serial),
        };
        (&item.model, serial)
    });
    let difference = delivery.difference(came);
    let mut whole = true;
    for line in &difference {
        whole &= line.is_none();
        let mark = match line.is_none() {
            true => "✓",
            false => "!",
        };
        let text = columns(&[
            &mark,
            &line.model.as_str(),
            &tr!(
                spoken(),
                "cli-delivery-came",
                came = line.came.to_string(),
                expected = line.expected.to_string(),
                missing = line.missing.len().to_string(),
                strange = line.strange.len().to_string()
            ),
        ]);
        output.item("difference", line, &text);
    }
    let detail = match whole {
        true => tr!(spoken(), "cli-delivery-whole"),
        false => tr!(spoken(), "cli-delivery-differs"),
    };
    as_of(
        station,
        detail,
        json!({ "delivery": delivery, "whole": whole }),
    )
}

/// The line of an item.
fn line_of(places: &BTreeMap<PlaceId, Place>, state: &ItemState) -> String {
    let named: Vec<String> = state
        .item
        .identifiers()
        .iter()
        .map(|named| spoken().identifier(named))
        .collect();
    let whose = state.whose.as_ref().map_or("-", |whose| whose.as_str());
    columns(&[
        &named.join(", "),
        &state.item.model.as_str(),
        &spoken().condition(state.condition),
        &label_of(places, state.at.place()),
        &whose,
    ])
}

fn labels(station: &Station) -> Result<BTreeMap<PlaceId, Place>, Stop> {
    let places = station.stock().places()?;
    Ok(places.into_iter().map(|place| (place.id, place)).collect())
}

/// What people call a place; its identifier where the registry has not told of it here.
fn label_of(places: &BTreeMap<PlaceId, Place>, id: PlaceId) -> String {
    let known = places.get(&id);
    known.map_or_else(|| id.to_string(), |place| place.label.to_string())
}

/// The outcome of looking, with up to when it is known.
fn as_of(station: &Station, detail: String, facts: serde_json::Value) -> Result<Outcome, Stop> {
    let heard = station.stock().heard()?;
    let said = match heard.at {
        Some(at) => tr!(
            spoken(),
            "cli-stock-as-of",
            at = at
                .to_zoned(jiff::tz::TimeZone::system())
                .strftime("%Y-%m-%d %H:%M")
                .to_string()
        ),
        None => tr!(spoken(), "cli-stock-own-only"),
    };
    let mut facts = facts;
    facts["heard_at"] = json!(heard.at);
    Ok(Outcome::done(format!("{detail} {said}"), facts))
}
