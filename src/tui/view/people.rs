//! A person's page: who they are, their keys, and what to advise.

use jiff::Timestamp;
use ratatui::layout::Rect;

use super::chrome::{frame, page_title};
use super::sheet::{Cell, Sheet, s};
use super::{Ctx, bay, below, columns, home, top};
use crate::domain::Person;
use crate::text::tr;
use crate::tui::model::PersonPage;
use crate::wire::{Credential, Factor};

pub(super) fn draw(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    let body = frame(
        ctx,
        sheet,
        area,
        page_title(ctx, Some(tr!(ctx.text, "person-title"))),
    );
    let Some(page) = &ctx.model.desk.person else {
        return;
    };
    if body.width < 110 {
        let row = facts(ctx, sheet, body, &page.person);
        let body = below(body, row + 1);
        let [keys_area, apps_area] = columns(body, [body.width / 2, 0]);
        let narrow = |area: Rect| Rect {
            width: area.width.saturating_sub(1),
            ..area
        };
        let keys_end = keys(ctx, sheet, narrow(keys_area), page);
        let apps_end = apps(ctx, sheet, apps_area, page);
        advice(ctx, sheet, body, keys_end.max(apps_end), page);
        return;
    }
    let [left, middle, right] = columns(body, [body.width * 3 / 10, body.width * 3 / 10, 0]);
    facts(
        ctx,
        sheet,
        Rect {
            width: left.width.saturating_sub(2),
            ..left
        },
        &page.person,
    );
    sheet.divider(middle);
    let middle = Rect {
        x: middle.x + 2,
        width: middle.width.saturating_sub(4),
        ..middle
    };
    let row = keys(ctx, sheet, middle, page) + 1;
    let row = row + apps(ctx, sheet, below(middle, row), page);
    advice(ctx, sheet, middle, row, page);
    sheet.divider(right);
    let right = Rect {
        x: right.x + 2,
        width: right.width.saturating_sub(2),
        ..right
    };
    let slots = u16::try_from(ctx.model.bay.len())
        .unwrap_or(u16::MAX)
        .clamp(1, right.height / 2);
    bay::strip(ctx, sheet, top(right, slots + 1));
    home::history(ctx, sheet, below(right, slots + 2));
}

/// Everything that tells a person from another one; returns the row below.
pub(super) fn facts(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, person: &Person) -> u16 {
    let t = ctx.text;
    let missing = || "–".to_owned();
    let organisation = person.organisation.as_ref();
    let lines = [
        (
            tr!(t, "person-organisation"),
            organisation.map_or_else(missing, |o| o.name.clone()),
        ),
        (
            tr!(t, "person-coc"),
            organisation
                .and_then(|o| o.coc_number.clone())
                .unwrap_or_else(missing),
        ),
        (tr!(t, "person-kind"), t.kind(person.kind)),
        (
            tr!(t, "person-email"),
            person.email.clone().unwrap_or_else(missing),
        ),
        (
            tr!(t, "person-number"),
            person.employee_number.clone().unwrap_or_else(missing),
        ),
        (tr!(t, "person-factors"), t.factors(person)),
    ];
    sheet.put(area, 0, s(person.name.clone(), ctx.theme.strong()));
    let mut row = 1;
    for (name, value) in lines {
        sheet.cells(
            area,
            row,
            &[
                (21, name, ctx.theme.quiet()),
                (area.width, value, ctx.theme.plain()),
            ],
        );
        row += 1;
    }
    row
}

/// E-mail, number and Chamber of Commerce number in one line, for two people of one name.
pub(super) fn telling_apart(ctx: Ctx<'_>, person: &Person) -> String {
    let number = person
        .employee_number
        .as_ref()
        .map(|number| tr!(ctx.text, "person-number-short", number = number.as_str()));
    let coc = person
        .organisation
        .as_ref()
        .and_then(|o| o.coc_number.as_ref())
        .map(|coc| tr!(ctx.text, "person-coc-short", number = coc.as_str()));
    let parts: Vec<String> = person
        .email
        .clone()
        .into_iter()
        .chain(number)
        .chain(coc)
        .collect();
    parts.join(" · ")
}

/// Lines of a factor: its name, when and where it was enrolled, when it was last tested.
const LINES: u16 = 3;

/// Rows kept beneath the factors for advice.
const ADVICE: u16 = 4;

fn keys(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, page: &PersonPage) -> u16 {
    sheet.rule(area, 0, &tr!(ctx.text, "person-credentials"));
    let quiet = ctx.theme.quiet();
    match &page.detail {
        None if page.from_ticket => {
            let words = format!("! {}", tr!(ctx.text, "person-from-ticket"));
            sheet.paragraph(area, 1, &words, ctx.theme.warning())
        }
        None => {
            sheet.put(area, 1, s(tr!(ctx.text, "person-loading"), quiet));
            2
        }
        Some(detail) if detail.credentials.is_empty() => {
            let none = tr!(ctx.text, "person-no-credentials");
            sheet.put(area, 1, s(none, ctx.theme.plain()));
            2
        }
        Some(detail) => {
            let room = usize::from(area.height.saturating_sub(1 + ADVICE) / LINES).max(1);
            let mut row = 1;
            for credential in detail.credentials.iter().take(room) {
                row = credential_rows(ctx, sheet, area, row, credential);
            }
            more(
                ctx,
                sheet,
                area,
                row,
                detail.credentials.len().saturating_sub(room),
            )
        }
    }
}

/// Says how many are not shown; returns the row below.
fn more(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, row: u16, hidden: usize) -> u16 {
    if hidden == 0 {
        return row;
    }
    let line = format!("  … {}", tr!(ctx.text, "more-below", count = hidden));
    sheet.put(area, row, s(line, ctx.theme.quiet()));
    row + 1
}

fn apps(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, page: &PersonPage) -> u16 {
    sheet.rule(area, 0, &tr!(ctx.text, "person-apps"));
    let factors = page.factors();
    if page.detail.is_none() {
        return 1;
    }
    if factors.is_empty() {
        let none = tr!(ctx.text, "person-no-apps");
        sheet.put(area, 1, s(none, ctx.theme.plain()));
        return 2;
    }
    let room = usize::from(area.height.saturating_sub(1 + ADVICE) / LINES).max(1);
    let shown = factors.len().min(room);
    let first = (page.marked + 1).saturating_sub(shown);
    let mut row = 1;
    for (index, factor) in factors.iter().enumerate().skip(first).take(shown) {
        let marked = index == page.marked;
        row = factor_rows(ctx, sheet, area, row, factor, marked);
    }
    more(ctx, sheet, area, row, factors.len() - shown)
}

/// What to advise, and what can be enrolled.
fn advice(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, row: u16, page: &PersonPage) {
    let row = row.min(area.height.saturating_sub(ADVICE)) + 1;
    let row = match advised(ctx, page) {
        Some((words, urgent)) => {
            let (mark, style) = if urgent {
                ("!", ctx.theme.warning())
            } else {
                ("·", ctx.theme.plain())
            };
            sheet.bullet(area, row, s(mark, style), &words, ctx.theme.plain())
        }
        None => row,
    };
    let choice = tr!(ctx.text, "person-choice");
    sheet.paragraph(area, row, &choice, ctx.theme.strong());
}

/// In words, and whether it is urgent.
fn advised(ctx: Ctx<'_>, page: &PersonPage) -> Option<(String, bool)> {
    let detail = page.detail.as_ref()?;
    let has_factor = detail.credentials.iter().any(|c| c.gone_at.is_none())
        || detail.factors.iter().any(|f| f.removed_at.is_none());
    if page.person.lacks_standby_key() && page.person.keys > 0 {
        Some((tr!(ctx.text, "person-advice-standby"), true))
    } else if !has_factor {
        Some((tr!(ctx.text, "person-no-factor"), true))
    } else if page.person.keys == 0 {
        Some((tr!(ctx.text, "person-advice-first"), false))
    } else {
        None
    }
}

fn credential_rows(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    area: Rect,
    row: u16,
    credential: &Credential,
) -> u16 {
    let t = ctx.text;
    let key = &credential.key;
    let firmware = key
        .firmware
        .map(crate::domain::key::firmware_text)
        .unwrap_or_default();
    let serial = key
        .id
        .serial
        .as_ref()
        .map(|serial| tr!(t, "person-serial", serial = serial.as_str()))
        .unwrap_or_default();
    let mark: Cell = match credential.gone_at {
        Some(_) => (2, "×".to_owned(), ctx.theme.warning()),
        None => (2, "✓".to_owned(), ctx.theme.good()),
    };
    let tested = match (credential.gone_at, credential.last_tested_at) {
        (Some(at), _) => tr!(t, "credential-gone", day = ctx.day(at)),
        (None, Some(at)) => tr!(t, "person-tested", day = ctx.day(at)),
        (None, None) => tr!(t, "person-never-tested"),
    };
    let name = format!("{} {firmware}", key.model);
    let wide = area.width.saturating_sub(2);
    sheet.cells(area, row, &[mark, (wide, name, ctx.theme.strong())]);
    let inside = inset_left(area);
    let enrolled = enrolled(ctx, credential.enrolled_at, credential.station.as_str());
    sheet.cells(
        inside,
        row + 1,
        &[(inside.width, enrolled, ctx.theme.plain())],
    );
    let last = [tested, serial].into_iter().filter(|part| !part.is_empty());
    let last = last.collect::<Vec<_>>().join(" · ");
    sheet.cells(inside, row + 2, &[(inside.width, last, ctx.theme.plain())]);
    row + LINES
}

/// When and where.
fn enrolled(ctx: Ctx<'_>, at: Timestamp, station: &str) -> String {
    let day = tr!(ctx.text, "person-enrolled", day = ctx.day(at));
    let here = ctx
        .model
        .home
        .as_ref()
        .and_then(|home| home.station_id.as_ref());
    let place = if here.is_some_and(|here| here.as_str() == station) {
        tr!(ctx.text, "factor-here")
    } else {
        tr!(ctx.text, "factor-at", station = station)
    };
    format!("{day} {place}")
}

fn factor_rows(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    area: Rect,
    row: u16,
    factor: &Factor,
    marked: bool,
) -> u16 {
    let (mark, style) = match (marked, factor.removed_at) {
        (true, _) => ("▸", ctx.theme.strong()),
        (false, Some(_)) => ("×", ctx.theme.warning()),
        (false, None) => ("✓", ctx.theme.good()),
    };
    let plain = ctx.theme.plain();
    let wide = area.width.saturating_sub(2);
    let name = ctx.text.factor(factor);
    sheet.cells(
        area,
        row,
        &[
            (2, mark.to_owned(), style),
            (wide, name, ctx.theme.strong()),
        ],
    );
    if marked {
        sheet.tint(area, row, ctx.theme.marked());
    }
    let inside = inset_left(area);
    let when = enrolled(ctx, factor.enrolled_at, factor.station.as_str());
    sheet.cells(inside, row + 1, &[(inside.width, when, plain)]);
    let last = super::app::last_seen(ctx, factor);
    sheet.cells(inside, row + 2, &[(inside.width, last, plain)]);
    row + LINES
}

/// The area behind the column of marks.
fn inset_left(area: Rect) -> Rect {
    Rect {
        x: area.x + area.width.min(2),
        width: area.width.saturating_sub(2),
        ..area
    }
}
