//! Home: the search, and the people expected.

pub mod view;

use ratatui::crossterm::event::KeyCode;

use super::{PAGES, Screen, Typing, back, go, person};
use crate::domain::Person;
use crate::station::face::{Command, Found, Remark, Update};
use crate::text::tr;
use crate::tui::entry::Line;
use crate::tui::keys::{ENTER, ESC, Edit, Move, Press, row};
use crate::tui::model::{Model, Page};
use crate::tui::scenes::{Scene, Stage, cast};
use crate::tui::update::Effect;

/// The search on the home screen.
#[derive(Default)]
pub struct Find {
    pub line: Line,
    /// Number of the last search that was sent. Replies to earlier ones are late.
    pub serial: u64,
    /// The last search has not been answered yet.
    pub waiting: bool,
    pub people: Vec<Person>,
    /// More matched than are shown.
    pub more: bool,
    /// The registry was out of reach: these are people for whom there is a ticket.
    pub from_tickets: bool,
    pub failed: Option<Remark>,
    pub marked: usize,
    /// The mark was moved by hand; until then it stands on whoever is expected next.
    pub moved: bool,
    /// It led to a person, and is back as it was: whatever is typed now is another one.
    pub over: bool,
    /// Enter was pressed before the answer came: open it when it is unambiguous.
    pub open_when_found: bool,
}

impl Model {
    /// The people that the home screen lists: the search's, or those expected while nothing is searched for.
    pub fn listed(&self) -> Vec<&Person> {
        if !self.desk.find.line.is_empty() {
            return self.desk.find.people.iter().collect();
        }
        self.people()
            .into_iter()
            .flat_map(|people| people.expected.iter().map(|e| &e.person))
            .collect()
    }

    /// The marked person of that list.
    pub fn marked_person(&self) -> Option<&Person> {
        self.listed().get(self.desk.find.marked).copied()
    }

    /// Marks whoever is expected next, unless somebody is searched for or the mark was moved.
    pub fn mark_next_expected(&mut self) {
        let find = &mut self.desk.find;
        let people = self.home.as_ref().and_then(|home| home.people.as_ref());
        if let Some(people) = people.filter(|_| find.line.is_empty() && !find.moved) {
            let next = people.expected.iter().position(|expected| !expected.done);
            find.marked = next.unwrap_or_default();
        }
    }
}

pub(super) static SCREEN: Screen = Screen {
    rows: &[row!(ENTER => "key-open", Left, Kiosk(|m, _| open_marked(m)))],
    list: Some(mark),
    typing: Typing::Text(edit),
    after: &[
        &[row!(ESC => "key-clear", HelpOnly, Kiosk(|m, _| back(m, clear)))],
        PAGES,
    ],
    draw: view::draw,
    waits: |_, t| Some(tr!(t, "waits-home")),
};

pub(super) fn mark(model: &mut Model, to: Move) {
    let lines = model.listed().len();
    let find = &mut model.desk.find;
    to.on(&mut find.marked, lines, super::LINES);
    find.moved |= to != Move::Stay;
}

pub(super) fn tickets(model: &Model, press: Press) -> Vec<Effect> {
    vec![Effect::Send(Command::FetchTickets {
        day: press.now.wall.to_zoned(model.setup.zone.clone()).date(),
    })]
}

fn open_marked(model: &mut Model) -> Vec<Effect> {
    let find = &mut model.desk.find;
    if find.waiting {
        find.open_when_found = true;
        return Vec::new();
    }
    match model.marked_person().cloned() {
        Some(person) => person::open(model, person),
        None => Vec::new(),
    }
}

fn clear(model: &mut Model) -> Vec<Effect> {
    model.desk.clear();
    model.mark_next_expected();
    Vec::new()
}

/// Back from a person, to the search that led there.
pub(super) fn again(model: &mut Model) -> Vec<Effect> {
    let find = std::mem::take(&mut model.desk.find);
    model.desk.clear();
    model.desk.find = Find { over: true, ..find };
    model.mark_next_expected();
    go(model, Page::Home)
}

fn edit(model: &mut Model, edit: Edit) -> Vec<Effect> {
    let is_over = std::mem::take(&mut model.desk.find.over);
    if is_over && matches!(edit, Edit::Push(_)) {
        model.desk.find.line = Line::default();
    }
    model.full_at = model.desk.find.line.edit(edit);
    let effects = search(&mut model.desk.find);
    model.mark_next_expected();
    effects
}

/// What was found before stays on the screen until the answer comes, so that fast typing does not flicker.
fn search(find: &mut Find) -> Vec<Effect> {
    find.serial += 1;
    find.failed = None;
    find.open_when_found = false;
    let text = find.line.as_str().trim();
    find.waiting = !text.is_empty();
    if text.is_empty() {
        let serial = find.serial;
        *find = Find {
            serial,
            ..Find::default()
        };
        return Vec::new();
    }
    vec![Effect::Send(Command::Find {
        serial: find.serial,
        text: text.to_owned(),
    })]
}

pub(in crate::tui) fn found(
    model: &mut Model,
    serial: u64,
    answer: Result<Found, Remark>,
) -> Vec<Effect> {
    let find = &mut model.desk.find;
    if serial != find.serial || find.line.is_empty() {
        return Vec::new();
    }
    find.waiting = false;
    find.marked = 0;
    find.failed = None;
    let answer = answer.unwrap_or_else(|remark| {
        find.failed = Some(remark);
        Found::default()
    });
    find.people = answer.people;
    find.more = answer.more;
    find.from_tickets = answer.from_tickets;
    let open = std::mem::take(&mut find.open_when_found);
    match find.people.as_slice() {
        [only] if open && model.page == Page::Home => {
            let only = only.clone();
            person::open(model, only)
        }
        _ => Vec::new(),
    }
}

/// Its scenes.
pub static SCENES: &[Scene] = &[
    ("home", home),
    ("home-search", searching),
    ("home-busy", busy),
];

pub(super) fn home(stage: &mut Stage) {
    stage.sign_in(cast::home());
}

/// Some people were found.
pub fn searching(stage: &mut Stage) {
    home(stage);
    stage.type_text("exam");
    let serial = stage.model.desk.find.serial;
    stage.say(Update::Found {
        serial,
        found: Ok(Found {
            people: cast::people(),
            ..Found::default()
        }),
    });
    stage.press(KeyCode::Down);
}

fn busy(stage: &mut Stage) {
    stage.sign_in(cast::busy_home());
    stage.say(Update::Bay(cast::troubled_bay()));
}
