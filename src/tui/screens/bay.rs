//! The keys in the bay.

pub mod view;

use ratatui::crossterm::event::KeyCode;

use super::{BACK, PAGES, Screen, chosen, key};
use crate::station::face::{Command, SlotState};
use crate::text::tr;
use crate::tui::keys::{ENTER, Move, letter, row};
use crate::tui::model::{Model, Page};
use crate::tui::scenes::{Scene, Stage};
use crate::tui::update::Effect;

pub(super) static SCREEN: Screen = Screen {
    rows: &[
        row!(ENTER => "key-open", Left, Kiosk(|m, _| key::open(m))),
        row!(letter('w') => "key-wink", Left, Kiosk(|m, _| wink(m))),
    ],
    list: Some(mark),
    after: &[BACK, PAGES],
    draw: view::draw,
    waits: |m, t| Some(chosen(t, &m.bay, tr!(t, "waits-keys"))),
    ..Screen::NOTHING
};

fn mark(model: &mut Model, to: Move) {
    if let Page::Keys(at) = &mut model.page {
        to.on(at, model.bay.len(), super::LINES);
    }
}

fn wink(model: &Model) -> Vec<Effect> {
    let Page::Keys(at) = model.page else {
        return Vec::new();
    };
    match model.bay.get(at) {
        Some(slot) if matches!(slot.state, SlotState::Ready(_)) => {
            let place = slot.place.clone();
            vec![Effect::Send(Command::Wink { place })]
        }
        _ => Vec::new(),
    }
}

/// Its scenes.
pub static SCENES: &[Scene] = &[("keys", keys)];

fn keys(stage: &mut Stage) {
    super::home::home(stage);
    stage.press(KeyCode::F(4));
    for _ in 0..3 {
        stage.press(KeyCode::Down);
    }
}
