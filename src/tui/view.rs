//! Draws the model: a pure function of model, clock and size, one file a screen.
//!
//! Hides the layout. Invariant: every text is drawn through [`Sheet`], which cleans it, so that nothing that a key, the
//! registry or a keyboard sent can move the cursor or turn the line round.

mod app;
mod batches;
mod bay;
mod board;
mod care;
mod chrome;
mod closing;
mod giving_up;
mod help;
mod home;
mod key;
mod loss;
mod outbox;
mod people;
mod pin;
mod questions;
mod reset;
mod run;
mod scan;
mod sheet;
mod sign_in;
mod unfinished;
mod waits;

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::keymap::Mode;
use super::model::{Asking, Front, Model, Now, Page, Run};
use super::theme::Theme;
use crate::text::{Language, Text, tr};
use sheet::{Sheet, s};

pub use key::LINES as KEY_LINES;

/// What drawing needs besides the model: both languages and the theme. Made once.
pub struct View {
    english: Text,
    dutch: Text,
    theme: Theme,
}

/// Everything that a screen reads.
#[derive(Clone, Copy)]
struct Ctx<'a> {
    model: &'a Model,
    text: &'a Text,
    theme: Theme,
    now: Now,
}

impl View {
    pub fn new(theme: Theme) -> Self {
        Self {
            english: Text::load(Language::English),
            dutch: Text::load(Language::Dutch),
            theme,
        }
    }

    /// Draws everything. The buffer is expected to be empty, as a terminal hands it out for every frame.
    pub fn draw(&self, model: &Model, now: Now, buf: &mut Buffer) -> Drawn {
        let text = match model.language {
            Language::English => &self.english,
            Language::Dutch => &self.dutch,
        };
        let ctx = Ctx {
            model,
            text,
            theme: self.theme,
            now,
        };
        let area = buf.area;
        let mut sheet = Sheet::new(buf, self.theme);
        if area.width < 80 || area.height < 24 {
            too_small(ctx, &mut sheet, area);
        } else {
            screen(ctx, &mut sheet, area);
        }
        Drawn {
            cursor: sheet.cursor(),
            waits: sheet.waits().map(str::to_owned),
        }
    }
}

/// What a frame says to whoever can't see all of it at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// Where the terminal's own cursor belongs: at what is typed or marked, else at the line that says what is waited for.
    pub cursor: Position,
    /// That line; none: the screen is too small for anything.
    pub waits: Option<String>,
}

#[cfg(test)]
impl View {
    /// Every word that is drawn in block letters, for the highest slot.
    pub fn large_words(&self, language: Language) -> Vec<String> {
        let text = match language {
            Language::English => &self.english,
            Language::Dutch => &self.dutch,
        };
        text.ending_in("-big", &[("slot", "32")])
    }
}

fn screen(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    let model = ctx.model;
    if model.help {
        return help::draw(ctx, sheet, area);
    }
    let page = match model.front() {
        Front::Door(door) => return sign_in::draw(ctx, sheet, area, door),
        Front::Run(run) => return run_screen(ctx, sheet, area, run),
        Front::Page(page) => page,
    };
    match page {
        Page::Home => home::draw(ctx, sheet, area),
        Page::Person => people::draw(ctx, sheet, area),
        Page::Outbox(marked) => outbox::draw(ctx, sheet, area, *marked),
        Page::GiveUp(giving_up) => giving_up::draw(ctx, sheet, area, giving_up),
        Page::Unfinished(marked) => unfinished::draw(ctx, sheet, area, *marked),
        Page::Keys(marked) => bay::draw_page(ctx, sheet, area, *marked),
        Page::Key { at, .. } => key::draw(ctx, sheet, area, *at),
        Page::Batch(page) => batches::draw(ctx, sheet, area, page),
    }
}

fn run_screen(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect, run: &Run) {
    if let Some(shown) = run.shown().filter(|_| !run.stopping) {
        return scan::draw(ctx, sheet, area, run, shown);
    }
    match (&run.ending, &run.asking) {
        (Some(ending), _) => closing::draw(ctx, sheet, area, run, ending),
        (None, Some(Asking::NewPin(new))) => {
            pin::draw_new(ctx, sheet, area, run::persons(run), new);
        }
        (None, Some(Asking::CurrentPin(current))) => {
            pin::draw_current(ctx, sheet, area, run::persons(run), current);
        }
        (None, _) => run::draw(ctx, sheet, area, run),
    }
}

fn too_small(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    let message = tr!(
        ctx.text,
        "too-small",
        columns = area.width,
        rows = area.height
    );
    sheet.paragraph(area, 0, &message, ctx.theme.strong());
}

impl Ctx<'_> {
    fn mode(&self) -> Mode {
        Mode::of(self.model)
    }

    fn is_demo(&self) -> bool {
        self.model.setup.demo || self.model.home.as_ref().is_some_and(|home| home.demo)
    }

    /// A time of day at the station.
    fn time(&self, at: Timestamp) -> String {
        at.to_zoned(self.model.setup.zone.clone())
            .strftime("%H:%M")
            .to_string()
    }

    /// A day, as both languages write it unambiguously.
    fn day(&self, at: Timestamp) -> String {
        at.to_zoned(self.model.setup.zone.clone())
            .strftime("%Y-%m-%d")
            .to_string()
    }

    /// Time left until then, rounded up so that "0:00" means over; `4:12` or `1:02:03`.
    fn left(&self, until: Timestamp) -> String {
        let seconds = self.seconds_left(until);
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        if hours > 0 {
            format!("{hours}:{minutes:02}:{seconds:02}")
        } else {
            format!("{minutes}:{seconds:02}")
        }
    }

    fn seconds_left(&self, until: Timestamp) -> i64 {
        let milliseconds = until.as_millisecond() - self.now.wall.as_millisecond();
        milliseconds.max(0).saturating_add(999) / 1000
    }

    fn seconds_since(&self, since: Timestamp) -> i64 {
        let milliseconds = self.now.wall.as_millisecond() - since.as_millisecond();
        milliseconds.max(0) / 1000
    }

    /// Whether this frame shows the brighter half of something that blinks, once a second.
    fn blink(&self) -> bool {
        self.now.uptime.subsec_millis() < 500
    }
}

/// Splits an area into columns of these widths; the last one gets what is left.
fn columns<const N: usize>(area: Rect, widths: [u16; N]) -> [Rect; N] {
    let mut x = area.x;
    let mut left = area.width;
    let mut rest = N;
    widths.map(|width| {
        rest -= 1;
        let width = if rest == 0 { left } else { width.min(left) };
        let column = Rect { x, width, ..area };
        x += width;
        left -= width;
        column
    })
}

/// The area without so many rows at its top.
fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect {
        y: area.y + rows,
        height: area.height - rows,
        ..area
    }
}

fn top(area: Rect, rows: u16) -> Rect {
    Rect {
        height: rows.min(area.height),
        ..area
    }
}

/// The area with a blank column on either side.
fn inset(area: Rect) -> Rect {
    Rect {
        x: area.x + area.width.min(1),
        width: area.width.saturating_sub(2),
        ..area
    }
}

/// A heading with its badge in words: `s` is re-exported so that screens write short lines.
fn heading(ctx: Ctx<'_>, title: impl Into<String>) -> ratatui::text::Line<'static> {
    ratatui::text::Line::from(s(title.into(), ctx.theme.strong()))
}
