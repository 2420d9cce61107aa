//! The register of stock: what may be done with an item, and what comes of it.
//!
//! Invariant: an item is what [`follows`] makes of its events, in their order; whatever tells one from others is one's for ever; and what an
//! act does to the credentials on an item happens with it, or not at all.

use jiff::Timestamp;

use super::database::Write;
use super::problem::{Answer, Refusal};
use super::suspensions::{self, Report};
use super::tables::stock::{self as table, Bearer};
use super::tables::{credential, operator, person};
use crate::domain::authority::Role;
use crate::domain::custody::{
    BLOCK_NUMBERS, Delivery, Evidence, Fate, Identifier, ItemState, Movement, NoSpot, Place, Spot,
    StockAct, TagBlock, Thing, follows, row_of,
};
use crate::domain::line::NotOneLine;
use crate::domain::suspension::FactorRef;
use crate::domain::{EntryId, KeyId, OneLine, OperatorId, PersonId, StationId};
use crate::wire::{Because, StockNews, problem_code};

/// What a station reports that was done.
pub struct Done<'a> {
    pub station: &'a StationId,
    /// The outbox entry.
    pub entry: EntryId,
    pub movement: &'a Movement,
    /// Of whoever did it, at that station and time.
    pub role: Role,
}

/// Does it: the item as it is by it, and the number of the event.
pub async fn moved(tx: &mut Write, done: &Done<'_>, now: Timestamp) -> Answer<(ItemState, u64)> {
    let movement = done.movement;
    check_hands(tx, done).await?;
    let says = movement.what.says();
    if let Some(spot) = says.spot {
        check_spot(tx, spot).await?;
    }
    if let Some(whom) = says.person {
        known(tx, whom).await?;
    }
    if let Some((_, to)) = says.transfer {
        active(tx, to).await?;
    }
    let before = table::item(tx, movement.item).await?;
    let state = follows(before.as_ref(), movement).map_err(|refusal| {
        let code = match refusal.why.is_conflict() {
            true => problem_code::STOCK_MOVED,
            false => problem_code::STOCK_REFUSED,
        };
        Refusal::because(code, Because::StockRefused { refusal })
    })?;
    let new = movement.what.names();
    for named in &new {
        refuse_taken(tx, named, Some(done.station)).await?;
    }
    if let StockAct::Receive { item, .. } = &movement.what
        && let Some(delivery) = item.delivery
        && table::delivery(tx, delivery).await?.is_none()
    {
        let delivery = delivery.to_string();
        return Err(refused(Because::DeliveryUnknown { delivery }));
    }
    table::keep_item(tx, &state).await?;
    for named in &new {
        table::give_name(tx, named, Bearer::Item(movement.item)).await?;
    }
    follow_up(tx, done, (before.as_ref(), &state), now).await?;
    let news = StockNews::Moved {
        entry: done.entry,
        movement: Box::new(movement.clone()),
    };
    let number = table::note(tx, (Some(done.station), Some(movement.item)), &news, now).await?;
    Ok((state, number))
}

fn refused(why: Because) -> Refusal {
    Refusal::because(problem_code::STOCK_REFUSED, why)
}

/// Whether whoever did it is what they say, and the second person is another human who may be asked.
async fn check_hands(tx: &mut Write, done: &Done<'_>) -> Answer<()> {
    let movement = done.movement;
    if movement.role != done.role {
        let operator = movement.operator.to_string();
        let role = movement.role;
        return Err(refused(Because::RoleThen { operator, role }));
    }
    check_written(movement.check_texts())?;
    // Nothing that a person signed is looked up here yet: it is not taken on a station's word.
    if let Some(Evidence::Signed { .. }) = &movement.evidence {
        let detail = "a receipt that was signed is not known to this registry";
        return Err(Refusal::new(problem_code::MALFORMED, detail));
    }
    let Some(second) = &movement.second else {
        return Ok(());
    };
    active(tx, second).await?;
    let operator = &movement.operator;
    let are_somebody =
        operator::is_somebody(tx, operator).await? && operator::is_somebody(tx, second).await?;
    if !are_somebody || operator::is_same_human(tx, operator, second).await? {
        let (operator, second) = (operator.to_string(), second.to_string());
        return Err(refused(Because::OneHuman { operator, second }));
    }
    Ok(())
}

/// What people write is shown to others: of one line, and nothing hidden in it.
fn check_written(checked: Result<(), NotOneLine>) -> Answer<()> {
    checked.map_err(|why| {
        let detail = format!("what people write of the stock is one line each: {why}");
        Refusal::new(problem_code::MALFORMED, detail)
    })
}

/// Whether an account is there, and in use.
async fn active(tx: &mut Write, id: &OperatorId) -> Answer<()> {
    let account = operator::account(tx, id).await?;
    match account.is_some_and(|account| account.revoked_at.is_none()) {
        true => Ok(()),
        false => {
            let operator = id.to_string();
            Err(refused(Because::NoSuchAccount { operator }))
        }
    }
}

async fn known(tx: &mut Write, id: &PersonId) -> Answer<()> {
    match person::by_id(tx, id).await? {
        Some(_) => Ok(()),
        None => {
            let person = id.to_string();
            Err(refused(Because::NoPerson { person }))
        }
    }
}

async fn check_spot(tx: &mut Write, spot: &Spot) -> Answer<()> {
    let Some(place) = table::place(tx, spot.place).await? else {
        let place = spot.place.to_string();
        return Err(refused(Because::PlaceUnknown { place }));
    };
    let label = place.label.to_string();
    place.takes(spot).map_err(|why| {
        refused(match why {
            NoSpot::Another { .. } => Because::PlaceUnknown { place: label },
            NoSpot::Closed => Because::PlaceClosed { place: label },
            NoSpot::Custodian { now } => Because::PlaceAnswered {
                place: label,
                operator: now.to_string(),
            },
        })
    })
}

/// A name that somebody or something has, or had, is not given again; a tag is one of the station's that gives it.
async fn refuse_taken(
    tx: &mut Write,
    named: &Identifier,
    station: Option<&StationId>,
) -> Answer<()> {
    if table::bearer(tx, named).await?.is_some() {
        let named = named.clone();
        return Err(Refusal::because(
            problem_code::IDENTIFIER_TAKEN,
            Because::IdentifierTaken { named },
        ));
    }
    if let (Identifier::Tag { tag }, Some(station)) = (named, station)
        && !table::is_of_station(tx, tag.number(), station).await?
    {
        let tag = tag.to_string();
        return Err(refused(Because::TagForeign { tag }));
    }
    Ok(())
}

/// What an act does to what its person has on the item: where it is lost or stolen that is suspended.
async fn follow_up(
    tx: &mut Write,
    done: &Done<'_>,
    (before, state): (Option<&ItemState>, &ItemState),
    now: Timestamp,
) -> Answer<()> {
    let movement = done.movement;
    let from = before.map(|before| (before.condition, before.at.whereabouts()));
    let row = row_of(movement.what.kind(), from, Some(state.condition));
    let Some(Fate::Suspended(why)) = row.map(|row| row.credentials) else {
        return Ok(());
    };
    let Some(whose) = before.and_then(|before| before.whose.as_ref()) else {
        return Ok(());
    };
    let Some(person) = person::by_id(tx, whose).await? else {
        return Ok(());
    };
    let Thing::SecurityKey { aaguid, serial, .. } = &state.item.thing else {
        return Ok(());
    };
    let key = KeyId {
        aaguid: *aaguid,
        serial: serial.as_ref().map(|serial| serial.as_str().to_owned()),
        asset_tag: state.item.tag.map(|tag| tag.to_string()),
    };
    for held in credential::on_key(tx, &key).await? {
        if held.person.id != person.id {
            continue;
        }
        let report = Report {
            station: done.station,
            person: &person,
            factor: &FactorRef::Key {
                credential: held.credential.id.clone(),
            },
            why,
            operator: &movement.operator,
            at: movement.at.min(now),
        };
        suspensions::suspend(tx, &report, now).await?;
    }
    Ok(())
}

/// A place is so from now on. Whoever answers for it changes, and it is closed, only while nothing lies there.
pub async fn keep_place(
    tx: &mut Write,
    (station, by): (&StationId, &OperatorId),
    place: &Place,
    now: Timestamp,
) -> Answer<()> {
    check_written(OneLine::<60>::check(&place.label))?;
    active(tx, &place.custodian).await?;
    let before = table::place(tx, place.id).await?;
    if let Some(before) = &before {
        let other = before.custodian != place.custodian || (place.closed && !before.closed);
        if other && table::is_used(tx, place.id).await? {
            let place = before.label.to_string();
            return Err(refused(Because::PlaceFull { place }));
        }
        if before.tag.is_some() && before.tag != place.tag {
            let detail = "the tag of a place stays its own";
            return Err(Refusal::new(problem_code::STOCK_REFUSED, detail));
        }
    }
    let is_new = |tag| before.as_ref().is_none_or(|before| before.tag != Some(tag));
    let new = place.tag.filter(|tag| is_new(*tag));
    let named = new.map(|tag| Identifier::Tag { tag });
    if let Some(named) = &named {
        refuse_taken(tx, named, Some(station)).await?;
    }
    table::keep_place(tx, place).await?;
    if let Some(named) = &named {
        table::give_name(tx, named, Bearer::Place(place.id)).await?;
    }
    let news = StockNews::Place {
        place: place.clone(),
        operator: by.clone(),
    };
    table::note(tx, (Some(station), None), &news, now).await?;
    Ok(())
}

/// A delivery is to come so, unless something of it came.
pub async fn keep_delivery(
    tx: &mut Write,
    (station, by): (&StationId, &OperatorId),
    delivery: &Delivery,
    now: Timestamp,
) -> Answer<()> {
    check_written(OneLine::<100>::check(&delivery.supplier))?;
    check_written(OneLine::<60>::check(&delivery.order))?;
    if table::has_come(tx, delivery.id).await? {
        let delivery = delivery.order.to_string();
        return Err(refused(Because::DeliveryBegun { delivery }));
    }
    table::keep_delivery(tx, delivery).await?;
    let news = StockNews::Delivery {
        delivery: delivery.clone(),
        operator: by.clone(),
    };
    table::note(tx, (Some(station), None), &news, now).await?;
    Ok(())
}

/// Gives a station numbers for its tags, after the last ones that any has.
pub async fn give_tags(
    tx: &mut Write,
    station: &StationId,
    count: Option<u32>,
    now: Timestamp,
) -> Answer<TagBlock> {
    let first = table::next_number(tx).await?;
    let block = TagBlock::new(station.clone(), first, count.unwrap_or(BLOCK_NUMBERS));
    let block = block.map_err(|_| refused(Because::TagsOver {}))?;
    table::give_block(tx, &block).await?;
    let news = StockNews::Tags {
        block: block.clone(),
    };
    table::note(tx, (Some(station), None), &news, now).await?;
    Ok(block)
}
