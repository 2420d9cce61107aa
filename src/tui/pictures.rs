//! Pictures of the screens for the README, as SVG made from the drawn buffer: invented people only, and a test says when one
//! no longer shows what the program draws.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

use super::clean::width;
use super::scenes::{self, Stage};
use super::theme::Theme;
use super::view::View;
use crate::text::Language;

/// File name, scene, language and size of every picture.
const PICTURES: [(&str, &str, Language, (u16, u16)); 9] = [
    ("sign-in", "sign-in", Language::English, (80, 24)),
    ("home", "home-search", Language::English, (80, 24)),
    ("choose-key", "choose-key", Language::English, (80, 24)),
    ("pin", "new-pin", Language::English, (80, 24)),
    ("touch", "touch-create", Language::English, (80, 24)),
    ("touch-dutch", "touch-create", Language::Dutch, (80, 24)),
    ("done", "done-left", Language::English, (80, 24)),
    ("app", "app-scan", Language::English, (80, 24)),
    ("home-wide", "home-search", Language::English, (180, 40)),
];

const THEME: Theme = Theme {
    colour: true,
    marks: true,
};

/// Writes the pictures into a directory, which is made where it is missing. Returns their paths.
pub fn pictures(dir: &Path) -> io::Result<Vec<PathBuf>> {
    fs::create_dir_all(dir)?;
    all()
        .map(|(name, picture)| {
            let path = dir.join(format!("{name}.svg"));
            fs::write(&path, picture)?;
            Ok(path)
        })
        .collect()
}

fn all() -> impl Iterator<Item = (&'static str, String)> {
    let view = View::new(THEME);
    PICTURES
        .into_iter()
        .filter_map(move |(name, scene, language, size)| {
            let (_, play) = scenes::all().find(|(known, _)| *known == scene)?;
            let stage = Stage::play(*play, language, size);
            Some((name, svg(&stage.draw(&view))))
        })
}

/// Pixels of a cell.
const CELL: (u32, u32) = (9, 18);

/// Pixels around the screen.
const MARGIN: u32 = 12;

const PAPER: &str = "#15181e";
const INK: &str = "#d5dae3";

/// Draws a buffer. Block characters become rectangles, so that they meet without seams whatever font shows the rest.
fn svg(buf: &Buffer) -> String {
    let (columns, rows) = (u32::from(buf.area.width), u32::from(buf.area.height));
    let (width, height) = (columns * CELL.0 + 2 * MARGIN, rows * CELL.1 + 2 * MARGIN);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{PAPER}\"/>\n\
         <g font-family=\"'DejaVu Sans Mono',Menlo,Consolas,monospace\" font-size=\"15\">\n"
    );
    for row in 0..buf.area.height {
        let y = MARGIN + u32::from(row) * CELL.1;
        let mut column = 0;
        while column < buf.area.width {
            column += piece(&mut out, buf, (column, row), y);
        }
    }
    out.push_str("</g>\n</svg>\n");
    out
}

/// Draws the cells from here on that look alike; returns how many columns they take.
fn piece(out: &mut String, buf: &Buffer, (column, row): (u16, u16), y: u32) -> u16 {
    let Some(first) = buf.cell((column, row)) else {
        return 1;
    };
    let mut text = String::new();
    let mut columns = 0;
    while let Some(cell) = buf.cell((column + columns, row)) {
        let alike = cell.style() == first.style() && is_block(cell) == is_block(first);
        if !alike || column + columns >= buf.area.width {
            break;
        }
        text.push_str(cell.symbol());
        columns += u16::try_from(width(cell.symbol())).unwrap_or(1).max(1);
    }
    let x = MARGIN + u32::from(column) * CELL.0;
    let pixels = u32::from(columns) * CELL.0;
    let (ink, paper) = colours(first);
    if paper != PAPER {
        let _ = writeln!(
            out,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{pixels}\" height=\"{}\" fill=\"{paper}\"/>",
            CELL.1
        );
    }
    if is_block(first) {
        blocks(out, &text, (x, y), ink);
    } else {
        words(out, &text, (x, y), ink, first.modifier);
    }
    columns.max(1)
}

/// Draws words at their columns, so that gaps do not depend on the font that is found.
fn words(out: &mut String, text: &str, (x, y): (u32, u32), ink: &str, modifier: Modifier) {
    let weight = if modifier.contains(Modifier::BOLD) {
        " font-weight=\"bold\""
    } else {
        ""
    };
    let dim = if modifier.contains(Modifier::DIM) {
        " opacity=\"0.65\""
    } else {
        ""
    };
    let pixels = |text: &str| u32::try_from(width(text)).unwrap_or_default() * CELL.0;
    let mut left = x;
    for word in text.split(' ') {
        if !word.is_empty() {
            let _ = writeln!(
                out,
                "<text x=\"{left}\" y=\"{}\" textLength=\"{}\" fill=\"{ink}\"{weight}{dim}>{}</text>",
                y + 14,
                pixels(word),
                escaped(word)
            );
        }
        left += pixels(word) + CELL.0;
    }
}

fn is_block(cell: &Cell) -> bool {
    matches!(cell.symbol(), "█" | "▀" | "▄" | "░" | "─" | "│")
}

/// Draws a run of block characters, one rectangle for equal neighbours.
fn blocks(out: &mut String, text: &str, (x, y): (u32, u32), ink: &str) {
    let symbols: Vec<char> = text.chars().collect();
    let mut at = 0;
    for same in symbols.chunk_by(|a, b| a == b) {
        let count = u32::try_from(same.len()).unwrap_or(1);
        let left = x + at * CELL.0;
        at += count;
        let (top, height, opacity) = match same.first() {
            Some('▀') => (0, CELL.1 / 2, "1"),
            Some('▄') => (CELL.1 / 2, CELL.1 / 2, "1"),
            Some('░') => (0, CELL.1, "0.2"),
            Some('─') => (CELL.1 / 2, 1, "0.5"),
            _ => (0, CELL.1, "1"),
        };
        let is_line = same.first() == Some(&'│');
        let (left, width) = if is_line {
            (left + CELL.0 / 2, 1)
        } else {
            (left, count * CELL.0)
        };
        let _ = writeln!(
            out,
            "<rect x=\"{left}\" y=\"{}\" width=\"{width}\" height=\"{height}\" fill=\"{ink}\" opacity=\"{opacity}\"/>",
            y + top
        );
    }
}

/// Ink and paper of a cell.
fn colours(cell: &Cell) -> (&'static str, &'static str) {
    let (ink, paper) = (colour(cell.fg, INK), colour(cell.bg, PAPER));
    if cell.modifier.contains(Modifier::REVERSED) {
        (paper, ink)
    } else {
        (ink, paper)
    }
}

fn colour(colour: Color, unset: &'static str) -> &'static str {
    match colour {
        Color::Black => "#101216",
        Color::Red => "#c4423b",
        Color::Green => "#6fae5c",
        Color::Yellow => "#d9a93e",
        Color::Cyan => "#5fb3c2",
        Color::White => "#f2f4f8",
        _ => unset,
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_pictures_in_the_docs_show_what_is_drawn_today() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/screens");
        let mut expected = BTreeSet::new();
        for (name, picture) in all() {
            let path = dir.join(format!("{name}.svg"));
            let kept = fs::read_to_string(&path).unwrap_or_default();
            assert!(
                kept == picture,
                "{name}.svg is stale: run `keydesk screens --out docs/screens`"
            );
            expected.insert(path);
        }
        assert_eq!(
            expected.len(),
            PICTURES.len(),
            "a scene has another name now"
        );
        let kept: BTreeSet<PathBuf> = fs::read_dir(&dir)
            .expect("the pictures' directory")
            .filter_map(|entry| Some(entry.ok()?.path()))
            .collect();
        assert_eq!(kept, expected);
    }

    #[test]
    fn what_a_picture_shows_cannot_break_its_markup() {
        assert_eq!(escaped("<a> & b"), "&lt;a&gt; &amp; b");
    }
}
