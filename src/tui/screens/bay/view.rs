//! The slots: as a strip on other screens and as a page of their own.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::domain::KeyFacts;
use crate::station::face::{SlotState, SlotView};
use crate::text::care::algorithm;
use crate::text::tr;
use crate::tui::model::Page;
use crate::tui::view::chrome::{frame, page_title};
use crate::tui::view::sheet::{Cell, Sheet, s};
use crate::tui::view::{Ctx, below, columns, top};
use crate::wire::KeyReport;

/// From this width on a slot's line has room for the PIN's state, and from the next one for the firmware too.
const ROOM_FOR_PIN: u16 = 66;
const ROOM_FOR_FIRMWARE: u16 = 74;

/// Draws the slots under a rule, as many as fit; the rest is counted.
pub(in crate::tui) fn strip(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    sheet.rule(area, 0, &tr!(ctx.text, "home-bay"));
    let slots = &ctx.model.bay;
    let rows = below(area, 1);
    if slots.is_empty() {
        let line = tr!(ctx.text, "home-bay-empty");
        sheet.put(rows, 0, s(format!("  {line}"), ctx.theme.quiet()));
        return;
    }
    list(ctx, sheet, rows, None);
}

/// Draws the slots, scrolled so that the marked one is visible.
fn list(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, marked: Option<usize>) {
    let slots = &ctx.model.bay;
    let height = usize::from(area.height);
    let (first, shown) = window(slots.len(), height, marked.unwrap_or_default());
    for (row, (index, slot)) in (0..).zip(slots.iter().enumerate().skip(first).take(shown)) {
        slot_row(ctx, sheet, area, row, slot);
        if marked == Some(index) {
            sheet.tint(area, row, ctx.theme.marked());
        }
    }
    let hidden = slots.len() - shown;
    if hidden > 0 && marked.is_none() {
        let line = tr!(ctx.text, "more-below", count = hidden);
        let row = area.height.saturating_sub(1);
        sheet.put(area, row, s(format!("    … {line}"), ctx.theme.quiet()));
    }
}

/// Which lines of a list are shown: the first one and how many; one row is kept for the count of the others.
pub(in crate::tui) fn window(len: usize, height: usize, marked: usize) -> (usize, usize) {
    if len <= height {
        return (0, len);
    }
    let shown = height.saturating_sub(1);
    let first = marked
        .saturating_sub(shown.saturating_sub(1))
        .min(len - shown);
    (first, shown)
}

fn slot_row(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, row: u16, slot: &SlotView) {
    let mut cells: Vec<Cell> = vec![(4, format!("{:>2}", slot.number), ctx.theme.strong())];
    match &slot.state {
        SlotState::Empty => cells.push((20, tr!(ctx.text, "slot-empty"), ctx.theme.quiet())),
        SlotState::Opening { product } => {
            cells.push((22, product.clone(), ctx.theme.plain()));
            cells.push((40, tr!(ctx.text, "slot-opening"), ctx.theme.quiet()));
        }
        SlotState::Ready(key) => key_cells(
            ctx,
            &mut cells,
            area.width,
            key,
            tr!(ctx.text, "slot-ready"),
        ),
        SlotState::Busy(key) => {
            key_cells(ctx, &mut cells, area.width, key, tr!(ctx.text, "slot-busy"))
        }
        SlotState::U2fOnly { product } => {
            cells.push((22, product.clone(), ctx.theme.plain()));
            cells.push((
                40,
                format!("! {}", tr!(ctx.text, "slot-u2f")),
                ctx.theme.warning(),
            ));
        }
        SlotState::Unusable { product, why, .. } => {
            cells.push((22, product.clone(), ctx.theme.plain()));
            cells.push((
                52,
                format!("! {}", ctx.text.unusable(why)),
                ctx.theme.warning(),
            ));
        }
    }
    sheet.cells(area, row, &cells);
}

fn key_cells(ctx: Ctx<'_>, cells: &mut Vec<Cell>, columns: u16, key: &KeyFacts, state: String) {
    let plain = ctx.theme.plain();
    cells.push((22, key.model.clone(), plain));
    if columns >= ROOM_FOR_FIRMWARE {
        let firmware = key.firmware_text().unwrap_or_else(|| "–".to_owned());
        cells.push((8, firmware, plain));
    }
    if columns >= ROOM_FOR_PIN {
        cells.push((20, ctx.text.pin_state(key), pin_style(ctx, key)));
    }
    if key.pin_retries == Some(0) && key.pin_set == Some(true) {
        let reset = format!("! {}", tr!(ctx.text, "slot-reset"));
        cells.push((9, reset, ctx.theme.warning()));
    } else {
        cells.push((9, state, plain));
    }
    if ctx.model.setup.models.is_advised_against(key) {
        cells.push((
            14,
            format!("! {}", tr!(ctx.text, "slot-advisory")),
            ctx.theme.warning(),
        ));
    }
}

fn pin_style(ctx: Ctx<'_>, key: &KeyFacts) -> Style {
    match (key.pin_set, key.pin_retries) {
        (Some(true), Some(0)) => ctx.theme.danger(),
        _ => ctx.theme.plain(),
    }
}

/// The page of the bay: every slot, and all that the marked key says of itself.
pub(super) fn draw(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    let Page::Keys(marked) = ctx.model.page else {
        return;
    };
    let title = page_title(ctx, Some(tr!(ctx.text, "keys-title")));
    let body = frame(ctx, sheet, area, title);
    if ctx.model.bay.is_empty() {
        sheet.put(
            body,
            1,
            s(tr!(ctx.text, "home-bay-empty"), ctx.theme.plain()),
        );
        return;
    }
    if body.width >= 110 {
        let [left, right] = columns(body, [body.width / 2, 0]);
        list(ctx, sheet, left, Some(marked));
        sheet.divider(right);
        let right = Rect {
            x: right.x + 2,
            width: right.width - 2,
            ..right
        };
        details(ctx, sheet, right, marked);
        return;
    }
    let rows = u16::try_from(ctx.model.bay.len())
        .unwrap_or(u16::MAX)
        .min(body.height.saturating_sub(12));
    list(ctx, sheet, top(body, rows), Some(marked));
    sheet.rule(below(body, rows), 0, "");
    details(ctx, sheet, below(body, rows + 1), marked);
}

fn details(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, marked: usize) {
    let Some(slot) = ctx.model.bay.get(marked) else {
        return;
    };
    let key = match &slot.state {
        SlotState::Ready(key) | SlotState::Busy(key) => key,
        SlotState::Unusable { why, .. } => {
            let why = ctx.text.unusable_in_full(why);
            sheet.paragraph(area, 0, &why, ctx.theme.plain());
            return;
        }
        _ => return,
    };
    let t = ctx.text;
    let unknown = || tr!(t, "keys-unknown");
    let room = key
        .free_credential_slots
        .map(|count| tr!(t, "keys-room-credentials", count = count));
    let algorithms: Vec<String> = key.algorithms.iter().map(|a| algorithm(*a)).collect();
    let pin = format!(
        "{}, {}",
        t.pin_state(key),
        tr!(t, "keys-min-pin", min = key.pin_min_length)
    );
    let facts = [
        (tr!(t, "keys-place"), key.place.to_string()),
        (
            tr!(t, "keys-firmware"),
            key.firmware_text().unwrap_or_else(unknown),
        ),
        (
            tr!(t, "keys-serial"),
            key.id.serial.clone().unwrap_or_else(unknown),
        ),
        (tr!(t, "keys-aaguid"), key.id.aaguid.to_string()),
        (tr!(t, "keys-versions"), key.versions.join(" ")),
        (tr!(t, "keys-pin"), pin),
        (tr!(t, "keys-room"), room.unwrap_or_else(unknown)),
        (tr!(t, "keys-algorithms"), algorithms.join(" ")),
    ];
    sheet.put(
        area,
        0,
        s(
            format!("{}  {}", slot.number, key.model),
            ctx.theme.strong(),
        ),
    );
    let mut row = 1;
    for (name, value) in facts {
        sheet.cells(
            area,
            row,
            &[
                (14, name, ctx.theme.quiet()),
                (area.width, value, ctx.theme.plain()),
            ],
        );
        row += 1;
    }
    if let Some((listing, source)) = ctx.model.setup.models.listing(key.id.aaguid) {
        for report in listing.adverse(key.firmware) {
            let words = ctx.text.report(&report.status, source);
            let mark = s("!", ctx.theme.warning());
            row = sheet.bullet(area, row, mark, &words, ctx.theme.plain());
        }
    }
    for advisory in ctx.model.setup.models.advisories(key) {
        let mark = s("!", ctx.theme.warning());
        let words = ctx.text.advisory(&advisory.id, &advisory.summary);
        row = sheet.bullet(area, row, mark, &words, ctx.theme.plain());
    }
}

/// "slot 1 · YubiKey 5 NFC 5.7.1", as the checklist and the questions name a key.
pub(in crate::tui) fn key_line(ctx: Ctx<'_>, key: &KeyFacts) -> String {
    let model = match key.firmware_text() {
        Some(firmware) => format!("{} {firmware}", key.model),
        None => key.model.clone(),
    };
    tr!(ctx.text, "note-key", slot = key.slot, model = model)
}

/// That a key which a step is about has gone from its slot, which the run notices at its next command.
pub(in crate::tui) fn pulled(ctx: Ctx<'_>, key: &KeyFacts) -> Option<String> {
    let mut slots = ctx.model.bay.iter();
    let slot = slots.find(|slot| slot.place == key.place)?;
    matches!(slot.state, SlotState::Empty).then(|| tr!(ctx.text, "key-gone", slot = key.slot))
}

/// A key that is not in the bay: model, firmware and serial number.
pub(in crate::tui) fn report_line(key: &KeyReport) -> String {
    let firmware = key.firmware.map(crate::domain::key::firmware_text);
    let parts = [Some(key.model.clone()), firmware, key.id.serial.clone()];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(" ")
}

/// The key that a question is about, or that it has gone.
pub(in crate::tui) fn key_in_question(ctx: Ctx<'_>, key: &KeyFacts) -> Line<'static> {
    match pulled(ctx, key) {
        Some(gone) => Line::from(s(format!("! {gone}"), ctx.theme.warning())),
        None => key_spans(ctx, key),
    }
}

/// The same with its serial number, where it has one.
pub(in crate::tui) fn key_spans(ctx: Ctx<'_>, key: &KeyFacts) -> Line<'static> {
    let mut line = key_line(ctx, key);
    if let Some(serial) = &key.id.serial {
        line.push_str(" · ");
        line.push_str(&tr!(ctx.text, "person-serial", serial = serial.as_str()));
    }
    Line::from(s(line, ctx.theme.plain()))
}
