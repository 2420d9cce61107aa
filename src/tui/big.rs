//! Block letters, three rows high, that can be read from two metres.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Columns that a letter takes, with the gap behind it.
pub const ADVANCE: u16 = 6;

/// Rows that a line of letters takes at scale 1.
pub const ROWS: u16 = 3;

const LETTERS: [(&str, [&str; 6]); 4] = [
    (
        "ABCDEFGHIJ",
        [
            ".###. ####. .#### ####. ##### ##### .#### #...# .###. ..### ",
            "#...# #...# #.... #...# #.... #.... #.... #...# ..#.. ...#. ",
            "#...# ####. #.... #...# ####. ####. #..## ##### ..#.. ...#. ",
            "##### #...# #.... #...# #.... #.... #...# #...# ..#.. ...#. ",
            "#...# #...# #.... #...# #.... #.... #...# #...# ..#.. #..#. ",
            "#...# ####. .#### ####. ##### #.... .#### #...# .###. .##.. ",
        ],
    ),
    (
        "KLMNOPQRST",
        [
            "#...# #.... #...# #...# .###. ####. .###. ####. .#### ##### ",
            "#..#. #.... ##.## ##..# #...# #...# #...# #...# #.... ..#.. ",
            "###.. #.... #.#.# #.#.# #...# #...# #...# #...# .###. ..#.. ",
            "#..#. #.... #...# #..## #...# ####. #.#.# ####. ....# ..#.. ",
            "#...# #.... #...# #...# #...# #.... #..#. #..#. ....# ..#.. ",
            "#...# ##### #...# #...# .###. #.... .##.# #...# ####. ..#.. ",
        ],
    ),
    (
        "UVWXYZ0123",
        [
            "#...# #...# #...# #...# #...# ##### .###. ..#.. .###. ####. ",
            "#...# #...# #...# .#.#. .#.#. ...#. #..## .##.. #...# ....# ",
            "#...# #...# #...# ..#.. ..#.. ..#.. #.#.# ..#.. ...#. .###. ",
            "#...# #...# #.#.# ..#.. ..#.. .#... ##..# ..#.. ..#.. ....# ",
            "#...# .#.#. ##.## .#.#. ..#.. #.... #...# ..#.. .#... ....# ",
            ".###. ..#.. #...# #...# ..#.. ##### .###. .###. ##### ####. ",
        ],
    ),
    (
        "456789?!- ",
        [
            "#..#. ##### .###. ##### .###. .###. .###. ..#.. ..... ..... ",
            "#..#. #.... #.... ....# #...# #...# #...# ..#.. ..... ..... ",
            "#..#. ####. ####. ...#. .###. .#### ...#. ..#.. .###. ..... ",
            "##### ....# #...# ..#.. #...# ....# ..#.. ..#.. ..... ..... ",
            "...#. ....# #...# ..#.. #...# ....# ..... ..... ..... ..... ",
            "...#. ####. .###. ..#.. .###. .###. ..#.. ..#.. ..... ..... ",
        ],
    ),
];

/// Columns that a text takes at a scale.
pub fn width(text: &str, scale: u16) -> u16 {
    let letters = u16::try_from(text.chars().count()).unwrap_or(u16::MAX);
    letters.saturating_mul(ADVANCE).saturating_mul(scale)
}

/// Whether the letter can be drawn.
#[cfg(test)]
pub fn knows(letter: char) -> bool {
    LETTERS
        .iter()
        .any(|(letters, _)| letters.contains(letter.to_ascii_uppercase()))
}

/// Draws a text from the top left corner of the area; what does not fit is cut off.
pub fn draw(buf: &mut Buffer, area: Rect, text: &str, style: Style, scale: u16) {
    let scale = scale.max(1);
    let rows = (ROWS * scale).min(area.height);
    let columns = width(text, scale).min(area.width);
    for y in 0..rows {
        for x in 0..columns {
            let lit = |half: u16| is_lit(text, x / scale, (2 * y + half) / scale);
            let symbol = match (lit(0), lit(1)) {
                (true, true) => "█",
                (true, false) => "▀",
                (false, true) => "▄",
                (false, false) => continue,
            };
            if let Some(cell) = buf.cell_mut((area.x + x, area.y + y)) {
                cell.set_symbol(symbol).set_style(style);
            }
        }
    }
}

/// Whether the point is part of a letter; `x` counts over the whole text, `y` from 0 to 5.
fn is_lit(text: &str, x: u16, y: u16) -> bool {
    let letter = text
        .chars()
        .nth(usize::from(x / ADVANCE))
        .unwrap_or(' ')
        .to_ascii_uppercase();
    LETTERS
        .iter()
        .find_map(|(letters, rows)| {
            let at = letters.chars().position(|known| known == letter)?;
            let row = rows.get(usize::from(y))?.as_bytes();
            row.get(at * usize::from(ADVANCE) + usize::from(x % ADVANCE))
                .copied()
        })
        .is_some_and(|point| point == b'#')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_drawn_as_half_blocks() {
        let area = Rect::new(0, 0, 18, 3);
        let mut buf = Buffer::empty(area);
        draw(&mut buf, area, "pin", Style::new(), 1);
        let lines: Vec<String> = (0..3)
            .map(|y| {
                (0..18)
                    .filter_map(|x| Some(buf.cell((x, y))?.symbol()))
                    .collect()
            })
            .collect();
        assert_eq!(
            lines,
            [
                "█▀▀▀▄  ▀█▀  █▄  █ ",
                "█▄▄▄▀   █   █ ▀▄█ ",
                "█      ▄█▄  █   █ "
            ]
        );
    }

    #[test]
    fn every_row_of_the_font_is_as_long_as_its_letters_need() {
        for (letters, rows) in LETTERS {
            for row in rows {
                assert_eq!(row.len(), letters.len() * usize::from(ADVANCE), "{letters}");
            }
        }
    }

    #[test]
    fn a_text_that_does_not_fit_is_cut_and_does_not_panic() {
        let area = Rect::new(0, 0, 10, 2);
        let mut buf = Buffer::empty(area);
        draw(&mut buf, Rect::new(3, 1, 50, 50), "TOUCH", Style::new(), 2);
        assert_eq!(buf.cell((3, 1)).map(|cell| cell.symbol()), Some("█"));
    }
}
