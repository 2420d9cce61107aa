//! Unfinished work: what was begun, what is known of it, and the one safe way on. It is taken up, or ended without its key.

use ratatui::crossterm::event::KeyCode;
use ratatui::layout::Rect;

use super::bay::view as bay;
use super::care;
use super::giving_up::{GivenUp, GivingUp};
use super::{BACK, PAGES, Screen, chosen, start};
use crate::record::Unfinished;
use crate::station::face::HomeView;
use crate::text::tr;
use crate::tui::keys::{ENTER, Move, letter, row};
use crate::tui::model::{Model, Page};
use crate::tui::scenes::{Scene, Stage, cast};
use crate::tui::update::Effect;
use crate::tui::view::chrome::{frame, page_title};
use crate::tui::view::sheet::{Cell, Sheet, s};
use crate::tui::view::{Ctx, below, top};
use crate::workflow::dialogue::Job;
use crate::workflow::{How, Order};

pub(super) static SCREEN: Screen = Screen {
    rows: &[
        row!(ENTER => "key-take-up", Left, Kiosk(|m, _| take_up(m))),
        row!(letter('n') => "key-without-key", Left, Kiosk(|m, _| without_key(m))),
    ],
    list: Some(mark),
    after: &[BACK, PAGES],
    draw,
    waits: |m, t| Some(chosen(t, &m.unfinished(), tr!(t, "waits-unfinished"))),
    ..Screen::NOTHING
};

impl Model {
    /// Unfinished work, but for what a batch is at: nobody else takes that up, or ends it.
    pub fn unfinished(&self) -> Vec<&Unfinished> {
        let slots = self.batch.on().map_or(&[][..], |board| &board.slots);
        let under_way = |work: &Unfinished| {
            work.key().is_some_and(|key| {
                let mut slots = slots.iter();
                slots.any(|slot| slot.place == key.place && slot.work.is_under_way())
            })
        };
        let known = self.people().into_iter();
        known
            .flat_map(|people| &people.unfinished)
            .filter(|work| !under_way(work))
            .collect()
    }
}

fn marked(model: &Model) -> Option<&Unfinished> {
    match model.page {
        Page::Unfinished(at) => model.unfinished().get(at).copied(),
        _ => None,
    }
}

fn mark(model: &mut Model, to: Move) {
    let lines = model.unfinished().len();
    if let Page::Unfinished(at) = &mut model.page {
        to.on(at, lines, super::LINES);
    }
}

fn take_up(model: &mut Model) -> Vec<Effect> {
    let Some(work) = marked(model) else {
        return Vec::new();
    };
    let order = Order::Resolve {
        intent: work.id(),
        how: How::WithKey,
    };
    let unfinished = Box::new(work.clone());
    start(model, order, Job::Resolve { unfinished })
}

/// Unfinished work whose key is lost or broken.
fn without_key(model: &mut Model) -> Vec<Effect> {
    let Some(work) = marked(model) else {
        return Vec::new();
    };
    let id = match (work, work.person()) {
        (_, Some(person)) => person.id.to_string(),
        (Unfinished::OwnKey(own), None) => own.offer.operator.id.to_string(),
        // A model's name is plain; should it not be, the place where the key was.
        (Unfinished::Care(care), None) => care.key.place.to_string(),
        (_, None) => work.key().map_or(0, |key| key.slot).to_string(),
    };
    let page = GivingUp::of(GivenUp::Work(work.id()), work.name(), &id);
    super::go(model, Page::GiveUp(page))
}

/// Rows for what is known of the marked entry.
const DETAIL_ROWS: u16 = 11;

fn draw(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    let Page::Unfinished(marked) = ctx.model.page else {
        return;
    };
    let t = ctx.text;
    let body = frame(
        ctx,
        sheet,
        area,
        page_title(ctx, Some(tr!(t, "unfinished-title"))),
    );
    let entries = ctx.model.unfinished();
    let Some(&work) = entries.get(marked) else {
        sheet.put(
            body,
            1,
            s(
                format!("✓ {}", tr!(t, "unfinished-empty")),
                ctx.theme.plain(),
            ),
        );
        return;
    };
    let list = top(body, body.height.saturating_sub(DETAIL_ROWS));
    let (first, shown) = bay::window(entries.len(), usize::from(list.height), marked);
    for (row, (index, work)) in (0..).zip(entries.iter().enumerate().skip(first).take(shown)) {
        work_row(ctx, sheet, list, row, work, index == marked);
    }
    let detail = below(body, body.height.saturating_sub(DETAIL_ROWS));
    let organisation = work
        .person()
        .and_then(|person| person.organisation.as_ref());
    let whose = match organisation {
        Some(organisation) => format!("{} · {}", work.name(), organisation.name),
        None => work.name().to_owned(),
    };
    sheet.rule(detail, 0, &whose);
    let detail = below(detail, 1);
    let which = match (work, work.key()) {
        (_, Some(key)) => tr!(
            t,
            "unfinished-key",
            model = key.model.as_str(),
            slot = key.slot
        ),
        (Unfinished::App(app), None) => app.name.clone(),
        (Unfinished::Token(token), None) => {
            tr!(t, "unfinished-token", serial = token.serial.as_str())
        }
        (Unfinished::Person(begun), None) => {
            tr!(t, "unfinished-person", count = begun.factors.len())
        }
        (_, None) => String::new(),
    };
    sheet.put(detail, 0, s(which, ctx.theme.plain()));
    let outlook = t.outlook(work);
    let plain = ctx.theme.plain();
    let known = match work {
        Unfinished::App(_) => tr!(t, "unfinished-on-phone", what = outlook.known),
        Unfinished::Token(_) => tr!(t, "unfinished-on-token", what = outlook.known),
        Unfinished::Person(_) => tr!(t, "unfinished-on-account", what = outlook.known),
        Unfinished::Enrolment(_)
        | Unfinished::OwnKey(_)
        | Unfinished::Withdrawal(_)
        | Unfinished::Reset(_)
        | Unfinished::Deletion(_)
        | Unfinished::Care(_) => tr!(t, "unfinished-on-key", what = outlook.known),
    };
    let registry = tr!(t, "unfinished-at-registry", what = outlook.registry);
    let row = sheet.paragraph(detail, 1, &known, plain);
    let row = sheet.paragraph(detail, row, &registry, plain);
    let row = sheet.paragraph(detail, row, &outlook.way, ctx.theme.strong());
    sheet.paragraph(detail, row, &outlook.without_key, plain);
}

fn work_row(
    ctx: Ctx<'_>,
    sheet: &mut Sheet<'_>,
    area: Rect,
    row: u16,
    work: &Unfinished,
    marked: bool,
) {
    let t = ctx.text;
    let plain = ctx.theme.plain();
    let begun = work.begun_at();
    let cells: [Cell; 4] = [
        (
            2,
            if marked { "▸" } else { " " }.to_owned(),
            ctx.theme.strong(),
        ),
        (17, format!("{} {}", ctx.day(begun), ctx.time(begun)), plain),
        (20, work.name().to_owned(), ctx.theme.strong()),
        (40, tr!(t, "unfinished-stage", stage = t.stage(work)), plain),
    ];
    sheet.cells(area, row, &cells);
    if marked {
        sheet.tint(area, row, ctx.theme.marked());
    }
}

/// Its scenes.
pub static SCENES: &[Scene] = &[
    ("unfinished", unfinished),
    ("unfinished-without-key", given_up),
    ("unfinished-deletion", unfinished_deletion),
    ("unfinished-person", unfinished_person),
];

fn unfinished(stage: &mut Stage) {
    stage.sign_in(cast::much_unfinished());
    stage.press(KeyCode::F(6));
}

fn unfinished_deletion(stage: &mut Stage) {
    let stopped = Unfinished::Deletion(care::deletion::stopped());
    stage.sign_in(HomeView {
        people: cast::with_unfinished(vec![stopped]).people,
        ..cast::busy_home()
    });
    stage.press(KeyCode::F(6));
}

fn unfinished_person(stage: &mut Stage) {
    stage.sign_in(HomeView {
        people: cast::with_unfinished(vec![cast::person_reset()]).people,
        ..cast::busy_home()
    });
    stage.press(KeyCode::F(6));
}

fn given_up(stage: &mut Stage) {
    unfinished(stage);
    stage.press(KeyCode::Char('n'));
    stage.type_text("P. Example");
}
