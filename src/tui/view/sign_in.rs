//! Screens of a station that nobody is signed in to: nothing of any person is on them.

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::chrome::{Who, frame, page_title, scale, who};
use super::sheet::{Sheet, s};
use super::{Ctx, bay, below, closing, run_screen};
use crate::record::Remains;
use crate::station::face::{RegistryState, SlotState};
use crate::text::tr;
use crate::tui::entry;
use crate::tui::model::Door;
use crate::workflow::dialogue::{Ending, StopView};

/// Whatever is in front while nobody is signed in.
pub(super) fn draw(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, door: &Door) {
    match (&door.run, &door.code) {
        (Some(run), _) => match &run.ending {
            Some(ending) => draw_over(ctx, sheet, area, ending),
            None => run_screen(ctx, sheet, area, run),
        },
        (None, _) if ctx.model.lock.is_some() => draw_locked(ctx, sheet, area),
        (None, Some(line)) => draw_code(ctx, sheet, area, line),
        (None, None) => draw_sign_in(ctx, sheet, area),
    }
}

fn draw_sign_in(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    let body = frame(ctx, sheet, area, page_title(ctx, None));
    let row = sheet.big(body, 1, &tr!(ctx.text, "sign-in-big"), scale(area));
    let row = who(
        ctx,
        sheet,
        body,
        row + 1,
        Who::Operator,
        &tr!(ctx.text, "sign-in-how"),
    );
    let row = sheet.paragraph(
        body,
        row + 1,
        &tr!(ctx.text, "sign-in-first"),
        ctx.theme.plain(),
    );
    if ctx.model.starting {
        sheet.put(
            body,
            row + 1,
            s(tr!(ctx.text, "wait-identify"), ctx.theme.strong()),
        );
    } else if let Some((slot, pin)) = ctx.model.setup.demo_sign_in {
        let how = tr!(ctx.text, "demo-sign-in", slot = slot, pin = pin);
        sheet.paragraph(body, row + 1, &how, ctx.theme.strong());
    }
    let rows = u16::try_from(ctx.model.bay.len())
        .unwrap_or(u16::MAX)
        .clamp(1, 6)
        + 1;
    bay::strip(ctx, sheet, below(body, body.height.saturating_sub(rows)));
}

fn draw_code(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, line: &entry::Line) {
    let body = frame(ctx, sheet, area, page_title(ctx, None));
    let row = sheet.big(body, 1, &tr!(ctx.text, "code-big"), scale(area));
    let row = who(
        ctx,
        sheet,
        body,
        row + 1,
        Who::Operator,
        &tr!(ctx.text, "code-how"),
    );
    let code = Line::from(vec![
        s(
            format!("{}  ", tr!(ctx.text, "code-label")),
            ctx.theme.plain(),
        ),
        s(format!("{}▏", line.as_str()), ctx.theme.strong()),
    ]);
    sheet.put(body, row + 1, code);
    if ctx.model.starting {
        sheet.put(
            body,
            row + 3,
            s(tr!(ctx.text, "wait-identify"), ctx.theme.strong()),
        );
    }
}

/// A run waits behind this screen. It names nobody; a key that waits for its touch may still be touched.
fn draw_locked(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    let body = frame(
        ctx,
        sheet,
        area,
        vec![s(tr!(ctx.text, "lock-title"), ctx.theme.strong())],
    );
    let row = sheet.big(body, 1, &tr!(ctx.text, "lock-big"), scale(area));
    let row = who(
        ctx,
        sheet,
        body,
        row + 1,
        Who::Operator,
        &tr!(ctx.text, "lock-how"),
    );
    let keys = ctx
        .model
        .bay
        .iter()
        .filter(|slot| matches!(slot.state, SlotState::Ready(_) | SlotState::Busy(_)))
        .count();
    sheet.put(
        body,
        row + 1,
        s(
            tr!(ctx.text, "sign-in-keys", count = keys),
            ctx.theme.plain(),
        ),
    );
}

fn draw_over(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, ending: &Ending) {
    let body = frame(ctx, sheet, area, page_title(ctx, None));
    let Ending::Stopped { stop, remains } = ending else {
        return;
    };
    let t = ctx.text;
    let registry = ctx.model.home.as_ref().map(|home| &home.registry);
    let joined = registry != Some(&RegistryState::NotJoined);
    let explained = t.sign_in_stopped(&stop.code, stop.refusal.as_deref(), joined);
    let next = [explained.next.as_str()];
    let kept = match remains {
        Remains::Nothing => tr!(t, "stopped-unchanged"),
        remains => t.remains(*remains),
    };
    let said = closing::Said {
        what: &explained.what,
        detail: detail(stop),
        kept: &kept,
        next: &next,
    };
    closing::stopped(ctx, sheet, body, scale(area), &said);
}

/// What the station itself says of it. The registry's words may name somebody, and nobody is signed in: its code is explained.
fn detail(stop: &StopView) -> Option<&str> {
    stop.refusal.is_none().then_some(stop.detail.as_str())
}
