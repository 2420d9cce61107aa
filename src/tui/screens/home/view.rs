//! Home: the search, the people expected, the bay, and what must not be forgotten.

use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::domain::Person;
use crate::domain::search::sought;
use crate::station::face::PeopleView;
use crate::text::tr;
use crate::tui::clean::{fit, width};
use crate::tui::keys::Key;
use crate::tui::screens::bay::view as bay;
use crate::tui::screens::person::view as people;
use crate::tui::screens::{OUTBOX, RESETS, UNFINISHED};
use crate::tui::view::chrome::{frame, page_title};
use crate::tui::view::sheet::{Cell, Sheet, s};
use crate::tui::view::{Ctx, below, columns, top};

pub(in crate::tui) fn draw(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    let body = frame(ctx, sheet, area, page_title(ctx, None));
    if body.width < 110 {
        return narrow(ctx, sheet, body);
    }
    let alerts = u16::try_from(alert_lines(ctx).len()).unwrap_or_default();
    let list_rows = (body.height - alerts) / 2;
    find_and_list(ctx, sheet, top(body, list_rows));
    alert_rows(ctx, sheet, below(body, list_rows));
    panels(ctx, sheet, below(body, list_rows + alerts));
}

/// Bay, person and history side by side, as many as the width allows.
fn panels(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    let [slots, person, past] = if area.width < 170 {
        columns(area, [area.width - 44, 44, 0])
    } else {
        columns(area, [80, (area.width - 80) / 2, 0])
    };
    bay::strip(ctx, sheet, gutter(slots));
    sheet.rule(gutter(person), 0, &tr!(ctx.text, "home-person"));
    if let Some(marked) = ctx.model.marked_person() {
        people::facts(ctx, sheet, below(gutter(person), 1), marked);
    }
    if past.width > 0 {
        history(ctx, sheet, past);
    }
}

/// The area without the gap to its right neighbour.
fn gutter(area: Rect) -> Rect {
    Rect {
        width: area.width.saturating_sub(2),
        ..area
    }
}

fn narrow(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, body: Rect) {
    let alerts = u16::try_from(alert_lines(ctx).len()).unwrap_or_default();
    let slots = u16::try_from(ctx.model.bay.len())
        .unwrap_or(u16::MAX)
        .clamp(1, 7);
    let bay_rows = slots + 1;
    let list_rows = body.height.saturating_sub(bay_rows + alerts);
    find_and_list(ctx, sheet, top(body, list_rows));
    bay::strip(ctx, sheet, top(below(body, list_rows), bay_rows));
    alert_rows(ctx, sheet, below(body, list_rows + bay_rows));
}

/// The last enrolments of this station.
pub(in crate::tui) fn history(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    sheet.rule(area, 0, &tr!(ctx.text, "home-recent"));
    let Some(home) = ctx.model.people() else {
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

/// From this many rows on, the people expected stay in sight while somebody is searched for.
const ROOMY: u16 = 16;

fn find_and_list(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    let find = &ctx.model.desk.find;
    let t = ctx.text;
    let typed = format!("{} {}▏", tr!(t, "home-find"), find.line.as_str());
    let mut line = vec![s(typed, ctx.theme.strong())];
    if find.line.is_empty() {
        line.push(s(tr!(t, "home-placeholder"), ctx.theme.quiet()));
    }
    sheet.put(area, 0, Line::from(line));
    if find.line.is_empty() {
        expected_list(ctx, sheet, below(area, 1), Some(find.marked));
        return;
    }
    let is_short = sought(find.line.as_str()).is_empty();
    let count = match (find.waiting, find.more) {
        _ if is_short => tr!(t, "home-people-short"),
        (true, _) => tr!(t, "home-searching"),
        (false, true) => tr!(t, "home-people-more", count = find.people.len()),
        (false, false) => tr!(t, "home-people", count = find.people.len()),
    };
    let count = match find.from_tickets && !find.waiting {
        true => s(
            format!("{} · {count}", tr!(t, "home-from-tickets")),
            ctx.theme.warning(),
        ),
        false => s(count, ctx.theme.quiet()),
    };
    sheet.put_right(area, 0, count);
    if let Some(failed) = &find.failed {
        let words = t.remark(failed);
        sheet.paragraph(
            below(area, 1),
            0,
            &format!("! {words}"),
            ctx.theme.warning(),
        );
        return;
    }
    if area.height >= ROOMY {
        let rows = area.height * 3 / 5;
        result_list(ctx, sheet, top(below(area, 1), rows - 1));
        expected_list(ctx, sheet, below(area, rows), None);
        return;
    }
    results_and_strip(ctx, sheet, area);
}

/// On a low screen: the results, what tells the marked one apart, and the day in one line.
fn results_and_strip(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    let strip = ctx
        .model
        .people()
        .is_some_and(|home| !home.expected.is_empty());
    let rows = area.height.saturating_sub(2 + u16::from(strip));
    result_list(ctx, sheet, top(below(area, 1), rows));
    if let Some(person) = ctx.model.marked_person().filter(|_| area.width < 110) {
        let line = people::telling_apart(ctx, person);
        sheet.put(
            below(area, 1),
            rows,
            s(format!("    {line}"), ctx.theme.quiet()),
        );
    }
    if let Some(home) = ctx.model.people().filter(|_| strip) {
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

/// Columns of what a person is.
const KIND: u16 = 15;

/// Columns of a person's factors and the advice beside them.
const FACTORS: u16 = 22;

fn factor_cells(ctx: Ctx<'_>, cells: &mut Vec<Cell>, person: &Person) {
    let factors = ctx.text.factors(person);
    if !person.lacks_standby_key() || person.keys == 0 {
        cells.push((FACTORS, factors, ctx.theme.plain()));
        return;
    }
    let used = u16::try_from(width(&factors))
        .unwrap_or(u16::MAX)
        .saturating_add(2)
        .min(FACTORS);
    cells.push((used, factors, ctx.theme.plain()));
    let advice = format!("! {}", tr!(ctx.text, "no-standby"));
    cells.push((FACTORS - used, advice, ctx.theme.warning()));
}

/// One line a person: mark, perhaps a time, name, organisation, kind, factors with advice and, where there is room, what
/// tells two of one name apart.
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
    let mark = if marked { "▸" } else { " " };
    let mut cells: Vec<Cell> = vec![(2, mark.to_owned(), ctx.theme.strong())];
    let mut room = area.width.saturating_sub(2);
    if let Some((time, done)) = time {
        let tick = if done { "✓" } else { " " };
        cells.push((6, time, style));
        cells.push((2, tick.to_owned(), ctx.theme.good()));
        room = room.saturating_sub(8);
    }
    let organisation = person
        .organisation
        .as_ref()
        .map_or("–", |o| o.name.as_str());
    let apart = match room.saturating_sub(74) {
        ..30 => 0,
        room => room.min(70),
    };
    let names = room.saturating_sub(KIND + FACTORS + apart);
    cells.push((names / 2, person.name.clone(), ctx.theme.strong()));
    cells.push((names - names / 2, organisation.to_owned(), style));
    cells.push((KIND, ctx.text.kind(person.kind), style));
    factor_cells(ctx, &mut cells, person);
    if apart > 0 {
        cells.push((apart, people::telling_apart(ctx, person), ctx.theme.quiet()));
    }
    sheet.cells(area, row, &cells);
    if marked {
        sheet.tint(area, row, ctx.theme.marked());
    }
}

fn expected_list(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, marked: Option<usize>) {
    let Some(home) = ctx.model.people() else {
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
    let (first, shown) = bay::window(
        home.expected.len(),
        usize::from(rows.height),
        marked.unwrap_or_default(),
    );
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
            marked == Some(index),
        );
    }
    more(ctx, sheet, rows, home.expected.len() - shown);
}

/// The day in one line while a search takes the list's place: done, next, later.
fn expected_strip(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, home: &PeopleView) {
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
fn alert_lines(ctx: Ctx<'_>) -> Vec<(String, Key)> {
    if ctx.model.people().is_none() {
        return Vec::new();
    }
    let mut lines = Vec::new();
    // Somebody stands at a desk and waits for it.
    lines.extend(to_release(ctx).map(|line| (line, RESETS.key)));
    // Of somebody who is not at a desk only once their time to object is over.
    let mut to_carry_out = ctx.model.to_carry_out();
    if let Some(reset) = to_carry_out.find(|reset| reset.ripe_at.is_none()) {
        let until = match reset.away {
            true => format!("{} {}", ctx.day(reset.until), ctx.time(reset.until)),
            false => ctx.time(reset.until),
        };
        let name = reset.person.name.clone();
        let line = tr!(ctx.text, "home-to-carry-out", name = name, until = until);
        lines.push((line, RESETS.key));
    }
    if let Some(reset) = ctx.model.refused_to_me(ctx.now.wall) {
        let name = reset.person.name.clone();
        let by = reset.ender().unwrap_or("–");
        let at = ctx.time(reset.ended_at.unwrap_or(reset.until));
        let line = tr!(ctx.text, "home-refused", name = name, by = by, at = at);
        lines.push((line, RESETS.key));
    }
    let overdue = ctx.model.overdue();
    if overdue > 0 {
        lines.push((tr!(ctx.text, "home-overdue", count = overdue), RESETS.key));
    }
    let unfinished = ctx.model.unfinished();
    if let Some(oldest) = unfinished.first() {
        let at = ctx.time(oldest.begun_at());
        let count = unfinished.len();
        let mut line = tr!(ctx.text, "home-unfinished", count = count, at = at);
        if count == 1 {
            line.push(' ');
            line.push_str(&ctx.text.stage(oldest));
        }
        lines.push((line, UNFINISHED.key));
    }
    let conflicts = ctx.model.home.as_ref().map_or(0, |home| home.conflicts);
    if conflicts > 0 {
        lines.push((
            tr!(ctx.text, "home-conflicts", count = conflicts),
            OUTBOX.key,
        ));
    }
    lines
}

/// The same in few words.
pub(in crate::tui) fn to_release_short(ctx: Ctx<'_>) -> Option<String> {
    let oldest = ctx.model.to_release().map(|reset| reset.asked_at).min()?;
    let count = ctx.model.to_release().count();
    Some(tr!(
        ctx.text,
        "home-to-release-short",
        count = count,
        age = ctx.waited(oldest)
    ))
}

/// How many resets wait for a release that whoever is signed in may give, and for how long.
pub(in crate::tui) fn to_release(ctx: Ctx<'_>) -> Option<String> {
    let oldest = ctx.model.to_release().map(|reset| reset.asked_at).min()?;
    let count = ctx.model.to_release().count();
    Some(tr!(
        ctx.text,
        "home-to-release",
        count = count,
        age = ctx.waited(oldest)
    ))
}

fn alert_rows(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    for (row, (line, key)) in (0..).zip(alert_lines(ctx)) {
        sheet.put(area, row, s(format!("! {line}"), ctx.theme.warning()));
        sheet.put_right(area, row, s(key.name(), ctx.theme.strong()));
    }
}
