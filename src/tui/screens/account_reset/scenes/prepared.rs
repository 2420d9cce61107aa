//! Somebody comes alone who has lost all, and the administrators of their organisation are asked: what the desk sees.

use ratatui::crossterm::event::KeyCode;

use super::{agent, home, identified, lost_all, open, question, reset, resets, second};
use crate::domain::Person;
use crate::domain::account_reset::ResetState;
use crate::station::face::Update;
use crate::tui::scenes::{Scene, Stage, cast};
use crate::wire::{AccountReset, Because, NoReset, PersonDetail, WhyNot, problem_code};
use crate::workflow::dialogue::{
    AccountResetJob, AccountResetQuestion, AccountResetResult, Ending, Event, Job, Note, Step,
};

/// Its scenes.
pub static SCENES: &[Scene] = &[
    ("person-reset-prepare", page),
    ("person-reset-in-vain", page_in_vain),
    ("person-reset-often", page_often),
    ("person-reset-prepared", page_prepared),
    ("person-reset-asked-for", page_asked_for),
    ("person-reset-by-code", page_by_code),
    ("account-reset-prepare-why", why),
    ("account-reset-prepared", prepared),
    ("resets-prepared", listed),
    ("account-reset-carry-out-asked", carry_out),
    ("account-reset-who", who),
];

pub(in crate::tui::screens::account_reset) fn somebody() -> Person {
    let lost = lost_all().person.lost;
    Person {
        lost,
        ..cast::example()
    }
}

/// An employee whose only key was stolen.
pub(in crate::tui::screens::account_reset) fn employee(open: Option<AccountReset>) -> PersonDetail {
    PersonDetail {
        person: somebody(),
        reset: open.map(Box::new),
        ..lost_all()
    }
}

pub(in crate::tui::screens::account_reset) fn made(state: ResetState) -> AccountReset {
    let mut reset = reset(6, somebody(), cast::operator(), 12);
    reset.state = state;
    reset.station = Some("Help desk 2".to_owned());
    if state == ResetState::Released {
        let administrator = cast::main_admin();
        reset.administrator = Some(Person {
            organisation: somebody().organisation,
            ..administrator
        });
        reset.until = cast::ago(-60 * 30);
    }
    reset
}

fn page(stage: &mut Stage) {
    open(stage, cast::operator(), employee(None));
}

/// Nobody of their organisation could ask.
fn page_in_vain(stage: &mut Stage) {
    let person = somebody().name;
    let because = Because::NoAskingAdministrator { person };
    page_of(stage, (problem_code::NOT_ALLOWED, because));
}

/// It was asked for too often; an administrator who came along would still do.
fn page_often(stage: &mut Stage) {
    let (count, person) = (3, somebody().name);
    let because = Because::ResetLimit { count, person };
    page_of(stage, (problem_code::RESET_LIMIT, because));
}

fn page_of(stage: &mut Stage, (code, why): (&str, Because)) {
    let mut detail = employee(None);
    detail.no_reset = Some(NoReset {
        code: code.to_owned(),
        said: WhyNot {
            words: String::new(),
            why: Some(Box::new(why)),
        },
    });
    open(stage, cast::operator(), detail);
}

fn page_prepared(stage: &mut Stage) {
    open(
        stage,
        cast::operator(),
        employee(Some(made(ResetState::Prepared))),
    );
}

/// The banner says so as well.
fn page_asked_for(stage: &mut Stage) {
    let reset = made(ResetState::Released);
    open(stage, cast::operator(), employee(Some(reset.clone())));
    stage.say(Update::Home(std::sync::Arc::new(home(vec![reset]))));
}

fn page_by_code(stage: &mut Stage) {
    let mut reset = made(ResetState::Released);
    reset.by_code = true;
    reset.ripe_at = Some(cast::ago(-48));
    open(stage, cast::operator(), employee(Some(reset)));
}

fn begin(stage: &mut Stage, what: AccountResetJob) {
    let person = somebody();
    stage.run(Event::Began {
        job: Job::AccountReset { what, person },
    });
    identified(stage);
}

fn why(stage: &mut Stage) {
    page(stage);
    stage.press(KeyCode::Char('v'));
    begin(stage, AccountResetJob::Prepare);
    let person = somebody();
    question(stage, AccountResetQuestion::Why { person });
}

fn prepared(stage: &mut Stage) {
    why(stage);
    stage.press(KeyCode::Char('1'));
    stage.press(KeyCode::Enter);
    stage.step(Step::Confirm, Note::None);
    stage.step(Step::Push, Note::None);
    stage.end(Ending::AccountReset {
        person: somebody(),
        result: AccountResetResult::Prepared {
            reset: Box::new(made(ResetState::Prepared)),
        },
    });
}

/// Whoever asked has a second agent come to their station.
fn who(stage: &mut Stage) {
    stage.sign_in_as(agent(), home(resets()));
    stage.press(KeyCode::F(11));
    stage.press(KeyCode::Down);
    stage.press(KeyCode::Down);
    stage.press(KeyCode::Char('r'));
    let person = cast::unaffiliated();
    let what = AccountResetJob::Release;
    stage.run(Event::Began {
        job: Job::AccountReset { what, person },
    });
    stage.run(Event::Step {
        step: Step::Confirm,
    });
    let agents = vec![second(), cast::operator()];
    question(stage, AccountResetQuestion::Releaser { agents });
}

fn listed(stage: &mut Stage) {
    let mut over = made(ResetState::Objected);
    over.objector = Some(cast::main_admin());
    over.ended_at = Some(cast::ago(3));
    let resets = vec![made(ResetState::Prepared), over];
    stage.sign_in_as(cast::operator(), home(resets));
    stage.press(KeyCode::F(11));
}

fn carry_out(stage: &mut Stage) {
    page_asked_for(stage);
    stage.press(KeyCode::Char('v'));
    begin(stage, AccountResetJob::CarryOut);
    let reset = Box::new(made(ResetState::Released));
    let owned = employee(None).owned();
    question(stage, AccountResetQuestion::CarryOut { reset, owned });
}
