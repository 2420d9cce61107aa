//! Choosing a batch: the profile, the list, the statement, and the dry run before anything begins.

use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::domain::profile::Budget;
use crate::station::face::board::{BatchOffer, Forecast, KeyForecast, ProfileView};
use crate::text::tr;
use crate::tui::model::{BatchPage, Page};
use crate::tui::screens::{batch::board, bay::view as bay};
use crate::tui::view::chrome::{Who, frame, page_title, who};
use crate::tui::view::sheet::{Cell, Sheet, s};
use crate::tui::view::{Ctx, below, top};

/// Rows for what is known of the marked line.
const DETAIL_ROWS: u16 = 5;

pub(in crate::tui) fn draw(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    let Page::Batch(page) = &ctx.model.page else {
        return;
    };
    if let BatchPage::Board(marked) = page {
        return board::draw(ctx, sheet, area, *marked);
    }
    let title = tr!(ctx.text, "batch-title");
    let body = frame(ctx, sheet, area, page_title(ctx, Some(title)));
    let batch = &ctx.model.batch;
    let Some(offer) = &batch.offer else {
        sheet.put(body, 1, s(tr!(ctx.text, "home-loading"), ctx.theme.quiet()));
        return;
    };
    match page {
        BatchPage::Profiles(marked) => profiles(ctx, sheet, body, offer, *marked),
        BatchPage::Lists(marked) => lists(ctx, sheet, body, offer, *marked),
        BatchPage::Statement(line) => statement(ctx, sheet, body, line.as_str()),
        BatchPage::Forecast(at) => forecast(ctx, sheet, body, *at),
        BatchPage::Board(_) => {}
    }
}

fn profiles(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, body: Rect, offer: &BatchOffer, marked: usize) {
    let t = ctx.text;
    let Some(folder) = &offer.folder else {
        sheet.paragraph(body, 1, &tr!(t, "batch-no-folder"), ctx.theme.plain());
        return;
    };
    let mut row = who(ctx, sheet, body, 0, Who::Operator, &tr!(t, "batch-choose"));
    if let Some((_, name, tally)) = &offer.open {
        let wanted = tally
            .wanted
            .map_or_else(|| "–".to_owned(), |wanted| wanted.to_string());
        let line = tr!(
            t,
            "batch-open",
            name = name.as_str(),
            done = tally.done,
            wanted = wanted
        );
        line_at(
            ctx,
            sheet,
            body,
            row + 1,
            (line, ctx.theme.warning()),
            marked == 0,
        );
        row = sheet.paragraph(body, row + 2, &tr!(t, "batch-open-how"), ctx.theme.quiet());
    }
    if offer.profiles.is_empty() {
        let none = tr!(t, "batch-none", folder = folder.as_str());
        sheet.paragraph(body, row + 1, &none, ctx.theme.plain());
        return;
    }
    let list = below(body, row + 1);
    let list = top(list, list.height.saturating_sub(DETAIL_ROWS));
    let skipped = usize::from(offer.open.is_some());
    let at = marked.saturating_sub(skipped);
    let (first, shown) = bay::window(offer.profiles.len(), usize::from(list.height), at);
    for (row, (index, profile)) in
        (0..).zip(offer.profiles.iter().enumerate().skip(first).take(shown))
    {
        let (words, style) = match &profile.is {
            Ok(profile) => (profile.name.clone(), ctx.theme.strong()),
            Err(_) => (format!("! {}", profile.file), ctx.theme.warning()),
        };
        line_at(
            ctx,
            sheet,
            list,
            row,
            (words, style),
            index + skipped == marked,
        );
    }
    let detail = below(body, body.height.saturating_sub(DETAIL_ROWS));
    let Some(profile) = offer.profiles.get(at).filter(|_| marked >= skipped) else {
        return;
    };
    sheet.rule(detail, 0, &profile.file);
    match &profile.is {
        Ok(view) => {
            let row = sheet.paragraph(detail, 1, &steps(ctx, view), ctx.theme.plain());
            sheet.put(detail, row, s(budget(ctx, view.each), ctx.theme.plain()));
        }
        Err(why) => {
            sheet.paragraph(detail, 1, &t.file_fault(why), ctx.theme.warning());
        }
    }
}

fn line_at(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    area: Rect,
    row: u16,
    (words, style): (String, ratatui::style::Style),
    marked: bool,
) {
    let mark = if marked { "▸ " } else { "  " };
    sheet.put(
        area,
        row,
        Line::from(vec![s(mark, ctx.theme.strong()), s(words, style)]),
    );
    if marked {
        sheet.tint(area, row, ctx.theme.marked());
    }
}

fn steps(ctx: Ctx<'_>, view: &ProfileView) -> String {
    let steps: Vec<String> = view
        .steps
        .iter()
        .map(|step| ctx.text.batch_step(*step))
        .collect();
    steps.join(" → ")
}

/// "2 touches, 1 PIN each".
fn budget(ctx: Ctx<'_>, each: Budget) -> String {
    tr!(
        ctx.text,
        "batch-each",
        touches = each.touches,
        pins = each.pins,
        tags = each.tags
    )
}

fn lists(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, body: Rect, offer: &BatchOffer, marked: usize) {
    let t = ctx.text;
    let row = who(
        ctx,
        sheet,
        body,
        0,
        Who::Operator,
        &tr!(t, "batch-choose-list"),
    );
    let list = below(body, row + 1);
    if offer.lists.is_empty() {
        let folder = offer.folder.clone().unwrap_or_default();
        sheet.paragraph(
            list,
            0,
            &tr!(t, "batch-no-list", folder = folder),
            ctx.theme.plain(),
        );
        return;
    }
    let list = top(list, list.height.saturating_sub(DETAIL_ROWS));
    let (first, shown) = bay::window(offer.lists.len(), usize::from(list.height), marked);
    for (row, (index, people)) in (0..).zip(offer.lists.iter().enumerate().skip(first).take(shown))
    {
        let (words, style) = match &people.is {
            Ok((count, _)) => {
                let count = tr!(t, "batch-people", count = (*count));
                (format!("{:<40} {count}", people.file), ctx.theme.strong())
            }
            Err(_) => (format!("! {}", people.file), ctx.theme.warning()),
        };
        line_at(ctx, sheet, list, row, (words, style), index == marked);
    }
    let detail = below(body, body.height.saturating_sub(DETAIL_ROWS));
    if let Some(Err(why)) = offer.lists.get(marked).map(|list| &list.is) {
        sheet.rule(detail, 0, "");
        sheet.paragraph(detail, 1, &t.file_fault(why), ctx.theme.warning());
    }
}

fn statement(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, body: Rect, typed: &str) {
    let (t, strong) = (ctx.text, ctx.theme.strong());
    let how = tr!(t, "batch-statement-how");
    let row = who(ctx, sheet, body, 0, Who::Operator, &how);
    // Of its own: an example stands in it, and what is typed takes a line as well.
    sheet.put(
        body,
        row + 1,
        s(tr!(t, "batch-statement"), ctx.theme.plain()),
    );
    sheet.put(body, row + 2, s(format!("{typed}▏"), strong));
}

fn forecast(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, body: Rect, at: usize) {
    let t = ctx.text;
    let forecast = match &ctx.model.batch.forecast {
        None => {
            sheet.put(body, 1, s(tr!(t, "batch-looking"), ctx.theme.quiet()));
            return;
        }
        Some(Err(why)) => {
            let why = t.remark(why);
            sheet.paragraph(body, 1, &format!("! {why}"), ctx.theme.warning());
            return;
        }
        Some(Ok(forecast)) => forecast,
    };
    let taking = forecast
        .keys
        .iter()
        .filter(|key| key.refused.is_none())
        .count();
    let how = tr!(
        t,
        "batch-forecast-how",
        taking = taking,
        keys = forecast.keys.len()
    );
    let row = who(ctx, sheet, body, 0, Who::Operator, &how);
    let row = sheet.paragraph(body, row, &whole(ctx, forecast), ctx.theme.strong());
    let list = below(body, row + 1);
    let list = top(list, list.height.saturating_sub(DETAIL_ROWS));
    let (first, shown) = bay::window(forecast.keys.len(), usize::from(list.height), at);
    for (row, (index, key)) in (0..).zip(forecast.keys.iter().enumerate().skip(first).take(shown)) {
        forecast_row(ctx, sheet, list, row, key, index == at);
    }
    let detail = below(body, body.height.saturating_sub(DETAIL_ROWS));
    if let Some(key) = forecast.keys.get(at) {
        details(ctx, sheet, detail, key);
    }
}

/// "2 touches, 1 PIN each; 16 keys: 32 touches".
fn whole(ctx: Ctx<'_>, forecast: &Forecast) -> String {
    let each = budget(ctx, forecast.each);
    match forecast.whole {
        Some(whole) => {
            let all = tr!(
                ctx.text,
                "batch-whole",
                touches = whole.touches,
                pins = whole.pins
            );
            format!("{each}; {all}")
        }
        None => each,
    }
}

fn forecast_row(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    area: Rect,
    row: u16,
    key: &KeyForecast,
    marked: bool,
) {
    let (mark, what, style) = match &key.refused {
        Some(why) => ("×", ctx.text.unfit(why), ctx.theme.warning()),
        None => {
            let steps: Vec<String> = key
                .steps
                .iter()
                .map(|step| ctx.text.batch_step(*step))
                .collect();
            let whom = key
                .person
                .as_ref()
                .map(|person| format!("{person}: "))
                .unwrap_or_default();
            ("✓", format!("{whom}{}", steps.join(", ")), ctx.theme.good())
        }
    };
    let cells: [Cell; 5] = [
        (
            2,
            if marked { "▸" } else { " " }.to_owned(),
            ctx.theme.strong(),
        ),
        (4, format!("{:>2}", key.slot), ctx.theme.strong()),
        (22, key.model.clone(), ctx.theme.plain()),
        (2, mark.to_owned(), style),
        (area.width.saturating_sub(30), what, style),
    ];
    sheet.cells(area, row, &cells);
    if marked {
        sheet.tint(area, row, ctx.theme.marked());
    }
}

fn details(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, key: &KeyForecast) {
    sheet.rule(
        area,
        0,
        &tr!(
            ctx.text,
            "note-key",
            slot = key.slot,
            model = key.model.as_str()
        ),
    );
    let mut row = 1;
    if let Some(why) = &key.refused {
        row = sheet.bullet(
            area,
            row,
            s("×", ctx.theme.warning()),
            &ctx.text.unfit(why),
            ctx.theme.plain(),
        );
    }
    for lost in &key.lost {
        let line = tr!(ctx.text, "batch-lost", what = ctx.text.taken(*lost));
        row = sheet.bullet(
            area,
            row,
            s("!", ctx.theme.danger()),
            &line,
            ctx.theme.plain(),
        );
    }
    for warning in &key.warnings {
        row = sheet.bullet(
            area,
            row,
            s("!", ctx.theme.warning()),
            &ctx.text.finding(warning),
            ctx.theme.plain(),
        );
    }
}
