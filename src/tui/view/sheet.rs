//! The only way to put text on the screen: cleans it, cuts it to its area, and replaces marks the font lacks.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::totp::Picture;
use crate::tui::big;
use crate::tui::clean::{clean, fit, width, wrap};
use crate::tui::qr::{self, Look};
use crate::tui::theme::Theme;

#[cfg(test)]
thread_local! {
    /// Lines for which there was no room, in whole or in part, since this was last taken.
    pub static LOST: std::cell::RefCell<Vec<String>> = const { std::cell::RefCell::new(Vec::new()) };
}

#[cfg(test)]
fn lost(line: &Line<'_>, room: usize) {
    let words: String = line.spans.iter().map(|span| &*span.content).collect();
    let words = clean(&words);
    if width(words.trim_end_matches([CARET, ' '])) > room {
        LOST.with_borrow_mut(|lost| lost.push(words.trim().to_owned()));
    }
}

/// A styled piece of a line.
pub fn s(text: impl Into<String>, style: Style) -> Span<'static> {
    Span::styled(text.into(), style)
}

/// A cell of a table row: columns, text, style.
pub type Cell = (u16, String, Style);

/// Why the terminal's own cursor stands somewhere; a later one goes before an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Focus {
    /// It begins the line that says what the screen waits for.
    Waiting,
    /// It is marked in a list.
    Marked,
    /// What is typed goes there.
    Typing,
}

/// Drawn where the next character goes.
const CARET: char = '▏';

/// A buffer that is written to by rows of an area.
///
/// It knows where the cursor belongs, which is what a braille display or a screen reader follows, and the line that says in plain
/// words what the screen waits for.
pub struct Sheet<'b> {
    buf: &'b mut Buffer,
    theme: Theme,
    focus: Option<(Focus, Position)>,
    waits: Option<String>,
}

impl<'b> Sheet<'b> {
    pub fn new(buf: &'b mut Buffer, theme: Theme) -> Self {
        Self {
            buf,
            theme,
            focus: None,
            waits: None,
        }
    }

    /// Where the cursor belongs.
    pub fn cursor(&self) -> Position {
        self.focus.map_or(Position::ORIGIN, |(_, at)| at)
    }

    /// What the screen says that it waits for.
    pub fn waits(&self) -> Option<&str> {
        self.waits.as_deref()
    }

    /// The line at that row says what the screen waits for.
    pub fn waiting(&mut self, area: Rect, row: u16, what: &str) {
        if self.waits.is_none() && !what.is_empty() {
            self.waits = Some(what.to_owned());
            self.focused(Focus::Waiting, area, row, 0);
        }
    }

    /// What is typed goes to that column of the row, which shows no caret.
    pub fn typing(&mut self, area: Rect, row: u16, column: usize) {
        let column = u16::try_from(column).unwrap_or(u16::MAX);
        self.focused(
            Focus::Typing,
            area,
            row,
            column.min(area.width.saturating_sub(1)),
        );
    }

    fn focused(&mut self, focus: Focus, area: Rect, row: u16, column: u16) {
        let Some((y, _)) = self.place(area, row) else {
            return;
        };
        if self.focus.is_none_or(|(known, _)| known < focus) {
            self.focus = Some((focus, Position::new(area.x + column, y)));
        }
    }

    /// Writes a line at a row of the area; returns the columns used. Rows outside the area are ignored.
    pub fn put(&mut self, area: Rect, row: u16, line: impl Into<Line<'static>>) -> u16 {
        let line = line.into();
        let Some((y, right)) = self.place(area, row) else {
            #[cfg(test)]
            lost(&line, 0);
            return 0;
        };
        #[cfg(test)]
        lost(&line, usize::from(right - area.x));
        let mut x = area.x;
        for span in line.spans {
            let text = clean(&span.content);
            if let Some((before, _)) = text.split_once(CARET) {
                self.typing(area, row, usize::from(x - area.x) + width(before));
            }
            let text = self.theme.drawable(text);
            let room = usize::from(right.saturating_sub(x));
            (x, _) = self.buf.set_stringn(x, y, text, room, span.style);
        }
        x - area.x
    }

    /// Writes a line so that it ends at the area's right edge; returns the columns used.
    pub fn put_right(&mut self, area: Rect, row: u16, line: impl Into<Line<'static>>) -> u16 {
        let line = line.into();
        let columns: usize = line
            .spans
            .iter()
            .map(|span| width(&clean(&span.content)))
            .sum();
        let columns = u16::try_from(columns).unwrap_or(u16::MAX).min(area.width);
        let at = Rect {
            x: area.x + area.width - columns,
            width: columns,
            ..area
        };
        self.put(at, row, line)
    }

    /// Writes a table row; each cell is cut to its columns less one for the gap.
    pub fn cells(&mut self, area: Rect, row: u16, cells: &[Cell]) {
        let mut at = area;
        for (columns, text, style) in cells {
            let columns = (*columns).min(at.width);
            let text = fit(text, usize::from(columns.saturating_sub(1)));
            self.put(at, row, s(text, *style));
            at.x += columns;
            at.width -= columns;
        }
    }

    /// Writes a text over as many rows as it takes; returns the row below it.
    pub fn paragraph(&mut self, area: Rect, row: u16, text: &str, style: Style) -> u16 {
        let mut row = row;
        for line in wrap(text, usize::from(area.width)) {
            self.put(area, row, s(line, style));
            row += 1;
        }
        row
    }

    /// Writes a text with a mark before it and its further lines indented; returns the row below it.
    pub fn bullet(
        &mut self,
        area: Rect,
        row: u16,
        mark: Span<'static>,
        text: &str,
        style: Style,
    ) -> u16 {
        let indent = self.put(area, row, Line::from(vec![mark, s(" ", Style::new())]));
        let rest = Rect {
            x: area.x + indent,
            width: area.width - indent,
            ..area
        };
        self.paragraph(rest, row, text, style).max(row + 1)
    }

    /// Draws a horizontal line over the row, with a title in it.
    pub fn rule(&mut self, area: Rect, row: u16, title: &str) {
        let title = if title.is_empty() {
            String::new()
        } else {
            format!("{} ", fit(title, usize::from(area.width.saturating_sub(4))))
        };
        let used = width(&title);
        let line = "─".repeat(usize::from(area.width).saturating_sub(used));
        self.put(
            area,
            row,
            Line::from(vec![
                s(title, self.theme.strong()),
                s(line, self.theme.quiet()),
            ]),
        );
    }

    /// Draws a vertical line at the left edge of the area.
    pub fn divider(&mut self, area: Rect) {
        for row in 0..area.height {
            self.put(area, row, s("│", self.theme.quiet()));
        }
    }

    /// Gives a whole row of the area, the one that is marked, a style, text and gaps alike.
    pub fn tint(&mut self, area: Rect, row: u16, style: Style) {
        self.focused(Focus::Marked, area, row, 0);
        if let Some((y, right)) = self.place(area, row) {
            let line = Rect::new(area.x, y, right - area.x, 1);
            self.buf.set_style(line, style);
        }
    }

    /// Draws block letters at a row, as large as asked and as fits; returns the row below them.
    pub fn big(&mut self, area: Rect, row: u16, text: &str, scale: u16) -> u16 {
        let text = clean(text);
        let scale = (1..=scale.max(1))
            .rev()
            .find(|scale| big::width(&text, *scale) <= area.width)
            .unwrap_or(1);
        let at = super::below(area, row);
        big::draw(self.buf, at, &text, self.theme.big(), scale);
        row + big::ROWS * scale
    }

    /// Draws the digits of a code, as large as asked and as fits; returns the row below them.
    pub fn code(&mut self, area: Rect, row: u16, typed: &str, places: u16, scale: u16) -> u16 {
        let scale = (1..=scale.max(1))
            .rev()
            .find(|scale| big::code_width(places, *scale) <= area.width)
            .unwrap_or(1);
        let column = big::code_column(typed, places, scale);
        self.typing(area, row + (big::ROWS - 1) * scale, usize::from(column));
        let at = super::below(area, row);
        big::draw_code(self.buf, at, (typed, places), self.theme.big(), scale);
        row + big::ROWS * scale
    }

    /// Draws a QR code at the top left corner of the area.
    pub fn qr(&mut self, area: Rect, picture: &Picture, scale: u16, look: Look) {
        qr::draw(self.buf, area, picture, scale, look);
    }

    /// Draws a secret that comes in groups, half of them in a line, in block letters where those are asked for and fit; returns
    /// the row below. No copy of it is made but the one in the cells.
    pub fn groups(&mut self, area: Rect, row: u16, secret: &str, style: Style, scale: u16) -> u16 {
        let groups: Vec<&str> = secret.split(' ').collect();
        let letters = big::width("MMMM", 1) + 2;
        let per_line = groups.len().div_ceil(2).max(1);
        let block = scale > 1 && usize::from(letters) * per_line <= usize::from(area.width);
        let (pitch, rows) = if block {
            (letters, big::ROWS + 1)
        } else {
            (6, 1)
        };
        let mut row = row;
        for line in groups.chunks(per_line) {
            let mut at = super::below(area, row);
            for group in line {
                if block {
                    big::draw(self.buf, at, group, self.theme.big(), 1);
                } else if at.height > 0 {
                    self.buf
                        .set_stringn(at.x, at.y, group, at.width.into(), style);
                }
                at.x += pitch.min(at.width);
                at.width = at.width.saturating_sub(pitch);
            }
            row += rows;
        }
        row
    }

    fn place(&self, area: Rect, row: u16) -> Option<(u16, u16)> {
        let inside = area.intersection(self.buf.area);
        let y = area.y.checked_add(row)?;
        (row < area.height && y < inside.bottom() && area.x < inside.right())
            .then_some((y, inside.right()))
    }
}
