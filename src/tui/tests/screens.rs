//! Every scene as it is drawn, kept as snapshots: in both languages on the smallest screen, and on a large one.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::style::Color;

use super::{THEME, text_of};
use crate::station::face::Update;
use crate::text::Language;
use crate::tui::big;
use crate::tui::clean::width;
use crate::tui::keys::{Key, rows};
use crate::tui::model::{Asking, BatchAsking, Model, Run};
use crate::tui::scenes::{self, Stage, cast};
use crate::tui::screens::{Typing, front};
use crate::tui::theme::Theme;
use crate::tui::update::Event;
use crate::tui::view::View;
use crate::tui::view::sheet::LOST;
use crate::workflow::dialogue::{AppJob, Event as RunEvent, Job, steps};

/// Snapshots under the scenes' own names, without the module's path.
fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

/// What is wrong with what a frame says to whoever can't see all of it at once.
fn unsaid(stage: &Stage, view: &View) -> Option<String> {
    let (buf, drawn) = stage.drawn(view);
    let screen = text_of(&buf);
    let Some(waits) = drawn.waits else {
        return Some("it does not say what it waits for".to_owned());
    };
    // It may be wrapped.
    let mut words = waits.split_whitespace();
    if let Some(word) = words.find(|word| !screen.contains(*word)) {
        return Some(format!(
            "{word} of {waits:?} is not on the screen\n{screen}"
        ));
    }
    // A name alone says who, and not what.
    if waits.split_whitespace().count() < 3 {
        return Some(format!("{waits:?} is all that it says"));
    }
    let at = drawn.cursor;
    let row = screen.lines().nth(usize::from(at.y)).unwrap_or_default();
    let caret = row.chars().position(|c| c == '▏');
    let is_at_caret = caret.is_none_or(|caret| caret == usize::from(at.x));
    (row.trim().is_empty() || !is_at_caret || caret.is_none() && screen.contains('▏'))
        .then(|| format!("the cursor is at {at}\n{screen}"))
}

#[test]
fn every_screen_says_in_plain_words_what_it_waits_for_and_the_cursor_stands_where_that_is_done() {
    let view = View::new(THEME);
    let sizes = [
        (Language::English, (80, 24)),
        (Language::Dutch, (80, 24)),
        (Language::Dutch, (200, 60)),
        // Too small for any of them.
        (Language::Dutch, (60, 20)),
    ];
    let mut faults = Vec::new();
    for (name, scene) in scenes::all() {
        for (language, size) in sizes {
            let mut stage = Stage::play(*scene, language, size);
            let fault = unsaid(&stage, &view);
            faults.extend(fault.map(|fault| format!("{name}: {fault}")));
            if stage.model.help {
                continue;
            }
            stage.press(KeyCode::F(1));
            let fault = unsaid(&stage, &view);
            faults.extend(fault.map(|fault| format!("{name}, the help: {fault}")));
            let waits = stage.drawn(&view).1.waits.unwrap_or_default();
            if size != (60, 20)
                && !["the help", "de hulp"]
                    .iter()
                    .any(|end| waits.ends_with(end))
            {
                faults.push(format!("{name}, the help: it says {waits:?}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_run_that_stops_says_so_wherever_it_was_when_it_was_stopped() {
    let view = View::new(THEME);
    let mut stopped = 0;
    for (name, scene) in scenes::all() {
        let mut stage = Stage::play(*scene, Language::Dutch, (80, 24));
        stage.model.help = false;
        stage.press(KeyCode::Esc);
        stage.press(KeyCode::Esc);
        if !stage.model.run().is_some_and(|run| run.stopping) {
            continue;
        }
        stopped += 1;
        assert_eq!(unsaid(&stage, &view), None, "{name}");
    }
    assert!(stopped > 50, "{stopped}");
}

/// Whether what is typed on it is drawn as a dot each.
fn is_secret(model: &Model) -> bool {
    let in_run = model.run().and_then(Run::asking);
    matches!(in_run, Some(Asking::NewPin(_) | Asking::CurrentPin(_)))
        || matches!(
            model.batch.asking,
            Some(BatchAsking::NewPin(_) | BatchAsking::CurrentPin(_))
        )
}

#[test]
fn wherever_something_is_typed_the_cursor_stands_behind_it() {
    let view = View::new(THEME);
    let (mut lines, mut others) = (0, 0);
    for (name, scene) in scenes::all() {
        let mut stage = Stage::play(*scene, Language::English, (80, 24));
        let typing = front(&stage.model).typing;
        // Once the time of a secret is over its code is not drawn either.
        if stage.model.help || typing.edit().is_none() || *name == "app-scan-over" {
            continue;
        }
        if matches!(typing, Typing::Text(_)) && !is_secret(&stage.model) {
            lines += 1;
            let before = stage.draw(&view);
            stage.press(KeyCode::Char('7'));
            if stage.draw(&view) == before {
                // It was full.
                stage.press(KeyCode::Backspace);
                stage.press(KeyCode::Char('7'));
            }
            let (buf, drawn) = stage.drawn(&view);
            let at = drawn.cursor;
            let typed = buf.cell((at.x.saturating_sub(1), at.y));
            let typed = typed.map(|cell| cell.symbol());
            assert_eq!(typed, Some("7"), "{name}: {at}\n{}", text_of(&buf));
        } else {
            // Dots and block letters: each goes to the right of the one before.
            others += 1;
            let all = KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL);
            stage.event(Event::Key(all));
            let was = stage.drawn(&view).1.cursor;
            stage.press(KeyCode::Char('7'));
            let at = stage.drawn(&view).1.cursor;
            assert!(at.y == was.y && at.x > was.x, "{name}: {was}, then {at}");
        }
    }
    assert!(lines > 15 && others > 5, "{lines} lines, {others} others");
}

#[test]
fn every_scene_is_drawn_as_it_was_on_the_smallest_screen_in_both_languages() {
    let view = View::new(THEME);
    for (name, scene) in scenes::all() {
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
    for (name, scene) in scenes::all() {
        let stage = Stage::play(*scene, Language::English, (200, 60));
        let drawn = text_of(&stage.draw(&view));
        settings().bind(|| insta::assert_snapshot!(format!("large-{name}"), drawn));
    }
}

#[test]
fn the_home_and_the_run_are_drawn_as_they_were_on_a_middling_screen() {
    let view = View::new(THEME);
    for name in ["home-search", "touch-create"] {
        let (_, scene) = scenes::all()
            .find(|(known, _)| *known == name)
            .expect("a scene of that name");
        let stage = Stage::play(*scene, Language::Dutch, (120, 40));
        let drawn = text_of(&stage.draw(&view));
        settings().bind(|| insta::assert_snapshot!(format!("middling-{name}"), drawn));
    }
}

#[test]
fn every_large_word_can_be_drawn_in_block_letters_on_the_smallest_screen() {
    let view = View::new(THEME);
    let mut seen = 0;
    for language in Language::ALL {
        for word in view.large_words(language) {
            seen += 1;
            assert!(word.chars().all(big::knows), "{word}");
            assert!(
                big::width(&word, 1) <= 78,
                "{word} takes {} columns",
                big::width(&word, 1)
            );
        }
    }
    assert!(seen > 30, "the words are found by their keys");
}

#[test]
fn every_screen_names_its_help_and_its_keys_on_the_last_line() {
    let view = View::new(THEME);
    for (name, scene) in scenes::all() {
        let stage = Stage::play(*scene, Language::English, (80, 24));
        let drawn = text_of(&stage.draw(&view));
        let last = drawn.lines().last().unwrap_or_default();
        assert!(
            last.contains("F1 help") || last.contains("any other key"),
            "{name}: {last}"
        );
    }
}

#[test]
fn the_help_names_every_key_of_its_screen() {
    for (name, scene) in scenes::all() {
        let mut stage = Stage::play(*scene, Language::English, (80, 24));
        if stage.model.help {
            continue;
        }
        let keys: Vec<Key> = rows(&stage.model).map(|row| row.key).collect();
        stage.press(KeyCode::F(1));
        let drawn = text_of(&stage.draw(&View::new(THEME)));
        for key in keys {
            assert!(
                drawn.contains(&key.name()),
                "{name}: {}\n{drawn}",
                key.name()
            );
        }
    }
}

#[test]
fn without_colour_no_cell_has_one() {
    let view = View::new(Theme {
        colour: false,
        marks: true,
    });
    for (name, scene) in scenes::all() {
        let drawn = Stage::play(*scene, Language::English, (120, 40)).draw(&view);
        for cell in &drawn.content {
            assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset), "{name}");
        }
    }
}

#[test]
fn on_the_linux_console_only_marks_of_its_font_are_drawn() {
    let view = View::new(Theme {
        colour: true,
        marks: false,
    });
    for (name, scene) in scenes::all() {
        let drawn = text_of(&Stage::play(*scene, Language::Dutch, (80, 24)).draw(&view));
        for mark in ['✓', '▸', '●', '○', '⏎', '▏', '…'] {
            assert!(!drawn.contains(mark), "{name}: {mark}");
        }
    }
}

#[test]
fn a_small_window_says_how_large_it_must_be() {
    let stage = Stage::play(|_| {}, Language::English, (60, 20));
    let drawn = text_of(&stage.draw(&View::new(THEME))).replace('\n', " ");
    assert!(
        drawn.contains("60×20") && drawn.contains("80×24"),
        "{drawn}"
    );
}

/// A line that ends in the middle of a word tells half of what it should, and nobody is told that there is more.
#[test]
fn no_line_is_cut_off_on_the_smallest_screen() {
    let view = View::new(THEME);
    let mut faults = std::collections::BTreeSet::new();
    for (name, scene) in scenes::all() {
        for language in Language::ALL {
            let mut stage = Stage::play(*scene, language, (80, 24));
            for help in [false, true] {
                if stage.model.help != help {
                    stage.press(KeyCode::F(1));
                }
                LOST.take();
                let screen = text_of(&stage.draw(&view));
                let lost = LOST.take();
                faults.extend(lost.into_iter().map(|line| format!("{name}: {line}")));
                // Beneath the title; that there are more is said behind an ellipsis, not before one.
                let is_cut = |line: &&str| line.replace("  … ", "").contains('…');
                let mut cut = screen.lines().skip(1).take(20).filter(is_cut);
                if let (true, Some(line)) = (help, cut.next()) {
                    faults.insert(format!("{name}, the help: {line}"));
                }
            }
        }
    }
    let faults: Vec<String> = faults.into_iter().collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Neither scene has them all: what a stop would leave is one line of the foot.
#[test]
fn what_a_stop_would_leave_fits_into_its_line() {
    for text in [
        include_str!("../../../assets/text/en/keydesk.ftl"),
        include_str!("../../../assets/text/nl/keydesk.ftl"),
    ] {
        let entries: Vec<(&str, &str)> = text
            .lines()
            .filter_map(|line| line.split_once(" = "))
            .collect();
        let said = |key: &str| entries.iter().find(|(known, _)| *known == key);
        let leaves = entries.iter().filter(|(key, _)| key.starts_with("leaves-"));
        let mut seen = 0;
        for (key, leaves) in leaves {
            seen += 1;
            for (frame, before) in [("stop-sure", ""), ("stop-line", "Esc ")] {
                let (_, frame) = said(frame).expect("both are there");
                let line = format!("{before}{}", frame.replace("{ $leaves }", leaves));
                assert!(width(&line) <= 78, "{key}: {line}");
            }
        }
        assert!(seen > 15, "{seen}");
    }
}

/// Of somebody who was identified elsewhere, by whoever has a long name, and of the longest list of steps.
#[test]
fn nor_is_what_no_scene_shows() {
    let view = View::new(THEME);
    for language in Language::ALL {
        let (_, in_visit) = scenes::all()
            .find(|(name, _)| *name == "person-in-visit")
            .expect("a scene of that name");
        let mut stage = Stage::play(*in_visit, language, (80, 24));
        let mut detail = cast::detail_in_visit();
        let identified = detail
            .visit
            .as_mut()
            .and_then(|visit| visit.identified.as_mut());
        let identified = identified.expect("identified");
        identified.operator_name = "A. van der Steenhoven-Pietersen".to_owned();
        identified.station_name = "Desk of the south wing".to_owned();
        stage.say(Update::Opened(Box::new(detail)));
        LOST.take();
        stage.draw(&view);
        assert_eq!(LOST.take(), [] as [&str; 0]);
        let person = cast::main_admin();
        for job in [
            Job::App {
                app: AppJob::Both,
                person: person.clone(),
            },
            Job::Lend { person },
        ] {
            stage.run(RunEvent::Began { job });
            stage.draw(&view);
            assert_eq!(LOST.take(), [] as [&str; 0]);
            for step in steps(&stage.model.work.as_ref().expect("a run").job) {
                stage.run(RunEvent::Step { step: *step });
                stage.draw(&view);
                assert_eq!(LOST.take(), [] as [&str; 0], "{step:?}");
            }
        }
    }
}
