//! The PINs that are tried first: those that nobody may choose and none of which is drawn (NIST SP 800-63B-4, 3.2.10 and 3.1.1.2).
//!
//! Rules catch what counts, repeats and mirrors; the list has what people choose besides, by published counts of leaked PINs.

/// Chosen often, and caught by no rule.
const LISTED: &[&str] = &[
    "1004",
    "1122",
    "1230",
    "1313",
    "1342",
    "1357",
    "2580",
    "2468",
    "5683",
    "6969",
    "7410",
    "8520",
    "0852",
    "0258",
    "1470",
    "1590",
    "102030",
    "112358",
    "123654",
    "123789",
    "135790",
    "142536",
    "147258",
    "147852",
    "147896",
    "159357",
    "159753",
    "159951",
    "134679",
    "246810",
    "246802",
    "258456",
    "314159",
    "456123",
    "456789",
    "741852",
    "753159",
    "753951",
    "789456",
    "852456",
    "963852",
    "987456",
    "101010",
    "110110",
    "121314",
    "131313",
    "123098",
    "654123",
    "789123",
    "951753",
    "246813",
    "13579",
    "24680",
    "97531",
    "12345679",
    "14725836",
    "1472583690",
    "14789632",
    "31415926",
    "11235813",
    "12344321",
    "123456a",
    "1q2w3e",
    "1q2w3e4r",
    "1qaz2wsx",
    "a1b2c3",
    "a1b2c3d4",
    "abc123",
    "123abc",
    "asdfgh",
    "asdf1234",
    "zxcvbn",
    "zxcvbnm",
    "qazwsx",
    "q1w2e3r4",
];

/// Words that people put a few digits behind.
const WORDS: &[&str] = &[
    "admin",
    "azerty",
    "beveiliging",
    "default",
    "fido",
    "geheim",
    "haven",
    "iamconnected",
    "keydesk",
    "letmein",
    "login",
    "password",
    "passwort",
    "pincode",
    "port",
    "qwerty",
    "qwertz",
    "secret",
    "security",
    "securitykey",
    "sleutel",
    "test",
    "wachtwoord",
    "welcome",
    "welkom",
    "winter",
    "zomer",
    "summer",
    "yubikey",
];

/// Whether it is one of those.
pub fn is_common(pin: &str) -> bool {
    let pin = pin.to_lowercase();
    let bytes = pin.as_bytes();
    counts(bytes)
        || repeats(bytes)
        || mirrors(bytes)
        || is_year(bytes)
        || is_word(&pin)
        || LISTED.contains(&pin.as_str())
}

/// Each character is the one before it, or always one more, or always one less; 0 comes after 9 and before 1.
fn counts(pin: &[u8]) -> bool {
    let steps = |by: fn(u8, u8) -> bool| {
        pin.windows(2)
            .all(|pair| matches!(pair, [a, b] if by(*a, *b)))
    };
    let next = |a: u8, b: u8| a.checked_add(1) == Some(b) || (a, b) == (b'9', b'0');
    steps(next)
        || steps(|a, b| b.checked_add(1) == Some(a) || (a, b) == (b'0', b'9'))
        || steps(|a, b| a == b)
}

/// A block again and again (`121212`, `123123`), or every character twice (`112233`).
fn repeats(pin: &[u8]) -> bool {
    let blocks = (1..=pin.len() / 2)
        .filter(|size| pin.len().is_multiple_of(*size))
        .any(|size| pin.chunks(size).all(|block| Some(block) == pin.get(..size)));
    let pairs = pin.len() >= 4
        && pin.len().is_multiple_of(2)
        && pin.chunks(2).all(|pair| matches!(pair, [a, b] if a == b));
    blocks || pairs
}

/// Digits that read the same from behind (`123321`), up to eight of them.
fn mirrors(pin: &[u8]) -> bool {
    let is_short = (4..=8).contains(&pin.len()) && pin.iter().all(u8::is_ascii_digit);
    is_short && pin.iter().eq(pin.iter().rev())
}

/// A year of somebody's life.
fn is_year(pin: &[u8]) -> bool {
    pin.len() == 4
        && (pin.starts_with(b"19") || pin.starts_with(b"20"))
        && pin.iter().all(u8::is_ascii_digit)
}

fn is_word(pin: &str) -> bool {
    let stem = pin.trim_end_matches(|c: char| c.is_ascii_digit() || c.is_ascii_punctuation());
    let tail = pin.len().saturating_sub(stem.len());
    tail <= 4 && WORDS.contains(&stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_counts_repeats_mirrors_or_stands_in_the_list_is_common() {
        for pin in [
            "1111",
            "123456",
            "654321",
            "890123",
            "321098",
            "AAAAAA",
            "121212",
            "123123",
            "abcabc",
            "112233",
            "123321",
            "1984",
            "2026",
            "password",
            "Welkom01",
            "Geheim123!",
            "qwerty",
            "147258",
            "789456",
            "1Q2W3E",
        ] {
            assert!(is_common(pin), "{pin}");
        }
        for pin in [
            "480213",
            "1235",
            "7KX4MQ9R",
            "2468-person",
            "welkomst-bij-ons",
            "password12345",
            "zürich-7",
            "1739",
        ] {
            assert!(!is_common(pin), "{pin}");
        }
    }

    #[test]
    fn of_all_pins_of_six_digits_few_are_common() {
        let common = (0..1_000_000)
            .filter(|n| is_common(&format!("{n:06}")))
            .count();
        assert!((1_900..5_000).contains(&common), "{common}");
    }
}
