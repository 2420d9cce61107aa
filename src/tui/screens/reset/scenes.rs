//! Scenes of a reset: what is lost, what to do with the key, what came of it.

use ratatui::crossterm::event::KeyCode;

use crate::domain::Bytes;
use crate::domain::reset::{Losses, LostEnrolment, ResetCase};
use crate::tui::scenes::{Scene, Stage, cast};
use crate::workflow::dialogue::{
    Again, Coach, Ending, Event, HOLD_S, Job, LostBy, Note, PushState, Question, Step,
};

/// Its scenes.
pub static SCENES: &[Scene] = &[
    ("reset-case", case),
    ("reset-sure", sure),
    ("reset-spare", spare),
    ("reset-pull", pull),
    ("reset-again", again),
    ("reset-put-back", put_back),
    ("reset-window", window),
    ("reset-touch", touch),
    ("reset-hold", hold),
    ("reset-done", done),
];

fn losses() -> Losses {
    Losses {
        enrolments: vec![LostEnrolment {
            credential: Bytes(vec![7; 16]),
            rp_id: "login.example".to_owned(),
            person: cast::example(),
            enrolled_at: cast::ago(60 * 24 * 40),
            shown: true,
        }],
        unsure: Vec::new(),
        silent: false,
        others: None,
    }
}

fn begun(stage: &mut Stage, losses: &Losses) {
    crate::tui::screens::care::scenes::page(stage);
    stage.press(KeyCode::Char('z'));
    stage.run(Event::Began { job: Job::Reset });
    let key = cast::used_key();
    stage.step(Step::Key, Note::Key { key });
    let losses = losses.clone();
    stage.step(Step::Check, Note::Losses { losses });
}

pub(in crate::tui) fn case(stage: &mut Stage) {
    begun(stage, &losses());
    stage.run(Event::Step {
        step: Step::Confirm,
    });
    stage.ask(Question::ResetCase {
        key: cast::used_key(),
        losses: losses(),
        case: ResetCase::default(),
        by: LostBy::Reset,
        wrong: false,
    });
    stage.type_text("PIN forgotten");
    stage.press(KeyCode::Enter);
    stage.type_text("T-10");
}

fn asked(stage: &mut Stage, losses: Losses) {
    begun(stage, &losses);
    stage.run(Event::Step {
        step: Step::Confirm,
    });
    let key = cast::used_key();
    stage.ask(Question::ConfirmReset {
        word: losses.word(&key),
        key,
        losses,
        by: LostBy::Reset,
        wrong: false,
    });
}

pub(in crate::tui) fn sure(stage: &mut Stage) {
    asked(stage, losses());
    stage.type_text("P. Ex");
}

pub(in crate::tui) fn spare(stage: &mut Stage) {
    asked(stage, Losses::default());
}

fn coached(stage: &mut Stage, coach: Coach) {
    begun(stage, &losses());
    stage.step(Step::Confirm, Note::None);
    stage.run(Event::Step { step: Step::Reset });
    let key = cast::used_key();
    stage.run(Event::Coach { key, coach });
}

pub(in crate::tui) fn pull(stage: &mut Stage) {
    coached(stage, Coach::Pull { again: None });
}

pub(in crate::tui) fn again(stage: &mut Stage) {
    let again = Some(Again::TooLate);
    coached(stage, Coach::Pull { again });
}

pub(in crate::tui) fn put_back(stage: &mut Stage) {
    coached(stage, Coach::PutBack { window_s: 5 });
}

pub(in crate::tui) fn window(stage: &mut Stage) {
    let until = cast::NOW + jiff::SignedDuration::from_secs(9);
    coached(stage, Coach::Window { until });
}

pub(in crate::tui) fn touch(stage: &mut Stage) {
    let until = cast::NOW + jiff::SignedDuration::from_secs(27);
    coached(stage, Coach::Touch { until, hold_s: 0 });
}

pub(in crate::tui) fn hold(stage: &mut Stage) {
    let until = cast::NOW + jiff::SignedDuration::from_secs(27);
    let hold_s = HOLD_S;
    coached(stage, Coach::Touch { until, hold_s });
    stage.run(Event::Alive { touch: true });
    stage.wait(2);
    stage.run(Event::Alive { touch: false });
    stage.wait(4);
}

pub(in crate::tui) fn done(stage: &mut Stage) {
    begun(stage, &losses());
    stage.run(Event::Ended {
        ending: Ending::Reset {
            key: cast::fresh_key(),
            losses: losses(),
            push: PushState::Accepted,
        },
    });
}
