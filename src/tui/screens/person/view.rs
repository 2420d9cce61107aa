//! A person's page: who they are, their keys, and what to advise.

use jiff::Timestamp;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::resets::enrols;
use crate::domain::Person;
use crate::domain::account_reset::ResetState;
use crate::domain::authority::WhoMay;
use crate::domain::visit::{Had, Takes};
use crate::text::tr;
use crate::tui::clean::{fit, wrap};
use crate::tui::model::{Model, PersonPage};
use crate::tui::screens::person::Way;
use crate::tui::screens::{bay::view as bay, home::view as home, loan::view as loan};
use crate::tui::view::chrome::{frame, page_title};
use crate::tui::view::sheet::{Sheet, s};
use crate::tui::view::{Ctx, below, columns, top};
use crate::wire::{AccountReset, NoReset, Owned, PersonDetail, ResetException};

pub(in crate::tui) fn draw(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
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
        let row = match identified(ctx, page) {
            Some(words) => sheet.paragraph(body, row, &words, ctx.theme.plain()),
            None => row + 1,
        };
        let body = below(body, row);
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
    let left = Rect {
        width: left.width.saturating_sub(2),
        ..left
    };
    let row = facts(ctx, sheet, left, &page.person);
    if let Some(words) = identified(ctx, page) {
        sheet.paragraph(left, row + 1, &words, ctx.theme.plain());
    }
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
pub(in crate::tui) fn facts(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    area: Rect,
    person: &Person,
) -> u16 {
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

/// How they were identified for the visit that is open here, by whom and where: another operator may have passed it on.
fn identified(ctx: Ctx<'_>, page: &PersonPage) -> Option<String> {
    let visit = page.detail.as_ref()?.visit.as_ref()?;
    let identified = visit.identified.as_ref()?;
    Some(tr!(
        ctx.text,
        "person-identified",
        time = ctx.time(identified.check.at),
        how = ctx.text.identified(&identified.check.how),
        operator = fit(&identified.operator_name, 20),
        station = fit(&identified.station_name, 14)
    ))
}

/// E-mail, number and Chamber of Commerce number in one line, for two people of one name.
pub(in crate::tui) fn telling_apart(ctx: Ctx<'_>, person: &Person) -> String {
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
        Some(_) if page.keys().1.is_empty() => {
            let none = tr!(ctx.text, "person-no-credentials");
            sheet.put(area, 1, s(none, ctx.theme.plain()));
            2
        }
        Some(_) => list(ctx, sheet, area, page.keys(), page.at),
    }
}

/// Draws as many of them as fit, the marked one among them; returns the row below.
fn list(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    area: Rect,
    (number, owned): (usize, &[Owned]),
    marked: usize,
) -> u16 {
    let inside = inset_left(area);
    let texts: Vec<Vec<String>> = owned
        .iter()
        .map(|owned| lines(ctx, owned, inside.width))
        .collect();
    let heights: Vec<usize> = texts.iter().map(Vec::len).collect();
    let room = usize::from(area.height.saturating_sub(1 + ADVICE));
    let (first, shown) = match heights.iter().sum::<usize>() <= room {
        true => (0, heights.len()),
        // Less the row that says how many are not shown.
        false => fitting(&heights, room.saturating_sub(1), marked.checked_sub(number)),
    };
    let mut row = 1;
    for (index, (owned, text)) in owned.iter().zip(&texts).enumerate().skip(first).take(shown) {
        row = owned_rows(
            ctx,
            sheet,
            area,
            row,
            (owned, text),
            number + index == marked,
        );
    }
    more(ctx, sheet, area, row, owned.len() - shown)
}

/// How many fit into so many rows, at least one, and which is the first: the marked one is among them.
fn fitting(heights: &[usize], room: usize, marked: Option<usize>) -> (usize, usize) {
    let fit = |from: usize| {
        let mut left = room;
        let rest = heights.iter().skip(from);
        rest.take_while(|height| {
            let fits = **height <= left;
            left = left.saturating_sub(**height);
            fits
        })
        .count()
        .max(1)
    };
    let marked = marked.filter(|marked| *marked < heights.len()).unwrap_or(0);
    let first = (0..=marked)
        .find(|first| first + fit(*first) > marked)
        .unwrap_or(marked);
    (first, fit(first).min(heights.len().saturating_sub(first)))
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
    if page.detail.is_none() {
        return 1;
    }
    if page.apps().1.is_empty() {
        let none = tr!(ctx.text, "person-no-apps");
        sheet.put(area, 1, s(none, ctx.theme.plain()));
        return 2;
    }
    list(ctx, sheet, area, page.apps(), page.at)
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
    let choice = match Way::of(ctx.model) {
        Way::None if !enrols(ctx.model) => tr!(ctx.text, "person-choice-desk"),
        Way::None => tr!(ctx.text, "person-choice"),
        Way::Ask => tr!(ctx.text, "person-choice-ask"),
        Way::Prepare => tr!(ctx.text, "person-choice-prepare"),
        Way::CarryOut => tr!(ctx.text, "person-choice-carry-out"),
        Way::Again => tr!(ctx.text, "person-choice-again"),
        // Nothing can be enrolled until somebody else has done something.
        Way::InVain | Way::AgentAsks | Way::Waits => return,
    };
    sheet.paragraph(area, row, &choice, ctx.theme.strong());
}

/// In words, and whether it is urgent.
fn advised(ctx: Ctx<'_>, page: &PersonPage) -> Option<(String, bool)> {
    let detail = page.detail.as_ref()?;
    let person = &page.person;
    if let Some(reset) = detail.reset.as_ref().filter(|reset| reset.state.is_open()) {
        Some((open_reset(ctx, reset), true))
    } else if let Some(exception) = detail.exception.as_ref().filter(|one| one.is_pending()) {
        Some((excepted(ctx, exception), true))
    } else if let (Way::Again, Some(reset)) = (Way::of(ctx.model), &detail.reset) {
        let until = ctx.moment(reset.until);
        Some((tr!(ctx.text, "person-reset-again", until = until), true))
    } else if !detail.to_sign().is_empty() {
        let count = detail.to_sign().len();
        Some((tr!(ctx.text, "person-to-sign", count = count), true))
    } else if person.lacks_standby_key() && person.keys > 0 {
        Some((tr!(ctx.text, "person-advice-standby"), true))
    } else if page.owned.iter().any(Owned::is_valid) {
        let first = page.keys().1.is_empty();
        first.then(|| (tr!(ctx.text, "person-advice-first"), false))
    } else if !person.lost.all {
        Some((tr!(ctx.text, "person-no-factor"), true))
    } else if let Some(visit) = detail
        .visit
        .as_ref()
        .filter(|visit| visit.authority.is_some())
    {
        let until = ctx.time(visit.expires_at);
        Some((tr!(ctx.text, "person-lets", until = until), true))
    } else if let Some(why) = in_vain(ctx.model, detail) {
        Some((ctx.text.said(&why.code, &why.said), true))
    } else if let Some(reset) = ctx.model.refused_lately(&person.id, ctx.now.wall) {
        Some((refused(ctx, reset), true))
    } else {
        let may = ctx.text.they_may(&WhoMay::replaces(person.kind));
        let words = match Had::Lost.takes(person.kind) {
            Takes::Release => tr!(ctx.text, "person-lost-release", may = may),
            Takes::Identification | Takes::OwnFactor | Takes::Administrator => {
                tr!(ctx.text, "person-lost-administrator", may = may)
            }
        };
        Some((words, true))
    }
}

/// Why nothing is asked for here, where that would be refused.
fn in_vain<'a>(model: &Model, detail: &'a PersonDetail) -> Option<&'a NoReset> {
    let asks_nobody = matches!(Way::of(model), Way::InVain | Way::None);
    detail.no_reset.as_ref().filter(|_| asks_nobody)
}

/// That a reset was refused, and by whom.
fn refused(ctx: Ctx<'_>, reset: &AccountReset) -> String {
    let by = reset.ender().unwrap_or("–");
    let at = ctx.time(reset.ended_at.unwrap_or(reset.until));
    let refuser = reset.refused_by.as_ref().or(reset.ended_by.as_ref());
    let me = ctx.model.operator.as_ref().map(|me| &me.id);
    if me.is_some() && refuser.map(|by| &by.id) == me {
        return tr!(ctx.text, "person-refused-own", at = at);
    }
    tr!(ctx.text, "person-refused", by = by, at = at)
}

/// That the account waits for whoever is there, or that this is over.
fn excepted(ctx: Ctx<'_>, exception: &ResetException) -> String {
    let until = format!("{} {}", ctx.day(exception.until), ctx.time(exception.until));
    match exception.overdue {
        true => tr!(ctx.text, "person-exception-over", until = until),
        false => tr!(
            ctx.text,
            "person-exception",
            until = until,
            owner = exception.owner.name.clone()
        ),
    }
}

/// The reset of which something can still come.
fn open_reset(ctx: Ctx<'_>, reset: &AccountReset) -> String {
    let t = ctx.text;
    let (by, at) = (reset.asker().to_owned(), ctx.time(reset.asked_at));
    let until = ctx.time(reset.until);
    let me = ctx.model.operator.as_ref();
    if reset.state == ResetState::Prepared {
        return tr!(t, "person-reset-prepared", by = by, at = at, until = until);
    }
    match &reset.released_by {
        None if reset.administrator.is_some() => match reset.ripe_at {
            Some(ripe) => tr!(
                t,
                "person-reset-by-code",
                by = by,
                from = ctx.moment(ripe),
                until = ctx.moment(reset.until)
            ),
            None => tr!(
                t,
                "person-reset-asked-for",
                by = by,
                until = ctx.moment(reset.until)
            ),
        },
        Some(releaser) if me.is_some_and(|me| me.id == releaser.id) => {
            tr!(t, "person-reset-released-own", by = by, until = until)
        }
        Some(_) if reset.away => {
            let stamp = |at| format!("{} {}", ctx.day(at), ctx.time(at));
            let until = stamp(reset.until);
            match reset.ripe_at.map(stamp) {
                Some(from) => tr!(t, "person-reset-away", by = by, from = from, until = until),
                None => tr!(t, "person-reset-away-ripe", by = by, until = until),
            }
        }
        Some(releaser) => tr!(
            t,
            "person-reset-released",
            by = by,
            at = at,
            releaser = releaser.name.clone(),
            until = until
        ),
        None => tr!(t, "person-reset-asked", by = by, at = at, until = until),
    }
}

/// What is said of a factor beneath its name: since when it is there, and when it was last tested; or what became of it.
fn lines(ctx: Ctx<'_>, owned: &Owned, columns: u16) -> Vec<String> {
    let t = ctx.text;
    if let Some(held) = owned.suspended() {
        let words = crate::tui::screens::loss::view::suspended(ctx, owned, held);
        let mut lines = wrap(&words, usize::from(columns));
        lines.insert(0, name(ctx, owned));
        return lines;
    }
    if let Some(since) = owned.waiting_since() {
        let words = tr!(t, "waiting-since", day = ctx.since(since));
        let mut lines = wrap(&words, usize::from(columns));
        lines.insert(0, name(ctx, owned));
        return lines;
    }
    if let Some(until) = owned.lent_until() {
        let words = tr!(t, "lent-until", until = loan::ended(ctx, until));
        let mut lines = wrap(&words, usize::from(columns));
        lines.insert(0, name(ctx, owned));
        return lines;
    }
    let (since, last) = match owned {
        Owned::Key(credential) => {
            let tested = match (credential.gone_at, credential.last_tested_at) {
                (Some(at), _) => tr!(t, "credential-gone", day = ctx.since(at)),
                (None, Some(at)) => tr!(t, "person-tested", day = ctx.day(at)),
                (None, None) => tr!(t, "person-never-tested"),
            };
            let serial = credential.key.id.serial.as_ref();
            let serial = serial.map(|serial| tr!(t, "person-serial", serial = serial.as_str()));
            let last: Vec<String> = [tested].into_iter().chain(serial).collect();
            let since = enrolled(ctx, credential.enrolled_at, credential.station.as_str());
            (since, last.join(" · "))
        }
        Owned::App(factor) => (
            enrolled(ctx, factor.enrolled_at, factor.station.as_str()),
            crate::tui::screens::app::view::last_seen(ctx, factor),
        ),
    };
    vec![name(ctx, owned), since, last]
}

fn name(ctx: Ctx<'_>, owned: &Owned) -> String {
    match owned {
        Owned::App(factor) => ctx.text.factor(factor),
        Owned::Key(credential) => {
            let firmware = credential.key.firmware;
            let firmware = firmware.map(crate::domain::key::firmware_text);
            let (model, by) = credential.model(&ctx.model.setup.models);
            let by = by.map(|by| ctx.text.model_by(by));
            let parts = [Some(model.to_owned()), by, firmware];
            parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
        }
    }
}

/// The mark of a factor: whether it opens something.
pub(in crate::tui) fn mark(ctx: Ctx<'_>, owned: &Owned) -> (String, Style) {
    match (owned.is_gone(), owned.is_valid()) {
        (true, _) => ("×".to_owned(), ctx.theme.warning()),
        (false, false) if owned.waiting_since().is_some() => ("…".to_owned(), ctx.theme.strong()),
        (false, false) if owned.lent_until().is_some() => ("✓".to_owned(), ctx.theme.strong()),
        (false, true) => ("✓".to_owned(), ctx.theme.good()),
        (false, false) => ("!".to_owned(), ctx.theme.warning()),
    }
}

/// A factor's lines. The mark of its state stays beside the one that says that it is marked.
fn owned_rows(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    area: Rect,
    row: u16,
    (owned, text): (&Owned, &[String]),
    marked: bool,
) -> u16 {
    let (sign, style) = match marked {
        true => ("▸".to_owned(), ctx.theme.strong()),
        false => mark(ctx, owned),
    };
    let inside = inset_left(area);
    let mut row = row;
    for (index, line) in text.iter().enumerate() {
        let first = index == 0;
        let mut line = line.clone();
        if first {
            sheet.cells(area, row, &[(2, sign.clone(), style)]);
            if marked && !owned.is_valid() {
                line.insert_str(0, &format!("{} ", mark(ctx, owned).0));
            }
        }
        let style = match (first, owned.suspended()) {
            (true, _) => ctx.theme.strong(),
            (false, Some(_)) => ctx.theme.warning(),
            (false, None) => ctx.theme.plain(),
        };
        sheet.put(inside, row, s(fit(&line, usize::from(inside.width)), style));
        if first && marked {
            sheet.tint(area, row, ctx.theme.marked());
        }
        row += 1;
    }
    row
}

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

/// The area behind the column of marks.
fn inset_left(area: Rect) -> Rect {
    Rect {
        x: area.x + area.width.min(2),
        width: area.width.saturating_sub(2),
        ..area
    }
}
