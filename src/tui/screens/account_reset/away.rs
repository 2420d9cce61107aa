//! What is asked about somebody who is not at a desk: the script of each way to identify them, and for how long the exception lasts.

pub mod scenes;

use ratatui::layout::Rect;

use crate::domain::Person;
use crate::domain::exception::EXCEPTION_DAYS_MAX;
use crate::domain::identification::AwayMeans;
use crate::text::tr;
use crate::tui::entry::Line;
use crate::tui::view::chrome::{Who, who};
use crate::tui::view::sheet::{Sheet, s};
use crate::tui::view::{Ctx, top};
use crate::wire::{AccountReset, Owned, Vouched};

/// A way that the agent goes, and whom they call.
pub(super) fn way(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    (panel, scale): (Rect, u16),
    (person, means, number, vouched): (&Person, AwayMeans, Option<&str>, Option<&Vouched>),
) {
    let t = ctx.text;
    let name = person.name.clone();
    let (big, first, second) = match means {
        AwayMeans::Video => (
            tr!(t, "away-video-big"),
            tr!(t, "away-video-1", person = name.clone()),
            tr!(t, "away-video-2"),
        ),
        AwayMeans::CallBack => (
            tr!(t, "away-call-big"),
            tr!(
                t,
                "away-call-1",
                number = number.unwrap_or("–"),
                person = name.clone()
            ),
            tr!(t, "away-call-2", person = name),
        ),
        AwayMeans::Vouching => return,
    };
    let mut row = sheet.big(panel, 1, &big, scale);
    if let Some(vouched) = vouched {
        let words = tr!(
            t,
            "away-vouched",
            by = vouched.by.clone(),
            at = ctx.time(vouched.at),
            reason = t.reset_reason(vouched.reason)
        );
        row = sheet.paragraph(panel, row, &words, ctx.theme.plain());
    }
    let row = who(ctx, sheet, panel, row + 1, Who::Operator, &first);
    let row = sheet.paragraph(panel, row, &second, ctx.theme.plain());
    let row = sheet.paragraph(panel, row, &tr!(t, "away-never"), ctx.theme.warning());
    sheet.paragraph(panel, row, &tr!(t, "away-refusal"), ctx.theme.quiet());
}

/// What goes now, and the number that is typed.
pub(super) fn except(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    (panel, scale): (Rect, u16),
    (reset, owned): (&AccountReset, &[Owned]),
    (line, wrong): (&Line, bool),
) {
    let t = ctx.text;
    let above = top(panel, panel.height.saturating_sub(TYPED_ROWS));
    let row = sheet.big(above, 1, &tr!(t, "away-except-big"), scale);
    let how = tr!(
        t,
        "away-except-how",
        person = reset.person.name.clone(),
        asked_by = reset.asker().to_owned(),
        released_by = reset.released_by.as_ref().map_or("–", |by| &by.name)
    );
    let mut row = who(ctx, sheet, above, row + 1, Who::Operator, &how);
    for owned in owned {
        let mark = s("×", ctx.theme.danger());
        row = sheet.bullet(above, row, mark, &t.owned(owned), ctx.theme.strong());
    }
    let prompt = tr!(
        t,
        "away-except-days",
        max = u32::from(EXCEPTION_DAYS_MAX),
        owner = reset.asker().to_owned()
    );
    let at = panel.height.saturating_sub(TYPED_ROWS);
    let prompt = format!("{prompt} {}▏", line.as_str());
    let below = sheet.paragraph(panel, at, &prompt, ctx.theme.strong());
    if wrong {
        let max = u32::from(EXCEPTION_DAYS_MAX);
        let words = tr!(t, "away-except-wrong", max = max);
        sheet.put(panel, below, s(format!("! {words}"), ctx.theme.warning()));
    }
}

/// Rows for what is typed.
const TYPED_ROWS: u16 = 3;
