use std::collections::{HashMap, HashSet};

use super::*;

#[test]
fn no_key_means_two_things_on_one_screen() {
    for mode in Mode::ALL {
        let mut seen = HashSet::new();
        for key in bindings(mode, true).flat_map(|binding| binding.keys) {
            assert!(seen.insert(*key), "{key:?} twice in {mode:?}");
        }
    }
}

#[test]
fn an_action_has_the_same_keys_on_every_screen() {
    let mut keys: HashMap<Action, &[Key]> = HashMap::new();
    for binding in keymap() {
        let known = keys.entry(binding.action).or_insert(binding.keys);
        assert_eq!(*known, binding.keys, "{:?}", binding.action);
    }
}

#[test]
fn where_text_is_typed_no_letter_is_a_command() {
    for mode in Mode::ALL.into_iter().filter(|mode| mode.takes_text()) {
        for key in bindings(mode, true).flat_map(|binding| binding.keys) {
            assert!(
                !matches!(key, Key::Plain(KeyCode::Char(_)) | Key::Digit),
                "{key:?} in {mode:?}"
            );
        }
    }
}

#[test]
fn every_screen_has_help_and_a_way_on() {
    for mode in Mode::ALL {
        let actions: HashSet<_> = bindings(mode, false)
            .map(|binding| binding.action)
            .collect();
        assert!(actions.contains(&Action::Help), "{mode:?}");
        assert!(
            actions.contains(&Action::Confirm) || actions.contains(&Action::Back),
            "{mode:?}"
        );
    }
}

#[test]
fn a_demonstration_key_does_nothing_at_a_real_station() {
    let touch = KeyEvent::new(KeyCode::F(2), KeyModifiers::NONE);
    assert_eq!(action(Mode::Running, false, touch), None);
    assert_eq!(action(Mode::Running, true, touch), Some(Action::SoftTouch));
}
