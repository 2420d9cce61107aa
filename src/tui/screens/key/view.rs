//! A key's page: what is unusual about it, what it says of itself, and what was done to it.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::domain::policy::Weight;
use crate::station::face::KeyView;
use crate::text::tr;
use crate::tui::model::Page;
use crate::tui::view::chrome::{frame, page_title};
use crate::tui::view::sheet::{Sheet, s};
use crate::tui::view::{Ctx, columns};

/// More lines than a portrait and the page's headings take, for the end of scrolling.
pub const LINES: usize = 32;

/// From this width on, what is unusual and the history stand beside the portrait.
const WIDE: u16 = 118;
/// Columns of a portrait's labels.
const LABEL: usize = 17;

pub(super) fn draw(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    let Page::Key { at, .. } = ctx.model.page else {
        return;
    };
    let t = ctx.text;
    let Some(view) = &ctx.model.desk.key else {
        let body = frame(
            ctx,
            sheet,
            area,
            page_title(ctx, Some(tr!(t, "keys-title"))),
        );
        sheet.put(body, 1, s(tr!(t, "key-page-loading"), ctx.theme.quiet()));
        return;
    };
    let key = &view.portrait.key;
    let title = tr!(t, "note-key", slot = key.slot, model = key.model.as_str());
    let body = frame(ctx, sheet, area, page_title(ctx, Some(title)));
    if body.width < WIDE {
        let mut lines = unusual(ctx, view);
        lines.extend(portrait(ctx, view));
        lines.extend(history(ctx, view));
        return scrolled(ctx, sheet, body, &lines, at);
    }
    let [left, right] = columns(body, [body.width / 2, 0]);
    let narrower = Rect {
        width: left.width - 2,
        ..left
    };
    scrolled(ctx, sheet, narrower, &portrait(ctx, view), 0);
    sheet.divider(right);
    let right = Rect {
        x: right.x + 2,
        width: right.width.saturating_sub(2),
        ..right
    };
    let mut lines = unusual(ctx, view);
    lines.extend(history(ctx, view));
    scrolled(ctx, sheet, right, &lines, at);
}

/// A line, or one that may need several rows after its mark.
enum Row {
    Line(Line<'static>),
    Bullet(Span<'static>, String),
}

fn scrolled(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, rows: &[Row], at: usize) {
    let at = at.min(rows.len().saturating_sub(1));
    let mut row = 0;
    for (shown, line) in rows.iter().skip(at).enumerate() {
        if row + 1 >= area.height && rows.len() > at + shown + 1 {
            let more = tr!(ctx.text, "more-below", count = (rows.len() - at - shown));
            sheet.put(
                area,
                area.height - 1,
                s(format!("  … {more}"), ctx.theme.quiet()),
            );
            return;
        }
        row = match line {
            Row::Line(line) => {
                sheet.put(area, row, line.clone());
                row + 1
            }
            Row::Bullet(mark, words) => {
                sheet.bullet(area, row, mark.clone(), words, ctx.theme.plain())
            }
        };
    }
}

fn heading(ctx: Ctx<'_>, title: String) -> Row {
    Row::Line(Line::from(s(title, ctx.theme.strong())))
}

fn blank() -> Row {
    Row::Line(Line::default())
}

fn unusual(ctx: Ctx<'_>, view: &KeyView) -> Vec<Row> {
    let t = ctx.text;
    let mut rows = vec![heading(ctx, tr!(t, "key-page-unusual"))];
    if view.oddities.is_empty() {
        let mark = s("✓", ctx.theme.good());
        rows.push(Row::Bullet(mark, tr!(t, "oddity-nothing")));
    }
    rows.extend(view.oddities.iter().map(|oddity| {
        let mark = match oddity.weight() {
            Weight::Refusal => s("×", ctx.theme.danger()),
            Weight::Warning => s("!", ctx.theme.warning()),
            Weight::Note => s("·", ctx.theme.strong()),
        };
        Row::Bullet(mark, t.oddity(oddity))
    }));
    rows.push(blank());
    rows
}

fn portrait(ctx: Ctx<'_>, view: &KeyView) -> Vec<Row> {
    let mut rows = vec![heading(ctx, tr!(ctx.text, "key-page-says"))];
    let lines = ctx
        .text
        .portrait(&view.portrait, &ctx.model.setup.models)
        .into_iter()
        .map(|(label, value)| Row::Bullet(s(format!("{label:<LABEL$}"), ctx.theme.quiet()), value));
    rows.extend(lines);
    rows.push(blank());
    rows
}

fn history(ctx: Ctx<'_>, view: &KeyView) -> Vec<Row> {
    let t = ctx.text;
    let mut rows = vec![heading(ctx, tr!(t, "key-page-history"))];
    if view.history.is_empty() {
        rows.push(Row::Bullet(
            s(" ", ctx.theme.quiet()),
            tr!(t, "key-page-history-none"),
        ));
    } else if !view.portrait.key.id.is_unique() {
        rows.push(Row::Bullet(
            s("!", ctx.theme.warning()),
            tr!(t, "key-page-history-place"),
        ));
    }
    rows.extend(view.history.iter().map(|record| {
        let when = format!("{} {}  ", ctx.day(record.at), ctx.time(record.at));
        Row::Bullet(
            s("·", ctx.theme.quiet()),
            format!("{when}{}", t.handling(&record.handling)),
        )
    }));
    rows
}
