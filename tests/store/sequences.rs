//! Random lives of a station: whatever legal things happen, and however the store is closed, cut off or robbed of its index
//! in between, it says what the records say.

use keydesk::record::{
    Change, EntryState, IntentStage, OutboxBody, Record, Remains, Resolution, Unfinished,
};
use keydesk::store::{Settings, Store, audit};
use proptest::prelude::*;
use tempfile::tempdir;

use crate::copy;
use crate::factors::{
    app_begun, app_enrolled, factor_removed, factor_suspended, person_reset_begun,
    person_reset_done, suspension_lifted, token_assigned, token_begun, tokens_imported,
};
use crate::fixture::*;
use crate::history::{asked, told};

/// Small enough that segments roll over and the index is flushed several times in a short life.
const SMALL: Settings = Settings {
    segment_bytes: 16 << 10,
    flush_every: 7,
    reserve_bytes: 4 << 10,
    room_bytes: 4 << 10,
};

#[derive(Debug, Clone)]
enum Step {
    /// One of the changes that are legal now.
    Change(u16),
    /// Closed in order and opened again.
    Reopen,
    /// What a kill leaves: the files as they are at that moment, opened elsewhere.
    Kill,
    /// Closed, and its index deleted.
    LoseIndex,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        30 => any::<u16>().prop_map(Step::Change),
        1 => Just(Step::Reopen),
        1 => Just(Step::Kill),
        1 => Just(Step::LoseIndex),
    ];
    prop::collection::vec(step, 1..120)
}

/// Every kind of change that is legal after `records`, each with numbers of its own; `n` is fresh.
fn legal(records: &[Record], n: u32, pick: u16) -> Change {
    let said = told(records);
    let seconds = i64::try_from(records.len()).unwrap() * 40;
    let who = u32::from(pick) % 4;
    let mut can = vec![
        Change::KeySeen {
            key: Box::new(key(u32::from(pick) % 7)),
        },
        Change::SessionOpened {
            operator: operator(who),
            intent: None,
        },
        metadata(n),
        tickets(
            20 + i8::try_from(pick % 3).unwrap(),
            vec![
                offer(n, who, seconds),
                offer(n + 1, who + 1, seconds - 3000),
            ],
        ),
        intent(n, offer(n, who, seconds), key(u32::from(pick) % 7), seconds),
        intent(n, offer(n, who, seconds), key(u32::from(pick) % 5), seconds),
        retested(None, n, n, who, seconds),
    ];
    if let Some(name) = &said.session {
        let n = name.rsplit(' ').next().unwrap().parse().unwrap();
        can.push(Change::SessionClosed {
            operator: operator(n).id,
        });
    }
    let number = |id: uuid::Uuid| u32::try_from(id.as_u128() & 0xffff_ffff).unwrap();
    can.push(own_key(n, 1, seconds));
    can.push(care_begun(n, 1, seconds));
    can.push(cared(None, 1));
    can.extend([
        app_begun(n, who, seconds),
        token_begun(n, who, seconds),
        person_reset_begun(n, who, seconds),
        factor_removed(n, who, seconds),
        factor_suspended(n, who, seconds),
        suspension_lifted(n, who),
        tokens_imported(n, seconds),
    ]);
    for work in &said.unfinished {
        let Unfinished::Enrolment(open) = work else {
            can.push(ended(number(work.id().0), Remains::Unknown));
            if let Unfinished::App(intent) = work {
                can.push(app_enrolled(n, intent, seconds));
            }
            if matches!(work, Unfinished::Token(_)) {
                can.push(token_assigned(number(work.id().0)));
            }
            if matches!(work, Unfinished::Person(_)) {
                can.push(person_reset_done(number(work.id().0), seconds));
            }
            if matches!(work, Unfinished::Care(_)) {
                can.push(cared(Some(number(work.id().0)), 1));
            }
            if let Unfinished::Deletion(deletion) = work {
                let remains = match pick % 2 {
                    0 => Remains::CredentialDeleted,
                    _ => Remains::Unknown,
                };
                let id = number(work.id().0);
                can.push(deletion_done(id, deletion, remains, seconds));
            }
            if matches!(work, Unfinished::OwnKey(_)) {
                can.push(Change::SessionOpened {
                    operator: operator(1),
                    intent: Some(work.id()),
                });
            }
            continue;
        };
        let id = number(open.intent.id.0);
        let offer = number(open.intent.offer.id.0) - 0x0ff_0000;
        let person: u32 = open
            .intent
            .offer
            .person
            .id
            .as_str()
            .rsplit('-')
            .next()
            .unwrap()
            .parse()
            .unwrap();
        can.push(Change::PinSet {
            intent: open.intent.id,
        });
        can.push(ended(id, Remains::Nothing));
        can.push(retested(Some(id), n, offer, person, seconds));
        if open.stage == IntentStage::Made {
            can.push(enrolled(id, offer, person, &open.intent.key, seconds));
            can.push(enrolled(id, offer, person, &open.intent.key, seconds));
        } else {
            can.push(made(id));
            can.push(made(id));
        }
    }
    for enrolment in said.enrolments.iter().rev().take(2) {
        can.push(deletion(n, enrolment, seconds));
    }
    for waiting in &said.outbox {
        let n = u32::try_from(waiting.id.0.as_u128() & 0xffff_ffff).unwrap();
        match waiting.state {
            EntryState::Queued => can.extend([pushed(n, seconds), rejected(n)]),
            EntryState::Conflict { .. } => {
                can.extend([
                    resolved(n, Resolution::Retry),
                    resolved(n, Resolution::Withdrawn),
                ]);
                if let OutboxBody::Enrolment { push } = &waiting.body {
                    let who = push.person.as_str().rsplit('-').next().unwrap();
                    can.push(withdrawal(n, who.parse().unwrap(), n % 7, seconds));
                }
            }
        }
    }
    can.swap_remove(usize::from(pick) % can.len())
}

fn live(steps: &[Step]) {
    let root = tempdir().unwrap();
    let mut dir = root.path().join("0");
    let mut store = Store::open_with(&dir, SMALL).unwrap();
    let mut records: Vec<Record> = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let n = u32::try_from(at).unwrap() * 2 + 1;
        match step {
            Step::Change(pick) => {
                let seconds = i64::try_from(records.len()).unwrap() * 40;
                let record = record(seconds, legal(&records, n, *pick));
                let committed = store.commit(&record).unwrap();
                records.push(record);
                assert_eq!(committed.sequence, u64::try_from(records.len()).unwrap());
                continue;
            }
            Step::Reopen => drop(store),
            Step::Kill => {
                let next = root.path().join(n.to_string());
                copy(&dir, &next);
                drop(store);
                dir = next;
            }
            Step::LoseIndex => {
                drop(store);
                std::fs::remove_dir_all(dir.join("index")).unwrap();
            }
        }
        store = Store::open_with(&dir, SMALL).unwrap();
        assert_eq!(asked(&store), told(&records), "after {step:?}");
    }
    assert_eq!(asked(&store), told(&records));
    let back: Vec<_> = audit::records(&dir)
        .unwrap()
        .map(|entry| entry.unwrap().record)
        .collect();
    assert_eq!(back, records);
    let audit = audit::verify(&dir).unwrap();
    assert_eq!(audit.head, store.head());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_store_says_what_its_records_say(steps in steps()) {
        live(&steps);
    }
}
