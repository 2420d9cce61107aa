//! Codes that are checked: ours beside those of pyotp (PyPI) and otplib (npm), and what a whole examination at the registry takes.
//!
//! All three check the same codes, of the step before, of now, of the step after, and wrong ones, with one step of tolerance each
//! way. The peers are installed by `tests/otp/run`.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use keydesk::bay::Cancel;
use keydesk::domain::factor::{TotpCode, TotpSettings};
use keydesk::domain::identification::Document;
use keydesk::domain::{FactorId, Identification};
use keydesk::program::demo::world::{ScriptedFace, World};
use keydesk::seal::{For, OpeningKey, seal};
use keydesk::station::desk::StationDesk;
use keydesk::totp::{Check, TotpSecret, check, code_at};
use keydesk::wire::{CodeRequest, Subject, VERSION};
use keydesk::workflow::ports::{Factors, Sessions, Visits};

use super::report::{Report, count, median, ms};
use super::{Fallible, lab};

/// How often the three take turns, and for how long each.
const ROUNDS: usize = 5;
const TURN: Duration = Duration::from_secs(1);

/// Offers under which codes are examined, and how many the registry examines under one.
const OFFERS: usize = 40;
const UNDER_ONE: usize = 6;

const APP: TotpSettings = TotpSettings::APP;
const SECRET: &[u8; 20] = b"Only for tests :-)!!";

/// Measures all of it.
pub fn run(report: &mut Report) -> Fallible<()> {
    let folder = tempfile::Builder::new().prefix("keydesk-").tempdir()?;
    let path = folder.path().join("checks");
    let secret = TotpSecret::new(SECRET.to_vec().into())?;
    let checks = checks(&secret)?;
    write(&path, &secret, &checks)?;
    // Installs them, and shows that they find the same codes right.
    for peer in PEERS {
        speed(peer, &path, Duration::from_millis(100))?;
    }
    let mut rounds = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let ours = rate(&checks, |at, code| is_right(&secret, at, code))?;
        let [pyotp, otplib] = PEERS.map(|peer| speed(peer, &path, TURN));
        rounds.push((ours, pyotp?, otplib?));
    }
    let all = |of: fn(&(f64, f64, f64)) -> f64| median(rounds.iter().map(of));
    report.note("codes checked, one thread", all(|r| r.0), "a second")?;
    report.note("… by pyotp 2.12.0", all(|r| r.1), "a second")?;
    report.note("… by otplib 13.5.0", all(|r| r.2), "a second")?;
    report.note("… ours for one of pyotp's", all(|r| r.0 / r.1), "times")?;
    report.note("… ours for one of otplib's", all(|r| r.0 / r.2), "times")?;
    sealed(report, &secret, &checks)?;
    examined(report)
}

const PEERS: [&str; 2] = ["pyotp", "otplib"];

/// When, and what was typed. Three of four are right.
fn checks(secret: &TotpSecret) -> Fallible<Vec<(Timestamp, TotpCode)>> {
    let mut checks = Vec::new();
    for n in 0..100_u64 {
        let step = 60_206_400 + 97 * n;
        let code = TotpCode::parse(&code_at(secret, APP, step))?;
        let later = TotpCode::parse(&code_at(secret, APP, step + 50))?;
        for (at, code) in [
            (step - 1, &code),
            (step, &code),
            (step + 1, &code),
            (step, &later),
        ] {
            let second = i64::try_from(at * u64::from(APP.period_s))? + 11;
            checks.push((Timestamp::from_second(second)?, code.clone()));
        }
    }
    Ok(checks)
}

fn write(path: &Path, secret: &TotpSecret, checks: &[(Timestamp, TotpCode)]) -> Fallible<()> {
    let mut text = format!("{}\n", secret.to_base32().as_str());
    for (at, code) in checks {
        text.push_str(&format!("{} {}\n", at.as_second(), code.as_str()));
    }
    Ok(std::fs::write(path, text)?)
}

fn is_right(secret: &TotpSecret, at: Timestamp, code: &TotpCode) -> bool {
    matches!(check(secret, APP, code, at, 0, None), Check::Right { .. })
}

/// How many a second, over one turn.
fn rate(
    checks: &[(Timestamp, TotpCode)],
    right: impl Fn(Timestamp, &TotpCode) -> bool,
) -> Fallible<f64> {
    let began = Instant::now();
    let (mut done, mut found) = (0_usize, 0_usize);
    while began.elapsed() < TURN {
        found += checks.iter().filter(|(at, code)| right(*at, code)).count();
        done += checks.len();
    }
    let taken = began.elapsed().as_secs_f64();
    three_of_four("ours", count(found) / count(done))?;
    Ok(count(done) / taken)
}

/// How many a second a peer checks.
fn speed(peer: &str, checks: &Path, turn: Duration) -> Fallible<f64> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/otp/run");
    let done = Command::new(script)
        .args(["speed", peer])
        .arg(checks)
        .arg(turn.as_secs_f64().to_string())
        .output()?;
    let told = String::from_utf8(done.stdout)?;
    let mut numbers = told.split_whitespace().map(str::parse::<f64>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(rate)), Some(Ok(right))) => three_of_four(peer, right).map(|()| rate),
        _ => Err(format!("{peer}: {}", String::from_utf8_lossy(&done.stderr)).into()),
    }
}

fn three_of_four(whose: &str, right: f64) -> Fallible<()> {
    match (right - 0.75).abs() < 0.01 {
        true => Ok(()),
        false => Err(format!("{whose}: {right} of the codes are right, not three of four").into()),
    }
}

/// The same with the secret as the registry keeps it.
fn sealed(
    report: &mut Report,
    secret: &TotpSecret,
    checks: &[(Timestamp, TotpCode)],
) -> Fallible<()> {
    let key = OpeningKey::generate();
    let to = For {
        factor: FactorId(uuid::Uuid::new_v4()),
        owner: "p-1",
    };
    let sealed = seal(key.sealing_key(), secret.as_bytes(), to)?;
    let opened = |at, code: &TotpCode| {
        let secret = key.open(&sealed, to).ok().map(TotpSecret::new);
        secret.is_some_and(|secret| secret.is_ok_and(|secret| is_right(&secret, at, code)))
    };
    let rate = rate(checks, opened)?;
    report.note("… each time of a secret that is sealed", rate, "a second")
}

/// A code of a secret that is sealed, from the station's request to the answer, which follows the audit's line on disk.
fn examined(report: &mut Report) -> Fallible<()> {
    let runtime = lab::runtime()?;
    let (world, _own) = runtime.block_on(lab::world(OFFERS))?;
    let mut taken = Vec::with_capacity(OFFERS * UNDER_ONE);
    for n in 1..=OFFERS {
        runtime.block_on(examine(&world, n, &mut taken))?;
    }
    report.note(
        "a code examined at the registry, over HTTP and on disk",
        median(taken),
        "ms",
    )
}

async fn examine(world: &World, n: usize, taken: &mut Vec<f64>) -> Fallible<()> {
    let face = Arc::new(ScriptedFace::new(lab::SLOT, lab::PIN));
    let mut desk = StationDesk::new(Arc::clone(&world.station), face, Cancel::default());
    let person = lab::person(n);
    let document = Identification::new(Document::Passport, "7K31")?;
    let visit = desk.open_visit(&person, &document).await?;
    let offer = desk.offer(&person, Some(visit.id)).await?;
    let app = offer.app.ok_or("the registry holds no apps")?;
    let secret = TotpSecret::new(SECRET.to_vec().into())?;
    let factor = FactorId(uuid::Uuid::new_v4());
    let sealed = desk.seal(&app.seal_to, &secret, (factor, person.as_str()))?;
    for _ in 0..UNDER_ONE {
        let step = APP.step_at(desk.registry_now());
        let request = CodeRequest {
            version: VERSION,
            offer: app.id,
            subject: Subject::New {
                factor,
                sealed: sealed.clone(),
            },
            codes: vec![TotpCode::parse(&code_at(&secret, APP, step))?],
            identification: None,
        };
        let start = Instant::now();
        let reply = desk.examine(&person, request).await?;
        taken.push(ms(start.elapsed()));
        if !reply.verdict.is_right() {
            return Err(format!("not right: {:?}", reply.verdict).into());
        }
    }
    Ok(())
}
