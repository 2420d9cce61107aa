//! The secret of an authenticator app: as a QR code as large as there is room for, or as text for somebody who can't scan,
//! beside the code that the app is to show.
//!
//! Invariant: nothing of the secret is drawn once its time on the screen is over, whatever the station has said by then.

use jiff::Timestamp;
use ratatui::layout::Rect;

use crate::text::tr;
use crate::tui::model::{Run, Shown};
use crate::tui::qr::{self, Look};
use crate::tui::screens::app::view::{code, wrong};
use crate::tui::screens::{person::view as people, run::view as run_view};
use crate::tui::view::chrome::{self, Who, frame, scale, who, who_above};
use crate::tui::view::sheet::{Sheet, s};
use crate::tui::view::{Ctx, below, columns, top};

/// Columns of the words beside the QR code, at least.
const WORDS: u16 = 33;

/// Below so many columns the name of who is to act has a line of its own.
const NARROW: u16 = 50;

/// Rows that the person takes, and those of the longest checklist.
const PERSON: u16 = 9;
const CHECKLIST: u16 = 14;

/// Columns between both.
const GAP: u16 = 2;

/// From this many rows on there is room for header and foot around the QR code.
const FRAMED: u16 = 28;

/// Seconds that a secret has left from which they are announced in colour.
const SHORT_S: i64 = 30;

pub(super) fn draw(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    let Some((run, shown)) = ctx.model.run().and_then(|run| Some((run, run.shown()?))) else {
        return;
    };
    if ctx.now.wall >= shown.until {
        let body = frame(ctx, sheet, area, run_view::title(ctx, run));
        let row = sheet.big(body, 1, &tr!(ctx.text, "wait-big"), scale(area));
        let what = tr!(ctx.text, "wait-secret-over");
        who(ctx, sheet, body, row + 1, Who::Station, &what);
    } else if shown.by_hand {
        let body = frame(ctx, sheet, area, run_view::title(ctx, run));
        by_hand(ctx, sheet, body, scale(area), shown);
    } else if area.height < FRAMED {
        // Every row is needed: the line of keys stays, the rest of the frame stands beside the code.
        chrome::keys(
            ctx,
            sheet,
            crate::tui::view::inset(area),
            area.height.saturating_sub(1),
        );
        let body = top(area, area.height.saturating_sub(1));
        scan(ctx, sheet, body, run, shown, 1);
    } else {
        let body = frame(ctx, sheet, area, run_view::title(ctx, run));
        scan(ctx, sheet, body, run, shown, scale(area));
    }
}

fn scan(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, body: Rect, run: &Run, shown: &Shown, size: u16) {
    let room = body.width.saturating_sub(WORDS + GAP);
    let fits = shown
        .picture
        .as_ref()
        .and_then(|picture| Some((picture, qr::scale(picture, room, body.height)?)));
    let Some((picture, fine)) = fits else {
        let row = sheet.paragraph(body, 0, &tr!(ctx.text, "scan-no-room"), ctx.theme.warning());
        return by_hand(ctx, sheet, below(body, row), 1, shown);
    };
    let look = Look {
        colour: ctx.theme.colour,
        inverted: shown.inverted,
    };
    sheet.qr(body, picture, fine, look);
    let (wide, _) = qr::size(picture, fine);
    let [_, words] = columns(body, [wide + GAP, 0]);
    let framed = body.y > 0;
    let row = if framed {
        0
    } else {
        heading(ctx, sheet, words, run)
    };
    let row = row + beside(ctx, sheet, below(words, row), size, shown);
    if framed {
        person(ctx, sheet, below(words, row + 2), run, shown);
    } else {
        chrome::says(ctx, sheet, words);
    }
}

/// What the header would say.
fn heading(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, words: Rect, run: &Run) -> u16 {
    let mut row = 0;
    if ctx.is_demo() {
        let badge = format!(" {} ", tr!(ctx.text, "demo-badge"));
        sheet.put_right(words, row, s(badge, ctx.theme.warning()));
    }
    for line in run_view::title_lines(ctx, run) {
        sheet.cells(
            words,
            row,
            &[(words.width, line.content.into_owned(), line.style)],
        );
        row += 1;
    }
    row + 1
}

/// What to do, the code, and how long there is; returns the rows used.
fn beside(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, words: Rect, size: u16, shown: &Shown) -> u16 {
    let t = ctx.text;
    let digits = shown.enrolment.settings().digits;
    let how = tr!(t, "scan-how", digits = digits);
    let row = if words.width < NARROW {
        // Beside the name there would be room for two words a line.
        who_above(ctx, sheet, words, 0, Who::Person, &how)
    } else {
        who(ctx, sheet, words, 0, Who::Person, &how)
    };
    let row = code(ctx, sheet, words, row + 1, size, &shown.code);
    let row = wrong(
        ctx,
        sheet,
        words,
        row,
        shown.wrong.as_ref(),
        shown.enrolment.account(),
    );
    time(ctx, sheet, words, row, shown.until)
}

fn time(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, row: u16, until: Timestamp) -> u16 {
    let style = if ctx.seconds_left(until) < SHORT_S {
        ctx.theme.warning()
    } else {
        ctx.theme.quiet()
    };
    let left = tr!(ctx.text, "scan-left", left = ctx.left(until));
    sheet.put(area, row, s(left, style));
    row + 1
}

/// Who sits there and what has been done, where there is room for it.
fn person(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, run: &Run, shown: &Shown) {
    if area.height < PERSON {
        return;
    }
    sheet.rule(area, 0, "");
    let row = people::facts(ctx, sheet, below(area, 1), &shown.person) + 2;
    if area.height > row + CHECKLIST {
        sheet.rule(area, row, "");
        run_view::checklist(ctx, sheet, below(area, row + 1), run);
    }
}

fn by_hand(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, body: Rect, size: u16, shown: &Shown) {
    let t = ctx.text;
    let app = &shown.enrolment;
    let settings = app.settings();
    let row = who(ctx, sheet, body, 0, Who::Person, &tr!(t, "hand-how")) + 1;
    let (quiet, strong) = (ctx.theme.quiet(), ctx.theme.strong());
    let name_columns = 10;
    let [names, values] = columns(below(body, row), [name_columns, 0]);
    sheet.put(names, 0, s(tr!(t, "hand-account"), quiet));
    sheet.put(values, 0, s(app.account().to_owned(), strong));
    sheet.put(names, 1, s(tr!(t, "hand-secret"), quiet));
    let secret = app.typed();
    let rows = sheet.groups(values, 1, &secret, strong, size);
    sheet.put(names, rows, s(tr!(t, "hand-type"), quiet));
    let kind = tr!(
        t,
        "hand-type-time",
        algorithm = settings.algorithm.as_str(),
        digits = settings.digits,
        period = settings.period_s
    );
    sheet.put(values, rows, s(kind, ctx.theme.plain()));
    let row = row + rows + 2;
    let then = tr!(t, "hand-then", digits = settings.digits);
    let row = sheet.paragraph(body, row, &then, strong) + 1;
    let row = code(ctx, sheet, body, row, size, &shown.code);
    let row = wrong(ctx, sheet, body, row, shown.wrong.as_ref(), app.account());
    time(ctx, sheet, body, row, shown.until);
}
