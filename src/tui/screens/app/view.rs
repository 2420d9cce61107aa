//! Questions about authenticator apps and hardware tokens, the clock doctor's advice among them. The secret has a screen of
//! its own; see `scan`.

use ratatui::layout::Rect;
use ratatui::text::Line as TextLine;

use crate::domain::factor::{CodeVerdict, FactorKind};
use crate::text::tr;
use crate::tui::clean::width;
use crate::tui::entry::Line;
use crate::tui::model::{AppAsking, CodeLine, Pick};
use crate::tui::screens::bay::view as bay;
use crate::tui::view::chrome::{Who, who};
use crate::tui::view::sheet::{Cell, Sheet, s};
use crate::tui::view::{Ctx, below};
use crate::wire::Factor;
use crate::workflow::dialogue::{CodeOf, Purpose, StationClock, Theirs};

/// So many rows of a panel are scarce.
const LOW: u16 = 20;

pub(in crate::tui) fn ask(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    panel: Rect,
    scale: u16,
    asking: &AppAsking,
) {
    let t = ctx.text;
    match asking {
        AppAsking::Name { suggested, line } => {
            let how = tr!(t, "app-name-how", suggested = suggested.as_str());
            let title = tr!(t, "app-name-big");
            let row = asked(ctx, sheet, panel, scale, (Who::Operator, &title, &how));
            typed(ctx, sheet, panel, row, &tr!(t, "app-name-line"), line);
        }
        // On the screen for the secret alone; see `scan`.
        AppAsking::Secret(_) => {}
        AppAsking::ShowAgain => {
            let (title, how) = (tr!(t, "show-again-big"), tr!(t, "show-again-how"));
            asked(ctx, sheet, panel, scale, (Who::Operator, &title, &how));
        }
        AppAsking::Code {
            of,
            next,
            wrong: before,
            code: line,
        } => {
            let (title, how) = code_wanted(ctx, of, *next, line);
            let row = asked(ctx, sheet, panel, scale, (Who::Person, &title, &how));
            let row = code(ctx, sheet, panel, row + 1, scale, line);
            wrong(ctx, sheet, panel, row, before.as_ref(), &name(ctx, of));
        }
        AppAsking::Advice {
            of,
            verdict,
            station_clock,
        } => advice(ctx, sheet, panel, scale, (of, verdict, *station_clock)),
        AppAsking::Choose {
            purpose,
            factors,
            with_key,
            marked,
        } => choose(
            ctx,
            sheet,
            panel,
            scale,
            *purpose,
            (factors, *marked, *with_key),
        ),
        AppAsking::Pick {
            pick,
            lines,
            marked,
        } => picked(ctx, sheet, panel, scale, pick, (lines, *marked)),
        AppAsking::Theirs { factors, denied } => {
            theirs(ctx, sheet, panel, scale, (factors, *denied));
        }
        AppAsking::Remove { factor, left } => remove(ctx, sheet, panel, scale, factor, left),
        AppAsking::Serial { line, wrong } => {
            let (title, how) = (tr!(t, "token-serial-big"), tr!(t, "token-serial-how"));
            let row = asked(ctx, sheet, panel, scale, (Who::Operator, &title, &how));
            let row = typed(ctx, sheet, panel, row, &tr!(t, "token-serial-line"), line);
            if *wrong {
                let words = format!("! {}", tr!(t, "token-serial-wrong"));
                sheet.put(panel, row, s(words, ctx.theme.warning()));
            }
        }
    }
}

/// What is asked in large letters, of whom, and how; returns the row below.
fn asked(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    panel: Rect,
    scale: u16,
    (whose, title, how): (Who, &str, &str),
) -> u16 {
    let row = sheet.big(panel, 1, title, scale);
    who(ctx, sheet, panel, row + 1, whose, how)
}

fn typed(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    panel: Rect,
    row: u16,
    label: &str,
    line: &Line,
) -> u16 {
    sheet.typing(panel, row + 1, width(label) + 2 + width(line.as_str()));
    let line = TextLine::from(vec![
        s(format!("{label}  "), ctx.theme.plain()),
        s(format!("{}_", line.as_str()), ctx.theme.marked()),
    ]);
    sheet.put(panel, row + 1, line);
    row + 2
}

/// The digits as large as fits, with a line beneath each that is still to come; returns the row below.
pub(in crate::tui) fn code(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    area: Rect,
    row: u16,
    scale: u16,
    line: &CodeLine,
) -> u16 {
    let row = sheet.code(area, row, line.as_str(), line.places(), scale) + 1;
    if line.early {
        let words = format!("! {}", tr!(ctx.text, "code-form"));
        sheet.paragraph(area, row, &words, ctx.theme.warning())
    } else if line.wanted().is_none() {
        sheet.paragraph(area, row, &tr!(ctx.text, "code-enter"), ctx.theme.quiet())
    } else {
        row
    }
}

/// What the last code came to; returns the row below.
pub(in crate::tui) fn wrong(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    area: Rect,
    row: u16,
    verdict: Option<&CodeVerdict>,
    account: &str,
) -> u16 {
    match verdict.and_then(|verdict| ctx.text.wrong_code(verdict, account)) {
        Some(words) => sheet.bullet(
            area,
            row,
            s("!", ctx.theme.warning()),
            &words,
            ctx.theme.strong(),
        ),
        None => row,
    }
}

fn name(ctx: Ctx<'_>, of: &CodeOf) -> String {
    match of {
        CodeOf::Factor { factor } => ctx.text.factor(factor),
        CodeOf::NewApp { name, .. } => name.clone(),
        CodeOf::Token { serial } => tr!(ctx.text, "factor-token", serial = serial.as_str()),
    }
}

fn code_wanted(ctx: Ctx<'_>, of: &CodeOf, next: bool, line: &CodeLine) -> (String, String) {
    let t = ctx.text;
    if next {
        return (tr!(t, "next-code-big"), tr!(t, "next-code-how"));
    }
    let how = match of {
        CodeOf::NewApp { name, .. } => tr!(
            t,
            "code-new-how",
            digits = line.places(),
            name = name.as_str()
        ),
        CodeOf::Token { serial } => tr!(t, "code-token-how", serial = serial.as_str()),
        CodeOf::Factor { factor } => match &factor.kind {
            FactorKind::App => tr!(t, "code-factor-how", name = t.factor(factor)),
            FactorKind::Token { serial } => tr!(t, "code-token-how", serial = serial.as_str()),
        },
    };
    (tr!(t, "totp-code-big"), how)
}

fn advice(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    panel: Rect,
    scale: u16,
    (of, verdict, station_clock): (&CodeOf, &CodeVerdict, StationClock),
) {
    let t = ctx.text;
    let (title, what) = match verdict {
        CodeVerdict::Clock { fast_s } => {
            let offset = t.offset(*fast_s);
            let what = if *fast_s > 0 {
                tr!(t, "advice-clock-fast", offset = offset)
            } else {
                tr!(t, "advice-clock-slow", offset = offset)
            };
            (tr!(t, "advice-clock-big"), what)
        }
        CodeVerdict::OtherFactor {
            name, enrolled_at, ..
        } => {
            let day = ctx.day(*enrolled_at);
            let what = tr!(t, "advice-other", name = name.as_str(), day = day);
            (tr!(t, "advice-other-big"), what)
        }
        CodeVerdict::Misread => (tr!(t, "advice-misread-big"), tr!(t, "advice-misread")),
        CodeVerdict::Used => (tr!(t, "advice-used-big"), tr!(t, "advice-used")),
        CodeVerdict::NextNeeded | CodeVerdict::NoMatch | CodeVerdict::Right { .. } => {
            (tr!(t, "advice-none-big"), tr!(t, "advice-none"))
        }
    };
    let row = sheet.big(panel, 0, &title, scale);
    // Before the phone is blamed: it may be the station that is wrong.
    let mut row = row + 1;
    let mut gap = 1;
    if let Some(words) = t.station_clock(station_clock) {
        // On a low screen it takes the rows that would set the rest apart.
        gap = u16::from(panel.height > LOW);
        let warning = s("!", ctx.theme.warning());
        row = sheet.bullet(panel, row, warning, &words, ctx.theme.strong()) + gap;
    }
    let mut row = who(ctx, sheet, panel, row, Who::Person, &what) + gap;
    for (mark, line) in remedies(ctx, of, verdict) {
        let mark = s(mark, ctx.theme.strong());
        row = sheet.bullet(panel, row, mark, &line, ctx.theme.plain());
    }
    sheet.paragraph(panel, row + gap, &tr!(t, "advice-then"), ctx.theme.plain());
}

/// What helps, each with the word or mark before it.
fn remedies(ctx: Ctx<'_>, of: &CodeOf, verdict: &CodeVerdict) -> Vec<(String, String)> {
    let t = ctx.text;
    let point = |words: String| ("·".to_owned(), words);
    match verdict {
        CodeVerdict::Clock { .. } => vec![
            (tr!(t, "advice-android"), tr!(t, "advice-android-how")),
            (
                format!(
                    "{:<1$}",
                    tr!(t, "advice-iphone"),
                    tr!(t, "advice-android").len()
                ),
                tr!(t, "advice-iphone-how"),
            ),
        ],
        CodeVerdict::OtherFactor { removed: true, .. } => vec![
            point(tr!(t, "advice-other-removed")),
            point(tr!(t, "advice-other-next")),
        ],
        CodeVerdict::OtherFactor { .. } => vec![point(tr!(t, "advice-other-next"))],
        CodeVerdict::NoMatch | CodeVerdict::NextNeeded => vec![point(match of {
            CodeOf::NewApp { .. } => tr!(t, "advice-none-new"),
            CodeOf::Factor { .. } | CodeOf::Token { .. } => tr!(t, "advice-none-known"),
        })],
        CodeVerdict::Misread | CodeVerdict::Used | CodeVerdict::Right { .. } => Vec::new(),
    }
}

fn choose(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    panel: Rect,
    scale: u16,
    purpose: Purpose,
    (factors, marked, with_key): (&[Factor], usize, bool),
) {
    let t = ctx.text;
    let title = tr!(t, "choose-factor-big");
    let how = t.choose_factor(purpose);
    let row = asked(ctx, sheet, panel, scale, (Who::Operator, &title, &how)) + 1;
    let list = below(panel, row);
    if factors.is_empty() {
        sheet.put(list, 0, s(tr!(t, "choose-factor-none"), ctx.theme.plain()));
    }
    let (first, shown) = bay::window(
        factors.len(),
        usize::from(list.height.saturating_sub(2)),
        marked,
    );
    let mut row = 0;
    for (index, factor) in factors.iter().enumerate().skip(first).take(shown) {
        factor_row(ctx, sheet, list, row, factor, index == marked);
        row += 1;
    }
    if with_key {
        let words = vec![
            s("  k  ", ctx.theme.strong()),
            s(tr!(t, "choose-factor-key"), ctx.theme.plain()),
        ];
        sheet.put(list, row, TextLine::from(words));
    }
}

fn theirs(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    panel: Rect,
    scale: u16,
    (factors, denied): (&[Theirs], bool),
) {
    let t = ctx.text;
    let (title, how) = (tr!(t, "theirs-big"), tr!(t, "theirs-how"));
    let row = asked(ctx, sheet, panel, scale, (Who::Person, &title, &how)) + 1;
    let mut row = row;
    if factors.is_empty() {
        sheet.put(panel, row, s(tr!(t, "theirs-none"), ctx.theme.plain()));
    }
    for factor in factors {
        let (mark, words) = match factor.suspended {
            None => (s("·", ctx.theme.strong()), factor.name.clone()),
            Some(why) => {
                let (name, why) = (factor.name.as_str(), t.why(why));
                let words = tr!(t, "theirs-suspended", name = name, why = why);
                (s("!", ctx.theme.warning()), words)
            }
        };
        row = sheet.bullet(panel, row, mark, &words, ctx.theme.plain());
    }
    if denied {
        let mark = s("!", ctx.theme.danger());
        let words = tr!(t, "theirs-denied");
        sheet.bullet(panel, row + 1, mark, &words, ctx.theme.danger());
    }
}

fn picked(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    panel: Rect,
    scale: u16,
    pick: &Pick,
    (lines, marked): (&[String], usize),
) {
    let t = ctx.text;
    let (title, how) = match pick {
        Pick::Administrator { person, .. } => (
            tr!(t, "pick-administrator-big"),
            tr!(t, "pick-administrator-how", name = person.as_str()),
        ),
        Pick::Waiting { person } => (
            tr!(t, "pick-waiting-big"),
            tr!(t, "pick-waiting-how", name = person.as_str()),
        ),
    };
    let row = asked(ctx, sheet, panel, scale, (Who::Operator, &title, &how)) + 1;
    let list = below(panel, row);
    let room = usize::from(list.height.saturating_sub(1));
    let (first, shown) = bay::window(lines.len(), room, marked);
    for (row, (index, line)) in (0..).zip(lines.iter().enumerate().skip(first).take(shown)) {
        let (mark, style) = match index == marked {
            true => ("▸", ctx.theme.strong()),
            false => (" ", ctx.theme.plain()),
        };
        sheet.put(list, row, s(format!("  {mark} {line}"), style));
    }
}

/// A factor in one line: its name, since when, and when it was last tested.
pub(in crate::tui) fn factor_row(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    area: Rect,
    row: u16,
    factor: &Factor,
    marked: bool,
) {
    let t = ctx.text;
    let (mark, style) = match (marked, factor.removed_at) {
        (true, _) => ("▸", ctx.theme.strong()),
        (false, Some(_)) => ("×", ctx.theme.warning()),
        (false, None) => ("✓", ctx.theme.good()),
    };
    let plain = ctx.theme.plain();
    let cells: [Cell; 4] = [
        (2, mark.to_owned(), style),
        (30, t.factor(factor), ctx.theme.strong()),
        (
            22,
            tr!(t, "person-enrolled", day = ctx.day(factor.enrolled_at)),
            plain,
        ),
        (24, last_seen(ctx, factor), plain),
    ];
    sheet.cells(area, row, &cells);
    if marked {
        sheet.tint(area, row, ctx.theme.marked());
    }
}

/// When it was last tested, or when it was removed.
pub(in crate::tui) fn last_seen(ctx: Ctx<'_>, factor: &Factor) -> String {
    match (factor.removed_at, factor.last_tested_at) {
        (Some(at), _) => tr!(ctx.text, "factor-removed", day = ctx.since(at)),
        (None, Some(at)) => tr!(ctx.text, "person-tested", day = ctx.day(at)),
        (None, None) => tr!(ctx.text, "person-never-tested"),
    }
}

fn remove(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    panel: Rect,
    scale: u16,
    factor: &Factor,
    left: &[Factor],
) {
    let t = ctx.text;
    let title = tr!(t, "remove-factor-big");
    let how = tr!(t, "remove-factor-how", name = t.factor(factor));
    let row = asked(ctx, sheet, panel, scale, (Who::Operator, &title, &how)) + 1;
    let names: Vec<String> = left.iter().map(|factor| t.factor(factor)).collect();
    let words = if names.is_empty() {
        tr!(t, "remove-factor-keys")
    } else {
        tr!(t, "remove-factor-left", names = names.join(", "))
    };
    sheet.bullet(
        panel,
        row,
        s("·", ctx.theme.strong()),
        &words,
        ctx.theme.plain(),
    );
}
