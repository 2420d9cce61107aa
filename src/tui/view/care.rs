//! Tests and other care: their lines in the checklist and their closing screens.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::sheet::{Sheet, s};
use super::{Ctx, bay};
use crate::domain::care::{Care, Oddity, StepOutcome, TestReport, TestVerdict, TestedStep};
use crate::domain::policy::Weight;
use crate::domain::{KeyFacts, PersonId};
use crate::text::tr;
use crate::workflow::dialogue::{CareResult, PushState};

/// Whether something unusual is worth a second look.
pub(super) fn warns(oddities: &[Oddity]) -> bool {
    oddities.iter().any(|o| o.weight() > Weight::Note)
}

/// The mark before a step of a test.
pub(super) fn mark(ctx: Ctx<'_>, tested: &TestedStep) -> (&'static str, Style) {
    match &tested.outcome {
        StepOutcome::Passed if tested.is_slow() => ("!", ctx.theme.warning()),
        StepOutcome::Passed => ("✓", ctx.theme.good()),
        StepOutcome::Skipped { .. } => ("·", ctx.theme.quiet()),
        StepOutcome::Failed { .. } => ("!", ctx.theme.danger()),
    }
}

/// A key signed for a person.
pub(super) fn works_for(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    body: Rect,
    size: u16,
    person: &PersonId,
    key: &KeyFacts,
    push: &PushState,
) {
    let t = ctx.text;
    let row = sheet.big(body, 0, &tr!(t, "done-big"), size) + 1;
    let name = ctx.model.name_of(person);
    let works = tr!(t, "works-for", person = name);
    let row = sheet.paragraph(body, row, &works, ctx.theme.strong());
    let row = sheet.paragraph(body, row, &bay::key_line(ctx, key), ctx.theme.quiet());
    let (mark, line) = match push {
        PushState::Accepted => (s("✓", ctx.theme.good()), tr!(t, "done-accepted")),
        PushState::Queued => (s("…", ctx.theme.strong()), tr!(t, "done-queued")),
        PushState::Conflict { detail } => (
            s("!", ctx.theme.warning()),
            tr!(t, "done-conflict", detail = detail.as_str()),
        ),
    };
    sheet.bullet(body, row + 1, mark, &line, ctx.theme.plain());
}

/// Something was done to a key.
pub(super) fn done(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    body: Rect,
    size: u16,
    key: &KeyFacts,
    result: &CareResult,
) {
    match result {
        CareResult::Done {
            care: Care::Tested { report },
        } => tested(ctx, sheet, body, size, key, report),
        CareResult::Done { .. } => {
            let row = sheet.big(body, 0, &tr!(ctx.text, "done-big"), size) + 1;
            sheet.paragraph(body, row, &bay::key_line(ctx, key), ctx.theme.quiet());
        }
    }
}

fn tested(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    body: Rect,
    size: u16,
    key: &KeyFacts,
    report: &TestReport,
) {
    let t = ctx.text;
    let verdict = report.verdict();
    let (big, style) = match verdict {
        TestVerdict::Fails => (tr!(t, "stopped-big"), ctx.theme.danger()),
        _ => (tr!(t, "done-big"), ctx.theme.strong()),
    };
    let row = sheet.big(body, 0, &big, size) + 1;
    let row = sheet.paragraph(body, row, &t.verdict(verdict), style);
    let mut row = sheet.paragraph(body, row, &bay::key_line(ctx, key), ctx.theme.quiet()) + 1;
    for step in &report.steps {
        let (mark, style) = mark(ctx, step);
        let line = format!("{:<14}{}", t.test_step(step.step), t.tested(step));
        row = sheet.bullet(body, row, s(mark, style), &line, ctx.theme.plain());
    }
}
