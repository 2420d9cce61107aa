//! A security key's PIN: a secret that is never stored, logged or printed; how long a new one must be, and which nobody may choose.

mod common;

pub use common::is_common;

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// The most bytes a PIN may have after normalisation (CTAP 2.3, section 6.5.1).
pub const PIN_BYTES_MAX: usize = 63;

/// The least code points any authenticator may ask for (CTAP 2.3, section 6.5.1).
pub const PIN_CODE_POINTS_MIN: u8 = 4;

/// The least code points of a new PIN where the registry says nothing (NIST SP 800-63B-4, 3.2.10: should be 6).
pub const PIN_FLOOR: u8 = 6;

/// The least code points of a new PIN: what the key asks for, what the registry asks for (none: it says nothing), and what an offer
/// or a profile asks for.
pub fn pin_floor(key: u8, registry: Option<u8>, asked: u8) -> u8 {
    let registry = registry.unwrap_or(PIN_FLOOR).max(PIN_CODE_POINTS_MIN);
    key.max(registry).max(asked)
}

/// A PIN in NFC-normalised UTF-8. Zeroised when dropped; has no `Debug` on purpose.
pub struct Pin(Zeroizing<String>);

/// Why a text can't be a PIN. Carries no part of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PinError {
    /// Fewer code points than the key asks for.
    #[error("the PIN is too short: this key needs at least {min} characters")]
    TooShort {
        /// The key's minimum, in code points.
        min: u8,
    },
    /// More than 63 bytes of UTF-8.
    #[error("the PIN is too long: at most 63 bytes")]
    TooLong,
    /// Holds a zero byte or another control character, which no later prompt could take.
    #[error("the PIN holds a control character")]
    Control,
    /// One of those that are tried first.
    #[error(
        "the PIN is one that many people choose, and so the first to be tried: choose another one"
    )]
    Common,
}

impl Pin {
    /// Normalises and checks. `min` is the key's minimum in code points.
    pub fn new(text: &str, min: u8) -> Result<Self, PinError> {
        // NFC makes a text at most three times as long; room for that means that no piece of it is left behind by growing.
        let mut normal = Zeroizing::new(String::with_capacity(text.len().saturating_mul(3)));
        normal.extend(text.nfc());
        if normal.chars().any(char::is_control) {
            return Err(PinError::Control);
        }
        if normal.chars().count() < usize::from(min.max(PIN_CODE_POINTS_MIN)) {
            return Err(PinError::TooShort {
                min: min.max(PIN_CODE_POINTS_MIN),
            });
        }
        if normal.len() > PIN_BYTES_MAX {
            return Err(PinError::TooLong);
        }
        Ok(Self(normal))
    }

    /// Checks a PIN that is to be written to a key as well: none that anybody would try first.
    pub fn chosen(text: &str, floor: u8) -> Result<Self, PinError> {
        let pin = Self::new(text, floor)?;
        pin.check_chosen(floor)?;
        Ok(pin)
    }

    /// The same of one that somebody handed in: whoever writes it to a key looks at it once more, whichever face asked for it.
    pub fn check_chosen(&self, floor: u8) -> Result<(), PinError> {
        if self.code_points() < usize::from(floor) {
            return Err(PinError::TooShort { min: floor });
        }
        match is_common(&self.0) {
            true => Err(PinError::Common),
            false => Ok(()),
        }
    }

    /// The normalised UTF-8 bytes, 4 to 63 of them or more than 4 where code points are wide.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// A second copy, zeroised like the first. Not `Clone`, so that every copy is meant: one goes to the key's thread.
    pub fn duplicate(&self) -> Self {
        Self(self.0.clone())
    }

    /// Length in code points.
    pub fn code_points(&self) -> usize {
        self.0.chars().count()
    }

    /// Whether both hold the same text.
    pub fn matches(&self, other: &Self) -> bool {
        use subtle::ConstantTimeEq;
        self.as_bytes().ct_eq(other.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_in_code_points_and_limited_in_bytes() {
        assert_eq!(
            Pin::new("ééé", 4).err(),
            Some(PinError::TooShort { min: 4 })
        );
        assert!(Pin::new("éééé", 4).is_ok());
        assert_eq!(Pin::new(&"é".repeat(32), 4).err(), Some(PinError::TooLong));
        assert!(Pin::new(&"a".repeat(63), 63).is_ok());
    }

    #[test]
    fn composed_and_decomposed_forms_are_one_pin() {
        let composed = Pin::new("caf\u{e9}1", 4).expect("valid");
        let decomposed = Pin::new("cafe\u{301}1", 4).expect("valid");
        assert!(composed.matches(&decomposed));
        assert_eq!(composed.code_points(), 5);
    }

    #[test]
    fn a_new_pin_is_as_long_as_key_registry_and_profile_ask() {
        for (key, registry, asked, floor) in [
            (4, None, 0, 6),
            (4, Some(6), 4, 6),
            (4, Some(4), 0, 4),
            (4, Some(8), 6, 8),
            (4, None, 10, 10),
            (12, Some(8), 10, 12),
            (4, Some(0), 0, 4),
        ] {
            let found = pin_floor(key, registry, asked);
            assert_eq!(found, floor, "{key} {registry:?} {asked}");
        }
    }

    #[test]
    fn what_anybody_tries_first_is_no_new_pin_but_proves_the_old_one() {
        assert_eq!(Pin::chosen("123456", 6).err(), Some(PinError::Common));
        assert_eq!(
            Pin::chosen("480213", 8).err(),
            Some(PinError::TooShort { min: 8 })
        );
        assert!(Pin::chosen("480213", 6).is_ok());
        assert!(Pin::new("123456", 4).is_ok());
    }

    #[test]
    fn a_control_character_is_refused() {
        assert_eq!(Pin::new("12\u{0}456", 4).err(), Some(PinError::Control));
    }
}
