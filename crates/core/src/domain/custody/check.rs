//! Check characters by ISO/IEC 7064, hybrid system MOD N+1,N: one more character of the same alphabet behind the others.
//!
//! It hides the arithmetic; a character is its place in the alphabet here, from 0. Invariant, where N is even: no single character of a
//! whole row can be another one, because each step leads from different remainders to different ones. Of two neighbours that change
//! places one pair goes unseen after each beginning: those that lie beside each other in the alphabet, or are its first and its last
//! character, and lead to the remainders N/2 and N/2 + 1. Those rows are found by [`has_twin`].

/// What is carried to the next character, from 1 to N; before the first one N.
fn carried(values: &[u32], n: u32) -> u32 {
    values.iter().fold(n, |carried, value| {
        let sum = match (carried + value) % n {
            0 => n,
            sum => sum,
        };
        sum * 2 % (n + 1)
    })
}

/// The character that makes a whole row of these.
pub(super) fn check_value(values: &[u32], n: u32) -> u32 {
    (n + 1 - carried(values, n)) % n
}

/// Whether the last character is the one that belongs to those before it.
pub(super) fn is_whole(values: &[u32], n: u32) -> bool {
    match values.split_last() {
        Some((last, before)) => check_value(before, n) == *last,
        None => false,
    }
}

/// Whether two different neighbours of a whole row can change places, and it is whole again.
pub(super) fn has_twin(values: &[u32], n: u32) -> bool {
    (1..values.len()).any(|at| {
        let mut turned = values.to_vec();
        turned.swap(at - 1, at);
        turned != values && is_whole(&turned, n)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DIGITS: &str = "0123456789";
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const HEX: &str = "0123456789ABCDEF";
    const BOTH: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    fn values(text: &str, alphabet: &str) -> Vec<u32> {
        let value = |c| alphabet.chars().position(|known| known == c);
        text.chars()
            .map(|c| u32::try_from(value(c).expect("of the alphabet")).expect("small"))
            .collect()
    }

    fn size(alphabet: &str) -> u32 {
        u32::try_from(alphabet.len()).expect("small")
    }

    /// The first is the example of the standard itself (10.1.2), the second one that is published with the Global Release Identifier, the
    /// third of the committee's paper that introduced hybrid systems to libraries. The others were computed with python-stdnum 2.2.
    #[test]
    fn published_rows_get_the_check_characters_that_they_are_published_with() {
        for (text, alphabet, check) in [
            ("0794", DIGITS, "5"),
            ("A12425GABC1234002", BOTH, "M"),
            ("D98989898909898", HEX, "B"),
            ("079", DIGITS, "2"),
            ("00200667308", DIGITS, "5"),
            ("JOHNDOE", LETTERS, "K"),
            ("QWERTYDVORAK", LETTERS, "Y"),
        ] {
            let n = size(alphabet);
            let expected = values(check, alphabet);
            assert_eq!(vec![check_value(&values(text, alphabet), n)], expected);
            let whole = values(&format!("{text}{check}"), alphabet);
            assert!(is_whole(&whole, n), "{text}{check}");
        }
        assert!(!is_whole(&[], 10));
    }

    #[test]
    fn after_each_beginning_one_pair_of_neighbours_goes_unseen_and_it_is_the_one_that_is_said() {
        for n in [10, 16, 22, 26, 36] {
            for begin in 1..=n {
                let after = |first: u32, second: u32| {
                    let sum = match (begin + first) % n {
                        0 => n,
                        sum => sum,
                    };
                    (sum * 2 % (n + 1) + second) % n
                };
                let pairs = (0..n).flat_map(|a| (0..a).map(move |b| (a, b)));
                let unseen: Vec<_> = pairs
                    .filter(|(a, b)| after(*a, *b) == after(*b, *a))
                    .collect();
                let [(a, b)] = unseen[..] else {
                    panic!("{n}, {begin}: {unseen:?}");
                };
                assert!(a - b == 1 || (a, b) == (n - 1, 0), "{n}: {a}, {b}");
                let mut sums = [(begin + a) % n, (begin + b) % n];
                sums.sort_unstable();
                assert_eq!(sums, [n / 2, n / 2 + 1]);
            }
        }
    }

    proptest! {
        #[test]
        fn no_character_of_a_whole_row_can_be_another_one(
            half in 1u32..20,
            row in proptest::collection::vec(any::<u32>(), 1..24),
            at in any::<proptest::sample::Index>(),
            by in any::<u32>(),
        ) {
            let n = half * 2;
            let mut row: Vec<u32> = row.iter().map(|value| value % n).collect();
            row.push(check_value(&row, n));
            prop_assert!(is_whole(&row, n));
            let at = at.index(row.len());
            let other = (row[at] + 1 + by % (n - 1).max(1)) % n;
            prop_assume!(other != row[at]);
            row[at] = other;
            prop_assert!(!is_whole(&row, n));
        }
    }
}
