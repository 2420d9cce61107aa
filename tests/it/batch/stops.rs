//! A batch that was stopped in order, or killed after every record that it writes, and taken up again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use keydesk::bay::soft::{SoftKey, TouchPolicy};
use keydesk::domain::UsbPath;
use keydesk::domain::authority::Role;
use keydesk::domain::batch::KeyEnd;
use keydesk::program::demo::world::World;
use keydesk::station::batch::{Finish, Start};
use keydesk::station::stopper::Stopper;
use keydesk::store::audit;

use super::crew::ScriptedCrew;
use super::{ENROL, Running, ends, plan, put, slot, world};
use crate::scenarios::{answering, person};

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_was_stopped_goes_on_where_it_was_with_its_keys_in_other_slots() {
    let mut world = world(3, Role::HelpDesk).await;
    let keys: Vec<SoftKey> = (1..=3).map(|n| put(&world, n)).collect();
    keys.iter()
        .skip(1)
        .for_each(|key| key.set_touch(TouchPolicy::Manual));
    let plan = plan(&world, ENROL, 3);
    let id = plan.id;
    let stopper = Stopper::default();
    let start = Start::New(Box::new(plan));
    let running = Running::begin_with(&world, start, ScriptedCrew::default(), stopper.clone());
    let touched = |board: &keydesk::station::face::board::Board| {
        board.tally.done == 1
            && board
                .slots
                .iter()
                .filter(|s| s.work.code() == "touch")
                .count()
                == 2
    };
    running.crew.until(touched).await;
    stopper.stop();
    let (batch, finish) = running.end().await;
    assert_eq!((finish, ends(&batch, KeyEnd::Done)), (Finish::Paused, 1));
    world.station.keep_session().expect("kept");
    world = world.reopen().expect("reopened");
    world.station.resume_session().expect("resumed");
    for (n, key) in keys.iter().enumerate() {
        key.set_touch(TouchPolicy::Auto);
        world.rack.put(&slot(n + 4), key);
    }
    answering(&world).await;
    let running = Running::begin(&world, Start::Resume(id), ScriptedCrew::default());
    let (batch, finish) = running.end().await;
    assert_eq!((finish, ends(&batch, KeyEnd::Done)), (Finish::Complete, 3));
    assert_eq!(batch.runs.len(), 3, "no key began twice");
    every_person_has_one_key(&world, &keys, "stopped in order").await;
}

async fn every_person_has_one_key(world: &World, keys: &[SoftKey], when: &str) {
    for (n, key) in keys.iter().enumerate() {
        assert_eq!(key.credentials().len(), 1, "{when}: key {n}");
        let page = world.station.person(&person(n + 1)).await.expect("a page");
        assert_eq!(page.credentials.len(), 1, "{when}: person {}", n + 1);
    }
    assert!(world.station.store().unfinished().expect("read").is_empty());
    audit::verify(&world.data()).expect("a whole chain");
}

/// Bytes in the journal.
fn journal_bytes(world: &World) -> u64 {
    let folder = std::fs::read_dir(world.data().join("journal")).expect("a journal");
    folder
        .flatten()
        .filter_map(|entry| entry.metadata().ok())
        .map(|file| file.len())
        .sum()
}

/// Lets a frozen run go on once it is dropped.
struct Release(Arc<AtomicBool>);

impl Drop for Release {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// A run that stands still once the journal has got so many records since the batch began.
struct Frozen {
    world: World,
    reached: Arc<AtomicUsize>,
    /// Set when it may go on; also when the test has failed.
    release: Release,
    stopper: Stopper,
    running: Option<Running>,
}

impl Frozen {
    async fn after(records: usize, keys: &[SoftKey]) -> (Self, keydesk::domain::BatchId) {
        let world = world(keys.len(), Role::HelpDesk).await;
        for (n, key) in keys.iter().enumerate() {
            world.rack.put(&slot(n + 1), key);
        }
        answering(&world).await;
        let plan = plan(&world, ENROL, keys.len());
        let id = plan.id;
        let reached = Arc::new(AtomicUsize::new(0));
        let release = Release(Arc::default());
        let (seen, gate) = (Arc::clone(&reached), Arc::clone(&release.0));
        let journal = world.data().join("journal");
        let bytes = move || -> u64 {
            let Ok(folder) = std::fs::read_dir(&journal) else {
                return 0;
            };
            folder
                .flatten()
                .filter_map(|entry| entry.metadata().ok())
                .map(|file| file.len())
                .sum()
        };
        let last = std::sync::Mutex::new(journal_bytes(&world));
        let crew = ScriptedCrew::default().looking(move || {
            {
                let mut last = last.lock().expect("whole");
                let now = bytes();
                if now != *last && seen.load(Ordering::SeqCst) < records {
                    *last = now;
                    seen.fetch_add(1, Ordering::SeqCst);
                }
            }
            // Whoever comes by from now on stands still, a key's own thread too.
            while seen.load(Ordering::SeqCst) >= records && !gate.load(Ordering::SeqCst) {
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        world.station.keep_session().expect("kept");
        let stopper = Stopper::default();
        let start = Start::New(Box::new(plan));
        let running = Running::begin_with(&world, start, crew, stopper.clone());
        let frozen = Self {
            world,
            reached,
            release,
            stopper,
            running: Some(running),
        };
        (frozen, id)
    }

    /// Whether it stood still before it was done.
    async fn stands_still(&self, records: usize) -> bool {
        let running = self.running.as_ref().expect("begun");
        loop {
            if self.reached.load(Ordering::SeqCst) >= records {
                // The keys' own threads finish what they were told.
                tokio::time::sleep(Duration::from_millis(30)).await;
                return true;
            }
            if running.is_over() {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn release(mut self) {
        let running = self.running.take();
        self.stopper.stop();
        drop(self.release);
        if let Some(running) = running {
            drop(running.result().await);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_station_that_is_killed_after_any_record_of_a_batch_goes_on_without_doing_anything_twice()
{
    let mut stops = 0;
    for records in 1.. {
        let keys: Vec<SoftKey> = (1..=2).map(super::fresh).collect();
        let (frozen, id) = Frozen::after(records, &keys).await;
        let stood_still = frozen.stands_still(records).await;
        if stood_still {
            stops += 1;
            let world = frozen.world.after_a_kill().expect("opens");
            for n in 1..=keys.len() {
                frozen.world.rack.pull(&UsbPath::new(slot(n)));
            }
            world.station.resume_session().expect("resumed");
            for (n, key) in keys.iter().enumerate() {
                world.rack.put(&slot(n + 1), key);
            }
            answering(&world).await;
            let known = world
                .station
                .store()
                .batch(id)
                .expect("read")
                .expect("known");
            let batch = match known.ended_at {
                // Its last record.
                Some(_) => known,
                None => {
                    let start = Start::Resume(id);
                    let running = Running::begin(&world, start, ScriptedCrew::default());
                    let crew = Arc::clone(&running.crew);
                    let (batch, finish) = running.end().await;
                    let said = crew.told();
                    let last = said.get(said.len().saturating_sub(12)..);
                    assert_eq!(
                        finish,
                        Finish::Complete,
                        "killed after record {records}: {:#?} {last:#?}",
                        crew.last_board()
                    );
                    batch
                }
            };
            assert_eq!(
                ends(&batch, KeyEnd::Done),
                2,
                "killed after record {records}"
            );
            assert_eq!(
                batch.runs.len(),
                2,
                "killed after record {records}: no key began twice"
            );
            every_person_has_one_key(&world, &keys, &format!("record {records}")).await;
        }
        frozen.release().await;
        if !stood_still {
            break;
        }
    }
    assert!(stops > 15, "only {stops} records");
}
