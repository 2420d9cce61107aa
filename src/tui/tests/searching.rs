//! The search on the home screen.

use ratatui::crossterm::event::KeyCode;

use super::behaviour::at;
use super::{sent, shown};
use crate::station::face::{Found, Update};
use crate::tui::model::Page;
use crate::tui::scenes::cast;

/// An answer to the search of that number.
pub fn found(serial: u64, people: Vec<crate::domain::Person>) -> Update {
    Update::Found {
        serial,
        found: Ok(Found {
            people,
            more: false,
            from_tickets: false,
        }),
    }
}

#[test]
fn a_late_answer_to_an_earlier_search_changes_nothing() {
    let mut stage = at("home");
    stage.type_text("ex");
    let early = stage.model.desk.find.serial;
    stage.type_text("a");
    stage.say(found(early, vec![cast::unaffiliated()]));
    assert!(stage.model.desk.find.people.is_empty());
    assert!(stage.model.desk.find.waiting);
    stage.say(found(early + 1, vec![cast::example()]));
    assert_eq!(stage.model.desk.find.people, [cast::example()]);
}

#[test]
fn one_letter_finds_nobody_and_the_screen_says_that_it_takes_two() {
    let mut stage = at("home");
    stage.type_text("e");
    stage.say(found(stage.model.desk.find.serial, Vec::new()));
    let screen = shown(&stage);
    assert!(screen.contains("type two letters or more"), "{screen}");
    stage.type_text("x");
    stage.say(found(stage.model.desk.find.serial, Vec::new()));
    assert!(shown(&stage).contains("nobody found"));
}

#[test]
fn an_answer_that_comes_after_the_search_was_cleared_is_not_shown() {
    let mut stage = at("home");
    stage.type_text("e");
    let serial = stage.model.desk.find.serial;
    stage.press(KeyCode::Esc);
    stage.say(found(serial, cast::people()));
    assert!(stage.model.desk.find.people.is_empty());
}

#[test]
fn enter_before_the_answer_opens_the_only_match_but_none_of_several() {
    for (people, opens) in [(vec![cast::example()], true), (cast::people(), false)] {
        let mut stage = at("home");
        stage.type_text("exam");
        stage.press(KeyCode::Enter);
        let serial = stage.model.desk.find.serial;
        sent(&mut stage);
        stage.say(found(serial, people));
        let commands = sent(&mut stage);
        assert_eq!(
            commands.contains(&"open p-1".to_owned()),
            opens,
            "{commands:?}"
        );
        assert_eq!(stage.model.page == Page::Person, opens);
    }
}

#[test]
fn enter_at_the_start_opens_whoever_is_expected_next() {
    let mut stage = at("home");
    stage.press(KeyCode::Enter);
    assert_eq!(sent(&mut stage), ["open p-1"]);
}

#[test]
fn whoever_comes_back_from_a_person_types_the_next_name_and_need_not_delete_the_last() {
    let mut stage = at("person");
    stage.press(KeyCode::Esc);
    assert_eq!(stage.model.desk.find.line.as_str(), "exam");
    stage.type_text("vr");
    assert_eq!(stage.model.desk.find.line.as_str(), "vr");
    // Going on with it deletes from its end.
    let mut stage = at("person");
    stage.press(KeyCode::Esc);
    stage.press(KeyCode::Backspace);
    stage.type_text("x");
    assert_eq!(stage.model.desk.find.line.as_str(), "exax");
}
