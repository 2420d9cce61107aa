//! The outbox: what waits for the registry, conflicts and how they are resolved.

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::chrome::{frame, page_title};
use super::sheet::{Cell, Sheet, s};
use super::{Ctx, bay, below, top};
use crate::record::{EntryState, Left, OutboxBody, OutboxEntry};
use crate::text::tr;

/// Rows for what is known of the marked entry.
const DETAIL_ROWS: u16 = 9;

pub(super) fn draw(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, marked: usize) {
    let body = frame(
        ctx,
        sheet,
        area,
        page_title(ctx, Some(tr!(ctx.text, "outbox-title"))),
    );
    let entries = ctx.model.outbox();
    let Some(entry) = entries.get(marked) else {
        sheet.put(
            body,
            1,
            s(
                format!("✓ {}", tr!(ctx.text, "outbox-empty")),
                ctx.theme.plain(),
            ),
        );
        return;
    };
    let list = top(body, body.height.saturating_sub(DETAIL_ROWS));
    let (first, shown) = bay::window(entries.len(), usize::from(list.height), marked);
    for (row, (index, entry)) in (0..).zip(entries.iter().enumerate().skip(first).take(shown)) {
        entry_row(ctx, sheet, list, row, entry, index == marked);
    }
    let detail = below(body, body.height.saturating_sub(DETAIL_ROWS));
    sheet.rule(detail, 0, &ctx.model.subject_of(&entry.body));
    details(ctx, sheet, below(detail, 1), entry);
}

fn entry_row(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    area: Rect,
    row: u16,
    entry: &OutboxEntry,
    marked: bool,
) {
    let t = ctx.text;
    let plain = ctx.theme.plain();
    let what = match entry.body {
        OutboxBody::Enrolment { .. } => tr!(t, "outbox-enrolment"),
        OutboxBody::Test { .. } => tr!(t, "outbox-test"),
        OutboxBody::Unlock { .. } => tr!(t, "outbox-unlock"),
        OutboxBody::KeyReset { .. } => tr!(t, "outbox-reset"),
        OutboxBody::App { .. } => tr!(t, "outbox-app"),
        OutboxBody::Removal { .. } => tr!(t, "outbox-removal"),
        OutboxBody::Suspension { .. } => tr!(t, "outbox-suspension"),
        OutboxBody::Tokens { .. } => tr!(t, "outbox-tokens"),
        OutboxBody::Withdrawal { .. } => tr!(t, "outbox-withdrawal"),
    };
    let (state, style) = match entry.state {
        EntryState::Queued => (format!("… {}", tr!(t, "outbox-queued")), plain),
        EntryState::Conflict { .. } => (
            format!("! {}", tr!(t, "outbox-conflict")),
            ctx.theme.warning(),
        ),
    };
    let cells: [Cell; 6] = [
        (
            2,
            if marked { "▸" } else { " " }.to_owned(),
            ctx.theme.strong(),
        ),
        (12, state, style),
        (
            17,
            format!("{} {}", ctx.day(entry.made_at), ctx.time(entry.made_at)),
            plain,
        ),
        (13, what, plain),
        (20, ctx.model.subject_of(&entry.body), ctx.theme.strong()),
        (
            24,
            entry.body.about().thing.unwrap_or_default().to_owned(),
            plain,
        ),
    ];
    sheet.cells(area, row, &cells);
    if marked {
        sheet.tint(area, row, ctx.theme.marked());
    }
}

fn details(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, entry: &OutboxEntry) {
    let t = ctx.text;
    let plain = ctx.theme.plain();
    match &entry.state {
        EntryState::Queued => {
            let how = match entry.body.is_urgent() {
                true => tr!(t, "outbox-suspension-how"),
                false => tr!(t, "outbox-queued-how"),
            };
            sheet.paragraph(area, 0, &how, plain);
        }
        EntryState::Conflict { code, detail } => {
            let words = Line::from(vec![
                s(format!("{} ", tr!(t, "outbox-words")), plain),
                s(code.clone(), ctx.theme.strong()),
            ]);
            sheet.put(area, 0, words);
            let row = sheet.paragraph(area, 1, detail, plain);
            let row = sheet.paragraph(area, row + 1, &tr!(t, "outbox-retry-how"), plain);
            match entry.body.left() {
                Left::Nothing => {
                    sheet.paragraph(area, row, &tr!(t, "outbox-withdraw-test-how"), plain);
                }
                Left::OnPhone => {
                    sheet.paragraph(area, row, &tr!(t, "outbox-withdraw-app-how"), plain);
                }
                Left::OnKey => {
                    let row = sheet.paragraph(area, row, &tr!(t, "outbox-withdraw-how"), plain);
                    let without = tr!(t, "outbox-withdraw-without-key-how");
                    sheet.paragraph(area, row, &without, plain);
                }
            }
        }
    }
}
