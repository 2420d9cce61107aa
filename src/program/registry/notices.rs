//! `keydesk registry notices`: what people are to be told of, for whoever delivers it.

use std::path::Path;

use serde_json::json;

use super::failed;
use crate::cli::output::{Outcome, Output};
use crate::server::admin::{self, AdminError, Notice};
use crate::text::clean::columns;

pub(super) async fn run(db: &Path, told: &[i64], output: &Output) -> Outcome {
    let done = match told {
        [] => listed(db, output).await,
        told => marked(db, told).await,
    };
    done.unwrap_or_else(|error| failed("no-notices", error))
}

async fn listed(db: &Path, output: &Output) -> Result<Outcome, AdminError> {
    let (notices, more) = admin::notices(db).await?;
    for notice in &notices {
        output.item("notice", notice, &line(notice));
    }
    let count = notices.len();
    let rest = if more { "; there are more" } else { "" };
    Ok(Outcome::done(
        format!("{count} notice(s) to be told{rest}"),
        json!({ "notices": count, "more": more }),
    ))
}

fn line(notice: &Notice) -> String {
    columns(&[
        &notice.number,
        &notice.at,
        &notice.to.name,
        &notice.to.email.as_deref().unwrap_or("-"),
        &notice.kind,
        &format_args!("about {}", notice.about.name),
        &delivered(notice),
    ])
}

/// How the registry's own deliveries of it stand.
fn delivered(notice: &Notice) -> String {
    let each = notice.deliveries.iter().map(|one| {
        let to = one.address.as_deref().unwrap_or(one.way.as_str());
        let (state, answer) = (one.state.as_str(), one.answer.as_deref());
        match answer {
            Some(answer) => format!("{to} {state} ({} tries): {answer}", one.tries),
            None => format!("{to} {state} ({} tries)", one.tries),
        }
    });
    each.collect::<Vec<_>>().join("; ")
}

async fn marked(db: &Path, told: &[i64]) -> Result<Outcome, AdminError> {
    admin::mark_told(db, told).await?;
    let count = told.len();
    Ok(Outcome::done(
        format!("{count} notice(s) marked as told"),
        json!({ "told": told }),
    ))
}
