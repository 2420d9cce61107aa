//! Scenes about somebody who is not at a desk.

use jiff::SignedDuration;
use ratatui::crossterm::event::KeyCode;
use uuid::Uuid;

use super::super::scenes::{
    agent, asks, begin, end, facts, home, lost_all, open, party, question, reset, second, terms,
};
use crate::domain::account_reset::{ResetReason, ResetState};
use crate::domain::act::{Away, LookedAway, ResetTerms};
use crate::domain::exception::ExceptionEnd;
use crate::domain::identification::AwayMeans;
use crate::domain::{IdentificationId, Person};
use crate::tui::scenes::{Scene, Stage, cast};
use crate::wire::{AccountReset, PersonDetail, ResetExcepted, ResetException, Vouched};
use crate::workflow::dialogue::{
    AccountResetJob, AccountResetQuestion, AccountResetResult, Event, Note, Step,
};

/// Its scenes.
pub static SCENES: &[Scene] = &[
    ("away-video", video),
    ("away-call", call),
    ("away-vouched", vouched),
    ("away-ask", ask),
    ("away-asked", asked),
    ("away-released", released),
    ("away-except", except),
    ("away-except-wrong", except_wrong),
    ("away-excepted", excepted),
    ("person-away-released", page_released),
    ("person-away-ripe", page_ripe),
    ("person-exception", page_exception),
    ("person-exception-over", page_over),
    ("resets-away", listed),
    ("resets-overdue", overdue),
    ("home-overdue", home_overdue),
];

fn begun(stage: &mut Stage) {
    open(stage, agent(), lost_all());
    stage.press(KeyCode::Char('n'));
    begin(stage, AccountResetJob::AskAway);
    stage.run(Event::Step {
        step: Step::Identify,
    });
}

fn way(stage: &mut Stage, means: AwayMeans, number: Option<&str>) {
    begun(stage);
    question(
        stage,
        AccountResetQuestion::Way {
            person: lost_all().person,
            means,
            number: number.map(ToOwned::to_owned),
            vouched: None,
            other: false,
        },
    );
}

fn video(stage: &mut Stage) {
    way(stage, AwayMeans::Video, None);
}

fn call(stage: &mut Stage) {
    way(stage, AwayMeans::CallBack, Some("+31 10 252 1010"));
}

fn vouched(stage: &mut Stage) {
    begun(stage);
    question(
        stage,
        AccountResetQuestion::Way {
            person: lost_all().person,
            means: AwayMeans::Video,
            number: None,
            vouched: Some(Vouched {
                by: second().name,
                at: cast::ago(12),
                until: cast::ago(-60 * 3),
                reason: ResetReason::Lost,
                remark: String::new(),
            }),
            other: true,
        },
    );
}

fn away_terms() -> ResetTerms {
    let looked = |how: &str, minutes| LookedAway {
        identification: IdentificationId(Uuid::nil()),
        how: how.to_owned(),
        by: party("op-7", &agent().name),
        station: Some(party("s-1", "Help desk 2")),
        at: cast::ago(minutes),
    };
    ResetTerms {
        identified: None,
        away: Some(Box::new(Away {
            first: looked("video:passport:7K31", 9),
            second: looked("call-back:1010", 4),
        })),
        ..terms()
    }
}

fn ask(stage: &mut Stage) {
    begun(stage);
    stage.step(Step::Identify, Note::None);
    stage.run(Event::Step {
        step: Step::Confirm,
    });
    question(
        stage,
        AccountResetQuestion::Ask {
            act: Box::new(asks(away_terms())),
            facts: Box::new(facts()),
        },
    );
}

fn away(state: ResetState, person: Person) -> AccountReset {
    let asked = reset(3, person, agent(), 60 * 26);
    let is_released = state != ResetState::Requested;
    AccountReset {
        state,
        away: true,
        released_by: is_released.then(second),
        ripe_at: None,
        until: cast::ago(-60 * 30),
        ..asked
    }
}

fn asked(stage: &mut Stage) {
    ask(stage);
    stage.press(KeyCode::Enter);
    let reset = away(ResetState::Requested, cast::main_admin());
    let reset = Box::new(reset);
    end(stage, AccountResetResult::Asked { reset });
}

fn released(stage: &mut Stage) {
    ask(stage);
    stage.press(KeyCode::Enter);
    let mut reset = away(ResetState::Released, cast::main_admin());
    reset.ripe_at = Some(cast::ago(-60 * 24));
    reset.until = cast::ago(-60 * 40);
    let reset = Box::new(reset);
    end(stage, AccountResetResult::Released { reset });
}

fn excepting(stage: &mut Stage, wrong: bool) {
    listed(stage);
    stage.press(KeyCode::Enter);
    begin(stage, AccountResetJob::Except);
    stage.run(Event::Step {
        step: Step::Confirm,
    });
    question(
        stage,
        AccountResetQuestion::Except {
            reset: Box::new(away(ResetState::Released, cast::main_admin())),
            owned: lost_all().owned(),
            wrong,
        },
    );
}

fn except(stage: &mut Stage) {
    excepting(stage, false);
    stage.type_text("3");
}

fn except_wrong(stage: &mut Stage) {
    excepting(stage, true);
}

fn exception(overdue: bool) -> ResetException {
    let until = if overdue {
        cast::ago(60 * 12)
    } else {
        cast::ago(-60 * 60)
    };
    ResetException {
        owner: agent(),
        began_at: until - SignedDuration::from_hours(72),
        until,
        ended_at: overdue.then_some(until),
        how: overdue.then_some(ExceptionEnd::Expired),
        overdue,
    }
}

fn carried_out(person: Person, overdue: bool) -> AccountReset {
    let exception = exception(overdue);
    AccountReset {
        ended_by: Some(agent()),
        refused_by: None,
        ended_at: Some(exception.began_at),
        until: exception.until,
        exception: Some(Box::new(exception)),
        ..away(ResetState::CarriedOut, person)
    }
}

fn excepted(stage: &mut Stage) {
    except(stage);
    stage.press(KeyCode::Enter);
    stage.step(Step::Confirm, Note::None);
    stage.step(Step::Push, Note::None);
    let done = Box::new(ResetExcepted {
        reset: carried_out(cast::main_admin(), false),
        deleted: terms().factors,
    });
    end(stage, AccountResetResult::Excepted { done });
}

fn page_released(stage: &mut Stage) {
    let mut detail = lost_all();
    let mut reset = away(ResetState::Released, detail.person.clone());
    reset.ripe_at = Some(cast::ago(-60 * 24));
    detail.reset = Some(Box::new(reset));
    open(stage, agent(), detail);
}

fn page_ripe(stage: &mut Stage) {
    let mut detail = lost_all();
    let person = detail.person.clone();
    detail.reset = Some(Box::new(away(ResetState::Released, person)));
    open(stage, agent(), detail);
}

fn page(overdue: bool) -> PersonDetail {
    let mut detail = lost_all();
    detail.credentials.clear();
    detail.person.lost.keys = 0;
    detail.exception = Some(Box::new(exception(overdue)));
    detail
}

/// At the desk to which they come.
fn page_exception(stage: &mut Stage) {
    open(stage, cast::operator(), page(false));
}

fn page_over(stage: &mut Stage) {
    open(stage, agent(), page(true));
}

fn listed(stage: &mut Stage) {
    let mut waits = away(ResetState::Released, cast::unaffiliated());
    waits.ripe_at = Some(cast::ago(-60 * 24));
    let resets = vec![
        away(ResetState::Released, cast::main_admin()),
        waits,
        carried_out(cast::unaffiliated(), false),
    ];
    stage.sign_in_as(agent(), home(resets));
    stage.press(KeyCode::F(11));
}

fn with_overdue(stage: &mut Stage) {
    stage.sign_in_as(agent(), home(vec![carried_out(cast::main_admin(), true)]));
}

fn overdue(stage: &mut Stage) {
    with_overdue(stage);
    stage.press(KeyCode::F(11));
}

fn home_overdue(stage: &mut Stage) {
    with_overdue(stage);
}
