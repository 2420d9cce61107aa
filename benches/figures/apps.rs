//! Authenticator apps: how long the clock doctor searches, what it makes of pairs that are of no clock, and what a QR code costs.

use std::time::Instant;

use jiff::Timestamp;
use keydesk::domain::factor::{CodeVerdict, TotpCode, TotpSettings};
use keydesk::totp::{AppSetup, TotpSecret, code_at, examine};

use super::Fallible;
use super::report::{Figure, Report, count, median, ms, percentile};

/// Wrong pairs that are examined.
const PAIRS: usize = 10_000;

/// QR codes that are made.
const CODES: usize = 500;

/// The time for a search wanted at most, in milliseconds.
const GOAL_MS: f64 = 20.0;

const APP: TotpSettings = TotpSettings::APP;

/// Measures all three.
pub fn run(report: &mut Report) -> Fallible<()> {
    let now = Timestamp::from_second(1_795_000_000)?;
    let secret = TotpSecret::random(getrandom::fill)?;
    let mut searches = Vec::with_capacity(PAIRS);
    let mut claimed = 0_usize;
    for _ in 0..PAIRS {
        let (first, second) = (random_code()?, random_code()?);
        let start = Instant::now();
        let verdict = examine(&secret, APP, (&first, Some(&second)), now, 0, None);
        searches.push(ms(start.elapsed()));
        claimed += usize::from(matches!(verdict, CodeVerdict::Clock { .. }));
    }
    report.figure(&Figure {
        what: "the clock doctor looks for a pair over ±24 h",
        value: median(searches.iter().copied()),
        unit: "ms",
        goal: Some(GOAL_MS),
    })?;
    report.note("… 99 of 100 are below", percentile(searches, 0.99), "ms")?;
    // 5,761 places, up to three gaps, two codes of six digits: chance explains one claim in 58 million pairs.
    let chance = count(PAIRS) * 5761.0 * 3.0 / 1e12;
    report.note(
        &format!("random pairs of {PAIRS} named as a wrong clock"),
        count(claimed),
        "pairs",
    )?;
    report.note(
        "… that chance explains, in a million such runs",
        chance * 1e6,
        "pairs",
    )?;
    report.note(
        "offsets of ±24 h named wrongly, of one in each step",
        count(missed(&secret, now)?),
        "offsets",
    )?;
    qr(report)
}

/// Every step of the day and night: the doctor must name each, or take it where it is near enough.
fn missed(secret: &TotpSecret, now: Timestamp) -> Fallible<usize> {
    let here = APP.step_at(now);
    let mut missed = 0;
    for fast in -2880_i64..=2880 {
        let step = here.checked_add_signed(fast).ok_or("before 1970")?;
        let first = TotpCode::parse(&code_at(secret, APP, step - 1))?;
        let second = TotpCode::parse(&code_at(secret, APP, step))?;
        let named = match examine(secret, APP, (&first, Some(&second)), now, 0, None) {
            CodeVerdict::Right { drift_steps } => i64::from(drift_steps) == fast,
            CodeVerdict::Clock { fast_s } => (fast_s - fast * 30).abs() <= 30,
            _ => false,
        };
        missed += usize::from(!named);
    }
    Ok(missed)
}

fn qr(report: &mut Report) -> Fallible<()> {
    let mut made = Vec::with_capacity(CODES);
    for _ in 0..CODES {
        let secret = TotpSecret::random(getrandom::fill)?;
        let start = Instant::now();
        let app = AppSetup::new("IAMconnected", "IAMconnected", APP, secret);
        std::hint::black_box(app.picture().ok_or("no QR code")?);
        made.push(ms(start.elapsed()));
    }
    report.note("a QR code is made", median(made), "ms")
}

fn random_code() -> Fallible<TotpCode> {
    let number = getrandom::u32()? % 1_000_000;
    Ok(TotpCode::parse(&format!("{number:06}"))?)
}
