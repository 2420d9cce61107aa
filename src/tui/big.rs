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
    let wide = columns(text)
        .into_iter()
        .flat_map(|column| (0..scale).map(move |_| column));
    for (x, points) in (0..area.width).zip(wide) {
        paint(buf, area, x, points, style, scale);
    }
}

/// Draws one column of points, the top one in the lowest bit; unlit ones leave what is there.
fn paint(buf: &mut Buffer, area: Rect, x: u16, points: u8, style: Style, scale: u16) {
    if x >= area.width {
        return;
    }
    for y in 0..(ROWS * scale).min(area.height) {
        let lit = |half: u16| points & (1 << ((2 * y + half) / scale)) != 0;
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

/// Digits of a code, three columns each; a blank stands for one that is still to be typed.
const DIGITS: (&str, [&str; 6]) = (
    "0123456789 ",
    [
        "### .#. ### ### #.# ### ### ### ### ### ... ",
        "#.# ##. ..# ..# #.# #.. #.. ..# #.# #.# ... ",
        "#.# .#. ..# ..# #.# #.. #.. ..# #.# #.# ... ",
        "#.# .#. ### ### ### ### ### .#. ### ### ... ",
        "#.# .#. #.. ..# ..# ..# #.# .#. #.# ..# ... ",
        "### ### ### ### ..# ### ### .#. ### ### ### ",
    ],
);

/// Columns of a digit in the table, with the blank behind it.
const DIGIT_PITCH: u16 = 4;

/// Columns of a code of so many digits, with a gap in its middle as apps show it.
pub fn code_width(digits: u16, scale: u16) -> u16 {
    (digits * DIGIT_PITCH + 1).saturating_mul(scale)
}

/// Where the next digit of such a code begins; in a full one, the last.
pub fn code_column(typed: &str, digits: u16, scale: u16) -> u16 {
    let place = u16::try_from(typed.len())
        .unwrap_or(digits)
        .min(digits.saturating_sub(1));
    (place * DIGIT_PITCH + gap_before(place, digits)).saturating_mul(scale)
}

fn gap_before(place: u16, digits: u16) -> u16 {
    if place >= digits.div_ceil(2) { 2 } else { 0 }
}

/// Draws a code of so many digits from the top left corner of the area, as far as it has been typed.
pub fn draw_code(
    buf: &mut Buffer,
    area: Rect,
    (typed, digits): (&str, u16),
    style: Style,
    scale: u16,
) {
    let scale = scale.max(1);
    let (known, rows) = DIGITS;
    for (place, digit) in (0..digits).zip(typed.chars().chain(std::iter::repeat(' '))) {
        let Some(at) = known.find(digit) else {
            continue;
        };
        let gap = gap_before(place, digits);
        for column in 0..(DIGIT_PITCH - 1) * scale {
            let bits = (0..).zip(rows).fold(0_u8, |bits, (bit, row)| {
                let point = row
                    .as_bytes()
                    .get(at * usize::from(DIGIT_PITCH) + usize::from(column / scale));
                bits | u8::from(point == Some(&b'#')) << bit
            });
            let x = (place * DIGIT_PITCH + gap) * scale + column;
            paint(buf, area, x, bits, style, scale);
        }
    }
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
    fn a_code_is_drawn_in_two_groups_with_a_line_for_each_digit_still_to_come() {
        let area = Rect::new(0, 0, code_width(6, 1), 3);
        let mut buf = Buffer::empty(area);
        draw_code(&mut buf, area, ("147", 6), Style::new(), 1);
        let line = |y: u16| -> String {
            let cells = (0..area.width).filter_map(|x| Some(buf.cell((x, y))?.symbol()));
            cells.collect::<String>().trim_end().to_owned()
        };
        assert_eq!(
            [line(0), line(1), line(2)],
            ["▄█  █ █ ▀▀█", " █  █▄█  ▄▀", "▄█▄   █  █    ▄▄▄ ▄▄▄ ▄▄▄"]
        );
        for row in DIGITS.1 {
            assert_eq!(row.len(), DIGITS.0.len() * usize::from(DIGIT_PITCH));
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
