//! Texts of one line that people read: on a screen, on a label, in a list.
//!
//! Invariant: a [`OneLine`] is neither blank nor longer than it may be, and has nothing in it that is not seen or turns it round: whoever
//! reads it reads what it is.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::characters::is_hidden;

/// What a name may have, of a person, a key or an app, and what a device says of itself.
pub const NAME_CHARS_MAX: usize = 100;

/// Why a text is no such line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotOneLine {
    /// A control character, of which a line end is one.
    #[error("it has a control character, or a second line")]
    Control,
    /// Something that is not drawn, or turns the line round.
    #[error("it has an invisible character in it (U+{:04X}): type it anew", u32::from(*.0))]
    Hidden(char),
    /// Blanks, or nothing.
    #[error("it is empty")]
    Blank,
    /// More characters than it may have.
    #[error("it has {chars} characters, {most} at most")]
    TooLong {
        chars: usize,
        /// What it may have.
        most: usize,
    },
}

/// A line of at most so many characters, without blanks around it. It is read back as what was kept ([`OneLine::check_kept`]).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OneLine<const MOST: usize>(String);

impl<const MOST: usize> OneLine<MOST> {
    /// Takes a text without the blanks around it.
    pub fn new(text: &str) -> Result<Self, NotOneLine> {
        let text = text.trim();
        Self::check(text).map(|()| Self(text.to_owned()))
    }

    /// [`Self::new`] of what was kept ([`Self::check_kept`]).
    pub fn kept(text: &str) -> Result<Self, NotOneLine> {
        let text = text.trim();
        Self::check_kept(text).map(|()| Self(text.to_owned()))
    }

    /// Whether a text is such a line as it stands, with the blanks around it: what arrives from elsewhere is kept or refused,
    /// never mended.
    pub fn check(text: &str) -> Result<(), NotOneLine> {
        match text.chars().find(|c| is_hidden(*c)) {
            Some(hidden) => Err(NotOneLine::Hidden(hidden)),
            None => Self::check_kept(text),
        }
    }

    /// The same of what an earlier release has taken, or a device says of itself: that is read for good, or told as it is, and cleaned
    /// where it is shown.
    pub fn check_kept(text: &str) -> Result<(), NotOneLine> {
        match text.chars().count() {
            _ if text.contains(char::is_control) => Err(NotOneLine::Control),
            chars if chars > MOST => Err(NotOneLine::TooLong { chars, most: MOST }),
            _ if text.trim().is_empty() => Err(NotOneLine::Blank),
            _ => Ok(()),
        }
    }

    /// The same where there may be no text.
    pub fn check_if_any(text: &str) -> Result<(), NotOneLine> {
        unless_blank(Self::check(text))
    }

    /// [`Self::check_kept`] where there may be no text.
    pub fn check_kept_if_any(text: &str) -> Result<(), NotOneLine> {
        unless_blank(Self::check_kept(text))
    }
}

fn unless_blank(checked: Result<(), NotOneLine>) -> Result<(), NotOneLine> {
    checked.or_else(|fault| match fault {
        NotOneLine::Blank => Ok(()),
        fault => Err(fault),
    })
}

impl<const MOST: usize> std::ops::Deref for OneLine<MOST> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<const MOST: usize> From<OneLine<MOST>> for String {
    fn from(line: OneLine<MOST>) -> Self {
        line.0
    }
}

impl<const MOST: usize> Serialize for OneLine<MOST> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de, const MOST: usize> Deserialize<'de> for OneLine<MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match Self::check_kept(&text) {
            Ok(()) => Ok(Self(text)),
            Err(fault) => Err(serde::de::Error::custom(fault)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_back_as_it_was_kept() {
        let read = serde_json::from_str::<OneLine<4>>;
        assert_eq!(&*read("\"één\"").expect("three"), "één");
        for other in ["\"five!\"", "\" \"", "\"a\\nb\"", "4"] {
            assert!(read(other).is_err(), "{other}");
        }
        let line = OneLine::<4>::new(" abc ").expect("three");
        assert_eq!(serde_json::to_string(&line).expect("written"), "\"abc\"");
    }

    #[test]
    fn a_line_is_counted_in_characters_and_loses_the_blanks_around_it() {
        assert_eq!(&*OneLine::<4>::new("  één \n").expect("three"), "één");
        let long = NotOneLine::TooLong { chars: 5, most: 4 };
        assert_eq!(OneLine::<4>::new("ééééé"), Err(long));
        assert_eq!(OneLine::<4>::new(" \t"), Err(NotOneLine::Blank));
        assert_eq!(OneLine::<4>::new("a\nb"), Err(NotOneLine::Control));
    }

    #[test]
    fn a_line_has_nothing_in_it_that_is_not_seen_or_turns_it_round() {
        for hidden in [
            '\u{202e}', '\u{2066}', '\u{200b}', '\u{ad}', '\u{feff}', '\u{3164}',
        ] {
            let text = format!("K. Desk{hidden}");
            let fault = NotOneLine::Hidden(hidden);
            assert_eq!(OneLine::<40>::new(&text), Err(fault), "{hidden:?}");
            assert_eq!(OneLine::<40>::check(&text), Err(fault));
            assert_eq!(OneLine::<40>::check_if_any(&text), Err(fault));
            let code = format!("U+{:04X}", u32::from(hidden));
            assert!(fault.to_string().contains(&code), "{fault}");
            // What an earlier release wrote down is read for good.
            assert!(OneLine::<40>::kept(&text).is_ok());
            assert_eq!(OneLine::<40>::check_kept_if_any(&text), Ok(()));
        }
        assert!(OneLine::<40>::check_kept("a\u{9b}b").is_err());
        assert_eq!(OneLine::<40>::check("Zoë 李 e\u{301} Đặng"), Ok(()));
    }

    #[test]
    fn what_is_not_mended_is_refused_for_what_is_around_it_too() {
        assert_eq!(OneLine::<4>::check(" a "), Ok(()));
        assert_eq!(OneLine::<4>::check("a\n"), Err(NotOneLine::Control));
        assert_eq!(OneLine::<4>::check("  "), Err(NotOneLine::Blank));
        assert_eq!(OneLine::<4>::check_if_any(""), Ok(()));
        assert_eq!(
            OneLine::<4>::check_if_any("\u{7f}"),
            Err(NotOneLine::Control)
        );
        assert!(OneLine::<4>::check_if_any("five!").is_err());
        // Blanks count too: they are kept as they are.
        assert!(OneLine::<4>::check_if_any("     ").is_err());
    }
}
