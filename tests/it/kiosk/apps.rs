//! A secret on the kiosk's screen while somebody locks it.

use keydesk::domain::PersonId;
use keydesk::domain::factor::TotpCode;
use keydesk::record::{EndReason, Remains};
use keydesk::station::desk::Face;
use keydesk::station::face::{Command, Update};
use keydesk::totp::code_at;
use keydesk::workflow::Order;
use keydesk::workflow::dialogue::{
    Answer, AppJob, AppQuestion, AppResult, Ending, Event, OnScreen, Question,
};

use super::{FIRST, PIN, SECOND, SLOT, ScriptedFace, Seat};
use crate::leftovers::endings;

/// Begins an enrolment; the secret that is put on the screen.
async fn on_screen(seat: &mut Seat) -> OnScreen {
    let person = PersonId::new("p-1");
    let app = AppJob::Enrol;
    seat.send(Command::Run(Order::App {
        app,
        person,
        which: None,
    }))
    .await;
    let face = ScriptedFace::new(SLOT, PIN);
    loop {
        let update = seat.updates.recv().await.expect("a kiosk");
        let answer = match update {
            Update::Question(Question::App(AppQuestion::ShowSecret { enrolment, .. })) => {
                return enrolment;
            }
            Update::Question(Question::App(_)) => Answer::Yes,
            Update::Question(question) => face.ask(question).await.expect("an answer"),
            _ => continue,
        };
        seat.send(Command::Answer(answer)).await;
    }
}

async fn type_code(seat: &Seat, app: &OnScreen) {
    let step = app.settings().step_at(jiff::Timestamp::now());
    let code = code_at(app.secret(), app.settings(), step);
    let code = TotpCode::parse(&code).expect("a code");
    seat.send(Command::Answer(Answer::Code(code))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_was_locked_away_is_of_use_to_no_other_operator() {
    let mut seat = Seat::take().await;
    let app = on_screen(&mut seat).await;
    seat.lock().await;
    type_code(&seat, &app).await;
    let second = seat.second.clone();
    seat.sign_in(SECOND, &second).await;
    let ended = [(EndReason::Cancelled, Remains::OnPhone)];
    seat.comes_true("the end", |seat| endings(&seat.world) == ended)
        .await;
    let store = seat.world.station.store();
    assert!(store.unfinished().expect("read").is_empty());
    assert!(store.outbox().expect("read").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn its_own_operator_comes_back_and_the_code_is_taken() {
    let mut seat = Seat::take().await;
    let app = on_screen(&mut seat).await;
    seat.lock().await;
    let first = seat.first.clone();
    seat.sign_in(FIRST, &first).await;
    type_code(&seat, &app).await;
    let enrolled = |update: &Update| {
        matches!(
            update,
            Update::Run(Event::Ended {
                ending: Ending::App {
                    result: AppResult::Enrolled { .. },
                    ..
                }
            })
        )
    };
    seat.until("the end", SLOT, PIN, enrolled).await;
    let page = seat.world.station.person(&PersonId::new("p-1")).await;
    assert_eq!(page.expect("a page").factors.len(), 1);
}
