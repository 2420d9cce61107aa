//! Screens of a station that nobody is signed in to: nothing of any person is on them.

use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::record::Remains;
use crate::station::face::{RegistryState, SlotState};
use crate::text::tr;
use crate::tui::model::Run;
use crate::tui::screens::{bay::view as bay, run::closing};
use crate::tui::view::chrome::{Who, frame, page_title, scale, who};
use crate::tui::view::sheet::{Sheet, s};
use crate::tui::view::{Ctx, below};
use crate::workflow::dialogue::Ending;

pub(super) fn sign_in(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
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
    if ctx.model.starting.is_some() {
        sheet.put(
            body,
            row + 1,
            s(tr!(ctx.text, "wait-identify"), ctx.theme.strong()),
        );
    } else if let Some((slot, pin)) = ctx.model.setup.demo_sign_in {
        let how = match ctx.model.setup.demo_agents {
            Some([first, second]) => tr!(
                ctx.text,
                "demo-sign-in-agents",
                first = first,
                second = second,
                pin = pin
            ),
            None => tr!(ctx.text, "demo-sign-in", slot = slot, pin = pin),
        };
        sheet.paragraph(body, row + 1, &how, ctx.theme.strong());
    }
    let rows = u16::try_from(ctx.model.bay.len())
        .unwrap_or(u16::MAX)
        .clamp(1, 6)
        + 1;
    bay::strip(ctx, sheet, below(body, body.height.saturating_sub(rows)));
}

pub(super) fn code(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    let Some(line) = &ctx.model.door.code else {
        return;
    };
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
    if ctx.model.starting.is_some() {
        sheet.put(
            body,
            row + 3,
            s(tr!(ctx.text, "wait-identify"), ctx.theme.strong()),
        );
    }
}

/// A run waits behind this screen. It names nobody; a key that waits for its touch may still be touched.
pub(super) fn locked(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
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

pub(super) fn over(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    let body = frame(ctx, sheet, area, page_title(ctx, None));
    let ending = ctx.model.run().and_then(Run::ending);
    let Some(Ending::Stopped { stop, remains }) = ending else {
        return;
    };
    let t = ctx.text;
    let registry = ctx.model.home.as_ref().map(|home| &home.registry);
    let joined = registry != Some(&RegistryState::NotJoined);
    let explained = t.sign_in_stopped(stop.code(), stop.refusal(), joined);
    let next = [explained.next.as_str()];
    let kept = match remains {
        Remains::Nothing => tr!(t, "stopped-unchanged"),
        remains => t.remains(*remains),
    };
    // The registry's words may name somebody, and nobody is signed in: its code is explained.
    let facts = stop.refusal().is_none().then(|| t.facts(stop)).flatten();
    let said = closing::Said {
        what: &explained.what,
        detail: facts.as_deref(),
        kept: &kept,
        next: &next,
    };
    closing::stopped(ctx, sheet, body, scale(area), &said);
}
