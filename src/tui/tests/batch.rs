//! What keys do on the pages of batches, and what stays of them after a lock.

use ratatui::crossterm::event::KeyCode;

use super::{sent, shown};
use crate::station::face::Update;
use crate::station::face::board::{BatchQuestion, BatchUpdate};
use crate::text::Language;
use crate::tui::scenes::{self, Stage, cast};
use crate::workflow::dialogue::Question;

fn scene(name: &str) -> Stage {
    let (_, play) = scenes::all()
        .find(|(known, _)| *known == name)
        .expect("a scene");
    let mut stage = Stage::play(*play, Language::English, (80, 24));
    sent(&mut stage);
    stage
}

#[test]
fn sixteen_slots_fit_on_the_smallest_screen_and_whoever_must_touch_is_named_by_slot() {
    let shown = shown(&scene("board"));
    for slot in 1..=16 {
        assert!(
            shown.lines().any(|line| line
                .trim_start_matches([' ', '▸'])
                .starts_with(&format!("{slot} "))),
            "{slot}\n{shown}"
        );
    }
    assert!(shown.contains("blink: 2 10 11 12 13 14 15 16"), "{shown}");
}

#[test]
fn a_broken_profile_is_not_begun_and_says_what_is_wrong_with_it() {
    let mut stage = scene("batch-profiles");
    stage.press(KeyCode::Up);
    assert!(shown(&stage).contains("line 7"));
    stage.press(KeyCode::Enter);
    assert!(sent(&mut stage).is_empty());
}

#[test]
fn a_batch_begins_once_and_only_after_its_dry_run_was_shown() {
    let mut stage = scene("batch-statement");
    stage.press(KeyCode::Enter);
    assert!(
        sent(&mut stage)
            .iter()
            .any(|said| said.starts_with("batch forecast"))
    );
    stage.press(KeyCode::Enter);
    assert!(sent(&mut stage).is_empty(), "nothing was shown yet");
    let mut stage = scene("batch-forecast");
    stage.press(KeyCode::Enter);
    stage.press(KeyCode::Enter);
    assert_eq!(sent(&mut stage), ["batch begin safe.toml"]);
}

#[test]
fn the_marked_key_is_retried_skipped_stopped_or_winked_at_and_ending_takes_two_presses() {
    let mut stage = scene("board");
    for key in "rsbwee".chars() {
        stage.press(KeyCode::Char(key));
    }
    let place = r#"(UsbPath("1-2.2"))"#;
    let orders = ["Retry", "Skip", "Abort", "Wink"].map(|order| format!("batch {order}{place}"));
    assert_eq!(
        sent(&mut stage),
        [&orders[..], &["batch End".to_owned()]].concat()
    );
    stage.press(KeyCode::Char('e'));
    assert!(shown(&stage).contains("once more ends"));
    stage.press(KeyCode::Down);
    stage.press(KeyCode::Char('e'));
    assert!(sent(&mut stage).is_empty(), "another key takes it back");
}

#[test]
fn a_pin_is_typed_twice_on_the_persons_screen_and_handed_on() {
    let mut stage = scene("board-pin");
    let screen = shown(&stage);
    assert!(
        screen.contains("look away") && !screen.contains("Person 2"),
        "{screen}"
    );
    stage.type_text("63");
    stage.press(KeyCode::Enter);
    stage.type_text("491763");
    stage.press(KeyCode::Enter);
    assert_eq!(sent(&mut stage), ["batch pin"]);
}

#[test]
fn after_a_lock_nothing_of_the_batch_is_on_the_screen_or_comes_onto_it() {
    let mut stage = scene("board-tag");
    stage.press(KeyCode::F(12));
    assert!(stage.model.batch.board.is_none() && stage.model.batch.asking.is_none());
    let board = scenes::board_touched(14);
    stage.say(Update::Board(std::sync::Arc::new(board)));
    let question = Question::NewPin {
        key: cast::fresh_key(),
        min_length: 6,
        refused: None,
    };
    let asks = BatchUpdate::Asks(Box::new(BatchQuestion::Pin { slot: 4, question }));
    stage.say(Update::Batch(Box::new(asks)));
    let screen = shown(&stage);
    assert!(!screen.contains("Example"), "{screen}");
    assert!(stage.model.batch.board.is_none() && stage.model.batch.asking.is_none());
}

#[test]
fn a_new_pin_that_anybody_tries_first_is_not_taken() {
    let mut stage = scene("new-pin-mismatch");
    for pin in ["123456", "welkom01"] {
        stage.type_text(pin);
        stage.press(KeyCode::Enter);
        assert!(
            shown(&stage).contains("it is tried first"),
            "{}",
            shown(&stage)
        );
    }
    stage.type_text("480213");
    stage.press(KeyCode::Enter);
    assert!(!shown(&stage).contains("it is tried first"));
}

#[test]
fn touches_that_are_felt_keep_the_screen_from_locking() {
    let mut stage = scene("board");
    for touches in 20..30 {
        stage.wait(60);
        let board = scenes::board_touched(touches);
        stage.say(Update::Board(std::sync::Arc::new(board)));
    }
    assert!(stage.model.operator.is_some());
    stage.wait(121);
    assert!(stage.model.operator.is_none(), "nobody is there any more");
}

#[test]
fn the_board_of_a_batch_that_is_over_is_left_by_enter() {
    let mut stage = scene("board-over");
    assert!(shown(&stage).contains("⏎ done"));
    stage.press(KeyCode::Enter);
    assert!(stage.model.batch.board.is_none());
    assert!(shown(&stage).contains("Find"), "home");
}
