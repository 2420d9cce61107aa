//! A person's page: who they are, their keys, and what to advise.

use ratatui::layout::Rect;

use super::chrome::{frame, page_title};
use super::sheet::{Cell, Sheet, s};
use super::{Ctx, bay, below, columns, home, top};
use crate::domain::Person;
use crate::text::tr;
use crate::tui::model::PersonPage;
use crate::wire::Credential;

pub(super) fn draw(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    let body = frame(
        ctx,
        sheet,
        area,
        page_title(ctx, Some(tr!(ctx.text, "person-title"))),
    );
    let Some(page) = &ctx.model.desk.person else {
        return;
    };
    if body.width < 110 {
        let row = facts(ctx, sheet, body, &page.person);
        keys(ctx, sheet, below(body, row + 1), page);
        return;
    }
    let [left, middle, right] = columns(body, [body.width * 3 / 10, body.width * 3 / 10, 0]);
    facts(
        ctx,
        sheet,
        Rect {
            width: left.width.saturating_sub(2),
            ..left
        },
        &page.person,
    );
    sheet.divider(middle);
    keys(
        ctx,
        sheet,
        Rect {
            x: middle.x + 2,
            width: middle.width.saturating_sub(4),
            ..middle
        },
        page,
    );
    sheet.divider(right);
    let right = Rect {
        x: right.x + 2,
        width: right.width.saturating_sub(2),
        ..right
    };
    let slots = u16::try_from(ctx.model.bay.len())
        .unwrap_or(u16::MAX)
        .clamp(1, right.height / 2);
    bay::strip(ctx, sheet, top(right, slots + 1));
    home::history(ctx, sheet, below(right, slots + 2));
}

/// Everything that tells a person from another one; returns the row below.
pub(super) fn facts(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, person: &Person) -> u16 {
    let t = ctx.text;
    let missing = || "–".to_owned();
    let organisation = person.organisation.as_ref();
    let lines = [
        (
            tr!(t, "person-organisation"),
            organisation.map_or_else(missing, |o| o.name.clone()),
        ),
        (
            tr!(t, "person-coc"),
            organisation
                .and_then(|o| o.coc_number.clone())
                .unwrap_or_else(missing),
        ),
        (tr!(t, "person-kind"), t.kind(person.kind)),
        (
            tr!(t, "person-email"),
            person.email.clone().unwrap_or_else(missing),
        ),
        (
            tr!(t, "person-number"),
            person.employee_number.clone().unwrap_or_else(missing),
        ),
        (tr!(t, "person-factors"), t.factors(person)),
    ];
    sheet.put(area, 0, s(person.name.clone(), ctx.theme.strong()));
    let mut row = 1;
    for (name, value) in lines {
        sheet.cells(
            area,
            row,
            &[
                (21, name, ctx.theme.quiet()),
                (area.width, value, ctx.theme.plain()),
            ],
        );
        row += 1;
    }
    row
}

/// E-mail, number and Chamber of Commerce number in one line, for two people of one name.
pub(super) fn telling_apart(ctx: Ctx<'_>, person: &Person) -> String {
    let number = person
        .employee_number
        .as_ref()
        .map(|number| tr!(ctx.text, "person-number-short", number = number.as_str()));
    let coc = person
        .organisation
        .as_ref()
        .and_then(|o| o.coc_number.as_ref())
        .map(|coc| tr!(ctx.text, "person-coc-short", number = coc.as_str()));
    let parts: Vec<String> = person
        .email
        .clone()
        .into_iter()
        .chain(number)
        .chain(coc)
        .collect();
    parts.join(" · ")
}

fn keys(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, page: &PersonPage) {
    sheet.rule(area, 0, &tr!(ctx.text, "person-credentials"));
    let mut row = 1;
    match &page.detail {
        None if page.from_ticket => {
            let words = format!("! {}", tr!(ctx.text, "person-from-ticket"));
            row = sheet.paragraph(area, row, &words, ctx.theme.warning());
        }
        None => {
            sheet.put(
                area,
                row,
                s(tr!(ctx.text, "person-loading"), ctx.theme.quiet()),
            );
            row += 1;
        }
        Some(detail) if detail.credentials.is_empty() => {
            sheet.put(
                area,
                row,
                s(tr!(ctx.text, "person-no-credentials"), ctx.theme.plain()),
            );
            row += 1;
        }
        Some(detail) => {
            for credential in &detail.credentials {
                row = credential_rows(ctx, sheet, area, row, credential);
            }
        }
    }
    let advice = if page.person.lacks_standby_key() {
        Some((tr!(ctx.text, "person-advice-standby"), page.person.keys > 0))
    } else if page.person.keys == 0 {
        Some((tr!(ctx.text, "person-advice-first"), false))
    } else {
        None
    };
    if let Some((words, urgent)) = advice {
        let (mark, style) = if urgent {
            ("!", ctx.theme.warning())
        } else {
            ("·", ctx.theme.plain())
        };
        sheet.bullet(area, row + 1, s(mark, style), &words, ctx.theme.plain());
    }
}

fn credential_rows(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    area: Rect,
    row: u16,
    credential: &Credential,
) -> u16 {
    let t = ctx.text;
    let key = &credential.key;
    let firmware = key
        .firmware
        .map(crate::domain::key::firmware_text)
        .unwrap_or_default();
    let serial = key
        .id
        .serial
        .as_ref()
        .map(|serial| tr!(t, "person-serial", serial = serial.as_str()))
        .unwrap_or_default();
    let enrolled = tr!(t, "person-enrolled", day = ctx.day(credential.enrolled_at));
    let mark: Cell = match credential.gone_at {
        Some(_) => (2, "×".to_owned(), ctx.theme.warning()),
        None => (2, "✓".to_owned(), ctx.theme.good()),
    };
    let tested = match (credential.gone_at, credential.last_tested_at) {
        (Some(at), _) => tr!(t, "credential-gone", day = ctx.day(at)),
        (None, Some(at)) => tr!(t, "person-tested", day = ctx.day(at)),
        (None, None) => tr!(t, "person-never-tested"),
    };
    let plain = ctx.theme.plain();
    let what: [Cell; 4] = [
        mark,
        (24, key.model.clone(), ctx.theme.strong()),
        (8, firmware, plain),
        (24, serial, plain),
    ];
    sheet.cells(area, row, &what);
    let when: [Cell; 3] = [
        (2, String::new(), plain),
        (24, enrolled, plain),
        (28, tested, plain),
    ];
    sheet.cells(area, row + 1, &when);
    row + 2
}
