//! The end of a run: what was done, what the person must know, what is left; or what happened, what was kept, what to do.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use crate::domain::factor::FactorKind;
use crate::domain::stop_code::StopCode;
use crate::domain::{KeyFacts, Person};
use crate::record::Remains;
use crate::text::tr;
use crate::tui::model::Run;
use crate::tui::screens::{
    account_reset::view as account_reset, bay::view as bay, care::view as care, loan::view as loan,
    loss::view as loss, reset::view as reset, run::view as run_view,
};
use crate::tui::view::Ctx;
use crate::tui::view::chrome::{frame, scale};
use crate::tui::view::sheet::{Sheet, s};
use crate::wire::Said as Heard;
use crate::workflow::Stop;
use crate::workflow::dialogue::{AppResult, Ending, PushState, Replaced};

pub(super) fn draw(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    let Some((run, ending)) = ctx.model.run().and_then(|run| Some((run, run.ending()?))) else {
        return;
    };
    let body = frame(ctx, sheet, area, run_view::title(ctx, run));
    let size = scale(area);
    match ending {
        Ending::Enrolled { person, key, push } => {
            succeeded(ctx, sheet, body, size, (person, key, push), Key::New);
        }
        Ending::Lent {
            person,
            key,
            until,
            push,
        } => loan::done(ctx, sheet, body, size, (person, key, *until, push)),
        Ending::Retested { person, key, push } => {
            succeeded(ctx, sheet, body, size, (person, key, push), Key::Retested);
        }
        Ending::Reset { key, losses, push } => {
            reset::done(ctx, sheet, body, size, (key, losses, push));
        }
        Ending::SignedIn => {
            sheet.big(body, 1, &tr!(ctx.text, "done-big"), size);
        }
        Ending::WorksFor { person, key, push } => {
            care::works_for(ctx, sheet, body, size, person, key, push);
        }
        Ending::Cared { key, result } => care::done(ctx, sheet, body, size, key, result),
        Ending::Resolved { remains } => {
            let row = sheet.big(body, 1, &tr!(ctx.text, "done-big"), size);
            let row = sheet.paragraph(
                body,
                row + 1,
                &tr!(ctx.text, "done-resolved"),
                ctx.theme.strong(),
            );
            let recorded = match remains {
                Remains::OnPhone if run.is_new_phone() => tr!(ctx.text, "remains-on-new-phone"),
                other => ctx.text.recorded(*other),
            };
            sheet.paragraph(body, row, &recorded, ctx.theme.plain());
        }
        Ending::Withdrawn { person, remains } => {
            let row = sheet.big(body, 1, &tr!(ctx.text, "done-big"), size);
            let done = tr!(ctx.text, "done-withdrawn", name = person.name.as_str());
            let row = sheet.paragraph(body, row + 1, &done, ctx.theme.strong());
            sheet.paragraph(body, row, &ctx.text.withdrawn(*remains), ctx.theme.plain());
        }
        Ending::App { person, result } => {
            let (big, _) = app_standing(ctx, result);
            let row = sheet.big(body, 0, &big, size) + 1;
            let row = app_done(ctx, sheet, body, row, person, result);
            know(ctx, sheet, body, row + 1, app_facts(ctx, result));
        }
        Ending::Loss { person, result } => {
            loss::done(ctx, sheet, body, size, (person, result));
        }
        Ending::AccountReset { person, result } => {
            account_reset::done(ctx, sheet, body, size, (person, result));
        }
        Ending::Both { key, app } => both(ctx, sheet, body, size, (key, app)),
        Ending::Stopped { stop, remains } => {
            run_stopped(ctx, sheet, body, size, (stop, *remains), run);
        }
    }
}

/// What was done with a key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    New,
    Retested,
}

/// In block letters and as a mark, how it stands with what was made: nobody reads that it is done where the registry refused it.
pub(in crate::tui) fn standing(ctx: Ctx<'_>, push: &PushState) -> (String, Span<'static>) {
    let (t, theme) = (ctx.text, ctx.theme);
    match push {
        PushState::Accepted | PushState::Queued => (tr!(t, "done-big"), s("✓", theme.good())),
        PushState::Waiting => (tr!(t, "suspend-waits-big"), s("…", theme.strong())),
        PushState::Conflict { .. } => (tr!(t, "suspend-refused-big"), s("!", theme.warning())),
    }
}

/// What was done with a key; returns the row below.
fn key_done(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    body: Rect,
    row: u16,
    (person, key, push): (&Person, &KeyFacts, &PushState),
    (what, style): (Key, Style),
) -> u16 {
    let t = ctx.text;
    let (name, model) = (person.name.as_str(), bay::key_line(ctx, key));
    let (mark, done) = match what {
        Key::New => {
            let done = tr!(t, "done-enrolled", name = name, model = model.clone());
            (standing(ctx, push).1, t.made((name, &model), push, done))
        }
        Key::Retested => {
            let done = tr!(t, "done-retested", name = name, model = model);
            (s("✓", ctx.theme.good()), done)
        }
    };
    sheet.bullet(body, row, mark, &done, style)
}

/// Whether the registry has it; returns the row below.
fn key_pushed(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    body: Rect,
    row: u16,
    (push, what): (&PushState, Key),
) -> u16 {
    match what {
        Key::New => pushed_new(ctx, sheet, body, row, push),
        Key::Retested => pushed(ctx, sheet, body, row, push),
    }
}

fn succeeded(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    body: Rect,
    size: u16,
    (person, key, push): (&Person, &KeyFacts, &PushState),
    what: Key,
) {
    let t = ctx.text;
    let tick = || s("✓", ctx.theme.good());
    let big = match what {
        Key::New => standing(ctx, push).0,
        Key::Retested => tr!(t, "done-big"),
    };
    let mut row = sheet.big(body, 0, &big, size) + 1;
    let style = ctx.theme.plain();
    row = key_done(ctx, sheet, body, row, (person, key, push), (what, style));
    if what == Key::New && matches!(push, PushState::Accepted | PushState::Queued) {
        row = sheet.bullet(body, row, tick(), &tr!(t, "done-tested"), style);
    }
    row = key_pushed(ctx, sheet, body, row, (push, what)) + 1;
    row = know(ctx, sheet, body, row, t.must_know(key)) + 1;
    sheet.put(body, row, s(tr!(t, "done-left"), ctx.theme.strong()));
    row += 1;
    let left = left_to_do(ctx, person, push, what);
    if left.is_empty() {
        sheet.bullet(
            body,
            row,
            tick(),
            &tr!(t, "done-left-nothing"),
            ctx.theme.plain(),
        );
    }
    for (mark, line) in left {
        row = sheet.bullet(body, row, mark, &line, ctx.theme.plain());
    }
}

/// Whether the registry has it; returns the row below.
pub(in crate::tui) fn pushed(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    body: Rect,
    row: u16,
    push: &PushState,
) -> u16 {
    let t = ctx.text;
    let (mark, line): (Span<'static>, String) = match push {
        PushState::Accepted => (s("✓", ctx.theme.good()), tr!(t, "done-accepted")),
        PushState::Waiting => (s("…", ctx.theme.strong()), tr!(t, "done-waiting")),
        PushState::Queued => (s("…", ctx.theme.strong()), tr!(t, "done-queued")),
        PushState::Conflict { code, detail } => (
            s("!", ctx.theme.warning()),
            tr!(t, "done-conflict", detail = t.said(code, detail)),
        ),
    };
    sheet.bullet(body, row, mark, &line, ctx.theme.plain())
}

/// The same of a factor that was added, which opens nothing until the registry has it.
pub(in crate::tui) fn pushed_new(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    body: Rect,
    row: u16,
    push: &PushState,
) -> u16 {
    match push {
        PushState::Queued => {
            let (mark, style) = (s("…", ctx.theme.strong()), ctx.theme.plain());
            let line = tr!(ctx.text, "done-queued-factor");
            sheet.bullet(body, row, mark, &line, style)
        }
        PushState::Accepted | PushState::Waiting | PushState::Conflict { .. } => {
            pushed(ctx, sheet, body, row, push)
        }
    }
}

/// What the person must know; returns the row below.
pub(in crate::tui) fn know(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    body: Rect,
    row: u16,
    facts: Vec<String>,
) -> u16 {
    let mut row = row;
    if !facts.is_empty() {
        let title = tr!(ctx.text, "done-know");
        sheet.put(body, row, s(title, ctx.theme.strong()));
        row += 1;
    }
    for line in facts {
        let point = s("·", ctx.theme.strong());
        row = sheet.bullet(body, row, point, &line, ctx.theme.plain());
    }
    row
}

fn app_facts(ctx: Ctx<'_>, result: &AppResult) -> Vec<String> {
    let t = ctx.text;
    match result {
        AppResult::Enrolled { old, push, .. } => {
            let over = old.as_ref().filter(|_| Replaced::is_over(push));
            let over = over.map(|_| tr!(t, "done-know-old"));
            let always = [tr!(t, "done-know-app"), tr!(t, "done-know-phone")];
            over.into_iter().chain(always).collect()
        }
        AppResult::Assigned { .. } => vec![tr!(t, "done-know-app"), tr!(t, "done-know-lost")],
        AppResult::Removed { factor, push } => match (&factor.kind, push) {
            // It is theirs still.
            (FactorKind::Token { .. }, _) | (_, PushState::Conflict { .. }) => Vec::new(),
            (FactorKind::App, _) => vec![tr!(t, "done-factor-delete")],
        },
        AppResult::Left {
            said: Heard::Denied,
        } => vec![tr!(t, "done-visit-denied-next")],
        AppResult::Tested { .. } | AppResult::Accepted { .. } | AppResult::Left { .. } => {
            Vec::new()
        }
    }
}

/// How it stands with what a run about an app or token came to, as [`standing`] has it.
fn app_standing(ctx: Ctx<'_>, result: &AppResult) -> (String, Span<'static>) {
    match result {
        AppResult::Enrolled { push, .. } => standing(ctx, push),
        // Its codes open things until the registry hears of it.
        AppResult::Removed {
            push: PushState::Queued,
            ..
        } => standing(ctx, &PushState::Waiting),
        AppResult::Removed { push, .. } => standing(ctx, push),
        AppResult::Tested { .. }
        | AppResult::Assigned { .. }
        | AppResult::Accepted { .. }
        | AppResult::Left { .. } => standing(ctx, &PushState::Accepted),
    }
}

/// What was done about an app or token, and whether the registry has it; returns the row below.
fn app_done(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    body: Rect,
    row: u16,
    person: &Person,
    result: &AppResult,
) -> u16 {
    let t = ctx.text;
    let tick = || s("✓", ctx.theme.good());
    let (_, mark) = app_standing(ctx, result);
    let done = t.app_done(person, result);
    let mut row = sheet.bullet(body, row, mark, &done, ctx.theme.strong());
    if let AppResult::Removed { factor, push } = result
        && matches!(factor.kind, FactorKind::Token { .. })
        && *push == PushState::Accepted
    {
        let stock = tr!(t, "done-factor-stock");
        row = sheet.bullet(body, row, tick(), &stock, ctx.theme.plain());
    }
    match result {
        AppResult::Enrolled {
            push: PushState::Queued,
            ..
        } => {
            let mark = s("…", ctx.theme.strong());
            let line = tr!(t, "done-queued-app");
            sheet.bullet(body, row, mark, &line, ctx.theme.plain())
        }
        AppResult::Enrolled { push, .. } => pushed(ctx, sheet, body, row, push),
        AppResult::Removed {
            push: PushState::Accepted,
            ..
        } => {
            let taken = tr!(t, "done-removed-accepted");
            sheet.bullet(body, row, tick(), &taken, ctx.theme.plain())
        }
        AppResult::Removed { push, .. } => pushed(ctx, sheet, body, row, push),
        AppResult::Tested { .. }
        | AppResult::Assigned { .. }
        | AppResult::Accepted { .. }
        | AppResult::Left { .. } => row,
    }
}

/// A key and an app of one visit. Whatever became of the app, the key was made.
fn both(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    body: Rect,
    size: u16,
    (key, app): (&Ending, &Ending),
) {
    let t = ctx.text;
    let big = match key {
        Ending::Enrolled { push, .. } => standing(ctx, push).0,
        _ => tr!(t, "done-big"),
    };
    let mut row = sheet.big(body, 0, &big, size) + 1;
    let mut facts = Vec::new();
    if let Ending::Enrolled {
        person,
        key: which,
        push,
    }
    | Ending::Retested {
        person,
        key: which,
        push,
    } = key
    {
        let what = match key {
            Ending::Retested { .. } => Key::Retested,
            _ => Key::New,
        };
        let shown = (what, ctx.theme.strong());
        row = key_done(ctx, sheet, body, row, (person, which, push), shown);
        row = key_pushed(ctx, sheet, body, row, (push, what));
        facts = t.must_know(which);
    }
    match app {
        Ending::App { person, result } => {
            row = app_done(ctx, sheet, body, row, person, result);
            facts.extend(app_facts(ctx, result));
        }
        Ending::Stopped { stop, remains } => {
            let explained = t.stopped(stop.code());
            let why = tr!(t, "done-app-failed", why = explained.what);
            let warning = s("!", ctx.theme.warning());
            row = sheet.bullet(body, row, warning, &why, ctx.theme.strong());
            for line in [t.remains(*remains), explained.next] {
                row = sheet.bullet(
                    body,
                    row,
                    s(" ", ctx.theme.plain()),
                    &line,
                    ctx.theme.plain(),
                );
            }
        }
        _ => {}
    }
    know(ctx, sheet, body, row + 1, facts);
}

fn left_to_do(
    ctx: Ctx<'_>,
    person: &Person,
    push: &PushState,
    what: Key,
) -> Vec<(Span<'static>, String)> {
    let warning = || s("!", ctx.theme.warning());
    let mut left = Vec::new();
    match push {
        PushState::Accepted => {}
        PushState::Waiting => left.push((
            s("…", ctx.theme.strong()),
            tr!(ctx.text, "done-left-waiting"),
        )),
        PushState::Queued => {
            let words = match what {
                Key::New => tr!(ctx.text, "done-left-queued-factor"),
                Key::Retested => tr!(ctx.text, "done-left-queued"),
            };
            left.push((s("…", ctx.theme.strong()), words));
        }
        PushState::Conflict { .. } => left.push((warning(), tr!(ctx.text, "done-conflict-next"))),
    }
    if person.lacks_standby_key() {
        left.push((warning(), tr!(ctx.text, "done-left-standby")));
    }
    left
}

fn run_stopped(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    body: Rect,
    size: u16,
    (stop, remains): (&Stop, Remains),
    run: &Run,
) {
    let t = ctx.text;
    let mut explained = t.explained(stop);
    if run.is_about_app() && stop.code() == StopCode::Strands {
        explained.next = tr!(t, "strands-factor-next");
    }
    let kept = match remains {
        Remains::Nothing if run.is_about_app() => tr!(t, "stopped-unchanged"),
        Remains::Nothing => format!("{} {}", t.remains(remains), tr!(t, "stopped-nothing-kept")),
        // Both phones have an entry of the same name, and one of them works.
        Remains::OnPhone if run.is_new_phone() => tr!(t, "remains-on-new-phone"),
        Remains::AppUnknown if run.is_new_phone() => {
            format!("{} {}", t.remains(remains), tr!(t, "old-app-stays"))
        }
        _ => t.remains(remains),
    };
    let mut next = vec![explained.next.as_str()];
    let unfinished = tr!(t, "unfinished-begun-way");
    let look = tr!(t, "unfinished-care-way");
    let deletion = tr!(t, "unfinished-deletion-way");
    match remains {
        Remains::Credential | Remains::Unknown => next.push(&unfinished),
        Remains::MayBeChanged => next.push(&look),
        Remains::Deleted | Remains::MayBeDeleted => next.push(&deletion),
        // The line of what is kept says all that there is to do.
        Remains::Nothing
        | Remains::Pin
        | Remains::CredentialDeleted
        | Remains::InUse
        | Remains::Reset
        | Remains::MayBeReset
        | Remains::Changed
        | Remains::PinProven
        | Remains::OnPhone
        | Remains::AppUnknown
        | Remains::NotAssigned
        | Remains::MayBeAssigned
        | Remains::AccountReset
        | Remains::AccountKept
        | Remains::MayBeAccountReset => {}
    }
    let facts = t.facts(stop);
    let said = Said {
        what: &explained.what,
        detail: facts.as_deref(),
        kept: &kept,
        next: &next,
    };
    stopped(ctx, sheet, body, size, &said);
}

/// What is said of a run that stopped.
pub(in crate::tui) struct Said<'a> {
    pub what: &'a str,
    /// The facts.
    pub detail: Option<&'a str>,
    pub kept: &'a str,
    pub next: &'a [&'a str],
}

pub(in crate::tui) fn stopped(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    body: Rect,
    size: u16,
    said: &Said<'_>,
) {
    let t = ctx.text;
    let (plain, quiet) = (ctx.theme.plain(), ctx.theme.quiet());
    let mut row = sheet.big(body, 0, &tr!(t, "stopped-big"), size) + 1;
    let mut part = |sheet: &mut Sheet<'_>, title: String, lines: Vec<(&str, Style)>| {
        sheet.put(body, row, s(title, ctx.theme.strong()));
        row += 1;
        for (line, style) in lines {
            row = sheet.bullet(body, row, s(" ", style), line, style);
        }
        row += 1;
    };
    let facts = said.detail.map(|detail| (detail, quiet));
    let what = [(said.what, plain)].into_iter().chain(facts).collect();
    part(sheet, tr!(t, "stopped-what"), what);
    part(sheet, tr!(t, "stopped-kept"), vec![(said.kept, plain)]);
    let next = said.next.iter().map(|line| (*line, plain)).collect();
    part(sheet, tr!(t, "stopped-next"), next);
}
