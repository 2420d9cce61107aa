//! Draws the model: a pure function of model, clock and size. What is on a screen stands with its family; here is what all share.
//!
//! Hides the layout. Invariant: every text is drawn through [`Sheet`], which cleans it, so that nothing that a key, the
//! registry or a keyboard sent can move the cursor or turn the line round.

pub mod chrome;
mod help;
pub mod sheet;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::model::{Model, Now};
use super::screens;
use super::theme::Theme;
use crate::text::{Language, Text, tr};
use sheet::{Sheet, s};

/// What drawing needs besides the model: both languages and the theme. Made once.
pub struct View {
    english: Text,
    dutch: Text,
    theme: Theme,
}

/// Everything that a screen reads.
#[derive(Clone, Copy)]
pub struct Ctx<'a> {
    pub model: &'a Model,
    pub text: &'a Text,
    pub theme: Theme,
    pub now: Now,
}

impl View {
    pub fn new(theme: Theme) -> Self {
        Self {
            english: Text::load(Language::English),
            dutch: Text::load(Language::Dutch),
            theme,
        }
    }

    /// The same for a kiosk where it is that time of day.
    pub fn there(self, zone: &TimeZone) -> Self {
        Self {
            english: self.english.there(zone.clone()),
            dutch: self.dutch.there(zone.clone()),
            ..self
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
    /// That line. There is one on every screen, which is tested.
    pub waits: Option<String>,
}

#[cfg(test)]
impl View {
    /// In a language whose every letter is marked.
    pub fn marked(theme: Theme) -> Self {
        Self {
            english: Text::marked(),
            dutch: Text::marked(),
            theme,
        }
    }

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
    (screens::front(model).draw)(ctx, sheet, area);
}

fn too_small(ctx: Ctx<'_>, sheet: &mut Sheet<'_>, area: Rect) {
    let message = tr!(
        ctx.text,
        "too-small",
        columns = area.width,
        rows = area.height
    );
    sheet.waiting(area, 0, &message);
    sheet.paragraph(area, 0, &message, ctx.theme.strong());
}

impl Ctx<'_> {
    pub fn is_demo(&self) -> bool {
        self.model.setup.demo || self.model.home.as_ref().is_some_and(|home| home.demo)
    }

    /// A time of day at the station.
    pub fn time(&self, at: Timestamp) -> String {
        at.to_zoned(self.model.setup.zone.clone())
            .strftime("%H:%M")
            .to_string()
    }

    /// A day, as both languages write it unambiguously.
    pub fn day(&self, at: Timestamp) -> String {
        at.to_zoned(self.model.setup.zone.clone())
            .strftime("%Y-%m-%d")
            .to_string()
    }

    /// A time of day, with its day where that is not today.
    pub fn moment(&self, at: Timestamp) -> String {
        match self.is_today(at) {
            true => self.time(at),
            false => format!("{} {}", self.day(at), self.time(at)),
        }
    }

    /// A day, or a time of day where it is today: since when something is.
    pub fn since(&self, at: Timestamp) -> String {
        match self.is_today(at) {
            true => self.time(at),
            false => self.day(at),
        }
    }

    pub fn is_today(&self, at: Timestamp) -> bool {
        self.day(at) == self.day(self.now.wall)
    }

    /// Time left until then, rounded up so that "0:00" means over; `4:12` or `1:02:03`.
    pub fn left(&self, until: Timestamp) -> String {
        let seconds = self.seconds_left(until);
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        if hours > 0 {
            format!("{hours}:{minutes:02}:{seconds:02}")
        } else {
            format!("{minutes}:{seconds:02}")
        }
    }

    pub fn seconds_left(&self, until: Timestamp) -> i64 {
        let milliseconds = until.as_millisecond() - self.now.wall.as_millisecond();
        milliseconds.max(0).saturating_add(999) / 1000
    }

    pub fn seconds_since(&self, since: Timestamp) -> i64 {
        let milliseconds = self.now.wall.as_millisecond() - since.as_millisecond();
        milliseconds.max(0) / 1000
    }

    /// For how long somebody waits: minutes, or hours from the second one on.
    pub fn waited(&self, since: Timestamp) -> String {
        let minutes = self.seconds_since(since) / 60;
        match minutes {
            0..120 => tr!(self.text, "waited-minutes", count = minutes),
            _ => tr!(self.text, "waited-hours", count = (minutes / 60)),
        }
    }

    /// Whether this frame shows the brighter half of something that blinks, once a second.
    pub fn blink(&self) -> bool {
        self.now.uptime.subsec_millis() < 500
    }
}

/// Splits an area into columns of these widths; the last one gets what is left.
pub fn columns<const N: usize>(area: Rect, widths: [u16; N]) -> [Rect; N] {
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
pub fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect {
        y: area.y + rows,
        height: area.height - rows,
        ..area
    }
}

/// So many rows at its top.
pub fn top(area: Rect, rows: u16) -> Rect {
    Rect {
        height: rows.min(area.height),
        ..area
    }
}

/// The area with a blank column on either side.
pub fn inset(area: Rect) -> Rect {
    Rect {
        x: area.x + area.width.min(1),
        width: area.width.saturating_sub(2),
        ..area
    }
}

/// A heading with its badge in words: `s` is re-exported so that screens write short lines.
pub fn heading(ctx: Ctx<'_>, title: impl Into<String>) -> ratatui::text::Line<'static> {
    ratatui::text::Line::from(s(title.into(), ctx.theme.strong()))
}
