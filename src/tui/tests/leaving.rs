//! Signing out and quitting while somebody's visit is open.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::behaviour::at;
use super::{sent, shown};
use crate::domain::PersonId;
use crate::station::face::Update;
use crate::tui::scenes::{Stage, cast};
use crate::tui::update::Event as KioskEvent;
use crate::wire::Said;
use crate::workflow::dialogue::{AppJob, AppResult, Ending, Event, Job};

#[test]
fn signing_out_with_a_visit_open_says_so_once_and_takes_a_second_press() {
    let mut stage = at("person-in-visit");
    // Also from where nobody is named any more.
    stage.press(KeyCode::Esc);
    sent(&mut stage);
    stage.press(KeyCode::F(10));
    assert!(sent(&mut stage).is_empty());
    let screen = shown(&stage);
    assert!(
        screen.contains("ends the visit with W. Example"),
        "{screen}"
    );
    // Another key takes it back.
    stage.press(KeyCode::Down);
    assert!(!shown(&stage).contains("ends the visit"));
    stage.press(KeyCode::F(10));
    assert!(sent(&mut stage).is_empty());
    stage.press(KeyCode::F(10));
    assert_eq!(sent(&mut stage), ["sign out", "repaint"]);
}

#[test]
fn so_does_quitting() {
    let quit = |stage: &mut Stage| {
        let key = KeyEvent::new(KeyCode::Char('q'), KeyModifiers::CONTROL);
        stage.event(KioskEvent::Key(key));
        sent(stage)
    };
    let mut stage = at("person-in-visit");
    assert!(quit(&mut stage).is_empty());
    assert!(shown(&stage).contains("ends the visit with W. Example"));
    assert_eq!(quit(&mut stage), ["quit"]);
}

#[test]
fn where_no_visit_is_open_any_more_nothing_is_said_of_one() {
    // Its time is over.
    let mut stage = at("person-in-visit");
    stage.wait(26 * 60);
    let mut stage_closed = at("person-in-visit");
    stage_closed.say(Update::Opened(Box::new(cast::detail())));
    let mut gone = at("person-in-visit");
    gone.run(Event::Began {
        job: Job::App {
            app: AppJob::Leave,
            person: cast::main_admin(),
        },
    });
    gone.run(Event::Ended {
        ending: Ending::App {
            person: cast::main_admin(),
            result: AppResult::Left {
                said: Said::Confirmed,
            },
        },
    });
    gone.press(KeyCode::Enter);
    for mut stage in [stage_closed, gone] {
        sent(&mut stage);
        stage.press(KeyCode::F(10));
        assert_eq!(sent(&mut stage), ["sign out", "repaint"]);
    }
    assert!(!stage.model.is_open(), "locked meanwhile");
}

#[test]
fn a_visit_that_a_run_opened_is_known_also_where_a_lock_came_between() {
    let opened = |person: &str| Event::Visiting {
        person: PersonId::new(person),
        name: format!("Person {person}"),
        until: cast::ago(-20),
    };
    let mut stage = at("home");
    stage.run(opened("p-8"));
    stage.press(KeyCode::F(10));
    assert!(sent(&mut stage).is_empty());
    let screen = shown(&stage);
    assert!(screen.contains("the visit with Person p-8"), "{screen}");
    // Of several the line says how many: their names would not fit.
    stage.run(opened("p-9"));
    stage.press(KeyCode::Down);
    stage.press(KeyCode::F(10));
    assert!(shown(&stage).contains("ends 2 visits"));
    stage.press(KeyCode::F(10));
    assert_eq!(sent(&mut stage), ["sign out", "repaint"]);
}
