//! Screens with invented people on them: what the README's pictures show and what the tests look at.
//!
//! A scene is made as in life, by what the station says and what is typed, never by writing into the model. Names, companies
//! and numbers are invented; none of this is reachable from a kiosk.

pub mod acts;
pub mod cast;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;

use super::TuiConfig;
use super::model::{Model, Now};
use super::screens::{SCENES, app, batch, home};
use super::theme::Theme;
use super::update::{Effect, Event, update};
use super::view::{Drawn, View};
use crate::domain::models::Models;
use crate::station::face::Update;
use crate::text::Language;

/// A scene: its name and how it comes about.
pub type Scene = (&'static str, fn(&mut Stage));

/// Every scene of every family.
pub fn all() -> impl Iterator<Item = &'static Scene> {
    SCENES.into_iter().flatten()
}

/// For benchmarks: the home screen with that many keys in the bay. Each call draws one whole frame and returns the number of
/// its cells.
pub fn frames(columns: u16, rows: u16, slots: u16) -> impl FnMut() -> usize {
    let view = View::new(Theme {
        colour: true,
        marks: true,
    });
    let mut stage = Stage::play(home::searching, Language::English, (columns, rows));
    stage.say(Update::Bay(cast::bay_of(slots)));
    move || stage.draw(&view).content.len()
}

/// For benchmarks: the board of a batch while so many slots are busy. Each call takes in a new board, as the station sends one
/// whenever a key says something, draws one whole frame and returns the number of its cells.
pub fn board_frames(columns: u16, rows: u16, slots: u16) -> impl FnMut() -> usize {
    let view = View::new(Theme {
        colour: true,
        marks: true,
    });
    let mut stage = Stage::play(batch::scenes::board, Language::English, (columns, rows));
    let mut touches = 0;
    move || {
        touches += 1;
        stage.say(Update::Board(std::sync::Arc::new(batch::scenes::board_of(
            slots, touches,
        ))));
        stage.draw(&view).content.len()
    }
}

/// For benchmarks: the secret of an app. Each call takes in the question, makes the QR code anew, draws one whole frame and returns
/// the number of its cells.
pub fn scan_frames(columns: u16, rows: u16) -> impl FnMut() -> usize {
    let view = View::new(Theme {
        colour: true,
        marks: true,
    });
    let mut stage = Stage::play(app::scenes::scan, Language::English, (columns, rows));
    move || {
        app::scenes::show_anew(&mut stage);
        stage.draw(&view).content.len()
    }
}

/// A board after so many touches.
#[cfg(test)]
pub fn board_touched(touches: u32) -> crate::station::face::board::Board {
    batch::scenes::board_of(16, touches)
}

/// A kiosk without a terminal and without a station, played by a script.
pub struct Stage {
    pub model: Model,
    pub now: Now,
    /// What the kiosk wanted done, oldest first.
    pub effects: Vec<Effect>,
}

impl Stage {
    /// A kiosk that has just started, at a fixed time in UTC.
    pub fn new(language: Language, size: (u16, u16), demo: bool) -> Self {
        let config = TuiConfig {
            demo,
            zone: jiff::tz::TimeZone::UTC,
            ..TuiConfig::new(language, Models::shipped().unwrap_or_default())
        };
        Self {
            model: Model::new(config, size),
            now: Now {
                wall: cast::NOW,
                uptime: Duration::ZERO,
            },
            effects: Vec::new(),
        }
    }

    /// A scene, played to its end.
    pub fn play(scene: fn(&mut Self), language: Language, size: (u16, u16)) -> Self {
        let mut stage = Self::new(language, size, false);
        scene(&mut stage);
        stage
    }

    pub fn say(&mut self, update: Update) {
        self.event(Event::Station(Box::new(update)));
    }

    pub fn press(&mut self, code: KeyCode) {
        self.event(Event::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    }

    pub fn type_text(&mut self, text: &str) {
        for c in text.chars() {
            self.press(KeyCode::Char(c));
        }
    }

    pub fn wait(&mut self, seconds: u32) {
        self.now.uptime += Duration::from_secs(seconds.into());
        let passed = SignedDuration::from_secs(seconds.into());
        self.now.wall = self
            .now
            .wall
            .saturating_add(passed)
            .unwrap_or(Timestamp::MAX);
        self.event(Event::Tick);
    }

    pub fn event(&mut self, event: Event) {
        let effects = update(&mut self.model, self.now, event);
        self.effects.extend(effects);
    }

    /// The screen as it is now.
    pub fn draw(&self, view: &View) -> Buffer {
        self.drawn(view).0
    }

    /// The screen as it is now, and what it says to whoever can't see all of it at once.
    pub fn drawn(&self, view: &View) -> (Buffer, Drawn) {
        let (columns, rows) = self.model.size;
        let mut buf = Buffer::empty(Rect::new(0, 0, columns, rows));
        let drawn = view.draw(&self.model, self.now, &mut buf);
        (buf, drawn)
    }
}
