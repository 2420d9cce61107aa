//! The help: made from the table of keys, for the screen that it lies over.

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::chrome::frame;
use super::sheet::{Sheet, s};
use super::{Ctx, columns, heading};
use crate::text::tr;
use crate::tui::keys::{Key, Row, everywhere, here};

pub(super) fn draw(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    let t = ctx.text;
    let body = frame(
        ctx,
        sheet,
        area,
        vec![s(tr!(t, "help-title"), ctx.theme.strong())],
    );
    let (here, everywhere) = (rows(ctx, here(ctx.model)), rows(ctx, everywhere(ctx.model)));
    sheet.put(body, 0, heading(ctx, tr!(t, "help-here")));
    // Every key is named, also where there is no room for a pause, or only beside the others.
    let room = usize::from(body.height.saturating_sub(1));
    let (first, rest) = here.split_at(here.len().min(room));
    let row = list(ctx, sheet, body, 1, first);
    let room = usize::from(body.height.saturating_sub(row));
    let (body, row) = if rest.is_empty() && room > everywhere.len() {
        (body, row + u16::from(room > everywhere.len() + 1))
    } else {
        let [_, beside] = columns(body, [body.width * 11 / 20, 0]);
        let row = match rest.is_empty() {
            true => 0,
            false => list(ctx, sheet, beside, 1, rest) + 1,
        };
        (beside, row)
    };
    sheet.put(body, row, heading(ctx, tr!(t, "help-everywhere")));
    let row = list(ctx, sheet, body, row + 1, &everywhere);
    let close = tr!(t, "help-close");
    sheet.waiting(body, row + 1, &close);
    sheet.put(body, row + 1, s(close, ctx.theme.quiet()));
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

/// Draws them from that row on; the row below.
fn list(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    body: Rect,
    row: u16,
    rows: &[(String, String)],
) -> u16 {
    let mut row = row;
    for (keys, label) in rows {
        let line = Line::from(vec![
            s(format!("  {keys:<21}"), ctx.theme.strong()),
            s(label.clone(), ctx.theme.plain()),
        ]);
        sheet.put(body, row, line);
        row += 1;
    }
    row
}
