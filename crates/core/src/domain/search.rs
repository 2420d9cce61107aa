//! How people are found by what somebody types: the same at the registry and, in tickets, at a station out of its reach.
//!
//! Case and diacritics do not matter. Invariant: what is sought holds no quotation mark and no NUL, so that a query can
//! quote it.

use std::collections::BTreeSet;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::person::Person;

/// Most words of a search that are looked at.
const MAX_WORDS: usize = 8;

/// Shorter words are passed over: one Latin letter or digit begins nearly everybody's. A letter of other scripts has more bytes, and
/// may be a whole word.
const LEAST_BYTES: usize = 2;

/// What somebody typed, ready to be compared.
pub struct Search {
    sought: Vec<String>,
}

impl Search {
    /// Takes the text apart.
    pub fn new(text: &str) -> Self {
        Self {
            sought: sought(text),
        }
    }

    /// Whether every word begins a word of the person's name, e-mail address, employee number, or their organisation's name
    /// or Chamber of Commerce number. No word finds nobody.
    pub fn finds(&self, person: &Person) -> bool {
        let found_by = found_by(person);
        let begins = |word: &String| found_by.iter().any(|known| known.starts_with(word));
        !self.sought.is_empty() && self.sought.iter().all(begins)
    }
}

/// The words that a person is found by. An address is one word, besides the words before its @.
fn found_by(person: &Person) -> Vec<String> {
    let email = person.email.as_deref().unwrap_or_default();
    let local = email.rsplit_once('@').map_or("", |(local, _)| local);
    let organisation = person.organisation.as_ref();
    let texts = [
        person.name.as_str(),
        local,
        person.employee_number.as_deref().unwrap_or_default(),
        organisation.map_or("", |o| &o.name),
        organisation
            .and_then(|o| o.coc_number.as_deref())
            .unwrap_or_default(),
    ];
    let mut found_by: Vec<String> = texts.into_iter().flat_map(words).collect();
    found_by.push(fold(email));
    found_by
}

/// The words that are sought. One with an @ is (the beginning of) an address.
pub fn sought(text: &str) -> Vec<String> {
    let mut sought: Vec<String> = Vec::new();
    for part in text.split_whitespace() {
        if part.contains('@') {
            let address = fold(part);
            sought.push(
                address
                    .chars()
                    .filter(|c| *c != '"' && *c != '\0')
                    .collect(),
            );
        } else {
            sought.extend(words(part));
        }
    }
    sought.retain(|word| word.chars().any(char::is_alphanumeric) && word.len() >= LEAST_BYTES);
    // Whatever a longer word begins, a shorter one that it begins with does too.
    let longer = sought.clone();
    let mut seen = BTreeSet::new();
    sought.retain(|word| {
        let is_part = |other: &String| other.len() > word.len() && other.starts_with(word);
        seen.insert(word.clone()) && !longer.iter().any(is_part)
    });
    sought.truncate(MAX_WORDS);
    sought
}

/// The letters and digits that were typed alone, by which nobody is found: who has a name that begins so is meant sooner.
pub fn initials(text: &str) -> Vec<String> {
    let mut initials = words(text);
    initials.retain(|word| word.len() < LEAST_BYTES);
    initials.truncate(MAX_WORDS);
    initials
}

/// Whether both are the same text to whoever types one off the other: whichever case and accents it is in.
pub fn is_same_text(a: &str, b: &str) -> bool {
    fold(a.trim()) == fold(b.trim())
}

/// Lower case, without diacritics: what is compared when people are looked for.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)) {
        for lower in c.to_lowercase() {
            match lower {
                // Letters that no decomposition takes apart.
                'ø' => folded.push('o'),
                'ł' => folded.push('l'),
                'đ' | 'ð' => folded.push('d'),
                'ı' => folded.push('i'),
                'ß' => folded.push_str("ss"),
                'æ' => folded.push_str("ae"),
                'œ' => folded.push_str("oe"),
                'þ' => folded.push_str("th"),
                other => folded.push(other),
            }
        }
    }
    folded
}

/// The words of a text, folded.
pub fn words(text: &str) -> Vec<String> {
    fold(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Organisation, OrganisationId, PersonId, PersonKind};

    #[test]
    fn folding_takes_case_and_diacritics_away() {
        assert_eq!(fold("Łukasz ØSTERGÅRD"), "lukasz ostergard");
        assert_eq!(fold("Zoë Müßig-Ĳsbrand"), "zoe mussig-ijsbrand");
    }

    #[test]
    fn a_word_is_sought_once_and_one_letter_not_at_all() {
        assert_eq!(sought("a a a a a a a a"), Vec::<String>::new());
        assert_eq!(sought("jan Jan JAN janssen"), ["janssen"]);
        assert_eq!(sought("j. van den berg va"), ["van", "den", "berg"]);
        assert_eq!(sought("李 5"), ["李"]);
        assert_eq!(initials("j. K van den Berg"), ["j", "k"]);
        let many: String = (10..40).map(|n| format!("w{n} ")).collect();
        assert_eq!(sought(&many).len(), MAX_WORDS);
    }

    #[test]
    fn a_person_is_found_by_the_beginning_of_every_word_that_a_ticket_knows() {
        let person = Person {
            id: PersonId::new("p-1"),
            name: "Zoë van den Berg".to_owned(),
            email: Some("z.berg@shipping.example".to_owned()),
            employee_number: Some("E-1042".to_owned()),
            kind: PersonKind::Employee,
            organisation: Some(Organisation {
                id: OrganisationId::new("o-1"),
                name: "Example Shipping".to_owned(),
                coc_number: Some("12345678".to_owned()),
            }),
            keys: 0,
            apps: 0,
            lost: Default::default(),
        };
        for text in [
            "zoe",
            "berg van",
            "z.berg@ship",
            "1042",
            "ship zoe",
            "123456",
        ] {
            assert!(Search::new(text).finds(&person), "{text}");
        }
        for text in ["oë", "zoe jansen", "example.nl", "berg@", " - ", ""] {
            assert!(!Search::new(text).finds(&person), "{text}");
        }
    }
}
