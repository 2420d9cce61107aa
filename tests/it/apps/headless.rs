//! Apps without a screen: the picture is read by another reader, and nothing of a secret is printed.

use std::io::Write;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use keydesk::cli::args::{Arguments, Command, TotpCommand};
use keydesk::cli::commands::{self, StationCommand};
use keydesk::cli::output::{Exit, Outcome};
use keydesk::station::stopper::Stopper;

use super::Timed;
use super::phone::Phone;
use crate::headless::paper;

const LONG: Duration = Duration::from_secs(40);
const APP: &str = "Authenticator app";

fn command(arguments: &[&str]) -> TotpCommand {
    let line = ["keydesk", "totp"].iter().chain(arguments);
    let line: Vec<std::ffi::OsString> = line.map(std::ffi::OsString::from).collect();
    match keydesk::cli::args::parse(&line) {
        Ok(Arguments {
            command: Some(Command::Totp(command)),
            ..
        }) => command,
        Ok(_) => panic!("another command"),
        Err(unparsed) => panic!("not understood: {:?}", unparsed.outcome()),
    }
}

/// Carries out `totp …`: the outcome, and everything that was printed.
async fn run(timed: &Timed, arguments: &[&str]) -> (Outcome, String) {
    timed.world.station.keep_session().expect("kept");
    let (paper, output) = paper();
    let command = command(arguments);
    let station = Arc::clone(&timed.world.station);
    let run = commands::run(
        station,
        StationCommand::Totp(&command),
        output,
        Stopper::default(),
    );
    let ended = tokio::time::timeout(LONG, run).await;
    (ended.expect("ends by itself"), paper.text())
}

/// What a QR code in a PNG file says, by a reader that nobody here wrote.
fn decoded(path: &Path) -> Option<String> {
    let file = std::io::BufReader::new(std::fs::File::open(path).ok()?);
    let mut reader = png::Decoder::new(file).read_info().ok()?;
    let mut pixels = vec![0; reader.output_buffer_size()?];
    let info = reader.next_frame(&mut pixels).ok()?;
    let width = usize::try_from(info.width).ok()?;
    let height = usize::try_from(info.height).ok()?;
    let pixel = |x, y| pixels.get(y * width + x).copied().unwrap_or_default();
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, pixel);
    let (_, text) = image.detect_grids().first()?.decode().ok()?;
    Some(text)
}

/// Somebody who waits for the picture, scans it, and types the code that the phone shows.
fn scans(phone: &Phone, path: PathBuf, mut typed: std::io::PipeWriter) {
    let phone = phone.clone();
    std::thread::spawn(move || {
        let uri = loop {
            std::thread::sleep(Duration::from_millis(20));
            if let Some(uri) = decoded(&path) {
                break uri;
            }
        };
        phone.read_uri(&uri, APP);
        writeln!(typed, "{}", phone.code(APP).as_str()).expect("typed");
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_is_enrolled_from_a_picture_that_is_gone_afterwards() {
    let timed = Timed::new(1).await;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("secret.png");
    let phone = timed.phone();
    let (lines, typed) = std::io::pipe().expect("a pipe");
    scans(&phone, path.clone(), typed);
    let (fd, qr) = (lines.as_raw_fd().to_string(), path.display().to_string());
    let arguments = [
        "enrol",
        "--person",
        "p-1",
        "--identified-by",
        "passport:7K31",
        "--name",
        APP,
        "--qr",
        &qr,
        "--code-fd",
        &fd,
    ];
    let (outcome, printed) = run(&timed, &arguments).await;
    assert_eq!(outcome.exit, Exit::Done, "{}", outcome.detail);
    assert!(!path.exists(), "the picture is gone");
    assert!(!printed.contains(&phone.base32(APP)) && !printed.contains("otpauth"));
    let factors = timed.factors(1).await;
    assert!(timed.works(1, &phone, &factors[0]).await);

    let (outcome, listed) = run(&timed, &["list", "--person", "p-1"]).await;
    assert_eq!(outcome.facts["factors"], 1);
    assert!(listed.contains(&factors[0].id.to_string()), "{listed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_code_nothing_is_enrolled_and_the_picture_is_gone_all_the_same() {
    let timed = Timed::new(1).await;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("secret.svg");
    let nothing = tempfile::tempfile().expect("a file");
    let (fd, qr) = (nothing.as_raw_fd().to_string(), path.display().to_string());
    let by = "passport:7K31";
    let arguments = [
        "enrol",
        "--person",
        "p-1",
        "--identified-by",
        by,
        "--qr",
        &qr,
        "--code-fd",
        &fd,
    ];
    let (outcome, printed) = run(&timed, &arguments).await;
    assert_eq!(
        (outcome.exit, outcome.code.as_str()),
        (Exit::Usage, "no-code")
    );
    assert_eq!(outcome.facts["remains"], "on-phone");
    assert!(!path.exists() && !printed.contains("otpauth"));
    assert!(timed.factors(1).await.is_empty());
}

#[test]
fn the_secret_goes_nowhere_unless_the_arguments_say_where() {
    let line = ["keydesk", "totp", "enrol", "--person", "p-1"];
    let line: Vec<std::ffi::OsString> = line.iter().map(std::ffi::OsString::from).collect();
    assert!(keydesk::cli::args::parse(&line).is_err(), "--qr is missing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_tokens_is_imported_sealed_and_its_disposal_advised() {
    let timed = Timed::administered(1).await;
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    let seed = "3132333435363738393031323334353637383930";
    write!(file, "serial,seed\nT-1,{seed}\n").expect("written");
    let path = file.path().display().to_string();
    let (outcome, printed) = run(&timed, &["import", &path]).await;
    assert_eq!(outcome.exit, Exit::Done, "{}", outcome.detail);
    assert!(outcome.detail.contains("destroy it"), "{}", outcome.detail);
    assert_eq!(outcome.facts["tokens"], 1);
    assert!(!printed.contains(seed));
    let mut codes = tempfile::tempfile().expect("a file");
    let phone = timed.phone();
    phone.read_uri(
        "otpauth://totp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        "T-1",
    );
    writeln!(codes, "{}", phone.code("T-1").as_str()).expect("written");
    let fd = codes.as_raw_fd().to_string();
    let by = "passport:7K31";
    let arguments = [
        "assign",
        "--person",
        "p-1",
        "--identified-by",
        by,
        "--serial",
        "T-1",
        "--code-fd",
        &fd,
    ];
    let (outcome, _) = run(&timed, &arguments).await;
    assert_eq!(outcome.exit, Exit::Done, "{}", outcome.detail);
    assert_eq!(timed.factors(1).await.len(), 1);
    let (outcome, _) = run(&timed, &["import", "/nonexistent/tokens"]).await;
    assert_eq!(outcome.exit, Exit::Usage);
}

/// Somebody with both phones: the code of the old one, then of the new one once its picture is scanned.
fn moves(phone: &Phone, path: PathBuf, mut typed: std::io::PipeWriter, new: &'static str) {
    writeln!(typed, "{}", phone.code(APP).as_str()).expect("typed");
    let phone = phone.clone();
    std::thread::spawn(move || {
        let uri = loop {
            std::thread::sleep(Duration::from_millis(20));
            if let Some(uri) = decoded(&path) {
                break uri;
            }
        };
        phone.read_uri(&uri, new);
        writeln!(typed, "{}", phone.code(new).as_str()).expect("typed");
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_phone_takes_two_codes_and_the_facts_say_which_entry_is_over() {
    const NEW: &str = "New phone";
    let timed = Timed::new(1).await;
    let phone = timed.phone();
    let run_of = timed.enrol(1, &phone, super::phone::Manner::Willing).await;
    run_of.ended.expect("enrolled");
    timed.leave(1).await;
    timed.wait_s(90);
    let old = timed.factors(1).await.pop().expect("an app");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("secret.png");
    let (qr, id) = (path.display().to_string(), old.id.to_string());
    let replace = |fd: String| {
        let words = [
            "replace",
            "--person",
            "p-1",
            "--identified-by",
            "passport:7K31",
            "--factor",
            &id,
            "--name",
            NEW,
            "--qr",
            &qr,
            "--code-fd",
            &fd,
        ];
        words.map(str::to_owned)
    };

    // The old phone proves; then the new one is not there: both are as they were, and that is said.
    let mut nothing = tempfile::tempfile().expect("a file");
    writeln!(nothing, "{}", phone.code(APP).as_str()).expect("written");
    std::io::Seek::rewind(&mut nothing).expect("from its start");
    let words = replace(nothing.as_raw_fd().to_string());
    let (outcome, _) = run(&timed, &words.each_ref().map(String::as_str)).await;
    assert_ne!(outcome.exit, Exit::Done, "{}", outcome.detail);
    assert_eq!(outcome.facts["remains"], "on-phone");
    assert!(
        outcome.detail.contains("The old app stays in force"),
        "{}",
        outcome.detail
    );
    assert!(timed.works(1, &phone, &old).await);

    let (lines, typed) = std::io::pipe().expect("a pipe");
    timed.wait_s(90);
    moves(&phone, path.clone(), typed, NEW);
    let words = replace(lines.as_raw_fd().to_string());
    let (outcome, printed) = run(&timed, &words.each_ref().map(String::as_str)).await;
    assert_eq!(outcome.exit, Exit::Done, "{}", outcome.detail);
    assert_eq!(outcome.facts["old"]["factor"], id.as_str());
    assert_eq!(outcome.facts["old_is_over"], true);
    assert!(!printed.contains(&phone.base32(NEW)) && !printed.contains("otpauth"));
    let now = timed.factors(1).await;
    let [new] = now.as_slice() else {
        panic!("one app: {now:?}");
    };
    assert_eq!(new.name, NEW);
    assert!(timed.works(1, &phone, new).await);
}
