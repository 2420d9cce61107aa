//! Closing screens: whom they lead back to, what they name is there, and nothing that was typed before closes one unseen.

use ratatui::crossterm::event::KeyCode;

use super::behaviour::at;
use super::{sent, shown};
use crate::tui::model::Page;
use crate::tui::scenes::{Stage, cast};
use crate::wire::Said;
use crate::workflow::dialogue::{
    AppJob, AppQuestion, AppResult, CareJob, Ending, Event, Job, PushState, Question,
};

fn enrolled() -> Ending {
    Ending::Enrolled {
        person: cast::main_admin(),
        key: cast::fresh_key(),
        push: PushState::Accepted,
    }
}

/// A run from the page of the main administrator, and its end.
fn ended(job: Job, ending: Ending) -> Stage {
    let mut stage = at("person");
    stage.run(Event::Began { job });
    stage.run(Event::Ended { ending });
    sent(&mut stage);
    stage
}

#[test]
fn a_closing_screen_leads_back_to_whoever_stands_at_the_desk() {
    let person = cast::main_admin;
    let app = |app| Job::App {
        app,
        person: person(),
    };
    let app_ended = |push| Ending::App {
        person: person(),
        result: AppResult::Enrolled {
            name: "Work phone".to_owned(),
            old: None,
            push,
        },
    };
    let both = Ending::Both {
        key: Box::new(enrolled()),
        app: Box::new(app_ended(PushState::Accepted)),
    };
    let came_back = CareJob::TestFor {
        person: person().id,
    };
    let works = Ending::WorksFor {
        person: person().id,
        key: cast::fresh_key(),
        push: PushState::Accepted,
    };
    for (job, ending) in [
        (Job::Enrol { person: person() }, enrolled()),
        (app(AppJob::Enrol), app_ended(PushState::Accepted)),
        // What waits for the registry waits for them as well.
        (app(AppJob::Enrol), app_ended(PushState::Queued)),
        (app(AppJob::Both), both),
        (Job::Care { care: came_back }, works.clone()),
        (
            Job::Care {
                care: CareJob::CheckReturn {
                    person: Some(person().id),
                },
            },
            works,
        ),
    ] {
        for key in [KeyCode::Enter, KeyCode::Esc] {
            let mut stage = ended(job.clone(), ending.clone());
            stage.press(key);
            assert_eq!(stage.model.page, Page::Person, "{job:?}");
            assert_eq!(sent(&mut stage), ["open p-2"], "{job:?}");
            assert!(shown(&stage).contains("W. Example"));
        }
    }
}

#[test]
fn by_way_of_the_outbox_as_well() {
    let job = Job::Enrol {
        person: cast::main_admin(),
    };
    let mut stage = ended(job, enrolled());
    stage.press(KeyCode::F(5));
    assert_eq!(sent(&mut stage), ["open p-2"]);
    assert!(matches!(stage.model.page, Page::Outbox(_)));
    stage.press(KeyCode::Esc);
    assert_eq!(stage.model.page, Page::Person);
}

#[test]
fn whoever_has_gone_leaves_nothing_behind_and_the_next_one_is_received() {
    let job = Job::App {
        app: AppJob::Leave,
        person: cast::main_admin(),
    };
    let ending = Ending::App {
        person: cast::main_admin(),
        result: AppResult::Left {
            said: Said::Confirmed,
        },
    };
    let mut stage = ended(job, ending);
    stage.press(KeyCode::Enter);
    assert_eq!(stage.model.page, Page::Home);
    assert!(stage.model.work.is_none());
    assert!(stage.model.desk.person.is_none());
    assert!(stage.model.desk.find.line.is_empty() && stage.model.desk.find.people.is_empty());
}

#[test]
fn a_run_for_somebody_else_leads_home() {
    let job = Job::Withdraw {
        person: cast::example(),
    };
    let mut stage = ended(job, enrolled());
    stage.press(KeyCode::Enter);
    assert_eq!(stage.model.page, Page::Home);
    assert!(stage.model.desk.person.is_none());
}

#[test]
fn the_page_that_a_closing_screen_names_is_one_press_away() {
    for scene in ["account-reset-asked", "away-asked", "away-released"] {
        let mut stage = at(scene);
        assert!(shown(&stage).contains("(F11)"), "{scene}");
        stage.press(KeyCode::F(11));
        assert!(matches!(stage.model.page, Page::Resets(_)), "{scene}");
        assert!(stage.model.work.is_none(), "{scene}");
    }
    let mut stage = at("done");
    stage.press(KeyCode::F(11));
    assert!(
        stage.model.work.is_some(),
        "not for whoever has no such page"
    );
}

fn app_ended() -> Event {
    Event::Ended {
        ending: Ending::App {
            person: cast::main_admin(),
            result: AppResult::Enrolled {
                name: "Work phone".to_owned(),
                old: None,
                push: PushState::Accepted,
            },
        },
    }
}

fn is_over(stage: &Stage) -> bool {
    stage.model.run().is_some_and(|run| run.is_over())
}

#[test]
fn the_enter_out_of_habit_after_a_code_that_went_by_itself_closes_nothing_unseen() {
    for seconds in [0, 5] {
        let mut stage = at("app-scan");
        stage.type_text("991");
        assert_eq!(sent(&mut stage), ["answer code", "repaint"]);
        stage.wait(seconds);
        stage.run(app_ended());
        stage.press(KeyCode::Enter);
        assert!(is_over(&stage), "after {seconds} s");
        // The next one is meant, however soon it comes.
        stage.press(KeyCode::Enter);
        assert_eq!(stage.model.page, Page::Person);
        assert!(stage.model.work.is_none());
    }
}

#[test]
fn a_lone_enter_that_comes_later_closes_it() {
    let mut stage = at("app-scan");
    stage.type_text("991");
    stage.run(app_ended());
    stage.wait(1);
    stage.press(KeyCode::Enter);
    assert!(stage.model.work.is_none());
}

#[test]
fn nor_does_that_enter_answer_what_is_asked_next() {
    let mut stage = at("app-scan");
    stage.type_text("991");
    sent(&mut stage);
    let question = || {
        Question::App(AppQuestion::ConfirmFactors {
            person: cast::main_admin(),
            factors: Vec::new(),
        })
    };
    stage.ask(question());
    stage.press(KeyCode::Enter);
    assert!(sent(&mut stage).is_empty());
    stage.press(KeyCode::Enter);
    assert_eq!(sent(&mut stage), ["answer yes"]);
}
