//! Two desks and one key: while one desk waits for something, the key goes to the other one, is enrolled there and comes back. Whatever
//! the first was waiting for, key and registry hold the same afterwards, or the difference is unfinished work or in the outbox.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use keydesk::bay::Cancel;
use keydesk::bay::soft::{Profile, SoftKey, TouchPolicy};
use keydesk::domain::UsbPath;
use keydesk::domain::authority::Role;
use keydesk::program::demo::world::{ScriptedFace, World};
use keydesk::station::desk::StationDesk;
use keydesk::workflow::dialogue::{Ending, Event, Step};
use keydesk::workflow::{self, How, Stop};

use crate::faulty_desk::{FaultyDesk, Mishap};
use crate::scenarios::{
    OPERATOR_SLOT, PIN, SLOT, answering, desk, enrol, fresh_key, operators_key, person, world,
};
use crate::swapped::Wait;

/// Longer than any run here may last, with other tests beside it.
const LONG: Duration = Duration::from_secs(60);

/// Two stations of one registry.
pub struct Desks {
    pub first: Arc<World>,
    pub second: Arc<World>,
}

pub async fn desks(people: usize) -> Desks {
    let first = world(people).await;
    let second = first.neighbour("Help desk 2").await.expect("a station");
    let own = operators_key();
    let signed_in = second.sign_in_as("Otto Operator", Role::HelpDesk, OPERATOR_SLOT, &own);
    signed_in.await.expect("signed in");
    Desks {
        first: Arc::new(first),
        second: Arc::new(second),
    }
}

/// At every wait of an enrolment before the credential is made.
const BEFORE_IT_IS_MADE: [Wait; 4] = [
    Wait::At(Step::Check),
    Wait::At(Step::Pin),
    Wait::At(Step::Create),
    Wait::Touch(1),
];

type Visit = JoinHandle<Result<Ending, Stop>>;

/// Once the wait is there, takes the key to the first desk, has it enrolled for this person and brings it back. How that ended comes
/// out of the second value.
fn taken_away(
    desks: &Desks,
    key: &SoftKey,
    (wait, n): (Wait, usize),
    how: Mishap,
) -> (
    impl Fn(&Event) + Send + Sync + 'static,
    Arc<std::sync::Mutex<Option<Visit>>>,
) {
    let visit = Arc::new(std::sync::Mutex::new(None));
    let (first, second, key) = (
        Arc::clone(&desks.first),
        Arc::clone(&desks.second),
        key.clone(),
    );
    let (begun, runtime) = (AtomicBool::new(false), tokio::runtime::Handle::current());
    let told = Arc::clone(&visit);
    let hear = move |event: &Event| {
        if !wait.is_now(event) || begun.swap(true, Ordering::SeqCst) {
            return;
        }
        second.rack.pull(&UsbPath::new(SLOT));
        key.set_touch(TouchPolicy::Auto);
        let (first, second, key) = (Arc::clone(&first), Arc::clone(&second), key.clone());
        let runtime = runtime.clone();
        let visit = std::thread::spawn(move || {
            let there = async {
                first.rack.put(SLOT, &key);
                answering(&first).await;
                let (inner, _) = desk(&first, &Cancel::default());
                let ended = match how {
                    Mishap::FailsBefore => {
                        let mut unsent = FaultyDesk::at(inner, "push", Mishap::FailsBefore);
                        workflow::enrol(&mut unsent, &person(n)).await
                    }
                    _ => enrol(&first, n).await,
                };
                first.rack.pull(&UsbPath::new(SLOT));
                second.rack.put(SLOT, &key);
                ended
            };
            runtime.block_on(there)
        });
        *told.lock().expect("whole") = Some(visit);
    };
    (hear, visit)
}

const SENT: Mishap = Mishap::StopsAfter;
const UNSENT: Mishap = Mishap::FailsBefore;

async fn enrol_at_second(
    desks: &Desks,
    n: usize,
    hear: impl Fn(&Event) + Send + Sync + 'static,
) -> (Result<Ending, Stop>, Vec<Event>) {
    let face = Arc::new(ScriptedFace::new(SLOT, PIN).hearing(hear));
    let station = Arc::clone(&desks.second.station);
    let mut desk = StationDesk::new(station, Arc::clone(&face), Cancel::default());
    let who = person(n);
    let run = workflow::enrol(&mut desk, &who);
    let ended = tokio::time::timeout(LONG, run).await;
    (ended.expect("ends by itself"), face.events())
}

async fn ended(visit: &std::sync::Mutex<Option<Visit>>) -> Result<Ending, Stop> {
    let visit = visit.lock().expect("whole").take();
    let visit = visit.expect("the key was taken");
    let joined = tokio::task::spawn_blocking(|| visit.join()).await;
    joined.expect("no panic").expect("no panic")
}

/// What the registry lists for a person, by id.
async fn at_registry(world: &World, n: usize) -> Vec<Vec<u8>> {
    let page = world.station.person(&person(n)).await.expect("a page");
    let live = page.credentials.into_iter().filter(|c| c.gone_at.is_none());
    live.map(|credential| credential.id.0).collect()
}

fn on_key(key: &SoftKey) -> Vec<Vec<u8>> {
    key.credentials().into_iter().map(|c| c.id).collect()
}

fn is_clean(world: &World) -> bool {
    let store = world.station.store();
    store.unfinished().expect("read").is_empty() && store.outbox().expect("read").is_empty()
}

/// Keys with a serial number of their own and without, that list what they hold and that don't.
fn kinds() -> [SoftKey; 3] {
    let numbered = Profile::yubikey_5_nfc().with_serial("7C31A9");
    [
        fresh_key(),
        SoftKey::new(numbered.with_touch(TouchPolicy::Auto)),
        SoftKey::new(Profile::ctap20().with_touch(TouchPolicy::Auto)),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_other_desk_enrolled_meanwhile_is_tested_and_neither_overwritten_nor_deleted() {
    let people = BEFORE_IT_IS_MADE.len() * kinds().len();
    let desks = desks(people).await;
    let mut n = 0;
    for wait in BEFORE_IT_IS_MADE {
        for key in kinds() {
            n += 1;
            let label = format!("{wait:?}, {}", key.profile().product);
            desks.second.rack.put(SLOT, &key);
            answering(&desks.second).await;
            let (hear, visit) = taken_away(&desks, &key, (wait, n), SENT);
            let (here, events) = enrol_at_second(&desks, n, hear).await;
            let there = ended(&visit).await;
            assert!(
                matches!(there, Ok(Ending::Enrolled { .. })),
                "{label}: {there:?}"
            );
            assert!(
                matches!(here, Ok(Ending::Retested { .. })),
                "{label}: {here:?}"
            );
            assert!(events.contains(&Event::Anew), "{label}: not told");
            assert_eq!(on_key(&key).len(), 1, "{label}");
            assert_eq!(on_key(&key), at_registry(&desks.first, n).await, "{label}");
            assert!(is_clean(&desks.first) && is_clean(&desks.second), "{label}");
            desks.second.rack.pull(&UsbPath::new(SLOT));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_other_desk_has_not_reported_yet_is_left_alone() {
    let desks = desks(BEFORE_IT_IS_MADE.len()).await;
    for (at, wait) in BEFORE_IT_IS_MADE.into_iter().enumerate() {
        let (n, key) = (at + 1, fresh_key());
        desks.second.rack.put(SLOT, &key);
        answering(&desks.second).await;
        let (hear, visit) = taken_away(&desks, &key, (wait, n), UNSENT);
        let (here, _) = enrol_at_second(&desks, n, hear).await;
        ended(&visit).await.expect("enrolled at the first desk");
        let stop = here.expect_err("not enrolled twice");
        assert_eq!(stop.code().as_str(), "open-elsewhere", "{wait:?}: {stop}");
        let held = on_key(&key);
        assert_eq!(held.len(), 1, "{wait:?}");
        desks.first.station.push_outbox().await.expect("pushed");
        assert_eq!(held, at_registry(&desks.first, n).await, "{wait:?}");
        recover(&desks.second).await;
        assert_eq!(on_key(&key), held, "{wait:?}: after unfinished work");
        assert!(is_clean(&desks.second), "{wait:?}");
        let (again, _) = enrol_at_second(&desks, n, |_| {}).await;
        assert!(
            matches!(again, Ok(Ending::Retested { .. })),
            "{wait:?}: {again:?}"
        );
        desks.second.rack.pull(&UsbPath::new(SLOT));
    }
}

/// Ends whatever is unfinished, with the key in the slot.
async fn recover(world: &World) {
    for work in world.station.store().unfinished().expect("read") {
        let (mut desk, _) = desk(world, &Cancel::default());
        let run = workflow::resolve(&mut desk, work, How::WithKey);
        let ended = tokio::time::timeout(LONG, run).await;
        ended.expect("ends by itself").expect("resolved");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_this_desk_made_and_has_not_proven_yet_is_not_overwritten_at_the_other() {
    for kind in 0..2 {
        let desks = desks(1).await;
        let [bare, numbered, _] = kinds();
        let key = if kind == 0 { bare } else { numbered };
        desks.second.rack.put(SLOT, &key);
        answering(&desks.second).await;
        let (hear, visit) = taken_away(&desks, &key, (Wait::Touch(2), 1), SENT);
        let (here, _) = enrol_at_second(&desks, 1, hear).await;
        let there = ended(&visit).await.expect_err("not made a second time");
        assert_eq!(there.code().as_str(), "open-elsewhere", "{there}");
        assert!(matches!(here, Ok(Ending::Enrolled { .. })), "{here:?}");
        assert_eq!(on_key(&key), at_registry(&desks.first, 1).await);
        assert!(is_clean(&desks.first) && is_clean(&desks.second));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_stopped_when_the_key_is_back_deletes_nothing_of_the_other_desk() {
    for wait in BEFORE_IT_IS_MADE {
        let (desks, key) = (desks(1).await, fresh_key());
        desks.second.rack.put(SLOT, &key);
        answering(&desks.second).await;
        let (hear, visit) = taken_away(&desks, &key, (wait, 1), UNSENT);
        let cancel = Cancel::default();
        let hand = cancel.clone();
        let face = ScriptedFace::new(SLOT, PIN).hearing(move |event| {
            hear(event);
            if *event == Event::Anew {
                hand.cancel();
            }
        });
        let station = Arc::clone(&desks.second.station);
        let mut desk = StationDesk::new(station, Arc::new(face), cancel);
        let who = person(1);
        let run = tokio::time::timeout(LONG, workflow::enrol(&mut desk, &who));
        let stop = run.await.expect("ends").expect_err("stopped");
        assert_eq!(stop.code().as_str(), "cancelled", "{wait:?}: {stop}");
        ended(&visit).await.expect("enrolled at the first desk");
        assert_eq!(on_key(&key).len(), 1, "{wait:?}");
        desks.first.station.push_outbox().await.expect("pushed");
        assert_eq!(on_key(&key), at_registry(&desks.first, 1).await, "{wait:?}");
        recover(&desks.second).await;
        assert_eq!(on_key(&key).len(), 1, "{wait:?}: after unfinished work");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unfinished_work_waits_for_the_other_desk_s_report_before_anything_is_deleted() {
    let (desks, key) = (desks(1).await, fresh_key());
    desks.second.rack.put(SLOT, &key);
    answering(&desks.second).await;
    let (inner, _) = desk(&desks.second, &Cancel::default());
    let mut faulty = FaultyDesk::at(inner, "make_credential", Mishap::StopsBefore);
    let (stopped, who) = (faulty.stopped(), person(1));
    tokio::select! {
        ended = workflow::enrol(&mut faulty, &who) => panic!("not stopped: {ended:?}"),
        () = stopped.notified() => {}
    }
    drop(faulty);
    desks.second.rack.pull(&UsbPath::new(SLOT));
    desks.first.rack.put(SLOT, &key);
    answering(&desks.first).await;
    let (inner, _) = desk(&desks.first, &Cancel::default());
    let mut unsent = FaultyDesk::at(inner, "push", Mishap::FailsBefore);
    let ended = workflow::enrol(&mut unsent, &who).await;
    ended.expect("enrolled");
    let held = on_key(&key);
    desks.first.rack.pull(&UsbPath::new(SLOT));
    desks.second.rack.put(SLOT, &key);
    answering(&desks.second).await;
    let work = desks.second.station.store().unfinished().expect("read");
    let work = work.into_iter().next().expect("unfinished work");
    let (mut desk, _) = desk(&desks.second, &Cancel::default());
    let stop = workflow::resolve(&mut desk, work, How::WithKey).await;
    let stop = stop.expect_err("it may be the other desk's");
    assert_eq!(stop.code().as_str(), "open-elsewhere", "{stop}");
    assert_eq!(on_key(&key), held);
    desks.first.station.push_outbox().await.expect("pushed");
    recover(&desks.second).await;
    assert_eq!(on_key(&key), held);
    assert_eq!(held, at_registry(&desks.first, 1).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_became_somebody_else_s_at_the_other_desk_is_refused_and_stays_theirs() {
    let people = BEFORE_IT_IS_MADE.len() * kinds().len();
    let desks = desks(2 * people).await;
    let mut n = 0;
    for wait in BEFORE_IT_IS_MADE {
        for key in kinds() {
            n += 1;
            let (here_n, there_n) = (2 * n, 2 * n - 1);
            let label = format!("{wait:?}, {}", key.profile().product);
            desks.second.rack.put(SLOT, &key);
            answering(&desks.second).await;
            let (hear, visit) = taken_away(&desks, &key, (wait, there_n), SENT);
            let (here, _) = enrol_at_second(&desks, here_n, hear).await;
            ended(&visit).await.expect("enrolled at the first desk");
            let stop = here.expect_err("somebody else's");
            assert_eq!(stop.code().as_str(), "key-refused", "{label}: {stop}");
            let name = format!("Person {there_n}");
            assert!(stop.to_string().contains(&name), "{label}: {stop}");
            assert_eq!(on_key(&key).len(), 1, "{label}");
            assert_eq!(
                on_key(&key),
                at_registry(&desks.first, there_n).await,
                "{label}"
            );
            assert!(
                at_registry(&desks.first, here_n).await.is_empty(),
                "{label}"
            );
            desks.second.rack.pull(&UsbPath::new(SLOT));
        }
    }
}
