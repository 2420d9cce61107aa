//! `keydesk registry exceptions`: accounts that were reset while their person was not at a desk, and wait for them.

use std::path::Path;

use serde_json::json;

use super::failed;
use crate::cli::output::{Outcome, Output};
use crate::server::admin::{self, Exception};
use crate::text::clean::columns;

pub(super) async fn run(db: &Path, output: &Output) -> Outcome {
    let exceptions = match admin::exceptions(db).await {
        Ok(exceptions) => exceptions,
        Err(error) => return failed("no-exceptions", error),
    };
    for exception in &exceptions {
        output.item("exception", exception, &line(exception));
    }
    let overdue = exceptions.iter().filter(|one| one.overdue).count();
    Outcome::done(
        format!(
            "{} exception(s), {overdue} of them overdue",
            exceptions.len()
        ),
        json!({ "exceptions": exceptions.len(), "overdue": overdue }),
    )
}

fn line(exception: &Exception) -> String {
    let state = match exception.overdue {
        true => "overdue: a new reset is needed",
        false => "open",
    };
    columns(&[
        &exception.reset,
        &exception.name,
        &exception.person,
        &format_args!("until {}", exception.until),
        &state,
        &exception.owner_name,
    ])
}
