//! Keys that do the same on many screens: through a form, in what is typed, and once a demonstration has asked for a slot.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::behaviour::at;
use super::{THEME, sent, shown};
use crate::tui::scenes::Stage;
use crate::tui::update::Event;
use crate::tui::view::View;

#[test]
fn a_key_that_names_no_slot_takes_the_question_back_and_does_what_it_always_does() {
    let asked = || {
        let mut demo = at("home");
        demo.model.setup.demo = true;
        demo.press(KeyCode::F(3));
        demo
    };
    let mut demo = asked();
    demo.press(KeyCode::Char('r'));
    assert!(!demo.model.plugging);
    assert_eq!(demo.model.desk.find.line.as_str(), "r");
    let mut demo = asked();
    demo.press(KeyCode::F(12));
    assert!(!demo.model.is_open(), "{}", shown(&demo));
    let mut demo = asked();
    demo.type_text("r");
    demo.press(KeyCode::F(3));
    sent(&mut demo);
    demo.press(KeyCode::Esc);
    assert!(!demo.model.plugging && sent(&mut demo).is_empty());
    assert_eq!(
        demo.model.desk.find.line.as_str(),
        "r",
        "Esc clears nothing"
    );
}

#[test]
fn a_form_is_gone_through_both_ways_and_round() {
    let field = |stage: &Stage| {
        let drawn = stage.drawn(&View::new(THEME)).1;
        drawn.cursor.y
    };
    let mut stage = at("reset-case");
    let first = loop {
        let here = field(&stage);
        stage.press(KeyCode::Up);
        if field(&stage) == here {
            break here;
        }
    };
    let rows: Vec<u16> = (0..3)
        .map(|_| {
            stage.press(KeyCode::Tab);
            field(&stage)
        })
        .collect();
    assert_eq!(rows, [first + 1, first + 2, first]);
    let rows: Vec<u16> = (0..3)
        .map(|_| {
            stage.event(Event::Key(KeyEvent::new(
                KeyCode::BackTab,
                KeyModifiers::SHIFT,
            )));
            field(&stage)
        })
        .collect();
    assert_eq!(rows, [first + 2, first + 1, first]);
}

#[test]
fn one_key_deletes_a_word_and_another_the_whole_search() {
    let ctrl = |c| Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL));
    let mut stage = at("home");
    stage.type_text("jan de vries");
    stage.event(ctrl('w'));
    assert_eq!(stage.model.desk.find.line.as_str(), "jan de ");
    stage.event(ctrl('u'));
    assert!(stage.model.desk.find.line.is_empty());
}
