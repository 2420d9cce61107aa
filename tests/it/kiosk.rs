//! The kiosk's controller without its screen: locks, other operators and sessions that end while a run is on.

mod apps;
mod lists;
mod losses;
mod resets;

use std::sync::Arc;
use std::time::Duration;

use keydesk::bay::Cancel;
use keydesk::bay::soft::{Profile, SoftKey, TouchPolicy};
use keydesk::domain::authority::Role;
use keydesk::domain::stop_code::StopCode;
use keydesk::domain::{EntryId, IntentId, OperatorId, PersonId, UsbPath};
use keydesk::program::demo::world::{OPERATOR_PIN, ScriptedFace, World};
use keydesk::server::{ServeConfig, admin};
use keydesk::station::desk::{Face, StationDesk};
use keydesk::station::face::board::BatchCommand;
use keydesk::station::face::{Command, Remark, SigningIn, Update};
use keydesk::station::kiosk::{self, Kiosk};
use keydesk::store::audit;
use keydesk::wire::Session;
use keydesk::workflow::dialogue::{Ending, Event};
use keydesk::workflow::{self, How, Order, ResetOrder};
use tokio::sync::mpsc;

use crate::scenarios::{SLOT, answering};

const FIRST: &str = "1-1.1";
const SECOND: &str = "1-1.3";
const PIN: &str = "2468-person";
const PEOPLE: &str = "record,id,name,kind,email,employee_number,organisation,coc_number\n\
    organisation,o-1,Example Shipping,,,,,12345678\n\
    person,p-1,Person 1,employee,p1@example.com,1,o-1,\n";

/// A kiosk, and what stands in for its screen.
struct Seat {
    world: World,
    key: SoftKey,
    commands: mpsc::Sender<Command>,
    updates: mpsc::Receiver<Update>,
    first: OperatorId,
    second: OperatorId,
}

impl Seat {
    /// Two operators, the first one signed in; a key for the person, which wants to be touched.
    async fn take() -> Self {
        Self::take_among(PEOPLE).await
    }

    /// The same with these people (CSV).
    async fn take_among(people: &str) -> Self {
        let world = World::build_with(ServeConfig::default(), people)
            .await
            .expect("a world");
        let mut operators = Vec::new();
        for (name, place) in [("Second Operator", SECOND), ("First Operator", FIRST)] {
            operators.push(sign_in_first(&world, name, place).await);
        }
        assert_ne!(operators.first(), operators.last());
        let key = SoftKey::new(Profile::yubikey_5_nfc().with_touch(TouchPolicy::Manual));
        world.rack.put(SLOT, &key);
        answering(&world).await;
        let (commands, inbox) = mpsc::channel(kiosk::CHANNEL);
        let (screen, updates) = mpsc::channel(kiosk::CHANNEL);
        tokio::spawn(Kiosk::serve(
            Arc::clone(&world.station),
            inbox,
            screen,
            None,
        ));
        let first = operators.pop().expect("the first");
        let second = operators.pop().expect("the second");
        let mut seat = Self {
            world,
            key,
            commands,
            updates,
            first,
            second,
        };
        let first = seat.first.clone();
        seat.until("the operator", FIRST, OPERATOR_PIN, |u| {
            is_operator(u, &first)
        })
        .await;
        seat
    }

    async fn send(&self, command: Command) {
        self.commands.send(command).await.expect("a kiosk");
    }

    /// Answers questions, choosing the key at `place`, until an update is the one that is waited for.
    async fn until(
        &mut self,
        what: &str,
        place: &str,
        pin: &str,
        wanted: impl Fn(&Update) -> bool,
    ) -> Vec<Update> {
        let face = ScriptedFace::new(place, pin);
        let mut seen = Vec::new();
        loop {
            let next = tokio::time::timeout(Duration::from_secs(15), self.updates.recv()).await;
            let update = next
                .unwrap_or_else(|_| panic!("waited for {what} in vain, after {seen:?}"))
                .expect("a kiosk");
            if let Update::Question(question) | Update::SigningIn(SigningIn::Question(question)) =
                &update
            {
                let answer = face.ask(question.clone()).await.expect("an answer");
                self.send(Command::Answer(answer)).await;
            }
            let found = wanted(&update);
            seen.push(update);
            if found {
                return seen;
            }
        }
    }

    /// Up to the moment when the key blinks for its first touch.
    async fn enrol_up_to_the_first_touch(&mut self) {
        let person = PersonId::new("p-1");
        self.send(Command::Run(Order::Enrol { person })).await;
        self.until("the touch", SLOT, PIN, |update| {
            matches!(update, Update::Run(Event::Touch { nth: 1, .. }))
        })
        .await;
        self.until("blinking", SLOT, PIN, |update| {
            matches!(update, Update::Run(Event::Alive { touch: true }))
        })
        .await;
    }

    async fn lock(&mut self) {
        self.send(Command::Lock).await;
        self.until("the lock", SLOT, PIN, |u| {
            matches!(u, Update::Operator(None))
        })
        .await;
        assert_eq!(self.world.station.operator(), None);
    }

    async fn sign_in(&mut self, place: &str, operator: &OperatorId) {
        self.send(Command::Run(Order::SignIn)).await;
        self.until("signing in", place, OPERATOR_PIN, |u| {
            is_operator(u, operator)
        })
        .await;
    }

    /// Waits until something has become true.
    async fn comes_true(&self, what: &str, true_now: impl Fn(&Self) -> bool) {
        for _ in 0..500 {
            if true_now(self) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("never came true: {what}");
    }

    fn enrolments(&self) -> usize {
        let store = self.world.station.store();
        store
            .enrolments_of(&PersonId::new("p-1"))
            .expect("read")
            .len()
    }
}

/// An operator of that name, signed in with a new key that stays in the slot.
async fn sign_in_first(world: &World, name: &str, place: &str) -> OperatorId {
    let own = SoftKey::new(Profile::full().with_touch(TouchPolicy::Auto));
    world.rack.put(place, &own);
    let code = admin::new_operator_code(&world.database(), name, Role::HelpDesk)
        .await
        .expect("a code");
    let face = Arc::new(ScriptedFace::new(place, OPERATOR_PIN));
    let mut desk = StationDesk::new(Arc::clone(&world.station), face, Cancel::default());
    let signed_in = workflow::first_sign_in(&mut desk, &code.code).await;
    signed_in.expect("signed in");
    world.station.operator().expect("an operator").id
}

fn is_operator(update: &Update, id: &OperatorId) -> bool {
    matches!(update, Update::Operator(Some(operator)) if operator.id == *id)
}

#[tokio::test(flavor = "multi_thread")]
async fn touches_behind_the_lock_finish_nothing_and_the_same_operator_finishes_the_run() {
    let mut seat = Seat::take().await;
    seat.enrol_up_to_the_first_touch().await;
    seat.lock().await;
    assert!(seat.world.rack.touch(), "the key was waiting");
    seat.comes_true("the credential", |s| s.key.credentials().len() == 1)
        .await;
    for _ in 0..25 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(!seat.world.rack.touch(), "a second touch was asked for");
    }
    assert_eq!(seat.enrolments(), 0);
    while let Ok(update) = seat.updates.try_recv() {
        assert!(!matches!(update, Update::Run(_)), "{update:?}");
    }
    let first = seat.first.clone();
    seat.sign_in(FIRST, &first).await;
    seat.until("the second touch", SLOT, PIN, |update| {
        matches!(update, Update::Run(Event::Touch { nth: 2, .. }))
    })
    .await;
    seat.comes_true("touched", |s| s.world.rack.touch()).await;
    seat.until("the end", SLOT, PIN, |update| {
        let Update::Run(Event::Ended { ending }) = update else {
            return false;
        };
        assert!(matches!(ending, Ending::Enrolled { .. }), "{ending:?}");
        true
    })
    .await;
    assert_eq!(seat.enrolments(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_settled_meanwhile_ends_a_run_before_it_has_begun() {
    let how = How::WithKey;
    let (intent, entry) = (IntentId(uuid::Uuid::nil()), EntryId(uuid::Uuid::nil()));
    let mut seat = Seat::take().await;
    for order in [
        Order::Resolve { intent, how },
        Order::Withdraw { entry, how },
    ] {
        seat.send(Command::Run(order)).await;
        let seen = seat
            .until("the end", SLOT, PIN, |update| {
                matches!(update, Update::Run(Event::Ended { .. }))
            })
            .await;
        let begun = |update: &Update| matches!(update, Update::Run(Event::Began { .. }));
        assert!(!seen.iter().any(begun), "{seen:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_operator_who_unlocks_stops_the_run_and_hears_nothing_of_it() {
    let mut seat = Seat::take().await;
    seat.enrol_up_to_the_first_touch().await;
    seat.lock().await;
    assert!(seat.world.rack.touch(), "the key was waiting");
    seat.comes_true("the credential", |s| s.key.credentials().len() == 1)
        .await;
    let second = seat.second.clone();
    seat.sign_in(SECOND, &second).await;
    seat.comes_true("nothing unfinished", |s| {
        s.world
            .station
            .store()
            .unfinished()
            .expect("read")
            .is_empty()
    })
    .await;
    assert!(seat.key.credentials().is_empty(), "deleted again");
    assert!(!seat.world.rack.touch(), "no touch is asked for");
    assert_eq!(seat.enrolments(), 0);
    let outbox = seat.world.station.store().outbox().expect("read");
    assert!(outbox.is_empty(), "nothing is pushed in anybody's name");
    while let Ok(update) = seat.updates.try_recv() {
        let of_the_run = matches!(update, Update::Run(_) | Update::Question(_));
        assert!(!of_the_run, "{update:?}");
    }
    audit::verify(&seat.world.data()).expect("a whole chain");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_given_up_over_a_lock_leaves_the_run_waiting() {
    let mut seat = Seat::take().await;
    seat.enrol_up_to_the_first_touch().await;
    seat.lock().await;
    seat.send(Command::Run(Order::SignIn)).await;
    seat.until("the question", "nowhere", OPERATOR_PIN, |update| {
        let Update::SigningIn(SigningIn::Event(event)) = update else {
            return false;
        };
        matches!(event, Event::Began { .. })
    })
    .await;
    seat.send(Command::Cancel).await;
    seat.until("its end", SLOT, PIN, |update| {
        let Update::SigningIn(SigningIn::Event(event)) = update else {
            return false;
        };
        matches!(event, Event::Ended { .. })
    })
    .await;
    seat.send(Command::Cancel).await;
    let first = seat.first.clone();
    seat.sign_in(FIRST, &first).await;
    seat.comes_true("touched once", |s| s.world.rack.touch())
        .await;
    seat.until("the second touch", SLOT, PIN, |update| {
        matches!(update, Update::Run(Event::Touch { nth: 2, .. }))
    })
    .await;
    // A run that nobody ends keeps its key blinking until the key gives up.
    seat.comes_true("touched", |s| s.world.rack.touch()).await;
    seat.until("the end", SLOT, PIN, |update| {
        matches!(update, Update::Run(Event::Ended { .. }))
    })
    .await;
    assert_eq!(seat.enrolments(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_nobody_is_signed_in_the_screen_is_told_of_nobody_and_asks_in_vain() {
    let mut seat = Seat::take().await;
    seat.until(
        "what the desk has to do",
        FIRST,
        PIN,
        |update| matches!(update, Update::Home(home) if home.people.is_some()),
    )
    .await;
    seat.lock().await;
    let person = || PersonId::new("p-1");
    let place = || UsbPath::new(SLOT);
    let asked = [
        Command::Find {
            serial: 1,
            text: "Person".to_owned(),
        },
        Command::Open { person: person() },
        Command::Run(Order::Enrol { person: person() }),
        Command::OpenKey { place: place() },
        Command::Run(Order::Reset(ResetOrder::default())),
        Command::PushOutbox,
        Command::Batch(BatchCommand::Look),
    ];
    let count = asked.len();
    for command in asked {
        seat.send(command).await;
    }
    let mut refused = 0;
    while refused < count {
        let update = tokio::time::timeout(Duration::from_secs(15), seat.updates.recv()).await;
        match update.expect("an answer").expect("a kiosk") {
            Update::Remark(remark) => {
                assert_eq!(remark, Remark::Stopped(StopCode::SignedOut));
                refused += 1;
            }
            Update::Home(home) => assert_eq!(home.people, None),
            Update::Bay(_) => {}
            other => panic!("{other:?}"),
        }
    }
    let first = seat.first.clone();
    seat.sign_in(FIRST, &first).await;
    seat.until(
        "what the desk has to do",
        FIRST,
        PIN,
        |update| matches!(update, Update::Home(home) if home.people.is_some()),
    )
    .await;
}

/// The present session, as the station's own file has it.
fn session_of(world: &World) -> Session {
    world.station.keep_session().expect("kept");
    let file = std::fs::read(world.data().join("private/session.json")).expect("a file");
    #[derive(serde::Deserialize)]
    struct Kept {
        session: Session,
    }
    let kept: Kept = serde_json::from_slice(&file).expect("a session");
    kept.session
}

#[tokio::test(flavor = "multi_thread")]
async fn the_screen_is_told_when_the_registry_no_longer_knows_the_session() {
    let mut seat = Seat::take().await;
    let session = session_of(&seat.world);
    let client = seat.world.station.registry().expect("joined");
    client.sign_out(&session).await.expect("ended elsewhere");
    let person = PersonId::new("p-1");
    seat.send(Command::Open { person }).await;
    seat.until("the end of the session", FIRST, PIN, |update| {
        matches!(update, Update::Operator(None))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_session_at_the_registry_too() {
    let mut seat = Seat::take().await;
    let session = session_of(&seat.world);
    seat.send(Command::SignOut).await;
    seat.until("the end", FIRST, PIN, |u| {
        matches!(u, Update::Operator(None))
    })
    .await;
    let client = seat.world.station.registry().expect("joined");
    for _ in 0..100 {
        if client.find_people(&session, "Person", 1).await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the registry still knows the session");
}

#[tokio::test(flavor = "multi_thread")]
async fn fetching_tickets_is_answered_with_whether_anybody_is_expected() {
    let expected = "record,id,name,kind,email,employee_number,organisation,coc_number,person,at\n\
        organisation,o-1,Example Shipping,,,,,12345678,,\n\
        person,p-1,Person 1,employee,p1@example.com,1,o-1,,,\n\
        appointment,,,,,,,,p-1,TODAYT12:00:00Z\n";
    for (people, tickets, said) in [
        (PEOPLE, 0, Remark::NoTickets),
        (expected, 1, Remark::TicketsFetched),
    ] {
        let mut seat = Seat::take_among(people).await;
        let day = jiff::Zoned::now().date();
        seat.send(Command::FetchTickets { day }).await;
        let seen = seat
            .until("the remark", SLOT, PIN, |u| matches!(u, Update::Remark(_)))
            .await;
        assert!(
            matches!(seen.last(), Some(Update::Remark(remark)) if *remark == said),
            "{seen:?}"
        );
        let station = &seat.world.station;
        assert_eq!(
            station.tickets(day).expect("read").len(),
            tickets,
            "{said:?}"
        );
    }
}
