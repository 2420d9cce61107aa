//! What frames every screen: the header, the foot with the keys, and the line that says who is to do what.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::sheet::{Sheet, s};
use super::{Ctx, inset};
use crate::record::Remains;
use crate::station::face::{CLOCK_TOLERANCE_S, RegistryState, SlotView};
use crate::text::tr;
use crate::tui::clean::{fit, width, wrap};
use crate::tui::keys::{Foot, Row, rows};
use crate::tui::model::{Front, Run};
use crate::tui::screens::{self, home::view as home};
use crate::workflow::dialogue::{LossJob, Step};

/// Seconds before the idle lock from which it is announced.
const LOCK_ANNOUNCED_S: u64 = 30;

/// Rows of the foot: a line for what matters now, and the line of keys.
const FOOT_ROWS: u16 = 2;

/// Draws header and foot with a title of the screen's own; returns the area between them.
pub fn frame(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, title: Vec<Span<'static>>) -> Rect {
    header(ctx, sheet, area, title);
    sheet.rule(area, 1, "");
    let foot = area.height.saturating_sub(FOOT_ROWS);
    sheet.rule(area, foot.saturating_sub(1), "");
    message(ctx, sheet, inset(area), foot);
    keys(ctx, sheet, inset(area), foot + 1);
    Rect {
        y: area.y + 2,
        height: foot.saturating_sub(3),
        ..inset(area)
    }
}

/// The title of a page, the station's name and who is signed in.
pub fn page_title(ctx: Ctx<'_>, page: Option<String>) -> Vec<Span<'static>> {
    let mut title = vec![s(
        page.unwrap_or_else(|| "KEYDESK".to_owned()),
        ctx.theme.strong(),
    )];
    if let Some(home) = &ctx.model.home {
        title.push(s(format!("  {}", home.station), ctx.theme.plain()));
    }
    if let Some(operator) = &ctx.model.operator {
        title.push(s(format!("  {}", operator.name), ctx.theme.quiet()));
    }
    title
}

fn header(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, title: Vec<Span<'static>>) {
    let area = inset(area);
    let right = Line::from(status(ctx));
    let columns: usize = right.spans.iter().map(|span| width(&span.content)).sum();
    let room = area
        .width
        .saturating_sub(u16::try_from(columns).unwrap_or(u16::MAX).saturating_add(1));
    let mut left = Vec::new();
    if ctx.is_demo() {
        left.push(s(
            format!(" {} ", tr!(ctx.text, "demo-badge")),
            ctx.theme.warning(),
        ));
        left.push(s(" ", ctx.theme.plain()));
    }
    left.extend(title);
    let left = cut(left, usize::from(room));
    sheet.put(area, 0, Line::from(left));
    sheet.put_right(area, 0, right);
}

/// Cuts the last piece, with an ellipsis, so that all of them fit.
fn cut(mut spans: Vec<Span<'static>>, room: usize) -> Vec<Span<'static>> {
    while columns_of(&spans) > room {
        let Some(last) = spans.pop() else {
            break;
        };
        let left = room.saturating_sub(columns_of(&spans));
        if left > 3 {
            spans.push(s(fit(&last.content, left), last.style));
            break;
        }
    }
    spans
}

/// Registry, outbox and clock; during a run the time that the challenge has left.
fn status(ctx: Ctx<'_>) -> Vec<Span<'static>> {
    let mut parts = Vec::new();
    if let Some(until) = ctx
        .model
        .run()
        .filter(|run| !run.is_over())
        .and_then(|run| run.expires_at)
    {
        parts.push(challenge(ctx, until));
    } else if let Some(home) = &ctx.model.home {
        parts.push(registry(ctx, &home.registry));
        parts.push(s(
            tr!(ctx.text, "queued", count = home.queued),
            ctx.theme.plain(),
        ));
        if home.conflicts > 0 {
            parts.push(s(
                format!("! {}", tr!(ctx.text, "conflicts", count = home.conflicts)),
                ctx.theme.warning(),
            ));
        }
    }
    parts.push(s(ctx.time(ctx.now.wall), ctx.theme.strong()));
    let gap = s("   ", ctx.theme.plain());
    let mut spans = Vec::new();
    for part in parts {
        if !spans.is_empty() {
            spans.push(gap.clone());
        }
        spans.push(part);
    }
    spans
}

fn registry(ctx: Ctx<'_>, state: &RegistryState) -> Span<'static> {
    match state {
        RegistryState::Unknown => s(tr!(ctx.text, "registry-unknown"), ctx.theme.quiet()),
        RegistryState::Reachable { clock_offset_s } if clock_offset_s.abs() > CLOCK_TOLERANCE_S => {
            let seconds = clock_offset_s.abs();
            let words = if *clock_offset_s > 0 {
                tr!(ctx.text, "registry-clock-fast", seconds = seconds)
            } else {
                tr!(ctx.text, "registry-clock-slow", seconds = seconds)
            };
            s(format!("! {words}"), ctx.theme.warning())
        }
        RegistryState::Reachable { .. } => s(tr!(ctx.text, "registry-ok"), ctx.theme.plain()),
        RegistryState::Unreachable { .. } => s(
            format!("! {}", tr!(ctx.text, "registry-down")),
            ctx.theme.warning(),
        ),
        RegistryState::NotJoined => s(
            format!("! {}", tr!(ctx.text, "registry-not-joined")),
            ctx.theme.danger(),
        ),
    }
}

/// A day is the coarsest unit: tickets live up to 30 of them.
fn challenge(ctx: Ctx<'_>, until: jiff::Timestamp) -> Span<'static> {
    let seconds = ctx.seconds_left(until);
    let days = seconds / 86_400;
    match seconds {
        0 => s(tr!(ctx.text, "challenge-over"), ctx.theme.danger()),
        1..60 => s(
            tr!(ctx.text, "challenge-left", left = ctx.left(until)),
            ctx.theme.warning(),
        ),
        _ if days > 0 => s(
            tr!(ctx.text, "challenge-days", days = days),
            ctx.theme.plain(),
        ),
        _ => s(
            tr!(ctx.text, "challenge-left", left = ctx.left(until)),
            ctx.theme.plain(),
        ),
    }
}

/// The upper line of the foot: what Esc would leave behind, a remark, or how soon the screen locks.
fn message(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, row: u16) {
    if let Some(line) = locking(ctx).filter(|_| !ctx.model.plugging) {
        sheet.put_right(area, row, line);
    }
    // What the page waits for has to wait itself while the help lies over it.
    let waits = match ctx.model.help {
        true => None,
        false => (screens::front(ctx.model).waits)(ctx.model, ctx.text),
    };
    let said = said(ctx);
    if said.is_none() {
        let used = waits.as_deref().map_or(0, width);
        banner(ctx, sheet, area, row, used);
    }
    match (said, waits) {
        (Some(spans), waits) => {
            let words: String = spans.iter().map(|span| &*span.content).collect();
            sheet.put(area, row, Line::from(spans));
            if waits.is_some() {
                sheet.waiting(area, row, &words);
            }
        }
        (None, Some(waits)) => {
            sheet.put(area, row, s(waits.clone(), ctx.theme.quiet()));
            sheet.waiting(area, row, &waits);
        }
        (None, None) => {}
    }
}

/// That somebody waits for a release, at the right of the foot of every page but those that say it larger.
fn banner(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, row: u16, used: usize) {
    let says_it = match ctx.model.front() {
        Front::Page(page) => page.says_who_waits(),
        Front::Door(_) | Front::Run(_) => true,
    };
    if says_it || locking(ctx).is_some() {
        return;
    }
    let room = usize::from(area.width).saturating_sub(used + 2);
    let said = [home::to_release(ctx), home::to_release_short(ctx)];
    let mut lines = said.into_iter().flatten().map(|words| {
        vec![
            s(format!("! {words}  "), ctx.theme.warning()),
            s(screens::RESETS.key.name(), ctx.theme.strong()),
        ]
    });
    if let Some(line) = lines.find(|line| columns_of(line) <= room) {
        sheet.put_right(area, row, Line::from(line));
    }
}

/// The same at the bottom of a narrow column.
pub fn says(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    let spans: Vec<Span<'_>> = said(ctx).unwrap_or_default();
    let style = spans.last().map(|span| span.style).unwrap_or_default();
    let words: String = spans.iter().map(|span| &*span.content).collect();
    let lines = wrap(&words, usize::from(area.width));
    let locking = locking(ctx);
    let rows = lines.len() + usize::from(locking.is_some());
    let above = usize::from(area.height).saturating_sub(rows);
    let mut row = u16::try_from(above).unwrap_or_default();
    if let Some(line) = locking {
        sheet.put(area, row, line);
        row += 1;
    }
    for line in lines {
        sheet.put(area, row, s(line, style));
        row += 1;
    }
}

fn locking(ctx: Ctx<'_>) -> Option<Span<'static>> {
    let left = ctx.model.locks_in(ctx.now)?;
    (left.as_secs() < LOCK_ANNOUNCED_S).then(|| {
        let line = tr!(
            ctx.text,
            "locks-in",
            seconds = (left.as_millis().div_ceil(1000))
        );
        s(line, ctx.theme.warning())
    })
}

fn said(ctx: Ctx<'_>) -> Option<Vec<Span<'static>>> {
    let model = ctx.model;
    let text = ctx.text;
    if model.plugging {
        let slots: Vec<String> = model
            .bay
            .iter()
            .map(|slot: &SlotView| slot.number.to_string())
            .collect();
        let line = tr!(text, "plug-which", slots = slots.join(" "));
        return Some(vec![s(line, ctx.theme.accent())]);
    }
    if let Some(max) = model.full_at {
        let line = tr!(text, "line-full", max = max);
        return Some(vec![s(format!("! {line}"), ctx.theme.warning())]);
    }
    if model.leave_asked {
        let names: Vec<&str> = model.mine.visiting(ctx.now.wall).collect();
        let line = match names.as_slice() {
            [name] => tr!(text, "leave-sure", name = name.to_string()),
            names => tr!(text, "leave-sure-several", count = names.len().to_string()),
        };
        return Some(vec![s(line, ctx.theme.danger())]);
    }
    if let Some(run) = model.run().filter(|run| !run.is_over()) {
        let leaves = match run.leaves {
            Remains::Nothing if let Some(loss) = run.job.loss() => loss_leaves(ctx, run, loss),
            _ if run.is_done(Step::RecordApp) => tr!(text, "leaves-app-recorded"),
            // The key of the same visit is safe by then, and the app is what a stop would lose.
            Remains::OnPhone => text.would_leave(run.leaves),
            _ if run.is_done(Step::Record) => tr!(text, "leaves-recorded"),
            Remains::Nothing if run.is_about_app() => tr!(text, "leaves-unchanged"),
            leaves => text.would_leave(leaves),
        };
        return Some(if run.stopping {
            vec![s(tr!(text, "stopping"), ctx.theme.strong())]
        } else if run.stop_asked {
            vec![s(
                tr!(text, "stop-sure", leaves = leaves),
                ctx.theme.danger(),
            )]
        } else {
            let line = tr!(text, "stop-line", leaves = leaves);
            vec![s("Esc ", ctx.theme.strong()), s(line, ctx.theme.plain())]
        });
    }
    if model.batch.end_asked {
        return Some(vec![s(tr!(text, "board-end-sure"), ctx.theme.danger())]);
    }
    let remark = model.remark.as_ref()?;
    let line = text.remark(remark);
    let (mark, style) = match remark.is_good() {
        true => ("✓", ctx.theme.good()),
        false => ("!", ctx.theme.warning()),
    };
    Some(vec![s(format!("{mark} {line}"), style)])
}

/// What a stop leaves of a report, or of an attempt to lift one.
fn loss_leaves(ctx: Ctx<'_>, run: &Run, loss: &LossJob) -> String {
    let t = ctx.text;
    match loss {
        LossJob::Suspend => match run.is_done(Step::Record) {
            true => tr!(t, "leaves-suspended"),
            false => tr!(t, "leaves-not-suspended"),
        },
        LossJob::Lift { .. } => match run.is_done(Step::Push) || run.is_done(Step::Code) {
            true => tr!(t, "leaves-lifted"),
            false => tr!(t, "leaves-not-lifted"),
        },
    }
}

/// The line of keys, from the table. What does not fit is left out, first what only a demonstration has, never the help.
pub fn keys(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, row: u16) {
    if ctx.model.run().is_some_and(|run| run.stop_asked) {
        sheet.put(area, row, s(tr!(ctx.text, "stop-any"), ctx.theme.plain()));
        return;
    }
    let of = |foot: Foot| rows(ctx.model).filter(move |row| row.foot == foot);
    let mut left: Vec<&Row> = of(Foot::Left).collect();
    let mut right = foot_spans(ctx, of(Foot::Right));
    let taken = |left: &[&Row], right: &[Span<'_>]| {
        columns_of(&foot_spans(ctx, left.iter().copied())) + columns_of(right) + 2
    };
    if taken(&left, &right) > usize::from(area.width) {
        right = foot_spans(ctx, of(Foot::Right).filter(|row| !row.demo));
    }
    while taken(&left, &right) > usize::from(area.width) && left.pop().is_some() {}
    sheet.put(area, row, Line::from(foot_spans(ctx, left.into_iter())));
    sheet.put_right(area, row, Line::from(right));
}

fn foot_spans<'b>(ctx: Ctx<'_>, rows: impl Iterator<Item = &'b Row>) -> Vec<Span<'static>> {
    let mut spans = Vec::new();
    for row in rows {
        if !spans.is_empty() {
            spans.push(s("   ", Style::new()));
        }
        spans.push(s(row.key.name(), ctx.theme.strong()));
        spans.push(s(format!(" {}", (row.label)(ctx.text)), ctx.theme.plain()));
    }
    spans
}

fn columns_of(spans: &[Span<'_>]) -> usize {
    spans.iter().map(|span| width(&span.content)).sum()
}

/// For whom the screen waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Operator,
    Person,
    Station,
}

/// "THE PERSON touch …": for whom the screen waits, and to do what. Returns the row below.
pub fn who(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, row: u16, who: Who, what: &str) -> u16 {
    let badge = awaited(ctx, sheet, (area, row), who, what);
    sheet.bullet(area, row, badge, what, ctx.theme.strong())
}

/// The same in a narrow column: the name has a line of its own.
pub fn who_above(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    area: Rect,
    row: u16,
    who: Who,
    what: &str,
) -> u16 {
    let badge = awaited(ctx, sheet, (area, row), who, what);
    sheet.put(area, row, badge);
    sheet.paragraph(area, row + 1, what, ctx.theme.strong())
}

/// Says in one line of plain text who is waited for and why; the name as it is drawn.
fn awaited(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    (area, row): (Rect, u16),
    who: Who,
    what: &str,
) -> Span<'static> {
    let (name, style) = match who {
        Who::Operator => (tr!(ctx.text, "who-operator"), ctx.theme.accent()),
        Who::Person => (tr!(ctx.text, "who-person"), ctx.theme.accent()),
        Who::Station => (tr!(ctx.text, "who-station"), ctx.theme.marked()),
    };
    sheet.waiting(area, row, &format!("{name} {what}"));
    s(format!(" {name} "), style)
}

/// Block letters grow with the screen.
pub fn scale(area: Rect) -> u16 {
    if area.height >= 40 && area.width >= 110 {
        2
    } else {
        1
    }
}
