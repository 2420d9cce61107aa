//! Home: the search, the people expected, the bay, and what must not be forgotten.

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::bay;
use super::chrome::{frame, page_title};
use super::sheet::{Cell, Sheet, s};
use super::{Ctx, below, columns, people, top};
use crate::domain::Person;
use crate::domain::change::EntryState;
use crate::station::face::HomeView;
use crate::text::tr;
use crate::tui::clean::{fit, width};

pub(super) fn draw(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    let body = frame(ctx, sheet, area, page_title(ctx, None));
    match body.width {
        ..110 => narrow(ctx, sheet, body),
        110..160 => {
            let [left, right] = columns(body, [body.width * 11 / 20, 0]);
            people_column(ctx, sheet, left);
            bay_column(ctx, sheet, right);
        }
        _ => {
            let [left, middle, right] =
                columns(body, [body.width * 7 / 20, body.width * 5 / 20, 0]);
            people_column(ctx, sheet, left);
            person_column(ctx, sheet, middle);
            bay_column(ctx, sheet, right);
        }
    }
}

fn narrow(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, body: Rect) {
    let alerts = alert_lines(ctx).len();
    let alerts = u16::try_from(alerts).unwrap_or_default();
    let slots = u16::try_from(ctx.model.bay.len())
        .unwrap_or(u16::MAX)
        .clamp(1, 7);
    let bay_rows = slots + 1;
    let list_rows = body.height.saturating_sub(bay_rows + alerts);
    find_and_list(ctx, sheet, top(body, list_rows));
    bay::strip(ctx, sheet, top(below(body, list_rows), bay_rows));
    alert_rows(ctx, sheet, below(body, list_rows + bay_rows));
}

fn people_column(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    let area = Rect {
        width: area.width.saturating_sub(2),
        ..area
    };
    let alerts = u16::try_from(alert_lines(ctx).len()).unwrap_or_default();
    find_and_list(ctx, sheet, top(area, area.height.saturating_sub(alerts)));
    alert_rows(ctx, sheet, below(area, area.height.saturating_sub(alerts)));
}

fn person_column(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    sheet.divider(area);
    let area = Rect {
        x: area.x + 2,
        width: area.width.saturating_sub(4),
        ..area
    };
    sheet.rule(area, 0, &tr!(ctx.text, "home-person"));
    if let Some(person) = ctx.model.marked_person() {
        people::facts(ctx, sheet, below(area, 1), person);
    }
}

fn bay_column(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    sheet.divider(area);
    let area = Rect {
        x: area.x + 2,
        width: area.width.saturating_sub(2),
        ..area
    };
    let slots = u16::try_from(ctx.model.bay.len())
        .unwrap_or(u16::MAX)
        .clamp(1, area.height / 2);
    bay::strip(ctx, sheet, top(area, slots + 1));
    history(ctx, sheet, below(area, slots + 2));
}

/// The last enrolments of this station.
pub(super) fn history(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    sheet.rule(area, 0, &tr!(ctx.text, "home-recent"));
    let Some(home) = &ctx.model.home else {
        return;
    };
    if home.recent.is_empty() {
        sheet.put(
            area,
            1,
            s(tr!(ctx.text, "home-recent-none"), ctx.theme.quiet()),
        );
    }
    for (row, recent) in (1..area.height).zip(&home.recent) {
        let (mark, style) = if recent.pushed {
            ("✓", ctx.theme.good())
        } else {
            ("…", ctx.theme.plain())
        };
        let plain = ctx.theme.plain();
        let cells: [Cell; 4] = [
            (7, ctx.time(recent.at), plain),
            (2, mark.to_owned(), style),
            (24, recent.person.clone(), plain),
            (24, recent.model.clone(), plain),
        ];
        sheet.cells(area, row, &cells);
    }
}

fn find_and_list(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    let find = &ctx.model.desk.find;
    let t = ctx.text;
    let label = s(format!("{} ▏", tr!(t, "home-find")), ctx.theme.strong());
    let typed = if find.line.is_empty() {
        s(tr!(t, "home-placeholder"), ctx.theme.quiet())
    } else {
        s(find.line.as_str().to_owned(), ctx.theme.strong())
    };
    sheet.put(area, 0, Line::from(vec![label, typed]));
    if find.line.is_empty() {
        expected_list(ctx, sheet, below(area, 1));
        return;
    }
    let count = match (find.waiting, find.more) {
        (true, _) => tr!(t, "home-searching"),
        (false, true) => tr!(t, "home-people-more", count = find.people.len()),
        (false, false) => tr!(t, "home-people", count = find.people.len()),
    };
    sheet.put_right(area, 0, s(count, ctx.theme.quiet()));
    if let Some(failed) = &find.failed {
        let words = t
            .notice(&failed.code)
            .unwrap_or_else(|| failed.detail.clone());
        sheet.paragraph(
            below(area, 1),
            0,
            &format!("! {words}"),
            ctx.theme.warning(),
        );
        return;
    }
    let strip = ctx
        .model
        .home
        .as_ref()
        .is_some_and(|home| !home.expected.is_empty());
    let rows = area.height.saturating_sub(2 + u16::from(strip));
    result_list(ctx, sheet, top(below(area, 1), rows));
    if let Some(person) = ctx.model.marked_person().filter(|_| area.width < 130) {
        let line = people::telling_apart(ctx, person);
        sheet.put(
            below(area, 1),
            rows,
            s(format!("    {line}"), ctx.theme.quiet()),
        );
    }
    if let Some(home) = ctx.model.home.as_ref().filter(|_| strip) {
        expected_strip(ctx, sheet, below(area, rows + 2), home);
    }
}

fn result_list(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    let people = &ctx.model.desk.find.people;
    let marked = ctx.model.desk.find.marked;
    let (first, shown) = bay::window(people.len(), usize::from(area.height), marked);
    for (row, (index, person)) in (0..).zip(people.iter().enumerate().skip(first).take(shown)) {
        person_row(ctx, sheet, area, row, person, None, index == marked);
    }
    more(ctx, sheet, area, people.len() - shown);
}

fn more(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, hidden: usize) {
    if hidden > 0 {
        let line = format!("  … {}", tr!(ctx.text, "more-below", count = hidden));
        sheet.put(
            area,
            area.height.saturating_sub(1),
            s(line, ctx.theme.quiet()),
        );
    }
}

/// One line a person: mark, perhaps a time, name, organisation, kind, factors, advice.
fn person_row(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    area: Rect,
    row: u16,
    person: &Person,
    time: Option<(String, bool)>,
    marked: bool,
) {
    let style = ctx.theme.plain();
    let mut cells: Vec<Cell> = vec![(
        2,
        if marked { "▸" } else { " " }.to_owned(),
        ctx.theme.strong(),
    )];
    let mut room = area.width.saturating_sub(2);
    if let Some((time, done)) = time {
        cells.push((6, time, style));
        cells.push((2, if done { "✓" } else { " " }.to_owned(), ctx.theme.good()));
        room = room.saturating_sub(8);
    }
    let factors = ctx.text.factors(person);
    let advice = person.lacks_standby_key() && person.keys > 0;
    let advised = format!("! {}", tr!(ctx.text, "no-standby"));
    let organisation = person
        .organisation
        .as_ref()
        .map_or("–", |o| o.name.as_str());
    let kind_columns = 15;
    let factor_columns = 22;
    let names = room.saturating_sub(kind_columns + factor_columns);
    let used = u16::try_from(width(&factors))
        .unwrap_or(u16::MAX)
        .saturating_add(2);
    cells.push((names / 2, person.name.clone(), ctx.theme.strong()));
    cells.push((names - names / 2, organisation.to_owned(), style));
    cells.push((kind_columns, ctx.text.kind(person.kind), style));
    if advice {
        cells.push((used, factors, style));
        cells.push((
            factor_columns.saturating_sub(used),
            advised,
            ctx.theme.warning(),
        ));
    } else {
        cells.push((factor_columns, factors, style));
    }
    sheet.cells(area, row, &cells);
    if marked {
        sheet.tint(area, row, ctx.theme.marked());
    }
}

fn expected_list(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    let Some(home) = &ctx.model.home else {
        sheet.put(area, 1, s(tr!(ctx.text, "home-loading"), ctx.theme.quiet()));
        return;
    };
    let mut title = tr!(ctx.text, "home-expected");
    if home.tickets > 0 {
        title.push_str(" · ");
        title.push_str(&tr!(ctx.text, "home-tickets", count = home.tickets));
    }
    sheet.put(area, 0, s(title, ctx.theme.quiet()));
    let rows = below(area, 1);
    if home.expected.is_empty() {
        sheet.put(
            rows,
            0,
            s(
                format!("  {}", tr!(ctx.text, "home-expected-none")),
                ctx.theme.quiet(),
            ),
        );
    }
    let marked = ctx.model.desk.find.marked;
    let (first, shown) = bay::window(home.expected.len(), usize::from(rows.height), marked);
    for (row, (index, expected)) in
        (0..).zip(home.expected.iter().enumerate().skip(first).take(shown))
    {
        let time = Some((ctx.time(expected.at), expected.done));
        person_row(
            ctx,
            sheet,
            rows,
            row,
            &expected.person,
            time,
            index == marked,
        );
    }
    more(ctx, sheet, rows, home.expected.len() - shown);
}

/// The day in one line while a search takes the list's place: done, next, later.
fn expected_strip(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, home: &HomeView) {
    let mut line = tr!(ctx.text, "home-expected");
    let mut named = false;
    for expected in &home.expected {
        line.push_str("   ");
        line.push_str(&ctx.time(expected.at));
        if expected.done {
            line.push_str(" ✓");
        } else if !std::mem::replace(&mut named, true) {
            line.push(' ');
            line.push_str(&expected.person.name);
        }
    }
    let line = fit(&line, usize::from(area.width));
    sheet.put(area, 0, s(line, ctx.theme.quiet()));
}

/// What must not be forgotten, with the key that leads to it.
fn alert_lines(ctx: Ctx<'_>) -> Vec<(String, &'static str)> {
    let Some(home) = &ctx.model.home else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    if let Some(oldest) = home.unfinished.first() {
        let at = ctx.time(oldest.intent.begun_at);
        let count = home.unfinished.len();
        let mut line = tr!(ctx.text, "home-unfinished", count = count, at = at);
        if count == 1 {
            line.push(' ');
            line.push_str(&ctx.text.stage(oldest.stage));
        }
        lines.push((line, "F6"));
    }
    let conflicts = home
        .outbox
        .iter()
        .filter(|e| matches!(e.state, EntryState::Conflict { .. }))
        .count();
    if conflicts > 0 {
        lines.push((tr!(ctx.text, "home-conflicts", count = conflicts), "F5"));
    }
    lines
}

fn alert_rows(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    for (row, (line, key)) in (0..).zip(alert_lines(ctx)) {
        sheet.put(area, row, s(format!("! {line}"), ctx.theme.warning()));
        sheet.put_right(area, row, s(key, ctx.theme.strong()));
    }
}
