//! A person's page, and what is started there with what is marked on it.

mod resets;
pub mod view;

use ratatui::crossterm::event::KeyCode;

use resets::{
    ask_away, ask_reset, carry_out_reset, has_to_sign, may, may_be_given, object, sign_prepared,
};

use super::{PAGES, Screen, back, go, home, start};
use crate::domain::Person;
use crate::domain::authority::{Action, decide};
use crate::domain::factor::FactorKind;
use crate::domain::suspension::FactorSort;
use crate::domain::visit::SuspendedWhy;
use crate::station::face::{Command, Update};
use crate::text::tr;
use crate::tui::keys::{ENTER, ESC, Foot, Move, letter, row};
use crate::tui::model::{Model, Page};
use crate::tui::scenes::{Scene, Stage, cast};
use crate::tui::update::Effect;
use crate::wire::{Factor, Owned, PersonDetail};
use crate::workflow::Order;
use crate::workflow::care::PinWish;
use crate::workflow::dialogue::{Answer, AppJob, AppQuestion, CareJob, Job, LossJob, Purpose};
use crate::workflow::loan::LoanWish;
use crate::workflow::loss::SuspendOrder;

pub use resets::Way;

/// A person's page, while it is fetched and after.
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

    /// Whether all is lost that opened their account, and this visit has no authority yet.
    fn needs_authority(&self) -> bool {
        let visit = self.detail.as_ref().and_then(|d| d.visit.as_ref());
        self.person.lost.all
            && !self.owned.iter().any(Owned::is_valid)
            && visit.is_none_or(|visit| visit.authority.is_none())
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

/// What is marked on a person's page, as far as something can be done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chosen {
    /// Nothing, or something that is over.
    Nothing,
    /// A key that is enrolled.
    Key,
    /// An app that is active.
    App,
    Token,
    /// Something that waits for its owner.
    Waiting,
    /// Something that is lost, and that its owner may find.
    Lost,
}

impl Chosen {
    pub fn of(model: &Model) -> Self {
        match model.desk.person.as_ref().and_then(PersonPage::marked) {
            None => Self::Nothing,
            Some(owned) if owned.is_gone() => Self::Nothing,
            Some(owned) => match (owned.suspended(), owned) {
                (Some(held), _) if held.why == SuspendedWhy::Lost => Self::Lost,
                (Some(_), _) => Self::Nothing,
                (None, owned) if owned.waiting_since().is_some() => Self::Waiting,
                (None, Owned::Key(_)) => Self::Key,
                (None, Owned::App(factor)) => match factor.kind {
                    FactorKind::App => Self::App,
                    FactorKind::Token { .. } => Self::Token,
                },
            },
        }
    }
}

pub(super) static SCREEN: Screen = Screen {
    rows: &[
        row!(letter('v') => "key-ask-reset", Left, Kiosk(|m, _| ask_reset(m)))
            .when(|m| Way::of(m) == Way::Ask),
        row!(letter('v') => "key-prepare-reset", Left, Kiosk(|m, _| ask_reset(m)))
            .when(|m| Way::of(m) == Way::Prepare),
        row!(letter('n') => "key-ask-away", Left, Kiosk(|m, _| ask_away(m)))
            .when(|m| Way::of(m) == Way::Ask),
        row!(letter('v') => "key-carry-out-reset", Left, Kiosk(|m, _| carry_out_reset(m)))
            .when(|m| Way::of(m) == Way::CarryOut),
        row!(letter('v') => "key-carry-out-again", Left, Kiosk(|m, _| carry_out_reset(m)))
            .when(|m| Way::of(m) == Way::Again),
        row!(letter('h') => "key-sign-prepared", Left, Kiosk(|m, _| sign_prepared(m)))
            .when(has_to_sign),
        row!(letter('o') => "key-objects", HelpOnly, Kiosk(|m, _| object(m))),
        row!(ENTER => "key-enrol-key", Left, Kiosk(|m, _| enrol(m))).when(may_be_given),
        row!(letter('a') => "key-enrol-app", Left, Kiosk(|m, _| app(m, AppJob::Enrol)))
            .when(may_be_given),
        row!(letter('b') => "key-enrol-both", Left, Kiosk(|m, _| app(m, AppJob::Both)))
            .when(may_be_given),
        row!(letter('t') => "key-test", Left, Kiosk(|m, _| test_key(m)))
            .when(|m| Chosen::of(m) == Chosen::Key && may(m, Action::TestKey)),
        row!(letter('t') => "key-test", Left, Kiosk(|m, _| with_marked(m, AppJob::Test)))
            .when(|m| is_app(m) && may(m, Action::TestKey)),
        row!(letter('f') => "key-found", Left, Kiosk(|m, _| found(m)))
            .when(|m| Chosen::of(m) == Chosen::Lost && may(m, Action::LiftSuspension)),
        ACCEPT.when(|m| Chosen::of(m) == Chosen::Waiting && may(m, Action::Accept)),
        row!(letter('k') => "key-returned", HelpOnly, Kiosk(|m, _| came_back(m)))
            .when(|m| may(m, Action::TestKey)),
        row!(letter('l') => "key-lost", Left, Kiosk(|m, _| lost(m)))
            .when(|m| Chosen::of(m) != Chosen::Nothing && may(m, Action::Suspend)),
        row!(letter('g') => "key-forgot", Left, Kiosk(|m, _| lend(m))).when(may_lend),
        // A token is given back and another one given out; only an app moves to a new phone.
        row!(letter('r') => "key-replace", Left, Kiosk(|m, _| with_marked(m, AppJob::Replace)))
            .when(|m| Chosen::of(m) == Chosen::App && may(m, Action::EnrolApp)),
        row!(letter('x') => "key-remove", Left, Kiosk(|m, _| with_marked(m, AppJob::Remove)))
            .when(|m| is_app(m) && may(m, Action::RemoveApp)),
        row!(letter('p') => "key-phone", HelpOnly, Kiosk(|m, _| go(m, Page::Phone))),
        row!(letter('s') => "key-assign", HelpOnly, Kiosk(|m, _| app(m, AppJob::Assign)))
            .when(may_be_given),
        row!(letter('e') => "key-end-visit", HelpOnly, Kiosk(|m, _| app(m, AppJob::Leave))),
        ACCEPT
            .at(Foot::HelpOnly)
            .when(|m| Chosen::of(m) != Chosen::Waiting && may(m, Action::Accept)),
    ],
    list: Some(mark),
    after: &[
        &[row!(ESC => "key-back", Left, Kiosk(|m, _| back(m, home::again)))],
        PAGES,
    ],
    draw: view::draw,
    waits: |_, t| Some(tr!(t, "waits-person")),
    ..Screen::NOTHING
};

/// Whether whoever is signed in may lend this person a key: they have one of their own that is valid, and have not proved it.
fn may_lend(model: &Model) -> bool {
    let (Some(operator), Some(page)) = (&model.operator, &model.desk.person) else {
        return false;
    };
    let Some(detail) = &page.detail else {
        return false;
    };
    let kind = detail.person.kind;
    let lends = decide(operator.role, Action::Lend, Some(kind)).once_released();
    let is_lent = page.owned.iter().any(|owned| owned.lent_until().is_some());
    let proved = detail
        .visit
        .as_ref()
        .is_some_and(|visit| visit.authority.is_some());
    lends.is_ok() && page.owned.iter().any(Owned::is_valid) && !is_lent && !proved
}

fn lend(model: &mut Model) -> Vec<Effect> {
    let Some(person) = person(model) else {
        return Vec::new();
    };
    let order = Order::Lend {
        person: person.id.clone(),
        wish: LoanWish::default(),
    };
    start(model, order, Job::Lend { person })
}

const ACCEPT: crate::tui::keys::Row =
    row!(letter('w') => "key-accept", Left, Kiosk(|m, _| app(m, AppJob::Accept)));

fn is_app(model: &Model) -> bool {
    matches!(Chosen::of(model), Chosen::App | Chosen::Token)
}

/// Moves the mark over the person's keys, apps and tokens.
fn mark(model: &mut Model, to: Move) {
    if let Some(page) = &mut model.desk.person {
        to.on(&mut page.at, page.owned.len(), super::LINES);
    }
}

pub(super) fn open(model: &mut Model, person: Person) -> Vec<Effect> {
    let command = Command::Open {
        person: person.id.clone(),
    };
    model.desk.person = Some(PersonPage::new(person, model.desk.find.from_tickets));
    model.page = Page::Person;
    vec![Effect::Send(command)]
}

/// The person whose page is open.
fn person(model: &Model) -> Option<Person> {
    let page = model.desk.person.as_ref()?;
    Some(page.person.clone())
}

fn enrol(model: &mut Model) -> Vec<Effect> {
    match person(model) {
        Some(person) => begin_enrolment(model, person),
        None => Vec::new(),
    }
}

pub(super) fn begin_enrolment(model: &mut Model, person: Person) -> Vec<Effect> {
    let order = Order::Enrol {
        person: person.id.clone(),
    };
    start(model, order, Job::Enrol { person })
}

/// Starts something about apps.
fn app(model: &mut Model, app: AppJob) -> Vec<Effect> {
    match person(model) {
        Some(person) => begin_app(model, app, person),
        None => Vec::new(),
    }
}

pub(super) fn begin_app(model: &mut Model, app: AppJob, person: Person) -> Vec<Effect> {
    let order = Order::App {
        app,
        person: person.id.clone(),
        which: None,
    };
    let effects = start(model, order, Job::App { app, person });
    if !effects.is_empty() {
        model.desk.factor = None;
    }
    effects
}

/// The same about the marked one.
fn with_marked(model: &mut Model, job: AppJob) -> Vec<Effect> {
    let page = model.desk.person.as_ref();
    let Some(factor) = page.and_then(PersonPage::marked_app).map(|f| f.id) else {
        return Vec::new();
    };
    let effects = app(model, job);
    if !effects.is_empty() {
        model.desk.factor = Some(factor);
    }
    effects
}

/// What the person's page has answered already: which factor a run is about, by its mark; and that a first app needs no name of
/// its own, because there is none to take it for. By which factor the person is proved is another question.
pub(in crate::tui) fn answered(model: &mut Model, question: &AppQuestion) -> Option<Answer> {
    model.run()?;
    match question {
        AppQuestion::ChooseFactor {
            purpose: Purpose::Test | Purpose::Replace | Purpose::Remove,
            factors,
            ..
        } => {
            let marked = model.desk.factor.take()?;
            let known = factors.iter().any(|factor| factor.id == marked);
            known.then_some(Answer::Factor(marked))
        }
        AppQuestion::NameApp { person, .. } => {
            let page = model.desk.person.as_ref()?;
            let known = page.detail.is_some() && page.person.id == person.id;
            let first = !page.apps().1.iter().any(|owned| !owned.is_gone());
            (known && first).then_some(Answer::Yes)
        }
        _ => None,
    }
}

/// The marked factor is lost. What the page shows of it goes along: it will do where the registry can't be reached.
fn lost(model: &mut Model) -> Vec<Effect> {
    let Some(page) = &model.desk.person else {
        return Vec::new();
    };
    let Some(owned) = page.marked().filter(|owned| !owned.is_gone()) else {
        return Vec::new();
    };
    let order = Box::new(SuspendOrder {
        person: page.person.id.clone(),
        factor: Some(owned.factor()),
        shown: page.detail.clone(),
    });
    let (loss, person) = (LossJob::Suspend, page.person.clone());
    start(model, Order::Suspend(order), Job::Loss { loss, person })
}

/// The marked factor turned up.
fn found(model: &mut Model) -> Vec<Effect> {
    let Some(page) = &model.desk.person else {
        return Vec::new();
    };
    let Some(owned) = page.marked().filter(|owned| owned.suspended().is_some()) else {
        return Vec::new();
    };
    let order = Order::Lift {
        person: page.person.id.clone(),
        factor: Some(owned.factor()),
    };
    let (sort, person) = (owned.sort(), page.person.clone());
    let loss = LossJob::Lift { sort };
    start(model, order, Job::Loss { loss, person })
}

/// Does the key in the bay work for this person?
fn test_key(model: &mut Model) -> Vec<Effect> {
    let Some(person) = person(model).map(|person| person.id) else {
        return Vec::new();
    };
    let care = CareJob::TestFor {
        person: person.clone(),
    };
    let order = Order::TestFor {
        person,
        identification: None,
    };
    start(model, order, Job::Care { care })
}

/// Is the key in the bay the one that left them?
fn came_back(model: &mut Model) -> Vec<Effect> {
    let person = person(model).map(|person| person.id);
    let care = CareJob::CheckReturn { person };
    let order = Order::Care {
        at: None,
        care: care.clone(),
        pin: PinWish::default(),
    };
    start(model, order, Job::Care { care })
}

/// Its scenes.
pub static SCENES: &[Scene] = &[("person", opened), ("person-in-visit", in_visit)];

fn in_visit(stage: &mut Stage) {
    opened(stage);
    stage.say(Update::Opened(Box::new(cast::detail_in_visit())));
}

pub(super) fn opened(stage: &mut Stage) {
    home::searching(stage);
    stage.press(KeyCode::Enter);
    stage.say(Update::Opened(Box::new(cast::detail())));
}
