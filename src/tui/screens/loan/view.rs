//! Questions about a key that is lent, and how a run about one ended.

use jiff::Timestamp;
use ratatui::layout::Rect;

use crate::domain::loan::DAYS_MAX;
use crate::domain::{KeyFacts, Person};
use crate::text::{act, tr};
use crate::tui::model::LoanAsking;
use crate::tui::screens::account_reset::view::{labelled, scrolled};
use crate::tui::screens::bay::view as bay;
use crate::tui::screens::run::closing;
use crate::tui::view::chrome::{Who, who};
use crate::tui::view::sheet::{Sheet, s};
use crate::tui::view::{Ctx, below};
use crate::wire::Seconds;
use crate::workflow::dialogue::PushState;

/// Rows from which there is room for block letters above what is read.
const ROOMY: u16 = 20;

pub(in crate::tui) fn ask(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    panel: Rect,
    scale: u16,
    asking: &LoanAsking,
) {
    let t = ctx.text;
    match asking {
        LoanAsking::Days { person, marked } => {
            let row = sheet.big(panel, 1, &tr!(t, "loan-days-big"), scale);
            let how = tr!(t, "loan-days-how", name = person.name.clone());
            let row = who(ctx, sheet, panel, row + 1, Who::Operator, &how);
            let choices: Vec<String> = (1..=DAYS_MAX)
                .map(|days| tr!(t, "loan-days", days = days))
                .collect();
            list(ctx, sheet, below(panel, row), (&choices, *marked));
        }
        LoanAsking::Second { seconds, marked } => {
            let row = sheet.big(panel, 1, &tr!(t, "loan-second-big"), scale);
            let how = tr!(t, "loan-second-how");
            let row = who(ctx, sheet, panel, row + 1, Who::Operator, &how);
            let names = names(ctx, seconds);
            list(ctx, sheet, below(panel, row), (&names, *marked));
        }
        LoanAsking::Sign { act, at } => {
            let row = match panel.height >= ROOMY {
                true => sheet.big(panel, 1, &tr!(t, "loan-sign-big"), scale) + 1,
                false => 0,
            };
            let (head, parts) = act::in_parts(t, act);
            let row = who(ctx, sheet, panel, row, Who::Operator, &head) + 1;
            let room = below(panel, row);
            let lines = labelled(ctx, room.width, parts);
            scrolled(ctx, sheet, room, lines, *at);
        }
    }
}

/// Members of staff first, then administrators, with what they are.
fn names(ctx: Ctx<'_>, seconds: &Seconds) -> Vec<String> {
    let t = ctx.text;
    let members = seconds
        .members
        .iter()
        .map(|member| format!("{} · {}", member.name, t.role(member.role)));
    let administrators = seconds
        .administrators
        .iter()
        .map(|who| format!("{} · {}", who.name, t.kind(who.kind)));
    members.chain(administrators).collect()
}

fn list(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, (choices, marked): (&[String], usize)) {
    let (first, shown) = bay::window(choices.len(), usize::from(area.height), marked);
    let lines = choices.iter().enumerate().skip(first).take(shown);
    for (row, (index, choice)) in (0..).zip(lines) {
        let mark = if index == marked { "▸" } else { " " };
        let words = format!("{mark} {} {choice}", index + 1);
        sheet.put(area, row, s(words, ctx.theme.strong()));
        if index == marked {
            sheet.tint(area, row, ctx.theme.marked());
        }
    }
}

/// Until when it is lent, and what the person must know.
pub(in crate::tui) fn done(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    body: Rect,
    size: u16,
    (person, key, until, push): (&Person, &KeyFacts, Timestamp, &PushState),
) {
    let t = ctx.text;
    let (big, mark) = closing::standing(ctx, push);
    let mut row = sheet.big(body, 0, &big, size) + 1;
    let (until, model) = (ended(ctx, until), bay::key_line(ctx, key));
    let lent = t.lent(&person.name, &model, until);
    let lent = t.made((&person.name, &model), push, lent);
    row = sheet.bullet(body, row, mark, &lent, ctx.theme.plain());
    if *push == PushState::Accepted {
        let tick = s("✓", ctx.theme.good());
        let told = tr!(t, "done-lent-told", name = person.name.clone());
        row = sheet.bullet(body, row, tick, &told, ctx.theme.plain());
    }
    row = closing::pushed_new(ctx, sheet, body, row, push) + 1;
    let mut facts = vec![tr!(t, "done-lent-know"), tr!(t, "done-lent-back")];
    facts.extend(t.must_know(key));
    closing::know(ctx, sheet, body, row, facts);
}

/// When a loan ends, as a screen writes it.
pub(in crate::tui) fn ended(ctx: Ctx<'_>, until: Timestamp) -> String {
    format!("{} {}", ctx.day(until), ctx.time(until))
}
