//! Damage to the files of a closed store, anywhere and of any kind: it is refused with the place named, or it does no harm.
//! What must never be seen: a store that opens and says less than was acknowledged, and a panic.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use keydesk::record::{Change, Record};
use keydesk::store::{Settings, Store, StoreError, audit};
use tempfile::tempdir;

use crate::copy;
use crate::fixture::{key, record};
use crate::history::{Said, asked, life, told};

const SMALL: Settings = Settings {
    segment_bytes: 48 << 10,
    flush_every: 40,
    reserve_bytes: 4 << 10,
    room_bytes: 4 << 10,
};

/// Numbers that look random and are the same in every run with this seed (xorshift64*).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16) % limit.max(1)
    }
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path))
        } else {
            found.push(path)
        }
    }
    found.sort();
    found
}

/// Damages one file; says how.
fn damage(path: &Path, dice: &mut Dice) -> String {
    let length = std::fs::metadata(path).unwrap().len();
    let file = OpenOptions::new()
        .write(true)
        .read(true)
        .open(path)
        .unwrap();
    let at = dice.below(length);
    let count = usize::try_from(1 + dice.below(600.min(length - at))).unwrap();
    match dice.below(8) {
        0..=2 => {
            let mut byte = [0];
            file.read_at(&mut byte, at).unwrap();
            let bit = dice.below(8);
            file.write_at(&[byte[0] ^ (1 << bit)], at).unwrap();
            format!("bit {bit} of byte {at} of {length} flipped")
        }
        3 => {
            file.set_len(at).unwrap();
            format!("cut from {length} to {at} bytes")
        }
        4 => {
            file.write_at(&vec![0; count], at).unwrap();
            format!("{count} zeros at {at} of {length}")
        }
        5 => {
            let rubbish: Vec<u8> = (0..count)
                .map(|_| u8::try_from(dice.below(256)).unwrap())
                .collect();
            file.write_at(&rubbish, at).unwrap();
            format!("{count} bytes of rubbish at {at} of {length}")
        }
        6 => {
            file.write_at(&vec![0x5a; count], length).unwrap();
            format!("{count} bytes added behind {length}")
        }
        _ => {
            std::fs::remove_file(path).unwrap();
            "deleted".to_owned()
        }
    }
}

#[derive(Debug, PartialEq)]
enum Outcome {
    /// It does not open, and says which file and what.
    Refused,
    /// It opens with everything there; `audit verify` names the damage.
    Noticed,
    /// It opens with everything there, and the chain is whole.
    Harmless,
}

fn names_a_place(error: &StoreError, dir: &Path) -> bool {
    let place = match error {
        StoreError::Damaged(damage) => &damage.file,
        StoreError::LostTail { file, .. } => file,
        other => panic!("not how damage is refused: {other}"),
    };
    place.starts_with(dir) && error.to_string().contains(&place.display().to_string())
}

/// Opens a damaged store and judges what it says. Goes on with it, too, when it opens.
fn judge(dir: &Path, before: &Said, records: &[Record]) -> Outcome {
    let store = match Store::open_with(dir, SMALL) {
        Ok(store) => store,
        Err(error) => {
            assert!(names_a_place(&error, dir), "{error}");
            return Outcome::Refused;
        }
    };
    assert_eq!(asked(&store), *before, "silently lost");
    assert_eq!(store.head().sequence, u64::try_from(records.len()).unwrap());
    let outcome = match audit::verify(dir) {
        Ok(audit) => {
            assert_eq!(audit.head, store.head());
            let back = audit::records(dir)
                .unwrap()
                .map(|entry| entry.unwrap().record);
            assert!(
                back.eq(records.iter().cloned()),
                "the chain verifies and says something else"
            );
            Outcome::Harmless
        }
        Err(error) => {
            assert!(names_a_place(&error, dir), "{error}");
            Outcome::Noticed
        }
    };
    let more = record(
        1_000_000,
        Change::KeySeen {
            key: Box::new(key(999)),
        },
    );
    store.commit(&more).unwrap();
    let told = asked(&store);
    drop(store);
    match Store::open_with(dir, SMALL) {
        Ok(store) => assert_eq!(asked(&store), told),
        // An opening that starts further back meets damage that the one before had no need to read: refused, not mended.
        Err(error) => {
            assert!(matches!(outcome, Outcome::Noticed), "{error}");
            assert!(names_a_place(&error, dir), "{error}");
        }
    }
    outcome
}

fn closed_store(dir: &Path) -> (Vec<Record>, Said) {
    let records = life(60);
    let store = Store::open_with(dir, SMALL).unwrap();
    for record in &records {
        store.commit(record).unwrap();
    }
    let said = asked(&store);
    assert_eq!(said, told(&records));
    (records, said)
}

#[test]
fn damage_to_any_file_is_refused_by_name_or_does_no_harm() {
    let root = tempdir().unwrap();
    let good = root.path().join("good");
    let (records, said) = closed_store(&good);
    let segments: Vec<_> = files(&good)
        .into_iter()
        .filter(|file| file.extension() == Some("kdj".as_ref()))
        .collect();
    assert!(segments.len() >= 3);
    let last_segment = segments
        .last()
        .unwrap()
        .file_name()
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    let rounds: u64 = std::env::var("KEYDESK_CORRUPTIONS").map_or(60, |text| text.parse().unwrap());
    let mut seen = [0; 3];
    for seed in 0..rounds {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let dir = root.path().join(format!("bad-{seed}"));
        copy(&good, &dir);
        let files = files(&dir);
        let path =
            &files[usize::try_from(dice.below(u64::try_from(files.len()).unwrap())).unwrap()];
        if std::fs::metadata(path).unwrap().len() == 0 {
            continue;
        }
        let how = damage(path, &mut dice);
        let name = path.strip_prefix(&dir).unwrap().display().to_string();
        let outcome = std::panic::catch_unwind(|| judge(&dir, &said, &records))
            .unwrap_or_else(|_| panic!("seed {seed}: {name}: {how}"));
        if std::env::var_os("KEYDESK_CORRUPTIONS").is_some() {
            eprintln!("seed {seed}: {name}: {how}: {outcome:?}");
        }
        // Rubbish behind the last record can't be told from a write that was cut off, and nothing of it was acknowledged.
        let torn_tail = how.contains("added behind") && name.ends_with(&last_segment);
        let truth = name.ends_with(".kdj") && !torn_tail;
        assert_eq!(
            outcome != Outcome::Harmless,
            truth,
            "seed {seed}: {name}: {how}: {outcome:?}"
        );
        seen[match outcome {
            Outcome::Refused => 0,
            Outcome::Noticed => 1,
            Outcome::Harmless => 2,
        }] += 1;
        std::fs::remove_dir_all(&dir).unwrap();
    }
    eprintln!(
        "refused at once {}, noticed by the audit {}, harmless {}",
        seen[0], seen[1], seen[2]
    );
    assert!(
        seen.iter().all(|count| *count > 0),
        "a kind of outcome was never met: {seen:?}"
    );
}
