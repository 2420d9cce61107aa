//! `keydesk registry secrets …`: the keys that open the secrets of authenticator apps.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::failed;
use crate::cli::args::{KeyFiles, SecretsCommand};
use crate::cli::output::{Outcome, Output};
use crate::server::ServeConfig;
use crate::server::admin::{self, KeyAccount};

pub(super) async fn run(command: SecretsCommand, config: ServeConfig, output: &Output) -> Outcome {
    match command {
        SecretsCommand::Show { files } => {
            let (db, keys) = paths(files, config);
            show(&db, &keys, output).await
        }
        SecretsCommand::Rotate { files } => {
            let (db, keys) = paths(files, config);
            match admin::rotate_secrets(&db, &keys).await {
                Ok(done) => Outcome::done(
                    format!(
                        "{} secret(s) are sealed to the new key {}; copy {} to its backup, and run `keydesk registry secrets \
                         prune` in a month",
                        done.secrets,
                        done.key,
                        keys.display()
                    ),
                    json!(done),
                ),
                Err(error) => failed("not-rotated", error),
            }
        }
        SecretsCommand::Adopt { files } => {
            let (db, keys) = paths(files, config);
            match admin::adopt_secrets(&db, &keys).await {
                Ok(key) => Outcome::done(
                    format!(
                        "the database belongs with the key {key} from now on; copy {} to its backup",
                        keys.display()
                    ),
                    json!({ "key": key, "key_file": keys }),
                ),
                Err(error) => failed("not-adopted", error),
            }
        }
        SecretsCommand::Prune { files } => {
            let (db, keys) = paths(files, config);
            match admin::prune_secrets(&db, &keys).await {
                Ok(done) => {
                    for key in &done.kept {
                        output.item("kept", key, &line(key));
                    }
                    Outcome::done(
                        format!(
                            "{} key(s) dropped, {} old one(s) still needed",
                            done.dropped.len(),
                            done.kept.len()
                        ),
                        json!({ "dropped": done.dropped, "kept": done.kept.len() }),
                    )
                }
                Err(error) => failed("not-pruned", error),
            }
        }
    }
}

/// The database, and the key file: as given, else as configured, else beside the database.
pub(super) fn paths(files: KeyFiles, mut config: ServeConfig) -> (PathBuf, PathBuf) {
    config.db = files.db.clone();
    let keys = files.key_file.unwrap_or_else(|| config.key_file());
    (files.db, keys)
}

async fn show(db: &Path, key_file: &Path, output: &Output) -> Outcome {
    match admin::secrets(db, key_file).await {
        Ok(keys) => {
            for key in &keys {
                output.item("key", key, &line(key));
            }
            Outcome::done(
                format!("{} key(s) in {}", keys.len(), key_file.display()),
                json!({ "keys": keys.len(), "key_file": key_file }),
            )
        }
        Err(error) => failed("not-shown", error),
    }
}

fn line(key: &KeyAccount) -> String {
    let state = match (key.current, key.is_idle()) {
        (true, _) => "current",
        (false, true) => "idle",
        (false, false) => "needed",
    };
    format!(
        "{}\t{state}\tmade {}\t{} secret(s)\t{} offer(s)\t{}",
        key.id,
        key.made_at,
        key.secrets,
        key.offers,
        match (key.told, key.binds) {
            (true, true) => "told for tokens, binds reports",
            (true, false) => "told for tokens",
            (false, true) => "binds reports",
            (false, false) => "-",
        }
    )
}
