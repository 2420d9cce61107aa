//! The board of a batch: who must do what now in one line that can't be missed, then every slot with its step, what it waits for
//! and for how long.

use jiff::Timestamp;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::domain::batch::KeyEnd;
use crate::station::face::board::{Board, BoardSlot, SlotWork, TagComplaint};
use crate::text::tr;
use crate::tui::model::BatchAsking;
use crate::tui::screens::{bay::view as bay, run::dots as pin};
use crate::tui::view::chrome::{Who, frame, page_title, scale, who};
use crate::tui::view::sheet::{Cell, Sheet, s};
use crate::tui::view::{Ctx, below, columns, inset, top};
use crate::workflow::dialogue::HOLD_MOST_S;

/// From this height on, what is to be done now is written in block letters.
const TALL: u16 = 40;

/// From this width on, the keys that are done stand beside the slots.
const WIDE: u16 = 118;

/// Slots that one line names.
const NAMED: usize = 12;

pub(in crate::tui) fn draw(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, marked: usize) {
    match &ctx.model.batch.asking {
        Some(BatchAsking::NewPin(new)) => {
            pin::draw_new(ctx, sheet, area, Who::Person, new);
            return whose(ctx, sheet, area, new.key.slot);
        }
        Some(BatchAsking::CurrentPin(current)) => {
            pin::draw_current(ctx, sheet, area, Who::Person, current);
            return whose(ctx, sheet, area, current.key.slot);
        }
        _ => {}
    }
    let t = ctx.text;
    let Some(board) = ctx.model.batch.board.as_deref() else {
        let body = frame(
            ctx,
            sheet,
            area,
            page_title(ctx, Some(tr!(t, "batch-title"))),
        );
        sheet.put(body, 1, s(tr!(t, "home-loading"), ctx.theme.quiet()));
        return;
    };
    let body = frame(ctx, sheet, area, page_title(ctx, Some(board.name.clone())));
    sheet.put(body, 0, far(ctx, board));
    let row = now(ctx, sheet, body, board);
    let rest = below(body, row);
    if body.width < WIDE {
        return slots(ctx, sheet, rest, board, marked);
    }
    let [left, right] = columns(rest, [body.width * 13 / 20, 0]);
    let left = Rect {
        width: left.width.saturating_sub(2),
        ..left
    };
    slots(ctx, sheet, left, board, marked);
    gone(ctx, sheet, right, board);
}

/// Of several people, the one who is to type: beside the call to look away.
fn whose(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, slot: u16) {
    let slots = ctx.model.batch.slots();
    let person = slots
        .iter()
        .find(|at| at.number == slot)
        .and_then(|at| at.person.clone());
    if let Some(person) = person {
        let line = tr!(ctx.text, "board-whose", slot = slot, person = person);
        sheet.put(inset(area), 2, s(line, ctx.theme.strong()));
    }
}

/// "7 of 50 done · 2 at work · touches 14 of 100 · PINs 7 of 50".
fn far(ctx: Ctx<'_>, board: &Board) -> Line<'static> {
    let t = ctx.text;
    let tally = board.tally;
    let mut parts = vec![match tally.wanted {
        Some(wanted) => tr!(t, "board-done-of", done = tally.done, wanted = wanted),
        None => tr!(t, "board-done", done = tally.done),
    }];
    if tally.skipped > 0 {
        parts.push(tr!(t, "board-skipped", count = tally.skipped));
    }
    parts.push(match board.budget {
        Some(budget) => tr!(
            t,
            "board-touches-of",
            count = board.touches,
            all = budget.touches
        ),
        None => tr!(t, "board-touches", count = board.touches),
    });
    if board.each.pins > 0 {
        parts.push(match board.budget {
            Some(budget) => tr!(t, "board-pins-of", count = board.pins, all = budget.pins),
            None => tr!(t, "board-pins", count = board.pins),
        });
    }
    Line::from(s(parts.join(" · "), ctx.theme.strong()))
}

/// Who must do what now. Returns the row below.
fn now(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, body: Rect, board: &Board) -> u16 {
    let t = ctx.text;
    let waiting = ctx.model.batch.waiting_for_touch();
    let named: Vec<String> = waiting.iter().take(NAMED).map(u16::to_string).collect();
    // Block letters have room for few; the line beneath them names the others.
    let first = named
        .get(..4.min(named.len()))
        .unwrap_or_default()
        .join(" ");
    let mut named = named.join(" ");
    if waiting.len() > NAMED {
        named.push_str(" …");
    }
    let stopped = board
        .slots
        .iter()
        .filter(|slot| matches!(slot.work, SlotWork::Stopped { .. }))
        .count();
    let (big, whom, what) = match &ctx.model.batch.asking {
        Some(BatchAsking::Tag {
            slot,
            line,
            complaint,
        }) => {
            return tag(ctx, sheet, body, *slot, line.as_str(), *complaint);
        }
        Some(BatchAsking::Admit { key, verdict }) => {
            let row = who(ctx, sheet, body, 1, Who::Operator, &tr!(t, "board-admit"));
            sheet.put(body, row, bay::key_spans(ctx, key));
            return crate::tui::screens::run::questions::findings(
                ctx,
                sheet,
                top(below(body, row + 1), 4),
                verdict,
            ) + row
                + 1;
        }
        _ if board.over => (None, Who::Operator, tr!(t, "board-over")),
        _ if !waiting.is_empty() => (
            Some(tr!(t, "board-touch-large", slots = first.as_str())),
            Who::Person,
            tr!(t, "board-touch-how", slots = named.as_str()),
        ),
        _ if stopped > 0 => (
            None,
            Who::Operator,
            tr!(t, "board-stopped-how", count = stopped),
        ),
        _ if board
            .slots
            .iter()
            .any(|slot| slot.work == SlotWork::Working) =>
        {
            (None, Who::Station, tr!(t, "board-working"))
        }
        _ => (None, Who::Operator, tr!(t, "board-next-key")),
    };
    let row = match big {
        Some(big) if body.height >= TALL => sheet.big(body, 2, &big, scale(body)) + 1,
        _ => 1,
    };
    who(ctx, sheet, body, row, whom, &what)
}

fn tag(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    body: Rect,
    slot: u16,
    typed: &str,
    complaint: Option<TagComplaint>,
) -> u16 {
    let t = ctx.text;
    let row = who(
        ctx,
        sheet,
        body,
        1,
        Who::Operator,
        &tr!(t, "board-tag-how", slot = slot),
    );
    let line = vec![
        s(format!("{}  ", tr!(t, "board-tag")), ctx.theme.plain()),
        s(format!("{typed}▏"), ctx.theme.strong()),
    ];
    sheet.put(body, row, Line::from(line));
    let words = match complaint {
        None => return row + 1,
        Some(TagComplaint::Form) => tr!(t, "board-tag-form"),
        Some(TagComplaint::Taken) => tr!(t, "board-tag-taken"),
    };
    sheet.put(body, row + 1, s(format!("! {words}"), ctx.theme.warning()));
    row + 2
}

fn slots(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, board: &Board, marked: usize) {
    let height = usize::from(area.height);
    let (first, shown) = bay::window(board.slots.len(), height, marked);
    for (row, (index, slot)) in (0..).zip(board.slots.iter().enumerate().skip(first).take(shown)) {
        slot_row(
            ctx,
            sheet,
            area,
            row,
            (slot, board.steps.len()),
            index == marked,
        );
    }
    let hidden = board.slots.len() - shown;
    if hidden > 0 {
        let line = tr!(ctx.text, "more-below", count = hidden);
        let row = area.height.saturating_sub(1);
        sheet.put(area, row, s(format!("    … {line}"), ctx.theme.quiet()));
    }
}

fn slot_row(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    area: Rect,
    row: u16,
    (slot, steps): (&BoardSlot, usize),
    marked: bool,
) {
    let plain = ctx.theme.plain();
    let (mark, state, style) = state(ctx, slot);
    let is_quiet = matches!(slot.work, SlotWork::Free | SlotWork::NotNeeded);
    let whom = slot
        .person
        .clone()
        .or_else(|| slot.serial.clone())
        .unwrap_or_else(|| slot.model.clone());
    let step = slot
        .step
        .map(|step| ctx.text.batch_step(step))
        .unwrap_or_default();
    let since = if is_quiet {
        String::new()
    } else {
        waited(ctx, slot.since)
    };
    let whom_columns = area
        .width
        .saturating_sub(2 + 4 + 6 + 13 + 2 + 27 + 7)
        .min(34);
    let cells: [Cell; 8] = [
        (
            2,
            if marked { "▸" } else { " " }.to_owned(),
            ctx.theme.strong(),
        ),
        (4, format!("{:>2}", slot.number), ctx.theme.strong()),
        (
            whom_columns,
            if is_quiet { String::new() } else { whom },
            plain,
        ),
        (
            6,
            if is_quiet {
                String::new()
            } else {
                format!("{}/{steps}", slot.done)
            },
            plain,
        ),
        (13, step, plain),
        (2, mark.to_owned(), style),
        (27, state, style),
        (7, since, plain),
    ];
    sheet.cells(area, row, &cells);
    if marked {
        sheet.tint(area, row, ctx.theme.marked());
    }
}

/// What a slot does or waits for: a mark, words, and how loud.
fn state(ctx: Ctx<'_>, slot: &BoardSlot) -> (&'static str, String, Style) {
    let t = ctx.text;
    let theme = ctx.theme;
    match &slot.work {
        SlotWork::Free => ("–", tr!(t, "slot-empty"), theme.quiet()),
        SlotWork::NotNeeded => ("·", tr!(t, "board-not-needed"), theme.quiet()),
        SlotWork::Working => ("·", tr!(t, "board-at-work"), theme.plain()),
        SlotWork::Touch { hold_s, turn, .. } if *hold_s > 0 => {
            let words = tr!(
                t,
                "board-hold",
                turn = (*turn),
                seconds = (*hold_s),
                most = HOLD_MOST_S
            );
            (if ctx.blink() { "●" } else { "○" }, words, theme.accent())
        }
        SlotWork::Touch { nth, of, turn, .. } => {
            let mark = if ctx.blink() { "●" } else { "○" };
            let words = tr!(t, "board-touch", turn = (*turn), nth = (*nth), of = (*of));
            (mark, words, theme.accent())
        }
        SlotWork::Pin { turn: 1 } => ("▸", tr!(t, "board-pin-now"), theme.accent()),
        SlotWork::Pin { turn } => ("…", tr!(t, "board-pin-turn", turn = (*turn)), theme.plain()),
        SlotWork::Tag { turn: 1 } => ("▸", tr!(t, "board-tag-now"), theme.accent()),
        SlotWork::Tag { turn } => ("…", tr!(t, "board-tag-turn", turn = (*turn)), theme.plain()),
        SlotWork::Pull => ("▸", tr!(t, "board-pull"), theme.accent()),
        SlotWork::PutBack { window_s } => (
            "▸",
            tr!(t, "board-put-back", seconds = (*window_s)),
            theme.accent(),
        ),
        SlotWork::Pulled => ("!", tr!(t, "board-pulled"), theme.warning()),
        SlotWork::Stopped { stop } => ("!", t.explained(stop).what, theme.danger()),
        SlotWork::Refused { stop } => ("×", t.explained(stop).what, theme.warning()),
        SlotWork::Done => ("✓", done_words(ctx, slot), theme.good()),
        SlotWork::Skipped => ("×", tr!(t, "board-skipped-key"), theme.plain()),
    }
}

fn done_words(ctx: Ctx<'_>, slot: &BoardSlot) -> String {
    match slot.label.as_deref().or(slot.tag.as_deref()) {
        Some(label) => tr!(ctx.text, "board-take-out-label", label = label),
        None => tr!(ctx.text, "board-take-out"),
    }
}

/// `0:07`, `12:40`, or hours.
fn waited(ctx: Ctx<'_>, since: Timestamp) -> String {
    let seconds = (ctx.now.wall.as_second() - since.as_second()).max(0);
    match seconds {
        0..3600 => format!("{}:{:02}", seconds / 60, seconds % 60),
        _ => format!("{}:{:02}h", seconds / 3600, seconds / 60 % 60),
    }
}

/// What is known of the marked slot's trouble, and the keys that have left.
fn gone(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, board: &Board) {
    sheet.divider(area);
    let area = Rect {
        x: area.x + 2,
        width: area.width.saturating_sub(2),
        ..area
    };
    let mut row = 0;
    let troubled = board.slots.iter().filter_map(|slot| match &slot.work {
        SlotWork::Stopped { stop } | SlotWork::Refused { stop } => Some((slot.number, stop)),
        _ => None,
    });
    for (number, stop) in troubled.take(6) {
        let said = ctx.text.explained(stop);
        let mark = s(format!("! {number}"), ctx.theme.warning());
        let facts = ctx.text.facts(stop).unwrap_or(said.what);
        row = sheet.bullet(area, row, mark, &facts, ctx.theme.plain());
        row = sheet.paragraph(area, row, &said.next, ctx.theme.quiet());
    }
    sheet.rule(area, row, &tr!(ctx.text, "board-left"));
    for (row, key) in (row + 1..area.height).zip(&board.left) {
        let (mark, style) = match key.end {
            KeyEnd::Done => ("✓", ctx.theme.good()),
            KeyEnd::Skipped => ("×", ctx.theme.plain()),
        };
        let what = key.label.as_deref().or(key.person.as_deref());
        let cells: [Cell; 4] = [
            (7, ctx.time(key.at), ctx.theme.plain()),
            (2, mark.to_owned(), style),
            (
                30,
                what.unwrap_or(key.model.as_str()).to_owned(),
                ctx.theme.plain(),
            ),
            (
                16,
                key.serial.clone().unwrap_or_default(),
                ctx.theme.quiet(),
            ),
        ];
        sheet.cells(area, row, &cells);
    }
}
