//! A line of `--pin-fd` belongs to a key by what that key is there for: whatever is asked, and in whatever order.

use std::sync::Arc;
use std::time::Duration;

use keydesk::bay::Cancel;
use keydesk::bay::soft::{Fault, Profile, SoftKey, TouchPolicy};
use keydesk::cli::args::{CodeSource, EnrolArguments, KeyChoice, ProofArguments};
use keydesk::cli::batch::{BatchCommand, BatchRun};
use keydesk::cli::commands::{self, StationCommand};
use keydesk::cli::output::{Exit, Outcome};
use keydesk::domain::authority::Role;
use keydesk::domain::{Pin, UsbPath};
use keydesk::program::demo::world::World;
use keydesk::station::stopper::Stopper;
use keydesk::wire::Said;
use keydesk::workflow::Keys;

use crate::batch::{ENROL, slot};
use crate::headless::{Paper, fd_of, paper, pin_file};
use crate::outbox::sql;
use crate::scenarios::{PIN, SLOT, answering, desk, enrol, fresh_key, person, world};

const NEW_SLOT: &str = "1-1.3";
const NEW_PIN: &str = "573920";

/// Longer than any run here may last, with other tests beside it.
const LONG: Duration = Duration::from_secs(60);

/// Person 1 has a key in [`SLOT`], and a new one is in [`NEW_SLOT`].
async fn with_a_new_key() -> (World, SoftKey) {
    let world = world(1).await;
    world.rack.put(SLOT, &fresh_key());
    answering(&world).await;
    enrol(&world, 1).await.expect("enrolled");
    let new = fresh_key();
    world.rack.put(NEW_SLOT, &new);
    answering(&world).await;
    (world, new)
}

async fn leave(world: &World) {
    let who = person(1);
    let page = world.station.person(&who).await.expect("a page");
    let visit = page.visit.expect("a visit").id;
    let closed = world.station.close_visit(&who, visit, Said::Confirmed);
    closed.await.expect("closed");
}

async fn another(world: &World, proof: ProofArguments, pins: &[&str], codes: bool) -> Outcome {
    let pins = pin_file(pins);
    let pin_fd = Some(fd_of(&pins));
    let arguments = EnrolArguments {
        person: person(1),
        identified_by: "passport:7K31".parse().expect("an identification"),
        proof,
        codes: CodeSource {
            code_fd: pin_fd.filter(|_| codes),
        },
        key: KeyChoice {
            key: Some(NEW_SLOT.to_owned()),
            pin_fd,
            wait: 20,
        },
    };
    world.station.keep_session().expect("kept");
    let run = commands::run(
        Arc::clone(&world.station),
        StationCommand::Enrol(&arguments),
        paper().1,
        Stopper::default(),
    );
    let ended = tokio::time::timeout(LONG, run).await;
    ended.expect("ends by itself")
}

fn by_key() -> ProofArguments {
    ProofArguments {
        proof_key: Some(SLOT.to_owned()),
        ..ProofArguments::default()
    }
}

async fn opens(world: &World, place: &str, pin: &str) -> bool {
    let (mut desk, _) = desk(world, &Cancel::default());
    let keys = world.station.slots().keys();
    let key = keys
        .into_iter()
        .find(|key| key.place == UsbPath::new(place));
    let pin = Pin::new(pin, 4).expect("a PIN");
    let key = key.expect("a key");
    desk.verify_pin(&key, &pin, "example.com").await.is_ok()
}

fn is_blank(key: &SoftKey) -> bool {
    let state = serde_json::to_value(key.state()).expect("a state");
    state.get("pin") == Some(&serde_json::Value::Null) && key.credentials().is_empty()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_provers_pin_is_never_set_on_the_new_key_whether_it_is_asked_for_or_not() {
    let prove_with_key = ProofArguments {
        prove_with: "key".parse().ok(),
        ..by_key()
    };
    for (asked, proof) in [(false, by_key()), (true, by_key()), (true, prove_with_key)] {
        let (world, new) = with_a_new_key().await;
        if asked {
            leave(&world).await;
        }
        let outcome = another(&world, proof, &[PIN, NEW_PIN], false).await;
        assert_eq!(outcome.exit, Exit::Done, "{asked}: {}", outcome.detail);
        assert_eq!(new.credentials().len(), 1, "{asked}");
        assert!(opens(&world, NEW_SLOT, NEW_PIN).await, "{asked}: its own");
        assert!(opens(&world, SLOT, PIN).await, "{asked}: as it was");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_provers_line_alone_the_new_key_gets_no_pin() {
    let (world, new) = with_a_new_key().await;
    let outcome = another(&world, by_key(), &[PIN], false).await;
    assert_eq!(
        (outcome.exit, outcome.code.as_str()),
        (Exit::Usage, "unreadable-secret"),
        "{}",
        outcome.detail
    );
    assert!(is_blank(&new));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_proves_unnamed_is_asked_for_no_line_that_may_be_another_keys() {
    let (world, new) = with_a_new_key().await;
    leave(&world).await;
    let nothing = ProofArguments::default();
    let outcome = another(&world, nothing, &[PIN, NEW_PIN], false).await;
    assert_eq!(
        (outcome.exit, outcome.code.as_str()),
        (Exit::Usage, "which-proof-key"),
        "{}",
        outcome.detail
    );
    assert!(outcome.detail.contains("--proof-key"), "{}", outcome.detail);
    assert!(is_blank(&new));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_line_is_both_a_pin_and_a_code() {
    let (world, new) = with_a_new_key().await;
    let outcome = another(&world, by_key(), &[PIN, NEW_PIN], true).await;
    assert_eq!(
        (outcome.exit, outcome.code.as_str()),
        (Exit::Usage, "one-descriptor"),
        "{}",
        outcome.detail
    );
    assert!(is_blank(&new));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_key_that_is_put_in_is_called_so_and_nothing_is_left_of_it() {
    let lost = "UPDATE credential SET suspended_ms = enrolled_ms, suspended_why = 'lost' \
                WHERE enrolled_ms = (SELECT max(enrolled_ms) FROM credential)";
    let stolen = "UPDATE credential SET suspended_ms = enrolled_ms, suspended_why = 'stolen' \
                  WHERE enrolled_ms = (SELECT max(enrolled_ms) FROM credential)";
    for suspend in [lost, stolen] {
        let (world, new) = with_a_new_key().await;
        let first = another(&world, by_key(), &[PIN, NEW_PIN], false).await;
        assert_eq!(first.exit, Exit::Done, "{}", first.detail);
        assert_eq!(new.credentials().len(), 1);
        sql(&world, suspend).await;
        let outcome = another(&world, by_key(), &[PIN, NEW_PIN], false).await;
        assert_eq!(outcome.exit, Exit::Refused, "{}", outcome.detail);
        for word in ["suspended", "opens and proves nothing", "factor resume"] {
            assert!(outcome.detail.contains(word), "{}", outcome.detail);
        }
        let store = world.station.store();
        assert!(store.outbox().expect("read").is_empty());
        assert!(store.unfinished().expect("read").is_empty());
    }
}

/// A key from the box with a serial number.
fn boxed(n: usize) -> SoftKey {
    let model = Profile::yubikey_5_nfc().with_serial(&format!("S{n:03}"));
    SoftKey::new(model.with_touch(TouchPolicy::Auto))
}

async fn until(paper: &Paper, what: &str) {
    while !paper.text().contains(what) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_batch_a_key_that_stopped_keeps_its_line_when_it_comes_back() {
    let world = crate::batch::world(2, Role::HelpDesk).await;
    let stumbling = boxed(1);
    stumbling.inject(Fault::Status {
        command: 0x01,
        code: 0x28,
    });
    world.rack.put(&slot(1), &stumbling);
    answering(&world).await;
    let dir = tempfile::tempdir().expect("a folder");
    let profile = dir.path().join("desk.toml");
    std::fs::write(&profile, ENROL).expect("written");
    let people = dir.path().join("people.csv");
    std::fs::write(&people, "p-1\np-2\n").expect("written");
    let pins = pin_file(&["640217", "385914"]);
    let command = BatchCommand::Run(BatchRun {
        profile: Some(profile),
        resume: None,
        dry_run: false,
        people: Some(people),
        identified_by: Some("passport:7K31".parse().expect("a document")),
        keys: None,
        pin_fd: Some(fd_of(&pins)),
        letters: None,
        tags: None,
        wait: 30,
    });
    world.station.keep_session().expect("kept");
    let (paper, output) = paper();
    let station = Arc::clone(&world.station);
    let command = StationCommand::Batch(&command);
    let run = commands::run(station, command, output, Stopper::default());
    let second = boxed(2);
    let hands = async {
        until(&paper, "key-stopped").await;
        world.rack.pull(&UsbPath::new(slot(1)));
        world.rack.put_back(&UsbPath::new(slot(1)));
        until(&paper, "key-left").await;
        world.rack.put(&slot(2), &second);
    };
    let both = async { tokio::join!(run, hands).0 };
    let ended = tokio::time::timeout(LONG, both).await;
    let outcome = ended.unwrap_or_else(|_| panic!("it hangs: {}", paper.text()));
    assert_eq!(outcome.exit, Exit::Done, "{}", outcome.detail);
    assert!(opens(&world, &slot(1), "640217").await);
    assert!(opens(&world, &slot(2), "385914").await);
}
