//! Questions about the reset of an account, and how a run about one ended.

use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::domain::Person;
use crate::domain::account_reset::ResetReason;
use crate::domain::act::Act;
use crate::text::{act, tr};
use crate::tui::model::AccountResetAsking;
use crate::tui::screens::run::closing;
use crate::tui::view::Ctx;
use crate::tui::view::chrome::{Who, who};
use crate::tui::view::sheet::{Cell, Sheet, s};
use crate::wire::{AccountReset, Owned, ResetFacts};
use crate::workflow::dialogue::AccountResetResult;

pub(in crate::tui) fn ask(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    panel: Rect,
    scale: u16,
    asking: &AccountResetAsking,
) {
    let t = ctx.text;
    match asking {
        AccountResetAsking::Why { marked } => {
            let row = sheet.big(panel, 1, &tr!(t, "account-reset-why-big"), scale);
            let how = tr!(t, "account-reset-why-how");
            let row = who(ctx, sheet, panel, row + 1, Who::Operator, &how) + 1;
            reasons(ctx, sheet, panel, row, *marked);
        }
        AccountResetAsking::Remark { reason, lines, at } => {
            let row = sheet.big(panel, 1, &tr!(t, "account-reset-why-big"), scale);
            let how = t.reset_reason(*reason);
            let mut row = who(ctx, sheet, panel, row + 1, Who::Operator, &how) + 1;
            let labels = [
                tr!(t, "account-reset-remark-label"),
                tr!(t, "account-reset-ticket-label"),
            ];
            for (nth, (label, line)) in labels.into_iter().zip(lines).enumerate() {
                let (cursor, style) = match nth == *at {
                    true => ("▏", ctx.theme.strong()),
                    false => ("", ctx.theme.plain()),
                };
                let spans = vec![
                    s(format!("{label:<16}"), ctx.theme.quiet()),
                    s(format!("{}{cursor}", line.as_str()), style),
                ];
                sheet.put(panel, row, Line::from(spans));
                row += 1;
            }
        }
        AccountResetAsking::Ask { act, facts } => {
            let big = tr!(t, "account-reset-ask-big");
            said(ctx, sheet, panel, scale, (&big, act, facts));
        }
        AccountResetAsking::Release {
            act,
            facts,
            line,
            wrong,
        } => {
            let big = tr!(t, "account-reset-release-big");
            let row = said(ctx, sheet, panel, scale, (&big, act, facts)) + 1;
            let prompt = tr!(t, "account-reset-last-name");
            let typed = Line::from(vec![
                s(format!("{prompt}  "), ctx.theme.plain()),
                s(format!("{}▏", line.as_str()), ctx.theme.strong()),
            ]);
            sheet.put(panel, row, typed);
            if *wrong {
                let wrong = format!("! {}", tr!(t, "account-reset-wrong-name"));
                sheet.put(panel, row + 1, s(wrong, ctx.theme.warning()));
            }
        }
        AccountResetAsking::CarryOut { reset, owned } => {
            carry_out(ctx, sheet, panel, scale, (reset, owned));
        }
    }
}

fn reasons(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, panel: Rect, row: u16, marked: usize) {
    for (row, (number, reason)) in (row..).zip(ResetReason::ALL.into_iter().enumerate()) {
        let is_marked = number == marked;
        let mark = if is_marked { "▸" } else { " " };
        let cells: [Cell; 3] = [
            (2, mark.to_owned(), ctx.theme.strong()),
            (3, (number + 1).to_string(), ctx.theme.strong()),
            (
                panel.width.saturating_sub(5),
                ctx.text.reset_reason(reason),
                ctx.theme.strong(),
            ),
        ];
        sheet.cells(panel, row, &cells);
        if is_marked {
            sheet.tint(panel, row, ctx.theme.marked());
        }
    }
}

/// What is signed, and what bears on it; returns the row below.
fn said(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    panel: Rect,
    scale: u16,
    (big, act, facts): (&str, &Act, &ResetFacts),
) -> u16 {
    let row = sheet.big(panel, 1, big, scale);
    let words = act::in_words(ctx.text, act);
    let mut row = who(ctx, sheet, panel, row + 1, Who::Operator, &words);
    for (is_warning, line) in ctx.text.reset_facts(facts, |at| ctx.day(at)) {
        let (mark, style) = match is_warning {
            true => ("!", ctx.theme.warning()),
            false => ("·", ctx.theme.quiet()),
        };
        row = sheet.bullet(panel, row, s(mark, style), &line, ctx.theme.plain());
    }
    row
}

fn carry_out(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    panel: Rect,
    scale: u16,
    (reset, owned): (&AccountReset, &[Owned]),
) {
    let t = ctx.text;
    let row = sheet.big(panel, 1, &tr!(t, "account-reset-carry-out-big"), scale);
    let how = tr!(
        t,
        "account-reset-carry-out-how",
        person = reset.person.name.clone(),
        asked_by = reset.asked_by.name.clone(),
        released_by = reset.released_by.as_ref().map_or("–", |by| &by.name)
    );
    let mut row = who(ctx, sheet, panel, row + 1, Who::Operator, &how);
    for owned in owned {
        let mark = s("×", ctx.theme.danger());
        row = sheet.bullet(panel, row, mark, &t.owned(owned), ctx.theme.strong());
    }
    if owned.is_empty() {
        let nothing = tr!(t, "account-reset-of-nothing");
        sheet.bullet(
            panel,
            row,
            s("·", ctx.theme.quiet()),
            &nothing,
            ctx.theme.plain(),
        );
    }
}

/// What came of it, and what is next.
pub(in crate::tui) fn done(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    body: Rect,
    size: u16,
    (person, result): (&Person, &AccountResetResult),
) {
    let t = ctx.text;
    let row = sheet.big(body, 0, &tr!(t, "done-big"), size) + 1;
    let mark = s("✓", ctx.theme.good());
    let words = t.account_reset_done(person, result);
    let row = sheet.bullet(body, row, mark, &words, ctx.theme.strong());
    let facts = match result {
        AccountResetResult::Asked { .. } => vec![tr!(t, "account-reset-asked-next")],
        AccountResetResult::Released { .. } => vec![tr!(t, "account-reset-released-next")],
        AccountResetResult::Refused { .. } => vec![tr!(t, "account-reset-refused-next")],
        AccountResetResult::CarriedOut { .. } => vec![tr!(t, "account-reset-done-next")],
    };
    closing::know(ctx, sheet, body, row + 1, facts);
}
