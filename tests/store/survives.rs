//! Single blows, each with the answer that it must get.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::Path;

use keydesk::record::{RECORD_VERSION, Record};
use keydesk::store::{Settings, Store, StoreError, audit};
use sha2::{Digest, Sha256};
use tempfile::tempdir;

use crate::fixture::{enrolment, record};
use crate::history::{asked, life, told};
use crate::{commit_all, copy};

const FIRST: &str = "journal/00000001.kdj";

fn refusal(dir: &Path) -> StoreError {
    match Store::open(dir) {
        Ok(_) => panic!("opened"),
        Err(error) => error,
    }
}

/// A record's bytes as the journal's format describes them, made without the store's code.
fn record_bytes(sequence: u64, before: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut bytes = b"KDR1".to_vec();
    bytes.extend(u32::try_from(payload.len()).unwrap().to_be_bytes());
    bytes.extend(sequence.to_be_bytes());
    bytes.extend(before);
    bytes.extend(payload);
    let hash = Sha256::digest(&bytes);
    bytes.extend(hash);
    bytes
}

fn append(dir: &Path, bytes: &[u8]) {
    OpenOptions::new()
        .append(true)
        .open(dir.join(FIRST))
        .unwrap()
        .write_all(bytes)
        .unwrap();
}

/// A closed store with these enrolments, five records each.
fn closed(dir: &Path, enrolments: u32) -> Vec<Record> {
    let records: Vec<_> = (1..=enrolments).flat_map(enrolment).collect();
    commit_all(dir, &records);
    records
}

#[test]
fn a_write_that_was_cut_off_is_taken_back_wherever_the_cut_fell() {
    let dir = tempdir().unwrap();
    let records = closed(dir.path(), 2);
    let head = audit::verify(dir.path()).unwrap().head;
    let payload = serde_json::to_vec(&enrolment(3)[0]).unwrap();
    let next = record_bytes(11, head.hash.as_ref(), &payload);
    for length in [1, 3, 4, 47, 48, 49, 200, next.len() - 1] {
        append(dir.path(), &next[..length]);
        let torn = audit::verify(dir.path()).unwrap();
        assert_eq!(
            (torn.records, torn.torn_bytes),
            (10, u64::try_from(length).unwrap())
        );
        let store = Store::open(dir.path()).unwrap();
        assert_eq!(asked(&store), told(&records));
        drop(store);
        assert_eq!(audit::verify(dir.path()).unwrap().torn_bytes, 0);
    }
    // The whole of it was written, only the acknowledgement is missing: then it counts.
    append(dir.path(), &next);
    assert_eq!(Store::open(dir.path()).unwrap().head().sequence, 11);
}

#[test]
fn a_flipped_bit_in_the_last_acknowledged_record_is_refused_even_after_a_kill() {
    let root = tempdir().unwrap();
    let (dir, copied) = (root.path().join("store"), root.path().join("copy"));
    let store = Store::open(&dir).unwrap();
    for record in enrolment(1) {
        store.commit(&record).unwrap();
    }
    copy(&dir, &copied);
    let journal = OpenOptions::new()
        .write(true)
        .open(copied.join(FIRST))
        .unwrap();
    let length = journal.metadata().unwrap().len();
    journal.write_at(b"#", length - 40).unwrap();
    // The index was never flushed, so the head file alone tells this from a write that was cut off.
    match refusal(&copied) {
        StoreError::LostTail {
            found: 4,
            expected: 5,
            witness: "the head file",
            file,
            ..
        } => {
            assert_eq!(file, copied.join(FIRST));
        }
        other => panic!("{other}"),
    }
    assert_eq!(journal.metadata().unwrap().len(), length, "nothing was cut");
    let error = audit::verify(&copied).unwrap_err().to_string();
    assert!(error.contains("the head file knows record 5"), "{error}");
}

/// What opening refuses, and verifying without opening it first.
fn refused_by_both(dir: &Path) -> StoreError {
    let verified = audit::verify(dir).unwrap_err();
    assert_eq!(verified.to_string(), refusal(dir).to_string());
    verified
}

#[test]
fn a_lost_tail_is_found_by_an_audit_as_by_opening_also_when_the_head_file_is_old_or_gone() {
    let root = tempdir().unwrap();
    let dir = root.path().join("store");
    closed(&dir, 2);
    let (journal, head) = (dir.join(FIRST), dir.join("journal/head"));
    let (older, old_head) = (
        std::fs::read(&journal).unwrap(),
        std::fs::read(&head).unwrap(),
    );
    let store = Store::open(&dir).unwrap();
    for record in enrolment(3) {
        store.commit(&record).unwrap();
    }
    // Beside a running station as well.
    let whole = std::fs::read(&journal).unwrap();
    std::fs::write(&head, &old_head).unwrap();
    assert_eq!(audit::verify(&dir).unwrap().records, 15);
    std::fs::write(&journal, &older).unwrap();
    let while_running = audit::verify(&dir).unwrap_err().to_string();
    assert!(
        while_running.contains("the index knows record 1"),
        "{while_running}"
    );
    std::fs::write(&journal, &whole).unwrap();
    drop(store);
    std::fs::write(&journal, &older).unwrap();
    let lost = |error: &StoreError| {
        matches!(
            error,
            StoreError::LostTail {
                found: 10,
                expected: 15,
                witness: "the index",
                ..
            }
        )
    };
    for with_head in [true, false] {
        match with_head {
            true => std::fs::write(&head, &old_head).unwrap(),
            false => std::fs::remove_file(&head).unwrap(),
        }
        let error = refused_by_both(&dir);
        assert!(lost(&error), "{error}");
    }
    std::fs::remove_dir_all(dir.join("journal")).unwrap();
    let error = audit::verify(&dir).unwrap_err();
    assert!(
        matches!(
            error,
            StoreError::LostTail {
                found: 0,
                expected: 15,
                ..
            }
        ),
        "{error}"
    );
}

/// What comes of it, which is not waited for long.
fn answered<T: Send + 'static>(what: &str, run: impl FnOnce() -> T + Send + 'static) -> T {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || tell.send(run()));
    match told.recv_timeout(std::time::Duration::from_secs(30)) {
        Ok(answer) => answer,
        Err(_) => panic!("{what}: still waiting"),
    }
}

#[test]
fn a_pipe_in_the_place_of_a_file_is_waited_for_by_nobody() {
    for name in [
        FIRST,
        "journal/head",
        "journal/lock",
        "journal/reserve",
        "index/db",
        "private/session.json",
    ] {
        let root = tempdir().unwrap();
        let dir = root.path().join("store");
        closed(&dir, 1);
        keydesk::store::private::write(&dir, "session.json", b"{}").unwrap();
        let path = dir.join(name);
        std::fs::remove_file(&path).unwrap();
        let mut mkfifo = std::process::Command::new("mkfifo");
        let made = mkfifo.args(["-m", "600"]).arg(&path).status();
        assert!(made.unwrap().success());
        let there = dir.clone();
        let audited = answered(name, move || audit::verify(&there).is_ok());
        let there = dir.clone();
        let opened = answered(name, move || {
            keydesk::store::private::read(&there, "session.json").is_ok()
                && Store::open(&there).is_ok()
        });
        // The index is made anew, whatever is there, and the reserve is no more than that.
        let spared = ["index/db", "journal/reserve"];
        assert_eq!(opened, spared.contains(&name), "{name}");
        let unread = [
            "index/db",
            "journal/lock",
            "journal/reserve",
            "private/session.json",
        ];
        assert_eq!(audited, unread.contains(&name), "{name}");
    }
}

#[test]
fn an_audit_changes_nothing_and_leaves_nothing_behind() {
    let root = tempdir().unwrap();
    let dir = root.path().join("store");
    closed(&dir, 2);
    let listing = || {
        let mut files = Vec::new();
        for folder in ["journal", "index"] {
            for entry in std::fs::read_dir(dir.join(folder)).unwrap() {
                let entry = entry.unwrap();
                let facts = entry.metadata().unwrap();
                files.push((entry.path(), facts.len(), facts.modified().unwrap()));
            }
        }
        files.sort();
        files
    };
    let before = listing();
    audit::verify(&dir).unwrap();
    assert_eq!(listing(), before);
}

#[test]
fn a_lost_journal_or_an_older_copy_of_it_is_refused() {
    let root = tempdir().unwrap();
    let (dir, older) = (root.path().join("store"), root.path().join("older"));
    closed(&dir, 2);
    copy(&dir.join("journal"), &older);
    let store = Store::open(&dir).unwrap();
    for record in enrolment(3) {
        store.commit(&record).unwrap();
    }
    drop(store);
    std::fs::remove_dir_all(dir.join("journal")).unwrap();
    match refusal(&dir) {
        StoreError::LostTail {
            found: 0,
            expected: 15,
            witness: "the index",
            ..
        } => {}
        other => panic!("{other}"),
    }
    std::fs::remove_dir_all(dir.join("journal")).unwrap();
    std::fs::rename(&older, dir.join("journal")).unwrap();
    match refusal(&dir) {
        StoreError::LostTail {
            found: 10,
            expected: 15,
            witness: "the index",
            ..
        } => {}
        other => panic!("{other}"),
    }
}

#[test]
fn the_journal_of_another_station_is_refused() {
    let root = tempdir().unwrap();
    let (mine, other) = (root.path().join("mine"), root.path().join("other"));
    closed(&mine, 2);
    commit_all(&other, &life(4));
    std::fs::remove_dir_all(mine.join("journal")).unwrap();
    copy(&other.join("journal"), &mine.join("journal"));
    match refused_by_both(&mine) {
        StoreError::Damaged(damage) => assert!(damage.what.contains("another journal"), "{damage}"),
        other => panic!("{other}"),
    }
}

#[test]
fn a_record_of_a_newer_version_is_refused_and_kept() {
    let dir = tempdir().unwrap();
    closed(dir.path(), 1);
    let head = audit::verify(dir.path()).unwrap().head;
    let known_here = u64::from(RECORD_VERSION);
    let next = known_here + 1;
    let text = format!(r#"{{"version":{next},"at":"2027-01-01T00:00:00Z","future":true}}"#);
    let newer = record_bytes(6, head.hash.as_ref(), text.as_bytes());
    append(dir.path(), &newer);
    for _ in 0..2 {
        assert!(matches!(
            refusal(dir.path()),
            StoreError::Newer { version, known, .. } if version == next && known == known_here
        ));
    }
    assert!(matches!(
        audit::verify(dir.path()),
        Err(StoreError::Newer { .. })
    ));
    assert!(
        std::fs::read(dir.path().join(FIRST))
            .unwrap()
            .ends_with(&newer)
    );
}

#[test]
fn whole_records_that_cannot_be_meant_are_damage() {
    let head = |dir: &Path| audit::verify(dir).unwrap().head.hash;
    let pushed_twice = serde_json::to_vec(&enrolment(1)[4]).unwrap();
    type Forge<'a> = &'a dyn Fn(&Path) -> Vec<u8>;
    let forged: [(&str, Forge); 4] = [
        ("can't follow", &|dir| {
            record_bytes(6, head(dir).as_ref(), &pushed_twice)
        }),
        ("can't be read", &|dir| {
            record_bytes(6, head(dir).as_ref(), b"not JSON")
        }),
        ("does not follow record 5", &|dir| {
            record_bytes(7, head(dir).as_ref(), &pushed_twice)
        }),
        ("does not follow record 5", &|_| {
            record_bytes(6, &[0; 32], &pushed_twice)
        }),
    ];
    for (what, forge) in forged {
        let dir = tempdir().unwrap();
        closed(dir.path(), 1);
        append(dir.path(), &forge(dir.path()));
        match refusal(dir.path()) {
            StoreError::Damaged(damage) => assert!(damage.what.contains(what), "{damage}"),
            other => panic!("{other}"),
        }
    }
}

#[test]
fn leftovers_of_an_interrupted_opening_do_not_matter() {
    let dir = tempdir().unwrap();
    let records = closed(dir.path(), 2);
    // What sled leaves when it is killed while it writes a snapshot, and what a killed roll-over leaves.
    std::fs::write(
        dir.path().join("index/snap.0000000000000A00.generating"),
        b"half",
    )
    .unwrap();
    std::fs::write(dir.path().join("journal/segment.new"), b"KEYDESKJ").unwrap();
    let store = Store::open(dir.path()).unwrap();
    assert_eq!(asked(&store), told(&records));
    assert!(
        !dir.path()
            .join("index/snap.0000000000000A00.generating")
            .exists()
    );
}

#[test]
fn the_chain_goes_on_across_segments() {
    let dir = tempdir().unwrap();
    let small = Settings {
        segment_bytes: 20 << 10,
        ..Settings::default()
    };
    let records = life(40);
    for part in records.chunks(50) {
        let store = Store::open_with(dir.path(), small).unwrap();
        for record in part {
            store.commit(record).unwrap();
        }
    }
    let audit = audit::verify(dir.path()).unwrap();
    assert!(audit.segments > 5, "{audit:?}");
    assert_eq!(audit.records, u64::try_from(records.len()).unwrap());
    for entry in std::fs::read_dir(dir.path().join("journal")).unwrap() {
        let entry = entry.unwrap();
        if entry.path().extension() == Some("kdj".as_ref()) {
            assert!(entry.metadata().unwrap().len() <= small.segment_bytes);
        }
    }
}

#[test]
fn a_disk_with_too_little_room_refuses_to_begin_and_still_lets_things_end() {
    let dir = tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    assert!(store.room().unwrap().is_enough());
    let story = enrolment(1);
    store.commit(&story[1]).unwrap();
    drop(store);
    // No disk has this much room.
    let greedy = Settings {
        room_bytes: u64::MAX / 4,
        ..Settings::default()
    };
    let store = Store::open_with(dir.path(), greedy).unwrap();
    let room = store.room().unwrap();
    assert!(!room.is_enough());
    match store.commit(&enrolment(2)[1]) {
        Err(StoreError::Full {
            free_bytes,
            needed_bytes,
            ..
        }) => {
            assert!(free_bytes < needed_bytes);
            assert!(needed_bytes >= greedy.room_bytes);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(store.head().sequence, 1);
    for record in &story[2..] {
        store.commit(record).unwrap();
    }
}

#[test]
fn a_record_that_is_too_long_is_refused_before_it_is_written() {
    let dir = tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let mut key = crate::fixture::key(1);
    key.product = "x".repeat(5 << 20);
    let long = record(0, keydesk::record::Change::KeySeen { key: Box::new(key) });
    assert!(matches!(
        store.commit(&long),
        Err(StoreError::TooLong { .. })
    ));
    assert_eq!((store.head().sequence, store.keys().unwrap().len()), (0, 0));
}

#[test]
fn nobody_else_can_read_the_files() {
    let dir = tempdir().unwrap();
    let data = dir.path().join("data");
    closed(&data, 1);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for folder in ["", "journal", "index"] {
        assert_eq!(mode(&data.join(folder)), 0o700, "{folder}");
    }
    for entry in std::fs::read_dir(data.join("journal")).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}
