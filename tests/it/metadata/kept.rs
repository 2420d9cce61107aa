//! What a station takes of the metadata and keeps beside the journal, and what the program says of it.

use std::path::Path;
use std::process::Command;

use keydesk::bay::Bay;
use keydesk::domain::models::Models;
use keydesk::metadata;
use keydesk::station::config::Config;
use keydesk::station::metadata::{ImportError, import, is_overdue, look};
use keydesk::station::slots::Slots;
use keydesk::station::{OpenError, Station};
use keydesk::store::{Store, audit};
use serde_json::{Value, json};

use super::{Signing, UNLISTED, certified, now, payload};

fn open(dir: &Path) -> Result<Station, OpenError> {
    let (bay, _) = Bay::soft();
    let models = Models::shipped().expect("the list parses");
    Station::open(dir, Config::default(), Slots::new(bay, models))
}

#[test]
fn an_import_is_in_the_journal_and_no_older_one_replaces_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let signing = Signing::for_host(metadata::HOST);
    let take = |no| {
        let blob = signing.sign(&payload(no, &certified()));
        import(dir.path(), &blob, &signing.root, now())
    };
    let imported = take(41).expect("imported");
    assert_eq!((imported.source.no, imported.models), (41, 2));
    assert!(!is_overdue(imported.source, now()));
    assert!(is_overdue(
        imported.source,
        "2026-12-02T00:00:00Z".parse().expect("a time")
    ));
    for no in [40, 41] {
        let error = take(no).expect_err("not newer");
        assert!(
            matches!(error, ImportError::NotNewer { have: 41, .. }),
            "{error}"
        );
    }
    let newer = take(43).expect("imported");
    let store = Store::open(dir.path()).expect("opens");
    assert_eq!(store.metadata().expect("read"), Some(newer));
    drop(store);
    audit::verify(dir.path()).expect("a whole chain");
    let kept: Vec<_> = std::fs::read_dir(dir.path().join("private"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(kept, ["metadata-43.json"]);
}

#[test]
fn a_station_does_not_open_with_metadata_that_is_lost_or_changed_until_it_is_imported_again() {
    let dir = tempfile::tempdir().expect("a folder");
    let signing = Signing::for_host(metadata::HOST);
    let blob = signing.sign(&payload(41, &json!([{ "status": "REVOKED" }])));
    import(dir.path(), &blob, &signing.root, now()).expect("imported");
    assert!(
        open(dir.path())
            .expect("opens")
            .slots()
            .models()
            .catalogue()
            .is_some()
    );
    let file = dir.path().join("private/metadata-41.json");
    let kept = std::fs::read_to_string(&file).expect("read");
    let harmless = kept.replace("revoked", "self-asserted");
    assert_ne!(kept, harmless);
    let damages: [&dyn Fn(); 2] = [
        &|| std::fs::write(&file, &harmless).expect("written"),
        &|| std::fs::remove_file(&file).expect("removed"),
    ];
    for damage in damages {
        damage();
        let error = open(dir.path()).map(drop).expect_err("refused");
        assert!(error.to_string().contains("metadata-41.json"), "{error}");
        import(dir.path(), &blob, &signing.root, now()).expect("taken again");
        open(dir.path()).expect("opens");
    }
}

fn keydesk(data: &Path, arguments: &[&str]) -> (Option<i32>, Value, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_keydesk"))
        .args(["--json", "--data"])
        .arg(data)
        .args(arguments)
        .output()
        .expect("it runs");
    let text = String::from_utf8(output.stdout).expect("utf-8");
    let last = text.lines().last().expect("an outcome");
    let outcome = serde_json::from_str(last).expect("JSON");
    (output.status.code(), outcome, text)
}

#[test]
fn the_program_takes_no_metadata_but_that_of_the_alliance() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("blob.jwt");
    let data = dir.path().join("data");
    let name = file.display().to_string();
    let signing = Signing::for_host(metadata::HOST);
    for (blob, code, word) in [
        (
            signing.sign(&payload(41, &certified())),
            3,
            "metadata-untrusted",
        ),
        (b"<html>".to_vec(), 2, "no-metadata"),
    ] {
        std::fs::write(&file, blob).expect("written");
        let (exit, outcome, all) = keydesk(&data, &["metadata", "import", &name]);
        assert_eq!(exit, Some(code), "{all}");
        assert_eq!(outcome["code"], word, "{all}");
    }
    assert!(!data.exists(), "a refused blob must leave nothing behind");
    let (exit, outcome, _) = keydesk(&data, &["metadata", "show"]);
    assert_eq!(
        (exit, &outcome["facts"]["metadata"]),
        (Some(0), &Value::Null)
    );
}

#[test]
fn the_program_shows_what_was_imported() {
    let dir = tempfile::tempdir().expect("a folder");
    let signing = Signing::for_host(metadata::HOST);
    let blob = signing.sign(&payload(41, &certified()));
    import(dir.path(), &blob, &signing.root, now()).expect("imported");
    assert!(look(dir.path()).is_some());
    let (exit, outcome, all) = keydesk(dir.path(), &["metadata", "show"]);
    assert_eq!(
        (exit, &outcome["facts"]["models"]),
        (Some(0), &json!(2)),
        "{all}"
    );
    let (exit, _, all) = keydesk(dir.path(), &["metadata", "show", UNLISTED]);
    assert_eq!(exit, Some(0), "{all}");
    assert!(
        all.contains("Key Nine") && all.contains("2026-01-01"),
        "{all}"
    );
    let unknown = "00000000-0000-4000-8000-00000000000f";
    let (exit, outcome, _) = keydesk(dir.path(), &["metadata", "show", unknown]);
    assert_eq!((exit, &outcome["code"]), (Some(3), &json!("not-listed")));
}
