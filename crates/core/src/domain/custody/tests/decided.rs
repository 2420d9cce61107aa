//! Every state, act and role is decided: as the snapshot says, which is to be read.

use std::fmt::Write;

use super::table::TABLE;
use super::*;

/// Each way in which an item can be.
fn states() -> Vec<ItemState> {
    let mut found = Vec::new();
    for condition in Condition::ALL {
        for whereabouts in condition.can_be() {
            let from = spot(0).place;
            let at = match whereabouts {
                Whereabouts::Stored => At::Stored { spot: spot(0) },
                Whereabouts::Moving => At::Moving {
                    transfer: TransferId(Uuid::from_u128(5)),
                    from: spot(0),
                    to: operator(0),
                    since: noon(),
                },
                Whereabouts::Held => At::Held { from },
                Whereabouts::Gone => At::Gone { from },
            };
            let is_held = *whereabouts == Whereabouts::Held;
            let has_person = condition.has_person().unwrap_or(is_held);
            let doubted = [Condition::Quarantined, Condition::Rejected].contains(&condition);
            let state = ItemState {
                item: some_item(1),
                version: 7,
                at,
                condition,
                whose: has_person.then(|| person(1)),
                until: condition.has_end().then(|| hours(8)),
                doubt: doubted.then_some(Doubt::Other),
            };
            assert!(state.is_sound(), "{state:?}");
            found.push(state);
        }
    }
    found
}

/// Every act, as it should be for such an item.
fn acts(state: &ItemState) -> Vec<StockAct> {
    let doubt = Doubt::Other;
    // A quarantined item that was never anybody's goes back to nobody.
    let person = person(1);
    let lent_until = Some(hours(8));
    let to = match state.at.whereabouts() {
        Whereabouts::Moving => operator(0),
        Whereabouts::Stored | Whereabouts::Held | Whereabouts::Gone => operator(1),
    };
    let at = spot(1);
    let tag = Tag::numbered(7).expect("a tag");
    let holder = super::person(2);
    vec![
        receive(state.item.clone()),
        StockAct::Move { to: at.clone() },
        StockAct::HandOver {
            transfer: TransferId(Uuid::from_u128(6)),
            to,
        },
        StockAct::Confirm { at: at.clone() },
        StockAct::CallOff {},
        promise(1),
        StockAct::Free {},
        StockAct::Prepare {
            person: person.clone(),
        },
        issue(1),
        StockAct::Issue {
            person: person.clone(),
            lent_until,
        },
        StockAct::Return { at: at.clone() },
        StockAct::GiveBack { person },
        StockAct::Restock {},
        StockAct::Count { at: at.clone() },
        StockAct::ReportLost {},
        StockAct::ReportStolen {},
        StockAct::Find { at: at.clone() },
        StockAct::ReportDamaged {},
        StockAct::Quarantine { doubt },
        StockAct::Release {},
        StockAct::Reject { doubt },
        StockAct::SendBack {},
        StockAct::Destroy {},
        StockAct::Label { tag },
        corrects(Correction::Place { at }),
        corrects(Correction::Holder { person: holder }),
        corrects(Correction::Tag { tag }),
    ]
}

/// What may be done with an item, by whom and to what end; and what may not, with what is to be done first.
fn decisions(state: &ItemState) -> String {
    let mut may = String::new();
    let mut not = String::new();
    for act in acts(state) {
        let mut by = String::new();
        let mut end = String::new();
        let mut refusals = Vec::new();
        for (role, letter) in Role::ALL.into_iter().zip(["H", "S", "C"]) {
            let asked = Movement {
                role,
                ..does(state, act.clone())
            };
            match follows(Some(state), &asked) {
                Ok(next) => {
                    assert!(next.is_sound(), "{next:?}");
                    assert_eq!(next.version, state.version + 1);
                    by.push_str(letter);
                    let (condition, at) = (next.condition.as_str(), next.at.whereabouts().as_str());
                    end = format!("{condition}, {at}");
                }
                Err(refusal) => {
                    assert_eq!(refusal.stands, Some(Stands::from(state)));
                    assert_eq!((refusal.act, refusal.item), (act.kind(), state.id()));
                    refusals.push(refusal);
                }
            }
        }
        let loan = act.says().chooses == Some(Condition::OnLoan);
        let name = format!(
            "{}{}",
            act.kind().as_str(),
            if loan { " (loan)" } else { "" }
        );
        if by.is_empty() {
            let next = refusals.first().map(|refusal| match &refusal.next {
                Next::Do { act } => format!(" (first {})", act.as_str()),
                _ => String::new(),
            });
            write!(not, " {name}{},", next.unwrap_or_default()).expect("written");
        } else {
            for refusal in refusals {
                assert!(matches!(refusal.next, Next::AskRole { .. }), "{refusal:?}");
            }
            writeln!(may, "  {name}: {by}: {end}").expect("written");
        }
    }
    format!("{may}  not:{}\n", not.trim_end_matches(','))
}

#[test]
fn every_state_act_and_role_is_decided_as_it_was_read() {
    let mut all = String::from("H help-desk, S station-administrator, C customer-service\n");
    for state in states() {
        let (condition, at) = (state.condition.as_str(), state.at.whereabouts().as_str());
        write!(all, "{condition}, {at}\n{}", decisions(&state)).expect("written");
    }
    insta::assert_snapshot!(all);
}

#[test]
fn the_table_has_one_row_at_most_for_each_and_leads_only_to_what_can_be() {
    for condition in Condition::ALL {
        for at in condition.can_be() {
            for act in StockActKind::ALL {
                let rows = TABLE.iter().filter(|row| {
                    row.act == act && row.from.contains(&condition) && row.at.contains(at)
                });
                let ends: Vec<_> = rows.map(|row| row.to).collect();
                let what = format!("{act:?} of {condition:?}, {at:?}: {ends:?}");
                let loan = ends == [Some(Condition::Issued), Some(Condition::OnLoan)];
                assert!(ends.len() <= 1 || loan, "{what}");
            }
        }
    }
    for row in TABLE {
        assert!(!row.who.is_empty(), "{row:?}");
        for from in row.from {
            for at in row.at {
                assert!(from.can_be().contains(at), "{from:?}, {at:?}: {row:?}");
                let (to, then) = (row.to.unwrap_or(*from), row.then.unwrap_or(*at));
                assert!(to.can_be().contains(&then), "{to:?}, {then:?}: {row:?}");
            }
        }
    }
    for act in StockActKind::ALL {
        assert!(TABLE.iter().any(|row| row.act == act), "{act:?}");
        assert!(!who_may(act).is_empty(), "{act:?}");
        assert_eq!(StockActKind::parse(act.as_str()), Some(act));
    }
}

#[test]
fn nothing_is_made_of_what_is_destroyed_and_two_people_are_needed_for_that_alone() {
    for row in TABLE {
        assert!(!row.from.contains(&Condition::Destroyed), "{row:?}");
        assert_eq!(row.second, row.to == Some(Condition::Destroyed), "{row:?}");
        let corrects = [
            StockActKind::CorrectPlace,
            StockActKind::CorrectHolder,
            StockActKind::CorrectItem,
        ];
        assert_eq!(
            row.needs == Needs::Reason,
            corrects.contains(&row.act),
            "{row:?}"
        );
        // A spare is what was seen to be blank, or was one before.
        let was_blank = row.from == [Condition::Promised];
        if row.to == Some(Condition::Spare) && !was_blank {
            assert_eq!(row.needs, Needs::Blank, "{row:?}");
        }
    }
}

#[test]
fn what_has_to_be_done_first_is_the_shortest_way_there() {
    use Condition::*;
    use Whereabouts::*;
    for (act, from, first) in [
        (
            StockActKind::Issue,
            (Quarantined, Stored),
            Some(StockActKind::Release),
        ),
        (
            StockActKind::Issue,
            (Returned, Stored),
            Some(StockActKind::Restock),
        ),
        (StockActKind::Issue, (Lost, Gone), Some(StockActKind::Find)),
        (
            StockActKind::Issue,
            (Spare, Moving),
            Some(StockActKind::Confirm),
        ),
        (
            StockActKind::Issue,
            (Issued, Held),
            Some(StockActKind::Return),
        ),
        (
            StockActKind::Destroy,
            (Damaged, Held),
            Some(StockActKind::Return),
        ),
        (
            StockActKind::Destroy,
            (Promised, Stored),
            Some(StockActKind::Free),
        ),
        (
            StockActKind::Destroy,
            (Stolen, Gone),
            Some(StockActKind::Find),
        ),
        (StockActKind::Issue, (Rejected, Stored), None),
        (StockActKind::Issue, (Destroyed, Gone), None),
        (StockActKind::Confirm, (Spare, Stored), None),
        (StockActKind::Quarantine, (Quarantined, Stored), None),
        (StockActKind::ReportLost, (Lost, Gone), None),
        (StockActKind::Find, (Spare, Stored), None),
    ] {
        assert_eq!(way_to(act, from), first, "{act:?} from {from:?}");
    }
}
