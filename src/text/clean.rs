//! Text from keys, the registry and keyboards made safe to draw, measured and cut.
//!
//! Invariants: [`clean`] leaves nothing that moves the cursor, changes the direction of writing, hides, or piles up on other
//! characters, and everything that is drawn goes through it; no value that [`columns`] or [`escaped`] puts into a line changes what
//! the line says besides.

use std::borrow::Cow;
use std::fmt::Display;

use unicode_normalization::char::is_combining_mark;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::domain::characters::is_hidden;

/// Drawn in the place of a character that must not be drawn.
const REPLACED: char = '\u{fffd}';

/// The most combining marks on one character: two are enough for every living language's letters.
const MARKS_MAX: usize = 2;

/// Neutralises control characters, bidirectional overrides, invisible characters and piles of combining marks.
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, 0x20..=0x7e)) {
        return Cow::Borrowed(text);
    }
    let mut marks = 0;
    let mut after_base = false;
    let safe = text.chars().filter_map(|c| {
        if is_combining_mark(c) && c.width() == Some(0) && !is_hidden(c) {
            marks += 1;
            return match (after_base, marks <= MARKS_MAX) {
                (true, true) => Some(c),
                (true, false) => None,
                (false, _) => Some(REPLACED),
            };
        }
        marks = 0;
        let drawable = c.width().is_some_and(|width| width > 0) && !is_hidden(c);
        after_base = drawable;
        Some(if drawable { c } else { REPLACED })
    });
    Cow::Owned(safe.collect())
}

/// Values side by side, for whoever reads a list line by line: none of them begins a line or a column of its own.
pub fn columns(values: &[&dyn Display]) -> String {
    let cleaned = values
        .iter()
        .map(|value| clean(&value.to_string()).into_owned());
    cleaned.collect::<Vec<_>>().join("\t")
}

/// JSON of one line in which whatever [`clean`] would replace is written as an escape: the same to whoever reads it as JSON, and
/// harmless to a terminal on which it is shown.
pub fn escaped(json: &str) -> Cow<'_, str> {
    let is_risky = |c: char| c.is_control() || is_hidden(c);
    if !json.contains(is_risky) {
        return Cow::Borrowed(json);
    }
    let mut escaped = String::with_capacity(json.len() + 16);
    let mut units = [0; 2];
    for c in json.chars() {
        match is_risky(c) {
            false => escaped.push(c),
            true => {
                for unit in c.encode_utf16(&mut units) {
                    escaped.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    Cow::Owned(escaped)
}

/// Columns that a clean text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// Cuts a text to that many columns, with an ellipsis where something was cut. Cleans it as well.
pub fn fit(text: &str, columns: usize) -> String {
    let text = clean(text);
    if width(&text) <= columns {
        return text.into_owned();
    }
    let mut cut = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += c.width().unwrap_or_default();
        if used > columns {
            break;
        }
        cut.push(c);
    }
    if columns > 0 {
        cut.push('…');
    }
    cut
}

/// Breaks a text into lines of at most that many columns, between words where it can. Cleans it as well.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let mut word = clean(word).into_owned();
        while width(&word) > columns.max(1) {
            let (head, tail) = split_at_column(&word, columns.max(1));
            lines.extend((!line.is_empty()).then(|| std::mem::take(&mut line)));
            lines.push(head);
            word = tail;
        }
        if !line.is_empty() && width(&line) + 1 + width(&word) > columns {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    lines.extend((!line.is_empty()).then_some(line));
    lines
}

/// The first part takes at least one character, so that the rest always gets shorter.
fn split_at_column(word: &str, columns: usize) -> (String, String) {
    let mut used = 0;
    let mut at = 0;
    for (index, c) in word.char_indices() {
        used += c.width().unwrap_or_default();
        if used > columns && at > 0 {
            break;
        }
        at = index + c.len_utf8();
    }
    let (head, tail) = word.split_at(at);
    (head.to_owned(), tail.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_that_moves_hides_or_turns_the_text_survives() {
        for hostile in [
            "a\u{1b}[2Jb",
            "a\nb",
            "a\u{202e}b",
            "a\u{2066}b",
            "a\u{200b}b",
            "a\u{feff}b",
            "a\u{e0041}b",
            "a\u{9b}b",
            "a\u{2028}b",
            "a\u{3164}b",
            "a\u{fe0f}b",
        ] {
            let shown = clean(hostile);
            assert!(shown.contains(REPLACED), "{hostile:?} became {shown:?}");
            assert!(shown.starts_with('a') && shown.ends_with('b'), "{shown:?}");
        }
    }

    #[test]
    fn in_json_it_is_an_escape_and_reads_as_it_was() {
        let told = "Zoë 李\n\t\u{7f}\u{9b}31m\u{85}\u{202e}\u{2066}\u{e0041}\u{feff}";
        let json = serde_json::json!({ "name": told }).to_string();
        let safe = escaped(&json);
        assert!(
            safe.contains("Zoë 李") && safe.contains("\\u009b31m"),
            "{safe}"
        );
        assert!(
            !safe.contains(|c: char| c.is_control() || is_hidden(c)),
            "{safe}"
        );
        let read: serde_json::Value = serde_json::from_str(&safe).expect("still JSON");
        assert_eq!(read["name"], told);
    }

    #[test]
    fn a_value_makes_no_line_and_no_column_of_its_own() {
        let line = columns(&[&"p-1", &"Jan\tadmin\np-2", &7]);
        assert_eq!(line, "p-1\tJan\u{fffd}admin\u{fffd}p-2\t7");
    }

    #[test]
    fn names_of_many_languages_stay_as_they_are() {
        for name in [
            "Zoë Ångström",
            "Łukasz Żółć",
            "e\u{301}",
            "Νίκος",
            "李小龙",
            "Đặng Văn",
            "Ольга",
        ] {
            assert_eq!(clean(name), name);
        }
    }

    #[test]
    fn a_pile_of_combining_marks_is_cut_down() {
        let pile = format!("Z{}", "\u{35c}".repeat(50));
        assert_eq!(clean(&pile).chars().count(), 1 + MARKS_MAX);
    }

    #[test]
    fn a_long_text_is_cut_at_the_column_and_says_so() {
        assert_eq!(fit("Example Shipping", 8), "Example…");
        assert_eq!(fit("李小龙李小龙", 6), "李小…");
        assert_eq!(fit("short", 8), "short");
    }

    #[test]
    fn words_are_kept_whole_where_they_fit() {
        assert_eq!(wrap("put the key back", 8), ["put the", "key back"]);
        assert_eq!(
            wrap("averyveryverylongword", 8),
            ["averyver", "yverylon", "gword"]
        );
    }

    proptest! {
        #[test]
        fn whatever_comes_in_nothing_is_wider_than_asked(text in any::<String>(), columns in 1usize..40) {
            prop_assert!(width(&fit(&text, columns)) <= columns);
            for line in wrap(&text, columns) {
                prop_assert!(width(&line) <= columns.max(2));
            }
        }

        #[test]
        fn cleaning_twice_changes_nothing(text in any::<String>()) {
            let once = clean(&text).into_owned();
            prop_assert_eq!(clean(&once).into_owned(), once);
        }
    }
}
