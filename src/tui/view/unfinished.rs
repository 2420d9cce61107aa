//! Unfinished work: what was begun, what is known of it, and the one safe way on.

use ratatui::layout::Rect;

use super::chrome::{frame, page_title};
use super::sheet::{Cell, Sheet, s};
use super::{Ctx, bay, below, top};
use crate::record::Unfinished;
use crate::text::tr;

/// Rows for what is known of the marked entry.
const DETAIL_ROWS: u16 = 11;

pub(super) fn draw(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, marked: usize) {
    let t = ctx.text;
    let body = frame(
        ctx,
        sheet,
        area,
        page_title(ctx, Some(tr!(t, "unfinished-title"))),
    );
    let entries = ctx.model.unfinished();
    let Some(work) = entries.get(marked) else {
        sheet.put(
            body,
            1,
            s(
                format!("✓ {}", tr!(t, "unfinished-empty")),
                ctx.theme.plain(),
            ),
        );
        return;
    };
    let list = top(body, body.height.saturating_sub(DETAIL_ROWS));
    let (first, shown) = bay::window(entries.len(), usize::from(list.height), marked);
    for (row, (index, work)) in (0..).zip(entries.iter().enumerate().skip(first).take(shown)) {
        work_row(ctx, sheet, list, row, work, index == marked);
    }
    let detail = below(body, body.height.saturating_sub(DETAIL_ROWS));
    let organisation = work
        .person()
        .and_then(|person| person.organisation.as_ref());
    let whose = match organisation {
        Some(organisation) => format!("{} · {}", work.name(), organisation.name),
        None => work.name().to_owned(),
    };
    sheet.rule(detail, 0, &whose);
    let detail = below(detail, 1);
    let which = match (work, work.key()) {
        (_, Some(key)) => tr!(
            t,
            "unfinished-key",
            model = key.model.as_str(),
            slot = key.slot
        ),
        (Unfinished::App(app), None) => app.name.clone(),
        (Unfinished::Token(token), None) => {
            tr!(t, "unfinished-token", serial = token.serial.as_str())
        }
        (_, None) => String::new(),
    };
    sheet.put(detail, 0, s(which, ctx.theme.plain()));
    let outlook = t.outlook(work);
    let plain = ctx.theme.plain();
    let known = match work {
        Unfinished::App(_) => tr!(t, "unfinished-on-phone", what = outlook.known),
        Unfinished::Token(_) => tr!(t, "unfinished-on-token", what = outlook.known),
        _ => tr!(t, "unfinished-on-key", what = outlook.known),
    };
    let registry = tr!(t, "unfinished-at-registry", what = outlook.registry);
    let row = sheet.paragraph(detail, 1, &known, plain);
    let row = sheet.paragraph(detail, row, &registry, plain);
    let row = sheet.paragraph(detail, row, &outlook.way, ctx.theme.strong());
    sheet.paragraph(detail, row, &outlook.without_key, plain);
}

fn work_row(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    area: Rect,
    row: u16,
    work: &Unfinished,
    marked: bool,
) {
    let t = ctx.text;
    let plain = ctx.theme.plain();
    let begun = work.begun_at();
    let cells: [Cell; 4] = [
        (
            2,
            if marked { "▸" } else { " " }.to_owned(),
            ctx.theme.strong(),
        ),
        (17, format!("{} {}", ctx.day(begun), ctx.time(begun)), plain),
        (20, work.name().to_owned(), ctx.theme.strong()),
        (40, tr!(t, "unfinished-stage", stage = t.stage(work)), plain),
    ];
    sheet.cells(area, row, &cells);
    if marked {
        sheet.tint(area, row, ctx.theme.marked());
    }
}
