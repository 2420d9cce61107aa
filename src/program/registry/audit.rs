//! `keydesk registry audit …`: whether the registry's audit is what was written.

use std::path::Path;

use serde_json::json;

use crate::cli::args::RegistryAuditCommand;
use crate::cli::output::{Exit, Outcome};
use crate::server::admin::audit::{self, AuditError, Head};

pub(super) async fn run(command: RegistryAuditCommand) -> Outcome {
    match command {
        RegistryAuditCommand::Verify { file, db, head } => {
            verify((file.as_deref(), db.as_deref()), head.as_deref()).await
        }
        RegistryAuditCommand::Export { file, db } => match audit::export(&db, &file).await {
            Ok(head) => Outcome::done(
                format!(
                    "{} has {} row(s); head {head}. Keep the head where nobody can write who can write to the database",
                    file.display(),
                    head.number
                ),
                json!({ "file": file, "rows": head.number, "head": head }),
            ),
            Err(error) => failed("not-exported", &error),
        },
        RegistryAuditCommand::Head { db } => match audit::head(&db).await {
            Ok(head) => Outcome::done(
                head.to_string(),
                json!({ "rows": head.number, "head": head }),
            ),
            Err(error) => failed("no-head", &error),
        },
    }
}

async fn verify((file, db): (Option<&Path>, Option<&Path>), head: Option<&str>) -> Outcome {
    let noted = match head.map(str::parse::<Head>).transpose() {
        Ok(noted) => noted,
        Err(error) => return Outcome::failed(Exit::Usage, "not-verified", error.to_string()),
    };
    let verified = match (file, db) {
        (Some(file), _) => audit::verify_file(file, noted),
        (None, Some(db)) => audit::verify(db, noted).await,
        (None, None) => {
            let what = "name the export, or the database with --db";
            return Outcome::failed(Exit::Usage, "not-verified", what);
        }
    };
    match verified {
        Ok(head) => {
            let goes_on = noted.map_or_else(String::new, |noted| {
                format!(
                    "; it goes on from the head that was noted at row {}",
                    noted.number
                )
            });
            Outcome::done(
                format!("{} row(s), chain whole; head {head}{goes_on}", head.number),
                json!({ "rows": head.number, "head": head, "noted": noted }),
            )
        }
        Err(error) => failed("not-verified", &error),
    }
}

/// A chain that is broken counts as a damaged journal does, and names the row; whatever else there is, the file or the database.
fn failed(code: &'static str, error: &AuditError) -> Outcome {
    match error {
        AuditError::Broken { broken, .. } => Outcome {
            facts: json!({ "row": broken.row() }),
            ..Outcome::failed(Exit::Store, "chain-broken", error.to_string())
        },
        AuditError::Database(why) if !why.is_of_the_file() => {
            Outcome::failed(Exit::Refused, code, error.to_string())
        }
        _ => Outcome::failed(Exit::Usage, code, error.to_string()),
    }
}
