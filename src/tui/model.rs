//! What the kiosk knows and shows at this moment. Plain values; drawing reads them, [`update`](super::update) changes them.
//!
//! Invariants: what belongs to people lives in [`Model::desk`], [`Model::work`], [`Model::batch`] and [`HomeView::people`] only, so that
//! locking can forget all of it at once; what may be drawn and pressed is decided by [`Model::front`] alone. Nothing here has
//! `Debug`: a PIN that is being typed is part of it.

mod app;
mod batch;
mod care;
mod front;
mod loss;
mod reset;
mod run;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::TuiConfig;
use super::entry::Line;
use crate::domain::models::Models;
use crate::domain::suspension::FactorSort;
use crate::domain::{EntryId, FactorId, IntentId, Person, PersonId, Place};
use crate::record::{OutboxBody, OutboxEntry, Unfinished};
use crate::station::face::{HomeView, KeyView, Notice, PeopleView, SlotView};
use crate::text::Language;
use crate::wire::{Factor, Operator, Owned, PersonDetail};
use crate::workflow::dialogue::{AppJob, CareJob, Job};

pub use app::{AppAsking, CodeLine, Pick, Shown};
pub use batch::{BatchAsking, BatchPage, BatchState, Missing};
pub use care::{CareAsking, Finger};
pub use front::{Door, Front, Lock};
pub use loss::LossAsking;
pub use reset::{Coached, ResetAsking};
pub use run::{Asking, CurrentPin, Identify, NewPin, PinComplaint, Progress, Run, Touch};

/// The clocks, handed in with every event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// The station's clock: what people read and what time limits are stated in.
    pub wall: Timestamp,
    /// Since the kiosk started; never jumps. The idle lock counts on it.
    pub uptime: Duration,
}

pub struct Model {
    /// What does not change while the kiosk runs.
    pub setup: Setup,
    /// The language of the screen.
    pub language: Language,
    /// Columns and rows.
    pub size: (u16, u16),
    pub operator: Option<Operator>,
    /// What an operator sees who is not signed in.
    pub door: Door,
    /// The page under everything else.
    pub page: Page,
    /// The help lies over the page.
    pub help: bool,
    pub bay: Arc<Vec<SlotView>>,
    /// The facts of the station, once it has sent them.
    pub home: Option<Arc<HomeView>>,
    /// What concerns the person at the desk, apart from a run.
    pub desk: DeskState,
    /// Batches: what can be chosen, and the one that is on.
    pub batch: BatchState,
    /// The run at the desk, until its closing screen is left. A sign-in is none: that stands at the [`Door`].
    pub work: Option<Run>,
    /// The screen is locked over a run that could not be stopped without leaving something behind.
    pub lock: Option<Lock>,
    /// A message at the foot of the page, until the next key.
    pub notice: Option<Notice>,
    /// Demonstration: the next digit names the slot to plug or pull.
    pub plugging: bool,
    /// When a key was last pressed, by [`Now::uptime`].
    pub active_at: Duration,
    /// A sign-in is awaited: a session that appears without one is not taken over by a locked screen.
    pub expects_operator: bool,
    /// A run was asked for and has not begun yet.
    pub starting: bool,
}

/// What does not change while the kiosk runs.
pub struct Setup {
    /// Idle time after which the screen locks.
    pub idle_lock: Duration,
    /// Software keys: the screen is marked and keys can be touched from the keyboard.
    pub demo: bool,
    /// A demonstration's own operator key: its slot and PIN.
    pub demo_sign_in: Option<(u16, &'static str)>,
    /// For times of day.
    pub zone: TimeZone,
    /// For advisories in the bay.
    pub models: Models,
}

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
    /// The keys in the bay, and the marked slot.
    Keys(usize),
    Key {
        place: Place,
        /// So many lines are scrolled away.
        at: usize,
    },
    Batch(BatchPage),
}

/// Something that is about to be given up, with no way back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivingUp {
    pub what: GivenUp,
    /// What must be typed.
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

/// What concerns the person at the desk.
#[derive(Default)]
pub struct DeskState {
    pub find: Find,
    /// The person's page, while it is fetched and after.
    pub person: Option<PersonPage>,
    /// What the page of a key shows, once the station has sent it.
    pub key: Option<Box<KeyView>>,
    /// What was last asked to be done to that key.
    pub care: Option<CareJob>,
    /// The key whose page is open is to be reset.
    pub resets: bool,
    /// What was last asked to be done about the person's apps; none: a key was to be enrolled.
    pub app: Option<AppJob>,
    /// With which factor, until the station asks for it.
    pub factor: Option<FactorId>,
}

impl DeskState {
    /// Forgets the person and the search. Replies to searches from before stay late.
    pub fn clear(&mut self) {
        let serial = self.find.serial;
        *self = Self::default();
        self.find.serial = serial;
    }
}

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
    /// Why it failed.
    pub failed: Option<Notice>,
    pub marked: usize,
    /// The mark was moved by hand; until then it stands on whoever is expected next.
    pub moved: bool,
    /// Enter was pressed before the answer came: open it when it is unambiguous.
    pub open_when_found: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonPage {
    /// Who, from the search.
    pub person: Person,
    /// Found in a ticket, while the registry was out of reach.
    pub from_ticket: bool,
    /// What the registry said, once it has.
    pub detail: Option<Box<PersonDetail>>,
    /// What they have or had, in the order in which it is shown.
    pub owned: Vec<Owned>,
    pub at: usize,
}

impl PersonPage {
    /// A page that is being fetched.
    pub fn new(person: Person, from_ticket: bool) -> Self {
        Self {
            person,
            from_ticket,
            detail: None,
            owned: Vec::new(),
            at: 0,
        }
    }

    /// Takes in what the registry said: keys stand before apps, and among each of them what is there before what was removed; the
    /// mark stays on its factor.
    pub fn take(&mut self, detail: Box<PersonDetail>) {
        let marked = self.marked().map(Owned::factor);
        let mut owned = detail.owned();
        owned.sort_by_key(|owned| (owned.sort() == FactorSort::App, owned.is_gone()));
        let at = |factor| owned.iter().position(|owned| owned.factor() == factor);
        self.at = marked.and_then(at).unwrap_or(0);
        // Whoever came back from removing it wants the next one.
        if owned.get(self.at).is_some_and(Owned::is_gone) {
            let next = owned.iter().position(|owned| !owned.is_gone());
            self.at = next.unwrap_or(0);
        }
        self.owned = owned;
        self.detail = Some(detail);
    }

    /// The keys among them, with the number of the first.
    pub fn keys(&self) -> (usize, &[Owned]) {
        (0, self.owned.get(..self.first_app()).unwrap_or_default())
    }

    /// The apps and tokens among them, likewise.
    pub fn apps(&self) -> (usize, &[Owned]) {
        let first = self.first_app();
        (first, self.owned.get(first..).unwrap_or_default())
    }

    fn first_app(&self) -> usize {
        let is_app = |owned: &Owned| owned.sort() == FactorSort::App;
        self.owned
            .iter()
            .position(is_app)
            .unwrap_or(self.owned.len())
    }

    pub fn marked(&self) -> Option<&Owned> {
        self.owned.get(self.at)
    }

    /// The same where it is an app or a token that opens something.
    pub fn marked_app(&self) -> Option<&Factor> {
        match self.marked() {
            Some(Owned::App(factor)) if factor.is_valid() => Some(factor),
            _ => None,
        }
    }
}

impl Model {
    /// A kiosk that nobody has signed in to yet.
    pub fn new(config: TuiConfig, size: (u16, u16)) -> Self {
        Self {
            language: config.language,
            setup: Setup {
                idle_lock: config.idle_lock,
                demo: config.demo,
                demo_sign_in: config.demo_sign_in,
                zone: config.zone,
                models: config.models,
            },
            size,
            operator: None,
            door: Door::default(),
            page: Page::Home,
            help: false,
            bay: Arc::default(),
            home: None,
            desk: DeskState::default(),
            batch: BatchState::default(),
            work: None,
            lock: None,
            notice: None,
            plugging: false,
            active_at: Duration::ZERO,
            expects_operator: true,
            starting: false,
        }
    }

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

    /// The job that the page in front has asked for.
    pub fn wanted_job(&self) -> Option<Job> {
        match &self.page {
            Page::Key { .. } if self.desk.resets => Some(Job::Reset),
            Page::Key { .. } => self.desk.care.clone().map(|care| Job::Care { care }),
            Page::Unfinished(at) => self.unfinished().get(*at).map(|work| Job::Resolve {
                unfinished: Box::new(work.clone()),
            }),
            _ => self.desk.person.as_ref().map(|page| {
                let person = page.person.clone();
                match self.desk.app {
                    Some(app) => Job::App { app, person },
                    None => Job::Enrol { person },
                }
            }),
        }
    }

    /// What the station has to do with people, once it has sent it.
    pub fn people(&self) -> Option<&PeopleView> {
        self.home.as_ref()?.people.as_ref()
    }

    /// What waits for the registry.
    pub fn outbox(&self) -> &[OutboxEntry] {
        self.people().map_or(&[], |people| &people.outbox)
    }

    pub fn unfinished(&self) -> &[Unfinished] {
        self.people().map_or(&[], |people| &people.unfinished)
    }

    /// A person's name as far as the station knows it, else the registry's identifier.
    pub fn name_of(&self, person: &PersonId) -> String {
        self.people()
            .and_then(|people| people.names.get(person))
            .map_or_else(|| person.to_string(), String::clone)
    }

    /// The name of whoever an outbox entry is about.
    pub fn subject_of(&self, body: &OutboxBody) -> String {
        let about = body.about();
        match (body, body.person()) {
            (OutboxBody::Unlock { operator, .. }, _) => operator.name.clone(),
            (_, Some(person)) => self.name_of(person),
            (_, None) => about.thing.unwrap_or(about.operator.as_str()).to_owned(),
        }
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

    /// Keeps marks on existing lines.
    pub fn clamp_marks(&mut self) {
        let last = |len: usize| len.saturating_sub(1);
        let people = last(self.listed().len());
        let (outbox, unfinished, bay) = (
            last(self.outbox().len()),
            last(self.unfinished().len()),
            last(self.bay.len()),
        );
        self.desk.find.marked = self.desk.find.marked.min(people);
        let lines = self.desk.key.as_ref().map_or(0, |view| {
            super::view::KEY_LINES + view.oddities.len() + view.history.len()
        });
        match &mut self.page {
            Page::Outbox(at) => *at = (*at).min(outbox),
            Page::Unfinished(at) => *at = (*at).min(unfinished),
            Page::Keys(at) => *at = (*at).min(bay),
            Page::Key { at, .. } => *at = (*at).min(last(lines)),
            _ => {}
        }
    }

    /// How long until the screen locks by itself; `None` when there is nothing to lock.
    pub fn locks_in(&self, now: Now) -> Option<Duration> {
        let active = match self.front() {
            Front::Door(door) => door.run.is_some() || door.code.is_some(),
            Front::Run(_) | Front::Page(_) => true,
        };
        let idle = now.uptime.saturating_sub(self.active_at);
        active.then(|| self.setup.idle_lock.saturating_sub(idle))
    }

    /// Whether something on the screen counts down in tenths of a second.
    pub fn is_lively(&self) -> bool {
        match self.front() {
            Front::Page(page) => {
                matches!(page, Page::Batch(BatchPage::Board(_))) && self.batch.on().is_some()
            }
            Front::Door(_) | Front::Run(_) => self.run().is_some_and(|run| run.ending.is_none()),
        }
    }
}
