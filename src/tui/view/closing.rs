//! The end of a run: what was done, what the person must know, what is left; or what happened, what was kept, what to do.

use ratatui::layout::Rect;
use ratatui::text::Span;

use super::chrome::{frame, scale};
use super::sheet::{Sheet, s};
use super::{Ctx, bay, care, reset, run as run_view};
use crate::domain::change::Remains;
use crate::domain::{KeyFacts, Person};
use crate::text::tr;
use crate::tui::model::Run;
use crate::workflow::dialogue::{Ending, PushState, StopView};

pub(super) fn draw(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, run: &Run, ending: &Ending) {
    let body = frame(ctx, sheet, area, run_view::title(ctx, run));
    let size = scale(area);
    match ending {
        Ending::Enrolled { person, key, push } => {
            let done = tr!(
                ctx.text,
                "done-enrolled",
                name = person.name.as_str(),
                model = bay::key_line(ctx, key)
            );
            succeeded(
                ctx,
                sheet,
                body,
                size,
                (person, key, push),
                vec![done, tr!(ctx.text, "done-tested")],
            );
        }
        Ending::Retested { person, key, push } => {
            let done = tr!(
                ctx.text,
                "done-retested",
                name = person.name.as_str(),
                model = bay::key_line(ctx, key)
            );
            succeeded(ctx, sheet, body, size, (person, key, push), vec![done]);
        }
        Ending::Reset { key, losses, push } => {
            reset::done(ctx, sheet, body, size, (key, losses, push));
        }
        Ending::SignedIn => {
            sheet.big(body, 1, &tr!(ctx.text, "done-big"), size);
        }
        Ending::WorksFor { person, key, push } => {
            care::works_for(ctx, sheet, body, size, person, key, push);
        }
        Ending::Cared { key, result } => care::done(ctx, sheet, body, size, key, result),
        Ending::Resolved { remains } => {
            let row = sheet.big(body, 1, &tr!(ctx.text, "done-big"), size);
            let row = sheet.paragraph(
                body,
                row + 1,
                &tr!(ctx.text, "done-resolved"),
                ctx.theme.strong(),
            );
            sheet.paragraph(body, row, &ctx.text.recorded(*remains), ctx.theme.plain());
        }
        Ending::Withdrawn { person, remains } => {
            let row = sheet.big(body, 1, &tr!(ctx.text, "done-big"), size);
            let done = tr!(ctx.text, "done-withdrawn", name = person.name.as_str());
            let row = sheet.paragraph(body, row + 1, &done, ctx.theme.strong());
            sheet.paragraph(body, row, &ctx.text.withdrawn(*remains), ctx.theme.plain());
        }
        Ending::App { person, result } => {
            let row = sheet.big(body, 1, &tr!(ctx.text, "done-big"), size);
            let done = ctx.text.app_done(person, result);
            sheet.paragraph(body, row + 1, &done, ctx.theme.strong());
        }
        Ending::Both { key, .. } => draw(ctx, sheet, area, run, key),
        Ending::Stopped { stop, remains } => stopped(ctx, sheet, body, size, stop, *remains),
    }
}

fn succeeded(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    body: Rect,
    size: u16,
    (person, key, push): (&Person, &KeyFacts, &PushState),
    done: Vec<String>,
) {
    let t = ctx.text;
    let tick = || s("✓", ctx.theme.good());
    let point = || s("·", ctx.theme.strong());
    let mut row = sheet.big(body, 0, &tr!(t, "done-big"), size) + 1;
    for line in done {
        row = sheet.bullet(body, row, tick(), &line, ctx.theme.plain());
    }
    let (mark, line): (Span<'static>, String) = match push {
        PushState::Accepted => (tick(), tr!(t, "done-accepted")),
        PushState::Queued => (s("…", ctx.theme.strong()), tr!(t, "done-queued")),
        PushState::Conflict { detail } => (
            s("!", ctx.theme.warning()),
            tr!(t, "done-conflict", detail = detail.as_str()),
        ),
    };
    row = sheet.bullet(body, row, mark, &line, ctx.theme.plain()) + 1;

    sheet.put(body, row, s(tr!(t, "done-know"), ctx.theme.strong()));
    row += 1;
    let mut know = vec![tr!(t, "done-know-rdp"), tr!(t, "done-know-second")];
    if key.pin_set.is_some() {
        know.insert(0, tr!(t, "done-know-pin"));
    }
    for line in know {
        row = sheet.bullet(body, row, point(), &line, ctx.theme.plain());
    }

    row += 1;
    sheet.put(body, row, s(tr!(t, "done-left"), ctx.theme.strong()));
    row += 1;
    let left = left_to_do(ctx, person, push);
    if left.is_empty() {
        sheet.bullet(
            body,
            row,
            tick(),
            &tr!(t, "done-left-nothing"),
            ctx.theme.plain(),
        );
    }
    for (mark, line) in left {
        row = sheet.bullet(body, row, mark, &line, ctx.theme.plain());
    }
}

fn left_to_do(ctx: Ctx<'_>, person: &Person, push: &PushState) -> Vec<(Span<'static>, String)> {
    let warning = || s("!", ctx.theme.warning());
    let mut left = Vec::new();
    match push {
        PushState::Accepted => {}
        PushState::Queued => {
            left.push((
                s("…", ctx.theme.strong()),
                tr!(ctx.text, "done-left-queued"),
            ));
        }
        PushState::Conflict { .. } => left.push((warning(), tr!(ctx.text, "done-conflict-next"))),
    }
    if person.lacks_standby_key() {
        left.push((warning(), tr!(ctx.text, "done-left-standby")));
    }
    left
}

fn stopped(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    body: Rect,
    size: u16,
    stop: &StopView,
    remains: Remains,
) {
    let t = ctx.text;
    let explained = t.stopped(&stop.code);
    let kept = match remains {
        Remains::Nothing => format!("{} {}", t.remains(remains), tr!(t, "stopped-nothing-kept")),
        _ => t.remains(remains),
    };
    let mut row = sheet.big(body, 0, &tr!(t, "stopped-big"), size) + 1;
    let mut part = |sheet: &mut Sheet<'_>, title: String, lines: &[(&str, bool)]| {
        sheet.put(body, row, s(title, ctx.theme.strong()));
        row += 1;
        for (line, quiet) in lines {
            let style = if *quiet {
                ctx.theme.quiet()
            } else {
                ctx.theme.plain()
            };
            row = sheet.bullet(body, row, s(" ", style), line, style);
        }
        row += 1;
    };
    part(
        sheet,
        tr!(t, "stopped-what"),
        &[(&explained.what, false), (&stop.detail, true)],
    );
    part(sheet, tr!(t, "stopped-kept"), &[(&kept, false)]);
    let mut next = vec![(explained.next.as_str(), false)];
    let unfinished = tr!(t, "unfinished-begun-way");
    let look = tr!(t, "unfinished-care-way");
    match remains {
        Remains::Credential | Remains::Unknown => next.push((&unfinished, false)),
        Remains::MayBeChanged => next.push((&look, false)),
        _ => {}
    }
    part(sheet, tr!(t, "stopped-next"), &next);
}
