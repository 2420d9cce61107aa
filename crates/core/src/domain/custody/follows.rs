//! What becomes of an item by a stock act: the one function that station and registry ask.
//!
//! Invariant: it is made of the movement and of the state before it, and of nothing else. A refusal changes nothing; every act that is done
//! makes the version one more.

use super::act::{Evidence, Movement, StockAct, StockActKind};
use super::item::Item;
use super::refusal::{Next, Refusal, Stands, Why};
use super::state::{At, Condition, Doubt, ItemState, Whereabouts};
use super::table::{Needs, Row, TABLE, Tie, row_of, way_to, who_may};
use crate::domain::OperatorId;

/// The item as it is after that movement; `None` before is one that is not in the register.
///
/// Whoever asks has looked whether the operators are who they say, have that role, and are two humans where there are two; whether a place
/// that is named takes what is put there ([`Place::takes`](super::Place::takes)); and whether no other item has the same identifiers.
pub fn follows(state: Option<&ItemState>, movement: &Movement) -> Result<ItemState, Box<Refusal>> {
    let refused = |(why, next)| Box::new(refusal(state, movement, why, next));
    match state {
        None => received(movement).map_err(refused),
        Some(state) => followed(state, movement).map_err(refused),
    }
}

/// The state that all movements of one item in their order come to; a refusal with how many came before it.
pub fn state_after<'a>(
    movements: impl IntoIterator<Item = &'a Movement>,
) -> Result<Option<ItemState>, (usize, Box<Refusal>)> {
    let mut state = None;
    for (nth, movement) in movements.into_iter().enumerate() {
        state = Some(follows(state.as_ref(), movement).map_err(|refusal| (nth, refusal))?);
    }
    Ok(state)
}

/// Why not, and what next; the rest of a refusal is the same for all.
type No = (Why, Next);

fn refusal(state: Option<&ItemState>, movement: &Movement, why: Why, next: Next) -> Refusal {
    let item = match (&movement.what, state) {
        (_, Some(state)) => Some(&state.item),
        (StockAct::Receive { item, .. }, None) => Some(&**item),
        (_, None) => None,
    };
    Refusal {
        item: movement.item,
        named: item.map(Item::identifiers).unwrap_or_default(),
        stands: state.map(Stands::from),
        act: movement.what.kind(),
        why,
        may: who_may(movement.what.kind()),
        next,
    }
}

fn received(movement: &Movement) -> Result<ItemState, No> {
    let StockAct::Receive { item, at, intake } = &movement.what else {
        let act = StockActKind::Receive;
        return Err((Why::Unknown {}, Next::Do { act }));
    };
    if movement.saw != 0 {
        let moved = Why::Moved {
            saw: movement.saw,
            is: 0,
        };
        return Err((moved, Next::LookAgain {}));
    }
    if item.id != movement.item {
        return Err((Why::Another { item: item.id }, Next::LookAgain {}));
    }
    let row = row_of(movement.what.kind(), None, Some(intake.condition()));
    let row = row.ok_or((Why::NotNow { from: Vec::new() }, Next::Nothing {}))?;
    check_hands(row, movement)?;
    if item.identifiers().is_empty() {
        let act = StockActKind::Label;
        return Err((Why::NothingTells {}, Next::Do { act }));
    }
    // What came in no delivery may have been planted.
    if item.delivery.is_none() && movement.remark.is_none() {
        return Err(not_seen(Needs::Reason));
    }
    Ok(ItemState {
        item: (**item).clone(),
        version: 1,
        at: At::Stored { spot: at.clone() },
        condition: intake.condition(),
        whose: None,
        until: None,
        doubt: intake.doubt(),
    })
}

fn followed(state: &ItemState, movement: &Movement) -> Result<ItemState, No> {
    let act = movement.what.kind();
    if movement.item != state.id() {
        return Err((Why::Another { item: state.id() }, Next::LookAgain {}));
    }
    if let StockAct::Receive { .. } = movement.what {
        return Err((Why::KnownAlready {}, Next::LookAgain {}));
    }
    if movement.saw != state.version {
        let moved = Why::Moved {
            saw: movement.saw,
            is: state.version,
        };
        return Err((moved, Next::LookAgain {}));
    }
    let from = now(state);
    let Some(row) = row_of(act, Some(from), movement.what.says().chooses) else {
        let rows = TABLE.iter().filter(|row| row.act == act);
        let mut from_all: Vec<Condition> = rows.flat_map(|row| row.from).copied().collect();
        from_all.sort_unstable();
        from_all.dedup();
        let next = way_to(act, from).map_or(Next::Nothing {}, |act| Next::Do { act });
        return Err((Why::NotNow { from: from_all }, next));
    };
    check_hands(row, movement)?;
    check_tie(row.tie, &state.at, movement)?;
    check_person(state, movement, row)?;
    check_change(state, movement, row)?;
    Ok(after(state, movement, row))
}

fn now(state: &ItemState) -> (Condition, Whereabouts) {
    (state.condition, state.at.whereabouts())
}

fn not_seen(needs: Needs) -> No {
    (Why::NotSeen { needs }, Next::See { needs })
}

/// Whoever does it, who stands by it, and what they have seen.
fn check_hands(row: &Row, movement: &Movement) -> Result<(), No> {
    if !row.who.contains(&movement.role) {
        let role = movement.role;
        let roles = row.who.to_vec();
        return Err((Why::Role { role }, Next::AskRole { roles }));
    }
    match &movement.second {
        Some(second) if *second == movement.operator => {
            let operator = second.clone();
            return Err((Why::SecondIsFirst { operator }, Next::FindSecond {}));
        }
        None if row.second => return Err((Why::NoSecond {}, Next::FindSecond {})),
        Some(_) | None => {}
    }
    let seen = match row.needs {
        Needs::Nothing => true,
        Needs::Blank => matches!(movement.evidence, Some(Evidence::Blank { .. })),
        Needs::Works => matches!(movement.evidence, Some(Evidence::Works {})),
        Needs::Receipt => matches!(
            movement.evidence,
            Some(Evidence::Signed { .. } | Evidence::Typed { .. })
        ),
        Needs::Reason => movement.remark.is_some(),
    };
    match seen {
        true => Ok(()),
        false => Err(not_seen(row.needs)),
    }
}

/// Whether the custodians are those whose it is to do.
fn check_tie(tie: Tie, at: &At, movement: &Movement) -> Result<(), No> {
    let by = &movement.operator;
    let says = movement.what.says();
    let here = at.custodian();
    let there = says.spot.map(|spot| &spot.custodian);
    let receiver = match at {
        At::Moving { to, .. } => Some(to),
        At::Stored { .. } | At::Held { .. } | At::Gone { .. } => says.transfer.map(|(_, to)| to),
    };
    match (tie, here, there, receiver) {
        (Tie::Anybody, ..) => Ok(()),
        (Tie::OneCustodian, Some(here), Some(there), _) => {
            let hand_over = StockActKind::HandOver;
            one_custodian(here, there, Next::Do { act: hand_over })
        }
        (Tie::Giver, Some(here), _, Some(receiver)) if here == receiver => {
            let custodian = here.clone();
            let act = StockActKind::Move;
            Err((Why::SameCustodian { custodian }, Next::Do { act }))
        }
        (Tie::Giver, Some(here), _, Some(_)) => must_be(by, here),
        (Tie::Receiver, _, Some(there), Some(receiver)) => {
            must_be(by, receiver)?;
            one_custodian(receiver, there, Next::Nothing {})
        }
        (Tie::EitherEnd, Some(_), _, Some(receiver)) if by == receiver => Ok(()),
        (Tie::EitherEnd, Some(here), _, Some(_)) => must_be(by, here),
        (Tie::Taker, here, Some(there), _) if here == Some(there) => Ok(()),
        (Tie::Taker, _, Some(there), _) => must_be(by, there),
        // No row has such a tie where that can't be looked at.
        (Tie::OneCustodian | Tie::Giver | Tie::Receiver | Tie::EitherEnd | Tie::Taker, ..) => {
            Err((Why::NotNow { from: Vec::new() }, Next::LookAgain {}))
        }
    }
}

fn one_custodian(here: &OperatorId, there: &OperatorId, next: Next) -> Result<(), No> {
    match here == there {
        true => Ok(()),
        false => {
            let (here, there) = (here.clone(), there.clone());
            Err((Why::OtherCustodian { here, there }, next))
        }
    }
}

fn must_be(by: &OperatorId, whose: &OperatorId) -> Result<(), No> {
    match by == whose {
        true => Ok(()),
        false => {
            let (custodian, operator) = (whose.clone(), whose.clone());
            Err((Why::Custodian { custodian }, Next::Ask { operator }))
        }
    }
}

/// Whether it is that person's to have, and the time that it is for not over.
fn check_person(state: &ItemState, movement: &Movement, row: &Row) -> Result<(), No> {
    let says = movement.what.says();
    if let Some(until) = says.until.filter(|until| *until <= movement.at) {
        return Err((Why::Over { until }, Next::Nothing {}));
    }
    let is_anybodys = state.condition == Condition::Spare || row.act == StockActKind::CorrectHolder;
    if says.person.is_some() && !is_anybodys && says.person != state.whose.as_ref() {
        let whose = state.whose.clone();
        let frees = row_of(StockActKind::Free, Some(now(state)), None);
        let next = frees.map_or(Next::Nothing {}, |row| Next::Do { act: row.act });
        return Err((Why::NotTheirs { whose }, next));
    }
    match &state.whose {
        Some(whose) if row.act == StockActKind::SendBack => {
            let whose = whose.clone();
            let act = StockActKind::Destroy;
            Err((Why::StillTheirs { whose }, Next::Do { act }))
        }
        Some(_) | None => Ok(()),
    }
}

/// Whether it changes anything, and nothing that stays.
fn check_change(state: &ItemState, movement: &Movement, row: &Row) -> Result<(), No> {
    let says = movement.what.says();
    let stays = match &state.at {
        At::Stored { spot } => says.spot == Some(spot),
        At::Moving { .. } | At::Held { .. } | At::Gone { .. } => false,
    };
    if stays {
        return Err((Why::AlreadyThere {}, Next::Nothing {}));
    }
    if let Some(tag) = state.item.tag.filter(|_| row.act == StockActKind::Label) {
        let act = StockActKind::CorrectItem;
        return Err((Why::HasTag { tag }, Next::Do { act }));
    }
    let is_so = (says.tag.is_some() && says.tag == state.item.tag)
        || says.owner == Some(&state.item.owner)
        || (row.act == StockActKind::CorrectHolder && says.person == state.whose.as_ref());
    match is_so {
        true => Err((Why::AlreadySo {}, Next::Nothing {})),
        false => Ok(()),
    }
}

/// The item after an act that may be done.
fn after(state: &ItemState, movement: &Movement, row: &Row) -> ItemState {
    let says = movement.what.says();
    let condition = row.to.unwrap_or(state.condition);
    let is_other = condition != state.condition;
    let whose = match (says.person, condition.has_person()) {
        (Some(person), _) => Some(person.clone()),
        (None, Some(false)) => None,
        // There is nothing of theirs on it yet.
        (None, _) if is_other && state.condition == Condition::Promised => None,
        (None, _) => state.whose.clone(),
    };
    let found = (condition == Condition::Quarantined).then_some(Doubt::Found);
    let (until, doubt) = match is_other {
        true => (says.until, says.doubt.or(found)),
        false => (state.until, state.doubt),
    };
    ItemState {
        item: Item {
            tag: says.tag.or(state.item.tag),
            owner: says.owner.unwrap_or(&state.item.owner).clone(),
            ..state.item.clone()
        },
        version: state.version.saturating_add(1),
        at: at_after(&state.at, movement, row.then),
        condition,
        whose,
        until,
        doubt,
    }
}

fn at_after(at: &At, movement: &Movement, then: Option<Whereabouts>) -> At {
    let says = movement.what.says();
    let from = at.place();
    match then {
        None | Some(Whereabouts::Stored) => match (says.spot, at) {
            (Some(there), _) => At::Stored {
                spot: there.clone(),
            },
            // A transfer that is called off.
            (None, At::Moving { from, .. }) if then.is_some() => At::Stored { spot: from.clone() },
            (None, at) => at.clone(),
        },
        Some(Whereabouts::Moving) => match (at, says.transfer) {
            (At::Stored { spot }, Some((transfer, to))) => At::Moving {
                transfer,
                from: spot.clone(),
                to: to.clone(),
                since: movement.at,
            },
            (at, _) => at.clone(),
        },
        Some(Whereabouts::Held) => At::Held { from },
        Some(Whereabouts::Gone) => At::Gone { from },
    }
}
