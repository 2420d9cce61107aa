//! A QR code in block characters.
//!
//! Light modules are the glyph and dark ones the gap, with both colours named: so the code has its right polarity on a dark
//! theme, on a light one, and on the Linux console, whose backgrounds are never bright. Where no colour may be named, glyphs
//! have the colour of text; on a light theme that turns the code round, and [`Look::inverted`] turns it back.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

use crate::totp::Picture;

/// The largest scale: beyond it a phone has to be held further away than people hold it.
const SCALE_MAX: u16 = 3;

/// How a QR code is drawn on this terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Colours may be named.
    pub colour: bool,
    /// Dark modules are the glyph.
    pub inverted: bool,
}

/// Columns and rows that a code takes, quiet zone and all: a module is `scale` columns wide and as many half rows high.
pub fn size(picture: &Picture, scale: u16) -> (u16, u16) {
    let points = u16::try_from(picture.side())
        .unwrap_or(u16::MAX)
        .saturating_mul(scale);
    (points, points.div_ceil(2))
}

/// The largest scale at which the code fits; `None` where it does not.
pub fn scale(picture: &Picture, columns: u16, rows: u16) -> Option<u16> {
    (1..=SCALE_MAX).rev().find(|scale| {
        let (wide, high) = size(picture, *scale);
        wide <= columns && high <= rows
    })
}

/// Draws it from the top left corner of the area. Half a row beneath an odd number of half rows is light as well.
pub fn draw(buf: &mut Buffer, area: Rect, picture: &Picture, scale: u16, look: Look) {
    let style = if look.colour {
        Style::reset().fg(Color::White).bg(Color::Black)
    } else {
        Style::reset()
    };
    let scale = scale.max(1);
    let (columns, rows) = size(picture, scale);
    for row in 0..rows.min(area.height) {
        for column in 0..columns.min(area.width) {
            let glyph = |half: u16| {
                let (x, y) = (column / scale, (2 * row + half) / scale);
                picture.is_dark(x.into(), y.into()) == look.inverted
            };
            let symbol = match (glyph(0), glyph(1)) {
                (true, true) => "█",
                (true, false) => "▀",
                (false, true) => "▄",
                (false, false) => " ",
            };
            if let Some(cell) = buf.cell_mut((area.x + column, area.y + row)) {
                cell.set_symbol(symbol).set_style(style);
            }
        }
    }
}
