//! The screens, one family a file or folder: what it keeps, its rows of the key table, what they do, how it is drawn, and its scenes.
//!
//! This is the only list of them. Invariant: what is in front is decided by [`Model::front`] alone, and for each of it there is one
//! [`Screen`].

pub mod account_reset;
pub mod app;
pub mod batch;
pub mod bay;
pub mod care;
pub mod door;
pub mod giving_up;
pub mod home;
pub mod key;
pub mod loan;
pub mod loss;
pub mod outbox;
pub mod person;
mod phone;
pub mod reset;
pub mod resets;
pub mod run;
pub mod unfinished;

use ratatui::layout::Rect;

use super::keys::{ESC, Edit, Move, Row, f, row};
use super::model::{BatchPage, DeskState, Front, Model, Starting};
use super::scenes::Scene;
use super::update::Effect;
use super::view::Ctx;
use super::view::sheet::Sheet;
use crate::domain::UsbPath;
use crate::domain::authority::Action;
use crate::station::face::Command;
use crate::text::{Text, tr};
use crate::workflow::Order;
use crate::workflow::dialogue::Job;
use giving_up::GivingUp;
use resets::ResetsPage;

/// What lies under the runs and the help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Page {
    Home,
    Person,
    /// What waits for the registry, and the marked entry.
    Outbox(usize),
    /// Something is given up once the name it concerns has been typed.
    GiveUp(GivingUp),
    /// Unfinished work, and the marked entry.
    Unfinished(usize),
    /// Resets of accounts, and the marked one.
    Resets(ResetsPage),
    /// The keys in the bay, and the marked slot.
    Keys(usize),
    Key {
        place: UsbPath,
        /// So many lines are scrolled away.
        at: usize,
    },
    Batch(BatchPage),
    /// What to say to a caller whose codes do not work.
    Phone,
}

impl Page {
    /// What shows on it at once what a run changed that was started there; none: what it shows is told of by itself.
    pub fn opened_anew(&self, desk: &DeskState) -> Option<Command> {
        match self {
            Self::Key { place, .. } => Some(Command::OpenKey {
                place: place.clone(),
            }),
            Self::Person => desk.person.as_ref().map(|page| Command::Open {
                person: page.person.id.clone(),
            }),
            Self::Home
            | Self::Outbox(_)
            | Self::GiveUp(_)
            | Self::Unfinished(_)
            | Self::Resets(_)
            | Self::Keys(_)
            | Self::Batch(_)
            | Self::Phone => None,
        }
    }

    /// Whether it says in large that somebody waits for a release.
    pub fn says_who_waits(&self) -> bool {
        match self {
            Self::Home | Self::Resets(_) => true,
            Self::Person
            | Self::Outbox(_)
            | Self::GiveUp(_)
            | Self::Unfinished(_)
            | Self::Keys(_)
            | Self::Key { .. }
            | Self::Batch(_)
            | Self::Phone => false,
        }
    }
}

/// What can be pressed and typed while something is in front.
pub struct Screen {
    /// Its own rows of the key table.
    pub rows: &'static [Row],
    /// Moves the mark, where there is a list.
    pub list: Option<fn(&mut Model, Move)>,
    pub typing: Typing,
    /// Rows that it shares with others.
    pub after: &'static [&'static [Row]],
    pub draw: fn(Ctx<'_>, &mut Sheet<'_>, Rect),
    /// What it waits for in plain words, where nothing larger says it.
    pub waits: fn(&Model, &Text) -> Option<String>,
}

impl Screen {
    /// On which nothing can be done.
    const NOTHING: Self = Self {
        rows: &[],
        list: None,
        typing: Typing::Nothing,
        after: &[],
        draw: |_, _, _| {},
        waits: |_, _| None,
    };
}

/// Lines that a page key moves.
const LINES: usize = 8;

/// What a key types that is no command.
#[derive(Clone, Copy)]
pub enum Typing {
    Nothing,
    Text(fn(&mut Model, Edit) -> Vec<Effect>),
    /// Digits; letters are commands.
    Digits(fn(&mut Model, Edit) -> Vec<Effect>),
}

impl Typing {
    pub fn edit(self) -> Option<fn(&mut Model, Edit) -> Vec<Effect>> {
        match self {
            Self::Nothing => None,
            Self::Text(edit) | Self::Digits(edit) => Some(edit),
        }
    }
}

/// The scenes of each: what the tests look at and the README shows.
pub const SCENES: [&[Scene]; 21] = [
    door::scenes::SCENES,
    home::SCENES,
    person::SCENES,
    run::scenes::SCENES,
    outbox::SCENES,
    phone::SCENES,
    unfinished::SCENES,
    bay::SCENES,
    care::scenes::SCENES,
    care::deletion::SCENES,
    reset::scenes::SCENES,
    app::scenes::SCENES,
    loan::scenes::SCENES,
    loss::scenes::SCENES,
    account_reset::scenes::SCENES,
    account_reset::scenes::prepared::SCENES,
    account_reset::scenes::ended::SCENES,
    account_reset::away::scenes::SCENES,
    account_reset::at_desk::scenes::SCENES,
    resets::SCENES,
    batch::scenes::SCENES,
];

/// The screen that is in front. The help is none of its own: any key closes it.
pub fn front(model: &Model) -> &'static Screen {
    match model.front() {
        Front::Door(door) => door::screen(model, door),
        Front::Run(run) => run::screen(run),
        Front::Page(page) => self::page(model, page),
    }
}

fn page(model: &Model, page: &Page) -> &'static Screen {
    match page {
        Page::Home => &home::SCREEN,
        Page::Person => &person::SCREEN,
        Page::Outbox(_) => &outbox::SCREEN,
        Page::GiveUp(_) => &giving_up::SCREEN,
        Page::Unfinished(_) => &unfinished::SCREEN,
        Page::Resets(_) => &resets::SCREEN,
        Page::Keys(_) => &bay::SCREEN,
        Page::Key { .. } => &key::SCREEN,
        Page::Phone => &phone::SCREEN,
        Page::Batch(page) => batch::screen(page, &model.batch),
    }
}

/// Ways to the pages that an operator moves between.
pub static PAGES: &[Row] = &[
    row!(f(8) => "key-batch", HelpOnly, Kiosk(|m, _| batch::open(m)))
        .when(|m| m.may(Action::RunBatch)),
    // What waits for a second agent is their first work.
    RESETS,
    row!(f(4) => "key-bay", Left, Kiosk(|m, _| go(m, Page::Keys(0))))
        .when(|m| !matches!(m.page, Page::Keys(_))),
    OUTBOX,
    UNFINISHED,
    row!(f(7) => "key-tickets", HelpOnly, Kiosk(|m, press| home::tickets(m, press)))
        .when(|m| m.may(Action::FetchTickets)),
    row!(f(10) => "key-sign-out", HelpOnly, Kiosk(door::lock::leave)),
];

/// To the resets of accounts. Like the others not on its own page.
pub const RESETS: Row = row!(f(11) => "key-resets", Left, Kiosk(|m, _| resets::open(m)))
    .when(|m| m.sees_resets() && !matches!(m.page, Page::Resets(_)));

/// To what waits for the registry.
pub const OUTBOX: Row = row!(f(5) => "key-outbox", Left, Kiosk(|m, _| go(m, Page::Outbox(0))))
    .when(|m| !matches!(m.page, Page::Outbox(_)));

/// To unfinished work.
pub const UNFINISHED: Row =
    row!(f(6) => "key-unfinished", Left, Kiosk(|m, _| go(m, Page::Unfinished(0))))
        .when(|m| !matches!(m.page, Page::Unfinished(_)));

/// Back to the person at the desk, or home.
pub static BACK: &[Row] = &[row!(ESC => "key-back", Left, Kiosk(|m, _| back(m, leave)))];

/// What a page with a list waits for, while there is something on it.
fn chosen<T>(text: &Text, list: &[T], waits: String) -> String {
    match list {
        [] => tr!(text, "waits-nothing"),
        _ => waits,
    }
}

/// Goes to a page; what belongs to the person stays, so that Esc leads back to it.
pub fn go(model: &mut Model, page: Page) -> Vec<Effect> {
    model.page = page;
    Vec::new()
}

fn leave(model: &mut Model) -> Vec<Effect> {
    let page = match model.desk.person {
        Some(_) => Page::Person,
        None => Page::Home,
    };
    go(model, page)
}

/// Leaves a page so, unless a run was asked for from it: that is called off first.
pub fn back(model: &mut Model, leave: fn(&mut Model) -> Vec<Effect>) -> Vec<Effect> {
    if model.starting.take().is_some() {
        return vec![Effect::Send(Command::Cancel)];
    }
    leave(model)
}

/// Asks the station for a run, once: a second Enter does not ask again.
pub fn start(model: &mut Model, order: Order, job: impl Into<Option<Job>>) -> Vec<Effect> {
    if model.starting.is_some() {
        return Vec::new();
    }
    model.starting = Some(Starting(job.into()));
    vec![Effect::Send(Command::Run(order))]
}

/// Keeps the marks of the home screen and of the page that is open on existing lines.
pub fn clamp_marks(model: &mut Model) {
    home::mark(model, Move::Stay);
    if let Some(list) = page(model, &model.page).list {
        list(model, Move::Stay);
    }
}
