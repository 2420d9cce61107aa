//! Lines that people type into: one for anybody's eyes, one for secrets.
//!
//! Invariant: a [`SecretLine`] never reallocates, has no `Debug`, and is zeroised when it is cleared, taken or dropped.

use unicode_width::UnicodeWidthChar;
use zeroize::{Zeroize, Zeroizing};

use super::keys::Edit;
use crate::domain::characters::is_visible;

/// The most characters of a [`Line`].
const LINE_CHARS_MAX: usize = 120;

/// A visible line. The cursor stays at its end: nobody at a desk edits the middle of a name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line(String);

impl Line {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Appends a character; characters that nobody would see and those beyond the limit are dropped.
    pub fn push(&mut self, c: char) {
        if is_visible(c)
            && c.width().is_some_and(|width| width > 0)
            && self.0.chars().count() < LINE_CHARS_MAX
        {
            self.0.push(c);
        }
    }

    pub fn pop(&mut self) {
        self.0.pop();
    }

    /// A key was pressed in it; where there was no room for what it types, how much there is.
    pub fn edit(&mut self, edit: Edit) -> Option<usize> {
        self.edit_within(LINE_CHARS_MAX, edit)
    }

    /// The same where it may have only so many characters.
    pub fn edit_within(&mut self, max: usize, edit: Edit) -> Option<usize> {
        match edit {
            Edit::Push(_) if self.0.chars().count() >= max => return Some(max),
            Edit::Push(c) => self.push(c),
            Edit::Pop => self.pop(),
            Edit::Word => self.pop_word(),
            Edit::Clear => self.clear(),
        }
        None
    }

    /// Deletes the last word and the blanks behind it.
    pub fn pop_word(&mut self) {
        let kept = self.0.trim_end();
        let kept = kept.rfind(' ').map_or(0, |blank| blank + 1);
        self.0.truncate(kept);
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }
}

/// The most characters of a [`SecretLine`]: one more than a PIN can have, so that "too long" can be said.
const SECRET_CHARS_MAX: usize = 64;

/// A line that is never shown: only its length is.
pub struct SecretLine {
    text: Zeroizing<String>,
}

impl SecretLine {
    /// An empty line with room for the longest secret.
    pub fn new() -> Self {
        Self {
            text: Zeroizing::new(String::with_capacity(SECRET_CHARS_MAX * 4)),
        }
    }

    /// Appends a character, unless the line is full.
    pub fn push(&mut self, c: char) {
        if self.code_points() < SECRET_CHARS_MAX {
            self.text.push(c);
        }
    }

    pub fn pop(&mut self) {
        self.text.pop();
    }

    pub fn clear(&mut self) {
        self.text.zeroize();
    }

    /// A key was pressed in it.
    pub fn edit(&mut self, edit: Edit) {
        match edit {
            Edit::Push(c) => self.push(c),
            Edit::Pop => self.pop(),
            // Where words end in a secret is nobody's business.
            Edit::Word | Edit::Clear => self.clear(),
        }
    }

    pub fn code_points(&self) -> usize {
        self.text.chars().count()
    }

    /// Hands the text to `read` and forgets it.
    pub fn take<R>(&mut self, read: impl FnOnce(&str) -> R) -> R {
        let result = read(&self.text);
        self.clear();
        result
    }
}

impl Default for SecretLine {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_line_never_moves_in_memory_and_stops_at_its_limit() {
        let mut line = SecretLine::new();
        let place = line.text.as_ptr();
        for _ in 0..200 {
            line.push('😀');
        }
        assert_eq!(line.code_points(), SECRET_CHARS_MAX);
        assert_eq!(line.text.as_ptr(), place);
    }

    #[test]
    fn a_taken_secret_is_gone() {
        let mut line = SecretLine::new();
        line.push('1');
        assert_eq!(line.take(str::len), 1);
        assert_eq!(line.code_points(), 0);
    }

    #[test]
    fn a_word_is_deleted_with_the_blanks_behind_it() {
        let mut line = Line::default();
        "jan de vries ".chars().for_each(|c| line.push(c));
        line.pop_word();
        assert_eq!(line.as_str(), "jan de ");
        line.pop_word();
        line.pop_word();
        assert!(line.is_empty());
    }

    #[test]
    fn characters_that_draw_nothing_are_not_taken_into_a_line() {
        let mut line = Line::default();
        "a\u{202e}\u{7}\u{200b}b".chars().for_each(|c| line.push(c));
        assert_eq!(line.as_str(), "ab");
    }
}
