//! The list of resets, and what is known of the marked one.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{Chosen, ending, position};
use crate::domain::account_reset::ResetState;
use crate::text::{act, tr};
use crate::tui::clean::fit;
use crate::tui::model::Page;
use crate::tui::screens::bay::view as bay;
use crate::tui::view::chrome::{frame, page_title};
use crate::tui::view::sheet::{Cell, Sheet, s};
use crate::tui::view::{Ctx, below, top};
use crate::wire::{AccountReset, ResetEnding};

/// Rows for what is known of the marked one.
const DETAIL_ROWS: u16 = 10;

pub(super) fn draw(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    let t = ctx.text;
    let title = page_title(ctx, Some(tr!(t, "resets-title")));
    let body = frame(ctx, sheet, area, title);
    let resets = ctx.model.resets();
    let at = position(ctx.model);
    let Some(marked) = resets.get(at) else {
        let none = format!("✓ {}", tr!(t, "resets-none"));
        sheet.put(body, 1, s(none, ctx.theme.plain()));
        return;
    };
    head(ctx, sheet, body);
    let list = top(below(body, 1), body.height.saturating_sub(DETAIL_ROWS + 1));
    let (first, shown) = bay::window(resets.len(), usize::from(list.height), at);
    for (row, (index, reset)) in (0..).zip(resets.iter().enumerate().skip(first).take(shown)) {
        reset_row(ctx, sheet, list, row, (reset, index == at));
    }
    let detail = below(body, body.height.saturating_sub(DETAIL_ROWS));
    known(ctx, sheet, detail, marked);
}

/// Columns of age, person, organisation and who asked; the rest is for where it stands.
fn columns(width: u16) -> [u16; 4] {
    let rest = width.saturating_sub(2 + 9 + 18);
    let (person, by) = (rest * 37 / 100, rest * 29 / 100);
    [9, person, rest - person - by, by]
}

fn head(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    let t = ctx.text;
    let quiet = ctx.theme.quiet();
    let [age, person, organisation, by] = columns(area.width);
    let cells: [Cell; 6] = [
        (2, String::new(), quiet),
        (age, tr!(t, "resets-age"), quiet),
        (person, tr!(t, "resets-person"), quiet),
        (organisation, tr!(t, "person-organisation"), quiet),
        (by, tr!(t, "resets-by"), quiet),
        (18, tr!(t, "resets-state"), quiet),
    ];
    sheet.cells(area, 0, &cells);
}

fn reset_row(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    area: Rect,
    row: u16,
    (reset, is_marked): (&AccountReset, bool),
) {
    let plain = ctx.theme.plain();
    let [age, person, organisation, by] = columns(area.width);
    let belongs = reset.person.organisation.as_ref();
    let is_pending = reset.exception.as_ref().is_some_and(|one| one.is_pending());
    let style = match (is_pending, reset.state) {
        (true, _) | (false, ResetState::Prepared | ResetState::Requested) => ctx.theme.warning(),
        (false, ResetState::Released) => ctx.theme.good(),
        (
            false,
            ResetState::Withdrawn
            | ResetState::Refused
            | ResetState::Expired
            | ResetState::Objected
            | ResetState::CarriedOut,
        ) => ctx.theme.quiet(),
    };
    let mark = if is_marked { "▸" } else { " " };
    let cells: [Cell; 6] = [
        (2, mark.to_owned(), ctx.theme.strong()),
        (age, aged(ctx, reset), plain),
        (person, reset.person.name.clone(), ctx.theme.strong()),
        (
            organisation,
            belongs.map_or("–", |o| o.name.as_str()).to_owned(),
            plain,
        ),
        (by, reset.asker().to_owned(), plain),
        (18, ctx.text.reset_standing(reset), style),
    ];
    sheet.cells(area, row, &cells);
    if is_marked {
        sheet.tint(area, row, ctx.theme.marked());
    }
}

/// For how long somebody waits; where it is over, since when: a time of today, or the day.
fn aged(ctx: Ctx<'_>, reset: &AccountReset) -> String {
    if reset.state.is_open() {
        return ctx.waited(reset.asked_at);
    }
    let ended = reset.ended_at.unwrap_or(reset.until);
    match ctx.is_today(ended) {
        true => ctx.time(ended),
        false => ctx.day(ended).split_off(5),
    }
}

fn known(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, reset: &AccountReset) {
    let t = ctx.text;
    let (plain, strong) = (ctx.theme.plain(), ctx.theme.strong());
    let person = &reset.person;
    let whose = match &person.organisation {
        Some(organisation) => format!("{} · {}", person.name, organisation.name),
        None => person.name.clone(),
    };
    sheet.rule(area, 0, &whose);
    let asked = tr!(
        t,
        "resets-asked",
        by = reset.asker().to_owned(),
        station = reset.station.as_deref().unwrap_or("–"),
        day = ctx.day(reset.asked_at),
        time = ctx.time(reset.asked_at)
    );
    let mut row = sheet.paragraph(area, 1, &asked, plain);
    let why = t.reset_reason(reset.reason);
    let why = tr!(t, "account-reset-why", why = why);
    row = sheet.paragraph(area, row, &why, plain);
    if !reset.remark.is_empty() {
        let remark = act::quoted(&reset.remark);
        let remark = tr!(t, "account-reset-remark", remark = remark);
        row = sheet.paragraph(area, row, &remark, plain);
    }
    if let Some(ticket) = &reset.ticket {
        let ticket = tr!(t, "account-reset-ticket", ticket = ticket.clone());
        sheet.put(area, row, s(fit(&ticket, usize::from(area.width)), plain));
        row += 1;
    }
    let (sure, danger) = (|words| format!("! {words}"), ctx.theme.danger());
    let (words, style): (String, Style) = match &ctx.model.page {
        Page::Resets(page) if page.ending == Some((reset.id, reset.state)) => {
            match ending(ctx.model) {
                Some(ResetEnding::Withdraw) => (sure(tr!(t, "resets-withdraw-sure")), danger),
                Some(ResetEnding::Refuse) => (sure(tr!(t, "resets-refuse-sure")), danger),
                None => (next(ctx, reset), strong),
            }
        }
        _ => (next(ctx, reset), strong),
    };
    sheet.paragraph(area, row, &words, style);
}

/// Where it stands, and what can be done.
fn next(ctx: Ctx<'_>, reset: &AccountReset) -> String {
    let t = ctx.text;
    let until = ctx.time(reset.until);
    let stamp = |at| format!("{} {}", ctx.day(at), ctx.time(at));
    let ended = || {
        let at = reset.ended_at.unwrap_or(reset.until);
        format!("{} {}", ctx.day(at), ctx.time(at))
    };
    if let Some(exception) = reset.exception.as_ref().filter(|one| one.is_pending()) {
        let (until, owner) = (stamp(exception.until), exception.owner.name.clone());
        return match exception.overdue {
            true => tr!(t, "resets-overdue", until = until, owner = owner),
            false => tr!(t, "resets-exception", until = until, owner = owner),
        };
    }
    match reset.state {
        ResetState::Released if reset.away => {
            let by = reset.released_by.as_ref().map_or("–", |by| &by.name);
            let until = stamp(reset.until);
            match reset.ripe_at.map(stamp) {
                Some(from) => tr!(t, "resets-away", by = by, from = from, until = until),
                None => tr!(t, "resets-away-ripe", by = by, until = until),
            }
        }
        ResetState::Requested if Chosen::of(ctx.model) == Chosen::Own => {
            tr!(t, "resets-own", until = until)
        }
        ResetState::Requested => tr!(t, "resets-to-release", until = until),
        ResetState::Prepared => tr!(t, "resets-prepared", until = until),
        ResetState::Released => match &reset.released_by {
            Some(by) => tr!(t, "resets-released", by = by.name.clone(), until = until),
            None => tr!(
                t,
                "resets-asked-for",
                by = reset.asker().to_owned(),
                until = until
            ),
        },
        ResetState::Expired => tr!(t, "resets-expired", at = ended()),
        ResetState::Refused if reset.refused_by.is_some() => tr!(
            t,
            "resets-refused-beside",
            by = reset.ender().unwrap_or("–"),
            desk = reset.said_by(),
            at = ended()
        ),
        ResetState::Withdrawn
        | ResetState::Refused
        | ResetState::Objected
        | ResetState::CarriedOut => tr!(
            t,
            "resets-ended",
            state = t.reset_state(reset.state),
            by = reset.ender().unwrap_or("–"),
            at = ended()
        ),
    }
}
