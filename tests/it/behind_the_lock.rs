//! What a run writes down while the screen is locked over it: what has happened, at once; what it does in the operator's name, not.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use keydesk::bay::Cancel;
use keydesk::record::Change;
use keydesk::station::desk::{Face, StationDesk};
use keydesk::store::audit;
use keydesk::workflow::dialogue::{Answer, Event, Question};
use keydesk::workflow::{Journal, Stop};
use serde_json::json;

use crate::scenarios::world;

/// The face of a run that the screen is locked over.
struct Locked;

#[async_trait(?Send)]
impl Face for Locked {
    fn tell(&self, _: Event) {}

    async fn ask(&self, _: Question) -> Result<Answer, Stop> {
        std::future::pending().await
    }

    async fn cleared(&self) {
        std::future::pending().await
    }
}

/// One of every kind, by its name in the journal. A batch's changes do not pass a desk.
fn kinds() -> BTreeMap<String, Change> {
    let earlier = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/station-v5");
    let entries = audit::records(&earlier).expect("a journal");
    let earlier = entries.map(|entry| entry.expect("a record").record.change);
    let factor = json!({"sort": "key", "credential": "AAAA"});
    let since = [
        json!({"kind": "suspension-lifted", "person": "p-1", "factor": factor}),
        json!({
            "kind": "factor-suspended",
            "entry": "00000000-0000-0000-0000-000000000001",
            "push": {
                "version": 3,
                "person": "p-1",
                "factor": factor,
                "why": "lost",
                "operator": "op-1",
                "suspended_at": "2026-11-22T12:00:00Z",
            },
        }),
    ];
    let since = since.map(|json| serde_json::from_value(json).expect("a change"));
    let named = earlier.chain(since).map(|change| {
        let json = serde_json::to_value(&change).expect("JSON");
        (json["kind"].as_str().expect("a kind").to_owned(), change)
    });
    named.filter(|(kind, _)| kind != "batch").collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_behind_the_lock_writes_down_what_has_happened_and_begins_nothing() {
    let world = world(0).await;
    let cancel = Cancel::default();
    let station = Arc::clone(&world.station);
    let mut desk = StationDesk::new(station, Arc::new(Locked), cancel.clone());
    // What waits for the lock ends with this; what does not is recorded, or refused by the store because it can't follow.
    cancel.cancel();
    let waits = [
        "app-begun",
        "app-enrolled",
        "care-begun",
        "conflict-resolved",
        "deletion-begun",
        "enrolled",
        "factor-removed",
        "factor-suspended",
        "intent-begun",
        "own-key-begun",
        "reset-begun",
        "retested",
        "token-begun",
        "tokens-imported",
        "withdrawal-begun",
    ];
    let kinds = kinds();
    assert_eq!(kinds.len(), 33, "every kind but a batch's");
    let mut waited = Vec::new();
    for (kind, change) in kinds {
        match desk.commit(change).await {
            Err(Stop::Cancelled) => waited.push(kind),
            Ok(()) | Err(Stop::Store(_)) => {}
            Err(stop) => panic!("{kind}: {stop:?}"),
        }
    }
    assert_eq!(waited, waits);
}
