//! Every scene as it is drawn, kept as snapshots: in both languages on the smallest screen, and on a large one.

use super::text_of;
use crate::text::Language;
use crate::tui::scenes::{SCENES, Stage};
use crate::tui::theme::Theme;
use crate::tui::view::View;

const THEME: Theme = Theme {
    colour: true,
    marks: true,
};

/// Snapshots under the scenes' own names, without the module's path.
fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

#[test]
fn every_scene_is_drawn_as_it_was_on_the_smallest_screen_in_both_languages() {
    let view = View::new(THEME);
    for (name, scene) in SCENES {
        let drawn = Language::ALL.map(|language| {
            let stage = Stage::play(*scene, language, (80, 24));
            format!("{}\n{}", language.tag(), text_of(&stage.draw(&view)))
        });
        settings().bind(|| insta::assert_snapshot!(format!("small-{name}"), drawn.join("\n")));
    }
}

#[test]
fn every_scene_is_drawn_as_it_was_on_a_large_screen() {
    let view = View::new(THEME);
    for (name, scene) in SCENES {
        let stage = Stage::play(*scene, Language::English, (200, 60));
        let drawn = text_of(&stage.draw(&view));
        settings().bind(|| insta::assert_snapshot!(format!("large-{name}"), drawn));
    }
}

#[test]
fn the_home_and_the_run_are_drawn_as_they_were_on_a_middling_screen() {
    let view = View::new(THEME);
    for (name, scene) in SCENES
        .iter()
        .filter(|(name, _)| ["home-search", "touch-create"].contains(name))
    {
        let stage = Stage::play(*scene, Language::Dutch, (120, 40));
        let drawn = text_of(&stage.draw(&view));
        settings().bind(|| insta::assert_snapshot!(format!("middling-{name}"), drawn));
    }
}
