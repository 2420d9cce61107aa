//! A key's page, and what is done to a key from there.

pub mod view;

use super::{Screen, back, go, start};
use crate::domain::authority::Action;
use crate::domain::care::PinRule;
use crate::station::face::{Command, SlotState};
use crate::text::tr;
use crate::tui::keys::{ESC, Move, letter, row};
use crate::tui::model::{Model, Page};
use crate::tui::update::Effect;
use crate::workflow::care::PinWish;
use crate::workflow::dialogue::{CareJob, Job};
use crate::workflow::{Order, ResetOrder};

pub(super) static SCREEN: Screen = Screen {
    rows: &[
        row!(letter('t') => "key-test", Left, Kiosk(|m, _| care(m, CareJob::Test)))
            .when(|m| m.may(Action::TestKey)),
        row!(letter('p') => "key-pin", Left, Kiosk(|m, _| pin(m, false))).when(|m| m.may(Action::SetPin)),
        row!(letter('r') => "key-random-pin", HelpOnly, Kiosk(|m, _| pin(m, true)))
            .when(|m| m.may(Action::SetPin)),
        row!(letter('v') => "key-verify-pin", HelpOnly, Kiosk(|m, _| care(m, CareJob::VerifyPin)))
            .when(|m| m.may(Action::SetPin)),
        row!(letter('c') => "key-credentials", Left, Kiosk(|m, _| care(m, CareJob::Credentials)))
            .when(|m| m.may(Action::ListCredentials)),
        row!(letter('f') => "key-fingers", Left, Kiosk(|m, _| care(m, CareJob::Fingerprints)))
            .when(|m| m.may(Action::TidyKey)),
        row!(letter('s') => "key-settings", Left, Kiosk(|m, _| care(m, CareJob::Configure)))
            .when(|m| m.may(Action::ConfigureKey)),
        row!(letter('z') => "key-reset", Left, Kiosk(|m, _| reset(m))),
        row!(letter('k') => "key-returned", Left, Kiosk(|m, _| care(m, CareJob::CheckReturn { person: None })))
            .when(|m| m.may(Action::TestKey)),
    ],
    list: Some(mark),
    after: &[&[row!(ESC => "key-back", Left, Kiosk(|m, _| back(m, close)))]],
    draw: view::draw,
    waits: |_, t| Some(tr!(t, "waits-key")),
    ..Screen::NOTHING
};

fn mark(model: &mut Model, to: Move) {
    let lines = model.desk.key.as_ref().map_or(0, |page| {
        view::LINES + page.oddities.len() + page.history.len()
    });
    if let Page::Key { at, .. } = &mut model.page {
        to.on(at, lines, super::LINES);
    }
}

/// Opens the page of the key that is marked in the bay.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let Page::Keys(at) = model.page else {
        return Vec::new();
    };
    let Some(slot) = model.bay.get(at) else {
        return Vec::new();
    };
    if !matches!(
        slot.state,
        SlotState::Ready(_) | SlotState::Busy(_) | SlotState::U2fOnly { .. }
    ) {
        return Vec::new();
    }
    let place = slot.place.clone();
    model.desk.key = None;
    model.page = Page::Key {
        place: place.clone(),
        at: 0,
    };
    vec![Effect::Send(Command::OpenKey { place })]
}

/// Back to the list of keys, with this one marked.
fn close(model: &mut Model) -> Vec<Effect> {
    let at = match &model.page {
        Page::Key { place, .. } => model.bay.iter().position(|slot| slot.place == *place),
        _ => None,
    };
    model.desk.key = None;
    go(model, Page::Keys(at.unwrap_or_default()))
}

fn pin(model: &mut Model, random: bool) -> Vec<Effect> {
    let view = model.desk.key.as_ref();
    let has_pin = view.is_some_and(|view| view.portrait.key.pin_set == Some(true));
    let job = match has_pin {
        true => CareJob::ChangePin,
        false => CareJob::SetPin,
    };
    begin(model, job, random)
}

fn care(model: &mut Model, job: CareJob) -> Vec<Effect> {
    begin(model, job, false)
}

/// What is to be done to the key whose page is open.
fn begin(model: &mut Model, care: CareJob, random: bool) -> Vec<Effect> {
    let (Page::Key { place, .. }, Some(_)) = (&model.page, &model.desk.key) else {
        return Vec::new();
    };
    let order = Order::Care {
        at: Some(place.clone()),
        care: care.clone(),
        pin: PinWish {
            random: random.then(PinRule::default),
            ..PinWish::default()
        },
    };
    start(model, order, Job::Care { care })
}

/// Resets the key whose page is open.
fn reset(model: &mut Model) -> Vec<Effect> {
    let Page::Key { place, .. } = &model.page else {
        return Vec::new();
    };
    let order = ResetOrder {
        at: Some(place.clone()),
        ..ResetOrder::default()
    };
    start(model, Order::Reset(order), Job::Reset)
}
