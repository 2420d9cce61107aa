//! `keydesk registry alarms`: what somebody is to look into, and that they have.

use std::path::Path;

use serde_json::json;

use super::failed;
use crate::cli::output::{Outcome, Output};
use crate::server::admin::{self, AdminError, Alarm};
use crate::text::clean::columns;

/// The most alarms that are listed.
const ALARMS: u32 = 200;

pub(super) async fn list(db: &Path, all: bool, output: &Output) -> Outcome {
    let listed = match all {
        false => admin::alarms(db, ALARMS + 1).await,
        true => admin::all_alarms(db, ALARMS + 1).await,
    };
    let mut alarms = match listed {
        Ok(alarms) => alarms,
        Err(error) => return failed("no-alarms", error),
    };
    let most = usize::try_from(ALARMS).unwrap_or(usize::MAX);
    let is_cut = alarms.len() > most || alarms.iter().any(|alarm| alarm.earlier > 0);
    alarms.truncate(most);
    for alarm in &alarms {
        output.item("alarm", alarm, &line(alarm));
    }
    let earlier = match is_cut {
        true => "; earlier ones are in `keydesk registry audit export`",
        false => "",
    };
    Outcome::done(
        format!("{} alarm(s){earlier}", alarms.len()),
        json!({ "alarms": alarms.len(), "more": is_cut }),
    )
}

fn line(alarm: &Alarm) -> String {
    let station = alarm.station.as_ref().map_or("-", |id| id.as_str());
    let mut line = columns(&[
        &alarm.number,
        &alarm.at,
        &station,
        &alarm.kind,
        &alarm.detail,
    ]);
    if alarm.more > 0 {
        line.push_str(&format!("\tand {} more within the hour", alarm.more));
    }
    if let Some((at, why)) = alarm.acknowledged_at.zip(alarm.acknowledged_why.as_ref()) {
        line.push_str(&columns(&[&"", &format_args!("acknowledged {at}: {why}")]));
    }
    if alarm.earlier > 0 {
        line.push_str(&format!("\tand {} earlier ones like it", alarm.earlier));
    }
    line
}

pub(super) async fn acknowledge(db: &Path, numbers: &[i64], reason: &str) -> Outcome {
    match admin::acknowledge_alarms(db, numbers, reason).await {
        Ok(done) => Outcome::done(
            format!("{done} alarm(s) acknowledged; the reason is in the audit"),
            json!({ "acknowledged": done }),
        ),
        Err(error @ (AdminError::NoAlarm(_) | AdminError::Reason(..))) => {
            failed("not-acknowledged", error)
        }
        Err(error) => failed("no-alarms", error),
    }
}
