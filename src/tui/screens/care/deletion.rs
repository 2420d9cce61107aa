//! Scenes of a deletion that ends somebody's enrolment: why, whose, and what came of it.

use ratatui::crossterm::event::KeyCode;

use super::scenes as care;
use crate::domain::care::{Care, StoredCredential};
use crate::domain::reset::{Losses, LostEnrolment, ResetCase};
use crate::domain::{Bytes, IntentId, KeyFacts, Person};
use crate::record::Deletion;
use crate::tui::scenes::{Scene, Stage, cast};
use crate::workflow::dialogue::{CareJob, CareResult, Event, LostBy, PushState, Question, Step};

/// Its scenes.
pub static SCENES: &[Scene] = &[
    ("deletion-case", case),
    ("deletion-sure", sure),
    ("deletion-done", done),
];

pub(in crate::tui) fn credential() -> StoredCredential {
    StoredCredential {
        id: Bytes(vec![7; 16]),
        rp_id: "login.example".to_owned(),
        rp_id_hash: Bytes(vec![7; 32]),
        user_handle: Bytes(vec![7]),
        user_name: Some("p.example".to_owned()),
        display_name: None,
    }
}

fn losses(person: Person) -> Losses {
    Losses {
        enrolments: vec![LostEnrolment {
            credential: credential().id,
            rp_id: credential().rp_id,
            person,
            enrolled_at: cast::ago(60 * 24 * 40),
            shown: true,
        }],
        unsure: Vec::new(),
        silent: false,
        others: None,
    }
}

/// A deletion that was stopped.
pub(in crate::tui) fn stopped() -> Deletion {
    Deletion {
        visits: Vec::new(),
        id: IntentId(uuid::Uuid::from_u128(49)),
        key: cast::used_key(),
        credential: credential(),
        losses: losses(cast::example()),
        case: ResetCase::default(),
        operator: cast::operator().id,
        begun_at: cast::ago(4),
    }
}

fn begun(stage: &mut Stage) -> KeyFacts {
    let key = care::begun(stage, KeyCode::Char('c'), CareJob::Credentials);
    stage.run(Event::Step {
        step: Step::Confirm,
    });
    key
}

pub(in crate::tui) fn case(stage: &mut Stage) {
    let key = begun(stage);
    stage.ask(Question::ResetCase {
        key,
        losses: losses(Person {
            keys: 2,
            ..cast::example()
        }),
        case: ResetCase::default(),
        by: LostBy::Deletion,
        wrong: false,
    });
    stage.type_text("left the company");
    stage.press(KeyCode::Enter);
    stage.type_text("T-7");
}

pub(in crate::tui) fn sure(stage: &mut Stage) {
    let key = begun(stage);
    let losses = losses(Person {
        keys: 1,
        apps: 0,
        ..cast::example()
    });
    stage.ask(Question::ConfirmReset {
        word: losses.word(&key),
        key,
        losses,
        by: LostBy::Deletion,
        wrong: false,
    });
    stage.type_text("P. Ex");
}

pub(in crate::tui) fn done(stage: &mut Stage) {
    let key = begun(stage);
    let care = Care::CredentialDeleted {
        credential: credential(),
        person: Some(cast::example().id),
    };
    let result = CareResult::Credentials {
        held: Vec::new(),
        free_slots: Some(24),
        done: vec![care],
        told: Some(PushState::Queued),
    };
    care::ended(stage, key, result);
}
