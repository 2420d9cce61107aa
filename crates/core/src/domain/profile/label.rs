//! Tags with a counter, and the text on a label.

use serde::{Deserialize, Serialize};

use crate::domain::OneLine;
use crate::domain::line::NotOneLine;

/// The longest tag, in characters: what the registry takes as an asset tag.
pub const TAG_CHARS_MAX: usize = 100;

/// The longest text of a label, in characters.
const LABEL_CHARS_MAX: usize = 200;

/// A tag with one counter in it: `KD-####` gives `KD-0001`, `KD-0002`, …
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "PatternForm", into = "PatternForm")]
pub struct TagPattern {
    before: String,
    digits: usize,
    after: String,
    first: u64,
}

#[derive(Clone, Serialize, Deserialize)]
struct PatternForm {
    pattern: String,
    first: u64,
}

impl TryFrom<PatternForm> for TagPattern {
    type Error = String;

    fn try_from(form: PatternForm) -> Result<Self, String> {
        Self::kept(&form.pattern, form.first)
    }
}

impl From<TagPattern> for PatternForm {
    fn from(pattern: TagPattern) -> Self {
        Self {
            pattern: pattern.to_string(),
            first: pattern.first,
        }
    }
}

impl std::fmt::Display for TagPattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}{}{}",
            self.before,
            "#".repeat(self.digits),
            self.after
        )
    }
}

impl TagPattern {
    /// Reads a pattern; `first` is the first number.
    ///
    /// # Errors
    /// In words, what is wrong with it.
    pub fn new(pattern: &str, first: u64) -> Result<Self, String> {
        OneLine::<TAG_CHARS_MAX>::check_if_any(pattern.trim()).map_err(no_tag)?;
        Self::kept(pattern, first)
    }

    /// The same of one that is recorded.
    fn kept(pattern: &str, first: u64) -> Result<Self, String> {
        let pattern = pattern.trim();
        OneLine::<TAG_CHARS_MAX>::check_kept_if_any(pattern).map_err(no_tag)?;
        let (before, rest) = pattern.split_once('#').ok_or_else(|| {
            "the pattern has no counter: write its digits as #, e.g. KD-####".to_owned()
        })?;
        let after = rest.trim_start_matches('#');
        let digits = 1 + rest.len() - after.len();
        if after.contains('#') {
            return Err(
                "the pattern has two counters: write its digits as one run of #".to_owned(),
            );
        }
        let pattern = Self {
            before: before.to_owned(),
            digits,
            after: after.to_owned(),
            first,
        };
        match pattern.tag(first) {
            Some(_) => Ok(pattern),
            None => Err(format!(
                "the first number {first} has more than {digits} digits: add # to the pattern"
            )),
        }
    }

    /// The first number.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// The tag of that number; `None` when it has more digits than the pattern.
    pub fn tag(&self, number: u64) -> Option<String> {
        let digits = format!("{number:0width$}", width = self.digits);
        (digits.len() == self.digits).then(|| format!("{}{digits}{}", self.before, self.after))
    }

    /// The number of a tag that this pattern made.
    pub fn number(&self, tag: &str) -> Option<u64> {
        let digits = tag.strip_prefix(&self.before)?.strip_suffix(&self.after)?;
        let whole = digits.len() == self.digits && digits.bytes().all(|b| b.is_ascii_digit());
        whole.then(|| digits.parse().ok())?
    }
}

fn no_tag(why: NotOneLine) -> String {
    format!("a tag is one line of at most {TAG_CHARS_MAX} characters: {why}")
}

fn no_label(why: NotOneLine) -> String {
    format!("a label is one line of at most {LABEL_CHARS_MAX} characters: {why}")
}

/// A label's text with its placeholders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Label(OneLine<LABEL_CHARS_MAX>);

/// What the placeholders stand for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LabelFacts<'a> {
    /// `{tag}`.
    pub tag: Option<&'a str>,
    /// `{person}`.
    pub person: Option<&'a str>,
    /// `{organisation}`.
    pub organisation: Option<&'a str>,
    /// `{model}`.
    pub model: &'a str,
    /// `{serial}`.
    pub serial: Option<&'a str>,
}

/// What a label may name.
pub const PLACEHOLDERS: [&str; 5] = ["tag", "person", "organisation", "model", "serial"];

impl TryFrom<String> for Label {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        OneLine::kept(&text).map_err(no_label).and_then(Self::of)
    }
}

impl From<Label> for String {
    fn from(label: Label) -> Self {
        label.0.into()
    }
}

impl Label {
    /// Reads a text.
    ///
    /// # Errors
    /// In words, what is wrong with it.
    pub fn new(text: &str) -> Result<Self, String> {
        OneLine::new(text).map_err(no_label).and_then(Self::of)
    }

    fn of(line: OneLine<LABEL_CHARS_MAX>) -> Result<Self, String> {
        let label = Self(line);
        if let Some(unknown) = label.names().find(|name| !PLACEHOLDERS.contains(name)) {
            return Err(format!(
                "{{{unknown}}} is not known: use {{{}}}",
                PLACEHOLDERS.join("}, {")
            ));
        }
        Ok(label)
    }

    /// The placeholders in it.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
    }

    /// The text for one key; what is not known becomes a dash.
    pub fn text(&self, facts: LabelFacts<'_>) -> String {
        let mut pieces = self.0.split('{');
        let mut text = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            match piece.split_once('}') {
                Some((name, rest)) => {
                    text.push_str(facts.named(name).unwrap_or("–"));
                    text.push_str(rest);
                }
                None => {
                    text.push('{');
                    text.push_str(piece);
                }
            }
        }
        text
    }
}

impl<'a> LabelFacts<'a> {
    fn named(&self, name: &str) -> Option<&'a str> {
        match name {
            "tag" => self.tag,
            "person" => self.person,
            "organisation" => self.organisation,
            "model" => Some(self.model),
            "serial" => self.serial,
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_counts_and_recognises_its_own_tags() {
        let pattern = TagPattern::new("KD-###/x", 7).expect("a pattern");
        assert_eq!(pattern.tag(7).as_deref(), Some("KD-007/x"));
        assert_eq!(pattern.tag(1000), None);
        assert_eq!(pattern.number("KD-042/x"), Some(42));
        for other in ["KD-42/x", "KD-042", "kd-042/x", "KD-+42/x", "KD-/x"] {
            assert_eq!(pattern.number(other), None, "{other}");
        }
        assert_eq!(pattern.to_string(), "KD-###/x");
    }

    #[test]
    fn a_pattern_needs_one_counter_with_room_for_its_first_number() {
        for (pattern, first, said) in [
            ("KD", 1, "no counter"),
            ("#-#", 1, "two counters"),
            ("KD-##", 100, "more than 2 digits"),
        ] {
            let why = TagPattern::new(pattern, first).expect_err(pattern);
            assert!(why.contains(said), "{why}");
        }
    }

    #[test]
    fn a_label_names_what_is_known_and_refuses_what_is_not() {
        let label = Label::new("{tag} · {person} {serial}").expect("a label");
        let facts = LabelFacts {
            tag: Some("KD-1"),
            person: Some("P. {tag}"),
            ..LabelFacts::default()
        };
        assert_eq!(label.text(facts), "KD-1 · P. {tag} –");
        let why = Label::new("{pin}").expect_err("unknown");
        assert!(why.contains("{pin} is not known"), "{why}");
    }
}
