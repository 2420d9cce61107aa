//! A journal that the release wrote whose records have version 5: one of every kind that it knew, made by that release's own store.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use keydesk::domain::VisitId;
use keydesk::record::{Change, Nature, Record};
use keydesk::store::{Settings, Store, StoreError, audit};
use serde_json::Value;
use tempfile::tempdir;

use crate::copy;
use crate::factors::{factor_suspended, person_reset_begun, person_reset_done, suspension_lifted};
use crate::fixture::{record, tickets_sealed};
use crate::history::{asked, told};
use crate::stock;

/// As that release said it.
const LAST: (u64, &str) = (89, "mYh170MW5lGACX0sS0W8v8SPdgC_is7yqA8I2aoHg1Y");
const SEGMENT_HEAD: usize = 96;
const RECORD_HEAD: usize = 48;
const HASH: usize = 32;
const SEGMENT: &str = "journal/00000001.kdj";

/// The data directory, without the index.
fn station() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/station-v5")
}

fn entries() -> Vec<audit::Entry> {
    let entries = audit::records(&station()).unwrap();
    entries.map(Result::unwrap).collect()
}

/// Where the segment's header ends, and each of its records, read without the store's code.
fn ends(segment: &[u8]) -> Vec<usize> {
    let mut ends = vec![SEGMENT_HEAD];
    while let Some(record) = segment
        .get(ends[ends.len() - 1]..)
        .filter(|r| !r.is_empty())
    {
        let length = u32::from_be_bytes(record[4..8].try_into().unwrap());
        let length = RECORD_HEAD + usize::try_from(length).unwrap() + HASH;
        ends.push(ends[ends.len() - 1] + length);
    }
    ends
}

/// Whether everything in `part` is in `whole`, and the same there.
fn holds(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => part
            .iter()
            .all(|(key, part)| whole.get(key).is_some_and(|whole| holds(whole, part))),
        (Value::Array(whole), Value::Array(part)) => {
            whole.len() == part.len() && whole.iter().zip(part).all(|(w, p)| holds(w, p))
        }
        _ => whole == part,
    }
}

/// What a kind is called in the journal; each kind of a batch's changes has a name of its own.
fn kind(change: &Change) -> String {
    let value = serde_json::to_value(change).unwrap();
    let word = |of: &Value, key: &str| of[key].as_str().unwrap().to_owned();
    match change {
        Change::Batch { .. } => word(&value["change"], "what"),
        _ => word(&value, "kind"),
    }
}

/// Its reset that has not ended goes on by another visit.
fn taken_up() -> Change {
    let begun = entries().into_iter().rev();
    let mut begun = begun.filter_map(|entry| match entry.record.change {
        Change::ResetBegun { intent } => Some(intent.id),
        _ => None,
    });
    Change::TakenUp {
        intent: begun.next().expect("one"),
        visits: vec![VisitId(uuid::Uuid::from_bytes([7; 16]))],
    }
}

/// What later releases added.
fn added_since() -> [Record; 7] {
    [
        record(100, factor_suspended(100, 1, 100)),
        record(101, suspension_lifted(100, 1)),
        record(102, tickets_sealed(23, 2)),
        record(103, person_reset_begun(103, 1, 103)),
        record(104, person_reset_done(103, 104)),
        record(105, taken_up()),
        record(106, stock::changed(106)),
    ]
}

/// One of every kind that this release knows, each with the number of records that it can follow on.
fn kinds() -> Vec<(usize, Record)> {
    let mut records: Vec<_> = entries().into_iter().map(|entry| entry.record).collect();
    records.extend(added_since());
    let mut seen = BTreeSet::new();
    let numbered = records.into_iter().enumerate();
    let firsts = numbered.filter(|(_, record)| seen.insert(kind(&record.change)));
    firsts.collect()
}

#[test]
fn it_opens_and_its_chain_verifies() {
    let dir = tempdir().unwrap();
    copy(&station(), dir.path());
    let store = Store::open(dir.path()).unwrap();
    let mut records: Vec<_> = entries().into_iter().map(|entry| entry.record).collect();
    assert_eq!(asked(&store), told(&records));
    assert_eq!(store.unfinished().unwrap().len(), 8, "one of each kind");
    for next in added_since() {
        store.commit(&next).unwrap();
        records.push(next);
    }
    assert_eq!(asked(&store), told(&records));
    let audit = audit::verify(&station()).unwrap();
    assert_eq!((audit.records, &*audit.head.hash.to_string()), LAST);
}

#[test]
fn every_record_says_today_what_it_said_then() {
    let segment = std::fs::read(station().join(SEGMENT)).unwrap();
    let mut start = ends(&segment)[0];
    for (entry, end) in entries().into_iter().zip(&ends(&segment)[1..]) {
        let payload = &segment[start + RECORD_HEAD..end - HASH];
        let mut then: Value = serde_json::from_slice(payload).unwrap();
        if let Change::FactorRemoved { .. } = entry.record.change {
            // Since then a removal names the visit instead.
            let push = then["change"]["push"].as_object_mut().unwrap();
            assert!(push.remove("proof").is_some());
        }
        let today = serde_json::to_value(&entry.record).unwrap();
        assert!(holds(&today, &then), "{then}\n{today}");
        start = *end;
    }
}

#[test]
fn it_has_every_kind_of_record() {
    let unknown = serde_json::from_str::<Change>(r#"{"kind": "none"}"#).unwrap_err();
    let all = unknown.to_string();
    let all: BTreeSet<_> = all.split('`').skip(3).step_by(2).collect();
    let here: BTreeSet<_> = kinds()
        .iter()
        .map(|(_, record)| serde_json::to_value(&record.change).unwrap()["kind"].clone())
        .map(|kind| kind.as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        here.iter().map(String::as_str).collect::<BTreeSet<_>>(),
        all
    );
}

#[test]
fn on_a_full_disk_nothing_new_begins_and_everything_else_is_recorded() {
    // No disk has this much room.
    let greedy = Settings {
        room_bytes: u64::MAX / 4,
        ..Settings::default()
    };
    let needs_room = [
        "station-joined",
        "key-seen",
        "tickets-fetched",
        "tickets-sealed",
        "metadata-imported",
        "intent-begun",
        "own-key-begun",
        "reset-begun",
        "deletion-begun",
        "care-begun",
        "app-begun",
        "token-begun",
        "person-reset-begun",
        "tokens-imported",
        "stock-moved",
        "begun",
        "key-begun",
    ];
    let segment = std::fs::read(station().join(SEGMENT)).unwrap();
    let ends = ends(&segment);
    for (before, next) in kinds() {
        let dir = tempdir().unwrap();
        let before = &segment[..ends[before.min(ends.len() - 1)]];
        std::fs::create_dir(dir.path().join("journal")).unwrap();
        std::fs::write(dir.path().join(SEGMENT), before).unwrap();
        if let Change::PersonResetDone { .. } = next.change {
            // That release knew none.
            let begun = record(103, person_reset_begun(103, 1, 103));
            Store::open(dir.path()).unwrap().commit(&begun).unwrap();
        }
        let store = Store::open_with(dir.path(), greedy).unwrap();
        let kind = kind(&next.change);
        let recorded = store.commit(&Record {
            version: keydesk::record::RECORD_VERSION,
            ..next
        });
        match (recorded, needs_room.contains(&&*kind)) {
            (Ok(_), false) | (Err(StoreError::Full { .. }), true) => {}
            (other, needs_room) => panic!("{kind}, needs room {needs_room}: {other:?}"),
        }
    }
}

#[test]
fn what_begins_is_in_the_operators_name_and_what_has_happened_is_not() {
    for (_, record) in kinds() {
        let nature = record.change.nature();
        let is_open = record.change.begins().is_some();
        let kind = kind(&record.change);
        assert!(!is_open || nature.needs_operator(), "{kind}");
        let is_way_out = kind == "withdrawal-begun";
        assert_eq!(is_open && nature.may_use_reserve(), is_way_out, "{kind}");
        let ends = [
            "-done",
            "-ended",
            "cared",
            "-assigned",
            "pushed",
            "rejected",
        ];
        if ends.iter().any(|end| kind.ends_with(end)) {
            assert_eq!(nature, Nature::Happened, "{kind}");
        }
    }
}
