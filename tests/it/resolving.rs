//! `keydesk outbox resolve`: what it says of entries that there is nothing to resolve about, and whose outcome it tells.

#![expect(
    clippy::indexing_slicing,
    reason = "a test that indexes wrongly fails, as it should"
)]

use std::sync::Arc;
use std::time::Duration;

use keydesk::cli::args::{ConflictHow, KeyChoice, OutboxCommand};
use keydesk::cli::commands::{self, StationCommand};
use keydesk::cli::output::{Exit, Outcome};
use keydesk::domain::EntryId;
use keydesk::program::demo::world::World;
use keydesk::record::EntryState;
use keydesk::station::stopper::Stopper;

use crate::headless::paper;
use crate::outbox::{back, enrol_later, sql, waiting};
use crate::scenarios::{SLOT, world};

async fn resolve(world: &World, entry: EntryId, how: ConflictHow) -> Outcome {
    world.station.keep_session().expect("kept");
    let command = OutboxCommand::Resolve {
        entry,
        how,
        without_key: false,
        key: KeyChoice {
            key: Some(SLOT.to_owned()),
            pin_fd: None,
            wait: 20,
        },
    };
    let station = Arc::clone(&world.station);
    let command = StationCommand::Outbox(&command);
    let run = commands::run(station, command, paper().1, Stopper::default());
    let ended = tokio::time::timeout(Duration::from_secs(10), run).await;
    ended.expect("nobody is asked for a key or a PIN")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_in_conflict_is_a_wrong_argument_and_no_key_is_asked_for() {
    let mut world = world(1).await;
    enrol_later(&mut world, 1).await;
    let queued = waiting(&world).remove(0).id;
    let unknown = EntryId(uuid::Uuid::now_v7());
    for how in [ConflictHow::Withdraw, ConflictHow::Retry] {
        for (entry, code) in [(queued, "not-in-conflict"), (unknown, "no-such-entry")] {
            let outcome = resolve(&world, entry, how).await;
            assert_eq!(outcome.exit, Exit::Usage, "{outcome:?}");
            assert_eq!(outcome.code, code);
        }
    }
    assert_eq!(waiting(&world)[0].state, EntryState::Queued);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_outcome_is_that_of_the_entry_that_was_named() {
    let mut world = world(2).await;
    enrol_later(&mut world, 2).await;
    sql(
        &world,
        "UPDATE offer SET expires_ms = unixepoch() * 1000 - 1000",
    )
    .await;
    back(&mut world).await;
    let round = world.station.push_outbox().await.expect("pushed");
    assert_eq!(round.rejected, 2);
    let [first, second] = [waiting(&world)[0].id, waiting(&world)[1].id];
    let mended = "UPDATE offer SET expires_ms = 99999999999999 WHERE person = 'p-1'";
    sql(&world, mended).await;
    let outcome = resolve(&world, first, ConflictHow::Retry).await;
    assert_eq!(outcome.exit, Exit::Done, "{outcome:?}");
    let outcome = resolve(&world, second, ConflictHow::Retry).await;
    assert_eq!(outcome.exit, Exit::Refused, "{outcome:?}");
    assert!(outcome.detail.contains("challenge-expired"), "{outcome:?}");
}
