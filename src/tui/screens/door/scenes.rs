//! Scenes before anybody is signed in, and behind the lock.

use ratatui::crossterm::event::KeyCode;

use crate::record::Remains;
use crate::tui::scenes::{Scene, Stage, cast};
use crate::tui::screens::run::scenes::touch;
use crate::workflow::Stop;
use crate::workflow::dialogue::{Ending, Event, Job, Note, Question, Step};

/// Its scenes.
pub static SCENES: &[Scene] = &[
    ("sign-in", sign_in),
    ("sign-in-code", code),
    ("sign-in-pin", sign_in_pin),
    ("sign-in-refused", sign_in_refused),
    ("locked", locked),
];

fn sign_in(stage: &mut Stage) {
    stage.arrive(cast::home());
}

fn code(stage: &mut Stage) {
    sign_in(stage);
    stage.press(KeyCode::Char('c'));
    stage.type_text("7QF2-M9");
}

fn sign_in_pin(stage: &mut Stage) {
    sign_in(stage);
    stage.press(KeyCode::Enter);
    stage.door(Event::Began { job: Job::SignIn });
    stage.door(Event::StepDone {
        step: Step::Key,
        note: Note::Key {
            key: cast::used_key(),
        },
    });
    stage.door(Event::Step { step: Step::Pin });
    stage.door_asks(Question::CurrentPin {
        key: cast::used_key(),
        retries: Some(8),
        wrong: false,
    });
    stage.type_text("482");
}

fn sign_in_refused(stage: &mut Stage) {
    code(stage);
    stage.press(KeyCode::Enter);
    stage.door(Event::Began {
        job: Job::FirstSignIn,
    });
    stage.door(Event::Ended {
        ending: Ending::Stopped {
            stop: Stop::RegistryRefused {
                code: "code-refused".to_owned(),
                detail: "the code is wrong, used or expired".into(),
            },
            remains: Remains::Nothing,
        },
    });
}

fn locked(stage: &mut Stage) {
    touch(stage);
    stage.press(KeyCode::F(12));
}
