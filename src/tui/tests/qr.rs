//! The QR code as a phone sees it: every cell of the screen as light, read by a decoder that knows nothing of how it was made.

use ratatui::buffer::{Buffer, Cell};
use ratatui::crossterm::event::KeyCode;
use ratatui::style::Color;

use super::behaviour::at;
use super::{sent, text_of};
use crate::domain::factor::CodeVerdict;
use crate::station::face::Command;
use crate::text::Language;
use crate::tui::scenes::{self, Stage, cast};
use crate::tui::theme::Theme;
use crate::tui::update::Effect;
use crate::tui::view::View;
use crate::workflow::dialogue::{Answer, AppQuestion, Event, Question};

/// A terminal's own colours: what an unset foreground and background look like.
#[derive(Debug, Clone, Copy)]
struct Terminal {
    ink: u8,
    paper: u8,
}

const DARK: Terminal = Terminal {
    ink: 0xd0,
    paper: 0x10,
};
const LIGHT: Terminal = Terminal {
    ink: 0x20,
    paper: 0xf8,
};

/// Pixels of a half row, and of a column: cells are twice as high as wide.
const PIXELS: usize = 4;

fn shade(colour: Color, unset: u8) -> u8 {
    match colour {
        Color::Reset => unset,
        Color::Black => 0,
        Color::White => 255,
        _ => 128,
    }
}

/// Light of the upper and of the lower half of a cell. Letters are grey: part ink, part paper.
fn halves(cell: &Cell, terminal: Terminal) -> (u8, u8) {
    let ink = shade(cell.fg, terminal.ink);
    let paper = shade(cell.bg, terminal.paper);
    match cell.symbol() {
        "█" => (ink, ink),
        "▀" => (ink, paper),
        "▄" => (paper, ink),
        " " => (paper, paper),
        _ => (ink / 2 + paper / 2, paper),
    }
}

fn read(buf: &Buffer, terminal: Terminal) -> Option<String> {
    let (columns, rows) = (usize::from(buf.area.width), usize::from(buf.area.height));
    let light = |x: usize, y: usize| {
        let cell = &buf.content[y / (2 * PIXELS) * columns + x / PIXELS];
        let (upper, lower) = halves(cell, terminal);
        match y / PIXELS % 2 {
            0 => upper,
            _ => lower,
        }
    };
    let (wide, high) = (columns * PIXELS, rows * 2 * PIXELS);
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(wide, high, light);
    let grids = image.detect_grids();
    let [grid] = grids.as_slice() else {
        return None;
    };
    Some(grid.decode().ok()?.1)
}

fn drawn(stage: &Stage, colour: bool) -> Buffer {
    let marks = true;
    stage.draw(&View::new(Theme { colour, marks }))
}

fn scene(size: (u16, u16)) -> Stage {
    let (_, play) = scenes::all()
        .find(|(name, _)| *name == "app-scan")
        .expect("the scene");
    Stage::play(*play, Language::English, size)
}

#[test]
fn a_reader_finds_the_uri_in_the_drawn_cells_on_dark_and_light_terminals_at_every_size() {
    let uri = cast::example_app().uri();
    for size in [
        (80, 24),
        (81, 27),
        (100, 30),
        (120, 40),
        (200, 60),
        (250, 90),
    ] {
        let buf = drawn(&scene(size), true);
        for terminal in [DARK, LIGHT] {
            assert_eq!(
                read(&buf, terminal).as_deref(),
                Some(uri.as_str()),
                "{size:?} {terminal:?}"
            );
        }
    }
}

#[test]
fn without_colours_it_is_read_on_a_dark_terminal_and_turned_round_on_a_light_one() {
    let uri = cast::example_app().uri();
    for size in [(80, 24), (200, 60)] {
        let mut stage = scene(size);
        let as_drawn = drawn(&stage, false);
        assert_eq!(read(&as_drawn, DARK).as_deref(), Some(uri.as_str()));
        assert_eq!(
            read(&as_drawn, LIGHT),
            None,
            "{size:?}: dark on light is inverted"
        );
        stage.press(KeyCode::Char('i'));
        let turned = drawn(&stage, false);
        assert_eq!(read(&turned, LIGHT).as_deref(), Some(uri.as_str()));
        assert_eq!(read(&turned, DARK), None, "{size:?}");
    }
}

#[test]
fn the_quiet_zone_is_whole_and_the_code_is_as_large_as_there_is_room_for() {
    for (size, side) in [
        ((80, 24), (45, 23)),
        ((120, 40), (45, 23)),
        ((200, 60), (90, 45)),
    ] {
        let buf = drawn(&scene(size), true);
        let lit: Vec<(u16, u16)> = (0..buf.area.height)
            .flat_map(|y| (0..buf.area.width).map(move |x| (x, y)))
            .filter(|at| {
                let cell = &buf[*at];
                cell.fg == Color::White && cell.bg == Color::Black
            })
            .collect();
        let (left, right) = (
            lit.iter().map(|at| at.0).min(),
            lit.iter().map(|at| at.0).max(),
        );
        let (top, bottom) = (
            lit.iter().map(|at| at.1).min(),
            lit.iter().map(|at| at.1).max(),
        );
        let span = |low: Option<u16>, high: Option<u16>| high.zip(low).map(|(h, l)| h - l + 1);
        assert_eq!(span(left, right), Some(side.0), "{size:?}");
        assert_eq!(span(top, bottom), Some(side.1), "{size:?}");
        // Four modules: two rows of half blocks at scale 1, four rows at scale 2.
        let scale = side.0 / 45;
        let (x0, y0) = (left.expect("lit"), top.expect("lit"));
        for x in x0..x0 + side.0 {
            for y in y0..y0 + 2 * scale {
                assert_eq!(buf[(x, y)].symbol(), "█", "{size:?} at {x},{y}");
            }
        }
        for y in y0..y0 + side.1 {
            for x in x0..x0 + 4 * scale {
                assert_eq!(buf[(x, y)].symbol(), "█", "{size:?} at {x},{y}");
            }
        }
    }
}

/// Something that happens at the kiosk.
type Play = fn(&mut Stage);

/// Whether anything of the secret is on the screen, as a picture or as text.
fn tells(stage: &Stage) -> bool {
    let buf = drawn(stage, true);
    let text: String = text_of(&buf).split_whitespace().collect();
    read(&buf, DARK).is_some()
        || text.contains("GEZD")
        || buf
            .content
            .iter()
            .any(|cell| cell.fg == Color::White && cell.bg == Color::Black && cell.symbol() == "▀")
}

#[test]
fn the_secret_leaves_the_screen_and_every_cell_is_drawn_anew() {
    let leave: [(&str, Play); 6] = [
        ("the code is complete", |stage| stage.type_text("102")),
        ("the question is void", |stage| stage.run(Event::Withdrawn)),
        ("it is stopped", |stage| {
            stage.press(KeyCode::Esc);
            stage.press(KeyCode::Esc);
        }),
        ("the screen is locked", |stage| stage.press(KeyCode::F(12))),
        ("nobody is there", |stage| stage.wait(120)),
        ("another question takes its place", |stage| {
            stage.ask(Question::App(AppQuestion::ShowAgain {
                person: cast::main_admin(),
            }));
        }),
    ];
    for name in ["app-scan", "app-by-hand"] {
        for (why, leave) in leave {
            let mut stage = at(name);
            assert!(tells(&stage), "{name}");
            leave(&mut stage);
            assert!(!tells(&stage), "{name}: {why}");
            assert!(
                sent(&mut stage).contains(&"repaint".to_owned()),
                "{name}: {why}"
            );
        }
    }
}

#[test]
fn after_its_time_nothing_of_the_secret_is_drawn_whether_the_station_says_so_or_not() {
    let mut stage = at("app-scan");
    for _ in 0..17 {
        stage.wait(10);
        stage.press(KeyCode::F(9));
    }
    assert!(tells(&stage), "ten seconds are left");
    stage.wait(11);
    assert!(!tells(&stage));
}

#[test]
fn the_last_digit_sends_the_code_and_nothing_of_it_stays() {
    let mut stage = at("app-scan");
    stage.type_text("x1 0");
    assert!(
        sent(&mut stage).is_empty(),
        "a letter and a blank are no digits"
    );
    stage.type_text("7");
    let code = stage.effects.iter().find_map(|effect| match effect {
        Effect::Send(Command::Answer(Answer::Code(code))) => Some(code.as_str().to_owned()),
        _ => None,
    });
    assert_eq!(code.as_deref(), Some("924107"));
    assert!(stage.model.run().is_some_and(|run| run.asking().is_none()));
}

#[test]
fn a_digit_can_be_taken_back_and_enter_never_sends_half_a_code() {
    let mut stage = at("app-scan");
    stage.press(KeyCode::Enter);
    assert!(sent(&mut stage).is_empty());
    let mut stage = at("app-scan");
    stage.press(KeyCode::Backspace);
    stage.type_text("0000");
    let code = stage.effects.iter().find_map(|effect| match effect {
        Effect::Send(Command::Answer(Answer::Code(code))) => Some(code.as_str().to_owned()),
        _ => None,
    });
    assert_eq!(code.as_deref(), Some("920000"));
}

#[test]
fn the_secret_as_text_comes_in_groups_of_four_with_everything_an_app_asks_for() {
    let screen = text_of(&drawn(&at("app-by-hand"), true));
    for words in [
        "GEZD  GNBV  GY3T  QOJQ",
        "IAMconnected",
        "SHA1",
        "6 digits",
        "30 s",
    ] {
        assert!(screen.contains(words), "{words}\n{screen}");
    }
}

#[test]
fn every_verdict_has_words_of_its_own_in_both_languages() {
    for language in Language::ALL {
        let text = crate::text::Text::load(language);
        let verdicts = [
            CodeVerdict::Used,
            CodeVerdict::Misread,
            CodeVerdict::NextNeeded,
            CodeVerdict::NoMatch,
            CodeVerdict::Clock { fast_s: 300 },
            CodeVerdict::Clock { fast_s: -300 },
            CodeVerdict::OtherFactor {
                name: "Old phone".to_owned(),
                enrolled_at: cast::NOW,
                removed: false,
            },
        ];
        let words: std::collections::BTreeSet<String> = verdicts
            .iter()
            .filter_map(|verdict| text.wrong_code(verdict, "IAMconnected"))
            .collect();
        assert_eq!(words.len(), verdicts.len(), "{words:?}");
        assert_eq!(
            text.wrong_code(&CodeVerdict::Right { drift_steps: 0 }, ""),
            None
        );
    }
}
