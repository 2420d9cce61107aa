//! "My codes don't work", by phone: what to ask and what to say. Advice only: it changes nothing, and proves nobody.

use ratatui::crossterm::event::KeyCode;
use ratatui::layout::Rect;

use super::{BACK, PAGES, Screen, person};
use crate::text::tr;
use crate::tui::scenes::{Scene, Stage};
use crate::tui::view::Ctx;
use crate::tui::view::chrome::{frame, page_title};
use crate::tui::view::sheet::{Sheet, s};

pub(super) static SCREEN: Screen = Screen {
    after: &[BACK, PAGES],
    draw,
    waits: |_, t| Some(tr!(t, "waits-phone")),
    ..Screen::NOTHING
};

fn draw(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    let t = ctx.text;
    let title = page_title(ctx, Some(tr!(t, "phone-title")));
    let body = frame(ctx, sheet, area, title);
    let (plain, strong) = (ctx.theme.plain(), ctx.theme.strong());
    let mut row = sheet.paragraph(body, 0, &tr!(t, "phone-say"), strong) + 1;
    for (number, words) in [
        ("1", tr!(t, "phone-entry")),
        ("2", tr!(t, "phone-new-code")),
        ("3", tr!(t, "phone-clock")),
    ] {
        row = sheet.bullet(body, row, s(number, strong), &words, plain);
    }
    for (name, how) in [
        (tr!(t, "advice-android"), tr!(t, "advice-android-how")),
        (tr!(t, "advice-iphone"), tr!(t, "advice-iphone-how")),
    ] {
        row = sheet.bullet(
            body,
            row,
            s("  ·", strong),
            &format!("{name}: {how}"),
            plain,
        );
    }
    row = sheet.bullet(body, row, s("4", strong), &tr!(t, "phone-else"), plain);
    let mark = s("!", ctx.theme.warning());
    sheet.bullet(body, row + 1, mark, &tr!(t, "phone-proves"), plain);
}

/// Its scene.
pub static SCENES: &[Scene] = &[("phone", shown)];

fn shown(stage: &mut Stage) {
    person::opened(stage);
    stage.press(KeyCode::Char('p'));
}
