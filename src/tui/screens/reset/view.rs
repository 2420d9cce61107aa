//! A reset: what is lost, by name, and in large letters what is to be done with the key.

use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::domain::KeyFacts;
use crate::domain::reset::Losses;
use crate::text::tr;
use crate::tui::model::{Coached, ResetAsking};
use crate::tui::screens::bay::view as bay;
use crate::tui::view::Ctx;
use crate::tui::view::chrome::{Who, who};
use crate::tui::view::sheet::{Sheet, s};
use crate::workflow::dialogue::{Again, Coach, HOLD_MOST_S, LostBy, PushState};

/// A question about a reset.
pub(in crate::tui) fn ask(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    panel: Rect,
    scale: u16,
    asking: &ResetAsking,
) {
    let t = ctx.text;
    match asking {
        ResetAsking::Case {
            losses,
            by,
            lines,
            at,
            wrong,
        } => {
            let row = sheet.big(panel, 1, &tr!(t, "reset-case-big"), scale);
            let how = match by {
                LostBy::Reset => tr!(t, "reset-case-how"),
                LostBy::Deletion => tr!(t, "deletion-case-how"),
            };
            let mut row = who(ctx, sheet, panel, row + 1, Who::Operator, &how);
            row = lost(ctx, sheet, panel, row, (losses, *by));
            let labels = [
                tr!(t, "reset-case-reason"),
                tr!(t, "reset-case-ticket"),
                tr!(t, "reset-case-requested-by"),
            ];
            for (nth, (label, line)) in labels.into_iter().zip(lines).enumerate() {
                let (cursor, style) = match nth == *at {
                    true => ("▏", ctx.theme.strong()),
                    false => ("", ctx.theme.plain()),
                };
                let typed = format!("{}{cursor}", line.as_str());
                let spans = vec![
                    s(format!("{label:<16}"), ctx.theme.quiet()),
                    s(typed, style),
                ];
                sheet.put(panel, row, Line::from(spans));
                row += 1;
            }
            if *wrong {
                let wrong = format!("! {}", tr!(t, "reset-case-wrong"));
                sheet.put(panel, row, s(wrong, ctx.theme.warning()));
            }
        }
        ResetAsking::Confirm {
            key,
            losses,
            by,
            word,
            line,
            wrong,
        } => {
            let (big, how) = match by {
                LostBy::Reset => (tr!(t, "reset-sure-big"), tr!(t, "reset-sure-how")),
                LostBy::Deletion => (tr!(t, "deletion-sure-big"), tr!(t, "deletion-sure-how")),
            };
            let row = sheet.big(panel, 1, &big, scale);
            let row = who(ctx, sheet, panel, row + 1, Who::Operator, &how);
            sheet.put(panel, row, bay::key_in_question(ctx, key));
            let row = lost(ctx, sheet, panel, row + 1, (losses, *by));
            let prompt = tr!(t, "give-up-type", name = word.as_str());
            let typed = Line::from(vec![
                s(format!("{prompt}  "), ctx.theme.plain()),
                s(format!("{}▏", line.as_str()), ctx.theme.strong()),
            ]);
            sheet.put(panel, row, typed);
            if *wrong {
                let wrong = format!("! {}", tr!(t, "give-up-wrong"));
                sheet.put(panel, row + 1, s(wrong, ctx.theme.warning()));
            }
        }
    }
}

/// What is lost, by name; returns the row below.
fn lost(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    panel: Rect,
    mut row: u16,
    (losses, by): (&Losses, LostBy),
) -> u16 {
    let t = ctx.text;
    if by == LostBy::Deletion {
        return ended(ctx, sheet, panel, row, losses);
    }
    for lost in &losses.enrolments {
        let mut name = lost.person.name.clone();
        if let Some(organisation) = &lost.person.organisation {
            name = format!("{name} · {}", organisation.name);
        }
        let line = tr!(
            t,
            "reset-lost",
            name = name,
            day = ctx.day(lost.enrolled_at)
        );
        row = sheet.bullet(
            panel,
            row,
            s("×", ctx.theme.danger()),
            &line,
            ctx.theme.strong(),
        );
    }
    for lost in &losses.unsure {
        let line = tr!(
            t,
            "reset-unsure",
            name = lost.person.name.as_str(),
            day = ctx.day(lost.enrolled_at)
        );
        let mark = s("?", ctx.theme.warning());
        row = sheet.bullet(panel, row, mark, &line, ctx.theme.plain());
    }
    for other in losses.others.iter().flatten() {
        let account = other.account.as_deref().unwrap_or("–");
        let line = tr!(
            t,
            "reset-lost-other",
            account = account,
            rp = other.rp_id.as_str()
        );
        row = sheet.bullet(
            panel,
            row,
            s("×", ctx.theme.danger()),
            &line,
            ctx.theme.plain(),
        );
    }
    if losses.silent {
        let silent = tr!(t, "reset-silent");
        let mark = s("?", ctx.theme.warning());
        row = sheet.bullet(panel, row, mark, &silent, ctx.theme.plain());
    } else if losses.enrolments.is_empty() && losses.unsure.is_empty() {
        let nobody = tr!(t, "reset-lost-nobody");
        row = sheet.bullet(
            panel,
            row,
            s("✓", ctx.theme.good()),
            &nobody,
            ctx.theme.plain(),
        );
    }
    let besides = tr!(t, "reset-lost-besides");
    sheet.bullet(
        panel,
        row,
        s("×", ctx.theme.danger()),
        &besides,
        ctx.theme.plain(),
    )
}

/// Whose enrolment ends, where, and whether they can still log in.
fn ended(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, panel: Rect, mut row: u16, losses: &Losses) -> u16 {
    let t = ctx.text;
    for lost in &losses.enrolments {
        let person = &lost.person;
        let mut name = person.name.clone();
        if let Some(organisation) = &person.organisation {
            name = format!("{name} · {}", organisation.name);
        }
        let day = ctx.day(lost.enrolled_at);
        let line = tr!(
            t,
            "deletion-lost",
            name = name,
            rp = lost.rp_id.as_str(),
            day = day
        );
        let cross = s("×", ctx.theme.danger());
        row = sheet.bullet(panel, row, cross, &line, ctx.theme.strong());
        let others = (person.keys + person.apps).saturating_sub(1);
        let (mark, line) = match others {
            0 => (s("!", ctx.theme.warning()), tr!(t, "deletion-last")),
            count => (
                s("✓", ctx.theme.good()),
                tr!(t, "deletion-others", count = count),
            ),
        };
        row = sheet.bullet(panel, row, mark, &line, ctx.theme.plain());
    }
    row
}

/// What is to be done with the key now.
pub(in crate::tui) fn coach(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    panel: Rect,
    scale: u16,
    coached: &Coached,
) {
    let t = ctx.text;
    let slot = coached.key.slot;
    match coached.coach {
        Coach::Pull { again } => {
            let row = sheet.big(panel, 1, &tr!(t, "cycle-big", slot = slot), scale);
            let how = tr!(t, "reset-pull-how", slot = slot);
            let row = who(ctx, sheet, panel, row + 1, Who::Person, &how);
            sheet.put(panel, row, bay::key_spans(ctx, &coached.key));
            if let Some(again) = again {
                let why = why_again(ctx, again);
                sheet.bullet(
                    panel,
                    row + 2,
                    s("!", ctx.theme.warning()),
                    &why,
                    ctx.theme.plain(),
                );
            }
        }
        Coach::PutBack { window_s } => {
            let row = sheet.big(panel, 1, &tr!(t, "pulled-big", slot = slot), scale);
            let how = tr!(t, "reset-put-how", slot = slot, seconds = window_s);
            let row = who(ctx, sheet, panel, row + 1, Who::Person, &how);
            sheet.put(panel, row, bay::key_spans(ctx, &coached.key));
        }
        Coach::Window { until } => {
            let seconds = ctx.seconds_left(until).to_string();
            let row = sheet.big(panel, 1, &seconds, scale);
            let how = tr!(t, "reset-window-how");
            who(ctx, sheet, panel, row + 1, Who::Station, &how);
        }
        Coach::Touch { until, hold_s } => {
            let (big, how) = match hold_s {
                0 => (
                    tr!(t, "touch-big", slot = slot),
                    tr!(t, "reset-touch-how", slot = slot),
                ),
                _ => (
                    tr!(t, "reset-hold-big", slot = slot),
                    tr!(
                        t,
                        "reset-hold-how",
                        slot = slot,
                        seconds = hold_s,
                        most = HOLD_MOST_S
                    ),
                ),
            };
            let row = sheet.big(panel, 1, &big, scale);
            let row = who(ctx, sheet, panel, row + 1, Who::Person, &how) + 1;
            let seconds = ctx.seconds_left(until);
            let below = sheet.big(panel, row, &seconds.to_string(), scale);
            let held = coached.held_since.map(|since| ctx.seconds_since(since));
            if let Some(held) = held.filter(|_| hold_s > 0) {
                let line = format!("● {}", tr!(t, "reset-holding", seconds = held));
                sheet.put(panel, below, s(line, ctx.theme.strong()));
            }
        }
    }
}

fn why_again(ctx: Ctx<'_>, again: Again) -> String {
    let t = ctx.text;
    match again {
        Again::TooLate => tr!(t, "reset-again-too-late"),
        Again::Untouched => tr!(t, "reset-again-untouched"),
        Again::Pulled => tr!(t, "reset-again-pulled"),
        Again::OtherKey => tr!(t, "reset-again-other-key"),
    }
}

pub(in crate::tui) fn done(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    body: Rect,
    size: u16,
    (key, losses, push): (&KeyFacts, &Losses, &PushState),
) {
    let t = ctx.text;
    let tick = || s("✓", ctx.theme.good());
    let row = sheet.big(body, 0, &tr!(t, "done-big"), size) + 1;
    let done = tr!(t, "done-reset", model = bay::key_line(ctx, key));
    let row = sheet.bullet(body, row, tick(), &done, ctx.theme.strong());
    let (mark, line) = match push {
        PushState::Accepted | PushState::Waiting => (tick(), tr!(t, "done-reset-told")),
        PushState::Queued => (s("…", ctx.theme.strong()), tr!(t, "done-reset-queued")),
        PushState::Conflict { code, detail } => (
            s("!", ctx.theme.warning()),
            tr!(t, "done-conflict", detail = t.said(code, detail)),
        ),
    };
    let mut row = sheet.bullet(body, row, mark, &line, ctx.theme.plain()) + 1;
    for person in losses.people() {
        let line = tr!(t, "done-reset-lost", name = person.name.as_str());
        row = sheet.bullet(
            body,
            row,
            s("!", ctx.theme.warning()),
            &line,
            ctx.theme.plain(),
        );
    }
    for lost in &losses.unsure {
        let line = tr!(t, "done-reset-unsure", name = lost.person.name.as_str());
        let mark = s("?", ctx.theme.warning());
        row = sheet.bullet(body, row, mark, &line, ctx.theme.plain());
    }
}
