//! Tags: what is stuck on an item or a place, read by scanners and by people (see docs/CUSTODY.md, "Tags").
//!
//! It hides how a tag is written. Invariants: a tag is one number and the other way round; no character of a tag can be another one, and no
//! two neighbours can change places, so that it is a tag again.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::check::{check_value, has_twin, is_whole};

/// What tags are made of, in the order of the numbers that the characters stand for.
///
/// Not in it: A, Q, W, Z, Y and M, which other keyboard layouts have elsewhere; I, L, O, S, G, B and U, which are taken for 1, 1, 0, 5, 6, 8
/// and V; and E, which is taken for F and makes a power of ten of digits in a spreadsheet. So there are no words either. The number of
/// characters is even, without which the check would miss what it must see.
pub const ALPHABET: &str = "0123456789CDFHJKNPRTVX";

/// As many as are in [`ALPHABET`].
const N: u32 = 22;

/// The value of the first letter: a tag begins with one, so that no program takes it for a number.
const FIRST_LETTER: u32 = 10;

/// The characters of a tag, the last of them the check character.
pub const TAG_CHARS: usize = 7;

/// What the last but the check character count.
const COUNTED: u32 = N.pow(5);

/// One more than the highest number of a tag.
pub const NUMBERS: u32 = (N - FIRST_LETTER) * COUNTED;

/// What somebody types who takes one character for another: what it is taken for is in no tag.
pub const READ_AS: [(char, char); 8] = [
    ('O', '0'),
    ('I', '1'),
    ('L', '1'),
    ('Z', '2'),
    ('S', '5'),
    ('G', '6'),
    ('B', '8'),
    ('U', 'V'),
];

/// The number stuck on an item or a place: never given twice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, utoipa::ToSchema)]
#[schema(value_type = String, examples("C000012"))]
pub struct Tag(u32);

/// Why a text is no tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "fault", rename_all = "kebab-case")]
pub enum TagFault {
    #[error("a tag has {TAG_CHARS} characters, and this has {chars}")]
    Length { chars: usize },
    /// In no tag, and taken for nothing that is.
    #[error("no tag has {found:?} in it, as this has at place {place}")]
    Character {
        found: char,
        /// From 1.
        place: usize,
    },
    /// With a digit.
    #[error("a tag begins with a letter")]
    Beginning,
    /// It was read or typed wrong.
    #[error("the last character does not belong to those before it")]
    Check,
    /// It is as good as another one with two neighbours that changed places, so neither is ever given.
    #[error("no such tag is ever given: two characters have changed places")]
    Twin,
    /// It is one, written otherwise.
    #[error("it is not written as tags are")]
    Written,
}

impl Tag {
    /// The tag of that number; none: none is, or none that is given.
    pub fn numbered(number: u32) -> Option<Self> {
        let tag = Self(number);
        (number < NUMBERS && !has_twin(&tag.values(), N)).then_some(tag)
    }

    /// Its number.
    pub fn number(self) -> u32 {
        self.0
    }

    /// Reads what somebody typed: in either case, with blanks in it, with characters that are taken for others.
    pub fn parse(text: &str) -> Result<Self, TagFault> {
        let typed = || text.chars().filter(|c| !c.is_whitespace());
        match typed().count() {
            TAG_CHARS => {}
            chars => return Err(TagFault::Length { chars }),
        }
        let mut values = [0; TAG_CHARS];
        for ((value, found), place) in values.iter_mut().zip(typed()).zip(1..) {
            *value = value_of(found).ok_or(TagFault::Character { found, place })?;
        }
        if !is_whole(&values, N) {
            return Err(TagFault::Check);
        }
        let [first, counted @ .., _] = values;
        let Some(first) = first.checked_sub(FIRST_LETTER) else {
            return Err(TagFault::Beginning);
        };
        let number = counted
            .iter()
            .fold(first, |number, value| number * N + value);
        Self::numbered(number).ok_or(TagFault::Twin)
    }

    /// Reads it as it is written, and no otherwise.
    pub fn exact(text: &str) -> Result<Self, TagFault> {
        let tag = Self::parse(text)?;
        match tag.to_string() == text {
            true => Ok(tag),
            false => Err(TagFault::Written),
        }
    }

    fn values(self) -> [u32; TAG_CHARS] {
        let mut values = [0; TAG_CHARS];
        let [first, counted @ .., check] = &mut values;
        let mut rest = self.0;
        for value in counted.iter_mut().rev() {
            *value = rest % N;
            rest /= N;
        }
        *first = FIRST_LETTER + rest;
        let before: Vec<u32> = [&[*first][..], &counted[..]].concat();
        *check = check_value(&before, N);
        values
    }
}

/// For what a typed character stands.
fn value_of(typed: char) -> Option<u32> {
    let upper = typed.to_ascii_uppercase();
    let meant = READ_AS.iter().find(|(taken, _)| *taken == upper);
    let meant = meant.map_or(upper, |(_, meant)| *meant);
    (0..)
        .zip(ALPHABET.chars())
        .find(|(_, c)| *c == meant)
        .map(|(value, _)| value)
}

impl std::fmt::Display for Tag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let written = self.values();
        let c = |value: &u32| ALPHABET.chars().nth(*value as usize);
        f.write_str(&written.iter().filter_map(c).collect::<String>())
    }
}

impl std::fmt::Debug for Tag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

impl std::str::FromStr for Tag {
    type Err = TagFault;

    fn from_str(text: &str) -> Result<Self, TagFault> {
        Self::parse(text)
    }
}

impl Serialize for Tag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Tag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::exact(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Computed with python-stdnum 2.2 (`iso7064.mod_37_36`, which takes any alphabet).
    #[test]
    fn tags_are_written_as_an_independent_reader_of_the_standard_writes_them() {
        for (number, written) in [
            (0, "C000004"),
            (1, "C000012"),
            (2, "C00002X"),
            (21, "C0000X6"),
            (483, "C000XXC"),
            (12_345, "C013D36"),
            (1_000_000, "C45V2F0"),
            (NUMBERS - 1, "XXXXXXJ"),
        ] {
            let tag = Tag::numbered(number).expect("a tag");
            assert_eq!(tag.to_string(), written);
            assert_eq!(Tag::exact(written), Ok(tag));
        }
        assert_eq!(ALPHABET.len(), N as usize);
        assert_eq!(Tag::numbered(NUMBERS), None);
        // C00010T and C00100T would be one mistake apart.
        assert_eq!(Tag::numbered(22), None);
        assert_eq!(Tag::parse("C00010T"), Err(TagFault::Twin));
        assert_eq!(Tag::parse("C00100T"), Err(TagFault::Twin));
    }

    #[test]
    fn what_is_typed_is_read_in_either_case_with_blanks_and_with_what_looks_alike() {
        let tag = Tag::exact("C013D36").expect("a tag");
        for typed in [
            "c013d36",
            " C01 3D36\r\n",
            "COI3D36",
            "col3dEG".replace('E', "3").as_str(),
        ] {
            assert_eq!(Tag::parse(typed), Ok(tag), "{typed}");
            assert_eq!(Tag::exact(typed), Err(TagFault::Written), "{typed}");
        }
        for (typed, fault) in [
            ("", TagFault::Length { chars: 0 }),
            ("C013D3", TagFault::Length { chars: 6 }),
            (
                "ccccccbcjinbblnnbjdjhkfeglnrvvrhblbcktjgthrt",
                TagFault::Length { chars: 44 },
            ),
            (
                "C01-D36",
                TagFault::Character {
                    found: '-',
                    place: 4,
                },
            ),
            (
                "E013D36",
                TagFault::Character {
                    found: 'E',
                    place: 1,
                },
            ),
            ("C013D37", TagFault::Check),
        ] {
            assert_eq!(Tag::parse(typed), Err(fault), "{typed}");
        }
        let digits = [0, 1, 3, 3, 3, 6];
        let check = check_value(&digits, N) as usize;
        let typed = format!("013336{}", &ALPHABET[check..=check]);
        assert_eq!(Tag::parse(&typed), Err(TagFault::Beginning));
        for (taken, meant) in READ_AS {
            assert!(!ALPHABET.contains(taken) && ALPHABET.contains(meant));
        }
    }

    #[test]
    fn a_tag_is_a_text_on_the_wire_and_nothing_else_is_read() {
        let tag = Tag::numbered(12_345).expect("a tag");
        let text = serde_json::to_string(&tag).expect("written");
        assert_eq!(text, "\"C013D36\"");
        assert_eq!(serde_json::from_str::<Tag>(&text).expect("read"), tag);
        for other in ["\"c013d36\"", "\"C013D37\"", "12345", "\"\""] {
            assert!(serde_json::from_str::<Tag>(other).is_err(), "{other}");
        }
    }

    /// Without the characters that a typist is helped with, so that an error stays one.
    fn characters() -> Vec<char> {
        ALPHABET.chars().collect()
    }

    proptest! {
        #[test]
        fn every_wrong_character_of_a_tag_is_seen(
            number in 0..NUMBERS, at in 0..TAG_CHARS, to in 0..N as usize,
        ) {
            let Some(tag) = Tag::numbered(number) else { return Ok(()) };
            let mut typed: Vec<char> = tag.to_string().chars().collect();
            prop_assume!(typed[at] != characters()[to]);
            typed[at] = characters()[to];
            let typed: String = typed.iter().collect();
            prop_assert_eq!(Tag::parse(&typed), Err(TagFault::Check));
        }

        #[test]
        fn every_two_neighbours_of_a_tag_that_changed_places_are_seen(
            number in 0..NUMBERS, at in 1..TAG_CHARS,
        ) {
            let Some(tag) = Tag::numbered(number) else { return Ok(()) };
            let mut typed: Vec<char> = tag.to_string().chars().collect();
            prop_assume!(typed[at - 1] != typed[at]);
            typed.swap(at - 1, at);
            let typed: String = typed.iter().collect();
            prop_assert_eq!(Tag::parse(&typed), Err(TagFault::Check));
        }

        #[test]
        fn tags_are_in_the_order_of_their_numbers_and_read_as_they_are_written(
            one in 0..NUMBERS, other in 0..NUMBERS,
        ) {
            let (Some(one), Some(other)) = (Tag::numbered(one), Tag::numbered(other)) else {
                return Ok(());
            };
            prop_assert_eq!(Tag::exact(&one.to_string()), Ok(one));
            prop_assert_eq!(one.cmp(&other), one.to_string().cmp(&other.to_string()));
        }

        #[test]
        fn no_text_panics_the_reader(text in ".{0,12}") {
            if let Ok(tag) = Tag::parse(&text) {
                prop_assert_eq!(Tag::exact(&tag.to_string()), Ok(tag));
            }
        }
    }
}
