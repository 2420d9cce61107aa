//! What the store says after what was recorded, and which changes it refuses.

use keydesk::domain::KeyId;
use keydesk::record::{
    Change, EntryState, IntentStage, OutboxBody, Remains, Resolution, SealedTickets, Unfinished,
};
use keydesk::store::{Illegal, Store, StoreError, TicketFor, audit};
use keydesk::wire::UnlockPush;
use tempfile::tempdir;

use crate::fixture::*;

fn illegal(result: Result<keydesk::store::Committed, StoreError>) -> Illegal {
    match result {
        Err(StoreError::Illegal(why)) => why,
        other => panic!("not refused as illegal: {other:?}"),
    }
}

/// How far enrolment 1 has come, and whether its credential is recorded.
fn stage_of(store: &Store) -> (IntentStage, bool) {
    match store.unfinished_by(intent_id(1)).unwrap().unwrap() {
        Unfinished::Enrolment(open) => (open.stage, open.made.is_some()),
        other => panic!("no enrolment: {other:?}"),
    }
}

#[test]
fn an_enrolment_is_followed_from_intent_to_acceptance() {
    let dir = tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let story = enrolment(1);
    let [seen, begun, credential_made, done, accepted] = &story[..] else {
        panic!("five records")
    };

    assert_eq!(store.head().sequence, 0);
    store.commit(seen).unwrap();
    assert_eq!(store.keys().unwrap().len(), 1);
    assert_eq!(
        store.key(&key(1).id, &key(1).place).unwrap().unwrap().facts,
        key(1)
    );

    store.commit(begun).unwrap();
    assert_eq!(stage_of(&store).0, IntentStage::Begun);
    store
        .commit(&record(
            1,
            Change::PinSet {
                intent: intent_id(1),
            },
        ))
        .unwrap();
    assert_eq!(stage_of(&store).0, IntentStage::PinSet);
    store.commit(credential_made).unwrap();
    assert_eq!(stage_of(&store), (IntentStage::Made, true));

    let committed = store.commit(done).unwrap();
    assert_eq!(store.head().sequence, committed.sequence);
    assert_eq!(store.unfinished().unwrap(), []);
    let entry = store.outbox_entry(entry_id(1)).unwrap().unwrap();
    assert_eq!(entry.state, EntryState::Queued);
    assert!(matches!(entry.body, OutboxBody::Enrolment { .. }));
    assert_eq!(store.outbox().unwrap(), [entry]);
    let enrolments = store.enrolments_of(&person(1).id).unwrap();
    assert_eq!((enrolments.len(), enrolments[0].pushed), (1, false));

    store.commit(accepted).unwrap();
    assert_eq!(store.outbox().unwrap(), []);
    assert!(store.recent(5).unwrap()[0].pushed);
    let counts = store.counts().unwrap();
    assert_eq!(
        (
            counts.keys,
            counts.enrolments,
            counts.unfinished,
            counts.queued
        ),
        (1, 1, 0, 0)
    );
}

#[test]
fn everything_is_there_after_reopening_and_the_chain_verifies() {
    let dir = tempdir().unwrap();
    let records: Vec<_> = (1..=20).flat_map(enrolment).collect();
    crate::commit_all(dir.path(), &records);
    let store = Store::open(dir.path()).unwrap();
    assert_eq!(store.recent(100).unwrap().len(), 20);
    assert_eq!(store.head().sequence, 100);
    // Beside the running station.
    let audit = audit::verify(dir.path()).unwrap();
    assert_eq!(
        (audit.records, &audit.head, audit.segments),
        (100, &store.head(), 1)
    );
    assert_eq!(
        (audit.from, audit.to),
        (Some(records[0].at), Some(records[99].at))
    );
    let back: Vec<_> = audit::records(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().record)
        .collect();
    assert_eq!(back, records);
}

#[test]
fn an_index_that_is_gone_is_made_anew() {
    let dir = tempdir().unwrap();
    crate::commit_all(dir.path(), &(1..=5).flat_map(enrolment).collect::<Vec<_>>());
    std::fs::remove_dir_all(dir.path().join("index")).unwrap();
    let store = Store::open(dir.path()).unwrap();
    assert_eq!(store.recent(100).unwrap().len(), 5);
    assert_eq!(store.counts().unwrap().enrolments, 5);
}

#[test]
fn a_second_opener_is_told_the_pid_of_the_first() {
    let dir = tempdir().unwrap();
    let _first = Store::open(dir.path()).unwrap();
    match Store::open(dir.path()) {
        Err(StoreError::InUse { pid, .. }) => assert_eq!(pid, Some(std::process::id())),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("opened twice"),
    }
}

#[test]
fn enrolments_are_found_by_the_key_itself_or_else_by_its_model() {
    let dir = tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    // Keys 1 and 7 are of one model with serial numbers; 4 is of the same model with none.
    for n in [1, 7, 4, 3] {
        for record in enrolment(n) {
            store.commit(&record).unwrap();
        }
    }
    let people = |n: u32| -> Vec<_> {
        let key = key(n);
        store
            .enrolments_on(&key)
            .unwrap()
            .into_iter()
            .map(|e| e.person.id.to_string())
            .collect()
    };
    assert_eq!(people(7), ["person-7"]);
    assert_eq!(people(4), ["person-1", "person-7", "person-4"]);
    let mut elsewhere = key(7);
    elsewhere.place = key(9).place;
    assert_eq!(store.enrolments_on(&elsewhere).unwrap().len(), 1);
    let unknown = KeyId {
        serial: Some("serial-70".to_owned()),
        ..key(7).id
    };
    assert_eq!(
        store
            .enrolments_on(&keydesk::domain::KeyFacts {
                id: unknown,
                ..key(7)
            })
            .unwrap(),
        []
    );
}

#[test]
fn a_key_is_known_at_the_place_where_it_was_last_seen() {
    let dir = tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let see = |key: &keydesk::domain::KeyFacts, seconds| {
        store
            .commit(&record(
                seconds,
                Change::KeySeen {
                    key: Box::new(key.clone()),
                },
            ))
            .unwrap();
    };
    let mut moved = key(1);
    see(&moved, 0);
    let first = moved.place.clone();
    moved.place = key(9).place;
    see(&moved, 5);
    assert_eq!(store.key_at(&first).unwrap(), None);
    let found = store.key_at(&moved.place).unwrap().unwrap();
    assert_eq!((found.first_seen, found.last_seen), (at(0), at(5)));
    assert_eq!(store.counts().unwrap().keys, 1);
    // Another one in its slot.
    let mut other = key(3);
    other.place = moved.place.clone();
    see(&other, 6);
    assert_eq!(store.key_at(&other.place).unwrap().unwrap().facts, other);
    assert_eq!(store.keys().unwrap().len(), 2);
}

#[test]
fn a_ticket_serves_one_enrolment_and_comes_back_when_nothing_came_of_it() {
    let dir = tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let ticket = |now: i64| {
        store
            .ticket(&person(1).id, TicketFor::Key, (at(now), &[]))
            .unwrap()
            .map(|offer| offer.id)
    };
    store
        .commit(&record(
            0,
            tickets(22, vec![offer(1, 1, 0), offer(2, 2, 0)]),
        ))
        .unwrap();
    assert_eq!(ticket(10), Some(offer_id(1)));
    assert_eq!(ticket(3600), None, "expired");

    store
        .commit(&record(1, intent(1, offer(1, 1, 0), key(1), 1)))
        .unwrap();
    assert_eq!(ticket(10), None, "in use");
    store
        .commit(&record(2, ended(1, Remains::Nothing)))
        .unwrap();
    assert_eq!(ticket(10), Some(offer_id(1)));

    store
        .commit(&record(3, intent(2, offer(1, 1, 0), key(1), 3)))
        .unwrap();
    store.commit(&record(4, made(2))).unwrap();
    store
        .commit(&record(5, enrolled(2, 1, 1, &key(1), 5)))
        .unwrap();
    assert_eq!(ticket(10), None, "used");
    assert_eq!(
        illegal(store.commit(&record(6, intent(3, offer(1, 1, 0), key(1), 6)))),
        Illegal::OfferSpent(offer_id(1))
    );

    let day = jiff::civil::date(2026, 11, 22);
    assert_eq!(store.tickets(day).unwrap().len(), 2);
    store
        .commit(&record(7, tickets(22, vec![offer(9, 1, 0)])))
        .unwrap();
    assert_eq!(ticket(10), Some(offer_id(9)));
    assert_eq!(store.tickets(day).unwrap().len(), 1, "replaced");
    store.commit(&record(4000, tickets(23, vec![]))).unwrap();
    assert_eq!(
        store.tickets(day).unwrap().len(),
        0,
        "expired ones are forgotten with the next fetch"
    );
}

#[test]
fn sealed_tickets_take_the_place_of_their_day_s_and_are_forgotten_when_none_serves_any_more() {
    let dir = tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let kept = || -> Vec<(i8, u32)> {
        let sealed = store.sealed_tickets().unwrap();
        let of = |tickets: SealedTickets| (tickets.day.day(), tickets.count);
        sealed.into_iter().map(of).collect()
    };
    let day = jiff::civil::date(2026, 11, 22);
    store
        .commit(&record(0, tickets(22, vec![offer(1, 1, 0)])))
        .unwrap();
    store.commit(&record(1, tickets_sealed(22, 2))).unwrap();
    assert!(store.tickets(day).unwrap().is_empty(), "replaced");
    store.commit(&record(2, tickets_sealed(22, 3))).unwrap();
    assert_eq!(kept(), [(22, 3)]);
    let opened = [offer(1, 1, 0), offer(2, 2, 0)];
    let ticket = |now| {
        store
            .ticket(&person(1).id, TicketFor::Key, (at(now), &opened))
            .unwrap()
            .map(|offer| offer.id)
    };
    assert_eq!(ticket(10), Some(offer_id(1)), "what was opened serves");
    assert_eq!(ticket(3600), None, "expired");
    store
        .commit(&record(3, tickets(22, vec![offer(9, 1, 0)])))
        .unwrap();
    assert_eq!(kept(), []);
    store.commit(&record(4, tickets_sealed(22, 1))).unwrap();
    store.commit(&record(5, tickets_sealed(24, 5))).unwrap();
    assert_eq!(kept(), [(24, 5)], "expired ones are forgotten");
}

#[test]
fn a_conflict_stays_in_the_outbox_until_it_is_resolved() {
    let dir = tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    for n in 1..=2 {
        for record in enrolment(n).iter().take(4) {
            store.commit(record).unwrap();
        }
    }
    store.commit(&record(50, rejected(1))).unwrap();
    assert!(matches!(
        store.outbox().unwrap()[0].state,
        EntryState::Conflict { .. }
    ));
    assert_eq!(
        illegal(store.commit(&record(51, pushed(1, 51)))),
        Illegal::InConflict(entry_id(1))
    );
    assert_eq!(
        illegal(store.commit(&record(51, resolved(2, Resolution::Retry)))),
        Illegal::NotInConflict(entry_id(2))
    );
    store
        .commit(&record(52, resolved(1, Resolution::Retry)))
        .unwrap();
    assert_eq!(store.outbox().unwrap()[0].state, EntryState::Queued);
    store.commit(&record(53, rejected(1))).unwrap();
    store
        .commit(&record(54, resolved(1, Resolution::Withdrawn)))
        .unwrap();
    let left: Vec<_> = store
        .outbox()
        .unwrap()
        .into_iter()
        .map(|entry| entry.id)
        .collect();
    assert_eq!(left, [entry_id(2)]);
    assert_eq!(
        illegal(store.commit(&record(55, pushed(1, 55)))),
        Illegal::EntrySettled(entry_id(1))
    );
    let given_up = &store.enrolments_of(&person(1).id).unwrap()[0];
    assert_eq!((given_up.pushed, given_up.withdrawn), (false, true));
    assert!(!store.enrolments_of(&person(2).id).unwrap()[0].withdrawn);
    let counts = store.counts().unwrap();
    assert_eq!((counts.queued, counts.conflicts), (1, 0));
}

#[test]
fn the_station_and_its_session_are_remembered() {
    let dir = tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    assert_eq!(
        (store.station().unwrap(), store.session().unwrap()),
        (None, None)
    );
    let joined = Change::StationJoined {
        name: "Help desk 2".to_owned(),
        registry: "https://registry.example.com".to_owned(),
        audience: "https://registry.example.com/v1/token".to_owned(),
        rp_ids: vec!["login.example.com".to_owned()],
    };
    let mut anonymous = record(0, joined.clone());
    anonymous.station = None;
    assert_eq!(illegal(store.commit(&anonymous)), Illegal::NoStation);
    store.commit(&record(0, joined)).unwrap();
    store
        .commit(&record(
            1,
            Change::SessionOpened {
                operator: operator(1),
                intent: None,
            },
        ))
        .unwrap();
    drop(store);
    let store = Store::open(dir.path()).unwrap();
    assert_eq!(store.station().unwrap().unwrap().id.as_str(), "station-1");
    assert_eq!(store.session().unwrap().unwrap().operator, operator(1));
    let close = |n| Change::SessionClosed {
        operator: operator(n).id,
    };
    assert_eq!(
        illegal(store.commit(&record(2, close(2)))),
        Illegal::NoSession(operator(2).id)
    );
    store.commit(&record(3, close(1))).unwrap();
    assert_eq!(store.session().unwrap(), None);
}

#[test]
fn an_unlock_is_a_session_with_something_to_tell_and_records_of_the_first_form_are_read_beside_it()
{
    let dir = tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let opened = Change::SessionOpened {
        operator: operator(1),
        intent: None,
    };
    let mut first_form = record(1, opened);
    first_form.version = 1;
    store.commit(&first_form).unwrap();
    let push = UnlockPush {
        version: 1,
        operator: operator(1).id,
        unlocked_at: at(2),
    };
    let unlocked = Change::SessionUnlocked {
        operator: operator(1),
        entry: entry_id(1),
        push: Box::new(push.clone()),
    };
    store.commit(&record(2, unlocked)).unwrap();
    drop(store);
    let store = Store::open(dir.path()).unwrap();
    assert_eq!(store.session().unwrap().unwrap().operator, operator(1));
    let waiting = store.outbox_entry(entry_id(1)).unwrap().unwrap();
    let body = OutboxBody::Unlock {
        operator: operator(1),
        push: Box::new(push),
    };
    assert_eq!((waiting.body, waiting.state), (body, EntryState::Queued));
    let accepted = Change::Pushed {
        entry: entry_id(1),
        accepted_at: at(3),
    };
    store.commit(&record(3, accepted)).unwrap();
    assert_eq!(store.outbox().unwrap(), []);
    assert_eq!(audit::verify(dir.path()).unwrap().records, 3);
}

#[test]
fn what_cannot_follow_is_refused_and_leaves_no_trace() {
    let dir = tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let refuse = |change: Change, why: Illegal| {
        let head = store.head();
        assert_eq!(illegal(store.commit(&record(100, change))), why);
        assert_eq!(store.head(), head);
    };
    refuse(made(1), Illegal::UnknownIntent(intent_id(1)));
    refuse(
        enrolled(1, 1, 1, &key(1), 1),
        Illegal::UnknownIntent(intent_id(1)),
    );
    refuse(pushed(1, 1), Illegal::UnknownEntry(entry_id(1)));

    store
        .commit(&record(0, intent(1, offer(1, 1, 0), key(1), 0)))
        .unwrap();
    refuse(
        intent(1, offer(5, 1, 0), key(1), 0),
        Illegal::IntentKnown(intent_id(1)),
    );
    refuse(
        intent(2, offer(1, 1, 0), key(1), 0),
        Illegal::OfferInUse {
            offer: offer_id(1),
            intent: intent_id(1),
        },
    );
    refuse(
        enrolled(1, 1, 1, &key(1), 1),
        Illegal::NothingMade(intent_id(1)),
    );
    store.commit(&record(1, made(1))).unwrap();
    refuse(made(1), Illegal::AlreadyMade(intent_id(1)));
    refuse(
        enrolled(1, 2, 1, &key(1), 1),
        Illegal::Mismatch {
            intent: intent_id(1),
            what: "offer",
        },
    );
    refuse(
        enrolled(1, 1, 2, &key(1), 1),
        Illegal::Mismatch {
            intent: intent_id(1),
            what: "person",
        },
    );
    store
        .commit(&record(2, enrolled(1, 1, 1, &key(1), 2)))
        .unwrap();
    refuse(
        ended(1, Remains::Nothing),
        Illegal::IntentOver(intent_id(1)),
    );

    // The same credential for another intent, and a known outbox entry.
    store
        .commit(&record(3, intent(2, offer(2, 2, 0), key(3), 3)))
        .unwrap();
    let Change::CredentialMade { made: again, .. } = made(1) else {
        panic!("made")
    };
    refuse(
        Change::CredentialMade {
            intent: intent_id(2),
            made: again,
        },
        Illegal::CredentialKnown(credential(1)),
    );
    refuse(
        retested(Some(2), 1, 2, 2, 4),
        Illegal::EntryKnown(entry_id(1)),
    );
    store
        .commit(&record(4, retested(Some(2), 2, 2, 2, 4)))
        .unwrap();
    assert_eq!(store.unfinished().unwrap(), []);
    let mut newer = record(5, made(2));
    newer.version += 1;
    assert!(matches!(
        illegal(store.commit(&newer)),
        Illegal::Version { .. }
    ));
    assert_eq!(
        audit::verify(dir.path()).unwrap().records,
        store.head().sequence
    );
}

#[test]
fn threads_that_commit_at_the_same_time_share_one_chain() {
    let dir = tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    std::thread::scope(|scope| {
        for part in 0..4 {
            let store = &store;
            scope.spawn(move || {
                for n in part * 10 + 1..=part * 10 + 10 {
                    for record in enrolment(n) {
                        store.commit(&record).unwrap();
                        store.outbox().unwrap();
                    }
                }
            });
        }
    });
    assert_eq!(store.counts().unwrap().enrolments, 40);
    assert_eq!(audit::verify(dir.path()).unwrap().head, store.head());
    assert_eq!(store.head().sequence, 200);
}
