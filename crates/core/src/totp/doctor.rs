//! The clock doctor: why a code is wrong.
//!
//! Invariant: two codes in a row are needed before a time other than now is named. Of the 5,761 places of the search each takes
//! a random pair with a chance of 3 in 10^12 (six digits), so that all together take one in 58 million.

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::code::Generator;
use super::{Check, TotpSecret, WINDOW_STEPS, check, wipe_stack};
use crate::domain::factor::{CodeVerdict, TotpCode, TotpSettings};

/// How far from now a pair is looked for, in seconds: 24 hours.
pub const SEARCH_S: i64 = 24 * 3600;

/// How many steps later the second code may have been read than the first: people are not always quick.
const GAP_STEPS: usize = 3;
const GAP_STEPS_BEFORE: u64 = 3;

/// Says what a code is, or what two in a row are. `now` is when the last of them was read; `drift_steps` and `last_step` as for
/// [`check`]. Never [`CodeVerdict::OtherFactor`]: that needs other secrets.
pub fn examine(
    secret: &TotpSecret,
    settings: TotpSettings,
    codes: (&TotpCode, Option<&TotpCode>),
    now: Timestamp,
    drift_steps: i32,
    last_step: Option<u64>,
) -> CodeVerdict {
    let verdict = examined(secret, settings, codes, now, drift_steps, last_step);
    wipe_stack();
    verdict
}

fn examined(
    secret: &TotpSecret,
    settings: TotpSettings,
    codes: (&TotpCode, Option<&TotpCode>),
    now: Timestamp,
    drift_steps: i32,
    last_step: Option<u64>,
) -> CodeVerdict {
    let (first, second) = codes;
    let last = second.unwrap_or(first);
    let generator = Generator::new(secret, settings);
    // First of all: a code of a clock that is wrong is, once in 300,000 times, also one of now. Two in a row say which it is.
    if let Some(second) = second
        && let Some(fast_steps) = find_pair(&generator, settings, (first, second), now)
        && (fast_steps - i64::from(drift_steps)).abs() > i64::from(WINDOW_STEPS)
    {
        let fast_s = fast_steps.saturating_mul(i64::from(settings.period_s));
        return CodeVerdict::Clock { fast_s };
    }
    match check(secret, settings, last, now, drift_steps, last_step) {
        Check::Right { drift_steps, .. } => return CodeVerdict::Right { drift_steps },
        Check::Used => return CodeVerdict::Used,
        Check::Wrong => {}
    }
    let middle = settings
        .step_at(now)
        .saturating_add_signed(i64::from(drift_steps));
    let misread = |code: &TotpCode, before: u64| {
        let around = middle.saturating_sub(before + 1)..=middle.saturating_add(1);
        around
            .into_iter()
            .any(|step| nearly(generator.at(step).as_str(), code.as_str()))
    };
    match second {
        None if misread(first, 0) => CodeVerdict::Misread,
        None => CodeVerdict::NextNeeded,
        Some(second) if misread(second, 0) && misread(first, GAP_STEPS_BEFORE) => {
            CodeVerdict::Misread
        }
        Some(_) => CodeVerdict::NoMatch,
    }
}

/// By how many steps the clock that showed the pair is fast. The nearest place wins.
fn find_pair(
    generator: &Generator,
    settings: TotpSettings,
    (first, second): (&TotpCode, &TotpCode),
    now: Timestamp,
) -> Option<i64> {
    let reach = u64::try_from(SEARCH_S).ok()? / u64::from(settings.period_s.max(1));
    let here = settings.step_at(now);
    let start = here.saturating_sub(reach);
    let mut best: Option<i64> = None;
    // The codes just before the one that is looked at, newest first.
    let mut before: Vec<Zeroizing<String>> = Vec::with_capacity(GAP_STEPS + 1);
    for step in start.saturating_sub(1)..=here.saturating_add(reach) {
        let code = generator.at(step);
        if code.as_str() == second.as_str() && before.iter().any(|b| b.as_str() == first.as_str()) {
            let fast = i64::try_from(step).ok()? - i64::try_from(here).ok()?;
            if best.is_none_or(|known| fast.abs() < known.abs()) {
                best = Some(fast);
            }
        }
        before.truncate(GAP_STEPS - 1);
        before.insert(0, code);
    }
    best
}

/// One digit differs, or two neighbours are swapped: what people do who read or type in a hurry.
fn nearly(right: &str, typed: &str) -> bool {
    if right.len() != typed.len() {
        return false;
    }
    let pairs = right.bytes().zip(typed.bytes()).enumerate();
    let wrong: Vec<(usize, (u8, u8))> = pairs.filter(|(_, (a, b))| a != b).collect();
    match wrong.as_slice() {
        [_] => true,
        [(i, (a, b)), (j, (c, d))] => i + 1 == *j && a == d && b == c,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::code_at;
    use super::*;

    const APP: TotpSettings = TotpSettings::APP;
    const HERE: u64 = 58_000_000;

    fn secret(seed: u8) -> TotpSecret {
        let mut bytes = [seed; 20];
        bytes[0] ^= 0x5a;
        TotpSecret::new(bytes.to_vec().into()).expect("a secret")
    }

    fn now() -> Timestamp {
        Timestamp::from_second(i64::try_from(HERE * 30 + 11).expect("small")).expect("in range")
    }

    fn code(text: &str) -> TotpCode {
        TotpCode::parse(text).expect("a code")
    }

    fn of(secret: &TotpSecret, step: u64) -> TotpCode {
        code(&code_at(secret, APP, step))
    }

    fn said(secret: &TotpSecret, first: &TotpCode, second: Option<&TotpCode>) -> CodeVerdict {
        examine(secret, APP, (first, second), now(), 0, None)
    }

    #[test]
    fn the_offset_of_a_clock_is_named_within_one_step_over_a_whole_day_and_night() {
        let secret = secret(1);
        for fast_steps in (-2880_i64..=2880).step_by(97).chain([-2880, -2, 2, 2880]) {
            let step = HERE.checked_add_signed(fast_steps).expect("in range");
            let (first, second) = (of(&secret, step - 1), of(&secret, step));
            let verdict = said(&secret, &first, Some(&second));
            match verdict {
                CodeVerdict::Right { drift_steps } => {
                    assert_eq!(i64::from(drift_steps), fast_steps)
                }
                _ => assert_eq!(
                    verdict,
                    CodeVerdict::Clock {
                        fast_s: fast_steps * 30
                    }
                ),
            }
        }
        let step = HERE + 2882;
        let pair = (of(&secret, step - 1), of(&secret, step));
        assert_eq!(said(&secret, &pair.0, Some(&pair.1)), CodeVerdict::NoMatch);
    }

    #[test]
    fn one_wrong_code_says_only_that_the_next_is_needed() {
        let key = secret(2);
        let late = of(&key, HERE - 240);
        assert_eq!(said(&key, &late, None), CodeVerdict::NextNeeded);
        let slow_reader = of(&key, HERE - 237);
        assert_eq!(
            said(&key, &late, Some(&slow_reader)),
            CodeVerdict::Clock { fast_s: -237 * 30 }
        );
        let backwards = of(&key, HERE - 241);
        assert_eq!(said(&key, &late, Some(&backwards)), CodeVerdict::NoMatch);
        assert_eq!(said(&key, &late, Some(&late)), CodeVerdict::NoMatch);
    }

    #[test]
    fn a_digit_misread_or_two_swapped_is_told_from_a_wrong_clock() {
        let key = secret(3);
        let right = code_at(&key, APP, HERE).to_string();
        let mut misread = right.clone().into_bytes();
        misread[3] = if misread[3] == b'8' { b'3' } else { b'8' };
        let misread = String::from_utf8(misread).expect("digits");
        assert_eq!(said(&key, &code(&misread), None), CodeVerdict::Misread);
        // Of two in a row both must be nearly right: one alone would tell a guesser that they are warm.
        let strange = of(&key, HERE + 500);
        assert_eq!(
            said(&key, &strange, Some(&code(&misread))),
            CodeVerdict::NoMatch
        );
        let mut before = code_at(&key, APP, HERE - 1).to_string().into_bytes();
        before[0] = if before[0] == b'1' { b'7' } else { b'1' };
        let before = String::from_utf8(before).expect("digits");
        assert_eq!(
            said(&key, &code(&before), Some(&code(&misread))),
            CodeVerdict::Misread
        );
        assert!(nearly("123456", "132456") && nearly("123456", "123457"));
        assert!(!nearly("123456", "123465 "), "another length");
        assert!(!nearly("123456", "143256") && !nearly("123456", "123456"));
    }

    #[test]
    fn ten_thousand_wrong_pairs_name_no_clock() {
        let key = secret(4);
        // Every code of the day once: looking each pair up beats 10,000 searches in an unoptimised build.
        let day: Vec<String> = (HERE - 2884..=HERE + 2880)
            .map(|step| code_at(&key, APP, step).to_string())
            .collect();
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut random = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            format!("{:06}", state % 1_000_000)
        };
        let mut searched = 0;
        for _ in 0..10_000 {
            let (first, second) = (random(), random());
            let close = |i: usize| day[i.saturating_sub(GAP_STEPS)..i].contains(&first);
            let found = day
                .iter()
                .enumerate()
                .any(|(i, c)| *c == second && close(i));
            assert!(!found, "{first} {second}");
            // The search itself, where it has the most to get wrong: the second code is one of that day's.
            if day.contains(&second) {
                searched += 1;
                let verdict = said(&key, &code(&first), Some(&code(&second)));
                assert!(
                    !matches!(verdict, CodeVerdict::Clock { .. }),
                    "{first} {second}"
                );
            }
        }
        assert!(searched > 20, "{searched}");
    }
}
