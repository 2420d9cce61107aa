//! Codes of a secret, and whether one is right now.

use jiff::Timestamp;
use totp_rs::{Algorithm as Hash, Builder, Secret, Totp};
use zeroize::Zeroizing;

use super::{TotpSecret, wipe_stack};
use crate::domain::factor::{Algorithm, TotpCode, TotpSettings};

/// Steps before and after the expected one that are taken as right (RFC 6238, section 5.2).
pub const WINDOW_STEPS: i32 = 1;

/// The largest drift that is followed, in seconds: the window's middle moves no further.
pub const DRIFT_MAX_S: u16 = 600;

/// What a code is against the present time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    Right {
        /// The time step that it is of.
        step: u64,
        /// By how many steps the other clock is fast; negative: slow.
        drift_steps: i32,
    },
    /// It is right, and no newer than the last that was taken.
    Used,
    /// It is not right now.
    Wrong,
}

/// Codes of one secret.
pub(super) struct Generator {
    totp: Totp,
    period_s: u64,
}

impl Generator {
    pub(super) fn new(secret: &TotpSecret, settings: TotpSettings) -> Self {
        let hash = match settings.algorithm {
            Algorithm::Sha1 => Hash::SHA1,
            Algorithm::Sha256 => Hash::SHA256,
            Algorithm::Sha512 => Hash::SHA512,
        };
        let period_s = u64::from(settings.period_s.max(1));
        let totp = Builder::new()
            .with_algorithm(hash)
            .with_digits(settings.digits.clamp(6, 8))
            .with_step_duration(period_s)
            .with_secret(Secret::from(secret.as_bytes()))
            // Seeds of hardware tokens come with other lengths than the recommended one.
            .build_noncompliant();
        Self { totp, period_s }
    }

    /// The code of a time step.
    pub(super) fn at(&self, step: u64) -> Zeroizing<String> {
        Zeroizing::new(
            self.totp
                .generate(step.saturating_mul(self.period_s))
                .to_string(),
        )
    }
}

/// The code of a time step.
pub fn code_at(secret: &TotpSecret, settings: TotpSettings, step: u64) -> Zeroizing<String> {
    let code = Generator::new(secret, settings).at(step);
    wipe_stack();
    code
}

/// Whether a code is right: within [`WINDOW_STEPS`] of where this factor's clock was last (`drift_steps`), and newer than the
/// last one that was taken (`last_step`; RFC 6238, section 5.2: no code is taken twice).
pub fn check(
    secret: &TotpSecret,
    settings: TotpSettings,
    code: &TotpCode,
    now: Timestamp,
    drift_steps: i32,
    last_step: Option<u64>,
) -> Check {
    let checked = check_with(
        &Generator::new(secret, settings),
        settings,
        code,
        now,
        drift_steps,
        last_step,
    );
    wipe_stack();
    checked
}

fn check_with(
    codes: &Generator,
    settings: TotpSettings,
    code: &TotpCode,
    now: Timestamp,
    drift_steps: i32,
    last_step: Option<u64>,
) -> Check {
    let furthest = i32::from(DRIFT_MAX_S / settings.period_s.max(1));
    let middle = drift_steps.clamp(-furthest, furthest);
    let here = settings.step_at(now);
    let mut used = false;
    // The nearest first.
    for distance in [0, 1, -1] {
        let drift_steps = middle + distance * WINDOW_STEPS;
        let Some(step) = here.checked_add_signed(i64::from(drift_steps)) else {
            continue;
        };
        if codes.at(step).as_str() != code.as_str() {
            continue;
        }
        if last_step.is_some_and(|last| step <= last) {
            used = true;
            continue;
        }
        return Check::Right { step, drift_steps };
    }
    if used { Check::Used } else { Check::Wrong }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(bytes: &[u8]) -> TotpSecret {
        TotpSecret::new(Zeroizing::new(bytes.to_vec())).unwrap_or_else(|why| panic!("{why}"))
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    fn code(text: &str) -> TotpCode {
        TotpCode::parse(text).expect("a code")
    }

    /// RFC 6238, appendix B.
    #[test]
    fn the_codes_of_rfc_6238_come_out() {
        let digits =
            |n: usize| -> Vec<u8> { b"1234567890".iter().copied().cycle().take(n).collect() };
        let vectors = [
            (59, "94287082", "46119246", "90693936"),
            (1_111_111_109, "07081804", "68084774", "25091201"),
            (1_111_111_111, "14050471", "67062674", "99943326"),
            (1_234_567_890, "89005924", "91819424", "93441116"),
            (2_000_000_000, "69279037", "90698825", "38618901"),
            (20_000_000_000, "65353130", "77737706", "47863826"),
        ];
        for (second, sha1, sha256, sha512) in vectors {
            for (algorithm, length, wanted) in [
                (Algorithm::Sha1, 20, sha1),
                (Algorithm::Sha256, 32, sha256),
                (Algorithm::Sha512, 64, sha512),
            ] {
                let settings = TotpSettings {
                    algorithm,
                    digits: 8,
                    period_s: 30,
                };
                let step = settings.step_at(at(second));
                assert_eq!(
                    code_at(&secret(&digits(length)), settings, step).as_str(),
                    wanted
                );
            }
        }
    }

    /// RFC 4226, appendix D: a step's number is HOTP's counter.
    #[test]
    fn the_codes_of_rfc_4226_come_out() {
        let wanted = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583",
            "399871", "520489",
        ];
        for (counter, wanted) in (0..).zip(wanted) {
            let got = code_at(&secret(b"12345678901234567890"), TotpSettings::APP, counter);
            assert_eq!(got.as_str(), wanted);
        }
    }

    #[test]
    fn a_code_is_taken_once_and_only_near_its_time() {
        let key = secret(b"12345678901234567890");
        let app = TotpSettings::APP;
        let of = |step| code(&code_at(&key, app, step));
        let now = at(30 * 1000 + 7);
        let right = |step, drift_steps| Check::Right { step, drift_steps };
        assert_eq!(check(&key, app, &of(1000), now, 0, None), right(1000, 0));
        assert_eq!(check(&key, app, &of(999), now, 0, None), right(999, -1));
        assert_eq!(check(&key, app, &of(1001), now, 0, None), right(1001, 1));
        assert_eq!(check(&key, app, &of(1002), now, 0, None), Check::Wrong);
        assert_eq!(check(&key, app, &of(1000), now, 0, Some(1000)), Check::Used);
        assert_eq!(
            check(&key, app, &of(1001), now, 0, Some(1000)),
            right(1001, 1)
        );
        assert_eq!(check(&key, app, &of(1005), now, 4, None), right(1005, 5));
        assert_eq!(check(&key, app, &of(0), at(0), 0, None), right(0, 0));
    }
}
