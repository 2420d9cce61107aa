//! Block letters, three rows high, that can be read from two metres.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

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

/// Columns of a letter in the table, with the blank behind it.
const PITCH: usize = 6;

/// Columns of a blank between words.
const BLANK: usize = 3;

/// Columns that a text takes at a scale.
pub fn width(text: &str, scale: u16) -> u16 {
    let columns = u16::try_from(columns(text).len()).unwrap_or(u16::MAX);
    columns.saturating_mul(scale)
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
    let wide = columns(text)
        .into_iter()
        .flat_map(|column| (0..scale).map(move |_| column));
    for (x, column) in (0..area.width).zip(wide) {
        for y in 0..rows {
            let lit = |half: u16| column & (1 << ((2 * y + half) / scale)) != 0;
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

/// The points of a text column by column, the top point in the lowest bit; a blank column between letters.
fn columns(text: &str) -> Vec<u8> {
    let mut columns = Vec::new();
    for letter in text.chars() {
        if !columns.is_empty() {
            columns.push(0);
        }
        let points = points(letter.to_ascii_uppercase());
        let first = points.iter().position(|column| *column != 0);
        let last = points.iter().rposition(|column| *column != 0);
        match (first, last) {
            (Some(first), Some(last)) => {
                columns.extend(points.get(first..=last).unwrap_or_default())
            }
            _ => columns.extend([0; BLANK]),
        }
    }
    columns
}

fn points(letter: char) -> [u8; PITCH] {
    let mut points = [0; PITCH];
    let found = LETTERS.iter().find_map(|(letters, rows)| {
        Some((letters.chars().position(|known| known == letter)?, rows))
    });
    if let Some((at, rows)) = found {
        for (bit, row) in rows.iter().enumerate() {
            let row = row.bytes().skip(at * PITCH);
            for (column, point) in points.iter_mut().zip(row) {
                *column |= u8::from(point == b'#') << bit;
            }
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_drawn_as_half_blocks() {
        let area = Rect::new(0, 0, 15, 3);
        let mut buf = Buffer::empty(area);
        draw(&mut buf, area, "pin", Style::new(), 1);
        let lines: Vec<String> = (0..3)
            .map(|y| {
                (0..15)
                    .filter_map(|x| Some(buf.cell((x, y))?.symbol()))
                    .collect()
            })
            .collect();
        assert_eq!(
            lines,
            ["█▀▀▀▄ ▀█▀ █▄  █", "█▄▄▄▀  █  █ ▀▄█", "█     ▄█▄ █   █"]
        );
    }

    #[test]
    fn every_row_of_the_font_is_as_long_as_its_letters_need() {
        for (letters, rows) in LETTERS {
            for row in rows {
                assert_eq!(row.len(), letters.len() * PITCH, "{letters}");
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
