//! `totp import`: a file of hardware tokens into the registry's stock.

use std::io::Read;
use std::path::Path;

use jiff::Timestamp;
use serde_json::json;
use zeroize::Zeroizing;

use super::args::ImportArguments;
use crate::cli::outcome::{outcome_of_stop, unreadable};
use crate::cli::output::{Exit, Outcome};
use crate::cli::runs::Runs;
use crate::cli::secret::{SecretError, from_descriptor};
use crate::domain::EntryId;
use crate::files;
use crate::text::{spoken, tr};
use crate::totp::tokens::{FILE_BYTES_MAX, FileKey, read};
use crate::workflow::{Pushed, Stop};

/// Reads the file, seals every seed, and tells the registry.
pub(super) async fn run(runs: &Runs<'_>, arguments: &ImportArguments) -> Outcome {
    let key = match file_key(arguments).await {
        Ok(key) => key,
        Err(outcome) => return outcome,
    };
    let usage = |detail: String| Outcome::failed(Exit::Usage, "token-file", detail);
    let path = arguments.file.display();
    let bytes = match contents(&arguments.file) {
        Ok(bytes) => bytes,
        Err(error) => return usage(format!("{path}: {error}")),
    };
    let tokens = match read(&bytes, key.as_ref(), Timestamp::now()) {
        Ok(tokens) => tokens,
        Err(error) => {
            return usage(tr!(
                spoken(),
                "cli-not-imported",
                path = path.to_string(),
                error = error.to_string()
            ));
        }
    };
    drop(bytes);
    let count = tokens.len();
    let until: Vec<Timestamp> = tokens.iter().filter_map(|token| token.expires).collect();
    let imported = async {
        let entries = runs.station.import_tokens(tokens).await?;
        standing(runs, &entries).await
    };
    let (exit, standing) = match imported.await {
        Ok(standing) => standing,
        Err(stop) => return outcome_of_stop(&stop),
    };
    let disposal = match exit {
        Exit::Done => tr!(spoken(), "cli-seeds-destroy", path = path.to_string()),
        // What is refused has to be imported anew, and the station can't open what it has sealed.
        _ => tr!(spoken(), "cli-seeds-lock", path = path.to_string()),
    };
    let first = until.iter().min();
    let expiring = match first {
        None => String::new(),
        Some(first) => {
            let (count, first) = (until.len(), first.to_string());
            let said = tr!(spoken(), "cli-expiring", count = count, first = first);
            format!("\n{said}")
        }
    };
    Outcome {
        exit,
        code: "imported".to_owned(),
        detail: format!(
            "{}{expiring}\n{disposal}",
            tr!(spoken(), "cli-sealed", count = count, standing = standing)
        ),
        facts: json!({
            "tokens": count,
            "expiring": until.len(),
            "first_expires_at": first,
            "dispose_of": arguments.file,
        }),
    }
}

/// Sends what was written down, each lot for itself; how that counts.
async fn standing(runs: &Runs<'_>, entries: &[EntryId]) -> Result<(Exit, String), Stop> {
    let (mut queued, mut refused) = (0, Vec::new());
    for entry in entries {
        match runs.station.push_entry(*entry).await? {
            Pushed::Accepted { .. } => {}
            Pushed::Queued => queued += 1,
            Pushed::Rejected { detail, .. } => refused.push(detail),
        }
    }
    let lots = entries.len();
    Ok(match (refused.first(), queued) {
        (Some(why), _) => (
            Exit::Refused,
            tr!(
                spoken(),
                "cli-lots-refused",
                refused = refused.len().to_string(),
                lots = lots.to_string(),
                said = spoken().registry_said(why).unwrap_or_default()
            ),
        ),
        (None, 0) => (Exit::Done, tr!(spoken(), "cli-in-stock")),
        (None, _) => (
            Exit::Queued,
            tr!(
                spoken(),
                "cli-lots-queued",
                queued = queued.to_string(),
                lots = lots.to_string()
            ),
        ),
    })
}

async fn file_key(arguments: &ImportArguments) -> Result<Option<FileKey>, Outcome> {
    let failed = |error: SecretError| unreadable(&error);
    if let Some(fd) = arguments.password_fd {
        let password = from_descriptor(fd).await.map_err(failed)?;
        return Ok(Some(FileKey::Password(password)));
    }
    let Some(fd) = arguments.key_fd else {
        return Ok(None);
    };
    let text = from_descriptor(fd).await.map_err(failed)?;
    let bytes = hex::decode(text.trim()).map_err(|_| {
        let detail = tr!(spoken(), "cli-not-hex", fd = fd.to_string());
        Outcome::failed(Exit::Usage, "unreadable-secret", detail)
    })?;
    Ok(Some(FileKey::PreShared(Zeroizing::new(bytes))))
}

/// One byte more than may be is enough to be refused.
fn contents(path: &Path) -> std::io::Result<Zeroizing<Vec<u8>>> {
    let file = files::open_regular(path)?;
    let size = file.metadata()?.len();
    let room = usize::try_from(size)
        .unwrap_or(FILE_BYTES_MAX)
        .min(FILE_BYTES_MAX)
        + 2;
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    let limit = u64::try_from(FILE_BYTES_MAX).unwrap_or(u64::MAX) + 1;
    file.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}
