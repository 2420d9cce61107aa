//! Colours and marks. Colour only ever repeats what a word or a mark says; the background is left to the terminal, so that a
//! light theme stays legible.

use std::borrow::Cow;

use ratatui::style::{Color, Modifier, Style};

/// How things look on this terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// Colours may be used at all.
    pub colour: bool,
    /// The terminal's font has the usual marks; the Linux console's has not.
    pub marks: bool,
}

impl Theme {
    /// What the environment asks for: `NO_COLOR` (any non-empty value) and `TERM`.
    pub fn from_environment() -> Self {
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let term = std::env::var("TERM").unwrap_or_default();
        Self {
            colour: !no_colour && term != "dumb",
            marks: !matches!(term.as_str(), "linux" | "dumb" | "vt100" | "vt220"),
        }
    }

    pub fn plain(self) -> Style {
        Style::new()
    }

    /// What matters on this line.
    pub fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// Less important, still legible.
    pub fn quiet(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// The marked line of a list.
    pub fn marked(self) -> Style {
        Style::new()
            .add_modifier(Modifier::REVERSED)
            .remove_modifier(Modifier::DIM)
    }

    /// Done, fine.
    pub fn good(self) -> Style {
        self.coloured(self.strong(), Color::Green)
    }

    /// What to do now.
    pub fn accent(self) -> Style {
        self.badge(Color::Cyan)
    }

    /// The large letters of what to do now.
    pub fn big(self) -> Style {
        self.strong()
    }

    /// Worth a second thought.
    pub fn warning(self) -> Style {
        self.badge(Color::Yellow)
    }

    /// Something is lost or broken.
    pub fn danger(self) -> Style {
        if self.colour {
            self.strong().fg(Color::White).bg(Color::Red)
        } else {
            self.strong().add_modifier(Modifier::REVERSED)
        }
    }

    fn coloured(self, style: Style, colour: Color) -> Style {
        if self.colour { style.fg(colour) } else { style }
    }

    /// Black on a bright colour: legible on dark and light themes alike.
    fn badge(self, colour: Color) -> Style {
        if self.colour {
            Style::new().fg(Color::Black).bg(colour)
        } else {
            self.strong().add_modifier(Modifier::REVERSED)
        }
    }

    /// Replaces marks that the terminal's font lacks.
    pub fn drawable(self, text: Cow<'_, str>) -> Cow<'_, str> {
        if self.marks || text.is_ascii() {
            return text;
        }
        Cow::Owned(text.chars().map(plain_mark).collect())
    }
}

/// The nearest character of code page 437, which every console font has.
fn plain_mark(c: char) -> char {
    match c {
        '✓' => '√',
        '▸' => '►',
        '▏' => '_',
        '●' => '■',
        '○' => '∙',
        '…' => '.',
        '⏎' => '◄',
        '⌫' => '<',
        '×' => 'x',
        '–' | '—' => '-',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colour_nothing_is_coloured_and_nothing_looks_like_plain_text() {
        let theme = Theme {
            colour: false,
            marks: true,
        };
        for style in [
            theme.accent(),
            theme.warning(),
            theme.danger(),
            theme.good(),
            theme.marked(),
        ] {
            assert_eq!((style.fg, style.bg), (None, None));
            assert_ne!(style, theme.plain());
        }
    }

    #[test]
    fn the_console_gets_marks_that_its_font_has() {
        let theme = Theme {
            colour: true,
            marks: false,
        };
        assert_eq!(theme.drawable("✓ ▸ …".into()), "√ ► .");
    }
}
