//! Tests and other care: their lines in the checklist and their closing screens.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::domain::care::{Care, Oddity, StepOutcome, TestReport, TestVerdict, TestedStep};
use crate::domain::policy::Weight;
use crate::domain::returned::{IsIt, Returned};
use crate::domain::{KeyFacts, PersonId};
use crate::text::tr;
use crate::tui::entry::Line as NameLine;
use crate::tui::model::{CareAsking, Finger};
use crate::tui::screens::bay::view as bay;
use crate::tui::screens::care::HandedPin;
use crate::tui::view::chrome::{Who, who};
use crate::tui::view::sheet::{Sheet, s};
use crate::tui::view::{Ctx, below};
use crate::workflow::Stake;
use crate::workflow::dialogue::{CareResult, HeldCredential, PushState, Removal};

/// Whether something unusual is worth a second look.
pub(in crate::tui) fn warns(oddities: &[Oddity]) -> bool {
    oddities.iter().any(|o| o.weight() > Weight::Note)
}

/// The mark before a step of a test.
pub(in crate::tui) fn mark(ctx: Ctx<'_>, tested: &TestedStep) -> (&'static str, Style) {
    match &tested.outcome {
        StepOutcome::Passed if tested.is_slow() => ("!", ctx.theme.warning()),
        StepOutcome::Passed => ("✓", ctx.theme.good()),
        StepOutcome::Skipped { .. } => ("·", ctx.theme.quiet()),
        StepOutcome::Failed { .. } => ("!", ctx.theme.danger()),
    }
}

/// A key signed for a person.
pub(in crate::tui) fn works_for(
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
        PushState::Accepted | PushState::Waiting => {
            (s("✓", ctx.theme.good()), tr!(t, "done-accepted"))
        }
        PushState::Queued => (s("…", ctx.theme.strong()), tr!(t, "done-queued")),
        PushState::Conflict { code, detail } => (
            s("!", ctx.theme.warning()),
            tr!(t, "done-conflict", detail = t.said(code, detail)),
        ),
    };
    sheet.bullet(body, row + 1, mark, &line, ctx.theme.plain());
}

/// Something was done to a key.
pub(in crate::tui) fn done(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    body: Rect,
    size: u16,
    key: &KeyFacts,
    result: &CareResult,
) {
    let t = ctx.text;
    let done = match result {
        CareResult::Done {
            care: Care::Tested { report },
        } => return tested(ctx, sheet, body, size, key, report),
        CareResult::Done { care } => std::slice::from_ref(care),
        CareResult::Changes { done }
        | CareResult::Credentials { done, .. }
        | CareResult::Fingerprints { done, .. } => done,
        CareResult::Returned { returned } => {
            return compared(ctx, sheet, body, size, (key, returned.as_ref()));
        }
        CareResult::PinVerified { .. } => &[],
    };
    let row = sheet.big(body, 0, &tr!(t, "done-big"), size) + 1;
    let mut row = sheet.paragraph(body, row, &bay::key_line(ctx, key), ctx.theme.quiet()) + 1;
    let tick = || s("✓", ctx.theme.good());
    if let CareResult::PinVerified { retries } = result {
        sheet.bullet(
            body,
            row,
            tick(),
            &t.pin_verified(*retries),
            ctx.theme.plain(),
        );
        return;
    }
    if done.is_empty() {
        sheet.put(body, row, s(tr!(t, "did-nothing"), ctx.theme.plain()));
    }
    for care in done {
        row = sheet.bullet(body, row, tick(), &t.care(care), ctx.theme.plain());
    }
    if let CareResult::Credentials {
        told: Some(push), ..
    } = result
    {
        let (mark, line) = match push {
            PushState::Accepted | PushState::Waiting => (tick(), tr!(t, "deletion-told")),
            PushState::Queued => (s("…", ctx.theme.strong()), tr!(t, "deletion-queued")),
            PushState::Conflict { code, detail } => (
                s("!", ctx.theme.warning()),
                tr!(t, "done-conflict", detail = t.said(code, detail)),
            ),
        };
        sheet.bullet(body, row, mark, &line, ctx.theme.plain());
    }
}

/// A key that came back.
fn compared(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    body: Rect,
    size: u16,
    (key, returned): (&KeyFacts, &Returned),
) {
    let t = ctx.text;
    let (big, mark) = match (&returned.is_it, returned.changes.is_empty()) {
        (IsIt::Same { .. }, true) => (tr!(t, "returned-same-big"), s("✓", ctx.theme.good())),
        (IsIt::Same { .. }, false) => (tr!(t, "returned-changed-big"), s("!", ctx.theme.warning())),
        (IsIt::Another { .. }, _) => (tr!(t, "returned-another-big"), s("!", ctx.theme.warning())),
        (IsIt::Unsure { .. }, _) => (tr!(t, "returned-unsure-big"), s("!", ctx.theme.warning())),
    };
    let row = sheet.big(body, 0, &big, size) + 1;
    let row = sheet.paragraph(body, row, &bay::key_line(ctx, key), ctx.theme.quiet()) + 1;
    let mut row = sheet.bullet(body, row, mark, &t.is_it(returned), ctx.theme.plain());
    for line in t.returned(returned) {
        row = sheet.bullet(
            body,
            row,
            s("·", ctx.theme.plain()),
            &line,
            ctx.theme.plain(),
        );
    }
}

/// A question about one key.
pub(in crate::tui) fn ask(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    panel: Rect,
    size: u16,
    asking: &CareAsking,
) {
    let t = ctx.text;
    match asking {
        CareAsking::Settings { offered, marked } => {
            let (big, how) = (tr!(t, "settings-big"), tr!(t, "settings-how"));
            let row = asked(ctx, sheet, panel, size, &big, &how);
            let lines: Vec<String> = offered.iter().map(|setting| t.setting(setting)).collect();
            let none = tr!(t, "settings-none");
            list(ctx, sheet, below(panel, row), &lines, *marked, &none);
        }
        CareAsking::ConfirmSettings { settings } => {
            let big = tr!(t, "settings-sure-big");
            let mut row = asked(ctx, sheet, panel, size, &big, &tr!(t, "settings-sure-how"));
            for setting in settings {
                let mark = s("!", ctx.theme.warning());
                row = sheet.bullet(panel, row, mark, &t.setting(setting), ctx.theme.strong());
            }
        }
        CareAsking::Credentials {
            held,
            free_slots,
            marked,
            name,
        } => {
            let big = tr!(t, "credentials-big");
            let mut row = asked(ctx, sheet, panel, size, &big, &tr!(t, "credentials-how"));
            if let Some(free) = free_slots {
                let room = tr!(t, "credentials-room", count = (*free));
                sheet.put(panel, row, s(room, ctx.theme.quiet()));
                row += 1;
            }
            let lines: Vec<String> = held.iter().map(|held| held_line(ctx, held)).collect();
            row += naming(ctx, sheet, below(panel, row), name.as_ref());
            let none = tr!(t, "credentials-none");
            list(ctx, sheet, below(panel, row), &lines, *marked, &none);
        }
        CareAsking::Fingerprints {
            list: fingers,
            marked,
            name,
        } => {
            let big = tr!(t, "fingers-big");
            let row = asked(ctx, sheet, panel, size, &big, &tr!(t, "fingers-how"));
            let lines: Vec<String> = fingers
                .iter()
                .map(|finger| format!("{}  {}", finger.id, t.finger(finger)))
                .collect();
            let row = row + naming(ctx, sheet, below(panel, row), name.as_ref());
            let none = tr!(t, "fingers-none");
            list(ctx, sheet, below(panel, row), &lines, *marked, &none);
        }
        CareAsking::ConfirmRemoval { what } => {
            let (big, how) = (tr!(t, "remove-big"), tr!(t, "remove-how"));
            let row = asked(ctx, sheet, panel, size, &big, &how);
            let name = match what {
                Removal::Credential { held } => held_line(ctx, held),
                Removal::Fingerprint { fingerprint } => t.finger(fingerprint),
            };
            let mark = s("×", ctx.theme.danger());
            sheet.bullet(panel, row, mark, &name, ctx.theme.strong());
        }
        CareAsking::SeePin { key, pin } => see_pin(ctx, sheet, panel, size, (key, pin)),
    }
}

/// The random PIN, until its person has noted it.
fn see_pin(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    panel: Rect,
    size: u16,
    (key, pin): (&KeyFacts, &HandedPin),
) {
    let t = ctx.text;
    let row = sheet.big(panel, 1, pin.expose(), size);
    // In ordinary letters too, for whoever doubts a large one.
    sheet.put(panel, row, s(pin.expose().to_owned(), ctx.theme.strong()));
    let how = tr!(t, "see-pin-how");
    let row = who(ctx, sheet, panel, row + 1, Who::Person, &how);
    sheet.put(panel, row, s(tr!(t, "see-pin-next"), ctx.theme.plain()));
    sheet.put(panel, row + 1, bay::key_spans(ctx, key));
}

/// The large words and what the operator is to do; the row below.
fn asked(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, panel: Rect, size: u16, big: &str, how: &str) -> u16 {
    // The list below needs the rows.
    let size = if panel.height < 20 { 1 } else { size };
    let row = sheet.big(panel, 0, big, size);
    who(ctx, sheet, panel, row + 1, Who::Operator, how)
}

fn held_line(ctx: Ctx<'_>, held: &HeldCredential) -> String {
    let t = ctx.text;
    let whose = match &held.stake {
        Stake::Nobody => tr!(t, "stake-nobody"),
        Stake::Operator => tr!(t, "stake-operator"),
        Stake::Unknown => tr!(t, "stake-unknown"),
        Stake::Account { person } => person.name.clone(),
    };
    format!("{} · {whose}", t.credential(&held.credential))
}

/// The line in which a name is typed; the rows used.
fn naming(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, name: Option<&NameLine>) -> u16 {
    let Some(name) = name else {
        return 0;
    };
    let label = tr!(ctx.text, "name-label");
    let line = Line::from(vec![
        s(format!("{label}  "), ctx.theme.plain()),
        s(format!("{}▏", name.as_str()), ctx.theme.strong()),
    ]);
    sheet.put(area, 0, line);
    1
}

fn list(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    area: Rect,
    lines: &[String],
    marked: usize,
    none: &str,
) {
    if lines.is_empty() {
        sheet.put(area, 0, s(none.to_owned(), ctx.theme.plain()));
        return;
    }
    let (first, shown) = bay::window(lines.len(), usize::from(area.height), marked);
    for (row, (index, line)) in (0..).zip(lines.iter().enumerate().skip(first).take(shown)) {
        let mark = if index == marked { "▸" } else { " " };
        sheet.put(area, row, s(format!("{mark} {line}"), ctx.theme.plain()));
        if index == marked {
            sheet.tint(area, row, ctx.theme.marked());
        }
    }
    if lines.len() > shown {
        let more = tr!(ctx.text, "more-below", count = (lines.len() - shown));
        let foot = area.height.saturating_sub(1);
        sheet.put(area, foot, s(format!("  … {more}"), ctx.theme.quiet()));
    }
}

/// The sensor waits for a finger.
pub(in crate::tui) fn finger(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    panel: Rect,
    size: u16,
    finger: &Finger,
) {
    let t = ctx.text;
    let slot = finger.key.slot;
    let row = sheet.big(panel, 1, &tr!(t, "finger-big", slot = slot), size);
    let how = match finger.sample {
        Some(sample) => tr!(t, "finger-more", count = sample.remaining),
        None => tr!(t, "finger-how", slot = slot),
    };
    let row = who(ctx, sheet, panel, row + 1, Who::Person, &how) + 1;
    if let Some(sample) = finger.sample {
        let mark = match sample.fault {
            None => s("✓", ctx.theme.good()),
            Some(_) => s("!", ctx.theme.warning()),
        };
        sheet.bullet(
            panel,
            row,
            mark,
            &t.sample(sample.fault),
            ctx.theme.strong(),
        );
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
        let line = format!("{}: {}", t.test_step(step.step), t.tested(step));
        row = sheet.bullet(body, row, s(mark, style), &line, ctx.theme.plain());
    }
}
