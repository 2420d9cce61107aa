//! Questions about factors that are lost, and how a run about one ended.

use ratatui::layout::Rect;

use crate::domain::Person;
use crate::domain::visit::{Suspended, SuspendedWhy};
use crate::text::tr;
use crate::tui::model::LossAsking;
use crate::tui::screens::{bay::view as bay, person::view as people, run::closing};
use crate::tui::view::chrome::{Who, who};
use crate::tui::view::sheet::{Cell, Sheet, s};
use crate::tui::view::{Ctx, below};
use crate::wire::Owned;
use crate::workflow::dialogue::{LossResult, PushState};

pub(in crate::tui) fn ask(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    panel: Rect,
    scale: u16,
    asking: &LossAsking,
) {
    match asking {
        LossAsking::Choose {
            owned,
            lifts,
            marked,
        } => choose(ctx, sheet, panel, scale, (owned, *lifts, *marked)),
        LossAsking::Suspend {
            owned,
            offered,
            is_last,
            is_offline,
            marked,
        } => {
            let t = ctx.text;
            let row = sheet.big(panel, 1, &tr!(t, "suspend-big"), scale);
            let how = tr!(t, "suspend-how", name = t.owned(owned));
            let row = who(ctx, sheet, panel, row + 1, Who::Operator, &how) + 1;
            let row = reasons(ctx, sheet, panel, row, (offered, *marked)) + 1;
            let warning = || s("!", ctx.theme.warning());
            let mut row = row;
            for (holds, words) in [
                (*is_last, tr!(t, "suspend-last")),
                (*is_offline, tr!(t, "suspend-offline")),
            ] {
                if holds {
                    row = sheet.bullet(panel, row, warning(), &words, ctx.theme.strong());
                }
            }
        }
    }
}

/// The reasons, and what each means; returns the row below.
fn reasons(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    panel: Rect,
    row: u16,
    (offered, marked): (&[SuspendedWhy], usize),
) -> u16 {
    let mut row = row;
    for (number, why) in offered.iter().enumerate() {
        let is_marked = number == marked;
        let mark = if is_marked { "▸" } else { " " };
        let word = ctx.text.why(*why);
        let cells: [Cell; 3] = [
            (2, mark.to_owned(), ctx.theme.strong()),
            (3, (number + 1).to_string(), ctx.theme.strong()),
            (panel.width.saturating_sub(5), word, ctx.theme.strong()),
        ];
        sheet.cells(panel, row, &cells);
        if is_marked {
            sheet.tint(panel, row, ctx.theme.marked());
        }
        let means = Rect {
            x: panel.x + 18.min(panel.width),
            width: panel.width.saturating_sub(18),
            ..panel
        };
        let style = match is_marked {
            true => ctx.theme.marked(),
            false => ctx.theme.plain(),
        };
        row = sheet.paragraph(means, row, &ctx.text.why_means(*why), style);
    }
    row
}

fn choose(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    panel: Rect,
    scale: u16,
    (owned, lifts, marked): (&[Owned], bool, usize),
) {
    let t = ctx.text;
    let row = sheet.big(panel, 1, &tr!(t, "choose-factor-big"), scale);
    let how = match lifts {
        true => tr!(t, "choose-owned-lift"),
        false => tr!(t, "choose-owned-suspend"),
    };
    let row = who(ctx, sheet, panel, row + 1, Who::Operator, &how) + 1;
    let list = below(panel, row);
    let (first, shown) = bay::window(owned.len(), usize::from(list.height), marked);
    for (row, (index, owned)) in (0..).zip(owned.iter().enumerate().skip(first).take(shown)) {
        let is_marked = index == marked;
        let (mark, style) = match is_marked {
            true => ("▸".to_owned(), ctx.theme.strong()),
            false => people::mark(ctx, owned),
        };
        let since = match owned.suspended() {
            Some(held) => suspended(ctx, owned, held),
            None => tr!(t, "person-enrolled", day = ctx.day(enrolled_at(owned))),
        };
        let cells: [Cell; 3] = [
            (2, mark, style),
            (36, t.owned(owned), ctx.theme.strong()),
            (list.width.saturating_sub(38), since, ctx.theme.plain()),
        ];
        sheet.cells(list, row, &cells);
        if is_marked {
            sheet.tint(list, row, ctx.theme.marked());
        }
    }
}

fn enrolled_at(owned: &Owned) -> jiff::Timestamp {
    match owned {
        Owned::Key(credential) => credential.enrolled_at,
        Owned::App(factor) => factor.enrolled_at,
    }
}

/// Since when, why, and what can be done about it.
pub(in crate::tui) fn suspended(ctx: Ctx<'_>, owned: &Owned, held: Suspended) -> String {
    let day = ctx.since(held.at);
    match held.why {
        SuspendedWhy::Lost if owned.is_lent() => ctx.text.suspended_lent(day),
        why => ctx.text.suspended(why, day, ctx.day(held.until())),
    }
}

/// What came of it, and what the person must know.
pub(in crate::tui) fn done(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    body: Rect,
    size: u16,
    (person, result): (&Person, &LossResult),
) {
    let t = ctx.text;
    let (big, mark, style) = match result {
        LossResult::Suspended {
            push: PushState::Queued,
            ..
        } => (tr!(t, "suspend-waits-big"), "…", ctx.theme.warning()),
        LossResult::Suspended {
            push: PushState::Conflict { .. },
            ..
        } => (tr!(t, "suspend-refused-big"), "!", ctx.theme.warning()),
        _ => (tr!(t, "done-big"), "✓", ctx.theme.good()),
    };
    let row = sheet.big(body, 0, &big, size) + 1;
    let words = t.loss_done(person, result);
    let row = sheet.bullet(body, row, s(mark, style), &words, ctx.theme.strong());
    let LossResult::Suspended {
        owned,
        why,
        is_last,
        push,
    } = result
    else {
        // Whoever lifted it by another document than the last time sees that it may have been mistyped, or is somebody else's.
        if let Some(before) = ctx
            .model
            .run()
            .and_then(|run| run.identified_before.as_ref())
        {
            let words = t.identified_before(before, ctx.day(before.at));
            let mark = s("!", ctx.theme.warning());
            sheet.bullet(body, row, mark, &words, ctx.theme.strong());
        }
        return;
    };
    let row = match push {
        PushState::Accepted | PushState::Waiting => {
            let told = tr!(t, "done-suspended-told");
            sheet.bullet(
                body,
                row,
                s("✓", ctx.theme.good()),
                &told,
                ctx.theme.plain(),
            )
        }
        PushState::Queued => row,
        PushState::Conflict { .. } => closing::pushed(ctx, sheet, body, row, push),
    };
    let now = Suspended {
        at: ctx.now.wall,
        why: *why,
    };
    let mut facts = vec![match why {
        SuspendedWhy::Lost if owned.is_lent() => tr!(t, "done-suspended-never"),
        SuspendedWhy::Lost => {
            tr!(t, "done-suspended-lift", until = ctx.day(now.until()))
        }
        SuspendedWhy::Stolen | SuspendedWhy::Suspected | SuspendedWhy::LoanOver => {
            tr!(t, "done-suspended-never")
        }
    }];
    if *is_last {
        facts.push(tr!(t, "done-suspended-lost-all"));
    }
    closing::know(ctx, sheet, body, row + 1, facts);
}
