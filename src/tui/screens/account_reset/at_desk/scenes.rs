//! Scenes of what one of the people does about a reset at a desk.

use ratatui::crossterm::event::KeyCode;

use super::super::scenes::prepared::{made, somebody};
use super::super::scenes::{identified, open, question};
use crate::domain::account_reset::ResetState;
use crate::domain::{AccountResetId, Person};
use crate::tui::scenes::{Scene, Stage, cast};
use crate::wire::{AccountReset, PersonDetail};
use crate::workflow::dialogue::{
    AccountResetJob, AccountResetQuestion, AccountResetResult, Ending, Event, Job, Note, Step,
};

/// Its scenes.
pub static SCENES: &[Scene] = &[
    ("person-to-sign", page),
    ("account-reset-which-sign", which),
    ("account-reset-signed", signed),
    ("account-reset-object", object),
    ("account-reset-objected", objected),
    ("person-reset-again", again),
];

fn administrator() -> Person {
    Person {
        organisation: somebody().organisation,
        ..cast::main_admin()
    }
}

fn prepared() -> Vec<AccountReset> {
    let first = made(ResetState::Prepared);
    let mut second = first.clone();
    second.id = AccountResetId(uuid::Uuid::from_u128(77));
    second.person.name = "Q. Example".to_owned();
    vec![first, second]
}

fn theirs(resets: Vec<AccountReset>) -> PersonDetail {
    PersonDetail {
        person: administrator(),
        resets_of_others: resets,
        ..cast::detail()
    }
}

fn page(stage: &mut Stage) {
    open(stage, cast::operator(), theirs(prepared()));
}

fn begin(stage: &mut Stage, what: AccountResetJob) {
    let person = administrator();
    stage.run(Event::Began {
        job: Job::AccountReset { what, person },
    });
    identified(stage);
}

fn which(stage: &mut Stage) {
    page(stage);
    stage.press(KeyCode::Char('h'));
    let what = AccountResetJob::Sign;
    begin(stage, what);
    let resets = prepared();
    question(stage, AccountResetQuestion::Which { what, resets });
}

fn signed(stage: &mut Stage) {
    which(stage);
    stage.press(KeyCode::Enter);
    stage.step(Step::Confirm, Note::None);
    stage.step(Step::Prove, Note::Proved { name: None });
    stage.step(Step::Push, Note::None);
    let mut reset = made(ResetState::Released);
    reset.administrator = Some(administrator());
    stage.end(Ending::AccountReset {
        person: administrator(),
        result: AccountResetResult::Signed {
            reset: Box::new(reset),
        },
    });
}

fn object(stage: &mut Stage) {
    page(stage);
    stage.press(KeyCode::Char('o'));
    begin(stage, AccountResetJob::Object);
    let asked = AccountResetQuestion::Object {
        objector: administrator(),
        reset: Box::new(made(ResetState::Prepared)),
    };
    question(stage, asked);
}

fn objected(stage: &mut Stage) {
    object(stage);
    stage.press(KeyCode::Enter);
    stage.step(Step::Confirm, Note::None);
    stage.step(Step::Push, Note::None);
    let mut reset = made(ResetState::Objected);
    reset.objector = Some(administrator());
    stage.end(Ending::AccountReset {
        person: administrator(),
        result: AccountResetResult::Objected {
            reset: Box::new(reset),
        },
    });
}

/// They reset the account, and the visit ended before anything was enrolled.
fn again(stage: &mut Stage) {
    let mut reset = made(ResetState::Released);
    reset.state = ResetState::CarriedOut;
    reset.ended_by = Some(cast::operator());
    reset.ended_at = Some(cast::ago(9));
    let mut detail = super::super::scenes::prepared::employee(Some(reset));
    detail.credentials.clear();
    detail.factors.clear();
    open(stage, cast::operator(), detail);
}
