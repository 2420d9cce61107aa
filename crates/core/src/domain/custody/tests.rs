//! What follows from what, and that the table has no holes.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::*;
use crate::domain::authority::Role;
use crate::domain::{
    Aaguid, Bytes, DeliveryId, ItemId, OneLine, OperatorId, OrganisationId, PersonId, PlaceId,
    TransferId,
};

mod cases;
mod decided;
mod lives;
mod page;

fn operator(nth: u128) -> OperatorId {
    OperatorId::new(format!("o-{nth}"))
}

fn person(nth: u128) -> PersonId {
    PersonId::new(format!("p-{nth}"))
}

/// The place of that number; two of them each have one custodian.
fn spot(nth: u128) -> Spot {
    Spot {
        place: PlaceId(Uuid::from_u128(nth)),
        custodian: operator(nth / 2),
    }
}

fn noon() -> Timestamp {
    "2026-11-30T12:00:00Z".parse().expect("a time")
}

fn hours(hours: i64) -> Timestamp {
    noon() + SignedDuration::from_hours(hours)
}

fn some_item(nth: u128) -> Item {
    let serial = Serial::said(&format!("71{nth:06}"));
    let thing = match nth % 3 {
        0 => Thing::HardwareToken {
            serial: serial.expect("a serial"),
        },
        _ => Thing::SecurityKey {
            aaguid: Aaguid([7; 16]),
            serial,
            firmware: Some(328_707),
        },
    };
    let model = ["c200", "YubiKey 5 NFC", "ePass FIDO2"];
    Item {
        id: ItemId(Uuid::from_u128(1000 + nth)),
        model: Model::named(model[nth as usize % 3]).expect("a name"),
        thing,
        owner: Owner::Desk {},
        tag: None,
        delivery: Some(DeliveryId(Uuid::from_u128(1))),
    }
}

/// What an act takes that is done as it should be.
fn evidence(act: &StockAct) -> Option<Evidence> {
    let blank = Some(Evidence::Blank { touched: true });
    match act.kind() {
        StockActKind::Receive | StockActKind::Restock | StockActKind::Release => blank,
        StockActKind::Prepare | StockActKind::GiveBack => Some(Evidence::Works {}),
        StockActKind::Issue => Some(Evidence::Signed {
            act: Bytes(vec![1; 32]),
        }),
        _ => None,
    }
}

/// A movement as it should be, of a station administrator who is the custodian of places 0 and 1.
fn movement(state: Option<&ItemState>, item: ItemId, what: StockAct) -> Movement {
    Movement {
        item,
        saw: state.map_or(0, |state| state.version),
        evidence: evidence(&what),
        what,
        operator: operator(0),
        role: Role::StationAdministrator,
        second: Some(operator(9)),
        remark: Some(OneLine::new("as counted by two").expect("a line")),
        at: noon(),
    }
}

fn does(state: &ItemState, what: StockAct) -> Movement {
    movement(Some(state), state.id(), what)
}

fn receive(item: Item) -> StockAct {
    StockAct::Receive {
        item: Box::new(item),
        at: spot(0),
        intake: Intake::Spare {},
    }
}

/// A spare at place 0.
fn spare() -> ItemState {
    let item = some_item(1);
    let received = movement(None, item.id, receive(item));
    follows(None, &received).expect("received")
}

/// What comes of acts that are all done.
fn after<const N: usize>(state: ItemState, acts: [StockAct; N]) -> ItemState {
    acts.into_iter().fold(state, |state, act| {
        let kind = act.kind();
        let done = follows(Some(&state), &does(&state, act));
        done.unwrap_or_else(|refusal| panic!("{kind:?}: {refusal:?}"))
    })
}

fn refused(state: &ItemState, movement: &Movement) -> Refusal {
    *follows(Some(state), movement).expect_err("refused")
}

fn issue(nth: u128) -> StockAct {
    StockAct::Issue {
        person: person(nth),
        lent_until: None,
    }
}

fn hand_over(to: u128) -> StockAct {
    StockAct::HandOver {
        transfer: TransferId(Uuid::from_u128(5)),
        to: operator(to),
    }
}

fn promise(nth: u128) -> StockAct {
    StockAct::Promise {
        person: person(nth),
        until: hours(24),
    }
}

fn quarantine() -> StockAct {
    StockAct::Quarantine {
        doubt: Doubt::Advisory,
    }
}

fn corrects(correction: Correction) -> StockAct {
    StockAct::Correct { correction }
}
