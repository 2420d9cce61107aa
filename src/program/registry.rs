//! `keydesk registry …`: the central registry's own commands, on the machine that holds its database.

mod access;
mod acts;
mod alarms;
mod audit;
mod copies;
mod exceptions;
mod notices;
mod resets;
mod secrets;

use std::path::Path;

use serde_json::json;

use crate::cli::args::{Global, RegistryCommand};
use crate::cli::output::{Exit, Outcome, Output};
use crate::domain::StationId;
use crate::server::admin::{self, AdminError};
use crate::server::{self, KeyringError, NotSent, ServeConfig, import};

pub(super) async fn run(command: RegistryCommand, global: &Global, output: &Output) -> Outcome {
    match command {
        RegistryCommand::Serve {
            listen,
            db,
            tls_cert,
            tls_key,
        } => {
            let mut config = match configuration(global.config.as_deref()) {
                Ok(config) => config,
                Err(outcome) => return outcome,
            };
            config.listen = listen.unwrap_or(config.listen);
            config.db = db.unwrap_or(config.db);
            if let (Some(cert), Some(key)) = (tls_cert, tls_key) {
                config.tls = Some(server::config::TlsFiles { cert, key });
            }
            serve(config, output).await
        }
        RegistryCommand::Init { files } => match configuration(global.config.as_deref()) {
            Ok(config) => copies::init(files, config).await,
            Err(outcome) => outcome,
        },
        RegistryCommand::Backup { file, files } => match configuration(global.config.as_deref()) {
            Ok(config) => copies::backup(&file, files, config).await,
            Err(outcome) => outcome,
        },
        RegistryCommand::Restore {
            file,
            files,
            replace,
        } => match configuration(global.config.as_deref()) {
            Ok(config) => copies::restore(&file, files, config, replace).await,
            Err(outcome) => outcome,
        },
        RegistryCommand::Import { file, db } => import_people(&db, &file, output).await,
        RegistryCommand::OperatorCode { name, role, db } => {
            let code = admin::new_operator_code(&db, &name, role).await;
            print_code(code, OWN_KEY)
        }
        RegistryCommand::Stations(command) => access::stations(command, output).await,
        RegistryCommand::Operators(command) => access::operators(command, output).await,
        RegistryCommand::Secrets(command) => match configuration(global.config.as_deref()) {
            Ok(config) => secrets::run(command, config, output).await,
            Err(outcome) => outcome,
        },
        RegistryCommand::Audit(command) => audit::run(command).await,
        RegistryCommand::Alarms {
            db,
            acknowledge,
            reason: Some(reason),
            ..
        } => alarms::acknowledge(&db, &acknowledge, &reason).await,
        RegistryCommand::Alarms { db, all, .. } => alarms::list(&db, all, output).await,
        RegistryCommand::Acts {
            db,
            id: Some(id),
            out: Some(out),
        } => acts::receipt(&db, id, &out).await,
        RegistryCommand::Acts { db, .. } => acts::list(&db, output).await,
        RegistryCommand::Notices { db, mark_told } => notices::run(&db, &mark_told, output).await,
        RegistryCommand::Mail { test } => match configuration(global.config.as_deref()) {
            Ok(config) => try_mail(&config, &test).await,
            Err(outcome) => outcome,
        },
        RegistryCommand::Exceptions { db } => exceptions::run(&db, output).await,
        RegistryCommand::Resets(command) => resets::run(command).await,
        RegistryCommand::AcceptJournal { station, db } => {
            match admin::accept_journal(&db, &StationId::new(station)).await {
                Ok(sequence) => Outcome::done(
                    format!(
                        "the journal may begin anew; it had come to record {sequence}, as the audit keeps"
                    ),
                    json!({ "sequence": sequence }),
                ),
                Err(error) => failed("not-accepted", error),
            }
        }
        RegistryCommand::StationCode { name, life, db } => print_code(
            admin::new_station_code_for(&db, &name, life).await,
            "the station joins with it: `keydesk station join`",
        ),
    }
}

/// What an operator's code is for.
const OWN_KEY: &str = "the operator enrols their own key with it at first sign-in";

fn configuration(path: Option<&Path>) -> Result<ServeConfig, Outcome> {
    match path {
        None => Ok(ServeConfig::default()),
        Some(path) => ServeConfig::load(path)
            .map_err(|e| Outcome::failed(Exit::Usage, "configuration", e.to_string())),
    }
}

async fn serve(config: ServeConfig, output: &Output) -> Outcome {
    let stopper = super::stop_on_signals();
    let cancel = stopper.cancel();
    let ready = |running: &server::Running| {
        let url = &running.base_url;
        let pages = running.pages.map(|at| at.to_string());
        let beside = pages.as_ref().map(|at| match &running.pages_behind {
            Some(address) if address.starts_with("https:") => {
                format!(", and pages at {at} in plain HTTP: behind a proxy that speaks TLS for {address}")
            }
            Some(_) | None => format!(", and pages at {at}"),
        });
        output.item(
            "serving",
            &json!({ "url": url, "pages": pages }),
            &format!(
                "serving {url}{}; stop with Ctrl-C",
                beside.unwrap_or_default()
            ),
        );
    };
    match server::serve(config, cancel.cancelled(), ready).await {
        Ok(()) => Outcome::done("stopped", json!({})),
        Err(error) => Outcome::failed(Exit::Usage, "not-served", error.to_string()),
    }
}

async fn try_mail(config: &ServeConfig, to: &str) -> Outcome {
    match server::try_mail(config, to).await {
        Ok(Ok(answer)) => Outcome::done(
            format!("the mail server took it: {answer}"),
            json!({ "answer": answer }),
        ),
        Ok(Err(NotSent::Refused(why))) => Outcome::failed(
            Exit::Refused,
            "not-sent",
            format!("the mail server did not take it: {why}"),
        ),
        Ok(Err(NotSent::NotNow(why))) => Outcome::failed(
            Exit::Unreachable,
            "not-sent",
            format!("the mail server cannot be reached, or takes nothing now: {why}"),
        ),
        Err(error) => Outcome::failed(Exit::Usage, "not-sent", error.to_string()),
    }
}

async fn import_people(db: &Path, file: &Path, output: &Output) -> Outcome {
    let Some(format) = import::Format::of(file) else {
        return Outcome::failed(
            Exit::Usage,
            "not-imported",
            format!(
                "{}: name it .csv or .json, so that its form is known",
                file.display()
            ),
        );
    };
    match import::import_file(db, file, format).await {
        Ok(done) => Outcome::done(
            format!(
                "{} organisation(s), {} person(s), {} appointment(s)",
                done.organisations, done.people, done.appointments
            ),
            json!({
                "organisations": done.organisations,
                "people": done.people,
                "appointments": done.appointments,
            }),
        ),
        Err(error) => {
            if let (true, import::ImportError::Lines { lines, .. }) = (output.is_json(), &error) {
                for wrong in lines {
                    let item = json!({ "line": wrong.line, "reason": wrong.reason });
                    output.item("wrong-line", &item, "");
                }
            }
            Outcome::failed(Exit::Usage, "not-imported", error.to_string())
        }
    }
}

/// The one place where a one-time code is shown: to the person who asked for it.
fn print_code(code: Result<admin::NewCode, AdminError>, purpose: &str) -> Outcome {
    match code {
        Ok(new) => Outcome::done(
            format!(
                "{}\nvalid once, until {}; {purpose}",
                new.code.expose(),
                new.expires_at
            ),
            json!({ "code": new.code.expose(), "expires_at": new.expires_at }),
        ),
        Err(error) => failed("no-code", error),
    }
}

/// Not done: because a file, a station or an operator is another one than was meant, or because it is refused.
fn failed(code: &'static str, error: AdminError) -> Outcome {
    let exit = match &error {
        AdminError::Keyring(KeyringError::File { .. } | KeyringError::Gone(_)) => Exit::Usage,
        AdminError::Database(error) if error.is_of_the_file() => Exit::Usage,
        AdminError::NoStation(_)
        | AdminError::SeveralStations { .. }
        | AdminError::NoOperator(_)
        | AdminError::NoAct(_)
        | AdminError::NoNotice(_)
        | AdminError::NoAlarm(_)
        | AdminError::Reason(..)
        | AdminError::NoPerson(_)
        | AdminError::CodeLife(_)
        | AdminError::DeputyLife(_)
        | AdminError::PersonnelNumber(_)
        | AdminError::PersonnelNumberAlike { .. } => Exit::Usage,
        _ => Exit::Refused,
    };
    Outcome::failed(exit, code, error.to_string())
}
