//! How a random PIN is drawn: its length and its alphabet.
//!
//! Randomness comes in as bytes. Invariant: every character of the alphabet is equally likely (bytes that would favour some
//! are thrown away), and what was drawn lives only in zeroised memory.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::domain::pin::{PIN_BYTES_MAX, PIN_CODE_POINTS_MIN, Pin, is_common};

/// Digits and letters that nobody mistakes for each other, read or typed: no 0/O, 1/I/L, 2/Z, 5/S, 8/B, U/V.
const ALPHABET: &str = "34679ACDEFGHJKMNPQRTWXY";
/// For keypads: digits only.
const DIGITS: &str = "0123456789";

/// The rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PinRule {
    /// Characters.
    pub length: u8,
    /// Digits only: for people who type it on a keypad.
    pub digits_only: bool,
}

impl Default for PinRule {
    fn default() -> Self {
        Self {
            length: 8,
            digits_only: false,
        }
    }
}

/// Why no PIN can be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PinRuleError {
    /// A PIN has 4 to 63 characters.
    #[error("a random PIN of {0} characters is not possible: 4 to 63 are")]
    Length(u8),
    /// The source of randomness ran dry: so many bytes in a row were of no use.
    #[error("the source of randomness is broken: nothing was drawn")]
    Randomness,
}

impl PinRule {
    /// The same with at least this many characters, as the key demands.
    #[must_use]
    pub fn at_least(mut self, length: u8) -> Self {
        self.length = self.length.max(length);
        self
    }

    fn alphabet(&self) -> &'static [u8] {
        if self.digits_only { DIGITS } else { ALPHABET }.as_bytes()
    }

    /// Draws a PIN. `fill` fills a slice with random bytes. One that anybody would try first is drawn again.
    pub fn draw(&self, mut fill: impl FnMut(&mut [u8])) -> Result<Pin, PinRuleError> {
        let length = usize::from(self.length);
        if self.length < PIN_CODE_POINTS_MIN || length > PIN_BYTES_MAX {
            return Err(PinRuleError::Length(self.length));
        }
        // A sound source fails to fill a PIN in so many bytes less than once in 2^100.
        let mut drawn = Zeroizing::new(String::with_capacity(length));
        let mut byte = Zeroizing::new([0_u8]);
        for _ in 0..length.saturating_mul(64) {
            fill(&mut *byte);
            let [one] = *byte;
            drawn.extend(self.character(one));
            if drawn.len() < length {
                continue;
            }
            if is_common(&drawn) {
                drawn.clear();
                continue;
            }
            return Pin::new(&drawn, self.length).map_err(|_| PinRuleError::Length(self.length));
        }
        Err(PinRuleError::Randomness)
    }

    fn character(&self, byte: u8) -> Option<char> {
        let alphabet = self.alphabet();
        let size = u8::try_from(alphabet.len()).ok().filter(|size| *size > 0)?;
        // The largest multiple of the alphabet's size: what is above would make its first characters likelier.
        let fair = u8::MAX - (u8::MAX % size + 1) % size;
        if byte > fair {
            return None;
        }
        alphabet
            .get(usize::from(byte % size))
            .map(|c| char::from(*c))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn counter() -> impl FnMut(&mut [u8]) {
        let mut state = 0x9e37_79b9_u32;
        move |bytes| {
            for byte in bytes {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *byte = state.to_be_bytes()[0];
            }
        }
    }

    #[test]
    fn a_drawn_pin_has_the_length_and_only_characters_that_cannot_be_mistaken() {
        let pin = PinRule::default()
            .at_least(10)
            .draw(counter())
            .expect("drawn");
        assert_eq!(pin.code_points(), 10);
        let text = std::str::from_utf8(pin.as_bytes()).expect("text");
        assert!(text.chars().all(|c| ALPHABET.contains(c)), "{text}");
        assert!(!ALPHABET.contains(['0', 'O', '1', 'I', 'L', '5', 'S', '8', 'B', '2', 'Z']));
    }

    #[test]
    fn every_character_is_drawn_equally_often() {
        let rule = PinRule {
            digits_only: true,
            ..PinRule::default()
        };
        let mut drawn = BTreeMap::new();
        for byte in 0..=u8::MAX {
            if let Some(c) = rule.character(byte) {
                *drawn.entry(c).or_insert(0_u32) += 1;
            }
        }
        assert_eq!(drawn.len(), 10);
        assert!(drawn.values().all(|n| *n == 25), "{drawn:?}");
    }

    #[test]
    fn a_broken_source_and_an_impossible_length_are_errors() {
        let rule = PinRule::default();
        assert_eq!(
            rule.draw(|bytes| bytes.fill(7)).err(),
            Some(PinRuleError::Randomness)
        );
        let long = PinRule::default().at_least(64);
        assert_eq!(long.draw(counter()).err(), Some(PinRuleError::Length(64)));
    }

    #[test]
    fn what_anybody_would_try_first_is_not_handed_out() {
        let rule = PinRule {
            length: 4,
            digits_only: true,
        };
        let mut bytes = [1, 2, 3, 4, 7, 0, 2, 9].into_iter();
        let pin = rule.draw(|to| to.fill(bytes.next().unwrap_or_default()));
        let pin = pin.expect("the second one");
        assert!(pin.matches(&Pin::new("7029", 4).expect("a PIN")));
    }
}
