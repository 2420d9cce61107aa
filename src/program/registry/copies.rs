//! `keydesk registry init`, `backup` and `restore`: where a registry's database comes from.

use std::path::Path;

use jiff::Timestamp;
use serde_json::json;

use super::secrets::paths;
use crate::cli::args::KeyFiles;
use crate::cli::output::{Exit, Outcome};
use crate::server::backup::{self, BackupError};
use crate::server::{self, ServeConfig};

pub(super) async fn init(files: KeyFiles, mut config: ServeConfig) -> Outcome {
    let (db, keys) = paths(files, config.clone());
    config.db = db;
    config.secrets.key_file = Some(keys);
    match server::init(&config, Timestamp::now()).await {
        Ok(()) => Outcome::done(
            format!(
                "{} is a new registry; {} opens its secrets: keep a copy of it, apart from the database's",
                config.db.display(),
                config.key_file().display()
            ),
            json!({ "db": config.db, "key_file": config.key_file() }),
        ),
        Err(error) => Outcome::failed(Exit::Usage, "not-made", error.to_string()),
    }
}

pub(super) async fn backup(file: &Path, files: KeyFiles, config: ServeConfig) -> Outcome {
    let (db, keys) = paths(files, config);
    match backup::backup(&db, file).await {
        Ok(copied) => Outcome::done(
            format!(
                "{} has everything until {}, in {} bytes. The keys that open its secrets are not in it: copy {} too, and keep it apart",
                file.display(),
                time(copied.until),
                copied.bytes,
                keys.display()
            ),
            json!({ "file": file, "key_file": keys, "copy": copied }),
        ),
        Err(error) => failed("not-copied", &error),
    }
}

pub(super) async fn restore(
    file: &Path,
    files: KeyFiles,
    config: ServeConfig,
    replace: bool,
) -> Outcome {
    let (db, keys) = paths(files, config);
    match backup::restore(file, &db, &keys, replace).await {
        Ok(restored) => {
            let kept = restored.kept.as_ref().map_or_else(String::new, |kept| {
                format!(". What was there is kept as {}", kept.display())
            });
            Outcome::done(
                format!(
                    "{} is as it was at {}: what was enrolled, removed, imported or revoked since then is not in it, so revoke again \
                     who was revoked since. {}; operators sign in and stations fetch tickets anew{kept}",
                    db.display(),
                    time(restored.copy.until),
                    restored.ended
                ),
                json!({ "db": db, "key_file": keys, "restored": restored }),
            )
        }
        Err(error) => failed("not-restored", &error),
    }
}

fn time(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "it was made".to_owned(), |at| at.to_string())
}

/// It is the files that are named, all but when the system or the database fails.
fn failed(code: &'static str, error: &BackupError) -> Outcome {
    let exit = match error {
        BackupError::Database(error) if !error.is_of_the_file() => Exit::Refused,
        _ => Exit::Usage,
    };
    Outcome::failed(exit, code, error.to_string())
}
