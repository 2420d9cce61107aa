//! Many keys at once: software keys, a temporary store, and a real registry on loopback.

#![expect(
    clippy::indexing_slicing,
    reason = "a test that indexes wrongly fails, as it should"
)]

mod crew;
mod faults;
mod standby;
mod stops;

use std::sync::Arc;
use std::time::Duration;

use keydesk::bay::soft::{Profile as Model, SoftKey, TouchPolicy};
use keydesk::domain::authority::Role;
use keydesk::domain::batch::{Batch, KeyEnd, KeyRun, Plan};
use keydesk::domain::people_list::{self, Listed};
use keydesk::domain::profile::{Profile, StepKind};
use keydesk::domain::{BatchId, Identification, RunId, UsbPath};
use keydesk::program::demo::world::World;
use keydesk::server::ServeConfig;
use keydesk::station::batch::{BatchError, Finish, Start, Terms, forecast, run};
use keydesk::station::face::board::BatchOrder;
use keydesk::station::stopper::Stopper;
use keydesk::store::audit;
use keydesk::text::english;
use tokio::sync::mpsc;

use crate::scenarios::{OPERATOR_SLOT, answering, people, person};
use crew::ScriptedCrew;

/// Sets a PIN and enrols for the next person on the list.
pub const ENROL: &str = "version = 1\nname = \"Desk\"\n\
    [[step]]\ndo = \"pin\"\nhow = \"typed\"\n\
    [[step]]\ndo = \"enrol\"\nfor = \"list\"\n\
    [[step]]\ndo = \"tag\"\npattern = \"KD-###\"\n\
    [[step]]\ndo = \"label\"\ntext = \"{tag} {person}\"\n";

/// A station with `count` people, and an operator of that role who is signed in.
pub async fn world(count: usize, role: Role) -> World {
    let world = World::build_with(ServeConfig::default(), &people(count))
        .await
        .expect("a world");
    let own = SoftKey::new(
        Model::full()
            .with_serial("OWN")
            .with_touch(TouchPolicy::Auto),
    );
    world
        .sign_in(role, OPERATOR_SLOT, &own)
        .await
        .expect("signed in");
    world
}

pub fn slot(n: usize) -> String {
    format!("1-2.{n}")
}

pub fn serial(n: usize) -> String {
    format!("S{n:03}")
}

/// A key from the box, which is touched as soon as it asks.
pub fn fresh(n: usize) -> SoftKey {
    let model = Model::yubikey_5_nfc().with_serial(&serial(n));
    SoftKey::new(model.with_touch(TouchPolicy::Auto))
}

pub fn put(world: &World, n: usize) -> SoftKey {
    let key = fresh(n);
    world.rack.put(&slot(n), &key);
    key
}

pub fn list(count: usize) -> Vec<Listed> {
    let text: String = (1..=count).map(|n| format!("p-{n}\n")).collect();
    people_list::parse(text.as_bytes())
        .expect("a list")
        .into_listed()
}

pub fn plan(world: &World, profile: &str, people: usize) -> Plan {
    let operator = world.station.operator().expect("signed in");
    Plan {
        id: BatchId(uuid::Uuid::now_v7()),
        profile: Profile::parse(profile).expect("a profile"),
        people: if people == 0 {
            Vec::new()
        } else {
            list(people)
        },
        identification: Some("passport:7K31".parse().expect("a document")),
        keys: None,
        operator: operator.id,
        begun_at: jiff::Timestamp::now(),
    }
}

/// Runs a batch in the background: its crew, the orders, and its end.
pub struct Running {
    pub crew: Arc<ScriptedCrew>,
    pub orders: mpsc::Sender<BatchOrder>,
    task: tokio::task::JoinHandle<Result<(Batch, Finish), BatchError>>,
}

impl Running {
    pub fn begin(world: &World, start: Start, crew: ScriptedCrew) -> Self {
        Self::begin_with(world, start, crew, Stopper::default())
    }

    pub fn begin_with(world: &World, start: Start, crew: ScriptedCrew, stopper: Stopper) -> Self {
        let crew = Arc::new(crew);
        let (orders, inbox) = mpsc::channel(8);
        let (station, at_work) = (Arc::clone(&world.station), Arc::clone(&crew));
        let terms = Terms {
            stopper,
            patience: Some(Duration::from_secs(60)),
        };
        let task =
            tokio::task::spawn_blocking(move || run(&station, &at_work, start, inbox, terms));
        Self { crew, orders, task }
    }

    pub fn is_over(&self) -> bool {
        self.task.is_finished()
    }

    pub async fn end(self) -> (Batch, Finish) {
        self.result().await.expect("no error")
    }

    pub async fn result(self) -> Result<(Batch, Finish), BatchError> {
        let ended = tokio::time::timeout(Duration::from_secs(100), self.task).await;
        ended.expect("a batch comes to its end").expect("no panic")
    }
}

pub fn ends(batch: &Batch, end: KeyEnd) -> usize {
    let is = |at: Option<KeyEnd>| at == Some(end);
    batch
        .runs
        .iter()
        .filter(|run| is(run.end.map(|(end, _)| end)))
        .count()
}

/// A key's run, what it has been through, its tag and its label.
type Way = (RunId, Vec<StepKind>, Option<String>, Option<String>);

/// What every key has been through.
fn through(batch: &Batch) -> Vec<Way> {
    let of = |run: &KeyRun| (run.id, run.done.clone(), run.tag.clone(), run.label.clone());
    batch.runs.iter().map(of).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_keys_are_enrolled_at_once_for_sixteen_people() {
    let world = world(16, Role::HelpDesk).await;
    let keys: Vec<SoftKey> = (1..=16).map(|n| put(&world, n)).collect();
    answering(&world).await;
    let plan = plan(&world, ENROL, 16);
    let id = plan.id;
    let running = Running::begin(&world, Start::New(Box::new(plan)), ScriptedCrew::default());
    let crew = Arc::clone(&running.crew);
    let (batch, finish) = running.end().await;
    assert_eq!(finish, Finish::Complete);
    assert_eq!(ends(&batch, KeyEnd::Done), 16);
    for n in 1..=16 {
        let page = world.station.person(&person(n)).await.expect("a page");
        assert_eq!(page.credentials.len(), 1, "person {n}");
    }
    for key in &keys {
        assert_eq!(key.credentials().len(), 1);
    }
    let mut tags: Vec<_> = batch
        .runs
        .iter()
        .filter_map(|run| run.tag.clone())
        .collect();
    tags.sort_unstable();
    let wanted: Vec<String> = (1..=16).map(|n| format!("KD-{n:03}")).collect();
    assert_eq!(tags, wanted);
    assert!(
        batch
            .runs
            .iter()
            .all(|run| run.label.as_ref().is_some_and(|l| l.contains("Person")))
    );
    let known = world
        .station
        .store()
        .batch(id)
        .expect("read")
        .expect("known");
    assert_eq!(
        through(&known),
        through(&batch),
        "the journal tells the same"
    );
    let board = crew.last_board().expect("a board");
    assert_eq!((board.touches, board.pins), (32, 16), "as the budget said");
    assert_eq!(
        board.budget.map(|budget| (budget.touches, budget.pins)),
        Some((32, 16))
    );
    assert_eq!(crew.most_asked_at_once(), 1, "PINs are typed one at a time");
    audit::verify(&world.data()).expect("a whole chain");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_box_of_keys_goes_through_two_slots_and_each_new_key_joins_by_itself() {
    let world = world(6, Role::HelpDesk).await;
    put(&world, 1);
    put(&world, 2);
    let plan = plan(&world, ENROL, 6);
    let rack = world.rack.clone();
    let next = std::sync::atomic::AtomicUsize::new(3);
    let crew = ScriptedCrew::default().when_done(move |whose| {
        let n = next.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        rack.pull(&whose.place);
        if n <= 6 {
            rack.put(whose.place.as_str(), &fresh(n));
        }
    });
    let running = Running::begin(&world, Start::New(Box::new(plan)), crew);
    let (batch, finish) = running.end().await;
    assert_eq!(finish, Finish::Complete);
    assert_eq!(ends(&batch, KeyEnd::Done), 6);
    let mut serials: Vec<_> = batch
        .runs
        .iter()
        .filter_map(|run| run.key.id.serial.clone())
        .collect();
    serials.sort_unstable();
    serials.dedup();
    assert_eq!(serials.len(), 6, "six different keys");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operators_own_key_and_a_key_of_somebody_else_do_not_take_part() {
    let world = world(2, Role::HelpDesk).await;
    let taken = put(&world, 1);
    let first = plan(&world, ENROL, 1);
    let running = Running::begin(&world, Start::New(Box::new(first)), ScriptedCrew::default());
    running.end().await;
    let before = taken.credentials();
    let second = Plan {
        people: people_list::parse(b"p-2").expect("a list").into_listed(),
        ..plan(&world, ENROL, 1)
    };
    let crew = ScriptedCrew::default();
    let running = Running::begin(&world, Start::New(Box::new(second)), crew);
    let crew = Arc::clone(&running.crew);
    crew.until(|board| {
        board
            .slots
            .iter()
            .filter(|slot| slot.work.code() == "refused")
            .count()
            == 2
    })
    .await;
    put(&world, 2);
    let (batch, finish) = running.end().await;
    assert_eq!(finish, Finish::Complete);
    assert_eq!(ends(&batch, KeyEnd::Done), 1);
    assert_eq!(taken.credentials(), before);
    let own = world.rack.key(&UsbPath::new(OPERATOR_SLOT)).expect("there");
    assert_eq!(own.credentials().len(), 1, "only the operator's");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_says_what_would_happen_and_changes_nothing() {
    let world = world(2, Role::HelpDesk).await;
    let keys = [put(&world, 1), put(&world, 2), put(&world, 3)];
    answering(&world).await;
    let plan = plan(&world, ENROL, 2);
    let head = audit::verify(&world.data()).expect("whole").head;
    let told = forecast(&world.station, &plan, &Stopper::default().cancel()).await;
    let told = told.expect("a forecast");
    let refusals: Vec<_> = told
        .keys
        .iter()
        .filter_map(|key| key.refused.clone())
        .collect();
    assert_eq!(refusals.len(), 2, "{refusals:?}");
    assert!(
        refusals
            .iter()
            .any(|why| english().unfit(why).contains("operator's own")),
        "{refusals:?}"
    );
    assert!(
        refusals
            .iter()
            .any(|why| english().unfit(why).contains("not needed")),
        "{refusals:?}"
    );
    assert_eq!(told.now.touches, 4);
    assert_eq!(told.further_keys, Some(0));
    assert_eq!(audit::verify(&world.data()).expect("whole").head, head);
    for key in keys {
        assert!(key.credentials().is_empty());
        assert_eq!(key.waiting(), None, "nobody is asked to touch");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_stopped_is_skipped_when_another_takes_its_place_and_its_person_gets_that_one() {
    let world = world(1, Role::HelpDesk).await;
    let broken = put(&world, 1);
    broken.set_touch(TouchPolicy::Manual);
    let plan = plan(&world, ENROL, 1);
    let running = Running::begin(&world, Start::New(Box::new(plan)), ScriptedCrew::default());
    let crew = Arc::clone(&running.crew);
    let at = UsbPath::new(slot(1));
    crew.until(|board| {
        board
            .slots
            .iter()
            .any(|s| s.place == at && s.work.code() == "touch")
    })
    .await;
    running
        .orders
        .send(BatchOrder::Abort(at.clone()))
        .await
        .expect("taken");
    crew.until(|board| {
        board
            .slots
            .iter()
            .any(|s| s.place == at && s.work.code() == "stopped")
    })
    .await;
    world.rack.pull(&at);
    world.rack.put(&slot(1), &fresh(2));
    let (batch, finish) = running.end().await;
    assert_eq!(finish, Finish::Complete);
    assert_eq!(
        (ends(&batch, KeyEnd::Skipped), ends(&batch, KeyEnd::Done)),
        (1, 1)
    );
    assert!(broken.credentials().is_empty());
    let page = world.station.person(&person(1)).await.expect("a page");
    assert_eq!(page.credentials.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_was_said_or_written_holds_a_pin() {
    let world = world(2, Role::HelpDesk).await;
    put(&world, 1);
    put(&world, 2);
    let plan = plan(&world, ENROL, 2);
    let running = Running::begin(&world, Start::New(Box::new(plan)), ScriptedCrew::default());
    let crew = Arc::clone(&running.crew);
    running.end().await;
    let said = crew.told().join("\n");
    assert!(said.contains("credential"), "something was said");
    assert!(!said.contains(crew::PIN));
    let records = audit::records(&world.data()).expect("readable");
    for record in records {
        let record = serde_json::to_string(&record.expect("whole")).expect("json");
        assert!(!record.contains(crew::PIN), "{record}");
    }
}
