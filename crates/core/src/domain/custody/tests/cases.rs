//! Lives as they happen, and what is refused in them.

use super::*;

#[test]
fn a_key_goes_from_the_box_to_a_person_and_back_into_stock() {
    let state = after(
        spare(),
        [StockAct::Move { to: spot(1) }, promise(1), issue(1)],
    );
    assert_eq!(state.condition, Condition::Issued);
    assert_eq!(
        state.at,
        At::Held {
            from: spot(1).place
        }
    );
    assert_eq!((state.whose.clone(), state.until), (Some(person(1)), None));
    assert_eq!(state.version, 4);
    let state = after(state, [StockAct::Return { at: spot(2) }]);
    assert_eq!(state.condition, Condition::Returned);
    assert_eq!(
        state.whose,
        Some(person(1)),
        "what is on it is still theirs"
    );
    let again = after(state.clone(), [StockAct::GiveBack { person: person(1) }]);
    assert_eq!(again.condition, Condition::Issued);
    let state = after(state, [StockAct::Restock {}]);
    assert_eq!((state.condition, state.whose), (Condition::Spare, None));
    assert_eq!(state.at, At::Stored { spot: spot(2) });
}

#[test]
fn what_is_new_is_told_from_others_and_came_in_a_delivery_or_with_a_reason() {
    let item = some_item(1);
    let new = |item: &Item| movement(None, item.id, receive(item.clone()));
    let received = follows(None, &new(&item)).expect("received");
    assert!(received.is_sound() && received.version == 1);
    let again = refused(&received, &new(&item));
    assert_eq!(again.why, Why::KnownAlready {});
    assert_eq!(again.named, item.identifiers());

    let bare = Item {
        thing: Thing::SecurityKey {
            aaguid: Aaguid([7; 16]),
            serial: None,
            firmware: None,
        },
        ..item.clone()
    };
    let why = |movement: &Movement| follows(None, movement).expect_err("refused").why;
    assert_eq!(why(&new(&bare)), Why::NothingTells {});
    let tagged = Item {
        tag: Tag::numbered(7),
        ..bare
    };
    assert!(follows(None, &new(&tagged)).is_ok());

    let planted = Item {
        delivery: None,
        ..item.clone()
    };
    let without_reason = Movement {
        remark: None,
        ..new(&planted)
    };
    let reason = Why::NotSeen {
        needs: Needs::Reason,
    };
    assert_eq!(why(&without_reason), reason);
    let unseen = Movement {
        evidence: None,
        ..new(&item)
    };
    let blank = Needs::Blank;
    assert_eq!(why(&unseen), Why::NotSeen { needs: blank });
    let elsewhere = Movement {
        item: ItemId(Uuid::nil()),
        ..new(&item)
    };
    assert_eq!(why(&elsewhere), Why::Another { item: item.id });
    let unknown = movement(None, item.id, issue(1));
    let refusal = follows(None, &unknown).expect_err("unknown");
    assert_eq!(refusal.why, Why::Unknown {});
    assert_eq!((refusal.stands, refusal.named), (None, Vec::new()));
}

#[test]
fn between_custodians_a_transfer_has_two_ends_and_stays_open_until_the_receiver_confirms() {
    let state = spare();
    let refusal = refused(&state, &does(&state, StockAct::Move { to: spot(2) }));
    let (here, there) = (operator(0), operator(1));
    assert_eq!(refusal.why, Why::OtherCustodian { here, there });
    let act = StockActKind::HandOver;
    assert_eq!(refusal.next, Next::Do { act });
    let refusal = refused(&state, &does(&state, hand_over(0)));
    let custodian = operator(0);
    assert_eq!(refusal.why, Why::SameCustodian { custodian });

    let moving = after(state.clone(), [hand_over(1)]);
    assert_eq!(
        moving.at.custodian(),
        Some(&operator(0)),
        "the giver's until then"
    );
    assert!(!moving.is_late(hours(47)) && moving.is_late(hours(48)));
    let (custodian, receiver) = (operator(1), operator(1));
    let refusal = refused(&moving, &does(&moving, StockAct::Confirm { at: spot(0) }));
    assert_eq!(refusal.why, Why::Custodian { custodian });
    assert_eq!(
        refusal.next,
        Next::Ask {
            operator: receiver.clone()
        }
    );
    let confirms = |at| Movement {
        operator: receiver.clone(),
        ..does(&moving, StockAct::Confirm { at })
    };
    let astray = refused(&moving, &confirms(spot(0)));
    assert!(
        matches!(astray.why, Why::OtherCustodian { .. }),
        "{astray:?}"
    );
    let confirmed = follows(Some(&moving), &confirms(spot(3))).expect("confirmed");
    assert_eq!(confirmed.at, At::Stored { spot: spot(3) });
    assert!(!confirmed.is_late(hours(1000)));

    let refusal = refused(&moving, &does(&moving, issue(1)));
    let act = StockActKind::Confirm;
    assert_eq!(refusal.next, Next::Do { act });
    for (by, may) in [(0, true), (1, true), (2, false)] {
        let calls_off = Movement {
            operator: operator(by),
            ..does(&moving, StockAct::CallOff {})
        };
        match follows(Some(&moving), &calls_off) {
            Ok(state) => assert!(may && state.at == At::Stored { spot: spot(0) }),
            Err(refusal) => assert!(!may, "{refusal:?}"),
        }
    }
    let others = Movement {
        operator: operator(2),
        ..does(&state, hand_over(1))
    };
    let custodian = operator(0);
    assert_eq!(refused(&state, &others).why, Why::Custodian { custodian });
}

#[test]
fn an_item_that_moved_meanwhile_is_a_conflict_and_nothing_else_is() {
    let state = spare();
    let one = does(&state, issue(1));
    let other = does(&state, promise(2));
    let issued = follows(Some(&state), &one).expect("the first one");
    let refusal = refused(&issued, &other);
    assert_eq!(refusal.why, Why::Moved { saw: 1, is: 2 });
    assert!(refusal.why.is_conflict() && refusal.next == Next::LookAgain {});
    assert_eq!(refusal.stands, Some(Stands::from(&issued)));
    let ahead = Movement { saw: 9, ..one };
    assert!(refused(&issued, &ahead).why.is_conflict());
    let not_now = refused(&issued, &does(&issued, promise(2)));
    assert!(!not_now.why.is_conflict());
}

#[test]
fn an_item_is_destroyed_by_two_people_and_stays_destroyed() {
    let state = after(spare(), [quarantine()]);
    let alone = Movement {
        second: None,
        ..does(&state, StockAct::Destroy {})
    };
    let refusal = refused(&state, &alone);
    assert_eq!(
        (refusal.why, refusal.next),
        (Why::NoSecond {}, Next::FindSecond {})
    );
    let twice = Movement {
        second: Some(operator(0)),
        ..alone.clone()
    };
    let first = operator(0);
    assert_eq!(
        refused(&state, &twice).why,
        Why::SecondIsFirst { operator: first }
    );
    let desk = Movement {
        role: Role::HelpDesk,
        ..does(&state, StockAct::Destroy {})
    };
    let refusal = refused(&state, &desk);
    let station = vec![Role::StationAdministrator];
    assert_eq!(
        (&refusal.may, refusal.next),
        (
            &station,
            Next::AskRole {
                roles: station.clone()
            }
        )
    );
    let gone = after(state, [StockAct::Destroy {}]);
    let place = Correction::Place { at: spot(0) };
    let refusal = refused(&gone, &does(&gone, corrects(place)));
    assert!(matches!(refusal.why, Why::NotNow { .. }), "{refusal:?}");
    assert_eq!(refusal.next, Next::Nothing {});
}

#[test]
fn what_was_gone_and_is_there_again_is_looked_at_and_goes_back_to_its_person_only() {
    let issued = after(spare(), [issue(1)]);
    let lost = after(issued, [StockAct::ReportLost {}]);
    assert_eq!(
        lost.at,
        At::Gone {
            from: spot(0).place
        }
    );
    let refusal = refused(&lost, &does(&lost, issue(2)));
    let act = StockActKind::Find;
    assert_eq!(refusal.next, Next::Do { act });
    let stolen = after(lost.clone(), [StockAct::ReportStolen {}]);
    let graver = refused(&stolen, &does(&stolen, StockAct::ReportLost {}));
    assert!(
        matches!(graver.why, Why::NotNow { .. }),
        "a reason is never softened"
    );
    for gone in [lost, stolen] {
        let found = after(gone, [StockAct::Find { at: spot(4) }]);
        assert_eq!(found.condition, Condition::Quarantined);
        assert_eq!(
            (found.doubt, &found.whose),
            (Some(Doubt::Found), &Some(person(1)))
        );
        let back = |nth| {
            does(
                &found,
                StockAct::GiveBack {
                    person: person(nth),
                },
            )
        };
        let whose = Some(person(1));
        assert_eq!(refused(&found, &back(2)).why, Why::NotTheirs { whose });
        let untried = Movement {
            evidence: None,
            ..back(1)
        };
        let works = Needs::Works;
        assert_eq!(refused(&found, &untried).why, Why::NotSeen { needs: works });
        let state = follows(Some(&found), &back(1)).expect("theirs");
        assert_eq!((state.condition, state.doubt), (Condition::Issued, None));
    }
}

#[test]
fn what_is_kept_or_made_for_somebody_is_theirs_and_ends_by_its_date() {
    let promised = after(spare(), [promise(1)]);
    assert!(!promised.is_late(hours(23)) && promised.is_late(hours(24)));
    let refusal = refused(&promised, &does(&promised, issue(2)));
    let act = StockActKind::Free;
    assert_eq!(refusal.next, Next::Do { act });
    assert_eq!(after(promised.clone(), [StockAct::Free {}]).whose, None);
    let broken = after(promised, [StockAct::ReportDamaged {}]);
    assert_eq!(
        (broken.whose, broken.until),
        (None, None),
        "nothing of theirs is on it"
    );

    let made = after(spare(), [StockAct::Prepare { person: person(1) }]);
    let whose = Some(person(1));
    assert_eq!(
        refused(&made, &does(&made, issue(2))).why,
        Why::NotTheirs { whose }
    );
    assert_eq!(after(made.clone(), [quarantine()]).whose, Some(person(1)));
    assert_eq!(after(made, [issue(1)]).condition, Condition::Issued);

    let lend = |hours_long| StockAct::Issue {
        person: person(1),
        lent_until: Some(hours(hours_long)),
    };
    let spare = spare();
    let until = noon();
    assert_eq!(
        refused(&spare, &does(&spare, lend(0))).why,
        Why::Over { until }
    );
    let lent = after(spare, [lend(8)]);
    assert_eq!(
        (lent.condition, lent.until),
        (Condition::OnLoan, Some(hours(8)))
    );
    assert!(lent.is_late(hours(8)) && !lent.is_late(hours(7)));
}

#[test]
fn whoever_counts_takes_upon_themself_what_they_find_and_nobody_else() {
    let state = spare();
    let there = refused(&state, &does(&state, StockAct::Count { at: spot(0) }));
    assert_eq!(there.why, Why::AlreadyThere {});
    assert!(follows(Some(&state), &does(&state, StockAct::Count { at: spot(1) })).is_ok());
    let pushed = refused(&state, &does(&state, StockAct::Count { at: spot(2) }));
    let custodian = operator(1);
    assert_eq!(pushed.why, Why::Custodian { custodian });
    let taken = Movement {
        operator: operator(1),
        role: Role::HelpDesk,
        ..does(&state, StockAct::Count { at: spot(2) })
    };
    let taken = follows(Some(&state), &taken).expect("taken");
    assert_eq!(
        (taken.condition, taken.at),
        (Condition::Spare, At::Stored { spot: spot(2) })
    );
    let issued = after(state, [issue(1)]);
    let found = after(issued, [StockAct::Count { at: spot(0) }]);
    assert_eq!(found.condition, Condition::Returned);
}

#[test]
fn a_correction_says_why_and_changes_what_was_wrong() {
    let state = after(spare(), [issue(1)]);
    let holder = corrects(Correction::Holder { person: person(2) });
    let silent = Movement {
        remark: None,
        ..does(&state, holder.clone())
    };
    let reason = Needs::Reason;
    assert_eq!(refused(&state, &silent).next, Next::See { needs: reason });
    let state = after(state, [holder.clone()]);
    assert_eq!(
        (&state.whose, state.condition),
        (&Some(person(2)), Condition::Issued)
    );
    assert_eq!(
        refused(&state, &does(&state, holder)).why,
        Why::AlreadySo {}
    );
    let owner = Owner::Organisation {
        organisation: OrganisationId::new("g-1"),
    };
    let corrected = Correction::Owner {
        owner: owner.clone(),
    };
    let (first, second) = (
        Tag::numbered(7).expect("a tag"),
        Tag::numbered(8).expect("a tag"),
    );
    let state = after(
        state,
        [
            corrects(corrected),
            StockAct::Return { at: spot(0) },
            StockAct::Label { tag: first },
        ],
    );
    assert_eq!((&state.item.owner, state.item.tag), (&owner, Some(first)));
    let again = refused(&state, &does(&state, StockAct::Label { tag: second }));
    assert_eq!(again.why, Why::HasTag { tag: first });
    let state = after(state, [corrects(Correction::Tag { tag: second })]);
    assert_eq!(state.item.tag, Some(second));
}

#[test]
fn what_a_person_has_something_on_is_not_sent_away() {
    let reject = StockAct::Reject {
        doubt: Doubt::Faulty,
    };
    let acts = [
        issue(1),
        StockAct::Return { at: spot(0) },
        quarantine(),
        reject.clone(),
    ];
    let state = after(spare(), acts);
    assert_eq!(state.doubt, Some(Doubt::Faulty));
    let refusal = refused(&state, &does(&state, StockAct::SendBack {}));
    assert_eq!(refusal.why, Why::StillTheirs { whose: person(1) });
    let fresh = after(spare(), [quarantine(), reject, StockAct::SendBack {}]);
    assert_eq!(fresh.condition, Condition::SentBack);
    assert!(fresh.is_sound());
}

#[test]
fn a_count_is_a_set_against_a_list_and_can_be_gone_on_with() {
    let items: Vec<ItemState> = (1..=4)
        .map(|nth| {
            let item = some_item(nth);
            let new = movement(None, item.id, receive(item));
            follows(None, &new).expect("received")
        })
        .collect();
    let [one, two, three, four] = &items[..] else {
        panic!("four");
    };
    let four = after(four.clone(), [StockAct::Move { to: spot(1) }]);
    let all = [one, two, three, &four];
    let mut count = Count::of(spot(0).place, all, noon());
    assert_eq!(count.see(one, hours(1)), Seen::Listed {});
    assert_eq!(count.see(one, hours(2)), Seen::Already { at: hours(1) });
    let recorded = four.at.clone();
    assert_eq!(count.see(&four, hours(2)), Seen::Elsewhere { recorded });
    let text = serde_json::to_string(&count).expect("written");
    let mut count: Count = serde_json::from_str(&text).expect("read");
    assert_eq!(count.done(), (1, 3));
    assert_eq!(count.missing().collect::<Vec<_>>(), [two.id(), three.id()]);
    assert_eq!(count.found().collect::<Vec<_>>(), [four.id()]);
    count.put_back(four.id());
    count.put_back(one.id());
    assert_eq!((count.found().count(), count.done()), (0, (1, 3)));
}

#[test]
fn what_people_write_is_looked_at_where_it_arrives() {
    let state = spare();
    let typed = |name: &str| Movement {
        evidence: Some(Evidence::Typed {
            name: OneLine::kept(name).expect("kept"),
        }),
        ..does(&state, issue(1))
    };
    assert_eq!(typed("K. Desk").check_texts(), Ok(()));
    assert!(typed("K.\u{202e} Desk").check_texts().is_err());
    let remarked = Movement {
        remark: Some(OneLine::kept("a\u{200b}b").expect("kept")),
        ..typed("K. Desk")
    };
    assert!(remarked.check_texts().is_err());
}
