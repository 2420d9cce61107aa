//! The fuzz corpus, replayed and mutated a fixed number of times: what fuzzing found stays found, on a stable compiler too.

use std::path::Path;

#[path = "../../fuzz/src/ctap.rs"]
mod ctap;
#[path = "../../fuzz/src/import.rs"]
mod import;
#[path = "../../fuzz/src/lists.rs"]
mod lists;
#[path = "../../fuzz/src/registry.rs"]
pub mod registry;
#[path = "../../fuzz/src/tokens.rs"]
mod tokens;

/// Mutations of each file. The generator is seeded with the file's length, so that every run does the same.
const MUTATIONS: u64 = 100;

/// Runs each file and its mutations; how many of the files themselves came through to the end.
fn replay(target: &str, run: impl Fn(&[u8]) -> bool) -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    let mut whole = 0;
    for entry in folder.read_dir().expect("a corpus") {
        let bytes = std::fs::read(entry.expect("an entry").path()).expect("a file");
        whole += usize::from(run(&bytes));
        let mut random = Random(u64::try_from(bytes.len()).expect("a length") | 1);
        for _ in 0..MUTATIONS {
            run(&mutated(&bytes, &mut random));
        }
    }
    whole
}

/// xorshift64*: no library, and the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let value = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(value).expect("31 bits") % limit.max(1)
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).expect("a byte")
    }
}

fn mutated(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len());
        match random.below(6) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, random.byte()),
            2 if !bytes.is_empty() => drop(bytes.remove(at)),
            3 => {
                let piece: Vec<u8> = bytes
                    .iter()
                    .skip(at)
                    .take(random.below(80))
                    .copied()
                    .collect();
                let to = random.below(bytes.len());
                bytes.splice(to..to, piece);
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << random.below(8);
                }
            }
        }
    }
    bytes
}

#[test]
fn no_packets_of_a_hostile_key_break_the_client() {
    assert!(
        replay("hid_assembly", ctap::hid_assembly) > 0,
        "no seed holds a message"
    );
}

#[test]
fn no_replies_of_a_hostile_key_break_the_client() {
    assert!(
        replay("ctap_reply", ctap::ctap_reply) > 0,
        "no seed leads through an enrolment"
    );
}

#[test]
fn no_answers_of_a_hostile_registry_break_the_station() {
    assert!(
        replay("registry_reply", |data| registry::registry_reply(data) > 0) > 0,
        "no seed answers anything"
    );
}

#[test]
fn no_file_of_people_breaks_the_import() {
    assert!(
        replay("import_file", import::import_file) > 1,
        "no seed is a good file"
    );
}

#[test]
fn no_list_of_people_breaks_the_reader() {
    assert!(
        replay("people_list", lists::people_list) > 3,
        "no seed is a good list"
    );
}

#[test]
fn no_file_of_hardware_tokens_breaks_the_reader() {
    assert_eq!(
        replay("token_file", tokens::token_file),
        6,
        "a seed does not open"
    );
}
