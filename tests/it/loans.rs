//! Whoever forgot their key is lent one, at a station with software keys and the real registry: the whole of it, and with a mishap at
//! every call.

mod headless;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use keydesk::bay::Cancel;
use keydesk::bay::soft::SoftKey;
use keydesk::domain::authority::Role;
use keydesk::domain::loan::LoanDays;
use keydesk::domain::reason::Unmet;
use keydesk::domain::{KeyFacts, OperatorId, Pin};
use keydesk::program::demo::world::{OPERATOR_PIN, ScriptedFace, World};
use keydesk::station::desk::{Face, StationDesk};
use keydesk::wire::{Credential, problem_code};
use keydesk::workflow::Stop;
use keydesk::workflow::dialogue::{Answer, Ending, Event, LoanQuestion, PushState, Question, Step};
use keydesk::workflow::loan::{LoanWish, lend};

use crate::faulty_desk::{FaultyDesk, Mishap};
use crate::outbox::sql;
use crate::scenarios::{PIN, SLOT, enrol, fresh_key, operators_key, person, world};

const SECOND_SLOT: &str = "1-1.3";

/// A help desk, with a second member of staff who has come over from another one.
struct Desks {
    world: World,
    _other: World,
    seconds_key: SoftKey,
    second: OperatorId,
}

impl Desks {
    async fn new(count: usize) -> Self {
        let world = world(count).await;
        let other = world.neighbour("Help desk 3").await.expect("a station");
        let seconds_key = operators_key();
        let signed_in = other.sign_in_as("S. Econd", Role::HelpDesk, "1-1.1", &seconds_key);
        signed_in.await.expect("signed in");
        sql(&world, "UPDATE operator SET changed_ms = 1000").await;
        let second = other.station.operator().expect("signed in").id;
        Self {
            second,
            world,
            _other: other,
            seconds_key,
        }
    }

    /// Person `n` has a key, and left it elsewhere.
    async fn forgotten(&self, n: usize) {
        self.world.rack.put(SLOT, &fresh_key());
        enrol(&self.world, n).await.expect("enrolled");
        // They come back another day.
        let gone = "UPDATE visit SET ended_ms = opened_ms WHERE ended_ms IS NULL";
        sql(&self.world, gone).await;
        // Nobody waits five minutes between two of these tests.
        sql(&self.world, "DELETE FROM act_asked").await;
        self.blank();
        self.world.rack.put(SECOND_SLOT, &self.seconds_key);
    }

    /// Another key lies ready, with nothing on it.
    fn blank(&self) {
        self.world.rack.put(SLOT, &fresh_key());
    }

    fn desk(&self) -> (StationDesk, Arc<Two>) {
        let face = Arc::new(Two {
            second: ScriptedFace::new(SECOND_SLOT, OPERATOR_PIN),
            operator: ScriptedFace::new(SLOT, PIN),
            proves: AtomicBool::default(),
        });
        let station = Arc::clone(&self.world.station);
        let desk = StationDesk::new(station, Arc::clone(&face), Cancel::default());
        (desk, face)
    }

    async fn lend(&self, n: usize) -> Result<Ending, Stop> {
        let (mut desk, _) = self.desk();
        lend(&mut desk, &person(n), &LoanWish::default()).await
    }

    async fn keys_of(&self, n: usize) -> Vec<Credential> {
        let detail = self.world.station.person(&person(n)).await;
        let mut keys = detail.expect("a person").credentials;
        keys.retain(|key| key.gone_at.is_none());
        keys
    }
}

/// While somebody proves who they are, the second member of staff answers; else whoever serves the person.
struct Two {
    second: ScriptedFace,
    operator: ScriptedFace,
    proves: AtomicBool,
}

impl Two {
    fn face(&self) -> &ScriptedFace {
        match self.proves.load(Ordering::SeqCst) {
            true => &self.second,
            false => &self.operator,
        }
    }
}

#[async_trait(?Send)]
impl Face for Two {
    fn tell(&self, event: Event) {
        match &event {
            Event::Step { step: Step::Prove } => self.proves.store(true, Ordering::SeqCst),
            Event::StepDone {
                step: Step::Prove, ..
            } => self.proves.store(false, Ordering::SeqCst),
            _ => {}
        }
        self.operator.tell(event);
    }

    async fn ask(&self, question: Question) -> Result<Answer, Stop> {
        self.face().ask(question).await
    }

    async fn hand_over(&self, key: &KeyFacts, pin: Pin) -> Result<(), Stop> {
        self.face().hand_over(key, pin).await
    }
}

fn lent(keys: &[Credential]) -> usize {
    keys.iter()
        .filter(|key| key.held.lent_until.is_some())
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_forgot_their_key_goes_home_with_another_one_that_a_second_human_stood_by() {
    let desks = Desks::new(1).await;
    desks.forgotten(1).await;
    let (mut desk, face) = desks.desk();
    let ended = lend(&mut desk, &person(1), &LoanWish::default()).await;
    let Ok(Ending::Lent {
        until,
        push: PushState::Accepted,
        ..
    }) = ended
    else {
        panic!("{ended:?}");
    };
    // The shortest loan was taken, and what was signed was shown before anything was touched.
    let questions = face.operator.questions();
    assert!(
        questions.iter().any(|question| matches!(
            question,
            Question::Loan(LoanQuestion::Sign { act }) if act.subject().id == "p-1"
        )),
        "{questions:?}"
    );
    let events = face.operator.events();
    let place = |wanted: fn(&Event) -> bool| events.iter().position(wanted);
    let shown = place(|event| matches!(event, Event::Signing { .. }));
    let touched = place(|event| matches!(event, Event::Touch { .. }));
    assert!(shown.is_some() && shown < touched, "{shown:?} {touched:?}");
    let keys = desks.keys_of(1).await;
    assert_eq!((keys.len(), lent(&keys)), (2, 1));
    let loan = keys.iter().find_map(|key| key.held.lent_until);
    assert_eq!(loan, Some(until));
    // Whoever is signed in still is; and a second one is not lent.
    assert!(desks.world.station.operator().is_some());
    desks.blank();
    let again = desks.lend(1).await.expect_err("one at a time");
    assert_eq!(
        again.refusal(),
        Some(problem_code::NOT_ALLOWED),
        "{again:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_lent_nothing_hears_it_before_anybody_is_asked_anything() {
    let desks = Desks::new(2).await;
    let nothing = desks.lend(1).await.expect_err("never had a key");
    assert!(
        matches!(nothing, Stop::Unmet(Unmet::NothingForgotten { .. })),
        "{nothing:?}"
    );
    desks.forgotten(1).await;
    sql(
        &desks.world,
        "UPDATE person SET kind = 'main-administrator' WHERE id = 'p-1'",
    )
    .await;
    let (mut desk, face) = desks.desk();
    let refused = lend(&mut desk, &person(1), &LoanWish::default()).await;
    let stop = refused.expect_err("a main administrator");
    assert!(
        matches!(stop, Stop::Unmet(Unmet::NotLent { .. })),
        "{stop:?}"
    );
    let said = keydesk::text::english().stop(&stop);
    assert!(said.contains("standby key"), "{said}");
    assert!(face.operator.questions().is_empty());
    // With nobody else about.
    desks.forgotten(2).await;
    sql(
        &desks.world,
        "UPDATE operator SET revoked_ms = 2000 WHERE name = 'S. Econd'",
    )
    .await;
    let stop = desks.lend(2).await.expect_err("nobody");
    assert_eq!(stop, Stop::Unmet(Unmet::NobodyStandsBy));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_registry_that_is_said_before_anybody_is_asked_anything() {
    let mut desks = Desks::new(1).await;
    desks.forgotten(1).await;
    desks.world.stop_registry().await;
    let (mut desk, face) = desks.desk();
    let stop = lend(&mut desk, &person(1), &LoanWish::default()).await;
    let stop = stop.expect_err("out of reach");
    assert!(matches!(stop, Stop::Unreachable(_)), "{stop:?}");
    assert!(face.operator.questions().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_while_a_key_is_lent_the_own_one_stays_and_one_is_lent_at_most() {
    let desks = Desks::new(150).await;
    let mut n = 0;
    for mishap in [Mishap::FailsBefore, Mishap::FailsAfter, Mishap::StopsAfter] {
        for at in 0.. {
            n += 1;
            let when = format!("{mishap:?} at {at}");
            desks.forgotten(n).await;
            let mut desk = FaultyDesk::new(desks.desk().0, Some(at), mishap);
            let stopped = desk.stopped();
            let wish = LoanWish {
                days: Some(LoanDays::default()),
                second: None,
            };
            let who = person(n);
            tokio::select! {
                _ = lend(&mut desk, &who, &wish) => {}
                () = stopped.notified() => {}
            }
            let keys = desks.keys_of(n).await;
            let own = keys.iter().filter(|key| key.is_valid()).count();
            assert_eq!(own, 1, "{when}");
            assert!(lent(&keys) <= 1, "{when}");
            // It goes on from where it stood.
            desks.blank();
            let again = desks.lend(n).await;
            let keys = desks.keys_of(n).await;
            let store = desks.world.station.store();
            let open =
                store.unfinished().expect("read").len() + store.outbox().expect("read").len();
            assert!(lent(&keys) == 1 || open > 0, "{when}: {again:?}");
            if let Err(stop) = &again {
                assert_eq!(
                    stop.refusal(),
                    Some(problem_code::NOT_ALLOWED),
                    "{when}: {stop:?}"
                );
            }
            if desk.hit.is_none() {
                break;
            }
        }
    }
}
