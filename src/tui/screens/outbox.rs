//! The outbox: what waits for the registry, conflicts and how they are resolved.

use ratatui::crossterm::event::KeyCode;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::bay::view as bay;
use super::giving_up::{GivenUp, GivingUp};
use super::{BACK, PAGES, Screen, chosen, go};
use crate::record::{EntryState, Left, OutboxEntry, Resolution};
use crate::station::face::Command;
use crate::text::tr;
use crate::tui::keys::{Move, letter, row};
use crate::tui::model::{Model, Page};
use crate::tui::scenes::{Scene, Stage, cast};
use crate::tui::update::Effect;
use crate::tui::view::chrome::{frame, page_title};
use crate::tui::view::sheet::{Cell, Sheet, s};
use crate::tui::view::{Ctx, below, top};

pub(super) static SCREEN: Screen = Screen {
    rows: &[
        row!(letter('p') => "key-push", Left, Kiosk(|_, _| vec![Effect::Send(Command::PushOutbox)])),
        row!(letter('r') => "key-retry", Left, Kiosk(|m, _| retry(m))),
        row!(letter('x') => "key-withdraw", Left, Kiosk(|m, _| withdraw(m, false))),
        row!(letter('n') => "key-without-key", Left, Kiosk(|m, _| withdraw(m, true))),
    ],
    list: Some(mark),
    after: &[BACK, PAGES],
    draw,
    waits: |m, t| Some(chosen(t, m.outbox(), tr!(t, "waits-outbox"))),
    ..Screen::NOTHING
};

fn mark(model: &mut Model, to: Move) {
    let lines = model.outbox().len();
    if let Page::Outbox(at) = &mut model.page {
        to.on(at, lines, super::LINES);
    }
}

fn marked_conflict(model: &Model) -> Option<&OutboxEntry> {
    let Page::Outbox(at) = model.page else {
        return None;
    };
    let entry = model.outbox().get(at)?;
    matches!(entry.state, EntryState::Conflict { .. }).then_some(entry)
}

fn retry(model: &Model) -> Vec<Effect> {
    let command = marked_conflict(model).map(|entry| Command::ResolveConflict {
        entry: entry.id,
        how: Resolution::Retry,
    });
    command.map(Effect::Send).into_iter().collect()
}

fn withdraw(model: &mut Model, without_key: bool) -> Vec<Effect> {
    let Some(entry) = marked_conflict(model) else {
        return Vec::new();
    };
    let what = match (entry.body.left(), without_key) {
        (Left::OnPhone | Left::Nothing, _) => GivenUp::Test(entry.id),
        (Left::OnKey, false) => GivenUp::Enrolment(entry.id),
        (Left::OnKey, true) => GivenUp::EnrolmentWithoutKey(entry.id),
    };
    let page = GivingUp::of(
        what,
        &model.subject_of(&entry.body),
        entry.body.about().id(),
    );
    go(model, Page::GiveUp(page))
}

/// Rows for what is known of the marked entry.
const DETAIL_ROWS: u16 = 9;

fn draw(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    let Page::Outbox(marked) = ctx.model.page else {
        return;
    };
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
    let what = t.outbox(&entry.body);
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
            let row = sheet.paragraph(area, 1, &t.said(code, detail), plain);
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

/// Its scenes.
pub static SCENES: &[Scene] = &[("outbox", outbox), ("outbox-withdraw", given_up)];

fn outbox(stage: &mut Stage) {
    stage.sign_in(cast::busy_home());
    stage.press(KeyCode::F(5));
}

fn given_up(stage: &mut Stage) {
    outbox(stage);
    stage.press(KeyCode::Char('x'));
    stage.type_text("P. Exa");
}
