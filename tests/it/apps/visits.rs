//! Visits at the desk: who proves what before something is added, and what waits until its owner takes it.

use async_trait::async_trait;
use keydesk::bay::Cancel;
use keydesk::cli::outcome::outcome_of;
use keydesk::domain::visit::Takes;
use keydesk::station::desk::{Face, StationDesk};
use keydesk::text::english;
use keydesk::wire::Said;
use keydesk::workflow::dialogue::{
    Answer, AppQuestion, AppResult, Ending, Event, PushState, Question, Step,
};
use keydesk::workflow::{self, Stop, app};

use super::Timed;
use super::phone::{Manner, People};
use crate::outbox::sql;
use crate::scenarios::{self, PIN, SLOT, fresh_key, person, state_of};
use keydesk::program::demo::world::ScriptedFace;

/// Says that everything was made by another human than whoever works here.
const BY_ANOTHER: [&str; 3] = [
    "INSERT INTO operator (id, name, role, user_handle, personnel_number) VALUES ('maker', 'M', 'help-desk', x'01', 'm')",
    "UPDATE factor SET operator = 'maker'",
    "UPDATE app_offer SET operator = 'maker'",
];

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_a_factor_proves_it_once_before_anything_is_added() {
    let timed = Timed::new(1).await;
    let phone = timed.phone();
    timed
        .enrol(1, &phone, Manner::Willing)
        .await
        .ended
        .expect("an app");
    timed.leave(1).await;
    timed.wait_s(90);
    timed.world.rack.put(SLOT, &fresh_key());
    let (mut desk, people) = timed.desk(People::new(&phone, Manner::Willing));
    let ending = workflow::enrol(&mut desk, &person(1)).await.expect("a key");
    assert_eq!(state_of(&ending), &PushState::Accepted);
    let asked = people.questions();
    assert!(
        matches!(asked.as_slice(), [AppQuestion::TypeCode { .. }]),
        "{asked:?}"
    );
    // In the same visit nothing is asked again: neither who they are, nor what they have.
    let second = timed.phone();
    let run = timed.enrol(1, &second, Manner::Willing).await;
    assert!(run.ended.is_ok());
    assert!(
        !run.people
            .questions()
            .iter()
            .any(|q| matches!(q, AppQuestion::TypeCode { .. }))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_proof_adds_nothing_and_asks_nothing_of_the_new_key() {
    let timed = Timed::new(1).await;
    let phone = timed.phone();
    timed
        .enrol(1, &phone, Manner::Willing)
        .await
        .ended
        .expect("an app");
    timed.leave(1).await;
    timed.wait_s(90);
    let key = fresh_key();
    timed.world.rack.put(SLOT, &key);
    let (mut desk, _) = timed.desk(People::new(&phone, Manner::Hopeless));
    let stop = workflow::enrol(&mut desk, &person(1))
        .await
        .expect_err("no proof");
    assert!(matches!(stop, Stop::WrongCodes(_)), "{stop}");
    assert!(key.credentials().is_empty(), "untouched");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lost_everything_is_refused_until_an_administrator_at_the_desk_proves_a_factor() {
    let timed = Timed::new(2).await;
    let (phone, theirs) = (timed.phone(), timed.phone());
    timed
        .enrol(1, &phone, Manner::Willing)
        .await
        .ended
        .expect("an app");
    timed.leave(1).await;
    sql(&timed.world, "UPDATE factor SET removed_ms = accepted_ms").await;
    let new = timed.phone();
    let run = timed.enrol(1, &new, Manner::Willing).await;
    let refused = run.ended.expect_err("an administrator is needed");
    assert!(
        matches!(
            &refused,
            Stop::Authority {
                takes: Takes::Administrator,
                ..
            }
        ),
        "{refused}"
    );
    assert!(new.names().is_empty(), "nothing was shown");
    // Person 2 administers the organisation.
    sql(
        &timed.world,
        "UPDATE person SET kind = 'user-administrator' WHERE id = 'p-2'",
    )
    .await;
    timed
        .enrol(2, &theirs, Manner::Willing)
        .await
        .ended
        .expect("an app");
    timed.leave(2).await;
    for statement in BY_ANOTHER {
        sql(&timed.world, statement).await;
    }
    timed.leave(1).await;
    timed.wait_s(90);
    // One phone has both: the administrator's code, then the new app's.
    let (mut desk, people) = timed.desk(People::new(&theirs, Manner::Willing));
    let ending = app::enrol_app(&mut desk, &person(1))
        .await
        .expect("enrolled");
    assert!(
        matches!(
            ending,
            Ending::App {
                result: AppResult::Enrolled {
                    push: PushState::Accepted,
                    ..
                },
                ..
            }
        ),
        "{ending:?}"
    );
    assert!(
        people
            .questions()
            .iter()
            .any(|q| matches!(q, AppQuestion::ChooseAdministrator { .. }))
    );
}

/// States that nobody is there; else a willing operator.
pub(crate) struct Ahead(pub(crate) ScriptedFace);

#[async_trait(?Send)]
impl Face for Ahead {
    fn tell(&self, event: Event) {
        self.0.tell(event);
    }

    async fn ask(&self, question: Question) -> Result<Answer, Stop> {
        match question {
            Question::Identify { .. } => Ok(Answer::Identified(
                "statement:standby keys for safe 3"
                    .parse()
                    .expect("a statement"),
            )),
            other => self.0.ask(other).await,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_made_ahead_waits_until_its_owner_touches_it_before_another_human() {
    let timed = Timed::administered(1).await;
    timed.world.rack.put(SLOT, &fresh_key());
    let face = std::sync::Arc::new(Ahead(ScriptedFace::new(SLOT, PIN)));
    let station = std::sync::Arc::clone(&timed.world.station);
    let mut desk = StationDesk::new(station, face, Cancel::default());
    let ending = workflow::enrol(&mut desk, &person(1)).await.expect("made");
    assert_eq!(state_of(&ending), &PushState::Waiting);
    let page = timed
        .world
        .station
        .person(&person(1))
        .await
        .expect("a person");
    assert_eq!((page.person.keys, app::waiting(&page).len()), (0, 1));
    // That it signs makes it no key that opens anything, at a desk or without a screen.
    let (mut desk, _) = scenarios::desk(&timed.world, &Cancel::default());
    let again = workflow::enrol(&mut desk, &person(1)).await;
    let again = again.expect("tested");
    assert!(matches!(again, Ending::Retested { .. }), "{again:?}");
    assert_eq!(state_of(&again), &PushState::Waiting);
    let said = outcome_of(&again);
    assert!(
        said.detail.contains("opens nothing") && said.detail.contains("visit accept"),
        "{}",
        said.detail
    );
    timed.leave(1).await;
    // Its maker alone gives it to nobody.
    let phone = timed.phone();
    let (mut desk, _) = timed.desk(People::new(&phone, Manner::Willing));
    let stop = app::accept_waiting(&mut desk, &person(1), None).await;
    let stop = stop.expect_err("another human is needed");
    let said = english().stop(&stop);
    assert!(said.contains("another human"), "{said}");
    assert!(said.contains("You made it"), "before a touch: {stop}");
    sql(
        &timed.world,
        "UPDATE operator SET personnel_number = 'other'",
    )
    .await;
    sql(&timed.world, "INSERT INTO operator (id, name, role, user_handle, personnel_number) VALUES ('maker', 'M', 'help-desk', x'01', 'm')").await;
    sql(&timed.world, "UPDATE credential SET operator = 'maker'").await;
    sql(&timed.world, "UPDATE offer SET operator = 'maker'").await;
    let ending = app::accept_waiting(&mut desk, &person(1), None)
        .await
        .expect("taken");
    assert!(
        matches!(
            ending,
            Ending::App {
                result: AppResult::Accepted { .. },
                ..
            }
        ),
        "{ending:?}"
    );
    let page = timed
        .world
        .station
        .person(&person(1))
        .await
        .expect("a person");
    assert_eq!((page.person.keys, app::waiting(&page).len()), (1, 0));
    // The person goes, and was shown what opens their account.
    let (mut desk, people) = timed.desk(People::new(&phone, Manner::Willing));
    let ending = app::end_visit(&mut desk, &person(1)).await.expect("gone");
    assert!(matches!(
        ending,
        Ending::App {
            result: AppResult::Left {
                said: Said::Confirmed
            },
            ..
        }
    ));
    let [AppQuestion::ConfirmFactors { factors, .. }] = &people.questions()[..] else {
        panic!("not shown")
    };
    assert!(matches!(&factors[..], [only] if only.suspended.is_none()));
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_line_down_a_ticket_serves_a_first_factor_and_nobody_who_cannot_prove_one() {
    let mut timed = Timed::new(2).await;
    let phone = timed.phone();
    timed
        .enrol(2, &phone, Manner::Willing)
        .await
        .ended
        .expect("an app");
    timed.leave(2).await;
    let request = keydesk::wire::TicketRequest {
        people: vec![person(1), person(2)],
        ..keydesk::wire::TicketRequest::of_day(timed.world.station.today())
    };
    timed
        .world
        .station
        .fetch_tickets(&request)
        .await
        .expect("tickets");
    timed.stop_registry().await;
    timed.world.rack.put(SLOT, &fresh_key());
    let (mut desk, _) = timed.desk(People::new(&phone, Manner::Willing));
    // Person 2 has an app only, whose code nobody can check here.
    let stop = workflow::enrol(&mut desk, &person(2))
        .await
        .expect_err("the line is down");
    assert!(
        matches!(
            stop,
            Stop::Authority {
                takes: Takes::OwnFactor,
                ..
            }
        ),
        "{stop}"
    );
    let ending = workflow::enrol(&mut desk, &person(1))
        .await
        .expect("queued");
    assert_eq!(state_of(&ending), &PushState::Queued);
    timed.start_registry().await;
    let round = timed.world.station.push_outbox().await.expect("pushed");
    assert_eq!((round.accepted, round.rejected), (1, 0));
    let page = timed
        .world
        .station
        .person(&person(1))
        .await
        .expect("a person");
    assert_eq!(page.person.keys, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn proving_is_one_step_of_the_checklist_that_appears_when_it_is_needed() {
    let timed = Timed::new(1).await;
    let phone = timed.phone();
    timed
        .enrol(1, &phone, Manner::Willing)
        .await
        .ended
        .expect("an app");
    let (mut desk, _) = timed.desk(People::new(&phone, Manner::Willing));
    timed.world.rack.put(SLOT, &fresh_key());
    workflow::enrol(&mut desk, &person(1))
        .await
        .expect("in the first visit");
    timed.leave(1).await;
    // With two kinds of factors they are asked which one, and the key will do.
    let face = std::sync::Arc::new(ScriptedFace::new(SLOT, PIN));
    let station = std::sync::Arc::clone(&timed.world.station);
    let mut desk = StationDesk::new(station, std::sync::Arc::clone(&face), Cancel::default());
    let ended = workflow::enrol(&mut desk, &person(1)).await;
    let proved = face
        .events()
        .into_iter()
        .any(|event| matches!(event, Event::Step { step: Step::Prove }));
    assert!(proved, "{ended:?}");
}
