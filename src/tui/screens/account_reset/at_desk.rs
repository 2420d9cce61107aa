//! What one of the people does about a reset at a desk: which one it is about, and whether they object.

pub mod scenes;

use ratatui::layout::Rect;

use super::view::numbered;
use crate::domain::Person;
use crate::text::tr;
use crate::tui::view::chrome::{Who, who};
use crate::tui::view::sheet::{Sheet, s};
use crate::tui::view::{Ctx, below};
use crate::wire::AccountReset;
use crate::workflow::dialogue::AccountResetJob;

/// Several wait.
pub(super) fn which(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    (panel, scale): (Rect, u16),
    (what, resets): (AccountResetJob, &[AccountReset]),
    marked: usize,
) {
    let t = ctx.text;
    let row = sheet.big(panel, 1, &tr!(t, "account-reset-which-big"), scale);
    let how = match what {
        AccountResetJob::Object => tr!(t, "account-reset-which-object"),
        AccountResetJob::Sign
        | AccountResetJob::Ask
        | AccountResetJob::Prepare
        | AccountResetJob::Release
        | AccountResetJob::CarryOut
        | AccountResetJob::AskAway
        | AccountResetJob::Except => tr!(t, "account-reset-which-sign"),
    };
    let row = who(ctx, sheet, panel, row + 1, Who::Operator, &how) + 1;
    let lines = resets.iter().map(|reset| t.reset_line(reset)).collect();
    numbered(ctx, sheet, below(panel, row), lines, marked);
}

/// They object, once, and nothing comes of it then.
pub(super) fn object(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    (panel, scale): (Rect, u16),
    (objector, reset): (&Person, &AccountReset),
) {
    let t = ctx.text;
    let row = sheet.big(panel, 1, &tr!(t, "account-reset-object-big"), scale);
    let name = objector.name.clone();
    let how = tr!(t, "account-reset-object-how", name = name);
    let row = who(ctx, sheet, panel, row + 1, Who::Operator, &how);
    let what = s("·", ctx.theme.strong());
    let row = sheet.bullet(panel, row, what, &t.reset_line(reset), ctx.theme.strong());
    let state = format!(
        "{}, {}",
        t.reset_state(reset.state),
        ctx.time(reset.asked_at)
    );
    let mark = s("·", ctx.theme.quiet());
    sheet.bullet(panel, row, mark, &state, ctx.theme.plain());
}
