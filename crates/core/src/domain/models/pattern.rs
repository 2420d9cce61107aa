//! Names with wildcards, as policies and advisories write them.

use serde::Deserialize;

/// A name in which `*` stands for any text, also none. Capital and small letters are the same.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct Pattern {
    text: String,
    folded: String,
}

impl From<String> for Pattern {
    fn from(text: String) -> Self {
        Self {
            folded: text.to_lowercase(),
            text,
        }
    }
}

impl Pattern {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a name is meant.
    pub fn matches(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        let Some((head, rest)) = self.folded.split_once('*') else {
            return name == self.folded;
        };
        let Some(mut left) = name.strip_prefix(head) else {
            return false;
        };
        let mut parts = rest.split('*').peekable();
        while let Some(part) = parts.next() {
            if parts.peek().is_none() {
                return left.ends_with(part);
            }
            // The first place is as good as any later one: it leaves the most for the parts that follow.
            let Some((_, after)) = left.split_once(part) else {
                return false;
            };
            left = after;
        }
        true
    }

    /// Whether every name that is meant here is meant by `other` too. May miss a case in which both have wildcards.
    pub fn within(&self, other: &Self) -> bool {
        // A character that no name has can only be met by a star of the other.
        self.folded == other.folded || other.matches(&self.text.replace('*', "\u{0}"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::from(text.to_owned())
    }

    #[test]
    fn a_star_stands_for_any_text_and_letters_are_folded() {
        for (text, name, meant) in [
            ("YubiKey 5 NFC", "yubikey 5 nfc", true),
            ("YubiKey 5 NFC", "YubiKey 5 NFC FIPS", false),
            ("YubiKey 5*", "YubiKey 5", true),
            ("*FIPS*", "YubiKey 5 NFC FIPS", true),
            ("*FIPS", "YubiKey 5 FIPS NFC", false),
            ("a*b*c", "a-c-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("a*a", "a", false),
            ("*", "", true),
            ("", "x", false),
        ] {
            assert_eq!(pattern(text).matches(name), meant, "{text} {name}");
        }
    }

    #[test]
    fn a_pattern_knows_the_wider_one() {
        for (narrow, wide, within) in [
            ("YubiKey 5 NFC", "YubiKey*", true),
            ("YubiKey 5*", "YubiKey*", true),
            ("YubiKey*", "YubiKey 5*", false),
            ("*FIPS", "*", true),
            ("YubiKey 5 NFC", "YubiKey 5 NFC", true),
            ("YubiKey 5", "YubiKey 5 NFC", false),
        ] {
            assert_eq!(
                pattern(narrow).within(&pattern(wide)),
                within,
                "{narrow} {wide}"
            );
        }
    }

    proptest! {
        #[test]
        fn what_a_narrower_pattern_means_the_wider_means_too(
            narrow in "[ab*]{0,6}", wide in "[ab*]{0,6}", name in "[ab]{0,8}",
        ) {
            let (narrow, wide) = (pattern(&narrow), pattern(&wide));
            if narrow.within(&wide) && narrow.matches(&name) {
                prop_assert!(wide.matches(&name), "{narrow:?} {wide:?} {name}");
            }
        }
    }
}
