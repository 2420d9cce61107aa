//! Resets of accounts: what waits for a second agent, what was released, and what became of the others. For Customer Service.

pub mod view;

use jiff::{SignedDuration, Timestamp};
use ratatui::crossterm::event::KeyCode;

use super::account_reset::scenes as made;
use super::{BACK, PAGES, Screen, chosen, go, person, start};
use crate::domain::account_reset::ResetState;
use crate::domain::authority::{asks_to_replace, may_end_reset};
use crate::domain::{AccountResetId, PersonId};
use crate::station::face::Command;
use crate::text::tr;
use crate::tui::keys::{ENTER, Move, letter, row};
use crate::tui::model::{Model, Page};
use crate::tui::scenes::{Scene, Stage};
use crate::tui::update::Effect;
use crate::wire::{AccountReset, ResetEnding};
use crate::workflow::Order;
use crate::workflow::account_reset::ReleasedBy;
use crate::workflow::dialogue::{AccountResetJob, Job};

/// For how long it is said where it was asked for that it was refused.
const REFUSED_LATELY: SignedDuration = SignedDuration::from_hours(4);

/// Which line is marked. By what it is about: the list may change at any moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResetsPage {
    marked: Option<AccountResetId>,
    /// The one that the next x ends, as it stood when that was asked: whatever became of it since is asked about anew.
    ending: Option<(AccountResetId, ResetState)>,
}

impl Model {
    /// Resets of accounts, those that wait first; none but for Customer Service.
    pub fn resets(&self) -> &[AccountReset] {
        self.people().map_or(&[], |people| &people.resets)
    }

    /// Those that wait for a release, and that whoever is signed in did not ask for.
    pub fn to_release(&self) -> impl Iterator<Item = &AccountReset> {
        self.resets()
            .iter()
            .filter(|reset| reset.state == ResetState::Requested && !self.asked_themself(reset))
    }

    /// Those that whoever is signed in asked for, and that were released.
    pub fn to_carry_out(&self) -> impl Iterator<Item = &AccountReset> {
        self.resets()
            .iter()
            .filter(|reset| reset.state == ResetState::Released && self.asked_themself(reset))
    }

    /// What a second agent refused lately.
    fn refused(&self, now: Timestamp) -> impl Iterator<Item = &AccountReset> {
        self.resets().iter().filter(move |reset| {
            let lately = |at| now.duration_since(at) < REFUSED_LATELY;
            reset.state == ResetState::Refused
                && reset.ended_at.is_some_and(lately)
                && !self.asked_anew(reset)
        })
    }

    /// Whether it was asked for once more since.
    fn asked_anew(&self, reset: &AccountReset) -> bool {
        let mut resets = self.resets().iter();
        resets.any(|other| other.person.id == reset.person.id && other.asked_at > reset.asked_at)
    }

    /// The same where whoever is signed in asked for it: somebody waits for their answer.
    pub fn refused_to_me(&self, now: Timestamp) -> Option<&AccountReset> {
        let mut refused = self.refused(now);
        refused.find(|reset| self.asked_themself(reset))
    }

    /// The same of that person.
    pub fn refused_lately(&self, person: &PersonId, now: Timestamp) -> Option<&AccountReset> {
        self.refused(now).find(|reset| reset.person.id == *person)
    }

    /// Whether one can be carried out that was released for somebody who is not at a desk, and not by whoever is signed in.
    fn may_except(&self, reset: &AccountReset) -> bool {
        let me = self.operator.as_ref().map(|me| &me.id);
        let releaser = reset.released_by.as_ref().map(|by| &by.id);
        let is_ripe = reset.ripe_at.is_none();
        reset.away && reset.state == ResetState::Released && is_ripe && me != releaser
    }

    /// How many accounts were reset and are shut because nobody came in time.
    pub fn overdue(&self) -> usize {
        let exceptions = self
            .resets()
            .iter()
            .filter_map(|reset| reset.exception.as_ref());
        exceptions.filter(|exception| exception.overdue).count()
    }

    fn asked_themself(&self, reset: &AccountReset) -> bool {
        let me = self.operator.as_ref();
        me.is_some_and(|me| reset.is_by(&me.id))
    }

    /// Whether there is a page of them: for whoever asks for them always, for others while something was prepared here.
    pub fn sees_resets(&self) -> bool {
        let me = self.operator.as_ref();
        me.is_some_and(|me| asks_to_replace(me.role)) || !self.resets().is_empty()
    }
}

/// What can be done with the marked one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chosen {
    Nothing,
    /// It waits, and somebody else asked for it.
    ToRelease,
    /// It waits, and they asked for it themselves.
    Own,
    /// It was released for somebody who is not at a desk.
    ToExcept,
    /// Its person's page is all that there is.
    Other,
}

impl Chosen {
    fn of(model: &Model) -> Self {
        match marked(model) {
            None => Self::Nothing,
            Some(reset) if model.may_except(reset) => Self::ToExcept,
            Some(reset) => match (reset.state, model.asked_themself(reset)) {
                (ResetState::Requested | ResetState::Prepared, true) => Self::Own,
                (ResetState::Requested, false) => Self::ToRelease,
                (
                    ResetState::Prepared
                    | ResetState::Withdrawn
                    | ResetState::Refused
                    | ResetState::Expired
                    | ResetState::Released
                    | ResetState::Objected
                    | ResetState::CarriedOut,
                    _,
                ) => Self::Other,
            },
        }
    }
}

/// How whoever is signed in may end the marked one. What waits for a release is refused where it is read.
fn ending(model: &Model) -> Option<ResetEnding> {
    let (me, reset) = (model.operator.as_ref()?, marked(model)?);
    let is_released = reset.state == ResetState::Released;
    // What an administrator asked for is theirs, whoever prepared it.
    match model.asked_themself(reset) && reset.administrator.is_none() {
        true => reset.state.is_open().then_some(ResetEnding::Withdraw),
        false => (is_released && may_end_reset(me.role, reset.person.kind).is_ok())
            .then_some(ResetEnding::Refuse),
    }
}

/// Whoever asked has another agent come to this station.
fn releases_here(model: &Model) -> bool {
    let waits = |reset: &AccountReset| reset.state == ResetState::Requested;
    Chosen::of(model) == Chosen::Own && marked(model).is_some_and(waits)
}

pub(super) static SCREEN: Screen = Screen {
    rows: &[
        row!(ENTER => "key-look-release", Left, Kiosk(|m, _| release(m, ReleasedBy::SignedIn)))
            .when(|m| Chosen::of(m) == Chosen::ToRelease),
        row!(ENTER => "key-open", Left, Kiosk(|m, _| open_person(m)))
            .when(|m| matches!(Chosen::of(m), Chosen::Own | Chosen::Other)),
        row!(letter('r') => "key-release-here", Left, Kiosk(|m, _| release(m, ReleasedBy::WhoeverCame))).when(releases_here),
        row!(ENTER => "key-except", Left, Kiosk(|m, _| except(m)))
            .when(|m| Chosen::of(m) == Chosen::ToExcept),
        row!(letter('x') => "key-withdraw", Left, Kiosk(|m, _| end(m)))
            .when(|m| ending(m) == Some(ResetEnding::Withdraw)),
        row!(letter('x') => "key-refuse-released", Left, Kiosk(|m, _| end(m)))
            .when(|m| ending(m) == Some(ResetEnding::Refuse)),
    ],
    list: Some(mark),
    after: &[BACK, PAGES],
    draw: view::draw,
    waits: |m, t| Some(chosen(t, m.resets(), tr!(t, "waits-resets"))),
    ..Screen::NOTHING
};

/// Opens it with the first one marked.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let marked = model.resets().first().map(|reset| reset.id);
    let page = ResetsPage {
        marked,
        ending: None,
    };
    go(model, Page::Resets(page))
}

fn position(model: &Model) -> usize {
    let Page::Resets(page) = &model.page else {
        return 0;
    };
    let mut resets = model.resets().iter();
    let at = resets.position(|reset| Some(reset.id) == page.marked);
    at.unwrap_or_default()
}

fn marked(model: &Model) -> Option<&AccountReset> {
    model.resets().get(position(model))
}

fn mark(model: &mut Model, to: Move) {
    let mut at = position(model);
    to.on(&mut at, model.resets().len(), super::LINES);
    let now = model.resets().get(at).map(|reset| reset.id);
    if let Page::Resets(page) = &mut model.page {
        page.marked = now;
        if to != Move::Stay {
            page.ending = None;
        }
    }
}

fn release(model: &mut Model, by: ReleasedBy) -> Vec<Effect> {
    let Some(reset) = marked(model) else {
        return Vec::new();
    };
    let (id, person) = (reset.id, reset.person.clone());
    let order = Order::ReleaseReset { reset: id, by };
    let what = AccountResetJob::Release;
    start(model, order, Job::AccountReset { what, person })
}

fn except(model: &mut Model) -> Vec<Effect> {
    let Some(reset) = marked(model) else {
        return Vec::new();
    };
    let (id, person) = (reset.id, reset.person.clone());
    let what = AccountResetJob::Except;
    let order = Order::ExceptReset { reset: id };
    start(model, order, Job::AccountReset { what, person })
}

fn open_person(model: &mut Model) -> Vec<Effect> {
    match marked(model).map(|reset| reset.person.clone()) {
        Some(whose) => {
            model.desk.clear();
            person::open(model, whose)
        }
        None => Vec::new(),
    }
}

/// The first x asks, the second one ends it.
fn end(model: &mut Model) -> Vec<Effect> {
    let marked = marked(model).map(|reset| (reset.id, reset.state));
    let how = ending(model);
    let Page::Resets(page) = &mut model.page else {
        return Vec::new();
    };
    let (Some(now), Some(how), asked) = (marked, how, page.ending.take()) else {
        return Vec::new();
    };
    if asked == Some(now) {
        let reset = now.0;
        return vec![Effect::Send(Command::EndReset { reset, how })];
    }
    page.ending = marked;
    Vec::new()
}

/// Its scenes.
pub static SCENES: &[Scene] = &[
    ("resets", listed),
    ("resets-own", own),
    ("resets-none", none),
    ("home-resets", home),
];

fn listed(stage: &mut Stage) {
    home(stage);
    stage.press(KeyCode::F(11));
}

fn own(stage: &mut Stage) {
    listed(stage);
    stage.press(KeyCode::Down);
    stage.press(KeyCode::Down);
    stage.press(KeyCode::Char('x'));
}

fn none(stage: &mut Stage) {
    stage.sign_in_as(made::agent(), made::home(Vec::new()));
    stage.press(KeyCode::F(11));
}

fn home(stage: &mut Stage) {
    stage.sign_in_as(made::agent(), made::home(made::resets()));
}
