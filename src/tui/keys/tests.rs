use std::collections::{HashMap, HashSet};

use super::*;
use crate::tui::scenes::{self, Stage};
use crate::tui::screens::Typing;

/// Every scene, with each line of its list marked.
fn stages() -> impl Iterator<Item = (&'static str, Stage)> {
    scenes::all().flat_map(|(name, scene)| {
        (0..6).map(|down| {
            let mut stage = Stage::play(*scene, Language::English, (80, 24));
            stage.model.setup.demo = true;
            (0..down).for_each(|_| drop(mark(&mut stage.model, Move::Down)));
            (*name, stage)
        })
    })
}

#[test]
fn no_key_means_two_things_on_one_screen() {
    for (name, stage) in stages() {
        let mut seen = HashSet::new();
        for key in rows(&stage.model).flat_map(Row::keys) {
            assert!(seen.insert(key), "{key:?} twice in {name}");
        }
    }
}

#[test]
fn what_is_called_the_same_has_the_same_key_on_every_screen() {
    let text = Text::load(Language::English);
    let mut known: HashMap<String, Key> = HashMap::new();
    for (name, stage) in stages() {
        for row in rows(&stage.model).filter(|row| ![ENTER, ESC].contains(&row.key)) {
            // Both ways are called moving.
            if LIST.iter().any(|list| std::ptr::eq(list, row)) {
                continue;
            }
            let label = (row.label)(&text);
            let before = *known.entry(label.clone()).or_insert(row.key);
            assert_eq!(before, row.key, "{label} in {name}");
        }
    }
    assert!(known.len() > 40, "{}", known.len());
}

#[test]
fn where_text_is_typed_no_letter_is_a_command() {
    for (name, stage) in stages() {
        if !matches!(screens::front(&stage.model).typing, Typing::Text(_)) {
            continue;
        }
        for key in rows(&stage.model).flat_map(Row::keys) {
            let is_text = matches!(key, Key::Plain(KeyCode::Char(_)) | Key::Digit);
            assert!(!is_text, "{key:?} in {name}");
        }
    }
}

#[test]
fn every_screen_has_help_and_a_way_on() {
    for (name, stage) in stages() {
        let keys: HashSet<Key> = rows(&stage.model).flat_map(Row::keys).collect();
        assert!(keys.contains(&f(1)), "{name}");
        assert!(keys.contains(&ENTER) || keys.contains(&ESC), "{name}");
    }
}

#[test]
fn a_demonstration_key_does_nothing_at_a_real_station() {
    let touch = KeyEvent::new(KeyCode::F(2), KeyModifiers::NONE);
    let mut stage = Stage::new(Language::English, (80, 24), false);
    assert!(pressed(&stage.model, touch).is_none());
    stage.model.setup.demo = true;
    assert!(pressed(&stage.model, touch).is_some_and(|row| row.demo));
}
