//! Random lives: whatever is tried, in whatever order, an item is at one place or gone, and the counts are what the items come to.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::Value;

use super::table::TABLE;
use super::*;

/// Random numbers that are the same for the same seed (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % most
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn small(&mut self, most: u128) -> u128 {
        self.below(most as usize) as u128
    }
}

/// So many things there are, and tags, so that some are taken twice.
const THINGS: u128 = 12;
const PLACES: u128 = 6;

fn some_correction(dice: &mut Dice, act: StockActKind) -> Correction {
    match act {
        StockActKind::CorrectPlace => Correction::Place {
            at: spot(dice.small(PLACES)),
        },
        StockActKind::CorrectHolder => Correction::Holder {
            person: person(dice.small(3)),
        },
        _ if dice.once_in(2) => Correction::Owner {
            owner: Owner::Organisation {
                organisation: OrganisationId::new(format!("g-{}", dice.small(3))),
            },
        },
        _ => Correction::Tag {
            tag: Tag::numbered(dice.below(20) as u32).expect("a tag"),
        },
    }
}

fn some_act(dice: &mut Dice, act: StockActKind, nth: u128) -> StockAct {
    let at = spot(dice.small(PLACES));
    let person = person(dice.small(3));
    let doubt = dice.of(&Doubt::ALL);
    match act {
        StockActKind::Receive => StockAct::Receive {
            item: Box::new(some_item(nth)),
            at,
            intake: dice.of(&[
                Intake::Spare {},
                Intake::Quarantined { doubt },
                Intake::Rejected { doubt },
            ]),
        },
        StockActKind::Move => StockAct::Move { to: at },
        StockActKind::HandOver => hand_over(dice.small(3)),
        StockActKind::Confirm => StockAct::Confirm { at },
        StockActKind::CallOff => StockAct::CallOff {},
        StockActKind::Promise => StockAct::Promise {
            person,
            until: hours(dice.below(9) as i64 - 1),
        },
        StockActKind::Free => StockAct::Free {},
        StockActKind::Prepare => StockAct::Prepare { person },
        StockActKind::Issue => StockAct::Issue {
            person,
            lent_until: dice.once_in(2).then(|| hours(dice.below(9) as i64 - 1)),
        },
        StockActKind::Return => StockAct::Return { at },
        StockActKind::GiveBack => StockAct::GiveBack { person },
        StockActKind::Restock => StockAct::Restock {},
        StockActKind::Count => StockAct::Count { at },
        StockActKind::ReportLost => StockAct::ReportLost {},
        StockActKind::ReportStolen => StockAct::ReportStolen {},
        StockActKind::Find => StockAct::Find { at },
        StockActKind::ReportDamaged => StockAct::ReportDamaged {},
        StockActKind::Quarantine => StockAct::Quarantine { doubt },
        StockActKind::Release => StockAct::Release {},
        StockActKind::Reject => StockAct::Reject { doubt },
        StockActKind::SendBack => StockAct::SendBack {},
        StockActKind::Destroy => StockAct::Destroy {},
        StockActKind::Label => StockAct::Label {
            tag: Tag::numbered(dice.below(20) as u32).expect("a tag"),
        },
        StockActKind::CorrectPlace | StockActKind::CorrectHolder | StockActKind::CorrectItem => {
            corrects(some_correction(dice, act))
        }
    }
}

/// Something that somebody tries: mostly what the table has a row for, and mostly done as it should be.
fn attempt(dice: &mut Dice, state: Option<&ItemState>, nth: u128) -> Movement {
    let fits = |row: &&Row| match state {
        None => row.from.is_empty(),
        Some(state) => {
            let at = state.at.whereabouts();
            row.from.contains(&state.condition) && row.at.contains(&at)
        }
    };
    let fitting: Vec<StockActKind> = TABLE.iter().filter(fits).map(|row| row.act).collect();
    let act = match fitting.is_empty() || dice.once_in(4) {
        true => dice.of(&StockActKind::ALL),
        false => dice.of(&fitting),
    };
    // What ends an item is tried less often, so that lives are long.
    let act = match act {
        StockActKind::Destroy | StockActKind::SendBack if !dice.once_in(30) => StockActKind::Count,
        act => act,
    };
    let mut tried = movement(state, some_item(nth).id, some_act(dice, act, nth));
    tried.operator = operator(dice.small(3));
    tried.role = match dice.once_in(3) {
        true => dice.of(&Role::ALL),
        false => Role::StationAdministrator,
    };
    if dice.once_in(10) {
        tried.saw = dice.below(4) as u64;
    }
    if dice.once_in(10) {
        tried.second = dice.once_in(2).then(|| operator(dice.small(3)));
    }
    if dice.once_in(10) {
        tried.evidence = None;
    }
    if dice.once_in(10) {
        tried.remark = None;
    }
    tried
}

/// What a life comes to.
#[derive(Default)]
struct World {
    items: BTreeMap<ItemId, ItemState>,
    movements: BTreeMap<ItemId, Vec<Movement>>,
    stock: Stock,
    done: BTreeSet<StockActKind>,
    refused: usize,
}

impl World {
    fn try_one(&mut self, dice: &mut Dice) {
        let nth = dice.small(THINGS);
        let before = self.items.get(&some_item(nth).id).cloned();
        let tried = attempt(dice, before.as_ref(), nth);
        match follows(before.as_ref(), &tried) {
            Err(refusal) => {
                self.refused += 1;
                assert_eq!(refusal.stands, before.as_ref().map(Stands::from));
                let text = serde_json::to_string(&refusal).expect("written");
                let read: Refusal = serde_json::from_str(&text).expect("read");
                assert_eq!(read, *refusal);
            }
            Ok(now) => {
                assert!(now.is_sound(), "{now:?} after {tried:?}");
                assert_eq!(now.version, tried.saw + 1);
                assert_eq!(now.id(), tried.item);
                if let Some(before) = &before {
                    assert_ne!(before.condition, Condition::Destroyed, "{tried:?}");
                    assert_ne!(before, &now);
                }
                self.stock.turn(before.as_ref(), &now);
                self.done.insert(tried.what.kind());
                self.movements.entry(now.id()).or_default().push(tried);
                self.items.insert(now.id(), now);
            }
        }
    }

    /// Whatever is kept of it is what all movements come to.
    fn check(&self) {
        let counted = Stock::of(self.items.values());
        let (kept, anew): (Vec<_>, Vec<_>) =
            (self.stock.rows().collect(), counted.rows().collect());
        assert_eq!(kept, anew);
        let all = kept
            .iter()
            .flat_map(|(.., counts)| Bin::ALL.map(|bin| counts.under(bin)));
        assert_eq!(
            all.sum::<u32>() as usize,
            self.items.len(),
            "each item is counted once"
        );
        let models: BTreeSet<&Model> = kept.iter().map(|(_, model, _)| *model).collect();
        let by_model = models.iter().flat_map(|model| {
            let total = self.stock.total(model);
            Bin::ALL.map(|bin| total.under(bin))
        });
        assert_eq!(by_model.sum::<u32>() as usize, self.items.len());
        for (id, movements) in &self.movements {
            let folded = state_after(movements).expect("all were done");
            assert_eq!(folded.as_ref(), self.items.get(id));
            let text = serde_json::to_string(movements).expect("written");
            let read: Vec<Movement> = serde_json::from_str(&text).expect("read");
            assert_eq!(&read, movements);
            let kept = serde_json::to_string(&self.items[id]).expect("written");
            let kept: ItemState = serde_json::from_str(&kept).expect("read");
            assert_eq!(Some(kept), folded);
            // What was lost on the way is noticed.
            if movements.len() > 2 {
                let (nth, refusal) = state_after(&movements[1..]).expect_err("a gap");
                assert!(nth == 0 && refusal.why == Why::Unknown {});
                let gap = movements[..1].iter().chain(&movements[2..]);
                let (_, refusal) = state_after(gap).expect_err("a gap");
                assert!(refusal.why.is_conflict(), "{refusal:?}");
            }
        }
    }
}

#[test]
fn in_twenty_thousand_tries_every_act_is_done_and_nothing_gets_lost() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut done = BTreeSet::new();
    let mut movements = 0;
    for _ in 0..10 {
        let mut world = World::default();
        for _ in 0..2_000 {
            world.try_one(&mut dice);
        }
        world.check();
        done.extend(&world.done);
        movements += world.movements.values().map(Vec::len).sum::<usize>();
        assert!(world.refused > 100);
    }
    let all: BTreeSet<_> = StockActKind::ALL.into();
    assert_eq!(done, all);
    assert!(movements > 5_000, "{movements}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn whatever_is_tried_an_item_is_somewhere_once(seed in 1u64.., tries in 1usize..400) {
        let mut dice = Dice(seed);
        let mut world = World::default();
        for nth in 0..tries {
            world.try_one(&mut dice);
            // All of it costs more the longer the lives are.
            if nth % 50 == 0 {
                world.check();
            }
        }
        world.check();
    }
}

/// Every object within a value, with one member more.
fn with_one_more(value: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    match value {
        Value::Object(members) => {
            let mut more = members.clone();
            more.insert("more".to_owned(), Value::from(1));
            found.push(Value::Object(more));
            for (name, member) in members {
                for other in with_one_more(member) {
                    let mut members = members.clone();
                    members.insert(name.clone(), other);
                    found.push(Value::Object(members));
                }
            }
        }
        Value::Array(items) => {
            for (nth, item) in items.iter().enumerate() {
                for other in with_one_more(item) {
                    let mut items = items.clone();
                    items[nth] = other;
                    found.push(Value::Array(items));
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    found
}

#[test]
fn a_member_that_is_not_known_is_refused_wherever_it_stands() {
    let mut dice = Dice(7);
    let mut tried = 0;
    for act in StockActKind::ALL {
        let state = spare();
        let made = some_act(&mut dice, act, 1);
        let movement = does(&state, made);
        let value = serde_json::to_value(&movement).expect("written");
        assert!(serde_json::from_value::<Movement>(value.clone()).is_ok());
        for other in with_one_more(&value) {
            tried += 1;
            let read = serde_json::from_value::<Movement>(other.clone());
            assert!(read.is_err(), "{other}");
        }
        if let Err(refusal) = follows(Some(&state), &movement) {
            let value = serde_json::to_value(&refusal).expect("written");
            for other in with_one_more(&value) {
                assert!(
                    serde_json::from_value::<Refusal>(other.clone()).is_err(),
                    "{other}"
                );
            }
        }
    }
    let value = serde_json::to_value(spare()).expect("written");
    for other in with_one_more(&value) {
        assert!(
            serde_json::from_value::<ItemState>(other.clone()).is_err(),
            "{other}"
        );
    }
    assert!(tried > 60, "{tried}");
}
