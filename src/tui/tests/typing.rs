//! What is typed: too much, or for a key that has gone.

use std::sync::Arc;

use ratatui::crossterm::event::KeyCode;

use super::behaviour::at;
use super::shown;
use crate::station::face::{SlotState, Update};
use crate::tui::scenes::cast;

#[test]
fn a_key_that_is_pulled_while_its_pin_is_typed_is_missed_at_once() {
    for scene in [
        "current-pin-wrong",
        "new-pin",
        "retest",
        "touch-again",
        "admit-warned",
    ] {
        let mut stage = at(scene);
        let key = stage
            .model
            .run()
            .and_then(|run| run.key.clone())
            .expect("a key");
        let before = shown(&stage);
        assert!(!before.contains("is gone"), "{scene}: {before}");
        let mut bay = cast::bay().as_ref().clone();
        for slot in bay.iter_mut().filter(|slot| slot.place == key.place) {
            slot.state = SlotState::Empty;
        }
        stage.say(Update::Bay(Arc::new(bay)));
        let screen = shown(&stage);
        let words = format!("The key in slot {} is gone", key.slot);
        assert!(screen.contains(&words), "{scene}: {screen}");
        stage.say(Update::Bay(cast::bay()));
        assert_eq!(shown(&stage), before, "{scene}");
    }
}

#[test]
fn what_was_too_long_for_its_line_is_said_and_how_long_it_may_be() {
    for scene in [
        "account-reset-remark",
        "home",
        "outbox-withdraw",
        "token-serial",
        "sign-in-code",
        "reset-case",
        "key-rename",
    ] {
        let mut stage = at(scene);
        if scene == "account-reset-remark" {
            stage.press(KeyCode::Up);
        }
        stage.type_text(&"word ".repeat(40));
        let screen = shown(&stage);
        assert!(
            screen.contains("Too long: 120 characters at most"),
            "{scene}: {screen}"
        );
        stage.press(KeyCode::Backspace);
        assert!(!shown(&stage).contains("Too long"), "{scene}");
    }
}
