//! A disk with no room left. Run by tests/powercut, which makes one of a few megabytes.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use keydesk::record::Change;
use keydesk::store::{Settings, Store, StoreError, audit};

use crate::fixture::{enrolment, key, record};
use crate::history::{asked, told};

const SMALL: Settings = Settings {
    segment_bytes: 256 << 10,
    flush_every: 50,
    reserve_bytes: 2 << 20,
    room_bytes: 2 << 20,
};

fn disk() -> PathBuf {
    PathBuf::from(std::env::var_os("KEYDESK_SMALL_DISK").expect("run by tests/powercut"))
}

/// Takes up all the room that is left.
fn fill(disk: &Path) -> PathBuf {
    let path = disk.join("filler");
    let mut file = File::create(&path).unwrap();
    for size in [1 << 20, 4096, 512, 1] {
        loop {
            match file
                .write_all(&vec![1; size])
                .and_then(|()| file.sync_all())
            {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => break,
                Err(error) => panic!("{error}"),
            }
        }
    }
    path
}

#[test]
#[ignore = "run by tests/powercut; wants KEYDESK_SMALL_DISK"]
fn what_was_begun_can_be_ended_on_a_full_disk_and_nothing_new_begins() {
    let (disk, dir) = (disk(), disk().join("begun"));
    let (first, second) = (enrolment(1), enrolment(2));
    let mut records = vec![first[1].clone(), second[1].clone()];
    let store = Store::open_with(&dir, SMALL).unwrap();
    for record in &records {
        store.commit(record).unwrap();
    }
    let filler = fill(&disk);
    let refuse = |store: &Store| {
        let head = store.head();
        assert!(matches!(
            store.commit(&enrolment(3)[1]),
            Err(StoreError::Full { .. })
        ));
        assert_eq!(store.head(), head);
    };
    refuse(&store);
    for record in &first[2..] {
        store.commit(record).unwrap();
        records.push(record.clone());
    }
    refuse(&store);
    assert_eq!(asked(&store), told(&records));
    drop(store);

    // A restart makes no room, and loses nothing.
    let store = Store::open_with(&dir, SMALL).unwrap();
    assert_eq!(asked(&store), told(&records));
    refuse(&store);
    for record in &second[2..] {
        store.commit(record).unwrap();
        records.push(record.clone());
    }
    assert_eq!(asked(&store), told(&records));

    std::fs::remove_file(filler).unwrap();
    store.commit(&enrolment(3)[1]).unwrap();
    records.push(enrolment(3)[1].clone());
    assert!(store.room().unwrap().is_enough(), "the reserve is back");
    drop(store);
    assert_eq!(
        asked(&Store::open_with(&dir, SMALL).unwrap()),
        told(&records)
    );
    assert_eq!(
        audit::verify(&dir).unwrap().records,
        u64::try_from(records.len()).unwrap()
    );
}

#[test]
#[ignore = "run by tests/powercut; wants KEYDESK_SMALL_DISK"]
fn a_write_that_finds_no_room_is_taken_back() {
    let (disk, dir) = (disk(), disk().join("taken-back"));
    // No reserve and no look ahead: the journal itself runs into the wall.
    let careless = Settings {
        reserve_bytes: 0,
        room_bytes: 0,
        ..SMALL
    };
    let mut records = Vec::new();
    let store = Store::open_with(&dir, careless).unwrap();
    for round in 0..3 {
        let filler = fill(&disk);
        let mut seconds = 10_000 * round;
        loop {
            seconds += 1;
            let seen = record(
                seconds,
                Change::KeySeen {
                    key: Box::new(key(7)),
                },
            );
            match store.commit(&seen) {
                Ok(_) => records.push(seen),
                Err(StoreError::Full { .. }) => break,
                Err(other) => panic!("{other}"),
            }
        }
        let audit = audit::verify(&dir).unwrap();
        assert_eq!(
            (audit.records, audit.torn_bytes),
            (u64::try_from(records.len()).unwrap(), 0)
        );
        std::fs::remove_file(filler).unwrap();
    }
    assert_eq!(asked(&store), told(&records));
    drop(store);
    assert_eq!(
        asked(&Store::open_with(&dir, careless).unwrap()),
        told(&records)
    );
}
