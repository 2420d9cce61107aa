//! What the kiosk knows and shows at this moment. Plain values; drawing reads them, [`update`](super::update) changes them.
//!
//! Invariants: what belongs to people lives in [`Model::desk`], [`Model::work`], [`Model::batch`] and [`HomeView::people`] only, so that
//! locking can forget all of it at once, and in [`Model::mine`], which waits unseen for its operator; what may be drawn and pressed is decided by [`Model::front`] alone. Nothing here has
//! `Debug`: a PIN that is being typed is part of it.

mod front;
mod mine;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::TuiConfig;
use crate::domain::authority::Action;
use crate::domain::models::Models;
use crate::domain::{FactorId, KeyFacts, PersonId};
use crate::record::{OutboxBody, OutboxEntry};
use crate::station::face::{HomeView, KeyView, PeopleView, Remark, SlotView};
use crate::text::Language;
use crate::wire::Operator;
use crate::workflow::dialogue::Job;

pub use super::screens::Page;
pub use super::screens::account_reset::AccountResetAsking;
pub use super::screens::app::asking::{AppAsking, CodeLine, Pick, Shown};
pub use super::screens::batch::state::{BatchAsking, BatchPage, BatchState, Missing};
pub use super::screens::care::{CareAsking, Finger};
pub use super::screens::home::Find;
pub use super::screens::loan::LoanAsking;
pub use super::screens::loss::LossAsking;
pub use super::screens::person::PersonPage;
pub use super::screens::reset::{Coached, ResetAsking};
pub use super::screens::run::state::{
    Asking, CurrentPin, Identify, NewPin, OwnKey, Phase, PinComplaint, Progress, Run, Touch,
};
pub use front::{Door, Front, Lock};
pub use mine::{Draft, Mine, WishTyped};

/// The clocks, handed in with every event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// The station's clock: what people read and what time limits are stated in.
    pub wall: Timestamp,
    /// Since the kiosk started; never jumps. The idle lock counts on it.
    pub uptime: Duration,
}

/// Everything that the screen is drawn from.
pub struct Model {
    /// What does not change while the kiosk runs.
    pub setup: Setup,
    /// The language of the screen.
    pub language: Language,
    /// Columns and rows.
    pub size: (u16, u16),
    pub operator: Option<Operator>,
    /// The key that let them in.
    pub own_key: Option<KeyFacts>,
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
    /// What waits for the operator behind a lock.
    pub mine: Mine,
    /// The screen is locked over a run that could not be stopped without leaving something behind.
    pub lock: Option<Lock>,
    /// Leaving was asked for once, which ends a visit.
    pub leave_asked: bool,
    /// A message at the foot of the page, until the next key.
    pub remark: Option<Remark>,
    /// What was typed last found no room in its line, which takes so many characters.
    pub full_at: Option<usize>,
    /// Demonstration: the next digit names the slot to plug or pull.
    pub plugging: bool,
    /// When a key was last pressed, by [`Now::uptime`].
    pub active_at: Duration,
    /// A code went by itself with its last digit, and no key was pressed since: an Enter before then is of that code.
    pub hasty_until: Option<Duration>,
    /// A sign-in is awaited: a session that appears without one is not taken over by a locked screen.
    pub expects_operator: bool,
    /// A run was asked for and has not begun yet.
    pub starting: Option<Starting>,
}

/// What is shown of a run that ended before it had begun. None where every such run begins.
pub struct Starting(pub Option<Job>);

/// What does not change while the kiosk runs.
pub struct Setup {
    /// Idle time after which the screen locks.
    pub idle_lock: Duration,
    /// Software keys: the screen is marked and keys can be touched from the keyboard.
    pub demo: bool,
    /// A demonstration's own operator key: its slot and PIN.
    pub demo_sign_in: Option<(u16, &'static str)>,
    /// Or those of two agents.
    pub demo_agents: Option<[&'static str; 2]>,
    /// For times of day.
    pub zone: TimeZone,
    /// For advisories in the bay.
    pub models: Models,
}

/// What concerns the person at the desk.
#[derive(Default)]
pub struct DeskState {
    pub find: Find,
    /// The person's page, while it is fetched and after.
    pub person: Option<PersonPage>,
    /// What the page of a key shows, once the station has sent it.
    pub key: Option<Box<KeyView>>,
    /// With which factor something was started, until the station asks for it.
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

impl Model {
    /// A kiosk that nobody has signed in to yet.
    pub fn new(config: TuiConfig, size: (u16, u16)) -> Self {
        Self {
            language: config.language,
            setup: Setup {
                idle_lock: config.idle_lock,
                demo: config.demo,
                demo_sign_in: config.demo_sign_in,
                demo_agents: config.demo_agents,
                zone: config.zone,
                models: config.models,
            },
            size,
            operator: None,
            own_key: None,
            door: Door::default(),
            page: Page::Home,
            help: false,
            bay: Arc::default(),
            home: None,
            desk: DeskState::default(),
            batch: BatchState::default(),
            work: None,
            mine: Mine::default(),
            lock: None,
            leave_asked: false,
            remark: None,
            full_at: None,
            plugging: false,
            active_at: Duration::ZERO,
            hasty_until: None,
            expects_operator: true,
            starting: None,
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

    /// Whether whoever is signed in may do what is the same for everybody: a page offers nothing that would only be refused.
    pub fn may(&self, action: Action) -> bool {
        let me = self.operator.as_ref();
        me.is_some_and(|me| me.role.may(action).is_ok())
    }

    /// Whether there is anything to lock.
    pub fn can_lock(&self) -> bool {
        match self.front() {
            Front::Door(door) => door.run.is_some() || door.code.is_some(),
            Front::Run(_) | Front::Page(_) => true,
        }
    }

    /// How long until the screen locks by itself; `None` when there is nothing to lock.
    pub fn locks_in(&self, now: Now) -> Option<Duration> {
        let idle = now.uptime.saturating_sub(self.active_at);
        self.can_lock()
            .then(|| self.setup.idle_lock.saturating_sub(idle))
    }

    /// Whether something on the screen counts down in tenths of a second.
    pub fn is_lively(&self) -> bool {
        match self.front() {
            Front::Page(page) => {
                matches!(page, Page::Batch(BatchPage::Board(_))) && self.batch.on().is_some()
            }
            Front::Door(_) | Front::Run(_) => self.run().is_some_and(|run| !run.is_over()),
        }
    }
}
