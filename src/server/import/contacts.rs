//! How a person is reached, as a record says it.
//!
//! Invariant: what is not said is not among it; what is taken away is, as an empty text.

use crate::server::tables::contact::{Said, Sort};
use crate::text::Language;

/// Takes away what is known.
const NONE: &str = "-";

/// Digits of a telephone number with its country's, by ITU-T E.164; fewer than the least call nobody from abroad.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// What a record says, and every reason against it.
pub fn said<'a>(text: impl Fn(&str) -> Option<&'a str>, reasons: &mut Vec<String>) -> Said {
    let mut said = Said::new();
    // Of this one nothing is nothing: so it was always.
    let email = text("email");
    if let Some(email) = email.filter(|email| !is_email(email)) {
        reasons.push(format!("email is {email:?}: that is no e-mail address"));
    }
    said.insert(Sort::Email, email.unwrap_or_default().to_owned());
    let mut take =
        |sort, name: &str, read: &dyn Fn(&str) -> Result<String, String>| match text(name) {
            None => {}
            Some(NONE) => drop(said.insert(sort, String::new())),
            Some(given) => match read(given) {
                Ok(read) => drop(said.insert(sort, read)),
                Err(why) => reasons.push(format!("{name} is {given:?}: {why}")),
            },
        };
    take(
        Sort::SecondEmail,
        "second_email",
        &|given| match is_email(given) {
            true if email.is_some_and(|email| email.eq_ignore_ascii_case(given)) => {
                Err("that is the first one again; a second address is another one".to_owned())
            }
            true => Ok(given.to_owned()),
            false => Err("that is no e-mail address".to_owned()),
        },
    );
    take(Sort::Phone, "phone", &phone);
    take(Sort::Language, "language", &language);
    said
}

/// Without what people put between the digits.
fn phone(given: &str) -> Result<String, String> {
    // Of "+31 (0)6" the 0 is not dialled.
    let given = given.replace("(0)", "");
    let plain: String = given
        .chars()
        .filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')'))
        .collect();
    let is_number = plain.strip_prefix('+').is_some_and(|digits| {
        PHONE_DIGITS.contains(&digits.len())
            && digits.bytes().all(|b| b.is_ascii_digit())
            && !digits.starts_with('0')
    });
    match is_number {
        true => Ok(plain),
        false => Err("write it with its country, as +31612345678".to_owned()),
    }
}

fn language(given: &str) -> Result<String, String> {
    let tags = Language::ALL.map(Language::tag);
    match tags.contains(&given) {
        true => Ok(given.to_owned()),
        false => Err(format!("it must be one of {}", tags.join(", "))),
    }
}

/// One @ with something on both sides, no blanks, and nothing that makes a link, a list or a name of it: whether mail arrives is for
/// mail to find out.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    !local.is_empty()
        && !domain.is_empty()
        && text.len() <= 254
        && !local.contains('@')
        && !text
            .contains(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | ':' | ',' | ';' | '"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> (Said, Vec<String>) {
        let mut reasons = Vec::new();
        let text = |name: &str| {
            let found = pairs.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| *value)
        };
        (said(text, &mut reasons), reasons)
    }

    #[test]
    fn what_is_not_said_stays_and_a_hyphen_takes_it_away() {
        let (said, reasons) = read(&[("phone", "-")]);
        assert!(reasons.is_empty(), "{reasons:?}");
        let kept: Vec<_> = said.iter().map(|(sort, to)| (*sort, to.as_str())).collect();
        assert_eq!(kept, [(Sort::Email, ""), (Sort::Phone, "")]);
    }

    #[test]
    fn a_number_is_kept_as_it_is_dialled_from_anywhere() {
        let (said, reasons) = read(&[("phone", "+31 (0)6 12-34.56 78")]);
        assert!(reasons.is_empty(), "{reasons:?}");
        assert_eq!(said.get(&Sort::Phone).expect("a number"), "+31612345678");
    }

    #[test]
    fn each_value_that_is_none_is_refused_by_its_name() {
        for (name, value) in [
            ("email", "nobody"),
            ("second_email", "a@b@example.test"),
            ("second_email", "P@example.test"),
            ("phone", "0612345678"),
            ("phone", "+0612345678"),
            ("phone", "+31 6"),
            ("phone", "+3161234567890123"),
            ("phone", "+31612345678 ext 4"),
            ("language", "NL"),
            ("language", "de"),
        ] {
            let (_, reasons) = match name {
                "email" => read(&[(name, value)]),
                _ => read(&[("email", "p@example.test"), (name, value)]),
            };
            let begins = format!("{name} is {value:?}: ");
            assert!(
                reasons.len() == 1 && reasons[0].starts_with(&begins),
                "{name} {value}: {reasons:?}"
            );
        }
    }
}
