//! `keydesk registry stations …` and `keydesk registry operators …`: who has access, and how it ends.

use std::fmt::Display;
use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use super::{OWN_KEY, failed, print_code};
use crate::cli::args::{OperatorsCommand, StationsCommand};
use crate::cli::output::{Exit, Outcome, Output};
use crate::domain::{OperatorId, PersonId};
use crate::server::admin::{self, AdminError, Human, OperatorAccess, Revoked, StationAccess};
use crate::text::clean::columns;

pub(super) async fn stations(command: StationsCommand, output: &Output) -> Outcome {
    match command {
        StationsCommand::List { db } => listed(
            admin::stations(&db).await,
            ("station", "stations"),
            station_line,
            output,
        ),
        StationsCommand::Revoke { station, db } => {
            revoked(admin::revoke_station(&db, &station).await)
        }
    }
}

pub(super) async fn operators(command: OperatorsCommand, output: &Output) -> Outcome {
    match command {
        OperatorsCommand::List { db } => listed(
            admin::operators(&db).await,
            ("operator", "operators"),
            operator_line,
            output,
        ),
        OperatorsCommand::Set {
            operator,
            personnel_number,
            person,
            db,
        } => {
            let human = Human {
                personnel_number,
                person: person.map(PersonId::new),
            };
            set(&db, &OperatorId::new(operator), &human).await
        }
        OperatorsCommand::Revoke { operator, db } => {
            revoked(admin::revoke_operator(&db, &OperatorId::new(operator)).await)
        }
        OperatorsCommand::NewKey { operator, db } => print_code(
            admin::new_operator_key(&db, &OperatorId::new(operator)).await,
            OWN_KEY,
        ),
    }
}

async fn set(db: &Path, operator: &OperatorId, human: &Human) -> Outcome {
    if *human == Human::default() {
        let what = "say what is to be set: --personnel-number, --person";
        return Outcome::failed(Exit::Usage, "nothing-to-set", what.to_owned());
    }
    match admin::set_human(db, operator, human).await {
        Ok(()) => Outcome::done(
            format!("it is recorded whose account {operator} is"),
            json!({ "operator": operator }),
        ),
        Err(error) => failed("not-set", error),
    }
}

fn listed<T: Serialize>(
    found: Result<Vec<T>, AdminError>,
    (one, many): (&str, &str),
    line: fn(&T) -> String,
    output: &Output,
) -> Outcome {
    match found {
        Ok(items) => {
            for item in &items {
                output.item(one, item, &line(item));
            }
            let count = items.len();
            Outcome::done(format!("{count} {one}(s)"), json!({ many: count }))
        }
        Err(error) => failed("not-listed", error),
    }
}

fn station_line(station: &StationAccess) -> String {
    columns(&[
        &station.id,
        &station.name,
        &format_args!("joined {}", station.joined_at),
        &format_args!("last push {}", or_dash(station.pushed_at)),
        &format_args!("revoked {}", or_dash(station.revoked_at)),
    ])
}

fn operator_line(operator: &OperatorAccess) -> String {
    let number = operator.personnel_number.as_deref().unwrap_or("-");
    let person = operator.person.as_ref().map_or("-", PersonId::as_str);
    columns(&[
        &operator.id,
        &operator.name,
        &operator.role.as_str(),
        &format_args!("personnel number {number}"),
        &format_args!("person {person}"),
        &format_args!("{} key(s)", operator.keys),
        &format_args!("last sign-in {}", or_dash(operator.signed_in_at)),
        &format_args!("revoked {}", or_dash(operator.revoked_at)),
        &format_args!("changed {}", operator.changed_at),
        &format_args!("releases from {}", or_dash(operator.releases_from)),
    ])
}

fn or_dash(at: Option<Timestamp>) -> impl Display {
    at.map_or_else(|| "-".to_owned(), |at| at.to_string())
}

fn revoked(result: Result<Revoked, AdminError>) -> Outcome {
    match result {
        Ok(revoked) => Outcome::done(
            format!(
                "{} ({}) is revoked since {}; {} session(s) ended",
                revoked.name, revoked.id, revoked.revoked_at, revoked.sessions_ended
            ),
            json!(revoked),
        ),
        Err(error) => failed("not-revoked", error),
    }
}
