//! The questions of a run, each in the place of the step that asks it. A PIN has a screen of its own.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::domain::KeyFacts;
use crate::domain::identification::Document;
use crate::domain::policy::{Verdict, Weight};
use crate::text::{act, tr};
use crate::tui::clean::{fit, width};
use crate::tui::model::{Asking, Identify, Run};
use crate::tui::screens::bay::view as bay;
use crate::tui::screens::run::view::persons;
use crate::tui::view::chrome::{Who, who};
use crate::tui::view::sheet::{Cell, Sheet, s};
use crate::tui::view::{Ctx, below};
use crate::workflow::dialogue::Wanted;

pub(in crate::tui) fn draw(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    panel: Rect,
    scale: u16,
    run: &Run,
    asking: &Asking,
) {
    let t = ctx.text;
    match asking {
        Asking::Identify(identify) => identification(ctx, sheet, panel, scale, (run, identify)),
        Asking::ChooseKey { keys, .. } if keys.is_empty() => {
            let row = sheet.big(panel, 1, &tr!(t, "insert-big"), scale);
            let (whom, how) = match (run.answering_for(), &run.prover) {
                // They have just read what they sign, and read it again while they touch.
                (Some(act), _) if run.signing_reset().is_some() => {
                    let signer = act.signer.name.clone();
                    (Who::Operator, tr!(t, "insert-own", signer = signer))
                }
                (Some(act), _) => (Who::Operator, act::in_words(t, act)),
                (None, Some(name)) => (Who::Operator, tr!(t, "insert-proof", name = name.clone())),
                (None, None) => (persons(run), tr!(t, "insert-how")),
            };
            who(ctx, sheet, panel, row + 1, whom, &how);
        }
        Asking::ChooseKey { keys, marked } => {
            choice(ctx, sheet, panel, scale, run, (keys, *marked))
        }
        Asking::Admit { key, verdict } => admission(ctx, sheet, panel, scale, key, verdict),
        Asking::Retest { key } => {
            let row = sheet.big(panel, 1, &tr!(t, "retest-big"), scale);
            let row = who(
                ctx,
                sheet,
                panel,
                row + 1,
                Who::Operator,
                &tr!(t, "retest-how"),
            );
            sheet.put(panel, row + 1, bay::key_in_question(ctx, key));
        }
        Asking::TouchAgain { key } => {
            let row = sheet.big(panel, 1, &tr!(t, "touch-again-big"), scale);
            let row = who(
                ctx,
                sheet,
                panel,
                row + 1,
                persons(run),
                &tr!(t, "touch-again-how"),
            );
            sheet.put(panel, row + 1, bay::key_in_question(ctx, key));
        }
        Asking::App(asking) => {
            crate::tui::screens::app::view::ask(ctx, sheet, panel, scale, asking)
        }
        Asking::Loan(asking) => {
            crate::tui::screens::loan::view::ask(ctx, sheet, panel, scale, asking)
        }
        Asking::Loss(asking) => {
            crate::tui::screens::loss::view::ask(ctx, sheet, panel, scale, asking)
        }
        Asking::AccountReset(asking) => {
            crate::tui::screens::account_reset::view::ask(ctx, sheet, panel, scale, asking)
        }
        Asking::Reset(asking) => {
            crate::tui::screens::reset::view::ask(ctx, sheet, panel, scale, asking)
        }
        Asking::Care(asking) => {
            crate::tui::screens::care::view::ask(ctx, sheet, panel, scale, asking)
        }
        // Both turn the whole screen to the person; see `pin`.
        Asking::NewPin(_) | Asking::CurrentPin(_) => {}
    }
}

fn identification(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    panel: Rect,
    scale: u16,
    (run, identify): (&Run, &Identify),
) {
    let t = ctx.text;
    let person = &identify.person;
    let row = sheet.big(panel, 1, &tr!(t, "identify-big"), scale);
    let how = match &run.served_by {
        Some(other) => {
            // Two rows are all that there is.
            let (operator, station) = (fit(&other.operator, 24), fit(&other.station, 16));
            tr!(t, "identify-served", operator = operator, station = station)
        }
        None => tr!(t, "identify-how"),
    };
    let row = who(ctx, sheet, panel, row + 1, Who::Operator, &how) + 1;
    sheet.put(panel, row, s(person.name.clone(), ctx.theme.strong()));
    let organisation = person
        .organisation
        .as_ref()
        .map_or("–", |o| o.name.as_str());
    let belongs = format!("{organisation} · {}", t.kind(person.kind));
    sheet.put(panel, row + 1, s(belongs, ctx.theme.plain()));
    let apart = crate::tui::screens::person::view::telling_apart(ctx, person);
    sheet.put(panel, row + 2, s(apart, ctx.theme.quiet()));
    // What identifying them here ends takes one row more than how it is done.
    let row = row + 4 - u16::from(run.served_by.is_some());
    if identify.is_to_choose() {
        sheet.put(panel, row, s(tr!(t, "identify-method"), ctx.theme.plain()));
        for (number, method) in (1..).zip(&identify.methods) {
            let choice = vec![
                s(format!("  {number}"), ctx.theme.strong()),
                s(format!("  {}", t.method(method)), ctx.theme.plain()),
            ];
            sheet.put(panel, row + number, Line::from(choice));
        }
        return;
    }
    let Some(document) = identify.document else {
        sheet.put(panel, row, s(tr!(t, "identify-which"), ctx.theme.plain()));
        for (number, document) in (1..).zip(Document::ALL) {
            let choice = vec![
                s(format!("  {number}"), ctx.theme.strong()),
                s(format!("  {}", t.document(document)), ctx.theme.plain()),
            ];
            sheet.put(panel, row + number, Line::from(choice));
        }
        return;
    };
    let prompt = tr!(t, "identify-four", document = t.document(document));
    let typed = identify.last_four.as_str();
    sheet.typing(panel, row, width(&prompt) + 2 + typed.len());
    let blanks = "_".repeat(4usize.saturating_sub(typed.len()));
    sheet.put(
        panel,
        row,
        Line::from(vec![
            s(format!("{prompt}  "), ctx.theme.plain()),
            s(
                format!("{typed}{blanks}"),
                ctx.theme.marked().patch(ctx.theme.strong()),
            ),
        ]),
    );
    if identify.wrong {
        sheet.put(
            panel,
            row + 1,
            s(
                format!("! {}", tr!(t, "identify-wrong")),
                ctx.theme.warning(),
            ),
        );
    } else if typed.len() == 4 {
        let confirm = tr!(t, "identify-enter", name = person.name.as_str());
        sheet.put(panel, row + 1, s(confirm, ctx.theme.plain()));
    }
}

fn choice(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    panel: Rect,
    scale: u16,
    run: &Run,
    (keys, marked): (&[KeyFacts], usize),
) {
    let t = ctx.text;
    let row = sheet.big(panel, 1, &tr!(t, "choose-big"), scale);
    let how = match (run.answering_for(), &run.prover) {
        (Some(act), _) if run.signing_reset().is_some() => {
            tr!(t, "choose-own", signer = act.signer.name.clone())
        }
        (Some(act), _) => act::in_words(t, act),
        (None, Some(name)) => tr!(t, "choose-proof", name = name.clone()),
        (None, None) => tr!(t, "choose-how"),
    };
    let row = who(ctx, sheet, panel, row + 1, Who::Operator, &how) + 1;
    let list = below(panel, row);
    let (first, shown) = bay::window(
        keys.len(),
        usize::from(list.height.saturating_sub(1)),
        marked,
    );
    for (row, (index, key)) in (0..).zip(keys.iter().enumerate().skip(first).take(shown)) {
        let is_marked = index == marked;
        key_row(ctx, sheet, list, row, key, is_marked);
    }
    let hidden = keys.len() - shown;
    let foot = u16::try_from(shown).unwrap_or_default();
    if let Some(wanted) = &run.wanted {
        let line = match wanted {
            Wanted::Key(key) => tr!(t, "choose-wanted", model = bay::report_line(key)),
            Wanted::Of { name } => tr!(t, "choose-wanted-of", name = name.as_str()),
        };
        sheet.put(list, foot, s(format!("! {line}"), ctx.theme.warning()));
    } else if hidden > 0 {
        let line = format!("  … {}", tr!(t, "more-below", count = hidden));
        sheet.put(list, foot, s(line, ctx.theme.quiet()));
    } else if let Some(slot) = run.winked {
        sheet.put(
            list,
            foot,
            s(
                format!("● {}", tr!(t, "winking", slot = slot)),
                ctx.theme.strong(),
            ),
        );
    }
}

fn key_row(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    area: Rect,
    row: u16,
    key: &KeyFacts,
    marked: bool,
) {
    let plain = ctx.theme.plain();
    let serial = key.id.serial.clone().unwrap_or_default();
    let advisory = ctx.model.setup.models.is_advised_against(key);
    let advisory = if advisory {
        format!("! {}", tr!(ctx.text, "slot-advisory"))
    } else {
        String::new()
    };
    let cells: [Cell; 7] = [
        (
            2,
            if marked { "▸" } else { " " }.to_owned(),
            ctx.theme.strong(),
        ),
        (4, format!("{:>2}", key.slot), ctx.theme.strong()),
        (23, key.model.clone(), plain),
        (
            8,
            key.firmware_text().unwrap_or_else(|| "–".to_owned()),
            plain,
        ),
        (20, ctx.text.pin_state(key), plain),
        (12, advisory, ctx.theme.warning()),
        (12, serial, ctx.theme.quiet()),
    ];
    sheet.cells(area, row, &cells);
    if marked {
        sheet.tint(area, row, ctx.theme.marked());
    }
}

fn admission(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    panel: Rect,
    scale: u16,
    key: &KeyFacts,
    verdict: &Verdict,
) {
    let t = ctx.text;
    let big = if verdict.admits() {
        tr!(t, "admit-big")
    } else {
        tr!(t, "admit-refused-big")
    };
    let row = sheet.big(panel, 1, &big, scale);
    let how = if verdict.admits() {
        tr!(t, "admit-how")
    } else {
        tr!(t, "stop-key-refused-next")
    };
    let row = who(ctx, sheet, panel, row + 1, Who::Operator, &how);
    // Every finding is read, at the price of a pause.
    let row = row + u16::from(verdict.findings.len() < 4);
    sheet.put(panel, row, bay::key_in_question(ctx, key));
    findings(ctx, sheet, below(panel, row + 1), verdict);
}

/// Heaviest first, each with the mark of its weight.
pub(in crate::tui) fn findings(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    area: Rect,
    verdict: &Verdict,
) -> u16 {
    let mut row = 0;
    for finding in &verdict.findings {
        let (mark, style): (&str, Style) = match finding.weight() {
            Weight::Refusal => ("×", ctx.theme.danger()),
            Weight::Warning => ("!", ctx.theme.warning()),
            Weight::Note => ("✓", ctx.theme.good()),
        };
        let words = ctx.text.finding(finding);
        row = sheet.bullet(area, row, s(mark, style), &words, ctx.theme.plain());
    }
    row
}
