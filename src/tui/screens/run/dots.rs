//! PIN entry: the screen is the person's. Large dots and a length; nothing of anybody else, no checklist, no bay.

use ratatui::layout::Rect;

use super::view::persons;
use crate::domain::KeyFacts;
use crate::text::tr;
use crate::tui::model::{Asking, CurrentPin, NewPin, PinComplaint};
use crate::tui::screens::bay::view as bay;
use crate::tui::view::Ctx;
use crate::tui::view::chrome::{Who, frame, scale, who};
use crate::tui::view::sheet::{Sheet, s};

/// Columns of a dot with its gap.
const DOT: u16 = 4;

/// In a run.
pub(super) fn draw(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    let Some(run) = ctx.model.run() else {
        return;
    };
    match run.asking() {
        Some(Asking::NewPin(new)) => draw_new(ctx, sheet, area, persons(run), new),
        Some(Asking::CurrentPin(current)) => {
            draw_current(ctx, sheet, area, persons(run), current);
        }
        _ => {}
    }
}

pub(in crate::tui) fn draw_new(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    area: Rect,
    whose: Who,
    new: &NewPin,
) {
    let t = ctx.text;
    let again = new.first.is_some();
    let (big, how) = if again {
        (tr!(t, "new-pin-again-big"), tr!(t, "new-pin-again-how"))
    } else {
        (tr!(t, "new-pin-big"), tr!(t, "new-pin-how"))
    };
    let body = frame(
        ctx,
        sheet,
        area,
        vec![s(tr!(t, "new-pin-big"), ctx.theme.strong())],
    );
    let row = prompt(ctx, sheet, body, scale(area), whose, (&big, how, &new.key));
    let typed = new.line.code_points();
    let row = dots(
        ctx,
        sheet,
        body,
        row + 1,
        typed,
        usize::from(new.min_length),
    );
    let length = if typed >= usize::from(new.min_length) {
        s(
            format!("✓ {}", tr!(t, "pin-length-enough")),
            ctx.theme.good(),
        )
    } else {
        s(
            tr!(t, "pin-length-min", min = new.min_length),
            ctx.theme.plain(),
        )
    };
    sheet.put(body, row + 1, length);
    let row = complaint(ctx, sheet, body, row + 2, new.complaint.as_ref());
    let row = sheet.paragraph(body, row + 1, &tr!(t, "new-pin-yours"), ctx.theme.plain());
    which_key(ctx, sheet, body, row, &new.key);
}

pub(in crate::tui) fn draw_current(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    area: Rect,
    whose: Who,
    current: &CurrentPin,
) {
    let t = ctx.text;
    let body = frame(
        ctx,
        sheet,
        area,
        vec![s(tr!(t, "current-pin-big"), ctx.theme.strong())],
    );
    let (big, how) = (tr!(t, "current-pin-big"), tr!(t, "current-pin-how"));
    let row = prompt(
        ctx,
        sheet,
        body,
        scale(area),
        whose,
        (&big, how, &current.key),
    );
    let row = dots(ctx, sheet, body, row + 1, current.line.code_points(), 0);
    let row = complaint(ctx, sheet, body, row + 1, current.complaint.as_ref());
    if let Some(retries) = current.retries {
        let style = if retries < 4 {
            ctx.theme.warning()
        } else {
            ctx.theme.plain()
        };
        sheet.put(
            body,
            row,
            s(tr!(t, "pin-retries", retries = retries), style),
        );
    }
    which_key(ctx, sheet, body, row + 1, &current.key);
}

fn prompt(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    body: Rect,
    scale: u16,
    whose: Who,
    (big, how, key): (&str, String, &KeyFacts),
) -> u16 {
    // Nobody types a PIN to its end for a key that has gone.
    let how = bay::pulled(ctx, key).unwrap_or(how);
    let mut row = 0;
    // An operator who types their own PIN has nobody to turn the screen to.
    if whose == Who::Person {
        let away = format!(" {} ", tr!(ctx.text, "look-away"));
        sheet.put_right(body, row, s(away, ctx.theme.accent()));
        row += 1;
    }
    let row = sheet.big(body, row, big, scale);
    who(ctx, sheet, body, row + 1, whose, &how)
}

/// One disc for each character, and a small dot for each that is still needed.
fn dots(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    body: Rect,
    row: u16,
    typed: usize,
    min: usize,
) -> u16 {
    let per_line = usize::from((body.width / DOT).max(1));
    let shown = typed.max(min).clamp(1, per_line * 2);
    let line_at = |line: usize| row + u16::try_from(line * 3).unwrap_or_default();
    let next = typed.min(per_line * 2 - 1);
    let column = next % per_line * usize::from(DOT) + 1;
    sheet.typing(body, line_at(next / per_line) + 1, column);
    for place in 0..shown {
        let (line, column) = (place / per_line, place % per_line);
        let x = u16::try_from(column).unwrap_or_default() * DOT;
        let at = Rect {
            x: body.x + x,
            width: DOT.min(body.width - x),
            ..body
        };
        let (upper, lower, style) = if place < typed {
            ("▄█▄", "▀█▀", ctx.theme.strong())
        } else {
            ("   ", " ▀ ", ctx.theme.quiet())
        };
        sheet.put(at, line_at(line), s(upper, style));
        sheet.put(at, line_at(line) + 1, s(lower, style));
    }
    let lines = shown.div_ceil(per_line);
    if typed > shown {
        sheet.put_right(
            body,
            line_at(lines - 1) + 2,
            s(format!("+{}", typed - shown), ctx.theme.strong()),
        );
    }
    line_at(lines)
}

fn complaint(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    body: Rect,
    row: u16,
    complaint: Option<&PinComplaint>,
) -> u16 {
    let t = ctx.text;
    let words = match complaint {
        None => return row,
        Some(PinComplaint::Mismatch) => tr!(t, "new-pin-mismatch"),
        Some(PinComplaint::Refused(fault)) => {
            // With what the key states it takes more than a line.
            let words = t.pin_refused(fault);
            let mark = s("!", ctx.theme.warning());
            return sheet.bullet(body, row, mark, &words, ctx.theme.warning());
        }
        Some(PinComplaint::Wrong) => tr!(t, "current-pin-wrong"),
        Some(PinComplaint::Form(error)) => t.pin_error(error),
    };
    sheet.put(body, row, s(format!("! {words}"), ctx.theme.warning()));
    row + 1
}

fn which_key(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, body: Rect, row: u16, key: &KeyFacts) {
    sheet.put(body, row, s(bay::key_line(ctx, key), ctx.theme.quiet()));
}
