//! A key that is lent: from the page to the answers.

use ratatui::crossterm::event::KeyCode;

use super::behaviour::at;
use super::{sent, shown};
use crate::domain::loan::Second;
use crate::station::face::Command;
use crate::tui::scenes::Stage;
use crate::tui::update::Effect;
use crate::workflow::dialogue::Answer;

/// The last answer.
fn answered(stage: &Stage) -> Option<&Answer> {
    stage.effects.iter().rev().find_map(|effect| match effect {
        Effect::Send(Command::Answer(answer)) => Some(answer),
        _ => None,
    })
}

#[test]
fn it_is_offered_to_whoever_has_a_key_elsewhere_and_to_nobody_else() {
    let mut stage = at("person-forgot");
    sent(&mut stage);
    stage.press(KeyCode::Char('g'));
    assert_eq!(sent(&mut stage), ["lend to p-1"]);
    // A main administrator; somebody with a loan, or with one that is over: that one may be lent another.
    for (scene, offered) in [
        ("person", false),
        ("person-lent", false),
        ("person-loan-over", true),
    ] {
        let mut stage = at(scene);
        sent(&mut stage);
        stage.press(KeyCode::Char('g'));
        assert_eq!(!sent(&mut stage).is_empty(), offered, "{scene}");
    }
}

#[test]
fn a_day_is_what_enter_lends_for_and_five_are_the_most() {
    for (presses, days) in [
        (vec![], 1),
        (vec![KeyCode::Char('3')], 3),
        (vec![KeyCode::Char('9')], 5),
        (vec![KeyCode::Down; 9], 5),
    ] {
        let mut stage = at("loan-days");
        for key in presses {
            stage.press(key);
        }
        stage.press(KeyCode::Enter);
        let Some(Answer::LoanDays(found)) = answered(&stage) else {
            panic!("no days");
        };
        assert_eq!(u8::from(*found), days);
    }
}

#[test]
fn staff_and_administrators_are_one_list_and_enter_takes_who_is_marked() {
    for (down, wanted) in [(0, "op-4"), (1, "op-5"), (2, "p-1"), (7, "p-1")] {
        let mut stage = at("loan-second");
        for _ in 0..down {
            stage.press(KeyCode::Down);
        }
        stage.press(KeyCode::Enter);
        let found = match answered(&stage) {
            Some(Answer::Second(Second::Member { operator })) => operator.as_str(),
            Some(Answer::Second(Second::Administrator { person })) => person.as_str(),
            _ => panic!("nobody"),
        };
        assert_eq!(found, wanted);
    }
}

#[test]
fn what_is_signed_is_read_before_and_while_it_is_signed() {
    for scene in ["loan-sign", "loan-touch"] {
        let screen = shown(&at(scene));
        for said in ["K. Second", "P. Example", "M. Bakker", "1 working day"] {
            assert!(screen.contains(said), "{scene}: {said}\n{screen}");
        }
    }
}
