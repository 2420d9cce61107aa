//! What a scanner types: the bare tag, perhaps with its AIM prefix, perhaps in another keyboard layout than the console's (see
//! docs/CUSTODY.md, "Tags").
//!
//! Invariant: a text that is a tag as it stands is never read as another one.

use serde::{Deserialize, Serialize};

use super::tag::{Tag, TagFault};
use crate::domain::words::words;

/// How scanner and console differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// The console is French, the scanner is not.
    French,
    /// The console is Belgian, the scanner is not.
    Belgian,
    /// The console is German, the scanner is not: no tag differs by that, the prefix does.
    German,
    /// The scanner is French or Belgian, the console is not: digits come with Shift.
    Shifted,
}

words! {Layout {
    French => "french",
    Belgian => "belgian",
    German => "german",
    Shifted => "shifted",
}}

impl Layout {
    /// What appears on the console, and what is on the label.
    fn moved(self) -> &'static [(char, char)] {
        match self {
            Self::French => &[
                ('&', '1'),
                ('é', '2'),
                ('"', '3'),
                ('\'', '4'),
                ('(', '5'),
                ('-', '6'),
                ('è', '7'),
                ('_', '8'),
                ('ç', '9'),
                ('à', '0'),
                ('$', ']'),
            ],
            Self::Belgian => &[
                ('&', '1'),
                ('é', '2'),
                ('"', '3'),
                ('\'', '4'),
                ('(', '5'),
                ('§', '6'),
                ('è', '7'),
                ('!', '8'),
                ('ç', '9'),
                ('à', '0'),
                ('$', ']'),
            ],
            Self::German => &[('+', ']')],
            Self::Shifted => &[
                ('!', '1'),
                ('@', '2'),
                ('#', '3'),
                ('$', '4'),
                ('%', '5'),
                ('^', '6'),
                ('&', '7'),
                ('*', '8'),
                ('(', '9'),
                (')', '0'),
            ],
        }
    }

    /// What is on the label, where this is what appeared.
    fn undone(self, appeared: &str) -> String {
        let meant = |c: char| {
            let moved = self.moved().iter().find(|(shown, _)| *shown == c);
            moved.map_or(c, |(_, meant)| *meant)
        };
        appeared.chars().map(meant).collect()
    }
}

/// A text that is no tag as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misread {
    /// Why not.
    pub fault: TagFault,
    /// What it would be in other layouts, each tag once. Whoever takes one has found it in the register first, and says so.
    pub perhaps: Vec<(Layout, Tag)>,
}

/// The most characters of a scan that is looked at.
const SCAN_CHARS_MAX: usize = 40;

/// Reads what a scanner typed, without what ends it.
pub fn read_scan(text: &str) -> Result<Tag, Misread> {
    let fault = match Tag::parse(without_aim(text.trim())) {
        Ok(tag) => return Ok(tag),
        Err(fault) => fault,
    };
    let mut perhaps: Vec<(Layout, Tag)> = Vec::new();
    let is_short = text.chars().nth(SCAN_CHARS_MAX).is_none();
    for layout in Layout::ALL.into_iter().filter(|_| is_short) {
        if let Ok(tag) = Tag::parse(without_aim(&layout.undone(text.trim())))
            && perhaps.iter().all(|(_, other)| *other != tag)
        {
            perhaps.push((layout, tag));
        }
    }
    Err(Misread { fault, perhaps })
}

/// Without the prefix that says which kind of code it was (ISO/IEC 15424): `]`, a letter, and a digit or letter.
fn without_aim(text: &str) -> &str {
    let mut rest = text.chars();
    let [first, code, modifier] = [(); 3].map(|()| rest.next());
    let is_aim = first == Some(']')
        && code.is_some_and(|c| c.is_ascii_alphabetic())
        && modifier.is_some_and(|c| c.is_ascii_alphanumeric());
    match is_aim {
        true => rest.as_str(),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::custody::tag::NUMBERS;

    /// What appears where a label is read in that layout.
    fn typed(layout: Layout, label: &str) -> String {
        let shown = |c: char| {
            let moved = layout.moved().iter().find(|(_, meant)| *meant == c);
            moved.map_or(c, |(shown, _)| *shown)
        };
        label.chars().map(shown).collect()
    }

    #[test]
    fn prefixes_are_taken_off_in_every_layout() {
        let tag = Tag::numbered(12_345).expect("a tag");
        for prefix in ["", "]C1", "]d2", "]Q1", "]c0"] {
            assert_eq!(read_scan(&format!("{prefix}{tag}\r")), Ok(tag), "{prefix}");
        }
        for scanned in ["$C&Càç(CHàF", "+C1C013D36", "C013D36X", "]]1C013D36"] {
            let misread = read_scan(scanned).expect_err("no tag as it stands");
            let german = scanned.starts_with('+');
            assert_eq!(misread.perhaps.len(), usize::from(german), "{scanned}");
        }
        let french = typed(Layout::French, &format!("]C1{tag}"));
        assert_eq!(french, "$C&Cà&\"D\"-");
        let misread = read_scan(&french).expect_err("no tag as it stands");
        assert_eq!(misread.perhaps, [(Layout::French, tag)]);
        assert_eq!(misread.fault, TagFault::Length { chars: 10 });
    }

    #[test]
    fn neither_a_long_burst_nor_a_one_time_code_is_a_tag() {
        let code = "ccccccbcjinbblnnbjdjhkfeglnrvvrhblbcktjgthrt";
        for text in [code, &"é".repeat(10_000), "", "28461397"] {
            let misread = read_scan(text).expect_err("no tag");
            assert_eq!(misread.perhaps, []);
        }
    }

    proptest! {
        #[test]
        fn a_label_that_is_read_in_another_layout_is_found(number in 0..NUMBERS, which in 0..4usize) {
            let Some(tag) = Tag::numbered(number) else { return Ok(()) };
            let layout = Layout::ALL[which];
            match read_scan(&typed(layout, &tag.to_string())) {
                Ok(read) => prop_assert_eq!(read, tag),
                Err(misread) => {
                    let found = misread.perhaps.iter().any(|(_, perhaps)| *perhaps == tag);
                    prop_assert!(found, "{:?}", misread);
                }
            }
        }

        #[test]
        fn no_text_panics_the_reader_of_scans(text in ".{0,50}") {
            let _ = read_scan(&text);
        }
    }
}
