//! Giving something up: what is lost, by name, confirmed once by typing that name.

use ratatui::layout::Rect;

use super::{Screen, Typing, back, go, start};
use crate::domain::search::is_same_text;
use crate::domain::{EntryId, IntentId};
use crate::record::Resolution;
use crate::station::face::Command;
use crate::text::tr;
use crate::tui::clean::clean;
use crate::tui::entry::Line;
use crate::tui::keys::{ENTER, ESC, Edit, row};
use crate::tui::model::{Model, Page};
use crate::tui::update::Effect;
use crate::tui::view::Ctx;
use crate::tui::view::chrome::{Who, frame, page_title, scale, who};
use crate::tui::view::sheet::{Sheet, s};
use crate::workflow::dialogue::Job;
use crate::workflow::{How, Order};

/// A longer name is not asked for.
const NAME_CHARS_MAX: usize = 60;

/// Something that is about to be given up, with no way back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivingUp {
    pub what: GivenUp,
    pub name: String,
    pub line: Line,
    /// The last attempt was wrong.
    pub wrong: bool,
}

/// What can be given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GivenUp {
    /// A test that the registry refused: it leaves the outbox.
    Test(EntryId),
    /// An enrolment that the registry refused: its credential is deleted from the key.
    Enrolment(EntryId),
    /// The same, whose key is not to be had.
    EnrolmentWithoutKey(EntryId),
    /// Unfinished work whose key is not to be had: what may remain on the key is recorded.
    Work(IntentId),
}

impl GivenUp {
    /// The page that it is on.
    fn page(self) -> Page {
        match self {
            Self::Test(_) | Self::Enrolment(_) | Self::EnrolmentWithoutKey(_) => Page::Outbox(0),
            Self::Work(_) => Page::Unfinished(0),
        }
    }
}

impl GivingUp {
    /// Whose name is typed or, where a keyboard can't produce that, the registry's identifier.
    pub fn of(what: GivenUp, name: &str, id: &str) -> Self {
        Self {
            what,
            name: typeable(name, id),
            line: Line::default(),
            wrong: false,
        }
    }
}

pub(super) static SCREEN: Screen = Screen {
    rows: &[row!(ENTER => "key-confirm", Left, Kiosk(|m, _| confirm(m)))],
    typing: Typing::Text(edit),
    after: &[&[row!(ESC => "key-back", Left, Kiosk(|m, _| back(m, leave)))]],
    draw,
    waits: |_, t| Some(tr!(t, "waits-give-up")),
    ..Screen::NOTHING
};

fn leave(model: &mut Model) -> Vec<Effect> {
    if let Page::GiveUp(giving_up) = &model.page {
        model.page = giving_up.what.page();
    }
    Vec::new()
}

fn edit(model: &mut Model, edit: Edit) -> Vec<Effect> {
    if let Page::GiveUp(giving_up) = &mut model.page {
        giving_up.wrong = false;
        model.full_at = giving_up.line.edit(edit);
    }
    Vec::new()
}

fn confirm(model: &mut Model) -> Vec<Effect> {
    let Page::GiveUp(giving_up) = &mut model.page else {
        return Vec::new();
    };
    if !is_same_text(giving_up.line.as_str(), &giving_up.name) {
        giving_up.wrong = true;
        return Vec::new();
    }
    let what = giving_up.what;
    go(model, what.page());
    match what {
        GivenUp::Test(entry) => {
            let how = Resolution::Withdrawn;
            vec![Effect::Send(Command::ResolveConflict { entry, how })]
        }
        GivenUp::Enrolment(entry) => {
            let how = How::WithKey;
            start(model, Order::Withdraw { entry, how }, None)
        }
        GivenUp::EnrolmentWithoutKey(entry) => {
            let how = How::WithoutKey;
            start(model, Order::Withdraw { entry, how }, None)
        }
        GivenUp::Work(intent) => {
            let known = model
                .unfinished()
                .into_iter()
                .find(|work| work.id() == intent);
            let job = known.map(|work| Job::Resolve {
                unfinished: Box::new(work.clone()),
            });
            let how = How::WithoutKey;
            start(model, Order::Resolve { intent, how }, job)
        }
    }
}

/// The name as it is to be typed; the registry's identifier where a keyboard can't produce the name.
pub fn typeable(name: &str, id: &str) -> String {
    let name = name.trim();
    if clean(name) == name && name.chars().count() <= NAME_CHARS_MAX {
        name.to_owned()
    } else {
        id.to_owned()
    }
}

fn draw(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    let Page::GiveUp(giving_up) = &ctx.model.page else {
        return;
    };
    let t = ctx.text;
    let name = giving_up.name.as_str();
    let (page, big, how) = match giving_up.what {
        GivenUp::Enrolment(_) => (
            tr!(t, "outbox-title"),
            tr!(t, "withdraw-big"),
            tr!(t, "withdraw-how", name = name),
        ),
        GivenUp::EnrolmentWithoutKey(_) => (
            tr!(t, "outbox-title"),
            tr!(t, "withdraw-big"),
            tr!(t, "withdraw-without-key-how", name = name),
        ),
        GivenUp::Test(_) => (
            tr!(t, "outbox-title"),
            tr!(t, "withdraw-big"),
            tr!(t, "withdraw-test-how", name = name),
        ),
        GivenUp::Work(_) => (
            tr!(t, "unfinished-title"),
            tr!(t, "without-key-big"),
            tr!(t, "without-key-how", name = name),
        ),
    };
    let body = frame(ctx, sheet, area, page_title(ctx, Some(page)));
    let row = sheet.big(body, 1, &big, scale(area));
    let row = who(ctx, sheet, body, row + 1, Who::Operator, &how);
    let prompt = tr!(t, "give-up-type", name = name);
    let line = ratatui::text::Line::from(vec![
        s(format!("{prompt}  "), ctx.theme.plain()),
        s(format!("{}▏", giving_up.line.as_str()), ctx.theme.strong()),
    ]);
    sheet.put(body, row + 1, line);
    if giving_up.wrong {
        let wrong = format!("! {}", tr!(t, "give-up-wrong"));
        sheet.put(body, row + 2, s(wrong, ctx.theme.warning()));
    }
}
