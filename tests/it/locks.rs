//! The packages beside the main one have lock files of their own, which must know what the main one depends on: a machine
//! that builds with `--locked` would refuse them otherwise.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::BTreeSet;
use std::path::Path;

use toml::{Table, Value};

fn read(path: &Path) -> Table {
    std::fs::read_to_string(path).unwrap().parse().unwrap()
}

/// What a lock file says the package `keydesk` depends on.
fn locked(lock: &Table) -> BTreeSet<String> {
    let packages = lock.get("package").and_then(Value::as_array).unwrap();
    let named = |package: &&Value| package.get("name").and_then(Value::as_str) == Some("keydesk");
    let package = packages.iter().find(named).unwrap();
    let listed = package.get("dependencies").and_then(Value::as_array);
    // "name", or "name version" where two versions of it are in the tree
    let names = listed.unwrap().iter().map(|entry| {
        let entry = entry.as_str().unwrap();
        entry.split(' ').next().unwrap().to_owned()
    });
    names.collect()
}

#[test]
fn every_lock_file_knows_what_the_main_package_depends_on() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = read(&root.join("Cargo.toml"));
    let dependencies = manifest
        .get("dependencies")
        .and_then(Value::as_table)
        .unwrap();
    let wanted: BTreeSet<String> = dependencies.keys().cloned().collect();
    for package in ["tests/firmware", "fuzz"] {
        let path = root.join(package).join("Cargo.lock");
        assert_eq!(
            locked(&read(&path)),
            wanted,
            "{package}/Cargo.lock is behind: run `cargo metadata --format-version=1 --manifest-path {package}/Cargo.toml`"
        );
    }
}
