//! Ranges of ordered values, as policies write them: `< 5.7`, `>= L1, < L2`, `2.1`.

use crate::domain::models::Level;

/// A range of numbers that stand for something ordered. Empty when `first > last`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    first: u64,
    last: u64,
}

impl Range {
    /// Everything up to `last`, which is the greatest value there is.
    fn up_to(last: u64) -> Self {
        Self { first: 0, last }
    }

    pub fn contains(self, value: u64) -> bool {
        (self.first..=self.last).contains(&value)
    }

    pub fn is_empty(self) -> bool {
        self.first > self.last
    }

    /// Whether `other` holds every value of this range.
    pub fn within(self, other: Self) -> bool {
        self.is_empty() || other.first <= self.first && self.last <= other.last
    }

    /// Reads conditions with commas between them, all of which must hold. A bare value means exactly this one.
    ///
    /// # Errors
    /// The part that could not be read.
    fn parse(
        text: &str,
        greatest: u64,
        value: impl Fn(&str) -> Option<u64>,
    ) -> Result<Self, String> {
        let mut range = Self::up_to(greatest);
        for part in text.split(',').map(str::trim) {
            let end = part
                .find(|c: char| !matches!(c, '<' | '>' | '='))
                .unwrap_or(part.len());
            let (sign, rest) = part.split_at(end);
            let limit = value(rest.trim()).ok_or_else(|| part.to_owned())?;
            match sign {
                "<" => range.keep_below(limit),
                "<=" => range.last = range.last.min(limit),
                ">" => range.first = range.first.max(limit.saturating_add(1)),
                ">=" => range.first = range.first.max(limit),
                "" | "=" => {
                    range.first = range.first.max(limit);
                    range.last = range.last.min(limit);
                }
                _ => return Err(part.to_owned()),
            }
        }
        Ok(range)
    }

    fn keep_below(&mut self, limit: u64) {
        match limit.checked_sub(1) {
            Some(last) => self.last = self.last.min(last),
            None => {
                self.first = 1;
                self.last = 0;
            }
        }
    }
}

/// Firmware: `5.7.1` as three bytes (the way Yubico packs them), or the plain number that a key states.
pub(super) fn firmware(text: &str) -> Result<Range, String> {
    Range::parse(text, u64::MAX, |version| {
        if let Ok(plain) = version.parse() {
            return Some(plain);
        }
        let mut packed = 0_u64;
        let mut count = 0;
        for part in version.split('.') {
            packed = packed << 8 | u64::from(part.parse::<u8>().ok()?);
            count += 1;
        }
        match count {
            2 => Some(packed << 8),
            3 => Some(packed),
            _ => None,
        }
    })
}

/// How levels of certification are counted: none is 0.
pub(super) fn level_number(level: Option<Level>) -> u64 {
    match level {
        None => 0,
        Some(Level::L1) => 1,
        Some(Level::L1Plus) => 2,
        Some(Level::L2) => 3,
        Some(Level::L2Plus) => 4,
        Some(Level::L3) => 5,
        Some(Level::L3Plus) => 6,
    }
}

/// Certification: `L1` to `L3+`, or `none`.
pub(super) fn certification(text: &str) -> Result<Range, String> {
    let greatest = level_number(Some(Level::L3Plus));
    Range::parse(text, greatest, |word| match word {
        "none" => Some(0),
        word => Level::parse(word).map(|level| level_number(Some(level))),
    })
}

/// How versions of CTAP are counted: 2.0, then the preview of 2.1, then 2.1 and later.
fn minor_number(minor: u64) -> u64 {
    if minor == 0 { 0 } else { minor + 1 }
}

/// The latest version of CTAP among those that a key states, e.g. `FIDO_2_1`.
pub(super) fn ctap_number(versions: &[String]) -> u64 {
    let number = |version: &String| {
        let rest = version.strip_prefix("FIDO_2_")?;
        match rest {
            "1_PRE" => Some(1),
            minor => minor.parse::<u8>().ok().map(|m| minor_number(m.into())),
        }
    };
    versions.iter().filter_map(number).max().unwrap_or(0)
}

/// CTAP: `2.0`, `2.1-pre`, `2.1`, `2.2` and so on.
pub(super) fn ctap(text: &str) -> Result<Range, String> {
    let greatest = minor_number(u8::MAX.into());
    Range::parse(text, greatest, |version| {
        match version.strip_prefix("2.")? {
            "1-pre" => Some(1),
            minor => minor.parse::<u8>().ok().map(|m| minor_number(m.into())),
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ranges_hold_what_they_say() {
        for (text, value, holds) in [
            ("< 5.7", 0x05_06_ff, true),
            ("< 5.7", 0x05_07_00, false),
            (">= 5.4.3, < 5.7.0", 0x05_04_03, true),
            (">=5.4.3,<5.7.0", 0x05_04_02, false),
            ("5.4.3", 0x05_04_03, true),
            ("= 5.4.3", 0x05_04_04, false),
            ("<= 12", 12, true),
            ("> 12", 12, false),
            ("< 0", 0, false),
        ] {
            let range = firmware(text).expect(text);
            assert_eq!(range.contains(value), holds, "{text} {value}");
        }
        assert!(certification("< L2").expect("valid").contains(0));
        assert!(!certification(">= L1+").expect("valid").contains(1));
        assert!(!certification("none").expect("valid").contains(1));
    }

    #[test]
    fn versions_of_ctap_stand_in_their_order() {
        let stated = |versions: &[&str]| {
            let versions: Vec<String> = versions.iter().map(ToString::to_string).collect();
            ctap_number(&versions)
        };
        let old = ctap("< 2.1").expect("valid");
        assert!(old.contains(stated(&["U2F_V2", "FIDO_2_0"])));
        assert!(old.contains(stated(&["FIDO_2_0", "FIDO_2_1_PRE"])));
        assert!(!old.contains(stated(&["FIDO_2_0", "FIDO_2_1"])));
        assert!(
            ctap(">= 2.3")
                .expect("valid")
                .contains(stated(&["FIDO_2_3"]))
        );
    }

    #[test]
    fn what_is_no_range_is_named() {
        for (read, text, part) in [
            (firmware as fn(&str) -> _, "< 5.7, oops", "oops"),
            (firmware, "=> 5", "=> 5"),
            (firmware, "5.7.0.1", "5.7.0.1"),
            (firmware, "5.300", "5.300"),
            (certification, ">= L4", ">= L4"),
            (ctap, "1.2", "1.2"),
            (ctap, "", ""),
        ] {
            assert_eq!(read(text), Err(part.to_owned()));
        }
    }

    #[test]
    fn a_range_that_holds_nothing_is_seen() {
        assert!(firmware(">= 5.7, < 5.4").expect("valid").is_empty());
        assert!(certification("> L3+").expect("valid").is_empty());
        assert!(ctap("< 2.0").expect("valid").is_empty());
    }

    proptest! {
        #[test]
        fn a_range_within_another_holds_nothing_more(a in 0_u64..9, b in 0_u64..9, c in 0_u64..9, d in 0_u64..9, value in 0_u64..9) {
            let narrow = Range { first: a, last: b };
            let wide = Range { first: c, last: d };
            if narrow.within(wide) && narrow.contains(value) {
                prop_assert!(wide.contains(value));
            }
        }

        #[test]
        fn no_text_panics_the_readers(text in "\\PC{0,30}") {
            let _ = (firmware(&text), certification(&text), ctap(&text));
        }
    }
}
