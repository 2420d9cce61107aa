//! Questions about the reset of an account, and how a run about one ended.

use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::domain::Person;
use crate::domain::account_reset::{ResetReason, ResetState, TICKET_CHARS_MAX};
use crate::domain::act::Act;
use crate::text::{act, tr};
use crate::tui::big;
use crate::tui::clean::{width, wrap};
use crate::tui::entry::Line as Typed;
use crate::tui::model::{AccountResetAsking, Touch};
use crate::tui::screens::account_reset::{Complaint, Read, at_desk, away, is_long};
use crate::tui::screens::bay::view as bay;
use crate::tui::screens::run::view::{bar, blinking};
use crate::tui::view::chrome::{Who, who};
use crate::tui::view::sheet::{Cell, Sheet, s};
use crate::tui::view::{Ctx, below, top};
use crate::wire::{AccountReset, Owned};
use crate::workflow::dialogue::AccountResetResult;

pub(in crate::tui) fn ask(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    panel: Rect,
    scale: u16,
    asking: &AccountResetAsking,
) {
    let t = ctx.text;
    match asking {
        AccountResetAsking::Why { marked } => {
            let row = sheet.big(panel, 1, &tr!(t, "account-reset-why-big"), scale);
            let how = tr!(t, "account-reset-why-how");
            let row = who(ctx, sheet, panel, row + 1, Who::Operator, &how) + 1;
            reasons(ctx, sheet, panel, row, *marked);
        }
        AccountResetAsking::Remark { reason, lines, at } => {
            let row = sheet.big(panel, 1, &tr!(t, "account-reset-why-big"), scale);
            let how = tr!(t, "account-reset-remark-how", why = t.reset_reason(*reason));
            let row = who(ctx, sheet, panel, row + 1, Who::Operator, &how) + 1;
            remark(ctx, sheet, panel, row, (lines, *at));
        }
        AccountResetAsking::Ask(read) => {
            let big = tr!(t, "account-reset-ask-big");
            said(ctx, sheet, panel, scale, (&big, read));
        }
        AccountResetAsking::Which {
            what,
            resets,
            marked,
        } => at_desk::which(ctx, sheet, (panel, scale), (*what, resets), *marked),
        AccountResetAsking::Object { objector, reset } => {
            at_desk::object(ctx, sheet, (panel, scale), (objector, reset));
        }
        AccountResetAsking::Releaser { agents, marked } => {
            let row = sheet.big(panel, 1, &tr!(t, "account-reset-who-big"), scale);
            let how = tr!(t, "account-reset-who-how");
            let row = who(ctx, sheet, panel, row + 1, Who::Operator, &how) + 1;
            let names = agents.iter().map(|agent| agent.name.clone()).collect();
            numbered(ctx, sheet, below(panel, row), names, *marked);
        }
        AccountResetAsking::Release {
            read,
            line,
            complaint,
        } => {
            let big = tr!(t, "account-reset-release-big");
            let above = top(panel, panel.height.saturating_sub(NAME_ROWS));
            let row = said(ctx, sheet, above, scale, (&big, read));
            last_name(ctx, sheet, below(panel, row), (line, *complaint));
        }
        AccountResetAsking::CarryOut { reset, owned } => {
            carry_out(ctx, sheet, panel, scale, (reset, owned));
        }
        AccountResetAsking::Way {
            person,
            means,
            number,
            vouched,
            ..
        } => away::way(
            ctx,
            sheet,
            (panel, scale),
            (person, *means, number.as_deref(), vouched.as_deref()),
        ),
        AccountResetAsking::Except {
            reset,
            owned,
            line,
            wrong,
        } => away::except(ctx, sheet, (panel, scale), (reset, owned), (line, *wrong)),
    }
}

/// Lines with their numbers, one of them marked; as many as fit, the marked one among them.
pub(super) fn numbered(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    area: Rect,
    lines: Vec<String>,
    marked: usize,
) {
    let (first, shown) = bay::window(lines.len(), usize::from(area.height), marked);
    let lines = lines.into_iter().enumerate().skip(first).take(shown);
    for (row, (index, line)) in (0..).zip(lines) {
        let mark = if index == marked { "▸" } else { " " };
        let words = format!("{mark} {} {line}", index + 1);
        sheet.put(area, row, s(words, ctx.theme.strong()));
    }
}

/// What else there is to say, and the ticket: each label above its line, which may take two.
fn remark(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    panel: Rect,
    row: u16,
    (lines, at): (&[Typed; 2], usize),
) {
    let t = ctx.text;
    let labels = [
        tr!(t, "account-reset-remark-label"),
        tr!(t, "account-reset-ticket-label"),
    ];
    let inside = Rect {
        x: panel.x + LABEL.min(panel.width),
        width: panel.width.saturating_sub(LABEL),
        ..panel
    };
    let mut row = row;
    for (nth, (label, line)) in labels.into_iter().zip(lines).enumerate() {
        sheet.put(panel, row, s(label, ctx.theme.quiet()));
        let (typed, style) = match nth == at {
            true => (format!("{}▏", line.as_str()), ctx.theme.strong()),
            false => (line.as_str().to_owned(), ctx.theme.plain()),
        };
        row = sheet.paragraph(inside, row, &typed, style).max(row + 1);
    }
    if is_long(lines) {
        let max = TICKET_CHARS_MAX;
        let words = tr!(t, "account-reset-ticket-long", max = max);
        sheet.put(panel, row, s(format!("! {words}"), ctx.theme.warning()));
    }
}

fn reasons(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, panel: Rect, row: u16, marked: usize) {
    for (row, (number, reason)) in (row..).zip(ResetReason::ALL.into_iter().enumerate()) {
        let is_marked = number == marked;
        let mark = if is_marked { "▸" } else { " " };
        let cells: [Cell; 3] = [
            (2, mark.to_owned(), ctx.theme.strong()),
            (3, (number + 1).to_string(), ctx.theme.strong()),
            (
                panel.width.saturating_sub(5),
                ctx.text.reset_reason(reason),
                ctx.theme.strong(),
            ),
        ];
        sheet.cells(panel, row, &cells);
        if is_marked {
            sheet.tint(panel, row, ctx.theme.marked());
        }
    }
}

/// Rows for the name that is typed, and what is wrong with it.
const NAME_ROWS: u16 = 3;

/// Rows from which there is room for block letters above what is read.
const ROOMY: u16 = 26;

/// Columns of what a part of it is called.
const LABEL: u16 = 15;

/// What is signed, and what bears on it; returns the row below.
fn said(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    panel: Rect,
    scale: u16,
    (big, read): (&str, &Read),
) -> u16 {
    let row = match panel.height >= ROOMY {
        true => sheet.big(panel, 1, big, scale) + 1,
        false => 0,
    };
    let (head, parts) = act::in_parts(ctx.text, &read.act);
    let row = who(ctx, sheet, panel, row, Who::Operator, &head);
    let room = below(panel, row);
    let gap = (panel.height >= ROOMY).then(Line::default);
    let mut lines: Vec<Line<'static>> = gap.iter().cloned().collect();
    lines.extend(labelled(ctx, room.width, parts));
    lines.extend(gap);
    let mut facts = ctx.text.reset_facts(&read.facts, |at| ctx.day(at));
    // What warns is read first.
    facts.sort_by_key(|(is_warning, _)| !is_warning);
    for (is_warning, words) in facts {
        let (mark, style) = match is_warning {
            true => ("! ", ctx.theme.warning()),
            false => ("· ", ctx.theme.plain()),
        };
        let words = wrap(&words, usize::from(room.width.saturating_sub(2)));
        lines.extend(words.into_iter().enumerate().map(|(nth, words)| {
            let mark = if nth == 0 { mark } else { "  " };
            Line::from(vec![s(mark, style), s(words, style)])
        }));
    }
    row + scrolled(ctx, sheet, room, lines, read.at)
}

/// Each part of what is signed beside what it is called, over as many lines as it takes.
pub(in crate::tui) fn labelled(
    ctx: Ctx<'_>,
    width: u16,
    parts: Vec<(String, String)>,
) -> Vec<Line<'static>> {
    let columns = usize::from(width.saturating_sub(LABEL));
    let mut lines = Vec::new();
    for (label, words) in parts {
        for (nth, words) in wrap(&words, columns).into_iter().enumerate() {
            let label = if nth == 0 { label.as_str() } else { "" };
            lines.push(Line::from(vec![
                s(
                    format!("{label:<0$}", usize::from(LABEL)),
                    ctx.theme.quiet(),
                ),
                s(words, ctx.theme.strong()),
            ]));
        }
    }
    lines
}

/// Draws the lines; where not all of them fit, those from that one on, and how many are not shown. Returns the rows used.
pub(in crate::tui) fn scrolled(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    area: Rect,
    lines: Vec<Line<'static>>,
    at: usize,
) -> u16 {
    let rows = usize::from(area.height);
    let hidden = match lines.len() > rows {
        true => lines.len() - rows.saturating_sub(1),
        false => 0,
    };
    let first = at.min(hidden);
    let shown = if hidden > 0 {
        rows.saturating_sub(1)
    } else {
        rows
    };
    let mut row = 0;
    for line in lines.into_iter().skip(first).take(shown) {
        sheet.put(area, row, line);
        row += 1;
    }
    if hidden > 0 {
        let more = match hidden - first {
            0 => format!("↑ {}", tr!(ctx.text, "account-reset-above", count = first)),
            below => format!("↓ {}", tr!(ctx.text, "account-reset-below", count = below)),
        };
        sheet.put(area, row, s(more, ctx.theme.warning()));
        row += 1;
    }
    row
}

/// The name that is typed, and beneath it what is wrong with it.
fn last_name(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    area: Rect,
    (line, complaint): (&Typed, Option<Complaint>),
) {
    let t = ctx.text;
    let prompt = tr!(t, "account-reset-last-name");
    let columns = usize::from(area.width).saturating_sub(width(&prompt) + 4);
    // Of a long name, its end.
    let skipped = line.as_str().chars().count().saturating_sub(columns);
    let typed: String = line.as_str().chars().skip(skipped).collect();
    let spans = vec![
        s(format!("{prompt} "), ctx.theme.plain()),
        s(format!("{typed}▏"), ctx.theme.strong()),
    ];
    sheet.put(area, 1, Line::from(spans));
    let words = match complaint {
        Some(Complaint::WrongName) => tr!(t, "account-reset-wrong-name"),
        Some(Complaint::Refuses) => tr!(t, "account-reset-refuses"),
        None => return,
    };
    sheet.put(area, 2, s(format!("! {words}"), ctx.theme.warning()));
}

/// The key waits for the finger of whoever signs, and what they sign is read beside it.
pub(in crate::tui) fn touch(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    panel: Rect,
    scale: u16,
    (touch, act): (&Touch, &Act),
) {
    let t = ctx.text;
    let slot = touch.key.slot;
    let (head, parts) = act::in_parts(t, act);
    let lines = labelled(ctx, panel.width, parts);
    // What is signed is read in full before anything is large.
    let read = wrap(&head, usize::from(panel.width)).len() + lines.len() + 3;
    let letters = usize::from(big::ROWS * scale) + 2;
    let row = match usize::from(panel.height) >= read + letters {
        true => sheet.big(panel, 1, &tr!(t, "touch-big", slot = slot), scale) + 1,
        false => 0,
    };
    let what = tr!(t, "touch-how", slot = slot);
    let row = who(ctx, sheet, panel, row, Who::Operator, &what);
    let (mark, words) = blinking(ctx, touch);
    let seconds = ctx.seconds_left(touch.until);
    let count = vec![
        s(
            format!("{mark} {words}   {seconds:>2} s  "),
            ctx.theme.strong(),
        ),
        s(
            bar(seconds, panel.width.saturating_sub(30)),
            ctx.theme.plain(),
        ),
    ];
    sheet.put(panel, row, Line::from(count));
    let gap = u16::from(usize::from(panel.height) >= read);
    let row = sheet.paragraph(panel, row + 1 + gap, &head, ctx.theme.plain());
    scrolled(ctx, sheet, below(panel, row), lines, 0);
}

fn carry_out(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    panel: Rect,
    scale: u16,
    (reset, owned): (&AccountReset, &[Owned]),
) {
    let t = ctx.text;
    let row = sheet.big(panel, 1, &tr!(t, "account-reset-carry-out-big"), scale);
    let (person, asked_by) = (reset.person.name.clone(), reset.asker().to_owned());
    let how = match &reset.released_by {
        Some(by) => tr!(
            t,
            "account-reset-carry-out-how",
            person = person,
            asked_by = asked_by,
            released_by = by.name.clone()
        ),
        None => tr!(
            t,
            "account-reset-carry-out-asked",
            person = person,
            asked_by = asked_by
        ),
    };
    let mut row = who(ctx, sheet, panel, row + 1, Who::Operator, &how);
    for owned in owned {
        let mark = s("×", ctx.theme.danger());
        row = sheet.bullet(panel, row, mark, &t.owned(owned), ctx.theme.strong());
    }
    if owned.is_empty() {
        let nothing = tr!(t, "account-reset-of-nothing");
        sheet.bullet(
            panel,
            row,
            s("·", ctx.theme.quiet()),
            &nothing,
            ctx.theme.plain(),
        );
    }
}

/// What came of it, and what is next.
pub(in crate::tui) fn done(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    body: Rect,
    size: u16,
    (person, result): (&Person, &AccountResetResult),
) {
    let t = ctx.text;
    let row = sheet.big(body, 0, &tr!(t, "done-big"), size) + 1;
    let mark = s("✓", ctx.theme.good());
    let words = t.account_reset_done(person, result);
    let row = sheet.bullet(body, row, mark, &words, ctx.theme.strong());
    let stamp = |at| format!("{} {}", ctx.day(at), ctx.time(at));
    let (title, next) = match result {
        AccountResetResult::Prepared { .. } => {
            (tr!(t, "done-left"), tr!(t, "account-reset-prepared-next"))
        }
        AccountResetResult::Signed { reset } => {
            let until = stamp(reset.until);
            let next = tr!(t, "account-reset-signed-next", until = until);
            (tr!(t, "done-left"), next)
        }
        AccountResetResult::Objected { .. } => {
            (tr!(t, "done-know"), tr!(t, "account-reset-objected-next"))
        }
        AccountResetResult::Asked { reset } if reset.away => {
            (tr!(t, "done-left"), tr!(t, "away-asked-next"))
        }
        AccountResetResult::Released { reset } if reset.away => {
            let from = reset.ripe_at.map_or_else(String::new, stamp);
            let until = stamp(reset.until);
            let next = tr!(t, "away-released-next", from = from, until = until);
            (tr!(t, "done-left"), next)
        }
        AccountResetResult::Excepted { done } => {
            let exception = done.reset.exception.as_ref();
            let next = tr!(
                t,
                "away-excepted-next",
                name = person.name.clone(),
                until = stamp(done.reset.until),
                owner = exception.map_or("–", |exception| &exception.owner.name)
            );
            (tr!(t, "done-left"), next)
        }
        AccountResetResult::Asked { .. } => {
            (tr!(t, "done-left"), tr!(t, "account-reset-asked-next"))
        }
        AccountResetResult::Released { .. } => {
            (tr!(t, "done-left"), tr!(t, "account-reset-released-next"))
        }
        AccountResetResult::Refused { reset } if reset.state == ResetState::Withdrawn => {
            (tr!(t, "done-know"), tr!(t, "account-reset-withdrawn-next"))
        }
        AccountResetResult::Refused { .. } => {
            (tr!(t, "done-know"), tr!(t, "account-reset-refused-next"))
        }
        AccountResetResult::CarriedOut { done } => {
            let until = stamp(done.reset.until);
            let next = tr!(t, "account-reset-done-next", until = until);
            (tr!(t, "done-left"), next)
        }
    };
    sheet.put(body, row + 1, s(title, ctx.theme.strong()));
    let point = s("·", ctx.theme.strong());
    sheet.bullet(body, row + 2, point, &next, ctx.theme.plain());
}
