//! A run: a quiet checklist, and beneath it in large letters what is to be done now and by whom.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::domain::policy::{Finding, Ruling, Verdict, Weight};
use crate::station::face::SlotState;
use crate::text::{act, tr};
use crate::tui::clean::width;
use crate::tui::model::{Phase, Progress, Run, Touch};
use crate::tui::screens::{
    account_reset::view as account_reset, bay::view as bay, care::view as care,
    person::view as people, reset::view as reset, run::questions,
};
use crate::tui::view::chrome::{Who, frame, scale, who};
use crate::tui::view::sheet::{Sheet, s};
use crate::tui::view::{Ctx, below, columns, top};
use crate::workflow::dialogue::{Job, Note, Step};

/// From this many rows on, the steps ahead get a line each.
const TALL: u16 = 34;

/// On a lower screen so many steps that are done have a line each; the ones before them share one where there are more than two.
const TOLD: usize = 4;

/// What a key waits for a finger at most (CTAP 2.3, section 5.4): the length of the bar.
const TOUCH_S: i64 = 30;

pub(super) fn draw(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    let Some(run) = ctx.model.run() else {
        return;
    };
    let body = frame(ctx, sheet, area, title(ctx, run));
    if body.width < 118 {
        return main_column(ctx, sheet, body, area, run);
    }
    let [left, right] = columns(body, [body.width * 13 / 20, 0]);
    main_column(
        ctx,
        sheet,
        Rect {
            width: left.width - 2,
            ..left
        },
        area,
        run,
    );
    sheet.divider(right);
    let right = Rect {
        x: right.x + 2,
        width: right.width.saturating_sub(2),
        ..right
    };
    let mut row = 0;
    if let Some(person) = run.person() {
        row = people::facts(ctx, sheet, right, person) + 1;
    }
    bay::strip(ctx, sheet, below(right, row));
}

fn main_column(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, body: Rect, area: Rect, run: &Run) {
    if body.height < TALL && is_read_while_signed(run) {
        return now(ctx, sheet, body, scale(area), run);
    }
    let rows = checklist(ctx, sheet, body, run);
    sheet.rule(body, rows, "");
    let panel = below(body, rows + 1);
    now(ctx, sheet, panel, scale(area), run);
}

/// Whether somebody signs what takes so many lines that on a low screen they stand in the place of the steps.
fn is_read_while_signed(run: &Run) -> bool {
    run.signing_reset().is_some() && matches!(run.phase, Phase::Touch(_)) && !run.stopping
}

/// "ENROL A KEY  P. Example · Example Shipping".
pub(in crate::tui) fn title(ctx: Ctx<'_>, run: &Run) -> Vec<Span<'static>> {
    let title = match &run.job {
        Job::SignIn => tr!(ctx.text, "run-sign-in"),
        Job::FirstSignIn => tr!(ctx.text, "run-first-sign-in"),
        Job::Enrol { .. } => tr!(ctx.text, "run-enrol"),
        Job::Lend { .. } => tr!(ctx.text, "run-lend"),
        Job::Resolve { .. } => tr!(ctx.text, "run-resolve"),
        Job::Care { care } => ctx.text.care_job(care),
        Job::Withdraw { .. } => tr!(ctx.text, "run-withdraw"),
        Job::Reset => tr!(ctx.text, "run-reset"),
        Job::App { app, .. } => ctx.text.app_job(*app),
        Job::Loss { loss, .. } => ctx.text.loss_job(*loss),
        Job::AccountReset { what, .. } => ctx.text.account_reset_job(*what),
    };
    let mut spans = vec![s(title, ctx.theme.strong())];
    if let Some(person) = run.person() {
        let mut name = format!("  {}", person.name);
        if let Some(organisation) = &person.organisation {
            name.push_str(" · ");
            name.push_str(&organisation.name);
        }
        spans.push(s(name, ctx.theme.plain()));
    }
    spans
}

/// The same beneath each other.
pub(in crate::tui) fn title_lines(ctx: Ctx<'_>, run: &Run) -> Vec<Span<'static>> {
    let mut lines = title(ctx, run);
    lines.truncate(1);
    if let Some(person) = run.person() {
        lines.push(s(person.name.clone(), ctx.theme.strong()));
        if let Some(organisation) = &person.organisation {
            lines.push(s(organisation.name.clone(), ctx.theme.plain()));
        }
    }
    lines
}

/// Draws the steps; returns the rows used. On a low screen the steps ahead share one line, and so do those that were done long ago.
pub(in crate::tui) fn checklist(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, body: Rect, run: &Run) -> u16 {
    let is_low = body.height < TALL;
    let is_done = |progress: &Progress| matches!(progress, Progress::Done(_));
    let done = run.steps.iter().filter(|(_, progress)| is_done(progress));
    let mut shared = match done.count().checked_sub(TOLD) {
        Some(shared) if is_low && shared > 2 => shared,
        _ => 0,
    };
    let mut row = 0;
    let (mut before, mut ahead) = (Vec::new(), Vec::new());
    for (step, progress) in &run.steps {
        let name = ctx.text.step(*step);
        match progress {
            Progress::Done(_) if shared > 0 => {
                before.push(name);
                shared -= 1;
                if shared > 0 {
                    continue;
                }
                let line = format!("✓ {}", listed(&before, body.width));
                sheet.put(body, row, s(line, ctx.theme.quiet()));
                row += last_time(ctx, sheet, body, row + 1, run);
            }
            Progress::Done(note) => {
                let line = done_line(ctx, *step, &name, note, run);
                sheet.put(body, row, line);
                if *step == Step::Identify {
                    row += last_time(ctx, sheet, body, row + 1, run);
                }
            }
            Progress::Current => {
                let what = match &run.phase {
                    Phase::Touch(touch) => {
                        tr!(ctx.text, "step-touch", nth = touch.nth, of = touch.of)
                    }
                    _ => String::new(),
                };
                let line = format!("▸ {name:<14}{what}");
                sheet.put(body, row, s(line, ctx.theme.strong()));
            }
            Progress::Ahead if is_low => {
                ahead.push(name);
                continue;
            }
            Progress::Ahead => {
                sheet.put(body, row, s(format!("· {name}"), ctx.theme.quiet()));
            }
        }
        row += 1;
    }
    if !ahead.is_empty() {
        let line = format!("· {}", listed(&ahead, body.width));
        sheet.put(body, row, s(line, ctx.theme.quiet()));
        row += 1;
    }
    row
}

/// The names of steps in one line behind their mark: as many as fit, and how many more there are. None is cut in the middle.
fn listed(names: &[String], columns: u16) -> String {
    let room = usize::from(columns).saturating_sub(2);
    (0..=names.len())
        .rev()
        .map(|shown| {
            let more = names.len() - shown;
            let more = (more > 0).then(|| format!("+{more}"));
            let names = names.iter().take(shown).cloned();
            names.chain(more).collect::<Vec<_>>().join(" · ")
        })
        .find(|line| width(line) <= room)
        .unwrap_or_default()
}

/// How the person was identified the last time, where that was otherwise; returns the rows used.
fn last_time(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, body: Rect, row: u16, run: &Run) -> u16 {
    let Some(before) = &run.identified_before else {
        return 0;
    };
    let words = ctx.text.identified_before(before, ctx.day(before.at));
    sheet.put(body, row, s(format!("! {words}"), ctx.theme.warning()));
    1
}

fn done_line(ctx: Ctx<'_>, step: Step, name: &str, note: &Note, run: &Run) -> Line<'static> {
    let (mark, style) = match note {
        Note::Queued => ("…", ctx.theme.strong()),
        Note::Tested { tested } => care::mark(ctx, tested),
        Note::Oddities { oddities } if care::warns(oddities) => ("!", ctx.theme.warning()),
        Note::Losses { losses } if losses.may_be_somebodys() => ("!", ctx.theme.warning()),
        Note::Conflict { .. } => ("!", ctx.theme.warning()),
        _ => ("✓", ctx.theme.good()),
    };
    Line::from(vec![
        s(mark, style),
        s(format!(" {name:<14}"), ctx.theme.plain()),
        s(note_text(ctx, step, note, run), ctx.theme.quiet()),
    ])
}

fn note_text(ctx: Ctx<'_>, step: Step, note: &Note, run: &Run) -> String {
    let t = ctx.text;
    match note {
        Note::None => match step {
            Step::Create => tr!(t, "note-created"),
            Step::Test => tr!(t, "note-proved"),
            Step::Confirm => tr!(t, "note-confirmed"),
            Step::Reset => tr!(t, "note-reset"),
            Step::Empty => tr!(t, "note-empty"),
            Step::Record | Step::RecordApp => tr!(t, "note-recorded"),
            Step::PushApp => tr!(t, "note-accepted"),
            Step::Secret => tr!(t, "note-sealed"),
            Step::Push if !run.is_sign_in() => tr!(t, "note-accepted"),
            _ => String::new(),
        },
        Note::Identified { identification } => t.identified(identification),
        Note::Key { key } if run.anew => {
            format!("{} · {}", bay::key_line(ctx, key), tr!(t, "note-anew"))
        }
        Note::Key { key } => bay::key_line(ctx, key),
        Note::Verdict { verdict } => verdict_text(ctx, verdict),
        Note::PinSet => tr!(t, "note-pin-set"),
        Note::PinChanged => tr!(t, "note-pin-changed"),
        Note::Verified => tr!(t, "note-verified"),
        Note::Held { count } => tr!(t, "note-held", count = (*count)),
        Note::NoPin => tr!(t, "note-no-pin"),
        Note::Oddities { oddities } => tr!(t, "note-oddities", count = oddities.len()),
        Note::Tested { tested } => t.tested(tested),
        Note::Losses { losses } => tr!(t, "note-losses", count = losses.enrolments.len()),
        Note::LeftToRegistry => tr!(t, "note-left-to-registry"),
        Note::Code { verdict } => t.code_verdict(verdict),
        Note::Proved { name } => match name {
            Some(name) => tr!(t, "note-proved-app", name = name.as_str()),
            None => tr!(t, "note-proved-key"),
        },
        Note::Queued => tr!(t, "note-queued"),
        Note::Conflict { .. } => tr!(t, "note-conflict"),
    }
}

fn verdict_text(ctx: Ctx<'_>, verdict: &Verdict) -> String {
    let warnings = verdict
        .findings
        .iter()
        .filter(|f| f.weight() == Weight::Warning)
        .count();
    let tested = verdict.findings.contains(&Finding::TestedModel);
    let tested = tested.then(|| tr!(ctx.text, "note-tested"));
    let warned = (warnings > 0).then(|| tr!(ctx.text, "note-warned", count = warnings));
    // A rule that allows raises no question, so this is where its reason is read.
    let allowed = verdict.findings.iter().filter_map(|finding| match finding {
        Finding::Rule {
            ruling: Ruling::Allow,
            ..
        } => Some(ctx.text.finding(finding)),
        _ => None,
    });
    let parts: Vec<String> = tested.into_iter().chain(warned).chain(allowed).collect();
    parts.join(" · ")
}

/// What is to be done now.
fn now(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, panel: Rect, scale: u16, run: &Run) {
    let t = ctx.text;
    match &run.phase {
        _ if run.stopping => {
            let row = sheet.big(panel, 1, &tr!(t, "wait-big"), scale);
            let what = tr!(t, "wait-stopping");
            who(ctx, sheet, panel, row + 1, Who::Station, &what);
        }
        Phase::Asking(asking) => questions::draw(ctx, sheet, panel, scale, run, asking),
        Phase::Pulled(key) => pulled(ctx, sheet, panel, scale, (run, key)),
        Phase::Coached(coached) => reset::coach(ctx, sheet, panel, scale, coached),
        Phase::Finger(finger) => care::finger(ctx, sheet, panel, scale, finger),
        Phase::Touch(touch) => finger(ctx, sheet, panel, scale, run, touch),
        Phase::ByTouch => {
            let row = sheet.big(panel, 1, &tr!(t, "by-touch-big"), scale);
            let how = tr!(t, "by-touch-how");
            who(ctx, sheet, panel, row + 1, persons(run), &how);
        }
        Phase::Working | Phase::Over(_) => {
            let row = sheet.big(panel, 1, &tr!(t, "wait-big"), scale);
            let what = waiting_for(ctx, run);
            who(ctx, sheet, panel, row + 1, Who::Station, &what);
        }
    }
}

/// Whose key it is.
pub(in crate::tui) fn persons(run: &Run) -> Who {
    if run.is_sign_in() || matches!(run.job, Job::AccountReset { .. }) {
        Who::Operator
    } else {
        Who::Person
    }
}

fn waiting_for(ctx: Ctx<'_>, run: &Run) -> String {
    let t = ctx.text;
    match run.current() {
        Some(Step::Offer) => tr!(t, "wait-offer"),
        Some(Step::Identify) | None => tr!(t, "wait-identify"),
        Some(Step::Key) => tr!(t, "wait-key"),
        Some(Step::Check) => tr!(t, "wait-check"),
        Some(Step::Pin) => tr!(t, "wait-pin"),
        Some(Step::Create) => tr!(t, "wait-create"),
        Some(Step::Test) => tr!(t, "wait-test"),
        Some(Step::SignTouched) => tr!(t, "wait-sign-touched"),
        Some(Step::Exclude) => tr!(t, "wait-exclude"),
        Some(Step::Clean) => tr!(t, "wait-clean"),
        Some(Step::Finger) => tr!(t, "wait-finger"),
        Some(Step::Change) => tr!(t, "wait-change"),
        Some(Step::ReadBack) => tr!(t, "wait-read-back"),
        Some(Step::Confirm) => tr!(t, "wait-confirm"),
        Some(Step::Reset) => tr!(t, "wait-reset"),
        Some(Step::Empty) => tr!(t, "wait-empty"),
        Some(Step::Record) => tr!(t, "wait-record"),
        Some(Step::Push | Step::PushApp) => tr!(t, "wait-push"),
        Some(Step::RecordApp) => tr!(t, "wait-record"),
        Some(Step::Prove) => tr!(t, "wait-prove"),
        Some(Step::Secret) => tr!(t, "wait-secret"),
        Some(Step::Code) => tr!(t, "wait-code"),
    }
}

fn finger(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, panel: Rect, scale: u16, run: &Run, touch: &Touch) {
    if let Some(act) = run.signing_reset() {
        return account_reset::touch(ctx, sheet, panel, scale, (touch, act));
    }
    let t = ctx.text;
    let slot = touch.key.slot;
    let row = sheet.big(panel, 1, &tr!(t, "touch-big", slot = slot), scale);
    let what = match run.current() {
        Some(Step::Test) if touch.nth > 1 && touch.of == 2 => tr!(t, "touch-test-how"),
        _ if touch.nth > 1 => tr!(t, "touch-more-how", slot = slot),
        _ => tr!(t, "touch-how", slot = slot),
    };
    let mut row = who(ctx, sheet, panel, row + 1, persons(run), &what) + 1;
    if let Some(act) = &run.signing {
        row = who(ctx, sheet, panel, row, persons(run), &act::in_words(t, act)) + 1;
    }
    let seconds = ctx.seconds_left(touch.until);
    sheet.big(panel, row, &seconds.to_string(), scale);
    let beside = 14 * scale;
    let beside = Rect {
        x: panel.x + beside,
        width: panel.width.saturating_sub(beside),
        ..panel
    };
    let (mark, words) = blinking(ctx, touch);
    let key = format!("{mark} {words}   {}", bay::key_line(ctx, &touch.key));
    sheet.put(beside, row, s(key, ctx.theme.strong()));
    sheet.put(
        beside,
        row + 1,
        s(bar(seconds, beside.width), ctx.theme.plain()),
    );
}

/// Whether the key says that it waits for a finger.
pub(in crate::tui) fn blinking(ctx: Ctx<'_>, touch: &Touch) -> (&'static str, String) {
    match touch.blinking {
        true if ctx.blink() => ("●", tr!(ctx.text, "touch-blinking")),
        true => ("○", tr!(ctx.text, "touch-blinking")),
        false => ("○", tr!(ctx.text, "touch-wait")),
    }
}

/// What is left of the time, as a bar.
pub(in crate::tui) fn bar(seconds: i64, columns: u16) -> String {
    let columns = usize::from(columns.min(60));
    let full = usize::try_from(TOUCH_S).unwrap_or(1);
    let left = usize::try_from(seconds.clamp(0, TOUCH_S)).unwrap_or_default();
    let filled = columns * left / full;
    format!("{}{}", "█".repeat(filled), "░".repeat(columns - filled))
}

/// The key is missing, or must first be pulled because three PINs in a row were wrong.
fn pulled(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    panel: Rect,
    scale: u16,
    (run, key): (&Run, &crate::domain::KeyFacts),
) {
    let t = ctx.text;
    let slot = key.slot;
    let still_in = ctx.model.bay.iter().any(|view| match &view.state {
        SlotState::Ready(there) | SlotState::Busy(there) => {
            there.place == key.place && there.generation == key.generation
        }
        _ => false,
    });
    let (big, how) = if still_in {
        (
            tr!(t, "cycle-big", slot = slot),
            tr!(t, "cycle-how", slot = slot),
        )
    } else {
        (
            tr!(t, "pulled-big", slot = slot),
            tr!(t, "pulled-how", slot = slot),
        )
    };
    let row = sheet.big(panel, 1, &big, scale);
    let row = who(ctx, sheet, panel, row + 1, persons(run), &how);
    let which = tr!(t, "pulled-key", model = bay::key_line(ctx, key));
    sheet.put(
        top(panel, panel.height),
        row + 1,
        s(which, ctx.theme.plain()),
    );
    if run.wanted.is_some() {
        let other = format!("! {}", tr!(t, "pulled-other"));
        sheet.put(panel, row + 2, s(other, ctx.theme.warning()));
    }
}
