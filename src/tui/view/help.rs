//! The help: made from the table of keys, for the screen that it lies over.

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::chrome::frame;
use super::sheet::{Sheet, s};
use super::{Ctx, columns, heading, top};
use crate::text::tr;
use crate::tui::clean::{fit, width};
use crate::tui::keys::{Key, Row, everywhere, here};

/// Fewer columns than this are half a screen.
const NARROW: u16 = 60;

pub(super) fn draw(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    let t = ctx.text;
    let body = frame(
        ctx,
        sheet,
        area,
        vec![s(tr!(t, "help-title"), ctx.theme.strong())],
    );
    // The last row is for how it is closed, however many keys there are.
    let last = body.height.saturating_sub(1);
    let lists = top(body, last);
    let (here, everywhere) = (rows(ctx, here(ctx.model)), rows(ctx, everywhere(ctx.model)));
    // Every key is named, also where there is no room for a pause, or only beside the others.
    let spare = usize::from(lists.height).checked_sub(here.len() + everywhere.len() + 2);
    let [left, beside] = columns(lists, [lists.width * 11 / 20, 0]);
    let left = match spare {
        Some(_) => lists,
        None => Rect {
            width: left.width.saturating_sub(1),
            ..left
        },
    };
    let room = usize::from(lists.height.saturating_sub(1));
    let (first, rest) = here.split_at(here.len().min(room));
    sheet.put(left, 0, heading(ctx, tr!(t, "help-here")));
    let row = list(ctx, sheet, left, 1, first);
    let (lists, row) = match spare {
        Some(spare) => (lists, row + u16::from(spare > 0)),
        None if rest.is_empty() => (beside, 0),
        None => {
            let under = u16::try_from(everywhere.len() + 2).unwrap_or(u16::MAX);
            let room = top(beside, beside.height.saturating_sub(under));
            (beside, list(ctx, sheet, room, 1, rest) + 1)
        }
    };
    sheet.put(lists, row, heading(ctx, tr!(t, "help-everywhere")));
    let row = list(ctx, sheet, lists, row + 1, &everywhere);
    let (close, row) = (tr!(t, "help-close"), (row + 1).min(last));
    let under = Rect {
        height: body.height,
        ..lists
    };
    sheet.waiting(under, row, &close);
    sheet.put(under, row, s(close, ctx.theme.quiet()));
}

/// One row an action: neighbours in the table that are called the same share it.
fn rows<'b>(ctx: Ctx<'_>, table: impl Iterator<Item = &'b Row>) -> Vec<(String, String)> {
    let mut rows: Vec<(String, String)> = Vec::new();
    for row in table {
        let keys: Vec<String> = row.keys().map(Key::name).collect();
        let (keys, label) = (keys.join("  "), (row.label)(ctx.text));
        match rows.last_mut() {
            Some((before, same)) if *same == label => {
                before.push_str("  ");
                before.push_str(&keys);
            }
            _ => rows.push((keys, label)),
        }
    }
    rows
}

/// Draws them from that row on; the row below. Where there is no room for all, the last one says how many more there are.
fn list(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    area: Rect,
    row: u16,
    rows: &[(String, String)],
) -> u16 {
    let room = usize::from(area.height.saturating_sub(row));
    let shown = match rows.len() <= room {
        true => rows.len(),
        false => room.saturating_sub(1),
    };
    let mut row = row;
    for (keys, label) in rows.iter().take(shown) {
        // Beside each other the lists have no columns to spare.
        let pad = if area.width < NARROW { 12 } else { 20 };
        let keys = format!("  {keys:<pad$} ");
        let label = fit(label, usize::from(area.width).saturating_sub(width(&keys)));
        let line = Line::from(vec![
            s(keys, ctx.theme.strong()),
            s(label, ctx.theme.plain()),
        ]);
        sheet.put(area, row, line);
        row += 1;
    }
    let hidden = rows.len() - shown;
    if hidden > 0 {
        let more = format!("  … {}", tr!(ctx.text, "more-below", count = hidden));
        sheet.put(area, row, s(more, ctx.theme.quiet()));
        row += 1;
    }
    row
}
