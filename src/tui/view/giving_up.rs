//! Giving something up: what is lost, by name, confirmed once by typing that name.

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::Ctx;
use super::chrome::{Who, frame, page_title, scale, who};
use super::sheet::{Sheet, s};
use crate::text::tr;
use crate::tui::model::{GivenUp, GivingUp};

pub(super) fn draw(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, giving_up: &GivingUp) {
    let t = ctx.text;
    let name = giving_up.name.as_str();
    let (page, big, how) = match giving_up.what {
        GivenUp::Enrolment(_) => (
            tr!(t, "outbox-title"),
            tr!(t, "withdraw-big"),
            tr!(t, "withdraw-how", name = name),
        ),
        GivenUp::EnrolmentWithoutKey(_) => (
            tr!(t, "outbox-title"),
            tr!(t, "withdraw-big"),
            tr!(t, "withdraw-without-key-how", name = name),
        ),
        GivenUp::Test(_) => (
            tr!(t, "outbox-title"),
            tr!(t, "withdraw-big"),
            tr!(t, "withdraw-test-how", name = name),
        ),
        GivenUp::Work(_) => (
            tr!(t, "unfinished-title"),
            tr!(t, "without-key-big"),
            tr!(t, "without-key-how", name = name),
        ),
    };
    let body = frame(ctx, sheet, area, page_title(ctx, Some(page)));
    let row = sheet.big(body, 1, &big, scale(area));
    let row = who(ctx, sheet, body, row + 1, Who::Operator, &how);
    let prompt = tr!(t, "give-up-type", name = name);
    let line = Line::from(vec![
        s(format!("{prompt}  "), ctx.theme.plain()),
        s(format!("{}▏", giving_up.line.as_str()), ctx.theme.strong()),
    ]);
    sheet.put(body, row + 1, line);
    if giving_up.wrong {
        let wrong = format!("! {}", tr!(t, "give-up-wrong"));
        sheet.put(body, row + 2, s(wrong, ctx.theme.warning()));
    }
}
