//! `keydesk metadata …`: the FIDO Alliance's metadata comes in, and is looked at.

use std::io::Read;
use std::path::Path;

use jiff::Timestamp;
use serde_json::json;

use crate::cli::args::{Global, MetadataCommand};
use crate::cli::output::{Exit, Outcome, Output};
use crate::domain::Aaguid;
use crate::domain::models::{Catalogue, Listing, Source};
use crate::metadata::{MAX_BYTES, MetadataError, root};
use crate::station::metadata::{self, ImportError};
use crate::text::clean::columns;

/// Carries out one command.
pub fn run(command: &MetadataCommand, global: &Global, output: &Output) -> Outcome {
    match command {
        MetadataCommand::Import { file } => import(&global.data, file),
        MetadataCommand::Show { aaguid } => show(&global.data, *aaguid, output),
    }
}

fn import(data: &Path, file: &Path) -> Outcome {
    let blob = match read(file) {
        Ok(blob) => blob,
        Err(error) => {
            let what = format!("{}: {error}", file.display());
            return Outcome::failed(Exit::Usage, "unreadable-file", what);
        }
    };
    let now = Timestamp::now();
    let imported = root()
        .map_err(ImportError::from)
        .and_then(|root| metadata::import(data, &blob, &root, now));
    match imported {
        Ok(import) => Outcome::done(
            format!(
                "imported metadata no {}: {} FIDO2 models{}",
                import.source.no,
                import.models,
                overdue(import.source, now)
            ),
            json!({ "import": import, "overdue": metadata::is_overdue(import.source, now) }),
        ),
        Err(error) => failed(file, &error),
    }
}

/// Not more than a blob may have, and one byte to tell that there is more.
fn read(file: &Path) -> std::io::Result<Vec<u8>> {
    let limit = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    crate::files::open_regular(file)?
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn failed(file: &Path, error: &ImportError) -> Outcome {
    let (exit, code) = match error {
        ImportError::Store(_) => (Exit::Store, "store"),
        ImportError::NotNewer { .. } => (Exit::Refused, "metadata-not-newer"),
        ImportError::Metadata(MetadataError::Forged | MetadataError::WrongName) => {
            (Exit::Refused, "metadata-forged")
        }
        ImportError::Metadata(error) if error.is_refusal() => (Exit::Refused, "metadata-untrusted"),
        ImportError::Metadata(_) => (Exit::Usage, "no-metadata"),
    };
    let detail = format!("{}: {error}; nothing was changed", file.display());
    Outcome::failed(exit, code, detail)
}

fn overdue(source: Source, now: Timestamp) -> String {
    match metadata::is_overdue(source, now) {
        true => format!(
            "; a newer release was due on {}: fetch it when you can",
            source.next_update
        ),
        false => format!("; the next release is due on {}", source.next_update),
    }
}

fn show(data: &Path, aaguid: Option<Aaguid>, output: &Output) -> Outcome {
    let now = Timestamp::now();
    let Some(catalogue) = metadata::look(data) else {
        return Outcome::done(
            "no metadata was imported: the station knows the models of its own list",
            json!({ "metadata": null }),
        );
    };
    match aaguid {
        Some(aaguid) => show_model(&catalogue, aaguid, output),
        None => {
            for (aaguid, listing) in catalogue.models() {
                print(aaguid, listing, output);
            }
            let source = catalogue.source();
            Outcome::done(
                format!(
                    "metadata no {}: {} FIDO2 models{}",
                    source.no,
                    catalogue.models().len(),
                    overdue(source, now)
                ),
                json!({
                    "metadata": source,
                    "models": catalogue.models().len(),
                    "overdue": metadata::is_overdue(source, now),
                }),
            )
        }
    }
}

fn show_model(catalogue: &Catalogue, aaguid: Aaguid, output: &Output) -> Outcome {
    let source = catalogue.source();
    match catalogue.model(aaguid) {
        Some(listing) => {
            print(aaguid, listing, output);
            for report in &listing.reports {
                let since = report
                    .since
                    .map_or_else(|| "-".to_owned(), |since| since.to_string());
                output.item(
                    "report",
                    report,
                    &format!("\t{since}\t{}", report.status.as_str()),
                );
            }
            Outcome::done(format!("{source}"), json!({ "metadata": source }))
        }
        None => Outcome::failed(
            Exit::Refused,
            "not-listed",
            format!("{aaguid} is not listed in {source}"),
        ),
    }
}

fn print(aaguid: Aaguid, listing: &Listing, output: &Output) {
    let level = listing.certification();
    let against: Vec<&str> = listing
        .adverse(None)
        .map(|report| report.status.as_str())
        .collect();
    let line = columns(&[
        &aaguid,
        &listing.name,
        &level.map_or("not certified", |level| level.as_str()),
        &against.join(", "),
    ]);
    let item = json!({
        "aaguid": aaguid,
        "name": listing.name,
        "certification": level,
        "against": against,
        "attestation": listing.attestation,
    });
    output.item("model", &item, line.trim_end());
}
